"""The referrals in the story, one with each status, for invented children at an invented school.

The request goes to every member in the category. That includes members named in the council's guide, which have no
people on Calloff and do not reply.
"""

from datetime import timedelta
from decimal import Decimal

from calloff.buying import commands as buying
from calloff.buying.models import Offer
from calloff.cli.demo import cast
from calloff.cli.demo.colleagues import bring_in
from calloff.cli.demo.context import DemoContext
from calloff.cli.demo.weeks import whole_days
from calloff.directory.models import Price
from calloff.kernel.lifecycles import Refused
from calloff.people.models import User
from calloff.people.permissions import Role
from calloff.pupils.models import Pupil
from calloff.referrals import commands
from calloff.referrals.commands.replies import InterestReply
from calloff.referrals.models import EducationBasis, ExpressionOfInterest, Referral, ReferralQuestion
from calloff.referrals.sections import InvitationChoice, LegalBasis, PenPicture, ProvisionWanted

PEN_PICTURES = {
    "jasmine": "Likes drawing, and is patient with animals. Loud rooms are hard. Time outdoors and one calm adult "
    "help.",
    "kofi": "Repairs bicycles and knows every part. Needs a way out of the room, and practical work.",
    "rowan": "Likes mathematics, trains and how things work. Sudden changes are hard. A plan for the day helps.",
    "tilda": "Sings, and writes songs. Mornings are hardest. One adult who is there every day helps.",
}
SAFEGUARDING_LEAD = cast.DemoPerson(
    f"petra@downland{cast.DOMAIN}", "Petra Holloway", "downland", (Role.PROVIDER_SAFEGUARDING,)
)  # the safeguarding lead of the provider that has the offer
REPLY_TEXT = "We can offer days in a small group, with the same adult each day, and a call to the school each Friday."


def add_referrals(stage: DemoContext, children: dict[str, Pupil]) -> dict[str, Offer]:
    """Add four referrals, and return the offers that are open.

    One referral is a draft, one is open for replies, and one has a conditional offer. No place was found for the
    fourth.
    """
    _draft(stage, children["tilda"], "-1 Thu 14:00")
    asking = _asked(stage, children["jasmine"], "-1 Thu 09:30", until="1 Wed 17:00")
    _reply(stage, asking, "harbour", "-1 Thu 16:10")
    _decline(stage, asking, "saltmarsh", "-1 Fri 08:45")
    _question(stage, asking, "downland", "-1 Fri 09:05")
    closed = _asked(stage, children["rowan"], "-4 Mon 10:00", until="-4 Thu 17:00")
    _decline(stage, closed, "harbour", "-4 Tue 11:00")
    at = stage.when("-3 Mon 09:00")
    commands.close(closed, reason="No provider could meet the needs at the moment.", by=_lead(stage, closed), at=at)
    offered = _asked(stage, children["kofi"], "-2 Mon 09:00", until="-2 Thu 17:00")
    for provider, when in (("harbour", "-2 Mon 13:20"), ("downland", "-2 Tue 10:40")):
        _reply(stage, offered, provider, when)
    chosen = _interest(stage, offered, "downland")
    bring_in(
        chosen.provider, stage.meet(SAFEGUARDING_LEAD), SAFEGUARDING_LEAD.roles, by=stage.lead("downland"),
        at=stage.when("-2 Wed 09:00"),
    )  # fmt: skip
    made = buying.offer(
        chosen, reason="This provider is the best match for the outcomes, and the family knows how to get there.",
        urgent_reason="He has been at home since the exclusion, and this place can start on Monday.",
        fit_reason="He is older than most of the group. The leader has met him and wants his help with the tools.",
        confirm_by=stage.when("1 Thu 17:00"), by=_lead(stage, offered), at=stage.when("-1 Fri 11:00"),
    )  # fmt: skip
    return {"kofi": made}


def _draft(stage: DemoContext, pupil: Pupil, when: str) -> Referral:
    by, at = _of(stage, pupil), stage.when(when)
    made = commands.begin(pupil, stage.markets["IAP"].lots.get(number=1), by=by, at=at)
    key = next(name for name in PEN_PICTURES if name == pupil.given_name.lower())
    picture = PenPicture(
        made.key_stage, made.needs, made.sen_provision, made.hazards, "Worthing", PEN_PICTURES[key], True
    )
    return commands.amend(made, picture=picture, by=by, at=at + timedelta(minutes=10))


def _asked(stage: DemoContext, pupil: Pupil, when: str, *, until: str) -> Referral:
    made, by, at = _draft(stage, pupil, when), _of(stage, pupil), stage.when(when) + timedelta(minutes=20)
    begun = at.date() - timedelta(days=2)
    wanted = ProvisionWanted(
        at.date() + timedelta(days=14), at.date() + timedelta(days=98), Decimal(15),
        ["Attends 4 days out of 5", "Passes a first unit"], "school", 15, Decimal(600),
    )  # fmt: skip
    basis, who = LegalBasis(EducationBasis.SECTION_19, begun), InvitationChoice(stage.when(until))
    try:
        made = commands.amend(made, basis=basis, wanted=wanted, who=who, by=by, at=at)
    except Refused:  # The day is outside the term dates of the story.
        basis = basis._replace(due_on=begun + timedelta(days=8))
        made = commands.amend(made, basis=basis, wanted=wanted, who=who, by=by, at=at)
    return commands.ask(made, by=by, at=at + timedelta(minutes=5))


def _reply(stage: DemoContext, referral: Referral, provider: str, when: str) -> ExpressionOfInterest:
    interest, by, at = _interest(stage, referral, provider), stage.lead(provider), stage.when(when)
    commands.open(interest, by=by, at=at - timedelta(minutes=30))
    price = Price.objects.filter(service__member=interest.member_id, service__status="live").order_by("pk").first()
    if price is None or referral.starts_on is None:
        raise LookupError(f"{provider} lists no price.")
    reply = InterestReply(price.service, price, referral.starts_on, whole_days("mon", "tue", "wed"), REPLY_TEXT)
    return commands.reply(interest, reply=reply, by=by, at=at)


def _decline(stage: DemoContext, referral: Referral, provider: str, when: str) -> ExpressionOfInterest:
    interest = _interest(stage, referral, provider)
    at = stage.when(when)
    return commands.decline(
        interest, reason="full", note="We will have places again from May.", by=stage.lead(provider), at=at
    )


def _question(stage: DemoContext, referral: Referral, provider: str, when: str) -> ReferralQuestion:
    interest, by, at = _interest(stage, referral, provider), stage.lead(provider), stage.when(when)
    answered = commands.ask_question(interest, text="Can the young person come by bus?", by=by, at=at)
    at += timedelta(hours=2)
    commands.answer_question(answered, answer="Yes, with a pass.", by=_lead(stage, referral), at=at)
    return commands.ask_question(interest, text="Is one day outdoors a problem?", by=by, at=at + timedelta(hours=1))


def _interest(stage: DemoContext, referral: Referral, provider: str) -> ExpressionOfInterest:
    return ExpressionOfInterest.objects.get(referral=referral, provider=stage.organisations[provider])


def _lead(stage: DemoContext, referral: Referral) -> User:
    return _of(stage, referral.pupil)


def _of(stage: DemoContext, pupil: Pupil) -> User:
    """Return the AP lead at a child's school."""
    grant = pupil.buyer.grants.filter(role=Role.AP_LEAD, status="active").order_by("pk").first()
    if grant is None:
        raise LookupError(f"{pupil.buyer} has no AP lead.")
    return next(person for person in stage.people.values() if person.pk == grant.person_id)
