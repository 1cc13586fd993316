"""An audit in several processes comes to the same bytes, and says where one of them was ended."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path
from typing import NoReturn

import pytest

from subsidy_rules import Case, UsageError
from subsidy_rules.audit import processes, verify
from subsidy_rules.audit.desk import open_desk
from subsidy_rules.audit.knowledge import Book, load_book
from subsidy_rules.audit.listing import load_list
from subsidy_rules.audit.papers import write_papers
from subsidy_rules.audit.report import blocks, figures_alone, html_of, to_json, to_text
from subsidy_rules.audit.ties import findings
from subsidy_rules.audit.verify import Audit, audit
from subsidy_rules.sheets import cells
from tests.audit.rate import write

HERE = Path(__file__).parents[2] / "examples" / "audit"


def run(jobs: int = 1, *, thorough: bool | None = None) -> tuple[Audit, list[tuple[int, int]]]:
    told: list[tuple[int, int]] = []
    paid, book = load_list([HERE / "paid.csv"]), load_book([HERE / "cases.jsonl"])
    made = audit(
        paid, open_desk(), book, jobs=jobs, thorough=thorough, progress=lambda done, every: told.append((done, every))
    )
    return made, told


def test_two_processes_give_the_same_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    one, told = run()
    assert told[-1] == (26, 26)
    monkeypatch.setattr(verify, "FEW", 0)
    monkeypatch.setattr(processes, "PART", 3)
    two, told = run(2)
    assert told[-1] == (26, 26)
    assert len(told) > 3
    assert to_json(two) == to_json(one)
    assert to_json(two, "en") == to_json(one, "en")


def test_where_not_every_line_is_recorded_in_full_classes_and_figures_are_the_same() -> None:
    whole, slim = (run(thorough=thorough)[0] for thorough in (True, False))
    assert [(a.name, a.paid, a.due) for a in whole.verdicts] == [(a.name, a.paid, a.due) for a in slim.verdicts]
    assert all(a.basis is None for a in slim.verdicts if a.name == "right")
    assert all(a.basis is not None for a in whole.verdicts if a.award_id)


def test_what_is_left_out_is_said_and_a_page_leaves_nothing_out(tmp_path: Path) -> None:
    slim = run(thorough=False)[0]
    assert figures_alone(slim, "en").startswith("2 lines that are right have class, clause and figures alone")
    assert figures_alone(slim, "zh") in to_text(slim)
    write_papers(slim, tmp_path / "papers.xlsx", "en")
    summary, *_ = cells.read_sheets(tmp_path / "papers.xlsx")
    assert any("figures alone" in str(cell) for row in summary.rows for cell in row.texts)
    short = list(blocks(slim, findings(slim), "zh", 2))
    own = [sum(one.name == name for one in slim.verdicts) - 2 for name in ("too_much", "not_eligible", "too_little")]
    left = [len(findings(slim)) - 2, *own]
    assert [block.remarks for block in short[1:5]] == [(f"另有 {many} 项",) if many > 0 else () for many in left]
    page = "".join(html_of(slim))
    assert "另有" not in page
    assert all(f"<td>{line.place}" in page or f">{line.place}" in page for line in slim.paid.lines)
    assert figures_alone(run()[0], "zh") == ""


def end(raw: bytes) -> NoReturn:
    """End the process that was handed a part, as a system without memory does."""
    os._exit(9 if raw else 1)


def test_a_process_that_was_ended_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verify, "FEW", 0)
    monkeypatch.setattr(processes, "_work", end)
    with pytest.raises(UsageError, match="ended from outside"):
        run(2)


def test_no_process_is_no_call() -> None:
    with pytest.raises(UsageError, match="1 or more"):
        run(0)


def test_a_case_that_is_given_twice_is_one() -> None:
    book = Book()
    for text in (
        "case: 1\nenterprise: {name: 甲}",
        "case: 1\nenterprise:\n  name: 甲",
        "case: 1\nenterprise: {name: 乙}",
    ):
        book.add(Case.from_text(text))
    assert len(book.cases) == 2


def test_classes_of_a_drawn_list_are_as_they_were_worked_out(tmp_path: Path) -> None:
    paid, facts, expected = write(tmp_path, 60, "7")
    made = audit(load_list([paid]), open_desk(), load_book([facts]), thorough=False)
    assert Counter(str(one.name) for one in made.verdicts) == expected
