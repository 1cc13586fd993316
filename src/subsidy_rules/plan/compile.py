"""Compiling one policy: names resolved, types checked, order fixed, every problem of the file reported together."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Final

from subsidy_rules.errors import RuleError, brief
from subsidy_rules.facts.vocabulary import SECTIONS, FieldSpec, Member, Vocabulary
from subsidy_rules.mechanisms import operations as op
from subsidy_rules.mechanisms.at_most import AtMost
from subsidy_rules.mechanisms.cap import Cap
from subsidy_rules.mechanisms.expression import AwardOf, ExpressionError, NamedList, Parameter, Scope, parse_path
from subsidy_rules.mechanisms.lump_sum import LumpSum
from subsidy_rules.mechanisms.minimum import Minimum
from subsidy_rules.mechanisms.rate import Rate
from subsidy_rules.mechanisms.step import NOTHING, Desk, Loc, Lowered, Problem, Step, Table
from subsidy_rules.mechanisms.window import OtherDate, lower_window
from subsidy_rules.mechanisms.words import lower_steps
from subsidy_rules.plan.awards import circle_of, with_awards
from subsidy_rules.plan.declared import Declared
from subsidy_rules.plan.header import contradictions
from subsidy_rules.plan.model import (
    ROUNDING_UNITS,
    ClausePlan,
    Gate,
    Header,
    InstalmentPlan,
    InstalmentsPlan,
    LadderPlan,
    NotModelled,
    PayerPlan,
    Per,
    PolicyPlan,
    ReadingPlan,
    Replacement,
    RulePlan,
    Sentence,
    TableRow,
)
from subsidy_rules.plan.versions import Versions, amendments_of, reviews_of, version_of
from subsidy_rules.policy.model import (
    Clause,
    ParameterModel,
    Payer,
    PerGroup,
    Rule,
    RuleFile,
    TableSentence,
    ThingModel,
)
from subsidy_rules.policy.source import RuleSource, node_at
from subsidy_rules.values import document as doc
from subsidy_rules.values.amount import MODES
from subsidy_rules.values.findings import Findings
from subsidy_rules.values.quantity import CNY, QuantityError, parse_date, parse_money

_TOKEN: Final = re.compile(r'"[^"]*"|\w[\w.–-]*|[^\w\s]')
_MEMBERS: Final = re.compile(r"\[[^\]]*\]")
_NAME: Final = re.compile(r"\w+")
_BEFORE: Final = frozenset({"", "and", "or", "not", "where", "if", "else", "to", "from", *"(,+-*/<>="})
"""What a definition's name may stand behind; elsewhere the same word is a member or a path."""
_SHOWN: Final = 6
_LARGEST: Final = 2_000
_LARGEST_OF_ALL: Final = 200_000
"""Words of one definition, and of all where they are used, with everything in them written out: the plan holds them."""
_OF_THE_WHOLE: Final = frozenset({"bad-clause", "missing-key", "missing-quote"})
_UNREAD: Final = frozenset({"bad-parameter", "unread-fact", "unread-name", "unread-reading"})
_DECLARED: Final = frozenset({"define", "facts", "lists", "parameters", "readings", "things"})


_INSTEAD: Final[Mapping[str, type[Step]]] = {one.word: one for one in (Rate, Cap, LumpSum, AtMost, Minimum)}
"""The words whose step an exception may replace."""
_OPTIONS: Final = {"cap": {"of": "award", "per": ""}}
"""What such a step keeps from the one that it replaces, and does not say."""


class ConstantPool:
    """The constants of one policy, each pair of number and type once."""

    def __init__(self) -> None:
        self.index: dict[tuple[Fraction, str], int] = {(Fraction(0), "money"): 0}

    def add(self, value: Fraction, type_: str) -> op.Constant:
        """Keep a number and return its operation."""
        return op.Constant(self.index.setdefault((value, type_), len(self.index)), type_)

    def value(self, constant: op.Constant) -> Fraction:
        """Return the number that is kept as a constant."""
        return tuple(self.index)[constant.index][0]


def compile_policy(source: RuleSource, *, all_read: bool = True) -> PolicyPlan:
    """Resolve, check and order one policy. Raises `RuleError` with every problem found, in the order of the file.

    Where not all need be read (`all_read` false), what is declared and used by nothing is no problem: for a part of a
    policy.
    """
    if source.shape.model is None:
        raise RuleError(source.shape.problems)
    return _Compiler(source, source.shape.model, all_read=all_read).compile()


