"""Forms that people submitted after they had been signed out."""

from django.conf import settings
from django.db import models


class LateSubmission(models.Model):
    """A form that a person submitted after they had been signed out.

    It is encrypted, and deleted after a day.
    """

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    path = models.CharField(max_length=500)
    token = models.CharField(max_length=40, unique=True)
    sealed = models.BinaryField()
    kept_at = models.DateTimeField()

    class Meta:
        db_table = "web_keptpost"
        constraints = [models.UniqueConstraint(fields=["person", "path"], name="kept_post_once_a_page")]

    def __str__(self) -> str:
        return f"Form answers saved for {self.path}"
