"""Emails about services and prices. People must sign in to read the reasons for a refusal."""

from datetime import date

from calloff.directory.models import Service, ServiceChange, Uplift
from calloff.kernel.formatting import format_date
from calloff.members.membership_status import why_not_listed
from calloff.outbox.commands import MessageText
from calloff.outbox.models import MessageKind


def change_proposed(change: ServiceChange) -> MessageText:
    return MessageText(
        f"A change to check: {change.service}",
        "A provider wants to change details you have checked. Sign in to read the change and approve or refuse it.",
        f"/authorities/{change.authority.slug}/changes/{change.pk}",
        kind=MessageKind.SERVICES,
    )


def service_to_check(change: ServiceChange) -> MessageText:
    return MessageText(
        f"A new service to check: {change.service}",
        "A provider has added a service. The public will not see it until you approve it. Sign in to check it.",
        f"/authorities/{change.authority.slug}/changes/{change.pk}",
        kind=MessageKind.SERVICES,
    )


def service_approved(change: ServiceChange, *, on: date) -> MessageText:
    """Return the email to the provider about an approved service.

    The email says whether the public can now find the service and, if not, why.
    """
    reason = why_not_listed(change.service.member, on=on)
    visibility_now = (
        f"The public cannot find the service yet, because {reason}."
        if reason
        else ("The public can now find the service in the directory.")
    )
    return MessageText(
        f"Your new service has been approved: {change.service}",
        f"{change.authority} has checked it. {visibility_now}",
        f"/providers/{change.provider.slug}/services/{change.service_id}",
        kind=MessageKind.SERVICES,
    )


def service_refused(change: ServiceChange) -> MessageText:
    return MessageText(
        f"Your new service has not been approved: {change.service}",
        f"Sign in to read why {change.authority} did not approve it. If you change the service, it will be "
        "checked again.",
        f"/providers/{change.provider.slug}/services/{change.service_id}",
    )


def change_approved(change: ServiceChange, *, on: date) -> MessageText:
    """Return the email to the provider about an approved change.

    The email says whether the public can now see the change and, if not, why.
    """
    reason = why_not_listed(change.service.member, on=on)
    visibility_now = (
        f"The public cannot see the service at the moment, because {reason}."
        if reason
        else "The service’s page now shows the change."
    )
    return MessageText(
        f"Your change has been approved: {change.service}",
        f"{change.authority} has checked it. {visibility_now}",
        f"/providers/{change.provider.slug}/services/{change.service_id}",
        kind=MessageKind.SERVICES,
    )


def change_refused(change: ServiceChange) -> MessageText:
    return MessageText(
        f"Your change has not been approved: {change.service}",
        f"Your page has not changed. Sign in to read why {change.authority} did not approve the change.",
        f"/providers/{change.provider.slug}/services/{change.service_id}",
    )


def picture_taken_down(service: Service) -> MessageText:
    return MessageText(
        f"The council has removed a picture from {service}",
        f"{service.authority} has removed a picture from {service}. Sign in to read why and to add another picture.",
        f"/providers/{service.provider.slug}/services/{service.pk}/history",
    )


def uplift_asked(uplift: Uplift) -> MessageText:
    return MessageText(
        f"A provider has requested a price increase ({uplift.member.reference})",
        f"The increase would start on {format_date(uplift.starts_on)}. Sign in to approve or refuse it before then.",
        f"/authorities/{uplift.authority.slug}/uplifts/{uplift.pk}",
    )


def uplift_approved(uplift: Uplift) -> MessageText:
    return MessageText(
        f"Your prices will increase from {format_date(uplift.starts_on)} ({uplift.member.reference})",
        f"{uplift.authority} has approved your price increase. Signed agreements do not change.",
        f"/providers/{uplift.provider.slug}/members/{uplift.member.reference}/prices",
    )


def uplift_refused(uplift: Uplift) -> MessageText:
    return MessageText(
        f"Your price increase has not been approved ({uplift.member.reference})",
        f"Your prices have not changed. Sign in to read why {uplift.authority} did not approve the increase.",
        f"/providers/{uplift.provider.slug}/members/{uplift.member.reference}/prices",
    )
