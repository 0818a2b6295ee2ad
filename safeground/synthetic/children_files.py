"""What services for children know: disposals of the youth justice service, missing episodes, and pupils who were suspended.

The children are those whom the county's violence touches, under the numbers they have there, so that who appears in several files is
the same child. Each child has one home in all of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np

from safeground.months import days_in_month
from safeground.synthetic.assaults import Assaults
from safeground.synthetic.county import County
from safeground.synthetic.crime_types import ROBBERY
from safeground.synthetic.csv_bytes import write_file
from safeground.synthetic.feed_files import FeedFiles
from safeground.synthetic.months import month_of_year
from safeground.synthetic.offences import FATAL, HOMICIDE, OFFENCES, SERIOUS
from safeground.synthetic.persons import SELF_DEFINED, Persons
from safeground.synthetic.streams import random_stream

DISPOSAL_COLUMNS = (
    "case_ref", "service", "child_pid", "disposal_date", "offence_date", "offence_category", "gravity", "disposal", "first_time_entrant",
    "age", "sex", "ethnicity", "in_education_training_or_work", "special_needs", "exploitation_flag", "lsoa21",
)  # fmt: skip
EPISODE_COLUMNS = (
    "episode_id", "authority", "person_pid", "missing_from", "returned", "missing_from_type", "age", "sex", "interview_offered",
    "interview_done", "interview_within_72h", "cce_flag", "cse_flag", "lsoa21",
)  # fmt: skip
EXCLUSION_COLUMNS = (
    "exclusion_ref", "authority", "pupil_id", "school_urn", "start_date", "kind", "reason", "reason_2", "age", "sex", "special_needs",
    "home_lsoa21",
)  # fmt: skip
#: Of children suspected of a crime, the share dealt with for it, in court or out of it.
SHARE_DEALT_WITH = 0.3
#: Of disposals, the share for another offence than violence.
_SHARE_OTHER = 0.4
_OTHER_OFFENCES = ("Drugs", "Criminal damage", "Theft and handling", "Public order", "Motoring offences")
_DISPOSALS = (
    "Community resolution", "Youth caution", "Youth conditional caution", "Referral order", "Youth rehabilitation order",
    "Detention and training order",
)  # fmt: skip
_GRAVE_SHARES, _LIGHT_SHARES = (0.08, 0.07, 0.15, 0.40, 0.22, 0.08), (0.5, 0.12, 0.15, 0.18, 0.045, 0.005)
#: Episodes a month for each resident: some 250 in a county of 1.86 million.
EPISODES_A_RESIDENT = 250 / 1_860_000
#: Suspensions a month of school for each resident: some 24,000 a year in a county of 1.86 million.
SUSPENSIONS_A_RESIDENT = 2_300 / 1_860_000
#: How much of each month schools are open.
_OPEN = (0, 1.0, 0.8, 1.1, 0.72, 0.95, 1.1, 0.8, 0.0, 0.9, 0.9, 1.2, 0.75)
_REASONS = ("DB", "VA", "PP", "PA", "DM", "DA", "OW", "BU", "SM", "OT")
_REASON_SHARES = (0.46, 0.17, 0.15, 0.06, 0.04, 0.04, 0.03, 0.02, 0.01, 0.02)
_VIOLENT_REASONS = ("PP", "PA", "OW")
_SERIOUS_CATEGORIES = ("Violence against the person", "Robbery", "Drugs")
_GRAVE = 5
_TURN = 0.6180339887498949  # of the circle: spreads numbers evenly over the residents


def write_youth_justice(county: County, assaults: Assaults, folder: Path) -> FeedFiles:
    """A file a month of disposals. The truth counts first-time entrants as they are, and as the file states them."""
    rng = random_stream(county.seed, county.name, "youth justice")
    suspects = assaults.suspects
    is_child = (suspects.age >= 10) & (suspects.age < 18) & assaults.is_live[suspects.assault]
    rows = np.flatnonzero(is_child & (rng.random(len(suspects.age)) < SHARE_DEALT_WITH))
    offence_day = assaults.what.happened[suspects.assault[rows]].astype("datetime64[D]")
    recorded = assaults.recorded[suspects.assault[rows]]
    disposed = recorded + rng.integers(0, 100, len(rows)).astype("timedelta64[D]")
    order = np.argsort(disposed, kind="stable")
    rows, offence_day, disposed = rows[order], offence_day[order], disposed[order]
    category, gravity = _offences_of_children(rng, assaults, rows)
    grave = np.array(gravity) >= _GRAVE
    disposal = np.where(
        grave,
        rng.choice(_DISPOSALS, p=_GRAVE_SHARES, size=len(rows)),
        rng.choice(_DISPOSALS, p=_LIGHT_SHARES, size=len(rows)),
    )
    # Some were dealt with before the files begin.
    first = np.zeros(len(rows), dtype=bool)
    first[np.unique(suspects.number[rows], return_index=True)[1]] = True
    first &= rng.random(len(rows)) < 0.7
    stated = _three_states(rng, first, blank=0.06, unknown=0.02)
    in_education, special = rng.random(len(rows)) < 0.68, rng.random(len(rows)) < 0.35
    exploited = assaults.what.exploitation[suspects.assault[rows]] | assaults.what.county_lines[suspects.assault[rows]]
    columns = (
        suspects.labels[rows], disposed.astype(str), np.minimum(offence_day, disposed).astype(str), category, gravity, disposal, stated,
        suspects.age[rows], np.where(suspects.female[rows], "F", "M"), _ethnicities(rng, suspects, rows),
        _three_states(rng, in_education, blank=0.08), _three_states(rng, special, blank=0.12), _assessed(rng, exploited),
        _homes(county, suspects.number[rows]),
    )  # fmt: skip
    serious = grave & np.isin(category, _SERIOUS_CATEGORIES)
    sent = _write_months(
        folder, "youth-justice", DISPOSAL_COLUMNS, assaults.months, disposed, ("YJ", "wrenshire-yjs"), columns
    )
    truth = {
        "disposals": np.ones(len(rows), dtype=bool),
        "first_time_entrants": first,
        "stated_first_time_entrants": stated == "Y",
        "serious_violence": serious,
    }
    return FeedFiles(sent, {"by_month": _count_by_month(assaults.months, disposed, truth)})


def write_missing_episodes(county: County, assaults: Assaults, folder: Path) -> FeedFiles:
    """A file a month of episodes of children who have been hurt, the same child often. Some are missing still."""
    rng = random_stream(county.seed, county.name, "missing episodes")
    victims = assaults.victims
    young = np.flatnonzero((victims.age >= 10) & (victims.age < 18))
    rows, began = _draw_children(
        rng, county, assaults, victims, young, dict.fromkeys(assaults.months, EPISODES_A_RESIDENT)
    )
    began = began.astype("datetime64[m]") + rng.integers(0, 24 * 60, len(rows)).astype("timedelta64[m]")
    lasted = np.exp(rng.normal(6.3, 1.1, len(rows))).astype(int).clip(20, 60 * 24 * 60).astype("timedelta64[m]")
    returned = np.where(rng.random(len(rows)) < 0.01, "", _times(began + lasted))
    place = rng.choice(
        ("home", "foster care", "children's home", "supported accommodation", "unknown"),
        p=(0.55, 0.12, 0.27, 0.05, 0.01),
        size=len(rows),
    )
    offered = rng.random(len(rows)) < 0.9
    done = offered & (rng.random(len(rows)) < 0.7)
    in_time = done & (rng.random(len(rows)) < 0.65)
    what, assault = assaults.what, victims.assault[rows]
    criminal = what.county_lines[assault] | what.gang[assault] | (rng.random(len(rows)) < 0.12)
    sexual = rng.random(len(rows)) < np.where(victims.female[rows], 0.13, 0.03)
    cce, cse = _assessed(rng, criminal), _assessed(rng, sexual)
    columns = (
        victims.labels[rows], _times(began), returned, place, victims.age[rows], np.where(victims.female[rows], "F", "M"),
        _three_states(rng, offered, blank=0.03), _three_states(rng, done, blank=0.03), _three_states(rng, in_time, blank=0.03), cce, cse,
        _homes(county, victims.number[rows]),
    )  # fmt: skip
    sent = _write_months(
        folder, "missing", EPISODE_COLUMNS, assaults.months, began, ("ME", "wrenshire-children"), columns
    )
    truth = {
        "episodes": np.ones(len(rows), dtype=bool),
        "with_exploitation": criminal | sexual,
        "stated_with_exploitation": (cce == "Y") | (cse == "Y"),
    }
    return FeedFiles(sent, {"by_month": _count_by_month(assaults.months, began, truth)})


def write_pupil_exclusions(county: County, assaults: Assaults, folder: Path) -> FeedFiles:
    """A file a month of school, of children who were hurt or suspected. August has none."""
    rng = random_stream(county.seed, county.name, "pupil exclusions")
    persons = assaults.victims
    pupils = np.flatnonzero((persons.age >= 11) & (persons.age < 17))
    rates = {month: SUSPENSIONS_A_RESIDENT * _OPEN[month_of_year(month)] for month in assaults.months}
    rows, start = _draw_children(rng, county, assaults, persons, pupils, rates)
    reason = rng.choice(_REASONS, p=_REASON_SHARES, size=len(rows))
    second = np.where(rng.random(len(rows)) < 0.12, rng.choice(("PP", "OW", "VP", "DM"), size=len(rows)), "")
    second = np.where(second == reason, "", second)
    for_good = rng.random(len(rows)) < np.where(reason == "OW", 0.06, 0.01)
    number = persons.number[rows]
    columns = (
        persons.labels[rows], 199_001 + number % 97, start.astype(str), np.where(for_good, "PERM", "SUSP"), reason, second,
        persons.age[rows], np.where(persons.female[rows], "F", "M"), _three_states(rng, number % 10 < 3, blank=0.05),
        _homes(county, number),
    )  # fmt: skip
    sent = _write_months(
        folder, "pupil-exclusions", EXCLUSION_COLUMNS, assaults.months, start, ("EX", "wrenshire-education"), columns
    )
    truth = {
        "exclusions": np.ones(len(rows), dtype=bool),
        "permanent": for_good,
        "assault_or_weapon": np.isin(reason, _VIOLENT_REASONS) | np.isin(second, _VIOLENT_REASONS),
    }
    return FeedFiles(sent, {"by_month": _count_by_month(assaults.months, start, truth)})


def _offences_of_children(
    rng: np.random.Generator, assaults: Assaults, rows: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Category and gravity of what each was dealt with for."""
    assault = assaults.suspects.assault[rows]
    offence, injury = assaults.what.offence[assault], assaults.what.injury[assault]
    classes = np.array([each.ho_class for each in OFFENCES])[offence]
    robbery = np.array([each.kind == ROBBERY for each in OFFENCES])[offence]
    sexual = np.isin(np.char.rstrip(classes, "ABCDEFGH"), ("17", "19", "20", "21", "71", "88"))
    category = np.where(robbery, "Robbery", np.where(sexual, "Sexual offences", "Violence against the person"))
    gravity = np.select(
        [np.isin(classes, HOMICIDE) | (injury == FATAL), classes == "2", classes == "5D", robbery, sexual, injury == SERIOUS],
        [8, 8, 7, 6, 5, 6],
        3,
    )  # fmt: skip
    other = rng.random(len(rows)) < _SHARE_OTHER
    category = np.where(other, rng.choice(_OTHER_OFFENCES, size=len(rows)), category)
    return category, np.where(other, rng.choice((2, 3, 4, 5), p=(0.45, 0.3, 0.15, 0.1), size=len(rows)), gravity)


