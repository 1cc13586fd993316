"""The command `subsidy-rules`: evaluate, explain, list the clauses, check rule files and texts, print the schemas.

    subsidy-rules evaluate examples/xian_enterprise.yaml
    subsidy-rules explain examples/xian_enterprise.yaml equipment_renewal --formula

Exit codes: 0 done; 1 `check` or `verify-sources` found a problem, or `check --strict` a warning; 2 the input or the
call is wrong, which is said on standard error; 70 a fault of this program. What a console cannot show is replaced, so a
console that is not UTF-8 is no reason to fail; JSON is always UTF-8.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Final, Literal, cast

import typer

from subsidy_rules.errors import InputError, UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from subsidy_rules.award.model import Entitlement, Json
    from subsidy_rules.errors import Problem
    from subsidy_rules.facts.case import Case
    from subsidy_rules.plan import Policies, PolicyPlan
    from subsidy_rules.policy.source import RuleSource
    from subsidy_rules.report.schema import Kind as Named

WIDTH: Final = 100
"""Columns where the output is no terminal."""
WRONG_INPUT: Final = 2
OWN_FAULT: Final = 70
DEBUG: Final = "SUBSIDY_RULES_DEBUG"


class Lang(StrEnum):
    """The language of what is printed."""

    zh = "zh"
    en = "en"

    @property
    def code(self) -> Literal["zh", "en"]:
        """The language as the library takes it."""
        return "zh" if self is Lang.zh else "en"


class Format(StrEnum):
    """How a result is printed."""

    table = "table"
    json = "json"
    markdown = "markdown"


class ListFormat(StrEnum):
    """How a list is printed."""

    table = "table"
    json = "json"


class Kind(StrEnum):
    """What a JSON Schema is of."""

    rules = "rules"
    guide = "guide"
    reform = "reform"
    case = "case"
    result = "result"
    map = "map"
    tests = "tests"


CaseFile = Annotated[
    str,
    typer.Argument(
        metavar="CASE", help="Case file: YAML, JSON, or a filled-in template (.xlsx); - reads standard input."
    ),
]
PolicyIds = Annotated[
    list[str] | None, typer.Option("--policy", metavar="ID", help="Only this policy; may be given several times.")
]
RulePaths = Annotated[
    list[str] | None,
    typer.Option(
        "--rules",
        metavar="PATH",
        help="Rule file or folder to load instead of the packs that ship; may be given several times.",
    ),
]
AsOf = Annotated[
    str | None, typer.Option("--as-of", metavar="DATE", help="Decision date, where the case does not give it.")
]
ReadingChoices = Annotated[
    list[str] | None,
    typer.Option("--reading", metavar="ID=OPTION", help="Choose an option of a reading; may be given several times."),
]
GuideFiles = Annotated[
    list[str] | None,
    typer.Option("--guide", metavar="FILE", help="Guide that fills open parameters; may be given several times."),
]
Language = Annotated[Lang, typer.Option("--lang", help="Language of what is printed.")]

app = typer.Typer(
    name="subsidy-rules",
    help="What an enterprise is entitled to under a subsidy policy, line by line, with the clause of each line.",
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def main() -> None:
    """Run the command."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace")
    try:
        app()
    except Exception as error:
        if os.environ.get(DEBUG):
            raise
        _complain(f"subsidy-rules: a fault of this program, please report it ({type(error).__name__}: {error})")
        _complain(f"  {DEBUG}=1 shows where")
        sys.exit(OWN_FAULT)


