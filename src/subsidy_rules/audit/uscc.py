"""Unified social credit codes (GB 32100-2015): what is wrong with one, if anything.

Eighteen characters of digits and capitals but I, O, S, V and Z: who registered it and what it is (the first two), where
(six digits), the organisation code (nine), and a check character over the rest. The first character may be a letter:
N for rural collectives, Y and A for others. One wrong character, or two neighbours exchanged, is found.

>>> fault_of("91110000600037341L"), fault_of("91110000600037341M")[1]
(None, 'its check character should be L')
"""

from __future__ import annotations

from typing import Final

from subsidy_rules.audit.lines import Both

CHARACTERS: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"
KINDS: Final = "123456789ANY"
"""What a code begins with: the department that registers it."""
LENGTH: Final = 18
_PLACE: Final = slice(2, 8)


def check_character(code: str) -> str:
    """Return the last character that the first seventeen ask for."""
    total = sum(CHARACTERS.index(char) * pow(3, place, 31) for place, char in enumerate(code[: LENGTH - 1]))
    return CHARACTERS[-total % 31]


def fault_of(code: str) -> Both | None:
    """Say what is wrong with a code, in Chinese and English; None where it holds together."""
    if len(code) != LENGTH:
        return f"应为18位，实为{len(code)}位", f"it has {len(code)} characters, not 18"
    strange = next((char for char in code if char not in CHARACTERS), None)
    if strange is not None:
        return f"不应有字符“{strange}”", f"'{strange}' cannot stand in one"
    if code[0] not in KINDS:
        return f"不应以“{code[0]}”开头", f"none begins with '{code[0]}'"
    if not code[_PLACE].isdigit():
        return "第3至8位应为行政区划数字", "its characters 3 to 8 should be digits of a place"
    right = check_character(code)
    if code[-1] != right:
        return f"校验码应为{right}", f"its check character should be {right}"
    return None
