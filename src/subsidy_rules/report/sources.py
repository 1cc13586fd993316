"""Rule files against the official texts, for people and for programs: tables (`to_text`) and JSON (`to_json`)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, TypeAlias

from subsidy_rules.errors import Lang
from subsidy_rules.policy.texts import Accounted, Comparison, Located, Passage, SourceReport, Span
from subsidy_rules.report.tables import Block, Cell, text_table

SCHEMA: Final = "subsidy-rules/sources/1"
Json: TypeAlias = str | int | bool | Sequence["Json"] | Mapping[str, "Json"] | None

_MATCHES: Final[Mapping[str, tuple[str, str]]] = {
    "missing": ("原文中没有", "not in the text"),
    "elsewhere": ("不在本句之中", "in the text, not in its own sentence"),
    "not_unique": ("原文有多处，不能确定是哪一句", "at several places: it does not say which sentence"),
}
_STATES: Final[Mapping[str, tuple[str, str]]] = {
    "carried": ("条款已计", "carried by the clause"),
    "gives_nothing": ("本句不给付", "the sentence gives nothing"),
    "target": ("目标，不给付", "a target of a section that gives nothing"),
    "not_modelled": ("已注明未编码", "in a sentence stated as not modelled"),
    "not_carried": ("条款引了这句，规则中没有这个数", "a clause quotes it, its rule does not have the figure"),
    "unaccounted": ("没有条款引用", "no clause quotes it"),
}
_DIGEST_SHOWN: Final = 12


def to_json(found: Comparison) -> str:
    """Write a comparison as JSON: every quote with its lines, every figure with what accounts for it."""
    made: Json = {
        "schema": SCHEMA,
        "ok": found.ok,
        "digests": found.digests,
        "policies": [_report(report) for report in found.reports],
        "without_text": list(found.without_text),
        "without_policy": list(found.without_policy),
        "without_digest": list(found.without_digest),
    }
    return json.dumps(made, ensure_ascii=False, indent=2) + "\n"


def _report(report: SourceReport) -> Json:
    return {
        "policy": report.policy,
        "document": report.document,
        "ok": report.ok,
        "file": report.file,
        "sha256": report.sha256,
        "expected_sha256": report.expected,
        "quotes": [_quote(one) for one in report.located],
        "figures": [_figure(one) for one in report.figures],
    }


def _quote(one: Located) -> Json:
    near = one.nearest
    return {
        "clause": one.quote.clause or None,
        "path": one.quote.path or None,
        "sentence": one.quote.sentence or None,
        "kind": one.quote.kind,
        "place": one.quote.place,
        "quote": one.quote.words,
        "match": one.match,
        "lines": [list(span) for span in one.spans],
        "nearest": None if near is None else {"lines": list(near.span), "text": near.words, "changes": near.changes},
    }


def _figure(one: Accounted) -> Json:
    return {
        "line": one.line,
        "figure": one.figure,
        "text": one.around,
        "state": one.state,
        "clauses": list(one.clauses),
    }


def to_text(
    found: Comparison, lang: Lang = "zh", *, width: int = 100, ascii_only: bool = False, color: bool = False
) -> str:
    """Write a comparison as tables: where each sentence stands, figures that give nothing, what is wrong, a summary."""
    blocks = [block for block in _Blocks(found, lang).blocks() if block.rows or block.remarks]
    return "\n".join(text_table(block, width=width, ascii_only=ascii_only, color=color) for block in blocks)


class _Blocks:
    """Makes the blocks of one comparison in one language."""

    def __init__(self, found: Comparison, lang: Lang) -> None:
        self.found, self.lang = found, lang

    def say(self, zh: str, en: str) -> str:
        return zh if self.lang == "zh" else en

    def word(self, words: Mapping[str, tuple[str, str]], name: str) -> str:
        return self.say(*words[name])

    def lines(self, spans: Iterable[Span]) -> str:
        return ", ".join(str(one.first) if one.first == one.last else f"{one.first}–{one.last}" for one in spans)

    def blocks(self) -> Iterator[Block]:
        for report in self.found.reports:
            yield self._sentences(report)
            yield self._explained(report)
        yield self._failed()
        yield self._unaccounted()
        yield self._summary()

    def _sentences(self, report: SourceReport) -> Block:
        rows: list[tuple[Cell, ...]] = []
        groups: list[list[Located]] = []
        for one in report.located:
            if one.quote.kind in {"sentence", "rule", "not_modelled"}:
                groups.append([])
            groups[-1].append(one)
        for first, *parts in groups:
            where = f"{first.quote.path}#{first.quote.sentence}" if first.quote.path else ""
            name = " ".join(one for one in (first.quote.clause, where) if one)
            matched = sum(one.match == "found" for one in (first, *parts))
            rows.append(((name,), (self.lines(first.spans) or "-",), (f"{matched}/{len(parts) + 1}",)))
        title = self.say(
            f"{report.policy} 各句在 {report.file} 的位置",
            f"{report.policy}: where its sentences stand in {report.file}",
        )
        heads = (
            self.say("条款或规则", "clause or rule"),
            self.say("行", "lines"),
            self.say("引文", "quotes found"),
        )
        return Block(title, heads, tuple(rows), figures=(1, 2))

    def _explained(self, report: SourceReport) -> Block:
        kept = [one for one in report.figures if not one.open and one.state != "carried"]
        rows = tuple(self._figure_row(one) for one in kept)
        title = self.say(f"{report.policy} 不给付的数字", f"{report.policy}: figures that give nothing")
        return Block(title, self._figure_heads(), rows, figures=(0, 1))

    def _figure_heads(self) -> tuple[str, ...]:
        return (
            self.say("行", "line"),
            self.say("数字", "figure"),
            self.say("说明", "why"),
            self.say("上下文", "words around it"),
        )

    def _figure_row(self, one: Accounted, policy: str = "") -> tuple[Cell, ...]:
        place = f"{policy}:{one.line}" if policy else str(one.line)
        return (place,), (one.figure,), (self.word(_STATES, one.state), ", ".join(one.clauses)), (f"…{one.around}…",)

    def _failed(self) -> Block:
        rows: list[tuple[Cell, ...]] = []
        for report in self.found.reports:
            for one in report.failed:
                quote = one.quote
                sentence = f"{quote.path}#{quote.sentence}" if quote.path else ""
                about = (f"{report.policy}/{quote.clause or '-'}", sentence, quote.place)
                spans = self.lines(one.spans)
                stands = (self.say(f"第 {spans} 行", f"lines {spans}"),) if spans else ()
                why = (self.word(_MATCHES, one.match), *stands)
                rows.append((about, why, (f"“{quote.words}”", self._nearest(one.nearest))))
        title = self.say(f"与原文不符的引文（{len(rows)} 处）", f"Quotes that do not agree with the text ({len(rows)})")
        heads = (
            self.say("条款、位置", "clause, place"),
            self.say("问题", "what is wrong"),
            self.say("引文、原文最相近处", "quote, nearest passage"),
        )
        return Block(title, heads, tuple(rows))

    def _nearest(self, near: Passage | None) -> str:
        if near is None:
            return self.say("原文没有相近的文字", "nothing in the text is like it")
        spans = self.lines([near.span])
        return self.say(
            f"最相近（第 {spans} 行，差 {near.changes} 字）：“{near.words}”",
            f"nearest (line {spans}, differences: {near.changes}): “{near.words}”",
        )

    def _unaccounted(self) -> Block:
        rows = [self._figure_row(one, report.policy) for report in self.found.reports for one in report.unaccounted]
        title = self.say(f"没有条款承接的数字（{len(rows)} 个）", f"Figures that no clause accounts for ({len(rows)})")
        return Block(title, self._figure_heads(), tuple(rows), figures=(0, 1))

    def _summary(self) -> Block:
        rows: list[tuple[Cell, ...]] = []
        for report in self.found.reports:
            good = len(report.located) - len(report.failed)
            known = len(report.figures) - len(report.unaccounted)
            rows.append(
                (
                    (report.policy, report.document),
                    (f"{report.file} {report.sha256[:_DIGEST_SHOWN]}",),
                    (f"{good}/{len(report.located)}",),
                    (f"{known}/{len(report.figures)}",),
                    (self.say("相符", "agrees") if report.ok else self.say("不符", "does not agree"),),
                )
            )
        heads = (
            self.say("政策", "policy"),
            self.say("原文", "text"),
            self.say("引文", "quotes"),
            self.say("数字", "figures"),
            self.say("结果", "result"),
        )
        return Block(self.say("与原文核对", "Against the texts"), heads, tuple(rows), tuple(self._remarks()), (2, 3))

    def _remarks(self) -> Iterator[str]:
        found = self.found
        for report in found.reports:
            if report.changed:
                yield self.say(
                    f"{report.file} 已变动：摘要是 {report.sha256}，{found.digests} 记的是 {report.expected}",
                    f"{report.file} has changed: its digest is {report.sha256}, {found.digests} has {report.expected}",
                )
        for name in found.without_digest:
            yield self.say(f"{found.digests} 没有 {name} 的摘要", f"{found.digests} has no digest of {name}")
        for policy in found.without_text:
            yield self.say(
                f"{policy} 没有原文：文件夹里没有 {policy}.txt，其引文没有核对",
                f"{policy} has no text: there is no {policy}.txt in the folder, and its quotes were not compared",
            )
        for name in found.without_policy:
            yield self.say(
                f"{name} 不是任何政策的原文，没有核对", f"{name} is the text of no policy and was not compared"
            )
