"""Areas chosen because they were high, before and after: how far they would have come back had nobody done anything."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from safeground.engine.disclosure import DisclosureRule
from safeground.engine.documents import count_things, format_confidence
from safeground.engine.evaluation.checks import CheckResult, judge, passed
from safeground.engine.evaluation.contrasts import COME_BACK_BY_ITSELF
from safeground.engine.evaluation.designs.refusals import (
    check_confidence,
    read_counts,
    read_numbers,
    read_yes_or_no,
    refuse_missing,
)
from safeground.engine.evaluation.effects import Effect, Role, Scale, Side
from safeground.engine.evaluation.errors import EvaluationRefused
from safeground.engine.evaluation.evidence import DesignKind
from safeground.engine.evaluation.wording import say_effect, say_ratio
from safeground.engine.statistics import shrink_freely, shrink_ratios

Floats = NDArray[np.float64]

FEWEST_OTHERS: Final = 10
_STEPS: Final = 20
_PRICE: Final = 3.5
"""In logarithms of likelihood, what any shape has to be better by than gamma: made-up counts of gamma rates gave it 2, of two kinds of
areas 40."""
_FAR_APART: Final = math.log(1.25)
_LARGEST: Final = 700.0
"""A logarithm beyond which no number holds: what is kept cannot be seen at all."""
_MOST_LASTING: Final = 1.5
"""Above 1, high areas go on rising; more than this is not believed of a few."""

ASSUMPTIONS = (
    "The areas were chosen by their counts before, out of all the areas given, and by nothing that foretells what comes.",
    "What moved the areas not chosen moved the chosen by the same share, and the chosen kept as much of being high as others did.",
    "Events are recorded alike before and after.",
)


@dataclass(frozen=True, eq=False)
class MeanRegression:
    """`effect`: the chosen areas after, over what choice and the other areas make likely.

    `seen`: after over before in the chosen areas, for periods of one length; it is never told without `expected`, what it would be had
    nobody done anything. `by_choice`: the part of `expected` that is due to the choice; `by_others`: to what moved all.
    """

    effect: Effect
    seen: float
    expected: float
    by_choice: float
    by_others: float

    def say(self, rule: DisclosureRule) -> str:
        """The two beside each other; nothing of either where the effect may not be told."""
        told = self.effect.protect(rule)
        if not told.is_published:
            return "How the chosen areas changed is not told, as it rests on too few events."
        seen, expected = (f"{say_ratio(ratio)} {self.effect.outcome}" for ratio in (self.seen, self.expected))
        return (
            f"The chosen areas had {seen} after than before; areas picked for high counts, moving as the others did, would be likely to "
            f"have {expected} with nothing done. {say_effect(self.effect, told)}"
        )


def regression_to_mean(
    before: ArrayLike,
    after: ArrayLike,
    chosen: ArrayLike,
    *,
    exposures: ArrayLike | None = None,
    lengths: tuple[float, float] = (1.0, 1.0),
    dispersion: float = 1.0,
    outcome: str = "offences",
    confidence: float = 0.95,
) -> MeanRegression:
    """Before and after in areas chosen for their high counts, beside what their choice alone would bring.

    before, after: counts of all areas that could have been chosen, shape (areas,). chosen: bool of the same shape. exposures: people,
    positive; all alike unless told. lengths: of the two periods in one unit. dispersion: the variance of a count over its mean, from
    monthly counts before (`estimate_dispersion`).

    The rate of an area before is its own count drawn towards those of like areas, by as much as chance makes counts differ, however rates
    are spread (`shrink_freely`); how much of that is still there after, and what moved all, is fitted to the areas not chosen
    (`_foretell`). The interval allows for chance after, for shifts of single areas as large as those of the areas not chosen, and for
    what is not known of the fit or of how rates are spread; Student's t. In made-up areas in which nothing was done 95% intervals left
    out 1 in 2 to 6 of 100: rates that are for gamma, log-normal, or of two kinds of areas, with highs that pass and events in fours; in
    15 where rates have the tail of a power law, all by telling more than there were.

    Raises EvaluationRefused for missing or negative counts, none chosen, fewer than ten not chosen, and no events.

    Source: Morton V, Torgerson D (2003) BMJ 326:1083; Hauer E (1997) Observational before-after studies in road safety, chapter 11.

    >>> rng = np.random.default_rng(6)
    >>> rates = rng.gamma(6, 3, 200)
    >>> before, after = rng.poisson(rates), rng.poisson(rates)
    >>> found = regression_to_mean(before, after, before >= np.sort(before)[-10])
    >>> print(f"seen {found.seen:.2f}, expected {found.expected:.2f}; {found.effect.direction}")
    seen 0.84, expected 0.74; cannot tell
    """
    check_confidence(confidence)
    first, second, mask, people = _read(before, after, chosen, exposures, lengths)
    if not first.sum() > 0 or not second[~mask].sum() > 0 or not first[mask].sum() > 0:
        raise EvaluationRefused(
            "There are too few events: none before, none in the chosen areas, or none after in the others."
        )
    base = people * first.sum() / people.sum()
    foretold, of_shape = _foretell_by_both(base, first, people, second, mask, dispersion)
    freedom = int((~mask).sum()) - 2
    seen_after, total = float(second[mask].sum()), float(foretold.mean[mask].sum())
    shifts = foretold.passing * float((foretold.mean[mask] ** 2).sum()) / total**2
    error = math.sqrt(dispersion / max(seen_after, 0.5) + shifts + foretold.error**2 + of_shape)
    effect = _effect(seen_after, total, error, freedom, mask, outcome, confidence)
    before_and_others = ((int(mask.sum()), first[mask]), (freedom + 2, second[~mask]))
    effect = replace(effect, beside=tuple(Side(areas, float(counts.sum())) for areas, counts in before_and_others))
    scale, ours = lengths[0] / lengths[1], float(first[mask].sum())
    return MeanRegression(
        effect=effect.with_checks(_check_return(foretold, math.sqrt(2 * of_shape), freedom, confidence)),
        seen=seen_after / ours * scale, expected=total / ours * scale,
        by_choice=total / foretold.others / ours, by_others=foretold.others * scale,
    )  # fmt: skip


@dataclass(frozen=True, eq=False)
class _Foretold:
    """`mean`: (areas,), what each would have after with nothing done. `error`: of the logarithm of the chosen areas' sum. `passing`: the
    squared variation of areas beyond chance that does not last. `others`: what moved all. `lasting`: of how far areas
    lay from the usual beyond chance, as logarithms, the share that is still there after, with its error; NaN where they differ no more
    than chance makes them."""

    mean: Floats
    error: float
    passing: float
    others: float
    lasting: float
    lasting_error: float


def _foretell_by_both(
    base: Floats, before: Floats, people: Floats, after: Floats, mask: NDArray[np.bool_], dispersion: float
) -> tuple[_Foretold, float]:
    """With rates that are for gamma and with rates of any shape, mixed by what the counts say for either; and the variance of not
    knowing which. Gamma alone promised too little of a few high areas among many alike, and any shape alone heard too much of chance."""
    free, gamma = shrink_freely(before / dispersion, people), shrink_ratios(before / dispersion, people).value
    weight = float(special.expit(free.support - _PRICE))
    if np.ptp(gamma) == 0 and free.support < _PRICE:
        return _foretell(
            base, gamma, after, mask, dispersion
        ), 0.0  # nothing to mix: areas differ no more than chance makes them
    foretold, *apart = (
        _foretell(base, ratio, after, mask, dispersion)
        for ratio in (gamma ** (1 - weight) * free.value**weight, gamma, free.value)
    )
    one, other = (math.log(float(each.mean[mask].sum())) for each in apart)
    return foretold, (one - other) ** 2 / 2


def _foretell(base: Floats, ratio: Floats, after: Floats, mask: NDArray[np.bool_], dispersion: float) -> _Foretold:
    """Fits base x all x ratio ** kept to the areas not chosen, with a variance of dispersion x mean + passing x mean squared.

    Chance is not all that passes: a quarrel or a series makes an area busy for some months. Shrinkage, to which all that is more than
    chance is lasting, then promises too much, and whoever picks peaks would find fewer than promised. Areas not chosen show what stays,
    as the choice was by what is regressed on.
    """
    rest, y, freedom = ~mask, after[~mask], int((~mask).sum()) - 2
    high = np.log(ratio) if np.ptp(ratio) > 0 else np.zeros_like(ratio)
    columns = np.column_stack([np.ones_like(high), high])
    all_areas, kept, passing = math.log(y.sum() / base[rest].sum()), 1.0, 0.0
    for _ in range(_STEPS):
        mean = base * np.exp(all_areas + kept * high)
        ours = mean[rest]
        weight = 1 / (dispersion / ours + passing)
        bread = np.linalg.pinv((columns[rest] * weight[:, np.newaxis]).T @ columns[rest], hermitian=True)
        step = np.clip(bread @ columns[rest].T @ (weight * (y / ours - 1)), -1.0, 1.0)
        all_areas, kept = all_areas + float(step[0]), min(max(kept + float(step[1]), 0.0), _MOST_LASTING)
        extra = float(((y - ours) ** 2).sum()) * y.size / freedom - dispersion * float(ours.sum())
        passing = max(0.0, extra / float((ours**2).sum()))
    share = mean[mask] @ columns[mask] / mean[mask].sum()
    spread = max(1.0, float((weight * (y / ours - 1) ** 2).sum()) / freedom)
    return _Foretold(
        mean=mean, error=math.sqrt(spread * float(share @ bread @ share)), passing=passing, others=math.exp(all_areas),
        lasting=kept if high.any() else math.nan, lasting_error=math.sqrt(spread * float(bread[1, 1])),
    )  # fmt: skip


def _check_return(foretold: _Foretold, apart: float, freedom: int, confidence: float) -> CheckResult:
    """Passed where it can be seen whether what was high stays: an interval from none of it to all of it says nothing.

    apart: the logarithm by which what is expected differs with what the spread of rates is taken for. A few areas far beyond all others
    come back by less than any fit to the others says.
    """
    question = "Can it be seen how far high counts come back by themselves?"
    if math.isnan(foretold.lasting):
        sentence = "Areas differ no more before than chance makes them, so that all of it comes back."
        return passed("regression_to_the_mean", question, sentence)
    reach = -float(special.stdtrit(freedom, (1 - confidence) / 2)) * foretold.lasting_error
    lower, upper = max(foretold.lasting - reach, 0.0), foretold.lasting + reach
    kept, low, high = (f"{round(100 * share)}%" for share in (foretold.lasting, lower, upper))
    sentence = (
        f"The areas not chosen kept {kept} of what they lay above or below the usual beyond chance "
        f"({format_confidence(confidence)} interval {low} to {high}), and the chosen are taken to have kept as much."
    )
    if apart > _FAR_APART:
        sentence += (
            f" But the chosen lie so far out that what is to be expected of them differs by {100 * math.expm1(apart):.0f}% with how "
            "the true rates of areas are spread, which nobody knows: the interval is wide for it and can still be too sure."
        )
    return judge((lower > 0 or upper < 1) and apart <= _FAR_APART, "regression_to_the_mean", question, sentence)


def _effect(
    seen: float, expected: float, error: float, freedom: int, mask: NDArray[np.bool_], outcome: str, confidence: float
) -> Effect:
    ratio = seen / expected
    middle = math.log(max(ratio, 0.5 / expected))
    reach = -float(special.stdtrit(freedom, (1 - confidence) / 2)) * error
    return Effect(
        name="regression_to_mean", outcome=outcome,
        contrast=COME_BACK_BY_ITSELF,
        role=Role.PRIMARY, kind=DesignKind.BEFORE_AFTER, scale=Scale.RATIO, estimate=ratio,
        lower=math.exp(middle - reach) if seen > 0 else 0.0, upper=math.exp(middle + reach) if middle + reach < _LARGEST else math.inf,
        p=float(2 * special.stdtr(freedom, -abs(middle) / error)), confidence=confidence,
        method="before and after over what areas not chosen make likely: how far they came back to the usual, and what moved all",
        basis=f"{count_things(int(mask.sum()), 'chosen area')}", assumptions=ASSUMPTIONS, treated=Side(int(mask.sum()), seen),
    )  # fmt: skip


def _read(
    before: ArrayLike, after: ArrayLike, chosen: ArrayLike, exposures: ArrayLike | None, lengths: tuple[float, float]
) -> tuple[Floats, Floats, NDArray[np.bool_], Floats]:
    first, second, mask = read_counts(before, "before"), read_counts(after, "after"), read_yes_or_no(chosen, "chosen")
    people = np.ones(first.shape) if exposures is None else read_numbers(exposures, "exposures")
    if first.ndim != 1 or not first.shape == second.shape == mask.shape == people.shape:
        raise EvaluationRefused(
            f"before has shape {first.shape}, after {second.shape}, chosen {mask.shape} and exposures {people.shape}: give one of each "
            "an area."
        )
    refuse_missing(np.column_stack([first, second]), [f"area {number}" for number in range(1, first.size + 1)])
    if len(lengths) != 2:
        raise EvaluationRefused("lengths are two, that of the time before and that of the time after.")
    if not (people > 0).all() or not min(lengths) > 0:
        raise EvaluationRefused("Exposures and the lengths of periods have to be above nought.")
    if not mask.any():
        raise EvaluationRefused("No area is marked as chosen.")
    if int((~mask).sum()) < FEWEST_OTHERS:
        raise EvaluationRefused(
            f"{count_things(int((~mask).sum()), 'area')} not chosen: from fewer than {FEWEST_OTHERS} it cannot be seen how far high "
            "counts come back; give all the areas that could have been chosen."
        )
    return first, second, mask, people
