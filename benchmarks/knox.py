"""Near repeats of 20,000 events in 6 x 4 bands with 999 deals of the dates, and of 100,000, beside pointpats 2.5.5 in the same run.

    python benchmarks/knox.py

Events are uniform on 20 km x 20 km and 365 days; bands of 100 metres to 500 and of 7 days to 28, and the same place. Goal: under 8 CPU
seconds and 300 MB for 20,000. pointpats (BSD-3) is no dependency of the project: this program calls it where someone has installed it,
for one band and 99 deals, since its memory and time do not allow more. Each is run in a process of its own, so that peak memory is its
own; imports are not counted in the time, but are in the memory.
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

SPACE_BANDS, TIME_BANDS = (100, 200, 300, 400, 500), (7, 14, 21, 28)
RUNS, THEIR_RUNS = 999, 99
GOAL_S, GOAL_MB = 8.0, 300
MEGABYTE = 1024
"""ru_maxrss is in kilobytes on Linux."""


def events(number: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(1)
    x, y = rng.uniform(0, 20_000, (2, number))
    return x, y, rng.integers(0, 365, number)


def run_safeground(number: int) -> tuple[float, list[list[int]]]:
    from safeground.engine.statistics import knox_test

    x, y, t = events(number)
    rng = np.random.default_rng(2)
    start = time.process_time()
    found = knox_test(x, y, t, space_bands=SPACE_BANDS, time_bands=TIME_BANDS, runs=RUNS, rng=rng)
    return time.process_time() - start, found.observed.tolist()


def run_pointpats(number: int) -> tuple[float, list[list[int]]]:
    from pointpats import Knox

    x, y, t = events(number)
    start = time.process_time()
    found = Knox(np.column_stack([x, y]), t.reshape(-1, 1), SPACE_BANDS[-1], TIME_BANDS[-1], permutations=THEIR_RUNS)
    return time.process_time() - start, [[int(found.statistic_)]]


RUNNERS = {"safeground": run_safeground, "pointpats": run_pointpats}


def measure(name: str, number: int) -> None:
    """In the child: run one and print what it took."""
    seconds, pairs = RUNNERS[name](number)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / MEGABYTE
    print(json.dumps({"seconds": seconds, "pairs": pairs, "peak": peak}))


def in_its_own_process(name: str, number: int) -> tuple[float, np.ndarray, float]:
    command = [sys.executable, "-W", "ignore", __file__, name, str(number)]
    root = str(Path(__file__).resolve().parents[1])
    done = subprocess.run(command, capture_output=True, text=True, check=True, env={"PYTHONPATH": root})
    said = json.loads(done.stdout.splitlines()[-1])
    return said["seconds"], np.array(said["pairs"]), said["peak"]


def main() -> None:
    seconds, pairs, peak = in_its_own_process("safeground", 20_000)
    print(
        f"pairs of 20,000 events, by distance (rows: same place, then to {SPACE_BANDS} m) and time (to {TIME_BANDS} days):"
    )
    print("\n".join("  " + " ".join(f"{count:>7,}" for count in row) for row in pairs.tolist()))
    met = seconds < GOAL_S and peak < GOAL_MB
    print(
        f"20,000 events, {pairs.size} bands, {RUNS} deals: {seconds:.1f} CPU s, peak {peak:.0f} MB (goal: under {GOAL_S:.0f} s and "
        f"{GOAL_MB} MB): {'met' if met else 'NOT MET'}",
        flush=True,
    )
    more, more_pairs, more_peak = in_its_own_process("safeground", 100_000)
    print(
        f"100,000 events, {int(more_pairs.sum()):,} pairs in the bands: {more:.1f} CPU s, peak {more_peak:.0f} MB (goal: feasible): met",
        flush=True,
    )
    if importlib.util.find_spec("pointpats") is None:
        print("not compared: pointpats is not installed here; pip install pointpats==2.5.5")
        return
    theirs, their_pairs, their_peak = in_its_own_process("pointpats", 20_000)
    assert int(their_pairs.item()) == int(pairs.sum()), "the two count different pairs: a ratio would mean nothing"
    print(f"pointpats 2.5.5, one band, {THEIR_RUNS} deals: {theirs:.1f} CPU s, peak {their_peak:.0f} MB")
    print(
        f"ratio for each deal of each band: {theirs / THEIR_RUNS / (seconds / RUNS / pairs.size):,.0f} times less CPU"
    )


if __name__ == "__main__":
    measure(sys.argv[1], int(sys.argv[2])) if len(sys.argv) > 1 else main()
