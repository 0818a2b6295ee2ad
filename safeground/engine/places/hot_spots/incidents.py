"""The events that hot spots are made of: each with its point, its month, and its day and hours where these are known."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from safeground.engine.areas import to_grid
from safeground.engine.catalogue import EventDefinition
from safeground.engine.measures import Measures, compile_rule
from safeground.engine.places.police_initiated import find_police_initiated
from safeground.engine.places.published_points import find_institutions
from safeground.engine.warehouse import check_operators

_Answer: TypeAlias = Any
"""A table of Arrow's, which has no types of its own."""


@dataclass(frozen=True, eq=False)
class Incidents:
    """Events that a definition counts for certain, of our own force: arrays of one length n.

    easting, northing: metres of the National Grid, NaN where there is no usable point. month: datetime64[M]. start, end:
    datetime64[m], NaT where not known. offence, ho_code, location, area_code: text, '' where there is none. left_out: events that
    police record on their own initiative, by offence, which are in none of the arrays.
    """

    definition: EventDefinition
    months: tuple[datetime.date, ...]
    easting: NDArray[np.float64]
    northing: NDArray[np.float64]
    month: NDArray[np.datetime64]
    start: NDArray[np.datetime64]
    end: NDArray[np.datetime64]
    offence: NDArray[np.object_]
    ho_code: NDArray[np.object_]
    location: NDArray[np.object_]
    area_code: NDArray[np.object_]
    left_out: Mapping[str, int]
    override: str | None = None
    """Why events that police record on their own initiative are counted all the same; None where they are not."""

    def __len__(self) -> int:
        return len(self.easting)

    @property
    def feed(self) -> str:
        return self.definition.feeds[0]

    @property
    def is_placed(self) -> NDArray[np.bool_]:
        return np.isfinite(self.easting) & np.isfinite(self.northing)

    @property
    def is_dated(self) -> bool:
        """Whether days are known, and not the month alone."""
        return bool((~np.isnat(self.start)).any())

    @property
    def is_at_institution(self) -> NDArray[np.bool_]:
        """Those that the publisher moved to a hospital, a prison or a police station."""
        return find_institutions(self.location)

    def select(self, chosen: NDArray[Any]) -> Incidents:
        """Some of the events: a mask of them or their positions."""
        kept = {name: getattr(self, name)[chosen] for name in _ARRAYS}
        return Incidents(
            **kept, definition=self.definition, months=self.months, left_out=self.left_out, override=self.override
        )


_ARRAYS = ("easting", "northing", "month", "start", "end", "offence", "ho_code", "location", "area_code")


def read_incidents(
    measures: Measures,
    definition: EventDefinition,
    *,
    months: Collection[datetime.date],
    override: str | None = None,
) -> Incidents:
    """Our own force's events of these months that a definition counts for certain.

    override: why offences that police record on their own initiative are to be counted too; without it they are left out and counted.
    """
    warehouse, feed = measures.warehouse, definition.feeds[0]
    carried = warehouse.columns_carried("events", feed)
    events = warehouse.table("events")
    if not carried or not months:
        answer = events.filter(False).select("month").to_pyarrow()
    else:
        events = events.filter(
            (events.feed == feed) & (events.partner == measures.own) & events.month.isin(sorted(months))
        )
        wanted = ("month", "offence", "ho_code", "location", "area_code", "longitude", "latitude", "easting", "northing",
                  "happened_from", "happened_to")  # fmt: skip
        kept = [name for name in wanted if name in carried]
        events = events[list(carried)]
        rows = events.filter(compile_rule(definition.rule_under(), events).verdict)
        question = rows.select(
            delivery=rows.delivery,
            row=rows["row"],
            **{name: rows[name].cast("string") if name.startswith("happened") else rows[name] for name in kept},
        ).order_by("delivery", "row")
        check_operators(question)
        answer = question.to_pyarrow()
    return _gather(answer, measures, definition, tuple(sorted(months)), override)


