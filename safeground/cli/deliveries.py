"""From a partner's file to a checked delivery in a workspace, and out of it again."""

from __future__ import annotations

import argparse
import datetime
import shlex
from pathlib import Path

from safeground.cli.commands import Commands
from safeground.cli.terminal import DONE, MISUSE, REFUSED, Report, TerminalProgress, print_json, say_error, tell


def add_delivery_commands(commands: Commands) -> None:
    """Declare `init`, `fetch`, `template`, `check`, `land`, `scorecard`, `retention`, `destroy`."""
    init = commands.add("init", run_init, "Make an empty workspace for a partnership.")
    init.add_argument("workspace", type=Path)
    init.add_argument("--partnership", required=True, help="a name ('essex'), or a folder that holds partnership.yaml")

    fetch = commands.add(
        "fetch", run_fetch, "Fetch open data from its publisher into a folder; resumes where it stopped.", has_json=True
    )
    fetch.add_argument("source", help="police_uk, or one of the tables that `safeground fetch list` names")
    fetch.add_argument("--into", type=Path, default=Path("fetched"), help="the folder to put files in (fetched)")
    fetch.add_argument(
        "--force", action="append", default=None, help="a police force by its short name; may be repeated"
    )
    fetch.add_argument("--from", dest="start", help="first month, 2024-01")
    fetch.add_argument("--to", dest="end", help="last month; the newest there is by default")

    template = commands.add(
        "template", run_template, "Write a workbook for a partner to fill in, as a feed's contract asks."
    )
    template.add_argument("feed")
    template.add_argument("out", type=Path, metavar="OUT.xlsx")
    template.add_argument("--variant", help="the shape of the feed, where it has several")

    check = commands.add("check", run_check, "Say what is wrong with what has landed, or with one file.", has_json=True)
    check.add_argument("target", type=Path, help="a workspace, or a file, which needs no workspace and is not kept")
    check.add_argument(
        "--partnership",
        help="of a file: whose code lists it is held to, over the nation's; by default the nation's alone",
    )
    check.add_argument("--feed", help="of a file: the contract it comes under, where its columns do not tell")
    check.add_argument("--partner", help="of a file: who sends it, where it does not tell")
    check.add_argument("--period", help="of a file: what it is for (2025-06, 2020), where it does not tell")
    _add_rows(check, of="of a file: ")
    check.add_argument(
        "--return-excel",
        type=Path,
        metavar="OUT.xlsx",
        help="of a file: write its rows for the sender, with what to put right",
    )

    land = commands.add(
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
    _add_rows(land)
    land.add_argument("--despite-destruction", metavar="REASON", help="why a file that was destroyed may land again")

    scorecard = commands.add(
        "scorecard",
        run_scorecard,
        "How each partner's feed has been coming in, and what it is used for.",
        has_json=True,
    )
    scorecard.add_argument("workspace", type=Path)
    scorecard.add_argument("--out", type=Path, metavar="OUT.csv", help="write it as a table too")

    retention = commands.add(
        "retention", run_retention, "Say what has been kept as long as it may be, and by which clause.", has_json=True
    )
    retention.add_argument("action", choices=("due",))
    retention.add_argument("workspace", type=Path)
    retention.add_argument("--by", type=_day, metavar="DATE", help="what is due by then, 2027-03-31 (default: today)")

    destroy = commands.add(
        "destroy",
        run_destroy,
        "Destroy deliveries: every copy goes, a certificate stays, editions made from them are marked.",
        has_json=True,
    )
    destroy.add_argument("workspace", type=Path)
    destroy.add_argument(
        "deliveries", nargs="+", metavar="DELIVERY", help="feed/partner/period/hash, as retention names it"
    )
    destroy.add_argument("--reason", required=True, help="why, for the certificate")
    destroy.add_argument("--by", help="whose order it is, a role or a name (default: the name you are logged in by)")


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


def run_fetch(options: argparse.Namespace, progress: TerminalProgress) -> int:
    """Fetch open data of a known source into a folder, or list the sources. REFUSED where some could not be had."""
    from safeground.engine.feeds import fetch_source, load_fetch_sources

    if options.source == "list" and options.json:
        print_json({name: source.title for name, source in load_fetch_sources().items()})
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
    tell(report, options)
    for sentence in () if options.json else report.problems:
        say_error(sentence)
    return DONE if report.is_complete else REFUSED


def run_template(options: argparse.Namespace, progress: TerminalProgress) -> int:
    """Write the template of a feed."""
    from safeground.engine.catalogue import load_feeds
    from safeground.engine.feeds import write_template

    contract = write_template(options.out, load_feeds(), options.feed, variant=options.variant)
    print(f"{options.out} is the template of {contract.name} ({contract.title}).")
    return DONE


def run_check(options: argparse.Namespace, progress: TerminalProgress) -> int:
    """Check what has no report that still holds, or one file, and say what is wrong. REFUSED where a delivery is not sound."""
    from safeground.engine.build import check_everything, check_one_file, open_with_catalogue

    names = ("partnership", "feed", "partner", "period", "stated_rows", "return_excel")
    of_file = {name: getattr(options, name) for name in names}
    report: Report
    if options.target.is_file():
        report = check_one_file(options.target, **of_file)
        tell(report, options)
        return DONE if report.is_clean else REFUSED
    if not options.target.exists():
        say_error(f"{options.target} does not exist; name a file to check, or a workspace.")
        return REFUSED
    given = next((name for name, value in of_file.items() if value is not None), None)
    if given is not None:
        say_error(f"{options.target} is not a file; --{given.replace('_', '-')} is for checking one.")
        return MISUSE
    report = check_everything(*open_with_catalogue(options.target), progress=progress)
    progress.end()
    tell(report, options)
    return DONE if report.is_clean else REFUSED


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
        despite_destruction=options.despite_destruction,
        progress=progress,
    )
    progress.end()
    tell(report, options)
    if not options.json:
        for sentence in report.refusals:
            say_error(sentence)
        print(report.last_line)
    return DONE if report.is_clean else REFUSED


