"""Findings: what is wrong in a document is noted at its place, in two languages, and raised together."""

from __future__ import annotations

import pytest

from subsidy_rules.errors import CaseError, Place, Problem
from subsidy_rules.values.document import MAX_PROBLEMS, Mapping, Node, Scalar, read
from subsidy_rules.values.findings import Findings, one_of

TEXT = """\
projects:
- kind: 设备
  costz: [1, 2]
"""
DOCUMENT = read(TEXT, name="case.yaml")


def at(*steps: str | int) -> Node:
    node: Node | None = DOCUMENT.root
    for step in steps:
        if isinstance(step, str):
            assert isinstance(node, Mapping)
            node = node.get(step)
        else:
            assert not isinstance(node, Scalar | Mapping | None)
            node = node.items[step]
    assert node is not None
    return node


KIND = at("projects", 0, "kind")


def unknown(word: str, code: str = "unknown-member", **labels: str) -> Problem:
    findings = Findings(DOCUMENT)
    findings.unknown(code, KIND, "projects[0].kind", word, ["equipment", "civil"], labels or None)
    (problem,) = findings.problems
    return problem


def test_a_finding_has_its_place_its_line_and_both_languages() -> None:
    findings = Findings(DOCUMENT)
    findings.add("wrong-type", KIND, "projects[0].kind", "wrong", "错", "mend it", "改")
    (problem,) = findings.problems
    assert problem.place == Place("case.yaml", 2, 9)
    assert problem.render("en").splitlines() == [
        "case.yaml:2:9: wrong-type: wrong",
        "    - kind: 设备",
        "            ^",
        "  mend it",
    ]
    assert problem.render("zh").splitlines()[0] == "case.yaml:2:9: wrong-type: 错"
    assert problem.remedy_zh == "改"


def test_the_nearest_name_is_suggested_by_name_and_by_label() -> None:
    near = unknown("equipmnet")
    assert (near.what, near.what_zh) == ("unknown member 'equipmnet'", "未知取值“equipmnet”")
    assert (near.remedy, near.remedy_zh) == ("did you mean 'equipment'?", "是否为“equipment”？")
    assert unknown("土建工成", 土建工程="civil").remedy == "did you mean 'civil'?"


def test_where_nothing_is_near_all_are_named() -> None:
    far = unknown("xyz")
    assert (far.remedy, far.remedy_zh) == ("one of: equipment, civil", "可用：equipment、civil")


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("unknown-key", "未知键"),
        ("unknown-name", "未知名称"),
        ("bad-reference", "未找到编号"),
        ("wrong-type", "类型不符"),
        ("bad-table", "未知名称"),
    ],
)
def test_every_code_has_its_words(code: str, words: str) -> None:
    problem = unknown("xyz", code)
    assert problem.what == f"{code.replace('-', ' ')} 'xyz'"
    assert problem.what_zh == f"{words}“xyz”"


def test_a_long_word_and_hidden_characters_are_kept_to_one_line() -> None:
    assert unknown("a\n" + "b" * 100).what == f"unknown member 'a·{'b' * 61}…'"


def test_a_list_of_choices_is_kept_short_and_says_so() -> None:
    assert one_of([]) == (None, None)
    assert one_of("abc") == ("one of: a, b, c", "可用：a、b、c")
    assert str(one_of("abcdefghijkl")[0]).endswith("k, l")
    assert str(one_of("abcdefghijklm")[0]).endswith("k, l, …")


def test_a_node_is_what_is_asked_for_or_a_finding() -> None:
    findings = Findings(DOCUMENT)
    root, projects = DOCUMENT.root, at("projects")
    assert findings.mapping(root, "") is root
    assert [item.place.line for item in findings.items(projects, "projects")] == [2]
    assert findings.text(KIND, "kind") == "设备"
    findings.raise_as(CaseError)
    assert findings.mapping(projects, "projects") is None
    assert findings.items(KIND, "kind") == ()
    assert findings.text(projects, "projects") is None
    with pytest.raises(CaseError) as caught:
        findings.raise_as(CaseError)
    assert [(one.code, one.path, one.what, one.what_zh) for one in caught.value.problems] == [
        ("wrong-type", "projects", "expected a mapping", "此处应为键值对"),
        ("wrong-type", "kind", "expected a list", "此处应为列表"),
        ("wrong-type", "projects", "expected a single value", "此处应为单个值"),
    ]


def test_fifty_problems_are_told_and_no_more() -> None:
    findings = Findings(DOCUMENT)
    for number in range(1, MAX_PROBLEMS + 3):
        assert findings.full == (number > MAX_PROBLEMS)
        findings.add("wrong-type", KIND, "x", f"wrong {number}", "错")
    findings.unknown("unknown-member", KIND, "x", "y", [])
    assert [one.what for one in findings.problems] == [f"wrong {number}" for number in range(1, MAX_PROBLEMS + 1)]
