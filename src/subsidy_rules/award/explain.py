"""Explaining in sentences, Chinese and English: what is given, how it was computed, under which clause, and why not.

`explain` says a whole result; `explain_clause` one sentence of a text: every step with its words and figures, or each
condition that fails, or what is open and who could settle it, or which list was not given.

With `policies` the facts, the options of readings and the sentences that give nothing are named in words too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TypeAlias

from subsidy_rules.award.advice import Advice
from subsidy_rules.award.model import (
    NOTICE,
    UNSAID,
    Adjustment,
    Alternative,
    Award,
    Citation,
    CumulationGroup,
    Entitlement,
    Instalment,
    NotAsked,
    NotEligible,
    Obligation,
    ReadingUse,
    Step,
    reasons_of,
    whys_of,
)
from subsidy_rules.award.phrases import (
    CHANGED,
    FLAGS,
    GIVES,
    PAYERS,
    REASONS,
    ROLES,
    STATES,
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
    word,
)
from subsidy_rules.award.written import write_amount, write_money, write_place
from subsidy_rules.errors import CODES, WARNINGS, Lang, UsageError, check_lang, suggest
from subsidy_rules.plan import Policies, Sentence
from subsidy_rules.values.amount import Amount
from subsidy_rules.values.classes import dataclass
from subsidy_rules.values.quantity import ZERO, Currency


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
    found = _find(entitlement, clause, lang, teller.names)
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
class Silent:
    """A sentence that has no row in a result: it gives nothing to anyone, or its figure stands in another's award."""

    sentence: Sentence
    citation: Citation


AnyRow: TypeAlias = Award | Obligation | NotEligible | NotAsked | Silent
"""What a result, or a pack, has to say of a sentence."""


def _name_of(row: AnyRow) -> str:
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


def _find(entitlement: Entitlement, clause: str, lang: Lang, names: Names) -> list[AnyRow]:
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
    named = [row for row in found if thing in _things(_name_of(row), names)]
    if not named:
        candidates = ", ".join(_name_of(row) for row in found)
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


