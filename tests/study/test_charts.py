"""Pictures hold the figures that were computed, need no network, and say where there is no Chinese font."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from subsidy_rules import Case, UsageError, evaluate
from subsidy_rules.study import charts
from subsidy_rules.study.charts import comparison_chart, save_chart, sweep_chart, tornado_chart, waterfall_chart
from subsidy_rules.study.compare import compare
from subsidy_rules.study.reform import Reform
from subsidy_rules.study.sweep import sweep
from subsidy_rules.study.tornado import to_text, tornado

KNOWN = """
case: 1
decision_date: 2025-09-01
enterprise: {type: enterprise, place: "610113"}
projects:
- {id: p1, kinds: [能力中心], nature: [新建], whole_digital: false, costs: [{kind: equipment, amount: 2800万元}]}
assume_none: [titles, grants, loans, products, services, stations, earlier_awards]
"""
OPEN = KNOWN.replace("whole_digital: false, ", "").replace("2800万元", "{min: 2000万元, max: 4000万元}")
CASE = Case.from_text(KNOWN)
AWARD = "xian_30/capability_platform@p1"


def test_a_sweep_is_drawn_with_its_breaks() -> None:
    found = sweep(CASE, "projects[0].costs[0].amount", "0..1亿元")
    said = sweep_chart(found, AWARD).to_json(ensure_ascii=False)
    assert "50,000,000.01元" in said
    assert "500万元" in said
    assert "award (10,000 yuan)" in sweep_chart(found, AWARD, "en").to_json()


def test_an_award_is_drawn_step_by_step() -> None:
    said = waterfall_chart(evaluate(CASE).awards[0]).to_json(ensure_ascii=False)
    for text in ("2,800万元", "280万元", "计入"):
        assert text in said


def test_a_comparison_is_drawn_by_clause() -> None:
    found = compare(CASE, None, Reform.of({"xian_30/capability_platform.rate": "12%"}, name="更高"))
    said = comparison_chart(found).to_json(ensure_ascii=False)
    assert "xian_30/capability_platform" in said
    assert "56万元" in said


def test_what_moves_a_total_most_is_first() -> None:
    found = tornado(Case.from_text(OPEN))
    assert found.bars[0].name == "projects[0].costs[0].amount"
    assert [bar.moves for bar in found.bars] == sorted((bar.moves for bar in found.bars), reverse=True)
    amount = {option: (low, high) for option, low, high in found.bars[0].options}
    ends = {}
    for end in ("2000万元", "4000万元"):
        total = evaluate(Case.from_text(OPEN.replace("{min: 2000万元, max: 4000万元}", end))).total.possible
        ends[f"{end[0]},{end[1:]}"] = (total.minimum, total.maximum)
    assert amount == ends
    assert "enterprise.air_relocation_completed_on" in found.open_ended
    assert "取值没有界限" in to_text(found, "zh", width=120)
    assert "without known ends" in to_text(found, "en", width=120)
    assert "4,000万元" in tornado_chart(found).to_json(ensure_ascii=False)
    assert found.as_json()["schema"] == "subsidy-rules/tornado/1"


def test_pictures_are_files_that_need_no_network(tmp_path: Path) -> None:
    chart = waterfall_chart(evaluate(CASE).awards[0])
    for ending, begins in ((".html", b"<"), (".svg", b"<svg"), (".png", b"\x89PNG")):
        save_chart(chart, tmp_path / f"a{ending}")
        assert (tmp_path / f"a{ending}").read_bytes().lstrip().startswith(begins)
    page = (tmp_path / "a.html").read_text(encoding="utf-8")
    assert re.findall(r"""(?:src|href)=["']https?:""", page) == []
    with pytest.raises(UsageError, match="a picture is written as"):
        save_chart(chart, tmp_path / "a.gif")


def test_a_machine_without_chinese_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(charts, "_has_chinese", lambda: False)
    said = save_chart(waterfall_chart(evaluate(CASE).awards[0]), tmp_path / "a.svg")
    assert said is not None
    assert "apt-get install fonts-wqy-microhei" in said
    assert save_chart(waterfall_chart(evaluate(CASE).awards[0], "en"), tmp_path / "a.html") is None


def test_without_the_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(_: str) -> None:
        raise ImportError

    monkeypatch.setattr(charts, "import_module", missing)
    with pytest.raises(UsageError, match=r"pip install 'subsidy-rules\[study\]'"):
        waterfall_chart(evaluate(CASE).awards[0])
