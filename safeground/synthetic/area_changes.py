"""Which small areas changed between 2011 and 2021, and how."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class AreaChange:
    """One row of the lookup from LSOA 2011 to LSOA 2021: U unchanged, S split, M merged, X irregular. Positions, not codes."""

    lsoa11: int
    lsoa21: int
    change_code: str


def choose_changes(
    rng: np.random.Generator,
    touching: np.ndarray,
    centre: np.ndarray,
    within: tuple[np.ndarray, ...],
    *,
    split: int,
    merged: int,
    irregular: int,
) -> dict[str, list[tuple[int, ...]]]:
    """Choose touching pieces that changed together, away from town centres and inside one ward and one middle layer area."""
    a, b = touching.T
    together = np.all([group[a] == group[b] for group in within], axis=0) & ~centre[a] & ~centre[b]
    pairs = [tuple(pair) for pair in rng.permutation(touching[together]).tolist()]
    partners: dict[int, set[int]] = {}
    for p, q in pairs:
        partners.setdefault(p, set()).add(q)
        partners.setdefault(q, set()).add(p)
    taken: set[int] = set()
    chosen: dict[str, list[tuple[int, ...]]] = {"X": [], "M": [], "S": []}
    for p, q in pairs:
        if taken & {p, q}:
            continue
        third = sorted(partners[q] - taken - {p, q})
        if len(chosen["X"]) < irregular:
            if not third:
                continue
            cluster, kind = (p, q, third[0]), "X"
        elif len(chosen["M"]) < merged:
            cluster, kind = (p, q), "M"
        elif len(chosen["S"]) < split:
            cluster, kind = (p, q), "S"
        else:
            break
        chosen[kind].append(cluster)
        taken.update(cluster)
    if len(chosen["X"]) < irregular or len(chosen["M"]) < merged:
        raise ValueError(
            "The small areas are too few to have changed between 2011 and 2021; ask for 20 or more a force."
        )
    return chosen


def list_changes(lsoa11_of: np.ndarray, lsoa21_of: np.ndarray) -> tuple[AreaChange, ...]:
    pairs = sorted(set(zip(lsoa11_of.tolist(), lsoa21_of.tolist(), strict=True)))
    children, parents = np.bincount([p for p, _ in pairs]), np.bincount([c for _, c in pairs])
    irregular = {p for p, c in pairs if children[p] > 1 and parents[c] > 1}
    irregular_children = {c for p, c in pairs if p in irregular}

    def kind(parent: int, child: int) -> str:
        if parent in irregular or child in irregular_children:
            return "X"
        return "S" if children[parent] > 1 else "M" if parents[child] > 1 else "U"

    return tuple(AreaChange(p, c, kind(p, c)) for p, c in pairs)
