"""From what has landed to what is published, and how up to date it is."""

from __future__ import annotations

import argparse
from pathlib import Path

from safeground.cli.commands import Commands
from safeground.cli.terminal import DONE, TerminalProgress, tell


def add_edition_commands(commands: Commands) -> None:
    """Declare `build`, `status`, `diff`."""
    build = commands.add("build", run_build, "Bring the warehouse up to date and write the assessment.", has_json=True)
    build.add_argument("workspace", type=Path)
    build.add_argument("--again", action="store_true", help="write a new edition even if nothing has changed")
    build.add_argument(
        "--engine",
        choices=["duckdb", "spark"],
        default="duckdb",
        help="who works out the measures (duckdb); spark is for a nation",
    )

    status = commands.add(
        "status", run_status, "What has landed, what was checked and built, and what is stale.", has_json=True
    )
    status.add_argument("workspace", type=Path)

    diff = commands.add("diff", run_diff, "What changed from one edition to another, and why.", has_json=True)
    diff.add_argument("a", type=Path, help="the folder of the earlier edition")
    diff.add_argument("b", type=Path, help="the folder of the later edition")


def run_build(options: argparse.Namespace, progress: TerminalProgress) -> int:
    """Build the editions that are stale, and say where they are."""
    from safeground.engine.build import build_editions, open_with_catalogue
    from safeground.engine.warehouse import Engine

    workspace, catalogue = open_with_catalogue(options.workspace)
    report = build_editions(workspace, catalogue, again=options.again, engine=Engine(options.engine), progress=progress)
    progress.end()
    tell(report, options)
    return DONE


def run_status(options: argparse.Namespace, progress: TerminalProgress) -> int:
    """Say what came, what is overdue, and how up to date each edition is."""
    from safeground.engine.build import get_status, open_with_catalogue

    status = get_status(*open_with_catalogue(options.workspace))
    tell(status, options)
    return DONE


def run_diff(options: argparse.Namespace, progress: TerminalProgress) -> int:
    """Say what differs between two editions."""
    from safeground.engine.publish import compare_editions, load_edition

    difference = compare_editions(load_edition(options.a), load_edition(options.b))
    tell(difference, options)
    return DONE
