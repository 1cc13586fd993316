"""Workbooks recalculated by LibreOffice: every formula anew, whatever value stands in the file.

The values that our own formulas carry are struck out before, so that what comes back was calculated.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import zipfile
from pathlib import Path
from typing import Final

SOFFICE: Final = shutil.which("soffice") or shutil.which("libreoffice")
_VALUE = re.compile(rb"(<f>[^<]*</f>)<v>[^<]*</v>")
_TEXT_FORMULA = re.compile(rb'(<c [^>]*?) t="str"(><f>)')


def without_values(source: Path, target: Path) -> int:
    """Copy a workbook without the values of its formulas; return how many there were."""
    count = 0
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            data = old.read(name)
            if name.startswith("xl/worksheets/"):
                data, found = _VALUE.subn(rb"\1", data)
                data = _TEXT_FORMULA.sub(rb"\1\2", data)
                count += found
            new.writestr(name, data)
    return count


def recalculated(source: Path, folder: Path) -> tuple[Path, int]:
    """Return the workbook as LibreOffice calculates it, and how many formulas it has."""
    assert SOFFICE is not None
    bare = folder / "bare" / source.name
    bare.parent.mkdir(parents=True, exist_ok=True)
    count = without_values(source, bare)
    made = folder / "made"
    profile = f"-env:UserInstallation=file://{folder}/profile"
    command = [SOFFICE, profile, "--headless", "--convert-to", "xlsx", "--outdir", str(made), str(bare)]
    subprocess.run(command, check=True, capture_output=True, timeout=600)
    return made / source.name, count
