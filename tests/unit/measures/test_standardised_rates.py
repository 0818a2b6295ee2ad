"""Directly standardised rates from events that carry an age, against the sum written out."""

from __future__ import annotations

import dataclasses
import datetime

import ibis
import numpy as np
import pyarrow as pa
import pytest

from safeground.engine.areas import make_hierarchy
from safeground.engine.catalogue import Measure, load_catalogue
from safeground.engine.measures import EUROPEAN_BANDS, AreaLocator, Measures, PeriodKind, get_periods, make_period
from safeground.engine.statistics import EUROPEAN_STANDARD_POPULATION_2013

FEED, MONTH = "police_uk_street", datetime.date(2025, 6, 1)
FORCE = "E23000028"
EVENTS = [("D1", age, 2) for age in (3, 17, 17, 18, 24, 41, 66, 90, 101)] + [("D1", None, 5), ("D2", 20, 4)]


class SmallWarehouse:
    """Tables in memory in the shape of the warehouse's, with the age that no open feed carries."""

    def __init__(self, *, with_ages: bool = True) -> None:
        events = {
            "feed": FEED, "partner": "essex", "month": MONTH, "offence": "Robbery",
        }  # fmt: skip
        rows = [events | {"area_code": area, "victim_age": age} for area, age, number in EVENTS for _ in range(number)]
        schema = pa.schema([("feed", pa.string()), ("partner", pa.string()), ("month", pa.date32()), ("offence", pa.string()),
                            ("area_code", pa.string()), ("victim_age", pa.int32())])  # fmt: skip
        table = pa.Table.from_pylist(rows, schema=schema)
        table = table if with_ages else table.drop_columns(["victim_age"])
        counts = table.group_by(["feed", "partner", "month", "offence", "area_code"]).aggregate([([], "count_all")])
        people = [
            {"delivery": "p", "vintage": "lsoa21", "area_code": area, "year": 2020, "age_from": age,
             "age_to": age if age < 90 else None, "people": 10 + age}
            for area in ("D1", "D2") for age in range(91)
        ]  # fmt: skip
        self.tables = {
            "events": ibis.memtable(table),
            "event_counts": ibis.memtable(counts.rename_columns([*counts.column_names[:-1], "events"])),
            "populations": ibis.memtable(pa.Table.from_pylist(people)),
        }

    def table(self, name):
        return self.tables[name]

    def columns_carried(self, table, feed):
        return tuple(self.tables[table].columns)

    def is_counted(self, feed):
        return True

    def coverage(self, feed):
        return {"essex": frozenset({MONTH})}


def make_measures(**options) -> Measures:
    rows = [("lsoa21", area, "pfa24", FORCE, None) for area in ("D1", "D2")]
    names = ("from_vintage", "from_code", "to_vintage", "to_code", "change_code")
    columns = {name: pa.array(values, pa.string()) for name, values in zip(names, zip(*rows, strict=True), strict=True)}
    lookups = pa.table(columns | dict.fromkeys(("delivery", "from_name", "to_name"), pa.nulls(len(rows), pa.string())))
    catalogue = load_catalogue("essex")
    crude = catalogue.measures["robbery_rate"].model_dump(by_alias=True)
    standardised = Measure.model_validate(
        crude
        | {
            "name": "robbery_standardised",
            "unit": {"type": "directly_standardised_rate", "per": 100_000},
            "interval": {"method": "dobson", "confidence": 0.95},
        }
    )
    catalogue = dataclasses.replace(catalogue, measures={standardised.name: standardised})
    return Measures(SmallWarehouse(**options), catalogue, AreaLocator(make_hierarchy(lookups)), {"essex": FORCE})


def test_it_is_the_weighted_sum_of_the_bands_rates_and_events_without_an_age_are_in_no_band():
    june = make_period(PeriodKind.MONTH, MONTH)
    measurement = make_measures().calculate("robbery_standardised", level="lsoa21", periods=[june])
    expected = 0.0
    for band, weight in zip(EUROPEAN_BANDS, EUROPEAN_STANDARD_POPULATION_2013, strict=True):
        ages = range(band.first, (band.last or 90) + 1)
        people = sum(10 + age for age in ages)
        last = band.last if band.last is not None else 200
        events = sum(
            number for area, age, number in EVENTS if area == "D1" and age is not None and band.first <= age <= last
        )
        expected += weight * events / people
    cell = measurement.cell("D1", june)
    assert cell.value == pytest.approx(expected)
    assert cell.lower < cell.value < cell.upper
    assert cell.count == 23, "the crude count keeps the five without an age"
    assert any("5 events" in caveat for caveat in measurement.caveats)


def test_fewer_than_ten_events_give_no_standardised_rate_and_say_so():
    june = make_period(PeriodKind.MONTH, MONTH)
    cell = make_measures().calculate("robbery_standardised", level="lsoa21", periods=[june]).cell("D2", june)
    assert np.isnan(cell.value)
    assert cell.reason == "fewer than 10 events"


def test_a_month_that_is_missing_is_incomplete_and_not_a_rate_of_nothing():
    quarter = get_periods(PeriodKind.QUARTER, [MONTH])
    cell = make_measures().calculate("robbery_standardised", level="pfa24", periods=quarter).cell(FORCE, quarter[0])
    assert cell.is_incomplete and np.isnan(cell.value)


def test_events_without_an_age_column_cannot_be_standardised():
    june = make_period(PeriodKind.MONTH, MONTH)
    with pytest.raises(ValueError, match="carry no victim_age"):
        make_measures(with_ages=False).calculate("robbery_standardised", level="pfa24", periods=[june])
