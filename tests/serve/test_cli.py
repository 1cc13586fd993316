"""The command as a program: what it prints, where, and with which exit code."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from inspect import signature
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import subsidy_rules
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


SEPARATE: Any = {"mix_stderr": False} if "mix_stderr" in signature(CliRunner.__init__).parameters else {}
"""Before click 8.2 the two streams were one unless this was said."""


def run(*args: str, given: bytes | None = None) -> Ran:
    """Run the command inside this process."""
    found = CliRunner(**SEPARATE).invoke(cli.app, list(args), input=given)
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
    wanted = evaluate(Case.load(EXAMPLE)).to_json().encode()
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
    wanted = evaluate(
        Case.load(case),
        None,
        "2025-12-01",
        readings={"A2": "any_software", "xian_31/A26": "exclusive"},
        guides=[load_guide(guide, load_policies())],
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
    xian = [part for name in ("xian_30", "xian_31") for part in ("--rules", str(ROOT / "rules" / f"{name}.yaml"))]
    both = run("evaluate", "-", "--rules", ODD, *xian, "--format", "json", given=given)
    assert len(json.loads(both.out)["stamp"]["rules"]) == 3


READINGS = """
language: 1
policy:
  id: small
  title: 某市若干措施
  issuer: 某市人民政府
  document: 某政发〔2025〕1号
  place: {code: "610100"}
  window: {start: 2025-01-01, end: 2027-12-31}
  rounding: {unit: 分, stated: false}
  unstated_cumulation: undecided
readings:
  R1:
    asks: 比例是10%还是15%
    options: {lower: 按10%, higher: 按15%}
    default: lower
  R2:
    asks: 投资额是否包括土建
    options: {equipment: 只含设备, civil_too: 包括土建}
    default: equipment
clauses:
- id: renewal
  path: 一
  sentence: 1
  quote: 按投资额的10%或15%给予奖励
  per: project
  fund: city
  award:
  - basis: sum of project.costs.amount where (cost.kind is equipment or cost.kind is civil and reading.R2 is civil_too)
    quote: 投资额
  - rate: 10%
    quote: 10%
    when: reading.R1 is lower
  - rate: 15%
    quote: 15%
    when: reading.R1 is higher
