"""What crosses lines: payments that are each right and together are not.

Each detector goes by keys (one project, one title, one invoice), and names the rule that makes a finding one. What is
only likely, names that nearly agree and contracts that may have been split, is in `suspicions`, apart, never certain.

>>> from subsidy_rules.audit.ledger import Entry
>>> twice = [
...     Entry("payment", str(n), "甲公司", fen=100, project=f"p{n}", decided="2025-03-01", marks={"invoice": ("A1",)})
...     for n in (1, 2)
... ]
>>> [(one.code, one.entries) for one in findings(twice)]
[('shared_invoice', ('1', '2'))]
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, TypeAlias

from subsidy_rules.audit.ledger.entry import Entry
from subsidy_rules.audit.ledger.history import Payment, in_money, payments, successions, untied
from subsidy_rules.audit.ledger.rulebook import Cited, Rulebook, load_rulebook
from subsidy_rules.audit.lines import Both
from subsidy_rules.errors import Lang
from subsidy_rules.values.quantity import parse_date

PAPERS: Final = Cited("", "", "", "")
"""What a finding is by that no policy makes one, but the papers themselves."""
PAIR: Final = 2
LONG: Final = 6
"""As many characters as a name has at least that is held against others."""
APART: Final = 45
"""Days within which contracts with one counterparty may be one that was split."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found: its code, the rule that makes it one, the entries, how much is at stake in fen, and in words.

    `fen` is in the smallest unit of the currency that the rules count in.
    """

    code: str
    cited: Cited
    entries: tuple[str, ...]
    fen: int
    zh: str
    en: str
    certain: bool = True

    def said(self, lang: Lang) -> str:
        """Return it in words."""
        return self.zh if lang == "zh" else self.en


@dataclass(frozen=True, slots=True)
class Searched:
    """What detectors search: payments net of their corrections, whose beneficiary is who it has become."""

    payments: tuple[Payment, ...]
    awards: tuple[Entry, ...]
    rules: Rulebook

    @property
    def paid(self) -> Iterator[Payment]:
        """The payments of which something is left."""
        return (one for one in self.payments if one.fen > 0)


Detector: TypeAlias = Callable[[Searched], Iterator[Finding]]
WORDS: Final[Mapping[str, Both]] = {
    "paid_twice": ("同一项目按同一条款由两个渠道支付", "one project is paid under one clause by two channels"),
    "exclusive": ("同一项目同时按不得并享的条款支付", "one project is paid under clauses that exclude each other"),
    "first_twice": ("只奖一次的称号支付了两次", "a title that is paid once is paid twice"),
    "ceiling": ("累计支付超过上限", "payments add up to more than the ceiling"),
    "shared_invoice": ("同一发票用于两个项目", "one invoice is in two projects"),
    "shared_equipment": ("同一设备编号用于两个项目", "one equipment number is in two projects"),
    "shared_contract": ("同一合同用于两个项目", "one contract is in two projects"),
    "window": ("决定日期不在政策有效期内", "it was decided outside the policy's window"),
    "beneficiary": ("申报主体类型不符", "the beneficiary is of the wrong kind"),
    "over_award": ("支付超过审定金额", "more was paid than was awarded"),
    "exclusive_elsewhere": (
        "两个主体的同名项目按不得并享的条款支付",
        "two beneficiaries have a project of one name, under clauses that exclude each other",
    ),
    "loose_correction": ("冲减行找不到所冲减的支付", "a correction that corrects no payment of the ledger"),
    "similar_names": ("两个申报主体名称相近", "two beneficiaries have names that nearly agree"),
    "split_contract": ("同一供应商的几份合同合计达到门槛", "contracts with one counterparty reach a gate together"),
}


def findings(entries: Iterable[Entry], rules: Rulebook | None = None) -> list[Finding]:
    """Return what is certain, in the order of the detectors and then of the ledger."""
    made = searched(entries, rules)
    return [one for detector in DETECTORS for one in detector(made)]


def suspicions(entries: Iterable[Entry], *, gate: int | None = None, rules: Rulebook | None = None) -> list[Finding]:
    """Return what is only likely. `gate` in fen is the least contract that counts, for contracts that were split."""
    listed = list(entries)
    made = searched(listed, rules)
    found = [*_similar_names(made), *_one_project(made), *_loose(listed)]
    return found if gate is None else [*found, *_split_contracts(made, gate)]


def searched(entries: Iterable[Entry], rules: Rulebook | None = None) -> Searched:
    """Return what is searched: payments and awards in the money of the rules, under the names of today."""
    rules = load_rulebook() if rules is None else rules
    listed = in_money(entries, rules.currency)
    become = successions(listed)

    def now(entry: Entry) -> Entry:
        name, seen = entry.beneficiary, {entry.beneficiary}
        while later := [one for one, _ in become.get(name, ()) if one not in seen]:
            name = later[-1]
            seen.add(name)
        return replace(entry, beneficiary=name)

    paid = tuple(Payment(now(one.entry), one.fen) for one in payments(listed))
    awards = tuple(now(one) for one in listed if one.kind == "award")
    return Searched(paid, awards, rules)


def _found(code: str, cited: Cited, paid: Sequence[Payment], fen: int, *, certain: bool = True) -> Finding:
    zh, en = WORDS[code]
    return Finding(code, cited, tuple(one.entry.id for one in paid), fen, zh, en, certain)


def _by(
    paid: Iterable[Payment], key: Callable[[Entry], tuple[str, ...] | None]
) -> dict[tuple[str, ...], list[Payment]]:
    found: dict[tuple[str, ...], list[Payment]] = defaultdict(list)
    for one in paid:
        at = key(one.entry)
        if at is not None and all(at):
            found[at].append(one)
    return found


def _sentence(entry: Entry) -> str:
    return f"{entry.policy}/{entry.clause}" if entry.policy and entry.clause else ""


def _paid_twice(searched: Searched) -> Iterator[Finding]:
    groups = _by(searched.paid, lambda one: (one.beneficiary, one.project, _sentence(one)))
    for (_, _, sentence), group in groups.items():
        channels = {one.entry.channel for one in group if one.entry.channel}
        if len(channels) > 1 and len({(one.entry.object, one.entry.payer) for one in group}) < len(group):
            cited = searched.rules.sentences.get(sentence, PAPERS)
            yield _found("paid_twice", cited, group, sum(one.fen for one in group) - max(one.fen for one in group))


def _exclusive(searched: Searched) -> Iterator[Finding]:
    for group in _by(searched.paid, lambda one: (one.beneficiary, one.project)).values():
        for rule in searched.rules.exclusive:
            one, other = (
                [paid for paid in group if _sentence(paid.entry) == sentence] for sentence in (rule.one, rule.other)
            )
            if one and other:
                yield _found("exclusive", rule.cited, [*one, *other], min(_sum(one), _sum(other)))


def _one_project(searched: Searched) -> Iterator[Finding]:
    """Two beneficiaries with a project of one name, under sentences that exclude each other: one project, or two."""
    for group in _by(searched.paid, lambda one: (one.project,)).values():
        for rule in searched.rules.exclusive:
            one, other = (
                [paid for paid in group if _sentence(paid.entry) == sentence] for sentence in (rule.one, rule.other)
            )
            who = [{paid.entry.beneficiary for paid in side} for side in (one, other)]
            if one and other and not who[0] & who[1]:
                at_stake = min(_sum(one), _sum(other))
                yield _found("exclusive_elsewhere", rule.cited, [*one, *other], at_stake, certain=False)


def _loose(entries: Iterable[Entry]) -> Iterator[Finding]:
    """Give corrections that correct no payment, so that what they are of may have been paid still."""
    for one in untied(entries):
        yield _found("loose_correction", PAPERS, [Payment(one, one.fen)], -one.fen, certain=False)


def _first_twice(searched: Searched) -> Iterator[Finding]:
    groups = _by(searched.paid, lambda one: (one.beneficiary, _sentence(one), one.object or one.programme))
    for (_, sentence, _), group in groups.items():
        days = {one.entry.day for one in group}
        if sentence in searched.rules.once and len(days) > 1:
            first = min(group, key=lambda one: one.entry.day)
            yield _found("first_twice", searched.rules.once[sentence], group, _sum(group) - first.fen)


def _ceilings(searched: Searched) -> Iterator[Finding]:
    for rule in searched.rules.ceilings:
        paid = [one for one in searched.paid if _sentence(one.entry) in rule.clauses]
        year = (lambda one: one.day[:4]) if rule.yearly else (lambda _: "-")
        for group in _by(paid, lambda one, year=year: (one.beneficiary, year(one))).values():  # type: ignore[misc]
            if _sum(group) > rule.cap:
                yield _found("ceiling", rule.cited, group, _sum(group) - rule.cap)


def _shared(mark: str) -> Detector:
    def shared(searched: Searched) -> Iterator[Finding]:
        groups: dict[str, list[Payment]] = defaultdict(list)
        for one in searched.paid:
            for number in one.entry.marks.get(mark, ()):
                groups[number].append(one)
        for group in groups.values():
            if len({one.entry.project for one in group if one.entry.project}) > 1:
                yield _found(f"shared_{mark}", PAPERS, group, _sum(group) - max(one.fen for one in group))

    return shared


def _windows(searched: Searched) -> Iterator[Finding]:
    for one in searched.paid:
        window = searched.rules.windows.get(one.entry.policy)
        day = one.entry.decided
        if window is not None and day and (day < window.first or (window.last and day > window.last)):
            yield _found("window", window.cited, [one], one.fen)


def _beneficiaries(searched: Searched) -> Iterator[Finding]:
    for one in searched.paid:
        allowed = searched.rules.beneficiaries.get(_sentence(one.entry))
        if allowed is not None and one.entry.type and one.entry.type not in allowed[0]:
            yield _found("beneficiary", allowed[1], [one], one.fen)


def _over_awards(searched: Searched) -> Iterator[Finding]:
    def key(one: Entry) -> tuple[str, ...]:
        return one.beneficiary, _sentence(one), one.project or one.object

    awarded: dict[tuple[str, ...], int] = defaultdict(int)
    for award in searched.awards:
        awarded[key(award)] += award.fen
    for at, group in _by(searched.payments, key).items():
        over = _sum(group) - awarded[at] if at in awarded else 0
        if over > 0:
            yield _found("over_award", searched.rules.sentences.get(at[1], PAPERS), group, over)


def _similar_names(searched: Searched) -> Iterator[Finding]:
    """Hold each name against its neighbours in the order of names, read forwards and backwards."""
    names: dict[str, list[Payment]] = defaultdict(list)
    for one in searched.paid:
        called = one.entry.name or one.entry.beneficiary
        if len(called) >= LONG and not called.isascii():  # a code is no name, and short names are alike by chance
            names[called].append(one)
    seen = set()
    for order in (sorted(names), sorted(names, key=lambda name: name[::-1])):
        for place, name in enumerate(order):
            for other in order[place + 1 : place + 4]:
                pair = min(name, other), max(name, other)
                alike = pair not in seen and one_slip(*pair)
                seen.add(pair)
                who = [{one.entry.beneficiary for one in names[each]} for each in pair]
                if alike and who[0] != who[1]:
                    paid = [*names[pair[0]], *names[pair[1]]]
                    yield _found("similar_names", PAPERS, paid, min(_sum(names[each]) for each in pair), certain=False)


def one_slip(one: str, other: str) -> bool:
    """Whether two names differ by one slip: a character exchanged, left out or put in, or two that changed places.

    >>> one_slip("宏达机械有限公司", "宏达机诫有限公司"), one_slip("宏达机械有限公司", "宏运机电有限公司")
    (True, False)
    """
    at = next(
        (place for place, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other))
    )
    left, right = one[at:], other[at:]
    while left and right and left[-1] == right[-1]:
        left, right = left[:-1], right[:-1]
    return one != other and (
        max(len(left), len(right)) <= 1 or (len(left) == len(right) == PAIR and left == right[::-1])
    )


def _split_contracts(searched: Searched, gate: int) -> Iterator[Finding]:
    groups = _by(searched.paid, lambda one: (one.beneficiary, one.counterparty))
    for group in groups.values():
        small = sorted((one for one in group if one.fen < gate and one.entry.day), key=lambda one: one.entry.day)
        near: list[Payment] = []
        for one in small:
            near = [kept for kept in near if _days(kept.entry.day, one.entry.day) <= APART] + [one]
            if len(near) > 1 and _sum(near) >= gate:
                yield _found("split_contract", PAPERS, near, _sum(near), certain=False)
                near = []


def _days(first: str, last: str) -> int:
    return int(parse_date(last).numerator - parse_date(first).numerator)


def _sum(paid: Iterable[Payment]) -> int:
    return sum(one.fen for one in paid)


DETECTORS: Final[tuple[Detector, ...]] = (
    _paid_twice,
    _exclusive,
    _first_twice,
    _ceilings,
    _shared("invoice"),
    _shared("equipment"),
    _shared("contract"),
    _windows,
    _beneficiaries,
    _over_awards,
)
