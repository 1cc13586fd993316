"""What the engine and the oracle say of one case, in one form, so that the two can be held equal."""

from __future__ import annotations

import gc
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING

from subsidy_rules import Case, evaluate, load_policies
from subsidy_rules.award.evaluate import shipped_policies
from subsidy_rules.award.kinds import kinds_of
from subsidy_rules.award.record import CUT
from subsidy_rules.values.quantity import Infinity
from tests.oracle.cases import CITIES, ROOT, mapping, sequence, texts
from tests.oracle.evaluator import evaluate as oracle
from tests.oracle.generate import CITY, source_of

if TYPE_CHECKING:
    import random
    from collections.abc import Iterable, Iterator, Mapping
    from fractions import Fraction

    from subsidy_rules import Amount, Award, Entitlement, Policies
    from subsidy_rules.plan import PolicyPlan
    from subsidy_rules.values.quantity import Number
    from tests.oracle.cases import Tree

NOT_GIVEN_IS_KNOWN = {"xian_30/lpr_from_guide"}
"""Readings under which a fact that is not given comes from a guide: it is no unknown then."""
SETTINGS = ("undecided", "higher_of", "sum")


@dataclass(frozen=True)
class Standing:
    """What became of one clause for one object: the list, and the law's two ends in fen (None: without end)."""

    list: str
    floor: int = 0
    ceiling: int | None = 0
    gross_floor: int = 0
    gross_ceiling: int | None = 0
    kind: str = "none"
    barred: bool = False
    payers: tuple[tuple[str, int, int | None], ...] = ()


@dataclass(frozen=True)
class Answer:
    """What one evaluator says of one case."""

    rows: Mapping[str, Standing]
    obligations: Mapping[str, tuple[bool, int, int | None]]
    adjustments: Mapping[str, int]
    totals: tuple[int, ...]
    open_ended: tuple[str, ...]
    not_asked: tuple[str, ...]
    cut: frozenset[str] = frozenset()

    def differences(self, other: Answer) -> list[str]:
        """Say where two answers differ."""
        found = []
        for name in sorted({*self.rows, *other.rows}):
            mine, its = self.rows.get(name), other.rows.get(name)
            if mine is not None and its is not None and not (mine.payers and its.payers):
                mine, its = replace(mine, payers=()), replace(its, payers=())
            if mine != its:
                found.append(f"{name}: {mine} | {its}")
        balances = [self.uncut(one.adjustments, other) for one in (self, other)]
        if balances[0] != balances[1]:
            found.append(f"adjustments: {balances[0]} | {balances[1]}")
        found += [
            f"{name}: {getattr(self, name)} | {getattr(other, name)}"
            for name in ("obligations", "totals", "open_ended", "not_asked")
            if getattr(self, name) != getattr(other, name)
        ]
        return found

    def uncut(self, adjustments: Mapping[str, int], other: Answer) -> dict[str, int]:
        """Leave out the balances of awards that rules between awards cut: the oracle settles before they meet."""
        return {name: amount for name, amount in adjustments.items() if name not in self.cut | other.cut}


def fen(number: Number) -> int | None:
    """Take whole fen; None is without end."""
    if isinstance(number, Infinity):
        return None
    return whole(number)


def whole(number: Fraction) -> int:
    assert number.denominator == 1, number
    return number.numerator


def floor_and_ceiling(amount: Amount) -> tuple[int, int | None]:
    """Take the law's two ends of an amount on which the facts leave nothing open."""
    assert amount.decided, amount
    low = fen(amount.minimum)
    assert low is not None
    return low, fen(amount.maximum)


@cache
def replacing() -> Mapping[str, str]:
    """The sentences that stand in place of another's step, with that other sentence."""
    found: dict[str, str] = {}
    for city in CITIES:
        for pack, clause in source_of(city).clauses:
            if "replaces" in clause:
                name = mapping(pack["policy"])["id"]
                found[f"{name}/{clause['id']}"] = f"{name}/{str(clause['replaces']).partition('.')[0]}"
    return found


@cache
def tables() -> Mapping[str, Mapping[str, tuple[str, int]]]:
    """The sentences that are rows of one table, with where each stands in the text, by the id of the table."""
    found: dict[str, Mapping[str, tuple[str, int]]] = {}
    for city in CITIES:
        for pack, clause in source_of(city).clauses:
            name = mapping(pack["policy"])["id"]
            rows = map(mapping, sequence(clause.get("rows")))
            if "rows" in clause:
                places = {f"{name}/{row['id']}": (str(row["path"]), int(str(row["sentence"]))) for row in rows}
                found[f"{name}/{clause['id']}"] = places
    return found


@cache
def policies_of(city: str) -> Policies:
    return load_policies([ROOT / "rules" / f"{name}.yaml" for name in CITIES[city]])


def evaluated(case: Tree, readings: Mapping[str, str], city: str) -> Entitlement:
    """Evaluate with the library: by the policies that it takes itself where the case names no place of another city."""
    places = [str(mapping(thing).get("place", "")) for thing in [case["enterprise"], *sequence(case.get("projects"))]]
    here = places[0] in CITY[city].inside and all(place in {"", *CITY[city].inside} for place in places)
    return evaluate(Case.from_dict(case), None if here else policies_of(city), readings=readings)


