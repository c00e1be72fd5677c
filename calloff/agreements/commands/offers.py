"""Commands that prepare agreements for signing, or record agreements that were signed on paper."""

from datetime import date, datetime
from typing import Any

from calloff.agreements.models import Agreement, AgreementText
from calloff.documents.models import StoredFile
from calloff.history.transitions import create
from calloff.kernel.lifecycles import Refused
from calloff.people.models import Organisation, User

__all__ = ["bring_in", "draw_up", "keep_text", "offer", "record_on_paper", "take_up"]


def keep_text(*, key: str, version: int, title: str, source: str, body: str) -> AgreementText:
    """Store one version of an agreement's text, and return it.

    Storing the same text with the same version again changes nothing. Raises Refused if the version exists with
    different text, because new text needs a new version number.
    """
    text, _ = AgreementText.objects.get_or_create(
        key=key, version=version, defaults={"title": title, "source": source, "body": body}
    )
    if (text.title, text.source, text.body) != (title, source, body):
        raise Refused(
            f"Version {version} of “{key}” already exists with different text. Give the new text another "
            "version number."
        )
    return text


def offer(
    *, reference: str, authority: Organisation, provider: Organisation, title: str, text: AgreementText,
    lots: list[dict[str, Any]], prices: list[dict[str, Any]], starts_on: date, ends_on: date | None,
    by: User, at: datetime, scope: Any = None,
) -> Agreement:  # fmt: skip
    """Offer an agreement to the provider's signatory.

    After this, the text, lots and price annex cannot change. `scope` is the market, because a person's role can be
    limited to one market.
    """
    agreement = Agreement(
        reference=reference, authority=authority, provider=provider, title=title, text=text,
        lots=lots, prices=prices, starts_on=starts_on, ends_on=ends_on, offered_at=at,
    )  # fmt: skip
    agreement.scope = scope
    return create(agreement, "offer", by=by, at=at)


def take_up(
    *, reference: str, authority: Organisation, buyer: Organisation, title: str, text: AgreementText,
    starts_on: date, ends_on: date | None, by: User, at: datetime, particulars: list[dict[str, Any]] | None = None,
) -> Agreement:  # fmt: skip
    """Start a Partnership Agreement for the buyer's signatory to sign.

    The details name the legal entity that signs, and the schools that it signs for.
    """
    agreement = Agreement(
        reference=reference, kind=Agreement.Kind.PARTNERSHIP, authority=authority, buyer=buyer, title=title, text=text,
        particulars=particulars or [], starts_on=starts_on, ends_on=ends_on, offered_at=at,
    )  # fmt: skip
    return create(agreement, "take_up", by=by, at=at)


def bring_in(
    *, reference: str, authority: Organisation, buyer: Organisation, title: str, source: str,
    starts_on: date, ends_on: date | None, paper: StoredFile | None, by: User, at: datetime,
) -> Agreement:  # fmt: skip
    """Record a Partnership Agreement that was signed on paper, with a scanned copy if there is one.

    `source` says where the paper agreement is stored. The agreement is in force from its start date.
    """
    agreement = Agreement(
        reference=reference, kind=Agreement.Kind.PARTNERSHIP, authority=authority, buyer=buyer, title=title,
        starts_on=starts_on, ends_on=ends_on, on_paper=True, source=source, paper=paper, offered_at=at,
    )  # fmt: skip
    return create(agreement, "bring_in", by=by, at=at)


def draw_up(
    *, reference: str, authority: Organisation, provider: Organisation, buyer: Organisation, title: str,
    text: AgreementText, lots: list[dict[str, Any]], prices: list[dict[str, Any]],
    particulars: list[dict[str, Any]], starts_on: date, ends_on: date | None, by: User, at: datetime,
) -> Agreement:  # fmt: skip
    """Prepare an individual placement agreement for the provider's signatory. The buyer signs second.

    After this, the details, prices and text cannot change. A later change to the placement is a separate record.
    """
    agreement = Agreement(
        reference=reference, kind=Agreement.Kind.PLACEMENT, authority=authority, provider=provider, buyer=buyer,
        title=title, text=text, lots=lots, prices=prices, particulars=particulars,
        starts_on=starts_on, ends_on=ends_on, offered_at=at,
    )  # fmt: skip
    return create(agreement, "draw_up", by=by, at=at)


def record_on_paper(
    *, reference: str, authority: Organisation, provider: Organisation, title: str,
    lots: list[dict[str, Any]], source: str, by: User, at: datetime,
) -> Agreement:  # fmt: skip
    """Record a provider agreement that was signed on paper before the authority used Calloff.

    `source` says where the paper agreement is stored. The agreement is in force from its start date.
    """
    agreement = Agreement(
        reference=reference, authority=authority, provider=provider, title=title, lots=lots,
        on_paper=True, source=source, offered_at=at,
    )  # fmt: skip
    return create(agreement, "record_on_paper", by=by, at=at)
