"""The sealed PDF of a fully signed agreement: text, lots, price annex and signatures."""

from datetime import datetime

from calloff.agreements.models import Agreement
from calloff.documents.commands import save_made_pdf
from calloff.documents.markdown import parse_blocks
from calloff.documents.models import StoredFile
from calloff.documents.pdf_content import AgreementContent as Paper
from calloff.documents.pdf_content import PdfAgreedLot, PdfFact, PdfParticulars, PdfParty, PdfPriceAnnex, PdfSignature
from calloff.documents.pdf_rendering import render_pdf
from calloff.documents.pdf_seals import seal_pdf
from calloff.kernel.formatting import format_datetime
from calloff.people.models import Organisation


def make_sealed_copy(agreement: Agreement, *, at: datetime) -> StoredFile:
    """Make the PDF of an agreement, seal it and store it.

    Raises LookupError for an agreement that was signed on paper, because we do not have its text.
    """
    if agreement.text is None:
        raise LookupError("An agreement on paper has no text here.")
    signatures = list(agreement.signatures.order_by("signed_at"))
    content = Paper(
        title=agreement.title,
        reference=agreement.reference,
        version=str(agreement.text),
        authority=str(agreement.authority),
        parties=[_party(side, agreement) for side in (agreement.second, agreement.first)],
        blocks=parse_blocks(agreement.text.body),
        lots=[PdfAgreedLot(f"{lot['number']}. {lot['title']}") for lot in agreement.lots],
        lots_called=_lots_called(agreement),
        prices=_annex(agreement),
        particulars=[
            PdfParticulars(part["heading"], [PdfFact(label, value) for label, value in part["rows"]])
            for part in agreement.particulars
        ],
        signatures=[
            PdfSignature(
                signature.get_side_display(),
                signature.name,
                signature.role,
                signature.authority,
                format_datetime(signature.signed_at),
            )
            for signature in signatures
        ],
        certificate=[
            PdfFact("Source of the text", agreement.text.source),
            PdfFact("Fingerprint of the text (SHA-256)", agreement.text.sha256),
            *(
                PdfFact(
                    f"How we checked the identity of {signature.name}",
                    f"signed in, and code sent to {signature.person.email}",
                )
                for signature in signatures
            ),
        ],
        invented=agreement.first.invented,
    )
    sealed = seal_pdf(render_pdf("agreement", content, at=at), reason=f"Agreement {agreement.reference}", at=at)
    return save_made_pdf(sealed, f"{agreement.reference}.pdf", at=at)


def _party(side: Organisation, agreement: Agreement) -> PdfParty:
    party_label = {
        Organisation.Kind.AUTHORITY: "The authority",
        Organisation.Kind.PROVIDER: "The provider",
    }.get(Organisation.Kind(side.kind), "The buyer")
    urn = f"URN {side.urn}" if side.urn else ""
    number = side.company_number or side.charity_number or urn
    return PdfParty(party_label, str(side), number, side.address.splitlines())


def _lots_called(agreement: Agreement) -> str:
    word = _lot_word(agreement)
    return word if len(agreement.lots) == 1 else {"category": "categories", "lot": "lots"}[word]


def _lot_word(agreement: Agreement) -> str:
    """Return the market's word for a lot.

    Older agreements do not store the word, but all of them are about categories.
    """
    return next((lot["word"] for lot in agreement.lots if "word" in lot), "category")


def _annex(agreement: Agreement) -> PdfPriceAnnex | None:
    if not agreement.prices:
        return None
    rows = [
        [f"{line['lot']}", line["label"], f"£{line['amount']} for each {line['unit']}", line["vat"]]
        for line in agreement.prices
    ]
    return PdfPriceAnnex(
        columns=[_lot_word(agreement).capitalize(), "Service", "Price", "VAT"], rows=rows, note="Fixed for the term."
    )
