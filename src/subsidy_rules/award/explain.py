"""Explaining in sentences, Chinese and English: what is given, how it was computed, under which clause, and why not.

`explain` says a whole result; `explain_clause` one sentence of a text: every step with its words and figures, or each
condition that fails, or what is open and who could settle it, or which list was not given.

With `policies` the facts, the options of readings and the sentences that give nothing are named in words too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from subsidy_rules.award.model import (
    NOTICE,
    Adjustment,
    Alternative,
    Award,
    Citation,
    CumulationGroup,
    Entitlement,
    NotAsked,
    NotEligible,
    Obligation,
    ReadingUse,
    Step,
    whys_of,
)
from subsidy_rules.award.phrases import (
    FLAGS,
    GIVES,
    REASONS,
    ROLES,
    STATUSES,
    WHYS,
    WORDS,
    Names,
    cell_amount,
    cite_all,
    grouped_refusals,
    grouped_unasked,
    say_amount,
    say_citation,
    say_failed,
    say_place,
    word,
)
from subsidy_rules.award.trace import TracedStep, write_amount, write_money
from subsidy_rules.errors import Lang, UsageError, suggest
from subsidy_rules.plan import Policies, Sentence
from subsidy_rules.values.amount import Amount
from subsidy_rules.values.quantity import ZERO


def explain(entitlement: Entitlement, lang: Lang = "zh", *, policies: Policies | None = None) -> str:
    """Say the whole result in sentences."""
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
    """Say one sentence's part of a result: how its awards were computed, or why there is none.

    `clause` is a clause id (`equipment_renewal`), with its policy (`xian_30/equipment_renewal`), or the id of one award
    (`xian_30/equipment_renewal@p1`). `formula` gives one line of arithmetic for each award instead.

    Raises `UsageError` for an id that names nothing (with what was most likely meant) or more than one sentence.
    """
    teller = Teller(entitlement, lang, Names(policies))
    found = _find(entitlement, clause, lang, teller.names)
    made: list[str] = []
    for row in found:
        if formula:
            made.append(teller.formula(row))
        else:
            made += [*teller.row(row), ""]
    if not formula:
        made.append(f"{NOTICE[lang]}{'。' if lang == 'zh' else '.'}")
    return "\n".join(made) + "\n"


@dataclass(frozen=True, slots=True)
class _Silent:
    """A sentence that has no row in a result: it gives nothing to anyone, or its figure stands in another's award."""

    sentence: Sentence
    citation: Citation


_Row: TypeAlias = Award | Obligation | NotEligible | NotAsked | _Silent


def _name_of(row: _Row) -> str:
    if isinstance(row, Award | Obligation | NotEligible):
        return row.id
    sentence = row.sentence
    return f"{sentence.policy}/{sentence.id}"


def _rows(entitlement: Entitlement, names: Names) -> dict[str, list[_Row]]:
    """Return the rows of each sentence by `policy/clause`; a sentence without one has a row that says what it is."""
    known: dict[str, list[_Row]] = {}
    awards = [*entitlement.awards, *entitlement.undecided]
    rows: list[_Row] = [*awards, *entitlement.obligations, *entitlement.not_eligible, *entitlement.not_asked]
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
        own += [] if own else [_Silent(sentence, citation)]
    return known


def _find(entitlement: Entitlement, clause: str, lang: Lang, names: Names) -> list[_Row]:
    """Return the rows of one sentence. Raises `UsageError` where none or more than one is meant."""
    known = _rows(entitlement, names)
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
    named = [row for row in found if _name_of(row).partition("@")[2] == thing]
    if not named:
        candidates = ", ".join(_name_of(row) for row in found)
        raise UsageError(
            f"{fitting[0]} 没有对象“{thing}”：{candidates}"
            if lang == "zh"
            else f"{fitting[0]} has no row for '{thing}': {candidates}"
        )
    return named


def _unknown(clause: str, known: Mapping[str, list[_Row]], lang: Lang) -> str:
    """Say that an id is unknown, and what was most likely meant: a near id, or the sentences of a path."""
    at = [name for name, rows in known.items() if rows[0].sentence.path == clause]
    near = suggest(clause.partition("@")[0], [*known, *(name.partition("/")[2] for name in known)])
    meant = ", ".join(at) or near
    if lang == "zh":
        return f"没有条款“{clause}”" + (f"；是否应为：{meant}" if meant else "；用 subsidy-rules clauses 列出条款")
    return f"no clause '{clause}'" + (f"; did you mean: {meant}" if meant else "; 'subsidy-rules clauses' lists them")


