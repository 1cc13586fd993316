"""Writes `conformance/`: `python -m tests.conformance.made`.

Each case has a source of its figures beside our engine. By `hand`: the tests of tests/clauses and tests/policies, whose
amounts were worked out before anything was run, each under every choice of readings that it names. By the `oracle`:
random complete cases of every city, which the second evaluator answers alike, to the fen. What its source does not
confirm is not written, and is named.
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

import yaml

from subsidy_rules import Case, evaluate
from subsidy_rules.author.conformance import answer_of
from subsidy_rules.author.formatting import format_text
from subsidy_rules.author.suite import CaseTest, Suite, load_suite
from subsidy_rules.author.trial import run_case
from subsidy_rules.award.evaluate import resolve_readings
from subsidy_rules.values import document as doc
from tests.oracle.against import policies_of, random_readings, said_by_engine, said_by_oracle
from tests.oracle.cases import CITIES, ROOT
from tests.oracle.generate import random_case, source_of

if TYPE_CHECKING:
    from subsidy_rules import Guide

FOLDER: Final = ROOT / "conformance"
OF_A_FILE: Final = 50
BY_THE_ORACLE: Final = 120
SUITES: Final = (
    *(ROOT / "tests" / "clauses" / f"{name}.yaml" for name in ("xian_30", "xian_31", "shenyang", "xianyang_70")),
    *sorted((ROOT / "tests" / "policies").glob("*.tests.yaml")),
)


class _Plain(yaml.SafeDumper):
    """Writes texts without quotes where they need none: the reader takes every scalar as text."""


_Plain.yaml_implicit_resolvers = {}


def flow(value: object) -> str:
    text = str(
        yaml.dump(value, None, _Plain, default_flow_style=True, allow_unicode=True, sort_keys=False, width=10**6)
    )
    return text.removesuffix("\n").removesuffix("\n...")


def written(case: Mapping[str, object]) -> str:
    """Write a case, one line for each of its parts and for each award."""
    lines = []
    for key, value in case.items():
        if key == "expect" and isinstance(value, dict):
            lines.append("expect:")
            for part, said in value.items():
                if part == "awards":
                    lines.append("  awards:")
                    lines += [f"    {flow({name: one})[1:-1]}" for name, one in said.items()]
                else:
                    lines.append(f"  {flow({part: said})[1:-1]}")
        else:
            lines.append(flow({key: value})[1:-1])
    return "- " + "\n  ".join(lines) + "\n"


def by_hand(path: Path) -> Iterator[dict[str, object]]:
    """Yield the tests of a file, and each under the other readings that it names."""
    suite = load_suite(path)
    for test in suite.cases:
        if run_case(test).passed:
            name = path.relative_to(ROOT).as_posix()
            yield case_of(test, test.id, f"{name}: {test.id}", dict(test.readings))
            for under in test.under:
                yield case_of(test, f"{test.id} {under.name}", f"{name}: {test.id}", dict(under.readings))
        else:
            print(f"left out: {path.name}: {test.id}")  # noqa: T201 - what is left out is said


def case_of(test: CaseTest, name: str, source: str, readings: dict[str, str]) -> dict[str, object]:
    result = evaluate(test.case, test.policies, readings=readings, guides=test.guides)
    return whole(
        name, source, "hand", list(test.names), readings, list(map(guide_of, test.guides)),
        doc.plain(test.case.document.root), answer_of(result),
    )  # fmt: skip


def whole(  # noqa: PLR0917 - the parts of a case
    name: str, source: str, confirmed: str, policies: list[str], readings: Mapping[str, str],
    guides: list[object], case: object, answer: object,
) -> dict[str, object]:  # fmt: skip
    made = {"id": name, "from": source, "confirmed": confirmed, "policies": policies}
    optional = {key: value for key, value in (("readings", dict(readings)), ("guides", guides)) if value}
    return {**made, **optional, "case": case, "expect": answer}


def guide_of(guide: Guide) -> object:
    tree = guide.file.model_dump(by_alias=True, exclude_defaults=True, mode="json")
    return {"guide": "1", **tree}


def by_the_oracle(city: str) -> Iterator[dict[str, object]]:
    """Yield random complete cases that the second evaluator answers alike."""
    rng, source = random.Random(f"conformance {city}"), source_of(city)
    policies = policies_of(city)
    for number in range(BY_THE_ORACLE):
        case = random_case(rng, source)
        readings = random_readings(rng, city) if number % 3 == 0 else {}
        engine, _ = said_by_engine(case, readings, city)
        oracle, _ = said_by_oracle(case, readings, city)
        if engine.differences(oracle):
            print(f"left out: {city} {number}")  # noqa: T201
            continue
        result = evaluate(Case.from_dict(case), policies, readings=readings)
        chosen = {name: option for name, option in resolve_readings(policies, readings).items() if name in readings}
        yield whole(
            f"random {number}", f"tests/oracle: conformance {city} {number}", "oracle", list(CITIES[city]), chosen, [],
            doc.plain(doc.from_python(case).root), answer_of(result),
        )  # fmt: skip


def packs_of(suite: Suite, cases: list[dict[str, object]]) -> list[Path]:
    """Return the rule files that cases name."""
    names = dict.fromkeys(
        name for case in cases for name in (case["policies"] if isinstance(case["policies"], list) else ())
    )
    beside = {pack.stem: pack for pack in suite.packs}
    return [beside.get(name, ROOT / "rules" / f"{name}.yaml").resolve() for name in names]


def files(name: str, packs: list[Path], cases: list[dict[str, object]]) -> Iterator[tuple[Path, str]]:
    named = flow([Path(os.path.relpath(pack, FOLDER)).as_posix() for pack in packs])
    for at in range(0, len(cases), OF_A_FILE):
        path = FOLDER / f"{name}.{at // OF_A_FILE + 1:02d}.yaml"
        text = f"conformance: 1\npacks: {named}\n\ncases:\n" + "\n".join(map(written, cases[at : at + OF_A_FILE]))
        yield path, format_text(text, path.name)


def everything() -> Iterator[tuple[Path, str]]:
    """Yield every file of the folder, with its text."""
    for path in SUITES:
        cases = list(by_hand(path))
        yield from files(path.name.partition(".")[0], packs_of(load_suite(path), cases), cases)
    for city, names in CITIES.items():
        packs = [ROOT / "rules" / f"{name}.yaml" for name in names]
        yield from files(f"random_{city}", packs, list(by_the_oracle(city)))


if __name__ == "__main__":
    count = 0
    kept = set()
    for path, text in everything():
        path.write_text(text, encoding="utf-8", newline="\n")
        kept.add(path)
        count += text.count("\n- id:") + text.count("\n- {id:")
    for old in set(FOLDER.glob("*.yaml")) - kept:
        old.unlink()
    print(f"{count} cases in {len(kept)} files")  # noqa: T201
