"""Here every chart is held against Vega-Lite's schema, which a build leaves out."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from safeground.engine.publish.charts import canvas


@pytest.fixture(autouse=True, scope="session")
def checked_specs() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(canvas, "CHECKS_SPECS", True)
        yield
