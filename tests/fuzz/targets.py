"""The four doors through which a text comes in, and the contract of each.

Whatever the bytes, a door gives a result or the library's own refusal: a code of the registry, a place inside the text,
what is wrong and what to do in English and Chinese, each in one line of bounded length. `Broken` is anything else, and
so is every other exception. Beside that, each door has laws of its own: what is printed reads back as the same.

    targets.TARGETS["money"].run("2800万元".encode())

`run` returns the outcome, by which two inputs that went the same way are told to be alike: it begins with `+` for what
was taken, with a code for what was refused.
"""

from __future__ import annotations

import ast
import json
import re
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final
from zlib import crc32

from subsidy_rules import Case, CaseError, InputError, RuleError, evaluate, load_policies
from subsidy_rules.errors import CODES, Place, Problem
from subsidy_rules.mechanisms import expression
from subsidy_rules.mechanisms import operations as op
from subsidy_rules.mechanisms.expression import ExpressionError
from subsidy_rules.plan import compile_policy, gather
from subsidy_rules.policy.model import RuleFile
from subsidy_rules.policy.shape import shape_of
from subsidy_rules.policy.source import RuleSource
from subsidy_rules.values import document as doc
from subsidy_rules.values import quantity
from subsidy_rules.values.quantity import QuantityError
from subsidy_rules.values.reading import line_of
from tests.fuzz import quantities
from tests.mechanisms import bench

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from subsidy_rules import Policies

TESTS: Final = Path(__file__).parents[1]
CORPUS: Final = Path(__file__).parent / "corpus"
LONGEST_LINE: Final = 400
"""Characters of a sentence: what is quoted of a file is kept to 120 of them, and a remedy names a dozen words."""
OFTEN: Final = 4
SELDOM: Final = 16
RARELY: Final = 4096
"""What is costly is asked of one input in so many, chosen by its bytes; the costlier, the fewer."""
_QUOTED: Final = re.compile(r"'[^']*'|\d+")
_CHINESE: Final = re.compile("[\u4e00-\u9fff]")


class Broken(Exception):  # noqa: N818 - it says what is so of the contract
    """An input for which the contract does not hold."""


def holds(truth: bool, *said: object) -> None:
    if not truth:
        raise Broken(" ".join(map(str, said)))


def sentence(text: str, what: str, *, chinese: bool = False) -> None:
    """One line, of bounded length, in its language."""
    holds(bool(text.strip()), what, "is empty")
    holds(len(text) <= LONGEST_LINE, what, "is", len(text), "characters long:", text[:80])
    holds("\n" not in text, what, "is of several lines:", repr(text[:200]))
    holds(not chinese or _CHINESE.search(text) is not None, what, "is not Chinese:", text[:80])


def refusal(error: InputError, text: str, name: str) -> str:
    """Check what is told of a text that was refused, and return what kind of refusal it is."""
    lines = text.count("\n") + 1
    kinds = set()
    for problem in error.problems:
        place = problem.place
        holds(problem.code in CODES, "no such code:", problem.code)
        holds(place.file == name, "another file:", place.file)
        holds(1 <= place.line <= lines, "line", place.line, "of", lines, ":", problem)
        holds(1 <= place.col <= len(line_of(text, place.line)) + 1, "a column outside its line:", problem)
        for said, chinese in (
            (problem.what, False),
            (problem.remedy, False),
            (problem.what_zh, True),
            (problem.remedy_zh, True),
        ):
            sentence(said, problem.code, chinese=chinese)
        kinds.add(f"{problem.code} {_QUOTED.sub('·', problem.what)}")
    holds(0 < len(error.problems) <= doc.MAX_PROBLEMS, len(error.problems), "problems")
    error.render("zh").encode()
    error.render("en").encode()
    return " | ".join(sorted(kinds))


def text_of(data: bytes) -> str:
    return data.decode(errors="replace").replace("\r\n", "\n")


def read(data: bytes, name: str, error: type[InputError]) -> doc.Document:
    """Read the bytes of a file; its tree, written as JSON or taken from Python, is the same tree."""
    document = doc.read(data, name=name, error=error)
    if seldom(data):
        tree = doc.plain(document.root)
        holds(doc.plain(doc.from_python(tree).root) == tree, "from Python it is another tree")
        if not isinstance(tree, str):
            again = doc.read(json.dumps(tree, ensure_ascii=False), error=error)
            holds(doc.plain(again.root) == tree, "as JSON it is another tree")
    return document


