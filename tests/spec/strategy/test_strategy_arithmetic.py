"""The strategy's own arithmetic, against what was worked out by hand for its table of crime in 2023 (the domain handbook's self-test)."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest

from safeground.engine.catalogue import load_catalogue
from safeground.engine.strategy import (
    PublishedFigure,
    Standing,
    Strategy,
    check_arithmetic,
    load_strategy,
    printed_range,
)


@pytest.fixture(scope="module")
def essex() -> Strategy:
    strategy = load_strategy(load_catalogue("essex"))
    assert strategy is not None
    return strategy


@pytest.mark.parametrize(
    ("figure", "standing", "ours"),
    [
        ("all_crime_share", Standing.REPRODUCED, ""),
        ("all_violence_share", Standing.REPRODUCED, "40.8%"),
        ("serious_violence_share", Standing.REPRODUCED, "2.0%"),
        ("vv_share", Standing.CONTRADICTED, "0.70%"),
        ("all_violence", Standing.CONTRADICTED, ""),
    ],
)
def test_the_table_of_crime_in_2023(essex: Strategy, figure: str, standing: Standing, ours: str) -> None:
    checked = check_arithmetic(essex, essex.figure(figure))
    assert checked is not None
    assert (checked.standing, checked.ours) == (standing, ours)


def test_what_the_share_would_have_to_be_made_of_is_told(essex: Strategy) -> None:
    checked = check_arithmetic(essex, essex.figure("vv_share"))
    assert checked is not None
    assert "1,020 or fewer" in checked.because  # 1,020.5 on the base of 157,000, as worked out by hand


def test_other_figures_are_left_to_data(essex: Strategy) -> None:
    table = {figure.id for figure in essex.figures if figure.table == "crime_2023"}
    decided = {figure.id for figure in essex.figures if check_arithmetic(essex, figure) is not None}
    assert decided == table - {"all_crime", "serious_violence", "vv"}


@pytest.fixture
def figure(essex: Strategy) -> Callable[..., PublishedFigure]:
    return lambda **changes: essex.figure("vv").model_copy(update={"rounded_to": None, **changes})


def test_a_print_stands_for_every_number_that_is_printed_so(figure: Callable[..., PublishedFigure]) -> None:
    assert printed_range(figure(printed="1,100", value=1100.0)) == (1050, 1150)
    assert printed_range(figure(printed="1,100", value=1100.0, rounded_to=10.0)) == (1095, 1105)
    assert printed_range(figure(printed="64,115", value=64115.0, rounded_to=100.0)) == (64114.5, 64115.5)
    assert printed_range(figure(printed="0.6%", value=0.6, unit="%")) == pytest.approx((0.55, 0.65))
    assert printed_range(figure(printed="100%", value=100.0, unit="%")) == (99.5, 100.5)
    assert printed_range(figure(printed="10,000", value=10000.0, qualifier="over")) == (10000, math.inf)


def test_a_part_is_never_more_than_its_whole(essex: Strategy, figure: Callable[..., PublishedFigure]) -> None:
    said = check_arithmetic(essex, figure(printed="158,000", value=158000.0, part_of="all_crime"))
    assert said is not None and said.standing is Standing.CONTRADICTED
    assert check_arithmetic(essex, figure(printed="157,000", value=157000.0, part_of="all_crime")) is None
