"""What changed between two rule files, one change at a time, from `changes.yaml`; and what a change moves."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from subsidy_rules import Case, UsageError
from subsidy_rules.plan import compile_policy
from subsidy_rules.policy.source import read_policy
from subsidy_rules.serve.cli import app
from subsidy_rules.study.changes import about, changes, nature_of
from subsidy_rules.study.moves import CaseMoves, diff
from subsidy_rules.values import document as doc

HERE = Path(__file__).parent
LANTING = [HERE.parent / "versions" / f"lanting_{year}.yaml" for year in (2023, 2025)]
ROWS: Any = doc.plain(doc.read(HERE / "changes.yaml").root)
PACK = """
language: 1
policy:
  id: city
  title: 某市办法
  issuer: 某市人民政府
  document: 某政发〔2025〕2号
  place: {code: "330100"}
  window: {start: 2025-01-01, end: 2027-12-31}
  rounding: {unit: 分, stated: false}
  unstated_cumulation: undecided
readings:
  A1: {asks: 是否, options: {yes_it_is: 是, no_it_is: 否}, default: yes_it_is, reason: 如此}
lists:
  natures: {of: project.nature, members: [改扩建, 新建]}
define:
  wide: project.total >= 50万元
clauses:
- id: support
  path: 一
  sentence: 1
  quote: 按投资的10%补助
  per: project
  fund: city
  when:
  - project.total >= 100万元
  - project.started >= 2025-01-01
  - enterprise.size in [大型, 中型]
  - wide and reading.A1 is yes_it_is and project.nature any of natures
  award:
  - basis: project.total
  - rate: 10%
    quote: 的10%补助
  - cap: 500万元
    of: award
    per: project
  - round: {to: 100元, mode: down}
- id: bands
  path: 二
  sentence: 1
  quote: 分档补助
  per: project
  fund: provincial
  award:
  - basis: project.total
  - tiers: project.total
    rows:
    - {below: 100万元, rate: 5%}
    - {from: 100万元, rate: 8%}
- id: last
  path: 九
  sentence: 9
  quote: 到2027年，力争实现目标
  gives: none
