"""Tests for what all action pages do: 403 without permission, a page with the reason if refused, and 303 after
success.
"""

from types import SimpleNamespace

import pytest
from django.contrib.messages import get_messages
from django.contrib.messages.storage.fallback import FallbackStorage
from django.http import HttpResponse
from django.test import RequestFactory

from calloff.directory.states import SiteStatus
from calloff.kernel.lifecycles import Problem, Refused
from calloff.people.permissions import Can, Role
from calloff.web import command_views
from calloff.web.permissions import ActionNotPermitted
from tests.factories import NOW, person
from tests.factories_markets import SiteFactory

pytestmark = pytest.mark.django_db


def coming(who, site, method="GET", path="amend"):
    make = getattr(RequestFactory(), method.lower())
    request = make(f"/providers/{site.provider.slug}/sites/{site.pk}/{path}")
    request.user, request.now, request.organisation, request.session = who, NOW, site.provider, {}
    request.roles = frozenset()
    request._messages = FallbackStorage(request)
    return request


@pytest.fixture
def site():
    return SiteFactory()


@pytest.fixture
def ada(site):
    return person(Role.PROVIDER_LEAD, at=site.provider)


def test_an_action_that_is_allowed_shows_its_page(site, ada):
    command_views.require_permission(coming(ada, site), site, "amend_site")


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_an_action_without_permission_is_refused_in_any_status(site, method):
    sian = person(Role.PROVIDER_SIGNATORY, at=site.provider)
    for record in (site, SiteFactory(provider=site.provider, status=SiteStatus.CLOSED)):
        with pytest.raises(ActionNotPermitted) as refused:
            command_views.require_permission(coming(sian, record, method), record, "amend_site")
        assert refused.value.permissions == (Can.LIST_SERVICES,)


def test_the_page_of_an_action_that_the_status_does_not_allow_is_refused(ada, site):
    closed = SiteFactory(provider=site.provider, status=SiteStatus.CLOSED)
    for method in ("GET", "HEAD"):
        with pytest.raises(Refused, match="the status is “Closed”"):
            command_views.require_permission(coming(ada, closed, method), closed, "amend_site")
    command_views.require_permission(coming(ada, closed, "POST"), closed, "amend_site")


def test_a_refusal_page_gives_the_reason_and_a_link_back(client, site, ada):
    @command_views.command_view
    def view(request):
        raise Refused.because([Problem("The site is closed.", ""), Problem("Open another.", "name")])

    answer = view(coming(ada, site, path="amend"))
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "The site is closed." in page
    assert "Open another." in page
    assert "Nothing has been changed." in page
    # A site has no page of its own, so the link leads to the home page of its provider.
    assert f'href="/providers/{site.provider.slug}/"' in page


def test_only_get_and_head_and_post_requests_are_accepted(site, ada):
    view = command_views.command_view(lambda request: HttpResponse("asked"))
    told = {method: view(coming(ada, site, method)).status_code for method in ("GET", "HEAD", "POST", "PUT", "DELETE")}
    assert told == {"GET": 200, "HEAD": 200, "POST": 200, "PUT": 405, "DELETE": 405}


def test_a_success_message_is_shown_once_after_a_303_redirect(site, ada):
    request = coming(ada, site, "POST")
    answer = command_views.redirect_done(request, "The site is changed.", "provider:sites")
    assert (answer.status_code, answer.url) == (303, f"/providers/{site.provider.slug}/sites")
    assert [str(one) for one in get_messages(request)] == ["The site is changed."]
    assert command_views.redirect_done(request, "Gone.", "/account/").url == "/account/"


def test_an_action_that_has_no_page_of_its_own_works(site, ada):
    form = SimpleNamespace(one_question=False, is_multipart=lambda: False, is_bound=False, errors={})
    page = command_views.render_command(
        coming(ada, site), form, heading="Close it", button="Close Farm", cancel="/back", caption="IAP-M-0007",
        meaning=["It goes."], quoted="Said before.", stops=True,
    ).content.decode()  # fmt: skip
    for words in ("Close it", "Close Farm", "govuk-button--warning", 'href="/back"', "IAP-M-0007", "It goes.", "Said"):
        assert words in page
