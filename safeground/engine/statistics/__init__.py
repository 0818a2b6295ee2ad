"""Statistics: arrays in, frozen results out. Pure: NumPy and SciPy only, no tables, files, plots, prints or hidden randomness."""

from safeground.engine.statistics.funnels import FUNNEL_LEVELS, FunnelLimits, funnel_limits
from safeground.engine.statistics.proportions import ProportionEstimate, estimate_proportion
from safeground.engine.statistics.rates import RateEstimate, estimate_rate
from safeground.engine.statistics.results import Estimate
from safeground.engine.statistics.standardisation import (
    AGE_BANDS_2013,
    EUROPEAN_STANDARD_POPULATION_2013,
    StandardisedRateEstimate,
    estimate_directly_standardised_rate,
)

__all__ = [
    "AGE_BANDS_2013",
    "EUROPEAN_STANDARD_POPULATION_2013",
    "FUNNEL_LEVELS",
    "Estimate",
    "FunnelLimits",
    "ProportionEstimate",
    "RateEstimate",
    "StandardisedRateEstimate",
    "estimate_directly_standardised_rate",
    "estimate_proportion",
    "estimate_rate",
    "funnel_limits",
]
