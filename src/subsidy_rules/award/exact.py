"""Whole answers, quickly: what a sentence says where every fact that it reads is given (S26).

`Program` is the Python that `generate` writes for a policy, compiled once and bound to the readings and guides of each
evaluation (`Exact`). It is asked first. It answers with the very values that the engine would give, or not at all, and
then the engine is asked: for that sentence and thing alone, so that one missing fact slows one sentence.

That both say the same is a law of the tests, checked over random cases, whole and not.
"""

from __future__ import annotations

import linecache
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Final, TypeAlias, cast

from subsidy_rules.award.compiled import CompiledClause
from subsidy_rules.award.complete import RowHull, decided
from subsidy_rules.award.engine import Shared, project_of
from subsidy_rules.award.generate import (
    ALWAYS,
    GIVEN,
    HELPERS,
    LIST,
    NAME,
    OVER,
    SELF,
    Bound,
    Chosen,
    Filled,
    Writer,
    amount_lines,
    bound_value,
    gate_text,
)
from subsidy_rules.award.rows import Row, RowValue
from subsidy_rules.facts.case import Facts, Members, Other, Ref, Thing, Value
from subsidy_rules.facts.vocabulary import DENSE, FieldSpec, Vocabulary
from subsidy_rules.plan import Policies, PolicyPlan
from subsidy_rules.values.amount import FALSE, NONE, TRUE, Amount, Truth
from subsidy_rules.values.classes import dataclass
from subsidy_rules.values.quantity import ZERO

Plain: TypeAlias = dict[str, object]
"""The facts of one thing, whole numbers and texts, by their names."""
Outcome: TypeAlias = "int | tuple[int, int, tuple[bool, ...]]"
"""0: not what the sentence is about; 1: refused; else the least and the greatest amount in fen, and its bars."""
Asked: TypeAlias = Callable[[Plain, Plain, Plain], Outcome]

OUT: Final = 0
REFUSED: Final = 1
DISCRETION: Final = frozenset({"discretion"})


class _More:
    """A list that is not whole: what its things come to has no whole answer."""

    def __iter__(self) -> Iterator[Plain]:
        raise KeyError


MORE: Final = _More()


def facts_as_plain(facts: Facts, vocabulary: Vocabulary) -> Mapping[str, Plain]:
    """Return the facts of every thing of a case by its path, as far as they are whole; made once."""
    if not facts.plain:
        facts.plain.update(_plain_things(facts, vocabulary))
    return facts.plain


def _plain_things(facts: Facts, vocabulary: Vocabulary) -> Mapping[str, Plain]:
    made: dict[str, Plain] = {}
    for path, thing in facts.paths.items():
        made[path] = {GIVEN: thing.values.keys(), SELF: _identity(facts, thing), NAME: thing.id or thing.path}
        fields = vocabulary.fields[thing.entity]
        for name, value in thing.values.items():
            made[path].update(_plain_value(facts, fields[name], value))
    for path, thing in facts.paths.items():
        for name, items in thing.lists.items():
            made[path][LIST + name] = MORE if items.more else [made[one.path] for one in items]
    return made


def _identity(facts: Facts, thing: Thing) -> str:
    return project_of(facts, thing) if thing.entity == "project" else thing.path


def _plain_value(facts: Facts, spec: FieldSpec, value: Value) -> Plain:
    """Return a value as generated code reads it; nothing for one that is a range, or not in the vocabulary."""
    name = sys.intern(spec.name)  # as generated code has it: what is the same text is found sooner than what is equal
    match value:
        case Amount():
            figure = value.minimum
            if not value.decided or not isinstance(figure, Fraction):
                return {}
            if spec.type in DENSE:
                return {name: figure.numerator, name + OVER: figure.denominator}
            return {name: figure.numerator} if figure.denominator == 1 else {}
        case Ref(identity):
            return {name: _identity(facts, facts.index[identity])}
        case Members(names, other):
            return {} if other else {name: names}
        case Other():
            return {}
        case _:
            return {name: value}


@dataclass(frozen=True, slots=True)
class Program:
    """Generated code of one policy: what makes its functions from what is bound, and how each sentence rounds."""

    source: str
    make: Callable[[Sequence[object]], tuple[Asked, ...]]
    bound: tuple[Bound, ...]
    fixed: tuple[object, ...]
    modes: Mapping[str, tuple[int, int]]

    def functions(self, readings: Mapping[str, str], filled: frozenset[str], plan: PolicyPlan) -> tuple[Asked, ...]:
        """Return the functions of the sentences under these readings and guides."""
        values = list(self.fixed)
        for place, what in enumerate(self.bound):
            if isinstance(what, Chosen | Filled):
                values[place] = bound_value(what, {plan.id: plan.constants}, readings, filled)
        return self.make(values)


