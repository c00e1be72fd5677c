"""Find out whether a provider is already registered, for the pages on which people join."""

from calloff.people import queries
from calloff.people.models import Organisation
from calloff.web.account.forms import RegisterProviderForm


def find_known_provider(form: RegisterProviderForm) -> Organisation | None:
    """Return the provider with the given name or number, which the person can ask to join, or None."""
    if not form.is_bound or form.returned:
        return None
    answers = getattr(form, "cleaned_data", {})
    providers = Organisation.objects.filter(kind=Organisation.Kind.PROVIDER)
    for number in ("company_number", "charity_number"):
        if answers.get(number) and (provider := providers.filter(**{number: answers[number]}).first()):
            return provider
    return queries.find_provider_by_name(answers["name"]) if answers.get("name") else None
