from django.db import models


class DirectoryChange(models.Model):
    """A transaction that changed a table used for the directory.

    Triggers write these rows, and the result cache reads them.
    """

    transaction = models.BigIntegerField(primary_key=True)  # the transaction number in PostgreSQL (xid8)

    class Meta:
        db_table = "directory_touch"
        verbose_name_plural = "touches"

    def __str__(self) -> str:
        return str(self.transaction)
