"""A plan that is kept and read again is equal to the compiled one, but of other objects: nothing may ask which."""

from __future__ import annotations

import re
from pathlib import Path

import subsidy_rules

SOURCE = Path(subsidy_rules.__file__).parent


def test_operations_are_told_apart_by_what_they_are() -> None:
    asked = [
        f"{path.name}:{number}"
        for path in sorted(SOURCE.rglob("*.py"))
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if re.search(r"\bis (not )?op\.[A-Z]", line)
    ]
    assert asked == []
