"""What few events of one time and place would give away by the other numbers of the page."""

from __future__ import annotations

import csv
import datetime
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import yaml

from safeground.engine.catalogue import load_catalogue
from safeground.engine.disclosure import Protected
from safeground.engine.documents import Audience, Figure, Table
from safeground.engine.evaluation import (
    CheckResult,
    Evaluation,
    EvaluationRefused,
    Verdict,
    evaluate,
    make_evaluation_report,
    read_evaluation_files,
    read_protocol,
)
from safeground.engine.evaluation.designs.interrupted_series import FEWEST_EVENTS, interrupted_time_series

RULE = load_catalogue("wrenshire").disclosure.rule("police_confidential", Audience.PARTNERSHIP)
AREAS, MONTHS, START = 20, 48, 24
FEW = ("area_00", "area_01", "area_02")
DESIGNS = {
    "difference_in_differences": {},
    "interrupted_series": {},
    "before_after": {},
    "weighted_displacement": {"control": ["area_05", "area_06", "area_07"]},
}

ALONE = {
    "synthetic_control": {
        "treated": [{"areas": ["area_00"], "starts": "2022-01"}], "left_out": [{"areas": ["area_01", "area_02"], "why": "had it too"}],
    },
}  # fmt: skip


def run(folder: Path, design: str, months: tuple[int, ...]) -> Evaluation:
    """Three treated areas with one offence in each of `months` and none in any other, among areas with many."""
    counts = np.random.default_rng(1).poisson(20, (AREAS, MONTHS))
    counts[:3] = 0
    counts[0, list(months)] = 1
    with (folder / "counts.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["area", "period", "theft"])
        for area, month in np.ndindex(AREAS, MONTHS):
            writer.writerow([f"area_{area:02d}", f"{2020 + month // 12}-{month % 12 + 1:02d}", counts[area, month]])
    content = {
        "schema": 1, "name": "few", "title": "A team in three areas", "design": design, "is_made_up": True,
        "question": "Were there fewer thefts with a team than was to be expected?", "why_it_matters": "A team costs money.",
        "files": {"table": "counts.csv"}, "first": "2020-01", "last": "2023-12", "what_was_done": "a team worked in three areas",
        "treated": [{"areas": list(FEW), "starts": "2022-01"}], "chosen_for_being_extreme": False,
        "outcomes": [{"name": "theft", "title": "thefts", "role": "primary"}],
        "owner": "Analyst", "checked_by": "Another analyst", "review_by": datetime.date(2027, 1, 1),
    } | (DESIGNS | ALONE)[design]  # fmt: skip
    path = folder / "protocol.yaml"
    path.write_text(yaml.safe_dump(content), encoding="utf-8")
    protocol = read_protocol(path)
    seal = CheckResult("protocol_sealed", "Was it sealed?", Verdict.PASSED, "It was.")
    return evaluate(protocol, read_evaluation_files(protocol, folder), sha256="0" * 64, seal=seal)


def find_told(found: Evaluation) -> Iterator[tuple[str, Protected]]:
    """Every number of a page's tables but those of who was looked at, with its table and row."""
    page = make_evaluation_report(
        found, rule=RULE, audience=Audience.PARTNERSHIP, partnership="Wrenshire", handling="For partners.", area=("E23", "Wrenshire"),
    )  # fmt: skip
    for block in page.chapters[0].blocks:
        table = block.table if isinstance(block, Figure) else block
        if isinstance(table, Table) and not table.id.endswith("_flow"):
            yield from (
                (f"{table.id}: {row[0]}", cell) for row in table.rows for cell in row if isinstance(cell, Protected)
            )


@pytest.mark.parametrize("design", DESIGNS)
@pytest.mark.parametrize("months", [(3, 9, 15, 30, 36, 42), (3, 9, 15, *range(25, 45)), (*range(2, 20), 30, 36, 42)])
def test_few_before_or_after_withhold_all_that_they_could_be_worked_out_from(
    tmp_path: Path, design: str, months: tuple[int, ...]
) -> None:
    if design == "interrupted_series" and len(set(months) & set(range(START))) < FEWEST_EVENTS:
        with pytest.raises(EvaluationRefused, match="fewer than 10 events"):
            run(tmp_path, design, months)
        return
    found = run(tmp_path, design, months)
    assert not found.primary.protect(RULE).is_published, "the ratio gives away the smaller of its two counts"
    told = [where for where, number in find_told(found) if number.is_published]
    assert not told, "noughts beside what is withheld, and a ratio beside its other side, are enough to work it out"


@pytest.mark.parametrize("months", [(3, 9, 15, 30, 36, 42), (3, 9, 15, *range(25, 45)), (*range(2, 20), 30, 36, 42)])
def test_few_before_or_after_withhold_what_a_mix_tells_of_the_area(tmp_path: Path, months: tuple[int, ...]) -> None:
    found = run(tmp_path, "synthetic_control", months)
    assert not found.primary.protect(RULE).is_published
    told = [where for where, number in find_told(found) if number.is_published]
    # What is left is of the areas where nothing was done: their own placebos, and the mix without the area's own line.
    assert not [where for where in told if "area_00" in where or "without" in where.lower() or "_outcomes" in where]
    assert not [where for where in told if "_gaps" in where or "_weights" in where]


def test_no_trend_is_told_from_a_handful_of_events() -> None:
    counts = np.zeros(48)
    counts[[0, 30]] = 1
    with pytest.raises(EvaluationRefused, match="fewer than 10 events before the start"):
        interrupted_time_series(counts, start=24)