@dataclass(frozen=True, eq=False)
class Anchors:
    """Points at which anything of any kind was ever recorded: where there are streets and people. Arrays of one length.

    easting, northing: metres. name: what the publisher calls the point, '' where it does not.
    """

    easting: NDArray[np.float64]
    northing: NDArray[np.float64]
    name: NDArray[np.object_]


def read_anchors(measures: Measures, feed: str) -> Anchors:
    """The anchors of our own force. Cells without one are fields and water, beside which any street would be a hot spot."""
    events = measures.warehouse.table("events")
    carried = measures.warehouse.columns_carried("events", feed)
    names = [name for name in ("easting", "northing", "longitude", "latitude", "location") if name in carried]
    if not {"easting", "longitude"} & set(names):
        return Anchors(np.empty(0), np.empty(0), np.empty(0, dtype=object))
    question = events.filter((events.feed == feed) & (events.partner == measures.own)).select(*names).distinct()
    question = question.order_by(*names)
    check_operators(question)
    answer = question.to_pyarrow()
    easting, northing = _find_points(answer, answer.num_rows)
    known = np.isfinite(easting) & np.isfinite(northing)
    return Anchors(easting[known], northing[known], _texts(answer, "location", answer.num_rows)[known])


def _gather(
    answer: _Answer,
    measures: Measures,
    definition: EventDefinition,
    months: tuple[datetime.date, ...],
    override: str | None,
) -> Incidents:
    size = answer.num_rows
    offence = _texts(answer, "offence", size)
    names, which = np.unique(offence.astype(str), return_inverse=True)
    police = find_police_initiated(measures.catalogue, names.tolist())
    is_police = np.array([name in police for name in names], dtype=bool)[which] if size else np.zeros(0, dtype=bool)
    counts = np.bincount(which[is_police], minlength=len(names)) if size else np.zeros(0, dtype=np.intp)
    easting, northing = _find_points(answer, size)
    found = Incidents(
        definition=definition,
        months=months,
        easting=easting,
        northing=northing,
        month=answer["month"].to_numpy(zero_copy_only=False).astype("datetime64[M]"),
        start=_moments(answer, "happened_from", size),
        end=_moments(answer, "happened_to", size),
        offence=offence,
        ho_code=_texts(answer, "ho_code", size),
        location=_texts(answer, "location", size),
        area_code=_texts(answer, "area_code", size),
        left_out={} if override else {str(names[at]): int(counts[at]) for at in np.flatnonzero(counts)},
        override=override,
    )
    return found if override else found.select(~is_police)


def _find_points(answer: _Answer, size: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    if "easting" in answer.column_names:
        return _numbers(answer, "easting", size), _numbers(answer, "northing", size)
    longitude, latitude = _numbers(answer, "longitude", size), _numbers(answer, "latitude", size)
    # Published points are few and borne by many events: each is converted once.
    both, which = np.unique(np.column_stack([longitude, latitude]), axis=0, return_inverse=True)
    easting, northing = to_grid(both[:, 0], both[:, 1])
    return easting[which.ravel()], northing[which.ravel()]


def _numbers(answer: _Answer, name: str, size: int) -> NDArray[np.float64]:
    if name not in answer.column_names:
        return np.full(size, np.nan)
    return np.asarray(answer[name].to_numpy(zero_copy_only=False), dtype=np.float64)


def _texts(answer: _Answer, name: str, size: int) -> NDArray[np.object_]:
    found = np.full(size, "", dtype=object)
    if name in answer.column_names:
        texts = answer[name].to_numpy(zero_copy_only=False)
        found[:] = [text or "" for text in texts]
    return found


def _moments(answer: _Answer, name: str, size: int) -> NDArray[np.datetime64]:
    """'2025-03-15 23:10:00' as a moment; NaT for none. As text, which is the same on every engine."""
    found = np.full(size, np.datetime64("NaT"), dtype="datetime64[m]")
    if name in answer.column_names:
        for at, text in enumerate(answer[name].to_numpy(zero_copy_only=False)):
            if text:
                found[at] = np.datetime64(text[:16].replace(" ", "T"), "m")
    return found
