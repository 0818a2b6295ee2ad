"""The truth behind every partner's file: the violence of a county, whoever came to know of it.

One assault may be in the police's extract, in A&E's, in the hospital's and in the ambulance's, or in one of them alone. All are drawn
from this one table, so whoever joins or compares them can be held against what happened. What the police know are the very crimes of
the police.uk files (same month, same point), so that the open files and the extract agree.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property

import numpy as np

from safeground.months import days_in_month
from safeground.synthetic.circumstances import Circumstances, draw_circumstances
from safeground.synthetic.county import County
from safeground.synthetic.crime_types import NAMES, VIOLENCE
from safeground.synthetic.events import NOWHERE, border_points, draw_month
from safeground.synthetic.offences import FATAL, OFFENCES, SERIOUS
from safeground.synthetic.persons import Persons, Pool, draw_persons, join_persons, make_pools
from safeground.synthetic.points import POINTS_A_PIECE
from safeground.synthetic.streams import random_stream

#: Of assaults treated in A&E, the share that no police record knows (South Wales 2014 to 2016: 59.0%).
UNKNOWN_TO_POLICE = 0.59
#: By how much that share differs between districts (standard deviation).
UNKNOWN_SPREAD = 0.05
RECORDED, CANCELLED, TRANSFERRED = range(3)
STATUSES = ("recorded", "cancelled", "transferred")
#: Crimes entered and later found to be none, or another force's, for each that stays.
SHARE_CANCELLED, SHARE_TRANSFERRED = 0.015, 0.004
#: Hospitals with an A&E department; each takes the assaults nearest to it.
SITES = 3
#: Chance of A&E after an assault by how badly somebody was hurt (none, slight, serious, fatal), and after a serious wound by a blade.
_TREATED = (0.0, 0.013, 0.19, 0.35)
_TREATED_STABBED = 0.27
_ADMITTED = (0.0, 0.04, 0.55, 0.5)
_ADMITTED_STABBED = 0.62
_AMBULANCE = (0.004, 0.07, 0.50, 0.97)
_POLICE_KINDS = np.array([NAMES.index(kind) for kind in dict.fromkeys(offence.kind for offence in OFFENCES)])
#: Chance of A&E after a crime of violence that the police know, as these shares come out over all offences.
_TREATED_PER_VIOLENCE = 0.0113


@dataclass(frozen=True, eq=False)
class Assaults:
    """Assaults and other violence, one a row, ordered by the month in which they became known; n rows.

    month: position in `months`: of recording where the police know it, else of the attendance. known: to the police. status: position in
    STATUSES; a cancelled one never happened and is nowhere but in the extract. place: position among the force's points, after them among
    its border points, NOWHERE where nobody knows. piece: of the county's own land, -1 elsewhere. longitude, latitude: where it happened,
    NaN if nowhere. district: position in the county's districts, -1 elsewhere. recorded: datetime64[D], NaT if not known to the police.
    what: its circumstances as they truly are. treated: in A&E; site: which, -1 if not. admitted, ambulance: bool. home: the
    piece in which the first victim lives. victims, suspects: who; a crime of possession has no victim.
    unknown_share: (districts,) the planned share of A&E assaults that the police do not know.
    """

    county: County
    months: tuple[str, ...]
    month: np.ndarray
    known: np.ndarray
    status: np.ndarray
    place: np.ndarray
    longitude: np.ndarray
    latitude: np.ndarray
    recorded: np.ndarray
    what: Circumstances
    treated: np.ndarray
    admitted: np.ndarray
    ambulance: np.ndarray
    home: np.ndarray
    victims: Persons
    suspects: Persons
    unknown_share: np.ndarray

    def __len__(self) -> int:
        return len(self.month)

    @cached_property
    def piece(self) -> np.ndarray:
        own = (self.place != NOWHERE) & (self.place < len(self.county.territory.points.longitude))
        return np.where(own, self.place // POINTS_A_PIECE, -1)

    @cached_property
    def district(self) -> np.ndarray:
        return np.where(self.piece >= 0, self.county.territory.geography.district_of[self.piece], -1)

    @cached_property
    def site(self) -> np.ndarray:
        return np.where(self.treated, nearest_site(self.county, self.longitude, self.latitude), -1)

    @cached_property
    def first_victim(self) -> np.ndarray:
        """The row of each assault's first victim, -1 where it has none."""
        return self.victims.first_of(len(self))

    @property
    def is_live(self) -> np.ndarray:
        """What counts as a recorded crime: (n,) bool."""
        return self.known & (self.status == RECORDED)


