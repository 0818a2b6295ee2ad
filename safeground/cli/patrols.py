"""A trial of patrols by place and day: designed, drawn, verified, and what was done."""

from __future__ import annotations

import argparse
from pathlib import Path

from safeground.cli.commands import Commands
from safeground.cli.terminal import DONE, REFUSED, TerminalProgress, print_json, tell


def add_patrol_commands(commands: Commands) -> None:
    """Declare `patrol`."""
    patrol = commands.add(
        "patrol",
        run_patrol,
        "Design a randomised trial of patrols with its power, draw its schedule under seal, verify the draw, and tell what was done.",
        has_json=True,
    )
    patrol.add_argument("action", choices=list(_ACTIONS), help="what to do")
    patrol.add_argument(
        "trial", nargs="?", metavar="SPEC.yaml|NAME", help="the trial's file for design; afterwards its name"
    )
    patrol.add_argument("--workspace", type=Path, required=True)
    patrol.add_argument("--simulations", type=int, default=1000, help="how many trials power is told from (1000)")
    patrol.add_argument(
        "--seal", action="store_true", help="with schedule: draw it, once, and enter the draw in the log"
    )
    patrol.add_argument("--by", default="", help="the role of whoever has it done")
    patrol.add_argument("--reason", default="", help="with schedule --seal: why a drawn trial is drawn again")
    patrol.add_argument(
        "--keep-fixes",
        metavar="REASON",
        help="with dosage: why the officers' tracks stay; without it they are destroyed once their visits are kept",
    )
    patrol.add_argument("--commitment", help="with verify: a commitment kept outside, which the log must hold")


def run_patrol(options: argparse.Namespace, progress: TerminalProgress) -> int:
    """One step of a trial of patrols."""
    if options.trial is None and options.action != "verify":
        from safeground.engine.places import TrialRefused

        raise TrialRefused(f"patrol {options.action} needs the trial: its file for design, its name afterwards.")
    return _ACTIONS[options.action](options, progress)


def _design(options: argparse.Namespace, progress: TerminalProgress) -> int:
    from safeground.engine.build import design_trial, open_with_catalogue

    workspace, catalogue = open_with_catalogue(options.workspace)
    report = design_trial(workspace, catalogue, Path(options.trial), simulations=options.simulations, progress=progress)
    progress.end()
    tell(report, options)
    return DONE if report.can_be_carried else REFUSED


def _schedule(options: argparse.Namespace, progress: TerminalProgress) -> int:
    from safeground.engine.build import open_with_catalogue, schedule_trial

    workspace, catalogue = open_with_catalogue(options.workspace)
    report = schedule_trial(
        workspace, catalogue, options.trial, seal=options.seal, by=options.by, reason=options.reason
    )
    progress.end()
    tell(report, options)
    return DONE


def _verify(options: argparse.Namespace, progress: TerminalProgress) -> int:
    from safeground.engine.places import verify_draws
    from safeground.engine.workspace import open_workspace

    report = verify_draws(open_workspace(options.workspace), commitment=options.commitment)
    tell(report, options)
    return DONE if report.is_whole else REFUSED


def _plan(options: argparse.Namespace, progress: TerminalProgress) -> int:
    from safeground.engine.build import write_plan_templates
    from safeground.engine.workspace import open_workspace

    lines = write_plan_templates(open_workspace(options.workspace), options.trial)
    if options.json:
        print_json(list(lines))
        return DONE
    for line in lines:
        print(line)
    return DONE


def _dosage(options: argparse.Namespace, progress: TerminalProgress) -> int:
    from safeground.engine.build import open_with_catalogue, tell_dosage

    workspace, catalogue = open_with_catalogue(options.workspace)
    report = tell_dosage(
        workspace,
        catalogue,
        options.trial,
        destroy_fixes=not options.keep_fixes,
        by=options.by,
        why_kept=options.keep_fixes,
    )
    tell(report, options)
    return DONE


_ACTIONS = {"design": _design, "plan": _plan, "schedule": _schedule, "verify": _verify, "dosage": _dosage}
