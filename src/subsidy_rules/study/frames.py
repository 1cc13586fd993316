"""A comparison as data frames, for who goes on working with it: exact decimals, never a float.

>>> from subsidy_rules.study.compare import compare
>>> frame(compare("cases.jsonl", after=reform), "awards", unit="万元")          # doctest: +SKIP

Columns of amounts are decimals of the unit; a figure that there is none of is empty. Each award is a row of its own,
with its kind, so that what is at most is not added to what is exact unawares.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Context, Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Literal, TypeAlias

from subsidy_rules.errors import UsageError
from subsidy_rules.study.told import Money
from subsidy_rules.values.quantity import Infinity, Number

if TYPE_CHECKING:
    import polars as pl

    from subsidy_rules.study.compare import Comparison, Group
    from subsidy_rules.study.tally import Tally

What: TypeAlias = Literal["cases", "awards", "clauses", "groups"]
_WHOLE = Context(prec=60)
_KINDS = ("exact", "at_most", "from_", "to")


def frame(found: Comparison, what: What = "cases", *, unit: str | None = None) -> pl.DataFrame:
    """Return the cases that move, their awards, the clauses or the groups of a comparison as a polars data frame.

    Raises `UsageError` where polars is not installed, or for a unit that there is not.
    """
    try:
        import polars as pl  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise UsageError("data frames need polars; install subsidy-rules[study]") from error
    money = _Decimals(Money(unit, found.currency).size)
    rows = {"cases": _cases, "awards": _awards, "clauses": _clauses, "groups": _groups}
    if what not in rows:
        raise UsageError(f"'{what}' is none of {', '.join(rows)}")
    made = list(rows[what](found, money))
    decimals = {name for row in made for name, value in row.items() if isinstance(value, Decimal)}
    names = list(made[0]) if made else []
    types = {name: pl.Decimal(38, money.places) for name in names if name in decimals}
    return pl.DataFrame(made, schema_overrides=types, infer_schema_length=None)


class _Decimals:
    """Writes fen as exact decimals of a unit."""

    def __init__(self, size: Fraction) -> None:
        self.places = len(str(int(size))) - 1

    def __call__(self, fen: Number) -> Decimal | None:
        """Return the decimal; none for no upper end. A figure of part of a fen, which no award is, is refused."""
        if isinstance(fen, Infinity):
            return None
        if fen.denominator != 1:
            raise UsageError(f"{fen} is no whole number of the smallest unit")
        return Decimal(fen.numerator).scaleb(-self.places, _WHOLE)


def _ends(tally: Tally, name: str, money: _Decimals) -> dict[str, object]:
    made: dict[str, object] = {f"{kind.rstrip('_')}_{name}": money(getattr(tally, kind)) for kind in _KINDS}
    return {**made, f"undetermined_{name}": tally.undetermined}


def _cases(found: Comparison, money: _Decimals) -> Iterator[dict[str, object]]:
    for row in found.rows:
        keys = {key: value for key, value in zip(found.by, row.keys, strict=True) if value}
        sides = {**_ends(row.before, "before", money), **_ends(row.after, "after", money)}
        yield {"case": row.name, "verdict": row.verdict, **keys, **sides}


def _awards(found: Comparison, money: _Decimals) -> Iterator[dict[str, object]]:
    for row in found.rows:
        for one in row.awards:
            yield {
                "case": row.name,
                "award": one.id,
                "clause": one.clause,
                "fund": one.fund,
                "state_before": one.before.state,
                "state_after": one.after.state,
                "kind_before": one.before.net.kind,
                "kind_after": one.after.net.kind,
                "min_before": money(one.before.net.least),
                "max_before": money(one.before.net.most),
                "min_after": money(one.after.net.least),
                "max_after": money(one.after.net.most),
            }


def _grouped(key: str, name: str, group: Group, money: _Decimals) -> dict[str, object]:
    counts = {"count": group.count, "gains": group.gains, "loses": group.loses, "mixed": group.mixed}
    capped = {"capped_before": group.capped_before, "capped_after": group.capped_after}
    sides = {**_ends(group.before, "before", money), **_ends(group.after, "after", money)}
    return {"by": key, "group": name, **counts, **capped, **sides}


def _clauses(found: Comparison, money: _Decimals) -> Iterator[dict[str, object]]:
    for name, group in found.clauses.items():
        yield _grouped("clause", name, group, money)


def _groups(found: Comparison, money: _Decimals) -> Iterator[dict[str, object]]:
    for key, groups in found.groups.items():
        for name, group in groups.items():
            yield _grouped(key, name, group, money)
