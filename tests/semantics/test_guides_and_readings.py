"""Readings and guides of a pack: what fills what, and what is an error (S22, S24)."""

from __future__ import annotations

from pathlib import Path

import pytest

from subsidy_rules import Case, Guide, RuleError, UsageError, evaluate, load_guide, load_policies
from tests.semantics.desk import HERE, ask, at_most, ends, exact, one, packs, wan, yuan

CITY = """\
decision_date: 2025-09-01
enterprise: {type: enterprise, place: "330106"}
"""
DOCUMENT = """\
document:
  issuer: 某市工业和信息化局
  title: 某市工业设计中心奖励细则
  document: 某工信〔2025〕9号
  date: 2025-03-01
"""
CENTRE = "titles: [{id: t1, kind: 工业设计中心, grade: 甲等, event: new, recognised_on: 2025-05-01}]\n"


def guide(folder: Path, fills: str, *names: str) -> Guide:
    path = folder / "guide.yaml"
    path.write_text(f"guide: 1\n{DOCUMENT}fills:\n{fills}", encoding="utf-8", newline="\n")
    return load_guide(path, packs(*names))


def pack_with(folder: Path, change: tuple[str, str]) -> Path:
    """Write `one_city` with some of its text changed."""
    text = (HERE / "one_city.yaml").read_text(encoding="utf-8")
    assert change[0] in text
    path = folder / "pack.yaml"
    path.write_text(text.replace(*change), encoding="utf-8", newline="\n")
    return path


def test_without_a_guide_a_table_under_a_printed_cap_is_a_bound() -> None:
    award = one(ask(CITY + CENTRE, "one_city").awards, "design_centre")
    assert ends(award.amount) == at_most(wan(50))
    assert award.amount.reasons == {"guide_missing"}
    assert award.needs == ()


def test_without_a_guide_a_rate_without_a_cap_is_undetermined() -> None:
    result = ask(f"{CITY}projects: [{{id: p1, kinds: [示范], total: 1000万元}}]\n", "one_city")
    award = one(result.awards, "demonstration")
    assert award.kind == "undetermined"
    assert result.total.open_ended == ("one_city/demonstration@p1",)
    assert ends(result.total.decided) == exact(wan(0))


def test_a_guide_makes_the_award_exact_and_is_stamped(tmp_path: Path) -> None:
    filled = guide(
        tmp_path, "  one_city/design_award: {by: title.grade, rows: {甲等: 42.5万元, 乙等: 20万元}}\n", "one_city"
    )
    result = ask(CITY + CENTRE, "one_city", guides=[filled])
    award = one(result.awards, "design_centre")
    assert ends(award.amount) == exact(wan("42.5"))
    assert result.stamp.guides == (filled.sha256,)


def test_an_award_that_a_guide_fills_cites_both(tmp_path: Path) -> None:
    filled = guide(tmp_path, "  one_city/design_award: {by: title.grade, rows: {甲等: 42.5万元}}\n", "one_city")
    award = one(ask(CITY + CENTRE, "one_city", guides=[filled]).awards, "design_centre")
    assert [citation.document for citation in award.citations] == ["某工信〔2025〕1号", "某工信〔2025〕9号"]


def test_the_clause_s_own_cap_binds_a_guide(tmp_path: Path) -> None:
    filled = guide(tmp_path, "  one_city/design_award: {by: title.grade, rows: {甲等: 60万元}}\n", "one_city")
    award = one(ask(CITY + CENTRE, "one_city", guides=[filled]).awards, "design_centre")
    assert ends(award.amount) == exact(wan(50))


def test_a_row_that_a_guide_does_not_have_stays_open(tmp_path: Path) -> None:
    filled = guide(tmp_path, "  one_city/design_award: {by: title.grade, rows: {乙等: 20万元}}\n", "one_city")
    award = one(ask(CITY + CENTRE, "one_city", guides=[filled]).awards, "design_centre")
    assert ends(award.amount) == at_most(wan(50))


