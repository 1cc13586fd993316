"""Proofs: a bad pack for each kind of property is found, the shipped ones keep theirs, and every witness evaluates."""

import json
import subprocess
import sys
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
import z3

from subsidy_rules import Case, evaluate, load_policies
from subsidy_rules.author.proofs import Finding, prove
from subsidy_rules.author.proofs import said as proofs_said
from subsidy_rules.author.proofs.ask import Asker
from subsidy_rules.author.proofs.finding import KINDS, STATUSES
from subsidy_rules.author.proofs.replay import replayed, shown
from subsidy_rules.author.proofs.spoken import sentence
from subsidy_rules.author.proofs.symbols import Found
from subsidy_rules.author.proofs.translate import OutOfReachError, Translator
from subsidy_rules.errors import InputError, UsageError
from subsidy_rules.plan import Policies
from subsidy_rules.values import document as doc
from tests.serve.test_cli import run

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
SLOW = (ROOT / "rules" / "xianyang_70.yaml",)
"""Its sentences meet in so many ways that evaluating what the solver makes up takes minutes."""
PACKS = sorted((HERE / "proofs").glob("*.yaml"))


def found_in(pack: Path) -> tuple[Finding, ...]:
    return prove(load_policies([pack]))


@pytest.mark.parametrize("pack", PACKS, ids=lambda one: one.stem)
def test_a_bad_pack_is_found(pack: Path) -> None:
    clause, kind, status = pack.read_text(encoding="utf-8").split("\n", 1)[0].removeprefix("# finds: ").split()
    findings = found_in(pack)
    assert (clause, kind, status) in {(one.clause, one.kind, one.status) for one in findings}
    assert not [one for one in findings if one.status == "fault"]


def test_every_kind_of_property_that_a_policy_can_break_has_a_bad_pack() -> None:
    kinds = {pack.read_text(encoding="utf-8").split()[3] for pack in PACKS}
    # No policy gives less than nothing: the language clamps. Versions are compared below; `rest` is what is not asked.
    assert kinds == KINDS.keys() - {"sign", "version", "rest"}


def test_a_witness_is_what_evaluate_says() -> None:
    pack = load_policies([HERE / "proofs" / "cliff.yaml"])
    (falls,) = [one for one in prove(pack) if one.kind == "monotone" and one.status == "exception"]
    less, more = (
        evaluate(Case.from_dict(dict(one.case)), pack, readings=one.readings).awards[0].amount.maximum
        for one in falls.cases
    )
    assert less > more


def test_two_versions_differ_in_a_smallest_case(tmp_path: Path) -> None:
    text = (HERE / "proofs" / "above_limit.yaml").read_text(encoding="utf-8")
    changed = tmp_path / "above_limit.yaml"
    changed.write_text(
        text.replace("rate: 50%", "rate: 51%").replace("minimum: 20万元", "minimum: 0.02元"), encoding="utf-8"
    )
    old = tmp_path / "old.yaml"
    old.write_text(text.replace("minimum: 20万元", "minimum: 0.02元"), encoding="utf-8")
    (one,) = prove(load_policies([changed]), against=load_policies([old]))
    assert one.status == "exception"
    totals = [
        evaluate(Case.from_dict(dict(one.cases[0].case)), load_policies([pack])).total.possible.maximum
        for pack in (changed, old)
    ]
    assert totals == [Fraction(26), Fraction(25)]  # of 50 fen: 51% of less rounds to the same
    (same,) = prove(load_policies([old]), against=load_policies([old]))
    assert same.status == "proved"


def test_a_version_may_have_no_such_sentence_and_other_rules(tmp_path: Path) -> None:
    text = (HERE / "proofs" / "twice.yaml").read_text(encoding="utf-8")
    old = tmp_path / "old.yaml"
    old.write_text(text.replace("id: software", "id: programs").replace("[software]", "[programs]"), encoding="utf-8")
    statuses = {
        one.clause: one.status
        for one in prove(load_policies([HERE / "proofs" / "twice.yaml"]), against=load_policies([old]))
    }
    assert statuses["software"] == statuses["programs"] == "exception"
    assert statuses["machines"] == "proved"
    assert statuses["together"] == "out_of_reach"


def test_what_is_said_has_a_word_in_both_languages_and_reads_as_json() -> None:
    findings = [one for pack in PACKS[:3] for one in found_in(pack)]
    for lang in ("zh", "en"):
        assert proofs_said.table(findings, lang).count("\n") > 3
        assert "exception" in proofs_said.details(findings, "en")
    made = json.loads(proofs_said.as_json(findings))
    assert len(made["findings"]) == len(findings)
    assert all(one["status"] in STATUSES for one in made["findings"])


