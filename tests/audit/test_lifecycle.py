"""The life of an application: worked logs, what the file and the log may not say, the chain, the second engine."""

from __future__ import annotations

import json
import random
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner

from subsidy_rules import RuleError, UsageError
from subsidy_rules.audit.lifecycle import append, load_lifecycle, read_log, replay
from subsidy_rules.audit.lifecycle.second import second, why_off
from subsidy_rules.audit.lifecycle.told import as_json, to_text
from subsidy_rules.errors import CaseError
from subsidy_rules.serve.cli import app
from subsidy_rules.serve.wording import in_chinese
from subsidy_rules.values.amount import Amount
from subsidy_rules.values.document import plain, read
from subsidy_rules.values.quantity import parse_money
from tests.audit.lives import random_log

if TYPE_CHECKING:
    from subsidy_rules.audit.lifecycle import Standing

ROOT = Path(__file__).resolve().parents[2]
LIFE = load_lifecycle("shenyang")
FILE: Any = plain(read(Path(__file__).parent / "lifecycle.yaml").root)
TODAY = date(2026, 6, 1)


def lived(said: dict[str, Any]) -> Standing:
    events = said.get("events", []) if said.get("whole") else [*FILE["start"], *said.get("events", [])]
    tree = {"log": "shenyang", "of": "p1", "readings": said.get("readings", {}), "events": events}
    figures = {"ceiling": Amount.exact(parse_money(said["ceiling"]))} if "ceiling" in said else None
    return replay(read_log(json.dumps(tree), LIFE), figures)


@pytest.mark.parametrize("said", FILE["cases"], ids=[one["name"] for one in FILE["cases"]])
def test_worked_logs(said: dict[str, Any]) -> None:
    standing = lived(said)
    found = as_json(standing, TODAY)
    figures: Any = found["figures"]
    assert standing.state == said["state"]
    for name, ends in said["figures"].items():
        assert figures[name] == {"min": ends[0], "max": ends[-1]}
    told = [[one.event.name, one.code, one.citation.path] for one in standing.refused]
    assert told == said.get("refused", [])
    unchecked = [one.event.name for one in standing.taken for _ in one.unchecked]
    assert unchecked == said.get("unchecked", []) or "unchecked" not in said
    if "deadlines" in said:
        assert {one.due.deadline.id: one.status for one in standing.deadlines(TODAY)} == said["deadlines"]
    for lang in ("zh", "en"):
        words = to_text(standing, TODAY, lang)
        for one in standing.refused:
            assert one.citation.path in words


@pytest.mark.parametrize(
    ("sign_by", "signed", "on", "status"),
    [
        ("2025-04-10", "2025-04-10", "2026-01-01", "met"),
        ("2025-04-10", "2025-04-11", "2026-01-01", "late"),
        ("2025-04-10", None, "2025-04-10", "running"),
        ("2025-04-10", None, "2025-04-11", "passed"),
        ("2025-04-10", "2025-04-11", "2025-04-10", "running"),
        (None, None, "2026-01-01", "open"),
        (None, "2025-04-11", "2026-01-01", "met"),
    ],
)
def test_deadlines_are_read_at_a_day(sign_by: str | None, signed: str | None, on: str, status: str) -> None:
    events = [dict(one) for one in FILE["start"][:-1]]
    events[-1].pop("sign_by")
    if sign_by is not None:
        events[-1]["sign_by"] = sign_by
    if signed is not None:
        events.append({"event": "contract", "at": signed, "by": "市工业和信息化局"})
    (found,) = lived({"whole": True, "events": events}).deadlines(date.fromisoformat(on))
    assert found.status == status


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"event": "pey"}, "unknown-name"),
        ({"event": ""}, "unknown-name"),
        ({"by": "市财政厅"}, "unknown-member"),
        ({"at": "2025-13-01"}, "bad-date"),
        ({"amount": "100万"}, "unknown-unit"),
        ({"amount": "0.001元"}, "not-whole-fen"),
        ({"ammount": "1元"}, "unknown-key"),
        ({"at": ["2025-01-01"]}, "wrong-type"),
    ],
)
def test_what_an_event_may_not_say(change: dict[str, Any], code: str) -> None:
    event = {"event": "pay", "at": "2025-05-01", "by": "市工业和信息化局", "amount": "1元", **change}
    tree = {"log": "shenyang", "of": "p1", "events": [event]}
    with pytest.raises(CaseError) as raised:
        read_log(json.dumps(tree), LIFE)
    assert code in {problem.code for problem in raised.value.problems}


