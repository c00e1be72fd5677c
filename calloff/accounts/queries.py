"""Who needs a second step, which kinds they can use, and their sessions."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.sessions.models import Session as Stored
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from calloff.accounts.guarded_roles import CHILD_ROLES, ROLES_BEYOND_THE_REGISTER, SECOND_STEP_ROLES
from calloff.accounts.models import FactorReset, KnownBrowser, MailboxReset, NameChange, SignInRules, SignInSession
from calloff.accounts.states import ResetStatus
from calloff.people.models import Organisation, RoleGrant, User
from calloff.people.permissions import Can, roles_with
from calloff.people.states import RoleGrantStatus

KINDS_ALLOWING_EMAIL_CODES = frozenset(
    {Organisation.Kind.PROVIDER, Organisation.Kind.SCHOOL}
)  # unless the organisation says no


def needs_second_step(person: User, at: datetime) -> bool:
    """Return whether a person has a role that reads children's records, or any role at an authority."""
    return person.holds_any(SECOND_STEP_ROLES, at)


def guarded_elsewhere(person: User, organisation: Organisation, at: datetime) -> QuerySet[Organisation]:
    """Find the other organisations whose records a person's second step guards: children's, or an authority's.

    A role that waits to be approved again counts: once it is, no one would have been asked.
    """
    roles = RoleGrant.objects.filter(person=person, role__in=SECOND_STEP_ROLES).exclude(status=RoleGrantStatus.ENDED)
    held = roles.filter(Q(ends_at=None) | Q(ends_at__gt=at)).exclude(organisation=organisation)
    return Organisation.objects.filter(pk__in=held.values("organisation")).order_by("pk")


def may_refuse_reset(person: User, organisation: Organisation, reset: FactorReset, at: datetime) -> bool:
    """Say whether a person may stop a reset that other people asked for, acting for an organisation that it concerns.

    It concerns each organisation where the second step guards something, and the host of one: where no one there could
    act, its host is notified. Never the person's own organisation that asked, whose people cancel it.
    """
    if person.pk == reset.person_id or not person.can(Can.MANAGE_PEOPLE, organisation=organisation, at=at):
        return False
    concerned = guarded_elsewhere(reset.person, reset.organisation, at)
    return concerned.filter(Q(pk=organisation.pk) | Q(host=organisation)).exists()


def resets_to_stop(person: User, organisation: Organisation, at: datetime) -> QuerySet[FactorReset]:
    """Find the open resets that a person may stop for an organisation that did not ask for them, the soonest first.

    That is `may_refuse_reset`, asked of the database for all of them at once.
    """
    if not person.can(Can.MANAGE_PEOPLE, organisation=organisation, at=at):
        return FactorReset.objects.none()
    roles = RoleGrant.objects.filter(person=OuterRef("person"), role__in=SECOND_STEP_ROLES)
    held = roles.exclude(status=RoleGrantStatus.ENDED).filter(Q(ends_at=None) | Q(ends_at__gt=at))
    here = held.filter(Q(organisation=organisation) | Q(organisation__host=organisation))
    concerned = Exists(here.exclude(organisation=OuterRef("organisation")))
    found = FactorReset.objects.still_open().filter(concerned).exclude(person=person)
    related = ("person", "organisation", "asking", "asked_by")
    return found.select_related(*related).order_by(F("works_from").asc(nulls_last=True), "asked_at", "pk")


def reads_only_the_register(person: User, at: datetime) -> bool:
    """Return whether a person sees only the register, so that a PIN on a known device is enough."""
    return needs_second_step(person, at) and not person.holds_any(ROLES_BEYOND_THE_REGISTER, at)


def max_session_length(person: User, at: datetime) -> timedelta:
    """Return the longest time a person can stay signed in, even while active."""
    reads = person.holds_any(CHILD_ROLES, at)
    return timedelta(hours=settings.LONGEST_SESSION_WITH_CHILDREN if reads else settings.LONGEST_SESSION)


def allows_email_codes(organisation: Organisation) -> bool:
    """Return whether an organisation lets its people use an emailed code as their second step."""
    rules = SignInRules.objects.filter(organisation=organisation).first()
    return rules.email_codes if rules else organisation.kind in KINDS_ALLOWING_EMAIL_CODES


