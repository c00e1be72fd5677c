"""What we tell people about an agreement. The words of it, and its prices, wait behind sign-in."""

from calloff.agreements.models import Agreement
from calloff.outbox.commands import Words


def code(agreement: Agreement, digits: str) -> Words:
    return Words(
        f"Your code to sign {agreement.reference}",
        f"Enter {digits} to sign {agreement.reference}. The code works for 15 minutes.\n"
        "If you did not ask for it, somebody may be using your account: change your password.",
    )


def to_countersign(agreement: Agreement) -> Words:
    return Words(
        f"Countersign {agreement.reference}",
        f"{agreement.provider} has signed. Until you countersign, it can be neither listed nor invited.",
        f"/authorities/{agreement.authority.slug}/agreements/{agreement.reference}",
    )


def ended(agreement: Agreement) -> Words:
    return Words(
        f"{agreement.reference} has ended",
        f"{agreement.authority} has ended it. What stands under it is no longer listed. Sign in to read why.",
        f"/providers/{agreement.provider.slug}/agreements/{agreement.reference}",
    )


def in_force(agreement: Agreement) -> Words:
    return Words(
        f"{agreement.reference} is in force",
        f"{agreement.authority} has countersigned. Sign in to read the sealed copy and to list your services.",
        f"/providers/{agreement.provider.slug}/agreements/{agreement.reference}",
    )
