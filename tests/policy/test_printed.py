"""Numbers as sentences print them, and whether the words beside them include them."""

from __future__ import annotations

from fractions import Fraction

import pytest

from subsidy_rules.policy.printed import edge, numbers, plain


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("给予 500 万元奖励", "money 500000000"),
        ("给予５００万元", "money 500000000"),
        ("67,198,148.55元", "money 6719814855"),
        ("1.5亿元", "money 15000000000"),
        ("三百万元、贰拾万元", "money 300000000, money 20000000"),
        ("500—1000万元", "money 500000000, money 1000000000"),
        ("分别给予20万、10万奖励", "money 20000000, money 10000000"),
        ("10万吨", "count 100000"),
        ("按15%、千分之五、三成、5‰、2个百分点", "ratio 3/20, ratio 1/200, ratio 3/10, ratio 1/200, ratio 1/50"),
        ("按1∶0.5配套", "ratio 1/2"),
        ("0:1, 零分之一", ""),
        ("一半，加倍，3倍", "ratio 1/2, ratio 2, ratio 3"),
        ("连续3年、12个月、三百人", "count 3, count 12, count 300"),
        ("up to 5 million yuan or 30 percent", "money 500000000, ratio 3/10"),
        ("RMB 2,000 and CNY 3 thousand", "money 200000, money 300000"),
        ("more than 20 employees for 2 years", "count 20, count 2"),
        ("half of it, two thirds, three quarters", "ratio 1/2, ratio 2/3, ratio 3/4"),
        # what is no amount
        ("2025年1月1日至2027年，某政发〔2025〕2号第三条第2款", ""),
        ("二〇二五年三月、3月10日、第二批、三级、一等奖、甲类3档", ""),
        ("5G、4G/5G基站、A3级、两化融合、一事一议、一次性、四个行业、双创、三送一解", ""),
        ("（一）（2）", ""),
        ("9:30", ""),
        ("一年期、五年期以上LPR，三年行动计划，3年规划", ""),
        ("成立、组成、五成员", ""),
        ("到2027，力争", ""),
    ],
)
def test_numbers(text: str, wanted: str) -> None:
    assert ", ".join(f"{one.kind} {one.value}" for one in numbers(text)) == wanted


@pytest.mark.parametrize("text", ["最高 500 万元", "给予１０％奖励，最高2０万元", "Up to 3 million yuan"])
def test_a_number_stands_where_it_says(text: str) -> None:
    assert all(plain(text)[one.start : one.end] == one.words for one in numbers(text))


def test_a_ratio_may_be_written_the_other_way_round_and_growth_as_a_multiple() -> None:
    assert ("ratio", Fraction(2)) in numbers("按1∶0.5")[0].values
    assert {("ratio", Fraction(share, 10)) for share in (5, 3, 2)} <= set(numbers("按5:3:2分担")[0].values)
    assert ("ratio", Fraction(106, 100)) in numbers("增长6%")[0].values
    assert ("count", Fraction(36)) in numbers("3年")[0].values


@pytest.mark.parametrize(
    ("words", "side", "includes"),
    [
        # included (Civil Code, article 1259)
        ("500万元以上", "up", True),
        ("500万元及以上", "up", True),
        ("500万元（含）以上", "up", True),
        ("不少于500万元", "up", True),
        ("不低于500万元", "up", True),
        ("至少500万元", "up", True),
        ("at least 5 million yuan", "up", True),
        ("5 million yuan or more", "up", True),
        ("500万元以下", "down", True),
        ("500万元以内", "down", True),
        ("不超过500万元", "down", True),
        ("不得超过500万元", "down", True),
        ("不高于500万元", "down", True),
        ("Up to 5 million yuan", "down", True),
        ("not exceeding 5 million yuan", "down", True),
        # not included
        ("超过500万元", "down", False),
        ("高于500万元", "down", False),
        ("多于500万元", "down", False),
        ("500万元以外", "down", False),
        ("more than 5 million yuan", "down", False),
        ("不满500万元", "up", False),
        ("不足500万元", "up", False),
        ("低于500万元", "up", False),
        ("少于500万元", "up", False),
        ("less than 5 million yuan", "up", False),
        # said in brackets
        ("超过500万元（含本数）", "up", True),
        ("超过500万元（含）以上", "up", True),
        ("500万元（不含）以上", "down", False),
        ("500万元以上（不含本数）", "down", False),
        ("500万元以下（不含本数）", "up", False),
        ("500万元以下（含本数）", "down", True),
    ],
)
def test_whether_a_number_is_included(words: str, side: str, includes: bool) -> None:
    text = plain(f"总投资{words}的项目")
    (number,) = numbers(text)
    assert edge(text, number) == (side, includes)


@pytest.mark.parametrize("words", ["500万元", "超过500万元以上", "不低于500万元以下", "补助500万元（含软件）"])
def test_what_is_not_said_or_contradicts_itself_is_left_open(words: str) -> None:
    text = plain(words)
    assert edge(text, numbers(text)[0]) is None
