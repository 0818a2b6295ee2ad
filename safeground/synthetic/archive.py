"""The same months as one archive, as data.police.uk gives them out: a folder a month, a file a force and kind."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from safeground.synthetic.county import County, Territory
from safeground.synthetic.police_files import make_police_files
from safeground.synthetic.streams import random_stream

STOP_AND_SEARCH_COLUMNS = (
    "Type", "Date", "Part of a policing operation", "Policing operation", "Latitude", "Longitude", "Gender", "Age range",
    "Self-defined ethnicity", "Officer-defined ethnicity", "Legislation", "Object of search", "Outcome",
    "Outcome linked to object of search", "Removal of more than just outer clothing",
)  # fmt: skip
STOPS_A_MONTH = 25


def write_archive(county: County, path: Path, *, months: Sequence[str] | None = None) -> Path:
    """Write a zip of all forces' street files, the county's outcomes, and its stops and searches, which no feed takes.

    months: those wanted; all the county's unless asked. Street and outcomes members hold the very bytes of `write_county`.
    """
    wanted = county.territory.months if months is None else tuple(months)
    unknown = sorted(set(wanted) - set(county.territory.months))
    if unknown:
        raise ValueError(
            f"{county.name} publishes nothing for {', '.join(unknown)}; its months are {county.territory.months}."
        )
    members: dict[str, bytes] = {}
    for land in county.territories:
        own = land is county.territory
        of_force = [month for month in wanted if month in land.months]
        for file in make_police_files(county, land, of_force, of_force if own else ()):
            members[f"{file.month}/{file.name}"] = file.content
        for month in of_force if own else ():
            members[f"{month}/{month}-{land.slug}-stop-and-search.csv"] = _stops(county, land, month)
    return write_zip(path, members)


def write_zip(path: Path, members: dict[str, bytes]) -> Path:
    """Write members in the order of their names, with one date for all, so that the same content gives the same bytes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name in sorted(members):
            archive.writestr(zipfile.ZipInfo(name), members[name], zipfile.ZIP_DEFLATED, 1)
    return path


def _stops(county: County, land: Territory, month: str) -> bytes:
    """Stops without anything about the person: nobody is made up, and the columns are what a reader of archives meets."""
    rng = random_stream(county.seed, land.name, "stops", month)
    points = rng.integers(len(land.points.longitude), size=STOPS_A_MONTH).tolist()
    rows = [",".join(STOP_AND_SEARCH_COLUMNS)]
    for day, point in zip(np.sort(rng.integers(1, 29, size=STOPS_A_MONTH)).tolist(), points, strict=True):
        where = f"{land.points.latitude[point]:.6f},{land.points.longitude[point]:.6f}"
        rows.append(
            f"Person search,{month}-{day:02d}T12:00:00+00:00,False,,{where},,,,,Misuse of Drugs Act 1971 (section 23),"
            "Controlled drugs,A no further action disposal,,False"
        )
    return ("\n".join(rows) + "\n").encode()
