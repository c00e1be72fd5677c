"""The sealed PDF of an agreement that both sides have signed: the words, the lots, the price annex, the signatures."""

from datetime import datetime

from calloff.agreements.models import Agreement
from calloff.documents.commands import keep_made
from calloff.documents.markdown import blocks
from calloff.documents.models import File
from calloff.documents.pdf_content import AgreedLot, Fact, Particulars, Party, Prices, Signature
from calloff.documents.pdf_content import Agreement as Paper
from calloff.documents.pdf_rendering import letter
from calloff.documents.pdf_seals import seal
from calloff.kernel.formatting import moment
from calloff.people.models import Organisation


def sealed(agreement: Agreement, *, at: datetime) -> File:
    """Make, seal and keep the copy. Raises LookupError for an agreement on paper: its paper lies elsewhere."""
    if agreement.text is None:
        raise LookupError("An agreement on paper has no text here.")
    signatures = list(agreement.signatures.order_by("signed_at"))
    paper = Paper(
        title=agreement.title,
        reference=agreement.reference,
        version=str(agreement.text),
        authority=str(agreement.authority),
        parties=[_party(side, agreement) for side in (agreement.second, agreement.first)],
        blocks=blocks(agreement.text.body),
        lots=[AgreedLot(f"{lot['number']}. {lot['title']}") for lot in agreement.lots],
        lots_called=_lots_called(agreement),
        prices=_annex(agreement),
        particulars=[
            Particulars(part["heading"], [Fact(label, value) for label, value in part["rows"]])
            for part in agreement.particulars
        ],
        signatures=[
            Signature(one.get_side_display(), one.name, one.role, one.authority, moment(one.signed_at))
            for one in signatures
        ],
        certificate=[
            Fact("Words signed", agreement.text.source),
            Fact("Fingerprint of the text (SHA-256)", agreement.text.sha256),
            *(Fact(f"Identity of {one.name}", f"signed in, and code sent to {one.person.email}") for one in signatures),
        ],
        invented=agreement.first.invented,
    )
    made = seal(letter("agreement", paper, at=at), reason=f"Agreement {agreement.reference}", at=at)
    return keep_made(made, f"{agreement.reference}.pdf", at=at)


def _party(side: Organisation, agreement: Agreement) -> Party:
    called = {
        Organisation.Kind.AUTHORITY: "The authority",
        Organisation.Kind.PROVIDER: "The provider",
    }.get(Organisation.Kind(side.kind), "The buyer")
    urn = f"URN {side.urn}" if side.urn else ""
    number = side.company_number or side.charity_number or urn
    return Party(called, str(side), number, side.address.splitlines())


def _lots_called(agreement: Agreement) -> str:
    word = _lot_word(agreement)
    return word if len(agreement.lots) == 1 else {"category": "categories", "lot": "lots"}[word]


def _lot_word(agreement: Agreement) -> str:
    """Return what the market calls its lots. Agreements offered before it was kept with them were for categories."""
    return next((lot["word"] for lot in agreement.lots if "word" in lot), "category")


def _annex(agreement: Agreement) -> Prices | None:
    if not agreement.prices:
        return None
    rows = [
        [f"{line['lot']}", line["label"], f"£{line['amount']} for each {line['unit']}", line["vat"]]
        for line in agreement.prices
    ]
    return Prices(
        columns=[_lot_word(agreement).capitalize(), "Service", "Price", "VAT"], rows=rows, note="Fixed for the term."
    )
