"""A trial of areas by months: its schedule lies beside the protocol, and its outcomes are counted in a feed of this workspace."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from safeground.engine.build.evaluation_inputs import name_sources
from safeground.engine.build.evaluation_series import count_outcomes, find_landed, find_touching
from safeground.engine.catalogue import Catalogue
from safeground.engine.documents import join_words
from safeground.engine.evaluation import (
    DrawnPlacesProtocol,
    EvaluationRefused,
    OutcomeEvents,
    TrialData,
    read_trial_files,
)
from safeground.engine.measures import open_measures
from safeground.engine.places import name_police_initiated
from safeground.engine.warehouse import open_warehouse
from safeground.engine.workspace import Workspace
from safeground.months import get_months, month_end

_NEARLY_WHOLE = 1e-6


def read_area_trial(
    workspace: Workspace, catalogue: Catalogue, protocol: DrawnPlacesProtocol, folder: Path
) -> TrialData:
    """The trial of a protocol that counts a feed. Raises EvaluationRefused, in a sentence, where its areas are not known here."""
    counts, level = protocol.counts, protocol.area_level
    if counts is None or level is None:
        raise EvaluationRefused(f"{protocol.name} names no feed of the workspace; name it in counts.")
    scheduled = read_trial_files(protocol, folder)
    if workspace.warehouse.current is None:
        raise EvaluationRefused(
            "Nothing has been built here, so that no areas are known; land a lookup of areas, and build."
        )
    months = get_months(protocol.first_counted, protocol.dates[-1])
    labels = tuple(f"{month:%Y-%m}" for month in months)
    areas = scheduled.places
    with open_warehouse(workspace) as warehouse:
        measures = open_measures(warehouse, catalogue)
        partners = counts.partners or (measures.own,)
        if unknown := sorted(set(partners) - set(measures.home)):
            raise EvaluationRefused(
                f"There is no force {unknown[0]!r} here; there are {join_words(sorted(measures.home))}."
            )
        known = measures.areas(level, partners)
        if strange := [area for area in areas if area not in set(known)]:
            raise EvaluationRefused(
                f"The schedule has {strange[0]!r}, which is no {counts.level} here; write codes ({join_words(known[:3])}, for example)."
            )
        names = measures.locator.names(level)
        landed = find_landed(measures, counts.feed, level, partners, known, warehouse.coverage(counts.feed), labels)
        covered = _find_covered(months, landed[[known.index(area) for area in areas]].min(axis=0))

        touching = find_touching(warehouse, measures, level, areas)

    def open_outcomes() -> Mapping[str, OutcomeEvents]:
        tables = count_outcomes(
            workspace, catalogue, protocol, level=level, partners=partners, areas=areas, periods=labels
        )
        return {name: _as_events(table, protocol.periods_before, name) for name, table in tables.items()}

    definitions = {outcome.name: catalogue.definitions.get(outcome.definition or "") for outcome in protocol.outcomes}
    return replace(
        scheduled,
        places=_name(areas, names),
        open_outcomes=open_outcomes,
        outcomes_known=frozenset(
            name for name, known in definitions.items() if known is not None and counts.feed == known.feeds[0]
        ),
        touching=touching,
        covered=covered,
        not_landed=frozenset(definitions) if covered is None else frozenset(),
        police_initiated={
            outcome.name: name_police_initiated(catalogue, outcome.definition or "") for outcome in protocol.outcomes
        },
        sources=(*name_sources(catalogue, [counts.feed]), *scheduled.sources),
    )


def _find_covered(
    months: tuple[datetime.date, ...], landed: NDArray[np.bool_]
) -> tuple[datetime.date, datetime.date] | None:
    """The first day and the last of the months that have landed for all areas, up to the first gap; None where none has."""
    if not landed.any():
        return None
    first = int(landed.argmax())
    gaps = np.flatnonzero(~landed[first:])
    last = first + (int(gaps[0]) if gaps.size else len(landed) - first) - 1
    return months[first], month_end(months[last])


def _as_events(table: NDArray[np.float64], before: int, name: str) -> OutcomeEvents:
    """A place and a period for each event counted. table: shape (areas, months), those before the start first."""
    whole = np.rint(table)
    if np.isnan(table).any() or (np.abs(table - whole) > _NEARLY_WHOLE).any():
        raise EvaluationRefused(
            f"Counts of {name} are no whole numbers in some months, as areas of an older vintage were split; take larger areas."
        )
    place, month = (
        np.repeat(at, whole.ravel().astype(np.int64)).astype(np.int64)
        for at in (row.ravel() for row in np.indices(table.shape))
    )
    early = month < before
    return OutcomeEvents(
        place=place[~early], day=month[~early] - before, before_place=place[early], before_period=month[early]
    )


def _name(areas: tuple[str, ...], names: Mapping[str, str]) -> tuple[str, ...]:
    """Names as readers know them; with the code where two areas share one."""
    told = [names.get(area, area) for area in areas]
    return tuple(name if told.count(name) == 1 else f"{name} ({area})" for name, area in zip(told, areas, strict=True))
