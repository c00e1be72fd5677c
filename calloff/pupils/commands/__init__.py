"""Commands for a child's record, from recording to disposal."""

from calloff.pupils.commands.contacts import add_contact, change_contact, contacts_of, remove_contact
from calloff.pupils.commands.disposal import dispose_due_records, may_dispose, redo_pupil_disposals, write_certificate
from calloff.pupils.commands.records import (
    AlreadyRecorded,
    amend,
    come_back,
    hold,
    keep_protection,
    leave,
    lift_hold,
    note_views,
    record,
)
from calloff.pupils.commands.school_names import add_school_name, remove_school_name

__all__ = [
    "AlreadyRecorded",
    "add_contact",
    "add_school_name",
    "amend",
    "change_contact",
    "come_back",
    "contacts_of",
    "dispose_due_records",
    "hold",
    "keep_protection",
    "leave",
    "lift_hold",
    "may_dispose",
    "note_views",
    "record",
    "redo_pupil_disposals",
    "remove_contact",
    "remove_school_name",
    "write_certificate",
]
