"""Every command with its arguments."""

from __future__ import annotations

import argparse

from safeground import __version__
from safeground.cli.commands import Commands
from safeground.cli.county import add_county_commands
from safeground.cli.decisions import add_decision_commands
from safeground.cli.deliveries import add_delivery_commands
from safeground.cli.editions import add_edition_commands
from safeground.cli.evaluations import add_evaluation_commands
from safeground.cli.evidence import add_evidence_commands
from safeground.cli.patrols import add_patrol_commands
from safeground.cli.places import add_places_commands
from safeground.cli.releases import add_release_commands
from safeground.cli.strategy import add_strategy_commands


def make_parser() -> argparse.ArgumentParser:
    """The parser of the whole command line; a command's function is left in `run`."""
    parser = argparse.ArgumentParser(
        prog="safeground", description="The working system of a violence reduction partnership."
    )
    parser.add_argument("--version", action="version", version=f"safeground {__version__}")
    commands = Commands(parser)
    for add_commands in (
        add_county_commands,
        add_delivery_commands,
        add_edition_commands,
        add_decision_commands,
        add_strategy_commands,
        add_release_commands,
        add_places_commands,
        add_patrol_commands,
        add_evaluation_commands,
        add_evidence_commands,
    ):
        add_commands(commands)
    return parser
