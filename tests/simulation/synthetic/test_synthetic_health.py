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
        yield Landed(reports, warehouse, truth, folder)


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