class _Compiler:
    """Compiles one policy; problems are collected with the place they stand at."""

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
                self._near(("readings", name, "default"), "unknown-member", model.default, model.options)
            if len(model.options) < 2:  # noqa: PLR2004 - a choice needs two
                self._say(("readings", name), "dead-reading", "a reading needs two options", "解读至少要有两个选项")
        self.parameters = {name: self._parameter(name, model) for name, model in self.file.parameters.items()}
        self.scope = Scope(
            self.vocabulary,
            self.pool,
            bound={"enterprise": "enterprise", "case": "case"},
            parameters=self.parameters,
            lists=self._lists(),
            definitions=self._definitions(),
            readings={name: (plan.id, tuple(plan.options)) for name, plan in self.readings.items()},
            awards=self._awards(),
        )
        self.versions = Versions(header.version, self._say)
        clauses, sentences = self._clauses()
        rules = tuple(
            self._rule(rule, ("cumulation", place), clauses) for place, rule in enumerate(self.file.cumulation)
        )
        self._name_awards([plan.sentence.id for plan in (*clauses, *self.obligations)])
        window = header.window
        at = ("policy", "window")
        start = self._date(window.start, (*at, "start"))
        other = window.start_other.date if isinstance(window.start_other, OtherDate) else window.start_other
        start_other = None if other is None else self._date(other, (*at, "start_other"))
        unit = self._rounding(header.rounding.unit)
        for found in contradictions(header):
            self._say(*found)
        if self.all_read:
            self._unread(clauses, rules)
        for problem in self.problems:
            error = problem.error
            if error.word and error.options:
                self._near(problem.loc, error.code, error.word, error.options)
            elif not error.word or error.word not in self.refused:
                self._say(problem.loc, error.code, error.what, error.what_zh, error.remedy, error.remedy_zh)
        circle = circle_of(clauses)
        if circle:
            loc: Loc = ("clauses", self._place_of(circle[0]))
            way = " → ".join(circle)
            self._say(loc, "circular", f"these awards need each other: {way}", f"这些奖补互相依赖：{way}")
        self._raise()
        mode = MODES.get(header.rounding.mode or "", 0)
        clauses, obligations, rules = with_awards(
            _with_named_elsewhere(clauses),
            self.obligations,
            rules,
            lambda: self.pool.add(Fraction(unit), "money"),
            mode,
        )
        return PolicyPlan(
            self.id,
            Header(
                header.title,
                header.issuer,
                header.document,
                header.address,
                header.place.code,
                frozenset(header.place.zones),
                header.rounding.unit,
                window.start_flag,
                header.unstated_cumulation,
                tuple(header.flags),
                version_of(header.version),
                reviews_of(header.reviewed_by),
                reviews_of(header.approved_by),
            ),
            tuple(
                NotModelled(one.path, one.sentence, one.quote, one.reason, tuple(one.taints))
                for one in self.file.not_modelled
            ),
            tuple(self.pool.index),
            self.vocabulary,
            {plan.id: plan for plan in self.readings.values()},
            {parameter.id: parameter for parameter in self.parameters.values()},
            tuple(
                LadderPlan(name, frozenset(model.members), frozenset(model.levels), model.object)
                for name, model in self.file.ladders.items()
            ),
            sentences,
            tuple(clauses),
            tuple(obligations),
            rules,
            start,
            start_other,
            unit,
            mode,
            self.source.document.sha256,
            hashlib.sha256(self.file.model_dump_json(by_alias=True).encode()).hexdigest(),
        )

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

    def _definitions(self) -> dict[str, str]:
        """Return the definitions; those that rest on themselves or grow too large are refused, and stand for true."""
        texts = self.file.define
        uses = {name: _used(text, texts) for name, text in texts.items()}
        sizes = _sizes(texts, uses)
        refused = [name for name in texts if sizes.get(name, 0) > _LARGEST]
        for name in refused:
            what = f"definition '{brief(name)}' has over {_LARGEST} words with every definition in it written out"
            what_zh = f"定义“{brief(name)}”中的定义全部展开后超过{_LARGEST}个词"
            self._say(("define", name), "too-large", what, what_zh)
        for circle in _circles({name: used for name, used in uses.items() if name not in sizes}):
            for place, name in enumerate(circle):
                turned = [*circle[place:], *circle[:place]][:_SHOWN]
                path = " → ".join([*map(brief, turned), *(["…"] if len(circle) > _SHOWN else []), brief(name)])
                self._say(
                    ("define", name), "circular", f"this definition rests on itself: {path}", f"定义循环引用：{path}"
                )
                if self.findings.full:
                    break
        total = 0
        for loc, text in _texts(self.source.document.root):
            total += sum(sizes.get(one, 0) for one in _used(text, texts))
            if total > _LARGEST_OF_ALL:
                what = f"up to here the definitions that are used have over {_LARGEST_OF_ALL} words"
                self._say(loc, "too-large", what, f"至此所用定义展开后超过{_LARGEST_OF_ALL}个词")
                return dict.fromkeys(texts, "true")
        return {name: text if sizes.get(name, _LARGEST + 1) <= _LARGEST else "true" for name, text in texts.items()}

    def _rounding(self, text: str) -> int:
        """Return the rounding unit in the smallest unit of the policy's currency."""
        loc: Loc = ("policy", "rounding", "unit")
        currency = self.vocabulary.currency
        if currency == CNY:
            if text not in ROUNDING_UNITS:
                self._near(loc, "unknown-member", text, ROUNDING_UNITS)
            return ROUNDING_UNITS.get(text, 1)
        try:
            unit = parse_money(f"1 {text}" if text in dict(currency.units) else text, currency=currency)
        except QuantityError as error:
            self._say(loc, error.code, error.what, error.what_zh, error.remedy, error.remedy_zh)
            return 1
        if unit == 0:
            self._say(loc, "negative", f"'{text}' is not above zero", f"“{text}”不大于零")
        return int(unit) or 1

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

    def _vocabulary(self) -> None:
        declared = Declared(self.file, self._say, self._near)
        self.vocabulary, self.own_facts, self.own_things = declared.vocabulary, declared.facts, declared.things
        self.refused |= declared.refused
        for path, added_members in self.file.vocabulary.items():
            spec_found = self._field(path, ("vocabulary", path))
            if spec_found is not None and spec_found.type not in ("enum", "set"):
                self._say(("vocabulary", path), "wrong-type", f"{path} has no members", f"{path}没有取值表")
            elif spec_found is not None:
                added = [
                    Member(name, model.zh or name, model.en, model.genus or "", model.list or name)
                    for name, model in added_members.items()
                ]
                self.vocabulary = self.vocabulary.with_members(spec_found.entity, spec_found.name, added)
        ids = [Member(f"{self.id}/{clause.id}") for clause in self.file.clauses]
        for entity in ("project", "title", "grant"):
            self.vocabulary = self.vocabulary.with_members(entity, "claims", ids)

    def _parameter(self, name: str, model: ParameterModel) -> Parameter:
        """Return a parameter; a row of its own values that is wrong is told, and left out."""
        rows = []
        specs = [self.vocabulary.field(*text.partition(".")[::2]) for text in model.by]
        for place, row in enumerate(model.values or ()):
            loc: Loc = ("parameters", name, "values", place)
            found = len(self.findings.problems) + len(self.problems)
            if len(row.is_) != len(model.by):
                self._say(loc, "bad-table", "a row needs one member for each key", "每行取值个数应与键一致")
            for key, spec in zip(row.is_, specs, strict=False):
                if key != "*" and spec is not None and spec.named(key) is None:
                    self._near((*loc, "is"), "unknown-member", key, spec.members)
            if (row.from_ is not None) != bool(model.on):
                what = "a table by date ('on') has 'from' in every row, and no other has"
                self._say(loc, "bad-table", what, "按日期查的表（on）每行须有from，其他表不得有")
            elif row.from_ is not None:
                self._date(row.from_, (*loc, "from"))
            self._desk(Scope(self.vocabulary, self.pool)).constant(row.value, (*loc, "value"), model.type)
            if len(self.findings.problems) + len(self.problems) == found:
                keys = tuple(spec.named(key) or key if spec else key for key, spec in zip(row.is_, specs, strict=True))
                rows.append((keys, row.from_ or "", row.value))
        return Parameter(f"{self.id}/{name}", model.type, tuple(model.by), model.document, model.on, tuple(rows))

    def _awards(self) -> dict[str, AwardOf]:
        """Return the sentences whose awards others may name: not those that pay by groups, which have no one name."""
        lists = {spec.entity: spec for spec in self.vocabulary.lists["case"].values()}
        found = {}
        for clause in self.file.clauses:
            if (clause.award is not None or clause.rows is not None) and isinstance(clause.per, str):
                spec = lists.get(clause.per)
                source = None if spec is None else op.Source(spec.name, spec.entity)
                found[clause.id] = AwardOf(source, clause.per)
        return found

    def _lists(self) -> dict[str, NamedList]:
        found = {}
        for name, model in self.file.lists.items():
            loc = ("lists", name)
            spec = self._field(model.of, (*loc, "of"))
            if spec is None:
                self.refused.add(name)
                continue
            members = [spec.named(member) or member for member in model.members]
            if model.section is not None:
                members += [f"{division:02d}" for division, section in SECTIONS.items() if section in model.section]
            for place, member in enumerate(model.members):
                if spec.named(member) is None:
                    self._near((*loc, "members", place), "unknown-member", member, tuple(spec.members))
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
            self._shape(clause, loc)
            if clause.award is not None or clause.rows is not None:
                plan = self._award(clause, loc)
                plans.append(plan)
                sentences += [row.sentence for row in plan.rows] or [plan.sentence]
            elif clause.replaces is not None:
                sentence = self._sentence(clause, "award")
                replacing.append((place, clause, sentence))
                sentences.append(sentence)
            else:
                if clause.gives not in ("none", "rule", "obligation"):
                    self._say(
                        loc,
                        "bad-clause",
                        f"'{clause.id}' has no award and doesn't say what it gives",
                        f"“{clause.id}”没有award，也没有写明gives",
                        "write 'award', or what the sentence gives: none, rule or obligation",
                        "写award，或写明gives：none、rule或obligation",
                    )
                sentences.append(self._sentence(clause, clause.gives or "none"))
                if clause.obligation is not None:
                    self.obligations.append(self._obligation(clause, loc))
        for place, clause, sentence in replacing:
            self._replace(clause, sentence, ("clauses", place), plans)
        by_id = {plan.sentence.id: plan.sentence for plan in (*plans, *self.obligations)}
        by_id.update({one.sentence.id: one.sentence for plan in plans for one in plan.replacements})
        return plans, tuple(by_id.get(sentence.id, sentence) for sentence in sentences)

    def _shape(self, clause: Clause, loc: Loc) -> None:
        """Check what a clause must and must not have."""
        self.versions.check(clause.amended, loc)
        if clause.rows is None:
            for name in ("path", "sentence", "quote"):
                if not getattr(clause, name):
                    code = "missing-quote" if name == "quote" else "missing-key"
                    self._say(loc, code, f"'{clause.id}' has no '{name}'", f"“{clause.id}”缺少“{name}”")
        forms = [name for name in ("award", "rows", "replaces", "obligation") if getattr(clause, name) is not None]
        if len(forms) > 1:
            self._say(
                loc,
                "bad-clause",
                f"'{clause.id}' has {' and '.join(forms)}",
                f"“{clause.id}”同时有{'、'.join(forms)}",
                "keep one: a sentence has one form",
                "保留一个：一句只有一种形式",
            )
        if clause.replaces is None and clause.step:
            self._say(
                loc,
                "bad-clause",
                f"'{clause.id}' has a step outside 'award'",
                f"“{clause.id}”的步骤写在award之外",
                "write the step under 'award'; only a sentence with 'replaces' has it beside 'when'",
                "步骤写在award之下；只有带replaces的句子写在when旁",
            )

    def _sentence(self, clause: Clause | TableSentence, gives: str, readings: Iterable[str] = ()) -> Sentence:
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
            (clause.replaces or "").partition(".")[0] if isinstance(clause, Clause) else "",
            tuple(clause.part_of) if isinstance(clause, Clause) else (),
            amendments_of(clause.amended),
        )

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

    def _award(self, clause: Clause, loc: Loc) -> ClausePlan:
        per, scope = self._per(clause, loc)
        desk = self._desk(scope)
        gates = [self._beneficiary(clause, loc), self._place(per)]
        gates += self._conditions(clause, desk, loc)
        gates += [
            Gate("doubt", doubt.when, desk.condition(doubt.when, (*loc, "doubt", place, "when")), doubt.why)
            for place, doubt in enumerate(clause.doubt)
        ]
        event = None
        if clause.event is not None:
            event = desk.value(clause.event, (*loc, "event"), "date")
        gates.append(self._window(event, clause))
        gates += self.versions.gates(per, desk)
        gates += self.versions.amended(clause.amended, per, desk, loc)
        rows = tuple(
            self._row(row, clause.id, per, desk, (*loc, "rows", place)) for place, row in enumerate(clause.rows or [])
        )
        steps = _table_step(rows) if rows else lower_steps(clause.award or [], desk, (*loc, "award"))
        if not steps:
            self._say(
                (*loc, "award"),
                "bad-clause",
                "an award without steps",
                "award没有步骤",
                "write its steps; a sentence that gives nothing says 'gives: none'",
                "请写步骤；不给奖补的句子写gives: none",
            )
        gates += [
            Gate("items" if step.items is not None else "table", "", truth) for step in steps for truth in step.requires
        ]
        if clause.fund is None:
            self._say(loc, "missing-key", f"'{clause.id}' does not say which fund pays", f"“{clause.id}”没有写fund")
        listed: list[op.Truth] = []
        payers = self._payers(clause, desk, loc, listed)
        instalments = self._instalments(clause, desk, loc, listed)
        gates += [Gate("table", "", truth) for truth in listed]
        settlement = (
            None
            if clause.settlement is None
            else (
                desk.value(clause.settlement.assessed, (*loc, "settlement", "assessed")),
                desk.value(clause.settlement.paid, (*loc, "settlement", "paid")),
            )
        )
        nodes: list[op.Node] = [gate.truth for gate in gates] + [step.value for step in steps]
        made = ClausePlan(
            self._sentence(clause, "award"),
            per,
            tuple(gates),
            steps,
            clause.fund or "city",
            event,
            (),
            rows,
            payers,
            instalments,
            settlement,
            _drivers(per, steps),
            {},
            frozenset(),
        )
        readings = _readings_in([*nodes, *made.division])
        sentence = replace(made.sentence, readings=tuple(sorted(readings | _readings_in(per.keys))))
        return replace(made, sentence=sentence, readings=readings)

    def _conditions(self, clause: Clause, desk: Desk, loc: Loc) -> tuple[Gate, ...]:
        wheres = [Gate("where", t, desk.condition(t, (*loc, "where", i))) for i, t in enumerate(clause.where)]
        whens = [Gate("when", t, desk.condition(t, (*loc, "when", i))) for i, t in enumerate(clause.when)]
        return (*wheres, *whens)

    def _row(self, row: TableSentence, table: str, per: Per, desk: Desk, loc: Loc) -> TableRow:
        gates = tuple(
            Gate("row", text, desk.condition(text, (*loc, "when", place))) for place, text in enumerate(row.when)
        )
        steps = lower_steps(row.award, desk, (*loc, "award"))
        if not steps or not gates:
            self._say(
                loc,
                "bad-clause",
                "a row without conditions or without steps",
                "此行没有条件或没有步骤",
                "write 'when' and 'award' in each row",
                "每行写when和award",
            )
        self.versions.check(row.amended, loc)
        gates += self.versions.amended(row.amended, per, desk, loc)
        nodes: list[op.Node] = [gate.truth for gate in gates] + [step.value for step in steps]
        sentence = replace(self._sentence(row, "award", _readings_in(nodes)), replaces=table)
        return TableRow(sentence, gates, steps)

    def _payers(self, clause: Clause, desk: Desk, loc: Loc, listed: list[op.Truth]) -> tuple[PayerPlan, ...]:
        self._one_rest("payers", [payer.amount for payer in clause.payers], loc)
        return tuple(
            self._payer(payer, desk, (*loc, "payers", place), listed) for place, payer in enumerate(clause.payers)
        )

    def _part(self, given: str | Table, desk: Desk, loc: Loc, type_: str, listed: list[op.Truth]) -> op.Value:
        """Read a figure or a table; that the table has a row is required of the award, as it is of its steps."""
        value, truths = desk.figure_or_table(given, loc, type_)
        listed += truths
        return value

    def _payer(self, payer: Payer, desk: Desk, loc: Loc, listed: list[op.Truth]) -> PayerPlan:
        if (payer.amount is None) == (payer.share is None) or (payer.cap is not None and payer.share is None):
            self._say(
                loc,
                "bad-clause",
                f"'{payer.name}' pays an 'amount' or a 'share', and only a share has a cap",
                f"“{payer.name}”须恰写amount或share之一，只有share可以有cap",
                "write the amount that an authority fixes, 'amount: rest', or 'share: 60%' with its cap",
                "写由有权机关确定的amount、amount: rest，或share: 60%及其cap",
            )
        share = None if payer.share is None else self._part(payer.share, desk, (*loc, "share"), "ratio", listed)
        cap = None if payer.cap is None else self._part(payer.cap, desk, (*loc, "cap"), "money", listed)
        given = payer.amount is not None and payer.amount != "rest"
        return PayerPlan(payer.name, desk.value(payer.amount or "", (*loc, "amount")) if given else None, share, cap)

    def _instalments(self, clause: Clause, desk: Desk, loc: Loc, listed: list[op.Truth]) -> InstalmentsPlan | None:
        if clause.instalments is None:
            return None
        at = (*loc, "instalments")
        self._one_rest("instalments", [one.share for one in clause.instalments.parts], loc)
        parts = []
        for place, one in enumerate(clause.instalments.parts):
            where = (*at, "parts", place)
            rest = one.share == "rest"
            share = None if rest else self._part(one.share, desk, (*where, "share"), "ratio", listed)
            parts.append(InstalmentPlan(one.name, share, desk.condition(one.when, (*where, "when")), one.quote))
        paid = clause.instalments.paid
        return InstalmentsPlan(tuple(parts), None if paid is None else desk.value(paid, (*at, "paid")))

    def _one_rest(self, key: str, parts: Sequence[object], loc: Loc) -> None:
        """Refuse parts of which not exactly one is the rest: only then do they add up."""
        rests = parts.count("rest")
        if parts and rests != 1:
            self._say(
                (*loc, key),
                "bad-clause",
                f"{rests} of the {key} are the rest",
                f"{key}中有{rests}项为其余部分（rest）",
                "write 'rest' for exactly one of them, so that the parts add up to the award",
                "恰为其中一项写rest，使各部分之和等于奖补",
            )

    def _obligation(self, clause: Clause, loc: Loc) -> ClausePlan:
        base = next((one for one in self.obligations if one.sentence.id == clause.share_of), None)
        if clause.share_of is not None and base is None:
            self._near((*loc, "share_of"), "unknown-name", clause.share_of, [o.sentence.id for o in self.obligations])
        per, scope = self._per(clause, loc)
        desk = self._desk(scope)
        gates = (*self._conditions(clause, desk, loc), *self.versions.amended(clause.amended, per, desk, loc))
        steps = lower_steps(clause.obligation or [], desk, (*loc, "obligation"), first=base is None)
        steps = tuple(replace(step, value=op.Fixed(step.value, "money", up=True)) for step in steps)
        if base is None:
            gates = (self._place(per), self._window(None, clause), *self.versions.gates(per, desk), *gates)
        else:
            gates, steps = (*base.gates, *gates), (*base.steps, *steps)
        readings = _readings_in([*(gate.truth for gate in gates), *(step.value for step in steps)])
        return ClausePlan(
            self._sentence(clause, "obligation", readings),
            per,
            gates,
            steps,
            "",
            None,
            (),
            (),
            (),
            None,
            None,
            _drivers(per, steps),
            {},
            readings,
        )

    def _beneficiary(self, clause: Clause, loc: Loc) -> Gate:
        if clause.beneficiary == "any":
            return Gate("beneficiary", "any", op.ALWAYS)
        kind = op.Fact("enterprise", self.vocabulary.fields["enterprise"]["type"])
        members = []
        for place, name in enumerate(clause.beneficiary):
            found = kind.spec.named(name)
            if found is None:
                self._near((*loc, "beneficiary", place), "unknown-member", name, kind.spec.members)
            members.append(found or name)
        return Gate("beneficiary", " ".join(clause.beneficiary), op.In(kind, op.Listing(frozenset(members))))

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
            self._say(
                loc,
                "bad-clause",
                "a window has exactly one of 'end' and 'horizon'",
                "window应恰有end与horizon之一",
                "write 'end' where the text states one, else 'horizon'",
                "原文写明截止日的写end，否则写horizon",
            )
        last = window.end or window.horizon or "9999-12-31"
        start: op.Value = self.pool.add(self._date(window.start, (*loc, "start")), "date")
        end = self.pool.add(self._date(last, (*loc, "end")), "date")
        start = self._or_else(window.start_other, start, (*loc, "start_other"))
        truth = lower_window(
            self.vocabulary,
            start,
            end,
            stated=window.end is not None,
            event=event,
            new_only=clause.new_only,
            first=self._or_else(window.events_from, start, (*loc, "events_from")),
        )
        return Gate("window", f"{window.start} – {last}", truth)

    def _or_else(self, other: OtherDate | str | None, date: op.Value, loc: Loc) -> op.Value:
        """Return a date of the window, or the other one that is taken where its condition holds."""
        if not isinstance(other, OtherDate):
            return date
        holds = self._desk(self.scope).condition(other.when, (*loc, "when"))
        return op.Choose(((holds, self.pool.add(self._date(other.date, loc), "date")),), date, "date")

    def _replace(self, clause: Clause, sentence: Sentence, loc: Loc, plans: list[ClausePlan]) -> None:
        target, _, word = (clause.replaces or "").partition(".")
        at = next((place for place, plan in enumerate(plans) if plan.sentence.id == target), None)
        if at is None:
            self._near((*loc, "replaces"), "unknown-name", target, tuple(p.sentence.id for p in plans))
            return
        plan = plans[at]
        step = next((place for place, one in enumerate(plan.steps) if one.word == word), None)
        if step is None or word not in clause.step or not clause.when:
            self._say(
                (*loc, "replaces"),
                "bad-clause",
                f"'{clause.replaces}' needs 'when', and a '{word}' here and there",
                f"“{clause.replaces}”须有when，且两处都有“{word}”",
                "name a word that the other clause's steps have, and write 'when' and the same word here",
                "写出另一条款步骤中的用词，并在此写when和同一用词",
            )
            return
        per, scope = self._per(self.file.clauses[self._place_of(target)], ("clauses", self._place_of(target)))
        desk = self._desk(scope)
        gates = tuple(
            Gate("replacement", text, desk.condition(text, (*loc, "when", place)))
            for place, text in enumerate(clause.when)
        )
        gates += self.versions.amended(clause.amended, per, desk, loc)
        truth = op.All(tuple(gate.truth for gate in gates))
        old = plan.steps[step]
        made = _INSTEAD[word].model_validate({word: clause.step[word], **_OPTIONS.get(word, {})}).lower(desk, loc)
        figure = made.operand or made.value
        value = op.Choose(((truth, made.value),), old.value, "money")
        operand = op.Choose(((truth, figure),), old.operand or figure, figure.type)
        steps = list(plan.steps)
        elsewhere = {id(one): op.IfTruth(truth, op.ALWAYS, one) for one in old.requires}
        here = tuple(op.IfTruth(truth, one, op.ALWAYS) for one in made.requires)
        steps[step] = replace(old, value=value, operand=operand, requires=(*elsewhere.values(), *here))
        kept = [replace(gate, truth=elsewhere.get(id(gate.truth), gate.truth)) for gate in plan.gates]
        readings = _readings_in([value])
        plans[at] = replace(
            plan,
            gates=(*kept, *(Gate("table", "", one) for one in here)),
            steps=tuple(steps),
            replacements=(
                *plan.replacements,
                Replacement(replace(sentence, readings=tuple(sorted(readings))), gates, step),
            ),
            readings=plan.readings | readings,
        )

    def _place_of(self, clause_id: str) -> int:
        return next(place for place, clause in enumerate(self.file.clauses) if clause.id == clause_id)

    def _name_awards(self, known: Sequence[str]) -> None:
        """Refuse names of awards that there are none of, where a sentence or left-out words say what they bear on."""
        named: list[tuple[Loc, Sequence[str]]] = [
            (("not_modelled", place, "taints"), one.taints) for place, one in enumerate(self.file.not_modelled)
        ]
        for place, clause in enumerate(self.file.clauses):
            named.append((("clauses", place, "part_of"), clause.part_of))
            if clause.part_of and clause.gives != "rule":
                self._say(
                    ("clauses", place, "part_of"),
                    "bad-clause",
                    f"'{clause.id}' is part of another award, but is no rule",
                    f"“{clause.id}”写明part_of，但不是规则",
                    "write 'gives: rule'; the steps stand in the award that it is part of",
                    "请写gives: rule；步骤写在所属的奖补中",
                )
        for loc, names in named:
            for at, name in enumerate(names):
                if name not in known:
                    self._near((*loc, at), "unknown-name", name, known)

    def _rule(self, rule: Rule, loc: Loc, plans: Sequence[ClausePlan]) -> RulePlan:
        by: dict[str, tuple[op.Value, ...]] = {}
        cap: dict[str, op.Value] = {}
        when: dict[str, op.Truth] = {}
        known = {plan.sentence.id for plan in plans}
        named = [(("clauses", place), clause) for place, clause in enumerate(rule.clauses)]
        named += [(("against", place), clause) for place, clause in enumerate(rule.against)]
        for where, clause_id in named:
            if clause_id not in known:
                self._near((*loc, *where), "unknown-name", clause_id, tuple(known))
                continue
            at = self._place_of(clause_id)
            _, scope = self._per(self.file.clauses[at], ("clauses", at))
            desk = self._desk(scope)
            by[clause_id] = tuple(desk.path(text, (*loc, "by", i)) for i, text in enumerate(rule.by))
            when[clause_id] = op.ALWAYS if rule.when is None else desk.condition(rule.when, (*loc, "when"))
            if rule.cap is not None:
                figure, listed = desk.figure_or_table(rule.cap, (*loc, "cap"), "money")
                when[clause_id] = op.All((when[clause_id], *listed)) if listed else when[clause_id]
                cap[clause_id] = self._room(rule, figure, by[clause_id], loc) if rule.earlier else figure
        needed = {"ceiling": "cap", "bar": "when", "higher_of": "same"}.get(rule.kind)
        if needed is not None and getattr(rule, needed) is None:
            self._say(loc, "missing-key", f"a {rule.kind} needs '{needed}'", f"{rule.kind}缺少“{needed}”")
        self._reduced(rule, loc)
        return RulePlan(
            rule.id,
            self.id,
            rule.kind,
            tuple(rule.clauses),
            tuple(rule.against),
            rule.quote,
            by,
            cap,
            when,
            rule.same or "",
            tuple(rule.reduce) if isinstance(rule.reduce, list) else rule.reduce or "last_in",
        )

    def _reduced(self, rule: Rule, loc: Loc) -> None:
        """Refuse an order in which nothing is cut, and one of sentences that the ceiling is not over."""
        if rule.reduce is not None and rule.kind != "ceiling":
            what, what_zh = f"a {rule.kind} reduces nothing", f"{rule.kind}不削减数额"
            self._say((*loc, "reduce"), "bad-clause", f"{what}; only a ceiling does", f"{what_zh}，只有ceiling才削减")
        if not isinstance(rule.reduce, list):
            return
        if not rule.reduce:
            what, what_zh = "'reduce' names no sentence", "“reduce”没有列出条款"
            self._say((*loc, "reduce"), "bad-clause", what, what_zh)
        for place, name in enumerate(rule.reduce):
            if name not in rule.clauses:
                self._near((*loc, "reduce", place), "unknown-name", name, tuple(rule.clauses))
            elif name in rule.reduce[:place]:
                what, what_zh = f"'{brief(name)}' stands twice in 'reduce'", f"“{brief(name)}”在“reduce”中重复"
                self._say((*loc, "reduce", place), "bad-clause", what, what_zh)

    def _room(self, rule: Rule, cap: op.Value, by: Iterable[op.Value], loc: Loc) -> op.Value:
        """Return what is left of a ceiling: the cap less the earlier awards that count (S19).

        They are those of the same sentences, alike in what the ceiling goes by, paid before the decision.
        """
        fields = self.vocabulary.fields["earlier_award"]
        clause = op.Fact("earlier", fields["clause"])
        decision = op.Fact("case", self.vocabulary.fields["case"]["decision_date"])
        counts: list[op.Truth] = [
            _one_of(op.Fact("earlier", fields["policy"]), self._names_of_the_policy()),
            op.AnyOf(tuple(op.Same(clause, op.Words(name)) for name in rule.clauses)),
            op.Compare(">", decision, op.Fact("earlier", fields["paid_on"])),
        ]
        if rule.earlier == "this_year":
            paid_on, year = op.Fact("earlier", fields["paid_on"]), op.Calendar(decision, None, "count")
            counts.append(op.Compare("==", op.Calendar(paid_on, None, "count"), year))
        for place, key in enumerate(by):
            if not isinstance(key, op.Fact) or key.spec.name not in fields:
                what = "earlier awards can only be told apart by a fact that they have: "
                what_zh = "历史奖补只能按其自身的事实区分："
                listed = ", ".join(sorted(fields))
                self._say((*loc, "by", place), "bad-clause", what + listed, what_zh + listed)
            else:
                counts.append(op.Same(op.Fact("earlier", fields[key.spec.name]), key))
        source = op.Source("earlier_awards", "earlier_award")
        amount = op.Fact("earlier", fields["amount"])
        paid = op.Aggregate("sum", source, "earlier", op.All(tuple(counts)), amount, "money")
        return op.Arithmetic("-", cap, paid, "money")

    def _names_of_the_policy(self) -> tuple[str, ...]:
        """Return what an earlier award may call this policy: its id, and that of which it is a version."""
        version = self.file.policy.version
        return (self.id,) if version is None else (self.id, version.of)

    def _dead(self, name: str, reading: ReadingPlan, nodes: Iterable[op.Node]) -> None:
        """Refuse options between which no condition tells (S22)."""
        said = [vector for node in nodes for vector in _choices(node, reading)]
        columns: dict[tuple[bool, ...], str] = {}
        for place, option in enumerate(reading.options):
            column = tuple(vector[place] for vector in said)
            if column in columns:
                what = f"options '{columns[column]}' and '{option}' of {name} change nothing between them"
                what_zh = f"解读{name}的选项“{columns[column]}”与“{option}”没有区别"
                self._say(("readings", name, "options"), "dead-reading", what, what_zh)
            columns.setdefault(column, option)

    def _unread(self, clauses: Sequence[ClausePlan], rules: Sequence[RulePlan]) -> None:
        nodes: list[op.Node] = []
        for plan in clauses:
            nodes += [gate.truth for gate in plan.gates] + [step.value for step in plan.steps] + list(plan.per.keys)
            nodes += plan.division
        for one in self.obligations:
            nodes += [gate.truth for gate in one.gates] + [step.value for step in one.steps]
        for rule in rules:
            nodes += [*rule.when.values(), *rule.cap.values(), *(key for keys in rule.by.values() for key in keys)]
        # What does not parse may still name a thing: then only what no text names is surely not read.
        doubtful = bool(self.problems or self.source.shape.aside) or self.scope.definitions != self.file.define
        texts = [text for _, text in _texts(self.source.document.root)]
        texts += self.file.define.values()
        named = {word for text in texts for word in _NAME.findall(text)}
        maybe = named if doubtful else frozenset()
        read = {part for node in nodes for part in op.walk(node)}
        asking: dict[str, list[op.Node]] = {}
        for node in nodes:
            for reading in _readings_in([node]):
                asking.setdefault(reading, []).append(node)
        for name, plan_ in self.readings.items():
            if plan_.id in asking and not doubtful:
                self._dead(name, plan_, asking[plan_.id])
            elif plan_.id not in asking and name not in maybe:
                what, what_zh = f"nothing reads reading '{name}'", f"没有条文使用解读“{name}”"
                self._say(("readings", name), "unread-reading", what, what_zh)
        facts = {(part.spec.entity, part.spec.name) for part in read if isinstance(part, op.Fact)}
        for entity, name in self.own_facts:
            places = name == "project" and entity in dict(self.own_things)  # it says on what its awards meet others
            if (entity, name) not in facts and name not in maybe and not places:
                what, what_zh = f"nothing reads '{entity}.{name}'", f"没有条文使用“{entity}.{name}”"
                self._say(("facts", entity, name), "unread-fact", what, what_zh)
        filled = {part.parameter for part in read if isinstance(part, op.Open)}
        for name, parameter in self.parameters.items():
            if parameter.id not in filled and name not in maybe:
                what, what_zh = f"nothing uses parameter '{name}'", f"没有条文使用参数“{name}”"
                self._say(("parameters", name), "bad-parameter", what, what_zh)
        named_conditions = {name for text in texts for name in _used(text, self.file.define)}
        unused = [("define", name) for name in self.file.define if name not in named_conditions]
        unused += [("things", name) for name, one in self.own_things if named.isdisjoint((name, one.list))]
        unused += [("lists", name) for name in self.file.lists if name not in named]
        for section, name in unused:
            self._say((section, name), "unread-name", f"nothing uses '{name}'", f"没有条文使用“{name}”")
        self._ladders()

    def _ladders(self) -> None:
        for name, ladder in self.file.ladders.items():
            kinds = self.vocabulary.fields["title"]["kind"].members
            for place, member in enumerate(ladder.members):
                if member not in kinds:
                    self._near(("ladders", name, "members", place), "unknown-member", member, tuple(kinds))


