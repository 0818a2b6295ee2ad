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

from safeground.engine.disclosure.choosing import Master, chain, company, mend, prune
from safeground.engine.disclosure.count_table import CountTable
from safeground.engine.disclosure.intruder import Floats, Goal, Intruder, make_intruder
from safeground.engine.disclosure.protected import DisclosureRule
from safeground.engine.disclosure.telling import round_counts

_LOOSE, _CLOSE = 0.04, 1e-7
"""How near to the least cost each programme is solved: loosely while it still leaks, for what it lacks is learnt sooner."""


_FEWEST_ROUNDS, _ROUNDS_OF_ONE_CELL = 5, 8_000
"""How often the integer programme is asked: the larger the table, the less often, so that none takes long. Never by the clock, so that a
table is told alike on every machine."""
_FIRST_TRIES = 40
"""Of the dearest cells of the first choice: to be rid of one narrows the programmes that follow."""


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
    seconds: float = 60.0,
    nodes: int = 2_000,
    within: float = 0.01,
) -> Suppression:
    """Choose what to withhold.

    hide_zeros: whether a 0 may be withheld for the sake of others; then no reader can take it that a withheld count is 1 or more.
    within: the search ends once no choice can lose less by more than this share. nodes: how far each integer programme may search.
    seconds: of processor time, a last resort: after them the best found so far is returned, and what it is depends on the machine.

    It protects against a reader, not against the only person in a cell, who knows one count more: `audit` with `known` says what
    they learn. Whatever ends the search, each count that can be protected is, and the result says how much less could be lost at most.
    """
    until = time.process_time() + seconds
    intruder, unprotected = _what_can_be_asked(make_intruder(table, rule, hide_zeros=hide_zeros))
    costs = table.counts.astype(float)
    if loss is Loss.CELLS:
        costs = 1 + costs / (2 * costs.sum() + 1)
    costs = np.maximum(costs, 0.5)  # a zero is not free: withholding it tells less too
    choice, bound = _choose(intruder, costs, until, nodes, within)
    withheld = (choice == 1) | intruder.must_go
    for_others = withheld & ~intruder.must_go
    lost = float(costs[for_others].sum())
    is_least = lost <= bound * (1 + _CLOSE)
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


def _choose(intruder: Intruder, costs: Floats, until: float, nodes: int, within: float) -> tuple[Floats, float]:
    """The choice, and a cost below which none lies."""
    start = intruder.must_go.astype(float)
    if not intruder.unmet(start):
        return start, 0.0
    master = Master(costs, intruder.may_go)
    master.add(intruder.cuts_of_single_sums())
    shares = _tighten(master, intruder, start, until)
    best = mend(intruder, np.where(shares >= 0.5, 1.0, start), costs)
    best = prune(intruder, best, costs, tries=_FIRST_TRIES, until=until)
    bound, gap = master.relaxed, _LOOSE
    for _ in range(max(_FEWEST_ROUNDS, _ROUNDS_OF_ONE_CELL // len(costs))):
        best_cost = float(costs[intruder.may_go & (best == 1)].sum())
        if best_cost <= bound * (1 + max(within, _CLOSE)):
            break
        master.narrow(best_cost)
        choice, found = master.choose(seconds=until - time.process_time(), nodes=nodes, gap=gap)
        bound = max(bound, min(found, best_cost))
        if choice is None or time.process_time() > until:
            break
        choice = np.maximum(choice, start)
        unmet = intruder.unmet(choice)
        mended = mend(intruder, choice, costs) if unmet else choice
        if costs[intruder.may_go & (mended == 1)].sum() < best_cost:
            best = mended
        elif not unmet and gap == _CLOSE:
            break
        if not unmet:
            gap = _CLOSE
        if intruder.is_exact:
            master.add(company(intruder, choice), atleast=0)
        if not master.add(chain(intruder, choice, unmet, costs)) and unmet:
            break  # a leak too faint for the solver's arithmetic to make a cut of
    if costs[intruder.may_go & (best == 1)].sum() > bound * (1 + _CLOSE):
        best = prune(intruder, best, costs, tries=len(best), until=until)
    return best, bound


def _tighten(master: Master, intruder: Intruder, start: Floats, until: float) -> Floats:
    """Cuts found while cells may be withheld by shares, which is quick; they leave the integer programme less to search."""
    while True:
        shares = np.maximum(master.relax(), start)
        new = master.add(company(intruder, shares), atleast=0) if intruder.is_exact else 0
        new += master.add(cut for _, cut in intruder.unmet(shares))
        if not new or time.process_time() > until:
            return shares


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
