"""JSON Schema of test files, for editors: `NAME.tests.yaml` beside `NAME.yaml`.

>>> made = suite_schema()
>>> list(made["properties"])
['tests', 'policies', 'base', 'things', 'guides', 'cases']
>>> made["$defs"]["expected award"]["properties"]["net"]["title"]
'与其他奖补合并后的金额'

Facts are those of a case, but that a thing may be `like` another and `~` takes a fact away. With policies, their facts,
sentences, readings and options are completed and no others let through; without, they are left open.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from re import escape
from typing import Any, Final

from subsidy_rules.author.expected import ABSENT, DUE, LISTINGS, NOT_ASKED, NOT_ELIGIBLE, PARTS, STATUSES
from subsidy_rules.author.spelling import ENDLESS, KINDS
from subsidy_rules.author.suite import GONE, LIKE, TESTS_VERSION
from subsidy_rules.award.record import SILENCE_OPTIONS
from subsidy_rules.errors import expect
from subsidy_rules.facts.vocabulary import Vocabulary
from subsidy_rules.plan import Policies
from subsidy_rules.policy.model import GuideFile
from subsidy_rules.report.schema import DIALECT, VERSION, of_case
from subsidy_rules.report.schema_parts import SCALAR, TRUTH, Schema, array, enum, object_of, ref
from subsidy_rules.report.schema_rules import of_model

_GONE: Final[Schema] = {"description": "去掉此项。Takes it away.", "anyOf": [{"type": "null"}, {"enum": [GONE]}]}
_MONEY: Final = rf"(\{ENDLESS}|-?[0-9][^|]*[^-0-9. |])"
_KIND: Final = "|".join(KINDS)
_SPAN: Final[Schema] = {"type": "string", "pattern": rf"^{_MONEY}$", "examples": ["40万元", "40万元..64万元"]}
_SAID: Final[Schema] = {
    "type": "string",
    "pattern": rf"^ *({_KIND}) +{_MONEY}$",
    "examples": ["exact 200万元", "at_most 500万元", "between 0元..24万元", f"undetermined 0元..{ENDLESS}"],
}
_FAILED: Final[Schema] = {"type": "string", "pattern": r" \| .*\| "}
_SILENT: Final = (NOT_ASKED, ABSENT)
_TEXTS: Final = array(SCALAR)


def suite_schema(policies: Policies | None = None) -> Schema:
    """Return the JSON Schema of a test file; with policies, of tests of these. Raises `UsageError`."""
    expect(policies, Policies | None, "policies are Policies: load_policies(…)")
    vocabulary = Vocabulary.core() if policies is None else policies.vocabulary
    facts = of_case(vocabulary, closed=policies is not None)
    guide = of_model(GuideFile)["$defs"]
    defs: dict[str, Schema] = {
        **_loose(facts["$defs"], vocabulary),
        "base case": _loose_entity({key: facts[key] for key in facts if key not in ("title", "required", "$defs")}),
        **{name: guide[name] for name in ("GuideTable", "GuideRow")},
        "expected": _rows(policies),
        **_expectations(policies),
    }
    things: Schema = {"anyOf": [ref(name) for name in vocabulary.fields if name != "case"]}
    root = object_of(
        {
            "tests": _told("测试文件格式版本", "the version of this form", enum([TESTS_VERSION])),
            "policies": _told("测试哪些政策：路径或编号", "the policies that are tested: paths or ids", _TEXTS),
            "base": _told("每个案例都以此为基础", "the case that every test changes", ref("base case")),
            "things": _told(
                "案例中用 like 引用的事物",
                "things that cases are like",
                {"type": "object", "additionalProperties": things},
            ),
            "guides": _told(
                "几个案例共用的参数表",
                "guides that several cases name",
                {"type": "object", "additionalProperties": ref("guides of a test")},
            ),
            "cases": _told("测试案例", "the tests", array(ref("test"))),
        },
        ["tests", "cases"],
    )
    return {"$schema": DIALECT, "$id": f"urn:subsidy-rules:tests:{VERSION}", "title": "tests", **root, "$defs": defs}


def _told(zh: str, en: str, schema: Schema) -> Schema:
    return {"title": zh, "description": f"{zh}。{en[:1].upper()}{en[1:]}.", **schema}


# Facts


def _loose(defs: Mapping[str, Schema], vocabulary: Vocabulary) -> dict[str, Schema]:
    """Return the definitions of a case in which things may be like others and facts taken away."""
    return {name: _loose_entity(one) if name in vocabulary.fields else one for name, one in defs.items()}


def _loose_entity(schema: Schema) -> Schema:
    like = _told("与 things 中的某事物相同", "the thing of `things` that it is like", dict(SCALAR))
    kept = ("title", "description")
    properties = {
        key: {**{name: one[name] for name in kept if name in one}, "anyOf": [one, _GONE]}
        for key, one in schema["properties"].items()
    }
    rest = schema.get("additionalProperties", True)
    loose = rest if isinstance(rest, bool) else {"anyOf": [rest, _GONE]}
    return {**schema, "properties": {LIKE: like, **properties}, "additionalProperties": loose}


# What is expected


def _expectations(policies: Policies | None) -> dict[str, Schema]:
    readings = _readings(policies)
    alternatives = _by_reading(policies, {"type": "string", "pattern": rf"^({'|'.join(LISTINGS)}) |^{NOT_ELIGIBLE}$"})
    moves = _by_reading(policies, _SAID)
    named = {"type": "object", "additionalProperties": _SPAN}
    obligation = object_of({"is": _SPAN, "needs": _TEXTS, "decided": TRUTH}, ["is"])
    due = {"type": "string", "pattern": rf"^({'|'.join(DUE)}) +{_MONEY}$"}
    said = {
        "expect": _told("应出现的全部奖补和不符合的条款", "every award, and what is refused", ref("expected")),
        "total": _told("合计，含未定的", "the total with what is undecided", ref("expected total")),
        "decided": _told("合计，不含未定的", "the total without what is undecided", ref("expected total")),
        "covers": _told("回答了几条，如 7 of 7", "how many sentences were asked, 7 of 7", dict(SCALAR)),
        "open_ended": _told("没有上限的奖补", "awards without an upper end", _TEXTS),
        "groups": _told("相互抵触的奖补", "awards that meet", array(ref("expected group"))),
        "asks": _told("能确定合计的事实", "the facts that would decide the total", _TEXTS),
        "obligations": _told(
            "各项义务的最低数",
            "every minimum",
            {"type": "object", "additionalProperties": {"anyOf": [_SPAN, obligation]}},
        ),
        "adjustments": _told("各项清算，带正负号", "every correction, signed", named),
        "instalments": _told(
            "各期拨付",
            "every part, {首付: due 60万元}",
            {"type": "object", "additionalProperties": {"type": "object", "additionalProperties": due}},
        ),
        "moves": _told("影响合计的解读", "every reading that moves the total", moves),
    }
    parts = {name: said[name] for name in PARTS}
    award = object_of(
        {
            "is": _told("列表、类别和金额", "list, kind and amount", ref("expected row")),
            "status": _told("合并后的状态", "what became of it beside others", enum(STATUSES)),
            "reasons": _told("为何不是确定金额", "why it is no exact amount", _TEXTS),
            "needs": _told("能确定它的事实", "the facts that would decide it", _TEXTS),
            "why": _told("法律上未定之处", "why the law leaves eligibility open", _TEXTS),
            "net": _told("与其他奖补合并后的金额", "what counts after the rules between awards", _SPAN),
            "flags": _told("应有的提示", "flags that are there", _TEXTS),
            "no_flags": _told("不应有的提示", "flags that are not there", _TEXTS),
            "ceiling": _told("法律上的上下限", "the ends of what the law leaves open", _SPAN),
            "cites": _told("引用的语句", "the sentences cited, path#sentence", _TEXTS),
            "rule": _told("起作用的规则", "the rule between awards that decided", dict(SCALAR)),
            "payers": _told("由谁各出多少", "who pays how much", named),
            "readings": _told("其他解读下的结果", "what each other option would give", alternatives),
        },
        ["is"],
    )
    refusal = object_of({"failed": array(_FAILED), "readings": alternatives}, ["failed"])
    group = {"members": _TEXTS, "option": SCALAR, "rule": SCALAR, "additive": TRUTH, "lower": _SPAN, "sum": _SPAN}
    under: Schema = {"type": "object", "additionalProperties": object_of(parts)}
    return {
        "test": object_of(
            {
                "id": _told("名称，文件内唯一", "its name, once in the file", dict(SCALAR)),
                "policies": _told("仅此案例测试哪些政策", "other policies for this case alone", _TEXTS),
                "facts": _told("对 base 的改动", "changes of `base`", ref("base case")),
                "readings": _told("选用的解读", "options chosen", readings),
                "guides": _told("由其他文件给出的数值", "figures that another document gives", ref("guides of a test")),
                **parts,
                "under": _told("换用其他解读时", "the same case under other readings", under),
            },
            ["id"],
        ),
        "expected award": award,
        "expected row": {
            "type": "string",
            "pattern": rf"^(({'|'.join(LISTINGS)}) +({_KIND}) +{_MONEY}|{'|'.join(_SILENT)})$",
            "examples": ["awards exact 200万元", "awards at_most 500万元", "undecided between 0元..24万元", *_SILENT],
        },
        "expected refusal": {"anyOf": [array(_FAILED), refusal]},
        "expected total": {"anyOf": [_SAID, object_of({"is": _SAID, "reasons": _TEXTS}, ["is"])]},
        "expected group": object_of(group, ["members"]),
        "guides of a test": {
            "anyOf": [
                dict(SCALAR),
                _TEXTS,
                {
                    "type": "object",
                    "properties": _parameters(policies),
                    "additionalProperties": _FILL,
                },
            ]
        },
    }


_FILL: Final[Schema] = {"anyOf": [dict(SCALAR), ref("GuideTable")]}


def _rows(policies: Policies | None) -> Schema:
    """Describe the rows that are expected: with policies, of their sentences and no others."""
    row: Schema = {"anyOf": [ref("expected row"), ref("expected award"), ref("expected refusal")]}
    if policies is None:
        return {"type": "object", "additionalProperties": row}
    properties: dict[str, Schema] = {}
    names: dict[str, None] = {}
    for plan in policies.plans:
        for clause in (*plan.clauses, *plan.obligations):
            one = clause.sentence
            names.update(dict.fromkeys((one.id, f"{plan.id}/{one.id}")))
            key = f"{one.id}@enterprise" if clause.per.source is None else one.id
            properties[key] = {"title": one.path, "description": one.quote, **row}
        for sentence in plan.sentences:
            names.update(dict.fromkeys((sentence.id, f"{plan.id}/{sentence.id}")))
    pattern = rf"^({'|'.join(map(escape, names))})(@.*)?$"
    return {
        "type": "object",
        "properties": properties,
        "patternProperties": {pattern: row},
        "additionalProperties": False,
    }


def _options(policies: Policies) -> Iterable[tuple[str, str, tuple[str, ...]]]:
    for plan in policies.plans:
        yield "unstated_cumulation", "文字未写能否叠加", tuple(SILENCE_OPTIONS)
        for name, reading in plan.readings.items():
            yield name, reading.asks, tuple(reading.options)


def _readings(policies: Policies | None) -> Schema:
    """Describe the readings that are chosen: with policies, each with its options."""
    if policies is None:
        return {"type": "object", "additionalProperties": SCALAR}
    chosen = {name: {"title": asks, **enum(options)} for name, asks, options in _options(policies)}
    return {"type": "object", "properties": chosen, "additionalProperties": SCALAR}


def _by_reading(policies: Policies | None, value: Schema) -> Schema:
    """Describe what there would be under the options of each reading."""
    inner: Schema = {"type": "object", "additionalProperties": value}
    known: dict[str, Any] = {
        name: {
            "title": asks,
            "type": "object",
            "properties": dict.fromkeys(options, value),
            "additionalProperties": False,
        }
        for name, asks, options in (() if policies is None else _options(policies))
    }
    return {"type": "object", "properties": known, "additionalProperties": inner}


def _parameters(policies: Policies | None) -> dict[str, Schema]:
    plans = () if policies is None else policies.plans
    return {name: {"title": one.document, **_FILL} for plan in plans for name, one in plan.parameters.items()}
