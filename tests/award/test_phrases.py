"""Amounts and codes in words: kinds, ends, ceilings, and what has no word."""

from __future__ import annotations

from fractions import Fraction

import pytest

from subsidy_rules import Amount, Citation, load_policies
from subsidy_rules.award.model import Failed
from subsidy_rules.award.phrases import FLAGS, Names, cell_amount, say_amount, say_citation, say_failed, word
from subsidy_rules.award.written import write_money, write_number
from subsidy_rules.values.quantity import INFINITY, ZERO

WAN = Fraction(1_000_000)
OWED_5 = Amount.exact(5 * WAN)
CEILING_30 = Amount.exact(30 * WAN).bounded("discretion")
SOME = Amount.unknown(3 * WAN, 6 * WAN, ("", "x"))
NO_END = Amount.unknown(3 * WAN, INFINITY, ("", "x"))
OPEN = Amount.undetermined("no_figure_in_text")


@pytest.mark.parametrize(
    ("amount", "zh", "en", "cell_zh", "cell_en"),
    [
        (OWED_5, "5万元", "CNY 50,000", "5万元", "CNY 50,000"),
        (
            CEILING_30,
            "至多 30万元（上限，不是应付数）",
            "at most CNY 300,000 (a ceiling, not an amount owed)",
            "至多 30万元",
            "at most CNY 300,000",
        ),
        (
            CEILING_30.plus(OWED_5),
            "至少 5万元、至多 35万元（上限，不是应付数）",
            "at least CNY 50,000, at most CNY 350,000 (a ceiling, not an amount owed)",
            "5万元 – 至多 35万元",
            "CNY 50,000 – at most CNY 350,000",
        ),
        (
            SOME,
            "3万元 至 6万元 之间（未定）",
            "CNY 30,000 to CNY 60,000 (open)",
            "3万元 – 6万元",
            "CNY 30,000 – CNY 60,000",
        ),
        (
            SOME.bounded("discretion"),
            "0元 至 6万元 之间（高端是上限，不是应付数）",
            "CNY 0 to CNY 60,000 (the upper end is a ceiling, not owed)",
            "0元 – 至多 6万元",
            "CNY 0 – at most CNY 60,000",
        ),
        (NO_END, "至少 3万元、上端未知", "at least CNY 30,000, with no known upper end", "≥ 3万元", "≥ CNY 30,000"),
        (OPEN, "数额未定，条文没有数字", "no figure: the text gives none", "未定", "open"),
        (
            OPEN.plus(OWED_5),
            "至少 5万元、数额未定，条文没有数字",
            "at least CNY 50,000, no figure: the text gives none",
            "≥ 5万元",
            "≥ CNY 50,000",
        ),
    ],
)
def test_an_amount_in_words(amount: Amount, zh: str, en: str, cell_zh: str, cell_en: str) -> None:
    assert (say_amount(amount, "zh"), say_amount(amount, "en")) == (zh, en)
    assert (cell_amount(amount, "zh"), cell_amount(amount, "en")) == (cell_zh, cell_en)


@pytest.mark.parametrize(
    ("fen", "zh", "en"),
    [
        (Fraction(0), "0元", "CNY 0"),
        (Fraction(671981486), "6,719,814.86元", "CNY 6,719,814.86"),
        (Fraction(50), "0.50元", "CNY 0.50"),
        (Fraction(1, 2), "0.005元", "CNY 0.005"),
        (Fraction(112840000, 9), "125,377.7777…元", "CNY 125,377.7777…"),
        (Fraction(-100, 3), "-0.3333…元", "CNY -0.3333…"),
        (Fraction(-123456), "-1,234.56元", "CNY -1,234.56"),
        (INFINITY, "∞", "∞"),
    ],
)
def test_money_in_words(fen: Fraction, zh: str, en: str) -> None:
    assert (write_money(fen, "zh"), write_money(fen, "en")) == (zh, en)


def test_a_number_without_end_and_a_date_before_all_dates() -> None:
    assert write_number(INFINITY, "count") == "∞"
    assert write_number(ZERO, "date") == "…"


def test_a_code_without_words_stands_for_itself() -> None:
    assert word(FLAGS, "a_pack's_own_flag", "zh") == "a_pack's_own_flag"


def test_a_citation_in_one_line() -> None:
    citation = Citation("甲局", "甲发〔2025〕1号", "一", 2, "奖励", "https://example.org")
    assert say_citation(citation, "zh") == "甲局 甲发〔2025〕1号 一第2句：“奖励” https://example.org"
    assert say_citation(citation, "en") == "甲局 甲发〔2025〕1号 一 sentence 2: “奖励” https://example.org"


def test_a_condition_without_a_fact_is_said_by_its_words() -> None:
    failed = Failed("when", "x", "", "", "reading.A is b")
    assert say_failed(failed, "zh") == "不满足：reading.A is b"
    assert say_failed(failed, "en") == "does not hold: reading.A is b"


def test_a_plain_condition_is_labelled_from_its_path() -> None:
    failed = Failed("when", "x", "projects[0].costs[1].amount", "5万元", "≥ 6万元")
    assert say_failed(failed, "zh") == "金额（projects[0].costs[1].amount）为“5万元”，要求 ≥ 6万元"
    assert say_failed(failed, "en") == "amount (projects[0].costs[1].amount) is “5万元”; required: ≥ 6万元"


@pytest.mark.parametrize(
    ("path", "zh", "en"),
    [
        ("decision_date", "决定日期（decision_date）", "decision date (decision_date)"),
        ("titles", "称号清单（titles）", "titles"),
        ("projects[0].costs", "投资明细（projects[0].costs）", "projects[0].costs"),
        ("enterprise.of_another_pack", "enterprise.of_another_pack", "enterprise.of_another_pack"),
        ("reading.xian_30/A2", "解读 xian_30/A2", "reading xian_30/A2"),
    ],
)
def test_the_path_of_a_fact_is_labelled(path: str, zh: str, en: str) -> None:
    names = Names(None)
    assert (names.fact(path, "zh"), names.fact(path, "en")) == (zh, en)


def test_a_reading_that_is_not_of_the_loaded_policies_has_its_option_as_it_is() -> None:
    assert Names(None).option("xian_30/A2", "any_software", "zh") == "any_software"
    assert Names(load_policies()).option("another/A2", "any_software", "zh") == "any_software"
    assert Names(load_policies()).option("xian_31/A28", "initial", "zh") == "按首次认定"
    assert Names(None).option("xian_30/unstated_cumulation", "sum", "zh") == "相加"
