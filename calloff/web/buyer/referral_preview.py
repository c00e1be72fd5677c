"""A referral's preview, which marks text that could identify the child and lists kinds of contact."""

from typing import Any

from calloff.kernel.clock import local_day
from calloff.kernel.formatting import pluralise
from calloff.pupils.contact_rules import OFFER_PACK_PLACE, contacts_for
from calloff.pupils.models import Pupil
from calloff.pupils.reidentification import find_identifying_text
from calloff.referrals.models import Referral
from calloff.referrals.sections import texts_of
from calloff.web.request import OrganisationRequest


def describe_contacts(pupil: Pupil, request: OrganisationRequest) -> list[str]:
    """Describe, without names, which contacts the pack for an offer would include today.

    `pupils.contact_rules` decides.
    """
    shown = contacts_for(pupil, OFFER_PACK_PLACE, local_day(request.now))
    called = sum(contact.can_be_contacted for contact in shown)
    others = len(shown) - called
    words = []
    if called:
        words.append(f"The name and telephone number of {pluralise(called, 'person', 'people')} the provider can call.")
    if others:
        who = pluralise(others, "person", "people")
        words.append(
            f"The name of {who} the provider must not contact, with any limits on contact. No telephone "
            "number is shown."
        )
    return [*words, "The provider never sees where a contact lives."] if shown else ["No contacts are recorded yet."]


def cut_identifying_text(referral: Referral) -> dict[str, list[tuple[str, str]]]:
    """Split each text into parts. Identifying parts that must be removed come with the reason."""
    return {
        field: _cut(text, find_identifying_text(text, referral.pupil)) for field, text in texts_of(referral).items()
    }


def _cut(text: str, marks: Any) -> list[tuple[str, str]]:
    pieces, at = [], 0
    for mark in marks:
        pieces += [(text[at : mark.start], ""), (text[mark.start : mark.end], mark.why)]
        at = mark.end
    return [*pieces, (text[at:], "")]
