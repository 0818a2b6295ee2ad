"""Quarantine: rejected rows as sent, each with the rules it broke, so that the sender can correct and send them again."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence

import numpy as np

from safeground.engine.catalogue import OnFailure
from safeground.engine.feeds.check_reading import CELLS, read_records
from safeground.engine.feeds.check_rows import Fault
from safeground.engine.feeds.deliveries import Delivery

COLUMNS = ("row", "rules", "columns", "message")
"""Of rows.csv, before the columns as sent."""


def write_quarantine(delivery: Delivery, faults: Sequence[Fault], quarantined: np.ndarray) -> str:
    """The text of rows.csv: row number, rules broken, columns, what is wrong, then the cells as sent. Reads the file once.

    The cells are not masked: the file stays in the workspace beside the delivery it comes from.
    """
    reasons = _reasons(faults)
    wanted = set(quarantined.tolist())
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([*COLUMNS, *delivery.columns])
    for number, cells, _ in read_records(delivery):
        if number in wanted:
            broken = reasons[number]
            rules = "; ".join(dict.fromkeys(fault.rule.name for fault in broken))
            columns = "; ".join(dict.fromkeys(name for fault in broken for name in fault.rule.columns if name != CELLS))
            message = "; ".join(fault.rule.says.rstrip(",") for fault in broken)
            writer.writerow([number, rules, columns, message, *cells])
    return out.getvalue()


def _reasons(faults: Sequence[Fault]) -> Mapping[int, list[Fault]]:
    reasons: dict[int, list[Fault]] = {}
    for fault in faults:
        if fault.rule.on_failure is OnFailure.QUARANTINE:
            for row in fault.rows.tolist():
                reasons.setdefault(row, []).append(fault)
    return reasons
