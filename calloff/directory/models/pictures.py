import pgtrigger
from django.db import models
from django.db.models import Deferrable, Q

from calloff.directory.models.services import Service
from calloff.directory.models.visibility import ProviderAndAuthorityQuerySet
from calloff.documents.models import StoredFile
from calloff.people.models import Organisation

# The maximum number of pictures for a service. This is enough to show the place, and few enough to load on a phone.
MAX_PICTURES = 4


class PictureFault(models.TextChoices):
    """Why an authority removes a picture. The provider can read the reason."""

    CHILD = "child", "A child could be recognised"
    RIGHTS = "rights", "The provider does not have permission to publish it"
    MISLEADING = "misleading", "It does not show this service"
    UNSUITABLE = "unsuitable", "It is not suitable for a public page"


class Picture(models.Model):
    """A picture on a service's page, with alternative text.

    The first picture is also on the service's card in the results. No child in a picture must be recognisable, and the
    provider must be allowed to publish the picture.
    """

    authority = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    provider = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="pictures")
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    # A smaller copy for cards in the results. Pictures that were added before there were such copies have none.
    card_file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, related_name="+")
    words = models.CharField(max_length=200)  # the picture's alternative text
    place = models.PositiveSmallIntegerField()  # the picture's position on the page, counted from 1
    added_at = models.DateTimeField()

    objects = ProviderAndAuthorityQuerySet.as_manager()

    CONSTRAINT_ERRORS = {
        "picture_one_to_a_place": (
            "A colleague added a picture a moment ago. Open the page again before you add another."
        ),
        "picture_few_of_a_service": "A service can have up to 4 pictures. Remove one before you add another.",
        "picture_has_words": "Describe the picture for people who cannot see it",
    }

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["service", "place"], name="picture_one_to_a_place", deferrable=Deferrable.DEFERRED
            ),
            models.CheckConstraint(name="picture_few_of_a_service", condition=Q(place__gte=1, place__lte=MAX_PICTURES)),
            models.CheckConstraint(name="picture_has_words", condition=~Q(words="")),
        ]

    def __str__(self) -> str:
        return self.words


class RemovedPicture(models.Model):
    """The digest of a picture that an authority removed, so that the provider cannot add the same picture again."""

    authority = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    provider = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="+")
    # the digest of the copy that we made. It is the same for the same upload
    sha256 = models.CharField(max_length=64)
    fault = models.CharField(max_length=20, choices=PictureFault)
    removed_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["provider", "sha256"], name="removed_picture_by_content")]
        triggers = [pgtrigger.Protect(name="removal_is_kept", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"picture removed from {self.service}"
