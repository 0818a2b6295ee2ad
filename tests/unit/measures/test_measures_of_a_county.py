"""A county's measures, from files as partners send them, against an independent count of those files."""

from __future__ import annotations

import collections
import csv
import datetime
import gzip
import math

import numpy as np
import pytest

from safeground.engine.disclosure import State
from safeground.engine.documents import Audience
from safeground.engine.measures import (
    PeriodKind,
    find_comparison,
    find_latest_run,
    find_latest_year,
    get_periods,
    make_period,
    protect_cell,
)

# Ibis 12 asks DuckDB 2 for a table's columns by a method that DuckDB has since renamed.
pytestmark = pytest.mark.filterwarnings("ignore:fetch_arrow_table:DeprecationWarning")

VIOLENCE = {"Violence and sexual offences", "Robbery"}
JUNE = datetime.date(2025, 6, 1)


def read_rows(county, partner: str):
    for path in county.files:
        if path.name.endswith(f"-{partner}-street.csv.gz"):
            with gzip.open(path, "rt", encoding="utf-8", newline="") as lines:
                yield from csv.DictReader(lines)


def test_a_force_has_exactly_the_violence_of_its_files_month_by_month(county):
    counted = collections.Counter(
        row["Month"] for row in read_rows(county, "wrenshire") if row["Crime type"] in VIOLENCE
    )
    counts = county.measures.counts("violence_rate", level="pfa24").definite
    found = {f"{period.first:%Y-%m}": number for period, number in zip(counts.periods, counts.values[0], strict=True)}
    assert found == counted
    assert len(found) == 15


def test_small_areas_of_today_have_exactly_the_crimes_their_rows_name(county):
    counted = collections.Counter(
        row["LSOA code"]
        for row in read_rows(county, "wrenshire")
        if row["Month"] >= "2024-10" and row["Crime type"] != "Anti-social behaviour"
    )
    run = get_periods(PeriodKind.MONTH, [datetime.date(2024, 10, 1), JUNE])
    counts = county.measures.counts("recorded_crime_by_type", level="lsoa21").gather(run).definite
    for area, row in zip(counts.areas, counts.values, strict=True):
        assert row.sum() == counted[area]
    assert not counts.is_estimated.any()


def test_months_with_older_codes_keep_their_totals_and_mark_what_was_split(county):
    months = [datetime.date(2024, 4, 1), datetime.date(2024, 9, 1)]
    counts = county.measures.counts("recorded_crime_by_type", level="lsoa21").gather(
        get_periods(PeriodKind.MONTH, months)
    )
    np.testing.assert_allclose(counts.definite.total(), counts.reconciliation.inside.values[0], rtol=1e-12)
    assert counts.definite.is_estimated.any()
    assert not counts.definite.is_estimated.all()


def test_a_rate_is_the_count_over_the_residents_and_says_of_which_year(county):
    year = find_latest_year(county.measures.warehouse.coverage("police_uk_street")["wrenshire"])
    rate = county.measures.calculate("violence_rate", level="ltla24", periods=[year])
    cells = rate.column(year)
    assert len(cells) == len(county.measures.areas("ltla24"))
    for cell in cells:
        assert cell.value == pytest.approx(1000 * cell.count / cell.denominator)
        assert cell.lower < cell.value < cell.upper
    assert rate.unit == "per 1,000 residents"
    assert rate.denominator_label == "residents in 2021"
    assert rate.definition == "police_uk_violence version 1"
    assert rate.sources[0].endswith("Wrenshire Police, July 2024 to June 2025, 12 months")


def test_public_space_violence_has_an_upper_bound_for_want_of_weapon_place_and_domestic(county):
    year = make_period(PeriodKind.ROLLING_YEAR, JUNE)
    measurement = county.measures.calculate("public_space_violence_rate", level="pfa24", periods=[year])
    cell = measurement.column(year)[0]
    assert cell.value < cell.upper < cell.upper_bound
    (gap,) = measurement.counts.gaps
    assert gap.fields == ("domestic", "location_type", "weapon_use")
    assert cell.upper_bound == pytest.approx(cell.value * (cell.count + gap.events.values[0, 0]) / cell.count)


def test_a_share_is_in_percent_of_the_recorded_crime_of_the_same_area(county):
    year = make_period(PeriodKind.ROLLING_YEAR, JUNE)
    share = county.measures.calculate("violence_share", level="ltla24", periods=[year])
    crimes = county.measures.calculate("recorded_crime_by_type", level="ltla24", periods=[year])
    for part, whole in zip(share.column(year), crimes.column(year), strict=True):
        assert part.value == pytest.approx(100 * part.count / whole.count)


def test_offences_add_up_to_all_recorded_crime_and_anti_social_behaviour_is_none_of_it(county):
    year = make_period(PeriodKind.ROLLING_YEAR, JUNE)
    by_type = county.measures.calculate_by("recorded_crime_by_type", level="ltla24", periods=[year])
    total = county.measures.calculate("recorded_crime_by_type", level="ltla24", periods=[year])
    np.testing.assert_allclose(
        sum(part.counts.definite.values for part in by_type.values()), total.counts.definite.values
    )
    assert next(iter(by_type)) == "Violence and sexual offences"
    assert "Anti-social behaviour" not in by_type


