"""Statistics: arrays in, frozen results out. Pure: NumPy and SciPy only, no tables, files, plots, prints or hidden randomness.

Every result has `value, lower, upper, method, confidence`. Missing is NaN in and NaN out, with the reason in `method`.

| question | function |
|---|---|
| how many for so many people? | `estimate_rate`, `estimate_directly_standardised_rate` |
| what share? | `estimate_proportion` |
| which areas differ more than chance? | `funnel_limits` |
| is this one higher than that one? | `compare_rates`, `compare_proportions` |
| which of many comparisons stand? | `read_together` |
| rising or falling? | `compare_monthly_periods`; `compare_periods` for rare, separate events |
| will a goal be met? | `project_counts`; `project_level`, the simpler model beside it |
| which change could be told from chance? | `smallest_yearly_fall`, `smallest_trend_fall` |
| which months are unusual? | `u_chart`, `xmr_chart`; of events days or weeks apart `g_chart`, `t_chart` |
| when did the level change? | `find_level_changes` |
| would chance have shown it? | `measure_false_alarms`, `measure_gap_alarms` |
| how concentrated? | `estimate_concentration` |
| do the busiest areas stay the busiest? | `estimate_lasting_share` |
| does it follow deprivation? | `estimate_gradient` |
| how many are to come, from many weak signs? | `fit_penalised_poisson` |
| does it go with a risk factor, others held alike? | `fit_count_regression`; `estimate_spatial_autocorrelation` for what it leaves over |
| and within each place and each day? | `fit_absorbed_regression` |
| is an area unusual among areas like it? | `find_similar_areas`, `compare_with_similar` |
| how many in all, from lists that each hold a part? | `estimate_two_lists`, `estimate_three_lists`, `bound_from_below` |
| how many records belong together, without names? | `estimate_linked_share`, `remove_chance_links` |
| which areas have more than their share? | `shrink_ratios`, `shrink_freely`; `smooth_ratios`, which heeds neighbours too |
| what did a trial do, against every schedule it might have drawn? | `estimate_randomised_ratio` |
| and one of whole places, or of places that start in turn? | `estimate_group_ratio`, `estimate_wave_ratio`, `estimate_averaged_ratio` |
| which place is treated on which day? | `DailyDraw`, `BlockedDraw`, `PairedDraw`, `SteppedWedgeDraw`, `ParallelDraw` |
| where do events lie dense? | `kernel_density` |
| do events close in space follow each other closely in time? | `knox_test` |
| what did a forecast of places catch, and how sure is that? | `prediction_accuracy`, `bootstrap_blocks`, `measure_calibration` |
| would a trial find what it looks for? | `estimate_trial_power`; `resample_days`, `simulate_counts` |
| at which ages does it turn, and where is it highest? | `fit_age_curve`, `find_peak`, `estimate_growth` |
| where do high values lie together? | `local_getis_ord`, `local_moran` |
| which places stay, become or were hot? | `classify_space_time`; `measure_class_alarms` |
| at which hours, where only a range is known? | `aoristic_weights` |
| which few places, not too close together? | `choose_spots` |
| who is like whom, and how alike are two sides? | `fit_logistic`, `match_nearest`, `standardise_differences` |
| could something unseen have made a difference between matched people? | `bound_hidden_bias`, `find_tolerated_bias` |
"""

