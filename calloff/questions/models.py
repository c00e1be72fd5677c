"""Published versions of question sets."""

from django.db import models

from calloff.history.models import append_only
from calloff.questions.schema import QuestionSet

# Versions can be cached, because they never change and there are few of them.
_PARSED: dict[tuple[int, str], QuestionSet] = {}


class QuestionSetVersion(models.Model):
    """A published version of a question set. The database does not allow it to be changed or deleted."""

    key = models.CharField(max_length=50)
    version = models.PositiveIntegerField()
    title = models.CharField(max_length=2000)
    source = models.CharField(max_length=2000)  # the source of the text
    content = models.JSONField()  # the definition, without values that equal their defaults
    sha256 = models.CharField(max_length=64)  # a digest of the content, by which the same text can be found again
    published_at = models.DateTimeField()

    CONSTRAINT_ERRORS = {
        "edition_is_the_only_one_of_its_version": (
            "There is already a version of these questions with this number. Give the new version another number."
        ),
    }

    class Meta:
        db_table = "questions_edition"
        constraints = [
            models.UniqueConstraint(fields=["key", "version"], name="edition_is_the_only_one_of_its_version"),
            models.CheckConstraint(condition=models.Q(version__gte=1), name="edition_has_a_version"),
        ]
        triggers = append_only()

    def __str__(self) -> str:
        return f"{self.title}, version {self.version}"

    @property
    def definition(self) -> QuestionSet:
        """Return the questions of this version."""
        known = (self.pk, self.sha256)
        if known not in _PARSED:
            _PARSED[known] = QuestionSet.model_validate(self.content)
        return _PARSED[known]
