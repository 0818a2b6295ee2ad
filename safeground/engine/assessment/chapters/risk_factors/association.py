"""How recorded violence goes with each risk factor between small areas: alone, and with deprivation and age held alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import scipy.sparse
from numpy.typing import NDArray

from safeground.engine.areas import find_neighbours, make_outlines
from safeground.engine.assessment.evidence import FORCE, SMALL_AREA, Evidence
from safeground.engine.measures import CHARACTERISTICS, Measurement, read_characteristics
from safeground.engine.statistics import (
    CountRegression,
    RatioComparison,
    SpatialAutocorrelation,
    estimate_spatial_autocorrelation,
    fit_count_regression,
    read_together,
)

HELD_ALIKE: Final = ("income", "aged_16_24", "aged_65")
"""What a factor is adjusted for. Income and no other domain: the overall index holds police recorded violence, and each further domain is
itself the like of a risk factor."""

FACTORS: Final = ("mental_health", "prescribing", "schooling", "crowding")
_FIFTHS = 5


@dataclass(frozen=True, eq=False)
class Association:
    """One factor. Each ratio is a single comparison: `alone`, `adjusted` for one standard deviation more; `fifths_alone`,
    `fifths_adjusted` of the fifth of areas with most over the fifth with least; `without_centres` as `adjusted`, without the areas that
    residents are a poor denominator for (None where there are none). `events`: the fewest on either side of a comparison of fifths."""

    name: str
    alone: RatioComparison
    adjusted: RatioComparison
    fifths_alone: RatioComparison
    fifths_adjusted: RatioComparison
    without_centres: RatioComparison | None
    overlap: float
    areas: int
    events: float
    districts: int
    next_door: SpatialAutocorrelation | None

    @property
    def title(self) -> str:
        return CHARACTERISTICS[self.name].title


@dataclass(frozen=True, eq=False)
class _Areas:
    """What every fit reads: arrays of shape (areas,) and (areas, held alike)."""

    counts: NDArray[np.float64]
    people: NDArray[np.float64]
    held: NDArray[np.float64]
    districts: NDArray[np.object_]
    is_centre: NDArray[np.bool_]


def find_associations(evidence: Evidence, measurement: Measurement) -> tuple[Association, ...]:
    """Of each factor that has landed and may be told; the words of direction read all of them together."""
    names = [name for name in FACTORS if _may_use(evidence, name)]
    codes = measurement.areas
    if not names or measurement.denominators is None:
        return ()
    read = read_characteristics(evidence.measures, [*HELD_ALIKE, *names], level=SMALL_AREA, areas=codes)
    held, factors = read[:, : len(HELD_ALIKE)], read[:, len(HELD_ALIKE) :]
    poor = measurement.has_poor_denominator
    areas = _Areas(
        counts=measurement.counts.definite.values[:, 0],
        people=measurement.denominators.values[:, 0],
        held=held,
        districts=np.array([evidence.district_of[code] for code in codes], dtype=object),
        is_centre=poor if poor.size else np.zeros(len(codes), dtype=bool),
    )
    adjacency = _adjacency(evidence, codes)
    found = [
        _associate(evidence, name, factors[:, place], areas, adjacency)
        for place, name in enumerate(names)
        if _can_be_told_apart(factors[:, place], areas)
    ]
    return _read_all(found)


def _may_use(evidence: Evidence, name: str) -> bool:
    feed = CHARACTERISTICS[name].feed
    # What is told is one number for the whole area, whatever areas it was learnt from.
    return evidence.is_usable(feed) and evidence.audience in evidence.readers_of_feed(feed, FORCE)


def _can_be_told_apart(factor: NDArray[np.float64], areas: _Areas) -> bool:
    known = ~np.isnan(factor) & ~np.isnan(areas.held).any(axis=1) & (areas.people > 0) & ~np.isnan(areas.counts)
    return bool(known.sum() >= 10 * _FIFTHS and np.ptp(factor[known]) > 0 and areas.counts[known].sum() > 0)


def _associate(
    evidence: Evidence, name: str, factor: NDArray[np.float64], areas: _Areas, adjacency: scipy.sparse.csr_array | None
) -> Association:
    # The same areas in every fit, so that a ratio changes by what is held alike and by nothing else.
    known = ~np.isnan(factor) & ~np.isnan(areas.held).any(axis=1)
    counts = np.where(known, areas.counts, np.nan)
    one = _standardise(np.where(known, factor, np.nan))[:, None]
    held = _standardise(np.where(known[:, None], areas.held, np.nan))
    fifth = _fifths(np.where(known, factor, np.nan))

    def fit(*columns: NDArray[np.float64], counts: NDArray[np.float64] = counts) -> CountRegression:
        return fit_count_regression(counts, areas.people, np.hstack(columns), clusters=areas.districts)

    adjusted = fit(one, held)
    centres = bool(areas.is_centre.any())
    next_door = None
    if adjacency is not None:
        next_door = estimate_spatial_autocorrelation(
            adjusted.residuals,
            adjacency,
            random_numbers=evidence.random_numbers(),
        )
    ends = [
        float(np.nansum(areas.counts[known & column.astype(bool)])) for column in (fifth[:, 0], fifth.sum(axis=1) == 0)
    ]
    return Association(
        name=name,
        alone=_first(fit(one).ratio),
        adjusted=_first(adjusted.ratio),
        fifths_alone=_first(fit(fifth).ratio),
        fifths_adjusted=_first(fit(fifth, held).ratio),
        without_centres=_first(fit(one, held, counts=np.where(areas.is_centre, np.nan, counts)).ratio) if centres else None,
        overlap=float(adjusted.overlap[0]),
        areas=adjusted.areas,
        events=min(ends),
        districts=adjusted.clusters,
        next_door=next_door,
    )  # fmt: skip


def _first(ratio: RatioComparison) -> RatioComparison:
    """The factor's own ratio out of those of everything in the model."""
    return RatioComparison(
        value=ratio.value[0], lower=ratio.lower[0], upper=ratio.upper[0], method=ratio.method[0],
        confidence=ratio.confidence, p_value=ratio.p_value[0], direction=ratio.direction[0],
    )  # fmt: skip


