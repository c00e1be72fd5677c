"""Organisations, roles, and requests to join."""

import re
from collections.abc import Iterable
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils.text import slugify

from calloff.history.constraint_errors import refuse_in_words
from calloff.history.steps import because, begin, changed, step
from calloff.kernel.names import clean_name, looks_like, same_mailbox
from calloff.kernel.registration_numbers import clean_charity_number, clean_company_number
from calloff.kernel.short_text import wrong_lines, wrong_telephone, wrong_website
from calloff.kernel.states import Problem, Refused
from calloff.outbox.commands import queue
from calloff.people import messages
from calloff.people.commands.invitations import invite_first_person, make_invitation
from calloff.people.commands.second_person import who_confirms
from calloff.people.models import Grant, JoinRequest, Name, Organisation, User
from calloff.people.permissions import (
    PROVIDER_ROLES,
    SCHOOL_ROLES,
    TEAM_ROLES,
    Can,
    Role,
    roles_that,
)
from calloff.people.queries import roles_on_joining
from calloff.people.roots import RESERVED
from calloff.people.states import GrantStatus
from calloff.rate_limits.counts import take
from calloff.rate_limits.limits import LimitName

ASKED_FOR = {  # the roles for which somebody may ask from outside
    Organisation.Kind.PROVIDER: PROVIDER_ROLES,
    Organisation.Kind.SCHOOL: tuple(role for role in SCHOOL_ROLES if role != Role.BUYER_ADMINISTRATOR),
}
ASKED_AT_MOST = 5  # requests of one person that wait: nobody writes to every council in turn
BUYERS = (Organisation.Kind.SCHOOL, Organisation.Kind.TEAM)  # they share the root of their addresses


@transaction.atomic
def found(
    *,
    kind: str,
    name: str,
    slug: str,
    by: User,
    at: datetime,
    roles: tuple[Role, ...],
    invented: bool = False,
    urn: int | None = None,
    host: Organisation | None = None,
    la_code: str = "",
) -> Organisation:
    """Make an organisation and its first person, from the command line of the installation: no page reaches this.

    Raises Refused for an authority whose slug is a root of the service.
    """
    if kind == Organisation.Kind.AUTHORITY and slug in RESERVED:
        raise Refused(f"“{slug}” is an address of the service itself. Choose another.", "slug")
    organisation = Organisation(
        kind=kind,
        name=clean_name(name),
        slug=slug,
        invented=invented,
        urn=urn,
        host=host,
        la_code=_la_code(la_code) if la_code else "",
    )
    begin(organisation, "found", by=by, at=at)
    for role in roles:
        begin(Grant(person=by, organisation=organisation, role=role, starts_at=at), "found", by=by, at=at)
    by.forget_roles()
    return organisation


def set_la_code(authority: Organisation, *, la_code: str, by: User, at: datetime) -> Organisation:
    """Say which code the register of schools has for an authority, from the command line of the installation alone.

    Who asks to join one of those schools is answered there, so no authority chooses its code on a page.
    """
    if authority.kind != Organisation.Kind.AUTHORITY:
        raise Refused("Only an authority has such a code.", "la_code")
    with step(authority, "set_la_code", by=by, at=at) as kept:
        changed("code in the register of schools", kept.la_code, la_code)
        kept.la_code = _la_code(la_code)
    return kept


@transaction.atomic
def register(
    *,
    by: User,
    at: datetime,
    name: str,
    form: str,
    company_number: str = "",
    charity_number: str = "",
    host: Organisation | None = None,
    invented: bool = False,
) -> Organisation:
    """Register a new provider; the person becomes its lead and its signatory.

    Raises Refused for a name or number in no form that one can have, a name that reads as a council's or a school's
    here, and where name or number belongs to a provider that is here already: then one asks to join it.
    Raises Refused too for more in a day than one person has.
    """
    name = clean_name(name, noun="Name of your organisation")
    _require_own_name(name)
    if form == Organisation.Form.COMPANY and not company_number.strip():
        raise Refused("Enter the company number", "company_number")
    if form == Organisation.Form.CHARITY and not charity_number.strip():
        raise Refused("Enter the charity number", "charity_number")
    company_number = clean_company_number(company_number) if company_number.strip() else ""
    charity_number = clean_charity_number(charity_number) if charity_number.strip() else ""
    provider = Organisation(
        kind=Organisation.Kind.PROVIDER,
        name=name,
        slug=_free_slug([Organisation.Kind.PROVIDER], name),
        form=form,
        company_number=company_number,
        charity_number=charity_number,
        host=host,
        invented=invented,
    )
    if not take(LimitName.PROVIDER_REGISTERED, by.pk, at=at).allowed:
        raise Refused("You have registered several organisations today. Try again tomorrow.")
    begin(provider, "register", by=by, at=at)
    _know_as(provider, name)
    for role in (Role.PROVIDER_LEAD, Role.PROVIDER_SIGNATORY):
        begin(Grant(person=by, organisation=provider, role=role, starts_at=at), "found", by=by, at=at)
    by.forget_roles()
    return provider


