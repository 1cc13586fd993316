"""The plan: a policy with every name resolved, every type checked, every order fixed, and no YAML left.

`compile_policy` turns a rule file into a `PolicyPlan`, or raises `RuleError` with every problem and its place.
`load_policies` reads several and merges their vocabularies:

>>> policies = load_policies()                                   # doctest: +SKIP
>>> policies.sentence("xian_30", "equipment_renewal").path       # doctest: +SKIP
'三（三）'

Numbers stay outside the operations, in `PolicyPlan.constants`, and readings are named, so that a change of a number or a
choice of a reading needs no new plan (S25).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path
from typing import Final, Literal, TypeAlias

from subsidy_rules.errors import RuleError, UsageError
from subsidy_rules.facts.vocabulary import SECTIONS, FieldSpec, Member, Vocabulary
from subsidy_rules.mechanisms import operations as op
from subsidy_rules.mechanisms.expression import ExpressionError, NamedList, Scope, parse_path
from subsidy_rules.mechanisms.rate import Rate
from subsidy_rules.mechanisms.step import Desk, Loc, Lowered, Parameter, Problem, Table
from subsidy_rules.mechanisms.window import lower_window
from subsidy_rules.mechanisms.words import lower_steps
from subsidy_rules.policy.model import Clause, GuideFile, PerGroup, Rule, RuleFile
from subsidy_rules.policy.source import GuideSource, RuleSource, node_at, read_guide, read_policy, shipped_rules
from subsidy_rules.values.amount import MODES
from subsidy_rules.values.findings import Findings
from subsidy_rules.values.quantity import QuantityError, parse_date

Role: TypeAlias = Literal["beneficiary", "place", "window", "where", "when", "doubt", "table", "items", "replacement"]

ROUNDING_UNITS: Final = {"分": 1, "角": 10, "元": 100, "百元": 10_000, "千元": 100_000, "万元": 1_000_000}
BENEFICIARIES: Final = ("enterprise", "park", "base", "cluster", "county", "provider", "introducer", "institution")


@dataclass(frozen=True, slots=True)
class Gate:
    """One thing that must hold for an award: what kind of test it is, its words, its operations."""

    role: Role
    text: str
    truth: op.Truth
    why: str = ""


@dataclass(frozen=True, slots=True)
class Sentence:
    """One operative sentence of a text, as `clauses` lists it."""

    policy: str
    id: str
    path: str
    sentence: int
    quote: str
    gives: str
    printed: str = ""
    flags: tuple[str, ...] = ()
    notes: tuple[tuple[str, str], ...] = ()
    readings: tuple[str, ...] = ()
    replaces: str = ""


@dataclass(frozen=True, slots=True)
class Replacement:
    """A sentence whose step stands in place of another's where it holds (其中…提高到)."""

    sentence: Sentence
    gates: tuple[Gate, ...]
    step: int

    @property
    def truth(self) -> op.Truth:
        """Whether it holds."""
        return op.All(tuple(gate.truth for gate in self.gates))


@dataclass(frozen=True, slots=True)
class Per:
    """What an award is one of: the beneficiary, the things of a list, or the groups of a list by keys."""

    source: op.Source | None
    name: str = "enterprise"
    parent: str = ""
    keys: tuple[op.Value, ...] = ()


@dataclass(frozen=True, slots=True)
class ClausePlan:
    """A sentence that gives money, in operations."""

    sentence: Sentence
    per: Per
    gates: tuple[Gate, ...]
    steps: tuple[Lowered, ...]
    fund: str
    event: op.Value | None
    replacements: tuple[Replacement, ...]
    drivers: tuple[op.Source, ...]
    named_elsewhere: Mapping[tuple[str, str], frozenset[str]]
    readings: frozenset[str]


