"""Write the particulars of one child's placement agreement, and the price for its annex."""

from datetime import time
from decimal import Decimal
from typing import Any

from calloff.directory.models import PriceUnit, VatTreatment
from calloff.directory.timetables import format_timetable, sites_named
from calloff.kernel import time_of_day
from calloff.kernel.formatting import format_date, format_exact_pounds, format_list, format_units, pluralise
from calloff.kernel.money import format_pounds
from calloff.partners.models import SchoolCoverage
from calloff.people.models import Organisation
from calloff.placements import agreed_terms
from calloff.placements.agreed_terms import Cost
from calloff.placements.models import Placement
from calloff.pupils.queries import format_year_group
from calloff.referrals.school_calendars import calendar_of


def agreement_particulars(placement: Placement, worth: Cost) -> list[dict[str, Any]]:
    """Return the agreed facts, grouped under headings, as the signed copy prints them.

    The child is identified only by reference, initials and year group, because only the `pupils` app stores the name
    (docs/adr/0021).
    """
    starts, ends = placement.period
    amount, total = placement.amount or Decimal(0), placement.total or Decimal(0)
    reviews = agreed_terms.plan_review_days(starts, ends, calendar_of(placement.buyer))
    timetable = agreed_terms.terms_of(placement).timetable
    charged = agreed_terms.add_vat(total, placement.vat, starts)
    counted = (
        "counted in school days" if worth.known else "counted in calendar days, because not all term dates are known"
    )
    weekly = placement.units_a_week or Decimal(0)
    parties = [
        [f"{words}", _legal(side)] for words, side in (("Provider", placement.provider), ("Buyer", placement.buyer))
    ]
    entity = _entity(placement)
    site = (
        f"{placement.site}, {placement.site.postcode}"
        if placement.site
        else "No site (online, or at the school or home)"
    )
    return [
        {"heading": "Parties", "rows": [*parties, *([["Signs for the buyer", entity]] if entity else [])]},
        {
            "heading": "The child",
            "rows": [
                ["Reference", placement.pupil.reference],
                ["Initials and year",
                    f"{placement.pupil.initials}, {format_year_group(placement.pupil.year_on(starts))}"],
                ["Referral", placement.referral.reference],
            ],
        },
        {
            "heading": "The place",
            "rows": [
                ["Service", str(placement.service)],
                ["Site", site],
                ["Moving", "No move to another site or provider without the buyer's written approval"],
                ["From", format_date(starts)],
                ["Until", f"{format_date(ends)}, the last day"],
                ["Timetable", format_timetable(timetable, sites_named(timetable))],
                ["Staff to children", placement.ratio],
                ["Outcomes", format_list(list(placement.outcomes))],
                ["Reviews", "By " + format_list([format_date(one) for one in reviews])],
            ],
        },
        {
            "heading": "Price",
            "rows": [
                ["Price",
                    f"{format_pounds(amount)} {PriceUnit(placement.unit).label}, {VatTreatment(placement.vat).label}"],
                ["Each week", format_units(weekly, placement.unit)],
                ["Total before VAT",
                    f"{format_exact_pounds(total)}, for {format_units(worth.units, placement.unit)}, {counted}"],
                ["Total with VAT", format_exact_pounds(charged)],
                ["Absence", placement.absence_rule],
                ["Purchase order", placement.purchase_order],
            ],
        },
        {
            "heading": "Working together",
            "rows": [
                ["Contact for absences", f"{placement.attendance_contact}{_by(placement.attendance_time)}"],
                ["Emergency contacts", placement.emergency],
                ["Notice", pluralise(placement.notice_days or 0, "day")],
            ],
        },
    ]  # fmt: skip


def price_annex(placement: Placement) -> list[dict[str, Any]]:
    """Return the fixed price, for the agreement's annex."""
    return [
        {
            "key": "placement", "lot": placement.lot.number, "label": str(placement.service), "unit": placement.unit,
            "amount": f"{placement.amount:.2f}", "vat": placement.vat,
        }
    ]  # fmt: skip


def _legal(side: Organisation) -> str:
    """Return a party's name with its registration number."""
    numbers = [
        f"company {side.company_number}" if side.company_number else "",
        f"charity {side.charity_number}" if side.charity_number else "",
        f"URN {side.urn}" if side.urn else "",
    ]
    return ", ".join([str(side), *(one for one in numbers if one)])


def _entity(placement: Placement) -> str:
    """Return the buyer's legal entity, as named in its Partnership Agreement."""
    covering = SchoolCoverage.objects.filter(
        standing=SchoolCoverage.Standing.BINDING, buyer=placement.buyer_id, market=placement.market_id
    )
    found = covering.select_related("partnership").first()
    if found is None:
        return ""
    number = f", number {found.partnership.entity_number}" if found.partnership.entity_number else ""
    return f"{found.partnership.entity_name}{number}"


def _by(at: time | None) -> str:
    return f", by {time_of_day.format_time(at)}" if at else ""
