"""Faults of the feeds that partners share: a sound county's files, and beside them one folder a fault."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from types import MappingProxyType

import numpy as np

from safeground.synthetic.area_files import lookup_files
from safeground.synthetic.county import make_county
from safeground.synthetic.csv_bytes import write_file
from safeground.synthetic.faults.children_rows import (
    DISPOSAL_FAULTS,
    EPISODE_FAULTS,
    EXCLUSION_FAULTS,
    SCHOOL_TABLE_FAULTS,
    SURVEY_FAULTS,
)
from safeground.synthetic.faults.engagement_rows import ENGAGEMENT_FAULTS
from safeground.synthetic.faults.health_rows import (
    ADMISSION_FAULTS,
    ATTENDANCE_FAULTS,
    CALL_FAULTS,
    ITEM_FAULTS,
    PATIENT_FAULTS,
    TABULATED_FAULTS,
)
from safeground.synthetic.faults.plant import Fault, SoundFiles
from safeground.synthetic.faults.police_rows import (
    CRIME_FAULTS,
    KNIFE_FAULTS,
    TABLE_FAULTS,
    VICTIM_FAULTS,
)
from safeground.synthetic.faults.street_rows import RowFault
from safeground.synthetic.faults.tables import Table
from safeground.synthetic.partner_files import write_partner_files

SMALL_AREAS, MONTHS, LAST_MONTH = 60, 4, "2025-06"

FAULTS_OF_ROWS: Mapping[str, tuple[RowFault, ...]] = MappingProxyType(
    {
        "recorded_crime/2025-05-wrenshire-crimes.csv.gz": CRIME_FAULTS,
        "recorded_crime/2025-05-wrenshire-victims.csv.gz": VICTIM_FAULTS,
        "knife_offences/knife-offences-2025-26.csv": KNIFE_FAULTS,
        "recorded_crime_tables/prc-pfa-2025-26.csv": TABLE_FAULTS,
        "youth_justice/youth-justice-2025-06.csv": DISPOSAL_FAULTS,
        "missing_episodes/missing-2025-05.csv": EPISODE_FAULTS,
        "pupil_exclusions/pupil-exclusions-2025-05.csv": EXCLUSION_FAULTS,
        "school_exclusions/exclusions_2025.csv": SCHOOL_TABLE_FAULTS,
        "perception_survey/survey-wrenshire-2025.csv": SURVEY_FAULTS,
        "engagement/engagement-wrenshire-2025.csv": ENGAGEMENT_FAULTS,
        "istv/istv-rwx01-2025-05.csv": ATTENDANCE_FAULTS,
        "hospital_admissions/admissions-rwx-2025-05.csv": ADMISSION_FAULTS,
        "hospital_admissions_tabulated/x99-by-region-2025-03.csv": TABULATED_FAULTS,
        "ambulance/ambulance-2025-05.csv": CALL_FAULTS,
        "prescribing/EPD_202505.csv": ITEM_FAULTS,
        "prescribing/gp-reg-pat-prac-lsoa-all_2025-06.csv": PATIENT_FAULTS,
    }
)
"""The sound file that is spoilt, and the faults of its rows: each becomes a file of that name, which takes its place."""


def _mix_vintages(sound: SoundFiles) -> Iterator[Fault]:
    """Crimes with codes of 2011 that were split, in a file of 2021 codes: two systems, extracted together."""
    geography = sound.county.territory.geography
    retired = sorted({area.code for area in geography.lsoa11 if area not in geography.lsoa21})

    def retire(table: Table, rng: np.random.Generator) -> int:
        chosen = table.choose(rng, 4, filled=("lsoa21",))
        for place, row in enumerate(chosen):
            row[table.place("lsoa21")] = retired[place % len(retired)]
        return len(chosen)

    sentence = "{rows} crimes carry codes of 2011 that no longer exist, in a file of 2021 codes."
    fault = RowFault("crime_areas_of_two_vintages", "reported", retire, sentence)
    yield from sound.plant_rows("recorded_crime/2025-05-wrenshire-crimes.csv.gz", [fault])


OTHER_FAULTS: tuple[Callable[[SoundFiles], Iterable[Fault]], ...] = (_mix_vintages,)
"""What plants faults of another kind: files that are missing, or spoilt as a whole."""


def plant_partner_faults(folder: Path, *, seed: int) -> tuple[Fault, ...]:
    """Write a small sound county's shared files into `folder/sound`, every fault into `folder/faults/<kind>`, and `folder/faults.json`.

    As `plant_faults` does for open feeds: to try one fault, land the sound files but those it leaves out, then its file. The files of
    persons land under the agreements of the made-up partnership.
    """
    county = make_county(seed=seed, small_areas=SMALL_AREAS, months=MONTHS, last_month=LAST_MONTH)
    write_partner_files(county, folder / "sound")
    for name, content in lookup_files(county).items():
        write_file(folder / "sound" / "lookups" / name, content)
    sound = SoundFiles(folder, county, seed)
    faults = tuple(sorted(_plant_all(sound), key=lambda fault: fault.kind))
    text = json.dumps([asdict(fault) for fault in faults], indent=1, ensure_ascii=False)
    write_file(folder / "faults.json", (text + "\n").encode())
    return faults


def _plant_all(sound: SoundFiles) -> Iterator[Fault]:
    for source, faults in FAULTS_OF_ROWS.items():
        yield from sound.plant_rows(source, faults)
    for plant in OTHER_FAULTS:
        yield from plant(sound)
