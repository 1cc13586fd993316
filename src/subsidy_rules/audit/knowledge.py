"""What is known of whom: cases by enterprise and project, so that a line finds the facts it is to be computed from.

FACTS is a case file, a file of JSON lines with one case each, a template that was filled in, a table, or a folder. A
line finds its case by the unified social credit code, else by the name; of several cases of one enterprise, by the
decision date, then by the project. A case that is given twice, word for word, is one. Where there is none, a line with
a clause is computed from what it says alone, and what is missing is asked for.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Final, Literal, TypeAlias

from subsidy_rules.audit.lines import PaidLine
from subsidy_rules.audit.stated import squeezed
from subsidy_rules.audit.uscc import fault_of
from subsidy_rules.errors import CaseError, Place, Problem, UsageError
from subsidy_rules.facts.case import Case
from subsidy_rules.facts.vocabulary import Vocabulary
from subsidy_rules.plan import ClausePlan
from subsidy_rules.values import document as doc
from subsidy_rules.values.quantity import format_date
from subsidy_rules.values.reading import Mapping as MappingNode
from subsidy_rules.values.reading import Scalar

LINES: Final = (".jsonl", ".ndjson")
SUFFIXES: Final = (".yaml", ".yml", ".json", *LINES)
TABLES: Final = (".xlsx", ".csv", ".tsv", ".parquet", ".jsonl")
_FORM: Final = re.compile(r"(?:股份有限|有限责任|有限|股份)?(?:公司|厂)$|(?:,?(?:co\.?,?)?(?:ltd|gmbh|inc|llc)\.?)$")
_DATE_KEYS: Final = ("decision_date", "决定日期")
_NAME: Final = ("name", "名称")
_USCC: Final = ("uscc", "统一社会信用代码")
_ENTERPRISE: Final = ("enterprise", "申报主体")
_PROJECTS: Final = ("projects", "项目")
Days: TypeAlias = tuple[int, int]
Why: TypeAlias = Literal["found", "none", "several"]


@dataclass(slots=True)
class Known:
    """A case that a line is computed from: where it stands, and what it is known under; read when it is needed."""

    source: str
    name: str
    uscc: str
    decided: str
    projects: tuple[str, ...]
    digest: bytes
    _read: Callable[[], Case]
    _case: Case | None = None

    @property
    def case(self) -> Case:
        """The case. Raises `CaseError` where it is none."""
        if self._case is None:
            self._case = self._read()
        return self._case


def identity(text: str) -> str:
    """Return a name without its blanks and with one kind of brackets."""
    return squeezed(text).casefold()


def core(name: str) -> str:
    """Return a name without the form of company, in which lists differ most: 有限公司 for 有限责任公司.

    >>> core("甲机床有限责任公司") == core("甲机床有限公司 ") == "甲机床"
    True
    """
    return _FORM.sub("", identity(name))


def _value(data: object, names: Iterable[str]) -> object:
    """Return what stands under one of some names, without its provenance."""
    if not isinstance(data, dict):
        return None
    found = next((data[name] for name in names if name in data), None)
    return found["value"] if isinstance(found, dict) and "value" in found else found


def _text(data: object, names: Iterable[str]) -> str:
    found = _value(data, names)
    return found if isinstance(found, str) else ""


def _projects(data: object) -> Iterator[str]:
    found = _value(data, _PROJECTS)
    found = found.get("items") if isinstance(found, dict) else found
    for project in found if isinstance(found, list) else ():
        yield from filter(None, (identity(_text(project, names)) for names in (("id",), _NAME)))


def known(data: object, source: str, read: Callable[[], Case]) -> Known:
    """Return a case, given as plain data too, with what it is found by."""
    enterprise = _value(data, _ENTERPRISE)
    name = _text(enterprise, _NAME) or _text(enterprise, ("id",))
    code = squeezed(_text(enterprise, _USCC))
    digest = sha256(json.dumps(data, ensure_ascii=False, sort_keys=True, default=str).encode()).digest()
    return Known(source, identity(name), code, _text(data, _DATE_KEYS), tuple(_projects(data)), digest, read)


@dataclass(slots=True)
class Book:
    """All cases, by code and by name."""

    cases: list[Known] = field(default_factory=list)
    by_uscc: dict[str, list[Known]] = field(default_factory=dict)
    by_name: dict[str, list[Known]] = field(default_factory=dict)
    by_core: dict[str, list[Known]] = field(default_factory=dict)
    digests: set[bytes] = field(default_factory=set)

    def add(self, case: Case) -> None:
        """Take a case."""
        self.keep(known(doc.plain(case.document.root), case.document.name, partial(_itself, case)))

    def keep(self, one: Known) -> None:
        """Take a case that may not have been read yet; one that is there, word for word, is not taken again."""
        if one.digest in self.digests:
            return
        self.digests.add(one.digest)
        self.cases.append(one)
        if one.uscc:
            self.by_uscc.setdefault(one.uscc, []).append(one)
        if one.name:
            self.by_name.setdefault(one.name, []).append(one)
            self.by_core.setdefault(core(one.name), []).append(one)

    def near(self, line: PaidLine) -> str:
        """Return the name of the one enterprise known whose name is that of a line but for the form of company."""
        found = {one.name for one in self.by_core.get(core(line.applicant), ()) if one.name != identity(line.applicant)}
        return min(found) if len(found) == 1 else ""

    def find(self, line: PaidLine) -> tuple[Known | None, Why]:
        """Return the case of a line; none where nothing is known of it, or several cases could be meant."""
        found = self.by_uscc.get(squeezed(line.uscc)) if line.uscc else None
        if found is None:
            found = self.by_name.get(identity(line.applicant), [])
            own = squeezed(line.uscc)
            sure = own and fault_of(own) is None
            found = [one for one in found if not (sure and one.uscc) or one.uscc == own]
        if len(found) > 1:
            found = _narrowed(found, line)
        if not found:
            return None, "none"
        return (found[0], "found") if len(found) == 1 else (None, "several")


def _narrowed(found: list[Known], line: PaidLine) -> list[Known]:
    """Return those of several cases that a line means: of its day, then with its project."""
    day = line.decided[0] if line.decided is not None and line.decided[0] == line.decided[1] else None
    text = None if day is None else _iso(day)
    same = [one for one in found if text is not None and one.decided == text] or found
    project = identity(line.project)
    return [one for one in same if project and project in one.projects] or same


def _iso(day: int) -> str:
    from fractions import Fraction  # noqa: PLC0415 - a day is a fraction only where it is written

    return format_date(Fraction(day))


def load_book(
    paths: Iterable[str | Path], vocabulary: Vocabulary | None = None, mapping: str | Path | None = None
) -> Book:
    """Read cases from files and folders: YAML, JSON, JSON lines, templates that were filled in, tables.

    `vocabulary` is that of the policies, which a template or a table needs, and `mapping` says what the columns of a
    table are. Raises `CaseError` for a file that is no case, `InputError` for a table, `UsageError` for a path.
    """
    words = Vocabulary.core() if vocabulary is None else vocabulary
    book = Book()
    for given in map(Path, paths):
        if not given.exists():
            raise UsageError(f"no facts at '{given}'")
        files = [given]
        if given.is_dir():
            inside = sorted(one for one in given.rglob("*") if one.is_file())
            files = [one for one in inside if one.suffix.lower() in SUFFIXES or _is_filled(one)]
        if not files:
            raise UsageError(f"no case files in '{given}'")
        for file in files:
            kind = file.suffix.lower()
            if kind in TABLES and (mapping is not None or kind not in LINES):
                for one in _rows(file, words, mapping):
                    book.keep(one)
            elif kind in LINES:
                for one in _lines(file):
                    book.keep(one)
            else:
                book.add(Case.load(file))
    return book


def _itself(case: Case) -> Case:
    """Return a case that was read already; a named function, since another process may be handed it."""
    return case


def _is_filled(file: Path) -> bool:
    from subsidy_rules.sheets.filled import is_template  # noqa: PLC0415 - only where a workbook lies in the folder

    return file.suffix.lower() == ".xlsx" and is_template(file)


def _rows(file: Path, vocabulary: Vocabulary, mapping: str | Path | None) -> Iterator[Known]:
    """Return the cases of a filled-in template or of a table. Raises `CaseError` with what is wrong in one."""
    from subsidy_rules.sheets.batch import cases_of  # noqa: PLC0415 - only for facts in tables
    from subsidy_rules.sheets.mapping import mapping_of  # noqa: PLC0415

    made, _ = cases_of(file, mapping_of(mapping, vocabulary), mapping)
    for one in made:
        if one.problems:
            raise CaseError(one.problems)
        yield known(one.data, f"{file}:{one.at or one.name}", partial(Case.from_dict, one.data, name=str(file)))


def _lines(file: Path) -> Iterator[Known]:
    """Return the cases of JSON lines: who they are of at once, each read strictly when a line of a list asks for it."""
    with file.open("rb") as opened:
        for number, raw in enumerate(opened, start=1):
            if not raw.strip():
                continue
            name = f"{file}:{number}"
            read = partial(_read, raw.rstrip(b"\r\n"), name)
            try:
                data = json.loads(raw)
            except (ValueError, RecursionError):
                data = None
            if not isinstance(data, dict):
                read()
                what, what_zh = "this line is no case", "此行不是案例"
                raise CaseError([Problem("wrong-type", Place(name), "", "", what, what_zh, "write one", "请写案例")])
            yield known(data, name, read)


def _read(raw: bytes, name: str) -> Case:
    return Case(doc.read(raw, name=name, error=CaseError))


def dated(case: Case, days: Days | None) -> Case:
    """Return a case with another decision date: a day, or somewhere within a month or a year."""
    root = case.document.root
    if days is None or not isinstance(root, MappingNode):
        return case
    first, last = (Scalar(_iso(day), root.place) for day in days)
    value: doc.Node = first
    if days[0] != days[1]:
        ends = ((Scalar("min", root.place), first), (Scalar("max", root.place), last))
        value = MappingNode(ends, root.place)
    kept = tuple(entry for entry in root.entries if entry[0].text not in _DATE_KEYS)
    made = MappingNode((*kept, (Scalar("decision_date", root.place), value)), root.place)
    return Case(replace(case.document, root=made))


def sketched(days: Days | None, clause: ClausePlan | None) -> Case:
    """Return what a line alone says, as a case: when, and that there is one of what its clause is about."""
    source = None if clause is None else clause.per.source
    listed = "projects" if source is None or source.owner else source.name
    made: dict[str, object] = {"case": "1", "enterprise": {}, listed: [{"id": "x1"}]}
    return dated(Case(doc.from_python(made, name="", error=CaseError)), days)
