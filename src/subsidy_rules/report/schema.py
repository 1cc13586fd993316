"""JSON Schema of rule files, guides, cases and results, made from what the library itself reads and writes them with.

Rule files and guides come from the models of `policy/model.py`, cases from a vocabulary, results from the table below.
Version 1 of each is kept in `schemas/`, for editors and other programs; `schema_of` makes the same, and for a case also
one with the words of chosen policies, in which an unknown member or fact is an error as it is for `evaluate`:

>>> schema_of("case")["properties"]["decision_date"]
{'$ref': '#/$defs/case.decision_date'}
>>> schema_of("case")["$defs"]["loan.lpr"]["title"]
'贷款市场报价利率'

A schema accepts every document that the library accepts. The reverse can't be: names, references and sums are checked
by the library alone. A scalar may stand as a number or a truth where YAML or JSON has one; the library reads its text.
"""

from __future__ import annotations

import types
from collections.abc import Iterable, Mapping
from re import escape
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal, TypeAlias, Union, get_args, get_origin, get_type_hints
from urllib.parse import quote

from subsidy_rules.award.model import REFORM_KEYS, SCHEMA
from subsidy_rules.errors import UsageError, expect
from subsidy_rules.facts.case import CASE_VERSION, bounds_of
from subsidy_rules.facts.vocabulary import NUMERIC, FieldSpec, Vocabulary
from subsidy_rules.plan import Policies
from subsidy_rules.policy.model import Count, GuideFile, Id, ReformFile, RuleFile, Truthful
from subsidy_rules.values.quantity import CNY

if TYPE_CHECKING:
    from pydantic import BaseModel

    from subsidy_rules.values.quantity import Currency, Units

Schema: TypeAlias = dict[str, Any]
Kind: TypeAlias = Literal["rules", "guide", "reform", "case", "result"]

KINDS: Final = ("rules", "guide", "reform", "case", "result")
DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
VERSION: Final = 1
"""The version of each schema: that of the language, of the case format and of the result."""


def schema_of(kind: Kind, policies: Policies | None = None) -> Schema:
    """Return the JSON Schema of a kind of document.

    `kind` is `rules`, `guide`, `reform`, `case` or `result`. With `policies`, that of a case knows their words and no
    others; without, it leaves members, zones and facts to whatever policies there are. Raises `UsageError`.
    """
    expect(policies, Policies | None, "policies are Policies: load_policies(…)")
    if policies is not None and kind != "case":
        raise UsageError("only the schema of a case depends on policies")
    match kind:
        case "rules":
            made = _of_model(RuleFile)
        case "guide":
            made = _of_model(GuideFile)
        case "reform":
            made = _of_model(ReformFile)
        case "case":
            made = _of_case(Vocabulary.core() if policies is None else policies.vocabulary, closed=policies is not None)
        case "result":
            made = _of_result()
        case _:
            raise UsageError(f"no schema of '{kind}'; there are: {', '.join(KINDS)}")
    return {"$schema": DIALECT, "$id": f"urn:subsidy-rules:{kind}:{VERSION}", **made}


def schema_of_model(kind: str, model: type[BaseModel]) -> Schema:
    """Return the JSON Schema of another kind of file, which is read as this model."""
    return {"$schema": DIALECT, "$id": f"urn:subsidy-rules:{kind}:{VERSION}", **_of_model(model)}


# Scalars: the library reads their text, so that they may be numbers or truths for YAML and JSON

_SCALAR: Final[Schema] = {"type": ["string", "number", "boolean"]}
_TRUTH: Final[Schema] = {"enum": [True, False, "true", "false"]}
_FIGURE: Final = r"(0|[1-9][0-9]*)(\.[0-9]+)?"
_COUNT: Final[Schema] = {
    "anyOf": [{"type": "integer", "minimum": 0}, {"type": "string", "pattern": r"^(0|[1-9][0-9]*)(\.0+)?$"}],
}
_ID: Final[Schema] = {**_SCALAR, "pattern": "^[a-z][a-z0-9_]*$"}


