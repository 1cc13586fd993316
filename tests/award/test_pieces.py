"""Conditions in pieces: what they say together is what they say whole, and little known things need few worlds."""

from __future__ import annotations

from itertools import product

import pytest

from subsidy_rules import Case, evaluate
from subsidy_rules.award import complete
from subsidy_rules.award.engine import Context, Shared, truth
from subsidy_rules.award.pieces import conjuncts
from subsidy_rules.mechanisms import operations as op
from subsidy_rules.plan import compile_policy, gather
from subsidy_rules.policy.source import read_policy
from subsidy_rules.values.amount import TRUE
from tests.award.test_engine import CASE, HEAD, clause, wan

A, B, C = (op.ReadingIs(name, "yes") for name in "abc")
NODES = (
    op.All((A, B, C)),
    op.AnyOf((A, B, C)),
    op.Not(op.AnyOf((A, op.All((B, C))))),
    op.AnyOf((op.All((A, B)), op.Not(C))),
    op.AnyOf((op.All((A, B)), op.All((B, C)))),
    op.Not(op.All((A, op.Not(op.All((B, C)))))),
    op.All(()),
    op.AnyOf(()),
)
BARRED = """\
cumulation:
- id: elsewhere
  kind: bar
  clauses: [a]
  when: any grants where grant.project is project and grant.level is 市级
  quote: 某
"""


@pytest.mark.parametrize("node", NODES, ids=str)
@pytest.mark.parametrize("wanted", [True, False])
@pytest.mark.parametrize("said", list(product(("yes", "no"), repeat=3)), ids="".join)
def test_pieces_hold_together_where_the_whole_does(node: op.Truth, said: tuple[str, ...], *, wanted: bool) -> None:
    shared = Shared(None, None, dict(zip("abc", said, strict=True)), {})  # type: ignore[arg-type]
    ctx = Context(shared, (), {}, {}, "", {})
    whole = truth(node)(ctx) if wanted else truth(node)(ctx).negated()
    made = TRUE
    for test in conjuncts(node, {}, None, wanted=wanted):  # type: ignore[arg-type]
        made = made.both(test(ctx))
    assert made.numbers == whole.numbers


def test_grants_of_which_little_is_known_need_few_worlds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(complete, "BUDGET", 40)
    rules = "clauses:\n" + clause("lump_sum: 100万元") + BARRED
    grants = "".join(f"- {{id: g{one}}}\n" for one in range(8))
    policies = gather([compile_policy(read_policy(HEAD.replace("SILENCE", "sum") + rules))])
    case = CASE.replace("grants, ", "") + f"projects: [{{id: p1}}]\ngrants:\n{grants}"
    [award] = evaluate(Case.from_text(case), policies).undecided
    assert not award.outer
    assert wan(award.net) == (0, 100, 0, 100)
    asked = {need for need in award.needs if need.startswith("grants")}
    assert asked == {f"grants[{one}].{name}" for one in range(8) for name in ("project", "level")}
