"""A made-up county as the folder of files its partners would send."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from safeground.synthetic.area_files import boundary_files, lookup_files
from safeground.synthetic.county import County, Territory
from safeground.synthetic.csv_bytes import write_file
from safeground.synthetic.people_files import deprivation_files, ethnicity_files, population_files
from safeground.synthetic.police_files import PoliceFile, make_police_files
from safeground.synthetic.truth import planned_truth

MONTHS_OF_OUTCOMES = 3


def write_county(county: County, folder: Path) -> tuple[Path, ...]:
    """Write the files that partners would send, and `truth.json` beside them, which is for checking and is never landed.

    Returns the partners' files in the order of their paths, without the truth. The same county gives the same bytes. Files of those
    names that are there already are replaced.
    """
    paths = [
        write_file(folder / place / name, content)
        for place, files in (
            ("boundaries", boundary_files(county)),
            ("ethnicity", ethnicity_files(county)),
            ("imd", deprivation_files(county)),
            ("lookups", lookup_files(county)),
            ("population", population_files(county)),
        )
        for name, content in files.items()
    ]
    truth = planned_truth(county)
    counted: dict[str, dict[str, object]] = {}
    for land in county.territories:
        counts = counted[land.name] = {}
        for file in _files_of_force(county, land):
            paths.append(write_file(folder / _place_of(county, land, file) / f"{file.name}.gz", file.content))
            counts[file.name] = file.counts
    truth["files"] = counted
    write_file(folder / "truth.json", (json.dumps(truth, indent=1, ensure_ascii=False) + "\n").encode())
    return tuple(sorted(paths))


def _files_of_force(county: County, land: Territory) -> Iterator[PoliceFile]:
    """Street files of every month, and for the county outcomes of the last three: neighbours are there to be compared, no more."""
    with_outcomes = land.months[-MONTHS_OF_OUTCOMES:] if land is county.territory else ()
    return make_police_files(county, land, land.months, with_outcomes)


def _place_of(county: County, land: Territory, file: PoliceFile) -> str:
    if file.kind == "outcomes":
        return "outcomes"
    return f"police_uk/{county.slug if land is county.territory else 'neighbours'}"
