from datetime import datetime

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Concat

from calloff.directory.states import SYNONYM, SynonymStatus
from calloff.history.triggers import status_guard
from calloff.people.models import Organisation, RoleGrant, User

MAX_PHRASE_LENGTH = 60  # characters


class SynonymQuerySet(models.QuerySet["Synonym"]):
    def visible_to(self, person: User, at: datetime) -> "SynonymQuerySet":
        """Filter to synonyms of authorities where the person has a role."""
        held = RoleGrant.objects.in_force(at).filter(person=person)
        return self.filter(authority__in=held.values("organisation"))

    def with_word(self, word: str) -> "SynonymQuerySet":
        """Filter to rows with a word in any of their phrases."""
        phrases = Func(F("phrases"), Value(", "), function="array_to_string", output_field=models.TextField())
        finds = Func(F("finds"), Value(", "), function="array_to_string", output_field=models.TextField())
        rows = self.annotate(as_text=Concat(phrases, Value(", "), finds, output_field=models.TextField()))
        return rows.filter(as_text__icontains=word)

    def in_use(self) -> "SynonymQuerySet":
        return self.filter(status=SynonymStatus.IN_USE)


class Synonym(models.Model):
    """A row in an authority's table of synonyms, which searches of its directory use.

    Each of `phrases` also finds the others. If `finds` has phrases, each of `phrases` finds only these, and they do not
    find it in return.
    """

    LIFECYCLE = SYNONYM
    CONSTRAINT_ERRORS = {
        "synonym_has_two_phrases": "Enter at least 2 words that mean the same, or the words to find",
    }

    authority = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    phrases = ArrayField(models.CharField(max_length=MAX_PHRASE_LENGTH))
    finds = ArrayField(models.CharField(max_length=MAX_PHRASE_LENGTH), default=list, blank=True)
    status = models.CharField(max_length=20, choices=SynonymStatus)

    objects = SynonymQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(name="synonym_has_two_phrases", condition=~Q(phrases__len__lt=2) | ~Q(finds=[])),
        ]
        indexes = [models.Index(fields=["authority", "status"], name="synonym_by_authority")]
        triggers = [status_guard()]

    def __str__(self) -> str:
        return ", ".join(self.phrases)
