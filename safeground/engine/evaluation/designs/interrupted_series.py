"""One series, before and after: where it would have gone on to by its own trend and season, and where it went."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from safeground.engine.documents import Direction, count_things, format_number
from safeground.engine.evaluation.checks import CheckResult, judge, not_applicable
from safeground.engine.evaluation.contrasts import HAD_IT_GONE_ON
from safeground.engine.evaluation.designs.common_checks import check_chosen
from safeground.engine.evaluation.designs.persistence import Doubt, measure_doubt
from safeground.engine.evaluation.designs.refusals import check_confidence, check_whole, read_counts, read_numbers
from safeground.engine.evaluation.effects import Effect, Role, Scale, Side
from safeground.engine.evaluation.errors import EvaluationRefused
from safeground.engine.evaluation.evidence import DesignKind
from safeground.engine.evaluation.wording import say_p

Floats = NDArray[np.float64]

FEWEST_SEASONS: Final = 2
FEWEST_PRE_PERIODS: Final = 12
FEWEST_POST_PERIODS: Final = 3
FEWEST_EVENTS: Final = 10
"""Before the start: from fewer, trend and season of a few months are taken for a law, and an effect told where two events lie."""
PERSISTENT: Final = 0.3
"""Of one month in the next: above it so few months cannot tell a step from a wave. Chance of counts hides a wave: of one that keeps 0.8 a
month, 50 events a month let no more than this be seen."""
_HARMONICS = 2
_ALPHA = 0.05
_STEPS = 100
_LEVEL, _SLOPE = 2, 3
_LARGEST = 700.0
_METHOD = "segmented quasi-Poisson regression with season; interval averaged over the likely waves of months (AR(1)) beside chance"
_IF_CHOSEN = "What was chosen at a peak comes down by itself; the trend before, which rises to that peak, then promises still more."
_CONTRASTS: Final = {
    "interrupted_series": HAD_IT_GONE_ON,
    "level": replace(
        HAD_IT_GONE_ON, treated="the first month after the start", other="the same month, had what went before gone on"
    ),
    "slope": replace(
        HAD_IT_GONE_ON,
        treated="each further year after the start",
        other="one on the trend of before, beside the year that it follows",
    ),
}

ASSUMPTIONS = (
    "Without the intervention the trend and season of before would have gone on, by the same share a month.",
    "Nothing else began at the same time that moves the series.",
    "Events are recorded alike before and after.",
    "Months hang together by a wave that fades at one pace (first-order autoregression), and by chance beside it.",
)


@dataclass(frozen=True, eq=False)
class InterruptedSeries:
    """`effect`: all months after the start together, as a ratio to what went before gone on. `level`: at once; `slope`: how many times a
    further year multiplies that.

    `fitted`, `counterfactual`: shape (periods,), events a period as fitted and as without the intervention. `coefficients`: of log rate
    on (1, years, after, years after, sine and cosine of each harmonic); `newey_west`: their standard errors as other programmes have
    them, for comparison only. `dispersion`: variance over mean. `persistence`: of a period in the next, 0 to 1.
    """

    effect: Effect
    level: Effect
    slope: Effect
    fitted: Floats
    counterfactual: Floats
    coefficients: Floats
    newey_west: Floats
    dispersion: float
    persistence: float


@dataclass(frozen=True, eq=False)
class _Fit:
    """Of the known periods; `whole` is the design of all of them."""

    y: Floats
    design: Floats
    whole: Floats
    at: Floats
    beta: Floats
    mean: Floats
    bread: Floats

    @property
    def after(self) -> NDArray[np.bool_]:
        return np.asarray(self.design[:, _LEVEL] > 0)

    @property
    def without(self) -> Floats:
        """The mean had nothing begun."""
        return np.asarray(self.mean / np.exp(self.design[:, [_LEVEL, _SLOPE]] @ self.beta[[_LEVEL, _SLOPE]]))

    def doubt(self, gradient: Floats) -> Doubt:
        """Of the coefficients' sum weighted by `gradient`."""
        root = np.sqrt(self.mean)
        columns = self.design * root[:, np.newaxis]
        return measure_doubt((self.y - self.mean) / root, columns, columns @ (self.bread @ gradient), self.at)


