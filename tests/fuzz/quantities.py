"""A second reading of quantities, written from `docs/cases.md` alone: regular expressions and whole numbers.

Nothing of `values.quantity` is used. Each reader returns a fraction, or the code of the refusal.
"""

from __future__ import annotations

import re
from fractions import Fraction
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_DIGITS: Final = r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?"
_NUMBER: Final = re.compile(rf"(?P<number>{_DIGITS})\Z")
_MONEY: Final = re.compile(r"(?P<figure>(?s:.*?)) *(?P<unit>亿元|万元|元|分)\Z")
_PART: Final = re.compile(rf"(?P<number>{_DIGITS}) *(?P<sign>[%‰])\Z")
_PAIR: Final = re.compile(rf" *(?P<one>{_DIGITS}) *[:∶] *(?P<other>{_DIGITS}) *\Z")
_DAY: Final = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})\Z")
_FEN: Final = {"分": 1, "元": 100, "万元": 10**6, "亿元": 10**10}
_LONGEST: Final = 40
_MONTHS: Final = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def _decimal(text: str) -> Fraction | None:
    """A decimal of at most forty characters; zero has no sign."""
    if len(text) > _LONGEST or not _NUMBER.match(text):
        return None
    whole, _, part = text.lstrip("-").partition(".")
    digits = int(whole + part)
    if text.startswith("-"):
        return Fraction(-digits, 10 ** len(part)) if digits else None
    return Fraction(digits, 10 ** len(part))


def number(text: str) -> Fraction | str:
    found = _decimal(text)
    return "bad-number" if found is None else found


def money(text: str, *, signed: bool = False) -> Fraction | str:
    match = _MONEY.match(text)
    if match is None:
        return "unknown-unit"
    found = _decimal(match["figure"])
    if found is None:
        return "bad-money"
    fen = found * _FEN[match["unit"]]
    if fen != int(fen):
        return "not-whole-fen"
    return "negative" if fen < 0 and not signed else fen


def signed_money(text: str) -> Fraction | str:
    return money(text, signed=True)


def ratio(text: str) -> Fraction | str:
    if match := _PAIR.match(text):
        one, other = _decimal(match["one"]), _decimal(match["other"])
        if one is not None and other is not None and one > 0 and other >= 0:
            return other / one
    elif match := _PART.match(text):
        found = _decimal(match["number"])
        if found is not None:
            return found * Fraction(1, 100 if match["sign"] == "%" else 1000)
    return "bad-ratio"


def count(text: str) -> Fraction | str:
    found = _decimal(text)
    return "bad-count" if found is None or found < 0 or found != int(found) else found


def _leap(year: int) -> bool:
    return year % 400 == 0 or (year % 4 == 0 and year % 100 != 0)


def date(text: str) -> Fraction | str:
    match = _DAY.match(text)
    if match is None:
        return "bad-date"
    year, month, day = (int(part) for part in match.groups())
    if year == 0 or not 1 <= month <= len(_MONTHS):
        return "bad-date"
    lengths = [length + (month == 1 and _leap(year)) for month, length in enumerate(_MONTHS)]
    if not 1 <= day <= lengths[month - 1]:
        return "bad-date"
    before = 365 * (year - 1) + (year - 1) // 4 - (year - 1) // 100 + (year - 1) // 400
    return Fraction(before + sum(lengths[: month - 1]) + day)


READERS: Final[Mapping[str, Callable[[str], Fraction | str]]] = {
    "number": number,
    "money": money,
    "signed_money": signed_money,
    "ratio": ratio,
    "count": count,
    "date": date,
}
