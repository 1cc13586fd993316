"""Whether the tests of a policy would notice: each figure, edge, date and exclusion nudged, the tests run against it.

    my_city: 130 changes: 118 noticed, 9 not, 3 equal
      my_city.yaml:31:5: growth: 20% → 21% (rate)

For each nudge of `nudges` the policy is compiled as it would be. Only tests that could tell are run: first those that
expect something of a sentence that has changed, until one fails; of the others, those in which what the sentence comes
to is not the same. What no test notices is tried at the break points that `bounds` finds, those of the policy and those
of the changed one: where an award differs at one of them, the change has survived, and that case would notice it; where
it differs at none, it is listed apart as equal there. A list beside the tests (`NAME.mutants.yaml`) says which have
been looked at, and why they may stay.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path
from typing import Final, Literal, TypeAlias, TypeVar

from subsidy_rules.author.bounds import Trials
from subsidy_rules.author.expected import Desk
from subsidy_rules.author.nudges import Nudge, louder, nudged, nudges
from subsidy_rules.author.suite import CaseTest, Suite
from subsidy_rules.author.trial import Outcome, evaluated, run_case
from subsidy_rules.award.evaluate import resolve_readings
from subsidy_rules.award.run import Run, passing
from subsidy_rules.errors import InputError, Lang, UsageError, path_to
from subsidy_rules.mechanisms import operations as op
from subsidy_rules.plan import ClausePlan, Policies, PolicyPlan, RulePlan
from subsidy_rules.policy.source import read_policy
from subsidy_rules.values import document as doc
from subsidy_rules.values.findings import Findings

__all__ = ["ENDING", "Fate", "Mutant", "Reviewed", "mutants", "reviewed_of", "reviews_beside"]

ENDING: Final = ".mutants.yaml"
_REVIEW: Final = ("at", "was", "becomes", "why")
Fate: TypeAlias = Literal["noticed", "survived", "equal", "refused"]
Told: TypeAlias = Callable[[int, int], None]
Part = TypeVar("Part")


@dataclass(frozen=True, slots=True)
class Mutant:
    """A nudge and what became of it: the test that notices it, or the case that would, at how many break points."""

    policy: str
    nudge: Nudge
    fate: Fate
    noticed_by: str = ""
    witness: str = ""
    points: int = 0
    reviewed: str = ""


@dataclass(frozen=True, slots=True)
class Reviewed:
    """A change that somebody has looked at and let stay, with the reason."""

    name: tuple[str, str, str]
    reason: str


@dataclass(slots=True)
class _Changed:
    """A policy as it would be: the changed sentences alone for what they come to, the whole for the tests."""

    plan: PolicyPlan
    clauses: frozenset[str]
    whole: bool
    rules: frozenset[str] = field(default_factory=frozenset)


def mutants(
    suite: Suite, outcomes: Sequence[Outcome], *, only: Iterable[str] = (), told: Told = lambda *_: None
) -> tuple[Mutant, ...]:
    """Return every nudge of a test file's policies, with its fate. `only` names the sentences that are nudged.

    `told` hears how many of how many are done. Raises `UsageError` where a test fails without any change, or where no
    sentence has a name in `only`.
    """
    failing = [one.test.id for one in outcomes if not one.passed]
    if failing:
        raise UsageError(f"'{suite.path}' fails without any change: {', '.join(failing[:3])}")
    names = set(only)
    found: list[tuple[Path, Nudge]] = []
    sources = {pack: read_policy(pack) for pack in suite.packs}
    for pack, source in sources.items():
        found += [(pack, one) for one in nudges(source) if not names or one.sentence in names]
    if names and not found:
        raise UsageError(f"no sentence '{', '.join(sorted(names))}' in {', '.join(one.name for one in suite.packs)}")
    desk = _Desk(suite, outcomes)
    made: list[Mutant] = []
    for done, (pack, nudge) in enumerate(found):
        told(done, len(found))
        base = suite.policies.plans[suite.packs.index(pack)]
        plan = nudged(sources[pack], nudge)
        fate = Mutant(base.id, nudge, "refused") if plan is None else desk.fate(base, plan, nudge)
        if fate.fate == "equal" and not any(desk.tells(base, one) for one in louder(sources[pack], nudge)):
            fate = replace(fate, fate="survived")  # no case comes there, so that none shows anything
        made.append(fate)
    told(len(found), len(found))
    return tuple(made)


class _Desk:
    """Runs the tests of a file against changed policies."""

    def __init__(self, suite: Suite, outcomes: Sequence[Outcome]) -> None:
        self.outcomes = outcomes
        self.trials = Trials(suite, outcomes)
        self.points: dict[tuple[str, str], list[tuple[str, CaseTest, object]]] = {}
        self.known: dict[tuple[str, frozenset[str], str], object] = {}
        self.parts: dict[tuple[str, frozenset[str]], PolicyPlan] = {}

    def fate(self, base: PolicyPlan, plan: PolicyPlan, nudge: Nudge) -> Mutant:
        changed = _changed(base, plan)
        with passing(changed.plan):
            noticed = self._noticed(base, changed)
            if noticed:
                return Mutant(base.id, nudge, "noticed", noticed)
            witness, points = self._witness(base, changed)
        # what meets nowhere is not shown equal by what each comes to alone
        shown = points and not witness and not changed.whole and not changed.rules
        return Mutant(base.id, nudge, "equal" if shown else "survived", "", witness, points)

    def tells(self, base: PolicyPlan, plan: PolicyPlan) -> bool:
        """Whether any of the cases in which a change was sought comes to where it is."""
        changed = _changed(base, plan)
        with passing(changed.plan):
            return bool(self._witness(base, changed)[0])

    def _noticed(self, base: PolicyPlan, changed: _Changed) -> str:
        """Return the first test that fails, of those that could."""
        tests = [one for one in self.outcomes if base.id in one.test.policies.by_id]
        named = [one for one in tests if _names(one, base.id, changed)]
        for one in named:
            if _fails(one.test, changed.plan):
                return one.test.id
        rest = [one for one in tests if one not in named]
        for one in rest:
            if (changed.whole or self._differs(base, changed, one.test)) and _fails(one.test, changed.plan):
                return one.test.id
        return ""

    def _differs(self, base: PolicyPlan, changed: _Changed, test: CaseTest) -> bool:
        """Whether what the changed sentences come to is not the same in a test, under any readings that it chooses."""
        if not changed.clauses:
            return False  # awards that a rule is about are named where they are
        part = _part(changed.plan, changed.clauses)
        return any(
            self._hulls(base, changed.clauses, test, readings) != _hulls_of(part, test, readings)
            for readings in (test.readings, *(one.readings for one in test.under))
        )

    def _hulls(self, base: PolicyPlan, clauses: frozenset[str], test: CaseTest, readings: Mapping[str, str]) -> object:
        key = (base.id, clauses, f"{test.id} {sorted(readings.items())} {id(test.case)}")
        if key not in self.known:
            named = (base.id, clauses)
            part = self.parts.get(named) or self.parts.setdefault(named, _part(base, clauses))
            self.known[key] = _hulls_of(part, test, readings)
        return self.known[key]

    def _witness(self, base: PolicyPlan, changed: _Changed) -> tuple[str, int]:
        """Return the break point at which the awards differ, if there is one, and how many were tried."""
        count = 0
        for said, test, before in self._cases(base, changed):
            count += 1
            if _awards(test, changed.plan) != before:
                return said, count
        return "", count

    def _cases(self, base: PolicyPlan, changed: _Changed) -> Iterator[tuple[str, CaseTest, object]]:
        """Yield the cases around the bounds of what has changed, and those with another choice in its conditions."""
        both = [{one.sentence.id: one for one in plan.clauses} for plan in (base, changed.plan)]
        for name in sorted(changed.clauses | changed.rules):
            before, after = (plan.get(name) for plan in both)
            if before is not None:
                yield from self._points(base, base, before)
            if after is not None:
                yield from self._points(base, changed.plan, after)
            if before is not None and after is not None and before is not after:
                for said, test in self.trials.choices(base, before, after):
                    yield said, test, _awards(test, base)
                for said, test in self._under_others(base, before):
                    yield said, test, _awards(test, base)

    def _under_others(self, base: PolicyPlan, clause: ClausePlan) -> Iterator[tuple[str, CaseTest]]:
        """Yield the tests in which a sentence is paid, under each other option of each reading that it rests on."""
        full = f"{base.id}/{clause.sentence.id}"
        for outcome in self.outcomes:
            one = outcome.evaluations[0].result
            if not any(f"{row.policy}/{row.clause}" == full for row in (*one.awards, *one.undecided)):
                continue
            taken = resolve_readings(outcome.test.policies, outcome.test.readings)
            for reading in sorted(clause.readings & taken.keys()):
                for option in outcome.test.policies.by_id[base.id].readings[reading].options:
                    if option != taken[reading]:
                        readings = {**outcome.test.readings, reading: option}
                        yield f"{outcome.test.id} under {reading}={option}", replace(outcome.test, readings=readings)

    def _points(self, base: PolicyPlan, plan: PolicyPlan, clause: ClausePlan) -> Iterable[tuple[str, CaseTest, object]]:
        """Return the break points of a sentence, with the awards of the policy as it is; its own are found once."""
        made = ((said, test, _awards(test, base)) for said, test in self.trials.around(plan, clause))
        if plan is not base:
            return made
        key = (base.id, clause.sentence.id)
        if key not in self.points:
            self.points[key] = list(made)
        return self.points[key]


def _changed(base: PolicyPlan, plan: PolicyPlan) -> _Changed:
    """Return a changed policy in which all that is as it was is the very same, constants by their old numbers."""
    numbers = {pair: place for place, pair in enumerate(base.constants)}
    for pair in plan.constants:
        numbers.setdefault(pair, len(numbers))

    def renumbered(node: op.Node) -> op.Node | None:
        if not isinstance(node, op.Constant):
            return None
        index = numbers[plan.constants[node.index]]
        return node if index == node.index else replace(node, index=index)

    def kept(old: Sequence[ClausePlan], new: Sequence[ClausePlan]) -> tuple[ClausePlan, ...]:
        before = {one.sentence.id: one for one in old}
        made = (op.rebuilt(one, renumbered) for one in new)
        return tuple(before[one.sentence.id] if before.get(one.sentence.id) == one else one for one in made)

    clauses, obligations = kept(base.clauses, plan.clauses), kept(base.obligations, plan.obligations)
    rules = tuple(_rule(one, renumbered) for one in plan.rules)
    same = {id(one) for one in (*base.clauses, *base.obligations)}
    odd = {one.sentence.id for one in (*clauses, *obligations) if id(one) not in same}
    moved = [one for one in (*base.rules, *rules) if one not in base.rules or one not in rules]
    vocabulary = base.vocabulary if base.vocabulary == plan.vocabulary else plan.vocabulary
    made = replace(
        plan,
        constants=tuple(numbers),
        clauses=clauses,
        obligations=obligations,
        rules=rules,
        vocabulary=vocabulary,
        parameters=base.parameters if base.parameters == plan.parameters else plan.parameters,
    )
    ruled = frozenset(name for rule in moved for name in (*rule.clauses, *rule.against))
    odd_duties = {one.sentence.id for one in obligations if id(one) not in same}
    whole = base.parameters != plan.parameters or bool(odd_duties) or not (odd or moved)
    return _Changed(made, frozenset(odd), whole, ruled)


def _rule(rule: RulePlan, change: Callable[[op.Node], op.Node | None]) -> RulePlan:
    """Return a rule between awards with constants of other numbers; its operations stand in mappings."""

    def moved(table: Mapping[str, Part]) -> dict[str, Part]:
        return {key: op.rebuilt(one, change) for key, one in table.items()}

    return replace(rule, by=moved(rule.by), cap=moved(rule.cap), when=moved(rule.when))


def _part(plan: PolicyPlan, clauses: frozenset[str]) -> PolicyPlan:
    """Return a policy of some sentences alone, without the rules between them."""
    return replace(
        plan, clauses=tuple(one for one in plan.clauses if one.sentence.id in clauses), obligations=(), rules=()
    )


def _with(policies: Policies, plan: PolicyPlan) -> Policies:
    plans = tuple(plan if one.id == plan.id else one for one in policies.plans)
    return Policies(plans, policies.vocabulary, {one.id: one for one in plans})


def _hulls_of(part: PolicyPlan, test: CaseTest, readings: Mapping[str, str]) -> object:
    """Return what sentences come to in a case, one by one."""
    policies = Policies((part,), test.policies.vocabulary, {part.id: part})
    chosen = resolve_readings(test.policies, readings)
    with passing(part):
        run = Run(test.case, policies, test.case.facts_of(test.policies.vocabulary), chosen, test.guides)
        found = run.compute()
    return [
        (row.id, hull.selected, hull.eligible, hull.amount, hull.gated, hull.needs)
        for row, hull in zip(found.rows, found.hulls, strict=True)
    ]


def _fails(test: CaseTest, plan: PolicyPlan) -> bool:
    """Whether a test fails against a changed policy; one that can't be evaluated any more fails too."""
    try:
        return not run_case(replace(test, policies=_with(test.policies, plan))).passed
    except (InputError, UsageError):
        return True


