"""What a run of tests says: a line for each file with its counts, each difference in full, and the same as JUnit XML.

my_city.tests.yaml: my_city: 4 tests, 1 failed
my_city.tests.yaml:31:5: retrofit/at_the_cap: retrofit@p1: amount
  expected  exact 2000万元
  got       exact 280万元
  why       my_city/retrofit@p1 = CNY 28,000,000 × 10% = CNY 2,800,000
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from subsidy_rules.author.differ import PARTS, Difference
from subsidy_rules.author.suite import Suite
from subsidy_rules.author.trial import Outcome
from subsidy_rules.errors import Lang

_SIDES: Final = {"zh": ("期望", "得到", "说明"), "en": ("expected", "got", "why")}
_WIDTH: Final = {"zh": 0, "en": 8}


def summary(suite: Suite, outcomes: Sequence[Outcome], lang: Lang) -> str:
    """Say in one line what came of a file."""
    packs = ", ".join(dict.fromkeys(pack.stem for pack in suite.packs))
    failed = sum(not one.passed for one in outcomes)
    if lang == "zh":
        said = f"{len(outcomes)} 个测试，" + (f"{failed} 个未通过" if failed else "全部通过")
        return f"{suite.path}：{packs}：{said}"
    count = f"{len(outcomes)} test{'s' * (len(outcomes) != 1)}"
    return f"{suite.path}: {packs}: {count}, " + (f"{failed} failed" if failed else "all passed")


def failures(outcome: Outcome, lang: Lang) -> Iterator[str]:
    """Say each difference of a case: its place, both sides, and once for each row how its figure comes about."""
    explained: set[tuple[str, str]] = set()
    for one in outcome.differences:
        known = (one.row, one.under) in explained
        explained.add((one.row, one.under))
        yield "\n".join([_head(outcome, one, lang), *(f"  {line}" for line in _sides(one, lang, explain=not known))])


def _head(outcome: Outcome, one: Difference, lang: Lang) -> str:
    at = 0 if lang == "zh" else 1
    under = f" ({one.under})" if one.under else ""
    row = " + ".join(outcome.test.short(name) for name in one.row.split(" + "))
    return ": ".join(part for part in (str(one.place), outcome.test.id + under, row, PARTS[one.part][at]) if part)


def _sides(one: Difference, lang: Lang, *, explain: bool) -> Iterator[str]:
    at = 0 if lang == "zh" else 1
    texts = (one.wanted[at], one.got[at], one.why[at] if explain else "")
    for name, text in zip(_SIDES[lang], texts, strict=True):
        first, *rest = text.split("\n")
        if text:
            yield f"{name:{_WIDTH[lang]}}  {first}"
            yield from (f"{'':{_WIDTH[lang] or 4}}  {line}" for line in rest)


def totals(ran: Iterable[tuple[Suite, Sequence[Outcome]]], lang: Lang) -> str:
    """Say in one line what came of several files."""
    outcomes = [one for _, found in ran for one in found]
    failed = sum(not one.passed for one in outcomes)
    if lang == "zh":
        return f"共 {len(outcomes)} 个测试，" + (f"{failed} 个未通过" if failed else "全部通过")
    return f"{len(outcomes)} tests in all, " + (f"{failed} failed" if failed else "all passed")


def junit(ran: Iterable[tuple[Suite, Sequence[Outcome]]], lang: Lang) -> str:
    """Write the run as JUnit XML: a suite for each file, a case for each test, with its differences as one failure."""
    root = ET.Element("testsuites", name="subsidy-rules")
    counts = [0, 0]
    for suite, outcomes in ran:
        failed = sum(not one.passed for one in outcomes)
        counts = [counts[0] + len(outcomes), counts[1] + failed]
        names = {"name": str(suite.path), "tests": str(len(outcomes)), "failures": str(failed), "errors": "0"}
        element = ET.SubElement(root, "testsuite", names)
        for outcome in outcomes:
            place = outcome.test.expected.place
            of_case = {"classname": outcome.test.names[0], "name": outcome.test.id}
            case = ET.SubElement(element, "testcase", {**of_case, "file": place.file, "line": str(place.line)})
            if outcome.differences:
                told = list(failures(outcome, lang))
                made = ET.SubElement(case, "failure", message=told[0].split("\n", 1)[0], type="difference")
                made.text = "\n".join(told)
    root.set("tests", str(counts[0]))
    root.set("failures", str(counts[1]))
    ET.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(root, encoding="unicode")}\n'
