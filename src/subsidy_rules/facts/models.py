"""The entities of a case as pydantic models, so that an editor completes them and a type checker reads them.

Their values are the texts a file would carry (`"2800万元"`, `"8%"`, `"2025-09-01"`); the strict reader of
`subsidy_rules.facts.case` turns them into exact values, in the same way for a file and for Python:

>>> Cost(kind="equipment", amount="2800万元").model_dump(exclude_unset=True)
{'kind': 'equipment', 'amount': '2800万元'}

Beside each annotation stands what the shared vocabulary says of the field; `CORE` is the table read off them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Final, get_args

from pydantic import BaseModel, ConfigDict, Field

from subsidy_rules.facts.vocabulary import INDUSTRIES, FieldSpec, ListSpec, Text, Truthful, Vocabulary, Words, fact

LEVELS = "国家级 省级 市级 县级"


class Entity(BaseModel):
    """What every entity has: an `id` to be referred to by, and the facts that a policy declares for it (`facts`)."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    id: Annotated[str | None, fact("text", "编号")] = None
    facts: dict[str, Truthful | list[Text] | list[dict[str, object]]] = Field(
        default_factory=dict, description="facts and lists that a policy declares"
    )


class Enterprise(Entity):
    """The beneficiary (申报主体): an enterprise, or whatever its `type` says."""

    name: Annotated[str | None, fact("text", "名称")] = None
    uscc: Annotated[str | None, fact("text", "统一社会信用代码")] = None
    type: Annotated[
        Text | None,
        fact(
            "enum",
            "主体类型",
            members="enterprise=企业 park=园区 base=基地 cluster=集群 county=县区 provider=服务商 "
            "introducer=招引主体 institution=机构",
        ),
    ] = None
    place: Annotated[Text | None, fact("place", "所在地")] = None
    industry: Annotated[Text | None, fact("enum", "行业大类")] = None
    size: Annotated[Text | None, fact("enum", "规模", members="large=大型 medium=中型 small=小型 micro=微型")] = None
    revenue_growth: Annotated[Text | None, fact("ratio", "营业收入增长率")] = None


class Cost(Entity):
    """One cost item (投资明细) of a project."""

    kind: Annotated[
        Text | None,
        fact(
            "enum",
            "类别",
            members="equipment=设备 bundled_software=配套软件 other_software=其他软件 service=服务 civil=建筑工程 "
            "plant=厂房 land=土地 other_infrastructure=其他基础设施 other=其他",
        ),
    ] = None
    amount: Annotated[Text | None, fact("money", "金额")] = None
    stage: Annotated[
        Text | None, fact("enum", "阶段", members="planned=计划 contracted=合同 paid=已付 audited=审定")
    ] = None
    year: Annotated[Text | int | None, fact("count", "年度")] = None
    uses: Annotated[Words | None, fact("set", "用途")] = None
    tax: Annotated[Text | None, fact("enum", "含税", members="included=含税 excluded=不含税")] = None


class Project(Entity):
    """A project (项目) and its investment as cost items."""

    name: Annotated[str | None, fact("text", "项目名称")] = None
    place: Annotated[Text | None, fact("place", "项目所在地")] = None
    park: Annotated[str | None, fact("ref", "所在园区", target="park")] = None
    same_as: Annotated[str | None, fact("ref", "同一项目", target="project", absent="none")] = None
    nature: Annotated[Words | None, fact("set", "建设性质", members="新建 改扩建 搬迁 改造 其他")] = None
    purposes: Annotated[Words | None, fact("set", "建设方向", open=True)] = None
    kinds: Annotated[Words | None, fact("set", "项目类型", open=True)] = None
    total: Annotated[Text | None, fact("money", "总投资")] = None
    industry: Annotated[Text | None, fact("enum", "项目行业大类")] = None
    share: Annotated[Text | None, fact("ratio", "本单位份额", signed=False)] = None
    started: Annotated[Text | None, fact("date", "开工日期")] = None
    completed: Annotated[Text | None, fact("date", "完工日期")] = None
    claims: Annotated[Words | None, fact("set", "申报条款")] = None
    costs: list[Cost] | None = Field(default=None, description="投资明细")


class Park(Entity):
    """An industrial park (园区)."""

    name: Annotated[str | None, fact("text", "园区名称")] = None
    place: Annotated[Text | None, fact("place", "园区所在地")] = None


