"""What of a policy its tests reach: sentences, tiers and rows, exceptions, caps, rules between awards, readings.

    my_city: 31 of 34 reached (91%)
      sentences   16 of 19
      ...
      not reached:
      my_city.yaml:97:3: smart_factory: refused

A sentence counts three times: paid (awarded, or obliged to), refused, open (a fact is missing, or the law is).
A branch counts where it alone was taken in an award; a cap or a floor where it changed the amount; a rule where it
decided; an option of a reading where it was chosen in a case for which a sentence that reads it had something to say.

Everything is read from the records of the evaluations that were tested. The steps of each award are walked once more,
in the case as it is, as the trace walks them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Final, TypeAlias

from subsidy_rules.author.suite import Suite
from subsidy_rules.author.trial import Evaluated, Outcome
from subsidy_rules.award.engine import Context, chosen_option, number, things_of, truth_of_plan
from subsidy_rules.award.model import Both
from subsidy_rules.award.required import Requirements
from subsidy_rules.award.rows import Row
from subsidy_rules.award.trace import BINDING
from subsidy_rules.errors import Lang, Place
from subsidy_rules.mechanisms import operations as op
from subsidy_rules.mechanisms.rate import RateBound
from subsidy_rules.mechanisms.step import NOTHING, Loc, Lowered, Step, Table
from subsidy_rules.mechanisms.tiers import Tiers
from subsidy_rules.mechanisms.words import Add, Each
from subsidy_rules.plan import ClausePlan, PolicyPlan
from subsidy_rules.policy.model import Clause, TableSentence
from subsidy_rules.policy.source import RuleSource, node_at, read_policy
from subsidy_rules.values.amount import Amount

KINDS: Final[dict[str, Both]] = {
    "sentence": ("句子", "sentences"),
    "branch": ("分档、表行、分支", "tiers, rows, branches"),
    "exception": ("例外", "exceptions"),
    "cap": ("上限、下限", "caps and floors"),
    "rule": ("奖补之间的规则", "rules between awards"),
    "reading": ("解读的选项", "options of readings"),
}
STATES: Final[dict[str, Both]] = {
    "paid": ("给付", "paid"),
    "refused": ("不给付", "refused"),
    "open": ("未定", "open"),
    "taken": ("适用", "taken"),
    "not_taken": ("不适用", "not taken"),
}
_OTHERWISE: Final[Both] = ("其他情形", "otherwise")
_BINDS: Final[Both] = ("起作用", "binds")
_BAND: Final = "b"
_PART: Final = "p"

Key: TypeAlias = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Point:
    """One thing that a test may reach: of which kind, where it stands, what it is."""

    kind: str
    key: Key
    place: Place
    said: Both


@dataclass(frozen=True, slots=True)
class Covered:
    """What the tests reach of one policy."""

    policy: str
    points: tuple[Point, ...]
    reached: frozenset[Key]

    @property
    def missed(self) -> tuple[Point, ...]:
        """What no test reaches, in the order of the file."""
        left = (one for one in self.points if one.key not in self.reached)
        return tuple(sorted(left, key=lambda one: (one.place.line, one.place.col)))

    @property
    def share(self) -> Fraction:
        """The part that is reached; all of it where there is nothing to reach."""
        return 1 - Fraction(len(self.missed), len(self.points)) if self.points else Fraction(1)

    @property
    def percent(self) -> str:
        """The part that is reached in whole percent, never rounded up."""
        return f"{int(self.share * 100)}%"


def cover(ran: Sequence[tuple[Suite, Sequence[Outcome]]]) -> list[Covered]:
    """Return what each policy's tests reach: the policies that the test files name, each once."""
    plans = {pack: plan for suite, _ in ran for pack, plan in zip(suite.packs, suite.policies.plans, strict=True)}
    reached: dict[str, set[Key]] = {}
    for _, outcomes in ran:
        for outcome in outcomes:
            for one in outcome.evaluations:
                for policy, key in _reached(one):
                    reached.setdefault(policy, set()).add(key)
    return [_covered(pack, plan, reached.get(plan.id, set())) for pack, plan in plans.items()]


def _covered(pack: Path, plan: PolicyPlan, reached: set[Key]) -> Covered:
    return Covered(plan.id, tuple(_points(plan, read_policy(pack), pack)), frozenset(reached))


