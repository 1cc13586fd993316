"""How facts and figures are written, and which expressions have a form of their own in the arithmetic."""

from __future__ import annotations

import pytest

from subsidy_rules import Amount, Case, Vocabulary, evaluate, load_policies
from subsidy_rules.award.trace import need_paths
from subsidy_rules.award.written import write_amount, write_label, write_member, write_value
from subsidy_rules.facts.case import Members, Other, Ref, Value
from subsidy_rules.facts.vocabulary import FieldSpec
from subsidy_rules.values.quantity import ZERO, parse_date

CORE = Vocabulary.core()
KIND = CORE.fields["title"]["kind"]
NATURE = CORE.fields["project"]["nature"]
EVENT = CORE.fields["title"]["event"]


@pytest.mark.parametrize(
    ("value", "spec", "zh", "en"),
    [
        (None, KIND, "未知", "unknown"),
        (True, KIND, "是", "yes"),
        (False, KIND, "否", "no"),
        (
            Members(frozenset({"新建", "搬迁"}), ("扩建",)),
            NATURE,
            "搬迁、新建、扩建",
            "relocation, new construction, 扩建",
        ),
        (Members(frozenset()), NATURE, "无", "none"),
        (Other("名店"), KIND, "其他：名店", "other: 名店"),
        (Ref("p1"), KIND, "p1", "p1"),
        ("renewed", EVENT, "复核", "renewed"),
        ("没有这个", EVENT, "没有这个", "没有这个"),
        (Amount.exact(parse_date("2025-09-01")), CORE.fields["case"]["decision_date"], "2025-09-01", "2025-09-01"),
    ],
)
def test_a_fact_in_words(value: Value | None, spec: FieldSpec, zh: str, en: str) -> None:
    assert (write_value(value, spec, "zh"), write_value(value, spec, "en")) == (zh, en)


def test_no_date_at_all() -> None:
    assert (write_amount(Amount.exact(ZERO), "date"), write_amount(Amount.exact(ZERO), "date", "en")) == ("无", "none")


def test_a_pack_s_member_has_its_english_name() -> None:
    assert write_member(KIND, "名企", "zh") == "名企"
    assert write_label(KIND, "en") == "title"


def test_needs_are_written_as_paths_each_once() -> None:
    needs = (
        ("reading", "xian_30/A2"),
        ("same", "titles[0]", "titles[1]"),
        ("projects[0]", "kinds", "绿色"),
        ("projects[0]", "kinds", "首台"),
        ("", "titles"),
    )
    assert need_paths(needs) == (
        "reading.xian_30/A2",
        "titles[0].recognised_on",
        "titles[1].recognised_on",
        "projects[0].kinds",
        "titles",
    )


def test_what_was_received_is_taken_off_the_line() -> None:
    case = Case.from_text(
        "case: 1\ndecision_date: 2025-09-01\n"
        "enterprise: {type: enterprise, place: '210102', industry: '34'}\n"
        "projects:\n- {id: pump, kinds: [试点重点项目], industry: '34', track: 点,\n"
        "   costs: [{kind: equipment, amount: 31234567.89元}]}\n"
        "grants: [{id: g, level: 市级, project: pump, received: 120万元, received_on: 2025-06-01}]\n"
    )
    line = evaluate(case, load_policies().only("shenyang")).explain("key_project", formula=True)
    # 31,234,567.89 × 15% = 4,685,185.1835, less 1,200,000, and down to the fen
    assert "≤ min(31,234,567.89元 × 15%, 1,000万元) − 120万元 = 3,485,185.1835元，取整 3,485,185.18元" in line
