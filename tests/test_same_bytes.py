"""The same inputs give the same bytes: across hash seeds, locales, time zones, threads, processes and pickles."""

from __future__ import annotations

import copy
import hashlib
import logging
import multiprocessing
import os
import pickle
import re
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import replace
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from subsidy_rules import Case, Entitlement, evaluate, load_guide, load_policies
from subsidy_rules.report.tables import to_markdown, to_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ROOT = Path(__file__).parents[1]
NAMES = ("all_lists_empty", "central_and_local", "civil_explosives", "joint_project", "three_loans", "xian_enterprise")
"""Examples of every kind of answer that are quick enough to be evaluated many times."""
EXAMPLES = [ROOT / "examples" / f"{name}.yaml" for name in NAMES]
LPR = ROOT / "examples" / "guides" / "lpr.yaml"
POLICIES = load_policies()


def said(found: Entitlement) -> str:
    """Return everything that a result says: as JSON, in sentences, in tables."""
    texts = [found.to_json(), found.explain(), found.explain(lang="en"), str(found.spread.numbers)]
    texts += [to_text(found, "zh", policies=POLICIES, spread=True), to_markdown(found, "en", policies=POLICIES)]
    return "\n".join(texts)


def digest() -> str:
    """Return the digest of everything that is said of every example."""
    guide = load_guide(LPR, POLICIES)
    texts = [said(evaluate(Case.load(path), POLICIES, guides=[guide])) for path in EXAMPLES]
    return hashlib.sha256("".join(texts).encode()).hexdigest()


@cache
def expected() -> str:
    return digest()


@pytest.mark.parametrize(
    "env",
    [
        {"PYTHONHASHSEED": "0", "LC_ALL": "C", "TZ": "UTC"},
        {"PYTHONHASHSEED": "1", "LC_ALL": "zh_CN.GB18030", "TZ": "Asia/Shanghai", "PYTHONIOENCODING": "gbk"},
        {"PYTHONHASHSEED": "4294967295", "LC_ALL": "tr_TR.UTF-8", "TZ": "America/St_Johns", "PYTHONOPTIMIZE": "2"},
    ],
    ids=lambda env: env["TZ"],
)
def test_other_seeds_locales_and_time_zones_give_the_same_bytes(env: Mapping[str, str]) -> None:
    code = "import locale, tests.test_same_bytes as one\ntry: locale.setlocale(locale.LC_ALL, '')\n"
    code += "except locale.Error: pass\nprint(one.digest())"
    path = os.pathsep.join([str(ROOT), *sys.path])
    kept = {**os.environ, **env, "PYTHONPATH": path}
    ran = subprocess.run([sys.executable, "-c", code], env=kept, capture_output=True, check=True, text=True)
    assert ran.stdout.strip() == expected()


def forms(case: Case) -> str:
    found = evaluate(case, POLICIES)
    return found.to_json() + found.explain(lang="en")


@pytest.fixture
def hurried() -> Iterator[None]:
    """Let threads take turns as often as the interpreter can."""
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(interval)


@pytest.mark.usefixtures("hurried")
def test_sixteen_threads_on_the_same_policies_and_cases_give_the_same_bytes() -> None:
    wanted = [forms(Case.load(path)) for path in EXAMPLES]
    shared = [Case.load(path) for path in EXAMPLES]
    with ThreadPoolExecutor(16) as pool:
        assert list(pool.map(forms, shared * 2)) == wanted * 2


@pytest.mark.usefixtures("hurried")
def test_sixteen_threads_that_read_one_result_are_told_the_same() -> None:
    path = EXAMPLES[-1]
    found = evaluate(Case.load(path), POLICIES)
    with ThreadPoolExecutor(16) as pool:
        told = list(pool.map(lambda _: found.to_json(), range(16)))
    assert set(told) == {evaluate(Case.load(path), POLICIES).to_json()}


