"""Cohorts: one pot and many applicants. Who gets how much, and under which rule.

A rule file says what is asked for (a sentence, or everything), how much there is, and how it is given out:
`pro_rata`, `first_come` by a date, `ranking` by a number, with a quota. Each applicant's demand is what `evaluate`
gives; where it is open, so is the share, and its range says how far: the least with the own demand at its least and
all others' at their greatest, and the reverse. Nothing depends on the order in which cases are given.

    cohort: 1
    name: 2025年设备更新专项
    demand: xian_30/equipment_renewal
    pot: 5000万元
    give: pro_rata
    cap: 1000万元
    freed: handed_on
    path: 五
    quote: 按比例分配

Shares are whole fen: of a share by ratio what is below a fen is left, and the fen that are left over go to the greatest
remainders, of equal ones to the first by name.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import ceil, floor
from pathlib import Path
from typing import Final, Literal, TypeAlias

from subsidy_rules.award.model import Json
from subsidy_rules.award.written import write_money
from subsidy_rules.errors import Lang, RuleError, UsageError, suggest
from subsidy_rules.facts.case import Case
from subsidy_rules.facts.vocabulary import Vocabulary
from subsidy_rules.mechanisms.step import Strict
from subsidy_rules.policy.model import Count
from subsidy_rules.policy.shape import node_at, shape_of
from subsidy_rules.report.tables import Block, text_table
from subsidy_rules.study.cases import NUMBERS, fact_at, way_of
from subsidy_rules.study.side import Scenario, Side
from subsidy_rules.values import document as doc
from subsidy_rules.values.amount import Amount
from subsidy_rules.values.findings import Findings
from subsidy_rules.values.quantity import CNY, Currency, Infinity, QuantityError, parse_money, yuan_text

EVERYTHING: Final = "total"
Both: TypeAlias = tuple[int, int]


class CohortFile(Strict):
    """The shape of a rule file of a cohort."""

    cohort: Literal["1"]
    name: str
    demand: str
    pot: str
    give: Literal["pro_rata", "first_come", "ranking"]
    by: str | None = None
    order: Literal["highest", "lowest"] = "highest"
    then: str | None = None
    quota: Count | None = None
    cap: str | None = None
    freed: Literal["kept", "handed_on"] | None = None
    policy: str = ""
    path: str = ""
    quote: str = ""


@dataclass(frozen=True, slots=True)
class CohortRule:
    """A rule that is ready: amounts in fen (the smallest unit of its currency), and the digest of its file."""

    file: CohortFile
    pot: int
    cap: int | None
    sha256: str
    currency: Currency = CNY


@dataclass(frozen=True, slots=True)
class Share:
    """What one applicant asks for and gets, least and greatest, in fen; why it is open, in Chinese and English."""

    name: str
    demand: Both | None
    share: Both
    zh: str = ""
    en: str = ""

    @property
    def decided(self) -> bool:
        """Whether it is one figure."""
        return self.share[0] == self.share[1]


@dataclass(frozen=True, slots=True)
class Cohort:
    """What became of a pot: the shares by name, what is given out for certain, and what is left of it at most."""

    rule: CohortRule
    shares: tuple[Share, ...]
    stamp: Mapping[str, Json] = field(default_factory=dict)
    """What it was computed from: the policies with their digests, the guides, each applicant's case, the readings."""

    @property
    def given(self) -> int:
        """What is given out for certain, in fen."""
        return sum(one.share[0] for one in self.shares)

    @property
    def left(self) -> int:
        """What is left of the pot where every share is at its least, in fen."""
        return self.rule.pot - self.given

    def as_json(self) -> dict[str, Json]:
        """Write it in yuan, or in the currency of the pot."""
        file, currency = self.rule.file, self.rule.currency

        def yuan(fen: int) -> Json:
            return yuan_text(Fraction(fen), currency)

        return {
            "schema": "subsidy-rules/cohort/1",
            "name": file.name,
            "give": file.give,
            "demand": file.demand,
            "currency": currency.code,
            "pot": yuan(self.rule.pot),
            "given": yuan(self.given),
            "citation": {"policy": file.policy, "path": file.path, "quote": file.quote},
            "shares": [
                {
                    "name": one.name,
                    "demand": None if one.demand is None else list(map(yuan, one.demand)),
                    "share": list(map(yuan, one.share)),
                    "zh": one.zh,
                    "en": one.en,
                }
                for one in self.shares
            ],
            "stamp": {"rule": self.rule.sha256, **self.stamp},
        }


