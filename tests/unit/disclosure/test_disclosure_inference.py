"""The bounds that sums put on counts, held to two programmes for each count: slow, and with nothing clever in them."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import linprog

from safeground.engine.disclosure import inference
from safeground.engine.disclosure.inference import infer_bounds

THRESHOLD = 4.0
Table = tuple[np.ndarray, list[tuple[int, tuple[int, ...]]], np.ndarray]


def make_table(rng: np.random.Generator) -> Table:
    """Counts in two overlapping ways of adding up, with their totals, and which of them readers have."""
    inner = rng.poisson(3, rng.integers(4, 9))
    counts, sums = inner.tolist(), []
    for _ in range(rng.integers(2, 6)):
        parts = np.flatnonzero(rng.random(len(inner)) < 0.5)
        if len(parts) > 1:
            sums.append((len(counts), tuple(parts.tolist())))
            counts.append(int(inner[parts].sum()))
    counts = np.array(counts, dtype=float)
    return counts, sums, rng.random(len(counts)) < np.where(np.arange(len(counts)) < len(inner), 0.25, 0.9)


def bounds_one_by_one(table: Table) -> list[tuple[float, float]]:
    counts, sums, told = table
    matrix = np.zeros((len(sums), len(counts)))
    for row, (total, parts) in enumerate(sums):
        matrix[row, total], matrix[row, list(parts)] = -1, 1
    limits = [(n, n) if is_told else (0, 1e6) for n, is_told in zip(counts, told, strict=True)]
    found = []
    for at in range(len(counts)):
        cost = np.eye(len(counts))[at]
        ends = [linprog(sign * cost, A_eq=matrix, b_eq=np.zeros(len(sums)), bounds=limits).fun for sign in (1, -1)]
        found.append((ends[0], -ends[1]))
    return found


@pytest.mark.parametrize("seed", range(30))
def test_what_can_be_worked_out_is_found_and_nothing_else(seed: int) -> None:
    counts, sums, told = table = make_table(np.random.default_rng(seed))
    withheld = ~told & (np.arange(len(counts)) % 2 == 0)
    found = infer_bounds(
        np.where(told, counts, 0), np.where(told, counts, np.inf), sums,
        asked=~told, withheld=withheld, beyond=THRESHOLD,
    )  # fmt: skip
    assert found.broken == () == found.unasked
    for at, (lower, upper) in enumerate(bounds_one_by_one(table)):
        known = found.lower[at], found.upper[at]
        assert known[0] <= lower + 1e-6 and known[1] >= upper - 1e-6, "no bound is narrower than the truth"
        assert (known[1] - known[0] < 1e-6) == (upper - lower < 1e-6)
        is_spread = upper > THRESHOLD or (lower <= 1 and upper >= THRESHOLD)
        if withheld[at] and not is_spread:
            assert known == pytest.approx((lower, upper), abs=1e-6)


@pytest.mark.parametrize("seed", range(12))
def test_counts_let_go_a_few_at_a_time_are_known_exactly_as_if_all_were_asked(
    monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    """Five tables tied by two long sums, whose counts are let go in parts: what is found is what two programmes a count find."""
    for name, small in (("_MANY", 5), ("_BATCH", 8), ("_LONG", 9), ("_FEW", 3)):
        monkeypatch.setattr(inference, name, small)
    rng = np.random.default_rng(100 + seed)
    counts, sums, told = [], [], []
    firsts: list[list[int]] = [[], []]
    for _ in range(5):
        numbers, own, here = make_table(rng)
        start = len(counts)
        counts += numbers.tolist()
        told += here.tolist()
        sums += [(start + total, tuple(start + part for part in parts)) for total, parts in own]
        for at in (0, 1):
            firsts[at] += [start + at, start + at + 2]
    for parts in firsts:
        sums.append((len(counts), tuple(parts)))
        counts.append(sum(counts[part] for part in parts))
        told.append(True)
    numbers, is_told = np.array(counts, dtype=float), np.array(told)
    withheld = ~is_told & (np.arange(len(numbers)) % 2 == 0)
    found = inference.infer_bounds(
        np.where(is_told, numbers, 0), np.where(is_told, numbers, np.inf), sums,
        asked=~is_told, withheld=withheld, beyond=THRESHOLD,
    )  # fmt: skip
    assert found.broken == () == found.unasked
    for at, (lower, upper) in enumerate(bounds_one_by_one((numbers, sums, is_told))):
        known = found.lower[at], found.upper[at]
        assert known[0] <= lower + 1e-6 and known[1] >= upper - 1e-6
        assert (known[1] - known[0] < 1e-6) == (upper - lower < 1e-6)
        is_spread = upper > THRESHOLD or (lower <= 1 and upper >= THRESHOLD)
        if withheld[at] and not is_spread:
            assert known == pytest.approx((lower, upper), abs=1e-6)


@pytest.mark.parametrize("last", [2000, 2001])
def test_numbers_that_contradict_each_other_spoil_nothing_beside_them(last: int) -> None:
    """Four sums of which each could hold and all together cannot, beside a table in which a withheld count can be bounded."""
    totals = [2000.0, 2000, 2000, last, 13]
    sums = [(4, (0, 1)), (5, (2, 3)), (6, (0, 2)), (7, (1, 3)), (8, (9, 10)), (12, (10, 11)), (13, (9, 11))]
    counts = {4: totals[0], 5: totals[1], 6: totals[2], 7: totals[3], 8: totals[4], 12: 9.0, 13: 10.0}
    lower = np.array([counts.get(at, 0.0) for at in range(14)])
    upper = np.array([counts.get(at, np.inf) for at in range(14)])
    asked = np.isinf(upper)
    found = infer_bounds(lower, upper, sums, asked=asked, withheld=asked, beyond=THRESHOLD)
    assert found.lower[9:12].tolist() == found.upper[9:12].tolist() == [7, 6, 3]
    assert (found.upper[:4] - found.lower[:4] > 1_000).all(), "of what is contradicted nothing is made"
    assert found.broken == ()
