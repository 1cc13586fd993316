"""What is to be shown of every sentence: the formula of a case that would refute it, and what the engine says of that.

A `Claim` is of one part of a sentence: `refuted` is what a refuting case satisfies, over the terms of the part; `seen`
asks the engine whether an evaluated case does it. `excuse` says why a text may well be so: then a case that does it is
an exception, listed with its sentence, and no fault.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

import z3

from subsidy_rules.author.proofs import terms as t
from subsidy_rules.author.proofs.finding import Kind
from subsidy_rules.author.proofs.parts import Part
from subsidy_rules.author.proofs.replay import stepped
from subsidy_rules.author.proofs.spoken import Sentence
from subsidy_rules.award.model import Both
from subsidy_rules.award.rows import Row
from subsidy_rules.mechanisms import operations as op
from subsidy_rules.mechanisms.lowered import NOTHING, Lowered
from subsidy_rules.values.quantity import ZERO

_RAISING: Final = ("add", "minimum", "rate", "interest", "lump_sum", "at_most", "basis", "clamp", "round", "slices")
"""Words that may leave more than there was before them."""
_BEFORE_A_RATE: Final = ("basis", "interest")


@dataclass(frozen=True, slots=True)
class Claim:
    """One thing to be shown of a part of a sentence."""

    kind: Kind
    part: Part
    about: Both
    refuted: Callable[[Sentence], z3.BoolRef]
    seen: Callable[[Row], bool]
    excuse: Both | None = None


def claims_of(part: Part) -> Iterator[Claim]:
    """Yield what is to be shown of a part: its amount is no less than nothing, and under its caps and its bounds."""
    if part.is_award and len(part.own) == len(part.steps):
        yield Claim("sign", part, _about(part, ("奖补 ≥ 0", "award ≥ 0")), _below_zero, _is_below_zero)
    for place in part.own:
        step = part.steps[place]
        if step.operand is None or step.bands or step.parts:
            continue
        if step.word in ("cap", "clamp"):
            yield _under(part, place, "cap", _raised_later(part, place))
        elif step.word == "limit":
            yield _under(part, place, "bound", _raised_later(part, place))
    basis = _basis(part)
    if basis is not None and part.is_award:
        said = _about(part, ("奖补 ≤ 基数", "award ≤ what it is a share of"))
        excuse = ("条文给的多于其基数", "the text gives more than what it is a share of")
        yield Claim(
            "bound",
            part,
            said,
            lambda made: made.award.hi > made.running[basis].hi,
            lambda row: _exceeds(row, part, basis, by_operand=False),
            excuse,
        )


def _about(part: Part, said: Both) -> Both:
    return (f"{part.name[0]} {said[0]}".strip(), f"{part.name[1]} {said[1]}".strip())


def _below_zero(made: Sentence) -> z3.BoolRef:
    return z3.Or(made.award.lo < 0, made.award.hi < 0)


def _is_below_zero(row: Row) -> bool:
    made = row.amount(row.context({}))
    return made.minimum < ZERO


def _under(part: Part, place: int, kind: Kind, excuse: Both | None) -> Claim:
    """Return the claim that what a part comes to is under the figure of a step, where that step holds it."""
    step = part.steps[place]
    words = ("≤ 第 {} 步 {} {}", "≤ step {} {} {}")
    said = tuple(one.format(place + 1, step.word, step.quote).rstrip() for one in words)

    def above(made: Sentence) -> z3.BoolRef:
        read = made.operands[place]
        cap = t.YES if read is None else read().clamped().hi
        last = made.award if part.is_award else made.running[-1]
        return t.both(made.running[place].hi <= cap, last.hi > cap)

    return Claim(
        kind,
        part,
        _about(part, (said[0], said[1])),
        above,
        lambda row: _exceeds(row, part, place, by_operand=True),
        excuse,
    )


def _exceeds(row: Row, part: Part, place: int, *, by_operand: bool) -> bool:
    """Whether the engine leaves more in the end than the figure of a step, or than there is after it."""
    steps = list(stepped(row, part))
    if place >= len(steps):
        return False
    step = steps[place]
    figure = step.operand.maximum if by_operand and step.operand is not None else step.after.maximum
    last = row.amount(row.context({})) if part.is_award else steps[-1].after
    return step.after.maximum <= figure < last.maximum


def _raised_later(part: Part, place: int) -> Both | None:
    """Say which later step may leave more; none does where nothing stands after it but what lowers."""
    for at, step in enumerate(part.steps[place + 1 :], place + 2):
        if step.word in _RAISING:
            return (f"其后第 {at} 步 {step.word} 使金额增加", f"step {at} {step.word} after it raises the amount")
    return None


def _basis(part: Part) -> int | None:
    """Return the step that a rate is of, where it is money of the case and not a number times a price."""
    words = [step.word for step in part.steps]
    if not any(words[place] in ("rate", "share") for place in part.own):
        return None
    found = [place for place, word in enumerate(words) if word in _BEFORE_A_RATE]
    return found[0] if len(found) == 1 and not _is_priced(part.steps[found[0]]) else None


def _is_priced(step: Lowered) -> bool:
    """Whether a basis has a sum of money of the text in it: so much for each."""
    return any(isinstance(one, op.Constant) and one.type == "money" and one != NOTHING for one in op.walk(step.value))