def make_assaults(county: County, *, months: Sequence[str] | None = None) -> Assaults:
    """Draw the violence of the months (all the county's unless asked), the same whatever other months there are.

    160,000 rows of 30 months take about a second. Months before those that the police publish had their crime too, of which hospitals
    and the Homicide Index know. Raises ValueError for a month after them.
    """
    land = county.territory
    wanted = land.months if months is None else tuple(months)
    if unknown := sorted(month for month in set(wanted) if month > land.months[-1]):
        raise ValueError(f"{county.name} has no crime of {', '.join(unknown)}; its months are {land.months}.")
    pools = make_pools(random_stream(county.seed, land.name, "pools"), int(land.people.residents.sum()))
    share = _unknown_shares(county)
    parts = [_draw_month(county, pools, share, position, month) for position, month in enumerate(wanted)]
    starts = np.cumsum([0, *(len(part) for part in parts)]).tolist()[:-1]
    own = {"county", "months", "what", "victims", "suspects", "unknown_share"}
    joined = {
        field.name: np.concatenate([getattr(part, field.name) for part in parts])
        for field in fields(Assaults)
        if field.name not in own
    }
    return Assaults(
        county=county,
        months=wanted,
        what=Circumstances.join([part.what for part in parts]),
        victims=join_persons([part.victims for part in parts], starts),
        suspects=join_persons([part.suspects for part in parts], starts),
        unknown_share=share,
        **joined,
    )


def site_points(county: County) -> np.ndarray:
    """Longitude and latitude of the hospitals, in the largest towns: (SITES, 2)."""
    geography, points = county.territory.geography, county.territory.points
    sizes = np.bincount(geography.district_of)
    largest = np.argsort(-sizes, kind="stable")[: min(SITES, len(sizes))]
    pieces = [int(np.flatnonzero((geography.district_of == which) & geography.centre)[0]) for which in largest]
    first = np.array(pieces) * POINTS_A_PIECE
    return np.column_stack([points.longitude[first], points.latitude[first]])


def nearest_site(county: County, longitude: np.ndarray, latitude: np.ndarray) -> np.ndarray:
    """The hospital nearest to each point; the first for what has no place."""
    sites = site_points(county)
    shrink = np.cos(np.deg2rad(np.nanmean(sites[:, 1])))
    east = (longitude[:, None] - sites[:, 0]) * shrink
    distance = np.hypot(east, latitude[:, None] - sites[:, 1])
    return np.where(np.isnan(longitude), 0, np.nan_to_num(distance).argmin(axis=1))


def _unknown_shares(county: County) -> np.ndarray:
    """Of each district, the share of A&E assaults that the police do not know: the county's own where it matters most."""
    rng = random_stream(county.seed, county.territory.name, "unknown to the police")
    geography = county.territory.geography
    violence = county.territory.crime.monthly[:, NAMES.index(VIOLENCE)]
    weight = np.bincount(geography.district_of, violence, minlength=len(geography.districts))
    odds = np.exp(rng.normal(0, UNKNOWN_SPREAD * 4, len(weight)))  # a share near 0.6 moves by a quarter of its log odds
    low, high = -5.0, 5.0
    for _ in range(60):  # the level of odds at which all together come to the planned share, by halving
        middle = (low + high) / 2
        unknown = weight * odds * np.exp(middle)
        low, high = (middle, high) if unknown.sum() / (unknown + weight).sum() < UNKNOWN_TO_POLICE else (low, middle)
    return unknown / (unknown + weight)