from safeground.engine.statistics.absorbed_regression import AbsorbedRegression, fit_absorbed_regression
from safeground.engine.statistics.age_curves import (
    AgeBreak,
    AgeCurve,
    AgeSegment,
    estimate_cluster_dispersion,
    fit_age_curve,
)
from safeground.engine.statistics.aoristic import AoristicWeights, aoristic_weights
from safeground.engine.statistics.averaged_waves import FEWEST_EVENTS_SINCE, estimate_averaged_ratio
from safeground.engine.statistics.block_bootstrap import BlockBootstrap, bootstrap_blocks
from safeground.engine.statistics.calibration import Calibration, measure_calibration
from safeground.engine.statistics.capture_recapture import (
    DependenceModel,
    ThreeLists,
    TotalEstimate,
    bound_from_below,
    estimate_three_lists,
    estimate_two_lists,
)
from safeground.engine.statistics.chance_links import LinkedShare, estimate_linked_share, remove_chance_links
from safeground.engine.statistics.change_points import FEWEST_MONTHS_FOR_CHANGES, LevelChanges, Step, find_level_changes
from safeground.engine.statistics.comparisons import (
    Comparison,
    DifferenceOfProportions,
    RatioComparison,
    compare_proportions,
    compare_rates,
)
from safeground.engine.statistics.concentration import Chance, Concentration, estimate_concentration
from safeground.engine.statistics.control_charts import FEWEST_MONTHS, ControlChart, Signal, u_chart, xmr_chart
from safeground.engine.statistics.count_regression import FEWEST_CLUSTERS, CountRegression, fit_count_regression
from safeground.engine.statistics.detectable_changes import (
    DetectableFall,
    required_yearly_change,
    smallest_trend_fall,
    smallest_yearly_fall,
)
from safeground.engine.statistics.false_alarms import FalseAlarms, chart_levels, measure_false_alarms
from safeground.engine.statistics.families import read_together
from safeground.engine.statistics.free_shrinkage import FreeRatios, shrink_freely
from safeground.engine.statistics.funnels import FUNNEL_LEVELS, FunnelLimits, funnel_limits
from safeground.engine.statistics.gradients import Gradient, estimate_gradient
from safeground.engine.statistics.hidden_bias import bound_hidden_bias, find_tolerated_bias
from safeground.engine.statistics.kernel_densities import KernelDensity, kernel_density
from safeground.engine.statistics.knox import KnoxTest, knox_test
from safeground.engine.statistics.lasting_shares import LastingShare, estimate_lasting_share
from safeground.engine.statistics.local_statistics import LocalStatistics, local_getis_ord, local_moran
from safeground.engine.statistics.logistic_regression import LogisticFit, fit_logistic
from safeground.engine.statistics.matching import NOBODY, MatchedSets, match_nearest, standardise_differences
from safeground.engine.statistics.peaks import Peak, estimate_growth, find_peak
from safeground.engine.statistics.penalised_poisson import PenalisedPoisson, fit_penalised_poisson
from safeground.engine.statistics.periods import (
    Dispersion,
    PeriodComparison,
    compare_monthly_periods,
    compare_periods,
    estimate_dispersion,
)
from safeground.engine.statistics.prediction_scores import SHARES_OF_AREA, PredictionAccuracy, prediction_accuracy
from safeground.engine.statistics.projections import FEWEST_YEARS, Projection, project_counts, project_level
from safeground.engine.statistics.proportions import ProportionEstimate, estimate_proportion
from safeground.engine.statistics.randomised_groups import estimate_group_ratio, find_group_ratio
from safeground.engine.statistics.randomised_ratios import (
    FEWEST_RUNS,
    DrawSchedule,
    RandomisedRatio,
    draw_schedules,
    estimate_randomised_ratio,
    find_randomisation_p,
    find_shifted_p,
)
from safeground.engine.statistics.randomised_waves import estimate_wave_ratio, find_wave_ratio, split_transition
from safeground.engine.statistics.rare_events import (
    FEWEST_GAPS,
    GapChart,
    g_chart,
    measure_gap_alarms,
    nelson_t_chart,
    t_chart,
)
from safeground.engine.statistics.rates import RateEstimate, estimate_rate
from safeground.engine.statistics.results import Estimate
from safeground.engine.statistics.run_rules import RunRule
from safeground.engine.statistics.shrunken_ratios import ShrunkenRatios, shrink_ratios
from safeground.engine.statistics.significance import adjust_false_discovery
from safeground.engine.statistics.similar_areas import (
    SimilarAreas,
    SimilarComparison,
    compare_with_similar,
    find_similar_areas,
)
from safeground.engine.statistics.space_time_classes import (
    SPACE_TIME_CLASSES,
    ClassAlarms,
    SpaceTimeClasses,
    classify_space_time,
    measure_class_alarms,
)
from safeground.engine.statistics.spatial_autocorrelation import (
    SpatialAutocorrelation,
    estimate_spatial_autocorrelation,
)
from safeground.engine.statistics.spatial_smoothing import SmoothedRatios, smooth_ratios
from safeground.engine.statistics.spot_choice import SpotChoice, choose_spots
from safeground.engine.statistics.standardisation import (
    AGE_BANDS_2013,
    EUROPEAN_STANDARD_POPULATION_2013,
    StandardisedRateEstimate,
    estimate_directly_standardised_rate,
)
from safeground.engine.statistics.trial_draws import (
    BlockedDraw,
    DailyDraw,
    PairedDraw,
    ParallelDraw,
    SteppedWedgeDraw,
    TrialDraw,
)
from safeground.engine.statistics.trial_power import (
    FEWEST_HISTORY_DAYS,
    TrialPower,
    estimate_trial_power,
    resample_days,
    simulate_counts,
)