def _enum(members: Iterable[str]) -> Schema:
    """Return the members of an enumeration, and those that YAML takes for numbers or truths as such."""
    names = list(members)
    numbers = [int(name) for name in names if name.isdecimal() and name.isascii() and name == str(int(name))]
    truths = [name == "true" for name in names if name in ("true", "false")]
    return {"enum": [*names, *numbers, *truths]}


def _object(properties: Mapping[str, Schema], required: Iterable[str] = (), *, said: str = "") -> Schema:
    made: Schema = {"description": said} if said else {}
    made |= {"type": "object", "properties": dict(properties)}
    needed = list(required)
    return {**made, **({"required": needed} if needed else {}), "additionalProperties": False}


def _array(items: Schema) -> Schema:
    return {"type": "array", "items": items}


def _ref(name: str) -> Schema:
    return {"$ref": f"#/$defs/{quote(name, safe='')}"}


# Rule files and guides: the models


def _of_model(model: type[BaseModel]) -> Schema:
    defs: dict[str, Schema] = {}
    _model(model, defs)
    root = defs.pop(model.__name__)
    return {"title": model.__name__, **root, "$defs": dict(sorted(defs.items()))}


def _model(model: type[BaseModel], defs: dict[str, Schema]) -> Schema:
    """Describe a model among `defs`, and refer to it there."""
    if model.__name__ not in defs:
        defs[model.__name__] = {}
        hints = get_type_hints(model, include_extras=True)
        fields = {info.alias or name: (hints[name], info.is_required()) for name, info in model.model_fields.items()}
        properties = {key: _annotation(hint, defs) for key, (hint, _) in fields.items()}
        required = [key for key, (_, needed) in fields.items() if needed]
        said = (model.__doc__ or "").partition("\n")[0]
        defs[model.__name__] = _object(properties, required, said=said)
    return _ref(model.__name__)


def _annotation(hint: Any, defs: dict[str, Schema]) -> Schema:  # noqa: ANN401 - an annotation may be anything
    for known, schema in ((Id, _ID), (Count, _COUNT), (Truthful, _TRUTH), (str, _SCALAR), (object, {})):
        if hint == known:
            return dict(schema)
    origin, inner = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return _annotation(inner[0], defs)
    if origin is Literal:
        return _enum(inner)
    if origin is list:
        return _array(_annotation(inner[0], defs))
    if origin is dict:
        return {"type": "object", "additionalProperties": _annotation(inner[1], defs)}
    if origin in (Union, types.UnionType):
        options = [_annotation(one, defs) for one in inner if one is not type(None)]
        return options[0] if len(options) == 1 else {"anyOf": options}
    return _model(hint, defs)


# Cases: the vocabulary

_PROVENANCE: Final[Mapping[str, Schema]] = {
    "source": _SCALAR,
    "status": _enum(["declared", "certified", "audited"]),
    "date": _ref("date"),
}
_PATTERNS: Final[Mapping[str, str]] = {
    "money": rf"^-?{_FIGURE} *(分|元|万元|亿元)$",
    "ratio": rf"^(-?{_FIGURE} *[%‰]|-?{_FIGURE} *[:∶] *{_FIGURE} *)$",
    "date": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
}
_KINDS_OF_TEXT: Final[Mapping[str, Schema]] = {
    "money": {"description": "金额，带单位：2800万元。Money with its unit: 分, 元, 万元 or 亿元."},
    "ratio": {"description": "比例：15%、5‰、1:0.5。A ratio."},
    "date": {"description": "日期：2025-09-01。A day of the calendar."},
}
_ANY_MONEY: Final[Schema] = {"type": "string", "pattern": rf"^-?{_FIGURE} *[^-0-9. ].*$"}
_SIGNED: Final[Schema] = {
    "anyOf": [{"type": "integer"}, {"type": "string", "pattern": r"^-?(0|[1-9][0-9]*)(\.0+)?$"}],
}
_COUNT_SAID: Final = "数量，不小于零的整数。A whole number of things, zero or more."
_PLACE: Final = "^[0-9]{6}$"
_BOOL: Final[Schema] = {"description": "是或否。A truth.", "enum": [True, False, "true", "false", "是", "否"]}
_WORDS_OF: Final[Mapping[str, str]] = {
    "money": "money (分, 元, 万元, 亿元)",
    "ratio": "ratio (%, ‰, a:b)",
    "date": "date (YYYY-MM-DD)",
    "count": "count",
    "quantity": "quantity",
    "bool": "truth",
    "text": "text",
    "place": "place (a code of GB/T 2260, or a zone)",
    "enum": "one of a list",
    "set": "several of a list",
    "ref": "id in this case",
}


