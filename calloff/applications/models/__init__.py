"""An application, from the first answer to its marks, and what is kept of it."""

from calloff.applications.models.applications import Application, ApplicationQuerySet
from calloff.applications.models.clarifications import Clarification
from calloff.applications.models.disposals import Disposal
from calloff.applications.models.lot_requests import LotRequest
from calloff.applications.models.marks import AgreedMark, Mark, MarkQuerySet, Part
from calloff.applications.models.submissions import Copy, EligibilityCheck, Section, Version

__all__ = [
    "AgreedMark",
    "Application",
    "ApplicationQuerySet",
    "Clarification",
    "Copy",
    "Disposal",
    "EligibilityCheck",
    "LotRequest",
    "Mark",
    "MarkQuerySet",
    "Part",
    "Section",
    "Version",
]
