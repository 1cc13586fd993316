"""What a verdict rests on, put away in few bytes: its own awards and refusals, the facts they read, the stamp.

A list of 100,000 lines has as many records, and each would hold its whole evaluation in memory. `put` keeps what
working papers say, about two kilobytes for a line, and `Record.taken` gives it back, equal, as often as it is asked.
Sentences are named by their place among those of the policies, so that a record is small and may come from another
process.
"""

from __future__ import annotations

import io
import pickle
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from subsidy_rules.award.model import Entitlement, FactUsed, Stamp
from subsidy_rules.plan import PolicyPlan, Sentence
from subsidy_rules.values.quantity import Currency

if TYPE_CHECKING:
    from subsidy_rules.audit.matching import Candidate

LEVEL: Final = 6
READ: Final = 64
"""How many records that were taken last are kept as they are."""


@dataclass(frozen=True, slots=True)
class Basis:
    """What of an evaluation belongs to one verdict: its day, its stamp, and the facts that its awards read."""

    decision_date: str | None
    stamp: Stamp
    facts: tuple[FactUsed, ...]
    currency: Currency

    @staticmethod
    def of(result: Entitlement, candidates: Iterable[Candidate]) -> Basis:
        """Return what belongs to some candidates: the facts of their steps, of their thing, and of who applies."""
        own: set[str] = set()
        for one in candidates:
            if one.award is not None:
                own |= {path for step in one.award.steps for path in step.facts}
            if one.refused is not None:
                own |= {failed.fact for failed in one.refused.failed}
        heads = {path.partition(".")[0] for path in own if "[" in path}
        facts = []
        for fact in result.facts_used:
            head = fact.path.partition(".")[0]
            if fact.path in own or "[" not in head or (head in heads and fact.path.count("[") == 1):
                facts.append(fact)
        return Basis(result.decision_date, result.stamp, tuple(facts), result.currency)


@dataclass(frozen=True, slots=True, eq=False)
class Names:
    """The sentences of some policies, each known by its place."""

    sentences: tuple[Sentence, ...]
    places: dict[int, int] = field(repr=False)

    @staticmethod
    def of(plans: Iterable[PolicyPlan]) -> Names:
        """Return the sentences of policies, in their order."""
        every = [one for plan in plans for one in (*plan.sentences, *(clause.sentence for clause in plan.clauses))]
        return Names(tuple(every), {id(one): place for place, one in enumerate(every)})


Taken = tuple[tuple["Candidate", ...], "Basis | None"]


@dataclass(frozen=True, slots=True, eq=False)
class Record:
    """Candidates and basis of one verdict, as bytes."""

    packed: bytes
    names: Names = field(repr=False)

    @property
    def taken(self) -> Taken:
        """What was put away."""
        return _taken(self)


@lru_cache(maxsize=READ)
def _taken(record: Record) -> Taken:
    found: Taken = _Reader(io.BytesIO(zlib.decompress(record.packed)), record.names.sentences).load()
    return found


def put(candidates: tuple[Candidate, ...], basis: Basis | None, names: Names) -> Record:
    """Put away what a verdict rests on."""
    made = io.BytesIO()
    _Writer(made, names).dump((candidates, basis))
    return Record(zlib.compress(made.getvalue(), LEVEL), names)


class _Writer(pickle.Pickler):
    def __init__(self, stream: io.BytesIO, names: Names) -> None:
        super().__init__(stream, pickle.HIGHEST_PROTOCOL)
        self.places = names.places

    def persistent_id(self, one: object) -> int | None:
        """Name a sentence by its place; one of no policy is written as it is."""
        return self.places.get(id(one)) if type(one) is Sentence else None


class _Reader(pickle.Unpickler):
    def __init__(self, stream: io.BytesIO, sentences: Sequence[Sentence]) -> None:
        super().__init__(stream)
        self.sentences = sentences

    def persistent_load(self, place: Any) -> Sentence:  # noqa: ANN401 - as pickle has it
        """Return the sentence at a place."""
        found: Sentence = self.sentences[place]
        return found
