"""Every case of this folder, by the engine and by generated code: awards, refusals, what is asked, the total."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any, Final

import pytest
import yaml
from jsonschema import Draft202012Validator

from subsidy_rules import Calculator, Case, Entitlement, Policies, evaluate, load_policies
from subsidy_rules.errors import Lang
from subsidy_rules.report.schema import schema_of
from subsidy_rules.report.tables import to_markdown, to_text
from subsidy_rules.values.quantity import CNY

HERE: Final = Path(__file__).parent
PACKS: Final = sorted(path.stem for path in HERE.glob("*.yaml") if ".cases" not in path.name)


@cache
def pack(name: str) -> Policies:
    return load_policies([HERE / f"{name}.yaml"])


def worked(name: str) -> list[dict[str, Any]]:
    """Return the cases of a pack; scalars stay text, as the library reads them."""
    text = (HERE / f"{name}.cases.yaml").read_text(encoding="utf-8")
    made: list[dict[str, Any]] = yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506 - builds text, lists and mappings
    return made


CASES: Final = [(name, one) for name in PACKS for one in worked(name)]
EACH = pytest.mark.parametrize(("name", "one"), CASES, ids=[f"{name}: {one['name']}" for name, one in CASES])


def case_of(one: dict[str, Any]) -> Case:
    return Case.from_dict({"case": "1", **one["case"]})


def told(result: Entitlement) -> dict[str, Any]:
    """Return what a result says, as the files of this folder write it."""
    said: Any = result.as_json()
    return {
        "gives": {
            **{short(award["id"]): ends(award["gross"]) for award in said["awards"]},
            **{short(award["id"]): f"0 {award['gross']['max']}" for award in said["undecided"]},
        },
        "refused": sorted({row["clause"] for row in said["not_eligible"]}),
        "not_asked": sorted(row["clause"] for row in said["not_asked"]),
        "needs": said["needs"],
        "total": ends(said["total"]["possible"]),
    }


def short(name: str) -> str:
    return name.partition("/")[2]


def problems(schema: dict[str, Any], given: object) -> list[str]:
    return [f"{one.json_path}: {one.message}" for one in Draft202012Validator(schema).iter_errors(given)]


def ends(figure: dict[str, str]) -> str:
    return " ".join(dict.fromkeys((figure["min"], str(figure["max"]))))


def wanted(one: dict[str, Any]) -> dict[str, Any]:
    return {
        "gives": one["gives"],
        "refused": sorted(set(one.get("refused", []))),
        "not_asked": sorted(one.get("not_asked", [])),
        "needs": one.get("needs", []),
        "total": one["total"],
    }


@EACH
@pytest.mark.parametrize("code", ["0", "1"])
def test_what_is_worked_by_hand(name: str, one: dict[str, Any], code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SUBSIDY_RULES_CODEGEN", code)
    assert told(evaluate(case_of(one), pack(name))) == wanted(one)


@EACH
def test_the_figures_alone_are_the_same(name: str, one: dict[str, Any]) -> None:
    case = case_of(one)
    figures, result = Calculator(pack(name)).figures(case), evaluate(case, pack(name))
    assert figures.total == (result.total.possible.minimum, result.total.possible.maximum)
    gated = Counter(
        (award.id, award.gated.minimum, award.gated.maximum) for award in (*result.awards, *result.undecided)
    )
    assert Counter((one_.id, *one_.gross) for one_ in figures.awards) == gated


@EACH
def test_the_schema_lets_the_case_and_the_result_through(name: str, one: dict[str, Any]) -> None:
    case = {"case": "1", **one["case"]}
    assert problems(schema_of("case"), case) == []
    assert problems(schema_of("case", pack(name)), case) == []
    assert problems(schema_of("result"), evaluate(case_of(one), pack(name)).as_json()) == []


@EACH
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_all_of_it_can_be_said(name: str, one: dict[str, Any], lang: Lang) -> None:
    result = evaluate(case_of(one), pack(name))
    said = [result.explain(lang=lang)]
    said += [
        result.explain(f"{plan.id}/{sentence.id}", lang) for plan in pack(name).plans for sentence in plan.sentences
    ]
    said += [write(result, lang, policies=pack(name), spread=True) for write in (to_text, to_markdown)]
    said += [result.to_json()]
    assert all(said)
    money = pack(name).vocabulary.currency
    if money != CNY:
        assert money.zh in said[0] or money.code in said[0]
        assert [text for text in said if re.search(r"CNY|(?<!欧)(?<!日)元", text)] == []
    assert result.as_json().get("currency", "CNY") == money.code
