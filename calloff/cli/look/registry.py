"""The list of pages. Every address stands here or in PASSED_OVER, which says why."""

from typing import Any

from calloff.cli.look.pages import Page
from calloff.people.models import JoinRequest, Organisation
from calloff.people.permissions import Can, Role, roles_that


def join_request() -> JoinRequest | None:
    return JoinRequest.objects.waiting().select_related("person", "answerable").order_by("pk").first()


def asked() -> tuple[Any, ...] | None:
    found = join_request()
    return (found.pk,) if found else None


def asker() -> str | None:
    found = join_request()
    return found.person.email if found else None


def answerer() -> str | None:
    """Return who may answer the request: whoever links people where it is answerable."""
    found = join_request()
    if found is None:
        return None
    answering = found.answerable.grants.filter(role__in=roles_that(Can.LINK_PEOPLE)).select_related("person")
    first = answering.order_by("pk").first()
    return first.person.email if first else None


def slug_of_a_provider() -> tuple[Any, ...] | None:
    recorded = Organisation.objects.filter(kind=Organisation.Kind.PROVIDER).order_by("pk").first()
    return (recorded.slug,) if recorded else None


PUBLIC = [
    Page("public:home"),
    Page("public:help"),
    Page("public:accessibility"),
    Page("public:privacy"),
    Page("public:cookies"),
    Page("public:messages"),
]
ACCOUNT = [
    Page("account:sign-in"),
    Page("account:sign-in", press="Sign in"),
    Page("account:sign-up"),
    Page("account:sign-up", press="Create account"),
    Page("account:reset"),
    Page("account:reset", press="Send me a code"),
    Page("account:reset-done"),
    Page("account:closed"),
    Page("account:home", Role.PROVIDER_LEAD),
    Page("account:sign-out", Role.PROVIDER_LEAD),
    Page("account:password", Role.PROVIDER_LEAD),
    Page("account:email", Role.PROVIDER_LEAD),
    Page("account:again", Role.PROVIDER_LEAD),
    Page("account:security", Role.PROVIDER_LEAD),
    Page("account:app", Role.PROVIDER_LEAD),
    Page("account:keys", Role.PROVIDER_LEAD),
    Page("account:key-add", Role.PROVIDER_LEAD),
    Page("account:time-out", Role.PROVIDER_LEAD),
    Page("account:join", Role.PROVIDER_LEAD),
    Page("account:join", Role.PROVIDER_LEAD, press="Continue"),
    Page("account:ask", asker, slug_of_a_provider),
    Page("account:request", asker, asked),
    Page("account:request", answerer, asked, like="to-answer"),
    Page("account:request-approve", answerer, asked),
    Page("account:request-decline", answerer, asked),
    Page("account:request-withdraw", asker, asked),
]

PAGES = [*PUBLIC, *ACCOUNT]

PASSED_OVER: dict[str, str] = {
    "account:role-reapprove": "after a change of e-mail address, which nobody makes in the demonstration",
    "account:qr": "a picture on account:app",
    "account:go-to": "leads on at once",
    "account:confirm-email": "in the middle of signing up",
    "account:reset-code": "in the middle of a reset",
    "account:reset-password": "in the middle of a reset",
    "account:second-factor": "in the middle of signing in with a second factor; tests/journeys look at it",
    "account:again-code": "for those with a second factor; tests/journeys look at it",
    "account:again-key": "for those with a second factor; tests/journeys look at it",
    "account:password-set": "for those who sign on elsewhere and have no password",
    "account:app-remove": "for those with a second factor",
    "account:key-remove": "for those with a second factor",
    "account:codes": "for those with a second factor",
    "account:codes-new": "for those with a second factor",
}