class Title(Entity):
    """The event of a title, prize, certificate or listing (称号、奖项、认证、名单)."""

    kind: Annotated[Text | None, fact("enum", "称号", open=True)] = None
    level: Annotated[Text | None, fact("enum", "级别", members=LEVELS)] = None
    grade: Annotated[Text | None, fact("enum", "等级", open=True)] = None
    event: Annotated[
        Text | None,
        fact(
            "enum",
            "认定事件",
            members="first=首次 new=新认定 renewed=复核 regained=重新认定 passed=通过 approved=获批",
        ),
    ] = None
    recognised_on: Annotated[Text | None, fact("date", "认定日期")] = None
    batch: Annotated[str | None, fact("text", "批次")] = None
    project: Annotated[str | None, fact("ref", "所属项目", target="project", absent="none")] = None
    object: Annotated[str | None, fact("ref", "认定对象", target="product site enterprise")] = None
    claims: Annotated[Words | None, fact("set", "申报条款")] = None


class Grant(Entity):
    """Other people's money received (已获资金)."""

    programme: Annotated[Text | None, fact("enum", "资金名称", open=True)] = None
    level: Annotated[Text | None, fact("enum", "资金级别", members=LEVELS)] = None
    fund: Annotated[str | None, fact("text", "资金渠道")] = None
    special: Annotated[Truthful | None, fact("bool", "专项资金")] = None
    approved: Annotated[Text | None, fact("money", "批准金额")] = None
    received: Annotated[Text | None, fact("money", "到账金额")] = None
    received_on: Annotated[Text | None, fact("date", "到账日期")] = None
    event: Annotated[Text | None, fact("enum", "获得情形", members="first=首次 new=新获 repeated=再次")] = None
    project: Annotated[str | None, fact("ref", "所属项目", target="project")] = None
    title: Annotated[str | None, fact("ref", "所属称号", target="title", absent="none")] = None
    certificate: Annotated[str | None, fact("ref", "所属证书", target="certificate", absent="none")] = None
    claims: Annotated[Words | None, fact("set", "申报条款")] = None


class Loan(Entity):
    """A loan (贷款)."""

    kind: Annotated[Text | None, fact("enum", "贷款种类", members="固定资产 流动资金 其他")] = None
    new: Annotated[Truthful | None, fact("bool", "新增")] = None
    project: Annotated[str | None, fact("ref", "所属项目", target="project")] = None
    principal: Annotated[Text | None, fact("money", "本金")] = None
    lpr: Annotated[Text | None, fact("ratio", "贷款市场报价利率", signed=False)] = None
    lpr_term: Annotated[Text | None, fact("enum", "LPR期限品种", members="一年期 五年期以上")] = None
    signed_on: Annotated[Text | None, fact("date", "签约日")] = None
    drawn_on: Annotated[Text | None, fact("date", "放款日")] = None
    rate: Annotated[Text | None, fact("ratio", "年利率", signed=False)] = None
    days: Annotated[Text | int | None, fact("count", "天数")] = None
    day_count: Annotated[Text | int | None, fact("enum", "计息基数", members="360 365")] = None
    interest_paid: Annotated[Text | None, fact("money", "已付利息")] = None


class Product(Entity):
    """A product (产品)."""

    kind: Annotated[Text | None, fact("enum", "产品类别", open=True)] = None
    self_developed: Annotated[Truthful | None, fact("bool", "自主研发")] = None
    annual_sales: Annotated[Text | None, fact("money", "一年内销售额")] = None
    project: Annotated[str | None, fact("ref", "所属项目", target="project", absent="none")] = None


class Site(Entity):
    """A factory, base, platform or centre (工厂、基地、平台、中心)."""

    kind: Annotated[
        Text | None, fact("enum", "场所类别", members="factory=工厂 base=基地 platform=平台 centre=中心")
    ] = None
    name: Annotated[str | None, fact("text", "场所名称")] = None


class Station(Entity):
    """A base station (基站)."""

    weak_signal: Annotated[Truthful | None, fact("bool", "信号薄弱地区")] = None
    kind: Annotated[Text | None, fact("enum", "基站类别", members="4G 5G")] = None
    standard: Annotated[Text | None, fact("money", "普服补助标准", sort="standard")] = None
    built_on: Annotated[Text | None, fact("date", "建成日期")] = None


class Service(Entity):
    """A service bought (服务)."""

    kind: Annotated[Text | None, fact("enum", "服务类别", open=True)] = None
    fee: Annotated[Text | None, fact("money", "费用")] = None
    plan_made: Annotated[Truthful | None, fact("bool", "已制定方案")] = None
    year: Annotated[Text | int | None, fact("count", "服务年度")] = None
    project: Annotated[str | None, fact("ref", "所属项目", target="project", absent="none")] = None


