"""What a clause language needs to be read outside a policy: a vocabulary, a pool of constants, a scope, a desk."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction

from subsidy_rules.facts.vocabulary import FieldSpec, Member, Vocabulary
from subsidy_rules.mechanisms import operations as op
from subsidy_rules.mechanisms.expression import AwardOf, NamedList, Parameter, Scope
from subsidy_rules.mechanisms.step import Desk

WORDS = (
    Vocabulary.core()
    .with_members("project", "purposes", [Member("增产扩建"), Member("智能改造")])
    .with_members("title", "kind", [Member("DCMM"), Member("绿色工厂")])
    .with_members("title", "grade", [Member("一级"), Member("二级")])
    .with_members("grant", "programme", [Member("集群")])
    .with_field(FieldSpec("enterprise", "civil", "bool", members={}))
    .with_field(FieldSpec("project", "saving", "ratio"))
    .with_field(FieldSpec("project", "decided", "money", sort="authority"))
    .with_field(FieldSpec("project", "track", "enum", members={name: Member(name) for name in ("点", "线", "1", "2")}))
    .with_field(FieldSpec("project", "open_days", "enum", members={"360": Member("360")}, open=True))
)

BOUND = {"enterprise": "enterprise", "case": "case", "project": "project", "title": "title", "loan": "loan"}
LISTS = {
    "renewal": NamedList("project.purposes", op.Listing(frozenset({"增产扩建"}), open=True)),
    "high": NamedList("title.level", op.Listing(frozenset({"国家级", "省级"}))),
}
DEFINITIONS = {
    "large": "project.total >= 5000万元",
    "green": "title.kind is 绿色工厂 or large",
    "loop": "not (other_loop)",
    "other_loop": "loop",
    "wrong": "project.total >=",
    "deep": " ".join(["not"] * 30) + " large",
    "deeper": " ".join(["not"] * 30) + " deep",
}
READINGS = {"A5": ("city/A5", ("binds", "lifted"))}
PARAMETERS = {
    "grade_award": Parameter("city/grade_award", "money", ("title.kind", "title.grade"), "实施细则"),
    "plan_rate": Parameter("city/plan_rate", "ratio", (), "方案"),
    "lost": Parameter("city/lost", "money", (), "方案"),
    "missing": Parameter("city/missing", "money", ("title.kinds",), "方案"),
}
AWARDS = {
    "yearly": AwardOf(None, "enterprise"),
    "retrofit": AwardOf(op.Source("projects", "project"), "project"),
    "grants": AwardOf(op.Source("grants", "grant"), "grant"),
}


@dataclass
class Pool:
    """The constants, each pair of number and type once; zero is the first."""

    index: dict[tuple[Fraction, str], int] = field(default_factory=lambda: {(Fraction(0), "money"): 0})

    def add(self, value: Fraction, type_: str) -> op.Constant:
        return op.Constant(self.index.setdefault((value, type_), len(self.index)), type_)

    def value(self, constant: op.Constant) -> Fraction:
        return tuple(self.index)[constant.index][0]


POOL = Pool()
"""One pool for all tests, so that a number is the same constant wherever it stands."""


def scope(bound: dict[str, str] | None = None) -> Scope:
    return Scope(
        WORDS,
        POOL,
        bound=BOUND if bound is None else bound,
        lists=LISTS,
        definitions=DEFINITIONS,
        readings=READINGS,
        groups={"group": "cost"},
        parameters=PARAMETERS,
        awards=AWARDS,
    )


def desk(bound: dict[str, str] | None = None) -> Desk:
    return Desk(scope(bound), [])


def noted(at: Desk) -> list[tuple[str, str, str]]:
    """Return where, which and what of the problems that a desk has noted; each says its Chinese too."""
    assert all(problem.error.what_zh for problem in at.problems)
    return [(".".join(map(str, one.loc)), one.error.code, one.error.what) for one in at.problems]


def fact(path: str, name: str = "") -> op.Fact:
    """Return the operation that a path is; `name` where the thing is bound to another one."""
    entity, _, field_name = path.partition(".")
    return op.Fact(name or entity, WORDS.fields[entity][field_name])


def number(value: str | int | Fraction, type_: str = "money") -> op.Constant:
    return POOL.add(Fraction(value), type_)


def members(path: str, *names: str, every: bool = False, name: str = "") -> op.In:
    return op.In(fact(path, name), op.Listing(frozenset(names)), all=every)


COSTS = op.Source("costs", "cost", "project")
TITLES = op.Source("titles", "title")
LOANS = op.Source("loans", "loan")
GRANTS = op.Source("grants", "grant")
