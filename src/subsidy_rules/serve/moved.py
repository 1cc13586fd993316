"""How the commands that move one number or two say and draw what they found, case after case."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

from subsidy_rules.errors import UsageError
from subsidy_rules.serve.cli import Lang, complain, screen, write, write_json

if TYPE_CHECKING:
    from subsidy_rules.facts.case import Case
    from subsidy_rules.study.side import Scenario

FORM = "a sweep is PATH=LOW..HIGH"


def move(  # noqa: PLR0913 - one for each option of the commands
    name: str,
    case: Case,
    over: Sequence[str],
    scenario: Scenario,
    *,
    award: Sequence[str] = (),
    chart: str | None = None,
    form: str = "table",
    lang: Lang = Lang.zh,
    unit: str | None = None,
) -> None:
    """Move one number of a case, or two together, over their ranges. Raises `UsageError` for more than two."""
    pairs = [_pair(one) for one in over]
    if len(pairs) == 1:
        _one(name, case, pairs[0], scenario, award=award, chart=chart, form=form, lang=lang, unit=unit)
    elif len(pairs) == 2:  # noqa: PLR2004 - as the name says
        _two(name, case, pairs, scenario, award=award, chart=chart, form=form, lang=lang, unit=unit)
    else:
        raise UsageError("a sweep moves one number, or two together")


def _pair(text: str) -> tuple[str, str]:
    path, equals, over = text.partition("=")
    if not equals or not path.strip() or not over.strip():
        raise UsageError(f"{FORM}, not '{text}'")
    return path.strip(), over.strip()


def _one(  # noqa: PLR0913
    name: str,
    case: Case,
    pair: tuple[str, str],
    scenario: Scenario,
    *,
    award: Sequence[str],
    chart: str | None,
    form: str,
    lang: Lang,
    unit: str | None,
) -> None:
    from subsidy_rules.study import told_sweep
    from subsidy_rules.study.sweep import TOTAL, sweep

    found = sweep(case, *pair, scenario)
    lines = [found.line(one) for one in award] if award else list(found.lines)
    if chart is not None:
        from subsidy_rules.study.charts import save_chart, sweep_chart

        told(save_chart(sweep_chart(found, lines[0].id if len(lines) == 1 else TOTAL, lang.code), chart))
    if form == "json":
        write_json(json.dumps({"case": name, **found.as_json(lines)}, ensure_ascii=False, indent=2) + "\n")
    elif form == "markdown":
        write(told_sweep.to_markdown(found, name, lang.code, lines=lines, unit=unit))
    else:
        width, plain, color = screen()
        write(
            told_sweep.to_text(
                found, name, lang.code, lines=lines, unit=unit, width=width, ascii_only=plain, color=color
            )
        )


def _two(  # noqa: PLR0913
    name: str,
    case: Case,
    pairs: Sequence[tuple[str, str]],
    scenario: Scenario,
    *,
    award: Sequence[str],
    chart: str | None,
    form: str,
    lang: Lang,
    unit: str | None,
) -> None:
    from subsidy_rules.study import told_plane
    from subsidy_rules.study.plane import sweep_two
    from subsidy_rules.study.sweep import TOTAL

    if len(award) > 1:
        raise UsageError("a sweep in two dimensions is of one award, or of the total")
    found = sweep_two(case, *pairs[0], *pairs[1], scenario, award=award[0] if award else TOTAL)
    if chart is not None:
        from subsidy_rules.study.charts import plane_chart, save_chart

        told(save_chart(plane_chart(found, lang.code), chart))
    if form == "json":
        write_json(json.dumps({"case": name, **found.as_json()}, ensure_ascii=False, indent=2) + "\n")
    elif form == "markdown":
        write(told_plane.to_markdown(found, name, lang.code, unit=unit))
    else:
        width, plain, color = screen()
        write(told_plane.to_text(found, name, lang.code, unit=unit, width=width, ascii_only=plain, color=color))


def told(said: str | None) -> None:
    """Say on standard error what is to be told of a picture, if anything."""
    if said is not None:
        complain(said)
