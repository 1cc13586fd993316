"""Many cases, one after the other: from files, a folder, JSON lines, or a data frame; and a case with other facts.

Nothing holds them all: a case is read when it is asked for. A column of a data frame is named by the path of the fact
that it holds, as the case writes it (`enterprise.place`, `projects[0].costs[0].amount`); a cell without a value is a
fact that is not given. Amounts are text with a unit; a whole number stands for itself, and a float is refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Protocol, TypeAlias, cast

from subsidy_rules.errors import CaseError, UsageError, expect
from subsidy_rules.facts.case import Case
from subsidy_rules.values import document as doc
from subsidy_rules.values.quantity import exact_text, format_date

if TYPE_CHECKING:
    from fractions import Fraction

    from subsidy_rules.facts.case import Thing
    from subsidy_rules.facts.vocabulary import FieldSpec, Vocabulary
    from subsidy_rules.values.quantity import Currency

TABLES: Final = (".csv", ".xlsx", ".parquet")
SUFFIXES: Final = (".yaml", ".yml", ".json", ".jsonl")
_PART: Final = re.compile(r"\.?([^.\[\]]+)|\[([0-9]{1,4})\]")


class Frame(Protocol):
    """A data frame of polars, or one that narwhals knows."""

    @property
    def columns(self) -> Iterable[str]:
        """The names of its columns."""
        ...


class _Rows(Protocol):
    def iter_rows(self, *, named: bool) -> Iterator[Mapping[str, object]]: ...


Cases: TypeAlias = "Case | Iterable[Case | Named] | Frame | str | Path"


class Named(NamedTuple):
    """A case and what it is called: its file, its line, its row, or its place in a list."""

    name: str
    case: Case


def cases_of(given: Cases | object) -> Iterator[Named]:
    """Return cases one after the other. Raises `CaseError` where one is wrong, `UsageError` for what holds none."""
    if isinstance(given, Case):
        yield Named(name_of(given, "1"), given)
    elif isinstance(given, str | Path):
        yield from read_cases(Path(given))
    elif hasattr(given, "columns"):
        yield from _of_frame(given)
    elif isinstance(given, Iterable):
        for place, one in enumerate(given, 1):
            if isinstance(one, Named):
                yield one
            else:
                expect(one, Case, "cases are Case, a list of them, a data frame, or a path")
                yield Named(name_of(one, str(place)), one)
    else:
        raise UsageError("cases are Case, a list of them, a data frame, or a path")


def read_cases(path: Path) -> Iterator[Named]:
    """Return the cases of a file (YAML, JSON, or JSON lines) or of a folder of such, in the order of their names.

    Raises `UsageError` where there are none, `CaseError` where one is wrong.
    """
    if path.is_dir():
        files = sorted(one for one in path.iterdir() if one.suffix in SUFFIXES and one.is_file())
        if not files:
            raise UsageError(f"no case in '{path}'")
        for one in files:
            yield from read_cases(one)
    elif not path.is_file():
        raise UsageError(f"no case at '{path}'")
    elif path.suffix == ".jsonl":
        with path.open(encoding="utf-8") as lines:
            for number, line in enumerate(lines, 1):
                if line.strip():
                    name = f"{path.name}:{number}"
                    case = Case.from_text(line.rstrip("\n"), name=name)
                    yield Named(name_of(case, name), case)
    else:
        yield Named(path.stem, Case.load(path))


def table_cases(
    path: str | Path,
    vocabulary: Vocabulary,
    mapping: str | Path | None = None,
    *,
    rejected: Callable[[str, CaseError], None] | None = None,
) -> Iterator[Named]:
    """Return the cases of a table (CSV, XLSX, Parquet, JSON lines, or a template that was filled in), row by row.

    `mapping` says which column is which fact; without one the heads of the columns are paths. Rows that make no case
    are raised as `CaseError`, each problem with its cell, or given to `rejected`. Raises as `subsidy-rules batch` does.
    """
    from subsidy_rules.sheets import batch  # noqa: PLC0415 - only who reads tables
    from subsidy_rules.sheets import mapping as mappings  # noqa: PLC0415

    made, _ = batch.cases_of(Path(path), mappings.mapping_of(mapping, vocabulary), mapping)
    for one in made:
        wrong = CaseError(one.problems) if one.problems else None
        try:
            case = None if wrong else Case.from_dict(one.data, name=f"{Path(path).name}!{one.at or one.name}")
        except CaseError as error:
            wrong = CaseError(one.told(error))
        if wrong is None and case is not None:
            yield Named(one.name, case)
        elif wrong is not None and rejected is not None:
            rejected(one.name, wrong)
        elif wrong is not None:
            raise wrong


def name_of(case: Case, otherwise: str) -> str:
    """Return what a case is called: the id or the name of its enterprise, or its place."""
    root = case.document.root
    enterprise = root.get("enterprise") if isinstance(root, doc.Mapping) else None
    for key in ("id", "name"):
        found = enterprise.get(key) if isinstance(enterprise, doc.Mapping) else None
        if isinstance(found, doc.Scalar):
            return found.text
    return otherwise


def _of_frame(frame: object) -> Iterator[Named]:
    if not hasattr(frame, "iter_rows"):
        import narwhals  # noqa: PLC0415 - only who gives a frame of another library needs it

        frame = narwhals.from_native(cast("Any", frame), eager_only=True)
    columns = [str(one) for one in cast("Iterable[object]", frame.columns)]  # type: ignore[attr-defined]
    ways = {column: way_of(column) for column in columns if column != "case"}
    for place, row in enumerate(cast("_Rows", frame).iter_rows(named=True), 1):
        tree: object = {"case": "1"}
        for column, way in ways.items():
            value = row[column]
            if value is None or value != value:  # noqa: PLR0124 - what pandas has for no value is unlike itself
                continue
            tree = _with(tree, way, _plain(value))
        case = Case.from_dict(cast("dict[str, object]", _closed(tree)), name=f"row {place}")
        yield Named(name_of(case, f"row {place}"), case)


def _plain(value: object) -> object:
    """Return a number of a column as Python's own; what is no exact value is refused where a case is made."""
    return value.item() if hasattr(value, "item") and type(value).__module__ == "numpy" else value


