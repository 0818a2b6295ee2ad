"""What is known of approaches to violence, and what speaks against commissioning one."""

from __future__ import annotations

import argparse

from safeground.cli.commands import Commands
from safeground.cli.terminal import DONE, MISUSE, REFUSED, TerminalProgress, say_error, tell


def add_evidence_commands(commands: Commands) -> None:
    """Declare `evidence`."""
    evidence = commands.add(
        "evidence",
        run_evidence,
        "Say what is known of approaches to violence; warn fails (1) where one is harmful or unproven.",
        has_json=True,
    )
    evidence.add_argument("action", choices=["list", "show", "warn"])
    evidence.add_argument("names", nargs="*", metavar="APPROACH", help="show: one; warn: those to be commissioned")
    evidence.add_argument("--partnership", help="with what a partnership keeps itself, by name or folder")


def run_evidence(options: argparse.Namespace, progress: TerminalProgress) -> int:
    """List the library, show one approach, or warn of some."""
    import datetime

    from safeground.engine.catalogue import load_evidence
    from safeground.engine.evaluation import EvidenceCard, EvidenceList, EvidenceWarnings, find_approach, warn_of

    wrong = {"list": bool(options.names), "show": len(options.names) != 1, "warn": not options.names}
    if wrong[options.action]:
        say_error(
            "Write: safeground evidence list, safeground evidence show APPROACH, or safeground evidence warn APPROACH ..."
        )
        return MISUSE
    approaches = load_evidence(options.partnership)
    chosen = [find_approach(approaches, name) for name in options.names]
    if options.action == "warn":
        warnings = EvidenceWarnings(tuple(warn_of(each) for each in chosen))
        tell(warnings, options)
        return REFUSED if warnings.stops else DONE
    tell(EvidenceCard(chosen[0]) if chosen else EvidenceList(approaches, datetime.date.today()), options)
    return DONE
