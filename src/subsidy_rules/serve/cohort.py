"""The command of who gives one pot out among many.

subsidy-rules cohort applicants.jsonl --rule pot.yaml
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from subsidy_rules.errors import UsageError
from subsidy_rules.serve.cli import (
    Lang,
    Language,
    ListFormat,
    ReadingChoices,
    RulePaths,
    app,
    reported,
    screen,
    write,
    write_json,
)


@app.command()
def cohort(
    cases: Annotated[list[str], typer.Argument(metavar="CASES...", help="Case files, JSON lines, tables, or folders.")],
    rule: Annotated[
        str, typer.Option("--rule", metavar="FILE", help="What is asked for, the pot, how it is given out.")
    ],
    rules: RulePaths = None,
    reading: ReadingChoices = None,
    output: Annotated[ListFormat, typer.Option("--format", help="How it is printed.")] = ListFormat.table,
    lang: Language = Lang.zh,
) -> None:
    """Give one pot out among applicants: pro rata, first come, or by rank; what is open stays a range.

    The order in which cases are given changes nothing. Exit code 2 where a case, the rule or the call is wrong.
    """
    with reported(lang):
        from subsidy_rules.plan import load_policies
        from subsidy_rules.study.cases import read_cases
        from subsidy_rules.study.cohort import evaluate_cohort, load_cohort_rule, to_text
        from subsidy_rules.study.side import Scenario

        wrong = next((one for one in reading or () if "=" not in one), None)
        if wrong is not None:
            raise UsageError(f"--reading is ID=OPTION, not '{wrong}'")
        chosen = dict(one.split("=", 1) for one in reading or ())
        scenario = Scenario(policies=load_policies(rules) if rules else None, readings=chosen)
        named = ((one.name, one.case) for path in cases for one in read_cases(Path(path)))
        found = evaluate_cohort(named, load_cohort_rule(Path(rule)), scenario)
        if output is ListFormat.json:
            write_json(json.dumps(found.as_json(), ensure_ascii=False, indent=2) + "\n")
            return
        width, ascii_only, color = screen()
        write(to_text(found, lang.code, width=width, ascii_only=ascii_only, color=color))
