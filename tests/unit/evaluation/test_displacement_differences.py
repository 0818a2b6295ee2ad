"""Eight counts against the published example, its author's own tests, and what may be said of displacement."""

from __future__ import annotations

import numpy as np
import pytest

from safeground.engine.disclosure import DisclosureRule
from safeground.engine.documents import Direction
from safeground.engine.evaluation import EvaluationRefused, Verdict, say_effect, weighted_displacement_difference

OPEN = DisclosureRule("open", "open data", 0, 1, "publisher", "made up")
PUBLISHED = ((207, 110), (308, 318), (178, 157), (150, 140))
"""Wheeler and Ratcliffe (2018), Philadelphia's foot and offender patrols: treated, control, and the rings around both."""


def test_the_published_example() -> None:
    """-118, standard error the root of 1,568, z -2.98, interval -196 to -40 (their table; also in the tests of their R package)."""
    found = weighted_displacement_difference(*PUBLISHED)
    assert found.effect.estimate == -118 and found.standard_error == pytest.approx(np.sqrt(1568))
    assert round(found.effect.estimate / found.standard_error, 2) == -2.98
    assert (round(found.effect.lower), round(found.effect.upper)) == (-196, -40)
    assert (found.local.estimate, found.displaced.estimate) == (-107, -11)


def test_periods_and_areas_of_other_sizes() -> None:
    """Both from the author's notes on weights, as his package tests them."""
    found = weighted_displacement_difference((80, 20), (100, 50), time_weights=(2, 1))
    assert found.effect.estimate == -20 and found.standard_error == pytest.approx(np.sqrt(115))
    found = weighted_displacement_difference(*PUBLISHED, area_weights=(1.2, 0.9, 1.5, 1.6))
    assert found.effect.estimate == pytest.approx(-99.69444444)
    assert found.standard_error == pytest.approx(35.4280755)
    assert (found.effect.lower, found.effect.upper) == pytest.approx((-169.1321965, -30.25669241))


def test_quotient_and_net_effect_by_hand() -> None:
    """Success 110/318 - 207/308 = -0.3262; ring 157/318 - 178/308 = -0.0842; quotient 0.258; net effect 103.7 + 26.8 = 130.5."""
    found = weighted_displacement_difference(*PUBLISHED)
    assert found.success == pytest.approx(-0.3262, abs=5e-5)
    assert found.quotient == pytest.approx(0.2582, abs=5e-4)
    assert found.net_effect == pytest.approx(207 * 318 / 308 - 110 + 178 * 318 / 308 - 157)
    assert "spreading benefit would look like" in found.reading and "has no interval" in found.reading


@pytest.mark.parametrize(
    ("counts", "why"),
    [
        (((100, 95), (100, 100), (50, 60), (50, 50)), "did not do better by more than chance"),
        (((100, 140), (100, 100), (50, 60), (50, 50)), "did not do better by more than chance"),
        (((100, 40), (0, 10), (50, 60), (50, 50)), "no event in the control places"),
        (((100, 40), (100, 100)), "No ring was counted"),
    ],
)
def test_no_quotient_where_there_is_no_benefit_to_divide_by(counts, why: str) -> None:
    found = weighted_displacement_difference(*counts)
    assert found.quotient is None and found.net_effect is None and why in found.reading


def test_displacement_is_read_from_the_rings_and_fails_its_check() -> None:
    found = weighted_displacement_difference(
        (200, 80), (200, 200), (100, 230), (100, 100), dispersion=1.2, were_chosen_for_being_extreme=False
    )
    assert found.displaced.lower > 0 and found.quotient < -1
    checks = {check.name: check.verdict for check in found.effect.checks}
    assert checks["displacement"] is Verdict.FAILED and checks["dispersion"] is Verdict.PASSED
    assert found.effect.direction is Direction.CANNOT_TELL
    assert say_effect(found.effect, found.effect.protect(OPEN)).startswith(
        "We cannot tell whether there were more or fewer offences in the"
    )


def test_over_dispersion_widens_and_is_asked_for() -> None:
    one, twice = (weighted_displacement_difference(*PUBLISHED, dispersion=spread) for spread in (None, 2.0))
    assert twice.standard_error == pytest.approx(np.sqrt(2) * one.standard_error)
    assert {check.name: check.verdict for check in one.effect.checks}["dispersion"] is Verdict.NOT_APPLICABLE
    assert one.effect.evidence.maryland == 3 and one.effect.evidence.security < 3


def test_two_by_two_is_the_ratio_of_ratios_and_needs_four_counts() -> None:
    """(110/207) / (318/308) = 0.5147; standard error of its logarithm 0.1463 from the four counts."""
    found = weighted_displacement_difference(*PUBLISHED).relative
    assert found.estimate == pytest.approx(0.5147, abs=5e-5)
    assert np.log(found.upper / found.estimate) / 1.959964 == pytest.approx(
        np.sqrt(1 / 110 + 1 / 207 + 1 / 318 + 1 / 308)
    )
    none = weighted_displacement_difference((10, 0), (10, 10)).relative
    assert not none.is_available and np.isnan(none.estimate)


def test_the_sentence_says_what_the_counts_are_set_against() -> None:
    found = weighted_displacement_difference(*PUBLISHED, outcome="violent offences")
    assert say_effect(found.effect, found.effect.protect(OPEN)) == (
        "There were 118 fewer violent offences in the treated places and the rings around them than in the same ones, had they changed "
        "as the controls did (95% interval 196 fewer to 40 fewer, p = 0.003)."
    )


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (dict(treated=(1, 2), control=(3, 4), buffer=(1, 2)), "ring around one side"),
        (dict(treated=(1, -2), control=(3, 4)), "negative"),
        (dict(treated=(1, np.nan), control=(3, 4)), "neither of them missing"),
        (dict(treated=(1, 2, 3), control=(3, 4)), "two counts"),
        (dict(treated=("a", 2), control=(3, 4)), "no number"),
        (dict(treated=(1, 2), control=(3, 4), time_weights=(0, 1)), "above nought"),
        (dict(treated=(1, 2), control=(3, 4), dispersion=0.0), "variance over a mean"),
    ],
)
def test_what_cannot_stand_is_refused(given: dict, sentence: str) -> None:
    with pytest.raises(EvaluationRefused, match=sentence):
        weighted_displacement_difference(**given)


def test_quotient_of_the_worked_vector() -> None:
    """By hand: success 80/190 - 120/200, ring 85/190 - 90/200, net 120 x 0.95 - 80 + 90 x 0.95 - 85."""
    found = weighted_displacement_difference((120, 80), (200, 190), (90, 85), (90, 90))
    assert (round(found.success, 5), round(found.quotient, 5), round(found.net_effect, 3)) == (-0.17895, 0.01471, 34.5)