def load_cohort_rule(source: str | Path, currency: Currency = CNY) -> CohortRule:
    """Read a rule file, a path or its text, with amounts in a currency. Raises `RuleError` with every problem found."""
    document = doc.read(source, error=RuleError)
    shape = shape_of(document, CohortFile)
    if shape.model is None or shape.problems:
        raise RuleError(shape.problems)
    file, findings = shape.model, Findings(document)
    pot, cap = (_money(findings, document, file, key, currency) for key in ("pot", "cap"))
    _fits(findings, document, file)
    findings.raise_as(RuleError)
    return CohortRule(file, pot or 0, cap, document.sha256, currency)


def evaluate_cohort(cases: Iterable[tuple[str, Case]], rule: CohortRule, scenario: Scenario | None = None) -> Cohort:
    """Give a pot out among cases, each with its name. Raises `UsageError` for a name that is there twice.

    Raises `UsageError` too where `demand` names no sentence of the loaded policies, or `by` or `then` no number that
    they know of a case.
    """
    side = Side(scenario or Scenario())
    known = {f"{plan.id}/{one.sentence.id}" for plan in side.policies.plans for one in plan.clauses}
    if rule.file.demand != EVERYTHING and rule.file.demand not in known:
        asked_for, near = rule.file.demand, suggest(rule.file.demand, (EVERYTHING, *sorted(known)))
        if near is not None:
            raise UsageError(
                f"a cohort asks for a sentence of the loaded policies, not '{asked_for}'; did you mean '{near}'?"
            )
        raise UsageError(f"a cohort asks for a sentence of the loaded policies, not '{asked_for}'")
    counted = side.policies.vocabulary.currency
    if rule.currency != counted:
        raise UsageError(f"the pot is in {rule.currency.code}, and the policies count in {counted.code}")
    for path in (rule.file.by, rule.file.then):
        if path is not None:
            _orders(path, side.policies.vocabulary)
    asked: list[_Asked] = []
    digests: dict[str, Json] = {}
    for name, case in cases:
        if name in digests:
            raise UsageError(f"two applicants are called '{name}'")
        digests[name] = case.sha256
        asked.append(_asked(name, case, rule.file, side))
    asked.sort(key=lambda one: one.name)
    shares = _pro_rata(asked, rule) if rule.file.give == "pro_rata" else _in_order(asked, rule)
    stamp: dict[str, Json] = {
        "rules": [
            {"policy": plan.id, "source_sha256": plan.source_sha256, "meaning_sha256": plan.meaning_sha256}
            for plan in side.policies.plans
        ],
        "guides": [guide.sha256 for guide in side.guides],
        "cases": dict(sorted(digests.items())),
        "readings": {name: side.readings[name] for name in sorted(side.readings)},
    }
    return Cohort(rule, tuple(sorted(shares, key=lambda one: one.name)), stamp)


@dataclass(frozen=True, slots=True)
class _Asked:
    """One applicant: the demand (None: without end or figure), and the numbers that it is ordered by."""

    name: str
    demand: Both | None
    keys: tuple[Fraction | None, ...]


