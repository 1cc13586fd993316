"""What the policies say of several payments together, as keys that a ledger can be searched by.

Only what holds whatever the facts are is taken: a rule between awards whose condition reads nothing but readings (at
their options), a ceiling of a fixed amount. The rest is named in `left_out`, so that nobody takes silence for a check.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from subsidy_rules.audit.lines import Both
from subsidy_rules.award.evaluate import resolve_readings
from subsidy_rules.mechanisms import operations as op
from subsidy_rules.plan import PolicyPlan, compile_policy, gather
from subsidy_rules.policy.model import Clause, Rule
from subsidy_rules.policy.source import read_policy, shipped_rules
from subsidy_rules.values.quantity import CNY, Currency, QuantityError, parse_money


@dataclass(frozen=True, slots=True)
class Cited:
    """Where a rule stands: the policy, the sentence or rule, its operative words."""

    policy: str
    rule: str
    path: str
    quote: str


@dataclass(frozen=True, slots=True)
class Exclusive:
    """Two sentences of which one project is paid by one only."""

    one: str
    other: str
    cited: Cited


@dataclass(frozen=True, slots=True)
class Ceiling:
    """What one enterprise is paid by these sentences at most, in fen, over all years or in each."""

    clauses: frozenset[str]
    cap: int
    yearly: bool
    cited: Cited


@dataclass(frozen=True, slots=True)
class Dated:
    """The first and the last day of decisions, `YYYY-MM-DD`; empty where the policy names none."""

    first: str
    last: str
    cited: Cited


@dataclass(frozen=True, slots=True)
class Rulebook:
    """The rules of several policies by which a ledger is searched; sentences are `policy/clause`."""

    windows: Mapping[str, Dated]
    beneficiaries: Mapping[str, tuple[frozenset[str], Cited]]
    once: Mapping[str, Cited]
    exclusive: tuple[Exclusive, ...]
    ceilings: tuple[Ceiling, ...]
    sentences: Mapping[str, Cited]
    left_out: tuple[Both, ...]
    currency: Currency = CNY
    """What the policies count in; `cap` is in its smallest unit."""


def load_rulebook(paths: Iterable[str | Path] = (), readings: Mapping[str, str] | None = None) -> Rulebook:
    """Read the rules between payments of rule files or folders, of those that ship where none is given.

    `readings` chooses options as `evaluate` does. Raises `RuleError` and `UsageError`.
    """
    given = [Path(path) for path in paths] or [shipped_rules()]
    files = [file for path in given for file in (sorted(path.glob("*.yaml")) if path.is_dir() else [path])]
    sources = [read_policy(file) for file in files]
    plans = [compile_policy(source) for source in sources]
    together = gather(plans)
    chosen, currency = resolve_readings(together, readings or {}), together.vocabulary.currency
    made = _Made({}, {}, {}, [], [], {}, [])
    for plan, source in zip(plans, sources, strict=True):
        header = source.file.policy
        window = header.window
        cited = Cited(plan.id, "window", "", header.title)
        made.windows[plan.id] = Dated(window.start, window.end or window.horizon or "", cited)
        for clause in source.file.clauses:
            _sentence(made, plan.id, clause)
        for rule in source.file.cumulation:
            _rule(made, plan, rule, chosen, currency)
    return Rulebook(
        made.windows,
        made.beneficiaries,
        made.once,
        tuple(made.exclusive),
        tuple(made.ceilings),
        made.sentences,
        tuple(made.left_out),
        currency,
    )


@dataclass(slots=True)
class _Made:
    windows: dict[str, Dated]
    beneficiaries: dict[str, tuple[frozenset[str], Cited]]
    once: dict[str, Cited]
    exclusive: list[Exclusive]
    ceilings: list[Ceiling]
    sentences: dict[str, Cited]
    left_out: list[Both]


def _sentence(made: _Made, policy: str, clause: Clause) -> None:
    name = f"{policy}/{clause.id}"
    rows = clause.rows or []
    path, quote = (rows[0].path, rows[0].quote) if rows else (clause.path, clause.quote)
    cited = Cited(policy, clause.id, path, quote)
    made.sentences[name] = cited
    for row in rows:
        made.sentences[f"{policy}/{row.id}"] = Cited(policy, row.id, row.path, row.quote)
    if clause.beneficiary != "any":
        made.beneficiaries[name] = frozenset(clause.beneficiary), cited
    if clause.new_only:
        made.once[name] = cited


def _rule(made: _Made, plan: PolicyPlan, rule: Rule, chosen: Mapping[str, str], currency: Currency) -> None:
    cited = Cited(plan.id, rule.id, "", rule.quote)
    found = next(one for one in plan.rules if one.id == rule.id)
    holds = {clause: _holds(when, chosen) for clause, when in found.when.items()}
    clauses = [clause for clause in rule.clauses if holds.get(clause) is not False]
    if not clauses or rule.kind == "stacks":
        return
    unsure = any(holds.get(clause) is None for clause in clauses)
    if (
        unsure
        or (rule.kind == "ceiling" and not _plain(rule, currency))
        or (rule.kind != "ceiling" and rule.same != "project")
    ):
        made.left_out.append(_left(cited, unsure=unsure))
        return
    if rule.kind == "ceiling":
        cap = parse_money(str(rule.cap), currency=currency)
        names = frozenset(f"{plan.id}/{clause}" for clause in clauses)
        made.ceilings.append(Ceiling(names, int(cap), rule.earlier == "this_year", cited))
        return
    made.exclusive += [Exclusive(one, other, cited) for one, other in _pairs(plan.id, clauses, rule.against)]


def _pairs(policy: str, clauses: list[str], against: list[str]) -> Iterator[tuple[str, str]]:
    named = [f"{policy}/{clause}" for clause in clauses]
    others = [clause if "/" in clause else f"{policy}/{clause}" for clause in against]
    if others:
        yield from ((one, other) for one in named for other in others if one != other)
    else:
        yield from ((one, other) for place, one in enumerate(named) for other in named[place + 1 :])


def _plain(rule: Rule, currency: Currency) -> bool:
    """Whether a ceiling is of one amount for one enterprise, with what it was paid before."""
    if rule.by or not rule.earlier or not isinstance(rule.cap, str):
        return False
    try:
        parse_money(rule.cap, currency=currency)
    except QuantityError:
        return False
    return True


def _left(cited: Cited, *, unsure: bool) -> Both:
    name = f"{cited.policy}/{cited.rule}"
    if unsure:
        return (
            f"{name}：是否适用取决于台账没有的事实",
            f"{name}: whether it applies depends on facts that no ledger has",
        )
    return f"{name}：不能按台账的项目逐笔核对", f"{name}: it can't be searched by what a ledger keeps"


def _holds(node: op.Truth, chosen: Mapping[str, str]) -> bool | None:
    """What a condition comes to from readings alone; None where it reads facts."""
    match node:
        case op.All(truths):
            found = [_holds(one, chosen) for one in truths]
            return False if False in found else None if None in found else True
        case op.AnyOf(truths):
            found = [_holds(one, chosen) for one in truths]
            return True if True in found else None if None in found else False
        case op.Not(truth):
            inner = _holds(truth, chosen)
            return None if inner is None else not inner
        case op.ReadingIs(reading, option):
            return chosen.get(reading) == option
        case _:
            return None
