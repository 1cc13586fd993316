"""Asking a case of the packs beside this file, and writing down answers in the units of the texts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import cache
from pathlib import Path

from subsidy_rules import Amount, Award, Case, Entitlement, Guide, Policies, evaluate, load_policies

HERE = Path(__file__).parent

NOTHING_ELSE = (
    "projects",
    "parks",
    "titles",
    "grants",
    "loans",
    "products",
    "sites",
    "stations",
    "services",
    "certificates",
    "earlier_awards",
)


@cache
def packs(*names: str) -> Policies:
    """Return the packs of these names; the two that ship where there is no name."""
    return load_policies([HERE / f"{name}.yaml" for name in names] if names else None)


def ask(
    text: str,
    *names: str,
    readings: Mapping[str, str] | None = None,
    guides: Sequence[Guide] = (),
    unknown: Sequence[str] = (),
) -> Entitlement:
    """Evaluate a case; every list that it neither gives nor leaves `unknown` is none."""
    given = {line.partition(":")[0] for line in text.splitlines()}
    none = [name for name in NOTHING_ELSE if name not in given and name not in unknown]
    case = Case.from_text(f"case: 1\nassume_none: [{', '.join(none)}]\n{text}")
    return evaluate(case, packs(*names), readings=readings, guides=guides)


def wan(figure: str | int) -> Fraction:
    """Return a figure in 万元 as fen."""
    return Fraction(figure) * 10_000 * 100


def yuan(figure: str) -> Fraction:
    """Return a figure in 元 as fen."""
    return Fraction(figure.replace(",", "")) * 100


def ends(amount: Amount) -> tuple[str, object, object]:
    """Return an amount's kind and its two ends."""
    return amount.kind, amount.minimum, amount.maximum


def exact(figure: Fraction) -> tuple[str, object, object]:
    """Return what `ends` says of an exact amount."""
    return "exact", figure, figure


def at_most(figure: Fraction) -> tuple[str, object, object]:
    """Return what `ends` says of a bound."""
    return "at_most", Fraction(0), figure


def between(low: Fraction, high: Fraction) -> tuple[str, object, object]:
    """Return what `ends` says of an open amount."""
    return "between", low, high


def one(awards: Sequence[Award], clause: str) -> Award:
    """Return the only award of a clause."""
    (found,) = [award for award in awards if award.clause == clause]
    return found
