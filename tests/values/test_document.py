"""Documents: everything read stays text with a place; everything doubtful is refused at its place."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum, StrEnum
from fractions import Fraction
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from subsidy_rules.errors import HIDDEN, CaseError, InputError, Place, Problem, RuleError
from subsidy_rules.values.document import (
    MAX_DEPTH,
    MAX_NODES,
    MAX_PROBLEMS,
    MAX_SCALAR,
    Mapping,
    Plain,
    Scalar,
    Sequence,
    from_python,
    plain,
    read,
)
from subsidy_rules.values.wording import SAYINGS

if TYPE_CHECKING:
    from collections.abc import Callable


def problems(source: object) -> tuple[Problem, ...]:
    with pytest.raises(InputError) as caught:
        read(source) if isinstance(source, str | bytes | Path) else from_python(source)
    return caught.value.problems


def briefly(source: object) -> list[str]:
    """`line:col code path` of each problem."""
    found = problems(source)
    assert all(one.what and one.what_zh and one.remedy and one.remedy_zh for one in found)
    return [f"{one.place.line}:{one.place.col} {one.code} {one.path}".strip() for one in found]


# What is read


def test_every_yaml_scalar_stays_text() -> None:
    text = """\
    ratio: 1:0.5
    no: no
    octal: 0o17
    float: 0.10
    day: 2025-09-01
    time: 12:30:45
    infinite: .inf
    'null': 'null'
    empty: ''
    folded: >-
      两
      行
    "literal": |
      a
       b
    list: [1, {a: 设备}]
    none: []
    """
    assert plain(read(text).root) == {
        "ratio": "1:0.5",
        "no": "no",
        "octal": "0o17",
        "float": "0.10",
        "day": "2025-09-01",
        "time": "12:30:45",
        "infinite": ".inf",
        "null": "null",
        "empty": "",
        "folded": "两 行",
        "literal": "a\n b\n",
        "list": ["1", {"a": "设备"}],
        "none": [],
    }


def test_every_node_knows_its_place() -> None:
    document = read("项目:\r\n  - 金额: 300万元\n    kind: x\n", name="c.yaml")
    root = document.root
    assert isinstance(root, Mapping)
    assert root.keys() == ("项目",)
    assert root.get("none") is None
    projects = root.get("项目")
    assert isinstance(projects, Sequence)
    first = projects.items[0]
    assert isinstance(first, Mapping)
    amount = first.get("金额")
    assert amount == Scalar("300万元", Place("c.yaml", 2, 9))
    assert first.place == Place("c.yaml", 2, 5)
    assert first.entries[1][0].place == Place("c.yaml", 3, 5)
    assert document.excerpt(Place("c.yaml", 2, 9)) == "  - 金额: 300万元"
    assert document.excerpt(Place("c.yaml")) == document.excerpt(Place("c.yaml", 99, 1)) == ""
    made = document.problem("bad-money", Place("c.yaml", 2, 9), "p", "w", "错", "r", "改")
    assert made.excerpt[made.caret :] == "300万元"


def test_a_json_number_keeps_its_spelling() -> None:
    text = '\n{"a" :\t0.10, "b": [1E400, -0, true, false], "c": "\\u8bbe\\ud83d\\udd82\\/\\"",\n "d": {}, "e": []}\n'
    document = read(text, name="c.json")
    assert plain(document.root) == {
        "a": "0.10",
        "b": ["1E400", "-0", "true", "false"],
        "c": '设🖂/"',
        "d": {},
        "e": [],
    }
    root = document.root
    assert isinstance(root, Mapping)
    assert [str(key.place) for key, _ in root.entries] == [
        "c.json:2:2",
        "c.json:2:14",
        "c.json:2:45",
        "c.json:3:2",
        "c.json:3:11",
    ]
    assert root.entries[0][1].place == Place("c.json", 2, 8)
    assert root.place == Place("c.json", 2, 1)
    assert plain(read("[]").root) == []


def test_digest_and_name_of_a_file(tmp_path: Path) -> None:
    path = tmp_path / "case.yaml"
    path.write_bytes(b"a: 1\r\nb: 2\r\n")
    document = read(path)
    assert (document.name, document.text) == (str(path), "a: 1\nb: 2\n")
    assert document.sha256 == sha256(path.read_bytes()).hexdigest()
    assert read(path, name="x").root.place.file == "x"
    assert read("a").name == read(b"a").name == "<text>"


def test_python_values_are_spelled_exactly() -> None:
    class Kind(StrEnum):
        EQUIPMENT = "equipment"

    class Old(str, Enum):  # noqa: UP042 - the older spelling is the point
        CIVIL = "civil"

    document = from_python(
        {
            "int": 10**30,
            "bool": [True, False],
            "decimal": (Decimal("0.10"), Decimal("1E+3"), Decimal("-0.000")),
            "date": date(2025, 9, 1),
            "kind": [Kind.EQUIPMENT, Old.CIVIL],
            Kind.EQUIPMENT: "",
        },
        name="call",
    )
    assert plain(document.root) == {
        "int": "1" + "0" * 30,
        "bool": ["true", "false"],
        "decimal": ["0.10", "1000", "-0.000"],
        "date": "2025-09-01",
        "kind": ["equipment", "civil"],
        "equipment": "",
    }
    assert document.root.place == Place("call")
    assert (document.name, document.text) == ("call", "")


def test_the_digest_of_a_dictionary_is_that_of_its_meaning() -> None:
    one = from_python({"a": 1, "b": [True]}).sha256
    assert one == from_python({"b": ["true"], "a": "1"}).sha256
    assert one == sha256(b'{"a":"1","b":["true"]}').hexdigest()
    assert one != from_python({"a": 1, "b": []}).sha256


# What is refused, and where

REFUSED: dict[str, tuple[str | bytes, list[str]]] = {
    "nothing": ("", ["1:1 wrong-type"]),
    "only a comment": ("# a\n", ["1:1 wrong-type"]),
    "an empty document": ("---\n", ["2:1 wrong-type"]),
    "empty values": (
        "a:\nb: ~\nc: [null, NULL]\n? Null\n: x\n",
        [
            "1:3 wrong-type a",
            "2:4 wrong-type b",
            "3:5 wrong-type c[0]",
            "3:11 wrong-type c[1]",
            "4:3 wrong-type",
        ],
    ),
    "anchors and aliases": (
        "a: &x 1\nb:\n  - *x\n*x : 2\nc: &y [&z {d: e}]\n",
        [
            "1:4 yaml-anchor a",
            "3:5 yaml-alias b[0]",
            "4:1 yaml-alias",
            "5:4 yaml-anchor c",
            "5:8 yaml-anchor c[0]",
        ],
    ),
    "tags": (
        "a: !!float 1\nb: !python/object:os.system []\nc: ! x\n",
        ["1:4 yaml-tag a", "2:4 yaml-tag b", "3:4 yaml-tag c"],
    ),
    "the merge key": ("a:\n  <<: {b: c}\n", ["2:3 unknown-key a.<<"]),
    "equal keys": ("a: 1\nb: {c: 1, c: 2}\n'a': 3\n", ["2:11 duplicate-key b.c", "3:1 duplicate-key a"]),
    "a list as key": ("? [a]\n: b\n", ["1:3 wrong-type"]),
    "a mapping as key": ("x:\n- {{a: b}: c}\n", ["2:4 wrong-type x[0]"]),
    "directives": ("%YAML 1.1\n%TAG ! tag:x,2000:\n---\na: 1\n", ["1:1 yaml-syntax"]),
    "two documents": ("a: 1\n---\nb: 2\n", ["2:1 yaml-syntax"]),
    "a tab before a key": ("a:\n \tb: 1\n", ["2:2 yaml-syntax"]),
    "a colon too many": ("a: b: c\n", ["1:5 yaml-syntax"]),
    "a key without a colon": ("a: 1\nbcd\ne: 2\n", ["2:1 yaml-syntax"]),
    "an open quote": ("a: 'b\n", ["1:4 yaml-syntax a"]),
    "an odd first character": ("a: @b\n", ["1:4 yaml-syntax a"]),
    "an odd escape": ('a: "\\q"\n', ["1:5 yaml-syntax a"]),
    "odd indentation": ("a: 1\n  - b\n c: 2\n", ["3:3 yaml-syntax"]),
    "a byte order mark": (b"\xef\xbb\xbfa: 1", ["1:1 bad-encoding"]),
    "a byte order mark in text": ("\ufeffa: 1", ["1:1 bad-encoding"]),
    "utf-16": ("a: 1".encode("utf-16"), ["1:1 bad-encoding"]),
    "gbk": ("a: b\r\n设备: 1".encode("gbk"), ["2:1 bad-encoding"]),
    "a lone surrogate": ("a:\n  \ud800", ["2:3 bad-encoding"]),
    "hidden characters": (
        "a: \x00\nb\u200b: \u202e1\nc: \x85\rd",
        ["1:4 not-text", "2:2 not-text", "2:5 not-text", "3:4 not-text", "3:5 not-text"],
    ),
    "hidden characters by escape": ('a: "\\0"\nb: ["\\u202e"]\n', ["1:4 not-text a", "2:5 not-text b[0]"]),
    "a long text": ("a: " + "1" * (MAX_SCALAR + 1), ["1:4 too-large a"]),
    "json: equal keys": ('{"a": 1,\n "a": 2}', ["2:2 duplicate-key a"]),
    "json: null": ('{"a": [null]}', ["1:8 wrong-type a[0]"]),
    "json: not a number": (
        "[NaN, -Infinity, Infinity]",
        [f"1:{c} bad-number [{i}]" for i, c in enumerate((2, 7, 18))],
    ),
    "json: hidden by escape": ('["\\u0000", "\\ud800"]', ["1:2 not-text [0]", "1:12 not-text [1]"]),
    "json: the merge key": ('{"<<": {}}', ["1:2 unknown-key <<"]),
    "json: word": ("[yes]", ["1:2 json-syntax [0]"]),
    "json: leading zero": ("[01]", ["1:2 json-syntax [0]"]),
    "json: underscore": ("[1_000]", ["1:2 json-syntax [0]"]),
    "json: full-width": ("[１]", ["1:2 json-syntax [0]"]),
    "json: trailing comma in a list": ("[1,]", ["1:4 json-syntax [1]"]),
    "json: trailing comma": ('{"a": 1,}', ["1:9 json-syntax"]),
    "json: no comma": ("[1 2]", ["1:4 json-syntax"]),
    "json: wrong end": ('{"a": 1]', ["1:8 json-syntax"]),
    "json: bare key": ("{a: 1}", ["1:2 json-syntax"]),
    "json: no colon": ('{"a" 1}', ["1:6 json-syntax a"]),
    "json: no value": ('{"a":', ["1:6 json-syntax a"]),
    "json: open quote": ('["a",\n  "b]', ["2:3 json-syntax"]),
    "json: open list": ("[", ["1:2 json-syntax [0]"]),
    "json: bad escape": ('["\\q"]', ["1:2 json-syntax [0]"]),
    "json: tab in a text": ('["a\tb"]', ["1:2 json-syntax [0]"]),
    "json: more after the end": ("[]\n[]", ["2:1 json-syntax"]),
}


@pytest.mark.parametrize(("source", "expected"), REFUSED.values(), ids=REFUSED)
def test_refused(source: str | bytes, expected: list[str]) -> None:
    assert briefly(source) == expected


@pytest.mark.parametrize("case", [name for name in REFUSED if not name.startswith("json")])
def test_the_pure_parser_refuses_the_same(case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    source, expected = REFUSED[case]
    monkeypatch.setattr(yaml, "CSafeLoader", yaml.SafeLoader)
    assert [line.split()[1] for line in briefly(source)] == [line.split()[1] for line in expected]


def test_an_escape_beyond_unicode_is_refused_by_both_parsers(monkeypatch: pytest.MonkeyPatch) -> None:
    assert problems('a: "\\UFFFFFFFF"')[0].code == "yaml-syntax"
    monkeypatch.setattr(yaml, "CSafeLoader", yaml.SafeLoader)
    assert problems('a: "\\UFFFFFFFF"')[0].code == "yaml-syntax"


PYTHON: dict[str, tuple[object, list[str]]] = {
    "float": ({"a": [1.5]}, ["not-text a[0]"]),
    "none": ({"a": None}, ["wrong-type a"]),
    "nan": ([Decimal("NaN"), Decimal("-Infinity")], ["bad-number [0]", "bad-number [1]"]),
    "huge numbers": (
        [10**5000, Decimal("1E+999999"), Decimal("1E-999999")],
        ["too-large [0]", "too-large [1]", "too-large [2]"],
    ),
    "datetime": ([datetime(2025, 9, 1, tzinfo=UTC)], ["bad-date [0]"]),
    "other types": ([{1}, b"x", Fraction(1, 2), object], [f"wrong-type [{i}]" for i in range(4)]),
    "keys": ({"a": {1: 2, None: 3, "b": 1.0}}, ["wrong-type a", "wrong-type a", "not-text a.b"]),
    "merge": ({"<<": {}}, ["unknown-key <<"]),
    "hidden": ({"a\x00": "\ud800"}, ["not-text", "not-text a·"]),
    "long": (["1" * 300_000], ["too-large [0]"]),
}


@pytest.mark.parametrize(("obj", "expected"), PYTHON.values(), ids=PYTHON)
def test_refused_from_python(obj: object, expected: list[str]) -> None:
    assert briefly(obj) == [f"0:0 {line}" for line in expected]


def test_a_float_is_told_what_to_be_instead() -> None:
    assert str(problems({"rate": 0.15})[0]) == (
        "<python>: rate: not-text: floats are not exact\n"
        "  write text with a unit, such as '12.5万元' or '15%'; a count may be an int"
    )


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    for path in (tmp_path / "none.yaml", tmp_path):
        (problem,) = problems(path)
        assert (problem.code, problem.place) == ("unreadable", Place(str(path)))


@pytest.mark.parametrize("error", [InputError, RuleError, CaseError])
def test_the_error_is_the_callers(error: type[InputError]) -> None:
    with pytest.raises(error) as one:
        read("a:", error=error)
    with pytest.raises(error) as two:
        from_python(None, error=error)
    assert (type(one.value), type(two.value)) == (error, error)


def test_both_lines_of_a_duplicate_are_named() -> None:
    (problem,) = problems("a: 1\n\na: 2\n")
    assert (problem.what, problem.place.line) == ("the key 'a' stands here and on line 1", 3)


def test_every_saying_fills_in() -> None:
    words = dict.fromkeys(("reason", "reason_zh", "remedy", "remedy_zh", "limit", "length", "char", "name"), "x")
    words |= dict.fromkeys(("got", "got_zh", "key", "line", "expected", "expected_zh"), "y")
    for saying in SAYINGS.values():
        assert all(part.format(**words) for part in saying)


# Bounded work


def loop() -> object:
    inner: list[object] = []
    inner.extend([inner, inner])
    return {"a": inner}


def shared() -> object:
    bomb: object = "lol"
    for _ in range(40):
        bomb = [bomb] * 10
    return bomb


HOSTILE: dict[str, tuple[Callable[[], object], str]] = {
    "flow lists": (lambda: "a: " + "[" * 10**6, "too-deep"),
    "flow mappings": (lambda: "a: " + "{b: " * 10**6, "too-deep"),
    "block lists": (lambda: "- " * 10**6, "too-deep"),
    "json lists": (lambda: "[" * 10**6, "too-deep"),
    "json mappings": (lambda: '{"a":' * 700_000, "too-deep"),
    "explicit keys": (lambda: "? " * 10**6, "wrong-type"),
    "alias bomb": (
        lambda: "a0: &a0 [x]\n" + "".join(f"a{i}: &a{i} [{f'*a{i - 1},' * 9}]\n" for i in range(1, 1000)),
        "yaml-anchor",
    ),
    "merge bomb": (lambda: "<<: {a: b}\n" * 10**5, "unknown-key"),
    "equal keys": (lambda: "a: b\n" * 10**5, "duplicate-key"),
    "a long number": (lambda: "a: " + "9" * 300_000, "too-large"),
    "a long json number": (lambda: "[" + "9" * 4_000_000 + "]", "too-large"),
    "a long json text": (lambda: '["' + "\\\\" * 2_000_000 + '"]', "too-large"),
    "an open json text": (lambda: '["' + "\\\\" * 2_000_000, "json-syntax"),
    "a long key": (lambda: "a" * 10**6 + ": b", "yaml-syntax"),
    "zeros": (lambda: b"\x00" * 4 * 2**20, "not-text"),
    "bytes": (lambda: b"a" * (4 * 2**20 + 1), "too-large"),
    "characters": (lambda: "设" * (2 * 2**20), "too-large"),
    "a device": (lambda: Path("/dev/zero"), "too-large"),
    "a loop": (loop, "too-deep"),
    "shared lists": (shared, "too-large"),
}


@pytest.mark.parametrize(("make", "code"), HOSTILE.values(), ids=HOSTILE)
def test_hostile_input_is_refused(make: Callable[[], object], code: str) -> None:
    found = problems(make())
    assert code in {problem.code for problem in found}
    assert len(found) <= MAX_PROBLEMS
    assert all(len(str(problem)) < 5_000 for problem in found)


def test_the_limits_are_where_they_are_said_to_be() -> None:
    def nest(depth: int) -> str:
        return "[" * depth + "]" * depth

    assert isinstance(read("x: " + nest(MAX_DEPTH - 1)).root, Mapping | Sequence)
    assert isinstance(read(nest(MAX_DEPTH)).root, Mapping | Sequence)
    assert briefly("x: " + nest(MAX_DEPTH))[0].startswith(f"1:{MAX_DEPTH + 3} too-deep x[0]")
    assert briefly(nest(MAX_DEPTH + 1))[0].startswith(f"1:{MAX_DEPTH + 1} too-deep [0]")
    assert plain(read("1" * MAX_SCALAR).root) == "1" * MAX_SCALAR
    items = ["1"] * (MAX_NODES - 1)
    assert plain(from_python(items).root) == items
    assert briefly([*items, "1"]) == ["0:0 too-large [199999]"]
    assert plain(read("a: 1", max_bytes=4).root) == {"a": "1"}
    with pytest.raises(InputError):
        read("a: 1", max_bytes=3)
    with pytest.raises(InputError):
        read("设", max_bytes=2)


# Laws

TEXTS = st.text(max_size=12).filter(lambda text: not HIDDEN.search(text))
KEYS = TEXTS.filter(lambda text: text != "<<")
TREES: st.SearchStrategy[Plain] = st.recursive(
    TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=20,
)


@given(TREES)
def test_quoted_yaml_json_and_python_read_to_the_same_tree(tree: Plain) -> None:
    quoted = yaml.safe_dump(tree, default_style='"', allow_unicode=True, default_flow_style=False)
    assert plain(read(quoted).root) == tree
    if not isinstance(tree, str):
        assert plain(read(json.dumps(tree, ensure_ascii=False)).root) == tree
        assert plain(read(json.dumps(tree, indent="\t")).root) == tree
    assert plain(from_python(tree).root) == tree


@given(st.text(max_size=60) | st.text("[]{}\":,\\ \n\t-&*!?|>'#%a1", max_size=40) | st.binary(max_size=60))
def test_any_text_is_read_or_refused(source: str | bytes) -> None:
    try:
        said = read(source).sha256
    except InputError as error:
        said = error.render("en") + error.render("zh")
    assert said


@given(st.text('[]{}":, 01e-.truefalsn', max_size=30))
def test_json_is_read_exactly_where_json_is_json(text: str) -> None:
    text = f"[{text}]"

    def pairs(items: list[tuple[str, object]]) -> dict[str, object]:
        if len(dict(items)) < len(items):
            raise ValueError
        return dict(items)

    def refuse(_: str) -> object:
        raise ValueError

    try:
        expected = json.loads(text, object_pairs_hook=pairs, parse_int=str, parse_float=str, parse_constant=refuse)
    except ValueError:
        assert problems(text)
        return
    if "null" not in text:
        spelled = json.loads(json.dumps(expected).replace("true", '"true"').replace("false", '"false"'))
        assert plain(read(text).root) == spelled


@pytest.mark.parametrize("head", ["", "x: "], ids=["json", "yaml"])
def test_a_key_is_as_deep_as_what_stands_under_it(head: str) -> None:
    def nest(depth: int) -> str:
        return head + '{"a": ' * depth + '"b"' + "}" * depth

    deepest = MAX_DEPTH - 1 - bool(head)
    steps = ["x"] * bool(head) + ["a"] * deepest
    assert isinstance(read(nest(deepest)).root, Mapping)
    assert briefly(nest(deepest + 1)) == [f"1:{len(head) + 6 * deepest + 2} too-deep {'.'.join(steps)}"]


def test_the_place_of_what_stands_after_several_lines_of_json() -> None:
    assert briefly('{"a": 1,\n\n\n   "b": [\n\n\n  nope]}') == ["7:3 json-syntax b[0]"]
    assert briefly('\n\n {"a": 1,\n "b"\n\n : null}') == ["6:4 wrong-type b"]


def test_a_path_that_no_file_can_have_is_told(tmp_path: Path) -> None:
    assert briefly(tmp_path / "a\0b") == ["0:0 unreadable"]
    (problem,) = problems(tmp_path / "a\0b")
    assert problem.what == "the file cannot be read: ValueError"


def test_a_document_makes_a_problem_with_its_line() -> None:
    document = read("a: 1\nb: 2", name="f.yaml")
    made = document.problem("wrong-type", Place("f.yaml", 2, 4), "b", "w", "错", "r", "改")
    assert (made.path, made.excerpt, made.caret, made.remedy_zh) == ("b", "b: 2", 3, "改")
