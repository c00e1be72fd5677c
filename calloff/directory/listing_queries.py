"""Queries for the people who maintain a service's page and prices, and for the authority that checks them.

They return changes and price increases that are waiting for a decision, pictures, and price lists.
"""

from datetime import datetime

from django.db.models import Count, Exists, F, OuterRef, Prefetch, Q, QuerySet
from django.db.models.functions import Coalesce, Lower

from calloff.directory.models import SEARCH_COLUMNS, Picture, Price, Service, ServiceChange, ServiceQuerySet, Uplift
from calloff.directory.queries import PLACES_GO_STALE
from calloff.directory.states import ServiceChangeStatus, ServiceStatus, UpliftStatus
from calloff.documents.models import ScanResult
from calloff.evidence.models import Evidence
from calloff.evidence.queries import relied_on_of
from calloff.kernel.clock import local_day
from calloff.members.models import Member
from calloff.people.models import Organisation, User


def waiting_change(service: Service) -> ServiceChange | None:
    """Return a service's change that is waiting for the authority's approval, or None."""
    return ServiceChange.objects.filter(service=service, status=ServiceChangeStatus.WAITING).first()


def has_waiting_change() -> Exists:
    """Return an annotation for lists of services, which says whether a change is waiting for approval."""
    return Exists(ServiceChange.objects.filter(service=OuterRef("pk"), status=ServiceChangeStatus.WAITING))


def last_refused_change(service: Service) -> ServiceChange | None:
    """Return a service's latest change if it was refused, or otherwise None."""
    newest = ServiceChange.objects.filter(service=service).order_by("-pk").first()
    return newest if newest and newest.status == ServiceChangeStatus.REFUSED else None


def changes_at(authority: Organisation, *, person: User, at: datetime) -> QuerySet[ServiceChange]:
    """Return the changes proposed at an authority that a person is allowed to see."""
    visible: QuerySet[ServiceChange] = ServiceChange.objects.visible_to(person, at).filter(authority=authority)
    return visible.select_related(
        "service__lot", "service__member", "provider", "authority", "proposed_by", "answered_by"
    )


def changes_waiting_for(provider: Organisation, *, person: User, at: datetime) -> QuerySet[ServiceChange]:
    """Return a provider's undecided changes that a person is allowed to see, oldest first."""
    visible: QuerySet[ServiceChange] = ServiceChange.objects.visible_to(person, at).filter(provider=provider)
    return (
        visible.filter(status=ServiceChangeStatus.WAITING)
        .select_related("service", "authority")
        .order_by("proposed_at", "pk")
    )


def changes_refused_to(provider: Organisation, *, person: User, at: datetime) -> QuerySet[ServiceChange]:
    """Return a provider's refused changes to services for which it has not proposed another change since then."""
    newest = ServiceChange.objects.filter(provider=provider).order_by("service", "-pk").distinct("service").values("pk")
    visible: QuerySet[ServiceChange] = ServiceChange.objects.visible_to(person, at).filter(
        provider=provider, pk__in=newest
    )
    refused = visible.filter(status=ServiceChangeStatus.REFUSED).exclude(service__status=ServiceStatus.WITHDRAWN)
    return refused.select_related("service", "authority").order_by("answered_at", "pk")


def uplifts_at(authority: Organisation, *, person: User, at: datetime) -> QuerySet[Uplift]:
    """Return the price increases requested at an authority that a person is allowed to see."""
    visible: QuerySet[Uplift] = Uplift.objects.visible_to(person, at).filter(authority=authority)
    return visible.select_related("member__lot", "member__market", "provider", "authority", "asked_by", "answered_by")


def uplifts_of(member: Member) -> QuerySet[Uplift]:
    """Return a member's requests for price increases, newest first.

    The caller must check that the person has access to the member.
    """
    uplifts = Uplift.objects.filter(member=member).select_related("asked_by", "answered_by", "authority", "provider")
    return uplifts.order_by("-asked_at", "-pk")


def uplifts_waiting(authority: Organisation) -> QuerySet[Uplift]:
    uplifts = Uplift.objects.filter(authority=authority, status=UpliftStatus.ASKED).select_related("provider", "member")
    return uplifts.order_by("starts_on", "pk")


