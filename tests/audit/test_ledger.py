"""The ledger: only added to, whole or not at all, under several writers and killed ones; what it finds and feeds."""

from __future__ import annotations

import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner

from subsidy_rules import Case, UsageError, evaluate, load_policies
from subsidy_rules.audit.ledger import Entry, open_ledger
from subsidy_rules.audit.ledger.entry import read_entry
from subsidy_rules.audit.ledger.fill import entries_of, unread
from subsidy_rules.audit.ledger.findings import PAPERS, findings, suspicions
from subsidy_rules.audit.ledger.history import formerly, payments, with_history
from subsidy_rules.audit.ledger.rulebook import Exclusive, load_rulebook
from subsidy_rules.audit.ledger.second import second
from subsidy_rules.audit.lifecycle.second import ran, why_off
from subsidy_rules.serve.cli import app
from subsidy_rules.serve.wording import in_chinese
from subsidy_rules.values.document import plain
from tests.audit.mishaps import HARMLESS, MISHAPS, Desk, mishaps, same_words
from tests.audit.planted import planted, row
from tests.audit.servers import postgres, why_not

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).resolve().parents[2]
WAN = 1_000_000
RULES = load_rulebook()


def payment(number: int, **said: Any) -> Entry:  # noqa: ANN401 - the fields of an entry
    given = {"fen": WAN, "decided": "2025-08-01", **said}
    return Entry("payment", str(number), given.pop("beneficiary", "甲公司"), **given)


@pytest.fixture(params=["sqlite", "postgres"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield str(tmp_path / "paid.db")
        return
    reason = why_not()
    if reason is not None:
        pytest.skip(reason)
    with postgres() as found:
        yield found


def test_a_ledger_is_added_to_once_and_follows_its_chain(address: str) -> None:
    entries = [payment(number, marks={"invoice": (f"{number}",)}) for number in range(1200)]
    with open_ledger(address) as ledger:
        assert ledger.append(entries[:700]) == 700
        assert ledger.append(entries) == 500
        assert ledger.append(entries) == 0
        assert list(ledger.entries()) == entries
        assert ledger.verify().entries == 1200
        assert ledger.verify().broken == 0
        with pytest.raises(UsageError, match="entry '7' is in the ledger and says something else"):
            ledger.append([payment(5000), replace(entries[7], fen=2)])
        assert ledger.verify().entries == 1200
    with open_ledger(address) as ledger:
        assert [one.id for one in ledger.entries(beneficiaries=["甲公司"], before="2025-08-02")][:2] == ["0", "1"]
        assert list(ledger.entries(before="2025-08-01")) == []


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE entries SET fen = 1 WHERE number = 3",
        "UPDATE entries SET body = replace(body, '1000000', '2000000') WHERE number = 3",
        "UPDATE entries SET body = 'x' WHERE number = 3",
        "DELETE FROM entries WHERE number = 3",
        "UPDATE entries SET number = 99 WHERE number = 3",
    ],
)
def test_the_database_refuses_a_change_and_the_chain_shows_one(statement: str, tmp_path: Path) -> None:
    path = tmp_path / "paid.db"
    with open_ledger(path) as ledger:
        ledger.append(payment(number) for number in range(6))
    connection = sqlite3.connect(path)
    with pytest.raises(sqlite3.IntegrityError, match="the ledger is only added to"):
        connection.execute(statement)
    connection.executescript(f"DROP TRIGGER entries_no_change; DROP TRIGGER entries_no_delete; {statement}")
    connection.close()
    with open_ledger(path) as ledger:
        assert ledger.verify().broken == 3


def test_writers_at_once_lose_nothing(address: str) -> None:
    def write(writer: int) -> int:
        with open_ledger(address) as ledger:
            return sum(ledger.append([payment(writer * 100 + number)]) for number in range(10))

    open_ledger(address).close()
    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(write, range(6))) == [10] * 6
    with open_ledger(address) as ledger:
        chain = ledger.verify()
        assert (chain.entries, chain.broken) == (60, 0)


