"""What an approver decides for one lot, before it is carried out."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True)
class LotDecision:
    """Admit or refuse, with the reason that the provider will read, and conditions with the last day for each."""

    lot: int
    admit: bool
    reason: str
    conditions: Sequence[tuple[str, date]] = field(default_factory=tuple)

    @property
    def word(self) -> str:
        if not self.admit:
            return "Not admitted"
        return "Admitted with conditions" if self.conditions else "Admitted"