def _draw_children(
    rng: np.random.Generator,
    county: County,
    assaults: Assaults,
    persons: Persons,
    among: np.ndarray,
    rates: Mapping[str, float],
) -> tuple[np.ndarray, np.ndarray]:
    """Rows of `persons`, the same often, and a day for each in order. rates: for each month, how many a resident."""
    residents = float(county.territory.people.residents.sum())
    rows, days = [np.zeros(0, dtype=int)], [np.zeros(0, dtype="datetime64[D]")]
    for position, month in enumerate(assaults.months):
        own = among[assaults.month[persons.assault[among]] == position]
        count = int(rng.poisson(residents * rates[month])) if len(own) else 0
        rows.append(rng.choice(own, size=count) if count else own[:0])
        days.append(np.datetime64(f"{month}-01") + np.sort(rng.integers(days_in_month(month), size=count)))
    return np.concatenate(rows), np.concatenate(days)


def _homes(county: County, number: np.ndarray) -> np.ndarray:
    """The small area in which each person lives, the same wherever they appear: by number, spread over the residents."""
    geography, residents = county.territory.geography, county.territory.people.residents
    cumulative = np.cumsum(residents) / residents.sum()
    piece = np.searchsorted(cumulative, number * _TURN % 1, side="right").clip(max=len(cumulative) - 1)
    codes = np.array([area.code for area in geography.lsoa21])
    return codes[geography.lsoa21_of[piece]]


