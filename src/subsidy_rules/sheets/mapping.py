"""Which column is which fact: a small YAML beside somebody's table, and the cases that it makes of the rows.

    map: 1
    key: 企业编号                       # rows of one enterprise, one under the other
    things: {projects: 项目编号}         # what tells one project from another; costs are one to a row
    columns:
      企业名称: enterprise.name
      费用类别: {fact: "projects.costs.kind", values: {设备: equipment}}
      金额: {fact: "projects.costs.amount", unit: 万元}
    fixed: {decision_date: 2025-09-01, enterprise.place: "610113"}
    ignore: [备注]

Where a row has several things of one list, they are told apart by their place: `projects.costs[0].amount` and
`projects.costs[1].amount`. A column that is neither mapped nor ignored is an error, and so is a unit that contradicts
the one in the head of the column (`金额（元）`). An empty cell says nothing, unless `empty` says what it means.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import field
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from subsidy_rules.errors import CaseError, InputError, Place, Problem, brief, suggest
from subsidy_rules.facts.vocabulary import Vocabulary
from subsidy_rules.policy.shape import node_at, shape_of
from subsidy_rules.report.schema import schema_of_model
from subsidy_rules.report.schema_parts import Schema
from subsidy_rules.sheets.cells import Row, Said, Sheet, is_error
from subsidy_rules.sheets.columns import Rule, Step, Target, target_of, unfit, value_of
from subsidy_rules.values import document as doc
from subsidy_rules.values.classes import dataclass
from subsidy_rules.values.findings import Findings

VERSION: Final = "1"
_IN_HEAD = re.compile(r"[（(]\s*(?:单位\s*[:：]?\s*)?(?P<unit>[^（）()]+?)\s*[）)]\s*$")


class ColumnFile(BaseModel):
    """A column with more to say than which fact it is."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    fact: Annotated[str, Field(description="path of the fact: projects.costs.amount")]
    unit: Annotated[str | None, Field(description="what the figures are in: 万元, %, 1 (a ratio as a number), 吨")] = (
        None
    )
    values: Annotated[dict[str, str], Field(description="their word → ours")] = {}
    empty: Annotated[str | None, Field(description="what an empty cell means; nothing is said where this is not")] = (
        None
    )


