"""Where every random number of the made-up county comes from."""

from __future__ import annotations

import hashlib

import numpy as np


def random_stream(seed: int, *labels: object) -> np.random.Generator:
    """An independent generator for one purpose, the same whatever else has been drawn.

    A month's crimes depend on the seed, the force and the month alone, so a county of 30 months holds the very files of
    the county of 4 months with the same seed, and files may be written in any order.
    """
    purpose = "/".join(str(part) for part in (seed, *labels))
    digest = hashlib.blake2s(purpose.encode()).digest()
    return np.random.default_rng(int.from_bytes(digest, "big"))
