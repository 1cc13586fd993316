"""Expressions: the text of a condition or a basis becomes operations, with every name resolved.

`Scope` says what names mean where the expression stands. Left of `is`, `in`, `>=` stands a resolved path or it is an
error; right of it only members of that path's vocabulary. A bare word is never text:

    project.purposes any of renewal_purposes and project.nature has 改扩建
    sum of project.costs.amount where cost.kind in [equipment, bundled_software]
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Final, Literal, NoReturn, Protocol

from subsidy_rules.facts.vocabulary import NUMERIC, FieldSpec, Vocabulary
from subsidy_rules.mechanisms import operations as op
from subsidy_rules.values.quantity import QuantityError, parse_date, parse_money, parse_number, parse_ratio


class ExpressionError(ValueError):
    """An expression can't be read. `word` and `options` make the suggestion, where there is one."""

    def __init__(
        self, what: str, what_zh: str, *, code: str = "bad-expression", word: str = "", options: tuple[str, ...] = ()
    ) -> None:
        """Keep the two wordings and the suggestion's material."""
        super().__init__(what)
        self.what, self.what_zh, self.code, self.word, self.options = what, what_zh, code, word, options


class ConstantPool(Protocol):
    """Where numbers of a text are kept: a number goes in, its operation comes out."""

    def add(self, value: Fraction, type_: str) -> op.Constant: ...


@dataclass(frozen=True, slots=True)
class NamedList:
    """A list of members declared by a policy, and the path whose vocabulary it is over."""

    of: str
    listing: op.Listing


@dataclass(frozen=True, slots=True)
class Scope:
    """What names mean: bound entities (name → entity), the vocabulary, the policy's lists, definitions, readings."""

    vocabulary: Vocabulary
    constants: ConstantPool
    bound: Mapping[str, str] = field(default_factory=dict)
    lists: Mapping[str, NamedList] = field(default_factory=dict)
    definitions: Mapping[str, str] = field(default_factory=dict)
    readings: Mapping[str, tuple[str, tuple[str, ...]]] = field(default_factory=dict)
    groups: Mapping[str, str] = field(default_factory=dict)
    expanding: tuple[str, ...] = ()

    def binding(self, name: str, entity: str) -> Scope:
        """Return the scope with one more name bound."""
        return replace(self, bound={**self.bound, name: entity})


_TOKEN = re.compile(
    r"""(?P<space>\s+)
      | (?P<date>[0-9]{4}-[0-9]{2}-[0-9]{2})
      | (?P<money>[0-9][0-9.]*\ ?(?:亿元|万元|元|分)(?!\w))
      | (?P<ratio>[0-9][0-9.]*[%‰]|[0-9][0-9.]*[:∶][0-9][0-9.]*)
      | (?P<quoted>"[^"]*")
      | (?P<number>[0-9]+(?:\.[0-9]+)?(?![\w.]))
      | (?P<word>\w(?:[\w]|\.(?=\w)|[-–](?=[^\W\d]))*)
      | (?P<sign>>=|<=|[-+*/()\[\],><])
    """,
    re.VERBOSE,
)
_LONGEST: Final = 4000
_DEEPEST: Final = 40
_KEYWORDS: Final = frozenset(
    "and or not is in has any all none no of where as sum count min max if else true false".split()
)

Comparison = Literal[">=", ">", "=="]


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
    if expected and node.type != expected:
        raise ExpressionError(f"'{text}' is a {node.type}, not a {expected}", f"“{text}”的类型是{node.type}，应为{expected}")
    return node


def parse_path(text: str, scope: Scope) -> op.Value:
    """Read an expression of any type: a number, a date, or the path of an enum, a set, a ref or a text.

    Raises `ExpressionError`.
    """
    parser = _Parser(text, scope)
    node = parser.value(numeric=False)
    parser.finish()
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
    name = parser.word()
    parser.expect("in")
    source = parser.source(parser.word())
    parser.finish()
    if name in scope.bound:
        raise ExpressionError(f"'{name}' is already bound", f"“{name}”已被使用")
    return name, source


