"""The texts of an open market that a numbered modification can change."""

from typing import Any

from calloff.kernel.lifecycles import Refused
from calloff.kernel.names import MAX_PERSON_NAME_LENGTH, clean_name
from calloff.kernel.short_text import find_telephone_problem
from calloff.markets.models import Lot, Market

MODIFIABLE_FIELDS = {
    "summary": "the market’s description",
    "what_it_buys": "what the market buys",
    "lot": "the description of a category",
    "prices_public": "who sees prices",
    "contact_name": "the contact’s name",
    "contact_telephone": "the contact’s telephone number",
    "contact_answer_working_days": "how many working days the council needs to answer questions",
}
PERSONAL_FIELDS = frozenset({"contact_name", "contact_telephone"})  # details of one person at the council
PRICE_AUDIENCES = {"everybody": "everyone, including other providers", "buyers": "only people who can buy"}
EMPTY_REFUSALS = {
    "contact_name": "Enter the contact’s name",
    "contact_telephone": "Enter the contact’s telephone number",
    "contact_answer_working_days": "Enter a number of working days from 1 to 20",
}
WORKING_DAYS = {str(number) for number in range(1, 21)}
NOT_MODIFIABLE_REFUSAL = (
    "You cannot change the {what} of an open market, because providers have relied on it. Create a new market "
    "with the new "
    "terms, or change the market’s description in a numbered modification."
)


def checked_text(market: Market, *, what: str, new: str, reason: str, lot: Lot | None) -> str:
    """Return the new text for a modification in its standard form.

    Raises Refused if the modification is not allowed.
    """
    if what not in MODIFIABLE_FIELDS:
        raise Refused(NOT_MODIFIABLE_REFUSAL.format(what=what or "terms"), "what")
    if not reason.strip():
        raise Refused("Enter a reason. We will save it with the modification.", "reason")
    if not new.strip():
        raise Refused(EMPTY_REFUSALS.get(what, "Enter the new text"), "new")
    if what == "prices_public" and new not in PRICE_AUDIENCES:
        raise Refused("Select who sees prices", "new")
    if what == "lot" and (lot is None or lot.market_id != market.pk):
        raise Refused("Select the category whose description changes", "lot")
    if what == "contact_name":
        new = clean_name(new, noun="Contact’s name", longest=MAX_PERSON_NAME_LENGTH, field="new")
    if what == "contact_telephone" and (wrong := find_telephone_problem(new)):
        raise Refused(wrong, "new")
    if what == "contact_answer_working_days" and new.strip() not in WORKING_DAYS:
        raise Refused(EMPTY_REFUSALS[what], "new")
    return new


def place_in_terms(terms: dict[str, Any], what: str, lot: Lot | None) -> tuple[dict[str, Any], str]:
    """Return the part of a market's terms that a modification changes, and the key of the changed field in that
    part.
    """
    if lot is not None and what == "lot":
        return terms["lots"][lot.number - 1], "description"
    if what.startswith("contact_"):
        return terms["contact"], what.removeprefix("contact_")
    return terms, what
