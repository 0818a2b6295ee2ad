"""Areas given 80% of belonging to the highest belong 80% of the time."""

import numpy as np
import pytest

from safeground.engine.places.priority.reading import smooth_with_draws
from safeground.engine.places.priority.scores import Layout, draw_membership, find_highest, normal_scores, score_areas

AREAS, NUMBER, RUNS = 300, 15, 200
LAYOUT = Layout(np.array([0, 0, 1]), np.array([1.0, 1.0, 1.0]), np.array([1.0, 0.5]))


@pytest.mark.slow
@pytest.mark.parametrize("vary", [0.0, 0.33])
def test_probabilities_of_belonging_are_kept(vary):
    """Counts stand in for true rates that are known here; so do stated weights, where they vary, for those that were meant."""
    rng = np.random.default_rng(20)
    told, belongs = [], []
    for _ in range(16):
        level = rng.standard_normal(AREAS)
        rates = np.column_stack([np.exp(0.5 * level + 0.4 * rng.standard_normal(AREAS)) for _ in range(3)])
        people = rng.integers(200, 900, (AREAS, 2)).astype(float)
        counts = rng.poisson(0.03 * people * rates[:, :2])
        read = [
            smooth_with_draws(counts[:, at].astype(float), people[:, at], None, runs=RUNS, rng=rng) for at in (0, 1)
        ]
        z = normal_scores(np.column_stack([read[0][0].value, read[1][0].value, rates[:, 2]]))
        drawn = {0: read[0][1], 1: read[1][1]}
        found = draw_membership(z, LAYOUT, drawn, number=NUMBER, vary=vary or 0.3, runs=RUNS, rng=rng)
        meant = LAYOUT.draw(vary, rng) if vary else LAYOUT
        told.append(found.probability if vary else found.by_chance)
        belongs.append(find_highest(score_areas(normal_scores(rates), meant), NUMBER))
    probability, truth = np.concatenate(told), np.concatenate(belongs)
    for lower, upper in ((0.02, 0.2), (0.2, 0.5), (0.5, 0.8), (0.8, 0.95), (0.95, 1.01)):
        inside = (probability >= lower) & (probability < upper)
        share, said = truth[inside].mean(), probability[inside].mean()
        # Areas of one map hang together: twice the error of as many separate ones.
        assert abs(share - said) < 0.03 + 2 * 2 * np.sqrt(said * (1 - said) / inside.sum()), (
            lower,
            share,
            said,
            inside.sum(),
        )
