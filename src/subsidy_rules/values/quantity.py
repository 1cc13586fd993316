"""Quantities: text with a unit in, exact numbers out, and back.

Money is counted in fen (分) and is a `Fraction`, so that steps between reading and rounding lose nothing:

>>> parse_money("2800万元")
Fraction(2800000000, 1)
>>> format_money(parse_money("2800万元"))
'2,800万元'
>>> parse_ratio("5‰")
Fraction(1, 200)

No binary float is made anywhere. `INFINITY` stands for "no upper end"; it orders above every number and
absorbs sums, and 0 × ∞ is 0, because a share of nothing is nothing.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Mapping
from fractions import Fraction
from typing import Final, TypeAlias, final

from subsidy_rules.errors import brief, suggest
from subsidy_rules.values.classes import dataclass


class QuantityError(ValueError):
    """A text is not the quantity it should be. `code` is a key of `subsidy_rules.errors.CODES`."""

    def __init__(self, code: str, what: str, what_zh: str, remedy: str | None = None, remedy_zh: str = "") -> None:
        """Keep the code, the two wordings and a remedy other than the code's; `str()` gives the English wording."""
        super().__init__(what)
        self.code = code
        self.what = what
        self.what_zh = what_zh
        self.remedy = remedy
        self.remedy_zh = remedy_zh or None


