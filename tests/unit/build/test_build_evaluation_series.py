"""Areas and months of a workspace: what has landed, what is missing, who may be told, and one evaluation from the seal to its page."""

from __future__ import annotations

import dataclasses
import datetime
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from safeground.cli import MISUSE, main
from safeground.engine.build import run_evaluation, seal_evaluation
from safeground.engine.build.evaluation_data import read_workspace_data
from safeground.engine.build.evaluation_series import read_workspace_series
from safeground.engine.catalogue import Catalogue, DefinitionsError, load_catalogue
from safeground.engine.documents import Audience
from safeground.engine.evaluation import (
    EvaluationRefused,
    SeriesData,
    Verdict,
    check_protocol,
    evaluate,
    read_evaluation_files,
    read_protocol,
)
from safeground.engine.evaluation.checks import passed
from safeground.engine.feeds import check_deliveries, get_live_deliveries, land_files
from safeground.engine.measures import open_measures
from safeground.engine.warehouse import conform_deliveries, open_warehouse
from safeground.engine.workspace import Workspace, init_workspace
from safeground.synthetic import make_county, write_county

BEFORE = datetime.datetime(2024, 12, 1, 9, tzinfo=datetime.UTC)
AFTER = datetime.datetime(2025, 8, 1, 9, tzinfo=datetime.UTC)
MISSING = "2024-08"
SEAL = passed("protocol_sealed", "Was it sealed?", "It was.")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Workspace, Catalogue]:
    """A small county of 14 months; its police did not send August 2024."""
    folder = tmp_path_factory.mktemp("county")
    made = make_county(seed=9, small_areas=60, months=14, neighbour_months=0, last_month="2025-06")
    wanted = ("street", "lsoa21_ward24", "lsoa11_lsoa21", "ltla24_csp24", "lsoa21_wrenshire.geo", "usual_residents")
    files = [
        path
        for path in write_county(made, folder)
        if any(word in path.name for word in wanted) and not path.name.startswith(MISSING)
    ]
    catalogue = load_catalogue("wrenshire")
    workspace = init_workspace(tmp_path_factory.mktemp("w") / "workspace", partnership="wrenshire")
    assert not land_files(workspace, catalogue.feeds, files).refused
    live = get_live_deliveries(workspace)
    conform_deliveries(workspace, catalogue.feeds, live, check_deliveries(workspace, catalogue.feeds, live))
    return workspace, catalogue


@pytest.fixture(scope="module")
def wards(built: tuple[Workspace, Catalogue]) -> tuple[str, ...]:
    workspace, catalogue = built
    with open_warehouse(workspace) as warehouse:
        return open_measures(warehouse, catalogue).areas("ward24")


def write_protocol(folder: Path, treated: tuple[str, ...], *, starts: str = "2025-01", **changes: Any) -> Path:
    content = {
        "schema": 1, "name": "a_team", "title": "A team in some wards", "design": "difference_in_differences",
        "question": "Were there fewer offences with a team than was to be expected?", "why_it_matters": "A team costs money.",
        "counts": {"feed": "police_uk_street", "level": "ward"}, "first": "2024-05", "last": "2025-06",
        "what_was_done": "a team worked in some wards", "treated": [{"areas": list(treated), "starts": starts}],
        "chosen_for_being_extreme": False,
        "outcomes": [{"name": "violence", "title": "offences of violence", "role": "primary", "definition": "police_uk_violence"}],
        "owner": "Analyst", "checked_by": "Another analyst", "review_by": datetime.date(2027, 1, 1),
    } | changes  # fmt: skip
    path = folder / "protocol.yaml"
    path.write_text(yaml.safe_dump(content), encoding="utf-8")
    return path


def read(built: tuple[Workspace, Catalogue], path: Path) -> SeriesData:
    workspace, catalogue = built
    return read_workspace_series(workspace, catalogue, read_protocol(path))


