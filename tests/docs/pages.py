"""Every page that is made rather than written, by its place below `docs/`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from subsidy_rules import load_policies
from subsidy_rules.mechanisms.words import WORDS
from tests.docs.blocks import ROOT
from tests.docs.policies import PACKS, policy_index, policy_page
from tests.docs.recipes import cookbook_index, cookbook_page, groups
from tests.docs.words import rule_kinds, rule_page, word_index, word_page


def makers() -> Mapping[str, Callable[[], str]]:
    """Return what makes each page. Raises `ValueError` where a shipped pack has none."""
    shipped = {plan.id for plan in load_policies().plans}
    if shipped != set(PACKS):
        raise ValueError(f"packs without a page, or pages without a pack: {sorted(shipped ^ set(PACKS))}")
    made: dict[str, Callable[[], str]] = {"changes.md": _changes, "mechanisms/index.md": word_index}
    made.update({f"mechanisms/{word}.md": partial(word_page, word) for word in WORDS})
    made.update({f"mechanisms/{kind}.md": partial(rule_page, kind) for kind in rule_kinds()})
    made.update(
        {"zh/policies/index.md": partial(policy_index, "zh"), "en/policies/index.md": partial(policy_index, "en")}
    )
    made["authoring/cookbook.md"] = cookbook_index
    made.update({f"authoring/cookbook/{name}.md": partial(cookbook_page, name) for name in groups()})
    made.update({f"zh/policies/{pack}.md": partial(policy_page, pack, "zh") for pack in PACKS})
    made.update({f"en/policies/{pack}.md": partial(policy_page, pack, "en") for pack in PACKS})
    return made


def _changes() -> str:
    return (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
