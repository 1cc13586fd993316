"""What a policy declares for its cases: things of its own, facts of its own, units of quantities.

A declaration is checked as it is taken, so that what a case may then say is as strict as the shared vocabulary:

    things:
      vehicle: {list: vehicles, zh: 车辆, en: vehicle}
    facts:
      vehicle:
        price: {type: money, zh: 购车价, en: price}
        load: {type: quantity, unit: 吨, zh: 载重, en: load, max: 100吨}
        project: {type: ref, of: project, zh: 所属项目, en: project}
    units:
      吨: {千克: 0.001}
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from typing import Final, Protocol

from subsidy_rules.errors import brief
from subsidy_rules.facts.case import OF_ROOT, bounds_of, read_figure
from subsidy_rules.facts.vocabulary import NUMERIC, FieldSpec, ListSpec, Member, Vocabulary, is_gb_code
from subsidy_rules.mechanisms.expression import WORDS
from subsidy_rules.mechanisms.step import Loc
from subsidy_rules.policy.model import CurrencyModel, FactModel, Place, RuleFile, ThingModel
from subsidy_rules.values.quantity import CNY, Currency, QuantityError, parse_number

_NAME: Final = re.compile(r"[^\W\d]\w*")
_UNIT: Final = re.compile(r"[^\W\d_][\w²³]{0,11}|[㎡㎥℃]")
_MONEY: Final = re.compile(r"""[^\W\d_][^\W\d_.]{0,11}\.?|[^\w\s"'()\[\],.:;%‰+\-*/<>={}#&!|@`]{1,3}""")
_CODE: Final = re.compile("[A-Z]{3}")
_MOST_DIGITS: Final = 4
_TYPES: Final = ("money", "ratio", "count", "quantity", "date", "bool", "text", "enum", "set", "ref", "place")
_TAKEN: Final = frozenset({*WORDS, *_TYPES, "case", "earlier", "enterprise", "facts", "group", "guide", "reading"})
"""Names that mean something else where a thing or its list is named."""
_PERIODS: Final = ("day", "days", "天", "日", "month", "months", "个月", "year", "years", "年")
"""Words behind a number that is added to a date."""
_NEEDED: Final = {"quantity": "unit", "ref": "of"}
_ONLY: Final = {
    "members": ("enum", "set"),
    "open": ("enum", "set"),
    "unit": ("quantity",),
    "of": ("ref",),
    "absent": ("ref",),
    "min": tuple(sorted(NUMERIC)),
    "max": tuple(sorted(NUMERIC)),
}
"""Keys of a fact that only some types have."""


class Say(Protocol):
    """Notes a problem at a place of the rule file."""

    def __call__(
        self, loc: Loc, code: str, what: str, what_zh: str, remedy: str | None = None, remedy_zh: str | None = None, /
    ) -> None:
        """Note it."""
        ...


Near = Callable[[Loc, str, str, Iterable[str]], None]
"""Notes a word that is none of the options."""


