"""The vocabulary: one table of fields, told alike by the models, the code and the page of the documentation."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

import pytest
from pydantic import ValidationError

from subsidy_rules.facts.models import MODELS, CaseModel, Cost, Enterprise
from subsidy_rules.facts.vocabulary import (
    GENERA,
    INDUSTRIES,
    NUMERIC,
    SECTIONS,
    FactType,
    FieldSpec,
    ListSpec,
    Member,
    Vocabulary,
    fact,
)
from subsidy_rules.policy.model import MemberModel

CORE = Vocabulary.core()
PAGE = Path(__file__).parents[2] / "docs" / "cases.md"
FIELDS = [spec for fields in CORE.fields.values() for spec in fields.values()]


# The page


@dataclass(frozen=True)
class Told:
    """What the page says of a field."""

    type: str
    target: frozenset[str]
    members: tuple[str, ...]
    open: bool
    pack: bool
    signed: bool
    standard: bool
    named_none: bool


ROW = re.compile(
    r"^\| (?:`(?P<list>[a-z_.]+)` → )?`(?P<entity>[a-z_]+)`(?: \([^)|]*\))? \| (?P<fields>.*) \|$", re.MULTILINE
)
FIELD = re.compile(
    r"`(?P<name>[a-z_]+)` (?P<type>[a-z]+)(?: (?P<target>[a-z]+(?:(?:, | or )[a-z]+)*))?"
    r"(?: \{(?P<members>[^}]*)\})?(?: \((?P<notes>[^)]*)\))?(?:, |$)"
)


def read_page() -> tuple[dict[str, dict[str, Told]], dict[str, str]]:
    """Read the table of the page: its fields by entity, and the entity of each list by the list's full name."""
    fields: dict[str, dict[str, Told]] = {}
    lists: dict[str, str] = {}
    for row in ROW.finditer(PAGE.read_text("utf-8")):
        if row["list"]:
            lists[row["list"]] = row["entity"]
        found = list(FIELD.finditer(row["fields"]))
        assert "".join(one.group() for one in found) == row["fields"]
        fields[row["entity"]] = {
            one["name"]: Told(
                one["type"],
                frozenset(re.split(", | or ", one["target"] or "")) - {""},
                tuple((one["members"] or "").split(", ")) if one["members"] else (),
                "open" in (one["notes"] or "").replace(":", ",").split(", "),
                "*pack*" in (one["notes"] or ""),
                "may be negative" in (one["notes"] or ""),
                "outside standard" in (one["notes"] or ""),
                "absent = none" in (one["notes"] or ""),
            )
            for one in found
        }
    return fields, lists


TOLD, LISTS = read_page()


def told(spec: FieldSpec) -> Told:
    """Return what the page should say of a field."""
    chosen = spec.type in ("enum", "set")
    return Told(
        spec.type,
        frozenset(spec.target),
        () if spec.name == "industry" else tuple(spec.members),
        spec.open,
        chosen and not spec.members,
        spec.type == "ratio" and spec.signed,
        spec.sort == "standard",
        spec.absent == "none",
    )


def test_the_page_has_every_entity_and_every_list() -> None:
    assert set(TOLD) == set(CORE.fields)
    assert {
        name if owner == "case" else f"{owner}.{name}": spec.entity
        for owner, lists in CORE.lists.items()
        for name, spec in lists.items()
    } == LISTS
    assert TOLD["project"].pop("costs").type == "list"


@pytest.mark.parametrize("spec", FIELDS, ids=lambda spec: f"{spec.entity}.{spec.name}")
def test_the_page_says_of_each_field_what_the_code_does(spec: FieldSpec) -> None:
    if spec.name == "id":
        assert "Every entity has an `id`" in PAGE.read_text("utf-8")
    else:
        assert TOLD[spec.entity][spec.name] == told(spec)


def test_the_page_has_no_field_that_the_code_has_not() -> None:
    assert {(entity, name) for entity, fields in TOLD.items() for name in fields} - {("project", "costs")} == {
        (spec.entity, spec.name) for spec in FIELDS if spec.name != "id"
    }


# The table itself


def test_every_field_has_a_label_and_no_label_stands_for_two() -> None:
    for entity, fields in CORE.fields.items():
        lists = CORE.lists[entity]
        labels = [*(spec.zh for spec in fields.values()), *(spec.zh for spec in lists.values())]
        names = [*fields, *lists]
        assert all(labels)
        assert len({*labels, *names}) == len(labels) + len(names)


def test_members_have_labels_of_their_own() -> None:
    for spec in FIELDS:
        if spec.name != "industry":
            assert all(member.zh for member in spec.members.values())
        assert all(name == member.name for name, member in spec.members.items())
        labels = [member.zh for member in spec.members.values() if member.zh]
        assert len(set(labels)) == len(labels)


