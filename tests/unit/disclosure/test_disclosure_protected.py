"""A number becomes publishable only through its rule; what is withheld leaves no trace of itself."""

import dataclasses

import pytest

from safeground.engine.disclosure import DisclosureRule, Protected, State, protect

OPEN = DisclosureRule("open", "Open data", threshold=0, rounding=1, owner="publisher", source="licence")
NHS = DisclosureRule("nhs", "NHS counts", threshold=7, rounding=5, owner="NHS", source="guide")
POLICE = DisclosureRule("police", "Police counts", threshold=4, rounding=1, owner="force", source="habit")


def test_open_numbers_pass_unchanged():
    estimate = protect(3, unit="offences", rule=OPEN, count=3, lower=0.6, upper=8.8)
    assert (estimate.value, estimate.lower, estimate.upper, estimate.count) == (3, 0.6, 8.8, 3)
    assert estimate.is_published


@pytest.mark.parametrize(
    ("count", "rule", "state"),
    [
        (0, POLICE, State.PUBLISHED),
        (1, POLICE, State.SUPPRESSED),
        (4, POLICE, State.SUPPRESSED),
        (5, POLICE, State.PUBLISHED),
        (0, NHS, State.PUBLISHED),
        (7, NHS, State.SUPPRESSED),
        (8, NHS, State.PUBLISHED),
    ],
)
def test_small_counts_are_suppressed_and_zero_is_not(count, rule, state):
    assert protect(count, unit="offences", rule=rule, count=count).state is state


def test_a_suppressed_estimate_holds_no_number_anywhere():
    estimate = protect(123456.5, unit="rate", rule=POLICE, count=3, lower=654321.5, upper=987654.5, denominator=222333)
    fields = {field.name: getattr(estimate, field.name) for field in dataclasses.fields(Protected)}
    for name in ("value", "lower", "upper", "count", "denominator"):
        assert fields[name] is None
    for sentinel in ("123456", "654321", "987654", "222333"):
        assert sentinel not in repr(estimate)


def test_rounding_goes_to_the_nearest_base_and_is_flagged():
    estimate = protect(12, unit="admissions", rule=NHS, count=12)
    assert (estimate.value, estimate.count) == (10, 10)
    assert estimate.flags == ("rounded to 5",)
    assert protect(13, unit="admissions", rule=NHS, count=13).value == 15


def test_a_rate_is_not_published_beside_a_rounded_count():
    estimate = protect(3.2, unit="per 1,000", rule=NHS, count=32)
    assert estimate.state is State.SUPPRESSED


def test_standardised_rates_need_ten_events():
    assert protect(1.5, unit="rate", rule=OPEN, count=9, is_standardised=True).state is State.NOT_AVAILABLE
    assert protect(1.5, unit="rate", rule=OPEN, count=10, is_standardised=True).is_published


def test_nan_is_not_available_and_never_zero():
    estimate = protect(float("nan"), unit="rate", rule=OPEN, count=4)
    assert estimate.state is State.NOT_AVAILABLE
    assert estimate.value is None


def test_a_threshold_needs_the_count_behind_the_number():
    with pytest.raises(ValueError, match="needs the number of events"):
        protect(3.4, unit="rate", rule=POLICE)


def test_a_missing_number_needs_a_reason():
    with pytest.raises(ValueError, match="needs a reason"):
        protect(None, unit="rate", rule=OPEN, state=State.INCOMPLETE)


def test_protected_cannot_be_made_by_hand_or_altered_by_replacing():
    with pytest.raises(TypeError, match="never directly"):
        Protected(1, None, None, None, None, "offences", None, None, State.PUBLISHED, None, "open")
    suppressed = protect(2, unit="offences", rule=POLICE, count=2)
    with pytest.raises((TypeError, dataclasses.FrozenInstanceError)):
        suppressed.value = 2  # type: ignore[misc]
    published = protect(0.0, unit="offences", rule=POLICE, count=0)
    for estimate in (suppressed, published):
        with pytest.raises((TypeError, ValueError)):
            dataclasses.replace(estimate, value=3.0, state=State.PUBLISHED, reason=None)
