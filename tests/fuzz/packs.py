"""Random small rule packs: a seeded generator over the clause language, and what it knows of each pack.

    pack = random_pack(random.Random(7))
    policies = pack.load()

Every pack is valid: whatever is declared is read. `breaks` holds the constants that facts are compared with, which is
where the completions of an unknown number have to look.
"""

from __future__ import annotations

import copy
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

import yaml

from subsidy_rules.plan import compile_policy, gather
from subsidy_rules.policy.source import read_policy

if TYPE_CHECKING:
    import random
    from collections.abc import Mapping, Sequence

    from subsidy_rules import Policies

Tree: TypeAlias = "dict[str, object]"
Spec: TypeAlias = "tuple[str, tuple[str, ...]]"
LEVELS = ("国家级", "省级", "市级", "县级")
START, END, HORIZON = "2025-01-01", "2026-12-31", "2026-06-30"
FIELDS: Mapping[str, Mapping[str, Spec]] = {
    "enterprise": {
        "size": ("enum", ("large", "medium", "small", "micro")),
        "revenue_growth": ("ratio", ()),
        "advanced": ("bool", ()),
        "staff": ("count", ()),
    },
    "project": {
        "kinds": ("set", ("智改", "数转", "网联")),
        "nature": ("set", ("新建", "改扩建", "搬迁", "改造", "其他")),
        "leader": ("bool", ()),
        "green": ("bool", ()),
        "track": ("enum", ("点", "线", "面")),
        "completed": ("date", ()),
    },
    "cost": {
        "kind": ("enum", ("equipment", "bundled_software", "service", "land", "other")),
        "stage": ("enum", ("planned", "contracted", "paid", "audited")),
        "amount": ("money", ()),
    },
    "title": {
        "kind": ("enum", ("灯塔", "绿链", "小巨人", "标杆")),
        "level": ("enum", LEVELS),
        "grade": ("enum", ("一级", "二级", "三级")),
        "event": ("enum", ("first", "new", "renewed", "regained", "passed", "approved")),
        "recognised_on": ("date", ()),
    },
    "grant": {
        "programme": ("enum", ("专项", "基金")),
        "level": ("enum", LEVELS),
        "special": ("bool", ()),
        "received": ("money", ()),
        "received_on": ("date", ()),
    },
    "loan": {
        "kind": ("enum", ("固定资产", "流动资金", "其他")),
        "new": ("bool", ()),
        "principal": ("money", ()),
    },
    "service": {
        "kind": ("enum", ("诊断", "咨询")),
        "plan_made": ("bool", ()),
        "fee": ("money", ()),
    },
}
"""The facts that conditions speak of, with their type and members."""
OWN: Mapping[str, Mapping[str, Tree]] = {
    "enterprise": {"advanced": {"type": "bool"}, "staff": {"type": "count"}},
    "project": {
        "leader": {"type": "bool"},
        "green": {"type": "bool"},
        "track": {"type": "enum", "members": ["点", "线", "面"]},
        "allocated": {"type": "money", "sort": "authority"},
        "confirmed": {"type": "money", "sort": "authority"},
        "assessed": {"type": "money", "sort": "authority"},
        "paid_before": {"type": "money", "sort": "authority"},
    },
}
OPEN = {("project", "kinds"), ("title", "kind"), ("title", "grade"), ("grant", "programme"), ("service", "kind")}
MONEY = ("1万元", "5万元", "10万元", "30万元", "50万元", "100万元", "300万元")
RATES = ("2%", "5%", "10%", "12.5%", "33.3%", "1:0.5")
BREAKS: Mapping[str, tuple[str, ...]] = {
    "money": ("10万元", "100万元", "500万元"),
    "ratio": ("0%", "5%", "10%"),
    "count": ("10", "100"),
    "date": ("2025-03-01", "2025-07-01", "2026-01-15"),
}
BASES: Mapping[str, Sequence[str]] = {
    "project": ("sum of project.costs.amount where {cost}", "sum of project.costs.amount", "project.total"),
    "grant": ("grant.received",),
    "loan": ("loan.principal", "loan.interest_paid"),
    "service": ("service.fee",),
    "enterprise": ("sum of services.fee where {service}", "sum of grants.received where {grant}"),
}
NUMBERS = ("money", "ratio", "count", "date")
DATES: Mapping[str, str] = {
    "title": "title.recognised_on",
    "project": "project.completed",
    "grant": "grant.received_on",
}
"""A date of each thing; any other has that of the decision."""
PERIODS = ("+ 2 years", "+ 1 year", "+ 6 months", "+ 18 months", "+ 30 days", "- 30 days")
UNITS = ("1元", "100元", "1万元", "3万元")
WIDER = ("tiers", "slices", "add", "minimum", "pay_from", "clamp", "round")
"""Words beside a basis, a rate and a cap."""
FORMS: Mapping[str, str] = {
    "least": r"least of \(",
    "greatest": r"greatest of \(",
    "whole": r"whole of \(",
    "begun": r"begun of \(",
    "count": r"count of \(",
    "for": r"(sum|min|max) of \([^)]*\) for ",
    "power": r"% \^ ",
    "year": r"year of ",
    "days": r"days from ",
    "period": r"(_on|completed|date) [+-] [0-9]+ ",
    "quotient": r"/ (\(|enterprise)",
    "award": r"award\.c",
}
"""How each form of an expression is known in a text."""