def test_a_grade_that_is_not_known_takes_the_hull_of_the_guide_s_rows(tmp_path: Path) -> None:
    filled = guide(
        tmp_path, "  one_city/design_award: {by: title.grade, rows: {甲等: 40万元, 乙等: 20万元}}\n", "one_city"
    )
    text = CITY + CENTRE.replace("grade: 甲等, ", "")
    award = one(ask(text, "one_city", guides=[filled]).awards, "design_centre")
    assert award.needs == ("titles[0].grade",)
    assert award.kind == "between"
    assert award.amount.maximum >= wan(40)


def test_a_guide_may_fill_a_rate(tmp_path: Path) -> None:
    filled = guide(tmp_path, "  one_city/demonstration_rate: 12.5%\n", "one_city")
    text = f"{CITY}projects: [{{id: p1, kinds: [示范], total: 12345678.99元}}]\n"
    result = ask(text, "one_city", guides=[filled])
    # 12,345,678.99 × 12.5% = 1,543,209.87375
    assert ends(one(result.awards, "demonstration").amount) == exact(yuan("1,543,209.87"))
    assert result.total.open_ended == ()


def test_a_guide_for_a_pack_that_ships(tmp_path: Path) -> None:
    fills = (
        "  xian_30/standard_grade_award: {by: [title.kind, title.grade], rows: [{is: [DCMM, 三级], value: 35万元}]}\n"
        "  xian_30/environmental_grade_rate: 25%\n"
    )
    filled = guide(tmp_path, fills)
    text = """\
decision_date: 2025-09-01
enterprise: {type: enterprise, place: "610113"}
titles: [{id: t1, kind: DCMM, level: 国家级, grade: 三级, event: passed, recognised_on: 2025-05-01}]
projects:
- id: p1
  nature: [新建]
  kinds: [环保提升]
  environmental_routes: [厂房改造]
  whole_digital: false
  costs: [{kind: equipment, amount: 3333333.34元, uses: [环保], stage: paid, year: 2025}]
"""
    result = ask(text, guides=[filled])
    assert ends(one(result.awards, "management_standard").amount) == exact(wan(35))
    # 3,333,333.34 × 25% = 833,333.335, below 30% of it
    assert ends(one(result.awards, "environmental_upgrade").amount) == exact(yuan("833,333.34"))


@pytest.mark.parametrize(
    ("fills", "code"),
    [
        ("  one_city/retrofit: 200万元\n", "guide-conflict"),  # a clause's own figure: that is a reform
        ("  one_city/unit: per_enterprise\n", "guide-conflict"),  # a reading
        ("  other_city/design_award: 20万元\n", "guide-conflict"),
        ("  one_city/design_award: {by: title.level, rows: {国家级: 20万元}}\n", "bad-table"),
        ("  one_city/design_award: {by: title.grade, rows: {甲等: 20%}}\n", "unknown-unit"),
        ("  one_city/demonstration_rate: 20万元\n", "bad-ratio"),
    ],
)
def test_a_guide_fills_only_what_is_open(tmp_path: Path, fills: str, code: str) -> None:
    with pytest.raises(RuleError) as caught:
        guide(tmp_path, fills, "one_city")
    assert [problem.code for problem in caught.value.problems] == [code]


def test_a_guide_s_row_names_a_member_of_the_vocabulary(tmp_path: Path) -> None:
    with pytest.raises(RuleError):
        guide(tmp_path, "  one_city/design_award: {by: title.grade, rows: {丙等: 20万元}}\n", "one_city")


def test_a_reading_that_nothing_reads_is_an_error(tmp_path: Path) -> None:
    path = pack_with(tmp_path, ("  when: reading.unit is per_enterprise\n", ""))
    with pytest.raises(RuleError) as caught:
        load_policies([path])
    assert [problem.code for problem in caught.value.problems] == ["unread-reading"]


