"""Tests for layouts and parts that pages share: the title, header, navigation, notices and refusals."""

from datetime import timedelta

import pytest
from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.template import engines
from django.test import Client, override_settings
from django.urls import include, path

from calloff.history.queries import history_of
from calloff.kernel.lifecycles import Problem, Refused
from calloff.people import commands
from calloff.people.permissions import Can, Role
from calloff.web import audience_hooks, errors, permissions
from calloff.web.forms_ui.field_errors import text_errors
from calloff.web.forms_ui.forms import PageForm
from calloff.web.navigation import MAX_GROUPS, NAVIGATION
from calloff.web.work_items import WorkItem
from tests.factories import NOW, AuthorityFactory, ProviderFactory, RoleGrantFactory, UserFactory, person

pytestmark = pytest.mark.django_db


def drawn(text, **context):
    request = context.pop("request", None)
    return engines["jinja2"].from_string(text).render(context, request)


class Why(PageForm):
    reason = forms.CharField(
        label="Reason", max_length=20, widget=forms.Textarea, error_messages=text_errors("Reason", "Enter the reason")
    )


QUESTION = """{% extends "layouts/question.html" %}
{% set button = "Suspend Harbour Lane Studio" %}{% set stops = True %}{% set cancel = "/providers/x" %}
{% block caption %}IAP-M-0007{% endblock %}
{% block heading %}Suspend Harbour Lane Studio{% endblock %}
{% block meaning %}<p>4 schools are told.</p>{% endblock %}"""

LIST = """{% extends "layouts/list.html" %}
{% from "parts/table.html" import table %}{% from "parts/pages.html" import extent %}
{% set breadcrumbs = [("Home", "/"), ("Applications", "/b")] %}{% set next = "?after=25" %}
{% set extent_words = extent(1, 25, 312, "application") %}
{% block heading %}Applications{% endblock %}
{% set columns, sorted_by = ["Reference", ("Days left", "numeric")], ("Days left", "ascending") %}
{% block table %}{{ table("Applications", columns, [["IAP-A-0042", "6"]], sorted_by=sorted_by) }}{% endblock %}"""

RECORD = """{% extends "layouts/record.html" %}
{% from "parts/history.html" import history %}{% from "parts/not_yet.html" import not_yet %}
{% set conditions = [(True, "Score safeguarding", "", None), (False, "Score quality", "Esme", None)] %}
{% set parts = [("Application", "/a", False), ("History", "/a/history", True)] %}
{% block caption %}IAP-A-0042{% endblock %}{% block heading %}Windmill Hill{% endblock %}
{% block status %}{{ tag("Awaiting decision") }}{% endblock %}
{% block body %}{{ not_yet("You cannot decide yet", conditions) }}
{{ history(steps, names, words) }}{% endblock %}"""


@permissions.at_organisation(permissions.PROVIDER)
def page(request):
    form = Why.of(request)
    if form.attempt(refuse):
        messages.success(request, "Suspended at 3:05pm.")
    return HttpResponse(drawn(QUESTION, request=request, form=form))


@permissions.at_organisation(permissions.AUTHORITY, Can.ALLOCATE)
def allocate(request):
    return HttpResponse("allocated")


@permissions.public
def broken(request):
    raise ZeroDivisionError


def refuse(*, reason):
    if reason == "no":
        raise Refused.because([Problem("Too short.", "reason"), Problem("Renew the insurance.", "evidence")])


@permissions.at_organisation(permissions.PROVIDER)
def application(request, ref):
    return HttpResponse(drawn(RECORD, request=request, steps=[], names=str))


pages = [
    path("<slug:organisation>/", page, name="home"),
    path("<slug:organisation>/applications", page, name="applications"),
    path("<slug:organisation>/applications/<str:ref>", application, name="application"),
]
urlpatterns = [
    path("providers/", include((pages, "provider"))),
    path("authorities/<slug:organisation>/allocate", allocate),
    path("broken", broken),
    path("", include("calloff.project.urls")),
]
handler403, handler404, handler500 = errors.permission_denied, errors.not_found, errors.server_error


@pytest.fixture(autouse=True)
def _routes():
    with override_settings(ROOT_URLCONF=__name__):
        yield


@pytest.fixture
def ada(client):
    ada = person(Role.PROVIDER_LEAD, at=ProviderFactory(name="Windmill Hill Learning", slug="windmill"))
    client.force_login(ada)
    return ada


