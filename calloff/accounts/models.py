"""What this installation remembers of how people prove who they are."""

from django.db import models


class EncryptionKey(models.Model):
    """The fingerprint of a key that this database was written under: never the key."""

    fingerprint = models.CharField(max_length=16, unique=True)
    first_used_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.fingerprint
