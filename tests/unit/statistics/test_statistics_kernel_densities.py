"""Kernel densities: against the exact sum, mass, edges, weights, places between centres, and refusals."""

import numpy as np
import pytest

from safeground.engine.statistics import kernel_density

FINER = 10


def exact_density(events, found, bandwidth, kernel, weights=None):
    """Every event at every of FINER x FINER places in every cell, averaged over the cell: the obvious slow version."""
    cell = found.x_edges[1] - found.x_edges[0]
    x, y = (
        (edges[:-1, np.newaxis] + (np.arange(FINER) + 0.5) / FINER * cell).ravel()
        for edges in (found.x_edges, found.y_edges)
    )
    total = np.zeros((y.size, x.size))
    for (east, north), weight in zip(events, np.ones(len(events)) if weights is None else weights, strict=True):
        squared = ((x - east) ** 2 + (y[:, np.newaxis] - north) ** 2) / bandwidth**2
        if kernel == "quartic":
            total += weight * 3 / (np.pi * bandwidth**2) * np.maximum(1 - squared, 0) ** 2
        else:
            total += weight * np.exp(-squared / 2) / (2 * np.pi * bandwidth**2)
    return 1e6 * total.reshape(y.size // FINER, FINER, x.size // FINER, FINER).mean(axis=(1, 3))


def height(bandwidth, kernel):
    """Of one event's hill."""
    return 1e6 * (3 / (np.pi * bandwidth**2) if kernel == "quartic" else 1 / (2 * np.pi * bandwidth**2))


@pytest.mark.parametrize("kernel", ["quartic", "gaussian"])
@pytest.mark.parametrize("cells_to_a_bandwidth", [1, 2, 2.7, 6, 12])
def test_one_hill_is_the_exact_one_within_two_hundredths_of_its_height(kernel, cells_to_a_bandwidth):
    bandwidth, rng = 300, np.random.default_rng(1)
    cell = bandwidth / cells_to_a_bandwidth
    for _ in range(4):
        event = 600 + rng.uniform(0, cell, (1, 2))
        found = kernel_density(*event.T, cell=cell, bandwidth=bandwidth, kernel=kernel, bounds=(0, 0, 1200, 1200))
        error = np.abs(found.density - exact_density(event, found, bandwidth, kernel)).max()
        assert error < 0.02 * height(bandwidth, kernel)


@pytest.mark.parametrize("kernel", ["quartic", "gaussian"])
def test_many_weighted_hills_near_and_beyond_the_edges_are_the_exact_sum(kernel):
    rng = np.random.default_rng(2)
    events, weights = rng.uniform(-400, 1900, (200, 2)), rng.uniform(0, 3, 200)
    found = kernel_density(*events.T, cell=50, bandwidth=300, kernel=kernel, bounds=(0, 0, 1500, 1000), weights=weights)
    assert found.density.shape == (20, 30)
    exact = exact_density(events, found, 300, kernel, weights)
    assert np.abs(found.density - exact).max() < 0.02 * exact.max()
    assert found.mass == pytest.approx(exact.sum() * 50**2 / 1e6, rel=0.003)


@pytest.mark.parametrize("kernel", ["quartic", "gaussian"])
@pytest.mark.parametrize("cell", [37.0, 100.0, 290.0])
def test_mass_is_kept(kernel, cell):
    rng = np.random.default_rng(3)
    x, y = rng.uniform(0, 1480, (2, 300))
    closed = kernel_density(x, y, cell=cell, bandwidth=300, kernel=kernel, bounds=(0, 0, 1480, 1480), edges="closed")
    assert closed.mass == pytest.approx(300, rel=1e-9)
    assert closed.density.sum() * cell**2 / 1e6 == pytest.approx(300, rel=1e-9)
    far = kernel_density(x, y, cell=cell, bandwidth=300, kernel=kernel, bounds=(-1600, -1600, 3100, 3100))
    assert far.mass == pytest.approx(300, rel=1e-9)
    near = kernel_density(x, y, cell=cell, bandwidth=300, kernel=kernel, bounds=(0, 0, 1480, 1480))
    assert near.mass < 290 and near.events == 300


def test_closed_edges_make_evenly_spread_events_even_up_to_the_edge():
    x, y = (place.ravel() for place in np.meshgrid(np.arange(5, 2000, 10), np.arange(5, 1000, 10)))
    found = kernel_density(x, y, cell=50, bandwidth=300, bounds=(0, 0, 2000, 1000), edges="closed")
    assert found.density == pytest.approx(np.full((20, 40), 10_000), rel=1e-9)
    open_edges = kernel_density(x, y, cell=50, bandwidth=300, bounds=(0, 0, 2000, 1000))
    assert open_edges.density[0, 0] < 5_000
    assert open_edges.density[10, 20] == pytest.approx(10_000)


def test_where_no_event_reaches_the_density_is_nothing_and_not_noise():
    found = kernel_density([500], [500], cell=50, bandwidth=200, bounds=(0, 0, 3000, 3000))
    away = np.hypot(found.x_centres - 500, (found.y_centres - 500)[:, np.newaxis]) > 300
    assert (found.density[away] == 0).all() and (found.density >= 0).all()


def test_rows_run_north_and_columns_east():
    found = kernel_density([1450], [250], cell=100, bandwidth=150, bounds=(1000, 0, 1700, 500))
    assert np.unravel_index(found.density.argmax(), found.density.shape) == (2, 4)
    assert (found.x_edges[[0, -1]].tolist(), found.y_edges[[0, -1]].tolist()) == ([1000, 1700], [0, 500])


def test_places_between_centres():
    found = kernel_density([500], [500], cell=100, bandwidth=400, bounds=(0, 0, 1000, 1000))
    assert found.at(found.x_centres[3], found.y_centres[6]) == pytest.approx(found.density[6, 3])
    assert found.at(400, 650) == pytest.approx((found.density[6, 3] + found.density[6, 4]) / 2)
    assert found.at(1000, 1000) == pytest.approx(found.density[9, 9])
    assert np.isnan(found.at([1001, np.nan, 500], [500, 500, -1])).all()
    assert found.at(np.full((2, 3), 500.0), 500.0).shape == (2, 3)


def test_a_grid_of_one_cell():
    found = kernel_density([5, 6], [5, 6], cell=10, bandwidth=10, bounds=(0, 0, 10, 10), edges="closed")
    assert found.density.tolist() == [[pytest.approx(2e4)]]
    assert found.at(5, 5) == pytest.approx(2e4)


def test_missing_and_far_events_are_counted():
    found = kernel_density(
        [500, np.nan, 500, 9e5],
        [500, 500, 500, 500],
        weights=[1, 1, np.nan, 1],
        cell=100,
        bandwidth=200,
        bounds=(0, 0, 1000, 1000),
    )
    assert (found.left_out, found.outside, found.events) == (2, 1, 1)


def test_events_on_closed_bounds_are_inside_and_beyond_them_are_not():
    x, y = np.array([0, 1000, 500, 1001, 500]), np.array([0, 1000, 1000, 500, -0.5])
    found = kernel_density(x, y, cell=100, bandwidth=300, bounds=(0, 0, 1000, 1000), edges="closed")
    assert (found.outside, found.events, found.mass) == (2, 3, pytest.approx(3))


def test_a_bound_that_is_a_whole_number_of_cells_away_gains_none():
    found = kernel_density([1], [1], cell=0.1, bandwidth=1, bounds=(0, 0, 0.3, 2.1))
    assert found.density.shape == (21, 3)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"x": [np.nan, np.nan]}, "no event has coordinates"),
        ({"x": [1.0]}, "one number for each event"),
        ({"x": [9e6, 9e6]}, "no event lies within reach"),
        ({"weights": [1, -1]}, "cannot be negative"),
        ({"bandwidth": 50}, "at least one cell"),
        ({"cell": 0}, "side of a square"),
        ({"kernel": "normal"}, "'quartic' or 'gaussian'"),
        ({"edges": "soft"}, "'open' or 'closed'"),
        ({"bounds": (0, 0, -5, 10)}, "west, south, east, north"),
        ({"bounds": (0, 0, 1e6, 1e6), "cell": 1, "bandwidth": 9}, "take larger cells"),
    ],
)
def test_refusals(change, words):
    given = {"x": [1.0, 2.0], "y": [1.0, 2.0], "cell": 100, "bandwidth": 300, "bounds": (0, 0, 1000, 1000), **change}
    with pytest.raises(ValueError, match=words):
        kernel_density(given.pop("x"), given.pop("y"), **given)
