"""What the README shows is what happens: its rule stands in the pack, its commands run, its output is real.

`RECORD=1` writes the output of its commands into it anew; review the difference.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
CONSOLE = re.compile(r"```console\n\$ (?P<command>[^\n]+)\n(?P<output>.*?)```", re.DOTALL)


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)


def ran(command: str) -> str:
    code = "from subsidy_rules.serve.cli import main; main()"
    args = [sys.executable, "-c", code, *shlex.split(command)[1:]]
    env = {**os.environ, "PYTHONIOENCODING": "utf-8"}
    return subprocess.run(args, cwd=ROOT, env=env, capture_output=True, check=True, encoding="utf-8").stdout


def test_the_rule_stands_in_the_pack() -> None:
    (rule,) = blocks("yaml")
    assert rule in (ROOT / "rules" / "xian_30.yaml").read_text(encoding="utf-8")


def test_the_output_is_real() -> None:
    text = README.read_text(encoding="utf-8")
    found = list(CONSOLE.finditer(text))
    assert found
    if os.environ.get("RECORD") == "1":
        text = CONSOLE.sub(lambda one: f"```console\n$ {one['command']}\n{ran(one['command'])}```", text)
        README.write_text(text, encoding="utf-8")
        return
    for one in found:
        assert ran(one["command"]) == one["output"]


def test_the_commands_run() -> None:
    commands = [line.partition("#")[0].strip() for block in blocks("sh") for line in block.splitlines()]
    ours = [command for command in commands if command.startswith("subsidy-rules")]
    assert len(ours) > 5
    for command in ours:
        assert ran(command)


def test_the_python_runs() -> None:
    (code,) = blocks("python")
    found = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        cwd=ROOT,
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        check=True,
        encoding="utf-8",
    )
    assert "xian_30/equipment_renewal@p1 exact 342650000 三（三） ['xian_30/A2']" in found.stdout


def test_the_links_lead_somewhere() -> None:
    links = re.findall(r"\]\(([^)]+)\)", README.read_text(encoding="utf-8"))
    assert links
    for link in links:
        assert (ROOT / link).exists(), link


def test_no_name_of_a_machine_or_a_registry_stands_in_it() -> None:
    text = README.read_text(encoding="utf-8")
    for word in ("/work", "/home", "/root", "http://", "https://", "localhost"):
        assert word not in text
