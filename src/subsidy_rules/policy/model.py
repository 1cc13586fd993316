"""The shape of a rule file and of a guide: what keys there are, and of what form. The plan resolves the names.

The models are frozen and refuse unknown keys, so a file that passes is exactly what it says. JSON Schema for editors
is made from them (`RuleFile.model_json_schema()`).
"""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal, TypeAlias

from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

from subsidy_rules.mechanisms.lump_sum import Guided
from subsidy_rules.mechanisms.rate import RateBound
from subsidy_rules.mechanisms.step import Grown, Strict, Table
from subsidy_rules.mechanisms.window import Window
from subsidy_rules.mechanisms.words import AnyStep
from subsidy_rules.values.quantity import QuantityError, parse_count


def _count(given: object) -> object:
    """Read a count as a case does: pydantic alone takes `1_0`, `1.0` and other scripts' digits."""
    try:
        return int(parse_count(given)) if isinstance(given, str) else given
    except QuantityError:
        raise PydanticCustomError("count", "not a count") from None


def _truth(given: object) -> object:
    """Read a truth: pydantic alone takes `on`, `t` and `1`."""
    if isinstance(given, str) and given not in ("true", "false"):
        raise PydanticCustomError("truth", "not a truth")
    return given == "true" if isinstance(given, str) else given


Id: TypeAlias = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
Count: TypeAlias = Annotated[int, BeforeValidator(_count)]
Truthful: TypeAlias = Annotated[bool, BeforeValidator(_truth)]
Gives = Literal["award", "none", "rule", "obligation"]
Fund = Literal["central", "provincial", "city", "district"]
Silence = Literal["undecided", "higher_of", "sum"]


class Place(Strict):
    """Where a policy applies: a GB/T 2260 code and the zones that have none."""

    code: str
    zones: list[str] = Field(default_factory=list)


class CurrencyModel(Strict):
    """The money of a policy that does not count in yuan: how it is called, its decimals, the units behind figures.

    `written` are the signs for one of it (the code, unless given), `units` others, each with how many it is.
    """

    code: str
    zh: str
    en: str
    digits: Count = 2
    written: list[str] = Field(default_factory=list)
    units: dict[str, str] = Field(default_factory=dict)


class Rounding(Strict):
    """The unit (one that the text names, or an amount of the policy's currency), and the mode where it states one."""

    unit: Literal["分", "角", "元", "百元", "千元", "万元"] | str  # noqa: PYI051 - editors complete them
    stated: Truthful
    mode: Literal["half_up", "up", "down"] | None = None


class Transition(Strict):
    """A transitional provision: where `when` holds, the version that it names applies, whatever the date says.

    `per` is the thing that `when` speaks of; without it the provision is about every sentence.
    """

    when: str
    version: str
    per: str = ""
    document: str = ""
    path: str = ""
    quote: str


class VersionModel(Strict):
    """One version of a policy: the policy that it is a version of, its own name, the days on which it is in force.

    `by` is the date that chooses the version: an expression, or one for each thing that is paid for, and `else`.
    """

    of: Id
    name: str
    from_: str = Field(alias="from")
    until: str | None = None
    by: str | dict[str, str]
    transitional: list[Transition] = Field(default_factory=list)


class Review(Strict):
    """Who has reviewed or approved a rule file, and when."""

    by: str
    on: str
    document: str = ""
    note: str = ""


class AmendmentModel(Strict):
    """What became of a sentence after it was issued, and the document that did it.

    `by` is the date by which a suspension or a repeal is judged: that of the version, or the decision, unless given.
    """

    kind: Literal["suspended", "repealed", "corrected"]
    from_: str = Field(alias="from")
    until: str | None = None
    by: str | None = None
    issuer: str = ""
    document: str
    path: str = ""
    quote: str = ""
    was: str = ""


class Header(Grown):
    """What a policy is and where and when it applies."""

    later: ClassVar[tuple[str, ...]] = ("currency", "version", "reviewed_by", "approved_by")

    id: Id
    title: str
    issuer: str
    document: str
    address: str = ""
    currency: CurrencyModel | None = None
    place: Place
    window: Window
    rounding: Rounding
    unstated_cumulation: Silence
    flags: list[str] = Field(default_factory=list)
    version: VersionModel | None = None
    reviewed_by: list[Review] = Field(default_factory=list)
    approved_by: list[Review] = Field(default_factory=list)


