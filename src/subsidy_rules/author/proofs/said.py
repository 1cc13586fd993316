"""How findings are told: a table of how many of each kind came to what, then each that is not simply proved."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from subsidy_rules.author.proofs.finding import KINDS, STATUSES, Finding, Shown, counts
from subsidy_rules.errors import Lang

SCHEMA = "subsidy-rules/proofs/1"
_TOLD = ("refuted", "fault", "exception", "out_of_reach", "timed_out")
"""What is told one by one, the worst first."""


def table(findings: Sequence[Finding], lang: Lang) -> str:
    """Return how many findings of each kind have each status, of all policies together."""
    at = 0 if lang == "zh" else 1
    found = counts(findings)
    used = [status for status in STATUSES if any(row[status] for row in found.values())]
    sign = "：" if lang == "zh" else ": "
    join = "，" if lang == "zh" else ", "
    lines = []
    for kind, row in found.items():
        said = join.join(f"{STATUSES[status][at]} {row[status]}" for status in used if row[status])
        lines.append(f"  {KINDS[kind][at]}{sign}{said}")
    names = ", ".join(dict.fromkeys(one.policy for one in findings))
    total = len(findings)
    head = f"{names}：{total} 项义务" if lang == "zh" else f"{names}: {total} obligation{'s' * (total != 1)}"
    return "\n".join([head, *lines]) + "\n"


def details(findings: Sequence[Finding], lang: Lang) -> str:
    """Tell each finding that is not proved, the worst first, with its case."""
    return "".join(
        f"{text}\n" for status in _TOLD for one in findings if one.status == status for text in _told(one, lang)
    )


def _told(one: Finding, lang: Lang) -> Iterator[str]:
    at = 0 if lang == "zh" else 1
    sign = "：" if lang == "zh" else ": "
    yield sign.join(filter(None, (one.id, STATUSES[one.status][at], KINDS[one.kind][at], one.about[at])))
    for line in one.said[at].splitlines():
        yield f"  {line}"
    for case in one.cases:
        yield f"  {_case(case)}"


def _case(case: Shown) -> str:
    """Write a case on one line, as a file holds it."""
    head = {key: value for key, value in case.case.items() if key != "assume_none"}
    rest = [f"--reading {name}={option}" for name, option in case.readings.items()]
    rest += [f"guide {name}: {value}" for name, value in case.guide.items()]
    return " ".join([json.dumps(head, ensure_ascii=False), *rest])


def as_json(findings: Sequence[Finding]) -> str:
    """Return all findings as JSON, with the counts."""
    made = {"schema": SCHEMA, "counts": counts(findings), "findings": [one.as_json() for one in findings]}
    return json.dumps(made, ensure_ascii=False, indent=2) + "\n"


def shown(case: Shown) -> str:
    """Return a case as a file that `subsidy-rules evaluate` reads."""
    return json.dumps(dict(case.case), ensure_ascii=False, indent=2) + "\n"
