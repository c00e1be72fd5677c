"""The criteria of a directory search, as a table with one row for each criterion.

Every search, from a page or from the API, finds only what the public can see: live services of listed members. Changes
in places available and suspensions apply from the very next search (docs/adr/0025), because cached results are checked
before they are used (`result_cache`).

To add a criterion, add a field to `SearchCriteria`, a row here, and the service's value for the criterion in
`web/directory/service_facts.py`. The form on the page, the API, the counts, saved searches and descriptions are made
from the row. `tests/architecture/test_criteria.py` reports anything you have missed.
"""

from collections.abc import Mapping
from datetime import date, time
from typing import Any

from django.db.models import F, Min, OuterRef, Q, Subquery, Value

from calloff.directory.models import (
    Gender,
    PriceUnit,
    Qualification,
    ServiceRegistration,
    ServiceSite,
    TeachingMode,
    Weekday,
)
from calloff.directory.price_visibility import PriceVisibility
from calloff.directory.search_criteria import conditions
from calloff.directory.search_criteria.criterion import (
    Criterion,
    CriterionField,
    FilterGroup,
    Requirement,
    Surface,
)
from calloff.directory.search_criteria.facet import Facet, ListFacet, OpenDaysFacet, OpenTimeFacet, as_column
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
from calloff.directory.search_criteria.search import SearchCriteria
from calloff.kernel.codes import NeedType
from calloff.kernel.formatting import format_date, format_list, pluralise
from calloff.kernel.geography import METRES_IN_A_MILE, metres_from_expression
from calloff.kernel.key_stages import AGES_BY_KEY_STAGE, KeyStage
from calloff.kernel.money import format_pounds
from calloff.kernel.time_of_day import format_time

MAX_CHILD_AGE = 25
CHECKED_MONTHS = (3, 6, 12)  # months
MILES_CHOICES = (2, 5, 10, 15, 20, 40)
RATIO_CHOICES = (1, 2, 3, 4, 6, 8)  # the number of children for each member of staff
TIME_CHOICES = tuple((at, format_time(at)) for at in (time(hour, half) for hour in range(7, 19) for half in (0, 30)))
TYPED = "it is typed, not chosen from a list"


def _is_true(value: str, chosen: str, today: date) -> bool:
    return value == "true"


def _is_at_most(value: str, chosen: str, today: date) -> bool:
    return int(value) <= int(chosen)


def _overlaps(ages: str, stage: str, today: date) -> bool:
    low, high = ages.strip("{}").split(",")
    youngest, oldest = AGES_BY_KEY_STAGE[KeyStage(stage)]
    return int(low) < oldest and int(high) >= youngest


def _metres(search: SearchCriteria, visibility: PriceVisibility, today: date) -> Mapping[str, Any]:
    """Annotate services with the distance to their nearest site."""
    assert search.place is not None  # noqa: S101  (the facet has `needs_place`, so there is always a place here)
    sites = ServiceSite.objects.filter(service=OuterRef("pk")).order_by().values("service")
    return {"metres": Subquery(sites.annotate(least=Min(metres_from_expression(search.place))).values("least"))}


def _is_free_now(search: SearchCriteria, visibility: PriceVisibility, today: date) -> Mapping[str, Any]:
    return {"free_now": as_column(conditions.has_free_places(SearchCriteria(free=True), visibility, today))}


