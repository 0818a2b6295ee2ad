"""Classes in space and time: each rule by hand, missing periods, one family of looks, refusals."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse

from safeground.engine.statistics import SPACE_TIME_CLASSES, classify_space_time, local_getis_ord, measure_class_alarms

CELLS, PERIODS = 200, 12


def line() -> scipy.sparse.csr_array:
    return scipy.sparse.csr_array(scipy.sparse.diags_array([np.ones(CELLS - 1), np.ones(CELLS - 1)], offsets=[-1, 1]))


def quiet() -> np.ndarray:
    return np.random.default_rng(1).poisson(0.2, (CELLS, PERIODS)).astype(float)


def rng() -> np.random.Generator:
    return np.random.default_rng(1)


@pytest.mark.parametrize(
    ("hot_periods", "expected"),
    [
        (range(12), "persistent"),
        ([0, 1, 2, 4, 5, 7, 8, 9, 11], "persistent"),
        ([9, 10, 11], "emerging"),
        ([0, 3, 5, 8, 10], "intermittent"),
        ([0, 1, 2, 3, 4], "former"),
        (range(9), "former"),
        ([], "never"),
    ],
)
def test_each_rule(hot_periods: list[int], expected: str) -> None:
    counts = quiet()
    for period in hot_periods:
        counts[90:93, period] += 9
    found = classify_space_time(counts, line(), rng=rng())
    assert found.kind[91] == expected
    assert found.hot[91].nonzero()[0].tolist() == list(hot_periods)
    assert set(found.kind) <= set(SPACE_TIME_CLASSES)
    assert found.recent == 3


def test_a_flare_in_the_last_period_alone_is_not_yet_emerging() -> None:
    counts = np.random.default_rng(3).poisson(3, (CELLS, PERIODS)).astype(float)
    counts[90:93, 11] += 9
    found = classify_space_time(counts, line(), rng=rng())
    assert found.hot[91, 11] and not found.hot[91, :11].any()
    assert found.kind[91] == "intermittent" and found.adjusted_change_p_value[91] > 0.05


def test_every_look_is_in_one_family_and_each_period_is_a_getis_ord_of_its_own() -> None:
    counts = quiet()
    counts[90:93] += 5
    found = classify_space_time(counts, line(), rng=rng())
    raw = np.column_stack(
        [local_getis_ord(counts[:, at], line(), runs=9, rng=rng(), hold_own=False).p_value for at in range(PERIODS)]
    )
    order = np.argsort(raw.ravel())
    ranked = raw.ravel()[order] * raw.size / np.arange(1, raw.size + 1)
    assert found.adjusted_p_value.ravel()[order[0]] == pytest.approx(min(1, ranked.min()))
    np.testing.assert_array_equal(found.hot, (found.adjusted_p_value < 0.05) & found.hot)


def test_the_change_is_a_ratio_of_rates_over_the_map_s() -> None:
    counts = np.full((CELLS, 8), 10.0)
    counts[:, 6:] = 20  # all the map has doubled
    counts[89:94, 6:] = 60
    found = classify_space_time(counts, line(), rng=rng(), recent=2)
    late, early = (200 - 5) * 20 + 5 * 60, 10 * CELLS
    around = np.array([3 * 60 * 2 / (3 * 10 * 6)])
    # The map's totals are those of neighbourhoods, in which the ends of the line count twice and others three times.
    assert found.change[91] == pytest.approx(float(around[0]) / (late * 2 / (early * 6)), rel=0.01)
    assert found.change[20] < 1


def test_a_missing_period_is_no_quiet_one() -> None:
    counts = quiet()
    counts[90:93] += 9
    counts[88:95, 4:7] = np.nan
    counts[10] = np.nan
    found = classify_space_time(counts, line(), rng=rng())
    assert found.kind[91] == "persistent" and found.kind[10] == "not available"
    assert np.isnan(found.adjusted_p_value[91, 4:7]).all() and not found.hot[91, 4:7].any()
    assert np.isnan(found.change[10])


def test_periods_without_events_have_nothing_hot() -> None:
    counts = np.zeros((CELLS, 6))
    found = classify_space_time(counts, line(), rng=rng())
    assert not found.hot.any() and set(found.kind) == {"not available"}
    counts[90:93, 5] = 9
    assert classify_space_time(counts, line(), rng=rng()).hot.sum() > 0


@pytest.mark.parametrize(
    ("shape", "options", "words"),
    [
        ((CELLS,), {}, "a row for each cell"),
        ((CELLS - 1, 12), {}, "shapes do not fit"),
        ((CELLS, 1), {}, "need 4 periods or more, and there are 1"),
        ((CELLS, 8), {"recent": 8}, "recent is between 1 and 7"),
    ],
)
def test_refusals(shape: tuple[int, ...], options: dict[str, int], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        classify_space_time(np.ones(shape), line(), rng=rng(), **options)


def test_alarms_need_events() -> None:
    with pytest.raises(ValueError, match="no events"):
        measure_class_alarms(np.zeros((CELLS, 6)), line(), rng=rng())
