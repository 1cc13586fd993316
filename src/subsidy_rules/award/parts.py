"""The parts of an award: who pays which (各级承担), and what is paid when (分期拨付).

A share is rounded down to the fen and is at most what the parts before it have left; the part that is the `rest` has
what is left over, so the parts add up to the award to the fen. Whatever is open in the award is open in its parts: each
of its four numbers is divided alike.

    payers:                                   instalments:
    - {name: 市级, share: 60%, cap: 100万元}    - {name: 首期, share: 60%, when: project.started <= case.decision_date}
    - {name: 区县, amount: rest}               - {name: 尾款, share: rest, when: project.accepted}
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from functools import reduce
from typing import Final, Literal, TypeAlias

from subsidy_rules.award.engine import Context, number, truth
from subsidy_rules.award.failing import need_paths
from subsidy_rules.award.model import Adjustment, Instalment
from subsidy_rules.plan import InstalmentsPlan, PayerPlan
from subsidy_rules.values.amount import DOWN, Amount, settle
from subsidy_rules.values.quantity import ZERO, Number

__all__ = ["balance", "instalments_of", "payers_of"]

State: TypeAlias = Literal["due", "not_due", "open"]
ALL: Final = Amount.exact(Fraction(1))


def payers_of(ctx: Context, payers: Sequence[PayerPlan], whole: Amount) -> tuple[tuple[str, Amount], ...]:
    """Return who pays which part of an award: an authority's figure or a share, within the award; one pays the rest.

    Who stands there several times, each with its condition, pays what all of them come to.
    """
    fixed = [_allocated(number(payer.amount)(ctx), whole) for payer in payers if payer.amount is not None]
    rest = reduce(lambda left, part: left.less(part).clamped(), fixed, whole)
    divided, rest = _divided(rest, [_share(ctx, payer, whole) for payer in payers if payer.share is not None])
    made: dict[str, Amount] = {}
    for payer in payers:
        part = fixed.pop(0) if payer.amount is not None else divided.pop(0) if payer.share is not None else rest
        made[payer.name] = made[payer.name].plus(part) if payer.name in made else part
    return tuple(made.items())


def _allocated(figure: Amount, whole: Amount) -> Amount:
    if figure.kind != "undetermined":
        return figure.least(whole)
    return Amount((ZERO, ZERO, whole.ceiling.lo, whole.ceiling.hi), whole.reasons, whole.needs)


def _share(ctx: Context, payer: PayerPlan, whole: Amount) -> Amount:
    made = _part(whole, Amount.exact(ZERO) if payer.share is None else number(payer.share)(ctx))
    return made if payer.cap is None else made.least(number(payer.cap)(ctx))


def _part(whole: Amount, share: Amount) -> Amount:
    """Return a share of an award, at most the whole of it, rounded down to the fen."""
    return whole.scaled(share.clamped().least(ALL)).rounded(1, DOWN)


def _divided(whole: Amount, shares: Sequence[Amount]) -> tuple[list[Amount], Amount]:
    """Return shares in their order, none more than what those before it have left, and what all of them leave.

    The more the award is the more is left, so each number is what is left of that number; where a share itself is open
    the ends do not belong together, and all that could be is left open.
    """
    parts = []
    for share in shares:
        part = share.least(whole)
        if part.needs <= whole.needs:
            first, second, third, last = map(_left, whole.numbers, part.numbers)
            whole = settle((first, second, third, last), whole.reasons, whole.needs | part.needs, whole.mode)
        else:
            whole = whole.less(part).clamped()
        parts.append(part)
    return parts, whole


def _left(whole: Number, part: Number) -> Number:
    return whole - part if isinstance(whole, Fraction) and isinstance(part, Fraction) else whole


def instalments_of(ctx: Context, award: str, plan: InstalmentsPlan, whole: Amount) -> Iterator[Instalment]:
    """Return what is paid of an award when: the parts, each with whether it is due in the case as it is."""
    shares = [_part(whole, number(one.share)(ctx)) for one in plan.parts if one.share is not None]
    divided, rest = _divided(whole, shares)
    for one in plan.parts:
        amount = rest if one.share is None else divided.pop(0)
        due = truth(one.when)(ctx)
        state: State = "due" if due.is_true else "not_due" if due.is_false else "open"
        needs = need_paths(tuple(sorted(due.needs)))
        currency = ctx.shared.vocabulary.currency
        yield Instalment(award, one.name, amount, state, needs, one.quote, currency)


def balance(ctx: Context, award: str, plan: InstalmentsPlan, parts: Sequence[Instalment]) -> Adjustment | None:
    """Return what is due now less what has been paid, where both are known; below zero it is to be recovered."""
    if plan.paid is None or any(one.state == "open" for one in parts):
        return None
    due = reduce(Amount.plus, (one.amount for one in parts if one.state == "due"), Amount.exact(ZERO))
    paid = number(plan.paid)(ctx)
    left = due.less(paid).minimum
    if due.kind != "exact" or paid.kind != "exact" or not isinstance(left, Fraction):
        return None
    return Adjustment(award, left, ("recovery",) if left < 0 else ("instalment",), ctx.shared.vocabulary.currency)
