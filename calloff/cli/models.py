from django.db import models
from django.db.models import Q


class Demonstration(models.Model):
    """A row that marks a database as a demonstration.

    The `demo` command writes the only row, when the database is empty.
    """

    story_anchor = models.DateField()  # the Monday of the story's current week
    made_at = models.DateTimeField()
    # the random value from which the passwords of this installation's invented people are derived
    secret = models.CharField(max_length=100)
    only = models.BooleanField(default=True, unique=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(only=True), name="one_demonstration_only")]

    def __str__(self) -> str:
        return f"Demonstration set on {self.story_anchor}"
