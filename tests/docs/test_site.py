"""The build itself: a page that shows something else than what happens stops it, and so does a remote picture.

`make docs` runs this; it needs MkDocs, which the everyday tests do without.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig

pytest.importorskip("mkdocs", reason="needs MkDocs: make docs runs it")

from mkdocs.commands.build import build
from mkdocs.config import load_config
from mkdocs.exceptions import Abort, PluginError

from tests.docs.blocks import ROOT


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MkDocsConfig:
    """A site of one page, built by the hook, without the pages that are made."""
    monkeypatch.setattr("tests.docs.pages.makers", dict)
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "index.md").write_text("# One page\n", encoding="utf-8")
    folders = {"docs_dir": str(tmp_path / "docs"), "site_dir": str(tmp_path / "site")}
    config = load_config(str(ROOT / "mkdocs.yml"), **folders)
    config.nav = None
    config.extra_css.clear()
    return config


def write(site: MkDocsConfig, text: str) -> None:
    Path(site.docs_dir, "index.md").write_text(text, encoding="utf-8")


def test_a_page_that_shows_what_happens_is_built(site: MkDocsConfig) -> None:
    write(site, "# One page\n\n```python\nprint(6 * 7)\n```\n\n```output\n42\n```\n")
    build(site)
    assert "42" in Path(site.site_dir, "index.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("```python\nprint(6 * 7)\n```\n\n```output\n41\n```\n", "shown 41, printed 42"),
        ("```sh\nmake demo\n```\n", "a block of 'sh' is not run"),
        ("![a picture](https://pictures.example/x.png)\n", "would fetch from another host"),
    ],
)
def test_a_page_that_does_not_stops_the_build(
    site: MkDocsConfig, text: str, told: str, caplog: pytest.LogCaptureFixture
) -> None:
    write(site, f"# One page\n\n{text}")
    with pytest.raises((Abort, PluginError)) as error:
        build(site)
    assert told in f"{error.value} {caplog.text}"