def said_by_engine(case: Tree, readings: Mapping[str, str], city: str) -> tuple[Answer, Entitlement]:
    """Say what the library says."""
    result = evaluated(case, readings, city)
    assert not result.total.outer
    rows = {award.id: standing(award, "awards") for award in result.awards}
    rows |= {award.id: standing(award, "undecided") for award in result.undecided}
    for refused in result.not_eligible:
        rows.setdefault(refused.id, Standing("not_eligible"))
    ends = [*floor_and_ceiling(result.total.decided), *floor_and_ceiling(result.total.possible)]
    totals = [end for end in ends if end is not None]
    assert len(totals) == len(ends)
    answer = Answer(
        without_idle_replacements(rows),
        {one.id: (one.decided, *floor_and_ceiling(one.amount)) for one in result.obligations},
        {one.award: whole(one.amount) for one in result.adjustments},
        tuple(totals),
        tuple(sorted({name.partition("@")[0] for name in result.total.open_ended if not rows[name].barred})),
        tuple(sorted(f"{row.policy}/{row.clause}" for row in result.not_asked)),
        frozenset(award.id for award in result.awards if award.status in CUT),
    )
    return answer, result


def standing(award: Award, name: str) -> Standing:
    """Take one award of the library.

    The oracle divides awards among payers before they meet, so the parts of one that is cut are not compared.
    """
    low, high = floor_and_ceiling(award.gated)
    gross, top = floor_and_ceiling(award.amount)
    payers = () if award.status in CUT else tuple((payer, *floor_and_ceiling(part)) for payer, part in award.payers)
    return Standing(name, low, high, gross, top, award.kind, award.status == "barred", payers)


def standing_of(row: Tree) -> Standing:
    """Take one award of the oracle."""
    low, high, gross, top = (row[name] for name in ("floor", "ceiling", "gross_floor", "gross_ceiling"))
    assert isinstance(low, int)
    assert isinstance(high, int | None)
    assert isinstance(gross, int)
    assert isinstance(top, int | None)
    payers = row["payers"]
    assert isinstance(payers, tuple)
    return Standing(str(row["list"]), low, high, gross, top, str(row["kind"]), row["barred"] is True, payers)


def said_by_oracle(case: Tree, readings: Mapping[str, str], city: str) -> tuple[Answer, Tree]:
    """Evaluate with the oracle."""
    result = oracle(source_of(city).packs, case, readings)
    rows: dict[str, Standing] = {}
    obligations: dict[str, tuple[bool, int, int | None]] = {}
    adjustments: dict[str, int] = {}
    for name, said in mapping(result["awards"]).items():
        clause, at, thing = name.partition("@")
        row = mapping(said)
        nothing = row["list"] == "not_eligible"
        for other in tables()[clause] if nothing and clause in tables() else texts(row["refused"]):
            rows[f"{other}{at}{thing}"] = Standing("not_eligible")
        if nothing and clause not in tables():
            rows[name] = Standing("not_eligible")
        if not nothing:
            rows[name] = standing_of(row)
        if isinstance(row["adjustment"], int):
            adjustments[name] = row["adjustment"]
    for name, said in mapping(result["obligations"]).items():
        row = mapping(said)
        if row["list"] == "not_eligible":
            rows[name] = Standing("not_eligible")
        else:
            said_of = standing_of(row)
            obligations[name] = (row["list"] == "awards", said_of.floor, said_of.ceiling)
    totals = [mapping(mapping(result["total"])[name]) for name in ("decided", "possible")]
    ends = [end for total in totals for end in (total["floor"], total["ceiling"])]
    open_ended, not_asked = (tuple(sorted(texts(result[name]))) for name in ("open_ended", "not_asked"))
    numbers = tuple(end for end in ends if isinstance(end, int))
    assert len(numbers) == len(ends)
    return Answer(without_idle_replacements(rows), obligations, adjustments, numbers, open_ended, not_asked), result


def without_idle_replacements(rows: Mapping[str, Standing]) -> dict[str, Standing]:
    """Leave out what is said of a replacing sentence where the sentence that it changes gives nothing anyway."""
    kept = {}
    for name, row in rows.items():
        clause, _, thing = name.partition("@")
        changed = rows.get(f"{replacing()[clause]}@{thing}") if clause in replacing() else row
        if changed is not None and (clause not in replacing() or changed.list != "not_eligible"):
            kept[name] = row
    return kept


@contextmanager
def collected_seldom() -> Iterator[None]:
    """Let many evaluations run without a search for garbage after each: it takes a third of the time."""
    kept = gc.get_threshold()
    gc.collect()
    gc.freeze()
    gc.set_threshold(200_000, 10, 10)
    try:
        yield
    finally:
        gc.set_threshold(*kept)
        gc.unfreeze()


def plans_of(city: str) -> list[PolicyPlan]:
    return [plan for plan in shipped_policies().plans if plan.id in CITIES[city]]


def random_readings(rng: random.Random, city: str, *, alike: bool = False) -> dict[str, str]:
    """Choose some readings otherwise than by default, and what holds where the text is silent; `alike` in all packs."""
    chosen: dict[str, str] = {}
    setting = rng.choice(SETTINGS)
    for plan in plans_of(city):
        for name, reading in plan.readings.items():
            if rng.random() < 0.4 and not (alike and name in NOT_GIVEN_IS_KNOWN):
                chosen[name] = rng.choice(sorted(reading.options))
        if alike or rng.random() < 0.5:
            chosen[plan.silence] = setting if alike else rng.choice(SETTINGS)
    return chosen


def sentences_with_money(kinds: Iterable[str], city: str) -> list[str]:
    """The sentences of these kinds in the packs of a city."""
    wanted = set(kinds)
    return [
        f"{plan.id}/{sentence.id}"
        for plan in plans_of(city)
        for sentence in plan.sentences
        if kinds_of(plan)[sentence.id] in wanted
    ]
