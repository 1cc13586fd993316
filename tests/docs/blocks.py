r"""The blocks of a page, run one after the other as a reader would: what a page shows is what happens.

A page has a folder of its own, in which `examples` and `rules` stand as they do in a checkout. What is run is said by
the words after the fence:

    yaml title="case.yaml"         written to that file; with `append`, added to its end (json and text too)
    yaml from="rules/xian_30.yaml" nothing: these lines must stand in that file of the repository
    console                        `$ subsidy-rules …` or `$ echo $?`, each with all that it prints
    python                         run; all blocks of a page share their names
    output                         what the Python block just before it prints
    text                           not run, and marked so

Any other fence is an error, so nothing is left out by chance. `run` tells every difference with its line, and gives the
page with the real outputs in place, which is how pages are recorded:

>>> fixed, differences = run("```python\nprint(6 * 7)\n```\n\n```output\n41\n```\n", "page.md")
>>> differences
['page.md:5: shown 41, printed 42']
>>> print(fixed.splitlines()[-2])
42
"""

from __future__ import annotations

import contextlib
import io
import re
import shlex
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Final
from unittest import mock

from typer.testing import CliRunner

from subsidy_rules import Policies, plan
from subsidy_rules.serve.cli import app

ROOT: Final = Path(__file__).resolve().parents[2]
WIDTH: Final = 88
"""Columns of what a command prints: what fits beside the navigation."""
_RULE: Final = "──"
"""A line of a printed table, which is scrolled and not wrapped."""
_FENCE: Final = re.compile(
    r"^(?P<ticks>`{3,})(?P<info>[^\n`]*)\n(?P<body>.*?)^(?P=ticks)[ ]*(?:\n|\Z)", re.MULTILINE | re.DOTALL
)
_STRAY: Final = re.compile(r"^[ \t]*(?:`{3,}|~{3,})")
_TITLE: Final = re.compile(r'^(?P<language>yaml|json|text) title="(?P<file>\w[\w./]*)"(?P<append> append)?$')
_FROM: Final = re.compile(r'^yaml from="(?P<file>[\w./]+)"$')
_COMMAND: Final = re.compile(r"^\$ (?P<command>[^\n]*)\n(?P<output>(?:(?!\$ )[^\n]*\n)*)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block: the words after its fence, what stands in it, the line of its fence."""

    info: str
    body: str
    line: int

    @property
    def text(self) -> str:
        """The block as it is written."""
        ticks = "````" if "```" in self.body else "```"
        return f"{ticks}{self.info}\n{self.body}{ticks}\n"


def parts_of(text: str) -> list[str | Block]:
    """Return a page as prose and blocks, in their order."""
    parts: list[str | Block] = []
    end = 0
    for found in _FENCE.finditer(text):
        parts += [text[end : found.start()]] if found.start() > end else []
        parts.append(Block(found["info"].strip(), found["body"], text.count("\n", 0, found.start()) + 1))
        end = found.end()
    return [*parts, text[end:]] if end < len(text) else parts


def run(text: str, name: str) -> tuple[str, list[str]]:
    """Run the blocks of a page; return it with what they really print, and each difference from what it shows."""
    with _desk_of(name) as desk:
        made = "".join(part if isinstance(part, str) else part.text for part in desk.run(parts_of(text)))
    return made, [*desk.wrong, *desk.differences]


def filled(text: str, name: str) -> str:
    """Return a page whose commands and Python blocks show no output yet with what they print.

    Raises `ValueError` where anything else is wrong with a block, or a command fails.
    """
    with _desk_of(name) as desk:
        made = "".join(part if isinstance(part, str) else part.text for part in desk.run(parts_of(text)))
    if desk.wrong or desk.failed:
        raise ValueError("\n".join([*desk.wrong, *desk.failed]))
    return made


def shown(text: str) -> str:
    """Return a page as the site shows it: the words that only `run` reads become those that the theme knows."""
    parts = (part if isinstance(part, str) else replace(part, info=_shown(part)).text for part in parts_of(text))
    return "".join(parts)


def _shown(block: Block) -> str:
    found = _FROM.match(block.info)
    if found:
        return f'yaml title="{found["file"]}"'
    if block.info == "console" and _RULE in block.body:
        return "{ .console .wide }"
    return "text" if block.info == "output" else block.info.removesuffix(" append")


@contextlib.contextmanager
def _desk_of(name: str) -> Iterator[_Desk]:
    """Give a page its folder while its blocks are run."""
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder), _packs_read_once():
        for shared in ("examples", "rules"):
            Path(shared).symlink_to(ROOT / shared, target_is_directory=True)
        yield _Desk(name)


@cache
def _shipped() -> Policies:
    return plan.load_policies()


@contextlib.contextmanager
def _packs_read_once() -> Iterator[None]:
    """Let every command of a page use one reading of the packs that ship: they do not change in between."""
    load, packs = plan.load_policies, _shipped()
    with mock.patch.object(plan, "load_policies", lambda paths=None: load(paths) if paths else packs):
        yield


def _printed(text: str) -> str:
    """Return what was printed as a page can hold it: no blanks at the ends of lines, one end of line at the end."""
    lines = [line.rstrip() for line in text.splitlines()]
    return "\n".join(lines).rstrip("\n") + "\n" if any(lines) else ""


