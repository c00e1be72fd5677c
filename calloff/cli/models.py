from django.db import models
from django.db.models import Q


class Demonstration(models.Model):
    """Marks a database as a demonstration.

    The `demo` command writes the only row, when the database is empty.
    """

    story_anchor = models.DateField()  # the story's Monday
    made_at = models.DateTimeField()
    # the random value from which this installation's invented people's passwords are derived
    secret = models.CharField(max_length=100)
    only = models.BooleanField(default=True, unique=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(only=True), name="one_demonstration_only")]

    def __str__(self) -> str:
        return f"Demonstration set on {self.story_anchor}"
