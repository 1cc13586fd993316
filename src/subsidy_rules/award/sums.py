"""What awards come to together: totals by part, what is left of each, and how two such answers are put together.

Of two components, which share nothing, the totals add; of two worlds of one component the answer is the hull.
"""

from __future__ import annotations

from dataclasses import field
from typing import TypeAlias

from subsidy_rules.award.contest import NOTHING, Status
from subsidy_rules.values.amount import Four, Need
from subsidy_rules.values.classes import dataclass

Part: TypeAlias = tuple[str, str]


@dataclass(slots=True)
class Sums:
    """Totals by part, and for each award its net amount, what became of it, and the ceilings that cut or may cut it.

    Over the worlds seen so far.
    """

    parts: dict[Part, Four] = field(default_factory=dict)
    nets: dict[int, Four] = field(default_factory=dict)
    statuses: dict[int, frozenset[Status]] = field(default_factory=dict)
    cut: dict[int, frozenset[str]] = field(default_factory=dict)
    moved: frozenset[Need] = frozenset()
    outer: bool = False
    refused: frozenset[int] = frozenset()

    def added(self, other: Sums) -> Sums:
        """Return the sums of two independent components."""
        parts = {
            key: _plus(self.parts.get(key, NOTHING), other.parts.get(key, NOTHING))
            for key in {**self.parts, **other.parts}
        }
        return Sums(
            parts,
            {**self.nets, **other.nets},
            {**self.statuses, **other.statuses},
            {**self.cut, **other.cut},
            self.moved | other.moved,
            self.outer or other.outer,
            self.refused | other.refused,
        )

    def joined(self, other: Sums) -> Sums:
        """Return the hull of two worlds of one component."""
        parts = {
            key: _hull(self.parts.get(key, NOTHING), other.parts.get(key, NOTHING))
            for key in {**self.parts, **other.parts}
        }
        nets = {key: _hull(self.nets[key], other.nets[key]) for key in self.nets}
        statuses = {key: self.statuses[key] | other.statuses[key] for key in self.statuses}
        cut = {key: self.cut[key] | other.cut[key] for key in self.cut}
        return Sums(
            parts,
            nets,
            statuses,
            cut,
            self.moved | other.moved,
            self.outer or other.outer,
            self.refused | other.refused,
        )


def _plus(a: Four, b: Four) -> Four:
    return (a[0] + b[0], a[1] + b[1], a[2] + b[2], a[3] + b[3])


def _hull(a: Four, b: Four) -> Four:
    return (min(a[0], b[0]), max(a[1], b[1]), min(a[2], b[2]), max(a[3], b[3]))
