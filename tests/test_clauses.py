"""Every sentence of every pack, on cases whose answers were worked by hand.

The cases are data: `tests/clauses/<pack>.yaml`, read with all scalars as text.

    policies: [xian_30]            # the packs that are loaded; the first is meant where an id names none
    base: {…}                      # the case that every case changes: lists are replaced, `enterprise` is merged
    things: {renewal: {…}}         # `{like: renewal, …}` in a case stands for this thing with these changes
    cases:
    - id: …
      facts: {…}                   # `~` takes a fact or a list away
      readings: {A5: cap_lifted}   # chosen for this case
      guides: {pack/parameter: …}  # one guide that fills these
      expect: {clause@object: …}   # every row of `awards` and `undecided`, and any of the others
      total: …                     # `possible`; `decided` beside it where the two differ
      groups: […]                  # groups of `cumulation`
      asks: […]                    # `deciding_facts`
      obligations: {clause@object: 40万元}   # every one: its minimum; open, `{is: 0元..40万元, needs: […]}`
      adjustments: {clause@object: -30万元}  # every one, signed
      moves: {A5: {option: …}}     # every reading that moves the total, with the total under its other options
      under: {A5=cap_lifted: {expect: …, total: …}}   # the same case under other readings

What is expected of a row is text, `awards exact 280万元`, or a mapping with that text as `is`. A figure is
`least..greatest`; one figure is both, of `at_most` the greatest. Unless said otherwise an award is counted, needs no
fact, and has no reason but the bound words of an `at_most`. What is expected of a refused sentence is the list of
its failed conditions, `fact | value read | value required`. The members required are compared as a set, whatever
the words around them; `…` leaves out the rest.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import pytest
import yaml

from subsidy_rules import (
    INFINITY,
    Amount,
    Award,
    Case,
    Entitlement,
    Failed,
    Guide,
    NotEligible,
    evaluate,
    load_guide,
    load_policies,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from subsidy_rules import Policies, ReadingUse

Tree: TypeAlias = "str | list[Tree] | dict[str, Tree]"
TESTS = Path(__file__).resolve().parent
RULES = TESTS.parent / "rules"
PACKS = ("xian_30", "xian_31", "shenyang", "xianyang_70")
UNITS = {"亿元": 10**10, "万元": 10**6, "元": 100, "分": 1}
MONEY_KINDS = {"exact", "at_most", "undetermined"}
NONE_OF_THIS_KIND = "至少一项属于本条所指"
GONE = "~"


def mapping(node: Tree) -> dict[str, Tree]:
    assert isinstance(node, dict), node
    return node


def sequence(node: Tree) -> list[Tree]:
    assert isinstance(node, list), node
    return node


def word(node: Tree) -> str:
    assert isinstance(node, str), node
    return node


def words(node: Tree) -> list[str]:
    return [word(one) for one in sequence(node)]


@dataclass(frozen=True)
class Clause:
    """One case of one file."""

    id: str
    policies: tuple[str, ...]
    facts: dict[str, Tree]
    spec: dict[str, Tree] = field(repr=False)

    @property
    def readings(self) -> dict[str, str]:
        return {self.full(name): word(option) for name, option in mapping(self.spec.get("readings", {})).items()}

    def full(self, name: str) -> str:
        return name if "/" in name else f"{self.policies[0]}/{name}"


def liken(node: Tree, things: Mapping[str, Tree]) -> Tree:
    """Put named things in their places, with the changes that stand beside the name."""
    if isinstance(node, list):
        return [liken(one, things) for one in node]
    if isinstance(node, dict):
        whole = {**(mapping(things[word(node["like"])]) if "like" in node else {}), **node}
        whole.pop("like", None)
        return {key: liken(value, things) for key, value in whole.items() if value != GONE}
    return node


@cache
def cases_of(pack: str) -> tuple[Clause, ...]:
    root = mapping(yaml.load((TESTS / "clauses" / f"{pack}.yaml").read_text("utf-8"), yaml.BaseLoader))  # noqa: S506
    base, things = mapping(root["base"]), mapping(root["things"])
    made = []
    for node in sequence(root["cases"]):
        spec = mapping(node)
        changes = dict(mapping(spec.get("facts", {})))
        enterprise = {**mapping(base["enterprise"]), **mapping(changes.pop("enterprise", {}))}
        facts = mapping(liken({**base, "enterprise": enterprise, **changes}, things))
        policies = tuple(words(spec.get("policies", root["policies"])))
        made.append(Clause(f"{pack}/{word(spec['id'])}", policies, facts, spec))
    return tuple(made)


ALL_CASES = [case for pack in PACKS for case in cases_of(pack)]


@cache
def policies_of(names: tuple[str, ...]) -> Policies:
    return load_policies([RULES / f"{name}.yaml" for name in names])


def guides_of(spec: Mapping[str, Tree], policies: Policies, folder: Path) -> list[Guide]:
    if "guides" not in spec:
        return []
    file = folder / "guide.yaml"
    document: Tree = {"issuer": "测试", "title": "测试细则"}
    guide: Tree = {"guide": "1", "document": document, "fills": spec["guides"]}
    file.write_text(yaml.safe_dump(guide, allow_unicode=True), "utf-8")
    return [load_guide(file, policies)]


# what is expected, as text


def figure(text: str) -> Fraction | str:
    if text == "∞":
        return text
    unit = next(unit for unit in UNITS if text.endswith(unit))
    return Fraction(text.removesuffix(unit)) * UNITS[unit]


def ends(kind: str, text: str) -> tuple[Fraction | str, Fraction | str]:
    least, _, greatest = text.rpartition("..")
    if not least:
        least = "0元" if kind == "at_most" else greatest
    return figure(least), figure(greatest)


def shown(value: object) -> str:
    if value in (INFINITY, "∞"):
        return "∞"
    assert isinstance(value, Fraction), value
    return f"{value // 100:,}.{int(value % 100):02}元" if value.denominator == 1 else f"{value}分"


def wanted_amount(text: str) -> str:
    kind, _, rest = text.partition(" ")
    least, greatest = ends(kind, rest.strip())
    return f"{kind} {shown(least)}..{shown(greatest)}"


def amount_text(kind: str, amount: Amount) -> str:
    return f"{kind} {shown(amount.minimum)}..{shown(amount.maximum)}"


def short(name: str, case: Clause) -> str:
    return name.removeprefix(f"{case.policies[0]}/")


# what differs


def differ(label: str, wanted: object, found: object) -> Iterator[str]:
    if wanted != found:
        yield f"{label}: expected {wanted}, found {found}"


def award_differs(name: str, spec: Mapping[str, Tree], where: str, award: Award, case: Clause) -> Iterator[str]:
    listing, _, rest = word(spec["is"]).partition(" ")
    kind, _, text = rest.strip().partition(" ")
    yield from differ(f"{name} list", listing, where)
    yield from differ(f"{name} gross", wanted_amount(f"{kind} {text}"), amount_text(award.kind, award.amount))
    default = {"exact": [], "at_most": ["discretion"]}.get(kind)
    reasons = words(spec["reasons"]) if "reasons" in spec else default
    yield from differ(f"{name} reasons", reasons, sorted(award.reasons))
    yield from differ(f"{name} status", spec.get("status", "counted"), award.status)
    yield from differ(f"{name} needs", sorted(words(spec.get("needs", []))), sorted(award.needs))
    yield from differ(f"{name} why", words(spec.get("why", [])), award.as_json()["why"])
    if "net" in spec:
        wanted = tuple(shown(end) for end in ends("", word(spec["net"])))
        yield from differ(f"{name} net", wanted, (shown(award.net.minimum), shown(award.net.maximum)))
    if "ceiling" in spec:
        wanted = tuple(shown(end) for end in ends("", word(spec["ceiling"])))
        yield from differ(f"{name} ceiling", wanted, tuple(shown(end) for end in award.amount.ceiling))
    for flag in words(spec.get("flags", [])):
        if flag not in award.flags:
            yield f"{name} flags: no {flag} in {list(award.flags)}"
    for flag in words(spec.get("no_flags", [])):
        if flag in award.flags:
            yield f"{name} flags: {flag} in {list(award.flags)}"
    if "cites" in spec:
        cited = [f"{one.path}#{one.sentence}" for one in award.citations]
        yield from differ(f"{name} cites", words(spec["cites"]), cited)
    if "rule" in spec:
        yield from differ(f"{name} rule", case.full(word(spec["rule"])), award.rule)
    if "payers" in spec:
        wanted_parts = {payer: ends("", word(text)) for payer, text in mapping(spec["payers"]).items()}
        parts = {payer: (part.minimum, part.maximum) for payer, part in award.payers}
        yield from differ(f"{name} payers", wanted_parts, parts)
    if "readings" in spec:
        yield from reading_differs(name, mapping(spec["readings"]), award.readings, case)


def reading_differs(
    name: str, spec: Mapping[str, Tree], uses: Iterable[ReadingUse], case: Clause, *, eligible: bool = True
) -> Iterator[str]:
    wanted = {
        f"{case.full(reading)}={option}": text
        for reading, options in spec.items()
        for option, text in mapping(options).items()
    }
    found = {
        f"{use.id}={one.option}": f"{one.eligible} {amount_text(one.amount.kind, one.amount)}".strip()
        for use in uses
        for one in use.alternatives
    }
    texts = {}
    for key, text in wanted.items():
        listing, _, rest = word(text).partition(" ") if eligible else ("", "", word(text))
        texts[key] = f"{listing} {wanted_amount(rest)}".strip() if rest else f"{listing} exact 0.00元..0.00元"
    yield from differ(f"{name} readings", texts, found)


def failed_text(one: Failed) -> str:
    return f"{one.fact} | {one.read} | {one.required}"


def members(required: str) -> set[str]:
    plain = re.sub("（.*）|等$", "", required)
    return {re.sub("^或?(属于|在)：", "", one) for one in re.split("[、，]", plain)}


def is_failed_as(found: Failed, text: str) -> bool:
    fact, read, required = text.split(" | ")
    wanted, real = members(required), members(found.required)
    alike = wanted - {"…"} <= real if "…" in wanted else wanted == real
    return alike and (found.fact, found.read) == (fact, read)


def refusal_differs(name: str, wanted: Tree, row: NotEligible | None, case: Clause) -> Iterator[str]:
    if row is None:
        yield f"{name}: expected in not_eligible, is not there"
        return
    spec = mapping(wanted) if isinstance(wanted, dict) else {"failed": wanted}
    found = [one for one in row.failed if one.required != NONE_OF_THIS_KIND] or list(row.failed)
    texts = words(spec["failed"])
    if len(texts) != len(found) or not all(map(is_failed_as, found, texts)):
        yield f"{name} failed: expected {texts}, found {[failed_text(one) for one in found]}"
    if "readings" in spec:
        yield from reading_differs(name, mapping(spec["readings"]), row.readings, case)


def total_differs(label: str, wanted: Tree, found: Amount) -> Iterator[str]:
    spec = mapping(wanted) if isinstance(wanted, dict) else {"is": wanted}
    yield from differ(label, wanted_amount(word(spec["is"])), amount_text(found.kind, found))
    if "reasons" in spec:
        reasons = sorted(one for one in found.reasons if not one.startswith("why:"))
        yield from differ(f"{label} reasons", words(spec["reasons"]), reasons)


def groups_differ(case: Clause, wanted: Sequence[Tree], result: Entitlement) -> Iterator[str]:
    found = {tuple(sorted(short(one, case) for one in group.members)): group for group in result.cumulation}
    names = [tuple(sorted(words(mapping(one)["members"]))) for one in wanted]
    yield from differ("groups", sorted(names), sorted(found))
    for name, node in zip(names, wanted, strict=True):
        if name not in found:
            continue
        spec, group = mapping(node), found[name]
        if "option" in spec:
            yield from differ(f"group {name} option", spec["option"], group.option)
        if "rule" in spec:
            yield from differ(f"group {name} rule", case.full(word(spec["rule"])), group.rule)
        if "additive" in spec:
            yield from differ(f"group {name} additive", spec["additive"], str(group.additive).lower())
        for key, value in (("lower", group.lower.minimum), ("sum", group.sum.maximum)):
            if key in spec:
                yield from differ(f"group {name} {key}", shown(figure(word(spec[key]))), shown(value))


def minima_differ(case: Clause, wanted: Mapping[str, Tree], result: Entitlement) -> Iterator[str]:
    found = {short(one.id, case): one for one in result.obligations}
    yield from differ("obligations", sorted(wanted), sorted(found))
    for name, node in wanted.items():
        if name in found:
            spec, one = mapping(node if isinstance(node, dict) else {"is": node}), found[name]
            yield from differ(
                f"{name} at least", ends("", word(spec["is"])), (one.amount.minimum, fen(one.amount.maximum))
            )
            yield from differ(f"{name} needs", sorted(words(spec.get("needs", []))), sorted(one.needs))
            yield from differ(f"{name} decided", "needs" not in spec, one.decided)


def fen(value: object) -> object:
    return "∞" if value == INFINITY else value


def others_differ(case: Clause, spec: Mapping[str, Tree], result: Entitlement) -> Iterator[str]:
    if "obligations" in spec:
        yield from minima_differ(case, mapping(spec["obligations"]), result)
    if "adjustments" in spec:
        signed = {name: figure(word(text)) for name, text in mapping(spec["adjustments"]).items()}
        yield from differ("adjustments", signed, {short(one.award, case): one.amount for one in result.adjustments})


def result_differs(case: Clause, spec: Mapping[str, Tree], result: Entitlement) -> Iterator[str]:
    shown_rows = {
        short(award.id, case): (where, award)
        for where, awards in (("awards", result.awards), ("undecided", result.undecided))
        for award in awards
    }
    refused = {short(row.id, case): row for row in result.not_eligible}
    for name, wanted in mapping(spec.get("expect", {})).items():
        if wanted == "not_asked":
            asked = {short(f"{one.policy}/{one.clause}", case) for one in result.not_asked}
            yield from differ(f"{name} in not_asked", True, name in asked)
        elif isinstance(wanted, list) or (isinstance(wanted, dict) and "failed" in wanted):
            yield from refusal_differs(name, wanted, refused.get(name), case)
        elif wanted == "absent":
            yield from differ(f"{name} in not_eligible", False, name in refused)
        elif name not in shown_rows:
            row = refused.get(name)
            failed = [] if row is None else [failed_text(one) for one in row.failed]
            yield f"{name}: expected an award, found none; refused: {failed}"
        else:
            row_spec = {"is": wanted} if isinstance(wanted, str) else mapping(wanted)
            yield from award_differs(name, row_spec, *shown_rows[name], case)
    for name in shown_rows.keys() - mapping(spec.get("expect", {})).keys():
        where, award = shown_rows[name]
        yield f"{name}: not expected, is in {where}: {amount_text(award.kind, award.amount)}, needs {award.needs}"
    if "total" in spec:
        yield from total_differs("total", spec["total"], result.total.possible)
        yield from total_differs("decided", spec.get("decided", spec["total"]), result.total.decided)
    if "covers" in spec:
        yield from differ("covers", spec["covers"], "{} of {}".format(*result.total.covers))
    if "open_ended" in spec:
        found = [short(one, case) for one in result.total.open_ended]
        yield from differ("open_ended", words(spec["open_ended"]), found)
    if "groups" in spec:
        yield from groups_differ(case, sequence(spec["groups"]), result)
    yield from others_differ(case, spec, result)
    if "asks" in spec:
        yield from differ("asks", sorted(words(spec["asks"])), sorted(result.deciding_facts))
    if "moves" in spec:
        yield from reading_differs("total", mapping(spec["moves"]), result.readings, case, eligible=False)


@pytest.mark.parametrize("case", ALL_CASES, ids=lambda case: case.id)
def test_clause(case: Clause, tmp_path: Path) -> None:
    policies = policies_of(case.policies)
    guides = guides_of(case.spec, policies, tmp_path)
    given = Case.from_dict(case.facts)
    result = evaluate(given, policies, readings=case.readings, guides=guides)
    differences = list(result_differs(case, case.spec, result))
    for name, node in mapping(case.spec.get("under", {})).items():
        pairs = [pair.split("=") for pair in name.split()]
        readings = {**case.readings, **{case.full(reading): option for reading, option in pairs}}
        result = evaluate(given, policies, readings=readings, guides=guides)
        differences += [f"under {name}: {one}" for one in result_differs(case, mapping(node), result)]
    if differences:
        text = yaml.safe_dump(case.facts, allow_unicode=True, sort_keys=False)
        chosen = yaml.safe_dump({"readings": case.readings}) if case.readings else ""
        pytest.fail("\n".join([*differences, "", text + chosen]), pytrace=False)


# that nothing is left out


def expectations(case: Clause) -> Iterator[tuple[str, Tree]]:
    specs = [case.spec, *(mapping(one) for one in mapping(case.spec.get("under", {})).values())]
    for spec in specs:
        for name, wanted in mapping(spec.get("expect", {})).items():
            yield case.full(re.split("@", name)[0]), wanted


def said_of(wanted: Tree) -> str:
    """Whether a row is paid or left open, misses a fact, or is refused."""
    if isinstance(wanted, list) or (isinstance(wanted, dict) and "failed" in wanted):
        return "refused"
    if isinstance(wanted, dict) and wanted.get("needs"):
        return "missing"
    return "paid"


@pytest.mark.parametrize("pack", PACKS)
def test_every_sentence_is_paid_refused_and_missed(pack: str) -> None:
    said: dict[str, set[str]] = {}
    for case in ALL_CASES:
        for name, wanted in expectations(case):
            said.setdefault(name, set()).add(said_of(wanted))
    with (TESTS / "data" / "sentences.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.reader(file) if row[0] == pack and row[3] in MONEY_KINDS]
    sentences = {(one.path, str(one.sentence)): one for one in policies_of((pack,)).plans[0].sentences}
    for _, path, number, _ in rows:
        sentence = sentences[path, number]
        # a sentence that replaces a step of another is paid under the other's id
        expected = {"refused"} if sentence.replaces else {"paid", "refused", "missing"}
        assert expected <= said.get(f"{pack}/{sentence.id}", set()), sentence.id


@pytest.mark.parametrize("pack", PACKS)
def test_every_option_of_every_reading_is_shown(pack: str) -> None:
    shown_options: set[tuple[str, str]] = set()
    for case in ALL_CASES:
        for name in mapping(case.spec.get("under", {})):
            pairs = [pair.split("=") for pair in name.split()]
            shown_options |= {(case.full(reading), option) for reading, option in pairs}
    for reading in policies_of((pack,)).plans[0].readings.values():
        for option in reading.options:
            if option != reading.default:
                assert (reading.id, option) in shown_options
