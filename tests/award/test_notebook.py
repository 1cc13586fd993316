"""A result in a notebook: what it says, escaped."""

from __future__ import annotations

from pathlib import Path

from subsidy_rules import Case, evaluate

CASE = Path(__file__).parents[2] / "examples" / "xian_enterprise.yaml"


def test_a_result_is_shown_as_it_is_explained() -> None:
    text = CASE.read_text(encoding="utf-8").replace("name: ", "name: <b>", 1)
    found = evaluate(Case.from_text(text))
    shown = found._repr_html_()
    assert shown.startswith("<pre>")
    assert "<b>" not in shown
    assert shown.count("<") == 2
    assert "奖补" in shown or "奖励" in shown
