"""The life of one item of a provider's evidence. Whether it has expired is no status: the calendar says so."""

from django.db import models

from calloff.kernel.lifecycles import Lifecycle, Move
from calloff.people.permissions import Can


class EvidenceStatus(models.TextChoices):
    HELD = "held", "Held"
    SUPERSEDED = "superseded", "Superseded"
    WITHDRAWN = "withdrawn", "Withdrawn"


E = EvidenceStatus

# fmt: off
EVIDENCE = Lifecycle("evidence", "evidence", (
    #    verb        from    to            whose       needs
    Move("add",      None,   E.HELD,       "provider", Can.KEEP_EVIDENCE),
    Move("renew",    None,   E.HELD,       "provider", Can.KEEP_EVIDENCE),  # the new item, in one act with
    Move("renew",    E.HELD, E.SUPERSEDED, "provider", Can.KEEP_EVIDENCE),  # the one that it renews
    Move("withdraw", E.HELD, E.WITHDRAWN,  "provider", Can.KEEP_EVIDENCE),
))
# fmt: on
