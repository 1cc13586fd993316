"""What the command says in Chinese where the library refuses a call in English."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from subsidy_rules.errors import UsageError
from subsidy_rules.serve.wording import in_chinese
from subsidy_rules.values.quantity import QuantityError, parse_date

SOURCE = Path(__file__).parents[2] / "src" / "subsidy_rules"
NOT_OF_A_COMMAND = {"errors.py", "facts/case.py", "award/sentences.py"}
"""Calls that only a program makes, and the module that says it in the language asked for."""


def messages() -> Iterator[tuple[str, str]]:
    """Give every message with which the library refuses a call, with a mark in place of what is filled in."""
    for file in sorted(SOURCE.rglob("*.py")):
        name = file.relative_to(SOURCE).as_posix()
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            refuses = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "UsageError"
            if refuses and isinstance(node, ast.Call) and name not in NOT_OF_A_COMMAND:
                yield f"{name}:{node.lineno}", written(node.args[0])


def written(node: ast.expr) -> str:
    if isinstance(node, ast.JoinedStr):
        return "".join(written(part) for part in node.values)
    if isinstance(node, ast.FormattedValue):
        return written(node.value)
    if isinstance(node, ast.IfExp):
        return written(node.body)
    return str(node.value) if isinstance(node, ast.Constant) else "▢"


def test_every_refusal_has_its_chinese() -> None:
    found = dict(messages())
    assert len(found) > 15
    assert {place: said for place, said in found.items() if in_chinese(UsageError(said)) == said} == {}


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ("no policy 'a'; loaded: b, c", "没有政策“a”；已加载：b, c"),
        ("'a.txt' is not UTF-8: invalid start byte at byte 7", "“a.txt”不是 UTF-8（第 7 字节）"),
        ("a declares b.c as money; another policy as ratio", "a 声明 b.c 的类型是 money，另一项政策声明的是 ratio"),
        ("没有条款“a”", "没有条款“a”"),
    ],
)
def test_what_is_filled_in_is_kept(said: str, wanted: str) -> None:
    assert in_chinese(UsageError(said)) == wanted


def test_the_reason_is_said_in_chinese_too() -> None:
    with pytest.raises(QuantityError) as wrong:
        parse_date("2025-13-01")
    error = UsageError(f"decision_date: {wrong.value.what}")
    error.__cause__ = wrong.value
    assert in_chinese(error) == f"决定日期：{wrong.value.what_zh}"
    assert wrong.value.what_zh != wrong.value.what
