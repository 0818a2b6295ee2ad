"""The offences of the made-up county's violence: how common, against whom, with what, where and how badly.

Magnitudes are those of a county of 1.86 million residents: 64,000 crimes of violence a year, 3,200 with a knife, 1,100 serious by the
partnership's definition, 20 homicides. Class codes are the Home Office's; the five digits of most codes are made up on their pattern
(class and subclass), and nobody's list.
"""

from __future__ import annotations

from dataclasses import dataclass

from safeground.synthetic.crime_types import ROBBERY, VIOLENCE, WEAPONS

#: Kinds of weapon and ways it came in, as `weapon_type` and `weapon_use` of the extract have them. The last of each is none.
WEAPONS_SEEN = ("knife", "bladed article", "firearm", "other weapon", "vehicle", "none")
USES = ("used", "threatened", "possessed", "none")
KNIFE, BLADE, FIREARM, OTHER_WEAPON, VEHICLE, NO_WEAPON = range(6)
USED, THREATENED, POSSESSED, NOT_USED = range(4)

#: Kinds of place. Home is first: `outside the home` is every other.
PLACES = (
    "dwelling", "street", "park", "licensed premises", "school", "transport", "custody", "online", "shop", "car park", "road", "other",
)  # fmt: skip
DWELLING, STREET, PARK, LICENSED, SCHOOL, TRANSPORT, CUSTODY, ONLINE, SHOP, CAR_PARK, ROAD, ELSEWHERE = range(12)
INJURIES = ("none", "slight", "serious", "fatal")
NO_INJURY, SLIGHT, SERIOUS, FATAL = range(4)

#: Of crimes that are not domestic, the share in each kind of place, for the settings an offence may have.
SETTINGS = {
    "anywhere": (0.26, 0.33, 0.04, 0.11, 0.06, 0.03, 0.02, 0.00, 0.06, 0.03, 0.00, 0.06),
    "public": (0.04, 0.58, 0.10, 0.06, 0.02, 0.05, 0.00, 0.00, 0.07, 0.06, 0.00, 0.02),
    "private": (0.62, 0.09, 0.05, 0.06, 0.04, 0.01, 0.01, 0.02, 0.01, 0.02, 0.00, 0.07),
    "remote": (0.42, 0.08, 0.01, 0.01, 0.04, 0.00, 0.00, 0.38, 0.01, 0.00, 0.00, 0.05),
    "road": (0.00, 0.00, 0.00, 0.00, 0.00, 0.00, 0.00, 0.00, 0.00, 0.00, 1.00, 0.00),
    "business": (0.00, 0.02, 0.00, 0.10, 0.00, 0.04, 0.00, 0.00, 0.80, 0.00, 0.00, 0.04),
}
#: Of domestic crimes, whatever the offence.
DOMESTIC_SETTING = (0.84, 0.07, 0.01, 0.01, 0.00, 0.00, 0.00, 0.03, 0.01, 0.01, 0.00, 0.02)


@dataclass(frozen=True)
class Offence:
    """What makes an offence what it is.

    kind: the police.uk type it is published under. share: weight among the offences of that type. domestic: share that is. weapon: share
    with a weapon at all, by (used, threatened, possessed). knife: of those, the share that is a knife or a blade. linked: share tied to
    gangs, and the same to county lines. victims: `adult`, `child`, `young` (robbery and knives), `none` (possession has no victim).
    injury: share slight, serious. setting: a name in SETTINGS.
    """

    ho_class: str
    ho_code: str
    title: str
    kind: str
    share: float
    domestic: float
    weapon: tuple[float, float, float] = (0.0, 0.0, 0.0)
    knife: float = 0.5
    linked: float = 0.002
    victims: str = "adult"
    female: float = 0.5
    injury: tuple[float, float] = (0.0, 0.0)
    setting: str = "anywhere"
    fatal: bool = False


