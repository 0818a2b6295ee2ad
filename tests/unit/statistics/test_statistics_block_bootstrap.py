"""Resampled windows and blocks: values, what is drawn, what is undefined and refused."""

import numpy as np
import pytest

from safeground.engine.statistics import bootstrap_blocks


def ratio(total):
    return total[0] / total[1]


def test_the_value_is_of_the_totals_as_they_are():
    sums = np.array([[[1, 2], [3, 4]], [[2, 2], [6, 10]]])
    found = bootstrap_blocks(sums, ratio, runs=199, rng=np.random.default_rng(1))
    assert found.value == pytest.approx(10 / 20)
    assert found.lower <= found.value <= found.upper
    assert (found.windows, found.blocks, found.runs) == (2, 2, 199)


@pytest.mark.parametrize("space", ["shared", "each window"])
def test_the_same_numbers_give_the_same_interval(space):
    sums = np.random.default_rng(1).poisson(4, (2, 5, 30))
    twice = [bootstrap_blocks(sums, ratio, runs=199, rng=np.random.default_rng(3), space=space) for _ in range(2)]
    assert (twice[0].lower, twice[0].upper) == (twice[1].lower, twice[1].upper)


def test_without_differences_between_windows_and_blocks_there_is_no_interval():
    found = bootstrap_blocks(np.ones((2, 4, 10)), ratio, runs=199, rng=np.random.default_rng(1))
    assert (found.lower, found.upper) == (1, 1)


def test_one_window_resamples_space_alone_as_a_plain_bootstrap_of_blocks_would():
    rng = np.random.default_rng(5)
    caught, events = rng.poisson(2, 200), rng.poisson(6, 200)
    found = bootstrap_blocks([[caught], [events]], ratio, runs=4_000, rng=np.random.default_rng(1))
    drawn = np.random.default_rng(2).integers(200, size=(4_000, 200))
    slow = np.quantile(caught[drawn].sum(axis=1) / events[drawn].sum(axis=1), [0.025, 0.975])
    assert [found.lower, found.upper] == pytest.approx(slow, abs=0.005)
    assert "one window" in str(found.method)


def test_a_lasting_advantage_in_few_blocks_is_wider_when_blocks_are_shared():
    """One block holds all the difference, in every window: ten windows of it are still one block."""
    sums = np.ones((2, 10, 20))
    sums[0, :, 0] = 5
    shared, each = (
        bootstrap_blocks(sums, ratio, runs=999, rng=np.random.default_rng(1), space=space)
        for space in ("shared", "each window")
    )
    assert shared.upper - shared.lower > 2 * (each.upper - each.lower)


def test_several_scores_of_the_same_draws():
    sums = np.random.default_rng(1).poisson(4, (3, 5, 30))
    found = bootstrap_blocks(
        sums, lambda total: np.stack([total[0] / total[2], total[1] / total[2]]), runs=199, rng=np.random.default_rng(1)
    )
    assert found.value.shape == found.lower.shape == (2,)
    assert (found.lower < found.value).all() and (found.value < found.upper).all()


def test_too_few_events_to_resample_have_no_interval_and_say_so():
    sums = np.zeros((2, 1, 50))
    sums[:, 0, 0] = 1
    found = bootstrap_blocks(sums, ratio, runs=199, rng=np.random.default_rng(1))
    assert np.isnan(found.lower) and found.undefined > 10
    assert str(found.method).startswith("not available")


@pytest.mark.parametrize(
    ("sums", "options", "words"),
    [
        (np.ones((2, 3)), {}, "each quantity, window and block"),
        (np.full((2, 3, 4), np.nan), {}, "none of them missing"),
        (np.ones((2, 0, 4)), {}, "each quantity, window and block"),
        (np.ones((2, 3, 4)), {"runs": 99}, "199 or more"),
        (np.ones((2, 3, 4)), {"space": "none"}, "'shared' or 'each window'"),
        (np.ones((2, 3, 4)), {"confidence": 95}, "confidence"),
    ],
)
def test_refusals(sums, options, words):
    with pytest.raises(ValueError, match=words):
        bootstrap_blocks(sums, ratio, rng=np.random.default_rng(1), **{"runs": 199, **options})
