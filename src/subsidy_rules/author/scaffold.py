"""The beginning of a policy: a rule file with one clause of each everyday shape, tests that pass, what to do next.

The three files of `template/` hold both languages: a line that begins with `#zh` or `#en` is for that language alone,
and `IDENTITY` stands for the id of the policy. Nothing is written over.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from subsidy_rules.author.suite import ENDING
from subsidy_rules.errors import Lang, UsageError, brief
from subsidy_rules.policy.source import shipped_rules

TEMPLATES: Final = Path(__file__).with_name("template")
FILES: Final = (("pack.yaml", ".yaml"), ("tests.yaml", ENDING), ("readme.md", ".md"))
_ID: Final = re.compile("[a-z][a-z0-9_]*")
_LONGEST: Final = 40
_OF_LANG: Final = re.compile(r"^#(zh|en) ?(.*)$")


def write_scaffold(identity: str, folder: Path, lang: Lang) -> tuple[Path, ...]:
    """Write the files of a new policy into a folder, which is made where it is not there; return them.

    Raises `UsageError` for an id that is none or that a shipped policy has, and where one of the files is there.
    """
    if not _ID.fullmatch(identity) or len(identity) > _LONGEST:
        raise UsageError(f"'{brief(identity)}' is no id of a policy: small letters, digits and _, a letter first")
    if (shipped_rules() / f"{identity}.yaml").exists():
        raise UsageError(f"'{identity}' is the id of a policy that ships")
    files = tuple(folder / f"{identity}{ending}" for _, ending in FILES)
    for file in files:
        if file.exists():
            raise UsageError(f"'{file}' exists and is not written over")
    folder.mkdir(parents=True, exist_ok=True)
    for (template, _), file in zip(FILES, files, strict=True):
        with file.open("x", encoding="utf-8", newline="\n") as stream:
            stream.write(filled(template, identity, lang))
    return files


def filled(template: str, identity: str, lang: Lang) -> str:
    """Return a template in one language, with an id."""
    lines = []
    for line in (TEMPLATES / template).read_text(encoding="utf-8").splitlines():
        found = _OF_LANG.match(line)
        if found is None or found[1] == lang:
            lines.append(line if found is None else found[2])
    return "\n".join(lines).replace("IDENTITY", identity) + "\n"
