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

from collections.abc import Mapping
from re import escape
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from subsidy_rules.award.model import REFORM_KEYS, SCHEMA
from subsidy_rules.errors import UsageError, expect
from subsidy_rules.facts.case import CASE_VERSION, bounds_of
from subsidy_rules.facts.vocabulary import NUMERIC, FieldSpec, ListSpec, Vocabulary
from subsidy_rules.plan import Policies
from subsidy_rules.policy.model import GuideFile, ReformFile, RuleFile
from subsidy_rules.report.schema_parts import COUNT, FIGURE, SCALAR, Schema, array, enum, object_of, ref, with_unit
from subsidy_rules.report.schema_rules import of_model
from subsidy_rules.values.quantity import CNY

if TYPE_CHECKING:
    from pydantic import BaseModel

    from subsidy_rules.values.quantity import Currency, Units

Kind: TypeAlias = Literal["rules", "guide", "reform", "case", "result"]

KINDS: Final = ("rules", "guide", "reform", "case", "result")
DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
VERSION: Final = 1
"""The version of each schema: that of the language, of the case format and of the result."""


def schema_of(kind: Kind, policies: Policies | None = None) -> Schema:
    """Return the JSON Schema of a kind of document.

    `kind` is `rules`, `guide`, `reform`, `case` or `result`. With `policies`, that of a case knows their words and no
    others; without, it leaves members, zones and facts to whatever policies there are. That of rules proposes their
    facts, readings and parameters beside the shared ones. Raises `UsageError`.
    """
    expect(policies, Policies | None, "policies are Policies: load_policies(…)")
    if policies is not None and kind not in ("rules", "case"):
        raise UsageError("only the schemas of rules, tests and a case depend on policies")
    vocabulary = Vocabulary.core() if policies is None else policies.vocabulary
    match kind:
        case "rules":
            made = of_model(RuleFile, vocabulary, _names(policies))
        case "guide":
            made = of_model(GuideFile)
        case "reform":
            made = of_model(ReformFile)
        case "case":
            made = of_case(vocabulary, closed=policies is not None)
        case "result":
            made = _of_result()
        case _:
            raise UsageError(f"no schema of '{kind}'; there are: {', '.join(KINDS)}")
    return {"$schema": DIALECT, "$id": f"urn:subsidy-rules:{kind}:{VERSION}", **made}


def schema_of_model(kind: str, model: type[BaseModel]) -> Schema:
    """Return the JSON Schema of another kind of file, which is read as this model."""
    return {"$schema": DIALECT, "$id": f"urn:subsidy-rules:{kind}:{VERSION}", **of_model(model)}


def _names(policies: Policies | None) -> list[str]:
    """Return the readings and parameters that an expression of these policies may name."""
    plans = () if policies is None else policies.plans
    readings = [f"reading.{name}" for plan in plans for name in plan.readings]
    return list(dict.fromkeys([*readings, *(f"guide.{name}" for plan in plans for name in plan.parameters)]))


# Cases: the vocabulary

_PROVENANCE: Final[Mapping[str, Schema]] = {
    "source": SCALAR,
    "status": enum(["declared", "certified", "audited"]),
    "date": ref("date"),
}
_PATTERNS: Final[Mapping[str, str]] = {
    "money": rf"^-?{FIGURE} *(分|元|万元|亿元)$",
    "ratio": rf"^(-?{FIGURE} *[%‰]|-?{FIGURE} *[:∶] *{FIGURE} *)$",
    "date": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
}
_KINDS_OF_TEXT: Final[Mapping[str, Schema]] = {
    "money": {
        "description": "金额，带单位：2800万元。Money with its unit: 分, 元, 万元 or 亿元.",
        "examples": ["100万元", "5000元", "1亿元"],
    },
    "ratio": {"description": "比例：15%、5‰、1:0.5。A ratio.", "examples": ["10%", "5‰", "1:0.5"]},
    "date": {"description": "日期：2025-09-01。A day of the calendar.", "examples": ["2025-09-01"]},
}
_ANY_MONEY: Final[Schema] = {"type": "string", "pattern": rf"^-?{FIGURE} *[^-0-9. ].*$"}
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


