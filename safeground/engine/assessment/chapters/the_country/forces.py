"""Recorded crime of our force, the other forces of its region and all of the country: one table, one year, one way to count."""

from __future__ import annotations

import datetime
import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from safeground.engine.assessment.evidence import FORCE, Evidence
from safeground.engine.assessment.making import make_table
from safeground.engine.assessment.sentences import name_period, say_when
from safeground.engine.catalogue import Region
from safeground.engine.disclosure import DisclosureRule, Protected, protect
from safeground.engine.documents import (
    Block,
    Direction,
    Finding,
    Table,
    count_things,
    format_bounds,
    format_number,
)
from safeground.engine.statistics import SimilarAreas, SimilarComparison, compare_with_similar, estimate_rate

TABLES = "recorded_crime_tables"
_PER = 1_000
_UNIT = "per 1,000 residents"
_GROUPS = {
    "Violence against the person": "violence_against_the_person",
    "Sexual offences": "sexual_offences",
    "Robbery": "robbery",
    "Possession of weapons offences": "possession_of_weapons",
}
"""The groups of the national table that hold violence, with what an id calls them."""
_WORDS = {
    "Violence against the person": "offences of violence against the person",
    "Sexual offences": "sexual offences",
    "Robbery": "robberies",
    "Possession of weapons offences": "offences of possessing a weapon",
}
_FEWEST = 10
"""Of fewer forces it is not known how much forces differ."""
_LEFT_OUT = frozenset({"and", "of", "the", "police"})


@dataclass(frozen=True, eq=False)
class ForceTables:
    """A whole financial year of the table. counts: by group, shape (forces,). residents: shape (forces,). `ours`: our row. `in_region`:
    rows of the other forces of our region."""

    region: Region
    label: str
    names: tuple[str, ...]
    counts: Mapping[str, NDArray[np.float64]]
    residents: NDArray[np.float64]
    residents_label: str
    ours: int
    in_region: tuple[int, ...]
    left_out: tuple[str, ...]

    def compare(self, group: str) -> SimilarComparison:
        """Each force beside all others: a few rates are many times the rest, so that forces are compared on the scale of ratios."""
        number = len(self.names)
        others = np.array([[at for at in range(number) if at != row] for row in range(number)])
        everyone = SimilarAreas(others, np.zeros(others.shape), 0.0)
        return compare_with_similar(np.maximum(self.counts[group], 0.0), self.residents, everyone)


