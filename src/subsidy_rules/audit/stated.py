r"""Amounts and days as lists state them: `1,234.5`, `１２.３万元`, `(500)`, `2025年9月1日`, `2025.9`.

They are read more widely than the figures of a case, since nobody can send a list back, and as exactly: what has two
meanings is refused. An amount keeps the unit of its last digit.

>>> read_amount("1,234.50", Fraction(10**6)).fen, read_amount("(3万元)", None).fen
(Fraction(1234500000, 1), Fraction(-3000000, 1))
>>> [day.isoformat() for day in map(dt.date.fromordinal, read_days("2025年2月"))]
['2025-02-01', '2025-02-28']
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from fractions import Fraction
from typing import Final
from unicodedata import normalize

from subsidy_rules.audit.lines import Stated
from subsidy_rules.errors import brief
from subsidy_rules.values.quantity import CNY, Currency, QuantityError

NOTHING: Final = frozenset({"", "-", "--", "—", "——", "/", "\\", "无", "n/a", "N/A", "─"})
"""What stands in a cell that says nothing."""
_SIGNS: Final = "¥￥"
_PLAIN: Final = re.compile(r"(?P<sign>[-+−]?)(?P<whole>\d{1,3}(?:,\d{3})+|\d+)(?:\.(?P<part>\d+))?")
_LONGEST: Final = 40
_DAY: Final = re.compile(
    r"(?P<y>\d{4})(?:[-/.年](?P<m>\d{1,2})(?:[-/.月](?P<d>\d{1,2})日?|月)?|年)?(?: 00:00(?::00)?)?"
)
_COMPACT: Final = re.compile(r"(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2})")


def squeezed(text: str) -> str:
    """Return a text in its plain form without any white space: what two spellings of one thing have in common."""
    return "".join(normalize("NFKC", text).split())


def is_nothing(text: str) -> bool:
    """Whether a cell says nothing."""
    return squeezed(text) in NOTHING


def read_amount(text: str, unit: Fraction | None, currency: Currency = CNY) -> Stated | None:
    """Read an amount; `unit` is what one stands for in fen where the cell names none. None where it says nothing.

    Raises `QuantityError` for what is no amount, has no unit, or is not whole fen.
    """
    plain = squeezed(text)
    if plain in NOTHING:
        return None
    shown = brief(text)
    negative = len(plain) > 1 and plain[0] == "(" and plain[-1] == ")"
    plain = plain[1:-1] if negative else plain
    plain = plain.strip(_SIGNS)
    for name, size in sorted(currency.units, key=lambda pair: -len(pair[0])):
        if plain.endswith(name):
            plain, unit = plain[: -len(name)], Fraction(size)
            break
    found = _PLAIN.fullmatch(plain) if len(plain) <= _LONGEST else None
    if found is None or (not plain.isascii() and "−" not in plain):
        raise QuantityError("bad-money", f"'{shown}' is not an amount", f"“{shown}”不是金额")
    if unit is None:
        raise QuantityError(
            "unknown-unit",
            f"'{shown}' has no unit, and neither its column nor the sheet names one",
            f"“{shown}”没有单位，列名和表头也没有写单位",
        )
    part = found["part"] or ""
    digit = unit / 10 ** len(part)
    fen = Fraction(int(found["whole"].replace(",", "") + part)) * digit
    if fen.denominator != 1:
        raise QuantityError("not-whole-fen", f"'{shown}' is not whole {currency.smallest}", f"“{shown}”不是整分")
    if found["sign"] in ("-", "−") and negative:
        raise QuantityError("bad-money", f"'{shown}' is below zero twice", f"“{shown}”重复表示负数")
    down = negative or found["sign"] in ("-", "−")
    return Stated(-fen if down else fen, digit, text.strip())


def read_days(text: str) -> tuple[int, int] | None:
    """Read a day, a month or a year as its first and last day, in ordinals. None where the cell says nothing.

    Raises `QuantityError` for anything else: 3/4/25 is not guessed at.
    """
    plain = " ".join(normalize("NFKC", text).split())
    if squeezed(text) in NOTHING:
        return None
    found = _COMPACT.fullmatch(plain) or _DAY.fullmatch(plain) or _DAY.fullmatch(squeezed(text))
    try:
        if found is None:
            raise ValueError  # noqa: TRY301 - told below, like a day that no calendar has
        year, month, day = (int(found[name] or 0) for name in "ymd")
        first = dt.date(year, month or 1, day or 1)
        last = first if day else dt.date(year, month or 12, calendar.monthrange(year, month or 12)[1])
    except ValueError:
        shown = brief(text)
        raise QuantityError(
            "bad-date", f"'{shown}' is not a date such as 2025-09-01", f"“{shown}”不是日期（如2025-09-01）"
        ) from None
    return first.toordinal(), last.toordinal()
