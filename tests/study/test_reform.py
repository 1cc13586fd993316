"""Reforms: what they change, what they leave, what they refuse."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any, cast

import pytest

from subsidy_rules import Case, Policies, RuleError, UsageError, evaluate, load_policies, schema_of
from subsidy_rules.study.cases import read_cases
from subsidy_rules.study.reform import Reform, reformed, setting
from subsidy_rules.values import document as doc

ROOT = Path(__file__).parents[2]
TABLE = cast("dict[str, Any]", doc.plain(doc.read(Path(__file__).parent / "reforms.yaml").root))
CITY = ROOT / "examples" / "city.jsonl"


@cache
def _loaded(rules: str) -> Policies:
    return load_policies(ROOT / "tests" / "policies" / f"{rules}.yaml" if rules else None)


def _policies(row: dict[str, Any]) -> Policies:
    return _loaded(row.get("rules", ""))


def _case(name: str) -> Case:
    return next(one.case for one in read_cases(CITY) if one.name == name)


@pytest.mark.parametrize("row", TABLE["good"], ids=lambda row: next(iter(row["changes"])))
def test_a_reform_changes_what_its_path_names(row: dict[str, Any]) -> None:
    policies = _policies(row)
    before = list(policies.plans)
    reform = Reform.of(row["changes"], name="方案", reason="预算会议")
    after = reform.apply(policies)
    assert list(policies.plans) == before, "never in place"
    touched = {path.partition("/")[0] for path in row["changes"]}
    for plan in after.plans:
        given = policies.by_id[plan.id]
        assert (plan is given) == (plan.id not in touched)
        if plan.id in touched:
            assert plan.meaning_sha256 != given.meaning_sha256
            assert [one.name for one in plan.reforms] == ["方案"]
    told = [[one.before, one.after, one.clause] for one in reform.changes(policies)]
    if "told" in row:
        assert told == [[None if part == "null" else part for part in one] for one in row["told"]]
    for name, amount in row.get("amount", {}).items():
        found = evaluate(_case(name), after.only("xian_30"))
        (award,) = [one for one in found.awards if one.clause == "equipment_renewal"]
        assert f"{int(award.net.maximum) // 1_000_000}万元" == amount  # type: ignore[arg-type]
        assert found.as_json()["stamp"]["reforms"][0]["reason"] == "预算会议"  # type: ignore[call-overload,index]
    if "gone" in row:
        found = evaluate(_case("A06"), after.only("xian_30"))
        assert row["gone"] not in {f"{one.policy}/{one.clause}" for one in found.awards}
        assert row["gone"] in {f"{one.policy}/{one.clause}" for one in found.not_eligible}


@pytest.mark.parametrize("row", TABLE["bad"], ids=lambda row: next(iter(row["changes"])))
def test_a_reform_that_breaks_something_says_what(row: dict[str, Any]) -> None:
    with pytest.raises(RuleError) as raised:
        Reform.of(row["changes"], name="bad").apply(_loaded(""))
    assert row["says"] in str(raised.value)
    assert raised.value.render("zh")


def test_problems_stand_where_the_reform_file_has_them() -> None:
    text = "reform: 1\nname: 方案\nchanges:\n  xian_30/equipment_renewal.cap: 30%\n"
    with pytest.raises(RuleError) as raised:
        Reform.from_text(text, name="plan.yaml").apply(_loaded(""))
    assert str(raised.value).startswith("plan.yaml:4:34: unknown-unit")
    assert "xian_30/equipment_renewal.cap: 30%" in str(raised.value)
    with pytest.raises(RuleError, match="did you mean 'changes'"):
        Reform.from_text("reform: 1\nname: x\nchange: {}\n")


def test_reforms_compose_in_order_and_keep_their_names() -> None:
    policies = _loaded("")
    first = Reform.of({"xian_30/equipment_renewal.when[+]": "project.total >= 300万元"}, name="一")
    second = Reform.of({"xian_30/equipment_renewal.when[2].figure": "500万元"}, name="二")
    after = reformed(policies, first, second)
    assert [one.name for one in after.by_id["xian_30"].reforms] == ["一", "二"]
    assert second.changes(first.apply(policies))[0].before == "300万元"
    with pytest.raises(RuleError, match="one of: 0, 1"):
        reformed(policies, second, first)
    wrong = Reform.of({"xian_30/equipment_renewal.when[2].figure": "5%"}, name="三")
    with pytest.raises(RuleError, match="is not of the kind of '300万元'"):
        reformed(policies, first, wrong)


def test_a_reform_brings_guides(tmp_path: Path) -> None:
    guide = (ROOT / "examples" / "guides" / "xian_30_grades.yaml").read_text(encoding="utf-8")
    (tmp_path / "grades.yaml").write_text(guide, encoding="utf-8")
    (tmp_path / "reform.yaml").write_text("reform: 1\nname: 细则\nguides: [grades.yaml]\n", encoding="utf-8")
    (found,) = Reform.load(tmp_path / "reform.yaml").guides(load_policies())
    assert found.fills


def test_a_setting_is_a_reform_of_one_path() -> None:
    policies = _loaded("")
    made = setting("xian_30/equipment_renewal.cap=3000万元").apply(policies)
    assert made.by_id["xian_30"].reforms[0].name == "xian_30/equipment_renewal.cap=3000万元"
    listed = setting('xian_30/lists.renewal_purposes.members=["增产扩建", "数字转型"]')
    assert listed.changes(policies)[0].after == '["增产扩建", "数字转型"]'
    with pytest.raises(UsageError, match="PATH=VALUE"):
        setting("xian_30/equipment_renewal.cap")
    with pytest.raises(RuleError, match="is not money"):
        setting("xian_30/equipment_renewal.cap=3000").apply(policies)


def test_warnings_are_those_that_come_with_the_reform() -> None:
    policies = _loaded("")
    assert not Reform.of({"xian_30/equipment_renewal.cap": "3000万元"}, name="x").warnings(policies)
    assert not Reform.of({"xian_30/informatisation": "off"}, name="x").warnings(policies)
    never = {"xian_30/informatisation.when": ["project.total > 1元 and project.total < 1元"]}
    (found, *_) = Reform.of(never, name="x").warnings(policies)
    assert found.code == "unreachable"


def test_policies_that_were_not_loaded_cannot_be_changed() -> None:
    from subsidy_rules.plan import compile_policy, gather  # noqa: PLC0415
    from subsidy_rules.policy.source import read_policy  # noqa: PLC0415

    text = (ROOT / "rules" / "xian_31.yaml").read_text(encoding="utf-8")
    made = gather([compile_policy(read_policy(text + "\n# another digest\n"))])
    with pytest.raises(UsageError, match="load it with load_policies"):
        Reform.of({"xian_31/digital_factory.cap": "1元"}, name="x").apply(made)


def test_the_schema_of_a_reform_is_published() -> None:
    assert schema_of("reform")["properties"]["changes"]["type"] == "object"
