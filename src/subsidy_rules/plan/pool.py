"""The numbers of one policy."""

from __future__ import annotations

from fractions import Fraction

from subsidy_rules.mechanisms import operations as op


class ConstantPool:
    """The constants of one policy, each pair of number and type once."""

    def __init__(self) -> None:
        self.index: dict[tuple[Fraction, str], int] = {(Fraction(0), "money"): 0}

    def add(self, value: Fraction, type_: str) -> op.Constant:
        """Keep a number and return its operation."""
        return op.Constant(self.index.setdefault((value, type_), len(self.index)), type_)

    def value(self, constant: op.Constant) -> Fraction:
        """Return the number that is kept as a constant."""
        return tuple(self.index)[constant.index][0]
