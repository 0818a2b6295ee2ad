"""How far areas shift by themselves from one time to the next: a share of what they have, for good, that no count of theirs foretells.

Chance of counts shrinks beside their number; a shift of a whole area does not. Where it is left out, a difference of sums calls
nothing something: in made-up areas that shift by a tenth, in 20 of 100 at a level of 5. Areas where nothing was done show how large
such shifts are, if there are some of them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import special

Floats = NDArray[np.float64]

FEWEST_FREEDOM: Final = 3
"""Areas less the groups whose own change is taken off: of fewer, shifts cannot be told from chance."""


@dataclass(frozen=True)
class Shift:
    """`estimate` of the variance by moments, `error` of it, `least_freedom`: of a variance that is nothing else."""

    estimate: float
    error: float
    least_freedom: int

    @property
    def variance(self) -> float:
        """What is to be reckoned with: the mean of what it can be, which is nought or more. By itself the estimate would be nought in
        every second set of areas that do shift a little, and say that a large area is surer than anybody can know."""
        if not self.error > 0:
            return max(self.estimate, 0.0)
        at = self.estimate / self.error
        return self.error * (at + math.exp(-(at**2) / 2 - float(special.log_ndtr(at))) / math.sqrt(2 * math.pi))

    def freedom(self, whole: float, weight: float) -> float:
        """Of a whole variance in which this one has `weight` (Satterthwaite)."""
        doubt = weight * self.error
        return max(2 * (whole / doubt) ** 2, float(self.least_freedom)) if doubt > 0 else math.inf


@dataclass(frozen=True, eq=False)
class AreaShifts:
    """`shift`: the variance of an area's shift, as a share of what it has.

    `concentration`: shape (groups,), the sum of squared shares of a group's areas: 1 where it is one area, 1/n for n alike, so that
    the shift of the whole group has that part of the variance. `areas`: how many it is told from. `is_from_before`: from two halves of
    the time before, as too few were left alone after it.
    """

    shift: Shift
    concentration: Floats
    areas: int
    is_from_before: bool = False


def estimate_area_shifts(
    groups: Sequence[Floats], untreated: Sequence[int], *, dispersion: float, halves: Floats | None = None
) -> AreaShifts | None:
    """Shifts from before to after among areas where nothing was done; None where there are too few to tell.

    groups: counts of the areas of each group, shape (areas, 2), before and after. untreated: numbers of the groups in which nothing was
    done; each may have changed as a whole. dispersion: variance of a count over its mean. halves: counts of all areas in two halves of
    the time before, shape (areas, 2), looked at where the others are too few: a shift that came later is not in them.

    By moments: what Pearson's chi-squared of the areas' changes has beyond what chance gives it.

    Source: Ferman B, Pinto C (2019) Review of Economics and Statistics 101:452 (variance of a group's change as a part that shrinks
    with its size and one that does not); Satterthwaite F (1946) Biometrics Bulletin 2:110.
    """
    concentration = np.array([_concentrate(group[:, 0]) for group in groups])
    after = [groups[number] for number in untreated]
    found = fit_shifts(after, dispersion)
    if found is not None:
        return AreaShifts(found, concentration, sum(len(group) for group in after))
    found = None if halves is None else fit_shifts([halves], dispersion)
    return None if found is None or halves is None else AreaShifts(found, concentration, len(halves), True)


def _concentrate(counts: Floats) -> float:
    shares = counts / counts.sum() if counts.sum() > 0 else np.full(counts.size, 1 / counts.size)
    return float((shares**2).sum())


def fit_shifts(groups: Sequence[Floats], dispersion: float) -> Shift | None:
    """Variance of the areas' shifts, each group's own change taken off; None where areas are too few."""
    kept = [group[group[:, 0] > 0] for group in groups]
    kept = [group for group in kept if len(group) > 1 and group[:, 1].sum() > 0]
    freedom = sum(len(group) - 1 for group in kept)
    if freedom < FEWEST_FREEDOM:
        return None
    seen = chance = per_shift = 0.0
    relative = []
    for group in kept:
        before, after = group[:, 0], group[:, 1]
        ratio, share = after.sum() / before.sum(), before / before.sum()
        mean = ratio * before
        by_chance, by_shift = dispersion * mean * (1 + ratio), mean**2
        # The group's own ratio takes off a part of what each area deviates by.
        seen += float(((after - mean) ** 2 / mean).sum())
        chance += float(_deviate(by_chance, share) @ (1 / mean))
        per_shift += float(_deviate(by_shift, share) @ (1 / mean))
        relative.append((by_chance / mean, by_shift / mean))
    estimate, areas = (seen - chance) / per_shift, sum(len(group) for group in kept)
    spread = sum(float(((of_chance + max(estimate, 0.0) * of_shift) ** 2).sum()) for of_chance, of_shift in relative)
    return Shift(estimate, math.sqrt(2 * spread * freedom / areas) / per_shift, freedom)


def _deviate(variance: Floats, share: Floats) -> Floats:
    """The variance of each area's deviation from its share of the sum."""
    return np.asarray(variance * (1 - 2 * share) + share**2 * variance.sum())