class Procurement(Entity):
    """A procurement project of an authority (采购项目)."""

    kind: Annotated[Text | None, fact("enum", "采购类别", members="货物 服务 工程")] = None
    budget: Annotated[Text | None, fact("money", "预算金额")] = None
    contract: Annotated[Text | None, fact("money", "合同金额")] = None
    above_quota: Annotated[Truthful | None, fact("bool", "限额标准以上")] = None
    special_needs: Annotated[Truthful | None, fact("bool", "有特殊采购需求")] = None
    suitable_sme: Annotated[Truthful | None, fact("bool", "适宜由中小企业提供")] = None
    dedicated: Annotated[Truthful | None, fact("bool", "专门面向中小企业")] = None


class Certificate(Entity):
    """A certificate or permit (证书、资质)."""

    kind: Annotated[Text | None, fact("enum", "证书类别", open=True)] = None
    event: Annotated[Text | None, fact("enum", "取证事件", members="first=首次 new=新取得 renewed=续证")] = None
    issued_on: Annotated[Text | None, fact("date", "发证日期")] = None


class EarlierAward(Entity):
    """What a policy has already paid (历史奖补): the policy's own memory."""

    policy: Annotated[str | None, fact("text", "政策")] = None
    clause: Annotated[str | None, fact("text", "条款")] = None
    level: Annotated[Text | None, fact("enum", "奖补级别", members=LEVELS)] = None
    amount: Annotated[Text | None, fact("money", "奖补金额")] = None
    paid_on: Annotated[Text | None, fact("date", "拨付日期")] = None
    project: Annotated[str | None, fact("ref", "所属项目", target="project")] = None
    object: Annotated[str | None, fact("ref", "奖补对象", target="product site enterprise title certificate")] = None


class CaseModel(BaseModel):
    """A case as Python writes it: one beneficiary and the lists it applies with (`None` = not asked, `[]` = none)."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    decision_date: Annotated[Text | None, fact("date", "决定日期")] = None
    applied_on: Annotated[Text | None, fact("date", "申请日期")] = None
    enterprise: Enterprise = Field(default_factory=Enterprise, description="申报主体")
    projects: list[Project] | None = Field(default=None, description="项目")
    parks: list[Park] | None = Field(default=None, description="园区")
    titles: list[Title] | None = Field(default=None, description="称号清单")
    grants: list[Grant] | None = Field(default=None, description="资金清单")
    loans: list[Loan] | None = Field(default=None, description="贷款清单")
    products: list[Product] | None = Field(default=None, description="产品清单")
    sites: list[Site] | None = Field(default=None, description="场所清单")
    stations: list[Station] | None = Field(default=None, description="基站清单")
    services: list[Service] | None = Field(default=None, description="服务清单")
    certificates: list[Certificate] | None = Field(default=None, description="证书清单")
    procurements: list[Procurement] | None = Field(default=None, description="采购清单")
    earlier_awards: list[EarlierAward] | None = Field(default=None, description="历史奖补清单")
    assume_none: list[str] = Field(default_factory=list, description="均无")
    things: dict[str, list[dict[str, object]] | Mapping[str, object]] = Field(
        default_factory=dict, description="lists of things that a policy declares"
    )


MODELS: Final[Mapping[str, type[BaseModel]]] = {
    "case": CaseModel,
    "enterprise": Enterprise,
    "project": Project,
    "cost": Cost,
    "park": Park,
    "title": Title,
    "grant": Grant,
    "loan": Loan,
    "product": Product,
    "site": Site,
    "station": Station,
    "service": Service,
    "certificate": Certificate,
    "procurement": Procurement,
    "earlier_award": EarlierAward,
}


def _read_models() -> Vocabulary:
    fields: dict[str, dict[str, FieldSpec]] = {}
    lists: dict[str, dict[str, ListSpec]] = {}
    singular = {model: entity for entity, model in MODELS.items()}
    for entity, model in MODELS.items():
        fields[entity], lists[entity] = {}, {}
        for name, info in model.model_fields.items():
            spec = next((meta for meta in info.metadata if isinstance(meta, FieldSpec)), None)
            inner = [arg for option in get_args(info.annotation) for arg in get_args(option) if arg in singular]
            if spec is not None:
                members = INDUSTRIES if name == "industry" else spec.members
                fields[entity][name] = replace(spec, entity=entity, name=name, members=members)
            elif inner:
                lists[entity][name] = ListSpec(entity, name, singular[inner[0]], info.description or "")
    return Vocabulary(fields, lists)


CORE: Final = _read_models()
