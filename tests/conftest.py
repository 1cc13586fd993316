"""What every test may ask for."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
REQUIRE_SHARED = "SUBSIDY_RULES_REQUIRE_SHARED"

# Tests compile what they load, and leave nothing in the folder of who runs them.
os.environ["SUBSIDY_RULES_CACHE"] = "0"


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