class Reading(Strict):
    """An ambiguity that moves a figure: what is asked, the options, the default, and why (S22)."""

    asks: str
    options: dict[str, str]
    default: str
    reason: str = ""


class MemberModel(Strict):
    """One value that a policy adds to an enumeration or a set."""

    zh: str = ""
    en: str = ""
    genus: Literal["称号", "奖项", "认证", "名单", "产品", "资金"] | None = None
    list: str = ""


class ThingModel(Strict):
    """A list of things that only this policy needs: its name, the labels of a thing, and what the list is of."""

    list: str
    zh: str
    en: str
    of: Literal["case", "project"] = "case"


class FactModel(Grown):
    """A fact that only this policy needs.

    `unit` is that of a quantity, `of` what a ref names, `min` and `max` the ends of the domain of a number.
    """

    later: ClassVar[tuple[str, ...]] = ("unit", "of", "absent", "min", "max")

    type: Literal["bool", "money", "ratio", "count", "quantity", "date", "text", "enum", "set", "ref"]
    zh: str = ""
    en: str = ""
    members: list[str] = Field(default_factory=list)
    open: Truthful = False
    sort: Literal["applicant", "authority", "standard"] = "applicant"
    unit: str = ""
    of: str | list[str] = Field(default_factory=list)
    absent: Literal["unknown", "none"] | None = None
    min: str | None = None
    max: str | None = None


class ListModel(Strict):
    """A named list of members; a section of GB/T 4754 for an industry."""

    of: str
    members: list[str] = Field(default_factory=list)
    section: str | list[str] | None = None
    open: Truthful = False


class GuideRow(Strict):
    """One row of a reference table: its keys, the first day on which it holds, the value."""

    is_: list[str] = Field(default_factory=list, alias="is")
    from_: str | None = Field(default=None, alias="from")
    value: str


class ParameterModel(Strict):
    """A figure that another document gives (S24): a guide fills it, or its `values` stand here, with that source."""

    type: Literal["money", "ratio"]
    by: list[str] = Field(default_factory=list)
    on: str = ""
    document: str
    values: list[GuideRow] | None = None


class Ladder(Strict):
    """The kinds and levels of one honour (S15)."""

    of: str
    members: list[str]
    levels: list[str] = Field(default_factory=list)
    object: Literal["enterprise", "object"]


class Note(Strict):
    """An ambiguity that cannot be switched, said on every award of the clause."""

    id: str
    text: str


class Doubt(Strict):
    """A condition under which the law leaves eligibility open."""

    when: str
    why: str


class PerGroup(Strict):
    """One award per distinct key of the things of a list."""

    each: str
    by: list[str]


class TableSentence(Grown):
    """One row of a table of exclusive sentences: its own place in the text, its selector, its steps (S13)."""

    later: ClassVar[tuple[str, ...]] = ("amended",)

    id: Id
    path: str
    printed: str | None = None
    sentence: Count
    quote: str
    when: list[str]
    award: list[AnyStep]
    flags: list[str] = Field(default_factory=list)
    notes: list[Note] = Field(default_factory=list)
    amended: list[AmendmentModel] = Field(default_factory=list)


class Payer(Grown):
    """Who pays which part of an award, and when: an authority's figure, a share of it under a cap, or the `rest`."""

    later: ClassVar[tuple[str, ...]] = ("when",)

    name: str
    amount: str | None = None
    share: str | Table | None = None
    cap: str | Table | None = None
    when: str | None = None
    quote: str = ""


class InstalmentPart(Strict):
    """A part of an award, its share or the `rest`, and what must hold for it to be paid."""

    name: str
    share: str | Table
    when: str
    quote: str = ""


class Schedule(Strict):
    """What is paid of an award when, and the fact that says what has been paid."""

    parts: list[InstalmentPart]
    paid: str | None = None


class Settlement(Strict):
    """Facts of an authority after acceptance: what was assessed, and what was paid before."""

    assessed: str
    paid: str