def test_counts_are_those_of_the_measure_and_a_month_not_sent_is_missing(
    built: tuple[Workspace, Catalogue], wards: tuple[str, ...], tmp_path: Path
) -> None:
    workspace, catalogue = built
    data = read(built, write_protocol(tmp_path, wards[:3]))
    assert data.areas == wards and len(data.periods) == 14 and data.names[0] != data.areas[0]
    gone = data.periods.index(MISSING)
    assert not data.has_landed[:, gone].any() and data.has_landed.sum() == len(wards) * 13
    counts = data.open_outcomes()["violence"]
    assert np.isnan(counts[:, gone]).all() and np.isnan(counts).sum() == len(wards)
    with open_warehouse(workspace) as warehouse:
        monthly = open_measures(warehouse, catalogue).count_definition(
            catalogue.definitions["police_uk_violence"], level="ward24"
        )
    assert np.nansum(counts) == pytest.approx(np.nansum(monthly.definite.values)) and np.nansum(counts) > 0
    assert data.residents is not None and (data.residents > 0).all()
    assert data.touching is not None and data.touching.any() and (data.touching == data.touching.T).all()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"first": "2024-01"}, "there are data from May 2024 to June 2025"),
        (
            {"counts": {"feed": "police_uk_street", "level": "ward", "partners": ["atlantis"]}},
            "There is no force 'atlantis'",
        ),
        (
            {
                "outcomes": [
                    {"name": "a", "title": "attendances", "role": "primary", "definition": "assault_attendances"}
                ]
            },
            "Outcome a: there is no definition 'assault_attendances' in the feed 'police_uk_street'",
        ),
        (
            {
                "outcomes": [
                    {
                        "name": "a",
                        "title": "weapons",
                        "role": "primary",
                        "definition": "police_uk_public_space_violence",
                    }
                ]
            },
            "Possession of weapons.*it would tell how much they looked",
        ),
    ],
)
def test_what_the_workspace_cannot_give_is_refused_before_it_is_opened(
    built: tuple[Workspace, Catalogue],
    wards: tuple[str, ...],
    tmp_path: Path,
    changes: dict[str, Any],
    message: str,
) -> None:
    def never() -> None:
        raise AssertionError("outcomes were read")

    path = write_protocol(tmp_path, wards[:3], **changes)
    with pytest.raises(EvaluationRefused, match=message):
        check_protocol(read_protocol(path), dataclasses.replace(read(built, path), open_outcomes=never))


def test_areas_that_touch_treated_ones_are_no_comparison(
    built: tuple[Workspace, Catalogue], wards: tuple[str, ...], tmp_path: Path
) -> None:
    protocol = read_protocol(write_protocol(tmp_path, wards[:3], touching=True))
    data = read(built, tmp_path / "protocol.yaml")
    assert data.touching is not None
    near = int((data.touching[:3].any(axis=0)[3:]).sum())
    if len(wards) - 3 - near < 3:
        with pytest.raises(EvaluationRefused, match="to compare them with, and an interval needs 3"):
            check_protocol(protocol, data)
        return
    found = evaluate(protocol, data, sha256="0" * 64, seal=SEAL)
    assert dict(found.flow.steps)["Areas compared"] == ("3", str(len(wards) - 3 - near))
    assert [effect.contrast.treated for effect in found.others] == ["the areas that touch them"]


def test_rates_of_a_synthetic_control_are_of_residents(
    built: tuple[Workspace, Catalogue], wards: tuple[str, ...], tmp_path: Path
) -> None:
    changes = {"design": "synthetic_control", "per": 1000, "first": "2024-10", "last": "2025-06"}
    path = write_protocol(tmp_path, wards[:1], starts="2025-04", **changes)
    found = evaluate(read_protocol(path), read(built, path), sha256="0" * 64, seal=SEAL)
    assert found.primary.outcome == "offences of violence per 1,000 residents a month"
    assert found.primary.treated is not None and found.primary.treated.events > found.primary.treated.units


def test_from_the_seal_to_the_page(built: tuple[Workspace, Catalogue], wards: tuple[str, ...], tmp_path: Path) -> None:
    workspace, catalogue = built
    path = write_protocol(tmp_path, wards[:3])
    with pytest.raises(
        EvaluationRefused, match="is not for the audience public; its protocol names police and partnership"
    ):
        run_evaluation(workspace, catalogue, path, audience=Audience.PUBLIC, now=AFTER)
    seal_evaluation(workspace, catalogue, path, now=BEFORE)
    report = run_evaluation(workspace, catalogue, path, now=AFTER)
    checks = {check.name: str(check.verdict) for check in report.evaluation.primary.checks}
    assert checks["protocol_sealed"] == "passed"
    page = (report.page / "index.html").read_text("utf-8")
    assert "From January 2025 on a team worked in some wards." in " ".join(page.split())
    figures = {path.stem.removesuffix("-narrow") for path in (report.page / "figures").iterdir()}
    assert {"a_team_both_sides", "a_team_event_study", "a_team_outcomes"} <= figures
    assert (report.page / "assessment.pdf").read_bytes().startswith(b"%PDF")
    result = json.loads((report.folder / "result.json").read_text("utf-8"))
    assert result
    other = write_protocol(tmp_path, wards[1:4])
    with pytest.raises(EvaluationRefused, match="has been changed since it was sealed"):
        run_evaluation(workspace, catalogue, other, now=AFTER)


