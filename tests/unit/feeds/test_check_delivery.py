"""Checks of a delivery as a whole."""

from __future__ import annotations

import pyarrow as pa
import pytest

from safeground.engine.catalogue import load_feeds
from safeground.engine.feeds.checking.whole_delivery import check_whole

FEEDS = load_feeds()
ISTV = FEEDS.contracts["istv"].variants[0]
TABLE = FEEDS.contracts["hospital_admissions_tabulated"].variants[0]
SITE, ARRIVAL, ASSAULT = "Site code (of treatment)", "Arrival date and time at A&E", "Assault date and time"


def told(variant, **columns):
    batch = pa.RecordBatch.from_pydict({name: pa.array(values, pa.string()) for name, values in columns.items()})
    return [problem.message for problem in check_whole([batch], variant, tuple(columns))]


def test_a_file_of_two_sites_is_told_with_how_many_rows_each_has():
    assert told(ISTV, **{SITE: ["RWX01", "RWY02", "RWX01", None]}) == [
        f"{SITE} has 2 values where a file has one: 'RWX01' (2 rows) and 'RWY02' (1 row); send one file for each."
    ]
    assert told(ISTV, **{SITE: ["RWX01", None, "RWX01"]}) == []


@pytest.mark.parametrize(("copied", "is_told"), [(10, True), (8, True), (7, False), (0, False)])
def test_a_fifth_of_assault_times_copied_from_the_arrival_is_the_most_but_for_chance(copied, is_told):
    arrival = [f"2025-03-01 10:{n:02d}" for n in range(20)]
    assault = [time if n < copied else "2025-03-01 09:00" for n, time in enumerate(arrival)]
    messages = told(ISTV, **{ARRIVAL: arrival, ASSAULT: assault})
    assert bool(messages) is is_told
    if is_told:
        assert f"{copied} of 20 rows" in messages[0]


def test_blank_cells_are_no_answer_and_few_answers_say_nothing():
    assert told(ISTV, **{"Assault location type": ["98"] * 12 + ["03"] * 10}) != []
    assert told(ISTV, **{"Assault location type": ["98"] * 9 + ["03"] * 11 + [None] * 90}) == []
    assert told(ISTV, **{"Assault location type": ["98"] * 19}) == []


def _month(*values: str, england: str) -> dict[str, list[str]]:
    regions = ["London", "North East", "South West"][: len(values)]
    return {
        "month": ["2021-04"] * (len(values) + 1),
        "measure": ["FAEs"] * (len(values) + 1),
        "region": [*regions, "England"],
        "value": [*values, england],
    }


@pytest.mark.parametrize(
    ("values", "england", "is_told"),
    [
        (("25", "10", "*"), "46", False),  # 27 + 12 + 7
        (("25", "10", "*"), "47", True),
        (("25", "10", "*"), "32", False),  # 23 + 8 + 1
        (("25", "10", "*"), "31", True),
        (("25", "0", "0"), "28", True),  # a zero is exact
    ],
)
def test_a_total_must_lie_within_what_its_rounded_rows_can_add_up_to(values, england, is_told):
    assert bool(told(TABLE, **_month(*values, england=england))) is is_told
