"""A small workspace, filled through the production path: landed, checked, conformed."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sharing import agree_to, make_agreements, make_keys

from safeground.engine.catalogue import Feeds, Sensitivity, definitions_folder, load_agreements, load_feeds
from safeground.engine.feeds import CheckReport, check_deliveries, get_live_deliveries, land_files
from safeground.engine.warehouse import Generation, conform_deliveries, open_warehouse
from safeground.engine.workspace import Workspace, init_workspace

STREET = (
    "Crime ID", "Month", "Reported by", "Falls within", "Longitude", "Latitude", "Location", "LSOA code", "LSOA name", "Crime type",
    "Last outcome category", "Context",
)  # fmt: skip
LOOKUP = (
    ("E01990001", "U", "E01990001"),
    ("E01990002", "S", "E01990003"),
    ("E01990002", "S", "E01990004"),
)


STATED = {
    "population": {"period": "2020"},
    "postcodes": {"partner": "os", "period": "2014"},
    "school_exclusions": {"period": "2024"},
    "venues": {"period": "2025"},
    "perception_survey": {"period": "2025"},
}
"""What files do not tell and whoever lands them has to say."""

SENDERS = tuple(
    sorted(
        {
            sender
            for agreement in load_agreements("wrenshire").agreements
            for feed in agreement.feeds
            for sender in feed.sent_by
        }
    )
)
"""Whoever sends the made-up county anything under an agreement; the examples are theirs."""


@dataclass
class Bench:
    """A workspace and the folder its partners send from."""

    workspace: Workspace
    sent: Path
    feeds: Feeds = field(default_factory=load_feeds)

    def send(self, name: str, text: str, *, encoding: str = "utf-8") -> None:
        """Land a file; it must land."""
        path = self.sent / name
        path.write_text(text, encoding=encoding, newline="")
        report = land_files(self.workspace, self.feeds, [path])
        assert [refusal.sentence for refusal in report.refused] == []

    def send_month(
        self,
        month: str,
        rows: Iterable[Sequence[str]],
        *,
        partner: str = "wrenshire",
        change: Callable[[str], str] = str,
        encoding: str = "utf-8",
    ) -> None:
        """Land a street file, its text changed first. A row is (identifier, area code, crime type)."""
        self.send(f"{month}-{partner}-street.csv", change(make_street(month, rows, partner=partner)), encoding=encoding)

    def send_lookup(self, pairs: Iterable[tuple[str, str, str]] = LOOKUP) -> None:
        header = "lsoa11_name,lsoa11_code,change_code,lsoa21_name,lsoa21_code,ltla22_name,ltla22_code"
        rows = [f"Old {old},{old},{change},New {new},{new},Harrowmere,E07990001" for old, change, new in pairs]
        self.send("lookup.csv", "\n".join([header, *rows, ""]))

    def send_examples(self) -> None:
        """Land the example of every feed we ship."""
        agreed = make_agreements(
            *(
                agree_to(contract, *SENDERS)
                for contract in self.feeds.contracts.values()
                if contract.sensitivity is not Sensitivity.OPEN
            )
        )
        keys = make_keys(self.workspace.root.parent / "keys")
        for path in sorted((definitions_folder() / "national" / "feeds").glob("*/example*.*")):
            stated = STATED.get(path.parent.name, {})
            landed = land_files(self.workspace, self.feeds, [path], agreements=agreed, keys=keys, **stated)
            assert landed.refused == ()

    def check(self) -> tuple[CheckReport, ...]:
        return check_deliveries(self.workspace, self.feeds, get_live_deliveries(self.workspace))

    def conform(self) -> Generation:
        return conform_deliveries(self.workspace, self.feeds, get_live_deliveries(self.workspace), self.check())

    def rows(self, table: str, *columns: str) -> list[tuple]:
        """A table's rows, sorted, as the measures would read them."""
        with open_warehouse(self.workspace) as warehouse:
            found = warehouse.table(table)
            answer = found.select(*columns or found.columns).to_pyarrow().to_pylist()
        return sorted((tuple(row.values()) for row in answer), key=repr)


def make_street(month: str, rows: Iterable[Sequence[str]], *, partner: str) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(STREET)
    force = f"{partner.title()} Police"
    for identifier, area, offence in rows:
        crime = hashlib.sha256(identifier.encode()).hexdigest() if identifier else ""
        outcome = "Under investigation" if identifier else ""
        writer.writerow(
            (
                crime,
                month,
                force,
                force,
                "2.510000",
                "52.300000",
                "On or near Mill Lane",
                area,
                "",
                offence,
                outcome,
                "",
            )
        )
    return out.getvalue()


@pytest.fixture
def bench(tmp_path) -> Bench:
    (tmp_path / "sent").mkdir()
    return Bench(init_workspace(tmp_path / "workspace", partnership="wrenshire"), tmp_path / "sent")
