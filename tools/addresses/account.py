"""The endpoints for a person's own account: our own endpoints, and those of allauth."""

import re
import time
from datetime import timedelta
from hashlib import sha256

from allauth.mfa.totp.internal import auth as totp
from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.urls import reverse

from calloff.accounts.models import KnownBrowser, SignInSession
from calloff.kernel.encryption import keyed_digest
from calloff.outbox.digest_links import make_link_key
from calloff.outbox.models import Message, MessageKind
from calloff.people.models import Organisation, RoleGrant
from calloff.people.permissions import Role
from tests.architecture.endpoints.fixtures import PASSWORD, TOTP_SECRET
from tests.architecture.endpoints.fixtures_accounts import TO_STOP, a_reset, an_email_change
from tests.architecture.endpoints.fixtures_people import TOKEN
from tests.factories import NOW, RoleGrantFactory, UserFactory
from tools.addresses import (
    AUTHORITY,
    CASEWORK,
    EVERYBODY,
    IN_A_RESET,
    LEADS_ON,
    SECOND_FACTOR,
    SIGN_ON,
    SIGNED_IN,
    Address,
    Photo,
)
from tools.screenshots import people as demo_people

WITH_APP = AUTHORITY | CASEWORK | {"elsewhere"}  # people who act for an authority and use an authenticator app
WITHOUT_APP = SIGNED_IN - WITH_APP
NOBODY: frozenset[str] = frozenset()  # Only a person with a real security key can open these.
NEW = "three other words"
EMAIL_CHOICES = {kind: "digest" for kind in MessageKind if kind != MessageKind.REQUIRED}


def code_to(address):
    body = Message.objects.filter(address=address, secret=True).latest("pk").body
    return re.search(r"\n\n([A-Z0-9-]+)\n\n", body).group(1)


def holds_a_secret(client, world, name):
    """Act as a person who has just seen the QR code for their authenticator app."""
    session = client.session
    session[totp.SECRET_SESSION_KEY] = TOTP_SECRET
    session.save()