@dataclass(slots=True)
class _Desk:
    """Where the blocks of one page are run."""

    name: str
    names: dict[str, object] = field(default_factory=lambda: {"__name__": "__main__"})
    code: int = 0
    printed: str | None = None
    differences: list[str] = field(default_factory=list)
    """Where what is shown is not what is printed."""
    wrong: list[str] = field(default_factory=list)
    """What cannot be run, or raises."""
    failed: list[str] = field(default_factory=list)
    """Commands that leave with another code than 0, which a page may well show."""

    def run(self, parts: list[str | Block]) -> Iterator[str | Block]:
        line = 1
        for part in parts:
            if isinstance(part, str):
                self._prose(part, line)
                yield from self._missing_output() if part.strip() else ()
                yield part
                line += part.count("\n")
                continue
            if part.info != "output":
                yield from self._missing_output()
            yield self._block(part)
            line = part.line + part.body.count("\n") + 2
        yield from self._missing_output()

    def _prose(self, text: str, line: int) -> None:
        for place, one in enumerate(text.splitlines()):
            if _STRAY.match(one):
                self._tell(line + place, "a fence that is indented, of ~, or not closed is not run")

    def _missing_output(self) -> Iterator[str]:
        printed, self.printed = self.printed, None
        if printed:
            self.differences.append(f"{self.name}: what a Python block prints is not shown: {printed.strip()}")
            yield f"\n```output\n{printed}```\n\n"

    def _tell(self, line: int, what: str) -> None:
        self.wrong.append(f"{self.name}:{line}: {what}")

    def _compare(self, line: int, given: str, printed: str) -> None:
        if given != printed:
            self.differences.append(f"{self.name}:{line}: shown {given.strip()}, printed {printed.strip()}")

    def _block(self, block: Block) -> Block:
        title, quoted = _TITLE.match(block.info), _FROM.match(block.info)
        if title:
            mode = "a" if title["append"] else "w"
            file = Path(title["file"])
            file.parent.mkdir(exist_ok=True)
            with file.open(mode, encoding="utf-8", newline="\n") as stream:
                stream.write(block.body)
        elif quoted:
            if block.body not in (ROOT / quoted["file"]).read_text(encoding="utf-8"):
                self._tell(block.line, f"these lines do not stand in {quoted['file']}")
        elif block.info == "console":
            return self._console(block)
        elif block.info == "python":
            self._python(block)
        elif block.info == "output":
            return self._output(block)
        elif block.info != "text":
            self._tell(block.line, f"a block of '{block.info}' is not run; what cannot be run is marked text")
        return block

    def _console(self, block: Block) -> Block:
        if _COMMAND.sub("", block.body) or not block.body:
            self._tell(block.line, "a console block is commands that begin with '$ ', each with what it prints")
            return block
        made = []
        for found in _COMMAND.finditer(block.body):
            line = block.line + 1 + block.body.count("\n", 0, found.start())
            printed = self._command(found["command"], line)
            self._compare(line, found["output"], printed)
            made.append(f"$ {found['command']}\n{printed}")
        return replace(block, body="".join(made))

    def _command(self, command: str, line: int) -> str:
        if command == "echo $?":
            return f"{self.code}\n"
        program, *args = shlex.split(command, comments=True)
        if program != "subsidy-rules":
            self._tell(line, f"'{program}' is no command that a page can run")
            return ""
        done = CliRunner().invoke(app, args, env={"COLUMNS": str(WIDTH), "NO_COLOR": "1"})
        self.code = done.exit_code
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            self._tell(line, f"raised {done.exception!r}")
        if self.code:
            self.failed.append(f"{self.name}:{line}: {command} left with {self.code}: {done.output.strip()}")
        return _printed(done.output)

    def _python(self, block: Block) -> None:
        printed = io.StringIO()
        code = compile("\n" * block.line + block.body, self.name, "exec", dont_inherit=True)
        try:
            with contextlib.redirect_stdout(printed):
                exec(code, self.names)  # noqa: S102 - the pages are this project's own
        except Exception as error:  # noqa: BLE001 - a page that raises is told like any other difference
            line = next((at.tb_lineno for at in _frames(error) if at.tb_frame.f_code.co_filename == self.name), 0)
            self._tell(line or block.line, f"raised {error!r}")
        self.printed = _printed(printed.getvalue())

    def _output(self, block: Block) -> Block:
        printed, self.printed = self.printed, None
        if printed is None:
            self._tell(block.line, "no Python block stands before this output")
            return block
        self._compare(block.line, block.body, printed)
        return replace(block, body=printed)


def _frames(error: BaseException) -> Iterator[TracebackType]:
    at = error.__traceback__
    while at is not None:
        yield at
        at = at.tb_next


def main() -> None:
    """Record the pages that are named: `python -m tests.docs.blocks docs/semantics.md`."""
    for given in sys.argv[1:]:
        path = Path(given).resolve()
        text, differences = run(path.read_text(encoding="utf-8"), path.name)
        path.write_text(text, encoding="utf-8", newline="\n")
        sys.stdout.write("".join(f"{one}\n" for one in differences))


if __name__ == "__main__":
    main()
