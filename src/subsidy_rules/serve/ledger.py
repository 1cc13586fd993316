"""The commands of who keeps what was paid over the years.

subsidy-rules ledger import paid.db list2024.xlsx list2025.csv
subsidy-rules ledger findings paid.db
subsidy-rules ledger evaluate paid.db case.yaml
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from subsidy_rules.errors import UsageError
from subsidy_rules.serve.cli import (
    Lang,
    Language,
    ListFormat,
    ReadingChoices,
    RulePaths,
    app,
    chosen_readings,
    reported,
    screen,
    write,
    write_json,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from subsidy_rules.audit.ledger.findings import Finding

FOUND: Final = 1
ledger = typer.Typer(help="What was awarded and paid over the years, in a database that is only added to.")
app.add_typer(ledger, name="ledger")
Where = Annotated[str, typer.Argument(metavar="LEDGER", help="A SQLite file, or the address of a PostgreSQL database.")]


@ledger.command(name="import")
def add(
    where: Where,
    files: Annotated[list[str], typer.Argument(metavar="FILE...", help="Lists of payments, or entries as *.jsonl.")],
    columns: Annotated[str | None, typer.Option("--map", metavar="FILE", help="What the columns of lists are.")] = None,
    lang: Language = Lang.zh,
) -> None:
    """Add lists of payments, whole or not at all; what is there already is not added again.

    Lines without an amount in whole fen or without a beneficiary make no entry and are told; the exit code is 1 then.
    """
    with reported(lang):
        from subsidy_rules.audit.columns import NO_MAP, load_map
        from subsidy_rules.audit.ledger import open_ledger
        from subsidy_rules.audit.ledger.entry import read_entry
        from subsidy_rules.audit.ledger.fill import entries_of, unread

        use = NO_MAP if columns is None else load_map(columns)
        lists = [file for file in files if not file.endswith(".jsonl")]
        lines = [line for file in files if file.endswith(".jsonl") for line in _lines(file)]
        entries = [*map(read_entry, lines), *entries_of(lists, use)]
        with open_ledger(where) as found:
            added = found.append(entries)
        zh = lang is Lang.zh
        write(
            f"新增 {added} 条，已有 {len(entries) - added} 条\n"
            if zh
            else f"{added} added, {len(entries) - added} known\n"
        )
        left = unread(lists, use)
        why = "：未入账，没有可用的金额或主体" if zh else ": not entered: no amount or no beneficiary"
        write("".join(f"{line.place}{why}\n" for line in left))
        if left:
            raise typer.Exit(FOUND)


@ledger.command()
def verify(where: Where, lang: Language = Lang.zh) -> None:
    """Follow the chain of digests: each entry is what was entered, and follows from the one before it."""
    with reported(lang):
        from subsidy_rules.audit.ledger import open_ledger

        with open_ledger(where) as found:
            chain = found.verify()
        if chain.broken:
            raise UsageError(f"the ledger is broken at entry {chain.broken}")
        write(f"{chain.entries} 条，链完整，末条摘要 {chain.head}\n" if lang is Lang.zh else
              f"{chain.entries} entries, the chain is whole, its head is {chain.head}\n")  # fmt: skip


@ledger.command()
def findings(
    where: Where,
    rules: RulePaths = None,
    reading: ReadingChoices = None,
    gate: Annotated[
        str | None, typer.Option("--gate", metavar="AMOUNT", help="The least contract that counts, for split ones.")
    ] = None,
    second: Annotated[
        bool, typer.Option("--second", help="Search on durable-rules too ([events]), and say whether it agrees.")
    ] = False,
    output: Annotated[ListFormat, typer.Option("--format", help="How it is printed.")] = ListFormat.table,
    lang: Language = Lang.zh,
) -> None:
    """Search for payments that are each right and together are not. Exit code 1 where any is certain."""
    with reported(lang):
        from subsidy_rules.audit.ledger import open_ledger
        from subsidy_rules.audit.ledger.findings import findings as search
        from subsidy_rules.audit.ledger.findings import suspicions
        from subsidy_rules.audit.ledger.rulebook import load_rulebook
        from subsidy_rules.audit.ledger.second import second as held_against
        from subsidy_rules.values.quantity import parse_money

        book = load_rulebook(rules or (), chosen_readings(reading))
        with open_ledger(where) as kept:
            entries = list(kept.entries())
        certain = search(entries, book)
        likely = suspicions(entries, gate=None if gate is None else int(parse_money(gate)), rules=book)
        if output is ListFormat.json:
            tree = {"schema": "subsidy-rules/findings/1", "certain": _json(certain), "likely": _json(likely)}
            tree["not_searched"] = [one[0 if lang is Lang.zh else 1] for one in book.left_out]
            write_json(json.dumps(tree, ensure_ascii=False, indent=2) + "\n")
        else:
            _table(certain, "确定的问题" if lang is Lang.zh else "Certain", lang)
            _table(likely, "疑点，须人工核实" if lang is Lang.zh else "Likely, to be looked into", lang)
            for one in book.left_out:
                write(f"{'未核对' if lang is Lang.zh else 'not searched'} {one[0 if lang is Lang.zh else 1]}\n")
        said = held_against(entries, book) if second else None
        if said is not None:
            typer.echo(said.said(lang.code), err=True)
        if certain or (said is not None and said.status in ("differs", "crashed")):
            raise typer.Exit(FOUND)


@ledger.command()
def evaluate(
    where: Where,
    case: Annotated[str, typer.Argument(metavar="CASE", help="A case that leaves its history to the ledger.")],
    lang: Language = Lang.zh,
) -> None:
    """Evaluate a case with what the ledger knows from before its decision date: earlier awards, and others' grants."""
    with reported(lang):
        from subsidy_rules.audit.ledger import open_ledger
        from subsidy_rules.audit.ledger.history import with_history
        from subsidy_rules.award.evaluate import evaluate as run
        from subsidy_rules.facts.case import Case
        from subsidy_rules.report.tables import to_text
        from subsidy_rules.values.document import plain

        given = Case.load(case)
        tree = plain(given.document.root)
        day = tree.get("decision_date") if isinstance(tree, dict) else None
        with open_ledger(where) as kept:
            found = run(with_history(given, kept.entries(), day=day if isinstance(day, str) else "9999-12-31"))
        width, ascii_only, color = screen()
        write(to_text(found, lang.code, width=width, ascii_only=ascii_only, color=color))