def test_only_what_can_has_members_targets_and_openness() -> None:
    for spec in FIELDS:
        assert spec.type in get_args(FactType)
        assert (spec.type == "ref") == bool(spec.target)
        assert set(spec.target) <= set(MODELS)
        assert not (spec.members or spec.open) or spec.type in ("enum", "set")
        assert spec.absent == "unknown" or spec.type == "ref"
        assert spec.signed or spec.type == "ratio"
    assert set(get_args(FactType)) > NUMERIC


def test_what_is_open_and_what_is_not() -> None:
    assert {f"{spec.entity}.{spec.name}" for spec in FIELDS if spec.open} == {
        *("project.purposes", "project.kinds", "title.kind", "title.grade", "grant.programme"),
        *("product.kind", "service.kind", "certificate.kind"),
    }
    assert {f"{spec.entity}.{spec.name}" for spec in FIELDS if spec.absent == "none"} == {
        *("title.project", "grant.title", "grant.certificate", "project.same_as", "product.project", "service.project")
    }
    assert {f"{spec.entity}.{spec.name}" for spec in FIELDS if not spec.signed} == {
        "loan.lpr",
        "loan.rate",
        "project.share",
    }


def test_lists_stand_at_the_root_and_costs_in_a_project() -> None:
    assert CORE.lists["project"] == {"costs": ListSpec("project", "costs", "cost", "投资明细")}
    assert CORE.lists["case"]["earlier_awards"] == ListSpec("case", "earlier_awards", "earlier_award", "历史奖补清单")
    assert {entity for entity, lists in CORE.lists.items() if lists} == {"case", "project"}


def test_industries_are_the_divisions_of_gb_t_4754() -> None:
    assert (len(SECTIONS), len(INDUSTRIES)) == (97, 97)
    assert (SECTIONS[1], SECTIONS[13], SECTIONS[43], SECTIONS[44], SECTIONS[97]) == ("A", "C", "C", "D", "T")
    assert sorted(set(SECTIONS.values())) == list("ABCDEFGHIJKLMNOPQRST")
    for entity in ("enterprise", "project"):
        assert CORE.fields[entity]["industry"].members == INDUSTRIES
    assert list(INDUSTRIES)[:2] == ["01", "02"]


def test_the_genera_are_those_of_a_rule_file() -> None:
    assert set(GENERA) == set(get_args(get_args(MemberModel.model_fields["genus"].annotation)[0]))


def test_a_field_is_described_beside_its_annotation() -> None:
    spec = fact("enum", "规模", members="large=大型 5G", open=True, target="park project", sort="authority")
    assert spec.members == {"large": Member("large", "大型"), "5G": Member("5G", "5G")}
    assert (spec.open, spec.target, spec.sort, spec.absent, spec.signed) == (
        True,
        ("park", "project"),
        "authority",
        "unknown",
        True,
    )


# What a policy adds


def test_a_policy_adds_members_fields_and_zones_and_leaves_the_core_alone() -> None:
    own = FieldSpec("project", "whole_digital", "bool", "整体数字化")
    made = (
        CORE.with_members("title", "kind", [Member("DCMM", genus="认证")])
        .with_members("title", "kind", [Member("绿色工厂", genus="称号")])
        .with_field(own)
        .with_zones(["西咸新区"])
        .with_zones(["西安高新区", "西咸新区"])
    )
    assert list(made.fields["title"]["kind"].members) == ["DCMM", "绿色工厂"]
    assert made.field("project", "whole_digital") == own
    assert made.zones == {"西咸新区", "西安高新区"}
    assert made.fields["cost"] is CORE.fields["cost"]
    assert (CORE.fields["title"]["kind"].members, CORE.field("project", "whole_digital"), CORE.zones) == (
        {},
        None,
        frozenset(),
    )


def test_a_name_that_is_not_there_is_none() -> None:
    assert CORE.field("project", "amount") is None
    assert CORE.field("nobody", "name") is None


# The models


def test_the_models_are_strict_and_frozen() -> None:
    with pytest.raises(ValidationError):
        Cost.model_validate({"amount": "1元", "amuont": "1元"})
    with pytest.raises(ValidationError):
        Cost.model_validate({"amount": 1.5})
    with pytest.raises(ValidationError):
        CaseModel.model_validate({"projects": {}})
    cost = Cost(kind="equipment", amount="2800万元")
    with pytest.raises(ValidationError):
        cost.amount = "1元"  # type: ignore[misc]  # that is the point
    assert cost.model_dump(exclude_unset=True) == {"kind": "equipment", "amount": "2800万元"}


def test_every_model_is_listed_and_described() -> None:
    assert set(MODELS) == set(CORE.fields) == set(CORE.lists)
    assert MODELS["enterprise"] is Enterprise
    assert all((model.__doc__ or "").strip() for model in MODELS.values())