def test_a_neighbour_is_compared_only_over_months_all_have_landed(county):
    comparison = county.measures.compare_with_neighbours("violence_rate")
    assert comparison.period.label == "March to June 2025", "a neighbour's February was not landed"
    assert len(comparison.neighbours) == 3
    assert (comparison.ratio.lower < comparison.ratio.value).all()


def test_fifteen_months_allow_only_the_months_of_both_years_to_be_compared(county):
    covered = county.measures.warehouse.coverage("police_uk_street")["wrenshire"]
    change = county.measures.compare_with_year_before("violence_rate", level="ltla24")
    assert change.periods == find_comparison(covered)
    assert change.periods.latest.label == "April to June 2025"
    monthly = county.measures.counts("violence_rate", level="ltla24").definite
    later, earlier = (
        monthly.gather([period]).values[:, 0] for period in (change.periods.latest, change.periods.before)
    )
    np.testing.assert_allclose(change.change.value, later / earlier)


def test_an_incomplete_year_is_protected_as_incomplete_and_carries_no_number(county):
    harland = county.measures.home["harland"]
    year = make_period(PeriodKind.ROLLING_YEAR, JUNE)
    rate = county.measures.calculate(
        "violence_rate", level="pfa24", periods=[year], partners=tuple(county.measures.home)
    )
    rule = county.measures.catalogue.disclosure.rule("open_data", Audience.PUBLIC)
    incomplete = protect_cell(rate.cell(harland, year), rate, rule)
    assert incomplete.state is State.INCOMPLETE
    assert incomplete.value is None
    own = protect_cell(rate.cell(county.measures.own_area, year), rate, rule)
    assert own.value == rate.cell(county.measures.own_area, year).value
    assert own.unit == "per 1,000 residents"


def test_every_district_is_compared_with_the_rest_without_itself(county):
    run = find_latest_run(county.measures.warehouse.coverage("police_uk_street")["wrenshire"])
    comparison = county.measures.compare_with_rest("violence_rate", level="ltla24", period=run)
    cells = county.measures.calculate("violence_rate", level="ltla24", periods=[run]).column(run)
    first, rest = cells[0], cells[1:]
    expected = (first.count / first.denominator) / (sum(c.count for c in rest) / sum(c.denominator for c in rest))
    assert comparison.ratio.value[0] == pytest.approx(expected)
    assert comparison.dispersion >= 1


def test_a_line_of_monthly_rates_agrees_with_the_run_chart(county):
    run = county.measures.run_chart("violence_rate")
    line = county.measures.monthly_rates("violence_rate")
    assert line.periods == run.months
    np.testing.assert_allclose(line.estimate.value[0], run.chart.value)
    cell = line.cell(county.measures.own_area, run.months[0])
    assert cell.value == pytest.approx(cell.count / cell.denominator * line.per)
    assert cell.lower < cell.value < cell.upper
    assert line.unit == "per 1,000 residents and month of 30.4 days"


def test_only_single_months_of_a_crude_rate_are_told_for_an_average_month(county):
    share = next(m.name for m in county.measures.catalogue.measures.values() if m.unit.type == "share")
    with pytest.raises(ValueError, match="only a crude rate"):
        county.measures.monthly_rates(share)
    quarter = get_periods(PeriodKind.QUARTER, [datetime.date(2025, 1, 1)])
    with pytest.raises(ValueError, match="give single months"):
        county.measures.monthly_rates("violence_rate", periods=quarter)


def test_a_run_chart_has_every_month_and_weighs_them_by_their_days(county):
    chart = county.measures.run_chart("violence_rate")
    assert len(chart.months) == 15
    february = [month.first for month in chart.months].index(datetime.date(2025, 2, 1))
    cell = county.measures.calculate("violence_rate", level="pfa24", periods=chart.months).column(
        chart.months[february]
    )[0]
    assert chart.chart.value[february] == pytest.approx(cell.value * (365.25 / 12) / 28)


def test_a_measure_there_is_not_is_named_with_those_there_are(county):
    with pytest.raises(KeyError, match="no measure 'burglary'; there are ambulance_assaults_rate"):
        county.measures.counts("burglary", level="pfa24")


def test_counts_of_different_areas_are_not_compared(county):
    with pytest.raises(ValueError, match="is a count"):
        county.measures.compare_with_rest(
            "anti_social_behaviour", level="ltla24", period=make_period(PeriodKind.MONTH, JUNE)
        )


def test_a_count_has_the_interval_of_a_count(county):
    june = make_period(PeriodKind.MONTH, JUNE)
    cell = county.measures.calculate("anti_social_behaviour", level="pfa24", periods=[june]).column(june)[0]
    assert cell.value == cell.count
    assert cell.lower < cell.value < cell.upper
    assert math.isnan(cell.denominator)


def test_a_measurement_names_the_residents_it_divides_by_among_its_sources(county):
    june = make_period(PeriodKind.MONTH, JUNE)
    sources = county.measures.calculate("violence_rate", level="pfa24", periods=[june]).sources
    assert sources[0].endswith("Wrenshire Police, June 2025")
    assert sources[1].endswith(", 2021")


def test_no_period_is_refused(county):
    with pytest.raises(ValueError, match="give at least one"):
        county.measures.calculate("violence_rate", level="pfa24", periods=[])
