"""Which award a line pays: by the policy, the clause and the thing that it names, or by what alone could be meant.

A clause is named by its id, by its place in the text (`三（三）`, 第七条（一）), by words of its sentence, or as the
auditor's mapping says. A thing is found by its id, its name, or a member that it has (a title by its kind).
What has two meanings is not guessed: the candidates are told.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal, TypeAlias

from subsidy_rules.audit.desk import Desk
from subsidy_rules.audit.knowledge import identity
from subsidy_rules.audit.lines import PaidLine
from subsidy_rules.audit.stated import squeezed
from subsidy_rules.award.figures import Figures
from subsidy_rules.award.model import Award, NotEligible
from subsidy_rules.facts.case import Facts, Members, Ref, Thing
from subsidy_rules.plan import PolicyPlan, Sentence
from subsidy_rules.values.amount import Four

State: TypeAlias = Literal["award", "undecided", "refused", "not_asked", "gives_nothing"]
_BRACKETS: Final = re.compile(r"[\[\](){}〔〕【】《》<>〈〉「」]")
_FILLING: Final = re.compile(r"第|条|款|项|、|。|，|,|:|：|§|article|section|clause|art\.?|sec\.?", re.IGNORECASE)
_SENTENCE: Final = re.compile(r"(?:第(?P<n>\d+)句|#(?P<m>\d+))$")
_WORDS: Final = 4
"""How many characters of a sentence name it at least."""


@dataclass(frozen=True, slots=True)
class Named:
    """What a line names: the policies that it can mean, its sentences, and whether it names any."""

    plans: tuple[PolicyPlan, ...]
    sentences: tuple[Sentence, ...]
    policy_named: bool
    clause_named: bool


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence applied to one thing, as the result has it: an award, an open one, or a refusal."""

    policy: str
    clause: str
    thing: str
    state: State
    sentence: Sentence
    project: str | None = None
    status: str = ""
    award: Award | None = None
    refused: NotEligible | None = None
    lists: tuple[str, ...] = ()
    quick: Four | None = None

    @property
    def id(self) -> str:
        """`policy/clause@object`, as of an award."""
        return f"{self.policy}/{self.clause}@{self.thing}" if self.thing else f"{self.policy}/{self.clause}"


def bare(text: str) -> str:
    """Return a text without brackets and blanks: a document number in all its spellings."""
    return _BRACKETS.sub("", squeezed(text)).casefold()


def path_key(text: str) -> str:
    """Return the place of a clause without the words around it: 第七条（一） is 七(一)."""
    return _FILLING.sub("", squeezed(text)).casefold()


def plans_named(text: str, plans: Iterable[PolicyPlan]) -> tuple[PolicyPlan, ...]:
    """Return the policies that a text names: by id, document number or title."""
    key = bare(text)
    if not key:
        return ()
    found = []
    for plan in plans:
        names = (bare(plan.header.document), bare(plan.header.title))
        if key == plan.id.casefold() or any(
            name and (name in key or (len(key) > _WORDS and key in name)) for name in names
        ):
            found.append(plan)
    return tuple(found)


def name_of(line: PaidLine, desk: Desk, aliases: Mapping[str, str]) -> Named:
    """Return what a line names of the policies, by its own cells, else by the words around the table."""
    plans = tuple(desk.plans)
    own = plans_named(line.policy, plans) or plans_named(line.clause, plans)
    alias = {squeezed(word): target for word, target in aliases.items()}.get(squeezed(line.clause))
    clause = alias if alias is not None else line.clause
    prefix, stroke, _ = clause.partition("/")
    if not own and stroke and any(plan.id == prefix.strip() for plan in plans):
        own = tuple(plan for plan in plans if plan.id == prefix.strip())
    around = () if own or line.policy else plans_named(line.context, plans)
    current = own or around or plans
    sentences = _sentences(clause, current) if clause else ()
    return Named(current, sentences, bool(own or line.policy), bool(line.clause))


