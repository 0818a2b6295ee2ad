"""Whether what the police have on record and what hospitals count go together."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from cost_plans import make_effect

from safeground.engine.evaluation import Verdict
from safeground.engine.evaluation.protocols import OutcomeOfProtocol
from safeground.engine.evaluation.running.reporting import check_reporting_change

POLICE = make_effect(0.6, 0.5, 0.72)


def attendances(estimate: float, width: float):
    effect = make_effect(estimate, estimate / width, estimate * width)
    return replace(effect, name="attendances", outcome="attendances after an assault")


@pytest.mark.parametrize(
    ("estimate", "width", "verdict", "said"),
    [
        (0.62, 1.1, Verdict.PASSED, "attendances after an assault go the same way"),
        (1.0, 1.2, Verdict.FAILED, "go apart by more than chance explains"),
        (0.8, 2.0, Verdict.NOT_APPLICABLE, "too few to say that they go together"),
    ],
)
def test_they_go_together_or_apart_or_nobody_can_tell(
    estimate: float, width: float, verdict: Verdict, said: str
) -> None:
    found = check_reporting_change(POLICE, [attendances(estimate, width)])
    assert found.verdict is verdict and said in found.sentence
    assert not any(character.isdigit() for character in found.sentence)  # one of the two may be withheld


def test_of_several_one_has_to_stand_out_from_their_number() -> None:
    """By itself 0.79 lies 1.97 standard errors from 0.6; among three that is no news."""
    error = math.hypot(math.log(0.72 / 0.5) / 2 / 1.959964, math.log(1.2**2) / 2 / 1.959964)
    near = attendances(0.6 * math.exp(2.1 * error), 1.2)
    assert check_reporting_change(POLICE, [near]).verdict is Verdict.FAILED
    three = [near, *(replace(attendances(0.6, 1.2), name=f"a{n}") for n in range(2))]
    assert check_reporting_change(POLICE, three).verdict is not Verdict.FAILED


def test_without_anything_to_set_beside_it_nothing_is_said() -> None:
    assert "Nothing that hospitals" in check_reporting_change(POLICE, []).sentence
    endless = replace(attendances(0.6, 1.2), lower=0.0)
    assert "Too few" in check_reporting_change(POLICE, [endless]).sentence


def test_who_counts_follows_from_the_feed_or_is_said() -> None:
    told = {"name": "a", "title": "a thing", "role": "secondary"}
    assert OutcomeOfProtocol(**told, feed="ambulance").counter == "health"
    assert OutcomeOfProtocol(**told, feed="recorded_crime").counter == "police"
    assert OutcomeOfProtocol(**told, counted_by="health").counter == "health"
    assert OutcomeOfProtocol(**told).counter is None
