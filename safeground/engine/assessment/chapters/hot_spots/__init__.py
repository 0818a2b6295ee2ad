"""Hot spots: the chapter, and the pack with a page for each."""

from safeground.engine.assessment.chapters.hot_spots.chapter import make_hot_spots
from safeground.engine.assessment.chapters.hot_spots.pack import make_map_table, write_hot_spot_pack
from safeground.engine.assessment.chapters.hot_spots.told import ToldSpots, tell_chosen, tell_hot_spots

__all__ = [
    "ToldSpots",
    "make_hot_spots",
    "make_map_table",
    "tell_chosen",
    "tell_hot_spots",
    "write_hot_spot_pack",
]
