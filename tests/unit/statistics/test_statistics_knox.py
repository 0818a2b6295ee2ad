"""Near repeats: against the obvious slow count, exact expectations, missing events, months, and refusals."""

import numpy as np
import pytest

from safeground.engine.statistics import knox, knox_test

BANDS = {"space_bands": (100, 200, 300), "time_bands": (0, 7, 14)}


def make_events(number=120, *, seed=1, places=40):
    """Events snapped to few places, so that some share one."""
    rng = np.random.default_rng(seed)
    where = rng.integers(0, 900, (places, 2)).astype(float)
    return (*where[rng.integers(places, size=number)].T, rng.integers(0, 60, number).astype(float))


def count_slowly(x, y, t, space_bands, time_bands):
    """Every pair there is, near or far."""
    one, other = np.triu_indices(len(x), 1)
    rows = np.searchsorted((0, *space_bands), np.hypot(x[one] - x[other], y[one] - y[other]))
    columns = np.searchsorted(time_bands, np.abs(t[one] - t[other]))
    found = np.zeros((len(space_bands) + 2, len(time_bands) + 1), int)
    np.add.at(found, (rows, columns), 1)
    return found[:-1, :-1]


@pytest.mark.parametrize("hours", [False, True])
def test_pairs_are_those_of_the_slow_count(hours):
    x, y, t = make_events()
    t = t + np.random.default_rng(5).integers(0, 8, t.size) / 8 if hours else t
    found = knox_test(x, y, t, runs=19, rng=np.random.default_rng(1), **BANDS)
    assert found.observed.tolist() == count_slowly(x, y, t, **BANDS).tolist()
    assert found.space_bands.tolist() == [0, 100, 200, 300]
    assert found.observed[0].sum() > 0


def test_more_pairs_than_fit_into_one_block_are_all_counted():
    rng = np.random.default_rng(3)
    x, y, t = *rng.uniform(0, 2_000, (2, 5_000)), rng.integers(0, 30, 5_000)
    found = knox_test(x, y, t, space_bands=(50, 120), time_bands=(3, 30), runs=19, rng=rng)
    near = sum(int((np.hypot(x[one + 1 :] - x[one], y[one + 1 :] - y[one]) <= 120).sum()) for one in range(0, 5_000))
    assert found.pairs_near.sum() == found.observed.sum() == near > knox._PAIRS_AT_ONCE * 20


def test_expected_pairs_are_the_mean_over_deals_of_the_dates():
    x, y, t = make_events()
    expected = knox_test(x, y, t, runs=19, rng=np.random.default_rng(1), **BANDS).expected
    rng = np.random.default_rng(9)
    deals = np.array([count_slowly(x, y, rng.permutation(t), **BANDS) for _ in range(200)])
    error = deals.std(axis=0) / np.sqrt(200)
    assert (np.abs(deals.mean(axis=0) - expected) <= 4 * error).all()


def test_chance_lies_about_the_expected_and_the_order_of_events_is_nothing():
    x, y, t = make_events(400)
    found = knox_test(x, y, t, runs=199, rng=np.random.default_rng(1), **BANDS)
    assert ((found.chance_lower <= found.expected) & (found.expected <= found.chance_upper)).all()
    order = np.random.default_rng(2).permutation(400)
    turned = knox_test(x[order], y[order], t[order], runs=199, rng=np.random.default_rng(1), **BANDS)
    assert turned.observed.tolist() == found.observed.tolist()
    assert turned.expected == pytest.approx(found.expected)


def test_the_same_generator_gives_the_same_answer():
    first, second = (knox_test(*make_events(), runs=39, rng=np.random.default_rng(4), **BANDS) for _ in range(2))
    assert first.p_value.tolist() == second.p_value.tolist()


def test_planted_near_repeats_are_found_in_their_band_alone():
    rng = np.random.default_rng(6)
    x, y, t = *rng.uniform(0, 20_000, (2, 600)), rng.integers(0, 365, 600)
    away = rng.uniform(0, 2 * np.pi, 60)
    x, y = np.r_[x, x[:60] + 150 * np.cos(away)], np.r_[y, y[:60] + 150 * np.sin(away)]
    t = np.r_[t, t[:60] + 3]
    found = knox_test(x, y, t, space_bands=(100, 200, 300), time_bands=(7, 14, 21), runs=499, rng=rng)
    assert np.argwhere(found.p_adjusted < 0.05).tolist() == [[2, 0]]
    assert found.ratio[2, 0] > 5


