"""How an input is changed: bytes, words, lines and blocks of lines, from a seed.

The changes know how the files look, so that most of what they make is nearly right: a word is put for a word, a block
of YAML for a block, the value of a key for another's; digits go over to other scripts, brackets and words repeat.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from tests.fuzz import trees

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Sequence

_WORD: Final = re.compile(r"[A-Za-z_0-9]+(?:\.[A-Za-z_0-9]+)*|[\u3400-\u9fff]+|\s+|.", re.DOTALL)
_KEY: Final = re.compile(r"^( *(?:- )?[^\s:#]+: )(.+)$")
SIGNS: Final = (
    *("元", "万元", "亿元", "分", "%", "‰", ":", "∶", "-", "+", ".", ",", " ", "0", "1", "9", "10", "-0", "0.0"),
    *(
        "1e3",
        "0x1",
        "1_000",
        "½",
        "٣",
        "１",
        "九",
        "∞",
        "NaN",
        "\t",
        "\n",
        "\r\n",
        "\x00",
        "\u200b",
        "\ufeff",
        "\u2028",
    ),
    *("2025-09-01", "2024-02-29", "2023-02-29", "0000-01-01", "9999-12-31", "2025-9-1", "2025-13-01"),
    *("{", "}", "[", "]", "(", ")", '"', "'", "&a ", "*a", "!t ", "<<", "? ", "- ", "# ", ": ", "|\n", ">\n", "---\n"),
    *("true", "false", "null", "~", "{min: 1元, max: 2元}", "{other: 甲}", "{value: 1元}", "{items: [], more: true}"),
    *("is", "not", "in", "has", "any of", "all of", "none of", "and", "or", "if", "else", "where", "as", "of"),
    *("sum of", "count of", "min of", "max of", "any", "no", "given", ">=", "<=", ">", "<", "/", "*", "true else 1"),
    *("project", "cost", "title", "loan", "enterprise", "case", "reading", "guide", "group", "earlier_award", "id"),
)
"""Pieces to put in: units, signs, dates at the edge, what YAML has, the words of an expression."""
_SCRIPTS: Final = ("０１２３４５６７８９", "٠١٢٣٤٥٦٧٨٩", "〇一二三四五六七八九", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_OPENINGS: Final = ("(", "[", "{", "- ", "not ", "((", "{a: ", "1 if ", '"', "-", "0", "9", "项", "true and ", "a: ")


def mutate(rng: random.Random, data: bytes, others: Sequence[bytes], longest: int, *, nodes: bool = False) -> bytes:
    """Return a changed input, of at most `longest` bytes; `others` are inputs to take pieces of.

    With `nodes` most are changed as trees, and stay YAML.
    """
    if nodes and rng.random() < _NODES:
        made = _tree(rng, data, others)
        if made is not None and len(made) <= longest:
            return made
    for _ in range(rng.choice((1, 1, 1, 2, 2, 3, 5))):
        if rng.random() < _BYTES:
            data = _bytes(rng, data)
            continue
        text = data[:longest].decode(errors="replace")
        other = rng.choice(others)[:longest].decode(errors="replace")
        data = rng.choice(_CHANGES)(rng, text, other).encode(errors="replace")
    return data[:longest]


_BYTES: Final = 0.08
_NODES: Final = 0.75


def _tree(rng: random.Random, data: bytes, others: Sequence[bytes]) -> bytes | None:
    tree = trees.tree_of(data)
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        other = trees.tree_of(rng.choice(others))
        if tree is None or other is None:
            return None
        tree = trees.changed(rng, tree, other, rng.choice((_word, _word, _drop, _digit, _splice)))
    return None if tree is None else trees.written(tree, block=rng.random() < _BLOCKS).encode(errors="replace")


_BLOCKS: Final = 0.7


def _bytes(rng: random.Random, data: bytes) -> bytes:
    at = rng.randint(0, len(data))
    match rng.randrange(4):
        case 0:
            return data[:at] + bytes([rng.randrange(256)]) + data[at + 1 :]
        case 1:
            return data[:at] + bytes([rng.randrange(256)]) + data[at:]
        case 2:
            return data[:at] + data[at + rng.randint(1, 8) :]
        case _:
            return data[:at]


def _word(rng: random.Random, text: str, other: str) -> str:
    """Put a word of another input, or a sign, for a word."""
    words, more = _WORD.findall(text), _WORD.findall(other)
    given = rng.choice(more) if more and rng.random() < _TAKEN else rng.choice(SIGNS)
    if not words:
        return given
    at = rng.randrange(len(words))
    words[at : at + rng.randint(0, 1)] = [given]
    return "".join(words)


_TAKEN: Final = 0.6


def _drop(rng: random.Random, text: str, other: str) -> str:
    del other
    words = _WORD.findall(text)
    at = rng.randint(0, len(words))
    del words[at : at + rng.randint(1, 3)]
    return "".join(words)


def _splice(rng: random.Random, text: str, other: str) -> str:
    """The beginning of one input and the end of another, cut between words."""
    words, more = _WORD.findall(text), _WORD.findall(other)
    return "".join(words[: rng.randint(0, len(words))] + more[rng.randint(0, len(more)) :])


def _digit(rng: random.Random, text: str, other: str) -> str:
    """Change a digit: to another, to one of another script, to many."""
    del other
    places = [place for place, char in enumerate(text) if char in "0123456789"]
    if not places:
        return text + rng.choice("0123456789")
    at = rng.choice(places)
    script = rng.choice((*_SCRIPTS, "0123456789", "0123456789", "0123456789"))
    made = rng.choice(script) * rng.choice((0, 1, 1, 1, 2, 12, 41))
    return text[:at] + made + text[at + 1 :]


def _repeat(rng: random.Random, text: str, other: str) -> str:
    """Nest: an opening, or a word of the text, many times."""
    del other
    words = _WORD.findall(text) or ["("]
    at = rng.randint(0, len(words))
    piece = rng.choice(_OPENINGS) if rng.random() < _TAKEN else rng.choice(words)
    many = rng.choice((2, 3, 10, 39, 40, 65, 200))
    words.insert(at, piece * many)
    if piece in "([{" and rng.random() < _TAKEN:
        words.insert(rng.randint(at, len(words)), {"(": ")", "[": "]", "{": "}"}[piece] * many)
    return "".join(words)


def _quote(rng: random.Random, text: str, other: str) -> str:
    """Put quotation marks or brackets around some words."""
    del other
    words = _WORD.findall(text)
    start, end = sorted((rng.randint(0, len(words)), rng.randint(0, len(words))))
    left, right = rng.choice(('""', "''", "()", "[]", "{}", "“”"))
    return "".join((*words[:start], left, *words[start:end], right, *words[end:]))


def _block_at(lines: Sequence[str], at: int) -> int:
    """Return where the block that begins in a line ends: after the lines that are indented more."""
    depth = _depth(lines[at])
    end = at + 1
    while end < len(lines) and (not lines[end].strip() or _depth(lines[end]) > depth):
        end += 1
    return end


def _depth(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _shifted(lines: Sequence[str], by: int) -> list[str]:
    return [" " * by + line if by > 0 else line[min(-by, _depth(line)) :] for line in lines]


def _block(rng: random.Random, text: str, other: str) -> str:
    """Delete, repeat, move, indent or take over a block of lines."""
    lines = text.split("\n")
    at = rng.randrange(len(lines))
    end = _block_at(lines, at)
    block = lines[at:end]
    match rng.randrange(5):
        case 0:
            del lines[at:end]
        case 1:
            lines[at:at] = block
        case 2:
            del lines[at:end]
            to = rng.randint(0, len(lines))
            depth = _depth(lines[to]) if to < len(lines) else 0
            lines[to:to] = _shifted(block, depth - _depth(block[0]))
        case 3:
            lines[at:end] = _shifted(block, rng.choice((-2, -1, 1, 2)))
        case _:
            more = other.split("\n")
            start = rng.randrange(len(more))
            taken = more[start : _block_at(more, start)]
            lines[at : rng.choice((at, end))] = _shifted(taken, _depth(block[0]) - _depth(taken[0]))
    return "\n".join(lines)


def _value(rng: random.Random, text: str, other: str) -> str:
    """Put the value of some key for that of another."""
    lines = text.split("\n")
    keys = [place for place, line in enumerate(lines) if _KEY.match(line)]
    values = [match[2] for line in (*lines, *other.split("\n")) if (match := _KEY.match(line))]
    if not keys:
        return _word(rng, text, other)
    at = rng.choice(keys)
    lines[at] = _KEY.sub(lambda match: match[1] + rng.choice((*values, *SIGNS[:3])), lines[at])
    return "\n".join(lines)


_CHANGES: Final[Sequence[Callable[[random.Random, str, str], str]]] = (
    *(_word, _word, _word, _drop, _splice, _digit, _digit, _repeat, _quote, _block, _block, _value),
)
