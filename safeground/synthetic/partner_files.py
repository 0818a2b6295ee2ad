"""The files that partners share under agreements, and the truth of the violence behind them.

To add a feed: a module with `write_<feed>(county, assaults, folder) -> FeedFiles` that writes into `folder` (made for it, named after the
feed), drawing whatever else it needs from `random_stream(county.seed, "<feed>", ...)`; then a line in WRITERS.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from safeground.months import shift_month
from safeground.synthetic.assaults import Assaults, make_assaults
from safeground.synthetic.children_files import (
    write_missing_episodes,
    write_pupil_exclusions,
    write_youth_justice,
)
from safeground.synthetic.county import County
from safeground.synthetic.csv_bytes import write_file
from safeground.synthetic.engagement_files import write_engagement
from safeground.synthetic.feed_files import FeedFiles
from safeground.synthetic.health_files import (
    write_ambulance,
    write_hospital_admissions,
    write_hospital_admissions_tabulated,
    write_istv,
)
from safeground.synthetic.months import month_of_year
from safeground.synthetic.official_crime_files import (
    write_homicide_index,
    write_knife_offences,
    write_recorded_crime_tables,
)
from safeground.synthetic.patrol_files import write_patrol_visits
from safeground.synthetic.place_files import write_postcodes, write_venues
from safeground.synthetic.prescribing_files import write_prescribing
from safeground.synthetic.published_answers import write_perception_survey, write_school_exclusions
from safeground.synthetic.recorded_crime_files import write_recorded_crime
from safeground.synthetic.violence_truth import truth_of_assaults

TRUTH_FILE = "truth_of_violence.json"

WRITERS: Mapping[str, Callable[[County, Assaults, Path], FeedFiles]] = MappingProxyType(
    {
        "recorded_crime": write_recorded_crime,
        "homicide_index": write_homicide_index,
        "knife_offences": write_knife_offences,
        "recorded_crime_tables": write_recorded_crime_tables,
        "istv": write_istv,
        "hospital_admissions": write_hospital_admissions,
        "hospital_admissions_tabulated": write_hospital_admissions_tabulated,
        "ambulance": write_ambulance,
        "prescribing": write_prescribing,
        "postcodes": write_postcodes,
        "venues": write_venues,
        "youth_justice": write_youth_justice,
        "missing_episodes": write_missing_episodes,
        "pupil_exclusions": write_pupil_exclusions,
        "school_exclusions": write_school_exclusions,
        "perception_survey": write_perception_survey,
        "engagement": write_engagement,
        "patrol_visits": write_patrol_visits,
    }
)
"""The feed to what writes its files."""


LONG_FEEDS = ("hospital_admissions", "homicide_index")
"""Feeds whose past a goal is judged by: they are kept for years, and their files are small."""


def write_partner_files(
    county: County, folder: Path, *, months: Sequence[str] | None = None, years_before: int = 0
) -> tuple[Path, ...]:
    """Write each feed's files into `folder/<feed>/`, and the truth beside them, which is for checking and is never landed.

    months: those wanted; all the county's unless asked. years_before: how many calendar years LONG_FEEDS go back. Returns the files
    to be landed in the order of their paths. The same county gives the same bytes. Files of people land only under the agreements of the
    made-up partnership, with a key for its purpose.
    """
    drawn = make_assaults(county, months=months)
    first = drawn.months[0]
    months_before = 12 * years_before + month_of_year(first) - 1 if years_before else 0
    earlier = tuple(shift_month(first, -by) for by in range(months_before, 0, -1))
    long = make_assaults(county, months=(*earlier, *drawn.months)) if earlier else drawn
    paths: list[Path] = []
    truth: dict[str, object] = {"schema": 1, "seed": county.seed, "county": county.name, "months": list(drawn.months)}
    truth["assaults"] = truth_of_assaults(drawn)
    for feed, write in WRITERS.items():
        (folder / feed).mkdir(parents=True, exist_ok=True)
        written = write(county, long if feed in LONG_FEEDS else drawn, folder / feed)
        paths += written.paths
        truth[feed] = dict(written.truth)
    write_file(folder / TRUTH_FILE, (json.dumps(truth, indent=1, ensure_ascii=False) + "\n").encode())
    return tuple(sorted(paths))
