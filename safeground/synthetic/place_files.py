"""What gazetteers are made of: the county's postcodes as Ordnance Survey publishes them, and a council's list of streets and pubs."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from safeground.engine.areas import to_grid
from safeground.synthetic.assaults import Assaults
from safeground.synthetic.county import County
from safeground.synthetic.csv_bytes import write_file
from safeground.synthetic.feed_files import FeedFiles
from safeground.synthetic.named_places import POSTCODE_AREA, make_named_places
from safeground.synthetic.points import POINTS_A_PIECE


def write_postcodes(county: County, assaults: Assaults, folder: Path) -> FeedFiles:
    """One file without a header, as Code-Point Open has none."""
    geography, points = county.territory.geography, county.territory.points
    places = make_named_places(county)
    piece = np.arange(len(points.longitude)) // POINTS_A_PIECE
    east, north = to_grid(points.longitude, points.latitude)
    districts = [area.code for area in geography.districts]
    wards = [area.code for area in geography.wards]
    rows = sorted(
        f'"{postcode}",10,{x:.0f},{y:.0f},"E92000001","E19000001","E18000006","","{districts[district]}","{wards[ward]}"'
        for postcode, x, y, district, ward in zip(
            places.postcode.tolist(),
            east.tolist(),
            north.tolist(),
            geography.district_of[piece].tolist(),
            geography.ward_of[piece].tolist(),
            strict=True,
        )
    )
    name = f"codepoint_open_{POSTCODE_AREA.lower()}_{county.territory.months[-1][:4]}.csv"
    return FeedFiles((write_file(folder / name, ("\n".join(rows) + "\n").encode()),), {"postcodes": len(rows)})


def write_venues(county: County, assaults: Assaults, folder: Path) -> FeedFiles:
    """Streets and pubs of the whole county, from its council."""
    points, places = county.territory.points, make_named_places(county)
    east, north = to_grid(points.longitude[places.point], points.latitude[places.point])
    sender = f"{county.slug}-council"
    lines = ["name,kind,easting,northing,supplied_by"]
    lines += [
        f"{name},{kind},{x:.0f},{y:.0f},{sender}"
        for name, kind, x, y in zip(places.name, places.kind, east.tolist(), north.tolist(), strict=True)
    ]
    name = f"venues-{sender}-{county.territory.months[-1][:4]}.csv"
    return FeedFiles((write_file(folder / name, ("\n".join(lines) + "\n").encode()),), {"places": len(places.name)})
