"""What does not tie out in a list, whatever the rules say: totals, the chain of amounts, payers' parts, codes, twins.

A finding has a code, how grave it is, its rows, the amount in question and what is said of it. The findings of a ledger
over several lists can be made of the same record.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Final, Literal, TypeAlias

from subsidy_rules.audit.columns import PAYERS
from subsidy_rules.audit.knowledge import identity
from subsidy_rules.audit.lines import Both, PaidLine, PaidList, Place, Stated, TotalRow
from subsidy_rules.audit.stated import squeezed
from subsidy_rules.audit.uscc import fault_of
from subsidy_rules.audit.verify import Audit, Verdict
from subsidy_rules.values.quantity import ZERO, Currency, Infinity, format_money, plain_money

Severity: TypeAlias = Literal["high", "medium", "low"]
SEVERITIES: Final[tuple[Severity, ...]] = ("high", "medium", "low")


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to be looked into: code, how grave, the rows, the amount in fen if there is one, the words.

    `clause` is the clause that makes it one, where a rule and not arithmetic does.
    """

    code: str
    severity: Severity
    places: tuple[Place, ...]
    text: Both
    amount: Fraction | None = None
    clause: str = ""


NAMES: Final[dict[str, Both]] = {
    "claimed": ("申报额", "claimed"),
    "audited": ("审核额", "assessed"),
    "cut": ("核减额", "cut"),
    "granted": ("拟补助额", "granted"),
    "paid": ("已拨", "paid"),
    "remaining": ("待拨", "remaining"),
}


def money_en(fen: Fraction, currency: Currency) -> str:
    """Write money in English: CNY 1,200,000."""
    return f"{currency.code} {plain_money(fen, currency)}"


def findings(audit: Audit) -> tuple[Finding, ...]:
    """Return what does not tie out, the gravest first, then in the order of the lists."""
    currency = audit.desk.currency
    lines = audit.paid.lines
    found = [
        *_totals(audit.paid, currency),
        *(one for line in lines for one in _line(line, currency)),
        *_twice(lines, currency),
        *_identities(lines),
        *_numbers(lines),
        *_faults(audit.paid),
        *(one for verdict in audit.verdicts for one in _of_verdict(verdict, currency)),
    ]
    return tuple(sorted(found, key=lambda one: (SEVERITIES.index(one.severity), one.places, one.code)))


def name_of_field(name: str) -> Both:
    """Return what a field of amounts is called."""
    if name.startswith(PAYERS):
        who = name.removeprefix(PAYERS)
        return f"{who}承担", f"borne by {who}"
    return NAMES[name]


def amount_of(line: PaidLine, name: str) -> Stated | None:
    """Return an amount of a line by its field; a payer's as `payers/NAME`."""
    if name.startswith(PAYERS):
        return line.payers.get(name.removeprefix(PAYERS))
    found: Stated | None = getattr(line, name)
    return found


def _totals(paid: PaidList, currency: Currency) -> Iterator[Finding]:
    by_place = {line.place: line for line in paid.lines}
    for total in paid.totals:
        for name, stated in total.amounts.items():
            parts = [amount_of(by_place[place], name) for place in total.over]
            if not any(part is not None for part in parts):
                continue
            whole = sum((part.fen for part in parts if part is not None), ZERO)
            if whole != stated.fen:
                yield _differs(total, name, stated, whole, currency)


def _differs(total: TotalRow, name: str, stated: Stated, whole: Fraction, currency: Currency) -> Finding:
    zh, en = name_of_field(name)
    many = len(total.over)
    told, added = format_money(stated.fen, currency), format_money(whole, currency)
    said_zh = f"“{total.label}”的{zh}写{told}，{many}行相加为{added}"
    told, added = money_en(stated.fen, currency), money_en(whole, currency)
    text = (said_zh, f"'{total.label}' states {told} {en}; its {many} lines come to {added}")
    return Finding("total_differs", "high", (total.place,), text, stated.fen - whole)


