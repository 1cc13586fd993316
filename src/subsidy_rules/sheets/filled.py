"""Reading a template that somebody filled in: its sheets → cases, every mistake at its sheet and cell.

    for made in read_filled(Path("form.xlsx"), policies.vocabulary):
        made.name, made.data, made.problems

The columns are known by the hidden row of paths, whatever the heads say now and in whatever order they stand. A row of
another sheet belongs to the case whose number it has; a number that the first sheet does not have is a mistake.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from subsidy_rules.errors import InputError, Problem, UsageError
from subsidy_rules.facts.vocabulary import Vocabulary
from subsidy_rules.sheets.cells import Row, Sheet, read_sheets, refuse
from subsidy_rules.sheets.mapping import Builder, ColumnFile, Made, MapFile, Mapper, SheetReader
from subsidy_rules.sheets.template import CASE, FIRST, HEADS, MARK, MARKED, NONE, PATHS


def is_template(file: Path) -> bool:
    """Whether a workbook is a template. Raises `InputError` where it cannot be read."""
    for sheet in read_sheets(file):
        if sheet.name == MARKED:
            first = next(sheet.rows, None)
            return first is not None and first.texts[0] == MARK
    return False


def read_filled(file: Path, vocabulary: Vocabulary) -> Iterator[Made]:
    """Return the cases of a template, in the order of its first sheet.

    Raises `InputError` where a sheet or the row of paths is missing; what is wrong with one case stands in it.
    """
    sheets = {sheet.name: sheet for sheet in read_sheets(file)}
    marked = [row.texts for row in sheets[MARKED].rows][1:]
    parts: list[_Part] = []
    for texts in marked:
        name = texts[0]
        if name not in sheets:
            refuse("bad-sheet", str(file), name, (f"缺少工作表“{name}”", f"the sheet '{name}' is missing"))
        steps = tuple(texts[1].split(".")) if len(texts) > 1 else ()
        parts.append(_Part(sheets[name], steps, vocabulary))
    first = parts[0]
    names: dict[str, list[tuple[_Part, Row]]] = {}
    wrong: dict[str, list[Problem]] = {}
    strangers: list[Problem] = []
    for part in parts:
        for row in part.rows:
            name = part.reader.name_of(row)
            if part is first and name not in names:
                names[name] = []
            if name not in names:
                what = (f"企业表没有案例“{name}”", f"the first sheet has no case '{name}'")
                at = part.sheet.at(row.number, part.reader.key)
                strangers.append(part.sheet.problem("bad-reference", at, what))
                continue
            if part is first and names[name]:
                at = part.sheet.at(row.number, part.reader.key)
                twice = (f"案例编号“{name}”重复", f"the case '{name}' stands there twice")
                wrong.setdefault(name, []).append(part.sheet.problem("duplicate-id", at, twice))
            names[name].append((part, row))
    if strangers:
        raise InputError(strangers)
    for name, rows in names.items():
        yield _made(name, rows, wrong.get(name, []))


def one_filled(file: Path, vocabulary: Vocabulary) -> Made:
    """Return the one case of a template. Raises `InputError` where it is none or wrong, `UsageError` for several."""
    if not is_template(file):
        what = ("不是由 template 生成的工作簿", "this is no workbook that `template` made")
        remedy = ("其他表格请用 batch 读取", "read other tables with batch")
        refuse("bad-sheet", str(file), file.stem, what, remedy)
    found = list(read_filled(file, vocabulary))
    if len(found) != 1:
        raise UsageError(f"'{file.name}' holds {len(found)} cases; evaluate takes one, batch takes any number")
    if found[0].problems:
        raise InputError(found[0].problems)
    return found[0]


def _made(name: str, rows: list[tuple[_Part, Row]], problems: list[Problem]) -> Made:
    head, first = rows[0]
    at = head.sheet.at(first.number, head.reader.key)
    builder = Builder(head.reader)
    found = list(problems)
    if not name:
        found.append(head.sheet.problem("missing-key", at, ("请填写案例编号", "write which case it is")))
    for part, row in rows:
        builder.reader = part.reader
        part.reader.problems = []
        for column, rule in part.reader.columns.items():
            builder.put(row, column, rule)
        _none(builder, part, row)
        found += part.reader.problems
    return Made(name, (first.number,), builder.data, tuple(found), builder.cells, at, head.sheet.file)


def _none(builder: Builder, part: _Part, row: Row) -> None:
    """Take in of which lists the case says that there is nothing."""
    for column, name in part.none.items():
        text = row.texts[column] if column < len(row.texts) else ""
        if text in ("是", "true", "yes"):
            listed = builder.data.setdefault(NONE, [])
            assert isinstance(listed, list)  # noqa: S101 - nothing else is put there
            listed.append(name)
            builder.cells[f"{NONE}[{len(listed) - 1}]"] = part.sheet.at(row.number, column)
        elif text not in ("", "否", "false", "no"):
            what = ("请填“是”或“否”", "write 是 or 否")
            part.reader.problems.append(part.sheet.problem("wrong-type", part.sheet.at(row.number, column), what))


class _Part:
    """One sheet of a template: which column is which fact."""

    def __init__(self, sheet: Sheet, steps: tuple[str, ...], vocabulary: Vocabulary) -> None:
        self.sheet = sheet
        found = {row.number: row for row in sheet.rows if row.number in (HEADS, PATHS)}
        if len(found) < 2:  # noqa: PLR2004 - both rows
            refuse(
                "bad-sheet",
                sheet.file,
                sheet.name,
                ("缺少表头或隐藏的路径行", "the heads or the hidden paths are missing"),
            )
        heads = list(found[HEADS].texts)
        paths = list(found[PATHS].texts)
        heads += [""] * (len(paths) - len(heads))
        named = [head if path else "" for head, path in zip(heads, paths, strict=False)]
        self.none = {n: path.removeprefix(f"{NONE}.") for n, path in enumerate(paths) if path.startswith(f"{NONE}.")}
        things = {path[:-1]: named[n] for n, path in enumerate(paths) if path.endswith("#")}
        columns: dict[str, str | ColumnFile] = {}
        for number, path in enumerate(paths):
            if path in ("", CASE) or path.endswith("#") or number in self.none:
                continue
            if path == ".".join((*steps, "id")):
                # What belongs to this thing in another sheet finds it by its id.
                things[path.removesuffix(".id")] = named[number]
                continue
            columns[named[number]] = ColumnFile(fact=path)
        ignored = [one for one in named if one]
        file = MapFile(map="1", columns=columns, key=named[paths.index(CASE)], things=things, ignore=ignored)
        mapper = Mapper(file, vocabulary)
        self.reader = SheetReader(mapper, sheet, replace(found[HEADS], texts=tuple(named)))
        self.reader.own = steps or None

    @property
    def rows(self) -> Iterator[Row]:
        """The rows that were filled in."""
        return (row for row in self.sheet.rows if row.number >= FIRST)
