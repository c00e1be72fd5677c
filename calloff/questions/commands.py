"""Commands for question sets."""

import hashlib
import json
from datetime import datetime

from calloff.kernel.lifecycles import Refused
from calloff.questions.models import QuestionSetVersion
from calloff.questions.schema import QuestionSet


def publish_edition(definition: QuestionSet, at: datetime) -> QuestionSetVersion:
    """Store a version of a question set permanently, or return the version if it is already stored.

    Raises Refused if this version was published with a different text, because people might already rely on that text.
    """
    content = definition.model_dump(mode="json", exclude_defaults=True)
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    edition = QuestionSetVersion(
        key=definition.key,
        version=definition.version,
        title=definition.title,
        source=definition.source,
        content=content,
        sha256=hashlib.sha256(canonical.encode()).hexdigest(),
        published_at=at,
    )
    # If two people publish at the same time, only one version is created.
    QuestionSetVersion.objects.bulk_create([edition], ignore_conflicts=True)
    published = QuestionSetVersion.objects.get(key=definition.key, version=definition.version)
    if published.sha256 != edition.sha256:
        raise Refused(
            f"Version {published.version} of “{published.title}” is already published with different text. Change the "
            f"version to {_next(published)}.",
            "version",
        )
    return published


def _next(edition: QuestionSetVersion) -> int:
    newest = QuestionSetVersion.objects.filter(key=edition.key).order_by("-version").values_list("version", flat=True)
    return (newest.first() or edition.version) + 1
