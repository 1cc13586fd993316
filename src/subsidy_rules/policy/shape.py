"""What is wrong with the shape of a rule file or a guide, told at its place in our own words; and what is left of it.

The models say what shape a file has, and pydantic says where it differs: by the steps of its own schema, among which
stand the names of union members, and once for each member of a union that did not fit. `shape_of` walks the models
along those steps to find the place in the file, keeps of each union the member that was most likely meant, and sets
aside the smallest part that holds each mistake, so that the names in the rest of the file can be checked in the same
round.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from types import UnionType
from typing import Annotated, Any, Final, Generic, NamedTuple, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, Tag, ValidationError

from subsidy_rules.errors import Problem, brief, suggest
from subsidy_rules.mechanisms.step import Loc
from subsidy_rules.mechanisms.words import WORDS
from subsidy_rules.values import document as doc
from subsidy_rules.values.document import MAX_PROBLEMS
from subsidy_rules.values.findings import Findings, one_of

__all__ = ["Shape", "node_at", "shape_of"]

Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Shape(Generic[Model]):
    """A file held against its model.

    `model` is the file as it is, or what is left of it where `problems` were found; None where nothing is. `aside` are
    the places that were set aside, and `names` what was declared there. `lost` says that conditions or steps are among
    them, so that what they read can't be told; a key that means nothing is no such loss.
    """

    model: Model | None
    problems: tuple[Problem, ...] = ()
    aside: tuple[Loc, ...] = ()
    names: frozenset[str] = frozenset()
    lost: bool = False


class _Objection(NamedTuple):
    """One error of pydantic: its type, its place in the file, its place in the schema, the keys known there."""

    type: str
    loc: Loc
    steps: Loc
    keys: tuple[str, ...]
    expected: tuple[str, ...]


def node_at(document: doc.Document, loc: Loc) -> tuple[doc.Node, str]:
    """Return the node at a location, or the nearest one above it, and its path as text."""
    node, path = document.root, ""
    for step in loc:
        inner: doc.Node | None = None
        if isinstance(node, doc.Mapping) and isinstance(step, str):
            inner = node.get(step)
        elif isinstance(node, doc.Sequence) and isinstance(step, int) and step < len(node.items):
            inner = node.items[step]
        if inner is not None:
            node = inner
            path += f"[{step}]" if isinstance(step, int) else f"{'.' if path else ''}{brief(step)}"
    return node, path


def shape_of(document: doc.Document, model: type[Model]) -> Shape[Model]:
    """Hold a document against a model."""
    tree = doc.plain(document.root)
    try:
        return Shape(model.model_validate(tree))
    except ValidationError as error:
        objections = _likely(_objections(error, model))
    findings = Findings(document)
    for objection in objections:
        if not findings.full:
            _say(findings, objection)
    problems = tuple(dict.fromkeys(findings.problems))
    aside: list[Loc] = []
    if len(objections) > MAX_PROBLEMS or not all(_set_aside(tree, objection, aside) for objection in objections):
        return Shape(None, problems)
    try:
        left = model.model_validate(tree)
    except ValidationError:
        return Shape(None, problems)
    lost = any(_reads(objection) for objection in objections)
    return Shape(left, problems, tuple(aside), _names(document, aside), lost)


# Where pydantic's steps lead


def _objections(error: ValidationError, model: type[BaseModel]) -> list[_Objection]:
    made = []
    for one in error.errors(include_url=False, include_input=False)[:_MOST]:
        steps = one["loc"]
        walked, known = _walk(model, steps[:-1] if one["type"] == "extra_forbidden" else steps)
        loc = (*walked, steps[-1]) if one["type"] == "extra_forbidden" else walked
        expected = tuple(re.findall("'([^']*)'", str(one.get("ctx", {}).get("expected", ""))))
        made.append(_Objection(one["type"], loc, steps, known, expected))
    return made


def _walk(model: type[BaseModel], steps: Loc) -> tuple[Loc, tuple[str, ...]]:
    """Return those of the steps that are keys and positions of the file, and the keys that are known where they end."""
    real: list[str | int] = []
    current: list[Any] = [model]
    for step in steps:
        options = [option for one in current for option in _options(one)]
        named = [kind for name, kind in options if name == step] if len(options) > 1 else []
        inner = [found for _, kind in options for found in _inner(kind, step)]
        if named:
            current = named
        elif inner:
            current = inner
            real.append(step)
    keys = {
        field.alias or name: None
        for one in current
        for _, kind in _options(one)
        if isinstance(kind, type) and issubclass(kind, BaseModel)
        for name, field in kind.model_fields.items()
    }
    return tuple(real), tuple(keys)


def _options(annotation: Any) -> Iterator[tuple[str, Any]]:  # noqa: ANN401 - an annotation may be anything
    """Return the members of a union, each with the name that pydantic puts among its steps."""
    if get_origin(annotation) is Annotated:
        inner, *extra = get_args(annotation)
        tag = next((one.tag for one in extra if isinstance(one, Tag)), None)
        yield from ((tag or name, kind) for name, kind in _options(inner))
    elif get_origin(annotation) in (Union, UnionType):
        for one in get_args(annotation):
            yield from _options(one)
    else:
        yield getattr(annotation, "__name__", ""), annotation


def _inner(kind: Any, step: str | int) -> Iterator[Any]:  # noqa: ANN401 - as above
    """Return what stands under a key or a position."""
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        yield from (one.annotation for name, one in kind.model_fields.items() if step == (one.alias or name))
    elif get_origin(kind) is list and isinstance(step, int):
        yield get_args(kind)[0]
    elif get_origin(kind) is dict and isinstance(step, str):
        yield get_args(kind)[1]


# Which member of a union was meant

_MOST: Final = 20 * MAX_PROBLEMS
"""As many errors of pydantic are looked at: a union has one or more for each of its members."""
_COSTS: Final = {"extra_forbidden": 2}
_MISFITS: Final = {
    "string_type": ("a text", "文本"),
    "list_type": ("a list", "列表"),
    "dict_type": ("a mapping", "键值对"),
    "model_type": ("a mapping", "键值对"),
    "model_attributes_type": ("a mapping", "键值对"),
}


def _likely(objections: list[_Objection]) -> list[_Objection]:
    """Keep of each union the objections of one member: the one with the fewest, least of all one of another shape."""
    kept: list[_Objection] = []
    groups: dict[Loc, list[_Objection]] = {}
    for one in objections:
        groups.setdefault(_union(one), []).append(one)
    for union, group in groups.items():
        if not union:
            kept += group
            continue
        members: dict[str | int, list[_Objection]] = {}
        for one in group:
            members.setdefault(one.steps[len(union)], []).append(one)
        misfits = [made[0] for made in members.values() if len(made[0].steps) == len(union) + 1 and _misfit(made[0])]
        fitting = [made for made in members.values() if not (len(made) == 1 and made[0] in misfits)]
        if fitting:
            kept += min(fitting, key=lambda made: sum(_COSTS.get(one.type, 1) for one in made))
        else:
            expected = tuple(dict.fromkeys(name for one in misfits for name in _wanted(one)))
            kept.append(misfits[0]._replace(type="misfit", expected=expected))
    return kept


def _union(objection: _Objection) -> Loc:
    """Return the steps that lead to the innermost-but-outermost union that an objection is inside; none: ()."""
    at = 0
    for place, step in enumerate(objection.steps):
        if at < len(objection.loc) and step == objection.loc[at]:
            at += 1
        elif step not in WORDS:
            return objection.steps[:place]
    return ()


def _misfit(objection: _Objection) -> bool:
    return objection.type in _MISFITS or objection.type == "literal_error"


def _wanted(objection: _Objection) -> tuple[str, ...]:
    return objection.expected if objection.type == "literal_error" else (objection.type,)


# What is said


def _say(findings: Findings, objection: _Objection) -> None:
    node, path = node_at(findings.document, objection.loc)
    last = str(objection.steps[-1]) if objection.steps else ""
    match objection.type:
        case "extra_forbidden":
            parent, where = node_at(findings.document, objection.loc[:-1])
            name = f"{where}.{brief(last)}".strip(".")
            findings.unknown("unknown-key", _key(parent, last), name, last, objection.keys)
        case "missing":
            findings.add("missing-key", node, f"{path}.{last}".strip("."), f"'{last}' is missing", f"缺少“{last}”")
        case "union_tag_invalid" | "union_tag_not_found":
            what, what_zh = "a step is a mapping with exactly one word of the language", "每个步骤应恰有一个语言用词"
            keys = node.keys() if isinstance(node, doc.Mapping) else ()
            near = None if set(keys) & set(WORDS) else next(filter(None, (suggest(key, WORDS) for key in keys)), None)
            remedy = one_of(WORDS) if near is None else (f"did you mean '{near}'?", f"是否为“{near}”？")
            findings.add("bad-step", node, path, what, what_zh, *remedy)
        case "literal_error" if isinstance(node, doc.Scalar) and objection.loc in (("language",), ("guide",)):
            older = ("run 'subsidy-rules migrate' on the file", "请对该文件运行 subsidy-rules migrate")
            remedy = older if (node.text, last) == ("0", "language") else (None, None)
            findings.add("bad-version", node, path, f"this library reads {last}: 1", f"本库只读取 {last}: 1", *remedy)
        case "literal_error" if isinstance(node, doc.Scalar):
            findings.unknown("unknown-member", node, path, node.text, objection.expected)
        case "string_pattern_mismatch" if isinstance(node, doc.Scalar):
            findings.add(
                "wrong-type",
                node,
                path,
                f"'{brief(node.text)}' is not an id",
                f"“{brief(node.text)}”不能作为编号",
                "write lower-case letters, digits and _, a letter first",
                "请用小写字母、数字和下划线，以字母开头",
            )
        case "count" if isinstance(node, doc.Scalar):
            findings.add(
                "bad-count",
                node,
                path,
                f"'{brief(node.text)}' is not a whole number",
                f"“{brief(node.text)}”不是非负整数",
            )
        case "truth" if isinstance(node, doc.Scalar):
            name = brief(node.text)
            findings.add(
                "wrong-type",
                node,
                path,
                f"'{name}' is neither true nor false",
                f"“{name}”不是true或false",
                *one_of(("true", "false")),
            )
        case "misfit":
            wanted = [_MISFITS.get(name, (f"'{name}'", f"“{name}”")) for name in objection.expected]
            names = " or ".join(dict.fromkeys(name for name, _ in wanted))
            names_zh = "或".join(dict.fromkeys(name for _, name in wanted))
            findings.add("wrong-type", node, path, f"expected {names}", f"此处应为{names_zh}")
        case _:
            what, what_zh = _MISFITS.get(objection.type, ("a single value", "单个值"))
            findings.add("wrong-type", node, path, f"expected {what}", f"此处应为{what_zh}")


def _key(parent: doc.Node, key: str) -> doc.Node:
    """Return the node of a key itself."""
    entries = parent.entries if isinstance(parent, doc.Mapping) else ()
    return next((scalar for scalar, _ in entries if scalar.text == key), parent)


# What is left

_READING: Final = ("clauses", "cumulation", "define")
_UNREADING: Final = (
    "fund",
    "flags",
    "notes",
    "path",
    "printed",
    "sentence",
    "quote",
    "gives",
    "beneficiary",
    "new_only",
)
"""Keys of a clause that name nothing."""
_STEPS: Final = ("award", "of", "obligation")
_STEP: Final[doc.Plain] = {"lump_sum": "1分"}
_CLAUSE: Final[dict[str, doc.Plain]] = {"gives": "none", "path": "-", "sentence": "1", "quote": "-"}
_ROW: Final[dict[str, doc.Plain]] = {"path": "-", "sentence": "1", "quote": "-", "when": ["true"], "award": [_STEP]}
_RULE: Final[dict[str, doc.Plain]] = {"kind": "stacks", "clauses": [], "quote": "-"}
_LEFT_OUT: Final[dict[str, doc.Plain]] = {"path": "-", "sentence": "1", "quote": "-", "reason": "-", "taints": []}
_HEADER: Final[doc.Plain] = {
    "id": "x",
    "title": "-",
    "issuer": "-",
    "document": "-",
    "place": {"code": "-"},
    "window": {"start": "2000-01-01", "end": "2099-12-31"},
    "rounding": {"unit": "分", "stated": "false"},
    "unstated_cumulation": "undecided",
}
_FORMS: Final = ("id", "per", "award", "rows", "obligation", "replaces")
"""Keys of a clause without which the rest of it can't be read."""


