"""A second evaluator, written apart from src/subsidy_rules and sharing no code with it.

It reads the same YAML and answers for cases whose facts are complete, slowly and plainly, so that the two can
be held equal on random cases. `evaluator.evaluate` is the oracle; `generate` makes cases, hides facts and
completes them again.
"""
