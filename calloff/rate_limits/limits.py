# ruff: noqa: E501, S105  (a table; none of these names is a password)
"""The table of limits: how often something may be done, by whom, in how long.

It is the table of what Calloff counts itself, by time. nginx has limits of its own (`deploy/nginx.conf`); a code and a
PIN count their own wrong tries; how many files are opened at a time is in `documents/inspection`.

A window starts with the first try and ends after its time; the next try starts another. A limit of several windows is
within all of them. What is counted for an address of the network is counted for a /64 of IPv6: one household or office.
"""

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple

from django.conf import settings

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


class LimitWindow(NamedTuple):
    """A number of times in a period."""

    times: int
    lasts: timedelta


class LimitName(StrEnum):
    """The limits by name. mypy refuses any other name."""

    SIGN_IN = "sign-in"
    WRONG_PASSWORD = "wrong-password"
    WRONG_PASSWORD_BROWSER = "wrong-password-browser"
    WRONG_PASSWORD_ACCOUNT = "wrong-password-account"
    WRONG_PASSWORD_ADDRESS = "wrong-password-address"
    WRONG_CODE = "wrong-code"
    SIGN_UP = "sign-up"
    CONFIRMATION_CODE = "confirmation-code"
    CONFIRMATION_CODE_MAILBOX = "confirmation-code-mailbox"
    RESET = "reset"
    RESET_ACCOUNT = "reset-account"
    RESET_ADDRESS = "reset-address"
    RESET_CODE = "reset-code"
    PASSWORD_AGAIN = "password-again"
    ACCOUNT_CHANGE = "account-change"
    EMAIL_CODE = "email-code"
    SIGNING_CODE = "signing-code"
    LINK = "link"
    INVITATION = "invitation"
    INVITATION_OF_AUTHORITY = "invitation-of-authority"
    INVITATION_OF_PERSON = "invitation-of-person"
    INVITATION_TO_MAILBOX = "invitation-to-mailbox"
    INVITATION_TO_MAILBOX_UNCHECKED = "invitation-to-mailbox-unchecked"
    INVITATION_TABLE = "invitation-table"
    INVITATION_TABLE_OF_ORGANISATION = "invitation-table-of-organisation"
    PROVIDER_REGISTERED = "provider-registered"
    JOIN_REQUEST = "join-request"
    JOIN_REQUEST_EMAIL = "join-request-email"
    SECOND_STEP_RESET = "second-step-reset"
    SECOND_STEP_RESET_OF_PERSON = "second-step-reset-of-person"
    EMAIL_CHANGE = "email-change"
    NAME_CHANGE = "name-change"
    APPLICATION_EMAIL = "application-email"
    SEARCH = "search"
    SEARCH_OF_PERSON = "search-of-person"
    MESSAGE = "message"
    FEED = "feed"
    API = "api"
    API_OF_KEY = "api-of-key"
    UPLOAD = "upload"
    POLICY_REPORT = "policy-report"


class LimitSubject(StrEnum):
    """Who a limit counts for: the `who` argument of `take`."""

    ADDRESS = "address"  # of the network: rate_limits/callers.py
    ACCOUNT = "account"  # the email address as it was typed, whether or not anyone has it
    ACCOUNT_AND_ADDRESS = "account and address"
    ACCOUNT_AND_BROWSER = "account and browser"
    MAILBOX = "mailbox"  # however its address is spelt
    MAILBOX_AND_ADDRESS = "mailbox and address"
    MAILBOX_AND_ORGANISATION = "mailbox and organisation"
    PERSON = "person"  # who is signed in
    PERSON_AND_AGREEMENT = "person and agreement"
    PERSON_AND_ORGANISATION = "person and organisation"
    ORGANISATION = "organisation"
    KEY = "key"  # of the API
    PROCESS = "process"  # everyone whom one process of the service answers


class RateLimit(NamedTuple):
    """One limit: who it counts for, and its windows, shortest first."""

    name: LimitName
    per: LimitSubject
    windows: tuple[LimitWindow, ...]


def _limit(name: LimitName, per: LimitSubject, *windows: tuple[int, timedelta]) -> RateLimit:
    return RateLimit(name, per, tuple(LimitWindow(*one) for one in windows))


