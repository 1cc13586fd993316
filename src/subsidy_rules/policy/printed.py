"""The numbers that a sentence prints, and the words that stand beside them.

An amount, a share, a ratio, a multiple and a number of things are numbers, in Arabic digits or in Chinese; a year, a
date, the number of a document, an ordinal (第三条, 三级) and a digit of a name (5G) are not.

>>> found = numbers("满3年且投资500万元以上的，按百分之十补助，第三条2025年起")
>>> [(one.words, one.kind, str(one.value)) for one in found]
[('3年', 'count', '3'), ('500万元', 'money', '500000000'), ('百分之十', 'ratio', '1/10')]

`edge` says whether the words beside a number include it: 以上, 以下 and 以内 do (Civil Code, article 1259), 超过, 不满
and 以外 do not.

>>> def edges(words):
...     return [tuple(found) if (found := edge(plain(words), one)) else None for one in numbers(words)]
>>> edges("投资500万元以上、不满2000万元的"), edges("超过200万元、300万元以下的")
([('up', True), ('up', False)], [('down', False), ('down', True)])
>>> edges("超过6%（含本数）"), edges("less than 3 years"), edges("超过6%以上")
([('up', True)], [('up', False)], [None])
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Final, Literal, NamedTuple, TypeAlias

from subsidy_rules.policy.texts import alike, han_number
from subsidy_rules.values.quantity import UNITS

Kind: TypeAlias = Literal["money", "ratio", "count"]
Side: TypeAlias = Literal["up", "down"]
"""Which part of the numbers a bound itself belongs to: those above it (以上, 不满) or those below (以下, 超过)."""


class Edge(NamedTuple):
    """Which side a number is on itself by the words beside it, and whether it is in what they mean."""

    side: Side
    includes: bool


@dataclass(frozen=True, slots=True)
class Number:
    """A number as printed: where it stands, its words, its kind, its value (money in fen).

    `others` is what else a ratio such as 7:3 says: the other way round, and each part of the whole.
    """

    start: int
    end: int
    words: str
    kind: Kind
    value: Fraction
    others: tuple[Fraction, ...] = ()

    @property
    def values(self) -> tuple[tuple[Kind, Fraction], ...]:
        """What a rule may write for it."""
        found: list[tuple[Kind, Fraction]] = [(self.kind, one) for one in (self.value, *self.others)]
        if self.kind == "ratio":
            found += [(self.kind, 1 + self.value), ("count", self.value), ("count", self.value * 100)]
        if self.kind == "count":
            found += [(self.kind, self.value * 12), ("ratio", self.value)]
        return tuple(found)


_D: Final = r"(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]+)?"
_H: Final = "[〇零一二两三四五六七八九十百千万亿]"
_ANY: Final = rf"(?:{_D}|{_H}+)"
_NO: Final = (
    r"[〔\[(]?(?:19|20)[0-9]{2}[〕\])](?:第?[0-9]+号)?",
    r"(?<![0-9])(?:19|20)[0-9]{2}(?:年(?:度|[0-9]{1,2}月(?:[0-9]{1,2}日)?)?|-[0-9]{2}-[0-9]{2}|(?![0-9.,%‰:元万亿个家户人]))",
    r"[〇一二三四五六七八九]{4}年(?:[一二三四五六七八九十]+月(?:[一二三四五六七八九十]+日)?)?",
    rf"{_ANY}月{_ANY}日",
    rf"第{_ANY}",
    rf"{_ANY}(?:号|级|等奖|等(?!于)|类|档|星|期|代|批|号楼)",
    rf"\({_ANY}\)",
    r"[0-9]{1,2}:[0-5][0-9](?![0-9.])",
    r"[A-Za-z][A-Za-z+/-]*[0-9][0-9A-Za-z+/.-]*",
    r"[0-9]+(?:\.[0-9]+)?[A-Za-z]+(?![A-Za-z ]*(?:yuan|million|percent))",
)
_EN_SCALE: Final = {"thousand": 1000, "million": 10**6, "billion": 10**9}
_THINGS: Final = (
    "年(?!期|行动|计划|规划)|个月|月|日|天|小时|周|季度|个|家|户|人|名|次|台|套|件|项|条|只|份|辆|座|间|吨|亩|公里|平方米|立方米|米|公斤|千瓦时|千瓦|兆瓦|"
    "标准煤| ?(?:years?|months?|days?|hours?|times|people|persons?|employees?|staff|units?|items?|projects?|sets?)"
)
_HAN_THINGS: Final = "年(?!期|行动|计划|规划)|个月|日|天|小时|家|户|人|名|次|台|套|吨|亩|公里|平方米"
_WORDS: Final = {
    **dict.fromkeys(("一半", "减半", "半数", "half"), Fraction(1, 2)),
    **dict.fromkeys(("加倍", "翻倍", "翻番", "双倍", "double"), Fraction(2)),
    **dict.fromkeys(("a third", "one third"), Fraction(1, 3)),
    "two thirds": Fraction(2, 3),
    **dict.fromkeys(("a quarter", "one quarter"), Fraction(1, 4)),
    "three quarters": Fraction(3, 4),
}
"""Numbers that are words."""
_YUAN: Final = (
    rf"(?P<yuan>[十百千]?[万亿]*元|[万亿](?!元|{_THINGS}|[吨户千人名次家台辆套件个项亩平米公]))"
    "| ?(?P<scale>thousand|million|billion)? ?(?:yuan|RMB|CNY)"
)
_SHARE: Final = "(?P<share>个?百分点|%|‰| ?per ?cent)"
_PRINTED: Final = re.compile(
    "|".join(
        [
            f"(?P<none>{'|'.join(_NO)})",
            rf"(?P<numbers>{_D}(?:[-~、/至到]{_D})*)(?:{_YUAN}|{_SHARE})",
            rf"(?:RMB|CNY|¥) ?(?P<foreign>{_D})(?: ?(?P<power>thousand|million|billion))?",
            rf"(?P<parts>{_D}(?::{_D})+)",
            rf"(?P<han>(?![万亿]){_H}+(?<=[十百千万亿]))元",
            rf"(?P<below>{_H}+)分之(?P<above>{_H}+)",
            r"(?P<tenths>[一二三四五六七八九])成(?![立员为本果效交功长就])",
            rf"(?P<times>{_ANY})倍",
            f"(?P<word>{'|'.join(_WORDS)})(?![a-z])",
            rf"(?P<count>{_D})(?P<large>[万亿])?(?P<thing>{_THINGS})",
            rf"(?P<counted>{_H}*[二两三四五六七八九十百千万亿])(?:{_HAN_THINGS})",
        ]
    )
)
_SHARES: Final = {"%": 100, "‰": 1000}
_FORMAL: Final = str.maketrans("壹贰叁肆伍陆柒捌玖拾佰仟", "一二三四五六七八九十百千")
_SPACE: Final = re.compile(r"(?<![A-Za-z])\s+(?![A-Za-z])|(?<=[^\x00-\x7f])\s+|\s+(?=[^\x00-\x7f])")


def plain(text: str) -> str:
    """Write a quote in one way: half-width, without the blanks that an extraction puts around digits."""
    return re.sub(r"\s+", " ", _SPACE.sub("", alike(text))).translate(_FORMAL)


@lru_cache(maxsize=4096)
def numbers(text: str) -> tuple[Number, ...]:
    """Return the numbers that a text prints, in their order; places are those of `plain(text)`."""
    return tuple(_numbers(plain(text)))


def _numbers(text: str) -> Iterator[Number]:
    for found in _PRINTED.finditer(text):
        start, end, words = found.start(), found.end(), found.group()
        if found["none"]:
            continue
        if found["parts"]:
            parts = [_decimal(part) for part in found["parts"].split(":")]
            if all(parts):
                shares = (part / sum(parts) for part in parts)
                yield Number(start, end, words, "ratio", parts[1] / parts[0], (parts[0] / parts[1], *shares))
        elif found["below"]:
            below = han_number(found["below"])
            if below:
                yield Number(start, end, words, "ratio", Fraction(han_number(found["above"]), below))
        elif found["han"]:
            yield Number(start, end, words, "money", Fraction(han_number(found["han"]) * UNITS["元"]))
        elif found["foreign"]:
            scale = _EN_SCALE.get(found["power"] or "", 1)
            yield Number(start, end, words, "money", _decimal(found["foreign"]) * scale * UNITS["元"])
        elif found["numbers"]:
            yield from _listed(found)
        elif found["tenths"]:
            yield Number(start, end, words, "ratio", Fraction(han_number(found["tenths"]), 10))
        elif found["times"]:
            yield Number(start, end, words, "ratio", _either(found["times"]))
        elif found["word"]:
            yield Number(start, end, words, "ratio", _WORDS[found["word"]])
        elif found["count"]:
            scale = {"万": 10**4, "亿": 10**8}.get(found["large"] or "", 1)
            yield Number(start, end, words, "count", _decimal(found["count"]) * scale)
        else:
            yield Number(start, end, words, "count", Fraction(han_number(found["counted"])))


def _listed(found: re.Match[str]) -> Iterator[Number]:
    """Return each number of a range or a list that has one unit (500-1000万元)."""
    parts = list(re.finditer(_D, found["numbers"]))
    for place, part in enumerate(parts):
        start = found.start("numbers") + part.start()
        end = found.end() if place == len(parts) - 1 else start + len(part.group())
        if found["share"]:
            value = _decimal(part.group()) / _SHARES.get(found["share"], 100)
            yield Number(start, end, found.string[start:end], "ratio", value)
        else:
            scale = _EN_SCALE.get(found["scale"] or "", 1)
            for sign in (found["yuan"] or "").rstrip("元"):
                scale *= {"十": 10, "百": 100, "千": 1000, "万": 10**4, "亿": 10**8}[sign]
            yield Number(start, end, found.string[start:end], "money", _decimal(part.group()) * scale * UNITS["元"])


def _decimal(text: str) -> Fraction:
    return Fraction(text.replace(",", ""))


def _either(text: str) -> Fraction:
    return _decimal(text) if text[0].isascii() else Fraction(han_number(text))


# Words beside a number

_NOT: Final = "(?<!不)(?<!不得)(?<!no )(?<!not )"
_FROM: Final = "不少于|不低于|不小于|不得少于|不得低于|至少|at least|no less than|not less than|minimum of"
_UNDER: Final = f"(?<!不)不满|(?<!不)不足|{_NOT}(?:低于|少于|小于|less than|fewer than|below|under)"
_OVER: Final = f"{_NOT}(?:超过|高于|多于|大于|more than|exceeding|over|above)"
_MOST: Final = (
    "不超过|不得超过|不高于|不得高于|不多于|不大于|至多|最多|no more than|not more than|not exceeding|up to|at most"
)
_UP, _DOWN = True, False
_IN, _OUT = True, False
_BEFORE: Final = (
    (re.compile(f"(?:{_FROM}) ?$"), _UP, _IN),
    (re.compile(f"(?:{_UNDER}) ?$"), _DOWN, _OUT),
    (re.compile(f"(?:{_OVER}) ?$"), _UP, _OUT),
    (re.compile(f"(?:{_MOST}) ?$"), _DOWN, _IN),
)
_AFTER: Final = (
    (re.compile(" ?(?:以上|(?:or|and) (?:more|above|over))"), _UP, _IN),
    (re.compile(" ?(?:以下|以内|之内|(?:or|and) (?:less|below|fewer|under))"), _DOWN, _IN),
    (re.compile(" ?以外"), _UP, _OUT),
)
"""Words before and after a number: whether they mean what is above it, and whether they include it."""
_MARKS: Final = re.compile(r"(?:\([^()]*\)|及(?=以))*")
_INCLUDING: Final = re.compile(r"\((?:含|包括|包含|inclusive)|及")
_EXCLUDING: Final = re.compile(r"\((?:不含|不包括|exclusive)")


def edge(text: str, number: Number) -> Edge | None:
    """Return where a number is itself by the words beside it; None where they don't say, or contradict each other.

    `text` is written as `plain` writes it.
    """
    text = text.lower()
    after = _past(_MARKS, text, number.end)
    said = [(up, into, after) for words, up, into in _BEFORE if words.search(text[: number.start])]
    said += [(up, into, _past(words, text, after)) for words, up, into in _AFTER if words.match(text, after)]
    ways, within = {up for up, _, _ in said}, {into for _, into, _ in said}
    beside = text[number.end : max((_past(_MARKS, text, end) for _, _, end in said), default=after)]
    if _EXCLUDING.search(beside):
        within = {_OUT}
    elif _INCLUDING.search(beside):
        within = {_IN}
    if len(ways) != 1 or len(within) != 1:
        return None
    includes = within == {_IN}
    return Edge("up" if (ways == {_UP}) == includes else "down", includes)


def _past(words: re.Pattern[str], text: str, at: int) -> int:
    """Return where words end that stand at a place; the place itself where they don't."""
    found = words.match(text, at)
    return at if found is None else found.end()
