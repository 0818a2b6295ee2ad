"""A made-up county, whole: its geography, people, deprivation and crime, and three neighbours to compare it with."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import shapely

from safeground.synthetic.area_codes import CodeBlock
from safeground.synthetic.crime import CrimeModel, make_crime_model
from safeground.synthetic.deprivation import Deprivation, make_deprivation, make_surface
from safeground.synthetic.geography import Geography, codes_after, make_geography
from safeground.synthetic.months import month_range
from safeground.synthetic.names import make_place_names
from safeground.synthetic.outline import KM_PER_DEGREE, SOUTH_WEST, make_neighbour_outlines, make_outline
from safeground.synthetic.people import People, make_people
from safeground.synthetic.points import SnapPoints, make_snap_points
from safeground.synthetic.streams import random_stream

#: Neighbouring forces and what each calls itself in a row; the code list of forces knows them.
NEIGHBOURS = {"Harland": "Harland Police", "Mereshire": "Mereshire Constabulary", "Saltmarsh": "Saltmarsh Police"}


@dataclass(frozen=True, eq=False)
class Territory:
    """The land of one police force, and all that is true of it."""

    name: str
    months: tuple[str, ...]
    geography: Geography
    people: People
    deprivation: Deprivation
    crime: CrimeModel
    points: SnapPoints

    @property
    def slug(self) -> str:
        """As police.uk writes a force in a file's name."""
        return self.name.lower().replace(" ", "-")

    @property
    def police(self) -> str:
        """As police.uk writes a force in a row."""
        return NEIGHBOURS.get(self.name, f"{self.name} Police")


@dataclass(frozen=True, eq=False)
class County:
    """A made-up county and its neighbours.

    months of each territory are the months its police publish. From `switch_month` on rows carry 2021 codes of small areas, before it
    2011 codes. Nothing of this exists: codes look like those of the Office for National Statistics and are none of them.
    """

    seed: int
    territory: Territory
    neighbours: tuple[Territory, ...]
    switch_month: str

    @property
    def name(self) -> str:
        return self.territory.name

    @property
    def slug(self) -> str:
        return self.territory.slug

    @cached_property
    def territories(self) -> tuple[Territory, ...]:
        """The county first, then its neighbours."""
        return (self.territory, *self.neighbours)

    def vintage(self, month: str) -> str:
        """The vintage of small areas that a month's rows carry."""
        return "lsoa21" if month >= self.switch_month else "lsoa11"


def make_county(
    *,
    seed: int,
    small_areas: int = 1100,
    months: int = 30,
    last_month: str = "2025-06",
    neighbour_months: int | None = None,
    switch_month: str = "2024-01",
    name: str = "Wrenshire",
) -> County:
    """Make a county of `small_areas` LSOAs of 2021 in 14 districts (fewer where there is no room), the same for the same seed.

    months, neighbour_months: how many months the county's and the neighbours' police publish, up to `last_month`; neighbours publish
    18 at most unless asked, and none where 0 is asked for. switch_month: the first month with 2021 codes. A county of 40 areas and 4
    months takes well under a second.
    Raises ValueError where fewer than 20 small areas or no month are asked for.
    """
    if small_areas < 20:
        raise ValueError(f"A county of {small_areas} small areas is too small to have towns; ask for 20 or more.")
    if months < 1:
        raise ValueError("A county needs at least one month of crime; ask for months=1 or more.")
    if neighbour_months is not None and neighbour_months < 0:
        raise ValueError("Neighbours cannot publish fewer months than none; ask for neighbour_months=0 or more.")
    outline = make_outline(random_stream(seed, "outline"))
    outlines = (outline, *make_neighbour_outlines(outline))
    names = (name, *(neighbour for neighbour in NEIGHBOURS if neighbour != name))
    sizes = (small_areas, *[max(20, small_areas // 4)] * len(NEIGHBOURS))
    counts = (months, *[min(18, months) if neighbour_months is None else neighbour_months] * len(NEIGHBOURS))
    territories = []
    codes = CodeBlock(lsoa21_changed=sum(sizes))
    place_names = make_place_names(random_stream(seed, "places"))
    for which, (land, territory_name, size, count) in enumerate(zip(outlines, names, sizes, counts, strict=False)):
        published = month_range(last_month, count)
        territory = _make_territory(
            seed, land, territory_name, size, published, codes, place_names, (which, len(outlines))
        )
        codes = codes_after(codes, territory.geography)
        territories.append(territory)
    return County(seed, territories[0], tuple(territories[1:]), switch_month)


def _make_territory(
    seed: int,
    outline: shapely.Polygon,
    name: str,
    small_areas: int,
    months: tuple[str, ...],
    codes: CodeBlock,
    place_names: Iterator[str],
    lane: tuple[int, int],
) -> Territory:
    def stream(purpose: str) -> np.random.Generator:
        return random_stream(seed, name, purpose)

    districts = int(np.clip(small_areas // 12, 2, 14 if lane[0] == 0 else 5))
    geography = make_geography(
        stream("geography"),
        outline,
        name=name,
        small_areas=small_areas,
        districts=districts,
        codes=codes,
        place_names=place_names,
    )
    people = make_people(stream("people"), geography)
    centroids = (shapely.get_coordinates(shapely.centroid(geography.shapes)) - SOUTH_WEST) * KM_PER_DEGREE
    surface = make_surface(stream("surface"), geography, centroids)
    deprivation = make_deprivation(
        stream("deprivation"), geography, surface, people.residents, lane=lane, shift=(-0.15, 0.1, -0.3, 0.0)[lane[0]]
    )
    level = (1.0, 1.12, 0.85, 0.95)[lane[0]]
    crime = make_crime_model(stream("crime"), geography, people, deprivation, level=level)
    return Territory(name, months, geography, people, deprivation, crime, make_snap_points(stream("places"), geography))
