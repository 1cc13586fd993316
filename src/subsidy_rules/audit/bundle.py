"""The evidence bundle: what went in, the rules, what came out, and a script that checks it without this library.

A zip without compression and with fixed dates, so that the same inputs give the same bytes on every machine; its own
digest is what one writes down. `check.py` inside it checks every digest, adds every sum and does every step again.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from hashlib import sha256
from pathlib import Path
from types import ModuleType
from typing import Final

from subsidy_rules.audit import check_bundle
from subsidy_rules.audit.report import to_html, to_json
from subsidy_rules.audit.verify import Audit
from subsidy_rules.errors import Lang
from subsidy_rules.sheets.workbook import whole

README: Final = """审计证据包 / evidence bundle

python check.py            校验解压后的文件夹 / checks the folder it was unpacked into
python check.py BUNDLE.zip 校验压缩包本身 / checks the bundle itself

inputs/  名单、事实、列对照 / the lists, the facts, the mapping of columns
rules/   所用规则和细则 / the rules and guides that were used
results/ 结论 / what came out
"""


def bundle_of(
    audit: Audit, inputs: Mapping[str, bytes], papers: bytes | None = None, lang: Lang = "zh"
) -> dict[str, bytes]:
    """Return the files of a bundle by name; `inputs` are those of the lists, facts and mappings."""
    files = {f"inputs/{name}": raw for name, raw in inputs.items()}
    files |= {f"rules/{name}": raw for name, raw in gathered((*audit.desk.rule_files, *audit.desk.guide_files)).items()}
    files["results/audit.json"] = to_json(audit, lang).encode()
    files["results/working_papers.html"] = to_html(audit, lang).encode()
    if papers is not None:
        files["results/working_papers.xlsx"] = papers
    files["results/stamps.json"] = _stamps(audit)
    files["README.txt"] = README.encode()
    files["check.py"] = _source(check_bundle)
    files[check_bundle.SUMS] = check_bundle.sums(files)
    return files


def _stamps(audit: Audit) -> bytes:
    """Return what each result was made from: library, packs, guides, case, readings."""
    made = {str(one.lines[0].place): one.basis.stamp.as_json() for one in audit.verdicts if one.basis is not None}
    return (json.dumps(made, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


def _source(module: ModuleType) -> bytes:
    return Path(str(module.__file__)).read_bytes().replace(b"\r\n", b"\n")


def gathered(paths: Iterable[str | Path]) -> dict[str, bytes]:
    """Return the bytes of files and folders by name; of two with one name the second has a number before it."""
    made: dict[str, bytes] = {}
    for given in map(Path, paths):
        files = sorted(one for one in given.rglob("*") if one.is_file()) if given.is_dir() else [given]
        for file in files:
            name = file.relative_to(given.parent).as_posix() if given.is_dir() else file.name
            number = 1
            while name in made:
                number += 1
                name = f"{number}/{file.name}"
            made[name] = file.read_bytes()
    return made


def write_bundle(files: Mapping[str, bytes], path: str | Path) -> str:
    """Write a bundle whole or not at all, and return its SHA-256."""
    raw: bytes = check_bundle.packed(dict(files))
    with whole(Path(path)) as temporary:
        temporary.write_bytes(raw)
    return sha256(raw).hexdigest()