@transaction.atomic
def record(*, name: str, aliases: tuple[str, ...] = (), host: Organisation, by: User, at: datetime) -> Organisation:
    """Put a provider that an authority names on the list: its name, and nothing else. Nobody can sign in for it yet."""
    name, aliases = clean_name(name), tuple(clean_name(alias, noun="Other name") for alias in aliases)
    known = Name.objects.filter(key=looks_like(name)).select_related("organisation").first()
    if known:
        provider = known.organisation
    else:
        slug = _free_slug([Organisation.Kind.PROVIDER], name)
        provider = Organisation(kind=Organisation.Kind.PROVIDER, name=name, slug=slug, host=host)
        begin(provider, "record", by=by, at=at)
        _know_as(provider, name)
    for alias in aliases:
        if not Name.objects.filter(key=looks_like(alias)).exists():
            _know_as(provider, alias)
    return provider


@transaction.atomic
def enter_school(
    *, urn: int, name: str, slug: str, address: str, telephone: str, host: Organisation, by: User, at: datetime
) -> Organisation:
    """Enter a school as the register of schools has it, once. Nobody acts for it until somebody is let in."""
    known = Organisation.objects.filter(urn=urn).first()
    if known:
        return known
    school = Organisation(
        kind=Organisation.Kind.SCHOOL, name=name, slug=slug, urn=urn, address=address, telephone=telephone, host=host,
        invented=host.invented,
    )  # fmt: skip
    try:
        with transaction.atomic():
            return begin(school, "enter_school", by=by, at=at)
    except (IntegrityError, Refused):  # somebody entered it a moment ago
        return Organisation.objects.get(urn=urn)


@transaction.atomic
def found_team(authority: Organisation, *, name: str, email: str, role: str, by: User, at: datetime) -> Organisation:
    """Make a team of an authority that buys for it, and invite its first person, who will be its people administrator.

    Raises Refused for a role that is no team's, and for the officer's own address.
    """
    name = clean_name(name, noun="Name of the team", longest=100)
    if role not in TEAM_ROLES:
        raise Refused("This role does not belong to a team.", "role")
    if Organisation.objects.filter(kind=Organisation.Kind.TEAM, host=authority, name__iexact=name).exists():
        raise Refused("There is already a team with this name.", "name")
    slug = _free_slug(BUYERS, f"{name[:40]} {authority.slug}")
    team = Organisation(kind=Organisation.Kind.TEAM, name=name, slug=slug, host=authority, invented=authority.invented)
    begin(team, "found_team", by=by, at=at)
    invite_first_person(team, email=email, roles=[role], by=by, at=at)
    return team


def amend_details(
    organisation: Organisation, *, by: User, at: datetime, address: str, telephone: str, website: str
) -> Organisation:
    """Keep what an organisation says of itself. Its name and numbers were checked: an officer changes those.

    Raises Refused for what cannot be dialled or linked to, and for characters that nobody sees.
    """
    wrong = (
        (wrong_lines(address, noun="Address"), "address"),
        (wrong_telephone(telephone), "telephone"),
        (wrong_website(website), "website"),
    )
    if found := [Problem(sentence, field) for sentence, field in wrong if sentence]:
        raise Refused.because(found)
    with step(organisation, "amend_details", by=by, at=at) as kept:
        kept.address, kept.telephone, kept.website = address, telephone, website
    return kept


def ask_to_join(
    organisation: Organisation, *, by: User, at: datetime, said: str, role: str = Role.PROVIDER_LEAD,
    host: Organisation | None = None,
) -> JoinRequest:  # fmt: skip
    """Ask to act for an organisation that is here already.

    Somebody there answers or, while nobody can, its host, or another authority that is now the one to answer.
    """
    host = host or organisation.host
    if by.roles_at(organisation, at):
        raise Refused(f"You already act for {organisation}.")
    if role not in ASKED_FOR.get(Organisation.Kind(organisation.kind), ()):
        raise Refused("Ask your organisation to add you.", "role")
    if JoinRequest.objects.waiting().filter(person=by).exclude(organisation=organisation).count() >= ASKED_AT_MOST:
        raise Refused(f"You wait for {ASKED_AT_MOST} answers already. Withdraw one, and ask again.")
    anyone = User.objects.who_can(Can.LINK_PEOPLE, at=organisation, when=at).exists()
    answerable = organisation if anyone or host is None else host
    with transaction.atomic():
        request = JoinRequest(
            person=by, organisation=organisation, answerable=answerable, role=role, said=said, asked_at=at
        )
        begin(request, "ask_to_join", by=by, at=at)
        answering = User.objects.who_can(Can.LINK_PEOPLE, at=answerable, when=at)
        queue(messages.asked_to_join(request), to=answering, sender=str(answerable), at=at)
    return request


