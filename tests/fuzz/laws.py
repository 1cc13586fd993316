"""What must hold of every pack and every case: each law says where it is broken."""

from __future__ import annotations

import copy
import re
from itertools import product
from math import prod
from typing import TYPE_CHECKING, TypeAlias

from subsidy_rules import Case, evaluate
from subsidy_rules.values.quantity import Infinity, parse_money
from tests.fuzz.cases import FAR, Telling, at, put, without

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator, Mapping, Sequence

    from subsidy_rules import Amount, Award, Entitlement, Policies
    from tests.fuzz.cases import Path
    from tests.fuzz.packs import Pack, Tree

Four: TypeAlias = "tuple[int, ...]"
ZERO: Four = (0, 0, 0, 0)


def ask(case: Tree, policies: Policies, readings: Mapping[str, str] | None = None) -> Entitlement:
    return evaluate(Case.from_dict(copy.deepcopy(case)), policies, readings=readings)


def numbers(amount: Amount) -> Four:
    """The four numbers, with a stand-in for no end."""
    return tuple(FAR if isinstance(n, Infinity) else min(int(n), FAR) for n in amount.numbers)


def rows(result: Entitlement) -> dict[str, tuple[str, Award]]:
    found = {row.id: ("awards", row) for row in result.awards}
    return found | {row.id: ("undecided", row) for row in result.undecided}


def written(path: Path) -> str:
    """A fact's path as the library writes it."""
    made = ""
    for step in path:
        made += f"[{step}]" if isinstance(step, int) else f".{step}" if made else str(step)
    return made


def hull(some: Sequence[Four]) -> Four:
    return (
        min(one[0] for one in some),
        max(one[1] for one in some),
        min(one[2] for one in some),
        max(one[3] for one in some),
    )


# completions


class Completions:
    """Every completion of a case with some facts hidden, and what the library says of each."""

    def __init__(self, pack: Pack, case: Tree, hidden: Sequence[Path]) -> None:
        self.case, self.hidden = case, hidden
        telling = Telling(pack, case)
        self.choices = [telling.of(path) for path in hidden]
        self.size = prod(map(len, self.choices))

    def answers(self, policies: Policies) -> dict[tuple[int, ...], Entitlement]:
        found = {}
        for places in product(*(range(len(values)) for values in self.choices)):
            full = copy.deepcopy(self.case)
            for path, place, values in zip(self.hidden, places, self.choices, strict=True):
                put(full, path, values[place])
            found[places] = ask(full, policies)
        return found


def clauses_of(pack: Pack) -> list[Tree]:
    return clauses_in(pack.tree)


def clauses_in(tree: Tree) -> list[Tree]:
    found = tree["clauses"]
    assert isinstance(found, list)
    return found


Said: TypeAlias = "tuple[str, bool, Four, Four]"
REFUSED: Said = ("not_eligible", False, ZERO, ZERO)


def said(result: Entitlement) -> dict[str, Said]:
    return {
        name: (listed, row.status == "barred", numbers(row.amount), numbers(row.gated))
        for name, (listed, row) in rows(result).items()
    }


