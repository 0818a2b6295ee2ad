"""Definitions compared on the warehouse that is there: from names as a user gives them to a page, its tables and lines for a terminal."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from safeground.engine.assessment import ComparisonPages
from safeground.engine.build.code_version import get_code_version
from safeground.engine.build.editions import make_brand
from safeground.engine.catalogue import Catalogue, EventDefinition, read_definition
from safeground.engine.documents import Audience, format_estimate
from safeground.engine.measures import ChosenDefinition, compare_definitions, open_measures
from safeground.engine.publish import publish_edition
from safeground.engine.warehouse import open_warehouse
from safeground.engine.workspace import Progress, Workspace, WorkspaceError, no_progress

_DISTRICT, _FORCE = "ltla24", "pfa24"


@dataclass(frozen=True, eq=False)
class ComparisonReport:
    """What was compared, and where its pages are, if they were asked for."""

    pages: ComparisonPages
    page: Path | None

    def lines(self) -> tuple[str, ...]:
        compared = self.pages.comparison
        lines = [f"{self.pages.source}; {compared.recorded:,} crimes recorded."]
        for label, (definite, undetermined, upper) in zip(self.pages.labels, self.pages.counts(), strict=True):
            told = [
                format_estimate(number) if number.is_published else f"withheld ({number.reason})"
                for number in (definite, undetermined, upper)
            ]
            lines.append(f"{label}: {told[0]} for certain; of {told[1]} it cannot tell; at most {told[2]}.")
        if self.page is not None:
            lines.append(f"The comparison is at {self.page}")
        return tuple(lines)

    def as_data(self) -> dict[str, Any]:
        compared = self.pages.comparison
        return {
            "feed": compared.feed,
            "period": compared.period.label,
            "definitions": [
                {"definition": label, "definite": definite.value, "undetermined": unsure.value, "upper": upper.value}
                for label, (definite, unsure, upper) in zip(self.pages.labels, self.pages.counts(), strict=True)
            ],
            "page": None if self.page is None else str(self.page),
        }


def compare_in_workspace(
    workspace: Workspace,
    catalogue: Catalogue,
    names: Sequence[str],
    *,
    readings: Sequence[str] = (),
    audience: Audience = Audience.PARTNERSHIP,
    out: Path | None = None,
    now: datetime.datetime | None = None,
    progress: Progress = no_progress,
) -> ComparisonReport:
    """Compare definitions over what our force has landed and the last build conformed.

    names: of the catalogue, or files that hold a definition. readings: 'switch=reading' for every definition that has the switch, or
    'definition.switch=reading' for one. out: a folder that is not there yet, for the page and its tables. audience: what is withheld.

    Raises WorkspaceError, in a sentence, where the comparison cannot be made, and DefinitionsError for a file that is no definition.
    """
    if out is not None and out.exists():
        raise WorkspaceError(f"{out} is there already; name a folder that is not, or take it away.")
    try:
        chosen = choose_definitions(catalogue, names, readings)
        with open_warehouse(workspace) as warehouse:
            progress(0, 1, "Counting")
            measures = open_measures(warehouse, catalogue)
            level = _DISTRICT if measures.has_areas else _FORCE
            compared = compare_definitions(measures, chosen, level=level)
            area_names = measures.locator.names(level)
    except ValueError as error:
        raise WorkspaceError(str(error)) from error
    contract = catalogue.feeds.contracts[compared.feed]
    if not contract.may_tell(audience, level):
        raise WorkspaceError(f"{contract.title} may not be told to the audience {audience}; choose another.")
    pages = ComparisonPages(compared, catalogue, catalogue.disclosure.rule(contract.disclosure, audience), area_names)
    if out is None:
        return ComparisonReport(pages, None)
    manifest = {
        "code_version": get_code_version(),
        "definitions_version": catalogue.version,
        "definitions": {each.definition.name: each.definition.version for each in chosen},
        "compared": list(pages.labels),
        "disclosure_rules": [pages.rule.name],
        "warehouse": warehouse.name,
    }
    publish_edition(
        pages.write(audience),
        into=out,
        brand=make_brand(catalogue, [compared.feed]),
        manifest=manifest,
        releases=pages.releases(),
        built_at=now or datetime.datetime.now(datetime.UTC),
        progress=progress,
    )
    return ComparisonReport(pages, out / "index.html")


def choose_definitions(
    catalogue: Catalogue, names: Sequence[str], readings: Sequence[str]
) -> tuple[ChosenDefinition, ...]:
    """Definitions with readings as a user names them. ValueError, in a sentence, for one there is not."""
    found = [(name, *_find(catalogue, name)) for name in names]
    asked: list[dict[str, str]] = [{} for _ in found]
    for reading in readings:
        place, _, value = reading.partition("=")
        owner, _, switch = place.rpartition(".")
        if not value:
            raise ValueError(f"{reading!r} is no reading; write it as switch=reading or definition.switch=reading.")
        having = [
            number
            for number, (name, definition, _) in enumerate(found)
            if switch in _switches(definition) and owner in ("", name, definition.name)
        ]
        if not having:
            known = sorted({switch for _, definition, _ in found for switch in _switches(definition)})
            raise ValueError(f"None of them has the switch {place!r}; there are {', '.join(known) or 'none'}.")
        for number in having:
            found[number][1].rule_under({switch: value})
            asked[number][switch] = value
    return tuple(
        ChosenDefinition(definition, readings_of, origin)
        for (_, definition, origin), readings_of in zip(found, asked, strict=True)
    )


def _find(catalogue: Catalogue, name: str) -> tuple[EventDefinition, str]:
    if name in catalogue.definitions:
        return catalogue.definitions[name], ""
    path = Path(name)
    if path.suffix in (".yaml", ".yml") and path.is_file():
        return read_definition(path, catalogue), path.name
    known = ", ".join(sorted(catalogue.definitions))
    raise ValueError(f"There is no definition {name!r} and no file of that name; there are {known}.")


def _switches(definition: EventDefinition) -> frozenset[str]:
    return frozenset(switch.name for switch in definition.switches)