def _of_case(vocabulary: Vocabulary, *, closed: bool) -> Schema:
    """Describe a case. `closed`: no members, zones and facts beside those of the vocabulary."""
    defs: dict[str, Schema] = {
        **{name: {**said, "type": "string", "pattern": _PATTERNS[name]} for name, said in _KINDS_OF_TEXT.items()},
        "money": _money(vocabulary.currency, closed=closed),
        "count": {"description": _COUNT_SAID, **_COUNT},
        "bool": _BOOL,
        "text": _SCALAR,
        "ref": _SCALAR,
        "place": _place(vocabulary, closed=closed),
    }
    for unit in dict.fromkeys(unit for unit, _ in vocabulary.units.values()):
        defs[f"quantity of {unit}"] = _quantity(unit, vocabulary.units)
    for entity, fields in vocabulary.fields.items():
        for spec in fields.values():
            defs[f"{entity}.{spec.name}"] = _field(spec, closed=closed)
    for entity in vocabulary.fields:
        defs[entity] = _entity(entity, vocabulary, closed=closed or entity == "case")
    root = defs.pop("case")
    names = [name for spec in vocabulary.lists["case"].values() for name in (spec.name, spec.zh)]
    common: dict[str, Schema] = {
        "case": {"description": "格式版本。The version of the format.", **_enum([CASE_VERSION])},
        **_both("enterprise", "申报主体", _ref("enterprise")),
        **_both("assume_none", "均无", _array({"enum": names} if closed else {"anyOf": [{"enum": names}, _SCALAR]})),
    }
    root["properties"] = {**common, **root["properties"]}
    if not closed:
        things = _array({"type": "object"})
        root["additionalProperties"] = {"anyOf": [things, _object({"items": things, "more": _ref("bool")}, ["items"])]}
    return {"title": "case", **root, "required": ["case"], "$defs": defs}


def _money(currency: Currency, *, closed: bool) -> Schema:
    """Describe money with its unit; where the policies are not known, also with the unit of any other currency."""
    if currency == CNY:
        own: Schema = {**_KINDS_OF_TEXT["money"], "type": "string", "pattern": _PATTERNS["money"]}
        return own if closed else {"description": own.pop("description"), "anyOf": [own, _ANY_MONEY]}
    names = [name for name, _ in currency.units]
    said = f"金额，带单位。Money with its unit: {', '.join(names)}."
    pattern = rf"^-?{_FIGURE} *({'|'.join(map(escape, names))})$"
    return {"description": said, "type": "string", "pattern": pattern}


def _quantity(unit: str, units: Units) -> Schema:
    written = "|".join(escape(name) for name, (of, _) in units.items() if of == unit)
    said = f"数量，带单位：{unit}。A quantity with its unit, {unit}."
    return {"description": said, "type": "string", "pattern": rf"^-?{_FIGURE} ?({written})$"}


