"""Before something is released: what it gives away, read with all that was released before."""

from __future__ import annotations

import argparse
from pathlib import Path

from safeground.cli.commands import Commands
from safeground.cli.terminal import DONE, REFUSED, TerminalProgress, tell


def add_release_commands(commands: Commands) -> None:
    """Declare `release`."""
    release = commands.add(
        "release",
        run_release,
        "Check a new table or edition against all that was released: exit code 0 where nothing is given away, 1 where a count is.",
        has_json=True,
    )
    release.add_argument("action", choices=["check"], help="what to do")
    release.add_argument("what", type=Path, metavar="TABLE.csv|EDITION", help="a table, or the folder of an edition")
    release.add_argument("workspace", type=Path)
    release.add_argument(
        "--audience", choices=["public", "partnership", "police"], default="public", help="whom a table is for (public)"
    )
    release.add_argument("--results", type=Path, help="a file for the results, .csv or .json")


def run_release(options: argparse.Namespace, progress: TerminalProgress) -> int:
    """Say what could be worked out, cell by cell."""
    import json

    from safeground.engine.build import check_release, open_with_catalogue
    from safeground.engine.documents import Audience

    workspace, catalogue = open_with_catalogue(options.workspace)
    report = check_release(workspace, catalogue, options.what, audience=Audience(options.audience))
    progress.end()
    if options.results is not None:
        is_csv = options.results.suffix == ".csv"
        text = report.as_csv() if is_csv else json.dumps(report.as_data(), indent=2, ensure_ascii=False) + "\n"
        options.results.write_text(text, encoding="utf-8")
    tell(report, options)
    return REFUSED if report.failures else DONE
