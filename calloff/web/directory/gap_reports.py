"""Report a gap in provision, or suggest a provider, to an authority. Anyone can use these pages.

To prevent abuse, these pages have a limit for each network address, the commands have a daily limit, and there is a
hidden field that only robots fill in.
"""

from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import render

from calloff.demand import commands
from calloff.demand.commands import Reporter
from calloff.demand.models import ReporterRole
from calloff.directory.price_visibility import price_visibility
from calloff.kernel import codes
from calloff.kernel.lifecycles import Refused
from calloff.rate_limits.callers import client_address
from calloff.rate_limits.counts import count_attempt
from calloff.rate_limits.limits import LimitName
from calloff.registers import queries as registers
from calloff.web import command_views
from calloff.web.directory import search_page
from calloff.web.directory.search_page import SearchContext
from calloff.web.forms_ui.field_errors import (
    ErrorMessages,
    choice_errors,
    email_errors,
    text_errors,
    web_address_errors,
)
from calloff.web.forms_ui.forms import PageForm
from calloff.web.request import OrganisationRequest
from calloff.web.session import second_step

HONEYPOT_FIELD = "fax"  # People do not see this field, so only a robot fills it in.
NO_CHILD_DETAILS_HINT = (
    "Do not give a child’s name, date of birth, home address or any reference number. "
    "Describe what is needed, for example the age, need and days."
)


def reporter_field() -> forms.ChoiceField:
    return forms.ChoiceField(
        label="Who are you?",
        choices=ReporterRole.choices,
        widget=forms.RadioSelect,
        error_messages=choice_errors("Select who you are"),
    )


def text_box(label: str, hint: str, *, required: bool, errors: ErrorMessages) -> forms.CharField:
    box = forms.Textarea(attrs={"rows": 4})
    return forms.CharField(
        label=label,
        help_text=hint,
        required=required,
        max_length=commands.MAX_REPORT_LENGTH,
        widget=box,
        strip=True,
        error_messages=errors,
    )


class GapForm(PageForm):
    """The details that a person gives about a search that found nothing."""

    who = reporter_field()
    said = text_box(
        "Anything else about what you need", NO_CHILD_DETAILS_HINT, required=False, errors=text_errors("What you need")
    )
    email = forms.EmailField(
        max_length=254,
        label="Email address", required=False,
        help_text="Enter this only if you agree to the council contacting you. We will delete it after a year.",
        widget=forms.EmailInput(attrs={"autocomplete": "email", "spellcheck": "false"}), error_messages=email_errors(),
    )  # fmt: skip


class NominationForm(PageForm):
    """A provider that a person suggests."""

    not_optional = frozenset({"website", "email"})  # at least one of these is needed

    name = forms.CharField(
        label="Name of the provider",
        max_length=200,
        error_messages=text_errors("Name of the provider", "Enter the name of the provider"),
    )
    website = forms.URLField(
        label="Provider’s website", required=False, assume_scheme="https", max_length=200,
        widget=forms.TextInput(attrs={"inputmode": "url", "autocomplete": "off", "spellcheck": "false"}),
        error_messages=web_address_errors("Website"),
    )  # fmt: skip
    email = forms.EmailField(
        max_length=254,
        label="Provider’s email address", required=False, help_text="As shown on its website. We will not tell "
        "anyone that you suggested the provider.",
        widget=forms.EmailInput(attrs={"autocomplete": "off", "spellcheck": "false"}), error_messages=email_errors(),
    )  # fmt: skip
    offers = text_box(
        "What does the provider offer?",
        NO_CHILD_DETAILS_HINT,
        required=True,
        errors=text_errors("Description of what the provider offers", "Enter what the provider offers"),
    )
    who = reporter_field()


def report_gap(request: OrganisationRequest, looking: SearchContext, done: str) -> HttpResponse:
    """Describe this search in words, ask who needs the provision, and record the gap.

    `done` is the URL of the next page.
    """
    sight = price_visibility(second_step.viewer(request), looking.authority, request.now)
    search, form = (
        search_page.bound_search_form(request, looking, sight),
        GapForm.of(request, initial=_initial(looking)),
    )
    searched = search_page.describe_search(search)
    if _is_trapped(request) or form.attempt(_report, request, looking, search.search, searched):
        return command_views.SeeOther(done)
    page = {"form": form, "searched": searched, "near": _near(looking), "trap": HONEYPOT_FIELD}
    return render(request, "public/report_gap.html", page | _frame(request, looking))


def nominate(request: OrganisationRequest, looking: SearchContext, done: str) -> HttpResponse:
    """Ask which provider is missing, and record the suggestion, which only the authority can see."""
    form = NominationForm.of(request, initial=_initial(looking))
    if _is_trapped(request) or form.attempt(_nominate, request, looking):
        return command_views.SeeOther(done)
    return render(request, "public/nominate.html", {"form": form, "trap": HONEYPOT_FIELD} | _frame(request, looking))


def _report(
    request: OrganisationRequest, looking: SearchContext, search: Any, searched: list[str], *, who: str, **answers: str
) -> Any:
    _require_patience(request)
    teller = _teller(request, looking, who)
    near = _outcode_of(looking)
    return commands.report_gap(
        looking.authority, search=search, searched=searched, teller=teller, near=near, at=request.now, **answers
    )


def _nominate(request: OrganisationRequest, looking: SearchContext, *, who: str, **answers: str) -> Any:
    _require_patience(request)
    return commands.nominate(looking.authority, teller=_teller(request, looking, who), at=request.now, **answers)


def _teller(request: OrganisationRequest, looking: SearchContext, who: str) -> Reporter:
    """Return who reports: the person, with the buyer whose page it is or the only buyer for which they act, if any."""
    person = viewer if (viewer := second_step.viewer(request)).is_authenticated else None
    [only] = looking.buyers if len(looking.buyers) == 1 else [None]
    return Reporter(who, person, looking.buyer or only)


def _outcode_of(looking: SearchContext) -> str:
    """Return the outcode from which distances were measured, or an empty string for a child's home."""
    if looking.at_home or looking.place is None:
        return ""
    if looking.buyer and looking.buyer.urn and looking.own:
        school = registers.find_school(looking.buyer.urn)
        return school.postcode if school else ""
    return looking.place[0]


def _near(looking: SearchContext) -> str:
    """Return the first half of that postcode, which shows the person what we will store."""
    return codes.parse_outcode(_outcode_of(looking)) or ""


def _initial(looking: SearchContext) -> dict[str, str]:
    return {"who": ReporterRole.SCHOOL} if looking.buyers else {}


def _frame(request: OrganisationRequest, looking: SearchContext) -> dict[str, Any]:
    back = looking.path + search_page.query_without(request, looking)
    return {"authority": looking.authority, "cancel": back, "back": ("Back to the results", back)}


def _is_trapped(request: OrganisationRequest) -> bool:
    return request.method == "POST" and bool(request.POST.get(HONEYPOT_FIELD))


def _require_patience(request: OrganisationRequest) -> None:
    if (
        request.method == "POST"
        and not count_attempt(LimitName.MESSAGE, client_address(request), at=request.now).allowed
    ):
        raise Refused("There have been too many reports from here. Try again in an hour.")