def _both(name: str, label: str, schema: Schema) -> dict[str, Schema]:
    """Let a key be written by its English name or its Chinese label."""
    return {name: schema, **({label: schema} if label else {})}


def _entity(entity: str, vocabulary: Vocabulary, *, closed: bool) -> Schema:
    properties: dict[str, Schema] = {}
    for spec in vocabulary.fields[entity].values():
        properties |= _both(spec.name, spec.zh, _ref(f"{entity}.{spec.name}"))
    for one in vocabulary.lists[entity].values():
        items = _array(_ref(one.entity))
        more = _object({"items": items, "more": _ref("bool")}, ["items"])
        properties |= _both(one.name, one.zh, {"title": one.zh, "anyOf": [items, more]})
    made = _object(properties)
    return made if closed else {**made, "additionalProperties": True}


def _field(spec: FieldSpec, *, closed: bool) -> Schema:
    said = f"{spec.zh}。{spec.en or spec.name.replace('_', ' ').capitalize()}: {_WORDS_OF[spec.type]}."
    value = _value(spec, closed=closed)
    given = _object({"value": value, **_PROVENANCE}, ["value"])
    plain: list[Schema] = [] if spec.name == "id" else [given]
    return {"title": spec.zh, "description": said, "anyOf": [value, *plain]}


def _value(spec: FieldSpec, *, closed: bool) -> Schema:
    if spec.type in NUMERIC:
        end = _SIGNED if spec.type == "count" and bounds_of(spec)[0] < 0 else _ref(spec.measure)
        return {"anyOf": [end, {**_object({"min": end, "max": end}), "minProperties": 1}]}
    if spec.type not in ("enum", "set"):
        return _ref(spec.type)
    options: list[Schema] = [_members(spec)] if spec.members else []
    options += [_object({"other": _SCALAR}, ["other"])] if spec.open else []
    options += [] if closed and spec.members else [_SCALAR]
    one = options[0] if len(options) == 1 else {"anyOf": options}
    return one if spec.type == "enum" else {"anyOf": [one, _array(one)]}


def _members(spec: FieldSpec) -> Schema:
    labels = [member.zh for member in spec.members.values() if member.zh]
    made = _enum(dict.fromkeys([*spec.members, *labels]))
    return {"anyOf": [made, {"type": "string", "pattern": "^[A-T][0-9]{2}$"}]} if spec.name == "industry" else made


def _place(vocabulary: Vocabulary, *, closed: bool) -> Schema:
    zones: Schema = {"enum": sorted(vocabulary.zones)} if closed else _SCALAR
    number, code = {"type": "integer", "minimum": 100_000, "maximum": 999_999}, {"type": "string", "pattern": _PLACE}
    said = "GB/T 2260 代码（六位）或区域。A code of GB/T 2260 (six digits), or a zone."
    return {"description": said, "anyOf": [number, code, zones, _object({"other": _SCALAR}, ["other"])]}


# Results: what `Entitlement.as_json` writes. Keys may be added within a version, so other keys are let through.

_TEXT: Final[Schema] = {"type": "string"}
_MAYBE: Final[Schema] = {"type": ["string", "null"]}
_FLAG: Final[Schema] = {"type": "boolean"}
_TEXTS: Final = _array(_TEXT)
_YUAN: Final[Schema] = {"type": "string", "pattern": r"^-?[0-9]+(\.[0-9]+)?$"}
_KIND: Final[Schema] = {"enum": ["exact", "at_most", "between", "undetermined"]}
_STATUS: Final[Schema] = {"enum": ["counted", "contender", "outranked", "barred", "reduced"]}
_ENDS: Final[Mapping[str, Schema]] = {"min": _YUAN, "max": _ref("yuan_or_null")}

_BY: Final = ("policy", "project", "fund")

