"""The workbook of results, recalculated by LibreOffice, equals the library: random cases, and figures at half a fen."""

from __future__ import annotations

import random
import sys
from fractions import Fraction
from pathlib import Path

import pytest

from subsidy_rules import Case, Entitlement, Policies, evaluate, load_policies
from subsidy_rules.sheets.cells import read_sheets
from subsidy_rules.sheets.formulas import write_result
from tests.oracle.generate import random_case, source_of
from tests.sheets.recalculated import SOFFICE, recalculated

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(SOFFICE is None, reason="LibreOffice (soffice) is not installed: libreoffice-calc"),
]
CASES = 1000
ROUNDING = Path(__file__).parent / "rounding.yaml"


def compared(path: Path, folder: Path) -> tuple[int, int]:
    """Recalculate a workbook; return how many formulas it has and how many rows say that they agree."""
    made, formulas = recalculated(path, folder)
    agree = 0
    for ours, theirs in zip(read_sheets(path), read_sheets(made), strict=True):
        ours_rows = {row.number: row.texts for row in ours.rows}
        their_rows = {row.number: row.texts for row in theirs.rows}
        assert ours_rows.keys() == their_rows.keys()
        for number, texts in ours_rows.items():
            got = their_rows[number]
            # The eighth column of the steps shows a quotient, of which a spreadsheet keeps 15 digits.
            skip = {7} if ours.name == "步骤" else set()
            assert [t for n, t in enumerate(texts) if n not in skip] == [t for n, t in enumerate(got) if n not in skip]
            assert "不一致" not in got
            agree += "一致" in got
    return formulas, agree


@pytest.mark.parametrize("city", ["xian", "shenyang", "xianyang"])
def test_random_cases_recalculated_equal_the_library(city: str, tmp_path: Path) -> None:
    rng = random.Random(f"workbook {city}")
    source = source_of(city)
    policies = load_policies()
    results: list[Entitlement] = []
    while len(results) < CASES // 3 + 1:
        case = Case.from_dict(random_case(rng, source))
        results.append(evaluate(case, policies))
    live, every = write_result(tmp_path / "awards.xlsx", results, policies)
    formulas, agree = compared(tmp_path / "awards.xlsx", tmp_path)
    sys.stdout.write(
        f"{city}: {len(results)} cases, {every} awards, {live} with formulas, {formulas} formulas, {agree} agree\n",
    )
    # What has an upper end and is decided by the facts has formulas, but for a few arithmetics that no line says.
    ends = [award.amount.maximum for one in results for award in (*one.awards, *one.undecided)]
    assert live * 100 >= sum(isinstance(end, Fraction) for end in ends) * 80


def edges(rng: random.Random, policies: Policies) -> list[Entitlement]:
    """Return results of bases that leave exactly half of the unit, and one fen to each side of it."""
    results = []
    for _ in range(120):
        base = rng.randrange(1, 10 ** rng.randrange(3, 14)) * 20
        for off in (-1, 0, 1):
            fen = max(base + 10 + off, 1)
            text = f"{fen // 100}.{fen % 100:02d}元"
            case = {"case": "1", "decision_date": "2025-09-01", "enterprise": {"place": "330100"}}
            costs = [{"kind": "equipment", "amount": text, "stage": "paid"}]
            project = {"id": "p1", "nature": "新建", "kinds": [], "costs": costs}
            results.append(evaluate(Case.from_dict({**case, "projects": [project]}), policies))
    return results


@pytest.mark.parametrize("mode", ["half_up", "down", "up"])
@pytest.mark.parametrize("unit", ["分", "元", "百元"])
def test_half_a_unit_recalculated_is_rounded_as_the_policy_says(mode: str, unit: str, tmp_path: Path) -> None:
    text = ROUNDING.read_text(encoding="utf-8").replace("UNIT", unit).replace("MODE", mode)
    (tmp_path / "rounding.yaml").write_text(text, encoding="utf-8")
    policies = load_policies([tmp_path / "rounding.yaml"])
    results = edges(random.Random(f"half {unit} {mode}"), policies)
    assert any(Fraction(one.awards[0].amount.maximum) for one in results)  # type: ignore[arg-type]
    live, every = write_result(tmp_path / "edges.xlsx", results, policies)
    formulas, agree = compared(tmp_path / "edges.xlsx", tmp_path)
    sys.stdout.write(f"{unit} {mode}: {every} awards, {live} with formulas, {formulas} formulas, {agree} agree\n")
    assert live == every
