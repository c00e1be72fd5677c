"""The table of limits: how often something may be done, by whom, in how long.

It is the table of what Calloff counts itself, by time. nginx has limits of its own (`deploy/nginx.conf`); a code and a
PIN count their own wrong tries; how many files are opened at a time is in `documents/inspection`.

A window begins with the first try and ends after its time; the next try begins another. A limit of several windows is
within all of them. What is counted for an address of the network is counted for a /64 of IPv6: one household or office.
"""

from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import NamedTuple

from django.conf import settings

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


class Window(NamedTuple):
    """So many times in so long."""

    times: int
    lasts: timedelta


class Limit(NamedTuple):
    """One thing that is counted: for whom, in which windows, the shortest first."""

    name: str
    per: str
    windows: tuple[Window, ...]


def _limit(name: str, per: str, *windows: tuple[int, timedelta]) -> Limit:
    return Limit(name, per, tuple(Window(*one) for one in windows))


# fmt: off
_ROWS = (
    # of signing in: a whole school may share one address, so an address alone has limits far above a person's
    _limit("sign-in",                  "address",             (60, MINUTE)),
    _limit("wrong-password",           "account and address", (5, 5 * MINUTE), (10, HOUR), (20, DAY)),
    _limit("wrong-password-browser",   "account and known browser", (5, 5 * MINUTE), (10, HOUR), (20, DAY)),
    _limit("wrong-password-account",   "account, from browsers it has not used", (50, DAY), (200, 30 * DAY)),
    _limit("wrong-password-address",   "address, from browsers the account has not used", (200, 15 * MINUTE)),
    _limit("wrong-code",               "person",              (5, 5 * MINUTE), (10, HOUR), (20, DAY)),
    _limit("sign-up",                  "address",             (20, MINUTE), (200, HOUR)),
    _limit("confirmation-code",        "mailbox and address", (4, 15 * MINUTE)),
    _limit("confirmation-code-mailbox", "mailbox",            (20, HOUR)),
    # no longer than a code works: beyond them none is sent, and the one sent last counts (web/account/reset_codes.py)
    _limit("reset",                    "account and address", (3, 15 * MINUTE)),
    _limit("reset-account",            "account",             (8, 15 * MINUTE)),
    _limit("reset-address",            "address, from browsers that the account has not used", (20, HOUR)),
    _limit("reset-code",               "address",             (20, MINUTE)),
    _limit("password-again",           "person",              (10, MINUTE)),
    _limit("account-change",           "person",              (10, MINUTE)),
    _limit("email-code",               "person",              (5, HOUR), (10, DAY)),
    _limit("signing-code",             "person and agreement", (5, HOUR)),
    # of letting others in
    _limit("link",                     "address",             (60, MINUTE)),
    _limit("invitation",               "organisation",        (30, DAY)),
    _limit("invitation-of-authority",  "organisation",        (200, DAY)),  # a list of providers is long
    _limit("invitation-of-person",     "person, not for an authority", (60, DAY)),  # at all of their organisations
    _limit("invitation-to-mailbox",    "mailbox",             (5, HOUR), (10, DAY)),  # from all organisations together
    _limit("invitation-table",         "person",              (60, HOUR)),  # checked or sent
    _limit("invitation-table-of-organisation", "organisation", (120, HOUR)),
    _limit("provider-registered",      "person",              (3, HOUR), (5, DAY)),
    # of asking
    _limit("search",                   "address",             (300, MINUTE)),
    _limit("search-of-person",         "person",              (120, MINUTE)),
    _limit("message",                  "address",             (10, HOUR), (40, DAY)),  # gaps and nominations
    _limit("feed",                     "address",             (120, MINUTE)),
    _limit("api",                      "address",             (120, MINUTE)),  # 5,000 services are 50 pages
    _limit("api-of-key",               "key",                 (600, MINUTE)),
    _limit("upload",                   "person",              (300, HOUR), (2000, DAY)),  # files
    # of the process: counted in its own memory, since all would wait for one row
    _limit("policy-report",            "process",             (10, MINUTE)),
)
# fmt: on
LIMITS: Mapping[str, Limit] = MappingProxyType({one.name: one for one in _ROWS})


def windows_of(name: str) -> tuple[Window, ...]:
    """Return the windows of a limit. `RATE_LIMITS` in the settings gives other numbers, in the same order."""
    limit = LIMITS[name]
    other = settings.RATE_LIMITS.get(name)
    if other is None:
        return limit.windows
    return tuple(window._replace(times=times) for window, times in zip(limit.windows, other, strict=True))
