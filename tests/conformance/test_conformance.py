"""The engine answers the conformance cases, a wrong engine is told, and the files are as they should be."""

from __future__ import annotations

import sys
from collections import Counter
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from typer.testing import CliRunner

from subsidy_rules.author.conformance import Question, another, find_cases, hold, ours, respond
from subsidy_rules.author.formatting import formatted
from subsidy_rules.errors import InputError, UsageError
from subsidy_rules.serve.cli import app
from tests.conformance.made import FOLDER

EVERY = 100
"""One case of so many is an everyday test; the others are run in the slow job."""
FILES = sorted(FOLDER.glob("*.yaml"))


@cache
def every_case() -> list[Question]:
    return find_cases(FOLDER)


def test_there_are_enough_and_each_is_confirmed() -> None:
    kinds = Counter(one.confirmed for one in every_case())
    assert kinds["hand"] > 1000
    assert kinds["oracle"] > 300
    assert len({(one.file, one.id) for one in every_case()}) == len(every_case())
    assert max(file.stat().st_size for file in FILES) < 300_000


def test_the_files_are_laid_out() -> None:
    assert not any(formatted(file).changed for file in FILES[::20])


def test_a_slice() -> None:
    assert list(hold(every_case()[::EVERY], ours())) == []


@pytest.mark.slow
def test_all_of_them() -> None:
    assert list(hold(every_case(), ours())) == []


BAD = {
    "pays a fen more": 'made["total"]["decided"][1] = "0.01"',
    "leaves an award out": 'made["awards"] = {}',
    "is silent": "continue",
    "says no JSON": 'print("?", flush=True); continue',
    "says a list": 'print("[]", flush=True); continue',
    "ends": "break",
}
ENGINE = """
import json, sys
from subsidy_rules.author.conformance import respond
lines = []
def read():
    for line in sys.stdin:
        lines.append(line)
        yield line
for answer in respond(read()):
    made = json.loads(answer)
    if "ready" not in made:
        {wrong}
    print(json.dumps(made), flush=True)
"""


@pytest.mark.parametrize("wrong", ["pass", *BAD.values()], ids=["right", *BAD])
def test_another_engine(wrong: str, tmp_path: Path) -> None:
    file = tmp_path / "engine.py"
    file.write_text(ENGINE.format(wrong=wrong))
    paid = next(one for one in every_case() if one.file.name == "reeg.01.yaml")
    with another(f"{sys.executable} {file}", seconds=20 if wrong != "continue" else 3) as engine:
        found = list(hold([paid], engine))
    assert bool(found) == (wrong != "pass")


def test_a_wrong_expectation_is_told() -> None:
    first = next(one for one in every_case() if one.file.name == "reeg.01.yaml")
    wrong = replace(first, expect={**first.expect, "total": {"decided": ["exact", "1.00", "1.00"]}})
    found = {one.at: (one.wanted, one.got) for one in hold([wrong], ours())}
    assert found["total decided"][0] == "exact 1.00 1.00"
    assert found["total possible"][0] == "(none)"


def test_a_case_that_an_engine_refuses_is_told() -> None:
    first = next(one for one in every_case() if one.file.name == "reeg.01.yaml")
    (*_, last) = hold([replace(first, case={"case": "1", "nothing": "1"})], ours())
    assert last.at == "error"


@pytest.mark.parametrize(
    "text",
    [
        "conformance: 2\npacks: []\ncases: []\n",
        "conformance: 1\ncases: []\n",
        "conformance: 1\npacks: []\ncases: [{id: a}]\n",
        "conformance: 1\npacks: []\ncases: [{id: a, confirmed: hand, policies: a, case: {}, expect: {}}]\n",
        "conformance: 1\npacks: []\ncases: [{id: a, confirmed: me, policies: [b], case: {}, expect: {}}]\n",
    ],
)
def test_a_file_that_is_wrong(text: str, tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(text)
    with pytest.raises(InputError):
        find_cases(tmp_path)


def test_the_command(tmp_path: Path) -> None:
    run = CliRunner()
    right = run.invoke(app, ["conformance", str(FOLDER / "reeg.01.yaml"), "--lang", "en"])
    assert (right.exit_code, "all answered as expected" in right.output) == (0, True)
    file = tmp_path / "wrong.yaml"
    text = (FOLDER / "reeg.01.yaml").read_text(encoding="utf-8").replace("../tests", str(FOLDER.parent / "tests"))
    file.write_text(text.replace("31500.00", "31500.01"), encoding="utf-8")
    wrong = run.invoke(app, ["conformance", str(file)])
    assert (wrong.exit_code, "个不符" in wrong.output, "31500.01" in wrong.output) == (1, True, True)
    assert run.invoke(app, ["conformance", str(tmp_path / "none")]).exit_code == 2
    assert run.invoke(app, ["conformance", str(file), "--engine", "/no/such/engine"]).exit_code == 2
    answered = run.invoke(app, ["conformance", "--answer"], input='{"packs": {}}\n')
    assert answered.output == '{"ready": "true"}\n'
    with pytest.raises(UsageError):
        find_cases(tmp_path / "none")
    assert list(respond([])) == []
