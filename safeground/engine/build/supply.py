"""The supply scorecard of a workspace with what only rows tell: which fields are filled with an answer, and sites whose volume drifts."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from safeground.engine.build.receiving import expected_partners
from safeground.engine.catalogue import Catalogue
from safeground.engine.feeds import ScorecardRow, find_outside, supply_scorecard
from safeground.engine.warehouse import EVENT_CORE, Warehouse, open_warehouse
from safeground.engine.workspace import Workspace

_CORE = frozenset({"feed", "partner", "delivery", "row", "event_id", "month", "area_vintage"})
"""Never blank, or not of the sender's filling in."""


@dataclass(frozen=True)
class SupplyRow:
    """One partner's feed: the scorecard's row, and of the fields its events carry the share with an answer.

    `known`: a blank is no answer, nor is a word that only says so ('unknown', 'not known'); a no is one. `sites`: by site the months
    whose number of events lies outside the limits of their own usual variation.
    """

    row: ScorecardRow
    known: Mapping[str, float] = field(default_factory=dict)
    sites: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class SupplyReport:
    """A row for every partner and feed. Counts and shares only: nothing in it is of a person."""

    rows: tuple[SupplyRow, ...]
    has_warehouse: bool

    def lines(self) -> tuple[str, ...]:
        lines = [line for each in self.rows for line in _tell(each)]
        if not self.has_warehouse:
            lines.append("Which fields are filled is not known before the first build.")
        return tuple(lines) or ("Nothing has landed.",)

    def as_data(self) -> dict[str, Any]:
        return {"supplies": [_as_data(each) for each in self.rows]}

    def as_csv(self) -> str:
        """One line a partner and feed, and one a field that its events carry: `field` is then its name and `known_share` its share."""
        out = io.StringIO()
        names = [name for name in ScorecardRow.__dataclass_fields__ if name != "problems"]
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow([*names, "problems", "field", "known_share"])
        for each in self.rows:
            told = [_cell(getattr(each.row, name)) for name in names] + [len(each.row.problems)]
            writer.writerow([*told, "", ""])
            writer.writerows([*told, name, f"{share:.4f}"] for name, share in each.known.items())
        return out.getvalue()


def score_supply(workspace: Workspace, catalogue: Catalogue) -> SupplyReport:
    """Read the reports of what has landed, and the warehouse in use where there is one. Takes no lock."""
    rows = supply_scorecard(workspace, catalogue.feeds, partners=expected_partners(catalogue))
    if workspace.warehouse.current is None:
        return SupplyReport(tuple(SupplyRow(row) for row in rows), has_warehouse=False)
    with open_warehouse(workspace) as warehouse:
        feeds = sorted({row.feed for row in rows if warehouse.columns_carried("events", row.feed)})
        known = {key: found for feed in feeds for key, found in _count_known(warehouse, catalogue, feed).items()}
        sites = {key: found for feed in feeds for key, found in _find_sites(warehouse, feed).items()}
    scored = (
        SupplyRow(row, known.get((row.feed, row.partner), {}), sites.get((row.feed, row.partner), {})) for row in rows
    )
    return SupplyReport(tuple(scored), has_warehouse=True)


def _count_known(warehouse: Warehouse, catalogue: Catalogue, feed: str) -> dict[tuple[str, str], dict[str, float]]:
    """By feed and partner, of each field the share of events with an answer."""
    events = warehouse.table("events")
    events = events.filter(events.feed == feed)
    words = catalogue.event_fields.unknown_words
    fields = [name for name in warehouse.columns_carried("events", feed) if name not in _CORE]
    counted = {"events": events.count()}
    for name in fields:
        column = events[name]
        answered = column.notnull()
        if column.type().is_string():
            answered = answered & (column != "") & ~column.isin([*words.get(name, ()), "unknown"])
        counted[name] = answered.sum()
    rows = events.group_by("partner").aggregate(**counted).to_pyarrow().to_pylist()
    # The core columns are in every feed's files; one that nobody fills is not the feed's.
    fields = [name for name in fields if name not in EVENT_CORE or any(row[name] for row in rows)]
    return {
        (feed, row["partner"]): {name: (row[name] or 0) / row["events"] for name in fields if row["events"]}
        for row in rows
    }


def _find_sites(warehouse: Warehouse, feed: str) -> dict[tuple[str, str], dict[str, tuple[str, ...]]]:
    """By feed and partner, the sites with months outside their own limits; nothing for feeds without sites."""
    if "site" not in warehouse.columns_carried("events", feed):
        return {}
    events = warehouse.table("events")
    events = events.filter((events.feed == feed) & events.site.notnull())
    series: dict[tuple[str, str], dict[str, float]] = {}
    for row in events.group_by(["partner", "site", "month"]).aggregate(events=events.count()).to_pyarrow().to_pylist():
        series.setdefault((row["partner"], row["site"]), {})[f"{row['month']:%Y-%m}"] = row["events"]
    found: dict[tuple[str, str], dict[str, tuple[str, ...]]] = {}
    for (partner, site), months in sorted(series.items()):
        if outside := find_outside(months):
            found.setdefault((feed, partner), {})[site] = outside
    return found


def _tell(each: SupplyRow) -> list[str]:
    row = each.row
    expected = f" of {row.periods_expected}" if row.periods_expected else ""
    silent = "; SILENT: no recent month" if row.is_silent else ""
    came = f"{row.periods_landed}{expected} periods, {row.rows:,} rows, {row.quarantined:,} quarantined{silent}"
    lines = [f"{row.title} from {row.partner}: {came}"]
    if row.days_to_landing is not None:
        lines.append(
            f"  lands {row.days_to_landing} days after its month ends; {row.months_late} of {row.months_timed} months late"
        )
    if row.without_location_share is not None:
        lines.append(f"  without a place: {row.without_location_share:.1%}")
    if row.months_outside_limits:
        lines.append(f"  months of unusual volume: {', '.join(row.months_outside_limits)}")
    if row.months_without_place_outside_limits:
        lines.append(
            f"  months of an unusual share without a place: {', '.join(row.months_without_place_outside_limits)}"
        )
    lines += [f"  unusual volume at {site}: {', '.join(months)}" for site, months in each.sites.items()]
    gaps = [
        f"{name} {share:.0%}" for name, share in sorted(each.known.items(), key=lambda item: item[1]) if share < 0.995
    ]
    if gaps:
        lines.append(f"  answered least: {', '.join(gaps[:8])}")
    if row.used_for:
        lines.append(f"  used for: {'; '.join(row.used_for)}")
    return lines


def _as_data(each: SupplyRow) -> dict[str, Any]:
    return {
        **{name: value for name, value in vars(each.row).items() if name != "problems"},
        "problems": len(each.row.problems),
        "known_shares": dict(each.known),
        "sites_outside_limits": {site: list(months) for site, months in each.sites.items()},
    }


def _cell(value: object) -> object:
    return "; ".join(map(str, value)) if isinstance(value, tuple) else value