@dataclass(frozen=True, slots=True)
class RulePlan:
    """A rule between awards, in operations. `by` and `when` are read where the award's own names are bound."""

    id: str
    policy: str
    kind: Literal["ceiling", "higher_of", "bar", "stacks"]
    clauses: tuple[str, ...]
    quote: str
    by: Mapping[str, tuple[op.Value, ...]]
    cap: Mapping[str, op.Value]
    when: Mapping[str, op.Truth]
    earlier: bool
    same: str


@dataclass(frozen=True, slots=True)
class LadderPlan:
    """Kinds and levels of one honour."""

    id: str
    members: frozenset[str]
    levels: frozenset[str]
    object: Literal["enterprise", "object"]


@dataclass(frozen=True, slots=True)
class ReadingPlan:
    """A reading of a pack; `id` is `policy/name`."""

    id: str
    asks: str
    options: Mapping[str, str]
    default: str
    reason: str


@dataclass(frozen=True, slots=True)
class PolicyPlan:
    """One policy, ready to be evaluated by any engine."""

    id: str
    file: RuleFile
    constants: tuple[tuple[Fraction, str], ...]
    vocabulary: Vocabulary
    readings: Mapping[str, ReadingPlan]
    parameters: Mapping[str, Parameter]
    ladders: tuple[LadderPlan, ...]
    sentences: tuple[Sentence, ...]
    clauses: tuple[ClausePlan, ...]
    rules: tuple[RulePlan, ...]
    start: Fraction
    start_other: Fraction | None
    unit: int
    mode: int
    source_sha256: str
    meaning_sha256: str

    @property
    def silence(self) -> str:
        """The id of the reading that decides where the text is silent on duplicates."""
        return f"{self.id}/unstated_cumulation"


class _Pool:
    """The constants of one policy, each pair of number and type once."""

    def __init__(self) -> None:
        self.index: dict[tuple[Fraction, str], int] = {(Fraction(0), "money"): 0}

    def add(self, value: Fraction, type_: str) -> op.Constant:
        return op.Constant(self.index.setdefault((value, type_), len(self.index)), type_)


def compile_policy(source: RuleSource) -> PolicyPlan:
    """Resolve, check and order one policy. Raises `RuleError` with every problem found."""
    return _Compiler(source).compile()


