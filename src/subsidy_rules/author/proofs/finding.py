"""What is found of one obligation: proved, refuted by a case, an exception, out of reach, timed out, or our own fault.

A case that is shown has been evaluated, and does what is said of it. Needs no solver.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from subsidy_rules.values.document import Plain

if TYPE_CHECKING:
    from subsidy_rules.award.model import Both, Json

Status: TypeAlias = Literal["proved", "bounded", "shown", "exception", "refuted", "out_of_reach", "timed_out", "fault"]
Kind: TypeAlias = Literal["sign", "cap", "bound", "monotone", "bands", "live", "once", "ceiling", "version", "rest"]

STATUSES: Final[Mapping[str, Both]] = {
    "proved": ("已证明", "proved"),
    "bounded": ("已证明（清单对象数有界）", "proved up to a size"),
    "shown": ("有案例验证", "shown by a case"),
    "exception": ("例外", "exception"),
    "refuted": ("被推翻", "refuted"),
    "out_of_reach": ("无法证明", "out of reach"),
    "timed_out": ("超出限额", "timed out"),
    "fault": ("证明器故障", "fault of the prover"),
}
KINDS: Final[Mapping[str, Both]] = {
    "sign": ("不小于零", "not below zero"),
    "cap": ("不超过上限", "not above a cap"),
    "bound": ("不超过逻辑上界", "not above its logical bound"),
    "monotone": ("基数增加，奖补不减", "does not fall as its basis rises"),
    "bands": ("分档无缺口、无重叠", "bands without gap or overlap"),
    "live": ("每一分支都有案例到达", "no branch dead"),
    "once": ("不重复支付", "not paid twice"),
    "ceiling": ("合计不超过总上限", "not above a ceiling over several awards"),
    "version": ("两个版本相同", "two versions agree"),
    "rest": ("未列入证明的部分", "what nothing is asked about"),
}
FAILING: Final[frozenset[str]] = frozenset({"refuted", "fault"})
UNSETTLED: Final[frozenset[str]] = frozenset({"out_of_reach", "timed_out"})


@dataclass(frozen=True, slots=True)
class Shown:
    """A case with the readings and the figures of a guide that it is under, as `evaluate` takes them.

    `guide` names parameters, each with its figure as a guide file writes it.
    """

    case: Mapping[str, Plain]
    readings: Mapping[str, str] = field(default_factory=dict)
    guide: Mapping[str, str] = field(default_factory=dict)

    def as_json(self) -> dict[str, Json]:
        """Return it as JSON."""
        made: dict[str, Json] = {"case": _json(self.case)}
        made |= {"readings": dict(self.readings)} if self.readings else {}
        return made | ({"guide": dict(self.guide)} if self.guide else {})


@dataclass(frozen=True, slots=True)
class Finding:
    """One obligation of a policy and what came of it.

    `about` says what was to be shown, `said` what was found, both in Chinese and English; `cases` are the witnesses, of
    a comparison two of them, the lesser first.
    """

    policy: str
    clause: str
    kind: Kind
    status: Status
    about: Both = ("", "")
    said: Both = ("", "")
    cases: tuple[Shown, ...] = ()

    @property
    def id(self) -> str:
        """`policy/clause`."""
        return f"{self.policy}/{self.clause}"

    def as_json(self) -> dict[str, Json]:
        """Return it as JSON."""
        return {
            "policy": self.policy,
            "clause": self.clause,
            "kind": self.kind,
            "status": self.status,
            "about": {"zh": self.about[0], "en": self.about[1]},
            "said": {"zh": self.said[0], "en": self.said[1]},
            "cases": [one.as_json() for one in self.cases],
        }


def _json(value: Plain | Mapping[str, Plain]) -> Json:
    if isinstance(value, Mapping):
        return {key: _json(one) for key, one in value.items()}
    if isinstance(value, str):
        return value
    return [_json(one) for one in value]


def counts(findings: Iterable[Finding]) -> dict[str, dict[str, int]]:
    """Return how many findings of each kind have each status."""
    made: dict[str, dict[str, int]] = {}
    for one in findings:
        row = made.setdefault(one.kind, dict.fromkeys(STATUSES, 0))
        row[one.status] += 1
    return {kind: made[kind] for kind in KINDS if kind in made}
