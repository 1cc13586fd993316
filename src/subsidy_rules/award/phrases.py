"""Phrases: what stands for amounts, codes, places and facts in Chinese and in English.

Sentences (`explain`) and tables (`report`) say the same things with these. A ceiling is never said as if it were owed:

>>> from fractions import Fraction
>>> say_amount(Amount.exact(Fraction(30_000_000)).bounded("discretion"), "zh")
'至多 30万元（上限，不是应付数）'
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final, TypeAlias

from subsidy_rules.award.engine import ANOTHER
from subsidy_rules.award.failing import EITHER
from subsidy_rules.award.model import Citation, Failed, Json, NotAsked, NotEligible, ReadingUse
from subsidy_rules.award.required import Requirements
from subsidy_rules.award.written import PAPERS, UNKNOWN, YES, write_label, write_money, write_place
from subsidy_rules.errors import Lang
from subsidy_rules.facts.vocabulary import FieldSpec, Vocabulary
from subsidy_rules.plan import ClausePlan, Policies, PolicyPlan, RulePlan, Sentence
from subsidy_rules.values.amount import BOUND_REASONS, Amount
from subsidy_rules.values.classes import dataclass
from subsidy_rules.values.quantity import CNY, ZERO, Currency, Infinity

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
    "less": ("已获抵减", "already received"),
    "tiers": ("分档", "band"),
    "slices": ("分段累进", "slices"),
    "add": ("加奖", "added"),
    "minimum": ("保底", "minimum"),
    "pay_from": ("起付", "paid from"),
    "clamp": ("限定区间", "clamp"),
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
    "version": ("适用的版本", "version that applies"),
    "suspended": ("本句已暂停执行", "suspended"),
    "repealed": ("本句已废止", "repealed"),
}
FIXED: Final = ("beneficiary", "place", "window")
"""Roles of conditions that no paper changes."""
CHANGED: Final = ("version", "suspended", "repealed")
"""Roles of conditions that say which law is in force; of these the days and the document are said too."""
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
    "authority_choice": (
        "互相排斥的奖补中取哪一项，由有权机关决定",
        "which of the awards that exclude each other is paid, an authority chooses",
    ),
    "zero_divisor": (
        "除数为零，条文没有规定如何计算",
        "a share of nothing: the text does not say what it comes to",
    ),
    "open_reading": ("条文没有规定，须由有权机关认定", "the text leaves it open; an authority must say"),
    "open_list": ("是否属于“等”所指，须由有权机关认定", "whether an open list includes it, an authority must say"),
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
    "zero_base": (
        "上年的数额是零，无从计算同比增长",
        "the figure of the year before is zero, so there is no growth to compute",
    ),
}
FLAGS: Final[Words] = {
    "implementing_rules_pending": (
        "按本文件计算；实施细则、审核和预算安排之前不构成应付",
        "by this text alone; implementing rules, review and budget come first",
    ),
    "newer_policy_prevails": (
        "国家、省、市出台资金使用新政策的，按新政策执行",
        "where the state, the province or the city issues a newer policy on the money, that one holds",
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
    "inclusive_threshold_convention": ("“以上”按含本数计算", "“or more” is taken to include the figure itself"),
    "below_pay_from": ("不足起付标准，不予支付", "less than what is paid at all, so nothing is paid"),
    "logical_bound": ("已按所依据的金额封顶", "bounded by the amount that it is a share of"),
    "decision_clipped": (
        "所给的确定金额超过条文的上限，按上限计算",
        "the amount decided is above the ceiling of the text, and is cut to it",
    ),
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
PAYERS: Final[Words] = {
    "中央": ("中央", "central"),
    "省级": ("省级", "provincial"),
    "市级": ("市级", "city"),
    "地方": ("地方", "local"),
    "区县": ("区县", "district"),
}
STATES: Final[Words] = {
    "due": ("应付", "due"),
    "not_due": ("未到期", "not yet due"),
    "open": ("未定", "open"),
}
SILENCE: Final[Words] = {
    "undecided": ("不作决定，两端都列出", "undecided: both ends are shown"),
    "higher_of": ("就高，不重复", "the higher only"),
    "sum": ("相加", "the sum"),
}
SILENCE_ASKS_EN: Final = "how awards on one project or one recognition add up where the text does not say"
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


def say_amount(amount: Amount, lang: Lang, currency: Currency = CNY) -> str:
    """Say an amount so that nobody takes a ceiling for a sum that is owed."""
    lo, hi = write_money(amount.minimum, lang, currency), write_money(amount.maximum, lang, currency)
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


def cell_amount(amount: Amount, lang: Lang, currency: Currency = CNY) -> str:
    """Write an amount for a cell of a table; a ceiling says 至多, a range both ends."""
    lo, hi = write_money(amount.minimum, lang, currency), write_money(amount.maximum, lang, currency)
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


def cite(citation: Citation, lang: Lang) -> str:
    """Say where a citation stands: `市政办发〔2024〕30号 三（三）第1句`; a guide has no path, only what it fills."""
    if not citation.sentence:
        if not citation.path:
            return citation.document
        filled = f"（{citation.path}）" if lang == "zh" else f" ({citation.path})"
        return f"{citation.document}{filled}"
    return f"{citation.document} {write_place(citation.path, citation.sentence, lang)}"


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


AMENDED: Final[Words] = {
    "suspended": ("暂停执行", "suspended"),
    "repealed": ("废止", "repealed"),
    "corrected": ("更正", "corrected"),
}


def say_amendment(one: Mapping[str, Json], lang: Lang) -> str:
    """Say what became of a sentence: what, on which days, by which document, what stood there before."""
    days = f"{one['from']} – {one['until']}" if one["until"] else f"{one['from']} –"
    was = str(one.get("was") or "")
    if lang == "zh":
        return f"〔{AMENDED[str(one['kind'])][0]} {days}，{one['document']}{f'，原文“{was}”' if was else ''}〕"
    return f"[{AMENDED[str(one['kind'])][1]} {days}, {one['document']}{f', it was “{was}”' if was else ''}]"


def say_edition(head: Mapping[str, Json], lang: Lang) -> str:
    """Say of which version a pack is, who has reviewed it and who has approved it; nothing where its head does not."""
    zh, made = lang == "zh", []
    version = head.get("version")
    if isinstance(version, dict):
        days = f"{version['from']} – {version['until'] or ''}".rstrip()
        name = f"{version['of']} {version['name']}"
        made.append(f"{name}，{days}有效" if zh else f"{name}, in force {days}")
    for key, verb in (("reviewed_by", ("审核", "reviewed by")), ("approved_by", ("批准", "approved by"))):
        found = head.get(key)
        for one in (each for each in (found if isinstance(found, list) else ()) if isinstance(each, dict)):
            more = "".join(f"，{one[name]}" if zh else f", {one[name]}" for name in ("document", "note") if name in one)
            made.append(
                f"{verb[0]}：{one['by']} {one['on']}{more}" if zh else f"{verb[1]} {one['by']} on {one['on']}{more}"
            )
    return ("；" if zh else "; ").join(made)


def say_failed(failed: Failed, lang: Lang, names: Names | None = None) -> str:
    """Say a condition that fails: the fact, the value read, the value required, how far apart they are.

    Of a sentence that another document changed it says first what was changed, on which days, by which document.
    """
    said = _say_failed(failed, lang, names)
    if failed.role not in CHANGED:
        return said
    head = word(ROLES, failed.role, lang)
    return f"{head}（{failed.condition}）：{said}" if lang == "zh" else f"{head} ({failed.condition}): {said}"


def _say_failed(failed: Failed, lang: Lang, names: Names | None) -> str:
    zh, at = lang == "zh", lang == "en"
    known = names or Names(None)
    read, required = (
        (failed.read, failed.required)
        if zh or not failed.required_en
        else (
            failed.read_en,
            failed.required_en,
        )
    )
    if failed.fact.startswith("reading."):
        reading = failed.fact.removeprefix("reading.")
        taken, wanted = (known.option(reading, one, lang) for one in (read, required))
        return (
            f"解读 {reading} 取“{taken}”，本句要求“{wanted}”"
            if zh
            else (f"reading {reading} is “{taken}”; this sentence needs “{wanted}”")
        )
    if not failed.fact:
        return f"不满足：{required}" if zh else f"does not hold: {required}"
    fact = labelled(failed.fact, failed.label[at] or known.label(failed.fact, lang), lang)
    detail = "" if not failed.detail[at] else f"（{failed.detail[at]}）" if zh else f" ({failed.detail[at]})"
    short = "" if not failed.short[at] else f"，{failed.short[at]}" if zh else f"; {failed.short[at]}"
    counted = re.fullmatch(r"(\d+)项", failed.read)
    either = EITHER[at] if required.endswith(EITHER[at]) else ""
    required = required.removesuffix(either)
    if counted is not None:
        if failed.role == "items" and not detail:
            return (
                f"{fact}共{failed.read}，没有本句所指的"
                if zh
                else f"{fact}: {counted[1]} given, none that this sentence is about"
            )
        if zh:
            return f"{fact}共{failed.read}，要求{required}{detail}{either}{short}"
        return f"{fact}: {counted[1]} given; required: {required}{detail}{either}{short}"
    needed = required.replace("：", " ")
    if zh:
        needed = f"为“{needed}”" if needed in (YES["zh"], "否") else needed
        stated = f"{fact}未给出" if failed.read == UNKNOWN["zh"] else f"{fact}为“{read}”"
        said = f"{stated}，要求{needed if needed[:1] not in '≥≤><=≠' else f' {needed}'}{detail}{either}{short}"
    else:
        stated = f"{fact} is not given" if failed.read == UNKNOWN["zh"] else f"{fact} is “{read}”"
        said = f"{stated}; required: {required}{detail}{either}{short}"
    nearest = failed.nearest[at]
    if not nearest:
        return said
    return said + (
        f"；“{read}”没有列举，列举中最近的是“{nearest}”，不能比照享受"
        if zh
        else f"; “{read}” is not listed, the nearest that is: “{nearest}”, which gives no entitlement"
    )


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

    @property
    def plans(self) -> tuple[PolicyPlan, ...]:
        """The plans of the loaded policies."""
        return () if self.policies is None else self.policies.plans

    def _owner(self, path: str) -> tuple[str, str]:
        """Return the entity that a path ends in, and its last name."""
        entity = "case"
        parts = [re.sub(r"\[\d+\]$", "", part) for part in path.split(".")]
        for part in parts[:-1]:
            listed = self.vocabulary.lists.get(entity, {}).get(part)
            entity = part if listed is None else listed.entity
        return entity, parts[-1]

    def spec(self, path: str) -> FieldSpec | None:
        """Return the field at a path of the case."""
        return self.vocabulary.field(*self._owner(path))

    def label(self, path: str, lang: Lang) -> str:
        """Return the label of the fact at a path of the case, or nothing."""
        entity, name = self._owner(path)
        spec = self.vocabulary.field(entity, name)
        if spec is not None:
            return write_label(spec, lang)
        listed = self.vocabulary.lists.get(entity, {}).get(name)
        return "" if listed is None or lang == "en" else listed.zh

    def fact(self, path: str, lang: Lang) -> str:
        """Return a path with its label; a reading that is open as such."""
        if path.startswith("reading."):
            return f"{'解读' if lang == 'zh' else 'reading'} {path.removeprefix('reading.')}"
        return labelled(path, self.label(path, lang), lang)

    def papers(self, path: str, lang: Lang) -> str:
        """Return what usually shows the fact at a path, or nothing."""
        entity, name = self._owner(path)
        listed = self.vocabulary.lists.get(entity, {}).get(name)
        return PAPERS.get(entity if listed is None else listed.entity, ("", ""))[lang == "en"]

    def shown(self, name: str, lang: Lang) -> str:
        """Return the id of a row as it is shown: what is unknown of a group's keys is said in words."""
        head, at, thing = name.partition("@")
        return head + at + "/".join(self._shown_key(part, lang) for part in thing.split("/"))

    def _shown_key(self, part: str, lang: Lang) -> str:
        if not part.startswith(ANOTHER):
            return part
        fact = self.fact(part.removeprefix(ANOTHER).lstrip("."), lang)
        return f"未知的{fact}" if lang == "zh" else f"unknown {fact}"

    def option(self, reading: str, option: str, lang: Lang) -> str:
        """Return what an option of a reading says."""
        if reading.endswith("/unstated_cumulation"):
            return word(SILENCE, option, lang)
        if lang == "zh":
            for plan in self.plans:
                if reading in plan.readings:
                    return plan.readings[reading].options.get(option, option)
        return option

    def asks(self, use: ReadingUse, lang: Lang) -> str:
        """Return what a reading asks: in the pack's words, but for the reading of silence, which every pack has."""
        return SILENCE_ASKS_EN if lang == "en" and use.id.endswith("/unstated_cumulation") else use.asks

    def sentences(self) -> Iterator[tuple[Sentence, Citation]]:
        """Return every sentence of the loaded policies with its citation."""
        for plan in self.plans:
            header = plan.header
            document = header.document or header.title
            for one in plan.sentences:
                yield one, Citation(header.issuer, document, one.path, one.sentence, one.quote, header.address)

    def citation(self, sentence: Sentence) -> Citation | None:
        """Return the citation of a sentence of the loaded policies."""
        return next((cited for one, cited in self.sentences() if one == sentence), None)

    def clause(self, sentence: Sentence) -> tuple[PolicyPlan, ClausePlan] | None:
        """Return the clause that a sentence is, or is a part of, with its policy."""
        for plan in self.plans:
            for clause in (*plan.clauses, *plan.obligations):
                if plan.id == sentence.policy and (sentence in clause.sentences or clause.sentence == sentence):
                    return plan, clause
        return None

    def requirements(self, plan: PolicyPlan, clause: ClausePlan, chosen: Mapping[str, str]) -> Requirements:
        """Return what says the conditions of a clause in words."""
        constants = tuple(Amount.exact(value) for value, _ in plan.constants)
        return Requirements(self.vocabulary, constants, chosen, clause.sentence.id)

    def rule(self, name: str) -> RulePlan | None:
        """Return a rule between awards by `policy/rule`."""
        for plan in self.plans:
            for one in plan.rules:
                if f"{plan.id}/{one.id}" == name:
                    return one
        return None


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
