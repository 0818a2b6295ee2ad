"""How many assaults there may be in all, from three lists: a range over models and over what is taken of links, never one number."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from safeground.engine.assessment.chapters.unseen.lists import MISSED, Lists
from safeground.engine.assessment.chapters.unseen.shares import tell_estimate
from safeground.engine.assessment.sentences import say_when
from safeground.engine.assessment.withholding import protect_cells
from safeground.engine.disclosure import Protected, protect_derived
from safeground.engine.documents import Block, Finding, Notice, NoticeKind, Table, format_number, join_words
from safeground.engine.measures import find_links
from safeground.engine.statistics import (
    DependenceModel,
    ThreeLists,
    estimate_three_lists,
    estimate_two_lists,
    remove_chance_links,
)

_NAMES = ("police", "A&E", "ambulance")
# Police, A&E, ambulance: in the list (1) or not (0); the cell of no list is left out.
_PLACES = tuple((p, a, m) for p in (1, 0) for a in (1, 0) for m in (1, 0) if p or a or m)
_UNIT = "assaults"
_READINGS = {"every link found": 0.0, "one in ten missed": MISSED}
"""What is taken of links, and the share of true ones that is then missed."""


def make_totals(lists: Lists) -> list[Block]:
    """The seven cells, what each model makes of them, and the range. Needs all three lists."""
    readings = [_count_histories(lists, missed) for missed in _READINGS.values()]
    if any(np.isnan(cells).any() for cells in readings):
        return [
            Notice(
                NoticeKind.CANNOT_TELL,
                "How many there may be in all is not estimated: chance alone links every record of a list.",
            )
        ]
    told = [_tell_cells(cells, lists, reading) for reading, cells in zip(_READINGS, readings, strict=True)]
    usable = [cells for cells in told if all(cell.is_published for cell in cells)]
    blocks: list[Block] = [_make_cells_table(lists, told)]
    if not usable:
        return [
            *blocks,
            Notice(
                NoticeKind.CANNOT_TELL,
                "How many there may be in all is not estimated: a number above is too small to be told.",
            ),
        ]
    found = [estimate_three_lists(_arrange(cells)) for cells in usable]
    return [_make_finding(lists, found, usable), *blocks, _make_models_table(lists, found[0], usable[0])]


def _count_histories(lists: Lists, missed: float) -> NDArray[np.float64]:
    """Assaults by the lists they stand in, in the order of `_PLACES`. What two lists both tell of is the mean of what each says."""
    if lists.ambulance is None:
        raise ValueError("histories need three lists")
    treated, called = lists.in_period(lists.treated), lists.in_period(lists.ambulance)
    of_treated = find_links(treated, [lists.police, lists.ambulance])
    of_called = find_links(called, [lists.police, lists.treated])
    by_treated = remove_chance_links(of_treated.found, of_treated.by_chance, missed=missed)
    by_called = remove_chance_links(of_called.found, of_called.by_chance, missed=missed)
    all_three = (by_treated[1, 1] + by_called[1, 1]) / 2
    both_health = (by_treated[0, 1] + by_called[0, 1]) / 2
    police_treated, police_called = by_treated[1, 0], by_called[1, 0]
    police_alone = lists.in_period(lists.police).events - all_three - police_treated - police_called
    cells = [
        all_three,
        police_treated,
        police_called,
        max(police_alone, 0.0),
        both_health,
        by_treated[0, 0],
        by_called[0, 0],
    ]
    return np.array(cells)


def _tell_cells(cells: NDArray[np.float64], lists: Lists, reading: str) -> list[Protected]:
    """Each list's total is told elsewhere, so that its cells are a sum."""
    lines = [[place for place, history in enumerate(_PLACES) if history[number]] for number in range(len(_NAMES))]
    return protect_cells(
        np.rint(cells).tolist(),
        lines,
        lists.rule,
        unit=_UNIT,
        keys=[lists.key(f"three lists, {reading}", f"known to={_name_lists(place)}") for place in _PLACES],
        register=lists.register,
    )


def _name_lists(place: Sequence[int]) -> str:
    return join_words([name for name, is_in in zip(_NAMES, place, strict=True) if is_in])


def _arrange(cells: Sequence[Protected]) -> NDArray[np.float64]:
    histories = np.zeros((2, 2, 2))
    for place, cell in zip(_PLACES, cells, strict=True):
        histories[place] = cell.value
    return histories


