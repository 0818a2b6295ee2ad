"""What areas are like: deprivation, age, how built-up they are, and what stands for risk; small areas' values brought to any level."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Literal

import numpy as np
from numpy.typing import NDArray

from safeground.engine.areas import make_outlines, measure_land
from safeground.engine.measures.populations import ALL_AGES, Ages
from safeground.engine.measures.prescribing import allocate_items

if TYPE_CHECKING:
    from safeground.engine.measures.calculation import Measures

Kind = Literal["attribute", "age", "lookup", "prescribing", "outline"]


@dataclass(frozen=True)
class Characteristic:
    """One thing areas differ by. `title` as a sentence says it, `feed` whence it comes.

    An attribute is found by `source`, `attribute_kind` and `name`; an age by `ages` and `year`.
    """

    title: str
    feed: str
    kind: Kind
    name: str = ""
    source: str = ""
    attribute_kind: str = ""
    ages: Ages = ALL_AGES[0]
    year: int = 0


def _deprivation(title: str, name: str, kind: str, source: str = "imd2025") -> Characteristic:
    return Characteristic(title, "deprivation", "attribute", name=name, source=source, attribute_kind=kind)


CHARACTERISTICS: Final[Mapping[str, Characteristic]] = MappingProxyType(
    {
        # Income and never the overall index nor its crime domain: police recorded violence is in both.
        "income": _deprivation("income deprivation", "Income", "score"),
        "income_2019": _deprivation("income deprivation in 2019", "Income", "rank", "imd2019"),
        "mental_health": _deprivation("mood and anxiety disorders", "mental_health_indicator", "indicator"),
        "schooling": _deprivation("deprivation of schooling", "children_and_young_people", "score"),
        "crowding": _deprivation("overcrowded homes", "household_overcrowding_indicator_rooms", "indicator"),
        "connectivity": _deprivation("connectivity", "connectivity_score", "indicator"),
        # Of small areas, so that of a larger one it is how closely its residents live and not how much moor it has.
        "density": Characteristic("residents per square kilometre of land", "area_boundaries", "outline"),
        "aged_16_24": Characteristic("share aged 16 to 24", "population", "age", ages=Ages(16, 24), year=2021),
        "aged_65": Characteristic("share aged 65 and over", "population", "age", ages=Ages(65), year=2021),
        "aged_16_24_in_2020": Characteristic("share aged 16 to 24 in 2020", "population", "age", ages=Ages(16, 24), year=2020),
        "aged_65_in_2020": Characteristic("share aged 65 and over in 2020", "population", "age", ages=Ages(65), year=2020),
        "urban": Characteristic("share living in urban areas", "area_lookup", "lookup", name="ruc21"),
        "prescribing": Characteristic("prescribing for mental health", "prescribing", "prescribing"),
    }
)  # fmt: skip
"""Every characteristic that areas can be described by, under its name."""


def read_characteristics(
    measures: Measures, names: Sequence[str], *, level: str, areas: Sequence[str]
) -> NDArray[np.float64]:
    """Shape (areas, names): of each area the mean over its residents. NaN where any small area of one has none.

    KeyError for a name there is not; ValueError where no residents have landed to weigh by.
    """
    residents = measures.populations(2021).people[:, 0]
    codes, members = measures.locator.members(level)
    row_of = {code: row for row, code in enumerate(codes)}
    chosen = members[[row_of[area] for area in areas]]
    values = np.column_stack([read_small_areas(measures, CHARACTERISTICS[name]) for name in names])
    weight = np.nan_to_num(residents)[:, None]
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = (chosen @ np.where(weight > 0, values * weight, 0.0)) / (chosen @ weight)
    return np.asarray(mean)


def read_small_areas(measures: Measures, wanted: Characteristic) -> NDArray[np.float64]:
    """Shape (base areas,), in the order of the hierarchy, and read-only; NaN where nothing is stated. Of what the registry holds, or of
    another. Read once and kept: chapters and readers ask for the same dozen."""

    def read() -> NDArray[np.float64]:
        values = _read_small_areas(measures, wanted)
        values.flags.writeable = False
        return values

    return measures.keep(read, "small areas", wanted)


def _read_small_areas(measures: Measures, wanted: Characteristic) -> NDArray[np.float64]:
    if wanted.kind == "age":
        return _read_age(measures, wanted)
    if wanted.kind == "lookup":
        return _read_urban(measures, wanted.name)
    if wanted.kind == "prescribing":
        return _read_prescribing(measures)
    if wanted.kind == "outline":
        return _read_density(measures)
    table = measures.warehouse.table("attributes")
    rows = table.filter(
        table.source == wanted.source, table.kind == wanted.attribute_kind, table.name == wanted.name
    ).select("area_code", "value").to_pyarrow()  # fmt: skip
    # Ranks are of England: least deprived last, so that more is less deprived in one year and more deprived in the other. Similarity does
    # not mind, and nothing else reads a rank.
    return _spread(measures, rows["area_code"].to_pylist(), rows["value"].to_numpy())


def _spread(measures: Measures, codes: Sequence[str], values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Values of areas of any vintage on the base areas: the mean of what they are made of; NaN where nothing is stated."""
    base = measures.locator.hierarchy.codes
    if not len(codes):
        return np.full(len(base), np.nan)
    shares, _ = measures.locator.shares(codes)
    total = np.asarray(shares.sum(axis=0)).ravel()
    summed = np.asarray(shares.T @ np.asarray(values, dtype=float))
    return np.asarray(np.divide(summed, total, out=np.full(len(base), np.nan), where=total > 0))


