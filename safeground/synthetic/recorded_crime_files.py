"""The force's extract: crimes, victims and suspects of each month."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from safeground.months import days_in_month
from safeground.synthetic.assaults import STATUSES, Assaults
from safeground.synthetic.circumstances import RELATIONSHIPS
from safeground.synthetic.county import County
from safeground.synthetic.csv_bytes import write_file
from safeground.synthetic.events import NOWHERE, border_points
from safeground.synthetic.feed_files import FeedFiles
from safeground.synthetic.grid import to_grid
from safeground.synthetic.offences import FATAL, INJURIES, OFFENCES, PLACES, SERIOUS, SLIGHT, USES, WEAPONS_SEEN
from safeground.synthetic.persons import OFFICER_DEFINED, SELF_DEFINED, Persons
from safeground.synthetic.points import POINTS_A_PIECE
from safeground.synthetic.police_record import PoliceRecord, knife_flags, make_police_record
from safeground.synthetic.streams import random_stream
from safeground.synthetic.violence_truth import truth_of_extract

CRIME_COLUMNS = (
    "crime_ref", "occurrence_ref", "force", "recorded_date", "committed_from", "committed_to", "ho_code", "ho_class", "offence_title",
    "crime_status", "outcome_code", "outcome_date", "easting", "northing", "coord_quality", "lsoa21", "location_type", "da_flag",
    "relationship", "weapon_type", "weapon_use", "knife_flag_force", "knife_flag_ndqis", "county_lines_flag", "gang_flag", "drugs_flag",
    "alcohol_flag", "hate_flag", "exploitation_flag", "victims_home_flag", "suspects_home_flag",
)  # fmt: skip
VICTIM_COLUMNS = (
    "crime_ref", "force", "recorded_date", "victim_pid", "age", "sex", "ethnicity_self", "ethnicity_officer", "injury", "repeat_count",
)  # fmt: skip
SUSPECT_COLUMNS = (
    "crime_ref", "force", "recorded_date", "suspect_pid", "age", "sex", "ethnicity_self", "ethnicity_officer", "status", "repeat_count",
)  # fmt: skip
#: Outcomes by their number and their share; blank is none yet.
_OUTCOMES = {
    "18": 0.31,
    "16": 0.25,
    "15": 0.17,
    "14": 0.06,
    "1": 0.09,
    "8": 0.04,
    "3": 0.01,
    "20": 0.02,
    "21": 0.01,
    "22": 0.01,
    "": 0.03,
}
_MEAN_DAYS_TO_OUTCOME = 55
#: Of victims and suspects, the share who were not asked their ethnic group, and whose age nobody wrote down.
_ETHNICITY_MISSING, _AGE_MISSING = 0.2, 0.015


def write_recorded_crime(county: County, assaults: Assaults, folder: Path, *, is_complete: bool = False) -> FeedFiles:
    """Three files a month. 165,000 crimes of 30 months take some three seconds. is_complete: no flag was left out."""
    record = make_police_record(assaults, is_complete=is_complete)
    writer = _Writer(county, assaults, record)
    paths = []
    for position, month in enumerate(assaults.months):
        for kind, columns, rows in writer.tables(position):
            content = "\n".join([",".join(columns), *map(",".join, rows), ""]).encode()
            paths.append(write_file(folder / f"{month}-{county.slug}-{kind}.csv.gz", content))
    return FeedFiles(tuple(paths), truth_of_extract(assaults, record))


class _Writer:
    """Puts a month's rows together; holds what all months share."""

    def __init__(self, county: County, assaults: Assaults, record: PoliceRecord) -> None:
        self._county, self._assaults, self._record = county, assaults, record
        self._areas = _area_codes(county)
        self._refs = _crime_refs(assaults)
        day = assaults.what.day
        self._repeats = {"victims": assaults.victims.repeats(day), "suspects": assaults.suspects.repeats(day)}

    def tables(self, position: int) -> Iterator[tuple[str, Sequence[str], Iterator[tuple[str, ...]]]]:
        """Kind, columns and rows of the month's three files."""
        assaults = self._assaults
        rows = np.flatnonzero((assaults.month == position) & assaults.known)
        month = assaults.months[position]
        yield "crimes", CRIME_COLUMNS, zip(*map(np.ndarray.tolist, self._crimes(position, rows)), strict=True)
        for kind, columns, persons in (
            ("victims", VICTIM_COLUMNS, assaults.victims),
            ("suspects", SUSPECT_COLUMNS, assaults.suspects),
        ):
            own = np.flatnonzero(np.isin(persons.assault, rows))
            rng = random_stream(self._county.seed, self._county.territory.name, kind, month)
            cells = self._persons(rng, kind, persons, own)
            yield kind, columns, zip(*map(np.ndarray.tolist, cells), strict=True)

    def _crimes(self, position: int, rows: np.ndarray) -> list[np.ndarray]:
        assaults, record, what = self._assaults, self._record, self._assaults.what
        month = assaults.months[position]
        rng = random_stream(self._county.seed, self._county.territory.name, "extract", month)
        offence = what.offence[rows]

        def of_offence(name: str) -> np.ndarray:
            return np.array([getattr(each, name) for each in OFFENCES])[offence]

        def stated(flags: np.ndarray, words: np.ndarray, silent: str = "unknown") -> np.ndarray:
            return np.where(flags[rows], words, np.where(record.is_blank[rows], "", silent))

        def flag(values: np.ndarray) -> np.ndarray:
            return np.where(values[rows], "Y", "N")

        outcome, decided = self._outcomes(rng, rows)
        easting, northing = to_grid(assaults.longitude[rows], assaults.latitude[rows])
        nowhere = assaults.place[rows] == NOWHERE
        quality = np.where(
            nowhere, "unknown", rng.choice(("exact", "street", "area"), p=(0.6, 0.35, 0.05), size=len(rows))
        )
        own, national = (flags[assaults.known[assaults.month == position]] for flags in knife_flags(assaults, position))
        return [
            self._refs[rows],
            _occurrences(rng, self._refs[rows]),
            _same(self._county.territory.police, rows),
            assaults.recorded[rows].astype(str),
            _times(what.happened[rows]),
            _times(what.until[rows]),
            of_offence("ho_code"),
            of_offence("ho_class"),
            of_offence("title"),
            np.array(STATUSES)[assaults.status[rows]],
            outcome,
            decided,
            easting,
            northing,
            quality,
            self._areas[assaults.place[rows]],
            stated(record.place, np.array(PLACES)[what.setting[rows]]),
            stated(record.domestic, flag(what.domestic), "U"),
            np.array(RELATIONSHIPS)[what.relationship[rows]],
            stated(record.weapon, np.array(WEAPONS_SEEN)[what.weapon[rows]]),
            stated(record.weapon, np.array(USES)[what.use[rows]]),
            own,
            national,
            np.where(record.county_lines[rows], flag(what.county_lines), "Not assessed"),
            stated(record.gang, flag(what.gang), "Not assessed"),
            flag(what.drugs),
            flag(what.alcohol),
            flag(what.hate),
            flag(what.exploitation),
            stated(record.place, flag(what.victims_home), "U"),
            stated(record.place, flag(what.suspects_home), "U"),
        ]

    def _outcomes(self, rng: np.random.Generator, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Codes and dates; a decision that would come after the extract is not there yet."""
        shares = np.array(list(_OUTCOMES.values()))
        code = rng.choice(list(_OUTCOMES), p=shares / shares.sum(), size=len(rows))
        decided = self._assaults.recorded[rows] + rng.geometric(1 / _MEAN_DAYS_TO_OUTCOME, size=len(rows))
        last = self._assaults.months[-1]
        there = (code != "") & (decided <= np.datetime64(f"{last}-{days_in_month(last):02d}"))
        return np.where(there, code, ""), np.where(there, decided.astype(str), "")

    def _persons(self, rng: np.random.Generator, kind: str, persons: Persons, own: np.ndarray) -> list[np.ndarray]:
        assault = persons.assault[own]
        count = len(own)
        silent = rng.random(count) < _ETHNICITY_MISSING
        ethnicity = persons.ethnicity[own]
        last = self._injuries(rng, persons, own) if kind == "victims" else _statuses(rng, count)
        return [
            self._refs[assault],
            _same(self._county.territory.police, own),
            self._assaults.recorded[assault].astype(str),
            persons.labels[own],
            np.where(rng.random(count) < _AGE_MISSING, "", persons.age[own].astype(str)),
            np.where(persons.female[own], "F", "M"),
            np.where(silent, "NS", np.array(SELF_DEFINED)[ethnicity]),
            np.array(OFFICER_DEFINED)[ethnicity],
            last,
            self._repeats[kind][own].astype(str),
        ]

    def _injuries(self, rng: np.random.Generator, persons: Persons, own: np.ndarray) -> np.ndarray:
        """The first victim's is the assault's; another's is slighter."""
        assault = persons.assault[own]
        injury = self._assaults.what.injury[assault]
        is_first = self._assaults.first_victim[assault] == own
        slighter = np.where((injury >= SERIOUS) & (rng.random(len(own)) < 0.5), SLIGHT, np.minimum(injury, SLIGHT))
        return np.array(INJURIES)[np.where(is_first | (injury == FATAL), injury, slighter)]


def _statuses(rng: np.random.Generator, count: int) -> np.ndarray:
    return rng.choice(("suspect", "charged", "cautioned", "eliminated"), p=(0.8, 0.14, 0.02, 0.04), size=count)


def _crime_refs(assaults: Assaults) -> np.ndarray:
    """As a crime system numbers them: the year, the month and a running number. Empty for what the police do not know."""
    refs = np.full(len(assaults), "", dtype="<U14")
    for position, month in enumerate(assaults.months):
        rows = np.flatnonzero((assaults.month == position) & assaults.known)
        numbers = np.char.zfill(np.arange(1, len(rows) + 1).astype(str), 5)
        refs[rows] = np.char.add(f"WR/{month[2:4]}/{month[5:]}", numbers)
    return refs


def _occurrences(rng: np.random.Generator, refs: np.ndarray) -> np.ndarray:
    """One in twenty-five crimes belongs to the occurrence of the crime before it."""
    joined = rng.random(len(refs)) < 0.04
    first = np.maximum.accumulate(np.where(joined, 0, np.arange(len(refs)))) if len(refs) else np.zeros(0, dtype=int)
    return np.char.replace(refs[first], "WR/", "OC/") if len(refs) else refs


def _area_codes(county: County) -> np.ndarray:
    """The small area of 2021 of each point, then of each border point, then none: NOWHERE finds the last."""
    land = county.territory
    near = border_points(county, land).reshape(-1, 2).tolist()
    pairs = [(land, point) for point in range(len(land.points.longitude))]
    pairs += [(county.territories[which], point) for which, point in near]
    codes = [owner.geography.lsoa21[owner.geography.lsoa21_of[point // POINTS_A_PIECE]].code for owner, point in pairs]
    return np.array([*codes, ""])


def _times(moments: np.ndarray) -> np.ndarray:
    return np.char.replace(moments.astype(str), "T", " ")


def _same(text: str, rows: np.ndarray) -> np.ndarray:
    return np.full(len(rows), text)
