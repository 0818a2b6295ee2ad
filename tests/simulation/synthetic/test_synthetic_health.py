"""The made-up county's health files: landed under agreements they have no fault, and their truth is found again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
from sharing import agree_to, make_agreements, make_keys

from safeground.engine.catalogue import load_catalogue
from safeground.engine.feeds import CheckReport, check_deliveries, get_live_deliveries, land_files
from safeground.engine.measures import Measures, PeriodKind, allocate_items, get_periods, open_measures
from safeground.engine.warehouse import Warehouse, conform_deliveries, open_warehouse
from safeground.engine.workspace import init_workspace
from safeground.synthetic import make_county
from safeground.synthetic.partner_files import TRUTH_FILE, write_partner_files
from safeground.synthetic.write import write_county

FEEDS = (
    "istv",
    "hospital_admissions",
    "hospital_admissions_tabulated",
    "ambulance",
    "prescribing",
    "postcodes",
    "venues",
)
PARTNERS = {"istv": ("rwx01", "rwx02", "rwx03"), "hospital_admissions": ("rwx",), "ambulance": ("ryw",)}


class Landed(NamedTuple):
    reports: tuple[CheckReport, ...]
    warehouse: Warehouse
    measures: Measures
    truth: dict[str, Any]
    folder: Path


@pytest.fixture(scope="module")
def landed(tmp_path_factory):
    folder = tmp_path_factory.mktemp("health")
    county = make_county(seed=5, small_areas=240, months=6, neighbour_months=0)
    catalogue = load_catalogue("wrenshire")
    write_partner_files(county, folder / "files")
    open_files = [
        path
        for path in write_county(county, folder / "open")
        if path.parent.name in ("boundaries", "lookups", "population")
    ]
    files = [path for feed in FEEDS for path in sorted((folder / "files" / feed).iterdir())]
    workspace = init_workspace(folder / "workspace", partnership="wrenshire")
    agreements = make_agreements(
        *(agree_to(catalogue.feeds.contracts[feed], *partners) for feed, partners in PARTNERS.items())
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SAFEGROUND_KEYS", str(make_keys(folder / "keys")))
        landing = land_files(workspace, catalogue.feeds, [*open_files, *files], agreements=agreements)
    assert [refusal.sentence for refusal in landing.refused] == []
    deliveries = get_live_deliveries(workspace)
    reports = check_deliveries(workspace, catalogue.feeds, deliveries)
    conform_deliveries(workspace, catalogue.feeds, deliveries, reports)
    truth = json.loads((folder / "files" / TRUTH_FILE).read_text())
    with open_warehouse(workspace) as warehouse:
        yield Landed(reports, warehouse, open_measures(warehouse, catalogue), truth, folder)


def test_sound_files_have_no_fault(landed):
    told = [f"{report.delivery}: {problem.message}" for report in landed.reports for problem in report.problems]
    # Some sites are in a busy month all the same: what a sound file says is noted at most.
    assert told == []
    assert all(report.received == report.accepted for report in landed.reports)


def _by_month(landed: Landed, feed: str) -> dict[str, int]:
    events = landed.warehouse.table("events")
    found = (
        events.filter(events.feed == feed).group_by("month").aggregate(n=lambda t: t.count()).to_pyarrow().to_pylist()
    )
    return {f"{row['month']:%Y-%m}": row["n"] for row in found}


def test_attendances_and_calls_of_each_month_are_those_that_were(landed):
    attended = {month: row["attendances"] for month, row in landed.truth["istv"]["by_month"].items()}
    assert _by_month(landed, "istv") == attended
    calls = {month: row["calls"] for month, row in landed.truth["ambulance"]["by_month"].items()}
    assert _by_month(landed, "ambulance") == calls


def test_three_in_five_attendances_are_unknown_to_the_police(landed):
    truth = landed.truth["istv"]
    attended = sum(row["attendances"] for row in truth["by_month"].values())
    error = np.sqrt(0.59 * 0.41 / attended)
    assert truth["share_unknown_to_police"] == pytest.approx(0.59, abs=4 * error)
    hidden = sum(row["unknown_to_police"] for row in truth["by_month"].values())
    assert hidden / attended == pytest.approx(truth["share_unknown_to_police"], abs=1e-3)


def test_the_published_table_holds_the_number_behind_each_interval(landed):
    rows = landed.warehouse.table("figures").to_pyarrow().to_pylist()
    truth = landed.truth["hospital_admissions_tabulated"]
    checked = 0
    for row in rows:
        true = truth[f"{row['period_from']:%Y-%m} {row['category']}"].get(row["area_name"])
        if true is not None:
            assert row["lower"] <= true <= row["upper"]
            checked += 1
    assert checked > 100


def test_a_third_to_a_half_of_the_places_typed_are_vague(landed):
    assert 0.3 < landed.truth["istv"]["share_by_what_is_typed"]["vague"] < 0.5


def _months(landed: Landed, name: str, level: str = "pfa24"):
    counts = landed.measures.counts(name, level=level)
    return counts.gather(get_periods(PeriodKind.MONTH, [period.first for period in counts.definite.periods]))


@pytest.mark.parametrize(
    ("measure", "feed", "key"),
    [
        ("sharp_object_admissions", "hospital_admissions", "sharp_object"),
        ("sharp_object_admissions_under_25_rate", "hospital_admissions", "sharp_object_under_25"),
        ("violence_admissions_standardised_rate", "hospital_admissions", "violence"),
        ("assault_attendances", "istv", "attendances"),
        ("ambulance_assaults_rate", "ambulance", "calls"),
    ],
)
def test_each_measure_counts_exactly_what_was(landed, measure, feed, key):
    counts = _months(landed, measure)
    found = {
        str(period.first)[:7]: int(n)
        for period, n in zip(counts.definite.periods, counts.definite.values[0], strict=True)
    }
    assert found == {month: row[key] for month, row in landed.truth[feed]["by_month"].items()}
    assert counts.undetermined.values.sum() == 0


def test_attendances_are_in_areas_as_far_as_their_texts_allow_and_the_rest_is_told(landed):
    shares = landed.measures.placements("assault_attendances")
    assert shares.events == sum(row["attendances"] for row in landed.truth["istv"]["by_month"].values())
    # Some four in ten are vague, and a street without a town is one of several.
    assert 0.35 < shares.share_unplaced < 0.6
    assert sum(shares.why_not.values()) == shares.unplaced
    assert set(shares.why_not) <= {"vague", "blank", "not known", "in several places", "not sure enough"}
    whole = _months(landed, "assault_attendances").definite.values.sum()
    placed = {
        level: _months(landed, "assault_attendances", level).definite.values.sum()
        for level in ("lsoa21", "ward24", "ltla24")
    }
    assert whole == shares.events
    assert placed["lsoa21"] == shares.small_area
    assert placed["ward24"] == shares.small_area + shares.ward
    assert placed["ltla24"] == shares.small_area + shares.ward + shares.district
    measured = landed.measures.calculate(
        "assault_attendances",
        level="ltla24",
        periods=get_periods(
            PeriodKind.MONTH, [p.first for p in _months(landed, "assault_attendances").definite.periods]
        )[:1],
    )
    assert any("are in no area's figures" in caveat for caveat in measured.caveats)


def test_where_attendances_are_placed_is_where_they_happened(landed):
    """Every attendance placed in a district is of an assault there: the county's own tables by district bound what is placed."""
    counts = _months(landed, "assault_attendances", "ltla24").definite
    treated = landed.truth["assaults"]["by_district"]
    placed = counts.values.sum(axis=1)
    true = np.array([treated[code]["treated_in_a_and_e"] for code in counts.areas])
    # Arrivals of the last night fall into the next month, and a few texts are mistaken: within a handful of each district's own.
    assert (placed <= true + 5).all()
    share = placed.sum() / true.sum()
    assert (np.abs(placed - share * true) <= 4 * np.sqrt(share * (1 - share) * true) + 3).all()


