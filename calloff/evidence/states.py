"""The life of one item of a provider's evidence. Whether it has expired is no status: the calendar says so."""

from django.db import models

from calloff.kernel.lifecycles import Lifecycle, Transition
from calloff.people.permissions import Can


class EvidenceStatus(models.TextChoices):
    HELD = "held", "Held"
    SUPERSEDED = "superseded", "Superseded"
    WITHDRAWN = "withdrawn", "Withdrawn"


EVIDENCE = Lifecycle(
    "evidence",
    "evidence",
    (
        #    verb        from    to            whose       needs
        Transition("add", None, EvidenceStatus.HELD, "provider", Can.KEEP_EVIDENCE),
        Transition("renew", None, EvidenceStatus.HELD, "provider", Can.KEEP_EVIDENCE),  # the new item, in one act with
        # the one that it renews
        Transition("renew", EvidenceStatus.HELD, EvidenceStatus.SUPERSEDED, "provider", Can.KEEP_EVIDENCE),
        Transition("withdraw", EvidenceStatus.HELD, EvidenceStatus.WITHDRAWN, "provider", Can.KEEP_EVIDENCE),
    ),
)
