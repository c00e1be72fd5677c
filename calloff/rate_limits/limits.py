# ruff: noqa: E501, S105 (a table, in which none of the names is a password)
"""The table of rate limits: how often someone can do something, who is counted, and in which period.

The table has only the limits that Calloff itself counts. Nginx has its own limits (`deploy/nginx.conf`), emailed codes
and PINs count their own wrong attempts, and `documents/inspection` limits how many files are inspected at a time.

A window starts with the first attempt and lasts for its period. The next attempt after the period starts a new window.
If a limit has several windows, an attempt must be within all of them. IPv6 addresses are counted by /64 network, which
is one household or office.
"""

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple

from django.conf import settings

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


class LimitWindow(NamedTuple):
    """The number of attempts allowed in a period."""

    times: int
    lasts: timedelta


class LimitName(StrEnum):
    """The limits' names, as an enumeration so that mypy finds a misspelt name."""

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
    RESET_UNKNOWN_MAILBOX = "reset-unknown-mailbox"
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
    ENQUIRY = "enquiry"
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
    CALENDAR = "calendar"
    API = "api"
    API_OF_KEY = "api-of-key"
    UPLOAD = "upload"
    POLICY_REPORT = "policy-report"


class LimitSubject(StrEnum):
    """The kind of caller whose attempts a limit counts.

    The `who` argument of `counts.count_attempt` identifies the caller.
    """

    ADDRESS = "address"  # the IP address from rate_limits/callers.py
    ACCOUNT = "account"  # the email address as typed, whether or not an account exists
    ACCOUNT_AND_ADDRESS = "account and address"
    ACCOUNT_AND_BROWSER = "account and browser"
    MAILBOX = "mailbox"  # the normalised email address, so that different spellings count together
    MAILBOX_AND_ADDRESS = "mailbox and address"
    MAILBOX_AND_ORGANISATION = "mailbox and organisation"
    PERSON = "person"  # the user who is signed in
    PERSON_AND_AGREEMENT = "person and agreement"
    PERSON_AND_ORGANISATION = "person and organisation"
    ORGANISATION = "organisation"
    KEY = "key"  # the API key
    CALENDAR = "calendar"  # the secret URL of a person's calendar
    PROCESS = "process"  # all callers of one process of the service, counted together


class RateLimit(NamedTuple):
    """A limit: the kind of caller whose attempts it counts, and its windows, shortest first."""

    name: LimitName
    per: LimitSubject
    windows: tuple[LimitWindow, ...]


def _limit(name: LimitName, per: LimitSubject, *windows: tuple[int, timedelta]) -> RateLimit:
    return RateLimit(name, per, tuple(LimitWindow(*window) for window in windows))


