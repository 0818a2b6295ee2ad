"""Where most happens, and how sure that is: each kind of place an action of `places`."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from safeground.cli.commands import Commands
from safeground.cli.terminal import DONE, Report, TerminalProgress, tell

if TYPE_CHECKING:
    from safeground.engine.catalogue import Catalogue
    from safeground.engine.workspace import Workspace

Answer = TypeVar("Answer", bound=Report)


def add_places_commands(commands: Commands) -> None:
    """Declare `places`, whose actions have arguments of their own."""
    places = commands.add("places", run_nothing, "Find the places where most happens, with how sure that is.")
    actions = places.add_subparsers(title="actions", metavar="ACTION", required=True)
    _add_hot_spots(actions)
    _add_priority(actions)
    _add_backtest(actions)


def run_nothing(options: argparse.Namespace, progress: TerminalProgress) -> int:
    """Never called: `places` needs an action."""
    return DONE


def _add(
    actions: Any, name: str, run: Callable[[argparse.Namespace, TerminalProgress], int], sentence: str
) -> argparse.ArgumentParser:
    """An action on a workspace, which answers in words or as JSON."""
    action: argparse.ArgumentParser = actions.add_parser(name, help=sentence, description=sentence)
    action.set_defaults(run=run)
    action.add_argument("workspace", type=Path)
    action.add_argument("--json", action="store_true", help="print the answer as JSON, for scripts")
    return action


def _ask(
    options: argparse.Namespace, progress: TerminalProgress, question: Callable[[Workspace, Catalogue], Answer]
) -> Answer:
    """Put a question to the workspace, and tell the answer."""
    from safeground.engine.build import open_with_catalogue

    answer = question(*open_with_catalogue(options.workspace))
    progress.end()
    tell(answer, options)
    return answer


def _add_hot_spots(actions: Any) -> None:
    sentence = "Choose hot spots, and write a page for each, with files for map programmes. Never for the public."
    spots = _add(actions, "hot-spots", run_hot_spots, sentence)
    spots.add_argument("--measure", help="a measure or a definition (the partnership's own, or robbery)")
    spots.add_argument("--cell", type=float, default=150.0, help="width of a cell in metres (150)")
    spots.add_argument("--kind", choices=["hexagon", "square"], default="hexagon", help="shape of a cell (hexagon)")
    spots.add_argument("--count", type=int, default=20, help="how many to choose (20)")
    spots.add_argument("--spacing", type=float, default=500.0, help="metres between two, centre to centre (500)")
    spots.add_argument("--months", type=int, default=60, help="how many months to look back from the newest (60)")
    spots.add_argument("--method", choices=["greedy", "optimal"], default="greedy", help="how they are chosen (greedy)")
    spots.add_argument(
        "--weights", type=Path, metavar="FILE", help="harm by offence (CSV or workbook), told beside counts"
    )
    spots.add_argument("--by-harm", action="store_true", help="rank by harm and not by count; needs --weights")
    spots.add_argument(
        "--keep-institutions", action="store_true", help="count what lies at hospitals, prisons and police stations"
    )
    spots.add_argument(
        "--leave-out",
        type=Path,
        metavar="FILE.csv",
        help="where none may be chosen: place, easting, northing and, if wanted, radius (a cell's width); told on the page",
    )
    spots.add_argument(
        "--with-police-initiated",
        metavar="REASON",
        help="count what police record on their own initiative too, and print why",
    )
    spots.add_argument("--audience", choices=["police", "partnership"], default="police", help="who it is for (police)")


def run_hot_spots(options: argparse.Namespace, progress: TerminalProgress) -> int:
    """Choose hot spots and publish them in the workspace."""
    from safeground.engine.build import publish_hot_spots
    from safeground.engine.documents import Audience
    from safeground.engine.places import Exclusion, HotSpotPlan, read_places

    left_out = read_places(options.leave_out, radius=options.cell) if options.leave_out else ()
    plan = HotSpotPlan(
        cell=options.cell,
        kind=options.kind,
        count=options.count,
        spacing=options.spacing,
        months=options.months,
        method=options.method,
        score="harm" if options.by_harm else "count",
        keeps_institutions=options.keep_institutions,
        exclusions=tuple(Exclusion(each.name, each.easting, each.northing, each.radius) for each in left_out),
        override=options.with_police_initiated,
    )
    chosen = {"measure": options.measure, "weights": options.weights, "audience": Audience(options.audience)}
    _ask(options, progress, lambda *opened: publish_hot_spots(*opened, plan, **chosen, progress=progress))
    return DONE


def _add_backtest(actions: Any) -> None:
    sentence = "Score forecasts of places against months that they have not seen, and say which method to use."
    backtest = _add(actions, "backtest", run_places_backtest, sentence)
    backtest.add_argument("--outcome", help="what is forecast, as the plan names it (robbery)")
    backtest.add_argument(
        "--override",
        metavar="REASON",
        help="why an outcome that police record on their own initiative is scored, as a side result; printed with it",
    )
    backtest.add_argument(
        "--next",
        type=Path,
        metavar="FILE.csv",
        help="a file for the cells that the recommended method puts first in the months to come; never for the public",
    )


def run_places_backtest(options: argparse.Namespace, progress: TerminalProgress) -> int:
    """Run the back-test and keep its report in the workspace."""
    from safeground.engine.build import backtest_places

    chosen = {"outcome": options.outcome, "override": options.override, "wants_next": options.next is not None}
    report = _ask(options, progress, lambda *opened: backtest_places(*opened, **chosen, progress=progress))
    if report.next_cells is not None:
        options.next.write_text(report.next_cells.as_csv(), encoding="utf-8")
    return DONE


def _add_priority(actions: Any) -> None:
    sentence = "Choose priority neighbourhoods by risk factors, with how surely each belongs and what has changed. Never for the public."
    priority = _add(actions, "priority", run_priority, sentence)
    priority.add_argument(
        "--against", type=Path, metavar="EDITION", help="the edition to compare with (the partnership's current one)"
    )
    priority.add_argument("--results", type=Path, metavar="FILE.csv", help="a file for the list")


def run_priority(options: argparse.Namespace, progress: TerminalProgress) -> int:
    """Choose from the warehouse as it stands, and say what has changed since an edition."""
    from safeground.engine.build import tell_priority

    report = _ask(options, progress, lambda *opened: tell_priority(*opened, against=options.against, progress=progress))
    if options.results is not None:
        options.results.write_text(report.as_csv(), encoding="utf-8")
    return DONE
