"""What a buyer's people do with a child's record, and how a record ends."""

from calloff.pupils.commands.disposing import answers_for, certify, dispose, redo
from calloff.pupils.commands.keeping import (
    amend,
    come_back,
    contacts_of,
    hold,
    keep_contacts,
    keep_protection,
    leave,
    lift_hold,
    note_views,
    record,
)

__all__ = [
    "amend",
    "answers_for",
    "certify",
    "come_back",
    "contacts_of",
    "dispose",
    "hold",
    "keep_contacts",
    "keep_protection",
    "leave",
    "lift_hold",
    "note_views",
    "record",
    "redo",
]
