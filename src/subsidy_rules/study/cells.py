"""What a sweep in two dimensions is made of: axes, bands of the second number, cells of the first."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal, TypeAlias

from subsidy_rules.award.model import Json, ends_of
from subsidy_rules.award.written import write_number
from subsidy_rules.errors import Lang
from subsidy_rules.facts.vocabulary import FieldSpec
from subsidy_rules.study.cases import written
from subsidy_rules.values.amount import Amount
from subsidy_rules.values.quantity import Currency

Sure: TypeAlias = Literal["proved", "searched"]


@dataclass(frozen=True, slots=True)
class Axis:
    """One of the two numbers: its path, its field, its range and the step between neighbours."""

    path: str
    spec: FieldSpec
    first: Fraction
    last: Fraction
    unit: Fraction


@dataclass(frozen=True, slots=True)
class Edge:
    """A cell on one row: from `first` to `last` of the first number, what it comes to there, and of one more unit."""

    first: Fraction
    last: Fraction
    low: Amount
    high: Amount
    rate: Fraction | None


@dataclass(frozen=True, slots=True)
class Cell:
    """One piece of a band: what it is on the band's first and on its last row.

    `across` is what one more unit of the second number adds to the greatest, exact; None where that differs within the
    cell, or the band is one row. `why` and `clause` are of the last row, in Chinese and in English.
    """

    first: Edge
    last: Edge
    across: Fraction | None
    why: tuple[str, str]
    clause: tuple[str, str]
    sure: Sure

    @property
    def leans(self) -> bool:
        """Whether a border is not at one place of the first number."""
        return (self.first.first, self.first.last) != (self.last.first, self.last.last)

    @property
    def kind(self) -> str:
        """The kind of the amounts: `exact`, `at_most`, `undetermined` …"""
        return self.last.high.kind

    @property
    def corners(self) -> tuple[Amount, Amount, Amount, Amount]:
        """What it comes to at its corners: along the first row, then along the last."""
        return self.first.low, self.first.high, self.last.low, self.last.high


@dataclass(frozen=True, slots=True)
class Band:
    """From `first` to `last` of the second number, both in it. `rows` are the places at which a row was evaluated.

    Without cells it was left open: the limit of evaluations was met.
    """

    first: Fraction
    last: Fraction
    cells: tuple[Cell, ...]
    rows: tuple[Fraction, ...]


@dataclass(frozen=True, slots=True)
class Plane:
    """What a sweep in two dimensions found. `complete` says that no band was left open."""

    award: str
    along: Axis
    across: Axis
    bands: tuple[Band, ...]
    evaluations: int
    currency: Currency

    @property
    def complete(self) -> bool:
        """Whether every band has its cells."""
        return all(band.cells for band in self.bands)

    def said(self, axis: Axis, place: Fraction, lang: Lang = "zh") -> str:
        """Write a place of an axis for people."""
        return write_number(place, axis.spec.measure, lang, self.currency)

    def _repr_html_(self) -> str:
        """Show it in a notebook."""
        from subsidy_rules.study.told_plane import to_html  # noqa: PLC0415 - what is told knows what it tells of

        return to_html(self)

    def as_json(self) -> dict[str, Json]:
        """Write it: amounts in the policies' currency, places as a case reads them."""
        return {
            "schema": "subsidy-rules/plane/1",
            "award": self.award,
            "along": self._axis(self.along),
            "across": self._axis(self.across),
            "currency": self.currency.code,
            "complete": self.complete,
            "bands": [self._band(one) for one in self.bands],
        }

    def _axis(self, axis: Axis) -> dict[str, Json]:
        ends = [written(axis.spec, place, self.currency) for place in (axis.first, axis.last)]
        return {"path": axis.path, "first": ends[0], "last": ends[1]}

    def _band(self, band: Band) -> dict[str, Json]:
        def place(one: Fraction) -> str:
            return written(self.across.spec, one, self.currency)

        return {
            "first": place(band.first),
            "last": place(band.last),
            "rows": [place(one) for one in band.rows],
            "cells": [self._cell(one) for one in band.cells],
        }

    def _cell(self, cell: Cell) -> dict[str, Json]:
        return {
            "first": self._edge(cell.first),
            "last": self._edge(cell.last),
            "kind": cell.kind,
            "across": None if cell.across is None else str(cell.across),
            "why": cell.why[0],
            "clause": cell.clause[0],
            "sure": cell.sure,
        }

    def _edge(self, edge: Edge) -> dict[str, Json]:
        return {
            "first": written(self.along.spec, edge.first, self.currency),
            "last": written(self.along.spec, edge.last, self.currency),
            "low": dict(ends_of(edge.low, self.currency)),
            "high": dict(ends_of(edge.high, self.currency)),
            "along": None if edge.rate is None else str(edge.rate),
        }
