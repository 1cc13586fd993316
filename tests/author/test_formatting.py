"""Laying out files: one way, comments kept, nothing said changed, whole or not at all."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from typer.testing import CliRunner

from subsidy_rules import load_policies
from subsidy_rules.author import formatting
from subsidy_rules.author.formatting import find_files, format_text, formatted, meaning_of, write_whole
from subsidy_rules.author.layout import WIDTH, columns, laid_out
from subsidy_rules.author.written import comments, written
from subsidy_rules.errors import InputError, RuleError, UsageError
from subsidy_rules.policy import model
from subsidy_rules.serve.cli import app
from subsidy_rules.values import document as doc

HERE = Path(__file__).parent
TESTS = HERE.parent
PACKS = sorted((TESTS.parent / "rules").glob("*.yaml"))
OTHERS = sorted((TESTS / "policies").glob("*.yaml"))
UGLY = (HERE / "laid" / "ugly.yaml").read_text(encoding="utf-8")
TICK = count()
FAIR = (HERE / "laid" / "fair.yaml").read_text(encoding="utf-8")


def in_order(text: str) -> str:
    return laid_out(text, formatting.in_order("language"))


def test_a_file_written_by_another_hand() -> None:
    assert in_order(UGLY) == FAIR
    assert in_order(FAIR) == FAIR
    assert doc.plain(doc.read(FAIR, blank="~").root) == doc.plain(doc.read(UGLY, blank="~").root)
    assert sorted(comments(FAIR)) == sorted(comments(UGLY))


@pytest.mark.parametrize("path", PACKS, ids=lambda path: path.name)
def test_the_packs_that_ship_are_laid_out(path: Path) -> None:
    assert not formatted(path).changed


@pytest.mark.parametrize("path", OTHERS, ids=lambda path: path.name)
def test_what_a_file_says_stays(path: Path) -> None:
    made = formatted(path)
    assert meaning_of(made.after) == meaning_of(made.before)
    assert format_text(made.after) == made.after


def test_the_digest_is_that_of_the_plan() -> None:
    plans = load_policies(PACKS).plans
    assert [meaning_of(path.read_bytes()) for path in PACKS] == [plan.meaning_sha256 for plan in plans]


def test_every_key_of_the_language_has_its_place() -> None:
    for path, of in (((), model.RuleFile), (("clauses", "*"), model.Clause), (("cumulation", "*"), model.Rule)):
        assert sorted(formatting._rules()[path]) == sorted(of.model_fields)


def test_what_is_too_long_is_filled() -> None:
    text = f"case: 1\nprojects: [{', '.join(f'{{id: p{one}, kinds: [信息化建设]}}' for one in range(20))}]\n"
    lines = format_text(text).split("\n")
    assert len(lines) > 3
    assert max(map(columns, lines)) <= WIDTH
    assert lines[2].startswith("           {id:")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: 1\n", "no rules, tests, guide or case"),
        ('{"case": "1"}', "no rules, tests, guide or case"),
        ("- case: 1\n", "no rules, tests, guide or case"),
    ],
)
def test_what_is_none_of_ours_is_refused(text: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        format_text(text)


def test_what_is_wrong_is_told_as_by_check() -> None:
    with pytest.raises(InputError, match="yaml-anchor"):
        format_text("case: &x 1\n")
    with pytest.raises(RuleError, match="unknown-key"):
        format_text(PACKS[0].read_text(encoding="utf-8").replace("  issuer:", "  isuer:"))
    with pytest.raises(TypeError):
        written("[1, 2]\n")


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        (lambda text: text.replace("200", "20"), "say the same"),
        (lambda text: text.replace("# one", ""), "keep its comments"),
        (lambda text: text + "a: b: c\n", "could not be read"),
        (lambda text: text + "\n" * next(TICK), "laid out twice"),
        (lambda text: text.replace("a: 1\n  b: 2\n", "b: 2\n  a: 1\n"), "say the same"),
    ],
    ids=["another figure", "a comment less", "no YAML", "not at rest", "another order"],
)
def test_a_layout_that_is_wrong_writes_nothing(bad: object, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    right = laid_out
    monkeypatch.setattr(formatting, "laid_out", lambda text, order: bad(right(text, order)))  # type: ignore[operator]
    with pytest.raises(UsageError, match=said):
        format_text("case: 1\nfacts:\n  a: 1\n  b: 2\nsum: 200元 # one\n")


def test_a_layout_that_means_something_else_writes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(formatting, "meaning_of", lambda text, _: str(len(text)))
    with pytest.raises(UsageError, match="mean the same"):
        format_text("case:  1\n")


def test_the_command(tmp_path: Path) -> None:
    rules, other = tmp_path / "city.yaml", tmp_path / "compose.yaml"
    rules.write_text((TESTS / "policies" / "reeg.yaml").read_text(encoding="utf-8").replace("\n", "\r\n"))
    other.write_text("services:   {}\n")
    rules.chmod(0o640)
    before = rules.read_bytes()
    run = CliRunner()
    looked = run.invoke(app, ["fmt", str(tmp_path), "--check", "--lang", "en"])
    assert (looked.exit_code, rules.read_bytes()) == (1, before)
    assert "1 file, 1 would be laid out" in looked.output
    assert run.invoke(app, ["fmt", str(tmp_path)]).exit_code == 0
    again = run.invoke(app, ["fmt", str(tmp_path), "--check"])
    assert (again.exit_code, again.output) == (0, "1 个文件，须重排 0 个\n")
    assert rules.stat().st_mode & 0o777 == 0o640
    assert other.read_text() == "services:   {}\n"
    assert sorted(one.name for one in tmp_path.iterdir()) == ["city.yaml", "compose.yaml"]
    assert meaning_of(before) == meaning_of(rules.read_bytes())


def test_where_one_file_is_refused_none_is_written(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("case:    1\n")
    (tmp_path / "b.yaml").write_text("case: 1\ncase: 2\n")
    ran = CliRunner().invoke(app, ["fmt", str(tmp_path)])
    assert ran.exit_code == 2
    assert (tmp_path / "a.yaml").read_text() == "case:    1\n"


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "a.yaml"
    file.write_text("case:    1\n")

    def full(*_: object) -> None:
        raise OSError("no space")

    monkeypatch.setattr("os.replace", full)
    with pytest.raises(OSError, match="no space"):
        write_whole([(file, "case: 1\n")])
    assert file.read_text() == "case:    1\n"
    assert list(tmp_path.iterdir()) == [file]


def test_nothing_to_lay_out(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "none.yaml"):
        with pytest.raises(UsageError):
            find_files([path])


def scribbled(rng: random.Random, depth: int, indent: int) -> Iterator[str]:
    """Write a random mapping as an unsteady hand would: blanks, quotes, comments, braces and blocks anyhow."""
    pad = " " * indent
    for place in range(rng.randint(1, 4)):
        for _ in range(rng.choice((0, 0, 1, 2))):
            yield rng.choice(("", " " * rng.choice((indent, indent + 1)) + f"# {rng.randint(0, 99)}"))
        behind = rng.choice(("", "", f"   # {rng.randint(0, 99)}"))
        shape = rng.choice(("leaf", "flow", "list", "block", "text")) if depth else "leaf"
        key = f"{pad}k{place}:"
        if shape == "leaf":
            said = rng.choice(("1", "200万元", json.dumps("a # b"), "'x: y'"))
            yield key + " " * rng.randint(1, 3) + said + behind
        elif shape == "flow":
            yield f"{key}  [a,  {{b: 1 ,c: [ ]}}{rng.choice(('', '  # in'))}\n{pad}   , d]{behind}"
        elif shape == "text":
            yield f"{key} >-\n{pad}    one\n\n{pad}    two"
        elif shape == "list":
            yield key + behind
            deep = indent + rng.choice((0, 1, 3))
            for _ in range(rng.randint(1, 3)):
                first, *rest = scribbled(rng, depth - 1, deep + 2)
                while not first.strip() or first.lstrip().startswith("#"):
                    yield first
                    first, *rest = rest
                yield f"{' ' * deep}- {first.lstrip()}"
                yield from rest
        else:
            yield key + behind
            yield from scribbled(rng, depth - 1, indent + rng.randint(1, 4))


@pytest.mark.parametrize("seed", range(100))
def test_any_hand(seed: int) -> None:
    text = "case: 1\n" + "\n".join(scribbled(random.Random(seed), 3, 0)) + "\n"
    made = format_text(text)
    assert doc.plain(doc.read(made).root) == doc.plain(doc.read(text).root)
    assert sorted(comments(made)) == sorted(comments(text))
