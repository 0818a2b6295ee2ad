"""The warehouse: deliveries conformed to our tables as Parquet, read through Ibis."""

from safeground.engine.warehouse.conform import conform_deliveries
from safeground.engine.warehouse.engines import Engine, EngineUnavailable, check_engine
from safeground.engine.warehouse.generation import Generation, get_generation
from safeground.engine.warehouse.keeping import PartKeeper
from safeground.engine.warehouse.operators import OperatorNotAllowed, check_operators
from safeground.engine.warehouse.parts import ConformError
from safeground.engine.warehouse.reading import LiveDelivery, Warehouse, open_warehouse
from safeground.engine.warehouse.removing import WarehouseRemoval, set_beside_without
from safeground.engine.warehouse.tables import EVENT_CORE, TABLES

__all__ = [
    "EVENT_CORE",
    "TABLES",
    "ConformError",
    "Engine",
    "EngineUnavailable",
    "Generation",
    "LiveDelivery",
    "OperatorNotAllowed",
    "PartKeeper",
    "Warehouse",
    "WarehouseRemoval",
    "check_engine",
    "check_operators",
    "conform_deliveries",
    "get_generation",
    "open_warehouse",
    "set_beside_without",
]
