"""What stories share: the command line as a process of its own, as a user has it, and a small county to give it, and
a browser to read what comes of it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import venv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import safeground
from safeground.synthetic import make_county, write_county

ROOT = Path(__file__).resolve().parents[2]


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


@dataclass(frozen=True)
class Demo:
    """A demo workspace, and what the command said."""

    root: Path
    out: str
    err: str
    before: dict[str, Any]
    """What status said of an empty workspace."""

    def edition(self, audience: str) -> Path:
        editions = self.root / "editions" / audience
        return editions / (editions / "CURRENT").read_text().strip()

    def findings(self, audience: str) -> dict[str, Any]:
        found = json.loads((self.edition(audience) / "findings.json").read_text(encoding="utf-8"))
        return {finding["id"]: finding for finding in found["findings"]}


@dataclass(frozen=True)
class Installed:
    """The program as its wheel installs it into an empty environment, far from the checkout."""

    wheel: Path
    python: Path

    def __call__(self, *command: object, cwd: Path) -> Finished:
        """Run a command of its Python to the end; the test fails where the command does."""
        return _run_elsewhere(self.python, *command, cwd=cwd)


def _run_elsewhere(*command: object, cwd: Path) -> Finished:
    ours = ("PYTHONPATH", "PYTHONWARNINGS", "PYTHONDONTWRITEBYTECODE")
    environment = {name: value for name, value in os.environ.items() if name not in ours}
    result = subprocess.run(list(map(str, command)), cwd=cwd, env=environment, capture_output=True, encoding="utf-8")
    assert result.returncode == 0, f"{command}\n{result.stdout}\n{result.stderr}"
    return Finished(result.returncode, result.stdout, result.stderr)


@pytest.fixture(scope="session")
def installed(tmp_path_factory) -> Installed:
    if not (ROOT / "safeground" / "design" / "static" / "manifest.json").exists():
        pytest.skip("the design's static files are not made; `make test` makes them")
    folder = tmp_path_factory.mktemp("wheel")
    _run_elsewhere(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, ROOT, cwd=folder)
    (wheel,) = folder.glob("*.whl")
    elsewhere = tmp_path_factory.mktemp("elsewhere") / "venv"
    venv.create(elsewhere, with_pip=True)
    found = Installed(wheel, elsewhere / "bin" / "python")
    # What is imported is compiled then; the rest of forty libraries never is.
    install = ("-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-compile")
    found(*install, "--require-hashes", "-r", ROOT / "requirements" / "run.txt", cwd=elsewhere)
    found(*install, "--no-deps", wheel, cwd=elsewhere)
    return found


@pytest.fixture(scope="session")
def demo(run_safeground, installed, tmp_path_factory) -> Demo:
    """Made once, by the program that its wheel installed. What is asked of it afterwards is asked of the checkout."""
    folder = tmp_path_factory.mktemp("newcomer")
    run_safeground.succeed("init", folder / "empty", "--partnership", "wrenshire")
    before = run_safeground.succeed("status", folder / "empty", "--json").data
    finished = installed("-m", "safeground", "demo", cwd=folder)
    return Demo(folder / "demo-workspace", finished.out, finished.err, before)


CHROMIUM_ARGUMENTS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip


@pytest.fixture(scope="module")
def browser():
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("Chromium is not installed")
    sync_api = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=list(CHROMIUM_ARGUMENTS))
        yield browser
        browser.close()


@pytest.fixture
def open_page(browser):
    """Open a page of an edition from disk, all its folds closed; `options` are those of a browser context."""
    contexts = []

    def open_from_disk(path: Path, *, width: int = 1280, **options: Any) -> Any:
        contexts.append(browser.new_context(viewport={"width": width, "height": 900}, **options))
        page = contexts[-1].new_page()
        page.goto(path.as_uri())
        return page

    yield open_from_disk
    for context in contexts:
        context.close()


@pytest.fixture
def find_barriers():
    """What axe holds against a page with all its folds open: the rule and the first piece of the page that breaks it."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed")
    # Every rule is put to every piece of the page. Only what passed or does not apply is not written out, which takes half the time.
    options = {
        "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
        "resultTypes": ["violations"],
    }

    def find(page: Any) -> list[tuple[str, str]]:
        page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
        found = axe.Axe().run(page, options=options)
        return [(each["id"], each["nodes"][0]["html"][:200]) for each in found.response["violations"]]

    return find
