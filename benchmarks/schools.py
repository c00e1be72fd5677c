"""An invented register of schools, as large as England's and in the same layout with 111 columns.

None of the schools is real. If the shared data is available, each authority has the real number of schools.

Half of the schools are open. Most closed schools have a successor. The successor might itself be closed, might not be
in the file, or might have the closed school as its own successor.
"""

import csv
import json
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path
from random import Random

_NAMES = """
URN|LA (code)|LA (name)|EstablishmentNumber|EstablishmentName|TypeOfEstablishment (name)|
EstablishmentTypeGroup (name)|EstablishmentStatus (name)|ReasonEstablishmentOpened (name)|OpenDate|
ReasonEstablishmentClosed (name)|CloseDate|PhaseOfEducation (name)|StatutoryLowAge|StatutoryHighAge|Boarders (name)|
NurseryProvision (name)|OfficialSixthForm (name)|Gender (name)|ReligiousCharacter (name)|ReligiousEthos (name)|
Diocese (name)|AdmissionsPolicy (name)|SchoolCapacity|SpecialClasses (name)|CensusDate|NumberOfPupils|NumberOfBoys|
NumberOfGirls|PercentageFSM|TrustSchoolFlag (name)|Trusts (name)|SchoolSponsorFlag (name)|SchoolSponsors (name)|
FederationFlag (name)|Federations (name)|UKPRN|FEHEIdentifier|FurtherEducationType (name)|OfstedLastInsp|
LastChangedDate|Street|Locality|Address3|Town|County (name)|Postcode|SchoolWebsite|TelephoneNum|HeadTitle (name)|
HeadFirstName|HeadLastName|HeadPreferredJobTitle|BSOInspectorateName (name)|InspectorateReport|
DateOfLastInspectionVisit|NextInspectionVisit|TeenMoth (name)|TeenMothPlaces|CCF (name)|SENPRU (name)|EBD (name)|
PlacesPRU|FTProv (name)|EdByOther (name)|Section41Approved (name)|SEN1 (name)|SEN2 (name)|SEN3 (name)|SEN4 (name)|
SEN5 (name)|SEN6 (name)|SEN7 (name)|SEN8 (name)|SEN9 (name)|SEN10 (name)|SEN11 (name)|SEN12 (name)|SEN13 (name)|
TypeOfResourcedProvision (name)|ResourcedProvisionOnRoll|ResourcedProvisionCapacity|SenUnitOnRoll|SenUnitCapacity|
GOR (name)|DistrictAdministrative (name)|AdministrativeWard (name)|ParliamentaryConstituency (name)|
UrbanRural (name)|GSSLACode (name)|Easting|Northing|MSOA (name)|LSOA (name)|InspectorateName (name)|SENStat|
SENNoStat|PropsName|OfstedRating (name)|RSCRegion (name)|Country (name)|UPRN|SiteName|QABName (name)|
EstablishmentAccredited (name)|QABReport|CHNumber|MSOA (code)|LSOA (code)|FSM|Linked establishments
"""
SCHOOL_COLUMNS = tuple(_NAMES.replace("\n", "").split("|"))
LINK_COLUMNS = ("URN", "LinkURN", "LinkName", "LinkType", "LinkEstablishedDate")
PERSONAL_COLUMNS = ("HeadTitle (name)", "HeadFirstName", "HeadLastName", "HeadPreferredJobTitle", "PropsName")
INVENTED_PERSON = "Nobody-to-be-kept"  # The text is in every column about a person, so that a test can search for it.

