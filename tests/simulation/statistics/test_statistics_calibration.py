"""Do the methods recover a known truth? Coverage of intervals and false alarms, with fixed generators.

A coverage of 0.95 from 4,000 simulations has a standard error of 0.0034: tolerances are at least three of these.
"""

import numpy as np
import pytest

from safeground.engine.statistics import (
    compare_monthly_periods,
    compare_periods,
    compare_proportions,
    compare_rates,
    estimate_concentration,
    estimate_directly_standardised_rate,
    estimate_dispersion,
    estimate_gradient,
    estimate_lasting_share,
    estimate_proportion,
    estimate_rate,
    funnel_limits,
    read_together,
    u_chart,
    xmr_chart,
)

RUNS = 4_000


def coverage(estimate, truth):
    return float(np.mean((estimate.lower <= truth) & (truth <= estimate.upper)))


def clustered(rng, mean, dispersion, size):
    """Negative binomial counts whose variance is `dispersion` times their mean."""
    return rng.negative_binomial(np.asarray(mean) / (dispersion - 1), 1 / dispersion, size)


@pytest.mark.parametrize("mean", [0.5, 2, 6, 9, 12, 40, 400])
def test_rates_cover_the_truth_at_least_as_often_as_they_say(mean):
    counts = np.random.default_rng(11).poisson(mean, RUNS)
    for confidence in (0.95, 0.998):
        found = coverage(estimate_rate(counts, 1, per=1, confidence=confidence), mean)
        assert found >= confidence - 3 * np.sqrt(confidence * (1 - confidence) / RUNS)


@pytest.mark.parametrize("share", [0.02, 0.2, 0.5, 0.9])
def test_shares_cover_the_truth_on_average(share):
    # Wilson's coverage swings with the total around the level, so that it is averaged over totals.
    rng = np.random.default_rng(12)
    totals = rng.integers(15, 200, RUNS)
    assert coverage(estimate_proportion(rng.binomial(totals, share), totals), share) == pytest.approx(0.95, abs=0.015)


def test_standardised_rates_cover_the_truth():
    rng = np.random.default_rng(13)
    rates, people = np.array([0.004, 0.010, 0.002]), np.array([3_000, 4_000, 9_000])
    standard = np.array([0.2, 0.5, 0.3])
    estimate = estimate_directly_standardised_rate(rng.poisson(rates * people, (RUNS, 3)), people, standard, per=1)
    assert coverage(estimate, (standard * rates).sum()) == pytest.approx(0.95, abs=0.012)


@pytest.mark.parametrize("means", [(3, 5), (30, 20), (400, 400)])
def test_rate_ratios_cover_the_truth_at_least_as_often_as_they_say(means):
    rng = np.random.default_rng(14)
    a, b = (rng.poisson(mean, RUNS) for mean in means)
    known = a + b > 0
    found = compare_rates(a[known], 1, b[known], 1)
    assert coverage(found, means[0] / means[1]) >= 0.94


@pytest.mark.parametrize(
    ("shares", "totals"), [((0.3, 0.5), (12, 15)), ((0.02, 0.05), (60, 80)), ((0.45, 0.57), (400, 400))]
)
def test_differences_of_shares_cover_the_truth(shares, totals):
    rng = np.random.default_rng(15)
    a, b = (rng.binomial(total, share, RUNS) for share, total in zip(shares, totals, strict=True))
    found = coverage(compare_proportions(a, totals[0], b, totals[1]), shares[1] - shares[0])
    # Newcombe's interval is known to be too wide where both shares are small; too narrow would be the fault.
    assert 0.93 < found < 0.985


SEASON = 100 * (1 + 0.2 * np.sin(2 * np.pi * np.arange(12) / 12))


@pytest.mark.parametrize("ratio", [1.0, 1.3])
def test_clustered_months_are_allowed_for(ratio):
    rng = np.random.default_rng(16)
    before, after = clustered(rng, SEASON, 4, (RUNS, 12)), clustered(rng, ratio * SEASON, 4, (RUNS, 12))
    assert estimate_dispersion(np.stack([before, after], axis=1)).value.mean() == pytest.approx(4, rel=0.03)
    assert coverage(compare_monthly_periods(before, after), ratio) == pytest.approx(0.95, abs=0.015)
    earlier = clustered(rng, SEASON, 4, (RUNS, 3, 12))
    assert coverage(compare_monthly_periods(before, after, earlier=earlier), ratio) == pytest.approx(0.95, abs=0.015)
    plain = compare_periods(before.sum(axis=1), after.sum(axis=1))
    assert coverage(plain, ratio) < 0.75, "the plain comparison claims too much: this is why the other exists"


