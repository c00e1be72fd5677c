"""API keys for other systems, a calendar URL, and visits to home pages.

They include a revoked key. No one knows the secrets of these keys, so visitors must create their own.
"""

from datetime import timedelta

from calloff.accounts import commands as accounts
from calloff.accounts.models import HomeVisit
from calloff.cli.demo.context import DemoContext
from calloff.kernel.clock import local_day
from calloff.outbox.commands import choose_delivery
from calloff.outbox.models import MessageChoice, MessageKind
from calloff.people import api_keys
from calloff.people import commands as people
from calloff.people.models import ApiKey, Organisation, RoleGrant, Scope, User
from calloff.people.permissions import Can

KEY_LIFETIME = timedelta(days=300)


def make_keys(stage: DemoContext) -> None:
    """Make a key with which a provider updates its places available, and keys for a council and a buyer to read
    prices.
    """
    harbour, council = stage.organisations["harbour"], stage.organisations["west-sussex"]
    _make(stage, harbour, "Booking system", [Scope.PRICES, Scope.PLACES], "-4 Mon 11:00", used="-1 Fri 07:10")
    old = _make(stage, harbour, "Old website", [], "-9 Tue 15:30", used="-5 Sun 18:00")
    people.revoke_key(old, by=old.made_by, at=stage.when("-4 Mon 11:20"))
    _make(stage, council, "Council website", [Scope.PRICES], "-3 Wed 10:15", used="-1 Sun 06:00")
    buyers = Organisation.objects.filter(kind__in=[Organisation.Kind.SCHOOL, Organisation.Kind.TEAM], host=council)
    for buyer in buyers.order_by("pk"):
        who = User.objects.who_can(Can.SEE_PRICES, organisation=buyer, at=stage.when("-2 Tue 09:30"))
        if who.filter(pk__in=_managers(stage, buyer, "-2 Tue 09:30")).exists():
            _make(stage, buyer, "School information system", [Scope.PRICES], "-2 Tue 09:30")


def visit_home_pages(stage: DemoContext) -> None:
    """Record that everyone opened their home page last Thursday, so that visitors see what has changed since then."""
    last_visit = stage.when("-1 Thu 08:40")
    grants = RoleGrant.objects.in_force(last_visit).order_by("person", "organisation")
    pairs = grants.values_list("person", "organisation").distinct()
    HomeVisit.objects.bulk_create(
        HomeVisit(person_id=person, organisation_id=organisation, latest_at=last_visit)
        for person, organisation in pairs
    )


def choose_emails_and_calendar(stage: DemoContext) -> None:
    """Create a calendar URL in use and a daily digest, for a person who manages a provider's people."""
    harbour = stage.organisations["harbour"]
    lead = User.objects.filter(pk__in=_managers(stage, harbour, "-3 Wed 09:00")).order_by("pk")[0]
    made = accounts.make_calendar_feed(lead, at=stage.when("-3 Wed 09:00"))
    accounts.record_calendar_read(made.feed, at=stage.when("-1 Fri 06:00"))
    choose_delivery(lead, dict.fromkeys((MessageKind.REPLIES, MessageKind.SERVICES), MessageChoice.DIGEST))


def _make(stage: DemoContext, at: Organisation, name: str, scopes: list[str], when: str, *, used: str = "") -> ApiKey:
    instant = stage.when(when)
    managers = User.objects.filter(pk__in=_managers(stage, at, when)).order_by("pk")
    needed = [api_keys.PERMISSION_BY_KIND_AND_SCOPE[Organisation.Kind(at.kind)][scope] for scope in scopes]
    by = next(manager for manager in managers if all(manager.can(can, organisation=at, at=instant) for can in needed))
    made = people.make_key(
        at, name=name, scopes=scopes, expires_on=local_day(instant) + KEY_LIFETIME, by=by, at=instant
    )
    if used:
        api_keys.record_key_use(made.key, stage.when(used))
    return made.key


def _managers(stage: DemoContext, at: Organisation, when: str) -> list[int]:
    return list(
        User.objects.who_can(Can.MANAGE_PEOPLE, organisation=at, at=stage.when(when)).values_list("pk", flat=True)
    )
