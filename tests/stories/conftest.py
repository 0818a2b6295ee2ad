"""What stories share: the command line as a process of its own, as a user has it, and a small county to give it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import safeground
from safeground.synthetic import make_county, write_county


@dataclass(frozen=True)
class Finished:
    """A command that has ended."""

    code: int
    out: str
    err: str

    @property
    def data(self) -> Any:
        """What `--json` printed."""
        return json.loads(self.out)


@dataclass(frozen=True)
class CommandLine:
    """`python -m safeground` in processes of their own."""

    environment: Mapping[str, str]

    def command(self, *arguments: object) -> list[str]:
        return [sys.executable, "-m", "safeground", *map(str, arguments)]

    def script(self, text: str, *arguments: object) -> list[str]:
        """A script of a test, for what must be done inside the process."""
        return [sys.executable, "-c", text, *map(str, arguments)]

    def start(self, command: Sequence[str], *, cwd: Path | None = None, **environment: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            cwd=cwd,
            env={**self.environment, **environment},
        )

    def wait(self, command: Sequence[str], *, cwd: Path | None = None, **environment: str) -> Finished:
        with self.start(command, cwd=cwd, **environment) as child:
            out, err = child.communicate()
        return Finished(child.returncode, out, err)

    def __call__(self, *arguments: object, cwd: Path | None = None, **environment: str) -> Finished:
        """Run to the end, whatever the exit code."""
        return self.wait(self.command(*arguments), cwd=cwd, **environment)

    def succeed(self, *arguments: object, cwd: Path | None = None, **environment: str) -> Finished:
        """Run to the end, and fail the test where the command failed."""
        finished = self(*arguments, cwd=cwd, **environment)
        assert finished.code == 0, f"safeground {' '.join(map(str, arguments))}: {finished.err}{finished.out}"
        return finished


@pytest.fixture(scope="session")
def run_safeground(tmp_path_factory) -> CommandLine:
    environment = {name: value for name, value in os.environ.items() if name != "SAFEGROUND_TRACEBACK"}
    own = str(Path(safeground.__file__).resolve().parents[1])
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, [own, environment.get("PYTHONPATH")]))
    if environment.pop("PYTHONDONTWRITEBYTECODE", None):
        # Else each of some hundred processes would compile every library it imports.
        environment["PYTHONPYCACHEPREFIX"] = str(tmp_path_factory.mktemp("compiled"))
    return CommandLine(environment)


@pytest.fixture(scope="session")
def few_files(tmp_path_factory) -> Path:
    """A county of forty small areas, with three months from its own police and one from each neighbour."""
    folder = tmp_path_factory.mktemp("few-files")
    write_county(make_county(seed=11, small_areas=40, months=3, neighbour_months=1), folder)
    return folder
