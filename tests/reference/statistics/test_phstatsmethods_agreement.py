"""Agreement with PHStatsMethods 0.1.16, from numbers kept in phstatsmethods_golden.csv (its header tells how they were made)."""

import csv
from pathlib import Path

import numpy as np
import pytest

from safeground.engine.statistics import (
    estimate_directly_standardised_rate,
    estimate_proportion,
    estimate_rate,
    funnel_limits,
)

LEVELS = ("0.95", "0.998")


def golden(kind, confidence):
    with Path(__file__).with_name("phstatsmethods_golden.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(line for line in file if not line.startswith("#")))
    found = [row for row in rows if row["kind"] == kind and row["confidence"] == confidence]
    assert found, f"no golden rows for {kind} at {confidence}"
    return found


def column(rows, name):
    return np.array([float(row[name]) for row in rows])


def assert_same(estimate, rows, *, relative=1e-9):
    for name in ("value", "lower", "upper"):
        assert getattr(estimate, name) == pytest.approx(column(rows, name), rel=relative), name


@pytest.mark.parametrize("confidence", LEVELS)
def test_rates(confidence):
    rows = golden("rate", confidence)
    counts, populations = column(rows, "counts"), column(rows, "sizes")
    assert_same(estimate_rate(counts, populations, per=1_000, confidence=float(confidence)), rows)


@pytest.mark.parametrize("confidence", LEVELS)
def test_proportions(confidence):
    rows = golden("proportion", confidence)
    estimate = estimate_proportion(column(rows, "counts"), column(rows, "sizes"), confidence=float(confidence))
    assert_same(estimate, rows)


@pytest.mark.parametrize("confidence", LEVELS)
def test_directly_standardised_rates(confidence):
    rows = golden("dsr", confidence)
    counts, populations = (np.array([row[name].split() for row in rows], dtype=float) for name in ("counts", "sizes"))
    estimate = estimate_directly_standardised_rate(
        counts, populations, [16_500, 58_500, 25_000], confidence=float(confidence)
    )
    assert_same(estimate, rows)


def the_funnel_of_all_areas():
    rows = golden("rate", "0.95")
    return column(rows, "counts"), column(rows, "sizes")


@pytest.mark.parametrize("confidence", LEVELS)
@pytest.mark.parametrize("side", ["lower", "upper"])
def test_funnel_of_rates(confidence, side):
    rows = golden(f"funnel_rate_{side}", confidence)
    funnel = funnel_limits(*the_funnel_of_all_areas(), per=1_000)
    assert funnel.benchmark == pytest.approx(column(rows, "value")[0])
    sizes = column(rows, "sizes")
    limit = funnel.limits_for(sizes, confidence=float(confidence))[side == "upper"]
    # The peer finds the population by halving and stops 1 in 10,000,000 of its search range away: 6e-6 for one event.
    assert limit * sizes / 1_000 == pytest.approx(column(rows, "counts"), rel=1e-5)


@pytest.mark.parametrize("confidence", LEVELS)
def test_funnel_of_proportions(confidence):
    rows = golden("funnel_proportion", confidence)
    funnel = funnel_limits(*the_funnel_of_all_areas(), measure="proportion")
    lower, upper = funnel.limits_for(column(rows, "sizes"), confidence=float(confidence))
    assert 100 * lower == pytest.approx(column(rows, "lower"), rel=1e-5)
    assert 100 * upper == pytest.approx(column(rows, "upper"), rel=1e-5)
