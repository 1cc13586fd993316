"""What differs between what a test expects and what is computed: each difference with both sides and its place.

Awards are complete: one that no test expects is a difference, and so is one that is expected and is not there. Of an
award the list, the kind, the amount, the status, the reasons and what it needs are always compared; its net, flags,
citations, rule, payers and readings, and the rest of the result, where the test names them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from subsidy_rules.author.expected import (
    ABSENT,
    NOT_ASKED,
    NOT_ELIGIBLE,
    REST,
    AwardExpected,
    Expected,
    FailedExpected,
    GroupExpected,
    Named,
    RefusalExpected,
    SilenceExpected,
    TotalExpected,
)
from subsidy_rules.author.spelling import Said, spell_money, spell_span
from subsidy_rules.award.explain import explain_clause
from subsidy_rules.award.model import (
    Award,
    Both,
    CumulationGroup,
    Entitlement,
    Failed,
    NotEligible,
    ReadingUse,
    reasons_of,
    whys_of,
)
from subsidy_rules.award.phrases import Names, say_failed
from subsidy_rules.errors import Lang, Place
from subsidy_rules.plan import Policies
from subsidy_rules.values.amount import Amount
from subsidy_rules.values.quantity import Number

NONE_OF_THIS_KIND: Final = "至少一项属于本条所指"
"""What is required of a list in which nothing is what a sentence is about; the things' own conditions say more."""
NOTHING: Final[Both] = ("（无）", "(none)")
PARTS: Final[Mapping[str, Both]] = {
    "award": ("奖补", "award"),
    "list": ("所在列表", "list"),
    "amount": ("金额", "amount"),
    "net": ("计入总额的部分", "net"),
    "status": ("状态", "status"),
    "reasons": ("原因", "reasons"),
    "needs": ("尚需的事实", "needs"),
    "why": ("未定的理由", "why"),
    "flags": ("标记", "flags"),
    "no_flags": ("不应有的标记", "flags that should not be there"),
    "ceiling": ("限额", "ceiling"),
    "cites": ("引用的条款", "citations"),
    "rule": ("规则", "rule"),
    "payers": ("承担方", "payers"),
    "readings": ("其他解读下", "under other readings"),
    "failed": ("不符合的条件", "conditions that fail"),
    "not_asked": ("未询问", "not asked"),
    "total": ("总额", "total"),
    "decided": ("已定总额", "decided total"),
    "covers": ("询问到的句数", "sentences asked"),
    "open_ended": ("没有上限的奖补", "awards without an upper end"),
    "groups": ("相遇的奖补", "awards that meet"),
    "group": ("相遇的奖补", "awards that meet"),
    "option": ("采用的选项", "option taken"),
    "additive": ("是否相加", "adds up"),
    "lower": ("较低一端", "lower end"),
    "sum": ("合计", "sum"),
    "asks": ("起决定作用的事实", "deciding facts"),
    "obligations": ("义务", "obligations"),
    "at_least": ("最低", "at least"),
    "obliged": ("义务是否已定", "decided"),
    "adjustments": ("补退款", "adjustments"),
    "instalments": ("分期", "instalments"),
    "moves": ("使总额变动的解读", "readings that move the total"),
}


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is not as expected: where it is expected, of which row, which part, both sides.

    `why` explains the award's arithmetic or its refusal, in Chinese and English, a line each.
    """

    place: Place
    row: str
    part: str
    wanted: Both
    got: Both
    why: Both = ("", "")
    under: str = ""


def differences(expected: Expected, result: Entitlement, policies: Policies) -> list[Difference]:
    """Return everything in which a result is not as expected, in the order of the file; what is unexpected last."""
    return list(_Differ(expected, result, policies).all())


def _both(text: str) -> Both:
    return text, text


def _listed(texts: Iterable[str]) -> Both:
    made = list(texts)
    return _both(", ".join(made)) if made else NOTHING


class _Differ:
    """Holds one result against what is expected of it."""

    def __init__(self, expected: Expected, result: Entitlement, policies: Policies) -> None:
        self.expected, self.result, self.policies = expected, result, policies
        self.currency = policies.vocabulary.currency
        self.names = Names(policies)
        self.shown = {
            award.id: (listing, award)
            for listing, awards in (("awards", result.awards), ("undecided", result.undecided))
            for award in awards
        }

    def all(self) -> Iterator[Difference]:
        for name, row in self.expected.rows.items():
            match row:
                case AwardExpected():
                    yield from self.award(name, row)
                case RefusalExpected():
                    yield from self.refusal(name, row)
                case SilenceExpected():
                    yield from self.silence(name, row)
        yield from self.whole()
        for name, (listing, award) in self.shown.items():
            if name not in self.expected.rows:
                got = f"{listing} {self.said(award.kind, award.amount)}"
                yield Difference(self.expected.place, name, "award", NOTHING, _both(got), self.why(name))

    def said(self, kind: str, amount: Amount) -> Said:
        return Said.of(kind, amount, self.currency)

    def span(self, amount: Amount) -> str:
        return spell_span(amount.minimum, amount.maximum, self.currency)

    def money(self, named: Named[Number] | None) -> Named[str] | None:
        return None if named is None else Named(spell_money(named.value, self.currency), named.place)

    def why(self, name: str) -> Both:
        """Explain a row in one line of arithmetic."""
        zh, en = (explain_clause(self.result, name, lang, formula=True, policies=self.policies) for lang in LANGS)
        return zh.strip(), en.strip()

    def differ(self, place: Place, row: str, part: str, wanted: Both, got: Both) -> Iterator[Difference]:
        if wanted != got:
            yield Difference(place, row, part, wanted, got, self.why(row) if row in self.shown else ("", ""))

    # rows

    @property
    def refused(self) -> dict[str, NotEligible]:
        return {row.id: row for row in self.result.not_eligible}

    def award(self, name: str, row: AwardExpected) -> Iterator[Difference]:
        if name not in self.shown:
            yield Difference(row.place, name, "award", _both(f"{row.listing} {row.said}"), *self.missing(name))
            return
        listing, award = self.shown[name]
        yield from self.differ(row.place, name, "list", _both(row.listing), _both(listing))
        said = self.said(award.kind, award.amount)
        yield from self.differ(row.place, name, "amount", _both(str(row.said)), _both(str(said)))
        for part, wanted, got in (
            ("reasons", row.reasons, tuple(award.reasons)),
            ("needs", row.needs, award.needs),
            ("why", row.why, tuple(whys_of(award.gated))),
        ):
            yield from self.differ(wanted.place, name, part, _listed(sorted(wanted.value)), _listed(sorted(got)))
        yield from self.differ(row.status.place, name, "status", _both(row.status.value), _both(award.status))
        for part, span, amount in (("net", row.net, award.net), ("ceiling", row.ceiling, None)):
            if span is not None:
                ends = award.amount.ceiling if amount is None else (amount.minimum, amount.maximum)
                got_span = spell_span(*ends, self.currency)
                yield from self.differ(
                    span.place, name, part, _both(spell_span(*span.value, self.currency)), _both(got_span)
                )
        yield from self.flags(name, row, award)
        if row.cites is not None:
            cited = [f"{one.path}#{one.sentence}" for one in award.citations]
            yield from self.differ(row.cites.place, name, "cites", _listed(row.cites.value), _listed(cited))
        if row.rule is not None:
            got_rule = NOTHING if award.rule is None else _both(award.rule)
            yield from self.differ(row.rule.place, name, "rule", _both(row.rule.value), got_rule)
        if row.payers is not None:
            wanted_parts = [f"{payer} {spell_span(*span, self.currency)}" for payer, span in row.payers.value.items()]
            parts = [f"{payer} {self.span(part)}" for payer, part in award.payers]
            yield from self.differ(
                row.payers.place, name, "payers", _listed(sorted(wanted_parts)), _listed(sorted(parts))
            )
        yield from self.readings(name, "readings", row.readings, award.readings)

    def flags(self, name: str, row: AwardExpected, award: Award) -> Iterator[Difference]:
        """Compare the flags that are named: those that must be there, and those that must not."""
        if row.flags is not None and not set(row.flags.value) <= set(award.flags):
            yield from self.differ(
                row.flags.place, name, "flags", _listed((*row.flags.value, REST)), _listed(award.flags)
            )
        if row.no_flags is not None:
            found = [flag for flag in row.no_flags.value if flag in award.flags]
            yield from self.differ(row.no_flags.place, name, "no_flags", NOTHING, _listed(found))

    def missing(self, name: str) -> tuple[Both, Both]:
        """Return what there is in place of an award, and why."""
        clause = name.partition("@")[0]
        unasked = [one for one in self.result.not_asked if f"{one.policy}/{one.clause}" == clause]
        row = self.refused.get(name) or self.refused.get(clause)
        if unasked:
            lists = ", ".join(unasked[0].lists)
            return _both(NOT_ASKED), (f"没有给出清单：{lists}", f"not given: {lists}")
        if row is None:
            others = sorted(one for one in (*self.shown, *self.refused) if one.partition("@")[0] == clause)
            return NOTHING, (f"本句的行：{'、'.join(others)}", f"rows of the sentence: {', '.join(others)}")
        zh, en = ("\n".join(say_failed(one, lang, self.names) for one in row.failed) for lang in LANGS)
        return _both(NOT_ELIGIBLE), (zh, en)

    def refusal(self, name: str, row: RefusalExpected) -> Iterator[Difference]:
        found = self.refused.get(name)
        wanted = _listed(str(one) for one in row.failed)
        if found is None:
            got = NOTHING
            if name in self.shown:
                listing, award = self.shown[name]
                got = _both(f"{listing} {self.said(award.kind, award.amount)}")
            why = self.why(name) if name in self.shown else self.missing(name)[1]
            yield Difference(row.place, name, "failed", wanted, got, why)
            return
        failed = [one for one in found.failed if one.required != NONE_OF_THIS_KIND] or list(found.failed)
        if len(failed) != len(row.failed) or not all(map(_fails_as, failed, row.failed)):
            yield Difference(row.place, name, "failed", wanted, _listed(map(_failed_text, failed)))
        yield from self.readings(name, "readings", row.readings, found.readings)

    def silence(self, name: str, row: SilenceExpected) -> Iterator[Difference]:
        if row.word == NOT_ASKED:
            asked = {f"{one.policy}/{one.clause}" for one in self.result.not_asked}
            if name not in asked:
                yield Difference(row.place, name, "not_asked", _both(NOT_ASKED), ("已询问", "asked"))
        elif name in self.shown or name in self.refused:
            if name in self.shown:
                listing, award = self.shown[name]
                got = f"{listing} {self.said(award.kind, award.amount)}"
            else:
                got = NOT_ELIGIBLE
            yield Difference(row.place, name, "award", _both(ABSENT), _both(got))

    def readings(
        self, name: str, part: str, wanted: Named[Mapping[str, str]] | None, uses: Iterable[ReadingUse]
    ) -> Iterator[Difference]:
        """Compare what there would be under every option that was not taken."""
        if wanted is None:
            return
        found = {}
        for use in uses:
            for one in use.alternatives:
                said = self.said(one.amount.kind, one.amount)
                found[f"{use.id}={one.option}"] = (
                    one.eligible if one.eligible == NOT_ELIGIBLE else f"{one.eligible} {said}".strip()
                )
        both = (_listed(f"{key}: {text}" for key, text in sorted(some.items())) for some in (wanted.value, found))
        yield from self.differ(wanted.place, name, part, *both)

    # the rest of the result

    def whole(self) -> Iterator[Difference]:
        expected, result = self.expected, self.result
        for part, total, amount in (
            ("total", expected.total, result.total.possible),
            ("decided", expected.decided, result.total.decided),
        ):
            told = part == "decided" and total is expected.total and amount.numbers == result.total.possible.numbers
            if total is not None and not told:
                yield from self.total(part, total, amount)
        if expected.covers is not None:
            got = "{} of {}".format(*result.total.covers)
            yield from self.differ(expected.covers.place, "", "covers", _both(expected.covers.value), _both(got))
        if expected.open_ended is not None:
            named = expected.open_ended
            yield from self.differ(
                named.place, "", "open_ended", _listed(named.value), _listed(result.total.open_ended)
            )
        if expected.groups is not None:
            yield from self.groups(expected.groups)
        if expected.obligations is not None:
            yield from self.obligations()
        if expected.adjustments is not None:
            signed = [
                f"{name} {spell_money(one.value, self.currency)}" for name, one in expected.adjustments.value.items()
            ]
            found = [f"{one.award} {spell_money(one.amount, self.currency)}" for one in result.adjustments]
            yield from self.differ(
                expected.adjustments.place, "", "adjustments", _listed(sorted(signed)), _listed(sorted(found))
            )
        if expected.instalments is not None:
            parts = [f"{one.award} {one.name} {one.state} {self.span(one.amount)}" for one in result.instalments]
            wanted = _listed(sorted(expected.instalments.value))
            yield from self.differ(expected.instalments.place, "", "instalments", wanted, _listed(sorted(parts)))
        if expected.asks is not None:
            yield from self.differ(
                expected.asks.place,
                "",
                "asks",
                _listed(sorted(expected.asks.value)),
                _listed(sorted(result.deciding_facts)),
            )
        if expected.moves is not None:
            yield from self.readings("", "moves", expected.moves, result.readings)

    def total(self, part: str, total: TotalExpected, found: Amount) -> Iterator[Difference]:
        yield from self.differ(total.place, "", part, _both(str(total.said)), _both(str(self.said(found.kind, found))))
        if total.reasons is not None:
            reasons = _listed(sorted(total.reasons.value))
            yield from self.differ(total.reasons.place, "", part, reasons, _listed(reasons_of(found)))

    def groups(self, wanted: Named[tuple[GroupExpected, ...]]) -> Iterator[Difference]:
        found = {tuple(sorted(group.members)): group for group in self.result.cumulation}
        names = [" + ".join(one.members) for one in wanted.value]
        yield from self.differ(
            wanted.place, "", "groups", _listed(sorted(names)), _listed(sorted(map(" + ".join, found)))
        )
        for one in wanted.value:
            if one.members in found:
                yield from self.group(one, found[one.members])

    def group(self, wanted: GroupExpected, found: CumulationGroup) -> Iterator[Difference]:
        parts: tuple[tuple[str, Named[str] | None, str | None], ...] = (
            ("option", wanted.option, found.option),
            ("rule", wanted.rule, found.rule),
            ("additive", _spelled(wanted.additive), str(found.additive).lower()),
            ("lower", self.money(wanted.lower), spell_money(found.lower.minimum, self.currency)),
            ("sum", self.money(wanted.sum), spell_money(found.sum.maximum, self.currency)),
        )
        for part, named, got in parts:
            if named is not None:
                members = " + ".join(wanted.members)
                got_text = NOTHING if got is None else _both(got)
                yield from self.differ(named.place, members, part, _both(named.value), got_text)

    def obligations(self) -> Iterator[Difference]:
        named = self.expected.obligations
        if named is None:
            return
        found = {one.id: one for one in self.result.obligations}
        yield from self.differ(named.place, "", "obligations", _listed(sorted(named.value)), _listed(sorted(found)))
        for name, wanted in named.value.items():
            if name in found:
                got = found[name]
                span = _both(spell_span(*wanted.span, self.currency))
                yield from self.differ(wanted.place, name, "at_least", span, _both(self.span(got.amount)))
                needs = _listed(sorted(wanted.needs.value))
                yield from self.differ(wanted.needs.place, name, "needs", needs, _listed(sorted(got.needs)))
                if wanted.decided is not None:
                    both = (_both(str(one).lower()) for one in (wanted.decided.value, got.decided))
                    yield from self.differ(wanted.decided.place, name, "obliged", *both)


LANGS: Final[tuple[Lang, Lang]] = ("zh", "en")


def _spelled(named: Named[bool] | None) -> Named[str] | None:
    return None if named is None else Named(str(named.value).lower(), named.place)


def _failed_text(one: Failed) -> str:
    return str(FailedExpected(one.fact, one.read, one.required))


def _members(required: str) -> frozenset[str]:
    """Return the members that a requirement lists, without the words around them."""
    plain = re.sub("（.*）|等$", "", required)
    return frozenset(re.sub("^或?(属于|在)：", "", one) for one in re.split("[、，]", plain))


def _fails_as(found: Failed, wanted: FailedExpected) -> bool:
    """Whether a condition fails as expected: the fact and the value read alike, the members required as a set."""
    given, real = _members(wanted.required), _members(found.required)
    alike = given - {REST} <= real if REST in given else given == real
    return alike and (found.fact, found.read) == (wanted.fact, wanted.read)
