"""Reading a template that somebody filled in: its sheets → cases, every mistake at its sheet and cell."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from subsidy_rules.facts.vocabulary import Vocabulary
from subsidy_rules.sheets.mapping import Made


def is_template(file: Path) -> bool:
    """Whether a workbook is a template."""
    del file
    return False


def read_filled(file: Path, vocabulary: Vocabulary) -> Iterator[Made]:
    """Read it."""
    del file, vocabulary
    yield from ()
