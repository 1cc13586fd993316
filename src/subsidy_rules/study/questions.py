"""Which open fact of a case is worth asking first: the one that leaves the range of the total narrowest.

What a fact leaves is measured over all that it may say: at worst, which is certain, and at best. A number is tried at
the two ends that are known of it, which is not all that it may say, so it stands after those that were tried whole.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from subsidy_rules.award.model import Json
from subsidy_rules.facts.case import Case
from subsidy_rules.study.side import Scenario
from subsidy_rules.study.tornado import Bar, tornado
from subsidy_rules.values.amount import Amount
from subsidy_rules.values.quantity import INFINITY, Currency, Infinity, Number, yuan_text


@dataclass(frozen=True, slots=True)
class Question:
    """An open fact, and how wide the total's range is left, in fen: at worst and at best, over what was tried.

    `sure` says that it may say nothing else, so that `worst` is what is certain; a number was tried at the two ends
    that are known of it, and says so. A width is infinite where there is no upper end.
    """

    path: str
    label: str
    tried: tuple[tuple[str, Amount], ...]
    worst: Number
    best: Number
    sure: bool


@dataclass(frozen=True, slots=True)
class Questions:
    """The open facts of a case, the one first that narrows the total most; `width` is how wide it is now.

    `unranked` are open facts of which no ends are known: nothing is assumed for them.
    """

    total: Amount
    width: Number
    facts: tuple[Question, ...]
    unranked: tuple[str, ...]
    currency: Currency

    def as_json(self) -> dict[str, Json]:
        """Write it: widths in the policies' currency, null where there is no upper end."""
        return {
            "schema": "subsidy-rules/questions/1",
            "currency": self.currency.code,
            "width": _text(self.width, self.currency),
            "facts": [
                {
                    "path": one.path,
                    "label": one.label,
                    "worst": _text(one.worst, self.currency),
                    "best": _text(one.best, self.currency),
                    "sure": one.sure,
                }
                for one in self.facts
            ],
            "unranked": list(self.unranked),
        }

    def _repr_html_(self) -> str:
        """Show it in a notebook."""
        from subsidy_rules.study.told_inverse import to_html  # noqa: PLC0415 - what is told knows what it tells of

        return to_html(self)


def _text(width: Number, currency: Currency) -> str | None:
    return None if isinstance(width, Infinity) else yuan_text(width, currency)


def questions(case: Case, scenario: Scenario | None = None) -> Questions:
    """Order the open facts of a case by how narrow each leaves the range of the total, at worst and then at best.

    Facts that move nothing are left out. Raises as `tornado` does.
    """
    found = tornado(case, scenario)
    made = [_question(bar) for bar in found.bars if bar.kind == "fact"]
    ordered = sorted(made, key=lambda one: (not one.sure, _rank(one.worst), _rank(one.best), one.path))
    return Questions(found.total, _width(found.total), tuple(ordered), found.open_ended, found.currency)


def _question(bar: Bar) -> Question:
    widths = sorted((_width(total) for _, total in bar.options), key=_rank)
    return Question(bar.name, bar.label, bar.options, widths[-1], widths[0], bar.whole)


def _width(total: Amount) -> Number:
    low, high = total.minimum, total.maximum
    return INFINITY if isinstance(low, Infinity) or isinstance(high, Infinity) else high - low


def _rank(width: Number) -> tuple[bool, Fraction]:
    return (True, Fraction(0)) if isinstance(width, Infinity) else (False, width)
