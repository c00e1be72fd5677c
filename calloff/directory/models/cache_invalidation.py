from django.db import models


class DirectoryChange(models.Model):
    """A transaction that changed a table shown in directories. Triggers write it, and the result cache reads it."""

    transaction = models.BigIntegerField(primary_key=True)  # as PostgreSQL counts them (xid8)

    class Meta:
        db_table = "directory_touch"
        verbose_name_plural = "touches"

    def __str__(self) -> str:
        return str(self.transaction)