WRITER = """
import sys
from subsidy_rules.audit.ledger import Entry, open_ledger
with open_ledger(sys.argv[1]) as ledger:
    print("ready", flush=True)
    for batch in range(1000):
        start = int(sys.argv[2]) + 20 * batch
        ledger.append([Entry("payment", str(n), "X", fen=1, decided="2025-01-01") for n in range(start, start + 20)])
"""


def killed(address: str, times: int, rng: random.Random) -> None:
    """Kill a writer at random moments: what is there is whole batches in one chain, and a rerun finishes the job."""
    start = 0
    for _ in range(times):
        child = subprocess.Popen([sys.executable, "-c", WRITER, address, str(start)], stdout=subprocess.PIPE)
        assert child.stdout is not None
        child.stdout.readline()
        time.sleep(rng.random() / 10)
        child.send_signal(signal.SIGKILL)
        child.wait()
        child.stdout.close()
        with open_ledger(address) as ledger:
            chain = ledger.verify()
            assert chain.broken == 0
            assert chain.entries % 20 == 0
            again = [Entry("payment", str(n), "X", fen=1, decided="2025-01-01") for n in range(start, start + 40)]
            ledger.append(again)
            found = Counter(one.id for one in ledger.entries())
            assert max(found.values()) == 1
            start = max(map(int, found)) + 1


def test_a_killed_writer_leaves_whole_batches(address: str) -> None:
    killed(address, 3, random.Random("killed"))


@pytest.mark.slow
def test_writers_killed_two_hundred_times(address: str) -> None:
    killed(address, 200, random.Random("killed often"))


def test_what_holds_the_ledger_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("subsidy_rules.audit.ledger.store.SECONDS", 0.1)
    path = tmp_path / "paid.db"
    open_ledger(path).close()
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    with pytest.raises(UsageError, match="another writer holds the ledger") as raised, open_ledger(path) as ledger:
        ledger.append([payment(1)])
    assert in_chinese(raised.value).startswith("台账正由他人写入")
    holder.execute("ROLLBACK")
    holder.execute("PRAGMA max_page_count = 1")
    holder.close()


def test_a_full_disk_leaves_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "paid.db"
    with open_ledger(path) as ledger:
        ledger.append([payment(1)])
        with ledger._engine.connect() as connection:
            pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
            connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
        with pytest.raises(UsageError, match="can't be read or written: database or disk is full"):
            ledger.append(payment(number, object="x" * 4000) for number in range(2, 200))
        assert ledger.verify().entries == 1


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("mysql://x/y", "a ledger is kept in SQLite or PostgreSQL, not in mysql"),
        ("://", "is neither a file nor the address of a database"),
        ("/nowhere/at/all/paid.db", "the ledger can't be read or written"),
    ],
)
def test_where_no_ledger_is_kept(given: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        open_ledger(given)


@pytest.mark.parametrize(
    ("said", "wrong"),
    [
        ({"fen": 1.5}, "whole fen"),
        ({"fen": True}, "whole fen"),
        ({"fen": 2**63}, "below 2\\^63"),
        ({"decided": "2025-02-30"}, "is no day"),
        ({"formerly": "乙公司"}, "a succession, and no other entry"),
        ({"beneficiary": ""}, "an id and a beneficiary"),
    ],
)
def test_what_an_entry_may_not_be(said: dict[str, Any], wrong: str) -> None:
    with pytest.raises(UsageError, match=wrong):
        payment(1, **said)


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"kind":"payment","id":"1","beneficiary":"x","feno":1}', '{"kind":1}']
)
def test_what_is_no_entry(text: str) -> None:
    with pytest.raises(UsageError, match="no entry"):
        read_entry(text)
    with pytest.raises(UsageError, match="an entry is one of"):
        read_entry('{"kind":"gift","id":"1","beneficiary":"x"}')