FIRST_URN = 500_001  # No URN in use is as high as this number.
COUNTS_FILE = Path("shared", "data", "schools", "counts_by_authority_2026.json")
_OF_TOWNS = """
Ash Beech Birch Bram Cold Copper Dun East Elm Fair Fern Gorse Hazel High Holm Kest Lark Long Low Marsh Mere
Mill North Oak Old Peve Quarry Red Rook Rush Sand Sedge Silver South Stone Swan Thorn Up West Whin Yew
"""
_ENDS_OF_TOWNS = """
borough bourne bridge bury combe cote dale den don field ford ham haven hurst ley mead mere minster moor ness
port ridge stead stoke thorpe ton wick wold worth
"""
TOWN_BEGINNINGS, TOWN_ENDINGS = _OF_TOWNS.split(), _ENDS_OF_TOWNS.split()
SAINT_NAMES = (
    "St Aldhelm’s",
    "St Bede’s",
    "St Cuthbert’s",
    "St Hild’s",
    "St Zoé’s",
    "St Piran’s",
    "Our Lady’s",
    "All Saints",
)
SCHOOL_KINDS = (  # type, group, phase, ages and name, and the percentage of schools of this type
    ("Community school", "Local authority maintained schools", "Primary", (4, 11), "Primary School", 34),
    (
        "Voluntary aided school",
        "Local authority maintained schools",
        "Primary",
        (4, 11),
        "Church of England School",
        12,
    ),
    ("Academy converter", "Academies", "Primary", (4, 11), "Primary Academy", 20),
    ("Academy converter", "Academies", "Secondary", (11, 16), "Academy", 12),
    ("Community school", "Local authority maintained schools", "Secondary", (11, 18), "School", 6),
    ("Community special school", "Special schools", "Not applicable", (2, 19), "Special School", 4),
    ("Pupil referral unit", "Local authority maintained schools", "Not applicable", (11, 16), "Centre", 2),
    ("Other independent school", "Independent schools", "Not applicable", (3, 18), "House School", 8),
    ("Academy alternative provision converter", "Academies", "Not applicable", (11, 16), "AP Academy", 2),
)
NEED_NAMES = (
    "SLCN - Speech, language and Communication", "MLD - Moderate Learning Difficulty",
    "SEMH - Social, Emotional and Mental Health", "ASD - Autistic Spectrum Disorder", "HI - Hearing Impairment",
    "PD - Physical Disability",
)  # fmt: skip
NOT_APPLICABLE_COLUMNS = (
    "Diocese (name)", "BSOInspectorateName (name)", "TeenMoth (name)", "CCF (name)", "SENPRU (name)", "EBD (name)",
    "FTProv (name)", "EdByOther (name)", "Section41Approved (name)", "FurtherEducationType (name)", "QABName (name)",
    "EstablishmentAccredited (name)", "SchoolSponsorFlag (name)",
)  # fmt: skip
CLOSURE_REASONS = ("Academy Converter", "Result of Amalgamation/Merger", "Closure")
FIRST_OPENING_DAY, OPENING_DAY_SPAN = date(1965, 9, 1), 365 * 55
TRUST_COUNT = 2000


def schools_by_authority(base: Path) -> list[tuple[str, str, int]]:
    """Return the code, name and number of open schools of each authority.

    The numbers are real if they are available.
    """
    try:
        known = json.loads((base / COUNTS_FILE).read_text())["authorities"]
    except OSError:
        return [(str(code), f"Authority {code}", 10 + code % 97) for code in range(301, 454)]
    return [(authority["la"], authority["name"], authority["schools"]) for authority in known]


def invent_schools(known: list[tuple[str, str, int]], number: int, *, seed: int = 1) -> Iterator[dict[str, str]]:
    """Yield invented schools in the order of their URNs. The same seed gives the same schools."""
    random = Random(seed)  # noqa: S311 (these random numbers protect no secret)
    weights = [schools for _, _, schools in known]
    middles = {code: (random.randrange(250_000, 600_000), random.randrange(80_000, 600_000)) for code, _, _ in known}
    for urn in range(FIRST_URN, FIRST_URN + number):
        code, name, _ = random.choices(known, weights)[0]
        yield _school(random, urn, code, name, middles[code])


def invent_links(rows: Iterator[dict[str, str]] | list[dict[str, str]], *, seed: int = 1) -> Iterator[tuple[str, ...]]:
    """Yield the successors of closed schools. Four in five closed schools have a successor."""
    random = Random(seed)  # noqa: S311
    every = list(rows)
    known = {row["URN"]: row for row in every}
    for place, row in enumerate(every):
        if row["EstablishmentStatus (name)"] != "Closed" or random.random() > 0.8:  # noqa: PLR2004
            continue
        fate = random.random()
        if fate < 0.02 and place:  # noqa: PLR2004 (a circle: this school and the one before it succeed each other)
            other = every[place - 1]["URN"]
            yield _link(other, row["URN"], row["EstablishmentName"], "Successor", row["CloseDate"])
        elif fate < 0.07:  # noqa: PLR2004 (the successor is not in the file)
            other = str(FIRST_URN + len(every) + random.randrange(1000))
        else:
            other = random.choice(every)["URN"]
        if other != row["URN"]:
            name = known.get(other, {}).get("EstablishmentName", "A school elsewhere")
            kind = random.choice(("Successor", "Successor - amalgamated", "Successor - Split School"))
            yield _link(row["URN"], other, name, kind, row["CloseDate"])


def write_extract(folder: Path, number: int, *, base: Path, seed: int = 1) -> tuple[Path, Path]:
    """Write a file of invented schools, and a file of the links between them, in the register's encoding (cp1252)."""
    every = list(invent_schools(schools_by_authority(base), number, seed=seed))
    main, beside = folder / f"edubasealldata-synthetic-{number}.csv", folder / f"links-synthetic-{number}.csv"
    write_rows(main, every)
    with beside.open("w", encoding="cp1252", newline="") as stream:
        csv.writer(stream).writerows([LINK_COLUMNS, *invent_links(every, seed=seed)])
    return main, beside


