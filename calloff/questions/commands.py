import hashlib
import json
from datetime import datetime

from calloff.kernel.lifecycles import Refused
from calloff.questions.models import QuestionSetVersion
from calloff.questions.schema import QuestionSet


def publish_edition(definition: QuestionSet, at: datetime) -> QuestionSetVersion:
    """Keep a version of a question set for ever, or find it if it is kept already.

    Raises Refused where the same version was published with other words: what someone relied on never changes.
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
    QuestionSetVersion.objects.bulk_create([edition], ignore_conflicts=True)  # two at once make one
    kept = QuestionSetVersion.objects.get(key=definition.key, version=definition.version)
    if kept.sha256 != edition.sha256:
        raise Refused(
            f"Version {kept.version} of “{kept.title}” is already published with different text. Change the "
            f"version to {_next(kept)}.",
            "version",
        )
    return kept


def _next(kept: QuestionSetVersion) -> int:
    newest = QuestionSetVersion.objects.filter(key=kept.key).order_by("-version").values_list("version", flat=True)
    return (newest.first() or kept.version) + 1
