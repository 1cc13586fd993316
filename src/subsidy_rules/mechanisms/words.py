"""The list of words: one union of steps, and the words `each` and `add`, whose own steps are of that union again.

`each` (逐项) sums its inner steps over the things of a list; with nothing to sum there is no award:

    - each: loan in loans
      where:
      - loan.new
      of:
      - interest: {principal: loan.principal, rate: loan.lpr, days: loan.days, day_count: loan.day_count}
      - rate: {at_most: 50%}

Of many things only the n highest may count (择优不超过三项): `highest: 3` beside `of`.

`add` (加奖) adds what its inner steps come to; they begin with the amount that is there. What stands after it, a cap
among them, is of the whole; a cap inside is of what is added:

    - add:
      - rate: 20%
      - cap: 50万元
        of: award
        per: project
      when: enterprise.specialised
      quote: 专精特新企业再按奖励额的20%加奖，加奖最高50万元
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Annotated, ClassVar, Final, TypeAlias

from pydantic import Discriminator, Field, Tag

from subsidy_rules.errors import brief
from subsidy_rules.mechanisms import operations as op
from subsidy_rules.mechanisms.at_most import AtMost
from subsidy_rules.mechanisms.basis import Basis
from subsidy_rules.mechanisms.cap import Cap
from subsidy_rules.mechanisms.case_by_case import CaseByCase
from subsidy_rules.mechanisms.clamp import Clamp
from subsidy_rules.mechanisms.decision import Decision, Granted
from subsidy_rules.mechanisms.expression import ExpressionError
from subsidy_rules.mechanisms.interest import Interest
from subsidy_rules.mechanisms.less import Less
from subsidy_rules.mechanisms.limit import Limit
from subsidy_rules.mechanisms.lump_sum import LumpSum
from subsidy_rules.mechanisms.minimum import Minimum
from subsidy_rules.mechanisms.pay_from import PayFrom
from subsidy_rules.mechanisms.rate import Rate
from subsidy_rules.mechanisms.round import Round
from subsidy_rules.mechanisms.share import Share
from subsidy_rules.mechanisms.slices import Slices
from subsidy_rules.mechanisms.step import NOTHING, Desk, Loc, Lowered, Step, chain
from subsidy_rules.mechanisms.tiers import Tiers


class Each(Step):
    """`each: NAME in LIST`, `where` (conditions), `of` (steps), `highest` (a number of items)."""

    word: ClassVar[str] = "each"
    later: ClassVar[tuple[str, ...]] = ("called", "highest")
    starts: ClassVar[bool] = True
    each: str
    highest: str | None = None
    where: list[str] = Field(default_factory=list)
    of: list[AnyStep]

    def lower(self, desk: Desk, loc: Loc) -> Lowered:
        """Set the running amount to the sum of the inner steps over the list, or over those for which it is highest."""
        found = desk.source(self.each, (*loc, "each"))
        if found is None:
            return Lowered(self.word, NOTHING, None, "", self.quote)
        name, source = found
        with desk.binding(name, source.entity):
            where = desk.conditions(self.where, (*loc, "where"))
            inner = lower_steps(self.of, desk, (*loc, "of"))
        requires = tuple(truth for step in inner for truth in step.requires)
        kept = op.All((where, *requires)) if requires else where
        most = self._most(desk, (*loc, "highest"))
        value = op.Aggregate("sum", source, name, kept, chain(inner), "money", most)
        exists = op.Exists(source, name, where)
        return Lowered(self.word, value, None, "", self.quote, (exists,), inner, (source, name, where), most=most)

    def _most(self, desk: Desk, loc: Loc) -> int:
        """Return how many items count: a whole number that the text prints, or all."""
        if self.highest is None:
            return 0
        if not re.fullmatch("[1-9][0-9]{0,3}", self.highest):
            what = f"'{brief(self.highest)}' is not a number of items, such as 3"
            desk.note(loc, ExpressionError(what, f"“{brief(self.highest)}”不是项数，如3", code="wrong-type"))
            return 0
        return int(self.highest)


class Add(Step):
    """`add: STEPS`."""

    word: ClassVar[str] = "add"
    add: list[AnyStep]

    def lower(self, desk: Desk, loc: Loc) -> Lowered:
        """Add what the inner steps come to; nothing where a table of theirs has no row."""
        inner = lower_steps(self.add, desk, (*loc, "add"), first=False)
        requires = tuple(truth for step in inner for truth in step.requires)
        value: op.Value = chain(inner)
        if requires:
            value = op.Choose(((op.All(requires), value),), NOTHING, "money")
        value = op.Arithmetic("+", op.Running(), value, "money")
        return Lowered(self.word, value, None, "+", self.quote, parts=(inner,))


def _word(given: object) -> str:
    names = set(given) if isinstance(given, dict) else {type(given).word} if isinstance(given, Step) else set()
    found = [word for word in WORDS if word in names]
    return found[0] if len(found) == 1 else "?"


AnyStep: TypeAlias = Annotated[
    Annotated[Basis, Tag("basis")]
    | Annotated[Rate, Tag("rate")]
    | Annotated[LumpSum, Tag("lump_sum")]
    | Annotated[AtMost, Tag("at_most")]
    | Annotated[Interest, Tag("interest")]
    | Annotated[Each, Tag("each")]
    | Annotated[Cap, Tag("cap")]
    | Annotated[Limit, Tag("limit")]
    | Annotated[CaseByCase, Tag("case_by_case")]
    | Annotated[Decision, Tag("decision")]
    | Annotated[Granted, Tag("granted")]
    | Annotated[Share, Tag("share")]
    | Annotated[Less, Tag("less")]
    | Annotated[Tiers, Tag("tiers")]
    | Annotated[Slices, Tag("slices")]
    | Annotated[Add, Tag("add")]
    | Annotated[Minimum, Tag("minimum")]
    | Annotated[PayFrom, Tag("pay_from")]
    | Annotated[Clamp, Tag("clamp")]
    | Annotated[Round, Tag("round")],
    Discriminator(_word),
]

WORDS: Final = (
    "basis",
    "rate",
    "lump_sum",
    "at_most",
    "interest",
    "each",
    "cap",
    "limit",
    "case_by_case",
    "decision",
    "granted",
    "share",
    "less",
    "tiers",
    "slices",
    "add",
    "minimum",
    "pay_from",
    "clamp",
    "round",
)
"""The words of an award's steps, in the order of their pages."""

