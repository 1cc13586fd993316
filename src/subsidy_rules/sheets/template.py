"""A workbook to fill in: the facts that a policy reads, as typed columns with heads, units, lists to choose from.

    write_template("form.xlsx", load_policies().only("xian_31"))

One sheet is of the cases and their enterprises, one of each list of things (projects, their costs, titles …), joined by
the number of the case. The note on a head says which sentences read the fact; a last sheet says it for all. Beneath the
heads stands a hidden row with the path of each fact, by which `filled` reads the workbook back.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from subsidy_rules.award.written import write_label
from subsidy_rules.errors import Lang, UsageError, check_lang
from subsidy_rules.facts.vocabulary import FieldSpec, Vocabulary
from subsidy_rules.mechanisms import operations as op
from subsidy_rules.sheets.cells import letters
from subsidy_rules.sheets.workbook import Book, Column, Kind, SheetWriter, open_workbook

if TYPE_CHECKING:
    from subsidy_rules.plan import Policies

MARK: Final = "subsidy-rules/template/1"
MARKED: Final = "_subsidy_rules"
"""The hidden sheet by which a template is known."""
HEADS, PATHS, FIRST = 3, 4, 5
"""The rows of the heads, of the paths and of the first entry, from 1."""
CASE: Final = "case"
NONE: Final = "assume_none"
_ROWS: Final = 2000
"""Rows that are prepared with lists to choose from."""
_CITED: Final = 6
"""Sentences that a note names."""
_YES: Final = ("是", "否")


class Asked(NamedTuple):
    """A fact that is asked for: the lists that lead to it, the field, the sentences that read it."""

    steps: tuple[str, ...]
    name: str
    spec: FieldSpec
    read_by: tuple[str, ...]

    @property
    def path(self) -> str:
        """The path of the fact, as a mapping writes it."""
        return ".".join((*self.steps, self.name))


def asked_of(policies: Policies) -> list[Asked]:
    """Return every fact that the policies read, in the order of the vocabulary."""
    readers: dict[tuple[str, str], dict[str, None]] = {}
    lists: dict[str, None] = {}
    for plan in policies.plans:
        for clause in (*plan.clauses, *plan.obligations):
            for node in _inside(clause, set()):
                if isinstance(node, op.Fact):
                    cited = f"{plan.header.document} {clause.sentence.path} 第{clause.sentence.sentence}句"
                    readers.setdefault((node.spec.entity, node.spec.name), {})[cited] = None
                    lists[node.spec.entity] = None
                elif isinstance(node, op.Source):
                    lists[node.entity] = None
        for node in _inside(plan.rules, set()):
            # What a rule between awards reads (grants received, earlier awards) is asked for too.
            if isinstance(node, op.Fact):
                readers.setdefault((node.spec.entity, node.spec.name), {})
                lists[node.spec.entity] = None
            elif isinstance(node, op.Source):
                lists[node.entity] = None
    words = policies.vocabulary
    return [one for steps, entity in _places(words) for one in _asked(words, steps, entity, readers, lists)]


def _inside(part: object, met: set[int]) -> Iterator[object]:
    """Yield everything that a plan is made of."""
    if isinstance(part, str | int | bool | type(None)) or id(part) in met:
        return
    met.add(id(part))
    yield part
    if isinstance(part, tuple | list | frozenset):
        for one in part:
            yield from _inside(one, met)
    elif isinstance(part, FieldSpec):
        return
    elif is_dataclass(part):
        for field in fields(part):
            yield from _inside(getattr(part, field.name), met)


def _places(words: Vocabulary) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield each entity with the lists that lead to it."""
    yield (), "case"
    yield ("enterprise",), "enterprise"

    def below(steps: tuple[str, ...], entity: str) -> Iterator[tuple[tuple[str, ...], str]]:
        for name, spec in words.lists[entity].items():
            yield (*steps, name), spec.entity
            yield from below((*steps, name), spec.entity)

    yield from below((), "case")


def _asked(
    words: Vocabulary,
    steps: tuple[str, ...],
    entity: str,
    readers: dict[tuple[str, str], dict[str, None]],
    lists: dict[str, None],
) -> Iterator[Asked]:
    always = {"case": ("decision_date",), "enterprise": ("name", "type", "place")}.get(entity, ("id", "name"))
    inner = any(spec.entity in lists for spec in words.lists[entity].values())
    if entity not in ("case", "enterprise") and entity not in lists and not inner:
        return
    for name, spec in words.fields[entity].items():
        read = readers.get((entity, name))
        if read is not None or name in always:
            yield Asked(steps, name, spec, tuple(read or ()))