def _used(text: str, definitions: Container[str]) -> list[str]:
    """Return the definitions that an expression names, as often as it names them; what is in `[…]` are members."""
    tokens = ["", "", *_TOKEN.findall(_MEMBERS.sub("[]", text))]
    return [
        token
        for earlier, before, token in zip(tokens, tokens[1:], tokens[2:], strict=False)
        if token in definitions and before in _BEFORE and (earlier, before) != ("is", "not")
    ]


def _sizes(texts: Mapping[str, str], uses: Mapping[str, Sequence[str]]) -> dict[str, int]:
    """Return how many words each definition has with every one in it written out; those on no circle only.

    What is over the limit is not counted further.
    """
    users: dict[str, list[str]] = {name: [] for name in texts}
    for name, used in uses.items():
        for one in dict.fromkeys(used):
            users[one].append(name)
    missing = {name: len(set(used)) for name, used in uses.items()}
    ready = [name for name, count in missing.items() if count == 0]
    sizes: dict[str, int] = {}
    for name in ready:
        size = len(_TOKEN.findall(texts[name])) + sum(sizes[one] for one in uses[name])
        sizes[name] = min(size, _LARGEST + 1)
        for user in users[name]:
            missing[user] -= 1
            if missing[user] == 0:
                ready.append(user)
    return sizes