def test_every_item_prescribed_is_in_an_area_or_told_and_follows_where_patients_live(landed):
    found = allocate_items(landed.warehouse)
    truth = landed.truth["prescribing"]["by_month"]
    assert [f"{month:%Y-%m}" for month in found.months] == sorted(truth)
    prescribed = [truth[month]["items"] for month in sorted(truth)]
    np.testing.assert_allclose(found.items.sum(axis=0) + found.unallocated, prescribed)
    np.testing.assert_allclose(found.unallocated, 0, atol=1e-6)
    assert found.patients.sum() == landed.truth["prescribing"]["patients"]
    only = allocate_items(landed.warehouse, sections=("0404",))
    assert 0 < only.items.sum() < found.items.sum() / 5
    # Worked by hand for one area: each practice's items times its share of patients there.
    area, last = found.areas[0], sorted(truth)[-1]
    registered = landed.warehouse.table("practice_patients").to_pyarrow().to_pylist()
    total: dict[str, int] = {}
    for row in registered:
        total[row["practice_code"]] = total.get(row["practice_code"], 0) + row["patients"]
    by_hand = sum(
        truth[last]["by_practice"][row["practice_code"]] * row["patients"] / total[row["practice_code"]]
        for row in registered
        if row["area_code"] == area
    )
    assert found.items[0, -1] == pytest.approx(by_hand)
