"""Tests for what all lists have in common."""

from datetime import date
from types import SimpleNamespace

import pytest
from django.db.models import Q
from django.http import QueryDict

from calloff.directory.models import Site
from calloff.referrals.models import Referral
from calloff.web import list_pages
from tests.factories import ProviderFactory
from tests.factories_markets import SiteFactory
from tests.factories_placements import ReferralFactory

pytestmark = pytest.mark.django_db

STATES = {"farms": ("Farms", Q(name__startswith="Farm")), "barns": ("Barns", Q(name__startswith="Barn"))}


def asking(words="", organisation=None):
    return SimpleNamespace(GET=QueryDict(words), organisation=organisation)


def in_state(words):
    return list_pages.filter_by_state(asking(words), Site.objects.order_by("name"), STATES, everything="All sites")


def names(found):
    return [one.name for one in found]


@pytest.fixture
def sites():
    provider = ProviderFactory()
    return [SiteFactory(provider=provider, name=name) for name in ("Barn", "Farm", "Forge")]


def test_a_known_status_filters_the_list_and_an_unknown_one_does_not(sites):
    assert names(in_state("state=farms")[1]) == ["Farm"]
    assert names(in_state("")[1]) == names(in_state("state=castles")[1]) == ["Barn", "Farm", "Forge"]


def test_a_list_with_no_selected_status_can_be_filtered_by_default(sites):
    barns = STATES["barns"][1]
    _, found = list_pages.filter_by_state(asking(), Site.objects.all(), STATES, everything="Barns", otherwise=barns)
    assert names(found) == ["Barn"]


def test_the_only_filter_of_a_list_is_links_with_counts(sites):
    filters, _ = in_state("state=farms&after=x")
    choices = list_pages.filter_context(asking("state=farms&after=x"), filters)["choices"]
    assert choices == [
        ("All sites", 3, "?", False),
        ("Farms", 1, "?state=farms", True),
        ("Barns", 1, "?state=barns", False),
    ]


def test_a_state_that_no_row_has_is_not_a_choice(sites):
    sites[0].delete()
    filters, _ = in_state("")
    assert [choice.words for choice in list_pages.filter_context(asking(), filters)["choices"]] == [
        "All sites",
        "Farms",
    ]


def test_a_list_page_shows_the_number_of_results_and_the_active_filter(sites):
    request = asking("state=farms&other=1")
    filters, found = list_pages.filter_by_state(request, Site.objects.all(), STATES, everything="All sites")
    page = list_pages.list_context(request, found, ("name", "pk"), one="site", filters=filters)
    assert (names(page["rows"]), page["total"], page["extent_words"]) == (["Farm"], 1, "1 to 1 of 1 site")
    assert page["chosen"] == [("Farms", "?other=1")]
    assert page["list_query"] == "state=farms"
    assert (page["previous"], page["next"]) == (None, None)


def test_links_to_other_pages_keep_the_filters():
    provider = ProviderFactory()
    for number in range(30):
        SiteFactory(provider=provider, name=f"Farm {number:02}")
    request = asking("state=farms")
    filters, found = list_pages.filter_by_state(request, Site.objects.all(), STATES, everything="All sites")
    first = list_pages.list_context(request, found, ("name", "pk"), one="site", filters=filters)
    assert first["extent_words"] == "1 to 25 of 30 sites"
    after = QueryDict(first["next"].removeprefix("?"))
    assert after["state"] == "farms"
    second = list_pages.list_context(asking(after.urlencode()), found, ("name", "pk"), one="site", filters=filters)
    assert names(second["rows"])[0] == "Farm 25"
    assert "after" not in QueryDict(second["previous"].removeprefix("?"))


def test_an_empty_list_shows_no_range_of_rows():
    page = list_pages.list_context(asking(), Site.objects.all(), ("name", "pk"), one="site")
    assert (page["rows"], page["extent_words"], page["chosen"], page["list_query"]) == ([], "", [], "")


def test_the_link_back_to_a_list_keeps_only_the_filters():
    provider = ProviderFactory()
    home = f"/providers/{provider.slug}/services"
    assert list_pages.back_to_list(asking("", provider), "provider:services") == home
    there = list_pages.back_to_list(asking("back=state%3Dlive%26%2F%2Fevil%3D1", provider), "provider:services")
    assert there == f"{home}?state=live"


def in_days(words):
    return list_pages.filter_by_state_and_days(
        asking(words), Referral.objects.order_by("due_on"), {"late": ("Late", Q(hours=0))}, field="due_on", about="Due",
        everything="All",
    )  # fmt: skip


@pytest.fixture
def due():
    for day in (4, 5, 6):
        ReferralFactory(due_on=date(2026, 3, day))


@pytest.mark.parametrize(
    ("words", "days"),
    [
        ("", [4, 5, 6]),
        ("from=5+3+2026", [5, 6]),
        ("to=5/3/2026", [4, 5]),
        ("from=5 March 2026&to=2026-03-05", [5]),
        ("from=7 3 2026", []),
        ("state=late&from=5 3 2026", []),
        ("from=30 2 2026&to=5 3 2026", [4, 5]),
        ("from=yesterday", [4, 5, 6]),
        ("from=%00&to=" + "9" * 500, [4, 5, 6]),
    ],
)
def test_a_date_range_includes_both_the_first_and_last_day(due, words, days):
    assert [one.due_on.day for one in in_days(words)[1]] == days


def test_an_invalid_date_is_explained_and_does_not_filter_the_list(due):
    filters, found = in_days("from=30 2 2026&to=5 3 2026")
    page = list_pages.list_context(asking("from=30 2 2026"), found, ("due_on", "pk"), one="referral", filters=filters)
    assert "First day must be a real date, like 27 11 2026" in page["form"].error_summary()
    filters, found = in_days("from=6 3 2026&to=5 3 2026")
    assert filters.errors["to"] == ["The last day must be 6 Mar 2026 or later"]
    assert [one.due_on.day for one in found] == [6]


def test_active_dates_are_shown_and_each_can_be_removed(due):
    filters, found = in_days("from=5 3 2026&to=6 3 2026")
    request = asking("from=5 3 2026&to=6 3 2026")
    page = list_pages.list_context(request, found, ("due_on", "pk"), one="referral", filters=filters)
    assert page["chosen"] == [("Due from 5 Mar 2026", "?to=6+3+2026"), ("Due until 6 Mar 2026", "?from=5+3+2026")]
    assert "form" not in page
    assert page["list_query"] == "from=5+3+2026&to=6+3+2026"