def approve_join(request: JoinRequest, *, by: User, at: datetime) -> JoinRequest:
    """Link the person who asked. The first one at an organisation that was only on a list claims it.

    What they get is more than they asked for where they come first: `roles_on_joining`. By how many people it is given
    is the rule of invitations (`who_confirms`): where a second one must confirm, an invitation waits for them.
    Raises Refused for a request from the mailbox of who approves, and from an account that was closed.
    """
    _require_somebody_else(request, by)
    with step(request, "approve_join", by=by, at=at, along=[request.organisation]) as asked:
        organisation, answering, roles = asked.organisation, asked.answering, roles_on_joining(asked, at)
        address = asked.person.email
        if who_confirms(organisation, answering, roles, address=address, by=by, at=at):
            make_invitation(organisation, answering, address=address, roles=[*roles], by=by, at=at)
            return asked
        if not organisation.has_people:
            with step(organisation, "claim", by=by, at=at):
                pass
        for role in roles:
            begin(Grant(person=asked.person, organisation=organisation, role=role, starts_at=at), "link", by=by, at=at)
        queue(messages.join_approved(asked, answering), to=[asked.person], sender=str(answering), at=at)
        if answering != organisation:  # from now on somebody there answers, those too who asked before
            for other in JoinRequest.objects.waiting().filter(organisation=organisation).exclude(pk=asked.pk):
                queue(messages.asked_to_join(other), to=[asked.person], sender=str(organisation), at=at)
    return asked


def decline_join(request: JoinRequest, *, by: User, at: datetime, reason: str) -> JoinRequest:
    """Say no, with a reason for the person who asked."""
    with step(request, "decline_join", by=by, at=at) as asked:
        asked.reason = _required(reason)
        because(asked)
        answering = asked.answering
        queue(messages.join_declined(asked, answering), to=[asked.person], sender=str(answering), at=at)
    return asked


def withdraw_join(request: JoinRequest, *, by: User, at: datetime) -> JoinRequest:
    with step(request, "withdraw_join", by=by, at=at) as asked:
        pass
    return asked


def end(grant: Grant, *, by: User, at: datetime) -> Grant:
    """Take a role away, and tell the person. Somebody must stay who can manage people."""
    with step(grant, "end", by=by, at=at, along=[grant.organisation]) as held:
        held.ends_at = at
        _somebody_stays(held, at)
        if by.pk != held.person_id:
            leaves_alone = _leaves_alone(held, by, at)
            words = messages.role_ended(held, alone=by.name if leaves_alone else "")
            queue(words, to=[held.person], sender=str(held.organisation), at=at)
            if leaves_alone:
                told = _who_hear_of_one_manager(held, by, at)
                queue(messages.one_manager_left(held, by), to=told, sender=str(held.organisation), at=at)
    return held


def step_down(grant: Grant, *, by: User, at: datetime) -> Grant:
    """End a role of one's own, at any organisation. Somebody must stay who can manage people; they are told."""
    with step(grant, "step_down", by=by, at=at, along=[grant.organisation]) as held:
        held.ends_at = at
        _somebody_stays(held, at)
        managing = User.objects.who_can(Can.MANAGE_PEOPLE, at=held.organisation, when=at).exclude(pk=by.pk)
        queue(messages.stepped_down(held), to=managing, sender=str(held.organisation), at=at)
    by.forget_roles()
    return held


@transaction.atomic
def change_email(person: User, *, new: str, at: datetime) -> None:
    """Take note that a person's address has changed: their roles stop until approved again.

    The caller has had the new address confirmed and the person sign in again, and tells both addresses.
    """
    person.email = new.lower()
    person.save(update_fields=["email"])
    for grant in Grant.objects.filter(person=person, status=GrantStatus.ACTIVE).order_by("pk"):
        with step(grant, "suspend", by=person, at=at) as held:
            answering = User.objects.who_can(Can.LINK_PEOPLE, at=held.answerable, when=at).exclude(pk=person.pk)
            queue(messages.roles_to_reapprove(held), to=answering, sender=str(held.organisation), at=at)
    person.forget_roles()


