"""How facts and figures are written in Chinese and in English, and which papers show a fact.

A pack labels its own words in both languages. The shared vocabulary is labelled in Chinese; its English stands here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from subsidy_rules.errors import Lang
from subsidy_rules.facts.case import NO_LOWER, Members, Other, Ref, Value
from subsidy_rules.facts.vocabulary import QUANTITY, FieldSpec
from subsidy_rules.values.amount import Amount
from subsidy_rules.values.quantity import (
    CNY,
    ZERO,
    Currency,
    Infinity,
    Number,
    exact_text,
    format_date,
    format_money,
    format_quantity,
    format_ratio,
)

UNKNOWN: Final = {"zh": "未知", "en": "unknown"}
YES: Final = {"zh": "是", "en": "yes"}
NO: Final = {"zh": "否", "en": "no"}
NONE: Final = {"zh": "无", "en": "none"}

FIELDS_EN: Final[Mapping[tuple[str, str], str]] = {
    ("case", "applied_on"): "date of application",
    ("enterprise", "type"): "type of beneficiary",
    ("project", "total"): "total investment",
    ("project", "nature"): "nature of the works",
    ("project", "purposes"): "purposes",
    ("project", "kinds"): "kinds of project",
    ("project", "industry"): "industry of the project",
    ("project", "place"): "place of the project",
    ("project", "share"): "share of this beneficiary",
    ("project", "started"): "date of the start of works",
    ("project", "completed"): "date of completion",
    ("project", "same_as"): "same project as",
    ("park", "place"): "place of the park",
    ("title", "kind"): "title",
    ("title", "object"): "what was recognised",
    ("title", "recognised_on"): "date of recognition",
    ("title", "event"): "kind of recognition",
    ("grant", "level"): "level of the money",
    ("grant", "special"): "special fund",
    ("grant", "approved"): "amount approved",
    ("grant", "received"): "amount received",
    ("grant", "received_on"): "date received",
    ("grant", "event"): "first or repeated",
    ("loan", "kind"): "kind of loan",
    ("loan", "new"): "new loan",
    ("loan", "lpr"): "loan prime rate (LPR)",
    ("loan", "rate"): "rate of interest",
    ("product", "kind"): "kind of product",
    ("product", "self_developed"): "developed by the enterprise itself",
    ("station", "weak_signal"): "in an area of weak signal",
    ("station", "standard"): "standard of the universal service subsidy",
    ("station", "built_on"): "date of completion",
    ("service", "kind"): "kind of service",
    ("service", "plan_made"): "plan drawn up",
    ("certificate", "kind"): "kind of certificate",
    ("certificate", "event"): "how it was obtained",
    ("certificate", "issued_on"): "date of issue",
    ("procurement", "kind"): "kind of procurement",
    ("procurement", "contract"): "contract amount",
    ("procurement", "above_quota"): "at or above the procurement quota",
    ("procurement", "special_needs"): "special procurement needs",
    ("procurement", "suitable_sme"): "suitable for small and medium enterprises",
    ("procurement", "dedicated"): "reserved for small and medium enterprises",
    ("earlier_award", "amount"): "amount of the earlier award",
    ("earlier_award", "paid_on"): "date of payment",
}
"""English labels of shared fields whose own name does not say enough."""

MEMBERS_EN: Final[Mapping[str, str]] = {
    "国家级": "national",
    "省级": "provincial",
    "市级": "municipal",
    "县级": "county",
    "新建": "new construction",
    "改扩建": "renovation and expansion",
    "搬迁": "relocation",
    "改造": "renovation",
    "其他": "other",
    "固定资产": "fixed assets",
    "流动资金": "working capital",
    "货物": "goods",
    "服务": "services",
    "工程": "works",
}
"""English labels of the members of the shared vocabulary that have a Chinese name."""

PAPERS: Final[Mapping[str, tuple[str, str]]] = {
    "case": ("申报表和决定文书", "the application form and the decision"),
    "enterprise": ("营业执照、统计报表或审计报告", "the business licence, statistical returns or an audit report"),
    "project": ("备案文件、验收文件或审计报告", "the project's filing, its acceptance report or an audit report"),
    "cost": ("合同、发票和付款凭证，或审计报告", "contracts, invoices and payment records, or an audit report"),
    "park": ("园区批复文件", "the approval of the park"),
    "title": ("认定文件、名单或证书", "the recognition document, the published list or the certificate"),
    "grant": ("资金下达文件和到账凭证", "the document that allots the money and the bank receipt"),
    "loan": ("贷款合同和付息凭证", "the loan contract and the interest receipts"),
    "product": ("产品登记文件和销售明细", "the product's registration and the record of its sales"),
    "site": ("场所证明文件", "papers on the site"),
    "station": ("基站建设和验收文件", "the papers on the station's construction and acceptance"),
    "service": ("服务合同、方案和发票", "the service contract, the plan and the invoices"),
    "certificate": ("证书", "the certificate"),
    "procurement": ("采购文件和合同", "the procurement documents and the contract"),
    "earlier_award": ("历次拨付文件", "the records of earlier payments"),
}
"""What usually shows a fact of an entity; no text prescribes it."""


def write_member(spec: FieldSpec, name: str, lang: Lang = "zh") -> str:
    """Write a member of an enumeration by its label."""
    member = spec.members.get(name)
    if member is None:
        return name
    return (member.zh or name) if lang == "zh" else member.en or MEMBERS_EN.get(name) or name.replace("_", " ")


def write_label(spec: FieldSpec, lang: Lang = "zh") -> str:
    """Write a field by its label."""
    if lang == "zh":
        return spec.zh or spec.name
    return spec.en or FIELDS_EN.get((spec.entity, spec.name)) or spec.name.replace("_", " ")


def listed(names: list[str], lang: Lang) -> str:
    """Write several names one after the other."""
    return ("、" if lang == "zh" else ", ").join(names)


def write_money(fen: Number, lang: Lang = "zh", currency: Currency = CNY) -> str:
    """Write money for people; a figure without a finite decimal is cut two after the last and ends in `…`.

    >>> from fractions import Fraction
    >>> write_money(Fraction(280000000)), write_money(Fraction(25643888), "en"), write_money(Fraction(1000, 3))
    ('280万元', 'CNY 256,438.88', '3.3333…元')
    """
    if isinstance(fen, Infinity):
        return "∞"
    if "/" in exact_text(fen):
        whole, places = abs(fen) * 100, currency.digits + 2
        cut = whole.numerator // whole.denominator
        text = f"{'-' if fen < 0 else ''}{cut // 10**places:,}.{cut % 10**places:0{places}d}…"
        return f"{text}{currency.zh}" if lang == "zh" else f"{currency.code} {text}"
    if lang == "zh":
        return format_money(fen, currency)
    whole_text, dot, part = exact_text(fen / currency.one).partition(".")
    sign = "-" if whole_text == "-0" else ""
    return f"{currency.code} {sign}{int(whole_text):,}" + (dot + part.ljust(currency.digits, "0") if part else "")


def write_number(value: Number, type_: str, lang: Lang = "zh", currency: Currency = CNY) -> str:
    """Write a number of a type for people."""
    if type_ == "money":
        return write_money(value, lang, currency)
    if isinstance(value, Infinity):
        return "∞"
    if type_.startswith(QUANTITY):
        return format_quantity(value, type_.removeprefix(QUANTITY))
    if type_ == "date" and value < 1:
        return "…"
    return {"ratio": format_ratio, "date": format_date}.get(type_, exact_text)(value)


def write_amount(amount: Amount, type_: str, lang: Lang = "zh", currency: Currency = CNY) -> str:
    """Write an amount of a type for people: one figure, or `least–greatest`; no date at all is `无`."""
    if isinstance(amount.maximum, Infinity):
        lowest = NO_LOWER if type_ == "ratio" else ZERO
        return UNKNOWN[lang] if amount.minimum <= lowest else f"≥ {write_number(amount.minimum, type_, lang, currency)}"
    if type_ == "date" and amount.maximum < 1:
        return NONE[lang]
    lo, hi = (write_number(end, type_, lang, currency) for end in (amount.minimum, amount.maximum))
    return lo if lo == hi else f"{lo}–{hi}"


def write_value(value: Value | None, spec: FieldSpec, lang: Lang = "zh", currency: Currency = CNY) -> str:
    """Write a fact's value for people; `未知` where it is not given."""
    if value is None:
        return UNKNOWN[lang]
    if isinstance(value, Amount):
        return write_amount(value, spec.measure, lang, currency)
    if isinstance(value, bool):
        return (YES if value else NO)[lang]
    if isinstance(value, Members):
        names = [write_member(spec, name, lang) for name in sorted(value.names)]
        return listed([*names, *value.other], lang) or NONE[lang]
    if isinstance(value, Other):
        return f"其他：{value.text}" if lang == "zh" else f"other: {value.text}"
    if isinstance(value, Ref):
        return value.id
    return write_member(spec, value, lang)


def ordered(spec: FieldSpec, names: frozenset[str]) -> list[str]:
    """Return members in the order in which they are declared."""
    order = {name: place for place, name in enumerate(spec.members)}
    return sorted(names, key=lambda name: (order.get(name, len(order)), name))


def write_members(spec: FieldSpec, names: frozenset[str], lang: Lang = "zh") -> str:
    """Write several members; codes that follow each other as a range (`13–43`)."""
    runs: list[list[str]] = []
    for name in ordered(spec, names):
        last = runs[-1][-1] if runs else ""
        if name.isdigit() and last.isdigit() and int(name) == int(last) + 1:
            runs[-1].append(name)
        else:
            runs.append([name])
    return listed([write_member(spec, run[0], lang) + (f"–{run[-1]}" if len(run) > 1 else "") for run in runs], lang)


def write_place(path: str, sentence: int, lang: Lang = "zh") -> str:
    """Write where in its text a sentence stands: `三（三）第1句`, `14 第3句`."""
    if lang == "en":
        return f"{path} sentence {sentence}"
    return f"{path}{' ' if path[-1:].isascii() else ''}第{sentence}句"
