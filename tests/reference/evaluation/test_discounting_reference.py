"""Discounting against published factors and worked examples, each re-done by hand."""

from __future__ import annotations

import numpy as np
import pytest

from safeground.engine.catalogue import load_economics
from safeground.engine.evaluation import NotHeld, discount_factors, price_ratio

TABLE = (1, 0.9662, 0.9335, 0.9019, 0.8714, 0.8420, 0.8135, 0.7860, 0.7594, 0.7337, 0.7089)
"""Weights of years 0 to 10 at 3.5%, to four decimals, as the Green Book's table of discount factors has them."""


@pytest.fixture(scope="module")
def economics():
    return load_economics("essex")


def test_weights_are_those_of_the_green_book(economics) -> None:
    assert discount_factors(11, economics.discounting.standard).round(4).tolist() == list(TABLE)


def test_the_rate_falls_after_thirty_and_after_seventy_five_years_without_a_jump(economics) -> None:
    weights = discount_factors(126, economics.discounting.standard)
    # By hand: 1.035^-30 = 0.35628; a year more at 3% is 0.34590; 1.035^-30 x 1.03^-45 = 0.09421; a year more at 2.5% is 0.09192.
    assert weights[[30, 31, 75, 76]].round(5).tolist() == [0.35628, 0.3459, 0.09421, 0.09192]
    assert weights[125] == pytest.approx(1.035**-30 * 1.03**-45 * 1.025**-50, rel=1e-12)


@pytest.mark.parametrize(
    ("outlay", "a_year", "net"),
    [
        (10.0, 2.5, -0.817),  # 2.5 x (0.9662 + 0.9335 + 0.9019 + 0.8714) = 2.5 x 3.6731 = 9.183
        (5.0, 1.5, 0.510),  # 1.5 x 3.6731 = 5.510
    ],
)
def test_two_options_of_four_years(economics, outlay: float, a_year: float, net: float) -> None:
    """The two options with which the Green Book's annex on discounting explains a net present value, in millions; by hand above."""
    flow = np.array([-outlay, *[a_year] * 4])
    assert float(flow @ discount_factors(5, economics.discounting.standard)) == pytest.approx(net, abs=5e-4)


def test_health_is_discounted_at_its_own_rate_and_no_further_than_it_is_held(economics) -> None:
    assert discount_factors(11, economics.discounting.health)[10] == pytest.approx(0.86167, abs=5e-6)  # 1.015^-10
    assert discount_factors(31, economics.discounting.health).size == 31
    with pytest.raises(NotHeld, match="health after year 30 is not held"):
        discount_factors(32, economics.discounting.health)


def test_no_rate_no_weight(economics) -> None:
    with pytest.raises(NotHeld, match="after 125"):
        discount_factors(127, economics.discounting.standard)


def test_prices_of_another_year_need_a_series(economics) -> None:
    assert price_ratio(from_year="2015-16", to_year="2015-16", deflators=economics.deflators) == 1
    with pytest.raises(NotHeld, match="no edition of the Treasury's series"):
        price_ratio(from_year="2015-16", to_year="2024-25", deflators=economics.deflators)
    made_up = economics.deflators.model_copy(
        update={"title": "made-up", "not_held": None, "index": {"2015-16": 80.0, "2024-25": 100.0}}
    )
    assert price_ratio(from_year="2015-16", to_year="2024-25", deflators=made_up) == 1.25
    with pytest.raises(NotHeld, match=r"made-up.* has no 2023-24"):
        price_ratio(from_year="2015-16", to_year="2023-24", deflators=made_up)
