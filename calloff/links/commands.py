"""Make, use and revoke links that work without an account.

Links have no life cycle in `history`, because the person who uses a link is not signed in. The app that made a link
has the command that the link runs.
"""

from datetime import datetime
from typing import NamedTuple

from django.db import models, transaction

from calloff.history.record_types import record_type
from calloff.kernel.lifecycles import Refused
from calloff.links import tokens
from calloff.links.models import Link
from calloff.links.queries import find_link

LINK_REFUSAL = "This link does not work. It might have expired or been used, or there might be a newer link."


class MadeLink(NamedTuple):
    """A link with its token. The token is not stored, so it cannot be read again later."""

    link: Link
    token: str


def make_link(record: models.Model, *, purpose: str, expires_at: datetime, at: datetime, max_uses: int = 1) -> MadeLink:
    """Make a link about a record. It is valid until a given time, and can be used `max_uses` times."""
    token = tokens.make_link_token()
    link = Link.objects.create(
        purpose=purpose, record_type=record_type(record), record_id=record.pk, digest=tokens.digest_link_token(token),
        made_at=at, expires_at=expires_at, max_uses=max_uses,
    )  # fmt: skip
    return MadeLink(link, token)


@transaction.atomic
def use_link(token: str, *, purpose: str, at: datetime) -> Link:
    """Count a use of a link, in the same transaction as the action that the link allows.

    Call this only from a POST request. Raises Refused with the same message whether the link is unknown, for another
    purpose, expired, revoked or used up.
    """
    found = find_link(token, purpose=purpose, at=at)
    held = Link.objects.select_for_update().get(pk=found.pk) if found else None
    if held is None or not held.is_usable(at):
        raise Refused(LINK_REFUSAL)
    held.uses, held.last_used_at = held.uses + 1, at
    held.save(update_fields=["uses", "last_used_at"])
    return held


def revoke_links(record: models.Model, *, purpose: str, at: datetime) -> int:
    """Revoke all links about a record for one purpose. Return how many links were revoked."""
    current = Link.objects.filter(
        record_type=record_type(record), record_id=record.pk, purpose=purpose, revoked_at=None
    )
    return current.update(revoked_at=at)
