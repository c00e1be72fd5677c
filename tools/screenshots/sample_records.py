"""Find records in the demonstration that a page needs, by what they contain, and never by name."""

from collections.abc import Callable
from typing import Any

from django.db.models import Manager, Model, Q, QuerySet

from calloff.agreements.models import Agreement
from calloff.applications.models import Application
from calloff.directory.models import Service
from calloff.evidence.models import Evidence
from calloff.kernel import clock
from calloff.markets.models import Market, MarketGrant
from calloff.members.models import ApplicationDecision, DocumentPromise, Member, MemberRemoval, MembershipCondition
from calloff.partners.models import Partnership
from calloff.people.models import RoleGrant
from calloff.people.permissions import PERMISSIONS_BY_ROLE, Role
from calloff.pupils.models import DisclosureGrant, ProtectionInformation, Pupil, PupilContact, SchoolName
from calloff.pupils.retention import find_due_pupils
from tools.addresses import FindArguments

FindRows = Callable[[], "QuerySet[Any]"]


def address_of(owner: str, rows: FindRows, *names: str) -> FindArguments:
    """Return a function that finds the first of some records.

    The function returns the slug of the record's `owner` (provider or authority), and the other values in its URL.
    """

    def where() -> tuple[Any, ...] | None:
        found = rows().order_by("pk").first()
        return (getattr(found, owner).slug, *(_named(found, name) for name in names)) if found else None

    return where


def chosen(*rows: FindRows, key: str = "reference", most: int = 3) -> Callable[[], dict[str, list[str]]]:
    """Return the query that selects up to `most` records of each kind in a list."""
    return lambda: {"chosen": [str(_named(one, key)) for found in rows for one in found().order_by("pk")[:most]]}


def provider(rows: FindRows, *names: str) -> FindArguments:
    return address_of("provider", rows, *names)


def authority(rows: FindRows, *names: str) -> FindArguments:
    return address_of("authority", rows, *names)


def _named(record: Model, name: str) -> Any:
    found: Any = record
    for part in name.split("__"):
        found = getattr(found, part)
        found = found.order_by("pk").first() if isinstance(found, Manager) else found
    return found


def application(status: str, **more: Any) -> FindRows:
    return lambda: Application.objects.filter(status=status, **more)


def agreement(status: str, **more: Any) -> FindRows:
    """Find agreements with providers. Agreements with buyers are in `partnership`."""
    return lambda: Agreement.objects.filter(status=status, kind=Agreement.Kind.PROVIDER, on_paper=False, **more)


def partnership(status: str) -> FindRows:
    return lambda: Agreement.objects.filter(status=status, kind=Agreement.Kind.PARTNERSHIP, on_paper=False)


def schools_to_remind() -> dict[str, list[str]]:
    """Return the query that selects the schools which must sign next, in the market of the first of them."""
    found = list(partnership("to_sign")().order_by("pk").values_list("reference", "buyer__urn"))
    # A reference starts with the code of its market.
    markets = [reference.rsplit("-", 2)[0] for reference, _ in found]
    return {
        "chosen": [str(urn) for (_, urn), market in zip(found, markets, strict=True) if market == markets[0]],
        "market": markets[:1],
    }


def buyer(rows: FindRows, *names: str) -> FindArguments:
    return address_of("buyer", rows, *names)


def a_busy_buyer() -> tuple[Any, ...] | None:
    """Find a school that can ask providers because its Partnership Agreement is in force."""
    found = partnership("in_force")().order_by("pk").first()
    return (found.buyer.slug,) if found and found.buyer else None


def _with_due_records() -> Any:
    due = [pupil for one in find_due_pupils(clock.now()) for pupil in one.pupils.select_related("buyer__host")]
    return due[0].buyer if due else None


def a_buyer_with_due_records() -> tuple[Any, ...] | None:
    """Find a school or team with a record that is due for deletion."""
    buyer = _with_due_records()
    return (buyer.slug,) if buyer else None


