"""Every feed's folder has one shape: a contract, an example, and a page that says what it is and where to get it."""

from __future__ import annotations

import pytest

from safeground.engine.catalogue import definitions_folder, load_feeds

FEEDS = load_feeds()


@pytest.mark.parametrize("feed", sorted(FEEDS.contracts))
def test_a_feeds_page_says_what_it_is_and_where_to_get_it(feed):
    folder = definitions_folder() / "national" / "feeds" / feed
    # Where a feed comes as several files, each has an example of its own beside the first.
    stems = {path.stem for path in folder.iterdir() if not path.stem.startswith("example_")}
    assert stems == {"contract", "example", "README"}
    page = (folder / "README.md").read_text(encoding="utf-8")
    assert page.startswith(f"# {feed}: ")
    headings = [line for line in page.splitlines() if line.startswith("## ")]
    assert headings == ["## Where to get it", "## Adding a feed"]
    where = page.split("## Where to get it")[1].split("## ")[0]
    assert f"Publisher: {FEEDS.contracts[feed].source.name}" in where
    assert "*" in where and "Not checked here." in where
