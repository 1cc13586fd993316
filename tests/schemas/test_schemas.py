"""The published schemas: what is kept is what is made, nothing that was valid is refused, and documents fit."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator
from typer.testing import CliRunner

from subsidy_rules import Case, UsageError, Vocabulary, evaluate, load_guide, load_policies, schema_of
from subsidy_rules.author.schema import suite_schema
from subsidy_rules.author.suite import find_suites
from subsidy_rules.errors import InputError
from subsidy_rules.serve import cli
from subsidy_rules.values import document as doc
from tests.bad import page
from tests.schemas import kept

ROOT = kept.ROOT
POLICIES = load_policies()
MADE = kept.made()
RULES = [
    *sorted((ROOT / "rules").glob("*.yaml")),
    page.BAD / "city.yaml",
    *sorted((ROOT / "tests" / "semantics").glob("*city.yaml")),
    *(path for path in sorted((ROOT / "tests" / "policies").glob("*.yaml")) if ".tests" not in path.name),
    *sorted((ROOT / "tests" / "good").glob("*.yaml")),
]
CASES = sorted((ROOT / "examples").glob("*.yaml"))
GUIDES = sorted((ROOT / "examples" / "guides").glob("*.yaml"))
SCHEMAS_OF_CASES = ("cases/1/case.schema.json", "cases/1/case.packs.schema.json")


@cache
def validator(name: str) -> Draft202012Validator:
    return Draft202012Validator(MADE[name])


def objections(name: str, given: object) -> list[str]:
    return [f"{one.json_path}: {one.message[:200]}" for one in validator(name).iter_errors(given)]


class Editor(yaml.SafeLoader):
    """YAML as an editor reads it, by the core schema of YAML 1.2: numbers, truths, and everything else text."""


Editor.yaml_implicit_resolvers = {}
for tag, pattern, first in (
    ("bool", r"true|false", "tf"),
    ("int", r"[-+]?[0-9]+", "-+0123456789"),
    ("float", r"[-+]?[0-9]+\.[0-9]*", "-+0123456789"),
    ("null", r"null|~|", "n~\0"),
):
    Editor.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(f"^(?:{pattern})$"), list(first))


def readings(path: Path) -> Iterator[object]:
    """Give a document as the library reads it, all text, and as an editor does."""
    yield doc.plain(doc.read(path).root)
    yield yaml.load(path.read_text(encoding="utf-8"), Loader=Editor)  # noqa: S506 - a safe loader


# What is kept


def test_what_is_kept_is_what_is_made() -> None:
    found = {path.relative_to(kept.FOLDER).as_posix(): path for path in kept.FOLDER.rglob("*.json")}
    assert set(found) == set(MADE)
    for name, schema in MADE.items():
        assert found[name].read_text(encoding="utf-8") == kept.text_of(schema), "python -m tests.schemas.kept writes it"


@pytest.mark.parametrize("name", MADE)
def test_a_schema_is_one(name: str) -> None:
    Draft202012Validator.check_schema(MADE[name])
    assert "/1/" in name
    assert MADE[name]["$id"].endswith(":1")


FIGURE, YUAN = r"^-?[0-9]+(\.[0-9]+)?$", r"^-?[0-9]+\.[0-9]{2}$"
RELEASED = sorted(kept.RELEASED.glob("*/*.json"))


def test_something_was_released() -> None:
    assert {path.name for path in RELEASED} == {"rules.json", "guide.json", "case.json", "result.json"}


@pytest.mark.parametrize("path", RELEASED, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_what_was_valid_stays_valid(path: Path) -> None:
    old, kind = json.loads(path.read_text(encoding="utf-8")), path.stem
    # Figures of another currency, which a result names, have its decimals; those in yuan are what they were.
    in_yuan = json.dumps(schema_of(kind)).replace(*(json.dumps(one)[1:-1] for one in (FIGURE, YUAN)))  # type: ignore[arg-type]
    new = json.loads(in_yuan)
    # 0.1.0 had a place for instalments and never wrote one.
    assert [one for one in kept.narrowed(old, new) if not one.startswith(".instalments[]:")] == []
    if kind == "result":
        # Who reads results by the old schema can read those of today.
        assert kept.narrowed(new, old) == []


def without(*keys: str | int) -> Callable[[Any], None]:
    def change(schema: Any) -> None:
        for key in keys[:-1]:
            schema = schema[key]
        del schema[keys[-1]]

    return change


SILENCE = ".policy.unstated_cumulation: enum"


def put(value: object, *keys: str | int) -> Callable[[Any], None]:
    def change(schema: Any) -> None:
        for key in keys[:-1]:
            schema = schema[key]
        schema[keys[-1]] = value

    return change


@pytest.mark.parametrize(
    ("kind", "change", "where"),
    [
        ("rules", without("$defs", "Clause", "properties", "doubt"), ".clauses[].doubt: gone"),
        ("rules", without("$defs", "Header", "properties", "unstated_cumulation", "enum", 0), SILENCE),
        ("rules", put(["id", "fund"], "$defs", "Clause", "required"), ".clauses[]: required"),
        ("rules", put({"type": "integer"}, "$defs", "Clause", "properties", "id"), ".clauses[].id: type"),
        ("rules", without("$defs", "Cap", "properties", "unless"), ".clauses[].award[]: anyOf"),
        ("case", put("^[0-9]+元$", "$defs", "money", "anyOf", 0, "pattern"), ".projects: anyOf"),
        ("case", put(False, "$defs", "enterprise", "additionalProperties"), ".enterprise: additionalProperties"),
        ("case", without("properties", "decision_date"), ".decision_date: anyOf"),
        ("result", put(["schema", "new"], "required"), ": required"),
        ("result", without("$defs", "award", "properties", "status", "enum", 0), ".awards[].status: enum"),
    ],
)
def test_a_schema_that_refuses_more_is_found(kind: Any, change: Callable[[Any], None], where: str) -> None:
    old = schema_of(kind)
    new = deepcopy(old)
    change(new)
    assert where in kept.narrowed(old, new)
    assert kept.narrowed(old, old) == []


def test_a_schema_that_takes_more_is_let_through() -> None:
    old = schema_of("rules")
    new = deepcopy(old)
    new["$defs"]["Clause"]["properties"]["added"] = {"type": "string"}
    new["$defs"]["Header"]["properties"]["unstated_cumulation"]["enum"].append("average")
    new["$defs"]["Header"]["required"].remove("title")
    assert kept.narrowed(old, new) == []
    assert kept.narrowed(new, old)


# Documents


@pytest.mark.parametrize("path", RULES, ids=lambda path: path.stem)
def test_rule_files_fit(path: Path) -> None:
    for given in readings(path):
        assert objections("rules/1/rules.schema.json", given) == []


@pytest.mark.parametrize("path", GUIDES, ids=lambda path: path.stem)
def test_guides_fit(path: Path) -> None:
    for given in readings(path):
        assert objections("rules/1/guide.schema.json", given) == []


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
@pytest.mark.parametrize("name", SCHEMAS_OF_CASES)
def test_cases_fit(path: Path, name: str) -> None:
    for given in readings(path):
        assert objections(name, given) == []


def test_a_case_may_be_written_in_chinese_with_ranges_and_provenance() -> None:
    text = """
