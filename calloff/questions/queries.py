from django.db.models import QuerySet

from calloff.questions.models import Edition


def editions(key: str) -> QuerySet[Edition]:
    """Find the versions of a question set, newest first."""
    return Edition.objects.filter(key=key).order_by("-version")


def latest(key: str) -> Edition | None:
    """Find the newest version of a question set."""
    return editions(key).first()


def edition(key: str, version: int) -> Edition | None:
    return Edition.objects.filter(key=key, version=version).first()