def test_ready_examples_are_written_and_can_be_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name, design in (("basque", "synthetic_control"), ("placebo", "difference_in_differences")):
        assert main(["evaluate", "example", name, str(tmp_path / name)]) == 0
        assert read_protocol(tmp_path / name / "protocol.yaml").design == design
    assert main(["evaluate", "example", "nothing", str(tmp_path / "x")]) == MISUSE
    assert "There is no example 'nothing'; there are southend, basque, placebo" in capsys.readouterr().err


@pytest.mark.real_data
def test_the_basque_example_finds_what_a_mix_by_output_alone_gives(tmp_path: Path, shared_data: Path) -> None:
    assert main(["evaluate", "example", "basque", str(tmp_path)]) == 0
    (tmp_path / "basque.csv").write_bytes((shared_data / "worked_examples/basque.csv").read_bytes())
    protocol = read_protocol(tmp_path / "protocol.yaml")
    found = evaluate(protocol, read_evaluation_files(protocol, tmp_path), sha256="0" * 64, seal=SEAL)
    assert found.primary.estimate == pytest.approx(-894.6, abs=0.5) and found.primary.p > 0.2
    weights = next(section for section in found.sections if section.heading == "What the mix is made of").exhibits[0]
    assert [row[0] for row in weights.rows] == ["Madrid (Comunidad De)", "Baleares (Islas)", "Rioja (La)"]


def test_a_workspace_without_areas_says_what_to_land(tmp_path: Path) -> None:
    workspace = init_workspace(tmp_path / "w", partnership="wrenshire")
    path = write_protocol(tmp_path, ("E07000001",))
    with pytest.raises(EvaluationRefused, match="Nothing has been built here, so that no areas are known"):
        read_workspace_series(workspace, load_catalogue("wrenshire"), read_protocol(path))


