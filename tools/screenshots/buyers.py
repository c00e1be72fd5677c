"""The pages of a buyer: its agreements, its people, and the records of its pupils."""

from calloff.people.models import Organisation
from calloff.people.permissions import Role
from tools.screenshots import people, sample_records
from tools.screenshots.page_specs import PageSpec
from tools.screenshots.sample_records import address_of

AP_LEAD, HEAD, SAFEGUARDING_LEAD = Role.AP_LEAD, Role.HEAD, Role.SAFEGUARDING_LEAD

# fmt: off
unsigned = sample_records.buyer(sample_records.partnership("to_sign"), "reference")
partners = sample_records.partnership
buyer, child = sample_records.buyer, sample_records.buyer(sample_records.pupils(), "reference")
protected = buyer(sample_records.protected_pupils, "reference")
PAGES = [
    PageSpec("buyer:home", HEAD, sample_records.a_school_that_has_not_signed, like="of-a-head"),
    PageSpec("buyer:home", AP_LEAD, sample_records.a_busy_buyer),
    PageSpec("buyer:agreements", AP_LEAD, sample_records.a_busy_buyer),
    PageSpec("buyer:agreements", AP_LEAD, sample_records.a_school_that_has_not_signed, like="not-signed"),
    PageSpec("buyer:agreement-duties", HEAD, sample_records.a_market_to_sign_for),
    PageSpec("buyer:agreement-text", AP_LEAD, sample_records.a_market_to_sign_for),
    PageSpec("buyer:agreement-take-up", HEAD, sample_records.a_market_to_sign_for),
    PageSpec("buyer:agreement-take-up", HEAD, sample_records.a_market_to_sign_for, press="Continue to sign"),
    PageSpec("buyer:agreement", HEAD, unsigned, like="to-sign"),
    PageSpec("buyer:agreement", AP_LEAD, sample_records.buyer(partners("in_force"), "reference"), like="in-force"),
    PageSpec("buyer:agreement-sign", HEAD, unsigned),
    PageSpec("buyer:agreement-sign", HEAD, unsigned, {"code": "sent"}, "with-code"),
    PageSpec("buyer:agreement-sign-done", HEAD, sample_records.buyer(partners("to_countersign"), "reference")),
    PageSpec("buyer:agreement-drop", HEAD, unsigned),
    PageSpec("buyer:agreement-history", AP_LEAD, sample_records.buyer(partners("in_force"), "reference")),
    PageSpec("buyer:api-keys", HEAD, address_of("organisation", people.keys_of("school"))),
    PageSpec("buyer:sign-in", HEAD, address_of("organisation", people.keys_of("school"))),
    PageSpec("buyer:sign-in-set", HEAD, address_of("organisation", people.keys_of("school"))),
    PageSpec("buyer:api-key-make", HEAD, address_of("organisation", people.keys_of("school"))),
    PageSpec("buyer:api-key-revoke", HEAD, address_of("organisation", people.keys_of("school"), "pk")),
    PageSpec("buyer:details", AP_LEAD, sample_records.a_busy_buyer),
    PageSpec("buyer:details-amend", HEAD, sample_records.a_busy_buyer),
    PageSpec("buyer:people", HEAD, sample_records.a_busy_buyer),
    PageSpec("buyer:people-invite", HEAD, sample_records.a_busy_buyer),
    PageSpec("buyer:people-invite-many", HEAD, sample_records.a_busy_buyer),
    PageSpec("buyer:people-invite-many", HEAD, sample_records.a_busy_buyer, press="Check table"),
    PageSpec("buyer:people-batch-withdraw", HEAD, people.a_table_of_invitations(Organisation.Kind.SCHOOL)),
    PageSpec("buyer:people-invitation-confirm", HEAD, people.an_invitation(Organisation.Kind.SCHOOL, "to_confirm")),
    PageSpec("buyer:people-invitation-resend", HEAD, people.an_invitation(Organisation.Kind.SCHOOL, "sent")),
    PageSpec("buyer:people-invitation-withdraw", HEAD, people.an_invitation(Organisation.Kind.SCHOOL, "sent")),
    PageSpec("buyer:role-end", HEAD, address_of("organisation", people.a_school_s_colleague, "pk")),
    PageSpec("buyer:pupils", AP_LEAD, sample_records.a_busy_buyer),
    PageSpec("buyer:pupils", HEAD, sample_records.a_school_that_has_not_signed, like="none-recorded"),
    PageSpec("buyer:pupils-find", AP_LEAD, sample_records.a_busy_buyer),
    PageSpec("buyer:pupils-find", AP_LEAD, sample_records.a_busy_buyer, press="Find"),
    PageSpec("buyer:pupil-record", AP_LEAD, sample_records.a_busy_buyer),
    PageSpec("buyer:pupil-record", AP_LEAD, sample_records.a_busy_buyer, press="Add pupil"),
    PageSpec("buyer:school-names", AP_LEAD, sample_records.a_busy_buyer),
    PageSpec("buyer:school-name-remove", AP_LEAD, sample_records.a_school_name),
    PageSpec("buyer:pupil", AP_LEAD, child),
    PageSpec("buyer:pupil", AP_LEAD, sample_records.a_child_with_limits, like="with-limits"),
    PageSpec("buyer:pupil", AP_LEAD, buyer(sample_records.pupils(status="left"), "reference"), like="left"),
    *(PageSpec("buyer:pupil-amend", AP_LEAD, sample_records.a_section_of_a_pupil(key), like=key)
      for key in ("identity", "needs", "care", "attendance", "risks")),
    PageSpec("buyer:pupil-note-views", AP_LEAD, child),
    PageSpec("buyer:pupil-contact-add", AP_LEAD, child),
    PageSpec("buyer:pupil-contact-add", AP_LEAD, child, press="Add contact"),
    PageSpec("buyer:pupil-contact-change", AP_LEAD, sample_records.a_contact),
    PageSpec("buyer:pupil-contact-remove", AP_LEAD, sample_records.a_contact),
    PageSpec("buyer:pupil-protection", SAFEGUARDING_LEAD, protected),
    PageSpec("buyer:pupil-keep-protection", SAFEGUARDING_LEAD, protected),
    PageSpec("buyer:pupil-leave", AP_LEAD, child),
    PageSpec("buyer:pupil-come-back", AP_LEAD, buyer(sample_records.pupils(status="left"), "reference")),
    PageSpec("buyer:pupil-hold", AP_LEAD, child),
    PageSpec("buyer:pupil-lift-hold", AP_LEAD, buyer(sample_records.held_pupils, "reference")),
    PageSpec("buyer:pupil-reads", AP_LEAD, child),
    PageSpec("buyer:pupil-held", AP_LEAD, child),
    PageSpec("buyer:pupil-held", AP_LEAD, sample_records.a_child_with_limits, like="with-limits"),
    PageSpec("buyer:pupil-history", AP_LEAD, child),
    PageSpec("buyer:retention", HEAD, sample_records.a_busy_buyer),
]
# fmt: on
