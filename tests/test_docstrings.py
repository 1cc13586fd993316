"""Docstrings: every example in them says what the code does."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest

import subsidy_rules

RUN_BY_ALEMBIC = ".migrations.env"
MODULES = sorted(
    one.name
    for one in pkgutil.walk_packages(subsidy_rules.__path__, "subsidy_rules.")
    if not one.name.endswith(RUN_BY_ALEMBIC)
)


@pytest.mark.parametrize("name", ["subsidy_rules", *MODULES])
def test_the_examples_of_a_module_hold(name: str) -> None:
    failed, _ = doctest.testmod(importlib.import_module(name))
    assert failed == 0
