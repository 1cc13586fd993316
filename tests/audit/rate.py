"""How fast an audit is, and whether it is right: lists of which every class is known, made from a seed.

    python -m tests.audit.rate FOLDER [--rows 100000] [--jobs 2]

Enterprises have one to five projects each, so that rows repeat an enterprise; a tenth of the rows is wrong, in four
ways. What is due is worked out by hand: an investment in digital works is paid 5 per cent, at most 2000万元
(西安31号三（一）). Of a third of the enterprises a fact is missing that another sentence asks for.
It prints the rate, and each class with how many there are and how many there should be.
"""

from __future__ import annotations

import argparse
import csv
import json
import random
import resource
import sys
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from subsidy_rules.audit.desk import open_desk
from subsidy_rules.audit.knowledge import load_book
from subsidy_rules.audit.listing import load_list
from subsidy_rules.audit.verify import audit

if TYPE_CHECKING:
    from collections.abc import Iterator

WRONG = ("too_much", "too_little", "not_eligible", "cant_tell")
SHARE = 0.1
COMPLETE = 2 / 3
CAP = 2_000_000_000
NONE = ["titles", "grants", "loans", "products", "services", "stations", "certificates", "parks", "sites"]
NONE += ["earlier_awards", "procurements"]
HEADS = ("序号", "申报单位", "项目名称", "政策条款", "拟补助额（元）", "决定时间")


Drawn: TypeAlias = tuple[dict[str, object], list[tuple[str, ...]], list[str]]


def enterprises(rng: random.Random, rows: int) -> Iterator[Drawn]:
    """Give cases, each with its rows and with the class that each row should have."""
    number = at = 0
    while number < rows:
        at += 1
        name = f"西安第{at}机械有限公司"
        projects: list[dict[str, object]] = []
        lines: list[tuple[str, ...]] = []
        classes: list[str] = []
        for which in range(1, min(rng.randrange(1, 6), rows - number) + 1):
            number += 1
            twentieth = rng.randrange(3, CAP // 5)  # of what was invested, in fen; five stay under the cap
            wrong = rng.choice(WRONG) if rng.random() < SHARE else "right"
            due = twentieth + {"too_much": 1, "too_little": -1}.get(wrong, 0)
            called = f"{which}期数字化工厂"
            projects.append(_project(which, called, twentieth, whole=wrong != "not_eligible"))
            clause = "no_such_clause" if wrong == "cant_tell" else "digital_factory"
            lines.append((str(number), name, called, clause, _yuan(due), "2025-09-01"))
            classes.append(wrong)
        head: dict[str, object] = {"name": name, "type": "enterprise", "place": "610113", "industry": "34"}
        head |= {"civil_explosives": False}
        if rng.random() < COMPLETE:
            head |= {"on_air_relocation_plan": False, "revenue_growth": "3%"}
        yield {"case": 1, "enterprise": head, "projects": projects, "assume_none": NONE}, lines, classes


def _project(number: int, name: str, twentieth: int, *, whole: bool) -> dict[str, object]:
    third = twentieth // 3
    return {
        "id": f"p{number}",
        "name": name,
        "nature": "新建",
        "kinds": [],
        "purposes": ["智能改造"],
        "whole_digital": whole,
        "intrinsic_safety": False,
        "completed": "2025-05-30",
        "costs": [_cost("equipment", 20 * (twentieth - third)), _cost("civil", 20 * third)],
    }


def _cost(kind: str, fen: int) -> dict[str, object]:
    return {"kind": kind, "amount": _yuan(fen) + "元", "stage": "audited", "year": 2025, "uses": []}


def _yuan(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02d}"


def write(folder: Path, rows: int, seed: str) -> tuple[Path, Path, Counter[str]]:
    """Write the list and the facts; return them, and how many rows there should be of each class."""
    rng = random.Random(seed)
    expected: Counter[str] = Counter()
    paid, facts = folder / f"paid{rows}.csv", folder / f"facts{rows}.jsonl"
    with paid.open("w", encoding="utf-8", newline="") as listed, facts.open("w", encoding="utf-8") as known:
        table = csv.writer(listed)
        table.writerow(HEADS)
        for case, lines, classes in enterprises(rng, rows):
            known.write(json.dumps(case, ensure_ascii=False) + "\n")
            table.writerows(lines)
            expected.update(classes)
    return paid, facts, expected


def main() -> None:
    """Measure, and say what was found."""
    asked = argparse.ArgumentParser()
    asked.add_argument("folder", type=Path)
    asked.add_argument("--rows", type=int, default=100_000)
    asked.add_argument("--jobs", type=int, default=1)
    asked.add_argument("--seed", default="1")
    given = asked.parse_args()
    paid, facts, expected = write(given.folder, given.rows, given.seed)
    begun = time.monotonic()
    desk, listed, book = open_desk(), load_list([paid]), load_book([facts])
    read = time.monotonic()
    found = audit(listed, desk, book, jobs=given.jobs)
    done = time.monotonic()
    classes = Counter(one.name for one in found.verdicts)
    used = sum(sum(resource.getrusage(who)[:2]) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    sys.stdout.write(f"{used:.0f} s of processors\n")
    sys.stdout.write(
        f"read {read - begun:.1f} s, audited {done - read:.1f} s, {given.rows / (done - read):.0f}/s, {most} MB\n"
    )
    sys.stdout.write(f"{dict(classes)}\n{dict(expected)}\n{'as expected' if classes == expected else 'OTHERS'}\n")


if __name__ == "__main__":
    main()