"""
COSTS = """
case: 1
decision_date: 2025-09-01
enterprise: {name: 某公司, type: enterprise, place: "610100"}
projects:
- {id: p1, costs: [{kind: equipment, amount: 1000万元}, {kind: civil, amount: 200万元}]}
"""


def test_all_readings_print_the_spread(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """1000 × 10% = 100; × 15% = 150; (1000 + 200) × 10% = 120; both: 1200 × 15% = 180 (万元)."""
    monkeypatch.setenv("COLUMNS", "300")
    rules = tmp_path / "small.yaml"
    rules.write_text(READINGS, encoding="utf-8")

    def evaluated(*args: str) -> Ran:
        ran = run("evaluate", "-", "--rules", str(rules), *args, given=COSTS.encode())
        assert (ran.code, ran.err) == (0, "")
        return ran

    found = json.loads(evaluated("--readings", "all", "--format", "json").raw)
    assert list(found)[-1] == "spread"
    assert found.pop("spread") == {
        "kind": "between",
        "min": "1000000.00",
        "max": "1800000.00",
        "taken": {"kind": "exact", "min": "1000000.00", "max": "1000000.00"},
        "one_at_a_time": {"kind": "between", "min": "1000000.00", "max": "1500000.00"},
    }
    assert found == json.loads(evaluated("--format", "json").raw)
    tables = [" ".join(line.split()) for line in evaluated("--readings", "all").out.splitlines()]
    start = tables.index("全部解读组合下的合计")
    assert [line for line in tables[start : tables.index("提示")] if line.strip("─ ")] == [
        "全部解读组合下的合计",
        "解读 选项 合计 与采用的相差",
        "small/R1 采用：按10% 100万元",
        "比例是10%还是15%",
        "按15% 150万元 最少 +50万元",
        "最多 +50万元",
        "small/R2 采用：只含设备 100万元",
        "投资额是否包括土建",
        "包括土建 120万元 最少 +20万元",
        "最多 +20万元",
        "每次只改一项 100万元 – 150万元 最多 +50万元",
        "全部解读组合 100万元 – 180万元 最多 +80万元",
        "- 这里的合计连同能否享受未定的；影响最大的解读在前。",
    ]
    plain = evaluated().out
    assert "合计所依据的解读" in plain
    assert "全部解读组合" not in plain
    page = evaluated("--readings", "all", "--format", "markdown", "--lang", "en").out
    assert "| over all readings |  | CNY 1,000,000 – CNY 1,800,000 | most +CNY 800,000 |" in page


def test_all_readings_where_none_moves_the_total(tmp_path: Path) -> None:
    rules = tmp_path / "small.yaml"
    rules.write_text(READINGS, encoding="utf-8")
    case = COSTS.partition("projects:")[0].encode() + b"projects: []\n"
    out = run("evaluate", "-", "--rules", str(rules), "--readings", "all", given=case).out
    assert "- 没有改变合计的解读。" in out
    assert "影响最大" not in out


@pytest.mark.parametrize("case", ["central_and_local", "platform_builder"])
def test_the_spread_holds_what_each_reading_gives(case: str) -> None:
    path = str(ROOT / "examples" / f"{case}.yaml")
    found = json.loads(run("evaluate", path, "--readings", "all", "--format", "json").raw)
    spread = found["spread"]
    moved = [one for use in found["readings"] for one in use["alternatives"]]
    assert len(moved) > 1
    for one in [*moved, spread["taken"], spread["one_at_a_time"]]:
        assert Decimal(spread["min"]) <= Decimal(one["min"]) <= Decimal(one["max"]) <= Decimal(spread["max"])


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
    last = run("check", ODD, "--lang", "en").out.splitlines()[-1]
    assert last == f"{ODD}: ok: 25 sentences, 1 not modelled, 6 warnings"


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
    assert "不能一起加载：两项政策使用同一编号“odd”" in ran.out
    assert "cannot be loaded together: two policies" in run("check", str(tmp_path), "--lang", "en").out


GAP = str(ROOT / "tests" / "bad" / "checks" / "tier_gap_at_the_edge_of_two_rows.yaml")


@pytest.mark.parametrize(("strict", "code"), [((), 0), (("--strict",), 1)])
def test_warnings_alone_fail_a_check_only_where_it_is_strict(strict: tuple[str, ...], code: int) -> None:
    ran = run("check", GAP, *strict, "--lang", "en")
    assert ran.code == code
    assert "warning: branch-gap: project.total = 5,000,000.00元 falls in no row" in ran.out
    assert ran.out.splitlines()[-1] == f"{GAP}: ok: 2 sentences, 0 not modelled, 1 warning"
    assert run("check", GAP).out.splitlines()[-1] == f"{GAP}: ok: 2 sentences（2 句，未编码 0 处，警告 1 条）"


def test_a_strict_check_without_warnings_passes() -> None:
    assert run("check", "--strict").code == 0


@pytest.mark.parametrize(("day", "told"), [("2027-12-31", False), ("2028-01-01", True)])
def test_check_says_that_a_policy_has_ended_only_of_the_day_that_it_is_asked_about(day: str, told: bool) -> None:
    ran = run("check", str(Path(GAP).parents[1] / "city.yaml"), "--as-of", day, "--lang", "en")
    assert ran.code == 0
    assert ("ended-window: the window of the policy ends on 2027-12-31, before 2028-01-01" in ran.out) == told


def test_check_as_of_no_day_is_a_wrong_call() -> None:
    ran = run("check", "--as-of", "2028-1-1")
    assert (ran.code, ran.out) == (2, "")
    assert "--as-of：“2028-1-1”不是日期" in ran.err


def test_check_shows_how_far_it_is_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    assert run("check", GAP).code == 0
    assert run("check", GAP).out == run("check", GAP).out


@pytest.mark.parametrize("missing", ["nothing.yaml", "."])
def test_check_without_a_rule_file_is_a_wrong_call(missing: str, tmp_path: Path) -> None:
    ran = run("check", str(tmp_path / missing))
    assert (ran.code, ran.out) == (2, "")
    assert "没有规则文件" in ran.err


# verify-sources

SOURCE = """
language: 1
policy:
  id: small
  title: 某市若干措施
  issuer: 某市人民政府
  document: 某政发〔2025〕1号
  place: {code: "610100"}
  window: {start: 2025-01-01, end: 2027-12-31}
  rounding: {unit: 分, stated: false}
  unstated_cumulation: undecided
clauses:
- id: product
  path: 一
  sentence: 1
  quote: 每种产品奖励5万元
  fund: city
  award:
  - lump_sum: 5万元
    quote: 奖励5万元
