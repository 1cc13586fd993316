"""The commands of tables and workbooks: `batch`, `template`, `workbook`.

subsidy-rules batch cases.csv awards.csv --map columns.yaml
subsidy-rules template --policy xian_31 form.xlsx
subsidy-rules workbook case.yaml awards.xlsx
"""

from __future__ import annotations

import sys
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Final

import typer

from subsidy_rules.serve.cli import (
    AsOf,
    CaseFile,
    GuideFiles,
    Lang,
    Language,
    PolicyIds,
    ReadingChoices,
    RulePaths,
    app,
    applied,
    chosen_readings,
    evaluated,
    policies,
    reported,
    write,
)
from subsidy_rules.serve.progress import counting

if TYPE_CHECKING:
    from subsidy_rules.sheets.batch import Report

SOME_REJECTED: Final = 1
STOPPED: Final = 130


class Rows(StrEnum):
    """What a row of the target is."""

    awards = "awards"
    cases = "cases"
    full = "full"


@app.command()
def batch(  # noqa: PLR0913, PLR0917 - one argument for each option
    source: Annotated[str, typer.Argument(metavar="IN", help="Table of cases: .csv .tsv .xlsx .jsonl .parquet.")],
    target: Annotated[str, typer.Argument(metavar="OUT", help="Table to write: .csv .xlsx .jsonl .parquet.")],
    mapping: Annotated[
        str | None,
        typer.Option("--map", metavar="FILE", help="YAML that says which column is which fact, in which unit."),
    ] = None,
    rows: Annotated[Rows, typer.Option("--rows", help="What a row is: an award, a case, or a whole result.")] = (
        Rows.awards
    ),
    jobs: Annotated[
        int | None, typer.Option("--jobs", metavar="N", min=1, help="Processes that work at once; all cores if none.")
    ] = None,
    policy: PolicyIds = None,
    rules: RulePaths = None,
    as_of: AsOf = None,
    reading: ReadingChoices = None,
    guide: GuideFiles = None,
    lang: Language = Lang.zh,
) -> None:
    """Evaluate a table of cases into a table; what is wrong goes to OUT.rejects.csv, with its cell and the reason.

    The target appears when it is whole. A run that was stopped goes on where it was when it is started again. Exit code
    1 where cases were rejected, 130 where it was stopped by Ctrl-C.
    """
    with reported(lang):
        from subsidy_rules.sheets.batch import Setup, cores, run_batch

        setup = Setup(
            rules=tuple(rules or ()),
            policy=tuple(policy or ()),
            as_of=as_of,
            readings=tuple(chosen_readings(reading).items()),
            guides=tuple(guide or ()),
            rows=rows.value,
            lang=lang.code,
        )
        try:
            with counting() as tell:
                report = run_batch(source, target, mapping=mapping, setup=setup, jobs=jobs or cores(), progress=tell)
        except KeyboardInterrupt:
            zh, en = "已停止；再次运行同一命令即从此处继续", "stopped; the same command goes on from here"
            sys.stderr.write(f"{zh if lang is Lang.zh else en}\n")
            raise typer.Exit(STOPPED) from None
        write(_told(report, lang))
        if report.rejected:
            raise typer.Exit(SOME_REJECTED)


@app.command()
def workbook(  # noqa: PLR0913, PLR0917 - one argument for each option
    case: CaseFile,
    target: Annotated[str, typer.Argument(metavar="OUT", help="Workbook to write: .xlsx.")],
    policy: PolicyIds = None,
    rules: RulePaths = None,
    as_of: AsOf = None,
    reading: ReadingChoices = None,
    guide: GuideFiles = None,
    lang: Language = Lang.zh,
) -> None:
    """Write the result of a case as a workbook with live formulas, beside our own figures and whether they agree.

    Every step is a formula on whole numbers, with its words and its citation; the figures that it starts from can be
    changed to see what follows.
    """
    with reported(lang):
        from subsidy_rules.sheets.formulas import write_result

        found = evaluated(case, policy, rules, as_of, reading, guide)
        live, every = write_result(target, found, applied(found, rules), lang.code)
        zh, en = f"{every} 项奖补，{live} 项有公式", f"{every} awards, {live} with formulas"
        write(f"{target}：{zh}\n" if lang is Lang.zh else f"{target}: {en}\n")


@app.command()
def template(
    target: Annotated[str, typer.Argument(metavar="OUT", help="Workbook to write: .xlsx.")],
    policy: PolicyIds = None,
    rules: RulePaths = None,
    lang: Language = Lang.zh,
) -> None:
    """Write a workbook to fill in: the facts that the policies read, with units, choices and the clauses.

    batch reads it when it is filled in; each mistake is told with its sheet and cell.
    """
    with reported(lang):
        from subsidy_rules.sheets.template import write_template

        asked = write_template(target, policies(rules, policy), lang.code)
        write(f"{target}：{asked} 项事实\n" if lang is Lang.zh else f"{target}: {asked} facts\n")


def _told(report: Report, lang: Lang) -> str:
    from subsidy_rules.award.phrases import KINDS, word

    zh = lang is Lang.zh
    lines = [one[0] if zh else one[1] for one in report.said]
    if zh:
        lines.append(f"{report.target}：{report.cases} 个案例，{report.awards} 项奖补，退回 {report.rejected} 个")
    else:
        lines.append(f"{report.target}: {report.cases} cases, {report.awards} awards, {report.rejected} rejected")
    for kind, one in report.totals.items():
        name, count, least, most = word(KINDS, kind, lang.code), one["cases"], one["min"], one["max"]
        ends = least if least == most else f"{least} … {'∞' if most is None else most}"
        lines.append(f"  {name}：{count} 个案例，合计 {ends}" if zh else f"  {name}: {count} cases, {ends} together")
    if report.rejected:
        lines.append(f"{'退回原因' if zh else 'rejects'}{'：' if zh else ': '}{report.target}.rejects.csv")
    lines.append(f"{'运行报告' if zh else 'report'}{'：' if zh else ': '}{report.target}.report.json")
    return "\n".join(lines) + "\n"
