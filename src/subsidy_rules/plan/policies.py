"""Policies that are evaluated together, and the guides that fill their open parameters."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from dataclasses import fields as fields_of
from fractions import Fraction
from pathlib import Path
from typing import TypeAlias

from subsidy_rules.errors import RuleError, UsageError, expect
from subsidy_rules.facts.vocabulary import FieldSpec, ListSpec, Vocabulary
from subsidy_rules.mechanisms import operations as op
from subsidy_rules.mechanisms.expression import Parameter, Scope
from subsidy_rules.mechanisms.step import Desk, Loc
from subsidy_rules.plan.compile import ConstantPool, compile_policy
from subsidy_rules.plan.model import PolicyPlan, Sentence
from subsidy_rules.policy.model import GuideFile, GuideRow, GuideTable
from subsidy_rules.policy.source import GuideSource, guide_of, node_at, read_guide, read_policy, shipped_rules
from subsidy_rules.values.document import Document
from subsidy_rules.values.findings import Findings
from subsidy_rules.values.quantity import QuantityError, parse_date


@dataclass(frozen=True, slots=True)
class Policies:
    """Policies that are evaluated together, and the vocabulary of all of them."""

    plans: tuple[PolicyPlan, ...]
    vocabulary: Vocabulary
    by_id: Mapping[str, PolicyPlan] = field(default_factory=dict)

    def sentence(self, policy: str, clause: str) -> Sentence:
        """Return a sentence by policy and clause id. Raises `UsageError` where there is none."""
        for plan in self.plans:
            for sentence in plan.sentences:
                if plan.id == policy and sentence.id == clause:
                    return sentence
        raise UsageError(f"no clause '{policy}/{clause}' in the loaded policies")

    def only(self, *ids: str) -> Policies:
        """Return the named policies alone, with the words of all: a case of many policies can be asked of one.

        Raises `UsageError` for a name that is not loaded.
        """
        for name in ids:
            expect(name, str, 'a policy is named by its id: only("xian_30", "xian_31")')
            if name not in self.by_id:
                raise UsageError(f"no policy '{name}'; loaded: {', '.join(self.by_id)}")
        kept = tuple(plan for plan in self.plans if plan.id in ids)
        return Policies(kept, self.vocabulary, {plan.id: plan for plan in kept})


def gather(plans: Iterable[PolicyPlan]) -> Policies:
    """Put policies together. Raises `UsageError` where two share an id, or differ in a fact or in money."""
    made = tuple(plans)
    currencies = {plan.vocabulary.currency.code: plan for plan in made}
    if len(currencies) > 1:
        told = ", ".join(f"{plan.id} in {code}" for code, plan in currencies.items())
        raise UsageError(f"policies of several currencies are not evaluated together: {told}")
    vocabulary = Vocabulary.core()
    for plan in made[:1]:
        vocabulary = vocabulary.with_currency(plan.vocabulary.currency)
    by_id: dict[str, PolicyPlan] = {}
    for plan in made:
        if plan.id in by_id:
            raise UsageError(f"two policies have the id '{plan.id}'")
        by_id[plan.id] = plan
        vocabulary = _merged(vocabulary, plan)
    for entity in vocabulary.fields:
        words = Counter(vocabulary.words(entity))
        for word in (one for one, count in words.items() if count > 1):
            raise UsageError(f"two policies declare '{word}' of {entity} as two different facts")
    return Policies(made, vocabulary, by_id)


def _merged(vocabulary: Vocabulary, plan: PolicyPlan) -> Vocabulary:
    if plan.vocabulary.currency != vocabulary.currency:
        code = plan.vocabulary.currency.code
        raise UsageError(f"{plan.id} counts in {code} with other units than another policy")
    for owned in plan.vocabulary.lists.values():
        for one in owned.values():
            vocabulary = _with_list(vocabulary, one, plan)
    for entity, fields in plan.vocabulary.fields.items():
        for name, spec in fields.items():
            known = vocabulary.field(entity, name)
            if known is None:
                vocabulary = vocabulary.with_field(spec)
                continue
            if known.type != spec.type:
                raise UsageError(f"{plan.id} declares {entity}.{name} as {spec.type}; another policy as {known.type}")
            if known != spec:
                told = ", ".join(f.name for f in fields_of(spec) if getattr(known, f.name) != getattr(spec, f.name))
                raise UsageError(f"{plan.id} declares {entity}.{name} unlike another policy ({told})")
            for member in spec.members.values():
                other = known.members.get(member.name)
                if other is not None and (other.genus, other.list) != (member.genus, member.list):
                    raise UsageError(f"{plan.id} declares '{member.name}' of {entity}.{name} unlike another policy")
            fresh = [member for member in spec.members.values() if member.name not in known.members]
            if fresh:
                vocabulary = vocabulary.with_members(entity, name, fresh)
    for unit, scale in plan.vocabulary.units.items():
        if vocabulary.units.get(unit, scale) != scale:
            raise UsageError(f"{plan.id} declares the unit '{unit}' unlike another policy")
    return vocabulary.with_units(plan.vocabulary.units).with_zones(plan.vocabulary.zones)


def _with_list(vocabulary: Vocabulary, spec: ListSpec, plan: PolicyPlan) -> Vocabulary:
    """Return the vocabulary with a list. Raises `UsageError` where its name is one of another list or thing."""
    named = vocabulary.list_of(spec.entity)
    others = [one for table in vocabulary.lists.values() for one in table.values() if one.name == spec.name]
    if named is None and not others:
        return vocabulary.with_list(spec)
    if named != spec or others != [spec]:
        raise UsageError(f"{plan.id} declares '{spec.entity}' (list {spec.name}) unlike another policy")
    return vocabulary


def load_policies(paths: str | Path | Iterable[str | Path] | None = None) -> Policies:
    """Load rule files: the packs that ship with the library, or those at `paths` (a file or folder, or several).

    Raises `RuleError` for a file that is wrong, `UsageError` for a path that is not there.
    """
    files: list[Path] = []
    said = "rule files are a path, or several: load_policies(['my_city.yaml'])"
    expect(paths, str | Path | Iterable | None, said)
    several = [paths] if isinstance(paths, str | Path) else None if paths is None else list(paths)
    for one in several or ():
        expect(one, str | Path, said)
    for given in [shipped_rules()] if several is None else [Path(path) for path in several]:
        if given.is_dir():
            files += sorted(given.glob("*.yaml"))
        elif given.is_file():
            files.append(given)
        else:
            raise UsageError(f"no rule file at '{given}'")
    return gather(compile_policy(read_policy(file)) for file in files)


Fill: TypeAlias = tuple[tuple[tuple[str, ...], Fraction | None, Fraction], ...]
"""A parameter's rows: the keys, the first day on which the row holds if it has one, the value."""


