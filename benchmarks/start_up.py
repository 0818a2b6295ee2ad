"""`safeground --help` beside an empty Python, in one run. Goal: under 0.5 s.

python benchmarks/start_up.py
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

REPEATS = 7
GOAL_S = 0.5


def wall_s(*arguments: str) -> float:
    """The median of a few runs of a Python, after one that fills the page cache."""
    taken = []
    for _ in range(REPEATS + 1):
        start = time.perf_counter()
        subprocess.run([sys.executable, *arguments], check=True, capture_output=True)
        taken.append(time.perf_counter() - start)
    return statistics.median(taken[1:])


def main() -> None:
    empty, ours = wall_s("-c", "pass"), wall_s("-m", "safeground", "--help")
    print(
        f"safeground --help: {ours:.2f} s wall (goal: under {GOAL_S} s), {ours / empty:.1f} times an empty Python ({empty:.2f} s)"
    )


if __name__ == "__main__":
    main()
