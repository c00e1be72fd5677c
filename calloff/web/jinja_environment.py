"""The Jinja environment of all pages, which is strict about undefined names and has the GOV.UK macros and our own
filters and functions.

Filters: day, short_day, moment, short_moment, before, at, opening, deadline(now), task_due(now), left(now), clock,
number, plural, pounds, exact_pounds, listed, markdown, telephone_links (numbers in text), capitalize_first (other
capitals are left as they are).

Functions: url, link (None if there is no such page), static, tag, navigation, home_of, band_of, audience_of, may,
error_summary(form), notices(request), demonstration(request), json_script.
"""

from functools import lru_cache, partial
from typing import Any

import jinja2
from django.conf import settings
from django.contrib import messages
from django.templatetags.static import static
from django.urls import get_urlconf, reverse
from django.utils.html import json_script
from django.utils.safestring import SafeString, mark_safe

from calloff.documents import markdown
from calloff.history.transitions import is_allowed
from calloff.kernel import formatting, time_of_day
from calloff.kernel.key_stages import KeyStage
from calloff.kernel.money import format_pounds
from calloff.people.permissions import Role
from calloff.web import navigation, work_items
from calloff.web.components import component, component_names, macro_name
from calloff.web.forms_ui.forms import error_summary
from calloff.web.session import idle_timeout
from calloff.web.status_tags import tag
from calloff.web.telephone_links import telephone_links

__all__ = ["component", "environment"]


def environment(**options: Any) -> jinja2.Environment:
    """Create the environment.

    An undefined name in a template is an error. Each GOV.UK macro is a global with its own name.
    """
    options |= {"undefined": jinja2.StrictUndefined, "trim_blocks": True, "lstrip_blocks": True}
    options |= {"extensions": ["jinja2.ext.do"]}
    pages = jinja2.Environment(**options)
    pages.globals |= {macro_name(name): partial(component, name) for name in component_names()}
    pages.globals |= {
        "url": url_for,
        "link": navigation.path_if_routed,
        "static": static,
        "query": changed_query,
        "navigation": navigation.navigation,
        "home_of": navigation.home_path,
        "band_of": navigation.band_link,
        "audience_of": navigation.audience_of,
        "roles_in_words": format_roles,
        "initials": initials_of,
        "due_chip": work_items.due_chip,
        "split_work": work_items.split_work,
        "button_words": work_items.button_words,
        "several_organisations": has_several_organisations,
        "may": is_allowed,
        "tag": tag,
        "KeyStage": KeyStage,
        "error_summary": error_summary,
        "notices": messages.get_messages,
        "demonstration": is_demonstration,
        "json_script": json_script,
        "sign_on_servers": sign_on_servers,
        "idle_words": format_idle_limit,
    }
    pages.filters |= {
        "pounds": format_pounds,
        "exact_pounds": formatting.format_exact_pounds,
        "day": formatting.format_date,
        "short_day": formatting.format_short_date,
        "moment": formatting.format_datetime,
        "short_moment": formatting.format_short_datetime,
        "before": formatting.format_before,
        "at": formatting.format_at_time,
        "opening": formatting.format_start,
        "clock": formatting.format_clock_time,
        "time_of_day": time_of_day.format_time,
        "deadline": formatting.format_deadline,
        "task_due": formatting.format_task_due,
        "left": formatting.format_time_left,
        "number": formatting.format_number,
        "plural": formatting.pluralise,
        "listed": formatting.format_list,
        "markdown": markdown_to_html,
        "capitalize_first": capitalize_first,
        "telephone_links": telephone_links,
    }
    return pages


def url_for(name: str, *args: Any, **parameters: Any) -> str:
    """Return a page's path. Keyword arguments become the query string."""
    if parameters or not all(isinstance(argument, str | int) for argument in args):
        return reverse(name, args=args, query=parameters or None)
    return _path(name, *args, roots=get_urlconf())


@lru_cache(maxsize=5000)
def _path(name: str, *args: str | int, roots: str | None) -> str:
    """Return a path.

    Paths are cached, because a results page has about fifty and most of them are also on the next page.
    """
    return reverse(name, urlconf=roots, args=args)


def changed_query(request: Any, **changes: Any) -> str:
    """Return this page's query string with some parameters changed. None removes a parameter."""
    parameters = request.GET.copy()
    for name, value in changes.items():
        parameters.pop(name, None)
        if value is not None:
            parameters[name] = str(value)
    return f"?{parameters.urlencode()}"


def is_demonstration(request: Any) -> bool:
    """Return whether a page shows invented data, and so needs the demonstration tag."""
    organisation = getattr(request, "organisation", None)
    return bool(settings.DEMONSTRATION or (organisation and organisation.invented))


def markdown_to_html(text: str) -> SafeString:
    """Render Markdown written by officers. `documents.markdown` lists the Markdown that is allowed."""
    return mark_safe(markdown.render_html(text))


def capitalize_first(text: str) -> str:
    """Capitalise the first letter.

    Jinja's own `capitalize` would also change every other capital to lower case, for example in “Friday”.
    """
    return text[:1].upper() + text[1:]


def format_roles(request: Any) -> str:
    """Return the person's roles at the organisation in the path: “Contracts officer, Approver”."""
    return ", ".join(str(role.label) for role in Role if role in request.roles)


def initials_of(name: str) -> str:
    """Return the initials of a person's first and last names: “PN”."""
    words = name.split()
    return "".join(word[0] for word in (*words[:1], *words[1:][-1:])).upper()


def has_several_organisations(request: Any) -> bool:
    """Return whether the person acts for several organisations, and so can switch between them."""
    return len(request.user.organisation_keys(request.now)) > 1


def sign_on_servers() -> list[dict[str, str]]:
    """Return each organisation's sign-on server by name, with its button's link."""
    apps: Any = settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"]
    return [{"name": app["name"], "href": reverse("openid_connect_login", args=[app["provider_id"]])} for app in apps]


def format_idle_limit(request: Any) -> str:
    """Return how long the person can be inactive before they are signed out: “30 minutes”."""
    return idle_timeout.IDLE_LIMIT_LABELS[idle_timeout.chosen_minutes(request)]
