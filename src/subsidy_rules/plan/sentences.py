"""The sentences of a policy, each made into a plan: gates, steps, parts, and what stands in place of what."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from subsidy_rules.mechanisms import operations as op
from subsidy_rules.mechanisms.at_most import AtMost
from subsidy_rules.mechanisms.cap import Cap
from subsidy_rules.mechanisms.lump_sum import LumpSum
from subsidy_rules.mechanisms.minimum import Minimum
from subsidy_rules.mechanisms.rate import Rate
from subsidy_rules.mechanisms.step import NOTHING, Desk, Loc, Lowered, Step
from subsidy_rules.mechanisms.window import OtherDate, lower_window
from subsidy_rules.mechanisms.words import lower_steps
from subsidy_rules.plan.compiling import readings_in
from subsidy_rules.plan.model import (
    ClausePlan,
    Gate,
    Per,
    Replacement,
    Sentence,
    TableRow,
)
from subsidy_rules.plan.parts import Parts
from subsidy_rules.plan.versions import amendments_of
from subsidy_rules.policy.model import (
    Clause,
    TableSentence,
)

_INSTEAD: Final[Mapping[str, type[Step]]] = {one.word: one for one in (Rate, Cap, LumpSum, AtMost, Minimum)}
"""The words whose step an exception may replace."""
_OPTIONS: Final = {"cap": {"of": "award", "per": ""}}
"""What such a step keeps from the one that it replaces, and does not say."""


class Sentences(Parts):
    """Reads the clauses."""

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
        readings = readings_in([*nodes, *made.division])
        sentence = replace(made.sentence, readings=tuple(sorted(readings | readings_in(per.keys))))
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
        sentence = replace(self._sentence(row, "award", readings_in(nodes)), replaces=table)
        return TableRow(sentence, gates, steps)

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
        readings = readings_in([*(gate.truth for gate in gates), *(step.value for step in steps)])
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
        steps[step + 1 :] = op.rebuilt(tuple(steps[step + 1 :]), lambda node: value if node is old.value else None)
        kept = [replace(gate, truth=elsewhere.get(id(gate.truth), gate.truth)) for gate in plan.gates]
        readings = readings_in([value])
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


def _table_step(rows: tuple[TableRow, ...]) -> tuple[Lowered, ...]:
    """Return the one step of a table: the steps of the first row that applies, one of which must."""
    branches = tuple((row.truth, op.Chain(tuple(step.value for step in row.steps))) for row in rows)
    requires: list[op.Truth] = [op.AnyOf(tuple(row.truth for row in rows))]
    requires += [
        op.IfTruth(row.truth, truth, op.ALWAYS) for row in rows for step in row.steps for truth in step.requires
    ]
    return (Lowered("table", op.Choose(branches, NOTHING, "money"), None, "", "", tuple(requires)),)


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


def with_named_elsewhere(plans: Sequence[ClausePlan]) -> tuple[ClausePlan, ...]:
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
