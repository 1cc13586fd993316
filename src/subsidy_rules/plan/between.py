"""The rules between awards, each resolved for every sentence that it names."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from subsidy_rules.errors import brief
from subsidy_rules.mechanisms import operations as op
from subsidy_rules.mechanisms.step import Loc
from subsidy_rules.plan.compiling import Compiling
from subsidy_rules.plan.model import (
    ClausePlan,
    RulePlan,
)
from subsidy_rules.policy.model import (
    Rule,
)


class Between(Compiling):
    """Reads the rules between awards."""

    def _rule(self, rule: Rule, loc: Loc, plans: Sequence[ClausePlan]) -> RulePlan:
        by: dict[str, tuple[op.Value, ...]] = {}
        cap: dict[str, op.Value] = {}
        when: dict[str, op.Truth] = {}
        known = {plan.sentence.id for plan in plans}
        named = [(("clauses", place), clause) for place, clause in enumerate(rule.clauses)]
        named += [(("against", place), clause) for place, clause in enumerate(rule.against)]
        for where, clause_id in named:
            if clause_id not in known:
                self._near((*loc, *where), "unknown-name", clause_id, tuple(known))
                continue
            at = self._place_of(clause_id)
            _, scope = self._per(self.file.clauses[at], ("clauses", at))
            desk = self._desk(scope)
            by[clause_id] = tuple(desk.path(text, (*loc, "by", i)) for i, text in enumerate(rule.by))
            when[clause_id] = op.ALWAYS if rule.when is None else desk.condition(rule.when, (*loc, "when"))
            if rule.cap is not None:
                figure, listed = desk.figure_or_table(rule.cap, (*loc, "cap"), "money")
                when[clause_id] = op.All((when[clause_id], *listed)) if listed else when[clause_id]
                cap[clause_id] = self._room(rule, figure, by[clause_id], loc) if rule.earlier else figure
        needed = {"ceiling": "cap", "bar": "when", "higher_of": "same"}.get(rule.kind)
        if needed is not None and getattr(rule, needed) is None:
            self._say(loc, "missing-key", f"a {rule.kind} needs '{needed}'", f"{rule.kind}缺少“{needed}”")
        if rule.choice is not None and rule.kind != "higher_of":
            what, what_zh = f"of a {rule.kind} nothing is chosen", f"{rule.kind}中没有可选择的"
            self._say((*loc, "choice"), "bad-clause", f"{what}; only of a higher_of", f"{what_zh}，只有higher_of才有")
        self._reduced(rule, loc)
        return RulePlan(
            rule.id,
            self.id,
            rule.kind,
            tuple(rule.clauses),
            tuple(rule.against),
            rule.quote,
            by,
            cap,
            when,
            rule.same or "",
            tuple(rule.reduce) if isinstance(rule.reduce, list) else rule.reduce or "last_in",
            rule.choice or "higher",
        )

    def _reduced(self, rule: Rule, loc: Loc) -> None:
        """Refuse an order in which nothing is cut, and one of sentences that the ceiling is not over."""
        if rule.reduce is not None and rule.kind != "ceiling":
            what, what_zh = f"a {rule.kind} reduces nothing", f"{rule.kind}不削减数额"
            self._say((*loc, "reduce"), "bad-clause", f"{what}; only a ceiling does", f"{what_zh}，只有ceiling才削减")
        if not isinstance(rule.reduce, list):
            return
        if not rule.reduce:
            what, what_zh = "'reduce' names no sentence", "“reduce”没有列出条款"
            self._say((*loc, "reduce"), "bad-clause", what, what_zh)
        for place, name in enumerate(rule.reduce):
            if name not in rule.clauses:
                self._near((*loc, "reduce", place), "unknown-name", name, tuple(rule.clauses))
            elif name in rule.reduce[:place]:
                what, what_zh = f"'{brief(name)}' stands twice in 'reduce'", f"“{brief(name)}”在“reduce”中重复"
                self._say((*loc, "reduce", place), "bad-clause", what, what_zh)

    def _room(self, rule: Rule, cap: op.Value, by: Iterable[op.Value], loc: Loc) -> op.Value:
        """Return what is left of a ceiling: the cap less the earlier awards that count (S19).

        They are those of the same sentences, alike in what the ceiling goes by, paid before the decision.
        """
        fields = self.vocabulary.fields["earlier_award"]
        clause = op.Fact("earlier", fields["clause"])
        decision = op.Fact("case", self.vocabulary.fields["case"]["decision_date"])
        counts: list[op.Truth] = [
            _one_of(op.Fact("earlier", fields["policy"]), self._names_of_the_policy()),
            op.AnyOf(tuple(op.Same(clause, op.Words(name)) for name in rule.clauses)),
            op.Compare(">", decision, op.Fact("earlier", fields["paid_on"])),
        ]
        if rule.earlier == "this_year":
            paid_on, year = op.Fact("earlier", fields["paid_on"]), op.Calendar(decision, None, "count")
            counts.append(op.Compare("==", op.Calendar(paid_on, None, "count"), year))
        for place, key in enumerate(by):
            if not isinstance(key, op.Fact) or key.spec.name not in fields:
                what = "earlier awards can only be told apart by a fact that they have: "
                what_zh = "历史奖补只能按其自身的事实区分："
                listed = ", ".join(sorted(fields))
                self._say((*loc, "by", place), "bad-clause", what + listed, what_zh + listed)
            else:
                counts.append(op.Same(op.Fact("earlier", fields[key.spec.name]), key))
        source = op.Source("earlier_awards", "earlier_award")
        amount = op.Fact("earlier", fields["amount"])
        paid = op.Aggregate("sum", source, "earlier", op.All(tuple(counts)), amount, "money")
        return op.Arithmetic("-", cap, paid, "money")

    def _names_of_the_policy(self) -> tuple[str, ...]:
        """Return what an earlier award may call this policy: its id, and that of which it is a version."""
        version = self.file.policy.version
        return (self.id,) if version is None else (self.id, version.of)


def _one_of(fact: op.Fact, names: Sequence[str]) -> op.Truth:
    """Return the truth that a fact is one of some words."""
    same = tuple(op.Same(fact, op.Words(name)) for name in names)
    return same[0] if len(same) == 1 else op.AnyOf(same)
