"""Every sentence of every pack is explained in both languages, whatever a case makes of it.

The cases are those of `tests/clauses` and random ones with facts hidden. Of each row it is asked that it says an
outcome and what to do, names each fact that decides by its path, the most decisive first, and that its language is
one: no English word in Chinese and no Chinese in English but the words of the text itself, ids, paths and names.
"""

from __future__ import annotations

import copy
import random
import re
from functools import cache
from typing import TYPE_CHECKING, TypeAlias

import pytest

from subsidy_rules import Award, Case, Entitlement, NotAsked, NotEligible, Policies, evaluate, load_policies
from subsidy_rules.award.explain import Teller, explain, rows_of
from subsidy_rules.award.model import Obligation
from subsidy_rules.award.phrases import Names
from subsidy_rules.award.written import MEMBERS_EN
from tests.oracle.completing import written
from tests.oracle.generate import at, facts_of, hide, random_case, source_of
from tests.test_clauses import PACKS, cases_of, mapping, policies_of, sequence

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from subsidy_rules.award.explain import AnyRow
    from subsidy_rules.errors import Lang
    from tests.oracle.cases import Tree
    from tests.oracle.generate import Path

LANGS: tuple[Lang, Lang] = ("zh", "en")
OUTCOMES = {
    "zh": re.compile(
        r"：(符合条件|能否享受未定|不符合条件，不给付|本句的标准不适用|本句不适用，没有义务|未询问|义务，|本句是|本句写的是)"
    ),
    "en": re.compile(
        r": (eligible|eligibility is open|not eligible; nothing|the standard of this sentence|does not apply; nobody|"
        r"not asked|an obligation|"
        r"This sentence )"
    ),
}
TODO = {"zh": "怎么办：", "en": "What to do:"}
ASKED = {"zh": "  - 补充 ", "en": "  - Give "}
WORDS = re.compile(r"[A-Za-z_]{2,}")
CJK = re.compile(r"[一-鿿]")
ID = re.compile(r"\b[a-z_0-9]+/[A-Za-z_0-9]+(@[\w.\[\]/-]*)?")
PATH = re.compile(r"\b[a-z_]+(\[\d+\])?(\.[a-z_0-9]+(\[\d+\])?)+|\b[a-z_]+\[\d+\]")
LISTED = re.compile(r"（[a-z_]+( [a-z_]+)*）")
OURS = {"guide", "assume_none", "min"}
"""An option, a key of a case, and a function of arithmetic: written alike in both languages."""
INTERNAL = re.compile(
    r"unknown_fact|open_reading|open_list|guide_missing|no_figure|why:|·|\?|\bNone\b|（）|\(\)|“”|〔〕|\{|"
    r"，，|；；|，。|；。|; ;|: ;|  \(|, ,|：：|：。|: \."
)


Spoken: TypeAlias = tuple[tuple[str, ...], frozenset[str]]
SPOKEN: dict[tuple[str, ...], Spoken] = {}


def said_by_the_packs(policies: Policies) -> Spoken:
    """What stands in the texts themselves, longest first, and the Latin words in it."""
    ids = tuple(policies.by_id)
    if ids not in SPOKEN:
        SPOKEN[ids] = read_packs(policies)
    return SPOKEN[ids]


def read_packs(policies: Policies) -> Spoken:
    found: set[str] = set()
    for plan in policies.plans:
        header = plan.header
        found |= {header.issuer, header.document or "", header.title, *header.zones}
        for one in (*plan.sentences, *(clause.sentence for clause in plan.clauses)):
            found |= {one.quote, one.path, one.printed, *(text for note in one.notes for text in note)}
        found |= {rule.quote for rule in plan.rules}
        found |= {text for one in plan.readings.values() for text in (one.asks, *one.options.values(), *one.options)}
        found |= {one.document for one in plan.parameters.values()}
        clauses = (*plan.clauses, *plan.obligations)
        steps = [step for clause in clauses for step in clause.steps]
        steps += [step for clause in clauses for row in clause.rows for step in row.steps]
        found |= {step.quote for outer in steps for step in (outer, *outer.inner)}
    specs = [spec for fields in policies.vocabulary.fields.values() for spec in fields.values()]
    members = [(name, one) for spec in specs for name, one in spec.members.items()]
    ids = {name for plan in policies.plans for name in (plan.id, *(one.id for one in plan.sentences))}
    words = {word for text in found | ids for word in WORDS.findall(text)}
    words |= {word for name, one in members if CJK.search(one.zh) or name == one.zh for word in WORDS.findall(one.zh)}
    found |= {name for name, one in members if not one.en and name not in MEMBERS_EN}
    return tuple(sorted(found - {""}, key=len, reverse=True)), frozenset(words)