@pytest.mark.parametrize(
    ("tree", "code"),
    [
        ({"log": "shenyang", "of": "p1", "events": [{"event": "pay"}]}, "missing-key"),
        ({"log": "dalian", "of": "p1", "events": []}, "unknown-name"),
        ({"log": "shenyang", "events": []}, "missing-key"),
        ({"log": "shenyang", "of": "p1", "evnts": []}, "unknown-key"),
        ({"log": "shenyang", "of": "p1", "readings": {"SY_L9": "x"}}, "unknown-name"),
        ({"log": "shenyang", "of": "p1", "readings": {"SY_L1": "x"}}, "unknown-member"),
        ({"log": "shenyang", "of": "p1", "events": ["pay"]}, "wrong-type"),
    ],
)
def test_what_a_log_may_not_say(tree: dict[str, Any], code: str) -> None:
    with pytest.raises(CaseError) as raised:
        read_log(json.dumps(tree), LIFE)
    assert code in {problem.code for problem in raised.value.problems}


BAD_FILES = {
    "an unknown state": ("from: [closed]", "from: [clozed]", "unknown-name", "did you mean 'closed'?"),
    "an unknown goal": ("to: submitted", "to: submited", "unknown-name", "did you mean 'submitted'?"),
    "an outcome to no state": ("- {to: rejected}", "- {to: rejekted}", "unknown-name", "did you mean 'rejected'?"),
    "a figure that is not there": ("proposed: event.amount", "propozed: event.amount", "unknown-name", "'proposed'"),
    "a field that is not there": ("that: event.local", "that: event.locale", "unknown-name", "did you mean 'local'?"),
    "money held against a day": ("event.amount > 0元", "event.amount > 2025-01-01", "wrong-type", ""),
    "an unknown reading": ("reading.SY_L1 is", "reading.SY_L7 is", "unknown-name", "SY_L"),
    "an option that is not there": ("SY_L1 is not_needed", "SY_L1 is needed", "unknown-member", "not_needed"),
    "a default that is no option": ("default: hold", "default: holt", "unknown-name", "did you mean 'hold'?"),
    "an event twice": ("- id: settle", "- id: assess", "bad-clause", ""),
    "a deadline of no event": ("begins: confirm", "begins: konfirm", "unknown-name", "did you mean 'confirm'?"),
    "a deadline met by no event": ("met_by: [contract]", "met_by: [kontract]", "unknown-name", "contract"),
    "a figure that starts with no figure": ("starts: 0元", "starts: nothing", "unknown-name", ""),
    "a field that every event has": ("local: {type: bool", "by: {type: bool", "bad-clause", "another name"),
    "two outcomes without a condition": (
        "- {to: reviewed, when: event.passed}",
        "- {to: reviewed}",
        "bad-clause",
        "",
    ),
    "an unknown key": ("begins: closed", "begin: closed", "unknown-key", "did you mean 'begins'?"),
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_what_a_lifecycle_may_not_say(name: str, tmp_path: Path) -> None:
    old, new, code, remedy = BAD_FILES[name]
    text = (ROOT / "rules" / "lifecycles" / "shenyang.yaml").read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "bad.yaml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(RuleError) as raised:
        load_lifecycle(path)
    found = [problem for problem in raised.value.problems if problem.code == code]
    assert found
    assert any(remedy in (problem.remedy or "") for problem in found)
    lines = text.replace(old, new, 1).splitlines()
    assert new.split("\n")[0] in lines[found[0].place.line - 1] or code in ("unknown-key", "bad-clause")


EURO = "currency: {code: EUR, zh: 欧元, en: euro, units: {kEUR: 1000}}\n"


def test_a_lifecycle_of_another_currency(tmp_path: Path) -> None:
    text = (ROOT / "rules" / "lifecycles" / "shenyang.yaml").read_text(encoding="utf-8")
    path = tmp_path / "euro.yaml"
    path.write_text(text.replace("begins:", EURO + "begins:", 1).replace("0元", "0 EUR"), encoding="utf-8")
    life = load_lifecycle(path)
    events = json.loads(json.dumps(FILE["start"], ensure_ascii=False).replace("800万元", "800.5 kEUR"))
    standing = replay(read_log(json.dumps({"log": "shenyang", "of": "p1", "events": events}), life))
    assert not standing.refused
    told = as_json(standing, date(2025, 6, 1))
    assert told["currency"] == "EUR"
    assert told["figures"]["in_force"] == {"min": "800500.00", "max": "800500.00"}  # type: ignore[index, call-overload]
    assert "EUR 800,500" in to_text(standing, date(2025, 6, 1), "en")
    assert "800,500欧元" in to_text(standing, date(2025, 6, 1), "zh")
    log, case = tmp_path / "log.yaml", ROOT / "examples" / "digital_factory.yaml"
    log.write_text("log: shenyang\nof: p1\nevents: []\n", encoding="utf-8")
    call = ["lifecycle", str(log), "--lifecycle", str(path), "--case", str(case), "--on", "2025-06-01"]
    ran = CliRunner().invoke(app, call)
    assert (ran.exit_code, "案例以 CNY 计，生命周期以 EUR 计" in ran.output) == (2, True)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("EUR,", "EURO,", "three letters of ISO 4217"),
        ("EUR,", "CNY,", "other than CNY"),
        ("1000", "0.001", "is no unit of whole amounts"),
        ("1000", "many", "is not a plain decimal"),
        ("{kEUR: 1000}}", "{kEUR: 1000}, digits: 5}", "four decimals"),
    ],
)
def test_a_currency_that_is_none(old: str, new: str, said: str, tmp_path: Path) -> None:
    text = (ROOT / "rules" / "lifecycles" / "shenyang.yaml").read_text(encoding="utf-8")
    path = tmp_path / "bad.yaml"
    path.write_text(text.replace("begins:", EURO.replace(old, new) + "begins:", 1), encoding="utf-8")
    with pytest.raises(RuleError, match=said):
        load_lifecycle(path)


