"""The commands of who asks what changed: `diff` compares two versions of a pack, `replay` computes a result again.

subsidy-rules diff rules/superseded/my_city.0123456789ab.yaml rules/my_city.yaml cases/
subsidy-rules replay 2025-09-01.result.json --case 2025-09-01.yaml
"""

from __future__ import annotations

import json
from typing import Annotated

import typer

from subsidy_rules.serve.cli import Format, GuideFiles, Lang, Language, ListFormat, app, reported, write, write_json

DIFFERENT = 1


@app.command()
def diff(
    old: Annotated[str, typer.Argument(metavar="OLD", help="The rule file as it was, or a folder of them.")],
    new: Annotated[str, typer.Argument(metavar="NEW", help="The rule file as it is, or a folder of them.")],
    cases: Annotated[
        list[str] | None,
        typer.Argument(metavar="[CASES]...", help="Cases, or folders of them, to hold against both."),
    ] = None,
    guide: GuideFiles = None,
    format_: Annotated[Format, typer.Option("--format", help="How the comparison is printed.")] = Format.table,
    lang: Language = Lang.zh,
) -> None:
    """Say what changed between two packs in legal terms, and for each award of the cases that is another one, why.

    Exit code 0 where nothing changed, 1 where something did, 2 where a file or the call is wrong. Each version is taken
    as if it were in force for every case.
    """
    with reported(lang):
        from subsidy_rules.study import diff_told
        from subsidy_rules.study.moves import diff as run

        found = run(old, new, cases or (), guides=guide or ())
        if format_ is Format.json:
            write_json(json.dumps(diff_told.as_json(found), ensure_ascii=False, indent=2) + "\n")
        else:
            write(diff_told.text(found, lang.code, markdown=format_ is Format.markdown))
        if not found.equal:
            raise typer.Exit(DIFFERENT)


@app.command()
def replay(
    result: Annotated[str, typer.Argument(metavar="RESULT", help="A result, as `evaluate --format json` wrote it.")],
    case: Annotated[
        list[str] | None,
        typer.Option("--case", metavar="PATH", help="Its case, or a folder with it; else that of the result."),
    ] = None,
    rules: Annotated[
        list[str] | None,
        typer.Option(
            "--rules",
            metavar="PATH",
            help="Where to look for its packs, beside those that ship or did.",
        ),
    ] = None,
    guide: GuideFiles = None,
    format_: Annotated[ListFormat, typer.Option("--format", help="How the outcome is printed.")] = ListFormat.table,
    lang: Language = Lang.zh,
) -> None:
    """Compute a result again from the packs, guides and case of its stamp, and say equal or what differs.

    Exit code 0 where every field is equal, 1 where one differs, 2 where it is no result or a digest is not found.
    """
    with reported(lang):
        from subsidy_rules.audit import told
        from subsidy_rules.audit.replay import replay as run

        found = run(result, cases=case or (), rules=rules or (), guides=guide or ())
        if format_ is ListFormat.json:
            write_json(json.dumps(told.as_json(found), ensure_ascii=False, indent=2) + "\n")
        else:
            write(told.replayed(found, lang.code))
        if not found.equal:
            raise typer.Exit(DIFFERENT)