def of_case(vocabulary: Vocabulary, *, closed: bool) -> Schema:
    """Describe a case. `closed`: no members, zones and facts beside those of the vocabulary."""
    defs: dict[str, Schema] = {
        **{name: {**said, "type": "string", "pattern": _PATTERNS[name]} for name, said in _KINDS_OF_TEXT.items()},
        "money": _money(vocabulary.currency, closed=closed),
        "count": {"description": _COUNT_SAID, **COUNT},
        "bool": _BOOL,
        "text": SCALAR,
        "ref": SCALAR,
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
        "case": {"description": "格式版本。The version of the format.", **enum([CASE_VERSION])},
        **_both("enterprise", "申报主体", ref("enterprise")),
        **_both("assume_none", "均无", array({"enum": names} if closed else {"anyOf": [{"enum": names}, SCALAR]})),
    }
    root["properties"] = {**common, **root["properties"]}
    if not closed:
        things = array({"type": "object"})
        root["additionalProperties"] = {"anyOf": [things, object_of({"items": things, "more": ref("bool")}, ["items"])]}
    return {"title": "case", **root, "required": ["case"], "$defs": defs}


def _money(currency: Currency, *, closed: bool) -> Schema:
    """Describe money with its unit; where the policies are not known, also with the unit of any other currency."""
    if currency == CNY:
        own: Schema = {**_KINDS_OF_TEXT["money"], "type": "string", "pattern": _PATTERNS["money"]}
        told = {key: own.pop(key) for key in ("description", "examples")}
        return {**told, **(own if closed else {"anyOf": [own, _ANY_MONEY]})}
    names = [name for name, _ in currency.units]
    said = f"金额，带单位。Money with its unit: {', '.join(names)}."
    pattern = rf"^-?{FIGURE} *({'|'.join(map(escape, names))})$"
    return {"description": said, "type": "string", "pattern": pattern, "examples": [with_unit(one) for one in names]}


def _quantity(unit: str, units: Units) -> Schema:
    names = [name for name, (of, _) in units.items() if of == unit]
    said = f"数量，带单位：{unit}。A quantity with its unit, {unit}."
    pattern = rf"^-?{FIGURE} ?({'|'.join(map(escape, names))})$"
    return {"description": said, "type": "string", "pattern": pattern, "examples": [with_unit(one) for one in names]}


def _both(name: str, label: str, schema: Schema) -> dict[str, Schema]:
    """Let a key be written by its English name or its Chinese label."""
    return {name: schema, **({label: schema} if label else {})}


def _entity(entity: str, vocabulary: Vocabulary, *, closed: bool) -> Schema:
    properties: dict[str, Schema] = {}
    for spec in vocabulary.fields[entity].values():
        properties |= _both(spec.name, spec.zh, ref(f"{entity}.{spec.name}"))
    for one in vocabulary.lists[entity].values():
        items = array(ref(one.entity))
        more = object_of({"items": items, "more": ref("bool")}, ["items"])
        properties |= _both(one.name, one.zh, {"title": one.zh, "description": _list_said(one), "anyOf": [items, more]})
    made = object_of(properties)
    return made if closed else {**made, "additionalProperties": True}


def _list_said(one: ListSpec) -> str:
    return f"{one.zh}。A list of {one.name.replace('_', ' ')}."


def _field(spec: FieldSpec, *, closed: bool) -> Schema:
    said = f"{spec.zh}。{spec.en or spec.name.replace('_', ' ').capitalize()}: {_WORDS_OF[spec.type]}."
    value = _value(spec, closed=closed)
    given = object_of({"value": value, **_PROVENANCE}, ["value"])
    plain: list[Schema] = [] if spec.name == "id" else [given]
    return {"title": spec.zh, "description": said, "anyOf": [value, *plain]}


