"""Who stands beside whom: people who took part and people like them, found before anybody looks at an outcome.

For evaluation alone: nobody's chance of taking part is kept, told or returned.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from safeground.engine.documents import count_things
from safeground.engine.evaluation.designs.refusals import read_numbers
from safeground.engine.evaluation.errors import EvaluationRefused
from safeground.engine.statistics import NOBODY, MatchedSets, fit_logistic, match_nearest, standardise_differences

Floats = NDArray[np.float64]
Distance = Literal["propensity", "mahalanobis"]

FEWEST_MATCHED: Final = 20
"""People who took part and found somebody like them. With fewer neither balance nor an interval says anything."""
ALIKE: Final = 0.1
"""Standard deviations by which the sides may still differ in anything they were matched on (Austin 2009)."""
COMPARABLE: Final = 0.25
"""Standard deviations beyond which they are not the same kind of people (Rubin D, 2001, Health Services and Outcomes Research Methodology
2:169). Between the two chance alone leaves some of them, where a hundred people or fewer were matched."""
CALIPER: Final = 0.2
"""Standard deviations of the log odds of taking part (Austin P, 2011, Pharmaceutical Statistics 10:150)."""
_SAID: Final = {"propensity": "their odds of taking part", "mahalanobis": "all things together (Mahalanobis)"}


@dataclass(frozen=True)
class Balance:
    """How far the sides differ in one thing, in standard deviations, before and after matching; NaN where nobody differs in it.

    `rests_on`: people; of a thing that people have or have not, those of the rarest cell (with it or without, matched or not), since a
    difference of shares would count them.
    """

    name: str
    before: float
    after: float
    rests_on: int


@dataclass(frozen=True, eq=False)
class MatchedPeople:
    """Who stands beside whom, before anybody looks at an outcome.

    `took_part`, `others`: people given. `matched`: of those who took part, who found somebody; `alone`: who found nobody. `beside`: of
    the others, who stand beside somebody. `sets`: positions of rows, and no chances. `worst`: the largest difference after matching.
    """

    took_part: int
    others: int
    matched: int
    alone: int
    beside: int
    balance: tuple[Balance, ...]
    method: str
    sets: MatchedSets

    @property
    def worst(self) -> Balance:
        return max(self.balance, key=lambda each: -1.0 if math.isnan(each.after) else abs(each.after))

    @property
    def is_comparable(self) -> bool:
        return not abs(self.worst.after) > COMPARABLE


def match_people(
    covariates: ArrayLike,
    treated: ArrayLike,
    *,
    names: Sequence[str],
    ratio: int = 1,
    caliper: float = CALIPER,
    distance: Distance = "propensity",
    exactly: ArrayLike | None = None,
    rng: np.random.Generator,
) -> MatchedPeople:
    """Find for each who took part others like them, without an outcome.

    covariates: shape (people, things), none missing, all known before anybody took part. treated: bool, (people,). names: of the
    things, in words. ratio: others for each. caliper: standard deviations of the log odds of taking part within which two may be
    matched. distance: by those odds alone, or among those within the caliper by all things together (Mahalanobis). exactly: codes,
    (people,), that must be the same. rng: shuffles people first, so that of equally near ones none is preferred for where it stands.

    Raises EvaluationRefused for missing or impossible numbers, for fewer than `FEWEST_MATCHED` people on a side or matched, and for more
    things than one for five people who took part.
    """
    table, took_part = _read_people(covariates, treated, names)
    order = rng.permutation(len(took_part))
    try:
        odds = fit_logistic(table, took_part.astype(float)).log_odds(table)
        reach = caliper * float(odds.std(ddof=1))
        sets = match_nearest(
            _whiten(table, took_part)[order] if distance == "mahalanobis" else odds[order],
            took_part[order],
            ratio=ratio,
            caliper=reach if reach > 0 else None,
            along=odds[order],
            strata=None if exactly is None else np.asarray(exactly)[order],
        )
    except ValueError as error:
        raise EvaluationRefused(f"These people cannot be matched: {error}.") from None
    if len(sets.treated) < FEWEST_MATCHED:
        raise EvaluationRefused(
            f"Only {count_things(len(sets.treated), 'person', 'people')} of {int(took_part.sum()):,} who took part found somebody like "
            f"them, and {FEWEST_MATCHED} are the least; give more people who did not take part, or match on less."
        )
    back = MatchedSets(
        order[sets.treated], np.where(sets.others == NOBODY, NOBODY, order[sets.others]), sets.alone, sets.method
    )
    differences = zip(
        names,
        standardise_differences(table, took_part).tolist(),
        standardise_differences(table, took_part, sets=back).tolist(),
        _count_rarest(table, took_part, back),
        strict=True,
    )
    return MatchedPeople(
        took_part=int(took_part.sum()),
        others=int((~took_part).sum()),
        matched=len(back.treated),
        alone=back.alone,
        beside=int((back.others != NOBODY).sum()),
        balance=tuple(Balance(*each) for each in differences),
        method=f"nearest of the others by {_SAID[distance]}, {ratio} for each and none twice, within {caliper:g} standard deviations of "
        "the log odds of taking part (logistic regression)"
        + (", the same in what was to be so" if exactly is not None else ""),
        sets=back,
    )


def _read_people(covariates: ArrayLike, treated: ArrayLike, names: Sequence[str]) -> tuple[Floats, NDArray[np.bool_]]:
    table, took_part = read_numbers(covariates, "covariates"), np.asarray(treated)
    if table.ndim != 2 or took_part.dtype != np.bool_ or took_part.shape != table.shape[:1]:
        raise EvaluationRefused(
            "Give a row of covariates for each person, and for each whether they took part, true or false."
        )
    if len(names) != table.shape[1] or not names:
        raise EvaluationRefused(f"{len(names)} names are given for {table.shape[1]} covariates; give one for each.")
    if not np.isfinite(table).all():
        column = int(np.argwhere(~np.isfinite(table))[0][1])
        raise EvaluationRefused(
            f"{names[column]} is missing for somebody: leave the person out, or give missing ones a column of their own; a missing one "
            "is not nought."
        )
    least = min(int(took_part.sum()), int((~took_part).sum()))
    if least < FEWEST_MATCHED:
        raise EvaluationRefused(
            f"The smaller side has {count_things(least, 'person', 'people')}, and {FEWEST_MATCHED} are the least."
        )
    if least < 5 * table.shape[1]:
        raise EvaluationRefused(
            f"{count_things(table.shape[1], 'covariate')} for {count_things(least, 'person', 'people')} on the smaller side are more "
            "than can be balanced; five people for each are the least."
        )
    return table, took_part


def _count_rarest(table: Floats, took_part: NDArray[np.bool_], sets: MatchedSets) -> list[int]:
    beside = sets.others[sets.others != NOBODY]
    sides = (table[took_part], table[~took_part], table[sets.treated], table[beside])
    found = []
    for column in range(table.shape[1]):
        values = np.unique(table[:, column])
        if len(values) != 2:
            found.append(min(len(side) for side in sides))
            continue
        cells = [int((side[:, column] == value).sum()) for side in sides for value in values]
        found.append(max(min(cells), 1))  # a cell of nobody tells of everybody there: it counts for one
    return found


def _whiten(table: Floats, took_part: NDArray[np.bool_]) -> Floats:
    """Points whose plain distance is Mahalanobis's, by the covariance within the sides."""
    centred = table - np.where(took_part[:, np.newaxis], table[took_part].mean(axis=0), table[~took_part].mean(axis=0))
    values, vectors = np.linalg.eigh(np.atleast_2d(np.cov(centred, rowvar=False)))
    kept = values > 1e-10 * values.max()
    return np.asarray(table @ vectors[:, kept] / np.sqrt(values[kept]))