def _awards(test: CaseTest, plan: PolicyPlan) -> object:
    """Return what a case comes to: its awards and totals, and no words."""
    found = evaluated(replace(test, policies=_with(test.policies, plan)), test.readings).result
    rows = [
        (name, one.id, one.status, one.kind, one.amount, one.gated, one.net, one.needs, one.payers)
        for name, listed in (("awards", found.awards), ("undecided", found.undecided))
        for one in listed
    ]
    totals = found.total.possible, found.total.decided, found.total.open_ended
    return rows, totals, found.obligations, found.adjustments, found.instalments


def _names(outcome: Outcome, policy: str, changed: _Changed) -> bool:
    """Whether a test expects something of a changed sentence, or of one that a changed rule is about."""
    if changed.whole:
        return True
    wanted = (outcome.test.expected, *(one.expected for one in outcome.test.under))
    rows = {row.partition("@")[0] for one in wanted for row in one.rows}
    return not rows.isdisjoint(f"{policy}/{name}" for name in changed.clauses | changed.rules)


# the list of those that have been looked at


def reviews_beside(suite: Suite) -> Path:
    """Return where the list stands of changes that may go unnoticed."""
    name = suite.path.name
    stem = name.removesuffix(".tests.yaml") if name.endswith(".tests.yaml") else suite.path.stem
    return suite.path.with_name(stem + ENDING)


