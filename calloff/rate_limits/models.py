"""Counts of rate limits."""

from django.db import models


class AttemptCount(models.Model):
    """One caller's count for one limit in the current window. The table is unlogged.

    The key names the limit, the length of the window and a keyed digest of whoever it is: neither an address of the
    network nor of a mailbox can be read from it. Written by `counts` alone.
    """

    key = models.CharField(max_length=120, primary_key=True)
    ends_at = models.DateTimeField()
    times = models.PositiveIntegerField()
    pending = models.PositiveIntegerField(db_default=0)  # tries that no one knows the outcome of yet
    pending_until = models.DateTimeField(null=True, blank=True)  # from then on they count for nothing

    class Meta:
        db_table = "rate_limits_count"

    def __str__(self) -> str:
        return f"{self.times} times"