def seldom(data: bytes, every: int = SELDOM) -> bool:
    return crc32(data) % every == 0


# Money, numbers, ratios, counts, dates

PARSERS: Final[Mapping[str, Callable[[str], Fraction]]] = {
    "number": quantity.parse_number,
    "money": quantity.parse_money,
    "signed_money": lambda text: quantity.parse_money(text, signed=True),
    "ratio": quantity.parse_ratio,
    "count": quantity.parse_count,
    "date": quantity.parse_date,
}


def run_money(data: bytes) -> str:
    """Each quantity is what a second reading of it is, and what is written of it reads back."""
    text = data.decode(errors="replace")
    made = []
    for name, parse in PARSERS.items():
        expected = quantities.READERS[name](text)
        try:
            found: Fraction | str = parse(text)
        except QuantityError as error:
            found = error.code
            sentence(error.what, error.code)
            sentence(error.what_zh, error.code, chinese=True)
        holds(found == expected, f"{name} of {text!r} is {found}, expected {expected}")
        if isinstance(found, Fraction):
            written(name, text, found)
        made.append(found if isinstance(found, str) else "whole" if found.denominator == 1 else "part")
    taken = "+" if any(one in ("whole", "part") for one in made) else ""
    return taken + " ".join((*made, skeleton(text)))


def skeleton(text: str) -> str:
    """A text without its figures, up to a dozen characters."""
    return re.sub(r"[0-9]+", "0", text)[:12]


def written(name: str, text: str, value: Fraction) -> None:
    """What is printed of a value reads back as the value."""
    exact = quantity.exact_text(value)
    holds(Fraction(exact) == value, "exact_text", exact)
    match name:
        case "date":
            holds(quantity.format_date(value) == text, "format_date of", text)
        case "money" | "signed_money":
            yuan = quantity.yuan_text(value)
            printed = quantity.format_money(value).replace(",", "")
            for again in (printed, f"{yuan}元", f"{quantity.exact_yuan_text(value)}元"):
                if value or not text.startswith("-"):
                    holds(reads_back(quantities.signed_money, again, value), text, "is written", again)
        case "ratio":
            printed = quantity.format_ratio(value)
            holds("/" in printed or reads_back(quantities.ratio, printed, value), text, "is written", printed)
        case _:
            holds("/" not in exact and reads_back(quantities.number, exact, value), text, "is written", exact)


def reads_back(reader: Callable[[str], Fraction | str], printed: str, value: Fraction) -> bool:
    """Whether a text is read as the value. What is longer than any figure that is read is read by Python."""
    figure = printed.rstrip("亿万元分%‰ ")
    if len(figure) > quantity._LONGEST:
        scale = reader(f"1{printed[len(figure) :]}")
        return isinstance(scale, Fraction) and Fraction(figure) * scale == value
    return reader(printed) == value


# Expressions


@cache
def bound() -> expression.Scope:
    return bench.scope({**bench.BOUND, "cost": "cost", "grant": "grant"})


PARSES: Final[Mapping[str, Callable[[str, expression.Scope], object]]] = {
    "value": expression.parse_value,
    "path": expression.parse_path,
    "divisor": expression.parse_divisor,
    "condition": expression.parse_condition,
    "source": expression.parse_source,
}


def run_expression(data: bytes) -> str:
    """Each form of an expression; one in parentheses or with other blanks means the same."""
    text = data.decode(errors="replace")
    made, taken = [], ""
    for name, parse in PARSES.items():
        try:
            found = parse(text, bound())
        except ExpressionError as error:
            problem = Problem(error.code, Place("", 1, 1), "", text, error.what, error.what_zh, "", "")
            sentence(problem.what, error.code)
            sentence(problem.what_zh, error.code, chinese=True)
            made.append(f"{error.code} {_QUOTED.sub('·', error.what)[:40]}")
            continue
        taken = "+"
        made.append(shape(found))
        if name in ("value", "condition") and len(text) < LONGEST_LINE:
            for other in (f"( {text})", f"\n {text}\t "):
                holds(same(parse, other, found), f"{name} {text!r} and {other!r} differ")
    return taken + " | ".join(made)


def shape(found: object) -> str:
    """The operations of an expression, up to a few."""
    if not isinstance(found, op.Node):
        return type(found).__name__
    return " ".join(type(part).__name__ for part, _ in zip(op.walk(found), range(6), strict=False))


