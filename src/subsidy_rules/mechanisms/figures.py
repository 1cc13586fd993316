"""Reading the values of an expression: arithmetic, literals, paths, aggregates, dates."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from dataclasses import replace
from fractions import Fraction
from functools import partial, reduce
from typing import TYPE_CHECKING, Final, Literal, TypeAlias, TypeVar

from subsidy_rules.errors import brief
from subsidy_rules.facts.vocabulary import NUMERIC, QUANTITY
from subsidy_rules.mechanisms import operations as op
from subsidy_rules.mechanisms.scope import ExpressionError
from subsidy_rules.mechanisms.tokens import WORDS, Reader
from subsidy_rules.mechanisms.types import ADDED, PRICE, alike, all_numbers, as_ratio, kind_of
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
    from collections.abc import Callable, Mapping
    from typing import Self

    from subsidy_rules.mechanisms.tokens import Token


PERIOD = re.compile(
    r"(?P<number>[1-9][0-9]{0,4}) ?(?:(?P<days>days?|天|日)|(?P<months>months?|个月)|(?P<years>years?|年))"
)


HIGHEST_POWER: Final = 50


Made = TypeVar("Made")


How: TypeAlias = Literal["sum", "count", "min", "max"]


AGGREGATES: Final[tuple[How, ...]] = ("sum", "count", "min", "max")


SIGNED: Final = frozenset({"money", "ratio", "number", "quantity"})
"""The literals before which a minus sign may stand."""


class Figures(Reader, ABC):
    """Reads values; what stands in conditions and for parameters is read by those who come after it."""

    @abstractmethod
    def condition(self) -> op.Truth:
        """Read a condition."""

    @abstractmethod
    def conjunction(self) -> op.Truth:
        """Read a condition without `or` in it."""

    @abstractmethod
    def parameter(self, name: str) -> op.Value:
        """Return what stands for a parameter."""

    def is_defined(self) -> bool:
        """Whether the name of a definition comes next."""
        return self.token.kind == "word" and self.token.text in self.scope.definitions

    def defined(self, name: str, read: Callable[[Self], Made]) -> Made:
        """Read a definition where its name stands: as a condition, or as a value."""
        if name in self.scope.expanding:
            raise ExpressionError(f"definition '{name}' uses itself", f"定义“{name}”循环引用", code="circular")
        scope = replace(self.scope, expanding=(*self.scope.expanding, name))
        inner = type(self)(self.scope.definitions[name], scope)
        inner.depth = self.depth
        made = read(inner)
        inner.finish()
        return made

    def value(self, *, numeric: bool = True) -> op.Value:
        """Read a value; one that is no number too, where not only numbers will do."""
        with self.nested():
            node = self.sum_of_terms()
            if self.peek("if"):
                self.at += 1
                condition = self.condition()
                self.expect("else")
                node, other = alike(node, self.value(numeric=numeric))
                if other.type != node.type:
                    raise ExpressionError("both branches must have one type", "两个分支类型应一致", code="wrong-type")
                return op.Choose(((condition, node),), other, node.type)
            if numeric and kind_of(node.type) not in NUMERIC:
                raise ExpressionError(
                    f"a number is needed, found a {node.type} in '{self.text[:120]}'", "此处应为数值", code="wrong-type"
                )
            return node

    def sum_of_terms(self) -> op.Value:
        """Read terms that are added and subtracted."""
        node = self.product()
        while self.peek("+") or self.peek("-"):
            sign: Literal["+", "-"] = "+" if self.peek("+") else "-"
            self.expect(sign)
            if node.type == "date":
                node = self.shifted(sign, node)
                continue
            node, right = alike(node, self.product())
            if kind_of(node.type) not in ADDED or node.type != right.type:
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
        found = PERIOD.fullmatch(text)
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
        """Read factors that are multiplied and divided."""
        node = self.power()
        while self.peek("*") or self.peek("/"):
            sign: Literal["*", "/"] = "*" if self.peek("*") else "/"
            self.expect(sign)
            right = self.power()
            node = op.Arithmetic(sign, node, right, self.product_type(sign, node, right))
        return node

    def price(self, node: op.Value) -> op.Value:
        """Return a figure with the unit that stands behind it, `0.035元/千瓦时`, as the price that it then is."""
        units = self.scope.vocabulary.units
        if not (isinstance(node, op.Constant) and node.type == "money" and self.peek("/")):
            return node
        if self.tokens[self.at + 1].text not in units:
            return node
        unit, many = units[self.tokens[self.at + 1].text]
        self.at += 2
        one = self.scope.constants.add(many, f"{QUANTITY}{unit}")
        return op.Arithmetic("/", node, one, f"{PRICE}{unit}")

    def is_factor(self) -> bool:
        """Whether the token that comes next is multiplied, or is a price: it may be finer than money that is paid."""
        texts = ["", *(token.text for token in self.tokens), "", ""]
        before, after, unit = texts[self.at], texts[self.at + 2], texts[self.at + 3]
        return "*" in (before, after) or (after == "/" and unit in self.scope.vocabulary.units)

    def power(self) -> op.Value:
        """Read `106% ^ 3`: a number of the text, to a whole power, exactly."""
        node = self.price(self.primary())
        if not self.take("^"):
            return node
        exponent = self.token
        if (
            not isinstance(node, op.Constant)
            or node.type not in ("ratio", "count")
            or not re.fullmatch("[1-9][0-9]?", exponent.text)
            or int(exponent.text) > HIGHEST_POWER
        ):
            self.fail(
                f"only a number can be raised, to a whole power from 1 to {HIGHEST_POWER}",
                f"只有数值可以乘方，指数为1至{HIGHEST_POWER}的整数",
            )
        self.at += 1
        return self.scope.constants.add(self.scope.constants.value(node) ** int(exponent.text), node.type)

    def product_type(self, sign: Literal["*", "/"], left: op.Value, right: op.Value) -> str:
        """Return the type of a product or a quotient."""
        priced = self.priced(sign, left.type, right.type)
        if priced is not None:
            return priced
        kinds = {left.type, right.type}
        if sign == "/":
            if right.type == "enum" or right in self.zeros:
                self.check_divisor(right)
            kinds = {left.type, "count" if right.type == "enum" else right.type}
            if left.type == right.type and kind_of(left.type) in ADDED:
                return left.type if left.type in ("ratio", "count") else "count"
            if right.type == "money":
                raise ExpressionError(
                    f"can't divide a {left.type} by money", f"{left.type}不能除以金额", code="wrong-type"
                )
        measured = [type_ for type_ in (left.type, right.type) if kind_of(type_) in ("money", "quantity")]
        if not {kind_of(type_) for type_ in kinds} <= ADDED:
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

    def priced(self, sign: Literal["*", "/"], left: str, right: str) -> str | None:
        """Return the type of a product with a price in it: times so many of its unit it is money."""
        if sign == "/":
            return None
        price = next((type_ for type_ in (left, right) if type_.startswith(PRICE)), None)
        if price is None:
            return None
        other = right if price == left else left
        if other in ("count", "ratio"):
            return price
        unit = price.removeprefix(PRICE)
        if other != f"{QUANTITY}{unit}":
            what = f"a price of a {unit} is multiplied by so many {unit}, not by a {other}"
            raise ExpressionError(what, f"每{unit}的单价只能乘以以{unit}计的数量，不能乘以{other}", code="wrong-type")
        return "money"

    def check_divisor(self, node: op.Value) -> None:
        """Refuse what an amount can't be divided by."""
        finite = isinstance(node, op.Fact) and node.type == "enum" and all_numbers(node.spec)
        if not finite and not isinstance(node, op.Constant):
            raise ExpressionError("division only by a constant or an enum of numbers", "只能除以常数或数值枚举")
        if node in self.zeros:
            raise ExpressionError("can't divide by zero", "不能除以零")
        if node.type == "money":
            raise ExpressionError("can't divide by money", "不能除以金额", code="wrong-type")

    def primary(self) -> op.Value:
        """Read a value that nothing is combined with."""
        if self.take("("):
            with self.nested():
                node = self.value()
                self.expect(")")
            return node
        for how in AGGREGATES:
            if self.take(how, "of"):
                if self.peek("("):
                    return self.how_many() if how == "count" else self.aggregate_of_values(how)
                return self.aggregate(how)
        for word, combine in _COMBINED.items():
            if self.take(word, "of"):
                return combine(self)
        if any(self.peek(unit, "from") for unit in ("days", "months", "years")):
            return self.between_dates()
        for word in ("whole", "begun"):
            if self.take(word, "months") or self.take(word, "years"):
                return self.elapsed(12 if self.tokens[self.at - 1].text == "years" else 1, begun=word == "begun")
        if self.is_defined():
            return self.defined(self.word(), lambda parser: parser.value(numeric=False))
        if self.token.kind == "word" and self.token.text.startswith("award."):
            return self.awarded(self.word().removeprefix("award."))
        negative = self.peek("-") and self.tokens[self.at + 1].kind in SIGNED
        self.at += negative
        constant = self.constant(self.token, -1 if negative else 1)
        if constant is not None:
            self.at += 1
            return constant
        return self.path(self.word())

    def between_dates(self) -> op.Value:
        """Read `days from DATE to DATE`; of months and years it must be said which of them count."""
        unit = self.word()
        if unit != "days":
            what = f"'{unit} from' does not say what a part counts: write 'whole {unit} from' or 'begun {unit} from'"
            either = f"“whole {unit} from”（舍去）或“begun {unit} from”（计为一个）"
            raise ExpressionError(what, f"“{unit} from”没有写明不足一个如何计：请写{either}")
        first, last = self.two_dates()
        return op.Arithmetic("-", last, first, "count")

    def elapsed(self, months: int, *, begun: bool) -> op.Value:
        """Read `whole months from DATE to DATE`, `begun years from DATE to DATE`."""
        first, last = self.two_dates()
        return op.Elapsed(first, last, months, begun)

    def two_dates(self) -> tuple[op.Value, op.Value]:
        """Read `from DATE to DATE`."""
        self.expect("from")
        first = self.dated()
        self.expect("to")
        return first, self.dated()

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
        """Read `least of (a, b, …)`."""
        first, *rest = self.values()
        return reduce(lambda made, one: op.Least(made, one, printed=False, type=made.type), rest, first)

    def greatest(self) -> op.Value:
        """Read `greatest of (a, b, …)`."""
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
        """Read `year of DATE`."""
        return op.Calendar(self.dated(), None, "count")

    def dated(self) -> op.Value:
        """Read a date."""
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

    def constant(self, token: Token, sign: int) -> op.Constant | None:
        """Return the literal that a token is, if it is one."""
        vocabulary = self.scope.vocabulary
        unit = vocabulary.units[token.text.lstrip("0123456789. ")][0] if token.kind == "quantity" else ""
        readers: Mapping[str, Callable[[str], Fraction]] = {
            "money": partial(parse_money, currency=vocabulary.currency, whole=not self.is_factor()),
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
        if unit.startswith("_"):
            shown = text[:60].replace(" _", "_")
            what, what_zh = f"'{shown}' is not a plain decimal number", f"“{shown}”不是十进制数"
            return ExpressionError(what, what_zh, code="bad-number")
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
        """Return the number one."""
        return self.scope.constants.add(Fraction(1), "count")

    def source(self, name: str) -> op.Source:
        """Return the list that a name means here."""
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

    def amount(self, name: str) -> op.Value:
        """Return what `amount.NAME` stands for: the running amount after the step that is called so."""
        found = self.scope.amounts.get(name)
        if found is None:
            what = f"no step before this one says 'called: {brief(name)}'"
            what_zh = f"此前没有步骤写明called: {brief(name)}"
            raise ExpressionError(what, what_zh, code="unknown-name", word=name, options=tuple(self.scope.amounts))
        return found

    def path(self, name: str) -> op.Value:
        """Return what a dotted name means here."""
        owner, _, field_name = name.partition(".")
        if owner == "guide":
            return self.parameter(field_name)
        if owner == "amount" and owner not in self.scope.bound:
            return self.amount(field_name)
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


_COMBINED: Final[Mapping[str, Callable[[Figures], op.Value]]] = {
    "least": Figures.least,
    "greatest": Figures.greatest,
    "whole": lambda parser: parser.whole(DOWN),
    "begun": lambda parser: parser.whole(UP),
    "year": Figures.year,
}
"""What stands before `of` besides the aggregates."""
