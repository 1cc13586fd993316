"""Pictures hold the figures that were computed, need no network, and say where there is no Chinese font."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

from subsidy_rules import Case, UsageError, evaluate, load_policies
from subsidy_rules.study import charts
from subsidy_rules.study.charts import (
    comparison_chart,
    gains_chart,
    save_chart,
    sweep_chart,
    tornado_chart,
    waterfall_chart,
)
from subsidy_rules.study.compare import compare
from subsidy_rules.study.reform import Reform
from subsidy_rules.study.side import Scenario
from subsidy_rules.study.sweep import sweep
from subsidy_rules.study.told_sweep import to_text as to_text_of_sweep
from subsidy_rules.study.tornado import to_text, tornado
from tests.study.test_cohort import SCENARIO

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
CITY = Path(__file__).parents[2] / "examples" / "city.jsonl"
AWARD = "xian_30/capability_platform@p1"


EUROS = Scenario(policies=load_policies([Path(__file__).parents[1] / "policies" / "reeg.yaml"]))


def offered(offer: object) -> Case:
    """Make a case in euros: 30% of what is offered without 19% VAT, as `tests/policies/reeg.tests.yaml` works it."""
    cost = {"kind": "equipment", "offer": offer, "invoice": "1190000 EUR", "vat": "19%"}
    said = {"before": "1000 MWh", "saved": "250 MWh", "co2": "0 tonnes", "paid": "0 EUR"}
    said |= dict.fromkeys(("all_fossil", "required", "approved", "reported"), "false")
    enterprise = {"type": "enterprise", "place": "NORTHMARK", "size": "large", "utility": "false"}
    enterprise |= {"in_difficulty": "false", "recovery_order": "false"}
    project = {"id": "p1", "kinds": ["heat recovery"], "costs": [cost], **said}
    lists: dict[str, object] = {name: [] for name in ("pumps", "services", "grants", "earlier_awards")}
    return Case.from_dict(
        {"case": "1", "decision_date": "2025-09-01", "enterprise": enterprise, "projects": [project], **lists}
    )


def test_a_policy_in_euros_is_swept_and_drawn_in_euros() -> None:
    found = sweep(offered("119000 EUR"), "projects[0].costs[0].offer", "0..1190000 EUR", EUROS)
    last = found.line("reeg/measure@p1").pieces[-1]
    assert (str(last.high.maximum), str(last.rate)) == ("30000000", "30/119")
    assert found.as_json()["currency"] == "EUR"
    assert to_text_of_sweep(found, "case", "en").count("EUR 1,190,000") > 0
    assert "EUR 300,000" in sweep_chart(found, "reeg/measure@p1", "en").to_json()


def test_what_moves_a_total_in_euros_is_found_at_both_ends() -> None:
    found = tornado(offered({"min": "119000 EUR", "max": "1190000 EUR"}), EUROS)
    (bar,) = [one for one in found.bars if one.name == "projects[0].costs[0].offer"]
    assert [str(total.maximum) for _, total in bar.options] == ["3000000", "30000000"]
    assert found.open_ended == found.contradicted == ()
    assert "EUR 30,000" in to_text(found, "en", width=120)
    assert "CNY" not in to_text(found, "en", width=120)


def test_what_the_case_contradicts_is_said() -> None:
    """A total of 1万元 is less than the costs of 2800万元 that are stated: it is no end that the fact may take."""
    project: dict[str, object] = {"id": "p1", "score": "60", "total": {"min": "1万元", "max": "9000万元"}}
    project |= {"costs": [{"kind": "equipment", "amount": "2800万元"}]}
    tree = {"case": "1", "decision_date": "2025-09-01", "enterprise": {"type": "enterprise", "place": "330100"}}
    found = tornado(Case.from_dict({**tree, "projects": [project]}), SCENARIO)
    (said,) = found.contradicted
    assert said.startswith("projects[0].total = 1万元: ")
    assert (found.open_ended, found.bars) == ((), ())
    assert said in to_text(found, "en", width=400)


def test_a_ceiling_is_drawn_as_one() -> None:
    """给予最高50万元 for a relocation is no sum that is owed: the pictures say so."""
    moved = 'place: "610113", on_air_relocation_plan: true, air_relocation_completed: true, '
    text = KNOWN.replace('place: "610113"', moved + "air_relocation_completed_on: 2025-06-01")
    (award,) = [one for one in evaluate(Case.from_text(text)).awards if one.clause == "air_relocation"]
    assert award.kind == "at_most"
    drawn = waterfall_chart(award).to_json(ensure_ascii=False)
    assert "至多 50万元（上限，不是应付数）" in drawn
    found = sweep(Case.from_text(text), "projects[0].costs[0].amount", "0..1亿元")
    drawn = sweep_chart(found, award.id).to_json(ensure_ascii=False)
    assert "至多 50万元（上限，不是应付数）" in drawn
    assert "确定数" not in drawn


def test_what_has_no_upper_end_is_named_and_not_drawn() -> None:
    said = KNOWN.replace("amount: 2800万元", "amount: {min: 2800万元}").replace("[能力中心]", "[信息化建设]")
    assert "未画出" not in waterfall_chart(evaluate(CASE).awards[0]).to_json(ensure_ascii=False)
    steps = [award for award in evaluate(Case.from_text(said)).awards if any(s.amount for s in award.steps)]
    drawn = [waterfall_chart(award).to_json(ensure_ascii=False) for award in steps]
    assert any("未画出" in one for one in drawn)


def test_a_sweep_is_drawn_with_its_breaks() -> None:
    found = sweep(CASE, "projects[0].costs[0].amount", "0..1亿元")
    said = sweep_chart(found, AWARD).to_json(ensure_ascii=False)
    assert "50,000,000.01元" in said
    assert "500万元" in said
    assert "award (CNY 10,000)" in sweep_chart(found, AWARD, "en").to_json()
    assert "确定数" in said


def test_an_award_is_drawn_step_by_step() -> None:
    said = waterfall_chart(evaluate(CASE).awards[0]).to_json(ensure_ascii=False)
    for text in ("2,800万元", "280万元", "计入"):
        assert text in said


def test_a_comparison_is_drawn_by_clause() -> None:
    found = compare(CASE, None, Reform.of({"xian_30/capability_platform.rate": "12%"}, name="更高"))
    said = comparison_chart(found).to_json(ensure_ascii=False)
    assert "xian_30/capability_platform" in said
    assert "280万元" in said  # 2,800万元 × 10% before
    assert "336万元" in said  # × 12% after


def test_what_moves_a_total_most_is_first() -> None:
    found = tornado(Case.from_text(OPEN))
    assert found.bars[0].name == "projects[0].costs[0].amount"
    assert [bar.moves for bar in found.bars] == sorted((bar.moves for bar in found.bars), reverse=True)
    at_ends = {option: (str(total.minimum), str(total.maximum)) for option, total in found.bars[0].options}
    worked = {}
    for end in ("2000万元", "4000万元"):
        total = evaluate(Case.from_text(OPEN.replace("{min: 2000万元, max: 4000万元}", end))).total.possible
        worked[f"{end[0]},{end[1:]}"] = (str(total.minimum), str(total.maximum))
    assert at_ends == worked
    assert "enterprise.air_relocation_completed_on" in found.open_ended
    assert "取值没有界限" in to_text(found, "zh", width=120)
    assert "without known ends" in to_text(found, "en", width=120)
    assert "4,000万元" in tornado_chart(found).to_json(ensure_ascii=False)
    assert found.as_json()["schema"] == "subsidy-rules/tornado/1"


def remote(page: str) -> list[str]:
    """Return what a page would fetch: addresses of tags, and of calls and imports of its own scripts."""
    return re.findall(r"""(?:src|href)=["'](?:https?:)?//|(?:fetch|import|importScripts)\(["']https?:[^"']*""", page)


def test_pictures_are_files_that_need_no_network(tmp_path: Path) -> None:
    chart = waterfall_chart(evaluate(CASE).awards[0])
    for ending, begins in ((".html", b"<"), (".svg", b"<svg"), (".png", b"\x89PNG")):
        save_chart(chart, tmp_path / f"a{ending}")
        assert (tmp_path / f"a{ending}").read_bytes().lstrip().startswith(begins)
    page = (tmp_path / "a.html").read_text(encoding="utf-8")
    assert remote(page) == []
    assert remote('<script src="https://elsewhere/a.js">') != []
    assert remote("<script>import('https://elsewhere/a.js')</script>") != []
    assert remote("<script>fetch('https://elsewhere/a.json')</script>") != []
    with pytest.raises(UsageError, match="a picture is written as"):
        save_chart(chart, tmp_path / "a.gif")


@pytest.mark.parametrize(
    ("fc_list", "told"),
    [
        (None, "can't be told here"),
        ("#!/bin/sh\n", "no font with Chinese characters"),
        ("#!/bin/sh\necho a.ttc\n", None),
    ],
)
def test_a_machine_without_chinese_is_told(
    fc_list: str | None, told: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if fc_list is not None:
        program = tmp_path / "fc-list"
        program.write_text(fc_list, encoding="utf-8")
        program.chmod(0o755)
    monkeypatch.setattr("shutil.which", lambda _: None if fc_list is None else str(tmp_path / "fc-list"))
    said = save_chart(waterfall_chart(evaluate(CASE).awards[0]), tmp_path / "a.svg")
    assert (said is None) is (told is None)
    assert told is None or (said is not None and told in said and "fonts-wqy-microhei" in said)
    assert save_chart(waterfall_chart(evaluate(CASE).awards[0]), tmp_path / "a.html") is None


@pytest.mark.parametrize("missing", ["altair", "vl_convert"])
def test_without_the_extra_it_says_what_to_install(missing: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def found(name: str) -> ModuleType:
        if name == missing:
            raise ImportError
        return import_module(name)

    monkeypatch.setattr(charts, "import_module", found)
    with pytest.raises(UsageError, match=r"pip install 'subsidy-rules\[study\]'"):
        waterfall_chart(evaluate(CASE).awards[0])


def test_gains_are_drawn_case_by_case() -> None:
    """Two gain, 600万元 and 250万元; one that is not kept is counted and named."""
    higher = Reform.of({"xian_30/equipment_renewal.cap": "3000万元"}, name="x")
    found = compare(str(CITY), after=higher, keep=2)
    drawn = gains_chart(found).to_dict()
    (rows,) = (one for one in drawn["datasets"].values()) if "datasets" in drawn else (drawn["data"]["values"],)
    assert [(one["case"], one["said"], one["low"], one["high"]) for one in rows] == [
        ("A04", "+250万元", 0.0, 250.0),
        ("A01", "+600万元", 0.0, 600.0),
    ]
    assert drawn["title"]["subtitle"] == ["案例 12：增加 3，减少 0，方向不一 0，不变 9", "未画出：1 个"]
    assert "distribution of gains" in gains_chart(found, "en").to_json()


def test_what_is_shown_in_a_notebook_is_escaped_and_fetches_nothing() -> None:
    found = sweep(CASE, "projects[0].costs[0].amount", "0..1亿元")
    for shown in (found._repr_html_(), tornado(CASE)._repr_html_()):
        assert "<table>" in shown
        assert "http" not in shown
        assert "<script" not in shown
    assert "10%给予奖励" in found._repr_html_()
