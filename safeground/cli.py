"""The command line: parse, call, report. Thin; every import of substance happens inside the command that needs it.

Exit codes: 0 done, 1 refused for a reason in the data, 2 misuse. No traceback reaches a user.
"""

from __future__ import annotations

import argparse
import json
import os
import shlex
import shutil
import signal
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol, TextIO, TypeAlias

from safeground import __version__

DONE, REFUSED, MISUSE, INTERRUPTED = 0, 1, 2, 130


class Refused(Exception):
    """A reason in the data or the workspace why a command was not carried out, in the user's words."""


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


Command: TypeAlias = Callable[[argparse.Namespace, TerminalProgress], int]


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


def _whole_number(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of rows")
    return int(text)


def make_parser() -> argparse.ArgumentParser:
    """Every command with its arguments."""
    parser = argparse.ArgumentParser(
        prog="safeground", description="The working system of a violence reduction partnership."
    )
    parser.add_argument("--version", action="version", version=f"safeground {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")

    def add(name: str, run: Command, sentence: str, *, has_json: bool = False) -> argparse.ArgumentParser:
        command = commands.add_parser(name, help=sentence, description=sentence)
        command.set_defaults(run=run)
        if has_json:
            command.add_argument("--json", action="store_true", help="print the answer as JSON, for scripts")
        return command

    demo = add(
        "demo", run_demo, "Make a county that does not exist, land its files, build its assessment, say where it is."
    )
    demo.add_argument("folder", type=Path, nargs="?", default=Path("demo-workspace"))
    demo.add_argument("--seed", type=int, default=1, help="another number makes another county")

    init = add("init", run_init, "Make an empty workspace for a partnership.")
    init.add_argument("workspace", type=Path)
    init.add_argument("--partnership", required=True, help="a name ('essex'), or a folder that holds partnership.yaml")

    land = add(
        "land",
        run_land,
        "Store what partners sent, once and unaltered, and check it against its contract.",
        has_json=True,
    )
    land.add_argument("workspace", type=Path)
    land.add_argument("files", type=Path, nargs="+", help="files, archives (.zip) or folders")
    land.add_argument("--feed", help="the contract they come under, where their columns do not tell")
    land.add_argument("--partner", help="who sent them, where they do not tell")
    land.add_argument("--period", help="what they are for (2025-06, 2020), where they do not tell")
    land.add_argument("--stated-rows", type=_whole_number, help="how many rows the sender says there are")

    check = add("check", run_check, "Say what is wrong with what has landed, or with one file.", has_json=True)
    check.add_argument("target", type=Path, help="a workspace, or a file, which needs no workspace and is not kept")
    check.add_argument("--feed", help="of a file: the contract it comes under, where its columns do not tell")
    check.add_argument("--partner", help="of a file: who sends it, where it does not tell")
    check.add_argument("--period", help="of a file: what it is for (2025-06, 2020), where it does not tell")
    check.add_argument(
        "--return-excel",
        type=Path,
        metavar="OUT.xlsx",
        help="of a file: write its rows for the sender, with what to put right",
    )

    template = add("template", run_template, "Write a workbook for a partner to fill in, as a feed's contract asks.")
    template.add_argument("feed")
    template.add_argument("out", type=Path, metavar="OUT.xlsx")
    template.add_argument("--variant", help="the shape of the feed, where it has several")

    build = add("build", run_build, "Bring the warehouse up to date and write the assessment.", has_json=True)
    build.add_argument("workspace", type=Path)
    build.add_argument("--again", action="store_true", help="write a new edition even if nothing has changed")
    build.add_argument(
        "--engine",
        choices=["duckdb", "spark"],
        default="duckdb",
        help="who works out the measures (duckdb); spark is for a nation",
    )

    status = add("status", run_status, "What has landed, what was checked and built, and what is stale.", has_json=True)
    status.add_argument("workspace", type=Path)

    diff = add("diff", run_diff, "What changed from one edition to another, and why.", has_json=True)
    diff.add_argument("a", type=Path, help="the folder of the earlier edition")
    diff.add_argument("b", type=Path, help="the folder of the later edition")

    fetch = add(
        "fetch", run_fetch, "Fetch open data from its publisher into a folder; resumes where it stopped.", has_json=True
    )
    fetch.add_argument("source", help="police_uk, or one of the tables that `safeground fetch list` names")
    fetch.add_argument("--into", type=Path, default=Path("fetched"), help="the folder to put files in (fetched)")
    fetch.add_argument(
        "--force", action="append", default=None, help="a police force by its short name; may be repeated"
    )
    fetch.add_argument("--from", dest="start", help="first month, 2024-01")
    fetch.add_argument("--to", dest="end", help="last month; the newest there is by default")

    definitions = add(
        "definitions", run_definitions, "Check every definition file and say all that is wrong.", has_json=True
    )
    definitions.add_argument("action", choices=["check", "list", "compare"])
    definitions.add_argument(
        "names", nargs="*", metavar="DEFINITION", help="compare: definitions, or files that hold one"
    )
    definitions.add_argument(
        "--workspace", type=Path, default=Path("."), help="compare: over what has landed there (.)"
    )
    definitions.add_argument(
        "--readings", nargs="+", default=[], metavar="SWITCH=READING", help="compare: how to read open questions"
    )
    definitions.add_argument("--out", type=Path, help="compare: a new folder for the page and its tables")
    definitions.add_argument(
        "--audience",
        choices=["police", "partnership", "public"],
        default="partnership",
        help="compare: who may read it",
    )
    definitions.add_argument(
        "--partnership", help="one partnership, by name or folder (default: all that come with Safeground)"
    )

    agreements = add(
        "agreements",
        run_agreements,
        "Say which sharing agreements are live, and what speaks against them.",
        has_json=True,
    )
    agreements.add_argument("action", choices=("list", "check"), help="check fails where a live one would be refused")
    agreements.add_argument("workspace", type=Path, nargs="?", help="with its partnership's agreements and its own")
    agreements.add_argument("--partnership", help="one partnership's agreements, by name or folder")

    keys = add("keys", run_keys, "Make a key for pseudonyms, or one for encryption at rest.")
    keys_made = keys.add_subparsers(title="keys", metavar="KEY", required=True)
    pseudonyms = keys_made.add_parser(
        "make", help="the key for the pseudonyms of a purpose, in a folder outside any workspace"
    )
    pseudonyms.add_argument("purpose", help="as the agreement has it: needs_assessment")
    pseudonyms.add_argument("--folder", type=Path, required=True, help="the folder that SAFEGROUND_KEYS names")
    keys_made.add_parser("at-rest", help="print a key for SAFEGROUND_AT_REST_KEY")

    county = add("county", run_county, "Write the files of a made-up county into a folder, for tests and training.")
    county.add_argument("folder", type=Path)
    county.add_argument("--seed", type=int, default=1)
    county.add_argument(
        "--with-faults", action="store_true", help="with faults planted in the files, and a list of them"
    )
    return parser


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
            _say_error(str(error))
        elif isinstance(error, OSError):
            reason = (error.strerror or str(error)).lower()
            _say_error(f"{error.filename or 'A file'} could not be read or written: {reason}.")
        elif os.environ.get("SAFEGROUND_TRACEBACK"):
            raise
        else:
            _say_error(
                f"Safeground did not foresee this ({type(error).__name__}: {error}). What was landed and published is as it was. "
                "Run it again with SAFEGROUND_TRACEBACK=1 set, and send what it prints with your report."
            )
        return REFUSED
    finally:
        progress.end()


def _say_stopped(progress: TerminalProgress) -> int:
    progress.end()
    _say_error("Stopped. Whatever had landed is whole, and what was built before is as it was; run it again to go on.")
    return INTERRUPTED


def _refusals() -> tuple[type[Exception], ...]:
    """The engine's own refusals, worded for a user. Looked up only once something was raised, so that starting stays quick."""
    from safeground.engine.catalogue import DefinitionsError
    from safeground.engine.publish import EditionError
    from safeground.engine.warehouse import ConformError, EngineUnavailable
    from safeground.engine.workspace import WorkspaceError

    return Refused, ConformError, DefinitionsError, EditionError, EngineUnavailable, WorkspaceError


def run_init(options: argparse.Namespace, progress: TerminalProgress) -> int:
    """Make an empty workspace for a partnership, named or in a folder of its own that holds partnership.yaml."""
    from safeground.engine.catalogue import load_partnership
    from safeground.engine.workspace import init_workspace

    given = options.partnership
    partnership = str(Path(given).resolve()) if Path(given, "partnership.yaml").is_file() else given
    title = load_partnership(partnership).title
    workspace = init_workspace(options.workspace, partnership=partnership)
    print(f"{workspace.root} is ready for {title}. Next: safeground land {shlex.quote(str(workspace.root))} FILES")
    return DONE


def run_land(options: argparse.Namespace, progress: TerminalProgress) -> int:
    """Land files, check them, and say of each what became of it. REFUSED where one was not landed or holds a problem."""
    from safeground.engine.build import land_and_check, open_with_catalogue

    workspace, catalogue = open_with_catalogue(options.workspace)
    report = land_and_check(
        workspace,
        catalogue,
        options.files,
        feed=options.feed,
        partner=options.partner,
        period=options.period,
        stated_rows=options.stated_rows,
        progress=progress,
    )
    progress.end()
    _tell(report, options)
    if not options.json:
        for sentence in report.refusals:
            _say_error(sentence)
        print(report.last_line)
    return DONE if report.is_clean else REFUSED


def run_check(options: argparse.Namespace, progress: TerminalProgress) -> int:
    """Check what has no report that still holds, or one file, and say what is wrong. REFUSED where a delivery is not sound."""
    from safeground.engine.build import check_everything, check_one_file, open_with_catalogue

    of_file = {name: getattr(options, name) for name in ("feed", "partner", "period", "return_excel")}
    report: Report
    if options.target.is_file():
        report = check_one_file(options.target, **of_file)
        _tell(report, options)
        return DONE if report.is_clean else REFUSED
    given = next((name for name, value in of_file.items() if value is not None), None)
    if given is not None:
        _say_error(f"{options.target} is not a file; --{given.replace('_', '-')} is for checking one.")
        return MISUSE
    report = check_everything(*open_with_catalogue(options.target), progress=progress)
    progress.end()
    _tell(report, options)
    return DONE if report.is_clean else REFUSED


def run_template(options: argparse.Namespace, progress: TerminalProgress) -> int:
    """Write the template of a feed."""
    from safeground.engine.catalogue import load_feeds
    from safeground.engine.feeds import write_template

    contract = write_template(options.out, load_feeds(), options.feed, variant=options.variant)
    print(f"{options.out} is the template of {contract.name} ({contract.title}).")
    return DONE


def run_build(options: argparse.Namespace, progress: TerminalProgress) -> int:
    """Build the editions that are stale, and say where they are."""
    from safeground.engine.build import build_editions, open_with_catalogue
    from safeground.engine.warehouse import Engine

    workspace, catalogue = open_with_catalogue(options.workspace)
    report = build_editions(workspace, catalogue, again=options.again, engine=Engine(options.engine), progress=progress)
    progress.end()
    _tell(report, options)
    return DONE


def run_status(options: argparse.Namespace, progress: TerminalProgress) -> int:
    """Say what came, what is overdue, and how up to date each edition is."""
    from safeground.engine.build import get_status, open_with_catalogue

    status = get_status(*open_with_catalogue(options.workspace))
    _tell(status, options)
    return DONE


def run_diff(options: argparse.Namespace, progress: TerminalProgress) -> int:
    """Say what differs between two editions."""
    from safeground.engine.publish import compare_editions, load_edition

    difference = compare_editions(load_edition(options.a), load_edition(options.b))
    _tell(difference, options)
    return DONE


def run_fetch(options: argparse.Namespace, progress: TerminalProgress) -> int:
    """Fetch open data of a known source into a folder, or list the sources. REFUSED where some could not be had."""
    from safeground.engine.feeds import fetch_source, load_fetch_sources

    if options.source == "list" and options.json:
        _print_json({name: source.title for name, source in load_fetch_sources().items()})
        return DONE
    if options.source == "list":
        for name, source in load_fetch_sources().items():
            print(f"{name}: {source.title}")
        return DONE
    report = fetch_source(
        options.source,
        options.into,
        forces=options.force or (),
        start=options.start,
        end=options.end,
        progress=progress,
    )
    progress.end()
    _tell(report, options)
    for sentence in () if options.json else report.problems:
        _say_error(sentence)
    return DONE if report.is_complete else REFUSED


def run_definitions(options: argparse.Namespace, progress: TerminalProgress) -> int:
    """Read every definition of a partnership, or of all; say what there is, and whose review is overdue. Or compare some."""
    import datetime

    from safeground.engine.catalogue import load_catalogue, overdue_reviews, partnership_names

    if options.action == "compare":
        return _compare_definitions(options, progress)
    if options.names:
        raise Refused(f"Only compare takes definitions; {options.action} reads all there are.")
    names = [options.partnership] if options.partnership else list(partnership_names())
    found = {}
    for name in names:
        catalogue = load_catalogue(name)
        overdue = overdue_reviews(catalogue, today=datetime.date.today())
        found[name] = {
            "version": catalogue.version,
            "feeds": sorted(catalogue.feeds.contracts),
            "definitions": sorted(definition.label for definition in catalogue.definitions.values()),
            "measures": sorted(catalogue.measures),
            "overdue": [str(problem) for problem in overdue],
        }
    if options.json:
        _print_json(found)
        return DONE
    for name, parts in found.items():
        counted = ", ".join(f"{len(parts[kind])} {kind}" for kind in ("feeds", "definitions", "measures"))
        print(f"{name}: every definition can be read ({counted}; version {parts['version']})")
        if options.action == "list":
            for kind in ("feeds", "definitions", "measures"):
                print(f"  {kind}: {', '.join(parts[kind])}")
        for sentence in parts["overdue"]:
            print(f"  overdue: {sentence}")
    return DONE


def run_agreements(options: argparse.Namespace, progress: TerminalProgress) -> int:
    """Tell how the agreements of a workspace or of a partnership stand. REFUSED where `check` finds a live one that lets nothing in."""
    import datetime

    from safeground.engine.catalogue import load_agreements, load_feeds
    from safeground.engine.feeds import review_agreements
    from safeground.engine.workspace import open_workspace

    if (options.workspace is None) == (options.partnership is None):
        raise Refused("Name either a workspace or a partnership: safeground agreements list --partnership NAME")
    feeds = load_feeds()
    if options.workspace is not None:
        workspace = open_workspace(options.workspace)
        agreements = load_agreements(workspace.partnership, workspace=workspace.root, feeds=feeds.contracts)
    else:
        agreements = load_agreements(options.partnership, feeds=feeds.contracts)
    report = review_agreements(agreements, feeds, today=datetime.date.today())
    _tell(report, options)
    return DONE if options.action == "list" or report.is_clean else REFUSED


def run_keys(options: argparse.Namespace, progress: TerminalProgress) -> int:
    """Make a key: a file for a purpose, or one to be kept in the environment."""
    from safeground.engine.feeds import make_at_rest_key, make_key

    if "purpose" not in options:
        print(make_at_rest_key())
        return DONE
    path = make_key(options.purpose, options.folder)
    print(
        f"{path} is made. Keep a copy of it where the data are not; then say: export SAFEGROUND_KEYS={shlex.quote(str(path.parent))}"
    )
    return DONE


def _compare_definitions(options: argparse.Namespace, progress: TerminalProgress) -> int:
    from safeground.engine.build import compare_in_workspace, open_with_catalogue
    from safeground.engine.documents import Audience

    report = compare_in_workspace(
        *open_with_catalogue(options.workspace),
        options.names,
        readings=options.readings,
        audience=Audience(options.audience),
        out=options.out,
        progress=progress,
    )
    progress.end()
    _tell(report, options)
    return DONE


def run_county(options: argparse.Namespace, progress: TerminalProgress) -> int:
    """Write the files of a county that does not exist, with planted faults if wanted."""
    from safeground.synthetic import make_county, plant_faults, write_county

    progress(0, 1, "making the county")
    if options.with_faults:
        faults = plant_faults(options.folder, seed=options.seed)
        progress.end()
        print(f"{len(faults)} faults are planted in {options.folder}; faults.json lists them.")
        return DONE
    paths = write_county(make_county(seed=options.seed), options.folder)
    progress.end()
    print(f"{len(paths)} files of a county that does not exist are in {options.folder}.")
    return DONE


def run_demo(options: argparse.Namespace, progress: TerminalProgress) -> int:
    """Make a county that does not exist, land its files, build its assessment, and say where it is."""
    import tempfile

    from safeground.engine.build import build_editions, land_and_check, open_with_catalogue
    from safeground.engine.feeds import make_key
    from safeground.engine.workspace import init_workspace
    from safeground.synthetic import make_county, write_county

    init_workspace(options.folder, partnership="wrenshire")
    workspace, catalogue = open_with_catalogue(options.folder)
    with tempfile.TemporaryDirectory(prefix="safeground-") as scratch:
        print("Making Wrenshire, a county that does not exist", flush=True)
        progress(0, 1, "drawing its map and its people")
        paths = write_county(make_county(seed=options.seed), Path(scratch))
        progress.end()
        print(f"Landing and checking {len(paths)} files", flush=True)
        # Nobody in the county exists: the key of their pseudonyms is no secret, and each demo is the same.
        keys = make_key("needs_assessment", Path(scratch) / "keys", secret=bytes(32)).parent
        landed = land_and_check(workspace, catalogue, paths, keys=keys, progress=progress)
        progress.end()
    for sentence in landed.refusals:
        _say_error(sentence)
    print("Building the assessment", flush=True)
    report = build_editions(workspace, catalogue, progress=progress)
    progress.end()
    for line in report.lines():
        print(line)
    return DONE if landed.is_clean else REFUSED


class Report(Protocol):
    """What every command has to tell: lines for a person, data for a script."""

    def lines(self) -> Sequence[str]: ...

    def as_data(self) -> dict[str, Any]: ...


def _tell(report: Report, options: argparse.Namespace) -> None:
    if options.json:
        _print_json(report.as_data())
        return
    for line in report.lines():
        print(line)


def _say_error(sentence: str) -> None:
    print(sentence, file=sys.stderr)


def _print_json(data: Any) -> None:
    json.dump(data, sys.stdout, indent=2, ensure_ascii=False, default=str)
    print()
