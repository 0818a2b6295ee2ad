"""The agreements of a partnership, read together with the gateways they name, and when each is live."""

from __future__ import annotations

import datetime
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from safeground.engine.catalogue.agreement import Agreement
from safeground.engine.catalogue.feeds import definitions_folder
from safeground.engine.catalogue.finding import find_partnership
from safeground.engine.catalogue.gateways import Gateway, Gateways
from safeground.engine.catalogue.reading import DefinitionReader, Layer
from safeground.engine.catalogue.rule_parsing import nearest
from safeground.engine.documents import format_day

FOLDER = "agreements"
"""In a partnership's folder of definitions, and in a workspace: an agreement that is nobody else's business stays in the workspace."""


@dataclass(frozen=True)
class Agreements:
    """Every agreement, in the order of their names, and every gateway."""

    agreements: tuple[Agreement, ...]
    gateways: Gateways

    def gateway_of(self, agreement: Agreement) -> Gateway:
        return self.gateways.get(agreement.gateway)

    def about(self, feed: str, partner: str) -> tuple[Agreement, ...]:
        """Those that name a feed from a partner, live or not."""
        return tuple(each for each in self.agreements if each.shares(feed, partner) is not None)


def load_agreements(
    partnership: str | Path, folder: Path | None = None, *, workspace: Path | None = None, feeds: Collection[str] = ()
) -> Agreements:
    """Agreements of a partnership's definitions (by name, or a folder of its own) and of a workspace's folder.

    `folder` holds national/ and local/ (default: those that come with Safeground). `feeds` are the names an agreement may refer to;
    none, and they are not compared. Raises DefinitionsError with every problem of every file.
    """
    reader = DefinitionReader()
    national = Layer((folder or definitions_folder()) / "national", "national")
    gateways = reader.read_one(Gateways, national, "gateways.yaml")
    layers = [find_partnership(partnership, folder)]
    if workspace is not None:
        layers.append(Layer(workspace, "workspace"))
    found: dict[str, Agreement] = {}
    for layer in layers:
        for path in sorted((layer.folder / FOLDER).glob("*.yaml")):
            agreement = reader.read_one(Agreement, layer, f"{FOLDER}/{path.name}")
            if agreement is None:
                continue
            shown_as = f"{layer.shown_as}/{FOLDER}/{path.name}"
            if agreement.name != path.stem:
                reader.report(shown_as, "name", f"is {agreement.name!r}; name it as its file")
            if agreement.name in found:
                reader.report(shown_as, "name", f"there are two agreements {agreement.name!r}; rename one")
            found[agreement.name] = agreement
            _report_broken_references(reader, shown_as, agreement, gateways, feeds)
    reader.raise_problems()
    if gateways is None:
        raise RuntimeError(
            "gateways.yaml was not read, and no problem says why"
        )  # pragma: no cover - read_one reports it
    return Agreements(tuple(found[name] for name in sorted(found)), gateways)


def _report_broken_references(
    reader: DefinitionReader, shown_as: str, agreement: Agreement, gateways: Gateways | None, feeds: Collection[str]
) -> None:
    if gateways is not None and agreement.gateway not in gateways.names:
        near = nearest(agreement.gateway, gateways.names)
        reader.report(shown_as, "gateway", f"there is no gateway {agreement.gateway!r}{near}")
    for place, shared in enumerate(agreement.feeds):
        if feeds and shared.feed not in feeds:
            near = nearest(shared.feed, feeds)
            reader.report(shown_as, f"feeds.{place}.feed", f"there is no feed {shared.feed!r}{near}")


def why_not_live(agreement: Agreement, today: datetime.date) -> str | None:
    """Why nothing may be sent under an agreement today, to follow its name; None where it is live."""
    if agreement.status != "live":
        return {
            "draft": "is a draft",
            "suspended": "is suspended",
            "withdrawn": "was withdrawn",
        }[agreement.status]
    if today < agreement.starts:
        return f"does not start before {format_day(agreement.starts)}"
    if agreement.ends is not None and today > agreement.ends:
        return f"ended on {format_day(agreement.ends)}"
    return None