def test_planted_errors_are_found_and_nothing_else() -> None:
    searched(2000, 120, "planted")


@pytest.mark.slow
def test_planted_errors_in_a_hundred_thousand_rows() -> None:
    searched(98_000, 2000, "planted at scale", 1000)


@pytest.mark.parametrize("tell", [*MISHAPS, *HARMLESS], ids=lambda tell: str(tell.__name__))
def test_a_mishap_is_found_and_what_only_looks_wrong_is_not(tell: Callable[[Desk], None]) -> None:
    desk = Desk(random.Random(1), 7)
    tell(desk)
    assert bool(findings(desk.papers, RULES)) is (tell in MISHAPS)


def searched(rows: int, errors: int, seed: str, stories: int = 60) -> None:
    """Search rows with errors of both generators, a third of them by the one that knows nothing of the detectors."""
    rng = random.Random(seed)
    ledger, made = planted(rng, [row(rng, number) for number in range(rows)], errors)
    papers, told, wrong = mishaps(rng, stories)
    ledger = rng.sample([*ledger, *papers], len(ledger) + len(papers))
    found = {frozenset(one.entries): one.code for one in findings(ledger, RULES)}
    of_stories = {entries for entries in found if entries & told.keys()}
    assert {story for entries in of_stories for story in (told.get(one) for one in entries)} == wrong
    assert {entries: code for entries, code in found.items() if entries not in of_stories} == made
    assert set(made.values()) == {"shared_invoice", "shared_equipment", "ceiling", "window", "over_award", "paid_twice"}


@pytest.mark.parametrize(
    ("entries", "code", "fen"),
    [
        (
            # 咸阳: a newly recognised honour is paid again in another year
            [payment(n, policy="xianyang_70", clause=min(RULES.once).split("/")[1], object="t1", decided=day)
             for n, day in ((1, "2025-07-01"), (2, "2025-08-01"))],
            "first_twice", WAN,
        ),
        (
            [payment(1, type="park", policy="xian_30", clause="equipment_renewal")], "beneficiary", WAN,
        ),
        ([payment(n, marks={"contract": ("H",)}, project=f"p{n}", fen=n) for n in (9, 3)],
         "shared_contract", 3),
    ],
)  # fmt: skip
def test_findings_of_each_kind(entries: list[Entry], code: str, fen: int) -> None:
    assert [(one.code, one.fen) for one in findings(entries, RULES)] == [(code, fen)]
    recovered = [*entries, Entry("recovery", "r", "甲公司", fen=-entries[-1].fen, corrects=entries[-1].id)]
    assert findings(recovered, RULES) == []


def test_a_ceiling_follows_who_the_enterprise_has_become() -> None:
    said = {"policy": "xianyang_70", "clause": "task_growth", "fen": 20 * WAN}
    entries = [payment(1, beneficiary="旧公司", **said), payment(2, beneficiary="新公司", **said)]
    assert findings(entries, RULES) == []
    (found,) = findings([*entries, Entry("succession", "s", "新公司", formerly="旧公司", decided="2025-07-01")], RULES)
    assert (found.code, found.fen, found.cited.quote) == ("ceiling", 10 * WAN, "企业给予不超过30万元的奖励")


def test_what_is_only_likely_is_apart() -> None:
    entries = [
        payment(
            1, beneficiary="A1", name="咸阳宏达机械有限公司", counterparty="供应商", fen=30 * WAN, decided="2025-07-01"
        ),
        payment(
            2, beneficiary="A1", name="咸阳宏达机械有限公司", counterparty="供应商", fen=30 * WAN, decided="2025-07-20"
        ),
        payment(3, beneficiary="B2", name="咸阳宏达机诫有限公司", fen=WAN),
        payment(4, beneficiary="C3", name="西安远东科技股份公司", fen=WAN),
    ]
    assert findings(entries, RULES) == []
    found = suspicions(entries, gate=50 * WAN)
    assert [(one.code, one.entries, one.certain) for one in found] == [
        ("similar_names", ("1", "2", "3"), False),
        ("split_contract", ("1", "2"), False),
    ]
    assert [one.code for one in suspicions(entries)] == ["similar_names"]


