"""Words: each becomes the operations that it means, and what is wrong in it is noted where it stands."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import pytest
from pydantic import TypeAdapter, ValidationError

from subsidy_rules.mechanisms import operations as op
from subsidy_rules.mechanisms.limit import Limit
from subsidy_rules.mechanisms.rate import Rate
from subsidy_rules.mechanisms.step import NOTHING, Lowered, Step, Table
from subsidy_rules.mechanisms.words import WORDS, AnyStep, Each, lower_steps
from subsidy_rules.values.amount import DOWN, HALF_UP, UP
from subsidy_rules.values.document import plain, read
from tests.mechanisms.bench import COSTS, LOANS, desk, fact, members, noted, number

STEPS: TypeAdapter[list[AnyStep]] = TypeAdapter(list[AnyStep])
RUNNING = op.Running()
TOTAL = fact("project.total")
DECIDED = fact("project.decided")
FIVE, THREE = number(5_000_000), number(3_000_000)
TENTH, THIRD = number("1/10", "ratio"), number("3/10", "ratio")


def steps(text: str) -> list[AnyStep]:
    root = plain(read(f"steps: {text}" if text.startswith("[") else f"steps:\n{text}").root)
    assert isinstance(root, dict)
    return STEPS.validate_python(root["steps"])


def lowered(text: str) -> tuple[Lowered, ...]:
    """Return steps in operations; nothing is wrong in them."""
    at = desk()
    made = lower_steps(steps(text), at, ("award",), first=False)
    assert noted(at) == []
    return made


def only(text: str) -> Lowered:
    (made,) = lowered(text)
    return made


def wrong(text: str) -> list[tuple[str, str, str]]:
    at = desk()
    lower_steps(steps(text), at, ("award",), first=False)
    return noted(at)


def times(rate: op.Value) -> op.Arithmetic:
    return op.Arithmetic("*", RUNNING, rate, "money")


def capped(by: op.Value, *, printed: bool = True) -> op.Least:
    return op.Least(RUNNING, by, printed, "money")


LEVELS = "{by: title.level, rows: {国家级: 5万元, 省级: 3万元}}"
BY_LEVEL = op.Choose(
    ((op.All((members("title.level", "国家级"),)), FIVE), (op.All((members("title.level", "省级"),)), THREE)),
    NOTHING,
    "money",
)
LISTED = (op.AnyOf((op.All((members("title.level", "国家级"),)), op.All((members("title.level", "省级"),)))),)
GRADE_AWARD = op.Open("city/grade_award", (fact("title.kind"), fact("title.grade")), None, "money")
AT_MOST_THIRD = op.Bounded(THIRD, "ratio")
CLAMPED = op.Least(op.Greatest(RUNNING, THREE, "money"), FIVE, printed=True, type="money")
PLAN_RATE = op.Open("city/plan_rate", (), None, "ratio")


@pytest.mark.parametrize(
    ("text", "value", "operand", "sign"),
    [
        ("basis: project.total", TOTAL, TOTAL, ""),
        ("rate: 10%", op.Fixed(times(TENTH), "money"), TENTH, "×"),
        ("rate: project.saving", op.Fixed(times(fact("project.saving")), "money"), fact("project.saving"), "×"),
        ("rate: {at_most: 30%}", times(AT_MOST_THIRD), THIRD, "× ≤"),
        ("rate: {guide: plan_rate}", times(PLAN_RATE), PLAN_RATE, "×"),
        (
            "rate: {at_most: 30%, guide: plan_rate}",
            times(
                op.Least(
                    op.Open("city/plan_rate", (), AT_MOST_THIRD, "ratio"),
                    THIRD,
                    printed=True,
                    type="ratio",
                )
            ),
            THIRD,
            "× ≤",
        ),
        ("lump_sum: 5万元", op.Fixed(FIVE, "money"), FIVE, ""),
        ("lump_sum: project.total", op.Fixed(TOTAL, "money"), TOTAL, ""),
        ("lump_sum: {guide: grade_award}", GRADE_AWARD, GRADE_AWARD, ""),
        ("at_most: 3万元", op.Bounded(THREE, "money"), THREE, "≤"),
        ("{cap: 5万元, of: award, per: project}", capped(FIVE), FIVE, "≤"),
        ("{cap: project.total, of: basis, per: project}", capped(TOTAL), TOTAL, "≤"),
        (
            "{cap: 5万元, of: award, per: project, unless: reading.A5 is lifted}",
            op.Choose(((op.ReadingIs("city/A5", "lifted"), RUNNING),), capped(FIVE), "money"),
            FIVE,
            "≤",
        ),
        (
            "limit: loan.interest_paid",
            op.Least(RUNNING, fact("loan.interest_paid"), printed=False, type="money", flag="logical_bound"),
            fact("loan.interest_paid"),
            "≤",
        ),
        ("case_by_case: project.decided", DECIDED, DECIDED, ""),
        (
            "case_by_case: project.decided if large else 3万元",
            op.Choose(((op.Compare(">=", TOTAL, number(5_000_000_000)), DECIDED),), THREE, "money"),
            op.Choose(((op.Compare(">=", TOTAL, number(5_000_000_000)), DECIDED),), THREE, "money"),
            "",
        ),
        (
            "decision: project.decided",
            op.Decided(RUNNING, (DECIDED,), exact=True),
            op.Decided(RUNNING, (DECIDED,), exact=True),
            "=",
        ),
        (
            "decision: [project.decided, project.decided]",
            op.Decided(RUNNING, (DECIDED, DECIDED), exact=True),
            op.Decided(RUNNING, (DECIDED, DECIDED), exact=True),
            "=",
        ),
        (
            "granted: project.decided",
            op.Decided(RUNNING, (DECIDED,), exact=False),
            op.Decided(RUNNING, (DECIDED,), exact=False),
            "≥",
        ),
        (
            "share: project.share",
            times(op.Least(fact("project.share"), number(1, "ratio"), printed=False, type="ratio")),
            fact("project.share"),
            "×",
        ),
        (
            "less: loan.interest_paid",
            op.Arithmetic("-", RUNNING, fact("loan.interest_paid"), "money"),
            fact("loan.interest_paid"),
            "−",
        ),
        ("minimum: 3万元", op.Greatest(RUNNING, THREE, "money", raises=True), THREE, "≥"),
        ("minimum: project.total", op.Greatest(RUNNING, TOTAL, "money", raises=True), TOTAL, "≥"),
        ("pay_from: 3万元", op.Kept(RUNNING, THREE, "money", flag="below_pay_from"), THREE, "≥"),
        ("round: {to: 3万元, mode: down}", op.Rounded(RUNNING, THREE, DOWN, "money"), THREE, "≈"),
        ("round: {to: 3万元, mode: up}", op.Rounded(RUNNING, THREE, UP, "money"), THREE, "≈"),
        ("round: {to: 3万元, mode: half_up}", op.Rounded(RUNNING, THREE, HALF_UP, "money"), THREE, "≈"),
        ("clamp: {least: 3万元, greatest: 5万元}", CLAMPED, FIVE, "≤"),
    ],
)
def test_what_a_word_makes_of_the_running_amount(text: str, value: op.Value, operand: op.Value, sign: str) -> None:
    made = only(f"[{text}]" if text.startswith("{") else f"[{{{text}, quote: 原文}}]")
    assert (made.value, made.operand, made.sign) == (value, operand, sign)
    assert (made.requires, made.inner, made.items, made.applies) == ((), (), None, op.ALWAYS)
    assert made.quote == ("" if text.startswith("{") else "原文")
    assert made.word in text


@pytest.mark.parametrize(
    ("text", "value", "operand"),
    [
        (f"lump_sum: {LEVELS}", op.Fixed(BY_LEVEL, "money"), BY_LEVEL),
        (f"at_most: {LEVELS}", op.Bounded(BY_LEVEL, "money"), BY_LEVEL),
        (f"{{cap: {LEVELS}, of: sum, per: enterprise}}", capped(BY_LEVEL), BY_LEVEL),
        (f"minimum: {LEVELS}", op.Greatest(RUNNING, BY_LEVEL, "money", raises=True), BY_LEVEL),
        (f"pay_from: {LEVELS}", op.Kept(RUNNING, BY_LEVEL, "money", flag="below_pay_from"), BY_LEVEL),
    ],
)
def test_a_table_must_have_a_row(text: str, value: op.Value, operand: op.Value) -> None:
    made = only(f"- {text}")
    assert (made.value, made.operand, made.requires) == (value, operand, LISTED)


@pytest.mark.parametrize(
    ("shape", "wrap"),
    [
        ("rate: %s", lambda value: op.Fixed(times(value), "money")),
        ("rate: {at_most: %s}", lambda value: times(op.Bounded(value, "ratio"))),
    ],
)
def test_a_table_of_rates(shape: str, wrap: object) -> None:
    assert callable(wrap)
    made = only("- " + shape % "{by: title.level, rows: {国家级: 10%}}")
    level = op.All((members("title.level", "国家级"),))
    table = op.Choose(((level, TENTH),), NOTHING, "ratio")
    assert (made.value, made.operand, made.requires) == (wrap(table), table, (op.AnyOf((level,)),))


def test_interest_is_principal_times_rate_times_days_over_the_day_count() -> None:
    made = only("- interest: {principal: loan.principal, rate: loan.lpr, days: loan.days, day_count: loan.day_count}")
    yearly = op.Arithmetic("*", fact("loan.principal"), fact("loan.lpr"), "money")
    of_days = op.Arithmetic("*", yearly, fact("loan.days"), "money")
    assert made.value == made.operand == op.Arithmetic("/", of_days, fact("loan.day_count"), "money")
    fixed = only("- interest: {principal: 1元, rate: 5%, days: 3, day_count: 360}").value
    assert isinstance(fixed, op.Arithmetic)
    assert fixed.right == number(360, "count")


def test_each_sums_its_steps_over_a_list_and_needs_an_item() -> None:
    made = only("""\
