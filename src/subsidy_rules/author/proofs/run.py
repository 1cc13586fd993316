"""Proving policies: every obligation of every sentence and of every rule between awards, in the order of the files."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib.util import find_spec
from typing import TYPE_CHECKING, Final

from subsidy_rules.author.proofs.finding import Finding
from subsidy_rules.errors import UsageError, expect
from subsidy_rules.plan import Policies

if TYPE_CHECKING:
    from subsidy_rules.award.model import Both

_DIVISION: Final[Both] = ("分担、分期与清算", "payers, instalments and settlement")
_DUTY: Final[Both] = ("义务的最低额", "the least figure of an obligation")
_NOT_ASKED: Final[Both] = ("没有提出待证的命题", "nothing is asked about it")
SIZE: Final = 2
"""Things in each list, where a number must be set."""


def prove(
    policies: Policies,
    *,
    against: Policies | None = None,
    size: int = SIZE,
    told: Callable[[str], None] = lambda _: None,
) -> tuple[Finding, ...]:
    """Prove what must hold of policies for every case, under every reading and whatever a guide says.

    With `against`, an older version of them, show of each sentence that both pay the same, or the smallest case in
    which they differ, instead. `size` is how many things a list has where a question is too hard for any number of
    them. `told` hears of each sentence before it is asked about: `policy/clause`.

    Raises `UsageError` where z3 is not installed (`pip install 'subsidy-rules[proofs]'`), or `size` is below 1.
    """
    expect(policies, Policies, "policies are Policies: load_policies(…)")
    expect(against, Policies | None, "an older version is Policies: load_policies(…)")
    if size < 1:
        raise UsageError("a list has one thing at least: --things 1")
    if find_spec("z3") is None:
        raise UsageError("proofs need z3: pip install 'subsidy-rules[proofs]'")
    return tuple(_proved(policies, size, told) if against is None else _compared(policies, against, size, told))


def _proved(policies: Policies, size: int, told: Callable[[str], None]) -> Iterator[Finding]:
    from subsidy_rules.author.proofs.ask import Asker  # noqa: PLC0415 - what asks needs z3
    from subsidy_rules.author.proofs.bands import bands  # noqa: PLC0415
    from subsidy_rules.author.proofs.between import between  # noqa: PLC0415
    from subsidy_rules.author.proofs.falls import falls  # noqa: PLC0415
    from subsidy_rules.author.proofs.sentences import Desk  # noqa: PLC0415

    for plan in policies.plans:
        asker = Asker(policies.only(plan.id), plan, size)
        for clause in plan.clauses:
            told(f"{plan.id}/{clause.sentence.id}")
            desk = Desk(asker, clause)
            yield from desk.settle()
            yield from bands(desk)
            yield from falls(desk)
            if clause.division:
                yield Finding(plan.id, clause.sentence.id, "rest", "out_of_reach", _DIVISION, _NOT_ASKED)
        for duty in plan.obligations:
            yield Finding(plan.id, duty.sentence.id, "rest", "out_of_reach", _DUTY, _NOT_ASKED)
        for rule in plan.rules:
            told(f"{plan.id}/{rule.id}")
            yield from between(asker, rule)


def _compared(policies: Policies, against: Policies, size: int, told: Callable[[str], None]) -> Iterator[Finding]:
    from subsidy_rules.author.proofs.versions import versions  # noqa: PLC0415 - what asks needs z3

    for plan in policies.plans:
        if plan.id not in against.by_id:
            raise UsageError(f"no policy '{plan.id}'; loaded: {', '.join(against.by_id)}")
        yield from versions(policies.only(plan.id), against.only(plan.id), plan.id, size, told)
