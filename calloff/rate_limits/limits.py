# ruff: noqa: E501, S105 (a table, in which none of the names is a password)
"""The table of rate limits: how often someone can do something, who is counted, and in which period.

The table contains only the limits that Calloff itself counts. Nginx has its own limits (`deploy/nginx.conf`), emailed
codes and PINs have their own counts of wrong attempts, and `documents/inspection` limits how many files are inspected
at the same time.

A window starts with the first attempt and lasts for its period. The next attempt after that starts a new window. If a
limit has several windows, an attempt must be within all of them. IPv6 addresses are counted by /64 network, which is
one household or office.
"""

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple

from django.conf import settings

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


class LimitWindow(NamedTuple):
    """How many attempts are allowed in a period."""

    times: int
    lasts: timedelta


class LimitName(StrEnum):
    """The names of the limits. They are an enumeration, so that mypy finds a name that is misspelt."""

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

    The argument `who` of `counts.count_attempt` identifies the caller.
    """

    ADDRESS = "address"  # the IP address from rate_limits/callers.py
    ACCOUNT = "account"  # the email address as the person typed it, whether or not there is an account
    ACCOUNT_AND_ADDRESS = "account and address"
    ACCOUNT_AND_BROWSER = "account and browser"
    MAILBOX = "mailbox"  # the email address in its standard spelling, so that different spellings count together
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
    """A limit: the kind of caller whose attempts it counts, and its windows, with the shortest first."""

    name: LimitName
    per: LimitSubject
    windows: tuple[LimitWindow, ...]


def _limit(name: LimitName, per: LimitSubject, *windows: tuple[int, timedelta]) -> RateLimit:
    return RateLimit(name, per, tuple(LimitWindow(*window) for window in windows))


# fmt: off
_ROWS = (
    # Signing in. A whole school can share one IP address, so limits for each address are far higher than limits for
    # each person.
    _limit(LimitName.SIGN_IN,                    LimitSubject.ADDRESS,              (60, MINUTE)),
    _limit(LimitName.WRONG_PASSWORD,             LimitSubject.ACCOUNT_AND_ADDRESS,  (5, 5 * MINUTE), (10, HOUR), (20, DAY)),
    # for browsers in which someone has signed in to the account before
    _limit(LimitName.WRONG_PASSWORD_BROWSER,     LimitSubject.ACCOUNT_AND_BROWSER,  (5, 5 * MINUTE), (10, HOUR), (20, DAY)),
    # for browsers in which no one has signed in to the account before
    _limit(LimitName.WRONG_PASSWORD_ACCOUNT,     LimitSubject.ACCOUNT,              (50, DAY), (200, 30 * DAY)),
    # for browsers in which no one has signed in to the account before
    _limit(LimitName.WRONG_PASSWORD_ADDRESS,     LimitSubject.ADDRESS,              (200, 15 * MINUTE)),
    _limit(LimitName.WRONG_CODE,                 LimitSubject.PERSON,               (5, 5 * MINUTE), (10, HOUR), (20, DAY)),
    _limit(LimitName.SIGN_UP,                    LimitSubject.ADDRESS,              (20, MINUTE), (200, HOUR)),
    _limit(LimitName.CONFIRMATION_CODE,          LimitSubject.MAILBOX_AND_ADDRESS,  (4, 15 * MINUTE)),
    # The period is as long as a code is valid. Once the limit is reached, no new code is sent, and the last code
    # stays valid (web/account/mailbox_codes.py).
    _limit(LimitName.CONFIRMATION_CODE_MAILBOX,  LimitSubject.MAILBOX,              (8, 15 * MINUTE)),
    _limit(LimitName.RESET,                      LimitSubject.ACCOUNT_AND_ADDRESS,  (3, 15 * MINUTE)),
    _limit(LimitName.RESET_ACCOUNT,              LimitSubject.ACCOUNT,              (8, 15 * MINUTE)),
    # for browsers in which no one has signed in to the account before
    _limit(LimitName.RESET_ADDRESS,              LimitSubject.ADDRESS,              (20, HOUR)),
    # for emails which say that no account has this address
    _limit(LimitName.RESET_UNKNOWN_MAILBOX,      LimitSubject.MAILBOX,              (8, 15 * MINUTE)),
    _limit(LimitName.RESET_CODE,                 LimitSubject.ADDRESS,              (20, MINUTE)),
    _limit(LimitName.PASSWORD_AGAIN,             LimitSubject.PERSON,               (10, MINUTE)),
    _limit(LimitName.ACCOUNT_CHANGE,             LimitSubject.PERSON,               (10, MINUTE)),
    _limit(LimitName.EMAIL_CODE,                 LimitSubject.PERSON,               (5, HOUR), (10, DAY)),
    _limit(LimitName.SIGNING_CODE,               LimitSubject.PERSON_AND_AGREEMENT, (5, HOUR)),
    # Invitations and registrations.
    _limit(LimitName.LINK,                       LimitSubject.ADDRESS,              (60, MINUTE)),
    _limit(LimitName.INVITATION,                 LimitSubject.ORGANISATION,         (30, DAY)),
    # An authority can have a long list of providers to invite.
    _limit(LimitName.INVITATION_OF_AUTHORITY,    LimitSubject.ORGANISATION,         (200, DAY)),
    # This counts all organisations of a person together, apart from authorities.
    _limit(LimitName.INVITATION_OF_PERSON,       LimitSubject.PERSON,               (60, DAY)),
    # This counts each organisation that a council has checked separately.
    _limit(LimitName.INVITATION_TO_MAILBOX,      LimitSubject.MAILBOX_AND_ORGANISATION, (5, HOUR), (10, DAY)),
    # This counts all organisations that no council has checked together, because anyone can register an organisation.
    _limit(LimitName.INVITATION_TO_MAILBOX_UNCHECKED, LimitSubject.MAILBOX,         (3, DAY)),
    # This counts each time a table is checked or sent.
    _limit(LimitName.INVITATION_TABLE,           LimitSubject.PERSON,               (60, HOUR)),
    _limit(LimitName.INVITATION_TABLE_OF_ORGANISATION, LimitSubject.ORGANISATION,   (120, HOUR)),
    _limit(LimitName.PROVIDER_REGISTERED,        LimitSubject.PERSON,               (3, HOUR), (5, DAY)),
    # Actions that send emails to other people and can be repeated.
    _limit(LimitName.JOIN_REQUEST,               LimitSubject.PERSON,               (8, DAY), (16, 7 * DAY)),
    _limit(LimitName.ENQUIRY,                    LimitSubject.PERSON,               (10, DAY), (30, 7 * DAY)),
    # Once the limit is reached, one last email says that there are requests to answer.
    _limit(LimitName.JOIN_REQUEST_EMAIL,         LimitSubject.ORGANISATION,         (20, DAY)),
    # This counts the person who requests the reset.
    _limit(LimitName.SECOND_STEP_RESET,          LimitSubject.PERSON,               (5, HOUR), (10, DAY)),
    # This counts the person whose second step is reset, together with the organisation that requests it.
    _limit(LimitName.SECOND_STEP_RESET_OF_PERSON, LimitSubject.PERSON_AND_ORGANISATION, (3, DAY)),
    _limit(LimitName.EMAIL_CHANGE,               LimitSubject.PERSON,               (3, HOUR), (6, DAY)),
    _limit(LimitName.NAME_CHANGE,                LimitSubject.PERSON,               (3, DAY)),
    # Once the limit is reached, the council sees applications only in its list.
    _limit(LimitName.APPLICATION_EMAIL,          LimitSubject.ORGANISATION,         (20, DAY)),
    # Searches, messages, feeds and uploads.
    _limit(LimitName.SEARCH,                     LimitSubject.ADDRESS,              (300, MINUTE)),
    _limit(LimitName.SEARCH_OF_PERSON,           LimitSubject.PERSON,               (120, MINUTE)),
    # for reports of gaps, and for suggested providers
    _limit(LimitName.MESSAGE,                    LimitSubject.ADDRESS,              (10, HOUR), (40, DAY)),
    _limit(LimitName.FEED,                       LimitSubject.ADDRESS,              (120, MINUTE)),
    # Several devices can read one calendar, each about every 5 minutes.
    _limit(LimitName.CALENDAR,                   LimitSubject.CALENDAR,             (10, MINUTE), (60, HOUR)),
    # This is enough to read 5,000 services, on 50 pages.
    _limit(LimitName.API,                        LimitSubject.ADDRESS,              (120, MINUTE)),
    _limit(LimitName.API_OF_KEY,                 LimitSubject.KEY,                  (600, MINUTE)),
    # This counts files.
    _limit(LimitName.UPLOAD,                     LimitSubject.PERSON,               (300, HOUR), (2000, DAY)),
    # Each process counts these in its own memory, because otherwise all callers would wait for one database row.
    _limit(LimitName.POLICY_REPORT,              LimitSubject.PROCESS,              (10, MINUTE)),
)
# fmt: on
LIMITS: Mapping[LimitName, RateLimit] = MappingProxyType({limit.name: limit for limit in _ROWS})


def limit_windows(name: LimitName) -> tuple[LimitWindow, ...]:
    """Return the windows of a limit.

    The setting `RATE_LIMITS` can replace their numbers, in the same order.
    """
    limit = LIMITS[name]
    configured_times = settings.RATE_LIMITS.get(name)
    if configured_times is None:
        return limit.windows
    return tuple(window._replace(times=times) for window, times in zip(limit.windows, configured_times, strict=True))
