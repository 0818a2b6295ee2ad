"""A&E, the police and the ambulance service as lists of the same assaults, linked by rule and without names."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from safeground.engine.assessment.chapters.unseen.shares import tell_estimate
from safeground.engine.assessment.counted import Counted
from safeground.engine.assessment.evidence import DISTRICT, Evidence
from safeground.engine.assessment.register import Register
from safeground.engine.assessment.sentences import say_when
from safeground.engine.assessment.withholding import protect_cells
from safeground.engine.disclosure import CellKey, DisclosureRule, Protected
from safeground.engine.documents import (
    Audience,
    Block,
    Finding,
    Notice,
    NoticeKind,
    Table,
    format_interval,
    format_value,
)
from safeground.engine.measures import Happenings, Links, find_links, read_happenings
from safeground.engine.statistics import LinkedShare, estimate_linked_share

POLICE, AMBULANCE = "recorded_crime", "ambulance"
MOST_BY_CHANCE = 0.5
"""Where chance links more than half of the records, what is left over says too little to be told."""
MISSED = 0.1
"""The share of true links that a second reading takes to be missed. Nobody knows it; a wrong time or place may cost as much."""


@dataclass(frozen=True, eq=False)
class Lists:
    """The lists of a period. `ambulance`: None where it has not landed or may not be told. `strictest`: the feed whose owner's rule
    is the strictest of theirs, under which all that is made of them together is told."""

    treated: Happenings
    police: Happenings
    ambulance: Happenings | None
    counted: Counted
    strictest: str
    readers: frozenset[Audience]

    @property
    def rule(self) -> DisclosureRule:
        return self.counted.evidence.rule_of_feed(self.strictest)

    @property
    def register(self) -> Register:
        return self.counted.evidence.register_of_feed(self.strictest)

    def key(self, what: str, part: str, *, area: str = "") -> CellKey:
        """What a count made of several lists is called in all that the edition tells."""
        own = self.counted.key(self.counted.period, part, area=area)
        return CellKey(
            own.series._replace(measure=f"{self.strictest}/{self.counted.definition.name}/{what}"), own.months
        )

    @property
    def others(self) -> list[Happenings]:
        return [self.police, *([self.ambulance] if self.ambulance is not None else [])]

    @property
    def feeds(self) -> tuple[str, ...]:
        return (self.counted.feed, POLICE, *([AMBULANCE] if self.ambulance is not None else []))

    def cite(self, table: Table) -> Table:
        """A table under the names of all whose lists it is made from."""
        return replace(table, source=self.counted.evidence.source_line(*self.feeds))

    def cite_finding(self, finding: Finding) -> Finding:
        contracts = self.counted.evidence.catalogue.feeds.contracts
        sources = tuple(f"{contracts[feed].title}, {finding.period}" for feed in self.feeds)
        return replace(finding, sources=sources, readers=self.readers)

    def in_period(self, happenings: Happenings) -> Happenings:
        return happenings.started_in(self.counted.period.months)


def read_lists(evidence: Evidence, counted: Counted) -> Lists | None:
    """What has landed of the lists; None without crimes whose victims were hurt."""
    hierarchy = evidence.measures.locator.hierarchy
    feeds = [counted.feed, POLICE, AMBULANCE]
    told = [
        feed
        for feed in feeds
        if feed in evidence.feeds and evidence.audience in evidence.readers_of_feed(feed, DISTRICT)
    ]
    found = {
        feed: read_happenings(
            evidence.warehouse,
            feed=feed,
            hierarchy=hierarchy,
            place_texts=evidence.measures.typed_places.place_all
            if feed == counted.feed and evidence.measures.has_areas
            else None,
            partner=evidence.measures.own if feed == POLICE else None,
        )
        for feed in told
    }
    treated, police = found.get(counted.feed), found.get(POLICE)
    if treated is None or police is None:
        return None
    rules = {feed: evidence.rule_of_feed(feed) for feed in told}
    return Lists(
        treated=treated,
        police=police,
        ambulance=found.get(AMBULANCE),
        counted=counted,
        strictest=max(told, key=lambda feed: (rules[feed].threshold, rules[feed].rounding)),
        readers=frozenset.intersection(*(evidence.readers_of_feed(feed, DISTRICT) for feed in told)),
    )


def make_linked_share(lists: Lists, *, place_notes: tuple[str, ...] = ()) -> list[Block]:
    """The share of A&E's attendances that no crime of the police record fits, in all and by district."""
    counted, period = lists.counted, lists.counted.period
    treated = lists.in_period(lists.treated)
    links = find_links(treated, [lists.police])
    unlinked, told = _tell_unlinked(links, lists)
    when = say_when(period.label)
    if not unlinked.is_published:
        return [
            Notice(
                NoticeKind.CANNOT_TELL,
                f"How many attendances fit no crime that the police recorded cannot be told: {unlinked.reason}.",
            )
        ]
    chance = _by_chance(told)
    higher = min((unlinked.value or 0.0) / 100, 1.0)
    fewer = max(0.0, 1 - (1 - higher) / (1 - MISSED))
    sentence = (
        f"Linked without names, {format_value(unlinked)} of attendances {when} fit no crime with a hurt victim that the police "
        f"recorded ({format_interval(unlinked)}), after what chance links is taken off: {chance:.0%} of records that cannot belong "
        f"together fit too. Were one true link in ten missed, it would be {fewer:.0%}."
    )
    finding: Finding = counted.finding(
        id="unseen.unlinked.latest",
        sentence=sentence,
        estimate=unlinked,
        period=period.label,
        caveats=(
            "A link is a crime at the same time and place with a victim of the same sex and age, as far as both say; no pair is kept.",
            "An attendance whose time or place was written down wrongly fits nothing, and looks unknown to the police.",
        ),
    )
    table = _make_district_table(lists, treated, place_notes)
    return [lists.cite_finding(finding), *([table] if table is not None else [])]