Each.model_rebuild()
Add.model_rebuild()


def lower_steps(steps: list[AnyStep], desk: Desk, loc: Loc, *, first: bool = True) -> tuple[Lowered, ...]:
    """Turn steps into operations, in their order. A step with `when` leaves the amount as it is where that fails.

    `first` says that no amount stands before them. What a step leaves is known by its name to the steps after it.
    """
    kept, before = desk.scope, desk.before
    made: list[Lowered] = []
    named: list[tuple[Loc, str, op.Value]] = []
    for place, step in enumerate(steps):
        where = (*loc, place)
        if first and place == 0 and not step.begins:
            what = f"nothing stands before '{step.word}': it changes an amount, and there is none yet"
            what_zh = f"“{step.word}”之前没有金额"
            desk.note(where, ExpressionError(what, what_zh, code="bad-step"))
        desk.before = (*(() if first else before), *made)
        lowered = step.lower(desk, where)
        if step.when is not None:
            applies = desk.condition(step.when, (*where, "when"))
            lowered = replace(
                lowered,
                value=op.Choose(((applies, lowered.value),), op.Running(), "money"),
                requires=tuple(op.IfTruth(applies, truth, op.ALWAYS) for truth in lowered.requires),
                applies=applies,
            )
        made.append(lowered)
        if step.called is not None:
            left: op.Value = chain((*desk.before, lowered))
            named.append(((*where, "called"), step.called, left))
            _call(step.called, left, desk, (*where, "called"))
    for at, name, left in named:
        if not any(part is left for one in made for part in op.walk(one.value)):
            what, what_zh = f"no step after this one reads 'amount.{name}'", f"其后没有步骤使用amount.{name}"
            unread = ExpressionError(what, what_zh, code="unread-name")
            unread.remedy, unread.remedy_zh = "use it in a later step, or delete it", "请在其后的步骤中使用，或删去"
            desk.note(at, unread)
    desk.scope, desk.before = kept, before
    return tuple(made)


def _call(name: str, left: op.Value, desk: Desk, loc: Loc) -> None:
    """Let the steps that follow know what has been left so far by a name, which no other step has."""
    if name in desk.scope.amounts:
        what, what_zh = f"two steps are called '{name}'", f"两个步骤都名为“{name}”"
        desk.note(loc, ExpressionError(what, what_zh, code="duplicate-id"))
    desk.scope = replace(desk.scope, amounts={**desk.scope.amounts, name: left})
