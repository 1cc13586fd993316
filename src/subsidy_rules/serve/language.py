"""The commands about the language itself: `fmt` lays files out.

subsidy-rules fmt my_city.yaml
subsidy-rules fmt rules/ --check
"""

from __future__ import annotations

from typing import Annotated, Final

import typer

from subsidy_rules.serve.cli import Lang, Language, app, reported, write

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