def shared(pot: int, demands: Mapping[str, int], cap: int | None = None, *, handed_on: bool = True) -> dict[str, int]:
    """Share a pot pro rata over demands, whole fen, and return the shares by name.

    Where the demands come to no more than the pot, each gets its own (under the cap). Else the shares add up to the
    pot, but for what a cap frees where it is not handed on, or where all are at their cap.

    >>> shared(100, {"a": 100, "b": 100, "c": 100})
    {'a': 34, 'b': 33, 'c': 33}
    >>> shared(100, {"a": 300, "b": 100}, 50), shared(100, {"a": 300, "b": 100}, 50, handed_on=False)
    ({'a': 50, 'b': 50}, {'a': 50, 'b': 25})
    """
    most = {name: one if cap is None else min(one, cap) for name, one in demands.items()}
    full = _full(pot, demands, most, handed_on=handed_on)
    rest = {name: one for name, one in demands.items() if name not in full}
    found = _apportioned(pot - sum(full.values()), rest)
    return {**full, **{name: min(one, most[name]) for name, one in found.items()}}


def _full(pot: int, demands: Mapping[str, int], most: Mapping[str, int], *, handed_on: bool) -> dict[str, int]:
    """Return those that get all that they may, before what is left is shared among the others."""
    if sum(demands.values()) <= pot:
        return dict(most)
    full: dict[str, int] = {}
    while handed_on:
        rest = {name: one for name, one in demands.items() if name not in full}
        left, total = pot - sum(full.values()), sum(rest.values())
        over = [name for name, one in rest.items() if one * left >= most[name] * total]
        if not over:
            break
        full |= {name: most[name] for name in over}
    return full


def _before_rounding(pot: int, demands: Mapping[str, int], cap: int | None, name: str, *, handed_on: bool) -> Fraction:
    """Return the share of one applicant as the ratio gives it, fractions of a fen and all.

    What `shared` pays is this, its floor, or its ceiling. It grows with the own demand and falls with any other, which
    what is paid need not: the odd fen goes where the remainders say.
    """
    most = {one: asked if cap is None else min(asked, cap) for one, asked in demands.items()}
    full = _full(pot, demands, most, handed_on=handed_on)
    if name in full:
        return Fraction(full[name])
    total = sum(asked for one, asked in demands.items() if one not in full)
    return min(Fraction(demands[name] * (pot - sum(full.values())), total), Fraction(most[name]))


def _apportioned(pot: int, demands: Mapping[str, int]) -> dict[str, int]:
    """Share by largest remainders; of equal ones the first by name has the odd fen."""
    total = sum(demands.values())
    if not total:
        return dict.fromkeys(demands, 0)
    exact = {name: divmod(pot * one, total) for name, one in demands.items()}
    odd = pot - sum(whole for whole, _ in exact.values())
    first = sorted(exact, key=lambda name: (-exact[name][1], name))[:odd]
    return {name: whole + (name in first) for name, (whole, _) in exact.items()}


def _pro_rata(asked: Sequence[_Asked], rule: CohortRule) -> Iterable[Share]:
    handed_on = rule.file.freed != "kept"
    unknown = [one.name for one in asked if one.demand is None]
    low = {one.name: one.demand[0] for one in asked if one.demand is not None}
    high = {one.name: one.demand[1] for one in asked if one.demand is not None}
    settled = shared(rule.pot, low, rule.cap, handed_on=handed_on)
    for one in asked:
        if one.demand is None:
            yield Share(one.name, None, (0, rule.pot if rule.cap is None else min(rule.pot, rule.cap)), *_NO_FIGURE)
            continue
        if low == high and not unknown:
            found = (settled[one.name],) * 2
        else:
            least = _before_rounding(
                rule.pot, {**high, one.name: one.demand[0]}, rule.cap, one.name, handed_on=handed_on
            )
            most = _before_rounding(rule.pot, {**low, one.name: one.demand[1]}, rule.cap, one.name, handed_on=handed_on)
            # beside a demand without end nothing is certain
            found = (0 if unknown else floor(least), ceil(most))
        why = _OPEN if found[0] != found[1] else ("", "")
        yield Share(one.name, one.demand, found, *why)


_OPEN: Final = ("有需求额尚未确定", "a demand is open")
_NO_FIGURE: Final = ("需求额没有上限或没有数额", "the demand has no upper end, or no figure")
_NO_KEY: Final = ("排序依据缺失", "what it is ordered by is not known")