def run_scorecard(options: argparse.Namespace, progress: TerminalProgress) -> int:
    """Tell the supply scorecard."""
    from safeground.engine.build import open_with_catalogue, score_supply

    report = score_supply(*open_with_catalogue(options.workspace))
    if options.out is not None:
        options.out.write_text(report.as_csv(), encoding="utf-8", newline="")
    tell(report, options)
    return DONE


def run_retention(options: argparse.Namespace, progress: TerminalProgress) -> int:
    """List what is due to be destroyed. DONE whether or not something is."""
    from safeground.engine.catalogue import load_agreements, load_feeds
    from safeground.engine.feeds import find_due
    from safeground.engine.workspace import open_workspace

    workspace, feeds = open_workspace(options.workspace), load_feeds()
    agreements = load_agreements(workspace.partnership, workspace=workspace.root, feeds=feeds.contracts)
    report = find_due(workspace, feeds, agreements, by=options.by or datetime.date.today())
    tell(report, options)
    return DONE


def run_destroy(options: argparse.Namespace, progress: TerminalProgress) -> int:
    """Destroy deliveries and say what went, where the certificates are, and which editions were made from them."""
    import getpass

    from safeground.engine.build import destroy_deliveries
    from safeground.engine.workspace import open_workspace

    workspace = open_workspace(options.workspace)
    by = options.by if options.by is not None else getpass.getuser()
    report = destroy_deliveries(workspace, options.deliveries, reason=options.reason, by=by)
    tell(report, options)
    return DONE


def _add_rows(command: argparse.ArgumentParser, *, of: str = "") -> None:
    rows = command.add_mutually_exclusive_group()
    rows.add_argument("--stated-rows", type=_whole_number, help=f"{of}how many rows the sender says there are")
    rows.add_argument(
        "--nothing-to-report",
        action="store_const",
        const=0,
        dest="stated_rows",
        help=f"{of}its sender says that nothing happened, which alone makes a file without rows one of none",
    )


def _whole_number(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of rows")
    return int(text)


def _day(text: str) -> datetime.date:
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a date like 2027-03-31") from None
