"""`window` (有效期): when a policy applies, as a truth about the dates of a case (S12).

Four dates are kept apart: event, application, decision, payment (which decides nothing). A stated end refuses what is
later; where none is stated, the horizon stands in its place and what would be refused as late is open by law.

    window: {start: 2024-07-17, start_other: 2024-07-18, horizon: 2027-12-31}

A reading may choose the other tenable start, and let events of an earlier day count as inside:

    window:
      start: 2025-06-30
      start_other: {date: 2025-07-03, when: reading.XY_A01 is posted}
      events_from: {date: 2025-01-01, when: reading.XY_A02 is calendar_year}
      end: 2025-12-31
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from subsidy_rules.mechanisms import operations as op
from subsidy_rules.mechanisms.step import Strict

if TYPE_CHECKING:
    from subsidy_rules.facts.vocabulary import Vocabulary

NEVER: Final = op.Not(op.ALWAYS)


class OtherDate(Strict):
    """A date that is taken in place of another where a condition on readings holds."""

    date: str
    when: str


class Window(Strict):
    """The dates of a policy, `YYYY-MM-DD`. Exactly one of `end` and `horizon`.

    `events_from` is the first day of events, where its condition holds; else that is the start.
    """

    start: str
    start_flag: str | None = None
    start_other: str | OtherDate | None = None
    events_from: OtherDate | None = None
    end: str | None = None
    horizon: str | None = None


def lower_window(
    vocabulary: Vocabulary,
    start: op.Value,
    end: op.Value,
    *,
    stated: bool,
    event: op.Value | None,
    new_only: bool,
    first: op.Value | None = None,
) -> op.Truth:
    """Return the truth that the dates of a case let an award be made.

    `first` is the first day of an event, where it is not the start.
    """
    decision = op.Fact("case", vocabulary.fields["case"]["decision_date"])
    applied = op.Fact("case", vocabulary.fields["case"]["applied_on"])
    late: op.Truth = NEVER if stated else op.LawOpen("validity_not_stated")
    begun = op.Compare(">=", decision, start)
    decided_after = op.Compare(">", decision, end)
    still_open = op.LawOpen("decided_after_end")
    if event is None:
        after = op.IfTruth(op.Compare(">", applied, end), late, still_open)
        return op.All((begun, op.IfTruth(decided_after, after, op.ALWAYS)))
    before: op.Truth = NEVER if new_only else op.LawOpen("event_before_start")
    inside = op.IfTruth(decided_after, still_open, op.ALWAYS)
    in_time = op.IfTruth(op.Compare(">", event, end), late, inside)
    return op.All((begun, op.IfTruth(op.Not(op.Compare(">=", event, first or start)), before, in_time)))
