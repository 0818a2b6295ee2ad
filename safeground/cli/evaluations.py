"""Did it work? A protocol sealed, run, and its page written."""

from __future__ import annotations

import argparse
from pathlib import Path

from safeground.cli.commands import Commands
from safeground.cli.terminal import DONE, MISUSE, TerminalProgress, say_error, tell

_EXAMPLES = {
    "southend": ("southend_evaluation", "A made-up trial is in {folder}"),
    "basque": ("basque_synthetic_control", "The protocol is in {folder}; put basque.csv beside it"),
    "placebo": (
        "neighbours_placebo",
        "The protocol is in {folder}; it needs a workspace of Essex with its neighbours' months",
    ),
    "mentoring": ("mentoring_evaluation", "A made-up mentoring scheme is in {folder}"),
    "campaign": ("campaign_survey", "Made-up answers to a campaign's survey are in {folder}"),
    "scores": ("outcome_scores", "Made-up scores before and after are in {folder}"),
}
"""By name, the folder of the example and what is said when it is written."""


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
        metavar="[seal] PROTOCOL.yaml | example [NAME] FOLDER",
        help=f"a protocol to run, 'seal' and a protocol, or 'example' and a folder for a ready one ({', '.join(_EXAMPLES)})",
    )
    evaluate.add_argument("--workspace", type=Path)
    evaluate.add_argument("--by", default="", help="with seal: the role that answers for the protocol (its owner)")
    evaluate.add_argument("--audience", choices=["partnership", "police", "public"], default="partnership")


def run_evaluate(options: argparse.Namespace, progress: TerminalProgress) -> int:
    """Seal, run, or write the example."""
    action, *rest = options.what if options.what[0] in ("seal", "example") else ("run", *options.what)
    if action == "example" and len(rest) == 1:
        rest = ["southend", *rest]
    if len(rest) != (2 if action == "example" else 1) or (action != "example" and options.workspace is None):
        say_error(
            "Write: safeground evaluate [seal] PROTOCOL.yaml --workspace W, or: safeground evaluate example [NAME] FOLDER"
        )
        return MISUSE
    return (
        _write_example(rest[0], Path(rest[1]))
        if action == "example"
        else _run(action, Path(rest[0]), options, progress)
    )


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


def _write_example(name: str, folder: Path) -> int:
    from importlib.resources import files

    from safeground.synthetic import PEOPLE_EXAMPLES, write_evaluation_example, write_people_example

    if name not in _EXAMPLES:
        say_error(f"There is no example {name!r}; there are {', '.join(_EXAMPLES)}.")
        return MISUSE
    source, said = _EXAMPLES[name]
    protocol = (files("safeground") / f"definitions/national/examples/{source}/protocol.yaml").read_text(
        encoding="utf-8"
    )
    if name == "southend":
        write_evaluation_example(folder, protocol=protocol)
    elif source in PEOPLE_EXAMPLES:
        write_people_example(folder, PEOPLE_EXAMPLES[source](), protocol=protocol)
    else:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "protocol.yaml").write_text(protocol, encoding="utf-8")
    print(f"{said.format(folder=folder)}. Seal it: safeground evaluate seal {folder / 'protocol.yaml'} --workspace W")
    return DONE
