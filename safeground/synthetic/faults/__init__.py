"""Faults planted in a sound county's files, each recorded, to find out whether intake notices every one."""

from safeground.synthetic.faults.partner_faults import plant_partner_faults
from safeground.synthetic.faults.plant import Fault, plant_faults

__all__ = ["Fault", "plant_faults", "plant_partner_faults"]
