"""A lever: one number of a rule file that moves, without compiling again.

A plan keeps its numbers apart from its operations. A lever compiles the policy twice, with two figures beside the one
that stands there, and holds the two plans against each other: where they differ in one constant and in nothing else,
that constant is the number, and any other value is put there. Where more than a constant differs (the window of the
head, a table by date), each value is a reform of its own, which compiles.

>>> from subsidy_rules import load_policies
>>> lever = Lever(load_policies(), "xian_30/equipment_renewal.cap")
>>> lever.measure, lever.text, lever.compiles
('money', '2000万元', False)
>>> lever.at(lever.read("3000万元")).by_id["xian_30"].reforms[0].name
'xian_30/equipment_renewal.cap = 3000万元'

A value that `at` puts there is not checked; that of an answer is, by `reform`.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from hashlib import sha256
from typing import Final

from subsidy_rules.author.spelling import spell_number
from subsidy_rules.award.sheet import share_code
from subsidy_rules.errors import UsageError
from subsidy_rules.plan import Policies, PolicyPlan, ReformMark
from subsidy_rules.plan.policies import source_of
from subsidy_rules.study.paths import PathError, literals, node_of, resolve
from subsidy_rules.study.reform import Reform, measure_of
from subsidy_rules.values import document as doc
from subsidy_rules.values.quantity import exact_text, parse_count, parse_date, parse_money, parse_ratio

STEPS: Final = {"money": Fraction(1), "ratio": Fraction(1, 10_000), "number": Fraction(1), "date": Fraction(1)}
"""By how much a number moves at least: a fen, a hundredth of a percent, one, a day."""


class Lever:
    """A number of loaded policies, by its path.

    `measure` is `money`, `ratio`, `number` or `date`, `value` the number as it stands (fen, days), `text` its spelling;
    `compiles` says that each value is compiled.
    """

    def __init__(self, policies: Policies, path: str) -> None:
        """Find the number. Raises `UsageError` for a path to what is none, `RuleError` as a reform does."""
        self.path, self.policies = path, policies
        self.policy, _, rest = path.partition("/")
        # A path that names nothing is told as a reform tells it, with the nearest name.
        self.text = self._text(rest)
        self.currency = policies.vocabulary.currency
        self.measure = measure_of(self.text, self.currency)
        if self.measure not in STEPS:
            raise UsageError(f"'{path}' is no amount, ratio, number or date: {self.text}")
        self.value = self.read(self.text)
        self._ground = self._found()

    def _text(self, rest: str) -> str:
        if self.policy not in self.policies.by_id:
            self.reform_of("0").apply(self.policies)
        root = source_of(self.policies.by_id[self.policy]).document.root
        try:
            spot = resolve(root, rest)
        except PathError:
            self.reform_of("0").apply(self.policies)
            raise
        node = node_of(root, spot.loc)
        if not isinstance(node, doc.Scalar):
            raise UsageError(f"'{self.path}' is no amount, ratio, number or date")
        return node.text if spot.figure is None else literals(node.text)[spot.figure][2]

    @property
    def step(self) -> Fraction:
        """By how much it moves at least."""
        return STEPS[self.measure]

    @property
    def compiles(self) -> bool:
        """Whether each value is compiled."""
        return self._ground is None

    def read(self, text: str) -> Fraction:
        """Read a value of its measure. Raises `QuantityError`, `UsageError` for one of another measure."""
        if measure_of(text, self.currency) != self.measure:
            raise UsageError(f"'{text}' is not of the kind of '{self.text}'")
        match self.measure:
            case "money":
                return parse_money(text, currency=self.currency)
            case "ratio":
                return parse_ratio(text)
            case "date":
                return parse_date(text)
            case _:
                return parse_count(text)

    def spell(self, value: Fraction) -> str:
        """Write a value as a rule file does."""
        if self.measure == "ratio":
            return f"{exact_text(value * 100)}%"
        return spell_number(value, "count" if self.measure == "number" else self.measure, self.currency)

    def reform_of(self, text: str) -> Reform:
        """Return the reform that writes a text there."""
        return Reform.of({self.path: text}, name=f"{self.path} = {text}")

    def reform(self, value: Fraction) -> Reform:
        """Return the reform that puts a value there."""
        return self.reform_of(self.spell(value))

    def at(self, value: Fraction) -> Policies:
        """Return the policies with a value there."""
        if self._ground is None:
            return self.reform(value).apply(self.policies)
        ground, plan, place = self._ground
        constants = list(plan.constants)
        constants[place] = (value, constants[place][1])
        text = self.spell(value)
        digests = [sha256(f"{one}\n{self.path} = {text}".encode()).hexdigest() for one in _digests(plan)]
        mark = ReformMark(f"{self.path} = {text}", "", self.reform_of(text).document.sha256)
        reforms = (*self.policies.by_id[self.policy].reforms, mark)
        made = replace(
            plan,
            constants=tuple(constants),
            source_sha256=digests[0],
            meaning_sha256=digests[1],
            reforms=reforms,
        )
        plans = tuple(made if one is plan else one for one in ground.plans)
        policies = Policies(plans, ground.vocabulary, {one.id: one for one in plans})
        share_code(policies, ground)
        return policies

    def _found(self) -> tuple[Policies, PolicyPlan, int] | None:
        """Return policies with a value beside the one that stands there, the plan, the place of its constant."""
        taken = {value for value, _ in self.policies.by_id[self.policy].constants}
        beside: list[Fraction] = []
        at = self.value
        while len(beside) < 2:  # noqa: PLR2004 - two, to be held against each other
            at += self.step / 100 if self.measure == "ratio" else self.step
            if at not in taken:
                beside.append(at)
        first, second = (self.reform(value).apply(self.policies) for value in beside)
        one, other = first.by_id[self.policy], second.by_id[self.policy]
        pairs = enumerate(zip(one.constants, other.constants, strict=False))
        moved = [place for place, (a, b) in pairs if a != b]
        alike = replace(
            other,
            constants=one.constants,
            source_sha256=one.source_sha256,
            meaning_sha256=one.meaning_sha256,
            reforms=one.reforms,
        )
        plain = len(moved) == 1 and len(one.constants) == len(other.constants) and alike == one
        return (first, one, moved[0]) if plain and one.constants[moved[0]][0] == beside[0] else None


def _digests(plan: PolicyPlan) -> tuple[str, str]:
    return plan.source_sha256, plan.meaning_sha256
