"""The author's desk: a policy is begun, held against cases that somebody worked out, and what they reach is said.

>>> suite = load_suite("my_city.tests.yaml")                     # doctest: +SKIP
>>> [outcome.test.id for outcome in run_suite(suite) if not outcome.passed]     # doctest: +SKIP
[]

The rooms inside, in the order of the data: `scaffold` (the beginning of a policy), `suite` (a test file as read), with
`entries` (its parts), `expected` and `expectation` (what it expects, how it is read and as values) and `spelling`
(amounts), `trial` (a run of it) and `differ` (what is not as expected), `told` (how that is said, and as JUnit XML),
`coverage` (what the tests reach), `bounds` (cases that are proposed for what lies around thresholds and caps), with
`moves`, `between` and `minimal` (what is moved to a bound of a sentence, to the edge of a rule between awards, and the
least case of a sentence).
"""
