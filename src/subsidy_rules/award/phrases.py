"""Phrases: what stands for amounts, codes, places and facts in Chinese and in English.

Sentences (`explain`) and tables (`report`) say the same things with these. A ceiling is never said as if it were owed:

>>> from fractions import Fraction
>>> say_amount(Amount.exact(Fraction(30_000_000)).bounded("discretion"), "zh")
'至多 30万元（上限，不是应付数）'
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from subsidy_rules.award.model import Citation, Failed, NotAsked, NotEligible
from subsidy_rules.award.trace import UNKNOWN, TracedFailed, write_label, write_money
from subsidy_rules.errors import Lang
from subsidy_rules.facts.vocabulary import Vocabulary
from subsidy_rules.plan import Policies, Sentence
from subsidy_rules.values.amount import BOUND_REASONS, Amount
from subsidy_rules.values.quantity import ZERO, Infinity

Words: TypeAlias = Mapping[str, tuple[str, str]]
"""What stands for a code in Chinese and in English."""

KINDS: Final[Words] = {
    "exact": ("确定数", "exact"),
    "at_most": ("上限，非应付", "ceiling, not owed"),
    "between": ("区间", "range"),
    "undetermined": ("未定数", "no figure"),
    "none": ("不给付", "gives nothing"),
    "rule": ("规则", "rule"),
    "obligation": ("义务", "obligation"),
    "unencoded": ("未编码", "not encoded"),
}
STATUSES: Final[Words] = {
    "counted": ("计入", "counted"),
    "contender": ("叠加未定", "overlap open"),
    "outranked": ("就高未取", "outranked"),
    "barred": ("不得重复", "barred"),
    "reduced": ("已被累计上限削减", "cut by a ceiling"),
}
WORDS: Final[Words] = {
    "basis": ("基数", "basis"),
    "rate": ("比例", "rate"),
    "lump_sum": ("定额", "lump sum"),
    "at_most": ("限额", "ceiling"),
    "interest": ("利息", "interest"),
    "each": ("合计", "sum"),
    "cap": ("上限", "cap"),
    "limit": ("逻辑上界", "logical bound"),
    "case_by_case": ("一事一议", "case by case"),
    "decision": ("确定金额", "decision"),
    "granted": ("已安排", "granted"),
    "share": ("份额", "share"),
    "table": ("档次", "row"),
    "round": ("取整", "rounding"),
}
ROLES: Final[Words] = {
    "beneficiary": ("申报主体", "beneficiary"),
    "place": ("适用地域", "place"),
    "window": ("有效期", "validity"),
    "where": ("适用对象", "what it is about"),
    "when": ("条件", "condition"),
    "doubt": ("法律上存疑", "open in law"),
    "table": ("档次", "row of the table"),
    "row": ("本句适用的情形", "when this row applies"),
    "items": ("计算对象", "what it is paid for"),
    "replacement": ("替代标准的条件", "condition of the other rate"),
}
REASONS: Final[Words] = {
    "discretion": ("条文是限额措辞，只有上限", "the text only names a ceiling"),
    "no_figure_in_text": ("条文没有给出数字", "the text gives no figure"),
    "guide_missing": (
        "数额由另一份文件规定，尚未提供该文件",
        "another document gives the figure, and it is not loaded",
    ),
    "unknown_fact": ("有事实未提供", "a fact is not given"),
    "unstated_cumulation": (
        "能否与重叠的奖补叠加，条文没有规定",
        "the text does not say whether overlapping awards add up",
    ),
    "open_reading": ("条文没有规定，须由有权机关认定", "the text leaves it open; an authority must say"),
    "open_list": ("是否属于“等”所指，须由有权机关认定", "whether an open list (等) includes it, an authority must say"),
}
WHYS: Final[Words] = {
    "event_before_start": (
        "认定或取得的日期早于政策起始日，条文没有写是否包括",
        "the event is before the policy starts, and the text does not say whether that counts",
    ),
    "decided_after_end": (
        "事项在有效期内，决定日期在有效期后，条文没有写能否补付",
        "the event is in time but the decision is not, and the text does not say what then holds",
    ),
    "validity_not_stated": (
        "条文没有写有效期，超出目标年度后是否适用未定",
        "the text states no end, and the target year is past",
    ),
}
FLAGS: Final[Words] = {
    "implementing_rules_pending": (
        "按本文件计算；实施细则、审核和预算安排之前不构成应付",
        "by this text alone; implementing rules, review and budget come first",
    ),
    "date_not_in_text": (
        "文本没有日期，起始日按文号年度推定",
        "the text has no date; its start is taken from the year of its number",
    ),
    "start_date_disputed": (
        "决定日期落在两个可能的起始日之间",
        "the decision falls between two tenable dates of entry into force",
    ),
    "basis_definition": (
        "基数的口径文本没有定义，按所列费用计算",
        "the text does not define the basis; costs as listed",
    ),
    "cap_scope_default": ("上限按什么计算文本没有写明，取默认解读", "what the cap is per is not stated; default taken"),
    "grades_unspecified": ("分档标准不在本文件中，不作内插", "the table of grades is not in the text; none is made up"),
    "inclusive_threshold_convention": ("“以上”按含本数计算", "以上 is taken to include the figure itself"),
    "logical_bound": ("已按所依据的金额封顶", "bounded by the amount that it is a share of"),
    "basis_below_zero": ("基数小于零，按零计算", "the basis is below zero and counts as zero"),
    "rounded": ("结果取过整", "rounding moved the figure"),
    "event_before_start": ("认定日期早于政策起始日", "the event is before the policy starts"),
    "outer": (
        "未知事实过多，区间只保证包含真实结果",
        "too much is unknown; the range is only sure to contain the answer",
    ),
    "place_default": (
        "适用地域按项目所在地，未给出的按企业所在地",
        "place is that of the project, else of the enterprise",
    ),
    "decision_date_unknown": ("没有给出决定日期", "the decision date is not given"),
    "too_many_overlaps": (
        "重叠的奖补过多，未求最优组合",
        "too many awards overlap; the best lawful set was not searched for",
    ),
}
FUNDS: Final[Words] = {
    "central": ("中央", "central"),
    "provincial": ("省级", "provincial"),
    "city": ("市级", "city"),
    "district": ("区县", "district"),
}
SILENCE: Final[Words] = {
    "undecided": ("不作决定，两端都列出", "undecided: both ends are shown"),
    "higher_of": ("就高，不重复", "the higher only"),
    "sum": ("相加", "the sum"),
}
GIVES: Final[Words] = {
    "none": (
        "本句写的是目标、预算或方向，对任何申报主体都不直接给付。",
        "This sentence states a target, a budget or a direction; it gives nothing to any applicant.",
    ),
    "rule": (
        "本句是规则，影响其他奖补或程序，本身不给付。",
        "This sentence is a rule: it governs other awards or the procedure, and gives nothing itself.",
    ),
    "obligation": (
        "本句是对有关单位的义务，不是奖补，不计入合计。",
        "This sentence binds an authority or a buyer; it is no award and is in no total.",
    ),
    "award": (
        "本次结果中没有本句的记录。",
        "This result has no row of this sentence.",
    ),
}


def word(table: Words, code: str, lang: Lang) -> str:
    """Return what stands for a code; a code that is in no table (a pack's own flag) stands for itself."""
    found = table.get(code)
    return code if found is None else found[lang == "en"]


def say_amount(amount: Amount, lang: Lang) -> str:
    """Say an amount so that nobody takes a ceiling for a sum that is owed."""
    lo, hi = write_money(amount.minimum, lang), write_money(amount.maximum, lang)
    zh = lang == "zh"
    if amount.kind == "exact":
        return lo
    least = "" if amount.minimum == ZERO else f"至少 {lo}、" if zh else f"at least {lo}, "
    if amount.kind == "at_most":
        return f"{least}至多 {hi}（上限，不是应付数）" if zh else f"{least}at most {hi} (a ceiling, not an amount owed)"
    if amount.kind == "undetermined":
        said = "数额未定，条文没有数字" if zh else "no figure: the text gives none"
        if not isinstance(amount.maximum, Infinity):
            said += f"，逻辑上不超过 {hi}" if zh else f"; it cannot pass {hi}"
        return least + said
    if isinstance(amount.maximum, Infinity):
        return f"{least}上端未知" if zh else f"{least}with no known upper end"
    if amount.reasons & BOUND_REASONS:
        return (
            f"{lo} 至 {hi} 之间（高端是上限，不是应付数）"
            if zh
            else f"{lo} to {hi} (the upper end is a ceiling, not owed)"
        )
    return f"{lo} 至 {hi} 之间（未定）" if zh else f"{lo} to {hi} (open)"


def cell_amount(amount: Amount, lang: Lang) -> str:
    """Write an amount for a cell of a table; a ceiling says 至多, a range both ends."""
    lo, hi = write_money(amount.minimum, lang), write_money(amount.maximum, lang)
    most = "至多 " if lang == "zh" else "at most "
    if amount.kind == "exact":
        return lo
    if amount.kind == "undetermined":
        open_ = "未定" if lang == "zh" else "open"
        return open_ if amount.minimum == ZERO else f"≥ {lo}"
    if isinstance(amount.maximum, Infinity):
        return UNKNOWN[lang] if amount.minimum == ZERO else f"≥ {lo}"
    if amount.kind == "at_most":
        return f"{most}{hi}" if amount.minimum == ZERO else f"{lo} – {most}{hi}"
    return f"{lo} – {most if amount.reasons & BOUND_REASONS else ''}{hi}"


def say_place(sentence: Sentence, lang: Lang) -> str:
    """Say where in its text a sentence stands: `三（三）第1句`."""
    return (
        f"{sentence.path}第{sentence.sentence}句" if lang == "zh" else f"{sentence.path} sentence {sentence.sentence}"
    )


def cite(citation: Citation, lang: Lang) -> str:
    """Say where a citation stands: `市政办发〔2024〕30号 三（三）第1句`; a guide has no path, only what it fills."""
    if not citation.sentence:
        filled = f"（{citation.path}）" if lang == "zh" else f" ({citation.path})"
        return f"{citation.document}{filled}"
    number = f"第{citation.sentence}句" if lang == "zh" else f" sentence {citation.sentence}"
    return f"{citation.document} {citation.path}{number}"


def cite_all(citations: Iterable[Citation], lang: Lang) -> str:
    """Say where citations stand, each document once."""
    made: list[str] = []
    before = ""
    for one in citations:
        said = cite(one, lang)
        made.append(said.removeprefix(f"{one.document} ") if one.document == before else said)
        before = one.document
    return ("、" if lang == "zh" else ", ").join(made)


def say_citation(citation: Citation, lang: Lang) -> str:
    """Say a citation in one line, with the operative words."""
    colon = "：" if lang == "zh" else ": "
    return f"{citation.issuer} {cite(citation, lang)}{colon}“{citation.quote}” {citation.address}".rstrip()


def say_failed(failed: Failed, lang: Lang, names: Names | None = None) -> str:
    """Say a condition that fails: the fact, the value read, the value required."""
    zh = lang == "zh"
    read, required, label = failed.read, failed.required, ""
    if isinstance(failed, TracedFailed):
        label = failed.label if zh else failed.label_en
        read, required = (read, required) if zh else (failed.read_en, failed.required_en)
    if not failed.fact:
        return f"不满足：{required}" if zh else f"does not hold: {required}"
    fact = labelled(failed.fact, label or (names or Names(None)).label(failed.fact, lang), lang)
    counted = re.fullmatch(r"(\d+)项", failed.read)
    if counted is None:
        return f"{fact}为“{read}”，要求：{required}" if zh else f"{fact} is “{read}”; required: {required}"
    if failed.role == "items":
        return (
            f"{fact}共{read}，没有本条所指的" if zh else f"{fact}: {counted[1]} given, none that this sentence is about"
        )
    return f"{fact}共{read}，要求：{required}" if zh else f"{fact}: {counted[1]} given; required: {required}"


def labelled(path: str, label: str, lang: Lang) -> str:
    """Put a label before the path of a fact."""
    if not label or label == path:
        return path
    return f"{label}（{path}）" if lang == "zh" else f"{label} ({path})"


@dataclass(frozen=True, slots=True)
class Names:
    """Names in words for what a result names by path or id; with `policies`, also for what only they declare."""

    policies: Policies | None

    @property
    def vocabulary(self) -> Vocabulary:
        """The vocabulary of the loaded policies, or the core's."""
        return Vocabulary.core() if self.policies is None else self.policies.vocabulary

    def label(self, path: str, lang: Lang) -> str:
        """Return the label of the fact at a path of the case, or nothing."""
        vocabulary = self.vocabulary
        entity = "case"
        parts = [re.sub(r"\[\d+\]$", "", part) for part in path.split(".")]
        for part in parts[:-1]:
            listed = vocabulary.lists.get(entity, {}).get(part)
            entity = part if listed is None else listed.entity
        spec = vocabulary.field(entity, parts[-1])
        if spec is not None:
            return write_label(spec, lang)
        listed = vocabulary.lists.get(entity, {}).get(parts[-1])
        return "" if listed is None or lang == "en" else listed.zh

    def fact(self, path: str, lang: Lang) -> str:
        """Return a path with its label."""
        return labelled(path, self.label(path, lang), lang)

    def option(self, reading: str, option: str, lang: Lang) -> str:
        """Return what an option of a reading says."""
        if reading.endswith("/unstated_cumulation"):
            return word(SILENCE, option, lang)
        if self.policies is not None and lang == "zh":
            for plan in self.policies.plans:
                if reading in plan.readings:
                    return plan.readings[reading].options.get(option, option)
        return option

    def sentences(self) -> Iterator[tuple[Sentence, Citation]]:
        """Return every sentence of the loaded policies with its citation."""
        for plan in () if self.policies is None else self.policies.plans:
            header = plan.file.policy
            document = header.document or header.title
            for one in plan.sentences:
                yield one, Citation(header.issuer, document, one.path, one.sentence, one.quote, header.address)


def grouped_refusals(
    rows: Iterable[NotEligible], lang: Lang, names: Names | None = None
) -> dict[str, list[NotEligible]]:
    """Put together the sentences that are refused for one and the same reason: the first condition that fails."""
    made: dict[str, list[NotEligible]] = {}
    for row in rows:
        made.setdefault(say_failed(row.failed[0], lang, names), []).append(row)
    return made


def grouped_unasked(rows: Iterable[NotAsked]) -> dict[tuple[str, ...], list[NotAsked]]:
    """Put together the sentences for which the same lists were not given."""
    made: dict[tuple[str, ...], list[NotAsked]] = {}
    for row in rows:
        made.setdefault(row.lists, []).append(row)
    return made
