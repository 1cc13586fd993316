"""What every step of an award shares: its quote, its condition, and the desk at which it becomes operations.

A word is a pydantic model (how it is written) with `lower` (what it means). `Desk` is what `lower` may ask for: the
text of a number, an expression or a table becomes an operation there, and problems are noted with their place.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial
from typing import TYPE_CHECKING, Annotated, ClassVar, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, SerializerFunctionWrapHandler, model_serializer

from subsidy_rules.facts.vocabulary import NUMERIC, QUANTITY
from subsidy_rules.mechanisms import operations as op
from subsidy_rules.mechanisms.expression import (
    ExpressionError,
    Scope,
    is_worked_out,
    open_parameter,
    parse_condition,
    parse_divisor,
    parse_path,
    parse_source,
    parse_value,
)
from subsidy_rules.mechanisms.lowered import NOTHING as NOTHING  # noqa: PLC0414 - the words take these from here
from subsidy_rules.mechanisms.lowered import Lowered as Lowered  # noqa: PLC0414
from subsidy_rules.mechanisms.lowered import LoweredBand as LoweredBand  # noqa: PLC0414
from subsidy_rules.mechanisms.lowered import chain as chain  # noqa: PLC0414
from subsidy_rules.values.quantity import QuantityError, parse_money, parse_number, parse_ratio

if TYPE_CHECKING:
    from collections.abc import Iterator

Loc: TypeAlias = tuple[str | int, ...]
"""Where something stands in a rule file: keys and positions from the root."""


class Strict(BaseModel):
    """A mapping of a rule file: unknown keys are refused, and nothing changes after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Grown(Strict):
    """A mapping with keys that came later. A file that does not use them keeps the digest of its meaning."""

    later: ClassVar[tuple[str, ...]] = ()

    @model_serializer(mode="wrap")
    def _said(self, handler: SerializerFunctionWrapHandler) -> dict[str, object]:
        made: dict[str, object] = handler(self)
        unused = {name for name in self.later if name not in self.model_fields_set}
        return {key: value for key, value in made.items() if key not in unused}


class Row(Strict):
    """One row of a table with several keys; `'*'` matches all."""

    is_: list[str] = Field(alias="is")
    value: str
    quote: str = ""


class Table(Strict):
    """Values by the members of one or several facts."""

    by: str | list[str]
    rows: dict[str, str] | list[Row]


