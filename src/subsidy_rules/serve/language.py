"""The commands about the language itself: `fmt`, `migrate` (to today's version), `conformance` (of an engine).

subsidy-rules fmt my_city.yaml
subsidy-rules migrate my_city.yaml
subsidy-rules conformance conformance/ --engine "./their-engine"
"""

from __future__ import annotations

import sys
from collections import Counter
from contextlib import nullcontext
from typing import TYPE_CHECKING, Annotated, Final

import typer

from subsidy_rules.serve.author import bar
from subsidy_rules.serve.cli import Lang, Language, app, reported, write

if TYPE_CHECKING:
    from subsidy_rules.author.conformance import Failure

UNLIKE: Final = 1


@app.command()
def fmt(
    paths: Annotated[
        list[str] | None,
        typer.Argument(metavar="[PATH]...", help="Files of rules, tests, guides or cases, folders; here if none."),
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; exit 1 where a file is laid out otherwise.")
    ] = False,
    lang: Language = Lang.zh,
) -> None:
    """Lay out files of rules, tests, guides and cases: one way, comments kept, nothing said changed.

    Before anything is written, every file is read again as it will stand: it must say the same, and a rule file keep
    the digest of its meaning. Where one does not, none is written (exit code 2).
    """
    with reported(lang):
        from subsidy_rules.author.formatting import find_files, formatted, write_whole

        files = [formatted(path) for path in find_files(paths or ["."])]
        changed = [one for one in files if one.changed]
        if not check:
            write_whole([(one.path, one.after) for one in changed])
        said = ("would be laid out", "须重排") if check else ("laid out", "已重排")
        for one in changed:
            write(f"{one.path}：{said[1]}\n" if lang is Lang.zh else f"{one.path}: {said[0]}\n")
        count = len(files)
        zh = f"{count} 个文件，{said[1]} {len(changed)} 个\n"
        en = f"{count} {'file' if count == 1 else 'files'}, {len(changed)} {said[0]}\n"
        write(zh if lang is Lang.zh else en)
        if check and changed:
            raise typer.Exit(UNLIKE)


@app.command()
def migrate(
    paths: Annotated[
        list[str] | None, typer.Argument(metavar="[PATH]...", help="Rule files, folders; here if none.")
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; exit 1 where a file is of an older version.")
    ] = False,
    lang: Language = Lang.zh,
) -> None:
    """Bring rule files of an older version of the language to today's, comments kept, each change listed.

    Every file is checked as it will stand before any is written. A version that is not known is refused (exit code 2).
    """
    with reported(lang):
        from subsidy_rules.author.formatting import write_whole
        from subsidy_rules.author.migrating import TODAY, migrated, rule_files

        files = [migrated(path) for path in rule_files(paths or ["."])]
        older = [one for one in files if one.changes]
        if not check:
            write_whole([(one.path, one.text) for one in older])
        for one in older:
            for change in one.changes:
                said = change.step.said[0 if lang is Lang.zh else 1]
                write(f"{one.path}:{change.line}: {change.path}: {change.before} → {change.after} ({said})\n")
        zh = f"{len(files)} 个文件，{'须迁移' if check else '已迁移'}到版本 {TODAY}：{len(older)} 个\n"
        count = f"{len(files)} file{'' if len(files) == 1 else 's'}"
        en = f"{count}, {len(older)} {'to be brought' if check else 'brought'} to version {TODAY}\n"
        write(zh if lang is Lang.zh else en)
        if check and older:
            raise typer.Exit(UNLIKE)


@app.command()
def conformance(
    folder: Annotated[
        str, typer.Argument(metavar="[DIR]", help="Folder of conformance cases, or one file of them.")
    ] = "conformance",
    engine: Annotated[
        str | None,
        typer.Option("--engine", metavar="COMMAND", help="Another engine: JSON in, JSON out, a line each."),
    ] = None,
    answer: Annotated[
        bool, typer.Option("--answer", help="Be such an engine: read lines of JSON, write one for each.")
    ] = False,
    lang: Language = Lang.zh,
) -> None:
    """Hold an engine against cases with known results: this library, or with --engine another.

    Exit code 1 where an answer differs, 2 where the cases or the call are wrong.
    """
    with reported(lang):
        from subsidy_rules.author import conformance as cases

        if answer:
            sys.stdin.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
            sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
            for line in cases.respond(sys.stdin):
                sys.stdout.write(line + "\n")
                sys.stdout.flush()
            return
        questions = cases.find_cases(folder)
        done = 0
        with cases.another(engine) if engine else nullcontext(cases.ours()) as asked, bar(folder) as told:

            def heard(_: object) -> None:
                nonlocal done
                done += 1
                told(done, len(questions))

            failures = list(cases.hold(questions, asked, heard))
        _say_failures(failures, lang)
        wrong = len({(one.question.file, one.question.id) for one in failures})
        kinds = Counter(one.confirmed for one in questions)
        if lang is Lang.zh:
            write(
                f"{len(questions)} 个案例（手算 {kinds['hand']}，第二求值器 {kinds['oracle']}）："
                + (f"{wrong} 个不符\n" if wrong else "全部相符\n")
            )
        else:
            count = f"{len(questions)} cases ({kinds['hand']} by hand, {kinds['oracle']} by a second evaluator)"
            write(f"{count}: " + (f"{wrong} answered otherwise\n" if wrong else "all answered as expected\n"))
        if failures:
            raise typer.Exit(UNLIKE)


def _say_failures(failures: list[Failure], lang: Lang) -> None:
    wanted, got = ("期望", "得到") if lang is Lang.zh else ("expected", "got")
    for one in failures:
        write(f"{one.question.file}: {one.question.id}: {one.at}\n")
        write(f"  {wanted}  {one.wanted}\n  {got}  {one.got}\n")
