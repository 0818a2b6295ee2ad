"""How much harm an event stands for, by the partnership's index; beside counts and never in their place."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from safeground.engine.catalogue import Catalogue
from safeground.engine.feeds import HarmWeights
from safeground.engine.measures import Measures
from safeground.engine.places.hot_spots.incidents import Incidents
from safeground.engine.warehouse import check_operators

OWN_LIST = "harm_weights"
"""A partnership's own code list of weights: code, weight. What it has decided travels with its definitions."""

_FEWEST_KNOWN = 0.9
"""Of the events, the share whose offence an index must know. Else harm would be that of the offences it happens to know."""

_TABLES = "recorded_crime_tables"


def find_own_weights(catalogue: Catalogue) -> HarmWeights | None:
    """The partnership's own index; None where it keeps none."""
    codes = catalogue.feeds.code_lists.get(OWN_LIST)
    if codes is None:
        return None
    by_code = {code: float(weight) for code, weight in codes.meanings.items()}
    return HarmWeights(f"code_lists/{OWN_LIST}.csv", by_code, {})


def weigh_incidents(measures: Measures, incidents: Incidents, harm: HarmWeights | None) -> NDArray[np.float64] | None:
    """The weight of each event: of its five-digit code, its class or its crime type, in this order; NaN where the index knows none.

    None without an index, and where it knows the offences of fewer than nine events in ten.
    """
    if harm is None:
        return None
    volumes = _find_volumes(measures)
    found = np.full(len(incidents), np.nan)
    for texts in (incidents.offence, incidents.ho_code):  # the finer code is written over the coarser
        names = [str(name) for name in np.unique(texts.astype(str)) if name]
        for name, weight in harm.weigh(names, volumes=volumes).items():
            found[texts == name] = weight
    return found if len(found) and np.isfinite(found).mean() >= _FEWEST_KNOWN else None


def _find_volumes(measures: Measures) -> dict[str, float]:
    """Offences by class in the Home Office's tables of our own force, all quarters that have landed; none where none have."""
    force = measures.catalogue.partnership.force
    figures = measures.warehouse.table("figures")
    ours = figures.filter((figures.feed == _TABLES) & figures.area_name.isin([force.name, force.area.name]))
    question = ours.group_by("subcategory").aggregate(events=ours.value.sum())
    check_operators(question)
    answer = question.to_pyarrow().to_pylist()
    return {row["subcategory"]: float(row["events"]) for row in answer if row["subcategory"] and row["events"]}