def write_trial(folder: Path, areas: tuple[str, ...], *, design: str = "parallel", **changes: Any) -> Path:
    """A trial of small areas by months, every second of them drawn, or six a month from February on."""
    months = [f"2025-{number:02d}-01" for number in range(1, 7)]
    rows = ["place,day,treated"]
    for at, area in enumerate(areas):
        for number, month in enumerate(months):
            treated = at % 2 if design == "parallel" else number > at // 6
            rows.append(f"{area},{month},{'Y' if treated else 'N'}")
    (folder / "schedule.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    drawn = (
        {"kind": "parallel", "treated": len(areas) // 2}
        if design == "parallel"
        else {"kind": "stepped_wedge", "steps": 5}
    )
    content = {
        "schema": 1, "name": "areas_drawn", "title": "A team in areas that were drawn", "design": design,
        "question": "Were there fewer offences where a team worked?", "why_it_matters": "A team costs money.", "treatment": "a team",
        "files": {"schedule": "schedule.csv", "draw": drawn}, "counts": {"feed": "police_uk_street", "level": "lsoa21"},
        "starts": datetime.date(2025, 1, 1), "months": 6, "planned_ratio": 0.7, "runs": 399,
        "outcomes": [{"name": "violence", "title": "offences of violence", "role": "primary", "definition": "police_uk_violence"}],
        "owner": "Analyst", "checked_by": "Another analyst", "review_by": datetime.date(2027, 1, 1),
    } | ({"before": 4} if design == "parallel" else {}) | changes  # fmt: skip
    path = folder / "protocol.yaml"
    path.write_text(
        yaml.safe_dump({key: value for key, value in content.items() if value is not None}), encoding="utf-8"
    )
    return path


@pytest.fixture(scope="module")
def small_areas(built: tuple[Workspace, Catalogue]) -> tuple[str, ...]:
    workspace, catalogue = built
    with open_warehouse(workspace) as warehouse:
        return open_measures(warehouse, catalogue).areas("lsoa21")[:30]


@pytest.mark.parametrize("design", ["parallel", "stepped_wedge"])
def test_a_trial_of_areas_by_months_counts_what_has_landed(
    built: tuple[Workspace, Catalogue], small_areas: tuple[str, ...], tmp_path: Path, design: str
) -> None:
    workspace, catalogue = built
    path = write_trial(tmp_path, small_areas, design=design)
    report = seal_evaluation(workspace, catalogue, path, now=BEFORE)
    assert report.entry.name == "areas_drawn"
    protocol = read_protocol(path)
    data = read_workspace_data(workspace, catalogue, protocol, tmp_path)
    events = data.open_outcomes()["violence"]
    with open_warehouse(workspace) as warehouse:
        counts = open_measures(warehouse, catalogue).count_definition(
            catalogue.definitions["police_uk_violence"], level="lsoa21"
        )
    held = counts.definite.select_areas(small_areas)
    column = {f"{period.first:%Y-%m}": at for at, period in enumerate(held.periods)}
    inside = held.values[:, [column[f"2025-{number:02d}"] for number in range(1, 7)]]
    assert events.place.size == inside.sum() > 50
    assert np.array_equal(np.bincount(events.place, minlength=30), inside.sum(axis=1))
    assert np.array_equal(np.bincount(events.day, minlength=6), inside.sum(axis=0))
    if design == "parallel":
        early = held.values[:, [column[f"2024-{number:02d}"] for number in range(9, 13)]]
        assert np.array_equal(np.bincount(events.before_period, minlength=4), early.sum(axis=0))
    found = run_evaluation(workspace, catalogue, path, now=AFTER).evaluation
    assert found.primary.lower < 1 < found.primary.upper  # nothing was done
    assert found.primary.treated is not None and found.primary.evidence.maryland == 5
    contamination = next(check for check in found.primary.checks if check.name == "contamination")
    assert (
        contamination.verdict is Verdict.FAILED
        and "touch one that was treated when they were not" in contamination.sentence
    )
    assert "data.police.uk" in found.sources[0] and found.sources[1] == "schedule.csv"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"starts": datetime.date(2025, 2, 1), "months": 5}, "are not the schedule's"),
        ({"before": 10}, "Outcomes count from 2024-03-01 to 2025-06-30, and outcomes have landed from 2024-05-01 to 2024-07-31"),
        ({"counts": {"feed": "police_uk_street", "level": "ward"}}, "which is no ward here; write codes"),
        ({"counts": {"feed": "police_uk_street", "level": "lsoa21", "partners": ["atlantis"]}}, "There is no force 'atlantis'"),
        (
            {"outcomes": [{"name": "a", "title": "visits", "role": "primary", "definition": "assault_attendances"}]},
            "Outcome a: there is no definition 'assault_attendances' in the feed 'police_uk_street'",
        ),
        (
            {"outcomes": [{"name": "a", "title": "weapons", "role": "primary", "definition": "police_uk_public_space_violence"}]},
            "patrols themselves put offences of it on record",
        ),
    ],
)  # fmt: skip
def test_a_trial_of_areas_that_cannot_be_is_refused_before_it_is_opened(
    built: tuple[Workspace, Catalogue],
    small_areas: tuple[str, ...],
    tmp_path: Path,
    changes: dict[str, Any],
    message: str,
) -> None:
    workspace, catalogue = built
    protocol = read_protocol(write_trial(tmp_path, small_areas, **changes))
    with pytest.raises(EvaluationRefused, match=message):
        check_protocol(protocol, read_workspace_data(workspace, catalogue, protocol, tmp_path))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"months": None, "days": 180}, "counted for areas by months"),
        ({"files": {"schedule": "schedule.csv", "draw": {"kind": "parallel", "treated": 15}, "events": "events.csv"}}, "unless a feed"),
        ({"counts": None}, "names the file of events"),
        ({"buffer_metres": 100}, "no buffer in metres"),
        ({"outcomes": [{"name": "a", "title": "thefts", "role": "primary"}]}, "say which definition counts it"),
    ],
)  # fmt: skip
def test_a_trial_of_areas_that_contradicts_itself_is_refused_as_it_is_read(
    small_areas: tuple[str, ...], tmp_path: Path, changes: dict[str, Any], message: str
) -> None:
    with pytest.raises(DefinitionsError, match=message):
        read_protocol(write_trial(tmp_path, small_areas, **changes))
