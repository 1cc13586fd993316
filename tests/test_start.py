"""A second start: rule files that have not changed are not compiled again, and nothing is answered otherwise."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from subsidy_rules import Case, Policies, RuleError, UsageError, evaluate, load_guide, load_policies
from subsidy_rules import plan as plan_room
from subsidy_rules.facts import vocabulary
from subsidy_rules.facts.models import CORE
from subsidy_rules.plan import compile as compiling
from subsidy_rules.plan.policies import CODEC
from subsidy_rules.report.tables import to_text
from tests.docs.words import POLICY

ROOT = Path(__file__).parents[1]
PACKS = sorted((ROOT / "rules").glob("*.yaml"))
OTHERS = [
    *(ROOT / "tests" / "award").glob("*_city.yaml"),
    *sorted(path for kind in ("words", "rules") for path in (ROOT / "tests" / "docs" / kind).glob("*.yaml")),
    *sorted(path for path in (ROOT / "tests" / "own").glob("*.yaml") if not path.stem.endswith(".cases")),
    ROOT / "tests" / "bad" / "city.yaml",
    ROOT / "tests" / "semantics" / "third_city.yaml",
    ROOT / "benchmarks" / "p12.yaml",
]
EXAMPLES = [ROOT / "examples" / f"{name}.yaml" for name in ("xian_enterprise", "three_loans", "joint_project")]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SUBSIDY_RULES_CACHE", str(tmp_path / "kept"))
    return tmp_path / "kept"


def never(*_: object, **__: object) -> None:
    pytest.fail("a rule file was compiled again")


@cache
def fresh(paths: tuple[Path, ...]) -> Policies:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SUBSIDY_RULES_CACHE", "0")
        return load_policies(paths)


def again(paths: tuple[Path, ...], monkeypatch: pytest.MonkeyPatch) -> Policies:
    """Load rule files twice; return what the second time gives, which compiles nothing."""
    load_policies(paths)
    with monkeypatch.context() as patch:
        patch.setattr(compiling, "compile_policy", never)
        return load_policies(paths)


@pytest.mark.parametrize("path", [*PACKS, *OTHERS], ids=lambda path: path.stem)
def test_every_plan_comes_back_as_it_was(
    path: Path, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = path.read_text(encoding="utf-8")
    if "docs" in path.parts:  # an example of a page stands without the header, and with a case below it
        path = tmp_path / path.name
        path.write_text(POLICY + text.partition("---\n")[0], encoding="utf-8")
    kept = again((path,), monkeypatch)
    assert len(list(folder.glob("policies-*"))) == 1
    assert kept == fresh((path,))
    # Rows tell what is not compared too, the order of mappings, and numbers of one type from those of another.
    assert CODEC.rows(kept) == CODEC.rows(fresh((path,)))


def test_the_packs_together_come_back_as_they_were(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = again(tuple(PACKS), monkeypatch)
    assert len(list(folder.glob("policies-*"))) == 1
    assert CODEC.rows(kept) == CODEC.rows(fresh(tuple(PACKS)))
    assert [kept.by_id[plan.id] is plan for plan in kept.plans] == [True] * 4


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_what_is_answered_is_the_same_to_the_byte(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = []
    for policies in (fresh(tuple(PACKS)), again(tuple(PACKS), monkeypatch)):
        guide = load_guide(ROOT / "examples" / "guides" / "lpr.yaml", policies)
        found = evaluate(Case.load(path), policies, guides=[guide])
        said = [found.to_json(), found.explain(), found.explain(lang="en"), to_text(found, "zh", policies=policies)]
        texts.append("".join(said))
    assert texts[0] == texts[1]


def test_the_shared_vocabulary_comes_back_as_it_was(folder: Path) -> None:
    made: list[object] = [vocabulary._core.__wrapped__() for _ in range(2)]
    assert [CODEC.rows(one) for one in made] == [CODEC.rows(CORE)] * 2
    assert [file.name.partition("-")[0] for file in folder.iterdir()] == ["vocabulary"]


def test_a_changed_file_is_compiled_anew(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "city.yaml"
    text = (ROOT / "tests" / "bad" / "city.yaml").read_text(encoding="utf-8")
    path.write_text(text, encoding="utf-8")
    before = again((path,), monkeypatch)
    path.write_text(text + "# more\n", encoding="utf-8")
    after = load_policies(path)
    assert after.plans[0].source_sha256 != before.plans[0].source_sha256
    assert after.plans[0].meaning_sha256 == before.plans[0].meaning_sha256
    path.write_text(text.replace("fund: city", "fund: nobody"), encoding="utf-8")
    said = []
    for _ in range(2):
        with pytest.raises(RuleError) as raised:
            load_policies(path)
        said.append(str(raised.value))
    assert said[0] == said[1]
    assert f"{path}:" in said[0]
    assert len(list(folder.glob("policies-*"))) == 2


def test_what_can_not_be_loaded_is_not_kept(folder: Path, tmp_path: Path) -> None:
    for paths, error in (([PACKS[0], PACKS[0]], UsageError), ([tmp_path / "none.yaml"], UsageError)):
        with pytest.raises(error):
            load_policies(paths)
    large = tmp_path / "large.yaml"
    large.write_bytes(b"#" * (4 * 2**20 + 1))
    with pytest.raises(RuleError, match="too-large"):
        load_policies(large)
    assert not list(folder.glob("policies-*"))


def test_a_file_that_can_not_be_opened_is_told_by_the_reader(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "city.yaml"
    shutil.copy(ROOT / "tests" / "bad" / "city.yaml", path)

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "open", refuse)
        with pytest.raises(RuleError, match="Permission denied"):
            load_policies(path)
    assert not list(folder.glob("policies-*"))


LOADED = "import json, sys; print(json.dumps(sorted({name.partition('.')[0] for name in sys.modules})))"
START = "from subsidy_rules import Case, evaluate, load_policies; policies = load_policies()\n"
CASES = {
    "packs": ("", {"pydantic", "yaml"}),
    "a case from Python": ("evaluate(Case.from_dict({'case': 1}), policies)\n", {"pydantic", "yaml"}),
    "a case from YAML": ("evaluate(Case.from_text('case: 1'), policies).to_json()\n", {"pydantic"}),
}


@pytest.mark.usefixtures("folder")
def test_a_second_start_imports_no_reader_that_it_does_not_need() -> None:
    for code, without in CASES.values():
        for start in range(2):
            ran = subprocess.run([sys.executable, "-c", START + code + LOADED], capture_output=True, check=True)
            assert start == 0 or without.isdisjoint(json.loads(ran.stdout))


def test_what_reads_files_is_imported_when_it_is_used() -> None:
    assert plan_room.load_guide is load_guide
    for name in plan_room.__all__:
        assert getattr(plan_room, name)
    with pytest.raises(AttributeError, match="has no attribute 'load_guides'"):
        getattr(plan_room, "load_guides")  # noqa: B009 - a type checker refuses the plain form, as it should
