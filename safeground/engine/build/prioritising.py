"""Priority neighbourhoods of a workspace, told on a terminal or as a file, beside those of an edition."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from safeground.engine.build.editions import SEED, editions_of
from safeground.engine.catalogue import Catalogue
from safeground.engine.documents import Audience
from safeground.engine.measures import open_measures
from safeground.engine.places import (
    NoPriority,
    PriorityNeighbourhoods,
    Stability,
    choose_priority_neighbourhoods,
    compare_bands,
)
from safeground.engine.warehouse import open_warehouse
from safeground.engine.workspace import Progress, Workspace, WorkspaceError, no_progress

_TABLE = "tables/priority_by_neighbourhood.csv"
_REASONS = 3
_COLUMNS = (
    "code",
    "area",
    "district",
    "band",
    "probability",
    "by_chance_alone",
    "by_weights_alone",
    "above_average",
    "why",
)


@dataclass(frozen=True)
class PriorityReport:
    """The neighbourhoods of every band, as rows of `_COLUMNS`, and what has changed since `compared_with`."""

    rows: tuple[tuple[str, ...], ...]
    number: int
    areas: int
    effective_number: float
    factors: int
    kept_otherwise: tuple[tuple[str, int], ...]
    lacking: tuple[tuple[str, str], ...]
    stability: Stability | None
    compared_with: str

    def lines(self) -> tuple[str, ...]:
        told = f"{self.factors} risk factors that differ as {self.effective_number:.1f} unrelated ones would"
        lines = [f"{self.number} of {self.areas:,} neighbourhoods are chosen, by {told}:"]
        width = max((len(row[1]) for row in self.rows), default=0)
        lines += [f"{row[3]:<10}  {row[4]:>5}  {row[1]:<{width}}  {row[8]}" for row in self.rows]
        least = min(self.kept_otherwise, key=lambda each: each[1])
        lines.append(
            f"Made in {len(self.kept_otherwise)} other ways it keeps {least[1]} or more of them; fewest {least[0]}."
        )
        lines += [f"No part is taken by {title}: it {why}." for title, why in self.lacking]
        if self.stability is None:
            return (*lines, "No earlier edition lists them, so nothing can be compared.")
        large = [change for change in self.stability.changes if change.is_large]
        moved = f"{len(self.stability.changes)} have another, {len(large)} by more than one step"
        return (
            *lines,
            f"Beside {self.compared_with}: {self.stability.kept} kept their band, {moved}.",
            *(
                f"  {change.area}: {change.before or 'not listed'}, now {change.now or 'not listed'}"
                for change in large
            ),
        )

    def as_data(self) -> dict[str, Any]:
        return {
            "chosen": self.number,
            "areas": self.areas,
            "effective_number_of_risk_factors": self.effective_number,
            "neighbourhoods": [dict(zip(_COLUMNS, row, strict=True)) for row in self.rows],
            "kept_otherwise": dict(self.kept_otherwise),
            "left_out": dict(self.lacking),
            "changes": None
            if self.stability is None
            else [{"code": c.area, "before": c.before, "now": c.now} for c in self.stability.changes],
        }

    def as_csv(self) -> str:
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows([_COLUMNS, *self.rows])
        return text.getvalue()


def tell_priority(
    workspace: Workspace, catalogue: Catalogue, *, against: Path | None = None, progress: Progress = no_progress
) -> PriorityReport:
    """Choose from the warehouse as it stands, and compare with an edition (the partnership's current one by default).

    Raises WorkspaceError where nothing is built, nothing can be chosen, or the edition lists no neighbourhoods.
    """
    if catalogue.priority is None:
        raise WorkspaceError("The definitions hold no priority_neighbourhoods.yaml, so nothing says what to choose by.")
    edition = against or editions_of(workspace, Audience.PARTNERSHIP).current
    before = None if edition is None else _read_bands(edition)
    if against is not None and before is None:
        raise WorkspaceError(f"{against} lists no priority neighbourhoods; name the folder of an edition for partners.")
    with open_warehouse(workspace) as warehouse:
        progress(0, 1, "Choosing neighbourhoods")
        measures = open_measures(warehouse, catalogue)
        try:
            found = choose_priority_neighbourhoods(measures, catalogue.priority, rng=np.random.default_rng(SEED))
        except NoPriority as reason:
            raise WorkspaceError(f"No neighbourhood is chosen: {reason}.") from None
        pairs = warehouse.table("lookups").select("from_code", "from_name").distinct().to_pyarrow().to_pylist()
        names = {pair["from_code"]: pair["from_name"] for pair in pairs if pair["from_name"]}
        parents = measures.locator.hierarchy.parents("ltla24", found.areas)
        districts = measures.locator.names("ltla24")
    rows = _tell(found, names, [districts.get(parent, "") for parent in parents])
    now = {code: str(band) for code, band in zip(found.areas, found.bands, strict=True)}
    return PriorityReport(
        rows=rows,
        number=found.number,
        areas=len(found.areas),
        effective_number=found.effective_number,
        factors=len(found.factors),
        kept_otherwise=tuple((each.name, each.kept) for each in found.other_choices),
        lacking=found.lacking,
        stability=None if before is None else compare_bands(before, now),
        compared_with="" if edition is None else edition.name,
    )


def _tell(found: PriorityNeighbourhoods, names: dict[str, str], districts: list[str]) -> tuple[tuple[str, ...], ...]:
    bands = ("always", "likely", "borderline")
    inside = [int(area) for area in np.flatnonzero(found.in_band(*bands))]
    code = found.areas
    inside.sort(key=lambda at: (bands.index(str(found.bands[at])), districts[at], names.get(code[at], code[at])))
    member = found.membership
    return tuple(
        (
            code[at],
            names.get(code[at], code[at]),
            districts[at],
            str(found.bands[at]),
            *(f"{member.bound(share)[at]:.3f}" for share in (member.probability, member.by_chance, member.by_weights)),
            f"{found.above_average[at]} of {len(found.factors)}",
            ", ".join(f"{title} {percentile:.0f}%" for title, percentile in found.reasons(at)[:_REASONS]),
        )
        for at in inside
    )


def _read_bands(edition: Path) -> dict[str, str] | None:
    """Band by code, as an edition's table has it; None where it has none."""
    try:
        with (edition / _TABLE).open(encoding="utf-8-sig", newline="") as stream:
            return {row["code"]: row["band"] for row in csv.DictReader(stream)}
    except (FileNotFoundError, KeyError):
        return None
