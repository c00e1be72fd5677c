"""Models for an application, its submitted versions and its marks."""

from calloff.applications.models.applications import Application, ApplicationQuerySet
from calloff.applications.models.clarifications import Clarification
from calloff.applications.models.disposals import DraftDisposal
from calloff.applications.models.enquiries import Enquiry, EnquiryQuerySet
from calloff.applications.models.interests import MarketInterest, MarketInterestQuerySet
from calloff.applications.models.lot_requests import LotRequest
from calloff.applications.models.marks import AgreedMark, EvaluatorAssignment, Mark, MarkQuerySet
from calloff.applications.models.submissions import EligibilityCheck, SectionAnswers, SubmittedCopy, SubmittedVersion

__all__ = [
    "AgreedMark",
    "Application",
    "ApplicationQuerySet",
    "Clarification",
    "DraftDisposal",
    "EligibilityCheck",
    "Enquiry",
    "EnquiryQuerySet",
    "EvaluatorAssignment",
    "LotRequest",
    "Mark",
    "MarkQuerySet",
    "MarketInterest",
    "MarketInterestQuerySet",
    "SectionAnswers",
    "SubmittedCopy",
    "SubmittedVersion",
]
