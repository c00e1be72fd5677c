"""The counts for the rate limits."""

from django.db import models


class AttemptCount(models.Model):
    """The count of one caller for one limit, in the current window.

    The table is unlogged, so the counts are lost if the database crashes. The key consists of the limit, the length of
    the window and a keyed digest of the caller, so no one can read an IP address or email address from it. Only
    `counts` writes these rows.
    """

    key = models.CharField(max_length=120, primary_key=True)
    ends_at = models.DateTimeField()
    times = models.PositiveIntegerField()
    pending = models.PositiveIntegerField(db_default=0)  # the number of attempts whose outcome is not known yet
    pending_until = models.DateTimeField(null=True, blank=True)  # the time from which these attempts no longer count

    class Meta:
        db_table = "rate_limits_count"

    def __str__(self) -> str:
        return f"{self.times} times"
