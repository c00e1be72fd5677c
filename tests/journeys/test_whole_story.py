"""The whole story in one run, with thirteen people, from loading a pack to the end of a placement.

As in the demonstration, its dates are a number of weeks before or after the story's week.
"""

import time
from datetime import date

import pytest
from django.conf import settings

from calloff.cli.demo import cast as demo
from calloff.cli.demo import partners, placements, referrals, story
from calloff.cli.demo.application_decisions import (
    admit_application,
    assess_part,
    countersign,
    sign_agreement,
    submit_application,
    write_application,
)
from calloff.cli.demo.services import list_services
from calloff.kernel import clock
from calloff.registers.commands import import_postcodes
from tests.journeys import personas
from tests.journeys.browser_users import run_in_thread
from tests.journeys.personas import DOWNLAND, HARBOUR, SHORE, WEST_SUSSEX
from tests.journeys.steps import (
    agreements,
    applications,
    attendance,
    decisions,
    endings,
    invitations,
    markets,
    monitoring,
    offers,
    pre_start_checks,
    services,
)
from tests.journeys.steps import referrals as asking

pytestmark = [pytest.mark.browser, pytest.mark.slow]

EVERYBODY = 13  # They are twelve people and a member of the public.
PACK = settings.BASE_DIR / "packs" / "west-sussex-iap"


@pytest.mark.usefixtures("unhurried")
def test_a_market_can_run_from_loading_its_pack_to_the_end_of_a_placement(
    bare_stage, visit, when, tmp_path, record_property
):
    began, stage, people = time.monotonic(), bare_stage, _People(visit)

    # given the registers, which commands have imported
    when("-13 Mon 09:00")
    import_postcodes(at=stage.when("-13 Mon 09:00"), areas=["BN"])
    story._import_schools(stage.when("-13 Mon 09:00"))
    partners._import_terms(stage)

    member = _an_approved_market(stage, people, when, tmp_path)
    _in_the_directory(stage, people, when, member)
    _a_school_joins(stage, people, when)
    placement = _a_child_is_placed(stage, people, when)
    _the_week_and_the_end(stage, people, when, placement)

    # then each person has done their part, in a separate browser
    assert len(people.met) == EVERYBODY
    seconds = round(time.monotonic() - began)
    record_property("told", f"The whole story: {EVERYBODY} people, one run, {seconds} seconds.")


class _People:
    """Everyone in the story, each with a separate browser. After some time, they must sign in again."""

    def __init__(self, visit):
        self.visit, self.met, self.seen = visit, {}, {}

    def __call__(self, *emails):
        several = [self._one(email) for email in emails]
        return several if len(several) > 1 else several[0]

    def comes_as_a_stranger(self, email):
        self.met[email], self.seen[email] = self.visit(), clock.now()
        self.met[email].email = email
        return self.met[email]

    def _one(self, email):
        if email not in self.met:
            self.met[email] = self.visit(email)
        elif self.seen[email] != clock.now():
            self.met[email].sign_in()
        self.seen[email] = clock.now()
        return self.met[email]


def _an_approved_market(stage, people, when, folder):
    # The market is loaded and opened, and another provider is admitted to it.
    markets.loads(PACK, personas.OLIVIA)
    markets.opens(people(personas.OLIVIA), stage)
    run_in_thread(_another_provider, stage)

    when("-10 Mon 10:00")
    ada = people.comes_as_a_stranger(personas.ADA)
    one, two = "1. Early intervention", "2. Vocational"
    applications.finds_the_market(ada, one, two)
    applications.makes_an_account(ada, "Ada Quillfeather", stage)
    applications.registers(ada, HARBOUR, "99100001", stage)
    application = applications.starts(ada, HARBOUR, one, two)
    for key, role in ((personas.BEN, "Provider staff"), (personas.SIAN, "Provider signatory")):
        applications.lets_in(ada, HARBOUR, _somebody(key), role, stage)
    applications.lets_in(ada, HARBOUR, placements.SAFEGUARDING_LEAD, "Provider safeguarding lead", stage)
    applications.uploads(ada, HARBOUR, folder, stage)
    applications.answers(ada, HARBOUR, application, stage)
    applications.declares(ada, HARBOUR, application, "Monday 21 September 2026", "within 10 working days of receiving")

    when("-9 Mon 10:00")
    decisions.allocates(people(personas.OLIVIA), application, HARBOUR)
    decisions.marks(*people(personas.ESME, personas.ADA), application, HARBOUR)
    when("-9 Thu 11:00")
    priya, ada = people(personas.PRIYA, personas.ADA)
    member = decisions.decides(priya, ada, application, HARBOUR, until=stage.on("6 Fri"))

    when("-8 Tue 10:00")
    reference = member.agreement.reference
    sian, olivia = people(personas.SIAN, personas.OLIVIA)
    sian.go(f"{HARBOUR.home}/agreements/{reference}")
    sian.reads("Calloff model terms")
    agreements.signs(sian, reference, "Director", "As a director")
    sian.reads("You have signed")
    olivia.go(f"{WEST_SUSSEX.home}/agreements/{reference}")
    agreements.countersigns(olivia, reference, HARBOUR.name, "Olivia Marsh")
    return member