def test_the_title_has_the_heading_the_reference_the_organisation_and_the_service(client, ada):
    content = client.get("/providers/windmill/").content.decode()
    assert "<title>Suspend Harbour Lane Studio - IAP-M-0007 - Windmill Hill Learning - Calloff</title>" in content
    assert content.count("<h1") == 1
    error = client.post("/providers/windmill/", {}).content.decode()
    assert "<title>Error: Suspend Harbour Lane Studio - IAP-M-0007" in error
    assert "Enter the reason" in error


def test_the_header_shows_the_service_the_organisation_the_person_and_the_role(client, ada):
    content = client.get("/providers/windmill/").content.decode()
    for words in (
        "Calloff</a>",
        "Windmill Hill Learning</a>",
        "<span>Ada</span>",
        "Provider lead",
        "Sign out",
        "Go to",
    ):
        assert words in content
    assert "Change organisation" not in content
    RoleGrantFactory(person=ada, organisation=ProviderFactory())
    assert "Change organisation" in client.get("/providers/windmill/").content.decode()


def test_the_navigation_has_only_pages_that_exist_and_highlights_the_current_one(client, ada):
    content = client.get("/providers/windmill/applications/IAP-A-0042").content.decode()
    assert 'href="/providers/windmill/applications" aria-current="true"' in content
    assert 'href="/providers/windmill/" aria-current' not in content
    assert "Evidence" not in content
    assert {"public", "provider", "buyer", "authority"} == NAVIGATION.keys()


def test_the_navigation_of_each_audience_fits_on_one_line_and_each_group_has_an_icon():
    icons = (settings.BASE_DIR / "calloff/web/pages/parts/icons.html").read_text()
    for groups in NAVIGATION.values():
        assert len(groups) <= MAX_GROUPS
        for group in groups:
            assert f'"{group.icon}": "M' in icons, group.icon


def test_an_action_page_has_a_red_button_with_the_verb_and_a_cancel_link(client, ada):
    content = client.get("/providers/windmill/").content.decode()
    assert "govuk-button--warning" in content
    assert 'href="/providers/x">Cancel' in content
    assert "4 schools are told." in content


def test_invented_data_has_a_demonstration_tag_and_real_data_does_not(client, ada):
    assert "Demonstration" in client.get("/providers/windmill/").content.decode()
    assert "Demonstration" not in client.get("/help").content.decode()
    with override_settings(DEMONSTRATION=True):
        assert "Demonstration" in client.get("/help").content.decode()


def test_each_error_in_a_refusal_is_shown_where_it_can_be_corrected():
    form = Why({"reason": "no"})
    form.hrefs = {"evidence": "/providers/windmill/evidence"}
    assert not form.attempt(refuse)
    summary = form.error_summary()
    assert 'href="#id_reason"' in summary
    assert 'href="/providers/windmill/evidence"' in summary
    assert "Too short." in str(form)


def test_a_success_message_is_shown_once(client, ada):
    assert "Suspended at 3:05pm." in client.post("/providers/windmill/", {"reason": "yes"}).content.decode()
    assert "Suspended at 3:05pm." not in client.get("/providers/windmill/").content.decode()


def test_a_list_shows_the_number_of_rows_and_is_paged_by_key():
    content = drawn(LIST)
    assert "1 to 25 of 312 applications" in content
    assert 'aria-sort="ascending"' in content
    assert 'href="?after=25"' in content
    assert '<span class="calloff-table__label" aria-hidden="true">Days left</span>' in content


def test_empty_cells_of_a_row_are_hidden_on_a_phone():
    text = '{% from "parts/table.html" import table %}{{ table("Tasks", ["What", "Reference", "Due", "Left"], rows) }}'
    page = drawn(text, rows=[["Countersign", "–", "", "0"]])
    cells = [one.split(">")[0] for one in page.split("<td ")[1:]]
    assert ["cell--empty" in one for one in cells] == [True, True, False]


HOME = {
    "now": NOW,
    "today": "Monday 9 March",
    "counts": [],
    "suspended": [],
    "first": None,
    "chart": None,
    "news": None,
    "week": None,
}


def test_the_home_page_shows_the_deadline_once_if_many_tasks_are_due_today():
    today = WorkItem("Sign", "/x", "A", NOW + timedelta(hours=1))
    page = drawn('{% extends "layouts/home.html" %}', groups=[("Today", [today, today])], **HOME)
    assert page.count("The time is now") == 1
    assert page.count("Due today, before ") == 2


