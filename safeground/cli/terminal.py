"""What a command says: progress, answers for a person or as JSON for a script, errors, exit codes."""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import time
from collections.abc import Sequence
from typing import Any, Protocol, TextIO

DONE, REFUSED, MISUSE, INTERRUPTED = 0, 1, 2, 130


class TerminalProgress:
    """One line that is rewritten while work goes on; silent where nobody watches (a pipe, a log)."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream if stream is not None else sys.stderr
        self._is_shown = self._stream.isatty()
        self._last = 0.0
        self._width = 0

    def __call__(self, done: int, total: int, message: str) -> None:
        now = time.monotonic()
        if not self._is_shown or (now - self._last < 0.1 and done < total):
            return
        self._last = now
        columns = shutil.get_terminal_size().columns - 1
        line = (f"{message} ({done:,} of {total:,})" if total > 1 else message)[:columns]
        self._stream.write("\r" + line.ljust(self._width))
        self._width = len(line)
        self._stream.flush()

    def end(self) -> None:
        """Take the line away, before anything else is written."""
        if self._is_shown and self._width:
            self._stream.write("\r" + " " * self._width + "\r")
            self._stream.flush()
            self._width = 0


class Report(Protocol):
    """What every command has to tell: lines for a person, data for a script."""

    def lines(self) -> Sequence[str]: ...

    def as_data(self) -> dict[str, Any]: ...


def tell(report: Report, options: argparse.Namespace) -> None:
    if options.json:
        print_json(report.as_data())
        return
    for line in report.lines():
        print(line)


def say_error(sentence: str) -> None:
    print(sentence, file=sys.stderr)


def print_json(data: Any) -> None:
    json.dump(data, sys.stdout, indent=2, ensure_ascii=False, default=str)
    print()