def price_list(member: Member) -> ServiceQuerySet:
    """Return a member's services with all their past, current and future prices.

    The function makes two queries.
    """
    prices = Prefetch(
        "prices", Price.objects.select_related("uplift").order_by("unit", "starts_on"), to_attr="all_prices"
    )
    services: ServiceQuerySet = Service.objects.filter(member=member).defer(*SEARCH_COLUMNS)
    with_prices: ServiceQuerySet = services.prefetch_related(prices).order_by("status", Lower("name"), "pk")
    return with_prices


def prices_of(service: Service) -> QuerySet[Price]:
    """Return all past, current and future prices of a service, latest first for each unit."""
    return service.prices.select_related("uplift__answered_by").order_by("unit", "-starts_on")


def pictures_of(service: Service) -> QuerySet[Picture]:
    return service.pictures.select_related("file").order_by("place")


def card_pictures(services: list[int]) -> dict[int, Picture]:
    """Return the first picture of each service that can be shown, for the service's card. This takes one query."""
    shown = Picture.objects.filter(service__in=services, file__scan=ScanResult.CLEAN).order_by("service", "place")
    return {picture.service_id: picture for picture in shown.distinct("service").only("service", "words")}


def public_pictures(service: Service) -> QuerySet[Picture]:
    """Return the pictures that can be shown, because the virus scan found nothing in them."""
    return pictures_of(service).filter(file__scan=ScanResult.CLEAN)


def public_picture(authority: Organisation, slug: str, pk: int, at: datetime) -> Picture | None:
    """Return the picture at a URL, or None unless its service is listed and the virus scan found nothing in it."""
    listed = Service.objects.listed(at).filter(authority=authority, slug=slug)
    pictures = Picture.objects.filter(pk=pk, service__in=listed, file__scan=ScanResult.CLEAN)
    return pictures.select_related("file", "card_file").first()


def public_evidence(member: Member, at: datetime) -> list[Evidence]:
    """Return a member's evidence that the public can see.

    This is evidence that the member's market requires, that is valid today and on which the authority relies, with one
    document of each kind. The page shows the kind of each document and the last day on which it is valid.
    """
    today = local_day(at)
    relied_on = relied_on_of(member.authority, member.provider, at).filter(kind__in=member.required_evidence)
    valid = relied_on.valid_on(today).select_related(None).only("kind", "kind_label", "expires_on")
    best_by_kind: dict[str, Evidence] = {}
    for item in valid.order_by(Lower("kind_label"), F("expires_on").desc(nulls_first=True), "-pk"):
        best_by_kind.setdefault(item.kind, item)
    return list(best_by_kind.values())


def live_services(provider: Organisation, *, person: User, at: datetime) -> ServiceQuerySet:
    """Return the provider's live services that a person can see, annotated with `by_name`.

    The result is for the page on which the person updates the number of places available.
    """
    visible = Service.objects.filter(pk__in=Service.objects.visible_to(person, at), provider=provider).live()
    services = visible.defer(*SEARCH_COLUMNS).select_related("lot", "authority")
    named_services: ServiceQuerySet = services.annotate(by_name=Lower("name"))
    return named_services


def providers_with_stale_places(at: datetime) -> list[tuple[Organisation, int]]:
    """Return providers whose numbers of places are out of date, with the number of listed services affected.

    If the number for a service has never been updated, the period starts on the day when the service was added.
    """
    last_update = Coalesce("places_at", "added_at")
    stale = Service.objects.listed(at).annotate(said=last_update).filter(said__lt=at - PLACES_GO_STALE)
    counted = dict(stale.values_list("provider").annotate(number=Count("pk")).order_by("provider"))
    providers = Organisation.objects.filter(pk__in=counted).order_by("pk")
    return [(provider, counted[provider.pk]) for provider in providers]


def seen_by_authority(authority: Organisation, *, person: User, at: datetime) -> ServiceQuerySet:
    """Return the services in an authority's lots that a person there is allowed to see."""
    overseen = Member.objects.visible_to(person, at).filter(authority=authority)
    services = Service.objects.filter(Q(authority=authority), member__in=overseen).defer(*SEARCH_COLUMNS)
    return services.select_related("lot", "site", "provider", "authority", "member__market", "member__agreement")