@dataclass(frozen=True, slots=True)
class Guide:
    """A guide ready for use: each parameter's table, and the document to cite.

    Of the rows that match, the first holds; `'*'` matches all, and of a table by date the latest rows come first.
    """

    file: GuideFile
    fills: Mapping[str, Fill]
    sha256: str


def load_guide(path: str | Path, policies: Policies) -> Guide:
    """Read a guide for the loaded policies. Raises `RuleError` where it fills what is no open parameter (S24)."""
    expect(path, str | Path, "a guide is read from a path: load_guide(FILE, policies)")
    expect(policies, Policies, "a guide is read for Policies: load_guide(FILE, policies)")
    return _guide(read_guide(Path(path)), policies)


def guide_from_text(text: str, policies: Policies) -> Guide:
    """Read a guide from its text. Raises as `load_guide` does."""
    return _guide(read_guide(text), policies)


def guide_from_document(document: Document, policies: Policies) -> Guide:
    """Read a guide that is a part of another document. Raises as `load_guide` does, with that document's places."""
    return _guide(guide_of(document), policies)


def _guide(source: GuideSource, policies: Policies) -> Guide:
    reader = _GuideReader(source, policies)
    parameters = {name: one for plan in policies.plans for name, one in plan.parameters.items() if not one.rows}
    fills: dict[str, Fill] = {}
    for name, given in source.file.fills.items():
        parameter = parameters.get(name)
        if parameter is None:
            node, path = node_at(source.document, ("fills", name))
            reader.findings.unknown("guide-conflict", node, path, name, parameters)
        else:
            fills[name] = reader.fill(name, given, parameter)
    reader.findings.raise_as(RuleError)
    return Guide(source.file, fills, source.document.sha256)


