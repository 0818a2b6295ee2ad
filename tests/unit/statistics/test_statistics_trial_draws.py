"""The draws of trials keep the sums they promise, give every place the chance they state, and come out of a seed alike for ever."""

import hashlib

import numpy as np
import pytest

from safeground.engine.statistics import BlockedDraw, DailyDraw, PairedDraw, ParallelDraw, SteppedWedgeDraw

DRAWS = [
    DailyDraw(places=20, days=90, treated=8),
    BlockedDraw(places=20, days=90, treated=8, block=7),
    BlockedDraw(places=7, days=15, treated=3, block=4),
    PairedDraw(places=6, days=30),
    SteppedWedgeDraw(places=9, days=40, steps=4),
    ParallelDraw(places=10, days=12, treated=3),
    ParallelDraw(places=12, days=5, treated=1, stratum=4),
]
FINGERPRINTS = [
    "13bfcfd4a267",
    "a6a8bb638e38",
    "a456f0a35133",
    "79eeaf16494e",
    "af03b32911d2",
    "c5eafbf9a84a",
    "d9e822a96d5e",
]


@pytest.mark.parametrize("draw", DRAWS, ids=repr)
def test_many_draws_are_the_draws_of_as_many_calls(draw):
    many = draw.draw_many(np.random.default_rng(4), runs=3)
    rng = np.random.default_rng(4)
    assert all((draw(rng) == schedule).all() for schedule in many)


@pytest.mark.parametrize("draw", DRAWS, ids=repr)
def test_each_place_day_is_treated_as_often_as_stated(draw):
    runs = 1500
    share = draw.draw_many(np.random.default_rng(5), runs=runs).mean(axis=0)
    chances = draw.chances
    assert chances.shape == share.shape == (draw.places, draw.days)
    error = np.sqrt(chances * (1 - chances) / runs)
    assert (np.abs(share - chances) <= 4.5 * error).all()


def test_blocks_are_even_for_places_and_days():
    draw = BlockedDraw(places=20, days=90, treated=8, block=7)
    for schedule in draw.draw_many(np.random.default_rng(6), runs=20):
        assert (schedule.sum(axis=0) == 8).all()
        assert np.ptp(schedule.sum(axis=1)) <= 1
        for first in range(0, 84, 7):
            assert set(schedule[:, first : first + 7].sum(axis=1).tolist()) <= {2, 3}


def test_blocks_do_not_keep_places_together():
    """A round-robin alone would always send the same places out together."""
    schedules = BlockedDraw(places=20, days=90, treated=8, block=7).draw_many(np.random.default_rng(7), runs=50)
    together = np.einsum("rpd,rqd->rpq", schedules.astype(float), schedules.astype(float))
    apart = ~np.eye(20, dtype=bool)
    daily = DailyDraw(places=20, days=90, treated=8).draw_many(np.random.default_rng(7), runs=50).astype(float)
    usual = np.einsum("rpd,rqd->rpq", daily, daily)[:, apart].std()
    assert together[:, apart].std() < 1.3 * usual


def test_a_wedge_only_ever_starts():
    schedule = SteppedWedgeDraw(places=9, days=40, steps=4)(np.random.default_rng(8))
    assert (np.diff(schedule.astype(int), axis=1) >= 0).all()
    assert not schedule[:, :8].any() and schedule[:, 32:].all()
    assert np.unique(schedule.sum(axis=0)).size == 5


def test_every_stratum_has_as_many_treated():
    schedules = ParallelDraw(places=12, days=5, treated=1, stratum=4).draw_many(np.random.default_rng(9), runs=50)
    assert (schedules[:, :, 0].reshape(50, 3, 4).sum(axis=2) == 1).all()


@pytest.mark.parametrize(
    ("draw", "choices"),
    [
        (ParallelDraw(places=6, days=2, treated=3), 20),
        (ParallelDraw(places=6, days=2, treated=1, stratum=2), 8),
        (SteppedWedgeDraw(places=4, days=6, steps=2), 6),
        (SteppedWedgeDraw(places=5, days=6, steps=5), 120),
        (DailyDraw(places=4, days=6, treated=2), np.inf),
    ],
)
def test_choices_are_all_schedules_there_are(draw, choices):
    assert draw.choices == choices
    drawn = np.unique(draw.draw_many(np.random.default_rng(10), runs=1500).reshape(1500, -1), axis=0)
    assert len(drawn) == min(choices, len(drawn))


def test_a_seed_gives_one_schedule_for_ever():
    """What is sealed must come out again under a later NumPy: these fingerprints may never change."""
    fingerprints = {
        repr(draw): hashlib.sha256(np.packbits(draw(np.random.default_rng(2020))).tobytes()).hexdigest()[:12]
        for draw in DRAWS
    }
    assert list(fingerprints.values()) == FINGERPRINTS


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: DailyDraw(places=20, days=90, treated=20), "nothing to compare"),
        (lambda: DailyDraw(places=1, days=90, treated=1), "at least two places"),
        (lambda: DailyDraw(places=4, days=0, treated=1), "at least one day"),
        (lambda: BlockedDraw(places=4, days=9, treated=1, block=1), "at least two days"),
        (lambda: PairedDraw(places=5, days=9), "even number of places"),
        (lambda: SteppedWedgeDraw(places=3, days=30, steps=4), "1 to 3 steps"),
        (lambda: SteppedWedgeDraw(places=9, days=3, steps=3), "at least 4 days"),
        (lambda: ParallelDraw(places=5, days=9, treated=0), "nothing to compare"),
        (lambda: ParallelDraw(places=6, days=9, treated=2, stratum=2), "of 2 places at least one and at most 1"),
        (lambda: ParallelDraw(places=7, days=9, treated=1, stratum=2), "7 places do not fall into strata of 2"),
    ],
)
def test_a_design_that_cannot_be_drawn_is_refused_in_a_sentence(make, words):
    with pytest.raises(ValueError, match=words):
        make()
