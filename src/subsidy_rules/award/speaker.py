"""What says a result in one language: its ids, its lists of things, and the arithmetic of a row in one line."""

from __future__ import annotations

from collections.abc import Iterable

from subsidy_rules.award.model import (
    NOTICE,
    Award,
    Entitlement,
    NotAsked,
    NotEligible,
    Obligation,
    Step,
)
from subsidy_rules.award.phrases import (
    GIVES,
    Names,
    cell_amount,
    say_failed,
    word,
)
from subsidy_rules.award.sentences import AnyRow, name_of
from subsidy_rules.award.written import write_amount, write_money
from subsidy_rules.errors import Lang, check_lang
from subsidy_rules.values.amount import Amount
from subsidy_rules.values.classes import dataclass
from subsidy_rules.values.quantity import ZERO, Currency


@dataclass(frozen=True, slots=True)
class Speaker:
    """Says ids, lists and arithmetic of one result in one language."""

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
        """Return the wording in the language of this speaker."""
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
        name = self.id(name_of(row))
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
