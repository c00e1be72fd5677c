"""A person's calendar at a secret URL, which does not exist until they create it."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_POST, require_safe

from calloff.accounts import commands, queries
from calloff.accounts.models import CalendarFeed
from calloff.kernel.clock import local_day
from calloff.web import command_views, dated_entries
from calloff.web.dated_entries import EntryPeriod
from calloff.web.forms_ui.forms import ConfirmForm
from calloff.web.permissions import public, signed_in, step_up
from calloff.web.request import Request
from calloff.web.session import double_submission

PAST_DAYS, SESSION_DAYS, FUTURE_DAYS = timedelta(days=28), timedelta(days=28), timedelta(days=366)


def calendar_context(request: Request) -> dict[str, Any]:
    """Return what the settings page shows about a person's calendar."""
    feed = queries.calendar_of(request.user)
    shown = queries.calendar_organisations(feed, request.now) if feed else []
    return {
        "feed": feed,
        "organisations": shown,
        "ends_on": queries.calendar_ends_on(feed) if feed and shown else None,
        "has_new_role": not request.user.organisation_keys(request.now) <= {one.pk for one in shown},
    }


@command_views.command_view
@step_up
@signed_in
def make(request: Request) -> HttpResponse:
    """Create a calendar URL, which only this response shows."""
    form, back = ConfirmForm.of(request), reverse("account:notifications")
    if form.attempt(commands.make_calendar_feed, request.user, at=request.now):
        made = form.result
        address = f"{settings.ADDRESS}{reverse('account:calendar')}?key={made.token}"
        page = {"address": address, "ends_on": queries.calendar_ends_on(made.feed), "back_to": back}
        again = (
            "Your calendar address has been created and cannot be shown again. If you did not copy it, create another."
        )
        return double_submission.shown_once(render(request, "account/calendar_made.html", page), again, back)
    return render(request, "account/calendar_make.html", {"form": form, "feed": queries.calendar_of(request.user)})


@require_POST
@signed_in
def end(request: Request) -> HttpResponse:
    if commands.stop_calendar_feed(request.user):
        messages.success(request, "Calendar address stopped. Calendars that use it will no longer be updated.")
    return redirect("account:notifications")


@require_safe
@public
def feed(request: Request) -> HttpResponse:
    """Return the calendar at a URL. A wrong URL gets the same response as one that no longer works."""
    found = queries.calendar_of_token(request.GET.get("key", ""), request.now)
    if found is None:
        return HttpResponse(
            "This calendar address does not work.\n", content_type="text/plain; charset=utf-8", status=404
        )
    commands.record_calendar_read(found, at=request.now)
    return _calendar(request, found, request.now)


def _calendar(request: Request, found: CalendarFeed, at: datetime) -> HttpResponse:
    from calloff.web.account import calendar_file  # noqa: PLC0415  (loads a library that no other page needs)

    today = local_day(at)
    period = EntryPeriod(today - PAST_DAYS, today + FUTURE_DAYS, today + SESSION_DAYS)
    entries = [
        (organisation, entry)
        for organisation in queries.calendar_organisations(found, at)
        for entry in dated_entries.dated_entries(organisation, found.person, period, at)
    ]
    events = calendar_file.calendar_events(entries)
    etag = calendar_file.calendar_etag(events)
    response = get_conditional_response(request, etag=etag)
    if response is None:
        response = HttpResponse(calendar_file.render_calendar(events, at), content_type="text/calendar; charset=utf-8")
        response["Content-Disposition"] = 'inline; filename="calloff.ics"'
    response["ETag"] = etag
    return response
