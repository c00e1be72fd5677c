"""What is tidied away here."""

from procrastinate.contrib.django import app

from calloff.accounts import commands
from calloff.kernel import clock


@app.task(queue="tidy", name="accounts.tidy")
def tidy(timestamp: int = 0) -> None:
    """Forget old codes, unused browsers and ended sessions. Nothing depends on it: none of them lets anybody in."""
    at = clock.now()
    commands.forget_old_codes(at)
    commands.forget_old_devices(at)
    commands.forget_ended_sessions()
