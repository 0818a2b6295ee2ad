"""A pack of hot spots in a workspace: found, told for the police or the partnership, and published beside the editions."""

from __future__ import annotations

import datetime
import hashlib
import json
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from safeground.engine.assessment import Evidence, ToldSpots, tell_chosen, tell_hot_spots, write_hot_spot_pack
from safeground.engine.build.code_version import get_code_version
from safeground.engine.build.editions import SEED, make_brand
from safeground.engine.catalogue import Catalogue, EventDefinition
from safeground.engine.disclosure import Protected
from safeground.engine.documents import Audience, Table, format_value
from safeground.engine.feeds import HarmWeights, read_harm_weights
from safeground.engine.measures import open_measures
from safeground.engine.places import HotSpotPlan, HotSpotsError
from safeground.engine.publish import PlaceLayer, publish_places
from safeground.engine.warehouse import open_warehouse
from safeground.engine.workspace import Generations, Progress, Workspace, no_progress

_DEFAULT = "robbery_rate"
_BESIDE = (
    "police_uk_street", "population", "ethnicity", "deprivation", "area_boundaries", "area_lookup", "recorded_crime_tables",
)  # fmt: skip
"""Feeds whose deliveries a pack rests on beside that of its events: for streets' names, residents, districts, and volumes by offence."""


@dataclass(frozen=True)
class HotSpotsReport:
    """Where a pack lies and what it lists. `is_new` is false where the same had been made before."""

    path: Path
    audience: Audience
    is_new: bool
    what: str
    spots: tuple[tuple[str, str, str], ...]
    """Number and name, grid reference, offences as they may be told."""
    cautions: tuple[str, ...]

    def lines(self) -> tuple[str, ...]:
        width = max((len(name) for name, _, _ in self.spots), default=0)
        listed = [f"{name:<{width}}  {reference}  {events:>10}" for name, reference, events in self.spots]
        made = "" if self.is_new else " (made before: nothing has changed)"
        return (
            f"Hot spots of {self.what}, for the {self.audience}:",
            *listed,
            *self.cautions,
            f"The pages are at {self.path / 'index.html'}{made}",
        )

    def as_data(self) -> dict[str, Any]:
        return {
            "path": str(self.path),
            "audience": str(self.audience),
            "is_new": self.is_new,
            "what": self.what,
            "spots": [{"name": name, "grid_reference": ref, "offences": events} for name, ref, events in self.spots],
            "cautions": list(self.cautions),
        }


def packs_of(workspace: Workspace, audience: Audience) -> Generations:
    """The packs for one audience, of which one is current."""
    return Generations(workspace.root / "places" / "hot_spots" / audience.value, workspace.staging)


def publish_hot_spots(
    workspace: Workspace,
    catalogue: Catalogue,
    plan: HotSpotPlan,
    *,
    measure: str | None = None,
    weights: Path | None = None,
    audience: Audience = Audience.POLICE,
    now: datetime.datetime | None = None,
    progress: Progress = no_progress,
) -> HotSpotsReport:
    """Find hot spots and publish them as pages with a list for map programmes. Takes the workspace's lock.

    measure: a measure or a definition by name; by default the partnership's own definition where its events have points, else robbery.
    weights: a file of harm by offence. Raises HotSpotsError, HarmWeightsError or WorkspaceError, each in a sentence.
    """
    if audience is Audience.PUBLIC:
        raise HotSpotsError("hot spots are never told to the public; name the police or the partnership")
    harm = None if weights is None else read_harm_weights(weights)
    with workspace.exclusive(), open_warehouse(workspace) as warehouse:
        progress(0, 1, "Looking for hot spots")
        measures = open_measures(warehouse, catalogue)
        evidence = Evidence(measures, warehouse, catalogue, (), (), audience, SEED)
        told, why = _tell(evidence, measure, plan, harm)
        packs, name = packs_of(workspace, audience), _name(told, harm)
        document, layers = write_hot_spot_pack(told)
        table = layers[0].table
        if packs.current is not None and packs.current.name == name:
            return _report(told, packs.current, table, why, is_new=False)
        if (packs.folder / name).is_dir():
            shutil.rmtree(packs.folder / name)  # made before, and not in use: the same inputs make the same again
        newest = max(told.found.incidents.months)
        staged = workspace.stage_folder(f"hot-spots-{audience}-") / "pack"
        publish_places(
            document,
            [PlaceLayer(*layer) for layer in layers],
            into=staged,
            brand=make_brand(catalogue, [told.definition.feeds[0]]),
            manifest=_manifest(told, harm),
            releases=evidence.releases(f"hot_spots/{audience}/{name}"),
            built_at=now or datetime.datetime.now(datetime.UTC),
            changed=f"{newest:%Y-%m-%d}T00:00:00.000Z",
            progress=progress,
        )
        path = packs.swap_in(staged, name=name)
        shutil.rmtree(staged.parent, ignore_errors=True)
        return _report(told, path, table, why, is_new=True)