class _Compiler:
    """Compiles one policy; problems are collected with the place they stand at."""

    def __init__(self, source: RuleSource) -> None:
        self.source, self.file = source, source.file
        self.id = self.file.policy.id
        self.findings = Findings(source.document)
        self.pool = _Pool()
        self.vocabulary = Vocabulary.core()
        self.problems: list[Problem] = []
        self.used_readings: set[str] = set()
        self.used_parameters: set[str] = set()

    def compile(self) -> PolicyPlan:
        """Run the passes in the order of the file's own sections."""
        header = self.file.policy
        self._vocabulary()
        self.readings = {
            name: ReadingPlan(f"{self.id}/{name}", model.asks, model.options, model.default, model.reason)
            for name, model in self.file.readings.items()
        }
        for name, model in self.file.readings.items():
            if model.default not in model.options:
                self._say(("readings", name, "default"), "unknown-member", f"'{model.default}' is no option of {name}", f"“{model.default}”不是{name}的选项", options=tuple(model.options), word=model.default)
            if len(model.options) < 2:  # noqa: PLR2004 - a choice needs two
                self._say(("readings", name), "dead-reading", f"reading {name} has nothing to choose from", f"解读{name}没有可选项")
        self.parameters = {
            name: Parameter(f"{self.id}/{name}", model.type, tuple(model.by), model.document)
            for name, model in self.file.parameters.items()
        }
        self.scope = Scope(
            self.vocabulary,
            self.pool,
            bound={"enterprise": "enterprise", "case": "case"},
            lists=self._lists(),
            definitions=self.file.define,
            readings={name: (plan.id, tuple(plan.options)) for name, plan in self.readings.items()},
        )
        clauses, sentences = self._clauses()
        rules = tuple(self._rule(rule, ("cumulation", place), clauses) for place, rule in enumerate(self.file.cumulation))
        window = header.window
        start = self._date(window.start, ("policy", "window", "start"))
        other = None if window.start_other is None else self._date(window.start_other, ("policy", "window", "start_other"))
        self._unread(clauses, rules)
        for problem in self.problems:
            self._say(problem.loc, problem.error.code, problem.error.what, problem.error.what_zh, problem.error.word, problem.error.options)
        self.findings.raise_as(RuleError)
        return PolicyPlan(
            self.id,
            self.file,
            tuple(self.pool.index),
            self.vocabulary,
            {plan.id: plan for plan in self.readings.values()},
            {parameter.id: parameter for parameter in self.parameters.values()},
            tuple(
                LadderPlan(name, frozenset(model.members), frozenset(model.levels), model.object)
                for name, model in self.file.ladders.items()
            ),
            sentences,
            _with_named_elsewhere(clauses),
            rules,
            start,
            other,
            ROUNDING_UNITS[header.rounding.unit],
            MODES.get(header.rounding.mode or "", 0),
            self.source.document.sha256,
            hashlib.sha256(self.file.model_dump_json(by_alias=True).encode()).hexdigest(),
        )

    def _say(  # noqa: PLR0913 - the parts of a message
        self, loc: Loc, code: str, what: str, what_zh: str, word: str = "", options: tuple[str, ...] = ()
    ) -> None:
        node, path = node_at(self.source.document, loc)
        if word and options:
            self.findings.unknown(code, node, path, word, options)
        else:
            self.findings.add(code, node, path, what, what_zh)

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
            self._say(loc, "unknown-name", f"no fact '{path}'", f"没有事实“{path}”", path, options)
        return spec

    def _vocabulary(self) -> None:
        for entity, facts in self.file.facts.items():
            for name, fact in facts.items():
                loc = ("facts", entity, name)
                if entity not in self.vocabulary.fields or entity == "case":
                    self._say(loc, "unknown-name", "", "", entity, tuple(self.vocabulary.fields))
                elif self.vocabulary.field(entity, name) is not None:
                    self._say(loc, "bad-clause", f"{entity} has '{name}' already", f"{entity}已有“{name}”")
                else:
                    members = {member: Member(member) for member in fact.members}
                    spec = FieldSpec(entity, name, fact.type, fact.zh, fact.en, members, fact.open, (), fact.sort)
                    self.vocabulary = self.vocabulary.with_field(spec)
        for path, members in self.file.vocabulary.items():
            spec_found = self._field(path, ("vocabulary", path))
            if spec_found is not None and spec_found.type not in ("enum", "set"):
                self._say(("vocabulary", path), "wrong-type", f"{path} has no members", f"{path}没有取值表")
            elif spec_found is not None:
                added = [
                    Member(name, model.zh or name, model.en, model.genus or "", model.list or name)
                    for name, model in members.items()
                ]
                self.vocabulary = self.vocabulary.with_members(spec_found.entity, spec_found.name, added)
        self.vocabulary = self.vocabulary.with_zones(self.file.policy.place.zones)
        ids = [Member(f"{self.id}/{clause.id}") for clause in self.file.clauses]
        for entity in ("project", "title", "grant"):
            self.vocabulary = self.vocabulary.with_members(entity, "claims", ids)

    def _lists(self) -> dict[str, NamedList]:
        found = {}
        for name, model in self.file.lists.items():
            loc = ("lists", name)
            spec = self._field(model.of, (*loc, "of"))
            if spec is None:
                continue
            members = list(model.members)
            if model.section is not None:
                members += [f"{division:02d}" for division, section in SECTIONS.items() if section == model.section]
            for place, member in enumerate(model.members):
                if member not in spec.members:
                    self._say((*loc, "members", place), "unknown-member", "", "", member, tuple(spec.members))
            genera = frozenset(spec.members[member].genus for member in members if member in spec.members)
            found[name] = NamedList(model.of, op.Listing(frozenset(members), model.open, genera - {""}))
        return found

    def _clauses(self) -> tuple[list[ClausePlan], tuple[Sentence, ...]]:
        plans: list[ClausePlan] = []
        sentences: list[Sentence] = []
        replacing: list[tuple[int, Clause, Sentence]] = []
        seen: set[str] = set()
        for place, clause in enumerate(self.file.clauses):
            loc: Loc = ("clauses", place)
            if clause.id in seen:
                self._say((*loc, "id"), "duplicate-id", f"clause '{clause.id}' stands twice", f"条款“{clause.id}”重复")
            seen.add(clause.id)
            if clause.award is not None:
                plan = self._award(clause, loc)
                plans.append(plan)
                sentences.append(plan.sentence)
            elif clause.replaces is not None:
                sentence = self._sentence(clause, "award")
                replacing.append((place, clause, sentence))
                sentences.append(sentence)
            else:
                if clause.gives not in ("none", "rule", "obligation"):
                    self._say(loc, "bad-clause", f"'{clause.id}' has no award and doesn't say what it gives", f"“{clause.id}”没有award，也没有写明gives")
                sentences.append(self._sentence(clause, clause.gives or "none"))
        for place, clause, sentence in replacing:
            self._replace(clause, sentence, ("clauses", place), plans)
        by_id = {plan.sentence.id: plan.sentence for plan in plans}
        by_id.update({one.sentence.id: one.sentence for plan in plans for one in plan.replacements})
        return plans, tuple(by_id.get(sentence.id, sentence) for sentence in sentences)

    def _sentence(self, clause: Clause, gives: str, readings: Iterable[str] = ()) -> Sentence:
        return Sentence(
            self.id,
            clause.id,
            clause.path,
            clause.sentence,
            clause.quote,
            gives,
            clause.printed or "",
            tuple(clause.flags),
            tuple((note.id, note.text) for note in clause.notes),
            tuple(sorted(readings)),
            (clause.replaces or "").partition(".")[0],
        )

    def _desk(self, scope: Scope) -> Desk:
        return Desk(scope, self.parameters, self.problems, self.used_parameters)

    def _per(self, clause: Clause, loc: Loc) -> tuple[Per, Scope]:
        given = clause.per
        scope = self.scope
        lists = {spec.entity: spec for spec in self.vocabulary.lists["case"].values()}
        if given is None or given == "enterprise":
            if given is None:
                self._say((*loc, "per"), "missing-key", f"'{clause.id}' does not say per what", f"“{clause.id}”没有写per")
            return Per(None), scope
        if isinstance(given, str):
            spec = lists.get(given)
            if spec is None:
                self._say((*loc, "per"), "unknown-name", "", "", given, ("enterprise", *lists))
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
                            keys.append(parse_path(text, scope))
                        except ExpressionError as error:
                            self.problems.append(Problem((*loc, "per", "by", place), error))
                    return Per(op.Source(spec.name, given.each, parent), given.each, parent, tuple(keys)), scope
        self._say((*loc, "per", "each"), "unknown-name", "", "", given.each, tuple(self.vocabulary.fields))
        return Per(None), scope

    def _award(self, clause: Clause, loc: Loc) -> ClausePlan:
        per, scope = self._per(clause, loc)
        desk = self._desk(scope)
        gates = [self._beneficiary(clause, loc), self._place(per)]
        gates += [
            Gate("where", text, desk.condition(text, (*loc, "where", place))) for place, text in enumerate(clause.where)
        ]
        gates += [
            Gate("when", text, desk.condition(text, (*loc, "when", place))) for place, text in enumerate(clause.when)
        ]
        gates += [
            Gate("doubt", doubt.when, desk.condition(doubt.when, (*loc, "doubt", place, "when")), doubt.why)
            for place, doubt in enumerate(clause.doubt)
        ]
        event = None
        if clause.event is not None:
            event = desk.value(clause.event, (*loc, "event"), "date")
        gates.append(self._window(event, clause))
        steps = lower_steps(clause.award or [], desk, (*loc, "award"))
        if not steps:
            self._say((*loc, "award"), "bad-clause", "an award without steps", "award没有步骤")
        gates += [
            Gate("items" if step.items is not None else "table", "", truth) for step in steps for truth in step.requires
        ]
        if clause.fund is None:
            self._say(loc, "missing-key", f"'{clause.id}' does not say which fund pays", f"“{clause.id}”没有写fund")
        nodes: list[op.Node] = [gate.truth for gate in gates] + [step.value for step in steps]
        readings = _readings_in(nodes)
        return ClausePlan(
            self._sentence(clause, "award", readings),
            per,
            tuple(gates),
            steps,
            clause.fund or "city",
            event,
            (),
            _drivers(per, steps),
            {},
            readings,
        )

    def _beneficiary(self, clause: Clause, loc: Loc) -> Gate:
        if clause.beneficiary == "any":
            return Gate("beneficiary", "any", op.ALWAYS)
        for place, name in enumerate(clause.beneficiary):
            if name not in BENEFICIARIES:
                self._say((*loc, "beneficiary", place), "unknown-member", "", "", name, BENEFICIARIES)
        kind = op.Fact("enterprise", self.vocabulary.fields["enterprise"]["type"])
        members = frozenset(clause.beneficiary)
        return Gate("beneficiary", " ".join(clause.beneficiary), op.In(kind, op.Listing(members)))

    def _place(self, per: Per) -> Gate:
        facts = [op.Fact("enterprise", self.vocabulary.fields["enterprise"]["place"])]
        if "project" in (per.name, per.parent):
            facts.insert(0, op.Fact("project", self.vocabulary.fields["project"]["place"]))
        place = self.file.policy.place
        return Gate("place", place.code, op.Within(tuple(facts), (place.code,), frozenset(place.zones)))

    def _window(self, event: op.Value | None, clause: Clause) -> Gate:
        window = self.file.policy.window
        loc: Loc = ("policy", "window")
        if (window.end is None) == (window.horizon is None):
            self._say(loc, "bad-clause", "a window has exactly one of 'end' and 'horizon'", "window应恰有end与horizon之一")
        last = window.end or window.horizon or "9999-12-31"
        start = self.pool.add(self._date(window.start, (*loc, "start")), "date")
        end = self.pool.add(self._date(last, (*loc, "end")), "date")
        truth = lower_window(
            self.vocabulary, start, end, stated=window.end is not None, event=event, new_only=clause.new_only
        )
        return Gate("window", f"{window.start} – {last}", truth)

    def _replace(self, clause: Clause, sentence: Sentence, loc: Loc, plans: list[ClausePlan]) -> None:
        target, _, word = (clause.replaces or "").partition(".")
        at = next((place for place, plan in enumerate(plans) if plan.sentence.id == target), None)
        if at is None:
            self._say((*loc, "replaces"), "unknown-name", "", "", target, tuple(p.sentence.id for p in plans))
            return
        plan = plans[at]
        step = next((place for place, one in enumerate(plan.steps) if one.word == word), None)
        given = {"rate": clause.rate, "cap": clause.cap, "lump_sum": clause.lump_sum}.get(word)
        if step is None or given is None or not clause.when:
            self._say((*loc, "replaces"), "bad-clause", f"'{clause.replaces}' needs 'when', and a '{word}' here and there", f"“{clause.replaces}”须有when，且两处都有“{word}”")
            return
        _, scope = self._per(self.file.clauses[self._place_of(target)], ("clauses", self._place_of(target)))
        desk = self._desk(scope)
        gates = tuple(
            Gate("replacement", text, desk.condition(text, (*loc, "when", place))) for place, text in enumerate(clause.when)
        )
        truth = op.All(tuple(gate.truth for gate in gates))
        old = plan.steps[step]
        figure, listed = desk.figure_or_table(given, (*loc, word), "ratio" if word == "rate" else "money")
        if word == "rate":
            made = Rate(rate=given, quote=clause.quote).lower(desk, (*loc,)).value
        else:
            made = op.Least(op.Running(), figure, printed=True, type="money") if word == "cap" else op.Fixed(figure, "money")
        value = op.Choose(((truth, made),), old.value, "money")
        operand = op.Choose(((truth, figure),), old.operand or figure, figure.type)
        steps = list(plan.steps)
        steps[step] = replace(old, value=value, operand=operand, requires=(*old.requires, *listed))
        readings = _readings_in([value])
        plans[at] = replace(
            plan,
            steps=tuple(steps),
            replacements=(*plan.replacements, Replacement(replace(sentence, readings=tuple(sorted(readings))), gates, step)),
            readings=plan.readings | readings,
        )

    def _place_of(self, clause_id: str) -> int:
        return next(place for place, clause in enumerate(self.file.clauses) if clause.id == clause_id)

    def _rule(self, rule: Rule, loc: Loc, plans: Sequence[ClausePlan]) -> RulePlan:
        by: dict[str, tuple[op.Value, ...]] = {}
        cap: dict[str, op.Value] = {}
        when: dict[str, op.Truth] = {}
        known = {plan.sentence.id for plan in plans}
        for place, clause_id in enumerate(rule.clauses):
            if clause_id not in known:
                self._say((*loc, "clauses", place), "unknown-name", "", "", clause_id, tuple(known))
                continue
            at = self._place_of(clause_id)
            _, scope = self._per(self.file.clauses[at], ("clauses", at))
            desk = self._desk(scope)
            by[clause_id] = tuple(desk.path(text, (*loc, "by", i)) for i, text in enumerate(rule.by))
            when[clause_id] = op.ALWAYS if rule.when is None else desk.condition(rule.when, (*loc, "when"))
            if rule.cap is not None:
                cap[clause_id] = desk.figure_or_table(rule.cap, (*loc, "cap"), "money")[0]
        needed = {"ceiling": "cap", "bar": "when", "higher_of": "same"}.get(rule.kind)
        if needed is not None and getattr(rule, needed) is None:
            self._say(loc, "missing-key", f"a {rule.kind} needs '{needed}'", f"{rule.kind}缺少“{needed}”")
        return RulePlan(
            rule.id, self.id, rule.kind, tuple(rule.clauses), rule.quote, by, cap, when, rule.earlier, rule.same or ""
        )

    def _unread(self, clauses: Sequence[ClausePlan], rules: Sequence[RulePlan]) -> None:
        nodes: list[op.Node] = []
        for plan in clauses:
            nodes += [gate.truth for gate in plan.gates] + [step.value for step in plan.steps] + list(plan.per.keys)
        for rule in rules:
            nodes += [*rule.when.values(), *rule.cap.values(), *(key for keys in rule.by.values() for key in keys)]
        read = {part for node in nodes for part in op.walk(node)}
        used = {part.reading for part in read if isinstance(part, op.ReadingIs)}
        for name, plan_ in self.readings.items():
            if plan_.id not in used:
                self._say(("readings", name), "unread-reading", f"nothing reads reading '{name}'", f"没有条文使用解读“{name}”")
        facts = {(part.spec.entity, part.spec.name) for part in read if isinstance(part, op.Fact)}
        for entity, declared in self.file.facts.items():
            for name in declared:
                if (entity, name) not in facts:
                    self._say(("facts", entity, name), "unread-fact", f"nothing reads '{entity}.{name}'", f"没有条文使用“{entity}.{name}”")
        for name in self.file.parameters:
            if name not in self.used_parameters:
                self._say(("parameters", name), "bad-parameter", f"nothing uses parameter '{name}'", f"没有条文使用参数“{name}”")
        for name, ladder in self.file.ladders.items():
            kinds = self.vocabulary.fields["title"]["kind"].members
            for place, member in enumerate(ladder.members):
                if member not in kinds:
                    self._say(("ladders", name, "members", place), "unknown-member", "", "", member, tuple(kinds))


