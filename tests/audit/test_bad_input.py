"""What is wrong with what comes in is said with its place, nothing is half written, and a rerun does the job."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from typer.testing import CliRunner

from subsidy_rules import UsageError
from subsidy_rules.audit.ledger import Entry, open_ledger
from subsidy_rules.serve.cli import app

HERE = Path(__file__).parents[2] / "examples" / "audit"
SHEET = "xl/worksheets/sheet1.xml"
BAD: dict[str, tuple[str, bytes, bytes, str]] = {
    "a bomb": ("xl/media/bomb.png", b"", b"\0" * 2**26, "too-large"),
    "macros": ("xl/vbaProject.bin", b"", b"\0", "the workbook has macros"),
    "links to other files": ("xl/externalLinks/externalLink1.xml", b"", b"\0", "takes values from other files"),
    "a formula without its value": (SHEET, b"<v>7777</v>", b"", "Sheet1!B2: bad-sheet: the formula"),
    "cells at the end of a million columns": (SHEET, b'r="B2"', b'r="XFD2"', "beyond column 2000"),
    "a damaged sheet": (SHEET, b"</worksheet>", b"", "is damaged"),
}


def workbook(folder: Path, part: str, before: bytes, after: bytes) -> Path:
    """Write a list as a workbook of which one part was changed, or added."""
    good, bad = folder / "good.xlsx", folder / "paid.xlsx"
    book = xlsxwriter.Workbook(str(good))
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ["申报单位", "补助金额（元）"])
    sheet.write(1, 0, "甲公司")
    sheet.write_formula(1, 1, "=1111*7", None, 7777)
    book.close()
    with zipfile.ZipFile(good) as old, zipfile.ZipFile(bad, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            raw = old.read(name)
            new.writestr(name, raw.replace(before, after, 1) if name == part else raw)
        if part not in old.namelist():
            new.writestr(part, after)
    return bad


@pytest.mark.parametrize("kind", BAD)
def test_a_bad_workbook_is_said_and_nothing_is_written(kind: str, tmp_path: Path) -> None:
    part, before, after, said = BAD[kind]
    paid = workbook(tmp_path, part, before, after)
    papers, bundle, ledger = (tmp_path / name for name in ("papers.xlsx", "evidence.zip", "paid.db"))
    ran = CliRunner().invoke(
        app, ["audit", str(paid), "--out", str(papers), "--bundle", str(bundle), "--unit", "元", "--lang", "en"]
    )
    assert (ran.exit_code, said in " ".join(ran.output.split())) == (2, True), ran.output
    ran = CliRunner().invoke(app, ["ledger", "import", str(ledger), str(paid), "--lang", "en"])
    assert (ran.exit_code, said in " ".join(ran.output.split())) == (2, True), ran.output
    assert {file.name for file in tmp_path.iterdir()} == {"good.xlsx", "paid.xlsx"}


@pytest.mark.parametrize(
    "case",
    [
        "projects: [{id: p1, name: 一期}, {id: p1, name: 二期}]",
        "titles: [{id: p1, kind: {other: 示范}}]\nprojects: [{id: p1}]",
    ],
)
def test_an_id_that_is_there_twice_is_a_verdict_on_its_lines(case: str, tmp_path: Path) -> None:
    (tmp_path / "case.yaml").write_text(f"case: 1\nenterprise: {{name: 甲公司}}\n{case}\n", encoding="utf-8")
    (tmp_path / "paid.csv").write_text("申报单位,政策条款,补助金额（元）\n甲公司,digital_factory,5\n", encoding="utf-8")
    call = ["audit", str(tmp_path / "paid.csv"), "--facts", str(tmp_path / "case.yaml"), "--lang", "en"]
    ran = CliRunner().invoke(app, call)
    assert ran.exit_code == 0
    assert "duplicate-id" in ran.output


def entry(number: int) -> Entry:
    return Entry("payment", str(number), "甲公司", fen=number)


def test_a_database_that_is_gone_or_no_database_is_said(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="can't be read or written"):
        open_ledger(tmp_path / "nowhere" / "paid.db")
    (tmp_path / "text.db").write_text("This is no database, and longer than its header.\n" * 40)
    with pytest.raises(UsageError, match="file is not a database"):
        open_ledger(tmp_path / "text.db")
    with pytest.raises(UsageError, match="can't be read or written"):
        open_ledger(tmp_path)


def test_a_database_that_goes_in_the_middle_of_a_write_is_said_and_a_rerun_finishes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("subsidy_rules.audit.ledger.store.CHUNK", 10)
    path = tmp_path / "paid.db"
    with open_ledger(path) as ledger:
        ledger.append([entry(1)])
        kept = path.read_bytes()

        def breaking() -> Any:  # noqa: ANN401 - a generator
            for number in range(2, 100):
                if number == 50:
                    path.unlink()
                yield entry(number)

        with pytest.raises(UsageError, match="can't be read or written"):
            ledger.append(breaking())
    for left in tmp_path.glob("paid.db*"):
        left.unlink()
    path.write_bytes(kept)
    with open_ledger(path) as ledger:
        assert ledger.verify().entries == 1
        assert ledger.append(entry(number) for number in range(1, 100)) == 98
        assert (ledger.verify().entries, ledger.verify().broken) == (99, 0)


@pytest.mark.random
@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no such signal here")
def test_an_audit_that_is_killed_leaves_no_papers_and_a_rerun_writes_them(tmp_path: Path) -> None:
    papers = tmp_path / "papers.xlsx"
    call = [sys.executable, "-m", "subsidy_rules", "audit", str(HERE / "paid.csv")]
    call += ["--facts", str(HERE / "cases.jsonl"), "--out", str(papers)]
    running = subprocess.Popen(call, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=dict(os.environ))
    until = time.monotonic() + 60
    while not list(tmp_path.glob(".papers.xlsx.*")) and running.poll() is None and time.monotonic() < until:
        time.sleep(0.005)
    running.kill()
    assert running.wait() in (-signal.SIGKILL, 0)
    assert not papers.exists() or zipfile.is_zipfile(papers)
    papers.unlink(missing_ok=True)
    subprocess.run(call, check=True, capture_output=True)
    assert zipfile.is_zipfile(papers)
