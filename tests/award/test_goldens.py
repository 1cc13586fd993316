"""What a clerk reads of each state that a sentence can be in, word for word, in both languages.

The cases are data, `tests/award/explain/<place>.yaml`, with all scalars as text. They were written from what a clerk
needs to act; the program was then brought to say it.

    base: {…}           # the case that every case changes; `enterprise` is merged
    lists: […]          # none of these, unless the case gives one (`~` leaves it unasked)
    cases:
    - id: …
      policies: [xian_30]
      readings: {…}
      facts: {…}
      clause: …         # what is explained
      zh: …             # the whole text but for the last line, which says that it is a calculation
      en: …
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TypeAlias

import pytest
import yaml

from subsidy_rules import Case, Policies, evaluate, load_policies
from subsidy_rules.award.explain import explain_clause
from subsidy_rules.errors import Lang

Tree: TypeAlias = "str | list[Tree] | dict[str, Tree]"
HERE = Path(__file__).parent
RULES = HERE.parents[1] / "rules"
LAST: Mapping[Lang, str] = {
    "zh": "\n计算结果，不是行政决定。\n",
    "en": "\nA calculation, not an administrative decision.\n",
}
LANGS: tuple[Lang, Lang] = ("zh", "en")


def mapping(node: Tree) -> dict[str, Tree]:
    assert isinstance(node, dict), node
    return node


def words(node: Tree) -> list[str]:
    assert isinstance(node, list), node
    return [text(one) for one in node]


def text(node: Tree) -> str:
    assert isinstance(node, str), node
    return node


@dataclass(frozen=True)
class Golden:
    """One state of one sentence, and what is said of it."""

    id: str
    facts: dict[str, Tree]
    spec: dict[str, Tree] = field(repr=False)


def goldens() -> list[Golden]:
    made = []
    for file in sorted((HERE / "explain").glob("*.yaml")):
        root = mapping(yaml.load(file.read_text("utf-8"), yaml.BaseLoader))  # noqa: S506
        base = mapping(root["base"])
        for node in root["cases"]:
            assert isinstance(node, dict)
            changes = dict(mapping(node["facts"]))
            enterprise = {**mapping(base["enterprise"]), **mapping(changes.pop("enterprise", {}))}
            lists: dict[str, Tree] = {name: [] for name in words(root["lists"])}
            facts = {**base, **lists, "enterprise": enterprise, **changes}
            given = {key: value for key, value in facts.items() if value != "~"}
            made.append(Golden(f"{file.stem}/{text(node['id'])}", given, node))
    return made


@cache
def policies_of(names: tuple[str, ...]) -> Policies:
    return load_policies([RULES / f"{name}.yaml" for name in names])


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("golden", goldens(), ids=lambda golden: golden.id)
def test_a_clerk_reads(golden: Golden, lang: Lang) -> None:
    policies = policies_of(tuple(words(golden.spec["policies"])))
    readings = {name: text(option) for name, option in mapping(golden.spec.get("readings", {})).items()}
    result = evaluate(Case.from_dict(golden.facts), policies, readings=readings)
    said = explain_clause(result, text(golden.spec["clause"]), lang, policies=policies)
    assert said == text(golden.spec[lang]) + LAST[lang]
