"""What is worked out from told numbers is told with them, and withheld with them."""

from __future__ import annotations

import pytest

from safeground.engine.disclosure import DisclosureRule, State, protect, protect_derived

NHS = DisclosureRule("nhs", "NHS hospital data", 7, 5, "NHS England", "Made up for the test")


def test_a_chance_from_rounded_counts_is_told() -> None:
    told = [protect(count, unit="admissions", rule=NHS, count=count) for count in (63.0, 78.0)]
    chance = protect_derived(31.4, unit="%", rule=NHS, told=told, method="model")
    assert (chance.value, chance.state, chance.rule) == (31.4, State.PUBLISHED, "nhs")


def test_one_withheld_number_withholds_what_is_worked_out_from_it() -> None:
    told = [protect(count, unit="admissions", rule=NHS, count=count) for count in (63.0, 6.0)]
    chance = protect_derived(31.4, unit="%", rule=NHS, told=told)
    assert (chance.value, chance.state) == (None, State.SUPPRESSED)
    assert chance.reason == told[1].reason


def test_what_cannot_be_worked_out_says_why() -> None:
    chance = protect_derived(float("nan"), unit="%", rule=NHS, told=[], reason="there are too few years")
    assert (chance.state, chance.reason) == (State.NOT_AVAILABLE, "there are too few years")


def test_a_derived_number_cannot_be_copied_with_another_value() -> None:
    from dataclasses import replace

    with pytest.raises(TypeError):
        replace(protect_derived(1.0, unit="%", rule=NHS, told=[]), value=2.0)
