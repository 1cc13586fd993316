"""Walking rule files of an older version forward: comments kept, changes listed, what is not known refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from subsidy_rules.author import migrating
from subsidy_rules.author.formatting import format_text, meaning_of
from subsidy_rules.author.migrating import STEPS, TODAY, migrated, rule_files, walked
from subsidy_rules.author.written import comments
from subsidy_rules.errors import InputError, RuleError, UsageError
from subsidy_rules.serve.cli import app

NEW = (Path(__file__).parent / "mutated" / "small.yaml").read_text(encoding="utf-8")
OLD = (
    NEW.replace("language: 1", "language: 0  # the first")
    .replace("  quote: 按设备投资的10%补助", "  text: 按设备投资的10%补助")
    .replace("  sentence: 1\n  quote: 增速", "  sentence: 1\n  text: 增速")
    .replace("rounding: {unit: 分, stated: false}", "unit: 分")
    .replace("  award:\n", "  pays:  # what it gives\n")
    .replace("- rate: 10%\n", "- percent: 10\n")
    .replace("kind: higher_of", "kind: highest")
)


def test_a_file_of_the_first_version() -> None:
    text, changes = walked(OLD)
    assert meaning_of(text) == meaning_of(NEW)
    assert sorted(comments(text)) == sorted(comments(OLD))
    assert format_text(text) == text
    assert {one.step.name for one in changes} == {step.name for step in STEPS}
    assert [one.line for one in changes] == sorted(one.line for one in changes)
    lines = OLD.split("\n")
    assert all(one.before.split(":")[0] in lines[one.line - 1] for one in changes)
    assert walked(text) == (text, ())


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.name)
def test_each_step_is_needed(step: migrating.Step, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "old.yaml"
    file.write_text(OLD, encoding="utf-8")
    monkeypatch.setattr(migrating, "STEPS", tuple(one for one in STEPS if one is not step))
    with pytest.raises(RuleError):
        migrated(file)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("language: 2\n", "install a newer subsidy-rules"),
        ("language: -1\n", "write the version as a whole number"),
        ("language: one\n", "write the version as a whole number"),
        ("policy: {id: a}\n", "write 'language: 1'"),
        ("language: [1]\n", "write 'language: 1'"),
    ],
)
def test_what_is_not_known_is_refused_with_what_to_do(text: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        walked(text)


def test_the_steps_lead_to_today() -> None:
    assert {step.version for step in STEPS} == set(range(TODAY))
    assert len({step.name for step in STEPS}) == len(STEPS)


def test_a_walk_that_loses_a_comment_writes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(migrating, "laid_out", lambda *_: NEW)
    with pytest.raises(UsageError, match="keep its comments"):
        walked(OLD)


def test_the_command(tmp_path: Path) -> None:
    (tmp_path / "old.yaml").write_text(OLD, encoding="utf-8")
    (tmp_path / "new.yaml").write_text(NEW, encoding="utf-8")
    (tmp_path / "case.yaml").write_text("case: 1\n", encoding="utf-8")
    run = CliRunner()
    looked = run.invoke(app, ["migrate", str(tmp_path), "--check", "--lang", "en"])
    assert (looked.exit_code, "2 files, 1 to be brought to version 1" in looked.output) == (1, True)
    assert (tmp_path / "old.yaml").read_text(encoding="utf-8") == OLD
    done = run.invoke(app, ["migrate", str(tmp_path)])
    assert (done.exit_code, "已迁移到版本 1：1 个" in done.output) == (0, True)
    assert run.invoke(app, ["check", str(tmp_path / "old.yaml")]).exit_code == 0
    assert run.invoke(app, ["migrate", str(tmp_path), "--check"]).exit_code == 0
    assert (tmp_path / "new.yaml").read_text(encoding="utf-8") == NEW
    with pytest.raises(UsageError):
        rule_files([tmp_path / "case.yaml"])


def test_where_one_file_is_refused_none_is_written(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(OLD, encoding="utf-8")
    (tmp_path / "b.yaml").write_text("language: 9\n", encoding="utf-8")
    assert CliRunner().invoke(app, ["migrate", str(tmp_path)]).exit_code == 2
    assert (tmp_path / "a.yaml").read_text(encoding="utf-8") == OLD
