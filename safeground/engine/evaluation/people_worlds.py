"""Made-up people with known truth: matched, asked in surveys, scored. Each gives an effect and what it ought to have been."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import special

from safeground.engine.evaluation.designs.matched_groups import matched_groups
from safeground.engine.evaluation.designs.outcome_scores import compare_score_changes, estimate_score_change
from safeground.engine.evaluation.designs.surveys import compare_same_people, compare_surveys, compare_with_elsewhere
from safeground.engine.evaluation.effects import Effect

Found = tuple[Effect, float]
_PEOPLE = 800


def matched_counts(ratio: float, rng: np.random.Generator) -> Found:
    """Offences after, of people whose past, age and need lead them to take part and to offend; over-dispersed."""
    covariates, took_part, level = _people(rng)
    mean = 0.4 * level * rng.gamma(2, 0.5, _PEOPLE) * np.where(took_part, ratio, 1.0)
    return _match(covariates, took_part, rng.poisson(mean), rng), ratio


def matched_yes_or_no(ratio: float, rng: np.random.Generator) -> Found:
    """Whether anything came after at all, of one in six or so."""
    covariates, took_part, level = _people(rng)
    chance = np.minimum(0.09 * level, 0.95) * np.where(took_part, ratio, 1.0)
    return _match(covariates, took_part, rng.random(_PEOPLE) < chance, rng), ratio


def two_samples(ratio: float, rng: np.random.Generator, *, asked: int = 400, cluster: int = 1) -> Found:
    """Two waves of different people, half of whom say so before; in clusters whose members answer alike in part."""
    before, after = (_ask(share, asked, cluster, rng) for share in (0.5, 0.5 * ratio))
    # Half of those who come after the first answer as the first: they go together by a half with it, and by a quarter with each other.
    effect = 1.0 + (cluster - 1) * (1 + (cluster - 2) / 4) / cluster
    return compare_surveys((before, asked), (after, asked), answer="do", design_effect=effect), 50 * (ratio - 1)


def here_and_elsewhere(ratio: float, rng: np.random.Generator) -> Found:
    """Two waves here and two elsewhere, where as many more come to say so for other reasons as come here."""
    asked = 250
    counts = [(float(rng.binomial(asked, share)), asked) for share in (0.4, 0.45 * ratio, 0.35, 0.4)]
    found = compare_with_elsewhere((counts[0], counts[1]), (counts[2], counts[3]), answer="do")
    return found, 45 * (ratio - 1)


def same_people(ratio: float, rng: np.random.Generator) -> Found:
    """One wave asked twice: answers that go together."""
    people, leaning = 150, rng.normal(0, 1, 150)
    first, second = (
        leaning + rng.normal(0, 1, people) < np.sqrt(2) * special.ndtri(share) for share in (0.5, 0.5 * ratio)
    )
    found = compare_same_people(
        both=int((first & second).sum()), only_before=int((first & ~second).sum()), only_after=int((~first & second).sum()),
        neither=int((~first & ~second).sum()), answer="do",
    )  # fmt: skip
    return found, 50 * (ratio - 1)


def scores(ratio: float, rng: np.random.Generator) -> Found:
    """Sixty people whose change is skewed, asked twice."""
    before = 8 + rng.gamma(2, 3, 60)
    drift = rng.gamma(4, 1.0, 60) - 4.0
    truth = 14 * (ratio - 1)
    found = estimate_score_change(before, before + drift + truth, reliability=0.8, is_lower_better=True, score="points")
    return found.effect, truth


def scores_beside_waiting(ratio: float, rng: np.random.Generator) -> Found:
    """Forty who were helped and sixty who waited, whose changes vary more."""
    truth = 14 * (ratio - 1)
    sides = [(8 + rng.gamma(2, 3, people), spread) for people, spread in ((40, 3.0), (60, 6.0))]
    (helped, narrow), (waited, wide) = sides
    changes = (helped + rng.normal(truth - 1, narrow, 40), waited + rng.normal(-1, wide, 60))
    return compare_score_changes((helped, changes[0]), (waited, changes[1]), score="points"), truth


def _people(rng: np.random.Generator) -> tuple[NDArray[np.float64], NDArray[np.bool_], NDArray[np.float64]]:
    past, age, need = rng.poisson(1.5, _PEOPLE), rng.normal(0, 1, _PEOPLE), rng.random(_PEOPLE) < 0.3
    took_part = rng.random(_PEOPLE) < special.expit(-2.6 + 0.35 * past + 0.4 * age + 0.6 * need)
    level = (1.0 + past) * np.exp(-0.2 * age + 0.2 * need)
    return np.column_stack([past, age, need]).astype(float), took_part, np.asarray(level, dtype=np.float64)


def _match(
    covariates: NDArray[np.float64],
    took_part: NDArray[np.bool_],
    outcome: NDArray[np.generic],
    rng: np.random.Generator,
) -> Effect:
    names = ["offences before", "age", "need"]
    return matched_groups(
        covariates, took_part, outcome, names=names, title="offences", has_own_past=True, ratio=2, rng=rng
    ).effect


def _ask(share: float, asked: int, cluster: int, rng: np.random.Generator) -> int:
    own = rng.random((asked // cluster, cluster)) < share
    follows = rng.random(own.shape) < 0.5
    return int(np.where(follows, own[:, :1], own).sum())
