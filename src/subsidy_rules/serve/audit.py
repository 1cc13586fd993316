"""The commands of an auditor: `audit` holds what was paid against what the rules give.

subsidy-rules audit paid.csv --facts cases --out working_papers.xlsx
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Annotated

import typer

from subsidy_rules.errors import UsageError
from subsidy_rules.serve.cli import (
    GuideFiles,
    Lang,
    Language,
    PolicyIds,
    ReadingChoices,
    RulePaths,
    app,
    reported,
    screen,
    write,
    write_json,
)

if TYPE_CHECKING:
    from subsidy_rules.audit.verify import Audit

FOUND = 1
STEP = 100
"""After how many lines it is shown how far an audit is."""


class AuditFormat(StrEnum):
    """How the outcome is printed."""

    text = "text"
    json = "json"
    html = "html"


class ClassName(StrEnum):
    """The classes of verdicts."""

    too_much = "too_much"
    not_eligible = "not_eligible"
    too_little = "too_little"
    cant_tell = "cant_tell"
    right_to_the_digits = "right_to_the_digits"
    right = "right"


@app.command()
def audit(  # noqa: PLR0913, PLR0917 - one argument for each option
    paid: Annotated[
        list[str], typer.Argument(metavar="PAID...", help="Lists of what was paid: CSV, XLSX, JSON lines.")
    ],
    facts: Annotated[
        list[str] | None,
        typer.Option("--facts", metavar="PATH", help="Cases: YAML, JSON lines, filled-in templates, tables, folders."),
    ] = None,
    facts_map: Annotated[
        str | None,
        typer.Option("--facts-map", metavar="FILE", help="What the columns of a table of facts are, as for batch."),
    ] = None,
    map_: Annotated[
        str | None, typer.Option("--map", metavar="FILE", help="What the columns are, and what holds for all lines.")
    ] = None,
    unit: Annotated[
        str | None, typer.Option("--unit", metavar="UNIT", help="Unit of amounts that name none: 元, 万元.")
    ] = None,
    as_of: Annotated[
        str | None, typer.Option("--as-of", metavar="DATE", help="Decision date of lines that state none.")
    ] = None,
    policy: PolicyIds = None,
    rules: RulePaths = None,
    reading: ReadingChoices = None,
    guide: GuideFiles = None,
    out: Annotated[
        str | None, typer.Option("--out", metavar="FILE", help="Write the working papers: .xlsx or .html.")
    ] = None,
    bundle: Annotated[
        str | None, typer.Option("--bundle", metavar="FILE", help="Write everything as evidence, with its own check.")
    ] = None,
    sample_size: Annotated[int, typer.Option("--sample-size", metavar="N", help="Lines that a sample has.")] = 25,
    seed: Annotated[str, typer.Option("--seed", metavar="TEXT", help="What the sample is drawn from.")] = "1",
    jobs: Annotated[
        int | None, typer.Option("--jobs", metavar="N", min=1, help="Processes that work at once; all cores if none.")
    ] = None,
    every_line: Annotated[
        bool,
        typer.Option("--every-line", help="Record lines that are right in full too, of more than 5,000 lines."),
    ] = False,
    only: Annotated[
        list[ClassName] | None,
        typer.Option("--only", help="Print only verdicts of this class; may be given several times."),
    ] = None,
    format_: Annotated[AuditFormat, typer.Option("--format", help="How the outcome is printed.")] = AuditFormat.text,
    lang: Language = Lang.zh,
) -> None:
    """Audit what was paid: each line right, too much, too little, not eligible, or why nobody can tell.

    Every line is computed again for its own decision date under the rules of that day, with the clause, the arithmetic
    and the amount to cut. Exit code 0 whatever is found; 2 where a list, a case or the call is wrong.
    """
    with reported(lang):
        from subsidy_rules.audit.report import to_html, to_json, to_text

        for path in (out, bundle):
            _free(path)
        at_once = (jobs, True if every_line else None)
        found = _audited(paid, facts, facts_map, map_, unit, as_of, policy, rules, reading, guide, at_once)
        papers = _papers(found, out, lang, sample_size, seed)
        if bundle is not None:
            _bundle(found, bundle, [*paid, *(facts or ()), *(one for one in (map_, facts_map) if one)], papers, lang)
        if format_ is AuditFormat.json:
            write_json(to_json(found, lang.code))
        elif format_ is AuditFormat.html:
            write_json(to_html(found, lang.code))
        else:
            width, ascii_only, color = screen()
            shown = [one.value for one in only or ()]
            write(to_text(found, lang.code, only=shown, width=width, ascii_only=ascii_only, color=color))


def _audited(  # noqa: PLR0913, PLR0917 - what the command takes
    paid: list[str],
    facts: list[str] | None,
    facts_map: str | None,
    map_: str | None,
    unit: str | None,
    as_of: str | None,
    policy: list[str] | None,
    rules: list[str] | None,
    reading: list[str] | None,
    guide: list[str] | None,
    at_once: tuple[int | None, bool | None],
) -> Audit:
    from dataclasses import replace

    from subsidy_rules.audit.columns import NO_MAP, load_map
    from subsidy_rules.audit.desk import open_desk
    from subsidy_rules.audit.knowledge import Book, load_book
    from subsidy_rules.audit.listing import load_list
    from subsidy_rules.audit.stated import read_days
    from subsidy_rules.audit.verify import audit as run
    from subsidy_rules.serve.cli import chosen_readings
    from subsidy_rules.sheets.batch import cores
    from subsidy_rules.values.quantity import QuantityError

    desk = open_desk(rules, only=policy or (), guides=guide or (), readings=chosen_readings(reading))
    use = NO_MAP if map_ is None else load_map(map_)
    use = use if unit is None else replace(use, unit=unit)
    units = [name for name, _ in desk.currency.units]
    if use.unit is not None and use.unit not in units:
        raise UsageError(f"'{use.unit}' is no unit of money: {', '.join(units)}")
    try:
        days = None if as_of is None else read_days(as_of)
    except QuantityError as error:
        raise UsageError(f"--as-of: {error.what}") from error
    tell, done = _progress()
    book = load_book(facts, desk.base.vocabulary, facts_map) if facts else Book()
    listed = load_list(paid, use, desk.currency)
    jobs, thorough = at_once
    found = run(listed, desk, book, use, as_of=days, progress=tell, jobs=jobs or cores(), thorough=thorough)
    done(len(listed.lines))
    return found


def _progress() -> tuple[Callable[[int, int], None] | None, Callable[[int], None]]:
    """Return what shows how far an audit is, on a terminal, and what says how fast it was."""
    begun, shown = monotonic(), [0]

    def rate(many: int) -> str:
        return f"{many / max(monotonic() - begun, 0.001):.0f}/s"

    def tell(done: int, every: int) -> None:
        if done // STEP > shown[0] or done == every:
            shown[0] = done // STEP
            sys.stderr.write(f"\r{done}/{every} {rate(done)}")
            sys.stderr.flush()

    def done(many: int) -> None:
        sys.stderr.write(f"\r\x1b[K{many} {rate(many)}\n")
        sys.stderr.flush()

    return (tell, done) if sys.stderr.isatty() else (None, lambda _: None)


def _free(path: str | None) -> None:
    """Refuse to write over a file. Raises `UsageError`."""
    if path is not None and Path(path).exists():
        raise UsageError(f"'{path}' exists and is not written over")


def _papers(found: Audit, out: str | None, lang: Lang, size: int, seed: str) -> bytes | None:
    """Write the working papers where they are asked for; return the bytes of a workbook."""
    if out is None:
        return None
    path = Path(out)
    if path.suffix.lower() == ".html":
        from subsidy_rules.audit.report import html_of
        from subsidy_rules.sheets.workbook import whole

        with whole(path) as temporary, temporary.open("w", encoding="utf-8", newline="\n") as page:
            page.writelines(html_of(found, lang.code))
        return None
    from subsidy_rules.audit.papers import write_papers

    write_papers(found, path, lang.code, size=size, seed=seed)
    return path.read_bytes()


def _bundle(found: Audit, path: str, inputs: list[str], papers: bytes | None, lang: Lang) -> None:
    """Write the evidence bundle, and say its digest."""
    from subsidy_rules.audit.bundle import bundle_of, gathered, write_bundle

    digest = write_bundle(bundle_of(found, gathered(inputs), papers, lang.code), path)
    sys.stderr.write(f"{digest}  {path}\n")
