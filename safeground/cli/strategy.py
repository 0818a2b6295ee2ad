"""What the partnership's own strategy says: its defects."""

from __future__ import annotations

import argparse
from pathlib import Path

from safeground.cli.commands import Commands
from safeground.cli.terminal import DONE, MISUSE, REFUSED, TerminalProgress, print_json, say_error


def add_strategy_commands(commands: Commands) -> None:
    """Declare `strategy`."""
    strategy = commands.add(
        "strategy",
        run_strategy,
        "Report what a strategy says twice and differently, leaves blank, or works out wrongly.",
        has_json=True,
    )
    strategy.add_argument("action", choices=["lint"], help="fails where a finding changes a number or a decision")
    strategy.add_argument(
        "sources",
        type=Path,
        nargs="*",
        metavar="SOURCE",
        help="a workspace, for its partnership's strategy.yaml; or .yaml, .txt, .md, .docx or .pdf files",
    )
    strategy.add_argument("--partnership", help="one partnership's strategy, by name or folder")


def run_strategy(options: argparse.Namespace, progress: TerminalProgress) -> int:
    """Lint a partnership's strategy, or documents as they are. REFUSED where a finding is of severity A."""
    from safeground.engine.catalogue import load_catalogue
    from safeground.engine.strategy import LintReport, lint_file, lint_strategy, load_strategy
    from safeground.engine.workspace import open_workspace

    if bool(options.sources) == bool(options.partnership):
        say_error("Name either files or a workspace, or a partnership: safeground strategy lint --partnership NAME")
        return MISUSE

    def lint_partnership(name: str) -> LintReport | None:
        strategy = load_strategy(load_catalogue(name))
        return None if strategy is None else lint_strategy(strategy, source=f"{name}: strategy.yaml")

    reports: list[LintReport] = []
    for source in options.sources or [options.partnership]:
        is_file = isinstance(source, Path) and not source.is_dir()
        partnership = source if isinstance(source, str) else None if is_file else open_workspace(source).partnership
        report = lint_file(source) if is_file else lint_partnership(str(partnership))
        if report is None:
            say_error(f"The partnership {partnership} keeps no strategy.yaml; write one, or name a document to lint.")
            return REFUSED
        reports.append(report)
    if options.json:
        print_json([report.as_data() for report in reports])
    else:
        for report in reports:
            for line in report.lines():
                print(line)
    return REFUSED if any(report.is_grave for report in reports) else DONE
