"""Quotes and figures of rule files against official texts: what is found, and what each check refuses."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from subsidy_rules.errors import UsageError
from subsidy_rules.policy.model import RuleFile
from subsidy_rules.policy.source import read_policy
from subsidy_rules.policy.texts import (
    Comparison,
    Figure,
    OfficialText,
    SourceReport,
    Span,
    compare,
    quotes_of,
    read_digests,
    verify,
)

ROOT = Path(__file__).parents[2]

PACK = """
language: 1
policy:
  id: small
  title: 某市若干措施
  issuer: 某市人民政府
  document: 某政发〔2025〕1号
  place: {code: "610100"}
  window: {start: 2025-01-01, end: 2027-12-31}
  rounding: {unit: 分, stated: false}
  unstated_cumulation: undecided
define:
  grown: enterprise.revenue_growth >= 6%
clauses:
- id: targets
  path: 一
  sentence: 1
  quote: 到2027年，力争实现如下目标
  gives: none
- id: renewal
  path: 二（一）
  printed: （🖂）
  sentence: 1
  quote: 对设备更新项目，按照设备投资额的10%给予奖励，最高不超过500万元
  when:
  - grown
  award:
  - basis: sum of project.costs.amount
    quote: 设备投资额
  - rate: 10%
    quote: 10%给予奖励
  - cap: 500万元
    of: award
    per: project
    quote: 最高不超过500万元
- id: interest
  path: 二（二）
  sentence: 1
  quote: 对增长超过6%的企业的贷款，按不超过贷款额的2%给予贴息
  when:
  - grown
  award:
  - each: loan in loans
    of:
    - basis: loan.principal
      quote: 贷款额
    - rate: {at_most: 2%}
      quote: 不超过贷款额的2%
- id: product
  path: 二（三）
  sentence: 1
  quote: 每种产品奖励5万元，每户企业累计不超过30万元
  award:
  - lump_sum: 5万元
    quote: 奖励5万元
- id: training
  path: 二（四）
  sentence: 1
  quote: 每年安排1000万元用于培训
  gives: none
cumulation:
- id: yearly
  kind: ceiling
  clauses: [product]
  cap: 30万元
  quote: 每户企业累计不超过30万元
not_modelled:
- path: 二（五）
  sentence: 1
  quote: 视情况给予20万元左右的支持
  reason: “左右”没有边界
  taints: [product]
