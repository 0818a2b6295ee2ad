"""Counts of an evaluation's page in the register of releases: each by what it counts, as readers have it, and read with an edition."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest
import yaml

from safeground.cli import main
from safeground.engine.catalogue import load_catalogue
from safeground.engine.disclosure import CellKey, DisclosureRule, Release, Series, ToldCell
from safeground.engine.documents import Audience
from safeground.engine.evaluation import (
    Evaluation,
    SeriesData,
    evaluate,
    find_counts,
    make_releases,
    read_protocol,
)
from safeground.engine.evaluation.checks import passed
from safeground.engine.evaluation.counts_told import name_areas_together
from safeground.engine.publish import render_releases
from safeground.engine.workspace import init_workspace

RULE = load_catalogue("wrenshire").disclosure.rule("police_confidential", Audience.PARTNERSHIP)
ROUNDED = DisclosureRule("rounded", "rounded to 5", 7, 5, "Tests", "Tests")
SEAL = passed("protocol_sealed", "Was it sealed?", "It was.")
AREAS = tuple(f"E0700000{number}" for number in range(8))
MONTHS = tuple(f"{2023 + at // 12}-{at % 12 + 1:02d}" for at in range(36))
MEASURE = "recorded_crime/essex_vv"


def run(folder: Path, counts: np.ndarray, **changes: object) -> Evaluation:
    """Three of eight districts, counted by a feed that its owner keeps confidential."""
    content = {
        "schema": 1, "name": "a_team", "title": "A team in three districts", "design": "difference_in_differences",
        "question": "Were there fewer offences with a team than was to be expected?", "why_it_matters": "A team costs money.",
        "counts": {"feed": "recorded_crime", "level": "district"}, "first": MONTHS[0], "last": MONTHS[-1],
        "what_was_done": "a team worked in three districts", "chosen_for_being_extreme": False,
        "treated": [{"areas": list(AREAS[:3]), "starts": "2025-01"}],
        "outcomes": [{"name": "violence", "title": "offences of violence", "role": "primary", "definition": "essex_vv"}],
        "owner": "Analyst", "checked_by": "Another analyst", "review_by": "2027-01-01",
    } | changes  # fmt: skip
    (folder / "protocol.yaml").write_text(yaml.safe_dump(content), encoding="utf-8")
    data = SeriesData(
        AREAS, AREAS, MONTHS, np.ones(counts.shape, dtype=bool), "0" * 64, lambda: {"violence": counts.astype(float)},
        frozenset({"violence"}),
    )  # fmt: skip
    return evaluate(read_protocol(folder / "protocol.yaml"), data, sha256="0" * 64, seal=SEAL)


@pytest.fixture(scope="module")
def counts() -> np.ndarray:
    return np.random.default_rng(4).poisson(30, (len(AREAS), len(MONTHS)))


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory, counts: np.ndarray) -> Evaluation:
    return run(tmp_path_factory.mktemp("a-team"), counts)


def key(areas: tuple[str, ...], months: tuple[str, ...]) -> CellKey:
    return CellKey(Series(MEASURE, name_areas_together(areas)), months)


def test_sums_of_flow_and_every_month_have_the_key_that_an_edition_gives_them(
    found: Evaluation, counts: np.ndarray
) -> None:
    [release] = make_releases(found, RULE, name="partnership/a_team-1")
    told = {cell.key: cell.value for cell in release.cells}
    ours, others = AREAS[:3], AREAS[3:]
    assert (
        told[key(ours, MONTHS[:24])] == counts[:3, :24].sum() and told[key(ours, MONTHS[24:])] == counts[:3, 24:].sum()
    )
    # The other side's line is scaled on the page; its scale stands beside it, so that its counts are told too.
    assert [told[key(others, (month,))] for month in MONTHS] == counts[3:].sum(axis=0).tolist()
    assert len(told) == 2 * (2 + len(MONTHS))
    sums = {each.total.area: {part.area for part in each.parts} for each in release.sums}
    assert sums == {name_areas_together(ours): set(ours), name_areas_together(others): set(others)}


def test_one_withheld_month_withholds_its_whole_line_and_open_data_have_no_register(
    found: Evaluation, counts: np.ndarray, tmp_path: Path
) -> None:
    few = counts.copy()
    few[:3, 5] = [1, 0, 1]
    [release] = make_releases(run(tmp_path, few), RULE, name="x")
    monthly = [cell for cell in release.cells if len(cell.key.months) == 1]
    assert monthly and all(cell.value is None and cell.least == 0 for cell in monthly)
    assert all(cell.value is not None for cell in release.cells if len(cell.key.months) > 1)
    [rounded] = make_releases(found, ROUNDED, name="x")
    assert {cell.value % 5 for cell in rounded.cells if cell.value is not None} == {0.0}
    open_data = load_catalogue("wrenshire").disclosure.rule("open_data", Audience.PARTNERSHIP)
    assert make_releases(found, open_data, name="x") == ()
    assert all(each.is_told for each in find_counts(found, open_data))


def test_an_edition_that_differs_by_few_from_an_evaluation_is_found(
    found: Evaluation, counts: np.ndarray, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Told: the treated districts' 24 months before. A table of two of them alone would give the third one's three away."""
    root = init_workspace(tmp_path / "w", partnership="essex").root
    few = counts.copy()
    few[2, :24] = 0
    few[2, [3, 9, 15]] = 1
    page = root / "evaluations/a_team/0000/reports/partnership/a_team-1"
    page.mkdir(parents=True)
    releases = make_releases(run(tmp_path, few), RULE, name="partnership/a_team-1")
    (page / "release.json").write_text(json.dumps(render_releases(releases, audience="partnership")), encoding="utf-8")
    with (tmp_path / "new.csv").open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(("measure", "area", "part", "from", "to", "count"))
        rows.writerows((MEASURE, AREAS[at], "", MONTHS[0], MONTHS[23], few[at, :24].sum()) for at in (0, 1))
    asked = ["release", "check", str(tmp_path / "new.csv"), str(root), "--audience", "partnership", "--json"]
    assert main(asked) == 1
    [result] = json.loads(capsys.readouterr().out)["results"]
    assert result["status"] == "fail" and result["cell"] == f"{MEASURE}, {AREAS[2]}, 2023-01 to 2024-12"
    assert "partnership/a_team-1" in result["releases"]
    # The same without the evaluation gives nothing away.
    (page / "release.json").unlink()
    assert main(asked) == 0


def test_a_page_of_files_is_checked_under_the_rule_that_it_was_told_under(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = init_workspace(tmp_path / "w", partnership="essex").root
    series = Series("a_survey/Asked", "Before")

    def put(name: str, value: float, months: tuple[str, ...]) -> Path:
        folder = root / f"evaluations/a_survey/{name}/reports/partnership/{name}"
        folder.mkdir(parents=True)
        release = Release(f"partnership/{name}", RULE, (ToldCell(CellKey(series, months), value),))
        text = json.dumps(render_releases([release], audience="partnership"))
        (folder / "release.json").write_text(text, encoding="utf-8")
        about = {"manifest_version": "1.0", "audience": "partnership"}
        (folder / "manifest.json").write_text(json.dumps(about), encoding="utf-8")
        (folder / "findings.json").write_text(json.dumps({"findings": []}), encoding="utf-8")
        return folder

    put("first", 200, MONTHS[:12])
    second = put("second", 203, MONTHS[:13])
    assert main(["release", "check", str(second), str(root), "--json"]) == 1
    [result] = json.loads(capsys.readouterr().out)["results"]
    assert result["cell"] == "a_survey/Asked, Before, 2024-01"
