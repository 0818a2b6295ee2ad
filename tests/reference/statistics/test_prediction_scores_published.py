"""Scores of forecasts against the example of the R package ptools 2.0.0 (A. Wheeler, MIT), `?pai`: six areas of one size.

Its formulas (PAI as Chainey et al. 2008; PEI as PAI by the best PAI there could be) give these at one, three and five areas. At two areas
its forecast is tied; it then takes the area with fewer crimes, the worst case, where ours is the mean of both orders.
"""

import pytest

from safeground.engine.statistics import prediction_accuracy

OBSERVED, PREDICTED = [6, 7, 3, 2, 1, 0], [8, 4, 4, 2, 1, 0]


def test_scores_are_those_of_ptools():
    found = prediction_accuracy(PREDICTED, OBSERVED, 1, shares=(), cells=[1, 3, 5])
    assert found.hits.tolist() == [6, 16, 19]
    assert found.pai.tolist() == pytest.approx([(6 / 19) / (1 / 6), (16 / 19) / (3 / 6), 1 / (5 / 6)])
    assert found.pei.tolist() == pytest.approx([6 / 7, 1, 1])


def test_where_its_forecast_is_tied_ours_lies_between_its_worst_case_and_the_best():
    found = prediction_accuracy(PREDICTED, OBSERVED, 1, shares=(), cells=[2])
    worst, best = 6 + 3, 6 + 7
    assert found.hits[0] == pytest.approx((worst + best) / 2)
