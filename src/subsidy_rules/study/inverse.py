"""Inverse questions: what would have to be otherwise for a sentence to apply, and by how little.

`least_change` moves one number over a range and gives the nearest place at which the sentence applies. `nearest` looks
for the fewest facts that have to be otherwise, and gives every set of so many. Both answer with evaluations of changed
cases, so each answer is one that was seen to apply; nothing is inferred from the text of a clause. How far they looked
is part of the answer: `untried` names facts that have no list of what they may say (a place, a text) and lists to which
a thing would have to be added. `questions` puts the open facts of a case first that narrow its total most.

>>> from subsidy_rules import Case
>>> case = Case.from_text('''
... case: 1
... decision_date: 2025-09-01
... enterprise: {type: enterprise, place: "610113", on_air_relocation_plan: false, air_relocation_completed: true}
... projects: []
... assume_none: [titles, grants, loans, products, services, stations, earlier_awards]
... ''')
>>> found = nearest(case, "xian_30/air_relocation")                              # doctest: +SKIP
>>> [(one.path, one.before, one.after) for one in found.answers[0]]             # doctest: +SKIP
[('enterprise.on_air_relocation_plan', 'false', 'true')]
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Final, NamedTuple

from subsidy_rules.award.model import Entitlement, Failed, Json, NotEligible
from subsidy_rules.award.phrases import cite_all
from subsidy_rules.errors import CaseError, UsageError, suggest
from subsidy_rules.facts.case import Case, Members
from subsidy_rules.facts.vocabulary import FieldSpec
from subsidy_rules.mechanisms import operations as op
from subsidy_rules.study.cases import NUMBERS, fact_at, with_facts, written
from subsidy_rules.study.shapes import Value
from subsidy_rules.study.side import Scenario, Side
from subsidy_rules.study.sweep import LimitError, Walk, number_at, range_of, unit_of
from subsidy_rules.values.amount import Amount
from subsidy_rules.values.quantity import Currency

MOST: Final = 2000
"""How often a case is evaluated at most."""
DEEP: Final = 3
"""How many facts are changed together at most, unless another number is given."""
FAR: Final = 2**48
"""How many units from where it stands a number is tried at most."""
LAST_DAY: Final = Fraction(date.max.toordinal())


@dataclass(frozen=True, slots=True)
class Change:
    """One fact that would have to be otherwise: as the case writes it before and after (empty where it is not given).

    `label` is in Chinese and English; `condition` what it makes hold, `clause` where that stands (zh, en).
    """

    path: str
    label: tuple[str, str]
    before: str
    after: str
    condition: str
    clause: tuple[str, str]

    def as_json(self) -> dict[str, Json]:
        """Write it with its keys in order."""
        made: dict[str, Json] = {"path": self.path, "before": self.before, "after": self.after}
        return {**made, "condition": self.condition, "clause": self.clause[0]}


@dataclass(frozen=True, slots=True)
class Nearest:
    """Every set of fewest facts that makes a sentence apply; none where it applies already, or no set was found.

    `applies` says that it does as the case stands. `size` is how many facts an answer changes. `untried` are facts and
    lists that were not changed, `complete` that no limit of evaluations or of facts (`deep`) was met.
    """

    award: str
    applies: bool
    answers: tuple[tuple[Change, ...], ...]
    untried: tuple[str, ...]
    evaluations: int
    deep: int
    complete: bool

    @property
    def size(self) -> int | None:
        """How many facts each answer changes; None where there is none."""
        return len(self.answers[0]) if self.answers else None

    def as_json(self) -> dict[str, Json]:
        """Write it with its keys in order."""
        return {
            "schema": "subsidy-rules/nearest/1",
            "award": self.award,
            "applies": self.applies,
            "answers": [[one.as_json() for one in answer] for answer in self.answers],
            "untried": list(self.untried),
            "deep": self.deep,
            "complete": self.complete,
        }

    def _repr_html_(self) -> str:
        """Show it in a notebook."""
        from subsidy_rules.study.told_inverse import to_html  # noqa: PLC0415 - what is told knows what it tells of

        return to_html(self)


@dataclass(frozen=True, slots=True)
class Least:
    """The nearest place of a number at which a sentence applies, and how far that is; both None where it does nowhere.

    `nearest` is in units of the fact, as `now` is (None where the case gives no one value).
    """

    award: str
    path: str
    spec: FieldSpec
    now: Fraction | None
    nearest: Fraction | None
    currency: Currency
    evaluations: int
    complete: bool

    @property
    def by(self) -> Fraction | None:
        """By how much the fact would have to be more, or less; None where there is no one value, or no place."""
        return None if self.now is None or self.nearest is None else self.nearest - self.now

    def as_json(self) -> dict[str, Json]:
        """Write it: places as a case reads them."""
        places = {"now": self.now, "nearest": self.nearest}
        made = {key: None if at is None else written(self.spec, at, self.currency) for key, at in places.items()}
        head: dict[str, Json] = {"schema": "subsidy-rules/least/1", "award": self.award, "path": self.path}
        return {**head, **made, "complete": self.complete}

    def _repr_html_(self) -> str:
        """Show it in a notebook."""
        from subsidy_rules.study.told_inverse import to_html  # noqa: PLC0415 - what is told knows what it tells of

        return to_html(self)


def least_change(case: Case, path: str, over: str, award: str, scenario: Scenario | None = None) -> Least:
    """Find the place of one number, within `LOW..HIGH` and nearest to where it stands, at which a sentence applies.

    `award` is `policy/clause` or, of one thing, `policy/clause@thing`. Where the case gives no one value, the least
    place is found. The place is exact to one unit among the pieces that a sweep finds. Raises `UsageError` as `sweep`
    does, and for a sentence that there is not; `CaseError` as `evaluate`.
    """
    side = Side(scenario or Scenario())
    case = side.given(case)
    check_award(award, side)
    spec = number_at(case, path, side)
    walk = Walk(case, path, spec, side, *range_of(over, spec, side))
    now, complete = _number(case, path, side), True
    try:
        walk.search()
    except LimitError:
        complete = False
    found = [walk.place(at) for at, values in walk.known.items() if _pays(values, award)]
    if now is not None and _standing(side.evaluate(case), award).applies:
        found = [now]
    best = min(found, key=lambda at: (at if now is None else abs(at - now), at), default=None)
    return Least(award, path, spec, now, best, walk.currency, walk.evaluations, complete)


def _pays(values: Mapping[str, Value], award: str) -> bool:
    return any(
        is_of(name, award) and one.shape[0] == "awards" and one.shape[1] != "barred" for name, one in values.items()
    )


def nearest(case: Case, award: str, scenario: Scenario | None = None, *, deep: int = DEEP, most: int = MOST) -> Nearest:
    """Find the fewest facts of a case that have to be otherwise for a sentence to apply: every set of so many.

    A yes or no, a member of a list of values and one more or less of several are tried one by one; a number at the
    nearest place at which a failed condition holds, up and down. At most `deep` facts change together and `most`
    evaluations are made. Raises `UsageError` for a sentence that there is not, `CaseError` where the case is wrong.
    """
    side = Side(scenario or Scenario())
    case = side.given(case)
    check_award(award, side)
    return _Search(case, award, side, deep=deep, most=most).found()


def check_award(award: str, side: Side) -> None:
    """Raise `UsageError` where no loaded policy has a sentence of this name."""
    clause = award.partition("@")[0]
    known = [f"{plan.id}/{one.sentence.id}" for plan in side.policies.plans for one in plan.clauses]
    known += [
        f"{plan.id}/{part.sentence.id}" for plan in side.policies.plans for one in plan.clauses for part in one.parts
    ]
    if clause not in known:
        near = suggest(clause, known)
        if near is not None:
            raise UsageError(f"no sentence '{clause}' gives anything; did you mean '{near}'?")
        raise UsageError(f"no sentence '{clause}' gives anything")


def is_of(name: str, award: str) -> bool:
    """Whether a row of a result is of this award, or of this sentence for any thing."""
    return name == award or name.startswith(f"{award}@")


class _Stand(NamedTuple):
    """How a sentence stands: whether it applies, else what fails or is not given, each with where it stands."""

    applies: bool
    failed: tuple[tuple[Failed, tuple[str, str]], ...] = ()
    needs: tuple[str, ...] = ()

    @property
    def conditions(self) -> frozenset[tuple[str, str]]:
        return frozenset((one.condition, one.fact) for one, _ in self.failed)


def _standing(found: Entitlement, award: str) -> _Stand:
    if any(is_of(one.id, award) and one.status != "barred" for one in found.awards):
        return _Stand(applies=True)
    needs = dict.fromkeys(path for one in found.undecided if is_of(one.id, award) for path in one.needs)
    clause = award.partition("@")[0]
    rows = [one for one in found.not_eligible if is_of(one.id, award) or one.id == clause]
    failed = tuple((fail, _cited(row)) for row in rows for fail in row.failed)
    return _Stand(applies=False, failed=failed, needs=tuple(needs))


def _cited(row: NotEligible) -> tuple[str, str]:
    return cite_all(list(row.citations), "zh"), cite_all(list(row.citations), "en")


class _StopError(Exception):
    """The case was evaluated as often as it may be."""


class _Search:
    """One search for the fewest facts, level by level: a level changes one fact more."""

    def __init__(self, case: Case, award: str, side: Side, *, deep: int, most: int) -> None:
        self.case, self.award, self.side, self.deep, self.most = case, award, side, deep, most
        self.vocabulary = side.policies.vocabulary
        self.known: dict[frozenset[tuple[str, str]], _Stand | None] = {}
        self.untried: dict[str, None] = {}
        self.evaluations = 0

    def found(self) -> Nearest:
        """Search level by level until one level has an answer."""
        start = self.stand({})
        if start is None or start.applies:
            return self.made(answers=(), applies=True, complete=True)
        level: list[dict[str, object]] = [{}]
        answers: list[tuple[Change, ...]] = []
        try:
            for _ in range(self.deep):
                following: dict[frozenset[tuple[str, str]], dict[str, object]] = {}
                for facts in level:
                    for more in self.branches(facts):
                        stand = self.stand(more)
                        if stand is None:
                            continue
                        if stand.applies:
                            answers.append(self.told(more))
                        else:
                            following[_key(more)] = more
                if answers:
                    return self.made(answers=tuple(dict.fromkeys(answers)), applies=False, complete=True)
                level = list(following.values())
        except _StopError:
            return self.made(answers=tuple(dict.fromkeys(answers)), applies=False, complete=False)
        return self.made(answers=(), applies=False, complete=not level)

    def made(self, *, answers: tuple[tuple[Change, ...], ...], applies: bool, complete: bool) -> Nearest:
        ordered = tuple(sorted(answers, key=lambda one: [change.path for change in one]))
        return Nearest(self.award, applies, ordered, tuple(self.untried), self.evaluations, self.deep, complete)

    def stand(self, facts: Mapping[str, object]) -> _Stand | None:
        """Return how the sentence stands with these facts; None where the rest of the case contradicts them."""
        key = _key(facts)
        if key not in self.known:
            if self.evaluations >= self.most:
                raise _StopError
            self.evaluations += 1
            try:
                self.known[key] = _standing(self.side.evaluate(with_facts(self.case, facts)), self.award)
            except CaseError:
                if not facts:
                    raise
                self.known[key] = None
        return self.known[key]

    def branches(self, facts: dict[str, object]) -> Iterator[dict[str, object]]:
        """Give what one fact more may be, of those that a condition in the way reads.

        Each condition in the way has to be mended by a fact that it reads, so that it is enough to take those of one;
        where things of a list are in question, or facts are not given, those of all.
        """
        stand = self.stand(facts)
        if stand is None:
            return
        by_condition: dict[str, dict[str, None]] = {}
        of_list = False
        for fail, _ in stand.failed:
            of_list = of_list or fail.role == "items"
            for path in fail.fact.split(" ") if fail.fact else ():
                by_condition.setdefault(fail.condition, {})[path] = None
        groups = [list(one) for one in by_condition.values()]
        if stand.needs:
            groups.append(list(stand.needs))
        every = dict.fromkeys(path for group in groups for path in group)
        if not groups:  # the law leaves it open: whatever the sentence reads may settle that
            every = dict.fromkeys(self.reads())
        paths = list(every) if of_list or stand.needs or not groups else min(groups, key=len)
        for path in paths:
            if path not in facts:
                for value in self.values(path, facts, stand):
                    yield {**facts, path: value}

    def reads(self) -> Iterator[str]:
        """Give the paths of what the conditions and the event of the sentence read of the things of the case."""
        clause = self.award.partition("@")[0]
        things = self.case.facts_of(self.vocabulary)
        for plan in self.side.policies.plans:
            for one in plan.clauses:
                if f"{plan.id}/{one.sentence.id}" == clause:
                    nodes = [*(gate.truth for gate in one.gates), *([] if one.event is None else [one.event])]
                    facts = {
                        (part.spec.entity, part.spec.name)
                        for node in nodes
                        for part in op.walk(node)
                        if isinstance(part, op.Fact)
                    }
                    for thing in things.paths.values():
                        yield from (thing.fact_path(name) for entity, name in sorted(facts) if entity == thing.entity)

    def values(self, path: str, facts: Mapping[str, object], stand: _Stand) -> Iterator[object]:
        """Give what a fact may say instead; of a number, the nearest places at which what fails no longer fails."""
        if path.startswith("reading."):
            return
        at = fact_at(self.case, path, self.vocabulary)
        if at is None:
            self.untried[path] = None
            return
        thing, spec = at
        now = thing.values.get(spec.name)
        if spec.type == "bool":
            yield from (text for text, truth in (("true", True), ("false", False)) if now is not truth)
        elif spec.type == "enum":
            yield from (name for name in spec.members if name != now)
        elif spec.type == "set":
            names = sorted(now.names) if isinstance(now, Members) else []
            yield from ([*names, name] for name in spec.members if name not in names)
            yield from ([one for one in names if one != name] for name in names)
        elif spec.type in NUMBERS:
            yield from self.numbers(path, spec, facts, stand)
        else:
            self.untried[path] = None

    def numbers(self, path: str, spec: FieldSpec, facts: Mapping[str, object], stand: _Stand) -> Iterator[str]:
        """Give the nearest numbers, down and up, at which something that fails, or is not given, no longer does."""
        unit, currency = unit_of(spec), self.vocabulary.currency
        printed = self.printed(spec)
        now = _number(self.case, path, self.side)
        if now is None:
            yield from (written(spec, at, currency) for at in self.inside(spec, printed))
            return

        def left(step: int) -> frozenset[tuple[str, str]] | None:
            """Return what still fails of what failed; None where the sentence applies."""
            found = self.stand({**facts, path: written(spec, now + step * unit, currency)})
            if found is None:
                return stand.conditions
            return None if found.applies else stand.conditions & found.conditions

        for sign in (-1, 1):
            steps = sorted({*(2**power for power in range(FAR.bit_length())), *self.steps(printed, now, unit, sign)})
            failing: frozenset[tuple[str, str]] | None = stand.conditions
            last = 0
            for far in steps:
                if not self.inside(spec, [now + sign * far * unit]):
                    break
                if _mends(failing, left(sign * far)):
                    low, high = last, far
                    while high - low > 1:
                        middle = (low + high) // 2
                        low, high = (low, middle) if _mends(failing, left(sign * middle)) else (middle, high)
                    yield written(spec, now + sign * high * unit, currency)
                    failing = left(sign * high)
                    if failing is None:
                        break
                last = far

    def printed(self, spec: FieldSpec) -> list[Fraction]:
        """Return the numbers of a field's type that the policies print, with their neighbours."""
        unit = unit_of(spec)
        values = {
            value
            for plan in self.side.policies.plans
            for value, type_ in plan.constants
            if type_.partition(" ")[0] == spec.type
        }
        return sorted({value + step * unit for value in values for step in (-1, 0, 1)})

    @staticmethod
    def steps(printed: Iterable[Fraction], now: Fraction, unit: Fraction, sign: int) -> Iterator[int]:
        for value in printed:
            step = (value - now) * sign / unit
            if step >= 1:
                yield int(step)

    @staticmethod
    def inside(spec: FieldSpec, places: Iterable[Fraction]) -> list[Fraction]:
        """Return those places that a fact may say."""
        floor = Fraction(0) if spec.lowest is None and not (spec.type == "ratio" and spec.signed) else spec.lowest
        if spec.type == "date":
            floor = Fraction(1) if spec.lowest is None else spec.lowest
        top = LAST_DAY if spec.type == "date" and spec.highest is None else spec.highest
        return [at for at in places if (floor is None or at >= floor) and (top is None or at <= top)]

    def told(self, facts: Mapping[str, object]) -> tuple[Change, ...]:
        """Say a set of facts: each with the condition in the way that reads it, as the case stands before."""
        made: list[Change] = []
        before: dict[str, object] = {}
        for path, value in facts.items():
            stand = self.stand(before)
            reads = [(one, clause) for one, clause in (stand.failed if stand else ()) if path in one.fact.split(" ")]
            condition, clause = (reads[0][0].condition, reads[0][1]) if reads else ("", ("", ""))
            at = fact_at(self.case, path, self.vocabulary)
            spec = None if at is None else at[1]
            label = ("", "") if spec is None else (spec.zh or spec.name, spec.en or spec.name)
            now = "" if at is None else _written(at[0].values.get(at[1].name), at[1], self.vocabulary.currency)
            made.append(
                Change(path, label, now, ", ".join(value) if isinstance(value, list) else str(value), condition, clause)
            )
            before[path] = value
        return tuple(sorted(made, key=lambda one: one.path))


def _mends(failing: frozenset[tuple[str, str]] | None, left: frozenset[tuple[str, str]] | None) -> bool:
    """Whether fewer conditions fail; None stands for a sentence that applies."""
    return failing is not None and (left is None or left < failing)


def _key(facts: Mapping[str, object]) -> frozenset[tuple[str, str]]:
    return frozenset((path, str(value)) for path, value in facts.items())


def _number(case: Case, path: str, side: Side) -> Fraction | None:
    """Return the one number that a case gives, or None."""
    at = fact_at(case, path, side.policies.vocabulary)
    given = None if at is None else at[0].values.get(at[1].name)
    one = given.minimum if isinstance(given, Amount) and given.minimum == given.maximum else None
    return one if isinstance(one, Fraction) else None


def _written(given: object, spec: FieldSpec, currency: Currency) -> str:
    """Write what a case says; nothing where it doesn't."""
    if isinstance(given, bool):
        return "true" if given else "false"
    if isinstance(given, Members):
        return ", ".join(sorted(given.names))
    if isinstance(given, Amount):
        ends = [one for one in (given.minimum, given.maximum) if isinstance(one, Fraction)]
        return " … ".join(dict.fromkeys(written(spec, one, currency) for one in ends))
    return "" if given is None else str(given)
