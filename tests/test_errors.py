"""Problems say where, what and what to do, in two languages; errors carry all of them."""

from __future__ import annotations

import pickle
from dataclasses import replace
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from subsidy_rules import errors
from subsidy_rules.errors import (
    CODES,
    HIDDEN,
    WARNINGS,
    CaseError,
    InputError,
    Lang,
    Place,
    Problem,
    RuleError,
    SubsidyRulesError,
    UsageError,
    brief,
    path_to,
    shown,
    suggest,
)


def problem(excerpt: str = "设备: 300万", col: int = 5, line: int = 2, code: str = "bad-money") -> Problem:
    place = Place("case.yaml", line, col)
    return Problem(code, place, "costs[0]", excerpt, "no unit", "没有单位", "write 元", "请写元")


def test_a_problem_prints_place_code_excerpt_caret_and_remedy() -> None:
    assert str(problem()).splitlines() == [
        "case.yaml:2:5: bad-money: no unit",
        "    设备: 300万",
        "          ^",
        "  write 元",
    ]


def test_a_problem_speaks_chinese() -> None:
    lines = problem().render("zh").splitlines()
    assert lines[0] == "case.yaml:2:5: bad-money: 没有单位"
    assert lines[-1] == "  请写元"


def test_a_value_from_python_is_found_by_its_path() -> None:
    assert str(problem(excerpt="", line=0)) == "case.yaml: costs[0]: bad-money: no unit\n  write 元"


def test_a_problem_without_a_remedy_ends_with_the_caret() -> None:
    assert str(replace(problem("x", 1), remedy="")).endswith("    x\n    ^")


@pytest.mark.parametrize("bad", ["", "E101", "unknown_key", "x" * 10_000])
def test_a_code_outside_the_registry_is_a_wrong_call(bad: str) -> None:
    with pytest.raises(UsageError, match="is not one of the codes"):
        problem(code=bad)


def test_a_language_that_is_not_spoken_is_a_wrong_call() -> None:
    with pytest.raises(ValueError, match="lang is 'fr'"):
        problem().render(cast("Lang", "fr"))


def test_codes_are_sorted_kebab_case_with_a_meaning() -> None:
    assert list(CODES) == sorted(CODES)
    assert all(code.replace("-", "").isalpha() and code.islower() for code in CODES)
    assert all(all(entry) and not any(part.endswith((".", "。")) for part in entry) for entry in CODES.values())


def test_a_warning_says_that_it_is_one() -> None:
    assert CODES.keys() > WARNINGS
    warned = problem(code="suspect-unit")
    assert str(warned).splitlines()[0] == "case.yaml:2:5: warning: suspect-unit: no unit"
    assert warned.render("zh").splitlines()[0] == "case.yaml:2:5: 警告: suspect-unit: 没有单位"


@given(st.text(max_size=600), st.integers(0, 700))
def test_an_excerpt_is_bounded_and_its_caret_inside(line: str, col: int) -> None:
    made = problem(line, col)
    assert len(made.excerpt) <= 200
    assert 0 <= made.caret <= len(made.excerpt)
    assert not HIDDEN.search(made.excerpt)
    assert "\n" not in made.excerpt


@pytest.mark.parametrize("col", [1, 2, 100, 101, 150, 999, 1000])
def test_a_long_line_is_cut_around_the_column(col: int) -> None:
    line = "".join(chr(0x4E00 + index) for index in range(1000))
    made = problem(line, col)
    assert made.excerpt[made.caret] == line[col - 1]
    assert len(made.excerpt) == 200
    assert made.excerpt.startswith("…") == (col > 101)
    assert made.excerpt.endswith("…") == (col < 900)
    assert replace(made, path="x").caret == made.caret


def test_an_error_carries_all_problems_and_survives_pickling() -> None:
    error = CaseError(iter([problem(), problem("b", 1)]))
    assert len(error.problems) == 2
    assert str(error) == f"{error.problems[0]}\n{error.problems[1]}"
    assert error.render("zh").count("没有单位") == 2
    again = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own bytes
    assert isinstance(again, CaseError)
    assert again.problems == error.problems


def test_an_error_without_a_problem_is_a_wrong_call() -> None:
    with pytest.raises(UsageError):
        InputError([])


def test_the_tree() -> None:
    assert issubclass(RuleError, InputError)
    assert issubclass(CaseError, InputError)
    assert issubclass(InputError, SubsidyRulesError)
    assert issubclass(UsageError, SubsidyRulesError)
    assert issubclass(UsageError, ValueError)
    assert not issubclass(InputError, ValueError)
    for name in ("SubsidyRulesError", "InputError", "RuleError", "CaseError", "UsageError"):
        assert name in str(errors.__doc__)


def test_words_in_messages_are_one_bounded_line() -> None:
    assert shown("a\nb\tc\x1b[0m\u202e") == "'a·b·c·[0m·'"
    assert brief("x" * 65) == "x" * 63 + "…"
    assert brief("x" * 64) == "x" * 64


def test_paths() -> None:
    assert path_to(path_to(path_to(path_to("", "projects"), 0), "costs"), 12) == "projects[0].costs[12]"
    assert path_to("", 3) == "[3]"
    assert len(path_to("a", "k" * 10_000)) == 66


LABELS = {"equipment": "设备投资", "civil": "土建工程"}


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("equipmnet", "equipment"),
        ("Equipment", "equipment"),
        ("设备投入", "equipment"),
        ("土建工程", "civil"),
        ("zzz", None),
        ("", None),
        ("equipment" * 8, None),
    ],
)
def test_suggestions(word: str, expected: str | None) -> None:
    assert suggest(word, ["equipment", "civil", "x" * 65], LABELS) == expected


def test_suggestions_without_labels_or_options() -> None:
    assert suggest("civl", ["civil"]) == "civil"
    assert suggest("civl", []) is None


def test_a_hostile_word_is_compared_with_nothing() -> None:
    assert suggest("a" * 10**6, ["a" * 10**6] * 100) is None


def test_a_word_is_compared_with_the_first_thousand_names() -> None:
    names = [f"name{number:04}" for number in range(999)]
    assert suggest("civl", [*names, "civil"]) == "civil"
    assert suggest("civl", [*names, "other", "civil"]) is None
