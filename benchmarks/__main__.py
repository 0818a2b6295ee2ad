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
    worst = 0
    for name in BENCHMARKS:
        print(f"\n== {name.removesuffix('.py').replace('_', ' ')} ==", flush=True)
        worst = max(worst, subprocess.run([sys.executable, Path(__file__).with_name(name)], check=False).returncode)
    return worst


if __name__ == "__main__":
    sys.exit(main())
