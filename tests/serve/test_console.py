"""Consoles that are not UTF-8: every command prints what they can show, raises nothing, and writes JSON as UTF-8."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

from subsidy_rules.serve import cli

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = Path(__file__).parents[2]
CASE = str(ROOT / "examples" / "joint_project.yaml")
CLAUSE = "shenyang/key_project"
LPR = str(ROOT / "examples" / "guides" / "lpr.yaml")
BAD = ROOT / "tests" / "bad"
PAID = ROOT / "examples" / "audit"
AUTHOR = ROOT / "tests" / "author"

LINES: tuple[tuple[int, str], ...] = (
    (0, "--help"),
    (0, "--version"),
    (0, "evaluate --help"),
    (0, "explain --help"),
    (0, f"evaluate {CASE}"),
    (0, f"evaluate {CASE} --lang en"),
    (0, f"evaluate {CASE} --format markdown"),
    (0, f"evaluate {CASE} --format json"),
    (0, f"evaluate {CASE} --readings all"),
    (0, f"evaluate {CASE} --guide {LPR} --format json"),
    (0, f"explain {CASE} {CLAUSE}"),
    (0, f"explain {CASE} {CLAUSE} --lang en"),
    (0, f"explain {CASE} {CLAUSE} --formula"),
    (0, "clauses"),
    (0, "clauses --lang en --policy xian_31"),
    (0, "clauses --format json"),
    (0, "check"),
    (0, "check --lang en"),
    (0, "test --help"),
    (0, f"test {AUTHOR / 'more.yaml'} --coverage"),
    (0, f"test {AUTHOR / 'more.yaml'} --generate --lang en"),
    (1, f"test {AUTHOR / 'more.yaml'} --fail-under 100"),
    (2, f"test {AUTHOR / 'bad' / 'unknown_top.yaml'}"),
    (2, "new 没有🖂"),
    (2, "certify 没有🖂.json"),
    (2, "certify 没有🖂.json --lang en"),
    (0, "schema rules"),
    (0, "schema case --packs"),
    (0, "schema result"),
    (1, f"check {BAD / 'rules'}"),
    (1, f"check {BAD / 'rules'} --lang en"),
    (1, f"verify-sources {ROOT / 'docs'}"),
    (1, f"verify-sources {ROOT / 'docs'} --format json"),
    (2, f"verify-sources {ROOT / '没有'} --lang en"),
    (2, f"evaluate {BAD / 'cases' / 'directive.yaml'}"),
    (2, "evaluate 没有🖂.yaml"),
    (2, f"evaluate {CASE} --policy 没有🖂"),
    (2, f"evaluate {CASE} --reading 没有🖂=甲"),
    (2, f"explain {CASE} 没有🖂"),
    (2, f"explain {CASE} 没有🖂 --lang en"),
    (2, f"evaluate {CASE} --format 表"),
    (0, f"audit {PAID / 'paid.csv'} --facts {PAID / 'cases.jsonl'}"),
    (0, f"audit {PAID / 'paid.csv'} --facts {PAID / 'cases.jsonl'} --lang en"),
    (0, f"audit {PAID / 'paid.csv'} --facts {PAID / 'cases.jsonl'} --format json"),
    (2, "audit 没有🖂.csv"),
    (2, "batch 没有🖂.csv x.csv"),
    (2, "budget 没有🖂.jsonl --envelope *=1亿元"),
    (2, "cohort 没有🖂.jsonl --rule 没有🖂.yaml"),
    (2, "conformance 没有🖂"),
    (0, f"diff {ROOT / 'rules' / 'xian_31.yaml'} {ROOT / 'rules' / 'xian_31.yaml'}"),
    (2, "diff 没有🖂.yaml 没有🖂.yaml --lang en"),
    (0, f"fmt --check {ROOT / 'rules' / 'xian_31.yaml'}"),
    (2, "fmt --check 没有🖂.yaml"),
    (0, "ledger --help"),
    (2, "ledger verify 没有🖂/没有/paid.db"),
    (2, "ledger verify 没有🖂/没有/paid.db --lang en"),
    (2, "lifecycle 没有🖂.yaml --on 2025-01-01"),
    (2, "lifecycle 没有🖂.yaml"),
    (2, "migrate 没有🖂.yaml"),
    (2, "prove 没有🖂.yaml"),
    (2, "replay 没有🖂.json"),
    (2, f"sweep {CASE} 没有🖂=0..1"),
    (2, f"sweep {CASE} projects[0].没有🖂=0..1 --lang en"),
    (2, "template --policy 没有🖂 x.xlsx"),
    (2, "tornado 没有🖂.yaml"),
    (2, f"whatif {CASE} --set 没有🖂=1"),
    (0, f"whatif {CASE} --set xian_31/digital_factory.rate=6%"),
    (0, f"whatif {CASE} --set xian_31/digital_factory.rate=6% --lang en --format json"),
    (2, "workbook 没有🖂.yaml x.xlsx"),
    (2, "没有🖂"),
    (2, "schema 没有🖂"),
)
"""Every command, with the exit code that it should have."""

SAID_BY_CLICK = (f"evaluate {CASE} --format 表", "schema 没有🖂", "没有🖂")
"""What click refuses by itself it says in UTF-8 where a console claims to know ASCII alone."""

CONSOLES: Mapping[str, Mapping[str, str]] = {
    "utf-8": {"PYTHONIOENCODING": "utf-8"},
    "gbk": {"PYTHONIOENCODING": "gbk:strict"},
    "ascii": {"PYTHONIOENCODING": "ascii", "COLUMNS": "40"},
    "C": {"PYTHONIOENCODING": "", "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "COLUMNS": "20"},
}

PROGRAM = """
import json, sys
from subsidy_rules.serve.cli import main
for number, line in enumerate(json.loads(sys.argv[1])):
    sys.argv[1:] = line.split()
    code = 0
    try:
        main()
    except SystemExit as left:
        code = left.code
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
        stream.buffer.write(b"\\0%d\\0" % (code or 0))