def read_forces(evidence: Evidence, region: Region) -> ForceTables | None:
    """The newest year of which every quarter has landed for our force; None where there are too few others, or no residents."""
    rows = _read_rows(evidence)
    codes = {_reduce(name): code for code, name in evidence.measures.locator.names(FORCE).items()}
    own = evidence.measures.own_area
    named = {_reduce(evidence.catalogue.partnership.area.name): own, **codes}
    by_year: dict[datetime.date, dict[str, list[tuple[str, datetime.date, float]]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for name, group, quarter, number in rows:
        year = datetime.date(quarter.year - (quarter.month < 4), 4, 1)
        by_year[year][name].append((group, quarter, number))
    for year in sorted(by_year, reverse=True):
        whole = {
            name: told for name, told in by_year[year].items() if len({quarter for _, quarter, _ in told}) == 4
        }  # fmt: skip
        placed = {name: named[_reduce(name)] for name in whole if _reduce(name) in named}
        if own not in placed.values() or len(placed) < _FEWEST:
            continue
        found = evidence.measures.populations(year.year)
        people = found.at_level(FORCE, list(placed.values()))[:, 0]
        names = tuple(
            name for name, here in zip(placed, people.tolist(), strict=True) if here > 0
        )  # fmt: skip
        if len(names) < _FEWEST or own not in (placed[name] for name in names):
            continue
        mine = next(at for at, name in enumerate(names) if placed[name] == own)
        others = {_reduce(name) for name in region.forces}
        return ForceTables(
            region=region,
            label=f"year ending March {year.year + 1}",
            names=names,
            counts={
                group: np.array([sum(n for g, _, n in whole[name] if g == group) for name in names], dtype=float)
                for group in _GROUPS
            },
            residents=people[people > 0],
            residents_label=found.label,
            ours=mine,
            in_region=tuple(at for at, name in enumerate(names) if _reduce(name) in others and at != mine),
            left_out=tuple(sorted(by_year[year].keys() - set(names))),
        )
    return None


def _read_rows(evidence: Evidence) -> list[tuple[str, str, datetime.date, float]]:
    """Force, group, first day of the quarter and offences, of the groups that hold violence."""
    table = evidence.warehouse.table("figures")
    chosen = table.filter(
        (table.feed == TABLES)
        & (table.area_level == FORCE)
        & table.category.isin(list(_GROUPS))
        & table.value.notnull()
    )
    grouped = chosen.group_by("area_name", "category", "period_from").aggregate(offences=chosen.value.sum())
    rows = grouped.to_pyarrow().to_pylist()
    return [(row["area_name"], row["category"], row["period_from"], float(row["offences"])) for row in rows]


def _reduce(name: str) -> str:
    """The words that tell one force from another, in any order: 'London, City of' is 'City of London'."""
    return " ".join(sorted({*re.findall(r"[a-z]+", name.lower())} - _LEFT_OUT))


def make_forces(evidence: Evidence, found: ForceTables) -> list[Block]:
    """A finding for each group, and all in a table."""
    return [*(_finding(evidence, found, group) for group in _GROUPS), _table(evidence, found)]


def _rate(found: ForceTables, group: str, rows: list[int], rule: DisclosureRule) -> Protected:
    """Of forces together; for the table, which tells each with its interval."""
    count, people = float(found.counts[group][rows].sum()), float(found.residents[rows].sum())
    rate = estimate_rate(max(count, 0.0), people, per=_PER)
    return protect(
        float(rate.value), unit=_UNIT, rule=rule, lower=float(rate.lower), upper=float(rate.upper), count=count,
        denominator=people, method=str(rate.method), confidence=rate.confidence,
    )  # fmt: skip


def _others(found: ForceTables) -> list[int]:
    return [at for at in range(len(found.names)) if at != found.ours]


def _beside(found: ForceTables, group: str, rule: DisclosureRule) -> tuple[Protected, Direction]:
    """Our rate as a multiple of the typical force's, with the interval that the limits make."""
    compared = found.compare(group)
    level = compared.confidence.index(0.95)
    value = float(compared.value[found.ours])
    lower, upper = (float(limit[level, found.ours]) for limit in (compared.lower, compared.upper))
    told = protect(
        value, unit="times", rule=rule, lower=value / upper, upper=value / lower, count=float(found.counts[group][found.ours]),
        method=compared.method, confidence=0.95,
    )  # fmt: skip
    direction = Direction.HIGHER if value > upper else Direction.LOWER if value < lower else Direction.CANNOT_TELL
    return told, direction


def _finding(evidence: Evidence, found: ForceTables, group: str) -> Finding:
    rule = evidence.rule_of_feed(TABLES)
    ratio, direction = _beside(found, group, rule)
    ours, region, everyone = (
        _say_rate(_rate(found, group, rows, rule))
        for rows in ([found.ours], list(found.in_region), [*_others(found), found.ours])
    )
    beside = f"the other forces of the {found.region.name} {region}, and " if found.in_region else ""
    told = (
        f"{evidence.force_name} recorded {ours} {_WORDS[group]} per 1,000 residents {say_when(found.label)}; {beside}all "
        f"{count_things(len(found.names), 'force')} together {everyone}. "
    )
    times = (
        f"{format_number(ratio.value or 0, decimals=2)} times the typical force's rate (95% interval "
        f"{format_bounds(ratio, decimals=2)}, which allows for forces to differ)"
    )
    said = (
        f"That is {times}, which is not unusual as forces differ."
        if direction is Direction.CANNOT_TELL
        else f"That is {direction} than forces commonly differ: {times}."
    )
    contract = evidence.catalogue.feeds.contracts[TABLES]
    return Finding(
        id=f"country.{_GROUPS[group]}.among_forces",
        sentence=told + said,
        estimate=ratio,
        measure=f"{group}, beside all forces",
        period=found.label,
        area_code=evidence.measures.own_area,
        area_name=evidence.area_name,
        area_vintage=FORCE,
        definition=f"As published: the group ‘{group}’ of {contract.title}",
        sources=(f"{contract.title}, {found.label}", f"Population: {found.residents_label}"),
        caveats=(
            "Forces differ in what they record, and in who comes to their area and does not live there.",
            f"Divided by {found.residents_label}.",
        ),
        direction=direction,
    )


def _say_rate(rate: Protected) -> str:
    return format_number(rate.value or 0, decimals=1 if (rate.value or 0) >= 1 else 2)


def _table(evidence: Evidence, found: ForceTables) -> Table:
    rule = evidence.rule_of_feed(TABLES)
    sides = [(evidence.force_name, [found.ours])]
    sides += [(found.names[at], [at]) for at in sorted(found.in_region, key=lambda at: found.names[at])]
    if found.in_region:
        sides.append((f"The other forces of the {found.region.name} together", list(found.in_region)))
    sides.append((f"All {len(found.names)} forces together", [*_others(found), found.ours]))
    notes = [
        "One table and one year: every force counts by the same rules of the Home Office, and each applies them itself.",
        f"Denominator: {found.residents_label}.",
    ]
    if found.left_out:
        notes.append(f"Not among the forces, since they have no area with residents: {', '.join(found.left_out)}.")
    return make_table(
        id="recorded_crime_among_forces",
        caption=f"Recorded offences {_UNIT}, {name_period(found.label)}",
        columns=[("force", "Force"), *((key, group) for group, key in _GROUPS.items())],
        rows=[(name, *(_rate(found, group, rows, rule) for group in _GROUPS)) for name, rows in sides],
        source=evidence.source_line(TABLES, "population", "area_lookup"),
        notes=tuple(notes),
    )
