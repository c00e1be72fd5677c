"""Middleware for all requests: a reference, one fixed time, the idle timeout, and the second step."""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import quote, urlencode

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from calloff.accounts import queries
from calloff.kernel import clock, request_reference
from calloff.web import permissions
from calloff.web.session import idle_timeout, saved_submissions, second_step

Responder = Callable[[HttpRequest], HttpResponse]


def one_reference(get_response: Responder) -> Responder:
    """Give each request a reference, which the log contains and which people can quote.

    This must be the outermost middleware, so that all log lines contain the reference.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        with request_reference.numbered() as reference:
            response = get_response(request)
        response[request_reference.HEADER] = reference
        return response

    return middleware


def read_clock_once(get_response: Responder) -> Responder:
    """Read the clock only once for each request, so that no page mixes times before and after a deadline."""

    def middleware(request: Any) -> HttpResponse:
        request.now = clock.now()
        request.organisation, request.roles, request.kept = None, frozenset(), None
        return get_response(request)

    return middleware


class IdleTimeoutMiddleware:
    """Middleware that signs people out after they have been inactive for too long.

    If they submit a form after that, it is saved, and restored once they have signed in again. This runs after the
    CSRF check, so that only submissions from our own pages are saved.
    """

    def __init__(self, get_response: Responder) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponse:
        person = request.user
        request.late = None  # the key of the person who has been signed out
        if person.is_authenticated:
            if over := idle_timeout.session_end_reason(request):
                request.late = person.pk
                logout(request)
                if request.method == "GET":
                    messages.info(request, over)
            else:
                idle_timeout.note_use(request)
                request.kept = saved_submissions.find_saved_submission(request)
        elif request.method == "POST":
            request.late = idle_timeout.last_person_here(request)
        response = self.get_response(request)
        if request.kept and request.method == "POST" and response.status_code in {302, 303}:
            request.kept.forget()
        if request.user.is_authenticated:
            # A person who has just signed in counts as active, whichever page they open next.
            idle_timeout.note_use(request)
        idle_timeout.remember_person(request, response)
        return response

    def process_view(self, request: Any, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        needs_person = getattr(view, "login_required", True)
        if request.method != "POST" or request.late is None or request.user.is_authenticated or not needs_person:
            return None
        token = (
            saved_submissions.save_submission(request, person=request.late)
            if permissions.would_let_in(view, request, request.late, kwargs)
            else ""
        )
        words = "You were signed out before you selected the button. Nothing has been sent."
        if token:
            words += " We will keep your answers for 24 hours. Sign in again to continue where you left off."
        messages.info(request, words)
        back = f"{request.path}?{urlencode({saved_submissions.SAVED_PARAMETER: token})}" if token else request.path
        return redirect(f"{reverse(settings.LOGIN_URL)}?next={quote(back)}")


class SecondFactorMiddleware:
    """Middleware that requires the second step from people who need one. People who have none must set one up
    first.

    A PIN opens only the pages that declare `with_pin`. The demonstration requires no second step, because its people
    are invented.
    """

    def __init__(self, get_response: Responder) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponse:
        response = self.get_response(request)
        second_step.keep_token(request, response)
        return response

    def process_view(self, request: Any, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        who = permissions.access_of(view)
        if not request.user.is_authenticated or who is None or who.who == "public":
            return None
        if (who.before_second_factor and not who.sets_up) or not second_step.is_needed(request):
            return None
        proof = second_step.proof_level(request)
        if proof == second_step.PROVED_FULLY or (proof == second_step.PROVED_BY_PIN and who.with_pin):
            return None
        code_given = proof == second_step.PROVED_FOR_SET_UP and queries.may_set_up_with_code(request.user, request.now)
        if code_given or not queries.has_second_step(request.user, request.now):
            if who.sets_up:
                return None
            messages.info(request, "Set up a second step for signing in first. People in your role need one.")
            return redirect("account:security")
        back = {"next": request.get_full_path() if request.method == "GET" else request.path}
        more = {"more": "1"} if proof == second_step.PROVED_BY_PIN else {}
        return redirect(f"{reverse('account:second-step')}?{urlencode(back | more)}")


def no_store_when_signed_in(get_response: Responder) -> Responder:
    """Prevent browsers from caching signed-in pages, because another person might use the computer next."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if not re.match(r"/static/", request.path) and request.user.is_authenticated:
            response.headers.setdefault("Cache-Control", "no-store")
        return response

    return middleware