@final
class Infinity:
    """The upper end that nothing bounds. There is one, `INFINITY`."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "∞"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Infinity)

    def __hash__(self) -> int:
        return hash("∞")

    def __lt__(self, other: Number) -> bool:
        return False

    def __le__(self, other: Number) -> bool:
        return isinstance(other, Infinity)

    def __gt__(self, other: Number) -> bool:
        return not isinstance(other, Infinity)

    def __ge__(self, other: Number) -> bool:
        return True

    def __add__(self, other: Number) -> Infinity:
        return self

    __radd__ = __add__


INFINITY: Final = Infinity()
Number: TypeAlias = Fraction | Infinity
ZERO: Final = Fraction(0)

UNITS: Final = {"分": 1, "元": 100, "万元": 1_000_000, "亿元": 10_000_000_000}
"""Money units a file may use, in fen."""


@dataclass(frozen=True, slots=True)
class Currency:
    """The money of a policy. Amounts are whole numbers of its smallest unit, of which there are 10^`digits` in one.

    `code` is that of ISO 4217, `zh` and `en` its names; `units` what stands behind a figure, each with how many of the
    smallest it is, the usual one first.

    >>> euro = Currency("EUR", "欧元", "euro", 2, (("EUR", 100), ("kEUR", 100_000)))
    >>> parse_money("1200.50 EUR", currency=euro), parse_money("3 kEUR", currency=euro)
    (Fraction(120050, 1), Fraction(300000, 1))
    >>> format_money(parse_money("1200.50 EUR", currency=euro), euro)
    '1,200.50欧元'
    """

    code: str
    zh: str
    en: str
    digits: int
    units: tuple[tuple[str, int], ...]

    @property
    def one(self) -> int:
        """How many of the smallest unit one is."""
        return int(10**self.digits)

    @property
    def smallest(self) -> str:
        """The smallest unit, as it is written: `0.01 EUR`, `1 JPY`."""
        return f"{exact_text(Fraction(1, self.one))} {self.units[0][0]}"


CNY: Final = Currency("CNY", "元", "yuan", 2, (("元", 100), ("万元", 1_000_000), ("亿元", 10_000_000_000), ("分", 1)))
"""The yuan, in which a policy counts that names no currency."""
Units: TypeAlias = Mapping[str, tuple[str, Fraction]]
"""The units of quantities as they are written, each with the unit that it is counted in and how many of it it is."""

_DECIMAL = re.compile(r"(?P<sign>-?)(?P<whole>0|[1-9][0-9]*)(?:\.(?P<part>[0-9]+))?", re.ASCII)
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_WITH_UNIT = re.compile(r"(?P<number>-?[0-9][0-9.]*) ?(?P<unit>[^0-9 ].*)", re.ASCII)
_USUAL = re.compile(r"(0|[1-9][0-9]{0,14})(?:\.([0-9]{1,8}))? ?([^0-9. -][^0-9]*)", re.ASCII)
_LONGEST = 40


def times(a: Number, b: Number) -> Number:
    """Return a × b, where 0 × ∞ = 0. Neither may be negative when the other is ∞."""
    if isinstance(a, Fraction) and isinstance(b, Fraction):
        return a * b
    return ZERO if ZERO in (a, b) else INFINITY


def minus(a: Number, b: Number) -> Number:
    """Return a - b; anything less ∞ is 0, since it is used only where the result is clamped at 0."""
    if isinstance(b, Infinity):
        return ZERO
    return a if isinstance(a, Infinity) else a - b


def parse_number(text: str) -> Fraction:
    """Read a plain decimal such as `-3`, `0.15`, `1200.50`; raise `QuantityError` for anything else.

    Leading zeros, a plus sign, exponents, separators, full-width or other scripts' digits are refused.
    """
    match = _DECIMAL.fullmatch(text) if len(text) <= _LONGEST else None
    if match is None or (match["sign"] and not text.strip("-0.")):
        shown = brief(text)
        raise QuantityError("bad-number", f"'{shown}' is not a plain decimal number", f"“{shown}”不是十进制数")
    part = match["part"] or ""
    return Fraction(int(match["sign"] + match["whole"] + part), 10 ** len(part))


def parse_money(text: str, *, signed: bool = False, currency: Currency = CNY, whole: bool = True) -> Fraction:
    """Read money with its unit (`2800万元`, `67198148.55元`, `305分`) as whole fen, or in another currency's units.

    Where it is not to be `whole`, it may have a part of a fen: a price, which is multiplied before it is paid.

    Raises `QuantityError` where the unit is missing or unknown, the figure is not a plain decimal, it is
    not whole fen, or it is negative and `signed` is false.
    """
    usual_money = _usual_money(text, UNITS if currency is CNY else dict(currency.units))
    if usual_money is not None:
        return Fraction(usual_money)
    units = dict(currency.units)
    unit = next((unit for unit in sorted(units, key=len, reverse=True) if text.endswith(unit)), None)
    own = currency != CNY
    usual = currency.units[0][0]
    if unit is None:
        names = list(units)
        last = f" or {names[-1]}" if len(names) > 1 else ""
        raise QuantityError(
            "unknown-unit",
            f"'{brief(text)}' is not money with a unit ({', '.join(names[:-1] or names)}{last})",
            f"“{brief(text)}”不是带单位的金额（{'、'.join(names)}）",
            f"write the figure and the unit of the policy's currency: 1200 {usual}" if own else None,
            f"请写数字和政策货币的单位，如 1200 {usual}" if own else "",
        )
    try:
        fen = parse_number(text[: -len(unit)].rstrip(" ")) * units[unit]
    except QuantityError as error:
        remedy = f"write plain digits and a unit: 1200 {usual}" if own else None
        remedy_zh = f"请写半角数字加单位，如 1200 {usual}" if own else ""
        raise QuantityError("bad-money", error.what, error.what_zh, remedy, remedy_zh) from None
    if whole and fen.denominator != 1:
        what = f"a whole number of {currency.smallest}" if own else "whole fen"
        what_zh = f"{currency.smallest}的整数倍" if own else "整分"
        remedy = f"write the amount to {currency.smallest} at most" if own else None
        remedy_zh = f"最多精确到{currency.smallest}" if own else ""
        shown = brief(text)
        raise QuantityError("not-whole-fen", f"'{shown}' is not {what}", f"“{shown}”不是{what_zh}", remedy, remedy_zh)
    if fen < 0 and not signed:
        raise QuantityError("negative", f"'{brief(text)}' is below zero", f"“{brief(text)}”小于零")
    return fen


def _usual_money(text: str, units: Mapping[str, int]) -> int | None:
    """Return money as it is mostly written, in smallest units; None where it has to be looked at closely."""
    found = _USUAL.fullmatch(text)
    factor = None if found is None else units.get(found[3])
    if found is None or factor is None:
        return None
    part = found[2] or ""
    fen, rest = divmod(int(found[1] + part) * factor, 10 ** len(part))
    return None if rest else fen


def parse_ratio(text: str) -> Fraction:
    """Read a ratio: `15%`, `5‰`, `1:0.5` or `1∶0.5` (the second over the first). Raises `QuantityError`."""
    try:
        for sign in (":", "∶"):
            if sign in text:
                first, second = (parse_number(part.strip(" ")) for part in text.split(sign, 1))
                if first <= 0 or second < 0:
                    break
                return second / first
        for sign, divisor in (("%", 100), ("‰", 1000)):
            if text.endswith(sign):
                return parse_number(text[:-1].rstrip(" ")) / divisor
    except QuantityError:
        pass
    shown = brief(text)
    raise QuantityError(
        "bad-ratio", f"'{shown}' is not a ratio such as 15%, 5‰ or 1:0.5", f"“{shown}”不是比例（如15%、5‰、1:0.5）"
    )


def parse_count(text: str, *, signed: bool = False) -> Fraction:
    """Read a whole number of things, zero or more, or any where it is signed. Raises `QuantityError`."""
    try:
        count = parse_number(text)
    except QuantityError:
        count = Fraction(1, 2)
    if (count < 0 and not signed) or count.denominator != 1:
        shown = brief(text)
        if signed:
            remedy, remedy_zh = "write a whole number: 3, -3", "请写整数，如 3、-3"
            raise QuantityError(
                "bad-count", f"'{shown}' is not a whole number", f"“{shown}”不是整数", remedy, remedy_zh
            )
        raise QuantityError("bad-count", f"'{shown}' is not a whole number", f"“{shown}”不是非负整数")
    return count


def parse_quantity(text: str, unit: str, units: Units) -> Fraction:
    """Read a quantity with its unit (`0.5吨`, `1200 kWh`) as a number of `unit`; `units` are all that there are.

    Raises `QuantityError` where the unit is missing or another, or the figure is not a plain decimal.

    >>> units = {"吨": ("吨", Fraction(1)), "千克": ("吨", Fraction(1, 1000)), "千瓦": ("千瓦", Fraction(1))}
    >>> parse_quantity("1200吨", "吨", units), parse_quantity("500千克", "吨", units)
    (Fraction(1200, 1), Fraction(1, 2))
    """
    found = _WITH_UNIT.fullmatch(text)
    written = "" if found is None else found["unit"]
    base, factor = units.get(written, ("", Fraction(0)))
    shown = brief(text)
    if base != unit:
        options = [name for name, (of, _) in units.items() if of == unit]
        near = suggest(written, options) if written else None
        example = format_quantity(Fraction(1200), unit)
        what, what_zh = f"'{shown}' is not a quantity in {unit}", f"“{shown}”不是以{unit}计的数量"
        if near is not None:
            raise QuantityError("unknown-unit", what, what_zh, f"did you mean '{near}'?", f"是否为“{near}”？")
        raise QuantityError("unknown-unit", what, what_zh, f"write it as {example}", f"请写成 {example}")
    return parse_number("" if found is None else found["number"]) * factor


def parse_date(text: str) -> Fraction:
    """Read `YYYY-MM-DD` as its ordinal day, so that dates compare as numbers do. Raises `QuantityError`."""
    try:
        day = dt.date.fromisoformat(text) if _DATE.fullmatch(text) else None
    except ValueError:
        day = None
    if day is None:
        shown = brief(text)
        raise QuantityError(
            "bad-date", f"'{shown}' is not a date such as 2025-09-01", f"“{shown}”不是日期（如2025-09-01）"
        )
    return Fraction(day.toordinal())


def year_of(day: Number) -> Number:
    """Return the year of an ordinal day; what is beyond the calendar stays beyond it."""
    date = _date(day)
    return INFINITY if date is None else Fraction(date.year)


def months_later(day: Number, months: int) -> Number:
    """Return the ordinal day so many months (at least 0) later, the last of a month that has no such day."""
    date = _date(day)
    if date is None:
        return INFINITY
    years, month = divmod(date.month - 1 + months, 12)
    year = date.year + years
    if year > dt.MAXYEAR:
        return INFINITY
    last = calendar.monthrange(year, month + 1)[1]
    return Fraction(date.replace(year, month + 1, min(date.day, last)).toordinal())


def months_between(first: Number, last: Number, size: int, *, begun: bool) -> Number:
    """Return how many times so many months lie between two ordinal days: whole ones, or with the last that is begun.

    So many are whole as can be added to the first day (the last of a month that has no such day) without passing the
    last one; below zero where that is the earlier of the two.

    >>> first, last = parse_date("2024-01-31"), parse_date("2025-02-28")
    >>> months_between(first, last, 1, begun=False), months_between(first, last, 12, begun=True)
    (Fraction(13, 1), Fraction(2, 1))
    """
    start, end = _date(first), _date(last)
    if start is None or end is None:
        return INFINITY
    same_day = min(start.day, calendar.monthrange(end.year, end.month)[1])
    months = (end.year - start.year) * 12 + end.month - start.month
    if begun:
        return Fraction(-(-(months + (same_day < end.day)) // size))
    return Fraction((months - (same_day > end.day)) // size)


def _date(day: Number) -> dt.date | None:
    """Return the date of an ordinal day, None beyond the calendar; what is before it is its first day."""
    if isinstance(day, Infinity) or day > dt.date.max.toordinal():
        return None
    return dt.date.fromordinal(max(1, int(day)))


def format_date(day: Number) -> str:
    """Write an ordinal day as `YYYY-MM-DD`."""
    return dt.date.fromordinal(int(day)).isoformat() if isinstance(day, Fraction) else "∞"


def exact_text(value: Fraction) -> str:
    """Write a fraction exactly: a finite decimal where there is one, else `n/d`."""
    rest, power = value.denominator, 0
    while rest % 2 == 0 or rest % 5 == 0:
        rest //= 2 if rest % 2 == 0 else 1
        rest //= 5 if rest % 5 == 0 else 1
        power += 1
    if rest != 1:
        return f"{value.numerator}/{value.denominator}"
    digits = str(abs(value.numerator) * 10**power // value.denominator).rjust(power + 1, "0")
    whole, part = (digits[:-power], digits[-power:]) if power else (digits, "")
    return ("-" if value < 0 else "") + whole + ("." + part if part else "")


def yuan_text(fen: Number, currency: Currency = CNY) -> str | None:
    """Write fen as yuan with two decimals (`"3000000.00"`) for JSON; ∞ is `None`. The figure must be whole fen.

    Another currency has its own number of decimals.
    """
    return None if isinstance(fen, Infinity) else _yuan(fen, currency.digits)


def exact_yuan_text(fen: Number, currency: Currency = CNY) -> str | None:
    """Write fen as yuan exactly, with two decimals where it is whole fen, else as `exact_text`; ∞ is `None`."""
    if isinstance(fen, Infinity) or fen.denominator == 1:
        return yuan_text(fen, currency)
    return exact_text(fen / currency.one)


def format_money(fen: Number, currency: Currency = CNY) -> str:
    """Write money for people: 万元 where that is exact to four decimals of a 万元, else 元 (`6,719,814.86元`).

    Another currency is written with its Chinese name.
    """
    if isinstance(fen, Infinity):
        return "∞"
    if currency != CNY:
        return plain_money(fen, currency) + currency.zh
    wan = fen / UNITS["万元"]
    if abs(wan) >= 1 and (wan * 10_000).denominator == 1:
        return _grouped(exact_text(wan)) + "万元"
    return plain_money(fen, CNY) + "元"


def plain_money(fen: Fraction, currency: Currency) -> str:
    """Write money without its unit, exactly: grouped, and with all decimals or none."""
    text = _yuan(fen, currency.digits) if fen.denominator == 1 else exact_text(fen / currency.one)
    whole, _, part = _grouped(text).partition(".")
    return f"{whole}.{part}" if part.strip("0") else whole


def format_count(value: Number) -> str:
    """Write a number for people, exactly."""
    return "∞" if isinstance(value, Infinity) else exact_text(value)


def format_quantity(value: Number, unit: str) -> str:
    """Write a quantity for people, with its unit: `0.5吨`, `1200 kWh`.

    >>> format_quantity(Fraction(1, 2), "吨"), format_quantity(Fraction(1200), "kWh")
    ('0.5吨', '1200 kWh')
    """
    return f"{format_count(value)} {unit}" if unit.isascii() else f"{format_count(value)}{unit}"


def format_ratio(value: Number) -> str:
    """Write a ratio for people as a percentage (`15%`), exactly."""
    return "∞" if isinstance(value, Infinity) else exact_text(value * 100) + "%"


def _yuan(fen: Fraction, digits: int) -> str:
    sign, whole = ("-" if fen < 0 else ""), str(abs(int(fen))).rjust(digits + 1, "0")
    return f"{sign}{whole[:-digits]}.{whole[-digits:]}" if digits else sign + whole


def _grouped(text: str) -> str:
    if "/" in text:
        return text
    whole, dot, part = text.partition(".")
    return f"{int(whole):,}" + dot + part if whole != "-0" else text
