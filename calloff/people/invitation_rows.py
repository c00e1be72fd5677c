"""Parse a table of people to invite, which was pasted or is in CSV format, into rows with their faults.

The first line can name the columns, which can then be in any order. Otherwise they are in the order of
`INVITATION_COLUMNS`. Tabs, commas or semicolons separate the cells. Blank rows and extra spaces are ignored.
"""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from calloff.kernel.csv_text import detect_delimiter
from calloff.kernel.lifecycles import Refused
from calloff.kernel.names import MAX_PERSON_NAME_LENGTH, clean_email, clean_name
from calloff.people.models import Organisation
from calloff.people.permissions import ROLES_BY_KIND, Role

MAX_INVITATION_ROWS = 200
MAX_TABLE_LENGTH = 100_000  # the maximum size of a table, in characters
PROVIDER_COLUMN, NAME_COLUMN, EMAIL_COLUMN, ROLES_COLUMN = "provider", "name", "email", "role"
INVITATION_COLUMNS = (PROVIDER_COLUMN, NAME_COLUMN, EMAIL_COLUMN, ROLES_COLUMN)
INVITATION_COLUMN_ALIASES = {  # common headings of the columns
    PROVIDER_COLUMN: ("provider", "organisation", "provider name", "organisation name", "company"),
    NAME_COLUMN: ("name", "full name", "contact", "contact name", "person", "first person"),
    EMAIL_COLUMN: ("email", "e-mail", "email address", "e-mail address", "mail"),
    ROLES_COLUMN: ("role", "roles", "job"),
}
ROLE_ALIASES: dict[str, str] = {"dsl": Role.SAFEGUARDING_LEAD, "headteacher": Role.HEAD, "lead": Role.PROVIDER_LEAD}
FIRST_ROLES = {Role.PROVIDER_LEAD, Role.PROVIDER_SIGNATORY}
# matches text copied from an email link on a page or in a spreadsheet
_MAILTO = re.compile(r"^\s*mailto:\s*", re.IGNORECASE)
_WRAPPED = re.compile(r"^(?P<name>[^<>]*)<(?P<email>[^<>]+)>$")  # matches for example Ada Okafor <ada@example.org>


@dataclass
class InvitationRow:
    """One person to invite. `fault` describes all problems with the row, or is empty."""

    line: int
    provider: str = ""
    name: str = ""
    email: str = ""
    roles: list[str] = field(default_factory=list)
    fault: str = ""

    def add_fault(self, sentence: str) -> None:
        """Add a problem, so that all problems with the row are shown together."""
        self.fault = f"{self.fault.rstrip('.')}. {sentence}" if self.fault else sentence

    @contextmanager
    def faults(self) -> Iterator[None]:
        """Add the problem to the row if Refused is raised in the block, and continue."""
        try:
            yield
        except Refused as refusal:
            self.add_fault(str(refusal))


def parse_invitation_rows(table: str, *, kind: Organisation.Kind, names_provider: bool = False) -> list[InvitationRow]:
    """Parse a table into rows.

    Problems with a row become its fault. Raises Refused if the table is empty or too long.
    """
    text = table.replace("\ufeff", "").replace("\x00", "").replace("\u00a0", " ")
    if len(text) > MAX_TABLE_LENGTH:
        raise Refused(f"The table must be {MAX_TABLE_LENGTH:,} characters or fewer. Split it into parts.", "table")
    lines = [(number, cells) for number, cells in enumerate(_cells(text), start=1) if any(cells)]
    columns: Sequence[str] = INVITATION_COLUMNS if names_provider else INVITATION_COLUMNS[1:]
    if lines and (named := _header(lines[0][1], columns)):
        columns, lines = named, lines[1:]
    if not lines:
        raise Refused("Paste or upload a table with at least one person", "table")
    if len(lines) > MAX_INVITATION_ROWS:
        raise Refused(f"The table must have {MAX_INVITATION_ROWS} rows or fewer. Split it into parts.", "table")
    rows = [_row(number, dict(zip(columns, cells, strict=False)), kind, names_provider) for number, cells in lines]
    seen: dict[tuple[str, str], int] = {}
    for row in rows:
        first = seen.setdefault((row.provider.casefold(), row.email), row.line)
        if first != row.line and not row.fault:
            row.fault = f"This person is already on line {first}. Put all of their roles on one line."
    return rows