def _lines(file: str) -> list[str]:
    try:
        return [line for line in Path(file).read_text(encoding="utf-8").splitlines() if line.strip()]
    except UnicodeDecodeError as error:
        raise UsageError(f"'{file}' is not UTF-8: {error.reason} at byte {error.start}") from None


def _json(found: Iterable[Finding]) -> list[dict[str, Any]]:
    return [
        {
            "code": one.code,
            "policy": one.cited.policy,
            "rule": one.cited.rule,
            "quote": one.cited.quote,
            "entries": list(one.entries),
            "fen": one.fen,
            "zh": one.zh,
            "en": one.en,
            "certain": one.certain,
        }
        for one in found
    ]


def _table(found: Iterable[Finding], title: str, lang: Lang) -> None:
    from fractions import Fraction

    from subsidy_rules.report.tables import Block, text_table
    from subsidy_rules.values.quantity import format_money

    zh = lang is Lang.zh
    rows = tuple(
        (
            (one.said(lang.code), one.cited.quote) if one.cited.quote else (one.said(lang.code),),
            (f"{one.cited.policy}/{one.cited.rule}",) if one.cited.policy else ("",),
            one.entries[:5] + (("…",) if len(one.entries) > 5 else ()),  # noqa: PLR2004 - as many as a cell holds
            (format_money(Fraction(one.fen)),),
        )
        for one in found
    )
    heads = ("问题", "依据", "记录", "涉及金额") if zh else ("finding", "under", "entries", "at stake")
    width, ascii_only, color = screen()
    if rows:
        write(
            text_table(Block(title, heads, rows, figures=(3,)), width=width, ascii_only=ascii_only, color=color) + "\n"
        )
    else:
        write(f"{title}{'：没有' if zh else ': none'}\n")
