"""Nudging a policy: what is nudged, what its tests notice, what is shown equal, what has been looked at."""

from __future__ import annotations

import shutil
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from subsidy_rules.author.mutants import Mutant, left_over, mutants, reviewed_of, reviews_beside, share, with_reviews
from subsidy_rules.author.nudges import nudged, nudges
from subsidy_rules.author.suite import load_suite
from subsidy_rules.author.trial import run_suite
from subsidy_rules.award import run
from subsidy_rules.errors import InputError, UsageError
from subsidy_rules.policy.source import read_policy
from subsidy_rules.serve.cli import app

HERE = Path(__file__).parent
SMALL = HERE / "mutated" / "small.yaml"
POLICIES = HERE.parent / "policies"


@pytest.fixture(scope="module")
def found() -> tuple[Mutant, ...]:
    suite = load_suite(SMALL.with_name("small.tests.yaml"))
    kept = len(run._MADE)
    made = mutants(suite, run_suite(suite))
    assert len(run._MADE) <= kept + 2
    return made


def fates(found: tuple[Mutant, ...], path: str) -> dict[str, str]:
    return {one.nudge.after: one.fate for one in found if one.nudge.path == path}


def test_every_figure_edge_date_and_exclusion_is_nudged() -> None:
    made = Counter(one.kind for one in nudges(read_policy(SMALL)))
    assert made == {"date": 4, "figure": 10, "edge": 4, "inclusive": 3, "exclusion": 4}


def test_two_bands_that_meet_move_together() -> None:
    source = read_policy(SMALL)
    (edge,) = (one for one in nudges(source) if (one.before, one.after) == ("20%", "21%"))
    assert [one.loc[-1] for one in edge.edits] == ["below", "from"]
    assert nudged(source, edge) is not None


def test_what_the_tests_notice(found: tuple[Mutant, ...]) -> None:
    assert fates(found, "works.award.1.rate") == {"11%": "noticed", "9%": "noticed"}
    assert fates(found, "works.when.0") == {"": "noticed", "enterprise.size is medium": "noticed"}
    assert fates(found, "growth.award.0.rows.1.lump_sum") == {"31万元": "noticed", "29万元": "noticed"}
    assert fates(found, "growth.award.0.rows.0.below") == dict.fromkeys(("to 20%", "21%", "19%"), "noticed")


def test_what_survives_is_told_with_a_case_that_would_notice_it(found: tuple[Mutant, ...]) -> None:
    (cap,) = (one for one in found if one.nudge.after == "301万元")
    assert (cap.fate, cap.witness) == ("survived", "projects[0].costs[0].amount = 30000000.1元 (from works/pays)")
    assert cap.nudge.quote == "最高300万元"
    assert str(cap.nudge.place).endswith("small.yaml:41:10")
    assert fates(found, "policy.window.end") == {"2028-01-01": "survived", "2027-12-30": "survived"}


def test_a_rule_between_awards_is_not_shown_equal_by_awards_alone(found: tuple[Mutant, ...]) -> None:
    assert fates(found, "once") == {"": "survived"}


def test_what_another_condition_holds_anyway_is_equal(found: tuple[Mutant, ...]) -> None:
    assert fates(found, "growth.when.0")["enterprise.revenue_growth >= 9%"] == "equal"
    assert all(one.points for one in found if one.fate == "equal")
    assert 0 < share(found) < 1


def test_a_list_of_what_has_been_looked_at(found: tuple[Mutant, ...], tmp_path: Path) -> None:
    listing = tmp_path / "small.mutants.yaml"
    listing.write_text(
        "mutants: 1\nreviewed:\n"
        "- {at: growth.when.0, was: enterprise.revenue_growth >= 10%, becomes: '', why: 分档本身从10%起}\n"
        "- {at: works.award.1.rate, was: 10%, becomes: 11%, why: 不再需要}\n"
    )
    reviews = reviewed_of(listing)
    marked = [one.nudge.path for one in with_reviews(found, reviews) if one.reviewed]
    assert marked == ["growth.when.0", "works.award.1.rate"]
    assert left_over(found, reviews) == reviews[1:]


@pytest.mark.parametrize(
    "text",
    [
        "mutants: 2\nreviewed: []\n",
        "mutants: 1\n",
        "mutants: 1\nreviewed: [{at: a, was: b, becomes: c}]\n",
        "mutants: 1\nreviewed: [{at: a, was: b, becomes: c, why: d, who: e}]\n",
    ],
)
def test_a_list_that_is_wrong(text: str, tmp_path: Path) -> None:
    file = tmp_path / "small.mutants.yaml"
    file.write_text(text)
    with pytest.raises(InputError):
        reviewed_of(file)


def test_the_command(tmp_path: Path) -> None:
    for name in ("small.yaml", "small.tests.yaml"):
        shutil.copy(SMALL.with_name(name), tmp_path / name)
    suite = load_suite(tmp_path / "small.tests.yaml")
    call = ["test", str(suite.path), "--mutate", "--clause", "growth", "--lang", "en"]
    first = CliRunner().invoke(app, call)
    assert first.exit_code == 1
    assert "equal at all break points:" in first.output
    listed = [
        f"- {{at: {one.nudge.path}, was: {one.nudge.before}, becomes: '{one.nudge.after}', why: 分档从10%起}}"
        for one in mutants(suite, run_suite(suite), only=["growth"])
        if one.fate == "equal"
    ]
    reviews_beside(suite).write_text("mutants: 1\nreviewed:\n" + "\n".join(listed) + "\n")
    again = CliRunner().invoke(app, call)
    assert again.exit_code == 0, again.output
    assert f"{len(listed)} reviewed" in again.output


def test_calls_that_are_refused() -> None:
    suite = load_suite(SMALL.with_name("small.tests.yaml"))
    with pytest.raises(UsageError, match="no sentence 'none'"):
        mutants(suite, (), only=["none"])
    (outcome, *_) = run_suite(suite)
    failing = replace(outcome, differences=(None,))  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="fails without any change"):
        mutants(suite, [failing])
    for options in (["--clause", "growth"], ["--mutate", "--generate"]):
        assert CliRunner().invoke(app, ["test", str(SMALL), *options]).exit_code == 2


def test_money_of_another_country_in_the_language_of_its_policy() -> None:
    source = read_policy(POLICIES / "reeg.yaml")
    made = list(nudges(source))
    assert sum(nudged(source, one) is not None for one in made[::7]) > len(made[::7]) - 3
    assert {one.sentence for one in made} >= {"measure", "pump", "of_the_year", "exclusion"}