def way_of(path: str) -> tuple[str | int, ...]:
    """Return the keys and places that a path of a case follows. Raises `UsageError` for what is no path."""
    way: list[str | int] = []
    at = 0
    while at < len(path):
        found = _PART.match(path, at)
        if found is None or (path[at] == ".") != bool(way and found[1] is not None):
            raise UsageError(f"'{path}' is no path of a fact, such as projects[0].costs[0].amount")
        way.append(found[1] if found[1] is not None else int(found[2]))
        at = found.end()
    if not way or isinstance(way[0], int):
        raise UsageError(f"'{path}' is no path of a fact, such as projects[0].costs[0].amount")
    return tuple(way)


NUMBERS: Final = ("money", "ratio", "count", "quantity", "date")


def fact_at(case: Case, path: str, vocabulary: Vocabulary) -> tuple[Thing, FieldSpec] | None:
    """Return the thing of a case that a path leads to, and what its last name says of it; None where there is none.

    Raises `UsageError` for what is no path, and `CaseError` where the case is wrong.
    """
    *around, name = way_of(path)
    where = "".join(f"[{one}]" if isinstance(one, int) else f".{one}" for one in around).removeprefix(".")
    facts = case.facts_of(vocabulary)
    thing = next((one for one in (facts.root, *facts.paths.values()) if one.path == where), None)
    spec = None if thing is None else vocabulary.field(thing.entity, str(name))
    return None if thing is None or spec is None else (thing, spec)


def written(spec: FieldSpec, value: Fraction, currency: Currency) -> str:
    """Write a number of a fact so that a case reads it exactly: `12.5 EUR`, `15%`, `2025-01-01`, `0.5 MWh`."""
    match spec.type:
        case "money":
            return f"{exact_text(value / currency.one)} {currency.units[0][0]}"
        case "ratio":
            return f"{exact_text(value * 100)}%"
        case "date":
            return format_date(value)
        case "quantity":
            return f"{exact_text(value)} {spec.unit}"
        case _:
            return exact_text(value)


def _with(tree: object, way: tuple[str | int, ...], value: object) -> object:
    """Return a tree with a value at the end of a way. Lists are kept by place until all is there."""
    if not way:
        return value
    base: dict[str | int, object] = dict(tree) if isinstance(tree, dict) else {}
    base[way[0]] = _with(base.get(way[0]), way[1:], value)
    return base


def _closed(tree: object) -> object:
    if not isinstance(tree, dict):
        return tree
    if tree and all(isinstance(key, int) for key in tree):
        return [_closed(tree[place]) for place in sorted(tree)]
    return {str(key): _closed(value) for key, value in tree.items()}


def with_facts(case: Case, facts: Mapping[str, object]) -> Case:
    """Return a case with other facts, by their paths; the case that is given stays as it is. None takes a fact out.

    Raises `UsageError` for a path into a thing that the case does not have, `CaseError` for a value that is none.
    """
    tree: object = doc.plain(case.document.root)
    for path, value in facts.items():
        tree = _set(tree, way_of(path), value, path)
    return Case.from_dict(cast("dict[str, object]", tree), name=case.document.name)


def _set(tree: object, way: tuple[str | int, ...], value: object, path: str) -> object:
    step, rest = way[0], way[1:]
    if isinstance(tree, list) and isinstance(step, int):
        if step >= len(tree):
            raise UsageError(f"'{path}': the case has {len(tree)} there, counted from 0")
        return [*tree[:step], _set(tree[step], rest, value, path) if rest else value, *tree[step + 1 :]]
    if isinstance(tree, dict) and isinstance(step, str):
        if not rest and value is None:
            return {key: one for key, one in tree.items() if key != step}
        inner = tree.get(step, {})
        return {**tree, step: _set(inner, rest, value, path) if rest else value}
    raise UsageError(f"'{path}' leads to nothing in this case")
