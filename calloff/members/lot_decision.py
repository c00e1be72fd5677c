"""The decision of an approver about one lot, before it is stored."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True)
class LotDecision:
    """Whether the provider is admitted, the reason that it can read, and any conditions with their last days."""

    lot: int
    admit: bool
    reason: str
    conditions: Sequence[tuple[str, date]] = field(default_factory=tuple)

    @property
    def word(self) -> str:
        """Return the outcome in words."""
        if not self.admit:
            return "Not admitted"
        return "Admitted with conditions" if self.conditions else "Admitted"
