"""Quantities: one text is one exact number or one refusal, and what is written for people reads back as the same."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from subsidy_rules.errors import CODES
from subsidy_rules.values.quantity import (
    INFINITY,
    UNITS,
    ZERO,
    Number,
    QuantityError,
    exact_text,
    exact_yuan_text,
    format_date,
    format_money,
    format_ratio,
    minus,
    months_between,
    months_later,
    parse_count,
    parse_date,
    parse_money,
    parse_number,
    parse_ratio,
    times,
    yuan_text,
)

if TYPE_CHECKING:
    from collections.abc import Callable

WHOLE_FEN = st.integers(-(10**18), 10**18).map(Fraction)
FIGURES = st.fractions(max_denominator=10**6)
DECIMALS = st.builds(
    lambda digits, power: Fraction(digits, 10**power), st.integers(-(10**12), 10**12), st.integers(0, 8)
)
DAYS = st.dates()
NUMBERS: st.SearchStrategy[Number] = st.one_of(FIGURES, st.just(INFINITY))
SCRIPTS = st.text("0123456789-+.eE_, ０１２٣٤%‰:∶元万亿分", max_size=12)


def refusal(parse: Callable[[str], Fraction], text: str) -> str:
    with pytest.raises(QuantityError) as caught:
        parse(text)
    assert caught.value.code in CODES
    assert str(caught.value) == caught.value.what
    assert caught.value.what_zh
    return caught.value.code


def compared(a: Number, b: Number) -> tuple[bool, bool, bool, bool, bool]:
    """<, <=, ==, >=, >."""
    return (a < b, a <= b, a == b, a >= b, a > b)


# ∞


@given(FIGURES)
def test_infinity_is_above_every_number_and_absorbs_sums(number: Fraction) -> None:
    assert compared(number, INFINITY) == (True, True, False, False, False)
    assert compared(INFINITY, number) == (False, False, False, True, True)
    assert INFINITY + number is INFINITY
    assert number + INFINITY is INFINITY
    assert (min(number, INFINITY), max(number, INFINITY)) == (number, INFINITY)


def test_there_is_one_infinity() -> None:
    assert compared(INFINITY, INFINITY + ZERO) == (False, True, True, True, False)
    assert {INFINITY: 1}[INFINITY + INFINITY] == 1
    assert repr(INFINITY) == "∞"


@given(NUMBERS, NUMBERS)
def test_numbers_and_infinity_are_in_one_order(a: Number, b: Number) -> None:
    less, at_most, equal, at_least, more = compared(a, b)
    assert less + equal + more == 1
    assert (at_most, at_least) == (less or equal, more or equal)
    assert compared(b, a) == (more, at_least, equal, at_most, less)


@given(FIGURES, FIGURES)
def test_products_and_differences_of_numbers_are_the_usual_ones(a: Fraction, b: Fraction) -> None:
    assert times(a, b) == a * b
    assert minus(a, b) == a - b


def test_products_and_differences_with_infinity() -> None:
    one = Fraction(1)
    assert (times(one, INFINITY), times(INFINITY, one), times(INFINITY, INFINITY)) == (INFINITY,) * 3
    assert (times(ZERO, INFINITY), times(INFINITY, ZERO)) == (ZERO, ZERO)  # a share of nothing is nothing
    assert (minus(INFINITY, one), minus(one, INFINITY), minus(INFINITY, INFINITY)) == (INFINITY, ZERO, ZERO)


# Numbers


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0", "0"),
        ("-3", "-3"),
        ("0.15", "3/20"),
        ("1200.50", "2401/2"),
        ("-0.5", "-1/2"),
        ("0.0", "0"),
        ("9" * 40, "9" * 40),
    ],
)
def test_plain_decimals_are_read(text: str, number: str) -> None:
    assert parse_number(text) == Fraction(number)


@pytest.mark.parametrize(
    "text",
    [
        *("", "-", ".", "+3", "-0", "-0.0", "--1", "01", "00", "1.", ".5", "1e3", "1_000", "1,000", " 1", "1 ", "1\n"),
        *("１", "٣", "∞", "nan", "0x10", "1/2", "九", "9" * 41),
    ],
)
def test_other_numbers_are_refused(text: str) -> None:
    assert refusal(parse_number, text) == "bad-number"


def test_a_message_keeps_to_one_line() -> None:
    with pytest.raises(QuantityError) as caught:
        parse_number("1\n" * 100)
    assert str(caught.value) == f"'{'1·' * 31}1…' is not a plain decimal number"


@given(SCRIPTS)
def test_what_is_read_is_what_python_reads(text: str) -> None:
    try:
        number = parse_number(text)
    except QuantityError:
        return
    assert number == Fraction(text)
    assert text.isascii()


# Money


@pytest.mark.parametrize(
    ("text", "fen"),
    [
        ("2800万元", 28_000_000_00),
        ("1.5亿元", 150_000_000_00),
        ("67198148.55元", 67_198_148_55),
        ("305分", 305),
        ("2800 万元", 28_000_000_00),
        ("0.000001万元", 1),
        ("0元", 0),
    ],
)
def test_money_has_a_unit_and_is_whole_fen(text: str, fen: int) -> None:
    assert parse_money(text) == fen
    assert parse_money(text, signed=True) == fen


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("2800", "unknown-unit"),
        ("2800万", "unknown-unit"),
        ("2800美元 ", "unknown-unit"),
        ("", "unknown-unit"),
        ("元", "bad-money"),
        ("2,800万元", "bad-money"),
        ("２８００万元", "bad-money"),
        ("2800百万元", "bad-money"),
        ("1\t元", "bad-money"),
        ("-0元", "bad-money"),
        ("0.001元", "not-whole-fen"),
        ("-1.5分", "not-whole-fen"),
        ("-1元", "negative"),
    ],
)
def test_other_money_is_refused(text: str, code: str) -> None:
    assert refusal(parse_money, text) == code


def test_signed_money_is_read_where_it_is_asked_for() -> None:
    assert parse_money("-1.5万元", signed=True) == -1_500_000


# Ratios, counts, dates


@pytest.mark.parametrize(
    ("text", "ratio"),
    [
        ("15%", "3/20"),
        ("5‰", "1/200"),
        ("-3%", "-3/100"),
        ("0.5 %", "1/200"),
        ("1:0.5", "1/2"),
        ("1∶0.5", "1/2"),
        ("2 : 3", "3/2"),
        ("3:0", "0"),
    ],
)
def test_ratios_are_read(text: str, ratio: str) -> None:
    assert parse_ratio(text) == Fraction(ratio)


@pytest.mark.parametrize(
    "text", ["15", "0.15", "", "%", "1:", ":1", "0:1", "-1:2", "1:-2", "1:2:3", "5:5%", "1:2∶3", "15%%", "１%"]
)
def test_other_ratios_are_refused(text: str) -> None:
    assert refusal(parse_ratio, text) == "bad-ratio"


@pytest.mark.parametrize(("text", "count"), [("0", 0), ("365", 365), ("7.0", 7)])
def test_counts_are_read(text: str, count: int) -> None:
    assert parse_count(text) == count


@pytest.mark.parametrize("text", ["-1", "1.5", "三", "", "1e3", "３"])
def test_other_counts_are_refused(text: str) -> None:
    assert refusal(parse_count, text) == "bad-count"


@given(DAYS)
def test_dates_compare_as_numbers_and_are_written_as_they_are_read(day: object) -> None:
    text = str(day)
    assert format_date(parse_date(text)) == text


def test_days_follow_each_other() -> None:
    assert parse_date("2024-03-01") - parse_date("2024-02-28") == 2
    assert parse_date("0001-01-01") == 1
    assert format_date(INFINITY) == "∞"


@pytest.mark.parametrize(
    "text",
    [
        "2025-02-29",
        "2025-13-01",
        "0000-01-01",
        "2025-9-1",
        "20250901",
        "2025-W01-1",
        "２０２５-09-01",
        "2025-09-01 ",
        "",
    ],
)
def test_other_dates_are_refused(text: str) -> None:
    assert refusal(parse_date, text) == "bad-date"


# Writing


@given(DECIMALS)
def test_a_finite_decimal_is_written_exactly_and_without_trailing_zeros(number: Fraction) -> None:
    text = exact_text(number)
    assert parse_number(text) == number
    assert "." not in text or text[-1] != "0"


@given(FIGURES)
def test_every_fraction_is_written_exactly(number: Fraction) -> None:
    assert Fraction(exact_text(number)) == number


@pytest.mark.parametrize(
    ("number", "text"),
    [("1/3", "1/3"), ("-7/6", "-7/6"), ("1/8", "0.125"), ("-1/2", "-0.5"), ("100", "100"), ("0", "0")],
)
def test_how_a_fraction_is_written(number: str, text: str) -> None:
    assert exact_text(Fraction(number)) == text


@given(WHOLE_FEN)
def test_money_written_for_people_reads_back(fen: Fraction) -> None:
    text = format_money(fen)
    assert parse_money(text.replace(",", ""), signed=True) == fen
    assert text.endswith(tuple(UNITS))


@given(WHOLE_FEN)
def test_money_written_for_json_reads_back(fen: Fraction) -> None:
    text = yuan_text(fen)
    assert text is not None
    assert text[-3] == "."
    assert Fraction(text) * 100 == fen
    assert exact_yuan_text(fen) == text


@pytest.mark.parametrize(
    ("fen", "people", "json"),
    [
        ("2800000000", "2,800万元", "28000000.00"),
        ("671981486", "6,719,814.86元", "6719814.86"),
        ("1234500", "1.2345万元", "12345.00"),
        ("1234550", "12,345.50元", "12345.50"),
        ("12345678900", "12,345.6789万元", "123456789.00"),
        ("999900", "9,999元", "9999.00"),
        ("-1000000", "-1万元", "-10000.00"),
        ("-123456", "-1,234.56元", "-1234.56"),
        ("-5", "-0.05元", "-0.05"),
        ("0", "0元", "0.00"),
        ("1/2", "0.005元", "0.005"),
        ("1/3", "1/300元", "1/300"),
    ],
)
def test_how_money_is_written(fen: str, people: str, json: str) -> None:
    assert format_money(Fraction(fen)) == people
    assert exact_yuan_text(Fraction(fen)) == json


def test_what_is_unbounded_is_written_as_such() -> None:
    assert (format_money(INFINITY), format_ratio(INFINITY)) == ("∞", "∞")
    assert (yuan_text(INFINITY), exact_yuan_text(INFINITY)) == (None, None)


@given(FIGURES)
def test_a_ratio_is_written_exactly(ratio: Fraction) -> None:
    text = format_ratio(ratio)
    assert text.endswith("%")
    assert Fraction(text[:-1]) / 100 == ratio


ORDINALS = st.integers(dt.date(1996, 1, 1).toordinal(), dt.date(2105, 12, 31).toordinal()).map(Fraction)


@given(ORDINALS, ORDINALS)
def test_whole_months_are_the_most_that_can_be_added_and_begun_ones_the_fewest_that_reach(
    a: Fraction, b: Fraction
) -> None:
    first, last = sorted((a, b))
    for size in (1, 12):
        whole = int(months_between(first, last, size, begun=False))  # type: ignore[arg-type]
        begun = int(months_between(first, last, size, begun=True))  # type: ignore[arg-type]
        assert months_later(first, whole * size) <= last < months_later(first, (whole + 1) * size)
        assert months_later(first, begun * size) >= last
        assert begun == 0 or months_later(first, (begun - 1) * size) < last
        assert begun - whole == (months_later(first, whole * size) < last)


@pytest.mark.parametrize(
    ("first", "last", "whole", "begun"),
    [
        ("2024-01-15", "2024-01-15", 0, 0),
        ("2024-01-15", "2024-01-16", 0, 1),
        ("2024-01-31", "2024-02-29", 1, 1),
        ("2024-02-29", "2025-02-28", 12, 12),
        ("2024-03-15", "2024-01-20", -2, -1),
        ("2024-03-15", "2024-01-15", -2, -2),
    ],
)
def test_months_between_two_days(first: str, last: str, whole: int, begun: int) -> None:
    found = [months_between(parse_date(first), parse_date(last), 1, begun=one) for one in (False, True)]
    assert found == [whole, begun]


def test_months_beyond_the_calendar_have_no_end() -> None:
    assert months_between(parse_date("2024-01-15"), INFINITY, 1, begun=False) == INFINITY
