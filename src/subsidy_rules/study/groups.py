"""The groups that cases and awards fall in: by what the result says, and by any fact.

`policy`, `clause`, `fund` and `project` tell awards apart. `city`, `industry` and `size` are the enterprise's;
`enterprise.PATH`, `case.PATH` and a path such as `projects[0].nature` tell cases apart; `project.nature` (an entity and
one of its facts) tells awards apart by the thing that they are for.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import TYPE_CHECKING, Final

from subsidy_rules.errors import UsageError, suggest
from subsidy_rules.facts.case import Facts, Members, Other, Ref, Thing
from subsidy_rules.values.amount import Amount
from subsidy_rules.values.quantity import Infinity, exact_text, yuan_text

if TYPE_CHECKING:
    from subsidy_rules.facts.case import Value
    from subsidy_rules.facts.vocabulary import Vocabulary
    from subsidy_rules.study.compare import AwardChange

OF_AWARDS: Final = ("policy", "clause", "fund", "project")
SHORT: Final = {"city": "enterprise.place", "industry": "enterprise.industry", "size": "enterprise.size"}
NOT_GIVEN: Final = "—"
_PLACE: Final = 6


class Groups:
    """Keys of groups, checked against a vocabulary."""

    def __init__(self, names: Iterable[str], vocabulary: Vocabulary) -> None:
        """Raise `UsageError` for a key that is none."""
        self.names, self.vocabulary = tuple(names), vocabulary
        for name in self.names:
            self._check(name)

    def _check(self, name: str) -> None:
        if name in OF_AWARDS or name in SHORT:
            return
        head, _, field = name.rpartition(".")
        entity = "project" if head.startswith("projects[") else head
        lists = {one.name: one.entity for owned in self.vocabulary.lists.values() for one in owned.values()}
        entity = lists.get(head.partition("[")[0], entity) if "[" in head else entity
        if self.vocabulary.field(entity, field) is None:
            known = [f"{one}.{fact}" for one, fields in self.vocabulary.fields.items() for fact in fields]
            near = suggest(name, [*OF_AWARDS, *SHORT, *known])
            told = f"; did you mean '{near}'?" if near else ""
            raise UsageError(f"'{name}' is no key of a group{told}")

    def of_case(self, facts: Facts) -> list[str]:
        """Return the groups of a case; an empty text for a key that tells awards apart."""
        return [self._of_case(name, facts) for name in self.names]

    def _of_case(self, name: str, facts: Facts) -> str:
        if name == "city":
            place = _spelled(facts.enterprise.values.get("place"), self.vocabulary)
            return f"{place[:4]}00" if len(place) == _PLACE and place.isdigit() else place
        path = SHORT.get(name, name)
        head, _, field = path.rpartition(".")
        thing = facts.root if head in ("", "case") else facts.paths.get(head)
        if head == "enterprise":
            thing = facts.enterprise
        if name in OF_AWARDS or (thing is None and "[" not in head):
            return ""
        return NOT_GIVEN if thing is None else _spelled(thing.values.get(field), self.vocabulary, thing, field)

    def of_award(self, facts: Facts, award: AwardChange) -> Sequence[str]:
        """Return the groups of an award; an empty text for a key that tells cases apart."""
        return [self._of_award(name, award, facts) for name in self.names]

    def _of_award(self, name: str, award: AwardChange, facts: Facts) -> str:
        one = award.after if award.after.id else award.before
        if name == "policy":
            return award.clause.partition("/")[0]
        if name == "clause":
            return award.clause
        if name == "fund":
            return award.fund
        thing = facts.index.get(one.object) or facts.paths.get(one.object)
        if name == "project":
            return _project_of(thing)
        entity, _, field = name.partition(".")
        if name in SHORT or entity in ("enterprise", "case") or "[" in name:
            return ""
        while thing is not None and thing.entity != entity:
            thing = thing.parent
        return NOT_GIVEN if thing is None else _spelled(thing.values.get(field), self.vocabulary, thing, field)


def _project_of(thing: Thing | None) -> str:
    while thing is not None and thing.entity != "project":
        reference = thing.values.get("project")
        if isinstance(reference, Ref):
            return reference.id
        thing = thing.parent
    return NOT_GIVEN if thing is None else thing.id


def _spelled(value: Value | None, vocabulary: Vocabulary, thing: Thing | None = None, field: str = "") -> str:
    """Write the value of a fact as the name of a group."""
    match value:
        case None:
            return NOT_GIVEN
        case bool():
            return "true" if value else "false"
        case Members(names, other):
            return "、".join([*sorted(names), *other]) or NOT_GIVEN
        case Other(text):
            return text
        case Ref(id_):
            return id_
        case Amount():
            spec = None if thing is None else vocabulary.field(thing.entity, field)
            return _figure(value, "" if spec is None else spec.type, vocabulary)
        case _:
            return value


def _figure(value: Amount, kind: str, vocabulary: Vocabulary) -> str:
    ends: list[str] = []
    for end in dict.fromkeys((value.minimum, value.maximum)):
        if isinstance(end, Infinity):
            ends.append("∞")
        elif kind == "money":
            ends.append(str(yuan_text(end, vocabulary.currency)))
        elif kind == "date":
            ends.append(date.fromordinal(int(end)).isoformat())
        else:
            ends.append(exact_text(end))
    return "–".join(ends)