def interrupted_time_series(
    counts: ArrayLike,
    *,
    start: int,
    exposures: ArrayLike | None = None,
    season: int | None = 12,
    lag: int = 0,
    control: ArrayLike | None = None,
    outcome: str = "offences",
    was_chosen_for_being_extreme: bool | None = None,
    confidence: float = 0.95,
) -> InterruptedSeries:
    """The ratio of what was counted after the start to what trend and season of before would have brought.

    counts: shape (periods,), in order of time, NaN where one is missing. start: the number of the first period after it began, from 0.
    exposures: days or people, the same shape. season: periods in a year, of which two harmonics are fitted; None for none. lag: periods
    after the start left out while it comes into its own, settled beforehand. control: a series that it cannot have moved, for a check.

    Counts may be over-dispersed and each may hang on the one before: in made-up series of 72 months with nothing done, p was 0.05 or less
    in 1 or 2 of 100 where months went apart or waves faded in a few, in 7 where a wave kept 0.8 a month, and in 13 to 21 where it kept
    0.95 or never faded, which no series so short tells from a step. There is no comparison but the past: anything else that began at the
    same time is in the ratio.

    Raises EvaluationRefused for fewer than two whole seasons (or 12 periods) before the start, fewer than three after, fewer than ten
    events before, and none after.

    Source: Bernal J, Cummins S, Gasparrini A (2017) International Journal of Epidemiology 46:348; for the interval see `persistence`.

    >>> rng = np.random.default_rng(2)
    >>> month = np.arange(72)
    >>> counts = rng.poisson(60 * np.exp(0.002 * month + 0.2 * np.sin(month * np.pi / 6)) * np.where(month >= 48, 0.7, 1))
    >>> effect = interrupted_time_series(counts, start=48).effect
    >>> print(f"{effect.estimate:.2f} ({effect.lower:.2f} to {effect.upper:.2f}): {effect.direction}")
    0.77 (0.63 to 0.93): lower
    """
    check_confidence(confidence)
    y, people = _read(counts, exposures, start, season, lag)
    fit = _fit(y, people, start, season, lag)
    told = {"outcome": outcome, "confidence": confidence}
    total, gradient = _average(fit)
    doubt = fit.doubt(gradient)
    effect = _effect("interrupted_series", "all periods after the start together", total, doubt, fit, **told)  # type: ignore[arg-type]
    level, slope = (
        _effect(name, basis, float(fit.beta[place]), fit.doubt(np.eye(fit.beta.size)[place]), fit, **told)  # type: ignore[arg-type]
        for name, basis, place in (("level", "at the start", _LEVEL), ("slope", "each further year, times the year before", _SLOPE))
    )  # fmt: skip
    effect = effect.with_checks(
        _check_placebo(y, people, start, season),
        check_chosen(was_chosen_for_being_extreme, warning=_IF_CHOSEN),
        _check_control(control, people, start, season, lag),
        _check_window(effect, y, people, start, season, lag),
        _check_influence(effect, y, people, start, season, lag),
    )
    both = np.exp(fit.whole @ fit.beta) * people
    return InterruptedSeries(
        effect=effect, level=level, slope=slope, fitted=both,
        counterfactual=both / np.exp(fit.whole[:, [_LEVEL, _SLOPE]] @ fit.beta[[_LEVEL, _SLOPE]]), coefficients=fit.beta,
        newey_west=_newey_west(fit), dispersion=float(((fit.y - fit.mean) ** 2 / fit.mean).sum() / doubt.freedom),
        persistence=doubt.persistence * doubt.share,
    )  # fmt: skip


def estimate_alone(
    counts: ArrayLike,
    *,
    start: int,
    exposures: ArrayLike | None = None,
    season: int | None = 12,
    lag: int = 0,
    confidence: float = 0.95,
) -> Effect:
    """The same ratio without its checks, as a series where nothing was done is tried. Raises EvaluationRefused as the whole does."""
    y, people = _read(counts, exposures, start, season, lag)
    fit = _fit(y, people, start, season, lag)
    value, gradient = _average(fit)
    doubt = fit.doubt(gradient)
    return _effect(
        "interrupted_series", "a series by itself", value, doubt, fit, outcome="events", confidence=confidence
    )


def _average(fit: _Fit) -> tuple[float, Floats]:
    """The logarithm of the ratio of the sums after the start, and how it moves with the coefficients."""
    after = fit.after
    seen, expected = fit.mean[after], fit.without[after]
    base = fit.design[after].copy()
    base[:, [_LEVEL, _SLOPE]] = 0.0
    gradient = seen @ fit.design[after] / seen.sum() - expected @ base / expected.sum()
    return math.log(seen.sum() / expected.sum()), np.asarray(gradient)


