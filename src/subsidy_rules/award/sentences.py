"""The rows that a sentence has in a result, found by its id, by its policy and id, or by the id of one award."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from subsidy_rules.award.model import (
    Award,
    Citation,
    Entitlement,
    NotAsked,
    NotEligible,
    Obligation,
)
from subsidy_rules.award.phrases import (
    Names,
)
from subsidy_rules.errors import Lang, UsageError, suggest
from subsidy_rules.plan import Sentence
from subsidy_rules.values.classes import dataclass


@dataclass(frozen=True, slots=True)
class Silent:
    """A sentence that has no row in a result: it gives nothing to anyone, or its figure stands in another's award."""

    sentence: Sentence
    citation: Citation


AnyRow: TypeAlias = Award | Obligation | NotEligible | NotAsked | Silent
"""What a result, or a pack, has to say of a sentence."""


def name_of(row: AnyRow) -> str:
    """Return the id of a row, or of its sentence where the row has none."""
    if isinstance(row, Award | Obligation | NotEligible):
        return row.id
    sentence = row.sentence
    return f"{sentence.policy}/{sentence.id}"


def rows_of(entitlement: Entitlement, names: Names) -> dict[str, list[AnyRow]]:
    """Return the rows of each sentence by `policy/clause`; a sentence without one has a row that says what it is."""
    known: dict[str, list[AnyRow]] = {}
    awards = [*entitlement.awards, *entitlement.undecided]
    rows: list[AnyRow] = [*awards, *entitlement.obligations, *entitlement.not_eligible, *entitlement.not_asked]
    for row in rows:
        known.setdefault(f"{row.sentence.policy}/{row.sentence.id}", []).append(row)
    for sentence, citation in names.sentences():
        own = known.setdefault(f"{sentence.policy}/{sentence.id}", [])
        own[:0] = [
            award
            for award in awards
            if (award.policy, award.clause) == (sentence.policy, sentence.replaces)
            and any((one.path, one.sentence) == (sentence.path, sentence.sentence) for one in award.citations)
        ]
        own += [] if own else [Silent(sentence, citation)]
    return known


def find(entitlement: Entitlement, clause: str, lang: Lang, names: Names) -> list[AnyRow]:
    """Return the rows of one sentence. Raises `UsageError` where none or more than one is meant."""
    known = rows_of(entitlement, names)
    short, _, thing = clause.partition("@")
    fitting = [name for name in known if short in (name, name.partition("/")[2])]
    if len(fitting) > 1:
        candidates = ", ".join(sorted(fitting))
        raise UsageError(
            f"“{clause}”不唯一，请写明政策：{candidates}"
            if lang == "zh"
            else f"'{clause}' is not unique; name the policy: {candidates}"
        )
    if not fitting:
        raise UsageError(_unknown(clause, known, lang))
    found = known[fitting[0]]
    if not thing:
        return found
    named = [row for row in found if thing in _things(name_of(row), names)]
    if not named:
        candidates = ", ".join(name_of(row) for row in found)
        raise UsageError(
            f"{fitting[0]} 没有对象“{thing}”：{candidates}"
            if lang == "zh"
            else f"{fitting[0]} has no row for '{thing}': {candidates}"
        )
    return named


def _things(name: str, names: Names) -> tuple[str, ...]:
    """Return the ways in which the thing of a row is written: its id, and as it is shown in either language."""
    return tuple(one.partition("@")[2] for one in (name, names.shown(name, "zh"), names.shown(name, "en")))


def _unknown(clause: str, known: Mapping[str, list[AnyRow]], lang: Lang) -> str:
    """Say that an id is unknown, and what was most likely meant: a near id, or the sentences of a path."""
    at = [name for name, rows in known.items() if rows[0].sentence.path == clause]
    near = suggest(clause.partition("@")[0], [*known, *(name.partition("/")[2] for name in known)])
    meant = ", ".join(at) or near
    if lang == "zh":
        return f"没有条款“{clause}”" + (f"；是否应为：{meant}" if meant else "；用 subsidy-rules clauses 列出条款")
    return f"no clause '{clause}'" + (f"; did you mean: {meant}" if meant else "; 'subsidy-rules clauses' lists them")
