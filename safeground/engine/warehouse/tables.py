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
            # What only feeds under an agreement carry. Open feeds have no such columns in their files: see EVENT_CORE.
            "date": "DATE",
            "happened_from": "TIMESTAMP",
            "happened_to": "TIMESTAMP",
            "occurrence": "VARCHAR",
            "ho_code": "VARCHAR",
            "ho_class": "VARCHAR",
            "crime_status": "VARCHAR",
            "weapon_use": "VARCHAR",
            "weapon_type": "VARCHAR",
            "knife_force": "VARCHAR",
            "knife_ndqis": "VARCHAR",
            "location_type": "VARCHAR",
            "is_victims_home": "VARCHAR",
            "is_suspects_home": "VARCHAR",
            "place_quality": "VARCHAR",
            "easting": "DOUBLE",
            "northing": "DOUBLE",
            "domestic": "VARCHAR",
            "relationship": "VARCHAR",
            "county_lines": "VARCHAR",
            "gang": "VARCHAR",
            "drugs": "VARCHAR",
            "alcohol": "VARCHAR",
            "hate": "VARCHAR",
            "exploitation": "VARCHAR",
            "sexual_exploitation": "VARCHAR",
            "site": "VARCHAR",
            "method": "VARCHAR",
            "method_text": "VARCHAR",
            "attackers": "INTEGER",
            "reported_to_police": "VARCHAR",
            "cause": "VARCHAR",
            "admission_method": "VARCHAR",
            "patient_class": "VARCHAR",
            "episode_order": "INTEGER",
            "disposal": "VARCHAR",
            "severity": "INTEGER",
            "first_time": "VARCHAR",
            "in_education": "VARCHAR",
            "special_needs": "VARCHAR",
            "interview_offered": "VARCHAR",
            "interview_done": "VARCHAR",
            "interview_in_time": "VARCHAR",
            "suspect_known": "VARCHAR",
            "person_id": "VARCHAR",
            "victim_age": "DOUBLE",
            "victim_under_25": "VARCHAR",
            "victim_sex": "VARCHAR",
            "victim_ethnicity": "VARCHAR",
            "suspect_age": "DOUBLE",
            "suspect_sex": "VARCHAR",
            "person_age": "DOUBLE",
            "person_sex": "VARCHAR",
            "person_ethnicity": "VARCHAR",
        },
        "persons": {
            "feed": "VARCHAR",
            "partner": "VARCHAR",
            "delivery": "VARCHAR",
            "row": "INTEGER",
            "event_id": "VARCHAR",
            "role": "VARCHAR",
            "person_id": "VARCHAR",
            "age": "DOUBLE",
            "sex": "VARCHAR",
            "ethnicity": "VARCHAR",
            "ethnicity_officer": "VARCHAR",
            "status": "VARCHAR",
            "injury": "VARCHAR",
            "repeats": "INTEGER",
        },
        "figures": {
            "feed": "VARCHAR",
            "partner": "VARCHAR",
            "delivery": "VARCHAR",
            "row": "INTEGER",
            "statistic": "VARCHAR",
            "category": "VARCHAR",
            "subcategory": "VARCHAR",
            "area_level": "VARCHAR",
            "area_code": "VARCHAR",
            "area_name": "VARCHAR",
            "period_from": "DATE",
            "period_to": "DATE",
            "value": "DOUBLE",
            "lower": "DOUBLE",
            "upper": "DOUBLE",
            "marker": "VARCHAR",
            "base": "DOUBLE",
        },
        "practice_items": {
            "feed": "VARCHAR",
            "partner": "VARCHAR",
            "delivery": "VARCHAR",
            "row": "INTEGER",
            "month": "DATE",
            "practice_code": "VARCHAR",
            "practice_name": "VARCHAR",
            "bnf_code": "VARCHAR",
            "chemical": "VARCHAR",
            "items": "DOUBLE",
            "quantity": "DOUBLE",
            "cost": "DOUBLE",
            "unidentified": "VARCHAR",
        },
        "practice_patients": {
            "feed": "VARCHAR",
            "partner": "VARCHAR",
            "delivery": "VARCHAR",
            "row": "INTEGER",
            "practice_code": "VARCHAR",
            "area_code": "VARCHAR",
            "area_vintage": "VARCHAR",
            "patients": "INTEGER",
        },
        "places": {
            "feed": "VARCHAR",
            "partner": "VARCHAR",
            "delivery": "VARCHAR",
            "row": "INTEGER",
            "name": "VARCHAR",
            "kind": "VARCHAR",
            "postcode": "VARCHAR",
            "easting": "DOUBLE",
            "northing": "DOUBLE",
            "area_code": "VARCHAR",
            "quality": "VARCHAR",
        },
        "engagement": {
            "feed": "VARCHAR",
            "partner": "VARCHAR",
            "delivery": "VARCHAR",
            "row": "INTEGER",
            "session_id": "VARCHAR",
            "month": "DATE",
            "date": "DATE",
            "heard_from": "VARCHAR",
            "age_band": "VARCHAR",
            "area_code": "VARCHAR",
            "method": "VARCHAR",
            "people": "INTEGER",
            "theme": "VARCHAR",
            "heard": "VARCHAR",
            "answer": "VARCHAR",
            "answered": "VARCHAR",
            "quote": "VARCHAR",
            "quote_consent": "VARCHAR",
            "quote_checked": "VARCHAR",
        },
        "patrol_visits": {
            "feed": "VARCHAR",
            "partner": "VARCHAR",
            "delivery": "VARCHAR",
            "row": "INTEGER",
            "kind": "VARCHAR",
            "trial": "VARCHAR",
            "place": "VARCHAR",
            "patrol_day": "DATE",
            "assigned": "VARCHAR",
            "planned_visits": "INTEGER",
            "planned_minutes": "INTEGER",
            "unit": "VARCHAR",
            "started": "TIMESTAMP",
            "ended": "TIMESTAMP",
            "mode": "VARCHAR",
            "officers": "INTEGER",
            "easting": "DOUBLE",
            "northing": "DOUBLE",
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

EVENT_CORE = tuple(TABLES["events"])[: tuple(TABLES["events"]).index("date")]
"""Columns of events that every feed has. Open feeds' files hold these alone: a nation's 18 million rows must stay small."""

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
    """The columns a table's files hold, in order: all but those in their path. Of events, those every feed has."""
    columns = EVENT_CORE if table == "events" else TABLES[table]
    return tuple(name for name in columns if name not in PARTITIONS)
