"""A case as plain dictionaries says what the same case says when it is read strictly, or is refused alike."""

from __future__ import annotations

import copy
import random
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from benchmarks import p12
from benchmarks.hand import by_hand
from subsidy_rules import Calculator, Case, InputError, UsageError, load_policies
from subsidy_rules.author.suite import load_suite
from subsidy_rules.award import untrusted
from subsidy_rules.award.exact import facts_as_plain
from subsidy_rules.award.generate import GIVEN, LIST
from subsidy_rules.award.untrusted import PlainReader, has_more_nodes, reader_of
from subsidy_rules.facts.vocabulary import Vocabulary
from subsidy_rules.values import document as doc
from tests.award.test_exact import shown
from tests.test_clauses import ALL_CASES, Clause, guides_of, policies_of

if TYPE_CHECKING:
    from subsidy_rules import Policies
    from subsidy_rules.award.exact import Plain

ROOT = Path(__file__).parents[2]
BAD = sorted((ROOT / "tests" / "bad" / "cases").glob("*.*ml")) + sorted(
    (ROOT / "tests" / "bad" / "cases").glob("*.json")
)
CASE: dict[str, Any] = {
    "case": "1",
    "decision_date": "2025-09-01",
    "enterprise": {"type": "enterprise", "place": "610113", "task_sales": "2800万元", "revenue_growth": "8%"},
    "projects": [
        {
            "id": "p1",
            "nature": "新建",
            "kinds": ["联合项目"],
            "total": "2亿元",
            "costs": [{"kind": "equipment", "amount": "1亿元"}],
        },
        {
            "id": "p2",
            "started": "2025-01-01",
            "completed": date(2025, 3, 1),
            "kinds": [],
            "costs": [{"amount": "300元"}, {}],
        },
    ],
    "titles": [{"kind": "单项冠军", "level": "国家级", "project": "p1", "recognised_on": "2025-02-03"}],
    "loans": [{"principal": "500万元", "lpr": "3.1%", "rate": "1:0.04", "days": 90, "project": "p2"}],
    "assume_none": ["grants", "基站清单"],
}


def _without_views(things: Plain, vocabulary: Vocabulary, entity: str) -> object:
    """Return a thing's facts, and those of its lists, in a form that can be compared."""
    made: dict[str, object] = {}
    for key, value in things.items():
        if key == GIVEN:
            made[key] = sorted(set(value) & set(vocabulary.fields[entity]))  # type: ignore[call-overload]
        elif key.startswith(LIST) and key != LIST + "enterprise":
            inner = vocabulary.lists[entity][key.removeprefix(LIST)].entity
            made[key] = [_without_views(one, vocabulary, inner) for one in value]  # type: ignore[attr-defined]
        elif key != LIST + "enterprise":
            made[key] = value
    return made


def agrees(read: PlainReader, given: dict[str, Any], vocabulary: Vocabulary) -> bool:
    """Read both ways; return whether the case is plain, which says what the strict reader says."""
    try:
        found = read(given)
    except KeyError:
        return False
    strict = facts_as_plain(Case.from_dict(given).facts_of(vocabulary), vocabulary)
    for quick, slow, entity in zip(found, (strict[""], strict["enterprise"]), ("case", "enterprise"), strict=True):
        assert _without_views(quick, vocabulary, entity) == _without_views(slow, vocabulary, entity)
    return True


@cache
def packs() -> Policies:
    return load_policies()


def with_(path: str, value: object) -> dict[str, Any]:
    """Return the case with one value changed; `...` deletes it."""
    made = copy.deepcopy(CASE)
    *steps, last = (int(step) if step.isdigit() else step for step in path.split("."))
    at: Any = made
    for step in steps:
        at = at[step]
    if value is ...:
        del at[last]
    else:
        at[last] = value
    return made


class Key(StrEnum):
    """A text that is no plain one."""

    PLACE = "place"


