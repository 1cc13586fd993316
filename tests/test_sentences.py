"""The clauses of the packs are the sentences of the texts: the same list, of the same kinds, in the same words."""

from __future__ import annotations

import csv
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from subsidy_rules import load_policies
from subsidy_rules.award.kinds import kinds_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from subsidy_rules.mechanisms.step import Lowered
    from subsidy_rules.plan import PolicyPlan

TESTS = Path(__file__).resolve().parent
PACKS = ("xian_30", "xian_31", "shenyang", "xianyang_70")


@cache
def plan_of(pack: str) -> PolicyPlan:
    return load_policies([TESTS.parent / "rules" / f"{pack}.yaml"]).plans[0]


def every_step(steps: Iterable[Lowered]) -> Iterator[Lowered]:
    for step in steps:
        yield step
        yield from every_step(step.inner)


def listed(pack: str, file: Path) -> list[tuple[str, ...]]:
    with file.open(encoding="utf-8") as lines:
        return sorted(tuple(row[:4]) for row in csv.reader(lines) if row and row[0] == pack)


def bare(text: str) -> str:
    """Drop all white space: lines and pages break inside words."""
    return re.sub(r"\s", "", text)


@pytest.mark.parametrize("pack", PACKS)
def test_clauses_are_the_listed_sentences_with_their_kinds(pack: str) -> None:
    plan = plan_of(pack)
    kinds = kinds_of(plan)
    found = [(pack, one.path, str(one.sentence), kinds[one.id]) for one in plan.sentences]
    assert sorted(found) == listed(pack, TESTS / "data" / "sentences.csv")


@pytest.mark.parametrize("pack", PACKS)
def test_the_list_here_is_the_list_of_the_reading(pack: str, shared: Path) -> None:
    assert listed(pack, TESTS / "data" / "sentences.csv") == listed(pack, shared / "reading" / "sentences.csv")


@pytest.mark.parametrize("pack", PACKS)
def test_every_quote_stands_in_the_text(pack: str, shared: Path) -> None:
    text = bare((shared / "policies" / f"{pack}.txt").read_text("utf-8"))
    plan = plan_of(pack)
    quotes = [(one.id, one.quote) for one in plan.sentences] + [(rule.id, rule.quote) for rule in plan.rules]
    assert [name for name, quote in quotes if not quote or bare(quote) not in text] == []
    assert [one.id for one in plan.sentences if bare(one.printed) not in text] == []


@pytest.mark.parametrize("pack", PACKS)
def test_every_step_quotes_its_own_sentence(pack: str) -> None:
    steps = [
        (sentence, step)
        for clause in plan_of(pack).clauses
        for sentence, own in [(row.sentence, row.steps) for row in clause.rows] or [(clause.sentence, clause.steps)]
        for step in every_step(own)
    ]
    assert steps
    assert [
        (one.id, step.word) for one, step in steps if not step.quote or bare(step.quote) not in bare(one.quote)
    ] == []
