"""The oracle: packs and one case with complete facts in; awards and totals out, in whole fen.

    evaluate(packs, case, readings)["awards"]["xian_30/equipment_renewal@p1"]
    {"list": "awards", "floor": 671981486, "ceiling": 671981486, "kind": "exact", ...}

Law alone leaves things open here: bound words, missing figures, open lists, doubts and windows.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction
from functools import reduce
from itertools import chain
from math import ceil, floor
from operator import ge, gt, le, lt
from typing import TYPE_CHECKING

from tests.oracle.cases import (
    CITIES,
    NESTED,
    Case,
    Entity,
    Other,
    Tree,
    Vocabulary,
    list_of,
    mapping,
    read_case,
    sequence,
    texts,
    vocabulary,
)
from tests.oracle.conditions import (
    IncompleteError,
    OpenLawError,
    Policy,
    Scope,
    Span,
    conjunction,
    disjunction,
    fraction,
    hull_of,
    joined,
    plus,
)
from tests.oracle.cumulation import Item, totals
from tests.oracle.expressions import AGGREGATES, UNITS, Node, literal, parse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

ROUNDING_UNITS = {"分": 1, "元": 100, "百元": 10**4, "千元": 10**5, "万元": 10**6}
STEP_WORDS = (
    "basis",
    "rate",
    "lump_sum",
    "at_most",
    "interest",
    "each",
    "cap",
    "limit",
    "case_by_case",
    "share",
    "less",
    "granted",
    "decision",
    "tiers",
    "slices",
    "add",
    "minimum",
    "pay_from",
    "clamp",
    "round",
)
BAND = ("rate", "lump_sum", "at_most", "cap")
ZERO = Fraction(0)
EARLIER = ("policy", "clause", "paid_on")


def rounding_unit(text: str) -> int:
    """The unit of a text in Chinese, or an amount of another currency."""
    if text in ROUNDING_UNITS:
        return ROUNDING_UNITS[text]
    return int(fraction(literal(text if text not in UNITS else f"1 {text}")))


class NoAwardError(Exception):
    """A table without a row for the key, or a sum over no item: not eligible."""


@dataclass(frozen=True)
class Running:
    """The running amount of one path through the steps; `high` None is without end."""

    low: Fraction = ZERO
    high: Fraction | None = ZERO
    reasons: frozenset[str] = frozenset()
    mode: str = ""
    cap: Fraction | None = None
    capped: bool = False
    no_guide: bool = False
    called: tuple[tuple[str, Span], ...] = ()
    """What was left by the steps that have a name."""

    @property
    def nothing(self) -> bool:
        return self.low == 0 == self.high

    def scaled(self, rate: Fraction) -> Running:
        high = ZERO if rate == 0 else None if self.high is None else self.high * rate
        return replace(self, low=self.low * rate, high=high, cap=None)

    def beside(self, other: Running) -> Running:
        """The sum of two: under the cap of one only where the other is nothing; a bound beside a fixed sum is fixed."""
        high = None if self.high is None or other.high is None else self.high + other.high
        modes = {self.mode, other.mode} - {""}
        return Running(
            self.low + other.low,
            high,
            self.reasons | other.reasons,
            modes.pop() if len(modes) == 1 else "half_up" if modes else "",
            self.cap if other.nothing else other.cap if self.nothing else None,
            (self.capped or not self.no_guide) and (other.capped or not other.no_guide),
            self.no_guide or other.no_guide,
        )

    def each_end(self, change: Callable[[Fraction], Fraction]) -> Running:
        return replace(self, low=change(self.low), high=None if self.high is None else change(self.high))

    def below(self, bound: Fraction) -> Running:
        high = bound if self.high is None else min(self.high, bound)
        return replace(self, low=min(self.low, bound), high=high)


@dataclass
class Row:
    """One clause applied to one object."""

    id: str
    clause: str
    standing: str
    low: int = 0
    high: int | None = 0
    gross: int = 0
    gross_high: int | None = 0
    reasons: set[str] = field(default_factory=set)
    taken: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    barred: bool = False
    would: str = ""
    why: list[str] = field(default_factory=list)
    payers: dict[str, tuple[int, int | None]] = field(default_factory=dict)
    adjustment: int | None = None

    @property
    def kind(self) -> str:
        """Of what is certain of the amount; of a barred award, of what it would give."""
        if self.would:
            return self.would
        if self.standing == "not_eligible":
            return "none"
        if self.low == self.high:
            return "exact"
        if self.high is None or "no_figure_in_text" in self.reasons:
            return "undetermined"
        return "at_most" if self.reasons <= {"discretion", "guide_missing"} else "between"

    def shown(self) -> Tree:
        return {
            "list": self.standing,
            "clause": self.clause,
            "floor": self.low,
            "gross_floor": self.gross,
            "gross_ceiling": self.gross_high,
            "ceiling": self.high,
            "kind": self.kind,
            "reasons": sorted(self.reasons) if self.low != self.high else [],
            "taken": self.taken,
            "refused": self.refused,
            "barred": self.barred,
            "why": self.why,
            "payers": tuple((name, *ends) for name, ends in self.payers.items()),
            "adjustment": self.adjustment,
        }


def evaluate(packs: Sequence[Tree], case: Tree, readings: Mapping[str, str]) -> Tree:
    """Evaluate every clause of the packs for a case with complete facts, then the totals."""
    words, policies = read_packs(packs, readings)
    facts = read_case(case, words)
    rows: dict[str, list[Row]] = {"award": [], "obligation": []}
    items: list[Item] = []
    not_asked: list[str] = []
    for policy in policies:
        for clause in policy.clauses.values():
            gives = str(clause.get("gives", "award"))
            if gives not in rows or "replaces" in clause:
                continue
            sentence = Sentence(policy, clause, facts)
            scopes = sentence.objects()
            if scopes is None:
                not_asked.append(sentence.id)
                continue
            found = [row for scope in scopes if (row := sentence.row(scope)) is not None]
            rows[gives] += found or [Row(sentence.id, sentence.id, "not_eligible", why=["none of this kind"])]
            items += sentence.items if gives == "award" else []
    return {
        "awards": {row.id: row.shown() for row in rows["award"]},
        "obligations": {row.id: row.shown() for row in rows["obligation"]},
        "not_asked": not_asked,
        "total": totals(items, policies, facts),
        "open_ended": sorted({row.clause for row in rows["award"] if row.kind == "undetermined" and not row.barred}),
    }


READ: list[tuple[Sequence[Tree], Vocabulary, list[Policy]]] = []


def read_packs(packs: Sequence[Tree], readings: Mapping[str, str]) -> tuple[Vocabulary, list[Policy]]:
    """The words and policies of some packs; the last few are kept."""
    for known, words, policies in READ:
        if known is packs:
            return words, [policy.read_as(readings) for policy in policies]
    words = vocabulary(packs)
    policies = [Policy(pack, words, readings) for pack in packs]
    for policy in policies:
        policy.pay = award_of
    READ.insert(0, (packs, words, policies))
    del READ[len(CITIES) :]
    return words, policies


def award_of(scope: Scope, node: Node) -> Span:
    """What another sentence comes to by itself: for the thing that is bound here, or for all that fit."""
    sentence = Sentence(scope.policy, scope.policy.clauses[node.words[0]], scope.case)
    per = str(sentence.clause.get("per", "enterprise"))
    root = Scope(scope.policy, sentence.name, scope.case, {})
    if per == "enterprise":
        return sentence.alone(root)
    if per in scope.names:
        return sentence.alone(root.bind(per, scope.names[per]))
    made = nothing = Span.exact(ZERO)
    for member in sentence.members(per) or []:
        fits = scope.bind(per, member).truth(node.kids[0]) if node.kids else True
        if fits is not False:
            part = sentence.alone(root.bind(per, member))
            made = plus(made, part if fits else hull_of([nothing, part]))
    return made


class Sentence:
    """One clause of one policy, read against one case."""

    def __init__(self, policy: Policy, clause: Tree, case: Case) -> None:
        self.policy, self.clause, self.case = policy, clause, case
        self.name = str(clause["id"])
        self.id = f"{policy.id}/{self.name}"
        self.touched: set[Entity] = set()
        self.items: list[Item] = []
        self.table = [mapping(row) for row in sequence(clause.get("rows"))] or [clause]
        self.first = policy.clauses.get(str(clause.get("share_of")), {})

    def steps(self, row: Tree) -> list[object]:
        """The steps of the sentence or of one row of its table, after those of what it is a share of."""
        own = sequence(row.get("award", row.get("obligation")))
        return [*sequence(self.first.get("obligation")), *own]

    def conditions(self, word: str) -> list[str]:
        """`where` or `when`, after those of what it is a share of."""
        return [*texts(self.first.get(word)), *texts(self.clause.get(word))]

    # The objects of `per`

    def objects(self) -> list[Scope] | None:
        """One scope for each object; None where the list that drives the clause is not given."""
        root = Scope(self.policy, self.name, self.case, {})
        per = self.clause.get("per", "enterprise")
        if isinstance(per, dict):
            kind = str(per["each"])
        elif per == "enterprise":
            return None if self.undriven(root) else [root]
        else:
            kind = str(per)
        members = self.members(kind)
        if members is None:
            return None
        scopes = [self.bound(root, kind, member) for member in members]
        return scopes if not isinstance(per, dict) else self.grouped(root, kind, texts(per["by"]), scopes)

    def members(self, kind: str) -> list[Entity] | None:
        if list_of(kind) not in NESTED:
            return self.case.lists[list_of(kind)]
        projects = self.case.lists["projects"]
        if projects is None:
            return None
        inner = [p.fields.get(list_of(kind), []) for p in projects]
        return [item for items in inner if isinstance(items, list) for item in items]

    def bound(self, root: Scope, kind: str, member: Entity) -> Scope:
        scope = root.bind(kind, member)
        return scope if member.parent is None else scope.bind(member.parent.kind, member.parent)

    def undriven(self, root: Scope) -> bool:
        """An `each` over a list at the root that is not given."""
        for step in chain.from_iterable(self.steps(row) for row in self.table):
            path = str(mapping(step).get("each", "")).partition(" in ")[2]
            if path in self.case.lists and root.case.lists[path] is None:
                return True
        return False

    def grouped(self, root: Scope, kind: str, by: list[str], scopes: list[Scope]) -> list[Scope]:
        """One scope for each key; `group` holds the selected members, `?` those that the law leaves open."""
        groups: dict[tuple[str, ...], list[tuple[bool | None, Scope]]] = {}
        for scope in scopes:
            truth = scope.holds(self.conditions("where"))
            if truth is not False:
                key = tuple(shown(scope.text(path)) for path in by)
                groups.setdefault(key, []).append((truth, scope))
        found = []
        for key, every in groups.items():
            inside = [(truth, scope) for truth, scope in every if self.in_place(scope)] or every
            group = root.bind("@", "/".join(key)).bind("group", [scope.names[kind] for _, scope in inside])
            for name in {name for _, scope in inside for name in scope.names} - {kind}:
                things = distinct(scope.names[name] for _, scope in inside)
                group = group.bind(name, things[0] if len(things) == 1 else things)
            found.append(group.bind("?", [scope.names[kind] for truth, scope in inside if truth is None]))
        return found

    def label(self, scope: Scope) -> str:
        if "@" in scope.names:
            return str(scope.names["@"])
        per = str(self.clause.get("per", "enterprise"))
        thing = self.case.enterprise if per == "enterprise" else scope.names[per]
        return shown(thing)

    # One row

    def row(self, scope: Scope) -> Row | None:
        """None where `where` says that the sentence is not about this object."""
        where = self.about(scope)
        if where is False:
            return None
        row = Row(f"{self.id}@{self.label(scope)}", self.id, "awards")
        row.standing, row.why = self.gate(scope, where, row)
        if row.standing == "not_eligible":
            return row
        try:
            self.measure(scope, row)
        except NoAwardError as error:
            row.standing, row.why = "not_eligible", [str(error)]
            return row
        row.gross, row.gross_high = row.low, row.high
        self.split(scope, row)
        self.settle(scope, row)
        if row.barred:
            row.would = row.kind
            row.low = row.high = 0
        elif row.standing == "undecided":
            row.low = 0
            row.reasons.add("open_reading")
        if item := self.item(row, scope):
            self.items.append(item)
        return row

    def alone(self, scope: Scope) -> Span:
        """What the sentence gives for an object, before any rule between awards."""
        row = Row(self.id, self.id, "awards")
        where = self.about(scope)
        standing, why = ("not_eligible", [""]) if where is False else self.gate(scope, where, row)
        if standing == "not_eligible":
            return Span.exact(ZERO)
        try:
            self.measure(scope, row)
        except NoAwardError:
            return Span.exact(ZERO)
        held = standing == "awards" or why == ["bar"]
        return Span(Fraction(row.low if held else 0), None if row.high is None else Fraction(row.high))

    def gate(self, scope: Scope, where: bool | None, row: Row) -> tuple[str, list[str]]:
        """Which list the row stands in and what keeps it from `awards`; what is false needs no other fact."""
        gates: dict[str, Callable[[], bool | None]] = {
            "where": lambda: where,
            "beneficiary": self.beneficiary,
            "place": lambda: self.in_place(scope),
            "window": lambda: self.in_window(scope),
            "when": lambda: scope.holds(self.conditions("when")),
            "rows": lambda: disjunction([truth for truth, _ in self.rows_of(scope)]),
            "doubt": lambda: None if self.doubted(scope) else True,
            "bar": lambda: self.unbarred(scope, row),
        }
        truths: dict[str, bool | None] = {}
        lacking: IncompleteError | None = None
        for name, judge in gates.items():
            try:
                truths[name] = judge()
            except IncompleteError as error:
                lacking = error
        why = [name for name, truth in truths.items() if truth is not True]
        truth = conjunction(list(truths.values()))
        if lacking and truth is not False:
            if self.without_item(scope):
                return "not_eligible", ["no item"]
            raise lacking
        return {True: "awards", None: "undecided", False: "not_eligible"}[truth], why

    def rows_of(self, scope: Scope) -> list[tuple[bool | None, Tree]]:
        """The rows of a table, each with whether it is the one that applies; a sentence without one is its own row."""
        if "rows" not in self.clause:
            return [(True, self.clause)]
        return [(scope.holds(one.get("when")), one) for one in self.table]

    def without_item(self, scope: Scope) -> bool:
        """No loan, no award: what else the clause asks is then beside the point."""
        try:
            for _, one in self.rows_of(scope):
                self.award(scope, Row(self.id, self.id, "awards"), one)
        except NoAwardError:
            return True
        except IncompleteError:
            return False
        return False

    def about(self, scope: Scope) -> bool | None:
        """Whether the sentence is about this object; a group is open only if each member is."""
        if "@" in scope.names:
            return None if scope.names["group"] == scope.names["?"] else True
        return scope.holds(self.conditions("where"))

    def beneficiary(self) -> bool:
        wanted = texts(self.clause.get("beneficiary", "any"))
        if "any" in wanted:
            return True
        if "type" not in self.case.enterprise.fields:
            raise IncompleteError("enterprise.type")
        return self.case.enterprise.fields["type"] in wanted

    def doubted(self, scope: Scope) -> bool:
        return any(scope.condition(mapping(d)["when"]) is not False for d in sequence(self.clause.get("doubt")))

    def unbarred(self, scope: Scope, row: Row) -> bool | None:
        """A known bar leaves the row in awards with nothing net; one that the law leaves open, undecided."""
        rules = [rule for rule in self.policy.rules if rule["kind"] == "bar"]
        bars = [rule for rule in rules if self.id in self.policy.full(texts(rule["clauses"]))]
        truths = [scope.condition(rule["when"]) for rule in bars]
        row.barred = True in truths
        return None if None in truths and not row.barred else True

    def projects(self, scope: Scope) -> list[Entity]:
        """The projects that the object stands on, by itself or by the reference it makes."""
        things = [item for value in scope.names.values() for item in (value if isinstance(value, list) else [value])]
        return list(dict.fromkeys(p for thing in things if isinstance(thing, Entity) for p in project_of(thing)))

    def in_place(self, scope: Scope) -> bool:
        """The project's place, and if it names none the enterprise's; for what is no project, the enterprise's."""
        said = mapping(self.policy.head.get("place"))
        code, zones = str(said.get("code", "")), texts(said.get("zones"))
        area = re.sub(r"(00)+$", "", code) if re.fullmatch("[0-9]{6}", code) else f"{code} and nothing else"
        own = self.case.enterprise.fields.get("place")
        bound = scope.names.get("project", [])
        projects = bound if isinstance(bound, list) else [bound]
        places = [p.fields.get("place", own) for p in projects if isinstance(p, Entity)] or [own]
        inside = [place is None or place in {code, *zones} or str(place).startswith(area) for place in places]
        if not all(inside):
            return False
        if None in places:
            raise IncompleteError("enterprise.place")
        return True

    def in_window(self, scope: Scope) -> bool | None:
        """S12, with every date given."""
        said = mapping(self.policy.head.get("window"))
        start, stated = date.fromisoformat(str(said["start"])), "end" in said
        start = self.other_date(said.get("start_other"), start, scope)
        first = self.other_date(said.get("events_from"), start, scope)
        end = date.fromisoformat(str(said["end"] if stated else said["horizon"]))
        decision = scope.path(("case", "decision_date"))
        if not isinstance(decision, date):
            raise TypeError(decision)
        late = decision > end
        if decision < start:
            return False
        if "event" not in self.clause:
            applied = scope.path(("case", "applied_on")) if late and stated else start
            return (False if isinstance(applied, date) and applied > end else None) if late else True
        found = {self.event_in_window(event, first, end, stated, late) for event in scope.dates(self.clause["event"])}
        return False if not found else found.pop() if len(found) == 1 else None

    def other_date(self, said: object, day: date, scope: Scope) -> date:
        """The date that a reading puts in the place of another."""
        taken = isinstance(said, dict) and scope.condition(said["when"])
        return date.fromisoformat(str(mapping(said)["date"])) if taken else day

    def event_in_window(self, event: date, start: date, end: date, stated: bool, late: bool) -> bool | None:
        if event < start:
            return False if self.clause.get("new_only") == "true" else None
        if event > end:
            return False if stated else None
        return None if late else True

    # The amount

    def measure(self, scope: Scope, row: Row) -> None:
        """Round each path by its own words, then take the hull of the paths that stay open."""
        self.touched = set()
        paths = []
        for truth, one in self.rows_of(scope):
            if "rows" in self.clause:
                (row.refused if truth is False else row.taken).append(f"{self.policy.id}/{one['id']}")
            if truth is not False:
                paths += self.award(scope, row, one)
        if "@" in scope.names:
            paths += [
                after
                for group in self.lesser(scope)
                for after in self.award(scope.bind("group", group), row, self.clause)
            ]
        ends = [self.rounded(path) for path in paths]
        row.low = min(low for low, _ in ends)
        highs = [high for _, high in ends]
        row.high = None if None in highs else max(high for high in highs if high is not None)
        for path in paths:
            row.reasons |= path.reasons
            if path.no_guide:
                row.reasons.add("guide_missing" if path.capped else "no_figure_in_text")
        if len(set(ends)) > 1:
            row.reasons.add("open_reading")

    def lesser(self, scope: Scope) -> list[list[object]]:
        """The least that a group may be: without what the law leaves open, but one member at least, as if eligible."""
        members, unsure = sequence(scope.names["group"]), sequence(scope.names["?"])
        sure = [member for member in members if member not in unsure]
        return [] if not unsure else [sure] if sure else [[member] for member in unsure]

    def rounded(self, path: Running) -> tuple[int, int | None]:
        said = mapping(self.policy.head.get("rounding"))
        unit = rounding_unit(str(said.get("unit", "分")))
        mode = str(said.get("mode", path.mode or "half_up"))
        mode = "up" if self.clause.get("gives") == "obligation" else mode
        return round_to(path.low, unit, mode, path.cap), (
            None if path.high is None else round_to(path.high, unit, mode, path.cap)
        )

    def award(self, scope: Scope, row: Row, table_row: Tree) -> list[Running]:
        """Run the steps: one path, or more where the law leaves open which step holds."""
        replaced = self.replacements(scope, row)
        paths = [Running()]
        for raw in self.steps(table_row):
            step = mapping(raw)
            word = word_of(step)
            options = [(truth, mapping(other)) for truth, other in replaced.get(word, [])]
            paths = [after for path in paths for after in self.forked(path, step, options, scope)]
        return paths

    def replacements(self, scope: Scope, row: Row) -> dict[str, list[tuple[bool | None, Tree]]]:
        """The sentences that say `replaces: this.word`, with whether they hold here."""
        found: dict[str, list[tuple[bool | None, Tree]]] = {}
        for name, word, other in self.policy.replacing.get(self.name, ()):
            there = replace(scope, clause=name)
            truth = conjunction([there.holds(other.get("where")), there.holds(other.get("when"))])
            found.setdefault(word, []).append((truth, other))
            (row.refused if truth is False else row.taken).append(f"{self.policy.id}/{name}")
        return found

    def forked(
        self, path: Running, step: Tree, others: list[tuple[bool | None, Tree]], scope: Scope
    ) -> Iterator[Running]:
        """The step or what stands in its place; both where the law leaves open which."""
        for truth, other in others:
            if truth is not False:
                yield from self.optional(path, other, replace(scope, clause=str(other["id"])), when=True)
            if truth is True:
                return
        yield from self.optional(path, step, scope, when=scope.holds(step.get("when")))

    def optional(self, path: Running, step: Tree, scope: Scope, *, when: bool | None) -> Iterator[Running]:
        if word_of(step) == "cap" and "unless" in step:
            lifted = scope.condition(step["unless"])
            when = conjunction([when, None if lifted is None else not lifted])
        seen = scope.bind("amount", dict(path.called))
        for made in (*([] if when is True else [path]), *([] if when is False else [self.step(path, step, seen)])):
            name = step.get("called")
            left = ((str(name), Span(made.low, made.high)),) if name else ()
            yield replace(made, called=path.called + left)

    def step(self, path: Running, step: Tree, scope: Scope) -> Running:
        word = word_of(step)
        said = step[word]
        if word == "basis":
            return self.basis(path, said, scope)
        if word == "rate":
            return self.rate(path, said, scope)
        if word in {"lump_sum", "at_most"}:
            return self.fixed(path, said, scope, bound=word == "at_most")
        if word == "interest":
            return self.interest(path, mapping(said), scope)
        if word == "each":
            return self.each(path, str(said), step, scope)
        if word in {"cap", "limit"}:
            return self.bounded(path, said, scope, printed=word == "cap")
        if word in SHAPES:
            return SHAPES[word](self, path, step, scope)
        if word == "share":
            return path.scaled(min(Fraction(1), scope.number(said)))
        if word == "less":
            before = scope.number(said)
            high = None if path.high is None else max(ZERO, path.high - before)
            return replace(path, low=max(ZERO, path.low - before), high=high, cap=None)
        if word in {"granted", "decision"}:
            return self.decided(path, texts(said), scope, exact=word == "decision")
        return self.case_by_case(path, said, scope)

    def basis(self, path: Running, said: object, scope: Scope) -> Running:
        self.touch(parse(str(said)), scope)
        span = scope.span(parse(str(said)))
        high = None if span.high is None else max(ZERO, span.high)
        return Running(max(ZERO, span.low), high, path.reasons, no_guide=span.missing)

    def rate(self, path: Running, said: object, scope: Scope) -> Running:
        if isinstance(said, dict) and "at_most" in said:
            top = path.scaled(scope.number(said["at_most"]))
            return replace(top, low=ZERO, mode="down", reasons=top.reasons | {"discretion"})
        if isinstance(said, dict) and "guide" in said:
            return replace(path, low=ZERO, high=ZERO if path.high == 0 else None, no_guide=True)
        return replace(path.scaled(self.figure(said, scope)), mode="half_up")

    def fixed(self, path: Running, said: object, scope: Scope, *, bound: bool) -> Running:
        if isinstance(said, dict) and "guide" in said:
            return replace(path, low=ZERO, high=None, no_guide=True)
        value = self.figure(said, scope)
        if not bound:
            return Running(value, value, path.reasons, "half_up")
        return Running(ZERO, value, path.reasons | {"discretion"}, "down")

    def interest(self, path: Running, said: Tree, scope: Scope) -> Running:
        principal, days, count = (scope.number(said[k]) for k in ("principal", "days", "day_count"))
        try:
            value = max(ZERO, principal * scope.number(said["rate"]) * days / count)
        except OpenLawError:
            return replace(path, low=ZERO, high=None if principal * days else ZERO, no_guide=True)
        return replace(path, low=value, high=value)

    def each(self, path: Running, said: str, step: Tree, scope: Scope) -> Running:
        name, _, where = said.partition(" in ")
        truths: list[bool | None] = []
        parts: list[Running] = []
        for item in scope.items(where):
            inner = scope.bind(name, item)
            truth = inner.holds(step.get("where"))
            if truth is False:
                continue
            truths.append(truth)
            self.touched |= set(project_of(item))
            part = self.inner(step, inner)
            parts.append(part if truth else replace(part, low=ZERO, reasons=part.reasons | {"open_reading"}))
        if not truths:
            raise NoAwardError(f"no {name}")
        if "highest" in step:
            parts = sorted(parts, key=lambda part: part.low, reverse=True)[: int(str(step["highest"]))]
            if any(part.low != part.high for part in parts):
                raise NotImplementedError("the highest of what the law leaves open")
        made = reduce(Running.beside, parts, Running(capped=path.capped))
        return replace(
            made,
            reasons=made.reasons | path.reasons,
            capped=path.capped or all(part.capped for part in parts if part.no_guide),
            no_guide=path.no_guide or made.no_guide,
        )

    def inner(self, step: Tree, scope: Scope) -> Running:
        """The steps inside `each`, for one item."""
        paths = [Running()]
        for raw in sequence(step["of"]):
            paths = [after for path in paths for after in self.forked(path, mapping(raw), [], scope)]
        highs = [path.high for path in paths]
        high = None if None in highs else max(value for value in highs if value is not None)
        return replace(paths[-1], low=min(path.low for path in paths), high=high)

    def bounded(self, path: Running, said: object, scope: Scope, *, printed: bool) -> Running:
        try:
            bound = max(ZERO, self.figure(said, scope))
        except OpenLawError:
            return path
        cap = bound if path.cap is None else min(path.cap, bound)
        return replace(path.below(bound), cap=cap, capped=path.capped or printed)

    def tiers(self, path: Running, step: Tree, scope: Scope) -> Running:
        """The one band that the figure falls in; outside of them, and where a band gives nothing, there is no award."""
        figure = scope.number(step["tiers"])
        for band in map(mapping, sequence(step["rows"])):
            if not all(TESTS[name](figure, scope.number(band[name])) for name in TESTS if name in band):
                continue
            if "gives" in band:
                break
            for word in BAND:
                if word in band:
                    path = self.step(path, {word: band[word]}, scope)
            return path
        raise NoAwardError(f"{figure} is in no band")

    def slices(self, path: Running, step: Tree, scope: Scope) -> Running:
        """Each slice takes its own rate or price, under its cap; together they are the amount."""
        self.touch(parse(str(step["slices"])), scope)
        whole, start = scope.span(parse(str(step["slices"]))), ZERO
        made: Running | None = None
        for row in map(mapping, sequence(step["rows"])):
            end = scope.number(row["to"]) if "to" in row else None
            part = Running(whole.low, whole.high, path.reasons, no_guide=whole.missing)
            part = (part if end is None else part.below(end)).each_end(above(start))
            if "price" in row:
                part = replace(part.scaled(scope.number(row["price"])), mode="half_up")
            else:
                part = self.rate(part, row["rate"], scope)
            part = self.bounded(part, row["cap"], scope, printed=True) if "cap" in row else part
            made = part if made is None else made.beside(part)
            start = end or start
        return made or Running()

    def add(self, path: Running, step: Tree, scope: Scope) -> Running:
        """What the inner steps, which begin with what stands here, come to beside it; nothing without a row."""
        paths = [path]
        try:
            for raw in sequence(step["add"]):
                paths = [after for one in paths for after in self.forked(one, mapping(raw), [], scope)]
        except NoAwardError:
            return path.beside(Running())
        (after,) = paths
        return path.beside(after)

    def minimum(self, path: Running, step: Tree, scope: Scope) -> Running:
        """What is above nothing is raised."""
        least_sum = self.figure(step["minimum"], scope)
        return lifted(path, least_sum, lambda figure: max(figure, least_sum) if figure else figure)

    def pay_from(self, path: Running, step: Tree, scope: Scope) -> Running:
        """What comes to less is not paid."""
        start = self.figure(step["pay_from"], scope)
        return path.each_end(lambda figure: figure if figure >= start else ZERO)

    def clamp(self, path: Running, step: Tree, scope: Scope) -> Running:
        said = mapping(step["clamp"])
        lowest, greatest = (scope.number(said[name]) for name in ("least", "greatest"))
        raised = lifted(path, lowest, lambda figure: max(figure, lowest))
        return self.bounded(raised, greatest, scope, printed=True)

    def round(self, path: Running, step: Tree, scope: Scope) -> Running:
        """A multiple of a unit, but never above a cap."""
        said = mapping(step["round"])
        unit, mode = int(scope.number(said["to"])), str(said["mode"])
        return path.each_end(lambda figure: Fraction(round_to(figure, unit, mode, path.cap)))

    def case_by_case(self, path: Running, said: object, scope: Scope) -> Running:
        try:
            value = scope.number(said)
        except OpenLawError:
            return replace(path, low=ZERO, high=None, reasons=path.reasons | {"no_figure_in_text"})
        return replace(path, low=value, high=value)

    def decided(self, path: Running, said: list[str], scope: Scope, *, exact: bool) -> Running:
        """S20: the first figure that an authority gives, never above what the law allows."""
        for fact in said:
            figure = authority(scope, fact)
            if figure is None:
                continue
            figure = figure if path.high is None else min(figure, path.high)
            if exact:
                return replace(path, low=figure, high=figure, no_guide=False)
            return replace(path, low=max(path.low, figure))
        return path

    def split(self, scope: Scope, row: Row) -> None:
        """S20: what an authority says that one payer pays, within the award; the other pays the rest."""
        low, high = row.low, row.high
        rest = ""
        for payer in map(mapping, sequence(self.clause.get("payers"))):
            name, said = str(payer["name"]), str(payer["amount"])
            if said == "rest":
                rest = name
                continue
            figure = authority(scope, said)
            part = (0, row.high) if figure is None else (least(figure, row.low), least(figure, row.high))
            row.payers[name] = part
            low, high = (
                0 if part[1] is None else max(0, low - part[1]),
                None if high is None else max(0, high - part[0]),
            )
        if rest:
            row.payers[rest] = (low, high)

    def settle(self, scope: Scope, row: Row) -> None:
        """S20: after acceptance, what is in force less what was paid."""
        said = mapping(self.clause.get("settlement"))
        figures = [authority(scope, str(said[name])) for name in ("assessed", "paid")] if said else [None]
        paid = figures[-1]
        if None not in figures and paid is not None and row.low == row.high:
            row.adjustment = row.low - int(paid)

    def figure(self, said: object, scope: Scope) -> Fraction:
        """A literal, an expression or the row of a table."""
        if isinstance(said, Fraction):
            return said
        if not isinstance(said, dict):
            return scope.number(said)
        keys = [scope.text(path) for path in texts(said["by"])]
        rows = said["rows"]
        listed = (
            [([k], v) for k, v in rows.items()]
            if isinstance(rows, dict)
            else [(texts(row["is"]), row["value"]) for row in map(mapping, sequence(rows))]
        )
        listed.sort(key=lambda row: isinstance(rows, dict) and row[0] == ["*"])
        for wanted, value in listed:
            if all(text == "*" or matches(key, text) for key, text in zip(keys, wanted, strict=True)):
                return scope.number(value)
        raise NoAwardError(f"no row for {keys}")

    # What cumulation needs to know

    def touch(self, node: Node, scope: Scope) -> None:
        """A basis that sums costs, loans or grants stands on their projects."""
        for kid in node.kids:
            self.touch(kid, scope)
        if node.op in AGGREGATES and node.words[2] in {"cost", "loan", "grant"}:
            for item in scope.items(node.words[1]):
                if scope.bind(node.words[2], item).truth(node.kids[0]) is not False:
                    self.touched |= set(project_of(item))

    def item(self, row: Row, scope: Scope) -> Item | None:
        """None for what stays out of every total: open-ended, barred or nothing."""
        if not row.high or row.kind == "undetermined" or row.barred:
            return None
        thing = scope.names.get(str(self.clause.get("per", "enterprise")))
        return Item(
            row.id,
            self.name,
            self.policy,
            row.low,
            row.high,
            thing if isinstance(thing, Entity) else None,
            joined([*self.touched, *self.projects(scope)], self.case),
            row.standing == "undecided",
            self.rooms(scope),
        )

    def rooms(self, scope: Scope) -> dict[str, int]:
        """S19: what is left under each ceiling that holds here, by the key that the ceiling counts by."""
        found: dict[str, int] = {}
        for policy_id, rule in ((self.policy.id, rule) for rule in self.policy.rules):
            if rule["kind"] != "ceiling" or self.id not in self.policy.full(texts(rule["clauses"])):
                continue
            if scope.holds(rule.get("when")) is not True:
                continue
            key = "/".join([policy_id, str(rule["id"]), *(shown(scope.text(by)) for by in texts(rule.get("by")))])
            used = self.earlier(scope, rule) if rule.get("earlier") == "true" else ZERO
            found[key] = int(max(ZERO, self.figure(rule["cap"], scope) - used))
        return found

    def earlier(self, scope: Scope, rule: Tree) -> Fraction:
        """Paid before under the ceiling's clauses; at the same level where the ceiling is one for each level."""
        by_level = any(path.endswith(".level") for path in texts(rule.get("by")))
        thing = scope.names.get(str(self.clause.get("per", "enterprise")))
        level = thing.fields.get("level") if by_level and isinstance(thing, Entity) else None
        names = {*texts(rule["clauses"]), *self.policy.full(texts(rule["clauses"]))}
        total, decision = ZERO, scope.path(("case", "decision_date"))
        for award in scope.items("earlier_awards"):
            policy, clause, paid = (scope.bind("earlier_award", award).path(("earlier_award", k)) for k in EARLIER)
            if policy != self.policy.id or clause not in names:
                continue
            if by_level and award.fields.get("level") != level:
                continue
            if isinstance(paid, date) and isinstance(decision, date) and paid < decision:
                total += fraction(award.fields["amount"])
        return total