def test_what_a_correction_is_of() -> None:
    paid = [payment(1, channel="区财政局"), payment(2, channel="市工信局"), payment(3, project="p2", fen=3)]
    less = [
        Entry("correction", "4", "甲公司", fen=-WAN, channel="市工信局"),
        Entry("recovery", "5", "甲公司", fen=-2, project="p2"),
    ]
    loose = Entry("correction", "6", "甲公司", fen=-WAN, project="p9")
    assert [one.fen for one in payments([*paid, *less, loose])] == [WAN, 0, 1]
    assert [(one.code, one.entries, one.fen) for one in suspicions([*paid, *less, loose])] == [
        ("loose_correction", ("6",), WAN)
    ]
    assert [one.fen for one in payments([paid[2], less[1], replace(less[1], id="7")])] == [1]


def test_a_project_of_one_name_of_two_beneficiaries_is_only_likely() -> None:
    desk = Desk(random.Random(1), 1)
    same_words(desk)
    found, *_ = (one for one in suspicions(desk.papers, rules=RULES) if one.code != "similar_names")
    assert (found.code, found.certain, found.cited.rule) == ("exclusive_elsewhere", False, "art5")


USCC = "91110000600037341L"
CASE: dict[str, Any] = {
    "case": "1",
    "decision_date": "2025-12-01",
    "enterprise": {"type": "enterprise", "place": "610402", "uscc": USCC}
    | {"task_sales": "1200万元", "task_sales_prior": "1000万元", "civil_supplier": "true"},
    "certificates": [{"id": "c1", "kind": "装备承制", "event": "new", "issued_on": "2025-08-01"}],
    "assume_none": ["earlier_awards", "grants", "titles"],
}


def test_the_second_engine_finds_the_same_pairs_or_says_why_it_is_off() -> None:
    rng = random.Random("second")
    ledger, _ = planted(rng, [row(rng, number) for number in range(40)], 12)
    ledger += [payment(number, policy="xian_31", clause=clause, project="双") for number, clause in enumerate("ab")]
    said = second(ledger, replace(RULES, exclusive=(Exclusive("xian_31/a", "xian_31/b", PAPERS),)))
    off = why_off()
    assert said.status == ("agrees" if off is None else "off")


def test_a_second_engine_that_ends_or_takes_too_long_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    ended = ran("subsidy_rules.no_such_module", {})
    assert (ended.status, "No module named" in ended.en) == ("crashed", True)
    monkeypatch.setattr("subsidy_rules.audit.lifecycle.second.SECONDS", 0)
    late = ran("subsidy_rules.audit.ledger.durable", {})
    assert (late.status, late.en) == ("crashed", "the second engine ended: it took more than 0 seconds")


def test_history_is_fed_to_the_evaluator() -> None:
    """30万元 at most for one enterprise, of which 12万元 were paid, less 1万元 that were corrected: 19万元 are left."""
    mine = {"beneficiary": USCC, "policy": "xianyang_70", "clause": "task_growth"}
    before = payment(1, fen=12 * WAN, **mine)
    less = Entry("correction", "2", USCC, fen=-WAN, corrects="1")
    others = [payment(3, decided="2026-01-01", **mine), payment(4, **{**mine, "beneficiary": "乙公司"})]
    grants = [
        payment(
            number,
            beneficiary="91110000600037341L",
            channel="省工信厅",
            programme="省级智能工厂",
            level="省级",
            project=on,
        )
        for number, on in ((5, ""), (6, "of another case"))
    ]
    ledger = [before, less, *others, *grants]
    given = Case.from_dict(CASE)
    # beside 15万元 for the certificate
    assert evaluate(given).total.possible.maximum == (15 + 30) * WAN
    assert evaluate(with_history(given, ledger, day="2025-12-01")).total.possible.maximum == (15 + 19) * WAN
    tree: Any = plain(with_history(given, ledger, day="2025-12-01").document.root)
    assert [(one["amount"], one["paid_on"]) for one in tree["earlier_awards"]] == [("11000000分", "2025-08-01")]
    assert [one["fund"] for one in tree["grants"]] == ["省工信厅"]
    assert tree["assume_none"] == ["titles"]
    with pytest.raises(UsageError, match="the case lists its own grants"):
        with_history(
            Case.from_dict({**CASE, "grants": [{"level": "省级"}], "assume_none": []}), ledger, day="2025-12-01"
        )


