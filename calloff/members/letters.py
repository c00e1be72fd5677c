"""The decision letter: the decision, the reasons, what happens next, and how to challenge the decision.

The page and the PDF are made from the same data.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from calloff.applications.models import Application
from calloff.applications.scoring import AnswerResults, answer_results, answers_to_mark
from calloff.documents.commands import save_made_pdf
from calloff.documents.models import StoredFile
from calloff.documents.pdf_content import LetterContent, PdfLotOutcome, PdfReason
from calloff.documents.pdf_rendering import render_pdf
from calloff.documents.pdf_seals import seal_pdf
from calloff.kernel.formatting import format_date
from calloff.markets.models import Lot
from calloff.members.lot_decision import LotDecision
from calloff.members.promised_documents import promised_documents
from calloff.people.models import User


def decision_letter(
    application: Application,
    outcomes: Sequence[tuple[Lot, LotDecision]],
    by: User,
    at: datetime,
    came_to: AnswerResults | None = None,
) -> dict[str, Any]:
    """Return the letter about a decision, as data for both the page and the PDF.

    If you have already called `answer_results`, pass its result as `came_to`.
    """
    market = application.market
    admitted = [lot for lot, outcome in outcomes if outcome.admit]
    letter = LetterContent(
        title=f"Decision on your application to join {market.title}",
        reference=application.reference,
        authority=str(application.authority),
        authority_address=application.authority.address.splitlines(),
        to=[str(application.provider), *application.provider.address.splitlines()],
        date=format_date(at),
        decision=[_in_a_sentence(application, outcomes)],
        outcomes=[
            PdfLotOutcome(
                f"{lot.number}. {lot.title}",
                outcome.word,
                [f"{text} (by the end of {format_date(due_on)})" for text, due_on in outcome.conditions],
            )
            for lot, outcome in outcomes
        ],
        reasons=[
            *(
                PdfReason(f"{lot.number}. {lot.title}", outcome.word, outcome.reason.strip())
                for lot, outcome in outcomes
            ),
            *_marks(application, answer_results(application) if came_to is None else came_to),
        ],
        next=_what_next(application, admitted),
        challenge=[
            f"If you think this decision is wrong, write to {application.authority} and quote "
            f"{application.reference}. Say what you disagree with. Someone who took no part in the decision will look "
            "at it again.",
            "While the market is open, you can apply again for any category we did not admit you to.",
        ],
        signatory=[str(by), str(application.authority)],
        invented=application.provider.invented,
    )
    data: dict[str, Any] = msgspec.to_builtins(letter)
    return data


def seal_letter(letter: dict[str, Any], *, at: datetime) -> StoredFile:
    """Make the PDF of a letter, seal it and store it."""
    sealed = seal_pdf(render_pdf("letter", letter, at=at), reason=f"Decision {letter['reference']}", at=at)
    return save_made_pdf(sealed, f"{letter['reference']}-decision.pdf", at=at)


def _in_a_sentence(application: Application, outcomes: Sequence[tuple[Lot, LotDecision]]) -> str:
    word = application.market.pack.lot_word
    admitted = [str(lot.number) for lot, outcome in outcomes if outcome.admit]
    refused = [str(lot.number) for lot, outcome in outcomes if not outcome.admit]
    parts = []
    if admitted:
        parts.append(f"we admit you to {word} {' and '.join(admitted)}")
    if refused:
        parts.append(f"we do not admit you to {word} {' and '.join(refused)}")
    sentence = ", and ".join(parts)
    return f"{sentence[0].upper()}{sentence[1:]}."


def _marks(application: Application, results: AnswerResults) -> list[PdfReason]:
    rows = []
    for key, asked in answers_to_mark(application).items():
        value, reasons = results.get(key, (None, ()))
        result = {True: "Met", False: "Not met"}[value] if isinstance(value, bool) else f"{value} out of 5"
        lot = f" ({application.market.pack.lot_word} {asked.lot})" if asked.lot else ""
        rows.append(PdfReason(f"{asked.question.text}{lot}", result, " ".join(reasons)))
    return rows


def _what_next(application: Application, admitted: list[Lot]) -> list[str]:
    if not admitted:
        return ["You do not need to do anything."]
    numbers = {lot.number for lot in admitted}
    promised = [
        document for document in promised_documents(application) if not document.lots or numbers & set(document.lots)
    ]
    return [
        *(
            f"You promised to upload a document: {document.in_words}. No placement can start with you until you "
            "have uploaded it."
            for document in promised
        ),
        "Your signatory will sign the agreement. We will then countersign it.",
        "After that, you will be in the directory, and schools and council teams can ask you for places.",
    ]
