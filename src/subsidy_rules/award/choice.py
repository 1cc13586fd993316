"""The certificate of a choice among awards that meet: what is paid, what each other lost to, and the proof of it.

A result carries one for each group of awards that meet. It is `decided` where the rules name what is paid whatever is
still open; else it says what leaves it open: the `facts`, the `law`, or the `limit` of the search, and then the best
that was found and the bound that was reached. Each proof holds the figures that are worst for the choice (what is
chosen at its least, all else at its greatest), so that who holds the result alone can verify it:

    import json
    from subsidy_rules import check_choices

    assert not check_choices(json.load(open("result.json")))
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Final, Literal, TypeAlias, cast

from subsidy_rules.award.ceilings import Ceiling
from subsidy_rules.award.selection import Certificate, Layer, Problem, Proof, check_certificate
from subsidy_rules.errors import UsageError
from subsidy_rules.values.classes import dataclass
from subsidy_rules.values.quantity import CNY, Currency, yuan_text

if TYPE_CHECKING:
    from subsidy_rules.award.model import Json

State: TypeAlias = Literal["decided", "facts", "law", "limit"]
Record: TypeAlias = Mapping[str, object]
UNDECIDED: Final = ("facts", "law", "limit")


@dataclass(frozen=True, slots=True)
class Loss:
    """An award that is not paid, and the chosen ones that exclude it, each with the rule or the reading."""

    award: str
    to: tuple[tuple[str, str], ...]

    def as_json(self) -> dict[str, Json]:
        """Write it with its keys in schema order."""
        return {"award": self.award, "to": [{"award": award, "rule": rule} for award, rule in self.to]}


@dataclass(frozen=True, slots=True)
class Proven:
    """A part of a choice with its proof; awards stand in `names` in the order that breaks ties."""

    names: Mapping[int, str]
    problem: Problem
    certificate: Certificate

    def as_json(self, currency: Currency) -> dict[str, Json]:
        """Write it with its keys in schema order; what each award comes to stands in the order that breaks ties."""
        names, (layer,) = self.names, self.problem.layers

        def proof(one: Proof) -> dict[str, Json]:
            if one.award is None or one.taken is None or one.left is None:
                cover: list[Json] = [[names[award] for award in clique] for clique in one.cover]
                return {"cover": cover} if cover else {}
            return {"award": names[one.award], "taken": proof(one.taken), "left": proof(one.left)}

        rivals = self.problem.rivals
        pairs = [(one, other) for one in self.problem.awards for other in sorted(rivals[one]) if one < other]
        return {
            "figures": [
                {"award": names[one], "figure": yuan_text(Fraction(layer.figures[one]), currency)}
                for one in self.problem.awards
            ],
            "excluded": [[names[one], names[other]] for one, other in pairs],
            "ceilings": [
                {
                    "rule": one.rule,
                    "room": yuan_text(Fraction(one.room), currency),
                    "pro_rata": one.shared,
                    "members": [names[award] for award in one.members],
                }
                for one in layer.ceilings
            ],
            "worth": yuan_text(Fraction(self.certificate.worth), currency),
            "bound": yuan_text(Fraction(self.certificate.bound), currency),
            "proof": proof(self.certificate.proof),
        }


@dataclass(frozen=True, slots=True)
class Choice:
    """What is paid of awards that meet, if that is decided, and what each other lost to.

    `odd_units`: awards to which a ceiling that cuts pro rata gave a unit that was left over, each with the rule. No
    proof is there where what is chosen is the same in every case of the facts, and each case was decided by itself.
    """

    state: State
    chosen: tuple[str, ...] = ()
    lost: tuple[Loss, ...] = ()
    odd_units: tuple[tuple[str, str], ...] = ()
    proofs: tuple[Proven, ...] = ()
    by: tuple[tuple[str, str], ...] = ()
    """Rules by which not the text takes the higher but somebody chooses: `applicant` or `authority`."""

    def as_json(self, currency: Currency = CNY) -> dict[str, Json]:
        """Write it with its keys in schema order."""
        by: list[Json] = [{"rule": rule, "who": who} for rule, who in self.by]
        return {
            "state": self.state,
            **({"by": by} if by else {}),
            "chosen": list(self.chosen),
            "lost": [one.as_json() for one in self.lost],
            "odd_units": [{"award": award, "rule": rule} for award, rule in self.odd_units],
            "proofs": [one.as_json(currency) for one in self.proofs],
        }


def check_choices(result: Record) -> list[str]:
    """Return what is wrong with the certificates of a result, as `to_json` wrote it: nothing, if they hold.

    Each is `awards: what`: `lawful`, `lost`, `worth` or `bound` of `check_certificate`; `gross`, where an award would
    come to more than its gross amount; `decided`, where the bound is not the worth and yet nothing is said to be open.
    Raises `UsageError` for what is no result, or one without certificates.
    """
    try:
        return [wrong for group in _list(result, "cumulation") for wrong in _wrong(group, _gross(result))]
    except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
        raise UsageError(f"this is no result with certificates: {type(error).__name__} {error}") from error


def count_proofs(result: Record) -> tuple[int, int]:
    """Return how many groups of awards that meet a result has, and how many proofs are in them."""
    groups = _list(result, "cumulation")
    return len(groups), sum(len(_list(_mapping(group["choice"]), "proofs")) for group in groups)


def _gross(result: Record) -> dict[str, object]:
    awards = [*_list(result, "awards"), *_list(result, "undecided")]
    return {str(award["id"]): _mapping(award["gross"])["max"] for award in awards}


def _wrong(group: Record, gross: Mapping[str, object]) -> list[str]:
    choice = _mapping(group["choice"])
    chosen, lost = frozenset(_texts(choice["chosen"])), {str(one["award"]): one for one in _list(choice, "lost")}
    made = []
    for proof in _list(choice, "proofs"):
        problem, certificate, names = _read(proof, chosen, lost)
        wrong = [*check_certificate(problem, certificate)]
        most = [gross[name] for name in names]
        figures = [problem.layers[0].figures[place] for place in problem.awards]
        held = (one is None or figure <= _units(one) for one, figure in zip(most, figures, strict=True))
        wrong += [] if all(held) else ["gross"]
        wrong += [] if certificate.decided or choice["state"] in UNDECIDED else ["decided"]
        made += [f"{' '.join(names)}: {what}" for what in wrong]
    return made


def _read(proof: Record, chosen: frozenset[str], lost: Mapping[str, Record]) -> tuple[Problem, Certificate, list[str]]:
    """Read a proof back: amounts are counted in the smallest unit that is written."""
    names = [str(one["award"]) for one in _list(proof, "figures")]
    at = {name: place for place, name in enumerate(names)}

    def places(found: object) -> tuple[int, ...]:
        return tuple(at[name] for name in _texts(found))

    def branch(one: Record) -> Proof:
        if "award" in one:
            return Proof((), at[str(one["award"])], branch(_mapping(one["taken"])), branch(_mapping(one["left"])))
        return Proof(tuple(places(clique) for clique in _several(one.get("cover", []))))

    over = [
        Ceiling(places(one["members"]), _units(one["room"]), str(one["rule"]), one["pro_rata"] is True)
        for one in _list(proof, "ceilings")
    ]
    pairs = [(pair[0], pair[1]) for pair in map(places, _several(proof["excluded"]))]
    figures = [_units(one["figure"]) for one in _list(proof, "figures")]
    problem = Problem(range(len(names)), pairs, [Layer(dict(enumerate(figures)), over)])
    losses = {
        at[name]: tuple(sorted(at[str(to["award"])] for to in _list(one, "to")))
        for name, one in lost.items()
        if name in at
    }
    paid = frozenset(at[name] for name in chosen if name in at)
    worth, bound = _units(proof["worth"]), _units(proof["bound"])
    return problem, Certificate(paid, losses, worth, bound, branch(_mapping(proof["proof"]))), names


def _units(figure: object) -> int:
    """Read an amount in the smallest unit that is written: 12.34 is 1234."""
    return int(str(figure).replace(".", ""))


def _several(found: object) -> list[object]:
    return cast("list[object]", found)


def _texts(found: object) -> list[str]:
    return [str(one) for one in _several(found)]


def _mapping(found: object) -> Record:
    return cast("Record", found)


def _list(record: Record, key: str) -> list[Record]:
    return [_mapping(one) for one in _several(record[key])]