def _sentences(clause: str, plans: Iterable[PolicyPlan]) -> tuple[Sentence, ...]:
    """Return the sentences that a cell names: by id, by place, then by their words."""
    every = [(plan, sentence) for plan in plans for sentence in plan.sentences]
    key = squeezed(clause)
    tables = [(plan, clause.sentence) for plan in plans for clause in plan.clauses if clause.rows]
    exact = [one for plan, one in (*every, *tables) if key in (one.id, f"{plan.id}/{one.id}")]
    if exact:
        return tuple(exact)
    rest = clause
    for plan in plans:
        for name in (plan.header.document, plan.header.title):
            pattern = r"\s*".join(map(_loose, squeezed(name)))
            rest = re.sub(rf"[《<]?{pattern}[》>]?", "", rest) if pattern else rest
    number = _SENTENCE.search(squeezed(rest))
    wanted = int(number["n"] or number["m"]) if number is not None else None
    place = path_key(_SENTENCE.sub("", squeezed(rest)))
    found = [
        one for _, one in every if place and path_key(one.path) == place and (wanted is None or one.sentence == wanted)
    ]
    if found or len(key) < _WORDS:
        return tuple(found)
    return tuple(one for _, one in every if key in squeezed(one.quote) or squeezed(one.quote) in key)


def _loose(char: str) -> str:
    return r"[\[(〔【]" if char in "[(〔【" else r"[\])〕】]" if char in "])〕】" else re.escape(char)


@dataclass(frozen=True, slots=True)
class _Meant:
    """Which clauses a line can mean."""

    desk: Desk
    named: Named
    wanted: frozenset[tuple[str, str]]

    @staticmethod
    def of(desk: Desk, named: Named) -> _Meant:
        plans = {plan.id: plan for plan in named.plans}
        asked = {(one.policy, one.id) for one in named.sentences}
        owners = ((policy, desk.owner(plans[policy], name)) for policy, name in asked)
        clauses = {(policy, owner.sentence.id) for policy, owner in owners if owner is not None}
        return _Meant(desk, named, frozenset(asked | clauses))

    def has(self, policy: str, clause: str) -> bool:
        """Whether a clause can be meant."""
        if all(plan.id != policy for plan in self.named.plans):
            return False
        return not self.named.sentences or (policy, clause) in self.wanted

    def clause(self, policy: str, sentence: str) -> str:
        """Return the clause that gives the money of a sentence."""
        plan = next((one for one in self.named.plans if one.id == policy), None)
        owner = None if plan is None else self.desk.owner(plan, sentence)
        return sentence if owner is None else owner.sentence.id


def paying_of(figures: Figures, desk: Desk, named: Named, *, whole: bool) -> list[Candidate]:
    """Return what the result pays or leaves open of the policies, and of the sentences if any, that a line names.

    `whole` asks for the full record; without it what came by generated code has its figures alone.
    """
    meant = _Meant.of(desk, named)
    if whole or not figures.quick:
        result = figures.entitlement
        both: tuple[tuple[State, tuple[Award, ...]], ...] = (("award", result.awards), ("undecided", result.undecided))
        return [
            Candidate(a.policy, a.clause, a.object, state, a.sentence, a.project, a.status, a)
            for state, awards in both
            for a in awards
            if meant.has(a.policy, a.clause)
        ]
    found = []
    for one in figures.awards:
        policy = one.sentence.policy
        clause = meant.clause(policy, one.sentence.id)
        if meant.has(policy, clause):
            (least, most) = one.gross
            made = Candidate(policy, clause, one.object, "award", one.sentence, None, one.status)
            found.append(replace(made, quick=(least, least, most, most)))
    return found


def silent_of(figures: Figures, desk: Desk, named: Named) -> list[Candidate]:
    """Return what the result refuses or was not asked of those, and what gives no money at all."""
    meant = _Meant.of(desk, named)
    result = figures.entitlement
    paying = {(one.policy, one.clause) for one in (*result.awards, *result.undecided)}
    found: list[Candidate] = []
    for refused in result.not_eligible:
        clause = meant.clause(refused.policy, refused.clause)
        thing = refused.id.partition("@")[2]
        own = refused.clause == clause and meant.has(refused.policy, clause)
        if own or (meant.has(refused.policy, refused.clause) and (refused.policy, clause) not in paying):
            found.append(Candidate(refused.policy, clause, thing, "refused", refused.sentence, refused=refused))
    for silent in result.not_asked:
        if meant.has(silent.policy, silent.clause):
            made = Candidate(silent.policy, silent.clause, "", "not_asked", silent.sentence, lists=silent.lists)
            found.append(made)
    pays = any(meant.has(policy, clause) for policy, clause in paying)
    if named.sentences and not found and not pays:
        found = [Candidate(one.policy, one.id, "", "gives_nothing", one) for one in named.sentences]
    return found


