"""Scores of neighbourhoods: what they heed, what they do not, and what is missing."""

import numpy as np
import pytest

from safeground.engine.places.priority.choosing import percentiles
from safeground.engine.places.priority.scores import (
    Layout,
    correlate,
    count_effective,
    draw_membership,
    fill_missing,
    find_highest,
    normal_scores,
    score_areas,
)


def make_layout(domain_of=(0, 0, 1), weights=(1, 1, 1), domain_weights=(1, 1)):
    return Layout(np.array(domain_of), np.array(weights, dtype=float), np.array(domain_weights, dtype=float))


def make_values(areas=200, factors=3, seed=1):
    return np.random.default_rng(seed).lognormal(size=(areas, factors))


def test_normal_scores_keep_the_order_and_not_how_far_the_highest_lies():
    values = np.array([[1.0], [2.0], [2.0], [900.0], [np.nan]])
    z = normal_scores(values)[:, 0]
    assert z[0] < z[1] == z[2] < z[3] and np.isnan(z[4])
    assert normal_scores(np.where(values == 900, 3.0, values))[3, 0] == z[3]
    assert z[0] == pytest.approx(-z[3])


def test_a_factor_told_twice_within_a_domain_weighs_no_more_than_once():
    z = normal_scores(make_values())
    once = score_areas(z[:, [0, 2]], make_layout((0, 1), (1, 1)))
    twice = score_areas(z[:, [0, 0, 2]], make_layout())
    assert np.allclose(once, twice)
    as_two_domains = score_areas(z[:, [0, 0, 2]], make_layout((0, 1, 2), (1, 1, 1), (1, 1, 1)))
    assert not np.allclose(once, as_two_domains)


def test_a_missing_factor_leaves_the_others_of_its_domain_and_a_missing_domain_the_other_domains():
    z = normal_scores(make_values())
    z[0, 0] = np.nan
    z[1, 2] = np.nan
    z[2] = np.nan
    scores = score_areas(z, make_layout())
    assert not np.isnan(scores[:2]).any() and np.isnan(scores[2])
    assert find_highest(scores, 200).sum() == 199


def test_what_is_missing_is_taken_for_ordinary_and_for_bad_and_nothing_else_changes():
    z = normal_scores(make_values())
    assert fill_missing(z) == ()
    known = z.copy()
    z[3, 0] = np.nan
    (middle, ordinary), (worst, bad) = fill_missing(z)
    assert "middle" in middle and "nine in ten" in worst
    assert ordinary[3, 0] == 0 and percentiles(np.r_[known[:, 0], bad[3, 0]])[-1] == pytest.approx(90, abs=1)
    scores = [score_areas(each, make_layout()) for each in (ordinary, bad)]
    assert scores[0][3] < scores[1][3]
    others = np.arange(len(z)) != 3
    assert np.array_equal(ordinary[others], known[others]) and np.array_equal(bad[others], known[others])


def test_the_highest_are_as_many_as_asked_for():
    scores = np.array([3.0, np.nan, 1.0, 3.0, 2.0])
    assert find_highest(scores, 2).tolist() == [True, False, False, True, False]
    assert percentiles(scores)[[0, 2]].tolist() == [50.0, 0.0]


def test_without_chance_only_weights_vary_and_an_area_high_in_all_is_always_in():
    z = normal_scores(make_values())
    z[7] = 3.5
    found = draw_membership(z, make_layout(), {}, number=10, vary=0.5, runs=200, rng=np.random.default_rng(1))
    assert set(np.unique(found.by_chance)) <= {0.0, 1.0} and found.by_chance.sum() == 10
    assert found.probability[7] == found.by_weights[7] == 1.0
    assert found.bound(found.probability)[7] == 1 - 1 / found.runs
    assert ((found.by_weights > 0.05) & (found.by_weights < 0.95)).any()
    assert found.probability.sum() == pytest.approx(10)
    again = draw_membership(z, make_layout(), {}, number=10, vary=0.5, runs=200, rng=np.random.default_rng(1))
    assert np.array_equal(found.probability, again.probability)


def test_weights_vary_about_the_stated_ones_by_as_much_as_stated():
    layout = make_layout((0, 1, 2, 3), (1, 1, 1, 1), (1, 1, 1, 1))
    rng = np.random.default_rng(2)
    drawn = np.array([layout.draw(0.3, rng).domain_weights for _ in range(4000)])
    assert np.allclose(drawn.mean(axis=0), 0.25, atol=0.005)
    assert np.allclose(drawn.std(axis=0) / 0.25, 0.3, atol=0.02)


def test_factors_that_go_together_count_as_fewer():
    independent = normal_scores(make_values(2000, 4))
    assert count_effective(correlate(independent)) == pytest.approx(4, abs=0.1)
    assert count_effective(correlate(independent[:, [0, 0, 1, 1]])) == pytest.approx(2, abs=0.1)