def _circles(uses: Mapping[str, Sequence[str]]) -> Iterator[list[str]]:
    """Return the circles that following the first use of each definition leads into; each definition has one."""
    seen: set[str] = set()
    for start in uses:
        chain: dict[str, int] = {}
        name = start
        while name not in seen and name not in chain:
            chain[name] = len(chain)
            name = next(one for one in uses[name] if one in uses)
        if name in chain:
            yield list(chain)[chain[name] :]
        seen.update(chain)


def _texts(root: doc.Node) -> Iterator[tuple[Loc, str]]:
    """Return the texts of the clauses and of the rules between awards but for the quotes, in the order of the file."""
    waiting: list[tuple[Loc, doc.Node]] = [((), root)]
    while waiting:
        loc, node = waiting.pop()
        if isinstance(node, doc.Scalar):
            yield loc, node.text
        elif isinstance(node, doc.Sequence):
            waiting += [((*loc, place), item) for place, item in reversed([*enumerate(node.items)])]
        else:
            waiting += [
                ((*loc, key.text), inner)
                for key, inner in reversed(node.entries)
                if (loc and key.text != "quote") or key.text in ("clauses", "cumulation")
            ]


def _one_of(fact: op.Fact, names: Sequence[str]) -> op.Truth:
    """Return the truth that a fact is one of some words."""
    same = tuple(op.Same(fact, op.Words(name)) for name in names)
    return same[0] if len(same) == 1 else op.AnyOf(same)


