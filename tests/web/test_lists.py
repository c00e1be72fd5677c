"""What every list is, whichever audience it stands in."""

from types import SimpleNamespace

import pytest
from django.db.models import Q
from django.http import QueryDict

from calloff.directory.models import Site
from calloff.web import lists
from tests.factories import ProviderFactory
from tests.factories_markets import SiteFactory

pytestmark = pytest.mark.django_db

STATES = {"farms": ("Farms", Q(name__startswith="Farm")), "barns": ("Barns", Q(name__startswith="Barn"))}


def asking(words="", organisation=None):
    return SimpleNamespace(GET=QueryDict(words), organisation=organisation)


def in_state(words):
    return lists.in_state(asking(words), Site.objects.order_by("name"), STATES, everything="All sites")


def names(found):
    return [one.name for one in found]


@pytest.fixture
def sites():
    provider = ProviderFactory()
    return [SiteFactory(provider=provider, name=name) for name in ("Barn", "Farm", "Forge")]


def test_a_state_narrows_and_one_that_there_is_not_does_not(sites):
    assert names(in_state("state=farms")[1]) == ["Farm"]
    assert names(in_state("")[1]) == names(in_state("state=castles")[1]) == ["Barn", "Farm", "Forge"]


def test_no_state_may_mean_less_than_everything(sites):
    barns = STATES["barns"][1]
    _, found = lists.in_state(asking(), Site.objects.all(), STATES, everything="Barns", otherwise=barns)
    assert names(found) == ["Barn"]


def test_a_page_says_how_many_and_which_filter_is_on(sites):
    request = asking("state=farms&other=1")
    filters, found = lists.in_state(request, Site.objects.all(), STATES, everything="All sites")
    page = lists.list_page(request, found, ("name", "pk"), one="site", filters=filters)
    assert (names(page["rows"]), page["total"], page["extent_words"]) == (["Farm"], 1, "1 to 1 of 1 site")
    assert page["chosen"] == [("Farms", "?other=1")]
    assert page["back"] == "state=farms"
    assert (page["previous"], page["next"]) == (None, None)


def test_the_neighbours_of_a_page_keep_its_filters():
    provider = ProviderFactory()
    for number in range(30):
        SiteFactory(provider=provider, name=f"Farm {number:02}")
    request = asking("state=farms")
    filters, found = lists.in_state(request, Site.objects.all(), STATES, everything="All sites")
    first = lists.list_page(request, found, ("name", "pk"), one="site", filters=filters)
    assert first["extent_words"] == "1 to 25 of 30 sites"
    after = QueryDict(first["next"].removeprefix("?"))
    assert after["state"] == "farms"
    second = lists.list_page(asking(after.urlencode()), found, ("name", "pk"), one="site", filters=filters)
    assert names(second["rows"])[0] == "Farm 25"
    assert "after" not in QueryDict(second["previous"].removeprefix("?"))


def test_an_empty_list_says_no_extent():
    page = lists.list_page(asking(), Site.objects.all(), ("name", "pk"), one="site")
    assert (page["rows"], page["extent_words"], page["chosen"], page["back"]) == ([], "", [], "")


def test_the_way_back_takes_the_filters_along_and_nothing_else():
    provider = ProviderFactory()
    home = f"/providers/{provider.slug}/services"
    assert lists.back_to(asking("", provider), "provider:services") == home
    there = lists.back_to(asking("back=state%3Dlive%26%2F%2Fevil%3D1", provider), "provider:services")
    assert there == f"{home}?state=live"