PLAIN: dict[str, tuple[str, object]] = {
    "as it is": ("case", "1"),
    "a version that is a number": ("case", 1),
    "no things of a list": ("sites", []),
    "a truth": ("projects.0.whole_digital", True),
    "a truth as text": ("projects.0.whole_digital", "是"),
    "a label of a member": ("projects.0.costs.0.kind", "设备"),
    "a section and a division": ("enterprise.industry", "C34"),
    "a division that is a number": ("enterprise.industry", 34),
    "a set of one": ("projects.0.kinds", "联合项目"),
    "a figure with its source": ("projects.0.total", {"value": "2亿元", "source": "审计报告", "status": "audited"}),
    "a long text": ("projects.0.name", "p" * 100),
    "nothing of the enterprise": ("enterprise", ...),
    "no id": ("projects.1.id", ...),
    "labels": ("projects.0", {"编号": "p1", "投资明细": [{"类别": "设备", "金额": "3元"}]}),
}
NOT_PLAIN: dict[str, tuple[str, object]] = {
    "no version": ("case", ...),
    "another version": ("case", "2"),
    "a version that is true": ("case", True),
    "an unknown key": ("enterprise.revenu", "1元"),
    "an unknown list": ("factories", []),
    "a key that is no text": ("enterprise.7", "1元"),
    "both names": ("enterprise.所在地", "610113"),
    "a unit that there is none of": ("enterprise.task_sales", "2800"),
    "below zero": ("enterprise.task_sales", "-1元"),
    "no whole fen": ("enterprise.task_sales", "0.001元"),
    "a truth for a figure": ("loans.0.days", True),
    "a figure for a truth": ("projects.0.whole_digital", 1),
    "a binary figure": ("loans.0.days", 90.0),
    "an endless figure": ("loans.0.days", 10**5000),
    "a decimal": ("loans.0.days", Decimal(90)),
    "nothing": ("enterprise.task_sales", None),
    "a range": ("enterprise.task_sales", {"min": "1元", "max": "2元"}),
    "another member": ("projects.0.nature", {"other": "重建"}),
    "another member of a set": ("projects.0.kinds", [{"other": "上云"}]),
    "a very long set": ("projects.0.kinds", ["联合项目"] * 100),
    "a list of a list": ("projects.0.kinds", [[]]),
    "an unknown member": ("projects.0.nature", "重建"),
    "a list for a figure": ("enterprise.task_sales", ["1元"]),
    "hidden characters": ("projects.0.id", "p\u200b1"),
    "an id that begins with a sign": ("projects.1.id", "?1"),
    "an id that stands twice": ("projects.1.id", "p1"),
    "a reference to nothing": ("loans.0.project", "p9"),
    "a reference to a title": ("titles.0", {"id": "t1", "project": "t1"}),
    "the same as another": ("projects.1.same_as", "p1"),
    "a total below its costs": ("projects.0.total", "1元"),
    "done before it is begun": ("projects.1.completed", "2024-03-01"),
    "a list that is a mapping": ("loans", {"items": [], "more": True}),
    "a thing that is a text": ("loans", ["l1"]),
    "an enterprise that is a list": ("enterprise", []),
    "a list assumed to be none that is given": ("assume_none", ["loans"]),
    "an unknown list assumed to be none": ("assume_none", ["factories"]),
    "none assumed by a text": ("assume_none", "grants"),
    "a tuple": ("loans", ()),
    "a key of another type": ("enterprise", {Key.PLACE: 610113.0}),
}


@pytest.mark.parametrize("name", PLAIN)
def test_what_is_plain(name: str) -> None:
    read = PlainReader(packs().vocabulary)
    given = with_(*PLAIN[name])
    if name == "no id":
        given["loans"][0]["project"] = "p1"
    assert [agrees(read, given, packs().vocabulary) for _ in range(2)] == [True, True]


@pytest.mark.parametrize("name", NOT_PLAIN)
def test_what_is_not_plain_is_left_to_the_strict_reader(name: str) -> None:
    read = PlainReader(packs().vocabulary)
    assert agrees(read, CASE, packs().vocabulary)
    given = with_(*NOT_PLAIN[name])
    assert [agrees(read, given, packs().vocabulary) for _ in range(2)] == [False, False]
    assert outcome(lambda: figures_of(given)) == outcome(lambda: figures_of(Case.from_dict(given)))


@cache
def calculator() -> Calculator:
    return Calculator(packs())


def figures_of(given: dict[str, Any] | Case) -> object:
    found = calculator().figures(given)
    return shown(found) if found.quick else None  # else from `evaluate`, of a case that was read strictly


def outcome(ask: Callable[[], object]) -> object:
    """Return what comes of it, or what is told."""
    try:
        return ask()
    except InputError as error:
        return str(error)


