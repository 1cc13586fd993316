"""What one fact of a case says against another: contradictions, and sizes that are possible but unlikely.

A total below its own costs, or a completion before the start, refuses the case. A whole that is exactly 10,000 times
one of its parts is most likely 元 for 万元, and a basis under 1万元 or over 1000亿元 a slip: these are only warned of.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Final

from subsidy_rules.facts.things import Items, Thing
from subsidy_rules.values.amount import Amount
from subsidy_rules.values.quantity import CNY, ZERO, format_money, parse_money

if TYPE_CHECKING:
    from collections.abc import Mapping

    from subsidy_rules.facts.vocabulary import Vocabulary
    from subsidy_rules.values import document as doc
    from subsidy_rules.values.findings import Findings

_UNITS_OF_A_TOTAL: Final = ("check the unit of the total and of the costs", "检查总投资与明细的单位")
_YUAN_OF_A_TOTAL: Final = (
    "check the unit (元 or 万元) of the total and of the costs",
    "检查总投资与明细的单位（元、万元）",
)
_SLIP: Final = Fraction(10_000)
_SMALLEST: Final = parse_money("1万元")
_GREATEST: Final = parse_money("1000亿元")
_PARTS: Final = (("grants", "approved", "received"), ("procurements", "budget", "contract"))
"""Lists whose things have a whole and a part of it, beside projects and their costs."""
_BASES: Final = (
    ("projects", "total"),
    ("loans", "principal"),
    ("products", "annual_sales"),
    ("procurements", "budget"),
)
"""Facts that a rate is taken of as they stand; the costs of a project are added up first."""


class Sense:
    """Holds the facts of one case against each other, and notes what it finds at their nodes."""

    def __init__(self, findings: Findings, nodes: Mapping[str, doc.Node], vocabulary: Vocabulary) -> None:
        """Note in `findings`; `nodes` are those of the facts, by their paths."""
        self.findings = findings
        self.nodes = nodes
        self.vocabulary = vocabulary

    def contradictions(self, top: Thing) -> None:
        """Note what can't be so together."""
        for project in top.lists.get("projects", Items(())):
            total, parts = project.values.get("total"), _least_of_parts(project)
            if isinstance(total, Amount) and total.maximum < parts:
                self.findings.add(
                    "part-exceeds-whole",
                    self.nodes[f"{project.path}.total"],
                    f"{project.path}.total",
                    "the total is below the sum of its stated costs",
                    "总投资小于各项投资之和",
                    *(_YUAN_OF_A_TOTAL if self.vocabulary.currency == CNY else _UNITS_OF_A_TOTAL),
                )
            self._dates(project, "started", "completed")

    def doubts(self, top: Thing) -> None:
        """Note what is possible but unlikely: 元 for 万元 between a part and its whole, a basis of an odd size.

        What is unlikely of another currency nobody has said.
        """
        if self.vocabulary.currency != CNY:
            return
        for project in top.lists.get("projects", Items(())):
            costs = [cost for cost in project.lists.get("costs", Items(())) if "amount" in cost.values]
            together = _least_of_parts(project)
            parts = [(cost.fact_path("amount"), _stated(cost, "amount")) for cost in costs]
            self._slip(project, "total", [*parts, (project.fact_path("costs"), together)])
            if "total" not in project.values and costs:
                self._size(project.fact_path("costs"), together)
        for name, whole, part in _PARTS:
            for thing in top.lists.get(name, Items(())):
                self._slip(thing, whole, [(thing.fact_path(part), _stated(thing, part))])
        for name, fact in _BASES:
            for thing in top.lists.get(name, Items(())):
                self._size(thing.fact_path(fact), _stated(thing, fact))

    def _slip(self, thing: Thing, whole: str, parts: list[tuple[str, Fraction | None]]) -> None:
        """Warn where a whole is 10,000 times one of its parts or their sum, or they it."""
        total, where = _stated(thing, whole), thing.fact_path(whole)
        near = [path for path, figure in parts if total and figure and _SLIP in (total / figure, figure / total)]
        if near:
            self.findings.add(
                "suspect-unit",
                self.nodes[where],
                where,
                f"'{where}' and '{near[0]}' differ by exactly 10,000",
                f"“{where}”与“{near[0]}”恰相差一万倍",
            )

    def _size(self, where: str, figure: Fraction | None) -> None:
        """Warn where a basis that is not zero is under 1万元 or over 1000亿元."""
        if figure and not _SMALLEST <= figure <= _GREATEST:
            shown = format_money(figure)
            self.findings.add(
                "suspect-amount",
                self.nodes[where],
                where,
                f"{shown} is {'under 1万元' if figure < _SMALLEST else 'over 1000亿元'}",
                f"{shown}{'低于1万元' if figure < _SMALLEST else '高于1000亿元'}",
            )

    def _dates(self, thing: Thing, first: str, second: str) -> None:
        a, b = thing.values.get(first), thing.values.get(second)
        if isinstance(a, Amount) and isinstance(b, Amount) and a.minimum > b.maximum:
            where = f"{thing.path}.{second}"
            labels = {name: spec.zh for name, spec in self.vocabulary.fields[thing.entity].items()}
            self.findings.add(
                "contradictory-dates",
                self.nodes[where],
                where,
                f"'{second}' is before '{first}'",
                f"{labels[second]}早于{labels[first]}",
            )


def _stated(thing: Thing, name: str) -> Fraction | None:
    """Return a figure that is given as one number, not as a range."""
    value = thing.values.get(name)
    if not isinstance(value, Amount) or value.minimum != value.maximum or not isinstance(value.minimum, Fraction):
        return None
    return value.minimum


def _least_of_parts(project: Thing) -> Fraction:
    """Return what the stated costs of a project come to at least."""
    amounts = (cost.values.get("amount") for cost in project.lists.get("costs", Items(())))
    least = (amount.minimum for amount in amounts if isinstance(amount, Amount))
    return sum((one for one in least if isinstance(one, Fraction)), ZERO)
