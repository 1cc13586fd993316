"""The commands of who writes a policy: `new` begins one, `test` holds it against worked cases.

subsidy-rules new my_city
subsidy-rules test my_city.tests.yaml --coverage
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from subsidy_rules.errors import UsageError
from subsidy_rules.serve.cli import Lang, Language, app, reported, write

if TYPE_CHECKING:
    from subsidy_rules.author.suite import Suite
    from subsidy_rules.author.trial import Outcome

FAILED: Final = 1


@app.command(name="test")
def run_tests(
    paths: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[PATH]...", help="Test files, rule files with tests beside them, folders; here if none."
        ),
    ] = None,
    junit: Annotated[
        str | None, typer.Option("--junit", metavar="FILE", help="Write the outcome as JUnit XML too.")
    ] = None,
    coverage: Annotated[
        bool, typer.Option("--coverage", help="Also what of each policy the tests reach, and what they do not.")
    ] = False,
    fail_under: Annotated[
        int | None,
        typer.Option("--fail-under", metavar="PERCENT", min=0, max=100, help="Fail where a policy is reached less."),
    ] = None,
    generate: Annotated[
        bool, typer.Option("--generate", help="Propose boundary cases for review, instead of the outcome.")
    ] = False,
    out: Annotated[
        str | None, typer.Option("--out", metavar="FILE", help="Write proposed cases to a new file.")
    ] = None,
    lang: Language = Lang.zh,
) -> None:
    """Run the tests of policies: worked cases in YAML, compared to the fen.

    Exit code 1 where a test fails or a policy is reached less than --fail-under, 2 where a test file or a policy is
    wrong. --generate writes test cases around every threshold and cap, as they are computed now, to be reviewed.
    """
    with reported(lang):
        from subsidy_rules.author import told
        from subsidy_rules.author.suite import find_suites, load_suite

        if out is not None and not generate:
            raise UsageError("--out is for what --generate proposes")
        if generate and (coverage or fail_under is not None or junit is not None):
            raise UsageError("--generate goes with no --coverage, --fail-under or --junit")
        if out is not None and Path(out).exists():
            raise UsageError(f"'{out}' exists and is not written over")
        suites = [load_suite(path) for path in find_suites(paths or ["."])]
        ran = [(suite, _run(suite)) for suite in suites]
        if generate:
            _propose(ran, out, lang)
            return
        failed = False
        for suite, outcomes in ran:
            write(told.summary(suite, outcomes, lang.code) + "\n")
            for outcome in outcomes:
                failed = failed or not outcome.passed
                for text in told.failures(outcome, lang.code):
                    write(text + "\n")
        if len(ran) > 1:
            write(told.totals(ran, lang.code) + "\n")
        if junit is not None:
            Path(junit).write_text(told.junit(ran, lang.code), encoding="utf-8", newline="\n")
        if coverage or fail_under is not None:
            least = None if fail_under is None else Fraction(fail_under, 100)
            failed = _covered(ran, least, lang, shown=coverage) or failed
        if failed:
            raise typer.Exit(FAILED)


def _run(suite: Suite) -> tuple[Outcome, ...]:
    """Run a file, with its progress on a terminal."""
    from subsidy_rules.author.trial import run_suite

    if not sys.stderr.isatty():
        return run_suite(suite)
    tell, done = _progress(suite)
    try:
        return run_suite(suite, tell)
    finally:
        done()


def _progress(suite: Suite) -> tuple[Callable[[Outcome], None], Callable[[], None]]:
    count, every = 0, len(suite.cases)

    def tell(_: Outcome) -> None:
        nonlocal count
        count += 1
        sys.stderr.write(f"\r{suite.path.name} {count}/{every}")
        sys.stderr.flush()

    def done() -> None:
        sys.stderr.write("\r\x1b[K")
        sys.stderr.flush()

    return tell, done


def _covered(
    ran: Sequence[tuple[Suite, Sequence[Outcome]]], least: Fraction | None, lang: Lang, *, shown: bool
) -> bool:
    """Say what of each policy is reached; return whether any is reached less than it should be."""
    from subsidy_rules.author.coverage import cover, say

    under = False
    for one in cover(ran):
        if shown:
            write(say(one, lang.code))
        if least is not None and one.share < least:
            under = True
            percent = int(least * 100)
            zh = f"{one.policy}：覆盖 {one.percent}，低于要求的 {percent}%\n"
            write(zh if lang is Lang.zh else f"{one.policy}: {one.percent} reached, less than {percent}%\n")
    return under


def _propose(ran: Sequence[tuple[Suite, Sequence[Outcome]]], out: str | None, lang: Lang) -> None:
    from subsidy_rules.author.bounds import propose

    if len(ran) != 1:
        raise UsageError("--generate takes one test file")
    ((suite, outcomes),) = ran
    text = propose(suite, outcomes, lang.code, Path(out).parent if out is not None else Path())
    if out is None:
        write(text)
        return
    with Path(out).open("x", encoding="utf-8", newline="\n") as file:
        file.write(text)


@app.command()
def new(
    identity: Annotated[str, typer.Argument(metavar="ID", help="The id of the policy: small letters, digits, _.")],
    into: Annotated[str, typer.Option("--into", metavar="DIR", help="The folder to write into.")] = ".",
    lang: Language = Lang.zh,
) -> None:
    """Begin a policy: ID.yaml with one clause of each everyday shape, its tests beside it, and what to do next.

    Nothing is written over: it refuses an id of which a file is there already, or that a shipped policy has.
    """
    with reported(lang):
        from subsidy_rules.author.scaffold import write_scaffold

        files = write_scaffold(identity, Path(into), lang.code)
        head, then = ("已写", "接着运行") if lang is Lang.zh else ("written:", "next:")
        write("".join(f"{head} {file}\n" for file in files))
        said = "" if lang is Lang.zh else " --lang en"
        write(f"{then} subsidy-rules check {files[0]}{said}\n")
        write(f"{then} subsidy-rules test {files[1]}{said}\n")
