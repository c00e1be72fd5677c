from django.db.models import QuerySet

from calloff.questions.models import Edition


def editions_of(key: str) -> QuerySet[Edition]:
    """Find the versions of a question set, newest first."""
    return Edition.objects.filter(key=key).order_by("-version")


def latest_edition(key: str) -> Edition | None:
    """Find the newest version of a question set."""
    return editions_of(key).first()


def find_edition(key: str, version: int) -> Edition | None:
    return Edition.objects.filter(key=key, version=version).first()
