"""Well-known URLs, for browsers, password managers and people who report security problems."""

from datetime import timedelta

from django.conf import settings
from django.http import HttpResponse, HttpResponseRedirect
from django.templatetags.static import static
from django.urls import reverse
from django.views.decorators.http import require_safe

from calloff.web.permissions import public
from calloff.web.request import Request

# RFC 9116, section 2.5.5, recommends that the file expires in less than a year.
SECURITY_TXT_LIFETIME = timedelta(days=180)


@require_safe
@public
def security_txt(request: Request) -> HttpResponse:
    """Return the contact for reporting security problems (RFC 9116)."""
    expires = (request.now + SECURITY_TXT_LIFETIME).replace(microsecond=0).astimezone(tz=None).isoformat()
    contact = settings.SECURITY_CONTACT or f"{settings.ADDRESS}{reverse('public:help')}"
    lines = [
        f"Contact: {contact}",
        f"Expires: {expires}",
        "Preferred-Languages: en",
        f"Canonical: {settings.ADDRESS}{reverse('public:security-txt')}",
    ]
    return HttpResponse("\n".join([*lines, ""]), content_type="text/plain; charset=utf-8")


@require_safe
@public
def change_password(request: Request) -> HttpResponse:
    """Redirect to the page for changing a password (W3C, A Well-Known URL for Changing Passwords)."""
    return HttpResponseRedirect(reverse("account:password"))


@require_safe
@public
def favicon(request: Request) -> HttpResponse:
    return HttpResponseRedirect(static("calloff/icon.svg"))