- each: one in loans
  where: [one.new, "one.days >= 3"]
  of:
  - basis: one.principal
  - rate: 10%
""")
    principal = fact("loan.principal", "one")
    where = op.All((op.Holds(fact("loan.new", "one")), op.Compare(">=", fact("loan.days", "one"), number(3, "count"))))
    chain = op.Chain((principal, op.Fixed(times(TENTH), "money")))
    assert made.value == op.Aggregate("sum", LOANS, "one", where, chain, "money")
    assert made.requires == (op.Exists(LOANS, "one", where),)
    assert made.items == (LOANS, "one", where)
    assert [inner.word for inner in made.inner] == ["basis", "rate"]
    assert made.operand is None


def test_each_may_count_only_the_highest() -> None:
    made = only("- {each: one in loans, highest: 3, of: [{basis: one.principal}]}")
    assert isinstance(made.value, op.Aggregate)
    assert made.most == made.value.most == 3
    assert wrong("- {each: one in loans, highest: 0, of: [{basis: one.principal}]}") == [
        ("award.0.highest", "wrong-type", "'0' is not a number of items, such as 3")
    ]


def test_each_counts_only_the_items_for_which_a_table_has_a_row() -> None:
    made = only("""\
- each: cost in project.costs
  of:
  - lump_sum: {by: cost.kind, rows: {civil: 5万元}}