def write_template(path: str | Path, policies: Policies, lang: Lang = "zh") -> int:
    """Write a workbook for the facts that policies read; return how many facts it asks for.

    Raises `UsageError` where there is no policy, or the extra `sheets` is not installed.
    """
    check_lang(lang)
    if not policies.plans:
        raise UsageError("a template is of at least one policy")
    asked = asked_of(policies)
    with open_workbook(path, title="、".join(plan.header.document for plan in policies.plans)) as book:
        _Template(book, policies, asked, lang).write()
    return len(asked)


class _Template:
    """Writes the sheets."""

    def __init__(self, book: Book, policies: Policies, asked: list[Asked], lang: Lang) -> None:
        self.book, self.policies, self.asked, self.lang = book, policies, asked, lang
        self.words = policies.vocabulary
        self.listed: list[tuple[str, list[str]]] = []
        """The lists to choose from, each with the name of its range."""
        self.made: list[tuple[str, str]] = []

    def say(self, zh: str, en: str) -> str:
        return zh if self.lang == "zh" else en

    def write(self) -> None:
        groups: dict[tuple[str, ...], list[Asked]] = {(): []}
        for one in self.asked:
            steps = () if one.steps in ((), ("enterprise",)) else one.steps
            groups.setdefault(steps, []).append(one)
        for steps, facts in groups.items():
            self._sheet(steps, facts, [other for other in groups if len(other) == 1])
        self._about()
        self._choices()
        marked = self.book.sheet(MARKED)
        marked.row([MARK])
        for name, steps_text in self.made:
            marked.row([name, steps_text])
        marked.sheet.very_hidden()

    def _label(self, steps: tuple[str, ...]) -> str:
        entity, label = "case", steps[-1]
        for step in steps:
            spec = self.words.lists[entity][step]
            entity, label = spec.entity, (spec.zh if self.lang == "zh" else spec.en) or step
        return label.removesuffix("清单") or label

    def _sheet(self, steps: tuple[str, ...], facts: list[Asked], lists: list[tuple[str, ...]]) -> None:
        name = self._label(steps) if steps else self.say("企业", "enterprises")
        columns: list[tuple[str, str, FieldSpec | None, str]] = [
            (self.say("案例编号", "case"), CASE, None, self.say("各表以此编号对应", "joins the sheets"))
        ]
        for depth in range(1, len(steps)):
            parent = self._label(steps[:depth])
            note = self.say(f"填{parent}表中的编号", f"the id in the sheet {parent}")
            columns.append((self.say(f"{parent}编号", f"id of {parent}"), ".".join(steps[:depth]) + "#", None, note))
        for one in facts:
            head = self.say(f"{name}编号", f"id of {name}") if one.name == "id" else write_label(one.spec, self.lang)
            columns.append((head + self._unit(one.spec), one.path, one.spec, self._note(one)))
        if not steps:
            for other in lists:
                label = self._label(other)
                note = self.say(
                    f"填“是”表示没有{label}；不填且{label}表无此案例的行，则不计算相关条款", "yes: there are none"
                )
                columns.append((self.say(f"无{label}", f"no {label}"), f"{NONE}.{other[0]}", None, note))
        columns = _distinct(columns)
        made = [Column(head, max(10, min(24, 2 * len(head) + 2)), self._kind(spec)) for head, _, spec, _ in columns]
        remark = self.say("一行一项；不知道的留空，不要填 0", "one a row; leave empty what is not known, write no 0")
        sheet = self.book.sheet(name, made, title=name, remarks=[remark], frozen=1)
        sheet.row([path for _, path, _, _ in columns], look="faint")
        sheet.sheet.set_row(PATHS - 1, None, None, {"hidden": True})
        for number, (_, path, spec, note) in enumerate(columns):
            if note:
                sheet.sheet.write_comment(HEADS - 1, number, note, {"x_scale": 2.5, "y_scale": 1.5})
            self._validate(sheet, number, path, spec)
            sheet.sheet.set_column(number, number, made[number].width, self.book.shown(made[number].kind))
        self.made.append((sheet.sheet.get_name(), ".".join(steps)))

    def _kind(self, spec: FieldSpec | None) -> Kind:
        if spec is None or spec.type not in ("money", "ratio", "quantity", "count", "date"):
            return "text"
        return "date" if spec.type == "date" else "number"

    def _unit(self, spec: FieldSpec) -> str:
        unit = {"money": self.words.currency.units[0][0], "ratio": "%", "quantity": spec.unit}.get(spec.type, "")
        return self.say(f"（{unit}）", f" ({unit})") if unit else ""

    def _note(self, one: Asked) -> str:
        spec = one.spec
        lines = [one.path]
        kinds = {
            "set": self.say("可填多项，用“、”分开", "several, separated by 、"),
            "date": self.say("日期，如 2025-09-01", "a date: 2025-09-01"),
            "ref": self.say("填所指事项的编号", "the id of the thing that is meant"),
        }
        if spec.type in kinds:
            lines.append(kinds[spec.type])
        if spec.open:
            lines.append(self.say("可填词表以外的内容：写作 其他：……", "others may be written"))
        if spec.sort == "authority":
            lines.append(self.say("由主管部门填写", "filled in by the authority"))
        if one.read_by:
            more = "……" if len(one.read_by) > _CITED else ""
            lines.append(self.say("依据：", "read by: ") + "；".join(one.read_by[:_CITED]) + more)
        return "\n".join(lines)

    def _validate(self, sheet: SheetWriter, column: int, path: str, spec: FieldSpec | None) -> None:
        area = (FIRST - 1, column, FIRST + _ROWS, column)
        rule: dict[str, Any] | None = None
        if path.startswith(NONE) or (spec is not None and spec.type == "bool"):
            rule = {"validate": "list", "source": list(_YES)}
        elif spec is not None and spec.type in ("enum", "set") and spec.members:
            names = [member.zh or name for name, member in spec.members.items()]
            # Of a set several may be written, and of an open list others: then the list only helps.
            stop = spec.type == "enum" and not spec.open
            rule = {"validate": "list", "source": self._choice(names), "error_type": "stop" if stop else "information"}
        elif spec is not None and spec.type in ("money", "ratio", "quantity"):
            low = -1e15 if spec.type == "ratio" and spec.signed else 0
            rule = {"validate": "decimal", "criteria": ">=", "value": low}
        elif spec is not None and spec.type == "count":
            rule = {"validate": "integer", "criteria": ">=", "value": 0}
        if rule is not None:
            rule |= {"ignore_blank": True, "error_type": rule.get("error_type", "stop")}
            sheet.sheet.data_validation(*area, rule)

    def _choice(self, names: list[str]) -> str:
        """Return the range of a list of words to choose from, in the sheet of all of them."""
        found = next((number for number, (_, other) in enumerate(self.listed) if other == names), None)
        if found is None:
            found = len(self.listed)
            self.listed.append(("", names))
        column = letters(found)
        return f"='{self._choices_name}'!${column}$1:${column}${len(names)}"

    @property
    def _choices_name(self) -> str:
        return self.say("词表", "words")

    def _choices(self) -> None:
        sheet = self.book.sheet(self._choices_name)
        longest = max((len(names) for _, names in self.listed), default=0)
        for row in range(longest):
            sheet.row([names[row] if row < len(names) else None for _, names in self.listed])
        sheet.sheet.hide()

    def _about(self) -> None:
        columns = [
            Column(self.say("事实", "fact"), 24),
            Column(self.say("路径", "path"), 32),
            Column(self.say("读取它的条文", "read by"), 60),
        ]
        sheet = self.book.sheet(self.say("说明", "about"), columns)
        for plan in self.policies.plans:
            sheet.row([plan.header.document, plan.id, plan.meaning_sha256])
        for one in self.asked:
            sheet.row([write_label(one.spec, self.lang), one.path, "；".join(one.read_by)])


def _distinct(columns: list[tuple[str, str, FieldSpec | None, str]]) -> list[tuple[str, str, FieldSpec | None, str]]:
    """Give two columns of one head different heads."""
    met: set[str] = set()
    made = []
    for head, path, spec, note in columns:
        named = head if head not in met else f"{head} {path.rpartition('.')[2]}"
        met.add(named)
        made.append((named, path, spec, note))
    return made
