"""What is found is evaluated before it is told: the case of a solver, read and computed as any other case.

`replayed` evaluates a case and keeps the record, so that what a claim is about (the amount at a step, a branch that is
taken) can be asked of the engine itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from subsidy_rules.author.proofs.finding import Shown, Status
from subsidy_rules.author.proofs.parts import Branch, Part
from subsidy_rules.author.proofs.symbols import Found, written
from subsidy_rules.award.engine import NOTHING, Context, number, truth_of_plan
from subsidy_rules.award.evaluate import resolve_readings
from subsidy_rules.award.model import Award, Both, Entitlement
from subsidy_rules.award.record import Record
from subsidy_rules.award.rows import Row
from subsidy_rules.award.run import Run
from subsidy_rules.errors import InputError, Lang
from subsidy_rules.facts.case import Case
from subsidy_rules.plan import Guide, Policies, guide_from_document
from subsidy_rules.plan.model import PolicyPlan
from subsidy_rules.values import document as doc
from subsidy_rules.values.amount import Amount
from subsidy_rules.values.quantity import ZERO, Number

LANGS: Final[tuple[Lang, Lang]] = ("zh", "en")


@dataclass(frozen=True, slots=True)
class Step:
    """One step as the engine took it: the figure that it brings, and the amount after it."""

    operand: Amount | None
    after: Amount


@dataclass(frozen=True, slots=True)
class Replayed:
    """One evaluation of a case that was found."""

    record: Record
    result: Entitlement

    def rows(self, clause: str) -> list[Row]:
        """Return the rows of a sentence, in their order."""
        return [row for row in self.record.rows if row.clause.plan.sentence.id == clause]

    def row(self, clause: str, place: int = 0) -> Row | None:
        """Return a row of a sentence, where it has as many."""
        found = self.rows(clause)
        return found[place] if place < len(found) else None

    def award(self, row: Row) -> Award | None:
        """Return what the result says of a row: an award, or one that is not decided."""
        return next((one for one in (*self.result.awards, *self.result.undecided) if one.id == row.id), None)

    def gated(self, row: Row) -> Amount:
        """Return what is paid of a row before the rules between awards."""
        return self.record.hulls[self.record.by_id[row.id]].gated

    def amounts(self, row: Row) -> Both:
        """Return the arithmetic of a row in one line, or that nothing is paid."""
        if self.award(row) is None:
            return ("不予支付", "not paid")
        zh, en = (self.result.explain(row.id, lang, formula=True).strip() for lang in LANGS)
        return (zh, en)

    def together(self, rows: Iterable[Row]) -> Number:
        """Return the most that these awards come to together."""
        places = [self.record.by_id[row.id] for row in rows]
        cumulation = self.record.cumulation
        kept = [place for place in places if place in cumulation.places]
        sums = cumulation.solve_only(kept)
        return sums.parts.get(("possible", ""), (ZERO,) * 4)[3]

    def are_added(self, names: Iterable[str]) -> bool:
        """Whether two awards come to more together than the greater of them."""
        rows = [self.record.rows[self.record.by_id[name]] for name in names]
        return self.together(rows) > max(self.gated(row).maximum for row in rows)

    def is_open(self, row: Row) -> bool:
        """Whether the row may be paid."""
        return not self.record.hulls[self.record.by_id[row.id]].eligible.is_false


def guide_of(found: Shown, policies: Policies) -> tuple[Guide, ...]:
    """Return the guide with the figures of a case that was found; none where it has none."""
    if not found.guide:
        return ()
    written: dict[str, object] = {
        "guide": "1",
        "document": {"issuer": "-", "title": "-"},
        "fills": dict(found.guide),
    }
    return (guide_from_document(doc.from_python(written), policies),)


def shown(found: Found, plan: PolicyPlan) -> Shown:
    """Return what is shown of a case that was found."""
    currency = plan.vocabulary.currency
    guide = {name: written(value, plan.parameters[name].type, currency) for name, value in found.guide.items()}
    return Shown(found.case, found.readings, guide)


def replayed(case: Shown, policies: Policies) -> Replayed:
    """Evaluate a case that was found. Raises `InputError` where it is none."""
    made = Case.from_dict(dict(case.case))
    facts = made.facts_of(policies.vocabulary)
    chosen = resolve_readings(policies, case.readings)
    record = Record(Run(made, policies, facts, chosen, guide_of(case, policies)))
    return Replayed(record, record.entitlement())


def with_fewest_readings(case: Shown, policies: Policies, seen: Callable[[Replayed], bool]) -> Shown:
    """Return a case without the choices of readings that what is seen of it does not rest on."""
    for name in case.readings:
        fewer = replace(case, readings={one: option for one, option in case.readings.items() if one != name})
        try:
            kept = seen(replayed(fewer, policies))
        except (InputError, KeyError):  # a fact of the case is read otherwise, or there is no such award
            kept = False
        case = fewer if kept else case
    return case


def unsound(case: Shown | None) -> tuple[Status, Both]:
    """Say what it is where the solver has a case and no evaluated one does what is said of it.

    Without a case that could be evaluated (its figures have no end in decimals), nothing is shown of it.
    """
    if case is None:
        return "timed_out", ("没有找到能写成十进制的案例", "no case was found that decimals can write")
    return "fault", ("求解器给出的案例经计算并非如此", "what the solver found is not so when it is evaluated")


def stepped(row: Row, part: Part) -> Iterator[Step]:
    """Yield the steps of a part as the engine takes them in the case as it is."""
    ctx = context(row, part)
    if ctx is None:
        return
    ctx.running = NOTHING
    for step in part.steps:
        operand = None if step.operand is None else number(step.operand)(ctx).clamped()
        ctx.running = number(step.value)(ctx).clamped()
        yield Step(operand, ctx.running)


def context(row: Row, part: Part) -> Context | None:
    """Return what the steps of a part are read in; None where there is no thing that they are of."""
    ctx = row.context({})
    if part.item is not None:
        source, name = part.item
        owner = ctx.things[source.owner] if source.owner else ctx.shared.facts.root
        items = owner.lists.get(source.name)
        if items is None or not items.things:
            return None
        ctx.things[name] = items.things[0]
    return ctx


def takes(row: Row, branch: Branch) -> bool:
    """Whether the engine may take a branch in the case as it is."""
    ctx = context(row, branch.part)
    if ctx is None:
        return False
    gates = (gate.truth for gate in branch.part.plan.gates if gate.role not in ("doubt", "where", "place"))
    return all(not truth_of_plan(one)(ctx).is_false for one in (*gates, branch.truth))