def _line(line: PaidLine, currency: Currency) -> Iterator[Finding]:
    def finding(code: str, severity: Severity, amount: Fraction, zh: str, en: str) -> Finding:
        return Finding(code, severity, (line.place,), (zh, en), amount)

    def zh(fen: Fraction) -> str:
        return format_money(fen, currency)

    def en(fen: Fraction) -> str:
        return money_en(fen, currency)

    claimed, audited, cut, granted, paid, left = (
        None if one is None else one.fen
        for one in (line.claimed, line.audited, line.cut, line.granted, line.paid, line.remaining)
    )
    if claimed is not None and audited is not None and cut is not None and claimed - abs(cut) != audited:
        gap = claimed - abs(cut) - audited
        yield finding(
            "chain_differs",
            "medium",
            gap,
            f"申报{zh(claimed)} − 核减{zh(abs(cut))} ≠ 审核{zh(audited)}，相差{zh(gap)}",
            f"claimed {en(claimed)} − cut {en(abs(cut))} ≠ assessed {en(audited)}: {en(gap)} apart",
        )
    for code, above in (("granted_above_audited", audited), ("granted_above_claimed", claimed)):
        if granted is not None and above is not None and granted > above:
            word = ("审核额", "assessed") if code == "granted_above_audited" else ("申报额", "claimed")
            yield finding(
                code,
                "high" if above is audited else "medium",
                granted - above,
                f"拟补助{zh(granted)}高于{word[0]}{zh(above)}",
                f"granted {en(granted)} is above {word[1]} {en(above)}",
            )
    if granted is not None and paid is not None and abs(paid) > abs(granted):
        yield finding(
            "paid_above_granted",
            "high",
            paid - granted,
            f"已拨{zh(paid)}超过拟补助{zh(granted)}",
            f"paid {en(paid)} is above granted {en(granted)}",
        )
    if granted is not None and paid is not None and left is not None and paid + left != granted:
        yield finding(
            "remaining_differs",
            "medium",
            paid + left - granted,
            f"已拨{zh(paid)} + 待拨{zh(left)} ≠ 拟补助{zh(granted)}",
            f"paid {en(paid)} + remaining {en(left)} ≠ granted {en(granted)}",
        )
    parts = sum((one.fen for one in line.payers.values()), ZERO)
    whole = granted if granted is not None else paid
    if line.payers and whole is not None and parts != whole:
        yield finding(
            "payers_differ",
            "high",
            parts - whole,
            f"各级承担合计{zh(parts)}，不等于{zh(whole)}",
            f"the payers' parts come to {en(parts)}, not {en(whole)}",
        )


def _twice(lines: Iterable[PaidLine], currency: Currency) -> Iterator[Finding]:
    """Return rows that say the same of the same: who, for what, how much and when."""
    seen: dict[tuple[object, ...], PaidLine] = {}
    for line in lines:
        stated = line.tested
        if stated is None or not (line.applicant or line.uscc):
            continue
        who = squeezed(line.uscc) or identity(line.applicant)
        what = tuple(map(identity, (line.project, line.object, line.clause, line.policy, line.batch)))
        key = (who, what, stated.fen, line.decided, line.paid_on)
        first = seen.setdefault(key, line)
        if first is not line:
            zh, en = format_money(stated.fen, currency), money_en(stated.fen, currency)
            text = (
                f"与{first.place}重复：同一单位、同一事项、同为{zh}",
                f"the same as {first.place}: {en} to one for one thing",
            )
            yield Finding("duplicate_line", "high", (first.place, line.place), text, stated.fen)