def _readings_in(nodes: Iterable[op.Node]) -> frozenset[str]:
    return frozenset(part.reading for node in nodes for part in op.walk(node) if isinstance(part, op.ReadingIs))


def _drivers(per: Per, steps: Iterable[Lowered]) -> tuple[op.Source, ...]:
    """Return the lists without which the clause is not asked (S5)."""
    if per.source is not None:
        if per.parent:
            return (op.Source("projects", per.parent),)
        return (per.source,)
    found: list[op.Source] = []
    for step in steps:
        for part in op.walk(step.value):
            if isinstance(part, op.Aggregate) and not part.source.owner and part.source not in found:
                found.append(part.source)
    return tuple(found)


def _with_named_elsewhere(plans: Sequence[ClausePlan]) -> tuple[ClausePlan, ...]:
    """Tell each clause which members of an enumeration the other sentences of the pack name (S6)."""
    named: list[dict[tuple[str, str], set[str]]] = []
    for plan in plans:
        own: dict[tuple[str, str], set[str]] = {}
        nodes: list[op.Node] = [gate.truth for gate in plan.gates] + [step.value for step in plan.steps]
        for part in (part for node in nodes for part in op.walk(node)):
            if isinstance(part, op.In) and not part.all:
                own.setdefault((part.fact.spec.entity, part.fact.spec.name), set()).update(part.listing.members)
        named.append(own)
    made = []
    for plan, own in zip(plans, named, strict=True):
        others: dict[tuple[str, str], frozenset[str]] = {}
        for other in named:
            if other is not own:
                for key, members in other.items():
                    others[key] = others.get(key, frozenset()) | members
        made.append(replace(plan, named_elsewhere={key: others.get(key, frozenset()) for key in own}))
    return tuple(made)