OFFENCES = (
    Offence("1", "00101", "Murder", VIOLENCE, 0.00026, 0.30, (0.62, 0.0, 0.0), 0.68, 0.12, "young", 0.30, fatal=True),
    Offence("4.1", "00401", "Manslaughter", VIOLENCE, 0.00006, 0.25, (0.20, 0.0, 0.0), 0.60, 0.04, "adult", 0.35, fatal=True),
    Offence("2", "00201", "Attempted murder", VIOLENCE, 0.0006, 0.25, (0.75, 0.10, 0.0), 0.75, 0.15, "young", 0.25, (0.20, 0.70),
            "public"),
    Offence("5D", "00501", "Assault with intent to cause serious harm", VIOLENCE, 0.020, 0.22, (0.40, 0.08, 0.0), 0.62, 0.05,
            "young", 0.25, (0.35, 0.60), "public"),
    Offence("8N", "00801", "Assault with injury", VIOLENCE, 0.235, 0.37, (0.05, 0.02, 0.01), 0.40, 0.006, "adult", 0.45, (0.90, 0.08)),
    Offence("8P", "00833", "Racially or religiously aggravated assault with injury", VIOLENCE, 0.004, 0.02, (0.05, 0.02, 0.0), 0.30,
            0.002, "adult", 0.35, (0.92, 0.06), "public"),
    Offence("8S", "00859", "Assault with injury on a constable", VIOLENCE, 0.006, 0.10, (0.02, 0.02, 0.0), 0.20, 0.002, "adult",
            0.35, (0.95, 0.03)),
    Offence("4.4", "00404", "Causing death or serious injury by dangerous driving", VIOLENCE, 0.0006, 0.0, (1.0, 0.0, 0.0), 0.0, 0.0,
            "adult", 0.4, (0.0, 0.6), "road"),
    Offence("3B", "00302", "Threats to kill", VIOLENCE, 0.020, 0.40, (0.01, 0.25, 0.03), 0.85, 0.012, "adult", 0.45),
    Offence("105A", "10501", "Assault without injury", VIOLENCE, 0.225, 0.36, (0.01, 0.03, 0.01), 0.45, 0.002, "adult", 0.50),
    Offence("105B", "10502", "Racially or religiously aggravated assault without injury", VIOLENCE, 0.004, 0.01, (0.0, 0.02, 0.0),
            0.40, 0.001, "adult", 0.40, (0.0, 0.0), "public"),
    Offence("104", "10401", "Assault without injury on a constable", VIOLENCE, 0.012, 0.06, (0.0, 0.01, 0.01), 0.40, 0.001, "adult",
            0.35),
    Offence("11A", "01101", "Cruelty to children", VIOLENCE, 0.010, 0.85, victims="child", setting="private"),
    Offence("13", "01301", "Child abduction", VIOLENCE, 0.001, 0.40, victims="child", female=0.6, linked=0.03),
    Offence("36", "03601", "Kidnapping", VIOLENCE, 0.003, 0.30, (0.10, 0.10, 0.0), 0.70, 0.12, "young", 0.35, (0.40, 0.05), "public"),
    Offence("106", "10601", "Modern slavery", VIOLENCE, 0.004, 0.02, victims="young", linked=0.30, setting="private"),
    Offence("8L", "00805", "Harassment", VIOLENCE, 0.140, 0.42, female=0.60, setting="remote"),
    Offence("8Q", "00840", "Stalking", VIOLENCE, 0.050, 0.55, female=0.80, setting="remote"),
    Offence("8R", "00841", "Malicious communications", VIOLENCE, 0.130, 0.30, female=0.62, setting="remote"),
    Offence("19C", "01903", "Rape of a female aged 16 or over", VIOLENCE, 0.020, 0.42, (0.005, 0.01, 0.0), 0.8, 0.002, "adult", 1.0,
            (0.15, 0.03), "private"),
    Offence("19D", "01904", "Rape of a female under 16", VIOLENCE, 0.006, 0.15, linked=0.015, victims="child", female=1.0,
            setting="private"),
    Offence("19F", "01906", "Rape of a male aged 16 or over", VIOLENCE, 0.002, 0.15, victims="adult", female=0.0, setting="private"),
    Offence("20A", "02001", "Sexual assault on a female aged 13 or over", VIOLENCE, 0.034, 0.12, linked=0.002, female=1.0),
    Offence("17A", "01701", "Sexual assault on a male aged 13 or over", VIOLENCE, 0.005, 0.05, female=0.0),
    Offence("21", "02101", "Sexual activity with a child", VIOLENCE, 0.012, 0.10, linked=0.01, victims="child", female=0.85,
            setting="private"),
    Offence("71", "07101", "Child sexual exploitation", VIOLENCE, 0.003, 0.03, linked=0.08, victims="child", female=0.85,
            setting="private"),
    Offence("88E", "08805", "Exposure and voyeurism", VIOLENCE, 0.012, 0.02, female=0.85, setting="public"),
    Offence("34B", "03402", "Robbery of personal property", ROBBERY, 0.88, 0.04, (0.12, 0.28, 0.03), 0.80, 0.03, "young", 0.22,
            (0.28, 0.04), "public"),
    Offence("34A", "03401", "Robbery of business property", ROBBERY, 0.12, 0.0, (0.05, 0.40, 0.05), 0.75, 0.01, "adult", 0.40, (0.10,
            0.01), "business"),
    Offence("10D", "01004", "Possession of an article with a blade or point", WEAPONS, 0.60, 0.06, (0.0, 0.0, 1.0), 1.0, 0.05,
            "none", setting="public"),
    Offence("10C", "01003", "Possession of other weapons", WEAPONS, 0.30, 0.05, (0.0, 0.0, 1.0), 0.1, 0.03, "none", setting="public"),
    Offence("10B", "01002", "Possession of firearms offences", WEAPONS, 0.06, 0.02, (0.0, 0.0, 1.0), 0.0, 0.10, "none",
            setting="anywhere"),
    Offence("90", "09001", "Other knives offences", WEAPONS, 0.04, 0.02, (0.0, 0.0, 1.0), 1.0, 0.02, "none", setting="anywhere"),
)  # fmt: skip
HOMICIDE = ("1", "4.1", "4.2", "4.10")
#: The offences of the table "Serious violence (VV)" (Essex Serious Violence Strategy, January 2024, section 2). The county has some.
LISTED_CLASSES = (
    *HOMICIDE, "2", "5D", "5E", "8N", "8P", "8S", "34A", "34B", "19C", "19D", "19E", "19F", "19G", "19H",
    "17A", "17B", "20A", "20B", "21", "22A", "22B", "23", "70", "71", "72", "73", "88A", "88C", "88D", "88E",
)  # fmt: skip