"""

TEXT = """一、工作目标
到2027年，力争实现如下目标：投资年均增长8%；规上企业占比达到90%以上。
二、支持政策
（🖂）支持设备更新。对设备更新项目，按照设备投资额的10%给予奖励，最高不超过500万元。
（二）支持融资。对增长超过6%的企业的贷款，按不超过贷款额的2%给予贴息。
（三）支持产品。每种产品奖励5万元，每户企业累计不超过30万元。
（四）支持培训。每年安排1000万元用于培训。
（五）其他。视情况给予20万元左右的支持。
"""


def pack(*changes: tuple[str, str]) -> RuleFile:
    """Read the pack with some words changed."""
    return read_policy(changed(PACK, *changes)).file


def changed(text: str, *changes: tuple[str, str]) -> str:
    for old, new in changes:
        assert text.count(old) >= 1
        text = text.replace(old, new)
    return text


def report(file: RuleFile, text: str) -> SourceReport:
    return verify(file, OfficialText.of("small.txt", text))


def matches(found: SourceReport) -> list[tuple[str, str, str]]:
    return [(one.quote.place, one.quote.clause, one.match) for one in found.failed]


def states(found: SourceReport) -> list[tuple[int, str, str, tuple[str, ...]]]:
    return [(one.line, one.figure, one.state, one.clauses) for one in found.figures]


# where a quote stands


@pytest.mark.parametrize(
    ("raw", "quote", "spans"),
    [
        ("最高不超\n过 500\n万元", "最高不超过500万元", [(1, 3)]),
        ("最高不超过５００万元，每户", "最高不超过500万元,每户", [(1, 1)]),
        ("最高不超过500万元,每户", "最高不超过５００万元，每户", [(1, 1)]),
        ("（五）给予奖励；", "(五)给予奖励;", [(1, 1)]),
        ("“小巨人”", '"小巨人"', [(1, 1)]),
        ("按照 1∶0.5 的比例", "按照1：0.5的比例", [(1, 1)]),
        ("一——二", "一--二", [(1, 1)]),
        ("（🖂）支持", "（🖂）支持", [(1, 1)]),
        ("[bookmark: _Toc12][bookmark: a_B\n_Level3]支持\n企业", "支持企业", [(2, 3)]),
        ("支持[bookmark: _Toc7\n_Level3]企\n业", "支持企业", [(1, 3)]),
        ("支\u200b持\ufeff企\u00ad业", "支持企业", [(1, 1)]),
        ("⽀持⼯业", "支持工业", [(1, 1)]),
        ("一\r\n二\r\n三", "二三", [(2, 3)]),
        ("不超\n— 12 —\n\f过100", "不超过100", [(1, 3)]),
        ("不超\n－１２－\n过100", "不超过100", [(1, 3)]),
        ("不超\n第 3 页 共 9 页\n过100", "不超过100", [(1, 3)]),
        ("不超\n12\n\f过100元", "不超过100元", [(1, 3)]),
        ("不超\n\f12\n过100元", "不超过100元", [(1, 3)]),
        ("不超\f12\n过100元", "不超过100元", [(1, 2)]),
        ("不超\n\n12\n\n过100元", "不超过100元", [(1, 5)]),
        ("不超过100\n12\n\f万元", "不超过100万元", [(1, 3)]),
        ("不超过100万\n12\n\f元", "不超过100万元", [(1, 3)]),
        ("20万元\n12\n\f、10万元", "20万元、10万元", [(1, 3)]),
        ("不超过\n12\n\f100万元", "不超过100万元", [(1, 3)]),
        ("不超过1\n\n12\n\f\n00万元", "不超过100万元", [(1, 5)]),
        ("12\n\f不超过", "不超过", [(2, 2)]),
        ("不超过\f12", "不超过", [(1, 1)]),
        ("甲乙\n甲\n乙", "甲乙", [(1, 1), (2, 3)]),
    ],
)
def test_what_an_extraction_adds_or_writes_differently_is_no_difference(
    raw: str, quote: str, spans: list[tuple[int, int]]
) -> None:
    assert OfficialText.of("a.txt", raw).find(quote) == [Span(*span) for span in spans]


@pytest.mark.parametrize(
    ("raw", "quote"),
    [
        ("（🖂）支持", "（五）支持"),
        ("最高不超过500万元", "最高不超过500亿元"),
        ("给予①奖励", "给予1奖励"),
        ("100㎡", "100m2"),
        ("国家级", "国家極"),
        ("甲、乙", "甲，乙"),
        ("[bookmark: 甲]乙", "乙丙"),
        ("[bookmark: 甲]乙", ""),
        ("不超\n12\n过100元", "不超过100元"),
    ],
)
def test_any_other_character_is_a_difference(raw: str, quote: str) -> None:
    assert OfficialText.of("a.txt", raw).find(quote) == []


@pytest.mark.parametrize(
    "raw",
    [
        "最高不超过\n500\n万元",
        "最高不超过\n\n500\n\n万元",
        "最高不超过\n500\n\f万元",
        "最高不超过\n\f500\n万元",
        "最高不超过\n500\n\f\n\n万元",
    ],
)
def test_an_amount_broken_over_lines_is_not_taken_for_the_number_of_a_page(raw: str) -> None:
    text = OfficialText.of("a.txt", raw)
    assert text.find("不超过500万元") != []
    assert [one.words for one in text.figures()] == ["500万元"]


def test_a_mark_without_an_end_takes_nothing_with_it() -> None:
    text = OfficialText.of("a.txt", "[bookmark: _Toc1 支持企业500万元，见附件]")
    assert text.find("支持企业") == [Span(1, 1)]


def test_the_digest_is_that_of_the_bytes() -> None:
    # the first example of FIPS 180-4
    wanted = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert OfficialText.of("a.txt", b"abc").sha256 == wanted
    assert OfficialText.of("a.txt", "abc").sha256 == wanted
    assert OfficialText.of("a.txt", b"abc\n").sha256 != wanted


# figures


def money(yuan: int) -> Figure:
    return Figure("money", Fraction(yuan * 100))


def ratio(over: int, under: int) -> Figure:
    return Figure("ratio", Fraction(over, under))


@pytest.mark.parametrize(
    ("raw", "figures"),
    [
        ("500万元", [("500万元", money(5_000_000))]),
        ("1.5 亿元", [("1.5亿元", money(150_000_000))]),
        ("67,198,148.55元", [("67,198,148.55元", Figure("money", Fraction(6_719_814_855)))]),
        ("2025，100万元", [("100万元", money(1_000_000))]),
        ("3千万元、5百元", [("3千万元", money(30_000_000)), ("5百元", money(500))]),
        ("1.2万亿元", [("1.2万亿元", money(1_200_000_000_000))]),
        ("分别给予20万、10万奖励", [("20万", money(200_000)), ("10万", money(100_000))]),
        ("20万至30万元", [("20万", money(200_000)), ("30万元", money(300_000))]),
        ("10—15%", [("10—15%", ratio(10, 100), ratio(15, 100))]),
        ("100、50、20万元", [("100、50、20万元", money(1_000_000), money(500_000), money(200_000))]),
        ("5‰", [("5‰", ratio(5, 1000))]),
        ("提高2个百分点", [("2个百分点", ratio(2, 100))]),
        ("按1∶0.5配套", [("1∶0.5", ratio(1, 2))]),
        ("按不超过 1∶1给予", [("1∶1", ratio(1, 1))]),
        ("按2:1配套", [("2:1", ratio(1, 2))]),
        ("一百二十万元", [("一百二十万元", money(1_200_000))]),
        ("超百亿元", [("百亿元", money(10_000_000_000))]),
        ("百分之十五", [("百分之十五", ratio(15, 100))]),
        ("三分之一", [("三分之一", ratio(1, 3))]),
        ("增长357户、1000万吨、20万人", []),
        ("0.32吨标准煤/万元", []),
        ("4G/5G基站、3年、2024年、〔2024〕30号", []),
        ("每天9:30开始，1+1", []),
        ("三元材料、多元化、一元", []),
    ],
)
def test_figures_are_amounts_percentages_and_ratios(raw: str, figures: list[tuple[object, ...]]) -> None:
    found = OfficialText.of("a.txt", raw).figures()
    assert [(one.words, *one.values) for one in found] == figures


def test_a_ratio_over_nothing_has_no_value_and_is_still_listed() -> None:
    assert [(one.words, one.values) for one in OfficialText.of("a.txt", "0:3，零分之一").figures()] == [
        ("0:3", ()),
        ("零分之一", ()),
    ]


# a pack and its text


def test_a_pack_that_agrees() -> None:
    found = report(pack(), TEXT)
    assert matches(found) == []
    assert states(found) == [
        (2, "8%", "target", ("targets",)),
        (2, "90%", "target", ("targets",)),
        (4, "10%", "carried", ("renewal",)),
        (4, "500万元", "carried", ("renewal",)),
        (5, "6%", "carried", ("interest",)),
        (5, "2%", "carried", ("interest",)),
        (6, "5万元", "carried", ("product",)),
        (6, "30万元", "carried", ("product",)),
        (7, "1000万元", "gives_nothing", ("training",)),
        (8, "20万元", "not_modelled", ()),
    ]
    assert found.ok
    spans = {one.quote.place: one.spans for one in found.located}
    assert spans["clauses[1].quote"] == (Span(4, 4),)
    assert spans["clauses[1].printed"] == (Span(4, 4),)
    assert spans["clauses[2].award[0].of[1].quote"] == (Span(5, 5),)
    assert spans["cumulation[0].quote"] == (Span(6, 6),)
    assert spans["not_modelled[0].quote"] == (Span(8, 8),)


def test_every_quote_of_a_pack_is_looked_at() -> None:
    places = [quote.place for quote in quotes_of(pack())]
    assert len(places) == PACK.count(" quote: ") + PACK.count(" printed: ")
    assert len(set(places)) == len(places)


def test_the_rows_of_a_table_are_sentences_of_their_own() -> None:
    rows = """rows:
  - id: large
    path: 二（三）
    sentence: 1
    quote: 每种产品奖励5万元
    when: [enterprise.size is large]
    award:
    - lump_sum: 5万元
      quote: 奖励5万元
  - id: small_one
    path: 二（三）
    sentence: 2
    quote: 每户企业累计不超过30万元
    when: [enterprise.size is small]
    award:
    - lump_sum: {by: [enterprise.size], rows: [{is: [small], value: 30万元, quote: 累计不超过30万元}]}
      quote: 不超过30万元
