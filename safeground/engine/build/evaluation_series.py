"""Areas and months of this workspace as an evaluation takes them: which have landed at once, their counts only when they are opened."""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from safeground.engine.areas import find_neighbours, make_outlines
from safeground.engine.build.evaluation_inputs import name_sources
from safeground.engine.catalogue import Catalogue
from safeground.engine.evaluation import AreaMonthsProtocol, EvaluationRefused, Protocol, SeriesData
from safeground.engine.measures import Measures, open_measures
from safeground.engine.places import name_police_initiated
from safeground.engine.warehouse import Warehouse, open_warehouse
from safeground.engine.workspace import Workspace

_FORCES_SEND = ("published", "police")
"""Kinds of data of which each force sends its own area's; what others send is counted together."""


def read_workspace_series(workspace: Workspace, catalogue: Catalogue, protocol: AreaMonthsProtocol) -> SeriesData:
    """The areas a protocol of areas and months looks at. Raises EvaluationRefused, in a sentence, where there are none."""
    counts, level = protocol.counts, protocol.area_level
    if counts is None or level is None:
        raise EvaluationRefused(f"{protocol.name} names no feed of the workspace; name it in counts.")
    if workspace.warehouse.current is None:
        raise EvaluationRefused(
            "Nothing has been built here, so that no areas are known; land a lookup of areas, and build."
        )
    with open_warehouse(workspace) as warehouse:
        measures = open_measures(warehouse, catalogue)
        partners = counts.partners or (measures.own,)
        if unknown := sorted(set(partners) - set(measures.home)):
            raise EvaluationRefused(
                f"There is no force {unknown[0]!r} here; there are {', '.join(sorted(measures.home))}."
            )
        try:
            areas = measures.areas(level, partners)
        except ValueError as lacking:
            raise EvaluationRefused(f"Areas of that level are not known here: {lacking}.") from None
        names = measures.locator.names(level)
        coverage = warehouse.coverage(counts.feed)
        return SeriesData(
            areas=areas,
            names=tuple(names.get(area, area) for area in areas),
            periods=protocol.periods,
            has_landed=find_landed(measures, counts.feed, level, partners, areas, coverage, protocol.periods),
            fingerprint=hashlib.sha256("\n".join((counts.feed, level, *areas)).encode()).hexdigest(),
            open_outcomes=lambda: count_outcomes(
                workspace, catalogue, protocol, level=level, partners=partners, areas=areas, periods=protocol.periods
            ),
            outcomes_known=frozenset(
                outcome.name
                for outcome in protocol.outcomes
                if (known := catalogue.definitions.get(outcome.definition or "")) is not None
                and counts.feed == known.feeds[0]
            ),
            residents=_read_residents(measures, protocol, level, areas),
            touching=find_touching(warehouse, measures, level, areas),
            forces=_find_forces(measures, level, partners, areas),
            not_landed=frozenset() if coverage else frozenset(outcome.name for outcome in protocol.outcomes),
            police_initiated={
                outcome.name: name_police_initiated(catalogue, outcome.definition or "")
                for outcome in protocol.outcomes
            },
            sources=name_sources(catalogue, [counts.feed]),
        )


def count_outcomes(
    workspace: Workspace,
    catalogue: Catalogue,
    protocol: Protocol,
    *,
    level: str,
    partners: tuple[str, ...],
    areas: tuple[str, ...],
    periods: tuple[str, ...],
) -> dict[str, NDArray[np.float64]]:
    """The counts of every outcome, shape (areas, periods), NaN where a month is missing."""
    found = {}
    with open_warehouse(workspace) as warehouse:
        measures = open_measures(warehouse, catalogue)
        for outcome in protocol.outcomes:
            definition = catalogue.definitions[outcome.definition or ""]
            monthly = measures.count_definition(definition, level=level, partners=partners)
            definite = monthly.definite.select_areas(areas)
            column_of = {f"{period.first:%Y-%m}": column for column, period in enumerate(definite.periods)}
            table = np.full((len(areas), len(periods)), np.nan)
            for at, label in enumerate(periods):
                if label in column_of:
                    table[:, at] = definite.values[:, column_of[label]]
            found[outcome.name] = table
    return found


def find_landed(
    measures: Measures,
    feed: str,
    level: str,
    partners: tuple[str, ...],
    areas: tuple[str, ...],
    coverage: Mapping[str, frozenset[datetime.date]],
    periods: tuple[str, ...],
) -> NDArray[np.bool_]:
    """Shape (areas, periods). An area that lies in two forces needs both."""
    landed = np.ones((len(areas), len(periods)), dtype=bool)
    months = [datetime.date.fromisoformat(f"{label}-01") for label in periods]
    if measures.catalogue.feeds.contracts[feed].kind_of_data not in _FORCES_SEND:
        anybody = frozenset().union(*coverage.values())
        return landed & np.array([month in anybody for month in months])
    row_of = {area: row for row, area in enumerate(areas)}
    for partner in partners:
        rows = [row_of[area] for area in measures.areas(level, (partner,))]
        landed[rows] &= np.array([month in coverage.get(partner, frozenset()) for month in months])
    return landed


def _find_forces(measures: Measures, level: str, partners: tuple[str, ...], areas: tuple[str, ...]) -> tuple[str, ...]:
    inside = {partner: frozenset(measures.areas(level, (partner,))) for partner in partners}
    return tuple(" and ".join(partner for partner in partners if area in inside[partner]) for area in areas)


def _read_residents(
    measures: Measures, protocol: AreaMonthsProtocol, level: str, areas: tuple[str, ...]
) -> NDArray[np.float64] | None:
    """Residents nearest to the last month, shape (areas,); None where none have landed."""
    if not measures.has_residents:
        return None
    try:
        return measures.populations(int(protocol.last[:4])).at_level(level, areas).sum(axis=1)
    except KeyError:
        return None


def find_touching(
    warehouse: Warehouse, measures: Measures, level: str, areas: tuple[str, ...]
) -> NDArray[np.bool_] | None:
    """Areas whose small areas touch; None where some small area of one has no outline."""
    base = measures.locator.hierarchy
    outlines = make_outlines(warehouse.table("boundaries").to_pyarrow(), base.base)
    if not len(outlines):
        return None
    codes, members = measures.locator.members(level)
    rows = [codes.index(area) for area in areas]
    at = {code: column for column, code in enumerate(base.codes.tolist())}
    columns = [at[code] for code in outlines.codes.tolist() if code in at]
    known = [place for place, code in enumerate(outlines.codes.tolist()) if code in at]
    of_areas = members.tocsr()[rows]
    if (of_areas[:, columns].sum(axis=1) < of_areas.sum(axis=1)).any():
        return None
    inside = of_areas[:, columns].astype(float)
    found = (inside @ find_neighbours(outlines)[known][:, known].astype(float) @ inside.T).toarray() > 0
    np.fill_diagonal(found, False)
    return found