cumulation:
- {id: together, kind: ceiling, clauses: [support], cap: 900万元, quote: 合计不超过900万元}
- {id: higher, kind: higher_of, clauses: [support], against: [bands], same: project, quote: 就高}
"""


def test_the_pack_that_is_changed_is_right() -> None:
    assert compile_policy(read_policy(PACK)).id == "city"


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['was']} → {row['now']}".replace("\n", " ")[:60])
def test_a_change_is_told_in_legal_terms(row: dict[str, Any]) -> None:
    assert PACK.count(row["was"]) == 1, row["was"]
    old, new = read_policy(PACK), read_policy(PACK.replace(row["was"], row["now"]))
    found = changes(old, new)
    assert [part for one in found for part in (one.kind, one.nature, one.old, one.new)] == row["told"]
    back = changes(new, old)
    if row["told"][:1] == ["changed"]:
        assert [(one.nature, one.old, one.new) for one in back] == [(one.nature, one.new, one.old) for one in found]


def test_a_change_names_the_sentence_and_its_place() -> None:
    (one,) = changes(read_policy(PACK), read_policy(PACK.replace("rate: 10%", "rate: 12%")))
    assert (one.clause, one.path, one.sentence, one.place) == ("support", "一", "1", "clauses.support.award[1].rate")
    assert about([one], "support") == (one,)
    assert about([one], "bands") == ()


def test_the_order_of_rules_between_awards_is_a_change() -> None:
    lines = PACK.splitlines(keepends=True)
    (one,) = changes(read_policy(PACK), read_policy("".join([*lines[:-2], lines[-1], lines[-2]])))
    assert (one.nature, one.old, one.new) == ("order", "together, higher", "higher, together")


def test_a_rule_between_awards_that_is_new() -> None:
    lines = PACK.splitlines(keepends=True)
    (one,) = changes(read_policy("".join(lines[:-1])), read_policy(PACK))
    assert (one.kind, one.nature, one.clause, one.new) == ("added", "rule between awards", "higher", "就高")


def test_an_amendment_that_is_taken_back_is_told() -> None:
    amended = PACK.replace(
        "sentence: 9\n",
        "sentence: 9\n  amended:\n  - {kind: repealed, from: 2026-01-01, document: 某政发〔2026〕1号}\n",
    )
    (one,) = changes(read_policy(amended), read_policy(PACK))
    assert (one.kind, one.document) == ("removed", "某政发〔2026〕1号")


@pytest.mark.parametrize(
    ("old", "new", "nature"),
    [
        ("a <= 5%", "a < 5%", "inclusivity"),
        ("a <= 5%", "a >= 5%", "condition"),
        ("a >= 5%", "b >= 6%", "condition"),
        ("a >= 5%", "a >= 5% and b", "condition"),
        ("a >= 2025-01-01", "a >= 5%", "threshold"),
        ("a >= 4.5吨", "a >= 5吨", "threshold"),
    ],
)
def test_what_two_conditions_differ_in(old: str, new: str, nature: str) -> None:
    assert nature_of(old, new) == nature


# What a change moves


def moved(old: str, new: str, **facts: object) -> CaseMoves:
    """The one case under two texts of the pack."""
    folder = Path.cwd()
    for name, text in (("old", old), ("new", new)):
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    head = {"case": "1", "decision_date": "2025-09-01", "enterprise": {"place": "330100", "size": "大型"}}
    project = {"id": "p", "total": "1000万元", "started": "2025-03-01", "nature": "新建", **facts}
    (found,) = diff(
        "old.yaml", "new.yaml", [Case.from_dict({**head, "projects": [project], "assume_none": ["earlier_awards"]})]
    ).cases
    return found


@pytest.fixture(autouse=True)
def _apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


ALONE = PACK[: PACK.index("- id: bands")] + PACK[PACK.index("- id: last") : PACK.index("- {id: higher")]


@pytest.mark.parametrize(
    ("was", "now", "total", "by", "old", "new"),
    [
        # 1000万 × 10% = 100万; × 12% = 120万
        ("rate: 10%", "rate: 12%", "1000万元", "step", "× 10%", "× 12%"),
        # 1亿 × 10% = 1000万: the cap of 500万, then 400万, binds
        ("cap: 500万元", "cap: 400万元", "1亿元", "step", "≤ 500万元", "≤ 400万元"),
        # both change; at 1000万 the cap binds in neither, so the rate moves it; at 1亿 the cap does
        ("rate: 10%|cap: 500万元", "rate: 12%|cap: 400万元", "1000万元", "step", "× 10%", "× 12%"),
        ("rate: 10%|cap: 500万元", "rate: 12%|cap: 400万元", "1亿元", "step", "≤ 500万元", "≤ 400万元"),
        ("project.total >= 100万元", "project.total > 100万元", "100万元", "condition", None, None),
        ("project.total > 100万元", "project.total >= 100万元", "100万元", "condition", None, None),
    ],
)
def test_the_step_that_moved_an_award(
    was: str, now: str, total: str, by: str, old: str | None, new: str | None
) -> None:
    one, other = ALONE, ALONE
    if was not in ALONE and "|" not in was:
        one = ALONE.replace(now, was)
    for before, after in zip(was.split("|"), now.split("|"), strict=True):
        other = other.replace(before, after)
    if one is not ALONE:
        other = ALONE
    (move,) = moved(one, other, total=total).moves
    assert (move.award, move.path, move.by) == ("city/support@p", "一#1", by)
    assert (move.step.old if move.step else None, move.step.new if move.step else None) == (old, new)
    assert move.changes
    assert move.versions[0] != move.versions[1]


def test_an_award_that_a_rule_between_awards_moves() -> None:
    plain = PACK.replace(
        "- {id: higher, kind: higher_of, clauses: [support], against: [bands], same: project, quote: 就高}\n", ""
    )
    found = moved(plain, PACK)
    assert {(one.award, one.by) for one in found.moves} == {
        ("city/support@p", "cumulation"),
        ("city/bands@p", "cumulation"),
    }


def test_a_sentence_that_is_gone_moves_its_award() -> None:
    found = moved(PACK[: PACK.index("cumulation:\n")], ALONE[: ALONE.index("cumulation:\n")])
    gone = next(one for one in found.moves if one.award == "city/bands@p")
    assert (gone.by, gone.new, gone.new_net) == ("sentence", ("无", "none"), None)


def test_versions_are_compared_as_if_each_were_in_force() -> None:
    case = Case.from_dict(
        {
            "case": "1",
            "decision_date": "2026-09-01",
            "applied_on": "2025-08-01",
            "enterprise": {"place": "330107"},
            "projects": [{"id": "p", "total": "3000万元", "started": "2025-07-01"}],
            "titles": [],
        }
    )
    found = diff(LANTING[0], LANTING[1], [case])
    moves = {one.award: (one.old[0], one.new[0]) for one in found.cases[0].moves}
    # 3000万 × 8% = 240万 > 200万; × 10% = 300万 > 150万; the loans are new
    assert moves == {
        "lanting_2025/retrofit@p": ("200万元", "150万元"),
        "lanting_2025/loans@enterprise": ("无", "5万元"),
    }
    assert found.cases[0].moves[0].versions[0].startswith("lanting_2023 2023年版 ")
    assert not diff(LANTING[0], LANTING[0], [case]).changes
    assert diff(LANTING[0], LANTING[0], [case]).equal


def test_folders_are_matched_policy_by_policy(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    (tmp_path / "a" / "city.yaml").write_text(PACK, encoding="utf-8")
    (tmp_path / "a" / "gone.yaml").write_text(PACK.replace("id: city", "id: gone"), encoding="utf-8")
    (tmp_path / "b" / "city.yaml").write_text(PACK.replace("rate: 10%", "rate: 11%"), encoding="utf-8")
    (tmp_path / "b" / "come.yaml").write_text(PACK.replace("id: city", "id: come"), encoding="utf-8")
    told = [(one.kind, one.nature, one.place) for one in diff("a", "b").changes]
    assert told == [
        ("changed", "rate", "clauses.support.award[1].rate"),
        ("added", "policy", "come"),
        ("removed", "policy", "gone"),
    ]


@pytest.mark.parametrize("given", [("no.yaml", "no.yaml"), (str(LANTING[0]), str(LANTING[1]), "no.yaml")])
def test_a_path_that_is_not_there_is_a_wrong_call(given: tuple[str, ...]) -> None:
    with pytest.raises(UsageError, match=r"at 'no\.yaml'"):
        diff(given[0], given[1], given[2:])


# The command


def run(*arguments: str) -> tuple[int, str]:
    found = CliRunner().invoke(app, ["diff", *map(str, arguments)])
    return found.exit_code, found.output


def test_the_command_says_it_in_both_languages_and_forms(tmp_path: Path) -> None:
    case = tmp_path / "case.yaml"
    case.write_text(
        "case: 1\ndecision_date: 2026-09-01\napplied_on: 2025-08-01\nenterprise: {place: '330107'}\n"
        "projects: [{id: p, total: 1000万元}]\ntitles: []\n",
        encoding="utf-8",
    )
    old, new = map(str, LANTING)
    assert run(old, old) == (0, run(old, old)[1])
    assert "没有变化" in run(old, old)[1]
    code, said = run(old, new, str(case), "--lang", "en")
    assert code == 1
    assert "    rate changed: 8% → 10%\n" in said
    assert (
        "  lanting_2025/retrofit@p: CNY 800,000 → CNY 1,000,000\n    retrofit 第三条#1: step rate: × 8% → × 10%\n"
        in said
    )
    assert "lanting_2025/retrofit@p：80万元 → 100万元" in run(old, new, str(case))[1]
    assert "| retrofit 第三条 第1句 | 比例变更 | 8% | 10% |" in run(old, new, str(case), "--format", "markdown")[1]
    made = json.loads(run(old, new, str(case), "--format", "json")[1])
    assert made["schema"] == "subsidy-rules/diff/1"
    move = made["cases"][0]["moves"][0]
    assert (move["old"], move["new"]) == (
        {"min": "800000.00", "max": "800000.00"},
        {"min": "1000000.00", "max": "1000000.00"},
    )
    assert (move["step"]["word"], move["step"]["old_value"], move["step"]["new_value"]) == (
        "rate",
        "800000.00",
        "1000000.00",
    )
    assert run(old, "no.yaml")[0] == 2