_ROWS = (
    Criterion(
        "words",
        FilterGroup.FIRST,
        (
            CriterionField(
                "words", TextValue(), "Words", hint="For example, autism, maths, horses or a town",
                phrase="“{}”".format,
                api="words in the service’s name, descriptions, provider, category, towns, needs or qualifications",
            ),
        ),
        conditions.has_words,
        left_out={
            Surface.FACET: TYPED,
            Surface.FACT: "a text search looks in every detail of a service, so there is no one fact to show",
        },
    ),
    Criterion(
        "category",
        FilterGroup.FIRST,
        (
            CriterionField(
                "lot", LotValue("Any category"), "Category", "Select a category from the list", form_name="category"
            ),
        ),
        lambda search, visibility, today: Q(lot=search.lot),
        Facet("lot_id", ("lot_id",)),
    ),
    Criterion(
        "need",
        FilterGroup.CHILD,
        (
            CriterionField(
                "need", CodeValue(NeedType, "Any need"), "Need", "Select a need from the list",
                api="a school census code, such as SEMH",
            ),
            CriterionField(
                "as_main", FlagValue(), "Only services that specialise in this need",
                api="only services that specialise in this need",
            ),
        ),
        conditions.meets_need,
        ListFacet("needs", ("needs", "main_needs"), narrower=("as_main", "main_needs")),
    ),
    Criterion(
        "age",
        FilterGroup.CHILD,
        (CriterionField("age", NumberValue(0, MAX_CHILD_AGE), "Age", "Age", phrase="Age {}".format),),
        lambda search, visibility, today: Q(age_from__lte=search.age, age_to__gte=search.age),
        left_out={Surface.FACET: TYPED},
    ),
    Criterion(
        "key_stage",
        FilterGroup.CHILD,
        (CriterionField("key_stage", CodeValue(KeyStage, "Any"), "Key stage", "Select a key stage from the list"),),
        conditions.takes_key_stage,
        Facet("ARRAY[age_from, age_to]", ("age_from", "age_to"), fits=_overlaps),
    ),
    Criterion(
        "gender",
        FilterGroup.CHILD,
        (
            CriterionField(
                "gender",
                CodeValue(Gender, "A girl or a boy", ((Gender.GIRLS, "A girl"), (Gender.BOYS, "A boy"))),
                "For", "Select a girl or a boy from the list", api="the child’s sex: girls or boys",
            ),
        ),
        lambda search, visibility, today: Q(gender__in=[Gender.ANY, search.gender]),
        Facet("gender", ("gender",), fits=lambda value, chosen, today: value in {Gender.ANY, chosen}),
    ),
    Criterion(
        "mode",
        FilterGroup.WHEN,
        (CriterionField("mode", CodeValue(TeachingMode, "Any way"), "Setting", "Select a setting from the list"),),
        lambda search, visibility, today: Q(mode=search.mode),
        Facet("mode", ("mode",)),
    ),
    Criterion(
        "days",
        FilterGroup.WHEN,
        (
            CriterionField(
                "days", DaysValue(), "Days", "Select days from the list",
                phrase=lambda days: format_list([str(Weekday(day).label) for day in days]),
                api="open on all of these days, like mon,tue",
            ),
        ),
        conditions.is_open_on_days,
        OpenDaysFacet(),
    ),
    Criterion(
        "starts_by",
        FilterGroup.WHEN,
        (
            CriterionField(
                "starts_by", TimeValue(TIME_CHOICES, "Any time"), "Open by", "Select an opening time from the list",
                phrase=lambda at: f"Open by {format_time(at)}",
                api="open by this time on every day listed, like 09:30",
            ),
        ),
        conditions.opens_by,
        OpenTimeFacet(
            of_a_day="min(one->>'from') FILTER (WHERE %s::text IS NULL OR one->>'to' >= %s)",
            on_every_day="max", on_some_day="min", other="ends_after",
            fits=lambda value, chosen, today: time.fromisoformat(value) <= time.fromisoformat(chosen),
        ),
    ),
    Criterion(
        "ends_after",
        FilterGroup.WHEN,
        (
            CriterionField(
                "ends_after", TimeValue(TIME_CHOICES, "Any time"), "Open until", "Select a closing time from the list",
                phrase=lambda at: f"Open until {format_time(at)}",
                api="open until this time on every day listed, like 15:00",
            ),
        ),
        conditions.closes_after,
        OpenTimeFacet(
            of_a_day="max(one->>'to') FILTER (WHERE %s::text IS NULL OR one->>'from' <= %s)",
            on_every_day="min", on_some_day="max", other="starts_by",
            fits=lambda value, chosen, today: time.fromisoformat(value) >= time.fromisoformat(chosen),
        ),
    ),
    Criterion(
        "ratio",
        FilterGroup.WHEN,
        (
            CriterionField(
                "ratio",
                NumberValue(
                    1, 100, tuple((n, f"No more than {n}" if n > 1 else "One to one") for n in RATIO_CHOICES),
                    "Any number",
                ),
                "Children for each member of staff", "Select a group size from the list",
                phrase=lambda most: f"No more than {pluralise(most, 'child', 'children')} for each member of staff",
                api="no more than this many children for each member of staff",
            ),
        ),
        lambda search, visibility, today: Q(children__lte=F("staff") * Value(search.ratio)),
        Facet(
            "to_one",
            # the number of children for each member of staff, rounded up
            annotations=lambda search, visibility, today: {
                "to_one": (F("children") + F("staff") - 1) / F("staff")
            },
            fits=_is_at_most,
        ),
    ),
    Criterion(
        "qualification",
        FilterGroup.QUALITY,
        (
            CriterionField(
                "qualification", CodeValue(Qualification, "Anything"), "Leading to",
                "Select a qualification from the list",
            ),
        ),
        lambda search, visibility, today: Q(qualifications__contains=[search.qualification]),
        ListFacet("qualifications", ("qualifications",)),
    ),
    Criterion(
        "transport",
        FilterGroup.WHEN,
        (CriterionField("transport", FlagValue(), "With transport", api="only with transport"),),
        lambda search, visibility, today: ~Q(transport="none"),
        Facet("transport <> 'none'", ("transport",), fits=_is_true),
    ),
    Criterion(
        "registration",
        FilterGroup.QUALITY,
        (
            CriterionField(
                "registration", CodeValue(ServiceRegistration, "Any"), "Registration",
                "Select a registration from the list",
            ),
        ),
        lambda search, visibility, today: Q(registration=search.registration),
        Facet("registration", ("registration",)),
    ),
    Criterion(
        "checked",
        FilterGroup.QUALITY,
        (
            CriterionField(
                "checked",
                NumberValue(1, 120, tuple((n, f"Within {n} months") for n in CHECKED_MONTHS), "At any time"),
                "Last checked by the council", "Select how recently the council checked the service",
                phrase="Checked within {} months".format, api="checked by the council within this many months",
            ),
        ),
        conditions.was_checked,
        Facet(
            "checked_on",
            annotations=lambda search, visibility, today: {"checked_on": F("member__last_checked_on")},
            fits=lambda value, chosen, today: (
                date.fromisoformat(value) >= today - int(chosen) * conditions.ONE_MONTH
            ),
        ),
        left_out={Surface.FACT: "files and cards have the day, but a comparison has no room for it"},
    ),
    Criterion(
        "free",
        FilterGroup.COST,
        (
            CriterionField(
                "free", FlagValue(), "Only with places available", api="only services with places available"
            ),
            CriterionField(
                "free_by", DateValue(), "Place available by", "Date a place must be available by", "Leave blank if "
                "you need a place now",
                phrase=lambda on: f"Place available by {format_date(on)}", api="places available by this date",
            ),
        ),
        conditions.has_free_places,
        Facet("free_now", annotations=_is_free_now, fits=_is_true),
    ),
    Criterion(
        "at_most",
        FilterGroup.COST,
        (
            CriterionField(
                "unit",
                CodeValue(
                    PriceUnit, "Per hour, worked out from each price",
                    tuple((unit, str(unit.label).capitalize()) for unit in PriceUnit),
                ),
                "Price for", "Select a price unit from the list", api="unit of the price (leave out to compare "
                "prices by the hour)",
            ),
            CriterionField(
                "at_most", AmountValue(6, "£1 million"), "No more than", "Highest price", "Before VAT",
                phrase=lambda most: f"No more than {format_pounds(most)}",
                api="highest price in pounds before VAT, among the prices you can see",
            ),
        ),
        conditions.costs_at_most,
        requires=Requirement.PRICE,
        left_out={Surface.FACET: TYPED},
    ),
    Criterion(
        "miles",
        FilterGroup.FIRST,
        (
            CriterionField(
                "miles",
                NumberValue(1, 1000, tuple((n, f"Within {n} miles") for n in MILES_CHOICES), "Any distance"),
                "Distance", "Select a distance from the list",
            ),
        ),
        conditions.is_near,
        Facet(f"ceil(metres / {METRES_IN_A_MILE})::bigint", annotations=_metres, fits=_is_at_most, needs_place=True),
        requires=Requirement.PLACE,
        left_out={Surface.API: "a postcode is not sent in a web address, because a child might live there"},
    ),
    Criterion(
        "serves",
        FilterGroup.FIRST,
        (CriterionField("serves", FlagValue(), "Travels to this postcode, or is online"),),
        conditions.serves_place,
        requires=Requirement.PLACE,
        left_out={
            Surface.API: "a postcode is not sent in a web address, because a child might live there",
            Surface.FACET: "it is a tick box next to the distances, which already have counts",
            Surface.FACT: "it depends on the postcode, and the service's page describes the area it serves",
        },
    ),
)  # fmt: skip
CRITERIA: dict[str, Criterion] = {criterion.name: criterion for criterion in _ROWS}
FIELDS: dict[str, CriterionField] = {
    criterion_field.name: criterion_field for row in _ROWS for criterion_field in row.fields
}
