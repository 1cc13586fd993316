"""The bad files of this folder: what each is told, and the page of errors that is made from them.

    python -m tests.bad.page        writes docs/errors.md

`cases/`, `rules/` and `guides/` hold one file for each way in which such a file can be wrong, and beside each, in
`NAME.expected`, what is printed: in English, an empty line, in Chinese. Cases and guides are read with `city.yaml`, in
which nothing is wrong. `checks/` holds rule files that are read, and of which `check` warns; `tests/good` holds their
near misses, of which it does not. `made.py` has the inputs that no file can hold.
"""

from __future__ import annotations

from contextlib import chdir
from functools import cache
from pathlib import Path
from typing import Final

from subsidy_rules.errors import CODES, InputError, Problem
from subsidy_rules.facts.case import Case, Facts
from subsidy_rules.plan import Policies, compile_policy, load_guide, load_policies
from subsidy_rules.plan.lint import lint
from subsidy_rules.policy.source import read_policy
from tests.bad.made import MADE

BAD: Final = Path(__file__).parent
PAGE: Final = BAD.parents[1] / "docs" / "errors.md"
FOLDERS: Final = ("cases", "rules", "guides", "checks")
AS_OF: Final = {"checks/ended_window.yaml": "2028-01-01", "checks/ended_window_without_a_stated_end.yaml": "2027-01-01"}
"""The days that `check` is asked about."""


@cache
def city() -> Policies:
    """Return the policy that cases and guides are read with."""
    return load_policies([BAD / "city.yaml"])


def names() -> list[str]:
    """Return every bad input by its name below this folder: `cases/tag.yaml`, `made/a_float`."""
    kept = [
        path.relative_to(BAD).as_posix()
        for folder in FOLDERS
        for path in (BAD / folder).iterdir()
        if path.suffix != ".expected"
    ]
    return sorted([*kept, *(f"made/{name}" for name in MADE)])


def problems_of(name: str) -> tuple[Problem, ...]:
    """Return what is told about a bad input: its problems, or its warnings where it is not refused."""
    folder, _, rest = name.partition("/")
    with chdir(BAD):
        try:
            match folder:
                case "cases":
                    return Case.load(name).facts_of(city().vocabulary).warnings
                case "rules":
                    compile_policy(read_policy(Path(name)))
                case "checks":
                    source = read_policy(Path(name))
                    return lint(source, compile_policy(source), as_of=AS_OF.get(name))
                case "guides":
                    load_guide(name, city())
                case _:
                    found = MADE[rest](city().vocabulary)
                    return found.warnings if isinstance(found, Facts) else ()
        except InputError as error:
            return error.problems
    return ()


def told(name: str) -> str:
    """Return what is printed about a bad input, in English and in Chinese."""
    error = InputError(problems_of(name))
    return f"{error.render('en')}\n\n{error.render('zh')}\n"


def expected(name: str) -> Path:
    """Return the file that says what is printed about a bad input."""
    return (BAD / name).with_suffix(".expected")


_HEAD: Final = """\
# Errors · 错误

What a wrong file is told. Every problem says where it is (`file:line:column`, or the path of the value where it comes
from Python), its code, what is wrong, the line it stands in, and what to do; all problems of a file are told together,
up to fifty. A `warning` refuses nothing; those of a rule file are told by `check`. The command prints Chinese, or
English with `--lang en`; in Python a `CaseError` or a `RuleError` carries the problems, and `error.render("zh")` prints
them.

有误的文件会得到什么提示。每个问题都指出位置（文件:行:列；来自 Python 的值则写路径）、代码、问题所在、原行和处理办法；
同一文件的问题一并报告，最多五十个。警告不会拒绝文件；规则文件的警告由 `check` 给出。命令默认输出中文，加
`--lang en` 输出英文。

This page is made from the files in `tests/bad` by `python -m tests.bad.page`. 本页由 `tests/bad` 中的文件生成。
"""


def page() -> str:
    """Return the page of errors: for each code its meaning, an example, what is printed, what to do."""
    found: dict[str, list[tuple[int, str, Problem]]] = {code: [] for code in CODES}
    for name in names():
        problems = problems_of(name)
        for problem in problems:
            found[problem.code].append((len(problems), name, problem))
    index = "".join(f"| [`{code}`](#{code}) | {one.meaning} | {one.meaning_zh} |\n" for code, one in CODES.items())
    parts = [_HEAD, f"| code | meaning | 含义 |\n|---|---|---|\n{index}"]
    for code, one in CODES.items():
        # The input that shows this code and the fewest others is the clearest.
        _, name, problem = min(found[code], key=lambda row: (row[0], row[1].startswith("made/"), row[1]))
        inputs = list(dict.fromkeys(row[1] for row in found[code]))
        more = "、".join(f"`{row}`" for row in inputs if row != name)
        parts.append(
            f"## {code}\n\n"
            f"{_sentence(one.meaning)} {one.meaning_zh}。\n\n"
            f"`{name}`\n\n"
            f"```text\n{problem.render('en')}\n```\n\n"
            f"```text\n{problem.render('zh')}\n```\n\n"
            f"{_sentence(one.remedy)} {one.remedy_zh}。\n" + (f"\nSee also · 另见：{more}\n" if more else "")
        )
    return "\n".join(parts)


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}."


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8", newline="\n")