class _GuideReader:
    """Reads the tables of one guide, and notes what is wrong with them."""

    def __init__(self, source: GuideSource, policies: Policies) -> None:
        self.source, self.vocabulary = source, policies.vocabulary
        self.findings = Findings(source.document)

    def fill(self, name: str, given: str | GuideTable, parameter: Parameter) -> Fill:
        """Return the rows of a parameter, the latest first."""
        made: list[tuple[tuple[str, ...], Fraction | None, Fraction]] = []
        for row, loc in self._rows(name, given, parameter):
            value = self._value(row, loc, parameter)
            day = self._day(row, loc, None if isinstance(given, str) else parameter)
            if value is None:
                continue
            if any((tuple(row.is_), day) == known[:2] for known in made):
                self._say("bad-table", loc, "two rows are of the same keys", "两行的键相同")
            made.append((tuple(row.is_), day, value))
        return tuple(sorted(made, key=lambda row: row[1] or 0, reverse=True))

    def _rows(self, name: str, given: str | GuideTable, parameter: Parameter) -> list[tuple[GuideRow, Loc]]:
        loc: Loc = ("fills", name)
        if isinstance(given, str):
            return [(_row(("*",) * len(parameter.by), given), loc)]
        by = (given.by,) if isinstance(given.by, str) else tuple(given.by)
        if by != parameter.by:
            wanted = ", ".join(parameter.by)
            what = f"'{name}' is looked up by {wanted}" if wanted else f"'{name}' is one value, not a table"
            what_zh = f"“{name}”按 {wanted} 查表" if wanted else f"“{name}”是一个数，不是表"
            self._say("bad-table", loc, what, what_zh)
            return []
        if isinstance(given.rows, dict):
            return [(_row((key,), value), (*loc, "rows", key)) for key, value in given.rows.items()]
        return [(row, (*loc, "rows", place)) for place, row in enumerate(given.rows)]

    def _value(self, row: GuideRow, loc: Loc, parameter: Parameter) -> Fraction | None:
        """Return the value of a row, once its keys are what they should be."""
        node, path = node_at(self.source.document, loc)
        specs = [_spec_of(self.vocabulary, text) for text in parameter.by]
        for key, spec in zip(row.is_, specs, strict=False):
            if key != "*" and spec is not None and key not in spec.members:
                self.findings.unknown("unknown-member", node, path, key, spec.members)
        if len(row.is_) != len(parameter.by):
            self._say("bad-table", loc, "a row needs one member for each key", "每行取值个数应与键一致")
            return None
        pool = ConstantPool()
        desk = Desk(Scope(self.vocabulary, pool), [])
        figure = desk.figure(row.value, loc, parameter.type)
        if desk.problems:
            wrong = desk.problems[0].error
            self._say(wrong.code, loc, wrong.what, wrong.what_zh, wrong.remedy, wrong.remedy_zh)
        elif not isinstance(figure, op.Constant):
            what, what_zh = f"'{row.value}' is an expression, not a figure", f"“{row.value}”是表达式，不是数值"
            self._say("bad-parameter", loc, what, what_zh)
        else:
            return list(pool.index)[figure.index][0]
        return None

    def _day(self, row: GuideRow, loc: Loc, parameter: Parameter | None) -> Fraction | None:
        """Return the first day on which a row holds: every row of a table by date has one, and no other."""
        if row.from_ is None:
            if parameter is not None and parameter.on:
                what, what_zh = "this table goes by date: every row has 'from'", "该表按日期查，每行须有from"
                self._say("bad-table", loc, what, what_zh)
            return None
        if parameter is not None and not parameter.on:
            what, what_zh = "this table does not go by date: no row has 'from'", "该表不按日期查，各行不得有from"
            self._say("bad-table", loc, what, what_zh)
            return None
        try:
            return parse_date(row.from_)
        except QuantityError as error:
            self._say(error.code, (*loc, "from"), error.what, error.what_zh)
            return None

    def _say(
        self, code: str, loc: Loc, what: str, what_zh: str, remedy: str | None = None, remedy_zh: str | None = None
    ) -> None:
        node, path = node_at(self.source.document, loc)
        self.findings.add(code, node, path, what, what_zh, remedy, remedy_zh)


def _spec_of(vocabulary: Vocabulary, path: str) -> FieldSpec | None:
    entity, _, name = path.partition(".")
    return vocabulary.field(entity, name)


def _row(keys: Iterable[str], value: str) -> GuideRow:
    return GuideRow.model_validate({"is": list(keys), "value": value})