case: 1
申报主体: {所在地: 西咸新区, 营业收入增长率: {value: 8%, source: 年报, status: audited}, 行业大类: C34, 民爆企业: 是}
项目:
- {编号: p1, 总投资: {min: 100万元}, 建设方向: [{other: 其他方向}], 投资明细: [{类别: 设备, 金额: 5 万元, 年度: 2025}]}
称号清单: {items: [], more: true}
均无: [贷款清单]
"""
    evaluate(Case.from_text(text), POLICIES)
    given = yaml.load(text, Loader=Editor)  # noqa: S506 - a safe loader
    for name in SCHEMAS_OF_CASES:
        assert objections(name, given) == []


def strict(schema: Any) -> Any:
    """Return a schema that lets no key through that it does not list."""
    if isinstance(schema, list):
        return [strict(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    made = {key: strict(value) for key, value in schema.items()}
    return {**made, "additionalProperties": False} if isinstance(made.get("properties"), dict) else made


QUICK = [path for path in CASES if path.stem != "one_of_each"]
"""`one_of_each` leaves so much open that its readings take minutes."""


@cache
def results() -> dict[str, Any]:
    guide = load_guide(ROOT / "examples" / "guides" / "lpr.yaml", POLICIES)
    return {path.stem: json.loads(evaluate(Case.load(path), POLICIES, guides=[guide]).to_json()) for path in QUICK}


def test_results_fit_and_hold_nothing_besides() -> None:
    check = Draft202012Validator(strict(schema_of("result")))
    for name, given in results().items():
        assert [f"{name} {one.json_path}: {one.message[:200]}" for one in check.iter_errors(given)] == []
    assert len(results()) > 10


def test_the_spread_fits() -> None:
    ran = CliRunner().invoke(cli.app, ["evaluate", str(CASES[0]), "--readings", "all", "--format", "json"])
    given = json.loads(ran.output)
    assert "spread" in given
    assert list(Draft202012Validator(strict(schema_of("result"))).iter_errors(given)) == []


@pytest.mark.parametrize(
    ("name", "args"),
    [
        ("rules/1/rules", ["rules"]),
        ("rules/1/guide", ["guide"]),
        ("cases/1/case", ["case"]),
        ("cases/1/case.packs", ["case", "--packs"]),
        ("results/1/result", ["result"]),
        ("tests/1/tests", ["tests"]),
    ],
)
def test_the_command_prints_what_is_kept(name: str, args: list[str]) -> None:
    ran = CliRunner().invoke(cli.app, ["schema", *args])
    assert ran.stdout_bytes == (kept.FOLDER / f"{name}.schema.json").read_bytes()


# Bad files


OF_SHAPE = frozenset({"unknown-key", "missing-key", "wrong-type", "bad-version", "bad-step", "bad-count"})
"""Codes of faults that a shape may show."""


def bad(name: str) -> tuple[set[str], bool | None]:
    """Return the codes that a bad file is told, and whether its schema refuses it; None where it is no document."""
    folder, path = name.partition("/")[0], page.BAD / name
    try:
        given = doc.plain(doc.read(path).root)
    except InputError:
        return set(), None
    kept = {"rules": "rules/1/rules", "checks": "rules/1/rules", "guides": "rules/1/guide"}.get(folder)
    check = Draft202012Validator(case_of_the_city()) if kept is None else validator(f"{kept}.schema.json")
    codes = {problem.code for problem in page.problems_of(name)}
    return codes, not check.is_valid(given)


@cache
def case_of_the_city() -> Any:
    return schema_of("case", page.city())


@cache
def bad_files() -> dict[str, tuple[set[str], bool]]:
    found = {name: bad(name) for name in page.names() if not name.startswith("made/")}
    return {name: (codes, refused) for name, (codes, refused) in found.items() if refused is not None}


BEYOND_A_SCHEMA = {
    "cases/id_with_a_sign_first.yaml": "letters of every script, which the expressions of a schema don't know",
    "cases/id_of_two_lines.yaml": "blanks of every script, which the expressions of a schema don't know",
    "rules/bar_without_a_condition.yaml": "what a rule needs depends on its kind",
    "rules/ceiling_without_a_cap.yaml": "what a rule needs depends on its kind",
    "rules/clause_without_a_fund.yaml": "what a clause needs depends on its form",
    "rules/clause_without_a_path.yaml": "what a clause needs depends on its form",
    "rules/clause_without_per.yaml": "what a clause needs depends on its form",
    "rules/day_count_of_money.yaml": "types of facts",
    "rules/day_count_that_is_no_count.yaml": "types of facts",
    "rules/fact_whose_domain_is_in_another_unit.yaml": "units of a policy",
    "rules/fact_without_what_its_type_needs.yaml": "what a fact needs depends on its type",
    "rules/higher_of_without_what_is_the_same.yaml": "what a rule needs depends on its kind",
    "rules/least_of_two_types.yaml": "types of facts",
    "rules/less_of_what_may_be_below_zero.yaml": "types of facts",
    "rules/parameter_by_what_is_no_fact.yaml": "names of facts",
    "rules/per_each_by_a_sum.yaml": "an expression is a text",
    "rules/quantities_of_two_units_added.yaml": "types of facts",
    "rules/quantity_compared_with_another.yaml": "types of facts",
    "rules/quantity_times_money.yaml": "types of facts",
    "rules/quantity_without_a_unit.yaml": "what a fact needs depends on its type",
    "rules/highest_of_no_number.yaml": "a number is a text",
    "rules/price_of_another_unit.yaml": "types of facts",
    "rules/rate_of_nothing.yaml": "one key or the other",
    "rules/slice_cap_per_what.yaml": "one key where another is",
    "rules/slice_end_that_is_a_fact.yaml": "an expression is a text",
    "rules/slice_of_a_count_at_a_rate.yaml": "types of facts",
    "rules/slice_of_a_rate_and_a_price.yaml": "one key or the other",
    "rules/slice_of_money_at_a_price.yaml": "types of facts",
    "rules/slices_of_a_date.yaml": "types of facts",
    "rules/step_before_any_amount.yaml": "the order of steps",
    "rules/sum_of_dates.yaml": "types of facts",
    "rules/tier_cap_per_what.yaml": "one key where another is",
    "rules/tier_edge_that_is_a_fact.yaml": "an expression is a text",
    "rules/tier_of_nothing.yaml": "one key or the other",
    "rules/tier_of_two_things.yaml": "one key or the other",
    "rules/tiers_of_a_set.yaml": "types of facts",
    "rules/vocabulary_of_an_amount.yaml": "types of facts",
    "rules/whole_of_money.yaml": "types of facts",
    "rules/year_of_money.yaml": "types of facts",
}
"""Files whose fault has a code of shape and that no schema of ours refuses, and why; beside them, all expressions."""


def test_a_bad_shape_is_refused_by_the_schema() -> None:
    let_through = {name for name, (codes, refused) in bad_files().items() if codes & OF_SHAPE and not refused}
    let_through = {name for name in let_through if not name.startswith("rules/expression_")}
    assert let_through == set(BEYOND_A_SCHEMA)
    assert sum(refused for _, refused in bad_files().values()) > 60


def test_a_file_with_a_warning_alone_fits() -> None:
    assert {refused for name, (_, refused) in bad_files().items() if name.startswith("cases/warning_")} == {False}


# Test files


SUITES = [
    path
    for folder in ("policies", "clauses", "versions", "author")
    for path in find_suites([ROOT / "tests" / folder])
    if not path.name.endswith(".mutants.yaml")
]
OWN = [path for path in SUITES if path.parent.name == "policies"]


def fits(schema: Any, path: Path) -> list[str]:
    check = Draft202012Validator(schema)
    text = path.read_text(encoding="utf-8")
    given = (doc.plain(doc.read(path, blank="~").root), yaml.load(text, Loader=Editor))  # noqa: S506 - a safe loader
    return [f"{one.json_path}: {one.message[:200]}" for tree in given for one in check.iter_errors(tree)]


@pytest.mark.parametrize("path", SUITES, ids=lambda path: path.stem)
def test_test_files_fit(path: Path) -> None:
    assert fits(MADE["tests/1/tests.schema.json"], path) == []


@pytest.mark.parametrize("path", OWN, ids=lambda path: path.stem)
def test_test_files_fit_the_schema_of_their_policy_and_no_other(path: Path) -> None:
    policies = load_policies([path.with_name(path.name.replace(".tests", ""))])
    schema = suite_schema(policies)
    Draft202012Validator.check_schema(schema)
    assert fits(schema, path) == []
    given = doc.plain(doc.read(path, blank="~").root)
    assert not Draft202012Validator(suite_schema(POLICIES)).is_valid(given)


BEYOND_THE_SCHEMA_OF_TESTS = {
    "broken_guide.yaml": "what another file says",
    "broken_pack.yaml": "what another file says",
    "no_pack_beside.yaml": "whether another file is there",
    "no_policies.yaml": "whether a list is empty",
    "no_such_pack.yaml": "whether another file is there",
}


def test_a_bad_test_file_is_refused_by_the_schema() -> None:
    let_through = set()
    for path in sorted((ROOT / "tests" / "author" / "bad").glob("*.yaml")):
        try:
            given = doc.plain(doc.read(path, blank="~").root)
        except InputError:
            continue
        if Draft202012Validator(suite_schema()).is_valid(given):
            let_through.add(path.name)
    assert let_through == set(BEYOND_THE_SCHEMA_OF_TESTS)


WRONG_IN_A_TEST = [
    {"facts": {"enterprise": {"revenu": "1亿元"}}},
    {"facts": {"projects": [{"like": "store", "capacity": "2万立方"}]}},
    {"expect": {"measur@p1": "awards exact 1 EUR"}},
    {"expect": {"measure@p1": "award exact 1 EUR"}},
    {"expect": {"measure@p1": {"is": "awards exact 1 EUR", "needed": []}}},
    {"expect": {"measure@p1": ["projects[0].kinds"]}},
    {"total": "exact 100"},
    {"totals": "exact 1 EUR"},
    {"readings": {"unstated_cumulation": "add"}},
]


@pytest.mark.parametrize("case", WRONG_IN_A_TEST, ids=str)
def test_what_is_wrong_in_a_test_is_refused(case: dict[str, Any]) -> None:
    schema = suite_schema(load_policies([ROOT / "tests" / "policies" / "reeg.yaml"]))
    whole = {"tests": 1, "cases": [{"id": "one"}]}
    assert Draft202012Validator(schema).is_valid(whole)
    assert not Draft202012Validator(schema).is_valid({"tests": 1, "cases": [{"id": "one", **case}]})


# What an editor shows


@pytest.mark.parametrize("kind", ["rules", "guide", "reform"])
def test_every_key_of_a_file_has_its_name_in_both_languages(kind: Any) -> None:
    schema = schema_of(kind)
    for name, model in [("", schema), *schema["$defs"].items()]:
        for key, value in model.get("properties", {}).items():
            if name or key != kind:
                assert any("\u4e00" <= char <= "\u9fff" for char in value["title"]), f"{name}.{key}"
                assert value["description"].startswith(f"{value['title']}。"), f"{name}.{key}"


def test_a_schema_of_rules_proposes_the_facts_readings_and_units_of_policies() -> None:
    policies = load_policies([ROOT / "tests" / "policies" / "yunze.yaml"])
    plain, own = schema_of("rules")["$defs"], schema_of("rules", policies)["$defs"]
    plan = policies.plans[0]
    core, known = Vocabulary.core(), plan.vocabulary.fields
    facts = [f"{one}.{name}" for one in known for name in known[one] if core.field(one, name) is None and name != "id"]
    assert facts
    assert set(facts) <= set(own["expression"]["examples"]) - set(plain["expression"]["examples"])
    assert {f"reading.{name}" for name in plan.readings} <= set(own["expression"]["examples"])
    listed = own["fact"]["anyOf"][0]
    assert len(listed["enum"]) == len(listed["enumDescriptions"])
    assert all(" · " in one for one in listed["enumDescriptions"])
    euro = schema_of("rules", load_policies([ROOT / "tests" / "policies" / "reeg.yaml"]))["$defs"]
    assert "100 EUR" in euro["money"]["examples"]


def test_members_are_described_in_the_order_of_their_names() -> None:
    for name, schema in MADE.items():
        for one in walk(schema):
            if "enumDescriptions" in one:
                assert len(one["enumDescriptions"]) == len(one["enum"]), name


def walk(schema: Any) -> Iterator[Any]:
    if isinstance(schema, dict):
        yield schema
    for inner in schema.values() if isinstance(schema, dict) else schema if isinstance(schema, list) else ():
        yield from walk(inner)


# Calls


def test_a_wrong_call_is_said_to_be_one() -> None:
    with pytest.raises(UsageError, match="no schema of 'cases'; there are: rules, guide, reform, case, result"):
        schema_of("cases")  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="only the schemas of rules, tests and a case depend on policies"):
        schema_of("guide", POLICIES)
    with pytest.raises(UsageError, match=r"policies are Policies: .*, not str"):
        suite_schema("xian_30")  # type: ignore[arg-type]
    with pytest.raises(UsageError, match=r"policies are Policies: .*, not list"):
        schema_of("case", ["xian_30"])  # type: ignore[arg-type]
