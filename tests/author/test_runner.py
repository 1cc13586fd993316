"""`subsidy-rules test`: every way in which a test can fail, and in which a test file can be wrong, with what is told.

`failing/` holds test files of which every case fails, `bad/` those that are no test files; beside each stands what is
printed, in English and in Chinese. They are run beside `city.yaml`, which is what `subsidy-rules new` writes, and
`more.yaml`. `RECORD=1` writes what is really printed.
"""

from __future__ import annotations

import io
import os
import shutil
import sys
import xml.etree.ElementTree as ET
from contextlib import chdir
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from subsidy_rules.author.scaffold import filled
from subsidy_rules.author.suite import CaseTest, load_suite
from subsidy_rules.author.trial import run_suite
from subsidy_rules.errors import InputError
from subsidy_rules.serve import author
from tests.serve.test_cli import Ran, run

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
FAILING = sorted(path.stem for path in (HERE / "failing").glob("*.yaml"))
BAD = sorted(path.stem for path in (HERE / "bad").glob("*.yaml"))
PASSING = """\
tests: 1
policies: [city.yaml]
base:
  case: 1
  decision_date: 2025-09-01
  enterprise: {type: enterprise, place: "330100", industry: "34", revenue_growth: 10%}
  assume_none: [projects, titles, loans, grants, earlier_awards]
cases:
- id: growth
  expect: {growth@enterprise: awards exact 20万元}
"""


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Path]:
    """A folder with the packs that the test files are of."""
    (tmp_path / "city.yaml").write_text(filled("pack.yaml", "city", "en"), encoding="utf-8")
    (tmp_path / "broken.yaml").write_text("language: 1\npolicy: {}\n", encoding="utf-8")
    shutil.copy(HERE / "more.yaml", tmp_path)
    with chdir(tmp_path):
        yield tmp_path


