"""What designs of areas and months are evaluated from: areas and periods, open; the outcomes, closed until somebody asks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from safeground.engine.evaluation.errors import EvaluationRefused
from safeground.engine.evaluation.protocols import AreaMonthsProtocol

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class SeriesData:
    """Areas over periods. `areas`: codes as the protocol writes them; `names`: for a reader; `periods`: labels from first to last.

    has_landed: bool, shape (areas, periods), whether there is anything for an area and period; known without opening an outcome.
    open_outcomes: by outcome, shape (areas, periods), NaN where missing; nothing else reads them. residents: shape (areas,), or None.
    fingerprint: SHA-256 of the areas that could be compared.
    """

    areas: tuple[str, ...]
    names: tuple[str, ...]
    periods: tuple[str, ...]
    has_landed: Bools
    fingerprint: str
    open_outcomes: Callable[[], Mapping[str, Floats]]
    outcomes_known: frozenset[str]
    residents: Floats | None = None
    touching: Bools | None = None
    """Which areas touch, shape (areas, areas); None where no outlines are known."""
    forces: tuple[str, ...] | None = None
    """The force whose area each lies in, of two 'one and another'; None where that is not known."""
    not_landed: frozenset[str] = frozenset()
    """Outcomes of which nothing has landed yet."""
    police_initiated: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """By outcome, the offences it counts that are on paper because police were there."""
    sources: tuple[str, ...] = ()
    open_predictors: Callable[[], Floats] | None = None
    """What else is known of the areas, shape (predictors, areas); None where nothing was asked for. Opened with the outcomes."""

    def rows_of(self, areas: tuple[str, ...]) -> list[int]:
        """Where these areas stand. Raises EvaluationRefused for one that is not here."""
        at = {area: row for row, area in enumerate(self.areas)}
        if lacking := [area for area in areas if area not in at]:
            raise EvaluationRefused(f"There is no area {lacking[0]!r} in the data; write it as the data do.")
        return [at[area] for area in areas]

    def select(self, areas: tuple[str, ...]) -> SeriesData:
        """These areas alone, in this order."""
        rows = self.rows_of(areas)
        opened, predictors = self.open_outcomes, self.open_predictors
        return replace(
            self,
            areas=areas,
            names=tuple(self.names[row] for row in rows),
            has_landed=self.has_landed[rows],
            residents=None if self.residents is None else self.residents[rows],
            touching=None if self.touching is None else self.touching[np.ix_(rows, rows)],
            forces=None if self.forces is None else tuple(self.forces[row] for row in rows),
            open_outcomes=lambda: {name: table[rows] for name, table in opened().items()},
            open_predictors=None if predictors is None else lambda: predictors()[:, rows],
        )


def without_left_out(protocol: AreaMonthsProtocol, data: SeriesData) -> SeriesData:
    """The areas that are looked at."""
    gone = {area for each in protocol.left_out for area in each.areas}
    return data.select(tuple(area for area in data.areas if area not in gone))


def find_treated(protocol: AreaMonthsProtocol, data: SeriesData) -> Bools:
    """Which areas are under treatment in which periods, shape (areas, periods)."""
    treated = np.zeros((len(data.areas), len(data.periods)), dtype=bool)
    labels = np.array(data.periods)
    for each in protocol.treated:
        during = (labels >= each.starts) & (labels <= (each.ends or data.periods[-1]))
        treated[data.rows_of(each.areas)] |= during
    return treated


def count_before(protocol: AreaMonthsProtocol, data: SeriesData) -> int:
    """How many periods lie before the first start."""
    return sum(label < protocol.starts for label in data.periods)
