"""Ledgers with mishaps of an office: what goes wrong at a desk, told as it happens, and what only looks wrong.

`planted` makes an error for each thing that a ledger is searched for. Here nobody asks what is searched for: a clerk
files a letter twice, a cashier types a nought too many, a copy of an invoice goes into a sister's folder. Each mishap
is a story over one to four papers, written from the words of the texts and from how offices work; the papers of a
`harmless` story are in order, however odd they look. Expected is only whether a story is wrong, not what it is called.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from subsidy_rules.audit.ledger.entry import Entry, Kind

if TYPE_CHECKING:
    import random
    from collections.abc import Callable

WAN = 1_000_000
RENEWAL: dict[str, Any] = {"policy": "xian_30", "clause": "equipment_renewal"}
GROWTH: dict[str, Any] = {"policy": "xianyang_70", "clause": "task_growth", "decided": "2025-09-10"}
CENTRE: dict[str, Any] = {"policy": "xianyang_70", "clause": "technology_centre", "object": "市级企业技术中心"}


@dataclass
class Desk:
    """A desk that writes papers for one story: everything on them is the story's own, unless it says otherwise."""

    rng: random.Random
    story: int
    papers: list[Entry] = field(default_factory=list)

    def who(self, number: int = 1) -> str:
        """Name an enterprise of the story."""
        return f"事{self.story}号企业{number}"

    def pays(self, fen: int, *, kind: Kind = "payment", who: int = 1, **said: Any) -> Entry:  # noqa: ANN401 - the fields of an entry
        """Write a paper."""
        name = f"事{self.story}-{len(self.papers)}"
        given: dict[str, Any] = {"project": f"事{self.story}项目", "channel": "市工信局", "decided": "2025-08-15"}
        given |= {"type": "enterprise", **said}
        paper = Entry(kind, name, self.who(who), fen=fen, **given)
        self.papers.append(paper)
        return paper

    def becomes(self, former: int, later: int) -> None:
        """Write that one enterprise of the story has become another."""
        name = f"事{self.story}-{len(self.papers)}"
        self.papers.append(Entry("succession", name, self.who(later), formerly=self.who(former), decided="2025-10-01"))


def two_offices(desk: Desk) -> None:
    """One application went to two offices, and each paid it."""
    fen = desk.rng.randrange(WAN, 90 * WAN)
    for office in desk.rng.sample(["市工信局", "区财政局", "高新区管委会", "市商务局"], desk.rng.choice((2, 3))):
        desk.pays(fen, channel=office, decided=f"2025-{desk.rng.randrange(7, 13):02d}-01", **RENEWAL)


def growing(desk: Desk) -> None:
    """By and by an enterprise got more than the 30万元 that it may get."""
    for month in range(8, 12):
        desk.pays(8 * WAN, **{**GROWTH, "decided": f"2025-{month:02d}-03", "project": f"事{desk.story}第{month}月"})


def renamed(desk: Desk) -> None:
    """An enterprise got its share under its old name, and again under its new one."""
    desk.pays(29 * WAN, **GROWTH)
    desk.pays(2 * WAN, who=2, **GROWTH)
    desk.becomes(1, 2)


def merged(desk: Desk) -> None:
    """Two became one through a third, and each had its share."""
    desk.pays(16 * WAN, **GROWTH)
    desk.pays(15 * WAN, who=2, **GROWTH)
    desk.becomes(1, 3)
    desk.becomes(2, 3)


def copied_invoice(desk: Desk) -> None:
    """A copy of one invoice of several lies in a sister's folder too."""
    for who in (1, 2):
        marks = {"invoice": (f"发票{desk.story}", f"发票{desk.story}之{who}")}
        desk.pays(WAN, who=who, marks=marks, **{**RENEWAL, "project": f"事{desk.story}厂{who}"})


def moved_machine(desk: Desk) -> None:
    """One machine was shown to three inspectors."""
    for who in (1, 2, 3):
        desk.pays(
            WAN, who=who, marks={"equipment": (f"机{desk.story}",)}, project=f"事{desk.story}车间{who}", **RENEWAL
        )


def too_early(desk: Desk) -> None:
    """It was decided when the policy was a draft."""
    desk.pays(WAN, policy="xian_31", clause="digital_factory", decided=desk.rng.choice(("2024-07-16", "2023-12-31")))


def too_late(desk: Desk) -> None:
    """It was decided when the policy had run out."""
    desk.pays(WAN, **{**RENEWAL, "decided": desk.rng.choice(("2027-01-01", "2031-05-05"))})


def a_nought_too_many(desk: Desk) -> None:
    """The cashier typed a nought too many."""
    fen = desk.rng.randrange(1, 9) * WAN
    desk.pays(fen, kind="award", **RENEWAL)
    desk.pays(10 * fen, **RENEWAL)


def a_last_part_too_many(desk: Desk) -> None:
    """The last of two parts was paid once more."""
    desk.pays(20 * WAN, kind="award", **RENEWAL)
    for day in ("2025-09-01", "2025-12-01", "2026-01-15"):
        desk.pays(10 * WAN, paid_on=day, **RENEWAL)


