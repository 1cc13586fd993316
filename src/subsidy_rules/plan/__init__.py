"""The plan: a policy with every name resolved, every type checked, every order fixed, and no YAML left.

`compile_policy` turns a rule file into a `PolicyPlan`, or raises `RuleError` with every problem and its place.
`load_policies` reads several and merges their vocabularies:

>>> policies = load_policies()                                   # doctest: +SKIP
>>> policies.sentence("xian_30", "equipment_renewal").path       # doctest: +SKIP
'三（三）'

The rooms inside: `model` (what a plan is made of), `compile` (one policy), `header` (what its head must not say),
`policies` (several, and their guides); and what `check` finds beyond that, `lint`, which decides conditions by `reach`,
compares words by `wording`, and knows the places of both from `sites`.
"""

from subsidy_rules.plan.compile import compile_policy
from subsidy_rules.plan.lint import lint
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
    Replacement,
    RulePlan,
    Sentence,
    TableRow,
)
from subsidy_rules.plan.policies import (
    Fill,
    Guide,
    Policies,
    gather,
    guide_from_document,
    guide_from_text,
    load_guide,
    load_policies,
)

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
    "Replacement",
    "RulePlan",
    "Sentence",
    "TableRow",
    "compile_policy",
    "gather",
    "guide_from_document",
    "guide_from_text",
    "lint",
    "load_guide",
    "load_policies",
]
