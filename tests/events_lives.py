"""Random logs of a lifecycle and random ledgers, in plain Python and on durable-rules: `make events` runs some.

    python tests/events_lives.py [COUNT [LEDGERS]]

COUNT logs, and LEDGERS ledgers, else a quarter as many (at least fifty). Prints how many agree; ends with 1 where one
does not, or where the second engine has ended.
"""

from __future__ import annotations

import json
import random
import sys
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from subsidy_rules.audit.ledger import Entry
from subsidy_rules.audit.ledger.findings import findings
from subsidy_rules.audit.ledger.rulebook import load_rulebook
from subsidy_rules.audit.ledger.second import second
from subsidy_rules.audit.lifecycle import load_lifecycle, read_log, replay
from subsidy_rules.audit.lifecycle.second import second_of, why_off
from tests.audit.lives import random_log
from tests.audit.mishaps import mishaps
from tests.audit.planted import planted, row

SEED, BATCH = "second eyes", 100


def ledger_of(rng: random.Random, number: int) -> list[Entry]:
    """Make a ledger of its own: enterprises, projects and papers that no other one has."""
    made, _ = planted(rng, [row(rng, at) for at in range(20)], 6)
    papers, _, _ = mishaps(rng, 3)
    made = rng.sample([*made, *papers], len(made) + len(papers))
    return [
        replace(
            one,
            id=f"{number}/{one.id}",
            beneficiary=f"{number}/{one.beneficiary}",
            project=one.project and f"{number}/{one.project}",
            corrects=one.corrects and f"{number}/{one.corrects}",
            formerly=one.formerly and f"{number}/{one.formerly}",
            marks={key: tuple(f"{number}/{mark}" for mark in marks) for key, marks in one.marks.items()},
        )
        for one in made
    ]


def main(arguments: list[str]) -> int:
    """Run the logs in batches, each in one child."""
    off = why_off()
    if off is not None:
        print(f"lives: {off.en}")
        return 0
    count = int(arguments[0]) if arguments else 200
    rng, life = random.Random(SEED), load_lifecycle("shenyang")
    events = 0
    for start in range(0, count, BATCH):
        standings = [
            replay(read_log(json.dumps(random_log(rng, life)), life)) for _ in range(min(BATCH, count - start))
        ]
        events += sum(len(one.log.events) for one in standings)
        for number, said in enumerate(second_of(standings)):
            if said.status != "agrees":
                print(f"lives: log {start + number}: {said.en}", file=sys.stderr)
                return 1
    ledgers = int(arguments[1]) if len(arguments) > 1 else max(count // 4, BATCH // 2)
    places = 0
    rules = load_rulebook()
    for start in range(0, ledgers, BATCH // 2):
        entries = [one for number in range(start, start + BATCH // 2) for one in ledger_of(rng, number)]
        said = second(entries, rules)
        places += len(findings(entries, rules))
        if said.status != "agrees":
            print(f"lives: ledgers from {start}: {said.en}", file=sys.stderr)
            return 1
    print(f"lives: durable-rules finds the same pairs as plain Python in {ledgers} ledgers ({places} findings)")
    print(f"lives: durable-rules goes through the same states as plain Python in {count} logs ({events} events)")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
