"""Results that were kept are replayed; what a replay says of one that was changed, or whose inputs are gone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from subsidy_rules import Case, CaseError, UsageError, evaluate, load_guide, load_policies
from subsidy_rules.audit.replay import differing, replay
from subsidy_rules.award.model import SCHEMA, Json
from subsidy_rules.policy.shipped import shipped_rules
from subsidy_rules.serve.cli import app
from tests.audit.kept import RESULTS, ROOT

PACKS = RESULTS.parent / "packs"
CITY = RESULTS / "both_versions.json"


def results() -> list[Path]:
    """Every result under `tests`: JSON of the schema of results."""
    found = []
    for path in sorted((ROOT / "tests").rglob("*.json")):
        try:
            tree = json.loads(path.read_text(encoding="utf-8"))
        except ValueError:
            continue
        if isinstance(tree, dict) and tree.get("schema") == SCHEMA:
            found.append(path)
    return found


@pytest.mark.parametrize("path", results(), ids=lambda path: path.stem)
def test_every_result_that_is_kept_is_equal(path: Path) -> None:
    found = replay(path, rules=[PACKS])
    assert found.differences == ()
    assert found.equal
    assert found.case is not None
    assert found.case.parent == RESULTS


def test_there_are_results_of_every_invented_pack_and_of_a_superseded_one() -> None:
    stamps = [json.loads(path.read_text(encoding="utf-8"))["stamp"]["rules"] for path in results()]
    assert {one["policy"] for rules in stamps for one in rules} >= {path.stem for path in PACKS.glob("*.yaml")}
    found = replay(RESULTS / "superseded_pack.json")
    assert [pack.path.parent.name for pack in found.packs] == ["superseded", "rules"]


def test_superseded_packs_are_named_after_their_digests() -> None:
    for path in (shipped_rules() / "superseded").glob("*.yaml"):
        (plan,) = load_policies(path).plans
        assert path.name == f"{plan.id}.{plan.source_sha256[:12]}.yaml"
        assert plan.id in load_policies().by_id


def kept() -> dict[str, Any]:
    made: dict[str, Any] = json.loads(CITY.read_text(encoding="utf-8"))
    return made


def case() -> Case:
    return Case.load(CITY.with_suffix(".yaml"))


def test_what_was_changed_in_a_result_is_told_field_by_field() -> None:
    made = kept()
    made["awards"][0]["net"]["max"] = "1.00"
    made["total"]["covers"] = "1 of 1"
    del made["flags"]
    found = replay(made, case=case(), rules=[PACKS])
    told = [(one.path, one.was, one.now) for one in found.differences]
    name = made["awards"][0]["id"]
    assert told[:2] == [(f"awards[{name}].net.max", "1.00", "2000000.00"), ("total.covers", "1 of 1", "5 of 5")]
    assert told[2][:2] == ("flags", "—")
    assert not found.equal


def test_an_award_that_was_left_out_and_another_order_are_told() -> None:
    made = kept()
    gone = made["awards"].pop(0)
    (one, *_) = replay(made, case=case(), rules=[PACKS]).differences
    assert (one.path, one.was) == (f"awards[{gone['id']}]", "—")
    turned = kept()
    turned["awards"].reverse()
    (one,) = replay(turned, case=case(), rules=[PACKS]).differences
    assert one.path == "awards"


def test_keys_that_came_later_are_no_difference() -> None:
    made = kept()
    for entry in made["stamp"]["rules"]:
        del entry["version"]
    found = replay(made, case=case(), rules=[PACKS])
    assert found.equal
    assert {f"stamp.rules[{one['policy']}].version" for one in made["stamp"]["rules"]} <= set(found.added)


def test_a_pack_of_other_bytes_and_the_same_meaning_is_taken_and_said(tmp_path: Path) -> None:
    for path in PACKS.glob("lanting*.yaml"):
        (tmp_path / path.name).write_text("# a comment\n" + path.read_text(encoding="utf-8"), encoding="utf-8")
    found = replay(kept(), case=case(), rules=[tmp_path])
    assert found.equal
    assert [pack.by for pack in found.packs] == ["meaning", "meaning"]


def test_readings_guides_and_the_spread_are_those_of_the_result(tmp_path: Path) -> None:
    example = Case.load(ROOT / "examples" / "three_loans.yaml")
    guide = ROOT / "examples" / "guides" / "lpr.yaml"
    policies = load_policies()
    made = evaluate(example, readings={"xian_30/A5": "cap_lifted"}, guides=[load_guide(guide, policies)])
    path = tmp_path / "result.json"
    path.write_text(made.to_json(), encoding="utf-8")
    assert replay(path, cases=[ROOT / "examples" / "three_loans.yaml"], guides=[guide.parent]).equal
    with pytest.raises(UsageError, match="no guide has the digest"):
        replay(path, case=example)
    asked = ["evaluate", str(ROOT / "examples/xian_enterprise.yaml"), "--readings", "all", "--format", "json"]
    spread = CliRunner().invoke(app, asked)
    path.write_text(spread.stdout, encoding="utf-8")
    assert replay(path, cases=[ROOT / "examples" / "xian_enterprise.yaml"]).equal


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"schema": "other/1"}, "is no result of the schema"),
        ({"total": None}, "has no 'total'"),
        ({"stamp": None}, "has no 'stamp'"),
        ({"stamp": {"library": "1"}}, r"has no 'stamp\.rules'"),
        ({"stamp": {**kept()["stamp"], "readings": []}}, r"'stamp\.readings' of the result is no mapping"),
    ],
)
def test_what_is_no_result_is_a_wrong_call(change: dict[str, Any], told: str) -> None:
    made = {key: value for key, value in (kept() | change).items() if value is not None}
    with pytest.raises(UsageError, match=told):
        replay(made, case=case(), rules=[PACKS])


def test_a_digest_that_is_not_found_is_a_wrong_call(tmp_path: Path) -> None:
    made = kept()
    with pytest.raises(UsageError, match="no pack of 'lanting_2023' has the digest"):
        replay(made, case=case())
    with pytest.raises(UsageError, match="no case has the digest"):
        replay(made, rules=[PACKS])
    with pytest.raises(UsageError, match="the case has the digest"):
        replay(made, case=Case.load(RESULTS / "reeg.yaml"), rules=[PACKS])
    with pytest.raises(UsageError, match="the case has the digest"):
        replay(made, cases=[RESULTS / "reeg.yaml"], rules=[PACKS])
    with pytest.raises(UsageError, match="no file or folder at"):
        replay(made, cases=[tmp_path / "no.yaml"], rules=[PACKS])
    broken = tmp_path / "broken.yaml"
    broken.write_text("case: &a 1\n", encoding="utf-8")
    with pytest.raises(CaseError):
        replay(made, cases=[broken], rules=[PACKS])
    (tmp_path / "text.json").write_text("{", encoding="utf-8")
    with pytest.raises(UsageError, match="is not JSON"):
        replay(tmp_path / "text.json")


def test_a_case_that_the_packs_no_longer_read_is_told() -> None:
    odd = Case.from_dict({"case": "1", "decision_date": "2026-09-01", "projects": [{"id": "p", "odd_fact": "1"}]})
    made = kept()
    made["stamp"]["case_sha256"] = odd.sha256
    with pytest.raises(CaseError, match="odd_fact"):
        replay(made, case=odd, rules=[PACKS])


@pytest.mark.parametrize(
    ("was", "now", "told"),
    [
        ([1, 2], [1, 3], [("[1]", "2", "3")]),
        ([1], [1, 3], [("[1]", "—", "3")]),
        ({"a": True}, {"a": 1}, [("a", "true", "1")]),
        ({"a": None}, {}, [("a", "null", "—")]),
        ([{"id": "x"}, {"id": "x"}], [{"id": "x"}, {"id": "y"}], [("[1].id", "x", "y")]),
    ],
)
def test_what_differs_between_two_trees(was: Json, now: Json, told: list[tuple[str, str, str]]) -> None:
    found = [(one.path, one.was, one.now) for one in differing(was, now)]
    assert found == told


def test_the_command(tmp_path: Path) -> None:
    def run(*arguments: object) -> tuple[int, str]:
        found = CliRunner().invoke(app, ["replay", *map(str, arguments)])
        return found.exit_code, found.output

    code, said = run(CITY, "--rules", PACKS, "--lang", "en")
    assert (code, said.splitlines()[0]) == (0, "equal: every field is as it was")
    assert "case " in said
    made = kept()
    made["awards"][0]["net"]["max"] = "1.00"
    made["stamp"]["library"] = "0.0.1"
    del made["stamp"]["rules"][0]["version"]
    path = tmp_path / "result.json"
    path.write_text(json.dumps(made), encoding="utf-8")
    inputs = ("--case", RESULTS, "--rules", PACKS)
    code, said = run(path, *inputs)
    assert code == 1
    assert "不同：1 个字段" in said
    assert "    原来  1.00\n    现在  2000000.00\n" in said
    assert "当时的结果还没有的字段：" in said
    assert "stamp.rules[lanting_2023].version" in said
    assert "库版本：当时 0.0.1" in said
    told = json.loads(run(path, *inputs, "--format", "json")[1])
    assert (told["schema"], told["equal"]) == ("subsidy-rules/replay/1", False)
    assert [one["found_by"] for one in told["packs"]] == ["bytes", "bytes"]
    assert run(path)[0] == 2