def _standardise(values: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray((values - np.nanmean(values, axis=0)) / np.nanstd(values, axis=0))


def _fifths(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Four columns of 0 and 1 for the upper four fifths, the fifth with most first; NaN where the value is."""
    edges = np.nanquantile(values, [0.8, 0.6, 0.4, 0.2])
    above = values[:, None] > edges
    return np.where(np.isnan(values)[:, None], np.nan, np.diff(above.astype(float), axis=1, prepend=0.0))


def _adjacency(evidence: Evidence, codes: Sequence[str]) -> scipy.sparse.csr_array | None:
    """Which small areas adjoin, in the order of `codes`; None where outlines of some have not landed."""
    outlines = make_outlines(evidence.warehouse.table("boundaries").to_pyarrow(), SMALL_AREA)
    row_of = {code: row for row, code in enumerate(outlines.codes)}
    if set(codes) - set(row_of):
        return None
    rows = [row_of[code] for code in codes]
    return find_neighbours(outlines)[rows][:, rows]


def _read_all(found: Sequence[Association]) -> tuple[Association, ...]:
    """All factors are one family, and so are all ways to set them against violence: whoever looks at many finds one by chance."""
    told = read_together(
        [r for each in found for r in (each.alone, each.adjusted, each.fifths_alone, each.fifths_adjusted)]
    )
    return tuple(
        replace(each, alone=a, adjusted=b, fifths_alone=c, fifths_adjusted=d)
        for each, (a, b, c, d) in zip(found, zip(*[iter(told)] * 4, strict=True), strict=True)
    )  # fmt: skip
