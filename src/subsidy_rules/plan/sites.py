"""Where the parts of a plan stand in its file: each sentence with its conditions and steps, and the place of each.

A plan holds operations and no places, a file holds places and no operations. What `check` finds needs both: a
condition that cannot hold is decided on its operations and told at its line.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from subsidy_rules.mechanisms import operations as op
from subsidy_rules.mechanisms.at_most import AtMost
from subsidy_rules.mechanisms.cap import Cap
from subsidy_rules.mechanisms.lump_sum import LumpSum
from subsidy_rules.mechanisms.rate import Rate
from subsidy_rules.mechanisms.slices import Slice, Slices
from subsidy_rules.mechanisms.step import Loc, Lowered, Step
from subsidy_rules.mechanisms.tiers import Band, Tiers
from subsidy_rules.mechanisms.words import Add, AnyStep, Each
from subsidy_rules.plan.model import ClausePlan, Gate, PolicyPlan, Replacement
from subsidy_rules.policy.model import Clause, RuleFile, TableSentence

Say = Callable[[str, Loc, str, str], None]
"""Notes a finding: its code, its place, what is found, in English and in Chinese."""


@dataclass(frozen=True, slots=True)
class StepSite:
    """A step, where it stands, and the conditions on the things of the list that it is inside of."""

    loc: Loc
    model: Step
    lowered: Lowered
    inside: op.Truth = op.ALWAYS


@dataclass(frozen=True, slots=True)
class GateSite:
    """A condition of a sentence and where it stands."""

    loc: Loc
    gate: Gate


@dataclass(frozen=True, slots=True)
class SentenceSite:
    """A sentence that gives something, or one row of a table of such.

    `gates` are its own conditions; a row has those of its table in `table`.
    """

    loc: Loc
    model: Clause | TableSentence
    clause: Clause
    gates: tuple[GateSite, ...]
    steps: tuple[StepSite, ...]
    table: tuple[GateSite, ...] = ()

    @property
    def truth(self) -> op.Truth:
        """What its own conditions say together."""
        return op.All(tuple(one.gate.truth for one in self.gates))


@dataclass(frozen=True, slots=True)
class ExceptionSite:
    """A sentence that stands in place of a step of another, with the place of each of its conditions."""

    loc: Loc
    model: Clause
    replacement: Replacement

    @property
    def gates(self) -> tuple[GateSite, ...]:
        """Its conditions."""
        gates = enumerate(self.replacement.gates)
        return tuple(GateSite((*self.loc, "when", place), gate) for place, gate in gates)


@dataclass(frozen=True, slots=True)
class ClauseSite:
    """A clause with all that is told at a place of it: its sentences, and the exceptions to it."""

    loc: Loc
    model: Clause
    plan: ClausePlan
    gates: tuple[GateSite, ...]
    sentences: tuple[SentenceSite, ...]
    exceptions: tuple[ExceptionSite, ...]

    @property
    def given(self) -> op.Truth:
        """Whom and what the clause is about: its beneficiaries, `where` and `when`."""
        who = [gate.truth for gate in self.plan.gates if gate.role == "beneficiary"]
        return op.All((*who, *(one.gate.truth for one in self.gates)))


def sites(file: RuleFile, plan: PolicyPlan) -> Iterator[ClauseSite]:
    """Return every clause that gives something, with its places, in the order of the file."""
    plans = {one.sentence.id: one for one in (*plan.clauses, *plan.obligations)}
    places = {clause.id: (("clauses", place), clause) for place, clause in enumerate(file.clauses)}
    for clause in file.clauses:
        loc = places[clause.id][0]
        known = plans.get(clause.id)
        if known is None:
            continue
        own = _gates(clause, known, loc)
        if known.rows:
            sentences = tuple(_rows(clause, known, loc, own))
        else:
            word = "award" if clause.award is not None else "obligation"
            given: Sequence[AnyStep] = getattr(clause, word) or ()
            steps = _as_written(known)[len(known.steps) - len(given) :]
            made = tuple(_steps(given, steps, (*loc, word)))
            sentences = (SentenceSite(loc, clause, clause, own, made),)
        exceptions = tuple(ExceptionSite(*places[one.sentence.id], one) for one in known.replacements)
        yield ClauseSite(loc, clause, known, own, sentences, exceptions)


def _as_written(plan: ClausePlan) -> list[Lowered]:
    """Return the steps of a clause without what its exceptions put in their place."""
    steps = list(plan.steps)
    for one in plan.replacements:
        step = steps[one.step]
        if isinstance(step.value, op.Choose):
            steps[one.step] = replace(step, value=step.value.otherwise)
    return steps


def _gates(clause: Clause, plan: ClausePlan, loc: Loc) -> tuple[GateSite, ...]:
    """Return a clause's own conditions; an obligation that shares another's comes after those."""
    locs: list[Loc] = [(*loc, "where", place) for place in range(len(clause.where))]
    locs += [(*loc, "when", place) for place in range(len(clause.when))]
    gates = [gate for gate in plan.gates if gate.role in ("where", "when")][-len(locs) :] if locs else []
    return tuple(GateSite(*one) for one in zip(locs, gates, strict=True))


def _rows(clause: Clause, plan: ClausePlan, loc: Loc, own: tuple[GateSite, ...]) -> Iterator[SentenceSite]:
    for place, (model, row) in enumerate(zip(clause.rows or (), plan.rows, strict=True)):
        at = (*loc, "rows", place)
        gates = tuple(GateSite((*at, "when", number), gate) for number, gate in enumerate(row.gates))
        yield SentenceSite(at, model, clause, gates, tuple(_steps(model.award, row.steps, (*at, "award"))), own)


def _steps(
    models: Sequence[Step], lowered: Sequence[Lowered], loc: Loc, inside: op.Truth = op.ALWAYS
) -> Iterator[StepSite]:
    """Return steps with those inside them: of each item, of what is added, of each band and slice."""
    for place, (model, made) in enumerate(zip(models, lowered, strict=True)):
        at = (*loc, place)
        yield StepSite(at, model, made, inside)
        match model:
            case Each() if made.items is not None:
                yield from _steps(model.of, made.inner, (*at, "of"), op.All((inside, made.items[2])))
            case Add():
                yield from _steps(model.add, made.parts[0], (*at, "add"), inside)
            case Tiers():
                given = [(number, row) for number, row in enumerate(model.rows) if row.gives is None]
                for (number, row), band in zip(given, made.bands, strict=True):
                    yield from _of_row(row, band.steps, (*at, "rows", number), op.All((inside, band.truth)))
            case Slices():
                for number, (piece, steps) in enumerate(zip(model.rows, made.parts, strict=True)):
                    yield from _of_row(piece, steps, (*at, "rows", number), inside)


def _of_row(row: Band | Slice, lowered: Sequence[Lowered], loc: Loc, inside: op.Truth) -> Iterator[StepSite]:
    """Return the steps of a band or a slice, as if they were written one by one."""
    made = {step.word: step for step in lowered}
    models: list[Step] = []
    if row.rate is not None:
        models.append(Rate(rate=row.rate, quote=row.quote))
    if isinstance(row, Band) and row.lump_sum is not None:
        models.append(LumpSum(lump_sum=row.lump_sum, quote=row.quote))
    if isinstance(row, Band) and row.at_most is not None:
        models.append(AtMost(at_most=row.at_most, quote=row.quote))
    if row.cap is not None:
        models.append(Cap(cap=row.cap, of="sum", per="", quote=row.quote))
    yield from (StepSite(loc, model, made[model.word], inside) for model in models)
