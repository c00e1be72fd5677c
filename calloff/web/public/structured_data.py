"""Structured data on pages for search engines: JSON-LD with schema.org terms.

The data contains nothing that the page does not show, no links to pictures on other sites and no names of
people.
"""

import json
from collections.abc import Iterable
from datetime import date
from typing import Any

from django.conf import settings
from django.utils.safestring import SafeString

from calloff.directory import opening_hours
from calloff.directory.models import Price, Service, TeachingMode, Weekday
from calloff.web.directory import service_display

SCRIPT_ESCAPES = {ord("<"): "\\u003C", ord(">"): "\\u003E", ord("&"): "\\u0026", 0x2028: "\\u2028", 0x2029: "\\u2029"}
UN_CEFACT_UNIT_CODES = {"hour": "HUR", "day": "DAY", "week": "WEE"}  # UN/CEFACT codes for units


def absolute_url(path: str) -> str:
    return f"{settings.ADDRESS}{path}"


def render_json_ld(properties: dict[str, Any]) -> SafeString:
    """Render JSON-LD as a script block that browsers do not run.

    Text from providers is escaped, so it cannot end the block.
    """
    data = json.dumps({"@context": "https://schema.org", **properties}, ensure_ascii=False).translate(SCRIPT_ESCAPES)
    return SafeString(f'<script type="application/ld+json">{data}</script>')


def describe_service(service: Service, path: str, prices: Iterable[Price] | None, *, on: date) -> dict[str, Any]:
    """Describe a listed service on a given day. `prices` are those that everyone can see, or None."""
    sites, hours = service_display.sites_own_first(service), opening_hours.hours_still_to_come(service.week, on)
    data: dict[str, Any] = {
        "@type": "Service",
        "@id": f"urn:uuid:{service.uuid}",
        "name": service.name,
        "description": service.summary,
        "url": absolute_url(path),
        "serviceType": service.lot.title,
        "category": "Alternative provision and services for special educational needs and disabilities",
        "provider": {"@type": "EducationalOrganization", "name": service.provider.name},
        "broker": {"@type": "GovernmentOrganization", "name": service.authority.name},
        "audience": {
            "@type": "PeopleAudience",
            "audienceType": service_display.need_labels(service.needs),
            "suggestedMinAge": service.age_from,
            "suggestedMaxAge": service.age_to,
        },
    }
    if service.area:
        data["areaServed"] = service.area
    if sites:
        data["availableChannel"] = [
            {
                "@type": "ServiceChannel",
                "serviceLocation": {
                    "@type": "Place",
                    "name": site.name,
                    "address": {
                        "@type": "PostalAddress",
                        "streetAddress": ", ".join(filter(None, (line.strip() for line in site.address.split("\n")))),
                        "addressLocality": site.town,
                        "postalCode": site.postcode,
                        "addressCountry": "GB",
                    },
                },
            }
            for site in sites
        ]
    elif service.mode == TeachingMode.ONLINE:
        data["availableChannel"] = {"@type": "ServiceChannel", "name": "Online"}
    if hours:
        data["hoursAvailable"] = [_opening(days) for days in opening_hours.group_alike_days(hours)]
    if prices:
        data["offers"] = [_offer(price) for price in prices]
    return data


def _opening(days: opening_hours.AlikeDays) -> dict[str, Any]:
    data: dict[str, Any] = {
        "@type": "OpeningHoursSpecification",
        "dayOfWeek": [f"https://schema.org/{Weekday(day).label}" for day in days.days],
    }
    if days.starts and days.ends:
        data |= {"opens": f"{days.starts:%H:%M}", "closes": f"{days.ends:%H:%M}"}
    dates = {"validFrom": days.from_on, "validThrough": days.to_on}
    return data | {name: day.isoformat() for name, day in dates.items() if day}


def _offer(price: Price) -> dict[str, Any]:
    unit = (
        {"unitCode": UN_CEFACT_UNIT_CODES[price.unit]}
        if price.unit in UN_CEFACT_UNIT_CODES
        else {"unitText": price.get_unit_display()}
    )
    return {
        "@type": "Offer",
        "priceSpecification": {
            "@type": "UnitPriceSpecification",
            "price": str(price.amount),
            "priceCurrency": "GBP",
            "valueAddedTaxIncluded": False,
            **unit,
        },
    }
