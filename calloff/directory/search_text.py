"""The additional text in which a search finds a service: its provider, its category and the towns of its sites.

The originals are in other tables. They are copied to the service and its sites so that one index covers all of the
text. Only this module writes the copies, in the transaction that changes the originals. A provider's name does not
change, nor does the title of a lot that is in use.
"""

from collections.abc import Iterable

from calloff.directory.models import Service, ServiceSite, Site


def update_search_text(service: Service, sites: Iterable[Site]) -> None:
    """Set the copied search text on a service before it is saved."""
    texts = [service.provider.name, service.lot.title]
    for site in sites:
        texts += [site.town, site.run_by]
    service.around = " ".join(dict.fromkeys(filter(None, texts)))


def set_sites(service: Service, sites: Iterable[Site]) -> None:
    """Set a saved service's sites.

    Links to sites that the service already has are kept, so that their ids in open data stay the same.
    """
    site_by_key = {site.pk: site for site in sites}
    at_sites = ServiceSite.objects.filter(service=service)
    at_sites.exclude(site__in=site_by_key).delete()
    existing = set(at_sites.values_list("site", flat=True))
    ServiceSite.objects.bulk_create(
        ServiceSite(
            authority=service.authority, provider=service.provider, service=service, site=site, position=site.position
        )
        for pk, site in site_by_key.items()
        if pk not in existing
    )  # fmt: skip


def lock_services_at(site: Site) -> None:
    """Lock the services at a site before the site itself.

    Commands that change a service lock them in the same order.
    """
    services = Service.objects.filter(at_sites__site=site).order_by("pk")
    list(services.select_for_update(of=("self",), no_key=True).values_list("pk"))


def update_site_copies(site: Site) -> None:
    """Copy the new town and position of a saved site to the site's services."""
    ServiceSite.objects.filter(site=site).update(position=site.position)
    services = Service.objects.filter(at_sites__site=site).select_related("provider", "lot")
    for service in services.defer("words", "spelling").prefetch_related("at_sites__site"):
        update_search_text(service, _sites(service))
        service.save(update_fields=["around"])


def _sites(service: Service) -> list[Site]:
    """Return a service's sites, the main one first."""
    sites = [at_site.site for at_site in service.at_sites.all()]
    return sorted(sites, key=lambda site: (site.pk != service.site_id, site.pk))