def test_results_come_back_from_a_pool_of_processes() -> None:
    cases = [Case.load(path) for path in EXAMPLES[:4]]
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as pool:
        found = list(pool.map(partial(evaluate, policies=POLICIES), cases))
    wanted = [evaluate(case, POLICIES) for case in cases]
    assert found == wanted
    assert [said(one) for one in found] == [said(one) for one in wanted]


# Equal and pickled


@pytest.mark.parametrize("path", [*EXAMPLES, ROOT / "examples" / "procurement.yaml"], ids=lambda path: path.stem)
def test_a_result_survives_pickling_and_equals_another_of_the_same_inputs(path: Path) -> None:
    guide = load_guide(LPR, POLICIES)
    found = evaluate(Case.load(path), POLICIES, guides=[guide])
    kept = pickle.loads(pickle.dumps(evaluate(Case.load(path), POLICIES, guides=[guide])))  # noqa: S301 - our own
    assert kept == found
    assert said(kept) == said(found)
    assert said(copy.deepcopy(kept)) == said(found)
    # A changed copy holds no answers of its own yet: it asks what the pickle carried.
    assert replace(kept, beneficiary="").to_json() == replace(found, beneficiary="").to_json()
    assert [replace(one, rule="").steps for one in kept.awards] == [one.steps for one in found.awards]


def test_results_that_differ_are_not_equal() -> None:
    case = Case.load(ROOT / "examples" / "xian_enterprise.yaml")
    found = evaluate(case, POLICIES)
    assert found != evaluate(case, POLICIES, readings={"A5": "cap_lifted"})
    assert found != evaluate(case, POLICIES.only("xian_30"))
    assert found != evaluate(Case.load(EXAMPLES[0]), POLICIES)
    assert found != replace(found, beneficiary="")
    assert found.awards[0] != found.awards[1]


def test_cases_and_policies_survive_pickling() -> None:
    case = Case.load(ROOT / "examples" / "xian_enterprise.yaml")
    evaluate(case, POLICIES)
    kept_case, kept_policies = pickle.loads(pickle.dumps((case, POLICIES)))  # noqa: S301 - our own
    assert (kept_case, kept_policies) == (case, POLICIES)
    assert hash(kept_case) == hash(case)
    assert case != Case.load(EXAMPLES[0])
    assert case != "case"
    assert not kept_case._facts
    assert forms(kept_case) == forms(case)
    assert evaluate(case, kept_policies) == evaluate(case, POLICIES)


# Facts stay out of logs


def test_nothing_is_logged(caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]) -> None:
    made: list[Any] = []
    loggers = set(logging.root.manager.loggerDict)
    with caplog.at_level(logging.NOTSET):
        made.extend(said(evaluate(Case.load(path))) for path in EXAMPLES)
        with pytest.raises(ValueError, match="lang"):
            evaluate(Case.load(EXAMPLES[0])).explain(lang="fr")  # type: ignore[arg-type]
        with pytest.raises(Exception, match="广州"):
            evaluate(Case.from_dict({"case": 1, "enterprise": {"name": "广州某公司", "place": "广州"}}))
    assert len(made) == len(EXAMPLES)
    assert caplog.records == []
    assert capsys.readouterr() == ("", "")
    assert not [name for name in set(logging.root.manager.loggerDict) - loggers if name.startswith("subsidy")]


LOUD = re.compile(r"import (logging|syslog|warnings)|getLogger|(?<![.\w])print\(")


def test_no_module_has_a_logger_a_print_or_a_warning() -> None:
    sources = sorted((ROOT / "src" / "subsidy_rules").rglob("*.py"))
    lines = [(path.name, line) for path in sources for line in path.read_text(encoding="utf-8").splitlines()]
    assert len(lines) > 1000
    assert [one for one in lines if LOUD.search(one[1]) and not one[1].lstrip().startswith(">>>")] == []
    assert LOUD.search("    print(case)")
