"""Reminders to schools that their Partnership Agreement ends soon, sent 60, 30 and 7 days before."""

from datetime import datetime, timedelta

from calloff.agreements.models import Agreement
from calloff.agreements.states import AgreementStatus
from calloff.kernel.clock import local_day
from calloff.kernel.formatting import format_date
from calloff.markets.models import Market
from calloff.outbox.commands import MessageText, queue_message
from calloff.outbox.models import MessageKind
from calloff.partners.models import SchoolCoverage
from calloff.people.models import Organisation, User
from calloff.people.permissions import Can

AGREEMENT_REMINDER_DAYS = (60, 30, 7)  # days before the end, as for evidence


def remind_of_ends(at: datetime) -> None:
    """Email the signatories of each school whose agreement ends soon, unless a new agreement is waiting for signature.

    Each reminder is sent once. If the job has not run for some days, the next run sends only the reminder that is due
    then.
    """
    today = local_day(at)
    ending = SchoolCoverage.objects.filter(
        standing=SchoolCoverage.Standing.BINDING, partnership__agreement__status=AgreementStatus.IN_FORCE,
        partnership__agreement__ends_on__range=(today, today + timedelta(days=max(AGREEMENT_REMINDER_DAYS))),
    ).select_related("partnership__agreement", "market__authority", "buyer")  # fmt: skip
    renewed = SchoolCoverage.objects.filter(standing=SchoolCoverage.Standing.WAITING).values_list("market", "buyer")
    waiting = set(renewed.filter(buyer__in=ending.values("buyer")))
    for coverage in ending.order_by("pk"):
        ends_on = coverage.partnership.agreement.ends_on
        if ends_on is None or (coverage.market_id, coverage.buyer_id) in waiting:
            continue
        milestone = min(days for days in AGREEMENT_REMINDER_DAYS if days >= (ends_on - today).days)
        signatories = User.objects.who_can(Can.SIGN, organisation=coverage.buyer, at=at)
        message = renewal_message(coverage.partnership.agreement, coverage.buyer, coverage.market)
        queue_message(
            message,
            to=signatories,
            sender=str(coverage.market.authority),
            at=at,
            key=f"partnership:{coverage.pk}:{milestone}",
        )


def renewal_message(agreement: Agreement, buyer: Organisation, market: Market) -> MessageText:
    """Return the email to a signatory about an agreement that ends soon."""
    ends = f"This Partnership Agreement ends on {format_date(agreement.ends_on)}. " if agreement.ends_on else ""
    return MessageText(
        f"Renew your Partnership Agreement ({agreement.reference})",
        f"{ends}Sign a new agreement before then. Without a new agreement, {buyer} cannot ask providers in {market} "
        "for places.",
        f"/buyers/{buyer.slug}/agreements",
        kind=MessageKind.EXPIRIES,
    )
