"""A county that does not exist: the demonstration, and its files for tests and training."""

from __future__ import annotations

import argparse
from pathlib import Path

from safeground.cli.commands import Commands
from safeground.cli.terminal import DONE, REFUSED, TerminalProgress, say_error


def add_county_commands(commands: Commands) -> None:
    """Declare `demo`, `county`."""
    demo = commands.add(
        "demo", run_demo, "Make a county that does not exist, land its files, build its assessment, say where it is."
    )
    demo.add_argument("folder", type=Path, nargs="?", default=Path("demo-workspace"))
    demo.add_argument("--seed", type=int, default=1, help="another number makes another county")

    county = commands.add(
        "county", run_county, "Write the files of a made-up county into a folder, for tests and training."
    )
    county.add_argument("folder", type=Path)
    county.add_argument("--seed", type=int, default=1)
    county.add_argument(
        "--with-faults", action="store_true", help="with faults planted in the files, and a list of them"
    )


def run_demo(options: argparse.Namespace, progress: TerminalProgress) -> int:
    """Make a county that does not exist, land its files, build its assessment, and say where it is."""
    import tempfile

    from safeground.engine.build import build_editions, land_and_check, open_with_catalogue
    from safeground.engine.feeds import make_key
    from safeground.engine.workspace import init_workspace
    from safeground.synthetic import make_county, write_county, write_partner_files

    init_workspace(options.folder, partnership="wrenshire")
    workspace, catalogue = open_with_catalogue(options.folder)
    with tempfile.TemporaryDirectory(prefix="safeground-") as scratch:
        print("Making Wrenshire, a county that does not exist", flush=True)
        progress(0, 1, "drawing its map and its people")
        county = make_county(seed=options.seed)
        paths = write_county(county, Path(scratch))
        # A year of what is shared under agreements: a file of people takes far longer to land than one of the open ones.
        # Hospitals and the Homicide Index go back to 2019, for a goal is judged by its past.
        paths += write_partner_files(
            county, Path(scratch) / "shared", months=county.territory.months[-12:], years_before=5
        )
        progress.end()
        print(f"Landing and checking {len(paths)} files", flush=True)
        # Nobody in the county exists: the key of their pseudonyms is no secret, and each demo is the same.
        keys = make_key("needs_assessment", Path(scratch) / "keys", secret=bytes(32)).parent
        landed = land_and_check(workspace, catalogue, paths, keys=keys, progress=progress)
        progress.end()
    for sentence in landed.refusals:
        say_error(sentence)
    print("Building the assessment", flush=True)
    report = build_editions(workspace, catalogue, progress=progress)
    progress.end()
    for line in report.lines():
        print(line)
    return DONE if landed.is_clean else REFUSED


def run_county(options: argparse.Namespace, progress: TerminalProgress) -> int:
    """Write the files of a county that does not exist, with planted faults if wanted."""
    from safeground.synthetic import (
        make_county,
        plant_faults,
        plant_partner_faults,
        write_county,
        write_partner_files,
    )

    progress(0, 1, "making the county")
    if options.with_faults:
        faults = plant_faults(options.folder, seed=options.seed)
        faults += plant_partner_faults(options.folder / "shared", seed=options.seed)
        progress.end()
        print(
            f"{len(faults)} faults are planted in {options.folder} and its folder shared; a faults.json in each lists them."
        )
        return DONE
    county = make_county(seed=options.seed)
    paths = write_county(county, options.folder) + write_partner_files(county, options.folder / "shared")
    progress.end()
    print(f"{len(paths)} files of a county that does not exist are in {options.folder}.")
    return DONE
