"""What every test may ask for."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
REQUIRE_SHARED = "SUBSIDY_RULES_REQUIRE_SHARED"


@pytest.fixture(scope="session")
def shared() -> Path:
    """Give the folder beside this repository that holds the policy texts and their reading.

    Without it a test that needs it is skipped; where the environment says that it is required, as CI does,
    the test fails instead, so that no such test is ever left out there in silence.
    """
    folder = ROOT.parent / "shared"
    if folder.is_dir():
        return folder
    reason = f"needs the folder ../shared beside the repository (looked for {folder})"
    if os.environ.get(REQUIRE_SHARED) == "1":
        pytest.fail(f"{REQUIRE_SHARED}=1, and the test {reason}", pytrace=False)
    pytest.skip(reason)


_CAPPED = "S19: bounded awards under a ceiling differ in status and don't name the rule"
_EARLIER = "room_open[earlier_awards: [{policy: xianyang_small, "
KNOWN_FAULTS = {
    "environmental_upgrade/cap_a_project": _CAPPED,
    "national_matching/cap_a_grant": _CAPPED,
    "management_standard/cap_a_title": _CAPPED,
    "internet_diagnosis/two_diagnoses": _CAPPED,
    "loan_interest/bounded_by_interest_paid": "a limit inside each does not flag logical_bound",
    "park_infrastructure/two_projects_in_one_park": "a reading used only in the keys of a group is not seen",
    "test_a_cost_of_unknown_year_is_of_the_year": "S10: a total over groups with an unknown key",
    f"{_EARLIER}clause: m14_3, amount": "S10, S19: the unknown level of an earlier award",
    f"{_EARLIER}level:": "S10, S19: the unknown clause of an earlier award",
}
"""Faults of the engine that a test shows and that are not mended yet: part of the test's name, and what is wrong."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests that show a known fault, so that a new one stands out."""
    for item in items:
        for part, reason in KNOWN_FAULTS.items():
            if part in item.nodeid:
                item.add_marker(pytest.mark.xfail(reason=reason, strict=True))
