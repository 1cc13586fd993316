"""What is installed is whole: a wheel, unpacked where the source is not, answers as the source does."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from subsidy_rules import Case, evaluate

ROOT = Path(__file__).parents[1]
PACKS = {"shenyang.yaml", "xian_30.yaml", "xian_31.yaml", "xianyang_70.yaml"}
CASE = ROOT / "examples" / "green_products.yaml"


def built(kind: str, folder: Path) -> Path:
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "--target", kind, "--directory", str(folder)],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    (made,) = folder.iterdir()
    return made


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built("wheel", tmp_path_factory.mktemp("wheel"))


def test_a_wheel_has_the_packs_the_types_and_the_licence_and_nothing_of_ours_besides(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert {Path(name).name for name in names if name.startswith("subsidy_rules/rules/")} == PACKS
    assert "subsidy_rules/py.typed" in names
    assert any(name.endswith("/licenses/LICENSE") for name in names)
    assert {name.split("/")[0].split("-")[0] for name in names} == {"subsidy_rules"}


def test_a_wheel_answers_as_the_source_does(wheel: Path, tmp_path: Path) -> None:
    installed = tmp_path / "site"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(installed)  # noqa: S202 - we have just made it
    code = (
        "import subsidy_rules, sys; from pathlib import Path\n"
        "assert Path(subsidy_rules.__file__).is_relative_to(sys.argv[1]), subsidy_rules.__file__\n"
        "sys.stdout.buffer.write(subsidy_rules.evaluate(subsidy_rules.Case.load(sys.argv[2])).to_json().encode())\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code, str(installed), str(CASE)],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(installed)},
        capture_output=True,
        check=True,
    )
    assert ran.stdout.decode() == evaluate(Case.load(CASE)).to_json()


def test_a_source_archive_has_what_builds_and_tests_it(tmp_path: Path) -> None:
    with tarfile.open(built("sdist", tmp_path)) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    wanted = {"pyproject.toml", "Makefile", "README.md", "LICENSE", "constraints.txt", "src/subsidy_rules/py.typed"}
    assert {*wanted, *(f"rules/{pack}" for pack in PACKS), "tests/data/sentences.csv"} <= names
