"""The life of an application: which event may follow which, under which article, and what it does to the money.

A lifecycle is a file beside the policy: states, events (who, from where to where, on what condition, with its quote),
figures that events set, invariants, deadlines. An event log is replayed to a standing; an event that the articles do
not allow is refused with the article, and changes nothing.

>>> from subsidy_rules.audit.lifecycle import load_lifecycle, read_log, replay
>>> log = read_log('''
... log: shenyang
... of: p1
... events:
... - {event: announce, at: 2025-01-06, by: 市工业和信息化局}
... - {event: review, at: 2025-02-01, by: 市工业和信息化局, passed: true}
... ''', load_lifecycle("shenyang"))
>>> standing = replay(log)
>>> standing.state, standing.refused[0].event.name, standing.refused[0].citation.path
('open', 'review', '第九条（三）')
"""

from subsidy_rules.audit.lifecycle.compiled import Lifecycle, load_lifecycle
from subsidy_rules.audit.lifecycle.log import EventLog, Occurred, append, read_log
from subsidy_rules.audit.lifecycle.replay import Standing, replay

__all__ = ["EventLog", "Lifecycle", "Occurred", "Standing", "append", "load_lifecycle", "read_log", "replay"]