def same(parse: Callable[[str, expression.Scope], object], text: str, expected: object) -> bool:
    """Whether a text means what is expected; parentheses may be one level too many."""
    try:
        return parse(text, bound()) == expected
    except ExpressionError as error:
        return "nested too deep" in error.what


# Cases


@cache
def cities() -> Policies:
    """Invented cities whose sentences use every word of the language."""
    return load_policies([TESTS / "bad" / "city.yaml", *sorted((TESTS / "award").glob("*_city.yaml"))])


@cache
def few_sentences() -> Policies:
    """Those of them that answer in a millisecond; the odd city takes seconds for a case that says little."""
    return cities().only("city", "even")


def run_case(data: bytes) -> str:
    """A case is evaluated, or refused with the place of each mistake."""
    name = "case.yaml"
    policies = cities() if seldom(data, RARELY) else few_sentences()
    try:
        case = Case(read(data, name, CaseError))
        case.facts_of(policies.vocabulary)
    except CaseError as error:
        return refusal(error, text_of(data), name)
    result = evaluate(case, policies)
    if seldom(data):
        tree = doc.plain(case.document.root)
        holds(isinstance(tree, dict), "a case that is no mapping")
        again = Case.from_dict(tree)  # type: ignore[arg-type]
        holds(again == case, "from Python it is another case")
        said = result.to_json()
        holds(stamped(evaluate(again, policies).to_json()) == stamped(said), "from Python it has another result")
        result.explain(lang="zh").encode()
        result.explain(lang="en").encode()
    found = {f"{award.status} {award.kind}" for award in (*result.awards, *result.undecided)}
    return f"+{' '.join(sorted(found))}"


def stamped(text: str) -> object:
    """A result without what it says of the file."""
    found = json.loads(text)
    found.pop("stamp", None)
    return found


# Rule files


@cache
def some_case() -> Case:
    return Case.load(CORPUS.parent / "case.yaml")


def run_rules(data: bytes) -> str:
    """A rule file is compiled and answers for a case, or is refused with the place of each mistake."""
    name = "rules.yaml"
    try:
        document = read(data, name, RuleError)
        plan = compile_policy(RuleSource(document, shape_of(document, RuleFile)))
    except RuleError as error:
        return refusal(error, text_of(data), name)
    policies = gather([plan])
    if not seldom(data, OFTEN):
        return f"+{len(plan.sentences)} sentences"
    try:
        result = evaluate(some_case(), policies)
    except CaseError as error:
        return f"+and of the case: {' '.join(sorted({one.code for one in error.problems}))}"
    result.to_json()
    if seldom(data):
        result.explain(lang="zh").encode()
        result.explain(lang="en").encode()
    found = {f"{award.status} {award.kind}" for award in (*result.awards, *result.undecided)}
    return f"+{' '.join(sorted(found))}"


# All of them


@dataclass(frozen=True)
class Target:
    """A door: what it does with bytes, where its first inputs come from, and how long an input may grow."""

    run: Callable[[bytes], str]
    seeds: Callable[[], Iterable[bytes]]
    longest: int
    nodes: bool = False
    """Whether an input is YAML."""


def kept(name: str) -> list[bytes]:
    """The inputs that are kept in the repository: texts, one on a line, or files."""
    texts = CORPUS / f"{name}.jsonl"
    if texts.exists():
        return [json.loads(line).encode() for line in texts.read_text(encoding="utf-8").splitlines()]
    return [path.read_bytes() for path in sorted((CORPUS / name).iterdir())]


def _files(*patterns: str) -> list[bytes]:
    return [path.read_bytes() for pattern in patterns for path in sorted(TESTS.glob(pattern))]


def expressions() -> list[bytes]:
    """Every text of the tests of expressions, right and wrong."""
    tree = ast.parse((TESTS / "mechanisms" / "test_expression.py").read_text(encoding="utf-8"))
    texts = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    return [text.encode() for text in sorted(texts) if "\n" not in text]


TARGETS: Final[Mapping[str, Target]] = {
    "money": Target(run_money, list, 120),
    "expression": Target(run_expression, expressions, 400),
    "case": Target(run_case, lambda: _files("bad/cases/*.yaml", "semantics/*_case.yaml"), 2000, nodes=True),
    "rules": Target(
        run_rules,
        lambda: _files("bad/rules/*.yaml", "docs/rules/*.yaml", "award/*_city.yaml", "bad/city.yaml"),
        4000,
        nodes=True,
    ),
}
