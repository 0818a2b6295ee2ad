"""Definitions read from files into frozen objects, every problem reported at once."""

from safeground.engine.catalogue.code_lists import CodeList
from safeground.engine.catalogue.contract import Contract, OnFailure, Sensitivity, Variant
from safeground.engine.catalogue.feeds import Feeds, definitions_folder, load_feeds
from safeground.engine.catalogue.problems import DefinitionProblem, DefinitionsError

__all__ = [
    "CodeList",
    "Contract",
    "DefinitionProblem",
    "DefinitionsError",
    "Feeds",
    "OnFailure",
    "Sensitivity",
    "Variant",
    "definitions_folder",
    "load_feeds",
]