@dataclass(frozen=True, slots=True)
class Policies:
    """Policies that are evaluated together, and the vocabulary of all of them."""

    plans: tuple[PolicyPlan, ...]
    vocabulary: Vocabulary
    by_id: Mapping[str, PolicyPlan] = field(default_factory=dict)

    def sentence(self, policy: str, clause: str) -> Sentence:
        """Return a sentence by policy and clause id. Raises `UsageError` where there is none."""
        for plan in self.plans:
            for sentence in plan.sentences:
                if plan.id == policy and sentence.id == clause:
                    return sentence
        raise UsageError(f"no clause '{policy}/{clause}' in the loaded policies")

    def only(self, *ids: str) -> Policies:
        """Return the named policies alone. Raises `UsageError` for a name that is not loaded."""
        for name in ids:
            if name not in self.by_id:
                raise UsageError(f"no policy '{name}'; loaded: {', '.join(self.by_id)}")
        return gather(plan for plan in self.plans if plan.id in ids)


def gather(plans: Iterable[PolicyPlan]) -> Policies:
    """Put policies together. Raises `UsageError` where two share an id or declare one fact differently."""
    made = tuple(plans)
    vocabulary = Vocabulary.core()
    by_id: dict[str, PolicyPlan] = {}
    for plan in made:
        if plan.id in by_id:
            raise UsageError(f"two policies have the id '{plan.id}'")
        by_id[plan.id] = plan
        vocabulary = _merged(vocabulary, plan)
    return Policies(made, vocabulary, by_id)


