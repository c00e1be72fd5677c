"""“Go to” for the providers and services in the directories of a person's buyers, by words in the name."""

from typing import Any

from django.urls import reverse

from calloff.directory.queries import listed_services
from calloff.kernel.search_words import name_has_words, typed_words
from calloff.members.models import Member
from calloff.web import audience_hooks
from calloff.web.buyer.work_due import buyers_of
from calloff.web.jinja_environment import url_for


def path_of_provision(request: Any, words: str) -> str | None:
    """Return the path of a provider or service if it is the only one whose name has these words, or of the
    results if there are several.
    """
    if not typed_words(words):
        return None
    for buyer in buyers_of(request.user, request.now):
        authority = buyer.host
        if authority is None:
            continue
        members = Member.objects.listed(request.now).filter(authority=authority)
        providers = members.filter(name_has_words("provider__name", words)).order_by()
        services = listed_services(authority, request.now).filter(name_has_words("name", words)).order_by()
        pages = [
            *(reverse("public:provider", args=[authority.slug, slug])
              for slug in providers.values_list("provider__slug", flat=True).distinct()[:2]),
            *(reverse("public:service", args=[authority.slug, slug])
              for slug in services.values_list("slug", flat=True)[:2]),
        ]  # fmt: skip
        if pages:
            return pages[0] if len(pages) == 1 else url_for("buyer:directory", buyer.slug, words=words)
    return None


def register() -> None:
    audience_hooks.register_path_finder(path_of_provision)
