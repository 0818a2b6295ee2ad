"""A cost-benefit analysis as it is told: a sentence, tables of costs and benefits, and what each number does to the result.

Benefits follow from an effect, and are told or withheld with it. Of days in one period they are said as 'fewer offences', never as
offences prevented or money saved: nothing was seen to change.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from safeground.engine.disclosure import DisclosureRule, Protected, protect_derived
from safeground.engine.documents import (
    EVERYONE,
    Audience,
    Block,
    Column,
    Direction,
    Figure,
    Heading,
    IntervalChart,
    Notice,
    NoticeKind,
    Paragraph,
    Point,
    Table,
    format_bounds,
    format_confidence,
    format_value,
    join_words,
)
from safeground.engine.evaluation.cost_benefit.appraising import Amount, CostBenefit
from safeground.engine.evaluation.effects import Effect

_MINUS = "\N{MINUS SIGN}"
_SIGNIFICANT, _AS_PUBLISHED = 3, 12
_BEARERS = {
    "fiscal": "Public purse",
    "economic": "Other payers and lost output",
    "social": "People's lives",
    "mixed": "These together, where the source does not split them",
}


@dataclass(frozen=True)
class CostBenefitSection:
    """The blocks of a page, with the estimate and the sentence for a finding above them."""

    sentence: str
    estimate: Protected
    direction: Direction
    blocks: tuple[Block, ...]


def tell_cost_benefit(
    found: CostBenefit,
    effects: Mapping[str, Effect],
    *,
    rule: DisclosureRule,
    prefix: str,
    source: str,
    readers: frozenset[Audience] = EVERYONE,
) -> CostBenefitSection:
    """The section of a page. effects: those that the analysis was made of. prefix: of the ids of its tables and figure."""
    teller = _Teller(found, effects, rule, prefix, source, readers)
    ratio = teller.protect(found.ratio, unit="times", digits=None)
    direction = _direction(found, effects, ratio)
    return CostBenefitSection(_say(found, ratio, direction), ratio, direction, tuple(teller.blocks()))


def _say(found: CostBenefit, ratio: Protected, direction: Direction) -> str:
    if found.ratio is None:
        lacking = [each.what for each in found.not_computed if each.is_cost] or [
            each.what for each in found.not_computed
        ]
        what = f": not held for {join_words(lacking)}" if lacking else ""
        return f"What fewer offences were worth cannot be set against what was paid{what}."
    if not ratio.is_published:
        return f"What fewer offences were worth for each £1 paid is not told: {ratio.reason}."
    best, bounds = _in_pounds(format_value(ratio)), " to ".join(map(_in_pounds, format_bounds(ratio).split(" to ")))
    held = f"{format_confidence(found.plan.confidence)} of draws {bounds}"
    without = (
        f" Not in it, as no cost is held: {join_words([each.what for each in found.not_computed])}."
        if found.is_partial
        else ""
    )
    if direction is Direction.HIGHER:
        return f"For each £1 paid, fewer offences are put at more than £1: {best} ({held}).{without}"
    if direction is Direction.LOWER:
        return f"For each £1 paid, fewer offences are put at less than £1: {best} ({held}).{without}"
    return (
        f"We cannot tell whether fewer offences were worth what was paid: the estimate is {best} for each £1, and anything from "
        f"{bounds} would be in keeping with what is known.{without}"
    )


def _in_pounds(number: str) -> str:
    return f"{_MINUS}£{number[1:]}" if number.startswith(_MINUS) else f"£{number}"


def _direction(found: CostBenefit, effects: Mapping[str, Effect], ratio: Protected) -> Direction:
    """Of an effect that cannot be told from none, read with the others of its kind, no gain is claimed."""
    if found.ratio is None or not ratio.is_published:
        return Direction.NOT_COMPARED
    clear = all(effects[line.outcome].direction is not Direction.CANNOT_TELL for line in found.plan.benefits)
    if found.ratio.low > 1 and clear:
        return Direction.HIGHER
    return Direction.LOWER if found.ratio.high < 1 else Direction.CANNOT_TELL


@dataclass(frozen=True)
class _Teller:
    found: CostBenefit
    effects: Mapping[str, Effect]
    rule: DisclosureRule
    prefix: str
    source: str
    readers: frozenset[Audience]

    @property
    def told(self) -> list[Protected]:
        """The effects that the benefits follow from, as they are told."""
        outcomes = dict.fromkeys(line.outcome for line in self.found.plan.benefits)
        return [self.effects[outcome].protect(self.rule) for outcome in outcomes]

    def protect(self, amount: Amount | None, *, unit: str = "£", digits: int | None = _SIGNIFICANT) -> Protected:
        """A number that follows from the effects, to three significant digits where it is money."""
        if amount is None:
            return protect_derived(float("nan"), unit=unit, rule=self.rule, told=(), reason=self._why_not())
        central, low, high = (
            bound if digits is None else _about(bound, digits) for bound in (amount.central, amount.low, amount.high)
        )
        return protect_derived(
            central, unit=unit, rule=self.rule, told=self.told, lower=low, upper=high,
            method=f"{self.found.plan.draws:,} draws", confidence=self.found.plan.confidence,
        )  # fmt: skip

    def plain(self, amount: float, *, unit: str = "£", follows: bool = True, digits: int = _SIGNIFICANT) -> Protected:
        """A number without an interval. follows: from the effects; what was paid, and what one offence costs, does not."""
        return protect_derived(_about(amount, digits), unit=unit, rule=self.rule, told=self.told if follows else ())

    def blocks(self) -> Iterable[Block]:
        plan = self.found.plan
        yield Heading("What it cost, and what fewer offences were worth")
        yield Paragraph(
            f"All amounts are pounds in prices of {plan.price_year}, discounted to {plan.first_year}, over "
            f"{plan.years} {'year' if plan.years == 1 else 'years'}, and rounded. They are estimates of what "
            "things are worth, and not money that anybody has in hand."
        )
        if self.found.not_computed:
            lacking = "\n".join(f"* **{each.what}**: {each.why}." for each in self.found.not_computed)
            yield Notice(NoticeKind.MISSING, f"Not worked out, and no part of any sum here:\n\n{lacking}")
        yield self._costs()
        yield self._benefits()
        if self.found.has_money:
            yield self._bearers()
        if self.found.net is not None and all(effect.is_published for effect in self.told):
            yield self._result()
            if len(self.found.years) > 1:
                yield self._years()
            if self.found.swings:
                yield self._tornado()
            yield self._switches(are_money=False)
            yield self._switches(are_money=True)
        yield Notice(
            NoticeKind.CANNOT_TELL,
            "\n".join(f"* **{each.what}** has no price here: {each.why}." for each in plan.not_monetised),
        )
        yield Notice(NoticeKind.METHOD, self._method())

    def _table(
        self, key: str, caption: str, columns: tuple[Column, ...], rows: list[tuple[str | Protected, ...]], *notes: str
    ) -> Table:
        return Table(f"{self.prefix}_{key}", caption, columns, tuple(rows), self.source, notes, readers=self.readers)

    def _costs(self) -> Table:
        sources = {line.title: line.source for line in self.found.plan.costs}
        rows: list[tuple[str | Protected, ...]] = [
            (each.title, _BEARERS[each.bearer], sources[each.title], self._cost(each.amount))
            for each in self.found.costs
        ]
        rows.append(("All that is held", "", "", self._cost(self.found.total_cost)))
        return self._table(
            "costs", "What was paid",
            (
                Column("item", "Item"), Column("bearer", "Borne by"), Column("source", "From"),
                Column("cost", "£", is_number=True),
            ),
            rows,
            "What rests on little is put higher by the table of optimism bias.",
        )  # fmt: skip

    def _cost(self, amount: Amount) -> Protected:
        bounds = (_about(amount.low), _about(amount.high)) if amount.high > amount.low else (None, None)
        return protect_derived(
            _about(amount.central),
            unit="£",
            rule=self.rule,
            told=(),
            lower=bounds[0],
            upper=bounds[1],
            confidence=self.found.plan.confidence,
        )

    def _benefits(self) -> Table:
        rows: list[tuple[str | Protected, ...]] = []
        for each in self.found.benefits:
            money: str | Protected = "no cost of one is held" if each.money is None else self.protect(each.money)
            one: str | Protected = self.protect(each.cost_per_one)
            if each.cost_per_one is None:
                one = (
                    f"not worked out: {each.why_no_cost_per_one}"
                    if self.protect(each.prevented).is_published
                    else self.protect(each.prevented)
                )
            rows.append(
                (
                    each.title,
                    "recorded" if each.is_recorded else "all",
                    self.protect(each.prevented, unit=each.unit),
                    money,
                    one,
                )
            )
        return self._table(
            "benefits", "What fewer offences were worth",
            (
                Column("kind", "Of what"), Column("counted", "Counted"), Column("fewer", "Fewer", is_number=True),
                Column("worth", "Worth, £", is_number=True), Column("cost_per_one", "Paid for each one fewer, £", is_number=True),
            ),
            rows,
            "Fewer than would have been met at the rate of the comparison; below nought there were more.",
            "What was paid for each one fewer takes all costs for each kind: the kinds are not added.",
        )  # fmt: skip

    def _bearers(self) -> Table:
        rows: list[tuple[str | Protected, ...]] = [
            (_BEARERS[each.bearer], self.plain(each.costs, follows=False), self.plain(each.benefits))
            for each in self.found.bearers
            if each.costs or each.benefits
        ]
        return self._table(
            "bearers", "Who bears costs and benefits",
            (Column("bearer", "Borne by"), Column("costs", "Costs, £", is_number=True), Column("benefits", "Spared, £", is_number=True)),
            rows, "What the public purse is spared frees time of services. It is seldom money that can be spent again.",
        )  # fmt: skip

    def _result(self) -> Table:
        found = self.found
        payback = "not within the analysis"
        if found.payback_years == 1:
            payback = "within the first year"
        elif found.payback_years:
            payback = f"after {found.payback_years} of {found.plan.years} years"
        partial = "Of what is held alone: what is not worked out is missing from all of these."
        return self._table(
            "result", "Benefits set against costs",
            (
                Column("of", "Of what"), Column("net", "Benefits less costs, £", is_number=True),
                Column("ratio", "Benefits for each £1 of costs, £", is_number=True),
                Column("payback", "Paid back"), Column("share", "Draws in which benefits exceed costs", is_number=True),
            ),
            [
                (
                    "All that is held" if found.is_partial else "All that has a price here",
                    self.protect(found.net),
                    self.protect(found.ratio, unit="times", digits=None),
                    payback,
                    self.plain(100 * (found.share_above_nought or 0), unit="%"),
                )
            ],
            *((partial,) if found.is_partial else ()),
            "Benefits less costs are the net present social value; what benefits are for each £1 is the benefit-cost ratio.",
        )  # fmt: skip

    def _years(self) -> Table:
        rows: list[tuple[str | Protected, ...]] = [
            (each.year, self.plain(each.costs, follows=False), self.plain(each.benefits), self.plain(each.net_so_far))
            for each in self.found.years
        ]
        return self._table(
            "years", "Year by year",
            (
                Column("year", "Financial year"), Column("costs", "Costs, £", is_number=True),
                Column("benefits", "Worth of fewer offences, £", is_number=True),
                Column("so_far", "Benefits less costs until then, £", is_number=True),
            ),
            rows,
            "At the best estimate of everything, each year weighed as above; years in which nothing falls are left out.",
        )  # fmt: skip

    def _tornado(self) -> Figure:
        points: list[Point] = []
        rows: list[tuple[str | Protected, ...]] = []
        best = self.found.net.central if self.found.net else 0.0
        for each in self.found.swings:
            low, high = sorted(each.net)
            points.append(Point(each.title, self._net_between(best, low, high)))
            whole = each.value[1] if each.is_money else 1.0
            values = (self.plain(100 * value / whole, unit="%") for value in (each.value[0], each.value[2]))
            title = f"{each.title}, of its best estimate" if each.is_money else each.title
            rows.append((title, *values, *(self.plain(net) for net in each.net)))
        table = self._table(
            "swings_numbers", "What each number does to benefits less costs",
            (
                Column("number", "Number"), Column("lowest", "Lowest", is_number=True), Column("highest", "Highest", is_number=True),
                Column("net_at_lowest", "Net at lowest, £", is_number=True),
                Column("net_at_highest", "Net at highest, £", is_number=True),
            ),
            rows,
        )  # fmt: skip
        return Figure(
            id=f"{self.prefix}_swings",
            title=f"The result rests most on: {self.found.swings[0].title[0].lower()}{self.found.swings[0].title[1:]}",
            subtitle=f"Benefits less costs, £ in prices of {self.found.plan.price_year}, each number from its lowest to its highest",
            alternative="A row for each number that is not known, with the range of benefits less costs, widest first; see the table.",
            chart=IntervalChart(
                tuple(points), "benefits less costs, £", reference=Point("benefits equal costs", self._nought())
            ),
            table=table,
            source=self.source,
            notes=("Left of the line costs are more than benefits.",),
            readers=self.readers,
        )

    def _net_between(self, best: float, low: float, high: float) -> Protected:
        return protect_derived(
            _about(best), unit="£", rule=self.rule, told=self.told, lower=_about(low), upper=_about(high)
        )

    def _nought(self) -> Protected:
        return protect_derived(0.0, unit="£", rule=self.rule, told=())

    def _switches(self, *, are_money: bool) -> Table:
        """Shares and pounds apart: a column writes all its numbers alike."""

        def tell(value: float | None) -> str | Protected:
            if value is None:
                return "at no value it can have"
            return self.plain(value) if are_money else self.plain(100 * value, unit="%")

        def tell_now(value: float) -> str | Protected:  # as its source has it, so that it can be found there
            return self.plain(round(value), follows=False, digits=_AS_PUBLISHED) if are_money else tell(value)

        rows: list[tuple[str | Protected, ...]] = [
            (each.title, tell_now(each.now), tell(each.at))
            for each in self.found.switches
            if each.is_money is are_money
        ]
        if are_money:
            return self._table(
                "switches_costs", "What one offence would have to cost for benefits to equal costs",
                (Column("number", "Number"), Column("now", "Now, £", is_number=True), Column("switch", "Equal at, £", is_number=True)),
                rows,
            )  # fmt: skip
        return self._table(
            "switches", "What would have to be true for benefits to equal costs",
            (Column("number", "Number"), Column("now", "As it is", is_number=True), Column("switch", "Equal at", is_number=True)),
            rows, "Each by itself, all others at their best estimates. At 100% of the comparison's rate there is no difference.",
        )  # fmt: skip

    def _method(self) -> str:
        plan = self.found.plan
        shares = plan.additionality
        told = [
            f"{name}: {100 * share.value:.0f}% ({share.why})"
            for name, share in (
                ("would have come anyway", shares.deadweight),
                ("owed to this", shares.attribution),
                ("moved elsewhere", shares.displacement),
                ("lost each year", shares.drop_off),
            )
        ]
        lines = [
            f"Every number that is not known was drawn {plan.draws:,} times, each by itself; the effect from its own interval.",
            f"Bounds hold {format_confidence(plan.confidence)} of the draws.",
            (
                "Unit costs without limits are taken as known, and so is how many offences would have been met without treatment; where "
                "that is worked out from what the treated places met, what they met is."
            ),
            f"Taken off: {'; '.join(told)}.",
            *self.found.notes,
        ]
        return "\n".join(f"* {line}" for line in lines)

    def _why_not(self) -> str:
        return "a cost is not held" if self.found.lacks_a_cost else "no benefit could be valued"


def _about(number: float, digits: int = _SIGNIFICANT) -> float:
    """To so many significant digits: more would claim what nobody knows."""
    return float(f"{number:.{digits}g}")
