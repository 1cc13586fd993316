"""What a column holds: the fact its head or path names, the units that fit, a cell written as a case writes it.

A path names a fact through its lists, by names or by labels (`projects.costs.amount`, `项目.费用.金额`); a bare number
has the unit of its column. What a cell is not is left for the case to refuse, at its place.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Final, NamedTuple

from subsidy_rules.errors import brief
from subsidy_rules.facts.case import OF_ROOT
from subsidy_rules.facts.vocabulary import FieldSpec, Vocabulary
from subsidy_rules.sheets.cells import Said, number_text

_PATH = re.compile(r"(?P<name>[^\[\].]+)(?:\[(?P<slot>[0-9]{1,3})\])?")
_GROUPED = re.compile(r"-?[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?")
_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")
_DAY = re.compile(r"([0-9]{4})(?:年|/|-|\.)([0-9]{1,2})(?:月|/|-|\.)([0-9]{1,2})日?|([0-9]{4})([0-9]{2})([0-9]{2})")
_SPLIT = re.compile(r"\s*[、；;，,\n]\s*")
PLAIN: Final = "1"
"""The unit of a ratio that is written as a number: 0.15 for 15%."""

Step = tuple[str, int]
"""A list, and which of its things in one row."""


class Target(NamedTuple):
    """Where a value goes: through which lists, or `enterprise` or nothing, to which field."""

    steps: tuple[Step, ...]
    name: str
    spec: FieldSpec | None


class Rule(NamedTuple):
    """What is done with the cells of a column."""

    head: str
    target: Target
    unit: str | None
    values: Mapping[str, str]
    empty: str | None


def target_of(
    path: str, vocabulary: Vocabulary, *, of_list: bool = False
) -> Target | tuple[str, list[str], dict[str, str]]:
    """Read the path of a fact, by names or labels; of one that is none, the word, what there is, and its labels."""
    steps: list[Step] = []
    entity = "case"
    parts = path.split(".")
    for number, part in enumerate(parts):
        match = _PATH.fullmatch(part.strip())
        name = match["name"].strip() if match else part
        fields, lists = vocabulary.fields[entity], vocabulary.lists[entity]
        tables = {**({one: label for one, label in OF_ROOT.items() if one == "enterprise"} if entity == "case" else {})}
        labels = {spec.zh: one for one, spec in fields.items() if spec.zh}
        labels |= {spec.zh: one for one, spec in lists.items() if spec.zh}
        labels |= {label: one for one, label in tables.items()}
        name = labels.get(name, name)
        last = number == len(parts) - 1
        if match and last and not match["slot"] and (name in fields or (of_list and name == "id")):
            return Target(tuple(steps), name, fields.get(name))
        if match and not last and (name in lists or name in tables):
            steps.append((name, int(match["slot"] or 0)))
            entity = lists[name].entity if name in lists else "enterprise"
            continue
        return part, [*fields, *lists, *tables] if not last else list(fields), labels
    return path, [], {}


def unfit(unit: str, spec: FieldSpec | None, vocabulary: Vocabulary) -> Said | None:
    """Say what is wrong with a unit for a fact, if anything."""
    kind = spec.type if spec else "text"
    options: Iterable[str]
    match kind:
        case "money":
            options = dict(vocabulary.currency.units)
        case "ratio":
            options = ("%", "‰", PLAIN)
        case "quantity":
            options = [name for name, (of, _) in vocabulary.units.items() if spec and of == spec.unit]
        case "count":
            return None
        case _:
            return (f"此项没有单位，不能写“{brief(unit)}”", f"this fact has no unit, and '{brief(unit)}' stands there")
    if unit in options:
        return None
    said = ", ".join(options)
    return (f"单位“{brief(unit)}”不适用；可用：{said}", f"'{brief(unit)}' is no unit of it; one of: {said}")


def value_of(text: str, rule: Rule) -> object:
    """Write the text of a cell as a case writes the fact; what it is not is left for the case to refuse."""
    text = rule.values.get(text, text)
    spec = rule.target.spec
    if spec is None:
        return text
    match spec.type:
        case "money" | "quantity" | "count" | "ratio":
            number = text.replace(",", "") if _GROUPED.fullmatch(text) else text
            if not _NUMBER.fullmatch(number):
                return _ungrouped(text)
            return _with_unit(number, rule.unit, spec)
        case "date":
            return _day(text)
        case "bool":
            return {"TRUE": "true", "FALSE": "false", "True": "true", "False": "false"}.get(text, text)
        case "set":
            return [rule.values.get(one, one) for one in _SPLIT.split(text) if one]
        case _:
            return text


def _with_unit(number: str, unit: str | None, spec: FieldSpec) -> str:
    if spec.type == "count" or unit is None:
        return number
    if spec.type == "ratio" and unit == PLAIN:
        return number_text(Decimal(number) * 100) + "%"
    return f"{number} {unit}" if unit.isascii() and unit != "%" else number + unit


def _ungrouped(text: str) -> str:
    """Take the separators out of a figure with its unit: `1,234.5万元`."""
    found = re.fullmatch(r"(-?[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?)(\D.*)", text)
    return found[1].replace(",", "") + found[2] if found else text


def _day(text: str) -> str:
    found = _DAY.fullmatch(text)
    if found is None:
        return text
    year, month, day = (found[1], found[2], found[3]) if found[1] else (found[4], found[5], found[6])
    return f"{year}-{int(month):02d}-{int(day):02d}"
