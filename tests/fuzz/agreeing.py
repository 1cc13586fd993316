"""Whether the second evaluator says the same of every award of a random pack."""

from __future__ import annotations

from typing import TYPE_CHECKING

import yaml

from tests.fuzz import laws
from tests.fuzz.cases import FAR
from tests.oracle.cases import mapping
from tests.oracle.evaluator import evaluate

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from subsidy_rules import Entitlement
    from tests.fuzz.packs import Pack, Tree


def apart(pack: Pack, case: Tree, result: Entitlement, readings: Mapping[str, str]) -> Iterator[str]:
    """Say where the two differ on a case with all its facts: the list, the bar, both ends of the law.

    Totals are left out: the second evaluator only knows the rules between awards that the shipped packs have.
    """
    tree = mapping(yaml.load(pack.text, Loader=yaml.BaseLoader))  # noqa: S506 - builds text, lists, dicts
    other = evaluate([tree], case, readings)
    engine = {
        name: (listed, row.status == "barred", *laws.numbers(row.amount)[::2], *laws.numbers(row.gated)[::2])
        for name, (listed, row) in laws.rows(result).items()
    }
    oracle = {
        name: (row["list"], row["barred"], *(end(row[key]) for key in ENDS))
        for name, row in ((name, mapping(said)) for name, said in mapping(other["awards"]).items())
        if row["list"] != "not_eligible"
    }
    for name in sorted(engine.keys() | oracle.keys()):
        if engine.get(name) != oracle.get(name):
            yield f"{name}: the engine says {engine.get(name)}, the second evaluator {oracle.get(name)}"


ENDS = ("gross_floor", "gross_ceiling", "floor", "ceiling")


def end(number: object) -> object:
    return FAR if number is None else number
