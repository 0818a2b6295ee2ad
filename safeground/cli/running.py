"""Run one command, and turn whatever stops it into one sentence and an exit code."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
from collections.abc import Sequence

from safeground.cli.commands import Command
from safeground.cli.parser import make_parser
from safeground.cli.terminal import DONE, INTERRUPTED, MISUSE, REFUSED, TerminalProgress, say_error


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command. Returns the exit code."""
    parser = make_parser()
    try:
        options = parser.parse_args(arguments)
    except SystemExit as error:
        return MISUSE if error.code else DONE
    if getattr(options, "run", None) is None:
        parser.print_help()
        return MISUSE
    return _run(options.run, options)


class Interrupts:
    """Whether the user pressed Ctrl-C. A library may swallow the exception, or turn it into its own: the flag stays."""

    def __init__(self) -> None:
        self.came = False
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGINT, self._note)

    def _note(self, number: int, frame: object) -> None:
        self.came = True
        raise KeyboardInterrupt


def _run(command: Command, options: argparse.Namespace) -> int:
    progress, interrupts = TerminalProgress(), Interrupts()
    try:
        code = command(options, progress)
        return _say_stopped(progress) if interrupts.came else code
    except KeyboardInterrupt:
        return _say_stopped(progress)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except Exception as error:
        if interrupts.came:
            return _say_stopped(progress)
        progress.end()
        if isinstance(error, _refusals()):
            say_error(str(error))
        elif isinstance(error, OSError):
            reason = (error.strerror or str(error)).lower()
            say_error(f"{error.filename or 'A file'} could not be read or written: {reason}.")
        elif os.environ.get("SAFEGROUND_TRACEBACK"):
            raise
        else:
            say_error(
                f"Safeground did not foresee this ({type(error).__name__}: {error}). What was landed and published is as it was. "
                "Run it again with SAFEGROUND_TRACEBACK=1 set, and send what it prints with your report."
            )
        return REFUSED
    finally:
        progress.end()


def _say_stopped(progress: TerminalProgress) -> int:
    progress.end()
    say_error("Stopped. Whatever had landed is whole, and what was built before is as it was; run it again to go on.")
    return INTERRUPTED


def _refusals() -> tuple[type[Exception], ...]:
    """The engine's own refusals, worded for a user. Looked up only once something was raised, so that starting stays quick."""
    from safeground.engine.assessment import WordingError
    from safeground.engine.catalogue import DefinitionsError
    from safeground.engine.evaluation import EvaluationRefused
    from safeground.engine.feeds import HarmWeightsError, Refused
    from safeground.engine.places import ForecastError, HotSpotsError, TrialRefused
    from safeground.engine.publish import EditionError
    from safeground.engine.strategy import DocumentUnreadable
    from safeground.engine.warehouse import ConformError, EngineUnavailable
    from safeground.engine.workspace import WorkspaceError

    return (
        ConformError,
        DefinitionsError,
        DocumentUnreadable,
        EditionError,
        EngineUnavailable,
        EvaluationRefused,
        ForecastError,
        HarmWeightsError,
        HotSpotsError,
        Refused,
        TrialRefused,
        WordingError,
        WorkspaceError,
    )