def texts_of(node: object) -> Iterator[str]:
    if isinstance(node, dict):
        for value in node.values():
            yield from texts_of(value)
    elif isinstance(node, list):
        for one in node:
            yield from texts_of(one)
    else:
        yield str(node)


def foreign(text: str, lang: Lang, policies: Policies, facts: object) -> list[str]:
    """The words of the other language that stand in a text, apart from what the texts, the ids and the case say."""
    quoted, words = said_by_the_packs(policies)
    own = {one for one in texts_of(facts) if one}
    if lang == "zh":
        bare = LISTED.sub("", PATH.sub("", ID.sub("", text)))
        return sorted(set(WORDS.findall(bare)) - words - OURS - {word for one in own for word in WORDS.findall(one)})
    for one in (*quoted, *sorted((one for one in own if len(one) > 1), key=len, reverse=True)):
        text = text.replace(one, "")
    return sorted(set(CJK.findall(text)))


def facts_to_name(row: AnyRow) -> list[str]:
    """The paths that the explanation of a row must name."""
    if isinstance(row, NotAsked):
        return list(row.lists)
    if isinstance(row, Award):
        return [] if row.status == "barred" else [path for path in row.needs if not path.startswith("reading.")]
    if isinstance(row, Obligation):
        return list(row.needs)
    if isinstance(row, NotEligible):
        return [row.failed[0].fact.partition(" ")[0].removeprefix("reading.")]
    return []


def faults(result: Entitlement, policies: Policies, facts: object, seen: dict[object, int]) -> Iterator[str]:
    """What is wrong with the explanations of a result; refusals of one sort are read once, not for every case."""
    for name, rows in rows_of(result, Names(policies)).items():
        for row in rows:
            if not isinstance(row, Award | Obligation):
                tests = [(one.role, one.fact.rpartition(".")[2], one.read) for one in getattr(row, "failed", ())]
                kind = (name, type(row).__name__, *tests[:3])
                seen[kind] = seen.get(kind, 0) + 1
                if seen[kind] > 1:
                    continue
            for lang in LANGS:
                yield from (f"{name} {lang}: {one}" for one in faults_of(result, row, lang, policies, facts))


def faults_of(result: Entitlement, row: AnyRow, lang: Lang, policies: Policies, facts: object) -> Iterator[str]:
    teller = Teller(result, lang, Names(policies))
    lines = list(teller.row(row))
    text = "\n".join(lines)
    if not OUTCOMES[lang].search(lines[0]):
        yield f"no outcome: {lines[0]}"
    if TODO[lang] not in lines or not lines[lines.index(TODO[lang]) + 1].startswith("  - "):
        yield f"nothing to do: {text}"
    internal = INTERNAL.search(text)
    if internal:
        yield f"internal: {internal[0]}: {text}"
    other = foreign(text, lang, policies, facts)
    if other:
        yield f"foreign: {other}: {text}"
    places = []
    for path in facts_to_name(row):
        if path not in text:
            yield f"{path} is not named: {text}"
        places.append(text.find(path))
    formula = teller.formula(row)
    if not formula or "\n" in formula or INTERNAL.search(formula) or foreign(formula, lang, policies, facts):
        yield f"formula: {formula}"
    if isinstance(row, Award) and row.status != "barred":
        ranks = {path: rank for rank, path in enumerate(result.deciding_facts)}
        asked = [line for line in lines if line.startswith(ASKED[lang])]
        named = [path for line in asked for path in row.needs if names_the_fact(line, path, lang, policies)]
        if named != sorted(row.needs, key=ranks.__getitem__):
            yield f"not the most decisive first: {named} of {result.deciding_facts}"


def names_the_fact(line: str, path: str, lang: Lang, policies: Policies) -> bool:
    """Whether a line asks for the fact at a path, and not for one whose path begins as that does."""
    fact = f"{ASKED[lang]}{Names(policies).fact(path, lang)}"
    return re.match(rf"{re.escape(fact)}([，；。;]|\.$)", line) is not None


@pytest.mark.parametrize("pack", PACKS)
def test_every_sentence_of_a_pack_is_explained(pack: str) -> None:
    seen: dict[object, int] = {}
    found: list[str] = []
    explained: set[str] = set()
    for case in cases_of(pack):
        policies = policies_of(case.policies)
        result = evaluate(Case.from_dict(case.facts), policies, readings=case.readings)
        explained |= rows_of(result, Names(policies)).keys()
        found += [f"{case.id}: {one}" for one in faults(result, policies, case.facts, seen)]
    assert {f"{pack}/{one.id}" for one in policies_of((pack,)).plans[0].sentences} <= explained
    assert not found, "\n".join(found[:5])


