"""The parts that every JSON Schema of ours is made of: scalars as the library reads them, objects, arrays, references.

A scalar may stand as a number or a truth where YAML or JSON has one; the library reads its text:

>>> enum(["1", "true", "国家级"])
{'enum': ['1', 'true', '国家级', 1, True]}
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final, TypeAlias
from urllib.parse import quote

Schema: TypeAlias = dict[str, Any]

SCALAR: Final[Schema] = {"type": ["string", "number", "boolean"]}
TRUTH: Final[Schema] = {"enum": [True, False, "true", "false"]}
FIGURE: Final = r"(0|[1-9][0-9]*)(\.[0-9]+)?"
COUNT: Final[Schema] = {
    "anyOf": [{"type": "integer", "minimum": 0}, {"type": "string", "pattern": r"^(0|[1-9][0-9]*)(\.0+)?$"}],
}
ID: Final[Schema] = {**SCALAR, "pattern": "^[a-z][a-z0-9_]*$"}


def enum(members: Iterable[str]) -> Schema:
    """Return the members of an enumeration, and those that YAML takes for numbers or truths as such."""
    names = list(members)
    numbers = [int(name) for name in names if name.isdecimal() and name.isascii() and name == str(int(name))]
    truths = [name == "true" for name in names if name in ("true", "false")]
    return {"enum": [*names, *numbers, *truths]}


def object_of(properties: Mapping[str, Schema], required: Iterable[str] = (), *, said: str = "") -> Schema:
    """Describe a mapping that has no other keys than these."""
    made: Schema = {"description": said} if said else {}
    made |= {"type": "object", "properties": dict(properties)}
    needed = list(required)
    return {**made, **({"required": needed} if needed else {}), "additionalProperties": False}


def array(items: Schema) -> Schema:
    """Describe a list of things."""
    return {"type": "array", "items": items}


def ref(name: str) -> Schema:
    """Refer to a definition."""
    return {"$ref": f"#/$defs/{quote(name, safe='')}"}


def with_unit(unit: str) -> str:
    """Write a figure with a unit, as an example of one."""
    return f"100 {unit}" if unit.isascii() else f"100{unit}"
