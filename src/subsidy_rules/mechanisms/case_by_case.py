"""`case_by_case` (一事一议): the figure is what an authority decides, with its document.

Absent, the award is undetermined; given, it is exact and cited. The fact must be one that only an authority supplies.

    - case_by_case: project.decision_amount
"""

from __future__ import annotations

from typing import ClassVar

from subsidy_rules.mechanisms.expression import ExpressionError, fields_read
from subsidy_rules.mechanisms.step import Desk, Loc, Lowered, Step


class CaseByCase(Step):
    """`case_by_case: PATH`, a money fact of `sort: authority`."""

    word: ClassVar[str] = "case_by_case"
    starts: ClassVar[bool] = True
    case_by_case: str

    def lower(self, desk: Desk, loc: Loc) -> Lowered:
        """Set the running amount to the decided figure."""
        where = (*loc, "case_by_case")
        problems = len(desk.problems)
        value = desk.value(self.case_by_case, where)
        if len(desk.problems) == problems and all(spec.sort != "authority" for spec in fields_read(value)):
            wrong = ExpressionError("the fact must be declared 'sort: authority'", "该事实应声明为sort: authority")
            desk.note(where, wrong)
        return Lowered(self.word, value, value, "", self.quote)
