"""What an operation is by its shape alone: whether the law may leave it open, how it rounds, its sign."""

from __future__ import annotations

from fractions import Fraction

import z3

from subsidy_rules.author.proofs import terms as t
from subsidy_rules.author.proofs.symbols import FIRST_DAY, LAST_DAY
from subsidy_rules.facts.case import bounds_of
from subsidy_rules.mechanisms import operations as op
from subsidy_rules.values.amount import HALF_UP, UP
from subsidy_rules.values.quantity import ZERO, format_date, parse_date


def is_plain(node: op.Value) -> bool:
    """Whether a divisor is a number of the text, or a member that is one."""
    return isinstance(node, op.Constant) or (isinstance(node, op.Fact) and node.type == "enum")


def is_open(node: op.Node) -> bool:
    """Whether the law may leave an operation open."""
    match node:
        case op.Bounded() | op.LawOpen() | op.Decided():
            return True
        case op.In(_, listing, _):
            return listing.open
        case op.Arithmetic("/", _, right, _):
            return not is_plain(right)
        case _:
            return False


def rounds(node: op.Node) -> int:
    """Return the mode in which an operation asks that an award be rounded, or 0."""
    match node:
        case op.Bounded():
            return t.MODES[1]
        case op.Fixed(_, _, up):
            return UP if up else HALF_UP
        case op.Open():
            return HALF_UP
        case _:
            return 0


def may_be_negative(node: op.Value) -> bool:
    """Whether a figure may come out below zero."""
    return any(
        (isinstance(part, op.Arithmetic) and part.sign == "-")
        or (isinstance(part, op.Fact) and part.type in ("money", "ratio", "count") and bounds_of(part.spec)[0] < ZERO)
        for part in op.walk(node)
    )


def year_of(day: z3.ArithRef) -> z3.ArithRef:
    """Return the year of a day, as how many new years' days it has reached."""
    first, last = (int(format_date(one)[:4]) for one in (FIRST_DAY, LAST_DAY))
    starts = [t.number(parse_date(f"{year}-01-01")) for year in range(first + 1, last + 1)]
    return z3.Sum([t.number(Fraction(first)), *(z3.If(day >= one, t.number(Fraction(1)), t.ZERO) for one in starts)])