def _another_provider(stage):
    """Add one more provider to the market with commands, because in this story it only replies."""
    story.register(stage, ["downland"])
    application = submit_application(
        stage, write_application(stage, "downland", "IAP", (1, 2), "-10 Wed 13:00"), "downland", "-10 Thu 15:20"
    )
    assess_part(stage, application, stage.officer("west-sussex", "esme"), "-9 Tue 09:30")
    agreement = admit_application(
        application, stage.officer("west-sussex", "tom"), stage.when("-9 Wed 11:15")
    ).agreement
    signed = sign_agreement(stage, agreement, "downland", stage.when("-9 Thu 16:00"))
    countersign(signed, stage.officer("west-sussex", "olivia"), stage.when("-9 Fri 10:30"))
    list_services(stage, "downland", "-8 Wed 09:30")


def _in_the_directory(stage, people, when, member):
    when("-7 Wed 10:00")
    ada, quentin = people(personas.ADA, personas.QUENTIN)
    service = services.lists(ada, HARBOUR, member)
    services.approves(quentin, WEST_SUSSEX, service)
    services.finds_it(people.comes_as_a_stranger("public"), service, HARBOUR)


def _a_school_joins(stage, people, when):
    when("-3 Tue 10:00")
    stage.meet(_somebody(personas.HELEN))
    helen, olivia = people(personas.HELEN, personas.OLIVIA)
    school = invitations.asks_to_join(helen, SHORE, "900001", 900001)
    stage.organisations["shore"] = school
    invitations.lets_in_the_first(olivia, "Helen Marchant", SHORE)
    applications.lets_in(helen, SHORE, _somebody(personas.RUTH), "AP lead or SENCO", stage)
    applications.lets_in(helen, SHORE, _somebody(personas.SAUL), "Designated safeguarding lead", stage)
    market = stage.markets["IAP"]
    invitations.cannot_ask_yet(people(personas.RUTH), helen, SHORE, school, market, head="Helen Marchant")
    invitations.signs_the_partnership(helen, SHORE, school, market)
    invitations.countersigns_the_partnership(olivia, "Helen Marchant", SHORE, school, market)
    invitations.sets_a_budget(helen, SHORE, date(2026, 9, 1), date(2027, 8, 31))


def _a_child_is_placed(stage, people, when):
    when("0 Wed 10:00")
    ruth, ada = people(personas.RUTH, personas.ADA)
    pupil = asking.records(ruth, stage, SHORE)
    asking.protects(people(personas.SAUL), SHORE, pupil)
    referral = asking.asks(ruth, ada, stage, SHORE, pupil)
    when("0 Thu 09:30")
    interest = offers.is_interested(people(personas.ADA), stage, HARBOUR, referral)
    referrals._reply(stage, referral, "downland", "0 Thu 11:00")
    when("0 Fri 09:00")
    offers.offers(people(personas.RUTH), HARBOUR, DOWNLAND)
    petra, ada, fern = people(personas.PETRA, personas.ADA, personas.FERN)
    offers.guards(petra, ada, HARBOUR, interest)
    placement = offers.confirms(ada, fern, stage, interest, house=HARBOUR, other=DOWNLAND)
    when("1 Mon 10:00")
    ruth, ada, saul = people(personas.RUTH, personas.ADA, personas.SAUL)
    pre_start_checks.checks(ruth, ada, saul, placement, house=SHORE, provider=HARBOUR, on=stage.on("1 Mon"))
    pre_start_checks.draws_up(ruth, SHORE, placement)
    when("1 Wed 10:00")
    pre_start_checks.provider_signs(people(personas.SIAN), SHORE.name, placement)
    pre_start_checks.buyer_signs(people(personas.HELEN), SHORE, placement, "Headteacher", "Delegated by the governors")
    people(personas.HELEN).reads("£1,116")
    people(personas.HELEN).go(f"{SHORE.home}/budget")
    people(personas.HELEN).reads("£22,884")
    return placement


def _the_week_and_the_end(stage, people, when, placement):
    when("2 Mon 10:00")
    attendance.comes(*people(personas.BEN, personas.HELEN), SHORE, HARBOUR, placement)
    when("2 Wed 10:00")
    ben, ruth = people(personas.BEN, personas.RUTH)
    attendance.is_absent(ben, ruth, SHORE, HARBOUR, placement)
    endings.plans_a_review(ruth, stage, "3 Fri")
    monitoring.sees_spending(people(personas.QUENTIN), WEST_SUSSEX, SHORE, HARBOUR, "£1,116")
    when("3 Fri 13:00")
    endings.holds_it(people(personas.RUTH), stage, SHORE, placement, "3 Fri")
    when("4 Fri 15:00")
    endings.ends(*people(personas.RUTH, personas.ADA), placement, house=SHORE, provider=HARBOUR, last=stage.on("4 Fri"))
    monitoring.sees_the_end(people(personas.QUENTIN), WEST_SUSSEX, SHORE, placement)


def _somebody(email):
    return next(one for one in [*demo.BUYERS, *demo.STAFF, *demo.COLLEAGUES] if one.email == email)