class _Text(yaml.SafeDumper):
    """Writes block style without anchors."""

    def ignore_aliases(self, data: object) -> bool:
        del data
        return True


@dataclass
class Pack:
    """A pack as data, and what its generator knows of it."""

    tree: Tree
    breaks: dict[tuple[str, str], set[str]] = field(default_factory=dict)
    derived: bool = False
    """Whether a sum is compared with a constant: an unknown part of it is not split there."""
    unsplit: set[str] = field(default_factory=set)
    """Facts that stand in a quotient or a calendar, or more than once in one figure: their hull is wider."""

    @property
    def text(self) -> str:
        """The rule file."""
        return text_of(self.tree)

    def load(self) -> Policies:
        """Compile it. Raises `RuleError` where the pack is not valid."""
        return load(self.tree)

    def declares(self, entity: str, name: str) -> bool:
        """Whether a case may state this fact."""
        own = self.tree.get("facts")
        declared = own.get(entity) if isinstance(own, dict) else None
        return name not in OWN.get(entity, {}) or (isinstance(declared, dict) and name in declared)


def text_of(tree: Tree) -> str:
    return yaml.dump(tree, Dumper=_Text, allow_unicode=True, sort_keys=False, width=10_000)


def load(*trees: Tree) -> Policies:
    return gather([compile_policy(read_policy(text_of(tree))) for tree in trees])


def random_pack(rng: random.Random, *, dense: bool = False) -> Pack:
    """Make one valid pack; a `dense` one has few conditions and many awards that meet."""
    return _Maker(rng, dense=dense).make()