# fmt: off
_ROWS = (
    # signing in. A whole school can share one IP address, so limits per address are far higher than limits per person
    _limit(LimitName.SIGN_IN,                    LimitSubject.ADDRESS,              (60, MINUTE)),
    _limit(LimitName.WRONG_PASSWORD,             LimitSubject.ACCOUNT_AND_ADDRESS,  (5, 5 * MINUTE), (10, HOUR), (20, DAY)),
    # browsers that have signed in to the account before
    _limit(LimitName.WRONG_PASSWORD_BROWSER,     LimitSubject.ACCOUNT_AND_BROWSER,  (5, 5 * MINUTE), (10, HOUR), (20, DAY)),
    # browsers that have not signed in to the account before
    _limit(LimitName.WRONG_PASSWORD_ACCOUNT,     LimitSubject.ACCOUNT,              (50, DAY), (200, 30 * DAY)),
    # browsers that have not signed in to the account before
    _limit(LimitName.WRONG_PASSWORD_ADDRESS,     LimitSubject.ADDRESS,              (200, 15 * MINUTE)),
    _limit(LimitName.WRONG_CODE,                 LimitSubject.PERSON,               (5, 5 * MINUTE), (10, HOUR), (20, DAY)),
    _limit(LimitName.SIGN_UP,                    LimitSubject.ADDRESS,              (20, MINUTE), (200, HOUR)),
    _limit(LimitName.CONFIRMATION_CODE,          LimitSubject.MAILBOX_AND_ADDRESS,  (4, 15 * MINUTE)),
    # The period is as long as a code stays valid. Once the limit is reached, no new code is sent, and the last one
    # stays valid (web/account/mailbox_codes.py).
    _limit(LimitName.CONFIRMATION_CODE_MAILBOX,  LimitSubject.MAILBOX,              (8, 15 * MINUTE)),
    _limit(LimitName.RESET,                      LimitSubject.ACCOUNT_AND_ADDRESS,  (3, 15 * MINUTE)),
    _limit(LimitName.RESET_ACCOUNT,              LimitSubject.ACCOUNT,              (8, 15 * MINUTE)),
    # browsers that have not signed in to the account before
    _limit(LimitName.RESET_ADDRESS,              LimitSubject.ADDRESS,              (20, HOUR)),
    # the emails that say that no account has the address
    _limit(LimitName.RESET_UNKNOWN_MAILBOX,      LimitSubject.MAILBOX,              (8, 15 * MINUTE)),
    _limit(LimitName.RESET_CODE,                 LimitSubject.ADDRESS,              (20, MINUTE)),
    _limit(LimitName.PASSWORD_AGAIN,             LimitSubject.PERSON,               (10, MINUTE)),
    _limit(LimitName.ACCOUNT_CHANGE,             LimitSubject.PERSON,               (10, MINUTE)),
    _limit(LimitName.EMAIL_CODE,                 LimitSubject.PERSON,               (5, HOUR), (10, DAY)),
    _limit(LimitName.SIGNING_CODE,               LimitSubject.PERSON_AND_AGREEMENT, (5, HOUR)),
    # invitations and registrations
    _limit(LimitName.LINK,                       LimitSubject.ADDRESS,              (60, MINUTE)),
    _limit(LimitName.INVITATION,                 LimitSubject.ORGANISATION,         (30, DAY)),
    # an authority can have a long list of providers to invite
    _limit(LimitName.INVITATION_OF_AUTHORITY,    LimitSubject.ORGANISATION,         (200, DAY)),
    # for all of a person's organisations together, apart from authorities
    _limit(LimitName.INVITATION_OF_PERSON,       LimitSubject.PERSON,               (60, DAY)),
    # from one organisation that a council has checked
    _limit(LimitName.INVITATION_TO_MAILBOX,      LimitSubject.MAILBOX_AND_ORGANISATION, (5, HOUR), (10, DAY)),
    # from all unchecked organisations together, because anyone can register an organisation
    _limit(LimitName.INVITATION_TO_MAILBOX_UNCHECKED, LimitSubject.MAILBOX,         (3, DAY)),
    # each time a table is checked or sent
    _limit(LimitName.INVITATION_TABLE,           LimitSubject.PERSON,               (60, HOUR)),
    _limit(LimitName.INVITATION_TABLE_OF_ORGANISATION, LimitSubject.ORGANISATION,   (120, HOUR)),
    _limit(LimitName.PROVIDER_REGISTERED,        LimitSubject.PERSON,               (3, HOUR), (5, DAY)),
    # actions that send emails to other people and can be repeated
    _limit(LimitName.JOIN_REQUEST,               LimitSubject.PERSON,               (8, DAY), (16, 7 * DAY)),
    _limit(LimitName.ENQUIRY,                    LimitSubject.PERSON,               (10, DAY), (30, 7 * DAY)),
    # after the limit, one last email says that there are requests to answer
    _limit(LimitName.JOIN_REQUEST_EMAIL,         LimitSubject.ORGANISATION,         (20, DAY)),
    # counted for the person who requests the reset
    _limit(LimitName.SECOND_STEP_RESET,          LimitSubject.PERSON,               (5, HOUR), (10, DAY)),
    # counted for the person whose second step is reset, and for the organisation that requests it
    _limit(LimitName.SECOND_STEP_RESET_OF_PERSON, LimitSubject.PERSON_AND_ORGANISATION, (3, DAY)),
    _limit(LimitName.EMAIL_CHANGE,               LimitSubject.PERSON,               (3, HOUR), (6, DAY)),
    _limit(LimitName.NAME_CHANGE,                LimitSubject.PERSON,               (3, DAY)),
    # after the limit, the council sees applications only in its list
    _limit(LimitName.APPLICATION_EMAIL,          LimitSubject.ORGANISATION,         (20, DAY)),
    # searches, messages, feeds and uploads
    _limit(LimitName.SEARCH,                     LimitSubject.ADDRESS,              (300, MINUTE)),
    _limit(LimitName.SEARCH_OF_PERSON,           LimitSubject.PERSON,               (120, MINUTE)),
    # reports of gaps, and suggested providers
    _limit(LimitName.MESSAGE,                    LimitSubject.ADDRESS,              (10, HOUR), (40, DAY)),
    _limit(LimitName.FEED,                       LimitSubject.ADDRESS,              (120, MINUTE)),
    # several devices can read one calendar, about every 5 minutes
    _limit(LimitName.CALENDAR,                   LimitSubject.CALENDAR,             (10, MINUTE), (60, HOUR)),
    # enough to read 5,000 services, on 50 pages
    _limit(LimitName.API,                        LimitSubject.ADDRESS,              (120, MINUTE)),
    _limit(LimitName.API_OF_KEY,                 LimitSubject.KEY,                  (600, MINUTE)),
    # counts files
    _limit(LimitName.UPLOAD,                     LimitSubject.PERSON,               (300, HOUR), (2000, DAY)),
    # counted in the memory of each process, because otherwise all callers would wait for one database row
    _limit(LimitName.POLICY_REPORT,              LimitSubject.PROCESS,              (10, MINUTE)),
)
# fmt: on
LIMITS: Mapping[LimitName, RateLimit] = MappingProxyType({limit.name: limit for limit in _ROWS})


def limit_windows(name: LimitName) -> tuple[LimitWindow, ...]:
    """Return a limit's windows.

    The `RATE_LIMITS` setting can replace their numbers, in the same order.
    """
    limit = LIMITS[name]
    configured_times = settings.RATE_LIMITS.get(name)
    if configured_times is None:
        return limit.windows
    return tuple(window._replace(times=times) for window, times in zip(limit.windows, configured_times, strict=True))