@pytest.mark.parametrize("mean", [0.5, 3, 100])
def test_independent_months_are_never_told_apart_too_often(mean):
    rng = np.random.default_rng(17)
    found = compare_monthly_periods(rng.poisson(mean, (RUNS, 12)), rng.poisson(mean, (RUNS, 12)))
    alarms = np.mean(found.direction != "cannot tell")
    assert 0.005 < alarms < 0.055


def test_a_real_change_is_found():
    rng = np.random.default_rng(18)
    found = compare_monthly_periods(clustered(rng, SEASON, 4, (RUNS, 12)), clustered(rng, 1.3 * SEASON, 4, (RUNS, 12)))
    # By hand: log 1.3 over its standard error is 3.4, against a t quantile of 2.2, found in 88 of 100.
    assert np.mean(found.direction == "higher") == pytest.approx(0.88, abs=0.02)


def test_in_a_funnel_of_equal_areas_one_in_twenty_lies_outside():
    rng = np.random.default_rng(19)
    people = rng.integers(20_000, 200_000, (400, 60))
    funnel = funnel_limits(rng.poisson(0.004 * people), people)
    assert funnel.outside(0.95).mean() == pytest.approx(0.05, abs=0.01)
    assert funnel.outside(0.998).mean() == pytest.approx(0.002, abs=0.0015)
    # Winsorising a tenth at each end of normal values leaves a factor of 0.75 before it is raised to 1.
    assert np.mean(funnel.dispersion) < 1.02


@pytest.mark.parametrize("overdispersion", ["multiplicative", "additive"])
def test_overdispersed_areas_are_brought_back_inside(overdispersion):
    rng = np.random.default_rng(20)
    people = rng.integers(60_000, 120_000, (400, 60))
    rates = rng.normal(0.004, 0.0006, people.shape)
    counts = rng.poisson(rates * people)
    assert funnel_limits(counts, people).outside(0.998).mean() > 0.15, "nearly useless without an allowance"
    allowed = funnel_limits(counts, people, overdispersion=overdispersion)
    assert allowed.outside(0.95).mean() == pytest.approx(0.08, abs=0.04)
    assert allowed.outside(0.998).mean() < 0.02


def test_the_spread_between_areas_is_recovered_but_for_winsorising():
    rng = np.random.default_rng(21)
    people = np.full((400, 60), 100_000)
    counts = rng.poisson(rng.normal(0.004, 0.0006, people.shape) * people)
    spread = funnel_limits(counts, people, per=1).between_area_sd
    # The tenths drawn in carry a quarter of the variance of normal values: the root of what is left is 0.83.
    assert np.mean(spread) == pytest.approx(0.83 * 0.0006, rel=0.06)


def test_stable_series_rarely_signal():
    rng = np.random.default_rng(22)
    series = rng.normal(100, 10, (600, 24))
    charts = [xmr_chart(row) for row in series]
    beyond = np.mean([any(s.rule == "beyond three sigma" for s in chart.signals) for chart in charts])
    anything = np.mean([bool(chart.signals) for chart in charts])
    assert beyond < 0.12
    assert anything == pytest.approx(1 / 6, abs=0.05), "RunRule's docstring says one in six"


def test_laney_keeps_clustered_months_quiet_where_the_plain_chart_does_not():
    rng = np.random.default_rng(23)
    series = clustered(rng, 2_000.0, 9, (200, 24))
    plain = np.mean([u_chart(row, is_laney=False).is_marked().mean() for row in series])
    laney = np.mean([u_chart(row).is_marked().mean() for row in series])
    assert plain > 0.3
    assert laney < 0.03


def test_a_shift_of_three_sigma_is_seen_within_the_quarter():
    rng = np.random.default_rng(24)
    seen = 0
    for _ in range(200):
        series = rng.normal(100, 10, 27)
        series[24:] += 30
        seen += xmr_chart(series, baseline_months=24).is_marked()[24:].any()
    assert seen / 200 > 0.9