def reviewed_of(path: Path) -> tuple[Reviewed, ...]:
    """Read the list of changes that have been looked at. Raises `InputError` with every problem of it."""
    document = doc.read(path)
    desk = Desk(Findings(document))
    entries = desk.entries(document.root, "", ("mutants", "reviewed"), ("mutants", "reviewed"))
    made = []
    for at, node in enumerate(desk.findings.items(entries["reviewed"], "reviewed") if "reviewed" in entries else ()):
        here = path_to("reviewed", at)
        parts = desk.entries(node, here, _REVIEW, _REVIEW)
        texts = {key: desk.word(value, path_to(here, key)).value for key, value in parts.items()}
        made.append(
            Reviewed((texts.get("at", ""), texts.get("was", ""), texts.get("becomes", "")), texts.get("why", ""))
        )
    if "mutants" in entries and desk.word(entries["mutants"], "mutants").value != "1":
        said = "this library reads mutants: 1", "本库只读取 mutants: 1"
        desk.findings.add("bad-version", entries["mutants"], "mutants", *said)
    desk.findings.raise_as(InputError)
    return tuple(made)


def with_reviews(found: Sequence[Mutant], reviews: Sequence[Reviewed]) -> Iterator[Mutant]:
    """Yield the mutants, those that have been looked at with the reason."""
    known = {one.name: one.reason for one in reviews}
    for one in found:
        yield replace(one, reviewed=known.get(one.nudge.name, ""))