""")
    listed = op.AnyOf((op.All((members("cost.kind", "civil"),)),))
    assert isinstance(made.value, op.Aggregate)
    assert made.value.where == op.All((op.All(()), listed))
    assert made.requires == (op.Exists(COSTS, "cost", op.All(())),)


def test_a_cap_that_is_lifted_asks_for_no_row() -> None:
    made = only(f"- {{cap: {LEVELS}, of: sum, per: enterprise, unless: enterprise.civil}}")
    assert made.requires == (op.IfTruth(op.Holds(fact("enterprise.civil")), op.ALWAYS, LISTED[0]),)


def test_a_clamp_has_two_figures() -> None:
    assert only("- clamp: {least: 3万元, greatest: 5万元}").floor == THREE
    assert only("- clamp: {least: project.total, greatest: 5万元}").floor == TOTAL
    assert only("- clamp: {least: 5万元, greatest: project.total}").operand == TOTAL


# What a step leaves, by its name


def test_what_a_step_leaves_is_known_by_its_name_to_those_after_it() -> None:
    made = lowered("""\
- basis: project.total
- rate: 10%
  called: full
- cap: 5万元
  of: award
  per: project
- add:
  - basis: amount.full * 30%
    called: extra
  - limit: amount.extra - amount.full
""")
    full = op.Chain((TOTAL, op.Fixed(times(TENTH), "money")))
    (inner,) = made[3].parts
    thirty = op.Arithmetic("*", full, THIRD, "money")
    assert inner[0].value == thirty
    extra = op.Chain((*full.values, capped(FIVE), thirty))
    assert inner[1].operand == op.Arithmetic("-", extra, full, "money")


def test_the_steps_of_an_item_begin_anew() -> None:
    made = only("""\
- each: one in loans
  of:
  - basis: one.principal
    called: lent
  - cap: amount.lent * 10%
    of: award
    per: loan
""")
    lent = op.Chain((fact("loan.principal", "one"),))
    assert made.inner[1].operand == op.Arithmetic("*", lent, TENTH, "money")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "[{basis: project.total, called: full}]",
            (("award", 0, "called"), "unread-name", "no step after this one reads 'amount.full'"),
        ),
        (
            "[{basis: amount.full, called: full}, {limit: amount.full}]",
            (("award", 0, "basis"), "unknown-name", "no step before this one says 'called: full'"),
        ),
        (
            "[{basis: 3万元, called: a}, {basis: amount.a * 2, called: a}, {limit: amount.a}]",
            (("award", 1, "called"), "duplicate-id", "two steps are called 'a'"),
        ),
        (
            (
                "[{each: one in loans, of: [{basis: one.principal, called: lent}, {limit: amount.lent}]}, "
                "{limit: amount.lent}]"
            ),
            (("award", 1, "limit"), "unknown-name", "no step before this one says 'called: lent'"),
        ),
    ],
)
def test_a_name_is_of_one_step_and_read_after_it(text: str, expected: tuple[object, str, str]) -> None:
    at = desk()
    lower_steps(steps(text), at, ("award",), first=False)
    assert [(one.loc, one.error.code, one.error.what) for one in at.problems] == [expected]


# Bands and slices


def at_least(figure: op.Value, *, strict: bool = False) -> op.Compare:
    return op.Compare(">" if strict else ">=", TOTAL, figure)


def at_most(figure: op.Value, *, strict: bool = False) -> op.Compare:
    return op.Compare(">" if strict else ">=", figure, TOTAL)


def taken(rate: op.Value) -> op.Fixed:
    return op.Fixed(times(rate), "money")


def test_a_figure_takes_the_band_that_it_falls_in() -> None:
    made = only("""\
- tiers: project.total
  per: project
  rows:
  - {from: 5万元, rate: 30%, cap: 5万元, quote: 五万以上}
  - {over: 0元, below: 3万元, gives: none}
  - {from: 3万元, below: 5万元, lump_sum: 3万元}
