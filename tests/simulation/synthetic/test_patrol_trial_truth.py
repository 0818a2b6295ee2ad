"""The made-up trial of patrols holds the effect that was planned, in its events and not by chance in its places."""

import numpy as np
import pytest

from safeground.synthetic import make_patrol_trial


def test_the_design_is_the_published_one():
    trial = make_patrol_trial(seed=1)
    assert trial.treated.shape == (20, 90)
    assert (trial.treated.sum(axis=0) == 8).all()
    assert trial.treated.sum() == 720


def test_the_same_seed_makes_the_same_trial_and_another_another():
    one, same, other = (make_patrol_trial(seed=seed) for seed in (1, 1, 2))
    assert (one.counts == same.counts).all() and (one.visit_start == same.visit_start).all()
    assert (one.treated != other.treated).any()


def test_the_planned_effect_is_in_the_events():
    trials = [make_patrol_trial(seed=seed, rate=0.5, rate_ratio=0.6, next_day_ratio=0.8) for seed in range(20)]
    kept = {True: [0.0, 0.0], False: [0.0, 0.0], None: [0.0, 0.0]}
    for trial in trials:
        before = np.pad(trial.treated, ((0, 0), (1, 0)))[:, :-1]
        for key, cells in ((True, trial.treated), (None, ~trial.treated & before), (False, ~trial.treated & ~before)):
            kept[key][0] += trial.counts[cells].sum()
            kept[key][1] += trial.untreated[cells].sum()
    shares = {key: held / had for key, (held, had) in kept.items()}
    assert shares[True] == pytest.approx(0.6, abs=0.02)
    assert shares[None] == pytest.approx(0.8, abs=0.03)
    assert shares[False] == 1.0


def test_visits_follow_the_schedule_as_far_as_planned():
    trial = make_patrol_trial(seed=3, compliance=0.9, stray_visits=0.1)
    visited = np.zeros_like(trial.treated)
    visited[trial.visit_place, trial.visit_day] = True
    assert visited[trial.treated].mean() == pytest.approx(0.9, abs=0.04)
    assert visited[~trial.treated].mean() == pytest.approx(0.1, abs=0.04)
    assert trial.visit_minutes.min() >= 1


def test_harm_is_only_where_events_are():
    trial = make_patrol_trial(seed=4)
    assert ((trial.harm > 0) == (trial.counts > 0)).all()


def test_an_effect_that_adds_events_is_refused():
    with pytest.raises(ValueError, match="at most 1"):
        make_patrol_trial(seed=1, rate_ratio=1.2)
