"""Every benchmark, one after another: `python -m benchmarks` or `make bench`. Takes some half an hour and 15 GB of scratch space."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

BENCHMARKS = (
    "start_up.py",
    "rates.py",
    "local_statistics.py",
    "bym2.py",
    "priority.py",
    "knox.py",
    "kernel_density.py",
    "cost_benefit.py",
    "row_rejects.py",
    "definition.py",
    "suppression.py",
    "release_check.py",
    "crossover.py",
    "synthetic_control.py",
    "patrol_power.py",
    "backtest.py",
    "whole_build.py",
    "national_archive.py",
    "nation_scale.py",
)


def main() -> int:
    """Run all; then once more every line that names a goal, with whether it was met, under the name of its benchmark."""
    worst, goals = 0, []
    for name in BENCHMARKS:
        title = name.removesuffix(".py").replace("_", " ")
        print(f"\n== {title} ==", flush=True)
        running = subprocess.Popen(
            [sys.executable, "-u", Path(__file__).with_name(name)], stdout=subprocess.PIPE, encoding="utf-8"
        )
        for line in running.stdout or ():
            print(line, end="", flush=True)
            goals += [f"{title}: {line.strip()}"] if "goal" in line else []
        worst = max(worst, running.wait())
    print("\n== every goal ==", *goals, sep="\n")
    return worst


if __name__ == "__main__":
    sys.exit(main())