def a_host_of_due_records() -> tuple[Any, ...] | None:
    buyer = _with_due_records()
    return (buyer.host.slug,) if buyer and buyer.host else None


def pupils(**more: Any) -> FindRows:
    return lambda: Pupil.objects.filter(**{"status": "on_roll", **more})


def held_pupils() -> QuerySet[Pupil]:
    return Pupil.objects.exclude(hold="")


def protected_pupils() -> QuerySet[Pupil]:
    return Pupil.objects.filter(pk__in=ProtectionInformation.objects.values("pupil"))


def where_told() -> tuple[Any, ...] | None:
    told = a_child_told_of()
    return told[:1] if told else None


def a_section_of_a_pupil(key: str) -> FindArguments:
    """Find a pupil, and a section of the pupil's record that can be changed."""

    def where() -> tuple[Any, ...] | None:
        found = pupils()().order_by("pk").first()
        return (found.buyer.slug, found.reference, key) if found else None

    return where


def a_contact() -> tuple[Any, ...] | None:
    """Find a contact to whom a court order applies, so that the page shows the restrictions."""
    found = PupilContact.objects.filter(order="yes", pupil__status="on_roll").order_by("pk").first()
    return (found.pupil.buyer.slug, found.pupil.reference, found.pk) if found else None


def a_child_with_limits() -> tuple[Any, ...] | None:
    """Find a child who has a contact to whom a court order applies."""
    found = a_contact()
    return found[:2] if found else None


def a_school_name() -> tuple[Any, ...] | None:
    found = SchoolName.objects.filter(status="current").select_related("buyer").order_by("pk").first()
    return (found.buyer.slug, found.pk) if found else None


def a_child_told_of() -> tuple[Any, ...] | None:
    """Return an authority that was notified about a child, and the child."""
    found = DisclosureGrant.objects.filter(stage="told").order_by("-ends_at", "pk").first()
    return (found.organisation.slug, found.pupil.reference) if found else None


def who_was_told() -> str | None:
    """Return an officer of that authority who can see the child."""
    found = DisclosureGrant.objects.filter(stage="told").order_by("-ends_at", "pk").first()
    if found is None:
        return None
    held = RoleGrant.objects.filter(organisation=found.organisation, status="active")
    may = [
        one for one in held.order_by("pk") if found.needs in {one.role, *map(str, PERMISSIONS_BY_ROLE[Role(one.role)])}
    ]
    return may[0].person.email if may else None


def a_school_that_has_not_signed() -> tuple[Any, ...] | None:
    found = partnership("to_sign")().order_by("pk").first()
    return (found.buyer.slug,) if found and found.buyer else None


def a_market_to_sign_for() -> tuple[Any, ...] | None:
    """Return a school, and a market for which it has a Partnership Agreement."""
    found = Partnership.objects.select_related("agreement__buyer", "market").order_by("pk").first()
    return (found.agreement.first.slug, found.market.code) if found else None


def a_school_to_remind() -> tuple[Any, ...] | None:
    """Return an authority, one of its markets, and a school that has not signed for that market."""
    waiting = Partnership.objects.filter(agreement__status="to_sign").select_related("agreement__buyer", "authority")
    found = waiting.order_by("pk").first()
    return (found.authority.slug, found.market.code, found.agreement.first.urn) if found else None


def member(status: str = "active", **more: Any) -> FindRows:
    return lambda: Member.objects.filter(status=status, provider__invented=True, **more)


def a_busy_provider() -> tuple[Any, ...] | None:
    """Find the provider with the most to show, which has services and more than one application."""
    found = Service.objects.filter(provider__invented=True).order_by("pk").first()
    return (found.provider.slug,) if found else None


def a_busy_authority() -> tuple[Any, ...] | None:
    """Find an authority that has applications."""
    found = Application.objects.filter(version__isnull=False).order_by("pk").first()
    return (found.authority.slug,) if found else None


