"""What ceilings leave where amounts are open holds whatever they turn out to be; and the certificates of a result."""

from __future__ import annotations

import json
import random
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import pytest

from subsidy_rules import Case, Entitlement, check_choices, evaluate, load_policies
from subsidy_rules.award import contest, selection
from subsidy_rules.award.contest import CeilingGroup, Contest, Reduce, Table
from subsidy_rules.award.overlap import Edge
from subsidy_rules.values.amount import FALSE, TRUE, Amount, Four, Truth

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

HEAD = """\
language: 1
policy:
  id: made
  title: 某办法
  issuer: 某市
  document: 某发〔2025〕1号
  place: {code: "330100"}
  window: {start: 2025-01-01, end: 2027-12-31}
  rounding: {unit: 分, stated: false}
  unstated_cumulation: SILENCE
clauses:
"""
CASE = (
    'case: 1\ndecision_date: 2025-09-01\nenterprise: {place: "330100"}\nassume_none: [titles, grants, earlier_awards]\n'
)


def clause(name: str, award: str) -> str:
    return (
        f"- id: {name}\n  path: 一\n  sentence: 1\n  quote: 给予奖励\n  per: project\n  fund: city\n"
        f"  award: [{award}]\n"
    )


def ask(
    tmp_path: Path, awards: dict[str, str], rules: Iterable[str], case: str = "", silence: str = "sum"
) -> Entitlement:
    text = HEAD.replace("SILENCE", silence) + "".join(clause(name, award) for name, award in awards.items())
    text += "cumulation:\n" + "".join(f"- {{{rule}, quote: 给予奖励}}\n" for rule in rules)
    path = tmp_path / "made.yaml"
    path.write_text(text, encoding="utf-8")
    return evaluate(Case.from_text(CASE + (case or "projects: [{id: p1}]\n")), load_policies([str(path)]))


def nets(result: Entitlement) -> dict[str, str]:
    found = {award["clause"]: award["net"] for award in json.loads(result.to_json())["awards"]}
    return {
        name: net["min"] if net["min"] == net["max"] else f"{net['min']}..{net['max']}" for name, net in found.items()
    }


def over(clauses: str, cap: str, reduce: str = "last_in", name: str = "cap") -> str:
    return f"id: {name}, kind: ceiling, clauses: [{clauses}], cap: {cap}, reduce: {reduce}"


def beside(one: str, other: str) -> str:
    return f"id: {one}{other}, kind: higher_of, clauses: [{one}], against: [{other}], same: project"


@pytest.mark.parametrize(
    ("reduce", "left"),
    [
        ("last_in", ("100000.00", "0.00", "0.00")),
        ("pro_rata", ("33333.34", "33333.33", "33333.33")),
        ("[a]", ("0.00", "100000.00", "0.00")),
        ("[b, a]", ("0.00", "0.00", "100000.00")),
    ],
)
def test_a_ceiling_cuts_in_its_own_order(tmp_path: Path, reduce: str, left: tuple[str, ...]) -> None:
    awards = dict.fromkeys("abc", "{lump_sum: 10万元}")
    result = ask(tmp_path, awards, [over("a, b, c", "10万元", reduce)])
    assert tuple(nets(result).values()) == left
    (group,) = result.cumulation
    assert group.choice.state == "decided"
    assert group.choice.odd_units == ((("made/a@p1", "made/cap"),) if reduce == "pro_rata" else ())
    assert not check_choices(json.loads(result.to_json()))


def test_the_odd_units_go_to_the_greatest_remainders(tmp_path: Path) -> None:
    """0.10元 over 1, 1 and 5元: 1.43, 1.43 and 7.14 fen; the fen left over goes to the first of the two at .43."""
    awards = {"a": "{lump_sum: 5元}", "b": "{lump_sum: 1元}", "c": "{lump_sum: 1元}"}
    result = ask(tmp_path, awards, [over("a, b, c", "0.1元", "pro_rata")])
    assert nets(result) == {"a": "0.07", "b": "0.02", "c": "0.01"}
    assert result.cumulation[0].choice.odd_units == (("made/b@p1", "made/cap"),)
    (group,) = json.loads(result.to_json())["cumulation"]
    assert group["choice"]["odd_units"] == [{"award": "made/b@p1", "rule": "made/cap"}]
    assert "余下的最小货币单位归此项" in result.explain("b", "zh")
    assert "the smallest unit of the money that cutting pro rata left over" in result.explain("b", "en")
    assert "归此项" not in result.explain("a", "zh")


