"""What is installed is whole, from a wheel, from a source archive and editable, where the source is not in reach."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
import tarfile
import tomllib
import venv
import zipfile
from pathlib import Path

import pytest

import subsidy_rules
from subsidy_rules import Case, evaluate

ROOT = Path(__file__).parents[1]
PACKS = {"shenyang.yaml", "xian_30.yaml", "xian_31.yaml", "xianyang_70.yaml"}
SUPERSEDED = {path.relative_to(ROOT / "rules").as_posix() for path in (ROOT / "rules" / "superseded").iterdir()}
SCHEMAS = {path.relative_to(ROOT).as_posix() for path in (ROOT / "schemas").rglob("*.json")}
CASE = ROOT / "examples" / "joint_project.yaml"
PIP = [sys.executable, "-m", "pip", "--disable-pip-version-check", "-q"]
INSTALL = ["install", "--no-index", "--no-deps", "--no-build-isolation"]


def built(kind: str, folder: Path, source: Path = ROOT) -> Path:
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "--target", kind, "--directory", str(folder)],
        cwd=source,
        capture_output=True,
        check=True,
    )
    (made,) = folder.iterdir()
    return made


@pytest.fixture(scope="module")
def sdist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built("sdist", tmp_path_factory.mktemp("sdist"))


@pytest.fixture(scope="module")
def unpacked(sdist: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the source as a source archive carries it."""
    folder = tmp_path_factory.mktemp("unpacked")
    with tarfile.open(sdist) as archive:
        archive.extractall(folder, filter="data")
    (source,) = folder.iterdir()
    return source