class Step(Grown):
    """One step of an award: a word with its options. `quote` is its own fragment of the text.

    Under the name by which it is `called`, the steps after it know the amount that it leaves: `amount.NAME`.
    """

    later: ClassVar[tuple[str, ...]] = ("called",)
    word: ClassVar[str]
    starts: ClassVar[bool] = False
    quote: str = ""
    when: str | None = None
    called: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")] | None = None

    @property
    def begins(self) -> bool:
        """Whether it may be the first step: it needs no amount before it."""
        return self.starts

    def lower(self, desk: Desk, loc: Loc) -> Lowered:
        """Turn the step, which stands at a location, into operations."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Problem:
    """What `lower` could not make sense of, and where."""

    loc: Loc
    error: ExpressionError


def _is_number(text: str) -> bool:
    """Whether a text is a bare number, which lacks only its unit."""
    try:
        parse_number(text)
    except QuantityError:
        return False
    return True


@dataclass(slots=True)
class Desk:
    """Where the texts of one clause become operations.

    Problems are noted, and zero stands in for what can't be read.
    """

    scope: Scope
    problems: list[Problem]
    before: tuple[Lowered, ...] = ()
    """The steps that stand before the one that is read, those around it first."""

    @contextmanager
    def binding(self, name: str, entity: str) -> Iterator[Desk]:
        """Bind one more name while the block runs."""
        kept = self.scope
        self.scope = kept.binding(name, entity)
        try:
            yield self
        finally:
            self.scope = kept

    def value(self, text: str, loc: Loc, expected: str = "money") -> op.Value:
        """Read an expression of a type."""
        try:
            return parse_value(text, self.scope, expected)
        except ExpressionError as error:
            return self.note(loc, error, expected)

    def constant(self, text: str, loc: Loc, type_: str) -> op.Constant:
        """Read a number that the text prints, of a type."""
        found = self.value(text, loc, type_)
        if isinstance(found, op.Constant):
            return found
        what, what_zh = f"'{text[:120]}' is not a number", f"“{text[:120]}”不是数值"
        self.note(loc, ExpressionError(what, what_zh, code="wrong-type"))
        return self.number(Fraction(0), type_)

    def edge(self, text: str, loc: Loc, figure: op.Value) -> op.Constant:
        """Read a number that a figure is held against: of its type, or `3%` as well as `3` of what is worked out."""
        plain = is_worked_out(figure)
        return self.constant(text, loc, ("ratio" if text.endswith(("%", "‰")) else "count") if plain else figure.type)

    def path(self, text: str, loc: Loc) -> op.Value:
        """Read an expression of any type."""
        try:
            return parse_path(text, self.scope)
        except ExpressionError as error:
            return self.note(loc, error)

    def divisor(self, text: str, loc: Loc) -> op.Value:
        """Read what can stand under a division."""
        try:
            return parse_divisor(text, self.scope)
        except ExpressionError as error:
            return self.note(loc, error, "count")

    def condition(self, text: str, loc: Loc) -> op.Truth:
        """Read a condition."""
        try:
            return parse_condition(text, self.scope)
        except ExpressionError as error:
            self.note(loc, error)
            return op.ALWAYS

    def conditions(self, texts: list[str], loc: Loc) -> op.Truth:
        """Read a list of conditions as their conjunction."""
        return op.All(tuple(self.condition(text, (*loc, place)) for place, text in enumerate(texts)))

    def source(self, text: str, loc: Loc) -> tuple[str, op.Source] | None:
        """Read `loan in loans`."""
        try:
            return parse_source(text, self.scope)
        except ExpressionError as error:
            self.note(loc, error)
            return None

    def figure(self, text: str, loc: Loc, type_: str, *, whole: bool = True) -> op.Value:
        """Read a figure that the text prints: money or a ratio; other than that, an expression.

        A price need not be `whole` fen.
        """
        money = partial(parse_money, currency=self.scope.vocabulary.currency, whole=whole)
        try:
            number = money(text) if type_ == "money" else parse_ratio(text)
        except QuantityError as error:
            try:
                found = parse_value(text, self.scope, type_)
            except ExpressionError as other:
                plain = all(char not in text for char in "._ ") or _is_number(text)
                wrong = ExpressionError.of(error) if plain else other
                return self.note(loc, wrong, type_)
            if not isinstance(found, op.Constant):
                return found
            number = self.scope.constants.value(found)
        if number < 0:
            return self.note(loc, ExpressionError(f"'{text}' is below zero", f"“{text}”小于零", code="negative"), type_)
        return self.scope.constants.add(number, type_)

    def figure_or_table(self, given: str | Table, loc: Loc, type_: str) -> tuple[op.Value, tuple[op.Truth, ...]]:
        """Read a figure, or a table of them; the truths say that the table has a row."""
        if isinstance(given, str):
            return self.figure(given, loc, type_), ()
        return self.table(given, loc, type_)

    def table(self, table: Table, loc: Loc, type_: str) -> tuple[op.Value, tuple[op.Truth, ...]]:
        """Read a table: the value of the first row that matches, and the truth that one does."""
        by = [table.by] if isinstance(table.by, str) else table.by
        keys = [self.path(text, (*loc, "by")) for text in by]
        rows = (
            [((name,), value, (*loc, "rows", name)) for name, value in table.rows.items()]
            if isinstance(table.rows, dict)
            else [(tuple(row.is_), row.value, (*loc, "rows", place)) for place, row in enumerate(table.rows)]
        )
        branches: list[tuple[op.Truth, op.Value]] = []
        for names, value, where in rows:
            if len(names) != len(by):
                self.note(
                    where,
                    ExpressionError("a row needs one member for each key", "每行取值个数应与键一致", code="bad-table"),
                )
                continue
            tests = [self._key(text, name, key, where) for text, name, key in zip(by, names, keys, strict=True)]
            branches.append((op.All(tuple(tests)), self.figure(value, where, type_)))
        if not branches:
            self.note(loc, ExpressionError("a table without rows", "表没有行", code="bad-table"))
        return op.Choose(tuple(branches), NOTHING, type_), (op.AnyOf(tuple(test for test, _ in branches)),)

    def _key(self, text: str, name: str, key: op.Value, loc: Loc) -> op.Truth:
        if name == "*":
            return op.ALWAYS
        if '"' in name:
            self.note(loc, ExpressionError("a member has no quotation marks", "取值不含引号", code="bad-table"))
            return op.ALWAYS
        if key.type == "bool" or key.type in NUMERIC or key.type.startswith(QUANTITY):
            return self.condition(f"{text} is {name}", loc)
        return self.condition(f'{text} has "{name}"' if key.type == "set" else f'{text} is "{name}"', loc)

    def open(self, name: str, loc: Loc, type_: str, otherwise: op.Value | None = None) -> op.Value:
        """Return the open parameter: a guide's value, else `otherwise`, else what no guide leaves."""
        parameter = self.scope.parameters.get(name)
        if parameter is None:
            options = tuple(self.scope.parameters)
            return self.note(
                loc,
                ExpressionError(
                    f"no parameter '{name}'", f"没有参数“{name}”", code="unknown-name", word=name, options=options
                ),
                type_,
            )
        if parameter.type != type_:
            self.note(
                loc,
                ExpressionError(
                    f"parameter '{name}' is a {parameter.type}, not a {type_}",
                    f"参数“{name}”类型不符",
                    code="bad-parameter",
                ),
            )
        try:
            return open_parameter(parameter, self.scope, otherwise)
        except ExpressionError as error:
            return self.note(loc, error, type_)

    def number(self, value: Fraction, type_: str) -> op.Constant:
        """Return a number of ours, not of the text (such as 1)."""
        return self.scope.constants.add(value, type_)

    def note(self, loc: Loc, error: ExpressionError, type_: str = "money") -> op.Value:
        """Note a problem and return zero in its place."""
        self.problems.append(Problem(loc, error))
        return replace(NOTHING, type=type_)
