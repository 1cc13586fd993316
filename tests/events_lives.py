"""Random logs of one lifecycle, replayed in plain Python and on durable-rules: `make events` runs some of them.

    python tests/events_lives.py [COUNT]

Prints how many logs and events agree; ends with 1 where one does not, or where the second engine has ended.
"""

from __future__ import annotations

import json
import random
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from subsidy_rules.audit.lifecycle import load_lifecycle, read_log, replay
from subsidy_rules.audit.lifecycle.second import second_of, why_off
from tests.audit.lives import random_log

SEED, BATCH = "second eyes", 100


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
    print(f"lives: durable-rules goes through the same states as plain Python in {count} logs ({events} events)")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
