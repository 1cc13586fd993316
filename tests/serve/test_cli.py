"""The command as a program: what it prints, where, and with which exit code."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from typer.testing import CliRunner

from subsidy_rules import Case, evaluate, load_guide, load_policies
from subsidy_rules.award.kinds import kinds_of
from subsidy_rules.serve import cli

ROOT = Path(__file__).parents[2]
EXAMPLE = str(ROOT / "examples" / "xian_enterprise.yaml")
ODD = str(ROOT / "tests" / "award" / "odd_city.yaml")
GUIDE = """
guide: 1
document: {issuer: 某局, title: 某细则}
fills:
  xian_30/environmental_grade_rate: 20%
"""


@dataclass(frozen=True)
class Ran:
    code: int
    out: str
    err: str
    raw: bytes


def run(*args: str, given: bytes | None = None) -> Ran:
    """Run the command inside this process."""
    found = CliRunner().invoke(cli.app, list(args), input=given)
    assert found.exception is None or isinstance(found.exception, SystemExit)
    return Ran(found.exit_code, found.stdout, found.stderr, found.stdout_bytes)


def start(*args: str, env: Mapping[str, str] | None = None, given: bytes = b"") -> Ran:
    """Run the command as a program of its own."""
    kept = {**os.environ, **(env or {})}
    code = "from subsidy_rules.serve.cli import main; main()"
    found = subprocess.run([sys.executable, "-c", code, *args], input=given, capture_output=True, check=False, env=kept)
    return Ran(
        found.returncode,
        found.stdout.decode("utf-8", "replace"),
        found.stderr.decode("utf-8", "replace"),
        found.stdout,
    )


# evaluate


def test_evaluate_prints_tables() -> None:
    ran = run("evaluate", EXAMPLE)
    assert (ran.code, ran.err) == (0, "")
    assert "xian_30/equipment_renewal@p1" in ran.out
    assert "计算结果，不是行政决定" in ran.out


def test_json_is_what_the_library_gives_byte_for_byte() -> None:
    wanted = evaluate(Case.load(EXAMPLE), load_policies()).to_json().encode()
    assert run("evaluate", EXAMPLE, "--format", "json").raw == wanted
    assert start("evaluate", EXAMPLE, "--format", "json", env={"PYTHONIOENCODING": "gbk"}).raw == wanted


def test_the_case_may_come_from_standard_input() -> None:
    wanted = run("evaluate", EXAMPLE, "--format", "json").out
    assert run("evaluate", "-", "--format", "json", given=Path(EXAMPLE).read_bytes()).out == wanted


def test_markdown_and_english() -> None:
    ran = run("evaluate", EXAMPLE, "--format", "markdown", "--lang", "en")
    assert ran.out.startswith("# 西安某精密机械制造有限公司\n\ndecision date 2025-11-20")


def test_readings_guides_and_the_date_reach_the_evaluation(tmp_path: Path) -> None:
    guide = tmp_path / "guide.yaml"
    guide.write_text(GUIDE, encoding="utf-8")
    case = tmp_path / "case.yaml"
    text = Path(EXAMPLE).read_text(encoding="utf-8").replace("decision_date: 2025-11-20", "")
    case.write_text(text, encoding="utf-8")
    policies = load_policies()
    wanted = evaluate(
        Case.load(case),
        policies,
        "2025-12-01",
        readings={"A2": "any_software", "xian_31/A26": "exclusive"},
        guides=[load_guide(guide, policies)],
    )
    options = ["--as-of", "2025-12-01", "--reading", "A2=any_software", "--reading", "xian_31/A26=exclusive"]
    ran = run("evaluate", str(case), *options, "--guide", str(guide), "--format", "json")
    assert ran.out == wanted.to_json()


def test_one_policy_alone_still_reads_the_facts_of_the_others() -> None:
    ran = run("evaluate", EXAMPLE, "--policy", "xian_30", "--format", "json")
    found = json.loads(ran.out)
    assert {award["policy"] for award in found["awards"]} == {"xian_30"}
    assert [rule["policy"] for rule in found["stamp"]["rules"]] == ["xian_30"]


def test_other_rule_files_stand_in_place_of_those_that_ship() -> None:
    given = b"case: 1\nenterprise: {type: enterprise, place: '330106'}\n"
    found = json.loads(run("evaluate", "-", "--rules", ODD, "--format", "json", given=given).out)
    assert [rule["policy"] for rule in found["stamp"]["rules"]] == ["odd"]
    both = run("evaluate", "-", "--rules", ODD, "--rules", str(ROOT / "rules"), "--format", "json", given=given)
    assert len(json.loads(both.out)["stamp"]["rules"]) > 2


def test_all_readings_print_the_spread() -> None:
    found = json.loads(run("evaluate", EXAMPLE, "--readings", "all", "--format", "json").out)
    plain = json.loads(run("evaluate", EXAMPLE, "--format", "json").out)
    assert found.pop("spread") == {"kind": "between", "min": "7369907.43", "max": "13623157.43"}
    assert found == plain
    assert "全部解读组合" in run("evaluate", EXAMPLE, "--readings", "all").out
    assert (
        "over all readings" in run("evaluate", EXAMPLE, "--readings", "all", "--format", "markdown", "--lang", "en").out
    )


# explain


def test_explain_says_the_steps_and_the_clause() -> None:
    ran = run("explain", EXAMPLE, "equipment_renewal")
    assert ran.code == 0
    assert "1. 基数：设备 2,800万元 + 配套软件 200万元 = 3,000万元" in ran.out
    assert "三（三）第1句" in ran.out
    assert "只含随设备配套的软件" in ran.out


def test_explain_in_one_line() -> None:
    ran = run("explain", EXAMPLE, "xian_31/industrial_software@s1", "--formula", "--lang", "en")
    assert ran.out == (
        "xian_31/industrial_software@s1 = min((CNY 3,400,000–CNY 3,800,000) × 10%, CNY 1,000,000) "
        "= CNY 340,000 – CNY 380,000\n"
    )


@pytest.mark.parametrize(
    ("clause", "lang", "said"),
    [
        ("equipment_renewl", "zh", "错误：没有条款“equipment_renewl”；是否应为：equipment_renewal\n"),
        ("equipment_renewl", "en", "error: no clause 'equipment_renewl'; did you mean: equipment_renewal\n"),
    ],
)
def test_an_unknown_clause_is_one_line(clause: str, lang: str, said: str) -> None:
    ran = run("explain", EXAMPLE, clause, "--lang", lang)
    assert (ran.code, ran.out, ran.err) == (2, "", said)


# clauses


def test_clauses_as_json_are_the_sentences_of_the_plans() -> None:
    rows = json.loads(run("clauses", "--format", "json").out)
    policies = load_policies()
    assert [(row["policy"], row["id"]) for row in rows] == [
        (s.policy, s.id) for p in policies.plans for s in p.sentences
    ]
    assert set(rows[0]) == {"policy", "path", "sentence", "id", "kind", "quote", "readings"}
    for row in rows:
        plan = policies.by_id[row["policy"]]
        assert row["kind"] == kinds_of(plan)[row["id"]]
        assert row["quote"] == policies.sentence(row["policy"], row["id"]).quote


def test_clauses_of_one_policy_as_a_table() -> None:
    ran = run("clauses", "--policy", "xian_31", "--lang", "en")
    assert ran.code == 0
    assert "xian_31/chain_leader" in ran.out
    assert "xian_30/" not in ran.out


def test_a_sentence_that_is_not_encoded_is_listed() -> None:
    rows = json.loads(run("clauses", "--rules", ODD, "--format", "json").out)
    assert rows[-1] == {
        "policy": "odd",
        "path": "十",
        "sentence": 1,
        "id": None,
        "kind": "unencoded",
        "quote": "视情况给予支持",
        "readings": [],
    }
    assert "未编码" in run("clauses", "--rules", ODD).out


# check


def test_check_passes_the_packs_that_ship() -> None:
    ran = run("check")
    assert ran.code == 0
    assert "xian_30.yaml: ok: 21 sentences（21 句，未编码 0 处）" in ran.out
    assert "xian_31.yaml: ok: 19 sentences（19 句，未编码 0 处）" in ran.out


def test_check_counts_what_is_not_modelled() -> None:
    assert run("check", ODD, "--lang", "en").out == f"{ODD}: ok: 25 sentences, 1 not modelled\n"


def test_check_prints_every_problem_and_goes_on(tmp_path: Path) -> None:
    bad = tmp_path / "bad.yaml"
    text = Path(ODD).read_text(encoding="utf-8")
    bad.write_text(
        text.replace("kind is equipment", "kind is equipmnet").replace("10%\n    quote: 10%", "10\n    quote: 10%"),
        encoding="utf-8",
    )
    ran = run("check", str(bad), ODD, "--lang", "en")
    assert ran.code == 1
    assert "equipmnet" in ran.out
    assert "did you mean 'equipment'?" in ran.out
    assert "bad-ratio" in ran.out
    assert f"{ODD}: ok: 25 sentences" in ran.out


def test_check_reads_a_folder_and_says_what_cannot_be_loaded_together(tmp_path: Path) -> None:
    for name in ("a.yaml", "b.yaml"):
        (tmp_path / name).write_text(Path(ODD).read_text(encoding="utf-8"), encoding="utf-8")
    ran = run("check", str(tmp_path))
    assert ran.code == 1
    assert "不能一起加载：two policies have the id 'odd'" in ran.out
    assert "cannot be loaded together: two policies" in run("check", str(tmp_path), "--lang", "en").out


@pytest.mark.parametrize("missing", ["nothing.yaml", "."])
def test_check_without_a_rule_file_is_a_wrong_call(missing: str, tmp_path: Path) -> None:
    ran = run("check", str(tmp_path / missing))
    assert (ran.code, ran.out) == (2, "")
    assert "no rule file at" in ran.err


# what is wrong with the input or the call


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["evaluate", "no_such_file.yaml"], "no_such_file.yaml: unreadable"),
        (["evaluate", "."], "unreadable"),
        (["evaluate", EXAMPLE, "--policy", "xian_3"], "no policy 'xian_3'"),
        (["evaluate", EXAMPLE, "--rules", "nowhere"], "no rule file at 'nowhere'"),
        (["evaluate", EXAMPLE, "--as-of", "2025-13-01"], "is not a date"),
        (["evaluate", EXAMPLE, "--as-of", "2025-12-01"], "they differ"),
        (["evaluate", EXAMPLE, "--reading", "A2"], "--reading is ID=OPTION"),
        (["evaluate", EXAMPLE, "--reading", "A3=per_project"], "not unique"),
        (["evaluate", EXAMPLE, "--reading", "A2=nothing"], "has no option 'nothing'"),
        (["evaluate", EXAMPLE, "--readings", "some"], "--readings can be 'all'"),
        (["evaluate", EXAMPLE, "--guide", "no_such_guide.yaml"], "no_such_guide.yaml: unreadable"),
        (["evaluate", EXAMPLE, "--format", "xml"], "--format"),
        (["evaluate"], "CASE"),
        (["clauses", "--policy", "nowhere"], "no policy 'nowhere'"),
    ],
)
def test_a_wrong_call_is_said_on_standard_error_with_code_2(args: list[str], said: str) -> None:
    for lang in ("zh", "en"):
        ran = run(*args, "--lang", lang)
        assert (ran.code, ran.out) == (2, "")
        assert said in ran.err
        assert "Traceback" not in ran.err


def test_wrong_input_is_said_with_its_place_in_the_language_asked_for() -> None:
    given = b"case: 1\nenterprise: {tpye: enterprise}\n"
    ran = run("evaluate", "-", given=given)
    assert ran.code == 2
    assert "<stdin>:2:14: unknown-key: 未知键“tpye”" in ran.err
    assert "是否为“type”？" in ran.err
    assert "did you mean 'type'?" in run("evaluate", "-", "--lang", "en", given=given).err


def test_bytes_that_are_no_text_are_refused() -> None:
    ran = run("evaluate", "-", "--lang", "en", given=b"\xff\xfe\x00")
    assert (ran.code, ran.out) == (2, "")
    assert "bad-encoding" in ran.err


# the program


def test_version_and_help() -> None:
    assert start("--version").out.startswith("subsidy-rules 0.")
    for command in ("evaluate", "explain", "clauses", "check"):
        assert command in start("--help").out
    assert start().code == 2


def test_help_loads_nothing_heavy() -> None:
    code = (
        "import sys, subsidy_rules.serve.cli as cli\n"
        "try: cli.app(['--help'])\n"
        "except SystemExit: pass\n"
        "print([name for name in ('rich.table', 'subsidy_rules.report.tables') if name in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    assert found.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize("encoding", ["gbk", "cp936", "ascii"])
@pytest.mark.parametrize("format_", ["table", "markdown"])
def test_a_console_that_is_not_utf_8_gets_what_it_can_show(encoding: str, format_: str) -> None:
    ran = start("evaluate", EXAMPLE, "--format", format_, env={"PYTHONIOENCODING": encoding})
    assert (ran.code, ran.err) == (0, "")
    shown = ran.raw.decode(encoding)
    assert "xian_30/equipment_renewal@p1" in shown
    assert ("西安某精密机械制造有限公司" in shown) == (encoding != "ascii")
    wrong = start("evaluate", "没有🖂.yaml", env={"PYTHONIOENCODING": encoding})
    assert wrong.code == 2
    assert "Traceback" not in wrong.err


def test_a_narrow_terminal_is_kept_to() -> None:
    ran = start("evaluate", EXAMPLE, "--lang", "en", env={"COLUMNS": "40"})
    assert ran.code == 0
    assert max(len(line) for line in ran.out.splitlines()) <= 40


def test_a_fault_of_the_program_is_said_without_a_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken() -> None:
        raise KeyError("x")

    monkeypatch.setattr(cli, "app", broken)
    with pytest.raises(SystemExit) as left:
        cli.main()
    assert left.value.code == 70
    assert "a fault of this program, please report it (KeyError: 'x')" in capsys.readouterr().err
    monkeypatch.setenv("SUBSIDY_RULES_DEBUG", "1")
    with pytest.raises(KeyError):
        cli.main()


def test_an_error_of_the_system_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(cli, "_evaluated", full)
    assert run("evaluate", EXAMPLE).err == "错误：[Errno 28] No space left on device\n"
    assert run("evaluate", EXAMPLE, "--lang", "en").err == "error: [Errno 28] No space left on device\n"
