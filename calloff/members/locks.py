"""Lock what a provider's standing depends on, while a command reads it and acts on it."""

from django.db import connection
from django.db.transaction import TransactionManagementError

from calloff.markets.models import Lot
from calloff.members.models import Member

LOCK_MARKET_SQL = (
    "SELECT FROM markets_market WHERE id IN (SELECT market_id FROM members_member WHERE {column} = %s) FOR SHARE",
    "SELECT FROM members_member WHERE {column} = %s ORDER BY id FOR SHARE",
    "SELECT FROM agreements_agreement WHERE id IN (SELECT agreement_id FROM members_member WHERE {column} = %s) "
    "ORDER BY id FOR SHARE",
)


def lock_standing(*, lot: Lot | None = None, member: Member | None = None) -> None:
    """Lock the standing of a member, or of all members in a category, until the transaction ends.

    Whoever suspends, removes or prolongs, ends an agreement or closes the market waits; others who only read do not. To
    be called before standing is read, by every command that then asks, offers, replies or orders: what someone
    committed while we waited for the lock is read, and what comes after waits. Locks are taken in one order: market,
    members by key, agreements by key. Raises TransactionManagementError outside a transaction.
    """
    if not connection.in_atomic_block:
        raise TransactionManagementError("hold_standing holds rows, so it needs a transaction.")
    column, key = ("lot_id", lot.pk) if lot is not None else ("id", member.pk if member is not None else None)
    for statement in LOCK_MARKET_SQL:
        with connection.cursor() as cursor:
            cursor.execute(statement.format(column=column), [key])