@pytest.mark.parametrize("city", ["xian", "shenyang", "xianyang"])
def test_random_cases_are_explained(city: str) -> None:
    source, rng = source_of(city), random.Random(f"explain {city}")
    policies = shipped(city)
    seen: dict[object, int] = {}
    found: list[str] = []
    for place in range(15):
        full = random_case(rng, source)
        for facts in (full, hide(full, rng, 0.15, source, lists=True)[0]):
            result = evaluate(Case.from_dict(facts), policies)
            found += faults(result, policies, facts, seen)
            found += faults_of_the_whole(result, policies, facts) if place < 3 else ()
    assert not found, "\n".join(found[:5])


def faults_of_the_whole(result: Entitlement, policies: Policies, facts: object) -> Iterator[str]:
    for lang in LANGS:
        text = explain(result, lang, policies=policies)
        for award in (*result.awards, *result.undecided):
            if Names(policies).shown(award.id, lang) not in text:
                yield f"{award.id} is not in the whole: {text}"
        if INTERNAL.search(text) or foreign(text, lang, policies, facts):
            yield f"{INTERNAL.search(text)} {foreign(text, lang, policies, facts)}: {text}"


@cache
def shipped(city: str) -> Policies:
    ids = {"xian": ("xian_30", "xian_31"), "shenyang": ("shenyang",), "xianyang": ("xianyang_70",)}
    return load_policies().only(*ids[city])


SEEN = 12
MEETING = ("project", "object", "title", "same_as")
SHARE = {True: 0.6, False: 0.02}
ROUNDS = 12
"""How often facts are given until nothing of an award is open; a fact may ask for others once it is known."""


@pytest.mark.parametrize(("city", "least"), [("xian", 3), ("shenyang", 0), ("xianyang", 3)])
def test_what_an_award_asks_for_settles_what_is_left_of_it(city: str, least: int) -> None:
    """S5a, S10: an award that the facts leave open, by itself or beside the others, names facts that decide it.

    Some of the facts hidden tell what meets what, so that an award that is settled by itself is open beside others. In
    Shenyang, where most is a ceiling, that is too rare to be met here.
    """
    source, rng = source_of(city), random.Random(f"needs {city}")
    policies = shipped(city)
    seen = beside = 0
    for _ in range(200):
        if seen >= SEEN and beside >= least:
            break
        full = random_case(rng, source)
        hidden = [path for path, _, _ in facts_of(full, source.words) if rng.random() < SHARE[path[-1] in MEETING]]
        facts = copy.deepcopy(full)
        for path in hidden:
            at(facts, path[:-1]).pop(str(path[-1]))
        paths = {written(path): path for path in hidden}
        result = evaluate(Case.from_dict(facts), policies)
        for award in (*result.awards, *result.undecided):
            if result.total.outer or award.net.decided:
                continue
            seen += 1
            beside += award.gated.decided
            assert award.needs, (award.id, award.net, hidden)
            text = "\n".join(Teller(result, "zh", Names(policies)).row(award))
            assert "没有需要补充的事实" not in text, text
            assert not open_after(award.id, result, facts, full, paths, policies), (award.id, hidden, facts)
    assert seen >= SEEN
    assert beside >= least


def open_after(
    name: str, result: Entitlement, facts: Tree, full: Tree, paths: Mapping[str, Path], policies: Policies
) -> bool:
    """Whether an award is still open when all that it asks for has been given, again and again."""
    facts = copy.deepcopy(facts)
    for _ in range(ROUNDS):
        award = next((one for one in (*result.awards, *result.undecided) if one.id == name), None)
        if award is None or award.net.decided:
            return False
        asked = [paths[path] for path in award.needs if path in paths]
        for path in asked:
            at(facts, path[:-1])[str(path[-1])] = copy.deepcopy(at(full, path[:-1])[str(path[-1])])
        if not asked:
            return True
        result = evaluate(Case.from_dict(facts), policies)
    return True


@pytest.mark.parametrize(
    "name",
    ["overlap/grant_whose_project_is_missing", "overlap/loan_whose_project_is_missing"],
)
def test_a_fact_of_an_overlap_alone_is_asked_of_the_award(name: str) -> None:
    case = next(one for one in cases_of("xian_30") if one.id == f"xian_30/{name}")
    policies = policies_of(case.policies)
    result = evaluate(Case.from_dict(case.facts), policies)
    award = next(one for one in result.awards if one.clause == "equipment_renewal")
    assert (award.amount.kind, award.net.kind, len(award.needs)) == ("exact", "between", 1)
    thing, _, field = award.needs[0].partition(".")
    figures = set()
    for project in ("p1", "elsewhere"):
        facts = copy.deepcopy(case.facts)
        facts["projects"] = [*sequence(facts["projects"]), {"id": "elsewhere", "kinds": [], "costs": []}]
        mapping(sequence(facts[thing.removesuffix("[0]")])[0])[field] = project
        whole = evaluate(Case.from_dict(facts), policies)
        figures.add(next(one.net.numbers for one in whole.awards if one.clause == "equipment_renewal"))
    assert len(figures) == 2
