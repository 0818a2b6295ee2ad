"""Capture-recapture finds the truth where its assumptions hold, and fails in the direction that its module says where they do not."""

from __future__ import annotations

import numpy as np
import pytest

from safeground.engine.statistics import (
    bound_from_below,
    estimate_linked_share,
    estimate_three_lists,
    estimate_two_lists,
    remove_chance_links,
    shrink_ratios,
)

TRUE = 2_000
ROUNDS = 200


def draw_histories(rng: np.random.Generator, chances: np.ndarray) -> np.ndarray:
    """Cells of three lists; chances: shape (events, 3)."""
    listed = (rng.random(chances.shape) < chances).astype(int)
    cells = np.zeros((2, 2, 2))
    np.add.at(cells, tuple(listed.T), 1)
    cells[0, 0, 0] = 0
    return cells


def independent(rng: np.random.Generator) -> np.ndarray:
    return draw_histories(rng, np.tile([0.5, 0.3, 0.4], (TRUE, 1)))


def one_leads_to_another(rng: np.random.Generator) -> np.ndarray:
    """Whoever is in the first list is likelier to be in the second."""
    first = rng.random(TRUE) < 0.5
    chances = np.column_stack([first, np.where(first, 0.6, 0.15), np.full(TRUE, 0.4)])
    return draw_histories(rng, chances)


def one_instead_of_another(rng: np.random.Generator) -> np.ndarray:
    first = rng.random(TRUE) < 0.5
    return draw_histories(rng, np.column_stack([first, np.where(first, 0.1, 0.5), np.full(TRUE, 0.4)]))


def some_are_easier(rng: np.random.Generator) -> np.ndarray:
    """Badly hurt people are likelier to be in every list."""
    badly = rng.random(TRUE) < 0.4
    return draw_histories(rng, np.where(badly[:, None], [0.8, 0.7, 0.7], [0.2, 0.1, 0.2]))


def two_lists(cells: np.ndarray):
    pair = cells.sum(axis=2)
    pair[0, 0] = 0
    return estimate_two_lists(pair[1].sum(), pair[:, 1].sum(), pair[1, 1])


def repeat(make, estimate) -> list:
    rng = np.random.default_rng(3)
    return [estimate(make(rng)) for _ in range(ROUNDS)]


def test_two_independent_lists_hold_the_truth_as_often_as_they_say():
    found = repeat(independent, two_lists)
    held = np.mean([each.lower <= TRUE <= each.upper for each in found])
    assert 0.91 <= held <= 0.99
    assert np.median([each.value for each in found]) == pytest.approx(TRUE, rel=0.02)


def test_two_lists_say_too_few_where_one_leads_to_the_other():
    assert max(each.upper for each in repeat(one_leads_to_another, two_lists)) < TRUE


def test_two_lists_say_too_many_where_one_is_chosen_instead_of_the_other():
    assert min(each.lower for each in repeat(one_instead_of_another, two_lists)) > TRUE


@pytest.mark.parametrize("make", [independent, one_leads_to_another, one_instead_of_another])
def test_the_range_of_three_lists_holds_the_truth_whichever_pair_depends(make):
    """Where independence of two lists alone fails always, the range over models holds it nearly always."""
    held = [each.lower <= TRUE <= each.upper for each in repeat(make, estimate_three_lists)]
    assert np.mean(held) >= 0.95


def test_the_model_that_knows_which_pair_depends_is_the_one_that_is_weighed_most():
    """Lists 0 and 1 depend: models with that pair have nearly all the weight, and independence has none."""
    weights = [
        sum(model.weight for model in found.models if (0, 1) in model.pairs)
        for found in repeat(one_leads_to_another, estimate_three_lists)
    ]
    assert min(weights) > 0.95


def test_where_some_are_easier_to_list_the_bound_is_a_bound():
    def bound(cells: np.ndarray):
        listed = np.indices((2, 2, 2)).sum(axis=0)
        alone = [cells[1, 0, 0], cells[0, 1, 0], cells[0, 0, 1]]
        return bound_from_below(alone, cells[listed == 2].sum(), cells.sum())

    found = repeat(some_are_easier, bound)
    assert max(each.value for each in found) < TRUE
    independence = [each.models[0].value for each in repeat(some_are_easier, estimate_three_lists)]
    assert max(independence) < TRUE, "independence fails low where lists depend on each other positively"


def test_links_less_those_of_chance_hold_the_true_share():
    rng = np.random.default_rng(5)
    true, chance, records = 0.4, 0.25, 800
    held = []
    for _ in range(400):
        linked = rng.random(records) < true
        seems = linked | (rng.random(records) < chance)
        moved = rng.random(8 * records) < chance
        share = estimate_linked_share(seems.sum(), records, moved.sum(), moved.size)
        held.append(share.lower <= true <= share.upper)
    assert 0.92 <= np.mean(held) <= 0.98


def test_a_share_that_is_missed_makes_too_many_look_unlinked():
    rng = np.random.default_rng(6)
    linked = (rng.random(20_000) < 0.5) & (rng.random(20_000) < 0.9)
    seems = linked | (rng.random(20_000) < 0.2)
    share = estimate_linked_share(seems.sum(), 20_000, 4_000, 20_000)
    assert share.upper < 0.5


@pytest.mark.parametrize("missed", [0.0, 0.1])
def test_links_to_two_lists_are_separated_from_chance(missed):
    rng = np.random.default_rng(7)
    n, rates = 200_000, (0.3, 0.2)
    true = rng.choice(4, size=n, p=[0.4, 0.2, 0.3, 0.1])
    is_in = np.column_stack([true >= 2, true % 2 == 1])
    by_chance = rng.random((n, 2)) < rates
    seems = (is_in & (rng.random((n, 2)) >= missed)) | by_chance
    found, chance = np.zeros((2, 2)), np.zeros((2, 2))
    np.add.at(found, tuple(seems.astype(int).T), 1)
    np.add.at(chance, tuple((rng.random((n, 2)) < rates).astype(int).T), 1)
    corrected = remove_chance_links(found, chance, missed=missed) / n
    assert corrected == pytest.approx(np.array([[0.4, 0.2], [0.3, 0.1]]), abs=0.01)


def test_areas_that_do_not_differ_are_seldom_told_apart():
    rng = np.random.default_rng(8)
    bases = np.linspace(400, 4_000, 14)
    words = [shrink_ratios(rng.poisson(bases * 0.03), bases).direction for _ in range(ROUNDS)]
    assert np.mean(np.array(words) != "cannot tell") < 0.03


def test_an_area_with_twice_its_share_is_found_and_never_called_fewer():
    rng = np.random.default_rng(9)
    bases = np.full(14, 2_000.0)
    true = np.where(np.arange(14) == 3, 2.0, 1.0)
    words = np.array([shrink_ratios(rng.poisson(bases * 0.03 * true), bases).direction for _ in range(ROUNDS)])
    assert np.mean(words[:, 3] == "higher") > 0.95 and not np.any(words[:, 3] == "lower")