def program_of(plan: PolicyPlan, clauses: Sequence[CompiledClause]) -> Program:
    """Write and compile the code of a policy's sentences. A sentence that pays by groups is left to the engine."""
    bound: dict[Bound, str] = {}
    writer = Writer(bound)
    bodies: list[str] = []
    modes: dict[str, tuple[int, int]] = {}
    for clause in clauses:
        if not clause.keys:
            modes[clause.plan.sentence.id] = (len(bodies), _mode_and_body(writer, plan, clause, bodies))
    source = "\n".join(
        [
            "def make(bound):",
            *([f"    ({', '.join(bound.values())},) = bound"] if bound else []),
            *bodies,
            f"    return ({''.join(f'c{place}, ' for place in range(len(bodies)))})",
            "",
        ]
    )
    fixed = [
        None if isinstance(what, Chosen | Filled) else bound_value(what, {plan.id: plan.constants}, {}, frozenset())
        for what in bound
    ]
    make = compiled(source, f"<subsidy-rules {plan.id} {plan.meaning_sha256[:12]}>")
    return Program(
        source, cast("Callable[[Sequence[object]], tuple[Asked, ...]]", make), tuple(bound), tuple(fixed), modes
    )


def _mode_and_body(writer: Writer, plan: PolicyPlan, clause: CompiledClause, bodies: list[str]) -> int:
    writer.begin(plan, clause.plan, "x")
    wheres = [writer.holds(gate.truth) for gate in clause.plan.gates if gate.role == "where"]
    others = [gate_text(writer, gate) for gate in clause.plan.gates if gate.role != "where"]
    bars = [f"bool({writer.holds(rule.when[clause.plan.sentence.id])})" for rule, _ in clause.bars]
    amount = amount_lines(writer, clause.plan)
    lines = [
        f"def c{len(bodies)}(r, e, x):",
        *(line for one in wheres if one != ALWAYS for line in (f"    if not {one}:", f"        return {OUT}")),
        *(line for one in others if one != ALWAYS for line in (f"    if not {one}:", f"        return {REFUSED}")),
        *(f"    {line}" for line in amount.lines),
        f"    return {amount.lo}, {amount.hi}, ({''.join(f'{bar}, ' for bar in bars)})",
    ]
    bodies.append("\n".join(f"    {line}" for line in lines))
    return amount.mode


def compiled(source: str, name: str) -> object:
    """Compile generated source, and let tracebacks show it."""
    names: dict[str, object] = dict(HELPERS)
    exec(compile(source, name, "exec"), names)  # noqa: S102 - written by `generate`: positional names, all else bound
    linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
    return names["make"]


class Exact:
    """The programs of one evaluation, and the facts that they read."""

    def __init__(self, policies: Policies, shared: Shared, programs: Mapping[str, Program | None]) -> None:
        """Bind each policy's program, where there is one, to the readings and guides of an evaluation."""
        self._programs: dict[str, tuple[Program, tuple[Asked, ...]]] = {}
        for plan in policies.plans:
            program = programs[plan.id]
            if program is not None:
                functions = program.functions(shared.readings, frozenset(shared.guides), plan)
                self._programs[plan.id] = program, functions
        self._things = facts_as_plain(shared.facts, policies.vocabulary) if self._programs else {}

    def hull(self, row: Row) -> RowHull | None:
        """Return what a row says over all worlds, if all that it reads is given."""
        sentence, things = row.clause.plan.sentence, self._things
        program, functions = self._programs.get(sentence.policy, (None, ()))
        place, mode = (-1, 0) if program is None else program.modes.get(sentence.id, (-1, 0))
        if place < 0:
            return None
        thing = row.things[row.clause.plan.per.name]
        try:
            outcome = functions[place](things[""], things["enterprise"], things[thing.path])
        except KeyError:
            return None
        found = decided(_row_value(outcome, mode))
        row.says.know(found.root)
        return found


def _row_value(outcome: Outcome, mode: int) -> RowValue:
    if isinstance(outcome, int):
        return RowValue(Truth.of(outcome == REFUSED), FALSE, _NOTHING, ())
    least, most, bars = outcome
    return RowValue(TRUE, TRUE, _amount(least, most, mode), tuple(Truth.of(bar) for bar in bars))


_NOTHING: Final = Amount.exact(ZERO)


def _amount(least: int, most: int, mode: int) -> Amount:
    lo, hi = Fraction(least), Fraction(most)
    return Amount((lo, lo, hi, hi), NONE if least == most else DISCRETION, mode=mode)