@cache
def kept(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""


def told(file: Path, code: int) -> str:
    """What is printed of a test file, in both languages."""
    shutil.copy(file, file.name)
    printed = []
    for lang in ("en", "zh"):
        ran = run("test", file.name, "--lang", lang)
        assert ran.code == code
        printed.append(ran.out + ran.err)
    return "\n".join(printed)


def compare(file: Path, printed: str) -> None:
    expected = file.with_suffix(".expected")
    if os.environ.get("RECORD"):
        expected.write_text(printed, encoding="utf-8", newline="\n")
        return
    assert printed == kept(expected)


@pytest.mark.parametrize("name", FAILING)
def test_what_is_told_of_a_test_that_fails(name: str, desk: Path) -> None:
    file = HERE / "failing" / f"{name}.yaml"
    printed = told(file, 1)
    compare(file, printed)
    suite = load_suite(desk / file.name)
    outcomes = run_suite(suite)
    assert all(not outcome.passed for outcome in outcomes), "each case of these files fails"
    for outcome in outcomes:
        for one in outcome.differences:
            assert one.wanted != one.got
            assert one.place.line > 0


@pytest.mark.parametrize("name", BAD)
@pytest.mark.usefixtures("desk")
def test_what_is_told_of_a_file_that_is_wrong(name: str) -> None:
    file = HERE / "bad" / f"{name}.yaml"
    compare(file, told(file, 2))


@pytest.mark.parametrize("name", BAD)
def test_what_is_wrong_is_told_with_place_and_remedy(name: str, desk: Path) -> None:
    shutil.copy(HERE / "bad" / f"{name}.yaml", desk)
    with pytest.raises(InputError) as wrong:
        load_suite(desk / f"{name}.yaml")
    for problem in wrong.value.problems:
        assert problem.place.line > 0
        assert problem.remedy
        assert any("\u4e00" <= char <= "\u9fff" for char in problem.what_zh)
        assert any("\u4e00" <= char <= "\u9fff" for char in problem.remedy_zh)


def test_no_golden_without_its_file() -> None:
    for folder, names in (("failing", FAILING), ("bad", BAD)):
        assert sorted(path.stem for path in (HERE / folder).glob("*.expected")) == names


# which files are run


def test_a_pack_stands_for_the_tests_beside_it(desk: Path) -> None:
    (desk / "city.tests.yaml").write_text(PASSING.replace("policies: [city.yaml]\n", ""), encoding="utf-8")
    for given in (["city.yaml"], ["city.tests.yaml"], [], ["."], ["city.yaml", "city.tests.yaml"]):
        ran = run("test", *given, "--lang", "en")
        assert (ran.code, ran.out) == (0, "city.tests.yaml: city: 1 test, all passed\n"), given


def test_a_folder_has_the_files_that_are_named_so_or_say_so(desk: Path) -> None:
    (desk / "b.yaml").write_text(PASSING, encoding="utf-8")
    (desk / "a.tests.yaml").write_text(PASSING, encoding="utf-8")
    ran = run("test", "--lang", "en")
    assert ran.out.splitlines() == [
        "a.tests.yaml: city: 1 test, all passed",
        "b.yaml: city: 1 test, all passed",
        "2 tests in all, all passed",
    ]
    assert run("test").out.splitlines()[2] == "共 2 个测试，全部通过"


@pytest.mark.parametrize(
    ("given", "said", "said_zh"),
    [
        (["nowhere"], "error: no test file at 'nowhere'", "错误：“nowhere”没有测试文件"),
        (["city.yaml"], "error: no test file at 'city.yaml'", "错误：“city.yaml”没有测试文件"),
        (["."], "error: no test file at '.'", "错误：“.”没有测试文件"),
        (["--out", "x.yaml"], "error: --out is for what --generate proposes", "错误：--out 只用于 --generate"),
        (
            ["--generate", "--coverage"],
            "error: --generate goes with no --coverage, --fail-under, --junit or --mutate",
            "错误：--generate 不能与 --coverage、--fail-under、--junit、--mutate 同用",
        ),
        (
            ["--generate", "--out", "city.yaml"],
            "error: 'city.yaml' exists and is not written over",
            "错误：“city.yaml”已存在，不覆盖",
        ),
    ],
)
@pytest.mark.usefixtures("desk")
def test_a_wrong_call_is_told(given: list[str], said: str, said_zh: str) -> None:
    for lang, wanted in (("en", said), ("zh", said_zh)):
        ran = run("test", *given, "--lang", lang)
        assert (ran.code, ran.out, ran.err.strip()) == (2, "", wanted)


# JUnit


def test_junit_has_each_test_and_each_difference(desk: Path) -> None:
    shutil.copy(HERE / "failing" / "missing_award.yaml", desk)
    (desk / "good.yaml").write_text(PASSING, encoding="utf-8")
    ran: Ran = run("test", "good.yaml", "missing_award.yaml", "--junit", "out.xml", "--lang", "en")
    assert ran.code == 1
    root = ET.parse(desk / "out.xml").getroot()  # noqa: S314 - it is ours
    assert root.attrib == {"name": "subsidy-rules", "tests": "5", "failures": "4"}
    good, bad = root
    assert (good.get("name"), good.get("tests"), good.get("failures")) == ("good.yaml", "1", "0")
    (case,) = good
    assert case.attrib == {"classname": "city", "name": "growth", "file": "good.yaml", "line": "9"}
    assert [len(one) for one in bad] == [1, 1, 1, 1]
    failure = bad[0][0]
    assert failure.get("message") == "missing_award.yaml:20:12: refused: equipment@p1: award"
    assert failure.text is not None
    assert "expected  awards exact 200万元" in failure.text
    told_of = [text for one in bad for text in (one[0].text or "").splitlines()]
    assert told_of == ran.out.splitlines()[2:-1]


def test_a_report_that_cannot_be_written_is_told(desk: Path) -> None:
    (desk / "good.yaml").write_text(PASSING, encoding="utf-8")
    assert run("test", "good.yaml", "--junit", "no/where.xml").code == 2


def test_progress_is_shown_on_a_terminal_alone(desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    (desk / "good.yaml").write_text(PASSING, encoding="utf-8")
    for stream, shown in ((Terminal(), "\rgood.yaml 1/1\r\x1b[K"), (io.StringIO(), "")):
        monkeypatch.setattr(sys, "stderr", stream)
        (outcome,) = author._run(load_suite(desk / "good.yaml"))
        assert (outcome.passed, stream.getvalue()) == (True, shown)


# the packs that ship


def test_the_packs_that_ship_pass_by_the_command() -> None:
    with chdir(ROOT):
        ran = run("test", "tests/clauses", "--coverage", "--fail-under", "85", "--lang", "en")
    assert ran.code == 0, ran.out
    lines = ran.out.splitlines()
    assert all(line.endswith("all passed") for line in lines[:5])
    assert int(lines[4].split()[0]) > 700


def test_a_case_keeps_the_places_of_its_file(desk: Path) -> None:
    (desk / "good.yaml").write_text(PASSING, encoding="utf-8")
    (test,) = load_suite(desk / "good.yaml").cases
    assert isinstance(test, CaseTest)
    facts = test.case.facts_of(test.policies.vocabulary)
    assert facts.enterprise.values["revenue_growth"]
    assert test.case.document.root.place.line == 4