@pytest.mark.parametrize("given", [[], "case: 1", None, 7], ids=repr)
def test_what_is_no_mapping_is_refused_as_by_a_case(given: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match="a case is a mapping"):
        Calculator(packs()).figures(given)


def test_a_mapping_that_is_no_dictionary_is_read_strictly() -> None:
    class Other(Mapping[str, object]):
        def __getitem__(self, key: str) -> object:
            return CASE[key]

        def __iter__(self) -> Iterator[str]:
            return iter(CASE)

        def __len__(self) -> int:
            return len(CASE)

    assert Calculator(packs()).figures(Other()).quick is Calculator(packs()).figures(CASE).quick


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_what_is_wrong_in_a_file_is_told_of_a_dictionary(path: Path) -> None:
    try:
        given = doc.plain(doc.read(path).root)
    except InputError:
        return  # no case at all
    if isinstance(given, dict):
        agrees(PlainReader(packs().vocabulary), given, packs().vocabulary)
        assert outcome(lambda: figures_of(given)) == outcome(lambda: figures_of(Case.from_dict(given)))


@pytest.mark.parametrize("clause", ALL_CASES[::7], ids=lambda clause: clause.id)
def test_the_figures_of_a_clause_are_the_same(clause: Clause, tmp_path: Path) -> None:
    policies = policies_of(clause.policies)
    guides = guides_of(clause.spec, policies, tmp_path)
    desk = Calculator(policies, readings=clause.readings, guides=guides)
    for given in (clause.facts, Case.from_dict(clause.facts)):
        assert desk.figures(given).quick is desk.traced(given).quick
    if desk.figures(clause.facts).quick:
        assert shown(desk.figures(clause.facts)) == shown(desk.figures(Case.from_dict(clause.facts)))


def test_every_case_of_a_clause_agrees() -> None:
    read, vocabulary = reader_of(packs().vocabulary), packs().vocabulary
    plain = [agrees(read, clause.facts, vocabulary) for clause in ALL_CASES]
    assert sum(plain) > len(plain) * 2 // 3


POOL: tuple[object, ...] = (
    *(
        "1",
        1,
        0,
        True,
        False,
        "true",
        "是",
        "",
        "500万元",
        "-5万元",
        "0.001元",
        "1e5元",
        "８万元",
        "3 万元",
        "12%",
        "-3%",
        "1:0",
    ),
    *(
        "2025-06-01",
        "2025-02-30",
        date(2026, 1, 1),
        Decimal("1.0"),
        1.0,
        None,
        "p1",
        "t1",
        "?1",
        "x" * 80,
        "a\u202eb",
        "610113",
        610113,
    ),
    *(
        [],
        {},
        [[]],
        ["1"],
        ["1", "1"],
        {"min": "1元"},
        {"value": "3元"},
        {"value": 3, "source": "x"},
        {"other": "x"},
        ("1",),
    ),
    *({"items": []}, {"items": [], "more": "true"}, [{"id": "p1"}], [{}], 10**30, -7, "projects", ["grants", "loans"]),
)


def changed(tree: dict[str, Any], rng: random.Random) -> dict[str, Any]:
    """Return a case with a few values, keys or things changed at random."""
    made = copy.deepcopy(tree)
    for _ in range(rng.choice((1, 1, 2, 3))):
        at: Any = made
        while True:
            steps = list(at) if isinstance(at, dict) else list(range(len(at)))
            step = rng.choice(steps) if steps else None
            if step is None or not isinstance(at[step], dict | list) or rng.random() < 1 / 5:
                break
            at = at[step]
        keys = [*tree, *tree.get("enterprise", {}), "id", "total", "same_as", "编号", "项目", "申报主体"]
        how = rng.randrange(5)
        if step is None or how == 0:
            if isinstance(at, dict):
                at[rng.choice(keys)] = copy.deepcopy(rng.choice(POOL))
            else:
                at.append(copy.deepcopy(rng.choice(POOL)))
        elif how == 1:
            del at[step]
        elif how == 2 and isinstance(at, dict):
            at[rng.choice(keys)] = at.pop(step)
        elif how == 3 and isinstance(at, list):
            at.append(copy.deepcopy(at[step]))
        else:
            at[step] = copy.deepcopy(rng.choice(POOL))
    return made