@dataclass(frozen=True, slots=True)
class Teller:
    """Says the rows of one result in one language."""

    entitlement: Entitlement
    lang: Lang
    names: Names

    def say(self, zh: str, en: str) -> str:
        """Return the wording in the language of this teller."""
        return zh if self.lang == "zh" else en

    def _list(self, parts: Iterable[str], sign: tuple[str, str] = ("；", "; ")) -> str:
        return sign[self.lang == "en"].join(parts)

    # one line of arithmetic

    def formula(self, row: _Row) -> str:
        """Return one line with the numbers in it."""
        if isinstance(row, Award):
            return self._award_formula(row)
        if isinstance(row, Obligation):
            return f"{row.id} ≥ {self._obliged(row)}"
        name = _name_of(row)
        if isinstance(row, NotEligible):
            first = say_failed(row.failed[0], self.lang, self.names)
            return f"{name} = {write_money(ZERO, self.lang)}" + self.say(
                f"（不符合：{first}）", f" (not eligible: {first})"
            )
        if isinstance(row, NotAsked):
            return f"{name}" + self.say("：未询问", ": not asked") + f" ({', '.join(row.lists)})"
        return f"{name}" + self.say("：", ": ") + word(GIVES, row.sentence.gives, self.lang)

    def _award_formula(self, award: Award) -> str:
        made = self.arithmetic(award)
        made = f"{award.id} {made if made.startswith('≤') else f'= {made}'}"
        if self._is_bound(award.amount):
            made += self.say("（上限，不是应付数）", " (a ceiling, not an amount owed)")
        if award in self.entitlement.undecided:
            made += self.say("（若符合条件）", " (if eligible)")
        elif award.net.numbers != award.amount.numbers:
            net = cell_amount(award.net, self.lang)
            made += self.say(f"；叠加后 {net}", f"; after cumulation {net}")
        return made

    def arithmetic(self, award: Award) -> str:
        """Return an award's arithmetic and what it comes to; it starts with `≤` where the whole is a ceiling."""
        made = self._computed(award.steps, award.amount)
        return f"≤ {made}" if self._is_bound(award.amount) else made

    def _computed(self, steps: tuple[Step, ...], amount: Amount) -> str:
        """Return the arithmetic of steps, what it comes to, and what that is rounded to."""
        figures = [step for step in steps if step.word != "round"]
        line, before = self._line(figures[-1], amount) if figures else (write_money(ZERO, self.lang), amount)
        unrounded, result = self._figure(before), self._figure(amount)
        made = line if line == unrounded else f"{line} = {unrounded}"
        if unrounded == result:
            return made
        if any(step.word == "round" for step in steps):
            return made + self.say(f"，取整 {result}", f", rounded to {result}")
        return made + self.say(f"，逐一代入未知事实后 {result}", f", with each unknown tried {result}")

    def _obliged(self, row: Obligation) -> str:
        line = self._line(row.steps[-1], row.amount)[0]
        made = f"{line} = {write_amount(row.amount, 'money', self.lang)}"
        return made + self.say("（义务的下限，不是奖补）", " (a minimum that binds, not an award)")

    @staticmethod
    def _is_bound(amount: Amount) -> bool:
        return amount.kind == "at_most" and amount.minimum == ZERO

    def _line(self, step: Step, amount: Amount) -> tuple[str, Amount]:
        """Return the arithmetic up to a step and what it comes to; a step without a trace has only its own words."""
        if not isinstance(step, TracedStep):
            return step.formula or step.text, amount
        return (step.formula if self.lang == "zh" else step.formula_en), step.amount

    def _figure(self, amount: Amount) -> str:
        """Write what a line of arithmetic comes to: a ceiling by its figure, since the sign says that it is one."""
        if self._is_bound(amount):
            return write_money(amount.maximum, self.lang)
        return cell_amount(amount, self.lang)

    # one sentence

    def row(self, row: _Row) -> Iterator[str]:
        """Say one row of a result."""
        if isinstance(row, Award):
            yield from self._award(row)
        elif isinstance(row, Obligation):
            yield from self._obligation(row)
        elif isinstance(row, NotEligible):
            yield from self._refused(row)
        elif isinstance(row, NotAsked):
            yield from self._unasked(row)
        else:
            yield f"{_name_of(row)}"
            yield self.say(f"依据：{say_citation(row.citation, 'zh')}", f"Clause: {say_citation(row.citation, 'en')}")
            yield word(GIVES, row.sentence.gives, self.lang)
            yield from self._notes(row.sentence.notes)

    def _award(self, award: Award) -> Iterator[str]:
        lang = self.lang
        open_ = award in self.entitlement.undecided
        amount = say_amount(award.amount, lang)
        if open_:
            yield self.say(
                f"{award.id}：能否享受未定。若符合条件，数额为：{amount}。",
                f"{award.id}: eligibility is open. If eligible: {amount}.",
            )
        else:
            yield self.say(f"{award.id}：符合条件，{amount}。", f"{award.id}: eligible, {amount}.")
        for citation in award.citations:
            yield self.say(f"依据：{say_citation(citation, 'zh')}", f"Clause: {say_citation(citation, 'en')}")
        if open_:
            yield from self.openness(award)
        yield self.say("计算：", "Arithmetic:")
        for place, step in enumerate(award.steps, 1):
            yield f"  {place}. {self._step(step)}"
        if not open_:
            yield from self._width(award)
        yield from self._cumulated(award)
        yield from self._paid(award)
        yield from self._readings(award.readings)
        yield from self._flags(award.flags)
        yield from self._notes(award.notes)

    def _obligation(self, row: Obligation) -> Iterator[str]:
        least = write_amount(row.amount, "money", self.lang)
        yield self.say(
            f"{row.id}：义务，不少于 {least}；不是奖补，不计入合计。",
            f"{row.id}: an obligation of at least {least}; it is no award and is in no total.",
        )
        yield self.say(f"依据：{say_citation(row.citation, 'zh')}", f"Clause: {say_citation(row.citation, 'en')}")
        yield self.say("计算：", "Arithmetic:")
        for place, step in enumerate(row.steps, 1):
            yield f"  {place}. {self._step(step)}"
        yield from self._needed(row.needs)
        yield from self._notes(row.sentence.notes)

    def _needed(self, needs: tuple[str, ...]) -> Iterator[str]:
        if needs:
            named = self._list(self.names.fact(one, self.lang) for one in needs)
            yield self.say(f"需要补充：{named}", f"Facts needed: {named}")

    def _step(self, step: Step) -> str:
        text, value = step.text, step.value or ""
        if isinstance(step, TracedStep):
            text = step.text if self.lang == "zh" else step.text_en
            value = cell_amount(step.amount, self.lang)
        said = f"{word(WORDS, step.word, self.lang)}{self.say('：', ': ')}{text} = {value}"
        if step.binding is False:
            said += self.say("（未触及）", " (does not bind)")
        if step.quote:
            said += self.say(f"　〔{step.quote}〕", f"  [{step.quote}]")
        return said

    def openness(self, award: Award) -> Iterator[str]:
        """Say what leaves eligibility open, and who could settle it."""
        whys = [word(WHYS, why, self.lang) for why in whys_of(award.gated)]
        whys += [word(REASONS, one, self.lang) for one in award.reasons if one in ("open_list", "open_reading")][
            : not whys
        ]
        if whys:
            yield self.say("法律上未定：", "Open in law: ") + self._list(whys)
        if award.needs:
            yield from self._needed(award.needs)
        else:
            yield self.say(
                "再补充事实也不能确定，须由有权机关认定。",
                "No further fact would settle it; it is for an authority to say.",
            )

    def _width(self, award: Award) -> Iterator[str]:
        """Say why an award that is due is not one figure."""
        reasons = [word(REASONS, one, self.lang) for one in award.reasons if one != "unstated_cumulation"]
        if reasons:
            yield self.say("数额不是一个定数的原因：", "Why it is not one figure: ") + self._list(reasons)
        if award.needs:
            yield self.say("补充后可缩小：", "Facts that would narrow it: ") + self._list(
                self.names.fact(one, self.lang) for one in award.needs
            )

    def _cumulated(self, award: Award) -> Iterator[str]:
        groups = [group for group in self.entitlement.cumulation if award.id in group.members]
        if award.status == "counted" and not groups:
            return
        net = say_amount(award.net, self.lang)
        status = word(STATUSES, award.status, self.lang)
        rule = self.say(f"，依规则 {award.rule}", f" by rule {award.rule}") if award.rule else ""
        yield self.say(f"叠加：{status}{rule}；计入合计 {net}。", f"Cumulation: {status}{rule}; counts as {net}.")
        for group in groups:
            others = ", ".join(member for member in group.members if member != award.id)
            yield self.say(f"  重叠的奖补：{others}。", f"  It overlaps with: {others}.") + self._decider(group)

    def _paid(self, award: Award) -> Iterator[str]:
        """Say who pays which part, and what is still due or to be recovered."""
        if award.payers:
            parts = self._list((f"{name} {cell_amount(part, self.lang)}" for name, part in award.payers), ("；", "; "))
            yield self.say(f"由谁支付：{parts}", f"Paid by: {parts}")
        yield from (self.adjustment(one) for one in self.entitlement.adjustments if one.award == award.id)

    def adjustment(self, one: Adjustment) -> str:
        """Say a correction: what is still due, or what is to be recovered."""
        figure = write_money(abs(one.amount), self.lang)
        if one.amount < 0:
            return self.say(f"{one.award}：应收回 {figure}。", f"{one.award}: {figure} to be recovered.")
        return self.say(f"{one.award}：尚应拨付 {figure}。", f"{one.award}: {figure} still due.")

    def _decider(self, group: CumulationGroup) -> str:
        if group.rule:
            return self.say(f"适用规则 {group.rule}。", f" Rule {group.rule} applies.")
        option = self.names.option(group.reading or "", group.option or "", self.lang)
        return self.say(
            f"能否叠加条文没有规定，按解读 {group.reading}：{option}。",
            f" The text does not say whether they add up; reading {group.reading}: {option}.",
        )

    def _readings(self, readings: Iterable[ReadingUse]) -> Iterator[str]:
        for use in readings:
            yield self.reading(use)

    def reading(self, use: ReadingUse) -> str:
        """Say a reading: what is asked, what was taken, what each other option would give."""
        lang = self.lang
        chosen = self.names.option(use.id, use.option, lang)
        default = self.say("默认", "the default") if use.option == use.default else self.say("指定", "chosen")
        others = [self._alternative(use.id, one) for one in use.alternatives]
        return self.say(
            f"解读 {use.id}：{use.asks}？取“{chosen}”（{default}）。{''.join(others)}",
            f"Reading {use.id} ({use.asks}): “{chosen}” ({default}). {' '.join(others)}",
        )

    def _alternative(self, reading: str, one: Alternative) -> str:
        option = self.names.option(reading, one.option, self.lang)
        amount = say_amount(one.amount, self.lang)
        if one.eligible == "not_eligible":
            return self.say(f"若取“{option}”，则不符合条件。", f"With “{option}”: not eligible.")
        if one.eligible == "undecided":
            return self.say(
                f"若取“{option}”，能否享受未定，计 {amount}。", f"With “{option}”: eligibility open, {amount}."
            )
        return self.say(f"若取“{option}”，则为 {amount}。", f"With “{option}”: {amount}.")

    def _flags(self, flags: Iterable[str]) -> Iterator[str]:
        for flag in flags:
            yield self.say("提示：", "Note: ") + self.flag(flag)

    def flag(self, flag: str) -> str:
        """Say a flag."""
        code, _, rest = flag.partition(":")
        if code == "assumed_none":
            return self.say(f"声明为无的清单：{rest}", f"list declared empty: {rest}")
        if code == "unencoded":
            return self.say(f"未编码、没有计算的条文：{rest}", f"not encoded and not computed: {rest}")
        return word(FLAGS, flag, self.lang)

    def whole_flags(self) -> Iterator[str]:
        """Say the flags of the whole result, with the lists that are assumed empty in one line."""
        assumed = [flag.partition(":")[2] for flag in self.entitlement.flags if flag.startswith("assumed_none:")]
        yield from (self.flag(flag) for flag in self.entitlement.flags if not flag.startswith("assumed_none:"))
        if assumed:
            yield self.flag(f"assumed_none:{', '.join(assumed)}")

    def _notes(self, notes: Iterable[tuple[str, str]]) -> Iterator[str]:
        for name, text in notes:
            yield self.say(f"附注 {name}：{text}", f"Remark {name}: {text}")

    def _refused(self, row: NotEligible) -> Iterator[str]:
        yield self.say(f"{row.id}：不符合条件，不给付。", f"{row.id}: not eligible; nothing is given.")
        yield self.say(f"依据：{say_citation(row.citation, 'zh')}", f"Clause: {say_citation(row.citation, 'en')}")
        yield self.say("不满足的条件：", "Conditions that fail:")
        for place, failed in enumerate(row.failed, 1):
            said = say_failed(failed, self.lang, self.names)
            rule = self.say(f"　〔{failed.condition}〕", f"  [{failed.condition}]") if failed.condition else ""
            yield f"  {place}. {word(ROLES, failed.role, self.lang)}{self.say('：', ': ')}{said}{rule}"
        yield from self._readings(row.readings)
        yield from self._notes(row.sentence.notes)

    def _unasked(self, row: NotAsked) -> Iterator[str]:
        lists = self._list((self.names.fact(name, self.lang) for name in row.lists), ("、", ", "))
        yield self.say(f"{_name_of(row)}：未询问，不在合计之内。", f"{_name_of(row)}: not asked; it is in no total.")
        where = say_place(row.sentence, self.lang)
        yield self.say(f"依据：{where}：“{row.sentence.quote}”", f"Clause: {where}: “{row.sentence.quote}”")
        yield self.say(
            f"案例没有给出 {lists}。请列出；没有的写 []，或写入 assume_none。",
            f"The case does not give {lists}. List them; where there are none, write [] or name them in assume_none.",
        )

    # the whole result

    def whole(self) -> Iterator[str]:
        """Say the whole result."""
        one, lang = self.entitlement, self.lang
        day = one.decision_date or self.say("未给出", "not given")
        who = one.beneficiary or self.say("未署名的申报主体", "Unnamed beneficiary")
        yield self.say(f"{who}，决定日期：{day}。", f"{who}, decision date: {day}.")
        yield f"{NOTICE[lang]}{self.say('。', '.')}"
        yield from self._section(self.say("符合条件的奖补", "Awards"), [self._brief(award) for award in one.awards])
        yield from self._section(self.say("能否享受未定", "Undecided"), [self._brief(award) for award in one.undecided])
        yield from self._section(self.say("不符合条件", "Not eligible"), list(self._refusals()))
        unasked = [self._brief_unasked(lists, rows) for lists, rows in grouped_unasked(one.not_asked).items()]
        yield from self._section(self.say("未询问", "Not asked"), unasked)
        obliged = [f"{row.id} ≥ {self._obliged(row)}" for row in one.obligations]
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
        place = cite_all(award.citations, self.lang)
        amount = say_amount(award.amount, self.lang)
        said = self.say(f"{award.id}（{place}）：{amount}。", f"{award.id} ({place}): {amount}.")
        if award in self.entitlement.undecided:
            said = self.say(
                f"{award.id}（{place}）：若符合条件，{amount}。", f"{award.id} ({place}): if eligible, {amount}."
            )
            said += self.say("", " ") + self._list(self.openness(award), ("；", "; "))
        elif award.net.numbers != award.amount.numbers:
            net = say_amount(award.net, self.lang)
            status = word(STATUSES, award.status, self.lang)
            said += self.say(f"{status}，计入合计 {net}。", f" In the total ({status}): {net}.")
        return said

    def _refusals(self) -> Iterator[str]:
        for reason, rows in grouped_refusals(self.entitlement.not_eligible, self.lang, self.names).items():
            yield f"{', '.join(row.id for row in rows)}{self.say('：', ': ')}{reason}{self.say('。', '.')}"

    def _brief_unasked(self, lists: tuple[str, ...], rows: list[NotAsked]) -> str:
        missing = self._list((self.names.fact(name, self.lang) for name in lists), ("、", ", "))
        rows_said = ", ".join(_name_of(row) for row in rows)
        return self.say(f"{rows_said}：没有给出{missing}。", f"{rows_said}: {missing} not given.")

    def _group(self, group: CumulationGroup) -> str:
        members = ", ".join(group.members)
        return self.say(
            f"{members}：合计 {say_amount(group.total, 'zh')}。",
            f"{members}: together {say_amount(group.total, 'en')}.",
        ) + (self._decider(group))

    def _total(self) -> Iterator[str]:
        total, lang = self.entitlement.total, self.lang
        yield self.say(
            f"符合条件的：{say_amount(total.decided, lang)}。", f"Eligible: {say_amount(total.decided, lang)}."
        )
        if total.possible.numbers != total.decided.numbers:
            possible = say_amount(total.possible, lang)
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
            names = ", ".join(total.open_ended)
            yield self.say(f"没有上限、未加入合计的：{names}。", f"Without an upper end, set aside: {names}.")
