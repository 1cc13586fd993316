"""What MkDocs calls while it builds the site: pages are made and run, and a difference stops the build.

python -m mkdocs build --strict
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File, Files

from tests.bad import page as errors
from tests.docs.blocks import run, shown
from tests.docs.offline import asked
from tests.docs.pages import makers

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.pages import Page


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages that are made."""
    for place, make in makers().items():
        files.append(File.generated(config, place, content=make()))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Run the blocks of a page that is written; those of a page that is made were run as it was made."""
    del config, files
    if page.file.generated_by is None:
        _, differences = run(markdown, page.file.src_uri)
        if page.file.src_uri == "errors.md" and markdown.strip() != errors.page().strip():
            differences.append("errors.md: not what the bad files are told; make it anew: python -m tests.bad.page")
        if differences:
            raise PluginError("\n".join(["a page does not show what happens:", *differences]))
    return shown(markdown)


def on_post_build(config: MkDocsConfig) -> None:
    """Refuse a site that would fetch anything from another host."""
    found = asked(Path(config.site_dir))
    if found:
        raise PluginError("\n".join(["the site would fetch from another host:", *found]))
