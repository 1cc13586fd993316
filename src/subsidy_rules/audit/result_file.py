"""Reading a result back from its file: what a reader may take in two ways is refused.

JSON lets a key stand twice and Python reads `NaN`; nobody could say then which of two totals a person was shown.
Numbers with a point stay text, since a result has none.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import NoReturn

from subsidy_rules.errors import UsageError


def read_result(file: str | Path) -> object:
    """Return what the JSON of a file says. Raises `UsageError` where it is none, or says a thing twice."""

    def once(pairs: list[tuple[str, object]]) -> dict[str, object]:
        made = dict(pairs)
        if len(made) < len(pairs):
            names = [name for name, _ in pairs]
            twice = next(name for name in names if names.count(name) > 1)
            raise UsageError(f"'{file}' has the key '{twice[:60]}' twice")
        return made

    def never(word: str) -> NoReturn:
        raise UsageError(f"'{file}' has the word '{word}', which is no figure")

    try:
        text = Path(file).read_text(encoding="utf-8")
        return json.loads(text, parse_float=str, parse_constant=never, object_pairs_hook=once)
    except UsageError:
        raise
    except json.JSONDecodeError as error:
        raise UsageError(f"'{file}' is not JSON, line {error.lineno} column {error.colno}") from None
    except UnicodeDecodeError:
        raise UsageError(f"'{file}' is not JSON: it is not UTF-8") from None
    except (ValueError, RecursionError):
        raise UsageError(f"'{file}' is not JSON: it nests too deep, or has a number that is too long") from None
