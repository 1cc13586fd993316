"""Every award of the invented policies, as a list would state it: paid rightly, a unit more, a unit less."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from subsidy_rules.audit.desk import Desk, open_desk
from subsidy_rules.audit.judging import Class
from subsidy_rules.audit.knowledge import Book
from subsidy_rules.audit.lines import PaidLine, PaidList, Place, Stated
from subsidy_rules.audit.verify import audit
from subsidy_rules.author.suite import CaseTest, load_suite
from subsidy_rules.award.model import Award
from subsidy_rules.facts.case import Case
from subsidy_rules.values.document import Mapping, Scalar

HERE = Path(__file__).parents[1] / "policies"
COSTLY = {
    "beihu": pytest.mark.slow,
    "gaoming": pytest.mark.random,
    "qinghe": pytest.mark.random,
    "yunze": pytest.mark.random,
}
PACKS = [pytest.param(name, marks=COSTLY.get(name, ())) for name in sorted(file.stem for file in HERE.glob("*.txt"))]
ONE = Fraction(1)


def named(case: Case) -> Case:
    """Return a case whose enterprise has a name to be found by."""
    root = case.document.root
    assert isinstance(root, Mapping)
    at = next(i for i, (key, _) in enumerate(root.entries) if key.text in ("enterprise", "申报主体"))
    key, enterprise = root.entries[at]
    assert isinstance(enterprise, Mapping)
    kept = tuple(entry for entry in enterprise.entries if entry[0].text not in ("name", "名称"))
    name = (Scalar("name", root.place), Scalar("甲公司", root.place))
    entries = (*root.entries[:at], (key, Mapping((*kept, name), root.place)), *root.entries[at + 1 :])
    return Case(replace(case.document, root=Mapping(entries, root.place)))


def line_of(award: Award, fen: Fraction) -> PaidLine:
    return PaidLine(
        Place("paid.csv", 2),
        applicant="甲公司",
        object="" if award.object == "enterprise" else award.object,
        clause=f"{award.policy}/{award.clause}",
        granted=Stated(fen, ONE),
    )


def class_of(desk: Desk, case: Case, award: Award, fen: Fraction) -> Class:
    book = Book()
    book.add(named(case))
    (verdict,) = audit(PaidList((line_of(award, fen),), (), ()), desk, book).verdicts
    return verdict.name


def awards(pack: str) -> Iterator[tuple[CaseTest, Desk, Award]]:
    """Return the decided awards of a pack's worked cases, one for each clause and kind."""
    suite = load_suite(HERE / f"{pack}.tests.yaml")
    seen = set()
    for test in suite.cases:
        if test.readings or test.guides:
            continue
        desk = open_desk([HERE / f"{pack}.yaml"])
        result = desk.calculator(desk.plans).evaluate(test.case)
        for award in result.awards:
            key = (award.clause, award.kind)
            plain = award.status == "counted" and not any(one.award == award.id for one in result.instalments)
            if plain and key not in seen and award.kind in ("exact", "at_most") and award.net == award.gated:
                seen.add(key)
                yield test, desk, award


@pytest.mark.parametrize("pack", PACKS)
def test_what_is_due_is_right_and_a_unit_more_or_less_is_not(pack: str) -> None:
    count = 0
    for test, desk, award in awards(pack):
        due = award.gated.maximum
        assert isinstance(due, Fraction)
        count += 1
        assert class_of(desk, test.case, award, due) == "right", award.id
        assert class_of(desk, test.case, award, due + 1) == "too_much", award.id
        below: Class = "too_little" if award.kind == "exact" else "right"
        if due > 1:
            assert class_of(desk, test.case, award, due - 1) == below, award.id
    assert count
