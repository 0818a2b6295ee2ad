"""Lookups and boundaries, in the columns of the national files."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping

import numpy as np
import shapely

from safeground.synthetic.county import County, Territory
from safeground.synthetic.csv_bytes import quoted_table
from safeground.synthetic.geography import dissolve

_RURAL_URBAN = {
    True: ("UN1", "Urban: Nearer to a major town or city", "Urban"),
    False: ("RLN1", "Larger rural: Nearer to a major town or city", "Rural"),
}
_HEALTH_COLUMNS = (
    "lsoa21_name", "lsoa21_code", "sicbl24_name", "sicbl24_code", "sicbl24_code_nhs", "icb24_name", "icb24_code", "icb24_code_nhs",
)  # fmt: skip


def lookup_files(county: County) -> dict[str, bytes]:
    """The lookups of the county and its neighbours, by file name."""
    lands = county.territories
    return {
        f"lsoa11_lsoa21_ltla22_{county.slug}.csv.gz": quoted_table(
            ("lsoa11_name", "lsoa11_code", "change_code", "lsoa21_name", "lsoa21_code", "ltla22_name", "ltla22_code"),
            (row for land in lands for row in _changes(land)),
        ),
        f"lsoa11_ltla21_{county.slug}.csv.gz": quoted_table(
            ("lsoa11_name", "lsoa11_code", "ltla21_name", "ltla21_code"),
            (
                (area.name, area.code, district.name, district.code)
                for land in lands
                for area, district in zip(land.geography.lsoa11, _districts11(land), strict=True)
            ),
        ),
        f"lsoa21_ward24_ltla24_{county.slug}.csv.gz": quoted_table(
            ("lsoa21_name", "lsoa21_code", "ward24_name", "ward24_code", "ltla24_name", "ltla24_code"),
            (row for land in lands for row in _wards(land)),
        ),
        f"ltla24_csp24_pfa24_{county.slug}.csv": quoted_table(
            ("ltla24_code", "ltla24_name", "csp24_code", "csp24_name", "pfa24_code", "pfa24_name"),
            (row for land in lands for row in _forces(land)),
        ),
        f"lsoa21_icb24_{county.slug}.csv.gz": quoted_table(
            _HEALTH_COLUMNS, (row for position, land in enumerate(lands) for row in _health(land, position))
        ),
        f"ruc21_lsoa21_{county.slug}.csv.gz": quoted_table(
            ("lsoa21_code", "ruc21_code", "classification", "ruc"),
            (row for land in lands for row in _rural_urban(land)),
        ),
    }


def boundary_files(county: County) -> dict[str, bytes]:
    """The outlines of the county's areas, by file name. Neighbours have none, as in the real folder."""
    land, slug = county.territory, county.slug
    geography = land.geography
    lsoa11 = (
        {"lsoa11_code": a.code, "lsoa11_name": a.name, "ltla21_name": d.name, "ltla21_code": d.code}
        for a, d in zip(geography.lsoa11, _districts11(land), strict=True)
    )
    lsoa21 = (
        dict(
            zip(
                ("lsoa21_name", "lsoa21_code", "ward24_name", "ward24_code", "ltla24_name", "ltla24_code"),
                row,
                strict=True,
            )
        )
        for row in _wards(land)
    )
    wards = ({"ward22_name": a.name, "ward22_code": a.code} for a in geography.wards)
    districts = ({"ltla24_name": a.name, "ltla24_code": a.code} for a in geography.districts)
    force = ({"pfa20_name": a.name, "pfa20_code": a.code} for a in (geography.force,))
    layers = {
        f"lsoa11_{slug}": (lsoa11, dissolve(geography.shapes, geography.lsoa11_of)),
        f"lsoa21_{slug}": (lsoa21, dissolve(geography.shapes, geography.lsoa21_of)),
        f"wards22_{slug}": (wards, dissolve(geography.shapes, geography.ward_of)),
        f"ltla24_{slug}": (districts, dissolve(geography.shapes, geography.district_of)),
        f"pfa20_{slug}": (force, dissolve(geography.shapes, np.zeros_like(geography.district_of))),
    }
    return {f"{layer}.geojson": geojson(layer, properties, shapes) for layer, (properties, shapes) in layers.items()}


def geojson(layer: str, properties: Iterable[Mapping[str, str]], shapes: Iterable[shapely.Geometry]) -> bytes:
    """A feature collection with one feature a line, every outline a MultiPolygon of six decimals."""
    features = [
        f'{{ "type": "Feature", "properties": {json.dumps(dict(row), ensure_ascii=False)}, '
        f'"geometry": {{ "type": "MultiPolygon", "coordinates": {json.dumps(_rings(shape))} }} }}'
        for row, shape in zip(properties, shapes, strict=True)
    ]
    head = (
        f'{{\n"type": "FeatureCollection",\n"name": "{layer}",\n'
        '"crs": { "type": "name", "properties": { "name": "urn:ogc:def:crs:OGC:1.3:CRS84" } },\n"features": [\n'
    )
    return (head + ",\n".join(features) + "\n]\n}\n").encode()


def _rings(shape: shapely.Geometry) -> list:
    return [
        [shapely.get_coordinates(ring).round(6).tolist() for ring in (part.exterior, *part.interiors)]
        for part in shapely.get_parts(shapely.orient_polygons(shape))
    ]


def _districts11(land: Territory) -> list:
    return [land.geography.districts[i] for i in land.geography.district_of_lsoa11]


def _changes(land: Territory) -> Iterator[tuple[str, ...]]:
    geography = land.geography
    for change in geography.changes:
        old, new = geography.lsoa11[change.lsoa11], geography.lsoa21[change.lsoa21]
        district = geography.districts[geography.district_of_lsoa21[change.lsoa21]]
        yield old.name, old.code, change.change_code, new.name, new.code, district.name, district.code


def _wards(land: Territory) -> Iterator[tuple[str, ...]]:
    geography = land.geography
    owners = zip(geography.lsoa21, geography.ward_of_lsoa21, geography.district_of_lsoa21, strict=True)
    for area, ward_position, district_position in owners:
        ward, district = geography.wards[ward_position], geography.districts[district_position]
        yield area.name, area.code, ward.name, ward.code, district.name, district.code


def _forces(land: Territory) -> Iterator[tuple[str, ...]]:
    geography = land.geography
    for district, position in zip(geography.districts, geography.partnership_of_district, strict=True):
        partnership = geography.community_safety_partnerships[position]
        yield (
            district.code,
            district.name,
            partnership.code,
            partnership.name,
            geography.force.code,
            geography.force.name,
        )


def _health(land: Territory, position: int) -> Iterator[tuple[str, ...]]:
    board = f"NHS {land.name} Integrated Care Board"
    place = f"NHS {land.name} ICB - 99{'ABCDEFGH'[position]}"
    for area in land.geography.lsoa21:
        yield (
            area.name, area.code, place, f"E3899{position + 1:04d}", f"99{'ABCDEFGH'[position]}",
            board, f"E5499{position + 1:04d}", f"Q9{'ABCDEFGH'[position]}",
        )  # fmt: skip


def _rural_urban(land: Territory) -> Iterator[tuple[str, ...]]:
    """Urban where the small area is small on the ground: towns are dense."""
    geography = land.geography
    area = shapely.area(dissolve(geography.shapes, geography.lsoa21_of))
    for small_area, urban in zip(geography.lsoa21, area < 2.5 * np.median(area), strict=True):
        yield (small_area.code, *_RURAL_URBAN[bool(urban)])