class MapFile(BaseModel):
    """The mapping of a table's columns to the facts of a case."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    map: Annotated[Literal["1"], Field(description="version of this format")]
    columns: Annotated[dict[str, str | ColumnFile], Field(description="head of a column → path of a fact")]
    sheet: Annotated[str | None, Field(description="name of the sheet, where there are several")] = None
    header: Annotated[str | None, Field(description="number of the row of heads; the first that is not empty")] = None
    key: Annotated[str | None, Field(description="column by which rows are of one case; each row is one without")] = (
        None
    )
    things: Annotated[dict[str, str], Field(description="list → column that tells its things apart")] = {}
    fixed: Annotated[dict[str, str | list[str]], Field(description="path of a fact → its value in every case")] = {}
    ignore: Annotated[list[str] | str, Field(description="columns that say nothing; * for all that are left")] = []


def map_schema() -> Schema:
    """Return the JSON Schema of a mapping."""
    return schema_of_model("map", MapFile)


@dataclass(frozen=True, slots=True)
class Made:
    """A case made of rows: its name, the rows, its data or why there is none, and which cell each fact is from."""

    name: str
    rows: tuple[int, ...]
    data: Mapping[str, object]
    problems: tuple[Problem, ...] = ()
    cells: Mapping[str, str] = field(default_factory=dict)
    at: str = ""
    file: str = ""

    def told(self, error: CaseError) -> tuple[Problem, ...]:
        """Return what is wrong with the case, each problem at the cell that its fact is from."""
        return tuple(self._told(one) for one in error.problems)

    def _told(self, one: Problem) -> Problem:
        path, cell = one.path, ""
        while path and not cell:
            cell = self.cells.get(path, "")
            path = path[: max(path.rfind("."), path.rfind("["), 0)]
        what, what_zh = f"{one.path}: {one.what}", f"{one.path}：{one.what_zh}"
        return Problem(one.code, Place(self.file), cell or self.at, "", what, what_zh, one.remedy, one.remedy_zh)


@dataclass(frozen=True, slots=True)
class Mapper:
    """A mapping, held against a vocabulary. `sha256` is that of its file, empty where the heads are the paths."""

    file: MapFile | None
    vocabulary: Vocabulary
    sha256: str = ""
    findings: Findings | None = None

    @property
    def sheet(self) -> str | None:
        """The name of the sheet to read, where it says one."""
        return self.file.sheet if self.file else None

    def cases(self, sheet: Sheet) -> Iterator[Made]:
        """Make the cases of a sheet, in the order of its rows. Raises `InputError` where the heads do not fit."""
        rows = sheet.rows
        header = self._header(sheet, rows)
        reader = SheetReader(self, sheet, header)
        scattered = reader.scattered(_after(sheet.rows, header.number))
        group: list[Row] = []
        for row in rows:
            if group and (reader.key is None or reader.name_of(row) != reader.name_of(group[0])):
                yield reader.made(group, scattered)
                group = []
            group.append(row)
        if group:
            yield reader.made(group, scattered)

    def _header(self, sheet: Sheet, rows: Iterator[Row]) -> Row:
        wanted = int(self.file.header) if self.file and self.file.header else None
        for row in rows:
            if wanted is None or row.number == wanted:
                return row
            if row.number > wanted:
                break
        where = sheet.at(wanted or 1)
        raise InputError([sheet.problem("bad-table", where, ("此处没有表头", "there is no row of heads here"))])


def _after(rows: Iterator[Row], number: int) -> Iterator[Row]:
    return (row for row in rows if row.number > number)


def load_mapping(path: str | Path, vocabulary: Vocabulary) -> Mapper:
    """Read a mapping. Raises `InputError` with every problem: unknown keys, paths, units, each with its nearest."""
    document = doc.read(Path(path))
    shape = shape_of(document, MapFile)
    if shape.model is None or shape.problems:
        raise InputError(shape.problems)
    findings = Findings(document)
    mapper = Mapper(shape.model, vocabulary, document.sha256, findings)
    for head, given in shape.model.columns.items():
        node, where = node_at(document, ("columns", head))
        column = ColumnFile(fact=given) if isinstance(given, str) else given
        target = _checked(findings, node, where, column.fact, vocabulary)
        if target and column.unit and (wrong := unfit(column.unit, target.spec, vocabulary)):
            findings.add("unknown-unit", node, where, wrong[1], wrong[0])
    for name in shape.model.fixed:
        if name != "assume_none":
            node, where = node_at(document, ("fixed", name))
            _checked(findings, node, where, name, vocabulary)
    for name in shape.model.things:
        node, where = node_at(document, ("things", name))
        _checked(findings, node, where, f"{name}.id", vocabulary, of_list=True)
    if shape.model.header and not shape.model.header.isdecimal():
        node, where = node_at(document, ("header",))
        findings.add("bad-count", node, where, "the row of heads is a whole number", "表头行号应为整数")
    findings.raise_as(InputError)
    return mapper


def _checked(
    findings: Findings, node: doc.Node, where: str, path: str, vocabulary: Vocabulary, *, of_list: bool = False
) -> Target | None:
    found = target_of(path, vocabulary, of_list=of_list)
    if isinstance(found, Target):
        return found
    word, options, labels = found
    findings.unknown("unknown-name", node, where, word, options, labels)
    return None


class SheetReader:
    """Makes the cases of one sheet."""

    def __init__(self, mapper: Mapper, sheet: Sheet, header: Row) -> None:
        self.mapper, self.sheet, self.vocabulary = mapper, sheet, mapper.vocabulary
        self.file = mapper.file
        self.problems: list[Problem] = []
        self.columns: dict[int, Rule] = {}
        self.key: int | None = None
        self.things: dict[tuple[str, ...], int] = {}
        self.own: tuple[str, ...] | None = None
        """Of a template: the list of which a row is one thing; its id may be left out, and those above it are there."""
        heads = self._heads(header)
        self.headed = frozenset(heads.values()) if not (mapper.file and "*" in mapper.file.ignore) else None
        """The columns that have a head; none where a mapping ignores what it does not name."""
        self._read(heads, header)
        if self.problems:
            raise InputError(self.problems)
        self.fixed = self._fixed()

    def say(self, code: str, column: int | None, row: int, what: Said, remedy: Said | None = None) -> None:
        """Note a problem of a cell."""
        self.problems.append(self.sheet.problem(code, self.sheet.at(row, column), what, remedy))

    def _heads(self, header: Row) -> dict[str, int]:
        heads: dict[str, int] = {}
        for column, text in enumerate(header.texts):
            if not text:
                continue
            if text in heads:
                what = (f"两列使用同一表头“{brief(text)}”", f"two columns have the head '{brief(text)}'")
                self.say("duplicate-key", column, header.number, what)
            heads.setdefault(text, column)
        return heads

    def _read(self, heads: dict[str, int], header: Row) -> None:
        row = header.number
        file = self.file
        given = file.columns if file else {head: _bare(head) for head in heads if _bare(head) != "case"}
        used: set[str] = set()
        for head, one in given.items():
            column = self._column(heads, head, row)
            if column is None:
                continue
            used.add(head)
            rule = ColumnFile(fact=one) if isinstance(one, str) else one
            target = target_of(rule.fact, self.vocabulary)
            if not isinstance(target, Target):
                near = suggest(target[0], target[1], {name: label for label, name in target[2].items()})
                what = (f"“{brief(rule.fact)}”不是事实", f"'{brief(rule.fact)}' is no fact")
                remedy = (f"是否为“{near}”？", f"did you mean '{near}'?") if near else None
                self.say("unknown-name", column, row, what, remedy)
                continue
            self.columns[column] = Rule(
                head, target, self._unit(head, rule, target, column, row), rule.values, rule.empty
            )
        if file is None:
            self.key = next((heads[head] for head in heads if head == "case"), None)
            return
        if file.key is not None:
            self.key = self._column(heads, file.key, row)
            used.add(file.key)
        for name, head in file.things.items():
            target = target_of(f"{name}.id", self.vocabulary, of_list=True)
            at = self._column(heads, head, row)
            used.add(head)
            if isinstance(target, Target) and at is not None:
                self.things[tuple(step for step, _ in target.steps)] = at
        ignored = set(heads) if "*" in file.ignore else set(file.ignore)
        for head, column in heads.items():
            if head not in used and head not in ignored:
                near = suggest(head, [*file.columns])
                what = (f"映射中没有“{brief(head)}”这一列", f"the mapping does not have the column '{brief(head)}'")
                remedy = (
                    f"请映射该列，或写入 ignore{f'；是否为“{near}”？' if near else ''}",
                    f"map it, or name it under 'ignore'{f'; did you mean {near!r}?' if near else ''}",
                )
                self.say("unknown-key", column, row, what, remedy)

    def _column(self, heads: dict[str, int], head: str, row: int) -> int | None:
        if head in heads:
            return heads[head]
        near = suggest(head, heads)
        what = (f"表中没有“{brief(head)}”这一列", f"the table has no column '{brief(head)}'")
        remedy = (f"是否为“{near}”？", f"did you mean '{near}'?") if near else None
        self.say("missing-key", None, row, what, remedy)
        return None

    def _unit(self, head: str, rule: ColumnFile, target: Target, column: int, row: int) -> str | None:
        """Return the unit of a column: as the mapping says, else as its head does; they may not differ."""
        found = _IN_HEAD.search(head)
        written = found["unit"] if found and not unfit(found["unit"], target.spec, self.vocabulary) else None
        if target.spec is None or target.spec.type not in ("money", "ratio", "quantity"):
            return rule.unit
        if rule.unit is not None and written is not None and rule.unit != written:
            what = (
                f"映射写单位为“{rule.unit}”，表头写“{written}”",
                f"the mapping says the unit is '{rule.unit}', the head says '{written}'",
            )
            self.say("unknown-unit", column, row, what, ("请核对单位", "check which of the two it is"))
        return rule.unit or written

    def _fixed(self) -> dict[tuple[Step, ...], list[tuple[str, object]]]:
        made: dict[tuple[Step, ...], list[tuple[str, object]]] = {}
        for path, value in (self.file.fixed if self.file else {}).items():
            if path == "assume_none":
                made.setdefault((), []).append((path, value))
                continue
            target = target_of(path, self.vocabulary)
            if isinstance(target, Target):
                made.setdefault(target.steps, []).append((target.name, value))
        return made

    def name_of(self, row: Row) -> str:
        """Return which case a row belongs to."""
        return _cell(row, self.key) if self.key is not None else str(row.number)

    def scattered(self, rows: Iterator[Row]) -> frozenset[str]:
        """Return the keys whose rows do not follow each other: what was made of the first would not be whole."""
        if self.key is None:
            return frozenset()
        seen: set[str] = set()
        found: set[str] = set()
        last: str | None = None
        for row in rows:
            name = self.name_of(row)
            if name != last and name in seen:
                found.add(name)
            seen.add(name)
            last = name
        return frozenset(found)

    def made(self, rows: list[Row], scattered: frozenset[str]) -> Made:
        """Make one case."""
        name = self.name_of(rows[0])
        self.problems = []
        at = self.sheet.at(rows[0].number, self.key)
        if not name:
            self.say(
                "missing-key",
                self.key,
                rows[0].number,
                ("此格应说明是哪一案例", "this cell should say which case it is"),
            )
        elif name in scattered:
            what = (f"“{brief(name)}”的各行不相连", f"the rows of '{brief(name)}' do not follow each other")
            self.say("bad-table", self.key, rows[0].number, what, ("请按该列排序", "sort the table by this column"))
        builder = Builder(self)
        for row in rows:
            self._unheaded(row)
            for column, rule in self.columns.items():
                builder.put(row, column, rule)
        numbers = tuple(row.number for row in rows)
        return Made(name, numbers, builder.data, tuple(self.problems), builder.cells, at, self.sheet.file)

    def _unheaded(self, row: Row) -> None:
        """Refuse what is written in a column without a head: a row that has slipped, or a cell too many."""
        if self.headed is None or self.own is not None:
            return
        for column, text in enumerate(row.texts):
            if text and column not in self.headed:
                what = ("此格所在列没有表头", "this cell is in a column without a head")
                remedy = ("请写上表头，或删去此格", "give the column a head, or delete the cell")
                self.say("unknown-key", column, row.number, what, remedy)


class Builder:
    """Puts the cells of the rows of one case where they belong."""

    def __init__(self, reader: SheetReader) -> None:
        self.reader = reader
        self.data: dict[str, object] = {"case": "1"}
        self.cells: dict[str, str] = {}
        self.met: dict[tuple[object, ...], tuple[dict[str, object], str]] = {}
        self._fix((), self.data)
        if (("enterprise", 0),) in reader.fixed:
            self._thing((("enterprise", 0),), Row(0, ()))

    def _fix(self, steps: tuple[Step, ...], thing: dict[str, object]) -> None:
        for name, value in self.reader.fixed.get(steps, ()):
            thing.setdefault(name, value)

    def put(self, row: Row, column: int, rule: Rule) -> None:
        """Put a cell where its fact belongs, or say in the reader what is wrong with it."""
        text = _cell(row, column)
        reader = self.reader
        if is_error(text):
            what = (f"公式结果为 {text}", f"the formula comes to {text}")
            reader.say("wrong-type", column, row.number, what, ("请更正公式", "mend the formula"))
            return
        if not text:
            if rule.empty is None:
                return
            value: object = rule.empty
        else:
            value = value_of(text, rule)
        found = self._thing(rule.target.steps, row)
        if found is None:
            return
        thing, path = found
        where = f"{path}.{rule.target.name}" if path else rule.target.name
        if rule.target.name in thing and where in self.cells and thing[rule.target.name] != value:
            what = (
                f"与 {self.cells[where]} 对同一事项的填写不同",
                f"this differs from {self.cells[where]}, which is the same fact",
            )
            reader.say("both-names", column, row.number, what, ("请只保留一个", "keep one"))
            return
        thing[rule.target.name] = value
        self.cells.setdefault(where, reader.sheet.at(row.number, column))

    def _thing(self, steps: tuple[Step, ...], row: Row) -> tuple[dict[str, object], str] | None:
        thing, path = self.data, ""
        key: tuple[object, ...] = ()
        for depth, (name, slot) in enumerate(steps):
            if name == "enterprise":
                key, path = (*key, name), name
                made = thing.setdefault(name, {})
                assert isinstance(made, dict)  # noqa: S101 - nothing else is put there
                if not made:
                    self._fix(steps[: depth + 1], made)
                thing = made
                continue
            names = tuple(step for step, _ in steps[: depth + 1])
            column = self.reader.things.get(names)
            identity: object = (self.reader.sheet.name, row.number)
            if column is not None:
                identity = _cell(row, column)
                if not identity and names == self.reader.own:
                    column, identity = None, (self.reader.sheet.name, row.number)
                elif not identity:
                    what = ("此格应说明是哪一个", "this cell should say which one it is")
                    self.reader.say("missing-key", column, row.number, what)
                    return None
            key = (*key, name, identity, slot)
            known = self.met.get(key)
            if known is None and self.reader.own is not None and names != self.reader.own:
                what = (f"没有编号为“{identity}”的项", f"there is none with the id '{identity}'")
                self.reader.say("bad-reference", column, row.number, what)
                return None
            if known is None:
                items = thing.setdefault(name, [])
                assert isinstance(items, list)  # noqa: S101 - likewise
                known = ({}, f"{path}.{name}[{len(items)}]" if path else f"{name}[{len(items)}]")
                items.append(known[0])
                self.met[key] = known
                if column is not None:
                    known[0]["id"] = identity
                    self.cells[f"{known[1]}.id"] = self.reader.sheet.at(row.number, column)
                self._fix(steps[: depth + 1], known[0])
            thing, path = known
        return thing, path


def _cell(row: Row, column: int) -> str:
    return row.texts[column] if column < len(row.texts) else ""


def _bare(head: str) -> str:
    return _IN_HEAD.sub("", head).strip()


def heads_are_paths(vocabulary: Vocabulary) -> Mapper:
    """Return the mapping of a table whose heads are paths of facts; a column `case` tells its cases apart."""
    return Mapper(None, vocabulary)


def mapping_of(path: str | Path | None, vocabulary: Vocabulary) -> Mapper:
    """Return the mapping of a file, or that of heads that are paths where there is none."""
    return heads_are_paths(vocabulary) if path is None else load_mapping(path, vocabulary)