def test_a_home_page_has_its_actions_beside_the_heading_and_its_counts_below_the_work():
    work, counts = [("Today", [WorkItem("Sign", "/x", "A", NOW + timedelta(hours=1))])], [("Live services", 1, "/s")]
    text = '{% extends "layouts/home.html" %}{% block urgent %}<u>{% endblock %}{% block tools %}<b>{% endblock %}'
    page = drawn(text, groups=work, **HOME | {"counts": counts})
    assert page.index("<h1") < page.index("<b>") < page.index("<u>") < page.index(">Sign</a>")
    assert page.index(">Sign</a>") < page.index("Live services")


def test_a_record_shows_its_sections_and_links_to_its_history():
    provider, zed = ProviderFactory(), UserFactory(name="Zed")
    request = commands.ask_to_join(provider, by=zed, at=NOW, said="Hello")
    commands.withdraw_join(request, by=zed, at=NOW + timedelta(hours=1))
    content = drawn(RECORD, steps=history_of(request), names=lambda event: event.by.name, words=lambda step: step.verb)
    assert 'href="/a/history" aria-current="page"' in content
    assert "Esme can do this" in content
    assert content.index("withdraw_join") < content.index("ask_to_join")
    assert "10am on Monday 2 March 2026" in content


def test_each_section_of_a_record_has_its_own_title_and_one_heading():
    paths = ["/sent", "/sent/replies", "/sent/history"]
    titles = {}
    for here in paths:
        content = drawn(
            "{% set heading_is_shared = True %}{% extends 'layouts/record.html' %}"
            "{% block caption %}IAP-R-0002{% endblock %}"
            "{% block heading %}Referral to Engagement{% endblock %}",
            parts=[
                (words, path, path == here)
                for words, path in zip(["Referral", "Replies", "History"], paths, strict=True)
            ],
        )
        assert content.count("<h1") == 1
        titles[here] = content.split("<title>")[1].split("</title>")[0]
    assert titles == {
        "/sent": "Referral to Engagement - IAP-R-0002 - Calloff",
        "/sent/replies": "Replies - Referral to Engagement - IAP-R-0002 - Calloff",
        "/sent/history": "History - Referral to Engagement - IAP-R-0002 - Calloff",
    }


def test_the_page_shown_without_permission_says_who_can_do_the_action(client):
    authority = AuthorityFactory(slug="borsetshire")
    client.force_login(person(Role.EVALUATOR, at=authority))
    with override_settings(DEMONSTRATION=True):
        response = client.get("/authorities/borsetshire/allocate")
    assert response.status_code == 403
    content = response.content.decode()
    assert "You do not have permission to do this" in content
    assert "Contracts officer can do this." in content


def test_a_not_found_page_gives_no_further_details(client, ada):
    for where in ("/providers/nobody/", f"/authorities/{AuthorityFactory().slug}/allocate", "/nothing"):
        response = client.get(where)
        assert response.status_code == 404
        assert "you might not have access to it" in response.content.decode()


def test_an_internal_error_has_a_page_with_advice():
    client = Client(raise_request_exception=False)
    response = client.get("/broken")
    assert response.status_code == 500
    assert "Something went wrong on our side" in response.content.decode()


def test_go_to_searches_records_for_every_audience():
    def find(request, words):
        return "/found" if words == "IAP-A-0042" else None

    audience_hooks.register_path_finder(find)
    try:
        client = Client()
        client.force_login(UserFactory())
        assert client.post("/account/go-to", {"words": " IAP-A-0042 "}).url == "/found"
    finally:
        audience_hooks._finders.remove(find)


def test_the_account_page_lists_tasks_with_those_due_soonest_first():
    def late(person, at):
        return [
            WorkItem("Later", "/l", "Borchester", by=NOW + timedelta(days=3)),
            WorkItem("Any time", "/n", "B"),
        ]

    def soon(person, at):
        return [WorkItem("Sooner", "/s", "Borchester", by=NOW + timedelta(days=1), reference="IAP-A-0001")]

    audience_hooks.register_due_finder(late)
    audience_hooks.register_due_finder(soon)
    try:
        client = Client()
        client.force_login(UserFactory())
        content = client.get("/account/").content.decode()
    finally:
        audience_hooks._due.remove(late)
        audience_hooks._due.remove(soon)
    assert content.index("Sooner") < content.index("Later") < content.index("Any time")
    assert "Due Tue 3 Mar, before 9am" in content
