"""What makes a buyer one who may ask: joining, the Partnership Agreement, reminding, agreements signed on paper."""

from calloff.partners.commands.agreeing import countersign, drop, end, supersede, take_up
from calloff.partners.commands.joining import ask_to_join
from calloff.partners.commands.papers import PaperReport, bring_in
from calloff.partners.commands.reminding import remind

__all__ = [
    "PaperReport",
    "ask_to_join",
    "bring_in",
    "countersign",
    "drop",
    "end",
    "remind",
    "supersede",
    "take_up",
]