def suspend(grant: Grant, *, by: User, at: datetime) -> Grant:
    """Lay down one's own role until it is approved again."""
    with step(grant, "suspend", by=by, at=at) as held:
        pass
    return held


def reapprove(grant: Grant, *, by: User, at: datetime) -> Grant:
    """Give a suspended role back: never to oneself."""
    if by.pk == grant.person_id:
        raise PermissionDenied("Nobody approves their own role.")
    if same_mailbox(by.email, grant.person.email):
        raise Refused("This person has the same address as you. Ask a colleague to approve the role.")
    with step(grant, "reapprove", by=by, at=at) as held:
        changed("role", "", held.role)
    return held


def _require_somebody_else(request: JoinRequest, by: User) -> None:
    """Refuse one's own request, from whichever account, and that of somebody who is here no more."""
    if by.pk == request.person_id:
        raise PermissionDenied("Nobody approves their own request.")
    if same_mailbox(by.email, request.person.email):
        raise Refused("This request comes from your own address. Ask a colleague to answer it.")
    if not User.objects.filter(pk=request.person_id, is_active=True).exists():
        raise Refused("This person has closed their account. Decline the request.")


def _somebody_stays(held: Grant, at: datetime) -> None:
    managing = roles_that(Can.MANAGE_PEOPLE)
    others = Grant.objects.in_force(at).filter(
        organisation=held.organisation, role__in=managing, person__is_active=True
    )
    if held.role in managing and not others.exclude(pk=held.pk).exists():
        raise Refused(
            "Someone must be able to manage people. Invite a colleague to this role, and end yours once they accept."
        )


def _leaves_alone(held: Grant, by: User, at: datetime) -> bool:
    """Say whether the end of a role leaves the person who ends it as the only one who manages people there."""
    if held.role not in roles_that(Can.MANAGE_PEOPLE):
        return False
    managing = Grant.objects.in_force(at).filter(organisation=held.organisation, role__in=roles_that(Can.MANAGE_PEOPLE))
    left = managing.exclude(pk=held.pk).filter(person__is_active=True).values_list("person", flat=True)
    return set(left) == {by.pk}


def _who_hear_of_one_manager(held: Grant, by: User, at: datetime) -> list[User]:
    """Return the heads of an organisation, who sign or decide for it, and those who let people in at its host."""
    place = held.organisation
    people = {
        one.pk: one
        for can in (Can.SIGN, Can.COUNTERSIGN, Can.DECIDE)
        for one in User.objects.who_can(can, at=place, when=at)
    }
    if place.host:
        people |= {one.pk: one for one in User.objects.who_can(Can.LINK_PEOPLE, at=place.host, when=at)}
    return [one for pk, one in sorted(people.items()) if pk not in {by.pk, held.person_id}]


def _require_own_name(name: str) -> None:
    """Refuse a provider's name that reads as that of an authority or a school here, in whichever letters."""
    read_as = looks_like(name)
    others = Organisation.objects.exclude(kind=Organisation.Kind.PROVIDER).values_list("kind", "name")
    clash = next((kind for kind, other in others.iterator() if looks_like(other) == read_as), None)
    if clash:
        noun = "school" if clash == Organisation.Kind.SCHOOL else "council"
        raise Refused(f"This is the name of a {noun} here. Enter the full legal name of your own organisation.", "name")


def _know_as(provider: Organisation, name: str) -> None:
    known = Name(organisation=provider, name=name, key=looks_like(name))
    try:
        with transaction.atomic():
            known.save()
    except IntegrityError as clash:
        refuse_in_words(clash)


def _free_slug(kinds: Iterable[str], name: str) -> str:
    """Make the segment of an address: the plain name, with a number behind it where that is taken under its root."""
    base = slugify(name)[:70] or "organisation"
    taken = set(Organisation.objects.filter(kind__in=kinds, slug__startswith=base).values_list("slug", flat=True))
    return next(slug for slug in [base, *(f"{base}-{n}" for n in range(2, 10_000))] if slug not in taken)


def _la_code(code: str) -> str:
    if not re.fullmatch(r"[0-9]{3}", code):
        raise Refused("The code of an authority in the register of schools has 3 digits, for example 938.", "la_code")
    return code


def _required(reason: str) -> str:
    if not reason.strip():
        raise Refused("Give a reason. The person will read it.", "reason")
    return reason.strip()
