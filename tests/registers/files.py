"""Small files in the layouts of the real registers. All schools and values in them are invented."""

import csv
import io

from calloff.registers.gias import LINK_COLUMNS, NEED_HEADERS, SCHOOL_COLUMNS

PADDING_COLUMNS = [f"Other {number}" for number in range(111 - 38 - 13 - 2 + 1)]
SCHOOLS_HEADER = [
    *(column.header for column in SCHOOL_COLUMNS if column.needed),
    *NEED_HEADERS,
    "Easting",
    "Northing",
    *PADDING_COLUMNS,
]
ORCHARD_SCHOOL_ROW = {
    "URN": "100001",
    "EstablishmentName": "The Orchard School",
    "LA (code)": "938",
    "LA (name)": "West Sussex",
    "EstablishmentNumber": "4001",
    "TypeOfEstablishment (name)": "Community school",
    "EstablishmentTypeGroup (name)": "Local authority maintained schools",
    "PhaseOfEducation (name)": "Secondary",
    "EstablishmentStatus (name)": "Open",
    "OpenDate": "01-09-2013",
    "StatutoryLowAge": "11",
    "StatutoryHighAge": "16",
    "Gender (name)": "Mixed",
    "Boarders (name)": "Not applicable",
    "Street": "Orchard Lane",
    "Town": "Worthing",
    "Postcode": "bn111lg",
    "UKPRN": "10012345",
    "SEN1 (name)": "SLCN - Speech, language and Communication",
    "SEN2 (name)": "SEMH - Social, Emotional and Mental Health",
    "Easting": "514900",
    "Northing": "102800",
}
LINK_HEADER = [column.header for column in LINK_COLUMNS]


def row(**changes):
    """Return a row like that of the Orchard School, with some columns changed."""
    names = {"name": "EstablishmentName", "status": "EstablishmentStatus (name)"}
    return ORCHARD_SCHOOL_ROW | {names.get(name, name): value for name, value in changes.items()}


def text_of(header, rows):
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(header)
    writer.writerows([one.get(name, "") for name in header] if isinstance(one, dict) else one for one in rows)
    return out.getvalue()


def schools_file(folder, *rows, header=SCHOOLS_HEADER, name="schools.csv"):
    path = folder / name
    path.write_bytes(text_of(header, rows).encode("cp1252"))
    return path


def links_file(folder, *rows, name="links.csv"):
    path = folder / name
    path.write_bytes(text_of(LINK_HEADER, rows).encode("cp1252"))
    return path


def postcodes_file(folder, text, name="codepoint.csv"):
    path = folder / name
    path.write_bytes(text.encode())
    return path