def test_former_names_are_followed_before_a_day() -> None:
    entries = [
        Entry("succession", "1", "丙", formerly="乙", decided="2025-01-01"),
        Entry("succession", "2", "乙", formerly="甲", decided="2024-01-01"),
    ]
    assert formerly("丙", entries) == ("丙", "乙", "甲")
    assert formerly("丙", entries, "2025-01-01") == ("丙",)
    assert payments(entries) == []


def test_a_ledger_of_another_currency(tmp_path: Path) -> None:
    """600,000 EUR in a year: two payments of 400,000 pass it by 200,000; an entry in yuan is none of that."""
    rules = str(ROOT / "tests" / "policies" / "reeg.yaml")
    paid = tmp_path / "paid.csv"
    rows = [
        "applicant,project,policy,clause,granted,decided",
        *(f"Nord GmbH,{n},reeg,measure,400,2025-0{n}-01" for n in (4, 5)),
    ]
    paid.write_text("\n".join(rows) + "\n", encoding="utf-8")
    columns = tmp_path / "map.yaml"
    columns.write_text(
        "columns: {applicant: applicant, project: project, policy: policy, clause: clause, "
        "granted: granted, decided: decided}\nunit: kEUR\n",
        encoding="utf-8",
    )
    (tmp_path / "yuan.jsonl").write_text(
        payment(1, beneficiary="Nord GmbH", policy="reeg", clause="measure", fen=90_000_000).written() + "\n"
    )

    def call(*words: str) -> str:
        return str(CliRunner().invoke(app, ["ledger", *words, "--lang", "en"]).output)

    db = str(tmp_path / "paid.db")
    assert call("import", db, str(paid), "--map", str(columns), "--rules", rules) == "2 added, 0 known\n"
    assert call("import", db, str(tmp_path / "yuan.jsonl")) == "1 added, 0 known\n"
    told = call("findings", db, "--rules", rules)
    assert "EUR 200,000" in told
    assert "万" not in told
    assert "1 entries in CNY: the rules count in another" in told
    assert "--gate" in call("findings", db, "--rules", rules, "--gate", "50万元")
    with open_ledger(db) as kept:
        entries = list(kept.entries())
    euro = load_policies([rules]).vocabulary.currency
    case = Case.from_dict({"case": "1", "enterprise": {"name": "Nord GmbH"}})
    tree: Any = plain(with_history(case, entries, day="2025-05-01", currency=euro).document.root)
    assert [(one["clause"], one["amount"]) for one in tree["earlier_awards"]] == [("measure", "400000 EUR")]
    with pytest.raises(UsageError, match="no code of a currency"):
        Entry("payment", "1", "甲", currency="eur")


def test_lists_become_entries_once(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    heads = "企业名称,统一社会信用代码,政策,条款,补助金额（万元）,决定日期"
    rows = ["甲,91110000600037341L,xian_30,a,1.5,2025-03-01", "乙,,,,,2025-03-01"]
    path.write_text("\n".join([heads, *rows, ""]), encoding="utf-8")
    (entry,) = entries_of([path])
    assert (entry.fen, entry.beneficiary, entry.decided) == (1_500_000, "91110000600037341L", "2025-03-01")
    assert [line.applicant for line in unread([path])] == ["乙"]
    assert list(entries_of([path])) == [entry]
