"""What if: many cases, changed rules and changed facts, compared.

A reform changes parameters by path, a comparison evaluates before and after, a sweep moves one fact along its exact
break points, a cohort shares a pot. Every figure comes from `subsidy_rules.evaluate`; nothing here computes an award.
"""
