"""What a service is found by besides its own words: its provider, its category, and the towns where it is.

Those stand in other rows. They are copied to the service, and to each of its sites, so that one index finds them:
written here alone, in the act that changes what is copied. The name of a provider and the title of a lot in use do not
change.
"""

from collections.abc import Iterable

from calloff.directory.models import Service, ServiceSite, Site


def update_search_text(service: Service, sites: Iterable[Site]) -> None:
    """Write what stands around a service, before it is saved."""
    said = [service.provider.name, service.lot.title]
    for site in sites:
        said += [site.town, site.run_by]
    service.around = " ".join(dict.fromkeys(filter(None, said)))


def set_sites(service: Service, sites: Iterable[Site]) -> None:
    """Let a saved service be at these sites and at no others. Those that stay keep their names in open data."""
    wanted = {site.pk: site for site in sites}
    there = ServiceSite.objects.filter(service=service)
    there.exclude(site__in=wanted).delete()
    kept = set(there.values_list("site", flat=True))
    ServiceSite.objects.bulk_create(
        ServiceSite(
            authority=service.authority, provider=service.provider, service=service, site=site, position=site.position
        )
        for pk, site in wanted.items()
        if pk not in kept
    )  # fmt: skip


def lock_services_at(site: Site) -> None:
    """Lock the services at a site, before the site itself: anyone who amends a service locks in that order."""
    there = Service.objects.filter(at_sites__site=site).order_by("pk")
    list(there.select_for_update(of=("self",), no_key=True).values_list("pk"))


def update_site_copies(site: Site) -> None:
    """Write the new town and position of a saved site wherever they are copied."""
    ServiceSite.objects.filter(site=site).update(position=site.position)
    services = Service.objects.filter(at_sites__site=site).select_related("provider", "lot")
    for service in services.defer("words", "spelling").prefetch_related("at_sites__site"):
        update_search_text(service, _sites(service))
        service.save(update_fields=["around"])


def _sites(service: Service) -> list[Site]:
    """Return a service's sites, its own first."""
    several = [one.site for one in service.at_sites.all()]
    return sorted(several, key=lambda site: (site.pk != service.site_id, site.pk))
