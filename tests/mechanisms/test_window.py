"""Windows: what the dates of a case let an award be, and what the law leaves open (S12)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from subsidy_rules.facts.vocabulary import Vocabulary
from subsidy_rules.mechanisms import operations as op
from subsidy_rules.mechanisms.window import NEVER, Window, lower_window
from tests.mechanisms.bench import fact, number

START, END = number(739_084, "date"), number(740_000, "date")
DECISION, APPLIED, EVENT = fact("case.decision_date"), fact("case.applied_on"), fact("title.recognised_on")


def window(*, stated: bool, event: op.Value | None = None, new_only: bool = False) -> op.Truth:
    return lower_window(Vocabulary.core(), START, END, stated=stated, event=event, new_only=new_only)


def holds(node: op.Truth, days: dict[op.Value, int]) -> bool | str:
    """Evaluate a window with all days known: a bool, or why the law leaves it open."""
    match node:
        case op.All(truths):
            found = [holds(one, days) for one in truths]
            return False if False in found else next((one for one in found if one is not True), True)
        case op.Not(truth):
            return not holds(truth, days)
        case op.LawOpen(why):
            return why
        case op.IfTruth(condition, then, otherwise):
            return holds(then if holds(condition, days) else otherwise, days)
        case op.Compare(sign, left, right):
            return days[left] > days[right] if sign == ">" else days[left] >= days[right]
        case _:
            raise TypeError(node)


DAYS = st.sampled_from(["before", "start", "inside", "end", "after"])
ON = {"before": 0, "start": 1, "inside": 2, "end": 3, "after": 4}


def outcome(decided: str, *, applied: str = "", event: str = "", stated: bool, new_only: bool = False) -> bool | str:
    days: dict[op.Value, int] = {START: 1, END: 3, DECISION: ON[decided]}
    days |= {APPLIED: ON[applied or "inside"], EVENT: ON[event or "inside"]}
    return holds(window(stated=stated, event=EVENT if event else None, new_only=new_only), days)


@pytest.mark.parametrize(
    ("decided", "applied", "stated", "told"),
    [
        ("before", "before", True, False),
        ("start", "before", True, True),
        ("end", "after", True, True),
        ("after", "end", True, "decided_after_end"),
        ("after", "after", True, False),
        ("after", "after", False, "validity_not_stated"),
        ("after", "inside", False, "decided_after_end"),
    ],
)
def test_a_sentence_without_an_event(decided: str, applied: str, stated: bool, told: bool | str) -> None:
    assert outcome(decided, applied=applied, stated=stated) == told


@pytest.mark.parametrize(
    ("decided", "event", "stated", "new_only", "told"),
    [
        ("inside", "before", True, False, "event_before_start"),
        ("inside", "before", True, True, False),
        ("inside", "start", True, True, True),
        ("inside", "end", True, False, True),
        ("inside", "after", True, False, False),
        ("inside", "after", False, False, "validity_not_stated"),
        ("after", "inside", True, False, "decided_after_end"),
        ("after", "before", True, False, "event_before_start"),
        ("before", "inside", True, False, False),
    ],
)
def test_a_sentence_with_an_event(decided: str, event: str, stated: bool, new_only: bool, told: bool | str) -> None:
    assert outcome(decided, event=event, stated=stated, new_only=new_only) == told


@given(DAYS, DAYS, DAYS, st.booleans(), st.booleans())
def test_only_a_stated_end_refuses_what_is_late(
    decided: str, applied: str, event: str, with_event: bool, new: bool
) -> None:
    days = {"applied": applied, "event": event if with_event else ""}
    firm = outcome(decided, **days, stated=True, new_only=new)
    soft = outcome(decided, **days, stated=False, new_only=new)
    assert soft in (firm, "validity_not_stated")
    assert firm != "validity_not_stated"
    if decided == "before":
        assert (firm, soft) == (False, False)


@pytest.mark.parametrize(("event", "told"), [("before", False), ("start", True), ("inside", True)])
def test_events_may_count_from_an_earlier_day_than_decisions(event: str, told: bool) -> None:
    first = number(738_000, "date")
    made = lower_window(Vocabulary.core(), START, END, stated=True, event=EVENT, new_only=True, first=first)
    days: dict[op.Value, int] = {START: 2, END: 3, first: 1, DECISION: 2, APPLIED: 2, EVENT: ON[event]}
    assert holds(made, days) is told
    assert holds(made, days | {DECISION: 1}) is False  # the decision still waits for the start


def test_never_is_never() -> None:
    assert op.Not(op.ALWAYS) == NEVER


def test_a_window_is_a_strict_mapping() -> None:
    assert Window(start="2024-07-17", end="2025-12-31").horizon is None
    with pytest.raises(ValidationError):
        Window.model_validate({"start": "2024-07-17", "till": "2025-12-31"})
