"""What is said of areas beside those like them: sentences, a chart of districts, tables of every level."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from safeground.engine.assessment.chapters.areas_like_this.peers import GROUP_SIZE, Peers
from safeground.engine.assessment.evidence import DISTRICT, SMALL_AREA, STREET, WARD, Evidence
from safeground.engine.assessment.headline import VIOLENCE
from safeground.engine.assessment.making import make_finding, make_table, name_source
from safeground.engine.assessment.sentences import count_words, name_period, say_when
from safeground.engine.disclosure import Protected, State, protect
from safeground.engine.documents import (
    Direction,
    Figure,
    Finding,
    IntervalChart,
    Point,
    Table,
    capitalise,
    format_bounds,
    format_number,
    join_words,
)

NAMES = {DISTRICT: "district", WARD: "ward", SMALL_AREA: "neighbourhood"}


def make_findings(evidence: Evidence, peers: Peers) -> list[Finding]:
    """Of each of our areas outside the 95% limits."""
    found = []
    for row in peers.ours:
        if peers.side(row) not in ("above", "below"):
            continue
        ratio = protect_ratio_to_group(evidence, peers, row)
        direction = _direction(peers, row, ratio)
        cell = peers.cells[row]
        found.append(
            make_finding(
                evidence,
                peers.measurement,
                id=f"areas_like_this.violence.{cell.area_code}",
                sentence=_sentence(peers, row, ratio, direction),
                estimate=ratio,
                period=peers.period,
                area_code=cell.area_code,
                area_name=peers.names[row],
                direction=direction,
                beside=(name_source(evidence, "deprivation"),),
                caveats=("Forces differ in what they record, and areas in more than they are described by here.",),
            )
        )
    return found


def protect_ratio_to_group(evidence: Evidence, peers: Peers, row: int) -> Protected:
    """The rate as a multiple of the group's, with the interval that the 95% limits make: it holds 1 where the area lies within them."""
    compared, cell = peers.compared, peers.cells[row]
    value, rule = float(compared.value[row]), evidence.rule_for(VIOLENCE)
    if np.isnan(value) or np.isnan(compared.upper[0, row]):
        return protect(
            None, unit="times", rule=rule, state=State.NOT_AVAILABLE, reason="its group or its number is not known"
        )
    return protect(
        value, unit="times", rule=rule, count=cell.count, denominator=cell.denominator, method=compared.method, confidence=0.95,
        lower=value / float(compared.upper[0, row]), upper=value / float(compared.lower[0, row]),
    )  # fmt: skip


def _direction(peers: Peers, row: int, ratio: Protected) -> Direction:
    if not ratio.is_published:
        return Direction.NOT_COMPARED
    if not peers.stands(row):
        return Direction.CANNOT_TELL
    return Direction.HIGHER if peers.side(row) == "above" else Direction.LOWER


def _sentence(peers: Peers, row: int, ratio: Protected, direction: Direction) -> str:
    name, when, size = peers.names[row], say_when(peers.period.label), GROUP_SIZE[peers.measurement.level]
    if not ratio.is_published:
        return f"{name} cannot be compared with districts like it: {ratio.reason}."
    size_words = count_words(size, "district")
    told = (
        f"{format_number(ratio.value or 0, decimals=2)} times the typical rate of the {size_words} most like it (95% interval "
        f"{format_bounds(ratio, decimals=2)}, which allows for districts to differ)"
    )
    ways = len(peers.positions_otherwise)
    if direction is Direction.CANNOT_TELL:
        return (
            f"The rate of recorded violence in {name} {when} was {told}. It stands out so in {peers.holds_otherwise(row)} of {ways} "
            f"other ways to describe districts, so we cannot tell whether it is {_word(peers, row)} than in districts like it."
        )
    return (
        f"The rate of recorded violence in {name} {when} was {direction} than in districts like it: {told}. It stands out so in all "
        f"{ways} other ways to describe districts."
    )


def _word(peers: Peers, row: int) -> str:
    return "higher" if peers.side(row) == "above" else "lower"


