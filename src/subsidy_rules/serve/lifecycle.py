"""The command of who follows an application through its articles.

subsidy-rules lifecycle p1.jsonl --case p1.yaml --on 2026-01-01
subsidy-rules lifecycle p1.jsonl --add '{event: pay, at: 2025-06-01, by: 市工业和信息化局, amount: 300万元}'
"""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from subsidy_rules.errors import UsageError
from subsidy_rules.serve.cli import Lang, Language, ListFormat, RulePaths, app, reported, write, write_json

if TYPE_CHECKING:
    from subsidy_rules.audit.lifecycle import Lifecycle
    from subsidy_rules.values.amount import Amount

FOUND: Final = 1


@app.command()
def lifecycle(  # noqa: PLR0913, PLR0917 - one for each option of the command
    log: Annotated[str, typer.Argument(metavar="LOG", help="Event log: YAML, JSON, or lines of JSON (*.jsonl).")],
    of_policy: Annotated[
        str, typer.Option("--lifecycle", metavar="ID|FILE", help="A lifecycle that ships, or a file of one.")
    ] = "shenyang",
    case: Annotated[
        str | None, typer.Option("--case", metavar="CASE", help="The case, for the ceilings that the policy gives.")
    ] = None,
    rules: RulePaths = None,
    on: Annotated[str | None, typer.Option("--on", metavar="DATE", help="The day on which deadlines are read.")] = None,
    add: Annotated[
        str | None, typer.Option("--add", metavar="EVENT", help="Add an event, written as {event: …, at: …, by: …}.")
    ] = None,
    of: Annotated[str, typer.Option("--of", metavar="ID", help="What a new log is of.")] = "",
    second: Annotated[
        bool, typer.Option("--second", help="Replay it on durable-rules too ([events]), and say whether it agrees.")
    ] = False,
    output: Annotated[ListFormat, typer.Option("--format", help="How it is printed.")] = ListFormat.table,
    lang: Language = Lang.zh,
) -> None:
    """Replay the event log of an application: its state, what each event set, what the articles refuse, and why.

    Exit code 1 where an event was refused, a deadline has passed, or the second engine disagrees; 2 where a file is
    wrong or an event to be added is not allowed: it is not written then.
    """
    with reported(lang):
        from subsidy_rules.audit.lifecycle import append, load_lifecycle, read_log, replay
        from subsidy_rules.audit.lifecycle.second import second as held_against
        from subsidy_rules.audit.lifecycle.told import as_json, to_text

        day = _day(on)
        life = load_lifecycle(Path(of_policy) if of_policy.endswith((".yaml", ".yml", ".json")) else of_policy)
        if add is not None:
            append(Path(log), _event(add), life, of=of)
        events = read_log(Path(log), life)
        standing = replay(events, {} if case is None else _ceilings(case, life, events.of, rules))
        if output is ListFormat.json:
            write_json(json.dumps(as_json(standing, day), ensure_ascii=False, indent=2) + "\n")
        else:
            write(to_text(standing, day, lang.code))
        passed = any(one.status == "passed" for one in standing.deadlines(day))
        wrong = bool(standing.refused) or passed
        if second:
            said = held_against(standing)
            typer.echo(said.said(lang.code), err=True)
            wrong = wrong or said.status in ("differs", "crashed")
        if wrong:
            raise typer.Exit(FOUND)


def _day(text: str | None) -> date:
    from subsidy_rules.values.quantity import QuantityError, parse_date

    if text is None:
        raise UsageError("--on DATE is needed: deadlines are read at a day that is named")
    try:
        return date.fromordinal(int(parse_date(text).numerator))
    except QuantityError as error:
        raise UsageError(f"--on: {error.what}") from error


def _event(text: str) -> dict[str, str]:
    from subsidy_rules.errors import CaseError
    from subsidy_rules.values import document

    given = document.plain(document.read(f"- {text}", name="--add", error=CaseError).root)
    tree = given[0] if isinstance(given, list) and len(given) == 1 else None
    if not isinstance(tree, dict) or not all(isinstance(one, str) for one in tree.values()):
        raise UsageError("--add is one event: {event: …, at: …, by: …}")
    return {str(key): str(value) for key, value in tree.items()}


def _ceilings(path: str, life: Lifecycle, of: str, rules: list[str] | None) -> dict[str, Amount]:
    """Return the figures that a case gives: the greatest amount of the award that a figure names."""
    from subsidy_rules.award.evaluate import evaluate
    from subsidy_rules.facts.case import Case
    from subsidy_rules.plan import load_policies
    from subsidy_rules.values.amount import Amount
    from subsidy_rules.values.quantity import Infinity

    found = evaluate(Case.load(path), load_policies(rules) if rules else None)
    if found.currency != life.vocabulary.currency:
        own, its = life.vocabulary.currency.code, found.currency.code
        raise UsageError(f"the case counts in {its}, the lifecycle in {own}: name its policy with --rules")
    made = {}
    for name, figure in life.file.figures.items():
        wanted = f"{life.file.policy}/{figure.award}@{of}"
        award = next((one for one in (*found.awards, *found.undecided) if one.id == wanted), None)
        if figure.award is not None and award is None:
            raise UsageError(f"the case gives no award '{wanted}'")
        if award is not None and not isinstance(award.amount.maximum, Infinity):
            made[name] = Amount.exact(award.amount.maximum)
    return made