def _draw_month(county: County, pools: tuple[Pool, Pool], share: np.ndarray, position: int, month: str) -> Assaults:
    rng = random_stream(county.seed, county.territory.name, "assaults", month)
    crimes = draw_month(county, county.territory, month)
    chosen = np.flatnonzero(np.isin(crimes.kind, _POLICE_KINDS))
    dropped = rng.random(len(chosen))
    again = chosen[dropped < SHARE_CANCELLED + SHARE_TRANSFERRED]
    hidden_place = _draw_hidden(rng, county, share, month)
    kind = np.concatenate([crimes.kind[chosen], crimes.kind[again]])
    place = np.concatenate([crimes.place[chosen], crimes.place[again], hidden_place])
    known = np.arange(len(place)) < len(kind)
    status = np.full(len(place), RECORDED)
    status[len(chosen) : len(kind)] = np.where(
        dropped[dropped < SHARE_CANCELLED + SHARE_TRANSFERRED] < SHARE_CANCELLED, CANCELLED, TRANSFERRED
    )
    police_type = np.concatenate([kind, np.full(len(hidden_place), -1)])
    first_day = np.datetime64(f"{month}-01")
    entered = first_day + np.sort(rng.integers(days_in_month(month), size=len(place)))
    what = draw_circumstances(rng, police_type, entered)
    treated, admitted, ambulance = _draw_care(rng, what, known, status)
    longitude, latitude = _locate(rng, county, place)
    drawn = Assaults(
        county=county, months=(month,), month=np.full(len(place), position), known=known, status=status, place=place,
        longitude=longitude, latitude=latitude, recorded=np.where(known, entered, np.datetime64("NaT", "D")), what=what,
        treated=treated, admitted=admitted, ambulance=ambulance, home=np.zeros(len(place), dtype=int),
        victims=_draw_victims(rng, pools, what), suspects=_draw_suspects(rng, pools, what), unknown_share=share,
    )  # fmt: skip
    return replace(drawn, home=_draw_homes(rng, county, drawn.piece, what.victims_home))


def _draw_hidden(rng: np.random.Generator, county: County, share: np.ndarray, month: str) -> np.ndarray:
    """Where the assaults happened that A&E treated and the police never heard of: (n,) points of the force."""
    land = county.territory
    violence = land.crime.expected(month)[:, NAMES.index(VIOLENCE)]
    odds = (share / (1 - share))[land.geography.district_of]
    counts = rng.poisson(violence * _TREATED_PER_VIOLENCE * odds)
    piece = np.repeat(np.arange(len(counts)), counts)
    chance = rng.random(len(piece))
    within = (chance[:, None] > land.points.public[piece]).sum(axis=1).clip(max=POINTS_A_PIECE - 1)
    return piece * POINTS_A_PIECE + within