def _effect(name: str, basis: str, value: float, doubt: Doubt, fit: _Fit, *, outcome: str, confidence: float) -> Effect:
    reach = doubt.reach(confidence)
    lower, upper = _ratio_of(value - reach), _ratio_of(value + reach)
    return Effect(
        name=name, outcome=outcome,
        contrast=_CONTRASTS[name],
        role=Role.PRIMARY if name == "interrupted_series" else Role.SECONDARY, kind=DesignKind.BEFORE_AFTER, scale=Scale.RATIO,
        estimate=_ratio_of(value), lower=lower, upper=upper, p=doubt.p(value), confidence=confidence,
        method=_METHOD, basis=basis, assumptions=ASSUMPTIONS,
        treated=Side(int(fit.after.sum()), float(fit.y[fit.after].sum())),
        beside=(Side(int((~fit.after).sum()), float(fit.y[~fit.after].sum())),),
    )  # fmt: skip


def _ratio_of(logarithm: float) -> float:
    """Without end where no number can hold it, as the interval of a few events can be."""
    return math.exp(logarithm) if logarithm < _LARGEST else math.inf


def _fit(y: Floats, people: Floats, start: int, season: int | None, lag: int) -> _Fit:
    whole = _design(y.size, start, season)
    at: Floats = np.arange(y.size, dtype=np.float64)
    known = ~np.isnan(y) & ~((at >= start) & (at < start + lag))
    design, count, offset = whole[known], y[known], np.log(people[known])
    if np.linalg.matrix_rank(design) < design.shape[1]:
        raise EvaluationRefused(
            "Too many periods are missing to tell trend, season and what came after the start apart."
        )
    beta = np.linalg.lstsq(design, np.log(count + 0.5) - offset, rcond=None)[0]
    for _ in range(_STEPS):
        mean = np.exp(np.clip(design @ beta + offset, -40, 40))
        move = np.linalg.lstsq(design.T @ (design * mean[:, np.newaxis]), design.T @ (count - mean), rcond=None)[0]
        beta = beta + move
        if float(np.abs(move).max()) < 1e-10:
            break
    mean = np.exp(np.clip(design @ beta + offset, -40, 40))
    return _Fit(
        count,
        design,
        whole,
        at[known],
        beta,
        mean,
        np.linalg.pinv(design.T @ (design * mean[:, np.newaxis]), hermitian=True),
    )