def _merged(vocabulary: Vocabulary, plan: PolicyPlan) -> Vocabulary:
    for entity, fields in plan.vocabulary.fields.items():
        for name, spec in fields.items():
            known = vocabulary.field(entity, name)
            if known is None:
                vocabulary = vocabulary.with_field(spec)
                continue
            if (known.type, known.sort) != (spec.type, spec.sort):
                raise UsageError(f"{plan.id} declares {entity}.{name} as {spec.type}; another policy as {known.type}")
            for member in spec.members.values():
                other = known.members.get(member.name)
                if other is not None and (other.genus, other.list) != (member.genus, member.list):
                    raise UsageError(f"{plan.id} declares '{member.name}' of {entity}.{name} unlike another policy")
            fresh = [member for member in spec.members.values() if member.name not in known.members]
            if fresh:
                vocabulary = vocabulary.with_members(entity, name, fresh)
    return vocabulary.with_zones(plan.vocabulary.zones)


def load_policies(paths: Iterable[str | Path] | None = None) -> Policies:
    """Load rule files: the packs that ship with the library, or those at `paths` (files or folders).

    Raises `RuleError` for a file that is wrong, `UsageError` for a path that is not there.
    """
    files: list[Path] = []
    for given in [shipped_rules()] if paths is None else [Path(path) for path in paths]:
        if given.is_dir():
            files += sorted(given.glob("*.yaml"))
        elif given.is_file():
            files.append(given)
        else:
            raise UsageError(f"no rule file at '{given}'")
    return gather(compile_policy(read_policy(file)) for file in files)