def _draw_care(
    rng: np.random.Generator, what: Circumstances, known: np.ndarray, status: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Who came to A&E, was admitted, and was seen by an ambulance. All that the police do not know came to A&E."""
    stabbed = what.is_stabbing & (what.injury == SERIOUS)
    happened = status == RECORDED
    treated_chance = np.where(stabbed, _TREATED_STABBED, np.array(_TREATED)[what.injury])
    treated = happened & (~known | (rng.random(len(known)) < treated_chance))
    admitted_chance = np.where(stabbed, _ADMITTED_STABBED, np.array(_ADMITTED)[what.injury])
    admitted = treated & (rng.random(len(known)) < admitted_chance)
    ambulance_chance = np.where(
        treated, np.maximum(0.3, np.array(_AMBULANCE)[what.injury]), np.array(_AMBULANCE)[what.injury]
    )
    return treated, admitted, happened & (rng.random(len(known)) < ambulance_chance)


def _locate(rng: np.random.Generator, county: County, place: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Within some 40 metres of the point that police.uk would show."""
    points = county.territory.points
    border = border_points(county, county.territory).reshape(-1, 2).tolist()
    longitude = np.append(points.longitude, [county.territories[land].points.longitude[i] for land, i in border])
    latitude = np.append(points.latitude, [county.territories[land].points.latitude[i] for land, i in border])
    there = place != NOWHERE
    astray = rng.normal(0, 0.0004, (2, len(place)))
    east = np.where(there, longitude[place] + astray[0] * 1.6, np.nan)
    return east, np.where(there, latitude[place] + astray[1], np.nan)


def _draw_homes(rng: np.random.Generator, county: County, piece: np.ndarray, at_home: np.ndarray) -> np.ndarray:
    """Where the first victim lives: there, if it was at home; else mostly in the same district."""
    geography, residents = county.territory.geography, county.territory.people.residents
    order = np.argsort(geography.district_of, kind="stable")
    cumulative = np.cumsum(residents[order]) / residents.sum()
    ends = np.searchsorted(geography.district_of[order], np.arange(len(geography.districts)), side="right")
    upper = cumulative[ends - 1]
    lower = np.concatenate(([0.0], upper[:-1]))
    chance = rng.random(len(piece))
    district = np.where(piece >= 0, geography.district_of[piece], 0)
    stays = (rng.random(len(piece)) < 0.7) & (piece >= 0)
    inside = lower[district] + chance * (upper - lower)[district]
    found = np.searchsorted(cumulative, np.where(stays, inside, chance), side="right").clip(max=len(order) - 1)
    return np.where(at_home & (piece >= 0), piece, order[found])


def _draw_victims(rng: np.random.Generator, pools: tuple[Pool, Pool], what: Circumstances) -> Persons:
    """One victim mostly, two or three at times, none of possession; a homicide has one."""
    kind = np.array([offence.victims for offence in OFFENCES])[what.offence]
    fatal = what.injury == FATAL
    count = 1 + (rng.random(len(kind)) < 0.08) + (rng.random(len(kind)) < 0.02)
    count = np.where(kind == "none", 0, np.where(fatal, 1, count))
    assault = np.repeat(np.arange(len(kind)), count)
    grown = what.domestic & (kind != "child")
    sixteen = np.isin(np.array([offence.ho_class for offence in OFFENCES])[what.offence], ("19C", "19F"))
    curve = np.where(grown | sixteen, "grown", kind)[assault]
    female = np.array([offence.female for offence in OFFENCES])[what.offence]
    sexual = (female == 0.0) | (female == 1.0)
    chance = np.where(what.domestic & ~sexual, 0.72, female)[assault]
    return draw_persons(rng, pools, assault=assault, curve=curve, female=chance, day=what.day[assault])


def _draw_suspects(rng: np.random.Generator, pools: tuple[Pool, Pool], what: Circumstances) -> Persons:
    """Somebody is suspected of most domestic crimes and of half the others."""
    certain = what.domestic | (np.array([offence.victims for offence in OFFENCES])[what.offence] == "none")
    one = rng.random(len(what.offence)) < np.where(certain, 0.97, np.where(what.injury == FATAL, 0.88, 0.52))
    more = one & ~what.domestic & (rng.random(len(one)) < 0.16)
    assault = np.repeat(np.arange(len(one)), one.astype(int) + more)
    young = np.array([offence.victims in ("young", "none") for offence in OFFENCES])[what.offence]
    curve = np.where(what.domestic, "grown", np.where(young, "young", "adult"))[assault]
    chance = np.where(what.domestic, 0.22, 0.16)[assault]
    return draw_persons(rng, pools, assault=assault, curve=curve, female=chance, day=what.day[assault])