def _identities(lines: Iterable[PaidLine]) -> Iterator[Finding]:
    names: dict[str, PaidLine] = {}
    codes: dict[str, PaidLine] = {}
    told: set[tuple[str, str]] = set()
    for line in lines:
        code = squeezed(line.uscc)
        if not code:
            continue
        fault = fault_of(code)
        name = identity(line.applicant)
        if fault is not None:
            text = (
                f"统一社会信用代码{code}有误：{fault[0]}",
                f"the unified social credit code {code} is wrong: {fault[1]}",
            )
            yield Finding("bad_uscc", "medium", (line.place,), text)
        if not name or (code, name) in told:
            continue
        told.add((code, name))
        first, other = names.setdefault(code, line), codes.setdefault(name, line)
        if identity(first.applicant) != name:
            text = (
                f"代码{code}对应两个名称：{first.applicant}、{line.applicant}",
                f"two names under the code {code}: {first.applicant}, {line.applicant}",
            )
            yield Finding("uscc_of_two", "medium", (first.place, line.place), text)
        if squeezed(other.uscc) != code:
            text = (
                f"{line.applicant}有两个代码：{squeezed(other.uscc)}、{code}",
                f"two codes of {line.applicant}: {squeezed(other.uscc)}, {code}",
            )
            yield Finding("two_usccs", "medium", (other.place, line.place), text)


def _numbers(lines: Iterable[PaidLine]) -> Iterator[Finding]:
    """Return rows whose number a row before has; a list that begins again at 1 begins anew."""
    seen: dict[str, PaidLine] = {}
    sheet = None
    for line in lines:
        number, at = squeezed(line.number), (line.place.file, line.place.sheet)
        if not number or "number" in line.carried:
            continue
        if at != sheet or (number == "1" and "1" in seen):
            seen, sheet = {}, at
        first = seen.setdefault(number, line)
        if first is not line:
            text = (f"序号{number}重复，{first.place}已有", f"the number {number} is that of {first.place} too")
            yield Finding("number_twice", "low", (first.place, line.place), text)


def _faults(paid: PaidList) -> Iterator[Finding]:
    every = [(line.place, fault) for line in paid.lines for fault in line.faults] + list(paid.faults)
    for place, fault in every:
        yield Finding("unreadable", "medium", (place,), fault.text)


def _of_verdict(verdict: Verdict, currency: Currency) -> Iterator[Finding]:
    places = tuple(line.place for line in verdict.lines)
    if verdict.why in ("correction_of_nothing", "correction_of_several"):
        text = (
            ("冲减行找不到所冲减的奖补", "a correction that corrects no award in the lists")
            if verdict.why == "correction_of_nothing"
            else ("冲减行可能对应多项奖补", "a correction that may be of several awards")
        )
        yield Finding(verdict.why, "high", places, text, verdict.paid)
    if "below_zero" in verdict.flags:
        text = ("冲减多于已付", "more is taken back than was paid")
        yield Finding("below_zero", "high", places, text, verdict.paid)
    award = verdict.award
    if award is None or not award.payers or len(verdict.lines) != 1:
        return
    line = verdict.lines[0]
    for name, due in award.payers:
        own = [(who, one) for who, one in line.payers.items() if _same_payer(who, name)]
        if len(own) != 1:
            continue
        who, stated = own[0]
        if stated.fen < due.minimum or (not isinstance(due.maximum, Infinity) and stated.fen > due.maximum):
            end = due.minimum if stated.fen < due.minimum else due.maximum
            if isinstance(end, Infinity):
                continue
            text = (
                f"{who}承担{format_money(stated.fen, currency)}，按条款应为{format_money(end, currency)}",
                f"borne by {who}: {money_en(stated.fen, currency)}; by the clause {money_en(end, currency)}",
            )
            yield Finding("payer_differs", "high", places, text, stated.fen - end, verdict.award_id)


_LEVELS: Final = {
    "central": "中央国家",
    "provincial": "省",
    "city": "市",
    "district": "区县",
    "enterprise": "企业",
}


def _same_payer(who: str, name: str) -> bool:
    """Whether a heading of a list and a payer of a policy are one: 市级 and city, or the same word."""
    mine = identity(who)
    return mine == identity(name) or mine[:1] in _LEVELS.get(name, name)
