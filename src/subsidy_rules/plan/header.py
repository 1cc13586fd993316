"""What the head of a policy must not say: a window that ends before it begins, a way of rounding that nobody stated.

No law is needed to see that these cannot hold, so that a policy with one of them is refused.
"""

from __future__ import annotations

from collections.abc import Iterator

from subsidy_rules.mechanisms.step import Loc
from subsidy_rules.mechanisms.window import OtherDate, Window
from subsidy_rules.policy.model import Header
from subsidy_rules.values.quantity import QuantityError, parse_date


def contradictions(header: Header) -> Iterator[tuple[Loc, str, str, str]]:
    """Return what contradicts itself in a head: the place, the code, what is wrong in English and in Chinese."""
    window, rounding = header.window, header.rounding
    name = "end" if window.end is not None else "horizon"
    last = window.end or window.horizon
    for key, first in _firsts(window):
        if last is not None and _later(first, last):
            what = f"the window ends on {last}, before {first}"
            yield ("policy", "window", name), "contradictory-dates", what, f"有效期止于{last}，早于{key}的{first}"
    if rounding.mode is not None and not rounding.stated:
        what = f"the mode '{rounding.mode}' is written, and 'stated: false' says that the policy states none"
        what_zh = f"写了取整方式“{rounding.mode}”，又以stated: false表示政策没有规定"
        yield ("policy", "rounding", "mode"), "bad-rounding", what, what_zh


def _firsts(window: Window) -> Iterator[tuple[str, str]]:
    yield "start", window.start
    for key, other in (("start_other", window.start_other), ("events_from", window.events_from)):
        if other is not None:
            yield key, other.date if isinstance(other, OtherDate) else other


def _later(first: str, second: str) -> bool:
    """Whether a day is after another; what is no day is told where it is read."""
    try:
        return parse_date(first) > parse_date(second)
    except QuantityError:
        return False