def _value(spec: FieldSpec, *, closed: bool) -> Schema:
    if spec.type in NUMERIC:
        end = _SIGNED if spec.type == "count" and bounds_of(spec)[0] < 0 else ref(spec.measure)
        return {"anyOf": [end, {**object_of({"min": end, "max": end}), "minProperties": 1}]}
    if spec.type not in ("enum", "set"):
        return ref(spec.type)
    options: list[Schema] = [_members(spec)] if spec.members else []
    options += [object_of({"other": SCALAR}, ["other"])] if spec.open else []
    options += [] if closed and spec.members else [SCALAR]
    one = options[0] if len(options) == 1 else {"anyOf": options}
    return one if spec.type == "enum" else {"anyOf": [one, array(one)]}


def _members(spec: FieldSpec) -> Schema:
    labels = [member.zh for member in spec.members.values() if member.zh]
    made = enum(dict.fromkeys([*spec.members, *labels]))
    made["enumDescriptions"] = [_member_said(spec, str(one)) for one in made["enum"]]
    return {"anyOf": [made, {"type": "string", "pattern": "^[A-T][0-9]{2}$"}]} if spec.name == "industry" else made


def _member_said(spec: FieldSpec, text: str) -> str:
    """Say what a member is, in both languages."""
    member = spec.members.get(spec.named(text) or "")
    if member is None:
        return text
    return " · ".join(dict.fromkeys([member.zh or member.name, member.en or member.name]))


def _place(vocabulary: Vocabulary, *, closed: bool) -> Schema:
    zones: Schema = {"enum": sorted(vocabulary.zones)} if closed else SCALAR
    number, code = {"type": "integer", "minimum": 100_000, "maximum": 999_999}, {"type": "string", "pattern": _PLACE}
    said = "GB/T 2260 代码（六位）或区域。A code of GB/T 2260 (six digits), or a zone."
    return {"description": said, "anyOf": [number, code, zones, object_of({"other": SCALAR}, ["other"])]}


# Results: what `Entitlement.as_json` writes. Keys may be added within a version, so other keys are let through.

