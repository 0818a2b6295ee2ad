"""Quarantine: rejected rows as sent, each with the rules it broke, so that the sender can correct and send them again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from safeground.engine.catalogue import OnFailure
from safeground.engine.feeds.checking.reading import CELLS
from safeground.engine.feeds.checking.repeats import Fault

COLUMNS = ("row", "rules", "columns", "message")
"""Of rows.csv, before the columns as sent."""


def quarantine_lines(
    columns: Sequence[str],
    faults: Sequence[Fault],
    quarantined: np.ndarray,
    as_sent: Iterable[tuple[int, Sequence[str]]],
) -> Iterator[list[object]]:
    """The lines of rows.csv: the header, then of each row its number, rules broken, columns, what is wrong, and its cells as sent.

    columns: the file's; as_sent: the rows of `quarantined`, in its order. The cells are not masked: the file stays in the workspace
    beside the delivery it comes from.
    """
    yield [*COLUMNS, *columns]
    rejecting = [fault for fault in faults if fault.rule.on_failure is OnFailure.QUARANTINE]
    breaks = np.zeros((len(quarantined), len(rejecting)), bool)
    for place, fault in enumerate(rejecting):
        breaks[np.searchsorted(quarantined, fault.rows), place] = True
    told: dict[bytes, tuple[str, str, str]] = {}
    for broken, (row, cells) in zip(np.packbits(breaks, axis=1), as_sent, strict=True):
        key = broken.tobytes()
        if key not in told:
            told[key] = _tell([rejecting[place] for place in np.flatnonzero(np.unpackbits(broken))])
        yield [row, *told[key], *cells]


def _tell(broken: Sequence[Fault]) -> tuple[str, str, str]:
    """Rules, columns and message of a row that breaks these."""
    rules = dict.fromkeys(fault.rule.name for fault in broken)
    columns = dict.fromkeys(name for fault in broken for name in fault.rule.columns if name != CELLS)
    return "; ".join(rules), "; ".join(columns), "; ".join(fault.rule.says.rstrip(",") for fault in broken)
