"""JSON Schema of rule files, guides and reforms, from the models that they are read as.

Each key has its name in Chinese as `title` and both names as `description`, which is what an editor shows while one
types. Where a value names a fact, those of a vocabulary are proposed, and beside amounts the units that there are; what
is proposed is never all that may be written, so that no file is refused by it.
"""

from __future__ import annotations

import types
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal, Union, get_args, get_origin, get_type_hints

from subsidy_rules.facts.vocabulary import FieldSpec, Vocabulary
from subsidy_rules.policy.model import Count, Id, Truthful
from subsidy_rules.report.keys import EXPRESSIONS, member_said, said_of
from subsidy_rules.report.schema_parts import COUNT, ID, SCALAR, TRUTH, Schema, array, enum, object_of, ref, with_unit

if TYPE_CHECKING:
    from pydantic import BaseModel

_PROPOSED: Final[Mapping[str, frozenset[str]]] = {
    "fact": frozenset(["ListModel.of", "ParameterModel.by", "ParameterModel.on", "Ladder.of", "Table.by"]),
    "ratio": frozenset(["rate", "RateBound.at_most", "Slice.rate", "Payer.share", "InstalmentPart.share"]),
    "money": frozenset(["cap", "lump_sum", "at_most", "minimum", "pay_from", "least", "greatest", "to", "price"]),
    "expression": EXPRESSIONS,
    "entity": frozenset(["Clause.per", "PerGroup.each"]),
}
"""Under which keys what is proposed: facts, figures with their units, whole expressions."""


def of_model(model: type[BaseModel], vocabulary: Vocabulary | None = None, names: Iterable[str] = ()) -> Schema:
    """Describe a kind of file that is read as a model.

    `vocabulary` are the facts that are proposed where one is named, `names` what else may stand in an expression.
    """
    defs: dict[str, Schema] = {}
    if vocabulary is not None:
        defs |= _words(vocabulary, names)
    _Models(defs, vocabulary).model(model)
    root = defs.pop(model.__name__)
    return {"title": model.__name__, **root, "$defs": dict(sorted(defs.items()))}


def label_of(spec: FieldSpec) -> str:
    """Say what a fact is called, in both languages."""
    return f"{spec.zh} · {spec.en or spec.name.replace('_', ' ')}"


def _paths(vocabulary: Vocabulary) -> Iterator[tuple[str, str]]:
    for entity, fields in vocabulary.fields.items():
        for spec in fields.values():
            if spec.name != "id":
                yield f"{entity}.{spec.name}", label_of(spec)


def _words(vocabulary: Vocabulary, names: Iterable[str]) -> dict[str, Schema]:
    """Describe what is proposed in expressions, where a fact is named, and beside amounts."""
    paths = dict(_paths(vocabulary))
    units = [name for name, _ in vocabulary.currency.units]
    listed = {"enum": list(paths), "enumDescriptions": list(paths.values())}
    said = "条件或数值，由事实、数值和运算写成。A condition or a value."
    return {
        "fact": {"description": "一项事实。A fact.", "anyOf": [listed, dict(SCALAR)]},
        "entity": {
            "description": "一类事物。A kind of things.",
            "anyOf": [{"enum": [*vocabulary.fields]}, dict(SCALAR)],
        },
        "expression": {"description": said, **SCALAR, "examples": [*paths, *names]},
        "money": {"description": "金额，带单位。Money.", **SCALAR, "examples": [with_unit(unit) for unit in units]},
        "ratio": {"description": "比例。A ratio.", **SCALAR, "examples": ["10%", "5‰", "1:0.5"]},
    }


_REST: Final = "additionalProperties"


class _Models:
    """Describes models among `defs`, each once."""

    def __init__(self, defs: dict[str, Schema], vocabulary: Vocabulary | None) -> None:
        self.defs, self.vocabulary = defs, vocabulary

    def model(self, model: type[BaseModel]) -> Schema:
        """Describe a model among `defs`, and refer to it there."""
        name = model.__name__
        if name not in self.defs:
            self.defs[name] = {}
            hints = get_type_hints(model, include_extras=True)
            fields = {
                info.alias or field: (hints[field], info.is_required()) for field, info in model.model_fields.items()
            }
            properties = {key: self.key(name, key, hint) for key, (hint, _) in fields.items()}
            required = [key for key, (_, needed) in fields.items() if needed]
            said = (model.__doc__ or "").partition("\n")[0]
            self.defs[name] = object_of(properties, required, said=said)
        return ref(name)

    def key(self, model: str, key: str, hint: object) -> Schema:
        """Describe the value of a key, with what it is called."""
        made = self.annotation(hint, self.text(model, key), key)
        if self.vocabulary is not None and model == "RuleFile":
            made |= self.proposed(key, made)
        said = said_of(model, key)
        return (
            {"title": said[0], "description": f"{said[0]}。{said[1][:1].upper()}{said[1][1:]}.", **made}
            if said
            else made
        )

    def proposed(self, key: str, made: Schema) -> Schema:
        """Return the keys that are proposed in `facts` and `vocabulary`: entities, and facts that have members."""
        assert self.vocabulary is not None  # noqa: S101 - asked before
        if key == "facts":
            return {"properties": {entity: made[_REST] for entity in self.vocabulary.fields if entity != "case"}}
        if key == "vocabulary":
            fields = (spec for specs in self.vocabulary.fields.values() for spec in specs.values())
            listed = [spec for spec in fields if spec.members or spec.type in ("enum", "set")]
            return {
                "properties": {f"{one.entity}.{one.name}": {"title": label_of(one), **made[_REST]} for one in listed}
            }
        return {}

    def text(self, model: str, key: str) -> Schema:
        """Describe a text, with what is proposed where it stands."""
        for word, names in _PROPOSED.items():
            if word in self.defs and {f"{model}.{key}", key} & names:
                return ref(word)
        return dict(SCALAR)

    def annotation(self, hint: Any, text: Schema, key: str) -> Schema:  # noqa: ANN401 - an annotation may be anything
        """Describe what may stand where a model has this annotation; `text` is what a text is there."""
        for known, schema in ((Id, ID), (Count, COUNT), (Truthful, TRUTH), (str, text), (object, {})):
            if hint == known:
                return dict(schema)
        origin, inner = get_origin(hint), get_args(hint)
        if origin is Annotated:
            return self.annotation(inner[0], text, key)
        if origin is Literal:
            return _described(inner, key)
        if origin is list:
            return array(self.annotation(inner[0], text, key))
        if origin is dict:
            return {"type": "object", "additionalProperties": self.annotation(inner[1], text, key)}
        if origin in (Union, types.UnionType):
            options = [self.annotation(one, text, key) for one in inner if one is not type(None)]
            return options[0] if len(options) == 1 else {"anyOf": options}
        return self.model(hint)


def _described(members: Sequence[str], key: str) -> Schema:
    made = enum(members)
    said = [member_said(key, str(one).lower() if isinstance(one, bool) else str(one)) for one in made["enum"]]
    return {**made, "enumDescriptions": said} if said != [str(one) for one in made["enum"]] else made