""")
    high, middle = op.All((at_least(FIVE),)), op.All((at_least(THREE), at_most(FIVE, strict=True)))
    first, second = op.Chain((taken(THIRD), capped(FIVE))), op.Chain((op.Fixed(THREE, "money"),))
    assert made.value == op.Choose(((high, first), (middle, second)), NOTHING, "money")
    assert made.requires == (op.AnyOf((high, middle)),)
    assert (made.operand, made.sign) == (TOTAL, "")
    assert [(band.truth, band.text) for band in made.bands] == [(high, "≥ 5万元"), (middle, "≥ 3万元, < 5万元")]
    assert [[(step.word, step.quote) for step in band.steps] for band in made.bands] == [
        [("rate", "五万以上"), ("cap", "五万以上")],
        [("lump_sum", "")],
    ]


def test_the_band_that_is_taken_needs_a_row_in_its_table() -> None:
    made = only(f"""\
- tiers: project.total
  rows:
  - {{to: 3万元, at_most: {LEVELS}}}
  - {{over: 3万元, lump_sum: {{guide: grade_award}}}}
""")
    low, high = op.All((at_most(THREE),)), op.All((at_least(THREE, strict=True),))
    assert made.requires == (op.AnyOf((low, high)), op.IfTruth(low, LISTED[0], op.ALWAYS))
    assert made.value == op.Choose(
        ((low, op.Chain((op.Bounded(BY_LEVEL, "money"),))), (high, op.Chain((GRADE_AWARD,)))), NOTHING, "money"
    )


def test_a_band_without_ends_is_every_figure_and_one_figure_may_be_a_band() -> None:
    assert only("- {tiers: loan.days, rows: [{lump_sum: 5万元}]}").requires == (op.AnyOf((op.All(()),)),)
    (band,) = only("- {tiers: project.total, rows: [{from: 3万元, to: 3万元, lump_sum: 5万元}]}").bands
    assert band.truth == op.All((at_least(THREE), at_most(THREE)))


@pytest.mark.parametrize(
    ("row", "begins"), [("lump_sum: 5万元", True), ("at_most: 5万元", True), ("gives: none", True), ("rate: 5%", False)]
)
def test_only_bands_of_sums_may_come_first(row: str, begins: bool) -> None:
    (made,) = steps(f"- {{tiers: project.total, rows: [{{{row}}}]}}")
    assert made.begins is begins
    at = desk()
    lower_steps([made], at, ("award",))
    nothing = "nothing stands before 'tiers': it changes an amount, and there is none yet"
    assert noted(at) == ([] if begins else [("award.0", "bad-step", nothing)])


def test_each_slice_takes_its_own_rate() -> None:
    made = only("""\
- slices: project.total
  per: project
  rows:
  - {to: 3万元, rate: 10%, quote: 三万以下}
  - {to: 5万元, rate: {at_most: 30%}, cap: 3万元}
  - {rate: 10%}
""")
    nothing = number(0)

    def above(figure: op.Value, start: op.Value) -> op.Greatest:
        return op.Greatest(op.Arithmetic("-", figure, start, "money"), nothing, "money")

    first = op.Least(TOTAL, THREE, printed=False, type="money")
    second = above(op.Least(TOTAL, FIVE, printed=False, type="money"), THREE)
    chains = [
        op.Chain((first, taken(TENTH))),
        op.Chain((second, times(AT_MOST_THIRD), capped(THREE))),
        op.Chain((above(TOTAL, FIVE), taken(TENTH))),
    ]
    assert made.value == op.Arithmetic("+", op.Arithmetic("+", chains[0], chains[1], "money"), chains[2], "money")
    assert [[step.word for step in part] for part in made.parts] == [
        ["basis", "rate"],
        ["basis", "rate", "cap"],
        ["basis", "rate"],
    ]
    assert (made.operand, made.requires, made.parts[0][0].quote) == (None, (), "三万以下")


def test_a_slice_of_a_number_has_a_price() -> None:
    made = only("- {slices: loan.days, rows: [{to: 3, price: 5万元}]}")
    days = op.Least(fact("loan.days"), number(3, "count"), printed=False, type="count")
    priced = op.Arithmetic("*", days, FIVE, "money")
    assert made.value == op.Chain((op.Fixed(priced, "money"),))
    assert [(step.word, step.operand) for step in made.parts[0]] == [("basis", priced)]


def test_what_is_added_begins_with_what_stands_there() -> None:
    made = only("""\
- add:
  - rate: 10%
  - {cap: 3万元, of: award, per: project}
  quote: 加奖
""")
    assert made.value == op.Arithmetic("+", RUNNING, op.Chain((taken(TENTH), capped(THREE))), "money")
    assert (made.sign, made.operand, made.requires, made.quote) == ("+", None, (), "加奖")
    assert [[step.word for step in part] for part in made.parts] == [["rate", "cap"]]


def test_nothing_is_added_where_a_table_has_no_row() -> None:
    made = only(f"- add: [{{lump_sum: {LEVELS}}}]")
    added = op.Choose(((op.All(LISTED), op.Chain((op.Fixed(BY_LEVEL, "money"),))),), NOTHING, "money")
    assert made.value == op.Arithmetic("+", RUNNING, added, "money")
    assert made.requires == ()


def test_nothing_is_a_figure_too() -> None:
    assert only("- rate: 0%").operand == number(0, "ratio")
    assert only("- lump_sum: 0元").operand == NOTHING


def test_a_step_with_a_condition_leaves_the_amount_as_it_is_elsewhere() -> None:
    made = only(f"- {{lump_sum: {LEVELS}, when: enterprise.civil}}")
    civil = op.Holds(fact("enterprise.civil"))
    assert made.value == op.Choose(((civil, op.Fixed(BY_LEVEL, "money")),), RUNNING, "money")
    assert made.requires == (op.IfTruth(civil, LISTED[0], op.ALWAYS),)
    assert (made.operand, made.applies) == (BY_LEVEL, civil)


# Tables


@dataclass(frozen=True)
class Key:
    """A key of a table, a row's name for it, and the truth that they are."""

    by: str
    name: str
    truth: op.Truth


