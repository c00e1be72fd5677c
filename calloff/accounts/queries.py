"""Queries about second steps, known browsers, sessions, resets and name changes."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Any

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.sessions.models import Session as Stored
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Lower

from calloff.accounts.guarded_roles import CHILD_ROLES, ROLES_BEYOND_THE_REGISTER, SECOND_STEP_ROLES
from calloff.accounts.models import (
    CalendarFeed,
    FactorReset,
    KnownBrowser,
    MailboxReset,
    NameChange,
    SignInRules,
    SignInSession,
)
from calloff.accounts.states import ResetStatus
from calloff.kernel.clock import local_day
from calloff.links.tokens import LINK_TOKEN_PATTERN, digest_link_token
from calloff.people.models import Organisation, RoleGrant, User
from calloff.people.permissions import Can, roles_with
from calloff.people.states import RoleGrantStatus

KINDS_ALLOWING_EMAIL_CODES = frozenset(
    {Organisation.Kind.PROVIDER, Organisation.Kind.SCHOOL}
)  # An organisation's own rule can override this default.


CALENDAR_LIFETIME = timedelta(days=365)
CALENDAR_UNREAD_LIFETIME = timedelta(days=60)  # The URL ends after this time if no calendar program reads it.


def calendar_of_token(token: str, at: datetime) -> CalendarFeed | None:
    """Return the calendar that a token opens now, or None, without the reason."""
    if not LINK_TOKEN_PATTERN.fullmatch(token):
        return None
    found = CalendarFeed.objects.select_related("person").filter(digest=digest_link_token(token)).first()
    return found if found and calendar_organisations(found, at) else None


def calendar_of(person: User) -> CalendarFeed | None:
    """Return the calendar of a person, whether or not its URL still works."""
    return CalendarFeed.objects.select_related("person").filter(person=person).first()


def calendar_organisations(feed: CalendarFeed, at: datetime) -> list[Organisation]:
    """Return the organisations that a calendar now includes, by name. If there are none, its URL does not work.

    These are the organisations at which the person has had a role without a break since they created the URL. To
    include a new role, the person must create another URL.
    """
    if not feed.person.is_active or calendar_ends_on(feed) < local_day(at):
        return []
    roles = RoleGrant.objects.in_force(at).filter(person=feed.person_id, starts_at__lte=feed.made_at)
    return list(Organisation.objects.filter(pk__in=roles.values("organisation")).order_by(Lower("name"), "pk"))


def calendar_ends_on(feed: CalendarFeed) -> date:
    """Return the last day on which the URL of a calendar works if no one reads it before then."""
    made = local_day(feed.made_at)
    return min(made + CALENDAR_LIFETIME, (feed.last_read_on or made) + CALENDAR_UNREAD_LIFETIME)


def needs_second_step(person: User, at: datetime) -> bool:
    """Return whether a person has a role that can see records about children, or any role at an authority."""
    return person.holds_any(SECOND_STEP_ROLES, at)


def guarded_elsewhere(person: User, organisation: Organisation, at: datetime) -> QuerySet[Organisation]:
    """Return the other organisations whose protected records depend on a person's second step.

    These are records about children, or the records of an authority. A role that is waiting to be approved again also
    counts, because approving it does not check the person again.
    """
    roles = RoleGrant.objects.filter(person=person, role__in=SECOND_STEP_ROLES).exclude(status=RoleGrantStatus.ENDED)
    held = roles.filter(Q(ends_at=None) | Q(ends_at__gt=at)).exclude(organisation=organisation)
    return Organisation.objects.filter(pk__in=held.values("organisation")).order_by("pk")


def may_refuse_reset(person: User, organisation: Organisation, reset: FactorReset, at: datetime) -> bool:
    """Return whether a person can stop a reset on behalf of an organisation that it affects.

    A reset affects each organisation whose records the second step protects, and the host of each of these. The
    organisation that requested the reset is not included, because people there can cancel it.
    """
    if person.pk == reset.person_id or not person.can(Can.MANAGE_PEOPLE, organisation=organisation, at=at):
        return False
    concerned = guarded_elsewhere(reset.person, reset.organisation, at)
    return concerned.filter(Q(pk=organisation.pk) | Q(host=organisation)).exists()


def resets_to_stop(person: User, organisation: Organisation, at: datetime) -> QuerySet[FactorReset]:
    """Return the open resets that a person can stop, with the earliest start first.

    This applies the rule of `may_refuse_reset` to all resets in one query.
    """
    if not person.can(Can.MANAGE_PEOPLE, organisation=organisation, at=at):
        return FactorReset.objects.none()
    roles = RoleGrant.objects.filter(person=OuterRef("person"), role__in=SECOND_STEP_ROLES)
    held = roles.exclude(status=RoleGrantStatus.ENDED).filter(Q(ends_at=None) | Q(ends_at__gt=at))
    here = held.filter(Q(organisation=organisation) | Q(organisation__host=organisation))
    concerned = Exists(here.exclude(organisation=OuterRef("organisation")))
    resets = FactorReset.objects.still_open().filter(concerned).exclude(person=person)
    related = ("person", "organisation", "asking", "asked_by")
    return resets.select_related(*related).order_by(F("works_from").asc(nulls_last=True), "asked_at", "pk")


def reads_only_the_register(person: User, at: datetime) -> bool:
    """Return whether the register is the only record about children that a person can see.

    If so, a PIN in a known browser is enough.
    """
    return needs_second_step(person, at) and not person.holds_any(ROLES_BEYOND_THE_REGISTER, at)


def max_session_length(person: User, at: datetime) -> timedelta:
    """Return how long a person can stay signed in, even while they are active.

    The time is shorter for people who can see records about children.
    """
    reads = person.holds_any(CHILD_ROLES, at)
    return timedelta(hours=settings.LONGEST_SESSION_WITH_CHILDREN if reads else settings.LONGEST_SESSION)


def allows_email_codes(organisation: Organisation) -> bool:
    """Return whether people at an organisation can use an emailed code as their second step."""
    rules = SignInRules.objects.filter(organisation=organisation).first()
    return rules.email_codes if rules else organisation.kind in KINDS_ALLOWING_EMAIL_CODES


def may_use_email_codes(person: User, at: datetime) -> bool:
    """Return whether all organisations that require a second step from the person allow an emailed code."""
    held = RoleGrant.objects.in_force(at).filter(person=person, role__in=SECOND_STEP_ROLES)
    there = list(Organisation.objects.filter(pk__in=held.values("organisation")).order_by("pk"))
    stored = SignInRules.objects.filter(organisation__in=there).values_list("organisation", "email_codes")
    rules: dict[int, bool] = dict(stored)
    return bool(there) and all(
        rules.get(organisation.pk, organisation.kind in KINDS_ALLOWING_EMAIL_CODES) for organisation in there
    )


def email_code_counts(person: User, device: KnownBrowser | None) -> bool:
    """Return whether an emailed code would prove anything that the person's sign-in has not already proved.

    If the person set their password with an emailed code, another code would only prove again that they can read the
    same mailbox. It then counts only in a browser in which the person has passed their second step before.
    """
    if not MailboxReset.objects.filter(person=person).exists():
        return True
    return bool(device and device.proved)


def is_known_device(email: str, token: str) -> bool:
    """Return whether someone has used this browser before to sign in to the account with this email address."""
    return KnownBrowser.objects.filter(person__email__iexact=email, digest=digest_device_token(token)).exists()


def has_authenticator(person: User) -> bool:
    kinds = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
    return bool(Authenticator.objects.filter(user=person, type__in=kinds).exists())


def has_passed_before(person: User) -> bool:
    """Return whether a person has passed a second step in any browser since their last reset."""
    return KnownBrowser.objects.filter(person=person, proved=True).exists()


def sets_up_with_code(person: User, at: datetime) -> bool:
    """Return whether a person must enter an emailed code before they set up a new second step.

    Such a person had a second step that no longer counts, because their role changed or their organisation no longer
    allows emailed codes. A password alone must not be enough to set up another second step.
    """
    return not has_authenticator(person) and not may_use_email_codes(person, at) and has_passed_before(person)


def may_set_up_with_code(person: User, at: datetime) -> bool:
    """Return whether a person can set up a second step with an emailed code.

    If the person set their password with an emailed code, another code proves nothing new.
    """
    return sets_up_with_code(person, at) and not MailboxReset.objects.filter(person=person).exists()


def has_second_step(person: User, at: datetime) -> bool:
    """Return whether a person has a second step, or had one in the past.

    Only a person who has never had one can set it up with just a password.
    """
    return has_authenticator(person) or may_use_email_codes(person, at) or has_passed_before(person)


def has_pin(device: KnownBrowser | None, at: datetime) -> bool:
    return bool(device and device.pin and device.pin_until and at < device.pin_until)


def sessions_of(person: User) -> QuerySet[SignInSession]:
    alive = Stored.objects.values("session_key")
    return SignInSession.objects.filter(person=person, session_key__in=alive).order_by("-last_seen_at", "-pk")


def devices_with_pin(person: User, at: datetime) -> QuerySet[KnownBrowser]:
    return KnownBrowser.objects.filter(person=person, pin_until__gt=at).exclude(pin="").order_by("-last_used_at", "-pk")


def resets_to_confirm(person: User, at: datetime) -> list[tuple[FactorReset, Organisation]]:
    """Return the resets that a person can confirm, each with the organisation for which they would act.

    This applies the rule of `FactorReset.confirming` to all resets in one query.
    """
    linking = RoleGrant.objects.filter(role__in=roles_with(Can.LINK_PEOPLE))
    mine = set(linking.in_force(at).filter(person=person).values_list("organisation", flat=True))
    others = linking.filter(organisation=OuterRef("organisation"), status=RoleGrantStatus.ACTIVE)
    by_itself = Exists(others.exclude(person=OuterRef("person")).exclude(person=OuterRef("asked_by")))
    waiting = FactorReset.objects.filter(status=ResetStatus.ASKED).exclude(person=person).exclude(asked_by=person)
    resets = waiting.filter(Q(organisation__in=mine) | Q(organisation__host__in=mine))
    themselves = set(resets.filter(by_itself).values_list("pk", flat=True))
    confirming = [
        (
            reset,
            reset.organisation
            if reset.pk in themselves or reset.organisation.host is None
            else reset.organisation.host,
        )
        for reset in resets.select_related("person", "organisation__host", "asked_by").order_by("asked_at", "pk")
    ]
    return [(reset, here) for reset, here in confirming if here.pk in mine]


def digest_device_token(token: str) -> str:
    # The token is long and random, so a plain digest is safe.
    return sha256(token.encode()).hexdigest()


def name_changes_of(people: Iterable[Any]) -> QuerySet[NameChange]:
    """Return the name changes of these people, for the History page of a record that shows their names."""
    return NameChange.objects.filter(person__in=set(people)).order_by("pk")
