"""What the ledger knows of an enterprise, as facts of a case: what it was paid before, and by other channels.

History follows successions: what was paid to an enterprise under a former name, or to one that was merged into it, is
its own from the day of the succession on. Payments are net of their corrections and recoveries.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, Final

from subsidy_rules.audit.knowledge import identity, known
from subsidy_rules.audit.ledger.entry import Entry
from subsidy_rules.errors import UsageError
from subsidy_rules.facts.case import Case
from subsidy_rules.values.document import plain
from subsidy_rules.values.quantity import CNY, Currency, exact_text

LISTS: Final = ("earlier_awards", "grants")
TAKING: Final = ("correction", "recovery")
"""The entries that take something back of a payment."""


@dataclass(frozen=True, slots=True)
class Payment:
    """A payment and what is left of it, in fen, after what corrects or recovers it."""

    entry: Entry
    fen: int


def successions(entries: Iterable[Entry]) -> dict[str, list[tuple[str, str]]]:
    """Return who each enterprise has become: former → (later, day)."""
    found: dict[str, list[tuple[str, str]]] = {}
    for one in entries:
        if one.kind == "succession":
            found.setdefault(one.formerly, []).append((one.beneficiary, one.day))
    return found


def formerly(beneficiary: str, entries: Iterable[Entry], before: str = "") -> tuple[str, ...]:
    """Return an enterprise and all that have become it, on days before one."""
    into: dict[str, list[str]] = {}
    for one in entries:
        if one.kind == "succession" and (not before or one.day < before):
            into.setdefault(one.beneficiary, []).append(one.formerly)
    found = [beneficiary]
    for name in found:
        found += [one for one in into.get(name, ()) if one not in found]
    return tuple(found)


def payments(entries: Iterable[Entry]) -> list[Payment]:
    """Return the payments in their order, each net of what corrects it."""
    listed = [one for one in entries if one.kind in TAKING or one.kind == "payment"]
    left = {one.id: one.fen for one in listed if one.kind == "payment"}
    for taking, name in _tied(listed, left):
        left[name] += taking.fen
    return [Payment(one, left[one.id]) for one in listed if one.kind == "payment"]


def untied(entries: Iterable[Entry]) -> list[Entry]:
    """Return the corrections and recoveries that correct no payment of the ledger."""
    listed = [one for one in entries if one.kind in TAKING or one.kind == "payment"]
    tied = {one.id for one, _ in _tied(listed, {one.id: one.fen for one in listed if one.kind == "payment"})}
    return [one for one in listed if one.kind in TAKING and one.id not in tied]


def _tied(listed: Sequence[Entry], paid: Mapping[str, int]) -> list[tuple[Entry, str]]:
    """Return the corrections, each with the payment that it is of.

    One that names none, as a line below zero of a list, is of the payment to the same beneficiary for the same thing
    that is as great as it, of the same channel if there is one; else of the only payment that is greater.
    """
    by_thing: dict[tuple[str, ...], list[Entry]] = {}
    for one in listed:
        if one.kind == "payment":
            by_thing.setdefault(_thing(one), []).append(one)
    left, found = dict(paid), []
    for one in listed:
        if one.kind not in TAKING:
            continue
        name = one.corrects if one.corrects in paid else ""
        if not one.corrects:
            own = [each for each in by_thing.get(_thing(one), ()) if left[each.id] >= -one.fen]
            equal = [each for each in own if left[each.id] == -one.fen]
            near = [each for each in equal if each.channel == one.channel] or equal
            name = near[-1].id if near else own[0].id if len(own) == 1 else ""
        if name:
            left[name] += one.fen
            found.append((one, name))
    return found


def _thing(entry: Entry) -> tuple[str, ...]:
    return entry.beneficiary, entry.project, entry.policy, entry.clause, entry.object


def in_money(entries: Iterable[Entry], currency: Currency) -> list[Entry]:
    """Return the entries in a currency (one that names none is in yuan), with who they are of in one spelling."""
    return [
        replace(one, beneficiary=identity(one.beneficiary), formerly=identity(one.formerly))
        for one in entries
        if one.kind == "succession" or (one.currency or CNY.code) == currency.code
    ]


def with_history(case: Case, entries: Iterable[Entry], *, day: str, currency: Currency = CNY) -> Case:
    """Return the case with what the ledger knows from before a day: `earlier_awards`, and the `grants` of others.

    `currency` is that of the policies; entries of another one are none of their history.

    A payment under a policy and clause is an earlier award; any other is a grant of its channel. Grants on projects
    that the case does not have are left out: they are not on its projects. Raises `UsageError` where the case lists
    either itself, since two sources of one history can't both be whole.
    """
    tree: Any = plain(case.document.root)
    if not isinstance(tree, dict):
        return case
    for name in LISTS:
        if tree.get(name):
            raise UsageError(f"the case lists its own {name}: leave them to the ledger, or leave the ledger out")
    listed = in_money(entries, currency)
    who = known(tree, case.document.name, lambda: case)
    own = filter(None, (identity(who.uscc), who.name))
    names = {one for name in own for one in formerly(name, listed, day)}
    mine = [one for one in payments(listed) if one.entry.beneficiary in names and one.entry.day < day and one.fen > 0]
    projects = {one["id"] for one in tree.get("projects") or () if isinstance(one, dict) and "id" in one}
    unit = "分" if currency == CNY else currency.units[0][0]
    made: dict[str, list[dict[str, str]]] = {"earlier_awards": [], "grants": []}
    for one in mine:
        amount = exact_text(Fraction(one.fen, 1 if currency == CNY else currency.one))
        name, facts = _facts(one.entry, f"{amount}{unit}" if currency == CNY else f"{amount} {unit}", projects)
        if name:
            made[name].append({fact: value for fact, value in facts.items() if value})
    assumed = [one for one in tree.get("assume_none") or () if one not in LISTS]
    return Case.from_dict({**tree, **made, "assume_none": assumed}, name=case.document.name)


def _facts(entry: Entry, amount: str, projects: set[str]) -> tuple[str, dict[str, str]]:
    """Return the list of a case that a payment belongs to, if any, and what it says there."""
    day = entry.paid_on or entry.decided
    on = entry.project if entry.project in projects else ""
    if entry.policy and entry.clause:
        facts = {"policy": entry.policy, "clause": entry.clause, "level": entry.level, "amount": amount}
        return "earlier_awards", {**facts, "paid_on": day, "project": on}
    if entry.project and not on:
        return "", {}
    facts = {"programme": entry.programme, "level": entry.level, "fund": entry.channel, "project": entry.project}
    return "grants", {**facts, "received": amount, "received_on": day}
