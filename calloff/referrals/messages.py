"""The texts of emails about referrals. They never name a child, a school or a price."""

from calloff.kernel.formatting import format_before
from calloff.outbox.commands import MessageText
from calloff.outbox.models import MessageKind
from calloff.people.models import Organisation
from calloff.referrals.models import ExpressionOfInterest, Referral
from calloff.referrals.page_links import invitation_path, referral_path


def asked(interest: ExpressionOfInterest) -> MessageText:
    return _message_with_deadline(interest, f"{_describe_buyer(interest)} has asked whether you have a place.")


def nudged(interest: ExpressionOfInterest) -> MessageText:
    return _message_with_deadline(
        interest, f"{_describe_buyer(interest)} is waiting for your reply. Tell them whether you have a place."
    )


def longer(interest: ExpressionOfInterest) -> MessageText:
    return _message_with_deadline(interest, f"{_describe_buyer(interest)} has given you more time to reply.")


def replied(interest: ExpressionOfInterest) -> MessageText:
    return MessageText(
        f"A provider is interested ({interest.referral.reference})",
        "A provider has replied to your referral. Sign in to read the reply and compare it with the others.",
        referral_path(interest.referral, "/replies"),
        kind=MessageKind.REPLIES,
    )


def declined(interest: ExpressionOfInterest) -> MessageText:
    return MessageText(
        f"A provider has declined ({interest.referral.reference})",
        "A provider has declined your referral. Sign in to read why, and to see which providers have not replied yet.",
        referral_path(interest.referral, "/replies"),
        kind=MessageKind.REPLIES,
    )


def question_asked(referral: Referral) -> MessageText:
    return MessageText(
        f"A provider has a question ({referral.reference})",
        f"A provider has asked a question about your referral. Answer the question "
        f"{format_before(referral.reply_by)}. Every provider you asked will see the answer."
        if referral.reply_by
        else "A provider has asked a question about your referral. Answer the question. Every provider you asked will "
        "see the answer.",
        referral_path(referral, "/questions"),
    )


def question_answered(interest: ExpressionOfInterest) -> MessageText:
    return MessageText(
        f"A question has been answered ({interest.referral.reference})",
        "The school or team has answered a question about this request. Sign in to read the question and the answer.",
        invitation_path(interest),
        kind=MessageKind.REPLIES,
    )


def not_chosen(interest: ExpressionOfInterest) -> MessageText:
    return MessageText(
        f"This request has closed ({interest.referral.reference})",
        "Sign in to read why. You do not need to do anything.",
        invitation_path(interest),
    )


def _message_with_deadline(interest: ExpressionOfInterest, body: str) -> MessageText:
    deadline = format_before(interest.referral.reply_by) if interest.referral.reply_by else ""
    return MessageText(f"Reply {deadline} ({interest.referral.reference})", body, invitation_path(interest))


def _describe_buyer(interest: ExpressionOfInterest) -> str:
    return "A school" if interest.buyer.kind == Organisation.Kind.SCHOOL else "A council team"
