"""What a sentence says against what its rule does: bounds, edges, figures, lists that go with each other.

A quote is compared with the rule beside it, word by word, as a second clerk would do:

* a bound (不超过, 最高, up to) is a `cap` or an `at_most`, and these have a bound in their words;
* 以上, 以下, 以内 include the number itself, 超过, 不满, 低于 do not, and the condition that compares with that
  number must do the same;
* each figure of the words is used, and each figure that is used stands in the words. What is printed and rightly not
  used, or used and printed elsewhere, is said in a note of the clause that prints it: the note goes out with every
  award, so that nobody is left to wonder where the figure went;
* lists that 分别 matches are of one length.

可 (may) leaves a discretion and 原则上 (in principle) an exception; neither is a bound of a figure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction
from typing import Final, TypeAlias

from subsidy_rules.mechanisms import operations as op
from subsidy_rules.mechanisms.expression import kind_of
from subsidy_rules.mechanisms.rate import Rate, RateBound
from subsidy_rules.mechanisms.step import Loc, Step, Strict, Table
from subsidy_rules.plan.model import PolicyPlan
from subsidy_rules.plan.reach import atoms, figure, walk_own
from subsidy_rules.plan.sites import ClauseSite, Say, SentenceSite, StepSite
from subsidy_rules.policy.model import Clause, InstalmentPart, Payer, RuleFile, TableSentence
from subsidy_rules.policy.printed import Edge, Number, Side, edge, numbers, plain
from subsidy_rules.policy.texts import texts_of

Figure: TypeAlias = tuple[str, Fraction]
"""The kind of a number and its value, money in fen."""

_BOUND_BEFORE: Final = re.compile(
    "不超过|不得超过|不超出|不高于|不得高于|不多于|不大于|最高(?!科学|人民|法院|检察|等?级|档|标准)|最多|至多|上限|限额|封顶(?!前|之前)|控制在"
    "|up to|not exceed(?:ing)?|no more than|not more than|not over|limited to|at most|maximum|capped at|ceiling of",
    re.IGNORECASE,
)
_BOUND_AFTER: Final = re.compile(
    r"^\)?(?:\([^()]*\))?(?:的)? ?(?:以内|之内|以下|封顶|为限|为上限|或以下|or less|at most|maximum)", re.IGNORECASE
)
_LOOSE: Final = re.compile(
    f"{_BOUND_BEFORE.pattern}|以内|之内|以下|为限|原则上|(?<![许认])可(?![行再靠持视编])|or less|may be|in principle",
    re.IGNORECASE,
)
"""Words that make a cap of a figure, or leave it to be one."""
_BREAK: Final = re.compile(r"[，。；,;](?![0-9])")
_MARK: Final = re.compile(r"[，。；、,;](?![0-9])")
_REFERS: Final = re.compile(
    "参照|比照|参考|前款|前项|前述|上述|同上|其中|按照.{0,16}标准|same as|set out in|referred to"
)
_BOUNDS: Final = frozenset({"cap", "at_most", "limit", "clamp"})
_PAYS: Final = frozenset({"basis", "rate", "lump_sum", "interest", "case_by_case"})
_BARE: Final = re.compile(r"(?<![\w.%:])[0-9]+(?:\.[0-9]+)?(?![\w.%‰:])")
_BESIDE: Final = ("quote", "when", "unless", "of", "per", "where", "each", "guide", "gives", "name", "called")
_NO_FIGURES: Final = frozenset({*_BESIDE, "from_", "over", "to", "below"})
"""What is written of a step beside its figures, the ends of bands and slices among it: they are conditions."""
_COMPARED: Final = re.compile(r"(?:>=|<=|>|<|\bis|\bin|==)\s*\[?[^\s\])]+")


class Wording:
    """Compares the words of one policy with its rules."""

    def __init__(self, plan: PolicyPlan, file: RuleFile, say: Say) -> None:
        self.plan, self.file, self.say = plan, file, say
        quotes = [one.quote for one in plan.sentences]
        self.printed = {value for quote in quotes for number in numbers(quote) for value in number.values}

    def check(self, site: ClauseSite) -> None:
        """Compare one clause."""
        used = self._used(site)
        for sentence in site.sentences:
            notes = _noted(sentence.model) | _noted(sentence.clause)
            self._unused(sentence.loc, sentence.model, used | notes)
            for step in sentence.steps:
                self._unprinted(step, notes)
                own = _step_figures(step.model)
                quoted = sentence if own and not step.model.quote else step
                words: tuple[Loc, str] = ((*quoted.loc, "quote"), quoted.model.quote)
                self._bound(*words, step.lowered.word, own, _capped(sentence), bound=_is_bound(step.model))
            self._edges(sentence.model.quote, [*_conditions(sentence)])
            self._lists(sentence)
        for loc, part in _divided(site):
            self._missing((*loc, "quote"), part.quote, _figures([part]) - _noted(site.model))
        for exception in site.exceptions:
            model = exception.model
            notes, loc = _noted(model) | _noted(site.model), (*exception.loc, "quote")
            self._unused(exception.loc, model, used | notes)
            given = {"rate": model.rate, "cap": model.cap, "lump_sum": model.lump_sum}
            self._missing(loc, model.quote, _figures([*given.values()]) - notes)
            for word, written in ((word, one) for word, one in given.items() if one is not None):
                self._bound(loc, model.quote, word, _printable(written), set())
            self._edges(model.quote, [(one.loc, one.gate.truth) for one in exception.gates])

    def rules(self) -> None:
        """Compare the ceilings between awards; a note of a clause under one speaks for it too."""
        noted = {clause.id: _noted(clause) for clause in self.file.clauses}
        for place, rule in enumerate(self.file.cumulation):
            notes = {value for name in rule.clauses for value in noted[name]}
            self._missing(("cumulation", place, "quote"), rule.quote, _figures([rule.cap]) - notes)

    # Figures

    def _used(self, site: ClauseSite) -> set[Figure]:
        """Return the figures that a clause uses, with all that its words are also of.

        That are its exceptions, the rules over it, what it is a share of, and other clauses of the same sentence.
        """
        names = {site.model.id, site.model.share_of, *(one.model.id for one in site.exceptions)}
        names |= {one.id for one in self.file.clauses if one.quote and one.quote == site.model.quote}
        clauses = [one for one in self.file.clauses if one.id in names or one.share_of == site.model.id]
        rules = [one for one in self.file.cumulation if not names.isdisjoint((*one.clauses, *one.against))]
        words = [text for one in (*clauses, *rules) for text in texts_of(one)]
        words += self._definitions(words)
        tables = [one.values for name, one in self.file.parameters.items() if one.values and _names(words, name)]
        return _in_words([*words, *(row.value for table in tables for row in table)])

    def _definitions(self, words: list[str]) -> Iterator[str]:
        """Return the definitions that words name, and those that these name."""
        waiting, left = " ".join(words), dict(self.file.define)
        while found := [name for name in left if _names([waiting], name)]:
            waiting = " ".join(left.pop(name) for name in found)
            yield waiting

    def _unused(self, loc: Loc, model: Clause | TableSentence, used: set[Figure]) -> None:
        for number in numbers(model.quote):
            if used.isdisjoint(number.values):
                what = f"the sentence prints {number.words}, and nothing of the clause uses it"
                self.say("unused-figure", (*loc, "quote"), what, f"原文写有{number.words}，条款没有使用")

    def _unprinted(self, step: StepSite, notes: set[Figure]) -> None:
        if step.model.quote:
            brought = [getattr(step.model, name) for name in type(step.model).model_fields if name not in _NO_FIGURES]
            self._missing((*step.loc, "quote"), step.model.quote, _figures(brought) - notes)

    def _missing(self, loc: Loc, quote: str, figures: set[Figure]) -> None:
        """Tell which figures a quote does not print; one that refers to another sentence may leave them to that."""
        printed = {value for number in numbers(quote) for value in number.values}
        elsewhere = self.printed if _REFERS.search(plain(quote)) else set()
        for kind, value in sorted(figures):
            if value and (kind, value) not in printed | elsewhere:
                shown = figure(value, kind)
                what = f"the rule uses {shown}, and its quote does not print it"
                self.say("unprinted-figure", loc, what, f"规则使用{shown}，所引原文没有此数")

    # Bounds

    def _bound(
        self, loc: Loc, words: str, word: str, own: set[Figure], capped: set[Figure], *, bound: bool = False
    ) -> None:
        """Compare the words of a bound in a quote with a step; `own` are its figures, `capped` those of its bounds."""
        quote, found = plain(words), numbers(words)
        mine = [one for one in found if not own.isdisjoint(one.values)]
        if word in ("cap", "at_most") and mine and not _LOOSE.search(quote):
            what = f"'{word}' bounds {mine[0].words}, and its quote has no word for a bound"
            what_zh = f"“{word}”把{mine[0].words}作为上限，所引原文没有限额措辞"
            self.say("bound-wording", loc, what, what_zh)
        if bound or word not in _PAYS:
            return
        said = [(one, _bound_of(quote, one, found)) for one in (mine if own else found)]
        number, told = next(((one, told) for one, told in said if told), (None, ""))
        if number is not None and capped.isdisjoint(number.values):
            what = f"'{told}' bounds {number.words}, and '{word}' takes it as it is"
            what_zh = f"原文“{told}”是{number.words}的限额措辞，而“{word}”按定数计算"
            self.say("bound-wording", loc, what, what_zh)

    # Edges

    def _edges(self, quote: str, conditions: list[tuple[Loc, op.Truth]]) -> None:
        """Compare 以上, 超过 … beside a number with the conditions that compare with it, where these agree."""
        text = plain(quote)
        printed: dict[Figure, list[tuple[Number, Edge]]] = {}
        for number in numbers(text):
            found = edge(text, number)
            if found is not None:
                printed.setdefault((number.kind, number.value), []).append((number, found))
        written: dict[Figure, dict[op.Truth, Loc]] = {}
        for loc, truth in conditions:
            for atom in atoms(truth):
                for figure_ in self._constants(atom):
                    written.setdefault(figure_, {}).setdefault(atom, loc)
        for key, places in printed.items():
            compared = written.get(key, {})
            sides = {_side(atom) for atom in compared if isinstance(atom, op.Compare)}
            if len(sides) != 1 or None in sides or len({beside.side for _, beside in places}) != 1:
                continue
            number, beside = places[0]
            if beside.side not in sides:
                words = _around(text, number)
                verb, verb_zh = ("includes", "包括") if beside.includes else ("does not include", "不包括")
                what = f"'{words}' {verb} {number.words} itself, and the condition has it the other way"
                loc = next(iter(compared.values()))
                self.say("edge-wording", loc, what, f"原文“{words}”{verb_zh}本数，条件的写法与此相反")

    def _constants(self, atom: op.Truth) -> Iterator[Figure]:
        if isinstance(atom, op.Compare):
            for side in (atom.left, atom.right):
                if isinstance(side, op.Constant):
                    kind = kind_of(side.type)
                    yield "count" if kind == "quantity" else kind, self.plan.constants[side.index][0]

    # Lists

    def _lists(self, sentence: SentenceSite) -> None:
        """Compare what stands before 分别 with the figures after it, and these with the rows of the table.

        A note that says how 分别 matches them ends the matter.
        """
        if any("分别" in note.text for note in (*sentence.model.notes, *sentence.clause.notes)):
            return
        loc: Loc = (*sentence.loc, "quote")
        text = re.sub(r"\([^()0-9]*\)", "", plain(sentence.model.quote))
        for part in re.split("[。；;]", text):
            before, found, after = part.partition("分别")
            lists = _runs(after) if found else []
            if not lists:
                continue
            named = _named(before)
            if named and lists[0] not in named:
                first = max(named)
                what = f"'分别' matches a list of {first} with one of {lists[0]} figures"
                what_zh = f"“分别”所对应的两列不等：前列{first}项，后列{lists[0]}个数"
                self.say("unequal-lists", loc, what, what_zh)
            elif len(set(lists)) > 1:
                what = f"lists of {' and '.join(map(str, lists))} figures go with one '分别'"
                self.say("unequal-lists", loc, what, f"同一“分别”之后的各列数字个数不等：{'、'.join(map(str, lists))}")
        for step in sentence.steps:
            table = table_of(step.model)
            rows = len(table.rows) if table is not None else 0
            after = plain(step.model.quote).partition("分别")[2]
            if table is not None and isinstance(table.by, str) and any(size > rows for size in _runs(after)):
                what = f"'分别' is followed by {max(_runs(after))} figures, and the table has {rows} rows"
                self.say(
                    "unequal-lists", (*step.loc, "quote"), what, f"“分别”之后有{max(_runs(after))}个数，表只有{rows}行"
                )


def _side(compare: op.Compare) -> Side | None:
    """Return which side a constant is on itself: with x >= 5 and x < 5 it is above, with x > 5 and x <= 5 below."""
    right = isinstance(compare.right, op.Constant)
    if compare.sign == "==":
        return None
    return "up" if right == (compare.sign == ">=") else "down"


def _around(text: str, number: Number) -> str:
    """Return the words of a sentence that a number stands in, between two marks."""
    begin = max((one.end() for one in _MARK.finditer(text, 0, number.start)), default=0)
    end = _MARK.search(text, number.end)
    return text[begin : len(text) if end is None else end.start()].strip()


def _names(words: list[str], name: str) -> bool:
    """Whether one of the words names a definition or a parameter."""
    wanted = re.compile(rf"(?<![\w]){re.escape(name)}(?!\w)")
    return any(wanted.search(text) for text in words)


def _in_words(words: list[str]) -> set[Figure]:
    found = {value for text in words for number in numbers(text) for value in number.values}
    return found | {("count", Fraction(one)) for text in words for one in _BARE.findall(text)}


def _noted(model: Clause | TableSentence) -> set[Figure]:
    return {value for note in model.notes for number in numbers(note.text) for value in number.values}


def _figures(given: list[object]) -> set[Figure]:
    """Return the figures that texts bring: not those that they compare with, nor numbers of things."""
    texts = [_COMPARED.sub(" ", text) for one in given for text in _values(one)]
    return {(number.kind, number.value) for text in texts for number in numbers(text) if number.kind != "count"}


def _values(given: object) -> Iterator[str]:
    """Return the texts of figures: of a table its values, of bands and slices those without a quote of their own."""
    if isinstance(given, Table):
        yield from given.rows.values() if isinstance(given.rows, dict) else [row.value for row in given.rows]
    elif isinstance(given, str):
        yield given
    elif isinstance(given, list):
        yield from (text for one in given if not getattr(one, "quote", "") for text in _values(one))
    elif isinstance(given, Strict) and not isinstance(given, Step):
        kept = [name for name in type(given).model_fields if name not in _NO_FIGURES]
        yield from (text for name in kept for text in _values(getattr(given, name)))


def _step_figures(step: Step) -> set[Figure]:
    """Return the figures of a step, each as a text may print it."""
    return _printable(getattr(step, step.word))


def _printable(given: object) -> set[Figure]:
    texts = [_COMPARED.sub(" ", text) for text in _values(given)]
    return {value for text in texts for number in numbers(text) for value in number.values}


def _is_bound(step: Step) -> bool:
    return step.word in _BOUNDS or (
        isinstance(step, Rate) and isinstance(step.rate, RateBound) and step.rate.at_most is not None
    )


def _capped(sentence: SentenceSite) -> set[Figure]:
    """Return the figures that a bound of the sentence stands for: of a cap beside, or in another reading."""
    return {value for step in sentence.steps if _is_bound(step.model) for value in _step_figures(step.model)}


def _bound_of(quote: str, number: Number, among: tuple[Number, ...]) -> str:
    """Return the word that bounds a number, before it or after it; nothing where none does."""
    begin = max((one.end for one in among if one.end <= number.start), default=0)
    breaks = [one.end() for one in _BREAK.finditer(quote, begin, number.start)]
    found = list(_BOUND_BEFORE.finditer(quote, breaks[-1] if breaks else begin, number.start))
    after = _BOUND_AFTER.match(quote[number.end :])
    return found[-1].group() if found else after.group().strip(" )的") if after else ""


def _conditions(sentence: SentenceSite) -> Iterator[tuple[Loc, op.Truth]]:
    """Return every condition of a sentence with its place: its own, those of its table, those inside its steps."""
    for one in (*sentence.table, *sentence.gates):
        yield one.loc, one.gate.truth
        yield from (
            (one.loc, part.where) for part in walk_own(one.gate.truth) if isinstance(part, op.Exists | op.Aggregate)
        )
    for step in sentence.steps:
        for part in walk_own(step.lowered.value):
            if isinstance(part, op.Choose):
                yield from ((step.loc, truth) for truth, _ in part.branches)


def _divided(site: ClauseSite) -> Iterator[tuple[Loc, Payer | InstalmentPart]]:
    """Return the parts of an award, by who pays them and by when, that have a quote."""
    for place, payer in enumerate(site.model.payers):
        if payer.quote:
            yield (*site.loc, "payers", place), payer
    for place, part in enumerate(site.model.instalments.parts if site.model.instalments is not None else ()):
        if part.quote:
            yield (*site.loc, "instalments", "parts", place), part


# 分别

_LEVEL: Final = (
    "(?:国家级?|省级?|市级?|县级?|区级?|[一二三四五六七八九十]级|[A-Z]{1,5}级?|[一二三特]等奖|第[一二三四五]名"
    "|[\u4e00-\u9fff]{1,3}(?:级|档|类|型|星))"
)
_LEVELS: Final = re.compile(f"{_LEVEL}(?:[、和及与或/,]{_LEVEL})+")
_AND: Final = re.compile("[、和及与或/]")


def _named(before: str) -> set[int]:
    """Return how many things stand before 分别: of each list of levels or grades, else of each list."""
    levels = {len(_AND.split(one.group().replace(",", "、"))) for one in _LEVELS.finditer(before)}
    parts = {len(_AND.split(part)) for part in re.split("[，,]", before)}
    return levels or {size for size in parts if size > 1}


def _runs(after: str) -> list[int]:
    """Return the lengths of the lists of figures after 分别, of those with more than one."""
    found = numbers(after)
    sizes: list[int] = []
    for place, one in enumerate(found):
        joined = place > 0 and re.fullmatch(
            r"[、和及与或,/]? ?(?:[、和及与或,/])?", after[found[place - 1].end : one.start]
        )
        if joined and sizes:
            sizes[-1] += 1
        else:
            sizes.append(1)
    return [size for size in sizes if size > 1]


def table_of(step: Step) -> Table | None:
    """Return the table of a step, if it has one."""
    given = getattr(step, step.word)
    given = given.at_most if isinstance(given, RateBound) else given
    return given if isinstance(given, Table) else None
