"""A second mix, matched on what else is known of the areas, beside the one that a synthetic control is told by."""

from __future__ import annotations

import numpy as np

from safeground.engine.documents import Column, Direction, count_things, format_number, join_words
from safeground.engine.evaluation.checks import CheckResult, judge
from safeground.engine.evaluation.designs.predictor_mix import PredictorMix, match_on_predictors
from safeground.engine.evaluation.designs.synthetic_controls import SyntheticControl
from safeground.engine.evaluation.exhibits import Rows
from safeground.engine.evaluation.protocols import SyntheticControlProtocol
from safeground.engine.evaluation.running.series_pages import Floats
from safeground.engine.evaluation.series_data import SeriesData, count_before

_SHOWN, _TOLD = 0.001, 0.01
"""A weight, and an importance, below which nothing is told."""


def match_further(protocol: SyntheticControlProtocol, data: SeriesData, values: Floats) -> PredictorMix | None:
    """values: shape (areas, periods), the treated first. None where the protocol names no predictor."""
    if data.open_predictors is None:
        return None
    before = count_before(protocol, data)
    first = sum(label < (protocol.fitted_from or protocol.first) for label in data.periods)
    return match_on_predictors(
        values[0], values[1:], data.open_predictors(), pre_periods=before, fitted=slice(first, before)
    )


def check_predictors(
    protocol: SyntheticControlProtocol, data: SeriesData, found: SyntheticControl, further: PredictorMix
) -> CheckResult:
    """Whether the answer is the same by the second mix. Both misses are of the periods that the second was fitted in."""
    before = count_before(protocol, data)
    first = sum(label < (protocol.fitted_from or protocol.first) for label in data.periods)
    own_miss = float(np.sqrt((found.gaps[first:before] ** 2).mean()))
    named = [f"{format_number(weight, decimals=2)} {name}" for name, weight in _parts(data, further)]
    effect = found.effect
    is_open = effect.direction is Direction.CANNOT_TELL  # which side the estimate lies on was not told
    is_good = effect.lower <= further.gap <= effect.upper and (is_open or further.gap * effect.estimate > 0)
    word = protocol.period_word
    return judge(
        is_good, "predictors", "Is the answer the same where areas are matched on what else is known of them?",
        f"Matched on {count_things(len(protocol.predictors), 'predictor')}, the mix is {join_words(named)}. From "
        f"{data.periods[first]} to the start it misses by {_say(further.miss)} in a usual {word}, where the mix chosen by the outcome "
        f"misses by {_say(own_miss)}; its average gap after the start is {_say(further.gap)}.",
    )  # fmt: skip


def tell_further(protocol: SyntheticControlProtocol, data: SeriesData, further: PredictorMix) -> Rows:
    """The second mix; what it gives is told by its check, which is withheld where the effect is."""
    titles = [each.title for each in protocol.predictors]
    told = [
        f"{title} ({format_number(share, decimals=2)})"
        for title, share in zip(titles, further.importance.tolist(), strict=True)
        if share >= _TOLD
    ]
    rest = "; the others next to nothing" if len(told) < len(titles) else ""
    return Rows(
        key="predictors",
        caption="A second mix, matched on what else is known of the areas",
        columns=(Column("area", "Area"), Column("weight", "Weight", is_number=True)),
        rows=tuple((name, format_number(weight, decimals=3)) for name, weight in _parts(data, further)),
        notes=(
            f"Matched on {count_things(len(titles), 'predictor')}: {join_words(titles)}.",
            (
                "How much each matters was chosen so that the outcome before the start is missed least, as the method was first "
                f"published. Of 1: {join_words(told)}{rest}. Other choices can miss it by as little and weigh other areas: the page's "
                "answer is therefore that of the outcome alone."
            ),
        ),
    )


def _parts(data: SeriesData, further: PredictorMix) -> list[tuple[str, float]]:
    order = np.argsort(-further.weights).tolist()
    return [(data.names[1:][row], float(further.weights[row])) for row in order if further.weights[row] >= _SHOWN]


def _say(number: float) -> str:
    return format_number(number, decimals=2 if abs(number) < 10 else 0)
