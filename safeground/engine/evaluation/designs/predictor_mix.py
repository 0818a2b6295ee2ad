"""A mix of other areas chosen by what else is known of them, as the method was first published, beside the mix chosen by the outcome.

How much each predictor matters is itself chosen: so that the mix that is nearest in all of them misses the outcome least before the
start. That choice has many valleys. In the published data of the Basque Country two usual searches end in two of them and a longer one
finds a third that is as good as no predictors at all; so the answer is told beside the main one, as what another choice gives, and
never in place of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import minimize

from safeground.engine.evaluation.designs.refusals import read_numbers, refuse_missing
from safeground.engine.evaluation.designs.simplex_weights import nearest_to_nought
from safeground.engine.evaluation.errors import EvaluationRefused

Floats = NDArray[np.float64]

_MOST_TRIES: Final = 2_000
_LEAST: Final = 1e-12
"""Of an importance, before its logarithm is taken."""


@dataclass(frozen=True, eq=False)
class PredictorMix:
    """`weights`: of the other areas, shape (donors,). `importance`: of the predictors, shape (predictors,), sum 1. `mix`, `gaps`: shape
    (periods,), the mix and the treated less it. `miss`: root mean squared gap in the periods fitted. `gap`: average after the start."""

    weights: Floats
    importance: Floats
    mix: Floats
    gaps: Floats
    miss: float
    gap: float


def match_on_predictors(
    treated: ArrayLike,
    donors: ArrayLike,
    predictors: ArrayLike,
    *,
    pre_periods: int,
    fitted: slice | None = None,
) -> PredictorMix:
    """The mix of other areas that is nearest in its predictors, each weighed so that the outcome before the start is missed least.

    treated: shape (periods,). donors: (donors, periods). predictors: (predictors, 1 + donors), the treated area first; each is divided
    by its standard deviation over the areas. fitted: the periods before the start in which the outcome is missed least, all unless told.
    The search (Powell's, over the logarithm of the importance) begins twice, with all alike and with what a regression of the outcome
    gives, and the better is kept, as in the authors' own programme.

    Raises EvaluationRefused for other shapes, a missing number, a predictor that is the same everywhere, and periods fitted that do
    not lie before the start.

    Source: Abadie A, Gardeazabal J (2003) American Economic Review 93:113; Abadie A, Diamond A, Hainmueller J (2011) J Statistical
    Software 42(13).

    >>> rng = np.random.default_rng(1)
    >>> towns = rng.normal(30, 5, (8, 12))
    >>> ours = 0.7 * towns[2] + 0.3 * towns[5]
    >>> known = np.vstack([rng.normal(10, 3, 8), rng.normal(5, 1, 8)])
    >>> known = np.column_stack([0.7 * known[:, 2] + 0.3 * known[:, 5], known])
    >>> match_on_predictors(ours, towns, known, pre_periods=9).weights.round(1).tolist()
    [0.0, 0.0, 0.7, 0.0, 0.0, 0.3, 0.0, 0.0]
    """
    ours, others = read_numbers(treated, "treated"), read_numbers(donors, "donors")
    known = read_numbers(predictors, "predictors")
    when = slice(0, pre_periods) if fitted is None else fitted
    _check(ours, others, known, pre_periods, when)
    unlike = known[:, 1:] - known[:, :1]
    unlike = unlike / known.std(axis=1, ddof=1)[:, np.newaxis]
    own, rest = ours[when], others[:, when]

    def weigh(logs: Floats) -> Floats:
        scaled = unlike * np.exp((logs - logs.max()) / 2)[:, np.newaxis]
        return nearest_to_nought(scaled.T @ scaled).weights

    def miss(logs: Floats) -> float:
        return float(((own - weigh(logs) @ rest) ** 2).mean())

    starts = (np.zeros(len(known)), np.log(_regress(known, np.vstack([own, rest])) + _LEAST))
    found = [minimize(miss, start, method="Powell", options={"maxfev": _MOST_TRIES}) for start in starts]
    logs = np.asarray(min(found, key=lambda result: float(result.fun)).x)
    weights, importance = weigh(logs), np.exp(logs - logs.max())
    mix = weights @ others
    gaps = ours - mix
    return PredictorMix(
        weights=weights, importance=importance / importance.sum(), mix=mix, gaps=gaps,
        miss=float(np.sqrt((gaps[when] ** 2).mean())), gap=float(gaps[pre_periods:].mean()),
    )  # fmt: skip


def _regress(known: Floats, outcomes: Floats) -> Floats:
    """Squared coefficients of the outcomes of each period on all predictors, summed over periods; shape (predictors,), sum 1."""
    scaled = (known / known.std(axis=1, ddof=1)[:, np.newaxis]).T
    design = np.column_stack([np.ones(len(scaled)), scaled])
    squares = (np.linalg.lstsq(design, outcomes, rcond=None)[0][1:] ** 2).sum(axis=1)
    return np.asarray(squares / squares.sum()) if squares.sum() > 0 else np.full(len(known), 1 / len(known))


def _check(ours: Floats, others: Floats, known: Floats, pre_periods: int, when: slice) -> None:
    if ours.ndim != 1 or others.ndim != 2 or others.shape[1] != ours.size or len(others) < 2:
        raise EvaluationRefused(
            f"treated has the shape {ours.shape} and donors {others.shape}; give one row of periods, and a row of as many for each of "
            "two other areas or more."
        )
    if known.ndim != 2 or known.shape[1] != 1 + len(others) or not len(known):
        raise EvaluationRefused(
            f"predictors have the shape {known.shape}; give a row for each, with the treated area first and then {len(others)} others."
        )
    first, last, _ = when.indices(ours.size)
    if not 0 <= first < last <= pre_periods < ours.size:
        raise EvaluationRefused("The periods fitted have to lie before the start, and some have to lie after it.")
    refuse_missing(np.vstack([ours, others]), tuple(f"row {number}" for number in range(len(others) + 1)))
    if (lacking := np.argwhere(~np.isfinite(known))).size:
        raise EvaluationRefused(
            f"Predictor {lacking[0][0] + 1} has no number for area {lacking[0][1] + 1}; leave the one or the other out."
        )
    if (flat := np.flatnonzero(known.std(axis=1) == 0)).size:
        raise EvaluationRefused(
            f"Predictor {int(flat[0]) + 1} is the same in all areas and tells none from another; leave it out."
        )
