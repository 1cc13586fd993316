"""Two versions of a policy: that they pay the same for a sentence, or the smallest case in which they do not.

Both versions are read over one case, so that a fact is the same in both. Small is a case with few things, and then with
little money, few of what is counted. A reading that both have is the same in both.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

import z3

from subsidy_rules.author.proofs import terms as t
from subsidy_rules.author.proofs.ask import Asked, settled, symbols_of
from subsidy_rules.author.proofs.finding import Finding, Shown
from subsidy_rules.author.proofs.replay import Replayed, replayed, shown, unsound
from subsidy_rules.author.proofs.spoken import sentence
from subsidy_rules.author.proofs.symbols import Found, Symbols
from subsidy_rules.author.proofs.terms import Figure
from subsidy_rules.author.proofs.translate import OutOfReachError, Translator, resolved
from subsidy_rules.award.model import Both
from subsidy_rules.errors import InputError
from subsidy_rules.plan import ClausePlan, Policies, PolicyPlan, RulePlan
from subsidy_rules.values.amount import Four
from subsidy_rules.values.quantity import ZERO

_ABOUT: Both = ("新旧版本支付相同", "both versions pay the same")
_NOTHING: Four = (ZERO, ZERO, ZERO, ZERO)


def versions(new: Policies, old: Policies, policy: str, size: int, told: Callable[[str], None]) -> Iterator[Finding]:
    """Yield, of each sentence of either version, whether they pay the same, and the rules that differ."""
    desk = _Desk(new, old, policy, size)
    for name in dict.fromkeys([*desk.clauses[0], *desk.clauses[1]]):
        told(f"{policy}/{name}")
        yield desk.sentence(name)
    yield from desk.rules()


class _Desk:
    """Compares the sentences of two versions."""

    def __init__(self, new: Policies, old: Policies, policy: str, size: int) -> None:
        self.both = (new, old)
        self.plans = (new.by_id[policy], old.by_id[policy])
        self.policy, self.size = policy, size
        self.clauses = tuple({one.sentence.id: one for one in plan.clauses} for plan in self.plans)

    def sentence(self, name: str) -> Finding:
        """Compare one sentence."""
        clauses = self.clauses[0].get(name), self.clauses[1].get(name)
        try:
            status, asked = settled(lambda wide, loose: self._ask(clauses, wide=wide, loose=loose))
        except OutOfReachError as error:
            return Finding(self.policy, name, "version", "out_of_reach", _ABOUT, (error.zh, error.en))
        if asked is None:
            return Finding(self.policy, name, "version", status, _ABOUT)
        last: Shown | None = None
        for one in _smallest(asked):
            case = shown(one, self.plans[0])
            try:
                again = tuple(self._replayed(case, place) for place in (0, 1))
            except InputError:
                continue
            last = case
            paid = tuple(_paid(each, name) for each in again)
            if paid[0] != paid[1]:
                before, after = (_said(again[place], name) for place in (1, 0))
                said = (f"旧 {before[0]}；新 {after[0]}", f"old: {before[1]}; new: {after[1]}")
                return Finding(self.policy, name, "version", "exception", _ABOUT, said, (case,))
        found, why = unsound(last)
        return Finding(self.policy, name, "version", found, _ABOUT, why, () if last is None else (last,))

    def _ask(
        self, clauses: tuple[ClausePlan | None, ClausePlan | None], *, wide: bool, loose: bool
    ) -> tuple[Asked, bool]:
        symbols = symbols_of(self.both[0], self.size)
        symbols.readings = {**symbols_of(self.both[1], self.size).readings, **symbols.readings}
        figures: list[Figure] = []
        translators: list[Translator] = []
        for plan, clause in zip(self.plans, clauses, strict=True):
            # What a list comes to is one figure for both, so that only what the versions do with it differs.
            first = translators[0] if translators else None
            made = Translator(symbols, plan, wide, loose, "'" * len(translators), first=first)
            translators.append(made)
            figures.append(Figure.exact(t.ZERO) if clause is None else sentence(made, clause).paid)
        differ = z3.Or(figures[0].lo != figures[1].lo, figures[0].hi != figures[1].hi)
        wishes = [wish for one in translators for wish in one.wishes]
        return Asked(symbols, differ, wishes=wishes), any(one.widened for one in translators)

    def _replayed(self, case: Shown, place: int) -> Replayed:
        policies, plan = self.both[place], self.plans[place]
        readings = {name: one for name, one in case.readings.items() if name in plan.readings}
        guide = {name: value for name, value in case.guide.items() if name in plan.parameters}
        return replayed(Shown(case.case, readings, guide), policies)

    def rules(self) -> Iterator[Finding]:
        """Yield the rules between awards that differ: what they make of a total is not compared."""
        new, old = ({one.id: _resolved(one, plan) for one in plan.rules} for plan in self.plans)
        for name in dict.fromkeys([*new, *old]):
            if new.get(name) != old.get(name):
                said = ("奖补之间的规则不同，未求差异案例", "this rule between awards differs; no case is sought")
                yield Finding(self.policy, name, "version", "out_of_reach", _ABOUT, said)


def _resolved(rule: RulePlan, plan: PolicyPlan) -> RulePlan:
    """Return a rule with its numbers by their values: in two policies they stand in other places."""
    made: dict[str, Mapping[str, object]] = {
        name: {clause: resolved_all(part, plan) for clause, part in getattr(rule, name).items()}
        for name in ("by", "cap", "when")
    }
    return replace(rule, **made)  # type: ignore[arg-type]


def resolved_all(part: object, plan: PolicyPlan) -> object:
    """Return an operation, or several, with their numbers by their values."""
    return tuple(resolved(one, plan) for one in part) if isinstance(part, tuple) else resolved(part, plan)  # type: ignore[arg-type]


def _paid(again: Replayed, name: str) -> Four:
    row = again.row(name)
    return _NOTHING if row is None else again.gated(row).numbers


def _said(again: Replayed, name: str) -> Both:
    row = again.row(name)
    return ("没有此句", "no such sentence") if row is None else again.amounts(row)


def _smallest(asked: Asked) -> Iterator[Found]:
    """Yield cases, the smallest that the solver finds first."""
    symbols: Symbols = asked.symbols
    there = z3.Sum([z3.If(one.there, 1, 0) for members in symbols.lists.values() for one in members] or [z3.IntVal(0)])
    small = [value for value, spec in symbols.facts.values() if spec.type in ("money", "count")]
    usual, briefly = symbols.usual(), symbols.briefly()
    for extra in ([*usual, *briefly, *asked.wishes], [*usual, *briefly], briefly):
        solver = z3.Optimize()
        solver.set("timeout", 5000)
        solver.add(*symbols.known, asked.wanted, *extra)
        solver.minimize(there)
        solver.minimize(z3.Sum(small or [z3.IntVal(0)]))
        if solver.check() == z3.sat:
            yield symbols.found(solver.model())
    yield from asked.cases()
