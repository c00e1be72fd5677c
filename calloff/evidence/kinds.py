"""The kinds of evidence that councils usually require. The pack of a market can define more kinds.

The minimum cover of an insurance policy is in the pack, because it is a condition of the market.
"""

import re
from dataclasses import dataclass, field
from typing import Any

from calloff.questions.schema import QuestionDefinition

MAX_DETAIL_LENGTH = 200  # characters
MAX_COVER = 10**9  # The limit is in pounds. A larger amount is treated as a typing error.
NEVER_UPLOAD_DBS_WARNING = (
    "Never upload DBS certificates or the single central record. "
    "Instead, declare the date of your last check and how many staff it covered."
)
_NAMES_OF_STAFF_CHECKS = re.compile(
    r"\b(dbs|scr|disclosure and barring|criminal record|barred list|single central (record|register))\b"
)
_STAFF_CHECKS_AS_FILES = re.compile(
    r"\b(dbs (certificates?|checks?|disclosures?)|certificates? (of|for|from) dbs|disclosure and barring"
    r"|single central (record|register)|scr|barred list)\b"
)


@dataclass(frozen=True)
class EvidenceKind:
    key: str
    label: str
    hint: str = ""
    expires: bool = False  # whether this kind of document must have an expiry date
    upload: bool = True  # This is False for a declaration with a date and a count, for which there is never a file.
    # The questions that are asked when a document is added. The answers are stored with the document. A question
    # contains lists, so it is not hashable.
    details: tuple[QuestionDefinition, ...] = field(default=(), hash=False)

    @property
    def is_never_uploaded(self) -> bool:
        return not self.upload or names_staff_checks(f"{self.key} {self.label}")


def _detail(key: str, name: str, **limits: Any) -> QuestionDefinition:
    """Return the question about a detail of a document.

    Errors use `name`. With a capital letter, it is also the label of the field.
    """
    options: dict[str, Any] = {"kind": "text", "max_characters": MAX_DETAIL_LENGTH} | limits
    return QuestionDefinition(
        key=key, text=name[:1].upper() + name[1:], name=name, empty=f"Enter the {name}", **options
    )


INSURER_DETAIL, COVER_DETAIL, POLICY_DETAIL = (
    _detail("insurer", "insurer"),
    _detail(
        "cover",
        "cover for any one claim",
        kind="money",
        hint="For example, £5,000,000",
        example="£5,000,000",
        minimum=1,
        maximum=MAX_COVER,
    ),
    _detail("policy", "policy number"),
)
INSURANCE_DETAILS = (INSURER_DETAIL, POLICY_DETAIL, COVER_DETAIL)


def _insurance(key: str, label: str, hint: str) -> EvidenceKind:
    return EvidenceKind(key, label, hint, expires=True, details=INSURANCE_DETAILS)


STANDARD_EVIDENCE_KINDS = (
    _insurance(
        "public_liability", "Public liability insurance", "The certificate or schedule, with its dates and cover"
    ),
    _insurance(
        "employers_liability", "Employers’ liability insurance", "The law requires this for everyone who employs staff"
    ),
    _insurance("professional_indemnity", "Professional indemnity insurance", "The certificate or schedule"),
    _insurance("motor", "Motor insurance", "If you drive children, it must cover business use"),
    EvidenceKind(
        "safeguarding_policy", "Safeguarding and child protection policy", "The current version, with its date"
    ),
    EvidenceKind("behaviour_policy", "Behaviour policy"),
    EvidenceKind("health_and_safety_policy", "Health and safety policy"),
    EvidenceKind(
        "complaints_policy", "Complaints policy", "How families and schools can complain, and who will respond"
    ),
    EvidenceKind("data_protection_policy", "Data protection policy"),
    EvidenceKind(
        "safer_recruitment_policy", "Safer recruitment policy", "The policy only. Leave out records about people."
    ),
    EvidenceKind("whistleblowing_policy", "Whistleblowing policy"),
    EvidenceKind(
        "attendance_policy", "Attendance policy", "Rules for reporting absence, with contacts and time limits"
    ),
    EvidenceKind("exclusion_policy", "Policy on exclusion and ending placements"),
    EvidenceKind("equality_policy", "Equality policy"),
    EvidenceKind("visits_policy", "Educational visits policy"),
    EvidenceKind("allegations_policy", "Policy on allegations against staff"),
    EvidenceKind("online_safety_policy", "Online safety policy"),
    EvidenceKind("first_aid_policy", "First aid policy"),
    EvidenceKind(
        "accounts",
        "Accounts",
        "Your latest accounts. Independently examined accounts or a sole trader’s accounts are enough.",
    ),
    EvidenceKind(
        "fire_risk_assessment",
        "Fire risk assessment",
        "One for each site. Enter the next review date as the expiry date.",
        expires=True,
    ),
    EvidenceKind("risk_assessments", "Risk assessments", "For the premises and the activities you offer"),
    EvidenceKind("gas_safety", "Gas safety record", "If the premises have gas", expires=True),
    EvidenceKind("electrical_safety", "Electrical installation report", expires=True),
    EvidenceKind(
        "first_aid_certificate",
        "First aid certificate",
        "The certificate for your organisation’s first aider",
        expires=True,
    ),
    EvidenceKind(
        "ico_registration",
        "Registration with the Information Commissioner",
        expires=True,
        details=(_detail("number", "registration number"),),
    ),
    EvidenceKind("ofsted_report", "Ofsted report"),
    EvidenceKind("cqc_report", "Care Quality Commission report"),
    EvidenceKind("qualifications", "Accreditation for the qualifications you offer"),
    EvidenceKind("reference", "Reference from a school or council"),
    EvidenceKind("environmental_policy", "Environmental policy"),
    EvidenceKind("social_value", "Social value statement"),
    EvidenceKind("business_continuity", "Business continuity plan"),
    EvidenceKind(
        "staff_checks",
        "Staff checks",
        "A declaration of when you last checked and how many staff you checked",
        upload=False,
    ),
    EvidenceKind(
        "staff_training",
        "Safeguarding training for staff",
        "A declaration of when staff were trained and how many were trained",
        upload=False,
    ),
)
EVIDENCE_KINDS = {kind.key: kind for kind in STANDARD_EVIDENCE_KINDS}


def is_insurance(key: str, title: str) -> bool:
    """Return whether a kind of document is an insurance policy, for which a market can require a minimum cover.

    `key` and `title` come from the market's pack. The usual kinds are recognised by `key`, and other kinds by words in
    `title`.
    """
    standard = EVIDENCE_KINDS.get(key)
    return (
        COVER_DETAIL in standard.details
        if standard
        else bool(re.search(r"\b(insurance|indemnity|liability)\b", title.lower()))
    )


def names_staff_checks(words: str) -> bool:
    """Return whether the name of a kind describes records of staff checks, which must never be uploaded."""
    return bool(_NAMES_OF_STAFF_CHECKS.search(_normalise(words)))


def looks_like_staff_checks(words: str) -> bool:
    """Return whether a title or file name seems to be that of a staff check.

    A policy that mentions staff checks does not count.
    """
    return bool(_STAFF_CHECKS_AS_FILES.search(_normalise(words)))


def _normalise(words: str) -> str:
    return " ".join(re.findall(r"[a-z0-9]+", words.lower()))
