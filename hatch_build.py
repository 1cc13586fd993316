"""Packs into the wheel what is kept of the shipped rule packs, so that even the first start compiles nothing.

An editable install has none: there the user's cache folder follows the code.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

CODE = "from subsidy_rules import Vocabulary, load_policies\nVocabulary.core(), load_policies()\n"


class Packed(BuildHookInterface[Any]):
    """Lets the library of this source keep its packs in a folder of its own, and adds that to the wheel."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Make the entries and name their places in the wheel."""
        if version == "editable":
            return
        self.folder = Path(tempfile.mkdtemp())
        path = os.pathsep.join([str(Path(self.root, "src")), *filter(None, [os.environ.get("PYTHONPATH")])])
        env = {**os.environ, "PYTHONPATH": path, "SUBSIDY_RULES_CACHE": str(self.folder)}
        subprocess.run([sys.executable, "-c", CODE], env=env, check=True, cwd=self.root)  # noqa: S603 - our own code
        for file in sorted(self.folder.iterdir()):
            build_data["force_include"][str(file)] = f"subsidy_rules/kept/{file.name}"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:  # noqa: ARG002 - the hook's own form
        """Take away what was made for the wheel."""
        if version != "editable":
            shutil.rmtree(self.folder)
