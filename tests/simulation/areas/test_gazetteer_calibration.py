"""Free-text places of the synthetic county, of which it is known where each was: how many are placed, and how sure one may be."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pytest

from safeground.engine.areas import SURE_AT_ALL, SURE_OF_SMALL_AREA, Gazetteer, Place, Placement
from safeground.synthetic import make_county
from safeground.synthetic.named_places import TOLD, make_named_places, type_places
from safeground.synthetic.points import POINTS_A_PIECE
from safeground.synthetic.streams import random_stream

TEXTS = 6000
#: Streets and pubs on nobody's list, and texts that name where it was not: no gazetteer is whole, and nobody's memory is.
SHARE_UNLISTED = 0.2
SHARE_MISREMEMBERED = 0.04


class Typed(NamedTuple):
    """Texts, what the gazetteer made of them, and the truth: small area, ward and district of each, and which of TOLD it is."""

    texts: list[str]
    placements: tuple[Placement, ...]
    truth: list[tuple[str, str, str]]
    told: np.ndarray

    @property
    def is_right(self) -> np.ndarray:
        """Of those placed: every code told is the true one."""
        return np.array(
            [
                found.precision is not None
                and all(code in (None, true) for code, true in zip(_codes(found), truth, strict=True))
                for found, truth in zip(self.placements, self.truth, strict=True)
            ]
        )

    @property
    def is_placed(self) -> np.ndarray:
        return np.array([found.precision is not None for found in self.placements])

    @property
    def confidence(self) -> np.ndarray:
        return np.array([found.confidence for found in self.placements])


def _codes(found: Placement) -> tuple[str | None, str | None, str | None]:
    return found.small_area, found.ward, found.district


@pytest.fixture(scope="module", params=[3, 11], ids=["seed 3", "seed 11"])
def typed(request: pytest.FixtureRequest) -> Typed:
    county = make_county(seed=request.param, small_areas=300, months=1, neighbour_months=0)
    geography, places = county.territory.geography, make_named_places(county)
    areas = [
        (geography.lsoa21[area].code, geography.wards[ward].code, geography.districts[district].code)
        for area, ward, district in zip(geography.lsoa21_of, geography.ward_of, geography.district_of, strict=True)
    ]
    named = [
        Place(str(name), "street" if kind == "street" else "venue", *areas[point // POINTS_A_PIECE])
        for name, kind, point in zip(places.name, places.kind, places.point.tolist(), strict=True)
    ]
    rng = random_stream(request.param, "free text")
    named = [place for place in named if rng.random() >= SHARE_UNLISTED]
    named += [
        Place(postcode, "postcode", *areas[point // POINTS_A_PIECE]) for point, postcode in enumerate(places.postcode)
    ]
    district_of = {ward: district for _, ward, district in areas}
    named += [Place(area.name, "ward", None, area.code, district_of[area.code]) for area in geography.wards]
    named += [Place(area.name, "district", None, None, area.code) for area in geography.districts]
    points = rng.integers(len(places.of_point), size=TEXTS)
    texts, told = type_places(rng, county, places, points)
    elsewhere = rng.integers(len(places.of_point), size=TEXTS)
    was_at = np.where(rng.random(TEXTS) < SHARE_MISREMEMBERED, elsewhere, points)
    truth = [areas[point // POINTS_A_PIECE] for point in was_at.tolist()]
    return Typed(texts.tolist(), Gazetteer(named).place_all(texts.tolist()), truth, told)


def test_what_says_nothing_is_not_placed(typed):
    vague = typed.told == TOLD.index("vague")
    assert vague.mean() > 0.3
    assert typed.is_placed[vague].mean() < 0.02


def test_most_of_what_names_a_place_is_placed_and_the_rest_is_told(typed):
    names = typed.told != TOLD.index("vague")
    assert typed.is_placed[names].mean() > 0.85
    assert all(found.why_not for found in typed.placements if found.precision is None)
    assert not any(found.why_not for found in typed.placements if found.precision is not None)


@pytest.mark.parametrize(
    ("low", "high"), [(SURE_AT_ALL, SURE_OF_SMALL_AREA), (SURE_OF_SMALL_AREA, 0.9), (0.9, 0.95), (0.95, 1.0)]
)
def test_confidence_is_no_more_than_the_share_that_is_right(typed, low, high):
    """Within the sampling error of the share (three standard errors)."""
    chosen = typed.is_placed & (typed.confidence >= low) & (typed.confidence < high)
    assert chosen.sum() >= 5
    share, stated = typed.is_right[chosen].mean(), typed.confidence[chosen].mean()
    assert share >= stated - 3 * np.sqrt(stated * (1 - stated) / chosen.sum())


def test_a_small_area_is_told_only_where_it_is_right_nine_times_in_ten(typed):
    in_small_area = np.array([found.small_area is not None for found in typed.placements])
    assert in_small_area.mean() > 0.1
    right = [found.small_area == truth[0] for found, truth in zip(typed.placements, typed.truth, strict=True)]
    assert np.array(right)[in_small_area].mean() > 0.9
    assert typed.confidence[in_small_area].min() >= SURE_OF_SMALL_AREA


def test_a_postcode_is_found_however_it_is_typed(typed):
    whole = typed.told == TOLD.index("postcode")
    found = np.array([placement.kind == "postcode" for placement in typed.placements])
    # One in five is mistyped, three in five of those so that it is another postcode or none.
    assert found[whole].mean() > 0.8
