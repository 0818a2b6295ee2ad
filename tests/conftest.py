"""Guards and fixtures every test shares."""

from __future__ import annotations

import ipaddress
import socket
from pathlib import Path
from typing import Any

import pytest

SHARED_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


ON_ONE_WORKER = {
    "cluster": ("tests/reference/spark/", "tests/stories/test_same_edition_on_spark.py"),
    "installed": (
        "tests/stories/test_built_editions.py",
        "tests/stories/test_demo_and_status.py",
        "tests/stories/test_edition_pages.py",
        "tests/stories/test_hot_spots_are_never_public.py",
        "tests/stories/test_wheel_outside_checkout.py",
    ),
}
"""Fixtures too dear to be made by each worker, and the files that use one: all of them go to one worker."""


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """A file's tests go to one worker, so that its fixtures are made once, and files that share a dear one go together.

    (The plugin's own groups are lost without a word under pytest 9.2: it writes them into a private name that is no more.)
    """
    from xdist.scheduler import LoadFileScheduling

    class OnOneWorker(LoadFileScheduling):
        def _split_scope(self, nodeid: str) -> str:
            file = super()._split_scope(nodeid)
            return next((dear for dear, files in ON_ONE_WORKER.items() if file.startswith(files)), file)

    return OnOneWorker(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        for dear, files in ON_ONE_WORKER.items():
            if dear in getattr(item, "fixturenames", ()) and not item.nodeid.startswith(files):
                raise pytest.UsageError(f"{item.location[0]} uses {dear}, which is dear; name it in ON_ONE_WORKER.")


class NoNetworkInTests(RuntimeError):
    """Raised where a test would reach another machine. No OSError, which code under test may take for a partner's server being down."""


def _is_on_this_machine(address: Any) -> bool:
    if not isinstance(address, tuple):
        return True  # a socket in the file system
    host = str(address[0])
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuse sockets to other machines in this process (not in its children), so that no test hangs on a network or depends on one."""

    def guard(connect: Any) -> Any:
        def connect_on_this_machine(self: socket.socket, address: Any) -> Any:
            if not _is_on_this_machine(address):
                raise NoNetworkInTests(
                    f"A test tried to reach {address[0]}, which is not this machine; serve what it needs from 127.0.0.1 instead."
                )
            return connect(self, address)

        return connect_on_this_machine

    for name in ("connect", "connect_ex"):
        monkeypatch.setattr(socket.socket, name, guard(getattr(socket.socket, name)))


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The real open data beside the checkout; a test that needs them skips where they are absent."""
    if not SHARED_DATA.is_dir():
        pytest.skip("the real data of ../shared/data are not beside this checkout")
    return SHARED_DATA
