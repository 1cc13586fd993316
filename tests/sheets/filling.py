"""Fills a template in, as a person would: the same workbook with entries under its heads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from subsidy_rules.sheets.cells import read_sheets
from subsidy_rules.sheets.template import FIRST, HEADS
from subsidy_rules.sheets.workbook import open_workbook

Entries = Mapping[str, Sequence[Mapping[str, object]]]
"""By the name of a sheet, its rows: the head of a column (without its unit) and what is written there."""


def fill(template: Path, target: Path, entries: Entries) -> None:
    """Write a copy of a template with these entries."""
    with open_workbook(target) as book:
        for sheet in read_sheets(template):
            rows = {row.number: row.texts for row in sheet.rows}
            made = book.sheet(sheet.name)
            for number in range(1, max(rows, default=0) + 1):
                made.row(rows.get(number, ()))
            heads = {text.partition("（")[0]: column for column, text in enumerate(rows.get(HEADS, ()))}
            for number, entry in enumerate(entries.get(sheet.name, ())):
                for head, value in entry.items():
                    kind = "number" if isinstance(value, int) and not isinstance(value, bool) else "text"
                    made.write(FIRST + number, heads[head], value, kind)  # type: ignore[arg-type]
