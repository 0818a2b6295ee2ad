"""The golden vectors of the domain handbook (section 6.4), computed there apart from this code. Tolerance: their last printed digit."""

import numpy as np
import pytest

from safeground.engine.statistics import (
    EUROPEAN_STANDARD_POPULATION_2013,
    estimate_proportion,
    estimate_rate,
)


@pytest.mark.parametrize(
    ("count", "confidence", "lower", "upper"),
    [
        (10, 0.95, 4.7874, 18.3915),
        (10, 0.998, 2.9163, 24.1937),
        (25, 0.95, 16.1743, 36.9065),
        (25, 0.998, 12.3045, 44.6748),
        (100, 0.95, 81.3621, 121.6279),
        (100, 0.998, 71.9037, 134.9436),
        (1100, 0.95, 1035.9471, 1166.9765),
        (1100, 0.998, 1000.3459, 1206.3998),
    ],
)
def test_byar(count, confidence, lower, upper):
    estimate = estimate_rate(count, 1, per=1, confidence=confidence)
    assert (estimate.lower, estimate.upper) == pytest.approx((lower, upper), abs=6e-5)
    assert estimate.method == "Byar's approximation"


@pytest.mark.parametrize(
    ("count", "lower", "upper"),
    [(0, 0, 3.6889), (1, 0.0253, 5.5716), (3, 0.6187, 8.7673), (5, 1.6235, 11.6683), (9, 4.1154, 17.0848)],
)
def test_exact(count, lower, upper):
    estimate = estimate_rate(count, 1, per=1)
    assert (estimate.lower, estimate.upper) == pytest.approx((lower, upper), abs=6e-5)
    assert estimate.method == "exact Poisson (Garwood)"


@pytest.mark.parametrize(
    ("count", "total", "lower", "upper"),
    [
        (8, 21, 0.2075, 0.5912),
        (38, 100, 0.2910, 0.4779),
        (0, 20, 0, 0.1611),
        (20, 20, 0.8389, 1),
        (5, 12, 0.1933, 0.6805),
    ],
)
def test_wilson(count, total, lower, upper):
    estimate = estimate_proportion(count, total)
    assert (estimate.lower, estimate.upper) == pytest.approx((lower, upper), abs=6e-5)


def test_the_european_standard_population_has_19_bands_and_100_000_people():
    assert len(EUROPEAN_STANDARD_POPULATION_2013) == 19
    assert np.sum(EUROPEAN_STANDARD_POPULATION_2013) == 100_000