def shown_now(world):
    return {"code": totp.format_hotp_value(totp.hotp_value(TOTP_SECRET, int(time.time()) // 30))}


def signed_up(client, world, name):
    if name == "visitor":
        client.post(reverse("account:sign-up"), SIGN_UP)


def gave_a_password(client, world, name):
    if name == "visitor":
        client.post(reverse("account:sign-in"), {"login": world.olivia.email, "password": PASSWORD})


def asked_to_reset(client, world, name):
    if name == "visitor":
        client.post(reverse("account:reset"), {"email": world.ada.email})


def confirmed_the_reset(client, world, name):
    if name == "visitor":
        asked_to_reset(client, world, name)
        client.post(reverse("account:reset-code"), {"code": code_to(world.ada.email)})


SIGN_UP = {"name": "Zed", "email": "zed@example.org", "password1": NEW}


def a_request(world):
    return (world.join_request.pk,)


def a_role(world):
    return (world.suspended_role.pk,)


def a_provider(world):
    return (world.loaded.slug,)


def of_olivia(world):
    return (world.olivia_key.pk,)


BEN = frozenset({"ben"})  # With a PIN, the register is the only page about children that he can see.
TABLET = "t" * 43


def tablet_of(world):
    """Return the tablet on which Ben has set a PIN."""
    until = NOW + timedelta(weeks=1)
    known = {"name": "Chrome on Android", "known_at": NOW, "last_used_at": NOW, "pin": "x", "pin_until": until}
    tablet, _ = KnownBrowser.objects.get_or_create(
        person=world.ben, digest=sha256(TABLET.encode()).hexdigest(), defaults=known
    )
    KnownBrowser.objects.filter(pk=tablet.pk).update(pin=keyed_digest(f"PIN of {tablet.pk}", "271828"))
    return tablet


def on_his_tablet(client, world, name):
    tablet_of(world)
    client.cookies[settings.DEVICE_COOKIE] = TABLET


MANAGES = {
    Organisation.Kind.PROVIDER: Role.PROVIDER_LEAD,
    Organisation.Kind.SCHOOL: Role.BUYER_ADMINISTRATOR,
    Organisation.Kind.TEAM: Role.BUYER_ADMINISTRATOR,
    Organisation.Kind.AUTHORITY: Role.ADMINISTRATOR,
}


def somebody_else_manages(client, world, name):
    """Add another people administrator to each organisation of a test person, so that the person can leave."""
    for grant in RoleGrant.objects.filter(person=world.people[name]).select_related("organisation"):
        there = grant.organisation
        other = UserFactory(name="Other", email=f"other@{there.pk}.example")
        if not RoleGrant.objects.filter(person=other, organisation=there).exists():
            RoleGrantFactory(person=other, organisation=there, role=MANAGES[there.kind])


def session_elsewhere(world):
    stored = SessionStore()
    stored.create()
    seen = {"person": world.ben, "device": "Edge on Windows", "began_at": NOW, "last_seen_at": NOW}
    return (SignInSession.objects.create(session_key=stored.session_key, **seen).pk,)


def email_change_to_stop(world):
    an_email_change()
    return ()


def reset_to_stop(world):
    a_reset(world)
    return ()


# fmt: off
ADDRESSES = [
    Address("GET",  "account:home",             SIGNED_IN,
             photos=[
                 Photo(Role.PROVIDER_LEAD),
                 Photo(Role.CONTRACTS_OFFICER, like="of-an-officer"),
                 Photo(demo_people.invited, like="of-one-invited"),
             ]),
    Address("POST", "account:go-to",            SIGNED_IN, shows=True),
    Address("POST", "account:sign-out",         SIGNED_IN),
    Address("GET",  "account:time-out",         SIGNED_IN, photos=[Photo(Role.PROVIDER_LEAD)]),
    Address("POST", "account:time-out",         SIGNED_IN, sends=lambda world: {"minutes": "120"}),
    Address("GET",  "account:join",             SIGNED_IN,
             photos=[
                 Photo(Role.PROVIDER_LEAD),
                 Photo(Role.PROVIDER_LEAD, press="Register the provider"),
             ]),
    Address("POST", "account:join",             SIGNED_IN,
         sends=lambda world: {"name": "Ash Barn", "form": "sole_trader"}),
    Address("GET",  "account:ask",              SIGNED_IN, a_provider,
             photos=[Photo(demo_people.asker, demo_people.slug_of_a_provider)]),
    Address("POST", "account:ask",              SIGNED_IN, a_provider, lambda world: {"said": "I teach there."},
         shows=True),
    Address("GET",  "account:school",           SIGNED_IN, query="?words=felpersham",
             photos=[Photo(Role.PROVIDER_LEAD, query={"words": "school"})]),
    Address("GET",  "account:school-ask",       SIGNED_IN, lambda world: (world.another_school.urn,),
             photos=[Photo(Role.PROVIDER_LEAD, demo_people.a_school_to_join)]),
    Address("POST", "account:school-ask",       SIGNED_IN, lambda world: (world.another_school.urn,),
         lambda world: {"role": "finance", "said": "I keep the books."}),
    Address("GET",  "account:request",          frozenset({"ada", "ruth"}), a_request,
             photos=[
                 Photo(demo_people.asker, demo_people.asked),
                 Photo(demo_people.answerer, demo_people.asked, like="to-answer"),
             ]),
    Address("GET",  "account:request-approve",  frozenset({"ada"}), a_request, recently=True,
             photos=[Photo(demo_people.answerer, demo_people.asked)]),
    Address("POST", "account:request-approve",  frozenset({"ada"}), a_request, sees=frozenset({"ada", "ruth"}),
         recently=True),
    Address("GET",  "account:request-decline",  frozenset({"ada"}), a_request,
             photos=[Photo(demo_people.answerer, demo_people.asked)]),
    Address("POST", "account:request-decline",  frozenset({"ada"}), a_request,
        lambda world: {"reason": "Unknown here."},
         sees=frozenset({"ada", "ruth"})),
    Address("GET",  "account:request-withdraw", frozenset({"ruth"}), a_request,
             photos=[Photo(demo_people.asker, demo_people.asked)]),
    Address("POST", "account:request-withdraw", frozenset({"ruth"}), a_request, sees=frozenset({"ada", "ruth"})),
    Address("GET",  "account:invitation",       EVERYBODY, query=f"?key={TOKEN}",
             no_photo="by the link of an email, which nobody else has; tests/web/account look at it"),
    Address("POST", "account:invitation",       frozenset({"visitor"}), query=f"?key={TOKEN}"),
    Address("POST", "account:invitation",       EVERYBODY, sends=lambda world: {"do": "decline"},
        query=f"?key={TOKEN}",
         shows=True),
    Address("GET",  "account:invitation-accept",  frozenset({"ruth"}), lambda world: (world.to_ruth.pk,),
             photos=[Photo(demo_people.invited, demo_people.invitation_to_answer)]),
    Address("POST", "account:invitation-accept",  frozenset({"ruth"}), lambda world: (world.to_ruth.pk,)),
    Address("GET",  "account:invitation-decline", frozenset({"ruth"}), lambda world: (world.to_ruth.pk,),
             photos=[Photo(demo_people.invited, demo_people.invitation_to_answer)]),
    Address("POST", "account:invitation-decline", frozenset({"ruth"}), lambda world: (world.to_ruth.pk,)),
    Address("GET",  "account:role-step-down",   frozenset({"ben"}), lambda world: (world.ben_role.pk,),
             photos=[Photo(demo_people.one_of_a_provider_s_staff, demo_people.a_role_of_staff)]),
    Address("POST", "account:role-step-down",   frozenset({"ben"}), lambda world: (world.ben_role.pk,)),
    Address("GET",  "account:role-reapprove",   frozenset({"ada"}), a_role, recently=True,
             no_photo="after a change of email address, which nobody makes in the demonstration"),
    Address("POST", "account:role-reapprove",   frozenset({"ada"}), a_role, recently=True),

    Address("GET",  "account:sign-in",          EVERYBODY,
             photos=[
                 Photo(),
                 Photo(press="Sign in"),
             ]),
    Address("POST", "account:sign-in",          EVERYBODY,
         sends=lambda world: {"login": world.ada.email, "password": PASSWORD}),
    Address("GET",  "account:sign-up",          EVERYBODY,
             photos=[
                 Photo(),
                 Photo(press="Create account"),
             ]),
    Address("POST", "account:sign-up",          EVERYBODY, sends=lambda world: SIGN_UP),
    Address("GET",  "account:confirm-email",    EVERYBODY, before=signed_up, no_photo="in the middle of signing up"),
    Address("POST", "account:confirm-email",    EVERYBODY, before=signed_up,
         sends=lambda world: {"code": "AAAA-AAAA"}, shows=True),
    Address("GET",  "account:closed",           EVERYBODY, photos=[Photo()]),
    Address("GET",  "account:reset",            EVERYBODY,
             photos=[
                 Photo(),
                 Photo(press="Send me a code"),
             ]),
    Address("POST", "account:reset",            EVERYBODY, sends=lambda world: {"email": world.ada.email}),
    Address("GET",  "account:reset-code",       EVERYBODY, before=asked_to_reset, no_photo=IN_A_RESET),
    Address("POST", "account:reset-code",       EVERYBODY, before=asked_to_reset,
         sends=lambda world: {"code": "AAAA-AAAA"}, shows=True),
    Address("GET",  "account:reset-password",   EVERYBODY, before=confirmed_the_reset, no_photo=IN_A_RESET),
    Address("POST", "account:reset-password",   EVERYBODY, before=confirmed_the_reset,
         sends=lambda world: {"password1": NEW}),
    Address("GET",  "account:reset-done",       EVERYBODY, photos=[Photo()]),
    Address("GET",  "account:second-factor",    EVERYBODY, before=gave_a_password,
             no_photo="in the middle of signing in with a second factor; tests/journeys look at it"),
    Address("POST", "account:second-factor",    EVERYBODY, before=gave_a_password, sends=shown_now),
    Address("GET",  "account:again",            SIGNED_IN, photos=[Photo(Role.PROVIDER_LEAD)]),
    Address("POST", "account:again",            SIGNED_IN, sends=lambda world: {"password": PASSWORD}),
    Address("GET",  "account:again-code",       WITH_APP, elsewhere=WITHOUT_APP,
             no_photo="for those with a second factor; tests/journeys look at it"),
    Address("POST", "account:again-code",       WITH_APP, sends=shown_now, elsewhere=WITHOUT_APP),
    Address("GET",  "account:again-key",        WITH_APP, elsewhere=WITHOUT_APP,
             no_photo="for those with a second factor; tests/journeys look at it"),
    Address("POST", "account:again-key",        NOBODY, sends=lambda world: {"credential": "{}"}, elsewhere=SIGNED_IN),
    Address("GET",  "account:password",         SIGNED_IN, photos=[Photo(Role.PROVIDER_LEAD)]),
    Address("POST", "account:password",         SIGNED_IN,
         sends=lambda world: {"oldpassword": PASSWORD, "password1": NEW}),
    Address("GET",  "account:password-set",     SIGNED_IN, recently=True,
             no_photo="for those who sign on elsewhere and have no password"),
    Address("POST", "account:password-set",     SIGNED_IN, recently=True, sends=lambda world: {"password1": NEW}),
    Address("GET",  "account:email",            SIGNED_IN, recently=True, photos=[Photo(Role.PROVIDER_LEAD)]),
    Address("POST", "account:email",            SIGNED_IN, recently=True,
         sends=lambda world: {"action_add": "", "email": "new@example.org"}),
    Address("GET",  "account:name",             SIGNED_IN, recently=True, photos=[Photo(Role.PROVIDER_LEAD)]),
    Address("POST", "account:name",             SIGNED_IN, recently=True,
        sends=lambda world: {"name": "Ada Okafor-Lee"}),
    Address("GET",  "account:notifications",    SIGNED_IN, photos=[Photo(Role.PROVIDER_LEAD)]),
    Address("POST", "account:notifications",    SIGNED_IN, sends=lambda world: EMAIL_CHOICES),
    Address("GET",  "account:digest-stop",      EVERYBODY, query=f"?key={make_link_key(0)}",
             no_photo="by the link of an email, which nobody else has; tests/web/account look at it"),
    Address("POST", "account:digest-stop",      EVERYBODY, query=f"?key={make_link_key(0)}", shows=True),
    Address("GET",  "account:calendar-make",    SIGNED_IN, recently=True, photos=[Photo(Role.PROVIDER_LEAD)]),
    Address("POST", "account:calendar-make",    SIGNED_IN, recently=True, shows=True),
    Address("POST", "account:calendar-end",    SIGNED_IN),
    Address("GET",  "account:calendar",         NOBODY, query=f"?key={'A' * 43}",
             no_photo="a file for calendar programs, at a secret address"),
    Address("GET",  "account:security",         SIGNED_IN, photos=[Photo(Role.PROVIDER_LEAD)]),
    Address("GET",  "account:app",              SIGNED_IN, recently=True, photos=[Photo(Role.PROVIDER_LEAD)]),
    Address("POST", "account:app",              SIGNED_IN, recently=True, before=holds_a_secret, sends=shown_now),
    Address("GET",  "account:qr",               SIGNED_IN, before=holds_a_secret,
             no_photo="a picture on account:app"),
    Address("GET",  "account:app-remove",       WITH_APP, recently=True, no_photo=SECOND_FACTOR),
    Address("POST", "account:app-remove",       WITH_APP, recently=True),
    Address("GET",  "account:keys",             SIGNED_IN, photos=[Photo(Role.PROVIDER_LEAD)]),
    Address("GET",  "account:key-add",          SIGNED_IN, recently=True, photos=[Photo(Role.PROVIDER_LEAD)]),
    Address("POST", "account:key-add",          SIGNED_IN, recently=True, shows=True,
         sends=lambda world: {"name": "Blue"}),
    Address("GET",  "account:key-remove",       frozenset({"olivia"}), of_olivia, recently=True,
             no_photo=SECOND_FACTOR),
    Address("POST", "account:key-remove",       frozenset({"olivia"}), of_olivia, recently=True),
    Address("GET",  "account:second-step",      WITHOUT_APP, elsewhere=WITH_APP, no_photo=LEADS_ON),
    Address("GET",  "account:email-code",       WITHOUT_APP, elsewhere=WITH_APP,
             photos=[Photo(Role.PROVIDER_LEAD)]),
    Address("POST", "account:email-code",       WITHOUT_APP, elsewhere=WITH_APP, sends=lambda world: {"send": "1"}),
    Address("GET",  "account:pin",              BEN, before=on_his_tablet, elsewhere=SIGNED_IN - BEN,
             no_photo="for those who have set a PIN on this very device"),
    Address("POST", "account:pin",              BEN, before=on_his_tablet, elsewhere=SIGNED_IN - BEN,
         sends=lambda world: {"pin": "271828"}),
    Address("GET",  "account:pin-set",          BEN, before=on_his_tablet, recently=True,
             no_photo="on a device that was used before"),
    Address("POST", "account:pin-set",          BEN, before=on_his_tablet, recently=True,
         sends=lambda world: {"pin": "314159"}),
    Address("POST", "account:pin-remove",       BEN, lambda world: (tablet_of(world).pk,)),
    Address("POST", "account:session-end",      BEN, session_elsewhere),
    Address("GET",  "account:close",            SIGNED_IN, recently=True, photos=[Photo(Role.PROVIDER_LEAD)]),
    Address("POST", "account:close",            SIGNED_IN, before=somebody_else_manages, recently=True),
    Address("POST", "account:sessions-end",     SIGNED_IN),
    Address("GET",  "account:email-stop",       EVERYBODY, email_change_to_stop, query=f"?key={TO_STOP}",
             no_photo="by the link of an email, which nobody else has; tests/web/account look at it"),
    Address("POST", "account:email-stop",       EVERYBODY, email_change_to_stop, query=f"?key={TO_STOP}", shows=True),
    Address("GET",  "account:reset-stop",       EVERYBODY, reset_to_stop, query="?key=stop-me",
             no_photo="after the reset of a second step, which nobody asks for in the demonstration"),
    Address("POST", "account:reset-stop",       EVERYBODY, reset_to_stop, query="?key=stop-me", shows=True),
    Address("GET",  "account:sign-on-match",    EVERYBODY, no_photo=SIGN_ON),
    Address("GET",  "account:sign-on-confirm",  SIGNED_IN, recently=True, no_photo=SIGN_ON),
    Address("POST", "account:sign-on-confirm",  SIGNED_IN, recently=True),
    Address("GET",  "account:sign-on-link",     NOBODY, lambda world: ("not-here",), recently=True,
             no_photo=SIGN_ON),
    Address("POST", "account:sign-on-link",     NOBODY, lambda world: ("not-here",), recently=True),
    Address("GET",  "account:sign-on-unlink",   NOBODY, lambda world: (0,), recently=True, no_photo=SIGN_ON),
    Address("POST", "account:sign-on-unlink",   NOBODY, lambda world: (0,), recently=True),
    Address("GET",  "account:codes",            WITH_APP, recently=True, writes=True, no_photo=SECOND_FACTOR),
    Address("GET",  "account:codes-new",        SIGNED_IN, recently=True, no_photo=SECOND_FACTOR),
    Address("POST", "account:codes-new",        SIGNED_IN, recently=True, shows=True),
]
# fmt: on
