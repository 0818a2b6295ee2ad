"""Which counts to withhold besides the small ones, so that none of those can be worked out, at the least loss.

The choice is an integer programme that is told of each leak as an intruder finds it (Fischetti and Salazar 2001; Benders'
decomposition), solved by HiGHS. Where it is too large to be solved to the end, what was found is mended until every count is protected,
and the result says how far from the least loss it can be.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from safeground.engine.disclosure.choosing import Master, company, mend, prune
from safeground.engine.disclosure.count_table import CountTable
from safeground.engine.disclosure.intruder import Floats, Goal, Intruder, make_intruder
from safeground.engine.disclosure.protected import DisclosureRule
from safeground.engine.disclosure.telling import round_counts


class Loss(StrEnum):
    """What is to be lost least by withholding."""

    EVENTS = "events"
    """The sum of the counts withheld."""
    CELLS = "cells"
    """How many are withheld; of two choices with as many, the one with fewer events."""


@dataclass(frozen=True, eq=False)
class Suppression:
    """What is told of a table, and what is withheld.

    published: of shape (cells,), the counts as the rule tells them, NaN where withheld. small, for_others: of shape (cells,), what is
    withheld under the rule or for what stands outside the table, and what goes with it; readers are shown one marker for both. loss:
    what is withheld for others, in events or cells; least_loss: less than which no choice can lose. unprotected: positions that no
    choice within the table can protect to what the rule asks, for some of its counts are told elsewhere or are 0. method: how it was
    found, in a sentence.
    """

    published: NDArray[np.float64]
    small: NDArray[np.bool_]
    for_others: NDArray[np.bool_]
    loss: float
    least_loss: float
    is_least: bool
    unprotected: tuple[int, ...]
    method: str

    @property
    def withheld(self) -> NDArray[np.bool_]:
        return self.small | self.for_others


def suppress(
    table: CountTable,
    rule: DisclosureRule,
    *,
    loss: Loss = Loss.EVENTS,
    hide_zeros: bool = False,
    seconds: float = 30.0,
    nodes: int = 2_000,
) -> Suppression:
    """Choose what to withhold.

    hide_zeros: whether a 0 may be withheld for the sake of others; then no reader can take for granted that a withheld count is 1 or
    more. nodes: how far the integer programme may search each time it is asked. seconds: after which the best found so far is mended
    and returned; a choice cut short by the clock may differ from one run to the next, one cut short by `nodes` does not.
    """
    until = time.monotonic() + seconds
    intruder, unprotected = _what_can_be_asked(make_intruder(table, rule, hide_zeros=hide_zeros))
    costs = table.counts.astype(float)
    if loss is Loss.CELLS:
        costs = 1 + costs / (2 * costs.sum() + 1)
    costs = np.maximum(costs, 0.5)  # a zero is not free: withholding it tells less too
    choice, bound, is_least = _choose(intruder, costs, until, nodes)
    withheld = (choice == 1) | intruder.must_go
    for_others = withheld & ~intruder.must_go
    lost = float(costs[for_others].sum())
    return Suppression(
        published=np.where(withheld, np.nan, round_counts(table.counts, rule)),
        small=intruder.must_go,
        for_others=for_others,
        loss=lost,
        least_loss=min(bound, lost),
        is_least=is_least,
        unprotected=unprotected,
        method=_in_words(lost, bound, is_least, loss),
    )


def _choose(intruder: Intruder, costs: Floats, until: float, nodes: int) -> tuple[Floats, float, bool]:
    """The choice, a cost below which none lies, and whether the two are the same."""
    start = intruder.must_go.astype(float)
    if not intruder.unmet(start):
        return start, 0.0, True
    master = Master(costs, intruder.may_go)
    master.add(intruder.cuts_of_single_sums())
    bound = _tighten(master, intruder, start, until, nodes)
    best, best_cost = None, np.inf
    while True:
        choice, found, proved = master.choose(whole=True, seconds=until - time.monotonic(), nodes=nodes)
        bound = max(bound, found)
        if choice is not None:
            choice = np.maximum(choice, start)
            unmet = intruder.unmet(choice)
            if intruder.is_exact:
                master.add(company(intruder, choice), atleast=0)
            master.add(cut for _, cut in unmet)
            if unmet:
                choice = mend(intruder, choice, [goal for goal, _ in unmet], costs)
            cost = float(costs[intruder.may_go & (choice == 1)].sum())
            if cost < best_cost:
                best, best_cost = choice, cost
            if not unmet and proved:
                return choice, bound, True
            if not unmet:
                break
        if best is not None and best_cost <= bound * (1 + 1e-6):
            return best, bound, True
        if time.monotonic() > until:
            break
    if best is None:
        best = mend(intruder, start, [goal for goal, _ in intruder.unmet(start)], costs)
    return prune(intruder, best, costs, tries=100), bound, False


def _tighten(master: Master, intruder: Intruder, start: Floats, until: float, nodes: int) -> float:
    """Cuts found while cells may be withheld by halves, which is quick; they leave the integer programme less to search."""
    bound = 0.0
    for _ in range(30):
        choice, found, _ = master.choose(whole=False, seconds=until - time.monotonic(), nodes=nodes)
        if choice is None or time.monotonic() > until:
            break
        new = 0
        if intruder.is_exact:
            new += master.add(company(intruder, choice), atleast=0)
        new += master.add(cut for _, cut in intruder.unmet(np.maximum(choice, start)) if len(cut.places))
        bound = max(bound, found)
        if not new:
            break
    return bound


def _what_can_be_asked(intruder: Intruder) -> tuple[Intruder, tuple[int, ...]]:
    """The intruder with goals that withholding all that may be withheld does reach, and the counts whose goals had to be cut down."""
    everything = (intruder.must_go | intruder.may_go).astype(float)
    beyond = {goal for goal, _ in intruder.unmet(everything)}
    if not beyond:
        return intruder, ()
    goals: list[Goal] = []
    for goal in intruder.goals:
        if goal in beyond:
            level = intruder.furthest(goal, everything)
            goal = goal._replace(level=float(np.ceil(level - 1e-6) if goal.sign < 0 else np.floor(level + 1e-6)))
        if goal.level != intruder.counts[goal.place]:
            goals.append(goal)
    return replace(intruder, goals=tuple(goals)), tuple(sorted({goal.place for goal in beyond}))


def _in_words(lost: float, bound: float, is_least: bool, loss: Loss) -> str:
    if lost == 0:
        return "no count had to be withheld for the sake of others"
    if is_least:
        return f"the fewest {loss} withheld that protect every count: integer programme, solved"
    over = lost / bound - 1 if bound > 0 else np.inf
    return f"at most {100 * over:.1f}% more {loss} withheld than the fewest that could be: integer programme, not searched to the end"
