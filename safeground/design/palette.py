"""The chart palette: one accent, one mark, and greys.

Every line, point and bar has at least 3:1 against white and differs from its neighbours by shape, weight or place as well as by
colour. Blue and burnt orange stay apart in all common forms of colour blindness.
"""

FONT = "Arial, Helvetica, sans-serif"

INK = "#0b0c0c"
"""Text that carries meaning."""
QUIET_INK = "#484949"
"""Axis labels and other text that only orients (9:1 on white)."""

MAIN = "#12436d"
"""What the chart is about."""
BAND = "#c3d2e0"
"""An interval around the main series. It touches MAIN, against which it has more than 3:1."""
MARK = "#b8420a"
"""What is spoken of: beyond a limit, or the area named in the title. Always with another shape or a label as well."""
BAR = "#6c93b8"
MARKED_BAR = "#d9793f"
"""Bars are lighter than lines, so that a dark interval shows on them: 3:1 against white, 6:1 against the interval."""
CONTEXT = "#85898d"
"""The others, kept visible (3.5:1) and quiet."""
GRID = "#e3e6e8"
BASELINE = "#505a5f"
GAP = "#f1f2f3"
"""The ground behind months without data."""

SUPPRESSED = "#d9dadb"
NOT_AVAILABLE = "#eeeeef"
"""Map fills that are replaced by a hatch and by dots, so that no state is told by colour alone."""

MAP_LINE = "#ffffff"
MAP_OUTLINE = "#383f43"

# From straw through green to the accent, always darker: in order for every kind of colour vision, and in grey.
SEQUENTIAL = {
    1: ("#5fb0ae",),
    2: ("#d9ebb5", "#1f6a94"),
    3: ("#e6f0bd", "#5fb0ae", "#12436d"),
    4: ("#e9f2c4", "#94cdb0", "#3c8fae", "#12436d"),
    5: ("#eef4cd", "#b4dcb3", "#62b3b5", "#2a7aa5", "#12436d"),
    6: ("#f0f5d2", "#c5e3b6", "#85c6b3", "#4a9fb3", "#24709f", "#12436d"),
    7: ("#f1f6d5", "#d0e8b9", "#9dd1b2", "#68b7b5", "#3f93b0", "#23699a", "#12436d"),
}
