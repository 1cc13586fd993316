"""The record of an evaluation: from rows and sums to the `Entitlement` that everyone reads.

Each part is a small question to the same computed evaluation. What takes long and is not always wanted (steps,
alternatives of readings, deciding facts, the spread) is answered when it is first read.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from functools import cached_property, partial
from typing import Final

from subsidy_rules.award.complete import RowHull
from subsidy_rules.award.contest import Status
from subsidy_rules.award.editions import amending, citation, edition
from subsidy_rules.award.engine import ANOTHER, number, truth
from subsidy_rules.award.failing import failed_gates, fitting, need_paths
from subsidy_rules.award.kinds import kinds_of
from subsidy_rules.award.model import (
    Adjustment,
    Award,
    Citation,
    CumulationGroup,
    Entitlement,
    FactUsed,
    Failed,
    Instalment,
    NotAsked,
    NotEligible,
    Obligation,
    Stamp,
    Step,
    Total,
)
from subsidy_rules.award.overlap import Edge
from subsidy_rules.award.parts import balance, instalments_of, payers_of
from subsidy_rules.award.rows import Row, missing_drivers
from subsidy_rules.award.trace import steps_of, write_value
from subsidy_rules.award.weighed import SILENCE_ASKS, SILENCE_OPTIONS, Weighed
from subsidy_rules.errors import Lang
from subsidy_rules.mechanisms import operations as op
from subsidy_rules.plan import ClausePlan, Policies, PolicyPlan, Sentence
from subsidy_rules.values.amount import Amount, Four, settle
from subsidy_rules.values.quantity import ZERO, format_date
from subsidy_rules.version import __version__

__all__ = ["CUT", "SILENCE_ASKS", "SILENCE_OPTIONS", "Record"]

MONEY_KINDS: Final = ("exact", "at_most", "undetermined")
CUT: Final = ("reduced", "barred", "outranked")
"""The statuses of an award of which a rule between awards has taken some or all."""


class Record(Weighed):
    """The record of one evaluation. Its parts are made when asked for."""

    def total(self) -> Total:
        """Return the record of S21."""
        parts: dict[str, dict[str, Amount]] = {"policy": {}, "project": {}, "fund": {}}
        facts = self.run.facts
        for kind, name in sorted(self.sums.parts):
            if kind in parts:
                shown = facts.paths[name].id or name if kind == "project" else name
                parts[kind][shown] = self.total_of((kind, name))
        for plan in self.run.policies.plans:
            parts["policy"].setdefault(plan.id, Amount.exact(ZERO))
        return Total(
            self.total_of(("decided", "")),
            self.total_of(("possible", "")),
            self.covers(),
            tuple(self.open_ended()),
            dict(sorted(parts["policy"].items())),
            dict(sorted(parts["project"].items())),
            dict(sorted(parts["fund"].items())),
            self._additive(),
            self.sums.outer or any(hull.outer for hull in self.hulls),
            self.currency,
        )

    def _additive(self) -> bool:
        net: Four = (ZERO, ZERO, ZERO, ZERO)
        for numbers in self.sums.nets.values():
            net = (net[0] + numbers[0], net[1] + numbers[1], net[2] + numbers[2], net[3] + numbers[3])
        return net == self.sums.parts.get(("possible", ""), (ZERO, ZERO, ZERO, ZERO))

    def covers(self) -> tuple[int, int]:
        """Return how many of the money-bearing sentences were asked, of how many."""
        asked = every = 0
        for plan in self.run.policies.plans:
            kinds = kinds_of(plan)
            missing = {clause.sentence.id for clause in plan.clauses if missing_drivers(clause, self.run.facts.root)}
            for sentence in plan.sentences:
                if kinds[sentence.id] in MONEY_KINDS:
                    every += 1
                    asked += (sentence.replaces or sentence.id) not in missing
        return asked, every

    # awards

    def award(self, place: int) -> Award:
        """Return one award."""
        row, hull = self.rows[place], self.hulls[place]
        sentence, plan = row.clause.plan.sentence, row.policy.plan
        numbers = self.sums.nets.get(place, hull.gated.numbers)
        status = self._status(place)
        met = self._open_between(place, self.cumulation.places) if status == "contender" else frozenset[str]()
        reasons = hull.gated.reasons | met
        projects = [one for one, _ in row.projects({}) if isinstance(one, str) and not one.startswith(ANOTHER)]
        project = self.run.facts.paths[projects[0]] if projects else None
        return Award(
            row.id,
            sentence.policy,
            sentence.id,
            row.object,
            sentence,
            status,
            hull.amount,
            hull.gated,
            settle(numbers, reasons, hull.gated.needs),
            row.clause.plan.fund,
            None if project is None else project.id or project.path,
            tuple(dict.fromkeys([*plan.header.flags, *sentence.flags, *self._flags(place)])),
            sentence.notes,
            self._citations(row),
            self._rule(place),
            hull.outer,
            payers_of(row.context({}), row.clause.plan.payers, self._left(place)),
            self._barred_by(place),
            lambda: self._needs_of(place),
            lambda: steps_of(row),
            lambda: self._uses(row),
            self.currency,
        )

    def _status(self, place: int) -> Status:
        statuses = self.sums.statuses.get(place, frozenset[Status]({"counted"}))
        return next(iter(statuses)) if len(statuses) == 1 else "contender"

    def _left(self, place: int) -> Amount:
        """Return what is divided among payers and in time: what rules between awards have left where they cut (S14)."""
        hull = self.hulls[place]
        if self._status(place) not in CUT:
            return hull.amount
        numbers = self.sums.nets.get(place, hull.gated.numbers)
        return settle(numbers, hull.gated.reasons, hull.gated.needs, hull.gated.mode)

    def adjustments(self) -> tuple[Adjustment, ...]:
        """Return the balance of each award that was assessed after acceptance: what is in force less what was paid."""
        made = [one for one in map(self._balance, self.shown) if one is not None]
        for place in self.shown:
            row, left = self.rows[place], self._left(place)
            if row.clause.plan.settlement is None:
                continue
            ctx = row.context({})
            assessed, paid = (number(node)(ctx) for node in row.clause.plan.settlement)
            balance = left.less(paid).minimum
            if assessed.kind == paid.kind == left.kind == "exact" and isinstance(balance, Fraction):
                flags = ("recovery",) if balance < 0 else ()
                made.append(Adjustment(row.id, balance, flags, self.currency))
        return tuple(made)

    def instalments(self) -> tuple[Instalment, ...]:
        """Return what is paid of each award when."""
        return tuple(one for place in self.shown for one in self._instalments(place))

    def _instalments(self, place: int) -> tuple[Instalment, ...]:
        row, plan = self.rows[place], self.rows[place].clause.plan.instalments
        if plan is None:
            return ()
        return tuple(instalments_of(row.context({}), row.id, plan, self._left(place)))

    def _balance(self, place: int) -> Adjustment | None:
        row, plan = self.rows[place], self.rows[place].clause.plan.instalments
        if plan is None or not self.hulls[place].is_award:
            return None
        made = balance(row.context({}), row.id, plan, self._instalments(place))
        return None if made is None else replace(made, currency=self.currency)

    def obligations(self) -> tuple[Obligation, ...]:
        """Return the minima that the sentences oblige to."""
        made = []
        for row, hull in zip(self.duties, self.duty_hulls, strict=True):
            if hull.eligible.is_false:
                continue
            sentence = row.clause.plan.sentence
            cited = citation(row.policy.plan, sentence)
            needs = need_paths(hull.needs)
            amount = hull.gated
            made.append(
                Obligation(
                    row.id,
                    sentence.policy,
                    sentence.id,
                    sentence,
                    amount,
                    hull.is_award,
                    needs,
                    cited,
                    _steps_later(row),
                    partial(self._uses, row),
                    self.currency,
                )
            )
        return tuple(made)

    def _flags(self, place: int) -> list[str]:
        row, hull = self.rows[place], self.hulls[place]
        plan = row.policy.plan
        made = []
        if plan.header.start_flag is not None:
            made.append(plan.header.start_flag)
        day = self.run.facts.root.values.get("decision_date")
        if plan.start_other is not None and isinstance(day, Amount) and day.decided:
            ends = sorted((plan.start, plan.start_other))
            if isinstance(day.minimum, Fraction) and ends[0] <= day.minimum < ends[1]:
                made.append("start_date_disputed")
        ctx = row.context({})
        ctx.flags = {}
        for step, function in row.clause.steps:
            ctx.running = function(ctx)
            if step.word == "basis" and ctx.running.minimum < ZERO:
                made.append("basis_below_zero")
            ctx.running = ctx.running.clamped()
        made += ctx.flags
        made += [
            f"unencoded:{plan.id}:{one.path}#{one.sentence}"
            for one in plan.not_modelled
            if row.clause.plan.sentence.id in one.taints
        ]
        if ctx.running.rounded(plan.unit, plan.mode).numbers != ctx.running.numbers and not hull.eligible.is_false:
            made.append("rounded")
        if "why:event_before_start" in hull.gated.reasons:
            made.append("event_before_start")
        if hull.outer:
            made.append("outer")
        return made

    def _citations(self, row: Row) -> tuple[Citation, ...]:
        """Return the sentence of an award, the rows of its table that may apply, and what replaced a part of it."""
        ctx, clause = row.context({}), row.clause.plan
        taken = [one.sentence for one in clause.parts if not truth(one.truth)(ctx).is_false]
        own = () if clause.rows else (clause.sentence,)
        told = [one for one in row.policy.plan.sentences if clause.sentence.id in one.part_of]
        cited = [citation(row.policy.plan, sentence) for sentence in (*own, *taken, *told)]
        cited += amending(row, [*own, *taken])
        asked: dict[str, None] = {}
        ctx.filled = asked
        for _, step in row.clause.steps:
            ctx.running = step(ctx).clamped()
        for guide in self.run.guides:
            filled = sorted(asked.keys() & guide.fills.keys())
            header = guide.file.document
            cited += [
                Citation(header.issuer, header.document or header.title, name, 0, header.title, header.address)
                for name in filled
            ]
        return tuple(cited)

    def _barred_by(self, place: int) -> tuple[str, ...]:
        """Return the things for which a rule bars an award: those that fit a list that the rule asks for."""
        row, hull = self.rows[place], self.hulls[place]
        made: dict[str, None] = {}
        for (rule, _), bar in zip(row.clause.bars, hull.root.bars, strict=False):
            if bar.is_true:
                found = op.walk(rule.when[row.clause.plan.sentence.id])
                for part in (one for one in found if isinstance(one, op.Exists)):
                    made.update(dict.fromkeys(fitting(row.context({}), part)))
        return tuple(made)

    def _rule(self, place: int) -> str | None:
        row, hull = self.rows[place], self.hulls[place]
        for (rule, _), bar in zip(row.clause.bars, hull.root.bars, strict=False):
            if bar.is_true:
                return f"{rule.policy}/{rule.id}"
        edges = [edge for edge in self.cumulation.edges_now() if edge.rule and place in (edge.a, edge.b)]
        if edges:
            return edges[0].rule
        cut = self.sums.cut.get(place, frozenset())
        return min(cut) if cut and self._status(place) != "counted" else None

    # refusals

    def refusals(self) -> tuple[NotEligible, ...]:
        """Return every sentence that gives nothing, or obliges to nothing, here, and why."""
        made: list[NotEligible] = []
        pairs = [*zip(self.rows, self.hulls, strict=True), *zip(self.duties, self.duty_hulls, strict=True)]
        for plan in self.run.policies.plans:
            for clause in (*plan.clauses, *plan.obligations):
                if missing_drivers(clause, self.run.facts.root):
                    continue
                own = [(row, hull) for row, hull in pairs if row.clause.plan is clause]
                about = [(row, hull) for row, hull in own if not hull.selected.is_false]
                if not about:
                    rows = [row for row, _ in own]
                    made += [self._none_of_kind(plan, clause, sentence, rows) for sentence in clause.sentences]
                for row, hull in about:
                    made += self._refused(plan, clause, row, hull)
        return tuple(made)

    def _none_of_kind(self, plan: PolicyPlan, clause: ClausePlan, sentence: Sentence, rows: list[Row]) -> NotEligible:
        lists = [source.name for source in clause.drivers] or ["enterprise"]
        count = len(self.run.facts.root.lists[lists[0]].things) if clause.drivers else 1
        wheres = [gate.text for gate in clause.gates if gate.role == "where"]
        failed = Failed("items", " and ".join(wheres), lists[0], f"{count}项", "至少一项属于本条所指")
        extra = tuple(
            one
            for row in rows
            for one in failed_gates(row, [gate for gate in clause.gates if gate.role == "where"] if not row.key else [])
        )
        return NotEligible(
            f"{plan.id}/{sentence.id}",
            plan.id,
            sentence.id,
            sentence,
            (failed, *extra),
            citation(plan, sentence),
            lambda: self._flips(rows),
        )

    def _refused(self, plan: PolicyPlan, clause: ClausePlan, row: Row, hull: RowHull) -> list[NotEligible]:
        made: list[NotEligible] = []
        failed: tuple[Failed, ...] = ()
        if hull.eligible.is_false:
            gates = [gate for gate in clause.gates if gate.role != "doubt"]
            failed = failed_gates(row, gates) or failed_gates(row, gates, every=True)
        if failed and not clause.rows:
            made.append(
                NotEligible(
                    row.id,
                    plan.id,
                    clause.sentence.id,
                    clause.sentence,
                    failed,
                    citation(plan, clause.sentence),
                    lambda: self._flips([row]),
                    amending(row, [clause.sentence]),
                )
            )
        for one in clause.parts:
            own = failed_gates(row, list(one.gates))
            if own or failed:
                name = f"{plan.id}/{one.sentence.id}@{row.object}"
                cited = citation(plan, one.sentence)
                why = (*failed, *own)
                told = amending(row, [clause.sentence, one.sentence])
                made.append(NotEligible(name, plan.id, one.sentence.id, one.sentence, why, cited, tuple, told))
        return made

    # facts

    def facts_used(self) -> tuple[FactUsed, ...]:
        """Return the facts that the awards and undecided rows read, in the order in which they were read."""
        made: dict[str, FactUsed] = {}
        vocabulary = self.run.policies.vocabulary
        for place in self.shown:
            row = self.rows[place]
            ctx = row.context({}, trace=True)
            for _, test in row.clause.gates:
                test(ctx)
            for _, step in row.clause.steps:
                ctx.running = step(ctx).clamped()
            for path, thing in (ctx.reads or {}).items():
                name = path.rpartition(".")[2]
                spec = vocabulary.field(thing.entity, name)
                if spec is not None and name in thing.values:
                    where = thing.provenance.get(name)
                    source, status, day = ("", "", "") if where is None else (where.source, where.status, where.date)
                    made[path] = FactUsed(
                        path, write_value(thing.values[name], spec, "zh", self.currency), source, status, day
                    )
        return tuple(made.values())

    # the record

    @cached_property
    def groups(self) -> tuple[CumulationGroup, ...]:
        """Return what met what."""
        return tuple(self._group(members, edges, ceilings) for members, edges, ceilings in self.cumulation.groups())

    def _group(self, members: list[int], edges: list[Edge], ceilings: list[str]) -> CumulationGroup:
        rules = sorted({edge.rule for edge in edges if edge.rule} | set(ceilings))
        silent = {place for edge in edges if edge.silent for place in (edge.a, edge.b)}
        silences = sorted({self.rows[place].policy.plan.silence for place in silent})
        chosen = {self.run.readings[name] for name in silences}
        option = None if not silences else chosen.pop() if len(chosen) == 1 else "undecided"
        own = self.cumulation.solve_only(members)
        reasons = frozenset().union(*(self.hulls[place].gated.reasons for place in members))
        reasons = frozenset(one for one in reasons if not one.startswith("why:"))
        numbers = own.parts.get(("possible", ""), (ZERO, ZERO, ZERO, ZERO))
        total = settle(numbers, reasons | self._left_open(own, members), own.moved)
        plain: Amount = Amount.exact(ZERO)
        for place in members:
            plain = plain.plus(self.hulls[place].gated)
        net: Four = (ZERO, ZERO, ZERO, ZERO)
        for place in members:
            one = own.nets[place]
            net = (net[0] + one[0], net[1] + one[1], net[2] + one[2], net[3] + one[3])
        kinds = sorted({f"same_{edge.on}" for edge in edges} | {"ceiling" for _ in ceilings})
        project = next((self.award(place).project for place in members), None) or ""
        return CumulationGroup(
            " ".join([*kinds, project]).strip(),
            tuple(self.rows[place].id for place in members),
            rules[0] if rules else None,
            silences[0] if silences else None,
            option,
            total,
            plain,
            total,
            net == numbers,
            bool(own.refused),
            tuple((self.rows[a].id, self.rows[b].id, rule) for a, b, rule in self.cumulation.stacked(sorted(members))),
            self.currency,
            self.cumulation.choice(sorted(members), own),
        )

    def entitlement(self) -> Entitlement:
        """Return the record of the result."""
        run = self.run
        root = run.facts.root
        day = root.values.get("decision_date")
        decided = day.minimum if isinstance(day, Amount) and day.decided else None
        awards = [place for place in self.shown if self.hulls[place].is_award]
        undecided = [place for place in self.shown if not self.hulls[place].is_award]
        flags = ["place_default"] if awards or undecided else []
        flags += [f"assumed_none:{name}" for name in run.facts.assumed_none]
        flags += ["decision_date_unknown"] if decided is None else []
        # A case has one result whatever the order of its file, which is that of the warnings.
        flags += sorted(f"{one.code}:{one.path}" for one in run.facts.warnings)
        if any(group.refused for group in self.groups):
            flags.append("too_many_overlaps")
        for plan in run.policies.plans:
            flags += [f"unencoded:{plan.id}:{one.path}#{one.sentence}" for one in plan.not_modelled]
        stamp = Stamp(
            __version__,
            tuple((plan.id, plan.source_sha256, plan.meaning_sha256) for plan in run.policies.plans),
            tuple(guide.sha256 for guide in run.guides),
            run.case.sha256,
            dict(sorted(run.readings.items())),
            run.facts.assumed_none,
            tuple((plan.id, one.name, one.reason, one.sha256) for plan in run.policies.plans for one in plan.reforms),
            {plan.id: made for plan in run.policies.plans if (made := edition(plan))},
        )
        name = run.facts.enterprise.values.get("name")
        return Entitlement(
            None if decided is None else format_date(decided),
            name if isinstance(name, str) else run.facts.enterprise.id,
            tuple(self.award(place) for place in awards),
            tuple(self.award(place) for place in undecided),
            tuple(
                NotAsked(plan.id, sentence.id, sentence, tuple(missing_drivers(clause, root)))
                for plan in run.policies.plans
                for clause in (*plan.clauses, *plan.obligations)
                if missing_drivers(clause, root)
                for sentence in clause.sentences
            ),
            self.obligations(),
            self.adjustments(),
            self.instalments(),
            self.groups,
            self.total(),
            tuple(flags),
            stamp,
            self.refusals,
            self.readings_used,
            self.facts_used,
            self.deciding,
            self.spread,
            partial(_explained, policies=run.policies),
            self.currency,
        )


def _steps_later(row: Row) -> Callable[[], tuple[Step, ...]]:
    return lambda: steps_of(row)


def _explained(
    result: Entitlement, lang: Lang = "zh", *, clause: str | None = None, formula: bool = False, policies: Policies
) -> str:
    """Say a result in sentences; what says it is imported when that is asked for."""
    from subsidy_rules.award.explain import explain  # noqa: PLC0415 - a result that is not read aloud does without

    return explain(result, lang, clause=clause, formula=formula, policies=policies)
