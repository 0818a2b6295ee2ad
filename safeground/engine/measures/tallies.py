"""Tallies: one grouped query for a definition, and its answer as arrays. Everything after this is NumPy."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from safeground.engine.catalogue import Rule
from safeground.engine.measures.compiling import compile_rule
from safeground.engine.warehouse import check_operators

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pyarrow as pa

IN, UNDETERMINED, OUT = 0, 1, 2
NOT_STATED = "not stated"
"""The category of events whose category is blank: a blank in a source stays a blank."""


@dataclass(frozen=True, eq=False)
class EventTally:
    """Events of a feed by recording partner, month, area as stated, verdict of a rule and category.

    `partner`, `month`, `area`, `verdict`, `missing`, `category`: of one length, positions in `partners`, `months`, `areas`, the three
    verdicts, `gaps` and `categories`. `events`: how many of each. `areas` holds the codes as stated, of any vintage; None is blank.
    `gaps` are sets of missing fields; the first is the empty one. `coverage`: the months landed of each partner.
    """

    feed: str
    partners: tuple[str, ...]
    months: tuple[datetime.date, ...]
    areas: tuple[str | None, ...]
    gaps: tuple[tuple[str, ...], ...]
    categories: tuple[str, ...]
    coverage: Mapping[str, frozenset[datetime.date]]
    partner: NDArray[np.intp]
    month: NDArray[np.intp]
    area: NDArray[np.intp]
    verdict: NDArray[np.intp]
    missing: NDArray[np.intp]
    category: NDArray[np.intp]
    events: NDArray[np.int64]

    @property
    def counted_categories(self) -> tuple[str, ...]:
        """Categories with an event that is in or undetermined, in order; the others are none of the definition's."""
        counted = np.unique(self.category[self.verdict != OUT])
        return tuple(sorted(self.categories[place] for place in counted))

    def select_category(self, category: str) -> EventTally:
        """The events of one category. KeyError names a category that is not here."""
        if category not in self.categories:
            raise KeyError(f"there are no events of the category {category!r} in {self.feed}")
        return self.select(self.category == self.categories.index(category))

    def select(self, chosen: NDArray[Any]) -> EventTally:
        """Some of the rows: a mask of them or their positions."""
        names = ("partner", "month", "area", "verdict", "missing", "category", "events")
        return replace(self, **{name: getattr(self, name)[chosen] for name in names})


def tally_events(
    table: ir.Table,
    rule: Rule,
    *,
    feed: str,
    coverage: Mapping[str, Collection[datetime.date]],
    by: str | ir.StringValue | None = None,
) -> EventTally:
    """Count a feed's events under a rule, in one query.

    table: the warehouse's `events` or `event_counts` (which has the column `events`). coverage: the months landed of each partner to
    be counted; other partners are left out. by: a column whose values become categories (`offence`), or an expression over `table`.

    Every event of those partners is in the tally, out included, so that shares and reconciliation need no second query.
    """
    compiled = compile_rule(rule, table)
    keys = {"verdict": compiled.verdict, "missing": compiled.missing}
    if by is not None:
        keys["category"] = table[by] if isinstance(by, str) else by
    wanted = (
        (table.feed == feed) & table.partner.isin(tuple(sorted(coverage))) if coverage else (table.feed == feed) & False
    )
    rows = table.mutate(**keys).filter(wanted)
    number = rows.events.sum() if "events" in rows.columns else rows.count()
    question = rows.group_by("partner", "month", "area_code", *keys).aggregate(number=number.cast("int64"))
    check_operators(question)
    return _make_tally(question.to_pyarrow(), compiled.name_fields, feed=feed, coverage=coverage)


def _make_tally(
    answer: pa.Table, name_fields: Any, *, feed: str, coverage: Mapping[str, Collection[datetime.date]]
) -> EventTally:
    months = tuple(sorted({month for covered in coverage.values() for month in covered}))
    partners = tuple(sorted(coverage))
    missing, gap_masks = _encode(answer["missing"])
    # A field that is read in several places has several bits, so that one gap may come as several numbers.
    gaps = tuple(dict.fromkeys(((), *map(name_fields, gap_masks))))
    area, areas = _encode(answer["area_code"])
    if "category" in answer.column_names:
        category, found = _encode(answer["category"])
        categories = tuple(value if value else NOT_STATED for value in found)
    else:
        category, categories = np.zeros(answer.num_rows, dtype=np.intp), ("",)
    verdict = answer["verdict"].to_numpy(zero_copy_only=False)
    return EventTally(
        feed=feed,
        partners=partners,
        months=months,
        areas=tuple(code or None for code in areas),
        gaps=gaps,
        categories=categories,
        coverage={partner: frozenset(coverage[partner]) for partner in partners},
        partner=_positions(answer["partner"], partners, "partner"),
        month=_positions(answer["month"], months, "month"),
        area=area,
        verdict=np.where(verdict == None, UNDETERMINED, np.where(verdict == True, IN, OUT)).astype(np.intp),  # noqa: E711, E712
        missing=np.array([gaps.index(name_fields(mask)) for mask in gap_masks], dtype=np.intp)[missing],
        category=category,
        events=answer["number"].to_numpy(),
    )


def _encode(column: pa.ChunkedArray) -> tuple[NDArray[np.intp], list[Any]]:
    """Positions and the distinct values, NULL among them. Arrow's dictionary is far cheaper than Python objects for each row."""
    encoded = column.combine_chunks().dictionary_encode(null_encoding="encode")
    return encoded.indices.to_numpy(zero_copy_only=False).astype(np.intp), encoded.dictionary.to_pylist()


def _positions(column: pa.ChunkedArray, labels: Sequence[Any], kind: str) -> NDArray[np.intp]:
    codes, values = _encode(column)
    position_of = {label: position for position, label in enumerate(labels)}
    unknown = [value for value in values if value not in position_of]
    if unknown:
        raise ValueError(
            f"the events have the {kind} {unknown[0]}, which no live delivery covers; build the warehouse again"
        )
    return np.array([position_of[value] for value in values], dtype=np.intp)[codes]
