"""An age that is NaN is none: an engine would take it for more than any number, and put it in a band."""

from __future__ import annotations

import datetime

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from safeground.engine.catalogue import Is
from safeground.engine.measures import EUROPEAN_BANDS
from safeground.engine.measures.events import tally_rule
from safeground.engine.warehouse import EVENT_CORE, TABLES, Warehouse

AGES = (3.0, 40.0, float("nan"), None)


def write_table(folder, name, columns, number):
    stated = {column: [None] * number for column in TABLES[name]} | columns
    types = {"VARCHAR": pa.string(), "DOUBLE": pa.float64(), "DATE": pa.date32(), "TIMESTAMP": pa.timestamp("us")}
    cells = {c: pa.array(stated[c], types.get(kind, pa.int32())) for c, kind in TABLES[name].items()}
    if name == "deliveries":
        pq.write_table(pa.table(cells), folder / "deliveries.parquet")
        return
    path = folder / name / "feed=f" / "partner=p" / "2024-01-0.parquet"
    path.parent.mkdir(parents=True)
    written = {*(EVENT_CORE if name == "events" else TABLES[name]), *columns} - {"feed", "partner"}
    pq.write_table(pa.table({column: cells[column] for column in sorted(written)}), path)


@pytest.fixture
def warehouse(tmp_path):
    """Four events, one victim each, their ages stated both with the event and with the victim."""
    number, codes = len(AGES), [f"crime {place}" for place in range(len(AGES))]
    month = [datetime.date(2024, 1, 1)] * number
    write_table(tmp_path, "events", {"event_id": codes, "month": month, "victim_age": list(AGES)}, number)
    write_table(tmp_path, "persons", {"event_id": codes, "role": ["victim"] * number, "age": list(AGES)}, number)
    write_table(tmp_path, "deliveries", {"id": ["d"], "feed": ["f"], "partner": ["p"], "period": ["2024-01"]}, 1)
    with Warehouse(tmp_path) as opened:
        yield opened


def test_it_is_in_no_band(warehouse):
    tally = tally_rule(warehouse, Is("event_id", "any"), feed="f", ages=EUROPEAN_BANDS)
    found = {tally.categories[place]: int(tally.events[tally.category == place].sum()) for place in set(tally.category)}
    assert found == {"0-4": 1, "40-44": 1, "not stated": 2}


def test_it_leaves_open_whether_a_victim_is_under_25(warehouse):
    tally = tally_rule(warehouse, Is("victim_under_25", "yes"), feed="f")
    assert [int(tally.events[tally.verdict == verdict].sum()) for verdict in range(3)] == [1, 2, 1]
