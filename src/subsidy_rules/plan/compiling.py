"""What every part of compiling a policy works with: its file, what its names mean, the problems found so far."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from fractions import Fraction
from typing import Final

from subsidy_rules.errors import RuleError
from subsidy_rules.facts.vocabulary import FieldSpec, Vocabulary
from subsidy_rules.mechanisms import operations as op
from subsidy_rules.mechanisms.expression import ExpressionError, Parameter, Scope, parse_path
from subsidy_rules.mechanisms.step import Desk, Loc, Problem
from subsidy_rules.plan.model import (
    ClausePlan,
    Per,
    ReadingPlan,
)
from subsidy_rules.plan.pool import ConstantPool
from subsidy_rules.plan.versions import Versions
from subsidy_rules.policy.model import (
    Clause,
    PerGroup,
    RuleFile,
    ThingModel,
)
from subsidy_rules.policy.source import RuleSource, node_at
from subsidy_rules.values.findings import Findings
from subsidy_rules.values.quantity import QuantityError, parse_date

_OF_THE_WHOLE: Final = frozenset({"bad-clause", "missing-key", "missing-quote"})
_UNREAD: Final = frozenset({"bad-parameter", "unread-fact", "unread-name", "unread-reading"})
_DECLARED: Final = frozenset({"define", "facts", "lists", "parameters", "readings", "things"})


class Compiling:
    """One policy on its way to a plan; problems are collected with the place they stand at."""

    readings: dict[str, ReadingPlan]
    parameters: dict[str, Parameter]
    scope: Scope
    versions: Versions

    def __init__(self, source: RuleSource, file: RuleFile, *, all_read: bool = True) -> None:
        self.source, self.file, self.all_read = source, file, all_read
        self.id = self.file.policy.id
        self.findings = Findings(source.document)
        self.pool = ConstantPool()
        self.vocabulary = Vocabulary.core()
        self.problems: list[Problem] = []
        self.used_readings: set[str] = set()
        self.obligations: list[ClausePlan] = []
        self.own_facts: list[tuple[str, str]] = []
        self.own_things: list[tuple[str, ThingModel]] = []
        self.refused: set[str] = set(source.shape.names)

    def _say(
        self, loc: Loc, code: str, what: str, what_zh: str, remedy: str | None = None, remedy_zh: str | None = None
    ) -> None:
        if not self.findings.full and not self._follows(loc, code):
            node, path = node_at(self.source.document, loc)
            self.findings.add(code, node, path, what, what_zh, remedy, remedy_zh)

    def _near(self, loc: Loc, code: str, word: str, options: Iterable[str]) -> None:
        follows = word.rpartition(".")[2] in self.refused or self._follows(loc, code)
        if not self.findings.full and not follows:
            node, path = node_at(self.source.document, loc)
            self.findings.unknown(code, node, path, word, options)

    def _follows(self, loc: Loc, code: str) -> bool:
        """Whether a problem may only follow from what was set aside for its shape."""
        aside = self.source.shape.aside
        if code in _OF_THE_WHOLE:
            return any(place[:2] == loc[:2] for place in aside)
        if code in _UNREAD and loc[0] in _DECLARED:
            return self.source.shape.lost
        if code == "unknown-unit":
            return ("policy",) in aside
        if code not in ("unknown-member", "unknown-name"):
            return False
        section = any(len(place) < (3 if place[0] in ("vocabulary", "facts") else 2) for place in aside)
        names_a_clause = loc[0] == "cumulation" or loc[-1] in ("replaces", "share_of")
        return section or (names_a_clause and any(len(place) == 2 and place[0] == "clauses" for place in aside))  # noqa: PLR2004 - a clause's place

    def _raise(self) -> None:
        """Raise what was found, in the order of the file; one mistake that shows in several readings is told once."""
        problems = dict.fromkeys([*self.source.shape.problems, *self.findings.problems])
        if problems:
            raise RuleError(sorted(problems, key=lambda one: (one.place.line, one.place.col)))

    def _date(self, text: str, loc: Loc) -> Fraction:
        try:
            return parse_date(text)
        except QuantityError as error:
            self._say(loc, error.code, error.what, error.what_zh)
            return Fraction(1)

    def _field(self, path: str, loc: Loc) -> FieldSpec | None:
        entity, _, name = path.partition(".")
        spec = self.vocabulary.field(entity, name)
        if spec is None:
            options = tuple(f"{entity}.{name}" for entity, fields in self.vocabulary.fields.items() for name in fields)
            self._near(loc, "unknown-name", path, options)
        return spec

    def _desk(self, scope: Scope) -> Desk:
        return Desk(scope, self.problems)

    def _per(self, clause: Clause, loc: Loc) -> tuple[Per, Scope]:
        given = clause.per
        scope = self.scope
        lists = {spec.entity: spec for spec in self.vocabulary.lists["case"].values()}
        if given is None or given == "enterprise":
            if given is None:
                self._say(
                    (*loc, "per"), "missing-key", f"'{clause.id}' does not say per what", f"“{clause.id}”没有写per"
                )
            return Per(None), scope
        if isinstance(given, str):
            spec = lists.get(given)
            inner = self.vocabulary.list_of(given)
            if spec is None and inner is not None:
                what = f"every {given} is one of a {inner.owner}'s"
                remedy = f"write per: {{each: {given}, by: [{given}]}}"
                self._say((*loc, "per"), "bad-clause", what, f"{given}属于{inner.owner}", remedy, f"请写{remedy[6:]}")
                return Per(None), scope
            if spec is None:
                self._near((*loc, "per"), "unknown-name", given, ("enterprise", *lists))
                return Per(None), scope
            return Per(op.Source(spec.name, given), given), scope.binding(given, given)
        return self._per_group(given, loc)

    def _per_group(self, given: PerGroup, loc: Loc) -> tuple[Per, Scope]:
        scope, parent = self.scope, ""
        for owner, lists in self.vocabulary.lists.items():
            for spec in lists.values():
                if spec.entity == given.each:
                    if owner != "case":
                        parent = owner
                        scope = scope.binding(owner, owner)
                    scope = scope.binding(given.each, given.each)
                    scope = replace(scope, groups={"group": given.each})
                    keys = []
                    for place, text in enumerate(given.by):
                        try:
                            keys.append(_key_of_a_group(parse_path(text, scope), text))
                        except ExpressionError as error:
                            self.problems.append(Problem((*loc, "per", "by", place), error))
                    return Per(op.Source(spec.name, given.each, parent), given.each, parent, tuple(keys)), scope
        self._near((*loc, "per", "each"), "unknown-name", given.each, tuple(self.vocabulary.fields))
        return Per(None), scope

    def _place_of(self, clause_id: str) -> int:
        return next(place for place, clause in enumerate(self.file.clauses) if clause.id == clause_id)


def _key_of_a_group(node: op.Value, text: str) -> op.Value:
    """Return what tells groups apart: a fact, a thing, or a choice of such."""
    parts = [value for _, value in node.branches] + [node.otherwise] if isinstance(node, op.Choose) else [node]
    if not all(isinstance(part, op.Fact | op.Bound | op.Choose) for part in parts):
        what = f"'{text[:120]}' can't tell groups apart: it is neither a fact nor a thing"
        raise ExpressionError(what, f"“{text[:120]}”不能区分各组：须为事实或对象", code="wrong-type")
    return node


def readings_in(nodes: Iterable[op.Node]) -> frozenset[str]:
    """Return the readings that operations ask."""
    return frozenset(part.reading for node in nodes for part in op.walk(node) if isinstance(part, op.ReadingIs))
