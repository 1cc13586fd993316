"""The plan: a policy with every name resolved, every type checked, every order fixed, and no YAML left.

`compile_policy` turns a rule file into a `PolicyPlan`, or raises `RuleError` with every problem and its place.
`load_policies` reads several and merges their vocabularies:

>>> policies = load_policies()                                   # doctest: +SKIP
>>> policies.sentence("xian_30", "equipment_renewal").path       # doctest: +SKIP
'三（三）'

The rooms inside: `model` (what a plan is made of), `compile` (one policy), `header` (what its head must not say),
`policies` (several, as they are kept), `guides` (what fills their parameters); and what `check` finds beyond that,
`lint`, which decides conditions by `reach`, compares words by `wording`, and knows the places of both from `sites`.
"""

from typing import TYPE_CHECKING

from subsidy_rules.plan.model import (
    ClausePlan,
    Gate,
    InstalmentPlan,
    InstalmentsPlan,
    LadderPlan,
    PayerPlan,
    Per,
    PolicyPlan,
    ReadingPlan,
    ReformMark,
    Replacement,
    RulePlan,
    Sentence,
    TableRow,
)
from subsidy_rules.plan.policies import Fill, Guide, Policies, gather, load_policies

if TYPE_CHECKING:
    from subsidy_rules.plan.compile import compile_policy
    from subsidy_rules.plan.guides import guide_from_document, guide_from_text, load_guide

__all__ = [
    "ClausePlan",
    "Fill",
    "Gate",
    "Guide",
    "InstalmentPlan",
    "InstalmentsPlan",
    "LadderPlan",
    "PayerPlan",
    "Per",
    "Policies",
    "PolicyPlan",
    "ReadingPlan",
    "ReformMark",
    "Replacement",
    "RulePlan",
    "Sentence",
    "TableRow",
    "compile_policy",
    "gather",
    "guide_from_document",
    "guide_from_text",
    "load_guide",
    "load_policies",
]

if not TYPE_CHECKING:
    from importlib import import_module

    # What reads files needs pydantic and YAML; a kept plan needs neither.
    _HOME = {"compile_policy": "compile"} | dict.fromkeys(
        ("guide_from_document", "guide_from_text", "load_guide"), "guides"
    )

    def __getattr__(name: str) -> object:
        """Import what reads files from its module."""
        if name not in _HOME:
            msg = f"module {__name__!r} has no attribute {name!r}"
            raise AttributeError(msg)
        return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