def _three_states(rng: np.random.Generator, truth: np.ndarray, *, blank: float, unknown: float = 0.0) -> np.ndarray:
    """Y or N as it is, some blank and some U, whatever the truth."""
    chance = rng.random(len(truth))
    stated = np.where(truth, "Y", "N")
    return np.where(chance < blank, "", np.where(chance < blank + unknown, "U", stated))


def _assessed(rng: np.random.Generator, truth: np.ndarray) -> np.ndarray:
    """Y or N where somebody looked, which is likelier where there is something to see."""
    return np.where(rng.random(len(truth)) < np.where(truth, 0.75, 0.55), np.where(truth, "Y", "N"), "Not assessed")


def _ethnicities(rng: np.random.Generator, persons: Persons, rows: np.ndarray) -> np.ndarray:
    return np.where(rng.random(len(rows)) < 0.1, "NS", np.array(SELF_DEFINED)[persons.ethnicity[rows]])


def _times(moments: np.ndarray) -> np.ndarray:
    return np.char.replace(moments.astype(str), "T", " ")


def _write_months(
    folder: Path,
    name: str,
    header: Sequence[str],
    months: Iterable[str],
    when: np.ndarray,
    marks: tuple[str, str],
    columns: Sequence[np.ndarray],
) -> tuple[Path, ...]:
    """A file for each month that has rows. marks: how references begin, and who sends them, the first two columns."""
    month = when.astype("datetime64[M]").astype(str)
    paths = []
    for wanted in months:
        chosen = np.flatnonzero(month == wanted)
        if len(chosen) == 0:
            continue  # a file without rows would be refused; August has no suspensions
        body = zip(*(np.asarray(column)[chosen].astype(str).tolist() for column in columns), strict=True)
        prefix = f"{marks[0]}-{wanted[2:4]}{wanted[5:]}"
        lines = [f"{prefix}-{n:05d},{marks[1]},{','.join(cells)}" for n, cells in enumerate(body, 1)]
        content = "\n".join([",".join(header), *lines, ""]).encode()
        paths.append(write_file(folder / f"{name}-{wanted}.csv", content))
    return tuple(paths)


def _count_by_month(
    months: Iterable[str], when: np.ndarray, facts: Mapping[str, np.ndarray]
) -> dict[str, dict[str, int]]:
    month = when.astype("datetime64[M]").astype(str)
    return {wanted: {name: int((fact & (month == wanted)).sum()) for name, fact in facts.items()} for wanted in months}
