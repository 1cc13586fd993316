"""`subsidy-rules test --coverage`: what the tests reach, what they do not with its place, and --fail-under."""

from __future__ import annotations

import json
import shutil
from contextlib import chdir
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from subsidy_rules.author.coverage import KINDS, Covered, cover
from subsidy_rules.author.scaffold import filled
from subsidy_rules.author.suite import load_suite
from subsidy_rules.author.trial import run_suite
from subsidy_rules.values import document as doc
from tests.serve.test_cli import run

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Path(__file__).parent
REACHED: Any = doc.plain(doc.read(HERE / "reached.yaml").root)
BASE = """\
tests: 1
policies: [PACK]
base:
  case: 1
  decision_date: 2025-09-01
  enterprise: {type: enterprise, place: "330100", industry: "34", revenue_growth: 5%}
  assume_none: [grants, earlier_awards]
  projects: []
  titles: []
  loans: []
  procurements: []
cases:
"""


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Path]:
    for name in ("city", "my_city"):
        (tmp_path / f"{name}.yaml").write_text(filled("pack.yaml", name, "en"), encoding="utf-8")
    (tmp_path / "my_city.tests.yaml").write_text(filled("tests.yaml", "my_city", "en"), encoding="utf-8")
    for name in ("shapes.yaml", "more.yaml"):
        shutil.copy(HERE / name, tmp_path)
    with chdir(tmp_path):
        yield tmp_path


def covered(folder: Path, pack: str, *cases: str) -> Covered:
    """What cases reach; none of them needs to pass."""
    text = "".join(f"- id: c{place}\n  facts: {facts}\n" for place, facts in enumerate(cases))
    file = folder / "made.yaml"
    file.write_text(BASE.replace("PACK", f"{pack}.yaml") + (text or "[]\n"), encoding="utf-8")
    if not cases:
        file.write_text(BASE.replace("PACK", f"{pack}.yaml").replace("cases:\n", "cases: []\n"), encoding="utf-8")
    suite = load_suite(file)
    (found,) = cover([(suite, run_suite(suite))])
    return found


def said(found: Covered) -> set[str]:
    """What is reached, in English."""
    left = set(found.missed)
    return {point.said[1] for point in found.points if point not in left}


def test_what_is_printed(desk: Path) -> None:
    ran = run("test", "my_city.yaml", "--coverage", "--lang", "en")
    assert ran.code == 0
    lines = ran.out.splitlines()
    assert lines[1:9] == [
        "my_city: 23 of 32 reached (71%)",
        "  sentences: 13 of 18",
        "  tiers, rows, branches: 3 of 4",
        "  exceptions: 2 of 2",
        "  caps and floors: 2 of 4",
        "  rules between awards: 1 of 2",
        "  options of readings: 2 of 2",
        "  not reached:",
    ]
    text = (desk / "my_city.yaml").read_text(encoding="utf-8").splitlines()
    places = {}
    for line in lines[9:]:
        place, _, what = line.strip().partition(": ")
        places[what] = text[int(place.split(":")[1]) - 1].strip()
    assert places == {
        "factory: open": "- id: factory",
        "growth: open": "- id: growth",
        "growth: tiers ≥ 10%, < 20%": "- {from: 10%, below: 20%, lump_sum: 20万元}",
        "smart_factory: open": "- id: smart_factory",
        "smart_factory: cap binds": "- cap: 300万元",
        "interest: open": "- id: interest",
        "interest: cap binds": "- cap: 50万元",
        "upgrade: open": "- id: upgrade",
        "rule higher": "- {id: higher, kind: higher_of, clauses: [equipment], against: [smart_factory], same: project, "
        "quote: 同一项目就高不重复}",
    }
    zh = run("test", "my_city.yaml", "--coverage").out.splitlines()
    assert zh[1:3] == ["my_city：覆盖 23，共 32（71%）", "  句子：13/18"]
    assert zh[8] == "  没有案例的："
    assert zh[-1].endswith("：规则 higher") or zh[-1].endswith(": 规则 higher")


def test_without_cases_nothing_is_reached_and_each_kind_is_there(desk: Path) -> None:
    found = covered(desk, "city")
    assert found.reached == frozenset()
    assert found.share == 0
    assert {point.kind for point in found.points} == set(KINDS)


@pytest.mark.parametrize("case", REACHED, ids=lambda case: str(case["pack"]) + ": " + ", ".join(case["reached"]))
def test_a_case_reaches_what_it_is_about(case: dict[str, Any], desk: Path) -> None:
    found = covered(desk, case["pack"], json.dumps(case["facts"], ensure_ascii=False))
    assert set(case["reached"]) <= said(found)
    assert found.missed


def test_a_cap_that_does_not_bind_and_a_tier_not_taken_are_not_reached(desk: Path) -> None:
    found = said(
        covered(desk, "shapes", "{projects: [{id: p1, nature: [改扩建], costs: [{kind: equipment, amount: 500万元}]}]}")
    )
    assert "deep: tiers ≥ 100万元, < 1000万元" in found
    assert found.isdisjoint({"deep: tiers ≥ 1000万元", "deep: cap binds", "deep: minimum binds"})


def test_both_caps_of_one_sentence_have_their_own_place(desk: Path) -> None:
    found = covered(desk, "shapes")
    text = (desk / "shapes.yaml").read_text(encoding="utf-8").splitlines()
    lines = [text[one.place.line - 1].strip() for one in found.points if one.kind == "cap" and one.key[1] == "deep"]
    assert lines == [
        "- {from: 1000万元, rate: 10%, cap: 200万元}",
        "- {cap: 10万元, of: award, per: project}",
        "- minimum: 6万元",
    ]


@pytest.mark.parametrize(("percent", "code"), [("71", 0), ("72", 1), ("0", 0), ("100", 1)])
def test_fail_under(percent: str, code: int, desk: Path) -> None:
    del desk
    ran = run("test", "my_city.yaml", "--fail-under", percent, "--lang", "en")
    assert ran.code == code
    told = f"my_city: 71% reached, less than {percent}%" in ran.out
    assert told == bool(code)
    if code:
        assert f"my_city：覆盖 71%，低于要求的 {percent}%" in run("test", "my_city.yaml", "--fail-under", percent).out


@pytest.mark.parametrize("percent", ["-1", "101", "half"])
def test_a_part_that_is_no_percentage_is_refused(percent: str, desk: Path) -> None:
    del desk
    assert run("test", "my_city.yaml", "--fail-under", percent).code == 2