def _version(wanted: bool) -> None:
    if wanted:
        from subsidy_rules import __version__

        _write(f"subsidy-rules {__version__}\n")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def _options(
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """What an enterprise is entitled to under a subsidy policy, line by line, with the clause of each line."""
    del version
    if context.invoked_subcommand is None:
        # Said here, since the exit code of a command without a word differs among versions of what is beneath.
        _complain(context.get_help())
        raise typer.Exit(WRONG_INPUT)


@app.command()
def evaluate(  # noqa: PLR0913, PLR0917 - one argument for each option
    case: CaseFile,
    policy: PolicyIds = None,
    rules: RulePaths = None,
    as_of: AsOf = None,
    reading: ReadingChoices = None,
    readings: Annotated[
        str | None,
        typer.Option("--readings", metavar="all", help="all: also the total under every reading that moves it."),
    ] = None,
    guide: GuideFiles = None,
    format_: Annotated[Format, typer.Option("--format", help="How the result is printed.")] = Format.table,
    lang: Language = Lang.zh,
) -> None:
    """Evaluate a case: itemised awards, what is undecided, why not, and the total."""
    with _reported(lang):
        if readings not in (None, "all"):
            raise UsageError(f"--readings can be 'all', not '{readings}'")
        spread = readings == "all"
        found = _evaluated(case, policy, rules, as_of, reading, guide)
        policies = _applied(found, rules)
        if format_ is Format.json:
            _write_json(_with_spread(found) if spread else found.to_json())
        elif format_ is Format.markdown:
            from subsidy_rules.report.tables import to_markdown

            _write(to_markdown(found, lang.code, policies=policies, spread=spread))
        else:
            from subsidy_rules.report.tables import to_text

            _write(
                to_text(
                    found,
                    lang.code,
                    policies=policies,
                    spread=spread,
                    width=_width(),
                    ascii_only=_ascii_only(),
                    color=_is_terminal(),
                )
            )


@app.command()
def explain(  # noqa: PLR0913, PLR0917 - one argument for each option
    case: CaseFile,
    clause: Annotated[
        str,
        typer.Argument(
            metavar="CLAUSE", help="equipment_renewal, xian_30/equipment_renewal or xian_30/equipment_renewal@p1."
        ),
    ],
    formula: Annotated[bool, typer.Option("--formula", help="One line of arithmetic, with the numbers in it.")] = False,
    policy: PolicyIds = None,
    rules: RulePaths = None,
    as_of: AsOf = None,
    reading: ReadingChoices = None,
    guide: GuideFiles = None,
    lang: Language = Lang.zh,
) -> None:
    """Explain one clause: every step with its words, or each condition that fails, or what is open."""
    with _reported(lang):
        from subsidy_rules.award.explain import explain_clause

        found = _evaluated(case, policy, rules, as_of, reading, guide)
        said = explain_clause(found, clause, lang.code, formula=formula, policies=_applied(found, rules))
        _write(said)


@app.command()
def clauses(
    policy: PolicyIds = None,
    rules: RulePaths = None,
    format_: Annotated[ListFormat, typer.Option("--format", help="How the list is printed.")] = ListFormat.table,
    lang: Language = Lang.zh,
) -> None:
    """List every operative sentence of the policies: where it stands, its kind, its words, the readings it rests on."""
    with _reported(lang):
        rows = [row for plan in _policies(rules, policy).plans for row in _rows(plan)]
        if format_ is ListFormat.json:
            import json

            _write_json(json.dumps(rows, ensure_ascii=False, indent=2) + "\n")
        else:
            _write(_heads(rows, lang) + _clause_table(rows, lang))


@app.command()
def check(
    paths: Annotated[
        list[str] | None,
        typer.Argument(metavar="[PATH]...", help="Rule files or folders; the packs that ship where none is given."),
    ] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Exit 1 where there are warnings too.")] = False,
    as_of: Annotated[
        str | None, typer.Option("--as-of", metavar="DATE", help="Warn of a policy whose window ends before this day.")
    ] = None,
    lang: Language = Lang.zh,
) -> None:
    """Check rule files: every problem with its place, what stands there and what to do; and what is hardly meant.

    Exit code 1 where a file would be refused; warnings alone leave it at 0, or make it 1 with --strict.
    """
    with _reported(lang):
        from subsidy_rules.plan import compile_policy, gather
        from subsidy_rules.plan.versions import faults
        from subsidy_rules.policy.source import read_policy

        day = _day(as_of)
        plans: list[PolicyPlan] = []
        sources: list[RuleSource] = []
        wrong = False
        for path in _rule_files(paths):
            try:
                source = read_policy(path)
                plan = compile_policy(source)
            except InputError as error:
                wrong = True
                _write(error.render(lang.code) + "\n")
                continue
            plans.append(plan)
            sources.append(source)
            warnings = _linted(source, plan, day)
            wrong = wrong or (strict and bool(warnings))
            for one in warnings:
                _write(one.render(lang.code) + "\n")
            _write(f"{path}: {_passed(plan, len(warnings), lang)}\n")
        for fault in faults(sources):
            wrong = True
            _write(fault.render(lang.code) + "\n")
        try:
            gather(plans)
        except UsageError as error:
            wrong = True
            _write(_wrong_call(error, lang, ("不能一起加载", "cannot be loaded together")) + "\n")
        if wrong:
            raise typer.Exit(1)


def _day(text: str | None) -> str | None:
    """Return a day as it was written. Raises `UsageError` for what is none."""
    from subsidy_rules.values.quantity import QuantityError, parse_date

    try:
        _ = None if text is None else parse_date(text)
    except QuantityError as error:
        raise UsageError(f"--as-of: {error.what}") from error
    return text


def _linted(source: RuleSource, plan: PolicyPlan, day: str | None) -> tuple[Problem, ...]:
    """Return the warnings of one file; on a terminal a bar shows how far a long file has come."""
    from subsidy_rules.plan.lint import lint

    if not sys.stderr.isatty():
        return lint(source, plan, as_of=day)
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(plan.id, total=None)
        return lint(source, plan, as_of=day, progress=lambda done, all_: bar.update(task, completed=done, total=all_))


def _passed(plan: PolicyPlan, warnings: int, lang: Lang) -> str:
    """Say how large a file is that would not be refused, and how many warnings there are, if any."""
    sentences, left = len(plan.sentences), len(plan.not_modelled)
    if lang is Lang.zh:
        warned = f"，警告 {warnings} 条" if warnings else ""
        return f"ok: {sentences} sentences（{sentences} 句，未编码 {left} 处{warned}）"
    warned = f", {warnings} warning{'' if warnings == 1 else 's'}" if warnings else ""
    return f"ok: {sentences} sentences, {left} not modelled{warned}"


@app.command(name="verify-sources")
def verify_sources(
    folder: Annotated[
        str, typer.Argument(metavar="DIR", help="Folder of the official texts, each named after its policy: ID.txt.")
    ],
    policy: PolicyIds = None,
    rules: RulePaths = None,
    digests: Annotated[
        str | None,
        typer.Option(
            "--digests",
            metavar="FILE",
            help="Digests that the texts should have, as sha256sum writes them; SHA256SUMS in DIR where not given.",
        ),
    ] = None,
    format_: Annotated[ListFormat, typer.Option("--format", help="How the result is printed.")] = ListFormat.table,
    lang: Language = Lang.zh,
) -> None:
    """Compare rule files with the official texts: where every quote stands, and what carries every figure.

    Exit code 1 where a quote is not in its text, a figure is carried by no clause, a digest differs, or a policy or a
    text has no counterpart.
    """
    with _reported(lang):
        from pathlib import Path

        from subsidy_rules.policy.source import read_policy
        from subsidy_rules.policy.texts import compare
        from subsidy_rules.report.sources import to_json, to_text

        files = [read_policy(path).file for path in _rule_files(rules)]
        listing = Path(digests) if digests else None
        found = compare(files, Path(folder), only=policy or (), digests=listing)
        if format_ is ListFormat.json:
            _write_json(to_json(found))
        else:
            _write(to_text(found, lang.code, width=_width(), ascii_only=_ascii_only(), color=_is_terminal()))
        if not found.ok:
            raise typer.Exit(1)


@app.command()
def schema(
    kind: Annotated[Kind, typer.Argument(help="What the documents are.")],
    rules: RulePaths = None,
    packs: Annotated[bool, typer.Option("--packs", help="With the words of the packs that ship.")] = False,
    lang: Language = Lang.zh,
) -> None:
    """Print the JSON Schema of rule files, guides, cases, tests, results or maps, for an editor or another program.

    With --packs or --rules, that of a case or of tests knows the words of those policies and refuses others; that of
    rules proposes their facts, readings and parameters.
    """
    with _reported(lang):
        import json

        from subsidy_rules.report.schema import schema_of

        policies = _policies(rules, None) if rules or packs else None
        if kind is Kind.map:
            from subsidy_rules.sheets.mapping import map_schema

            made = map_schema()
        elif kind is Kind.tests:
            from subsidy_rules.author.schema import suite_schema

            made = suite_schema(policies)
        else:
            made = schema_of(cast("Named", kind.value), policies)
        _write_json(json.dumps(made, ensure_ascii=False, indent=1) + "\n")


@contextmanager
def _reported(lang: Lang) -> Iterator[None]:
    """Say what is wrong with the input or the call, and leave with 2."""
    try:
        yield
    except InputError as error:
        _complain(error.render(lang.code))
    except UsageError as error:
        _complain(_wrong_call(error, lang))
    except OSError as error:
        _complain(f"错误：{error}" if lang is Lang.zh else f"error: {error}")
    else:
        return
    raise typer.Exit(WRONG_INPUT)


def _wrong_call(error: UsageError, lang: Lang, head: tuple[str, str] = ("错误", "error")) -> str:
    from subsidy_rules.serve.wording import in_chinese

    return f"{head[0]}：{in_chinese(error)}" if lang is Lang.zh else f"{head[1]}: {error}"


def _policies(rules: list[str] | None, only: Iterable[str] | None) -> Policies:
    """Load the policies; those left out still lend their vocabulary, so that a case reads the same with fewer."""
    from dataclasses import replace

    from subsidy_rules.plan import load_policies

    loaded = load_policies(rules or None)
    return replace(loaded.only(*only), vocabulary=loaded.vocabulary) if only else loaded


def _applied(found: Entitlement, rules: list[str] | None) -> Policies:
    """Return the policies that a result was made with."""
    return _policies(rules, [policy for policy, _, _ in found.stamp.rules])


def _evaluated(
    case: str,
    policy: list[str] | None,
    rules: list[str] | None,
    as_of: str | None,
    reading: list[str] | None,
    guide: list[str] | None,
) -> Entitlement:
    """Evaluate; where no policy is named, those of the packs that ship apply that apply where the case is."""
    from subsidy_rules.award.evaluate import evaluate as run
    from subsidy_rules.plan import load_guide

    chosen = chosen_readings(reading)
    policies = _policies(rules, policy)
    guides = [load_guide(path, policies) for path in guide or []]
    named = policies if policy or rules else None
    if case.lower().endswith(".xlsx"):
        return _of_workbook(case, policies, lambda one: run(one, named, as_of, readings=chosen, guides=guides))
    return run(_case(case), named, as_of, readings=chosen, guides=guides)


def chosen_readings(reading: list[str] | None) -> dict[str, str]:
    """Return the options of readings as they are written on the command line. Raises `UsageError`."""
    chosen: dict[str, str] = {}
    for one in reading or []:
        name, sign, option = one.partition("=")
        if not sign:
            raise UsageError(f"--reading is ID=OPTION, not '{one}'")
        chosen[name] = option
    return chosen


def _of_workbook(path: str, policies: Policies, run: Callable[[Case], Entitlement]) -> Entitlement:
    """Evaluate the one case of a template that was filled in; what is wrong is told with its sheet and cell."""
    from pathlib import Path

    from subsidy_rules.errors import CaseError
    from subsidy_rules.facts.case import Case
    from subsidy_rules.sheets.filled import one_filled

    made = one_filled(Path(path), policies.vocabulary)
    try:
        return run(Case.from_dict(made.data, name=path))
    except CaseError as error:
        raise InputError(made.told(error)) from error


def _case(path: str) -> Case:
    from subsidy_rules.errors import CaseError
    from subsidy_rules.facts.case import Case
    from subsidy_rules.values import document

    if path == "-":
        return Case(document.read(sys.stdin.buffer.read(), name="<stdin>", error=CaseError))
    return Case.load(path)


def _with_spread(found: Entitlement) -> str:
    """Write the result as JSON with one key more: the spread of the total over all readings."""
    import json

    from subsidy_rules.award.model import ends_of
    from subsidy_rules.report.tables import one_at_a_time

    joint, taken, single = (
        {"kind": amount.kind, **ends_of(amount, found.currency)}
        for amount in (found.spread, found.total.possible, one_at_a_time(found))
    )
    spread: Json = {**joint, "taken": taken, "one_at_a_time": single}
    return json.dumps({**found.as_json(), "spread": spread}, ensure_ascii=False, indent=2) + "\n"


def _rows(plan: PolicyPlan) -> Iterator[dict[str, Json]]:
    from subsidy_rules.award.editions import amendment, edition
    from subsidy_rules.award.kinds import kinds_of

    kinds, head = kinds_of(plan), edition(plan)
    for one in plan.sentences:
        yield {
            "policy": one.policy,
            "path": one.path,
            "sentence": one.sentence,
            "id": one.id,
            "kind": kinds[one.id],
            "quote": one.quote,
            "readings": list(one.readings),
            **({"amended": [amendment(each) for each in one.amended]} if one.amended else {}),
            **head,
        }
    for missing in plan.not_modelled:
        yield {
            "policy": plan.id,
            "path": missing.path,
            "sentence": missing.sentence,
            "id": None,
            "kind": "unencoded",
            "quote": missing.quote,
            "readings": [],
        }


def _clause_table(rows: list[dict[str, Json]], lang: Lang) -> str:
    from subsidy_rules.award.phrases import KINDS, word
    from subsidy_rules.report.tables import Block, text_table

    zh = lang is Lang.zh
    heads = ("条款", "位置", "类型", "原文") if zh else ("clause", "place", "kind", "words")
    lines = tuple(
        (
            (f"{row['policy']}/{row['id'] or '-'}", *(_names(row["readings"]))),
            (f"{row['path']}#{row['sentence']}",),
            (word(KINDS, str(row["kind"]), lang.code),),
            (str(row["quote"]), *_changes(row, lang)),
        )
        for row in rows
    )
    title = f"{len(rows)} 句" if zh else f"{len(rows)} sentences"
    block = Block(title, heads, lines, figures=(1, 2))
    return text_table(block, width=_width(), ascii_only=_ascii_only(), color=_is_terminal())


def _heads(rows: list[dict[str, Json]], lang: Lang) -> str:
    """Say of which version each policy is, and who has reviewed and approved it, of those that say so."""
    from subsidy_rules.award.phrases import say_edition

    said = {str(row["policy"]): say_edition(row, lang.code) for row in rows}
    return "".join(f"{policy}{'：' if lang is Lang.zh else ': '}{text}\n" for policy, text in said.items() if text)


def _changes(row: dict[str, Json], lang: Lang) -> Iterator[str]:
    from subsidy_rules.award.phrases import say_amendment

    found = row.get("amended")
    for one in found if isinstance(found, list) else ():
        if isinstance(one, dict):
            yield say_amendment(one, lang.code)


def _names(found: Json) -> list[str]:
    return [str(one) for one in found] if isinstance(found, list) else []


def _rule_files(paths: list[str] | None) -> list[Path]:
    from pathlib import Path

    from subsidy_rules.policy.source import shipped_rules

    files: list[Path] = []
    for given in [Path(path) for path in paths] if paths else [shipped_rules()]:
        inside = sorted(given.glob("*.yaml")) if given.is_dir() else [given]
        if not inside or not inside[0].exists():
            raise UsageError(f"no rule file at '{given}'")
        files += inside
    return files


def _write(text: str) -> None:
    from subsidy_rules.report.printable import printable

    sys.stdout.write(printable(text, getattr(sys.stdout, "encoding", None)))
    sys.stdout.flush()


def _write_json(text: str) -> None:
    """Write JSON as UTF-8 with LF, whatever the console."""
    sys.stdout.flush()
    sys.stdout.buffer.write(text.encode())
    sys.stdout.buffer.flush()


def _complain(text: str) -> None:
    from subsidy_rules.report.printable import printable

    sys.stderr.write(printable(f"{text}\n", getattr(sys.stderr, "encoding", None)))
    sys.stderr.flush()


def _width() -> int:
    return shutil.get_terminal_size((WIDTH, 24)).columns


def _is_terminal() -> bool:
    return sys.stdout.isatty() and "NO_COLOR" not in os.environ


def _ascii_only() -> bool:
    return not (getattr(sys.stdout, "encoding", None) or "utf-8").lower().startswith("utf")


# What other modules of commands use, and those modules, which add their commands to `app`.
reported, write, write_json, complain, policies = _reported, _write, _write_json, _complain, _policies
applied, evaluated = _applied, _evaluated


def screen() -> tuple[int, bool, bool]:
    """Return how wide the screen is, whether it has ASCII only, and whether it has colour."""
    return _width(), _ascii_only(), _is_terminal()


from subsidy_rules.serve import audit as audit  # noqa: E402, PLC0414 - it needs all of the above
from subsidy_rules.serve import audit_choices as audit_choices  # noqa: E402, PLC0414 - as above
from subsidy_rules.serve import author as author  # noqa: E402, PLC0414 - as above
from subsidy_rules.serve import cohort as cohort  # noqa: E402, PLC0414 - as above
from subsidy_rules.serve import language as language  # noqa: E402, PLC0414 - as above
from subsidy_rules.serve import ledger as ledger  # noqa: E402, PLC0414 - as above
from subsidy_rules.serve import lifecycle as lifecycle  # noqa: E402, PLC0414 - as above
from subsidy_rules.serve import proofs as proofs  # noqa: E402, PLC0414 - as above
from subsidy_rules.serve import sheets as sheets  # noqa: E402, PLC0414 - as above
from subsidy_rules.serve import study as study  # noqa: E402, PLC0414 - as above
from subsidy_rules.serve import sweep as sweep  # noqa: E402, PLC0414 - as above
from subsidy_rules.serve import versions as versions  # noqa: E402, PLC0414 - as above
