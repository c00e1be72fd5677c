"""Tests that one row defines a search criterion for pages, the API, counts, saved searches and exports."""

from dataclasses import fields, replace
from datetime import date, time, timedelta
from decimal import Decimal

import pytest

from calloff.api import openapi
from calloff.api.service_query import ServiceQuery, read_search
from calloff.demand.search_serialisation import parse_search, serialise_search
from calloff.directory.facets import count_facets
from calloff.directory.opening_hours import week_of_days
from calloff.directory.price_visibility import PriceVisibility
from calloff.directory.search_criteria import (
    CRITERIA,
    FIELDS,
    Criterion,
    CriterionField,
    FilterGroup,
    SearchCriteria,
    Surface,
    matching,
    search_without,
    searchable_services,
)
from calloff.directory.search_criteria.field_values import (
    AmountValue,
    CodeValue,
    DateValue,
    DaysValue,
    FlagValue,
    LotValue,
    NumberValue,
    TextValue,
    TimeValue,
)
from calloff.kernel.geography import Point
from calloff.people.models import Organisation
from calloff.web.directory.criterion_fields import choice_value
from calloff.web.directory.search_form import DirectorySearchForm
from calloff.web.directory.service_facts import SERVICE_FACTS
from calloff.web.forms_ui.widgets import DatePartsInput
from tests.factories import NOW
from tests.factories_markets import MarketFactory, MemberFactory, ServiceFactory, SiteFactory, lot

HERE = Point(514_000, 102_500)
EVERYTHING = PriceVisibility(every=True)
SAMPLES = {  # an example of each kind of value, in the form that a search stores
    TextValue: "farm", FlagValue: True, DaysValue: ("mon", "tue"), TimeValue: time(9, 30), DateValue: date(2026, 4, 1),
    AmountValue: Decimal("120.50"),
}  # fmt: skip
ADD_IT_IN = {
    Surface.API: "api/service_query.py", Surface.FACET: "its row", Surface.FACT: "web/directory/service_facts.py",
}  # fmt: skip
# fields that have no effect unless another field is also set
NEEDS_TICKED = {"as_main": "need", "free_by": "free", "unit": "at_most"}


def sample(field):
    if isinstance(field.value, CodeValue):
        return str(field.value.choices[0][0])
    if isinstance(field.value, NumberValue):
        return field.value.choices[0][0] if field.value.choices else field.value.lowest
    return SAMPLES[type(field.value)]


def gaps(row):
    """Describe what a criterion does not have, and what it has although its row says that it does not."""
    parameters = {one["name"] for one in openapi.build_document().paths["/api/v1/services"]["get"]["parameters"]}
    there = {
        Surface.API: all(one.name in parameters for one in row.fields),
        Surface.FACET: row.facet is not None,
        Surface.FACT: any(row.name in fact.criteria and fact.is_compared for fact in SERVICE_FACTS)
        and any(row.name in fact.criteria and fact.in_file for fact in SERVICE_FACTS),
    }
    found = [f"{row.name}: no {one} (add it in {ADD_IT_IN[one]}), and `left_out` does not say why" for one in Surface
             if not there[one] and one not in row.left_out]  # fmt: skip
    found += [f"{row.name}: `left_out` explains why it has no {one}" for one in row.left_out if there[one]]
    if sum(one.parameter == row.name for one in row.fields) != 1:
        found.append(f"{row.name}: no field has its name, so nothing makes it ask")
    for one in row.fields:
        if one.name not in SearchCriteria.__dataclass_fields__:
            found.append(f"{row.name}: `SearchCriteria` has no field {one.name}")
        if one.parameter not in DirectorySearchForm.base_fields:
            found.append(f"{row.name}: the page's form has no field {one.parameter}")
        if not one.error and not isinstance(one.value, TextValue | FlagValue):
            found.append(f"{row.name}: {one.name} has no words for its errors")
    return found


@pytest.mark.parametrize("name", CRITERIA)
def test_each_search_criterion_is_available_everywhere_or_its_row_explains_why_not(name):
    found = gaps(CRITERIA[name])
    assert not found, "\n".join(found)


def test_a_report_on_an_incomplete_criterion_says_what_is_missing():
    row = Criterion(
        "swimming", FilterGroup.CHILD, (CriterionField("pool", NumberValue(1, 9), "Swimming"),), lambda *_: None
    )
    assert gaps(row) == [
        "swimming: no API (add it in api/service_query.py), and `left_out` does not say why",
        "swimming: no facet (add it in its row), and `left_out` does not say why",
        "swimming: no fact (add it in web/directory/service_facts.py), and `left_out` does not say why",
        "swimming: no field has its name, so nothing makes it ask",
        "swimming: `SearchCriteria` has no field pool",
        "swimming: the page's form has no field pool",
        "swimming: pool has no words for its errors",
    ]
    excused = replace(CRITERIA["mode"], left_out={Surface.FACET: "why"})
    assert gaps(excused) == ["mode: `left_out` explains why it has no facet"]


