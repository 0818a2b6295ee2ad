"""A made-up trial of patrols after the design of Southend 2020, with a planned effect: what an evaluation of it should find is known.

The design is the published one (20 places, 90 days, 8 of them drawn afresh each day). Everything else, the rate, the effect, the harm and
the visits, is made up and planned here; none of it is a figure of that trial.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from safeground.engine.statistics import DailyDraw, TrialDraw, simulate_counts
from safeground.synthetic.streams import random_stream

_A_DAY = 24 * 60
# Harm of an event in days of prison, made up: most is slight, a little is very great, so that few events carry the sum.
HARM_DAYS = (1.0, 10.0, 19.0, 365.0, 1460.0, 5475.0)
HARM_SHARES = (0.28, 0.4, 0.2, 0.1, 0.0195, 0.0005)


@dataclass(frozen=True, eq=False)
class PatrolTrial:
    """A trial as it went, and what was planned.

    treated: bool, shape (places, days): the schedule, drawn by `draw`. untreated: events had there been no patrol; counts: events as
    they were; harm: theirs in days of prison; all of shape (places, days). rate_ratio: the planned effect of a day's schedule on that
    day's rate; next_day_ratio: what is left of it on the day after, 1 for nothing. Visits are arrays of one length: the place's number,
    the minute they began, counted from midnight before the first day, and how many minutes they lasted. boundary: minutes after
    midnight at which a day begins.
    """

    names: tuple[str, ...]
    first_day: datetime.date
    boundary: int
    draw: TrialDraw
    treated: NDArray[np.bool_]
    untreated: NDArray[np.float64]
    counts: NDArray[np.float64]
    harm: NDArray[np.float64]
    rate_ratio: float
    next_day_ratio: float
    visit_place: NDArray[np.int64]
    visit_start: NDArray[np.int64]
    visit_minutes: NDArray[np.int64]

    @property
    def dates(self) -> tuple[datetime.date, ...]:
        return tuple(self.first_day + datetime.timedelta(days=day) for day in range(self.treated.shape[1]))

    @property
    def visit_day(self) -> NDArray[np.int64]:
        """The day of the trial in which each visit began."""
        return (self.visit_start - self.boundary) // _A_DAY


def make_patrol_trial(
    *,
    seed: int,
    places: int = 20,
    days: int = 90,
    treated: int = 8,
    rate: float = 0.1,
    spread: float = 0.5,
    dispersion: float = 1.3,
    rate_ratio: float = 0.5,
    next_day_ratio: float = 1.0,
    compliance: float = 0.98,
    stray_visits: float = 0.05,
    first_day: datetime.date = datetime.date(2025, 3, 1),
    boundary: int = 6 * 60,
) -> PatrolTrial:
    """A trial with a planned effect, the same for the same seed.

    rate, spread, dispersion: of events without patrols, as `simulate_counts` has them. compliance: the share of scheduled place-days
    that got their visit; the effect is that of the schedule, whether or not the visit took place. stray_visits: the share of other
    place-days that got one all the same. ValueError: a design that cannot be drawn, a ratio above 1 or not above 0.
    """
    if not (0 < rate_ratio <= 1 and 0 < next_day_ratio <= 1):
        raise ValueError("the planned ratios are above 0 and at most 1: events are taken away here, not added")
    draw = DailyDraw(places=places, days=days, treated=treated)
    schedule = draw(random_stream(seed, "patrol trial", "schedule"))
    rng = random_stream(seed, "patrol trial", "events")
    untreated = simulate_counts(rate, places=places, days=days, runs=1, rng=rng, spread=spread, dispersion=dispersion)[
        0
    ]
    before = np.pad(schedule, ((0, 0), (1, 0)))[:, :-1]
    stays = np.where(schedule, rate_ratio, 1.0) * np.where(before & ~schedule, next_day_ratio, 1.0)
    counts = rng.binomial(untreated.astype(np.int64), stays).astype(np.float64)
    place, start, minutes = _make_visits(seed, schedule, compliance, stray_visits, boundary)
    return PatrolTrial(
        names=tuple(f"Place {number:02d}" for number in range(1, places + 1)),
        first_day=first_day,
        boundary=boundary,
        draw=draw,
        treated=schedule,
        untreated=untreated,
        counts=counts,
        harm=_draw_harm(seed, counts),
        rate_ratio=rate_ratio,
        next_day_ratio=next_day_ratio,
        visit_place=place,
        visit_start=start,
        visit_minutes=minutes,
    )


def _draw_harm(seed: int, counts: NDArray[np.float64]) -> NDArray[np.float64]:
    rng = random_stream(seed, "patrol trial", "harm")
    cells = np.repeat(np.arange(counts.size), counts.reshape(-1).astype(np.int64))
    weights = rng.choice(HARM_DAYS, size=cells.size, p=HARM_SHARES)
    return np.bincount(cells, weights=weights, minlength=counts.size).reshape(counts.shape)


def _make_visits(
    seed: int, schedule: NDArray[np.bool_], compliance: float, stray: float, boundary: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Place, start and minutes of each visit, in the order of their start: between 15:00 and 22:30, mostly of 12 to 20 minutes."""
    rng = random_stream(seed, "patrol trial", "visits")
    happens = rng.random(schedule.shape) < np.where(schedule, compliance, stray)
    place, day = np.nonzero(happens)
    start = day * _A_DAY + 15 * 60 + rng.integers(0, 7 * 60 + 30, size=len(place))
    usual = np.where(schedule[place, day], 16.0, 7.0)
    minutes = np.clip(np.round(rng.normal(usual, 3.5)), 1, 45).astype(np.int64)
    order = np.lexsort((place, start))
    return place[order].astype(np.int64), start[order].astype(np.int64), minutes[order]
