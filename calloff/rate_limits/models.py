"""How often something was done within a window."""

from django.db import models


class Count(models.Model):
    """How often one caller did one thing in the window that is open. Its table keeps no write-ahead log.

    The key names the limit, the length of the window and a keyed digest of whoever it is: neither an address of the
    network nor of a mailbox can be read from it. Written by `counts` alone.
    """

    key = models.CharField(max_length=120, primary_key=True)
    ends_at = models.DateTimeField()
    times = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"{self.times} times"
