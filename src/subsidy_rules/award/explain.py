"""Explaining in sentences, Chinese and English: what is given, how it was computed, under which clause, and why not.

`explain` says a whole result; `explain_clause` one sentence of a text: every step with its words and figures, or each
condition that fails, or what is open and who could settle it, or which list was not given.

With `policies` the facts, the options of readings and the sentences that give nothing are named in words too.
"""

from __future__ import annotations

from collections.abc import Iterator

from subsidy_rules.award.model import (
    Award,
    CumulationGroup,
    Entitlement,
    NotAsked,
)
from subsidy_rules.award.phrases import (
    STATUSES,
    Names,
    cite_all,
    grouped_refusals,
    grouped_unasked,
    say_amount,
    word,
)
from subsidy_rules.award.row_told import RowTeller
from subsidy_rules.award.sentences import AnyRow, find, name_of, rows_of
from subsidy_rules.errors import Lang
from subsidy_rules.plan import Policies
from subsidy_rules.values.classes import dataclass

__all__ = ["AnyRow", "Teller", "explain", "explain_clause", "rows_of"]


def explain(
    entitlement: Entitlement,
    lang: Lang = "zh",
    *,
    clause: str | None = None,
    formula: bool = False,
    policies: Policies | None = None,
) -> str:
    """Say the whole result in sentences, or one clause's part of it. Raises `UsageError` as `explain_clause` does."""
    if clause is not None:
        return explain_clause(entitlement, clause, lang, formula=formula, policies=policies)
    teller = Teller(entitlement, lang, Names(policies))
    return "\n".join(teller.whole()) + "\n"


def explain_clause(
    entitlement: Entitlement,
    clause: str,
    lang: Lang = "zh",
    *,
    formula: bool = False,
    policies: Policies | None = None,
) -> str:
    """Say one sentence's part of a result: how its awards were computed, or why there is none, and what to do.

    `clause` is a clause id (`equipment_renewal`), with its policy (`xian_30/equipment_renewal`), or the id of one award
    (`xian_30/equipment_renewal@p1`). `formula` gives one line of arithmetic for each award instead.

    Raises `UsageError` for an id that names nothing (with what was most likely meant) or more than one sentence, and
    for a language other than `zh` and `en`.
    """
    teller = Teller(entitlement, lang, Names(policies))
    found = find(entitlement, clause, lang, teller.names)
    made: list[str] = []
    for row in found:
        if formula:
            made.append(teller.formula(row))
        else:
            made += [*teller.row(row), ""]
    if not formula:
        made.append(teller.notice())
    return "\n".join(made) + "\n"


@dataclass(frozen=True, slots=True)
class Teller(RowTeller):
    """Says one result in one language, row by row or as a whole."""

    def whole(self) -> Iterator[str]:
        """Say the whole result."""
        one, lang = self.entitlement, self.lang
        day = one.decision_date or self.say("未给出", "not given")
        who = one.beneficiary or self.say("未署名的申报主体", "Unnamed beneficiary")
        yield self.say(f"{who}，决定日期：{day}。", f"{who}, decision date: {day}.")
        yield self.notice()
        yield from self._section(self.say("符合条件的奖补", "Awards"), [self._brief(award) for award in one.awards])
        yield from self._section(self.say("能否享受未定", "Undecided"), [self._brief(award) for award in one.undecided])
        yield from self._section(self.say("不符合条件", "Not eligible"), list(self._refusals()))
        unasked = [self._brief_unasked(lists, rows) for lists, rows in grouped_unasked(one.not_asked).items()]
        yield from self._section(self.say("未询问", "Not asked"), unasked)
        obliged = [f"{self.id(row.id)} ≥ {self._obliged(row)}" for row in one.obligations]
        yield from self._section(self.say("义务（不计入合计）", "Obligations (in no total)"), obliged)
        corrected = [self.adjustment(row) for row in one.adjustments]
        yield from self._section(self.say("调整", "Adjustments"), corrected)
        yield from self._section(self.say("叠加", "Cumulation"), [self._group(group) for group in one.cumulation])
        yield from self._section(self.say("合计", "Total"), list(self._total()))
        yield from self._section(
            self.say("合计所依据的解读", "Readings that move the total"), list(self._readings(one.readings))
        )
        deciding = [self.names.fact(path, lang) for path in one.deciding_facts]
        yield from self._section(
            self.say("最能决定结果的事实", "Facts that would decide, most decisive first"), deciding
        )
        yield from self._section(self.say("提示", "Notes"), list(self.whole_flags()))

    @staticmethod
    def _section(title: str, lines: list[str]) -> Iterator[str]:
        if lines:
            yield ""
            yield title
            yield from (f"- {line}" for line in lines)

    def _brief(self, award: Award) -> str:
        """Say an award in a sentence or two."""
        place, name = cite_all(award.citations, self.lang), self.id(award.id)
        amount = say_amount(award.amount, self.lang, self.currency)
        said = self.say(f"{name}（{place}）：{amount}。", f"{name} ({place}): {amount}.")
        if award in self.entitlement.undecided:
            said = self.say(f"{name}（{place}）：若符合条件，{amount}。", f"{name} ({place}): if eligible, {amount}.")
            said += self.say("", " ") + self._list(self.openness(award), ("；", ". "))
        elif award.net.numbers != award.amount.numbers:
            net = say_amount(award.net, self.lang, self.currency)
            status = word(STATUSES, award.status, self.lang)
            said += self.say(f"{status}，计入合计 {net}。", f" In the total ({status}): {net}.")
        return said

    def _refusals(self) -> Iterator[str]:
        for reason, rows in grouped_refusals(self.entitlement.not_eligible, self.lang, self.names).items():
            yield f"{self.ids(row.id for row in rows)}{self.say('：', ': ')}{reason}{self.say('。', '.')}"

    def _brief_unasked(self, lists: tuple[str, ...], rows: list[NotAsked]) -> str:
        missing = self._list((self.names.fact(name, self.lang) for name in lists), ("、", ", "))
        rows_said = self.ids(name_of(row) for row in rows)
        return self.say(f"{rows_said}：没有给出{missing}。", f"{rows_said}: {missing} not given.")

    def _group(self, group: CumulationGroup) -> str:
        members = self.ids(group.members)
        return self.say(
            f"{members}：合计 {say_amount(group.total, 'zh', self.currency)}。",
            f"{members}: together {say_amount(group.total, 'en', self.currency)}.",
        ) + (self._decider(group))

    def _total(self) -> Iterator[str]:
        total, lang = self.entitlement.total, self.lang
        yield self.say(
            f"符合条件的：{say_amount(total.decided, lang, self.currency)}。",
            f"Eligible: {say_amount(total.decided, lang, self.currency)}.",
        )
        if total.possible.numbers != total.decided.numbers:
            possible = say_amount(total.possible, lang, self.currency)
            yield self.say(f"连同能否享受未定的：{possible}。", f"With what is undecided: {possible}.")
        yield from self.total_remarks()

    def total_remarks(self) -> Iterator[str]:
        """Say what a total covers and what it leaves out."""
        total = self.entitlement.total
        asked, every = total.covers
        yield self.say(
            f"涵盖 {every} 句给付条文中的 {asked} 句。", f"It covers {asked} of {every} sentences that give money."
        )
        if total.open_ended:
            names = self.ids(total.open_ended)
            yield self.say(f"没有上限、未加入合计的：{names}。", f"Without an upper end, set aside: {names}.")