"""
    start = PACK.index("  path: 二（三）\n")
    end = PACK.index("- id: training")
    file = read_policy(PACK[:start] + "  " + rows + PACK[end:].replace("clauses: [product]", "clauses: [renewal]")).file
    found = report(file, TEXT)
    assert matches(found) == []
    assert [one for one in states(found) if one[0] == 6] == [
        (6, "5万元", "carried", ("large",)),
        (6, "30万元", "carried", ("small_one",)),
    ]
    assert "clauses[3].rows[1].award[0].lump_sum.rows[0].quote" in {one.quote.place for one in found.located}


# what each check refuses


@pytest.mark.parametrize(
    ("change", "wanted"),
    [
        (("quote: 对设备更新项目", "quote: 对设备更换项目"), [("clauses[1].quote", "renewal", "missing")]),
        (("quote: 最高不超过500", "quote: 最高不超过5000"), [("clauses[1].award[2].quote", "renewal", "missing")]),
        (("quote: 贷款额", "quote: 贷款總额"), [("clauses[2].award[0].of[0].quote", "interest", "missing")]),
        (("quote: 奖励5万元", "quote: 给予奖励"), [("clauses[3].award[0].quote", "product", "elsewhere")]),
        (("printed: （🖂）", "printed: （五）"), [("clauses[1].printed", "renewal", "elsewhere")]),
        (("printed: （🖂）", "printed: （六）"), [("clauses[1].printed", "renewal", "missing")]),
        (("  quote: 每户企业累计", "  quote: 每家企业累计"), [("cumulation[0].quote", "yearly", "missing")]),
        (("20万元左右", "20万元以内"), [("not_modelled[0].quote", "", "missing")]),
    ],
)
def test_a_quote_that_is_not_where_it_should_be(change: tuple[str, str], wanted: list[tuple[str, str, str]]) -> None:
    found = report(pack(change), TEXT)
    assert matches(found) == wanted
    assert not found.ok


def test_a_missing_quote_comes_with_the_nearest_passage() -> None:
    found = report(pack(("quote: 对设备更新项目", "quote: 对设备更换项目")), TEXT)
    near = found.failed[0].nearest
    assert near is not None
    assert (near.span, near.changes) == (Span(4, 4), 1)
    assert near.words == "对设备更新项目，按照设备投资额的10%给予奖励，最高不超过500万元"


def test_the_nearest_passage_of_a_part_is_in_its_own_sentence() -> None:
    found = report(pack(("quote: 奖励5万元", "quote: 给予奖励")), TEXT)
    near = found.failed[0].nearest
    assert near is not None
    assert near.span == Span(6, 6)
    assert (near.words, near.changes) == ("产品奖励", 2)


def test_nothing_is_near_to_words_of_another_text() -> None:
    found = report(pack(("quote: 每年安排1000万元用于培训", "quote: 春眠不觉晓")), TEXT)
    assert [(one.match, one.nearest) for one in found.failed] == [("missing", None)]


def test_a_sentence_that_stands_twice_is_not_told_apart() -> None:
    found = report(pack(), TEXT + "（六）支持融资。每年安排1000万元用于培训。\n")
    assert matches(found) == [("clauses[4].quote", "training", "not_unique")]
    both = "- id: again\n  path: 二（六）\n  sentence: 1\n  quote: 每年安排1000万元用于培训\n  gives: none\n"
    assert report(
        pack(("cumulation:\n- id: y", f"{both}cumulation:\n- id: y")),
        TEXT + "（六）支持融资。每年安排1000万元用于培训。\n",
    ).ok


@pytest.mark.parametrize(
    ("added", "line", "figure"),
    [
        ("（六）支持创新。对创新企业给予80万元奖励。\n", 9, "80万元"),
        ("（六）支持创新。对创新企业按投入的百分之五给予补贴。\n", 9, "百分之五"),
        ("（六）支持创新。按1:2给予配套。\n", 9, "1:2"),
        ("（六）规划。到2030年投资达到90亿元。\n", 9, "90亿元"),
    ],
)
def test_a_figure_that_no_clause_quotes(added: str, line: int, figure: str) -> None:
    found = report(pack(), TEXT + added)
    assert [(one.line, one.figure, one.state, one.clauses) for one in found.unaccounted] == [
        (line, figure, "unaccounted", ())
    ]
    assert figure in found.unaccounted[0].around
    assert not found.ok


def test_the_quotes_inside_a_rule_between_awards_are_looked_at() -> None:
    table = "cap: {by: [enterprise.size], rows: [{is: [large], value: 30万元, quote: 每家企业累计}]}"
    assert matches(report(pack(("cap: 30万元", table)), TEXT)) == [
        ("cumulation[0].cap.rows[0].quote", "yearly", "missing")
    ]


def test_a_target_without_a_full_stop() -> None:
    assert report(pack(), TEXT.replace("以上。\n", "以上\n", 1)).ok
    assert [one.figure for one in report(pack(), TEXT.replace("以上。\n", "的给予奖励\n", 1)).unaccounted] == ["90%"]


def test_a_figure_beside_sentences_that_give_is_no_target() -> None:
    text = TEXT.replace("给予贴息。", "给予贴息。覆盖率达到70%。")
    assert [one.figure for one in report(pack(), text).unaccounted] == ["70%"]


def test_a_figure_that_is_given_is_no_target() -> None:
    text = TEXT.replace("以上。\n", "以上。对先进企业给予40万元奖励。\n", 1)
    assert [(one.line, one.figure) for one in report(pack(), text).unaccounted] == [(2, "40万元")]


@pytest.mark.parametrize(
    ("change", "wanted"),
    [
        (("cap: 500万元", "cap: 400万元"), [(4, "500万元", "not_carried", ("renewal",))]),
        (("rate: 10%", "rate: 1%"), [(4, "10%", "not_carried", ("renewal",))]),
        (("revenue_growth >= 6%", "revenue_growth >= 5%"), [(5, "6%", "not_carried", ("interest",))]),
        (("cap: 30万元", "cap: 20万元"), [(6, "30万元", "not_carried", ("product",))]),
        (("clauses: [product]\n", "clauses: [interest]\n"), [(6, "30万元", "not_carried", ("product",))]),
        (("培训\n  gives: none", "培训\n  gives: rule"), [(7, "1000万元", "not_carried", ("training",))]),
    ],
)
def test_a_figure_that_a_clause_quotes_and_does_not_have(
    change: tuple[str, str], wanted: list[tuple[int, str, str, tuple[str, ...]]]
) -> None:
    found = report(pack(change), TEXT)
    assert [
        one for one in states(found) if one[2] not in {"carried", "target", "gives_nothing", "not_modelled"}
    ] == wanted
    assert not found.ok


# a folder of texts


def folder(at: Path, **texts: str) -> Path:
    for name, text in texts.items():
        (at / f"{name}.txt").write_text(text, encoding="utf-8", newline="")
    return at


def left(found: Comparison) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    return found.without_text, found.without_policy, found.without_digest


def test_a_folder_that_agrees(tmp_path: Path) -> None:
    found = compare([pack()], folder(tmp_path, small=TEXT))
    assert (found.ok, found.digests, left(found)) == (True, None, ((), (), ()))


def test_a_policy_without_a_text_and_a_text_without_a_policy(tmp_path: Path) -> None:
    other = pack(("id: small", "id: other"))
    found = compare([pack(), other], folder(tmp_path, small=TEXT, unnamed=TEXT))
    assert [one.policy for one in found.reports] == ["small"]
    assert (found.ok, left(found)) == (False, (("other",), ("unnamed.txt",), ()))
    assert not compare([pack(), other], folder(tmp_path, small=TEXT)).ok
    assert not compare([pack()], folder(tmp_path, small=TEXT, unnamed=TEXT)).ok


def test_one_policy_alone_leaves_the_others_alone(tmp_path: Path) -> None:
    other = pack(("id: small", "id: other"))
    found = compare([pack(), other], folder(tmp_path, small=TEXT, unnamed=TEXT), only=["small"])
    assert (found.ok, left(found)) == (True, ((), (), ()))
    found = compare([pack(), other], tmp_path, only=["other"])
    assert (found.ok, left(found)) == (False, (("other",), (), ()))


def sums(*lines: tuple[str, str]) -> str:
    return "".join(f"{digest}  {name}\n" for digest, name in lines)


def test_a_text_that_has_changed(tmp_path: Path) -> None:
    digest = OfficialText.of("small.txt", TEXT).sha256
    (tmp_path / "SHA256SUMS").write_text(sums((digest, "small.txt")), encoding="utf-8")
    found = compare([pack()], folder(tmp_path, small=TEXT))
    assert (found.ok, found.digests, found.reports[0].changed) == (True, "SHA256SUMS", False)
    found = compare([pack()], folder(tmp_path, small=TEXT + "\n"))
    assert (found.ok, found.reports[0].changed, found.reports[0].expected) == (False, True, digest)
    assert (found.reports[0].failed, found.reports[0].unaccounted) == ((), ())


def test_a_text_that_the_list_of_digests_leaves_out(tmp_path: Path) -> None:
    listing = tmp_path / "known"
    listing.write_text(sums(("0" * 64, "other.txt")), encoding="utf-8")
    found = compare([pack()], folder(tmp_path, small=TEXT), digests=listing)
    assert (found.ok, found.digests, left(found)) == (False, "known", ((), (), ("small.txt",)))


def test_digests_as_sha256sum_writes_them(tmp_path: Path) -> None:
    listing = tmp_path / "sums"
    listing.write_text(f"{'ab' * 32}  a.txt\n\n{'CD' * 32} *./b c.txt\n", encoding="utf-8")
    assert read_digests(listing) == {"a.txt": "ab" * 32, "b c.txt": "cd" * 32}


@pytest.mark.parametrize(
    ("listed", "said"),
    [
        (f"{'a' * 63}  small.txt\n", "line 1 is not a digest"),
        (f"\n{'a' * 64} small.txt\n", "line 2 is not a digest"),
        (sums(("a" * 64, "small.txt"), ("b" * 64, "small.txt")), "line 2: 'small.txt' stands there twice"),
    ],
)
def test_a_list_of_digests_that_is_none(listed: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "SHA256SUMS").write_text(listed, encoding="utf-8")
    with pytest.raises(UsageError, match=said):
        compare([pack()], folder(tmp_path, small=TEXT))


def test_a_wrong_call(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is not a folder of texts"):
        compare([pack()], tmp_path / "nowhere")
    with pytest.raises(UsageError, match="no policy 'smal'; loaded: small"):
        compare([pack()], tmp_path, only=["smal"])
    with pytest.raises(UsageError, match="two policies have the id 'small'"):
        compare([pack(), pack()], tmp_path)
    with pytest.raises(UsageError, match="no list of digests at"):
        compare([pack()], tmp_path, digests=tmp_path / "nowhere")
    (tmp_path / "small.txt").write_bytes("奖励".encode("gb18030"))
    with pytest.raises(UsageError, match=r"'small\.txt' is not UTF-8: invalid .* at byte 0"):
        compare([pack()], tmp_path)


# the texts of the packs that ship


def shipped() -> list[RuleFile]:
    return [read_policy(path).file for path in sorted((ROOT / "rules").glob("*.yaml"))]


def test_the_packs_that_ship_agree_with_their_texts(shared: Path) -> None:
    found = compare(shipped(), shared / "policies")
    assert [one for report in found.reports for one in report.failed] == []
    assert [one for report in found.reports for one in report.unaccounted] == []
    assert left(found) == ((), (), ())
    assert {report.policy for report in found.reports} == {"xian_30", "xian_31", "shenyang", "xianyang_70"}
    assert found.ok


def test_the_digests_of_the_page_on_sources_are_those_of_the_texts(shared: Path, tmp_path: Path) -> None:
    page = (ROOT / "docs" / "sources.md").read_text(encoding="utf-8")
    listing = tmp_path / "sums"
    listing.write_text(page.split("```text\n")[1].split("```")[0], encoding="utf-8")
    found = compare(shipped(), shared / "policies", digests=listing)
    assert (found.ok, found.digests, len(found.reports)) == (True, "sums", 4)


def test_the_texts_broken_anew_into_lines_and_pages_still_agree(shared: Path, tmp_path: Path) -> None:
    wide = str.maketrans("0123456789%,()", "０１２３４５６７８９％，（）")
    for source in sorted((shared / "policies").glob("*.txt")):
        made = []
        for number, line in enumerate(source.read_text(encoding="utf-8").split("\n")):
            if len(line) < 40 or "bookmark" in line:  # a heading begins its line
                made.append(line)
                continue
            cuts = range(20, len(line), 37)
            parts = [line[start:end].translate(wide) for start, end in zip([0, *cuts], [*cuts, len(line)], strict=True)]
            made.append(f"\n— {number} —\n\f".join(parts) if number % 2 else f"\n{number}\n\f".join(parts))
        folder(tmp_path, **{source.stem: "\n".join(made)})
    found = compare(shipped(), tmp_path)
    assert [(one.quote.place, one.quote.words) for report in found.reports for one in report.failed] == []
    assert [(one.line, one.figure, one.around) for report in found.reports for one in report.unaccounted] == []


def test_every_sentence_changed_by_one_character_is_missed(shared: Path) -> None:
    for file in shipped():
        raw = (shared / "policies" / f"{file.policy.id}.txt").read_bytes()
        text = OfficialText.of("a.txt", raw)
        for quote in quotes_of(file):
            middle = len(quote.words.rstrip()) // 2
            assert text.find(quote.words) != []
            assert text.find(f"{quote.words[:middle]}龘{quote.words[middle:]}") == []


def test_a_sentence_left_out_leaves_its_figures_open(shared: Path) -> None:
    file = next(one for one in shipped() if one.policy.id == "xian_31")
    text = OfficialText.of("a.txt", (shared / "policies" / "xian_31.txt").read_bytes())
    giving = [one for one in file.clauses if one.gives is None]
    assert len(giving) == 16
    for clause in giving:
        kept = file.model_copy(update={"clauses": [one for one in file.clauses if one is not clause]})
        wanted = len(OfficialText.of("b.txt", clause.quote).figures())
        assert wanted > 0
        assert len(verify(kept, text).unaccounted) == wanted


FORMS = """
language: 1
policy:
  id: forms
  title: 某市若干措施
  issuer: 某市人民政府
  document: 某政发〔2025〕1号
  place: {code: "610100"}
  window: {start: 2025-01-01, end: 2027-12-31}
  rounding: {unit: 百元, stated: true, mode: down}
  unstated_cumulation: undecided
