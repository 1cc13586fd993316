"""The messy list of the tutorial: thirty planted errors are found, and nothing else is said to be wrong."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import zipfile
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from subsidy_rules.audit.bundle import bundle_of, gathered, write_bundle
from subsidy_rules.audit.check_bundle import main, packed
from subsidy_rules.audit.desk import open_desk
from subsidy_rules.audit.knowledge import load_book
from subsidy_rules.audit.listing import load_list
from subsidy_rules.audit.papers import write_papers
from subsidy_rules.audit.report import as_json, to_html, to_json
from subsidy_rules.audit.ties import findings
from subsidy_rules.audit.verify import Audit, audit
from subsidy_rules.errors import Lang
from subsidy_rules.serve.cli import app
from subsidy_rules.sheets import cells

HERE = Path(__file__).parents[2] / "examples" / "audit"
PAID, CASES = HERE / "paid.csv", HERE / "cases.jsonl"
CLASSES = ("too_much", "too_little", "not_eligible", "cant_tell")
Rows = tuple[int, ...]


@cache
def audited() -> Audit:
    return audit(load_list([PAID]), open_desk(), load_book([CASES]))


@cache
def planted() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((HERE / "planted.yaml").read_text(encoding="utf-8"))
    return found


def test_there_are_thirty_errors_of_thirty_kinds() -> None:
    told = [one["error"] for name in (*CLASSES, "findings") for one in planted()[name]]
    assert len(told) == len(set(told)) == 30


def test_every_line_is_classed_as_planted_and_the_others_are_right() -> None:
    wanted = {(tuple(one["rows"]), name) for name in CLASSES for one in planted()[name]}
    wanted |= {(tuple(one["rows"]), one["class"]) for one in planted()["follows"] if "class" in one}
    found = {(tuple(line.place.row for line in one.lines), one.name) for one in audited().verdicts}
    assert {one for one in found if not one[1].startswith("right")} == wanted
    assert sum(name.startswith("right") for _, name in found) == 3


def test_every_finding_is_planted() -> None:
    wanted = {
        (tuple(one["rows"]), one["code"]) for one in (*planted()["findings"], *planted()["follows"]) if "code" in one
    }
    assert {(tuple(place.row for place in one.places), one.code) for one in findings(audited())} == wanted


def test_what_is_to_be_cut() -> None:
    cut = {one.lines[0].place.row: int(one.judged.cut) for one in audited().verdicts if one.judged.cut}
    # 6400万 × 6% − 5%; 2500万 − 2000万; 700万 × 10%; one fen; 120万 − 100万; 150 + 150 − 50 − 150
    expected = {5: 64_000_000, 6: 500_000_000, 8: 70_000_000, 9: 1, 12: 20_000_000, 21: 100_000_000}
    assert {row: cut[row] for row in expected} == expected
    assert cut[26] == 300_000_000


def test_both_languages_say_every_verdict() -> None:
    langs: tuple[Lang, ...] = ("zh", "en")
    for lang in langs:
        told = as_json(audited(), lang)
        assert isinstance(told["verdicts"], list)
        assert len(told["verdicts"]) == len(audited().verdicts)
        assert "审计底稿" in to_html(audited(), "zh")


@pytest.fixture(scope="module")
def bundled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bundle")
    write_papers(audited(), folder / "papers.xlsx")
    papers = (folder / "papers.xlsx").read_bytes()
    files = bundle_of(audited(), gathered([PAID, CASES]), papers)
    digest = write_bundle(files, folder / "evidence.zip")
    assert digest == hashlib.sha256((folder / "evidence.zip").read_bytes()).hexdigest()
    return folder / "evidence.zip"


def test_the_same_inputs_give_the_same_bytes(bundled: Path, tmp_path: Path) -> None:
    again = audit(load_list([PAID]), open_desk(), load_book([CASES]))
    assert to_json(again) == to_json(audited())
    write_papers(again, tmp_path / "papers.xlsx")
    assert (tmp_path / "papers.xlsx").read_bytes() == (bundled.parent / "papers.xlsx").read_bytes()
    write_bundle(bundle_of(again, gathered([PAID, CASES]), (tmp_path / "papers.xlsx").read_bytes()), tmp_path / "e.zip")
    assert (tmp_path / "e.zip").read_bytes() == bundled.read_bytes()


def test_no_clock_place_or_seed_is_in_a_bundle(tmp_path: Path) -> None:
    digests = set()
    for number, (zone, seed) in enumerate((("Asia/Shanghai", "1"), ("America/New_York", "99"))):
        made = tmp_path / f"{number}.zip"
        call = [sys.executable, "-m", "subsidy_rules", "audit", str(PAID), "--facts", str(CASES), "--bundle", str(made)]
        settings = {**os.environ, "TZ": zone, "PYTHONHASHSEED": seed, "LC_ALL": "C" if number else "C.UTF-8"}
        subprocess.run(call, check=True, capture_output=True, env=settings)
        digests.add(hashlib.sha256(made.read_bytes()).hexdigest())
    assert len(digests) == 1


def test_the_bundle_checks_itself_without_the_library(bundled: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(bundled) as opened:
        opened.extractall(tmp_path)
    alone = [sys.executable, "-I", "-S", str(tmp_path / "check.py")]
    ran = subprocess.run(alone, capture_output=True, check=False, text=True, env={})
    assert (ran.returncode, ran.stdout[:3]) == (0, "OK ")
    assert "import subsidy_rules" not in (tmp_path / "check.py").read_text(encoding="utf-8")


def test_a_folder_of_which_any_file_was_changed_fails(bundled: Path, tmp_path: Path) -> None:
    """Each kind of file (list, facts, packs, results, stamps, digests, the script itself) by one byte, and left out."""
    with zipfile.ZipFile(bundled) as opened:
        files = {name: opened.read(name) for name in opened.namelist()}
        opened.extractall(tmp_path)
    alone = [sys.executable, "-I", "-S", str(tmp_path / "check.py")]

    def failed() -> bool:
        return subprocess.run(alone, capture_output=True, check=False, env={}, cwd="/").returncode != 0

    kinds = {name.partition("/")[0] if name.startswith("rules/") else name: name for name in files}
    for name in kinds.values():
        raw = files[name]
        for at in (0, len(raw) // 2) if name != "check.py" else (raw.index(b"It needs"), raw.index(b"FIXED")):
            (tmp_path / name).write_bytes(raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1 :])
            assert failed(), (name, at)
        (tmp_path / name).unlink()
        assert failed(), name
        (tmp_path / name).write_bytes(raw)
    (tmp_path / "inputs" / "more.csv").write_bytes(b"")
    assert failed()
    (tmp_path / "inputs" / "more.csv").unlink()
    assert not failed()


def test_a_bundle_to_which_something_was_added_fails(bundled: Path, tmp_path: Path) -> None:
    raw = bundled.read_bytes()
    for number, changed in enumerate((raw + b"\0", b"\0" + raw, raw[:-2] + b"\1\0x", raw[:-1], b"")):
        (tmp_path / f"{number}.zip").write_bytes(changed)
        assert main([str(tmp_path / f"{number}.zip")]) == 1, number


def test_a_bundle_of_which_any_byte_was_changed_fails(bundled: Path, tmp_path: Path) -> None:
    raw = bundled.read_bytes()
    step = max(1, len(raw) // 40)
    for at in (*range(0, len(raw), step), len(raw) - 1):
        changed = tmp_path / "changed.zip"
        changed.write_bytes(raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1 :])
        assert main([str(changed)]) == 1, at
    assert main([str(bundled)]) == 0


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('"cut": "640000.00"', '"cut": "64000.00"'),
        ('"400000000"', '"410000000"'),
        ('"amount": "3840000.00"', '"amount": "3840000.01"'),
        ('"class": "too_little"', '"class": "right"'),
        ('"lines": 26', '"lines": 27'),
    ],
)
def test_a_result_that_was_changed_with_its_digests_does_not_add_up(
    bundled: Path, tmp_path: Path, before: str, after: str
) -> None:
    from subsidy_rules.audit.check_bundle import RESULT, SUMS, sums  # noqa: PLC0415

    with zipfile.ZipFile(bundled) as opened:
        files = {name: opened.read(name) for name in opened.namelist()}
    text = files[RESULT].decode()
    assert before in text
    files[RESULT] = text.replace(before, after, 1).encode()
    files[SUMS] = sums(files)
    (tmp_path / "forged.zip").write_bytes(packed(files))
    assert main([str(tmp_path / "forged.zip")]) == 1


def test_the_workbook_has_live_formulas_that_come_to_what_is_due(bundled: Path) -> None:
    papers = bundled.parent / "papers.xlsx"
    names = [sheet.name for sheet in cells.read_sheets(papers)]
    assert names[:3] == ["汇总", "发现", "多付"]
    with zipfile.ZipFile(papers) as opened:
        sheet = opened.read("xl/worksheets/sheet3.xml").decode()
    assert "<f>ROUND(MIN((6000000000+400000000)*(1/20),2000000000),0)</f><v>320000000</v>" in sheet
    assert "<f>MAX(0,I2-K2)</f><v>64000000</v>" in sheet


def test_the_command(tmp_path: Path) -> None:
    out, evidence = tmp_path / "papers.xlsx", tmp_path / "evidence.zip"
    arguments = ["audit", str(PAID), "--facts", str(CASES), "--out", str(out), "--bundle", str(evidence)]
    ran = CliRunner().invoke(app, arguments)
    assert ran.exit_code == 0, ran.output
    assert "多付" in ran.output
    assert main([str(evidence)]) == 0
    again = CliRunner().invoke(app, arguments)
    assert again.exit_code == 2
    assert "不覆盖" in again.output
