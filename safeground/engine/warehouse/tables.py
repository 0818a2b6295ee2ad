"""The warehouse's tables and their columns: the one place that says what they are."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from safeground.engine.feeds import Delivery

TABLES: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "events": {
            "feed": "VARCHAR",
            "partner": "VARCHAR",
            "delivery": "VARCHAR",
            "row": "INTEGER",
            "event_id": "VARCHAR",
            "month": "DATE",
            "area_code": "VARCHAR",
            "area_vintage": "VARCHAR",
            "offence": "VARCHAR",
            "outcome": "VARCHAR",
            "longitude": "DOUBLE",
            "latitude": "DOUBLE",
            "location": "VARCHAR",
        },
        "event_counts": {
            "feed": "VARCHAR",
            "partner": "VARCHAR",
            "delivery": "VARCHAR",
            "month": "DATE",
            "area_code": "VARCHAR",
            "offence": "VARCHAR",
            "events": "BIGINT",
        },
        "outcomes": {
            "feed": "VARCHAR",
            "partner": "VARCHAR",
            "delivery": "VARCHAR",
            "row": "INTEGER",
            "event_id": "VARCHAR",
            "month": "DATE",
            "area_code": "VARCHAR",
            "area_vintage": "VARCHAR",
            "outcome": "VARCHAR",
        },
        "populations": {
            "delivery": "VARCHAR",
            "vintage": "VARCHAR",
            "area_code": "VARCHAR",
            "year": "INTEGER",
            "age_from": "INTEGER",
            "age_to": "INTEGER",
            "people": "INTEGER",
        },
        "attributes": {
            "delivery": "VARCHAR",
            "vintage": "VARCHAR",
            "area_code": "VARCHAR",
            "source": "VARCHAR",
            "domain": "VARCHAR",
            "kind": "VARCHAR",
            "name": "VARCHAR",
            "value": "DOUBLE",
        },
        "lookups": {
            "delivery": "VARCHAR",
            "from_vintage": "VARCHAR",
            "from_code": "VARCHAR",
            "from_name": "VARCHAR",
            "to_vintage": "VARCHAR",
            "to_code": "VARCHAR",
            "to_name": "VARCHAR",
            "change_code": "VARCHAR",
        },
        "boundaries": {
            "delivery": "VARCHAR",
            "vintage": "VARCHAR",
            "area_code": "VARCHAR",
            "area_name": "VARCHAR",
            "geometry": "BLOB",
        },
        "deliveries": {
            "id": "VARCHAR",
            "feed": "VARCHAR",
            "variant": "VARCHAR",
            "partner": "VARCHAR",
            "period": "VARCHAR",
            "sha256": "VARCHAR",
            "sent_name": "VARCHAR",
            "received": "INTEGER",
            "accepted": "INTEGER",
            "quarantined": "INTEGER",
            "duplicates": "INTEGER",
            "contract_version": "INTEGER",
        },
    }
)
"""Name of each table to its columns in order, with DuckDB's types.

An identifier is kept as the text that was sent. The 32 bytes that 64 hexadecimal digits stand for would make files a third smaller for
the same time, but only identifiers of that form have such bytes, and every reader would have to know which.
"""

DELIVERIES = "deliveries"
"""The one table that is about deliveries and not made of them: a single file. Every other is a folder with a file for each delivery, so
that a new delivery adds a file and the rest are carried over by a hard link."""

PARTITIONS = ("feed", "partner")
"""Columns that are in a file's path and not in the file (Hive's way, which DuckDB and Spark both read): free to write, and a query for
one partner opens that partner's files only."""

PARQUET = "FORMAT parquet, COMPRESSION snappy"
"""How every file is written. Of 1.26 million events snappy makes 94 MB in about 2.5 bare scans of the CSV; zstd at its lowest level 55 MB
in 2.8. A nation's 1.4 GB beside 4 GB of landed files is the better bargain."""


def part_path(table: str, delivery: Delivery) -> str:
    """The file of one delivery in a generation, relative to it."""
    return f"{table}/feed={delivery.feed}/partner={delivery.partner}/{delivery.period}-{delivery.sha256[:12]}.parquet"


def columns_in_files(table: str) -> tuple[str, ...]:
    """The columns a table's files hold, in order: all but those in their path."""
    return tuple(name for name in TABLES[table] if name not in PARTITIONS)