def say_districts(peers: Peers) -> str:
    """How many stand out, beside how many chance would give."""
    outside = [row for row in peers.ours if peers.side(row) in ("above", "below")]
    standing = [peers.names[row] for row in outside if peers.stands(row)]
    number = len(peers.ours)
    opening = (
        f"Of {number} districts, {_none_or(len(outside))} outside the 95% limits, which allow districts that are like each other to "
        f"differ as much as the {len(peers.names)} of our force and its neighbours do. About one in twenty would lie outside by chance."
    )
    ways = "under every way to describe districts that was tried"
    if standing:
        return f"{opening} {join_words(standing)} {'does' if len(standing) == 1 else 'do'} so {ways}."
    return f"{opening} None does so {ways}."


def _none_or(number: int) -> str:
    return "none lies" if number == 0 else "one lies" if number == 1 else f"{number} lie"


def say_small(peers: Peers) -> str:
    """How many neighbourhoods or wards lie outside the widest limits, beside how many chance would give."""
    position = peers.positions
    above, below = (sum(str(position[row]) == f"{side} 99.8%" for row in peers.ours) for side in ("above", "below"))
    standing = sum(peers.stands(row) and str(position[row]).endswith("99.8%") for row in peers.ours)
    thing, number, size = NAMES[peers.measurement.level], len(peers.ours), GROUP_SIZE[peers.measurement.level]
    by_chance, lie = format_number(0.002 * number, decimals=1), "lies" if above == 1 else "lie"
    return (
        f"Of {number:,} {thing}s, {above or 'none'} {lie} above and {below or 'none'} below the 99.8% limits among the {size} {thing}s "
        f"most like each; chance would put about {by_chance} outside. {_say_standing(standing, above + below, thing)}"
    )


def _say_standing(standing: int, outside: int, thing: str) -> str:
    if not outside:
        return "So none stands out."
    lie = "lies" if standing in (0, 1) else "lie"
    return (
        f"{standing or 'None'} of them {lie} beyond the 95% limits on the same side under every other way to describe {thing}s that was "
        "tried."
    )


def say_groups(peers: Peers) -> str:
    """How like the groups are, where they come from, and how far they change with how areas are described."""
    groups = [row for row in peers.ours if peers.similar.has_group[row]]
    elsewhere = np.mean(
        [[peers.partners[m] != peers.partners[row] for m in peers.similar.members[row]] for row in groups]
    )
    kept = {name: float(np.nanmean(share[groups])) for name, share in peers.kept_otherwise.items()} or {
        "not tried": 1.0
    }
    least = min(kept, key=kept.__getitem__)
    low, high = (f"{100 * share:.0f}%" for share in (min(kept.values()), max(kept.values())))
    return (
        f"{100 * elsewhere:.0f}% of the districts in a group are a neighbouring force's. Described otherwise, a group keeps {low} to "
        f"{high} of its districts on average (fewest: {least}). Two districts taken at random are "
        f"{peers.similar.typical_distance:.1f} standard deviations apart: a group much nearer than that is like its district, and one as "
        "far is not."
    )


def make_district_figure(evidence: Evidence, peers: Peers) -> Figure:
    ratios = {row: protect_ratio_to_group(evidence, peers, row) for row in peers.ours}
    order = sorted(peers.ours, key=lambda row: peers.names[row])
    outside = [peers.names[row] for row in order if peers.side(row) in ("above", "below")]
    points = tuple(Point(peers.names[row], ratios[row], is_marked=peers.names[row] in outside) for row in order)
    return Figure(
        id="districts_like_this",
        title=(
            f"Outside the limits among districts like {'it' if len(outside) == 1 else 'them'}: {join_words(outside)}"
            if outside
            else "No district lies outside the limits among districts like it"
        ),
        subtitle=(
            f"Recorded violence as a multiple of the typical rate of the {count_words(GROUP_SIZE[DISTRICT], 'district')} most like each, "
            f"{name_period(peers.period.label)}; line: 95% interval"
        ),
        alternative="; ".join(
            f"{p.label}: {format_number(p.estimate.value or 0, decimals=2)} times, {format_bounds(p.estimate, decimals=2)}"
            for p in points
            if p.estimate.is_published
        )
        + ".",
        chart=IntervalChart(
            points, "times", reference=Point("typical of its group", protect(1.0, unit="times", rule=evidence.rule))
        ),
        table=make_peer_table(evidence, peers, rows_shown=None),
        source=_source(evidence),
        notes=(
            "Districts are in the order of their names: this is no league.",
            "The interval allows for chance and for like districts to differ. It holds 1 where a district does not stand out.",
        ),
    )  # fmt: skip