class Declared:
    """The vocabulary with what one policy declares: its own `things` and `facts`; `refused` are left out."""

    def __init__(self, file: RuleFile, say: Say, near: Near) -> None:
        """Take the declarations in the order of the file; problems are noted with `say` and `near`."""
        self.vocabulary = Vocabulary.core()
        self.facts: list[tuple[str, str]] = []
        self.things: list[tuple[str, ThingModel]] = []
        self.refused: set[str] = set()
        self._say, self._near = say, near
        if file.policy.currency is not None:
            self._currency(file.policy.currency, ("policy", "currency"))
        self._place(file.policy.place, ("policy", "place"))
        self._units(file.units, [one.unit for facts in file.facts.values() for one in facts.values() if one.unit])
        for entity, thing in file.things.items():
            self._thing(entity, thing, ("things", entity))
        for entity, facts in file.facts.items():
            for name, fact in facts.items():
                if not self._fact(entity, name, fact, ("facts", entity, name)):
                    self.refused.add(name)

    def _wrong(
        self, loc: Loc, what: str, what_zh: str, remedy: str | None = None, remedy_zh: str | None = None
    ) -> None:
        self._say(loc, "bad-fact", what, what_zh, remedy, remedy_zh)

    # places

    def _place(self, given: Place, loc: Loc) -> None:
        """Take the places of a policy: what is no code of GB/T 2260 is a place by its name, as a zone is."""
        for at, name in [("code", given.code), *((("zones", place), zone) for place, zone in enumerate(given.zones))]:
            if name.isdigit() and not is_gb_code(name):
                what, what_zh = (
                    f"'{brief(name)}' is no code of GB/T 2260 (six digits)",
                    f"“{brief(name)}”不是GB/T 2260代码（六位数字）",
                )
                remedy = "write six digits; a code of another country begins with the country: DE-09162"
                steps = at if isinstance(at, tuple) else (at,)
                self._wrong(
                    (*loc, *steps), what, what_zh, remedy, "请写六位数字；其他国家的代码以国别开头，如 DE-09162"
                )
        names = (given.code, *given.zones)
        self.vocabulary = self.vocabulary.with_zones(name for name in names if not is_gb_code(name))

    # money

    def _currency(self, given: CurrencyModel, loc: Loc) -> None:
        """Take the money of a policy that does not count in yuan."""
        digits = min(given.digits, _MOST_DIGITS)
        one = 10**digits
        units: dict[str, int] = {}
        for place, unit in enumerate(given.written or [given.code]):
            self._unit_of_money(unit, Fraction(one), units, (*loc, "written", place))
        for unit, text in given.units.items():
            try:
                self._unit_of_money(unit, parse_number(text) * one, units, (*loc, "units", unit))
            except QuantityError as error:
                self._say((*loc, "units", unit), error.code, error.what, error.what_zh)
        if not _CODE.fullmatch(given.code):
            what, what_zh = f"'{brief(given.code)}' is no code of a currency", f"“{brief(given.code)}”不是货币代码"
            self._wrong(
                (*loc, "code"),
                what,
                what_zh,
                "write the three letters of ISO 4217: EUR",
                "请写ISO 4217的三个字母，如 EUR",
            )
        elif given.code == CNY.code:
            what, what_zh = "a policy counts in yuan unless it says otherwise", "政策默认以人民币元计"
            self._wrong((*loc, "code"), what, what_zh, "leave 'currency' out", "请删去currency")
        elif given.digits > _MOST_DIGITS or not (given.zh and given.en and units):
            what, what_zh = "a currency has names, units, and at most four decimals", "货币须有名称和单位，至多四位小数"
            self._wrong(loc, what, what_zh)
        # Where no unit is fit to be one the code stands in, so that the rest of the file can be read.
        made = Currency(given.code, given.zh, given.en, digits, tuple(units.items()) or ((given.code, one),))
        self.vocabulary = self.vocabulary.with_currency(made)

    def _unit_of_money(self, unit: str, size: Fraction, units: dict[str, int], loc: Loc) -> None:
        if not _MONEY.fullmatch(unit) or unit in WORDS or unit in units:
            what, what_zh = f"'{brief(unit)}' can't stand behind a figure of money", f"“{brief(unit)}”不能作为货币单位"
            self._wrong(
                loc,
                what,
                what_zh,
                "write a sign or a word without digits: EUR, €, kEUR",
                "请写不含数字的符号或文字，如 EUR、€",
            )
        elif size.denominator != 1 or size <= 0:
            what, what_zh = f"a {unit} is no whole number of the smallest unit", f"{unit}不是最小货币单位的整数倍"
            self._wrong(
                loc,
                what,
                what_zh,
                "write how many of the currency it is: 1000, 0.01",
                "请写它等于多少货币单位，如 1000、0.01",
            )
        else:
            units[unit] = int(size)

    # things

    def _thing(self, entity: str, given: ThingModel, loc: Loc) -> None:
        wrong = [*self._misnamed(entity, loc), *self._misnamed(given.list, (*loc, "list"))]
        of_root = [word for pair in OF_ROOT.items() for word in pair] if given.of == "case" else []
        known = [*self.vocabulary.words(given.of), *of_root]
        for key in ("zh", "en"):
            if not getattr(given, key):
                wrong.append(key)
                self._wrong(
                    (*loc, key), f"'{key}' is empty", f"“{key}”为空", "write what one thing is called", "请写名称"
                )
        for name in dict.fromkeys((given.list, given.zh)):
            if name and name in known and name not in wrong:
                wrong.append(name)
                what = f"'{brief(name)}' stands for something else in a {given.of} already"
                self._wrong(loc, what, f"“{brief(name)}”在{given.of}中已有所指", *_RENAME)
        if wrong:
            self.refused.update((entity, given.list))
        else:
            self.things.append((entity, given))
            self.vocabulary = self.vocabulary.with_list(ListSpec(given.of, given.list, entity, given.zh, given.en))

    def _misnamed(self, name: str, loc: Loc) -> Iterator[str]:
        """Note a name that can't be one of a thing or a list."""
        lists = {one for table in self.vocabulary.lists.values() for one in table}
        if not _NAME.fullmatch(name):
            what, what_zh = f"'{brief(name)}' is not a name", f"“{brief(name)}”不能作为名称"
            self._wrong(
                loc, what, what_zh, "write letters, digits and _, a letter first", "请用文字、数字和下划线，以文字开头"
            )
            yield name
        elif name in _TAKEN or name in self.vocabulary.fields or name in lists:
            what, what_zh = f"'{name}' means something already", f"“{name}”已有所指"
            self._wrong(loc, what, what_zh, *_RENAME)
            yield name

    # facts

    def _fact(self, entity: str, name: str, given: FactModel, loc: Loc) -> bool:
        """Take a fact, or note what is wrong with it; whether it was taken."""
        if entity not in self.vocabulary.fields or entity == "case":
            if entity not in self.refused:
                self._near(loc, "unknown-name", entity, [one for one in self.vocabulary.fields if one != "case"])
            return False
        if self.vocabulary.field(entity, name) is not None:
            self._say(
                loc,
                "bad-clause",
                f"{entity} has '{name}' already",
                f"{entity}已有“{name}”",
                "use that one, or give this one another name",
                "使用已有的，或另取名称",
            )
            return False
        spec = self._spec(entity, name, given, loc)
        if spec is None:
            return False
        self.vocabulary = self.vocabulary.with_field(spec)
        self.facts.append((entity, name))
        return True

    def _spec(self, entity: str, name: str, given: FactModel, loc: Loc) -> FieldSpec | None:
        found = [*self._unnamed(entity, name, given, loc), *self._unfit(given, loc)]
        target = (given.of,) if isinstance(given.of, str) else tuple(given.of)
        for one in target:
            if one not in self.vocabulary.fields or one == "case":
                found.append(one)
                self._near(
                    (*loc, "of"), "unknown-name", one, [known for known in self.vocabulary.fields if known != "case"]
                )
        if name == "project" and not found and (given.type, target) != ("ref", ("project",)):
            found.append(name)
            what, what_zh = "'project' says on which project a thing is", "“project”用于写明所属项目"
            self._wrong(loc, what, what_zh, "write {type: ref, of: project}", "写成 {type: ref, of: project}")
        if given.unit and not found:
            found += self._misfit(given.unit, (*loc, "unit"))
        if found:
            return None
        members = {member: Member(member) for member in given.members}
        absent = given.absent or "unknown"
        spec = FieldSpec(
            entity,
            name,
            given.type,
            given.zh,
            given.en,
            members,
            given.open,
            target,
            given.sort,
            absent,
            unit=given.unit,
        )
        return self._within_domain(spec, given, loc)

    def _unnamed(self, entity: str, name: str, given: FactModel, loc: Loc) -> Iterator[str]:
        """Note a fact whose name or label stands for something else in its entity."""
        if not _NAME.fullmatch(name) or name in ("list", "facts"):
            self._wrong(loc, f"'{brief(name)}' is not a name of a fact", f"“{brief(name)}”不能作为事实的名称", *_RENAME)
            yield name
        known = set(self.vocabulary.words(entity))
        for one in dict.fromkeys([name, given.zh]):
            if one in known:
                what, what_zh = f"'{one}' stands for something else in {entity}", f"“{one}”在{entity}中已有所指"
                self._wrong(loc, what, what_zh, *_RENAME)
                yield one

    def _unfit(self, given: FactModel, loc: Loc) -> Iterator[str]:
        """Note keys that a fact of its type needs or can't have."""
        needed = _NEEDED.get(given.type)
        if needed is not None and not getattr(given, needed):
            self._say(loc, "missing-key", f"a {given.type} needs '{needed}'", f"{given.type}缺少“{needed}”")
            yield needed
        for key, types in _ONLY.items():
            if key in given.model_fields_set and given.type not in types:
                what = f"a fact of type {given.type} has no '{key}'; these have: {', '.join(types)}"
                what_zh = f"{given.type}类型的事实没有“{key}”，有的是：{'、'.join(types)}"
                self._wrong((*loc, key), what, what_zh, "leave it out", "请删去")
                yield key
        if len(set(given.members)) < len(given.members):
            self._wrong((*loc, "members"), "a member stands twice", "取值重复", "leave one out", "请删去一个")
            yield "members"

    def _within_domain(self, spec: FieldSpec, given: FactModel, loc: Loc) -> FieldSpec | None:
        """Return the field with its declared domain, or note what is wrong with that."""
        ends: dict[str, Fraction] = {}
        measured = self.vocabulary.with_field(spec)
        signed = FieldSpec(spec.entity, spec.name, spec.type, unit=spec.unit, lowest=Fraction(-1))
        for key, text in (("min", given.min), ("max", given.max)):
            if text is not None:
                try:
                    ends[key] = read_figure(signed, text, measured)
                except QuantityError as error:
                    self._say((*loc, key), error.code, error.what, error.what_zh, error.remedy, error.remedy_zh)
                    return None
        made = FieldSpec(
            spec.entity,
            spec.name,
            spec.type,
            spec.zh,
            spec.en,
            spec.members,
            spec.open,
            spec.target,
            spec.sort,
            spec.absent,
            spec.signed,
            spec.unit,
            ends.get("min"),
            ends.get("max"),
        )
        lowest, highest = bounds_of(made)
        if lowest > highest:
            self._say((*loc, "max"), "contradictory-range", "min is above max", "下限高于上限")
            return None
        if spec.sort != "applicant" and lowest < 0 and spec.type == "money":
            what, what_zh = (
                "what an authority or a standard gives is not below zero",
                "主管部门或标准给出的数额不小于零",
            )
            self._wrong((*loc, "min"), what, what_zh, "write a min of zero or more", "min不小于零")
            return None
        return made

    # units

    def _misfit(self, unit: str, loc: Loc) -> Iterator[str]:
        """Note what can't be a unit of a quantity."""
        money = {name for name, _ in self.vocabulary.currency.units}
        base = self.vocabulary.units.get(unit, (unit, 1))[0]
        taken = unit in money or unit in WORDS or unit in _PERIODS
        if not _UNIT.fullmatch(unit) or taken or base != unit:
            what, what_zh = f"'{brief(unit)}' can't be a unit of a quantity", f"“{brief(unit)}”不能作为数量单位"
            remedy = "write a word that is neither a unit of money nor a word of the language: 吨, kWh"
            self._wrong(loc, what, what_zh, remedy, "请写既非货币单位也非语言用词的词，如 吨、kWh")
            yield unit

    def _units(self, given: dict[str, dict[str, str]], bases: list[str]) -> None:
        """Take the further units in which quantities may be written that are counted in one of `bases`."""
        for unit, others in given.items():
            if unit not in bases:
                self._near(("units", unit), "unknown-unit", unit, bases)
                continue
            for other, text in others.items():
                loc: Loc = ("units", unit, other)
                try:
                    factor = parse_number(text)
                except QuantityError as error:
                    self._say(loc, error.code, error.what, error.what_zh)
                    continue
                if factor <= 0:
                    self._say(loc, "negative", f"'{text}' is not above zero", f"“{text}”不大于零")
                elif other in bases or other in self.vocabulary.units:
                    self._wrong(loc, f"'{other}' is a unit already", f"“{other}”已是单位", *_RENAME)
                elif not [*self._misfit(other, loc)]:
                    self.vocabulary = self.vocabulary.with_units({other: (unit, factor)})


_RENAME: Final = ("give it another name", "请另取名称")
