"""P12 by hand: what a careful user would write instead of a policy. Whole fen in, whole fen out.

It is the yardstick of `bench.py`, and shares nothing with the library.
"""

from __future__ import annotations

from typing import TypeAlias

Facts: TypeAlias = dict[str, int]
Itemised: TypeAlias = dict[str, int]

WAN = 1_000_000
"""1万元 in fen."""
FOUR = frozenset({34, 35, 37, 38})
XA, SY = 0, 1


def half_up(number: int, over: int) -> int:
    """Round a ratio of whole numbers half up."""
    return (2 * number + over) // (2 * over)


def by_hand(c: Facts) -> tuple[Itemised, str | None, int]:  # noqa: C901, PLR0912 - one function, as one would write it
    """Return what each clause gives, the clause of the highest group that counts, and the total."""
    highest: Itemised = {}
    added: Itemised = {}
    if c["city"] == XA:
        if c["cap_center"]:
            highest["xa30_3_2"] = min(half_up(c["equip"], 10), 500 * WAN)
        if c["renewal"]:
            rate = 15 if c["civil_explosive"] else 10
            highest["xa30_3_3"] = min(half_up(c["equip"] * rate, 100), 2000 * WAN)
        if c["informatization"]:
            highest["xa30_3_4"] = min(half_up(c["it_input"], 5), 100 * WAN)
        if c["rev_cur"] > c["rev_prev"]:
            interest = half_up(c["loan_principal"] * c["lpr_bp"] * c["loan_days"], 10_000 * 360 * 2)
            added["xa30_3_8"] = min(interest, 100 * WAN)
        if c["park"]:
            added["xa30_3_9"] = min(half_up(c["park_inv"], 50), max(0, 1000 * WAN - c["park_paid"]))
        if c["digital_factory"]:
            highest["xa31_3_1"] = min(half_up(c["fixed_inv"], 20), 2000 * WAN)
        if c["platform"]:
            highest["xa31_3_3"] = min(half_up(c["platform_inv"] * 35, 100), 600 * WAN)
        if c["software"]:
            added["xa31_3_4"] = min(half_up(c["sw_sales"], 10), 100 * WAN)
    elif c["city"] == SY:
        if c["industry"] in FOUR and c["sy_kind"]:
            basis = max(0, c["total_inv"] - c["land_plant"])
            if c["sy_kind"] == 1:
                highest["sy_6_2_1"] = min(half_up(basis * 15, 100), 1000 * WAN)
            else:
                name = "sy_6_2_2" if c["sy_kind"] == 2 else "sy_6_2_3"  # noqa: PLR2004 - a code of the data
                highest[name] = min(half_up(basis, 5), (1500 if c["chain_leader"] else 500) * WAN)
    elif c["mil_qualified"] and c["mil_sales"] >= 1000 * WAN and 0 < c["mil_prev"] * 106 <= c["mil_sales"] * 100:
        added["xy70_10"] = 30 * WAN
    counts, best = None, 0
    for name, amount in highest.items():
        if amount > best:
            counts, best = name, amount
    return highest | added, counts, best + sum(added.values())
