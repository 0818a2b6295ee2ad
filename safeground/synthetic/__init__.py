"""A made-up county with known truth: the demo, the tests and the documentation are made of it.

Nothing in it exists. It lies in the North Sea, its codes are nobody's, and it holds no person: residents are counts, crimes are draws.
"""

from safeground.synthetic.archive import write_archive
from safeground.synthetic.assaults import Assaults, make_assaults
from safeground.synthetic.county import County, Territory, make_county
from safeground.synthetic.faults import Fault, plant_faults, plant_partner_faults
from safeground.synthetic.nation import write_nation
from safeground.synthetic.partner_files import write_partner_files
from safeground.synthetic.patrol_evaluation import make_evaluation_files, write_evaluation_example
from safeground.synthetic.patrol_trial import PatrolTrial, make_patrol_trial
from safeground.synthetic.people_evaluation import PEOPLE_EXAMPLES, write_people_example
from safeground.synthetic.recorded_crime_files import write_recorded_crime
from safeground.synthetic.write import write_county

__all__ = [
    "PEOPLE_EXAMPLES",
    "Assaults",
    "County",
    "Fault",
    "PatrolTrial",
    "Territory",
    "make_assaults",
    "make_county",
    "make_evaluation_files",
    "make_patrol_trial",
    "plant_faults",
    "plant_partner_faults",
    "write_archive",
    "write_county",
    "write_evaluation_example",
    "write_nation",
    "write_partner_files",
    "write_people_example",
    "write_recorded_crime",
]
