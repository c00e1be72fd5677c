"""Questions about how a service's page and prices are kept: what waits for an officer, pictures, prices by time."""

from datetime import datetime

from django.db.models import Count, Exists, F, OuterRef, Prefetch, Q, QuerySet
from django.db.models.functions import Coalesce, Lower

from calloff.directory.models import Picture, Price, Service, ServiceChange, ServiceQuerySet, Uplift
from calloff.directory.queries import PLACES_GO_STALE
from calloff.directory.states import ServiceChangeStatus, ServiceStatus, UpliftStatus
from calloff.documents.models import ScanResult
from calloff.evidence.models import Evidence
from calloff.evidence.queries import relied_on_of
from calloff.kernel.clock import local_day
from calloff.members.models import Member
from calloff.people.models import Organisation, User


def waiting_change(service: Service) -> ServiceChange | None:
    """Find the change of a service that waits for the authority."""
    return ServiceChange.objects.filter(service=service, status=ServiceChangeStatus.WAITING).first()


def has_waiting_change() -> Exists:
    """Return what says of each service of a list whether a change of it waits."""
    return Exists(ServiceChange.objects.filter(service=OuterRef("pk"), status=ServiceChangeStatus.WAITING))


def last_refused_change(service: Service) -> ServiceChange | None:
    """Find the answer to the newest change of a service, where it was refused and nothing was proposed since."""
    newest = ServiceChange.objects.filter(service=service).order_by("-pk").first()
    return newest if newest and newest.status == ServiceChangeStatus.REFUSED else None


def changes_at(authority: Organisation, *, person: User, at: datetime) -> QuerySet[ServiceChange]:
    """Find the changes that providers proposed at an authority, for its overseers: (authority, status, time)."""
    seen: QuerySet[ServiceChange] = ServiceChange.objects.visible_to(person, at).filter(authority=authority)
    return seen.select_related("service__lot", "service__member", "provider", "authority", "proposed_by", "answered_by")


def changes_waiting_for(provider: Organisation, *, person: User, at: datetime) -> QuerySet[ServiceChange]:
    """Find a provider's changes that wait, the oldest first, for its own people."""
    seen: QuerySet[ServiceChange] = ServiceChange.objects.visible_to(person, at).filter(provider=provider)
    return (
        seen.filter(status=ServiceChangeStatus.WAITING)
        .select_related("service", "authority")
        .order_by("proposed_at", "pk")
    )


def changes_refused_to(provider: Organisation, *, person: User, at: datetime) -> QuerySet[ServiceChange]:
    """Find the answers that a provider has to act on: refused, and nothing proposed for that service since."""
    newest = ServiceChange.objects.filter(provider=provider).order_by("service", "-pk").distinct("service").values("pk")
    seen: QuerySet[ServiceChange] = ServiceChange.objects.visible_to(person, at).filter(
        provider=provider, pk__in=newest
    )
    there = seen.filter(status=ServiceChangeStatus.REFUSED).exclude(service__status=ServiceStatus.WITHDRAWN)
    return there.select_related("service", "authority").order_by("answered_at", "pk")


def uplifts_at(authority: Organisation, *, person: User, at: datetime) -> QuerySet[Uplift]:
    """Find the uplifts that members asked for at an authority, for its overseers."""
    seen: QuerySet[Uplift] = Uplift.objects.visible_to(person, at).filter(authority=authority)
    return seen.select_related("member__lot", "member__market", "provider", "authority", "asked_by", "answered_by")


def uplifts_of(member: Member) -> QuerySet[Uplift]:
    """Find what a member has asked for, the newest first. Anyone who calls has seen the member."""
    found = Uplift.objects.filter(member=member).select_related("asked_by", "answered_by", "authority", "provider")
    return found.order_by("-asked_at", "-pk")


def uplifts_waiting(authority: Organisation) -> QuerySet[Uplift]:
    found = Uplift.objects.filter(authority=authority, status=UpliftStatus.ASKED).select_related("provider", "member")
    return found.order_by("starts_on", "pk")


def price_list(member: Member) -> ServiceQuerySet:
    """Find a member's services with every price they ever had and will have: two queries, however many."""
    prices = Prefetch(
        "prices", Price.objects.select_related("uplift").order_by("unit", "starts_on"), to_attr="all_prices"
    )
    found: ServiceQuerySet = Service.objects.filter(member=member).defer("words", "spelling")
    whole: ServiceQuerySet = found.prefetch_related(prices).order_by("status", Lower("name"), "pk")
    return whole


def prices_of(service: Service) -> QuerySet[Price]:
    """Find the prices of one service, past, now and to come, the latest first."""
    return service.prices.select_related("uplift__answered_by").order_by("unit", "-starts_on")


def pictures_of(service: Service) -> QuerySet[Picture]:
    return service.pictures.select_related("file").order_by("place")


def public_pictures(service: Service) -> QuerySet[Picture]:
    """Find the pictures that may be shown: those that were scanned and found clean."""
    return pictures_of(service).filter(file__scan=ScanResult.CLEAN)


def public_picture(authority: Organisation, slug: str, pk: int, at: datetime) -> Picture | None:
    """Find a picture by its address, if its service is listed now: of no other does anyone get one."""
    listed = Service.objects.listed(at).filter(authority=authority, slug=slug)
    found = Picture.objects.filter(pk=pk, service__in=listed, file__scan=ScanResult.CLEAN)
    return found.select_related("file").first()


def public_evidence(member: Member, at: datetime) -> list[Evidence]:
    """Return what the public may know of a member's evidence: what the market requires of it and holds good today.

    Only what the authority itself relies on, one of each kind: the page tells the kind and the last day, never more.
    """
    today = local_day(at)
    relied_on = relied_on_of(member.authority, member.provider, at).filter(kind__in=member.required_evidence)
    good = relied_on.valid_on(today).select_related(None).only("kind", "kind_label", "expires_on")
    best: dict[str, Evidence] = {}
    for item in good.order_by(Lower("kind_label"), F("expires_on").desc(nulls_first=True), "-pk"):
        best.setdefault(item.kind, item)
    return list(best.values())


def live_services(provider: Organisation, *, person: User, at: datetime) -> ServiceQuerySet:
    """Find a provider's live services for saying how many places are free, with `by_name`."""
    seen = Service.objects.filter(pk__in=Service.objects.visible_to(person, at), provider=provider).live()
    whole = seen.defer("words", "spelling").select_related("lot", "authority")
    found: ServiceQuerySet = whole.annotate(by_name=Lower("name"))
    return found


def providers_with_stale_places(at: datetime) -> list[tuple[Organisation, int]]:
    """Return the providers with listed services of whose places no one has spoken for a fortnight, and how many.

    A new service has a fortnight, too.
    """
    said = Coalesce("places_at", "added_at")
    stale = Service.objects.listed(at).annotate(said=said).filter(said__lt=at - PLACES_GO_STALE)
    counted = dict(stale.values_list("provider").annotate(number=Count("pk")).order_by("provider"))
    providers = Organisation.objects.filter(pk__in=counted).order_by("pk")
    return [(provider, counted[provider.pk]) for provider in providers]


def seen_by_authority(authority: Organisation, *, person: User, at: datetime) -> ServiceQuerySet:
    """Find the services in an authority's lots, for its overseers."""
    overseen = Member.objects.visible_to(person, at).filter(authority=authority)
    found = Service.objects.filter(Q(authority=authority), member__in=overseen).defer("words", "spelling")
    return found.select_related("lot", "site", "provider", "authority", "member__market", "member__agreement")
