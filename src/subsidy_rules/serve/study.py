"""The command of who asks what if: the same cases before and after, under changed rules, readings or facts.

subsidy-rules whatif cases.jsonl --set "xian_30/equipment_renewal.cap=3000万元" --by industry --unit 万元
subsidy-rules whatif case.yaml --reform higher_cap.yaml --format json
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from subsidy_rules.errors import UsageError
from subsidy_rules.serve import cli
from subsidy_rules.serve.cli import (
    Format,
    GuideFiles,
    Lang,
    Language,
    PolicyIds,
    ReadingChoices,
    RulePaths,
    app,
    reported,
    write,
)
from subsidy_rules.serve.progress import counting

if TYPE_CHECKING:
    from subsidy_rules.errors import CaseError
    from subsidy_rules.study.cases import Named
    from subsidy_rules.study.compare import Comparison
    from subsidy_rules.study.side import Scenario

REJECTED: Final = 1


@app.command()
def whatif(  # noqa: PLR0913, PLR0917 - one argument for each option
    cases: Annotated[
        list[str],
        typer.Argument(metavar="CASES...", help="Case files, JSON lines, or folders of them; they are read in order."),
    ],
    reform: Annotated[
        list[str] | None,
        typer.Option("--reform", metavar="FILE", help="Reform to apply; several are applied one after the other."),
    ] = None,
    set_: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="PATH=VALUE",
            help="Change one thing: xian_30/equipment_renewal.cap=3000万元 of a rule, enterprise.size=small of a case.",
        ),
    ] = None,
    sweep: Annotated[
        list[str] | None,
        typer.Option(
            "--sweep",
            metavar="PATH=LOW..HIGH",
            help="Move one number of each case over a range instead, or two together: every break and cliff.",
        ),
    ] = None,
    award: Annotated[
        list[str] | None, typer.Option("--award", metavar="ID", help="Of a sweep: only this award, or total.")
    ] = None,
    nearest: Annotated[
        list[str] | None,
        typer.Option("--nearest", metavar="ID", help="Say instead which fewest facts have to change for it to apply."),
    ] = None,
    least: Annotated[
        list[str] | None,
        typer.Option(
            "--least", metavar="PATH=LOW..HIGH", help="Say instead the least change that makes --award apply."
        ),
    ] = None,
    ask: Annotated[
        bool, typer.Option("--ask", help="Say instead which open facts narrow each total most, the most first.")
    ] = False,
    to_reading: Annotated[
        list[str] | None,
        typer.Option("--to-reading", metavar="ID=OPTION", help="Choose an option of a reading after, not before."),
    ] = None,
    by: Annotated[
        list[str] | None,
        typer.Option(
            "--by",
            metavar="KEY",
            help="In groups: policy, clause, fund, project, city, industry, size, or a fact: project.nature.",
        ),
    ] = None,
    map_: Annotated[
        str | None,
        typer.Option("--map", metavar="FILE", help="Of a table (CSV, XLSX, Parquet): which column is which fact."),
    ] = None,
    policy: PolicyIds = None,
    rules: RulePaths = None,
    reading: ReadingChoices = None,
    guide: GuideFiles = None,
    unit: Annotated[
        str | None, typer.Option("--unit", metavar="UNIT", help="Unit of figures: 元, 万元; it changes none of them.")
    ] = None,
    skip: Annotated[
        bool, typer.Option("--skip", help="Leave out cases that are wrong; they are listed, and the exit code is 1.")
    ] = False,
    chart: Annotated[
        str | None, typer.Option("--chart", metavar="FILE", help="Draw before and after too: .html, .png, .svg.")
    ] = None,
    out: Annotated[
        str | None,
        typer.Option("--out", metavar="FILE", help="Write to a new file instead: .xlsx, .json, .md, .txt."),
    ] = None,
    format_: Annotated[Format, typer.Option("--format", help="How the result is printed.")] = Format.table,
    lang: Language = Lang.zh,
) -> None:
    """Compare cases before and after: who gains, how much, under which clause, and what no longer applies.

    Exit code 1 where cases were left out (--skip), 2 where a path, a reform or a case is wrong.
    """
    with reported(lang):
        from subsidy_rules.serve.asked import Asked, answer
        from subsidy_rules.serve.moved import move
        from subsidy_rules.study.compare import compare

        target = None if out is None else _target(out)
        before, after = _sides(reform, set_, to_reading, policy=policy, rules=rules, reading=reading, guide=guide)
        if nearest or least or ask:
            if out is not None or sweep or chart is not None:
                raise UsageError("--nearest, --least and --ask are printed and go with no --sweep, --chart or --out")
            asked = Asked(nearest or (), least or (), award or (), ask=ask)
            answer(_cases(cases, before, map_), after, asked, form=format_.value, lang=lang)
            return
        if sweep:
            if out is not None:
                raise UsageError("--sweep is printed and goes with no --out")
            listed = list(_cases(cases, before, map_)) if chart is not None else _cases(cases, before, map_)
            if isinstance(listed, list) and len(listed) != 1:
                raise UsageError("--chart with --sweep draws one case")
            for name, case in listed:
                form = format_.value
                move(name, case, sweep, after, award=award or (), chart=chart, form=form, lang=lang, unit=unit)
            return
        if after is before:
            raise UsageError("nothing is changed; give --reform, --set or --to-reading")
        with counting() as tell:
            lost: list[tuple[str, CaseError]] = []
            listed = _cases(cases, before, map_, lost if skip else None)
            found = compare(listed, before, after, by=by or (), skip=skip, progress=tell)
        found.rejected.extend(lost)
        _warn(found, lang)
        _draw(found, chart, lang)
        _say(found, target, format_, lang, unit)
        if found.rejected:
            raise typer.Exit(REJECTED)


@app.command(name="budget")
def run_budget(  # noqa: PLR0913, PLR0917 - one argument for each option
    cases: Annotated[list[str], typer.Argument(metavar="CASES...", help="Case files, JSON lines, or folders of them.")],
    envelope: Annotated[
        list[str],
        typer.Option("--envelope", metavar="OF=AMOUNT", help="city=1亿元: of a fund, a policy, a clause; * for all."),
    ],
    fit: Annotated[
        list[str] | None,
        typer.Option(
            "--fit",
            metavar="PATH=LOW..HIGH",
            help="Which figure of the rules, within this range, would just fit the envelope (of which there is one).",
        ),
    ] = None,
    uptake: Annotated[
        list[str] | None,
        typer.Option("--uptake", metavar="OF=SHARE", help="With which probability one applies: *=60%; needs --seed."),
    ] = None,
    seed: Annotated[int | None, typer.Option("--seed", metavar="N", help="The seed of the draws.")] = None,
    draws: Annotated[int, typer.Option("--draws", metavar="N", min=1, help="How many draws.")] = 1000,
    reform: Annotated[
        list[str] | None, typer.Option("--reform", metavar="FILE", help="Reform to apply before the cases are asked.")
    ] = None,
    set_: Annotated[
        list[str] | None, typer.Option("--set", metavar="PATH=VALUE", help="Change one thing, as for whatif.")
    ] = None,
    map_: Annotated[
        str | None,
        typer.Option("--map", metavar="FILE", help="Of a table (CSV, XLSX, Parquet): which column is which fact."),
    ] = None,
    policy: PolicyIds = None,
    rules: RulePaths = None,
    reading: ReadingChoices = None,
    guide: GuideFiles = None,
    unit: Annotated[
        str | None, typer.Option("--unit", metavar="UNIT", help="Unit of figures: 元, 万元; it changes none of them.")
    ] = None,
    format_: Annotated[Format, typer.Option("--format", help="How the result is printed.")] = Format.table,
    lang: Language = Lang.zh,
) -> None:
    """Hold envelopes against what cases ask: demand by kind, coverage, the scale factor, and what would just fit."""
    with reported(lang):
        from subsidy_rules.study import told_budget
        from subsidy_rules.study.budget import budget
        from subsidy_rules.study.budget import fit as solve

        _, side = _sides(reform, set_, None, policy=policy, rules=rules, reading=reading, guide=guide)
        envelopes = dict(_pair(one, "--envelope is OF=AMOUNT") for one in envelope)
        shares = dict(_pair(one, "--uptake is OF=SHARE") for one in uptake or ())
        if fit and len(envelopes) != 1:
            raise UsageError("--fit takes one --envelope")
        named = list(_cases(cases, side, map_))
        found = budget(named, envelopes, side, uptake=shares, seed=seed, draws=draws)
        solved = []
        for one in fit or ():
            path, ends = _pair(one, "--fit is PATH=LOW..HIGH")
            low, dots, high = ends.partition("..")
            if not dots or not low or not high:
                raise UsageError(f"--fit is PATH=LOW..HIGH, not '{one}'")
            ((key, amount),) = envelopes.items()
            solved.append(solve(named, path, amount, low=low, high=high, fund=key, scenario=side))
        if format_ is Format.json:
            cli.write_json(told_budget.to_json(found, solved))
        elif format_ is Format.markdown:
            write(told_budget.to_markdown(found, solved, lang.code, unit=unit))
        else:
            width, plain, color = cli.screen()
            write(told_budget.to_text(found, solved, lang.code, unit=unit, width=width, ascii_only=plain, color=color))


def _pair(text: str, form: str) -> tuple[str, str]:
    """Return what stands on both sides of the last `=`. Raises `UsageError` where there is none."""
    key, sign, value = text.partition("=")
    if not sign or not key.strip() or not value.strip():
        raise UsageError(f"{form}, not '{text}'")
    return key.strip(), value.strip()


def _draw(found: Comparison, chart: str | None, lang: Lang) -> None:
    if chart is not None:
        from subsidy_rules.study.charts import comparison_chart, save_chart

        said = save_chart(comparison_chart(found, lang.code), chart)
        if said is not None:
            cli.complain(said)


def _target(out: str) -> Path:
    """Return where to write. Raises `UsageError` for a file that is there, or of a form that is not written."""
    path = Path(out)
    if path.suffix not in (".xlsx", ".json", ".md", ".txt"):
        raise UsageError(f"'{out}' ends in none of .xlsx, .json, .md, .txt")
    if path.exists():
        raise UsageError(f"'{out}' exists and is not written over")
    return path


def _cases(
    paths: list[str], side: Scenario, mapping: str | None = None, lost: list[tuple[str, CaseError]] | None = None
) -> Iterator[Named]:
    """Return the cases of files, folders and tables; rows that make none are `lost` where such are left out."""
    from subsidy_rules.award.evaluate import shipped_policies
    from subsidy_rules.study.cases import TABLES, read_cases, table_cases

    for path in paths:
        if Path(path).suffix.lower() in TABLES or mapping is not None:
            vocabulary = (side.policies or shipped_policies()).vocabulary
            rejected = None if lost is None else lambda name, error: lost.append((name, error))
            yield from table_cases(path, vocabulary, mapping, rejected=rejected)
        else:
            yield from read_cases(Path(path))


def _sides(
    reforms: list[str] | None,
    settings: list[str] | None,
    to_reading: list[str] | None,
    *,
    policy: list[str] | None,
    rules: list[str] | None,
    reading: list[str] | None,
    guide: list[str] | None,
) -> tuple[Scenario, Scenario]:
    """Return both sides; the same one twice where nothing is changed."""
    from dataclasses import replace

    from subsidy_rules.study.reform import Reform, setting

    before = replace(scenario(policy, rules, reading, guide), name="before")
    made = [Reform.load(path) for path in reforms or ()]
    facts: dict[str, object] = {}
    for one in settings or ():
        path, sign, value = one.partition("=")
        if "/" in path or not sign:
            made.append(setting(one))
        else:
            facts[path.strip()] = value.strip()
    chosen = cli.chosen_readings(to_reading)
    if not (made or facts or chosen):
        return before, before
    readings = {**before.readings, **chosen}
    return before, replace(before, reforms=tuple(made), readings=readings, facts=facts, name="after")


def scenario(
    policy: list[str] | None, rules: list[str] | None, reading: list[str] | None, guide: list[str] | None
) -> Scenario:
    """Return under what cases are answered, as the options of a command name it."""
    from subsidy_rules.plan import load_guide, load_policies
    from subsidy_rules.study.side import Scenario

    policies = cli.policies(rules, policy) if rules or policy else None
    guides = tuple(load_guide(path, policies or load_policies()) for path in guide or ())
    return Scenario(policies, readings=cli.chosen_readings(reading), guides=guides)


def _warn(found: Comparison, lang: Lang) -> None:
    """Say on standard error what `check` warns of only with the reforms."""
    from subsidy_rules.award.evaluate import shipped_policies

    policies = found.sides[0].policies or shipped_policies()
    for reform, _ in found.changes:
        for problem in reform.warnings(policies):
            cli.complain(problem.render(lang.code))
        policies = reform.apply(policies)


def _say(found: Comparison, target: Path | None, format_: Format, lang: Lang, unit: str | None) -> None:
    from subsidy_rules.study import told

    suffix = "" if target is None else target.suffix
    if target is not None and suffix == ".xlsx":
        from subsidy_rules.study.book import write_workbook

        write_workbook(found, target, lang.code, unit=unit)
        write(f"{'已写' if lang is Lang.zh else 'written:'} {target}\n")
        return
    if suffix == ".json" or (target is None and format_ is Format.json):
        text = told.to_json(found)
    elif suffix == ".md" or (target is None and format_ is Format.markdown):
        text = told.to_markdown(found, lang.code, unit=unit)
    else:
        width, plain, color = cli.screen() if target is None else (cli.WIDTH, False, False)
        text = told.to_text(found, lang.code, unit=unit, width=width, ascii_only=plain, color=color)
    if target is not None:
        with target.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
        write(f"{'已写' if lang is Lang.zh else 'written:'} {target}\n")
    elif format_ is Format.json:
        cli.write_json(text)
    else:
        write(text)