_RESULT: Final[Mapping[str, Mapping[str, Schema]]] = {
    "ends": _ENDS,
    "figure": {"kind": _KIND, **_ENDS},
    "record": {"kind": _KIND, **_ENDS, "reasons": _TEXTS},
    "citation": {
        "issuer": _TEXT,
        "document": _TEXT,
        "path": _TEXT,
        "sentence": {"type": "integer"},
        "quote": _TEXT,
        "address?": _TEXT,
    },
    "step": {"word": _TEXT, "text": _TEXT, "value": _MAYBE, "binding?": _FLAG, "quote": _TEXT, "facts": _TEXTS},
    "alternative": {"option": _TEXT, "eligible": _TEXT, "kind": _KIND, **_ENDS, "open_ended?": _TEXTS},
    "reading": {
        "id": _TEXT,
        "asks": _TEXT,
        "option": _TEXT,
        "default": _TEXT,
        "alternatives": _array(_ref("alternative")),
    },
    "note": {"id": _TEXT, "text": _TEXT},
    "award": {
        "id": _TEXT,
        "policy": _TEXT,
        "clause": _TEXT,
        "object": _TEXT,
        "status": _STATUS,
        "kind": _KIND,
        "gross": _ref("ends"),
        "net": _ref("ends"),
        "reasons": _TEXTS,
        "why": _TEXTS,
        "fund": _TEXT,
        "payer": {"anyOf": [{"type": "null"}, {"type": "object", "additionalProperties": _ref("ends")}]},
        "project": _MAYBE,
        "rule": _MAYBE,
        "barred_by?": _TEXTS,
        "outer": _FLAG,
        "flags": _TEXTS,
        "notes": _array(_ref("note")),
        "steps": _array(_ref("step")),
        "citations": _array(_ref("citation")),
        "readings": _array(_ref("reading")),
        "needs": _TEXTS,
    },
    "failed": {
        "role": _TEXT,
        "condition": _TEXT,
        "fact": _TEXT,
        "read": _TEXT,
        "required": _TEXT,
        "nearest": _MAYBE,
    },
    "not_eligible": {
        "id": _TEXT,
        "policy": _TEXT,
        "clause": _TEXT,
        "failed": _array(_ref("failed")),
        "citations": _array(_ref("citation")),
        "readings": _array(_ref("reading")),
    },
    "not_asked": {"policy": _TEXT, "clause": _TEXT, "path": _TEXT, "sentence": {"type": "integer"}, "lists": _TEXTS},
    "obligation": {
        "id": _TEXT,
        "policy": _TEXT,
        "clause": _TEXT,
        "at_least": _ref("ends"),
        "decided": _FLAG,
        "steps": _array(_ref("step")),
        "citations": _array(_ref("citation")),
        "readings?": _array(_ref("reading")),
        "needs": _TEXTS,
    },
    "adjustment": {"award": _TEXT, "amount": _YUAN, "flags": _TEXTS},
    "instalment": {
        "award": _TEXT,
        "name": _TEXT,
        "amount": _ref("ends"),
        "state": {"enum": ["due", "not_due", "open"]},
        "needs": _TEXTS,
        "quote": _TEXT,
    },
    "stack": {"members": _TEXTS, "rule": _TEXT},
    "group": {
        "group": _TEXT,
        "members": _TEXTS,
        "rule": _MAYBE,
        "reading": _MAYBE,
        "option": _MAYBE,
        "lower": _YUAN,
        "sum": _ref("yuan_or_null"),
        "total": _ref("figure"),
        "additive": _FLAG,
        "refused": _FLAG,
        "stacks?": _array(_ref("stack")),
        "choice?": _ref("choice"),
    },
    "loss_to": {"award": _TEXT, "rule": _TEXT},
    "loss": {"award": _TEXT, "to": _array(_ref("loss_to"))},
    "proven_figure": {"award": _TEXT, "figure": _YUAN},
    "proven_ceiling": {"rule": _TEXT, "room": _YUAN, "pro_rata": _FLAG, "members": _TEXTS},
    "branch": {"cover?": _array(_TEXTS), "award?": _TEXT, "taken?": _ref("branch"), "left?": _ref("branch")},
    "proof": {
        "figures": _array(_ref("proven_figure")),
        "excluded": _array(_TEXTS),
        "ceilings": _array(_ref("proven_ceiling")),
        "worth": _YUAN,
        "bound": _YUAN,
        "proof": _ref("branch"),
    },
    "choice": {
        "state": {"enum": ["decided", "facts", "law", "limit"]},
        "chosen": _TEXTS,
        "lost": _array(_ref("loss")),
        "odd_units": _array(_ref("loss_to")),
        "proofs": _array(_ref("proof")),
    },
    "total": {
        "decided": _ref("record"),
        "possible": _ref("record"),
        "open_ended": _TEXTS,
        "covers": {"type": "string", "pattern": "^[0-9]+ of [0-9]+$"},
        **{f"by_{what}": {"type": "object", "additionalProperties": _ref("record")} for what in _BY},
        "additive": _FLAG,
        "outer": _FLAG,
    },
    "fact_used": dict.fromkeys(("path", "value", "source", "status", "date"), _TEXT),
    "reform_used": dict.fromkeys(REFORM_KEYS, _TEXT),
    "version": {"of": _TEXT, "name": _TEXT, "from": _TEXT, "until": _MAYBE},
    "review": {"by": _TEXT, "on": _TEXT, "document?": _TEXT, "note?": _TEXT},
    "rules_used": {
        **dict.fromkeys(("policy", "source_sha256", "meaning_sha256"), _TEXT),
        "version?": _ref("version"),
        "reviewed_by?": _array(_ref("review")),
        "approved_by?": _array(_ref("review")),
    },
    "stamp": {
        "library": _TEXT,
        "schema": {"const": SCHEMA},
        "rules": _array(_ref("rules_used")),
        "guides": _TEXTS,
        "case_sha256": _TEXT,
        "readings": {"type": "object", "additionalProperties": _TEXT},
        "assumed_none": _TEXTS,
        "reforms?": _array(_ref("reform_used")),
    },
    "spread": {"kind": _KIND, **_ENDS, "taken": _ref("figure"), "one_at_a_time": _ref("figure")},
    "result": {
        "schema": {"const": SCHEMA},
        "currency?": _TEXT,
        "decision_date": {"type": ["string", "null"], "pattern": _PATTERNS["date"]},
        "beneficiary": _TEXT,
        "awards": _array(_ref("award")),
        "undecided": _array(_ref("award")),
        "not_eligible": _array(_ref("not_eligible")),
        "not_asked": _array(_ref("not_asked")),
        "obligations": _array(_ref("obligation")),
        "adjustments": _array(_ref("adjustment")),
        "instalments": _array(_ref("instalment")),
        "cumulation": _array(_ref("group")),
        "total": _ref("total"),
        "readings": _array(_ref("reading")),
        "needs": _TEXTS,
        "facts_used": _array(_ref("fact_used")),
        "flags": _TEXTS,
        "stamp": _ref("stamp"),
        "notice": _TEXT,
        "spread?": _ref("spread"),
    },
}
"""Every object of a result and its keys, and `docs/result.md` says what they hold.

`?` marks a key that may be left out, or that results of version 1 did not have from the first.
"""


def _of_result() -> Schema:
    defs: dict[str, Schema] = {
        "yuan_or_null": {"description": "元（或 currency 的货币），null 为无上限", **_YUAN, "type": ["string", "null"]}
    }
    for name, keys in _RESULT.items():
        properties = {key.removesuffix("?"): schema for key, schema in keys.items()}
        required = [key for key in keys if not key.endswith("?")]
        defs[name] = {"type": "object", "properties": properties, "required": required}
    return {"title": "result", **defs.pop("result"), "$defs": defs}
