"""The command of who moves one number of a case.

subsidy-rules sweep case.yaml "projects[0].costs[0].amount=0..3亿元"
subsidy-rules sweep case.yaml "enterprise.revenue_growth=0%..20%" --award xian_30/loan_discount@enterprise
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

from subsidy_rules.errors import UsageError
from subsidy_rules.serve.cli import (
    Lang,
    Language,
    ListFormat,
    ReadingChoices,
    RulePaths,
    app,
    complain,
    reported,
    screen,
    write,
    write_json,
)

if TYPE_CHECKING:
    from subsidy_rules.study.sweep import Line, Piece, Sweep


@app.command()
def sweep(  # noqa: PLR0913, PLR0917 - one for each option of the command
    case: Annotated[str, typer.Argument(metavar="CASE", help="Case file, YAML or JSON.")],
    over: Annotated[str, typer.Argument(metavar="PATH=RANGE", help='Such as "projects[0].costs[0].amount=0..3亿元".')],
    award: Annotated[
        list[str] | None, typer.Option("--award", metavar="ID", help="Only this award, or total; may be given again.")
    ] = None,
    rules: RulePaths = None,
    reading: ReadingChoices = None,
    chart: Annotated[
        str | None, typer.Option("--chart", metavar="FILE", help="Draw it too: .html, .png, .svg; one award, or total.")
    ] = None,
    output: Annotated[ListFormat, typer.Option("--format", help="How it is printed.")] = ListFormat.table,
    lang: Language = Lang.zh,
) -> None:
    """Move one number of a case over a range: every award piece by piece, its exact breaks, its cliffs.

    Each piece says what one more unit brings and what binds it. Exit code 2 where the path is no number of the case, or
    the range is none.
    """
    with reported(lang):
        from subsidy_rules.facts.case import Case
        from subsidy_rules.plan import load_policies
        from subsidy_rules.study.side import Scenario
        from subsidy_rules.study.sweep import TOTAL
        from subsidy_rules.study.sweep import sweep as run

        path, equals, text = over.partition("=")
        if not equals:
            raise UsageError(f"a sweep is PATH=LOW..HIGH, not '{over}'")
        chosen = dict(one.split("=", 1) for one in reading or () if "=" in one)
        wrong = next((one for one in reading or () if "=" not in one), None)
        if wrong is not None:
            raise UsageError(f"--reading is ID=OPTION, not '{wrong}'")
        policies = load_policies(rules) if rules else None
        found = run(Case.load(case), path, text, Scenario(policies=policies, readings=chosen))
        lines = [found.line(one) for one in award] if award else list(found.lines)
        if chart is not None:
            from subsidy_rules.study.charts import save_chart, sweep_chart

            _told(save_chart(sweep_chart(found, lines[0].id if len(lines) == 1 else TOTAL, lang.code), chart))
        if output is ListFormat.json:
            tree = found.as_json()
            names = {one.id for one in lines}
            for key in ("lines", "cliffs"):
                listed = tree[key]
                assert isinstance(listed, list)  # noqa: S101 - as_json writes them so
                tree[key] = [one for one in listed if isinstance(one, dict) and one["id"] in names]
            write_json(json.dumps(tree, ensure_ascii=False, indent=2) + "\n")
            return
        for one in lines:
            _table(found, one, lang)
        if not found.complete:
            write(
                "评估次数已达上限，结果不完整\n"
                if lang is Lang.zh
                else "the limit of evaluations was met: not complete\n"
            )


def _told(said: str | None) -> None:
    if said is not None:
        complain(said)


def _table(found: Sweep, line: Line, lang: Lang) -> None:
    from subsidy_rules.report.tables import Block, text_table
    from subsidy_rules.study.sweep import say_cliff

    zh = lang is Lang.zh
    heads = ("从", "到", "奖补", "每多一单位", "依据") if zh else ("from", "to", "award", "per unit more", "under")
    rows = tuple(tuple((text,) for text in _cells(found, one, lang)) for one in line.pieces)
    cliffs = tuple(say_cliff(found, one, lang.code) for one in line.cliffs)
    width, ascii_only, color = screen()
    write(text_table(Block(line.id, heads, rows, cliffs), width=width, ascii_only=ascii_only, color=color))
    write("".join(f"  {one}\n" for one in cliffs) + "\n")


def _cells(found: Sweep, one: Piece, lang: Lang) -> tuple[str, ...]:
    zh = lang is Lang.zh
    rate = "—" if one.rate is None else str(one.rate)
    ends = " → ".join(dict.fromkeys(_money(ends, lang) for ends in (one.low, one.high)))
    why = one.why if zh else one.why_en
    unsure = "" if one.proved else ("（未证明其间没有别的断点）" if zh else " (not proved that nothing lies between)")
    return found.said(one.first), found.said(one.last), ends, rate, why + unsure


def _money(ends: tuple[object, object], lang: Lang) -> str:
    from fractions import Fraction

    from subsidy_rules.values.quantity import exact_text, format_money

    def said(number: object) -> str:
        if not isinstance(number, Fraction):
            return "∞"
        return format_money(number) if lang is Lang.zh else f"CNY {exact_text(number / 100)}"

    return said(ends[0]) if ends[0] == ends[1] else f"{said(ends[0])}–{said(ends[1])}"


@app.command()
def tornado(
    case: Annotated[str, typer.Argument(metavar="CASE", help="Case file, YAML or JSON.")],
    rules: RulePaths = None,
    reading: ReadingChoices = None,
    chart: Annotated[
        str | None, typer.Option("--chart", metavar="FILE", help="Draw it too: .html, .png, .svg.")
    ] = None,
    output: Annotated[ListFormat, typer.Option("--format", help="How it is printed.")] = ListFormat.table,
    lang: Language = Lang.zh,
) -> None:
    """Say what moves the total of a case most: each reading and each open fact, at each thing that it may say."""
    with reported(lang):
        from subsidy_rules.facts.case import Case
        from subsidy_rules.plan import load_policies
        from subsidy_rules.study.side import Scenario
        from subsidy_rules.study.tornado import to_text
        from subsidy_rules.study.tornado import tornado as run

        wrong = next((one for one in reading or () if "=" not in one), None)
        if wrong is not None:
            raise UsageError(f"--reading is ID=OPTION, not '{wrong}'")
        chosen = dict(one.split("=", 1) for one in reading or ())
        found = run(Case.load(case), Scenario(policies=load_policies(rules) if rules else None, readings=chosen))
        if chart is not None:
            from subsidy_rules.study.charts import save_chart, tornado_chart

            _told(save_chart(tornado_chart(found, lang.code), chart))
        if output is ListFormat.json:
            write_json(json.dumps(found.as_json(), ensure_ascii=False, indent=2) + "\n")
            return
        width, ascii_only, color = screen()
        write(to_text(found, lang.code, width=width, ascii_only=ascii_only, color=color))
