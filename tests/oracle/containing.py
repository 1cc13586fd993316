"""Whether the answer to a case with facts hidden contains the answer to the whole case (S30)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from subsidy_rules.values.quantity import Infinity

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from subsidy_rules import Amount, Award, Entitlement
    from subsidy_rules.values.quantity import Number

UNKNOWN = "?"


def contains(wide: Amount, narrow: Amount) -> bool:
    """On all four numbers: each end of the law lies where the facts that are hidden may put it."""
    a, b = wide.numbers, narrow.numbers
    return a[0] <= b[0] and b[1] <= a[1] and a[2] <= b[2] and b[3] <= a[3]


def faults(partial: Entitlement, whole: Entitlement) -> Iterator[str]:
    """Say in what the answer to a partial case does not contain the answer to the whole one."""
    yield from eligibility(partial, whole)
    before = {row.id: row for row in (*partial.awards, *partial.undecided)}
    after = {row.id: row for row in (*whole.awards, *whole.undecided)}
    for name in before.keys() & after.keys():
        for kind in ("amount", "gated"):
            wide, narrow = getattr(before[name], kind), getattr(after[name], kind)
            if not contains(wide, narrow):
                yield f"{name}: {kind} {shown(wide)} does not contain {shown(narrow)}"
    for name, row in before.items():
        moved = name in after and (name in {one.id for one in whole.awards}) != (
            name in {one.id for one in partial.awards}
        )
        gone = name not in after and not is_group(name)
        if (moved or gone or not row.gated.decided) and not row.needs:
            yield f"{name}: the facts leave it open, and nothing is asked"
    yield from obligations(partial, whole)
    yield from totals(partial, whole)


def obligations(partial: Entitlement, whole: Entitlement) -> Iterator[str]:
    """Every minimum lies where the facts that are hidden may put it, and where it is open something is asked."""
    before, after = ({one.id: one for one in result.obligations} for result in (partial, whole))
    for name, one in after.items():
        if name not in before:
            yield f"{name}: no obligation, but there is in the whole case"
        elif not contains(before[name].amount, one.amount):
            yield f"{name}: {shown(before[name].amount)} does not contain {shown(one.amount)}"
    for name, one in before.items():
        if one.decided and name not in after:
            yield f"{name}: an obligation, but not in the whole case"
        if not one.amount.decided and not one.needs:
            yield f"{name}: the facts leave it open, and nothing is asked"


def eligibility(partial: Entitlement, whole: Entitlement) -> Iterator[str]:
    """The lists: what is settled stays settled, and the same sentences are not asked."""
    if names(partial.not_asked) != names(whole.not_asked):
        yield f"not asked: {names(partial.not_asked)} | {names(whole.not_asked)}"
    sure, maybe = ids(partial.awards), ids(partial.undecided)
    given, open_ = ids(whole.awards), ids(whole.undecided)
    for name in sure - given:
        if not is_group(name):
            yield f"{name}: in awards, but not in the whole case"
    for name in given | open_:
        if name not in sure | maybe and not (is_group(name) and any(may_be(one, name) for one in sure | maybe)):
            yield f"{name}: refused, but not in the whole case"
    refused = {row.id.partition("@")[0] for row in partial.not_eligible if "@" not in row.id}
    for name in {row.partition("@")[0] for row in given | open_} & refused:
        yield f"{name}: nothing of its kind, but there is in the whole case"


def totals(partial: Entitlement, whole: Entitlement) -> Iterator[str]:
    """`possible` contains; the floor of `decided` is sound. What is set aside makes the upper ends open."""
    wide, narrow = partial.total, whole.total
    if wide.decided.numbers[0] > narrow.decided.numbers[0]:
        yield f"decided: floor {shown(wide.decided)} is above {shown(narrow.decided)}"
    a, b = wide.possible.numbers, narrow.possible.numbers
    aside = bool(set(wide.open_ended) - set(narrow.open_ended))
    if a[0] > b[0] or a[2] > b[2] or (not aside and (b[1] > a[1] or b[3] > a[3])):
        yield f"possible: {shown(wide.possible)} does not contain {shown(narrow.possible)}"
    asked = any(row.needs for row in (*partial.awards, *partial.undecided)) or partial.deciding_facts
    if not wide.possible.decided and not asked:
        yield "possible: the facts leave it open, and nothing is asked"


def is_group(name: str) -> bool:
    """Whether an award is of a group, whose key may be unknown."""
    return "/" in name.partition("@")[2]


def may_be(one: str, other: str) -> bool:
    """Whether a group with unknown keys may be this one."""
    (clause, _, key), (same, _, wanted) = one.partition("@"), other.partition("@")
    parts = list(zip(key.split("/"), wanted.split("/"), strict=False))
    return clause == same and all(a == b or a.startswith(UNKNOWN) for a, b in parts)


def ids(rows: Sequence[Award]) -> set[str]:
    """The ids of some rows."""
    return {row.id for row in rows}


def names(rows: Sequence[object]) -> list[str]:
    return sorted(f"{getattr(row, 'policy')}/{getattr(row, 'clause')}" for row in rows)  # noqa: B009


def shown(amount: Amount) -> str:
    return str([text(number) for number in amount.numbers])


def text(number: Number) -> str:
    return "∞" if isinstance(number, Infinity) else str(number)
