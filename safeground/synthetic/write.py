"""A made-up county as the folder of files its partners would send."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from safeground.synthetic.area_files import boundary_files, lookup_files
from safeground.synthetic.county import County, Territory
from safeground.synthetic.csv_bytes import write_file
from safeground.synthetic.events import MonthEvents, draw_month
from safeground.synthetic.people_files import deprivation_files, population_files
from safeground.synthetic.police_files import StreetWriter, make_street_writer
from safeground.synthetic.truth import count_events, planned_truth

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
            ("imd", deprivation_files(county)),
            ("lookups", lookup_files(county)),
            ("population", population_files(county)),
        )
        for name, content in files.items()
    ]
    truth = planned_truth(county)
    drawn_truth: dict[str, object] = {}
    for land in county.territories:
        counts = drawn_truth[land.name] = {}
        for path, content, counted in _police_files(county, land):
            paths.append(write_file(folder / path, content))
            counts[path.rsplit("/")[-1].removesuffix(".gz")] = counted
    truth["files"] = drawn_truth
    write_file(folder / "truth.json", (json.dumps(truth, indent=1, ensure_ascii=False) + "\n").encode())
    return tuple(sorted(paths))


def _police_files(county: County, land: Territory) -> Iterator[tuple[str, bytes, Mapping[str, object]]]:
    """Each file of a force: where it belongs, its content, and what was counted into it."""
    writer = make_street_writer(county, land)
    recent: dict[str, MonthEvents] = {}
    own = land is county.territory
    for position, month in enumerate(land.months):
        events = recent[month] = draw_month(county, land, month)
        place = county.slug if own else "neighbours"
        yield (
            f"police_uk/{place}/{month}-{land.slug}-street.csv.gz",
            writer.street_file(month, events),
            count_events(land, events),
        )
        if own and position >= len(land.months) - MONTHS_OF_OUTCOMES:
            yield _outcomes(writer, month, recent)
        if len(recent) == MONTHS_OF_OUTCOMES:
            del recent[min(recent)]


def _outcomes(
    writer: StreetWriter, month: str, recent: Mapping[str, MonthEvents]
) -> tuple[str, bytes, Mapping[str, object]]:
    content = writer.outcomes_file(month, recent)
    name = f"outcomes/{month}-{writer.territory.slug}-outcomes.csv.gz"
    return name, content, {"rows": content.count(b"\n") - 1}
