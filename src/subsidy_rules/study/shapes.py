"""What each award comes to at one place, and its shape: what must be alike for two places to be of one piece.

The shape of an award is its standing, its kind and which of its steps bind; of one that is refused, the conditions that
fail. The shape of the total is that of all awards.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, TypeAlias

from subsidy_rules.award.model import Award, Citation, Entitlement
from subsidy_rules.award.phrases import cite_all, say_failed
from subsidy_rules.values.amount import Amount
from subsidy_rules.values.quantity import ZERO, Number

TOTAL: Final = "total"
ROUNDING: Final = "round"
"""A step to the fen: it may or may not be needed at one place, and is no piece of its own."""
REFUSED: Final = "refused"
Shape: TypeAlias = tuple[object, ...]
Ends: TypeAlias = tuple[Number, Number]


@dataclass(frozen=True, slots=True)
class Value:
    """What one award comes to at one place: its shape, what counts of it, what binds it and where that stands.

    `why` and `clause` are in Chinese and in English.
    """

    shape: Shape
    amount: Amount
    why: tuple[str, str] = ("", "")
    clause: tuple[str, str] = ("", "")

    @property
    def ends(self) -> Ends:
        """The least and the greatest that counts, in fen."""
        return self.amount.minimum, self.amount.maximum


NOTHING: Final = Value(("nothing",), Amount.exact(ZERO))


def values_of(found: Entitlement) -> dict[str, Value]:
    """Return what each award of a result comes to, and the total."""
    made = {one.id: _value(one, "awards") for one in found.awards}
    made |= {one.id: _value(one, "undecided") for one in found.undecided}
    for one in found.not_eligible:
        why = (
            "；".join(say_failed(failed, "zh") for failed in one.failed),
            "; ".join(say_failed(failed, "en") for failed in one.failed),
        )
        shape = (REFUSED, tuple(failed.condition for failed in one.failed))
        made.setdefault(one.id, Value(shape, NOTHING.amount, why, _cited(one.citations)))
    total = found.total.possible
    shapes = tuple((name, value.shape) for name, value in sorted(made.items()))
    made[TOTAL] = Value((TOTAL, total.kind, shapes), total)
    return made


def _value(one: Award, standing: str) -> Value:
    own = [step for step in one.steps if step.word != ROUNDING]
    moved = [step for before, step in pairwise([None, *own]) if step and (before is None or step.value != before.value)]
    binds = moved[-1] if moved else None
    why = ("", "") if binds is None else (f"{binds.text}［{binds.quote}］", f"{binds.text_en} [{binds.quote}]")
    shape = (standing, one.status, one.kind, tuple((step.word, step.binding) for step in own))
    return Value(shape, one.net, why, _cited(one.citations))


def _cited(citations: Iterable[Citation]) -> tuple[str, str]:
    """Say where a sentence stands, in Chinese and in English."""
    listed = list(citations)
    return cite_all(listed, "zh"), cite_all(listed, "en")