def test_the_command_tells_the_worst_first_and_writes_its_cases(tmp_path: Path) -> None:
    done = run("prove", str(HERE / "proofs" / "twice.yaml"), "--cases", str(tmp_path / "found"))
    assert done.code == 1
    assert "twice/one_only：被推翻：不重复支付：machines 与 software" in done.out
    (case,) = sorted((tmp_path / "found").iterdir())
    again = run("evaluate", str(case), "--rules", str(HERE / "proofs" / "twice.yaml"), "--format", "json")
    assert [one["status"] for one in json.loads(again.out)["awards"]] == ["counted", "counted"]
    assert run("prove", str(PACKS[0]), "--cases", str(tmp_path)).code == 2


def test_exceptions_are_no_failure_and_what_is_unsettled_is_one_under_strict() -> None:
    beyond = str(HERE / "proofs" / "beyond.yaml")
    assert run("prove", str(HERE / "proofs" / "gap.yaml")).code == 0
    assert [run("prove", beyond, *more).code for more in ((), ("--strict",))] == [0, 1]
    made = json.loads(run("prove", beyond, "--format", "json").out)
    assert made["counts"]["live"]["out_of_reach"] == 1


def test_wrong_calls_are_refused() -> None:
    pack = load_policies([PACKS[0]])
    with pytest.raises(UsageError, match="one thing at least"):
        prove(pack, size=0)
    with pytest.raises(UsageError, match="no policy"):
        prove(pack, against=load_policies([PACKS[1]]))


def test_without_z3_the_command_says_what_to_install() -> None:
    code = "import sys; sys.modules['z3'] = None\nfrom subsidy_rules.serve.cli import app\napp()"
    done = subprocess.run(
        [sys.executable, "-c", code, "prove", str(PACKS[0]), "--lang", "en"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "pip install 'subsidy-rules[proofs]'" in done.stderr


def test_proofs_load_no_solver_until_asked() -> None:
    code = "import sys, subsidy_rules.author.proofs, subsidy_rules.serve.cli; print('z3' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


# The translation against the engine: what a model says of an award is what evaluating its case says.


def agreeing(policies: Policies, seed: int) -> tuple[int, list[str]]:
    """Return how many cases were compared, and those in which the term of an award is not what is evaluated."""
    (plan,) = policies.plans
    asker, compared, wrong = Asker(policies, plan), 0, []
    for clause in plan.clauses:

        def formula(made: Translator) -> z3.BoolRef:
            kept["award"] = sentence(made, clause)  # noqa: B023 - it is called in this round
            return kept["award"].eligible.may  # noqa: B023

        kept: dict = {}  # type: ignore[type-arg]
        try:
            asked, _ = asker.ask(formula, wide=False, loose=False)
        except OutOfReachError:
            continue
        asked.solver.set("random_seed", seed)
        for place, model in enumerate(asked.models()):
            found: Found = asked.symbols.found(model)
            try:
                again = replayed(shown(found, plan), policies)
            except InputError:
                continue
            row = again.row(clause.sentence.id)
            assert row is not None
            ends = [_value(model, end) for end in (kept["award"].paid.lo, kept["award"].paid.hi)]
            said = again.gated(row)
            compared += 1
            if [said.minimum, said.maximum] != ends and max(ends) < 10**29:
                wrong.append(f"{clause.sentence.id} {place}: {ends} {said.numbers} {found.case}")
    return compared, wrong


def _value(model: z3.ModelRef, term: z3.ArithRef) -> Fraction:
    value = model.eval(term, model_completion=True)
    return Fraction(value.approx(20).as_fraction() if z3.is_algebraic_value(value) else value.as_fraction())


@pytest.mark.parametrize("pack", PACKS, ids=lambda one: one.stem)
def test_the_terms_of_the_bad_packs_are_what_is_evaluated(pack: Path) -> None:
    _, wrong = agreeing(load_policies([pack]), 1)
    assert not wrong


@pytest.mark.random
@pytest.mark.parametrize(
    "pack",
    [
        pytest.param(one, marks=[pytest.mark.slow] if one in SLOW else [], id=one.stem)
        for one in [*sorted((ROOT / "rules").glob("*.yaml")), ROOT / "tests" / "policies" / "qinghe.yaml"]
    ],
)
def test_the_terms_of_the_packs_are_what_is_evaluated(pack: Path) -> None:
    compared, wrong = agreeing(load_policies([pack]), 20251)
    assert compared
    assert not wrong


LISTED: Any = doc.plain(doc.read(HERE / "exceptions.yaml").root)


@pytest.mark.slow
@pytest.mark.parametrize("pack", LISTED)
def test_of_the_packs_nothing_is_refuted_and_each_exception_is_listed(pack: str) -> None:
    findings = prove(load_policies([ROOT / pack]))
    assert not [one for one in findings if one.status in ("refuted", "fault")]
    found = {f"{one.clause} {one.kind}" for one in findings if one.status == "exception"}
    assert found == set(LISTED[pack])
