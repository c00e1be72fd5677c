"""Resets of a second step: the person who has lost it, the person who requested the reset, and those who can
confirm it.
"""

from hashlib import sha256

from calloff.accounts.commands.email_changes import EMAIL_CHANGE_LINK_PURPOSE, EMAIL_CHANGE_UNDO_PERIOD
from calloff.accounts.models import EmailChange, FactorReset
from calloff.accounts.states import EmailChangeStatus, ResetStatus
from calloff.links.models import Link
from calloff.links.tokens import digest_link_token
from calloff.people.permissions import ROLES_BY_KIND, Can, roles_with
from tests.factories import NOW, RoleGrantFactory, UserFactory, born_with_status


def a_reset(world, *, organisation=None, person=None, asked_by=None):
    """Return a reset that is waiting for a second person. By default, it is for a colleague at the provider."""
    organisation = organisation or world.provider
    person = person or UserFactory(name="Lost", email=f"lost@{organisation.pk}.example")
    asked_by = asked_by or _who_asks(organisation)
    found = FactorReset.objects.filter(person=person).first()
    if found:
        return found
    with born_with_status(FactorReset, ResetStatus.ASKED):
        return FactorReset.objects.create(
            person=person, organisation=organisation, asking=organisation, asked_by=asked_by, asked_at=NOW,
            stop_digest=sha256(b"stop-me").hexdigest(), status=ResetStatus.ASKED,
        )  # fmt: skip


def _who_asks(organisation):
    asker = UserFactory(name="Asker", email=f"asker@{organisation.pk}.example")
    if not asker.grants.exists():
        [role, *_] = (role for role in roles_with(Can.MANAGE_PEOPLE) if role in ROLES_BY_KIND[organisation.kind])
        RoleGrantFactory(organisation=organisation, person=asker, role=role)
    return asker


TO_STOP = "B" * 43  # the token in the link, which every test person tries


def an_email_change():
    """Return an email change, for a person who is not one of the test people, with the link that stops it."""
    person = UserFactory(name="Mover", email="mover@example.org")
    change = EmailChange.objects.filter(person=person).first()
    if change is None:
        with born_with_status(EmailChange, EmailChangeStatus.ASKED):
            change = EmailChange.objects.create(
                person=person, old=person.email, new="moved@example.org", asked_at=NOW, status=EmailChangeStatus.ASKED
            )
        Link.objects.create(
            purpose=EMAIL_CHANGE_LINK_PURPOSE, record_type="accounts.EmailChange", record_id=change.pk,
            digest=digest_link_token(TO_STOP),
            made_at=NOW, expires_at=NOW + EMAIL_CHANGE_UNDO_PERIOD, max_uses=1,
        )  # fmt: skip
    return change