def completed(pack: Pack, case: Tree, hidden: Sequence[Path], policies: Policies) -> Iterator[str]:
    """S10: the answer with facts hidden is the hull of the complete answers."""
    partial = ask(without(case, hidden), policies)
    answers = Completions(pack, case, hidden).answers(policies)
    every = {places: said(answer) for places, answer in answers.items()}
    whys = {places: reasons(answer) for places, answer in answers.items()}
    grouped = {str(path[-1]) for path in hidden} & {"park", "year", "track"}
    names = {name for one in every.values() for name in one}
    wide = rows(partial)
    groups = {f"made/{clause['id']}" for clause in clauses_of(pack) if isinstance(clause.get("per"), dict)}
    by_keys = {name for name in names | wide.keys() if name.partition("@")[0] in groups}
    for name in sorted(names | wide.keys()):
        if grouped and name in by_keys:
            continue
        found = [one.get(name, REFUSED) for one in every.values()]
        lists, barred = {one[0] for one in found}, {one[1] for one in found}
        expected = "undecided" if len(lists) > 1 or len(barred) > 1 else min(lists)
        listed, row = wide.get(name, ("not_eligible", None))
        if listed != expected:
            yield f"{name}: in {listed}, expected {expected}"
        if row is None:
            continue
        if not row.outer:
            gated = hull([one[3] for one in found])
            gross = [one[2] for one in found if one[0] != "not_eligible"]
            if numbers(row.gated) != gated:
                yield f"{name}: gated {numbers(row.gated)}, expected {gated}"
            if gross and numbers(row.amount) != hull(gross):
                yield f"{name}: gross {numbers(row.amount)}, expected {hull(gross)}"
        telling = {written(path) for place, path in enumerate(hidden) if matters(every, place, name)}
        maybe = {
            written(path) for place, path in enumerate(hidden) if lists == {"undecided"} or matters(whys, place, name)
        }
        if not set(row.needs) <= telling | maybe or (telling and not row.needs):
            yield f"{name}: asks for {row.needs}, and the completions differ by {sorted(telling)}"
        yield from left_of(row, name, answers, hidden, partial)
    yield from completed_total(partial, answers, hidden, (every, whys))


def left_of(
    row: Award,
    name: str,
    answers: Mapping[tuple[int, ...], Entitlement],
    hidden: Sequence[Path],
    partial: Entitlement,
) -> Iterator[str]:
    """What is left of an award beside the others is within what the answer says; what moves it is asked."""
    if partial.total.outer or any(
        set(partial.total.open_ended) != set(one.total.open_ended) for one in answers.values()
    ):
        return
    nets = {
        places: {name: numbers(found[name][1].net)} for places, one in answers.items() if name in (found := rows(one))
    }
    all_nets = {places: nets.get(places, {name: ZERO}) for places in answers}
    low, high = hull([one[name] for one in all_nets.values()]), numbers(row.net)
    if high[0] > low[0] or high[1] < low[1] or high[2] > low[2] or high[3] < low[3]:
        yield f"{name}: net {high}, and the completions {low}"
    telling = {written(path) for place, path in enumerate(hidden) if matters(all_nets, place, name)}
    if telling and not row.needs:
        yield f"{name}: asks for nothing, and what is left of it differs by {sorted(telling)}"
    if not row.net.decided and not row.needs:
        yield f"{name}: net {high} is open, and nothing is asked"


def completed_total(
    partial: Entitlement,
    answers: Mapping[tuple[int, ...], Entitlement],
    hidden: Sequence[Path],
    said_of: Sequence[Mapping[tuple[int, ...], Mapping[str, object]]],
) -> Iterator[str]:
    aside = set(partial.total.open_ended)
    if not partial.total.outer and all(aside <= set(one.total.open_ended) for one in answers.values()):
        expected = hull([numbers(one.total.possible) for one in answers.values()])
        if numbers(partial.total.possible) != expected:
            yield f"possible: {numbers(partial.total.possible)}, expected {expected}"
    if numbers(partial.total.decided)[0] > min(numbers(one.total.decided)[0] for one in answers.values()):
        yield "decided: the floor is not sound"
    totals = {places: {"": numbers(one.total.possible)} for places, one in answers.items()}
    for path in partial.deciding_facts:
        known = [written(one) for one in hidden]
        if path not in known:
            yield f"{path} is asked, and is not hidden"
            continue
        place = known.index(path)
        told = (
            matters(every, place, name)
            for every in said_of
            for name in {name for one in every.values() for name in one}
        )
        if not matters(totals, place, "") and not any(told):
            yield f"{path} is asked, and no two completions differ by it"


def reasons(result: Entitlement) -> dict[str, object]:
    """Why each award is open, and what became of it."""
    return {
        name: (sorted(row.gated.reasons), row.status, row.rule, numbers(row.net))
        for name, (_, row) in rows(result).items()
    }


