"""Advice: what can be done about a row of a result: which fact to give, which paper to get, or that nothing helps.

Facts stand with the most decisive first. What a fact is needed for is said with the condition that reads it; that, the
documents that give open figures and the things a sentence is about are known only with the loaded policies.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from subsidy_rules.award.failing import KINDS, need_paths
from subsidy_rules.award.model import Award, CumulationGroup, Entitlement, Failed, NotEligible, reasons_of, whys_of
from subsidy_rules.award.phrases import CHANGED, FIXED, ROLES, Names, cite_all, word
from subsidy_rules.award.required import Requirements
from subsidy_rules.award.written import UNKNOWN, write_place
from subsidy_rules.errors import Lang
from subsidy_rules.mechanisms import operations as op
from subsidy_rules.plan import ClausePlan, Gate, PolicyPlan, RulePlan, Sentence
from subsidy_rules.values.classes import dataclass


@dataclass(frozen=True, slots=True)
class Advice:
    """Says what to do about the rows of one result in one language; each line is a sentence of its own."""

    entitlement: Entitlement
    lang: Lang
    names: Names

    def _say(self, zh: str, en: str) -> str:
        return zh if self.lang == "zh" else en

    def _list(self, parts: Iterable[str], sign: tuple[str, str] = ("、", ", ")) -> str:
        return sign[self.lang == "en"].join(parts)

    def _facts(self, paths: Iterable[str]) -> str:
        return self._list(self.names.fact(path, self.lang) for path in paths)

    def papers(self, paths: Iterable[str], zh: str = "，并附{}", en: str = " with {}") -> str:
        """Return what usually shows these facts, in a phrase, or nothing."""
        found = dict.fromkeys(paper for path in paths if (paper := self.names.papers(path, self.lang)))
        return self._say(zh, en).format(self._list(found, ("，以及", "; "))) if found else ""

    def first(self, needs: Iterable[str]) -> list[str]:
        """Return facts with the most decisive first."""
        found = list(needs)
        if len(found) > 1:
            order = {path: place for place, path in enumerate(self.entitlement.deciding_facts)}
            found.sort(key=lambda path: order.get(path, len(order)))
        return found

    # awards

    def award(self, award: Award) -> list[str]:
        """Say what would settle an award: facts, documents, an authority; or that nothing is open."""
        if award.status == "barred":
            return [self._barred(award)]
        made = [self.asked(award.sentence, path, award) for path in self.first(award.needs)]
        undecided = award in self.entitlement.undecided
        open_in_law = undecided and (not made or award.gated.decided)
        if award.amount.kind != "exact":
            made += self._documents(award)
            made += self._authority(award)
        made += self._overlap(award)
        if made and undecided and not open_in_law and whys_of(award.gated):
            made.append(
                self._say("法律上未定的，仍须请有权机关认定。", "What is open in law an authority must still say.")
            )
        if open_in_law:
            made.insert(
                0,
                self._say(
                    "再补充事实也不能确定能否享受，须请有权机关认定。",
                    "No further fact would settle whether it is due; an authority must say.",
                ),
            )
        return made or [self._settled(award)]

    def _settled(self, award: Award) -> str:
        if not award.net.decided:
            return self._say(
                "未知的事实或重叠的奖补过多，所列区间只保证包含真实结果；先补充最能决定结果的事实，再重新计算。",
                "Too much is unknown, or too many awards overlap: the range is only sure to contain the answer. "
                "Give the facts that decide most first, and compute again.",
            )
        if award.kind == award.net.kind == "exact":
            return self._say(
                "没有需要补充的事实，可以按所列数额申报。", "No fact is missing; apply for the amount shown."
            )
        if award.status == "contender":
            return self._say(
                "没有需要补充的事实；与其他奖补合计多少，取决于有权机关在上限之内定多少。",
                "No fact is missing; what this comes to with others "
                "hangs on what an authority fixes within the ceilings.",
            )
        return self._say(
            "没有需要补充的事实；条文只有上限，上限之内给多少由有权机关确定。",
            "No fact is missing; the text names only a ceiling, and an authority fixes the amount within it.",
        )

    def asked(self, sentence: Sentence, path: str, award: Award | None = None) -> str:
        """Say which fact to give, what it must be, and what shows it."""
        fact = self.names.fact(path, self.lang)
        wanted = self._list(self._needed_for(sentence, path, award), ("；", "; "))
        wanted = "" if not wanted else self._say(f"，{wanted}", f"; {wanted}")
        papers = self.papers([path], "；以{}为凭", "; shown by {}")
        return self._say(f"补充 {fact}{wanted}{papers}。", f"Give {fact}{wanted}{papers}.")

    def _needed_for(self, sentence: Sentence, path: str, award: Award | None) -> list[str]:
        """Say what the fact at a path is needed for: each condition that reads it, or the amount."""
        found = self.names.clause(sentence)
        if found is None:
            return []
        plan, clause = found
        says = self.names.requirements(plan, clause, self.entitlement.stamp.readings)
        skipped = ("doubt", "table") if clause.rows else ("doubt",)
        gates = [gate for gate in clause.gates if gate.role not in skipped and self._reads(gate.truth, path)]
        made = [said for said in (self._condition(says, gate) for gate in gates) if said]
        cited = None if award is None else {(one.path, one.sentence) for one in award.citations}
        for part in clause.parts:
            if cited is not None and (part.sentence.path, part.sentence.sentence) not in cited:
                continue
            place = write_place(part.sentence.path, part.sentence.sentence, self.lang)
            own = self._said(says, (gate.truth for gate in part.gates), path)
            made += [self._say(f"{place}要求 {said}", f"{place} requires: {said}") for said in own]
        if not made:
            bars = self._said(says, (rule.when[clause.sentence.id] for rule in self._bars(plan, clause)), path)
            made += [self._say(f"不得有这样的情形：{said}", f"this must not be so: {said}") for said in bars]
        return list(dict.fromkeys(made)) or [self._use_of(clause, path, award)]

    def _said(self, says: Requirements, truths: Iterable[op.Truth], path: str) -> list[str]:
        """Say those conditions that read the fact at a path, but for what the readings that were chosen settle."""
        said = (says.say(truth, self.lang) for truth in truths if self._reads(truth, path))
        return [one for one in said if one]

    def _use_of(self, clause: ClausePlan, path: str, award: Award | None) -> str:
        """Say what a fact that no condition reads is for."""
        steps = [step.value for step in (*clause.steps, *(step for row in clause.rows for step in row.steps))]
        if any(self._reads(step, path) for step in steps):
            return self._say("用于计算数额", "the amount is computed from it")
        if any(self._reads(key, path) for key in clause.per.keys):
            return self._say("决定计入哪一项、受哪一个上限约束", "it decides under which award and ceiling this counts")
        met = [] if award is None else [one for one in self._met(award) if self._is_of(one, path)]
        if met:
            ids = self._list(self.names.shown(one.id, self.lang) for one in met)
            return self._say(f"决定重叠或共用上限的 {ids} 计多少", f"it decides what {ids}, which this meets, comes to")
        if any(rule.kind == "ceiling" and self._is_read_by(rule, clause, path) for rule in self._rules(clause)):
            return self._say("决定累计上限还剩多少", "it tells what is left of a ceiling over several awards")
        return self._say("用于判断与其他奖补是否重叠", "it tells whether this overlaps with other awards")

    def _met(self, award: Award) -> list[Award]:
        """Return the awards that this one meets, or stands under one ceiling with."""
        names = {name for group in self.entitlement.cumulation if award.id in group.members for name in group.members}
        every = (*self.entitlement.awards, *self.entitlement.undecided)
        return [one for one in every if one.id in names - {award.id}]

    def _is_of(self, award: Award, path: str) -> bool:
        """Whether an award's own conditions, or its figure, read the fact at a path."""
        found = self.names.clause(award.sentence)
        if found is None:
            return False
        clause = found[1]
        steps = (step.value for step in (*clause.steps, *(step for row in clause.rows for step in row.steps)))
        return any(self._reads(node, path) for node in (*(gate.truth for gate in clause.gates), *steps))

    def _rules(self, clause: ClausePlan) -> list[RulePlan]:
        """Return the rules that name a sentence."""
        own = clause.sentence
        return [
            one for plan in self.names.plans if plan.id == own.policy for one in plan.rules if own.id in one.clauses
        ]

    def _is_read_by(self, rule: RulePlan, clause: ClausePlan, path: str) -> bool:
        name = clause.sentence.id
        nodes = (rule.when.get(name), rule.cap.get(name), *rule.by.get(name, ()))
        return any(self._reads(node, path) for node in nodes if node is not None)

    @staticmethod
    def _bars(plan: PolicyPlan, clause: ClausePlan) -> list[RulePlan]:
        return [rule for rule in plan.rules if rule.kind == "bar" and clause.sentence.id in rule.when]

    def _condition(self, says: Requirements, gate: Gate) -> str:
        said = self._gate(says, gate)
        return said and self._say(f"要求 {said}", f"required: {said}")

    def _reads(self, node: op.Node, path: str) -> bool:
        """Whether an operation reads the fact, or the list, at a path."""
        spec = self.names.spec(path)
        for part in op.walk(node):
            if spec is None:
                if isinstance(part, op.Exists | op.Aggregate) and part.source.name == path.rpartition(".")[2]:
                    return True
            elif isinstance(part, op.Fact) and (part.spec.entity, part.spec.name) == (spec.entity, spec.name):
                return True
        return False

    def _documents(self, award: Award) -> Iterator[str]:
        """Say which documents give the figures that the text leaves open."""
        found = self.names.clause(award.sentence)
        if found is None or not {"guide_missing", "no_figure_in_text"} & set(reasons_of(award.amount)):
            return
        plan, clause = found
        filled = {one.path for one in award.citations if not one.sentence}
        cited = {(one.path, one.sentence) for one in award.citations}
        rows = [row for row in clause.rows if (row.sentence.path, row.sentence.sentence) in cited]
        steps = [step for row in rows for step in row.steps] if rows else clause.steps
        parts = [part for step in steps for part in op.walk(step.value) if isinstance(part, op.Open)]
        missing = dict.fromkeys(plan.parameters[one.parameter].document for one in parts if one.parameter not in filled)
        for document in missing:
            yield self._say(
                f"取得《{document}》，作为细则载入（--guide），数额即可确定。",
                f"Get the document “{document}” and load it as a guide (--guide); it gives the figure.",
            )

    def _authority(self, award: Award) -> Iterator[str]:
        """Say which figures are an authority's, or an outside standard's, to give."""
        read = dict.fromkeys(path for step in award.steps for path in step.facts)
        given = {fact.path for fact in self.entitlement.facts_used}
        sorts: dict[str, list[str]] = {"authority": [], "standard": []}
        for path in read:
            spec = self.names.spec(path)
            if spec is not None and path not in given and spec.sort in sorts:
                sorts[spec.sort].append(path)
        if sorts["authority"]:
            facts = self._facts(sorts["authority"])
            yield self._say(
                f"数额由有权机关确定；确定后填入 {facts}。",
                f"An authority fixes the amount; once it has, give {facts}.",
            )
        if sorts["standard"]:
            facts = self._facts(sorts["standard"])
            yield self._say(
                f"查明本文件之外的标准，填入 {facts}。",
                f"Find the standard that stands outside this text, and give {facts}.",
            )

    # awards that met

    def _overlap(self, award: Award) -> Iterator[str]:
        groups = [group for group in self.entitlement.cumulation if award.id in group.members]
        if award.status == "reduced":
            yield self._say(
                "累计上限已用尽的部分不再给付，补充材料不能改变。",
                "What is beyond the ceiling is not paid, and no paper changes that.",
            )
        elif award.status == "outranked":
            yield self._say(
                "只取较高的一项，补充材料不能改变。", "Only the higher of them is paid, and no paper changes that."
            )
        elif award.status == "contender":
            for group in groups:
                yield from self._contested(award, group)

    def _barred(self, award: Award) -> str:
        rule = self.names.rule(award.rule or "")
        lists = [] if rule is None else _lists(rule)
        where = self._facts(lists) if lists else self._say("所填的事实", "the facts given")
        return self._say(
            f"所填属实的，补充材料不能改变结果；填写有误的，更正 {where}{self.papers(lists)}，重新计算。",
            f"If this is so, no paper changes it; if not, correct {where}{self.papers(lists)} and compute again.",
        )

    def _contested(self, award: Award, group: CumulationGroup) -> Iterator[str]:
        paths = need_paths(tuple(sorted(group.total.needs)))
        asked = self.first(path for path in paths if path not in award.needs)
        if asked:
            facts, papers = self._facts(asked), self.papers(asked, "；以{}为凭", "; shown by {}")
            yield self._say(
                f"补充 {facts}，以确定与重叠的奖补合计多少{papers}。",
                f"Give {facts}, to settle what this and those that it overlaps with come to{papers}.",
            )
        if group.reading is not None and group.option == "undecided":
            yield self._say(
                f"能否与重叠的奖补相加，条文没有规定，请有权机关认定；可改用解读 {group.reading} 试算。",
                "Whether it adds to those that it overlaps with the text does not say: ask an authority; "
                f"reading {group.reading} shows either answer.",
            )

    # what gives nothing

    def base_of(self, row: NotEligible) -> Award | None:
        """Return the award that stands although this sentence, a part of it, does not apply to the thing."""
        thing = row.id.partition("@")[2]
        for award in (*self.entitlement.awards, *self.entitlement.undecided):
            if (award.policy, award.clause, award.object) == (row.policy, row.sentence.replaces, thing):
                return award
        return None

    def refused(self, row: NotEligible) -> Iterator[str]:
        """Say what could change a refusal."""
        base = self.base_of(row)
        if base is not None:
            yield self._say(
                f"本项另按 {cite_all(base.citations, 'zh')} 计算，见 {self.names.shown(base.id, 'zh')}。",
                f"It is computed by {cite_all(base.citations, 'en')} instead: see {self.names.shown(base.id, 'en')}.",
            )
        if row.failed[0].role == "items" and row.failed[0].fact != "enterprise":
            yield self._list_it(row.failed[0])
            return
        fixed = [failed for failed in row.failed if failed.role in FIXED]
        if any(failed.role in CHANGED for failed in row.failed):
            yield self._say(
                "这些日期适用的规定不给付本项，补充材料不能改变。",
                "By the law of these dates nothing is given here; no paper changes that.",
            )
        if fixed:
            roles = self._list(dict.fromkeys(word(ROLES, one.role, self.lang) for one in fixed))
            yield self._say(
                f"{roles}是享受的前提，补充材料不能改变。", f"This is a precondition that no paper changes: {roles}."
            )
        yield from self._corrections(row.failed, instead=base is not None or row.sentence.gives == "obligation")

    def _list_it(self, failed: Failed) -> str:
        """Say that what a sentence is about may have been left out of a list, or be wrong in it."""
        fact, papers = self.names.fact(failed.fact, self.lang), self.papers([failed.fact])
        if failed.read == "0项":
            return self._say(
                f"确有本句所指而漏列的，列入 {fact}{papers}，重新计算；没有的，补充其他材料不能改变结果。",
                f"If there is one that was left out, add it to {fact}{papers} and compute again; "
                "if not, nothing helps.",
            )
        return self._say(
            f"确有本句所指而漏列或填错的，在 {fact} 中补列或更正{papers}，重新计算；没有的，补充其他材料不能改变结果。",
            f"If one was left out or is wrong, add or correct it in {fact}{papers} and compute again; "
            "if not, nothing helps.",
        )

    def _corrections(self, failed: Iterable[Failed], *, instead: bool) -> Iterator[str]:
        unknown = dict.fromkeys(one.fact for one in failed if one.fact and one.read == UNKNOWN["zh"])
        known = dict.fromkeys(
            path
            for one in failed
            if one.fact and one.fact not in unknown and not one.fact.startswith("reading.")
            for path in one.fact.split(" ")
        )
        if not known and not unknown:
            yield self._say(
                "没有事实能改变，只取决于采用哪一种解读。",
                "No fact changes this; it hangs on the reading that is taken.",
            )
        if known:
            facts, papers = self._facts(known), self.papers(known)
            so = self._say("所填属实的，不能享受；", "If the facts are so, nothing is due. ") if not instead else ""
            yield so + self._say(
                f"填写有误的，更正 {facts}{papers}，重新计算。",
                f"If a fact is wrong, correct {facts}{papers} and compute again.",
            )
        if unknown:
            facts = self._facts(unknown)
            yield self._say(
                f"{facts} 未给出，但不论是什么，都不能满足全部条件，不必补充。",
                f"{facts}: not given, but whatever it is the conditions cannot all hold, so it need not be.",
            )

    def about(self, sentence: Sentence, *, roles: tuple[str, ...] = ("where",)) -> str:
        """Say what a sentence is about: its conditions of these roles, or nothing."""
        found = self.names.clause(sentence)
        if found is None:
            return ""
        plan, clause = found
        says = self.names.requirements(plan, clause, self.entitlement.stamp.readings)
        parts = [self._gate(says, gate) for gate in clause.gates if gate.role in roles]
        return self._list((part for part in parts if part), ("；", "; "))

    def _gate(self, says: Requirements, gate: Gate) -> str:
        if gate.role == "window":
            return self._say(f"日期在 {gate.text} 之内", f"dates within {gate.text}")
        return says.say(gate.truth, self.lang)

    def near(self, failed: tuple[Failed, ...]) -> list[Failed]:
        """Return what the things of a list fail by that are of the kind meant, or all where none is."""
        of_kind: dict[str, list[Failed]] = {}
        for one in failed:
            of_kind.setdefault(one.fact.rpartition(".")[0], []).append(one)
        return [
            one
            for tests in of_kind.values()
            if all(test.fact.rpartition(".")[2] not in KINDS for test in tests)
            for one in tests
        ]

    # sentences that give nothing to anybody

    def effects(self, sentence: Sentence) -> Iterator[str]:
        """Say which awards of the result a rule's sentence has changed."""
        for plan in self.names.plans:
            for rule in plan.rules:
                if plan.id == sentence.policy and (rule.quote in sentence.quote or sentence.quote in rule.quote):
                    name = f"{plan.id}/{rule.id}"
                    met = [one.id for one in self.entitlement.awards if one.rule == name]
                    met += [one.id for one in self.entitlement.undecided if one.rule == name]
                    if met:
                        ids = self._list(self.names.shown(one, self.lang) for one in met)
                        yield self._say(f"本案中受本句影响的：{ids}。", f"In this case it bears on {ids}.")


def _lists(rule: RulePlan) -> list[str]:
    """Return the lists that a rule's conditions read."""
    found = (part for node in rule.when.values() for part in op.walk(node))
    return list(dict.fromkeys(part.source.name for part in found if isinstance(part, op.Exists)))
