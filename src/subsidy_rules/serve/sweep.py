"""The commands of who moves one number of a case, or asks what moves its total most.

subsidy-rules sweep case.yaml "projects[0].costs[0].amount=0..3亿元"
subsidy-rules sweep case.yaml "enterprise.revenue_growth=0%..20%" --award xian_30/loan_discount@enterprise
subsidy-rules tornado case.yaml --chart tornado.svg
"""

from __future__ import annotations

import json
from typing import Annotated

import typer

from subsidy_rules.serve.cli import (
    GuideFiles,
    Lang,
    Language,
    ListFormat,
    PolicyIds,
    ReadingChoices,
    RulePaths,
    app,
    reported,
    screen,
    write,
    write_json,
)
from subsidy_rules.serve.moved import move, told
from subsidy_rules.serve.study import scenario

ChartFile = Annotated[str | None, typer.Option("--chart", metavar="FILE", help="Draw it too: .html, .png, .svg.")]
Printed = Annotated[ListFormat, typer.Option("--format", help="How it is printed.")]


@app.command()
def sweep(  # noqa: PLR0913, PLR0917 - one for each option of the command
    case: Annotated[str, typer.Argument(metavar="CASE", help="Case file, YAML or JSON.")],
    over: Annotated[
        list[str],
        typer.Argument(metavar="PATH=RANGE...", help='"projects[0].costs[0].amount=0..3亿元"; two together.'),
    ],
    award: Annotated[
        list[str] | None, typer.Option("--award", metavar="ID", help="Only this award, or total; may be given again.")
    ] = None,
    policy: PolicyIds = None,
    rules: RulePaths = None,
    reading: ReadingChoices = None,
    guide: GuideFiles = None,
    unit: Annotated[
        str | None, typer.Option("--unit", metavar="UNIT", help="Unit of figures: 元, 万元; it changes none of them.")
    ] = None,
    chart: ChartFile = None,
    output: Printed = ListFormat.table,
    lang: Language = Lang.zh,
) -> None:
    """Move one number of a case over a range: every award piece by piece, its exact breaks, its cliffs.

    Each piece says of what kind it is, what one more unit brings, what binds it and under which clause. Two numbers
    move together: the cells in which the award that is asked for, or the total, goes along one plane, with what is
    proved of each. --chart draws the one award that is asked for, or the total. Exit code 2 where the path is no number
    of the case, or the range is none.
    """
    with reported(lang):
        from subsidy_rules.facts.case import Case

        side = scenario(policy, rules, reading, guide)
        move(case, Case.load(case), over, side, award=award or (), chart=chart, form=output.value, lang=lang, unit=unit)


@app.command()
def tornado(  # noqa: PLR0913, PLR0917 - one for each option of the command
    case: Annotated[str, typer.Argument(metavar="CASE", help="Case file, YAML or JSON.")],
    policy: PolicyIds = None,
    rules: RulePaths = None,
    reading: ReadingChoices = None,
    guide: GuideFiles = None,
    chart: ChartFile = None,
    output: Printed = ListFormat.table,
    lang: Language = Lang.zh,
) -> None:
    """Say what moves the total of a case most: each reading and each open fact, at each thing that it may say."""
    with reported(lang):
        from subsidy_rules.facts.case import Case
        from subsidy_rules.study.tornado import to_text
        from subsidy_rules.study.tornado import tornado as run

        found = run(Case.load(case), scenario(policy, rules, reading, guide))
        if chart is not None:
            from subsidy_rules.study.charts import save_chart, tornado_chart

            told(save_chart(tornado_chart(found, lang.code), chart))
        if output is ListFormat.json:
            write_json(json.dumps(found.as_json(), ensure_ascii=False, indent=2) + "\n")
            return
        width, ascii_only, color = screen()
        write(to_text(found, lang.code, width=width, ascii_only=ascii_only, color=color))
