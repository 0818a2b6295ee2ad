"""Faults planted in a sound county's files, each recorded, to find out whether intake notices every one."""

from safeground.synthetic.faults.plant import Fault, plant_faults

__all__ = ["Fault", "plant_faults"]
