"""What the shifts can carry, window by window, and what the trial asks of them."""

from __future__ import annotations

from dataclasses import dataclass

from safeground.engine.documents import count_things
from safeground.engine.places.patrols.specification import TrialSpec


@dataclass(frozen=True)
class WindowCapacity:
    """Visits a window can carry a day and those that the busiest day asks of it; officer-hours of that day."""

    window: str
    carries: int
    asks: int
    officer_hours: float

    @property
    def is_enough(self) -> bool:
        return self.carries >= self.asks

    def line(self) -> str:
        visits = count_things(self.carries, "visit")
        end = (
            "which is enough"
            if self.is_enough
            else "which is too few: add a team or minutes, or treat fewer places a day"
        )
        return f"{self.window}: the teams carry {visits} a day and the busiest day asks for {self.asks}, {end}."


def work_out_capacity(spec: TrialSpec, *, treated: int) -> tuple[WindowCapacity, ...]:
    """For each window of the trial's file. treated: places with a patrol on the busiest day. A team's visits are whole ones."""
    each = spec.patrol.minutes + spec.patrol.travel_minutes
    asks = treated * spec.patrol.visits
    return tuple(
        WindowCapacity(
            window=window.name,
            carries=window.teams * (window.minutes // each),
            asks=asks,
            officer_hours=asks * each * spec.patrol.officers / 60,
        )
        for window in spec.windows
    )