@pytest.mark.parametrize(("shape", "mean"), [(1e6, 2), (0.5, 2), (1.5, 3), (0.5, 20)])
def test_the_corrected_share_is_the_risk_that_the_busiest_areas_really_hold(shape, mean):
    rng = np.random.default_rng(25)
    covered, found, truths, observed = [], [], [], []
    for _ in range(400):
        risk = rng.gamma(shape, size=600)
        risk *= mean / risk.mean()
        counts = rng.poisson(risk)
        estimate = estimate_concentration(counts, rng=rng, simulations=19)
        busiest = np.argsort(counts + rng.random(600))[-estimate.top_areas :]
        truth = risk[busiest].sum() / risk.sum()
        covered.append(estimate.lower <= truth <= estimate.upper)
        found.append(float(estimate.value))
        truths.append(truth)
        observed.append(estimate.observed)
    assert np.mean(found) == pytest.approx(np.mean(truths), abs=0.003)
    assert np.mean(covered) == pytest.approx(0.95, abs=0.035)
    assert np.mean(observed) > np.mean(truths) + 0.004, "the uncorrected share overstates"


def test_even_risk_is_called_concentrated_as_rarely_as_p_says():
    rng = np.random.default_rng(26)
    p = [estimate_concentration(rng.poisson(2, 300), rng=rng, simulations=99).p_value for _ in range(300)]
    assert np.mean(np.array(p) < 0.05) < 0.05 + 3 * np.sqrt(0.05 * 0.95 / 300)


@pytest.mark.parametrize(("dispersion", "least", "most"), [(1.001, 0.95, 0.99), (5, 0.935, 0.965)])
def test_gradients_cover_the_truth(dispersion, least, most):
    # Independent events get an interval a little too wide: dispersion counts as 1 at least, and t pays for its having been estimated.
    rng = np.random.default_rng(27)
    people = np.full(10, 20_000)
    rank = (np.arange(10) + 0.5) / 10
    counts = clustered(rng, people * 0.02 * np.exp(-0.8 * rank), dispersion, (RUNS, 10))
    found = estimate_gradient(counts, people)
    assert least < coverage(found.relative_index, np.exp(0.8)) < most
    # The line fitted to a curve: its own truth is the same fit to the rates without noise.
    line = estimate_gradient(people * 0.02 * np.exp(-0.8 * rank), people).slope_index.value
    assert least < coverage(found.slope_index, line) < most


def test_a_stable_phase_is_rarely_called_unstable_and_a_climbing_one_is():
    rng = np.random.default_rng(27)
    stable = [u_chart(row).is_unstable[0] for row in clustered(rng, 2_000.0, 9, (1_000, 24))]
    seasonal = [u_chart(row).is_unstable[0] for row in clustered(rng, np.tile(20 * SEASON, 2), 9, (400, 24))]
    climbing = [u_chart(row).is_unstable[0] for row in clustered(rng, 2_000 * 1.015 ** np.arange(24), 9, (200, 24))]
    assert np.mean(stable) < 0.02
    assert np.mean(seasonal) < 0.05
    assert np.mean(climbing) > 0.9


@pytest.mark.parametrize("dispersion", [1.001, 2.0, 4.0])
def test_the_held_out_share_is_the_lasting_risk_though_events_cluster(dispersion):
    rng = np.random.default_rng(28)
    held_out, covered, in_sample, truths = [], [], [], []
    for _ in range(300):
        risk = rng.gamma(1.5, 4.0, 1_000)
        choose, later = clustered(rng, risk, dispersion, 1_000), clustered(rng, risk, dispersion, 1_000)
        edge = np.sort(choose)[-50]
        tied = choose == edge
        weight = np.where(tied, (50 - (choose > edge).sum()) / tied.sum(), choose > edge)
        truths.append((weight * risk).sum() / risk.sum())
        found = estimate_lasting_share(choose, later, dispersion=dispersion)
        held_out.append(found.value)
        covered.append(found.lower <= truths[-1] <= found.upper)
        in_sample.append(estimate_concentration(choose, rng=rng, simulations=19).value)
    assert np.mean(held_out) == pytest.approx(np.mean(truths), abs=0.001)
    assert np.mean(covered) > 0.92
    if dispersion >= 2:
        assert np.mean(in_sample) > np.mean(truths) + 0.005, "why months that did not choose must count"


def test_of_the_words_on_a_page_of_many_comparisons_few_are_wrong():
    rng = np.random.default_rng(29)
    false_share, alone_false, found = [], [], []
    for _ in range(600):
        counts = rng.poisson([*[400] * 15, *[560] * 5])
        alone = compare_rates(counts, 1, rng.poisson(400, 20), 1)
        named, plain = (found.direction != "cannot tell" for found in (read_together([alone])[0], alone))
        false_share.append(named[:15].sum() / max(1, named.sum()))
        alone_false.append(plain[:15].any())
        found.append((named[15:] & (counts[15:] > 400)).mean())
    assert np.mean(false_share) < 0.05
    assert np.mean(alone_false) > 0.4, "read one by one, every second page has a false word"
    assert np.mean(found) > 0.9
