"""Mixes of other areas against pysyncon, whose answers are kept in a file with how they were made, and against the published weights."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from safeground.engine.evaluation import EvaluationRefused, match_on_predictors, synthetic_control
from safeground.engine.evaluation.designs.simplex_weights import find_simplex_weights

GOLDEN: dict[str, Any] = json.loads(Path(__file__).with_name("mix_golden.json").read_text("utf-8"))
TABLE, KNOWN = (np.array(GOLDEN["panel"][name]) for name in ("table", "known"))
BEFORE, PYSYNCON = GOLDEN["before"], GOLDEN["pysyncon"]


def test_the_mix_by_the_outcome_and_its_gap_are_those_of_pysyncon() -> None:
    found = synthetic_control(TABLE[0], TABLE[1:], pre_periods=BEFORE)
    theirs = np.array(PYSYNCON["outcome"]["weights"])
    assert found.weights == pytest.approx(theirs, abs=1e-3)
    missed = [((TABLE[0] - mix @ TABLE[1:])[:BEFORE] ** 2).sum() for mix in (found.weights, theirs)]
    assert missed[0] <= missed[1] and missed[1] == pytest.approx(missed[0], rel=1e-4)  # its solver stops a little short
    assert found.effect.estimate == pytest.approx(PYSYNCON["outcome"]["gap"], abs=1e-3)


def test_the_nearest_mix_at_an_importance_that_is_given_is_that_of_pysyncon() -> None:
    scaled = KNOWN / KNOWN.std(axis=1, ddof=1, keepdims=True) * np.sqrt(GOLDEN["importance"])[:, np.newaxis]
    nearest = find_simplex_weights(scaled[:, 0], scaled[:, 1:])
    theirs = np.array(PYSYNCON["nearest_in_predictors"])
    loss = ((scaled[:, 0] - scaled[:, 1:] @ theirs) ** 2).sum()
    assert nearest.loss <= loss + 1e-9
    assert nearest.loss == pytest.approx(loss, abs=1e-6)


def test_the_search_for_what_matters_misses_no_more_than_that_of_pysyncon() -> None:
    found = match_on_predictors(TABLE[0], TABLE[1:], KNOWN, pre_periods=BEFORE)
    assert found.miss <= PYSYNCON["searched"]["miss"] * (1 + 1e-6)
    assert found.weights.sum() == pytest.approx(1) and found.importance.sum() == pytest.approx(1)


COLUMNS = (
    *((name, range(1964, 1970)) for name in ("school.illit", "school.prim", "school.med", "school.high", "school.post.high", "invest")),
    ("gdpcap", range(1960, 1970)),
    *((f"sec.{name}", range(1961, 1970, 2)) for name in ("agriculture", "energy", "industry", "construction")),
    *((f"sec.services.{name}", range(1961, 1970, 2)) for name in ("venta", "nonventa")),
    ("popdens", range(1969, 1970)),
)  # fmt: skip
"""The predictors of Abadie and Gardeazabal, with the years that each is averaged over."""


@pytest.mark.real_data
def test_the_basque_country_has_the_published_weights(shared_data: Path) -> None:
    with (shared_data / "worked_examples" / "basque.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if not row["regionname"].startswith("Spain")]
    regions = sorted({row["regionname"] for row in rows}, key=lambda name: not name.startswith("Basque"))
    cell = {(row["regionname"], int(float(row["year"]))): row for row in rows}
    output = np.array([[float(cell[name, year]["gdpcap"]) for year in range(1955, 1998)] for name in regions])
    known = [
        [np.mean([float(cell[name, year][column]) for year in years]) for name in regions] for column, years in COLUMNS
    ]
    found = match_on_predictors(output[0], output[1:], known, pre_periods=15, fitted=slice(5, 15))
    weights = {
        name: round(weight, 3)
        for name, weight in zip(regions[1:], found.weights.tolist(), strict=True)
        if weight > 1e-3
    }
    assert weights == {"Cataluna": 0.851, "Madrid (Comunidad De)": 0.149}
    assert found.miss**2 == pytest.approx(0.008865, abs=1e-6)
    other = synthetic_control(output[0], output[1:], pre_periods=15)
    assert np.sqrt((other.gaps[5:15] ** 2).mean()) < found.miss  # which is why the page answers by the outcome alone


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"predictors": KNOWN[:, :-1]}, "give a row for each, with the treated area first and then 12 others"),
        ({"predictors": KNOWN[0]}, "predictors have the shape"),
        ({"predictors": np.vstack([KNOWN, np.ones(13)])}, "Predictor 4 is the same in all areas"),
        ({"predictors": np.where(np.arange(13) == 4, np.nan, KNOWN)}, "Predictor 1 has no number for area 5"),
        ({"fitted": slice(0, BEFORE + 1)}, "have to lie before the start"),
        ({"fitted": slice(5, 5)}, "have to lie before the start"),
        ({"pre_periods": TABLE.shape[1]}, "some have to lie after it"),
        ({"donors": TABLE[1:2]}, "two other areas or more"),
        ({"treated": TABLE[0, :-1]}, "a row of as many"),
        ({"treated": ["many"] * 24}, "something that is no number"),
        ({"donors": np.where(np.arange(24) == 3, np.nan, TABLE[1:])}, "has no number in period 4"),
    ],
)
def test_what_cannot_be_matched_is_refused(changes: dict[str, Any], message: str) -> None:
    told = {"treated": TABLE[0], "donors": TABLE[1:], "predictors": KNOWN, "pre_periods": BEFORE} | changes
    with pytest.raises(EvaluationRefused, match=message):
        match_on_predictors(told.pop("treated"), told.pop("donors"), told.pop("predictors"), **told)
