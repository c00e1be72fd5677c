"""Send reminders about replies.

The jobs can run any number of times, because each reminder is sent only once.
"""

from datetime import datetime, timedelta

from calloff.kernel.clock import local_day, midnight
from calloff.kernel.formatting import format_before
from calloff.outbox.commands import MessageText, queue_message
from calloff.people.models import User
from calloff.people.permissions import Can
from calloff.referrals.models import ExpressionOfInterest, Referral
from calloff.referrals.page_links import invitation_path, referral_path
from calloff.referrals.states import InterestStatus, ReferralStatus

MAX_REMINDER_DELAY = timedelta(days=7)  # if the job did not run for longer than this, buyers get no email


def send_reply_reminders(at: datetime) -> None:
    """Remind providers that must reply today or tomorrow, and tell buyers when replies have closed."""
    the_day_after_tomorrow = midnight(local_day(at) + timedelta(days=2))
    interests = ExpressionOfInterest.objects.filter(
        status=InterestStatus.ASKED,
        referral__status=ReferralStatus.ASKING,
        referral__reply_by__gt=at,
        referral__reply_by__lt=the_day_after_tomorrow,
        asked_at__lt=midnight(local_day(at)),
    )
    for interest in interests.select_related("referral", "provider", "buyer", "authority"):
        people = User.objects.who_can(Can.ANSWER_REFERRALS, organisation=interest.provider, at=at)
        key = f"reply-tomorrow:{interest.pk}:{interest.referral.reply_by}"
        queue_message(reply_tomorrow(interest), to=people, sender=str(interest.authority), at=at, key=key)
    closed = Referral.objects.filter(
        status=ReferralStatus.ASKING, reply_by__lte=at, reply_by__gt=at - MAX_REMINDER_DELAY
    )
    for referral in closed.select_related("buyer", "authority"):
        people = User.objects.who_can(Can.PLACE, organisation=referral.buyer, at=at)
        key = f"replies-closed:{referral.pk}:{referral.reply_by}"
        queue_message(replies_closed(referral), to=people, sender=str(referral.authority), at=at, key=key)


def reply_tomorrow(interest: ExpressionOfInterest) -> MessageText:
    deadline = format_before(interest.referral.reply_by) if interest.referral.reply_by else ""
    return MessageText(
        f"Reply {deadline} ({interest.referral.reference})",
        "You have not replied yet. Reply to say whether you have a place, or decline.",
        invitation_path(interest),
    )


def replies_closed(referral: Referral) -> MessageText:
    return MessageText(
        f"Replies have closed ({referral.reference})",
        "Compare the replies and make a conditional offer, ask other providers, or close the referral.",
        referral_path(referral, "/replies"),
    )