# fmt: off
_ROWS = (
    # of signing in: a whole school may share one address, so an address alone has limits far above a person's
    _limit(LimitName.SIGN_IN,                    LimitSubject.ADDRESS,              (60, MINUTE)),
    _limit(LimitName.WRONG_PASSWORD,             LimitSubject.ACCOUNT_AND_ADDRESS,  (5, 5 * MINUTE), (10, HOUR), (20, DAY)),
    _limit(LimitName.WRONG_PASSWORD_BROWSER,     LimitSubject.ACCOUNT_AND_BROWSER,  (5, 5 * MINUTE), (10, HOUR), (20, DAY)),  # that it has used
    _limit(LimitName.WRONG_PASSWORD_ACCOUNT,     LimitSubject.ACCOUNT,              (50, DAY), (200, 30 * DAY)),  # from browsers it has not used
    _limit(LimitName.WRONG_PASSWORD_ADDRESS,     LimitSubject.ADDRESS,              (200, 15 * MINUTE)),  # from browsers the account has not used
    _limit(LimitName.WRONG_CODE,                 LimitSubject.PERSON,               (5, 5 * MINUTE), (10, HOUR), (20, DAY)),
    _limit(LimitName.SIGN_UP,                    LimitSubject.ADDRESS,              (20, MINUTE), (200, HOUR)),
    _limit(LimitName.CONFIRMATION_CODE,          LimitSubject.MAILBOX_AND_ADDRESS,  (4, 15 * MINUTE)),
    # no longer than a code works: beyond them none is sent, and the one sent last counts (web/account/mailbox_codes.py)
    _limit(LimitName.CONFIRMATION_CODE_MAILBOX,  LimitSubject.MAILBOX,              (8, 15 * MINUTE)),
    _limit(LimitName.RESET,                      LimitSubject.ACCOUNT_AND_ADDRESS,  (3, 15 * MINUTE)),
    _limit(LimitName.RESET_ACCOUNT,              LimitSubject.ACCOUNT,              (8, 15 * MINUTE)),
    _limit(LimitName.RESET_ADDRESS,              LimitSubject.ADDRESS,              (20, HOUR)),  # from browsers the account has not used
    _limit(LimitName.RESET_CODE,                 LimitSubject.ADDRESS,              (20, MINUTE)),
    _limit(LimitName.PASSWORD_AGAIN,             LimitSubject.PERSON,               (10, MINUTE)),
    _limit(LimitName.ACCOUNT_CHANGE,             LimitSubject.PERSON,               (10, MINUTE)),
    _limit(LimitName.EMAIL_CODE,                 LimitSubject.PERSON,               (5, HOUR), (10, DAY)),
    _limit(LimitName.SIGNING_CODE,               LimitSubject.PERSON_AND_AGREEMENT, (5, HOUR)),
    # of letting others in
    _limit(LimitName.LINK,                       LimitSubject.ADDRESS,              (60, MINUTE)),
    _limit(LimitName.INVITATION,                 LimitSubject.ORGANISATION,         (30, DAY)),
    _limit(LimitName.INVITATION_OF_AUTHORITY,    LimitSubject.ORGANISATION,         (200, DAY)),  # a list of providers is long
    _limit(LimitName.INVITATION_OF_PERSON,       LimitSubject.PERSON,               (60, DAY)),  # not for an authority; at all of their organisations
    _limit(LimitName.INVITATION_TO_MAILBOX,      LimitSubject.MAILBOX_AND_ORGANISATION, (5, HOUR), (10, DAY)),  # of an organisation that a council checked
    # of all others together: anyone can register them
    _limit(LimitName.INVITATION_TO_MAILBOX_UNCHECKED, LimitSubject.MAILBOX,         (3, DAY)),
    _limit(LimitName.INVITATION_TABLE,           LimitSubject.PERSON,               (60, HOUR)),  # checked or sent
    _limit(LimitName.INVITATION_TABLE_OF_ORGANISATION, LimitSubject.ORGANISATION,   (120, HOUR)),
    _limit(LimitName.PROVIDER_REGISTERED,        LimitSubject.PERSON,               (3, HOUR), (5, DAY)),
    # of what is emailed to others and can be undone and done again
    _limit(LimitName.JOIN_REQUEST,               LimitSubject.PERSON,               (8, DAY), (16, 7 * DAY)),
    _limit(LimitName.JOIN_REQUEST_EMAIL,         LimitSubject.ORGANISATION,         (20, DAY)),  # beyond it one more says that requests are waiting
    _limit(LimitName.SECOND_STEP_RESET,          LimitSubject.PERSON,               (5, HOUR), (10, DAY)),  # who asks for it
    _limit(LimitName.SECOND_STEP_RESET_OF_PERSON, LimitSubject.PERSON_AND_ORGANISATION, (3, DAY)),  # whom it is for, and who asks
    _limit(LimitName.EMAIL_CHANGE,               LimitSubject.PERSON,               (3, HOUR), (6, DAY)),
    _limit(LimitName.NAME_CHANGE,                LimitSubject.PERSON,               (3, DAY)),
    _limit(LimitName.APPLICATION_EMAIL,          LimitSubject.ORGANISATION,         (20, DAY)),  # beyond it the council reads it in its list
    # of asking
    _limit(LimitName.SEARCH,                     LimitSubject.ADDRESS,              (300, MINUTE)),
    _limit(LimitName.SEARCH_OF_PERSON,           LimitSubject.PERSON,               (120, MINUTE)),
    _limit(LimitName.MESSAGE,                    LimitSubject.ADDRESS,              (10, HOUR), (40, DAY)),  # gaps and nominations
    _limit(LimitName.FEED,                       LimitSubject.ADDRESS,              (120, MINUTE)),
    _limit(LimitName.API,                        LimitSubject.ADDRESS,              (120, MINUTE)),  # 5,000 services are 50 pages
    _limit(LimitName.API_OF_KEY,                 LimitSubject.KEY,                  (600, MINUTE)),
    _limit(LimitName.UPLOAD,                     LimitSubject.PERSON,               (300, HOUR), (2000, DAY)),  # files
    # of the process: counted in its own memory, since all would wait for one row
    _limit(LimitName.POLICY_REPORT,              LimitSubject.PROCESS,              (10, MINUTE)),
)
# fmt: on
LIMITS: Mapping[LimitName, RateLimit] = MappingProxyType({one.name: one for one in _ROWS})


def limit_windows(name: LimitName) -> tuple[LimitWindow, ...]:
    """Return the windows of a limit. `RATE_LIMITS` in the settings gives other numbers, in the same order."""
    limit = LIMITS[name]
    other = settings.RATE_LIMITS.get(name)
    if other is None:
        return limit.windows
    return tuple(window._replace(times=times) for window, times in zip(limit.windows, other, strict=True))
