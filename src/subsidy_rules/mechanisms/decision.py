"""`decision` (确定金额): the figure that an authority fixes within what the text allows.

Absent, the amount stays as the law leaves it. Given, it is exact, clipped at the law's ceiling (and flagged where
clipped). Of several facts the first that is given is in force: what was assessed at acceptance stands before what was
confirmed.

    - decision: [project.assessed_award, project.confirmed_award]

`granted` (已安排): a part that is already allocated is a floor of the award; its value may not pass the ceiling either.

    - granted: project.central_allocated
"""

from __future__ import annotations

from typing import ClassVar

from subsidy_rules.mechanisms import operations as op
from subsidy_rules.mechanisms.expression import ExpressionError
from subsidy_rules.mechanisms.step import Desk, Loc, Lowered, Step


def authority_fact(desk: Desk, text: str, loc: Loc) -> op.Fact | None:
    """Read the path of a money fact that only an authority supplies."""
    problems = len(desk.problems)
    value = desk.value(text, loc)
    if isinstance(value, op.Fact) and value.spec.sort == "authority":
        return value
    if len(desk.problems) == problems:
        what = "a path of a fact declared 'sort: authority' is needed here"
        desk.note(loc, ExpressionError(what, "此处应为声明了sort: authority的事实"))
    return None


class Decision(Step):
    """`decision: PATH`, or a list of paths, of money facts of `sort: authority`."""

    word: ClassVar[str] = "decision"
    decision: str | list[str]

    def lower(self, desk: Desk, loc: Loc) -> Lowered:
        """Fix the running amount where an authority has decided."""
        paths = [self.decision] if isinstance(self.decision, str) else self.decision
        found = [authority_fact(desk, path, (*loc, "decision")) for path in paths]
        facts = tuple(fact for fact in found if fact is not None)
        value = op.Decided(op.Running(), facts, exact=True)
        return Lowered(self.word, value, value, "=", self.quote)


class Granted(Step):
    """`granted: PATH`, a money fact of `sort: authority`."""

    word: ClassVar[str] = "granted"
    granted: str

    def lower(self, desk: Desk, loc: Loc) -> Lowered:
        """Raise the floor of the running amount to what is already granted."""
        fact = authority_fact(desk, self.granted, (*loc, "granted"))
        value = op.Decided(op.Running(), () if fact is None else (fact,), exact=False)
        return Lowered(self.word, value, value, "≥", self.quote)
