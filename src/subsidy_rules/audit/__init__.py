"""Was it paid rightly: what was paid held against what `subsidy_rules.evaluate` gives for the day of the decision."""