def may_use_email_codes(person: User, at: datetime) -> bool:
    """Return whether every organisation that needs a person's second step allows an emailed code."""
    held = RoleGrant.objects.in_force(at).filter(person=person, role__in=SECOND_STEP_ROLES)
    there = list(Organisation.objects.filter(pk__in=held.values("organisation")).order_by("pk"))
    stored = SignInRules.objects.filter(organisation__in=there).values_list("organisation", "email_codes")
    rules: dict[int, bool] = dict(stored)
    return bool(there) and all(rules.get(one.pk, one.kind in KINDS_ALLOWING_EMAIL_CODES) for one in there)


def email_code_counts(person: User, device: KnownBrowser | None) -> bool:
    """Return whether an emailed code would prove more than the sign-in did.

    A password that was set with a code from the mailbox proves the mailbox, and another such code proves it again. Then
    it counts only in a browser in which the person has passed their second step before.
    """
    if not MailboxReset.objects.filter(person=person).exists():
        return True
    return bool(device and device.proved)


def is_known_device(email: str, token: str) -> bool:
    """Return whether this browser's token has been used to sign in to the account with this address."""
    return KnownBrowser.objects.filter(person__email__iexact=email, digest=digest_device_token(token)).exists()


def has_authenticator(person: User) -> bool:
    kinds = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
    return bool(Authenticator.objects.filter(user=person, type__in=kinds).exists())


def has_passed_before(person: User) -> bool:
    """Return whether a person has passed a second step in any browser since their last reset."""
    return KnownBrowser.objects.filter(person=person, proved=True).exists()


def sets_up_with_code(person: User, at: datetime) -> bool:
    """Return whether a person must give an emailed code before they set up a second step.

    They had one, and it counts no more: their role changed, or their organisation takes codes by email no longer. The
    password alone must not be enough to set up another.
    """
    return not has_authenticator(person) and not may_use_email_codes(person, at) and has_passed_before(person)


def may_set_up_with_code(person: User, at: datetime) -> bool:
    """Say whether that code would prove anything: never where a code from the same mailbox set the password."""
    return sets_up_with_code(person, at) and not MailboxReset.objects.filter(person=person).exists()


def has_second_step(person: User, at: datetime) -> bool:
    """Say whether a person has, or had, a second step: only who never had one sets it up with the password alone."""
    return has_authenticator(person) or may_use_email_codes(person, at) or has_passed_before(person)


def has_pin(device: KnownBrowser | None, at: datetime) -> bool:
    return bool(device and device.pin and device.pin_until and at < device.pin_until)


def sessions_of(person: User) -> QuerySet[SignInSession]:
    alive = Stored.objects.values("session_key")
    return SignInSession.objects.filter(person=person, session_key__in=alive).order_by("-last_seen_at", "-pk")


def devices_with_pin(person: User, at: datetime) -> QuerySet[KnownBrowser]:
    return KnownBrowser.objects.filter(person=person, pin_until__gt=at).exclude(pin="").order_by("-last_used_at", "-pk")


def resets_to_confirm(person: User, at: datetime) -> list[tuple[FactorReset, Organisation]]:
    """Find the resets that a person can confirm as the second one, each with the organisation for which they would.

    That is `FactorReset.confirming`, asked of the database for all of them at once.
    """
    linking = RoleGrant.objects.filter(role__in=roles_with(Can.LINK_PEOPLE))
    mine = set(linking.in_force(at).filter(person=person).values_list("organisation", flat=True))
    others = linking.filter(organisation=OuterRef("organisation"), status=RoleGrantStatus.ACTIVE)
    by_itself = Exists(others.exclude(person=OuterRef("person")).exclude(person=OuterRef("asked_by")))
    waiting = FactorReset.objects.filter(status=ResetStatus.ASKED).exclude(person=person).exclude(asked_by=person)
    found = waiting.filter(Q(organisation__in=mine) | Q(organisation__host__in=mine))
    themselves = set(found.filter(by_itself).values_list("pk", flat=True))
    confirming = [
        (one, one.organisation if one.pk in themselves or one.organisation.host is None else one.organisation.host)
        for one in found.select_related("person", "organisation__host", "asked_by").order_by("asked_at", "pk")
    ]
    return [(one, here) for one, here in confirming if here.pk in mine]


def digest_device_token(token: str) -> str:
    return sha256(token.encode()).hexdigest()  # the token is long and random: nothing to guess


def name_changes_of(people: Iterable[Any]) -> QuerySet[NameChange]:
    """Return people's changes of name, for the History of a page that names them."""
    return NameChange.objects.filter(person__in=set(people)).order_by("pk")
