"""Whatever was recorded, and by whomever: it reconciles, its order is irrelevant, and what is incomplete stays incomplete."""

from __future__ import annotations

import datetime

import numpy as np
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from safeground.engine.areas import get_pairs, make_crosswalk, make_hierarchy
from safeground.engine.measures import AreaLocator, EventTally, PeriodKind, count_monthly, get_periods, place_tally
from safeground.months import get_months

# 24 small areas in 6 districts of 2 forces; each of the first 8 is half of a small area of 2011, some halves in different districts.
SMALL = [f"E01{number:06d}" for number in range(24)]
DISTRICT = {small: f"E07{number // 4:06d}" for number, small in enumerate(SMALL)}
FORCE = {f"E07{number:06d}": f"E23{number // 3:06d}" for number in range(6)}
OLD = [(f"E019{number // 2:05d}", SMALL[(number * 3) % 9], "S") for number in range(8)]
MONTHS = get_months(datetime.date(2024, 1, 1), datetime.date(2025, 2, 1))
PARTNERS = ("alpha", "beta")
HOME = {"alpha": "E23000000", "beta": "E23000001"}


def make_locator() -> AreaLocator:
    rows = [("lsoa21", small, "ltla24", district, None) for small, district in DISTRICT.items()]
    rows += [("ltla24", district, "pfa24", force, None) for district, force in FORCE.items()]
    rows += [("lsoa11", old, "lsoa21", new, change) for old, new, change in OLD]
    names = ("from_vintage", "from_code", "to_vintage", "to_code", "change_code")
    columns = {name: pa.array(values, pa.string()) for name, values in zip(names, zip(*rows, strict=True), strict=True)}
    blank = pa.nulls(len(rows), pa.string())
    lookups = pa.table(columns | {"delivery": blank, "from_name": blank, "to_name": blank})
    people = {small: 700.0 + 13 * number for number, small in enumerate(SMALL)}
    return AreaLocator(make_hierarchy(lookups), make_crosswalk(get_pairs(lookups, "lsoa11", "lsoa21"), people))


LOCATOR = make_locator()
AREAS = (None, "nowhere", *SMALL, *sorted({old for old, _, _ in OLD}))


@st.composite
def tallies(draw) -> EventTally:
    covered = {partner: frozenset(draw(st.sets(st.sampled_from(MONTHS), min_size=1))) for partner in PARTNERS}
    months = tuple(sorted(set().union(*covered.values())))
    possible = [(p, months.index(month)) for p, partner in enumerate(PARTNERS) for month in sorted(covered[partner])]
    row = st.tuples(st.sampled_from(possible), st.integers(0, len(AREAS) - 1), st.integers(0, 2), st.integers(1, 50))
    rows = draw(st.lists(row, max_size=60))
    (places, area, verdict, events) = zip(*rows, strict=True) if rows else ((), (), (), ())
    number = np.array(places, dtype=np.intp).reshape(-1, 2)
    verdict = np.array(verdict, dtype=np.intp)
    return EventTally(
        feed="street", partners=PARTNERS, months=months, areas=AREAS, gaps=((), ("weapon_use",)), categories=("",), coverage=covered,
        partner=number[:, 0], month=number[:, 1], area=np.array(area, dtype=np.intp), verdict=verdict,
        missing=(verdict == 1).astype(np.intp), category=np.zeros(len(rows), dtype=np.intp), events=np.array(events, dtype=np.int64),
    )  # fmt: skip


def count(tally, level):
    return count_monthly(tally, place_tally(tally, LOCATOR, HOME), level=level)


@settings(deadline=None, max_examples=60)
@given(tallies())
def test_small_areas_add_up_to_districts_and_districts_to_what_a_force_recorded_less_what_lies_elsewhere(tally):
    small, district, force = (count(tally, level) for level in ("lsoa21", "ltla24", "pfa24"))
    for verdict in ("definite", "undetermined"):
        sums = getattr(small, verdict), getattr(district, verdict)
        for matrix in sums:
            parents = (
                LOCATOR.hierarchy.parents("pfa24") if matrix is sums[0] else [FORCE[code] for code in matrix.areas]
            )
            reconciliation = force.reconciliation if verdict == "definite" else force.undetermined_reconciliation
            for row, partner in enumerate(PARTNERS):
                own = matrix.values[np.array([parent == HOME[partner] for parent in parents])].sum(axis=0)
                np.testing.assert_allclose(own, reconciliation.inside.values[row], atol=1e-9)
        recorded = reconciliation.recorded.values
        parts = reconciliation.inside.values + reconciliation.outside.values + reconciliation.unplaced.values
        np.testing.assert_allclose(recorded, parts, atol=1e-9)
        np.testing.assert_array_equal(getattr(force, verdict).values, recorded)
    outside = sum(events for _, _, events in force.reconciliation.outside_areas)
    assert np.isclose(outside, np.nansum(force.reconciliation.outside.values))


@settings(deadline=None, max_examples=30)
@given(tallies(), st.randoms(use_true_random=False))
def test_the_order_of_rows_is_irrelevant(tally, random):
    order = list(range(len(tally.events)))
    random.shuffle(order)
    shuffled = tally.select(np.array(order, dtype=np.intp))
    for level in ("lsoa21", "ltla24"):
        before, after = count(tally, level), count(shuffled, level)
        np.testing.assert_allclose(before.definite.values, after.definite.values, atol=1e-9)
        np.testing.assert_array_equal(before.definite.is_estimated, after.definite.is_estimated)


@settings(deadline=None, max_examples=40)
@given(tallies(), st.sampled_from([kind for kind in PeriodKind if kind is not PeriodKind.SELECTED_MONTHS]))
def test_a_period_has_a_number_exactly_where_its_force_has_landed_every_month(tally, kind):
    periods = get_periods(kind, tally.months)
    counts = count(tally, "ltla24").gather(periods)
    partner_of = {HOME[partner]: partner for partner in PARTNERS}
    for row, area in enumerate(counts.definite.areas):
        covered = tally.coverage[partner_of[FORCE[area]]]
        assert [period.is_complete(covered) for period in periods] == (~counts.definite.is_incomplete[row]).tolist()
    np.testing.assert_array_equal(counts.upper.is_incomplete, counts.definite.is_incomplete)


@settings(deadline=None, max_examples=30)
@given(tallies())
def test_every_undetermined_event_is_in_a_gap_and_the_upper_bound_is_never_below_the_definite_count(tally):
    counts = count(tally, "pfa24")
    gaps = sum(np.nansum(gap.events.values) for gap in counts.gaps)
    assert gaps == tally.events[tally.verdict == 1].sum()
    known = ~counts.definite.is_incomplete
    assert (counts.upper.values[known] >= counts.definite.values[known]).all()
