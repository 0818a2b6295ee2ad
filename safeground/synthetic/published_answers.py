"""Tables that are sent as figures: suspensions as a department publishes them, and a survey's answers with their intervals."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from safeground.synthetic.assaults import Assaults
from safeground.synthetic.children_files import SUSPENSIONS_A_RESIDENT
from safeground.synthetic.county import County
from safeground.synthetic.csv_bytes import write_file
from safeground.synthetic.feed_files import FeedFiles
from safeground.synthetic.streams import random_stream

EXCLUSION_COLUMNS = (
    "time_period", "time_identifier", "geographic_level", "country_code", "country_name", "region_code", "region_name", "new_la_code",
    "la_name", "school_type", "suspension", "susp_rate", "perm_excl", "perm_excl_rate", "one_plus_susp_rate",
)  # fmt: skip
SURVEY_COLUMNS = (
    "sender", "survey", "period_from", "period_to", "question", "answer", "area_level", "area_code", "area_name", "percent", "base",
    "lower", "upper",
)  # fmt: skip
#: Pupils for each resident; England's residents.
_PUPILS, _ENGLAND = 0.145, 57_000_000
_SCHOOL_YEARS = 6
#: Question and answer to the share that gives it.
_QUESTIONS = {
    ("How safe do you feel alone after dark in your area?", "Unsafe or very unsafe"): 0.31,
    ("Have you seen or met violence in the last 12 months?", "Yes"): 0.14,
    ("If so did you tell the police?", "No"): 0.58,
}
_ASKED_A_DISTRICT = 380
#: Shares of fewer answers are not told.
_SMALLEST_BASE = 50


def write_school_exclusions(county: County, assaults: Assaults, folder: Path) -> FeedFiles:
    """One release: six school years of the nation, a region and the county. One number in each year is withheld."""
    rng = random_stream(county.seed, "school exclusions")
    residents = float(county.territory.people.residents.sum())
    last = int(assaults.months[-1][:4])
    levels = (("National", ",,,", _ENGLAND), ("Regional", "E12990001,The East,,", _ENGLAND // 9),
              ("Local authority", f"E12990001,The East,E10990001,{county.name}", residents))  # fmt: skip
    lines, truth = [], {}
    for year in range(last - _SCHOOL_YEARS, last):
        period = f"{year}{(year + 1) % 100:02d}"
        for level, codes, people in levels:
            pupils = people * _PUPILS
            suspended = int(rng.poisson(people * SUSPENSIONS_A_RESIDENT * 10))
            excluded = int(rng.poisson(max(suspended * 0.012, 4)))
            hidden = level == "Local authority" and year % 2 == 0
            numbers = (
                suspended, f"{100 * suspended / pupils:.2f}", "c" if hidden else excluded,
                "c" if hidden else f"{100 * excluded / pupils:.2f}", f"{42 * suspended / pupils:.2f}",
            )  # fmt: skip
            lines.append(
                ",".join(map(str, (period, "Academic year", level, "E92000001,England", codes, "Total", *numbers)))
            )
            if level == "Local authority":
                truth[period] = {"suspensions": suspended, "permanent_exclusions": excluded}
    content = "\n".join([",".join(EXCLUSION_COLUMNS), *lines, ""]).encode()
    return FeedFiles((write_file(folder / f"exclusions_{last}.csv", content),), truth)


def write_perception_survey(county: County, assaults: Assaults, folder: Path) -> FeedFiles:
    """A wave in the first quarter of each year that has one: every question by district and for the force."""
    areas = [("District", area) for area in county.territory.geography.districts]
    areas.append(("Force", county.territory.geography.force))
    paths, truth = [], {}
    for year in sorted({month[:4] for month in assaults.months if month[5:] == "03"}):
        rng = random_stream(county.seed, county.name, "survey", year)
        lines, told = [], {}
        for (question, answer), share in _QUESTIONS.items():
            for level, area in areas:
                true = share if level == "Force" else float(np.clip(rng.normal(share, 0.05), 0.02, 0.95))
                asked = int(rng.poisson(_ASKED_A_DISTRICT)) * (len(areas) - 1 if level == "Force" else 1)
                base = asked // 7 if question.startswith("If so") else asked
                if base < _SMALLEST_BASE:
                    continue
                percent, lower, upper = _interval(int(rng.binomial(base, true)), base)
                lines.append(
                    f"wrenshire-pcc,Feeling safe in {county.name},{year}-01-06,{year}-03-28,{question},{answer},{level},{area.code},"
                    f"{area.name},{percent:.1f},{base},{lower:.1f},{upper:.1f}"
                )
                told.setdefault(question, {})[area.code] = round(100 * true, 2)
        truth[year] = told
        content = "\n".join([",".join(SURVEY_COLUMNS), *lines, ""]).encode()
        paths.append(write_file(folder / f"survey-{county.slug}-{year}.csv", content))
    return FeedFiles(tuple(paths), truth)


def _interval(said: int, base: int) -> tuple[float, float, float]:
    """Share and 95% Wilson interval in percent."""
    z = 1.959964
    share = said / base
    middle = (share + z**2 / (2 * base)) / (1 + z**2 / base)
    half = z / (1 + z**2 / base) * np.sqrt(share * (1 - share) / base + z**2 / (4 * base**2))
    return 100 * share, 100 * float(middle - half), 100 * float(middle + half)