_TEXT: Final[Schema] = {"type": "string"}
_MAYBE: Final[Schema] = {"type": ["string", "null"]}
_FLAG: Final[Schema] = {"type": "boolean"}
_TEXTS: Final = array(_TEXT)
_YUAN: Final[Schema] = {"type": "string", "pattern": r"^-?[0-9]+(\.[0-9]+)?$"}
_KIND: Final[Schema] = {"enum": ["exact", "at_most", "between", "undetermined"]}
_STATUS: Final[Schema] = {"enum": ["counted", "contender", "outranked", "barred", "reduced"]}
_ENDS: Final[Mapping[str, Schema]] = {"min": _YUAN, "max": ref("yuan_or_null")}

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
        "alternatives": array(ref("alternative")),
    },
    "note": {"id": _TEXT, "text": _TEXT},
    "award": {
        "id": _TEXT,
        "policy": _TEXT,
        "clause": _TEXT,
        "object": _TEXT,
        "status": _STATUS,
        "kind": _KIND,
        "gross": ref("ends"),
        "net": ref("ends"),
        "reasons": _TEXTS,
        "why": _TEXTS,
        "fund": _TEXT,
        "payer": {"anyOf": [{"type": "null"}, {"type": "object", "additionalProperties": ref("ends")}]},
        "project": _MAYBE,
        "rule": _MAYBE,
        "barred_by?": _TEXTS,
        "outer": _FLAG,
        "flags": _TEXTS,
        "notes": array(ref("note")),
        "steps": array(ref("step")),
        "citations": array(ref("citation")),
        "readings": array(ref("reading")),
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
        "failed": array(ref("failed")),
        "citations": array(ref("citation")),
        "readings": array(ref("reading")),
    },
    "not_asked": {"policy": _TEXT, "clause": _TEXT, "path": _TEXT, "sentence": {"type": "integer"}, "lists": _TEXTS},
    "obligation": {
        "id": _TEXT,
        "policy": _TEXT,
        "clause": _TEXT,
        "at_least": ref("ends"),
        "decided": _FLAG,
        "steps": array(ref("step")),
        "citations": array(ref("citation")),
        "readings?": array(ref("reading")),
        "needs": _TEXTS,
    },
    "adjustment": {"award": _TEXT, "amount": _YUAN, "flags": _TEXTS},
    "instalment": {
        "award": _TEXT,
        "name": _TEXT,
        "amount": ref("ends"),
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
        "sum": ref("yuan_or_null"),
        "total": ref("figure"),
        "additive": _FLAG,
        "refused": _FLAG,
        "stacks?": array(ref("stack")),
        "choice?": ref("choice"),
    },
    "loss_to": {"award": _TEXT, "rule": _TEXT},
    "chooser": {"rule": _TEXT, "who": {"enum": ["applicant", "authority"]}},
    "loss": {"award": _TEXT, "to": array(ref("loss_to"))},
    "proven_figure": {"award": _TEXT, "figure": _YUAN},
    "proven_ceiling": {"rule": _TEXT, "room": _YUAN, "pro_rata": _FLAG, "members": _TEXTS},
    "branch": {"cover?": array(_TEXTS), "award?": _TEXT, "taken?": ref("branch"), "left?": ref("branch")},
    "proof": {
        "figures": array(ref("proven_figure")),
        "excluded": array(_TEXTS),
        "ceilings": array(ref("proven_ceiling")),
        "worth": _YUAN,
        "bound": _YUAN,
        "proof": ref("branch"),
    },
    "choice": {
        "state": {"enum": ["decided", "facts", "law", "limit"]},
        "by?": array(ref("chooser")),
        "chosen": _TEXTS,
        "lost": array(ref("loss")),
        "odd_units": array(ref("loss_to")),
        "proofs": array(ref("proof")),
    },
    "total": {
        "decided": ref("record"),
        "possible": ref("record"),
        "open_ended": _TEXTS,
        "covers": {"type": "string", "pattern": "^[0-9]+ of [0-9]+$"},
        **{f"by_{what}": {"type": "object", "additionalProperties": ref("record")} for what in _BY},
        "additive": _FLAG,
        "outer": _FLAG,
    },
    "fact_used": dict.fromkeys(("path", "value", "source", "status", "date"), _TEXT),
    "reform_used": dict.fromkeys(REFORM_KEYS, _TEXT),
    "version": {"of": _TEXT, "name": _TEXT, "from": _TEXT, "until": _MAYBE},
    "review": {"by": _TEXT, "on": _TEXT, "document?": _TEXT, "note?": _TEXT},
    "rules_used": {
        **dict.fromkeys(("policy", "source_sha256", "meaning_sha256"), _TEXT),
        "version?": ref("version"),
        "reviewed_by?": array(ref("review")),
        "approved_by?": array(ref("review")),
    },
    "stamp": {
        "library": _TEXT,
        "schema": {"const": SCHEMA},
        "rules": array(ref("rules_used")),
        "guides": _TEXTS,
        "case_sha256": _TEXT,
        "readings": {"type": "object", "additionalProperties": _TEXT},
        "assumed_none": _TEXTS,
        "reforms?": array(ref("reform_used")),
    },
    "spread": {"kind": _KIND, **_ENDS, "taken": ref("figure"), "one_at_a_time": ref("figure")},
    "result": {
        "schema": {"const": SCHEMA},
        "currency?": _TEXT,
        "decision_date": {"type": ["string", "null"], "pattern": _PATTERNS["date"]},
        "beneficiary": _TEXT,
        "awards": array(ref("award")),
        "undecided": array(ref("award")),
        "not_eligible": array(ref("not_eligible")),
        "not_asked": array(ref("not_asked")),
        "obligations": array(ref("obligation")),
        "adjustments": array(ref("adjustment")),
        "instalments": array(ref("instalment")),
        "cumulation": array(ref("group")),
        "total": ref("total"),
        "readings": array(ref("reading")),
        "needs": _TEXTS,
        "facts_used": array(ref("fact_used")),
        "flags": _TEXTS,
        "stamp": ref("stamp"),
        "notice": _TEXT,
        "spread?": ref("spread"),
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
