"""Conditions in words: each operation that a condition may be made of, in both languages, under the readings chosen."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import pytest

from subsidy_rules.award.required import NEVER, Requirements
from subsidy_rules.facts.vocabulary import FieldSpec, Member, Vocabulary
from subsidy_rules.mechanisms import operations as op
from subsidy_rules.mechanisms.expression import Scope, parse_condition
from subsidy_rules.plan.compile import ConstantPool
from subsidy_rules.values.amount import Amount

KINDS = [Member("名企", "名企", "renowned enterprise", "称号", "名企"), Member("名品", "名品", "", "称号", "名品")]
VOCABULARY = (
    Vocabulary.core()
    .with_members("title", "kind", KINDS)
    .with_field(FieldSpec("enterprise", "listed", "bool", "上市公司", "listed company"))
    .with_field(FieldSpec("enterprise", "note", "text", "备注", "note"))
)
BOUND = {"enterprise": "enterprise", "case": "case", "project": "project", "title": "title", "grant": "grant"}


def said(text: str, chosen: Mapping[str, str] = MappingProxyType({})) -> tuple[str, str]:
    pool = ConstantPool()
    scope = Scope(VOCABULARY, pool, bound=BOUND, readings={"A": ("city/A", ("wide", "narrow"))})
    node = parse_condition(text, scope)
    constants = tuple(Amount.exact(value) for value, _ in pool.index)
    words = Requirements(VOCABULARY, constants, {"city/A": "wide", **chosen}, "clause")
    return words.say(node, "zh"), words.say(node, "en")


@pytest.mark.parametrize(
    ("text", "zh", "en"),
    [
        ("title.level is 省级", "级别为 省级", "level is provincial"),
        ("title.level is not 省级", "级别不是 省级", "level is not provincial"),
        ("title.level in [市级, 国家级]", "级别为 国家级、市级 之一", "level is one of national, municipal"),
        ("title.level not in [市级, 国家级]", "级别不是 国家级、市级", "level is not any of national, municipal"),
        (
            "title.level is 省级 or title.level is 市级",
            "级别为 省级、市级 之一",
            "level is one of provincial, municipal",
        ),
        (
            'enterprise.industry in ["13", "14", "15", "34"]',
            "行业大类为 13–15、34 之一",
            "industry is one of 13–15, 34",
        ),
        ("project.nature has 新建", "建设性质包括 新建", "nature of the works has new construction"),
        (
            "project.nature all of [新建, 搬迁]",
            "建设性质包括全部 新建、搬迁",
            "nature of the works has all of new construction, relocation",
        ),
        (
            "project.nature none of [新建, 搬迁]",
            "建设性质不包括 新建、搬迁",
            "nature of the works has not any of new construction, relocation",
        ),
        ("enterprise.listed", "上市公司为“是”", "listed company: yes"),
        ("not enterprise.listed", "上市公司为“否”", "listed company: no"),
        ('enterprise.note is "绿色"', "备注为“绿色”", "note is “绿色”"),
        ('enterprise.note is not "绿色"', "备注不是“绿色”", "note is not “绿色”"),
        ("title.project is project", "所属项目为本项目", "project is this project"),
        ("project.total >= 1000万元", "总投资 ≥ 1,000万元", "total investment ≥ CNY 10,000,000"),
        ("not project.total >= 1000万元", "总投资 < 1,000万元", "total investment < CNY 10,000,000"),
        ("1000万元 > project.total", "总投资 < 1,000万元", "total investment < CNY 10,000,000"),
        (
            "project.total > sum of project.costs.amount where cost.kind is land",
            "总投资 > 投资明细的金额合计（类别为 土地）",
            "total investment > sum of amount over the costs (kind is land)",
        ),
        (
            "grant.received - grant.approved * 50% > 0元",
            "到账金额 - 批准金额 × 50% > 0元",
            "amount received - amount approved × 50% > CNY 0",
        ),
        ("grant.approved / 2 > 0元", "批准金额 ÷ 2 > 0元", "amount approved ÷ 2 > CNY 0"),
        ("title.recognised_on >= 2025-01-01", "认定日期不早于 2025-01-01", "date of recognition not before 2025-01-01"),
        ("title.recognised_on < 2025-01-01", "认定日期早于 2025-01-01", "date of recognition before 2025-01-01"),
        (
            "max of titles.recognised_on where title.level is 省级 <= case.decision_date",
            "决定日期不早于最晚的认定日期（级别为 省级）",
            "decision date not before latest date of recognition (level is provincial)",
        ),
        (
            "(min of loans.principal where loan.new) > 1万元",
            "最小的本金（新增为“是”） > 1万元",
            "least principal (new loan: yes) > CNY 10,000",
        ),
        (
            "(count of loans where loan.new) >= 2",
            "贷款清单的项数（新增为“是”） ≥ 2",
            "number of loans (new loan: yes) ≥ 2",
        ),
        (
            "any grants where grant.special",
            "资金清单中至少有一项符合（专项资金为“是”）",
            "at least one of the grants fits (special fund: yes)",
        ),
        (
            "no titles as other where other.list is title.list and other.recognised_on < title.recognised_on",
            "称号清单中没有一项符合（所属名单与本称号的所属名单相同，且认定日期早于本称号的认定日期）",
            (
                "none of the titles fits (list of the title the same as list of the title of this title; "
                "and date of recognition before date of recognition of this title)"
            ),
        ),
        (
            "no titles as other where other.level is not title.level",
            "称号清单中没有一项符合（级别与本称号的级别不同）",
            "none of the titles fits (level other than level of this title)",
        ),
        (
            "enterprise.listed and (title.level is 省级 or project.nature has 新建)",
            "上市公司为“是”，且（级别为 省级，或建设性质包括 新建）",
            "listed company: yes; and (level is provincial; or nature of the works has new construction)",
        ),
        (
            "not (enterprise.listed and title.level is 省级)",
            "上市公司为“否”，或级别不是 省级",
            "listed company: no; or level is not provincial",
        ),
        (
            "enterprise.listed and not (title.level is 省级 and project.nature has 新建)",
            "上市公司为“是”，且（级别不是 省级，或建设性质不包括 新建）",
            "listed company: yes; and (level is not provincial; or nature of the works has not new construction)",
        ),
        (
            "(grant.received + grant.approved) * 50% > 0元",
            "(到账金额 + 批准金额) × 50% > 0元",
            "(amount received + amount approved) × 50% > CNY 0",
        ),
        (
            "grant.received - (grant.approved - project.total) > 0元",
            "到账金额 - (批准金额 - 总投资) > 0元",
            "amount received - (amount approved - total investment) > CNY 0",
        ),
        ("reading.A is wide or enterprise.listed", "", ""),
        ("reading.A is narrow or enterprise.listed", "上市公司为“是”", "listed company: yes"),
        ("reading.A is wide and enterprise.listed", "上市公司为“是”", "listed company: yes"),
        ("reading.A is not narrow and enterprise.listed", "上市公司为“是”", "listed company: yes"),
        (
            "(grant.received if reading.A is wide else grant.approved) > 0元",
            "到账金额 > 0元",
            "amount received > CNY 0",
        ),
        (
            "(grant.received if reading.A is narrow else grant.approved) > 0元",
            "批准金额 > 0元",
            "amount approved > CNY 0",
        ),
        ("any grants where reading.A is wide", "有资金清单", "some grants"),
        ("no grants where reading.A is wide", "没有资金清单", "no grants"),
    ],
)
def test_a_condition_in_words(text: str, zh: str, en: str) -> None:
    assert said(text) == (zh, en)


def test_a_reading_chosen_for_the_clause_goes_before_the_policy_s() -> None:
    assert said("reading.A is narrow or enterprise.listed", {"city/clause/A": "narrow"}) == ("", "")


FACT = op.Fact("enterprise", VOCABULARY.fields["enterprise"]["size"])
LARGE, SMALL = (op.In(FACT, op.Listing(frozenset({name}))) for name in ("large", "small"))
LISTED = op.Holds(op.Fact("enterprise", VOCABULARY.fields["enterprise"]["listed"]))
WORDS = Requirements(VOCABULARY, (), {})


@pytest.mark.parametrize(
    ("node", "zh", "en"),
    [
        (
            op.IfTruth(LISTED, LARGE, SMALL),
            "上市公司为“是”时，规模为 大型，否则规模为 小型",
            "if listed company: yes: size is large, else size is small",
        ),
        (
            op.IfTruth(LISTED, LARGE, op.ALWAYS),
            "上市公司为“是”时，规模为 大型",
            "if listed company: yes: size is large",
        ),
        (op.IfTruth(op.ALWAYS, LARGE, SMALL), "规模为 大型", "size is large"),
        (op.IfTruth(NEVER, LARGE, SMALL), "规模为 小型", "size is small"),
        (op.All((LARGE, op.LawOpen("x"))), "规模为 大型", "size is large"),
        (
            op.Within(
                (op.Fact("enterprise", VOCABULARY.fields["enterprise"]["place"]),), ("610100",), frozenset({"某区"})
            ),
            "所在地在 610100、某区 之内",
            "place in 610100, 某区",
        ),
        (
            op.Not(
                op.Within((op.Fact("enterprise", VOCABULARY.fields["enterprise"]["place"]),), ("610100",), frozenset())
            ),
            "所在地在 610100 之外",
            "place outside 610100",
        ),
        (op.In(FACT, op.Listing(frozenset({"large"}), open=True)), "规模为 大型 等", "size is large or the like"),
        (op.Given(FACT), "规模已给出", "size given"),
        (op.Not(op.Given(FACT)), "规模未给出", "size not given"),
        (op.All((op.Given(FACT), op.LawOpen("doubt"))), "规模已给出", "size given"),
    ],
)
def test_an_operation_in_words(node: op.Truth, zh: str, en: str) -> None:
    assert (WORDS.say(node, "zh"), WORDS.say(node, "en")) == (zh, en)


def test_a_figure_that_has_no_words_is_a_figure() -> None:
    assert (WORDS.say_value(op.Running(), "zh"), WORDS.say_value(op.Running(), "en")) == ("一个数额", "a figure")


def test_a_list_that_is_not_known_is_called_by_its_name() -> None:
    assert WORDS.list_label(op.Source("group", "cost"), "zh") == "group"


def test_what_the_law_leaves_open_requires_nothing() -> None:
    assert WORDS._truth(op.LawOpen("doubt"), "zh", frozenset(), wanted=True) == ""