def matters(every: Mapping[tuple[int, ...], Mapping[str, object]], place: int, name: str) -> bool:
    """Whether two completions that differ in this fact alone differ in this award."""
    seen: dict[tuple[int, ...], object] = {}
    for places, one in every.items():
        others = places[:place] + places[place + 1 :]
        if seen.setdefault(others, one.get(name, REFUSED)) != one.get(name, REFUSED):
            return True
    return False


# whole cases


def whole(result: Entitlement) -> Iterator[str]:
    """Where every fact is given, the facts leave nothing open and nothing is asked."""
    for name, (_, row) in rows(result).items():
        if not (row.amount.decided and row.gated.decided):
            yield f"{name}: open though all is given: {numbers(row.amount)} {numbers(row.gated)}"
        if row.needs:
            yield f"{name}: asks for {row.needs} though all is given"
    if not (result.total.decided.decided and result.total.possible.decided):
        yield "total: open though all is given"
    if result.deciding_facts:
        yield f"asks for {result.deciding_facts} though all is given"


def sums(result: Entitlement) -> Iterator[str]:
    """No total is above the sum of its awards; nets add up to it unless it says that they do not."""
    kept = [row for name, (_, row) in rows(result).items() if name not in result.total.open_ended]
    possible = numbers(result.total.possible)
    if possible[3] > sum(numbers(row.gated)[3] for row in kept):
        yield f"possible: {possible} is above the sum of the awards"
    decided = sum(numbers(row.gated)[3] for row in kept if row in result.awards)
    if numbers(result.total.decided)[3] > decided:
        yield f"decided: {numbers(result.total.decided)} is above the sum of the awards {decided}"
    nets = tuple(sum(numbers(row.net)[end] for row in kept) for end in range(4))
    if result.total.additive and nets != possible:
        yield f"the nets add up to {nets}, the total is {possible}, and it says additive"
    for row in kept:
        if numbers(row.net)[3] > numbers(row.gated)[3]:
            yield f"{row.id}: net {numbers(row.net)} is above {numbers(row.gated)}"


def alternatives(case: Tree, policies: Policies, result: Entitlement) -> Iterator[str]:
    """S23: an alternative is what a fresh evaluation under that option gives, and the spread holds each."""
    taken = numbers(result.total.possible)
    listed = {use.id: {one.option: numbers(one.amount) for one in use.alternatives} for use in result.readings}
    spread = numbers(result.spread)
    if spread[0] > taken[0] or spread[3] < taken[3]:
        yield f"spread {spread} does not hold {taken}"
    (plan,) = policies.plans
    options = {name: tuple(reading.options) for name, reading in plan.readings.items()}
    options[plan.silence] = ("undecided", "higher_of", "sum")
    for name, some in options.items():
        for option in some:
            fresh = ask(case, policies, {name: option})
            total = numbers(fresh.total.possible)
            if option != result.stamp.readings[name]:
                found = listed.get(name, {}).get(option, taken)
                if found != total:
                    yield f"{name}={option}: alternative {found}, fresh {total}"
                yield from alternatives_of_awards(result, fresh, name, option)
            if spread[0] > total[0] or spread[3] < total[3]:
                yield f"spread {spread} does not hold {name}={option} {total}"


def alternatives_of_awards(result: Entitlement, fresh: Entitlement, name: str, option: str) -> Iterator[str]:
    now, then = rows(result), rows(fresh)
    for award, (_, row) in now.items():
        uses = {use.id: {one.option: one for one in use.alternatives} for use in row.readings}
        found = uses.get(name, {}).get(option)
        other = then.get(award)
        gives = {ZERO} if other is None else {numbers(other[1].net)}
        if other is not None and other[1].status == "contender":
            gives.add(numbers(other[1].gated))
        if found is not None and numbers(found.amount) not in gives:
            yield f"{award} {name}={option}: alternative {numbers(found.amount)}, fresh {sorted(gives)}"
        if found is None and other is None:
            yield f"{award} {name}={option}: refused under that option, and not said"


