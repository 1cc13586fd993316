"""What an auditor reads of each verdict, in Chinese or English: one `Told` for screen, JSON, HTML and working papers.

Each has what was paid and what is due with the difference, the clause with its words, the arithmetic step by step, the
facts with their source and status, the readings relied on, and what is needed where nobody can tell.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Final, cast

from subsidy_rules.audit.lines import Both, said
from subsidy_rules.audit.ties import money_en
from subsidy_rules.audit.verify import Audit, Verdict
from subsidy_rules.award.explain import Teller
from subsidy_rules.award.model import FactUsed
from subsidy_rules.award.phrases import REASONS, Names, cite, say_failed, word
from subsidy_rules.errors import Lang
from subsidy_rules.values.quantity import INFINITY, Currency, Infinity, Number, format_date, format_money

if TYPE_CHECKING:
    from subsidy_rules.award.model import Entitlement

CLASSES: Final[dict[str, Both]] = {
    "right": ("相符", "right"),
    "right_to_the_digits": ("按所列位数相符", "right to the digits stated"),
    "too_much": ("多付", "too much"),
    "too_little": ("少付", "too little"),
    "not_eligible": ("不符合条件", "not eligible"),
    "cant_tell": ("无法判断", "can't tell"),
}
TESTS: Final[dict[str, Both]] = {
    "equal": ("应等于", "equal to"),
    "bound": ("不超过上限", "within the bound"),
    "range": ("在区间内", "within the range"),
    "none": ("—", "—"),
}
WHYS: Final[dict[str, Both]] = {
    "unreadable": ("本行的金额或单位名称无法读取", "the amount or the applicant of the line cannot be read"),
    "no_facts": ("没有该单位的事实", "no facts are given of the applicant"),
    "several_cases": (
        "该单位有多份案例，不能确定用哪一份",
        "several cases are of the applicant, and which is meant is open",
    ),
    "wrong_case": ("案例有误", "the case is wrong"),
    "policy_not_loaded": ("所写的政策没有加载", "the policy that it names is not loaded"),
    "no_such_clause": ("所写的条款在政策中找不到", "the clause that it names is not in the policies"),
    "no_such_project": ("事实中没有所写的项目", "the facts have no such project"),
    "several": ("可能对应多项奖补", "it may be of several awards"),
    "nothing": ("找不到所对应的条款", "no clause was found that it could be of"),
    "correction_of_nothing": ("冲减行找不到所冲减的奖补", "a correction that corrects no award in the lists"),
    "correction_of_several": ("冲减行可能对应多项奖补", "a correction that may be of several awards"),
}
FLAGS: Final[dict[str, Both]] = {
    "discretion": ("条文只规定上限，不是应付数", "the text only states a bound, which is not an amount owed"),
    "guide_missing": ("具体数额由实施细则规定，细则没有加载", "a guide sets the figure, and none is loaded"),
    "no_figure_in_text": ("条文没有数额", "the text has no figure"),
    "stated_rounded": ("按所列位数四舍五入或截去后相符", "equal once rounded or cut to the digits stated"),
    "suspect_unit": ("恰相差一万倍，可能错了单位", "apart by exactly 10,000: a unit may be wrong"),
    "summed": ("多行合并计算", "several lines are taken together"),
    "corrected": ("含冲减行（多还少补）", "with a correction below zero"),
    "due_differs_by_date": (
        "各行决定日期不同，应付数也不同，按首行日期",
        "the lines differ in day and what is due; the first holds",
    ),
    "below_zero": ("冲减多于已付", "more is taken back than was paid"),
    "facts_of_another_day": (
        "事实按另一决定日期填写，已按本行日期重算",
        "the facts were stated for another day; computed for that of the line",
    ),
    "matched_by_project": (
        "没有写条款，按单位和项目对应",
        "it names no clause, and is matched by applicant and project",
    ),
    "project_not_in_facts": (
        "事实中没有同名项目，按条款对应",
        "the facts have no project of that name; matched by the clause",
    ),
    "matched_by_part_of_the_name": ("按名称的一部分对应", "matched by a part of the name"),
    "sum_of_objects": ("一行为该条款下多个对象之和", "one line for all things under the clause"),
    "barred": ("规则排除：已获其他资金", "a rule bars it, for what was received elsewhere"),
    "outranked": ("同一事项就高不重复，另一项已付", "only the higher of several is due, and the other is paid too"),
    "outranked_alone": ("同一事项另有更高的奖补，名单中没有支付", "a higher award for the same is not in the lists"),
    "unstated_cumulation": (
        "条文没有写明能否与名单中的另一项并享",
        "the text does not say whether it adds to another in the lists",
    ),
    "contender_alone": ("与其相遇的其他奖补不在名单中", "the awards that it meets are not in the lists"),
    "ceiling": ("受合计上限限制", "cut by a ceiling over several awards"),
    "instalments": ("分期拨付，按已到期部分", "paid in instalments; by what is due so far"),
    "not_asked": ("案例没有给出所涉清单", "the case does not give the list that it is about"),
}


@dataclass(frozen=True, slots=True)
class ToldStep:
    """A step of the arithmetic: its text, the exact amount after it, its words in the text."""

    text: str
    value: str
    quote: str


@dataclass(frozen=True, slots=True)
class Told:
    """A verdict in words."""

    name: str
    paid: str
    due: str
    difference: str
    about: str
    citation: str
    formula: str
    steps: tuple[ToldStep, ...]
    facts: tuple[tuple[str, FactUsed], ...]
    readings: tuple[str, ...]
    remarks: tuple[str, ...]
    needs: tuple[str, ...]
    day: str


def money(fen: Number, lang: Lang, currency: Currency) -> str:
    """Write money for people in a language."""
    if isinstance(fen, Infinity):
        return "无上限" if lang == "zh" else "no end"
    return format_money(fen, currency) if lang == "zh" else money_en(fen, currency)


def due_text(verdict: Verdict, lang: Lang, currency: Currency) -> str:
    """Say what is due: a figure, at most a bound, or a range."""
    low, _, _, high = verdict.due
    if verdict.judged.test == "none" and verdict.name == "cant_tell":
        return ""
    if low == high:
        return money(low, lang, currency)
    if verdict.judged.test == "bound":
        return ("至多 " if lang == "zh" else "at most ") + money(high, lang, currency)
    return f"{money(low, lang, currency)} – {money(high, lang, currency)}"


def tell(verdict: Verdict, audit: Audit, lang: Lang) -> Told:
    """Say a verdict. Steps, facts and readings are there where the award was recorded in full."""
    currency = audit.desk.currency
    names = Names(audit.desk.base)
    basis, award = verdict.basis, verdict.award
    # arithmetic and readings ask a result for its currency alone, and a basis has that
    teller = None if basis is None else Teller(cast("Entitlement", basis), lang, names)
    cut, short = verdict.judged.cut, verdict.judged.short
    difference = ""
    if cut:
        difference = ("核减 " if lang == "zh" else "cut ") + money(cut, lang, currency)
    elif short:
        difference = ("补付 " if lang == "zh" else "short by ") + money(short, lang, currency)
    first = verdict.candidates[0] if verdict.candidates else None
    return Told(
        said(CLASSES[verdict.name], lang),
        money(verdict.paid, lang, currency),
        due_text(verdict, lang, currency),
        difference,
        verdict.award_id or ", ".join(verdict.among[:4]),
        "" if first is None else _citation(verdict, lang),
        "" if award is None or teller is None else teller.arithmetic(award),
        () if award is None else _steps(verdict, lang),
        _facts(verdict, names, lang),
        () if award is None or teller is None else tuple(map(teller.reading, award.readings)),
        tuple(_remarks(verdict, names, lang)),
        tuple(names.fact(path, lang) for path in verdict.needs),
        _day(verdict),
    )


def _day(verdict: Verdict) -> str:
    if verdict.days is not None:
        first, last = (format_date(Fraction(day)) for day in verdict.days)
        return first if first == last else f"{first} – {last}"
    return (verdict.basis.decision_date or "") if verdict.basis is not None else ""


def _citation(verdict: Verdict, lang: Lang) -> str:
    cited: list[str] = []
    for one in verdict.candidates:
        if one.award is not None:
            cited += [f"{cite(citation, lang)} “{citation.quote}”" for citation in one.award.citations]
        elif one.refused is not None:
            cited.append(f"{cite(one.refused.citation, lang)} “{one.refused.citation.quote}”")
        else:
            cited.append(f"{one.sentence.path}#{one.sentence.sentence} “{one.sentence.quote}”")
    return "; ".join(dict.fromkeys(cited))


def _steps(verdict: Verdict, lang: Lang) -> tuple[ToldStep, ...]:
    award = verdict.award
    steps = () if award is None else award.steps
    return tuple(
        ToldStep(step.text if lang == "zh" else step.text_en or step.text, step.value or "", step.quote)
        for step in steps
    )


def _facts(verdict: Verdict, names: Names, lang: Lang) -> tuple[tuple[str, FactUsed], ...]:
    facts = () if verdict.basis is None else verdict.basis.facts
    return tuple((names.fact(fact.path, lang), fact) for fact in facts)


def _remarks(verdict: Verdict, names: Names, lang: Lang) -> list[str]:
    made = [said(WHYS[verdict.why], lang)] if verdict.why else []
    if verdict.near:
        zh, en = (
            f"有“{verdict.near}”的事实，名称相近，未采用",
            f"there are facts of '{verdict.near}', nearly that name; not used",
        )
        made.append(zh if lang == "zh" else en)
    made += [said(fault.text, lang) for line in verdict.lines for fault in line.faults]
    if verdict.wrong_case is not None:
        made.append(verdict.wrong_case.render(lang).splitlines()[0])
    for one in verdict.candidates:
        if one.refused is not None:
            made += [say_failed(failed, lang, names) for failed in one.refused.failed]
        if one.state == "gives_nothing":
            made.append("该句不给予资金" if lang == "zh" else "the sentence gives no money")
    if verdict.judged.test in ("range", "none") and verdict.name in ("too_much", "too_little") and verdict.needs:
        made.append("无论所缺事实如何，结论不变" if lang == "zh" else "whatever the missing facts are")
    made += [said(FLAGS[flag], lang) for flag in verdict.flags if flag in FLAGS]
    award = verdict.award
    if award is not None and verdict.name == "cant_tell":
        made += [word(REASONS, reason, lang) for reason in award.reasons if reason not in verdict.flags]
    if verdict.rivals:
        made.append(("另有：" if lang == "zh" else "beside: ") + ", ".join(verdict.rivals))
    return list(dict.fromkeys(made))


def right_under(verdict: Verdict) -> tuple[tuple[str, str], ...]:
    """Return the readings under whose other option what was paid would be right: (reading, option)."""
    award = verdict.award
    if award is None or verdict.name in ("right", "right_to_the_digits"):
        return ()
    return tuple(
        (use.id, other.option)
        for use in award.readings
        for other in use.alternatives
        if other.amount.minimum <= verdict.paid <= other.amount.maximum != INFINITY
    )
