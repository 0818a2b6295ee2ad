"""Real files of Essex Police, counted by the engine and again with pandas from the files themselves."""

from __future__ import annotations

import datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from safeground.engine.measures import Measures, PeriodKind, get_periods, make_period

pytestmark = [
    pytest.mark.real_data,
    pytest.mark.slow,
    # Ibis 12 asks DuckDB 2 for a table's columns by a method that DuckDB has since renamed.
    pytest.mark.filterwarnings("ignore:fetch_arrow_table:DeprecationWarning"),
]

MONTHS = ("2022-03", "2025-01", "2025-02", "2025-03")
VIOLENCE = ("Violence and sexual offences", "Robbery")


def names_of(folder: Path) -> tuple[Path, ...]:
    street = [folder / "police_uk" / "essex" / f"{month}-essex-street.csv.gz" for month in MONTHS]
    lookups = ["lsoa21_ward24_ltla24_EW.csv.gz", "ltla24_csp24_pfa24.csv", "lsoa11_lsoa21_ltla22_EW.csv.gz"]
    population = folder / "population" / "census21_usual_residents_agegroup_lsoa21_EW.csv.gz"
    return (*street, *[folder / "lookups" / name for name in lookups], population)


@pytest.fixture(scope="module")
def essex(shared_data: Path, build_measures) -> Measures:
    return build_measures(names_of(shared_data), partnership="essex")


@pytest.fixture(scope="module")
def rows(shared_data: Path) -> pd.DataFrame:
    """Every violent crime, once for each identifier, with the district its small area lies in today."""
    street = pd.concat(pd.read_csv(path) for path in names_of(shared_data) if "street" in path.name)
    street = street[street["Crime type"].isin(VIOLENCE)].drop_duplicates()
    districts = pd.read_csv(shared_data / "lookups" / "lsoa21_ward24_ltla24_EW.csv.gz").set_index("lsoa21_code")[
        "ltla24_code"
    ]
    return street.assign(district=street["LSOA code"].map(districts))


def test_the_force_has_every_violent_crime_of_its_files(essex, rows):
    counts = essex.counts("violence_rate", level="pfa24").definite
    expected = rows.groupby("Month").size()
    for month in MONTHS:
        period = make_period(PeriodKind.MONTH, datetime.date.fromisoformat(f"{month}-01"))
        assert counts.select_periods([period]).values[0, 0] == expected[month]


def test_districts_of_2025_have_the_crimes_of_their_small_areas_and_the_rest_is_accounted_for(essex, rows):
    recent = rows[rows["Month"] >= "2025"]
    expected = recent.groupby("district").size()
    period = get_periods(PeriodKind.QUARTER, [datetime.date(2025, 1, 1)])
    counts = essex.counts("violence_rate", level="ltla24").gather(period)
    found = dict(zip(counts.definite.areas, counts.definite.values[:, 0], strict=True))
    assert len(found) == 14
    assert found == {area: expected[area] for area in found}
    elsewhere = expected[~expected.index.isin(found)].sum()
    assert counts.reconciliation.outside.values[0, 0] == elsewhere > 0
    assert counts.reconciliation.unplaced.values[0, 0] == recent["district"].isna().sum() > 0
    assert not counts.definite.is_estimated.any()


def test_a_month_of_2011_codes_adds_up_in_districts_without_an_estimate(essex, rows):
    """Essex's splits all lie within districts, so only small areas and wards of that month are estimated."""
    period = [make_period(PeriodKind.MONTH, datetime.date(2022, 3, 1))]
    district, small = (essex.counts("violence_rate", level=level).gather(period) for level in ("ltla24", "lsoa21"))
    assert not district.definite.is_estimated.any()
    assert small.definite.is_estimated.any()
    np.testing.assert_allclose(small.definite.total(), district.definite.total())
    np.testing.assert_allclose(district.definite.total(), district.reconciliation.inside.values[0])
    unknown = district.reconciliation.unplaced.values[0, 0]
    assert unknown == rows[(rows["Month"] == "2022-03") & rows["LSOA code"].isna()].shape[0]


def test_the_year_between_is_a_gap_and_not_a_fall(essex):
    year = make_period(PeriodKind.ROLLING_YEAR, datetime.date(2025, 3, 1))
    cell = essex.calculate("violence_rate", level="pfa24", periods=[year]).column(year)[0]
    assert cell.is_incomplete
    assert cell.reason == "year ending March 2025 is incomplete: not every month of it has been received"
