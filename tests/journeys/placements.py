"""The starting point for journeys about placements, which commands create.

There are approved providers and schools that can ask for places. There are also functions for the steps that a journey
does not test.
"""

from datetime import date, timedelta
from decimal import Decimal

from calloff.buying import commands as buying
from calloff.buying.models import Offer
from calloff.cli.demo import cast, partners, placements, pupils, referrals, story
from calloff.cli.demo.application_decisions import (
    admit_application,
    assess_part,
    countersign,
    sign_agreement,
    submit_application,
    write_application,
)
from calloff.cli.demo.colleagues import bring_in
from calloff.cli.demo.services import list_services
from calloff.people.permissions import Role
from calloff.placements import commands as placing
from calloff.referrals import commands as asking
from calloff.referrals.fit import service_limits
from calloff.referrals.sections import InvitationChoice, PenPicture, ProvisionWanted
from calloff.registers.commands import import_postcodes
from tests.journeys.browser_users import run_in_thread
from tests.journeys.conftest import NOW


def ready(stage):
    """Add two providers of vocational places to the directory, and let a school sign and set a budget."""
    import_postcodes(at=NOW, areas=["BN"])
    story._import_schools(NOW)
    story.register(stage, ["harbour", "downland"])
    olivia, esme, tom = (stage.officer("west-sussex", name) for name in ("olivia", "esme", "tom"))
    for provider in ("harbour", "downland"):
        application = submit_application(
            stage, write_application(stage, provider, "IAP", (1, 2), "-10 Mon 13:00"), provider, "-9 Tue 15:20"
        )
        assess_part(stage, application, esme, "-9 Thu 09:30")
        agreement = admit_application(application, tom, stage.when("-8 Mon 11:15")).agreement
        countersign(
            sign_agreement(stage, agreement, provider, stage.when("-8 Wed 16:00")), olivia, stage.when("-7 Mon 10:30")
        )
        list_services(stage, provider, "-6 Wed 09:30")
    bring_in(
        stage.organisations["harbour"], stage.meet(placements.SAFEGUARDING_LEAD), [Role.PROVIDER_SAFEGUARDING],
        by=stage.lead("harbour"), at=stage.when("-6 Mon 09:00"),
    )  # fmt: skip
    partners._import_terms(stage)
    join(stage, "shore")


def ready_in_dorset(stage, **lots):
    """Open Dorset's market, with some providers in their lots at the prices in their signed annexes."""
    story.open_markets(stage, codes=["DAP"])
    story._import_schools(stage.when("-20 Mon 09:00"))
    story.register(stage, list(lots))
    iris, owen, hugh = (stage.officer("dorset", name) for name in ("iris", "owen", "hugh"))
    for provider, applied in lots.items():
        application = submit_application(
            stage, write_application(stage, provider, "DAP", applied, "-10 Tue 13:00"), provider, "-9 Wed 10:20"
        )
        assess_part(stage, application, iris, "-9 Fri 09:30")
        agreement = admit_application(application, owen, stage.when("-8 Tue 15:45")).agreement
        countersign(
            sign_agreement(stage, agreement, provider, stage.when("-8 Thu 11:00")), hugh, stage.when("-7 Tue 09:40")
        )


def join(stage, key, *, market="IAP", officer=None):
    """Approve the people of a school, let the head and the council sign, and set a budget."""
    school, host = stage.organisations[key], officer or stage.officer("west-sussex", "olivia")
    [first] = [stage.people[one.email] for one in cast.BUYERS if one.organisation == key]
    for one in (one for one in cast.STAFF if one.organisation == key):
        bring_in(school, stage.meet(one), one.roles, by=first, at=stage.when("-12 Tue 10:00"))
    partners._countersigned(partners._signed(stage, key, market, "-8 Mon 09:30"), host, stage, "-8 Tue 14:00")
    set_a_budget(stage, key, "-6 Mon 12:00")


def set_a_budget(stage, key, said):
    buying.set_budget(
        stage.organisations[key], name="Alternative provision", starts_on=date(2026, 9, 1), ends_on=date(2027, 8, 31),
        amount=Decimal(24000), by=placements._somebody(stage, key, Role.HEAD), at=stage.when(said),
    )  # fmt: skip


def on_roll(stage, key):
    """Add one of the children in the story to the records of a school."""
    number = next(place for place, one in enumerate(pupils.DEMO_CHILDREN, start=1) if one.key == key)
    return pupils._record(stage, pupils.DEMO_CHILDREN[number - 1], number)


def asked(stage, referral, said, picture, *, until):
    """Complete the parts of a draft that the AP lead did not fill in on the pages, and ask providers."""
    at, lead = stage.when(said), referrals._lead(stage, referral)
    painted = PenPicture(
        referral.key_stage, referral.needs, referral.sen_provision, referral.hazards, "Worthing", picture, True
    )
    wanted = ProvisionWanted(
        at.date() + timedelta(days=5), at.date() + timedelta(days=30), Decimal(15),
        ["Attends every day", "Works towards a unit award"], "school", 20,
    )  # fmt: skip
    referral.refresh_from_db()
    asking.amend(referral, wanted=wanted, picture=painted, who=InvitationChoice(stage.when(until)), by=lead, at=at)
    referral.refresh_from_db()
    return asking.ask(referral, by=lead, at=at)


def answered(stage, referral, provider, said, *, confirmed):
    """Let a provider reply, get the conditional offer and confirm the place."""
    interest, at = referrals._reply(stage, referral, provider, said), stage.when(said)
    buying.offer(
        interest, reason="This provider is the best match for the outcomes, and is close enough to travel "
            "to.", urgent_reason="Urgent.",
        fit_reason="We visited together." if service_limits(interest.service, interest.referral) else "",
        confirm_by=at + timedelta(days=3),
        by=referrals._lead(stage, referral), at=at + timedelta(minutes=30),
    )  # fmt: skip
    return confirm(stage, referral, provider, confirmed)


def confirm(stage, referral, provider, said):
    return placing.confirm(Offer.objects.get(referral=referral), by=stage.lead(provider), at=stage.when(said))


def agreed(stage, placement, day):
    """Let both sides sign an agreement that has already been prepared."""
    placement.refresh_from_db()
    key = next(name for name, one in stage.organisations.items() if one.pk == placement.buyer_id)
    signed = run_in_thread(placements._signed, stage, placement, at=stage.when(f"{day} 11:00"))
    run_in_thread(placements._agreed, stage, signed, placements._budget(stage, key), at=stage.when(f"{day} 12:00"))
