"""`window` (有效期): when a policy applies, as a truth about the dates of a case (S12).

Four dates are kept apart: event, application, decision, payment (which decides nothing). A stated end refuses what is
later; where none is stated, the horizon stands in its place and what would be refused as late is open by law.

    window: {start: 2024-07-17, start_other: 2024-07-18, horizon: 2027-12-31}
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from subsidy_rules.mechanisms import operations as op
from subsidy_rules.mechanisms.step import Strict

if TYPE_CHECKING:
    from subsidy_rules.facts.vocabulary import Vocabulary

NEVER: Final = op.Not(op.ALWAYS)


class Window(Strict):
    """The dates of a policy, `YYYY-MM-DD`. Exactly one of `end` and `horizon`."""

    start: str
    start_flag: str | None = None
    start_other: str | None = None
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
) -> op.Truth:
    """Return the truth that the dates of a case let an award be made."""
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
    return op.All((begun, op.IfTruth(op.Compare(">", start, event), before, in_time)))
