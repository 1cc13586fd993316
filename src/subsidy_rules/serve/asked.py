"""How `whatif` answers what is asked the other way round: what would have to be otherwise, and what to ask next."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from subsidy_rules.errors import UsageError
from subsidy_rules.serve.cli import Lang, screen, write, write_json

if TYPE_CHECKING:
    from subsidy_rules.facts.case import Case
    from subsidy_rules.study.cases import Named
    from subsidy_rules.study.inverse import Least, Nearest
    from subsidy_rules.study.questions import Questions
    from subsidy_rules.study.side import Scenario


class Asked(NamedTuple):
    """What is asked of each case: by sentences, by `PATH=LOW..HIGH` of the one award, and whether what to ask next."""

    nearest: Sequence[str]
    least: Sequence[str]
    award: Sequence[str]
    ask: bool


def answer(cases: Iterable[Named], scenario: Scenario, asked: Asked, *, form: str, lang: Lang) -> None:
    """Answer each question for each case. Raises `UsageError` for a `--least` without the one award that it is of."""
    from subsidy_rules.study import told_inverse

    if asked.least and len(asked.award) != 1:
        raise UsageError("--least takes one --award: the sentence that is to apply")
    for name, case in cases:
        for found in _found(case, scenario, asked):
            if form == "json":
                write_json(json.dumps({"case": name, **found.as_json()}, ensure_ascii=False, indent=2) + "\n")
            elif form == "markdown":
                write(told_inverse.to_markdown(found, name, lang.code))
            else:
                width, plain, color = screen()
                write(told_inverse.to_text(found, name, lang.code, width=width, ascii_only=plain, color=color))


def _found(case: Case, scenario: Scenario, asked: Asked) -> Iterator[Nearest | Least | Questions]:
    from subsidy_rules.study import inverse

    for one in asked.nearest:
        yield inverse.nearest(case, one, scenario)
    for one in asked.least:
        path, equals, over = one.partition("=")
        if not equals:
            raise UsageError(f"--least is PATH=LOW..HIGH, not '{one}'")
        yield inverse.least_change(case, path.strip(), over.strip(), asked.award[0], scenario)
    if asked.ask:
        from subsidy_rules.study.questions import questions

        yield questions(case, scenario)