def a_market(*names: str) -> FindArguments:
    """Find a market that is open for applications and has received some."""
    return authority(lambda: Market.objects.filter(pk__in=Application.objects.values("market")), *names)


def a_market_with_prices(*names: str) -> FindArguments:
    """Find a market with applications that asks providers for prices."""
    priced = ~Q(terms__content__schedule=None)
    return authority(lambda: Market.objects.filter(priced, pk__in=Application.objects.values("market")), *names)


def a_draft_market(*names: str) -> FindArguments:
    return authority(lambda: Market.objects.filter(status="draft"), *names)


def a_role_in_a_market() -> tuple[Any, ...] | None:
    found = MarketGrant.objects.in_force(clock.now()).select_related("authority", "market").order_by("pk").first()
    return (found.authority.slug, found.market.slug, found.pk) if found else None


def a_proposed_role_in_a_market() -> tuple[Any, ...] | None:
    found = MarketGrant.objects.to_confirm().select_related("authority", "market").order_by("pk").first()
    return (found.authority.slug, found.market.slug, found.pk) if found else None


def a_market_to_apply_to() -> tuple[Any, ...] | None:
    """Find a provider and a market that it has not joined yet."""
    for market in Market.objects.taking_applications(clock.now()).order_by("pk"):
        busy = Application.objects.filter(market=market).values("provider")
        others = Application.objects.exclude(provider__in=busy).order_by("pk").first()
        if others:
            return others.provider.slug, market.code
    return None


def a_second_application() -> tuple[Any, ...] | None:
    """Find a draft application by a provider that has already submitted another."""
    sent = Application.objects.filter(version__isnull=False).values("provider")
    return provider(lambda: Application.objects.filter(status="draft", provider__in=sent), "reference")()


def two_versions(owner: str) -> FindArguments:
    return address_of(owner, lambda: Application.objects.filter(version__number__gte=2), "reference")


def evidence() -> QuerySet[Evidence]:
    return Evidence.objects.filter(status="held", provider__invented=True, expires_on__isnull=False)


def conditions() -> QuerySet[MembershipCondition]:
    return MembershipCondition.objects.filter(status="outstanding").select_related("member")


def promises() -> QuerySet[DocumentPromise]:
    return DocumentPromise.objects.filter(status="promised").select_related("member")


def removals_to_answer() -> QuerySet[MemberRemoval]:
    return MemberRemoval.objects.filter(status="proposed", answer_by__gt=clock.now())


def removals_to_close() -> QuerySet[MemberRemoval]:
    return MemberRemoval.objects.filter(status="proposed", answer_by__lte=clock.now())


def decisions() -> QuerySet[ApplicationDecision]:
    return ApplicationDecision.objects.filter(outcomes__admitted=False)


def service_part(part: str) -> FindArguments:
    """Find a service, and one part of its details."""
    found = provider(services, "pk")
    return lambda: (*there, part) if (there := found()) else None


def services() -> QuerySet[Service]:
    return Service.objects.filter(status="live", prices__isnull=False)


def section(number: int) -> FindArguments:
    """Return a function that finds section `number` of the questions in a draft application."""

    def where() -> tuple[Any, ...] | None:
        found = Application.objects.filter(status="draft").order_by("pk").first()
        if found is None:
            return None
        sections = found.market.questions.definition.sections
        key = sections[number - 1].key if number <= len(sections) else ""
        return (found.provider.slug, found.reference, key) if key else None

    return where


def admitted_provider() -> tuple[Any, ...] | None:
    """Find a provider on an authority's list that has services."""
    found = services().select_related("authority", "provider").order_by("pk").first()
    return (found.authority.slug, found.provider.slug) if found else None


def printed_provider() -> tuple[Any, ...] | None:
    """Return a provider of which we know only the name."""
    found = Member.objects.filter(Q(provider__status="recorded")).select_related("authority", "provider").first()
    return (found.authority.slug, found.provider.slug) if found else None
