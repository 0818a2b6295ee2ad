"""What the page of a cost-benefit analysis says, and what it keeps back."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from typing import Any

import numpy as np
import pytest
from cost_plans import ESSEX, MADE_UP, make_economics, make_effect, make_plan

from safeground.engine.disclosure import DisclosureRule, Protected, State
from safeground.engine.documents import Direction, Figure, IntervalChart, Notice, NoticeKind, Table
from safeground.engine.evaluation import PATROL_DAYS, CostBenefitSection, Effect, Side, appraise, tell_cost_benefit

OPEN = DisclosureRule("open", "open data", 0, 1, "publisher", "made up")
SMALL = DisclosureRule("police", "police counts", 4, 1, "police", "made up")


def tell(
    effect: Effect | None = None, *, rule: DisclosureRule = OPEN, economics: Any = None, **changes: Any
) -> CostBenefitSection:
    effects = {"violence": effect or make_effect()}
    found = appraise(
        make_plan(**changes), economics or make_economics(violence=10_000.0), effects, rng=np.random.default_rng(5)
    )
    return tell_cost_benefit(found, effects, rule=rule, prefix="trial", source=MADE_UP)


def tables(section: CostBenefitSection) -> dict[str, Table]:
    return {block.id.removeprefix("trial_"): block for block in section.blocks if isinstance(block, Table)}


def words(told: Any) -> list[str]:
    """Every text of a tree of blocks."""
    if isinstance(told, str):
        return [told]
    if isinstance(told, tuple | list):
        return [text for each in told for text in words(each)]
    if is_dataclass(told) and not isinstance(told, Protected):
        return [text for field in fields(told) for text in words(getattr(told, field.name))]
    return []


@pytest.mark.parametrize(
    ("effect", "direction", "begins"),
    [
        (
            make_effect(0.3, 0.2, 0.45),
            Direction.HIGHER,
            "For each £1 paid, fewer offences are put at more than £1: £2.8 (95% of draws £2.2 to £3.2)",
        ),
        (
            make_effect(0.9, 0.85, 0.95),
            Direction.LOWER,
            "For each £1 paid, fewer offences are put at less than £1: £0.4",
        ),
        (
            make_effect(0.7, 0.4, 1.2),
            Direction.CANNOT_TELL,
            "We cannot tell whether fewer offences were worth what was paid",
        ),
    ],
)
def test_the_sentence_says_what_the_interval_carries(effect: Effect, direction: Direction, begins: str) -> None:
    section = tell(effect)
    assert section.direction is direction
    assert section.sentence.startswith(begins)


def test_no_gain_is_claimed_of_an_effect_that_does_not_stand_out_among_others() -> None:
    among_many = replace(make_effect(0.3, 0.2, 0.45), family_p=0.2)
    section = tell(among_many)
    assert section.direction is Direction.CANNOT_TELL and section.sentence.startswith("We cannot tell")
    [row] = tables(section)["benefits"].rows
    assert row[4] == "not worked out: the effect does not stand out from the others it is read with"


def test_no_word_claims_a_change_where_days_of_one_period_are_set_against_each_other() -> None:
    section = tell()
    for text in [section.sentence, *words(section.blocks)]:
        PATROL_DAYS.check_words(text, where="the section")


def test_what_is_withheld_of_an_effect_is_withheld_of_its_money() -> None:
    """Of 3 events on one side neither the ratio, nor what it was worth, nor anything that it could be worked out from is told."""
    few = make_effect(treated=Side(720, 3), other=Side(1080, 60))
    section = tell(few, rule=SMALL)
    assert section.estimate.state is State.SUPPRESSED and "is not told" in section.sentence
    told = tables(section)
    assert set(told) == {"costs", "benefits", "bearers"}
    [row] = told["benefits"].rows
    assert [cell.state for cell in row if isinstance(cell, Protected)] == [State.SUPPRESSED] * 3
    assert not [block for block in section.blocks if isinstance(block, Figure)]
    assert all(row[2].state is State.SUPPRESSED for row in told["bearers"].rows if isinstance(row[2], Protected))
    # What was paid is nobody's count.
    assert told["costs"].rows[0][-1].value == 100_000


def test_a_cost_that_is_not_held_is_named_and_no_net_value_is_told() -> None:
    cost = {"title": "Overtime", "bearer": "fiscal", "price_year": "2024-25", "amounts": [100_000], "source": MADE_UP}
    section = tell(costs=[cost])
    assert (
        section.sentence == "What fewer offences were worth cannot be set against what was paid: not held for Overtime."
    )
    assert set(tables(section)) == {"costs", "benefits", "bearers"}
    [missing] = [block for block in section.blocks if isinstance(block, Notice) and block.kind is NoticeKind.MISSING]
    assert "**Overtime**: prices of 2024-25 cannot be told" in missing.markdown


def test_a_benefit_that_is_not_held_is_named_beside_the_sum() -> None:
    lines = [
        {"title": "Knife crime", "outcome": "violence", "unit_cost": "knife_crime", "expected": [40]},
        {"title": "Robbery", "outcome": "violence", "unit_cost": "robbery", "expected": [10]},
    ]
    section = tell(benefits=lines, economics=ESSEX)
    assert section.sentence.endswith("Not in it, as no cost is held: Knife crime.")
    [knife, robbery] = tables(section)["benefits"].rows
    assert knife[3] == "no cost of one is held" and isinstance(robbery[3], Protected)


def test_the_cost_of_one_fewer_is_undefined_in_words() -> None:
    [row] = tables(tell(make_effect(0.7, 0.4, 1.2)))["benefits"].rows
    assert row[4] == "not worked out: the interval of the effect includes no difference"


def test_the_tornado_draws_each_number_widest_first_around_the_same_estimate() -> None:
    none = {"value": 0, "why": MADE_UP}
    shares = {
        "deadweight": none, "attribution": {"value": 0.9, "low": 0.8, "high": 1, "why": MADE_UP}, "displacement": none, "drop_off": none,
    }  # fmt: skip
    [figure] = [block for block in tell(additionality=shares).blocks if isinstance(block, Figure)]
    assert isinstance(figure.chart, IntervalChart)
    [effect, share] = [point.estimate for point in figure.chart.points]
    assert (effect.value, share.value) == (80_000, 80_000)
    assert (effect.lower, effect.upper) == (-64_000, 170_000)
    assert (share.lower, share.upper) == (60_000, 100_000)
    assert [row[0] for row in figure.table.rows] == [point.label for point in figure.chart.points]


def test_what_has_no_price_is_always_named() -> None:
    [notice] = [block for block in tell().blocks if isinstance(block, Notice) and block.kind is NoticeKind.CANNOT_TELL]
    assert "**Fear** has no price here" in notice.markdown