@dataclass(frozen=True, slots=True)
class Guide:
    """A guide ready for use: each parameter's table, row by row (`'*'` matches all), and the document to cite."""

    file: GuideFile
    fills: Mapping[str, tuple[tuple[tuple[str, ...], Fraction], ...]]
    sha256: str


def load_guide(path: str | Path, policies: Policies) -> Guide:
    """Read a guide for the loaded policies. Raises `RuleError` where it fills what is no open parameter (S24)."""
    return _guide(read_guide(Path(path)), policies)


def guide_from_text(text: str, policies: Policies) -> Guide:
    """Read a guide from its text. Raises as `load_guide` does."""
    return _guide(read_guide(text), policies)


def _guide(source: GuideSource, policies: Policies) -> Guide:
    findings = Findings(source.document)
    parameters = {name: one for plan in policies.plans for name, one in plan.parameters.items()}
    fills: dict[str, tuple[tuple[tuple[str, ...], Fraction], ...]] = {}
    for name, given in source.file.fills.items():
        loc: Loc = ("fills", name)
        node, path = node_at(source.document, loc)
        parameter = parameters.get(name)
        if parameter is None:
            findings.unknown("guide-conflict", node, path, name, parameters)
            continue
        rows: list[tuple[tuple[str, ...], str, Loc]] = []
        if isinstance(given, str):
            rows.append((("*",) * len(parameter.by), given, loc))
        else:
            by = (given.by,) if isinstance(given.by, str) else tuple(given.by)
            if by != parameter.by:
                findings.add("bad-table", node, path, f"'{name}' is looked up by {list(parameter.by)}", f"“{name}”按{list(parameter.by)}查表")
                continue
            rows += _guide_rows(given, loc)
        made = []
        for keys, text, where in rows:
            at, at_path = node_at(source.document, where)
            pool = _Pool()
            desk = Desk(Scope(policies.vocabulary, pool), {}, [])
            figure = desk.figure(text, where, parameter.type)
            if len(keys) != len(parameter.by):
                findings.add("bad-table", at, at_path, "a row needs one member for each key", "每行取值个数应与键一致")
            elif desk.problems or not isinstance(figure, op.Constant):
                findings.add("bad-parameter", at, at_path, f"'{text}' is not {parameter.type}", f"“{text}”不是{parameter.type}")
            else:
                made.append((keys, list(pool.index)[figure.index][0]))
        fills[name] = tuple(made)
    findings.raise_as(RuleError)
    return Guide(source.file, fills, source.document.sha256)


def _guide_rows(given: Table, loc: Loc) -> list[tuple[tuple[str, ...], str, Loc]]:
    if isinstance(given.rows, dict):
        return [((key,), value, (*loc, "rows", key)) for key, value in given.rows.items()]
    return [(tuple(row.is_), row.value, (*loc, "rows", place)) for place, row in enumerate(given.rows)]
