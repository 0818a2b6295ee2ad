"""What has been decided: definitions, sharing agreements, and the keys that agreements ask for."""

from __future__ import annotations

import argparse
from pathlib import Path

from safeground.cli.commands import Commands
from safeground.cli.terminal import DONE, MISUSE, REFUSED, TerminalProgress, print_json, say_error, tell


def add_decision_commands(commands: Commands) -> None:
    """Declare `definitions`, `agreements`, `keys`."""
    definitions = commands.add(
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

    agreements = commands.add(
        "agreements",
        run_agreements,
        "Say which sharing agreements are live, and what speaks against them.",
        has_json=True,
    )
    agreements.add_argument("action", choices=("list", "check"), help="check fails where a live one would be refused")
    agreements.add_argument("workspace", type=Path, nargs="?", help="with its partnership's agreements and its own")
    agreements.add_argument("--partnership", help="one partnership's agreements, by name or folder")

    keys = commands.add("keys", run_keys, "Make a key for pseudonyms, or one for encryption at rest.")
    keys_made = keys.add_subparsers(title="keys", metavar="KEY", required=True)
    pseudonyms = keys_made.add_parser(
        "make", help="the key for the pseudonyms of a purpose, in a folder outside any workspace"
    )
    pseudonyms.add_argument("purpose", help="as the agreement has it: needs_assessment")
    pseudonyms.add_argument("--folder", type=Path, required=True, help="the folder that SAFEGROUND_KEYS names")
    keys_made.add_parser("at-rest", help="print a key for SAFEGROUND_AT_REST_KEY")


def run_definitions(options: argparse.Namespace, progress: TerminalProgress) -> int:
    """Read every definition of a partnership, or of all; say what there is, and whose review is overdue. Or compare some."""
    import datetime

    from safeground.engine.catalogue import load_catalogue, overdue_reviews, partnership_names
    from safeground.engine.strategy import load_strategy

    if options.action == "compare":
        return _compare_definitions(options, progress)
    if options.names:
        say_error(f"Only compare takes definitions; {options.action} reads all there are.")
        return MISUSE
    names = [options.partnership] if options.partnership else list(partnership_names())
    found = {}
    for name in names:
        catalogue = load_catalogue(name)
        strategy = load_strategy(catalogue)
        overdue = overdue_reviews(catalogue, today=datetime.date.today(), strategy=strategy)
        found[name] = {
            "version": catalogue.version,
            "feeds": sorted(catalogue.feeds.contracts),
            "definitions": sorted(definition.label for definition in catalogue.definitions.values()),
            "measures": sorted(catalogue.measures),
            "overdue": [str(problem) for problem in overdue],
        }
    if options.json:
        print_json(found)
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
    tell(report, options)
    return DONE


def run_agreements(options: argparse.Namespace, progress: TerminalProgress) -> int:
    """Tell how the agreements of a workspace or of a partnership stand. REFUSED where `check` finds a live one that lets nothing in,
    or lacks a key."""
    import datetime

    from safeground.engine.catalogue import load_agreements, load_feeds
    from safeground.engine.feeds import review_agreements
    from safeground.engine.workspace import open_workspace

    if (options.workspace is None) == (options.partnership is None):
        say_error("Name either a workspace or a partnership: safeground agreements list --partnership NAME")
        return MISUSE
    feeds = load_feeds()
    if options.workspace is not None:
        workspace = open_workspace(options.workspace)
        agreements = load_agreements(workspace.partnership, workspace=workspace.root, feeds=feeds.contracts)
    else:
        agreements = load_agreements(options.partnership, feeds=feeds.contracts)
    with_keys = options.workspace is not None
    report = review_agreements(agreements, feeds, today=datetime.date.today(), with_keys=with_keys)
    tell(report, options)
    return DONE if options.action == "list" or report.is_clean else REFUSED


def run_keys(options: argparse.Namespace, progress: TerminalProgress) -> int:
    """Make a key: a file for a purpose, or one to be kept in the environment."""
    from safeground.engine.feeds import make_at_rest_key, make_key

    if "purpose" not in options:
        print(make_at_rest_key())
        return DONE
    path = make_key(options.purpose, options.folder)
    print(
        f"{path} is made. Keep a copy of it where the data are not, and set SAFEGROUND_KEYS to its folder, {path.parent.resolve()}"
    )
    return DONE
