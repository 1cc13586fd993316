"""The commands of who writes a policy: `new` begins one, `test` holds it against worked cases.

subsidy-rules new my_city
subsidy-rules test my_city.tests.yaml --coverage
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
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
def run_tests(  # noqa: PLR0913, PLR0917 - one argument for each option
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
    mutate: Annotated[
        bool,
        typer.Option("--mutate", help="Also change each figure, edge, date and exclusion, and see that a test fails."),
    ] = False,
    clause: Annotated[
        list[str] | None,
        typer.Option("--clause", metavar="ID", help="With --mutate: only this clause; may be given several times."),
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

        _agree(out, generate=generate, others=coverage or fail_under is not None or junit is not None or mutate)
        if clause and not mutate:
            raise UsageError("--clause is for what --mutate changes")
        suites = [load_suite(path) for path in find_suites(paths or ["."])]
        ran = [(suite, _run(suite)) for suite in suites]
        if generate:
            _propose(ran, out, lang)
            return
        failed = False
        for suite, outcomes in ran:
            write(told.summary(suite, outcomes, lang.code) + "\n")
            failed = failed or any(not one.passed for one in outcomes)
            for text in (text for one in outcomes for text in told.failures(one, lang.code)):
                write(text + "\n")
        if len(ran) > 1:
            write(told.totals(ran, lang.code) + "\n")
        if junit is not None:
            Path(junit).write_text(told.junit(ran, lang.code), encoding="utf-8", newline="\n")
        if coverage or fail_under is not None:
            least = None if fail_under is None else Fraction(fail_under, 100)
            failed = _covered(ran, least, lang, shown=coverage) or failed
        for suite, outcomes in ran if mutate else ():
            failed = _mutated(suite, outcomes, clause or (), lang) or failed
        if failed:
            raise typer.Exit(FAILED)


def _agree(out: str | None, *, generate: bool, others: bool) -> None:
    """Raise `UsageError` where options do not go together."""
    if out is not None and not generate:
        raise UsageError("--out is for what --generate proposes")
    if generate and others:
        raise UsageError("--generate goes with no --coverage, --fail-under, --junit or --mutate")
    if out is not None and Path(out).exists():
        raise UsageError(f"'{out}' exists and is not written over")


def _mutated(suite: Suite, outcomes: Sequence[Outcome], only: Sequence[str], lang: Lang) -> bool:
    """Say which changes of the policies no test notices; return whether any is left that nobody has looked at."""
    from subsidy_rules.author import mutants as mutants_of

    listing = mutants_of.reviews_beside(suite)
    reviews = mutants_of.reviewed_of(listing) if listing.exists() else ()
    with bar(suite.path.name) as told:
        found = mutants_of.mutants(suite, outcomes, only=only, told=told)
    made = tuple(mutants_of.with_reviews(found, reviews))
    stale = () if only else mutants_of.left_over(made, reviews)
    names = ", ".join(dict.fromkeys(one.stem for one in suite.packs))
    for line in mutants_of.say(names, made, stale, lang.code):
        write(line + "\n")
    return bool(stale) or any(one.fate in ("survived", "equal") and not one.reviewed for one in made)


@contextmanager
def bar(name: str) -> Iterator[Callable[[int, int], None]]:
    """Show on a terminal how far a long work has come."""
    if not sys.stderr.isatty():
        yield lambda *_: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(name, total=None)
        yield lambda done, of: bar.update(task, completed=done, total=of)


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
