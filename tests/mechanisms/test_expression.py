"""Expressions: every form becomes the operations that it means, every mistake is told in one sentence."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from subsidy_rules.errors import CODES
from subsidy_rules.facts.vocabulary import Member
from subsidy_rules.mechanisms import operations as op
from subsidy_rules.mechanisms.expression import (
    ExpressionError,
    Parameter,
    fields_read,
    parse_condition,
    parse_divisor,
    parse_path,
    parse_source,
    parse_value,
)
from subsidy_rules.values.amount import DOWN, UP
from tests.mechanisms.bench import COSTS, GRANTS, LISTS, LOANS, POOL, TITLES, WORDS, fact, members, number, scope

TOTAL = fact("project.total")
GROWTH = fact("enterprise.revenue_growth")
CIVIL = op.Holds(fact("enterprise.civil"))
LARGE = op.Compare(">=", TOTAL, number(5_000_000_000))
GREEN = members("title.kind", "绿色工厂")
ONE = number(1, "count")
YEAR = number(12, "count")
WEEKS = op.Arithmetic("/", fact("loan.days"), number(7, "count"), "count")
DECISION, RECOGNISED = fact("case.decision_date"), fact("title.recognised_on")
PERIOD = "expected a number of '30 days', '6 months' or '2 years'"
POWER = "only a number can be raised, to a whole power from 1 to 50"
NO_COMPARISON = "expected a comparison (is, in, has, any of, >=, …)"
ONE_VALUE = "'is' needs a single value on its left; for a set write 'has'"


def wrong(parse: object, text: str) -> ExpressionError:
    assert callable(parse)
    with pytest.raises(ExpressionError) as caught:
        parse(text, scope())
    error = caught.value
    assert error.code in CODES
    assert str(error) == error.what
    assert error.what_zh
    assert bool(error.word) == bool(error.options) or error.code == "unknown-name"
    return error


# Values


def counted(truth: op.Truth) -> op.Choose:
    return op.Choose(((truth, ONE),), number(0, "count"), "count")


@pytest.mark.parametrize(
    ("text", "node"),
    [
        ("2000万元", number(2_000_000_000)),
        ("0.5 亿元", number(5_000_000_000)),
        ("67198148.55元", number(6_719_814_855)),
        ("305分", number(305)),
        ("10%", number("1/10", "ratio")),
        ("5‰", number("1/200", "ratio")),
        ("1:0.5", number("1/2", "ratio")),
        ("1∶0.5", number("1/2", "ratio")),
        ("12", number(12, "count")),
        ("1.5", number("3/2", "count")),
        ("2024-07-17", number(739_084, "date")),
        ("project.total", TOTAL),
        ("case.decision_date", fact("case.decision_date")),
        ("(project.total)", TOTAL),
        ("project.total-1元", op.Arithmetic("-", TOTAL, number(100), "money")),
        ("project.total + 1元", op.Arithmetic("+", TOTAL, number(100), "money")),
        (
            "project.total - 1元 + 2元",
            op.Arithmetic("+", op.Arithmetic("-", TOTAL, number(100), "money"), number(200), "money"),
        ),
        (
            "project.total - (1元 + 2元)",
            op.Arithmetic("-", TOTAL, op.Arithmetic("+", number(100), number(200), "money"), "money"),
        ),
        (
            "1元 + project.total * 10%",
            op.Arithmetic("+", number(100), op.Arithmetic("*", TOTAL, number("1/10", "ratio"), "money"), "money"),
        ),
        (
            "project.total * 10% / 3",
            op.Arithmetic(
                "/", op.Arithmetic("*", TOTAL, number("1/10", "ratio"), "money"), number(3, "count"), "money"
            ),
        ),
        ("10% * project.total", op.Arithmetic("*", number("1/10", "ratio"), TOTAL, "money")),
        ("3 * 10%", op.Arithmetic("*", number(3, "count"), number("1/10", "ratio"), "ratio")),
        ("10% * 10%", op.Arithmetic("*", number("1/10", "ratio"), number("1/10", "ratio"), "ratio")),
        ("2 * 3", op.Arithmetic("*", number(2, "count"), number(3, "count"), "count")),
        ("10% / 2", op.Arithmetic("/", number("1/10", "ratio"), number(2, "count"), "ratio")),
        ("loan.days / loan.day_count", op.Arithmetic("/", fact("loan.days"), fact("loan.day_count"), "count")),
        ("project.total / 50%", op.Arithmetic("/", TOTAL, number("1/2", "ratio"), "money")),
        ("project.total / project.saving", op.Arithmetic("/", TOTAL, fact("project.saving"), "money")),
        (
            "project.total / (2 if large else 3)",
            op.Arithmetic("/", TOTAL, op.Choose(((LARGE, number(2, "count")),), number(3, "count"), "count"), "money"),
        ),
        ("project.total / 2元", op.Arithmetic("/", TOTAL, number(200), "count")),
        ("project.saving / 50%", op.Arithmetic("/", fact("project.saving"), number("1/2", "ratio"), "ratio")),
        ("loan.days / loan.days", op.Arithmetic("/", fact("loan.days"), fact("loan.days"), "count")),
        ("-1元", number(-100)),
        ("project.total + -1元", op.Arithmetic("+", TOTAL, number(-100), "money")),
        ("106% ^ 3", number("1191016/1000000", "ratio")),
        ("2 ^ 10", number(1024, "count")),
        ("10% * 106% ^ 2", op.Arithmetic("*", number("1/10", "ratio"), number("2809/2500", "ratio"), "ratio")),
        ("106% ^ 50", number(Fraction(53, 50) ** 50, "ratio")),
        ("least of (1元)", number(100)),
        ("least of (project.total, 1元)", op.Least(TOTAL, number(100), printed=False, type="money")),
        (
            "greatest of (project.total, 1元, 2元)",
            op.Greatest(op.Greatest(TOTAL, number(100), "money"), number(200), "money"),
        ),
        ("whole of (loan.days / 7)", op.Rounded(WEEKS, ONE, DOWN, "count")),
        ("begun of (loan.days / 7)", op.Rounded(WEEKS, ONE, UP, "count")),
        ("whole of (project.saving)", op.Rounded(fact("project.saving"), ONE, DOWN, "count")),
        ("count of (large)", counted(LARGE)),
        ("count of (large, enterprise.civil)", op.Arithmetic("+", counted(LARGE), counted(CIVIL), "count")),
        ("year of case.decision_date", op.Calendar(DECISION, None, "count")),
        ("year of (title.recognised_on + 1 year)", op.Calendar(op.Calendar(RECOGNISED, YEAR, "date"), None, "count")),
        (
            "days from title.recognised_on to case.decision_date",
            op.Arithmetic("-", DECISION, RECOGNISED, "count"),
        ),
        (
            "whole months from title.recognised_on to case.decision_date",
            op.Elapsed(RECOGNISED, DECISION, 1, begun=False),
        ),
        (
            "begun years from title.recognised_on to (case.decision_date + 1 day)",
            op.Elapsed(RECOGNISED, op.Arithmetic("+", DECISION, ONE, "date"), 12, begun=True),
        ),
        ("title.recognised_on + 1 year", op.Calendar(RECOGNISED, YEAR, "date")),
        ("title.recognised_on + 2年", op.Calendar(RECOGNISED, number(24, "count"), "date")),
        ("title.recognised_on + 6 months", op.Calendar(RECOGNISED, number(6, "count"), "date")),
        ("title.recognised_on + 12个月", op.Calendar(RECOGNISED, YEAR, "date")),
        ("title.recognised_on + 30 days", op.Arithmetic("+", RECOGNISED, number(30, "count"), "date")),
        ("title.recognised_on - 30天", op.Arithmetic("-", RECOGNISED, number(30, "count"), "date")),
        (
            "title.recognised_on + 1 year - 1 day",
            op.Arithmetic("-", op.Calendar(RECOGNISED, YEAR, "date"), ONE, "date"),
        ),
        ("award.yearly", op.Awarded("yearly", op.Running())),
        ("award.retrofit", op.Awarded("retrofit", op.Running())),
        ("award.grants", op.Aggregate("sum", GRANTS, "grant", op.ALWAYS, op.Awarded("grants", op.Running()), "money")),
        (
            "award.grants where grant.level is 省级",
            op.Aggregate(
                "sum", GRANTS, "grant", members("grant.level", "省级"), op.Awarded("grants", op.Running()), "money"
            ),
        ),
        (
            "5万元 if title.kind is 绿色工厂 else 3万元",
            op.Choose(((GREEN, number(5_000_000)),), number(3_000_000), "money"),
        ),
        (
            "5万元 if large else 3万元 if enterprise.civil else 1万元",
            op.Choose(
                ((LARGE, number(5_000_000)),),
                op.Choose(((CIVIL, number(3_000_000)),), number(1_000_000), "money"),
                "money",
            ),
        ),
    ],
)
def test_values(text: str, node: op.Value) -> None:
    assert parse_value(text, scope()) == node
    assert parse_path(text, scope()) == node


def summed(value: op.Value, where: op.Truth = op.ALWAYS, alias: str = "cost") -> op.Aggregate:
    return op.Aggregate("sum", COSTS, alias, where, value, "money")


@pytest.mark.parametrize(
    ("text", "node"),
    [
        ("sum of project.costs.amount", summed(fact("cost.amount"))),
        (
            "sum of project.costs.amount where cost.kind in [equipment, civil] and cost.stage is paid",
            summed(
                fact("cost.amount"), op.All((members("cost.kind", "equipment", "civil"), members("cost.stage", "paid")))
            ),
        ),
        ("sum of project.costs as c.amount", summed(fact("cost.amount", "c"), alias="c")),
        ("sum of project.costs.amount as c", summed(fact("cost.amount", "c"), alias="c")),
        (
            "sum of project.costs as c.amount where c.kind is civil",
            summed(fact("cost.amount", "c"), members("cost.kind", "civil", name="c"), "c"),
        ),
        (
            "sum of (cost.amount * 2) for cost in project.costs",
            summed(op.Arithmetic("*", fact("cost.amount"), number(2, "count"), "money")),
        ),
        (
            "max of ((c.amount) - 1元) for c in project.costs where c.kind is civil",
            op.Aggregate(
                "max",
                COSTS,
                "c",
                members("cost.kind", "civil", name="c"),
                op.Arithmetic("-", fact("cost.amount", "c"), number(100), "money"),
                "money",
            ),
        ),
        (
            "min of (title.recognised_on + 1 year) for title in titles",
            op.Aggregate("min", TITLES, "title", op.ALWAYS, op.Calendar(RECOGNISED, YEAR, "date"), "date"),
        ),
        ("count of loans", op.Aggregate("count", LOANS, "loan", op.ALWAYS, ONE, "count")),
        (
            "count of titles as other where other.level is title.level",
            op.Aggregate(
                "count", TITLES, "other", op.Same(fact("title.level", "other"), fact("title.level")), ONE, "count"
            ),
        ),
        (
            "min of titles.recognised_on where title.level is 省级",
            op.Aggregate("min", TITLES, "title", members("title.level", "省级"), fact("title.recognised_on"), "date"),
        ),
        ("max of loans.rate", op.Aggregate("max", LOANS, "loan", op.ALWAYS, fact("loan.rate"), "ratio")),
        (
            "sum of group.amount",
            op.Aggregate("sum", op.Source("group", "cost"), "cost", op.ALWAYS, fact("cost.amount"), "money"),
        ),
        (
            "sum of loans.principal + 1元",
            op.Arithmetic(
                "+",
                op.Aggregate("sum", LOANS, "loan", op.ALWAYS, fact("loan.principal"), "money"),
                number(100),
                "money",
            ),
        ),
    ],
)
def test_aggregates(text: str, node: op.Value) -> None:
    assert parse_value(text, scope()) == node


def test_only_a_count_counts_by_ones() -> None:
    before = len(POOL.index)
    parse_value("sum of loans.interest_paid", scope())
    assert len(POOL.index) == before


@pytest.mark.parametrize(
    ("text", "node"),
    [
        ("project.nature", fact("project.nature")),
        ("title.level", fact("title.level")),
        ("project", op.Bound("project", "project")),
        ("project.id", op.Bound("project", "project")),
        ("title.project", fact("title.project")),
        ("enterprise.place", fact("enterprise.place")),
        ("enterprise.civil", fact("enterprise.civil")),
        (
            "project.id if reading.A5 is binds else project.park",
            op.Choose(
                ((op.ReadingIs("city/A5", "binds"), op.Bound("project", "project")),), fact("project.park"), "ref"
            ),
        ),
    ],
)
def test_paths_of_any_type(text: str, node: op.Value) -> None:
    assert parse_path(text, scope()) == node


def list_of_kind(name: str) -> op.Fact:
    return op.Fact(name, replace(WORDS.fields["title"]["kind"], type="text"), of_kind=True)


def test_the_list_of_a_kind_is_an_attribute_of_the_member() -> None:
    assert parse_path("title.list", scope()) == list_of_kind("title")


@pytest.mark.parametrize("text", ["360", "1.5", "50%", "loan.day_count", "365"])
def test_divisors(text: str) -> None:
    assert parse_divisor(text, scope()) == parse_path(text, scope())


# Conditions


@pytest.mark.parametrize(
    ("text", "node"),
    [
        ("true", op.ALWAYS),
        ("false", op.Not(op.ALWAYS)),
        ("enterprise.civil", CIVIL),
        ("not enterprise.civil", op.Not(CIVIL)),
        ("not not enterprise.civil", op.Not(op.Not(CIVIL))),
        ("enterprise.civil is true", CIVIL),
        ("enterprise.civil is false", op.Not(CIVIL)),
        ("enterprise.civil is not true", op.Not(CIVIL)),
        ("enterprise.civil is not false", op.Not(op.Not(CIVIL))),
        ("large", LARGE),
        ("green", op.AnyOf((GREEN, LARGE))),
        ("not large", op.Not(LARGE)),
        ("project.total >= 5000万元", LARGE),
        ("project.total > 5000万元", op.Compare(">", TOTAL, number(5_000_000_000))),
        ("5000万元 <= project.total", op.Compare(">=", TOTAL, number(5_000_000_000))),
        ("project.total < 5000万元", op.Compare(">", number(5_000_000_000), TOTAL)),
        ("project.total is 5000万元", op.Compare("==", TOTAL, number(5_000_000_000))),
        ("project.total is not 5000万元", op.Not(op.Compare("==", TOTAL, number(5_000_000_000)))),
        ("enterprise.revenue_growth>=8%", op.Compare(">=", GROWTH, number("2/25", "ratio"))),
        (
            "case.decision_date >= title.recognised_on",
            op.Compare(">=", fact("case.decision_date"), fact("title.recognised_on")),
        ),
        (
            "(project.total + 1元) * 2 >= 3元",
            op.Compare(
                ">=",
                op.Arithmetic("*", op.Arithmetic("+", TOTAL, number(100), "money"), number(2, "count"), "money"),
                number(300),
            ),
        ),
        ("(project.total) >= 5000万元", LARGE),
        ("((project.total >= 5000万元))", LARGE),
        ("(large)", LARGE),
        (
            "project.total >= (5000万元 if large else 1元)",
            op.Compare(">=", TOTAL, op.Choose(((LARGE, number(5_000_000_000)),), number(100), "money")),
        ),
        ("large or enterprise.civil and title.kind is 绿色工厂", op.AnyOf((LARGE, op.All((CIVIL, GREEN))))),
        ("(large or enterprise.civil) and title.kind is 绿色工厂", op.All((op.AnyOf((LARGE, CIVIL)), GREEN))),
        ("not large and enterprise.civil", op.All((op.Not(LARGE), CIVIL))),
        ("not (large and enterprise.civil)", op.Not(op.All((LARGE, CIVIL)))),
        ("title.kind is 绿色工厂", GREEN),
        ('title.kind is "绿色工厂"', GREEN),
        ("title.kind is not 绿色工厂", op.Not(GREEN)),
        ("loan.day_count is 365", members("loan.day_count", "365")),
        ("title.level in [国家级, 省级]", members("title.level", "国家级", "省级")),
        ("title.level in high", op.In(fact("title.level"), LISTS["high"].listing)),
        ("title.level not in [市级]", op.Not(members("title.level", "市级"))),
        ("title.level not in high", op.Not(op.In(fact("title.level"), LISTS["high"].listing))),
        ("project.nature has 改扩建", members("project.nature", "改扩建")),
        ("project.purposes any of [增产扩建, 智能改造]", members("project.purposes", "增产扩建", "智能改造")),
        ("project.purposes any of renewal", op.In(fact("project.purposes"), LISTS["renewal"].listing)),
        ("project.purposes all of renewal", op.In(fact("project.purposes"), LISTS["renewal"].listing, all=True)),
        ("project.nature all of [新建, 搬迁]", members("project.nature", "新建", "搬迁", every=True)),
        ("project.nature none of [新建]", op.Not(members("project.nature", "新建"))),
        ("reading.A5 is lifted", op.ReadingIs("city/A5", "lifted")),
        ("reading.A5 is not lifted", op.Not(op.ReadingIs("city/A5", "lifted"))),
        ("any loans", op.Exists(LOANS, "loan", op.ALWAYS)),
        ("no loans", op.Not(op.Exists(LOANS, "loan", op.ALWAYS))),
        ("no loans where loan.new", op.Not(op.Exists(LOANS, "loan", op.Holds(fact("loan.new"))))),
        ("any project.costs", op.Exists(COSTS, "cost", op.ALWAYS)),
        (
            "any titles as other where other.level is title.level and large",
            op.Exists(TITLES, "other", op.All((op.Same(fact("title.level", "other"), fact("title.level")), LARGE))),
        ),
        ("any loans where loan.new or large", op.AnyOf((op.Exists(LOANS, "loan", op.Holds(fact("loan.new"))), LARGE))),
        ("title.project is project", op.Same(fact("title.project"), op.Bound("project", "project"))),
        ("project is title.project", op.Same(op.Bound("project", "project"), fact("title.project"))),
        ("project.same_as is title.project", op.Same(fact("project.same_as"), fact("title.project"))),
        ("project.id is project", op.Same(op.Bound("project", "project"), op.Bound("project", "project"))),
        ("title.object is enterprise", op.Same(fact("title.object"), op.Bound("enterprise", "enterprise"))),
        ('enterprise.name is "某公司"', op.Same(fact("enterprise.name"), op.Words("某公司"))),
        ('enterprise.name is not ""', op.Not(op.Same(fact("enterprise.name"), op.Words("")))),
        ("project.name is enterprise.name", op.Same(fact("project.name"), fact("enterprise.name"))),
        ("project.place is enterprise.place", op.Same(fact("project.place"), fact("enterprise.place"))),
        ("enterprise.type is enterprise", members("enterprise.type", "enterprise")),
    ],
)
def test_conditions(text: str, node: op.Truth) -> None:
    assert parse_condition(text, scope()) == node


@pytest.mark.parametrize(
    "text",
    [
        "loan.principal / loan.interest_paid >= 3%",
        "loan.principal / loan.interest_paid >= 3",
        "loan.days >= loan.days * 10%",
        "1 - loan.days / 365 < 5%",
        "loan.days / 365 is 50%",
    ],
)
def test_a_number_that_is_worked_out_is_a_share_too(text: str) -> None:
    assert isinstance(parse_condition(text, scope()), op.Compare)


def test_the_lists_of_two_kinds_can_be_compared() -> None:
    node = parse_condition("any titles as other where other.list is title.list", scope())
    assert node == op.Exists(TITLES, "other", op.Same(list_of_kind("other"), list_of_kind("title")))


def test_a_name_bound_inside_is_not_bound_outside() -> None:
    assert parse_condition("any loans as l where l.new", scope({})) == op.Exists(
        LOANS, "l", op.Holds(fact("loan.new", "l"))
    )
    with pytest.raises(ExpressionError, match=r"unknown name 'l.new'"):
        parse_condition("any loans as l where l.new or l.new", scope({}))
    inner = parse_condition("any titles where title.level is 省级", scope({"title": "grant"}))
    assert isinstance(inner, op.Exists)
    assert inner.where == members("title.level", "省级")


def test_sources() -> None:
    assert parse_source("it in loans", scope()) == ("it", LOANS)
    assert parse_source("cost in project.costs", scope()) == ("cost", COSTS)
    assert parse_source("cost in group", scope()) == ("cost", op.Source("group", "cost"))


def test_the_fields_that_an_expression_reads() -> None:
    node = parse_condition("large and any loans where loan.new", scope())
    assert [f"{spec.entity}.{spec.name}" for spec in fields_read(node)] == ["project.total", "loan.new"]


def test_depth_is_counted_from_the_top_and_not_along() -> None:
    for before in ("", "true and ", "(true) and (large or true) and "):
        parse_condition(before + "not " * 38 + "true", scope())
        with pytest.raises(ExpressionError, match="nested too deep"):
            parse_condition(before + "not " * 39 + "true", scope())


def test_many_parentheses_side_by_side_are_not_deep() -> None:
    parts = " and ".join(["(project.total + 1元) >= 2元"] * 50)
    node = parse_condition(parts, scope())
    assert isinstance(node, op.All)
    assert len(node.truths) == 50
    assert parse_condition("(" * 15 + "project.total" + ")" * 15 + " >= 5000万元", scope()) == LARGE


# What is refused


@pytest.mark.parametrize(
    ("text", "code", "what"),
    [
        ("", "bad-expression", "expected a name, found 'the end' in ''"),
        ("x" * 4001, "bad-expression", "the expression is too long"),
        ("project.total & 1元", "bad-expression", "can't read '& 1元'"),
        ("project.total 1元", "bad-expression", "expected the end, found '1元' in 'project.total 1元'"),
        ("(project.total", "bad-expression", "expected ')', found 'the end' in '(project.total'"),
        ("project.total +", "bad-expression", "expected a name, found 'the end' in 'project.total +'"),
        (
            "project.total + - project.total",
            "bad-expression",
            "expected a name, found '-' in 'project.total + - project.total'",
        ),
        ("project.total * / 2", "bad-expression", "expected a name, found '/' in 'project.total * / 2'"),
        ("-2025-01-01", "bad-expression", "expected a name, found '-' in '-2025-01-01'"),
        ("1.2.3万元", "bad-money", "'1.2.3' is not a plain decimal number"),
        ("0.001元", "not-whole-fen", "'0.001元' is not whole fen"),
        ("01%", "bad-ratio", "'01%' is not a ratio such as 15%, 5‰ or 1:0.5"),
        ("0:1", "bad-ratio", "'0:1' is not a ratio such as 15%, 5‰ or 1:0.5"),
        ("2025-02-29", "bad-date", "'2025-02-29' is not a date such as 2025-09-01"),
        ("00", "bad-number", "'00' is not a plain decimal number"),
        ("totals", "unknown-name", "unknown name 'totals'"),
        ("projects.total", "unknown-name", "unknown name 'projects.total'"),
        ("project.totals", "unknown-name", "project has no fact 'totals'"),
        ("project.costs", "unknown-name", "project has no fact 'costs'"),
        ("case.list", "unknown-name", "case has no fact 'list'"),
        ("sum", "bad-expression", "expected a name, found 'sum' in 'sum'"),
        ("project.nature", "wrong-type", "a number is needed, found a set in 'project.nature'"),
        ("project", "wrong-type", "a number is needed, found a ref in 'project'"),
        ("(project.nature)", "wrong-type", "a number is needed, found a set in '(project.nature)'"),
        ("project.total + 10%", "wrong-type", "can't add or subtract a money and a ratio"),
        ("project.total - title.level", "wrong-type", "can't add or subtract a money and a enum"),
        ("2025-01-01 + 2025-01-01", "bad-expression", PERIOD + ", found '2025-01-01' in '2025-01-01 + 2025-01-01'"),
        ("2025-01-01 + 2", "bad-expression", PERIOD + ", found 'the end' in '2025-01-01 + 2'"),
        ("2025-01-01 + 2 weeks", "bad-expression", PERIOD + ", found 'weeks' in '2025-01-01 + 2 weeks'"),
        ("2025-01-01 + 0 days", "bad-expression", PERIOD + ", found 'days' in '2025-01-01 + 0 days'"),
        ("2025-01-01 + 02 years", "bad-expression", PERIOD + ", found 'years' in '2025-01-01 + 02 years'"),
        (
            "2025-01-01 - 2 years",
            "bad-expression",
            "expected a number of '30 days', found 'years' in '2025-01-01 - 2 years'",
        ),
        ("106% ^ 0", "bad-expression", POWER + ", found '0' in '106% ^ 0'"),
        ("106% ^ 51", "bad-expression", POWER + ", found '51' in '106% ^ 51'"),
        ("106% ^ 1.5", "bad-expression", POWER + ", found '1.5' in '106% ^ 1.5'"),
        ("106% ^ ２", "bad-expression", POWER + ", found '２' in '106% ^ ２'"),
        ("2元 ^ 2", "bad-expression", POWER + ", found '2' in '2元 ^ 2'"),
        ("project.saving ^ 2", "bad-expression", POWER + ", found '2' in 'project.saving ^ 2'"),
        ("least of 1元, 2元", "bad-expression", "expected '(', found '1元' in 'least of 1元, 2元'"),
        ("least of (1元, 10%)", "wrong-type", "all of these must have one type"),
        ("greatest of (1元", "bad-expression", "expected ')', found 'the end' in 'greatest of (1元'"),
        ("whole of (1元)", "wrong-type", "whole units are of one number: whole of (a / b)"),
        ("begun of (1, 2)", "wrong-type", "whole units are of one number: whole of (a / b)"),
        ("count of (large", "bad-expression", "expected ')', found 'the end' in 'count of (large'"),
        ("count of (1元)", "bad-expression", NO_COMPARISON + ", found ')' in 'count of (1元)'"),
        ("year of project.total", "wrong-type", "a date is needed, found a money"),
        (
            "days from case.decision_date",
            "bad-expression",
            "expected 'to', found 'the end' in 'days from case.decision_date'",
        ),
        (
            "months from 2025-01-01 to case.decision_date",
            "bad-expression",
            "'months from' does not say what a part counts: write 'whole months from' or 'begun months from'",
        ),
        ("whole months from 1元 to 2025-01-01", "wrong-type", "a date is needed, found a money"),
        ("days from 1元 to 2025-01-01", "wrong-type", "a date is needed, found a money"),
        ("days from 2025-01-01 to loan.days", "wrong-type", "a date is needed, found a count"),
        (
            "sum of (cost.amount) in project.costs",
            "bad-expression",
            "expected 'for', found 'in' in 'sum of (cost.amount) in project.costs'",
        ),
        (
            "sum of (cost.amount",
            "bad-expression",
            "expected ')', found 'the end' in 'sum of (cost.amount'",
        ),
        (
            "sum of (cost.amount) for cost of project.costs",
            "bad-expression",
            "expected 'in', found 'of' in 'sum of (cost.amount) for cost of project.costs'",
        ),
        ("sum of (1元) for title in loans", "bad-expression", "'title' is already bound"),
        (
            "sum of (loan.new) for loan in loans",
            "wrong-type",
            "a number is needed, found a bool in 'sum of (loan.new) for loan in loans'",
        ),
        ("sum of (title.recognised_on) for title in titles", "wrong-type", "dates can't be added"),
        ("award.retrofits", "unknown-name", "no sentence 'retrofits' with an award of its own"),
        (
            "award.yearly where large",
            "bad-expression",
            "expected the end, found 'where' in 'award.yearly where large'",
        ),
        (
            "award.retrofit where large",
            "bad-expression",
            "expected the end, found 'where' in 'award.retrofit where large'",
        ),
        ("project.total * project.total", "wrong-type", "can't multiply money by money"),
        ("project.total * 2025-01-01", "wrong-type", "can't multiply a money by a date"),
        ("project.total * loan.day_count", "wrong-type", "can't multiply a money by a enum"),
        ("title.recognised_on / 2", "wrong-type", "can't divide a date by a count"),
        ("loan.day_count / 2", "wrong-type", "can't divide a enum by a count"),
        ("project.total / title.level", "bad-expression", "division only by a constant or an enum of numbers"),
        ("project.total / project.track", "bad-expression", "division only by a constant or an enum of numbers"),
        ("project.total / project.open_days", "bad-expression", "division only by a constant or an enum of numbers"),
        ("2 / 2元", "wrong-type", "can't divide a count by money"),
        ("10% / project.total", "wrong-type", "can't divide a ratio by money"),
        ("project.total / 0", "bad-expression", "can't divide by zero"),
        ("project.total / 0%", "bad-expression", "can't divide by zero"),
        ("1元 if large", "bad-expression", "expected 'else', found 'the end' in '1元 if large'"),
        ("1元 if large else 10%", "wrong-type", "both branches must have one type"),
        (
            "1元 if project.total else 2元",
            "bad-expression",
            "expected a comparison (is, in, has, any of, >=, …), found 'else' in '1元 if project.total else 2元'",
        ),
        ("sum of costs.amount", "unknown-name", "'costs' is not a list here"),
        ("sum of titles.kind", "wrong-type", "'kind' is a enum; it has no sum"),
        ("sum of titles.recognised_on", "wrong-type", "'recognised_on' is a date; it has no sum"),
        ("min of titles.id", "wrong-type", "'id' is a ref; it has no min"),
        ("sum of loans.money", "unknown-name", "loan has no fact 'money'"),
        ("sum of loans", "bad-expression", "'sum of loans' does not say of what: loans.…"),
        ("max of loans as l", "bad-expression", "'max of loans' does not say of what: loans.…"),
        (
            "sum of loans as a.b.c",
            "bad-expression",
            "expected a name without dots, found 'a.b.c' in 'sum of loans as a.b.c'",
        ),
        (
            "count of loans as l.rate",
            "bad-expression",
            "expected a name without dots, found 'l.rate' in 'count of loans as l.rate'",
        ),
        ("count of", "bad-expression", "expected a name, found 'the end' in 'count of'"),
        ("count of title.loans", "unknown-name", "'title.loans' is not a list here"),
        ("count of nobody.loans", "unknown-name", "'nobody.loans' is not a list here"),
        ("(" * 41 + "1元" + ")" * 41, "bad-expression", "the expression is nested too deep"),
    ],
)
def test_what_is_no_value(text: str, code: str, what: str) -> None:
    error = wrong(parse_value, text)
    assert (error.code, error.what) == (code, what)


@pytest.mark.parametrize(
    ("text", "code", "what"),
    [
        (
            "project.total",
            "bad-expression",
            "expected a comparison (is, in, has, any of, >=, …), found 'the end' in 'project.total'",
        ),
        ("large is true", "bad-expression", "expected the end, found '>=' in 'project.total >= 5000万元'"),
        ("true or", "bad-expression", "expected a name, found 'the end' in 'true or'"),
        ("not", "bad-expression", "expected a name, found 'the end' in 'not'"),
        ("loop", "circular", "definition 'loop' uses itself"),
        ("(loop)", "circular", "definition 'loop' uses itself"),
        ("wrong", "bad-expression", "expected a name, found 'the end' in 'project.total >='"),
        ("deeper", "bad-expression", "the expression is nested too deep"),
        ("not " * 40 + "large", "bad-expression", "the expression is nested too deep"),
        ("project.total >= 10%", "wrong-type", "can't compare a money with a ratio in 'project.total >= 10%'"),
        (
            "title.level >= title.level",
            "wrong-type",
            "a number is needed, found a enum in 'title.level >= title.level'",
        ),
        ("title.level >= 3", "wrong-type", "can't compare a enum with a count in 'title.level >= 3'"),
        ("project.total is 3", "wrong-type", "can't compare a money with a count"),
        ("loan.days >= 5%", "wrong-type", "can't compare a count with a ratio in 'loan.days >= 5%'"),
        (
            "enterprise.revenue_growth >= 8",
            "wrong-type",
            "can't compare a ratio with a count in 'enterprise.revenue_growth >= 8'",
        ),
        ("loan.days + 1 >= 5%", "wrong-type", "can't compare a count with a ratio in 'loan.days + 1 >= 5%'"),
        ("project.total is large", "bad-expression", "expected the end, found '>=' in 'project.total >= 5000万元'"),
        (
            "enterprise.civil is yes",
            "bad-expression",
            "expected true or false, found 'yes' in 'enterprise.civil is yes'",
        ),
        (
            "project.nature is 新建",
            "bad-expression",
            ONE_VALUE + ", found '新建' in 'project.nature is 新建'",
        ),
        (
            "project.park if large else project.park is project",
            "bad-expression",
            ONE_VALUE + ", found 'project' in 'project.park if large else project.park is project'",
        ),
        ("title.level is 乡级", "unknown-member", "'乡级' is not a value of title.level"),
        ("title.level is loan.kind", "wrong-type", "can't compare these two paths in 'title.level is loan.kind'"),
        (
            "title.level is enterprise.name",
            "wrong-type",
            "can't compare these two paths in 'title.level is enterprise.name'",
        ),
        ("title.project is loan", "wrong-type", "can't compare these two paths in 'title.project is loan'"),
        ("project is title", "wrong-type", "can't compare these two paths in 'project is title'"),
        (
            "project.park is title.project",
            "wrong-type",
            "can't compare these two paths in 'project.park is title.project'",
        ),
        (
            "title.list is enterprise.name",
            "wrong-type",
            "can't compare these two paths in 'title.list is enterprise.name'",
        ),
        ("project is title.level", "wrong-type", "can't compare these two paths in 'project is title.level'"),
        (
            "title.project is project.total",
            "wrong-type",
            "can't compare these two paths in 'title.project is project.total'",
        ),
        ("project is 3", "bad-expression", "the left side is a ref, not an enumeration, found '3' in 'project is 3'"),
        (
            "enterprise.name is 某公司",
            "bad-expression",
            "the left side is a text, not an enumeration, found '某公司' in 'enterprise.name is 某公司'",
        ),
        (
            'title.list is "清单"',
            "bad-expression",
            "the left side is a text, not an enumeration, found '\"清单\"' in 'title.list is \"清单\"'",
        ),
        (
            "title.level is",
            "bad-expression",
            "expected a member of the vocabulary, found 'the end' in 'title.level is'",
        ),
        (
            "title.level is 5万元",
            "bad-expression",
            "expected a member of the vocabulary, found '5万元' in 'title.level is 5万元'",
        ),
        ("title.level in 省级", "unknown-name", "no list '省级'"),
        ("title.level in renewal", "wrong-type", "list 'renewal' is over project.purposes"),
        ("title.level in [省级", "bad-expression", "expected ']', found 'the end' in 'title.level in [省级'"),
        (
            "title.level in []",
            "bad-expression",
            "expected a member of the vocabulary, found ']' in 'title.level in []'",
        ),
        ("title.level in [省级, 县]", "unknown-member", "'县' is not a value of title.level"),
        (
            "project.nature in [新建]",
            "bad-expression",
            "the left side is a set, not an enumeration, found '[' in 'project.nature in [新建]'",
        ),
        (
            "project.total not in [新建]",
            "bad-expression",
            "the left side is a money, not an enumeration, found '[' in 'project.total not in [新建]'",
        ),
        (
            "title.level not 省级",
            "bad-expression",
            "expected a comparison (is, in, has, any of, >=, …), found 'not' in 'title.level not 省级'",
        ),
        (
            "title.level has 省级",
            "bad-expression",
            "the left side is a enum, not a set, found '省级' in 'title.level has 省级'",
        ),
        (
            "title.level any of high",
            "bad-expression",
            "the left side is a enum, not a set, found 'high' in 'title.level any of high'",
        ),
        (
            "project.nature any 新建",
            "bad-expression",
            "expected a comparison (is, in, has, any of, >=, …), found 'any' in 'project.nature any 新建'",
        ),
        ("reading.A6 is binds", "unknown-name", "no reading 'A6'"),
        ("reading.A5 is bound", "unknown-member", "reading 'A5' has no option 'bound'"),
        ("reading.A5", "bad-expression", "expected 'is', found 'the end' in 'reading.A5'"),
        ("any loan", "unknown-name", "'loan' is not a list here"),
        ("any loans as a.b", "bad-expression", "expected a name without dots, found 'a.b' in 'any loans as a.b'"),
        ("any loans where", "bad-expression", "expected a name, found 'the end' in 'any loans where'"),
        ("(project.nature has 改扩)", "unknown-member", "'改扩' is not a value of project.nature"),
        ("(project.total + 10%) >= 1元", "wrong-type", "can't add or subtract a money and a ratio"),
        ("(project.total) is 10%", "wrong-type", "can't compare a money with a ratio"),
        ("(large) is true", "bad-expression", "expected the end, found '>=' in 'project.total >= 5000万元'"),
        ("(large", "bad-expression", "expected ')', found 'the end' in '(large'"),
    ],
)
def test_what_is_no_condition(text: str, code: str, what: str) -> None:
    error = wrong(parse_condition, text)
    assert (error.code, error.what) == (code, what)


@pytest.mark.parametrize(
    ("text", "code", "what"),
    [
        ("loan", "bad-expression", "expected 'in', found 'the end' in 'loan'"),
        ("loan in loan", "unknown-name", "'loan' is not a list here"),
        ("a.b in loans", "bad-expression", "expected a name without dots, found 'a.b' in 'a.b in loans'"),
        ("it in loans where", "bad-expression", "expected the end, found 'where' in 'it in loans where'"),
        ("loan in loans", "bad-expression", "'loan' is already bound"),
    ],
)
def test_what_is_no_source(text: str, code: str, what: str) -> None:
    error = wrong(parse_source, text)
    assert (error.code, error.what) == (code, what)


@pytest.mark.parametrize("text", ["loan.days", "title.level", "0", "0元", "5万元", "365 +"])
def test_what_is_no_divisor(text: str) -> None:
    wrong(parse_divisor, text)


def test_a_sentence_s_own_thing_needs_no_where_and_another_has_all_of_them() -> None:
    retrofit = op.Awarded("retrofit", op.Running())
    projects = op.Source("projects", "project")
    assert parse_value("award.retrofit", scope({"project": "project"})) == retrofit
    assert parse_value("award.retrofit", scope({})) == op.Aggregate(
        "sum", projects, "project", op.ALWAYS, retrofit, "money"
    )


def test_a_value_of_another_type_is_refused() -> None:
    assert parse_value("10%", scope(), "ratio") == number("1/10", "ratio")
    with pytest.raises(ExpressionError, match="'10%' is a ratio, not a money"):
        parse_value("10%", scope(), "money")


@pytest.mark.parametrize(
    ("text", "word", "options"),
    [
        ("projct.total >= 1元", "projct", ("enterprise", "project", "large")),
        ("project.totl >= 1元", "totl", ("total", "nature")),
        ("reading.A6 is binds", "A6", ("A5",)),
        ("reading.A5 is bindes", "bindes", ("binds", "lifted")),
        ("title.level in hihg", "hihg", ("high", "renewal")),
        ("title.level is 省", "省", ("国家级", "省级")),
        ("any lones", "lones", ("loans", "titles")),
        ("any project.cost", "cost", ("costs",)),
    ],
)
def test_the_material_of_a_suggestion(text: str, word: str, options: tuple[str, ...]) -> None:
    error = wrong(parse_condition, text)
    assert error.word == word
    assert set(options) <= set(error.options)


# What is written is what is read


NUMBERS = st.integers(0, 10**9)
MONEY = NUMBERS.map(lambda fen: (f"{fen}分", number(fen)))
RATIOS = NUMBERS.map(lambda permille: (f"{permille}‰", number(Fraction(permille, 1000), "ratio")))
PATHS = st.sampled_from([("project.total", TOTAL), ("loan.principal", fact("loan.principal"))])
LEAVES = st.one_of(MONEY, PATHS)
Written = tuple[str, op.Value]


def joined(parts: tuple[str, Written, Written]) -> Written:
    sign, (left, a), (right, b) = parts
    assert sign in ("+", "-")
    return f"({left}) {sign} ({right})", op.Arithmetic("+" if sign == "+" else "-", a, b, "money")


def scaled(parts: tuple[Written, Written]) -> Written:
    (left, a), (right, b) = parts
    return f"({left}) * {right}", op.Arithmetic("*", a, b, "money")


VALUES: st.SearchStrategy[Written] = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.tuples(st.sampled_from("+-"), inner, inner).map(joined), st.tuples(inner, RATIOS).map(scaled)
    ),
    max_leaves=6,
)


@given(VALUES)
def test_a_value_that_is_written_out_is_read_as_it_was_meant(written: Written) -> None:
    text, node = written
    assert parse_value(text, scope(), "money") == node
    assert parse_condition(f"({text}) >= 1元", scope()) == op.Compare(">=", node, number(100))


@given(st.text(alphabet='()[]<>=+-*/ .,:%‰元万19 iasnotrdfpe"\n', max_size=40))
def test_no_text_does_anything_but_parse_or_fail(text: str) -> None:
    codes = set()
    for parse in (parse_condition, parse_value, parse_path, parse_source):
        try:
            parse(text, scope())
        except ExpressionError as error:
            codes.add(error.code)
    assert codes <= CODES.keys()


def test_the_bench_is_what_it_says() -> None:
    assert WORDS.fields["loan"]["day_count"].members.keys() == {"360", "365"}


# Where a limit lies, and what a message quotes


def test_an_expression_may_have_four_thousand_characters() -> None:
    assert parse_value("1元".ljust(4000), scope()) == number(100)
    assert wrong(parse_value, "1元".ljust(4001)).what == "the expression is too long"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("project.total > 10%", "wrong-type"),
        ("title.project is loan", "wrong-type"),
        ("project.total >= 1元 1元", "bad-expression"),
    ],
)
def test_a_message_quotes_the_beginning_of_a_long_expression_in_both_languages(text: str, code: str) -> None:
    long = text + " and enterprise.civil" * 20
    error = wrong(parse_condition, long)
    assert error.code == code
    assert error.what.endswith(f"in '{long[:120]}'")
    assert error.what_zh.endswith(f"：{long[:120]}")


@pytest.mark.parametrize("on", ["project.total", "title.kind", "12"])
def test_the_day_of_a_parameter_is_a_date(on: str) -> None:
    dated = Parameter("city/dated", "ratio", (), "方案", on)
    with pytest.raises(ExpressionError) as caught:
        parse_value("guide.dated", replace(scope(), parameters={"dated": dated}))
    assert caught.value.code in CODES


def test_what_was_nested_before_does_not_make_room_for_more() -> None:
    assert isinstance(parse_condition("not " * 20 + "(large and " + "not " * 10 + "large)", scope()), op.Not)
    deep = "not " * 20 + "(large and " + "not " * 25 + "large)"
    assert wrong(parse_condition, deep).what == "the expression is nested too deep"


def test_a_member_in_quotation_marks_is_what_stands_between_them() -> None:
    sizes = WORDS.with_members("title", "grade", [Member("XX"), Member("X 级")])
    for name in ("XX", "X 级"):
        made = parse_condition(f'title.grade is "{name}"', replace(scope(), vocabulary=sizes))
        assert isinstance(made, op.In)
        assert made.listing == op.Listing(frozenset({name}))


@pytest.mark.parametrize("sign", [">=", "<=", ">", "<", "in", "+", "-", "*", "/"])
def test_a_truth_in_parentheses_is_no_number(sign: str) -> None:
    assert wrong(parse_condition, f"(enterprise.civil) {sign} 1").what.startswith("a number is needed, found a bool in")


@pytest.mark.parametrize("word", ["any", "all", "none"])
def test_a_set_is_compared_with_of(word: str) -> None:
    assert wrong(parse_condition, f"project.purposes {word} [增产扩建]").what.startswith("expected a comparison")


def test_a_name_for_the_things_of_a_list_goes_with_what_is_added() -> None:
    made = parse_value("sum of loans as other.principal where other.new", scope())
    assert made == op.Aggregate(
        "sum", LOANS, "other", op.Holds(fact("loan.new", "other")), fact("loan.principal", "other"), "money"
    )


def test_a_fact_may_be_asked_for_whether_it_is_given() -> None:
    assert parse_condition("title.kind is given", scope()) == op.Given(fact("title.kind"))
    assert parse_condition("project.total is not given", scope()) == op.Not(op.Given(TOTAL))


@pytest.mark.parametrize(
    ("text", "type_"),
    [
        ("2 / 50%", "ratio"),
        ("50% / 2", "ratio"),
        ("2 / 4", "count"),
        ("2 / loan.day_count", "count"),
        ("1元 / 50%", "money"),
    ],
)
def test_the_type_of_a_quotient(text: str, type_: str) -> None:
    assert parse_value(text, scope()).type == type_


def test_what_cannot_be_multiplied_or_divided_is_told_in_both_languages() -> None:
    multiplied, divided = (wrong(parse_value, f"case.decision_date {sign} 2") for sign in "*/")
    assert (multiplied.what, multiplied.what_zh) == ("can't multiply a date by a count", "类型不能相乘")
    assert (divided.what, divided.what_zh) == ("can't divide a date by a count", "类型不能相除")
