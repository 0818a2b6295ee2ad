"""Funnels: exact inversion, positions, over-dispersion (with a slow version written from the paper) and refusals."""

import math

import numpy as np
import pytest

from safeground.engine.statistics import estimate_proportion, estimate_rate, funnel_limits

COUNTS = np.array([310, 95, 180, 12, 0, 47, 260, 88, 150, 33])
PEOPLE = np.array([90_000, 60_000, 88_000, 9_000, 3_000, 21_000, 120_000, 40_000, 66_000, 15_000])


@pytest.mark.parametrize("level", [0.95, 0.998])
@pytest.mark.parametrize("benchmark", [0.6, 2.0, 9.0])
def test_a_count_is_outside_exactly_when_its_own_exact_interval_excludes_the_benchmark(level, benchmark):
    counts = np.arange(0, 10)
    funnel = funnel_limits(counts, np.full(10, 1_000), benchmark=benchmark, per=1_000)
    own = estimate_rate(counts, 1_000, per=1_000, confidence=level)
    assert funnel.outside(level).tolist() == ((own.lower > benchmark) | (own.upper < benchmark)).tolist()


@pytest.mark.parametrize("level", [0.95, 0.998])
def test_a_share_is_outside_exactly_when_its_wilson_interval_excludes_the_benchmark(level):
    counts = np.arange(0, 41)
    funnel = funnel_limits(counts, np.full(41, 40), measure="proportion", benchmark=0.3)
    own = estimate_proportion(counts, 40, confidence=level)
    assert funnel.outside(level).tolist() == ((own.lower > 0.3) | (own.upper < 0.3)).tolist()


def test_position_names_the_widest_limit_passed():
    funnel = funnel_limits([100, 125, 160, 70, np.nan], [1_000] * 5, benchmark=100, per=1_000)
    assert funnel.position().tolist() == ["inside", "above 95%", "above 99.8%", "below 99.8%", "not available"]
    assert funnel.outside(0.95).tolist() == [False, True, True, True, False]


def test_the_curve_passes_through_the_areas_limits():
    for overdispersion in ("ignored", "multiplicative", "additive"):
        funnel = funnel_limits(COUNTS, PEOPLE, per=1_000, overdispersion=overdispersion)
        for row, level in enumerate(funnel.confidence):
            lower, upper = funnel.limits_for(PEOPLE, confidence=level)
            assert lower == pytest.approx(funnel.lower[row])
            assert upper == pytest.approx(funnel.upper[row])


def test_expected_events_make_a_ratio_around_one():
    funnel = funnel_limits([20, 45], [22.5, 20.0], measure="ratio")
    assert funnel.benchmark == 1
    assert funnel.value == pytest.approx([20 / 22.5, 2.25])
    assert funnel.position().tolist() == ["inside", "above 99.8%"]


def slow_overdispersion(counts, people):
    """Spiegelhalter (2005), step by step for a list of areas."""
    centre = sum(counts) / sum(people)
    z = [(n / p - centre) / math.sqrt(centre / p) for n, p in zip(counts, people, strict=True)]
    low, high = np.quantile(z, 0.1), np.quantile(z, 0.9)
    drawn_in = [min(max(value, low), high) for value in z]
    factor = sum(value**2 for value in drawn_in) / len(z)
    weights = [p / centre for p in people]
    excess = len(z) * factor - (len(z) - 1)
    between = excess / (sum(weights) - sum(w**2 for w in weights) / sum(weights))
    return factor, math.sqrt(between)


def test_overdispersion_is_told_even_when_it_is_ignored():
    plain = funnel_limits(COUNTS, PEOPLE, per=1_000)
    factor, between = slow_overdispersion(COUNTS.tolist(), PEOPLE.tolist())
    assert factor > 1.5
    assert plain.dispersion == pytest.approx(factor)
    assert plain.between_area_sd == pytest.approx(1_000 * between)
    wide = funnel_limits(COUNTS, PEOPLE, per=1_000, overdispersion="multiplicative")
    assert wide.upper - wide.benchmark == pytest.approx(math.sqrt(factor) * (plain.upper - plain.benchmark))
    assert (wide.lower >= 0).all()


def test_a_missing_area_changes_nothing_for_the_others():
    whole = funnel_limits(COUNTS, PEOPLE)
    more = funnel_limits([*COUNTS, np.nan, 40], [*PEOPLE, 5_000, 0])
    assert more.benchmark == whole.benchmark
    assert more.dispersion == pytest.approx(whole.dispersion)
    assert more.upper[:, :-2] == pytest.approx(whole.upper)
    assert np.isnan(more.upper[:, -2:]).all()
    assert more.method[-1].startswith("not available")


def test_a_leading_axis_holds_separate_funnels():
    both = funnel_limits(np.stack([COUNTS, 2 * COUNTS]), PEOPLE)
    assert both.lower.shape == (2, 2, 10)
    assert both.benchmark[1] == pytest.approx(2 * both.benchmark[0])
    assert both.upper[:, 1] == pytest.approx(funnel_limits(2 * COUNTS, PEOPLE).upper)
    with pytest.raises(ValueError, match="one funnel at a time"):
        both.limits_for([1_000], confidence=0.95)


@pytest.mark.parametrize(
    ("counts", "sizes", "options", "words"),
    [
        ([0, 0], [10, 10], {}, "no events"),
        ([1, 2], [10, 10], {"measure": "risk"}, "measure is one of rate, proportion, ratio"),
        ([1, 2], [10, 10], {"overdispersion": "yes"}, "overdispersion is one of"),
        ([1, 2], [10, 10], {"measure": "ratio", "per": 100}, "per is for rates only"),
        ([11, 2], [10, 10], {"measure": "proportion"}, "larger than its whole"),
        (5, 10, {}, "last axis of areas"),
    ],
)
def test_refusals(counts, sizes, options, words):
    with pytest.raises(ValueError, match=words):
        funnel_limits(counts, sizes, **options)


def test_a_level_that_was_not_asked_for_is_refused():
    with pytest.raises(ValueError, match="limits at"):
        funnel_limits(COUNTS, PEOPLE).outside(0.9)
