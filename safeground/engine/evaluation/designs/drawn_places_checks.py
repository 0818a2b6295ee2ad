"""What could make the answer of a trial wrong in which whole places are drawn: all along, or from a start on."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from safeground.engine.documents import count_things, format_number
from safeground.engine.evaluation.checks import HARMFUL_RATIO, CheckResult, judge, judge_absence, not_applicable, passed
from safeground.engine.evaluation.designs.place_days import PlaceDays
from safeground.engine.evaluation.effects import Effect
from safeground.engine.evaluation.wording import say_p
from safeground.engine.statistics import RatioComparison

AS_DRAWN = passed(
    "schedule_as_drawn",
    "Could the mechanism have drawn this schedule?",
    "Its sums by place and over time are among those that the mechanism draws.",
)
ALPHA = 0.05
NEAR = 200.0
"""Metres between the edges of two places within which a patrol at one may be seen at the other."""
_MOST_LEFT_OUT = 0.05


def check_left_out(table: PlaceDays, unit: str) -> CheckResult:
    """Places and periods without a count: few, and as many on either side."""
    question = f"Were place-{unit}s left out, and alike on both sides?"
    missing = np.isnan(table.counts)
    if not missing.any():
        return passed("left_out", question, f"None of {missing.size:,} place-{unit}s was left out.")
    sides = missing[table.treated].mean(), missing[~table.treated].mean()
    lost = int(missing.all(axis=1).sum())
    places = f"{count_things(lost, 'place')} was" if lost == 1 else f"{count_things(lost, 'place')} were"
    sentence = (
        f"Left out: {count_things(int(missing.sum()), f'place-{unit}')} of {missing.size:,}, {100 * sides[0]:.0f}% of those with "
        f"treatment and {100 * sides[1]:.0f}% of the others; {places if lost else 'no place was'} lost altogether."
    )
    is_few = missing.mean() <= _MOST_LEFT_OUT and abs(sides[0] - sides[1]) <= _MOST_LEFT_OUT / 2 and not lost
    return judge(bool(is_few), "left_out", question, sentence)


def check_each_place(effect: Effect, table: PlaceDays, find_ratio: Callable[[NDArray[np.bool_]], float]) -> CheckResult:
    """The ratio without each place in turn. find_ratio: of the places kept, shape (places,)."""
    question = "Does the answer hang on one place?"
    if not 0 < effect.estimate < math.inf:
        return not_applicable("influence", question, "There is no finite ratio to look at.")
    places = len(table.counts)
    found = np.array([_find(find_ratio, np.arange(places) != place) for place in range(places)])
    if not (np.isfinite(found) & (found > 0)).all():
        return judge(
            False, "influence", question, "Without one of them there is no finite ratio at all: too few events."
        )
    at = int(np.argmax(np.abs(np.log(found / effect.estimate))))
    is_alike = bool(((found < 1) == (effect.estimate < 1)).all())
    is_near = bool((np.abs(np.log(found / effect.estimate)) <= math.log(HARMFUL_RATIO)).all())
    low, high, most = (format_number(float(x), decimals=2) for x in (found.min(), found.max(), found[at]))
    sentence = (
        f"Leaving out each place in turn the ratio lies between {low} and {high}; {table.places[at]} moves it most, to {most} (it is "
        f"passed on one side of 1 and within {HARMFUL_RATIO:g} times the ratio either way)."
    )
    return judge(is_alike and is_near, "influence", question, sentence)


def check_another_model(effect: Effect, other: RatioComparison | None, *, told: str) -> CheckResult:
    """Another model beside the draw, its interval by leaving out each place in turn. told: which ('Negative binomial regression')."""
    question = "Does another model of the counts say the same?"
    if other is None or not 0 < effect.estimate < math.inf or not 0 < float(np.ravel(other.value)[0]) < math.inf:
        return not_applicable("model", question, "There is no finite ratio to compare.")
    value, lower, upper = (float(np.ravel(x)[0]) for x in (other.value, other.lower, other.upper))
    interval = (
        f"{format_number(lower, decimals=2)} to {format_number(upper, decimals=2)} by leaving out each place in turn"
        if math.isfinite(lower) and math.isfinite(upper)
        else "too few places for an interval"
    )
    sentence = (
        f"{told} gives {format_number(value, decimals=2)} ({interval}; it is passed within {HARMFUL_RATIO:g} times the ratio either "
        "way)."
    )
    return judge(abs(math.log(value / effect.estimate)) <= math.log(HARMFUL_RATIO), "model", question, sentence)


def check_neighbours(
    points: NDArray[np.float64] | None,
    treated: NDArray[np.bool_],
    places: Sequence[str],
    touching: NDArray[np.bool_] | None = None,
) -> CheckResult:
    """Contamination: what is done at a place may reach the next. points: (places, 3) easting, northing, radius in metres. touching: of
    places that are areas, which touch, shape (places, places)."""
    question = "Do places lie far enough apart for one to be untouched by what is done at another?"
    if touching is not None:
        near, where = touching, "touch"
    elif points is not None:
        apart = np.hypot(*(points[:, np.newaxis, :2] - points[np.newaxis, :, :2]).transpose(2, 0, 1))
        near, where = apart - points[:, 2] - points[:, 2][:, np.newaxis] < NEAR, f"lie within {NEAR:g} metres of"
    else:
        return not_applicable("contamination", question, "No file gives where the places lie.")
    differ = (treated[:, np.newaxis] != treated[np.newaxis]).any(axis=2)
    close = np.argwhere(np.triu(differ & near, 1))
    if not len(close):
        alone = "No place touches" if touching is not None else f"No place is within {NEAR:g} metres of"
        return passed("contamination", question, f"{alone} one that was treated when it was not.")
    one, other = (places[number] for number in close[0])
    told = f"{count_things(len(np.unique(close)), 'place')} {where} one that was treated when they were not, or the other way about"
    return judge(
        False, "contamination", question, f"{told} ({one} and {other}, for one): the ratio may be too near 1."
    )  # fmt: skip


def judge_placebo(name: str, question: str, found: RatioComparison, *, caught: str) -> CheckResult:
    """Of a ratio where there can be no effect: failed where it is clear, passed where nothing harmful is left in its interval."""
    value, lower, upper, p = (float(np.ravel(x)[0]) for x in (found.value, found.lower, found.upper, found.p_value))
    if p <= ALPHA:
        ratio = format_number(value, decimals=2)
        seen = f"It seems to: the ratio is {ratio} ({say_p(p)}), as one sound trial in twenty would have by chance"
        return judge(False, name, question, f"{seen}{caught}.")
    said = f"No sign of it ({say_p(p)})" if not math.isnan(p) else "No sign of it"
    return judge_absence(name, question, lower, upper, seen=said)


def _find(find_ratio: Callable[[NDArray[np.bool_]], float], kept: NDArray[np.bool_]) -> float:
    try:
        return find_ratio(kept)
    except ValueError:
        return math.nan
