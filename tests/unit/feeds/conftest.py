"""A publisher on this machine, and fetching from it without waiting."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from publisher import FEEDS, Publisher

from safeground.engine.feeds import fetch_source
from safeground.engine.feeds.fetching.http import Client


@pytest.fixture
def publisher() -> Iterator[Publisher]:
    with Publisher() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def waits() -> list[float]:
    return []


@pytest.fixture
def fetch(publisher: Publisher, waits: list[float], tmp_path: Path) -> Callable:
    def run(source: str, *, attempts: int = 4, **options):
        client = Client(pause_s=0.0, attempts=attempts, timeout_s=5, sleep=waits.append)
        return fetch_source(source, tmp_path / "fetched", base_url=publisher.url, client=client, feeds=FEEDS, **options)

    return run
