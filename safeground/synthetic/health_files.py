"""What hospitals and ambulances know of the county's violence: A&E's attendances, admissions, calls, and the published table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np

from safeground.engine.areas import to_grid
from safeground.months import days_in_month
from safeground.synthetic.assaults import Assaults
from safeground.synthetic.county import County
from safeground.synthetic.csv_bytes import write_file
from safeground.synthetic.feed_files import FeedFiles
from safeground.synthetic.named_places import TOLD, make_named_places, type_places
from safeground.synthetic.offences import (
    BLADE,
    CAR_PARK,
    DWELLING,
    FIREARM,
    KNIFE,
    LICENSED,
    OTHER_WEAPON,
    PARK,
    ROAD,
    SCHOOL,
    SERIOUS,
    STREET,
    TRANSPORT,
    USED,
)
from safeground.synthetic.streams import random_stream

PROVIDER = "RWX"
AMBULANCE = "RYW"
#: Attendances whose assault time is the arrival's, copied.
SHARE_COPIED = 0.03
AREAS_FOR_SEVERAL_SITES = 200
_OTHER, _NOT_KNOWN = "98", "99"
_LOCATION_CODES = {
    DWELLING: "01",
    STREET: "03",
    ROAD: "03",
    CAR_PARK: "03",
    LICENSED: "04",
    SCHOOL: "06",
    TRANSPORT: "07",
    PARK: "08",
}
_REGIONS = {
    "North East": 0.05, "North West": 0.15, "Yorkshire and The Humber": 0.1, "East Midlands": 0.07, "West Midlands": 0.13,
    "East of England": 0.07, "London": 0.3, "South East": 0.08, "South West": 0.05,
}  # fmt: skip
_ISTV_COLUMNS = (
    "Reporting period start date", "Reporting period end date", "Site code (of treatment)", "Arrival date and time at A&E",
    "Assault date and time", "Assault method", "Assault method other description", "Assault location type",
    "Assault location description", "Age", "Sex", "Reported to police",
)  # fmt: skip
_ADMISSION_COLUMNS = (
    "EPIKEY", "PSEUDO_HESID", "ADMIDATE", "EPIEND", "ADMIMETH", "EPIORDER", "EPISTAT", "CLASSPAT", "STARTAGE", "SEX", "LSOA21",
    "PROCODE3", "CAUSE", "DIAG_01", "DIAG_02",
)  # fmt: skip
_CALL_COLUMNS = (
    "service", "incident_id", "call_time", "chief_complaint", "attended", "conveyed", "age_band", "sex", "easting", "northing", "lsoa21",
)  # fmt: skip


def write_istv(county: County, assaults: Assaults, folder: Path) -> FeedFiles:
    """A file a site and month: the standard's columns, and age, sex and whether the police were told.

    A month is that of the arrival. The truth says how many attendances each has, how many the police do not know, and what was typed.
    """
    rng = random_stream(county.seed, county.name, "istv")
    rows = np.flatnonzero(assaults.treated)
    arrival = _arrivals(rng, assaults, rows)
    month = arrival.astype("datetime64[M]").astype(str)
    places = make_named_places(county)
    texts, told = type_places(rng, county, places, _own_points(assaults)[rows])
    copied = rng.random(len(rows)) < SHARE_COPIED
    assault = np.where(copied, arrival, assaults.what.happened[rows])
    method, kind = _methods(rng, assaults, rows), _location_types(rng, assaults, rows)
    age, sex = _ages_and_sexes(assaults, rows)
    told_police = np.where(rng.random(len(rows)) < 0.3, "Unknown", np.where(assaults.known[rows], "Yes", "No"))
    columns = [_times(arrival), _times(assault), method, np.full(len(rows), ""), kind, texts, age, sex, told_police]
    # Where few live, one hospital treats all: a site without an attendance in a month would seem to have fallen silent.
    sites = (
        assaults.site[rows]
        if len(county.territory.geography.lsoa21) >= AREAS_FOR_SEVERAL_SITES
        else np.zeros(len(rows), int)
    )
    paths, by_month = [], {}
    for wanted in assaults.months:
        last = f"{wanted}-{days_in_month(wanted):02d}"
        by_month[wanted] = {"attendances": 0, "unknown_to_police": 0}
        for site in np.unique(sites).tolist():
            code = f"{PROVIDER}{site + 1:02d}"
            chosen = np.flatnonzero((month == wanted) & (sites == site))
            if len(chosen) == 0:
                continue
            head = (f"{wanted}-01", last, code)
            body = zip(*(column[chosen].tolist() for column in columns), strict=True)
            name = f"istv-{code.lower()}-{wanted}.csv"
            paths.append(write_file(folder / name, _table(_ISTV_COLUMNS, ((*head, *row) for row in body))))
            by_month[wanted]["attendances"] += len(chosen)
            by_month[wanted]["unknown_to_police"] += int((~assaults.known[rows[chosen]]).sum())
    sent = np.isin(month, assaults.months)
    truth = {
        "by_month": by_month,
        "share_unknown_to_police": round(float((~assaults.known[rows[sent]]).mean()), 4),
        "share_by_what_is_typed": {name: round(float((told[sent] == n).mean()), 4) for n, name in enumerate(TOLD)},
        "share_with_copied_time": round(float(copied[sent].mean()), 4),
    }
    return FeedFiles(tuple(paths), truth)


def write_hospital_admissions(county: County, assaults: Assaults, folder: Path) -> FeedFiles:
    """A file a month of discharge: first episodes, some second ones, and a few admissions that were planned and do not count."""
    rng = random_stream(county.seed, county.name, "hospital admissions")
    rows = np.flatnonzero(assaults.admitted)
    admitted = assaults.what.happened[rows].astype("datetime64[D]")
    ended = admitted + rng.geometric(0.35, len(rows)).astype("timedelta64[D]")
    what = assaults.what
    cause = np.select(
        [
            what.is_stabbing[rows],
            (what.weapon[rows] == FIREARM) & (what.use[rows] == USED),
            (what.weapon[rows] == OTHER_WEAPON) & (what.use[rows] == USED),
        ],
        ["X99", "X95", "Y00"],
        "Y04",
    )
    cause = np.char.add(cause, rng.choice(["0", "4", "8", "9"], size=len(rows)))
    method = rng.choice(["21", "2A", "28", "11"], p=[0.9, 0.04, 0.03, 0.03], size=len(rows))
    in_diagnosis = rng.random(len(rows)) < 0.05
    has_second = rng.random(len(rows)) < 0.12
    age, sex = _ages_and_sexes(assaults, rows)
    person = assaults.victims.labels[assaults.first_victim[rows]]
    home = [
        county.territory.geography.lsoa21[i].code for i in county.territory.geography.lsoa21_of[assaults.home[rows]]
    ]
    month = ended.astype("datetime64[M]").astype(str)
    counts = (np.char.startswith(method, "2")) & np.isin(month, assaults.months)
    paths = []
    for wanted in assaults.months:
        lines = []
        for i in np.flatnonzero(month == wanted).tolist():
            written = ("", cause[i]) if in_diagnosis[i] else (cause[i], "")
            for order in range(1, 2 + bool(has_second[i])):
                key = f"{int(rows[i]) * 10 + order + 500_000_000_000}"
                lines.append((
                    key, person[i], admitted[i], ended[i], method[i], order, 3, 1, age[i], 2 if sex[i] == "F" else 1, home[i], PROVIDER,
                    written[0], "S010", written[1],
                ))  # fmt: skip
        if lines:
            paths.append(
                write_file(folder / f"admissions-{PROVIDER.lower()}-{wanted}.csv", _table(_ADMISSION_COLUMNS, lines))
            )
    sharp = counts & np.char.startswith(cause, "X99")
    young = np.array([int(a or 99) < 25 for a in age.tolist()], dtype=bool)
    truth = {
        "by_month": {
            each: {
                "violence": int((counts & (month == each)).sum()),
                "sharp_object": int((sharp & (month == each)).sum()),
                "sharp_object_under_25": int((sharp & young & (month == each)).sum()),
            }
            for each in assaults.months
        }
    }
    return FeedFiles(tuple(paths), truth)


def write_hospital_admissions_tabulated(county: County, assaults: Assaults, folder: Path) -> FeedFiles:
    """The published table, made up: regions protected, England exact. The truth has the numbers behind it."""
    rng = random_stream(county.seed, "hospital admissions tabulated")
    lines, truth = [], {}
    for month in assaults.months:
        year, number = int(month[:4]), int(month[5:])
        first = year if number >= 4 else year - 1
        for measure, level in (("FAEs", 330), ("FCEs", 390)):
            drawn = {region: int(rng.poisson(level * share)) for region, share in _REGIONS.items()}
            drawn |= {
                name: int(rng.poisson(2))
                for name in ("England - Not Otherwise Specified", "Unknown", "Other UK Country")
            }
            truth[f"{month} {measure}"] = drawn
            for region, count in drawn.items():
                lines.append((month, f"{first}-{(first + 1) % 100:02d}", region, measure, protect_as_published(count)))
            lines.append((month, f"{first}-{(first + 1) % 100:02d}", "England", measure, str(sum(drawn.values()))))
    path = write_file(
        folder / f"x99-by-region-{county.territory.months[0]}.csv",
        _table(("month", "fin_year", "region", "measure", "value"), lines),
    )
    return FeedFiles((path,), truth)


def protect_as_published(count: int) -> str:
    """A count as NHS England publishes it: 0 as it is, 1 to 7 an asterisk, others to the nearest 5."""
    return "0" if count == 0 else "*" if count <= 7 else str(5 * round(count / 5))


def write_ambulance(county: County, assaults: Assaults, folder: Path) -> FeedFiles:
    """A file a month of calls, some without a point, one in four taken to no hospital."""
    rng = random_stream(county.seed, county.name, "ambulance")
    rows = np.flatnonzero(assaults.ambulance)
    call = assaults.what.happened[rows] + rng.geometric(0.1, len(rows)).astype("timedelta64[m]")
    month = call.astype("datetime64[M]").astype(str)
    what = assaults.what
    pierced = (what.is_stabbing[rows] & (what.injury[rows] >= SERIOUS)) | (
        (what.weapon[rows] == FIREARM) & (what.use[rows] == USED)
    )
    no_point = rng.random(len(rows)) < 0.04
    east, north = to_grid(
        np.where(no_point, np.nan, assaults.longitude[rows]), np.where(no_point, np.nan, assaults.latitude[rows])
    )
    geography = county.territory.geography
    codes = np.array([*(area.code for area in geography.lsoa21), ""], dtype=object)
    piece = assaults.piece[rows]
    area = np.where((piece >= 0) & ~no_point, codes[geography.lsoa21_of[piece]], "")
    age, sex = _ages_and_sexes(assaults, rows)
    conveyed = np.where(assaults.treated[rows], "Y", np.where(rng.random(len(rows)) < 0.1, "U", "N"))
    days = np.char.replace(call.astype("datetime64[D]").astype(str), "-", "")
    numbers = np.char.add(days, np.char.zfill((rows % 10_000_000).astype(str), 7))
    complaint, times = np.where(pierced, "27", "04"), _times(call)
    points = [("", "") if np.isnan(x) else (f"{x:.0f}", f"{y:.0f}") for x, y in zip(east, north, strict=True)]
    paths, by_month = [], {}
    for wanted in assaults.months:
        chosen = np.flatnonzero(month == wanted)
        lines = [
            (
                AMBULANCE,
                numbers[i],
                times[i],
                complaint[i],
                "Y",
                conveyed[i],
                _band(age[i]),
                sex[i],
                *points[i],
                area[i],
            )
            for i in chosen.tolist()
        ]
        by_month[wanted] = {"calls": len(lines), "stab_or_gunshot": int(pierced[chosen].sum())}
        if lines:
            paths.append(write_file(folder / f"ambulance-{wanted}.csv", _table(_CALL_COLUMNS, lines)))
    return FeedFiles(tuple(paths), {"by_month": by_month})


def _arrivals(rng: np.random.Generator, assaults: Assaults, rows: np.ndarray) -> np.ndarray:
    """From a few minutes to some hours after it happened."""
    minutes = np.clip(np.exp(rng.normal(4.3, 0.8, len(rows))), 8, 2_000).astype(int)
    return assaults.what.happened[rows] + minutes.astype("timedelta64[m]")


def _own_points(assaults: Assaults) -> np.ndarray:
    """The position among the county's own points, -1 for what happened elsewhere or nobody knows where."""
    return np.where(assaults.piece >= 0, assaults.place, -1)


