"""Life-cycle of a suspension notice, which asks a buyer where its children at the provider are."""

from django.db import models

from calloff.kernel.lifecycles import Lifecycle, Transition
from calloff.people.permissions import Can


class RecallStatus(models.TextChoices):
    TOLD = "told", "Not acknowledged"
    ACKNOWLEDGED = "acknowledged", "Acknowledged"


# fmt: off
RECALL = Lifecycle("recall", "monitoring", (
    Transition("tell", None, RecallStatus.TOLD, "authority", Can.ASSURE,
               history_text="Told", command="monitoring.suspend"),
    Transition("remind", RecallStatus.TOLD, RecallStatus.TOLD, "authority", Can.ASSURE,
               history_text="School or team reminded to confirm where its pupils are"),
    Transition("acknowledge", RecallStatus.TOLD, RecallStatus.ACKNOWLEDGED, "buyer", Can.SEE_PLACING,
               history_text="Acknowledged"),
))
# fmt: on
