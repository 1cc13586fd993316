"""Every cell of the tables that cross what a rule between awards depends on (S14 to S19), on the packs that ship."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import pytest
import yaml

from subsidy_rules import Case, Entitlement, Guide, Policies, evaluate, load_policies
from subsidy_rules.plan import guide_from_text
from tests.semantics.desk import HERE, NOTHING_ELSE, wan

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from fractions import Fraction

TABLES = yaml.load((HERE / "cumulation_table.yaml").read_text("utf-8"), yaml.BaseLoader)  # noqa: S506
DATES = {"before": "2025-08-31", "after": "2025-09-02"}
NONE = (*(name for name in NOTHING_ELSE if name != "projects"), "procurements")


def cells(name: str) -> Iterator[tuple[str, str, str]]:
    """Return each cell of a table: its row, its column, what stands there."""
    rows: dict[str, list[str]] = dict(TABLES[name])
    columns = rows.pop("columns")
    for row, figures in rows.items():
        assert len(figures) == len(columns), row
        yield from ((row, column, figure) for column, figure in zip(columns, figures, strict=True))


def both(text: str) -> tuple[Fraction, Fraction]:
    low, _, high = text.rpartition("..")
    return wan(low or high), wan(high)


@cache
def policy(name: str) -> Policies:
    return load_policies().only(name)


def guide(policies: Policies, parameter: str, value: str) -> Guide:
    document = "{issuer: 示例, title: 示例细则}"
    return guide_from_text(f"guide: 1\ndocument: {document}\nfills: {{{parameter}: {value}}}\n", policies)


def ask(
    name: str, facts: str, given: str, fills: tuple[str, str] | None = None, readings: Mapping[str, str] | None = None
) -> Entitlement:
    policies = policy(name)
    guides = [] if fills is None else [guide(policies, *fills)]
    none = [one for one in NONE if one not in given.split()]
    text = f"case: 1\ndecision_date: 2025-09-01\nassume_none: [{', '.join(none)}]\n{facts}"
    return evaluate(Case.from_text(text), policies, guides=guides, readings=readings)


def total(result: Entitlement) -> tuple[object, object]:
    assert not result.total.outer
    return result.total.possible.minimum, result.total.possible.maximum


XIANYANG = 'enterprise: {type: enterprise, place: "610402", industry: "34"}\n'
CLEAN = f"{XIANYANG}projects: [{{id: p1, kinds: [节能], total: 400万元}}, {{id: p2, kinds: []}}]\n"
PROGRAMME = "programme: {other: 市级工业资金}"
RATE = ("xianyang_70/clean_production_rate", "10%")


@pytest.mark.parametrize(("row", "column", "figure"), list(cells("bar")))
def test_a_bar(row: str, column: str, figure: str) -> None:
    project, special = row.split()
    level, when = column.split()
    facts = {
        "project": {"same": "p1", "other": "p2"}.get(project),
        "special": {"yes": "true", "no": "false"}.get(special),
        "level": None if level == "unknown" else level,
        "received_on": DATES.get(when),
    }
    grant = ", ".join(f"{name}: {value}" for name, value in facts.items() if value is not None)
    result = ask(
        "xianyang_70", f"{CLEAN}grants: [{{id: g1, {PROGRAMME}, {grant}}}]\n".replace(", }", "}"), "grants", RATE
    )
    assert total(result) == both(figure)
    if ".." in figure:
        (award,) = result.undecided
        assert set(award.needs) == {f"grants[0].{name}" for name, value in facts.items() if value is None}
    else:
        (award,) = result.awards
        assert award.needs == ()
        assert (award.status, award.rule) == (
            ("barred", "xianyang_70/bar_project") if figure == "0" else ("counted", None)
        )


GRANT = "level: 市级, special: true, received_on: 2025-08-31"
LISTS = {
    "absent": "",
    "none": "grants: []\n",
    "more beside another project": f"grants: {{more: true, items: [{{id: g1, project: p2, {GRANT}}}]}}\n",
    "more beside the same project": f"grants: {{more: true, items: [{{id: g1, project: p1, {GRANT}}}]}}\n",
    "whole": f"grants: [{{id: g1, project: p1, {GRANT}}}]\n",
}


@pytest.mark.parametrize("name", list(TABLES["bar_list"]))
def test_a_bar_over_a_list(name: str) -> None:
    result = ask("xianyang_70", CLEAN + LISTS[name], "grants", RATE)
    assert total(result) == both(TABLES["bar_list"][name])
    assert result.deciding_facts == (("grants",) if ".." in TABLES["bar_list"][name] else ())


PAID = "industry: '35', costs: [{kind: equipment, amount: 4000万元, stage: paid}]"
CENTRAL = f"kinds: [试点重点项目], track: 点, {PAID}"
LOCAL = f"kinds: [设备更新改造], {PAID}"
BOTH = CENTRAL.replace("kinds: [试点重点项目]", "kinds: [试点重点项目, 设备更新改造], domestic_equipment: false")
SHENYANG = 'enterprise: {type: enterprise, place: "210106", industry: "35"}\n'
PROJECTS = {
    "same": f"{{id: p1, {BOTH}%s}}",
    "same_as": f"{{id: p1, {CENTRAL}%s}}, {{id: p2, same_as: p1, {LOCAL}}}",
    "other": f"{{id: p1, {CENTRAL}%s}}, {{id: p2, {LOCAL}}}",
}


@pytest.mark.parametrize(("row", "column", "figure"), list(cells("higher_of")))
def test_the_higher_of_two(row: str, column: str, figure: str) -> None:
    place, _, reading = row.partition(" ")
    confirmed = f", confirmed_award: {column.split()[1]}万元" if column != "nothing" else ""
    projects = f"projects: [{PROJECTS[place] % confirmed}]\n"
    readings = {"shenyang/SY_A08": reading} if reading else {}
    result = ask("shenyang", SHENYANG + projects, "", ("shenyang/local_renewal_rate", "10%"), readings)
    assert total(result) == both(figure)
    ruled = {award.rule for award in result.awards}
    assert ruled == ({"shenyang/art5"} if row in ("same", "same_as") else {None})


XIAN = (
    'enterprise: {type: enterprise, place: "610113", industry: "34", revenue_growth: 8%, '
    "civil_explosives: false, on_air_relocation_plan: false}\n"
)
COSTS = "costs: [{kind: equipment, amount: 2000万元}]"
RENEWAL = f"nature: [改扩建], purposes: [智能改造], kinds: [], intrinsic_safety: false, {COSTS}"
LOAN = "kind: 流动资金, new: true, principal: 1000万元, lpr: 4%, days: 360, day_count: 360, interest_paid: 40万元"


@pytest.mark.parametrize(("row", "column", "figure"), list(cells("silence")))
def test_silence(row: str, column: str, figure: str) -> None:
    project = "" if row == "unknown" else f", project: {row}"
    projects = f"projects: [{{id: p1, {RENEWAL}}}, {{id: p2, nature: [新建], kinds: []}}]\n"
    result = ask(
        "xian_30",
        f"{XIAN}{projects}loans: [{{id: l1, {LOAN}{project}}}]\n",
        "loans",
        readings={"xian_30/unstated_cumulation": column},
    )
    assert total(result) == both(figure)


PRODUCTS = "products: [{id: c1}, {id: c2}, {id: c3}, {id: c4}]\nprojects: []\n"
TITLES = "".join(
    f"- {{id: t{n}, kind: 绿色设计产品, level: 国家级, event: new, recognised_on: 2025-07-1{n}, object: c{n}}}\n"
    for n in range(1, 5)
)


@pytest.mark.parametrize(("row", "column", "figure"), list(cells("ceiling")))
def test_a_ceiling_with_earlier_awards(row: str, column: str, figure: str) -> None:
    level, clause = row.split()
    facts = {"level": level, "clause": clause, "paid_on": DATES.get(column, "unknown")}
    given = "".join(f", {name}: {value}" for name, value in facts.items() if value != "unknown")
    earlier = f"earlier_awards: [{{policy: xianyang_70, amount: 15万元{given}}}]\n"
    text = f"{XIANYANG}{PRODUCTS}titles:\n{TITLES}{earlier}"
    result = ask("xianyang_70", text, "products titles earlier_awards")
    assert total(result) == both(figure)
    open_facts = {f"earlier_awards[0].{name}" for name, value in facts.items() if value == "unknown"}
    assert set(result.deciding_facts) == (open_facts if ".." in figure else set())


@pytest.mark.parametrize(("name", "count"), [("bar", 81), ("higher_of", 12), ("silence", 9), ("ceiling", 27)])
def test_every_cell_is_there(name: str, count: int) -> None:
    assert len(list(cells(name))) == count