def test_ceilings_of_two_orders_cut_one_after_another(tmp_path: Path) -> None:
    """40万元 of a and b pro rata, then 50万元 of all with c first: c has what the others leave."""
    awards = {"a": "{lump_sum: 30万元}", "b": "{lump_sum: 50万元}", "c": "{lump_sum: 20万元}"}
    rules = [over("a, b, c", "50万元", "[c]", "whole"), over("a, b", "40万元", "pro_rata")]
    result = ask(tmp_path, awards, rules)
    assert nets(result) == {"a": "150000.00", "b": "250000.00", "c": "100000.00"}


def test_what_a_ceiling_has_is_paid_in_whole_units(tmp_path: Path) -> None:
    awards = {"a": "{lump_sum: 5元}", "b": "{lump_sum: 5元}"}
    result = ask(tmp_path, awards, [over("a, b", "project.total * 10%")], "projects: [{id: p1, total: 60.55元}]\n")
    assert nets(result) == {"a": "5.00", "b": "1.05"}


def test_of_all_mixed_the_best_is_found_and_proven(tmp_path: Path) -> None:
    """The ring a-b-c-d-e with a ceiling over a and c: of their 24万元 20 are left, so a and d are best with 24."""
    figures = {"a": 12, "b": 11, "c": 12, "d": 12, "e": 5}
    rules = [beside(one, other) for one, other in ("ab", "bc", "cd", "de", "ea")]
    result = ask(tmp_path, {n: f"{{lump_sum: {f}万元}}" for n, f in figures.items()}, [*rules, over("a, c", "20万元")])
    choice = result.cumulation[0].choice
    assert choice.chosen == ("made/a@p1", "made/d@p1")
    assert [(one.award, one.to) for one in choice.lost] == [
        ("made/b@p1", (("made/a@p1", "made/ab"),)),
        ("made/c@p1", (("made/d@p1", "made/cd"),)),
        ("made/e@p1", (("made/a@p1", "made/ea"), ("made/d@p1", "made/de"))),
    ]
    assert result.total.possible.numbers == (Fraction(24_000_000),) * 4
    assert "未计入，因为计入了：made/a@p1、made/d@p1。" in result.explain("e", "zh")
    assert "It is not counted because this is: made/d@p1." in result.explain("c", "en")
    assert "未计入" not in result.explain("a", "zh")
    assert not check_choices(json.loads(result.to_json()))


def test_a_winner_is_proven_at_its_least_beside_the_most_of_the_others(tmp_path: Path) -> None:
    awards = {
        "a": "{lump_sum: 50万元}",
        "b": "{at_most: 20万元}",
        "c": "{basis: project.total}, {cap: 20万元, of: award, per: project}",
    }
    result = ask(tmp_path, awards, [beside("a", "b"), beside("a", "c")])
    choice = result.cumulation[0].choice
    assert (choice.state, choice.chosen) == ("decided", ("made/a@p1",))
    (floor, ceiling) = choice.proofs
    assert [proof.certificate.bound for proof in (floor, ceiling)] == [50_000_000, 50_000_000]
    assert not check_choices(json.loads(result.to_json()))


@pytest.mark.parametrize(
    ("awards", "silence", "state"),
    [
        ({"a": "{lump_sum: 50万元}", "b": "{basis: project.total}"}, "higher_of", "facts"),
        ({"a": "{lump_sum: 50万元}", "b": "{at_most: 60万元}"}, "higher_of", "law"),
        ({"a": "{lump_sum: 50万元}", "b": "{lump_sum: 60万元}"}, "undecided", "law"),
        ({"a": "{lump_sum: 50万元}", "b": "{lump_sum: 60万元}"}, "higher_of", "decided"),
    ],
)
def test_it_says_what_leaves_a_choice_open(tmp_path: Path, awards: dict[str, str], silence: str, state: str) -> None:
    capped = {name: award + ", {cap: 80万元, of: award, per: project}" for name, award in awards.items()}
    result = ask(tmp_path, capped, [over("a, b", "500万元")], silence=silence)
    assert result.cumulation[0].choice.state == state
    assert not check_choices(json.loads(result.to_json()))


@pytest.mark.parametrize("total", ["", ", total: 90万元"])
def test_above_the_limit_a_result_has_the_best_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, total: str
) -> None:
    monkeypatch.setattr(selection, "NODES", 0)
    awards = dict.fromkeys("abcd", "{lump_sum: 10万元}") | {
        "e": "{basis: project.total}, {cap: 10万元, of: award, per: project}"
    }
    rules = [beside(one, other) for one, other in ("ab", "bc", "cd", "de", "ea")]
    result = ask(tmp_path, awards, rules, f"projects: [{{id: p1{total}}}]\n")
    choice = result.cumulation[0].choice
    assert choice.state == "limit"
    assert "未能求得确定的最优组合" in result.explain("a", "zh")
    assert [(proof.certificate.worth, proof.certificate.bound) for proof in choice.proofs] == (
        [(20_000_000, 30_000_000)] if total else []
    )
    assert not check_choices(json.loads(result.to_json()))


