"""Runs of the command line as processes of their own that start with everything imported.

A test that kills hundreds would else spend most of its time, and most of its random instants, on importing libraries. Each run is a fork
of one server that has imported them and done nothing else: a process with its own memory, files and locks, killed as any other is.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from multiprocessing import connection
from pathlib import Path

# What a build imports, so that the server has it. Nothing else here: the server imports this module and runs none of it.
import altair
import docx
import openpyxl
import typst
import vl_convert
import xlsxwriter

import safeground.engine.publish.formats
import safeground.engine.publish.pages
import safeground.engine.warehouse.duckdb_engine
from safeground import cli
from safeground.engine import build

IMPORTED = (
    altair,
    docx,
    openpyxl,
    typst,
    vl_convert,
    xlsxwriter,
    safeground,
    *(getattr(build, name) for name in build.__all__),
)
"""The door of `build` opens a room when something of it is asked for; here they are all opened."""

_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload([__name__])
_IMPORTED_BY = os.getpid()
"""In a process that is forked, the server; in one that had to import all this itself, its own."""

Prepare = Callable[[], Callable[[], None]]

#: Whoever starts a process looks after all others, and two that read how one ended take it from each other: one thread at a time may.
_bookkeeping = threading.Lock()


class WarmProcess:
    """A run of `safeground`. said: a file for all it prints; prepare: called in the process first, what it returns last."""

    def __init__(self, arguments: Sequence[object], said: Path, prepare: Prepare | None = None) -> None:
        given = ([str(argument) for argument in arguments], str(said), prepare)
        self._process = _context.Process(target=_run, args=given)
        with _bookkeeping, _importable():
            self._process.start()

    def wait(self, seconds: float | None = None) -> int | None:
        """The exit code (-9: killed); None where it still runs after so many seconds."""
        if not connection.wait([self._process.sentinel], seconds):
            return None
        with _bookkeeping:
            self._process.join()
        return self._process.exitcode

    def kill(self) -> int:
        """Kill it, unless it has ended."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self._process.pid, signal.SIGKILL)
        return self.wait()


@contextlib.contextmanager
def _importable() -> Iterator[None]:
    """The server is begun with the first process, and finds this module by what its environment says (Python before 3.13 tells it nothing
    of `sys.path`)."""
    before = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, sys.path))
    try:
        yield
    finally:
        del os.environ["PYTHONPATH"]
        if before is not None:
            os.environ["PYTHONPATH"] = before


def _run(arguments: list[str], said: str, prepare: Prepare | None) -> None:
    with open(said, "w", encoding="utf-8") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    if _IMPORTED_BY == os.getpid():
        raise RuntimeError("the server of forks could not import this module, so that nothing is warm")
    end = prepare() if prepare is not None else None
    code = cli.main(arguments)
    if end is not None:
        end()
    sys.stdout.flush()
    sys.exit(code)