def _key_of_a_group(node: op.Value, text: str) -> op.Value:
    """Return what tells groups apart: a fact, a thing, or a choice of such."""
    parts = [value for _, value in node.branches] + [node.otherwise] if isinstance(node, op.Choose) else [node]
    if not all(isinstance(part, op.Fact | op.Bound | op.Choose) for part in parts):
        what = f"'{text[:120]}' can't tell groups apart: it is neither a fact nor a thing"
        raise ExpressionError(what, f"“{text[:120]}”不能区分各组：须为事实或对象", code="wrong-type")
    return node


def _choices(node: op.Node, reading: ReadingPlan) -> Iterator[tuple[bool, ...]]:
    """Return what each greatest part of a condition that asks this reading alone says under each option."""
    if isinstance(node, op.All | op.AnyOf):
        pure = tuple(one for one in node.truths if _asks_only(one, reading.id))
        if pure:
            yield tuple(_says(replace(node, truths=pure), option) for option in reading.options)
        for one in node.truths:
            if one not in pure:
                yield from _choices(one, reading)
    elif _asks_only(node, reading.id):
        yield tuple(_says(node, option) for option in reading.options)
    else:
        for child in op.children(node):
            yield from _choices(child, reading)


def _asks_only(node: op.Node, reading: str) -> bool:
    if isinstance(node, op.ReadingIs):
        return node.reading == reading
    inner = op.children(node)
    return isinstance(node, op.All | op.AnyOf | op.Not) and bool(inner) and all(_asks_only(o, reading) for o in inner)