clauses:
- id: shared
  path: 一
  sentence: 1
  quote: 对年营业收入比上年增长6%的企业，给予30万元奖励，由市、县按6:4分担，分两次拨付，首期80%，其余20%次年拨付
  per: enterprise
  fund: city
  when:
  - enterprise.revenue >= enterprise.revenue_before * 106%
  award:
  - lump_sum: 30万元
    quote: 给予30万元奖励
  payers:
  - {name: 县, share: 40%}
  - {name: 市, amount: rest}
  instalments:
    parts:
    - {name: 首期, share: 80%, when: enterprise.export}
    - {name: 末期, share: rest, when: enterprise.export}
  notes:
  - {id: whole, text: 另有2000万元的总规模，不是单个奖励}
- id: rounded
  path: 二
  sentence: 1
  quote: 奖励金额以百元为单位，百元以下舍去
  gives: rule
"""
SAID = "对年营业收入比上年增长6%的企业，给予30万元奖励，由市、县按6:4分担，分两次拨付，首期80%，其余20%次年拨付"
FORMS_TEXT = f"一、{SAID}。\n二、奖励金额以百元为单位，百元以下舍去。\n三、年用电10万至50万千瓦时的除外。\n"


@pytest.mark.parametrize(
    ("old", "new", "left"),
    [
        ("6%", "6%", []),
        ("增长6%", "增长7%", ["7%"]),
        ("6:4", "7:3", ["7:3"]),
        ("其余20%", "其余25%", ["25%"]),
        ("次年拨付", "次年拨付，总规模2000万元", []),
        ("次年拨付", "次年拨付，总规模3000万元", ["3000万元"]),
        ("以百元为单位，百元", "以千元为单位，千元", ["千元", "千元"]),
    ],
)
def test_a_figure_may_be_carried_in_another_form(old: str, new: str, left: list[str]) -> None:
    """Beside it, one that is not what the rule has in any form."""
    found = verify(
        read_policy(changed(FORMS, (old, new))).file, OfficialText.of("f.txt", changed(FORMS_TEXT, (old, new)))
    )
    assert found.failed == ()
    assert [one.figure for one in found.unaccounted] == left


CORRECTED = """
language: 1
policy:
  id: corrected
  title: 某市若干措施
  issuer: 某市人民政府
  document: 某政发〔2025〕1号
  place: {code: "610100"}
  window: {start: 2025-01-01, end: 2027-12-31}
  rounding: {unit: 分, stated: false}
  unstated_cumulation: undecided