class Clause(Grown):
    """One operative sentence, or a table of exclusive ones (`rows`)."""

    later: ClassVar[tuple[str, ...]] = ("at_most", "minimum", "part_of", "amended")

    id: Id
    path: str = ""
    printed: str | None = None
    sentence: Count = 0
    quote: str = ""
    gives: Gives | None = None
    beneficiary: list[str] | Literal["any"] = "any"
    per: str | PerGroup | None = None
    fund: Fund | None = None
    where: list[str] = Field(default_factory=list)
    when: list[str] = Field(default_factory=list)
    doubt: list[Doubt] = Field(default_factory=list)
    event: str | None = None
    new_only: Truthful = False
    award: list[AnyStep] | None = None
    rows: list[TableSentence] | None = None
    payers: list[Payer] = Field(default_factory=list)
    instalments: Schedule | None = None
    settlement: Settlement | None = None
    obligation: list[AnyStep] | None = None
    share_of: str | None = None
    part_of: list[str] = Field(default_factory=list)
    replaces: str | None = None
    rate: str | RateBound | Table | None = None
    cap: str | Table | None = None
    lump_sum: str | Guided | Table | None = None
    at_most: str | Table | None = None
    minimum: str | Table | None = None
    flags: list[str] = Field(default_factory=list)
    notes: list[Note] = Field(default_factory=list)
    amended: list[AmendmentModel] = Field(default_factory=list)

    @property
    def step(self) -> dict[str, str | RateBound | Guided | Table]:
        """The step of an exception, that stands in place of another sentence's: its word and what it says."""
        words = ("rate", "cap", "lump_sum", "at_most", "minimum")
        return {word: given for word in words if (given := getattr(self, word)) is not None}


class Rule(Grown):
    """A rule between awards."""

    later: ClassVar[tuple[str, ...]] = ("reduce", "choice")

    id: Id
    kind: Literal["ceiling", "higher_of", "bar", "stacks"]
    clauses: list[str]
    against: list[str] = Field(default_factory=list)
    quote: str
    by: list[str] = Field(default_factory=list)
    cap: str | Table | None = None
    earlier: Truthful | Literal["this_year"] = False
    when: str | None = None
    same: Literal["project", "title", "any"] | None = None
    reduce: Literal["last_in", "pro_rata"] | list[str] | None = None
    choice: Literal["higher", "applicant", "authority"] | None = None


class NotModelled(Strict):
    """Words that the language can't carry, and what they taint."""

    path: str
    sentence: Count
    quote: str
    reason: str
    taints: list[str]


class RuleFile(Grown):
    """A rule file, language version 1."""

    later: ClassVar[tuple[str, ...]] = ("things", "units")

    language: Literal["1"]
    policy: Header
    readings: dict[str, Reading] = Field(default_factory=dict)
    vocabulary: dict[str, dict[str, MemberModel]] = Field(default_factory=dict)
    things: dict[str, ThingModel] = Field(default_factory=dict)
    facts: dict[str, dict[str, FactModel]] = Field(default_factory=dict)
    units: dict[str, dict[str, str]] = Field(default_factory=dict)
    lists: dict[str, ListModel] = Field(default_factory=dict)
    define: dict[str, str] = Field(default_factory=dict)
    parameters: dict[str, ParameterModel] = Field(default_factory=dict)
    ladders: dict[str, Ladder] = Field(default_factory=dict)
    clauses: list[Clause]
    cumulation: list[Rule] = Field(default_factory=list)
    not_modelled: list[NotModelled] = Field(default_factory=list)


class ReformFile(Strict):
    """A reform: its name, its reason, what it changes by path, the guides that it brings.

    A value of `changes` is what stands in a rule file at that path, or `off`.
    """

    reform: Literal["1"]
    name: str
    reason: str = ""
    changes: dict[str, object] = Field(default_factory=dict)
    guides: list[str] = Field(default_factory=list)


class GuideDocument(Strict):
    """The document that a guide is."""

    issuer: str
    title: str
    document: str = ""
    date: str = ""
    address: str = ""


class GuideTable(Strict):
    """Values by the members of facts and, where the parameter is of a day (`on`), from a day on."""

    by: str | list[str] = Field(default_factory=list)
    rows: dict[str, str] | list[GuideRow]


class GuideFile(Strict):
    """A guide: values for open parameters, `policy/parameter`, with its own citation."""

    guide: Literal["1"]
    document: GuideDocument
    fills: dict[str, str | GuideTable]
