"""Random P12 cases, each as whole numbers for `hand.by_hand` and as a case of the library."""

from __future__ import annotations

import math
import random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from benchmarks.hand import Facts

CITIES = ("XA", "SY", "XY")
KINDS = ("none", "dian", "xian", "mian")
FLAGS = (
    *("cap_center", "renewal", "civil_explosive", "informatization", "park"),
    *("digital_factory", "platform", "software", "chain_leader", "mil_qualified"),
)
MONEY = (
    *("equip", "it_input", "loan_principal", "rev_cur", "rev_prev", "park_inv", "park_paid", "fixed_inv"),
    *("platform_inv", "sw_sales", "total_inv", "land_plant", "mil_sales", "mil_prev"),
)
WAN = 1_000_000


def facts(rng: random.Random) -> Facts:
    """Draw one case: amounts from 1万元 to 20亿元, and now and then one that stands at an edge."""
    made = {
        "city": rng.choice((0, 0, 0, 0, 0, 1, 1, 1, 2, 2)),
        "sy_kind": rng.randrange(4),
        "industry": rng.choice((34, 35, 37, 38, 36, 39, 26, 13)),
        "lpr_bp": rng.randrange(290, 420),
        "loan_days": rng.randrange(1, 366),
        **{name: rng.randrange(2) for name in FLAGS},
        **{name: int(math.exp(rng.uniform(math.log(WAN), math.log(200_000 * WAN)))) for name in MONEY},
    }
    made["park_paid"] = rng.choice((0, rng.randrange(1200 * WAN)))
    made["land_plant"] = int(made["total_inv"] * rng.uniform(0, 1.1))
    made["rev_prev"] = int(made["rev_cur"] * rng.uniform(0.8, 1.2))
    made["mil_prev"] = int(made["mil_sales"] / rng.uniform(0.9, 1.3))
    edges = (
        {"rev_prev": made["rev_cur"]},
        {"mil_sales": 1000 * WAN},
        {"mil_prev": (prev := rng.randrange(10 * WAN, 4000 * WAN) * 50), "mil_sales": prev // 50 * 53},
        {"equip": 20_000 * WAN},
        {"land_plant": made["total_inv"]},
    )
    for edge in edges:
        if rng.random() < 1 / 50:
            made |= edge
    return made


def yuan(fen: int) -> str:
    """Write an amount as a case does."""
    return f"{fen // 100}.{fen % 100:02}元"


def case(drawn: Facts) -> dict[str, object]:
    """Write a case as the library reads it."""
    enterprise = {
        "type": "enterprise",
        "place": CITIES[drawn["city"]],
        "city": CITIES[drawn["city"]],
        "sy_kind": KINDS[drawn["sy_kind"]],
        "industry": str(drawn["industry"]),
        "lpr": f"{drawn['lpr_bp'] / 100:.2f}%",
        "loan_days": drawn["loan_days"],
        **{name: bool(drawn[name]) for name in FLAGS},
        **{name: yuan(drawn[name]) for name in MONEY},
    }
    return {"case": "1", "decision_date": "2025-06-01", "enterprise": enterprise}
