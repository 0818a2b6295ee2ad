"""Grids hold every point in one cell, and the same one whichever way it is asked."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from scipy.spatial import cKDTree

from safeground.engine.areas import Outlines, make_grid, share_land, to_wgs84

KINDS = ("square", "hexagon")
TURNED = {"offset": (37.0, -61.5), "rotation": 17.0}


def scatter(n=2_000, seed=3):
    rng = np.random.default_rng(seed)
    return rng.uniform(580_000, 590_000, n), rng.uniform(180_000, 190_000, n)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("moved", [{}, TURNED])
def test_a_point_lies_in_the_polygon_of_its_cell(kind, moved):
    x, y = scatter()
    grid = make_grid(cell=150, kind=kind, **moved)
    cells = grid.polygons(grid.locate(x, y))
    assert shapely.dwithin(cells, shapely.points(x, y), 1e-6).all()


@pytest.mark.parametrize("kind", KINDS)
def test_a_point_lies_in_the_cell_whose_centre_is_nearest(kind):
    x, y = scatter()
    grid = make_grid(cell=150, kind=kind, **TURNED)
    ids = grid.cover(shapely.box(579_000, 179_000, 591_000, 191_000))
    _, nearest = cKDTree(grid.centres(ids)).query(np.column_stack([x, y]))
    assert (ids[nearest] == grid.locate(x, y)).all()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("moved", [{}, TURNED])
def test_cells_tile_the_plane(kind, moved):
    grid = make_grid(cell=100, kind=kind, **moved)
    block = shapely.box(580_000, 180_000, 583_000, 183_000)
    cells = grid.polygons(grid.cover(block))
    together = shapely.buffer(shapely.union_all(shapely.buffer(cells, 0.001)), -0.001)
    assert shapely.area(cells) == pytest.approx(grid.cell_area)
    assert together.area == pytest.approx(grid.cell_area * len(cells), rel=1e-6)
    assert together.contains(block.buffer(-100)) and block.buffer(100).contains(together)


@pytest.mark.parametrize("kind", KINDS)
def test_a_centre_is_in_its_own_cell(kind):
    x, y = scatter()
    grid = make_grid(cell=75, kind=kind, **TURNED)
    ids = np.unique(grid.locate(x, y))
    centres = grid.centres(ids)
    assert (grid.locate(centres[:, 0], centres[:, 1]) == ids).all()


def test_squares_are_those_of_the_national_grid():
    grid = make_grid(cell=100, kind="square")
    assert grid.corners(grid.locate([588_149.9], [185_400]))[0].tolist() == [
        [588_100, 185_400],
        [588_200, 185_400],
        [588_200, 185_500],
        [588_100, 185_500],
    ]


def test_a_hexagon_is_as_wide_as_asked_from_flat_side_to_flat_side():
    grid = make_grid(cell=150, kind="hexagon")
    corners = grid.corners(grid.locate([588_000], [185_400]))[0]
    assert np.ptp(corners[:, 0]) == pytest.approx(150)
    assert np.ptp(corners[:, 1]) == pytest.approx(300 / np.sqrt(3))


@pytest.mark.parametrize(("kind", "around"), [("square", 8), ("hexagon", 6)])
def test_neighbours_are_those_that_touch(kind, around):
    grid = make_grid(cell=150, kind=kind, **TURNED)
    ids = np.random.default_rng(1).permutation(grid.cover(shapely.box(580_000, 180_000, 582_000, 182_000)))
    links = grid.neighbours(ids)
    cells = shapely.buffer(grid.polygons(ids), 0.01)
    touch = shapely.STRtree(cells).query(cells, predicate="intersects")
    expected = {(a, b) for a, b in touch.T if a != b}
    assert set(zip(*links.nonzero(), strict=True)) == expected
    assert links.sum(axis=1).max() == around
    assert (links != links.T).nnz == 0


def test_a_cell_alone_has_no_neighbours_and_no_cells_have_none():
    grid = make_grid(cell=150, kind="hexagon")
    assert grid.neighbours(grid.locate([588_000, 598_000], [185_400, 185_400])).nnz == 0
    assert grid.neighbours([]).shape == (0, 0)


def test_points_without_coordinates_are_in_no_cell():
    cells = make_grid(cell=150, kind="square").locate([588_000, np.nan, 588_000], [185_400, 185_400, np.nan])
    assert (cells == [cells[0], -1, -1]).all() and cells[0] > 0


def test_districts_share_out_the_cells_of_their_county():
    grid = make_grid(cell=150, kind="hexagon")
    county = shapely.box(580_000, 180_000, 584_000, 183_000)
    parts = [shapely.box(580_000, 180_000, 581_234, 183_000), shapely.box(581_234, 180_000, 584_000, 183_000)]
    together = np.concatenate([grid.cover(part) for part in parts])
    assert np.array_equal(np.sort(together), grid.cover(county))


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: make_grid(cell=0, kind="square"), "from 1 to 100,000 metres"),
        (lambda: make_grid(cell=float("nan"), kind="square"), "from 1 to 100,000 metres"),
        (lambda: make_grid(cell=150, kind="triangle"), "'square' or 'hexagon'"),
        (lambda: make_grid(cell=150, kind="square", rotation=float("inf")), "must be numbers"),
        (lambda: make_grid(cell=150, kind="square").locate([1.0], [1.0, 2.0]), "1 eastings and 2 northings"),
        (lambda: make_grid(cell=1, kind="square").locate([1e12], [1.0]), "beyond any cell"),
        (lambda: make_grid(cell=1, kind="square").locate([np.inf], [1.0]), "beyond any cell"),
        (lambda: make_grid(cell=150, kind="square").cover(shapely.box(0.1, 51.5, 1.2, 52)), "in degrees"),
        (lambda: make_grid(cell=150, kind="square").cover(shapely.Polygon()), "empty"),
        (lambda: make_grid(cell=1, kind="square").cover(shapely.box(5e5, 1e5, 6e5, 2e5)), "larger cell"),
        (lambda: make_grid(cell=150, kind="square").neighbours([5, 5]), "given twice"),
        (lambda: make_grid(cell=150, kind="square").centres([-1]), "without coordinates"),
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence(make, says):
    with pytest.raises(ValueError, match=says):
        make()


def test_the_share_of_an_areas_land_in_some_cells():
    grid = make_grid(cell=100, kind="square")
    metres = shapely.box([600_000, 600_400], [200_000] * 2, [600_400, 600_800], [200_400] * 2)
    degrees = shapely.transform(metres, lambda points: np.column_stack(to_wgs84(points[:, 0], points[:, 1])))
    outlines = Outlines("lsoa21", np.array(["a", "b"]), np.array(["", ""]), degrees)
    cells = grid.polygons(grid.locate([600_050, 600_150, 600_450], [200_050, 200_050, 200_350]))
    assert share_land(outlines, cells) == pytest.approx([2 / 16, 1 / 16], rel=1e-3)
    assert share_land(outlines, metres[:1]) == pytest.approx([1.0, 0.0], abs=1e-3)
    assert share_land(outlines, cells[:0]).tolist() == [0.0, 0.0]
