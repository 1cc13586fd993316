"""Amounts and truths: the laws that every operator keeps, and the answers that S1, S2 and S3 give by name."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import combinations, product
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from subsidy_rules.values.amount import (
    DOWN,
    FALSE,
    HALF_UP,
    LOWEST,
    MODES,
    TRUE,
    UP,
    Amount,
    Four,
    Need,
    Range,
    Truth,
    settle,
)
from subsidy_rules.values.quantity import INFINITY, ZERO, Infinity, Number, parse_money, parse_ratio

if TYPE_CHECKING:
    from collections.abc import Callable


BIG = 10**13
LEADER = ("projects[0]", "leader")
TRACK = ("projects[0]", "track")
REASONS = ("discretion", "guide_missing", "open_list", "open_reading", "no_figure_in_text")
UNKNOWN = frozenset({"unknown_fact"})


# Strategies

STEPS = st.one_of(st.just(0), st.integers(0, 240), st.integers(0, 10**12)).map(lambda sixths: Fraction(sixths, 6))
POSITIONS = st.sampled_from([Fraction(0), Fraction(1, 7), Fraction(1, 2), Fraction(1)])
WAYS = st.sampled_from([0, HALF_UP, DOWN, UP, HALF_UP | DOWN, DOWN | UP])
UNITS = st.sampled_from([1, 10, 100, 1_000_000])
ENDLESS = st.sampled_from(["no", "no", "no", "fact", "law", "both"])
NEEDS = st.sampled_from([frozenset(), frozenset({LEADER}), frozenset({TRACK}), frozenset({LEADER, TRACK})])
WHYS = st.sampled_from([frozenset(why) for count in (0, 1, 2) for why in combinations(REASONS, count)])


def point(ends: Range, at: Fraction) -> Number:
    """Return the place between the ends of a range; of an unbounded one, only its end is ∞."""
    lo, hi = ends
    if isinstance(lo, Infinity):
        return lo
    if isinstance(hi, Infinity):
        return hi if at == 1 else lo + at * BIG
    return lo + at * (hi - lo)


def made_of(
    steps: tuple[Fraction, ...], endless: str, reasons: frozenset[str], needs: frozenset[Need], mode: int
) -> Amount:
    first, wider, higher, more = steps
    second, third = first + wider, first + higher
    numbers: Four = (first, second, third, max(second, third) + more)
    if endless == "fact":
        numbers = (first, second, third, INFINITY)
    elif endless != "no":
        numbers = (first, second if endless == "law" else INFINITY, INFINITY, INFINITY)
    return settle(numbers, reasons, needs, mode)


def amounts() -> st.SearchStrategy[Amount]:
    """Draw a well-formed amount: the law or the facts may leave something open, nothing, or everything."""
    return st.builds(made_of, st.tuples(STEPS, STEPS, STEPS, STEPS), ENDLESS, WHYS, NEEDS, WAYS)


def narrowed(whole: Amount, places: tuple[Fraction, ...]) -> Amount:
    (a, b), (c, d) = sorted(places[:2]), sorted(places[2:])
    floor, ceiling = whole.floor, whole.ceiling
    numbers = (point(floor, a), point(floor, b), point(ceiling, max(a, c)), point(ceiling, max(b, d)))
    return settle(numbers, whole.reasons, whole.needs, whole.mode)


def completed() -> st.SearchStrategy[tuple[Amount, Amount]]:
    """Draw an amount, and what it becomes when some of its facts are known."""
    places = st.tuples(POSITIONS, POSITIONS, POSITIONS, POSITIONS)
    return st.tuples(amounts(), places).map(lambda drawn: (drawn[0], narrowed(*drawn)))


def ordered() -> st.SearchStrategy[tuple[Amount, Amount]]:
    """Draw two amounts of which the first is nowhere above the second."""
    return st.tuples(amounts(), amounts()).map(lambda drawn: (drawn[0].least(drawn[1]), drawn[0].greatest(drawn[1])))


def ends(made: Amount | Truth) -> Four:
    first, second, third, last = (Fraction(one) if isinstance(one, int) else one for one in made.numbers)
    return first, second, third, last


def well_formed(made: Amount | Truth) -> bool:
    first, second, third, last = ends(made)
    return first <= second and third <= last and first <= third and second <= last


def contains(wide: Amount | Truth, narrow: Amount | Truth) -> bool:
    a, b = ends(wide), ends(narrow)
    return a[0] <= b[0] and b[1] <= a[1] and a[2] <= b[2] and b[3] <= a[3]


def said(made: Amount) -> tuple[str, set[str], set[Need]]:
    return made.kind, set(made.reasons), set(made.needs)


def nowhere_above(a: Amount, b: Amount) -> bool:
    return all(x <= y for x, y in zip(a.numbers, b.numbers, strict=True))


def law_open(made: Amount | Truth) -> bool:
    return made.numbers[0] != made.numbers[2] or made.numbers[1] != made.numbers[3]


OPERATORS: dict[str, Callable[[Amount, Amount], Amount]] = {
    "plus": lambda a, b: a.plus(b),
    "scaled": lambda a, b: a.scaled(b),
    "least": lambda a, b: a.least(b),
    "least printed": lambda a, b: a.least(b, printed=True),
    "greatest": lambda a, b: a.greatest(b),
    "hull": lambda a, b: a.hull(b),
    "either": lambda a, b: a.either(b, "open_reading"),
    "top-up": lambda a, b: a.less(b).clamped(),
    "bounded": lambda a, _: a.bounded("discretion"),
    "fixed": lambda a, _: a.fixed(),
    "decided": lambda a, _: a.decided_at(Fraction(60)),
    "granted": lambda a, _: a.granted_at(Fraction(60)),
    "raised": lambda a, b: a.raised_to(b),
    "raised above zero": lambda a, b: a.raised_to(b, zero=False),
    "kept from": lambda a, b: a.kept_from(b),
    "divided": lambda a, b: a.divided(b),
    "mapped": lambda a, _: a.mapped(lambda number: number if isinstance(number, Infinity) else number * number),
}
FALLING = ("top-up", "kept from")
"""Of these, a greater second part never gives more."""
each_operator = pytest.mark.parametrize("name", OPERATORS)


# Laws of every operator


@each_operator
@given(a=amounts(), b=amounts())
def test_an_operator_keeps_the_four_numbers_in_order_and_above_zero(name: str, a: Amount, b: Amount) -> None:
    made = OPERATORS[name](a, b)
    assert well_formed(made)
    assert made.minimum >= ZERO
    assert (made.minimum, made.maximum) == (made.floor.lo, made.ceiling.hi)


@each_operator
@given(a=completed(), b=completed())
def test_what_is_known_later_lies_within_what_was_said_before(
    name: str, a: tuple[Amount, Amount], b: tuple[Amount, Amount]
) -> None:
    operator = OPERATORS[name]
    assert contains(operator(a[0], b[0]), operator(a[1], b[1]))


@each_operator
@given(a=ordered(), b=amounts())
def test_more_never_gives_less(name: str, a: tuple[Amount, Amount], b: Amount) -> None:
    operator = OPERATORS[name]
    assert nowhere_above(operator(a[0], b), operator(a[1], b))
    if name in FALLING:
        assert nowhere_above(operator(b, a[1]), operator(b, a[0]))
    elif name != "divided":
        assert nowhere_above(operator(b, a[0]), operator(b, a[1]))


@each_operator
@given(a=amounts(), b=amounts())
def test_what_no_longer_moves_the_figure_is_not_said(name: str, a: Amount, b: Amount) -> None:
    made = OPERATORS[name](a, b)
    assert ("unknown_fact" in made.reasons) == (not made.decided)
    assert not (made.decided and made.needs)
    assert law_open(made) or made.reasons <= UNKNOWN
    if made.kind == "exact":
        assert (made.reasons, made.needs) == (frozenset(), frozenset())


@each_operator
@given(a=amounts(), b=amounts())
def test_reasons_and_needs_come_from_the_parts(name: str, a: Amount, b: Amount) -> None:
    made = OPERATORS[name](a, b)
    assert made.needs <= a.needs | b.needs
    assert made.reasons <= a.reasons | b.reasons | {"unknown_fact", "discretion", "open_reading", "zero_divisor"}


@pytest.mark.parametrize("name", ["plus", "scaled", "least", "greatest", "hull", "either"])
@given(a=amounts(), b=amounts(), c=amounts())
def test_the_order_of_the_parts_means_nothing(name: str, a: Amount, b: Amount, c: Amount) -> None:
    operator = OPERATORS[name]
    assert operator(a, b).numbers == operator(b, a).numbers
    assert operator(operator(a, b), c).numbers == operator(a, operator(b, c)).numbers


@pytest.mark.parametrize("name", ["least", "greatest", "hull"])
@given(a=amounts())
def test_an_amount_with_itself_is_itself(name: str, a: Amount) -> None:
    assert OPERATORS[name](a, a) == a


@given(amounts(), amounts())
def test_a_hull_contains_both_and_no_more_than_it_must(a: Amount, b: Amount) -> None:
    made = a.hull(b)
    assert contains(made, a)
    assert contains(made, b)
    assert all(number in (x, y) for number, x, y in zip(made.numbers, a.numbers, b.numbers, strict=True))


@given(amounts(), amounts())
def test_a_choice_of_the_law_leaves_both_ends_of_the_law(a: Amount, b: Amount) -> None:
    made = a.either(b, "open_reading")
    assert (made.minimum, made.maximum) == (min(a.minimum, b.minimum), max(a.maximum, b.maximum))
    assert ("open_reading" in made.reasons) == law_open(made)
    if a.decided and b.decided:
        assert made.decided


@given(amounts())
def test_nothing_added_and_no_cap_leave_an_amount_as_it_is(a: Amount) -> None:
    nothing = Amount.exact(ZERO)
    assert a.plus(nothing) == nothing.plus(a) == a
    assert a.least(Amount.exact(INFINITY)) == a
    assert a.greatest(nothing).numbers == a.numbers
    assert a.scaled(Amount.exact(Fraction(1))).numbers == a.numbers
    assert a.scaled(nothing).numbers == nothing.numbers  # 0 × ∞ is 0


# Minimums, quotients and what is rounded on the way


@given(amounts(), amounts())
def test_a_minimum_lifts_no_zero_and_changes_nothing_that_reaches_it(a: Amount, b: Amount) -> None:
    made, lifted = a.raised_to(b, zero=False), a.raised_to(b)
    for before, least, after, always in zip(a.numbers, b.numbers, made.numbers, lifted.numbers, strict=True):
        assert always == max(before, least)
        assert after == (always if before else ZERO)
    assert a.raised_to(Amount.exact(ZERO)) == a
    assert a.raised_to(a) == a
    assert Amount.exact(ZERO).raised_to(b, zero=False) == Amount.exact(ZERO)
    assert (made.mode, lifted.mode) == (a.mode, a.mode)


@given(amounts(), amounts())
def test_what_is_paid_from_a_figure_on_is_paid_whole_or_not_at_all(a: Amount, b: Amount) -> None:
    made = a.kept_from(b)
    assert all(number in (ZERO, before) for number, before in zip(made.numbers, a.numbers, strict=True))
    assert a.kept_from(Amount.exact(ZERO)) == a
    if a.minimum >= b.maximum:
        assert made == a
    if a.maximum < b.minimum:
        assert made == replace(Amount.exact(ZERO), mode=a.mode)


@given(amounts(), amounts())
def test_a_share_of_something_is_the_inverse_of_a_product(a: Amount, b: Amount) -> None:
    one = Amount.exact(Fraction(1))
    assert a.divided(one).numbers == a.numbers
    if b.kind == "exact" and ZERO < b.minimum < INFINITY:
        assert a.scaled(b).divided(b).numbers == a.numbers
    assert a.divided(b).minimum == ZERO or b.minimum > ZERO


@given(a=amounts(), b=ordered())
def test_of_more_a_share_is_less_unless_it_may_be_of_nothing(a: Amount, b: tuple[Amount, Amount]) -> None:
    if b[0].minimum > ZERO:
        assert nowhere_above(a.divided(b[1]), a.divided(b[0]))


@pytest.mark.parametrize(
    ("by", "numbers", "reasons", "needs"),
    [
        # 6 over nothing, over less than nothing: the text does not say
        ((0, 0, 0, 0), (0, 0, "∞", "∞"), {"zero_divisor"}, set()),
        ((-3, -3, -3, -3), (0, 0, "∞", "∞"), {"zero_divisor"}, set()),
        ((2, 2, 3, 3), (2, 2, 3, 3), {"discretion"}, set()),
        ((2, 3, 2, 3), (2, 3, 2, 3), {"unknown_fact"}, {LEADER}),
        # nothing or up to 3: what 6 over it is is open, or at least 2
        ((0, 3, 0, 3), (0, "∞", 2, "∞"), {"unknown_fact", "zero_divisor"}, {LEADER}),
        # the law leaves the divisor open: whatever the facts, it may be nothing
        ((0, 0, 3, 3), (0, 0, "∞", "∞"), {"discretion"}, set()),
        ((0, 0, 0, 3), (0, 0, "∞", "∞"), {"discretion", "zero_divisor"}, set()),
    ],
)
def test_a_share_of_what_may_be_nothing_is_open(
    by: tuple[int, ...], numbers: tuple[int | str, ...], reasons: set[str], needs: set[Need]
) -> None:
    divisor = settle(four(*by), frozenset({"discretion"}), frozenset({LEADER}))
    made = Amount.exact(Fraction(6)).divided(divisor)
    assert (made.numbers, set(made.reasons), set(made.needs)) == (four(*numbers), reasons, needs)


def test_nothing_over_what_may_be_nothing_asks_for_it() -> None:
    made = Amount.exact(ZERO).divided(Amount.unknown(ZERO, Fraction(3), LEADER))
    assert (made.numbers, set(made.needs)) == (four(0, 0, 0, "∞"), {LEADER})


@given(completed(), completed(), completed(), UNITS, UNITS, WAYS)
def test_what_is_rounded_raised_and_rounded_again_keeps_containment(
    a: tuple[Amount, Amount],
    cap: tuple[Amount, Amount],
    least: tuple[Amount, Amount],
    first: int,
    second: int,
    stated: int,
) -> None:
    def made(place: int) -> Amount:
        under = a[place].least(cap[place]).rounded(first, stated)
        return under.raised_to(least[place], zero=False).rounded(second)

    assert contains(made(0), made(1))


def test_a_cap_holds_over_every_rounding_after_it_and_a_minimum_over_the_cap() -> None:
    cap = Amount.exact(parse_money("15.5万元"))
    over = Amount.exact(parse_money("20万元")).least(cap)
    assert over.rounded(100_000).rounded(1_000_000).minimum == parse_money("15万元")
    assert over.raised_to(Amount.exact(parse_money("2万元"))).rounded(1_000_000).minimum == parse_money("15万元")
    assert over.raised_to(Amount.exact(parse_money("17万元"))).rounded(1_000_000).minimum == parse_money("17万元")


# Rounding


@given(completed(), completed(), UNITS, WAYS)
def test_rounding_keeps_containment_even_under_a_cap(
    a: tuple[Amount, Amount], cap: tuple[Amount, Amount], unit: int, stated: int
) -> None:
    (wide, narrow), (high, low) = a, cap
    assert contains(wide.rounded(unit, stated), narrow.rounded(unit, stated))
    assert contains(wide.least(high).rounded(unit, stated), narrow.least(low).rounded(unit, stated))


@given(amounts(), amounts(), UNITS, WAYS)
def test_a_rounded_figure_is_whole_near_and_never_above_its_cap(a: Amount, cap: Amount, unit: int, stated: int) -> None:
    under = a.least(cap)
    made = under.rounded(unit, stated)
    assert well_formed(made)
    for number, exact, most in zip(made.numbers, under.numbers, cap.numbers, strict=True):
        assert number <= most
        if isinstance(number, Fraction) and isinstance(exact, Fraction):
            assert number % unit == 0
            assert abs(number - exact) < unit
        else:
            assert number == exact


@given(amounts(), UNITS)
def test_the_ways_of_rounding(a: Amount, unit: int) -> None:
    for number, down, half, up in zip(
        a.numbers,
        a.rounded(unit, DOWN).numbers,
        a.rounded(unit, HALF_UP).numbers,
        a.rounded(unit, UP).numbers,
        strict=True,
    ):
        assert down <= number <= up
        assert half in (down, up)
        if isinstance(number, Fraction) and isinstance(down, Fraction):
            assert (half == down) == (number == down or number - down < Fraction(unit, 2))
            assert up == (down if number == down else down + unit)
    either = a.rounded(unit, HALF_UP | DOWN)
    assert either.numbers == a.rounded(unit, HALF_UP).hull(a.rounded(unit, DOWN)).numbers
    assert replace(a, mode=0).rounded(unit).numbers == a.rounded(unit, HALF_UP).numbers
    assert replace(a, mode=UP).rounded(unit).numbers == a.rounded(unit, UP).numbers


def test_the_modes_have_the_names_of_a_rule_file() -> None:
    assert MODES == {"half_up": HALF_UP, "down": DOWN, "up": UP}


def test_a_fixed_rate_under_a_cap_rounds_half_up() -> None:
    cap = Amount.exact(parse_money("2000万元"))
    basis, rate = Amount.exact(parse_money("67198148.55元")), Amount.exact(parse_ratio("10%"))
    made = basis.scaled(rate).fixed().least(cap, printed=True).rounded(1)
    assert (made.minimum, made.kind) == (parse_money("6719814.86元"), "exact")
    assert basis.scaled(rate).minimum == Fraction(671981485_5, 10)


@pytest.mark.parametrize(("net", "most"), [("66666666.67元", "10000000元"), ("66666666.66元", "9999999.99元")])
def test_a_bound_rate_rounds_down(net: str, most: str) -> None:
    rate = Amount.exact(parse_ratio("15%")).bounded("discretion")
    made = (
        Amount.exact(parse_money(net))
        .scaled(rate)
        .least(Amount.exact(parse_money("1000万元")), printed=True)
        .rounded(1)
    )
    assert (made.kind, made.minimum, made.maximum) == ("at_most", ZERO, parse_money(most))
    assert made.reasons == {"discretion"}


def test_a_figure_is_not_rounded_above_a_cap_that_is_no_whole_unit() -> None:
    cap = Amount.exact(parse_money("15.5万元"))
    over = Amount.exact(parse_money("20万元")).least(cap)
    assert over.rounded(1_000_000).minimum == parse_money("15万元")
    assert over.plus(Amount.exact(ZERO)).rounded(1_000_000).minimum == parse_money("15万元")
    assert over.fixed(UP).mode == UP
    assert Amount.exact(ZERO).plus(over).rounded(1_000_000).minimum == parse_money("15万元")
    assert over.plus(Amount.exact(Fraction(1))).rounded(1_000_000).minimum == parse_money("16万元")
    assert over.gated(TRUE).clamped().rounded(1_000_000).minimum == parse_money("15万元")
    uncapped = Amount.exact(parse_money("15.5万元"))
    assert over.hull(uncapped).rounded(1_000_000).numbers == tuple(
        parse_money(text) for text in ("15万元", "16万元", "15万元", "16万元")
    )
    assert over.either(uncapped, "open_reading").rounded(1_000_000).numbers == tuple(
        parse_money(text) for text in ("15万元", "15万元", "16万元", "16万元")
    )


def test_what_may_be_either_of_two_is_under_the_caps_of_both() -> None:
    endless = Amount((INFINITY, INFINITY, INFINITY, INFINITY))
    one, other = endless.least(Amount(four(1, 4, 6, 9))), endless.least(Amount(four(2, 3, 5, 8)))
    for a, b in ((one, other), (other, one)):
        assert a.hull(b).top == four(1, 4, 5, 9)
        assert a.either(b, "open_reading").top == four(1, 3, 6, 9)
        assert a.least(b).top == four(1, 3, 5, 8)
        assert a.hull(endless).top == four(*((1, "∞", 6, "∞") if a is one else (2, "∞", 5, "∞")))
    assert endless.hull(endless).top is None


@given(amounts(), amounts(), amounts(), UNITS, WAYS)
def test_a_rounded_hull_contains_what_it_may_be(a: Amount, b: Amount, cap: Amount, unit: int, stated: int) -> None:
    under = a.least(cap)
    for made in (under.hull(b), b.hull(under)):
        assert contains(made.rounded(unit, stated), under.rounded(unit, stated))
        assert contains(made.rounded(unit, stated), b.rounded(unit, stated))


@pytest.mark.parametrize(
    ("a", "b", "mixed"),
    [
        (0, 0, 0),
        (DOWN, 0, DOWN),
        (0, UP, UP),
        (DOWN, DOWN, DOWN),
        (HALF_UP, DOWN, HALF_UP),  # 5万元 + 至多 1/3
        (UP, DOWN, HALF_UP),
        (DOWN | UP, DOWN, DOWN | HALF_UP),
    ],
)
def test_an_exact_part_beside_a_bound_one_rounds_half_up(a: int, b: int, mixed: int) -> None:
    one = Amount.exact(Fraction(1))
    for joined in (Amount.plus, Amount.less, Amount.scaled):
        assert joined(replace(one, mode=a), replace(one, mode=b)).mode == mixed
        assert joined(replace(one, mode=b), replace(one, mode=a)).mode == mixed
    for kept in (Amount.hull, Amount.greatest):
        assert kept(replace(one, mode=a), replace(one, mode=b)).mode == (
            (a or HALF_UP) | (b or HALF_UP) if a or b else 0
        )
        assert kept(replace(one, mode=a), Amount.exact(ZERO)).mode == a
    assert replace(one, mode=a).least(replace(one, mode=b)).mode == a


# Kinds


def four(*figures: int | str) -> Four:
    first, second, third, last = (INFINITY if one == "∞" else Fraction(one) for one in figures)
    return first, second, third, last


@pytest.mark.parametrize(
    ("numbers", "reasons", "kind"),
    [
        ((5, 5, 5, 5), [], "exact"),
        ((0, 0, 0, 0), ["discretion"], "exact"),  # at most 0 is exact 0
        (("∞", "∞", "∞", "∞"), [], "exact"),
        ((0, 0, 30, 30), ["discretion"], "at_most"),
        ((0, 0, 30, 30), ["guide_missing"], "at_most"),
        ((5, 5, 25, 25), ["discretion"], "at_most"),  # 5万元 + 至多20万元
        ((0, 0, 30, 30), ["open_list"], "between"),
        ((0, 0, 30, 30), ["discretion", "open_reading"], "between"),
        ((0, 10, 0, 10), ["unknown_fact"], "between"),
        ((0, 0, 10, 30), ["discretion", "unknown_fact"], "between"),
        ((0, 0, 10, "∞"), ["discretion", "unknown_fact"], "between"),
        ((0, 0, "∞", "∞"), ["guide_missing"], "undetermined"),
        ((0, 0, 30, 30), ["no_figure_in_text"], "undetermined"),
        ((0, 5, "∞", "∞"), ["discretion", "unknown_fact"], "undetermined"),
    ],
)
def test_the_kind_is_derived(numbers: tuple[int | str, ...], reasons: list[str], kind: str) -> None:
    assert Amount(four(*numbers), frozenset(reasons)).kind == kind


@given(amounts())
def test_the_kind_says_what_is_open(a: Amount) -> None:
    first, _, third, last = a.numbers
    assert (a.kind == "exact") == (first == last)
    if a.kind == "at_most":
        assert a.decided
        assert a.reasons <= {"discretion", "guide_missing"}
    if third == INFINITY and first != INFINITY:
        assert a.kind == "undetermined"


def test_an_amount_capped_below_its_range_is_exact_and_its_reason_moot() -> None:
    unknown = Amount.unknown(Fraction(600), Fraction(900), LEADER)
    assert said(unknown) == ("between", {"unknown_fact"}, {LEADER})
    capped = unknown.least(Amount.exact(Fraction(500)))
    assert capped.numbers == four(500, 500, 500, 500)
    assert said(capped) == ("exact", set(), set())


def test_a_fact_that_leaves_nothing_open_is_not_unknown() -> None:
    assert Amount.unknown(Fraction(5), Fraction(5), LEADER, 3) == Amount.exact(Fraction(5))
    assert Amount.unknown(ZERO, INFINITY, LEADER, 3).open_ends == 3
    assert Amount.unknown(ZERO, INFINITY, LEADER).open_ends == 0
    assert settle(four(1, 1, 1, 1), frozenset(), frozenset()) == Amount.exact(Fraction(1))


def test_only_a_printed_cap_answers_that_the_text_names_no_figure() -> None:
    nothing = Amount.undetermined("guide_missing", "no_figure_in_text")
    cap = Amount.exact(Fraction(30))
    assert (nothing.numbers, nothing.kind) == (four(0, 0, "∞", "∞"), "undetermined")
    assert nothing.least(cap).kind == "undetermined"
    printed = nothing.least(cap, printed=True)
    assert said(printed) == ("at_most", {"guide_missing"}, set())
    endless = nothing.least(Amount.exact(INFINITY), printed=True)
    assert endless.reasons == {"guide_missing", "no_figure_in_text"}


def test_all_reasons_that_may_move_the_figure_are_said() -> None:
    bound = Amount.exact(Fraction(30)).bounded("discretion")
    listed = Amount.exact(Fraction(20)).gated(Truth.law_open("open_list"))
    assert said(bound.hull(listed)) == ("between", {"discretion", "open_list", "unknown_fact"}, set())
    assert said(bound.either(listed, "open_reading")) == ("between", {"discretion", "open_list", "open_reading"}, set())
    assert said(bound.plus(listed)) == ("between", {"discretion", "open_list"}, set())
    assert said(bound.scaled(listed)) == ("between", {"discretion", "open_list"}, set())
    asked = Amount.unknown(ZERO, Fraction(40), LEADER)
    for made in (bound.hull(asked), bound.plus(asked), bound.either(asked, "open_reading"), asked.less(bound)):
        assert made.needs == {LEADER}


def test_reasons_can_be_struck() -> None:
    assert Amount.undetermined("guide_missing", "no_figure_in_text").without("no_figure_in_text").reasons == {
        "guide_missing"
    }


def test_what_does_not_move_the_figure_leaves_no_trace() -> None:
    bound = Amount.exact(Fraction(100)).bounded("discretion")
    unknown = Amount.unknown(Fraction(200), Fraction(300), LEADER)
    assert bound.least(unknown) == bound
    assert unknown.least(bound).needs == frozenset()
    assert unknown.greatest(bound).reasons == UNKNOWN
    assert bound.greatest(Amount.exact(Fraction(60))).reasons == {"discretion"}
    both = unknown.least(Amount.unknown(Fraction(100), Fraction(250), TRACK))
    assert both.needs == {TRACK}
    assert unknown.least(Amount.unknown(Fraction(100), Fraction(400), TRACK)).needs == {LEADER, TRACK}


# What an authority fixes


@given(amounts(), STEPS)
def test_a_decision_is_exact_within_the_ceiling(a: Amount, figure: Fraction) -> None:
    made = a.decided_at(figure)
    assert made.floor == made.ceiling
    assert made.maximum == min(figure, a.maximum)
    if figure <= a.ceiling.lo:
        assert said(made) == ("exact", set(), set())


@given(amounts(), STEPS)
def test_a_part_that_is_granted_is_a_floor_within_the_ceiling(a: Amount, part: Fraction) -> None:
    made = a.granted_at(part)
    assert made.ceiling == a.ceiling
    assert made.floor == (max(a.floor.lo, min(part, a.ceiling.lo)), max(a.floor.hi, min(part, a.ceiling.hi)))


def test_a_bound_of_which_a_part_is_granted_or_all_is_decided() -> None:
    bound = Amount.exact(Fraction(500)).bounded("discretion")
    granted = bound.granted_at(Fraction(200))
    assert granted.numbers == four(200, 200, 500, 500)
    assert said(granted) == ("at_most", {"discretion"}, set())
    assert bound.decided_at(Fraction(300)).numbers == four(300, 300, 300, 300)
    assert (
        bound.decided_at(Fraction(600)).numbers == bound.granted_at(Fraction(600)).numbers == four(500, 500, 500, 500)
    )


# Signed figures


def test_a_top_up_takes_each_number_from_its_opposite() -> None:
    total = Amount(four(10, 20, 30, 40), frozenset({"discretion", "unknown_fact"}), frozenset({LEADER}))
    paid = Amount(four(1, 2, 5, 15), frozenset({"discretion", "unknown_fact"}), frozenset({TRACK}))
    made = total.less(paid)
    assert made.numbers == four(-5, 15, 28, 39)
    assert made.clamped().numbers == four(0, 15, 28, 39)
    assert made.needs == {LEADER, TRACK}
    assert total.clamped() is total


def test_a_difference_with_no_lower_end_is_below_everything_a_file_can_state() -> None:
    unknown = Amount.unknown(Fraction(20), INFINITY, LEADER)
    made = Amount.exact(Fraction(10)).less(unknown)
    assert made.numbers == (LOWEST, Fraction(-10), LOWEST, Fraction(-10))
    assert made.clamped() == Amount.exact(ZERO)
    assert parse_money("9" * 30 + "亿元") < -LOWEST
    assert unknown.less(Amount.exact(Fraction(5))).numbers == four(15, "∞", 15, "∞")


@given(completed(), completed(), completed())
def test_signed_differences_and_products_keep_containment(
    a: tuple[Amount, Amount], b: tuple[Amount, Amount], c: tuple[Amount, Amount]
) -> None:
    wide, narrow = a[0].less(b[0]), a[1].less(b[1])
    assert contains(wide, narrow)
    assert well_formed(wide)
    factor, known = (Amount((*one.floor, *one.floor)) for one in c)
    assert contains(wide.scaled(factor), narrow.scaled(known))


def test_signed_products() -> None:
    growth = Amount.unknown(Fraction(-2), Fraction(3), LEADER)
    assert growth.scaled(Amount.exact(Fraction(10))).numbers == four(-20, 30, -20, 30)
    assert growth.scaled(growth).numbers == four(-6, 9, -6, 9)
    endless = Amount.unknown(ZERO, INFINITY, TRACK)
    assert growth.scaled(endless).numbers == (LOWEST, INFINITY, LOWEST, INFINITY)
    assert endless.scaled(growth).numbers == (LOWEST, INFINITY, LOWEST, INFINITY)


# Truths

TRUTHS = {
    "false": FALSE,
    "fact or law": Truth((0, 0, 0, 1), UNKNOWN | {"open_list"}, frozenset({LEADER})),
    "law": Truth.law_open("open_list"),
    "fact": Truth.unknown(LEADER),
    "true but for both": Truth((0, 1, 1, 1), UNKNOWN | {"open_list"}, frozenset({LEADER})),
    "true": TRUE,
}
truths = pytest.mark.parametrize("a", TRUTHS.values(), ids=TRUTHS)
PAIRS = [pytest.param(a, b, id=f"{x}, {y}") for (x, a), (y, b) in product(TRUTHS.items(), repeat=2)]
EVERY_TRUTH = st.sampled_from(list(TRUTHS.values()))
pairs = pytest.mark.parametrize(("a", "b"), PAIRS)


def test_there_are_six_truths() -> None:
    every = [Truth((a, b, c, d)) for a, b, c, d in product((0, 1), repeat=4)]
    assert [one.numbers for one in every if well_formed(one)] == [truth.numbers for truth in TRUTHS.values()]


@truths
def test_laws_of_one_truth(a: Truth) -> None:
    assert a.negated().negated() == a
    assert a.both(a) == a
    assert a.either(a) == a
    assert (a.both(TRUE), a.either(FALSE)) == (a, a)
    assert (a.both(FALSE), a.either(TRUE)) == (FALSE, TRUE)
    assert a.is_true == a.negated().is_false
    assert well_formed(a.as_allowed())
    assert a.as_allowed().numbers[2:] == a.numbers[2:]
    assert a.as_allowed().numbers[:2] == a.numbers[2:]
    assert a.as_allowed().as_allowed() == a.as_allowed()
    assert a.hull(a) == a
    assert well_formed(a.negated())
    if a.decided:
        assert a.needs == frozenset()


@pairs
def test_laws_of_two_truths(a: Truth, b: Truth) -> None:
    assert a.both(b) == b.both(a)
    assert a.either(b) == b.either(a)
    assert a.both(b).negated() == a.negated().either(b.negated())
    assert a.either(b).negated() == a.negated().both(b.negated())
    assert a.both(a.either(b)).numbers == a.numbers
    assert a.both(b).numbers == tuple(map(min, a.numbers, b.numbers))
    assert a.either(b).numbers == tuple(map(max, a.numbers, b.numbers))
    assert contains(a.hull(b), a)
    assert contains(a.hull(b), b)
    for made in (a.both(b), a.either(b)):
        assert well_formed(made)
        assert (made.reasons == frozenset()) == (made in (TRUE, FALSE))
        assert not (made.decided and made.needs)


@pairs
def test_truths_distribute_and_keep_containment(a: Truth, b: Truth) -> None:
    for c in TRUTHS.values():
        assert a.both(b.either(c)).numbers == a.both(b).either(a.both(c)).numbers
        assert a.both(b).both(c).numbers == a.both(b.both(c)).numbers
        if contains(a, b):
            assert contains(a.both(c), b.both(c))
            assert contains(a.either(c), b.either(c))
            assert contains(a.negated(), b.negated())


def test_kleene() -> None:
    unknown, law = Truth.unknown(LEADER), Truth.law_open("open_list")
    assert (unknown.both(FALSE), unknown.either(TRUE)) == (FALSE, TRUE)
    assert unknown.both(Truth.unknown(TRACK)) == Truth.unknown(LEADER, TRACK)
    assert unknown.negated() == unknown
    assert law.negated() == law
    assert law.both(unknown) == TRUTHS["fact or law"]
    assert law.either(unknown) == TRUTHS["true but for both"]
    assert law.both(Truth.law_open("open_reading")).numbers == law.numbers
    assert (Truth.of(value=True), Truth.of(value=False)) == (TRUE, FALSE)
    assert unknown.hull(law).numbers == (0, 1, 0, 1)


def test_facts_are_dropped_once_only_the_law_is_open() -> None:
    near, far = TRUTHS["fact or law"], TRUTHS["true but for both"]
    assert near.either(Truth.law_open("open_reading")) == Truth.law_open("open_reading")
    assert near.either(far) == far
    crossed = Truth((0, 0, 1, 1), frozenset({"open_reading"})).hull(Truth((0, 0, 1, 1), frozenset({"open_list"})))
    assert crossed.decided


def test_a_doubt_opens_a_truth_as_far_as_it_holds() -> None:
    assert TRUE.opened(FALSE, "why") is TRUE
    assert TRUE.opened(TRUE, "why") == Truth.law_open("why")
    assert FALSE.opened(TRUE, "why") == FALSE
    unknown = TRUE.opened(Truth.unknown(LEADER), "why")
    assert unknown == Truth((0, 1, 1, 1), UNKNOWN | {"why"}, frozenset({LEADER}))


# Gates


@given(completed(), EVERY_TRUTH, EVERY_TRUTH)
def test_a_gate_keeps_containment(amount: tuple[Amount, Amount], a: Truth, b: Truth) -> None:
    (wide, narrow), made = amount, amount[0].gated(a)
    assert well_formed(made)
    if contains(a, b):
        assert contains(made, narrow.gated(b))
    assert wide.gated(a).gated(b).numbers == wide.gated(a.both(b)).numbers
    assert ("unknown_fact" in made.reasons) == (not made.decided)


@given(amounts())
def test_what_is_eligible_is_paid_and_what_is_not_is_nothing(amount: Amount) -> None:
    assert amount.gated(TRUE) == amount
    assert amount.gated(FALSE) == replace(Amount.exact(ZERO), mode=amount.mode)


def test_what_the_gate_leaves_open_is_said() -> None:
    award = Amount.exact(Fraction(20))
    unknown = award.gated(Truth.unknown(LEADER))
    assert unknown.numbers == four(0, 20, 0, 20)
    assert said(unknown) == ("between", {"unknown_fact"}, {LEADER})
    law = award.gated(Truth.law_open("open_list"))
    assert law.numbers == four(0, 0, 20, 20)
    assert said(law) == ("between", {"open_list"}, set())


# What is done to an amount under a cap


CAP = Fraction(1050)
HELD = Amount.exact(CAP).least(Amount.exact(CAP))
"""An amount at a cap that is no whole hundred: rounded up to hundreds, it would pass the cap."""


@pytest.mark.parametrize(
    "done",
    [
        lambda: HELD,
        lambda: HELD.bounded("discretion"),
        lambda: HELD.decided_at(CAP),
        lambda: HELD.granted_at(ZERO),
        lambda: HELD.plus(Amount.exact(ZERO)),
        lambda: Amount.exact(ZERO).plus(HELD),
        lambda: HELD.least(Amount.exact(Fraction(5000))),
        lambda: Amount.exact(Fraction(5000)).least(Amount.exact(CAP)),
        lambda: HELD.hull(HELD),
        lambda: HELD.either(HELD, "open_reading"),
        lambda: HELD.gated(TRUE),
        lambda: HELD.gated(Truth.unknown(LEADER)),
        HELD.fixed,
        lambda: HELD.without("discretion"),
        lambda: Amount.unknown(Fraction(-5), CAP, LEADER).least(Amount.exact(CAP)).clamped(),
    ],
)
def test_the_cap_stays_with_what_is_done_to_an_amount(done: Callable[[], Amount]) -> None:
    assert done().rounded(100, UP).maximum == 1000


@pytest.mark.parametrize(
    "done",
    [
        lambda: Amount.exact(CAP).plus(HELD),
        lambda: HELD.scaled(Amount.exact(Fraction(1))),
        lambda: HELD.less(Amount.exact(ZERO)),
    ],
)
def test_what_is_made_of_a_capped_part_is_under_no_cap(done: Callable[[], Amount]) -> None:
    assert done().rounded(100, UP).maximum == (2100 if done().maximum == 2 * CAP else 1100)


@pytest.mark.parametrize(
    "done",
    [
        lambda a: a.decided_at(CAP),
        lambda a: a.granted_at(ZERO),
        lambda a: a.plus(Amount.exact(ZERO)),
        lambda a: Amount.exact(ZERO).plus(a),
        lambda a: a.less(Amount.exact(ZERO)),
        lambda a: a.clamped(),
        lambda a: a.scaled(Amount.exact(Fraction(1))),
        lambda a: a.least(Amount.exact(Fraction(5000))),
        lambda a: a.greatest(a),
        lambda a: a.hull(a),
        lambda a: a.either(a, "open_reading"),
        lambda a: a.gated(TRUE),
        lambda a: a.without("open_list"),
    ],
)
@pytest.mark.parametrize(("mode", "rounded"), [(HALF_UP, 1100), (DOWN, 1000), (UP, 1100)])
def test_the_way_of_rounding_stays_with_what_is_done_to_an_amount(
    done: Callable[[Amount], Amount], mode: int, rounded: int
) -> None:
    made = done(Amount.exact(CAP).fixed(mode))
    assert made.mode == mode
    assert made.rounded(100).maximum == rounded
    assert done(Amount.exact(CAP)).mode == 0


def test_a_signed_amount_that_is_clamped_keeps_its_way_of_rounding() -> None:
    signed = replace(Amount.unknown(Fraction(-5), CAP, LEADER), mode=DOWN)
    assert signed.clamped().mode == DOWN
    assert signed.clamped().numbers == (ZERO, CAP, ZERO, CAP)


@pytest.mark.parametrize(
    ("numbers", "kept"),
    [
        ((0, 5, 0, 5), set()),
        ((0, 5, 0, 9), {"discretion"}),
        ((0, 5, 3, 5), {"discretion"}),
        ((5, 5, 5, 5), set()),
        ((0, 0, 5, 5), {"discretion"}),
    ],
)
def test_a_reason_of_the_law_is_kept_where_either_end_of_the_law_moves(numbers: Four, kept: set[str]) -> None:
    made = settle(numbers, frozenset({"discretion"}), frozenset({LEADER}))
    assert made.reasons - UNKNOWN == kept
    assert bool(made.needs) == (not made.decided) == ("unknown_fact" in made.reasons)


def test_reasons_of_the_law_go_where_only_facts_are_left_open() -> None:
    track = Truth.unknown(TRACK)
    mixed = Truth.law_open("open_list").both(Truth.unknown(LEADER))
    assert mixed.either(track) == Truth((0, 1, 0, 1), UNKNOWN, frozenset({LEADER, TRACK}))
    assert mixed.as_allowed() == Truth((0, 1, 0, 1), UNKNOWN, frozenset({LEADER}))


def test_nothing_times_no_end_is_nothing_for_a_signed_figure_too() -> None:
    loss = Amount.unknown(Fraction(-5), ZERO, LEADER).scaled(Amount.exact(INFINITY))
    assert loss.numbers == (LOWEST, ZERO, LOWEST, ZERO)


def test_a_difference_has_the_reasons_of_both() -> None:
    made = Amount.undetermined("no_figure_in_text").less(Amount.exact(CAP).bounded("discretion"))
    assert made.reasons == {"no_figure_in_text", "discretion"}
