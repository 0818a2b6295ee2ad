"""Scores of forecasts: by hand, against the obvious slow version, ties, missing cells and refusals."""

import itertools

import numpy as np
import pytest

from safeground.engine.statistics import prediction_accuracy


def test_the_published_formulas():
    """60 of 200 events in 0.5 of 20 square kilometres: hit rate 0.30, PAI 12 (DOMAIN's vector of the formulas of Chainey et al.)."""
    found = prediction_accuracy([9, 1, 1, 1, 1], [60, 100, 20, 20, 0], [0.5, 0.5, 1, 9, 9], shares=[0.025])
    assert (found.hit_rate[0], found.pai[0], found.pei[0]) == pytest.approx((0.30, 12, 0.6))
    assert (found.hits[0], found.most_hits[0], found.area[0], found.cells[0]) == pytest.approx((60, 100, 0.5, 1))
    assert np.isnan(found.rri[0])


def test_recapture_is_this_periods_share_by_the_last_periods():
    found = prediction_accuracy([2, 1, 0], [3, 4, 3], 1, shares=(), cells=[1, 2], before=[6, 3, 1])
    assert found.rri.tolist() == pytest.approx([0.3 / 0.6, 0.7 / 0.9])
    never = prediction_accuracy([2, 1, 0], [3, 4, 3], 1, shares=(), cells=[1], before=[0, 3, 1])
    assert np.isnan(never.rri[0])


def test_ties_are_the_mean_over_every_order_in_which_they_could_be_sorted():
    predicted, actual = np.array([5.0, 2, 2, 2, 2, 0]), np.array([1, 7, 0, 3, 2, 9])
    found = prediction_accuracy(predicted, actual, 1, shares=(), cells=[1, 3])
    slow = [
        np.mean(
            [
                actual[list(order)][:k].sum()
                for order in itertools.permutations(range(6))
                if _falls(predicted[list(order)])
            ]
        )
        for k in (1, 3)
    ]
    assert found.hits.tolist() == pytest.approx(slow)
    turned = prediction_accuracy(predicted[::-1], actual[::-1], 1, shares=(), cells=[1, 3])
    assert turned.hits.tolist() == pytest.approx(slow)


def _falls(values):
    return (np.diff(values) <= 0).all()


def test_a_forecast_that_says_nothing_is_no_better_than_chance():
    found = prediction_accuracy([1] * 50, np.arange(50), 2.5)
    assert found.pai.tolist() == pytest.approx([1, 1, 1, 1])
    assert found.share.tolist() == pytest.approx([0.005, 0.01, 0.02, 0.05])


def test_hindsight_is_perfect_and_no_forecast_beats_it():
    rng = np.random.default_rng(1)
    actual, area = rng.poisson(0.3, 400), rng.uniform(0.2, 1, 400)
    assert prediction_accuracy(actual / area, actual, area, cells=[7]).pei.tolist() == pytest.approx([1] * 5)
    for _ in range(20):
        assert (prediction_accuracy(rng.random(400), actual, area, cells=[7]).pei <= 1 + 1e-12).all()


def test_a_share_takes_the_same_area_of_every_method_whatever_its_cells_measure():
    actual, area = np.array([4, 2, 1]), np.array([1.0, 2, 7])
    found = prediction_accuracy([1, 3, 2], actual, area, shares=[0.3])
    assert (found.area[0], found.hits[0]) == pytest.approx((3, 2 + 1 / 7))
    assert found.most_hits[0] == pytest.approx(4 + 2)
    assert found.chosen[0].tolist() == pytest.approx([0, 1, 1 / 7])


def test_a_cell_of_which_the_forecast_says_nothing_is_chosen_last_and_its_events_count():
    found = prediction_accuracy([np.nan, -5, 3], [6, 1, 3], 1, shares=(), cells=[1, 2, 3])
    assert found.hit_rate.tolist() == pytest.approx([0.3, 0.4, 1.0])


def test_a_cell_without_a_count_is_left_out_of_everything_and_said():
    found = prediction_accuracy([9, 2, 1], [np.nan, 3, 1], 1, shares=(), cells=[1])
    assert (found.hits[0], found.events, found.total_area, found.left_out) == (3, 4, 2, 1)
    assert found.chosen[0].tolist() == [0, 1, 0]
    assert "1 cells without a count" in found.method


def test_parts_of_the_map_add_up_to_the_scores():
    rng = np.random.default_rng(2)
    predicted, actual = rng.poisson(1, 300), rng.poisson(1, 300)
    found = prediction_accuracy(predicted, actual, 1, cells=[20])
    assert (found.chosen * actual).sum(axis=1) == pytest.approx(found.hits)
    assert (found.best * actual).sum(axis=1) == pytest.approx(found.most_hits)


def test_a_period_without_events_has_no_score_and_says_why():
    found = prediction_accuracy([2, 1], [0, 0], 1, shares=(), cells=[1])
    assert np.isnan([found.hit_rate[0], found.pai[0], found.pei[0]]).all()
    assert found.method.startswith("not available")


@pytest.mark.parametrize(
    ("given", "options", "words"),
    [
        (([1, 2], [1, 2, 3], 1), {}, "one number for each cell"),
        (([[1, 2]], [[1, 2]], 1), {}, "one number for each cell"),
        (([1, 2], [1, 2], [1, 2, 3]), {}, "area needs one number for each cell"),
        (([1, 2], [1, 2], 0), {}, "not above 0"),
        (([1, 2], [1, 2], [1, np.nan]), {}, "not above 0"),
        (([1, 2], [1, -2], 1), {}, "cannot be negative"),
        (([1, 2], [np.nan, np.nan], 1), {}, "no count at all"),
        (([np.nan, 2], [1, np.nan], 1), {}, "no score of any cell"),
        (([1, 2], [1, 2], 1), {"shares": [0]}, "shares of the area"),
        (([1, 2], [1, 2], 1), {"shares": [1.2]}, "shares of the area"),
        (([1, 2], [1, 2], 1), {"cells": [3]}, "from 1 to the 2"),
        (([1, 2], [1, 2], 1), {"shares": ()}, "at least one"),
        (([1, 2], [1, 2], 1), {"before": [1]}, "one number for each cell"),
    ],
)
def test_what_cannot_be_scored_is_refused_with_a_sentence(given, options, words):
    with pytest.raises(ValueError, match=words):
        prediction_accuracy(*given, **options)
