"""Explanations of the law and its terms in plain English.

Explanations are not rules, so markets do not store them when they open.
"""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import NamedTuple

_OLD_LAW = (
    "The Public Contracts Regulations 2015 apply to purchases that started before 24 February 2025. "
    "The Procurement Act 2023 replaced them."
)
_NEW_LAW = "The Procurement Act 2023 applies to purchases that started on or after 24 February 2025."
_DPS = "A dynamic purchasing system is an online list of approved providers. Providers can apply to join at any time."
_DYNAMIC_MARKET = "A dynamic market is a list of approved providers. Providers can apply to join at any time."
_FRAMEWORK = (
    "A framework is an agreement that sets terms, and often prices, with providers. "
    "Buyers then order under those terms, and no one can join after the framework starts."
)
_OPEN_FRAMEWORK = (
    "An open framework is a series of frameworks on almost the same terms. New providers can join each time it opens."
)
_LIGHT_TOUCH = (
    "Social, health and education services have simpler “light-touch” rules. "
    "The council decides most of the steps and publishes them."
)

RULESET_EXPLANATIONS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "pcr-2015-dps": (_DPS, _OLD_LAW),
        "pcr-2015-light-touch": (_LIGHT_TOUCH, _OLD_LAW),
        "pcr-2015-framework": (_FRAMEWORK, _OLD_LAW),
        "pa-2023-dynamic-market": (_DYNAMIC_MARKET, _NEW_LAW),
        "pa-2023-framework": (_FRAMEWORK, _NEW_LAW),
        "pa-2023-open-framework": (_OPEN_FRAMEWORK, _NEW_LAW),
        "pa-2023-light-touch": (_LIGHT_TOUCH, _NEW_LAW),
        "pa-2023-light-touch-dynamic-market": (_DYNAMIC_MARKET, _LIGHT_TOUCH, _NEW_LAW),
        "pa-2023-light-touch-framework": (_FRAMEWORK, _LIGHT_TOUCH, _NEW_LAW),
        "pa-2023-light-touch-open-framework": (_OPEN_FRAMEWORK, _LIGHT_TOUCH, _NEW_LAW),
        "unknown": (),
    }
)


class Term(NamedTuple):
    """A legal term, and its meaning in one sentence."""

    words: str
    meaning: str


TERMS = (
    Term("Call-off", "A call-off is one order under a market or a framework."),
    Term(
        "Competition", "A competition is a short tender between approved providers for one place or a group of places."
    ),
    Term(
        "Standstill",
        "A standstill is a pause between announcing who has won and signing the contract, so that other bidders can "
        "challenge the decision.",
    ),
    Term("Modification", "A modification is a change made to a contract or a framework after it was agreed."),
    Term(
        "Key performance indicator",
        "A key performance indicator is a measure, with a target, of how well a contract is carried out.",
    ),
    Term(
        "Contract details notice",
        "A contract details notice tells the public about a contract that has been signed. It says who the contract is "
        "with, what it is for and how much it costs.",
    ),
    Term(
        "Threshold",
        "A threshold is the value from which the full rules of the law apply. The government sets it every 2 years.",
    ),
    Term("Light-touch", _LIGHT_TOUCH),
)  # fmt: skip


def terms_used_in(sentences: Iterable[str]) -> list[Term]:
    """Return the legal terms that appear in the sentences, in the order of `TERMS`.

    A page can then explain each term once.
    """
    text = " ".join(sentences).casefold()
    return [term for term in TERMS if term.words.casefold() in text]
