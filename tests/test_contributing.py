"""The recipe of CONTRIBUTING.md: each word of an award's steps stands in its five places, and no place has another."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from subsidy_rules.award import phrases
from subsidy_rules.mechanisms.words import WORDS

ROOT = Path(__file__).parents[1]
ROW = re.compile(r"^\| `(\w+)` \|", re.MULTILINE)


def text(*parts: str) -> str:
    return ROOT.joinpath(*parts).read_text(encoding="utf-8")


def table_of_steps() -> list[str]:
    """The words of the one table of the page that begins with `basis`, up to the first line that is no row."""
    page = text("docs", "language.md")
    rows = page[page.index("| `basis` |") :].partition("\n\n")[0]
    return ROW.findall(rows)


@pytest.mark.parametrize("word", WORDS)
def test_a_word_stands_in_its_five_places(word: str) -> None:
    modules = [path.read_text(encoding="utf-8") for path in (ROOT / "src/subsidy_rules/mechanisms").glob("*.py")]
    assert any(f'word: ClassVar[str] = "{word}"' in module for module in modules)
    assert f'Tag("{word}")' in text("src", "subsidy_rules", "mechanisms", "words.py")
    assert word in table_of_steps()
    assert re.search(rf'["{{\[ ]{word}: ', text("tests", "mechanisms", "test_words.py"))
    assert all(phrases.WORDS[word])


def test_the_table_of_steps_has_no_word_of_its_own() -> None:
    assert sorted(table_of_steps()) == sorted(WORDS)


def test_the_recipe_names_files_that_are_there() -> None:
    named = re.findall(r"`((?:src|tests|docs)/[\w/.]+\.(?:py|md))`", text("CONTRIBUTING.md"))
    assert len(named) >= 6
    for name in named:
        assert (ROOT / name.replace("WORD", "cap")).exists(), name
