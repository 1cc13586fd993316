"""Every way in which a file can be wrong, from the files in `tests/bad`: what is told, where, and that all is shown."""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable, Iterator
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import subsidy_rules
from subsidy_rules import Case, CaseError, RuleError, UsageError, evaluate
from subsidy_rules.errors import CODES, WARNINGS
from subsidy_rules.mechanisms.expression import ExpressionError
from subsidy_rules.plan import compile_policy
from subsidy_rules.policy.model import RuleFile
from subsidy_rules.policy.shape import shape_of
from subsidy_rules.policy.source import RuleSource, read_policy
from subsidy_rules.values import document as doc
from subsidy_rules.values.document import MAX_PROBLEMS
from subsidy_rules.values.findings import Findings
from subsidy_rules.values.quantity import QuantityError
from subsidy_rules.values.reading import Reading
from tests.bad import page

NAMES = page.names()
SOURCE = Path(subsidy_rules.__file__).parent
ROOMS = ("values", "facts", "mechanisms", "policy", "plan")
SITES = {"ExpressionError", "QuantityError", "add", "unknown", "_say", "_near", "say", "fail"}
"""What a place that reports a problem calls."""


# What is told


@pytest.mark.parametrize("name", NAMES)
def test_what_is_told(name: str) -> None:
    assert page.told(name) == page.expected(name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", NAMES)
def test_a_problem_says_where_what_and_what_to_do_in_both_languages(name: str) -> None:
    for problem in page.problems_of(name):
        assert problem.place.line > 0 or problem.path or problem.code in ("unreadable", "too-large")
        assert problem.what
        assert problem.what_zh
        assert problem.remedy
        assert problem.remedy_zh
        assert not problem.what.isspace()
        assert any("\u4e00" <= char <= "\u9fff" for char in problem.what_zh)
        assert any("\u4e00" <= char <= "\u9fff" for char in problem.remedy_zh)


def test_the_folder_has_no_file_without_its_input() -> None:
    kept = {path.relative_to(page.BAD).as_posix() for path in page.BAD.rglob("*.expected")}
    assert kept == {page.expected(name).relative_to(page.BAD).as_posix() for name in NAMES}
    assert len(kept) == len(NAMES)


def test_the_rule_file_that_the_others_are_read_with_is_right() -> None:
    assert [plan.id for plan in page.city().plans] == ["city"]


def test_only_warnings_let_a_case_be_read() -> None:
    warned = [name for name in NAMES if {one.code for one in page.problems_of(name)} <= WARNINGS]
    assert warned == [name for name in NAMES if name.startswith(("cases/warning_", "checks/"))]


# Everything is shown


def test_every_code_is_shown() -> None:
    assert {problem.code for name in NAMES for problem in page.problems_of(name)} == set(CODES)


@cache
def sites() -> dict[tuple[str, int, int], str]:
    """Return every place in the source that reports a problem: module, first and last line, what it calls."""
    found = {}
    for path in sorted(path for room in ROOMS for path in (SOURCE / room).glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and _reports(node):
                module = path.relative_to(SOURCE).as_posix()
                found[module, node.lineno, node.end_lineno or node.lineno] = ast.unparse(node)[:120]
    return found


def _reports(call: ast.Call) -> bool:
    name = getattr(call.func, "attr", getattr(call.func, "id", ""))
    if name not in SITES:
        return False
    owner = ast.unparse(call.func.value) if isinstance(call.func, ast.Attribute) else ""
    return name not in ("add", "unknown") or "findings" in owner


@pytest.fixture
def reached(monkeypatch: pytest.MonkeyPatch) -> set[tuple[str, int]]:
    """Note each line of the source from which a problem is reported."""
    lines: set[tuple[str, int]] = set()

    def noting(inner: Callable[..., Any]) -> Callable[..., Any]:
        def noted(*args: object, **kwargs: object) -> object:
            frame = sys._getframe(1)
            while frame.f_back is not None:
                path = Path(frame.f_code.co_filename)
                if path.is_relative_to(SOURCE):
                    lines.add((path.relative_to(SOURCE).as_posix(), frame.f_lineno))
                frame = frame.f_back
            return inner(*args, **kwargs)

        return noted

    for kind, name in ((Findings, "add"), (Reading, "say"), (ExpressionError, "__init__"), (QuantityError, "__init__")):
        monkeypatch.setattr(kind, name, noting(getattr(kind, name)))
    return lines


UNREACHED = {
    ("mechanisms/figures.py", "circular"): "a definition that rests on itself is refused before it is used",
    ("values/reading.py", "too deep"): "the limit of one of the two parsers, beyond ours",
}
"""Places that none of these inputs reaches, by words of their call, and why."""


def test_every_place_that_reports_a_problem_is_shown(reached: set[tuple[str, int]]) -> None:
    for name in NAMES:
        page.problems_of(name)
    missed = [
        (module, call)
        for (module, first, last), call in sites().items()
        if not any((module, line) in reached for line in range(first, last + 1))
    ]
    unexplained = [one for one in missed if not any(one[0] == room and word in one[1] for room, word in UNREACHED)]
    assert unexplained == []
    assert len(missed) == len(UNREACHED)


def test_the_page_of_errors_is_made_from_the_files() -> None:
    assert page.PAGE.read_text(encoding="utf-8") == page.page(), "python -m tests.bad.page writes it"


# Together, and bounded


CITY = (page.BAD / "city.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize("line", ["- {odd: 1}", "- {total: 5}", "- {total: -1元}"])
def test_fifty_problems_of_a_case_are_told_at_once(line: str) -> None:
    text = "case: 1\nprojects:\n" + f"{line}\n" * 60
    with pytest.raises(CaseError) as caught:
        Case.from_text(text).facts_of(page.city().vocabulary)
    assert [problem.place.line for problem in caught.value.problems] == list(range(3, 3 + MAX_PROBLEMS))


@pytest.mark.parametrize(
    ("before", "lines"),
    [
        ("clauses:\n", [f"odd{number}: 1" for number in range(60)]),
        ("parameters:\n", ["lists:", *(f"  l{number}: {{of: cost.knd}}" for number in range(60))]),
        ("parameters:\n", ["define:", *(f"  d{number}: 'true'" for number in range(60))]),
    ],
)
def test_fifty_problems_of_a_rule_file_are_told_at_once(before: str, lines: list[str]) -> None:
    first = CITY[: CITY.index(f"\n{before}")].count("\n") + 2 + (len(lines) - 60)
    with pytest.raises(RuleError) as caught:
        compile_policy(read_policy(CITY.replace(f"\n{before}", "\n" + "".join(f"{line}\n" for line in lines) + before)))
    assert [problem.place.line for problem in caught.value.problems] == list(range(first, first + MAX_PROBLEMS))


def with_definitions(definitions: list[str], used: str) -> str:
    """Return the rule file with these definitions, one of them used."""
    defined = "".join(f"  {line}\n" for line in definitions)
    text = CITY.replace("\nclauses:\n", f"\ndefine:\n{defined}clauses:\n")
    return text.replace("  - project.whole_digital\n", f"  - {used} and project.whole_digital\n")


def refused(definitions: list[str], used: str) -> list[tuple[str, str]]:
    """Return code and place of what is told about the rule file with these definitions, the last of which is used."""
    with pytest.raises(RuleError) as caught:
        compile_policy(read_policy(with_definitions(definitions, used)))
    return [(problem.code, problem.path) for problem in caught.value.problems]


def doubling(depth: int) -> list[str]:
    """Each definition names the one before it twice: the last is 2 ** depth times as long as the first."""
    return ["d0: project.whole_digital", *(f"d{n}: d{n - 1} and d{n - 1}" for n in range(1, depth + 1))]


def test_definitions_that_double_each_other_are_refused_before_they_are_written_out() -> None:
    # d0 is one word and d(n) twice d(n-1) and an "and" between: n = 10 gives 2,047 words, n = 9 gives 1,023. The words
    # counted are those as written and those written out, so that d(n) has 3 + 2 d(n-1): d9 2,045 and d8 1,021.
    assert refused(doubling(40), "d40") == [("too-large", f"define.d{n}") for n in range(9, 41)]


def test_definitions_within_the_limit_are_read() -> None:
    assert compile_policy(read_policy(with_definitions(doubling(8), "d8"))).id == "city"


def test_a_long_circle_is_told_in_few_words() -> None:
    circle = [f"d{n}: d{(n + 1) % 3000}" for n in range(3000)]
    with pytest.raises(RuleError) as caught:
        compile_policy(read_policy(with_definitions(circle, "d0")))
    first = caught.value.problems[0]
    assert (first.code, first.what) == (
        "circular",
        "this definition rests on itself: d0 → d1 → d2 → d3 → d4 → d5 → … → d0",
    )
    assert len(caught.value.problems) == MAX_PROBLEMS


def test_a_long_chain_is_refused_without_descending_it() -> None:
    chain = ["d0: project.whole_digital", *(f"d{n}: d{n - 1}" for n in range(1, 3000))]
    assert refused(chain, "d2999")[0] == ("too-large", "define.d2000")


def test_a_word_that_is_a_definition_and_a_member_is_no_circle() -> None:
    assert compile_policy(read_policy(with_definitions(["large: enterprise.size is not large"], "large"))).id == "city"


# Shape and names in one round

SHAPE = {
    # an unknown key, and a condition beside it that names nothing
    "a key": (
        "  fund: city\n  where:\n  - project",
        "  fnd: city\n  where:\n  - projekt",
        ["unknown-key", "unknown-name"],
    ),
    # the header is wrong: the clauses are read all the same
    "the header": ("document: 某政发〔2025〕1号", "documnt: 某政发〔2025〕1号", ["missing-key", "unknown-key"]),
    # what is set aside with a wrong clause is not missed elsewhere
    "a clause": ("  per: project\n  fund: city\n  where", "  per: [project]\n  fund: city\n  where", ["wrong-type"]),
    "a step": ("- rate: {guide: project_rate}", "- rate: [1]", ["wrong-type"]),
    "a declaration": ("    信息化建设: {en: informatisation}", "    信息化建设: [informatisation]", ["wrong-type"]),
    "a section": ("parameters:\n", "parameters: []\nparametersx:\n", ["wrong-type", "unknown-key"]),
    "a version": ("language: 1", "language: 2", ["bad-version"]),
}


@pytest.mark.parametrize(("before", "after", "codes"), SHAPE.values(), ids=SHAPE)
def test_what_follows_from_a_wrong_shape_is_not_told(before: str, after: str, codes: list[str]) -> None:
    assert CITY.count(before) == 1
    with pytest.raises(RuleError) as caught:
        compile_policy(read_policy(CITY.replace(before, after)))
    assert [problem.code for problem in caught.value.problems] == codes


def test_a_file_of_a_wrong_shape_has_no_model() -> None:
    source = read_policy(CITY.replace("  fund: city\n  where", "  fund: nobody\n  where"))
    with pytest.raises(RuleError) as caught:
        _ = source.file
    assert [problem.path for problem in caught.value.problems] == ["clauses[0].fund", "clauses[1].fund"]


TREE = doc.plain(doc.read(CITY).root)
JUNK: list[doc.Plain] = [
    "",
    "x",
    "0.1",
    "1_0",
    "-5万元",
    "((((",
    "title.level is 省级",
    [],
    {},
    ["a"],
    {"a": "b"},
    [{}],
]


def places(tree: doc.Plain, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Return the place of every value of a tree."""
    yield path
    inner = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for step, value in inner:
        yield from places(value, (*path, step))


PLACES = list(places(TREE))


@given(st.lists(st.tuples(st.sampled_from(PLACES), st.sampled_from(JUNK), st.booleans()), min_size=1, max_size=3))
def test_a_rule_file_with_anything_in_any_place_is_read_or_refused(changes: list[tuple[Any, doc.Plain, bool]]) -> None:
    root: Any = [deepcopy(TREE)]
    for path, junk, beside in changes:
        at, last = root, 0
        for step in path:
            inside = at[last]
            known = inside if isinstance(inside, dict) else range(len(inside)) if isinstance(inside, list) else ()
            if step not in known:
                break
            at, last = inside, step
        if beside and isinstance(at, dict):
            at["odd"] = deepcopy(junk)
        else:
            at[last] = deepcopy(junk)
    document = doc.from_python(root[0])
    try:
        said = compile_policy(RuleSource(document, shape_of(document, RuleFile))).id
    except RuleError as error:
        said = error.render("en") + error.render("zh")
    assert said


# What is no file


def test_the_decision_date_in_the_case_and_another_in_the_call() -> None:
    case = Case.from_text("case: 1\ndecision_date: 2025-09-01\n")
    with pytest.raises(UsageError, match="given in the case and in the call, and they differ"):
        evaluate(case, page.city(), "2025-09-02")
    assert evaluate(case, page.city(), "2025-09-01").decision_date is not None


# Warnings


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("projects: [{total: 1万元, costs: [{amount: 1万元}]}]", []),
        ("projects: [{total: 1000亿元}]", []),
        ("projects: [{total: 1000.00000001亿元}]", ["suspect-amount"]),
        ("projects: [{total: 0元}]", []),
        ("projects: [{total: {max: 5000元}}]", []),
        ("projects: [{costs: [{amount: 4000元}, {amount: 6000元}]}]", []),
        ("projects: [{costs: [{amount: 4000元}, {amount: 5999.99元}]}]", ["suspect-amount"]),
        ("projects: [{total: 3000万元, costs: [{amount: 3000元}]}]", ["suspect-unit"]),
        ("projects: [{total: 3000万元, costs: [{amount: 3000.01元}]}]", []),
        ("projects: [{total: 3000万元, costs: [{amount: 1000元}, {amount: 2000元}]}]", ["suspect-unit"]),
        ("grants: [{approved: 100元, received: 100万元}]", ["suspect-unit"]),
        ("grants: [{approved: 0元, received: 0元}]", []),
        ("products: [{annual_sales: 9999元}]", ["suspect-amount"]),
    ],
)
def test_figures_of_an_unlikely_size_are_warned_of(text: str, told: list[str]) -> None:
    facts = Case.from_text(f"case: 1\n{text}").facts_of(page.city().vocabulary)
    assert [problem.code for problem in facts.warnings] == told