def test_a_result_that_was_changed_is_told(tmp_path: Path) -> None:
    awards = {"a": "{lump_sum: 50万元}", "b": "{lump_sum: 60万元}"}
    told = json.loads(ask(tmp_path, awards, [beside("a", "b")]).to_json())
    (choice,) = (group["choice"] for group in told["cumulation"])
    changes: dict[str, dict[str, Any]] = {
        "worth": {"worth": "500000.00"},
        "bound": {"bound": "700000.00"},
        "decided": {"bound": "700000.00"},
        "gross": {"figures": [{"award": "made/a@p1", "figure": "510000.00"}, choice["proofs"][0]["figures"][1]]},
    }
    for wrong, change in changes.items():
        proof = choice["proofs"][0]
        choice["proofs"] = [proof | change]
        assert f"made/a@p1 made/b@p1: {wrong}" in check_choices(told)
        choice["proofs"] = [proof]
    choice["chosen"] = ["made/a@p1"]
    assert set(check_choices(told)) >= {"made/a@p1 made/b@p1: lost", "made/a@p1 made/b@p1: worth"}


# open amounts


ORDERS: tuple[Reduce, ...] = ("last_in", "pro_rata", ("x",))


def room_for(ceilings: list[CeilingGroup], weights: dict[int, Four], edges: Sequence[Edge] = ()) -> Contest:
    """A contest whose named order is that of the numbers, the greatest paid first."""
    table = Table(lambda _: {}, lambda how, places: sorted(places, reverse=isinstance(how, tuple)), {})
    return Contest(sorted(weights), weights, edges, ceilings, table)


def point(figure: int) -> Four:
    return (Fraction(figure),) * 4


@pytest.mark.parametrize("number", range(40))
def test_what_is_left_of_open_amounts_holds_whatever_they_are(number: int) -> None:
    rng = random.Random(f"open amounts {number}")
    count = rng.randint(2, 5)
    ends = {one: sorted(rng.sample(range(60), 2)) if rng.random() < 2 / 3 else [30, 30] for one in range(count)}
    weights = {one: (Fraction(lo), Fraction(hi)) * 2 for one, (lo, hi) in ends.items()}
    edges = [Edge(0, 1, TRUE, TRUE, "any", "made/rule")] if rng.random() < 1 / 2 else []
    groups = []
    for _ in range(rng.randint(1, 3)):
        members = tuple(sorted(rng.sample(range(count), rng.randint(2, count))))
        reduce: Reduce = rng.choice(ORDERS)
        room = Amount.exact(Fraction(rng.randint(10, 100)))
        groups.append(CeilingGroup(members, room, "made/cap", frozenset(), (TRUE,) * len(members), reduce))
    found = room_for(groups, dict(weights), edges)
    hulls = {one: found.net(one)[0] for one in weights}
    for _ in range(60):
        case = {one: point(rng.randint(lo, hi)) for one, (lo, hi) in ends.items()}
        exact = room_for(groups, case, edges)
        for one, hull in hulls.items():
            net, _ = exact.net(one)
            assert hull[0] <= net[0] <= net[3] <= hull[3], (one, hull, net)
            assert hull[2] <= net[3], (one, hull, net)
            assert net[0] <= hull[1], (one, hull, net)


def test_of_too_many_sets_any_may_be_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contest, "SETS", 2)
    pairs = [(0, 1), (2, 3), (4, 5)]
    edges = [Edge(a, b, TRUE, TRUE, "any", "made/rule") for a, b in pairs]
    weights = {one: (Fraction(10), Fraction(20)) * 2 for one in range(6)}
    found = room_for([], dict(weights), edges)
    assert found.sets is None
    assert found.net(0)[0] == (Fraction(0), Fraction(20)) * 2
    assert found.limited
    capped = CeilingGroup((0, 2), Amount.exact(Fraction(15)), "made/cap", frozenset(), (TRUE, TRUE))
    found = room_for([capped], dict(weights), edges)
    assert found.net(0)[0] == (Fraction(0), Fraction(15)) * 2
    assert found.winners is None


def test_awards_of_which_nothing_is_sure_do_not_exclude_each_other() -> None:
    weights = {0: point(10), 1: point(20)}
    assert room_for([], weights, [Edge(0, 1, FALSE, FALSE, "any")]).winners == frozenset({0, 1})


