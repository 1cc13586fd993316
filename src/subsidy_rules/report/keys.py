"""What each key of a rule file, a guide, a reform and a test file is called, in Chinese and English, for editors.

>>> said_of("Cap", "of")
('上限限制的是什么', 'what the cap is of')
>>> said_of("Clause", "quote")
('原文语句', 'the words of the text')

A key means the same wherever it stands, but for those that are named with their model.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, TypeAlias

__all__ = ["EXPRESSIONS", "member_said", "said_of"]

Both: TypeAlias = tuple[str, str]


def said_of(model: str, key: str) -> Both | None:
    """Return what a key of a model is called in Chinese and English."""
    return _KEYS.get(f"{model}.{key}") or _KEYS.get(key)


def member_said(key: str, member: str) -> str:
    """Return what a member of an enumeration of the language is called, in both; the member alone where it is plain.

    >>> member_said("fund", "city")
    '市级 · city'
    """
    said = _MEMBERS.get(f"{key}.{member}")
    return f"{said[0]} · {said[1]}" if said else member


def _table(text: str) -> Mapping[str, Both]:
    made = {}
    for line in text.strip().splitlines():
        key, zh, en = (part.strip() for part in line.split("|"))
        made[key] = (zh, en)
    return made


EXPRESSIONS: Final = frozenset(
    [
        "assessed",
        "basis",
        "by",
        "case_by_case",
        "decision",
        "event",
        "granted",
        "less",
        "limit",
        "paid",
        "principal",
        "days",
        "share",
        "slices",
        "tiers",
        "unless",
        "when",
        "where",
    ]
)
"""Keys whose value reads facts."""

_KEYS: Final[Mapping[str, Both]] = _table("""
language | 条款语言版本 | version of the clause language
policy | 政策信息 | the policy
readings | 歧义及其解读 | ambiguities that move a figure, and how they may be read
vocabulary | 本政策给已有事实增加的取值 | members that this policy adds to facts that are there
things | 本政策自有的事物 | kinds of things that only this policy counts
facts | 本政策自有的事实 | facts that only this policy needs
units | 本政策自有的计量单位 | units of quantities
lists | 命名的取值清单 | named sets of members
define | 命名的条件或数值 | named conditions and values
parameters | 由其他文件给出的数值 | figures that another document gives
ladders | 同一荣誉的等级 | levels or grades of one honour
clauses | 条款：每个有效语句一项 | the sentences, one entry each
cumulation | 奖补之间的规则 | rules between awards
not_modelled | 未能写成规则的语句 | sentences that could not be written
id | 编号：小写字母、数字和下划线 | id: small letters, digits and _
title | 标题 | title
issuer | 发文机关 | issuing body
document | 文号或文件名 | number or name of the document
address | 文件网址 | address of the document
currency | 币种 | currency
place | 适用地区 | where it is in force
window | 有效期 | from when until when it is in force
rounding | 取整规则 | how amounts are rounded
unstated_cumulation | 文字未写能否叠加时如何处理 | what holds where the text does not say whether awards add up
flags | 提示代码 | codes of what a person should know
version | 版本 | which version of a policy it is
reviewed_by | 复核人 | who has reviewed the file
approved_by | 批准人 | who has approved the file
code | 代码 | code
zones | 功能区 | zones
digits | 小数位数 | decimals
written | 金额的写法 | how amounts are written
CurrencyModel.units | 金额单位 | units of money
zh | 中文名称 | name in Chinese
en | 英文名称 | name in English
start | 起始日 | first day
start_flag | 因起始日而附的提示 | flag because of the first day
start_other | 另一可能的起始日 | the other tenable first day
events_from | 事件最早日期 | first day of events
end | 截止日 | last day
horizon | 此日之后未知 | what is later is unknown
date | 日期 | date
Rounding.unit | 取整单位 | unit that amounts are rounded to
stated | 文件是否写明 | whether the text says so
mode | 取整方式 | which way
asks | 问题 | what is asked
options | 各种解读 | how it may be read
default | 默认解读 | the reading taken unless another is chosen
reason | 理由 | why
genus | 称号、奖项、认证等大类 | genus
MemberModel.list | 所属名单 | the list that it is on
ThingModel.list | 清单名称，如 vehicles | the name of the list, such as vehicles
ThingModel.of | 所属对象 | what it stands in
type | 类型 | type
members | 取值 | members
open | 是否未穷尽列举（等） | whether others may be meant
sort | 由谁提供 | who can supply it
FactModel.unit | 计量单位 | unit of the quantity
FactModel.of | 引用的对象 | what a reference may name
absent | 未填时的含义 | what it means where it is not given
min | 最小值 | least value
max | 最大值 | greatest value
ListModel.of | 清单针对的事实，如 project.kinds | the fact that it is a list of, such as project.kinds
section | 国民经济行业门类 | section of GB/T 4754
ParameterModel.by | 按哪些事实查 | the facts that it is looked up by
on | 按哪一天查 | the day that it is looked up for
values | 数值表 | the table of figures
is | 行的取值 | what the row is for
GuideRow.from | 起用日期 | the day from which it holds
value | 值 | value
Ladder.of | 针对的事实，如 title.kind | the fact, such as title.kind
levels | 由低到高的等级 | levels, the lowest first
object | 同一对象的含义 | what is one object
path | 条款位置，如 二（一） | its place in the text, such as 二（一）
printed | 原文误印的条号 | the number as misprinted
sentence | 该款第几句 | which sentence of the paragraph
quote | 原文语句 | the words of the text
gives | 该句给予什么 | what the sentence gives
beneficiary | 申报主体类型 | types of applicants
per | 按什么发放 | one award for each of what
Cap.per | 按什么计 | for each of what
Tiers.per | 各档上限按什么计 | for each of what the caps of bands are
Slices.per | 各段上限按什么计 | for each of what the caps of slices are
Transition.per | 针对的对象 | what it is of
fund | 出资层级 | which fund pays
where | 该句针对什么（不符则没有此行） | what the sentence is about: false, and there is no row
when | 在什么条件下 | under which condition
Clause.when | 应符合的条件（不符则不予支持） | what must hold: false, and it is refused
TableSentence.when | 应符合的条件 | when this sentence holds
doubt | 法律上未定的条件 | where eligibility is open by law
event | 决定适用的日期 | the date that decides
new_only | 仅限新发生的 | only what is new
award | 计算步骤，按顺序 | the steps, in order
Add.add | 另加的步骤 | steps that are added
rows | 各行 | rows
Clause.rows | 互斥的各句 | exclusive sentences
Table.rows | 表的各行 | rows of the table
Tiers.rows | 各档 | bands
Slices.rows | 各段 | slices
payers | 由谁分担 | who pays which part
instalments | 分期拨付 | parts by date
settlement | 清算 | settlement
obligation | 义务的计算步骤 | steps of an obligation
share_of | 以哪项义务为基数 | the obligation that it is a share of
part_of | 属于哪些奖补 | the awards that it is a part of
replaces | 替换哪一条的哪一步，如 retrofit.rate | the step that it replaces, such as retrofit.rate
notes | 说明 | notes
amended | 后来的修改 | what became of it later
basis | 计算基数 | basis
rate | 比例 | rate
lump_sum | 定额 | fixed sum
at_most | 仅写上限（不超过） | bound wording: up to
cap | 上限 | cap
Cap.of | 上限限制的是什么 | what the cap is of
unless | 何时不受此限 | when it does not hold
limit | 逻辑上限 | logical bound
decision | 主管部门核定的金额 | the amount that the authority decided
granted | 已分配的金额 | what is already allocated
share | 份额 | share
less | 扣减 | what is set against it
case_by_case | 一事一议的金额 | the amount decided for the case
Clamp.clamp | 上下限 | both ends
least | 不低于 | at least
greatest | 不高于 | at most
each | 逐项计算 | for each
Each.of | 每项的步骤 | steps for each
interest | 利息 | interest
principal | 本金 | principal
days | 天数 | days
day_count | 一年按几天计 | days of a year
minimum | 最低金额 | minimum
pay_from | 低于此数不发放 | nothing is paid below
Round.round | 取整 | rounding to a multiple
to | 至（含） | to, included
Multiple.to | 取整到 | to a multiple of
slices | 超额累进的数值 | the figure that is cut into slices
tiers | 分档的数值 | the figure whose band applies
from | 自（含） | from, included
over | 超过（不含） | over, excluded
below | 不足（不含） | below, excluded
price | 每单位金额 | price of each unit
guide | 由参数给出 | a parameter gives it
by | 按哪些事实 | by which facts
Rule.by | 以什么比较 | by what they are compared
Review.by | 由谁 | by whom
AmendmentModel.by | 由哪一日期决定 | which date decides
VersionModel.by | 由哪一日期决定 | which date chooses
called | 此步之后金额的名称，后面用 amount.名称 引用 | name of the amount that it leaves, amount.NAME in later steps
name | 名称 | name
amount | 金额 | amount
parts | 各期 | parts
paid | 已付金额 | what has been paid
assessed | 验收后核定的金额 | what was assessed
kind | 种类 | kind
Rule.clauses | 涉及的条款 | the clauses that it is between
against | 对方条款 | the clauses on the other side
earlier | 是否计入以前的奖补 | whether earlier awards count
same | 何为同一对象 | what makes them of the same
reduce | 如何削减 | how it cuts
choice | 由谁选择 | who chooses which is paid
highest | 只计最高的几项 | how many items count, the highest
fills | 各参数的数值 | values of the parameters
reform | 改革文件格式版本 | version of the form
changes | 改动：路径及其新内容 | what changes, by path
guides | 附带的参数文件 | guides that it brings
taints | 影响的条款 | the clauses that it touches
until | 止于 | until
AmendmentModel.from | 自 | from
VersionModel.from | 自 | from
VersionModel.of | 所属政策 | the policy that it is a version of
was | 原文 | how it was before
transitional | 过渡条款 | transitional provisions
Transition.version | 适用的版本 | the version that is kept
Review.on | 日期 | on which day
Review.note | 备注 | remark
text | 文字 | text
why | 原因 | why
""")

_MEMBERS: Final[Mapping[str, Both]] = _table("""
mode.half_up | 四舍五入 | half up
mode.up | 向上 | up
mode.down | 向下 | down
unstated_cumulation.undecided | 不定：合计为一个范围 | open: the total is a range
unstated_cumulation.higher_of | 择高 | the higher one
unstated_cumulation.sum | 叠加 | both
of.case | 案例本身 | the case
of.project | 项目 | a project
type.bool | 是或否 | truth
type.money | 金额 | money
type.ratio | 比例 | ratio
type.count | 个数 | count
type.quantity | 数量，带单位 | quantity with a unit
type.date | 日期 | date
type.text | 文字 | text
type.enum | 取值之一 | one of its members
type.set | 若干取值 | several of its members
type.ref | 引用另一事物 | the id of another thing
sort.applicant | 申报主体可提供 | the applicant can supply it
sort.authority | 只有主管部门能提供 | only an authority can supply it
sort.standard | 外部标准 | an outside standard
absent.unknown | 未填即未知 | not given is not known
absent.none | 未填即没有 | not given is none
object.enterprise | 企业 | the enterprise
object.object | 称号所指的对象 | what the title is of
gives.award | 奖补 | an award
gives.none | 不给予任何东西 | nothing
gives.rule | 影响其他奖补的规则 | a rule on other awards
gives.obligation | 义务 | an obligation
beneficiary.any | 任何主体 | whoever it is
fund.central | 中央 | central
fund.provincial | 省级 | provincial
fund.city | 市级 | city
fund.district | 区县级 | district
of.award | 奖补金额 | the award
of.basis | 计算基数 | the basis
of.sum | 各项之和 | the sum
kind.suspended | 暂停 | suspended
kind.repealed | 废止 | repealed
kind.corrected | 更正 | corrected
kind.ceiling | 累计上限 | ceiling over several awards
kind.higher_of | 择高，不重复 | the higher one is paid
kind.bar | 排除 | bars an award
kind.stacks | 可以叠加 | may be added
earlier.this_year | 只计本年度 | those of this year
earlier.true | 计入以前各年 | those of all years
earlier.false | 不计入 | none
same.project | 同一项目 | the same project
same.title | 同一称号 | the same title
same.any | 任意 | any
choice.higher | 取高者 | the higher is paid
choice.applicant | 由申报者选择 | the applicant
choice.authority | 由有权机关决定 | an authority
reduce.last_in | 从最后的开始削减 | the last ones first
reduce.pro_rata | 按比例 | pro rata
""")
