"""An approver's decision on one lot, before it is stored."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True)
class LotDecision:
    """Whether to admit, with the reason that the provider will read, and any conditions, each with its last day."""

    lot: int
    admit: bool
    reason: str
    conditions: Sequence[tuple[str, date]] = field(default_factory=tuple)

    @property
    def word(self) -> str:
        """Return the outcome as text."""
        if not self.admit:
            return "Not admitted"
        return "Admitted with conditions" if self.conditions else "Admitted"
