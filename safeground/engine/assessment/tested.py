"""What a partnership tested and keeps in its workspace, as chapters quote it. Nothing is fitted or scored again for a page."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from safeground.engine.catalogue import Approach
from safeground.engine.evaluation import KeptEvaluation, WaitingProtocol
from safeground.engine.places import KeptBacktest


@dataclass(frozen=True)
class QuotedEvaluation:
    """An evaluation with what has `changed` since it was run, in words that go on a sentence, and what the evidence library holds of the
    approach that its protocol names."""

    kept: KeptEvaluation
    changed: tuple[str, ...] = ()
    approach: Approach | None = None


@dataclass(frozen=True)
class Tested:
    """What the readers of one edition may be told of what was tested. `backtest`: of forecasts of places; None where none is kept.
    `evaluations`: those that were run, by name; `waiting`: those that were sealed and have no result. `day_starts`: at which
    time a patrol's day begins ('06:00') in each trial that was designed here."""

    __test__ = False  # pytest takes what begins with Test for its own

    backtest: KeptBacktest | None = None
    evaluations: tuple[QuotedEvaluation, ...] = ()
    waiting: tuple[WaitingProtocol, ...] = ()
    day_starts: Mapping[str, str] = field(default_factory=dict)

    @property
    def files(self) -> Mapping[str, str]:
        """Each file that is quoted, by its name in the workspace, with the SHA-256 of its content."""
        quoted = [each.kept for each in self.evaluations]
        return {each.name: each.sha256 for each in (*quoted, *([self.backtest] if self.backtest else []))}

    @property
    def fingerprint(self) -> str:
        """Of all that is told of it, beside deliveries, definitions and code; nothing where there is nothing to tell."""
        told = {
            "files": dict(self.files),
            "changed": {each.kept.name: [*each.changed, str(each.kept.sealed_again)] for each in self.evaluations},
            "waiting": [
                [each.protocol.name, each.protocol.title, str(each.sealed), str(each.opened)] for each in self.waiting
            ],
            "day_starts": dict(self.day_starts),
        }
        return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest() if any(told.values()) else ""


NOTHING_TESTED = Tested()
"""Of a workspace in which nothing was tested."""
