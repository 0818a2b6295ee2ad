"""Did it work? A protocol sealed, run, and its page written."""

from __future__ import annotations

import argparse
from pathlib import Path

from safeground.cli.commands import Commands
from safeground.cli.terminal import DONE, MISUSE, TerminalProgress, say_error, tell

_EXAMPLE = "examples/southend_evaluation/protocol.yaml"


def add_evaluation_commands(commands: Commands) -> None:
    """Declare `evaluate`."""
    evaluate = commands.add(
        "evaluate",
        run_evaluate,
        "Say whether something worked: seal a protocol before its outcomes are opened, then run it and write its page.",
        has_json=True,
    )
    evaluate.add_argument(
        "what",
        nargs="+",
        metavar="[seal] PROTOCOL.yaml | example FOLDER",
        help="a protocol to run, 'seal' and a protocol, or 'example' and a folder for a made-up trial",
    )
    evaluate.add_argument("--workspace", type=Path)
    evaluate.add_argument("--by", default="", help="with seal: the role that answers for the protocol (its owner)")
    evaluate.add_argument("--audience", choices=["partnership", "police"], default="partnership")


def run_evaluate(options: argparse.Namespace, progress: TerminalProgress) -> int:
    """Seal, run, or write the example."""
    action, *rest = options.what if options.what[0] in ("seal", "example") else ("run", *options.what)
    if len(rest) != 1 or (action != "example" and options.workspace is None):
        say_error(
            "Write: safeground evaluate [seal] PROTOCOL.yaml --workspace W, or: safeground evaluate example FOLDER"
        )
        return MISUSE
    path = Path(rest[0])
    return _write_example(path) if action == "example" else _run(action, path, options, progress)


def _run(action: str, path: Path, options: argparse.Namespace, progress: TerminalProgress) -> int:
    from safeground.engine.build import open_with_catalogue, run_evaluation, seal_evaluation
    from safeground.engine.documents import Audience

    workspace, catalogue = open_with_catalogue(options.workspace)
    if action == "seal":
        tell(seal_evaluation(workspace, catalogue, path, by=options.by), options)
        return DONE
    report = run_evaluation(workspace, catalogue, path, audience=Audience(options.audience), progress=progress)
    progress.end()
    tell(report, options)
    return DONE


def _write_example(folder: Path) -> int:
    from importlib.resources import files

    from safeground.synthetic import write_evaluation_example

    protocol = (files("safeground") / "definitions/national" / _EXAMPLE).read_text(encoding="utf-8")
    write_evaluation_example(folder, protocol=protocol)
    print(f"A made-up trial is in {folder}; seal it: safeground evaluate seal {folder / 'protocol.yaml'} --workspace W")
    return DONE
