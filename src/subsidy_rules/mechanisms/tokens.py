"""The words and figures of an expression, and a reader that goes along them."""

from __future__ import annotations

import re
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NoReturn

from subsidy_rules.mechanisms.scope import ExpressionError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from subsidy_rules.facts.vocabulary import Vocabulary
    from subsidy_rules.mechanisms import operations as op
    from subsidy_rules.mechanisms.scope import Scope


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


@dataclass(frozen=True, slots=True)
class Token:
    """A word, a figure or a sign, with its text."""

    kind: str
    text: str


def tokens_of(text: str, vocabulary: Vocabulary) -> Iterator[Token]:
    """Return the tokens of a text, in their order. Raises `ExpressionError`."""
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
            yield Token(match.lastgroup, match.group())
        position = match.end()


class Reader:
    """Goes along the tokens of one expression, with the names in scope where it is."""

    def __init__(self, text: str, scope: Scope) -> None:
        self.text, self.scope = text, scope
        self.tokens = [*tokens_of(text, scope.vocabulary), Token("end", "")]
        self.at = 0
        self.depth = 0
        self.zeros: set[op.Constant] = set()

    @property
    def token(self) -> Token:
        """The token that comes next."""
        return self.tokens[self.at]

    def peek(self, *words: str) -> bool:
        """Whether these plain words or signs come next, in this order."""
        ahead = self.tokens[self.at : self.at + len(words)]
        return len(ahead) == len(words) and all(
            token.text == word and token.kind in ("word", "sign") for token, word in zip(ahead, words, strict=True)
        )

    def take(self, *words: str) -> bool:
        """Pass over these plain words or signs if they come next."""
        if self.peek(*words):
            self.at += len(words)
            return True
        return False

    def expect(self, *words: str) -> None:
        """Pass over these plain words or signs, which must come next."""
        if not self.take(*words):
            self.fail(f"expected '{' '.join(words)}'", f"此处应为“{' '.join(words)}”")

    def fail(self, what: str, what_zh: str) -> NoReturn:
        """Raise what is wrong with the token that comes next."""
        found = self.token.text or "the end"
        raise ExpressionError(
            f"{what}, found '{found}' in '{self.text[:120]}'", f"{what_zh}，实为“{found}”：{self.text[:120]}"
        )

    def finish(self) -> None:
        """Refuse what stands after the end."""
        if self.token.kind != "end":
            self.fail("expected the end", "表达式应在此结束")

    def word(self) -> str:
        """Take a name."""
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
        """Go one level deeper, up to a limit."""
        if self.depth >= _DEEPEST:
            raise ExpressionError("the expression is nested too deep", "表达式嵌套过深")
        self.depth += 1
        try:
            yield
        finally:
            self.depth -= 1

    @contextmanager
    def binding(self, name: str, entity: str) -> Iterator[None]:
        """Bind a name meanwhile."""
        kept = self.scope
        self.scope = kept.binding(name, entity)
        try:
            yield
        finally:
            self.scope = kept