def _read_age(measures: Measures, wanted: Characteristic) -> NDArray[np.float64]:
    try:
        people = measures.populations(wanted.year, (wanted.ages,))
        everyone = measures.populations(wanted.year)
    except ValueError:  # no delivery has these ages
        return np.full(len(measures.locator.hierarchy.codes), np.nan)
    if people.delivery != everyone.delivery:
        return np.full(len(measures.locator.hierarchy.codes), np.nan)
    total = everyone.people[:, 0]
    return np.asarray(np.divide(people.people[:, 0], total, out=np.full(total.shape, np.nan), where=total > 0))


def _read_urban(measures: Measures, vintage: str) -> NDArray[np.float64]:
    """1 where the classification of rural and urban areas calls a small area urban, else 0."""
    table = measures.warehouse.table("lookups")
    rows = table.filter(table.to_vintage == vintage).select("from_code", "to_code").distinct().to_pyarrow()
    codes, classes = rows["from_code"].to_pylist(), rows["to_code"].to_pylist()
    return _spread(measures, codes, np.array([code.startswith("U") for code in classes], dtype=float))


def _read_density(measures: Measures) -> NDArray[np.float64]:
    """The logarithm of residents per square kilometre of land, since a few town centres lie far out."""
    base = measures.locator.hierarchy.codes
    outlines = make_outlines(measures.warehouse.table("boundaries").to_pyarrow(), measures.locator.base)
    land = dict(zip(outlines.codes.tolist(), measure_land(outlines).tolist(), strict=True))
    area = np.array([land.get(str(code), np.nan) for code in base])
    people = measures.populations(2021).people[:, 0]
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.log(np.where((people > 0) & (area > 0), people / area, np.nan)))


def _read_prescribing(measures: Measures) -> NDArray[np.float64]:
    """Items per 1,000 patients a month, the mean of the months that landed."""
    found = allocate_items(measures.warehouse)
    if not found.months or not found.areas:
        return np.full(len(measures.locator.hierarchy.codes), np.nan)
    rates = found.per_1000_patients.mean(axis=1)
    known = ~np.isnan(rates)
    codes = [code for code, yes in zip(found.areas, known.tolist(), strict=True) if yes]
    return _spread(measures, codes, rates[known])