def share(found: Sequence[Mutant]) -> Fraction:
    """Return which part of the changes that the language takes is noticed, of those not shown equal."""
    counted = [one for one in found if one.fate in ("noticed", "survived")]
    return Fraction(sum(one.fate == "noticed" for one in counted), len(counted) or 1)


# what is said


_KINDS: Final = {
    "figure": ("数字", "figure"),
    "date": ("日期", "date"),
    "edge": ("分档界限", "edge"),
    "inclusive": ("是否含本数", "inclusive"),
    "exclusion": ("条件或排除", "condition or exclusion"),
}


def say(policies: str, found: Sequence[Mutant], stale: Sequence[Reviewed], lang: Lang) -> Iterator[str]:
    """Say what became of the changes: the counts, then what was noticed by no test, with place, change and words."""
    zh = lang == "zh"
    counts = {fate: sum(one.fate == fate for one in found) for fate in ("noticed", "survived", "equal", "refused")}
    seen = sum(one.fate in ("survived", "equal") and bool(one.reviewed) for one in found)
    if zh:
        yield (
            f"{policies}：改动 {len(found)} 处：测试发现 {counts['noticed']}，未发现 {counts['survived']}，"
            f"断点上相等 {counts['equal']}，语言拒绝 {counts['refused']}；已复核 {seen}"
        )
    else:
        yield (
            f"{policies}: {len(found)} changes: {counts['noticed']} noticed, {counts['survived']} survived, "
            f"{counts['equal']} equal at all break points, {counts['refused']} refused; {seen} reviewed"
        )
    for fate, head in (
        ("survived", ("未发现：", "survived:")),
        ("equal", ("断点上相等：", "equal at all break points:")),
    ):
        listed = [one for one in found if one.fate == fate and not one.reviewed]
        if listed:
            yield f"  {head[0 if zh else 1]}"
        for one in listed:
            yield from (f"  {line}" for line in _said(one, zh=zh))
    said = "清单中的这一项不再需要" if zh else "listed, and no longer needed"
    for listed_one in stale:
        path, before, after = listed_one.name
        yield f"  {said}: {path}: {before} → {after or '×'}"


def _said(one: Mutant, *, zh: bool) -> Iterator[str]:
    nudge = one.nudge
    gone = "删去" if zh else "taken away"
    kind = _KINDS[nudge.kind][0 if zh else 1]
    yield f"{nudge.place}: {nudge.path}: {nudge.before} → {nudge.after or gone} ({kind})"
    if nudge.quote:
        yield f"  {nudge.quote}"
    if one.witness:
        yield f"  {'可由此发现' if zh else 'would notice'}: {one.witness}"
    elif one.fate == "survived":
        yield f"  {'没有案例涉及此处' if zh else 'no case comes to it'}"
    elif one.fate == "equal":
        yield f"  {f'{one.points} 个断点' if zh else f'{one.points} break points'}"


def left_over(found: Sequence[Mutant], reviews: Sequence[Reviewed]) -> tuple[Reviewed, ...]:
    """Return what a list names that no longer goes unnoticed."""
    unnoticed = {one.nudge.name for one in found if one.fate in ("survived", "equal")}
    return tuple(one for one in reviews if one.name not in unnoticed)
