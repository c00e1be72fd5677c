from django.db import models


class DirectoryChange(models.Model):
    """A transaction that changed one of the tables that the directory depends on.

    Triggers write these rows, and the cache of search results reads them.
    """

    transaction = models.BigIntegerField(primary_key=True)  # PostgreSQL's transaction number (xid8)

    class Meta:
        db_table = "directory_touch"
        verbose_name_plural = "touches"

    def __str__(self) -> str:
        return str(self.transaction)