SHAPES: dict[str, Callable[[Sentence, Running, Tree, Scope], Running]] = {
    "tiers": Sentence.tiers,
    "slices": Sentence.slices,
    "add": Sentence.add,
    "minimum": Sentence.minimum,
    "pay_from": Sentence.pay_from,
    "clamp": Sentence.clamp,
    "round": Sentence.round,
}
TESTS: dict[str, Callable[[Fraction, Fraction], bool]] = {"from": ge, "over": gt, "to": le, "below": lt}


def above(start: Fraction) -> Callable[[Fraction], Fraction]:
    return lambda figure: max(ZERO, figure - start)


def lifted(path: Running, lowest: Fraction, change: Callable[[Fraction], Fraction]) -> Running:
    """What is raised is under the cap of what it was, or at the figure that it is raised to."""
    return replace(path.each_end(change), cap=None if path.cap is None else max(path.cap, lowest))


def authority(scope: Scope, path: str) -> Fraction | None:
    """A figure that only an authority gives; None where it has not."""
    try:
        return scope.number(path)
    except OpenLawError:
        return None


def least(figure: Fraction, high: int | None) -> int:
    return int(figure) if high is None or figure < high else high


def word_of(step: Tree) -> str:
    return next(word for word in STEP_WORDS if word in step)


def round_to(value: Fraction, unit: int, mode: str, cap: Fraction | None) -> int:
    """Half up unless the path is bound; never above the cap."""
    exact = value / unit
    whole = {"half_up": floor(exact + Fraction(1, 2)), "down": floor(exact), "up": ceil(exact)}[mode]
    return (floor(exact) if cap is not None and whole * unit > cap else whole) * unit


def matches(key: object, text: str) -> bool:
    """A row's key against a value."""
    if isinstance(key, str | Other):
        return key == text
    return key is not None and key == literal(text)


def shown(value: object) -> str:
    """An id, or a key as it stands in an award's id."""
    if isinstance(value, Entity):
        return value.name
    if isinstance(value, bool):
        return str(value).lower()
    return str(value)


def distinct(values: Iterable[object]) -> list[object]:
    return list(dict.fromkeys(values))


def project_of(entity: Entity) -> list[Entity]:
    """The project that a thing is, belongs to or refers to."""
    found = entity if entity.kind == "project" else entity.fields.get("project", entity.parent)
    return [found] if isinstance(found, Entity) and found.kind == "project" else []
