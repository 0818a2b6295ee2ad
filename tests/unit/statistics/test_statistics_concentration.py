"""Concentration: the curve by hand, the correction by brute force, missing areas and refusals."""

import numpy as np
import pytest

from safeground.engine.statistics import estimate_concentration


def make(counts, *args, **options):
    return estimate_concentration(counts, *args, rng=np.random.default_rng(3), simulations=99, **options)


def test_the_curve_and_what_is_read_off_it():
    found = make([6, 1, 2, 1], top_share=0.25)
    assert found.curve == pytest.approx(np.array([[0, 0], [0.25, 0.6], [0.5, 0.8], [0.75, 0.9], [1, 1]]))
    assert found.observed == 0.6
    assert found.areas_for_half == 1
    assert found.chance_curve[-1] == pytest.approx([1, 1])


def slow_gini(counts):
    pairs = [abs(a - b) for a in counts for b in counts]
    return sum(pairs) / (2 * len(counts) ** 2 * np.mean(counts))


def test_gini_is_half_the_relative_mean_difference():
    counts = [6, 1, 2, 1, 0, 9, 3]
    assert make(counts).gini == pytest.approx(slow_gini(counts))


def test_half_of_even_counts_is_held_by_half_of_the_areas():
    assert make([5] * 10).areas_for_half == 5
    assert make([5] * 10).gini == pytest.approx(0)


def slow_corrected_share(counts, top):
    """Take each event away in turn; count it if its area is still among the top, ties sharing the places evenly."""
    kept = 0.0
    for area, count in enumerate(counts):
        rest = [other for i, other in enumerate(counts) if i != area]
        above = sum(other > count - 1 for other in rest)
        tied = sum(other == count - 1 for other in rest)
        kept += count * min(1.0, max(0.0, (top - above) / (tied + 1)))
    return kept / sum(counts)


@pytest.mark.parametrize("top_share", [0.05, 0.2, 0.5])
def test_the_correction_counts_an_event_only_where_its_area_would_be_busiest_without_it(top_share):
    counts = np.random.default_rng(8).poisson(3, 60)
    found = make(counts, top_share=top_share)
    assert found.top_areas == round(top_share * 60)
    assert found.value == pytest.approx(slow_corrected_share(counts.tolist(), found.top_areas))
    assert found.lower < found.value < found.upper
    assert found.value < found.observed


def test_a_missing_area_is_left_out():
    whole = make([6, 1, 2, 1])
    holed = make([6, np.nan, 1, 2, 1, 5], [1, 1, 1, 1, 1, np.nan])
    assert (holed.areas, holed.events) == (4, 10)
    assert holed.gini == whole.gini


def test_chance_follows_the_population():
    people = np.array([1, 1, 1, 1, 96])
    alike = make(20 * people, people, top_share=0.2)
    assert alike.chance.lower <= alike.observed <= alike.chance.upper
    assert make(20 * people, top_share=0.2).chance.upper < alike.observed


def test_the_same_generator_gives_the_same_answer():
    counts = np.random.default_rng(8).poisson(3, 60)
    assert make(counts).chance == make(counts).chance


@pytest.mark.parametrize(
    ("counts", "options", "words"),
    [
        ([0, 0], {}, "one event"),
        ([5], {}, "two areas"),
        ([1, 2], {"top_share": 5}, "between 0 and 1"),
        ([1, -2], {}, "cannot be negative"),
        ([[1, 2]], {}, "one number for each area"),
    ],
)
def test_refusals(counts, options, words):
    with pytest.raises(ValueError, match=words):
        make(counts, **options)


def test_too_few_simulations_are_refused():
    with pytest.raises(ValueError, match="19 or more"):
        estimate_concentration([1, 2], rng=np.random.default_rng(1), simulations=5)


def test_populations_of_nobody_are_refused():
    with pytest.raises(ValueError, match="all 0"):
        make([1, 2], [0, 0])
