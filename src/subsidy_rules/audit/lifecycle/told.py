"""A standing as people and programs read it: the steps with their articles, what was refused, the figures, the days.

Amounts are in yuan, or in the currency of the lifecycle: text with its decimals in JSON, with 元 (or CNY) for people.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Final, TypeAlias

from subsidy_rules.audit.lifecycle.compiled import STATE, Citation, Lifecycle
from subsidy_rules.audit.lifecycle.replay import Deadline, Refused, Standing, Taken
from subsidy_rules.award.model import Json, ends_of
from subsidy_rules.award.phrases import say_amount
from subsidy_rules.errors import Lang
from subsidy_rules.facts.case import Value
from subsidy_rules.facts.vocabulary import FieldSpec
from subsidy_rules.report.tables import Block, text_table
from subsidy_rules.values.amount import Amount
from subsidy_rules.values.quantity import CNY, Currency, format_date

Both: TypeAlias = dict[Lang, str]
STATUS: Final[Mapping[str, Both]] = {
    "met": {"zh": "已按期完成", "en": "met"},
    "late": {"zh": "已完成，但逾期", "en": "met late"},
    "running": {"zh": "未到期", "en": "running"},
    "passed": {"zh": "已逾期", "en": "passed"},
    "open": {"zh": "期限没有写明", "en": "the day is not given"},
}


def as_json(standing: Standing, on: date) -> dict[str, Json]:
    """Write a standing for programs, with its deadlines at a day."""
    log, currency = standing.log, standing.log.lifecycle.vocabulary.currency
    return {
        "schema": "subsidy-rules/lifecycle/1",
        "lifecycle": log.lifecycle.id,
        "policy": log.lifecycle.file.policy,
        "of": log.of,
        "state": standing.state,
        "figures": {name: _json_value(value, log.lifecycle, name) for name, value in sorted(standing.figures.items())},
        "taken": [_json_taken(one, log.lifecycle) for one in standing.taken],
        "refused": [_json_refused(one) for one in standing.refused],
        "deadlines": [_json_deadline(one) for one in standing.deadlines(on)],
        "on": on.isoformat(),
        **({} if currency == CNY else {"currency": currency.code}),
        "stamp": {"lifecycle": log.lifecycle.sha256, "log": log.sha256},
    }


def _json_value(value: Value, lifecycle: Lifecycle, name: str) -> Json:
    spec = lifecycle.vocabulary.fields[STATE][name]
    if isinstance(value, Amount):
        return dict(ends_of(value, lifecycle.vocabulary.currency)) if spec.type == "money" else _said(value, spec, "en")
    return _said(value, spec, "en")


def _json_cited(citation: Citation) -> dict[str, Json]:
    return {name: getattr(citation, name) for name in ("policy", "path", "sentence", "quote")}


def _json_taken(one: Taken, lifecycle: Lifecycle) -> dict[str, Json]:
    return {
        "event": one.event.name,
        "at": format_date(one.event.at),
        "by": one.event.by,
        "before": one.before,
        "after": one.after,
        "set": {name: _json_value(value, lifecycle, name) for name, value in one.set.items()},
        "citation": _json_cited(one.citation),
        "unchecked": [{"that": two.text, "citation": _json_cited(two.citation)} for two in one.unchecked],
    }


def _json_refused(one: Refused) -> dict[str, Json]:
    return {
        "event": one.event.name,
        "at": format_date(one.event.at),
        "place": str(one.event.place),
        "state": one.state,
        "code": one.code,
        "zh": one.zh,
        "en": one.en,
        "citation": _json_cited(one.citation),
    }


def _json_deadline(one: Deadline) -> dict[str, Json]:
    return {
        "id": one.due.deadline.id,
        "begun": format_date(one.begun),
        "day": None if one.day is None else format_date(one.day),
        "met": None if one.met is None else format_date(one.met),
        "status": one.status,
        "citation": _json_cited(one.due.citation),
    }


def to_text(standing: Standing, on: date, lang: Lang, *, width: int = 120) -> str:
    """Write a standing for a screen."""
    return "".join(_parts(standing, on, lang, width))


def _parts(standing: Standing, on: date, lang: Lang, width: int) -> Iterator[str]:
    zh, life = lang == "zh", standing.log.lifecycle
    state = life.file.states[standing.state]
    name = life.file.zh if zh else life.file.en
    yield f"{name} {standing.log.of}{'：' if zh else ': '}{state.zh if zh else state.en}\n\n"
    heads: tuple[str, ...] = (
        ("日期", "事件", "办理", "状态", "金额", "依据") if zh else ("day", "event", "by", "state", "figures", "under")
    )
    rows = tuple(_row(one, life, lang) for one in standing.taken)
    yield _table("经过" if zh else "Events", heads, rows, width) + "\n"
    if standing.refused:
        heads = ("位置", "事件", "为何不成立", "依据") if zh else ("at", "event", "why not", "under")
        refused = tuple(
            (str(one.event.place), _event(life, one.event.name, lang), one.said(lang), _cited(one.citation))
            for one in standing.refused
        )
        yield _table("不成立的事件" if zh else "Events that were refused", heads, refused, width) + "\n"
    heads = ("金额", "") if zh else ("figure", "")
    specs = life.vocabulary.fields[STATE]
    figures = tuple(
        (specs[name].zh if zh else specs[name].en, _said(value, specs[name], lang, life.vocabulary.currency))
        for name, value in sorted(standing.figures.items())
    )
    yield _table("现有金额" if zh else "Figures", heads, figures, width) + "\n"
    found = standing.deadlines(on)
    if found:
        heads = ("期限", "起算", "到期", "状况", "依据") if zh else ("deadline", "begun", "day", "status", "under")
        days = tuple(
            (
                one.due.deadline.zh if zh else one.due.deadline.en,
                format_date(one.begun),
                "—" if one.day is None else format_date(one.day),
                STATUS[one.status][lang],
                _cited(one.due.citation),
            )
            for one in found
        )
        title = f"期限（截至{on.isoformat()}）" if zh else f"Deadlines at {on.isoformat()}"
        yield _table(title, heads, days, width) + "\n"
    yield f"{'日志摘要' if zh else 'digest of the log'} {standing.log.sha256}\n"


def _table(title: str, heads: tuple[str, ...], rows: Iterable[tuple[str, ...]], width: int) -> str:
    cells = tuple(tuple(tuple(text.split("\n")) for text in row) for row in rows)
    return text_table(Block(title, heads, cells), width=width)


def _row(one: Taken, life: Lifecycle, lang: Lang) -> tuple[str, ...]:
    zh = lang == "zh"
    specs, states = life.vocabulary.fields[STATE], life.file.states
    after = states[one.after]
    figures = [
        f"{specs[name].zh if zh else specs[name].en} {_said(value, specs[name], lang, life.vocabulary.currency)}"
        for name, value in one.set.items()
    ]
    figures += [("未能核对：" if zh else "not checked: ") + two.said[0 if zh else 1] for two in one.unchecked]
    left_open = life.transitions[one.event.name].event.open
    if left_open:
        figures.append(("原文未写：" if zh else "the text leaves open: ") + left_open)
    return (
        format_date(one.event.at),
        _event(life, one.event.name, lang),
        one.event.by,
        after.zh if zh else after.en,
        "\n".join(figures),
        _cited(one.citation),
    )


def _event(life: Lifecycle, name: str, lang: Lang) -> str:
    event = life.transitions[name].event
    return event.zh if lang == "zh" else event.en


def _cited(citation: Citation) -> str:
    return f"{citation.path}\n{citation.quote}"


def _said(value: Value, spec: FieldSpec, lang: Lang, currency: Currency = CNY) -> str:
    if isinstance(value, Amount):
        return say_amount(value, lang, currency) if spec.type == "money" else str(value.minimum)
    if isinstance(value, bool):
        return str(value).lower()
    return str(value)