def honoured_again(desk: Desk) -> None:
    """A centre is newly recognised once, and was in the list of the next batch again."""
    for day in ("2025-08-01", "2025-11-30"):
        desk.pays(10 * WAN, **{**CENTRE, "decided": day, "project": ""})


def wrong_kind(desk: Desk) -> None:
    """The landlord was paid, not the enterprise."""
    desk.pays(WAN, type="park", **RENEWAL)


def two_programmes(desk: Desk) -> None:
    """One project is a key project, and was paid as an ordinary one beside."""
    for clause, office in (("key_project", "市发改委"), ("local_renewal", "市工信局")):
        desk.pays(WAN, policy="shenyang", clause=clause, channel=office, decided="2025-09-01")


def shares(desk: Desk) -> None:
    """City and district each bear their share."""
    for payer, office in (("city", "市工信局"), ("district", "区财政局")):
        desk.pays(WAN, payer=payer, channel=office, **RENEWAL)


def parts(desk: Desk) -> None:
    """It was paid in two parts, which come to the award."""
    desk.pays(20 * WAN, kind="award", **RENEWAL)
    for day in ("2025-09-01", "2025-12-01"):
        desk.pays(10 * WAN, paid_on=day, **RENEWAL)


def taken_back(desk: Desk) -> None:
    """It was paid by two offices, and one took its money back."""
    desk.pays(WAN, channel="区财政局", **RENEWAL)
    second = desk.pays(WAN, **RENEWAL)
    desk.pays(-WAN, kind="recovery" if desk.rng.randrange(2) else "correction", corrects=second.id, **RENEWAL)


def taken_back_in_a_list(desk: Desk) -> None:
    """The same in a list, where a line below zero does not say which one it takes back."""
    desk.pays(2 * WAN, channel="区财政局", **RENEWAL)
    desk.pays(WAN, **RENEWAL)
    desk.pays(-WAN, kind="correction", **RENEWAL)


def just_the_ceiling(desk: Desk) -> None:
    """An enterprise that has become another got 30万元 in all, to the fen."""
    desk.pays(30 * WAN - 1, **GROWTH)
    desk.pays(1, who=2, **GROWTH)
    desk.becomes(1, 2)


def first_and_last_day(desk: Desk) -> None:
    """It was decided on the first, and on the last day of a policy."""
    for number, day in enumerate(("2024-01-01", "2026-12-31")):
        desk.pays(WAN, **{**RENEWAL, "decided": day, "project": f"事{desk.story}期{number}"})


def one_invoice_for_all(desk: Desk) -> None:
    """One invoice is for machine and software of one project, under two sentences."""
    marks = {"invoice": (f"总票{desk.story}",)}
    desk.pays(WAN, marks=marks, **RENEWAL)
    desk.pays(WAN, marks=marks, policy="xian_31", clause="digital_factory")


def same_words(desk: Desk) -> None:
    """Two enterprises call their projects alike; they have nothing else in common."""
    for who, clause in ((1, "key_project"), (2, "local_renewal")):
        desk.pays(WAN, who=who, policy="shenyang", clause=clause, project="技术改造项目", decided="2025-09-01")


def awarded_more(desk: Desk) -> None:
    """After acceptance more was awarded, and paid."""
    for fen in (20 * WAN, 5 * WAN):
        desk.pays(fen, kind="award", **RENEWAL)
    desk.pays(25 * WAN, **RENEWAL)


def two_honours(desk: Desk) -> None:
    """Two centres of one enterprise, recognised in two batches."""
    for name, day in (("甲中心", "2025-08-01"), ("乙中心", "2025-11-30")):
        desk.pays(5 * WAN, **{**CENTRE, "object": name, "decided": day, "project": ""})


MISHAPS: tuple[Callable[[Desk], None], ...] = (
    two_offices,
    growing,
    renamed,
    merged,
    copied_invoice,
    moved_machine,
    too_early,
    too_late,
    a_nought_too_many,
    a_last_part_too_many,
    honoured_again,
    wrong_kind,
    two_programmes,
)
HARMLESS: tuple[Callable[[Desk], None], ...] = (
    shares,
    parts,
    taken_back,
    taken_back_in_a_list,
    just_the_ceiling,
    first_and_last_day,
    one_invoice_for_all,
    same_words,
    awarded_more,
    two_honours,
)


def mishaps(rng: random.Random, count: int) -> tuple[list[Entry], dict[str, str], set[str]]:
    """Tell stories: `count` that are wrong and as many that are not.

    Return the papers, the story of each paper by the id, as its number and name, and the stories that are wrong.
    """
    papers: list[Entry] = []
    told: dict[str, str] = {}
    wrong: set[str] = set()
    for number in range(2 * count):
        tell = rng.choice(HARMLESS if number % 2 else MISHAPS)
        desk = Desk(rng, number)
        tell(desk)
        name = f"{number} {tell.__name__}"
        told |= {paper.id: name for paper in desk.papers}
        wrong |= set() if number % 2 else {name}
        papers += desk.papers
    return papers, told, wrong
