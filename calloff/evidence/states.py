"""The life cycle of a document in the evidence of a provider.

“Expired” is not a status, because it depends on today's date.
"""

from django.db import models

from calloff.kernel.lifecycles import Lifecycle, Transition
from calloff.people.permissions import Can


class EvidenceStatus(models.TextChoices):
    HELD = "held", "Valid"
    SUPERSEDED = "superseded", "Superseded"
    WITHDRAWN = "withdrawn", "Withdrawn"


# fmt: off
EVIDENCE = Lifecycle("evidence", "evidence", (
    Transition("add", None, EvidenceStatus.HELD, "provider", Can.KEEP_EVIDENCE, history_text="Document added"),
    # A renewal changes two records in one event: it creates the new document and replaces the old document.
    Transition("renew", None, EvidenceStatus.HELD, "provider", Can.KEEP_EVIDENCE, history_text="Renewed"),
    Transition("renew", EvidenceStatus.HELD, EvidenceStatus.SUPERSEDED, "provider", Can.KEEP_EVIDENCE,
               history_text="Renewed"),
    Transition("withdraw", EvidenceStatus.HELD, EvidenceStatus.WITHDRAWN, "provider", Can.KEEP_EVIDENCE,
               history_text="Document withdrawn"),
))
# fmt: on
