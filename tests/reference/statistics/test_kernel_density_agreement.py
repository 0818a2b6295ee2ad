"""Gaussian kernel densities against scikit-learn 1.9.1, which adds up every event at every place.

Made in November 2026 with `KernelDensity(bandwidth=h, rtol=0, atol=0).fit(events).score_samples(PLACES)`, times the number of events, by
square kilometre, of the events that `make_events` makes.
"""

import numpy as np
import pytest

from safeground.engine.statistics import kernel_density

PLACES = np.array([[1505, 1505], [1205, 1805], [2005, 1505], [505, 505], [2705, 305]])
SCIKIT_LEARN = {
    150: [318.635805, 98.275989, 60.851028, 7.53233, 7.431007],
    300: [172.304223, 93.698644, 75.843408, 5.753959, 4.985187],
}


def make_events():
    rng = np.random.default_rng(11)
    return np.concatenate([rng.normal([1500, 1500], 250, (150, 2)), rng.uniform(0, 3000, (50, 2))])


@pytest.mark.parametrize("bandwidth", SCIKIT_LEARN)
def test_densities_are_those_of_scikit_learn(bandwidth):
    events = make_events()
    found = kernel_density(*events.T, cell=10, bandwidth=bandwidth, kernel="gaussian", bounds=(0, 0, 3000, 3000))
    rows, columns = (PLACES[:, 1] // 10, PLACES[:, 0] // 10)
    assert (found.x_centres[columns].tolist(), found.y_centres[rows].tolist()) == (
        PLACES[:, 0].tolist(),
        PLACES[:, 1].tolist(),
    )
    assert found.density[rows, columns] == pytest.approx(SCIKIT_LEARN[bandwidth], rel=2e-3)
