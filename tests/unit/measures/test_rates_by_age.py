"""Rates by age band and area, from crimes and victims as a force sends them, over residents of the band."""

from __future__ import annotations

import csv
import dataclasses
import datetime
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from sharing import agree_to, make_agreements, make_keys

from safeground.engine.catalogue import Measure, load_catalogue
from safeground.engine.feeds import check_deliveries, get_live_deliveries, land_files
from safeground.engine.measures import Ages, Measures, PeriodKind, make_period, open_measures
from safeground.engine.warehouse import conform_deliveries, open_warehouse
from safeground.engine.workspace import init_workspace
from safeground.synthetic import make_county, write_county

BANDS = (Ages(0, 15), Ages(16, 24), Ages(25, None))
JUNE = make_period(PeriodKind.MONTH, datetime.date(2025, 6, 1))
AGES = [None, 12, 17, 18, 24, 25, 70]
MEASURE = {
    "schema": 1, "name": "knife_by_age", "version": 1, "title": "Knife-enabled serious violence", "short_title": "knife crime",
    "why_it_matters": "A test needs it.", "direction": "lower_is_better", "unit": {"type": "rate", "per": 100000},
    "numerator": {"definition": "knife_enabled_serious_violence"}, "denominator": {"population": "residents"},
    "areas": ["ltla24", "pfa24"], "periods": ["month"], "interval": {"method": "exact_or_byar", "confidence": 0.95},
    "owner": "Analyst", "checked_by": "Data lead", "review_by": "2027-04-30",
}  # fmt: skip


def write(path: Path, rows: list[dict[str, object]]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)
    return path


@dataclasses.dataclass(frozen=True)
class Built:
    measures: Measures
    crimes: tuple[tuple[str, int | None], ...]
    """Area and age of the youngest victim of each crime that counts."""


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Built]:
    folder = tmp_path_factory.mktemp("ages")
    county = make_county(seed=3, small_areas=40, months=2, neighbour_months=1)
    files = [path for path in write_county(county, folder / "open") if {"lookups", "population"} & set(path.parts)]
    catalogue = load_catalogue("wrenshire")
    catalogue = dataclasses.replace(
        catalogue, measures={**catalogue.measures, "knife_by_age": Measure.model_validate(MEASURE)}
    )
    workspace = init_workspace(folder / "workspace", partnership="wrenshire")
    assert not land_files(workspace, catalogue.feeds, files).refused
    conform(workspace, catalogue)
    with open_warehouse(workspace) as warehouse:
        codes = open_measures(warehouse, catalogue).areas("lsoa21")
    rng = np.random.default_rng(5)
    same = {"force": "Wrenshire Police", "recorded_date": "2025-06-11"}
    crimes, victims, counted = [], [], []
    for number in range(300):
        area, ages = str(rng.choice(codes)), [AGES[place] for place in rng.integers(0, len(AGES), rng.integers(0, 3))]
        crimes.append({**same, "crime_ref": f"WR/{number}", "ho_code": "00801", "ho_class": "8N", "crime_status": "recorded",
                       "lsoa21": area, "easting": "", "northing": "", "location_type": "street", "da_flag": "N", "weapon_type": "knife",
                       "weapon_use": "used", "knife_flag_ndqis": "Y"})  # fmt: skip
        victims += [
            {
                **same,
                "crime_ref": f"WR/{number}",
                "victim_pid": f"P{number}/{place}",
                "age": "" if age is None else age,
                "sex": "",
            }
            for place, age in enumerate(ages)
        ]
        stated = [age for age in ages if age is not None]
        counted.append((area, min(stated) if stated else None))
    files = [
        write(folder / "2025-06-wrenshire-crimes.csv", crimes),
        write(folder / "2025-06-wrenshire-victims.csv", victims),
    ]
    agreements = make_agreements(agree_to(catalogue.feeds.contracts["recorded_crime"], "wrenshire"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SAFEGROUND_KEYS", str(make_keys(folder / "keys")))
        assert not land_files(
            workspace, catalogue.feeds, files, agreements=agreements, today=datetime.date(2025, 7, 1)
        ).refused
    conform(workspace, catalogue)
    with open_warehouse(workspace) as warehouse:
        yield Built(open_measures(warehouse, catalogue), tuple(counted))


def conform(workspace, catalogue) -> None:
    live = get_live_deliveries(workspace)
    conform_deliveries(workspace, catalogue.feeds, live, check_deliveries(workspace, catalogue.feeds, live))


def test_each_band_has_its_own_events_over_its_own_residents(built: Built) -> None:
    measures = built.measures
    found = measures.calculate_by_ages("knife_by_age", BANDS, level="ltla24", periods=[JUNE])
    assert list(found) == ["0-15", "16-24", "25+"]
    areas = measures.areas("ltla24")
    district_of = dict(
        zip(
            measures.areas("lsoa21"),
            measures.locator.hierarchy.parents("ltla24", measures.areas("lsoa21")),
            strict=True,
        )
    )
    populations = measures.warehouse.table("populations").to_pyarrow().to_pylist()
    for band in BANDS:
        counts = Counter(
            district_of[area]
            for area, age in built.crimes
            if age is not None and band.first <= age and (band.last is None or age <= band.last)
        )
        told = found[band.label]
        assert told.category == band.label
        np.testing.assert_array_equal(told.counts.definite.values[:, 0], [counts[area] for area in areas])
        people = measures.populations(2025, (band,))
        assert people.vintage == "lsoa21", "these bands are the census's own, on current areas"
        for area, rate in zip(areas, np.asarray(told.estimate.value)[:, 0], strict=True):
            residents = sum(
                row["people"]
                for row in populations
                if row["delivery"] == people.delivery
                and district_of.get(row["area_code"]) == area
                and band.holds(Ages(row["age_from"], row["age_to"]))
            )
            assert counts[area] > 0
            assert rate == pytest.approx(100_000 * counts[area] / residents)


def test_events_whose_age_nobody_states_are_in_no_band(built: Built) -> None:
    found = built.measures.calculate_by_ages("knife_by_age", BANDS, level="pfa24", periods=[JUNE])
    told = sum(measurement.counts.definite.values.sum() for measurement in found.values())
    assert told == sum(age is not None for _, age in built.crimes) < 300
    assert built.measures.calculate("knife_by_age", level="pfa24", periods=[JUNE]).counts.definite.values.sum() == 300


def test_bands_that_overlap_and_measures_without_bands_are_refused(built: Built) -> None:
    with pytest.raises(ValueError, match="two age bands overlap"):
        built.measures.calculate_by_ages("knife_by_age", (Ages(0, 17), Ages(17, 24)), level="pfa24", periods=[JUNE])
    with pytest.raises(ValueError, match="violence_share is a share; only a crude rate or a count is told by age"):
        built.measures.calculate_by_ages("violence_share", BANDS, level="pfa24", periods=[JUNE])
