"""Proofs: what holds of a policy for every case, shown by a solver (z3), or a case in which it does not.

>>> findings = prove(load_policies(["my_city.yaml"]))                                     # doctest: +SKIP
>>> [one.id for one in findings if one.status == "exception"]                             # doctest: +SKIP
['my_city/retrofit']

The rooms inside, in the order of the data: `terms` (amounts and truths as formulas), `symbols` (the case that stands
for all cases), `translate` (operations to terms), `parts` (a sentence taken apart), `ask` (the solver), `replay` (what
it finds is evaluated); then what is to be shown: `claims` and `sentences`, `falls`, `bands`, `between`, `versions`;
`finding` is what comes of each, `run` puts them together, `said` says them. Only those that ask need z3.
"""

from subsidy_rules.author.proofs.finding import Finding, Shown
from subsidy_rules.author.proofs.run import prove

__all__ = ["Finding", "Shown", "prove"]
