"""The PDF copy of what was submitted: every question and answer of one version, and who declared it."""

from datetime import datetime

from calloff.applications.eligibility import summary_of
from calloff.applications.models import Version
from calloff.applications.queries import schedule_of
from calloff.documents.commands import keep_made
from calloff.documents.models import File
from calloff.documents.pdf_content import Answer, Copy, Fact, Section
from calloff.documents.pdf_rendering import letter
from calloff.documents.pdf_seals import seal
from calloff.kernel.formatting import day, moment
from calloff.questions import answers as engine


def copy_of(version: Version, *, at: datetime) -> File:
    """Make, seal and keep the copy of a version."""
    application = version.application
    market = application.market
    titles = {lot.number: lot.title for lot in market.pack.lots}
    lots = {number: titles[number] for number in version.lots}
    facts = [
        Fact("Market", market.title),
        Fact("Provider", str(application.provider)),
        Fact(f"{market.pack.lot_word.title()} applied for", "; ".join(f"{n}. {title}" for n, title in lots.items())),
        Fact("Version", str(version.number)),
        Fact("Submitted", moment(version.submitted_at)),
    ]
    if application.decide_by and application.version_id == version.pk:
        facts.append(Fact("Decision by", day(application.decide_by)))
    summary = summary_of(version.eligibility, lots)
    summary += engine.summary(market.questions.definition, version.answers, lots, schedule=schedule_of(market))
    sections = [
        Section(section.title, [Answer(row.question, row.text.split("\n"), row.lot) for row in section.rows])
        for section in summary
    ]
    paper = Copy(
        title=f"Application to join {market.title}",
        reference=application.reference,
        authority=str(application.authority),
        facts=facts,
        sections=sections,
        declaration=[
            "I declare that these answers are true and complete, and that I may submit them for the provider."
        ],
        declared_by=[Fact("Name", version.declared_name), Fact("Role", version.declared_role)],
        invented=application.provider.invented,
    )
    name = f"{application.reference}-version-{version.number}.pdf"
    return keep_made(seal(letter("copy", paper, at=at), reason=f"Copy of {application.reference}", at=at), name, at=at)