def _reads(objection: _Objection) -> bool:
    """Whether what is wrong might have named something that the file declares."""
    key = objection.loc[2] if len(objection.loc) > 2 else ""  # noqa: PLR2004 - section, place, key
    named = objection.loc[0] in _READING and key not in _UNREADING
    return named and objection.type not in ("extra_forbidden", "missing")


def _set_aside(tree: doc.Plain, objection: _Objection, aside: list[Loc]) -> bool:
    """Take the smallest part that holds a mistake out of the tree, keeping every other place; False where none can be.

    A stand-in takes the place of an item of a list, so that the items after it keep their positions.
    """
    loc = objection.loc
    if not isinstance(tree, dict) or not loc or loc[0] in ("language", "guide", "document", "fills"):
        return False
    if objection.type == "extra_forbidden":
        return _replace(tree, loc, None, aside)
    step = next((at for at in range(len(loc) - 1, 0, -1) if isinstance(loc[at], int) and loc[at - 1] in _STEPS), None)
    if step is not None:
        return _replace(tree, loc[: step + 1], _STEP, aside)
    name = f"x{len(aside)}"
    match loc:
        case ("policy", *_):
            return _replace(tree, loc[:1], _HEADER, aside)
        case ("clauses", int(), "rows", int(), *_):
            return _replace(tree, loc[:4], {"id": name, **_ROW}, aside)
        case ("clauses", int(), str(key), *_) if key not in _FORMS and objection.type != "missing":
            return _replace(tree, loc[:3], None, aside)
        case ("clauses", int(), *_):
            return _replace(tree, loc[:2], {"id": name, **_CLAUSE}, aside)
        case ("cumulation", int(), *_):
            return _replace(tree, loc[:2], {"id": name, **_RULE}, aside)
        case ("not_modelled", int(), *_):
            return _replace(tree, loc[:2], _LEFT_OUT, aside)
        case ("clauses",):
            return _replace(tree, loc, [], aside)
        case ("vocabulary" | "facts" | "units", _, _, *_):
            return _replace(tree, loc[:3], None, aside)
        case _:
            return _replace(tree, loc[:2], None, aside)


def _replace(tree: dict[str, doc.Plain], loc: Loc, stand_in: doc.Plain | None, aside: list[Loc]) -> bool:
    """Put something else in a place of the tree; nothing takes a key away. False where that can't be done."""
    if any(loc[:length] in aside for length in range(1, len(loc) + 1)):
        return True
    at: Any = tree
    for step in loc[:-1]:
        at = at[step]
    if stand_in is not None:
        at[loc[-1]] = deepcopy(stand_in)
    elif isinstance(at, dict) and loc[-1] in at:
        del at[loc[-1]]
    else:
        return False
    aside.append(loc)
    return True


def _names(document: doc.Document, aside: Iterable[Loc]) -> frozenset[str]:
    """Return what was declared where something was set aside: ids of clauses, keys of the other sections."""
    found: set[str] = set()
    for loc in aside:
        node, _ = node_at(document, loc)
        if loc[0] != "clauses":
            found.update(str(step) for step in loc[1:])
        if isinstance(node, doc.Mapping):
            given = node.get("id")
            found.update(node.keys())
            found.update([given.text] if isinstance(given, doc.Scalar) else [])
    return frozenset(found)