def _cells(text: str) -> list[list[str]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=detect_delimiter(text), strict=True)
    try:
        return [[cell.strip() for cell in cells] for cells in reader]
    # Without this check, an address with a stray quotation mark would be read as a different address.
    except csv.Error as error:
        raise Refused(
            f"We cannot read line {reader.line_num} of this table. Check its quotation marks, or copy the table from "
            "your spreadsheet and paste it again.",
            "table",
        ) from error


def _header(cells: Sequence[str], columns: Sequence[str]) -> list[str] | None:
    """Return the columns that the first line names, or None if the line is an ordinary row."""
    known = {word: column for column in columns for word in INVITATION_COLUMN_ALIASES[column]}
    found = [known.get(cell.lower().rstrip(":*"), "") for cell in cells]
    if EMAIL_COLUMN not in found:
        return None
    twice = next((one for one in found if one and found.count(one) > 1), None)
    if twice:
        raise Refused(f"Two columns have the heading {twice}. Remove one of them.", "table")
    return found


def _row(line: int, cells: dict[str, str], kind: Organisation.Kind, names_provider: bool) -> InvitationRow:
    row = InvitationRow(line, cells.get(PROVIDER_COLUMN, ""), cells.get(NAME_COLUMN, ""), cells.get(EMAIL_COLUMN, ""))
    typed = row.email
    if wrapped := _WRAPPED.match(typed):
        typed = wrapped["email"]
        row.name = row.name or wrapped["name"].strip(" \"'")
    typed = _MAILTO.sub("", typed)
    if names_provider and not row.provider:
        row.add_fault("Enter the name of the provider")
    with row.faults():
        row.email = clean_email(typed)
    with row.faults():
        if row.name:
            row.name = clean_name(row.name, noun="Name of the person", longest=MAX_PERSON_NAME_LENGTH)
    with row.faults():
        row.roles = _first(cells.get(ROLES_COLUMN, "")) if names_provider else _roles(cells.get(ROLES_COLUMN, ""), kind)
    return row


def _roles(typed: str, kind: Organisation.Kind) -> list[str]:
    """Parse the roles in a cell, which are given by their names or parts of their names: “Head”, “SENCO; Finance”."""
    fitting = ROLES_BY_KIND[kind]
    names = {str(role.label).lower(): role for role in fitting} | {role.value: role for role in fitting}
    for role in fitting:
        for part in str(role.label).lower().split(" or "):
            names.setdefault(part, role)
    names |= {word: Role(role) for word, role in ROLE_ALIASES.items() if role in fitting and word not in names}
    parts = [part.strip().lower() for part in re.split(r"[;,/+&]|\band\b|\n", typed) if part.strip()]
    if not parts:
        raise Refused("Enter a role")
    if unknown := next((part for part in parts if part not in names), None):
        choices = ", ".join(str(role.label) for role in fitting)
        raise Refused(f"“{unknown[:40]}” is not a role here. Use one of these roles: {choices}.")
    return list(dict.fromkeys(names[part] for part in parts))


def _first(typed: str) -> list[str]:
    """Parse the role cell for a first person, which must be empty or contain the two roles that the person gets."""
    if typed and not set(_roles(typed, Organisation.Kind.PROVIDER)) <= FIRST_ROLES:
        raise Refused(
            "The first person becomes provider lead and signatory. Leave the role empty. They can invite their "
            "colleagues."
        )
    return sorted(FIRST_ROLES)