@pytest.mark.parametrize(
    "key",
    [
        Key("title.level", "省级", members("title.level", "省级")),
        Key("title.level", "*", op.ALWAYS),
        Key("loan.day_count", "360", members("loan.day_count", "360")),
        Key("enterprise.civil", "true", op.Holds(fact("enterprise.civil"))),
        Key("enterprise.civil", "false", op.Not(op.Holds(fact("enterprise.civil")))),
        Key("project.nature", "新建", members("project.nature", "新建")),
        Key("project.total", "5万元", op.Compare("==", TOTAL, FIVE)),
        Key("loan.days", "3", op.Compare("==", fact("loan.days"), number(3, "count"))),
        Key("project.saving", "10%", op.Compare("==", fact("project.saving"), TENTH)),
        Key("enterprise.name", "某公司", op.Same(fact("enterprise.name"), op.Words("某公司"))),
    ],
    ids=lambda key: f"{key.by} {key.name}",
)
def test_how_a_key_is_compared(key: Key) -> None:
    at = desk()
    value, requires = at.table(Table(by=key.by, rows={key.name: "5万元"}), ("cap",), "money")
    assert noted(at) == []
    assert value == op.Choose(((op.All((key.truth,)), FIVE),), NOTHING, "money")
    assert requires == (op.AnyOf((op.All((key.truth,)),)),)


def test_a_table_of_several_keys_takes_the_first_row_that_matches() -> None:
    made = only("""\
- lump_sum:
    by: [project.track, enterprise.civil]
    rows:
    - {is: [线, true], value: 5万元, quote: 原文}
    - {is: [点, '*'], value: 3万元}
""").operand
    civil = op.Holds(fact("enterprise.civil"))
    assert made == op.Choose(
        (
            (op.All((members("project.track", "线"), civil)), FIVE),
            (op.All((members("project.track", "点"), op.ALWAYS)), THREE),
        ),
        NOTHING,
        "money",
    )


# What is noted


NO_RATIO = "'三成' is not a ratio such as 15%, 5‰ or 1:0.5"
NO_MONEY = "'100万' is not money with a unit (元, 万元, 亿元 or 分)"
NO_UNIT = "a unit to round to is an amount above nothing"
NO_FIGURE = "no figure falls in this band"
NOT_MONEY = "'5%' is a ratio, not a money"
ONE_MEASURE = "a band gives one thing: rate, lump_sum, at_most or 'gives: none'"
NEEDS_AUTHORITY = "the fact must be declared 'sort: authority'"
NEEDS_PATH = "a path of a fact declared 'sort: authority' is needed here"
NO_COMPARISON = "expected a comparison (is, in, has, any of, >=, …), found 'the end' in 'project.total'"