clauses:
- id: honour
  path: 一
  sentence: 1
  quote: 对获评的企业，给予20万元奖励，不重复
  per: enterprise
  fund: city
  when:
  - enterprise.export
  award:
  - lump_sum: 20万元
    quote: 20万元奖励
  amended:
  - kind: corrected
    from: 2025-07-15
    document: 某政发〔2025〕1号勘误
    quote: “给予2万元奖励”更正为“给予20万元奖励”
    was: 给予2万元奖励
"""


@pytest.mark.parametrize("words", ["给予20万元奖励", "给予2万元奖励"])
def test_a_corrected_sentence_is_found_in_a_text_of_either_day(words: str) -> None:
    found = verify(read_policy(CORRECTED).file, OfficialText.of("c.txt", f"一、对获评的企业，{words}，不重复。\n"))
    assert [one.match for one in found.located] == ["found", "found"]
    assert found.ok


@pytest.mark.parametrize("words", ["给予5万元奖励", "给予3万元奖励"])
def test_a_corrected_sentence_is_missing_where_its_text_says_neither(words: str) -> None:
    found = verify(read_policy(CORRECTED).file, OfficialText.of("c.txt", f"一、对获评的企业，{words}，不重复。\n"))
    assert not found.ok
    assert found.located[0].match == "missing"
