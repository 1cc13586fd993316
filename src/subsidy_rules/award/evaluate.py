"""Evaluate: policies × case → entitlement.

The passes, each of which sees only what the one before left: `rows` (each sentence applied to each thing), `complete`
(the hull of each row over what is unknown), `cumulate` (what meets what), and `record` (what everyone reads).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING

from subsidy_rules.errors import UsageError, expect
from subsidy_rules.facts.case import Case, Facts
from subsidy_rules.plan import Guide, Policies, load_policies
from subsidy_rules.values.amount import Amount
from subsidy_rules.values.quantity import QuantityError, parse_date

if TYPE_CHECKING:
    from subsidy_rules.award.model import Entitlement


@lru_cache(maxsize=1)
def shipped_policies() -> Policies:
    """Return the packs that ship with the library, read once."""
    return load_policies()


def evaluate(
    case: Case,
    policies: Policies | None = None,
    decision_date: date | str | None = None,
    *,
    readings: Mapping[str, str] | None = None,
    guides: Sequence[Guide] = (),
) -> Entitlement:
    """Say what the beneficiary of a case is entitled to.

    `policies` are those that ship with the library and apply where the case is, unless given; `decision_date` stands
    for the case's own, and must not differ from it. `readings` chooses options: `{"xian_30/A5": "cap_lifted"}`, for
    one clause `xian_30/<clause>/A5`, or a bare id that is unique. `guides` fill open parameters (S24).

    Raises `CaseError` where the case is wrong, `UsageError` where the call is.
    """
    from subsidy_rules.award.editions import in_force  # noqa: PLC0415
    from subsidy_rules.award.record import Record  # noqa: PLC0415 - who loads policies first needs no engine yet
    from subsidy_rules.award.run import Run  # noqa: PLC0415

    _check_call(case, policies, decision_date, readings, guides)
    loaded = shipped_policies() if policies is None else policies
    facts = _dated(case.facts_of(loaded.vocabulary), decision_date)
    if policies is None:
        loaded = of_place(loaded, facts)
    chosen = resolve_readings(loaded, readings or {})
    filled = [name for guide in guides for name in guide.fills]
    for name in filled:
        if filled.count(name) > 1:
            raise UsageError(f"two guides fill '{name}'")
    applying, options = in_force(loaded, facts, chosen)
    return Record(Run(case, applying, facts, options, tuple(guides))).entitlement()


def _check_call(
    case: object,
    policies: object,
    day: object,
    readings: Iterable[object] | None,
    guides: Iterable[object],
) -> None:
    """Refuse arguments of other types, so that a wrong call is said to be one. Raises `UsageError`."""
    expect(case, Case, "a case is a Case: Case.load(FILE), Case.from_text(TEXT) or Case.from_dict(MAPPING)")
    expect(policies, Policies | None, "policies are Policies: load_policies(…)")
    expect(day, date | str | None, "decision_date is a date or a text such as 2025-09-01")
    expect(readings, Mapping | None, "readings is a mapping of a reading's id to an option")
    for name in readings or ():
        expect(name, str, "the id of a reading is a text")
    expect(guides, Sequence, "guides is a list of Guide: load_guide(FILE, policies)")
    for guide in guides:
        expect(guide, Guide, "guides is a list of Guide: load_guide(FILE, policies)")


def of_place(policies: Policies, facts: Facts) -> Policies:
    """Return the policies of the places that a case names; all of them where it names none, or none of theirs."""
    from subsidy_rules.award.engine import listed, place_is_within  # noqa: PLC0415

    named = [facts.enterprise.values.get("place")]
    named += [project.values.get("place") for project in listed(facts.root.lists.get("projects"))]
    places = [place for place in named if isinstance(place, str)]
    kept = tuple(
        plan
        for plan in policies.plans
        if any(place_is_within(place, (plan.header.code,), plan.header.zones) for place in places)
    )
    if not kept or facts.enterprise.values.get("place") is None:
        return policies
    return Policies(kept, policies.vocabulary, {plan.id: plan for plan in kept})


def resolve_readings(policies: Policies, given: Mapping[str, str]) -> dict[str, str]:
    """Return every reading's option: the defaults, and what was chosen. Raises `UsageError` for what is none."""
    from subsidy_rules.award.record import SILENCE_OPTIONS  # noqa: PLC0415

    chosen = {plan.silence: plan.header.unstated_cumulation for plan in policies.plans}
    options: dict[str, tuple[str, ...]] = dict.fromkeys(chosen, SILENCE_OPTIONS)
    for plan in policies.plans:
        for reading in plan.readings.values():
            chosen[reading.id] = reading.default
            options[reading.id] = tuple(reading.options)
    for name, option in given.items():
        policy, _, rest = name.rpartition("/")
        base = f"{policy.partition('/')[0]}/{rest}" if policy else name
        found = [base] if base in options else [one for one in options if not policy and one.endswith(f"/{name}")]
        if len(found) != 1:
            near = ", ".join(found or sorted(options))
            raise UsageError(f"reading '{name}' is {'not unique' if found else 'unknown'}: {near}")
        if option not in options[found[0]]:
            raise UsageError(f"reading '{name}' has no option '{option}': {', '.join(options[found[0]])}")
        clause = policy.partition("/")[2]
        if clause:
            policies.sentence(policy.partition("/")[0], clause)
        chosen[name if clause else found[0]] = option
    return chosen


def _dated(facts: Facts, given: date | str | None) -> Facts:
    if given is None:
        return facts
    try:
        day = parse_date(given if isinstance(given, str) else given.isoformat())
    except QuantityError as error:
        raise UsageError(f"decision_date: {error.what}") from error
    own = facts.root.values.get("decision_date")
    if isinstance(own, Amount) and own.numbers != Amount.exact(day).numbers:
        raise UsageError("decision_date is given in the case and in the call, and they differ")
    root = replace(facts.root, values={**facts.root.values, "decision_date": Amount.exact(day)})
    return replace(facts, root=root, paths={**facts.paths, "": root})
