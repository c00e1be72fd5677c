"""Emails to buyers about a suspended provider. They never give the reason or name a child."""

from calloff.monitoring.models import SuspensionNotice
from calloff.outbox.commands import MessageText


def told(recall: SuspensionNotice) -> MessageText:
    if not recall.children and recall.to_start:
        do = (
            "Some of your pupils were due to start with this provider. Sign in to see which pupils. They cannot start "
            "now, so look for another place."
        )
    elif not recall.children and recall.offers:
        do = (
            "You have made a conditional offer to this provider. The provider cannot confirm it now, so look for "
            "another place. Sign in to see which offer."
        )
    elif not recall.children:
        do = (
            "You have ordered staff hours from this provider. Sign in to see which provider, and tell us what you "
            "have done."
        )
    else:
        do = (
            "Some of your pupils have placements with this provider. Sign in to see which provider, and tell us today "
            "where each pupil is."
        )
    return MessageText("Act today: a provider you use is not taking placements", do, _recall(recall))


def reminded(recall: SuspensionNotice) -> MessageText:
    message = told(recall)
    return message._replace(
        subject="Reminder: tell us today about your pupils at a provider that is not taking placements"
    )


def lifted(recall: SuspensionNotice) -> MessageText:
    return MessageText(
        "A provider you use is no longer suspended",
        "The council has lifted the suspension it told you about. Sign in to see which provider.",
        _recall(recall),
    )


def _recall(recall: SuspensionNotice) -> str:
    return f"/buyers/{recall.buyer.slug}/recalls/{recall.pk}"
