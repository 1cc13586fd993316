"""Every sentence of every pack, on cases whose answers were worked by hand.

The cases are data, `tests/clauses/<pack>.yaml`: test files as `subsidy-rules test` runs them, which docs/testing.md
describes. Other tests read them here as plain trees.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import pytest
import yaml

from subsidy_rules import Entitlement, Guide, load_guide, load_policies
from subsidy_rules.author import told
from subsidy_rules.author.differ import differences
from subsidy_rules.author.expected import PARTS, Desk, ExpectedReader
from subsidy_rules.author.suite import CaseTest, load_suite
from subsidy_rules.author.trial import run_case
from subsidy_rules.errors import InputError
from subsidy_rules.values import document as doc
from subsidy_rules.values.findings import Findings

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from subsidy_rules import Policies
    from subsidy_rules.author.suite import Suite

Tree: TypeAlias = "str | list[Tree] | dict[str, Tree]"
TESTS = Path(__file__).resolve().parent
RULES = TESTS.parent / "rules"
PACKS = ("xian_30", "xian_31", "shenyang", "xianyang_70")
UNITS = {"亿元": 10**10, "万元": 10**6, "元": 100, "分": 1}
MONEY_KINDS = {"exact", "at_most", "undetermined"}


def mapping(node: Tree) -> dict[str, Tree]:
    assert isinstance(node, dict), node
    return node


def sequence(node: Tree) -> list[Tree]:
    assert isinstance(node, list), node
    return node


def word(node: Tree) -> str:
    assert isinstance(node, str), node
    return node


@dataclass(frozen=True)
class Clause:
    """One case of one file, as a tree."""

    id: str
    policies: tuple[str, ...]
    facts: dict[str, Tree]
    spec: dict[str, Tree] = field(repr=False)
    test: CaseTest = field(repr=False, compare=False)

    @property
    def readings(self) -> dict[str, str]:
        return dict(self.test.readings)

    def full(self, name: str) -> str:
        return name if "/" in name else f"{self.policies[0]}/{name}"


@cache
def suite_of(pack: str) -> Suite:
    return load_suite(TESTS / "clauses" / f"{pack}.yaml")


@cache
def cases_of(pack: str) -> tuple[Clause, ...]:
    suite = suite_of(pack)
    root = mapping(doc.plain(suite.document.root))
    made = []
    for test, node in zip(suite.cases, sequence(root["cases"]), strict=True):
        spec = mapping(node)
        if isinstance(spec.get("guides"), str):
            spec = {**spec, "guides": mapping(root["guides"])[word(spec["guides"])]}
        facts = mapping(doc.plain(test.case.document.root))
        made.append(Clause(f"{pack}/{test.id}", test.names, facts, spec, test))
    return tuple(made)


ALL_CASES = [case for pack in PACKS for case in cases_of(pack)]


@cache
def policies_of(names: tuple[str, ...]) -> Policies:
    return load_policies([RULES / f"{name}.yaml" for name in names])


def guides_of(spec: Mapping[str, Tree], policies: Policies, folder: Path) -> list[Guide]:
    if "guides" not in spec:
        return []
    file = folder / "guide.yaml"
    document: Tree = {"issuer": "测试", "title": "测试细则"}
    guide: Tree = {"guide": "1", "document": document, "fills": spec["guides"]}
    file.write_text(yaml.safe_dump(guide, allow_unicode=True), "utf-8")
    return [load_guide(file, policies)]


# what is expected, as text


def figure(text: str) -> Fraction | str:
    if text == "∞":
        return text
    unit = next(unit for unit in UNITS if text.endswith(unit))
    return Fraction(text.removesuffix(unit)) * UNITS[unit]


def ends(kind: str, text: str) -> tuple[Fraction | str, Fraction | str]:
    least, _, greatest = text.rpartition("..")
    if not least:
        least = "0元" if kind == "at_most" else greatest
    return figure(least), figure(greatest)


def result_differs(case: Clause, spec: dict[str, Tree], result: Entitlement) -> list[str]:
    """Hold a result against what a part of a case says of it."""
    policies = policies_of(case.policies)
    root = doc.from_python(spec).root
    assert isinstance(root, doc.Mapping)
    desk = Desk(Findings(doc.from_python(spec)))
    entries = {key.text: value for key, value in root.entries if key.text in PARTS}
    expected = ExpectedReader(desk, policies, case.policies[0]).read(entries, root.place, "")
    desk.findings.raise_as(InputError)
    found = differences(expected, result, policies)
    return [f"{one.row} {one.part}: expected {one.wanted[1]}, got {one.got[1]}" for one in found]


@pytest.mark.parametrize("case", ALL_CASES, ids=lambda case: case.id)
def test_clause(case: Clause) -> None:
    outcome = run_case(case.test)
    if not outcome.passed:
        pytest.fail("\n".join(told.failures(outcome, "en")), pytrace=False)


# that nothing is left out


def expectations(case: Clause) -> Iterator[tuple[str, Tree]]:
    specs = [case.spec, *(mapping(one) for one in mapping(case.spec.get("under", {})).values())]
    for spec in specs:
        for name, wanted in mapping(spec.get("expect", {})).items():
            yield case.full(re.split("@", name)[0]), wanted


def said_of(wanted: Tree) -> str:
    """Whether a row is paid or left open, misses a fact, or is refused."""
    if isinstance(wanted, list) or (isinstance(wanted, dict) and "failed" in wanted):
        return "refused"
    if isinstance(wanted, dict) and wanted.get("needs"):
        return "missing"
    return "paid"


@pytest.mark.parametrize("pack", PACKS)
def test_every_sentence_is_paid_refused_and_missed(pack: str) -> None:
    said: dict[str, set[str]] = {}
    for case in ALL_CASES:
        for name, wanted in expectations(case):
            said.setdefault(name, set()).add(said_of(wanted))
    with (TESTS / "data" / "sentences.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.reader(file) if row[0] == pack and row[3] in MONEY_KINDS]
    sentences = {(one.path, str(one.sentence)): one for one in policies_of((pack,)).plans[0].sentences}
    for _, path, number, _ in rows:
        sentence = sentences[path, number]
        # a sentence that replaces a step of another is paid under the other's id
        expected = {"refused"} if sentence.replaces else {"paid", "refused", "missing"}
        assert expected <= said.get(f"{pack}/{sentence.id}", set()), sentence.id


@pytest.mark.parametrize("pack", PACKS)
def test_every_option_of_every_reading_is_shown(pack: str) -> None:
    shown_options: set[tuple[str, str]] = set()
    for case in ALL_CASES:
        for name in mapping(case.spec.get("under", {})):
            pairs = [pair.split("=") for pair in name.split()]
            shown_options |= {(case.full(reading), option) for reading, option in pairs}
    for reading in policies_of((pack,)).plans[0].readings.values():
        for option in reading.options:
            if option != reading.default:
                assert (reading.id, option) in shown_options
