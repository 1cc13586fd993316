"""How far a command is, is shown on a terminal, and nowhere else."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from subsidy_rules.serve.progress import counting

if TYPE_CHECKING:
    import pytest


def test_it_is_shown_on_a_terminal(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    with counting() as tell:
        assert tell is not None
        tell(1)
        tell(1200)
    assert "1,200" in capsys.readouterr().err


def test_it_is_not_shown_elsewhere(capsys: pytest.CaptureFixture[str]) -> None:
    with counting() as tell:
        assert tell is None
    assert capsys.readouterr() == ("", "")