def _tell(
    evidence: Evidence, measure: str | None, plan: HotSpotPlan, harm: HarmWeights | None
) -> tuple[ToldSpots, str]:
    if measure is None:
        return tell_chosen(evidence, _DEFAULT, plan, harm=harm)
    definition, what = _choose(evidence, measure)
    _refuse_unknown_feed(evidence, definition)
    return tell_hot_spots(evidence, definition, what, plan, harm=harm), ""


def _choose(evidence: Evidence, measure: str) -> tuple[EventDefinition, str]:
    catalogue = evidence.catalogue
    if measure in catalogue.measures:
        return evidence.measures.definition_of(measure), catalogue.measures[measure].short_title
    if measure in catalogue.definitions:
        title = catalogue.definitions[measure].title
        return catalogue.definitions[measure], title[:1].lower() + title[1:]
    raise HotSpotsError(
        f"there is no measure or definition {measure!r}; there are {', '.join(sorted({*catalogue.measures, *catalogue.definitions}))}"
    )


def _refuse_unknown_feed(evidence: Evidence, definition: EventDefinition) -> None:
    feed = definition.feeds[0]
    if feed not in evidence.feeds:
        title = evidence.catalogue.feeds.contracts[feed].title
        raise HotSpotsError(
            f"{definition.title} is counted from {title}, of which nothing has landed; land it, or name another measure"
        )


def _name(told: ToldSpots, harm: HarmWeights | None) -> str:
    """'2025-06-<hash>': the newest month, and all that the pack depends on."""
    parts = json.dumps(
        [
            _plan(told),
            sorted(delivery.id for delivery in told.evidence.warehouse.deliveries),
            told.evidence.catalogue.version,
            get_code_version(),
            told.evidence.audience.value,
            None if harm is None else [harm.source, sorted(harm.by_code.items()), sorted(harm.by_type.items())],
        ],
        sort_keys=True,
    )
    return f"{max(told.found.incidents.months):%Y-%m}-{hashlib.sha256(parts.encode()).hexdigest()[:12]}"


def _plan(told: ToldSpots) -> dict[str, Any]:
    return {**asdict(told.found.plan), "definition": told.definition.label, "seed": told.evidence.seed}


def _manifest(told: ToldSpots, harm: HarmWeights | None) -> dict[str, Any]:
    evidence, feed = told.evidence, told.definition.feeds[0]
    return {
        "code_version": get_code_version(),
        "definitions_version": evidence.catalogue.version,
        "definitions": {told.definition.name: told.definition.version},
        "parameters": _plan(told),
        "harm_weights": None if harm is None else harm.source,
        "deliveries": [
            {"id": delivery.id, "sha256": delivery.sha256}
            for delivery in evidence.warehouse.deliveries
            if delivery.feed in {feed, *_BESIDE}
        ],
    }


def _report(told: ToldSpots, path: Path, table: Table, why: str, *, is_new: bool) -> HotSpotsReport:
    names = [column.key for column in table.columns]
    at = [names.index(key) for key in ("name", "grid_reference", "events")]
    spots = tuple(tuple(_write(row[place]) for place in at) for row in table.rows)
    single, unsure = sum(told.at_one_point(spot) == "yes" for spot in told.found.spots), len(told.unsure)
    cautions = [why] if why else []
    cautions += [
        f"{unsure} of {len(spots)} are less sure: another grid, or other luck over the same months, would as often choose another place."
    ]
    if single:
        cautions.append(f"{single} lie at a single point, which may be one venue: look before anyone is sent.")
    return HotSpotsReport(path, told.evidence.audience, is_new, told.what, spots, tuple(cautions))  # type: ignore[arg-type]


def _write(cell: str | Protected) -> str:
    return format_value(cell) if isinstance(cell, Protected) else cell
