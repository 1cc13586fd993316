"""Guides: reading what another document gives for the open parameters of the loaded policies."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path

from subsidy_rules.errors import RuleError, expect
from subsidy_rules.facts.vocabulary import FieldSpec, Vocabulary
from subsidy_rules.mechanisms import operations as op
from subsidy_rules.mechanisms.expression import Scope
from subsidy_rules.mechanisms.lowered import Parameter
from subsidy_rules.mechanisms.step import Desk, Loc
from subsidy_rules.plan.compile import ConstantPool
from subsidy_rules.plan.policies import Fill, Guide, Policies
from subsidy_rules.policy.model import GuideRow, GuideTable
from subsidy_rules.policy.source import GuideSource, guide_of, node_at, read_guide
from subsidy_rules.values.document import Document
from subsidy_rules.values.findings import Findings
from subsidy_rules.values.quantity import QuantityError, parse_date


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
