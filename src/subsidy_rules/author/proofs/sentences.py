"""The obligations of one sentence: its claims, each of its branches, its bands, and whether its award ever falls.

Each is asked of the wide translation, then of the exact one; what the solver finds is evaluated before it is told.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import z3  # noqa: TC002 - a formula is of it

from subsidy_rules.author.proofs import terms as t
from subsidy_rules.author.proofs.ask import Asked, Asker, Formula, settled
from subsidy_rules.author.proofs.claims import Claim, claims_of
from subsidy_rules.author.proofs.finding import Finding, Kind, Shown, Status
from subsidy_rules.author.proofs.parts import Branch, branches_of, parts_of
from subsidy_rules.author.proofs.replay import Replayed, replayed, shown, takes, unsound, with_fewest_readings
from subsidy_rules.author.proofs.spoken import sentence
from subsidy_rules.author.proofs.translate import OutOfReachError, Translator
from subsidy_rules.award.model import Both
from subsidy_rules.award.rows import Row
from subsidy_rules.errors import InputError
from subsidy_rules.plan import ClausePlan
from subsidy_rules.values.quantity import ZERO

TIMED_OUT: Both = ("求解超出限额", "the solver's limit is reached")


class Desk:
    """Settles the obligations of one sentence, and writes a finding for each."""

    def __init__(self, asker: Asker, clause: ClausePlan) -> None:
        """Take whom to ask, and the sentence."""
        self.asker, self.clause = asker, clause

    def finding(
        self, kind: Kind, status: Status, about: Both, said: Both = ("", ""), cases: tuple[Shown, ...] = ()
    ) -> Finding:
        """Return a finding of the sentence."""
        return Finding(self.asker.plan.id, self.clause.sentence.id, kind, status, about, said, cases)

    def replayed(self, case: Shown) -> Replayed:
        """Evaluate a case that was found."""
        return replayed(case, self.asker.policies)

    # one case that refutes

    def refute(self, formula: Formula) -> tuple[Status, Asked | None]:
        """Return whether it is proved that no case satisfies a formula, or the question that has one."""
        return settled(lambda wide, loose: self.asker.ask(formula, wide=wide, loose=loose))

    def claim(self, claim: Claim) -> Finding:
        """Settle a claim."""

        def formula(made: Translator) -> z3.BoolRef:
            found = sentence(made, claim.part.plan, item=claim.part.item)
            return t.both(found.eligible.may, claim.refuted(found))

        try:
            status, asked = self.refute(formula)
        except OutOfReachError as error:
            return self.finding(claim.kind, "out_of_reach", claim.about, (error.zh, error.en))
        if asked is None:
            return self.finding(claim.kind, status, claim.about, self.why(status))
        last: Shown | None = None
        for one in asked.cases():
            case = shown(one, self.asker.plan)
            try:
                again = self.replayed(case)
            except InputError:
                continue
            last = case
            row = again.row(self.clause.sentence.id)
            if row is not None and again.is_open(row) and claim.seen(row):
                status = "refuted" if claim.excuse is None else "exception"

                def seen(other: Replayed) -> bool:
                    row = other.row(self.clause.sentence.id)
                    return row is not None and other.is_open(row) and claim.seen(row)

                last = with_fewest_readings(last, self.asker.policies, seen)
                again = self.replayed(last)
                row = again.row(self.clause.sentence.id) or row
                said = again.amounts(row)
                excuse = claim.excuse or ("", "")
                told = (f"{excuse[0]}：{said[0]}".strip("："), f"{excuse[1]}: {said[1]}".strip(": "))
                return self.finding(claim.kind, status, claim.about, told, (last,))
        return self.fault(claim.kind, claim.about, last)

    def fault(self, kind: Kind, about: Both, case: Shown | None) -> Finding:
        """Return that what the solver found is not what evaluating it gives."""
        status, said = unsound(case)
        return self.finding(kind, status, about, said, () if case is None else (case,))

    def why(self, status: Status) -> Both:
        """Say what a proof is limited to, or why there is none."""
        size = self.asker.size
        if status == "bounded":
            return (f"每个清单至多 {size} 个对象", f"up to {size} things in each list")
        return TIMED_OUT if status == "timed_out" else ("", "")

    # one case that shows

    def branch(self, branch: Branch) -> Finding:
        """Find a case that takes a branch: none is proof that it is dead."""

        def formula(made: Translator) -> z3.BoolRef:
            found = sentence(made, branch.part.plan, item=branch.part.item)
            return t.both(found.eligible.may, made.truth(branch.truth, found.scope).may)

        return self.show("live", branch.name, formula, lambda _, row: takes(row, branch))

    def pays(self) -> Finding:
        """Find a case in which the sentence pays something."""

        def formula(made: Translator) -> z3.BoolRef:
            found = sentence(made, self.clause)
            return t.both(found.eligible.may, found.barred.negated().may, found.award.hi > 0)

        about = ("有案例得到支付", "a case is paid")
        return self.show("live", about, formula, lambda again, row: again.gated(row).maximum > ZERO)

    def show(self, kind: Kind, about: Both, formula: Formula, seen: Callable[[Replayed, Row], bool]) -> Finding:
        """Find a case that satisfies a formula; none of any size is a refutation."""
        try:
            exact, _ = self.asker.ask(formula, wide=False, loose=False)
            if exact.answer == "none":
                wide, _ = self.asker.ask(formula, wide=True, loose=True)
                if wide.answer == "none":
                    return self.finding(kind, "refuted", about, ("没有任何案例到达", "no case reaches it"))
                said = (
                    f"每个清单至多 {self.asker.size} 个对象时没有",
                    f"no case of {self.asker.size} things a list does",
                )
                return self.finding(kind, "timed_out", about, said)
        except OutOfReachError as error:
            return self.finding(kind, "out_of_reach", about, (error.zh, error.en))
        if exact.answer == "unknown":
            return self.finding(kind, "timed_out", about, TIMED_OUT)
        last: Shown | None = None
        for one in exact.cases():
            case = shown(one, self.asker.plan)
            try:
                again = self.replayed(case)
            except InputError:
                continue
            last = case
            row = again.row(self.clause.sentence.id)
            if row is not None and again.is_open(row) and seen(again, row):
                return self.finding(kind, "proved", about, ("", ""), (last,))
        return self.fault(kind, about, last)

    def settle(self) -> Iterator[Finding]:
        """Yield what is found of the sentence."""
        yield self.pays()
        for part in parts_of(self.clause):
            for claim in claims_of(part):
                yield self.claim(claim)
            for branch in branches_of(part):
                yield self.branch(branch)
