"""What the joining pages need to find: whether a provider is here already."""

from calloff.people import queries
from calloff.people.models import Organisation
from calloff.web.account.forms import RegisterProviderForm


def find_known_provider(form: RegisterProviderForm) -> Organisation | None:
    """Return the provider whose name or number was given: then the person asks to join it, and nothing is granted."""
    if not form.is_bound or form.returned:
        return None
    answers = getattr(form, "cleaned_data", {})
    providers = Organisation.objects.filter(kind=Organisation.Kind.PROVIDER)
    for number in ("company_number", "charity_number"):
        if answers.get(number) and (found := providers.filter(**{number: answers[number]}).first()):
            return found
    return queries.find_provider_by_name(answers["name"]) if answers.get("name") else None
