"""The commands of who keeps what was paid over the years.

subsidy-rules ledger import paid.db list2024.xlsx list2025.csv
subsidy-rules ledger findings paid.db
subsidy-rules ledger evaluate paid.db case.yaml
"""

from __future__ import annotations

import json
from collections import Counter
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
    from collections.abc import Iterable, Iterator
    from fractions import Fraction

    from subsidy_rules.audit.ledger.findings import Finding
    from subsidy_rules.audit.lines import Both
    from subsidy_rules.values.quantity import Currency

FOUND: Final = 1
ledger = typer.Typer(help="What was awarded and paid over the years, in a database that is only added to.")
app.add_typer(ledger, name="ledger")
Where = Annotated[str, typer.Argument(metavar="LEDGER", help="A SQLite file, or the address of a PostgreSQL database.")]


@ledger.command(name="import")
def add(
    where: Where,
    files: Annotated[list[str], typer.Argument(metavar="FILE...", help="Lists of payments, or entries as *.jsonl.")],
    columns: Annotated[str | None, typer.Option("--map", metavar="FILE", help="What the columns of lists are.")] = None,
    rules: RulePaths = None,
    lang: Language = Lang.zh,
) -> None:
    """Add lists of payments, whole or not at all; what is there already is not added again.

    Amounts are in the currency of the rules, yuan unless --rules names policies of another.

    Lines without an amount in whole fen or without a beneficiary make no entry and are told; the exit code is 1 then.
    """
    with reported(lang):
        from subsidy_rules.audit.columns import NO_MAP, load_map
        from subsidy_rules.audit.ledger import open_ledger
        from subsidy_rules.audit.ledger.entry import read_entry
        from subsidy_rules.audit.ledger.fill import entries_of, unread

        use = NO_MAP if columns is None else load_map(columns)
        currency = _currency(rules)
        lists = [file for file in files if not file.endswith(".jsonl")]
        lines = [line for file in files if file.endswith(".jsonl") for line in _lines(file)]
        entries = [*map(read_entry, lines), *entries_of(lists, use, currency)]
        with open_ledger(where) as found:
            added = found.append(entries)
        zh = lang is Lang.zh
        write(
            f"新增 {added} 条，已有 {len(entries) - added} 条\n"
            if zh
            else f"{added} added, {len(entries) - added} known\n"
        )
        left = unread(lists, use, currency)
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

        book = load_rulebook(rules or (), chosen_readings(reading))
        with open_ledger(where) as kept:
            entries = list(kept.entries())
        certain = search(entries, book)
        least = None if gate is None else int(_parsed(gate, book.currency))
        likely = suspicions(entries, gate=least, rules=book)
        others = Counter(one.currency or "CNY" for one in entries if one.kind != "succession")
        del others[book.currency.code]
        if output is ListFormat.json:
            tree = {"schema": "subsidy-rules/findings/1", "certain": _json(certain), "likely": _json(likely)}
            tree |= {} if book.currency.code == "CNY" else {"currency": book.currency.code}
            tree["not_searched"] = [*_left_out(book.left_out, others, lang)]
            write_json(json.dumps(tree, ensure_ascii=False, indent=2) + "\n")
        else:
            _table(certain, "确定的问题" if lang is Lang.zh else "Certain", lang, book.currency)
            _table(likely, "疑点，须人工核实" if lang is Lang.zh else "Likely, to be looked into", lang, book.currency)
            for one in _left_out(book.left_out, others, lang):
                write(f"{'未核对' if lang is Lang.zh else 'not searched'} {one}\n")
        said = held_against(entries, book) if second else None
        if said is not None:
            typer.echo(said.said(lang.code), err=True)
        if certain or (said is not None and said.status in ("differs", "crashed")):
            raise typer.Exit(FOUND)


@ledger.command()
def evaluate(
    where: Where,
    case: Annotated[str, typer.Argument(metavar="CASE", help="A case that leaves its history to the ledger.")],
    rules: RulePaths = None,
    reading: ReadingChoices = None,
    lang: Language = Lang.zh,
) -> None:
    """Evaluate a case with what the ledger knows from before its decision date: earlier awards, and others' grants."""
    with reported(lang):
        from subsidy_rules.audit.ledger import open_ledger
        from subsidy_rules.audit.ledger.history import with_history
        from subsidy_rules.award.evaluate import evaluate as run
        from subsidy_rules.facts.case import Case
        from subsidy_rules.plan import load_policies
        from subsidy_rules.report.tables import to_text
        from subsidy_rules.values.document import plain

        policies = load_policies(rules) if rules else None
        given, currency = Case.load(case), _currency(rules)
        tree = plain(given.document.root)
        day = tree.get("decision_date") if isinstance(tree, dict) else None
        with open_ledger(where) as kept:
            until = day if isinstance(day, str) else "9999-12-31"
            known = with_history(given, kept.entries(), day=until, currency=currency)
        found = run(known, policies, readings=chosen_readings(reading))
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


def _currency(rules: list[str] | None) -> Currency:
    """Return what the policies count in; yuan where none is named."""
    from subsidy_rules.plan import load_policies
    from subsidy_rules.values.quantity import CNY

    return load_policies(rules).vocabulary.currency if rules else CNY


def _parsed(gate: str, currency: Currency) -> Fraction:
    from subsidy_rules.values.quantity import QuantityError, parse_money

    try:
        return parse_money(gate, currency=currency)
    except QuantityError as error:
        raise UsageError(f"--gate: {error.what}") from error


def _left_out(rules: Iterable[Both], others: Counter[str], lang: Lang) -> Iterator[str]:
    """Say which rules were not searched by, and how many entries are in another currency."""
    zh = lang is Lang.zh
    yield from (one[0 if zh else 1] for one in rules)
    for code, many in sorted(others.items()):
        yield f"{many} 条以 {code} 计，规则不以其计" if zh else f"{many} entries in {code}: the rules count in another"


def _table(found: Iterable[Finding], title: str, lang: Lang, currency: Currency) -> None:
    from fractions import Fraction

    from subsidy_rules.award.written import write_money
    from subsidy_rules.report.tables import Block, text_table

    zh = lang is Lang.zh
    rows = tuple(
        (
            (one.said(lang.code), one.cited.quote) if one.cited.quote else (one.said(lang.code),),
            (f"{one.cited.policy}/{one.cited.rule}",) if one.cited.policy else ("",),
            one.entries[:5] + (("…",) if len(one.entries) > 5 else ()),  # noqa: PLR2004 - as many as a cell holds
            (write_money(Fraction(one.fen), lang.code, currency),),
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