def trees_of(source: str) -> tuple[Policies, list[dict[str, Any]]]:
    """Return policies with cases that are made for them."""
    if source == "packs":
        return packs(), [CASE, *(dict(clause.facts) for clause in ALL_CASES)]
    if source == "p12":
        rng = random.Random("untrusted")
        return load_policies(ROOT / "benchmarks" / "p12.yaml"), [p12.case(p12.facts(rng)) for _ in range(20)]
    folder, _, name = source.partition("/")
    policies = load_policies(ROOT / "tests" / folder / f"{name}.yaml")
    if folder == "policies":
        tests = load_suite(ROOT / "tests" / folder / f"{name}.tests.yaml").cases
        return policies, [doc.plain(test.case.document.root) for test in tests]  # type: ignore[misc]
    cases: Any = doc.plain(doc.read(ROOT / "tests" / folder / f"{name}.cases.yaml").root)
    return policies, [{"case": "1", **one["case"]} for one in cases]


@pytest.mark.parametrize(
    ("source", "size"),
    [
        *((source, 400) for source in ("packs", "p12", "own/kuwait", "policies/reeg")),
        *(pytest.param(source, 4000, marks=pytest.mark.random) for source in ("packs", "p12")),
    ],
)
def test_changed_at_random_it_agrees(source: str, size: int) -> None:
    policies, trees = trees_of(source)
    rng, read, plain = random.Random(f"untrusted {source} {size}"), PlainReader(policies.vocabulary), 0
    for _ in range(size):
        plain += agrees(read, changed(rng.choice(trees), rng), policies.vocabulary)
    assert size // 30 < plain < size


def test_p12_is_as_by_hand_from_dictionaries() -> None:
    desk, rng = Calculator(load_policies(ROOT / "benchmarks" / "p12.yaml")), random.Random("p12 dictionaries")
    for _ in range(100):
        drawn = p12.facts(rng)
        figures, (amounts, _, total) = desk.figures(p12.case(drawn)), by_hand(drawn)
        assert figures.quick
        assert {one.sentence.id: one.gross.lo for one in figures.awards} == amounts
        assert figures.total.lo == figures.total.hi == total


def test_the_whole_record_is_there_unless_the_mapping_was_changed() -> None:
    desk, given = Calculator(load_policies(ROOT / "benchmarks" / "p12.yaml")), p12.case(p12.facts(random.Random(3)))
    first, second = desk.figures(given), desk.figures(given)
    assert first.quick
    assert first.entitlement.total.possible.minimum == first.total.lo
    assert first.entitlement is first.entitlement
    given["enterprise"] = {**given["enterprise"], "place": "XY", "city": "XY"}  # type: ignore[dict-item]
    assert first.entitlement.total.possible.minimum == first.total.lo
    with pytest.raises(UsageError, match="the mapping was changed"):
        second.entitlement  # noqa: B018 - reading it is what is tried


def test_what_is_kept_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(untrusted, "_MOST", 2)
    read = PlainReader(packs().vocabulary)
    for figure in ("1元", "2元", "3元"):
        assert agrees(read, with_("enterprise.task_sales", figure), packs().vocabulary)
    monkeypatch.setattr(untrusted, "_READERS", {})
    assert reader_of(packs().vocabulary) is reader_of(packs().vocabulary)
    first = reader_of(packs().vocabulary)
    monkeypatch.setattr(untrusted, "_MOST_READERS", 1)
    assert reader_of(Vocabulary.core()) is not first
    assert reader_of(packs().vocabulary) is not first


def test_a_case_that_is_large_is_left_to_the_strict_reader(monkeypatch: pytest.MonkeyPatch) -> None:
    vocabulary = packs().vocabulary
    read, things = PlainReader(vocabulary), [{"id": f"p{place}"} for place in range(1001)]
    assert agrees(read, {"case": 1, "projects": things[:200]}, vocabulary)
    assert not agrees(read, {"case": 1, "projects": things}, vocabulary)
    monkeypatch.setattr(untrusted, "MAX_NODES", 100)
    assert not agrees(read, {"case": 1, "projects": things[:200]}, vocabulary)


def test_nodes_are_counted_no_further_than_is_asked() -> None:
    tree: list[object] = []
    tree.append(tree)
    assert has_more_nodes(tree, 1000)
    assert not has_more_nodes({"a": [1, 2], "b": {"c": 3}}, 6)
    assert has_more_nodes({"a": [1, 2], "b": {"c": 3}}, 5)
    assert not has_more_nodes(7, 1)
    assert has_more_nodes([], 0)
