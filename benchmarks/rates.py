"""Rates with intervals for 10,000 areas, beside PHStatsMethods 0.1.16 in the same run. Goal: 200 times less CPU time.

    python benchmarks/rates.py

PHStatsMethods (GPL-3.0) is no dependency of the project: this program only calls it where someone has installed it. It fails on a count
of zero, so that both are given counts of 1 and more; zeros cost us nothing extra. Each is run in a process of its own, so that peak
memory is its own; imports are not counted in the time, but are in the memory.
"""

from __future__ import annotations

import importlib.util
import json
import resource
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

AREAS = 10_000
GOAL = 200
MEGABYTE = 1024
"""ru_maxrss is in kilobytes on Linux."""


def areas() -> tuple[np.ndarray, np.ndarray]:
    """Invented small areas: half of the counts below 10, where the exact interval is needed."""
    rng = np.random.default_rng(1)
    populations = rng.integers(1_000, 3_000, AREAS)
    return np.maximum(1, rng.negative_binomial(1, 1 / 15, AREAS)), populations


def run_safeground(counts: np.ndarray, populations: np.ndarray) -> tuple[float, list[float]]:
    from safeground.engine.statistics import estimate_rate

    estimate_rate(counts[:10], populations[:10])
    repeats = 20
    start = time.process_time()
    for _ in range(repeats):
        estimate = estimate_rate(counts, populations, per=1_000)
    return (time.process_time() - start) / repeats, [float(x.sum()) for x in (estimate.lower, estimate.upper)]


def run_phstatsmethods(counts: np.ndarray, populations: np.ndarray) -> tuple[float, list[float]]:
    import pandas as pd
    from PHStatsMethods import ph_rate

    table = pd.DataFrame({"area": np.arange(AREAS), "n": counts, "d": populations})
    ph_rate(table[:10], "n", "d", "area", multiplier=1_000)
    start = time.process_time()
    found = ph_rate(table, "n", "d", "area", multiplier=1_000)
    return time.process_time() - start, [float(found[f"{side}_95_ci"].sum()) for side in ("lower", "upper")]


RUNS = {"safeground": run_safeground, "phstatsmethods": run_phstatsmethods}


def measure(name: str) -> None:
    """In the child: run one and print what it took."""
    seconds, sums = RUNS[name](*areas())
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / MEGABYTE
    print(json.dumps({"seconds": seconds, "sums": sums, "peak": peak}))


def in_its_own_process(name: str) -> dict[str, object]:
    command = [sys.executable, "-W", "ignore", __file__, name]
    root = str(Path(__file__).resolve().parents[1])
    done = subprocess.run(command, capture_output=True, text=True, check=True, env={"PYTHONPATH": root})
    return json.loads(done.stdout)


def main() -> None:
    ours = in_its_own_process("safeground")
    print(f"rates for {AREAS:,} areas: {1000 * ours['seconds']:.2f} ms CPU, peak {ours['peak']:.0f} MB")
    if importlib.util.find_spec("PHStatsMethods") is None:
        print("not compared: PHStatsMethods is not installed here; pip install phstatsmethods==0.1.16 pytest")
        return
    theirs = in_its_own_process("phstatsmethods")
    assert np.allclose(ours["sums"], theirs["sums"], rtol=1e-9), "the two do not agree: a ratio would mean nothing"
    print(f"PHStatsMethods 0.1.16:      {1000 * theirs['seconds']:.0f} ms CPU, peak {theirs['peak']:.0f} MB")
    ratio = theirs["seconds"] / ours["seconds"]
    print(f"ratio: {ratio:.0f} times less CPU (goal {GOAL}): {'met' if ratio >= GOAL else 'NOT MET'}")


if __name__ == "__main__":
    measure(sys.argv[1]) if len(sys.argv) > 1 else main()
