"""Back-tests as they are kept in a workspace, read back for whoever quotes them. Nothing is forecast or scored again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from safeground.engine.documents import count_things
from safeground.engine.places.forecasts.plan import BacktestPlan, fingerprint
from safeground.engine.places.forecasts.result import SCHEMA, backtests_folder
from safeground.engine.places.forecasts.scoring import OURS, Score
from safeground.engine.workspace import Workspace, WorkspaceError


class _Part(BaseModel):
    """A part of the file. What a later version adds is passed over; what it takes away makes another schema."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class KeptScore(_Part):
    """A score over all windows; None is not available."""

    value: float | None
    lower: float | None
    upper: float | None


class KeptScores(_Part):
    """The scores of a method at one level: a share of the area, or a number of cells."""

    method: str
    title: str
    share: float | None
    cells: int | None
    hits: float
    most_hits: float
    scores: Mapping[Score, KeptScore]


class KeptMargin(_Part):
    """Our PEI less that of a simple method, with both of its intervals."""

    against: str
    value: float
    lower: float | None
    upper: float | None
    cautious_lower: float | None
    cautious_upper: float | None
    method: str

    @property
    def widest(self) -> tuple[float, float] | None:
        """The lesser of the lower and the greater of the upper ends: what the recommendation rests on. None where one is lacking."""
        if self.lower is None or self.upper is None or self.cautious_lower is None or self.cautious_upper is None:
            return None
        return min(self.lower, self.cautious_lower), max(self.upper, self.cautious_upper)


class KeptWindow(_Part):
    """A window that was forecast: '2024-01 to 2024-06', its events, and each method's hits beside the most there were."""

    title: str
    months: int
    months_before: int
    events: float
    most_hits: float
    hits: Mapping[str, float]


class _Outcome(_Part):
    name: str
    title: str
    feed: str


class _Cells(_Part):
    metres: float
    kind: str
    number: int


class _Plan(_Part):
    version: int
    fingerprint: str
    headline_cells: int
    confidence: float


class BacktestFile(_Part):
    """The file of a back-test. `recommended`: a method's name; None of a side result. `caution`: what few windows do not tell."""

    id: str
    partner: str
    outcome: _Outcome
    is_side_result: bool
    plan: _Plan
    code_version: str
    deliveries: tuple[str, ...]
    cells: _Cells
    windows: tuple[KeptWindow, ...]
    scores: tuple[KeptScores, ...]
    margins: tuple[KeptMargin, ...]
    recommended: str | None
    caution: str | None


@dataclass(frozen=True)
class KeptBacktest:
    """A back-test with the file that it was read from. `name`: in the workspace; `sha256`: of its bytes."""

    found: BacktestFile
    name: str
    sha256: str

    @property
    def headline(self) -> tuple[KeptScores, ...]:
        """Every method at the level that the recommendation rests on, the best PEI first."""
        rows = [row for row in self.found.scores if row.cells == self.found.plan.headline_cells]
        return tuple(sorted(rows, key=lambda row: (-(row.scores["pei"].value or 0.0), row.method != OURS, row.method)))

    @property
    def least_margin(self) -> KeptMargin:
        """Of ours over the best simple method: the one over which it is least."""
        return min(self.found.margins, key=lambda margin: margin.value)

    @property
    def ours_is_better(self) -> bool:
        return self.found.recommended == OURS

    @property
    def events(self) -> float:
        return sum(window.events for window in self.found.windows)

    def changed_since(self, deliveries: Collection[str], plan: BacktestPlan) -> tuple[str, ...]:
        """What it does not speak of, in words; nothing where it is of these. deliveries: ids now in use of its feed and partner."""
        used, now = set(self.found.deliveries), set(deliveries)
        told = []
        if new := len(now - used):
            has = "has" if new == 1 else "have"
            told.append(f"{count_things(new, 'delivery', 'deliveries')} {has} come since and had no part in it")
        if gone := len(used - now):
            is_ = "is" if gone == 1 else "are"
            told.append(f"{count_things(gone, 'delivery', 'deliveries')} that it used {is_} no longer in use")
        if self.found.plan.fingerprint != fingerprint(plan):
            told.append("what a back-test asks (its windows, cells, methods or interval) was changed since")
        return tuple(told)


def read_backtests(workspace: Workspace) -> tuple[KeptBacktest, ...]:
    """Every back-test that is kept, by name; those of another version of the file are left out, as if they had not been run.

    Raises WorkspaceError for a file that cannot be read.
    """
    found = []
    for path in sorted(backtests_folder(workspace).glob("*.json")):
        content = path.read_bytes()
        kept = _read(path, content)
        if kept is not None:
            name = path.relative_to(workspace.root).as_posix()
            found.append(KeptBacktest(kept, name, hashlib.sha256(content).hexdigest()))
    return tuple(found)


def find_backtest(
    workspace: Workspace, plan: BacktestPlan, *, partner: str, deliveries: Collection[str], code_version: str
) -> KeptBacktest | None:
    """The back-test to quote for a partner: of the plan's own outcome, and of several the one whose deliveries differ least from these.
    Of those alike it is the one of this plan, of this code, with the newest months. A side result is never quoted."""
    here = [
        each
        for each in read_backtests(workspace)
        if each.found.partner == partner
        and each.found.outcome.name == plan.outcome.name
        and not each.found.is_side_result
    ]

    def fitness(kept: KeptBacktest) -> tuple[int, bool, bool, str, str]:
        found = kept.found
        return (
            -len(set(found.deliveries) ^ set(deliveries)),
            found.plan.fingerprint == fingerprint(plan),
            found.code_version == code_version,
            found.windows[-1].title if found.windows else "",
            found.id,
        )

    return max(here, key=fitness, default=None)


def _read(path: Path, content: bytes) -> BacktestFile | None:
    try:
        data = json.loads(content)
        if data.get("schema") != SCHEMA:
            return None
        return BacktestFile.model_validate(data)
    except (ValueError, AttributeError):
        raise WorkspaceError(
            f"{path} cannot be read; restore it from a copy, or remove it and run: safeground places backtest"
        ) from None
