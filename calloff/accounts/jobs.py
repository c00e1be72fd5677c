"""Background jobs for accounts."""

from procrastinate.contrib.django import app

from calloff.accounts import retention
from calloff.kernel import clock


@app.task(queue="tidy", name="accounts.tidy")
def tidy(timestamp: int = 0) -> None:
    """Delete unconfirmed accounts, and old codes, email changes, browsers, calendars and sessions.

    None of these can be used to sign in.
    """
    at = clock.now()
    retention.delete_unconfirmed_accounts(at)
    retention.forget_old_codes(at)
    retention.forget_old_devices(at)
    retention.forget_old_email_changes(at)
    retention.forget_old_calendars(at)
    retention.forget_ended_sessions()
