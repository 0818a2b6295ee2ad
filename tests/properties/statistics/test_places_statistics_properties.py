"""What must hold of near repeats, densities and scores of forecasts whatever the events."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from safeground.engine.statistics import kernel_density, knox_test, prediction_accuracy

SEEDS = st.integers(0, 10_000)


@given(SEEDS, st.integers(2, 40))
@settings(max_examples=40, deadline=None)
def test_scores_know_neither_the_order_of_cells_nor_the_unit_of_the_forecast(seed, cells):
    rng = np.random.default_rng(seed)
    predicted, actual, area = rng.poisson(1, cells), rng.poisson(1, cells) + 1, rng.uniform(0.5, 2, cells)
    shares = [0.1, 0.3, 0.7, 1]
    found = prediction_accuracy(predicted, actual, area, shares=shares)
    order = rng.permutation(cells)
    turned = prediction_accuracy(np.exp(predicted[order]), actual[order], 9 * area[order], shares=shares)
    for name in ("share", "hits", "hit_rate", "pai", "pei"):
        assert getattr(turned, name) == pytest.approx(getattr(found, name)), name
    assert found.share == pytest.approx(shares)
    assert (np.diff(found.hits) >= -1e-9).all() and (found.pei <= 1 + 1e-9).all()
    assert found.hit_rate[-1] == pytest.approx(1)


@given(SEEDS, st.sampled_from(["quartic", "gaussian"]), st.sampled_from(["open", "closed"]))
@settings(max_examples=25, deadline=None)
def test_densities_add_up_and_move_with_the_events(seed, kernel, edges):
    rng = np.random.default_rng(seed)
    x, y, weight = *rng.uniform(0, 900, (2, 30)), rng.uniform(0.1, 3, 30)
    options = {"cell": 60, "bandwidth": 150, "kernel": kernel, "edges": edges}
    bounds = (0, 0, 900, 900)
    whole = kernel_density(x, y, weights=weight, bounds=bounds, **options)
    parts = [
        kernel_density(x[i], y[i], weights=weight[i], bounds=bounds, **options) for i in (slice(11), slice(11, 30))
    ]
    highest = whole.density.max()
    assert whole.density == pytest.approx(parts[0].density + parts[1].density, abs=1e-9 * highest)
    moved = kernel_density(x + 5e5, y + 2e5, weights=weight, bounds=(5e5, 2e5, 5e5 + 900, 2e5 + 900), **options)
    assert moved.density == pytest.approx(whole.density, abs=1e-6 * highest)
    turned = kernel_density(y, x, weights=weight, bounds=bounds, **options)
    assert turned.density.T == pytest.approx(whole.density, abs=1e-9 * highest)


@given(SEEDS)
@settings(max_examples=25, deadline=None)
def test_near_repeats_know_no_direction_of_space_or_time(seed):
    rng = np.random.default_rng(seed)
    x, y, t = rng.integers(0, 8, 60) * 50.0, rng.integers(0, 8, 60) * 50.0, rng.integers(0, 40, 60)
    bands = {"space_bands": (50, 120), "time_bands": (0, 5, 20), "runs": 19}
    found = knox_test(x, y, t, rng=np.random.default_rng(1), **bands)
    turned = knox_test(y + 4e5, 1e5 - x, 900 - t, rng=np.random.default_rng(1), **bands)
    assert turned.observed.tolist() == found.observed.tolist()
    assert turned.expected == pytest.approx(found.expected)
    everything = knox_test(x, y, t, rng=np.random.default_rng(1), space_bands=(np.inf,), time_bands=(np.inf,), runs=19)
    assert everything.observed.sum() == everything.expected.sum() == 60 * 59 / 2