"""


@dataclass(frozen=True)
class Sources:
    rules: str
    texts: str

    def verify(self, *args: str) -> Ran:
        return run("verify-sources", self.texts, "--rules", self.rules, *args)


@pytest.fixture
def sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Sources:
    monkeypatch.setenv("COLUMNS", "300")  # no cell of a table is broken
    (tmp_path / "rules").mkdir()
    (tmp_path / "texts").mkdir()
    (tmp_path / "rules" / "small.yaml").write_text(SOURCE, encoding="utf-8")
    (tmp_path / "texts" / "small.txt").write_text("一、支持产品。每种产\n品奖励 5 万元。\n", encoding="utf-8")
    return Sources(str(tmp_path / "rules"), str(tmp_path / "texts"))


def test_texts_that_agree_leave_with_0(sources: Sources) -> None:
    ran = sources.verify()
    assert (ran.code, ran.err) == (0, "")
    assert "product 一#1" in ran.out
    assert "1–2" in ran.out
    assert "相符" in ran.out
    assert "agrees" in sources.verify("--lang", "en").out


def test_sources_as_json(sources: Sources) -> None:
    ran = sources.verify("--format", "json")
    digest = hashlib.sha256(Path(sources.texts, "small.txt").read_bytes()).hexdigest()
    quote = {"clause": "product", "path": "一", "sentence": 1}
    assert ran.code == 0
    assert json.loads(ran.raw) == {
        "schema": "subsidy-rules/sources/1",
        "ok": True,
        "digests": None,
        "policies": [
            {
                "policy": "small",
                "document": "某政发〔2025〕1号",
                "ok": True,
                "file": "small.txt",
                "sha256": digest,
                "expected_sha256": None,
                "quotes": [
                    {
                        **quote,
                        "kind": "sentence",
                        "place": "clauses[0].quote",
                        "quote": "每种产品奖励5万元",
                        "match": "found",
                        "lines": [[1, 2]],
                        "nearest": None,
                    },
                    {
                        **quote,
                        "kind": "step",
                        "place": "clauses[0].award[0].quote",
                        "quote": "奖励5万元",
                        "match": "found",
                        "lines": [[2, 2]],
                        "nearest": None,
                    },
                ],
                "figures": [
                    {
                        "line": 2,
                        "figure": "5万元",
                        "text": "、支持产品。每种产品奖励5万元。",
                        "state": "carried",
                        "clauses": ["product"],
                    }
                ],
            }
        ],
        "without_text": [],
        "without_policy": [],
        "without_digest": [],
    }


@pytest.mark.parametrize(
    ("text", "zh", "en"),
    [
        (
            "一、支持产品。每种产品奖赏5万元。",
            ["与原文不符的引文（2 处）", "原文中没有", "最相近（第 1 行，差 1 字）：“每种产品奖赏5万元”"],
            [
                "Quotes that do not agree with the text (2)",
                "nearest (line 1, differences: 1): “每种产品奖赏5万元”",
            ],
        ),
        (
            "一、支持产品。每种产品奖励5万元。\n二、支持创新。奖励8万元。",
            ["没有条款承接的数字（1 个）", "small:2", "8万元", "没有条款引用"],
            ["Figures that no clause accounts for (1)", "no clause quotes it"],
        ),
        (
            "每种产品奖励5万元。每种产品奖励5万元。",
            ["原文有多处，不能确定是哪一句", "第 1, 1 行"],
            ["it does not say which sentence"],
        ),
    ],
)
def test_texts_that_do_not_agree_leave_with_1(text: str, zh: list[str], en: list[str], sources: Sources) -> None:
    Path(sources.texts, "small.txt").write_text(text, encoding="utf-8")
    for lang, wanted in (("zh", zh), ("en", en)):
        ran = run("verify-sources", sources.texts, "--rules", sources.rules, "--lang", lang)
        assert (ran.code, ran.err) == (1, "")
        assert [said for said in wanted if said not in ran.out] == []
    found = sources.verify("--format", "json")
    assert (found.code, json.loads(found.raw)["ok"]) == (1, False)


def test_a_changed_text_and_one_without_a_digest(sources: Sources) -> None:
    listing = Path(sources.texts, "SHA256SUMS")
    listing.write_text(f"{'0' * 64}  small.txt\n", encoding="utf-8")
    ran = sources.verify()
    assert (ran.code, f"SHA256SUMS 记的是 {'0' * 64}" in ran.out) == (1, True)
    assert "small.txt has changed" in sources.verify("--lang", "en").out
    other = Path(sources.texts, "known")
    other.write_text(f"{'0' * 64}  other.txt\n", encoding="utf-8")
    ran = sources.verify("--digests", str(other))
    assert (ran.code, "known 没有 small.txt 的摘要" in ran.out) == (1, True)
    assert "known has no digest of small.txt" in sources.verify("--digests", str(other), "--lang", "en").out


def test_a_policy_without_a_text_and_a_text_without_a_policy_are_said(sources: Sources) -> None:
    Path(sources.texts, "small.txt").rename(Path(sources.texts, "other.txt"))
    ran = sources.verify()
    assert ran.code == 1
    assert "small 没有原文：文件夹里没有 small.txt" in ran.out
    assert "other.txt 不是任何政策的原文" in ran.out
    ran = sources.verify("--lang", "en")
    assert "small has no text" in ran.out
    assert "other.txt is the text of no policy" in ran.out
    found = json.loads(sources.verify("--format", "json").raw)
    assert (found["without_text"], found["without_policy"]) == (["small"], ["other.txt"])


def test_the_texts_of_the_packs_that_ship(shared: Path) -> None:
    ran = run("verify-sources", str(shared / "policies"))
    assert (ran.code, ran.err) == (0, "")
    found = json.loads(run("verify-sources", str(shared / "policies"), "--policy", "xian_30", "--format", "json").raw)
    assert [one["policy"] for one in found["policies"]] == ["xian_30"]


# what is wrong with the input or the call


@pytest.mark.parametrize(
    ("args", "zh", "en"),
    [
        (["evaluate", "no_such_file.yaml"], "no_such_file.yaml: unreadable", "no_such_file.yaml: unreadable"),
        (["evaluate", "."], "unreadable", "unreadable"),
        (["evaluate", EXAMPLE, "--policy", "xian_3"], "没有政策“xian_3”；已加载：", "no policy 'xian_3'"),
        (["evaluate", EXAMPLE, "--rules", "nowhere"], "“nowhere”没有规则文件", "no rule file at 'nowhere'"),
        (["evaluate", EXAMPLE, "--as-of", "2025-13-01"], "决定日期：", "is not a date"),
        (["evaluate", EXAMPLE, "--as-of", "2025-12-01"], "决定日期不同", "they differ"),
        (["evaluate", EXAMPLE, "--reading", "A2"], "应写成 编号=选项", "--reading is ID=OPTION"),
        (["evaluate", EXAMPLE, "--reading", "A3=per_project"], "解读“A3”不唯一", "not unique"),
        (["evaluate", EXAMPLE, "--reading", "A2=nothing"], "没有选项“nothing”", "has no option 'nothing'"),
        (["evaluate", EXAMPLE, "--reading", "A0=nothing"], "没有解读“A0”", "reading 'A0' is unknown"),
        (["evaluate", EXAMPLE, "--readings", "some"], "--readings 只能写 all", "--readings can be 'all'"),
        (
            ["evaluate", EXAMPLE, "--guide", "no_such_guide.yaml"],
            "no_such_guide.yaml: unreadable",
            "no_such_guide.yaml",
        ),
        (["evaluate", EXAMPLE, "--format", "xml"], "--format", "--format"),
        (["evaluate"], "CASE", "CASE"),
        (["clauses", "--policy", "nowhere"], "没有政策“nowhere”", "no policy 'nowhere'"),
        (["verify-sources"], "DIR", "DIR"),
        (["verify-sources", "nowhere"], "“nowhere”不是存放原文的文件夹", "'nowhere' is not a folder of texts"),
        (["verify-sources", ".", "--policy", "xian_3"], "没有政策“xian_3”", "no policy 'xian_3'"),
        (["verify-sources", ".", "--rules", "nowhere"], "“nowhere”没有规则文件", "no rule file at 'nowhere'"),
        (["verify-sources", ".", "--digests", "nowhere"], "“nowhere”不是摘要清单", "no list of digests at 'nowhere'"),
    ],
)
def test_a_wrong_call_is_said_on_standard_error_with_code_2(args: list[str], zh: str, en: str) -> None:
    for lang, said in (("zh", zh), ("en", en)):
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
    for command in ("evaluate", "explain", "clauses", "check", "verify-sources"):
        assert command in start("--help").out
    nothing = start()
    assert (nothing.code, nothing.out) == (2, "")
    assert "verify-sources" in nothing.err


HEAVY = ("pydantic", "yaml", "rich.table", "subsidy_rules.plan", "subsidy_rules.award", "subsidy_rules.report")


def test_help_loads_nothing_heavy() -> None:
    code = (
        "import sys, subsidy_rules.serve.cli as cli\n"
        "try: cli.app(['--help'])\n"
        "except SystemExit: pass\n"
        f"print([name for name in {HEAVY} if name in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    assert found.stdout.splitlines()[-1] == "[]"


def test_a_public_name_is_imported_when_it_is_used() -> None:
    assert set(subsidy_rules.__all__) <= set(dir(subsidy_rules))
    for name in subsidy_rules.__all__:
        found = getattr(subsidy_rules, name)
        assert getattr(found, "__name__", name) == name
    with pytest.raises(AttributeError, match="has no attribute 'evaluat'"):
        getattr(subsidy_rules, "evaluat")  # noqa: B009 - a type checker refuses the plain form, as it should


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
