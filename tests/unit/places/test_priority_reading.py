"""What may take part in the choice of neighbourhoods, and how counts become ratios that chance has been taken from."""

import numpy as np
import pytest
from squares import draw_map, make_squares

from safeground.engine.catalogue import load_catalogue
from safeground.engine.places.priority import reading
from safeground.engine.places.priority.reading import NotUsable, draw_together, read_risk_factor, smooth_with_draws

PLAN = load_catalogue("wrenshire").priority


def read(monkeypatch, published, indicator="crowding"):
    chosen = next(each for each in PLAN.risk_factors if each.id == indicator)
    monkeypatch.setattr(reading, "_read", lambda *_: (np.asarray(published, dtype=float), None))
    monkeypatch.setattr(reading, "_read_earlier", lambda *_: None)
    codes = [str(at) for at in range(len(published))]
    return read_risk_factor(None, chosen, codes, None, runs=10, rng=np.random.default_rng(1))


def test_a_number_of_districts_takes_no_part(monkeypatch):
    with pytest.raises(NotUsable, match="wider areas"):
        read(monkeypatch, np.repeat(np.arange(10.0), 40))
    assert read(monkeypatch, np.repeat(np.arange(40.0), 10)).draws is None


def test_what_has_not_landed_or_for_too_few_takes_no_part(monkeypatch):
    with pytest.raises(NotUsable, match="has not landed"):
        read(monkeypatch, np.full(100, np.nan))
    with pytest.raises(NotUsable, match="fewer than half"):
        read(monkeypatch, np.r_[np.arange(40.0), np.full(60, np.nan)])


def test_few_events_heed_neighbours_and_many_do_not():
    rng = np.random.default_rng(3)
    neighbours = make_squares(8)
    _, few, base = draw_map(neighbours, spread=0.4, share=0.7, expected=10, rng=rng)
    _, many, large = draw_map(neighbours, spread=0.4, share=0.7, expected=400, rng=rng)
    heeding, drawn = smooth_with_draws(few.astype(float), base, neighbours, runs=200, rng=rng)
    alone, drawn_alone = smooth_with_draws(many.astype(float), large, neighbours, runs=200, rng=rng)
    assert heeding.method[0].startswith("BYM2") and alone.method[0].startswith("gamma-Poisson")
    for found, draws in ((heeding, drawn), (alone, drawn_alone)):
        assert draws.shape == (200, 64)
        assert np.allclose(draws.mean(axis=0), found.value, rtol=0.1)
    without_map, _ = smooth_with_draws(few.astype(float), base, None, runs=20, rng=rng)
    assert without_map.method[0].startswith("gamma-Poisson")


def test_a_missing_count_is_missing_in_every_draw():
    counts = np.arange(30.0) * 10 + 100
    counts[4] = np.nan
    found, draws = smooth_with_draws(counts, np.full(30, 200.0), None, runs=5, rng=np.random.default_rng(1))
    assert np.isnan(found.value[4]) and np.isnan(draws[:, 4]).all() and not np.isnan(np.delete(draws, 4, axis=1)).any()


def test_draws_of_the_same_people_move_together_and_keep_what_each_factor_may_be():
    rng = np.random.default_rng(4)
    leading, draws = (rng.gamma(5, 1, (50, 4)).astype(np.float32) for _ in range(2))
    leading[:, 2], leading[:, 3], draws[:, 1] = 1.0, np.nan, np.nan
    found = draw_together(draws, leading)
    assert np.array_equal(np.sort(found, axis=0), np.sort(draws, axis=0), equal_nan=True)
    assert np.array_equal(found[:, 0].argsort(), leading[:, 0].argsort())
    assert np.array_equal(found[:, 2:], draws[:, 2:]) and np.isnan(found[:, 1]).all()