@pytest.mark.parametrize(
    ("text", "where", "code", "what"),
    [
        ("basis: project.totl", "basis", "unknown-name", "project has no fact 'totl'"),
        ("basis: 10%", "basis", "bad-expression", "'10%' is a ratio, not a money"),
        ("rate: 三成", "rate", "bad-ratio", NO_RATIO),
        ("rate: -10%", "rate", "negative", "'-10%' is below zero"),
        ("rate: {}", "rate", "missing-key", "a rate needs 'at_most' or 'guide'"),
        ("rate: {guide: plan}", "rate.guide", "unknown-name", "no parameter 'plan'"),
        ("rate: {guide: lost}", "rate.guide", "bad-parameter", "parameter 'lost' is a money, not a ratio"),
        ("rate: {at_most: 三成}", "rate.at_most", "bad-ratio", NO_RATIO),
        ("lump_sum: 100万", "lump_sum", "unknown-unit", NO_MONEY),
        ("lump_sum: -5万元", "lump_sum", "negative", "'-5万元' is below zero"),
        ("lump_sum: project.totl", "lump_sum", "unknown-name", "project has no fact 'totl'"),
        ("lump_sum: 1.5 万", "lump_sum", "unknown-unit", "'1.5 万' has a unit that there is not"),
        ("lump_sum: {guide: missing}", "lump_sum.guide", "unknown-name", "title has no fact 'kinds'"),
        ("at_most: 100万", "at_most", "unknown-unit", NO_MONEY),
        ("at_most: {by: title.level, rows: {}}", "at_most", "bad-table", "a table without rows"),
        (
            "at_most: {by: title.level, rows: {省: 1元}}",
            "at_most.rows.省",
            "unknown-member",
            "'省' is not a value of title.level",
        ),
        ("at_most: {by: title.level, rows: {省级: 100万}}", "at_most.rows.省级", "unknown-unit", NO_MONEY),
        (
            "at_most: {by: title.level, rows: {'\"': 1元}}",
            'at_most.rows."',
            "bad-table",
            "a member has no quotation marks",
        ),
        (
            "at_most: {by: enterprise.civil, rows: {maybe: 1元}}",
            "at_most.rows.maybe",
            "bad-expression",
            "expected true or false, found 'maybe' in 'enterprise.civil is maybe'",
        ),
        ("limit: loans.fee", "limit", "unknown-name", "unknown name 'loans.fee'"),
        ("case_by_case: project.total", "case_by_case", "bad-expression", NEEDS_AUTHORITY),
        ("case_by_case: 5万元", "case_by_case", "bad-expression", NEEDS_AUTHORITY),
        ("case_by_case: project.decide", "case_by_case", "unknown-name", "project has no fact 'decide'"),
        ("decision: project.total", "decision", "bad-expression", NEEDS_PATH),
        ("decision: [project.decided, 5万元]", "decision", "bad-expression", NEEDS_PATH),
        ("granted: project.decide", "granted", "unknown-name", "project has no fact 'decide'"),
        ("share: 三成", "share", "bad-ratio", NO_RATIO),
        ("less: project.totl", "less", "unknown-name", "project has no fact 'totl'"),
        ("rate: {at_most: 30%, guide: plan}", "rate.guide", "unknown-name", "no parameter 'plan'"),
        ("each: loan in loans\n  of: []", "each", "bad-expression", "'loan' is already bound"),
        ("each: it in loans\n  where: [it.new, it.old]\n  of: []", "where.1", "unknown-name", "loan has no fact 'old'"),
        ("each: it in loans\n  of: [{basis: it.fee}]", "of.0.basis", "unknown-name", "loan has no fact 'fee'"),
        ("basis: project.total\n  when: project.total", "when", "bad-expression", NO_COMPARISON),
        ("minimum: 100万", "minimum", "unknown-unit", NO_MONEY),
        ("pay_from: -5万元", "pay_from", "negative", "'-5万元' is below zero"),
        ("clamp: {least: 100万, greatest: 5万元}", "clamp.least", "unknown-unit", NO_MONEY),
        ("clamp: {least: 0元, greatest: 100万}", "clamp.greatest", "unknown-unit", NO_MONEY),
        ("clamp: {least: 5万元, greatest: 3万元}", "clamp", "bad-expression", "the least figure is above the greatest"),
        ("round: {to: 0元, mode: up}", "round.to", "bad-expression", NO_UNIT),
        ("round: {to: project.total, mode: up}", "round.to", "bad-expression", NO_UNIT),
        ("round: {to: 100万, mode: up}", "round.to", "unknown-unit", NO_MONEY),
        ("add: [{rate: 三成}]", "add.0.rate", "bad-ratio", NO_RATIO),
        ("tiers: project.totl\n  rows: [{lump_sum: 1元}]", "tiers", "unknown-name", "project has no fact 'totl'"),
        ("tiers: title.level\n  rows: [{lump_sum: 1元}]", "tiers", "wrong-type", "a enum has no tiers"),
        ("tiers: project.total\n  rows: []", "rows", "bad-table", "tiers without rows"),
        ("tiers: project.total\n  rows: [{to: 1元}]", "rows.0", "missing-key", ONE_MEASURE),
        ("tiers: project.total\n  rows: [{rate: 1%, at_most: 1元}]", "rows.0", "missing-key", ONE_MEASURE),
        ("tiers: project.total\n  rows: [{rate: 三成}]", "rows.0.rate", "bad-ratio", NO_RATIO),
        (
            "tiers: project.total\n  rows: [{lump_sum: 1元, cap: 1元}]",
            "rows.0",
            "missing-key",
            "a cap of a band needs 'per' beside 'tiers'",
        ),
        (
            "tiers: project.total\n  rows: [{from: 1元, over: 1元, lump_sum: 1元}]",
            "rows.0",
            "bad-table",
            "a band has 'from' or 'over', not both",
        ),
        (
            "tiers: project.total\n  rows: [{to: 1元, below: 1元, lump_sum: 1元}]",
            "rows.0",
            "bad-table",
            "a band has 'to' or 'below', not both",
        ),
        ("tiers: project.total\n  rows: [{to: 5%, lump_sum: 1元}]", "rows.0.to", "bad-expression", NOT_MONEY),
        (
            "tiers: project.total\n  rows: [{to: project.total, lump_sum: 1元}]",
            "rows.0.to",
            "wrong-type",
            "'project.total' is not a number",
        ),
        ("tiers: project.total\n  rows: [{from: 3元, to: 2元, lump_sum: 1元}]", "rows.0", "bad-table", NO_FIGURE),
        ("tiers: project.total\n  rows: [{from: 3元, below: 3元, lump_sum: 1元}]", "rows.0", "bad-table", NO_FIGURE),
        ("slices: project.totl\n  rows: [{rate: 1%}]", "slices", "unknown-name", "project has no fact 'totl'"),
        (
            "slices: title.recognised_on\n  rows: [{rate: 1%}]",
            "slices",
            "wrong-type",
            "a date can't be cut into slices",
        ),
        ("slices: project.total\n  rows: []", "rows", "bad-table", "slices without rows"),
        ("slices: project.total\n  rows: [{}]", "rows.0", "missing-key", "a slice has a rate or a price"),
        (
            "slices: loan.days\n  rows: [{rate: 1%, price: 1元}]",
            "rows.0",
            "missing-key",
            "a slice has a rate or a price",
        ),
        ("slices: project.total\n  rows: [{rate: 三成}]", "rows.0.rate", "bad-ratio", NO_RATIO),
        ("slices: loan.days\n  rows: [{price: 100万}]", "rows.0.price", "unknown-unit", NO_MONEY),
        (
            "slices: loan.days\n  rows: [{rate: 1%}]",
            "rows.0.rate",
            "wrong-type",
            "a rate is of money, not of a count: write a price",
        ),
        (
            "slices: project.total\n  rows: [{price: 1元}]",
            "rows.0.price",
            "wrong-type",
            "a price is of a number of units: write a rate",
        ),
        (
            "slices: project.total\n  rows: [{rate: 1%, cap: 1元}]",
            "rows.0",
            "missing-key",
            "a cap of a slice needs 'per' beside 'slices'",
        ),
        ("slices: project.total\n  rows: [{to: 5%, rate: 1%}]", "rows.0.to", "bad-expression", NOT_MONEY),
        (
            "slices: project.total\n  rows: [{to: 2元, rate: 1%}, {to: 2元, rate: 1%}]",
            "rows.1.to",
            "tier-overlap",
            "a slice must end above the one before it",
        ),
        (
            "slices: project.total\n  rows: [{rate: 1%}, {to: 2元, rate: 1%}]",
            "rows.0",
            "tier-overlap",
            "only the last slice has no 'to'",
        ),
    ],
)
def test_what_is_wrong_is_noted_where_it_stands(text: str, where: str, code: str, what: str) -> None:
    assert wrong(f"- {text}") == [(f"award.0.{where}", code, what)]