def say(one: Covered, lang: Lang) -> str:
    """Say what is reached of each kind, and list what is not."""
    at = 0 if lang == "zh" else 1
    left = {point.key for point in one.missed}
    count, every = len(one.points) - len(left), len(one.points)
    of = "，共" if lang == "zh" else " of "
    head = f"{one.policy}：覆盖 {count}{of} {every}（{one.percent}）" if lang == "zh" else ""
    lines = [head or f"{one.policy}: {count}{of}{every} reached ({one.percent})"]
    for kind, name in KINDS.items():
        own = [point for point in one.points if point.kind == kind]
        if own:
            hit = sum(point.key not in left for point in own)
            lines.append(f"  {name[at]}{'：' if lang == 'zh' else ': '}{hit}{'/' if lang == 'zh' else of}{len(own)}")
    if left:
        lines.append("  没有案例的：" if lang == "zh" else "  not reached:")
        lines += [f"  {point.place}: {point.said[at]}" for point in one.missed]
    return "\n".join(lines) + "\n"


# what there is to reach


def _points(plan: PolicyPlan, source: RuleSource, pack: Path) -> Iterator[Point]:
    """Yield the points of a policy."""

    def place(*loc: str | int) -> Place:
        found = node_at(source.document, loc)[0].place
        return Place(str(pack), found.line, found.col)

    at = {clause.id: ("clauses", index) for index, clause in enumerate(source.file.clauses)}
    for clause in (*plan.clauses, *plan.obligations):
        home: Loc = at[clause.sentence.id]
        rows = [(row.sentence.id, (*home, "rows", index)) for index, row in enumerate(clause.rows)]
        for name, loc in rows or [(clause.sentence.id, home)]:
            for state in ("paid", "refused", "open"):
                yield _point("sentence", (name, state), place(*loc), name, STATES[state])
        for replacing in clause.replacements:
            name = replacing.sentence.id
            for state in ("taken", "not_taken"):
                yield _point("exception", (name, state), place(*at[name]), name, STATES[state])
        for branch in _branches(plan, clause, source.file.clauses[int(home[1])], home):
            yield _point(branch.kind, branch.key, place(*branch.loc), clause.sentence.id, branch.said)
    for index, rule in enumerate(source.file.cumulation):
        yield Point("rule", ("rule", rule.id), place("cumulation", index), (f"规则 {rule.id}", f"rule {rule.id}"))
    for name, reading in source.file.readings.items():
        for option in reading.options:
            said = (f"解读 {name}={option}", f"reading {name}={option}")
            yield Point("reading", ("reading", name, option), place("readings", name, "options", option), said)


def _point(kind: str, key: Key, place: Place, name: str, said: Both) -> Point:
    return Point(kind, (kind, *key), place, (f"{name}：{said[0]}", f"{name}: {said[1]}"))


@dataclass(frozen=True, slots=True)
class _Branch:
    """A way that a step may go: its key, where it stands, what it is."""

    kind: str
    key: Key
    loc: Loc
    said: Both


def _branches(plan: PolicyPlan, clause: ClausePlan, model: Clause, home: Loc) -> Iterator[_Branch]:
    """Yield the branches of a clause's steps and what in them may bind, however deep they stand."""
    words = Requirements(
        plan.vocabulary,
        tuple(Amount.exact(value) for value, _ in plan.constants),
        {reading.id: reading.default for reading in plan.readings.values()},
        clause.sentence.id,
    )
    for path, step in steps_of(clause):
        loc, written = _written(model, path, home)
        for key, said, test in _ways(clause, path, step):
            yield _Branch("branch", key, (*loc, *_row_loc(written, key[-1])), said or _said(words, test))
        for place, band in enumerate(step.bands):
            inside = (*path, f"{_BAND}{place}")
            said = (f"{step.word} {band.text}".strip(), f"{step.word} {band.text}".strip())
            yield _Branch("branch", (clause.sentence.id, *inside), _written(model, inside, home)[0], said)
        if step.word in BINDING:
            said = (f"{step.word} {_BINDS[0]}", f"{step.word} {_BINDS[1]}")
            yield _Branch("cap", (clause.sentence.id, *path), loc, said)


def _said(words: Requirements, test: op.Truth) -> Both:
    zh, en = words.say(test, "zh"), words.say(test, "en")
    return (f"当 {zh}", f"where {en}") if zh else _OTHERWISE


def steps_of(clause: ClausePlan) -> Iterator[tuple[Key, Lowered]]:
    """Yield the steps of a clause, each with its path.

    A path is `0`, `row_id/0` of a table's row, `2/1` inside of `each`, `1/b0/0` in the first of bands, `1/p0/0` in the
    first of parts that add up.
    """
    if clause.rows:
        for row in clause.rows:
            yield from _within(row.steps, (row.sentence.id,))
    else:
        yield from _within(clause.steps, ())


def _within(steps: Iterable[Lowered], path: Key) -> Iterator[tuple[Key, Lowered]]:
    for place, step in enumerate(steps):
        own = (*path, str(place))
        yield own, step
        yield from _within(step.inner, own)
        for at, band in enumerate(step.bands):
            yield from _within(band.steps, (*own, f"{_BAND}{at}"))
        for at, part in enumerate(step.parts):
            yield from _within(part, (*own, f"{_PART}{at}"))


