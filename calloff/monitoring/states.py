"""The life of a recall: a buyer with a child at a provider that is suspended is told, and says where each child is."""

from django.db import models

from calloff.kernel.lifecycles import Lifecycle, Move
from calloff.people.permissions import Can


class RecallStatus(models.TextChoices):
    TOLD = "told", "Told, not yet acknowledged"
    ACKNOWLEDGED = "acknowledged", "Acknowledged"


R = RecallStatus

# fmt: off
RECALL = Lifecycle("recall", "monitoring", (
    #    verb          from    to              whose        needs
    Move("tell",       None,   R.TOLD,         "authority", Can.ASSURE, "monitoring.suspend"),
    Move("remind",     R.TOLD, R.TOLD,         "authority", Can.ASSURE),
    Move("acknowledge", R.TOLD, R.ACKNOWLEDGED, "buyer",    Can.SEE_PLACING),
))
# fmt: on