def write_rows(path: Path, rows: list[dict[str, str]]) -> None:
    with path.open("w", encoding="cp1252", newline="") as stream:
        writer = csv.DictWriter(stream, SCHOOL_COLUMNS, restval="")
        writer.writeheader()
        writer.writerows(rows)


def _link(*values: str) -> tuple[str, ...]:
    return values


def _school(random: Random, urn: int, code: str, authority: str, middle: tuple[int, int]) -> dict[str, str]:
    kind, group, phase, (low, high), ending, _ = random.choices(SCHOOL_KINDS, [kind[-1] for kind in SCHOOL_KINDS])[0]
    town = random.choice(TOWN_BEGINNINGS) + random.choice(TOWN_ENDINGS)
    name = f"{random.choice(SAINT_NAMES)} {ending}, {town}" if random.random() < 0.15 else f"{town} {ending}"  # noqa: PLR2004
    opened = FIRST_OPENING_DAY + timedelta(days=random.randrange(OPENING_DAY_SPAN))
    row = dict.fromkeys(NOT_APPLICABLE_COLUMNS, "Not applicable") | dict.fromkeys(PERSONAL_COLUMNS, INVENTED_PERSON)
    row |= {
        "URN": str(urn), "LA (code)": code, "LA (name)": authority,
        "EstablishmentNumber": str(random.randrange(1000, 9999)),
        "EstablishmentName": name, "TypeOfEstablishment (name)": kind, "EstablishmentTypeGroup (name)": group,
        "PhaseOfEducation (name)": phase, "StatutoryLowAge": str(low), "StatutoryHighAge": str(high),
        "OpenDate": "" if random.random() < 0.4 else f"{opened:%d-%m-%Y}",  # noqa: PLR2004
        "Gender (name)": "Mixed", "Boarders (name)": "No boarders", "OfficialSixthForm (name)": "Not applicable",
        "NurseryProvision (name)": "Not applicable", "ReligiousCharacter (name)": "Does not apply",
        "SchoolCapacity": str(random.randrange(30, 1800, 30)), "SpecialClasses (name)": "No Special Classes",
        "FederationFlag (name)": "Not under a federation", "UKPRN": str(10_000_000 + urn),
        "Street": f"{random.randrange(1, 200)} {random.choice(TOWN_BEGINNINGS)} Lane", "Town": town,
        "County (name)": authority, "Postcode": _postcode(random), "LastChangedDate": "01-08-2026",
        "SchoolWebsite": f"www.school-{urn}.example", "TelephoneNum": "01632960000", "UPRN": str(9_000_000_000 + urn),
        "TrustSchoolFlag (name)": "Not applicable", "MSOA (code)": "999999999", "LSOA (code)": "999999999",
    }  # fmt: skip
    if group == "Academies":
        row |= {
            "TrustSchoolFlag (name)": "Supported by a multi-academy trust",
            "Trusts (name)": f"INVENTED TRUST {random.randrange(TRUST_COUNT)}",
        }
    return {**row, **_standing(random, opened), **_needs(random, group), **_place(random, middle)}


def _standing(random: Random, opened: date) -> Mapping[str, str]:
    fate = random.random()
    if fate < 0.51:  # noqa: PLR2004
        return {"EstablishmentStatus (name)": "Open", "ReasonEstablishmentClosed (name)": "Not applicable"}
    if fate < 0.52:  # noqa: PLR2004
        return {"EstablishmentStatus (name)": "Open, but proposed to close", "CloseDate": "31-08-2027"}
    closed = opened + timedelta(days=random.randrange(400, 2000))
    return {
        "EstablishmentStatus (name)": "Closed", "CloseDate": f"{closed:%d-%m-%Y}",
        "ReasonEstablishmentClosed (name)": random.choice(CLOSURE_REASONS),
    }  # fmt: skip


def _needs(random: Random, group: str) -> Mapping[str, str]:
    if group != "Special schools" and random.random() > 0.1:  # noqa: PLR2004
        return {}
    chosen = random.sample(NEED_NAMES, random.randrange(1, 4))
    return {f"SEN{number} (name)": need for number, need in enumerate(chosen, 1)}


def _place(random: Random, middle: tuple[int, int]) -> Mapping[str, str]:
    if random.random() < 0.025:  # noqa: PLR2004
        return {}
    return {
        name: str(round(random.gauss(centre, 9_000)))
        for name, centre in zip(("Easting", "Northing"), middle, strict=True)
    }


def _postcode(random: Random) -> str:
    letters = "ABDEFGHJLNPQRSTUWXYZ"
    return f"ZZ{random.randrange(1, 99)} {random.randrange(10)}{random.choice(letters)}{random.choice(letters)}"