def test_each_search_field_belongs_to_one_criterion_and_each_fact_to_an_existing_criterion():
    of_rows = [one.name for row in CRITERIA.values() for one in row.fields]
    of_searches = [one.name for one in fields(SearchCriteria) if one.name not in {"place", "synonyms"}]
    wrong = sorted({*of_rows} ^ {*of_searches})
    assert not wrong, f"Each needs a field of SearchCriteria (search.py) and one of a row (criteria.py): {wrong}"
    assert len(of_rows) == len(of_searches), "a field belongs to two rows"
    assert {name for fact in SERVICE_FACTS for name in fact.criteria} <= CRITERIA.keys()


def asked_together(field):
    """Return the values with which a field takes effect: its own value, and the values of any other fields that it
    needs.
    """
    other = FIELDS.get(NEEDS_TICKED.get(field.name, ""))
    return {field.name: sample(field)} | ({other.name: sample(other)} if other else {})


def form_data(asked):
    """Format values as they appear in the URL of a page."""
    data = {}
    for name, value in asked.items():
        if isinstance(value, date):
            parts = zip(DatePartsInput.PARTS, (value.day, value.month, value.year), strict=True)
            data |= {f"{name}-{part}": str(number) for part, number in parts}
        else:
            data[name] = list(value) if isinstance(value, tuple) else "on" if value is True else choice_value(value)
    return data


def api_query(asked):
    def sent(value):
        if isinstance(value, tuple):
            return ",".join(value)
        return value if isinstance(value, bool | int | date) else choice_value(value)

    return ServiceQuery(**{name: sent(value) for name, value in asked.items()})


def form(data):
    return DirectorySearchForm(data=data, lots=[], place=HERE, priced=True)


@pytest.mark.parametrize("name", [name for name, one in FIELDS.items() if not isinstance(one.value, LotValue)])
def test_the_search_page_the_api_and_saved_searches_run_the_same_query(name):
    field, asked = FIELDS[name], asked_together(FIELDS[name])
    wanted = SearchCriteria(place=HERE, **asked | ({"free": True} if "free_by" in asked else {}))
    page = form(form_data(asked))
    assert page.search == wanted
    assert page.in_words(field.parameter, page.wanted()[field.parameter]).strip()
    row = next(row for row in CRITERIA.values() if field in row.fields)
    if Surface.API not in row.left_out:
        assert read_search(api_query(asked)) == replace(wanted, place=None)
    assert parse_search(serialise_search(wanted), Organisation(), HERE) == wanted
    assert search_without(wanted, row.name) == SearchCriteria(place=HERE)


@pytest.mark.django_db
def test_the_count_beside_each_choice_equals_the_number_of_results_it_gives():
    market = MarketFactory()
    member, other = MemberFactory(market=market), MemberFactory(market=market, lot=lot(market, 2))
    member.last_checked_on = NOW.date() - timedelta(days=100)
    member.save()
    near = SiteFactory(provider=member.provider, position=HERE)
    ServiceFactory(
        member=member, name="Farm", site=near, needs=["SEMH", "ASD"], main_needs=["ASD"], age_from=5, age_to=9,
        gender="girls", mode="group", week=week_of_days(["mon"], time(9), time(15)), staff=1, children=3,
        qualifications=["gcse", "units"], transport="arranged", registration="school", places=1,
    )  # fmt: skip
    ServiceFactory(
        member=other, name="Barn", needs=["ASD"], age_from=11, age_to=16, gender="any", mode="online",
        week=week_of_days(["mon", "tue"], time(10), time(14)), staff=1, children=1, transport="none", places=0,
    )  # fmt: skip
    today, there = NOW.date(), searchable_services(market.authority, NOW)
    lots = [(market, one) for one in market.lots.all()]
    told = count_facets(market.authority, SearchCriteria(place=HERE), sight=EVERYTHING, at=NOW)
    seen = set()
    for name, row in CRITERIA.items():
        if row.facet is None:
            continue
        field = DirectorySearchForm(data={}, lots=lots, place=HERE, priced=True).fields[name]
        for choice in [value for value, _ in getattr(field, "choices", []) if value] or ["on"]:
            data = {name: [choice] if isinstance(row.main_field.value, DaysValue) else choice}
            bound = DirectorySearchForm(data=data, lots=lots, place=HERE, priced=True)
            key = str(bound.lots[choice].pk) if name == "category" else choice
            found = matching(there, bound.search, EVERYTHING, today).count()
            assert (name, choice, told.leaves(name, key)) == (name, choice, found)
            seen |= {name} if found else set()
    assert seen == {name for name, row in CRITERIA.items() if row.facet}  # Each of these counts is above zero.
