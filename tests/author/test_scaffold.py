"""`subsidy-rules new`: what it writes passes at once, in either language, and nothing is written over."""

from __future__ import annotations

from contextlib import chdir
from pathlib import Path

import pytest

from subsidy_rules.author.scaffold import FILES, filled
from subsidy_rules.plan import load_policies
from tests.serve.test_cli import run

NAMES = ["my_city.md", "my_city.tests.yaml", "my_city.yaml"]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_what_is_written_passes_at_once(lang: str, tmp_path: Path) -> None:
    with chdir(tmp_path):
        made = run("new", "my_city", "--lang", lang)
        assert (made.code, made.err) == (0, "")
        assert sorted(path.name for path in tmp_path.iterdir()) == NAMES
        checked = run("check", "my_city.yaml", "--strict", "--lang", lang)
        assert (checked.code, checked.err) == (0, "")
        tested = run("test", "my_city.yaml", "--lang", "en")
        assert (tested.code, tested.out) == (0, "my_city.tests.yaml: my_city: 14 tests, all passed\n")
        for line in made.out.splitlines()[3:]:
            command = line.split("subsidy-rules ")[1].split()
            assert run(*command).code == 0


def test_the_next_commands_are_said(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "folder"
    said = run("new", "my_city", "--into", str(folder), "--lang", "en").out.splitlines()
    assert said == [
        *(f"written: {folder}/my_city{ending}" for _, ending in FILES),
        f"next: subsidy-rules check {folder}/my_city.yaml --lang en",
        f"next: subsidy-rules test {folder}/my_city.tests.yaml --lang en",
    ]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_each_language_is_whole(lang: str) -> None:
    for template, _ in FILES:
        text = filled(template, "my_city", "zh" if lang == "zh" else "en")
        assert "#zh" not in text
        assert "#en" not in text
        assert "IDENTITY" not in text
        remarks = [line for line in text.splitlines() if line.lstrip().startswith("# ") and "万" not in line]
        assert remarks
        words = [line for line in remarks if "my_city" not in line]
        assert all(any("\u4e00" <= char <= "\u9fff" for char in line) == (lang == "zh") for line in words)


def test_both_languages_have_the_same_rules_and_cases() -> None:
    for template in ("pack.yaml", "tests.yaml"):
        bare = [
            [line for line in filled(template, "my_city", lang).splitlines() if not line.lstrip().startswith("#")]
            for lang in ("zh", "en")
        ]
        assert bare[0] == bare[1]


def test_every_everyday_shape_is_there(tmp_path: Path) -> None:
    run("new", "my_city", "--into", str(tmp_path))
    (plan,) = load_policies(tmp_path / "my_city.yaml").plans
    words = {step.word for clause in plan.clauses for step in clause.steps}
    assert words >= {"basis", "rate", "cap", "lump_sum", "tiers", "each"}
    assert plan.readings
    assert plan.parameters
    assert {rule.kind for rule in plan.rules} == {"higher_of", "ceiling"}
    assert any(clause.replacements for clause in plan.clauses)
    assert any(sentence.gives == "none" for sentence in plan.sentences)


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_written_over(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text("mine", encoding="utf-8")
    for lang, said in (("en", "exists and is not written over"), ("zh", "已存在，不覆盖")):
        ran = run("new", "my_city", "--into", str(tmp_path), "--lang", lang)
        assert ran.code == 2
        assert said in ran.err
    assert [path.name for path in tmp_path.iterdir()] == [name]
    assert (tmp_path / name).read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize(
    ("identity", "said", "said_zh"),
    [
        ("", "'' is no id of a policy", "不能作政策编号"),
        ("My_City", "'My_City' is no id of a policy", "不能作政策编号"),
        ("1city", "'1city' is no id of a policy", "不能作政策编号"),
        ("某市", "'某市' is no id of a policy", "不能作政策编号"),
        ("../city", "'../city' is no id of a policy", "不能作政策编号"),
        ("c" * 41, "is no id of a policy", "不能作政策编号"),
        ("xian_30", "'xian_30' is the id of a policy that ships", "“xian_30”是随库政策的编号"),
    ],
)
def test_an_id_that_is_none_is_refused(identity: str, said: str, said_zh: str, tmp_path: Path) -> None:
    for lang, wanted in (("en", said), ("zh", said_zh)):
        ran = run("new", identity, "--into", str(tmp_path), "--lang", lang)
        assert (ran.code, list(tmp_path.iterdir())) == (2, [])
        assert wanted in ran.err
