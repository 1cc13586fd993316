"""What an award asks for where awards meet in ways that the clauses' own cases don't show."""

from __future__ import annotations

from pathlib import Path

from subsidy_rules import Case, evaluate, load_policies

ASKED = {
    "xian_30/management_standard@title1": (),
    "xian_31/digital_factory@project1": (),
    "xian_30/pilot_project@project1": ("projects[0].kinds",),
    "xian_30/capability_platform@project1": ("projects[0].kinds",),
    "xian_30/informatisation@project1": ("projects[0].kinds",),
    "xian_30/smart_fund_matching@grants[0]": ("grants[0].level",),
    "xian_30/environmental_upgrade@project1": ("projects[0].kinds",),
    "xian_30/park_infrastructure@park1/?projects[0].costs[0].year": (
        "projects[0].kinds",
        "projects[0].costs[0].stage",
    ),
    "xian_30/major_investment@project1": ("projects[0].kinds",),
    "xian_31/internet_platform@project1": ("projects[0].kinds",),
    "xian_31/innovation_project@project1": ("projects[0].kinds",),
}
"""Where the text is silent what is left of an award is open by the law, whichever others there are; so it asks for the
facts of its own sentence and for no other's."""


def test_awards_that_only_the_law_leaves_open_beside_each_other_ask_for_their_own_facts() -> None:
    case = Case.load(Path(__file__).parent / "asked.yaml")
    result = evaluate(case, load_policies().only("xian_30", "xian_31"))
    assert {one.id: one.needs for one in (*result.awards, *result.undecided)} == ASKED
