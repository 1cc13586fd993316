"""Finding the rule packs that ship with the library.

They are inside the wheel as `subsidy_rules/rules`; in a checkout they stand in `rules/` at the top.
"""

from __future__ import annotations

from pathlib import Path

from subsidy_rules.errors import UsageError


def shipped_rules() -> Path:
    """Return the folder of the packs that ship with the library. Raises `UsageError` where there is none."""
    package = Path(__file__).resolve().parent.parent
    for folder in (package / "rules", package.parent.parent / "rules"):
        if folder.is_dir():
            return folder
    raise UsageError("the rule packs are not installed beside the library")