def _methods(rng: np.random.Generator, assaults: Assaults, rows: np.ndarray) -> np.ndarray:
    what, used = assaults.what, assaults.what.use[rows] == USED
    weapon = what.weapon[rows]
    method = np.select(
        [
            used & (weapon == KNIFE),
            used & (weapon == BLADE),
            used & (weapon == FIREARM),
            used & (weapon == OTHER_WEAPON),
        ],
        ["02", "04", "06", "05"],
        "01",
    )
    chance = rng.random(len(rows))
    return np.where(chance < 0.04, _NOT_KNOWN, np.where(chance < 0.08, _OTHER, method))


def _location_types(rng: np.random.Generator, assaults: Assaults, rows: np.ndarray) -> np.ndarray:
    kind = np.array(
        [_LOCATION_CODES.get(setting, _OTHER) for setting in assaults.what.setting[rows].tolist()], dtype=object
    )
    chance = rng.random(len(rows))
    return np.where(chance < 0.05, _NOT_KNOWN, np.where(chance < 0.12, _OTHER, kind))


def _ages_and_sexes(assaults: Assaults, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Of the first victim, as text; blank where there is none."""
    first = assaults.first_victim[rows]
    age = np.where(first >= 0, assaults.victims.age[first].astype(str), "")
    return age, np.where(first >= 0, np.where(assaults.victims.female[first], "F", "M"), "")


def _band(age: str) -> str:
    if not age:
        return ""
    years = int(age)
    bands = ((10, "0-9"), (18, "10-17"), (25, "18-24"), (35, "25-34"), (45, "35-44"), (65, "45-64"), (200, "65+"))
    return next(band for below, band in bands if years < below)


def _times(moments: np.ndarray) -> np.ndarray:
    return np.char.replace(moments.astype(str), "T", " ")


def _table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """Cells as they are, in quotation marks where they hold a comma."""
    return "\n".join([",".join(columns), *(",".join(_cells(row)) for row in rows), ""]).encode()


def _cells(row: Sequence[object]) -> Iterator[str]:
    for cell in map(str, row):
        yield f'"{cell}"' if "," in cell else cell