class _Maker:
    """Makes one pack; what a text uses is declared as it is written."""

    def __init__(self, rng: random.Random, *, dense: bool) -> None:
        self.rng, self.dense = rng, dense
        self.facts: dict[str, dict[str, Tree]] = {}
        self.readings: dict[str, Tree] = {}
        self.lists: dict[str, Tree] = {}
        self.define: dict[str, str] = {}
        self.parameters: dict[str, Tree] = {}
        self.breaks: dict[tuple[str, str], set[str]] = {}
        self.derived = False
        self.unsplit: set[str] = set()
        self.sentences: list[tuple[str, str]] = []
        self.waiting = [f"R{n}" for n in range(rng.randint(0, 3))]

    def chance(self, share: float) -> bool:
        return self.rng.random() < share

    def make(self) -> Pack:
        rng = self.rng
        clauses = [self.clause(f"c{n}") for n in range(rng.randint(3, 7))]
        replaced = self.replacing(clauses)
        cumulation = self.rules(clauses) if self.chance(0.8) else []
        last = {"end": END} if self.chance(0.5) else {"horizon": HORIZON}
        tree: Tree = {
            "language": "1",
            "policy": {
                "id": "made",
                "title": "随机",
                "issuer": "某市",
                "document": "一号",
                "place": {"code": "610100"},
                "window": {"start": START} | last,
                "rounding": {"unit": rng.choice(["分", "分", "元", "百元"]), "stated": "false"},
                "unstated_cumulation": rng.choice(["undecided", "undecided", "higher_of", "sum"]),
            },
            "readings": self.readings,
            "vocabulary": {
                "project.kinds": {name: {} for name in FIELDS["project"]["kinds"][1]},
                "title.kind": {
                    "灯塔": {"genus": "称号"},
                    "绿链": {"genus": "称号", "list": "绿色名单"},
                    "小巨人": {"genus": "名单"},
                    "标杆": {"genus": "称号", "list": "绿色名单"},
                },
                "title.grade": {name: {} for name in FIELDS["title"]["grade"][1]},
                "grant.programme": {name: {"genus": "资金"} for name in FIELDS["grant"]["programme"][1]},
                "service.kind": {name: {} for name in FIELDS["service"]["kind"][1]},
            },
            "facts": self.facts,
            "lists": self.lists,
            "define": self.define,
            "parameters": self.parameters,
            "ladders": self.ladders(clauses),
            "clauses": [*clauses, *replaced],
            "cumulation": cumulation,
        }
        return Pack({key: value for key, value in tree.items() if value}, self.breaks, self.derived, self.unsplit)

    # conditions

    def say(self, entity: str, name: str) -> None:
        if name in OWN.get(entity, {}):
            self.facts.setdefault(entity, {})[name] = OWN[entity][name]

    def atom(self, entity: str, alias: str = "", only: Sequence[str] = ()) -> str:
        """One comparison of a fact with members or a constant."""
        rng = self.rng
        name = rng.choice([*(only or FIELDS[entity])])
        kind, members = FIELDS[entity][name]
        self.say(entity, name)
        path = f"{alias or entity}.{name}"
        if kind == "bool":
            return rng.choice([path, path, f"not {path}"])
        if kind in NUMBERS:
            constant = rng.choice(BREAKS[kind])
            self.breaks.setdefault((entity, name), set()).add(constant)
            return f"{path} {rng.choice(['>=', '>', '<', '<='])} {constant}"
        some = rng.sample(members, k=min(len(members), rng.choice([1, 2, 2])))
        shown = f"[{', '.join(some)}]"
        if self.chance(0.25):
            shown = self.listed(entity, name, some)
        if kind == "set":
            return rng.choice(
                [f"{path} has {some[0]}", f"{path} any of {shown}", f"{path} all of {shown}", f"{path} none of {shown}"]
                if shown.startswith("[")
                else [f"{path} any of {shown}"]
            )
        if not shown.startswith("["):
            return f"{path} in {shown}"
        return rng.choice(
            [f"{path} is {some[0]}", f"{path} in {shown}", f"{path} not in {shown}", f"{path} is not {some[0]}"]
        )

    def listed(self, entity: str, name: str, members: Sequence[str]) -> str:
        made: Tree = {"of": f"{entity}.{name}", "members": [*members]}
        if (entity, name) in OPEN and self.chance(0.6):
            made["open"] = "true"
        known = f"list{len(self.lists)}"
        self.lists[known] = made
        return known

    def condition(self, entity: str) -> str:
        """One condition on a thing, on the enterprise, on a reading, or on other things of the case."""
        rng = self.rng
        scope = [entity, entity, "enterprise"]
        kind = rng.random()
        if kind < 0.12 and self.waiting:
            return self.reading(entity)
        if kind < 0.2:
            return f"{self.atom(rng.choice(scope))} or {self.atom(rng.choice(scope))}"
        if kind < 0.25:
            return f"not ({self.atom(rng.choice(scope))} and {self.atom(rng.choice(scope))})"
        if kind < 0.32:
            return self.history(entity)
        if kind < 0.36 and entity == "project":
            self.derived = True
            return f"{rng.choice(['project.total', 'sum of project.costs.amount'])} >= {rng.choice(BREAKS['money'])}"
        if kind < 0.42:
            name = f"cond{len(self.define)}"
            self.define[name] = self.atom(rng.choice(scope))
            return name
        if kind < 0.48:
            some = ", ".join(self.atom(rng.choice(scope)) for _ in range(rng.randint(2, 3)))
            return f"count of ({some}) {rng.choice(['>=', '<', 'is'])} {rng.randint(1, 2)}"
        if kind < 0.54:
            day = self.rough(DATES.get(entity, "case.applied_on"))
            other = rng.choice(["case.decision_date", *BREAKS["date"]])
            self.rough("case.decision_date")
            return f"{day} {rng.choice(PERIODS)} {rng.choice(['>=', '>', '<', '<='])} {other}"
        if kind < 0.6:
            paid = self.paid(entity)
            if paid:
                return f"{paid} {rng.choice(['>', '>='])} {rng.choice(['0元', *MONEY[:3]])}"
        return self.atom(rng.choice(scope))

    def rough(self, text: str) -> str:
        """Declare the facts of a text, and remember that they are in a figure whose hull is wider than its parts."""
        for owner, name in re.findall(r"([a-z]+)\.([a-z_]+)", text):
            self.say(owner, name)
            self.unsplit.add(name)
        self.unsplit |= {"amount"} if "project.total" in text else set()
        return text

    def paid(self, entity: str) -> str:
        """What an earlier sentence comes to: for this thing, or for all that fit."""
        if not self.sentences:
            return ""
        name, per = self.rng.choice(self.sentences)
        self.derived = True
        if per in (entity, "enterprise"):
            return f"award.{name}"
        return f"(award.{name} where {self.atom(per)})" if self.chance(0.6) else f"award.{name}"

    def reading(self, entity: str) -> str:
        name = self.waiting.pop()
        options = {"x": "甲说", "y": "乙说"} | ({"z": "丙说"} if self.chance(0.2) else {})
        self.readings[name] = {"asks": "如何理解", "options": options, "default": self.rng.choice([*options])}
        if len(options) == 2:
            return f"reading.{name} is x or {self.atom(entity)}"
        return f"reading.{name} is x or (reading.{name} is y and {self.atom(entity)})"

    def history(self, entity: str) -> str:
        rng = self.rng
        every = rng.choice(["any", "no"])
        if entity == "title":
            same = rng.choice(["kind", "list"])
            return (
                f"{every} titles as earlier where earlier.{same} is title.{same} "
                "and earlier.recognised_on < title.recognised_on"
            )
        if entity == "project":
            return f"{every} grants where grant.project is project and {self.atom('grant')}"
        listed, one = rng.choice([("titles", "title"), ("grants", "grant"), ("loans", "loan")])
        if one == entity:
            return f"{every} {listed} as other where {self.atom(one, 'other')}"
        return f"{every} {listed} where {self.atom(one)}"

    def conditions(self, entity: str, most: int) -> list[str]:
        return [self.condition(entity) for _ in range(self.rng.randint(0, most))]

    # sentences

    def clause(self, name: str) -> Tree:
        rng = self.rng
        per = rng.choice(["project", "project", "title", "title", "grant", "loan", "service", "enterprise", "group"])
        if self.dense:
            per = rng.choice(["project", "project", "title", "title", "grant"])
        entity = "cost" if per == "group" else per
        made: Tree = {
            "id": name,
            "path": f"（{name[1:]}）",
            "sentence": "1",
            "quote": f"第{name[1:]}句",
            "beneficiary": ["enterprise"] if self.chance(0.5) else "any",
            "per": {"each": "cost", "by": rng.choice([["project.park", "cost.year"], ["cost.year"], ["project.track"]])}
            if per == "group"
            else per,
            "fund": rng.choice(["city", "city", "provincial", "central"]),
        }
        if per == "group" and made["per"] == {"each": "cost", "by": ["project.track"]}:
            self.say("project", "track")
        if entity != "enterprise" and self.chance(0.2 if self.dense else 0.6):
            made["where"] = [self.atom(entity, only=[n for n in FIELDS[entity] if FIELDS[entity][n][0] != "money"])]
        when = self.conditions("enterprise" if per == "group" else entity, 1 if self.dense else 2)
        if when:
            made["when"] = when
        if self.chance(0.1):
            made["doubt"] = [{"when": self.atom("enterprise" if per == "group" else entity), "why": "文字不明"}]
        if per == "title" or (per == "grant" and self.chance(0.5)):
            made["event"] = "title.recognised_on" if per == "title" else "grant.received_on"
            if self.chance(0.3):
                made["new_only"] = "true"
        if per == "project" and self.chance(0.15):
            made["event"] = "project.completed"
        if per == "project" and self.chance(0.15):
            asked = [self.atom("project") for _ in range(rng.randint(2, 3))]
            made["rows"] = [
                {
                    "id": f"{name}_r{n}",
                    "path": f"（{name[1:]}）{n}",
                    "sentence": "1",
                    "quote": f"第{name[1:]}句{n}行",
                    "when": [*(f"not ({other})" for other in asked[:n]), one],
                    "award": self.award(per),
                }
                for n, one in enumerate(asked)
            ]
            for key in ("path", "sentence", "quote"):
                made.pop(key)
            return made
        made["award"] = self.award(per)
        if per != "group":
            self.sentences.append((name, per))
        if per == "project" and self.chance(0.1):
            self.say("project", "allocated")
            made["payers"] = [{"name": "中央", "amount": "project.allocated"}, {"name": "地方", "amount": "rest"}]
        if per == "project" and self.chance(0.1):
            self.say("project", "assessed")
            self.say("project", "paid_before")
            made["settlement"] = {"assessed": "project.assessed", "paid": "project.paid_before"}
        return made

    def step(self, word: str, value: object, entity: str = "", share: float = 0.0) -> Tree:
        made: Tree = {word: value}
        if entity and self.chance(share):
            made["when"] = self.atom(entity)
        made["quote"] = "给予奖励"
        return made

    def table(self, entity: str, values: Sequence[str]) -> object:
        """A table with one key or two."""
        rng = self.rng
        keys = {
            "title": ["title.level", "title.kind", "title.grade"],
            "grant": ["grant.level", "grant.programme"],
            "project": ["project.track", "project.leader"],
        }.get(entity, ["enterprise.size", "enterprise.advanced"])
        by = rng.sample(keys, k=rng.choice([1, 1, 2]))
        specs = []
        for path in by:
            owner, _, name = path.partition(".")
            self.say(owner, name)
            kind, members = FIELDS[owner][name]
            specs.append(("true", "false") if kind == "bool" else members)
        if len(by) == 1:
            some = rng.sample(specs[0], k=rng.randint(1, len(specs[0])))
            return {"by": by[0], "rows": {member: rng.choice(values) for member in some}}
        rows: list[Tree] = []
        for _ in range(rng.randint(2, 4)):
            key = [rng.choice(["*", *spec] if rows else spec) for spec in specs]
            if key not in [row["is"] for row in rows]:
                rows.append({"is": key, "value": rng.choice(values)})
        return {"by": by, "rows": rows}

    def parameter(self, kind: str, entity: str) -> str:
        name = f"open{len(self.parameters)}"
        self.parameters[name] = {"type": kind, "document": "实施细则"}
        if entity == "title" and self.chance(0.5):
            self.parameters[name]["by"] = ["title.level"]
        return name

    def rate(self, entity: str) -> object:
        kind = self.rng.random()
        if kind < 0.45:
            return self.rng.choice(RATES)
        if kind < 0.7:
            return {"at_most": self.rng.choice(RATES[:4])}
        if kind < 0.8 and len(self.parameters) < 2:
            return {"guide": self.parameter("ratio", entity)}
        return self.table(entity, RATES)

    def award(self, per: str) -> list[Tree]:
        rng = self.rng
        entity = "enterprise" if per == "group" else per
        kind = rng.random()
        if per == "title" or (per != "group" and kind < 0.2):
            return self.fixed(entity)
        if per == "enterprise" and kind < 0.6:
            return self.each()
        if per == "loan" and kind < 0.6:
            steps = [self.interest(), self.step("rate", self.rate("loan"))]
            if self.chance(0.6):
                steps.append(self.step("limit", "loan.interest_paid"))
        else:
            if self.chance(0.05):
                return [self.slices(""), *self.shaped(entity, self.caps(entity))]
            basis = "sum of group.amount" if per == "group" else rng.choice(BASES[per])
            figure = self.widened(basis, per)
            for inner in ("cost", "service", "grant"):
                if f"{{{inner}}}" in figure:
                    only = [name for name in FIELDS[inner] if FIELDS[inner][name][0] in ("enum", "bool")]
                    asked = self.atom(inner, only=only)
                    figure, basis = (text.replace(f"{{{inner}}}", asked) for text in (figure, basis))
            basis = figure if "{" in basis else basis
            if self.chance(0.1):
                return [self.slices(figure), *self.shaped(entity, self.caps(entity))]
            steps = [self.step("basis", figure)]
            if per == "project" and self.chance(0.15):
                steps.append(self.step("share", "project.share"))
            if self.chance(0.2):  # a higher rate on a condition, and another otherwise
                test = self.atom(entity)
                steps += [
                    {"rate": rng.choice(RATES), "when": test},
                    {"rate": rng.choice(RATES), "when": f"not ({test})"},
                ]
            else:
                steps.append(self.tiers(entity) if self.chance(0.25) else self.step("rate", self.rate(entity)))
            if self.chance(0.2):
                steps.append(self.step("limit", basis))
        return steps + self.shaped(entity, self.caps(entity)) + self.authority(per)

    def widened(self, basis: str, per: str) -> str:
        """A basis, or a figure of another form made of it."""
        if self.chance(0.45):
            return basis
        rng, entity = self.rng, "enterprise" if per == "group" else per
        kind = rng.choice([form for form in FORMS if form != "period" and (per != "group" or form != "award")])
        money = rng.choice(MONEY)
        if kind in ("least", "greatest"):
            return f"{kind} of ({basis}, {money})"
        if kind in ("whole", "begun"):
            number = rng.choice([f"({basis}) / {money}", "enterprise.staff / 10", "enterprise.staff * 12.5%"])
            return f"{rng.choice(MONEY[:3])} * {kind} of ({self.rough(number)})"
        if kind == "count":
            some = ", ".join(self.atom(rng.choice([entity, "enterprise"])) for _ in range(rng.randint(2, 3)))
            return f"{money} * count of ({some})"
        if kind == "power":
            return f"({basis}) * {rng.choice(['106%', '50%', '3'])} ^ {rng.randint(1, 3)}".replace("3 ^", "3% ^")
        if kind == "year":
            day = self.rough(rng.choice(["case.decision_date", DATES.get(entity, "case.applied_on")]))
            return f"{money} * (year of {day} - {rng.choice(['2020', '2024'])})"
        if kind == "days":
            day = self.rough(DATES.get(entity, "case.applied_on"))
            return f"{rng.choice(UNITS)} * days from {day} to {self.rough('case.decision_date')}"
        if kind == "quotient":
            return self.rough(
                rng.choice(
                    [
                        f"({basis}) / enterprise.staff",
                        f"{money} * least of (({basis}) / (enterprise.staff * 1万元), 2)",
                        f"({basis}) / (enterprise.revenue_growth + 1%)",
                    ]
                )
            )
        return (self.paid(entity) if kind == "award" else self.over_a_list(per)) or basis

    def over_a_list(self, per: str) -> str:
        rng = self.rng
        if per == "project":
            where = f" where {self.atom('cost', only=['kind', 'stage'])}" if self.chance(0.5) else ""
            value = self.rough(
                rng.choice(["cost.amount * 50%", "cost.amount - 1万元", "least of (cost.amount, 5万元)"])
            )
            return f"{rng.choice(['sum', 'min', 'max'])} of ({value}) for cost in project.costs{where}"
        value = self.rough(rng.choice(["one.received / 2", "one.received - 1万元"]))
        where = (
            f" where {self.atom('grant', 'one', only=['programme', 'level', 'special'])}" if self.chance(0.5) else ""
        )
        return f"{rng.choice(['sum', 'min', 'max'])} of ({value}) for one in grants{where}"

    def measured(self, entity: str) -> tuple[str, list[str]]:
        """A figure that bands or slices are cut of, and constants of its type, rising."""
        own = {
            "project": ["project.total", "sum of project.costs.amount"],
            "grant": ["grant.received"],
            "loan": ["loan.principal"],
            "service": ["service.fee"],
        }
        figure = self.rng.choice(
            [*own.get(entity, ["enterprise.staff"]), "enterprise.staff", "enterprise.revenue_growth"]
        )
        owner, _, name = figure.partition(".")
        if figure in own["project"]:
            self.derived = True
            return figure, [*BREAKS["money"]]
        self.say(owner, name)
        points = [*BREAKS[FIELDS[owner][name][0]]]
        self.breaks.setdefault((owner, name), set()).update(points)
        return figure, points

    def tiers(self, entity: str) -> Tree:
        """Bands of rates that meet; some give nothing."""
        rng = self.rng
        figure, points = self.measured(entity)
        edges = sorted(rng.sample(range(len(points)), k=rng.randint(1, len(points))))
        sides = [rng.choice([("below", "from"), ("to", "over")]) for _ in edges]
        rows: list[Tree] = []
        for place in range(self.chance(0.4), len(edges) + 1):
            band: Tree = {}
            if place:
                band[sides[place - 1][1]] = points[edges[place - 1]]
            if place < len(edges):
                band[sides[place][0]] = points[edges[place]]
            nothing = bool(rows) and self.chance(0.1)
            rows.append(band | ({"gives": "none"} if nothing else self.given(entity)))
        rng.shuffle(rows)
        made = self.step("tiers", figure, entity, 0.1)
        return made | {"per": "thing", "rows": rows}

    def given(self, entity: str) -> Tree:
        kind = self.rng.random()
        if kind < 0.6:
            made: Tree = {"rate": self.table(entity, RATES) if kind < 0.15 else self.rng.choice(RATES)}
        elif kind < 0.75:
            made = {"rate": {"at_most": self.rng.choice(RATES)}}
        elif kind < 0.9:
            made = {"lump_sum": self.table(entity, MONEY) if kind < 0.8 else self.rng.choice(MONEY)}
        else:
            made = {"at_most": self.rng.choice(MONEY)}
        return made | ({"cap": self.rng.choice(MONEY)} if self.chance(0.4) else {})

    def slices(self, figure: str) -> Tree:
        """Slices of a sum, each with its rate, or of the staff, each with its price."""
        rng = self.rng
        priced, points = not figure, [*BREAKS["money" if figure else "count"]]
        if priced:
            figure = "enterprise.staff"
            self.say("enterprise", "staff")
            self.breaks.setdefault(("enterprise", "staff"), set()).update(points)
        ends = [points[n] for n in sorted(rng.sample(range(len(points)), k=rng.randint(1, len(points))))]
        rows: list[Tree] = []
        for end in [*ends, ""] if self.chance(0.7) else ends:
            row: Tree = {"to": end} if end else {}
            row |= {"price": rng.choice(MONEY[:3])} if priced else {"rate": self.sliced()}
            rows.append(row | ({"cap": rng.choice(MONEY)} if self.chance(0.3) else {}))
        return self.step("slices", figure) | {"per": "thing", "rows": rows}

    def sliced(self) -> object:
        return {"at_most": self.rng.choice(RATES)} if self.chance(0.2) else self.rng.choice(RATES)

    def shaped(self, entity: str, caps: list[Tree]) -> list[Tree]:
        """The caps, and perhaps what else is done to what stands before them or after."""
        rng = self.rng
        made: list[Tree] = []
        while self.chance(0.28):
            word = rng.choice(["add", "add", "minimum", "pay_from", "clamp", "round"])
            if word == "add":
                made.append(self.added(entity))
            elif word == "clamp":
                least, greatest = sorted(rng.sample(range(len(MONEY)), k=2))
                made.append(self.step("clamp", {"least": MONEY[least], "greatest": MONEY[greatest]}, entity, 0.2))
            elif word == "round":
                mode = rng.choice(["down", "up", "half_up"])
                made.append(self.step("round", {"to": rng.choice(UNITS), "mode": mode}, entity, 0.2))
            else:
                figure = self.table(entity, MONEY) if self.chance(0.2) else rng.choice(MONEY[:4])
                made.append(self.step(word, figure, entity, 0.2))
        place = rng.randint(0, len(made))
        return made[:place] + caps + made[place:]

    def added(self, entity: str) -> Tree:
        rng = self.rng
        kind = rng.random()
        if kind < 0.5:
            inner = [self.step("rate", self.rate(entity))]
        elif kind < 0.8:
            inner = [self.step("lump_sum", self.table(entity, MONEY) if kind < 0.6 else rng.choice(MONEY))]
        else:
            inner = [self.step("at_most", rng.choice(MONEY))]
        if self.chance(0.4):
            inner.append(self.step("cap", rng.choice(MONEY)) | {"of": "award", "per": "thing"})
        return self.step("add", inner, entity, 0.5)

    def fixed(self, entity: str) -> list[Tree]:
        kind = self.rng.random()
        if kind < 0.4:
            steps = [self.step("lump_sum", self.rng.choice(MONEY))]
        elif kind < 0.6:
            steps = [self.step("lump_sum", self.table(entity, MONEY))]
        elif kind < 0.7 and len(self.parameters) < 2:
            steps = [self.step("lump_sum", {"guide": self.parameter("money", entity)})]
        elif kind < 0.85:
            steps = [self.step("at_most", self.rng.choice(MONEY))]
        else:
            steps = [self.step("at_most", self.table(entity, MONEY))]
        return steps + self.shaped(entity, self.caps(entity) if self.chance(0.4) else [])

    def caps(self, entity: str) -> list[Tree]:
        if self.chance(0.3):
            return []
        made = self.step("cap", self.table(entity, MONEY) if self.chance(0.2) else self.rng.choice(MONEY))
        made |= {"of": "award", "per": "thing"}
        kind = self.rng.random()
        if kind < 0.15:
            made["unless"] = self.atom(entity)
        elif kind < 0.25:
            made["when"] = self.atom(entity)
        elif kind < 0.35 and self.waiting:
            made["unless"] = self.reading(entity)
        return [made]

    def authority(self, per: str) -> list[Tree]:
        made = []
        if per == "project" and self.chance(0.12):
            self.say("project", "allocated")
            made.append(self.step("granted", "project.allocated"))
        if per == "project" and self.chance(0.15):
            self.say("project", "confirmed")
            made.append(self.step("decision", "project.confirmed"))
        return made

    def interest(self) -> Tree:
        days = {"principal": "loan.principal", "rate": "loan.rate", "days": "loan.days", "day_count": "loan.day_count"}
        return self.step("interest", days)

    def each(self) -> list[Tree]:
        rng = self.rng
        source = rng.choice(["loan in loans", "service in services", "grant in grants"])
        entity = source.split()[0]
        basis = {"loan": "loan.principal", "service": "service.fee", "grant": "grant.received"}[entity]
        if entity == "loan" and self.chance(0.5):
            inner = [self.interest(), self.step("limit", "loan.interest_paid")]
        else:
            inner = [self.step("basis", basis), self.step("rate", self.rate("enterprise"))]
        if self.chance(0.5):
            inner += [self.step("cap", rng.choice(MONEY)) | {"of": "award", "per": "thing"}]
        made = self.step("each", source) | {"of": inner}
        if self.chance(0.6):
            made["where"] = [self.atom(entity)]
        return [made, *self.shaped("enterprise", self.caps("enterprise"))]

    def replacing(self, clauses: Sequence[Tree]) -> list[Tree]:
        """Perhaps a sentence that stands in place of the rate, the cap or the sum of another."""
        choices = []
        for clause in clauses:
            given = clause.get("award")
            steps: list[Tree] = given if isinstance(given, list) else []
            for step in steps:
                word = next(iter(step))
                once = sum(word in other for other in steps) == 1
                if word in ("rate", "cap", "lump_sum") and "when" not in step and once:
                    choices.append((clause, word))
        if not choices or not self.chance(0.4):
            return []
        clause, word = self.rng.choice(choices)
        entity = clause["per"] if isinstance(clause["per"], str) else "enterprise"
        return [
            {
                "id": "instead",
                "path": "（九）",
                "sentence": "1",
                "quote": "其中另有规定的",
                "replaces": f"{clause['id']}.{word}",
                "when": [self.atom(str(entity))],
                word: self.rng.choice(RATES if word == "rate" else MONEY),
            }
        ]

    # rules

    def rules(self, clauses: Sequence[Tree]) -> list[Tree]:
        rng, made = self.rng, []
        often = 0.5 if self.dense else 0.25
        for number in range(rng.randint(2, 3) if self.dense else rng.randint(1, 3)):
            kind = rng.choice(["ceiling", "ceiling", "higher_of", "bar", "stacks"])
            some = rng.sample([*clauses], k=min(len(clauses), rng.randint(1, 3)))
            ids = [str(clause["id"]) for clause in some]
            pers = {clause["per"] if isinstance(clause["per"], str) else "group" for clause in some}
            rule: Tree = {"id": f"rule{number}", "kind": kind, "clauses": ids}
            if kind == "ceiling":
                rule["cap"] = rng.choice(MONEY)
                if pers == {"title"} and self.chance(0.6):
                    rule["by"] = ["title.level"]
                    if self.chance(0.5):
                        rule["cap"] = {"by": "title.level", "rows": {level: rng.choice(MONEY) for level in LEVELS}}
                if self.chance(0.4):
                    rule["earlier"] = "true"
                if self.chance(often):
                    (own,) = pers if len(pers) == 1 and pers != {"group"} else ("enterprise",)
                    rule["when"] = self.reading("enterprise") if self.waiting else self.atom(own)
            elif kind == "bar":
                rule["when"] = self.barring(pers)
            else:
                if len(clauses) > len(some) and self.chance(0.5):
                    others = [str(one["id"]) for one in clauses if one["id"] not in ids]
                    rule["against"] = rng.sample(others, k=min(len(others), rng.randint(1, 2)))
                if kind == "higher_of":
                    rule["same"] = rng.choice(["project", "title", "any"])
                if self.chance(often):
                    rule["when"] = (
                        self.reading("enterprise") if self.waiting and self.chance(0.3) else self.atom("enterprise")
                    )
            rule["quote"] = "不重复享受"
            made.append(rule)
        return made

    def barring(self, pers: set[str]) -> str:
        if pers == {"project"}:
            return f"any grants where grant.project is project and {self.atom('grant')}"
        if pers & {"grant", "loan", "group", "service"}:
            return self.atom("enterprise")
        listed, one = ("services", "service") if "title" in pers else ("titles", "title")
        return f"any {listed} where {self.atom(one)}"

    def ladders(self, clauses: Sequence[Tree]) -> Tree:
        if not any(clause["per"] == "title" for clause in clauses) or not self.chance(0.5):
            return {}
        rng = self.rng
        made: Tree = {"of": "title.kind", "members": rng.sample(FIELDS["title"]["kind"][1], k=rng.randint(1, 2))}
        if self.chance(0.5):
            made["levels"] = rng.sample(LEVELS, k=rng.randint(2, 3))
        made["object"] = rng.choice(["enterprise", "object"])
        return {"梯": made}


def changed(tree: Tree, **parts: object) -> Tree:
    """A copy with some sections changed."""
    return copy.deepcopy(tree) | parts
