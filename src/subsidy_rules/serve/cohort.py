"""The command of who gives one pot out among many.

subsidy-rules cohort applicants.jsonl --rule pot.yaml
"""

from __future__ import annotations

import json
from pathlib import Path
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
from subsidy_rules.serve.study import scenario


@app.command()
def cohort(  # noqa: PLR0913, PLR0917 - one for each option of the command
    cases: Annotated[list[str], typer.Argument(metavar="CASES...", help="Case files, JSON lines, tables, or folders.")],
    rule: Annotated[
        str, typer.Option("--rule", metavar="FILE", help="What is asked for, the pot, how it is given out.")
    ],
    policy: PolicyIds = None,
    rules: RulePaths = None,
    reading: ReadingChoices = None,
    guide: GuideFiles = None,
    output: Annotated[ListFormat, typer.Option("--format", help="How it is printed.")] = ListFormat.table,
    lang: Language = Lang.zh,
) -> None:
    """Give one pot out among applicants: pro rata, first come, or by rank; what is open stays a range.

    The order in which cases are given changes nothing. Exit code 2 where a case, the rule or the call is wrong.
    """
    with reported(lang):
        from subsidy_rules.study.cases import read_cases
        from subsidy_rules.study.cohort import evaluate_cohort, load_cohort_rule, to_text

        under = scenario(policy, rules, reading, guide)
        named = ((one.name, one.case) for path in cases for one in read_cases(Path(path)))
        found = evaluate_cohort(named, load_cohort_rule(Path(rule), under.currency), under)
        if output is ListFormat.json:
            write_json(json.dumps(found.as_json(), ensure_ascii=False, indent=2) + "\n")
            return
        width, ascii_only, color = screen()
        write(to_text(found, lang.code, width=width, ascii_only=ascii_only, color=color))
