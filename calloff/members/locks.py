"""Lock the rows on which the status of a membership depends, while a command reads the status and acts on it."""

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
    """Lock the rows that determine the status of one member, or of all members of a lot.

    Call this before a command reads the status and then asks, offers, replies or orders. The locks last until the
    transaction ends. Until then, commands that suspend, remove or extend a member, end its agreement or close its
    market have to wait. Transactions that only call this function do not wait for each other. The status that is read
    afterwards includes everything that was committed while this call waited for the lock. Locks are taken in this
    order: the market, members by key, agreements by key.

    Raises TransactionManagementError outside a transaction.
    """
    if not connection.in_atomic_block:
        raise TransactionManagementError("lock_standing locks rows, so it needs a transaction.")
    column, key = ("lot_id", lot.pk) if lot is not None else ("id", member.pk if member is not None else None)
    for statement in LOCK_MARKET_SQL:
        with connection.cursor() as cursor:
            cursor.execute(statement.format(column=column), [key])