@pytest.mark.parametrize(
    ("part", "text", "code", "what"),
    [
        ("principal", "loan.rate", "bad-expression", "'loan.rate' is a ratio, not a money"),
        ("rate", "3", "bad-expression", "'3' is a count, not a ratio"),
        ("days", "5%", "bad-expression", "'5%' is a ratio, not a count"),
        ("day_count", "loan.days", "bad-expression", "division only by a constant or an enum of numbers"),
        ("day_count", "title.level", "bad-expression", "division only by a constant or an enum of numbers"),
        ("day_count", "0", "bad-expression", "can't divide by zero"),
        ("day_count", "50%", "wrong-type", "day_count must be an enum or a count"),
    ],
)
def test_what_is_wrong_in_interest(part: str, text: str, code: str, what: str) -> None:
    parts = {"principal": "loan.principal", "rate": "loan.lpr", "days": "loan.days", "day_count": "360", part: text}
    written = ", ".join(f"{name}: {value}" for name, value in parts.items())
    assert wrong(f"- interest: {{{written}}}") == [(f"award.0.interest.{part}", code, what)]


@pytest.mark.parametrize(
    ("bands", "where", "code", "what"),
    [
        ("to: 3元} | {over: 3元", None, "", ""),
        ("over: 3元} | {to: 3元", None, "", ""),
        ("below: 3元} | {from: 3元", None, "", ""),
        ("to: 3元} | {from: 3元", 1, "tier-overlap", "a figure at 3元 falls in two bands"),
        ("from: 3元} | {to: 3元", 0, "tier-overlap", "a figure at 3元 falls in two bands"),
        ("below: 4元} | {from: 3元", 1, "tier-overlap", "a figure at 3元 falls in two bands"),
        ("to: 4元} | {to: 3元", 1, "tier-overlap", "a figure at 4元 falls in two bands"),
        ("from: 4元} | {over: 3元", 0, "tier-overlap", "a figure at 4元 falls in two bands"),
        ("from: 3元, to: 5元} | {over: 3元, to: 4元", 1, "tier-overlap", "a figure at 3元 falls in two bands"),
        ("below: 3元} | {over: 3元", 1, "tier-gap", "a figure of 3元 falls in no band"),
        ("below: 3元} | {over: 4元", 1, "tier-gap", "a figure of 3元 falls in no band"),
        ("to: 3元} | {from: 4元", 1, "tier-gap", "a figure just above 3元 falls in no band"),
    ],
)
def test_bands_meet_at_every_edge(bands: str, where: int | None, code: str, what: str) -> None:
    rows = ", ".join(f"{{lump_sum: 1元, {row.strip('{} ')}}}" for row in bands.split("|"))
    expected = [] if where is None else [(f"award.0.rows.{where}", code, what)]
    assert wrong(f"- {{tiers: project.total, rows: [{rows}]}}") == expected


def test_every_mistake_of_a_clause_is_noted() -> None:
    found = wrong("""\
- {cap: 5万, of: award, per: project, unless: reading.A6 is x, when: larg}
- lump_sum:
    by: [title.level, title.grad]
    rows:
    - {is: [省级], value: 5万元}
    - {is: [省级, 一级, '*'], value: 3万元}
""")
    assert [(where, code) for where, code, _ in found] == [
        ("award.0.cap", "unknown-unit"),
        ("award.0.unless", "unknown-name"),
        ("award.0.when", "unknown-name"),
        ("award.1.lump_sum.by", "unknown-name"),
        ("award.1.lump_sum.rows.0", "bad-table"),
        ("award.1.lump_sum.rows.1", "bad-table"),
        ("award.1.lump_sum", "bad-table"),
    ]


