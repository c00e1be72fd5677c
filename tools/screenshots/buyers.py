"""The pages of a buyer: its agreements, its people, and the records of its pupils."""

from calloff.people.models import Organisation
from calloff.people.permissions import Role
from tools.screenshots import people, sample_records
from tools.screenshots.page_specs import Page
from tools.screenshots.sample_records import at

BUYER, HEAD, SAFEGUARDING = Role.AP_LEAD, Role.HEAD, Role.SAFEGUARDING_LEAD

# fmt: off
unsigned = sample_records.buyer(sample_records.partnership("to_sign"), "reference")
partners = sample_records.partnership
buyer, child = sample_records.buyer, sample_records.buyer(sample_records.pupils(), "reference")
protected = buyer(sample_records.protected_pupils, "reference")
PAGES = [
    Page("buyer:home", HEAD, sample_records.a_school_that_has_not_signed, like="of-a-head"),
    Page("buyer:home", BUYER, sample_records.a_busy_buyer),
    Page("buyer:agreements", BUYER, sample_records.a_busy_buyer),
    Page("buyer:agreements", BUYER, sample_records.a_school_that_has_not_signed, like="not-signed"),
    Page("buyer:agreement-duties", HEAD, sample_records.a_market_to_sign_for),
    Page("buyer:agreement-text", BUYER, sample_records.a_market_to_sign_for),
    Page("buyer:agreement-take-up", HEAD, sample_records.a_market_to_sign_for),
    Page("buyer:agreement-take-up", HEAD, sample_records.a_market_to_sign_for, press="Continue to sign"),
    Page("buyer:agreement", HEAD, unsigned, like="to-sign"),
    Page("buyer:agreement", BUYER, sample_records.buyer(partners("in_force"), "reference"), like="in-force"),
    Page("buyer:agreement-sign", HEAD, unsigned),
    Page("buyer:agreement-sign", HEAD, unsigned, {"code": "sent"}, "with-code"),
    Page("buyer:agreement-sign-done", HEAD, sample_records.buyer(partners("to_countersign"), "reference")),
    Page("buyer:agreement-drop", HEAD, unsigned),
    Page("buyer:agreement-history", BUYER, sample_records.buyer(partners("in_force"), "reference")),
    Page("buyer:api-keys", HEAD, at("organisation", people.keys_of("school"))),
    Page("buyer:sign-in", HEAD, at("organisation", people.keys_of("school"))),
    Page("buyer:sign-in-set", HEAD, at("organisation", people.keys_of("school"))),
    Page("buyer:api-key-make", HEAD, at("organisation", people.keys_of("school"))),
    Page("buyer:api-key-revoke", HEAD, at("organisation", people.keys_of("school"), "pk")),
    Page("buyer:details", BUYER, sample_records.a_busy_buyer),
    Page("buyer:details-amend", HEAD, sample_records.a_busy_buyer),
    Page("buyer:people", HEAD, sample_records.a_busy_buyer),
    Page("buyer:people-invite", HEAD, sample_records.a_busy_buyer),
    Page("buyer:people-invite-many", HEAD, sample_records.a_busy_buyer),
    Page("buyer:people-invite-many", HEAD, sample_records.a_busy_buyer, press="Check table"),
    Page("buyer:people-batch-withdraw", HEAD, people.a_table_of_invitations(Organisation.Kind.SCHOOL)),
    Page("buyer:people-invitation-confirm", HEAD, people.an_invitation(Organisation.Kind.SCHOOL, "to_confirm")),
    Page("buyer:people-invitation-resend", HEAD, people.an_invitation(Organisation.Kind.SCHOOL, "sent")),
    Page("buyer:people-invitation-withdraw", HEAD, people.an_invitation(Organisation.Kind.SCHOOL, "sent")),
    Page("buyer:role-end", HEAD, at("organisation", people.a_school_s_colleague, "pk")),
    Page("buyer:pupils", BUYER, sample_records.a_busy_buyer),
    Page("buyer:pupils", HEAD, sample_records.a_school_that_has_not_signed, like="none-recorded"),
    Page("buyer:pupils-find", BUYER, sample_records.a_busy_buyer),
    Page("buyer:pupils-find", BUYER, sample_records.a_busy_buyer, press="Find"),
    Page("buyer:pupil-record", BUYER, sample_records.a_busy_buyer),
    Page("buyer:pupil-record", BUYER, sample_records.a_busy_buyer, press="Add pupil"),
    Page("buyer:school-names", BUYER, sample_records.a_busy_buyer),
    Page("buyer:school-name-remove", BUYER, sample_records.a_school_name),
    Page("buyer:pupil", BUYER, child),
    Page("buyer:pupil", BUYER, sample_records.a_child_with_limits, like="with-limits"),
    Page("buyer:pupil", BUYER, buyer(sample_records.pupils(status="left"), "reference"), like="left"),
    *(Page("buyer:pupil-amend", BUYER, sample_records.a_section_of_a_pupil(key), like=key)
      for key in ("identity", "needs", "care", "attendance", "risks")),
    Page("buyer:pupil-note-views", BUYER, child),
    Page("buyer:pupil-contact-add", BUYER, child),
    Page("buyer:pupil-contact-add", BUYER, child, press="Add contact"),
    Page("buyer:pupil-contact-change", BUYER, sample_records.a_contact),
    Page("buyer:pupil-contact-remove", BUYER, sample_records.a_contact),
    Page("buyer:pupil-protection", SAFEGUARDING, protected),
    Page("buyer:pupil-keep-protection", SAFEGUARDING, protected),
    Page("buyer:pupil-leave", BUYER, child),
    Page("buyer:pupil-come-back", BUYER, buyer(sample_records.pupils(status="left"), "reference")),
    Page("buyer:pupil-hold", BUYER, child),
    Page("buyer:pupil-lift-hold", BUYER, buyer(sample_records.held_pupils, "reference")),
    Page("buyer:pupil-reads", BUYER, child),
    Page("buyer:pupil-held", BUYER, child),
    Page("buyer:pupil-held", BUYER, sample_records.a_child_with_limits, like="with-limits"),
    Page("buyer:pupil-history", BUYER, child),
    Page("buyer:retention", HEAD, sample_records.a_busy_buyer),
]
# fmt: on
