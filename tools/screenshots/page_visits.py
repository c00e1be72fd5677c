"""Turn the screenshots that tools/addresses lists into visits by people in the demonstration.

This also finds URLs without a visit.
"""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django.urls import NoReverseMatch, reverse

from calloff.cli.demo import DemoAccount
from calloff.people.models import Organisation
from calloff.people.permissions import AUTHORITY_ROLES, PROVIDER_ROLES, Role
from tools.addresses import Photo, rows
from tools.screenshots.browser import OK, PageVisit, ScreenshotVisitor
from tools.screenshots.routes import every_route

NOT_FOUND = 404
BUYER_KINDS = [Organisation.Kind.SCHOOL, Organisation.Kind.TEAM]


class PageNotVisitable(Exception):
    """Raised if a page cannot be visited. The message gives the reason."""


def page_visits(accounts: Sequence[DemoAccount], asked: Sequence[str]) -> tuple[list[PageVisit], list[str], list[str]]:
    """Return the visits grouped by person, the pages without a suitable record, and the faults in the list of
    pages.
    """
    found, unseen, unlisted = [], [], []
    photos = rows.photos_by_route()
    known = photos.keys() | rows.reasons_without_photo().keys()
    every = set(every_route())
    for route, several in photos.items():
        if asked and not route.startswith(tuple(asked)):
            continue
        for photo in several:
            try:
                found.append(_sight(route, photo, accounts))
            except PageNotVisitable as why:
                unseen.append(f"{route}: {why}")
    if not asked:
        found.append(PageVisit("error.not-found", "/no-such-page", ScreenshotVisitor(), NOT_FOUND))
        unlisted += [f"{route}: add it to tools/addresses" for route in sorted(every - known)]
        unlisted += [f"{route}: there is no such address any more" for route in sorted(known - every)]
    return sorted(found, key=lambda sight: sight.visitor.email), unseen, unlisted


def _sight(route: str, page: Photo, accounts: Sequence[DemoAccount]) -> PageVisit:
    arguments = page.where()
    if arguments is None:
        raise PageNotVisitable("the demonstration has no such record")
    try:
        path = reverse(route, args=arguments)
    except NoReverseMatch as mismatch:
        raise PageNotVisitable(f"it takes other arguments than {arguments}") from mismatch
    name = "-".join(part for part in (route.replace(":", "."), page.like, "pressed" if page.press else "") if part)
    asked = page.query() if callable(page.query) else page.query
    query = f"?{urlencode(asked, doseq=True)}" if asked else ""
    return PageVisit(name, path + query, _visitor(page, arguments, accounts), OK, page.press)


def _visitor(page: Photo, arguments: tuple[Any, ...], accounts: Sequence[DemoAccount]) -> ScreenshotVisitor:
    if page.who is None:
        return ScreenshotVisitor()
    if not isinstance(page.who, Role):
        return _named(page.who(), accounts)
    there = _organisation(page.who, arguments)
    for account in accounts:
        if page.who.label in account.role.split(", ") and (there is None or account.organisation == there.name):
            return _as_visitor(account)
    raise PageNotVisitable(f"nobody is {page.who.label.lower()} at {there or 'any organisation'}")


def _named(email: str | None, accounts: Sequence[DemoAccount]) -> ScreenshotVisitor:
    for account in accounts:
        if account.email == email:
            return _as_visitor(account)
    raise PageNotVisitable(f"nobody has the address {email}" if email else "the demonstration has no such person")


def _as_visitor(account: DemoAccount) -> ScreenshotVisitor:
    return ScreenshotVisitor(f"{account.name}, {account.role.lower()}", account.email, account.password)


def _organisation(role: Role, arguments: tuple[Any, ...]) -> Organisation | None:
    kinds = Organisation.Kind
    of = [kinds.AUTHORITY] if role in AUTHORITY_ROLES else [kinds.PROVIDER] if role in PROVIDER_ROLES else BUYER_KINDS
    return Organisation.objects.filter(kind__in=of, slug=str(arguments[0])).first() if arguments else None
