"""How a command is declared: its name, the sentence that says what it does, its arguments, and the function that carries it out."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import TypeAlias

from safeground.cli.terminal import TerminalProgress

Command: TypeAlias = Callable[[argparse.Namespace, TerminalProgress], int]


class Commands:
    """The commands of a parser, in the order in which `--help` names them."""

    def __init__(self, parser: argparse.ArgumentParser) -> None:
        self._parsers = parser.add_subparsers(title="commands", metavar="COMMAND")

    def add(self, name: str, run: Command, sentence: str, *, has_json: bool = False) -> argparse.ArgumentParser:
        """A command's own parser, to add its arguments to. `sentence` says what it does, in both helps."""
        command = self._parsers.add_parser(name, help=sentence, description=sentence)
        command.set_defaults(run=run)
        if has_json:
            command.add_argument("--json", action="store_true", help="print the answer as JSON, for scripts")
        return command