def _make_cells_table(lists: Lists, told: list[list[Protected]]) -> Table:
    rows = [
        (
            _name_lists(place),
            *(cells[number] for cells in told),
        )
        for number, place in enumerate(_PLACES)
    ]
    table = lists.counted.table(
        id="unseen_lists",
        caption=f"Assaults by who knows of them, {lists.counted.period.label}",
        columns=[
            ("lists", "Known to"),
            ("all_found", "If every true link was found"),
            ("one_missed", "If one link in ten was missed"),
        ],
        rows=rows,
        notes=(
            "Police: crimes with a hurt victim. Numbers known to several are estimated from links without names, less what chance links.",
        ),
        readers=lists.readers,
    )
    return lists.cite(table)


def _make_finding(lists: Lists, found: Sequence[ThreeLists], usable: Sequence[Sequence[Protected]]) -> Finding:
    told = tuple(cell for cells in usable for cell in cells)
    lower, upper = min(each.lower for each in found), max(each.upper for each in found)
    seen = found[0].seen
    low, high, known = (format_number(_round(number)) for number in (lower, upper, seen))
    # The number of the finding is what was seen; the range stays in words, lest its middle be read as the truth.
    estimate = protect_derived(
        seen,
        unit=_UNIT,
        rule=lists.rule,
        told=told,
        method="sum of the counts as they are told, if every true link was found",
    )
    finding = lists.counted.finding(
        id="unseen.in_all.latest",
        sentence=(
            f"About {known} assaults in which somebody was hurt or help was called are known to the police, A&E or the ambulance service "
            f"{say_when(lists.counted.period.label)}. How many there were in all cannot be counted: models and a bound that the data do "
            f"not rule out give anything from {low} to {high}, and each rests on assumptions that no data can test."
        ),
        estimate=estimate,
        period=lists.counted.period.label,
        caveats=(
            "No single number is given, since the models differ by more than any one's interval says.",
            "What no list could ever hold, such as an assault that nobody told anyone of, is in none of the models.",
        ),
    )
    return lists.cite_finding(finding)


def _round(number: float) -> float:
    """To three figures: a range over models says nothing beyond them."""
    step = 10 ** max(0, int(np.floor(np.log10(max(number, 1.0)))) - 2)
    return float(step * round(number / step))


def _make_models_table(lists: Lists, found: ThreeLists, cells: Sequence[Protected]) -> Table:
    told, rule = tuple(cells), lists.rule
    histories = _arrange(cells)
    rows: list[tuple[str, Protected, str]] = []
    for one, two in ((0, 1), (0, 2), (1, 2)):
        pair = histories.sum(axis=3 - one - two)
        estimate = estimate_two_lists(pair[1].sum(), pair[:, 1].sum(), pair[1, 1])
        name = f"Two lists alone, {_NAMES[one]} and {_NAMES[two]}, independent (Chapman)"
        rows.append((name, tell_estimate(estimate, told, rule, unit=_UNIT), "not judged"))
    rows += [
        (_name_model(model), tell_estimate(model, told, rule, unit=_UNIT), "yes" if model.is_supported else "no")
        for model in found.models
    ]
    rows.append(
        ("Average of the models by their support", tell_estimate(found.averaged, told, rule, unit=_UNIT), "yes")
    )
    bound = tell_estimate(found.lower_bound, told, rule, unit=_UNIT)
    rows.append(("At least, if lists depend on each other positively (Chao)", bound, "not judged"))
    table = lists.counted.table(
        id="unseen_models",
        caption=f"What each model makes of the lists, {lists.counted.period.label}",
        columns=[("model", "Model"), ("total", "Assaults in all"), ("supported", "Not ruled out by the data")],
        rows=rows,
        notes=(
            (
                "From the counts as they are told, if every true link was found. Models are ruled out where their AIC is more than "
                "10 above the least. That a model is not ruled out does not make it true."
            ),
        ),
        readers=lists.readers,
    )
    return lists.cite(table)


def _name_model(model: DependenceModel) -> str:
    if not model.pairs:
        return "Three lists, all independent"
    pairs = join_words([f"{_NAMES[one]} with {_NAMES[two]}" for one, two in model.pairs])
    return f"Three lists, depending on each other: {pairs}"
