"""What must hold for any counts: an interval contains its estimate, scaling scales, order and company do not matter."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from safeground.engine.statistics import (
    compare_monthly_periods,
    compare_proportions,
    compare_rates,
    estimate_concentration,
    estimate_directly_standardised_rate,
    estimate_gradient,
    estimate_proportion,
    estimate_rate,
    funnel_limits,
    u_chart,
    xmr_chart,
)

unhurried = settings(deadline=None, max_examples=60)
"""No deadline: a busy machine is not a broken property."""

count = st.integers(0, 10**6) | st.floats(0, 50)
people = st.integers(1, 10**7)
level = st.floats(0.5, 0.9999)


def contains(estimate, slack=1e-9):
    value, lower, upper = (np.asarray(x) for x in (estimate.value, estimate.lower, estimate.upper))
    room = slack * (1 + np.abs(value))
    return bool(np.all((lower <= value + room) & (value <= upper + room)))


@unhurried
@given(count, people, level)
def test_a_rates_interval_contains_it_and_is_not_negative(x, n, confidence):
    estimate = estimate_rate(x, n, confidence=confidence)
    assert contains(estimate)
    assert estimate.lower >= 0
    assert estimate.upper > estimate.value


@unhurried
@given(st.lists(st.tuples(count, people), min_size=1, max_size=20), st.randoms())
def test_a_rate_does_not_depend_on_order_or_company(areas, random):
    shuffled = random.sample(areas, len(areas))
    together = estimate_rate(*zip(*shuffled, strict=True))
    for i, (x, n) in enumerate(shuffled):
        alone = estimate_rate(x, n)
        assert (together.lower[i], together.upper[i]) == pytest.approx((alone.lower, alone.upper), rel=1e-12)
        assert together.method[i] == alone.method


@unhurried
@given(count, people, st.sampled_from([1, 1_000, 100_000]))
def test_a_rate_for_more_people_is_so_much_larger(x, n, per):
    one, many = estimate_rate(x, n, per=1), estimate_rate(x, n, per=per)
    assert (many.value, many.upper) == pytest.approx((per * one.value, per * one.upper))


@unhurried
@given(count, people, level, level)
def test_more_confidence_is_a_wider_interval(x, n, one, other):
    narrow, wide = (estimate_rate(x, n, confidence=c) for c in sorted((one, other)))
    assert wide.lower <= narrow.lower * (1 + 1e-9)
    assert narrow.upper <= wide.upper * (1 + 1e-9)


@unhurried
@given(count, count, people)
def test_limits_rise_with_the_count(x, y, n):
    low, high = (estimate_rate(c, n) for c in sorted((x, y)))
    # At 10 the formula changes; Byar's limits there are within 1 in 100 of the exact ones.
    assert low.lower <= high.lower * 1.01
    assert low.upper <= high.upper * 1.01


@unhurried
@given(st.integers(0, 10**6), st.integers(1, 10**6), level)
def test_a_share_and_the_share_of_the_rest_mirror_each_other(x, n, confidence):
    x = min(x, n)
    share, rest = (estimate_proportion(c, n, confidence=confidence) for c in (x, n - x))
    assert contains(share)
    assert 0 <= share.lower <= share.upper <= 1
    assert (share.lower, share.upper) == pytest.approx((1 - rest.upper, 1 - rest.lower), abs=1e-9)


@unhurried
@given(st.lists(st.tuples(st.integers(0, 500), st.integers(1, 10**5), st.integers(1, 9)), min_size=2, max_size=19))
def test_a_standardised_rate_lies_between_its_bands_rates(bands):
    counts, populations, standard = map(np.array, zip(*bands, strict=True))
    estimate = estimate_directly_standardised_rate(counts, populations, standard, per=1)
    if counts.sum() < 10:
        assert np.isnan(estimate.value)
    else:
        assert contains(estimate)
        rates = counts / populations
        assert rates.min() * (1 - 1e-9) <= estimate.value <= rates.max() * (1 + 1e-9)


@unhurried
@given(count, people, count, people, level, st.none() | st.floats(1, 20))
def test_a_comparison_turned_round_says_the_opposite(a, n, b, m, confidence, dispersion):
    assume(a + b > 1e-6)
    there = compare_rates(a, n, b, m, dispersion=dispersion, confidence=confidence)
    back = compare_rates(b, m, a, n, dispersion=dispersion, confidence=confidence)
    opposite = {"higher": "lower", "lower": "higher", "cannot tell": "cannot tell"}
    assert contains(there)
    assert back.direction == opposite[str(there.direction)]
    assert back.p_value == pytest.approx(there.p_value, rel=1e-6, abs=1e-300)


@unhurried
@given(st.integers(0, 400), st.integers(0, 400), people, people, level, st.none() | st.floats(1, 20))
def test_the_p_value_and_the_interval_never_disagree(a, b, n, m, confidence, dispersion):
    assume(a + b > 0)
    found = compare_rates(a, n, b, m, dispersion=dispersion, confidence=confidence)
    assume(abs(found.p_value - (1 - confidence)) > 1e-9)
    assert (found.direction != "cannot tell") == (found.p_value < 1 - confidence)


@unhurried
@given(st.integers(0, 500), st.integers(1, 500), st.integers(0, 500), st.integers(1, 500))
def test_a_difference_of_shares_is_contained_and_turns_round(a, n, b, m):
    a, b = min(a, n), min(b, m)
    there, back = compare_proportions(a, n, b, m), compare_proportions(b, m, a, n)
    assert contains(there)
    assert (there.lower, there.upper) == pytest.approx((-back.upper, -back.lower), abs=1e-9)


months = st.lists(st.integers(0, 500) | st.just(np.nan), min_size=12, max_size=12)


@unhurried
@given(months, months)
def test_the_clustered_comparison_never_claims_more_than_the_plain_one(before, after):
    found = compare_monthly_periods(before, after)
    if not np.isnan(found.lower):
        assert contains(found)
        assert found.dispersion >= 1
        plain = compare_rates(found.count_after, 1, found.count_before, 1, dispersion=1)
        assert found.lower <= plain.lower * (1 + 1e-9)
        assert found.upper >= plain.upper * (1 - 1e-9)
    else:
        assert found.direction == "cannot tell"


areas = st.lists(st.tuples(st.integers(0, 400), st.integers(1, 10**5)), min_size=3, max_size=30)


@unhurried
@given(areas)
def test_a_funnel_narrows_with_size_and_holds_its_benchmark(pairs):
    counts, sizes = map(np.array, zip(*pairs, strict=True))
    assume(counts.sum() > 0)
    for overdispersion in ("ignored", "multiplicative", "additive"):
        funnel = funnel_limits(counts, sizes, per=1, overdispersion=overdispersion)
        assert (funnel.lower <= funnel.benchmark).all()
        assert (funnel.upper >= funnel.benchmark).all()
        assert (funnel.lower[1] <= funnel.lower[0] * (1 + 1e-9)).all(), "99.8% is the wider limit"
        assert (funnel.upper[1] >= funnel.upper[0] * (1 - 1e-9)).all()
        lower, upper = funnel.limits_for(np.sort(sizes), confidence=0.95)
        assert (np.diff(upper) <= 1e-9 * upper[:-1]).all()
        assert (np.diff(lower) >= -1e-9).all()


@unhurried
@given(areas, st.integers(0, 2**32 - 1))
def test_concentration_figures_stay_in_their_bounds(pairs, seed):
    counts = np.array([x for x, _ in pairs])
    assume(counts.sum() > 0)
    found = estimate_concentration(counts, rng=np.random.default_rng(seed), simulations=19, top_share=0.2)
    assert 0 <= found.lower <= found.value <= found.upper <= 1
    assert found.value <= found.observed + 1e-12, "a correction for chance never adds concentration"
    assert 0 <= found.gini < 1
    assert 0.1 <= found.p_value <= 1, "19 draws cannot give less than 2 in 20"
    assert (np.diff(found.curve[:, 1]) >= -1e-12).all()
    assert (np.diff(found.curve[:, 1], 2) <= 1e-12).all(), "busiest first: each area adds no more than the one before"


@unhurried
@given(areas)
def test_a_gradient_turned_round_is_its_reciprocal(pairs):
    counts, sizes = map(np.array, zip(*pairs, strict=True))
    assume((counts > 0).sum() >= 3)
    there, back = estimate_gradient(counts, sizes), estimate_gradient(counts[::-1], sizes[::-1])
    assert np.log(there.relative_index.value) == pytest.approx(-np.log(back.relative_index.value), rel=1e-6, abs=1e-6)
    assert there.slope_index.value == pytest.approx(-back.slope_index.value, rel=1e-6, abs=1e-6)
    assert contains(there.relative_index)
    assert contains(there.slope_index)


@unhurried
@given(st.lists(st.floats(0, 1e5) | st.just(np.nan), min_size=2, max_size=40), st.floats(0.1, 100))
def test_a_chart_in_another_unit_has_the_same_signals(series, factor):
    one, other = xmr_chart(series), xmr_chart(np.array(series) * factor)
    assert other.upper == pytest.approx(one.upper * factor, rel=1e-6, nan_ok=True)
    assert np.isnan(one.value).tolist() == np.isnan(series).tolist()
    assert not one.is_marked()[np.isnan(series)].any(), "a missing month is never a signal"


@unhurried
@given(st.lists(st.integers(0, 10**4), min_size=2, max_size=40), st.integers(1, 10**6))
def test_a_u_chart_of_a_constant_denominator_is_a_scaled_chart_of_counts(series, size):
    rates, counts = u_chart(series, size, per=size), u_chart(series)
    assert rates.upper == pytest.approx(counts.upper, nan_ok=True)
    assert rates.sigma_ratio == pytest.approx(counts.sigma_ratio, nan_ok=True)
