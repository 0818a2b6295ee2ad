"""Risk factors of neighbourhoods as the plan names them: as published, with what chance alone could have made of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse
from numpy.typing import NDArray

from safeground.engine.areas import find_neighbours, make_outlines
from safeground.engine.catalogue import Attribute, Indicator
from safeground.engine.measures import Ages, Characteristic, Measures, read_small_areas
from safeground.engine.statistics import ShrunkenRatios, SmoothedRatios, shrink_ratios, smooth_ratios

_SOME_AREAS = 0.5
_MANY = 100
"""Where half of the areas count as many, neighbours have nothing to add; each drawn to the average alone is far quicker."""
_ONE_VALUE_IN = 20
"""A number that twenty neighbourhoods share on average is of wider areas: spread over their neighbourhoods it tells them not apart."""
_CENSUS = 2021

FloatArray = NDArray[np.float64]


class NotUsable(ValueError):
    """A risk factor that cannot take part in the choice; the message ends the sentence that begins with its title."""


@dataclass(frozen=True, eq=False)
class RiskFactor:
    """One risk factor of our neighbourhoods; arrays of shape (areas,), more being worse, NaN where it is not known.

    `published`: as its source has it, in its source's own direction. `values`: what scores are made of: a ratio to what all areas share,
    drawn towards it as far as chance explains, where people are counted; else as published. `draws`: (runs, areas) of what the true ratio
    may be; None where its source says nothing by which chance could be told. `earlier`: of the earlier vintage; None where there is none.
    """

    indicator: Indicator
    published: FloatArray
    values: FloatArray
    draws: NDArray[np.float32] | None
    earlier: FloatArray | None
    method: str


def read_adjacency(measures: Measures, codes: Sequence[str]) -> scipy.sparse.csr_array | None:
    """Which of these neighbourhoods adjoin; None where outlines of some have not landed."""
    outlines = make_outlines(measures.warehouse.table("boundaries").to_pyarrow(), measures.locator.base)
    row_of = {code: row for row, code in enumerate(outlines.codes)}
    if set(codes) - set(row_of):
        return None
    rows = [row_of[code] for code in codes]
    return find_neighbours(outlines)[rows][:, rows]


def read_risk_factor(
    measures: Measures,
    indicator: Indicator,
    codes: Sequence[str],
    adjacency: scipy.sparse.csr_array | None,
    *,
    runs: int,
    rng: np.random.Generator,
) -> RiskFactor:
    """NotUsable: it has not landed, or for fewer than half of the neighbourhoods, or is a number of wider areas."""
    published, counted = _read(measures, indicator, codes)
    known = ~np.isnan(published)
    if known.mean() < _SOME_AREAS:
        raise NotUsable("has not landed" if not known.any() else "is known of fewer than half of the neighbourhoods")
    if np.unique(published[known]).size < known.sum() / _ONE_VALUE_IN:
        raise NotUsable("is published for wider areas, so that it does not tell neighbourhoods apart")
    worse = indicator.attribute.worse if indicator.attribute is not None else "more"
    earlier = _read_earlier(measures, indicator, codes)
    if counted is None:
        return RiskFactor(indicator, published, _turn(published, worse), None, earlier, "as published")
    found, draws = smooth_with_draws(*counted, adjacency, runs=runs, rng=rng)
    # Where a source gives the share but not the people (it blanks the few), the share stands as published beside others' ratios.
    level = float(np.nansum(counted[0]) / np.nansum(np.where(np.isnan(counted[0]), np.nan, counted[1])))
    alone = np.isnan(found.value) & known
    values = np.where(alone, published / level, found.value)
    draws = np.where(alone, values.astype(np.float32), draws)
    return RiskFactor(indicator, published, values, draws, earlier, str(found.method[~np.isnan(found.value)][0]))


def smooth_with_draws(
    observed: FloatArray,
    expected: FloatArray,
    adjacency: scipy.sparse.csr_array | None,
    *,
    runs: int,
    rng: np.random.Generator,
) -> tuple[SmoothedRatios | ShrunkenRatios, NDArray[np.float32]]:
    """Ratios to what all areas share, and (runs, areas) draws of them; neighbours are heeded where counts are small."""
    if adjacency is not None and np.nanmedian(observed) < _MANY:
        smoothed = smooth_ratios(observed, expected, adjacency, draws=runs, rng=rng)
        return smoothed, smoothed.draws
    shrunk = shrink_ratios(observed, expected)
    base = expected * np.nansum(observed) / np.nansum(np.where(np.isnan(observed), np.nan, expected))
    prior = 1 / shrunk.between if shrunk.between > 0 else 0.5
    shape = np.where(np.isnan(shrunk.value), 1.0, observed + prior)
    rate = np.where(np.isnan(shrunk.value), 1.0, base + (prior if shrunk.between > 0 else 0.0))
    drawn = (rng.standard_gamma(shape, size=(runs, shape.size)) / rate).astype(np.float32)
    drawn[:, np.isnan(shrunk.value)] = np.nan
    return shrunk, drawn


def draw_together(draws: NDArray[np.float32], leading: NDArray[np.float32]) -> NDArray[np.float32]:
    """The same draws of each area in another order: highest where those of another factor are highest. Both (runs, areas).

    Each factor's own draws stay as they are; only which go together is changed. Areas in which the other factor does not vary, or is
    not known, stay as drawn.
    """
    varies = np.ptp(leading, axis=0) > 0  # False for NaN
    found = draws.copy()
    ranked = np.sort(draws[:, varies], axis=0)
    ordered = np.empty_like(ranked)
    np.put_along_axis(ordered, leading[:, varies].argsort(axis=0, kind="stable"), ranked, axis=0)
    found[:, varies] = ordered
    return found


def _read(
    measures: Measures, indicator: Indicator, codes: Sequence[str]
) -> tuple[FloatArray, tuple[FloatArray, FloatArray] | None]:
    """What is published, and where people are counted how many there are and of how many."""
    if indicator.prescribing:
        return _pick(measures, codes, Characteristic(indicator.title, indicator.feed, "prescribing")), None
    if indicator.ages is not None:
        ages = _ages(indicator.ages.at_least, indicator.ages.below)
        return _pick(
            measures, codes, Characteristic(indicator.title, indicator.feed, "age", ages=ages, year=_CENSUS)
        ), None
    people = None if indicator.people is None else _attribute(measures, indicator, indicator.people, codes)
    if indicator.of_ages is not None and people is not None:
        of = _people(measures, _ages(indicator.of_ages.at_least, indicator.of_ages.below), codes)
        share = np.divide(people, of, out=np.full(people.shape, np.nan), where=of > 0)
        return share, (people, of)
    if indicator.attribute is None:
        raise ValueError(f"the risk factor {indicator.id} says nowhere where it is read")
    share = _attribute(measures, indicator, indicator.attribute, codes)
    if people is None:
        return share, None
    return share, (people, np.divide(people, share, out=np.full(people.shape, np.nan), where=share > 0))


def _read_earlier(measures: Measures, indicator: Indicator, codes: Sequence[str]) -> FloatArray | None:
    if indicator.earlier is None:
        return None
    found = _attribute(measures, indicator, indicator.earlier, codes)
    return None if np.isnan(found).mean() > 1 - _SOME_AREAS else _turn(found, indicator.earlier.worse)


def _attribute(measures: Measures, indicator: Indicator, wanted: Attribute, codes: Sequence[str]) -> FloatArray:
    found = Characteristic(
        indicator.title, indicator.feed, "attribute", name=wanted.name, source=wanted.source, attribute_kind=wanted.kind
    )
    return _pick(measures, codes, found)


def _people(measures: Measures, ages: Ages, codes: Sequence[str]) -> FloatArray:
    try:
        people = measures.populations(_CENSUS, (ages,)).people[:, 0]
    except ValueError:  # no delivery has these ages
        return np.full(len(codes), np.nan)
    row_of = {code: row for row, code in enumerate(measures.locator.hierarchy.codes)}
    return np.asarray(people[[row_of[code] for code in codes]])


def _pick(measures: Measures, codes: Sequence[str], wanted: Characteristic) -> FloatArray:
    row_of = {code: row for row, code in enumerate(measures.locator.hierarchy.codes)}
    return np.asarray(read_small_areas(measures, wanted)[[row_of[code] for code in codes]], dtype=float)


def _turn(values: FloatArray, worse: str) -> FloatArray:
    return values if worse == "more" else -values


def _ages(at_least: int | None, below: int | None) -> Ages:
    return Ages(at_least or 0, None if below is None else below - 1)
