r"""What a column is, by its heading as lists usually print it, or by a mapping that the auditor writes.

    columns: {granted: 本次实拨（万元）, applicant: 收款人}   # our field: the heading
    payers: {市级: 市本级}                                    # who pays: the heading
    always: {policy: xian_30, decision_date: 2025-09-01}      # what holds for every line
    clauses: {设备更新奖励: xian_30/equipment_renewal}        # what the list calls a clause
    unit: 万元                                                # of amounts that name none

>>> field_of("拟补助金额（万元）"), field_of("资金来源/市级财政"), field_of("联系电话")
('granted', 'payers/市级', None)
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from subsidy_rules.audit.lines import MONEY
from subsidy_rules.audit.stated import squeezed
from subsidy_rules.errors import InputError, expect
from subsidy_rules.values import document as doc
from subsidy_rules.values.findings import Findings

FIELDS: Final[Mapping[str, str]] = {
    "number": "序号|编号|no|no\\.|#",
    "applicant": (
        "(?:申报|申请|承担|实施|建设|收款|获奖|受益|获补|补助|奖补|奖励|项目|企业|所属|拨付)?(?:单位|企业|主体|公司)(?:全称|名称)?"
        "|(?:补助|奖补|奖励|扶持|支持)对象|申报主体|申请人|企业名|收款人|户名|applicant|beneficiary|recipient"
        "|enterprise|company|organisation|organization|payee"
    ),
    "uscc": "(?:统一)?(?:社会)?信用代码|统一社会信用代码(?:证号)?|统一代码|uscc|creditcode",
    "project": "(?:申报|申请|奖补|补助|奖励|支持|建设)?项目(?:全称|名称)?|project(?:name)?|事项(?:名称)?",
    "object": "(?:认定|获得|荣誉|获评|申报)?(?:称号|荣誉|奖项|资质|产品)(?:名称)?|认定名称|object|title",
    "policy": (
        "(?:所依据|适用|依据|政策|奖补|补助)?(?:政策|文件|文号|政策文件|政策名称|文件名称|政策文号)(?:依据)?"
        "|policy|programme|program"
    ),
    "clause": (
        "(?:政策|依据|对应|适用|奖补|补助|奖励|所属)*(?:条款|条文)(?:号|序号|名称)?|(?:政策|奖补|补助|奖励)依据"
        "|支持类别|奖补类别|奖补类型|clause|article|section"
    ),
    "location": (
        "(?:所在|所属|注册|属地)?(?:县区|区县|县市区|县\\(?市、?区\\)?|地区|区域|市县|属地)|place|district|county"
    ),
    "batch": "批次|期次|年度|年份|batch|year",
    "department": "(?:主管|拨付|发放|拨款|业务|责任|审核)(?:部门|单位)|department|paidby",
    "remark": "备注|说明|remarks?|notes?|comment",
    "cut_reason": "核减(?:原因|理由|说明|依据)|reasonforcut",
    "claimed": (
        "(?:申报|申请|申领)(?:补助|奖补|奖励|资金|贴息|补贴)?(?:总)?(?:额|金额|资金|数)|claimed?|amountclaimed|requested"
    ),
    "audited": (
        "(?:审核|审定|审计|核定|评审|初审|复核|认定)(?:后)?(?:补助|奖补|奖励|资金)?(?:额|金额|资金|数)"
        "|assessed|amountassessed|amountaudited"
    ),
    "cut": "(?:核减|审减|扣减)(?:额|金额|资金|数)?|cut|reduction|amountcut",
    "granted": (
        "(?:拟|应|本次|计划|本年|建议|最终|实际|拟予)*(?:补助|补贴|奖补|奖励|资助|扶持|支持|兑现|安排|下达|批复|批准|兑付|贴息)"
        "(?:补助|奖补|奖励|资金|专项资金)?(?:总)?(?:额|额度|金额|资金|标准|数)|(?:资金)?(?:金额|额度|总额)|合计金额|补助合计"
        "|granted?|award|amount|amount(?:granted|awarded)|awarded"
    ),
    "paid": (
        "(?:已|实|累计|实际)*(?:已拨|实拨|拨付|已拨付|拨款|支付|已支付|发放|已发放|实发|付款|到账|实付|已付|兑付|已兑付)"
        "(?:补助|奖补|奖励|资金)?(?:额|金额|资金|数)?|paid|amountpaid|payment"
    ),
    "remaining": "(?:待|未|尚未|剩余|应)(?:拨付|拨|支付|付|发放)(?:额|金额|资金|数)?|remaining|outstanding",
    "decided": (
        "(?:决定|批复|公示|下达|审批|批准|认定|发文|评审|会议|立项|核准)(?:日期|时间)|decisiondate|date|datedecided|decidedon"
    ),
    "paid_on": "(?:拨付|支付|拨款|到账|付款|发放|兑付)(?:日期|时间)|paidon|paymentdate|datepaid",
}
"""The usual headings of each field, squeezed and in small letters."""

_HEADS: Final = {name: re.compile(words) for name, words in FIELDS.items()}
_LEVEL: Final = re.compile(
    r"(?P<who>中央|国家|省级?|市级?|市本级|区级?|县级?|区县级?|县区级?|县市区|镇街|园区|开发区|高新区|企业|本级)"
    r"(?:财政|资金|专项)*(?P<bears>承担|负担|配套|分担|安排|补助|拨付)?(?:部分|资金|额|金额|比例)?"
)
_SPLIT: Final = re.compile(r"承担|负担|分担|其中|资金来源|分级|各级|配套|split|payers?|borneby")
_BRACKET: Final = re.compile(r"[(\[【](?P<in>[^)\]】]*)[)\]】]")
_UNIT_IN: Final = re.compile(r"[/,，]?(?:单位[:：])?(?P<unit>[^/,，:：]+)$")
DATES: Final = ("decided", "paid_on")
PAYERS: Final = "payers/"


def plain_heading(text: str) -> str:
    """Return a heading without what is in brackets, squeezed and in small letters."""
    return re.sub(r"[/:：*]+$", "", _BRACKET.sub("", squeezed(text))).casefold()


def unit_of(text: str, units: Iterable[str]) -> str | None:
    """Return the unit of money that a heading names in brackets or after a stroke."""
    plain = squeezed(text)
    said = [found["in"] for found in _BRACKET.finditer(plain)]
    said += [plain.rpartition("/")[2]] if "/" in plain else []
    for one in said:
        found = _UNIT_IN.search(one)
        if found is not None and found["unit"] in units:
            return found["unit"]
    return None


def field_of(heading: str) -> str | None:
    """Return what a column is: a field, `payers/NAME` for what one payer bears, or None for anything else.

    A heading of several rows has them joined by `/`, the topmost first.
    """
    parts = [plain_heading(part) for part in heading.split("/")]
    parts = [part for part in parts if part]
    if not parts:
        return None
    payer = _LEVEL.fullmatch(parts[-1])
    if payer is not None and (payer["bears"] or any(_SPLIT.search(part) for part in parts[:-1])):
        return PAYERS + payer["who"]
    for part in ("".join(parts), parts[-1], parts[0]):
        for name, words in _HEADS.items():
            if words.fullmatch(part):
                return name
    return None


@dataclass(frozen=True, slots=True)
class Map:
    """What an auditor says of the columns of a list. Headings are compared squeezed and without their brackets."""

    columns: Mapping[str, str] = field(default_factory=dict)
    payers: Mapping[str, str] = field(default_factory=dict)
    always: Mapping[str, str] = field(default_factory=dict)
    clauses: Mapping[str, str] = field(default_factory=dict)
    unit: str | None = None
    ignore: tuple[str, ...] = ()
    source: str = ""

    def field_of(self, heading: str) -> str | None:
        """Return what a column is: as mapped, else by its usual heading, unless a mapped column is that field."""
        mine = {squeezed(head): name for name, head in self.columns.items()}
        mine |= {squeezed(head): PAYERS + name for name, head in self.payers.items()}
        for way in (squeezed, plain_heading):
            found = {way(head): name for head, name in mine.items()}.get(way(heading))
            found = found or {way(head): name for head, name in mine.items()}.get(way(heading.rpartition("/")[2]))
            if found is not None:
                return found
        if any(squeezed(heading) == squeezed(one) for one in self.ignore):
            return None
        usual = field_of(heading)
        taken = {*self.columns, *(PAYERS + name for name in self.payers)}
        return None if usual in taken else usual


NO_MAP: Final = Map()
ALWAYS: Final = ("policy", "clause", "decision_date", "batch", "department")
_KEYS: Final = ("columns", "payers", "always", "clauses", "unit", "ignore")


def load_map(path: str | Path) -> Map:
    """Read a mapping of columns from YAML or JSON. Raises `InputError` with every problem found."""
    expect(path, str | Path, "a mapping of columns is read from a path")
    document = doc.read(Path(path), error=InputError)
    findings = Findings(document)
    root = findings.mapping(document.root, "")
    made: dict[str, Mapping[str, str]] = {}
    unit, ignore = None, []
    for key, node in root.entries if root is not None else ():
        if key.text not in _KEYS:
            findings.unknown("unknown-key", key, key.text, key.text, _KEYS)
        elif key.text == "unit":
            unit = findings.text(node, key.text)
        elif key.text == "ignore":
            ignore = [findings.text(one, key.text) or "" for one in findings.items(node, key.text)]
        else:
            made[key.text] = _table(findings, node, key.text, {"columns": FIELDS, "always": ALWAYS}.get(key.text))
    findings.raise_as(InputError)
    return Map(**made, unit=unit, ignore=tuple(ignore), source=str(path))


def _table(findings: Findings, node: doc.Node, path: str, names: Iterable[str] | None) -> Mapping[str, str]:
    made = {}
    mapping = findings.mapping(node, path)
    for key, value in mapping.entries if mapping is not None else ():
        if names is not None and key.text not in names:
            findings.unknown("unknown-key", key, f"{path}.{key.text}", key.text, names)
        made[key.text] = findings.text(value, f"{path}.{key.text}") or ""
    return made


def is_money(name: str) -> bool:
    """Whether a column holds amounts."""
    return name in MONEY or name.startswith(PAYERS)


def named(headings: Sequence[str], use: Map) -> list[str | None]:
    """Return what each column is, in their order."""
    return [use.field_of(heading) if heading else None for heading in headings]