__all__ = [
    "AGE_BANDS_2013",
    "EUROPEAN_STANDARD_POPULATION_2013",
    "FEWEST_CLUSTERS",
    "FEWEST_EVENTS_SINCE",
    "FEWEST_GAPS",
    "FEWEST_HISTORY_DAYS",
    "FEWEST_MONTHS",
    "FEWEST_MONTHS_FOR_CHANGES",
    "FEWEST_RUNS",
    "FEWEST_YEARS",
    "FUNNEL_LEVELS",
    "NOBODY",
    "SHARES_OF_AREA",
    "SPACE_TIME_CLASSES",
    "AbsorbedRegression",
    "AgeBreak",
    "AgeCurve",
    "AgeSegment",
    "AoristicWeights",
    "BlockBootstrap",
    "BlockedDraw",
    "Calibration",
    "Chance",
    "ClassAlarms",
    "Comparison",
    "Concentration",
    "ControlChart",
    "CountRegression",
    "DailyDraw",
    "DependenceModel",
    "DetectableFall",
    "DifferenceOfProportions",
    "Dispersion",
    "DrawSchedule",
    "Estimate",
    "FalseAlarms",
    "FreeRatios",
    "FunnelLimits",
    "GapChart",
    "Gradient",
    "KernelDensity",
    "KnoxTest",
    "LastingShare",
    "LevelChanges",
    "LinkedShare",
    "LocalStatistics",
    "LogisticFit",
    "MatchedSets",
    "PairedDraw",
    "ParallelDraw",
    "Peak",
    "PenalisedPoisson",
    "PeriodComparison",
    "PredictionAccuracy",
    "Projection",
    "ProportionEstimate",
    "RandomisedRatio",
    "RateEstimate",
    "RatioComparison",
    "RunRule",
    "ShrunkenRatios",
    "Signal",
    "SimilarAreas",
    "SimilarComparison",
    "SmoothedRatios",
    "SpaceTimeClasses",
    "SpatialAutocorrelation",
    "SpotChoice",
    "StandardisedRateEstimate",
    "Step",
    "SteppedWedgeDraw",
    "ThreeLists",
    "TotalEstimate",
    "TrialDraw",
    "TrialPower",
    "adjust_false_discovery",
    "aoristic_weights",
    "bootstrap_blocks",
    "bound_from_below",
    "bound_hidden_bias",
    "chart_levels",
    "choose_spots",
    "classify_space_time",
    "compare_monthly_periods",
    "compare_periods",
    "compare_proportions",
    "compare_rates",
    "compare_with_similar",
    "draw_schedules",
    "estimate_averaged_ratio",
    "estimate_cluster_dispersion",
    "estimate_concentration",
    "estimate_directly_standardised_rate",
    "estimate_dispersion",
    "estimate_gradient",
    "estimate_group_ratio",
    "estimate_growth",
    "estimate_lasting_share",
    "estimate_linked_share",
    "estimate_proportion",
    "estimate_randomised_ratio",
    "estimate_rate",
    "estimate_spatial_autocorrelation",
    "estimate_three_lists",
    "estimate_trial_power",
    "estimate_two_lists",
    "estimate_wave_ratio",
    "find_group_ratio",
    "find_level_changes",
    "find_peak",
    "find_randomisation_p",
    "find_shifted_p",
    "find_similar_areas",
    "find_tolerated_bias",
    "find_wave_ratio",
    "fit_absorbed_regression",
    "fit_age_curve",
    "fit_count_regression",
    "fit_logistic",
    "fit_penalised_poisson",
    "funnel_limits",
    "g_chart",
    "kernel_density",
    "knox_test",
    "local_getis_ord",
    "local_moran",
    "match_nearest",
    "measure_calibration",
    "measure_class_alarms",
    "measure_false_alarms",
    "measure_gap_alarms",
    "nelson_t_chart",
    "prediction_accuracy",
    "project_counts",
    "project_level",
    "read_together",
    "remove_chance_links",
    "required_yearly_change",
    "resample_days",
    "shrink_freely",
    "shrink_ratios",
    "simulate_counts",
    "smallest_trend_fall",
    "smallest_yearly_fall",
    "smooth_ratios",
    "split_transition",
    "standardise_differences",
    "t_chart",
    "u_chart",
    "xmr_chart",
]
