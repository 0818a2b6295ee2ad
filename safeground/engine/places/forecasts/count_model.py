"""Our forecast: a count model by cell that borrows strength over space, over time and over kinds of crime.

A penalised Poisson regression learns, from half years before the window, how signs of places went with what came next. A gamma prior
around its answer is then updated by what each cell itself has held so far. Its form and settings were chosen on other forces' months
(`development` of the plan).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, special

from safeground.engine.places.forecasts.features import SignReader
from safeground.engine.places.forecasts.history import CellHistory, ForecastError
from safeground.engine.places.forecasts.windows import TestWindow
from safeground.engine.statistics import PenalisedPoisson, fit_penalised_poisson

PENALTY: Final = 1000.0
LESSONS: Final = 6
"""Past periods learnt from, the last ones: more of them, long ago, made forecasts no better."""

MONTHS_BETWEEN: Final = 3
"""Months received from the beginning of one lesson to the next."""

FIRST_MONTHS: Final = 6
"""Months received before the first lesson begins: with fewer there are no signs to learn from."""

SHORTEST_LESSON: Final = 3
PRIOR_EVENTS: Final = 8.0
"""How many events of its own a cell needs for them to weigh as much as all signs together."""

_LEVEL_MONTHS = 12
_LARGEST_SHAPE = 1e4


@dataclass(frozen=True, eq=False)
class CountForecast:
    """What is expected of each cell in a window. expected: mean number of events, (n,). chance: probability of at least one, (n,).

    Counts are negative binomial about their mean with variance mean + mean squared / shape. learnt_from: events in the lessons.
    """

    expected: NDArray[np.float64]
    chance: NDArray[np.float64]
    shape: float
    lessons: int
    learnt_from: float
    fitted: PenalisedPoisson


@dataclass(frozen=True, eq=False)
class _Lesson:
    at: NDArray[np.intp]
    values: NDArray[np.float32]
    counts: NDArray[np.float64]
    exposure: float
    unseen: float
    """Events in cells in which nothing had been recorded until then."""


def forecast_counts(
    history: CellHistory,
    signs: SignReader,
    window: TestWindow,
    offences: Collection[str],
    *,
    start: PenalisedPoisson | None = None,
) -> CountForecast:
    """Expected counts of a window from the months before it alone. start: an earlier window's fit, which saves time and changes nothing.

    ForecastError: too few months before the window to learn from, or no event in them.
    """
    lessons = [_read_lesson(history, signs, begin, window, offences) for begin in _find_lessons(history, window)]
    events = sum(float(lesson.counts.sum()) for lesson in lessons)
    if not lessons or events == 0:
        raise ForecastError(
            f"before {window.title} there are {len(history.before(window.first))} months to learn from with {events:.0f} of the events "
            f"forecast; land at least {FIRST_MONTHS + SHORTEST_LESSON} months in which there are some"
        )
    fitted = fit_penalised_poisson(
        np.concatenate([lesson.values for lesson in lessons]),
        np.concatenate([lesson.counts for lesson in lessons]),
        np.concatenate([np.full(len(lesson.at), lesson.exposure) for lesson in lessons]),
        penalty=PENALTY,
        start=start,
    )
    now = signs.read(window.first)
    level = _find_level(history, window.first, len(now.at), offences)
    expected = np.zeros(len(history.cells))
    rate = np.exp(fitted.log_rate(now.values))
    expected[now.at] = _update(rate, history.sum_over(history.before(window.first), offences)[now.at])
    expected *= level * window.months * len(now.at) / expected.sum()
    expected = _share_with_unseen(expected, now.at, lessons)
    shape = _find_shape(fitted, lessons)
    return CountForecast(
        expected=expected,
        chance=1 - (1 + expected / shape) ** -shape,
        shape=shape,
        lessons=len(lessons),
        learnt_from=events,
        fitted=fitted,
    )


def find_lesson_months(history: CellHistory, window: TestWindow) -> tuple[int, ...]:
    """Every month whose signs a forecast of the window reads."""
    return (window.first, *_find_lessons(history, window))


def _find_lessons(history: CellHistory, window: TestWindow) -> tuple[int, ...]:
    """Months at which past periods begin, the latest first; each is as long as the window where the months received allow it."""
    before = history.before(window.first)
    found: list[int] = []
    for position in range(len(before) - window.months, FIRST_MONTHS - 1, -MONTHS_BETWEEN):
        months = _lesson_months(before, int(before[position]), window)
        if len(months) >= SHORTEST_LESSON:
            found.append(int(before[position]))
        if len(found) == LESSONS:
            break
    return tuple(found)


def _lesson_months(before: NDArray[np.int64], begin: int, window: TestWindow) -> NDArray[np.int64]:
    return before[(before >= begin) & (before < begin + window.months)]


def _read_lesson(
    history: CellHistory, signs: SignReader, begin: int, window: TestWindow, offences: Collection[str]
) -> _Lesson:
    read = signs.read(begin)
    months = _lesson_months(history.before(window.first), begin, window)
    counts = history.sum_over(months, offences)
    level = _find_level(history, begin, len(read.at), offences)
    return _Lesson(
        read.at, read.values, counts[read.at], level * len(months), float(counts.sum() - counts[read.at].sum())
    )


def _find_level(history: CellHistory, month: int, seen: int, offences: Collection[str]) -> float:
    """Events of a month and cell seen, over the last year received: what a forecast without places would say."""
    months = history.before(month)[-_LEVEL_MONTHS:]
    total = float(history.sum_over(months, offences).sum())
    return max(total, 0.5) / len(months) / max(seen, 1)


def _update(rate: NDArray[np.float64], held: NDArray[np.float64]) -> NDArray[np.float64]:
    """The mean after what a cell held so far, of a gamma prior about its rate."""
    expected = rate * (held.sum() / rate.sum())
    return np.asarray(rate * (PRIOR_EVENTS + held) / (PRIOR_EVENTS + expected))


def _share_with_unseen(
    expected: NDArray[np.float64], seen: NDArray[np.intp], lessons: list[_Lesson]
) -> NDArray[np.float64]:
    """Give cells in which nothing was ever recorded the share of events that such cells held in the lessons."""
    unseen = np.ones(len(expected), dtype=bool)
    unseen[seen] = False
    events = sum(lesson.unseen for lesson in lessons)
    if not unseen.any() or events == 0:
        return expected
    share = events / (events + sum(float(lesson.counts.sum()) for lesson in lessons))
    total = expected.sum()
    shared = expected * (1 - share)
    shared[unseen] = total * share / unseen.sum()
    return np.asarray(shared)


def _find_shape(fitted: PenalisedPoisson, lessons: list[_Lesson]) -> float:
    """How far counts vary about their means in the latest lesson: the negative binomial shape of the greatest likelihood."""
    lesson = lessons[0]
    mean = np.exp(fitted.log_rate(lesson.values)) * lesson.exposure
    mean *= max(lesson.counts.sum(), 0.5) / mean.sum()

    def loss(log_shape: float) -> float:
        shape = float(np.exp(log_shape))
        terms = special.gammaln(lesson.counts + shape) - special.gammaln(shape)
        terms += special.xlogy(lesson.counts, mean / (mean + shape)) - shape * np.log1p(mean / shape)
        return -float(terms.sum())

    found = optimize.minimize_scalar(loss, bounds=(-4.0, np.log(_LARGEST_SHAPE)), method="bounded")
    return float(np.exp(found.x))