def _tell_unlinked(links: Links, lists: Lists) -> tuple[Protected, list[Protected]]:
    """The share without a partner, worked out from counts under the rule; and these counts."""
    told = protect_cells(
        _sides(links.found),
        [(0, 1)],
        lists.rule,
        unit=lists.counted.unit,
        keys=_side_keys(lists),
        register=lists.register,
    )
    return _tell_share(told, links, lists)


def _tell_share(
    told: list[Protected], links: Links, lists: Lists, *, area: str = ""
) -> tuple[Protected, list[Protected]]:
    """The same from counts of those found and not found as they are told."""
    by_chance = protect_cells(
        _sides(links.by_chance),
        [(0, 1)],
        lists.rule,
        unit=lists.counted.unit,
        keys=_chance_keys(lists, area=area),
        register=lists.register,
    )
    told = [*told, *by_chance]
    found, rest, hits, misses = (np.nan if cell.value is None else cell.value for cell in told)
    share = estimate_linked_share(found, found + rest, hits, hits + misses)
    return tell_estimate(_unlinked(share), tuple(told), lists.rule, unit="%", scale=100), told


_LINKED, _BY_CHANCE = "linked with the police record", "linked with the police record by chance"


def _side_keys(lists: Lists, *, area: str = "") -> list[CellKey]:
    """Of the counts that `_sides` gives of links that were found."""
    return [lists.key(_LINKED, f"candidate={word}", area=area) for word in ("some", "none")]


def _chance_keys(lists: Lists, *, area: str = "") -> list[CellKey]:
    """Of those by chance. The area is in the part: what chance links in districts need not add up to what it links in all."""
    where = f" in {area}" if area else ""
    return [lists.key(_BY_CHANCE, f"candidate={word}{where}") for word in ("some", "none")]


def _sides(counts: NDArray[np.int64]) -> list[float]:
    """How many have a candidate, and how many have none."""
    return [float(counts[1]), float(counts[0])]


def _unlinked(share: LinkedShare) -> LinkedShare:
    """The rest of a linked share; not told where chance links too many."""
    if float(np.asarray(share.by_chance)) > MOST_BY_CHANCE:
        nothing = np.array(np.nan)
        reason = np.array(
            "not available: chance alone links more than half of the records, for want of places, ages or times"
        )
        return LinkedShare(nothing, nothing, nothing, reason, share.confidence, share.by_chance)
    return LinkedShare(
        1 - share.value, 1 - share.upper, 1 - share.lower, share.method, share.confidence, share.by_chance
    )


def _by_chance(told: list[Protected]) -> float:
    hits, rest = (told[place].value or 0.0 for place in (2, 3))
    return hits / (hits + rest) if hits + rest else 0.0


def _make_district_table(lists: Lists, treated: Happenings, place_notes: tuple[str, ...]) -> Table | None:
    evidence = lists.counted.evidence
    if not evidence.measures.has_areas:
        return None
    names = evidence.district_names
    codes = sorted(names, key=lambda code: names[code])
    places = [*(treated.district == code for code in codes), ~np.isin(treated.district, np.array(codes, dtype=object))]
    links = [find_links(treated.select(here), [lists.police]) for here in places]
    # Both sides of all districts add up to what the finding tells, and those of one to its attendances: all are told as one table.
    areas = [*codes, lists.counted.elsewhere]
    flat = protect_cells(
        [side for each in links for side in _sides(each.found)],
        [*([at, at + 1] for at in range(0, 2 * len(areas), 2)), *(range(at, 2 * len(areas), 2) for at in (0, 1))],
        lists.rule,
        unit=lists.counted.unit,
        keys=[key for area in areas for key in _side_keys(lists, area=area)],
        totals=[*[None] * len(areas), *_side_keys(lists)],
        register=lists.register,
    )
    labels = [*(names[code] for code in codes), "Elsewhere, or without a usable place"]
    shares = [
        _tell_share(flat[2 * at : 2 * at + 2], each, lists, area=area)[0]
        for at, (area, each) in enumerate(zip(areas, links, strict=True))
    ]
    table = lists.counted.table(
        id="unseen_unlinked_by_district",
        caption=f"Attendances that fit no recorded crime, by district, {lists.counted.period.label}",
        columns=[("district", "District"), ("unlinked", "Fit no crime of the police record")],
        rows=list(zip(labels, shares, strict=True)),
        notes=(
            (
                "Linked by time, place, sex and age, less what chance links; each district alone, so that the intervals are wide. "
                "Without a usable place more fits by chance."
            ),
            *place_notes,
        ),
        readers=lists.readers,
        level=DISTRICT,
    )
    return lists.cite(table)
