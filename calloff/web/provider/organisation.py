"""Our organisation: the provider's details and its people."""

from calloff.people.models import Organisation
from calloff.people.permissions import PROVIDER_ROLES
from calloff.web.people import organisation_pages
from calloff.web.permissions import PROVIDER


def facts(provider: Organisation) -> list[tuple[str, str]]:
    """Return the details that the provider gave when it registered. No one has checked its numbers."""
    numbers = [("Company number", provider.company_number), ("Charity number", provider.charity_number)]
    form = ("Type of organisation", str(provider.get_form_display()))
    return [("Name", provider.name), form, *((words, value) for words, value in numbers if value)]


PAGES = organisation_pages.OrganisationPages(
    PROVIDER,
    called=lambda _: "Our organisation",
    facts=facts,
    checked=lambda _: (
        "You gave the name and the numbers when you registered. If they need to change, ask your council."
    ),
    roles=lambda _: PROVIDER_ROLES,
    adds="Ask a provider lead to invite colleagues or end roles.",
    more=(("Evidence", "evidence"), ("Agreements", "agreements")),
)
