"""Make the PDF copy of a submitted version.

The copy contains each question with its answer, and the name of the person who declared the answers to be true.
"""

from datetime import datetime

from calloff.applications.eligibility import summarise_eligibility
from calloff.applications.models import SubmittedVersion
from calloff.applications.queries import schedule_of
from calloff.documents.commands import save_made_pdf
from calloff.documents.models import StoredFile
from calloff.documents.pdf_content import ApplicationCopyContent, PdfAnswer, PdfFact, PdfSection
from calloff.documents.pdf_rendering import render_pdf
from calloff.documents.pdf_seals import seal_pdf
from calloff.kernel.formatting import format_date, format_datetime
from calloff.questions import answers as engine


def make_submitted_copy(version: SubmittedVersion, *, at: datetime) -> StoredFile:
    """Make the copy of a version, seal it and store it."""
    application = version.application
    market = application.market
    titles = {lot.number: lot.title for lot in market.pack.lots}
    lots = {number: titles[number] for number in version.lots}
    facts = [
        PdfFact("Market", market.title),
        PdfFact("Provider", str(application.provider)),
        PdfFact(f"{market.pack.lot_word.title()} applied for", "; ".join(f"{n}. {title}" for n, title in lots.items())),
        PdfFact("Version", str(version.number)),
        PdfFact("Submitted", format_datetime(version.submitted_at)),
    ]
    if application.decide_by and application.version_id == version.pk:
        facts.append(PdfFact("Decision by", format_date(application.decide_by)))
    summary = summarise_eligibility(version.eligibility, lots)
    summary += engine.summarise_answers(
        market.questions.definition, version.answers, lots, schedule=schedule_of(market)
    )
    sections = [
        PdfSection(section.title, [PdfAnswer(row.question, row.text.split("\n"), row.lot) for row in section.rows])
        for section in summary
    ]
    content = ApplicationCopyContent(
        title=f"Application to join {market.title}",
        reference=application.reference,
        authority=str(application.authority),
        facts=facts,
        sections=sections,
        declaration=[
            "I declare that these answers are true and complete, and that I can submit them for the provider."
        ],
        declared_by=[PdfFact("Name", version.declared_name), PdfFact("Role", version.declared_role)],
        invented=application.provider.invented,
    )
    name = f"{application.reference}-version-{version.number}.pdf"
    return save_made_pdf(
        seal_pdf(render_pdf("copy", content, at=at), reason=f"Copy of {application.reference}", at=at), name, at=at
    )
