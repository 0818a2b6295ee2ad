"""Which areas of our force and its neighbours are like each of ours, how its rate compares with theirs, and whether that stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray

from safeground.engine.assessment.evidence import DISTRICT, SMALL_AREA, WARD, Evidence
from safeground.engine.assessment.headline import VIOLENCE
from safeground.engine.measures import CHARACTERISTICS, Cell, Measurement, Period, read_characteristics
from safeground.engine.statistics import SimilarAreas, SimilarComparison, compare_with_similar, find_similar_areas

GROUP_SIZE: Final[Mapping[str, int]] = MappingProxyType({DISTRICT: 7, WARD: 20, SMALL_AREA: 50})
"""Seven of some forty districts, as the Home Office's groups of eight have with the one they are for. Smaller areas need more: each
has few offences, and there are many to choose from."""

_BUILT: Final = ("density", "connectivity")
"""How closely people live, by the first that is known of all areas. Connectivity (how easily people reach work, shops and services)
stands for density where the outlines of neighbours' areas have not landed."""


def describe_by(built: str) -> tuple[str, ...]:
    """The characteristics that areas are described by."""
    return ("income", built, "aged_16_24", "aged_65")


def find_other_choices(built: str) -> Mapping[str, tuple[str, ...]]:
    """Other ways to describe areas that an analyst might defend, each of which ought to say the same."""
    others = {
        "without income deprivation": (built, "aged_16_24", "aged_65"),
        f"without {built}": ("income", "aged_16_24", "aged_65"),
        "without the young": ("income", built, "aged_65"),
        "without the old": ("income", built, "aged_16_24"),
        f"share in urban areas instead of {built}": ("income", "urban", "aged_16_24", "aged_65"),
        "deprivation of 2019 and ages of 2020": ("income_2019", built, "aged_16_24_in_2020", "aged_65_in_2020"),
    }
    if built == "density":
        others["connectivity instead of density"] = describe_by("connectivity")
    return others


@dataclass(frozen=True, eq=False)
class Peers:
    """All areas of a level of the forces whose files have landed; arrays of shape (areas,) unless said.

    `ours`: rows of our own areas. `described_by`: the characteristics used. `positions_otherwise`: by the name of another choice, each
    area's position under it. `kept_otherwise`: likewise, the share of the group that the other choice keeps.
    """

    measurement: Measurement
    names: tuple[str, ...]
    partners: tuple[str, ...]
    ours: tuple[int, ...]
    described_by: tuple[str, ...]
    values: NDArray[np.float64]
    similar: SimilarAreas
    compared: SimilarComparison
    positions_otherwise: Mapping[str, NDArray[np.str_]]
    kept_otherwise: Mapping[str, NDArray[np.float64]]

    @property
    def period(self) -> Period:
        return self.measurement.periods[0]

    @cached_property
    def cells(self) -> tuple[Cell, ...]:
        return self.measurement.column(self.period)

    @cached_property
    def positions(self) -> NDArray[np.str_]:
        """Each area's position among those like it, as `SimilarComparison.position` has it."""
        return self.compared.position()

    def holds_otherwise(self, row: int) -> int:
        """Under how many of the other choices an area lies on the same side of the 95% limits, or within them, as under ours."""
        return sum(_side(positions[row]) == self.side(row) for positions in self.positions_otherwise.values())

    def stands(self, row: int) -> bool:
        """Whether an area lies outside the limits however areas are described."""
        return self.side(row) != "inside" and self.holds_otherwise(row) == len(self.positions_otherwise)

    def side(self, row: int) -> str:
        """'above', 'below', 'inside' or, of a missing one, 'not'."""
        return _side(self.positions[row])


def find_peers(evidence: Evidence, level: str, period: Period) -> Peers | None:
    """None where there are too few areas to choose from, or what they are like is not known."""
    forces = (evidence.measures.own, *evidence.neighbours)
    measurement = evidence.measures.calculate(VIOLENCE, level=level, periods=[period], partners=forces)
    codes = measurement.areas
    if measurement.denominators is None or len(codes) < 3 * GROUP_SIZE[level]:
        return None
    known = _describe(evidence, level, codes)
    built, values = choose_description(known, level)
    if values is None:
        return None
    counts, people = measurement.counts.definite.values[:, 0], measurement.denominators.values[:, 0]
    similar = find_similar_areas(values, size=GROUP_SIZE[level])
    positions, kept = {}, {}
    for name, characteristics in find_other_choices(built).items():
        other = _choose(known, characteristics, level)
        if other is None:
            continue
        group = find_similar_areas(other, size=GROUP_SIZE[level])
        positions[name] = compare_with_similar(counts, people, group).position()
        kept[name] = similar.share_kept(group)
    mine = set(evidence.measures.areas(level))
    partner_of = {
        code: force for force in forces for code in evidence.measures.areas(level, (force,))
    }  # fmt: skip
    return Peers(
        measurement=measurement,
        names=tuple(measurement.area_names.get(code, code) for code in codes),
        partners=tuple(partner_of[code] for code in codes),
        ours=tuple(row for row, code in enumerate(codes) if code in mine),
        described_by=describe_by(built),
        values=values,
        similar=similar,
        compared=compare_with_similar(counts, people, similar),
        positions_otherwise=positions,
        kept_otherwise=kept,
    )


def _describe(evidence: Evidence, level: str, codes: Sequence[str]) -> dict[str, NDArray[np.float64]]:
    """What is known of the areas, shape (areas,) each, read once for all choices."""
    choices = [names for built in _BUILT for names in (describe_by(built), *find_other_choices(built).values())]
    wanted = dict.fromkeys(name for names in choices for name in names)
    names = [name for name in wanted if evidence.is_usable(CHARACTERISTICS[name].feed)]
    return dict(zip(names, read_characteristics(evidence.measures, names, level=level, areas=codes).T, strict=True))


def choose_description(known: Mapping[str, NDArray[np.float64]], level: str) -> tuple[str, NDArray[np.float64] | None]:
    """By what it is told how closely people live, and the values of all characteristics; None where too little has landed."""
    found = [(built, _choose(known, describe_by(built), level)) for built in _BUILT]
    return next(((built, values) for built, values in found if values is not None), (_BUILT[-1], None))


def _choose(known: Mapping[str, NDArray[np.float64]], names: Sequence[str], level: str) -> NDArray[np.float64] | None:
    """Shape (areas, names); None where something has not landed for most areas, or is the same everywhere."""
    if set(names) - set(known):
        return None
    values = np.column_stack([known[name] for name in names])
    whole = values[~np.isnan(values).any(axis=1)]
    if len(whole) < max(3 * GROUP_SIZE[level], 0.9 * len(values)) or (np.ptp(whole, axis=0) == 0).any():
        return None
    return values


def _side(position: str) -> str:
    return str(position).split(" ", 1)[0]
