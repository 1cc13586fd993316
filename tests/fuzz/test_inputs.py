"""Whatever comes in at a door, a result comes out or a refusal that helps: the kept inputs, and changed ones."""

from __future__ import annotations

import random
from fractions import Fraction
from pathlib import Path

import pytest

from subsidy_rules import Case, CaseError, InputError
from subsidy_rules.errors import Place, Problem
from subsidy_rules.values import document as doc
from subsidy_rules.values.quantity import parse_money
from tests.fuzz import quantities, run, targets, trees
from tests.fuzz.mutate import mutate
from tests.fuzz.targets import TARGETS, Broken, kept

NAMES = tuple(TARGETS)
KEPT = [(name, data) for name in NAMES for data in kept(name)]


def session(name: str, corpus: Path | None = None) -> run.Session:
    target = TARGETS[name]
    return run.Session(target.run, target.longest, corpus, nodes=target.nodes)


@pytest.mark.parametrize(("name", "data"), KEPT, ids=[f"{name}-{place}" for place, (name, _) in enumerate(KEPT)])
def test_the_kept_inputs(name: str, data: bytes) -> None:
    assert TARGETS[name].run(data)


def test_a_few_dozen_inputs_are_kept_of_each_kind() -> None:
    for name in NAMES:
        inputs = kept(name)
        assert len(inputs) >= 24
        assert len(set(inputs)) == len(inputs)
        assert max(map(len, inputs)) <= TARGETS[name].longest
        depths = {run.depth(TARGETS[name].run(data)) for data in inputs}
        assert {1, 2} <= depths


@pytest.mark.parametrize(
    ("name", "count"),
    [
        *(
            pytest.param(name, count, marks=pytest.mark.random)
            for name, count in (("money", 20_000), ("expression", 10_000), ("case", 1000), ("rules", 1000))
        ),
        *(pytest.param(name, 1_000_000, marks=[pytest.mark.random, pytest.mark.slow]) for name in NAMES),
    ],
)
def test_changed_inputs(name: str, count: int) -> None:
    found = session(name)
    run.plainly(found, run.seeds_of(name), count, count)
    assert found.faults == {}
    assert found.outcomes.total() == count


# What would show a fault


def test_the_second_reading_of_quantities_tells_another_value() -> None:
    assert quantities.money("1.5万元") == parse_money("1.5万元") == 1_500_000
    assert quantities.date("2024-02-29") == 738_945
    assert [quantities.ratio(text) for text in ("15%", "5‰", "4:1", "0:1")] == [
        Fraction(3, 20),
        Fraction(1, 200),
        Fraction(1, 4),
        "bad-ratio",
    ]


@pytest.mark.parametrize(
    ("parse", "said"),
    [
        (lambda text: Fraction(float(text)), "number of '0.1' is"),
        (lambda _: Fraction(1, 10) + 1, "expected 1/10"),
    ],
)
def test_a_wrong_reading_of_a_number_is_a_fault(parse: object, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(targets, "PARSERS", {"number": parse})
    with pytest.raises(Broken, match=said):
        targets.run_money(b"0.1")


def test_a_figure_that_is_written_as_another_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("subsidy_rules.values.quantity.format_money", lambda fen: f"{fen / 100}万元")
    with pytest.raises(Broken, match="is written"):
        targets.run_money("1元".encode())


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"what": " "}, "is empty"),
        ({"what_zh": "wrong"}, "is not Chinese"),
        ({"remedy_zh": ""}, "is empty"),
        ({"place": Place("case.yaml", 3, 1)}, "line 3 of 2"),
        ({"place": Place("case.yaml", 0, 0)}, "line 0 of 2"),
        ({"place": Place("case.yaml", 1, 7)}, "a column outside its line"),
        ({"place": Place("other.yaml", 1, 1)}, "another file"),
    ],
)
def test_a_refusal_that_does_not_help_is_a_fault(change: dict[str, object], said: str) -> None:
    given: dict[str, object] = {"what": "wrong", "what_zh": "错误", "remedy": "mend it", "remedy_zh": "请改正"}
    given |= {"code": "wrong-type", "place": Place("case.yaml", 1, 6), "path": "", "excerpt": ""}
    assert targets.refusal(InputError([Problem(**given)]), "12345\n", "case.yaml") == "wrong-type wrong"  # type: ignore[arg-type]
    with pytest.raises(Broken, match=said):
        targets.refusal(InputError([Problem(**(given | change))]), "12345\n", "case.yaml")  # type: ignore[arg-type]


def test_a_fault_is_kept_with_the_smallest_input_that_shows_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def crash(data: bytes) -> str:
        return "+" if data.decode(errors="replace").count("7") < 2 else str(1 // 0)

    found = run.Session(crash, 60, tmp_path)
    run.plainly(found, [b"1 7 2", b"4 7 5 7 6 7"], 50, 1)
    assert found.report("money", 1) == 1
    said = capsys.readouterr().out
    assert "money: 50 inputs, seed 1" in said
    assert "ZeroDivisionError" in said
    assert "b'77'" in said
    assert len(list(tmp_path.iterdir())) == len(found.outcomes) == 2


def test_one_seed_makes_the_same_inputs() -> None:
    def made(seed: int) -> list[bytes]:
        seen: list[bytes] = []

        def noting(data: bytes) -> str:
            seen.append(data)
            return "+"

        run.plainly(run.Session(noting, 500, nodes=True), run.seeds_of("case"), 300, seed)
        return seen

    assert made(1) == made(1)
    assert made(1) != made(2)


@pytest.mark.parametrize("name", NAMES)
def test_changes_keep_to_the_length_and_differ(name: str) -> None:
    target, rng, seeds = TARGETS[name], random.Random(1), run.seeds_of(name)
    made = [mutate(rng, rng.choice(seeds), seeds, target.longest, nodes=target.nodes) for _ in range(300)]
    assert max(map(len, made)) <= target.longest
    assert len(set(made)) > 200


@pytest.mark.parametrize("name", ["case", "rules"])
def test_a_tree_that_is_written_is_the_same_tree(name: str) -> None:
    for data in run.seeds_of(name):
        tree = trees.tree_of(data)
        if tree is not None and not isinstance(tree, str):
            for block in (False, True):
                assert trees.tree_of(trees.written(tree, block=block).encode()) == tree


# What was found


def test_a_mistake_at_the_end_of_a_text_is_told_inside_it() -> None:
    with pytest.raises(InputError) as caught:
        doc.read("s: [")
    assert caught.value.problems[0].place == Place("<text>", 1, 5)


def test_a_reference_with_nothing_to_refer_to_is_told_what_to_do() -> None:
    with pytest.raises(CaseError) as caught:
        Case.from_text("case: 1\nloans: [{project: 1}]").facts_of(targets.cities().vocabulary)
    assert [one.remedy for one in caught.value.problems] == [
        "write the id of a thing in the same case, or leave the reference out"
    ]


def test_what_is_told_is_one_line_and_ends_as_it_should_however_long_a_name_is() -> None:
    name = "x\n" * 3000
    problem = Problem("unknown-name", Place("f", 1, 1), "", "", f"no list '{name}'", f"“{name}”不是清单", "", "")
    assert (len(problem.what), len(problem.what_zh)) == (400, 400)
    assert problem.what.startswith("no list 'x·x·")
    assert problem.what_zh.endswith("x·”不是清单")
    assert len(Problem("unknown-name", Place("f"), "", "", "w" * 400, "", "", "").what.strip("w")) == 0
    assert Problem("unknown-name", Place("f"), "", "", "w" * 401, "", "", "").what == "w" * 199 + "…" + "w" * 200
