"""Measure functions in processes of their own: CPU seconds, wall seconds and peak memory, to be compared as ratios within one run.

Wall seconds depend on who else uses the machine, so ratios are of CPU seconds. Imports at the top of a benchmark are not in its time,
but are in its memory; what a function imports itself is in both.
"""

from __future__ import annotations

import multiprocessing
import os
import resource
import time
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

KIB_PER_MB = 1e6 / 1024


@dataclass(frozen=True)
class Measurement:
    """What one run of a function took, and what it returned."""

    name: str
    cpu_s: float
    """User and system time of the process, its threads, and the processes it started and waited for."""
    wall_s: float
    peak_mb: float
    """Largest resident memory of the process, or of one that it started and waited for."""
    result: Any


def measure(name: str, function: Callable[..., Any], *arguments: Any) -> Measurement:
    """Run a function of a module in a fresh process. Raises RuntimeError where it fails there.

    The function must be importable and its result small: it is sent back through a pipe.
    """
    context = multiprocessing.get_context("spawn")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_run, args=(sender, function, arguments))
    process.start()
    sender.close()
    try:
        cpu_s, wall_s, peak_mb, result = receiver.recv()
    except EOFError:
        raise RuntimeError(f"{name} ended before its time; its message is above.") from None
    finally:
        process.join()
    return Measurement(name, cpu_s, wall_s, peak_mb, result)


def _run(sender: Connection, function: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
    wall, before = time.perf_counter(), os.times()
    result = function(*arguments)
    after = os.times()
    cpu = sum(after[:4]) - sum(before[:4])
    peak_mb = (
        max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)) / KIB_PER_MB
    )
    sender.send((cpu, time.perf_counter() - wall, peak_mb, result))


def print_table(measurements: list[Measurement], *, unit: Measurement, unit_name: str) -> None:
    """One line a measurement: CPU seconds as multiples of one of them, and what it took."""
    width = max(len(item.name) for item in measurements)
    print(f"{'':{width}}  {unit_name:>12} {'CPU s':>8} {'wall s':>8} {'peak MB':>8}")
    for item in measurements:
        print(
            f"{item.name:{width}}  {item.cpu_s / unit.cpu_s:12.2f} {item.cpu_s:8.2f} {item.wall_s:8.2f} {item.peak_mb:8.0f}"
        )
