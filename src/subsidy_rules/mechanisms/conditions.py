"""Reading the conditions of an expression: comparisons, members, places, readings, `any … where`."""

from __future__ import annotations

from typing import Literal

from subsidy_rules.facts.vocabulary import NUMERIC, is_gb_code
from subsidy_rules.mechanisms import operations as op
from subsidy_rules.mechanisms.figures import Figures
from subsidy_rules.mechanisms.scope import ExpressionError
from subsidy_rules.mechanisms.types import alike, comparable, held, kind_of


class Conditions(Figures):
    """Reads conditions."""

    def condition(self) -> op.Truth:
        """Read a condition."""
        with self.nested():
            parts = [self.conjunction()]
            while self.take("or"):
                parts.append(self.conjunction())
            return parts[0] if len(parts) == 1 else op.AnyOf(tuple(parts))

    def conjunction(self) -> op.Truth:
        """Read a condition without `or` in it."""
        parts = [self.negation()]
        while self.take("and"):
            parts.append(self.negation())
        return parts[0] if len(parts) == 1 else op.All(tuple(parts))

    def negation(self) -> op.Truth:
        """Read what `not` may stand before."""
        with self.nested():
            return op.Not(self.negation()) if self.take("not") else self.atom()

    def atom(self) -> op.Truth:
        """Read a condition that no other is joined to."""
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
            return self.defined(self.word(), Conditions.condition)
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

    def reading(self, word: str) -> op.Truth:
        """Read `reading.R is option`."""
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
        """Read the list and the condition of `any … where`."""
        source = self.source(self.word())
        alias = self.name() if self.take("as") else source.entity
        with self.binding(alias, source.entity):
            where = self.conjunction() if self.take("where") else op.ALWAYS
        return op.Exists(source, alias, where)

    def comparison(self, left: op.Value) -> op.Truth:
        """Read what a value is compared with."""
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
        """Return the comparison of two figures by size."""
        left, right = held(*alike(left, right))
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
        """Read what stands right of `is`."""
        if kind_of(left.type) in NUMERIC:
            left, right = held(*alike(left, self.value()))
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
            if isinstance(right, op.Fact | op.Bound) and comparable(left, right):
                return right
            raise ExpressionError(
                f"can't compare these two paths in '{self.text[:120]}'",
                f"两个路径不可比较：{self.text[:120]}",
                code="wrong-type",
            )
        return None

    def fact(self, node: op.Value, kind: Literal["enum", "set"]) -> op.Fact:
        """Take a value as a fact whose members are known."""
        if not isinstance(node, op.Fact) or node.type != kind or node.of_kind:
            wanted = "a set" if kind == "set" else "an enumeration"
            self.fail(f"the left side is a {node.type}, not {wanted}", "左侧类型不符")
        return node

    def member(self, fact: op.Fact) -> str:
        """Take a member of a fact's vocabulary."""
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
        """Read members in brackets, or the name of a list."""
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
