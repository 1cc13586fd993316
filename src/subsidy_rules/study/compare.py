"""Before and after: the same cases on two sides, award by award.

>>> from subsidy_rules import load_policies
>>> reform = Reform.of({"xian_30/equipment_renewal.cap": "3000万元"}, name="上限提高")
>>> found = compare("cases/", after=reform, by=["city", "fund"])          # doctest: +SKIP
>>> found.gainers, found.after.exact - found.before.exact                 # doctest: +SKIP

Two policies, two readings, two facts are compared alike: a side is a `Scenario`, or a part of one. `differences` gives
one case after the other and keeps none, so that a table of any length uses as much memory as its largest case;
`compare` adds them up. Sums keep their kinds apart (`tally`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import field
from fractions import Fraction
from functools import partial
from heapq import heappush, heappushpop
from typing import TYPE_CHECKING, Final, Literal, NamedTuple, TypeAlias

from subsidy_rules.award.model import Failed
from subsidy_rules.errors import CaseError, expect
from subsidy_rules.study.cases import Cases, cases_of
from subsidy_rules.study.groups import Groups
from subsidy_rules.study.reform import Changed, Reform
from subsidy_rules.study.side import AwardSide, CaseSide, Given, Scenario, Side, scenario_of
from subsidy_rules.study.tally import NOTHING, Tally
from subsidy_rules.values.classes import dataclass
from subsidy_rules.values.quantity import Infinity

if TYPE_CHECKING:
    from subsidy_rules.values.quantity import Currency

Verdict: TypeAlias = Literal["gains", "loses", "unchanged", "mixed"]
KEPT: Final = 10_000
LARGEST: Final = 10
ABSENT: Final = AwardSide("", "", "", "", "none", "", NOTHING)
"""The side of an award that there is none of."""


class AwardChange(NamedTuple):
    """One award on both sides. `least` and `most` are by how much its two ends move, in fen; None where one is open."""

    before: AwardSide
    after: AwardSide

    @property
    def id(self) -> str:
        """`policy/clause@object`."""
        return self.after.id or self.before.id

    @property
    def clause(self) -> str:
        """`policy/clause`."""
        return self.after.clause or self.before.clause

    @property
    def fund(self) -> str:
        """The fund that pays it."""
        return self.after.fund or self.before.fund

    @property
    def least(self) -> Fraction:
        """By how much its least figure moves."""
        return self.after.net.least - self.before.net.least

    @property
    def most(self) -> Fraction | None:
        """By how much its greatest figure moves; None where it has none on either side."""
        one, other = self.after.net.most, self.before.net.most
        return None if isinstance(one, Infinity) or isinstance(other, Infinity) else one - other

    @property
    def moves(self) -> bool:
        """Whether it is not the same on both sides."""
        return self.before.net != self.after.net or self.before.state != self.after.state

    @property
    def flips(self) -> bool:
        """Whether eligibility is not the same on both sides."""
        return self.before.state != self.after.state


class Flip(NamedTuple):
    """An award of which eligibility changes, and the conditions that fail where it is refused.

    `failed` is empty where the sentence is not about the thing on that side, or a fact or the law leaves it open.
    """

    case: str
    award: str
    clause: str
    before: str
    after: str
    failed: tuple[Failed, ...]


class CaseDifference(NamedTuple):
    """One case on both sides."""

    name: str
    before: CaseSide
    after: CaseSide
    awards: tuple[AwardChange, ...]

    @property
    def least(self) -> Fraction:
        """By how much the least total moves, in fen."""
        return self.after.total.least - self.before.total.least

    @property
    def most(self) -> Fraction:
        """By how much the greatest total moves, in fen; awards without an upper end are set aside."""
        return self.after.total.most - self.before.total.most

    @property
    def verdict(self) -> Verdict:
        """Whether it gains, loses, stays, or gains at one end and loses at the other."""
        opened = self.after.total.undetermined - self.before.total.undetermined
        ends = (self.least, self.most)
        if not opened and not any(ends):
            return "unchanged"
        if not opened and min(ends) >= 0:
            return "gains"
        if not opened and max(ends) <= 0:
            return "loses"
        return "mixed"

    def flips(self) -> Iterator[Flip]:
        """Return the awards of which eligibility changes, with why; the whole record of the case is made for that."""
        for one in self.awards:
            if one.flips:
                refusing = self.after if one.after.state == "none" else self.before
                rows = refusing.entitlement.not_eligible
                failed = next((row.failed for row in rows if row.id == one.id), ())
                yield Flip(self.name, one.id, one.clause, one.before.state, one.after.state, failed)


class Row(NamedTuple):
    """What is kept of a case: its name, its totals on both sides, the awards that move."""

    name: str
    verdict: Verdict
    before: Tally
    after: Tally
    awards: tuple[AwardChange, ...]
    keys: tuple[str, ...] = ()


@dataclass(slots=True)
class Group:
    """What cases or awards of one group come to on both sides."""

    before: Tally = field(default_factory=Tally)
    after: Tally = field(default_factory=Tally)
    count: int = 0
    gains: int = 0
    loses: int = 0
    mixed: int = 0
    capped_before: int = 0
    capped_after: int = 0

    def add(self, before: Tally, after: Tally, verdict: str) -> None:
        """Add a case or an award."""
        self.before, self.after = self.before.with_(before), self.after.with_(after)
        self.count += 1
        if verdict != "unchanged":
            setattr(self, verdict, getattr(self, verdict) + 1)

    @property
    def change(self) -> Tally:
        """After less before, kind by kind."""
        return self.after.less(self.before)


@dataclass(slots=True)
class Comparison:
    """What came of comparing cases. Amounts are in fen.

    `groups` has, for each key of `by`, its groups in the order in which they were met. `rows` are the cases that move,
    up to `kept` of them; `largest` the few that move most; `flips` the awards of which eligibility changes, as many.
    `rejected` are cases that could not be read, where they were not to be raised.
    """

    currency: Currency
    sides: tuple[Scenario, Scenario]
    changes: tuple[tuple[Reform, tuple[Changed, ...]], ...]
    stamps: tuple[tuple[tuple[str, str, str], ...], tuple[tuple[str, str, str], ...]]
    by: tuple[str, ...]
    kept: int
    whole: Group = field(default_factory=Group)
    clauses: dict[str, Group] = field(default_factory=dict)
    groups: dict[str, dict[str, Group]] = field(default_factory=dict)
    rows: list[Row] = field(default_factory=list)
    flips: list[Flip] = field(default_factory=list)
    flip_count: int = 0
    refusals: dict[tuple[str, str], int] = field(default_factory=dict)
    quick: int = 0
    rejected: list[tuple[str, CaseError]] = field(default_factory=list)
    citations: dict[str, str] = field(default_factory=dict)
    _heap: list[tuple[Fraction, int, Row]] = field(default_factory=list)

    @property
    def cases(self) -> int:
        """How many cases were compared."""
        return self.whole.count

    @property
    def before(self) -> Tally:
        """What all cases come to before."""
        return self.whole.before

    @property
    def after(self) -> Tally:
        """What all cases come to after."""
        return self.whole.after

    @property
    def change(self) -> Tally:
        """After less before, kind by kind."""
        return self.whole.change

    @property
    def gainers(self) -> int:
        """How many cases gain."""
        return self.whole.gains

    @property
    def losers(self) -> int:
        """How many cases lose."""
        return self.whole.loses

    @property
    def mixed(self) -> int:
        """How many cases gain at one end and lose at the other, or become or cease to be undetermined."""
        return self.whole.mixed

    @property
    def unchanged(self) -> int:
        """How many cases come to the same."""
        return self.cases - self.gainers - self.losers - self.mixed

    @property
    def largest(self) -> list[Row]:
        """The few cases that move most, the most first."""
        return [row for _, _, row in sorted(self._heap, key=lambda one: (-one[0], -one[1]))]

    def _repr_html_(self) -> str:
        """Show it in a notebook."""
        from subsidy_rules.study.told import to_html  # noqa: PLC0415 - what is told knows what it tells of

        return to_html(self)

    def add(self, one: CaseDifference, keys: Sequence[str], award_keys: Callable[[AwardChange], Sequence[str]]) -> None:
        """Count one case. `keys` are its groups (an empty text where a group is one of awards)."""
        verdict = one.verdict
        self.quick += one.before.quick and one.after.quick
        self.whole.add(one.before.total, one.after.total, verdict)
        for name, key in zip(self.by, keys, strict=True):
            if key:
                self.groups[name].setdefault(key, Group()).add(one.before.total, one.after.total, verdict)
        for award in one.awards:
            self._award(award, award_keys(award))
        moving = tuple(award for award in one.awards if award.moves)
        if moving or verdict != "unchanged":
            row = Row(one.name, verdict, one.before.total, one.after.total, moving, tuple(keys))
            if len(self.rows) < self.kept:
                self.rows.append(row)
            self._rank(max(abs(one.least), abs(one.most)), row)
        if any(award.flips for award in moving):
            for flip in one.flips():
                self._flip(flip)

    def _award(self, award: AwardChange, keys: Sequence[str]) -> None:
        before, after = Tally().plus(award.before.net), Tally().plus(award.after.net)
        change = (award.least, award.least if award.most is None else award.most)
        verdict = "unchanged" if not any(change) else "gains" if min(change) >= 0 else "loses"
        if verdict == "loses" and max(change) > 0:
            verdict = "mixed"
        places = [self.clauses.setdefault(award.clause, Group())]
        places += [self.groups[name].setdefault(key, Group()) for name, key in zip(self.by, keys, strict=True) if key]
        for group in places:
            group.add(before, after, verdict)
            group.capped_before += bool(award.before.capped)
            group.capped_after += bool(award.after.capped)

    def _flip(self, flip: Flip) -> None:
        self.flip_count += 1
        if len(self.flips) < self.kept:
            self.flips.append(flip)
        for failed in flip.failed:
            key = (flip.clause, failed.condition)
            self.refusals[key] = self.refusals.get(key, 0) + 1

    def _rank(self, moved: Fraction, row: Row) -> None:
        entry = (moved, -self.whole.count, row)
        if len(self._heap) < LARGEST:
            heappush(self._heap, entry)
        else:
            heappushpop(self._heap, entry)


def differences(
    cases: Cases,
    before: Given = None,
    after: Given = None,
    *,
    caps: bool = True,
    rejected: Callable[[str, CaseError], None] | None = None,
) -> Iterator[CaseDifference]:
    """Return each case on both sides, one after the other; none is kept.

    What `after` leaves out is as `before`. A case that can't be read is raised as `CaseError`, or given to `rejected`.
    """
    yield from _differences(cases, *_sides(before, after), caps=caps, rejected=rejected)


def _sides(before: Given, after: Given) -> tuple[Side, Side]:
    first = scenario_of(before, Scenario())
    second = scenario_of(after, first)
    return Side(first), Side(second)


def _differences(
    cases: Cases,
    before: Side,
    after: Side,
    *,
    caps: bool,
    rejected: Callable[[str, CaseError], None] | None,
) -> Iterator[CaseDifference]:
    for name, case in cases_of(cases):
        try:
            one, other = before.answer(case, caps=caps), after.answer(case, caps=caps)
        except CaseError as error:
            if rejected is None:
                raise
            rejected(name, error)
            continue
        ids = dict.fromkeys([*one.awards, *other.awards])
        changes = tuple(AwardChange(one.awards.get(id_, ABSENT), other.awards.get(id_, ABSENT)) for id_ in ids)
        yield CaseDifference(name, one, other, changes)


def compare(  # noqa: PLR0913 - each is an option of its own
    cases: Cases,
    before: Given = None,
    after: Given = None,
    *,
    by: Iterable[str] = (),
    keep: int = KEPT,
    caps: bool = True,
    skip: bool = False,
    progress: Callable[[int], None] | None = None,
) -> Comparison:
    """Compare cases before and after.

    `cases` are a `Case`, several, a data frame whose columns are paths of facts, or a path (a case file, JSON lines, a
    folder). A side is a `Scenario`, `Policies`, a `Reform` or several, or a mapping of readings to options; what
    `after` leaves out is as `before`, and `before` are the policies that ship, as they are. `by` are keys of groups:
    `policy`, `clause`, `fund`, `project` of awards; `city`, `industry`, `size`, or a path such as `enterprise.scale`,
    of cases; `project.nature` of the things that awards are for. At most `keep` cases that move are kept, all are
    counted. With `caps=False` it is not asked which caps bind, which is faster. With `skip` cases that are wrong are
    listed in `rejected` instead of raised. `progress` is told how many cases are done.

    Raises `CaseError`, `RuleError` and `UsageError` as `evaluate` and `Reform.apply` do.
    """
    expect(keep, int, "keep is how many cases are kept")
    first, second = _sides(before, after)
    names = tuple(by)
    groups = Groups(names, first.policies.vocabulary)
    found = Comparison(
        first.policies.vocabulary.currency,
        (first.scenario, second.scenario),
        _changes(first, second),
        (_stamp(first), _stamp(second)),
        names,
        keep,
        groups={name: {} for name in names},
        citations={**_places(first), **_places(second)},
    )
    rejected = (lambda name, error: found.rejected.append((name, error))) if skip else None
    for done, one in enumerate(_differences(cases, first, second, caps=caps, rejected=rejected), 1):
        facts = one.before.case.facts_of(first.policies.vocabulary)
        found.add(one, groups.of_case(facts), partial(groups.of_award, facts))
        if progress is not None:
            progress(done)
    return found


def _changes(first: Side, second: Side) -> tuple[tuple[Reform, tuple[Changed, ...]], ...]:
    """Return what each reform changed of what it was applied to."""
    made: list[tuple[Reform, tuple[Changed, ...]]] = []
    for side in (first, second):
        policies = side.start
        for reform in side.scenario.reforms:
            if all(reform is not known for known, _ in made):
                made.append((reform, reform.changes(policies)))
            policies = reform.apply(policies)
    return tuple(made)


def _stamp(side: Side) -> tuple[tuple[str, str, str], ...]:
    return tuple((plan.id, plan.source_sha256, plan.meaning_sha256) for plan in side.policies.plans)


def _places(side: Side) -> dict[str, str]:
    """Return where each sentence stands: `policy/clause` → document, path, number."""
    return {
        f"{plan.id}/{one.id}": f"{plan.header.document} {one.path}#{one.sentence}"
        for plan in side.policies.plans
        for one in plan.sentences
    }