def make_peer_table(evidence: Evidence, peers: Peers, *, rows_shown: int | None) -> Table:
    """Every area of ours, by name, with its group where that is short enough to print."""
    level = peers.measurement.level
    order = sorted(peers.ours, key=lambda row: (_where(evidence, peers, row), _name(evidence, peers, row)))
    is_district = level == DISTRICT
    flags = _flags(evidence, peers)
    rows = [
        (
            *(() if is_district else (peers.cells[row].area_code,)),
            _name(evidence, peers, row),
            *(() if is_district else (_where(evidence, peers, row),)),
            *((join_words([peers.names[m] for m in peers.similar.members[row]]),) if is_district else ()),
            f"{peers.similar.distances[row].mean():.1f}",
            protect_ratio_to_group(evidence, peers, row),
            str(peers.positions[row]),
            f"{peers.holds_otherwise(row)} of {len(peers.positions_otherwise)}",
            *(() if is_district else (flags[row],)),
        )
        for row in order
    ]
    return make_table(
        id=f"violence_beside_like_{NAMES[level]}s",
        measurement=peers.measurement,
        period=peers.period.label,
        caption=f"Violence in each {NAMES[level]} beside those most like it, {peers.period.label}",
        columns=[
            *([] if is_district else [("code", "Code")]),
            ("area", capitalise(NAMES[level])),
            *([] if is_district else [("where", "District")]),
            *([("group", "Most like it, the nearest first")] if is_district else []),
            ("distance", "How far they are (standard deviations)"),
            ("ratio", "Times their typical rate"),
            ("position", "Among areas like it"),
            ("otherwise", "Alike however described"),
            *([] if is_district else [("note", "Note")]),
        ],
        rows=rows,
        source=_source(evidence),
        notes=(
            "Alike however described: in how many of the other ways to describe areas it lies on the same side. The ways are: "
            + "; ".join(peers.positions_otherwise)
            + ".",
            "Half an offence is added to each area's, so that one where none was recorded can be set beside others too.",
        ),
        rows_shown=rows_shown,
    )  # fmt: skip


def _name(evidence: Evidence, peers: Peers, row: int) -> str:
    code = peers.measurement.areas[row]
    return evidence.small_area_names.get(code, code) if peers.measurement.level == SMALL_AREA else peers.names[row]


def _where(evidence: Evidence, peers: Peers, row: int) -> str:
    """The district of a neighbourhood or ward; of a district nothing."""
    level, code = peers.measurement.level, peers.measurement.areas[row]
    if level == DISTRICT:
        return ""
    if level == SMALL_AREA:
        return evidence.district_of.get(code, "")
    inside = evidence.measures.locator.hierarchy.within(level, code)
    return next((evidence.district_of[str(each)] for each in inside if str(each) in evidence.district_of), "")


def _flags(evidence: Evidence, peers: Peers) -> dict[int, str]:
    codes: Sequence[str] = [peers.measurement.areas[row] for row in peers.ours]
    poor = evidence.measures.poor_denominators(peers.measurement.level, codes)
    said = "many more people come here than live here"
    return {row: said if poor.size and poor[place] else "" for place, row in enumerate(peers.ours)}


def _source(evidence: Evidence) -> str:
    return evidence.source_line(STREET, "population", "deprivation", "area_lookup")