def _tokens(text: str) -> Iterator[_Token]:
    if len(text) > _LONGEST:
        raise ExpressionError("the expression is too long", "表达式过长")
    position = 0
    while position < len(text):
        match = _TOKEN.match(text, position)
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
        self.tokens = [*_tokens(text), _Token("end", "")]
        self.at = 0
        self.depth = 0

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
        if token.kind != "word" or token.text in _KEYWORDS:
            self.fail("expected a name", "此处应为名称")
        self.at += 1
        return token.text

    @contextmanager
    def nested(self) -> Iterator[None]:
        self.depth += 1
        if self.depth > _DEEPEST:
            raise ExpressionError("the expression is nested too deep", "表达式嵌套过深")
        yield
        self.depth -= 1

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
        start = self.at
        if self.take("("):
            try:
                inner = self.condition()
                self.expect(")")
            except ExpressionError:
                self.at = start
            else:
                if not self.starts_operator():
                    return inner
                self.at = start
        if self.take("any"):
            return self.exists()
        if self.take("no"):
            return op.Not(self.exists())
        if self.peek("true") or self.peek("false"):
            return op.ALWAYS if self.take("true") else (self.take("false"), op.Not(op.ALWAYS))[1]
        if self.token.kind == "word" and self.token.text in self.scope.definitions:
            return self.definition(self.word())
        if self.token.kind == "word" and self.token.text.startswith("reading."):
            return self.reading(self.word())
        return self.comparison(self.value(numeric=False))

    def starts_operator(self) -> bool:
        return self.token.text in (">=", "<=", ">", "<", "is", "in", "+", "-", "*", "/")

    def definition(self, name: str) -> op.Truth:
        if name in self.scope.expanding:
            raise ExpressionError(f"definition '{name}' uses itself", f"定义“{name}”循环引用", code="circular")
        scope = replace(self.scope, expanding=(*self.scope.expanding, name))
        return parse_condition(self.scope.definitions[name], scope)

    def reading(self, word: str) -> op.Truth:
        name = word.removeprefix("reading.")
        known = self.scope.readings
        if name not in known:
            raise ExpressionError(
                f"no reading '{name}'", f"没有解读“{name}”", code="unknown-name", word=name, options=tuple(known)
            )
        identity, options = known[name]
        negated = False
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
        alias = self.word() if self.take("as") else source.entity
        where: op.Truth = op.ALWAYS
        if self.take("where"):
            where = self.inside(alias, source.entity).condition_here()
        return op.Exists(source, alias, where)

    def inside(self, alias: str, entity: str) -> _Inner:
        return _Inner(self, self.scope.binding(alias, entity))

    def comparison(self, left: op.Value) -> op.Truth:
        for sign in (">=", "<=", ">", "<"):
            if self.take(sign):
                return self.ordered(sign, left, self.value())
        if self.take("is", "not"):
            return op.Not(self.equal(left))
        if self.take("is"):
            return self.equal(left)
        if self.take("not", "in"):
            return op.Not(op.In(self.fact(left, "enum"), self.listing(self.fact(left, "enum"))))
        if self.take("in"):
            return op.In(self.fact(left, "enum"), self.listing(self.fact(left, "enum")))
        if self.take("has"):
            fact = self.fact(left, "set")
            return op.In(fact, op.Listing(frozenset({self.member(fact)})))
        if self.take("any", "of"):
            fact = self.fact(left, "set")
            return op.In(fact, self.listing(fact))
        if self.take("all", "of"):
            fact = self.fact(left, "set")
            return op.In(fact, self.listing(fact), all=True)
        if self.take("none", "of"):
            fact = self.fact(left, "set")
            return op.Not(op.In(fact, self.listing(fact)))
        if isinstance(left, op.Fact) and left.type == "bool":
            return op.Holds(left)
        self.fail("expected a comparison (is, in, has, any of, >=, …)", "此处应为比较")

    def ordered(self, sign: str, left: op.Value, right: op.Value) -> op.Truth:
        if left.type not in NUMERIC or left.type != right.type:
            raise ExpressionError(
                f"can't compare a {left.type} with a {right.type} in '{self.text[:120]}'",
                f"{left.type}不能与{right.type}比较：{self.text[:120]}",
                code="wrong-type",
            )
        if sign in ("<=", "<"):
            left, right = right, left
        return op.Compare(">=" if "=" in sign else ">", left, right)

    def equal(self, left: op.Value) -> op.Truth:
        if left.type in NUMERIC:
            right = self.value()
            if right.type != left.type:
                raise ExpressionError(
                    f"can't compare a {left.type} with a {right.type}", f"{left.type}不能与{right.type}比较",
                    code="wrong-type",
                )
            return op.Compare("==", left, right)
        if isinstance(left, op.Fact) and left.type == "bool":
            for word in ("true", "false"):
                if self.take(word):
                    return op.Holds(left) if word == "true" else op.Not(op.Holds(left))
            self.fail("expected true or false", "此处应为true或false")
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
        if token.kind == "word" and (token.text.split(".")[0] in self.scope.bound):
            right = self.path(self.word())
            if isinstance(right, op.Fact | op.Bound) and _comparable(left, right):
                return right
            raise ExpressionError(
                f"can't compare these two paths in '{self.text[:120]}'", f"两个路径不可比较：{self.text[:120]}",
                code="wrong-type",
            )
        return None

    def fact(self, node: op.Value, kind: str) -> op.Fact:
        if isinstance(node, op.Fact) and node.type == kind and not node.of_kind:
            return node
        self.fail(f"the left side is a {node.type}, not {'a set' if kind == 'set' else 'an enumeration'}", "左侧类型不符")

    def member(self, fact: op.Fact) -> str:
        token = self.token
        if token.kind not in ("word", "quoted", "number"):
            self.fail("expected a member of the vocabulary", "此处应为词表中的取值")
        self.at += 1
        text = token.text.strip('"')
        if text not in fact.spec.members:
            raise ExpressionError(
                f"'{text}' is not a value of {fact.spec.entity}.{fact.spec.name}",
                f"“{text}”不是{fact.spec.entity}.{fact.spec.name}的取值",
                code="unknown-member",
                word=text,
                options=tuple(fact.spec.members),
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
                f"no list '{name}'", f"没有列表“{name}”", code="unknown-name", word=name, options=tuple(self.scope.lists)
            )
        if found.of != f"{fact.spec.entity}.{fact.spec.name}":
            raise ExpressionError(
                f"list '{name}' is over {found.of}", f"列表“{name}”属于{found.of}", code="wrong-type"
            )
        return found.listing

    # values

    def value(self, *, numeric: bool = True) -> op.Value:
        with self.nested():
            node = self.sum_of_terms()
            if self.peek("if"):
                self.at += 1
                condition = self.condition()
                self.expect("else")
                other = self.value(numeric=numeric)
                if other.type != node.type:
                    raise ExpressionError("both branches must have one type", "两个分支类型应一致", code="wrong-type")
                return op.Choose(((condition, node),), other, node.type)
            if numeric and node.type not in NUMERIC:
                raise ExpressionError(
                    f"a number is needed, found a {node.type} in '{self.text[:120]}'", "此处应为数值", code="wrong-type"
                )
            return node

    def sum_of_terms(self) -> op.Value:
        node = self.product()
        while self.peek("+") or self.peek("-"):
            sign: Literal["+", "-"] = "+" if self.take("+") else "-"
            self.take("-")
            right = self.product()
            if node.type not in NUMERIC or node.type != right.type:
                raise ExpressionError(
                    f"can't add or subtract a {node.type} and a {right.type}", "加减两侧类型应一致", code="wrong-type"
                )
            node = op.Arithmetic(sign, node, right, node.type)
        return node

    def product(self) -> op.Value:
        node = self.primary()
        while self.peek("*") or self.peek("/"):
            sign: Literal["*", "/"] = "*" if self.take("*") else "/"
            self.take("/")
            right = self.primary()
            node = op.Arithmetic(sign, node, right, self.product_type(sign, node, right))
        return node

    def product_type(self, sign: str, left: op.Value, right: op.Value) -> str:
        if sign == "/" and not (isinstance(right, op.Constant) or right.type == "enum"):
            raise ExpressionError("division only by a constant or a finite enum", "只能除以常数或有限枚举")
        kinds = {left.type, "count" if right.type == "enum" else right.type}
        if kinds <= {"money", "ratio", "count"} and len(kinds & {"money"}) <= 1:
            if left.type == right.type == "money":
                raise ExpressionError("can't multiply money by money", "金额不能相乘", code="wrong-type")
            if "money" in kinds and not (sign == "/" and right.type == "money"):
                return "money"
            return "ratio" if "ratio" in kinds else "count"
        raise ExpressionError(f"can't multiply a {left.type} by a {right.type}", "类型不能相乘", code="wrong-type")

    def primary(self) -> op.Value:
        token = self.token
        if self.take("("):
            with self.nested():
                node = self.value()
                self.expect(")")
            return node
        for how in ("sum", "count", "min", "max"):
            if self.take(how, "of"):
                return self.aggregate(how)
        constant = self.constant(token)
        if constant is not None:
            self.at += 1
            return constant
        return self.path(self.word())

    def constant(self, token: _Token) -> op.Constant | None:
        readers = {"money": parse_money, "ratio": parse_ratio, "date": parse_date, "number": parse_number}
        reader = readers.get(token.kind)
        if reader is None:
            return None
        try:
            return self.scope.constants.add(reader(token.text), "count" if token.kind == "number" else token.kind)
        except QuantityError as error:
            raise ExpressionError(error.what, error.what_zh, code=error.code) from None

    def aggregate(self, how: Literal["sum", "count", "min", "max"] | str) -> op.Value:
        head, _, name = self.word(), "", ""
        if how != "count":
            head, _, name = head.rpartition(".")
        source = self.source(head)
        alias = source.entity
        if self.take("as"):
            alias = self.word()
            if how != "count" and alias.count(".") == 1:
                alias, name = alias.split(".")
        inner = self.inside(alias, source.entity)
        value: op.Value = self.scope.constants.add(Fraction(1), "count")
        if how != "count":
            value = inner.path_here(f"{alias}.{name}")
            if value.type not in NUMERIC:
                raise ExpressionError(f"'{name}' is not a number", f"“{name}”不是数值", code="wrong-type")
        where: op.Truth = inner.condition_here() if self.take("where") else op.ALWAYS
        kind: Literal["sum", "count", "min", "max"] = how  # type: ignore[assignment]  # one of four words, taken above
        return op.Aggregate(kind, source, alias, where, value, value.type)

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
                f"'{name}' is not a list here", f"“{name}”不是此处可用的清单", code="unknown-name", word=inner, options=options
            )
        return op.Source(inner, lists[inner].entity, owner)

    def path(self, name: str) -> op.Value:
        owner, _, field_name = name.partition(".")
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


