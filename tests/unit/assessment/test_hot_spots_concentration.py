"""How concentrated offences are is said beside what chance would have put there, figure for figure."""

from __future__ import annotations

import numpy as np
import pytest

from safeground.engine.assessment.chapters.hot_spots.chapter import say_concentration
from safeground.engine.assessment.protecting import protect_estimate
from safeground.engine.disclosure import DisclosureRule
from safeground.engine.documents import format_value
from safeground.engine.statistics import estimate_concentration

RULE = DisclosureRule("open", "published data", 1, 1, "", "")
SHARE = 0.05


def tell(counts: np.ndarray) -> tuple[str, str, str, str]:
    """The sentence; then the shares that were observed, that chance puts there, and corrected, as they are written."""
    found = estimate_concentration(counts, rng=np.random.default_rng(1), simulations=99, top_share=SHARE)
    share = protect_estimate(found, RULE, unit="%", count=found.events, scale=100)
    said = say_concentration(found, share, RULE, what="robbery", period="March 2024 to June 2025", metres=150)
    observed, chance = (f"{100 * each:.1f}%" for each in (found.observed, found.chance.value))
    return said, observed, chance, format_value(share)


def test_an_even_map_claims_no_concentration() -> None:
    # One robbery to two places: the 5% with most hold far more than 5%, by chance alone.
    said, observed, chance, corrected = tell(np.random.default_rng(4).poisson(0.5, 2_000))
    assert float(observed[:-1]) > 15 and f"held {observed} of robbery" in said
    assert f"Chance alone would have put {chance} there, so no concentration beyond chance can be told" in said
    assert f"be expected to hold {corrected}" in said and said.endswith("and 5.0% if all places were alike.")


@pytest.mark.parametrize("few", [0.5, 5.0])
def test_a_concentrated_map_is_told_so_and_each_figure_stands_beside_its_own_yardstick(few: float) -> None:
    risk = np.full(2_000, few)
    risk[:60] *= 12
    said, observed, chance, corrected = tell(np.random.default_rng(4).poisson(risk))
    assert "so it is more concentrated than chance makes it" in said
    at = [said.index(each) for each in (observed, chance, corrected)]
    assert at == sorted(at) and "Of further offences" in said[at[1] : at[2]]