@dataclass(frozen=True, slots=True)
class Teller:
    """Says the rows of one result in one language."""

    entitlement: Entitlement
    lang: Lang
    names: Names

    def __post_init__(self) -> None:
        """Refuse a language that results are not said in. Raises `UsageError`."""
        check_lang(self.lang)

    @property
    def currency(self) -> Currency:
        """The money of this result."""
        return self.entitlement.currency

    def say(self, zh: str, en: str) -> str:
        """Return the wording in the language of this teller."""
        return zh if self.lang == "zh" else en

    def notice(self) -> str:
        """Return that this is a calculation, as a sentence."""
        return self.say(f"{NOTICE['zh']}。", f"{NOTICE['en'][0].upper()}{NOTICE['en'][1:]}.")

    def id(self, name: str) -> str:
        """Return the id of a row as it is shown."""
        return self.names.shown(name, self.lang)

    def ids(self, names: Iterable[str]) -> str:
        """Return the ids of several rows as they are shown."""
        return self._list((self.id(name) for name in names), ("、", ", "))

    def _list(self, parts: Iterable[str], sign: tuple[str, str] = ("；", "; ")) -> str:
        return sign[self.lang == "en"].join(parts)

    # one line of arithmetic

    def formula(self, row: AnyRow) -> str:
        """Return one line with the numbers in it."""
        if isinstance(row, Award):
            return self._award_formula(row)
        if isinstance(row, Obligation):
            return f"{row.id} ≥ {self._obliged(row)}"
        name = self.id(_name_of(row))
        if isinstance(row, NotEligible):
            first = say_failed(row.failed[0], self.lang, self.names)
            return f"{name} = {write_money(ZERO, self.lang, self.currency)}" + self.say(
                f"（不符合：{first}）", f" (not eligible: {first})"
            )
        if isinstance(row, NotAsked):
            lists = self._list((self.names.fact(one, self.lang) for one in row.lists), ("、", ", "))
            return self.say(f"{name}：未询问，没有给出 {lists}", f"{name}: not asked; {lists} not given")
        return f"{name}" + self.say("：", ": ") + word(GIVES, row.sentence.gives, self.lang)

    def _award_formula(self, award: Award) -> str:
        made = self.arithmetic(award)
        made = f"{self.id(award.id)} {made if made.startswith('≤') else f'= {made}'}"
        if self._is_bound(award.amount):
            made += self.say("（上限，不是应付数）", " (a ceiling, not an amount owed)")
        if award in self.entitlement.undecided:
            made += self.say("（若符合条件）", " (if eligible)")
        elif award.net.numbers != award.amount.numbers:
            net = cell_amount(award.net, self.lang, self.currency)
            made += self.say(f"；叠加后 {net}", f"; after cumulation {net}")
        return made

    def arithmetic(self, award: Award) -> str:
        """Return an award's arithmetic and what it comes to; it starts with `≤` where the whole is a ceiling."""
        made = self._computed(award.steps, award.amount)
        return f"≤ {made}" if self._is_bound(award.amount) else made

    def _computed(self, steps: tuple[Step, ...], amount: Amount) -> str:
        """Return the arithmetic of steps, what it comes to, and what that is rounded to."""
        figures = [step for step in steps if step.word != "round"]
        line, before = (
            self._line(figures[-1], amount) if figures else (write_money(ZERO, self.lang, self.currency), amount)
        )
        unrounded, result = self._figure(before), self._figure(amount)
        made = line if line == unrounded else f"{line} = {unrounded}"
        if unrounded == result:
            return made
        if any(step.word == "round" for step in steps):
            return made + self.say(f"，取整 {result}", f", rounded to {result}")
        return made + self.say(f"，逐一代入未知事实后 {result}", f", with each unknown tried {result}")

    def _obliged(self, row: Obligation) -> str:
        line = self._line(row.steps[-1], row.amount)[0]
        made = f"{line} = {write_amount(row.amount, 'money', self.lang, self.currency)}"
        return made + self.say("（义务的下限，不是奖补）", " (a minimum that binds, not an award)")

    @staticmethod
    def _is_bound(amount: Amount) -> bool:
        return amount.kind == "at_most" and amount.minimum == ZERO

    def _line(self, step: Step, amount: Amount) -> tuple[str, Amount]:
        """Return the arithmetic up to a step and what it comes to; a step without a trace has only its own words."""
        if step.amount is None:
            return step.formula or step.text, amount
        return (step.formula if self.lang == "zh" else step.formula_en), step.amount

    def _figure(self, amount: Amount) -> str:
        """Write what a line of arithmetic comes to: a ceiling by its figure, since the sign says that it is one."""
        if self._is_bound(amount):
            return write_money(amount.maximum, self.lang, self.currency)
        return cell_amount(amount, self.lang, self.currency)

    # one sentence

    def row(self, row: AnyRow) -> Iterator[str]:
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
            yield from self._silent(row)

    def _silent(self, row: Silent) -> Iterator[str]:
        """Say a sentence that has no row: what it is, and what then holds."""
        lang = self.lang
        yield f"{_name_of(row)}{self.say('：', ': ')}{word(GIVES, row.sentence.gives, lang)}"
        yield self._cited(row.citation)
        advice = self.advice
        effects = list(advice.effects(row.sentence))
        nothing = self.say(
            "本句不需要任何事实或材料，也没有事实能使它给付。", "It needs no fact, and none makes it pay."
        )
        yield from self._todo(effects or [nothing])
        yield from self._notes(row.sentence.notes)

    @property
    def advice(self) -> Advice:
        """What to do about the rows of this result."""
        return Advice(self.entitlement, self.lang, self.names)

    def _todo(self, lines: Iterable[str]) -> Iterator[str]:
        yield self.say("怎么办：", "What to do:")
        yield from (f"  - {line}" for line in lines)

    def _cited(self, citation: Citation) -> str:
        return self.say(f"依据：{say_citation(citation, 'zh')}", f"Clause: {say_citation(citation, 'en')}")

    def _award(self, award: Award) -> Iterator[str]:
        lang, name = self.lang, self.id(award.id)
        open_ = award in self.entitlement.undecided
        amount = say_amount(award.amount, lang, self.currency)
        if open_:
            yield self.say(
                f"{name}：能否享受未定。若符合条件，数额为：{amount}。",
                f"{name}: eligibility is open. If eligible: {amount}.",
            )
        else:
            yield self._outcome(award, name, amount)
        yield from (self._cited(citation) for citation in award.citations)
        if open_:
            yield from self._open_in_law(award)
        yield self.say("计算：", "Arithmetic:")
        for place, step in enumerate(award.steps, 1):
            yield f"  {place}. {self._step(step)}"
        yield from self._width(award)
        yield from self._cumulated(award)
        yield from self._paid(award)
        yield from self._todo(self.advice.award(award))
        yield from self._readings(award.readings)
        yield from self._flags(award.flags)
        yield from self._notes(award.notes)

    def _outcome(self, award: Award, name: str, amount: str) -> str:
        """Say what becomes of an award that is due, taken by itself."""
        net = say_amount(award.net, self.lang, self.currency)
        match award.status:
            case "barred":
                by = self._list(award.barred_by, ("、", ", "))
                by_zh, by_en = (f"（已有 {by}）", f" beside {by}") if by else ("", "")
                return self.say(
                    f"{name}：符合条件，但不得重复支持{by_zh}，不给付（否则为 {amount}）。",
                    f"{name}: eligible, but barred as repeated support{by_en}; nothing is given (else {amount}).",
                )
            case "outranked":
                return self.say(
                    f"{name}：符合条件，但就高取了另一项，本项不计入合计（单独为 {amount}）。",
                    f"{name}: eligible, but a higher one is taken, so it is in no total (alone {amount}).",
                )
            case "reduced":
                return self.say(
                    f"{name}：符合条件，单独为 {amount}；受累计上限限制，计入合计 {net}。",
                    f"{name}: eligible, alone {amount}; a ceiling over several awards leaves {net}.",
                )
            case "contender":
                return self.say(
                    f"{name}：符合条件，单独为 {amount}；与其他奖补合计多少未定。",
                    f"{name}: eligible, alone {amount}; what it comes to with others is open.",
                )
            case _:
                return self.say(f"{name}：符合条件，{amount}。", f"{name}: eligible, {amount}.")

    def _obligation(self, row: Obligation) -> Iterator[str]:
        least = write_amount(row.amount, "money", self.lang, self.currency)
        if row.decided and row.amount.decided:
            yield self.say(
                f"{row.id}：义务，不少于 {least}；不是奖补，不计入合计。",
                f"{row.id}: an obligation of at least {least}; it is no award and is in no total.",
            )
        else:
            yield self.say(
                f"{row.id}：义务，是否适用或数额未定，下限在 {least} 之间；不是奖补，不计入合计。",
                f"{row.id}: an obligation that is not settled yet: its minimum is {least}; "
                "it is no award and is in no total.",
            )
        yield self._cited(row.citation)
        yield self.say("计算：", "Arithmetic:")
        for place, step in enumerate(row.steps, 1):
            yield f"  {place}. {self._step(step)}"
        advice = self.advice
        asked = [advice.asked(row.sentence, path) for path in advice.first(row.needs)]
        done = self.say(
            "没有需要补充的事实；按不少于所列数额执行。", "No fact is missing; keep to this minimum or more."
        )
        yield from self._todo(asked or [done])
        yield from self._readings(row.readings)
        yield from self._notes(row.sentence.notes)

    def _step(self, step: Step) -> str:
        text, value = step.text, step.value or ""
        if step.amount is not None:
            text = step.text if self.lang == "zh" else step.text_en
            value = cell_amount(step.amount, self.lang, self.currency)
        title = f"{word(WORDS, step.word, self.lang)}{self.say('：', ': ')}"
        said = f"{title}{text} = {value}"
        if text.startswith("= "):  # what was decided, or as much of it as the law's end leaves
            text = text.removeprefix("= ")
            counted = self.say(f"；条文的上限之内计 {value}", f"; within the ceiling of the text: {value}")
            said = title + (text if text.endswith(value) else text + counted)
        if step.binding is False:
            said += self.say("（未触及）", " (does not bind)")
        if step.quote:
            said += self.say(f"　〔{step.quote}〕", f"  [{step.quote}]")
        return said

    def _open_in_law(self, award: Award) -> Iterator[str]:
        whys = [word(WHYS, why, self.lang) for why in whys_of(award.gated)]
        whys += [word(REASONS, one, self.lang) for one in award.reasons if one in ("open_list", "open_reading")][
            : not whys
        ]
        if whys:
            yield self.say("法律上未定：", "Open in law: ") + self._list(whys)

    def openness(self, award: Award) -> Iterator[str]:
        """Say in short what leaves eligibility open, and who could settle it."""
        yield from self._open_in_law(award)
        if award.needs:
            named = self._list(self.names.fact(one, self.lang) for one in self.advice.first(award.needs))
            yield self.say(f"需要补充：{named}", f"Facts needed: {named}")
        if not award.needs or award.gated.decided:
            yield self.say(
                "再补充事实也不能确定，须由有权机关认定。",
                "No further fact would settle it; it is for an authority to say.",
            )

    def _width(self, award: Award) -> Iterator[str]:
        """Say why an amount is not one figure."""
        reasons = [word(REASONS, one, self.lang) for one in reasons_of(award.amount) if one != "unstated_cumulation"]
        if reasons:
            yield self.say("数额不是一个定数的原因：", "Why it is not one figure: ") + self._list(reasons)

    def _cumulated(self, award: Award) -> Iterator[str]:
        groups = [group for group in self.entitlement.cumulation if award.id in group.members]
        if award.status == "counted" and not groups:
            return
        net = say_amount(award.net, self.lang, self.currency)
        counted = self.say(f"计入合计 {net}", f"counts as {net}")
        status = "" if award.status == "counted" else word(STATUSES, award.status, self.lang)
        if status and award.rule:
            status += self.say(f"，依{self.rule(award.rule)}", f" by {self.rule(award.rule)}")
        yield (
            self.say("叠加：", "Cumulation: ")
            + self._list([status, counted] if status else [counted])
            + self.say("。", ".")
        )
        for group in groups:
            others = self.ids(member for member in group.members if member != award.id)
            if not others:
                continue
            if group.group.startswith("ceiling"):
                yield self.say(f"  共用累计上限的：{others}。", f"  Under one ceiling with: {others}.") + self._decider(
                    group
                )
            else:
                yield self.say(f"  重叠的奖补：{others}。", f"  It overlaps with: {others}.") + self._decider(group)
            yield from self._chosen(award, group)

    def _chosen(self, award: Award, group: CumulationGroup) -> Iterator[str]:
        """Say what an award lost to, where it overlaps with several, and who got a unit left over by a ceiling."""
        for loss in group.choice.lost:
            if loss.award == award.id and group.members[2:]:
                winners = self.ids(dict.fromkeys(winner for winner, _ in loss.to))
                yield self.say(f"  未计入，因为计入了：{winners}。", f"  It is not counted because this is: {winners}.")
        for owner, rule in group.choice.odd_units:
            if owner == award.id:
                said = self.rule(rule)
                yield self.say(
                    f"  按比例核减后余下的最小货币单位归此项（{said}）。",
                    f"  It has the smallest unit of the money that cutting pro rata left over ({said}).",
                )
        if group.choice.state == "limit":
            yield self.say(
                "  组合过多，未能求得确定的最优组合。", "  The search for the best lawful set stopped at its limit."
            )

    def rule(self, name: str) -> str:
        """Return a rule between awards: its words, where they are known, and its id."""
        found = self.names.rule(name)
        if found is None:
            return self.say(f"规则 {name}", f"rule {name}")
        return self.say(f"规则 {name}“{found.quote}”", f"rule {name} “{found.quote}”")

    def _paid(self, award: Award) -> Iterator[str]:
        """Say who pays which part, and what is still due or to be recovered."""
        if award.payers:
            parts = self._list(
                (
                    f"{word(PAYERS, name, self.lang)} {cell_amount(part, self.lang, self.currency)}"
                    for name, part in award.payers
                ),
                ("；", "; "),
            )
            yield self.say(f"由谁支付：{parts}", f"Paid by: {parts}")
        instalments = [one for one in self.entitlement.instalments if one.award == award.id]
        if instalments:
            said = self._list(map(self._instalment, instalments), ("；", "; "))
            yield self.say(f"分期拨付：{said}", f"Paid in parts: {said}")
        yield from (self.adjustment(one) for one in self.entitlement.adjustments if one.award == award.id)

    def _instalment(self, one: Instalment) -> str:
        needs = (
            ""
            if not one.needs
            else self.say("，缺 ", ", needs ")
            + self._list((self.names.fact(path, self.lang) for path in one.needs), ("、", ", "))
        )
        said = word(STATES, one.state, self.lang) + needs
        return f"{one.name} {cell_amount(one.amount, self.lang, self.currency)}" + self.say(f"（{said}）", f" ({said})")

    def adjustment(self, one: Adjustment) -> str:
        """Say a correction: what is still due, or what is to be recovered."""
        figure, name = write_money(abs(one.amount), self.lang, self.currency), self.id(one.award)
        if one.amount < 0:
            return self.say(f"{name}：应收回 {figure}。", f"{name}: {figure} to be recovered.")
        return self.say(f"{name}：尚应拨付 {figure}。", f"{name}: {figure} still due.")

    def _decider(self, group: CumulationGroup) -> str:
        made = []
        for one, other, rule in group.stacks:
            made.append(
                self.say(
                    f"{self.id(one)} 与 {self.id(other)} 可以叠加，依{self.rule(rule)}。",
                    f" {self.id(one)} and {self.id(other)} add up by {self.rule(rule)}.",
                )
            )
        rest, who = ("其余的", "the others") if group.stacks else ("", "they")
        if group.rule:
            made.append(self.say(f"适用{self.rule(group.rule)}。", f" The {self.rule(group.rule)} applies."))
        if group.reading:
            option = self.names.option(group.reading, group.option or "", self.lang)
            made.append(
                self.say(
                    f"{rest}能否叠加条文没有规定，按解读 {group.reading}：{option}。",
                    f" The text does not say whether {who} add up; reading {group.reading}: {option}.",
                )
            )
        return "".join(made)

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
            f"Reading {use.id} ({self.names.asks(use, lang)}): “{chosen}” ({default}). {' '.join(others)}",
        )

    def _alternative(self, reading: str, one: Alternative) -> str:
        option = self.names.option(reading, one.option, self.lang)
        amount = say_amount(one.amount, self.lang, self.currency)
        if one.open_ended and not one.eligible:  # an alternative of the total
            aside = self.ids(one.open_ended)
            return self.say(
                f"若取“{option}”，则 {aside} 没有上限，不计入合计，其余为 {amount}。",
                f"With “{option}”: {aside} without an upper end, set aside; the others {amount}.",
            )
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
        if code in WARNINGS:
            return f"{CODES[code].meaning_zh if self.lang == 'zh' else CODES[code].meaning}: {rest}"
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
        name, advice = self.id(row.id), self.advice
        if row.sentence.gives == "obligation":
            yield self.say(f"{name}：本句不适用，没有义务。", f"{name}: does not apply; nobody is bound.")
        elif advice.base_of(row) is None:
            yield self.say(f"{name}：不符合条件，不给付。", f"{name}: not eligible; nothing is given.")
        else:
            yield self.say(f"{name}：本句的标准不适用。", f"{name}: the standard of this sentence does not apply.")
        yield from (self._cited(one) for one in row.citations)
        first, *others = row.failed
        shown = list(row.failed)
        if first.role == "items" and first.fact != "enterprise":
            yield self.say(f"{say_failed(first, 'zh', self.names)}。", f"{say_failed(first, 'en', self.names)}.")
            about = advice.about(row.sentence) if first.detail == UNSAID else ""
            if about:
                yield self.say(f"本句所指：{about}。", f"It is about: {about}.")
            others = [one for one in others if one.fact != first.fact]
            shown = advice.near(tuple(others)) if about else others
        elif first.role == "items":
            shown = others
        if shown:
            yield self.say("不满足的条件：", "Conditions that fail:")
        said = [
            say_failed(one, self.lang, self.names)
            if one.role in CHANGED
            else f"{word(ROLES, one.role, self.lang)}{self.say('：', ': ')}{say_failed(one, self.lang, self.names)}"
            for one in shown
        ]
        yield from (f"  {place}. {line}" for place, line in enumerate(dict.fromkeys(said), 1))
        yield from self._todo(advice.refused(row))
        yield from self._readings(row.readings)
        yield from self._notes(row.sentence.notes)

    def _unasked(self, row: NotAsked) -> Iterator[str]:
        lists = self._list((self.names.fact(name, self.lang) for name in row.lists), ("、", ", "))
        yield self.say(f"{_name_of(row)}：未询问，不在合计之内。", f"{_name_of(row)}: not asked; it is in no total.")
        cited = self.names.citation(row.sentence)
        where = write_place(row.sentence.path, row.sentence.sentence, self.lang)
        plain = self.say(f"依据：{where}：“{row.sentence.quote}”", f"Clause: {where}: “{row.sentence.quote}”")
        yield plain if cited is None else self._cited(cited)
        about = self.advice.about(row.sentence)
        if about:
            yield self.say(f"本句所指：{about}。", f"It is about: {about}.")
        papers = "".join(dict.fromkeys(self.advice.papers([name]) for name in row.lists))
        yield from self._todo(
            [
                self.say(
                    f"案例没有给出 {lists}。请列出{papers}；没有的写 []，或写入 assume_none。",
                    f"The case does not give {lists}. List them{papers}; "
                    "where there are none, write [] or name them in assume_none.",
                )
            ]
        )
        yield from self._notes(row.sentence.notes)

    # the whole result

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
        rows_said = self.ids(_name_of(row) for row in rows)
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
