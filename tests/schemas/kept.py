"""The files in `schemas/`: what they should hold, and where a new one would refuse what an old one takes.

    python -m tests.schemas.kept        writes schemas/

`tests/data/schemas/VERSION/` holds the schemas as they were in that version of the library; those files never change.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from subsidy_rules import load_policies, schema_of
from subsidy_rules.author.schema import suite_schema
from subsidy_rules.sheets.mapping import map_schema

if TYPE_CHECKING:
    from collections.abc import Iterator

    from subsidy_rules.report.schema_parts import Schema

ROOT: Final = Path(__file__).parents[2]
FOLDER: Final = ROOT / "schemas"
RELEASED: Final = ROOT / "tests" / "data" / "schemas"
TYPES: Final = frozenset({"string", "integer", "number", "boolean", "null", "array", "object"})


def made() -> dict[str, Schema]:
    """Return every published schema by its path in `schemas/`."""
    return {
        "rules/1/rules.schema.json": schema_of("rules"),
        "rules/1/guide.schema.json": schema_of("guide"),
        "reforms/1/reform.schema.json": schema_of("reform"),
        "cases/1/case.schema.json": schema_of("case"),
        "cases/1/case.packs.schema.json": schema_of("case", load_policies()),
        "results/1/result.schema.json": schema_of("result"),
        "tests/1/tests.schema.json": suite_schema(),
        "maps/1/map.schema.json": map_schema(),
    }


def text_of(schema: Schema) -> str:
    """Write a schema as it is kept."""
    return json.dumps(schema, ensure_ascii=False, indent=1) + "\n"


def narrowed(old: Schema, new: Schema) -> list[str]:
    """Return where `new` might refuse what `old` takes: the path in `old`, and the keyword of `new`."""
    return sorted(set(_Comparison(old, new).of(old, new, "")))


class _Comparison:
    """Two schemas with their definitions, and the pairs that were compared already."""

    def __init__(self, old: Schema, new: Schema) -> None:
        self.old, self.new = old, new
        self.met: set[tuple[str, str]] = set()

    def of(self, old: Any, new: Any, at: str) -> list[str]:
        pair = (json.dumps(old, sort_keys=True), json.dumps(new, sort_keys=True))
        if pair in self.met or new is True:
            return []
        self.met.add(pair)
        found = list(self._of(resolved(old, self.old), resolved(new, self.new), at))
        self.met.discard(pair) if found else None
        return found

    def _of(self, old: Schema, new: Schema, at: str) -> Iterator[str]:
        if "anyOf" in old:
            for option in old["anyOf"]:
                yield from self.of(option, new, at)
            return
        if "anyOf" in new:
            if all(self.of(old, option, at) for option in new["anyOf"]):
                yield f"{at}: anyOf"
            return
        yield from self._scalars(old, new, at)
        for key, schema in old.get("properties", {}).items():
            other = new.get("properties", {}).get(key, new.get("additionalProperties", True))
            yield from [f"{at}.{key}: gone"] if other is False else self.of(schema, other, f"{at}.{key}")
        if not set(new.get("required", ())) <= set(old.get("required", ())):
            yield f"{at}: required"
        rest, other = old.get("additionalProperties", True), new.get("additionalProperties", True)
        if "object" in types_of(old) and rest is not False and other is not True:
            yield from (
                [f"{at}: additionalProperties"]
                if isinstance(rest, bool) or other is False
                else self.of(rest, other, f"{at}.*")
            )
        if "items" in new:
            yield from self.of(old.get("items", {}), new["items"], f"{at}[]")

    def _scalars(self, old: Schema, new: Schema, at: str) -> Iterator[str]:
        if not types_of(old) <= types_of(new) | ({"integer"} if "number" in types_of(new) else set()):
            yield f"{at}: type"
        if "enum" in new and not (old.get("enum") and all(one in new["enum"] for one in old["enum"])):
            yield f"{at}: enum"
        for keyword in ("pattern", "minimum", "maximum", "minProperties"):
            if keyword in new and new[keyword] != old.get(keyword):
                yield f"{at}: {keyword}"


def resolved(schema: Any, root: Schema) -> Schema:
    """Follow a reference, and write a constant as an enumeration of one."""
    found: Schema = schema
    while "$ref" in found:
        found = root["$defs"][found["$ref"].rpartition("/")[2]]
    return {**found, "enum": [found["const"]]} if "const" in found else found


def types_of(schema: Schema) -> frozenset[str]:
    """Return the types that a schema lets through."""
    if "enum" in schema:
        names = {bool: "boolean", str: "string", int: "integer"}
        return frozenset(names[type(one)] for one in schema["enum"])
    given = schema.get("type", sorted(TYPES))
    return frozenset([given] if isinstance(given, str) else given)


if __name__ == "__main__":
    for name, schema in made().items():
        (FOLDER / name).parent.mkdir(parents=True, exist_ok=True)
        (FOLDER / name).write_text(text_of(schema), encoding="utf-8")