def test_zero_stands_in_for_what_can_t_be_read() -> None:
    at = desk()
    assert at.value("x", ()) == NOTHING
    assert at.value("x", (), "ratio") == op.Constant(0, "ratio")
    assert at.figure("x", (), "ratio") == op.Constant(0, "ratio")
    assert at.divisor("x", ()) == op.Constant(0, "count")
    assert at.path("x", ()) == NOTHING
    assert at.condition("x", ()) == op.ALWAYS
    assert at.source("x", ()) is None
    (made,) = lower_steps(steps("[{each: x in y, of: []}]"), at, ())
    assert (made.value, made.requires, made.items) == (NOTHING, (), None)
    assert len(at.problems) == 8


def test_a_desk_binds_a_name_for_a_while() -> None:
    at = desk({})
    with at.binding("one", "loan"):
        assert at.path("one.new", ()) == fact("loan.new", "one")
    at.path("one.new", ())
    assert [what for _, _, what in noted(at)] == ["unknown name 'one.new'"]


def test_a_desk_has_numbers_of_ours() -> None:
    assert desk().number(Fraction(7), "count") == number(7, "count")


@pytest.mark.parametrize(
    "text",
    [
        "interest: {principal: loan.principal, rate: loan.lpr, days: loan.days, day_count: 360}",
        "each: it in loans\n  of: [{basis: it.principal}]",
        "less: project.total",
        "share: 50%",
        "case_by_case: project.decided",
    ],
)
def test_a_step_keeps_its_word_and_its_quote(text: str) -> None:
    made = only(f"- {text}\n  quote: 原文")
    assert made.word == text.partition(":")[0]
    assert made.quote == "原文"
    assert made.sign in ("", "×", "−")


def test_a_share_is_a_ratio() -> None:
    assert only("- share: 50%").operand == number("1/2", "ratio")


# The shape of steps


def test_the_words_are_those_of_the_union() -> None:
    schema = STEPS.json_schema()
    written = {name for definition in schema["$defs"].values() for name in definition.get("required", ())}
    assert set(WORDS) <= written
    assert len(set(WORDS)) == len(WORDS) == len(schema["items"]["oneOf"])


def test_steps_may_be_models_already() -> None:
    inner = Rate(rate="10%")
    assert STEPS.validate_python([inner, Each(each="it in loans", of=[inner])])[0] == inner
    assert Each(each="it in loans", of=[Limit(limit="it.principal")]).of[0].word == "limit"


@pytest.mark.parametrize(
    "text",
    [
        "[{}]",
        "[5万元]",
        "[[]]",
        "[{rates: 10%}]",
        "[{rate: 10%, cap: 5万元}]",
        "[{rate: 10%, at: x}]",
        "[{cap: 5万元}]",
        "[{cap: 5万元, of: all, per: project}]",
        "[{each: loan in loans}]",
        "[{each: loan in loans, of: [{rates: 10%}]}]",
        "[{lump_sum: {guid: x}}]",
        "[{interest: {principal: a, rate: b, days: c}}]",
        "[{tiers: project.total}]",
        "[{tiers: project.total, rows: [{rate: 5%, at: x}]}]",
        "[{tiers: project.total, rows: [{gives: all}]}]",
        "[{slices: project.total, rows: [{from: 1元, rate: 5%}]}]",
        "[{clamp: {least: 1元}}]",
        "[{round: {to: 1元}}]",
        "[{round: {to: 1元, mode: nearest}}]",
        "[{add: [{rates: 5%}]}]",
        "[{lump_sum: {by: a, rows: [{is: [x]}]}}]",
        "[{lump_sum: {by: a, rows: [{is_: [x], value: 1元}]}}]",
    ],
)
def test_other_shapes_are_refused(text: str) -> None:
    with pytest.raises(ValidationError):
        steps(text)


def test_steps_are_frozen() -> None:
    step = Rate(rate="10%")
    with pytest.raises(ValidationError):
        step.rate = "20%"  # type: ignore[misc]  # that is the point


def test_at_a_desk_everything_is_read_in_its_scope() -> None:
    at = desk({"loan": "loan"})
    assert at.conditions(["loan.new", "loan.days > 3"], ("where",)) == op.All(
        (op.Holds(fact("loan.new")), op.Compare(">", fact("loan.days"), number(3, "count")))
    )
    assert at.source("cost in project.costs", ("each",)) is None
    assert [code for _, code, _ in noted(at)] == ["unknown-name"]


def test_a_step_says_itself_what_it_becomes() -> None:
    with pytest.raises(NotImplementedError):
        Step().lower(desk(), ())


def test_an_edge_that_cannot_be_read_is_noted_once() -> None:
    found = wrong("- tiers: project.total\n  rows:\n  - {from: 5千, lump_sum: 1万元}")
    assert [code for _, code, _ in found] == ["unknown-unit"]
