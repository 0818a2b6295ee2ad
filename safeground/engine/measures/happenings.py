"""Events as something that happened to somebody, at a time and a place: all that lists without names have in common.

A list is read with no identifier in it, so that nothing here can say who anybody is; what is made of it are counts.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from safeground.engine.areas import Hierarchy, Placement
from safeground.engine.measures.typed_places import DISTRICT, WARD
from safeground.engine.warehouse import check_operators

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pyarrow as pa

    from safeground.engine.warehouse import Warehouse

NO_TIME = np.iinfo(np.int64).min
_HURT = ("slight", "serious", "fatal")


@dataclass(frozen=True, eq=False)
class Happenings:
    """What happened to somebody, arrays of one length n; several of one event where it had several victims.

    event: a number from 0 on. start, end: minutes from 1970, NO_TIME where not known. ward, district: codes, None where not known.
    easting, northing, age: NaN where not known. sex: 'male', 'female' or ''. under_25: 1 yes, 0 no, -1 not known.
    """

    event: NDArray[np.int64]
    start: NDArray[np.int64]
    end: NDArray[np.int64]
    ward: NDArray[np.object_]
    district: NDArray[np.object_]
    easting: NDArray[np.float64]
    northing: NDArray[np.float64]
    age: NDArray[np.float64]
    sex: NDArray[np.object_]
    under_25: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.event)

    @property
    def events(self) -> int:
        """How many different events."""
        return len(np.unique(self.event))

    @property
    def has_time(self) -> NDArray[np.bool_]:
        return (self.start != NO_TIME) & (self.end != NO_TIME) & (self.end >= self.start)

    def select(self, chosen: NDArray[Any]) -> Happenings:
        """Some of the rows: a mask of them or their positions."""
        return Happenings(**{name: getattr(self, name)[chosen] for name in self.__dataclass_fields__})

    def started_in(self, months: Collection[datetime.date]) -> Happenings:
        """Those that began in these months."""
        month = self.start.astype("datetime64[m]").astype("datetime64[M]")
        wanted = np.array(sorted(months), dtype="datetime64[M]")
        return self.select(self.has_time & np.isin(month, wanted))


def read_happenings(
    warehouse: Warehouse,
    *,
    feed: str,
    hierarchy: Hierarchy,
    place_texts: Callable[[Sequence[str | None]], Sequence[Placement]] | None = None,
    partner: str | None = None,
) -> Happenings | None:
    """All of a feed's events; where it lists victims, those of a recorded crime who were hurt, a row for each.

    place_texts: reads places that are told in words. None where nothing has landed, or the feed lists people and says of none that they
    were hurt: crimes of every kind are not what others treat.
    """
    carried = set(warehouse.columns_carried("events", feed))
    if not carried:
        return None
    events = warehouse.table("events")
    events = events.filter(events.feed == feed)
    if partner is not None:
        events = events.filter(events.partner == partner)
    wanted = ("event_id", "happened_from", "happened_to", "area_code", "location", "easting", "northing", "crime_status", "victim_age",
              "victim_sex", "victim_under_25")  # fmt: skip
    rows = _with_columns(events, [name for name in wanted if name in carried], wanted)
    if warehouse.columns_carried("persons", feed):
        rows = _join_hurt(warehouse, rows, feed)
    check_operators(rows)
    answer = rows.to_pyarrow()
    return _gather(answer, hierarchy, place_texts) if answer.num_rows else None


def _with_columns(events: ir.Table, carried: Sequence[str], wanted: Sequence[str]) -> ir.Table:
    """The columns wanted, NULL where the feed has none; each row with a key of its own."""
    import ibis

    numbers = {"easting", "northing", "victim_age"}
    empty = {name: ibis.null("float64" if name in numbers else "string") for name in wanted if name not in carried}
    texts = {name: events[name].cast("string") for name in carried if name not in numbers}
    kept = {name: events[name].cast("float64") for name in carried if name in numbers}
    key = events.partner.concat("\x1f", events.delivery, "\x1f", events["row"].cast("string"))
    return events.select(partner=events.partner, key=key, **texts, **kept, **empty)


def _join_hurt(warehouse: Warehouse, rows: ir.Table, feed: str) -> ir.Table:
    persons = warehouse.table("persons")
    persons = persons.filter((persons.feed == feed) & (persons.role == "victim") & persons.injury.isin(_HURT))
    listed = persons.select("partner", "event_id", age=persons.age.cast("float64"), sex=persons.sex)
    live = rows.filter(rows.crime_status.isnull() | (rows.crime_status == "recorded"))
    joined = live.inner_join(listed, ["partner", "event_id"])
    return joined.mutate(victim_age=joined.age, victim_sex=joined.sex)


def _gather(
    answer: pa.Table, hierarchy: Hierarchy, place_texts: Callable[[Sequence[str | None]], Sequence[Placement]] | None
) -> Happenings:
    answer = answer.sort_by([("key", "ascending"), ("victim_age", "ascending"), ("victim_sex", "ascending")])
    ward, district = _known_areas(answer["area_code"].to_pylist(), hierarchy)
    if place_texts is not None:
        texts = answer["location"].combine_chunks().dictionary_encode(null_encoding="encode")
        placed = place_texts(texts.dictionary.to_pylist())
        at = texts.indices.to_numpy(zero_copy_only=False).astype(np.int64)
        told = [np.array([getattr(each, name) for each in placed], dtype=object)[at] for name in ("ward", "district")]
        ward, district = (
            np.where(np.equal(known, None), text, known) for known, text in zip((ward, district), told, strict=True)
        )
    age = answer["victim_age"].to_numpy(zero_copy_only=False).astype(np.float64)
    stated = np.array(answer["victim_under_25"].to_pylist(), dtype=object)
    young = np.where(stated == "yes", 1, np.where(stated == "no", 0, -1))
    sex = np.array(answer["victim_sex"].to_pylist(), dtype=object)
    start, end = (_minutes(answer[name]) for name in ("happened_from", "happened_to"))
    return Happenings(
        event=answer["key"].combine_chunks().dictionary_encode().indices.to_numpy().astype(np.int64),
        start=start,
        end=np.where(end == NO_TIME, start, end),
        ward=ward,
        district=district,
        easting=answer["easting"].to_numpy(zero_copy_only=False).astype(np.float64),
        northing=answer["northing"].to_numpy(zero_copy_only=False).astype(np.float64),
        age=age,
        sex=np.where(np.isin(sex, ["male", "female"]), sex, ""),
        under_25=np.where(np.isnan(age), young, (age < 25).astype(np.int64)),
    )


def _known_areas(codes: Sequence[str | None], hierarchy: Hierarchy) -> tuple[NDArray[np.object_], NDArray[np.object_]]:
    """Ward and district of each small area; None for a code that is none of ours."""
    found = []
    for level in (WARD, DISTRICT):
        if level in hierarchy.levels:
            parent = dict(zip(hierarchy.codes, hierarchy.parents(level), strict=True))
            found.append(np.array([parent.get(code) for code in codes], dtype=object))
        else:
            found.append(np.full(len(codes), None, dtype=object))
    return found[0], found[1]


def _minutes(column: pa.ChunkedArray) -> NDArray[np.int64]:
    """'2025-03-15 23:10' as minutes from 1970; NO_TIME for none, and for a day without a time."""
    texts = column.to_numpy(zero_copy_only=False)
    moments = np.array(
        [
            "NaT" if text is None or len(text) < len("2025-03-15 23:10") else text[:16].replace(" ", "T")
            for text in texts
        ],
        "datetime64[m]",
    )
    return np.where(np.isnat(moments), NO_TIME, moments.astype(np.int64))
