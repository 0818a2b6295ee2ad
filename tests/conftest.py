"""Guards and fixtures every test shares."""

from __future__ import annotations

from pathlib import Path

import pytest

SHARED_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The real open data beside the checkout; a test that needs them skips where they are absent."""
    if not SHARED_DATA.is_dir():
        pytest.skip("the real data of ../shared/data are not beside this checkout")
    return SHARED_DATA
