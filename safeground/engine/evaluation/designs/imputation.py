"""What treated place-months would have held: a level for every place and every month, fitted where nothing was done.

Fitting only there, and setting what came against what was to be expected, is right where places begin at different times and where
treatment ends again (Borusyak, Jaravel and Spiess 2024; Gardner 2022; for counts Wooldridge 2023). One regression of all place-months
on treatment is not: it sets places that began late against places that began early, and can give a wrong sign.

Poisson levels of two ways are found by fitting rows and columns in turn. All places left out one by one are fitted at once.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

_STEPS = 5_000
_TOLERANCE = 1e-11
FEWEST_PLACES = 3
"""On a side, for an interval: from two the spread between places is next to unknown."""


@dataclass(frozen=True, eq=False)
class LogRatios:
    """Logarithms of ratios, shape (ratios,), with standard error and degrees of freedom by leaving out each place in turn.

    `left_out`: (places, ratios) what each is without each place. NaN error where there are too few places.
    """

    value: Floats
    error: Floats
    freedom: Floats
    covariance: Floats
    left_out: Floats

    def interval(self, confidence: float) -> tuple[Floats, Floats]:
        reach = -special.stdtrit(self.freedom, (1 - confidence) / 2) * self.error
        return np.exp(self.value - reach), np.exp(self.value + reach)

    @property
    def p(self) -> Floats:
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(2 * special.stdtr(self.freedom, -np.abs(self.value / self.error)))

    @property
    def joint_p(self) -> float:
        """That none differs from 1, after Hotelling; NaN where the places are too few to say."""
        number, freedom = self.value.size, float(self.freedom.min(initial=np.inf))
        if not number or np.isnan(self.error).any() or freedom <= number:
            return float("nan")
        distance = float(self.value @ np.linalg.pinv(self.covariance, hermitian=True) @ self.value)
        scale = (freedom - number + 1) / (freedom * number)
        return float(special.fdtrc(number, freedom - number + 1, distance * scale))


@dataclass(frozen=True, eq=False)
class _Levels:
    """`place`: (fits, places), `month`: (fits, months), `factor`: (fits, factors)."""

    place: Floats
    month: Floats
    factor: Floats


def impute_ratios(counts: Floats, exposures: Floats, untreated: Bools, cells: Bools, ever: Bools) -> LogRatios:
    """What was counted in `cells`, shape (ratios, places, months), over what `untreated`, (places, months), makes one expect there.

    counts, exposures: (places, months), NaN left out. ever: (places,), the places of one side: each side is left out apart.
    """
    known = ~np.isnan(counts)
    y = np.where(known, counts, 0.0)
    kept = leave_each_out(len(y))
    base = untreated & known
    levels = _fit(y, exposures, base[np.newaxis], kept)
    inside = cells & known & np.outer(base.any(axis=1), base.any(axis=0))  # elsewhere there is nothing to go by
    seen = kept @ np.where(inside, y, 0.0).sum(axis=2).T
    weighted = np.where(inside, exposures, 0.0)
    expected = np.stack([((levels.month @ each.T) * levels.place * kept).sum(axis=1) for each in weighted], axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        return _jackknife(np.log(seen / expected), ever)


def fit_leads(counts: Floats, exposures: Floats, untreated: Bools, leads: Bools, ever: Bools) -> LogRatios:
    """How place-months shortly before the start, `leads` of shape (leads, places, months), differ from the others untreated."""
    known = ~np.isnan(counts)
    y = np.where(known, counts, 0.0)
    usable = untreated & known
    parts = np.concatenate([(usable & ~leads.any(axis=0))[np.newaxis], leads & usable])
    factor = _fit(y, exposures, parts, leave_each_out(len(y))).factor
    with np.errstate(divide="ignore", invalid="ignore"):
        return _jackknife(np.log(factor), ever)


def leave_each_out(places: int) -> Floats:
    """Shape (1 + places, places): all of them, then all but each."""
    return np.vstack([np.ones(places), 1 - np.eye(places)])


def _fit(y: Floats, exposures: Floats, parts: Bools, kept: Floats) -> _Levels:
    """Rows, columns and factors in turn until nothing moves; part 0 has no factor. A level without events is nought."""
    used = parts.any(axis=0)
    by_place, by_month = np.where(used, y, 0.0).sum(axis=1), kept @ np.where(used, y, 0.0)
    weight = np.where(parts, exposures, 0.0)
    by_factor = (
        np.stack([kept @ np.where(part, y, 0.0).sum(axis=1) for part in parts[1:]], axis=1)
        if len(parts) > 1
        else kept[:, :0]
    )
    month, factor = np.ones((len(kept), y.shape[1])), np.ones((len(kept), len(parts)))
    place = np.ones_like(kept)
    for _ in range(_STEPS):
        mixed = sum(factor[:, [number]] * (month @ each.T) for number, each in enumerate(weight))
        place = _share(by_place, np.asarray(mixed))
        before = month
        held = place * kept
        month = _share(
            by_month, np.asarray(sum(factor[:, [number]] * (held @ each) for number, each in enumerate(weight)))
        )
        if by_factor.shape[1]:
            factor[:, 1:] = _share(
                by_factor, np.stack([((held @ each) * month).sum(axis=1) for each in weight[1:]], axis=1)
            )
        if float(np.abs(month - before).max()) <= _TOLERANCE * float(month.max()):
            break
    return _Levels(place, month, factor[:, 1:])


def _share(part: Floats, whole: Floats) -> Floats:
    return np.asarray(np.where(whole > 0, part / np.where(whole > 0, whole, 1.0), 0.0))


def _jackknife(values: Floats, ever: Bools) -> LogRatios:
    """values: (1 + places, ratios), all and without each. Both sides have their own number of places, and so their own share of doubt."""
    value, without = values[0], values[1:]
    covariance, freedom = np.zeros((value.size,) * 2), np.zeros(value.size)
    for side in (ever, ~ever):
        places = int(side.sum())
        if not places:
            continue
        away = without[side] - value
        part = (places - 1) / places * away.T @ away
        covariance += part
        freedom += np.diag(part) ** 2 / max(places - 1, 1)
    variance = np.diag(covariance)
    few = min(int(ever.sum()), int((~ever).sum()) or FEWEST_PLACES) < FEWEST_PLACES
    with np.errstate(divide="ignore", invalid="ignore"):
        freedom = np.where(freedom > 0, variance**2 / freedom, np.inf)
    error = np.full(value.size, np.nan) if few else np.sqrt(variance)
    return LogRatios(value, error, freedom, covariance, without)
