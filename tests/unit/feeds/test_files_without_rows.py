"""A header and no rows: from some senders that nothing happened, from all others an extract that failed."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from sharing import make_keys

from safeground.engine.build import destroy_deliveries
from safeground.engine.catalogue import definitions_folder, load_agreements, load_catalogue
from safeground.engine.feeds import check_deliveries, check_workspace, get_live_deliveries, land_files
from safeground.engine.measures import open_measures
from safeground.engine.measures.events import get_coverage
from safeground.engine.warehouse import conform_deliveries, open_warehouse
from safeground.engine.workspace import init_workspace

FOLDER = definitions_folder() / "national" / "feeds"
CATALOGUE = load_catalogue("wrenshire")


def example(feed: str, *, rows: bool) -> str:
    header, *others = (FOLDER / feed / "example.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    return header + "".join(others if rows else ())


@pytest.fixture
def send(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Land a text under a name; gives the refusals and, of what landed, everything checked and conformed."""
    monkeypatch.setenv("SAFEGROUND_KEYS", str(make_keys(tmp_path / "keys")))
    workspace = init_workspace(tmp_path / "workspace", partnership="wrenshire")

    def run(name: str, text: str, **said: Any) -> SimpleNamespace:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        landing = land_files(workspace, CATALOGUE.feeds, [path], agreements=load_agreements("wrenshire"), **said)
        live = get_live_deliveries(workspace)
        reports = check_deliveries(workspace, CATALOGUE.feeds, live)
        conform_deliveries(workspace, CATALOGUE.feeds, live, reports)
        return SimpleNamespace(
            refused=[refusal.sentence for refusal in landing.refused], reports=reports, workspace=workspace
        )

    return run


def test_a_year_without_a_homicide_is_a_year_of_none_and_not_of_silence(send):
    """Beside a year with one: of the year between, which was never sent, nothing is known."""
    send("homicide-index-wrenshire-2025.csv", example("homicide_index", rows=True))
    sent = send("homicide-index-wrenshire-2023.csv", example("homicide_index", rows=False), stated_rows=0)
    assert sent.refused == []
    (empty,) = (report for report in sent.reports if report.period == "2023")
    assert (empty.received, empty.accepted, empty.quarantined, empty.duplicates) == (0, 0, 0, 0)
    assert empty.is_used and [problem.rule for problem in empty.problems] == ["no_rows"]
    with open_warehouse(sent.workspace) as warehouse:
        counts = open_measures(warehouse, CATALOGUE).counts("non_domestic_homicides", level="pfa24").definite
    own = counts.values[list(counts.areas).index("E23990001")]
    by_year = {
        year: [own[i] for i, p in enumerate(counts.periods) if str(year) in p.label] for year in (2023, 2024, 2025)
    }
    assert by_year[2023] == [0] * 12
    assert np.isnan(by_year[2024]).all()
    assert 1 in by_year[2025] and 0 in by_year[2025]


def test_a_newest_year_without_rows_does_not_reach_into_months_to_come(send):
    sent = send("homicide-index-wrenshire-2031.csv", example("homicide_index", rows=False), stated_rows=0)
    with open_warehouse(sent.workspace) as warehouse:
        assert get_coverage(warehouse, "homicide_index") == {"wrenshire": frozenset()}


def test_an_august_without_suspensions_is_no_half_empty_month(send):
    """Suspensions by the hundred in other months, and none in August, which its sender says with a file of its own."""
    header, row, *_ = example("pupil_exclusions", rows=True).splitlines(keepends=True)
    for month in ("2025-05", "2025-06", "2025-07"):
        rows = "".join(
            row.replace("03310", f"{month[-2:]}{i:03}").replace("2025-03-17", f"{month}-12") for i in range(60)
        )
        assert send(f"pupil-exclusions-{month}.csv", header + rows).refused == []
    sent = send("pupil-exclusions-2025-08.csv", header, partner="wrenshire-education", stated_rows=0)
    assert sent.refused == [] and len(sent.reports) == 4
    assert [problem.rule for problem in check_workspace(sent.workspace, CATALOGUE.feeds)] == [
        "area_codes_not_checked"
    ] * 2


