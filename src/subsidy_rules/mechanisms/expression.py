"""Expressions: the text of a condition or a basis becomes operations, with every name resolved.

`Scope` says what names mean where the expression stands. Left of `is`, `in`, `>=` stands a resolved path or it is an
error; right of it only members of that path's vocabulary. A bare word is never text:

    project.purposes any of renewal_purposes and project.nature has 改扩建
    sum of project.costs.amount where cost.kind in [equipment, bundled_software]
"""

from __future__ import annotations

import re
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import lru_cache, partial, reduce
from typing import TYPE_CHECKING, Final, Literal, NoReturn, Protocol, TypeAlias, TypeVar

from subsidy_rules.errors import brief
from subsidy_rules.facts.vocabulary import NUMERIC, QUANTITY, FieldSpec, Vocabulary, is_gb_code
from subsidy_rules.mechanisms import operations as op
from subsidy_rules.mechanisms.lowered import Parameter as Parameter  # noqa: PLC0414 - those who read take it from here
from subsidy_rules.values.amount import DOWN, UP
from subsidy_rules.values.quantity import (
    QuantityError,
    parse_date,
    parse_money,
    parse_number,
    parse_quantity,
    parse_ratio,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping


class ExpressionError(ValueError):
    """An expression can't be read. `word` and `options` make the suggestion, where there is one."""

    def __init__(
        self, what: str, what_zh: str, *, code: str = "bad-expression", word: str = "", options: tuple[str, ...] = ()
    ) -> None:
        """Keep the two wordings and the suggestion's material."""
        super().__init__(what)
        self.what, self.what_zh, self.code, self.word, self.options = what, what_zh, code, word, options
        self.remedy: str | None = None
        self.remedy_zh: str | None = None

    @staticmethod
    def of(error: QuantityError) -> ExpressionError:
        """Return what is wrong with a figure as what is wrong with the expression that it is in."""
        made = ExpressionError(error.what, error.what_zh, code=error.code)
        made.remedy, made.remedy_zh = error.remedy, error.remedy_zh
        return made


class ConstantPool(Protocol):
    """Where numbers of a text are kept: a number goes in, its operation comes out."""

    def add(self, value: Fraction, type_: str) -> op.Constant:
        """Keep a number of a type."""
        ...

    def value(self, constant: op.Constant) -> Fraction:
        """Return the number that is kept as a constant."""
        ...


@dataclass(frozen=True, slots=True)
class NamedList:
    """A list of members declared by a policy, and the path whose vocabulary it is over."""

    of: str
    listing: op.Listing


@dataclass(frozen=True, slots=True)
class AwardOf:
    """What another sentence's award is one of: the beneficiary (no list), or each thing of a list, bound to a name."""

    source: op.Source | None
    name: str


@dataclass(frozen=True, slots=True)
class Scope:
    """What names mean: bound entities (name → entity), the vocabulary, what the policy declares."""

    vocabulary: Vocabulary
    constants: ConstantPool
    bound: Mapping[str, str] = field(default_factory=dict)
    lists: Mapping[str, NamedList] = field(default_factory=dict)
    definitions: Mapping[str, str] = field(default_factory=dict)
    readings: Mapping[str, tuple[str, tuple[str, ...]]] = field(default_factory=dict)
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    groups: Mapping[str, str] = field(default_factory=dict)
    awards: Mapping[str, AwardOf] = field(default_factory=dict)
    expanding: tuple[str, ...] = ()

    def binding(self, name: str, entity: str) -> Scope:
        """Return the scope with one more name bound."""
        return replace(self, bound={**self.bound, name: entity})


_PARTS = r"""(?P<space>\s+)
      | (?P<date>[0-9]{4}-[0-9]{2}-[0-9]{2})
      | (?P<money>[0-9][0-9.]*\ ?(?:%(money)s)(?!\w))
      | (?P<quantity>[0-9][0-9.]*\ ?(?:%(units)s)(?!\w))
      | (?P<ratio>[0-9][0-9.]*[%%‰]|[0-9][0-9.]*[:∶][0-9][0-9.]*)
      | (?P<quoted>"[^"]*")
      | (?P<number>[0-9]+(?:\.[0-9]+)?(?![\w.]))
      | (?P<word>\w(?:[\w]|\.(?=\w)|[-–](?=[^\W\d]))*)
      | (?P<sign>>=|<=|[-+*/^()\[\],><])
    """


@lru_cache(maxsize=64)
def _pattern(money: tuple[str, ...], units: tuple[str, ...]) -> re.Pattern[str]:
    """Return the pattern of a token, where money and quantities have these units; without any, nothing is one."""
    names = {"money": money, "units": units}
    found = {kind: [re.escape(one) for one in sorted(of, key=len, reverse=True)] for kind, of in names.items()}
    return re.compile(_PARTS % {kind: "|".join(of) or "(?!)" for kind, of in found.items()}, re.VERBOSE)


_PERIOD = re.compile(
    r"(?P<number>[1-9][0-9]{0,4}) ?(?:(?P<days>days?|天|日)|(?P<months>months?|个月)|(?P<years>years?|年))"
)
_HIGHEST_POWER: Final = 50
_LONGEST: Final = 4000
_DEEPEST: Final = 40
WORDS: Final = frozenset(
    [
        "and",
        "or",
        "not",
        "is",
        "in",
        "has",
        "any",
        "all",
        "none",
        "no",
        "of",
        "where",
        "as",
        "sum",
        "count",
        "min",
        "max",
        "if",
        "else",
        "true",
        "false",
    ]
)

Made = TypeVar("Made")
How: TypeAlias = Literal["sum", "count", "min", "max"]
_AGGREGATES: Final[tuple[How, ...]] = ("sum", "count", "min", "max")
_ADDED: Final = frozenset({"money", "ratio", "count", "quantity"})
"""The types that can be added and multiplied; dates are only compared."""


_SIGNED: Final = frozenset({"money", "ratio", "number", "quantity"})
"""The literals before which a minus sign may stand."""


def kind_of(type_: str) -> str:
    """Return the type without the unit of a quantity."""
    return "quantity" if type_.startswith(QUANTITY) else type_


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str


def parse_value(text: str, scope: Scope, expected: str = "") -> op.Value:
    """Read a numeric expression. `expected` is the type it must have (`money`, `ratio`, …), if any.

    Raises `ExpressionError`.
    """
    parser = _Parser(text, scope)
    node = parser.value()
    parser.finish()
    if expected == "ratio":
        node = as_ratio(node)
    if expected and node.type != expected:
        raise ExpressionError(
            f"'{text}' is a {node.type}, not a {expected}", f"“{text}”的类型是{node.type}，应为{expected}"
        )
    return node


def parse_path(text: str, scope: Scope) -> op.Value:
    """Read an expression of any type: a number, a date, or the path of an enum, a set, a ref or a text.

    Raises `ExpressionError`.
    """
    parser = _Parser(text, scope)
    node = parser.value(numeric=False)
    parser.finish()
    return node


def parse_divisor(text: str, scope: Scope) -> op.Value:
    """Read what can stand under a division: a constant, or an enum whose members are numbers.

    Raises `ExpressionError`.
    """
    parser = _Parser(text, scope)
    node = parser.value(numeric=False)
    parser.finish()
    parser.check_divisor(node)
    return node


def parse_condition(text: str, scope: Scope) -> op.Truth:
    """Read a condition. Raises `ExpressionError`."""
    parser = _Parser(text, scope)
    node = parser.condition()
    parser.finish()
    return node


def parse_source(text: str, scope: Scope) -> tuple[str, op.Source]:
    """Read `loan in loans` as the name and the list. Raises `ExpressionError`."""
    parser = _Parser(text, scope)
    name = parser.name()
    parser.expect("in")
    source = parser.source(parser.word())
    parser.finish()
    if name in scope.bound:
        raise ExpressionError(f"'{name}' is already bound", f"“{name}”已被使用")
    return name, source


def _tokens(text: str, vocabulary: Vocabulary) -> Iterator[_Token]:
    if len(text) > _LONGEST:
        raise ExpressionError("the expression is too long", "表达式过长")
    pattern = _pattern(tuple(unit for unit, _ in vocabulary.currency.units), tuple(vocabulary.units))
    position = 0
    while position < len(text):
        match = pattern.match(text, position)
        if match is None or match.lastgroup is None:
            raise ExpressionError(
                f"can't read '{text[position : position + 12]}'", f"无法识别“{text[position : position + 12]}”"
            )
        if match.lastgroup != "space":
            yield _Token(match.lastgroup, match.group())
        position = match.end()


class _Parser:
    """Recursive descent over one expression."""

    def __init__(self, text: str, scope: Scope) -> None:
        self.text, self.scope = text, scope
        self.tokens = [*_tokens(text, scope.vocabulary), _Token("end", "")]
        self.at = 0
        self.depth = 0
        self.zeros: set[op.Constant] = set()

    @property
    def token(self) -> _Token:
        return self.tokens[self.at]

    def peek(self, *words: str) -> bool:
        """Whether these plain words or signs come next, in this order."""
        ahead = self.tokens[self.at : self.at + len(words)]
        return len(ahead) == len(words) and all(
            token.text == word and token.kind in ("word", "sign") for token, word in zip(ahead, words, strict=True)
        )

    def take(self, *words: str) -> bool:
        if self.peek(*words):
            self.at += len(words)
            return True
        return False

    def expect(self, *words: str) -> None:
        if not self.take(*words):
            self.fail(f"expected '{' '.join(words)}'", f"此处应为“{' '.join(words)}”")

    def fail(self, what: str, what_zh: str) -> NoReturn:
        found = self.token.text or "the end"
        raise ExpressionError(
            f"{what}, found '{found}' in '{self.text[:120]}'", f"{what_zh}，实为“{found}”：{self.text[:120]}"
        )

    def finish(self) -> None:
        if self.token.kind != "end":
            self.fail("expected the end", "表达式应在此结束")

    def word(self) -> str:
        token = self.token
        if token.kind != "word" or token.text in WORDS:
            self.fail("expected a name", "此处应为名称")
        self.at += 1
        return token.text

    def name(self) -> str:
        """Take a name to be bound: a word without dots."""
        if "." in self.token.text:
            self.fail("expected a name without dots", "此处应为不含点号的名称")
        return self.word()

    @contextmanager
    def nested(self) -> Iterator[None]:
        if self.depth >= _DEEPEST:
            raise ExpressionError("the expression is nested too deep", "表达式嵌套过深")
        self.depth += 1
        try:
            yield
        finally:
            self.depth -= 1

    @contextmanager
    def binding(self, name: str, entity: str) -> Iterator[None]:
        kept = self.scope
        self.scope = kept.binding(name, entity)
        try:
            yield
        finally:
            self.scope = kept

    # conditions

    def condition(self) -> op.Truth:
        with self.nested():
            parts = [self.conjunction()]
            while self.take("or"):
                parts.append(self.conjunction())
            return parts[0] if len(parts) == 1 else op.AnyOf(tuple(parts))

    def conjunction(self) -> op.Truth:
        parts = [self.negation()]
        while self.take("and"):
            parts.append(self.negation())
        return parts[0] if len(parts) == 1 else op.All(tuple(parts))

    def negation(self) -> op.Truth:
        with self.nested():
            return op.Not(self.negation()) if self.take("not") else self.atom()

    def atom(self) -> op.Truth:
        if self.peek("("):
            return self.parenthesised()
        if self.take("any"):
            return self.exists()
        if self.take("no"):
            return op.Not(self.exists())
        if self.take("true"):
            return op.ALWAYS
        if self.take("false"):
            return op.Not(op.ALWAYS)
        if self.is_defined() and not self.starts_operator(1):
            return self.defined(self.word(), _Parser.condition)
        if self.token.kind == "word" and self.token.text.startswith("reading."):
            return self.reading(self.word())
        return self.comparison(self.value(numeric=False))

    def parenthesised(self) -> op.Truth:
        """Read a condition in parentheses, or a comparison that begins with a value in parentheses.

        Where it is neither, the error is that of the attempt that came further.
        """
        start, reached, first = self.at, -1, None
        self.expect("(")
        try:
            inner = self.condition()
            self.expect(")")
            if not self.starts_operator():
                return inner
        except ExpressionError as error:
            reached, first = self.at, error
        self.at = start
        try:
            return self.comparison(self.value())
        except ExpressionError:
            if first is not None and self.at <= reached:
                raise first from None
            raise

    def starts_operator(self, ahead: int = 0) -> bool:
        """Whether what comes next, or so many tokens later, has a value before it."""
        found = self.tokens[min(self.at + ahead, len(self.tokens) - 1)]
        return found.text in (">=", "<=", ">", "<", "is", "in", "has", "+", "-", "*", "/", "^")

    def is_defined(self) -> bool:
        """Whether the name of a definition comes next."""
        return self.token.kind == "word" and self.token.text in self.scope.definitions

    def defined(self, name: str, read: Callable[[_Parser], Made]) -> Made:
        """Read a definition where its name stands: as a condition, or as a value."""
        if name in self.scope.expanding:
            raise ExpressionError(f"definition '{name}' uses itself", f"定义“{name}”循环引用", code="circular")
        scope = replace(self.scope, expanding=(*self.scope.expanding, name))
        inner = _Parser(self.scope.definitions[name], scope)
        inner.depth = self.depth
        made = read(inner)
        inner.finish()
        return made

    def reading(self, word: str) -> op.Truth:
        name = word.removeprefix("reading.")
        known = self.scope.readings
        if name not in known:
            raise ExpressionError(
                f"no reading '{name}'", f"没有解读“{name}”", code="unknown-name", word=name, options=tuple(known)
            )
        identity, options = known[name]
        self.expect("is")
        negated = self.take("not")
        option = self.word()
        if option not in options:
            raise ExpressionError(
                f"reading '{name}' has no option '{option}'",
                f"解读“{name}”没有选项“{option}”",
                code="unknown-member",
                word=option,
                options=options,
            )
        chosen = op.ReadingIs(identity, option)
        return op.Not(chosen) if negated else chosen

    def exists(self) -> op.Truth:
        source = self.source(self.word())
        alias = self.name() if self.take("as") else source.entity
        with self.binding(alias, source.entity):
            where = self.conjunction() if self.take("where") else op.ALWAYS
        return op.Exists(source, alias, where)

    def comparison(self, left: op.Value) -> op.Truth:
        for sign in (">=", "<=", ">", "<"):
            if self.take(sign):
                return self.ordered(sign, left, self.value())
        if self.take("is"):
            negated = self.take("not")
            made = op.Given(left) if isinstance(left, op.Fact) and self.take("given") else self.equal(left)
        elif self.peek("not", "in") or self.peek("in"):
            negated = self.take("not")
            self.expect("in")
            if isinstance(left, op.Fact) and left.type == "place":
                made = self.within(left, several=True)
            else:
                fact = self.fact(left, "enum")
                made = op.In(fact, self.listing(fact))
        elif self.take("has"):
            fact, negated = self.fact(left, "set"), False
            made = op.In(fact, op.Listing(frozenset({self.member(fact)})))
        elif self.peek("any", "of") or self.peek("all", "of") or self.peek("none", "of"):
            negated, every = self.take("none"), self.take("all")
            self.take("any")
            self.expect("of")
            fact = self.fact(left, "set")
            made = op.In(fact, self.listing(fact), all=every)
        elif isinstance(left, op.Fact) and left.type == "bool":
            return op.Holds(left)
        else:
            self.fail("expected a comparison (is, in, has, any of, >=, …)", "此处应为比较")
        return op.Not(made) if negated else made

    def ordered(self, sign: str, left: op.Value, right: op.Value) -> op.Truth:
        left, right = _held(*_alike(left, right))
        if kind_of(left.type) not in NUMERIC or left.type != right.type:
            raise ExpressionError(
                f"can't compare a {left.type} with a {right.type} in '{self.text[:120]}'",
                f"{left.type}不能与{right.type}比较：{self.text[:120]}",
                code="wrong-type",
            )
        if sign in ("<=", "<"):
            left, right = right, left
        return op.Compare(">=" if "=" in sign else ">", left, right)

    def equal(self, left: op.Value) -> op.Truth:
        if kind_of(left.type) in NUMERIC:
            left, right = _held(*_alike(left, self.value()))
            if left.type != right.type:
                raise ExpressionError(
                    f"can't compare a {left.type} with a {right.type}",
                    f"{left.type}不能与{right.type}比较",
                    code="wrong-type",
                )
            return op.Compare("==", left, right)
        if isinstance(left, op.Fact) and left.type == "place":
            other = self.right_side(left)
            return self.within(left, several=False) if other is None else op.Same(left, other)
        if isinstance(left, op.Fact) and left.type == "bool":
            negated = self.take("false")
            if not negated and not self.take("true"):
                self.fail("expected true or false", "此处应为true或false")
            return op.Not(op.Holds(left)) if negated else op.Holds(left)
        if not isinstance(left, op.Fact | op.Bound) or left.type == "set":
            self.fail("'is' needs a single value on its left; for a set write 'has'", "集合请用has")
        right_side = self.right_side(left)
        if right_side is not None:
            return op.Same(left, right_side)
        fact = self.fact(left, "enum")
        return op.In(fact, op.Listing(frozenset({self.member(fact)})))

    def right_side(self, left: op.Fact | op.Bound) -> op.Fact | op.Bound | op.Words | None:
        """Return a path, a bound thing or a text on the right of `is`; None where a member must stand there."""
        token = self.token
        if left.type == "text" and not (isinstance(left, op.Fact) and left.of_kind) and token.kind == "quoted":
            self.at += 1
            return op.Words(token.text[1:-1])
        if left.type == "enum" and isinstance(left, op.Fact) and left.spec.named(token.text) is not None:
            return None
        if token.kind == "word" and token.text.split(".")[0] in self.scope.bound:
            right = self.path(self.word())
            if isinstance(right, op.Fact | op.Bound) and _comparable(left, right):
                return right
            raise ExpressionError(
                f"can't compare these two paths in '{self.text[:120]}'",
                f"两个路径不可比较：{self.text[:120]}",
                code="wrong-type",
            )
        return None

    def fact(self, node: op.Value, kind: Literal["enum", "set"]) -> op.Fact:
        if not isinstance(node, op.Fact) or node.type != kind or node.of_kind:
            wanted = "a set" if kind == "set" else "an enumeration"
            self.fail(f"the left side is a {node.type}, not {wanted}", "左侧类型不符")
        return node

    def member(self, fact: op.Fact) -> str:
        token = self.token
        if token.kind not in ("word", "quoted", "number", "quantity"):
            self.fail("expected a member of the vocabulary", "此处应为词表中的取值")
        self.at += 1
        text = token.text.strip('"')
        found = fact.spec.named(text)
        if found is None:
            raise ExpressionError(
                f"'{text}' is not a value of {fact.spec.entity}.{fact.spec.name}",
                f"“{text}”不是{fact.spec.entity}.{fact.spec.name}的取值",
                code="unknown-member",
                word=text,
                options=tuple(fact.spec.members),
            )
        return found

    def within(self, fact: op.Fact, *, several: bool) -> op.Within:
        """Read the areas that a place lies in; a project that names no place is where its enterprise is (S12)."""
        if several:
            self.expect("[")
        places = [self.area()]
        while several and self.take(","):
            places.append(self.area())
        if several:
            self.expect("]")
        home = self.scope.vocabulary.fields["enterprise"]["place"]
        facts = (fact, op.Fact("enterprise", home)) if fact.spec.entity == "project" else (fact,)
        return op.Within(facts, tuple(places), frozenset())

    def area(self) -> str:
        """Take a code of GB/T 2260, which covers all below it, or a place that the policy names."""
        token = self.token
        if token.kind not in ("word", "quoted", "number"):
            self.fail("expected a place", "此处应为地域")
        self.at += 1
        text = token.text.strip('"')
        zones = self.scope.vocabulary.zones
        if not is_gb_code(text) and text not in zones:
            raise ExpressionError(
                f"'{text}' is neither a code of GB/T 2260 (six digits) nor a place of the policy",
                f"“{text}”既不是GB/T 2260代码（六位数字），也不是本政策的地域",
                code="unknown-member",
                word=text,
                options=tuple(sorted(zones)),
            )
        return text

    def listing(self, fact: op.Fact) -> op.Listing:
        if self.take("["):
            members = [self.member(fact)]
            while self.take(","):
                members.append(self.member(fact))
            self.expect("]")
            return op.Listing(frozenset(members))
        name = self.word()
        found = self.scope.lists.get(name)
        if found is None:
            raise ExpressionError(
                f"no list '{name}'",
                f"没有列表“{name}”",
                code="unknown-name",
                word=name,
                options=tuple(self.scope.lists),
            )
        if found.of != f"{fact.spec.entity}.{fact.spec.name}":
            raise ExpressionError(f"list '{name}' is over {found.of}", f"列表“{name}”属于{found.of}", code="wrong-type")
        return found.listing

    # values

    def value(self, *, numeric: bool = True) -> op.Value:
        with self.nested():
            node = self.sum_of_terms()
            if self.peek("if"):
                self.at += 1
                condition = self.condition()
                self.expect("else")
                node, other = _alike(node, self.value(numeric=numeric))
                if other.type != node.type:
                    raise ExpressionError("both branches must have one type", "两个分支类型应一致", code="wrong-type")
                return op.Choose(((condition, node),), other, node.type)
            if numeric and kind_of(node.type) not in NUMERIC:
                raise ExpressionError(
                    f"a number is needed, found a {node.type} in '{self.text[:120]}'", "此处应为数值", code="wrong-type"
                )
            return node

    def sum_of_terms(self) -> op.Value:
        node = self.product()
        while self.peek("+") or self.peek("-"):
            sign: Literal["+", "-"] = "+" if self.peek("+") else "-"
            self.expect(sign)
            if node.type == "date":
                node = self.shifted(sign, node)
                continue
            node, right = _alike(node, self.product())
            if kind_of(node.type) not in _ADDED or node.type != right.type:
                raise ExpressionError(
                    f"can't add or subtract a {node.type} and a {right.type}", "加减两侧类型应一致", code="wrong-type"
                )
            node = op.Arithmetic(sign, node, right, node.type)
        return node

    def shifted(self, sign: Literal["+", "-"], date: op.Value) -> op.Value:
        """Read the `2 years`, `18 months` or `30 days` that are added to a date; only days are taken off one."""
        text = self.token.text
        if self.token.kind == "number":
            self.at += 1
            text += self.token.text
        found = _PERIOD.fullmatch(text)
        if found is None or (sign == "-" and found["days"] is None):
            wanted = "'30 days'" if sign == "-" else "'30 days', '6 months' or '2 years'"
            wanted_zh = "“30 days”" if sign == "-" else "“30 days”“6 months”或“2 years”"
            self.fail(f"expected a number of {wanted}", f"此处应为{wanted_zh}一类的期间")
        self.at += 1
        number = Fraction(found["number"])
        if found["days"] is not None:
            return op.Arithmetic(sign, date, self.scope.constants.add(number, "count"), "date")
        months = self.scope.constants.add(number * (12 if found["years"] is not None else 1), "count")
        return op.Calendar(date, months, "date")

    def product(self) -> op.Value:
        node = self.power()
        while self.peek("*") or self.peek("/"):
            sign: Literal["*", "/"] = "*" if self.peek("*") else "/"
            self.expect(sign)
            right = self.power()
            node = op.Arithmetic(sign, node, right, self.product_type(sign, node, right))
        return node

    def power(self) -> op.Value:
        """Read `106% ^ 3`: a number of the text, to a whole power, exactly."""
        node = self.primary()
        if not self.take("^"):
            return node
        exponent = self.token
        if (
            not isinstance(node, op.Constant)
            or node.type not in ("ratio", "count")
            or not re.fullmatch("[1-9][0-9]?", exponent.text)
            or int(exponent.text) > _HIGHEST_POWER
        ):
            self.fail(
                f"only a number can be raised, to a whole power from 1 to {_HIGHEST_POWER}",
                f"只有数值可以乘方，指数为1至{_HIGHEST_POWER}的整数",
            )
        self.at += 1
        return self.scope.constants.add(self.scope.constants.value(node) ** int(exponent.text), node.type)

    def product_type(self, sign: Literal["*", "/"], left: op.Value, right: op.Value) -> str:
        kinds = {left.type, right.type}
        if sign == "/":
            if right.type == "enum" or right in self.zeros:
                self.check_divisor(right)
            kinds = {left.type, "count" if right.type == "enum" else right.type}
            if left.type == right.type and kind_of(left.type) in _ADDED:
                return left.type if left.type in ("ratio", "count") else "count"
            if right.type == "money":
                raise ExpressionError(
                    f"can't divide a {left.type} by money", f"{left.type}不能除以金额", code="wrong-type"
                )
        measured = [type_ for type_ in (left.type, right.type) if kind_of(type_) in ("money", "quantity")]
        if not {kind_of(type_) for type_ in kinds} <= _ADDED:
            verb, verb_zh = ("divide", "相除") if sign == "/" else ("multiply", "相乘")
            raise ExpressionError(
                f"can't {verb} a {left.type} by a {right.type}", f"类型不能{verb_zh}", code="wrong-type"
            )
        if left.type == right.type == "money":
            raise ExpressionError("can't multiply money by money", "金额不能相乘", code="wrong-type")
        if len(measured) > 1 or (sign == "/" and kind_of(right.type) == "quantity"):
            raise ExpressionError(
                f"can't {'divide' if sign == '/' else 'multiply'} a {left.type} by a {right.type}: "
                "divide a quantity by one of its unit to have a number, as in x / 1吨 * 50元",
                f"{left.type}与{right.type}不能相{'除' if sign == '/' else '乘'}：先除以单位量得数，如 x / 1吨 * 50元",
                code="wrong-type",
            )
        return measured[0] if measured else next(kind for kind in ("ratio", "count") if kind in kinds)

    def check_divisor(self, node: op.Value) -> None:
        """Refuse what an amount can't be divided by."""
        finite = isinstance(node, op.Fact) and node.type == "enum" and _all_numbers(node.spec)
        if not finite and not isinstance(node, op.Constant):
            raise ExpressionError("division only by a constant or an enum of numbers", "只能除以常数或数值枚举")
        if node in self.zeros:
            raise ExpressionError("can't divide by zero", "不能除以零")
        if node.type == "money":
            raise ExpressionError("can't divide by money", "不能除以金额", code="wrong-type")

    def primary(self) -> op.Value:
        if self.take("("):
            with self.nested():
                node = self.value()
                self.expect(")")
            return node
        for how in _AGGREGATES:
            if self.take(how, "of"):
                if self.peek("("):
                    return self.how_many() if how == "count" else self.aggregate_of_values(how)
                return self.aggregate(how)
        for word, combine in _COMBINED.items():
            if self.take(word, "of"):
                return combine(self)
        if self.take("days", "from"):
            first = self.dated()
            self.expect("to")
            return op.Arithmetic("-", self.dated(), first, "count")
        if self.is_defined():
            return self.defined(self.word(), lambda parser: parser.value(numeric=False))
        if self.token.kind == "word" and self.token.text.startswith("award."):
            return self.awarded(self.word().removeprefix("award."))
        negative = self.peek("-") and self.tokens[self.at + 1].kind in _SIGNED
        self.at += negative
        constant = self.constant(self.token, -1 if negative else 1)
        if constant is not None:
            self.at += 1
            return constant
        return self.path(self.word())

    def values(self) -> list[op.Value]:
        """Read `(a, b, …)`, values of one type."""
        self.expect("(")
        found = [self.value()]
        while self.take(","):
            found.append(self.value())
        self.expect(")")
        if any(one.type == "ratio" for one in found):
            found = [as_ratio(one) for one in found]
        if len({one.type for one in found}) > 1:
            raise ExpressionError("all of these must have one type", "各项类型应一致", code="wrong-type")
        return found

    def least(self) -> op.Value:
        first, *rest = self.values()
        return reduce(lambda made, one: op.Least(made, one, printed=False, type=made.type), rest, first)

    def greatest(self) -> op.Value:
        first, *rest = self.values()
        return reduce(lambda made, one: op.Greatest(made, one, made.type), rest, first)

    def whole(self, mode: int) -> op.Value:
        """Read `whole of (a / b)`: the whole units in a number; `begun of` counts the last one that is begun too."""
        (number, *others) = self.values()
        if others or number.type not in ("count", "ratio"):
            raise ExpressionError(
                "whole units are of one number: whole of (a / b)", "取整须为一个数：whole of (a / b)", code="wrong-type"
            )
        return op.Rounded(number, self.scope.constants.add(Fraction(1), "count"), mode, "count")

    def how_many(self) -> op.Value:
        """Read `count of (a, b, c)`: how many of these conditions hold."""
        self.expect("(")
        nothing = self.scope.constants.add(Fraction(0), "count")
        made: op.Value = op.Choose(((self.condition(), self.one()),), nothing, "count")
        while self.take(","):
            made = op.Arithmetic("+", made, op.Choose(((self.condition(), self.one()),), nothing, "count"), "count")
        self.expect(")")
        return made

    def year(self) -> op.Value:
        return op.Calendar(self.dated(), None, "count")

    def dated(self) -> op.Value:
        node = self.primary()
        if node.type != "date":
            raise ExpressionError(f"a date is needed, found a {node.type}", "此处应为日期", code="wrong-type")
        return node

    def aggregate_of_values(self, how: How) -> op.Value:
        """Read `sum of (cost.amount - cost.tax) for cost in project.costs where …`: the list stands after the value."""
        start = self.at
        self.skip_parenthesised()
        self.expect("for")
        name = self.name()
        self.expect("in")
        source = self.source(self.word())
        if name in self.scope.bound and name != source.entity:
            raise ExpressionError(f"'{name}' is already bound", f"“{name}”已被使用")
        with self.binding(name, source.entity):
            end, self.at = self.at, start
            value = self.value()
            self.at = end
            where = self.conjunction() if self.take("where") else op.ALWAYS
        if how == "sum" and value.type == "date":
            raise ExpressionError("dates can't be added", "日期不能相加", code="wrong-type")
        return op.Aggregate(how, source, name, where, value, value.type)

    def skip_parenthesised(self) -> None:
        """Pass over a value in parentheses, which is read later."""
        depth = 0
        while True:
            depth += self.peek("(") - self.peek(")")
            if self.token.kind == "end":
                self.fail("expected ')'", "此处应为“)”")
            self.at += 1
            if depth == 0:
                return

    def awarded(self, clause: str) -> op.Value:
        """Read `award.CLAUSE [where CONDITION]`: what another sentence comes to, for this thing or for all that fit."""
        per = self.scope.awards.get(clause)
        if per is None:
            raise ExpressionError(
                f"no sentence '{clause}' with an award of its own",
                f"没有自有奖补的条款“{clause}”",
                code="unknown-name",
                word=clause,
                options=tuple(self.scope.awards),
            )
        value = op.Awarded(clause, op.Running())
        if per.source is None or self.scope.bound.get(per.name) == per.source.entity:
            return value
        with self.binding(per.name, per.source.entity):
            where = self.conjunction() if self.take("where") else op.ALWAYS
        return op.Aggregate("sum", per.source, per.name, where, value, "money")

    def constant(self, token: _Token, sign: int) -> op.Constant | None:
        vocabulary = self.scope.vocabulary
        unit = vocabulary.units[token.text.lstrip("0123456789. ")][0] if token.kind == "quantity" else ""
        readers: Mapping[str, Callable[[str], Fraction]] = {
            "money": partial(parse_money, currency=vocabulary.currency),
            "ratio": parse_ratio,
            "date": parse_date,
            "number": parse_number,
            "quantity": partial(parse_quantity, unit=unit, units=vocabulary.units),
        }
        reader = readers.get(token.kind)
        if reader is None:
            return None
        ahead = self.tokens[self.at + 1]
        if token.kind == "number" and ahead.kind == "word" and ahead.text not in WORDS:
            raise self.unknown_unit(f"{token.text} {ahead.text}", ahead.text)
        try:
            number = sign * reader(token.text)
        except QuantityError as error:
            raise ExpressionError.of(error) from None
        type_ = {"number": "count", "quantity": f"{QUANTITY}{unit}"}.get(token.kind, token.kind)
        constant = self.scope.constants.add(number, type_)
        if number == 0:
            self.zeros.add(constant)
        return constant

    def unknown_unit(self, text: str, unit: str) -> ExpressionError:
        """Return what is said of a figure with a unit that neither money nor a quantity has."""
        vocabulary = self.scope.vocabulary
        options = (*vocabulary.units, *(one for one, _ in vocabulary.currency.units))
        what, what_zh = f"'{text[:60]}' has a unit that there is not", f"“{text[:60]}”的单位未知"
        return ExpressionError(what, what_zh, code="unknown-unit", word=unit, options=options)

    def aggregate(self, how: How) -> op.Value:
        """Read `sum of project.costs.amount`, `sum of costs as c.amount`, `count of loans`, each with `where`."""
        word = head = self.word()
        alias = field_name = ""
        if how != "count" and self.dotted_alias():
            alias, _, field_name = self.word().partition(".")
        elif self.take("as"):
            alias = self.name()
        if how != "count" and not field_name:
            head, _, field_name = head.rpartition(".")
        if not head:
            word = brief(word)
            raise ExpressionError(
                f"'{how} of {word}' does not say of what: {word}.…", f"“{how} of {word}”没有说明取哪个数值：{word}.…"
            )
        source = self.source(head)
        alias = alias or source.entity
        with self.binding(alias, source.entity):
            value = self.path(f"{alias}.{field_name}") if how != "count" else self.one()
            if kind_of(value.type) not in NUMERIC or (how == "sum" and value.type == "date"):
                raise ExpressionError(
                    f"'{field_name}' is a {value.type}; it has no {how}",
                    f"“{field_name}”的类型是{value.type}，不能取{how}",
                    code="wrong-type",
                )
            where = self.conjunction() if self.take("where") else op.ALWAYS
        return op.Aggregate(how, source, alias, where, value, value.type)

    def dotted_alias(self) -> bool:
        """Take the `as` of `as other.amount`."""
        ahead = self.tokens[min(self.at + 1, len(self.tokens) - 1)]
        return ahead.text.count(".") == 1 and self.take("as")

    def one(self) -> op.Value:
        return self.scope.constants.add(Fraction(1), "count")

    def source(self, name: str) -> op.Source:
        owner, _, inner = name.rpartition(".")
        if not owner and inner in self.scope.groups:
            return op.Source("group", self.scope.groups[inner])
        if owner in self.scope.bound:
            lists = self.scope.vocabulary.lists.get(self.scope.bound[owner], {})
        elif not owner:
            lists = self.scope.vocabulary.lists["case"]
        else:
            lists = {}
        if inner not in lists:
            options = tuple(lists) or tuple(self.scope.vocabulary.lists["case"])
            raise ExpressionError(
                f"'{name}' is not a list here",
                f"“{name}”不是此处可用的清单",
                code="unknown-name",
                word=inner,
                options=options,
            )
        return op.Source(inner, lists[inner].entity, owner)

    def path(self, name: str) -> op.Value:
        owner, _, field_name = name.partition(".")
        if owner == "guide":
            return self.parameter(field_name)
        if "0" <= name[0] <= "9":
            raise self.unknown_unit(name, name.lstrip("0123456789."))
        entity = self.scope.bound.get(owner)
        if entity is None:
            raise ExpressionError(
                f"unknown name '{name}'",
                f"未知名称“{name}”",
                code="unknown-name",
                word=owner,
                options=(*self.scope.bound, *self.scope.definitions),
            )
        if field_name in ("", "id"):
            return op.Bound(owner, entity)
        if field_name == "list" and self.scope.vocabulary.field(entity, "kind") is not None:
            spec = self.scope.vocabulary.fields[entity]["kind"]
            return op.Fact(owner, replace(spec, type="text"), of_kind=True)
        spec_found = self.scope.vocabulary.field(entity, field_name)
        if spec_found is None:
            raise ExpressionError(
                f"{entity} has no fact '{field_name}'",
                f"{entity}没有事实“{field_name}”",
                code="unknown-name",
                word=field_name,
                options=tuple(self.scope.vocabulary.fields[entity]),
            )
        return op.Fact(owner, spec_found)

    def parameter(self, name: str) -> op.Value:
        found = self.scope.parameters.get(name)
        if found is None:
            raise ExpressionError(
                f"no parameter '{name}'",
                f"没有参数“{name}”",
                code="unknown-name",
                word=name,
                options=tuple(self.scope.parameters),
            )
        return open_parameter(found, self.scope)


_COMBINED: Final[Mapping[str, Callable[[_Parser], op.Value]]] = {
    "least": _Parser.least,
    "greatest": _Parser.greatest,
    "whole": lambda parser: parser.whole(DOWN),
    "begun": lambda parser: parser.whole(UP),
    "year": _Parser.year,
}
"""What stands before `of` besides the aggregates."""


def as_ratio(node: op.Value) -> op.Value:
    """Return a quotient as the ratio that it is where one is wanted: `research / revenue >= 5%`. Others stay.

    By itself the quotient of two figures of one kind is a number (每满), which `whole of` and a price take.
    """
    if isinstance(node, op.Arithmetic) and node.sign == "/" and node.left.type == node.right.type:
        return replace(node, type="ratio")
    return node


def _alike(left: op.Value, right: op.Value) -> tuple[op.Value, op.Value]:
    """Return two values that stand beside each other, with a quotient beside a ratio as one."""
    ratio = "ratio" in (left.type, right.type)
    return (as_ratio(left), as_ratio(right)) if ratio else (left, right)


def _fact_of(text: str, scope: Scope) -> op.Fact:
    found = parse_path(text, scope)
    if not isinstance(found, op.Fact):
        raise ExpressionError(f"'{text[:120]}' is not a fact", f"“{text[:120]}”不是事实", code="wrong-type")
    return found


def open_parameter(parameter: Parameter, scope: Scope, otherwise: op.Value | None = None) -> op.Value:
    """Return what stands for a parameter where these names are bound: what a guide fills, or the row that holds.

    Where no row does, it is as open as without a guide. Raises `ExpressionError`.
    """
    keys = tuple(_fact_of(text, scope) for text in parameter.by)
    on = parse_value(parameter.on, scope, "date") if parameter.on else None
    opened = op.Open(parameter.id, keys, otherwise, parameter.type, on)
    branches = []
    for members, since, value in sorted(parameter.rows, key=lambda row: row[1], reverse=True):
        tests: list[op.Truth] = [
            op.In(key, op.Listing(frozenset({name}))) for key, name in zip(keys, members, strict=True) if name != "*"
        ]
        if on is not None and since:
            tests.append(op.Compare(">=", on, parse_value(since, scope, "date")))
        figure = parse_value(value, scope, parameter.type)
        branches.append((op.All(tuple(tests)), op.Fixed(figure, parameter.type)))
    return op.Choose(tuple(branches), opened, parameter.type) if branches else opened


def _all_numbers(spec: FieldSpec) -> bool:
    """Whether an enumeration has numbers above zero and nothing else (360, 365)."""
    return bool(spec.members) and not spec.open and all(re.fullmatch("[1-9][0-9]*", name) for name in spec.members)


def is_worked_out(value: op.Value) -> bool:
    """Whether a plain number is a product or a quotient of facts: a share of staff, revenue by revenue.

    Such a number may be held against `10%` and against `3` alike; a fact is held only against what is of its own type,
    so that `patents >= 5%` stays an error, and so does `2 * 3 >= 10%`.
    """
    if not isinstance(value, op.Arithmetic) or value.type not in ("ratio", "count"):
        return False
    if value.sign in ("*", "/"):
        return any(isinstance(one, op.Fact | op.Aggregate) for one in op.walk(value))
    return is_worked_out(value.left) or is_worked_out(value.right)


def _held(left: op.Value, right: op.Value) -> tuple[op.Value, op.Value]:
    """Return two figures to be compared, with a number that is worked out as what it is held against: 10.1 people."""
    if {left.type, right.type} == {"ratio", "count"}:
        if isinstance(left, op.Arithmetic) and is_worked_out(left):
            left = replace(left, type=right.type)
        elif isinstance(right, op.Arithmetic) and is_worked_out(right):
            right = replace(right, type=left.type)
    return left, right


def _comparable(left: op.Fact | op.Bound, right: op.Fact | op.Bound) -> bool:
    """Whether two paths can name one thing, or are read over one vocabulary."""
    if isinstance(left, op.Bound):
        return left.entity == right.entity if isinstance(right, op.Bound) else left.entity in right.spec.target
    if isinstance(right, op.Bound):
        return right.entity in left.spec.target
    if left.type != right.type or left.of_kind != right.of_kind:
        return False
    if left.type == "ref":
        return not set(left.spec.target).isdisjoint(right.spec.target)
    return left.type != "enum" or not left.spec.members.keys().isdisjoint(right.spec.members)


def fields_read(node: op.Node) -> list[FieldSpec]:
    """Return the fields that an expression reads."""
    return [part.spec for part in op.walk(node) if isinstance(part, op.Fact)]
