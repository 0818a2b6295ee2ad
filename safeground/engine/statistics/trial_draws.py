"""Random draws of trials: which places are treated on which days.

A draw is a mechanism, not a table: the schedule is one draw from it, and the test of the trial draws it again, a thousand times, by the
same object. A p-value that shuffled otherwise than the trial did would answer another question.

| design | mechanism | what each place is to itself |
|---|---|---|
| crossover, k of n a day | `DailyDraw` | its own control, day by day |
| crossover, as many days each | `BlockedDraw` | its own control within each block of days |
| matched pairs | `PairedDraw` | one of two, changed about day by day |
| stepped wedge | `SteppedWedgeDraw` | its own control before it starts |
| parallel groups, in pairs or strata if wanted | `ParallelDraw` | treated all along or never |

Nothing but `rng.random` is drawn on, and no order but that of its numbers is used: NumPy may change how it shuffles or chooses from one
version to the next, and a schedule that was sealed must come out of its seed again in ten years.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from safeground.engine.statistics.inputs import BoolArray, FloatArray, IntArray


@dataclass(frozen=True)
class TrialDraw(ABC):
    """A way to draw a schedule of `places` x `days`. Called with a generator it gives one schedule: bool, shape (places, days)."""

    places: int
    days: int

    changes_within_places: ClassVar[bool] = True
    """Whether a place is treated on some days and not on others, and so can be compared with itself."""

    def __post_init__(self) -> None:
        if self.places < 2:
            raise ValueError(f"a trial needs at least two places to draw among, not {self.places}")
        if self.days < 1:
            raise ValueError(f"a trial needs at least one day, not {self.days}")
        self._check()

    def __call__(self, rng: np.random.Generator) -> BoolArray:
        return np.asarray(self.draw_many(rng, runs=1)[0])

    @abstractmethod
    def draw_many(self, rng: np.random.Generator, *, runs: int) -> BoolArray:
        """Independent schedules, shape (runs, places, days): the same that so many calls would give, many times faster."""

    @property
    @abstractmethod
    def chances(self) -> FloatArray:
        """The chance of each place-day to be treated, shape (places, days)."""

    @property
    def choices(self) -> float:
        """How many schedules there are. A two-sided p is never below two over this; infinite where they are beyond counting."""
        return math.inf

    @abstractmethod
    def _check(self) -> None:
        """Raise ValueError, in a sentence, where the design cannot be drawn."""


@dataclass(frozen=True)
class DailyDraw(TrialDraw):
    """Each day `treated` of the places, all choices alike likely, each day apart from the others.

    The design of the trial in Southend of 2020: 8 of 20 places a day on 90 days. Runs of days and the days each place gets are left to
    chance. ValueError: fewer than two places, no day, none or all of the places treated.

    >>> schedule = DailyDraw(places=20, days=90, treated=8)(np.random.default_rng(1))
    >>> schedule.shape, int(schedule.sum()), sorted({int(day) for day in schedule.sum(axis=0)})
    ((20, 90), 720, [8])
    """

    treated: int

    def _check(self) -> None:
        _check_treated(self.treated, self.places)

    def draw_many(self, rng: np.random.Generator, *, runs: int) -> BoolArray:
        numbers = rng.random((runs, self.days, self.places))
        return np.swapaxes(_take_lowest(numbers, self.treated), 1, 2)

    @property
    def chances(self) -> FloatArray:
        return np.full((self.places, self.days), self.treated / self.places)


@dataclass(frozen=True)
class BlockedDraw(TrialDraw):
    """Each day `treated` of the places, and each place on as many days of every block of `block` days as any other, give or take one.

    With a week as block no place waits long and no place is patrolled at week-ends only; what changes from week to week then falls on
    treated and other days alike. Over the whole trial, too, places differ by one day at most. Drawn from a round-robin whose places and
    days are put in random order, and in which pairs of days of a block then change places at random so that both sums stay (Strona et
    al. 2014). Not every schedule with these sums is exactly as likely as any other, which no test that draws by the same mechanism needs;
    the chance of a place-day is exactly treated / places. ValueError: as DailyDraw, or a block shorter than two days.

    >>> schedule = BlockedDraw(places=20, days=90, treated=8, block=7)(np.random.default_rng(1))
    >>> [int(days) for days in np.unique(schedule[:, :7].sum(axis=1))], int(schedule.sum(axis=0).max())
    ([2, 3], 8)
    """

    treated: int
    block: int = 7

    def _check(self) -> None:
        _check_treated(self.treated, self.places)
        if self.block < 2:
            raise ValueError(f"a block needs at least two days, for example 7, not {self.block}")

    def draw_many(self, rng: np.random.Generator, *, runs: int) -> BoolArray:
        pairs = self._pairs()
        sizes = (self.places, self.days, *([self.days, len(pairs) * self.places] * self._rounds))
        numbers = np.split(rng.random((runs, sum(sizes))), np.cumsum(sizes)[:-1], axis=1)
        schedule = self._round_robin(numbers[0], self._order_in_blocks(numbers[1]))
        for days, places in zip(numbers[2::2], numbers[3::2], strict=True):
            paired = self._order_in_blocks(days)[:, pairs]
            _trade(schedule, paired, places.reshape(runs, len(pairs), self.places))
        return np.swapaxes(schedule, 1, 2)

    @property
    def chances(self) -> FloatArray:
        return np.full((self.places, self.days), self.treated / self.places)

    @property
    def _rounds(self) -> int:
        """In as many rounds each day meets each other of its block once, on average: enough that the round-robin is not seen."""
        return self.block - 1

    def _pairs(self) -> IntArray:
        """Positions, shape (pairs, 2), of neighbours within a block after its days were put in random order."""
        positions = np.arange(self.days - 1, dtype=np.int64)
        within = positions % self.block
        first = positions[(within % 2 == 0) & (within < self.block - 1)]
        return np.stack([first, first + 1], axis=1)

    def _order_in_blocks(self, numbers: FloatArray) -> IntArray:
        """Days, shape (runs, days), with those of each block in random order."""
        return np.argsort(np.arange(self.days) // self.block + numbers, axis=1, kind="stable")

    def _round_robin(self, place_numbers: FloatArray, day_order: IntArray) -> BoolArray:
        """Shape (runs, days, places). Day after day takes the next `treated` places of a circle, so that any stretch of days is even."""
        turn = np.argsort(place_numbers, axis=1, kind="stable")
        slots = (np.arange(self.days)[:, np.newaxis] * self.treated + np.arange(self.treated)) % self.places
        treated = turn[np.arange(len(turn))[:, np.newaxis, np.newaxis], slots[day_order]]
        schedule = np.zeros((len(turn), self.days, self.places), dtype=bool)
        np.put_along_axis(schedule, treated, True, axis=2)
        return schedule


@dataclass(frozen=True)
class PairedDraw(TrialDraw):
    """Places in pairs that were matched beforehand: each day one of each pair, by the toss of a coin.

    Places 0 and 1 are a pair, 2 and 3, and so on: put alike places side by side. Half of the places are treated every day.
    ValueError: an odd number of places.

    >>> schedule = PairedDraw(places=4, days=3)(np.random.default_rng(1))
    >>> bool((schedule[0::2] != schedule[1::2]).all())
    True
    """

    def _check(self) -> None:
        if self.places % 2:
            raise ValueError(f"pairs need an even number of places, not {self.places}; leave one out or add one")

    def draw_many(self, rng: np.random.Generator, *, runs: int) -> BoolArray:
        first = rng.random((runs, self.places // 2, self.days)) < 0.5
        return np.stack([first, ~first], axis=2).reshape(runs, self.places, self.days)

    @property
    def chances(self) -> FloatArray:
        return np.full((self.places, self.days), 0.5)


@dataclass(frozen=True)
class SteppedWedgeDraw(TrialDraw):
    """Every place starts once and stays treated; which starts when is drawn. The days fall into `steps` + 1 stretches as equal as can be:
    none is treated in the first, all are in the last, and at each step between as many places start as at any other, give or take one.

    For places that all shall be treated in the end. What changes over time changes treated and untreated places alike only within a
    stretch, so that it needs many more days than a crossover. ValueError: more steps than places or than days leave room for.

    >>> SteppedWedgeDraw(places=4, days=6, steps=2)(np.random.default_rng(1)).sum(axis=0).tolist()
    [0, 0, 2, 2, 4, 4]
    """

    steps: int

    def _check(self) -> None:
        if not 1 <= self.steps <= self.places:
            raise ValueError(
                f"a stepped wedge of {self.places} places needs 1 to {self.places} steps, not {self.steps}"
            )
        if self.days < self.steps + 1:
            raise ValueError(f"{self.steps} steps need at least {self.steps + 1} days, not {self.days}")

    def draw_many(self, rng: np.random.Generator, *, runs: int) -> BoolArray:
        order = np.argsort(rng.random((runs, self.places)), axis=1, kind="stable")
        return np.asarray(np.arange(self.days) >= self._starts()[order][:, :, np.newaxis])

    @property
    def chances(self) -> FloatArray:
        share = (self._starts()[:, np.newaxis] <= np.arange(self.days)).mean(axis=0)
        return np.tile(share, (self.places, 1))

    @property
    def choices(self) -> int:
        together: list[int] = np.unique(self._starts(), return_counts=True)[1].tolist()
        return math.factorial(self.places) // math.prod(math.factorial(number) for number in together)

    def _starts(self) -> IntArray:
        """The day on which each turn starts, shape (places,)."""
        step = np.arange(self.places) * self.steps // self.places
        return np.asarray((step + 1) * self.days // (self.steps + 1), dtype=np.int64)


@dataclass(frozen=True)
class ParallelDraw(TrialDraw):
    """`treated` of the places on every day, the others never. Places differ far more than days, so that this design is the weakest
    of all here for a given number of place-days; it is the one that a residual effect on the following days cannot disturb.

    `stratum`: where given, places fall into strata of so many, one after another (the first five, the next five ...), and `treated` of
    each are: put alike places side by side. Matched pairs are strata of two with one treated. ValueError: as DailyDraw, or places that
    strata of this size do not use up.

    >>> ParallelDraw(places=4, days=2, treated=1)(np.random.default_rng(1)).sum(axis=1).tolist()
    [0, 0, 2, 0]
    >>> ParallelDraw(places=6, days=1, treated=1, stratum=2)(np.random.default_rng(1)).sum(axis=1).reshape(3, 2).sum(axis=1).tolist()
    [1, 1, 1]
    """

    treated: int
    stratum: int = 0

    changes_within_places: ClassVar[bool] = False

    def _check(self) -> None:
        _check_treated(self.treated, self._together)
        if self.places % self._together:
            raise ValueError(
                f"{self.places} places do not fall into strata of {self.stratum}; take another size, or leave places out"
            )

    def draw_many(self, rng: np.random.Generator, *, runs: int) -> BoolArray:
        numbers = rng.random((runs, self.places)).reshape(runs, -1, self._together)
        taken = _take_lowest(numbers, self.treated).reshape(runs, self.places)
        return np.repeat(taken[:, :, np.newaxis], self.days, axis=2)

    @property
    def chances(self) -> FloatArray:
        return np.full((self.places, self.days), self.treated / self._together)

    @property
    def choices(self) -> int:
        return int(math.comb(self._together, self.treated) ** (self.places // self._together))

    @property
    def _together(self) -> int:
        """Places that are drawn from together."""
        return self.stratum or self.places


def _check_treated(treated: int, places: int) -> None:
    if not 0 < treated < places:
        raise ValueError(
            f"of {places} places at least one and at most {places - 1} can be treated at a time, not {treated}: "
            "with none or all of them there is nothing to compare"
        )


def _take_lowest(numbers: FloatArray, taken: int) -> BoolArray:
    """True for the `taken` lowest along the last axis."""
    lowest = np.argpartition(numbers, taken - 1, axis=-1)[..., :taken]
    is_taken = np.zeros(numbers.shape, dtype=bool)
    np.put_along_axis(is_taken, lowest, True, axis=-1)
    return is_taken


def _trade(schedule: BoolArray, paired: IntArray, numbers: FloatArray) -> None:
    """Let two days deal out anew, at random, the places that only one of them has: each keeps its number, each place its days.

    schedule: (runs, days, places), changed in place. paired: (runs, pairs, 2) days, none twice in a run. numbers: (runs, pairs, places).
    """
    run = np.arange(len(schedule))[:, np.newaxis]
    one, other = schedule[run, paired[..., 0]], schedule[run, paired[..., 1]]
    only_one = one ^ other
    keep = (one & ~other).sum(axis=-1, keepdims=True)
    rank = np.argsort(np.argsort(np.where(only_one, numbers, 2.0), axis=-1, kind="stable"), axis=-1, kind="stable")
    dealt = only_one & (rank < keep)
    both = one & other
    schedule[run, paired[..., 0]] = both | dealt
    schedule[run, paired[..., 1]] = both | (only_one & ~dealt)
