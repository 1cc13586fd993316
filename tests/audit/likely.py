"""How often what is only likely is right: planted pairs of names and split contracts among unrelated ones.

    python -m tests.audit.likely [COUNT]

Prints precision and recall of each kind, for a named seed. Nothing here passes or fails.
"""

from __future__ import annotations

import random
import sys

from subsidy_rules.audit.ledger import Entry
from subsidy_rules.audit.ledger.findings import suspicions

WAN = 1_000_000
PLACES = ["西安", "咸阳", "沈阳", "陕西", "辽宁", "宝鸡", "渭南", "铜川", "大连", "鞍山"]
FIRST = (
    "宏达远东新华鑫源恒泰中科天成金鼎盛世博雅正大永兴瑞丰海纳云腾安邦百川晨光德胜方圆富康高峰广汇浩宇佳禾嘉业建国江河"
    "锦绣景明君悦凯旋康宁蓝天力拓联合龙腾隆昌美好明珠鹏程启航千里庆华荣耀三江森林山河尚品圣地诗雨顺达思源腾飞万象"
)
TRADES = [
    "机械",
    "电子",
    "材料",
    "装备",
    "精密制造",
    "新能源",
    "生物科技",
    "数控机床",
    "轴承",
    "电气",
    "软件",
    "环保设备",
]
ENDS = ("有限公司", "有限责任公司", "股份有限公司")


def name(rng: random.Random) -> str:
    return rng.choice(PLACES) + "".join(rng.sample(FIRST, 2)) + rng.choice(TRADES) + rng.choice(ENDS)


def slipped(rng: random.Random, given: str) -> str:
    """Write a name with one slip: a character exchanged, left out, doubled, or two that changed places."""
    at = rng.randrange(2, len(given) - 4)
    return rng.choice(
        [
            given[:at] + rng.choice(FIRST) + given[at + 1 :],
            given[:at] + given[at + 1 :],
            given[:at] + given[at] + given[at:],
            given[:at] + given[at + 1] + given[at] + given[at + 2 :],
        ]
    )


def measured(count: int, seed: str) -> dict[str, tuple[int, int, int]]:
    """Return, of each kind, how many were planted, how many of those were found, how many were found in all."""
    rng = random.Random(seed)
    entries, names, contracts = [], set(), set()
    for number in range(count):
        said = name(rng)
        entries.append(Entry("payment", f"r{number}", f"u{number}", fen=WAN, name=said, decided="2025-03-01"))
        if rng.random() < 0.05:
            other = f"n{number}"
            entries.append(
                Entry("payment", other, f"v{number}", fen=WAN, name=slipped(rng, said), decided="2025-03-01")
            )
            names.add(frozenset((f"r{number}", other)))
        parts = 3 if rng.random() < 0.05 else 1
        for part in range(parts):
            fen, month = (20 * WAN, 3) if parts > 1 else (rng.randrange(1, 60) * WAN, rng.randrange(1, 13))
            day = f"2025-{month:02d}-{rng.randrange(1, 29):02d}"
            one = f"c{number}/{part}"
            entries.append(Entry("payment", one, f"w{number // 2}", fen=fen, counterparty="供应商", decided=day))
        if parts > 1:
            contracts.add(frozenset(f"c{number}/{part}" for part in range(parts)))
    found: dict[str, set[frozenset[str]]] = {"similar_names": set(), "split_contract": set()}
    for suspicion in suspicions(entries, gate=50 * WAN):
        found[suspicion.code].add(frozenset(suspicion.entries))
    planted = {"similar_names": names, "split_contract": contracts}
    return {
        kind: (len(wanted), sum(any(pair <= one for one in found[kind]) for pair in wanted), len(found[kind]))
        for kind, wanted in planted.items()
    }


def main(arguments: list[str]) -> None:
    """Print the figures."""
    for kind, (planted, hit, all_) in measured(int(arguments[0]) if arguments else 2000, "likely").items():
        print(f"{kind}: recall {hit}/{planted}, precision {min(hit, all_)}/{all_}")  # noqa: T201 - the report is the point


if __name__ == "__main__":
    main(sys.argv[1:])
