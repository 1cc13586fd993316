"""Explaining in sentences, Chinese and English: what is given, how it was computed, under which clause, and why not."""

from __future__ import annotations

from typing import Literal

from subsidy_rules.award.model import Award, Entitlement, NotEligible
from subsidy_rules.award.model import NOTICE
from subsidy_rules.values.amount import Amount
from subsidy_rules.values.quantity import format_money

Lang = Literal["zh", "en"]


def explain(entitlement: Entitlement, lang: Lang) -> str:
    """Say the whole result in sentences."""
    return NOTICE[lang] + str(len(entitlement.awards))