def same_figures(one: Entitlement, other: Entitlement, names: Mapping[str, str] | None = None) -> Iterator[str]:
    """Whether two answers have the same figures; `names` says how ids are written in the other."""

    def turned(text: str) -> str:
        return "".join((names or {}).get(part, part) for part in re.split(r"([/@])", text))

    first, second = (
        {turn(name): row for name, row in said(result).items() if "?" not in name}
        for result, turn in ((one, turned), (other, str))
    )
    for name in sorted(first.keys() | second.keys()):
        if first.get(name) != second.get(name):
            yield f"{name}: {first.get(name)} | {second.get(name)}"
    for kind in ("decided", "possible"):
        a, b = numbers(getattr(one.total, kind)), numbers(getattr(other.total, kind))
        if a != b:
            yield f"{kind}: {a} | {b}"
    asked, same = (sorted(row.clause for row in result.not_asked) for result in (one, other))
    if sorted(map(turned, asked)) != same:
        yield f"not asked: {asked} | {same}"


def dearer(case: Tree, path: Path, more: int) -> Tree:
    """The same case with one amount raised by so many fen."""
    made = copy.deepcopy(case)
    thing = at(made, path[:-1])
    thing[str(path[-1])] = f"{int(parse_money(str(thing[str(path[-1])]))) + more}分"
    return made


def grows(pack: Pack, case: Tree, policies: Policies, result: Entitlement, path: Path) -> Iterator[str]:
    """A sentence that only takes a share of the costs, and asks nothing of them, never gives less for dearer ones."""
    plain = {f"made/{clause['id']}" for clause in clauses_of(pack) if takes_a_share(clause)}
    more = rows(ask(dearer(case, path, 12_345_678), policies))
    for name, (_, row) in rows(result).items():
        if name.partition("@")[0] in plain and name in more:
            before, after = numbers(row.amount), numbers(more[name][1].amount)
            if any(a > b for a, b in zip(before, after, strict=True)):
                yield f"{name}: {before} falls to {after} with dearer {path}"


def takes_a_share(clause: Tree) -> bool:
    """Whether every step is the same whatever the costs are."""
    award = str(clause.get("award"))
    plain = not any(part in award for part in ("tiers", " / ", "award.", "min of"))
    asked = str(clause.get("when"))
    return (
        "award" in clause
        and plain
        and not re.search(r"costs|award\.", asked)
        and ".amount" not in str(clause.get("where"))
    )


def stricter(pack: Pack, rng: random.Random) -> Tree | None:
    """The same pack with one cap or one ceiling halved; None where it has none."""
    tree = copy.deepcopy(pack.tree)
    steps = [step for clause in tree["clauses"] for step in clause.get("award", []) if isinstance(step.get("cap"), str)]  # type: ignore[attr-defined]
    rules = [rule for rule in tree.get("cumulation", []) if isinstance(rule.get("cap"), str)]  # type: ignore[attr-defined]
    if not steps + rules:
        return None
    one = rng.choice([*steps, *rules])
    one["cap"] = f"{int(parse_money(one['cap'])) // 2}分"
    return tree


def shuffled(rng: random.Random, tree: Tree) -> Tree:
    """The same pack in another order. Of two rules that speak of one pair the first holds, so those keep theirs."""
    made = copy.deepcopy(tree)
    rules = made.get("cumulation", [])
    assert isinstance(rules, list)
    rng.shuffle(clauses_in(made))
    if sum(rule["kind"] in ("stacks", "higher_of") for rule in rules) < 2:
        rng.shuffle(rules)
    return made


def of_groups(pack: Pack, fault: str) -> bool:
    """Whether a fault is of a group whose key is unknown: it goes by another name then."""
    groups = {f"made/{clause['id']}@" for clause in clauses_of(pack) if isinstance(clause.get("per"), dict)}
    return any(fault.startswith(name) for name in groups)
