"""The sum itself: flows of money under parameters that may each be a number or many draws of one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq

from safeground.engine.catalogue import Bearer
from safeground.engine.evaluation.cost_benefit.uncertain import Uncertain

FloatArray = NDArray[np.float64]
Value: TypeAlias = "float | FloatArray"
Values: TypeAlias = Mapping[str, "float | FloatArray"]
DROP_OFF = "share:drop_off"
_LEAST_RATIO = 1e-6


@dataclass(frozen=True)
class Parameter:
    """A number that the result rests on. It can sensibly lie from nought to `highest`. Shares and ratios are told in per cent."""

    name: str
    title: str
    value: Uncertain
    highest: float = np.inf
    is_money: bool = False


@dataclass(frozen=True, eq=False)
class CostFlow:
    """`by_year`: discounted pounds of the base year. `scale`: the parameter that it is multiplied by, if any."""

    title: str
    bearer: Bearer
    by_year: FloatArray
    scale: str | None


@dataclass(frozen=True, eq=False)
class BenefitFlow:
    """Offences that an effect bears on.

    `expected`: would be met in each year without treatment, discounted like what they cost. `correction`: for hope; it lessens gains
    and no losses. `shares`: of a unit cost by whom it falls on. `unit_cost`: None where it is not held, and then there
    are offences and no money. `met`: where `expected` was worked out from what was met, the ratio it was worked out by: what was
    met is then known, and with a draw of the ratio what was to be expected changes. Holding that instead would make the bounds of
    a ratio of 0.7 too narrow by a third.
    """

    title: str
    unit: str
    effect: str
    expected: FloatArray
    correction: float
    shares: Mapping[Bearer, float]
    unit_cost: str | None
    multiplier: str | None
    is_recorded: bool
    met: float | None = None

    def prevented(self, values: Values) -> Value:
        """Fewer offences, as counted, discounted; below nought where there are more."""
        ratio = np.asarray(values[self.effect])
        fewer = 1 - ratio if self.met is None else self.met * (1 / ratio - 1)
        fewer = np.where(fewer > 0, self.correction, 1.0) * fewer
        kept = (
            (1 - np.asarray(values["share:deadweight"]))
            * values["share:attribution"]
            * (1 - np.asarray(values["share:displacement"]))
        )
        found: FloatArray = fewer * kept * self._weigh(values)
        return found

    def money(self, values: Values) -> Value:
        """What the offences prevented would have cost; nought where no unit cost is held."""
        if self.unit_cost is None:
            return 0.0
        multiplier = 1.0 if self.multiplier is None else values[self.multiplier]
        found: FloatArray = np.asarray(self.prevented(values)) * values[self.unit_cost] * multiplier
        return found

    def money_by_year(self, values: Mapping[str, float]) -> FloatArray:
        """The same at one value of each parameter, by year."""
        weights = self.expected * (1 - values[DROP_OFF]) ** np.arange(self.expected.size)
        total = float(self._weigh(values))
        return weights * (float(self.money(values)) / total if total else 0.0)

    def _weigh(self, values: Values) -> Value:
        """Expected offences less what drops off each year, by Horner's rule: no array of draws times years."""
        kept = 1 - np.asarray(values[DROP_OFF])
        total: FloatArray = np.zeros_like(kept, dtype=float)
        for number in self.expected[::-1]:
            total = total * kept + number
        return total


@dataclass(frozen=True, eq=False)
class MoneyModel:
    """Costs and benefits as a function of the parameters."""

    costs: tuple[CostFlow, ...]
    benefits: tuple[BenefitFlow, ...]
    parameters: tuple[Parameter, ...]
    years: int

    @property
    def central(self) -> dict[str, float]:
        return {each.name: each.value.central for each in self.parameters}

    def draw(self, number: int, *, rng: np.random.Generator) -> dict[str, Value]:
        """Draws of every parameter, each by itself: what is not known of one is taken to say nothing of another."""
        return {each.name: each.value.draw(number, rng=rng) for each in self.parameters}

    def cost(self, values: Values, *, bearer: Bearer | None = None) -> Value:
        """Present value of the costs, of all or of one bearer."""
        return _add(
            flow.by_year.sum() * (1.0 if flow.scale is None else values[flow.scale])
            for flow in self.costs
            if bearer is None or flow.bearer == bearer
        )

    def benefit(self, values: Values, *, bearer: Bearer | None = None) -> Value:
        """Present value of the benefits, of all or what falls on one bearer."""
        return _add(
            np.asarray(flow.money(values)) * (1.0 if bearer is None else flow.shares.get(bearer, 0.0))
            for flow in self.benefits
        )

    def net(self, values: Values) -> Value:
        return np.asarray(self.benefit(values)) - self.cost(values)

    def net_by_year(self, values: Mapping[str, float]) -> FloatArray:
        """Discounted net benefit of each year at one value of each parameter."""
        return self.benefits_by_year(values) - self.costs_by_year(values)

    def benefits_by_year(self, values: Mapping[str, float]) -> FloatArray:
        """Discounted, shape (years,)."""
        return self._sum_by_year(flow.money_by_year(values) for flow in self.benefits)

    def costs_by_year(self, values: Mapping[str, float]) -> FloatArray:
        """Discounted, shape (years,)."""
        return self._sum_by_year(
            flow.by_year * (1.0 if flow.scale is None else values[flow.scale]) for flow in self.costs
        )

    def _sum_by_year(self, flows: Iterable[FloatArray]) -> FloatArray:
        return sum(flows, np.zeros(self.years))

    def switch(self, parameter: Parameter) -> float | None:
        """The value of one parameter, all others as they are, at which the net value is nought; None where none that it can have does.

        The net value is a straight line in each but what drops off and a ratio that what was to be expected hangs on, and that of any
        other effect is one up to 1, where gains end.
        """
        central = self.central

        def net(value: float) -> float:
            return float(self.net({**central, parameter.name: value}))

        curved = {DROP_OFF: 0.0} | {flow.effect: _LEAST_RATIO for flow in self.benefits if flow.met is not None}
        if (least := curved.get(parameter.name)) is not None:
            return float(brentq(net, least, 1.0)) if net(least) * net(1.0) < 0 else None
        start, slope = net(0.0), net(1.0) - net(0.0)
        if slope == 0:
            return None
        found = -start / slope
        return found if 0 <= found <= parameter.highest else None


def _add(parts: object) -> Value:
    return sum(parts, np.zeros(()))  # type: ignore[call-overload,no-any-return]