def _says(node: op.Node, option: str) -> bool:
    match node:
        case op.ReadingIs(_, wanted):
            return wanted == option
        case op.Not(inner):
            return not _says(inner, option)
        case op.AnyOf(truths):
            return any(_says(one, option) for one in truths)
        case _:
            return all(_says(one, option) for one in op.children(node))


def _table_step(rows: tuple[TableRow, ...]) -> tuple[Lowered, ...]:
    """Return the one step of a table: the steps of the first row that applies, one of which must."""
    branches = tuple((row.truth, op.Chain(tuple(step.value for step in row.steps))) for row in rows)
    requires: list[op.Truth] = [op.AnyOf(tuple(row.truth for row in rows))]
    requires += [
        op.IfTruth(row.truth, truth, op.ALWAYS) for row in rows for step in row.steps for truth in step.requires
    ]
    return (Lowered("table", op.Choose(branches, NOTHING, "money"), None, "", "", tuple(requires)),)


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
    counts: dict[tuple[str, str], Counter[str]] = {}
    for own in named:
        for key, members in own.items():
            counts.setdefault(key, Counter()).update(members)
    everywhere = {key: frozenset(counted) for key, counted in counts.items()}
    made = []
    for plan, own in zip(plans, named, strict=True):
        only_here = {key: {one for one in members if counts[key][one] == 1} for key, members in own.items()}
        elsewhere = {key: everywhere[key] - alone if alone else everywhere[key] for key, alone in only_here.items()}
        made.append(replace(plan, named_elsewhere=elsewhere))
    return tuple(made)
