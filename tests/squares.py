"""Maps of squares side by side, with ratios of known pattern."""

import numpy as np
import scipy.sparse

from safeground.engine.statistics.intrinsic_fields import make_intrinsic_field


def make_neighbours(pairs, size):
    one, other = np.array(pairs).T
    links = scipy.sparse.coo_array((np.ones(len(pairs)), (one, other)), shape=(size, size))
    return scipy.sparse.csr_array(links + links.T)


def make_squares(rows, columns=None):
    """Squares side by side, each adjoining those it shares an edge with."""
    at = np.arange(rows * (columns or rows)).reshape(rows, -1)
    pairs = [
        *zip(at[:, :-1].ravel(), at[:, 1:].ravel(), strict=True),
        *zip(at[:-1].ravel(), at[1:].ravel(), strict=True),
    ]
    return make_neighbours(pairs, at.size)


def draw_map(neighbours, *, spread, share, expected, rng):
    """True ratios, counts and expected counts of (areas,): `share` of the ratios' variance follows the map."""
    precision = make_intrinsic_field(neighbours).precision.toarray()
    values, vectors = np.linalg.eigh(precision)
    usable = values > 1e-9
    size = len(precision)
    field = vectors[:, usable] @ (rng.standard_normal(int(usable.sum())) / np.sqrt(values[usable]))
    ratios = np.exp(spread * (np.sqrt(share) * field + np.sqrt(1 - share) * rng.standard_normal(size)))
    base = expected * rng.uniform(0.5, 1.5, size)
    return ratios, rng.poisson(base * ratios), base
