"""Rows counted by month, area, and offence or outcome, as counts.parquet has them."""

from __future__ import annotations

import datetime
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from safeground.engine.feeds.checking.plain import DISTINCT, codes_of_rows
from safeground.engine.feeds.checking.rules_sql import MONTH

_MONTH = re.compile(MONTH)

COUNTS_SCHEMA = pa.schema(
    [
        ("delivery", DISTINCT),
        ("month", pa.date32()),
        ("area_code", DISTINCT),
        ("offence", DISTINCT),
        ("events", pa.int64()),
    ]
)
"""Accepted events by month, area and offence, in that order, blanks last. `area_code` is null where none was given."""


AREAS_SCHEMA = pa.schema([field for field in COUNTS_SCHEMA if field.name in ("delivery", "area_code", "events")])
"""Accepted events by area, in order; without those that have none."""


def count_areas(codes: pa.Array) -> Counter[str]:
    """Rows by area code, blanks left out."""
    counted = as_distinct(codes).drop_null().value_counts()
    return Counter(dict(zip(counted.field(0).to_pylist(), counted.field(1).to_pylist(), strict=True)))


def areas_table(rows: Mapping[str, int], delivery_id: str) -> pa.Table:
    """Rows by area code, as AREAS_SCHEMA has them."""
    codes = sorted(rows)
    columns = [
        pa.array([delivery_id] * len(codes), pa.string()).dictionary_encode(),
        pa.array(codes, pa.string()).dictionary_encode(),
        pa.array([rows[code] for code in codes], pa.int64()),
    ]
    return pa.Table.from_arrays(columns, schema=AREAS_SCHEMA)


def count_groups(keys: Sequence[pa.DictionaryArray], delivery_id: str) -> pa.Table:
    """Rows by month (as text), area and offence (`keys`), as COUNTS_SCHEMA has them."""
    (months, areas, offences), places, events = _add_up_groups(keys, None)
    dates = [datetime.date(int(text[:4]), int(text[5:7]), 1) if _MONTH.fullmatch(text) else None for text in months]
    return _make_table((dates, areas, offences), places, events, delivery_id)


def add_up(chunks: Sequence[pa.Table]) -> pa.Table:
    """The counts of all chunks of a delivery together."""
    if len(chunks) == 1:
        return chunks[0]
    together = pa.concat_tables([COUNTS_SCHEMA.empty_table(), *chunks]).unify_dictionaries().combine_chunks()
    if not len(together):
        return together
    month, *others = (together[name].combine_chunks() for name in ("month", "area_code", "offence"))
    keys = [month.dictionary_encode(), *others]
    values, places, events = _add_up_groups(keys, together["events"].to_numpy())
    return _make_table(values, places, events, together["delivery"][0].as_py())


def as_distinct(column: pa.Array) -> pa.DictionaryArray:
    """The same texts, each distinct value kept once."""
    return column if pa.types.is_dictionary(column.type) else column.dictionary_encode()


def _add_up_groups(
    keys: Sequence[pa.DictionaryArray], events: np.ndarray | None
) -> tuple[list[list[Any]], list[np.ndarray], np.ndarray]:
    """Each key's distinct values in order; for each group, the place of its value among them (a blank is the one beyond); its events."""
    values, ranks = zip(*(_in_order(column) for column in keys), strict=True)
    months, areas, offences = (len(found) + 1 for found in values)
    packed = (ranks[0] * areas + ranks[1]) * offences + ranks[2]
    if months * areas * offences <= 4 * len(packed) + 65_536:  # counting into places, a tenth of the time of a sort
        added = np.bincount(packed, events)
        groups = np.flatnonzero(added)
        added = added[groups]
    else:
        groups, group_of_row = np.unique(packed, return_inverse=True)
        added = np.bincount(group_of_row, events)
    rest, offence = np.divmod(groups, offences)
    month, area = np.divmod(rest, areas)
    return list(values), [month, area, offence], added.astype(np.int64)


def _in_order(column: pa.DictionaryArray) -> tuple[list[Any], np.ndarray]:
    """Distinct values, sorted, and each row's place among them; a blank is the place beyond the last."""
    values = column.dictionary.to_pylist()
    order = sorted(range(len(values)), key=values.__getitem__)
    rank = np.empty(len(values) + 1, np.int64)
    rank[order] = np.arange(len(values))
    rank[-1] = len(values)
    return [values[place] for place in order], rank[codes_of_rows(column)]


def _make_table(
    values: Sequence[list[Any]], places: Sequence[np.ndarray], events: np.ndarray, delivery_id: str
) -> pa.Table:
    months, areas, offences = values
    columns = [
        pa.DictionaryArray.from_arrays(np.zeros(len(events), np.int32), pa.array([delivery_id], pa.string())),
        pa.array([*months, None], pa.date32()).take(pa.array(places[0])),
        _distinct(areas, places[1]),
        _distinct(offences, places[2]),
        pa.array(events, pa.int64()),
    ]
    return pa.Table.from_arrays(columns, schema=COUNTS_SCHEMA)


def _distinct(values: list[str], places: np.ndarray) -> pa.DictionaryArray:
    indices = pa.array(places.astype(np.int32), mask=places == len(values))
    return pa.DictionaryArray.from_arrays(indices, pa.array(values, pa.string()))
