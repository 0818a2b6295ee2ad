"""Where the police may be told less: attendances not told of, beside what the police record there, drawn towards the whole."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from safeground.engine.areas import Outlines, dissolve
from safeground.engine.assessment.chapters.unseen.answers import FIELD, NOT_TOLD, answer_key, count_by_area
from safeground.engine.assessment.counted import Counted
from safeground.engine.assessment.evidence import DISTRICT, STREET, WARD, Evidence
from safeground.engine.assessment.headline import VIOLENCE
from safeground.engine.assessment.maps import make_shapes
from safeground.engine.assessment.protecting import protect_whole
from safeground.engine.assessment.withholding import protect_cells
from safeground.engine.disclosure import Protected, protect_derived, rest_of
from safeground.engine.documents import Block, Choropleth, Figure, MapClass, Notice, NoticeKind
from safeground.engine.statistics import ShrunkenRatios, shrink_ratios

_MOST_WITHHELD = 1 / 3
"""Areas are wards only where at most this share of them would be withheld."""
_CLASSES = {
    "lower": "fewer than expected by chance",
    "cannot tell": "cannot tell",
    "higher": "more than expected by chance",
}


def make_under_reporting(counted: Counted, *, place_notes: tuple[str, ...] = ()) -> list[Block]:
    """A map and table by ward where most wards may be told, else by district."""
    evidence = counted.evidence
    level = _choose_level(counted)
    if level is None:
        return []
    codes = list(evidence.measures.areas(level))
    names = evidence.measures.locator.names(level)
    measurement = evidence.measures.calculate(VIOLENCE, level=level, periods=[counted.period])
    recorded = {cell.area_code: cell.count for cell in measurement.column(counted.period)}
    bases = [protect_whole(recorded.get(code, np.nan), evidence.rule) for code in codes]
    not_told = _tell_not_told(counted, codes, level)
    numbers = [[np.nan if cell.value is None else cell.value for cell in cells] for cells in (not_told, bases)]
    ratios = shrink_ratios(*numbers)
    if np.isnan(ratios.value).all():
        lacking = (
            "too few attendances may be told by area"
            if any(cell.is_published for cell in bases)
            else "police figures of these months are missing"
        )
        return [Notice(NoticeKind.MISSING, f"Where the police may be told less cannot be shown: {lacking}.")]
    told = [_tell_ratio(counted, ratios, at, (not_told[at], bases[at])) for at in range(len(codes))]
    words = [_CLASSES[str(ratios.direction[at])] if told[at].is_published else "not told" for at in range(len(codes))]
    order = sorted(range(len(codes)), key=lambda at: names.get(codes[at], codes[at]))
    kind = "ward" if level == WARD else "district"
    readers = evidence.readers_of_feed(counted.feed, level)
    table = counted.table(
        id="unseen_under_reporting",
        caption=f"Attendances of which the police had not been told, beside recorded violence, by {kind}, {counted.period.label}",
        columns=[
            (kind, kind.capitalize()),
            ("not_told", "Police not told"),
            ("recorded", "Violence the police recorded"),
            ("ratio", "Times what the whole area's ratio would give, drawn towards 1"),
            ("reading", "Beside the whole"),
        ],
        rows=[(names.get(codes[at], codes[at]), not_told[at], bases[at], told[at], words[at]) for at in order],
        notes=(
            (
                f"In the order of names, not of numbers. 95% intervals; {counted.rule.title}: counts are rounded, and the ratio is of "
                "counts as they are told."
            ),
            *place_notes,
        ),
        readers=readers,
        level=level,
    )
    outlines = _outlines(evidence, level)
    districts = evidence.district_outlines
    if outlines is None or districts is None:
        return [table]
    position = {code: at for at, code in enumerate(codes)}
    coded = {code: _code_class(counted, ratios, at, told[at]) for code, at in position.items()}
    counts = {word: words.count(word) for word in (*_CLASSES.values(), "not told")}
    return [
        Figure(
            id="unseen_under_reporting",
            title="Where more attendances than expected say that the police were not told",
            subtitle=f"Beside violence that the police recorded, by {kind}, {counted.period.label}",
            alternative="; ".join(f"{word}: {number} of {len(codes)}" for word, number in counts.items())
            + ". The table names each area with its interval.",
            chart=Choropleth(
                tuple((shape, coded[shape.code]) for shape in make_shapes(outlines) if shape.code in coded),
                tuple(MapClass(label, float(number)) for number, label in enumerate(_CLASSES.values())),
                make_shapes(districts),
                "attendances not told of, beside recorded violence",
            ),
            table=table,
            source="; ".join(
                dict.fromkeys([counted.source, evidence.source_line(STREET, "area_lookup", "area_boundaries")])
            ),
            notes=("It shows where to ask, not where the police do worse: see the caution above.", *place_notes),
            readers=readers,
        )
    ]


def _choose_level(counted: Counted) -> str | None:
    evidence = counted.evidence
    for level in (WARD, DISTRICT):
        if evidence.audience not in evidence.readers_of_feed(counted.feed, level) or not evidence.measures.has_areas:
            continue
        codes = evidence.measures.areas(level)
        counts = count_by_area(counted, NOT_TOLD, codes, level)
        withheld = ((counts > 0) & (counts <= counted.rule.threshold)).mean()
        if level == DISTRICT or withheld <= _MOST_WITHHELD:
            return level
    return None


def _tell_not_told(counted: Counted, codes: Sequence[str], level: str) -> list[Protected]:
    """Attendances of which the police were not told, by ward held to the table by district: a ward must give away neither its neighbour
    nor what its district withholds."""
    period, own = counted.period, counted.evidence.measures.own_area
    inside = dict(zip(codes, count_by_area(counted, NOT_TOLD, codes, level).tolist(), strict=True))
    if level == DISTRICT:
        wholes = {own: counted.split(FIELD, period, values=(NOT_TOLD,))[NOT_TOLD]}
        parents = dict.fromkeys(codes, own)
    else:
        districts = counted.evidence.measures.areas(DISTRICT)
        wholes = dict(zip(districts, count_by_area(counted, NOT_TOLD, districts, DISTRICT).tolist(), strict=True))
        parents = counted.evidence.measures.locator.hierarchy.nest(level, DISTRICT)
    names, counts, lines = [*codes], [*inside.values()], []
    for whole, number in wholes.items():
        line = [at for at, code in enumerate(codes) if parents.get(code) == whole]
        lines.append([*line, len(names)])
        names.append(rest_of(whole, level))
        counts.append(max(number - sum(inside[codes[at]] for at in line), 0.0))
    cells = protect_cells(
        counts,
        lines,
        counted.rule,
        unit=counted.unit,
        keys=[answer_key(counted, period, NOT_TOLD, area=name) for name in names],
        totals=[answer_key(counted, period, NOT_TOLD, area="" if whole == own else whole) for whole in wholes],
        register=counted.register,
    )
    return cells[: len(codes)]


def _tell_ratio(counted: Counted, ratios: ShrunkenRatios, at: int, told: tuple[Protected, Protected]) -> Protected:
    value, lower, upper = (float(x[at]) for x in (ratios.value, ratios.lower, ratios.upper))
    is_here = not np.isnan(value)
    return protect_derived(
        value,
        unit="times",
        rule=counted.rule,
        told=told,
        lower=lower if is_here else None,
        upper=upper if is_here else None,
        method=f"{ratios.method[at]}, from counts as they are told",
        confidence=ratios.confidence,
        reason=None if is_here else "the police figures of these months are not complete",
    )


def _code_class(counted: Counted, ratios: ShrunkenRatios, at: int, ratio: Protected) -> Protected:
    """The class as the map draws it: 0 fewer, 1 cannot tell, 2 more; what may not be told is withheld like its ratio."""
    number = float(list(_CLASSES).index(str(ratios.direction[at])))
    return protect_derived(number, unit="class", rule=counted.rule, told=(ratio,))


def _outlines(evidence: Evidence, level: str) -> Outlines | None:
    small = evidence.small_area_outlines
    if level == DISTRICT or small is None:
        return evidence.district_outlines
    parents = dict(zip(small.codes, evidence.measures.locator.hierarchy.parents(level, small.codes), strict=True))
    return dissolve(small, parents, vintage=level, names=evidence.measures.locator.names(level)).outlines