def test_where_a_fact_says_whether_two_exclude_each_other_any_set_may_be_taken() -> None:
    """Under 15 both are paid, 10 and 5 of 10, if they don't exclude each other; else the first, or the second whole."""
    unknown = Truth.unknown(("projects[0]", "extra"))
    capped = CeilingGroup((0, 1), Amount.exact(Fraction(15)), "made/cap", frozenset(), (TRUE, TRUE))
    found = room_for([capped], {0: point(10), 1: point(10)}, [Edge(0, 1, unknown, unknown, "any", "made/rule")])
    assert found.sets is None
    assert found.net(1)[0] == (Fraction(0), Fraction(10)) * 2


def test_what_is_shared_pro_rata_may_round_one_unit_either_way() -> None:
    """20 shared by 10 to 20 and by 30: 20 × 10/40 = 5 and 20 × 20/50 = 8, each a unit less or more; of 30, 12 to 15."""
    capped = CeilingGroup((0, 1), Amount.exact(Fraction(20)), "made/cap", frozenset(), (TRUE, TRUE), "pro_rata")
    found = room_for([capped], {0: (Fraction(10), Fraction(20)) * 2, 1: point(30)}, [])
    assert found.net(0)[0] == (Fraction(4), Fraction(9)) * 2
    assert found.net(1)[0] == (Fraction(11), Fraction(16)) * 2


def test_a_wrong_proof_is_told_before_one_that_holds(tmp_path: Path) -> None:
    awards = {"a": "{lump_sum: 10万元}", "b": "{lump_sum: 20万元}"}
    told = json.loads(ask(tmp_path, awards, [beside("a", "b")]).to_json())
    ((proof,),) = (group["choice"]["proofs"] for group in told["cumulation"])
    told["cumulation"][0]["choice"]["proofs"] = [{**proof, "bound": "9.00"}, proof]
    assert check_choices(told) == ["made/a@p1 made/b@p1: bound", "made/a@p1 made/b@p1: decided"]


PAIR = "id: r, kind: higher_of, clauses: [a, b], same: project"


@pytest.mark.parametrize(
    ("who", "total", "net", "state"),
    [
        ("higher", "exact 30000000", {"a": "300000.00", "b": "0.00"}, "decided"),
        ("applicant", "exact 30000000", {"a": "300000.00", "b": "0.00"}, "decided"),
        ("authority", "between 20000000 30000000", {"a": "0.00..300000.00", "b": "0.00..200000.00"}, "law"),
    ],
)
def test_who_chooses(tmp_path: Path, who: str, total: str, net: dict[str, str], state: str) -> None:
    result = ask(tmp_path, {"a": "lump_sum: 30万元", "b": "lump_sum: 20万元"}, [f"{PAIR}, choice: {who}"])
    possible = result.total.possible
    assert " ".join(dict.fromkeys(map(str, (possible.kind, possible.minimum, possible.maximum)))) == total
    assert nets(result) == net
    (group,) = result.cumulation
    assert group.choice.state == state
    assert group.choice.by == (() if who == "higher" else (("made/r", who),))
    assert ("authority_choice" in possible.reasons) == (who == "authority")
    assert result.total.decided == possible
    said = [result.explain("a", lang=lang) for lang in ("zh", "en")]
    words = {"higher": ("", ""), "applicant": ("由申报者选择", "the applicant chooses")}
    words["authority"] = ("取哪一项由有权机关决定", "an authority chooses which is paid")
    assert all(word in text for word, text in zip(words[who], said, strict=True))
    assert check_choices(json.loads(result.to_json())) == []


def ends(result: Entitlement) -> tuple[object, object]:
    return result.total.possible.minimum, result.total.possible.maximum


def test_beside_what_an_authority_chooses_the_best_is_taken(tmp_path: Path) -> None:
    # an authority chooses between a and b; c or d is the higher, whatever it chooses: 20 + 50 to 30 + 50
    awards = {"a": "lump_sum: 30万元", "b": "lump_sum: 20万元", "c": "lump_sum: 50万元", "d": "lump_sum: 40万元"}
    other = "id: s, kind: higher_of, clauses: [c, d], same: project"
    result = ask(tmp_path, awards, [f"{PAIR}, choice: authority", other])
    assert ends(result) == (70_000_000, 80_000_000)
    # b excludes c too: with a, c is paid, 80; with b, d, which is 60
    across = "id: t, kind: higher_of, clauses: [b], against: [c], same: project"
    result = ask(tmp_path, awards, [f"{PAIR}, choice: authority", other, across])
    assert ends(result) == (60_000_000, 80_000_000)


def test_an_open_pair_of_which_an_authority_chooses_is_bounded() -> None:
    # whether they exclude each other is not known: both are paid, 30, or one is, which may be the lesser
    unknown = Truth.unknown(("", "x"))
    edge = Edge(0, 1, unknown, unknown, "any", "made/rule", choice="authority")
    assert room_for([], {0: point(10), 1: point(20)}, [edge]).best([0, 1]) == tuple(map(Fraction, (10, 30, 20, 30)))
