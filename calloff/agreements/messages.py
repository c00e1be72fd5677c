"""The texts of emails about agreements.

They never quote an agreement or its prices. People must sign in to read those.
"""

from collections.abc import Sequence

from calloff.agreements.models import Agreement
from calloff.kernel.formatting import format_list, pluralise
from calloff.outbox.commands import MessageText
from calloff.people.models import Organisation


def code(references: Sequence[str], digits: str) -> MessageText:
    signed = references[0] if len(references) == 1 else pluralise(len(references), "agreement")
    return MessageText(
        f"Your code to sign {signed}",
        f"Enter {digits} to sign {format_list(list(references))}. The code expires in 15 minutes.\n"
        "If you did not ask for it, someone might be using your account. Change your password.",
    )


def reminded(agreement: Agreement) -> MessageText:
    return MessageText(
        f"Please sign your agreement ({agreement.reference})",
        f"{agreement.authority} is waiting for your signature. You cannot be listed or asked for places until both "
        "sides have signed. Sign in to read and sign the agreement.",
        _page(agreement, agreement.first),
    )


def to_countersign(agreement: Agreement) -> MessageText:
    consequences = {
        Agreement.Kind.PROVIDER: "The provider cannot be listed or invited until you countersign.",
        Agreement.Kind.PARTNERSHIP: f"{agreement.first} cannot ask providers for places until you countersign.",
        Agreement.Kind.PLACEMENT: "The child cannot start until you countersign.",
    }
    return MessageText(
        f"An agreement needs your countersignature ({agreement.reference})",
        f"{agreement.first} has signed its agreement. {consequences[Agreement.Kind(agreement.kind)]}",
        _page(agreement, agreement.second),
    )


def ended(agreement: Agreement) -> MessageText:
    return MessageText(
        f"Your agreement has ended ({agreement.reference})",
        f"{agreement.authority} has ended this agreement. Memberships under this agreement are no longer listed. Sign "
        "in to read why.",
        _page(agreement, agreement.first),
    )


def in_force(agreement: Agreement) -> MessageText:
    next_steps = {
        Agreement.Kind.PROVIDER: "Sign in to read the signed copy and add your services.",
        Agreement.Kind.PARTNERSHIP: "You can now ask providers for places. Sign in to read the signed copy.",
        Agreement.Kind.PLACEMENT: "Sign in to read the signed copy.",
    }
    return MessageText(
        f"Your agreement is in force ({agreement.reference})",
        f"{agreement.second} has countersigned. {next_steps[Agreement.Kind(agreement.kind)]}",
        _page(agreement, agreement.first),
    )


def _page(agreement: Agreement, reader: Organisation) -> str:
    kind = Organisation.Kind(reader.kind)
    root = {Organisation.Kind.AUTHORITY: "authorities", Organisation.Kind.PROVIDER: "providers"}.get(kind, "buyers")
    return f"/{root}/{reader.slug}/agreements/{agreement.reference}"
