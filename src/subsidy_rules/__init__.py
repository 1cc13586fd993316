"""subsidy-rules: what is this enterprise entitled to, under which clause, and how do you know?

A policy clause is declarative YAML; a case is a typed description of an enterprise and its projects; `evaluate` returns
itemised awards, each with its arithmetic and a citation to the clause it comes from:

>>> from subsidy_rules import Case, evaluate
>>> case = Case.from_text('''
... case: 1
... decision_date: 2025-09-01
... enterprise: {type: enterprise, place: "610113"}
... projects:
... - {id: p1, kinds: [能力中心], nature: [新建], whole_digital: false, costs: [{kind: equipment, amount: 2800万元}]}
... assume_none: [titles, grants, loans, products, services, stations, earlier_awards]
... ''')
>>> award = evaluate(case).awards[0]
>>> award.id, award.kind, award.amount.minimum
('xian_30/capability_platform@p1', 'exact', Fraction(280000000, 1))

Amounts are exact: fractions of a fen inside, text with two decimals of a yuan in JSON.
"""

from typing import TYPE_CHECKING

from subsidy_rules.version import __version__

if TYPE_CHECKING:
    from subsidy_rules.award.choice import check_choices
    from subsidy_rules.award.evaluate import evaluate
    from subsidy_rules.award.figures import AwardFigures, Calculator, Figures
    from subsidy_rules.award.model import (
        Alternative,
        Award,
        Citation,
        CumulationGroup,
        Entitlement,
        FactUsed,
        Failed,
        NotAsked,
        NotEligible,
        ReadingUse,
        Stamp,
        Step,
        Total,
    )
    from subsidy_rules.errors import CaseError, InputError, Place, Problem, RuleError, SubsidyRulesError, UsageError
    from subsidy_rules.facts.case import Case
    from subsidy_rules.facts.models import CaseModel
    from subsidy_rules.facts.vocabulary import Vocabulary
    from subsidy_rules.plan import Guide, Policies, Sentence, load_guide, load_policies
    from subsidy_rules.report.schema import schema_of
    from subsidy_rules.values.amount import Amount, Range
    from subsidy_rules.values.quantity import INFINITY


__all__ = [
    "INFINITY",
    "Alternative",
    "Amount",
    "Award",
    "AwardFigures",
    "Calculator",
    "Case",
    "CaseError",
    "CaseModel",
    "Citation",
    "CumulationGroup",
    "Entitlement",
    "FactUsed",
    "Failed",
    "Figures",
    "Guide",
    "InputError",
    "NotAsked",
    "NotEligible",
    "Place",
    "Policies",
    "Problem",
    "Range",
    "ReadingUse",
    "RuleError",
    "Sentence",
    "Stamp",
    "Step",
    "SubsidyRulesError",
    "Total",
    "UsageError",
    "Vocabulary",
    "__version__",
    "check_choices",
    "evaluate",
    "load_guide",
    "load_policies",
    "schema_of",
]

if not TYPE_CHECKING:
    from importlib import import_module

    # A name is imported when it is used: the command prints its help without the engine.
    _HOMES = {
        "subsidy_rules.award.choice": ("check_choices",),
        "subsidy_rules.award.evaluate": ("evaluate",),
        "subsidy_rules.award.figures": ("AwardFigures", "Calculator", "Figures"),
        "subsidy_rules.award.model": (
            "Alternative",
            "Award",
            "Citation",
            "CumulationGroup",
            "Entitlement",
            "FactUsed",
            "Failed",
            "NotAsked",
            "NotEligible",
            "ReadingUse",
            "Stamp",
            "Step",
            "Total",
        ),
        "subsidy_rules.errors": (
            "CaseError",
            "InputError",
            "Place",
            "Problem",
            "RuleError",
            "SubsidyRulesError",
            "UsageError",
        ),
        "subsidy_rules.facts.case": ("Case",),
        "subsidy_rules.facts.models": ("CaseModel",),
        "subsidy_rules.facts.vocabulary": ("Vocabulary",),
        "subsidy_rules.plan": ("Guide", "Policies", "Sentence", "load_guide", "load_policies"),
        "subsidy_rules.report.schema": ("schema_of",),
        "subsidy_rules.values.amount": ("Amount", "Range"),
        "subsidy_rules.values.quantity": ("INFINITY",),
    }
    _HOME = {name: module for module, names in _HOMES.items() for name in names}

    def __getattr__(name: str) -> object:
        """Import a public name from its module."""
        if name not in _HOME:
            msg = f"module {__name__!r} has no attribute {name!r}"
            raise AttributeError(msg)
        found = getattr(import_module(_HOME[name]), name)
        globals()[name] = found
        return found

    def __dir__() -> list[str]:
        return sorted({*globals(), *__all__})