class _Inner:
    """The same tokens, read with one more name bound."""

    def __init__(self, outer: _Parser, scope: Scope) -> None:
        self.outer, self.scope = outer, scope

    def condition_here(self) -> op.Truth:
        kept, self.outer.scope = self.outer.scope, self.scope
        try:
            return self.outer.conjunction()
        finally:
            self.outer.scope = kept

    def path_here(self, name: str) -> op.Value:
        kept, self.outer.scope = self.outer.scope, self.scope
        try:
            return self.outer.path(name)
        finally:
            self.outer.scope = kept


def _comparable(left: op.Fact | op.Bound, right: op.Fact | op.Bound) -> bool:
    if isinstance(left, op.Bound) or isinstance(right, op.Bound):
        fact, bound = (right, left) if isinstance(left, op.Bound) else (left, right)
        if isinstance(bound, op.Bound) and isinstance(fact, op.Bound):
            return bound.entity == fact.entity
        return isinstance(fact, op.Fact) and isinstance(bound, op.Bound) and bound.entity in fact.spec.target
    return left.type == right.type and left.of_kind == right.of_kind


def fields_read(node: op.Node) -> list[FieldSpec]:
    """Return the fields that an expression reads."""
    return [part.spec for part in op.walk(node) if isinstance(part, op.Fact)]
