"""Made-up areas and months with known truth, easy and hard: each gives an effect and what it ought to have been."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from safeground.engine.evaluation.checks import judge
from safeground.engine.evaluation.designs.area_shifts import estimate_area_shifts
from safeground.engine.evaluation.designs.differences import difference_in_differences
from safeground.engine.evaluation.designs.displacement import weighted_displacement_difference
from safeground.engine.evaluation.designs.high_choices import regression_to_mean
from safeground.engine.evaluation.designs.interrupted_series import PERSISTENT, interrupted_time_series
from safeground.engine.evaluation.designs.synthetic_controls import synthetic_control
from safeground.engine.evaluation.effects import Effect

Floats = NDArray[np.float64]
Found = tuple[Effect, float]
"""An effect, and what it ought to have been."""

_PLACES, _MONTHS = 30, 36


def waves(rng: np.random.Generator, shape: tuple[int, ...], persistence: float, spread: float) -> Floats:
    """First-order autoregressions along the last axis, from their own long run."""
    fresh = rng.normal(0, spread * np.sqrt(1 - persistence**2), shape)
    fresh[..., 0] /= np.sqrt(1 - persistence**2)
    for month in range(1, shape[-1]):
        fresh[..., month] += persistence * fresh[..., month - 1]
    return np.asarray(fresh)


def together(ratio: float, rng: np.random.Generator) -> Found:
    """A third of thirty places treated from one month on."""
    return _panel(ratio, rng, starts=np.where(np.arange(_PLACES) < 10, 24.0, 99.0))


def staggered(ratio: float, rng: np.random.Generator) -> Found:
    starts = np.where(np.arange(_PLACES) < 10, rng.integers(12, 30, _PLACES), 99).astype(float)
    return _panel(ratio, rng, starts=starts)


def rare(ratio: float, rng: np.random.Generator) -> Found:
    return _panel(ratio, rng, starts=np.where(np.arange(_PLACES) < 10, 18.0, 99.0), mean=0.4, spread=0.1)


def one_large(ratio: float, rng: np.random.Generator) -> Found:
    """Three treated, of which one has twenty times the events of the others."""
    sizes = np.r_[20.0, np.exp(rng.normal(0, 0.3, _PLACES - 1))]
    return _panel(ratio, rng, starts=np.where(np.arange(_PLACES) < 3, 24.0, 99.0), sizes=sizes)


def few_persisting(ratio: float, rng: np.random.Generator) -> Found:
    """Four of twenty-four treated, and waves that keep 0.9 a month."""
    sizes = np.exp(rng.normal(0, 0.5, 24))
    return _panel(ratio, rng, starts=np.where(np.arange(24) < 4, 24.0, 99.0), sizes=sizes, spread=0.3, persistence=0.9)


def chosen_at_peak(ratio: float, rng: np.random.Generator) -> Found:
    """The eight places treated are those whose last six months stood out most beside their past."""
    level = 10 * np.exp(
        rng.normal(0, 0.5, (_PLACES, 1)) + rng.normal(0, 0.2, _MONTHS) + waves(rng, (_PLACES, _MONTHS), 0.5, 0.2)
    )
    before = rng.poisson(level[:, :24])
    high = before[:, 18:].sum(axis=1) / (before.sum(axis=1) + 1)
    treated = np.outer(np.isin(np.arange(_PLACES), np.argsort(high)[-8:]), np.arange(_MONTHS) >= 24)
    counts = np.hstack([before, rng.poisson(level[:, 24:] * np.where(treated[:, 24:], ratio, 1.0))])
    return difference_in_differences(counts, treated).effect, ratio


def _panel(
    ratio: float,
    rng: np.random.Generator,
    *,
    starts: Floats,
    mean: float = 10.0,
    spread: float = 0.2,
    persistence: float = 0.5,
    sizes: Floats | None = None,
) -> Found:
    treated = np.arange(_MONTHS) >= starts[:, np.newaxis]
    size = np.exp(rng.normal(0, 0.5, starts.size)) if sizes is None else sizes
    moves = rng.normal(0, 0.2, _MONTHS) + waves(rng, treated.shape, persistence, spread)
    counts = rng.poisson(mean * size[:, np.newaxis] * np.exp(moves) * np.where(treated, ratio, 1.0))
    return difference_in_differences(counts, treated).effect, ratio


def series(ratio: float, rng: np.random.Generator, *, persistence: float) -> Found:
    """Four years before and two after, of 50 a month; 1 wanders for good."""
    month = np.arange(72)
    wave = np.cumsum(rng.normal(0, 0.05, 72)) if persistence == 1 else waves(rng, (72,), persistence, 0.1)
    level = 50 * np.exp(0.002 * month + 0.2 * np.sin(month * np.pi / 6) + wave)
    found = interrupted_time_series(rng.poisson(level * np.where(month >= 48, ratio, 1.0)), start=48)
    check = judge(
        found.persistence <= PERSISTENT, "persistence", "Does one month say little of the next?", "As a page has it."
    )
    return found.effect.with_checks(check), ratio


def eight_counts(ratio: float, rng: np.random.Generator, *, size: int) -> Found:
    """Events come `size` at a time; what is displaced is a tenth of what is gained."""
    means = _make_eight(ratio)
    counts = rng.poisson(means / size) * size
    found = weighted_displacement_difference(*counts, dispersion=float(size))
    return found.effect, -0.9 * (means[0, 0] - means[0, 1])


def shifting_areas(ratio: float, rng: np.random.Generator) -> Found:
    """Four treated areas and eight controls, rings round both, of which each shifts for good by a tenth or so."""
    means, counts = 3 * _make_eight(ratio), []
    means[[1, 3]] *= 2
    for (before, after), areas in zip(means, (4, 8, 4, 8), strict=True):
        moved = after / areas * np.exp(rng.normal(0, 0.1, areas))
        counts.append(np.column_stack([rng.poisson(before / areas, areas), rng.poisson(moved)]).astype(float))
    found = weighted_displacement_difference(
        *(group.sum(axis=0) for group in counts), area_weights=(1, 2, 1, 2), dispersion=1.0,
        shifts=estimate_area_shifts(counts, (1, 3), dispersion=1.0),
    )  # fmt: skip
    return found.effect, -0.9 * (means[0, 0] - means[0, 1])


def _make_eight(ratio: float) -> Floats:
    means = np.array([[120, 120], [200, 200], [80, 80], [150, 150]], dtype=np.float64)
    gain = (1 - ratio) * means[0, 1]
    means[0, 1] -= gain
    means[2, 1] += 0.1 * gain
    return means


def chosen_high(ratio: float, rng: np.random.Generator, *, kind: str) -> Found:
    """Twelve of 150 chosen by their counts before, whose rates are of the kind."""
    if kind == "two kinds":
        rates = np.where(rng.random(150) < 0.1, 20.0, 4.0)
    elif kind == "log-normal":
        rates = 6 * np.exp(rng.normal(-0.18, 0.6, 150))
    else:
        rates = 3 * (1 + rng.pareto(2.5, 150)) if kind == "power law" else rng.gamma(3, 2, 150)
    before = rng.poisson(rates)
    chosen = np.argsort(np.argsort(before + 0.01 * rng.random(150))) >= 138
    return regression_to_mean(before, rng.poisson(rates * 0.9 * np.where(chosen, ratio, 1.0)), chosen).effect, ratio


def mix(ratio: float, rng: np.random.Generator, *, is_peak: bool = False) -> Found:
    """Thirty areas that follow two waves, each by its own share: twelve months after, and twelve before or four that were chosen by."""
    start = 4 if is_peak else 12
    share = rng.random((30, 1))
    both = waves(rng, (2, start + 12), 0.7, 2.0)
    table = 20 + share * both[0] + (1 - share) * both[1] + waves(rng, (30, start + 12), 0.2, 2.0)
    ours = int(table[:, :start].mean(axis=1).argmax()) if is_peak else 0
    return _compare(table, ours, start, ratio)


def steady(ratio: float, rng: np.random.Generator, *, drift: float = 0.0) -> Found:
    """An area a quarter as restless as the others; drift: a month, from the first to the last of areas that drift apart."""
    own = np.r_[1.0, np.full(29, 4.0)][:, np.newaxis]
    away = drift * (rng.random((30, 1)) - 0.5) * np.arange(24)
    return _compare(20 + away + own * rng.normal(0, 1, (30, 24)), 0, 12, ratio)


def _compare(table: Floats, ours: int, start: int, ratio: float) -> Found:
    truth = (ratio - 1) * 20
    table[ours, start:] += truth
    return synthetic_control(table[ours], np.delete(table, ours, axis=0), pre_periods=start).effect, truth
