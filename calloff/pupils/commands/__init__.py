"""What a buyer's people do with a child's record, and how a record ends."""

from calloff.pupils.commands.contacts import add_contact, change_contact, contacts_of, remove_contact
from calloff.pupils.commands.disposal import answers_for, certify, dispose, redo
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
    "answers_for",
    "certify",
    "change_contact",
    "come_back",
    "contacts_of",
    "dispose",
    "hold",
    "keep_protection",
    "leave",
    "lift_hold",
    "note_views",
    "record",
    "redo",
    "remove_contact",
    "remove_school_name",
]