@dataclass(frozen=True, slots=True)
class Match:
    """The award or refusals that a line was matched to, how, and what else it could be."""

    chosen: tuple[Candidate, ...] = ()
    how: tuple[str, ...] = ()
    among: tuple[str, ...] = ()
    why: str = ""


def match(line: PaidLine, found: Sequence[Candidate], named: Named, facts: Facts) -> Match:
    """Choose what a line pays. `why` is set where nothing can be chosen: `several`, `nothing`, `no_clause` …"""
    if line.policy and not named.policy_named:
        return Match(why="policy_not_loaded")
    if named.policy_named and not plans_named(line.policy or line.clause, named.plans) and line.policy:
        return Match(why="policy_not_loaded")
    if named.clause_named and not named.sentences:
        return Match(why="no_such_clause")
    how: list[str] = [] if named.clause_named else ["matched_by_project"]
    texts = [text for text in (line.object, line.project) if text]
    kept, part = _about(found, texts, facts)
    if texts and not kept:
        if not named.clause_named or not found:
            return Match(why="no_such_project", among=_ids(found))
        kept = [one for one in found if not _is_named(one, facts)]
        if not kept:
            return Match(why="no_such_project", among=_ids(found))
        how += ["project_not_in_facts"] if any(one.thing for one in kept) else []
    elif part:
        how.append("matched_by_part_of_the_name")
    live = [one for one in kept if one.state in ("award", "undecided")]
    if len(live) == 1:
        return Match((live[0],), tuple(how))
    if live:
        clauses = {(one.policy, one.clause) for one in live}
        if named.clause_named and len(clauses) == 1 and not texts:
            return Match(tuple(live), (*how, "sum_of_objects"))
        sure = [one for one in live if one.state == "award"]
        if not named.clause_named and len(sure) == 1 and len(texts) > 0:
            return Match((sure[0],), tuple(how))
        return Match(why="several", among=_ids(live))
    silent = [one for one in kept if one.state == "not_asked"]
    refused = [one for one in kept if one.state in ("refused", "gives_nothing")]
    if named.clause_named and silent and not refused:
        return Match((silent[0],), tuple(how))
    if refused and (named.clause_named or texts):
        return Match(tuple(refused), tuple(how))
    return Match(why="nothing", among=_ids(kept))


def _ids(found: Iterable[Candidate]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one.id for one in found))


def _about(found: Sequence[Candidate], texts: Sequence[str], facts: Facts) -> tuple[list[Candidate], bool]:
    """Return the candidates about the thing that a line names; by a part of its name only if by no whole one."""
    if not texts:
        return list(found), False
    keys = [identity(text) for text in texts]
    for partly in (False, True):
        kept = [one for one in found if any(_is_of(one, key, facts, partly=partly) for key in keys)]
        if kept:
            return kept, partly
    return [], False


def _is_named(one: Candidate, facts: Facts) -> bool:
    """Whether the thing of a candidate has a name that a line could give: a project of another name is another."""
    things = (facts.index.get(one.thing) or facts.paths.get(one.thing), facts.index.get(one.project or ""))
    return any(isinstance(thing.values.get("name"), str) for thing in things if thing is not None)


def _is_of(one: Candidate, key: str, facts: Facts, *, partly: bool) -> bool:
    things = [facts.index.get(one.thing) or facts.paths.get(one.thing)]
    if one.project:
        things.append(facts.index.get(one.project) or facts.paths.get(one.project))
    for thing in list(things):
        if thing is not None:
            project = thing.values.get("project")
            things += [facts.index.get(project.id)] if isinstance(project, Ref) else []
            things.append(thing.parent)
    names = {name for thing in things if thing is not None and thing.entity != "case" for name in names_of(thing)}
    if one.thing and one.thing == key:
        return True
    if partly:
        return any(len(name) > 1 and (name in key or key in name) for name in names)
    return key in names


def names_of(thing: Thing) -> set[str]:
    """Return what a thing may be called: its id, and every text or member that it has."""
    found = {thing.id} if thing.id else set()
    for value in thing.values.values():
        if isinstance(value, str):
            found.add(value)
        elif isinstance(value, Members):
            found |= set(value.names) | set(value.other)
    return {identity(one) for one in found if one}
