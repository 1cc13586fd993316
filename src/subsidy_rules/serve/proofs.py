"""The command of who wants to be sure: `prove` shows what holds of a policy for every case, or a case where it fails.

subsidy-rules prove rules/
subsidy-rules prove my_city.yaml --against my_city_2024.yaml
"""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from subsidy_rules.errors import UsageError
from subsidy_rules.serve.cli import Lang, Language, ListFormat, app, reported, write, write_json

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from subsidy_rules.author.proofs import Finding

REFUTED: Final = 1


@app.command()
def prove(
    paths: Annotated[
        list[str] | None,
        typer.Argument(metavar="[PATH]...", help="Rule files or folders; the packs that ship where none is given."),
    ] = None,
    against: Annotated[
        str | None,
        typer.Option("--against", metavar="OLD", help="An older version: the smallest case on which they differ."),
    ] = None,
    things: Annotated[
        int, typer.Option("--things", metavar="N", help="Things in each list, where a number must be set.")
    ] = 2,
    cases: Annotated[
        str | None, typer.Option("--cases", metavar="DIR", help="Write each case that is shown to a new folder.")
    ] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Exit 1 where something was left unsettled too.")] = False,
    format_: Annotated[ListFormat, typer.Option("--format", help="How the findings are printed.")] = ListFormat.table,
    lang: Language = Lang.zh,
) -> None:
    """Prove policies for every case, reading and guide: amounts, caps, bands, branches, rules between awards (z3).

    What is refuted is shown by a case, which has been evaluated. Exit code 1 where something is refuted, or with
    --strict where the solver could not settle something; an exception is listed with its clause and is no failure.
    Needs the extra `proofs`.
    """
    with reported(lang):
        from subsidy_rules.author.proofs import prove as run
        from subsidy_rules.author.proofs import said
        from subsidy_rules.author.proofs.finding import FAILING, UNSETTLED
        from subsidy_rules.plan import load_policies

        if cases is not None and Path(cases).exists():
            raise UsageError(f"'{cases}' exists and is not written over")
        policies = load_policies(paths or None)
        old = None if against is None else load_policies(against)
        tell, done = _progress()
        try:
            findings = run(policies, against=old, size=things, told=tell)
        finally:
            done()
        if format_ is ListFormat.json:
            write_json(said.as_json(findings))
        else:
            for plan in policies.plans:
                own = [one for one in findings if one.policy == plan.id]
                write(said.table(own, lang.code) if own else "")
            write(said.details(findings, lang.code))
        if cases is not None:
            _keep(findings, Path(cases))
        failing = FAILING | UNSETTLED if strict else FAILING
        if any(one.status in failing for one in findings):
            raise typer.Exit(REFUTED)


def _progress() -> tuple[Callable[[str], None], Callable[[], None]]:
    """Return what tells on a terminal which sentence is asked about, and what clears it."""
    shown = sys.stderr.isatty()

    def tell(name: str) -> None:
        if shown:
            sys.stderr.write(f"\r\x1b[K{name}")
            sys.stderr.flush()

    def done() -> None:
        if shown:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()

    return tell, done


def _keep(findings: Sequence[Finding], folder: Path) -> None:
    """Write the cases of what is not simply proved, named by policy, sentence and kind."""
    from subsidy_rules.author.proofs import said

    folder.mkdir(parents=True)
    counted: Counter[str] = Counter()
    for one in findings:
        if one.status in ("refuted", "exception", "fault"):
            head = f"{one.policy}_{one.clause}_{one.kind}"
            counted[head] += 1
            for at, case in enumerate(one.cases):
                name = f"{head}_{counted[head]}{'ab'[at] if len(one.cases) > 1 else ''}.json"
                (folder / name).write_text(said.shown(case), encoding="utf-8", newline="\n")