def test_whose_silence_it_is_must_be_told(send):
    sent = send("suspensions.csv", example("pupil_exclusions", rows=False), period="2025-08", stated_rows=0)
    assert sent.refused[0].endswith("does not tell who sent it; name the partner with --partner.")


@pytest.mark.parametrize("stated", [None, 1])
@pytest.mark.parametrize("blank", ["", "\r\n\r\n"])
def test_a_header_alone_says_nothing_of_itself(send, stated, blank):
    """An export that failed looks the same. The sentence says both ways out, and nothing is kept."""
    sent = send("homicide-index-wrenshire-2023.csv", example("homicide_index", rows=False) + blank, stated_rows=stated)
    assert sent.reports == () and not any(path.is_file() for path in sent.workspace.landed.rglob("*"))
    (sentence,) = sent.refused
    assert "has a header and no rows" in sentence
    assert "--nothing-to-report" in sentence and "ask for it to be sent again" in sentence


def test_whether_it_is_a_delivery_is_asked_before_whose(send):
    (sentence,) = send("suspensions.csv", example("pupil_exclusions", rows=False)).refused
    assert "has a header and no rows" in sentence


def test_once_said_it_need_not_be_said_again(send):
    """A folder landed twice says nothing new; another year, of the same bytes, is still nobody's word."""
    text = example("homicide_index", rows=False)
    assert send("homicide-index-wrenshire-2023.csv", text, stated_rows=0).refused == []
    assert send("homicide-index-wrenshire-2023.csv", text).refused == []
    assert len(send("homicide-index-wrenshire-2024.csv", text).refused) == 1


def test_a_destroyed_year_of_none_bars_no_other(send):
    """Every header without rows has the same bytes."""
    text = example("homicide_index", rows=False)
    sent = send("homicide-index-wrenshire-2023.csv", text, stated_rows=0)
    destroy_deliveries(sent.workspace, [sent.reports[0].delivery], reason="asked", by="lead")
    assert send("homicide-index-wrenshire-2024.csv", text, stated_rows=0).refused == []


@pytest.mark.parametrize("stated", [None, 0])
@pytest.mark.parametrize("feed", ["recorded_crime", "ambulance", "school_exclusions"])
def test_of_any_other_feed_it_is_an_extract_that_failed(send, feed, stated):
    sent = send("2025-03-wrenshire-crimes.csv", example(feed, rows=False), stated_rows=stated)
    assert "has a header and no rows; ask for it to be sent again" in sent.refused[0] and sent.reports == ()


HEADER = "time_period,geographic_level,region_code,new_la_code,la_name,school_type,suspension,susp_rate,perm_excl,perm_excl_rate"
NATIONAL = "202324,National,,,,Total,950000,11.25,10800,0.13"


@pytest.mark.parametrize(
    ("others", "quarantined", "duplicates"),
    [
        (["202324,National,,,,Primary,90000,1.25,800,0.03", "202223,National,,,,Total,780000,9.3,9376,0.11"], 0, 0),
        ([NATIONAL], 0, 1),
        ([NATIONAL.replace("950000", "905000")], 2, 0),
        (["202324,National,,,,,950000,11.25,10800,0.13"], 0, 0),
    ],
)
def test_a_row_of_the_whole_country_is_one_row_though_it_names_no_area(send, others, quarantined, duplicates):
    sent = send("exclusions_2024.csv", "\n".join([HEADER, NATIONAL, *others]) + "\n")
    (report,) = sent.reports
    assert (report.quarantined, report.duplicates) == (quarantined, duplicates)


def test_two_victims_without_a_number_are_not_one(send):
    """A blank says there that nobody knows who it was, and two of them are two people."""
    text = (FOLDER / "recorded_crime" / "example_victims.csv").read_text(encoding="utf-8")
    header, first, *_ = text.splitlines()
    cells = dict(zip(header.split(","), first.split(","), strict=True)) | {"victim_pid": ""}
    row = ",".join(cells.values())
    sent = send("2025-03-wrenshire-victims.csv", "\n".join([header, row, row]) + "\n")
    (report,) = sent.reports
    assert (report.accepted, report.quarantined, report.duplicates) == (2, 0, 0)
