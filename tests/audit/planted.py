"""Ledgers with planted errors: rows that are right, and among them errors of which the texts' rules make one.

What is planted is written from the policies' words and from what papers say, by somebody who has not read the
detectors: two payments for one invoice, a title paid in two years, a sum over a ceiling, a day outside the window.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from subsidy_rules.audit.ledger import Entry

if TYPE_CHECKING:
    import random

WAN = 1_000_000
# Sentences with a window that holds the days below, and the kind of beneficiary that they name.
PLAIN = [
    ("xian_30", "equipment_renewal", "2025"),
    ("xian_31", "digital_factory", "2025"),
    ("xianyang_70", "task_growth", "2025"),
]


def row(rng: random.Random, number: int) -> Entry:
    """Make one payment that is right by itself and meets no other: own enterprise, project, papers."""
    policy, clause, year = rng.choice(PLAIN)
    day = f"{year}-{rng.randrange(7, 13):02d}-{rng.randrange(1, 29):02d}"
    return Entry(
        "payment",
        f"r{number}",
        f"企业{number:06d}{rng.choice('甲乙丙丁戊己庚辛')}",
        fen=rng.randrange(1, 30 * WAN),
        type="enterprise",
        project=f"项目{number}",
        policy=policy,
        clause=clause,
        channel=rng.choice(["工信局", "财政局"]),
        decided=day,
        marks={"invoice": (f"FP{number:08d}",), "equipment": (f"SB{number:08d}",)},
    )


def planted(rng: random.Random, rows: list[Entry], count: int) -> tuple[list[Entry], dict[frozenset[str], str]]:
    """Plant errors among rows; return the ledger, and what was planted: the ids of an error and its kind."""
    made, errors = list(rows), {}
    for number in range(count):
        one, other = rng.sample(rows, 2)
        kind = rng.choice(KINDS)
        first, second = f"x{number}a", f"x{number}b"
        who = f"植入{number}"
        base = replace(one, id=first, beneficiary=who, project=f"{who}项目", marks={})
        if kind == "shared_invoice":
            mark = {"invoice": (f"X{number}",)}
            pair = [replace(base, marks=mark), replace(base, id=second, project=f"{who}另一项目", marks=mark)]
            pair = [replace(each, fen=min(each.fen, 10 * WAN)) for each in pair]
        elif kind == "shared_equipment":
            mark = {"equipment": (f"Y{number}",)}
            pair = [
                replace(base, marks=mark, fen=WAN),
                replace(other, id=second, project=f"{who}二", marks=mark, fen=WAN),
            ]
            pair[1] = replace(pair[1], beneficiary=f"{who}另一")
        elif kind == "ceiling":
            # 咸阳：企业给予不超过30万元的奖励
            common = {"policy": "xianyang_70", "clause": "task_growth", "fen": 15 * WAN + 1, "channel": "工信局"}
            pair = [replace(base, **common), replace(base, id=second, project=f"{who}二", **common)]  # type: ignore[arg-type]
            pair = [replace(each, decided="2025-09-01") for each in pair]
        elif kind == "window":
            # 西安31号自2024-07-17施行
            pair = [replace(base, policy="xian_31", clause="digital_factory", decided="2024-07-16")]
        elif kind == "over_award":
            award = replace(base, kind="award", policy="xian_30", clause="equipment_renewal", fen=20 * WAN)
            paid = replace(award, kind="payment", id=second, fen=20 * WAN + 1)
            made.append(award)
            pair = [paid]
        else:
            pair = [replace(base, channel="工信局", fen=WAN), replace(base, id=second, channel="财政局", fen=WAN)]
        made += pair
        errors[frozenset(each.id for each in pair)] = kind
    rng.shuffle(made)
    return made, errors


KINDS = ("shared_invoice", "shared_equipment", "ceiling", "window", "over_award", "paid_twice")