"""
"""Runs every command in one program whose streams are those of the console, and writes its exit code after each."""


class Ran(NamedTuple):
    code: int
    out: bytes
    err: bytes


@cache
def shown(console: str) -> list[Ran]:
    """Return what every command printed on a console."""
    lines = json.dumps([line for _, line in LINES])
    env = {**os.environ, **CONSOLES[console]}
    env = {name: value for name, value in env.items() if value}
    ran = subprocess.run([sys.executable, "-c", PROGRAM, lines], env=env, capture_output=True, check=False, cwd=ROOT)
    assert ran.returncode == 0, ran.stderr.decode("utf-8", "replace")[-2000:]
    outs, errs = ran.stdout.split(b"\0"), ran.stderr.split(b"\0")
    assert len(outs) == len(errs) == 2 * len(LINES) + 1
    return [Ran(int(code), out, err) for out, code, err in zip(outs[::2], outs[1::2], errs[::2], strict=False)]


def encoding_of(console: str) -> str:
    return {"C": "ascii"}.get(console, console)


pytestmark = pytest.mark.slow
"""`make console` runs them, once, and not for every Python."""


@pytest.mark.parametrize("console", CONSOLES)
def test_every_command_ends_as_it_should_and_prints_what_can_be_shown(console: str) -> None:
    found = shown(console)
    assert [(one.code, line) for one, (_, line) in zip(found, LINES, strict=True)] == list(LINES)
    for ran, (code, line) in zip(found, LINES, strict=True):
        assert b"Traceback" not in ran.err, line
        assert b"fault of this program" not in ran.err, line
        assert ran.err if code == 2 else ran.out, line
        if not is_json(line):
            ran.out.decode(encoding_of(console))
        if line not in SAID_BY_CLICK:
            ran.err.decode(encoding_of(console))


def is_json(line: str) -> bool:
    return "--format json" in line or (line.startswith("schema") and "没有" not in line)


@pytest.mark.parametrize("console", [one for one in CONSOLES if one != "utf-8"])
def test_json_is_utf_8_on_every_console(console: str) -> None:
    for here, there, (_, line) in zip(shown(console), shown("utf-8"), LINES, strict=True):
        if is_json(line):
            assert json.loads(here.out.decode()) is not None
            assert here.out == there.out


def test_no_command_is_left_out() -> None:
    named = {line.split()[0] for _, line in LINES}
    commands = {command.name or getattr(command.callback, "__name__", "") for command in cli.app.registered_commands}
    assert commands <= named
    assert len(commands) > 5
