"""Tables of cases: columns become facts by a mapping, and a table is evaluated whole, in order, or gone on with."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from subsidy_rules import Case, InputError, UsageError, Vocabulary, evaluate, load_policies
from subsidy_rules.serve.cli import app
from subsidy_rules.sheets import batch as batches
from subsidy_rules.sheets.batch import Setup, run_batch
from subsidy_rules.sheets.cells import one_sheet, read_sheets
from subsidy_rules.sheets.mapping import Made, load_mapping, mapping_of

HALVES = (Path(__file__).parent / "rounding.yaml").read_text(encoding="utf-8")
MAP = """\
map: 1
key: 编号
things: {projects: 项目}
columns:
  名称: enterprise.name
  区: enterprise.place
  项目类型: {fact: projects.nature, values: {新: 新建}}
  设备（万元）: "projects.costs[0].amount"
  软件（元）: "projects.costs[1].amount"
fixed: {decision_date: 2025-09-01, "projects.costs[0].kind": equipment, "projects.costs[1].kind": other_software}
ignore: [备注]
"""
HEAD = "编号,名称,区,项目,项目类型,设备（万元）,软件（元）,备注\n"
TABLE = HEAD + 'E1,=甲,330100,p1,新,"1,234.5",,x\nE1,=甲,330100,p2,新建,,0.10,\nE2,乙,330100,p1,新,2,3,\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    rules = HALVES.replace("UNIT", "分").replace("MODE", "half_up")
    for name, text in {"rules.yaml": rules, "map.yaml": MAP, "cases.csv": TABLE}.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def setup(folder: Path, **more: str) -> Setup:
    return Setup(rules=(str(folder / "rules.yaml"),), **more)  # type: ignore[arg-type]


def made(folder: Path, table: str = TABLE, mapping: str = MAP) -> list[Made]:
    (folder / "cases.csv").write_text(table, encoding="utf-8")
    (folder / "map.yaml").write_text(mapping, encoding="utf-8")
    mapper = load_mapping(folder / "map.yaml", Vocabulary.core())
    return list(mapper.cases(one_sheet(folder / "cases.csv")))


# Columns become facts


def test_rows_become_cases_with_their_projects_and_costs(folder: Path) -> None:
    first, second = made(folder)
    assert first.data == {
        "case": "1",
        "decision_date": "2025-09-01",
        "enterprise": {"name": "=甲", "place": "330100"},
        "projects": [
            {"id": "p1", "nature": ["新建"], "costs": [{"kind": "equipment", "amount": "1234.5万元"}]},
            {"id": "p2", "nature": ["新建"], "costs": [{"kind": "other_software", "amount": "0.10元"}]},
        ],
    }
    assert (first.rows, second.name, second.at) == ((2, 3), "E2", "cases!A4")
    assert first.cells["projects[1].costs[0].amount"] == "cases!G3"


@pytest.mark.parametrize(
    ("text", "fact", "unit", "value"),
    [
        ("15", "enterprise.revenue_growth", "%", "15%"),
        ("0.15", "enterprise.revenue_growth", "1", "15%"),
        ("-0.05", "enterprise.revenue_growth", "1", "-5%"),
        ("15%", "enterprise.revenue_growth", "%", "15%"),
        ("280", "projects.total", "万元", "280万元"),
        ('"1,280.50"', "projects.total", "元", "1280.50元"),
        ('"1,280万元"', "projects.total", "元", "1280万元"),
        ("2025/9/1", "projects.started", "", "2025-09-01"),
        ("2025年9月1日", "projects.started", "", "2025-09-01"),
        ("20250901", "projects.started", "", "2025-09-01"),
        ("改扩建、搬迁", "projects.purposes", "", ["改扩建", "搬迁"]),
        ("TRUE", "loans.new", "", "true"),
    ],
)
def test_what_a_cell_says_is_written_as_a_case_says_it(
    text: str, fact: str, unit: str, value: object, folder: Path
) -> None:
    column = f"{{fact: {fact}, unit: '{unit}'}}" if unit else fact
    (one,) = made(folder, f"a\n{text}\n", f"map: 1\ncolumns: {{a: {column}}}\n")
    entity, _, name = fact.partition(".")
    held = one.data[entity]
    thing = held[0] if isinstance(held, list) else held
    assert isinstance(thing, Mapping)
    assert thing[name] == value


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("columns:", "colums:"), "did you mean 'columns'?"),
        (("enterprise.name", "enterprise.nmae"), "did you mean 'name'?"),
        (("projects.nature", "project.nature"), "did you mean 'projects'?"),
        (("things: {projects:", "things: {project:"), "did you mean 'projects'?"),
        (("{fact: projects.nature,", "{fact: projects.nature, unit: 元,"), "this fact has no unit"),
        (("fixed: {decision_date", "fixed: {desision_date"), "did you mean 'decision_date'?"),
    ],
)
def test_a_wrong_mapping_is_told_with_what_was_meant(change: tuple[str, str], told: str, folder: Path) -> None:
    with pytest.raises(InputError) as caught:
        made(folder, TABLE, MAP.replace(*change))
    assert told in str(caught.value)
    assert "map.yaml:" in str(caught.value)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("备注", "备用"), "cases!H1: unknown-key: the mapping does not have the column '备用'"),
        (("名称", "名 称"), "cases!1: missing-key: the table has no column '名称'"),
        (("备注", "名称"), "cases!H1: duplicate-key: two columns have the head '名称'"),
    ],
)
def test_heads_that_do_not_fit_are_told_at_their_cells(change: tuple[str, str], told: str, folder: Path) -> None:
    with pytest.raises(InputError) as caught:
        made(folder, TABLE.replace(*change))
    assert told in str(caught.value)


def test_a_unit_that_contradicts_the_head_is_an_error(folder: Path) -> None:
    mapping = MAP.replace('"projects.costs[0].amount"', '{fact: "projects.costs[0].amount", unit: 元}')
    with pytest.raises(InputError, match="the mapping says the unit is '元', the head says '万元'"):
        made(folder, TABLE, mapping)


# A table is evaluated


def rejects(target: Path) -> list[list[str]]:
    with target.with_name(target.name + ".rejects.csv").open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.reader(stream))[1:]


def test_every_kind_of_target_says_the_same(folder: Path) -> None:
    expected = [("E1", "617250.00"), ("E1", "0.01"), ("E2", "1000.15")]
    for kind in ("csv", "xlsx", "jsonl", "parquet"):
        target = folder / f"out.{kind}"
        report = run_batch(folder / "cases.csv", target, mapping=folder / "map.yaml", setup=setup(folder))
        assert (report.cases, report.awards, report.rejected) == (2, 3, 0)
        if kind == "jsonl":
            lines = [json.loads(line) for line in target.read_text(encoding="utf-8").splitlines()]
            assert [(line["case"], line["net_max"]) for line in lines] == expected
        elif kind == "parquet":
            table = pq.read_table(target)
            assert [
                (a, str(b)) for a, b in zip(*(table[c].to_pylist() for c in ("case", "net_max")), strict=True)
            ] == expected
        else:
            sheet = list(read_sheets(target))[-1]
            rows = [row.texts for row in sheet.rows if row.texts[0] in ("E1", "E2")]
            found = [(row[0], row[12]) for row in rows]
            assert [(name, float(text)) for name, text in found] == [(name, float(text)) for name, text in expected]
    assert "'=甲" in (folder / "out.csv").read_text(encoding="utf-8-sig")


def test_what_a_table_gives_is_what_each_case_gives(folder: Path) -> None:
    report = run_batch(
        folder / "cases.csv", folder / "o.jsonl", mapping=folder / "map.yaml", setup=setup(folder, rows="full")
    )
    policies = load_policies([folder / "rules.yaml"])
    lines = (folder / "o.jsonl").read_text(encoding="utf-8").splitlines()
    own = [evaluate(Case.from_dict(one.data), policies).as_json() for one in made(folder)]
    assert [json.loads(line) for line in lines] == own
    assert report.totals == {"exact": {"cases": 2, "min": "618250.16", "max": "618250.16"}}
    run_batch(_lines(folder, made(folder)), folder / "p.jsonl", setup=setup(folder, rows="full"))
    assert (folder / "p.jsonl").read_bytes() == (folder / "o.jsonl").read_bytes()


def _lines(folder: Path, cases: list[Made]) -> Path:
    path = folder / "cases.jsonl"
    path.write_text("".join(json.dumps(one.data, ensure_ascii=False) + "\n" for one in cases), encoding="utf-8")
    return path


def test_heads_may_be_the_paths_of_facts(folder: Path) -> None:
    (folder / "plain.csv").write_text(
        "case,decision_date,enterprise.place,projects.nature,projects.costs.kind,项目.投资明细.金额（万元）\n"
        "a,2025-09-01,330100,新建,equipment,2\n",
        encoding="utf-8",
    )
    report = run_batch(folder / "plain.csv", folder / "out.csv", setup=setup(folder))
    assert (report.rejected, report.totals["exact"]["max"]) == (0, "1000.00")


@pytest.mark.parametrize(
    ("rows", "at", "code"),
    [
        ("E1,甲,330100,p1,新,12x,,\n", "cases!F2", "unknown-unit"),
        ("E1,甲,330100,p1,新,1.2345678,,\n", "cases!F2", "not-whole-fen"),
        ("E1,甲,330100,p1,旧,1,,\n", "cases!E2", "unknown-member"),
        ("E1,甲,330100,,新,1,,\n", "cases!D2", "missing-key"),
        (",甲,330100,p1,新,1,,\n", "cases!A2", "missing-key"),
        ("E1,甲,330100,p1,新,1,,,2\n", "cases!I2", "unknown-key"),
        ("E1,甲,330100,p1,新,#REF!,,\n", "cases!F2", "wrong-type"),
        ("E1,甲,330100,p1,新,1,,\nE1,乙,330100,p2,新,1,,\n", "cases!B3", "both-names"),
        ("E1,甲,330100,p1,新,1,,\nE2,乙,330100,p2,新,1,,\nE1,甲,330100,p2,新,1,,\n", "cases!A2", "bad-table"),
    ],
)
def test_a_case_that_is_wrong_is_rejected_with_its_cell(rows: str, at: str, code: str, folder: Path) -> None:
    (folder / "cases.csv").write_text(HEAD + rows, encoding="utf-8")
    report = run_batch(folder / "cases.csv", folder / "out.csv", mapping=folder / "map.yaml", setup=setup(folder))
    assert (at, code) in [(row[1], row[2]) for row in rejects(folder / "out.csv")]
    assert report.rejected >= 1


def many(folder: Path, count: int) -> Path:
    rows = [f"E{n},企业{n},330100,p1,新,{n}.{n % 100:02d},{n},\n" for n in range(count)]
    (folder / "cases.csv").write_text(HEAD + "".join(rows), encoding="utf-8")
    return folder / "cases.csv"


def test_a_run_that_was_stopped_goes_on_and_gives_the_same_bytes(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "CHUNK", 10)
    source, mapping = many(folder, 45), folder / "map.yaml"
    run_batch(source, folder / "whole.csv", mapping=mapping, setup=setup(folder))

    def stop(done: int) -> None:
        if done >= 20:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_batch(source, folder / "out.csv", mapping=mapping, setup=setup(folder), progress=stop)
    assert not (folder / "out.csv").exists()
    report = run_batch(source, folder / "out.csv", mapping=mapping, setup=setup(folder))
    assert report.resumed == 20
    assert (folder / "out.csv").read_bytes() == (folder / "whole.csv").read_bytes()
    assert not list(folder.glob(".*"))


def test_what_was_kept_of_other_inputs_is_not_gone_on_with(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "CHUNK", 10)

    def stop(_: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_batch(many(folder, 25), folder / "o.csv", mapping=folder / "map.yaml", setup=setup(folder), progress=stop)
    report = run_batch(many(folder, 26), folder / "o.csv", mapping=folder / "map.yaml", setup=setup(folder))
    assert (report.resumed, report.cases) == (0, 26)


@pytest.mark.parametrize(
    ("target", "more", "told"),
    [
        ("out.txt", {}, "is not a table that is written"),
        ("cases.csv", {}, "would be written over what is read"),
        ("out.csv", {"rows": "full"}, "whole results are written as JSON lines"),
        ("out.csv", {"rows": "all"}, "rows is 'all'"),
    ],
)
def test_a_wrong_call_is_refused(target: str, more: dict[str, str], told: str, folder: Path) -> None:
    with pytest.raises(UsageError, match=told):
        run_batch(folder / "cases.csv", folder / target, mapping=folder / "map.yaml", setup=setup(folder, **more))
    assert mapping_of(None, Vocabulary.core()).file is None


def command(folder: Path, *more: str) -> list[str]:
    start = [sys.executable, "-m", "subsidy_rules", "batch", str(folder / "cases.csv"), str(folder / "out.csv")]
    return [*start, "--map", str(folder / "map.yaml"), "--rules", str(folder / "rules.yaml"), *more]


@pytest.mark.slow
def test_processes_keep_the_order_and_a_killed_run_goes_on(folder: Path) -> None:
    many(folder, 3000)
    subprocess.run(command(folder, "--jobs", "1"), check=True, capture_output=True)
    whole = (folder / "out.csv").read_bytes()
    (folder / "out.csv").unlink()
    partial = folder / ".out.csv.partial"
    for sign, code in ((signal.SIGKILL, -signal.SIGKILL), (signal.SIGINT, 130)):
        run = subprocess.Popen(command(folder, "--jobs", "2"), stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        kept = len(list(partial.glob("0*.jsonl"))) if partial.exists() else 0
        while len(list(partial.glob("0*.jsonl"))) < kept + 4:
            time.sleep(0.01)
            assert run.poll() is None
        os.kill(run.pid, sign)
        assert run.wait(60) == code
        assert not (folder / "out.csv").exists()
    subprocess.run(command(folder, "--jobs", "2"), check=True, capture_output=True)
    assert (folder / "out.csv").read_bytes() == whole
    assert json.loads((folder / "out.csv.report.json").read_text(encoding="utf-8"))["resumed"] >= 800


@pytest.mark.parametrize(("lang", "told"), [("zh", "退回 0 个"), ("en", "2 cases, 3 awards, 0 rejected")])
def test_the_command_says_what_it_did(lang: str, told: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = [str(folder / "cases.csv"), str(folder / "out.csv"), "--map", str(folder / "map.yaml")]
    options = ["--rules", str(folder / "rules.yaml"), "--jobs", "1", "--lang", lang]
    assert not app(["batch", *files, *options], standalone_mode=False)
    assert told in capsys.readouterr().out
    (folder / "cases.csv").write_text(HEAD + "E1,甲,330100,p1,新,12x,,\n", encoding="utf-8")
    assert app(["batch", *files, *options], standalone_mode=False) == 1
    assert app(["batch", *files, *options, "--reading", "x"], standalone_mode=False) == 2
