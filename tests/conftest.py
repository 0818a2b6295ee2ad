"""Guards and fixtures every test shares."""

from __future__ import annotations

import ipaddress
import socket
from pathlib import Path
from typing import Any

import pytest

SHARED_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


MADE_ONCE = ("installed", "cluster")
"""Fixtures too dear to be made by each worker: all that use one go to one."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A file's tests go to one worker, so that its fixtures are made once (as --dist loadgroup reads it)."""
    for item in items:
        dear = next((name for name in MADE_ONCE if name in getattr(item, "fixturenames", ())), None)
        if item.get_closest_marker("spark") is not None:
            dear = "cluster"  # also those that start Spark themselves: two clusters at once take the time of both
        item.add_marker(pytest.mark.xdist_group(dear or item.location[0]))


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
