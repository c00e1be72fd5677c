"""Questions to the council about a market, from people who apply or might apply, and the answers."""

from datetime import datetime

from django.db import models
from django.db.models import Q

from calloff.applications.states import ENQUIRY, EnquiryStatus
from calloff.history.triggers import never_rewritten, status_guard
from calloff.markets.models import Market, markets_where
from calloff.people.models import Organisation, User
from calloff.people.permissions import Can, roles_with


class EnquiryQuerySet(models.QuerySet["Enquiry"]):
    def visible_to(self, person: User, at: datetime) -> "EnquiryQuerySet":
        """Filter to the questions that a person can see.

        These are the questions of the person's own side, and the questions about markets that the person oversees.
        """
        oversee = roles_with(Can.OVERSEE)
        return self.filter(
            self.side_of(person, at)
            | Q(authority__in=person.organisations_where(oversee, at))
            | Q(market__in=markets_where(person, oversee, at))
        )

    def asked_by_side_of(self, person: User, at: datetime) -> "EnquiryQuerySet":
        """Filter to the person's own questions, and to those of the providers for which the person can now apply.

        After a person's role at a provider ends, they can no longer read that provider's questions, even those that
        they wrote.
        """
        return self.filter(self.side_of(person, at))

    @staticmethod
    def side_of(person: User, at: datetime) -> Q:
        own = Q(provider=None, asked_by=person)
        return own | Q(provider__in=person.organisations_where(roles_with(Can.APPLY), at))


class Enquiry(models.Model):
    """A question to the council about a market.

    The council can publish the question and answer in its own words, without names.
    """

    LIFECYCLE = ENQUIRY

    authority = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    market = models.ForeignKey(Market, on_delete=models.PROTECT, related_name="+")
    # the provider that asks, or None if a person asks for themselves
    provider = models.ForeignKey(Organisation, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    # removed a year after the question was answered, withdrawn or closed
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    asked_at = models.DateTimeField()
    answer_by = models.DateTimeField()
    question = models.TextField()
    answer = models.TextField(blank=True)
    answered_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    closed_at = models.DateTimeField(null=True, blank=True)  # when the question was answered, withdrawn or closed
    closing_reason = models.TextField(blank=True, db_default="")  # why the question was closed without an answer
    published_question = models.TextField(blank=True)
    published_answer = models.TextField(blank=True)
    published_at = models.DateTimeField(null=True, blank=True)
    status = models.CharField(max_length=20, choices=EnquiryStatus)

    objects = EnquiryQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="enquiry_answered_by_a_person",
                condition=Q(answer="", answered_by=None) | (~Q(answer="") & Q(answered_by__isnull=False)),
                violation_error_message="Enter your answer",
            ),
            models.CheckConstraint(
                name="enquiry_published_whole",
                condition=~Q(status=EnquiryStatus.PUBLISHED)
                | (~Q(published_question="") & ~Q(published_answer="") & Q(published_at__isnull=False)),
                violation_error_message="Enter the question and the answer that you want to publish",
            ),
        ]
        indexes = [
            models.Index(fields=["market", "-asked_at", "-id"], name="enquiry_by_market"),
            models.Index(
                fields=["authority", "answer_by"], name="enquiry_to_answer", condition=Q(status=EnquiryStatus.ASKED)
            ),
        ]
        triggers = [status_guard(), never_rewritten("authority", "market", "provider", "asked_at", "question")]

    def __str__(self) -> str:
        return f"Question about {self.market.code}"

    @property
    def asker(self) -> str:
        """Return the name of the provider or, if there is none, of the person who asked, unless they have been
        removed.
        """
        return str(self.provider or self.asked_by or "Name deleted")

    def also_permits(self, permission: str, person: User, at: datetime) -> bool:
        return self.market.also_permits(permission, person, at)