def _tie(one: _Asked, group: Sequence[_Asked]) -> tuple[str, str]:
    """Say whom an applicant is level with."""
    others = sorted(other.name for other in group if other is not one)
    zh, en = "、".join(others), ", ".join(others)
    return f"与{zh}并列，余额不足以全部支付", f"it is level with {en}, and not all can be paid"


def _in_order(asked: Sequence[_Asked], rule: CohortRule) -> Iterable[Share]:
    """Pay one after another, whole demands while the pot lasts, those that are level together.

    The last that the pot reaches gets what is left of it. Who has nothing to get takes no place of a quota.
    """
    claims = [one for one in asked if _top(one, rule)]
    yield from (Share(one.name, one.demand, (0, 0)) for one in asked if not _top(one, rule))
    unplaced = [one for one in claims if None in one.keys]
    groups: dict[tuple[Fraction, ...], list[_Asked]] = {}
    for one in claims:
        if None not in one.keys:
            groups.setdefault(_ordered(one, rule.file), []).append(one)
    least = most = rule.pot
    places_least = places_most = rule.file.quota if rule.file.quota is not None else len(asked)
    if unplaced:
        # any of them may come before all others
        least = max(0, least - sum(_top(one, rule) for one in unplaced))
        places_least = max(0, places_least - len(unplaced))
    for key in sorted(groups):
        group = groups[key]
        wanted_low, wanted_high = (sum(_end(one, rule, end) for one in group) for end in (0, 1))
        fits = wanted_high <= least and len(group) <= places_least
        for one in group:
            low, high = _end(one, rule, 0), _end(one, rule, 1)
            alone = len(group) == 1
            sure = min(low, least) if (fits or alone) and places_least else 0
            may = min(high, most) if places_most else 0
            why = (
                ("", "") if sure == may else _NO_FIGURE if one.demand is None else _OPEN if alone else _tie(one, group)
            )
            yield Share(one.name, one.demand, (sure, may), *why)
        least, most = max(0, least - wanted_high), max(0, most - wanted_low)
        places_least = max(0, places_least - len(group))
        places_most = max(0, places_most - sum(_end(one, rule, 0) > 0 for one in group))
    for one in unplaced:
        yield Share(one.name, one.demand, (0, _top(one, rule) if rule.file.quota != 0 else 0), *_NO_KEY)


def _ordered(one: _Asked, file: CohortFile) -> tuple[Fraction, ...]:
    sign = -1 if file.give == "ranking" and file.order == "highest" else 1
    first, *then = [key for key in one.keys if key is not None]
    return sign * first, *then


def _end(one: _Asked, rule: CohortRule, end: int) -> int:
    most = rule.pot if rule.cap is None else min(rule.pot, rule.cap)
    return (0, most)[end] if one.demand is None else min(one.demand[end], most)


def _top(one: _Asked, rule: CohortRule) -> int:
    return _end(one, rule, 1)


def _asked(name: str, case: Case, file: CohortFile, side: Side) -> _Asked:
    found = side.evaluate(case)
    keys = tuple(_number(case, path, side) for path in (file.by, file.then) if path is not None)
    if file.demand == EVERYTHING:
        return _Asked(name, _ends(found.total.decided, found.total.possible), keys)
    decided = [one.net for one in found.awards if f"{one.policy}/{one.clause}" == file.demand]
    open_ = [one.net for one in found.undecided if f"{one.policy}/{one.clause}" == file.demand]
    ends = [_ends(one, one) for one in decided] + [_ends(one, one) for one in open_]
    if None in ends:
        return _Asked(name, None, keys)
    least = sum(one[0] for one in ends[: len(decided)] if one is not None)
    return _Asked(name, (least, sum(one[1] for one in ends if one is not None)), keys)


def _ends(low: Amount, high: Amount) -> Both | None:
    """Return the ends in whole fen; None without an upper end."""
    if isinstance(low.minimum, Infinity) or isinstance(high.maximum, Infinity):
        return None
    return int(low.minimum), int(high.maximum)


