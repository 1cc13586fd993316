"""What the engine and the oracle say of one case, in one form, so that the two can be held equal."""

from __future__ import annotations

import gc
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from subsidy_rules import Case, evaluate
from subsidy_rules.award.evaluate import shipped_policies
from subsidy_rules.values.quantity import Infinity
from tests.oracle.cases import mapping, texts
from tests.oracle.evaluator import evaluate as oracle
from tests.oracle.generate import source_of_xian

if TYPE_CHECKING:
    import random
    from collections.abc import Iterable, Iterator, Mapping

    from subsidy_rules import Amount, Award, Entitlement
    from subsidy_rules.values.quantity import Number
    from tests.oracle.cases import Tree

SETTINGS = ("undecided", "higher_of", "sum")


@dataclass(frozen=True)
class Standing:
    """What became of one clause for one object: the list, and the law's two ends in fen (None: without end)."""

    list: str
    floor: int = 0
    ceiling: int | None = 0
    gross_floor: int = 0
    kind: str = "none"
    barred: bool = False


@dataclass(frozen=True)
class Answer:
    """What one evaluator says of one case."""

    rows: Mapping[str, Standing]
    totals: tuple[int, ...]
    open_ended: tuple[str, ...]
    not_asked: tuple[str, ...]

    def differences(self, other: Answer) -> list[str]:
        """Say where two answers differ."""
        found = [
            f"{name}: {self.rows.get(name)} | {other.rows.get(name)}"
            for name in sorted({*self.rows, *other.rows})
            if self.rows.get(name) != other.rows.get(name)
        ]
        found += [
            f"{name}: {getattr(self, name)} | {getattr(other, name)}"
            for name in ("totals", "open_ended", "not_asked")
            if getattr(self, name) != getattr(other, name)
        ]
        return found


def fen(number: Number) -> int | None:
    """Take whole fen; None is without end."""
    if isinstance(number, Infinity):
        return None
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
    for pack, clause in source_of_xian().clauses:
        if "replaces" in clause:
            name = mapping(pack["policy"])["id"]
            found[f"{name}/{clause['id']}"] = f"{name}/{str(clause['replaces']).partition('.')[0]}"
    return found


def said_by_engine(case: Tree, readings: Mapping[str, str]) -> tuple[Answer, Entitlement]:
    """Evaluate with the library."""
    result = evaluate(Case.from_dict(case), readings=readings)
    assert not result.total.outer
    rows = {award.id: standing(award, "awards") for award in result.awards}
    rows |= {award.id: standing(award, "undecided") for award in result.undecided}
    for refused in result.not_eligible:
        rows.setdefault(refused.id, Standing("not_eligible"))
    ends = [*floor_and_ceiling(result.total.decided), *floor_and_ceiling(result.total.possible)]
    totals = [end for end in ends if end is not None]
    assert len(totals) == len(ends)
    open_ended = tuple(sorted({name.partition("@")[0] for name in result.total.open_ended}))
    not_asked = tuple(sorted(f"{row.policy}/{row.clause}" for row in result.not_asked))
    return Answer(without_idle_replacements(rows), tuple(totals), open_ended, not_asked), result


def standing(award: Award, name: str) -> Standing:
    """Take one award of the library."""
    low, high = floor_and_ceiling(award.gated)
    gross, top = floor_and_ceiling(award.amount)
    assert top == high, award.id
    return Standing(name, low, high, gross, award.kind, award.status == "barred")


def said_by_oracle(case: Tree, readings: Mapping[str, str]) -> tuple[Answer, Tree]:
    """Evaluate with the oracle."""
    result = oracle(source_of_xian().packs, case, readings)
    rows: dict[str, Standing] = {}
    for name, said in mapping(result["awards"]).items():
        row = mapping(said)
        rows[name] = Standing("not_eligible")
        if row["list"] != "not_eligible":
            low, high, gross = row["floor"], row["ceiling"], row["gross_floor"]
            assert isinstance(low, int)
            assert isinstance(gross, int)
            assert isinstance(high, int | None)
            rows[name] = Standing(str(row["list"]), low, high, gross, str(row["kind"]), row["barred"] is True)
        for other in texts(row["refused"]):
            rows[f"{other}@{name.partition('@')[2]}"] = Standing("not_eligible")
    totals = [mapping(mapping(result["total"])[name]) for name in ("decided", "possible")]
    ends = [end for total in totals for end in (total["floor"], total["ceiling"])]
    open_ended, not_asked = (tuple(sorted(texts(result[name]))) for name in ("open_ended", "not_asked"))
    numbers = tuple(end for end in ends if isinstance(end, int))
    assert len(numbers) == len(ends)
    return Answer(without_idle_replacements(rows), numbers, open_ended, not_asked), result


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


def random_readings(rng: random.Random, *, alike: bool = False) -> dict[str, str]:
    """Choose some readings otherwise than by default, and what holds where the text is silent; `alike` in all packs."""
    chosen: dict[str, str] = {}
    setting = rng.choice(SETTINGS)
    for plan in shipped_policies().plans:
        for name, reading in plan.readings.items():
            if rng.random() < 0.4:
                chosen[name] = rng.choice(sorted(reading.options))
        if alike or rng.random() < 0.5:
            chosen[plan.silence] = setting if alike else rng.choice(SETTINGS)
    return chosen


def sentences_with_money(kinds: Iterable[str]) -> list[str]:
    """The sentences of these kinds in the packs that ship with the library."""
    from subsidy_rules.award.kinds import kinds_of  # noqa: PLC0415

    wanted = set(kinds)
    return [
        f"{plan.id}/{name}"
        for plan in shipped_policies().plans
        for name, kind in kinds_of(plan).items()
        if kind in wanted
    ]
