"""What meets what: whether two awards overlap, and which rule, if any, says what then holds (S15 to S17).

Two awards overlap when they are paid on one project or one recognition, or on two levels of one ladder for the same
object. The first rule of the file that holds for both decides; where none does, it is left to the reading of silence.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from functools import partial
from itertools import product

from subsidy_rules.award.complete import Domains
from subsidy_rules.award.engine import Context, Remembered, World, read_thing, truth
from subsidy_rules.award.rows import Row
from subsidy_rules.facts.case import Thing
from subsidy_rules.facts.vocabulary import FieldSpec
from subsidy_rules.mechanisms import operations as op
from subsidy_rules.plan import LadderPlan, RulePlan
from subsidy_rules.values.amount import FALSE, TRUE, Amount, Need, Truth
from subsidy_rules.values.classes import dataclass


@dataclass(frozen=True, slots=True)
class Edge:
    """Two awards that may exclude each other: by what they overlap, and the rule that says so, if any does.

    `sure`: they do by the rules that are stated; `most`: they do where silence about an overlap is taken to exclude.
    `adds` is the rule that lets them add up although they overlap, where one surely does. `choice` says who chooses, by
    the rule, which of the two counts.
    """

    a: int
    b: int
    sure: Truth
    most: Truth
    on: str
    rule: str = ""
    adds: str = ""
    choice: str = "higher"

    @property
    def by_authority(self) -> bool:
        """Whether an authority chooses which of the two counts, so that it need not be the higher."""
        return self.choice == "authority"

    @property
    def silent(self) -> bool:
        """Whether anything is left to the reading of silence."""
        return self.sure.numbers != self.most.numbers

    @property
    def needs(self) -> frozenset[Need]:
        """The facts that would decide it."""
        return self.sure.needs | self.most.needs

    def excludes(self, mode: str, end: int) -> bool:
        """Whether the two exclude each other for one of the four numbers of a total.

        An exclusion lowers a total, so the least of a total takes the most of it: the ends change places.
        """
        silence = mode == "higher_of" or (mode == "undecided" and end in (0, 1))
        return bool((self.most if silence else self.sure).numbers[3 - end])

    def is_open_in_law(self, mode: str) -> bool:
        """Whether the law does not say if the two exclude each other, or which of them counts."""
        if self.by_authority:
            return True
        ends = [self.excludes(mode, end) for end in range(4)]
        return ends[0] != ends[2] or ends[1] != ends[3]

    def is_open_in_fact(self, mode: str) -> bool:
        """Whether facts that no world settles say if the two exclude each other."""
        ends = [self.excludes(mode, end) for end in range(4)]
        return ends[0] != ends[1] or ends[2] != ends[3]


class Overlaps:
    """The rules and ladders by which awards meet."""

    def __init__(self, rows: Sequence[Row], domains: Domains) -> None:
        """Take the awards, in the order of their sentences."""
        self.rows, self.domains = rows, domains
        self.ladders: dict[str, LadderPlan] = {}
        self.rules: list[RulePlan] = []
        self._tests: dict[tuple[str, Hashable], Remembered[Truth]] = {}
        for policy in {row.policy.plan.id: row.policy.plan for row in rows}.values():
            self.ladders.update({f"{policy.id}/{ladder.id}": ladder for ladder in policy.ladders})
            self.rules += policy.rules

    def between(self, a: int, b: int, world: World) -> Edge:
        """Find whether two awards exclude each other: the first rule that holds for both decides, else silence."""
        one, other = self.rows[a], self.rows[b]
        tests = {
            "project": self._same_project(one, other, world),
            "title": self._same_title(one, other, world),
            "ladder": self._same_ladder(one, other, world),
        }
        overlap, on, named, adds, choices = FALSE, "", "", "", list[str]()
        for name, found in tests.items():
            if not found.is_false:
                on = on or name
                overlap = overlap.either(found)
        rules: list[tuple[bool, Truth]] = []
        for rule in self.rules:
            if rule.kind in ("stacks", "higher_of") and _between(rule, one, other):
                holds = self._holds_for(rule, one, world).both(self._holds_for(rule, other, world))
                if rule.kind == "higher_of":
                    holds = holds if rule.same == "any" else holds.both(tests[rule.same])
                    named = named or ("" if holds.is_false else f"{rule.policy}/{rule.id}")
                    choices += [] if holds.is_false else [rule.choice]
                    on = rule.same if not holds.is_false else on
                elif holds.is_true and not named and not overlap.is_false:
                    adds = adds or f"{rule.policy}/{rule.id}"
                rules.append((rule.kind == "higher_of", holds))
        sure, most = FALSE, overlap
        for excludes, holds in reversed(rules):
            sure = holds.either(sure) if excludes else holds.negated().both(sure)
            most = holds.either(most) if excludes else holds.negated().both(most)
        # where it is open which of several rules holds, an authority may choose if one of them says so
        choice = "authority" if "authority" in choices else (choices or ["higher"])[0]
        return Edge(a, b, sure, most, on, named, adds, choice)

    def _once(self, name: str, about: Hashable, test: Callable[[World], Truth], world: World) -> Truth:
        """Return what a test says in a world; it is made once for what it is about, whichever awards ask for it."""
        if (name, about) not in self._tests:
            self._tests[name, about] = Remembered(test)
        return self._tests[name, about](world)

    def _holds_for(self, rule: RulePlan, row: Row, world: World) -> Truth:
        def test(world: World) -> Truth:
            return truth(rule.when[row.clause.plan.sentence.id])(row.context(world))

        return self._once("rule", (id(rule), id(row)), test, world)

    def _same_project(self, one: Row, other: Row, world: World) -> Truth:
        made = FALSE
        for (first, counts), (second, too) in product(one.projects(world), other.projects(world)):
            unknown = [need for need in (first, second) if isinstance(need, tuple)]
            same = Truth.unknown(*unknown) if unknown and first != second else Truth.of(first == second)
            made = made.either(counts.both(too).both(same))
        return made

    def _same_title(self, one: Row, other: Row, world: World) -> Truth:
        a, b = one.title(), other.title()
        if a is None or b is None:
            return FALSE
        if a.path == b.path:
            return TRUE
        return self._once("title", (a.path, b.path), partial(self._one_recognition, one, a, b), world)

    def _one_recognition(self, row: Row, a: Thing, b: Thing, world: World) -> Truth:
        ctx = row.context(world)
        ctx.things = {**ctx.things, "a": a, "b": b}
        fields = self.domains.shared.vocabulary.fields["title"]
        same = TRUE
        for name, of_kind in (("kind", True), ("level", False), ("event", False)):
            spec = fields[name]
            same = same.both(truth(op.Same(op.Fact("a", spec, of_kind), op.Fact("b", spec, of_kind)))(ctx))
        objects = [thing.values.get("object") for thing in (a, b)]
        if same.is_false or (None not in objects and objects[0] != objects[1]):
            return FALSE
        dates = [thing.values.get("recognised_on") for thing in (a, b)]
        if all(isinstance(date, Amount) and date.decided for date in dates):
            batches = [thing.values.get("batch") for thing in (a, b)]
            one_event = dates[0] == dates[1] and (None in batches or batches[0] == batches[1])
            return same.both(Truth.of(one_event))
        return same.both(self._assumed(a, b, world))

    def _assumed(self, a: Thing, b: Thing, world: World) -> Truth:
        """Return whether two titles without a date are one recognition: an unknown of its own."""
        need: Need = ("same", *sorted((a.path, b.path)))
        assumed = world.get(need)
        return Truth.of(assumed) if isinstance(assumed, bool) else Truth.unknown(need)

    def _same_ladder(self, one: Row, other: Row, world: World) -> Truth:
        a, b = one.title(), other.title()
        if a is None or b is None or a.path == b.path:
            return FALSE
        return self._once("ladder", (a.path, b.path), partial(self._on_one_ladder, one, a, b), world)

    def _on_one_ladder(self, row: Row, a: Thing, b: Thing, world: World) -> Truth:
        ctx = row.context(world)
        ctx.things = {**ctx.things, "a": a, "b": b}
        fields = self.domains.shared.vocabulary.fields["title"]
        made = FALSE
        for ladder in self.ladders.values():
            on = _on_ladder(ctx, fields, ladder)
            if on.is_false:
                continue
            differ = FALSE
            for name in ("kind", "level", "grade"):
                if any(thing.values.get(name) is not None for thing in (a, b)):
                    spec = fields[name]
                    differ = differ.either(truth(op.Same(op.Fact("a", spec), op.Fact("b", spec)))(ctx).negated())
            same_object = TRUE
            if ladder.object == "object":
                spec = fields["object"]
                first, second = (read_thing(ctx, op.Fact(name, spec)) for name in ("a", "b"))
                unknown = [need for need in (first, second) if isinstance(need, tuple)]
                same_object = Truth.unknown(*unknown) if unknown else Truth.of(first == second)
            made = made.either(on.both(differ).both(same_object))
        return made


def _between(rule: RulePlan, one: Row, other: Row) -> bool:
    """Whether a rule speaks of these two awards: both its own, or one of each of its sides."""
    if {one.policy.plan.id, other.policy.plan.id} != {rule.policy}:
        return False
    first, second = one.clause.plan.sentence.id, other.clause.plan.sentence.id
    sides = [(rule.clauses, rule.against or rule.clauses), (rule.against or rule.clauses, rule.clauses)]
    return any(first in left and second in right for left, right in sides)


def _on_ladder(ctx: Context, fields: Mapping[str, FieldSpec], ladder: LadderPlan) -> Truth:
    """Whether both titles stand on the ladder."""
    made = TRUE
    for name in ("a", "b"):
        made = made.both(truth(op.In(op.Fact(name, fields["kind"]), op.Listing(ladder.members)))(ctx))
        if ladder.levels:
            made = made.both(truth(op.In(op.Fact(name, fields["level"]), op.Listing(ladder.levels)))(ctx))
    return made
