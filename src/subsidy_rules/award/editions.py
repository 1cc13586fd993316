"""Which versions of a policy a case is held against, and the documents that changed a sentence.

Where the dates of a case are known, the versions that they exclude are left out, so that a result says nothing of law
that does not apply; what is open stays beside the others, each with the dates that would decide. A version that every
date excludes stays where no other version is loaded, so that the result says why it gives nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from subsidy_rules.award.compiled import CompiledClause, CompiledPolicy
from subsidy_rules.award.engine import Context, Shared, truth
from subsidy_rules.award.model import Citation, Json
from subsidy_rules.award.rows import Row, missing_drivers, rows_of
from subsidy_rules.award.run import compiled_policy
from subsidy_rules.mechanisms import operations as op
from subsidy_rules.plan import Policies, PolicyPlan, Sentence

if TYPE_CHECKING:
    from subsidy_rules.facts.case import Facts
    from subsidy_rules.plan.model import Amendment, Review
    from subsidy_rules.values.amount import Truth


def citation(plan: PolicyPlan, sentence: Sentence) -> Citation:
    """Return the citation of a sentence."""
    header = plan.header
    return Citation(
        header.issuer, header.document or header.title, sentence.path, sentence.sentence, sentence.quote, header.address
    )


def edition(plan: PolicyPlan) -> dict[str, Json]:
    """Return what the head of a pack says of its version, and of who reviewed and approved it."""
    header = plan.header
    made: dict[str, Json] = {}
    if header.version is not None:
        one = header.version
        made["version"] = {"of": one.of, "name": one.name, "from": one.start, "until": one.until or None}
    for key, said in (("reviewed_by", header.reviewed_by), ("approved_by", header.approved_by)):
        if said:
            made[key] = [_review(one) for one in said]
    return made


def amendment(one: Amendment) -> dict[str, Json]:
    """Return what became of a sentence, as data."""
    made: dict[str, Json] = {"kind": one.kind, "from": one.start, "until": one.until or None, "document": one.document}
    said = {"issuer": one.issuer, "path": one.path, "quote": one.quote, "was": one.was}
    return made | {key: text for key, text in said.items() if text}


def _review(one: Review) -> dict[str, Json]:
    said = {"by": one.by, "on": one.on, "document": one.document, "note": one.note}
    return {key: text for key, text in said.items() if text}


def amending(row: Row, sentences: Iterable[Sentence]) -> tuple[Citation, ...]:
    """Return the documents on which it rests that a sentence is as it is here.

    A correction always; a suspension or a repeal where it is not sure that it does not hold, and a transitional
    provision where it is not sure that it does not keep a version.
    """
    plan, ctx = row.policy.plan, row.context({})
    gates = [gate for one in (row.clause.plan, *row.clause.plan.parts) for gate in one.gates]
    made: dict[Citation, None] = {}
    for sentence in sentences:
        for one in sentence.amended:
            told = f"{one.start} – {one.until or '…'}, {one.document}"
            open_or_on = [g for g in gates if g.role == one.kind and g.text == told and not truth(g.truth)(ctx).is_true]
            if one.kind == "corrected" or open_or_on:
                made[_amended(plan, one)] = None
    made |= dict.fromkeys(_kept(row, ctx))
    return tuple(made)


def _amended(plan: PolicyPlan, one: Amendment) -> Citation:
    return Citation(one.issuer or plan.header.issuer, one.document, one.path, 0, one.quote or one.was)


def _kept(row: Row, ctx: Context) -> Iterator[Citation]:
    """Return the transitional provisions that do, or may, decide the version."""
    plan, version = row.policy.plan, row.policy.plan.header.version
    gate = next((one for one in row.clause.plan.gates if one.role == "version"), None)
    if version is None or gate is None:
        return
    per = row.clause.plan.per
    node = gate.truth
    for one in (t for t in version.transitional if not t.per or t.per in (per.name, per.parent)):
        assert isinstance(node, op.IfTruth)  # noqa: S101 - the gate asks the provisions one after the other
        holds = truth(node.condition)(ctx)
        if not holds.is_false:
            document = one.document or plan.header.document or plan.header.title
            yield Citation(plan.header.issuer, document, one.path, 0, one.quote)
        if holds.is_true:
            return
        node = node.otherwise


def in_force(policies: Policies, facts: Facts, readings: Mapping[str, str]) -> tuple[Policies, Mapping[str, str]]:
    """Return the policies without the versions that the dates of a case exclude, and the readings of those left."""
    if all(plan.header.version is None for plan in policies.plans):
        return policies, readings
    shared = Shared(facts, policies.vocabulary, readings, {})
    out = {plan.id for plan in policies.plans if _is_excluded(compiled_policy(plan), shared)}
    staying = {_family(plan) for plan in policies.plans if plan.id not in out}
    kept = tuple(plan for plan in policies.plans if plan.id not in out or _family(plan) not in staying)
    left = {plan.id for plan in kept}
    chosen = {name: option for name, option in readings.items() if name.partition("/")[0] in left}
    return Policies(kept, policies.vocabulary, {plan.id: plan for plan in kept}), chosen


def _family(plan: PolicyPlan) -> str:
    return "" if plan.header.version is None else plan.header.version.of


def _is_excluded(policy: CompiledPolicy, shared: Shared) -> bool:
    """Whether every sentence of a version that is asked, or else every one that speaks of the case alone, refuses."""
    if policy.plan.header.version is None:
        return False
    clauses = (*policy.clauses, *policy.obligations)
    asked = (one for one in clauses if not missing_drivers(one.plan, shared.facts.root))
    rows = [(clause, row) for clause in asked for row in rows_of(policy, clause, shared)]
    found = [_applies(clause, row.context({})) for clause, row in rows]
    if not found:
        things = {"case": shared.facts.root, "enterprise": shared.facts.enterprise}
        ctx = Context(shared, policy.constants, things, {}, "", {})
        found = [_applies(one, ctx) for one in clauses if _speaks_of_the_case(one)]
    return bool(found) and all(one.is_false for one in found)


def _applies(clause: CompiledClause, ctx: Context) -> Truth:
    return next(test(ctx) for gate, test in clause.gates if gate.role == "version")


def _speaks_of_the_case(clause: CompiledClause) -> bool:
    gate = next(one for one, _ in clause.gates if one.role == "version")
    return all(part.name in ("case", "enterprise") for part in op.walk(gate.truth) if isinstance(part, op.Fact))