def test_a_band_with_no_pair_near_has_no_ratio_and_no_p_value():
    x, y, t = make_events(40, places=40)
    found = knox_test(
        x * 1_000, y * 1_000, t, space_bands=(0.5,), time_bands=(7,), runs=19, rng=np.random.default_rng(1)
    )
    assert found.observed[1, 0] == found.expected[1, 0] == 0
    assert np.isnan([found.ratio[1, 0], found.p_value[1, 0], found.p_adjusted[1, 0]]).all()


def test_an_event_without_a_place_or_a_date_is_left_out_and_counted():
    x, y, t = make_events()
    whole = knox_test(x, y, t, runs=19, rng=np.random.default_rng(1), **BANDS)
    x, y, t = np.r_[x, np.nan, 5], np.r_[y, 5, 5], np.r_[t, 5, np.nan]
    found = knox_test(x, y, t, runs=19, rng=np.random.default_rng(1), **BANDS)
    assert (found.left_out, found.events) == (2, 120)
    assert found.observed.tolist() == whole.observed.tolist()


def test_same_place_takes_what_lies_closer_than_places_are_told_apart():
    x, y, t = make_events()
    found = knox_test(
        x + 0.3 * (np.arange(120) % 2), y, t, same_place=1.0, runs=19, rng=np.random.default_rng(1), **BANDS
    )
    assert found.pairs_near[0] == knox_test(x, y, t, runs=19, rng=np.random.default_rng(1), **BANDS).pairs_near[0]


def test_dates_known_to_the_month_are_not_asked_about_days():
    x, y, months = make_events(300)
    months = np.floor(months / 5)
    first_days = np.cumsum([0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30])[months.astype(int)]
    with pytest.raises(ValueError, match=r"no two dates lie closer than 28.*give t in months"):
        knox_test(x, y, first_days, space_bands=(100,), time_bands=(7, 14), rng=np.random.default_rng(1))
    with pytest.raises(ValueError, match="known to 31"):
        knox_test(x, y, first_days, space_bands=(100,), time_bands=(14,), resolution=31, rng=np.random.default_rng(1))
    found = knox_test(x, y, months, space_bands=(100,), time_bands=(0, 1, 2), runs=19, rng=np.random.default_rng(1))
    assert found.resolution == 1
    assert found.observed.tolist() == count_slowly(x, y, months, (100,), (0, 1, 2)).tolist()


def test_few_events_on_scattered_days_are_still_known_to_the_day():
    x, y, _ = make_events(12)
    found = knox_test(
        x, y, np.arange(12) * 9, space_bands=(300,), time_bands=(1, 20), runs=19, rng=np.random.default_rng(1)
    )
    assert found.resolution == 1


@pytest.mark.parametrize(
    ("change", "options", "words"),
    [
        ({"x": [1.0] * 3}, {}, "one number for each event"),
        ({"x": np.full(120, np.nan)}, {}, "10 or more events with a place and a date, and there are 0"),
        ({"x": np.zeros(120), "y": np.zeros(120)}, {}, "at one place"),
        ({"x": np.linspace(0.4, 0.7, 120), "y": np.linspace(51.5, 51.9, 120)}, {}, "not in degrees"),
        ({"t": np.zeros(120)}, {}, "the same date"),
        ({}, {"space_bands": ()}, "space_bands are the upper ends"),
        ({}, {"space_bands": (200, 100)}, "each above the one before"),
        ({}, {"space_bands": (0, 100)}, "same place ends at 0 metres"),
        ({}, {"space_bands": "near"}, "space_bands are numbers"),
        ({}, {"time_bands": (-1, 7)}, "time cannot be negative"),
        ({}, {"time_bands": (0.5, 7)}, "finer than the dates"),
        ({}, {"runs": 9}, "19 or more"),
        ({}, {"metric": "road"}, "euclidean"),
        ({}, {"same_place": -1}, "same_place"),
        ({}, {"resolution": 0}, "resolution"),
    ],
)  # fmt: skip
def test_what_cannot_be_tested_is_refused_with_a_sentence(change, options, words):
    events = dict(zip("xyt", make_events(), strict=True)) | change
    with pytest.raises(ValueError, match=words):
        knox_test(**events, rng=np.random.default_rng(1), **{**BANDS, **options})


def test_too_many_pairs_are_refused_before_they_are_held(monkeypatch):
    monkeypatch.setattr(knox, "MOST_PAIRS", 50)
    with pytest.raises(ValueError, match="pairs of events lie within 300 metres"):
        knox_test(*make_events(), rng=np.random.default_rng(1), **BANDS)