def _design(periods: int, start: int, season: int | None) -> Floats:
    at = np.arange(periods)
    year = season or 12
    after = (at >= start).astype(np.float64)
    columns = [np.ones(periods), at / year, after, after * (at - start) / year]
    for harmonic in range(1, min(_HARMONICS, (season or 0) // 2) + 1):
        angle = 2 * np.pi * harmonic * at / year
        columns += [np.sin(angle), np.cos(angle)] if 2 * harmonic < year else [np.cos(angle)]
    return np.column_stack(columns)


def _newey_west(fit: _Fit) -> Floats:
    """Bartlett's weights over the customary number of lags, 0.75 times the cube root of the periods, with (n / (n - k))."""
    score = fit.design * (fit.y - fit.mean)[:, np.newaxis]
    lags = math.ceil(0.75 * len(score) ** (1 / 3))
    meat = score.T @ score
    for lag in range(1, lags + 1):
        part = score[lag:].T @ score[:-lag]
        meat += (1 - lag / (lags + 1)) * (part + part.T)
    small = len(score) / (len(score) - score.shape[1])
    return np.asarray(np.sqrt(np.diag(fit.bread @ meat @ fit.bread) * small))


def _ratio(y: Floats, people: Floats, start: int, season: int | None, lag: int) -> tuple[float, Doubt] | None:
    """The average ratio's logarithm; None where the design cannot stand on so little."""
    try:
        _check_length(y, start, season, lag)
        fit = _fit(y, people, start, season, lag)
    except EvaluationRefused:
        return None
    value, gradient = _average(fit)
    return value, fit.doubt(gradient)


def _check_placebo(y: Floats, people: Floats, start: int, season: int | None) -> CheckResult:
    question = "Is there an effect before there was any, as if it had begun a year early?"
    early = start - (season or 12)
    found = _ratio(y[:start], people[:start], early, season, 0)
    if found is None:
        return not_applicable("placebo_in_time", question, "The months before the start are too few to be parted.")
    ratio, p = format_number(math.exp(found[0]), decimals=2), found[1].p(found[0])
    return judge(p > _ALPHA, "placebo_in_time", question, f"The ratio would be {ratio} ({say_p(p)}).")


def _check_control(control: ArrayLike | None, people: Floats, start: int, season: int | None, lag: int) -> CheckResult:
    question = "Did something change alike that it cannot have moved?"
    if control is None:
        return not_applicable("negative_control", question, "No such series was given.")
    series = read_counts(control, "control")
    if series.shape != people.shape:
        raise EvaluationRefused("The control series has to hold as many periods as the counts.")
    found = _ratio(series, people, start, season, lag)
    if found is None:
        return not_applicable("negative_control", question, "The series given has too few events or periods.")
    ratio, p = format_number(math.exp(found[0]), decimals=2), found[1].p(found[0])
    return judge(p > _ALPHA, "negative_control", question, f"The ratio there is {ratio} ({say_p(p)}).")


def _check_window(effect: Effect, y: Floats, people: Floats, start: int, season: int | None, lag: int) -> CheckResult:
    question = "Does the answer stand with a year less of before?"
    year = season or 12
    found = _ratio(y[year:], people[year:], start - year, season, lag)
    if found is None:
        return not_applicable("window", question, "Without that year there would be too few months before the start.")
    ratio = math.exp(found[0])
    return judge(
        effect.lower <= ratio <= effect.upper,
        "window",
        question,
        f"The ratio would be {format_number(ratio, decimals=2)}.",
    )


def _check_influence(
    effect: Effect, y: Floats, people: Floats, start: int, season: int | None, lag: int
) -> CheckResult:
    question = "Does the answer hang on one month?"
    ratios = []
    for month in np.flatnonzero(~np.isnan(y)).tolist():
        rest = y.copy()
        rest[month] = np.nan
        try:
            ratios.append(math.exp(_average(_fit(rest, people, start, season, lag))[0]))
        except EvaluationRefused:
            continue
    if not ratios:
        return not_applicable("influence", question, "There are too few months to leave one out.")
    low, high = (format_number(bound, decimals=2) for bound in (min(ratios), max(ratios)))
    is_open = effect.direction is Direction.CANNOT_TELL  # which side the estimate lies on was not told
    is_good = all(
        effect.lower <= ratio <= effect.upper and (is_open or (ratio < 1) == (effect.estimate < 1)) for ratio in ratios
    )
    return judge(
        is_good, "influence", question, f"Leaving out each month in turn the ratio lies between {low} and {high}."
    )


def _read(
    counts: ArrayLike, exposures: ArrayLike | None, start: int, season: int | None, lag: int
) -> tuple[Floats, Floats]:
    y = read_counts(counts, "counts")
    people = np.ones(y.shape) if exposures is None else read_numbers(exposures, "exposures")
    if y.ndim != 1 or y.shape != people.shape:
        raise EvaluationRefused(f"counts have shape {y.shape} and exposures {people.shape}: give one of each a period.")
    if not (people > 0).all():
        raise EvaluationRefused("Exposures have to be above nought in every period.")
    check_whole(start, "start")
    check_whole(lag, "lag")
    if season is not None:
        check_whole(season, "season", least=2)
    _check_length(y, start, season, lag)
    return y, people


def _check_length(y: Floats, start: int, season: int | None, lag: int) -> None:
    known = ~np.isnan(y)
    least = FEWEST_PRE_PERIODS if season is None else max(FEWEST_SEASONS * season, FEWEST_PRE_PERIODS)
    before, after = int(known[: max(start, 0)].sum()), int(known[max(start, 0) + lag :].sum())
    if before < least:
        raise EvaluationRefused(
            f"There {'is' if before == 1 else 'are'} {count_things(before, 'period')} before the start, and {least} are the least from "
            "which trend and season can be told; take a longer series."
        )
    if after < FEWEST_POST_PERIODS:
        raise EvaluationRefused(
            f"Only {count_things(after, 'period')} lie after the start; wait for {FEWEST_POST_PERIODS}."
        )
    if np.nansum(y[:start]) < FEWEST_EVENTS or not np.nansum(y[start + lag :]) > 0:
        raise EvaluationRefused(
            f"There are fewer than {FEWEST_EVENTS} events before the start, or none after it, so that no ratio can be told; take more "
            "areas together, or a longer series."
        )
