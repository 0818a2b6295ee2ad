"""Sources side by side: what each partner saw, month by month and district by district. Columns are never added."""

from __future__ import annotations

import math
from collections.abc import Mapping

from safeground.engine.assessment.counted import Counted
from safeground.engine.assessment.evidence import DISTRICT, Evidence
from safeground.engine.assessment.making import make_table
from safeground.engine.disclosure import Protected
from safeground.engine.documents import EVERYONE, Audience, Notice, NoticeKind, Table, capitalise
from safeground.engine.measures import Period, PeriodKind, find_latest_run


def find_common_period(sources: Mapping[str, Counted]) -> Period | None:
    """The latest months in a row that every source has, at most twelve; None where they have none in common."""
    return find_latest_run(frozenset.intersection(*(source.covered for source in sources.values())))


def make_month_table(sources: Mapping[str, Counted], period: Period) -> Table:
    """A row a month, a column a source, each under the rule of its owner."""
    months = [Period((month,), PeriodKind.MONTH) for month in period.months]
    columns = [
        [
            *source.protect_parts(
                [source.total(month)[0] for month in months],
                keys=[source.key(month) for month in months],
                total=source.key(period),
            ),
            source.protect_level(period),
        ]
        for source in sources.values()
    ]
    labels = [*(month.label for month in months), capitalise(period.label)]
    return _make_table(
        "sources_by_month", f"What each source saw, {period.label}", ("month", "Month"), labels, columns, sources
    )


def make_district_table(evidence: Evidence, sources: Mapping[str, Counted], period: Period) -> Table | None:
    """A row a district, and one for what has no usable place or lies elsewhere. None where no source may be told by district, or there
    are none."""
    told = {
        name: source
        for name, source in sources.items()
        if evidence.audience in evidence.readers_of_feed(source.feed, DISTRICT)
    }
    if not told or not evidence.measures.has_areas:
        return None
    codes = sorted(evidence.district_names, key=lambda code: evidence.district_names[code])
    columns = []
    for source in told.values():
        counts = evidence.measures.count_definition(source.definition, level=DISTRICT).definite.gather([period])
        inside = [float(counts.values[counts.areas.index(code), 0]) for code in codes]
        rest = source.total(period)[0] - sum(inside)
        cells = source.protect_parts(
            [*map(round_or_nan, inside), round_or_nan(max(rest, 0.0))],
            keys=[source.key(period, area=area) for area in (*codes, source.elsewhere)],
            total=source.key(period),
        )
        columns.append(cells)
    labels = [*(evidence.district_names[code] for code in codes), "Elsewhere, or without a usable place"]
    return _make_table(
        "sources_by_district",
        f"What each source saw in each district, {period.label}",
        ("district", "District"),
        labels,
        columns,
        told,
    )


def round_or_nan(number: float) -> float:
    """Events shared out over the parts of a split area, to whole ones."""
    return number if math.isnan(number) else float(round(number))


def describe_typed_places(evidence: Evidence, measure: str) -> Notice | None:
    """How many of a source's places could be read from what was typed, as shares alone; None where it sends codes."""
    shares = evidence.measures.placements(measure)
    if shares is None or not shares.events:
        return None
    near = (shares.small_area + shares.ward) / shares.events
    return Notice(
        NoticeKind.CANNOT_TELL,
        "Where people treated in A&E were hurt is read from what was typed at the desk. "
        f"{shares.share_unplaced:.0%} of the texts name no place that is known, and are in no district's number; {near:.0%} name a "
        "ward or something more exact. A district's number is therefore too low, and by how much differs from place to place.",
    )


def _make_table(
    id: str,  # noqa: A002 - the document model's word
    caption: str,
    head: tuple[str, str],
    labels: list[str],
    columns: list[list[Protected]],
    sources: Mapping[str, Counted],
) -> Table:
    heads = [head, *((name, capitalise(source.what)) for name, source in sources.items())]
    owners = [source.evidence.catalogue.disclosure.of_owner(source.rule.name).note for source in sources.values()]
    readers: frozenset[Audience] = frozenset.intersection(EVERYONE, *(source.readers for source in sources.values()))
    return make_table(
        id=id,
        caption=caption,
        columns=heads,
        rows=[(label, *cells) for label, *cells in zip(labels, *columns, strict=True)],
        source="; ".join(dict.fromkeys(source.source for source in sources.values())),
        notes=(
            "Columns are never added: one assault may be in all of them, in one, or in none.",
            *dict.fromkeys(owners),
        ),
        readers=readers,
    )