def _orders(path: str, vocabulary: Vocabulary) -> None:
    """Hold a path to what cases may say. Raises `UsageError` where it can lead to no number in any of them."""
    *around, name = way_of(path)
    spec = vocabulary.field(_entity_at(around, vocabulary), str(name))
    if spec is None or spec.type not in NUMBERS:
        raise UsageError(f"'{path}' is no number of a case that applicants could be ordered by")


def _entity_at(way: Sequence[str | int], vocabulary: Vocabulary) -> str:
    """Return of what entity the thing is that a way leads to; an empty text where it leads to none."""
    entity, rest = "case", list(way)
    while rest:
        head = rest.pop(0)
        spec = vocabulary.lists.get(entity, {}).get(str(head))
        if spec is not None and rest and isinstance(rest[0], int):
            entity = spec.entity
            rest.pop(0)
        elif (entity, head) == ("case", "enterprise"):
            entity = "enterprise"
        else:
            return ""
    return entity


def _number(case: Case, path: str, side: Side) -> Fraction | None:
    """Return a number of a case; None where it is not known."""
    found = fact_at(case, path, side.policies.vocabulary)
    value = None if found is None else found[0].values.get(found[1].name)
    if not isinstance(value, Amount) or value.kind != "exact" or isinstance(value.minimum, Infinity):
        return None
    return value.minimum


def _money(findings: Findings, document: doc.Document, file: CohortFile, key: str, currency: Currency) -> int | None:
    text = getattr(file, key)
    if text is None:
        return None
    node, path = node_at(document, (key,))
    try:
        fen = parse_money(text, currency=currency)
    except QuantityError as error:
        findings.add(error.code, node, path, error.what, error.what_zh, error.remedy, error.remedy_zh)
        return None
    return int(fen)


def _fits(findings: Findings, document: doc.Document, file: CohortFile) -> None:
    """Say which keys don't go together, or are missing."""

    def say(key: str, what: str, what_zh: str) -> None:
        node, path = node_at(document, (key,))
        findings.add("bad-clause", node, path, what, what_zh)

    if file.give == "pro_rata":
        for key in ("by", "then", "quota"):
            if getattr(file, key) is not None:
                say(key, f"'{key}' goes with first_come and ranking", f"“{key}”只用于 first_come 和 ranking")
        if file.cap is not None and file.freed is None:
            say("cap", "with a cap, say whether what it frees is handed on: freed", "有上限时须写明余额是否再分：freed")
    elif file.by is None:
        say("give", "say what they are ordered by: by", "须写明按什么排序：by")
    if file.give != "pro_rata" and file.freed is not None:
        say("freed", "'freed' goes with pro_rata", "“freed”只用于 pro_rata")
    if file.cap is None and file.freed is not None:
        say("freed", "'freed' goes with a cap", "“freed”须与 cap 同用")


def to_text(found: Cohort, lang: Lang, *, width: int, ascii_only: bool = False, color: bool = False) -> str:
    """Write it for a screen."""
    zh, file, currency = lang == "zh", found.rule.file, found.rule.currency

    def said(fen: int) -> str:
        return write_money(Fraction(fen), lang, currency)

    def between(ends: Both) -> str:
        return " – ".join(dict.fromkeys(map(said, ends)))

    heads = ("申报者", "需求", "分得", "说明") if zh else ("applicant", "demand", "share", "why open")
    rows = tuple(
        (
            (one.name,),
            ("—" if one.demand is None else between(one.demand),),
            (between(one.share),),
            (one.zh if zh else one.en,),
        )
        for one in found.shares
    )
    given, pot = said(found.given), said(found.rule.pot)
    total = f"确定分出 {given}，共 {pot}" if zh else f"{given} of {pot} given out for certain"
    cited = f"{file.policy} {file.path} {file.quote}".strip()
    block = Block(file.name, heads, rows, tuple(one for one in (total, cited) if one), (1, 2))
    return text_table(block, width=width, ascii_only=ascii_only, color=color)