def test_a_state_that_no_event_leads_to_is_told(tmp_path: Path) -> None:
    text = (ROOT / "rules" / "lifecycles" / "shenyang.yaml").read_text(encoding="utf-8")
    path = tmp_path / "bad.yaml"
    path.write_text(text.replace("states:\n", "states:\n  limbo: {zh: 空, en: limbo}\n"), encoding="utf-8")
    with pytest.raises(RuleError, match="no event leads to 'limbo'"):
        load_lifecycle(path)


def test_only_what_ships_is_found_by_its_id() -> None:
    with pytest.raises(UsageError, match=r"no lifecycle '\.\./xian_30' is shipped; there is: shenyang") as raised:
        load_lifecycle("../xian_30")
    assert in_chinese(raised.value) == "没有随库的流程“../xian_30”；可用：shenyang"


def test_a_chain_takes_what_is_allowed_and_shows_what_was_changed(tmp_path: Path) -> None:
    path = tmp_path / "p1.jsonl"
    with pytest.raises(UsageError, match="a new log needs"):
        append(path, FILE["start"][0], LIFE)
    for event in FILE["start"][:3]:
        append(path, event, LIFE, of="p1")
    before = path.read_bytes()
    with pytest.raises(UsageError, match="'pay' is not allowed now") as raised:
        append(path, {"event": "pay", "at": "2025-03-01", "by": "市工业和信息化局", "amount": "1元"}, LIFE)
    assert "此时不能发生“pay”（第十二条）" in in_chinese(raised.value)
    assert path.read_bytes() == before
    assert replay(read_log(path, LIFE)).state == "screened"
    lines = before.splitlines(keepends=True)
    for place in range(1, len(lines) - 1):
        path.write_bytes(b"".join([*lines[:place], lines[place].replace(b"2025", b"2024"), *lines[place + 1 :]]))
        with pytest.raises(UsageError, match=rf"line {place + 2} of .* was changed"):
            read_log(path, LIFE)
        path.write_bytes(b"".join([*lines[:place], *lines[place + 1 :]]))
        with pytest.raises(UsageError, match="was changed"):
            read_log(path, LIFE)
    path.write_bytes(before[:-1])
    with pytest.raises(UsageError, match="its last line does not end"):
        read_log(path, LIFE)
    path.write_bytes(before.replace(b"{", b"", 1))
    with pytest.raises(UsageError, match=r"line 1 of .* is no JSON"):
        read_log(path, LIFE)
    with pytest.raises(UsageError, match="events are added to a log of JSON lines"):
        append(tmp_path / "p1.yaml", FILE["start"][0], LIFE, of="p1")


def test_invariants_hold_whatever_is_logged() -> None:
    rng, reached = random.Random("lives"), set()
    for _ in range(200):
        ceiling = rng.choice([None, 100, 500, 900])
        figures = None if ceiling is None else {"ceiling": Amount.exact(parse_money(f"{ceiling}万元"))}
        standing = replay(read_log(json.dumps(random_log(rng, LIFE)), LIFE), figures)
        reached |= {one.after for one in standing.taken}
        known = {name: value for name, value in standing.figures.items() if isinstance(value, Amount)}
        paid = known["paid"].minimum
        assert known["due_back"].minimum <= paid
        assert known["recovered"].minimum <= known["due_back"].maximum
        if ceiling is not None and "in_force" in known:
            assert known["in_force"].maximum <= known["ceiling"].minimum
            assert any(paid <= one.set["in_force"].maximum for one in standing.taken if "in_force" in one.set)
    assert reached >= set(LIFE.file.states) - {"closed"}


def test_the_second_engine_says_why_it_is_off_or_agrees() -> None:
    standing = lived(FILE["cases"][0])
    found = second(standing)
    off = why_off()
    assert found.status == ("agrees" if off is None else "off")
    assert found.said("zh") != found.said("en")


def test_every_quote_of_the_lifecycle_stands_in_the_text(shared: Path) -> None:
    text = "".join((shared / "policies" / "shenyang.txt").read_text(encoding="utf-8").split())
    transitions = LIFE.transitions.values()
    required = [two for one in transitions for two in one.requires]
    cited = [one.citation for one in transitions] + [one.citation for one in (*required, *LIFE.invariants)]
    quotes = {one.quote for one in (*cited, *(one.citation for one in LIFE.deadlines))}
    assert [quote for quote in quotes if quote not in text] == []
