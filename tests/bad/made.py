"""Bad inputs that no file can hold, or that would be too large to keep: each is made when it is read.

Their names stand for the files that they would be: `made/three_hundred_thousand_digits` is told in
`made/three_hundred_thousand_digits.expected`, as every file of this folder is in its own.
"""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Final

from subsidy_rules.errors import CaseError
from subsidy_rules.facts.case import Case
from subsidy_rules.plan import compile_policy
from subsidy_rules.plan.versions import raise_faults
from subsidy_rules.policy.source import read_policy
from subsidy_rules.sheets.cells import read_sheets
from subsidy_rules.values import document as doc
from subsidy_rules.values.quantity import Currency

if TYPE_CHECKING:
    from collections.abc import Callable

    from subsidy_rules.facts.vocabulary import Vocabulary

HERE: Final = Path(__file__).parent
_PARTS: Final = {"clauses": "\nclauses:\n", "condition": "  - project.whole_digital\n"}


def _case(text: str | bytes | Path) -> Callable[[Vocabulary], object]:
    return lambda words: Case(doc.read(text, name="case.yaml", error=CaseError)).facts_of(words)


def _python(**given: object) -> Callable[[Vocabulary], object]:
    return lambda words: Case.from_dict({"case": "1", **given}, name="from_dict").facts_of(words)


def _rules(**changes: str) -> Callable[[Vocabulary], object]:
    """Compile a rule file in which nothing is wrong, with some of its text changed; problems call a text `<text>`."""
    text = (HERE / "city.yaml").read_text(encoding="utf-8")
    for name, after in changes.items():
        assert text.count(_PARTS[name]) == 1
        text = text.replace(_PARTS[name], after)
    return lambda _: compile_policy(read_policy(text))


OLD: Final = "of: city, name: 2023年版, from: 2023-01-01, until: 2024-12-31, by: case.applied_on"
NEW: Final = "of: city, name: 2025年版, from: 2025-01-01, by: case.applied_on"


def _versions(old: str, new: str) -> Callable[[Vocabulary], object]:
    """Hold two versions of one policy against each other, as `check` and `load_policies` do."""
    text = (HERE / "city.yaml").read_text(encoding="utf-8")
    files = [
        read_policy(text.replace("\n  place:", f"\n  version: {{{version}}}\n  place:", 1), name=f"made/{name}.yaml")
        for name, version in (("old", old), ("new", new))
    ]
    return lambda _: raise_faults(files)


def _loop() -> list[object]:
    loop: list[object] = []
    loop.append(loop)
    return loop


EURO: Final = Currency("EUR", "欧元", "euro", 2, (("EUR", 100), ("€", 100), ("kEUR", 100_000)))
YEN: Final = Currency("JPY", "日元", "yen", 0, (("JPY", 1),))


def _money(text: str, currency: Currency) -> Callable[[Vocabulary], object]:
    """Read a project's total with policies that count in a currency."""
    case = Case(doc.read(f"case: 1\nprojects:\n{text}", name="case.yaml", error=CaseError))
    return lambda words: case.facts_of(words.with_currency(currency))


MADE: Final[dict[str, Callable[[Vocabulary], object]]] = {
    "no_such_file": lambda words: Case.load("made/no_such_file.yaml").facts_of(words),
    "three_hundred_thousand_digits": _case("case: 1\nprojects:\n- total: " + "9" * 300_000 + "元\n"),
    "five_thousand_digits": _case("case: 1\nprojects:\n- total: " + "9" * 5_000 + "元\n"),
    "a_million_brackets": _case('{"case": "1", "projects": ' + "[" * 10**6),
    "over_four_mebibytes": _case(b"#" * (4 * 2**20 + 1)),
    "over_four_mebibytes_of_characters": _case("设" * (2 * 2**20)),
    "over_two_hundred_thousand_values": _case("case: 1\nprojects: [" + "1," * 200_000 + "]\n"),
    "half_of_a_character": _case("case: 1\nenterprise: {name: \ud800}\n"),
    "table_with_an_open_quote": lambda _: [list(sheet.rows) for sheet in read_sheets("made/open_quote.csv")],
    "a_float": _python(enterprise={"revenue_growth": 0.08}),
    "nothing_at_all": _python(enterprise={"name": None}),
    "decimals_that_are_no_numbers": _python(projects=[{"total": Decimal("NaN")}, {"total": Decimal("-Infinity")}]),
    "whole_number_of_five_thousand_digits": _python(projects=[{"total": 10**5000}]),
    "decimal_with_an_exponent_of_a_million": _python(projects=[{"total": Decimal("1E+999999")}]),
    "time_of_day": _python(decision_date=datetime(2025, 9, 1, tzinfo=UTC)),
    "set_for_a_list": _python(projects={"p1"}),
    "key_that_is_a_number": _python(enterprise={1: "某公司"}),
    "list_that_contains_itself": _python(projects=_loop()),
    "wrong_value_from_python": _python(loans=[{"rate": "4"}]),
    "money_of_another_currency": _money("- total: 1200元\n- total: 1200 USD\n- total: 1200\n", EURO),
    "money_of_a_currency_grouped": _money("- total: 1,200 EUR\n- total: 1.200,50 EUR\n- total: -5 kEUR\n", EURO),
    "money_of_part_of_a_cent": _money("- total: 1200.505 EUR\n", EURO),
    "money_of_part_of_a_yen": _money("- total: 1200.5 JPY\n", YEN),
    "costs_of_a_currency_above_their_whole": _money("- {total: 5 EUR, costs: [{amount: 1 kEUR}]}\n", EURO),
    "versions_that_overlap": _versions(OLD.replace("until: 2024-12-31, ", ""), NEW),
    "versions_with_days_between": _versions(OLD, NEW.replace("2025-01-01", "2025-02-01")),
    "versions_of_one_name": _versions(OLD, NEW.replace("2025年版", "2023年版")),
    "versions_chosen_by_two_dates": _versions(OLD, NEW.replace("case.applied_on", "case.decision_date")),
    "versions_with_other_transitional_provisions": _versions(
        OLD, NEW + ", transitional: [{when: enterprise.listed, version: 2022年版, quote: 按原办法执行}]"
    ),
    "expression_of_four_thousand_characters": _rules(
        condition="  - project.whole_digital" + " or project.whole_digital" * 160 + "\n"
    ),
    # 299 words in the definition, ten uses a line: the 67th line goes beyond 200,000 words.
    "definitions_used_without_end": _rules(
        clauses="\ndefine:\n  wide: " + " or ".join(["project.whole_digital"] * 150) + "\nclauses:\n",
        condition=("  - " + " and ".join(["wide"] * 10) + "\n") * 70,
    ),
}
