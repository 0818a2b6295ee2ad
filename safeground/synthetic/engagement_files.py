"""What people said in sessions of engagement: made-up groups, themes and answers, and who was never heard."""

from __future__ import annotations

import csv
import io
from collections import Counter
from pathlib import Path

import numpy as np

from safeground.months import days_in_month
from safeground.synthetic.assaults import Assaults
from safeground.synthetic.county import County
from safeground.synthetic.csv_bytes import write_file
from safeground.synthetic.feed_files import FeedFiles
from safeground.synthetic.streams import random_stream

ENGAGEMENT_COLUMNS = (
    "session_id", "sender", "session_date", "heard_from", "age_band", "district", "method", "people", "theme", "heard", "answer",
    "what_was_done", "quote", "quote_consent", "quote_checked",
)  # fmt: skip
SESSIONS_A_MONTH = 3
#: Group, its ages, how it is mostly heard, and how many come. Groups of the list that are not here are heard by nobody.
_GROUPS = (
    ("Children and young people", "10 to 17", "Group discussion", 11),
    ("Children and young people", "18 to 24", "Workshop", 9),
    ("Parents and carers", "25 to 64", "Group discussion", 8),
    ("Victims and those close to them", "Mixed", "Interview", 2),
    ("Women and girls", "18 to 24", "Workshop", 7),
    ("People with experience of offending", "18 to 24", "Interview", 3),
    ("Minority ethnic communities", "Mixed", "Group discussion", 10),
    ("Residents", "25 to 64", "Drop-in", 16),
    ("Practitioners", "25 to 64", "Workshop", 14),
)
_GROUP_SHARES = (0.24, 0.14, 0.12, 0.08, 0.09, 0.06, 0.08, 0.1, 0.09)
#: Theme to what was said of it, what became of it, what was done, and words as spoken.
_THEMES = {
    "Feeling safe": (
        "People plan their way home around places without lights",
        "Under way",
        "The council is putting lights on two paths",
        "I phone someone until I am in",
    ),
    "Knives and weapons": (
        "Some carry because they think that others do",
        "Under way",
        "Sessions on carrying run in every secondary school",
        "You think everyone has one",
    ),
    "Places to go": (
        "Buses stop before the youth club closes",
        "Done",
        "A later bus runs on club nights",
        "We leave early or we walk",
    ),
    "School and being sent out of it": (
        "Being sent out means being on the street by ten in the morning",
        "Planned",
        "Schools will ring a youth worker before they send anyone home",
        "Nobody asked why",
    ),
    "Police and trust": (
        "Being searched again and again is why people do not ring the police",
        "Will not be done",
        "Searches go on; a panel of young people now reads the records of them",
        "They never say sorry",
    ),
    "Life online": ("Fights are filmed and set up in group chats", "Not decided", "", "It starts on the phone"),
    "Getting help": (
        "Nobody said what would happen after the report",
        "Done",
        "Whoever reports now hears from one named worker",
        "I told it four times",
    ),
    "Drugs and county lines": (
        "Younger children are asked to hold things for money",
        "Under way",
        "Workers at the bus station have been shown what to look for",
        "It looks like a friend at first",
    ),
    "Violence against women and girls": (
        "Girls change their route rather than report",
        "",
        "",
        "We just go the other way",
    ),
}
_THEME_SHARES = (0.2, 0.12, 0.18, 0.12, 0.11, 0.09, 0.08, 0.05, 0.05)
_SHARE_OF_DISTRICTS_NOT_STATED, _SHARE_WITH_WORDS = 0.1, 0.4


def write_engagement(county: County, assaults: Assaults, folder: Path) -> FeedFiles:
    """A file a year of sessions of the months asked for. The last district by code and several groups are heard by nobody.

    The truth has the sessions and people of each month, by group and district, the sessions of each theme, and how often words were
    given and may be told.
    """
    districts = sorted(area.code for area in county.territory.geography.districts)
    heard_in = districts[:-1] or districts
    years: dict[str, list[tuple[object, ...]]] = {}
    truth: dict[str, dict[str, dict[str, int]]] = {}
    for month in assaults.months:
        rng = random_stream(county.seed, county.name, "engagement", month)
        counted = {
            name: Counter[str]()
            for name in ("sessions_by_group", "people_by_group", "people_by_district", "themes", "words")
        }
        for number in range(1, SESSIONS_A_MONTH + 1):
            group, ages, method, usual = _GROUPS[int(rng.choice(len(_GROUPS), p=_GROUP_SHARES))]
            people = 1 + int(rng.poisson(usual))
            district = "" if rng.random() < _SHARE_OF_DISTRICTS_NOT_STATED else str(rng.choice(heard_in))
            day = 1 + int(rng.integers(days_in_month(month)))
            session = f"EN-{month[2:4]}{month[5:]}-{number:02d}", "wrenshire-council", f"{month}-{day:02d}"
            counted["sessions_by_group"][group] += 1
            counted["people_by_group"][group] += people
            counted["people_by_district"][district] += people
            for theme in _draw_themes(rng):
                heard, answer, done, words = _THEMES[theme]
                quote = (words, "Y", str(rng.choice(("Y", "N")))) if rng.random() < _SHARE_WITH_WORDS else ("", "", "")
                row = (*session, group, ages, district, method, people, theme, heard, answer, done, *quote)
                years.setdefault(month[:4], []).append(row)
                counted["themes"][theme] += 1
                counted["words"]["given"] += quote[0] != ""
                counted["words"]["agreed_and_checked"] += quote[1:] == ("Y", "Y")
        truth[month] = {name: dict(sorted(counts.items())) for name, counts in counted.items()}
    paths = tuple(
        write_file(folder / f"engagement-{county.slug}-{year}.csv", _table(rows)) for year, rows in years.items()
    )
    return FeedFiles(paths, {"by_month": truth, "districts_not_heard": sorted({*districts} - {*heard_in})})


def _draw_themes(rng: np.random.Generator) -> list[str]:
    """One to three themes, each once, in the order of the list."""
    chosen = rng.choice(len(_THEMES), size=1 + int(rng.integers(3)), replace=False, p=_THEME_SHARES)
    return [list(_THEMES)[at] for at in np.sort(chosen).tolist()]


def _table(rows: list[tuple[object, ...]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([ENGAGEMENT_COLUMNS, *rows])
    return text.getvalue().encode()