def test_a_reading_with_nothing_to_choose_is_an_error(tmp_path: Path) -> None:
    path = pack_with(
        tmp_path,
        (
            "options: {per_service: 每次服务, per_enterprise: 每户企业合计}\n    default: per_service",
            "options: {per_enterprise: 每户企业合计}\n    default: per_enterprise",
        ),
    )
    with pytest.raises(RuleError) as caught:
        load_policies([path])
    assert [problem.code for problem in caught.value.problems] == ["dead-reading"]


def test_a_reading_whose_options_change_nothing_is_an_error(tmp_path: Path) -> None:
    either = "reading.unit is per_service or reading.unit is per_enterprise"
    path = pack_with(tmp_path, ("reading.unit is per_enterprise", either))
    with pytest.raises(RuleError) as caught:
        load_policies([path])
    assert [problem.code for problem in caught.value.problems] == ["dead-reading"]


def test_an_option_that_gives_what_another_gives_is_an_error(tmp_path: Path) -> None:
    path = pack_with(tmp_path, ("{per_service: 每次服务,", "{per_service: 每次服务, per_project: 每个项目,"))
    with pytest.raises(RuleError) as caught:
        load_policies([path])
    assert [problem.code for problem in caught.value.problems] == ["dead-reading"]


def test_a_reading_is_named_whole_bare_or_for_one_clause() -> None:
    text = f"{CITY}services: [{{id: s1, kind: 诊断}}, {{id: s2, kind: 诊断}}]\n"
    for name in ("one_city/unit", "unit", "one_city/diagnosis/unit"):
        assert ends(ask(text, "one_city", readings={name: "per_enterprise"}).total.decided) == exact(wan(20))


@pytest.mark.parametrize(
    ("name", "option"),
    [
        ("unit", "per_project"),
        ("units", "per_enterprise"),
        ("one_city/nothing/unit", "per_enterprise"),
        ("unstated_cumulation", "sum"),
    ],
)
def test_a_reading_that_is_none_or_not_one_is_refused(name: str, option: str) -> None:
    with pytest.raises(UsageError):
        ask(CITY, "one_city", "another_body", readings={name: option})


EXAMPLES = HERE.parents[1] / "examples"


@pytest.mark.parametrize(
    ("name", "readings"),
    [
        ("funded_elsewhere", {}),  # one option leaves an award without an end, and it is set aside there
        ("digital_factory", {"xian_30/unstated_cumulation": "higher_of"}),  # what silence leaves open is a reading too
    ],
)
def test_the_spread_contains_what_each_option_gives_alone(name: str, readings: dict[str, str]) -> None:
    result = evaluate(Case.load(EXAMPLES / f"{name}.yaml"), readings=readings)
    ends_alone = [result.total.possible, *(other.amount for use in result.readings for other in use.alternatives)]
    assert len(ends_alone) > 1
    assert result.spread.minimum <= min(one.minimum for one in ends_alone)
    assert result.spread.maximum >= max(one.maximum for one in ends_alone)


def test_the_spread_knows_a_reading_that_changes_what_the_groups_are() -> None:
    project = "kinds: [园区基础设施], nature: 新建, park: k1, costs: [{amount: 3亿元, stage: paid, year: 2025}]"
    facts = f"parks: [{{id: k1}}]\nprojects: [{{id: p1, {project}}}, {{id: p2, {project}}}]\n"
    result = ask(f'decision_date: 2025-09-01\nenterprise: {{type: park, place: "610116"}}\n{facts}')
    # 6亿 × 2% = 1200万, cut to 1000万 a park and year; 600万 and 600万 a project
    assert ends(result.total.possible) == exact(wan(1000))
    assert (result.spread.minimum, result.spread.maximum) == (wan(1000), wan(1200))


def test_two_guides_for_one_parameter_are_refused(tmp_path: Path) -> None:
    rate = "  one_city/demonstration_rate: 10%\n"
    guides = [guide(tmp_path, rate, "one_city"), guide(tmp_path, rate, "one_city")]
    with pytest.raises(UsageError, match="two guides fill 'one_city/demonstration_rate'"):
        ask(CITY + CENTRE, "one_city", guides=guides)