@pytest.fixture(scope="module")
def wheel(unpacked: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a wheel that was built from the source archive."""
    return built("wheel", tmp_path_factory.mktemp("wheel"), unpacked)


def test_a_wheel_has_the_packs_the_schemas_the_types_and_the_licence_and_nothing_of_ours_besides(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    rules = [name.removeprefix("subsidy_rules/rules/") for name in names if name.startswith("subsidy_rules/rules/")]
    assert {name for name in rules if not name.startswith(("superseded/", "lifecycles/"))} == PACKS
    assert "lifecycles/shenyang.yaml" in rules
    assert {name for name in rules if name.startswith("superseded/")} == SUPERSEDED
    assert {name.removeprefix("subsidy_rules/") for name in names if "/schemas/" in name} == SCHEMAS
    assert SCHEMAS
    assert "subsidy_rules/py.typed" in names
    templates = {Path(name).name for name in names if name.startswith("subsidy_rules/author/template/")}
    assert templates == {"pack.yaml", "tests.yaml", "readme.md"}
    assert any(name.endswith("/licenses/LICENSE") for name in names)
    assert {name.split("/")[0].split("-")[0] for name in names} == {"subsidy_rules"}


def test_a_wheel_has_its_packs_compiled(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    kept = sorted(name.split("/")[-1].partition("-")[0] for name in names if name.startswith("subsidy_rules/kept/"))
    assert kept == ["policies", "vocabulary"]


def test_the_wheel_of_the_archive_is_that_of_the_source(wheel: Path, tmp_path: Path) -> None:
    direct = zipfile.ZipFile(built("wheel", tmp_path))
    archived = zipfile.ZipFile(wheel)
    assert {one.filename: one.CRC for one in archived.infolist()} == {
        one.filename: one.CRC for one in direct.infolist()
    }


def test_a_source_archive_has_what_builds_and_tests_it(unpacked: Path) -> None:
    names = {path.relative_to(unpacked).as_posix() for path in unpacked.rglob("*")}
    wanted = {"pyproject.toml", "Makefile", "README.md", "LICENSE", "CHANGELOG.md", "src/subsidy_rules/py.typed"}
    wanted |= {"constraints.txt", "constraints-lowest.txt", "tests/data/sentences.csv", ".ci/run", *SCHEMAS}
    assert {*wanted, *(f"rules/{pack}" for pack in PACKS)} <= names


# Installed


def environment(folder: Path) -> Path:
    """Make an environment that has what this one has, without what is installed editable here; return its Python."""
    venv.create(folder, with_pip=False)
    scripts = folder / ("Scripts" if os.name == "nt" else "bin")
    python = scripts / ("python.exe" if os.name == "nt" else "python")
    found = subprocess.run(
        [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
        capture_output=True,
        check=True,
        text=True,
    )
    places = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    (Path(found.stdout.strip()) / "beside.pth").write_text("\n".join(sorted(places)) + "\n", encoding="utf-8")
    return python


@pytest.fixture(scope="module", params=["wheel", "sdist", "editable"])
def installed(
    request: pytest.FixtureRequest, wheel: Path, sdist: Path, unpacked: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, Path]:
    """Install in each way; return the Python of the environment, and where the library should be found."""
    folder = tmp_path_factory.mktemp(request.param)
    python = environment(folder / "env")
    given = {"wheel": [str(wheel)], "sdist": [str(sdist)], "editable": ["-e", str(unpacked)]}[request.param]
    subprocess.run([*PIP, "--python", str(python), *INSTALL, *given], check=True, env=outside())
    return python, unpacked / "src" if request.param == "editable" else folder / "env"


def outside() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "PYTHONHOME")}


def say(python: Path, *args: str) -> str:
    """Run a program of the environment, away from the source and from what the shell says of Python."""
    ran = subprocess.run([str(python), *args], cwd=python.parent, env=outside(), capture_output=True, check=True)
    return ran.stdout.decode()


def test_what_is_installed_answers_as_the_source_does(installed: tuple[Path, Path]) -> None:
    python, place = installed
    said = say(python, "-c", "import subsidy_rules; print(subsidy_rules.__file__, subsidy_rules.__version__)").split()
    assert Path(said[0]).resolve().is_relative_to(place.resolve())
    assert said[1] == subsidy_rules.__version__
    wanted = evaluate(Case.load(CASE)).to_json()
    assert say(python, "-m", "subsidy_rules", "evaluate", str(CASE), "--format", "json") == wanted
    script = python.with_name("subsidy-rules.exe" if os.name == "nt" else "subsidy-rules")
    assert say(script, "evaluate", str(CASE), "--format", "json") == wanted
    assert say(script, "--version").split() == ["subsidy-rules", subsidy_rules.__version__]


def test_what_is_installed_has_its_packs_and_its_version(installed: tuple[Path, Path]) -> None:
    python, _ = installed
    code = (
        "import json, importlib.metadata as m, importlib.resources as r, subsidy_rules as s\n"
        "print(json.dumps([[p.id for p in s.load_policies().plans], m.version('subsidy-rules'),"
        " r.files(s).joinpath('py.typed').is_file(), m.metadata('subsidy-rules')['License-Expression']]))"
    )
    ids = [name.removesuffix(".yaml") for name in sorted(PACKS)]
    assert json.loads(say(python, "-c", code)) == [ids, subsidy_rules.__version__, True, "MIT"]


def test_what_is_installed_from_a_wheel_compiles_nothing_even_at_first(installed: tuple[Path, Path]) -> None:
    python, place = installed
    code = (
        "import sys, subsidy_rules as s; case = s.Case.from_dict({'case': 1})\n"
        "s.evaluate(case, s.load_policies()); print('pydantic' in sys.modules)"
    )
    assert say(python, "-c", code).strip() == str(place.name == "src")


# Versions and places


def test_each_lowest_bound_is_the_version_that_is_tested() -> None:
    bounds = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["dependencies"]
    pins = (ROOT / "constraints-lowest.txt").read_text(encoding="utf-8").splitlines()
    assert len(bounds) > 3
    assert [one for one in bounds if one.replace(">=", "==") not in pins] == []


def test_no_file_names_a_registry() -> None:
    files = [
        ROOT / name for name in ("pyproject.toml", "Makefile", "constraints.txt", "constraints-lowest.txt", ".ci/run")
    ]
    files += [ROOT / ".pre-commit-config.yaml", ROOT / "README.md", *(ROOT / "docs").glob("*.md")]
    words = ("pypi.org", "pythonhosted", "--index-url", "--extra-index-url", "mirrors.")
    assert [(path.name, word) for path in files for word in words if word in path.read_text(encoding="utf-8")] == []
