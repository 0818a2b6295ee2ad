"""The same people across events: how often, in which roles, and beside what, by the pseudonym under which a feed sends them.

Everything here is worked out in memory and leaves as numbers of people. No list of people, and no number about one, is made.
"""

from __future__ import annotations

import datetime
from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from safeground.engine.catalogue import Rule
from safeground.engine.measures.compiling import compile_rule
from safeground.engine.measures.events import choose_events_table
from safeground.engine.warehouse import check_operators

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pyarrow as pa

    from safeground.engine.warehouse import Warehouse

VICTIM, SUSPECT = "victim", "suspect"
_YEAR = 365
_LIVE = "recorded"
"""The status of a crime that counts; a cancelled or transferred one connects nobody to anything."""


@dataclass(frozen=True)
class Share:
    """Of so many people (or listings), `part` for certain; of `unknown` more it cannot be told."""

    of: int
    part: int
    unknown: int = 0


@dataclass(frozen=True, eq=False)
class PeopleLinks:
    """Each time somebody is listed in an event, arrays of one length n.

    person: who, as a number of no meaning; -1 where no pseudonym was sent. event: in which event, likewise; crimes of one occurrence
    are one. is_victim: else a suspect. age: whole years, NaN where not stated. day: the event's, in days from 1970. is_counted: the
    definition counts the event, and it is of the period; other rows are of the same people in other events. domestic: 1 yes, 0 no, -1
    not known. repeats: crimes in the year before that the sender says the same person was in, in this role, NaN where it does not.
    """

    person: NDArray[np.int64]
    event: NDArray[np.int64]
    is_victim: NDArray[np.bool_]
    age: NDArray[np.float64]
    day: NDArray[np.int64]
    is_counted: NDArray[np.bool_]
    domestic: NDArray[np.int64]
    repeats: NDArray[np.float64]
    has_domestic: bool
    has_repeats: bool

    def counted_as(self, role: str) -> NDArray[np.bool_]:
        """The listings of a role in counted events."""
        return self.is_counted & (self.is_victim if role == VICTIM else ~self.is_victim)

    @cached_property
    def has_pseudonyms(self) -> bool:
        return bool((self.person[self.is_counted] >= 0).any())

    def people(self, role: str) -> NDArray[np.int64]:
        """The different people of a role in counted events, who were sent under a pseudonym."""
        found = np.unique(self.person[self.counted_as(role)])
        return found[found >= 0]

    def unnamed(self, role: str) -> int:
        """Listings of a role in counted events without a pseudonym, who cannot be followed."""
        return int((self.person[self.counted_as(role)] < 0).sum())

    def by_age(self, role: str) -> dict[int | None, int]:
        """Listings of a role in counted events by single year of age; None is not known."""
        ages = self.age[self.counted_as(role)]
        years, numbers = np.unique(ages[~np.isnan(ages)].astype(np.int64), return_counts=True)
        return {None: int(np.isnan(ages).sum()), **dict(zip(years.tolist(), numbers.tolist(), strict=True))}

    def cluster_sizes(self, role: str) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """How often each person is listed in counted events, and how many people each counted event lists; whoever has no pseudonym is
        taken for somebody of their own."""
        chosen = self.counted_as(role)
        named = self.person[chosen & (self.person >= 0)]
        alone = np.ones(self.unnamed(role), dtype=np.int64)
        people = np.concatenate([np.unique(named, return_counts=True)[1], alone])
        return people, np.unique(self.event[chosen], return_counts=True)[1]

    def times(self, role: str) -> NDArray[np.int64]:
        """In how many counted events each person of a role was: shape (people,)."""
        return self._times(self.counted_as(role))[1]

    def again(self, role: str, *, since: datetime.date) -> Share:
        """Of a role's people, how many had that role in another event too, of any kind, from a day on."""
        own = (self.is_victim if role == VICTIM else ~self.is_victim) & (self.day >= _days(since))
        found, numbers = self._times(own)
        return self._share(role, found[numbers > 1])

    def in_both_roles(self, role: str, *, since: datetime.date) -> Share:
        """Of a role's people, how many had the other role in an event of any kind, from a day on."""
        other = (~self.is_victim if role == VICTIM else self.is_victim) & (self.day >= _days(since))
        return self._share(role, self.person[other])

    def connected_to_domestic(self, role: str) -> Share:
        """Of a role's people, how many were victim or suspect of a domestic event; unknown are those who were not, as far as is stated,
        and were in one of which it is not."""
        people = self.people(role)
        is_in = np.isin(people, self.person[self.domestic == 1])
        may_be = np.isin(people, self.person[self.domestic == -1])
        return Share(len(people), int(is_in.sum()), int((may_be & ~is_in).sum()))

    def within_a_year(self, role: str, *, landed_from: datetime.date) -> Share:
        """Of a role's listings in counted events with all the 365 days before them landed, how many follow another event, of any kind,
        in which the same person had that role."""
        own = self.is_victim if role == VICTIM else ~self.is_victim
        asked = np.flatnonzero(self.counted_as(role) & (self.person >= 0) & (self.day - _YEAR >= _days(landed_from)))
        rows = np.flatnonzero(own & (self.person >= 0))
        # Person and day as one number, so that one sort answers how many rows of a person lie in a stretch of days.
        key = self.person * 1_000_000 + self.day
        ordered = np.sort(key[rows])
        earlier = np.searchsorted(ordered, key[asked]) - np.searchsorted(ordered, key[asked] - _YEAR)
        return Share(len(asked), int((earlier > 0).sum()))

    def stated_repeats(self, role: str) -> Share:
        """Of a role's listings in counted events, how many the sender says were in another crime in the year before."""
        stated = self.repeats[self.counted_as(role)]
        return Share(len(stated), int((stated > 0).sum()), int(np.isnan(stated).sum()))

    def _times(self, chosen: NDArray[np.bool_]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Each person of some listings, and in how many events."""
        chosen = chosen & (self.person >= 0)
        pairs = np.unique(np.column_stack([self.person[chosen], self.event[chosen]]), axis=0)
        return np.unique(pairs[:, 0], return_counts=True)

    def _share(self, role: str, found: NDArray[np.int64]) -> Share:
        people = self.people(role)
        return Share(len(people), int(np.isin(people, found).sum()))


def link_people(
    warehouse: Warehouse,
    rule: Rule,
    *,
    feed: str,
    months: Collection[datetime.date],
    before: Collection[datetime.date] = (),
    partner: str | None = None,
    with_other_events: bool = True,
) -> PeopleLinks | None:
    """The people of the events that a rule counts in `months`, and those people in any other event of `months` and `before`.

    None where the feed lists no people. with_other_events: leave them out where only counted events are asked about.
    """
    import ibis

    if not warehouse.columns_carried("persons", feed):
        return None
    table = choose_events_table(warehouse, rule, feed=feed)
    wanted = (table.feed == feed) & table.month.isin(sorted({*months, *before}))
    if partner is not None:
        wanted &= table.partner == partner
    if "crime_status" in table.columns:
        wanted &= table.crime_status == _LIVE
    verdict = compile_rule(rule, table).verdict
    events = table.filter(wanted).select(
        "partner",
        "event_id",
        # Several crimes of one occurrence are one time that somebody was hurt, not several.
        happening=ibis.coalesce(table.occurrence, table.event_id) if "occurrence" in table.columns else table.event_id,
        day=(table.date if "date" in table.columns else table.month).cast("date").cast("string"),
        is_counted=ibis.coalesce(verdict, False) & table.month.isin(sorted(months)),
        domestic=table.domestic if "domestic" in table.columns else ibis.null("string"),
    )
    persons = warehouse.table("persons")
    persons = persons.filter((persons.feed == feed) & persons.role.isin([VICTIM, SUSPECT]))
    listed = persons[["partner", "event_id", "role", "person_id", "age", "repeats"]].inner_join(
        events, ["partner", "event_id"]
    )
    counted = listed.filter(listed.is_counted)
    answers = [_ask(counted)]
    if with_other_events:
        known = counted.filter(counted.person_id.notnull())[["person_id"]].distinct()
        answers.append(_ask(listed.filter(~listed.is_counted).semi_join(known, "person_id")))
    return _gather(answers, has_domestic="domestic" in table.columns)


def _ask(listed: ir.Table) -> pa.Table:
    question = listed.select(
        "partner", "happening", "role", "person_id", "age", "repeats", "day", "is_counted", "domestic"
    )
    check_operators(question)
    return question.to_pyarrow()


def _gather(answers: list[pa.Table], *, has_domestic: bool) -> PeopleLinks:
    import pyarrow as pa
    import pyarrow.compute as pc

    rows = pa.concat_tables(answers, promote_options="permissive")
    events = pc.binary_join_element_wise(rows["partner"].cast("string"), rows["happening"].cast("string"), "\x1f")
    domestic = rows["domestic"].cast("string")
    repeats = _numbers(rows["repeats"])
    return PeopleLinks(
        person=_encode(rows["person_id"]),
        event=_encode(events),
        is_victim=pc.equal(rows["role"].cast("string"), VICTIM).to_numpy(),
        age=_numbers(rows["age"]),
        day=rows["day"].cast("string").cast("date32").cast("int32").to_numpy().astype(np.int64),
        is_counted=rows["is_counted"].to_numpy(),
        domestic=np.where(
            pc.fill_null(pc.equal(domestic, "yes"), False).to_numpy(),
            1,
            np.where(pc.fill_null(pc.equal(domestic, "no"), False).to_numpy(), 0, -1),
        ),
        repeats=repeats,
        has_domestic=has_domestic,
        has_repeats=bool((~np.isnan(repeats)).any()),
    )


def _encode(column: pa.ChunkedArray) -> NDArray[np.int64]:
    """Each value as a number of its own; -1 where there is none."""
    encoded = column.cast("string").combine_chunks().dictionary_encode()
    return encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)


def _numbers(column: pa.ChunkedArray) -> NDArray[np.float64]:
    return column.cast("float64").to_numpy(zero_copy_only=False)


def _days(day: datetime.date) -> int:
    return (day - datetime.date(1970, 1, 1)).days
