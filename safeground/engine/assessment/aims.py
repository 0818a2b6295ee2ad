"""One of the strategy's aims: its level, its change, its split at 25, and its quarters."""

from __future__ import annotations

from collections.abc import Sequence

from safeground.engine.assessment.counted import Counted, say_why_not
from safeground.engine.assessment.sentences import count_words, name_period, say_when
from safeground.engine.assessment.withholding import protect_cells
from safeground.engine.disclosure import Protected
from safeground.engine.documents import (
    Block,
    ColumnChart,
    Figure,
    Finding,
    Notice,
    NoticeKind,
    Point,
    Table,
    capitalise,
    format_value,
)
from safeground.engine.measures import Period, PeriodKind, get_periods

UNDER_25 = "victim_under_25"
_AGES = ("Under 25", "25 and over", "Age not known")
_QUARTERS = 8


def make_aim(aim: Counted, *, name: str) -> list[Block]:
    """Findings, table and figure of an aim whose feed has landed. `name`: begins the ids of its findings."""
    blocks: list[Block] = [
        aim.level_finding(id=f"aims.{name}.level"),
        make_young_finding(aim, id=f"aims.{name}.under_25"),
    ]
    change = aim.change_finding(id=f"aims.{name}.change")
    if change is None:
        blocks.append(
            Notice(
                NoticeKind.MISSING,
                "No month has the same month of the year before beside it, so no change can be told.",
            )
        )
    else:
        blocks.append(change)
    blocks.append(_age_table(aim, name=name))
    figure = _quarters_figure(aim, name=name)
    return [*blocks, *([figure] if figure is not None else [])]


def make_young_finding(aim: Counted, *, id: str) -> Finding:  # noqa: A002
    """How many of the definite events had a victim under 25, and of how many nobody knows."""
    ages, when = split_at_25(aim, (aim.period,)), say_when(aim.period.label)
    young, unknown = ages["Under 25"][0], ages.get("Age not known", (None,))[0]
    whom = {"offences": "had a victim under 25", "victims": "were under 25"}.get(aim.unit, "were of people under 25")
    if not young.is_published:
        said = f"How many {aim.name()} {whom} {when} is {say_why_not(young)}"
    else:
        said = f"{format_value(young)} {aim.name(young)} {when} {whom.replace('were', 'was') if young.value == 1 else whom}"
        if unknown is None:
            said += ". All others were 25 or over, or of an age that is not known."
        elif unknown.value == 0:
            said += "; of none is the age unknown."
        else:
            known = format_value(unknown) if unknown.is_published else f"a number that is {unknown.state}"
            said += f"; of {known} more the age is not known."
    return aim.finding(id=id, sentence=said, estimate=young, period=aim.period.label)


def split_at_25(aim: Counted, periods: Sequence[Period]) -> dict[str, list[Protected]]:
    """For each group of ages its number in each period. Where so few ages are missing that their number is withheld, those of 25 and
    over are told together with them: the split at 25 is what the aim is about, and it need not go with them."""
    counts = [list(aim.split(UNDER_25, period, values=("yes", "no")).values()) for period in periods]
    totals = [aim.protect_level(period) for period in periods]
    titles = list(_AGES)
    if any(0 < round(unknown) <= aim.rule.threshold for _, _, unknown in counts if unknown == unknown):
        counts = [[young, others + unknown] for young, others, unknown in counts]
        titles = ["Under 25", "25 and over, or age not known"]
    told = [
        aim.protect_parts(
            parts, of=total, keys=[aim.key(period, f"age={title}") for title in titles], total=aim.key(period)
        )
        for parts, total, period in zip(counts, totals, periods, strict=True)
    ]
    return {title: [column[at] for column in told] for at, title in enumerate(titles)}


def _age_table(aim: Counted, *, name: str) -> Table:
    periods = (aim.comparison.latest, aim.comparison.before) if aim.comparison else (aim.period,)
    rows: list[tuple[str | Protected, ...]] = [
        (title, *numbers) for title, numbers in split_at_25(aim, periods).items()
    ]
    bounds = [aim.protect_bounds(period) for period in periods]
    rows += [
        ("All that are certain", *(definite for definite, _, _ in bounds)),
        ("Cannot be told", *(more for _, more, _ in bounds)),
    ]
    return aim.table(
        id=f"aim_{name}",
        caption=f"{aim.definition.title}: {name_period(periods[0].label)}{' and the same months before' if len(periods) > 1 else ''}",
        columns=[("group", "Group"), *((f"period_{at}", capitalise(p.label)) for at, p in enumerate(periods, 1))],
        rows=rows,
        notes=(aim.evidence.catalogue.disclosure.of_owner(aim.rule.name).note,),
    )


def _quarters_figure(aim: Counted, *, name: str) -> Figure | None:
    """The latest complete quarters as columns; None where fewer than two are complete, or most are nought or withheld."""
    quarters = [q for q in get_periods(PeriodKind.QUARTER, aim.covered) if q.is_complete(aim.covered)][-_QUARTERS:]
    if len(quarters) < 2:
        return None
    counts = [aim.total(quarter)[0] for quarter in quarters]
    told = [period for period in (aim.period, *((aim.comparison.before,) if aim.comparison else ())) if period]
    lines = [
        [at for at, quarter in enumerate(quarters) if set(quarter.months) <= set(period.months)] for period in told
    ]
    withheld = protect_cells(
        counts,
        lines,
        aim.rule,
        unit=aim.unit,
        keys=[aim.key(quarter) for quarter in quarters],
        register=aim.register,
    )
    estimates = [
        aim.protect_level(quarter) if cell.is_published else cell
        for quarter, cell in zip(quarters, withheld, strict=True)
    ]
    labels = [f"{quarter.first:%b} to {quarter.last:%b %Y}" for quarter in quarters]
    shown = [(label, estimate) for label, estimate in zip(labels, estimates, strict=True) if estimate.value is not None]
    hidden = len(labels) - len(shown)
    if 2 * sum(estimate.value != 0 for _, estimate in shown) < len(labels):
        return None
    high = max(shown, key=lambda item: item[1].value or 0)
    return Figure(
        id=f"aim_{name}_by_quarter",
        title=_quarters_title(aim, estimates[-1], high, len(labels)),
        subtitle=f"{aim.definition.title}, {aim.unit} by quarter, {labels[0]} to {labels[-1]}; line: 95% interval where there is one",
        alternative=(
            f"A column for each of {len(labels)} quarters. The highest that is told is {high[0]} with {format_value(high[1])}. "
            f"{hidden} are withheld or missing. The table holds every number."
        ),
        chart=ColumnChart(
            tuple(Point(label, estimate) for label, estimate in zip(labels, estimates, strict=True)),
            aim.unit,
            "Quarter",
        ),
        table=aim.table(
            id=f"aim_{name}_by_quarter",
            caption=f"{aim.definition.title} by quarter",
            columns=[("quarter", "Quarter"), ("count", capitalise(aim.unit))],
            rows=list(zip(labels, estimates, strict=True)),
        ),
        source=aim.source,
        readers=aim.readers,
    )


def _quarters_title(aim: Counted, latest: Protected, high: tuple[str, Protected], number: int) -> str:
    said = f"{format_value(latest)} in the latest quarter, {format_value(high[1])} in the highest of {count_words(number, 'quarter')}"
    return f"{capitalise(aim.what)}: {said}"
