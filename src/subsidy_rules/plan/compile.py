"""Compiling one policy: names resolved, types checked, order fixed, every problem of the file reported together."""

from __future__ import annotations

import hashlib
from fractions import Fraction

from subsidy_rules.errors import RuleError
from subsidy_rules.mechanisms.expression import Scope
from subsidy_rules.mechanisms.step import Loc
from subsidy_rules.mechanisms.window import OtherDate
from subsidy_rules.plan.awards import circle_of, with_awards
from subsidy_rules.plan.between import Between
from subsidy_rules.plan.header import contradictions
from subsidy_rules.plan.model import (
    Header,
    LadderPlan,
    NotModelled,
    PolicyPlan,
    ReadingPlan,
)
from subsidy_rules.plan.names import Names
from subsidy_rules.plan.pool import ConstantPool
from subsidy_rules.plan.sentences import Sentences, with_named_elsewhere
from subsidy_rules.plan.unread import Unread
from subsidy_rules.plan.versions import Versions, reviews_of, version_of
from subsidy_rules.policy.source import RuleSource
from subsidy_rules.values.amount import MODES

__all__ = ["ConstantPool", "compile_policy"]


def compile_policy(source: RuleSource, *, all_read: bool = True) -> PolicyPlan:
    """Resolve, check and order one policy. Raises `RuleError` with every problem found, in the order of the file.

    Where not all need be read (`all_read` false), what is declared and used by nothing is no problem: for a part of a
    policy.
    """
    if source.shape.model is None:
        raise RuleError(source.shape.problems)
    return _Compiler(source, source.shape.model, all_read=all_read).compile()


class _Compiler(Names, Sentences, Between, Unread):
    """Compiles one policy, pass by pass."""

    def compile(self) -> PolicyPlan:
        """Run the passes in the order of the file's own sections."""
        header = self.file.policy
        self._vocabulary()
        self.readings = {
            name: ReadingPlan(f"{self.id}/{name}", model.asks, model.options, model.default, model.reason)
            for name, model in self.file.readings.items()
        }
        for name, model in self.file.readings.items():
            if model.default not in model.options:
                self._near(("readings", name, "default"), "unknown-member", model.default, model.options)
            if len(model.options) < 2:  # noqa: PLR2004 - a choice needs two
                self._say(("readings", name), "dead-reading", "a reading needs two options", "解读至少要有两个选项")
        self.parameters = {name: self._parameter(name, model) for name, model in self.file.parameters.items()}
        self.scope = Scope(
            self.vocabulary,
            self.pool,
            bound={"enterprise": "enterprise", "case": "case"},
            parameters=self.parameters,
            lists=self._lists(),
            definitions=self._definitions(),
            readings={name: (plan.id, tuple(plan.options)) for name, plan in self.readings.items()},
            awards=self._awards(),
        )
        self.versions = Versions(header.version, self._say)
        clauses, sentences = self._clauses()
        rules = tuple(
            self._rule(rule, ("cumulation", place), clauses) for place, rule in enumerate(self.file.cumulation)
        )
        self._name_awards([plan.sentence.id for plan in (*clauses, *self.obligations)])
        window = header.window
        at = ("policy", "window")
        start = self._date(window.start, (*at, "start"))
        other = window.start_other.date if isinstance(window.start_other, OtherDate) else window.start_other
        start_other = None if other is None else self._date(other, (*at, "start_other"))
        unit = self._rounding(header.rounding.unit)
        for found in contradictions(header):
            self._say(*found)
        if self.all_read:
            self._unread(clauses, rules)
        for problem in self.problems:
            error = problem.error
            if error.word and error.options:
                self._near(problem.loc, error.code, error.word, error.options)
            elif not error.word or error.word not in self.refused:
                self._say(problem.loc, error.code, error.what, error.what_zh, error.remedy, error.remedy_zh)
        circle = circle_of(clauses)
        if circle:
            loc: Loc = ("clauses", self._place_of(circle[0]))
            way = " → ".join(circle)
            self._say(loc, "circular", f"these awards need each other: {way}", f"这些奖补互相依赖：{way}")
        self._raise()
        mode = MODES.get(header.rounding.mode or "", 0)
        clauses, obligations, rules = with_awards(
            with_named_elsewhere(clauses),
            self.obligations,
            rules,
            lambda: self.pool.add(Fraction(unit), "money"),
            mode,
        )
        return PolicyPlan(
            self.id,
            Header(
                header.title,
                header.issuer,
                header.document,
                header.address,
                header.place.code,
                frozenset(header.place.zones),
                header.rounding.unit,
                window.start_flag,
                header.unstated_cumulation,
                tuple(header.flags),
                version_of(header.version),
                reviews_of(header.reviewed_by),
                reviews_of(header.approved_by),
            ),
            tuple(
                NotModelled(one.path, one.sentence, one.quote, one.reason, tuple(one.taints))
                for one in self.file.not_modelled
            ),
            tuple(self.pool.index),
            self.vocabulary,
            {plan.id: plan for plan in self.readings.values()},
            {parameter.id: parameter for parameter in self.parameters.values()},
            tuple(
                LadderPlan(name, frozenset(model.members), frozenset(model.levels), model.object)
                for name, model in self.file.ladders.items()
            ),
            sentences,
            tuple(clauses),
            tuple(obligations),
            rules,
            start,
            start_other,
            unit,
            mode,
            self.source.document.sha256,
            hashlib.sha256(self.file.model_dump_json(by_alias=True).encode()).hexdigest(),
        )
