"""Counts of rate limits."""

from django.db import models


class AttemptCount(models.Model):
    """One caller's count for one limit, in the current window.

    The table is unlogged, so the counts are lost if the database crashes. The key is made of the limit, the window's
    length and a keyed digest of the caller, so no one can read an IP address or email address from it. Only `counts`
    writes these rows.
    """

    key = models.CharField(max_length=120, primary_key=True)
    ends_at = models.DateTimeField()
    times = models.PositiveIntegerField()
    pending = models.PositiveIntegerField(db_default=0)  # attempts whose outcome is not known yet
    pending_until = models.DateTimeField(null=True, blank=True)  # the time after which pending attempts no longer count

    class Meta:
        db_table = "rate_limits_count"

    def __str__(self) -> str:
        return f"{self.times} times"
