"""Wrong calls of the public names are refused at the call, as `UsageError`, whatever the data."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import subsidy_rules
from subsidy_rules import CaseError, Entitlement, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parents[1]
UNTYPED: Any = subsidy_rules
"""The library as a program without types sees it: a type checker refuses most of these calls before they are made."""
Case, evaluate, load_guide = UNTYPED.Case, UNTYPED.evaluate, UNTYPED.load_guide
load_policies = UNTYPED.load_policies
CASE = Case.load(ROOT / "examples" / "xian_enterprise.yaml")
POLICIES = load_policies()
GIVEN: Any = {"case": 1, "enterprise": {"type": "enterprise", "place": "610113"}}


def test_the_version_is_that_of_the_project() -> None:
    assert re.fullmatch(r"\d+\.\d+\.\d+\S*", subsidy_rules.__version__)
    assert evaluate(CASE, POLICIES).stamp.library == subsidy_rules.__version__


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: evaluate(GIVEN), "a case is a Case: .*, not dict"),
        (lambda: evaluate("case.yaml"), "a case is a Case: .*, not str"),
        (lambda: evaluate(CASE, ["xian_30"]), "policies are Policies: .*, not list"),
        (lambda: evaluate(CASE, "rules"), "policies are Policies: .*, not str"),
        (lambda: evaluate(CASE, POLICIES, 20251120), "decision_date is a date or a text .*, not int"),
        (lambda: evaluate(CASE, POLICIES, "2025-13-01"), "decision_date: .* is not a date"),
        (lambda: evaluate(CASE, POLICIES, readings=["A5=cap_lifted"]), "readings is a mapping .*, not list"),
        (lambda: evaluate(CASE, POLICIES, readings="A5=cap_lifted"), "readings is a mapping .*, not str"),
        (lambda: evaluate(CASE, POLICIES, readings={5: "cap_lifted"}), "the id of a reading is a text, not int"),
        (lambda: evaluate(CASE, POLICIES, readings={"xian_30/A5": 1}), "has no option '1'"),
        (lambda: evaluate(CASE, POLICIES, readings={"xian_30/A5": ["cap_lifted"]}), "has no option"),
        (lambda: evaluate(CASE, POLICIES, guides=5), "guides is a list of Guide: .*, not int"),
        (lambda: evaluate(CASE, POLICIES, guides=["lpr.yaml"]), "guides is a list of Guide: .*, not str"),
        (lambda: POLICIES.only(["xian_30"]), "a policy is named by its id: .*, not list"),
        (lambda: POLICIES.only("xian"), "no policy 'xian'"),
        (lambda: load_policies(5), "rule files are a path, .*, not int"),
        (lambda: load_policies([5]), "rule files are a path, .*, not int"),
        (lambda: load_policies(b"rules"), "rule files are a path, .*, not int"),
        (lambda: load_guide(5, POLICIES), "a guide is read from a path: .*, not int"),
        (lambda: load_guide("lpr.yaml", "rules"), "a guide is read for Policies: .*, not str"),
        (lambda: Case.load(5), "a case is read from a path: .*, not int"),
        (lambda: Case.from_text(b"case: 1"), "a case is read from a text: .*, not bytes"),
        (lambda: Case.from_dict("case: 1"), "a case is a mapping: .*, not str"),
        (lambda: Case.from_dict([GIVEN]), "a case is a mapping: .*, not list"),
        (lambda: Case.of(GIVEN), r"a case is a CaseModel: .*, not dict"),
        (lambda: evaluate(CASE, POLICIES).explain(5), "a clause is named by its id, .*, not int"),
        (lambda: evaluate(CASE, POLICIES).explain(lang="fr"), "lang is 'fr'; it can be 'en' or 'zh'"),
    ],
)
def test_a_wrong_call_is_said_to_be_one(call: Callable[[], object], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        call()


@pytest.mark.parametrize(
    ("change", "code", "path"),
    [
        ({"case": 2}, "bad-version", "case"),
        ({"projcts": "none"}, "unknown-key", "projcts"),
        ({"projects": 5}, "wrong-type", "projects"),
        ({"projects": [{"total": "100"}]}, "unknown-unit", "projects[0].total"),
        ({"titles": [{"project": "p9"}]}, "bad-reference", "titles[0].project"),
        ({"enterprise": {"revenue_growth": 0.08}}, "not-text", "enterprise.revenue_growth"),
    ],
)
def test_a_case_from_python_is_checked_at_once(change: dict[str, object], code: str, path: str) -> None:
    with pytest.raises(CaseError) as caught:
        Case.from_dict(GIVEN | change)
    assert [(one.code, one.path) for one in caught.value.problems] == [(code, path)]


@pytest.mark.parametrize(
    "change",
    [
        {"enterprise": {"civil_explosives": True, "place": "西咸新区"}},
        {"projects": [{"kinds": ["信息化建设"], "purposes": "智能改造"}]},
        {"titles": [{"kind": "单项冠军", "level": "国家级"}]},
    ],
)
def test_what_a_policy_may_declare_is_left_to_the_policies(change: dict[str, object]) -> None:
    found = evaluate(Case.from_dict(GIVEN | change), POLICIES)
    assert isinstance(found, Entitlement)


def test_a_name_that_no_file_can_have_is_told_as_a_file_that_is_not_there() -> None:
    with pytest.raises(CaseError) as caught:
        Case.load("case\0.yaml")
    assert [one.code for one in caught.value.problems] == ["unreadable"]
