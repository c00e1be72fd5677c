"""The additional text in which a search looks for a service: its provider, category, sites and facts in words.

The originals are in other tables or are codes. They are copied to the service as words, so that all the text has a
single index. Only this module writes the copies, in the transaction that changes the originals. The name of a provider
does not change. The title of a lot that is in use does not change either.
"""

from collections.abc import Iterable, Iterator

from calloff.directory.models import (
    SEARCH_COLUMNS,
    Gender,
    Qualification,
    Service,
    ServiceRegistration,
    ServiceSite,
    Site,
    TeachingMode,
    Transport,
)
from calloff.kernel.codes import NeedType, parse_outcode
from calloff.kernel.key_stages import AGES_BY_KEY_STAGE, KeyStage, key_stages_of_ages

NEED_WORDS = {  # what people type for a need, apart from its code
    NeedType.SPLD: "specific learning difficulty dyslexia",
    NeedType.MLD: "moderate learning difficulty",
    NeedType.SLD: "severe learning difficulty",
    NeedType.PMLD: "profound and multiple learning difficulty",
    NeedType.SEMH: "social, emotional and mental health",
    NeedType.SLCN: "speech, language and communication needs",
    NeedType.HI: "hearing impairment deaf",
    NeedType.VI: "vision impairment visual impairment blind",
    NeedType.MSI: "multi-sensory impairment deafblind",
    NeedType.PD: "physical disability",
    NeedType.ASD: "autistic spectrum disorder autism",
    NeedType.OTH: "",
    NeedType.NSA: "",
    NeedType.DS: "Down syndrome",
}
MODE_WORDS = {
    TeachingMode.GROUP: "in a group",
    TeachingMode.ONE_TO_ONE: "one to one",
    TeachingMode.ONLINE: "online",
    TeachingMode.OUTREACH: "outreach at home at school",
}
GENDER_WORDS = {Gender.ANY: "", Gender.GIRLS: "girls", Gender.BOYS: "boys"}
TRANSPORT_WORDS = {Transport.NONE: "", Transport.ARRANGED: "transport", Transport.INCLUDED: "transport"}
REGISTRATION_WORDS = {
    ServiceRegistration.NONE: "",
    ServiceRegistration.SCHOOL: "independent school",
    ServiceRegistration.STATE: "state school academy pupil referral unit PRU",
    ServiceRegistration.COLLEGE: "further education college FE",
    ServiceRegistration.CHILDCARE: "Ofsted",
    ServiceRegistration.CARE: "Care Quality Commission CQC",
}
STAGE_WORDS = {
    KeyStage.KS1: "key stage 1 KS1 primary",
    KeyStage.KS2: "key stage 2 KS2 primary",
    KeyStage.KS3: "key stage 3 KS3 secondary",
    KeyStage.KS4: "key stage 4 KS4 secondary",
    KeyStage.KS5: "key stage 5 KS5 post-16 sixth form",
}
FIRST_YEAR_AGE = 5  # the age at which children enter year 1


def update_search_text(service: Service, sites: Iterable[Site]) -> None:
    """Set the copied search text on a service before the service is saved."""
    all_sites = list(sites)
    texts = [service.provider.name, service.lot.title]
    for site in all_sites:
        texts += [site.town, site.run_by]
    service.around = " ".join(dict.fromkeys(filter(None, texts)))
    service.provider_words = service.provider.name
    service.fact_words = describe_facts(service, all_sites)


def describe_facts(service: Service, sites: Iterable[Site]) -> str:
    """Return a service's category, sites and facts in words, each once. A migration uses this function too."""
    return ", ".join(dict.fromkeys(filter(None, _facts(service, sites))))


def _facts(service: Service, sites: Iterable[Site]) -> Iterator[str]:
    """Yield a service's category, its sites and each fact, in words."""
    yield service.lot.title
    for site in sites:
        yield from (site.town, site.run_by, parse_outcode(site.postcode) or "")
    for need in service.needs:
        yield f"{need} {NEED_WORDS[NeedType(need)]}"
    for stage in key_stages_of_ages(service.age_from, service.age_to):
        yield STAGE_WORDS[stage]
        begins, ends = AGES_BY_KEY_STAGE[stage]
        for age in range(max(begins, service.age_from), min(ends, max(service.age_to, service.age_from + 1))):
            yield f"year {age - FIRST_YEAR_AGE + 1}"
    yield MODE_WORDS[TeachingMode(service.mode)]
    yield GENDER_WORDS[Gender(service.gender)]
    yield TRANSPORT_WORDS[Transport(service.transport)]
    yield REGISTRATION_WORDS[ServiceRegistration(service.registration)]
    if service.qualifications:
        yield "qualifications"
    for code in service.qualifications:
        yield str(Qualification(code).label)


def set_sites(service: Service, sites: Iterable[Site]) -> None:
    """Set the sites of a service that has been saved.

    Links to sites that the service already has remain, so that their ids in open data stay the same.
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
    """Lock the services at a site, and then the site itself.

    Commands that change a service lock them in the same order.
    """
    services = Service.objects.filter(at_sites__site=site).order_by("pk")
    list(services.select_for_update(of=("self",), no_key=True).values_list("pk"))


def update_site_copies(site: Site) -> None:
    """Copy the new town and position of a saved site to the services at the site."""
    ServiceSite.objects.filter(site=site).update(position=site.position)
    services = Service.objects.filter(at_sites__site=site).select_related("provider", "lot")
    for service in services.defer(*SEARCH_COLUMNS).prefetch_related("at_sites__site"):
        update_search_text(service, _sites(service))
        service.save(update_fields=["around", "provider_words", "fact_words"])


def _sites(service: Service) -> list[Site]:
    """Return a service's sites, the main one first."""
    sites = [at_site.site for at_site in service.at_sites.all()]
    return sorted(sites, key=lambda site: (site.pk != service.site_id, site.pk))