def _written(model: Clause, path: Key, home: Loc) -> tuple[Loc, Step | None]:
    """Return where a step stands in the file, and how it is written there; of `share_of`, the clause itself."""
    if model.share_of is not None:
        return home, None
    holder: Clause | TableSentence = model
    loc, steps = home, path
    if model.rows is not None:
        at = next(index for index, row in enumerate(model.rows) if row.id == path[0])
        holder, loc, steps = model.rows[at], (*home, "rows", at), path[1:]
    listed, name = holder.award, "award"
    if isinstance(holder, Clause) and holder.obligation is not None:
        listed, name = holder.obligation, "obligation"
    found: Step | None = None
    for step in steps:
        if step.startswith((_BAND, _PART)):
            if isinstance(found, Add):
                listed, name = found.add, "add"
            else:
                loc, listed = (*loc, "rows", _row_of(found, step)), None
        elif listed is not None:
            loc, found = (*loc, name, int(step)), listed[int(step)]
            listed, name = (found.of, "of") if isinstance(found, Each) else (None, "")
    return loc, found


def _row_of(step: Step | None, part: str) -> int:
    """Return which row of a step a band or a part is: bands that give nothing have no steps."""
    place = int(part[1:])
    if not isinstance(step, Tiers):
        return place
    return [at for at, band in enumerate(step.rows) if band.gives is None][place]


def _row_loc(written: Step | None, way: str) -> Loc:
    """Return where a row of a step's table stands below the step."""
    given = None if written is None else getattr(written, written.word, None)
    below: Loc = () if written is None else (written.word,)
    if isinstance(given, RateBound):
        given, below = given.at_most, (*below, "at_most")
    if not isinstance(given, Table) or not way.isdigit() or int(way) >= len(given.rows):
        return ()
    return (*below, "rows", list(given.rows)[int(way)] if isinstance(given.rows, dict) else int(way))


def _ways(clause: ClausePlan, path: Key, step: Lowered) -> Iterator[tuple[Key, Both | None, op.Truth]]:
    """Yield the ways that a step may go: each branch of each choice in it, and otherwise where there is a figure."""
    for number_, choice in enumerate(_choices(clause, step)):
        for place, (test, _) in enumerate(choice.branches):
            yield (clause.sentence.id, *path, str(number_), str(place)), None, test
        if choice.otherwise != op.Constant(NOTHING.index, choice.type):
            yield (clause.sentence.id, *path, str(number_), "otherwise"), _OTHERWISE, op.ALWAYS


def _choices(clause: ClausePlan, step: Lowered) -> list[op.Choose]:
    """Return the choices of a step that facts decide, without those of exceptions, which are points of their own.

    Of a step with steps in it, whether it applies; what is in it is walked by itself.
    """
    exceptions = [one.truth for one in clause.replacements]
    compound = step.items is not None or step.bands or step.parts
    found = [step.value] if compound and step.applies != op.ALWAYS else [] if compound else _own(step.value)
    return [
        part
        for part in found
        if isinstance(part, op.Choose)
        and part.branches[0][0] not in exceptions
        and any(not _of_readings(test) for test, _ in part.branches)
    ]


def _own(node: op.Node) -> list[op.Node]:
    """Return an operation and what it is made of, but not what is read of other things or of other sentences."""
    found = [node]
    for child in () if isinstance(node, _APART) else op.children(node):
        found += _own(child)
    return found


_APART: Final = (op.Aggregate, op.Exists, op.Chain, op.Awarded)


def _of_readings(node: op.Truth) -> bool:
    """Whether only readings decide a condition."""
    found = [part for part in op.walk(node) if not isinstance(part, op.All | op.AnyOf | op.Not)]
    return bool(found) and all(isinstance(part, op.ReadingIs) for part in found)


# what is reached


def _reached(one: Evaluated) -> Iterator[tuple[str, Key]]:
    """Yield what one evaluation reaches, each with its policy."""
    result, record = one.result, one.record
    paid = {award.id for award in result.awards if not award.needs}
    for place in record.shown:
        row = record.rows[place]
        for sentence, holds in _sentences(row):
            state = "paid" if row.id in paid and holds else "open"
            yield row.policy.plan.id, ("sentence", sentence, state)
        for key in _walked(row):
            yield row.policy.plan.id, key
    for duty in result.obligations:
        yield duty.policy, ("sentence", duty.clause, "open" if duty.needs else "paid")
    for row, hull in zip(record.duties, record.duty_hulls, strict=True):
        if not hull.eligible.is_false:
            for key in _walked(row):
                yield row.policy.plan.id, key
    replacing_ids = {
        (plan.id, replacing.sentence.id)
        for plan in record.run.policies.plans
        for clause in plan.clauses
        for replacing in clause.replacements
    }
    for refused in result.not_eligible:
        if (refused.policy, refused.clause) in replacing_ids:
            yield refused.policy, ("exception", refused.clause, "not_taken")
        else:
            yield refused.policy, ("sentence", refused.clause, "refused")
    yield from _rules(one)
    yield from _readings(one)


