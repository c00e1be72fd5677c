"""What we tell providers and buyers about a referral. No child, no school and no price stands in any of it."""

from calloff.kernel.formatting import before
from calloff.outbox.commands import Words
from calloff.people.models import Organisation
from calloff.referrals.models import Interest, Referral
from calloff.referrals.page_links import of_invitation, of_referral


def asked(interest: Interest) -> Words:
    return _deadline(interest, f"{_who(interest)} has asked whether you have a place.")


def nudged(interest: Interest) -> Words:
    return _deadline(interest, f"{_who(interest)} is waiting for your reply. Tell them whether you have a place.")


def longer(interest: Interest) -> Words:
    return _deadline(interest, f"{_who(interest)} has given you more time to reply.")


def replied(interest: Interest) -> Words:
    return Words(
        f"{interest.referral.reference}: a provider is interested",
        "Sign in to read the reply and compare it with the others.",
        of_referral(interest.referral, "/replies"),
    )


def declined(interest: Interest) -> Words:
    return Words(
        f"{interest.referral.reference}: a provider has declined",
        "Sign in to read why, and to see who has not replied yet.",
        of_referral(interest.referral, "/replies"),
    )


def question_asked(referral: Referral) -> Words:
    return Words(
        f"{referral.reference}: a provider has a question",
        f"Answer the question {before(referral.reply_by)}. Every provider you asked will see the answer."
        if referral.reply_by
        else "Answer the question. Every provider you asked will see the answer.",
        of_referral(referral, "/questions"),
    )


def question_answered(interest: Interest) -> Words:
    return Words(
        f"A question has been answered ({interest.referral.reference})",
        "Sign in to read the question and the answer.",
        of_invitation(interest),
    )


def not_chosen(interest: Interest) -> Words:
    return Words(
        f"This request has closed ({interest.referral.reference})",
        "Sign in to read why. You do not need to do anything.",
        of_invitation(interest),
    )


def _deadline(interest: Interest, body: str) -> Words:
    when = before(interest.referral.reply_by) if interest.referral.reply_by else ""
    return Words(f"Reply {when}: {interest.referral.reference}", body, of_invitation(interest))


def _who(interest: Interest) -> str:
    return "A school" if interest.buyer.kind == Organisation.Kind.SCHOOL else "A council team"
