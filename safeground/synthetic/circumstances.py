"""What happened, as it truly was: which offence, when, with what, in what kind of place, how badly, and what it was tied to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np

from safeground.synthetic.crime_types import CRIME_TYPES
from safeground.synthetic.offences import (
    BLADE,
    DOMESTIC_SETTING,
    DWELLING,
    FATAL,
    FIREARM,
    KNIFE,
    LICENSED,
    LISTED_CLASSES,
    NO_INJURY,
    NO_WEAPON,
    NOT_USED,
    OFFENCES,
    ONLINE,
    OTHER_WEAPON,
    SERIOUS,
    SETTINGS,
    SLIGHT,
    STREET,
    THREATENED,
    USED,
    VEHICLE,
)

RELATIONSHIPS = ("partner", "ex-partner", "family", "acquaintance", "stranger")
#: Shares of the hours of a day (from midnight) and of the days of a week (from Monday), for the three rhythms violence has.
_NIGHT_HOURS = np.array([9, 9, 7, 3, 1, 0.5, 0.5, 0.5, 0.7, 1, 1, 1.2, 1.5, 1.5, 1.8, 2, 2.2, 2.5, 3, 4, 5, 7, 8, 9])
_NIGHT_DAYS = np.array([0.7, 0.7, 0.8, 1.0, 2.2, 2.6, 1.4])
_SCHOOL_HOURS = np.array([1, 0.5, 0.3, 0.2, 0.1, 0.1, 0.3, 1, 3, 2, 2, 2.5, 4, 3, 4, 9, 10, 8, 6, 4, 3.5, 3, 2.5, 1.5])
_SCHOOL_DAYS = np.array([1.3, 1.3, 1.3, 1.3, 1.4, 0.7, 0.5])
_HOME_HOURS = np.array(
    [3, 2, 1.5, 1, 0.7, 0.6, 0.8, 1.5, 2, 2.2, 2.3, 2.5, 2.8, 2.8, 3, 3.2, 3.6, 4, 4.4, 4.6, 4.6, 4.5, 4.2, 3.8]
)
_HOME_DAYS = np.array([1.0, 0.95, 0.95, 0.95, 1.05, 1.2, 1.25])
_EPOCH_WEEKDAY = 3  # 1 January 1970 was a Thursday


@dataclass(frozen=True, eq=False)
class Circumstances:
    """What is true of each assault; arrays of n.

    offence: position in OFFENCES (for one the police never heard of, what it would have been). happened, until: datetime64[m], the
    earliest and latest time. domestic, county_lines, gang, drugs, alcohol, hate, exploitation, victims_home, suspects_home: bool.
    weapon: position in WEAPONS_SEEN. use: in USES. setting: the kind of place, in PLACES. relationship: in RELATIONSHIPS. injury: in
    INJURIES.
    """

    offence: np.ndarray
    happened: np.ndarray
    until: np.ndarray
    domestic: np.ndarray
    weapon: np.ndarray
    use: np.ndarray
    setting: np.ndarray
    county_lines: np.ndarray
    gang: np.ndarray
    drugs: np.ndarray
    alcohol: np.ndarray
    hate: np.ndarray
    exploitation: np.ndarray
    victims_home: np.ndarray
    suspects_home: np.ndarray
    relationship: np.ndarray
    injury: np.ndarray

    @property
    def day(self) -> np.ndarray:
        """Days from 1970 on which it happened."""
        return self.happened.astype("datetime64[D]").astype(np.int64)

    @property
    def is_knife(self) -> np.ndarray:
        """A knife or another blade was used or threatened."""
        return ((self.weapon == KNIFE) | (self.weapon == BLADE)) & (self.use <= THREATENED)

    @property
    def is_stabbing(self) -> np.ndarray:
        """Somebody was hurt by a knife or another blade."""
        return ((self.weapon == KNIFE) | (self.weapon == BLADE)) & (self.use == USED) & (self.injury != NO_INJURY)

    @property
    def is_homicide(self) -> np.ndarray:
        return np.array([offence.fatal for offence in OFFENCES])[self.offence]

    @property
    def is_serious_by_table(self) -> np.ndarray:
        """In the table "Serious violence (VV)", were it recorded: a listed offence, not domestic, outside any home and not online, and
        with a weapon used or a link to county lines or gangs. Another hand's than the engine's rule, so that each holds the other."""
        listed = np.array([offence.ho_class in LISTED_CLASSES for offence in OFFENCES])[self.offence]
        armed = (self.use == USED) & (self.weapon < VEHICLE)
        elsewhere = (self.setting != DWELLING) & (self.setting != ONLINE)
        return listed & ~self.domestic & elsewhere & (armed | self.county_lines | self.gang)

    @classmethod
    def join(cls, parts: Sequence[Circumstances]) -> Circumstances:
        return cls(*(np.concatenate([getattr(part, field.name) for part in parts]) for field in fields(cls)))


def draw_circumstances(rng: np.random.Generator, police_type: np.ndarray, entered: np.ndarray) -> Circumstances:
    """Draw what happened. police_type: (n,) position in CRIME_TYPES, -1 where the police never heard of it and somebody was hurt.
    entered: (n,) datetime64[D], the day it was recorded or came to A&E."""
    count = len(police_type)
    offence = _draw_offences(rng, police_type)

    def of(name: str) -> np.ndarray:
        return np.array([getattr(each, name) for each in OFFENCES])[offence]

    def chance() -> np.ndarray:
        return rng.random(count)

    domestic = chance() < np.where(police_type < 0, 0.2, of("domestic"))
    weapon, use = _draw_weapons(rng, offence, domestic)
    setting = _draw_settings(rng, offence, domestic)
    injury = _draw_injuries(rng, offence, use, hurt=police_type < 0)
    linked = np.where(domestic, 0.0, of("linked"))
    county_lines, gang = chance() < linked, chance() < linked
    happened, until = _draw_times(
        rng, entered, domestic, setting, young=of("victims") == "young", late=of("setting") == "private"
    )
    home = setting == DWELLING
    relations = np.where(domestic[:, None], (0.45, 0.75, 1.0, 1.0), (0.0, 0.0, 0.0, 0.5))
    return Circumstances(
        offence=offence, happened=happened, until=until, domestic=domestic, weapon=weapon, use=use, setting=setting,
        county_lines=county_lines, gang=gang, drugs=(chance() < 0.05) | (county_lines & (chance() < 0.8)),
        alcohol=chance() < np.where(setting == LICENSED, 0.75, 0.24), hate=chance() < 0.03, exploitation=chance() < linked / 2,
        victims_home=home & (chance() < np.where(domestic, 0.85, 0.55)), suspects_home=home & (chance() < np.where(domestic, 0.6, 0.2)),
        relationship=(chance()[:, None] > relations).sum(axis=1), injury=injury,
    )  # fmt: skip


def _draw_offences(rng: np.random.Generator, police_type: np.ndarray) -> np.ndarray:
    offence = np.zeros(len(police_type), dtype=int)
    for which in np.unique(police_type).tolist():
        rows = police_type == which
        if which < 0:  # would have been assault with injury, or with intent
            classes, shares = ("8N", "5D"), np.array([0.9, 0.1])
            chosen = [[each.ho_class for each in OFFENCES].index(name) for name in classes]
        else:
            chosen = [i for i, each in enumerate(OFFENCES) if each.kind == CRIME_TYPES[which].name]
            shares = np.array([OFFENCES[i].share for i in chosen])
        offence[rows] = rng.choice(chosen, p=shares / shares.sum(), size=rows.sum())
    return offence


def _draw_weapons(rng: np.random.Generator, offence: np.ndarray, domestic: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    cumulative = np.cumsum([each.weapon for each in OFFENCES], axis=1)[offence]
    use = (rng.random(len(offence))[:, None] > cumulative).sum(axis=1)  # used, threatened, possessed, none
    knife = np.array([each.knife for each in OFFENCES])[offence]
    chance, second = rng.random(len(offence)), rng.random(len(offence))
    sharp = np.where((second < 0.85) | domestic, KNIFE, BLADE)
    blunt = np.where(second < 0.15, FIREARM, OTHER_WEAPON)
    weapon = np.where(chance < knife, sharp, blunt)
    on_road = np.array([each.setting == "road" for each in OFFENCES])[offence]
    firearms = np.array([each.ho_class == "10B" for each in OFFENCES])[offence]
    weapon = np.where(on_road, VEHICLE, np.where(firearms, FIREARM, weapon))
    return np.where(use == NOT_USED, NO_WEAPON, weapon), use


def _draw_settings(rng: np.random.Generator, offence: np.ndarray, domestic: np.ndarray) -> np.ndarray:
    plain = np.cumsum([SETTINGS[each.setting] for each in OFFENCES], axis=1)[offence]
    cumulative = np.where(domestic[:, None], np.cumsum(DOMESTIC_SETTING), plain)
    return (rng.random(len(offence))[:, None] > cumulative[:, :-1] / cumulative[:, -1:]).sum(axis=1)


def _draw_injuries(rng: np.random.Generator, offence: np.ndarray, use: np.ndarray, *, hurt: np.ndarray) -> np.ndarray:
    slight, serious = np.array([each.injury for each in OFFENCES])[offence].T
    armed = (use == USED) & (slight > 0)
    serious = np.where(armed, np.maximum(serious, 0.35), serious)
    slight = np.where(armed, np.minimum(slight, 1 - serious), slight)
    slight = np.where(hurt, 1 - serious, slight)
    chance = rng.random(len(offence))
    injury = np.where(chance < serious, SERIOUS, np.where(chance < serious + slight, SLIGHT, NO_INJURY))
    return np.where(np.array([each.fatal for each in OFFENCES])[offence], FATAL, injury)


def _draw_times(
    rng: np.random.Generator,
    entered: np.ndarray,
    domestic: np.ndarray,
    setting: np.ndarray,
    *,
    young: np.ndarray,
    late: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """The earliest and latest time. Most is entered within two days, some (sexual offences, cruelty) weeks or months later."""
    count = len(entered)
    delay = np.where(
        late & (rng.random(count) < 0.5), rng.geometric(1 / 60, count), rng.choice(3, p=(0.72, 0.2, 0.08), size=count)
    )
    rhythm = np.where(domestic | (setting == DWELLING), 2, np.where(young & (rng.random(count) < 0.7), 1, 0))
    rhythm = np.where((setting == LICENSED) | ((setting == STREET) & (rng.random(count) < 0.3)), 0, rhythm)
    day, chance = entered - delay, rng.random(count)
    hour, shift = np.zeros(count, dtype=int), np.zeros(count, dtype=int)
    weekday = (day.astype(np.int64) + _EPOCH_WEEKDAY) % 7
    for which, (hours, days) in enumerate(
        ((_NIGHT_HOURS, _NIGHT_DAYS), (_SCHOOL_HOURS, _SCHOOL_DAYS), (_HOME_HOURS, _HOME_DAYS))
    ):
        rows = rhythm == which
        hour[rows] = np.searchsorted(np.cumsum(hours) / hours.sum(), chance[rows], side="right").clip(max=23)
        # Some days are moved back to one on which such violence is likelier: never forward, past the day of recording.
        wanted = rng.choice(7, p=days / days.sum(), size=count)[rows]
        moved = rng.random(count)[rows] < 0.6
        shift[rows] = np.where(moved & (delay[rows] == 0), (weekday[rows] - wanted) % 7, 0)
    minute = rng.choice((0, 5, 10, 15, 20, 30, 40, 45, 50), size=count)
    happened = (day - np.minimum(shift, 6)).astype("datetime64[m]") + hour * 60 + minute
    length = np.where(rng.random(count) < 0.7, 0, np.where(rng.random(count) < 0.9, rng.integers(5, 60, count), 8 * 60))
    latest = entered.astype("datetime64[m]") + (24 * 60 - 1)
    return happened, np.minimum(happened + length, latest)