def _sentences(row: Row) -> Iterator[tuple[str, bool]]:
    """Yield the sentences of which an award may be, and whether it is: of a table, each row that may apply."""
    plan = row.clause.plan
    if not plan.rows:
        yield plan.sentence.id, True
    ctx = row.context({})
    for one in plan.rows:
        holds = truth_of_plan(one.truth)(ctx)
        if not holds.is_false:
            yield one.sentence.id, holds.is_true


def _rules(one: Evaluated) -> Iterator[tuple[str, Key]]:
    awards = (*one.result.awards, *one.result.undecided)
    named = [award.rule for award in awards] + [group.rule for group in one.result.cumulation]
    named += [rule for group in one.result.cumulation for _, _, rule in group.stacks]
    for name in named:
        if name is not None:
            policy, _, rule = name.partition("/")
            yield policy, ("rule", rule)


def _readings(one: Evaluated) -> Iterator[tuple[str, Key]]:
    """Yield the options chosen, of the readings that a sentence with something to say of this case reads."""
    record = one.record
    pairs = [*zip(record.rows, record.hulls, strict=True), *zip(record.duties, record.duty_hulls, strict=True)]
    for row, hull in pairs:
        if hull.selected.is_false:
            continue
        sentence = row.clause.plan.sentence
        for name in row.clause.readings | row.clause.between:
            option = chosen_option(record.run.readings, f"{sentence.policy}/{sentence.id}", name)
            yield sentence.policy, ("reading", name.partition("/")[2], option)


def _walked(row: Row) -> Iterator[Key]:
    """Yield what the steps of an award reach in the case as it is: branches, exceptions, caps that bind."""
    ctx = row.context({})
    clause = row.clause.plan
    for replacing in clause.replacements:
        if truth_of_plan(replacing.truth)(ctx).is_true:
            yield "exception", replacing.sentence.id, "taken"
    if clause.rows:
        for one in clause.rows:
            if truth_of_plan(one.truth)(ctx).is_true:
                yield from _run(clause, one.steps, (one.sentence.id,), ctx)
                return
        return
    yield from _run(clause, clause.steps, (), ctx)


def _run(clause: ClausePlan, steps: Iterable[Lowered], path: Key, ctx: Context) -> Iterator[Key]:
    """Run steps in their order, and yield what each reaches."""
    for place, step in enumerate(steps):
        own = (*path, str(place))
        choices = {id(choice): str(at) for at, choice in enumerate(_choices(clause, step))}
        for at, way in _taken(step.value, choices, ctx):
            yield "branch", clause.sentence.id, *own, at, way
        kept = ctx.running
        if truth_of_plan(step.applies)(ctx).is_true:
            yield from _inside(clause, step, own, ctx)
        ctx.running = kept
        value = number(step.value)(ctx).clamped()
        if step.word in BINDING and value.numbers != kept.numbers:
            yield "cap", clause.sentence.id, *own
        ctx.running = value


def _inside(clause: ClausePlan, step: Lowered, path: Key, ctx: Context) -> Iterator[Key]:
    """Run the steps that stand in a step: of each item, of the band that applies, of parts that add up."""
    before = ctx.running
    if step.items is not None:
        source, name, where = step.items
        for thing, _ in things_of(ctx, source)[0]:
            ctx.things[name] = thing
            if truth_of_plan(where)(ctx).is_true:
                yield from _run(clause, step.inner, path, ctx)
            del ctx.things[name]
    for at, band in enumerate(step.bands):
        if truth_of_plan(band.truth)(ctx).is_true:
            yield "branch", clause.sentence.id, *path, f"{_BAND}{at}"
            yield from _run(clause, band.steps, (*path, f"{_BAND}{at}"), ctx)
    for at, part in enumerate(step.parts):
        ctx.running = before
        yield from _run(clause, part, (*path, f"{_PART}{at}"), ctx)


def _taken(node: op.Node, choices: dict[int, str], ctx: Context) -> Iterator[tuple[str, str]]:
    """Yield, of each choice that is come to, the branch that is taken; none where that is open."""
    if isinstance(node, _APART):
        return
    if not isinstance(node, op.Choose):
        for child in op.children(node):
            yield from _taken(child, choices, ctx)
        return
    way, value = "otherwise", node.otherwise
    for place, (test, figure) in enumerate(node.branches):
        holds = truth_of_plan(test)(ctx)
        if not holds.is_false:
            if not holds.is_true:
                return
            way, value = str(place), figure
            break
    if id(node) in choices:
        yield choices[id(node)], way
    yield from _taken(value, choices, ctx)
