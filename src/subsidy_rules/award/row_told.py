"""One row of a result in sentences: every step, each condition that fails, what is open, which list was not given."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from subsidy_rules.award.advice import Advice
from subsidy_rules.award.model import (
    UNSAID,
    Adjustment,
    Alternative,
    Award,
    Citation,
    CumulationGroup,
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
    cell_amount,
    say_amount,
    say_citation,
    say_failed,
    word,
)
from subsidy_rules.award.sentences import AnyRow, Silent, name_of
from subsidy_rules.award.speaker import Speaker
from subsidy_rules.award.written import write_amount, write_money, write_place
from subsidy_rules.errors import CODES, WARNINGS
from subsidy_rules.values.classes import dataclass


@dataclass(frozen=True, slots=True)
class RowTeller(Speaker):
    """Says the rows of one result in one language."""

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
        yield f"{name_of(row)}{self.say('：', ': ')}{word(GIVES, row.sentence.gives, lang)}"
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
        made += [self._chooser(name, who) for name, who in group.choice.by]
        if group.reading:
            option = self.names.option(group.reading, group.option or "", self.lang)
            made.append(
                self.say(
                    f"{rest}能否叠加条文没有规定，按解读 {group.reading}：{option}。",
                    f" The text does not say whether {who} add up; reading {group.reading}: {option}.",
                )
            )
        return "".join(made)

    def _chooser(self, name: str, who: str) -> str:
        """Say who chooses by a rule: not the text, which would take the higher."""
        if who == "authority":
            return self.say(
                f"依{self.rule(name)}，取哪一项由有权机关决定，不一定是较高的一项。",
                f" By {self.rule(name)} an authority chooses which is paid; it need not be the higher.",
            )
        return self.say(
            f"依{self.rule(name)}，由申报者选择；这里按合计最高的选择计算。",
            f" By {self.rule(name)} the applicant chooses; counted is the choice that comes to most.",
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
        yield self.say(f"{name_of(row)}：未询问，不在合计之内。", f"{name_of(row)}: not asked; it is in no total.")
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
