"""Which awards of a world hang together: those that meet, that one ceiling is over, or that share an unknown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from subsidy_rules.award.complete import Domains, groups
from subsidy_rules.award.contest import CeilingGroup
from subsidy_rules.award.engine import World
from subsidy_rules.award.overlap import Edge
from subsidy_rules.award.rows import RowValue
from subsidy_rules.facts.vocabulary import NUMERIC, FieldSpec
from subsidy_rules.values.amount import Need


def is_number(spec: FieldSpec | None) -> bool:
    """Whether a fact is a number or a date: a member of a list tells more awards apart, and is split first."""
    return spec is not None and spec.type in NUMERIC


def components_of(
    places: Sequence[int],
    values: Mapping[int, RowValue],
    edges: Sequence[Edge],
    ceilings: Sequence[CeilingGroup],
    world: World,
    domains: Domains,
) -> list[list[int]]:
    """Return the awards in independent components: tied by overlap, by a ceiling, or by an unknown they share."""
    links = [(edge.a, edge.b) for edge in edges]
    for ceiling in ceilings:
        links += [(ceiling.members[0], other) for other in ceiling.members[1:]]
    owner: dict[Need, int] = {}
    needing: list[tuple[int, Need]] = [(place, need) for place in places for need in sorted(values[place].needs)]
    needing += [(edge.a, need) for edge in edges for need in sorted(edge.needs)]
    needing += [(one.members[0], need) for one in ceilings for need in sorted(one.needs)]
    for place, need in needing:
        if world.get(need) is None and domains.of(need):
            links.append((owner.setdefault(need, place), place))
    return groups(places, links)
