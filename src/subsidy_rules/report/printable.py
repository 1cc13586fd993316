"""Text for a console that is not UTF-8: what it cannot show is replaced, and nothing raises.

>>> printable("≤ 30万元 – 🖂", "gbk"), printable("≤ 30 – …", "ascii")
('≤ 30万元 – ?', '<= 30 - ...')
"""

from __future__ import annotations

from typing import Final

STAND_INS: Final = {
    "≤": "<=",
    "≥": ">=",
    "×": "x",
    "÷": "/",
    "–": "-",
    "…": "...",
    "“": '"',
    "”": '"',
    "∞": "inf",
    "　": "  ",
}
"""What stands for a sign that a console cannot show; anything else becomes `?`."""


def printable(text: str, encoding: str | None) -> str:
    """Return a text that a console of this encoding can show, whatever stands in it."""
    name = encoding or "utf-8"
    try:
        text.encode(name)
    except UnicodeEncodeError:
        return "".join(_shown(char, name) for char in text)
    except LookupError:
        return printable(text, "ascii")
    return text


def _shown(char: str, encoding: str) -> str:
    try:
        char.encode(encoding)
    except UnicodeEncodeError:
        return STAND_INS.get(char, "?")
    return char
