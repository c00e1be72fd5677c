"""The whole story in one run, by thirteen people: from a pack to a placement that has ended, and what the council sees.

It is told in weeks before and after the one of the story, as the demonstration tells them.
"""

import time
from datetime import date

import pytest
from django.conf import settings

from calloff.cli.demo import cast as demo
from calloff.cli.demo import partners, placements, referrals, story
from calloff.cli.demo.deciding import admit, assess, countersign, send, sign, write
from calloff.cli.demo.listing import put_in_directory
from calloff.kernel import clock
from calloff.registers.commands import import_postcodes
from tests.journeys import cast
from tests.journeys.cast import DOWNLAND, HARBOUR, SHORE, WEST_SUSSEX
from tests.journeys.steps import (
    applying,
    asking,
    attending,
    checking,
    choosing,
    deciding,
    ending,
    joining,
    listing,
    opening,
    signing,
    watching,
)
from tests.journeys.visitors import aside

EVERYBODY = 13  # twelve people, and somebody of the public
PACK = settings.BASE_DIR / "packs" / "west-sussex-iap"


@pytest.mark.usefixtures("unhurried")
def test_the_whole_story_from_a_pack_to_a_placement_that_has_ended(bare_stage, visit, when, tmp_path, record_property):
    began, stage, people = time.monotonic(), bare_stage, _People(visit)

    # given the registers, as their commands import them
    when("-13 Mon 09:00")
    import_postcodes(at=stage.when("-13 Mon 09:00"), areas=["BN"])
    story._import_schools(stage.when("-13 Mon 09:00"))
    partners._import_terms(stage)

    member = _an_approved_market(stage, people, when, tmp_path)
    _in_the_directory(stage, people, when, member)
    _a_school_joins(stage, people, when)
    placement = _a_child_is_placed(stage, people, when)
    _the_week_and_the_end(stage, people, when, placement)

    # then each of them has done it with a browser of their own
    assert len(people.met) == EVERYBODY
    seconds = round(time.monotonic() - began)
    record_property("told", f"The whole story: {EVERYBODY} people, one run, {seconds} seconds.")


class _People:
    """Everybody of the story: each comes with a browser of their own, and signs in again where time has gone by."""

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
    # the market is loaded, opened, and another provider of it admitted
    opening.loads(PACK, cast.OLIVIA)
    opening.opens(people(cast.OLIVIA), stage)
    aside(_another_provider, stage)

    when("-10 Mon 10:00")
    ada = people.comes_as_a_stranger(cast.ADA)
    one, two = "1. Early intervention", "2. Vocational"
    applying.finds_the_market(ada, one, two)
    applying.makes_an_account(ada, "Ada Quillfeather", stage)
    applying.registers(ada, HARBOUR, "99100001", stage)
    application = applying.starts(ada, HARBOUR, one, two)
    for key, role in ((cast.BEN, "Provider staff"), (cast.SIAN, "Provider signatory")):
        applying.lets_in(ada, HARBOUR, _somebody(key), role, stage)
    applying.lets_in(ada, HARBOUR, placements.GUARD, "Provider safeguarding lead", stage)
    applying.uploads(ada, HARBOUR, folder, stage)
    applying.answers(ada, HARBOUR, application, stage)
    applying.declares(ada, HARBOUR, application, "Monday 21 September 2026", "10 working days from receipt")

    when("-9 Mon 10:00")
    deciding.allocates(people(cast.OLIVIA), application, HARBOUR)
    deciding.marks(*people(cast.ESME, cast.ADA), application, HARBOUR)
    when("-9 Thu 11:00")
    priya, ada = people(cast.PRIYA, cast.ADA)
    member = deciding.decides(priya, ada, application, HARBOUR, until=stage.on("6 Fri"))

    when("-8 Tue 10:00")
    reference = member.agreement.reference
    sian, olivia = people(cast.SIAN, cast.OLIVIA)
    sian.go(f"{HARBOUR.home}/agreements/{reference}")
    sian.reads("Calloff model terms")
    signing.signs(sian, reference, "Director", "As a director")
    sian.reads("You have signed")
    olivia.go(f"{WEST_SUSSEX.home}/agreements/{reference}")
    signing.countersigns(olivia, reference, HARBOUR.name, "Olivia Marsh")
    return member


def _another_provider(stage):
    """Let one more provider be in the market: by the commands, as it does nothing here but reply."""
    story.register(stage, ["downland"])
    application = send(stage, write(stage, "downland", "IAP", (1, 2), "-10 Wed 13:00"), "downland", "-10 Thu 15:20")
    assess(stage, application, stage.officer("west-sussex", "esme"), "-9 Tue 09:30")
    agreement = admit(application, stage.officer("west-sussex", "tom"), stage.when("-9 Wed 11:15")).agreement
    signed = sign(stage, agreement, "downland", stage.when("-9 Thu 16:00"))
    countersign(signed, stage.officer("west-sussex", "olivia"), stage.when("-9 Fri 10:30"))
    put_in_directory(stage, "downland", "-8 Wed 09:30")


def _in_the_directory(stage, people, when, member):
    when("-7 Wed 10:00")
    ada, quentin = people(cast.ADA, cast.QUENTIN)
    service = listing.lists(ada, HARBOUR, member)
    listing.approves(quentin, WEST_SUSSEX, service)
    listing.finds_it(people.comes_as_a_stranger("public"), service, HARBOUR)


def _a_school_joins(stage, people, when):
    when("-3 Tue 10:00")
    stage.meet(_somebody(cast.HELEN))
    helen, olivia = people(cast.HELEN, cast.OLIVIA)
    school = joining.asks_to_join(helen, SHORE, "900001", 900001)
    stage.organisations["shore"] = school
    joining.lets_in_the_first(olivia, "Helen Marchant", SHORE)
    applying.lets_in(helen, SHORE, _somebody(cast.RUTH), "AP lead or SENCO", stage)
    applying.lets_in(helen, SHORE, _somebody(cast.SAUL), "Designated safeguarding lead", stage)
    market = stage.markets["IAP"]
    joining.cannot_ask_yet(people(cast.RUTH), helen, SHORE, school, market, head="Helen Marchant")
    joining.signs_the_partnership(helen, SHORE, school, market)
    joining.countersigns_the_partnership(olivia, "Helen Marchant", SHORE, school, market)
    joining.sets_a_budget(helen, SHORE, date(2026, 9, 1), date(2027, 8, 31))


def _a_child_is_placed(stage, people, when):
    when("0 Wed 10:00")
    ruth, ada = people(cast.RUTH, cast.ADA)
    pupil = asking.records(ruth, stage, SHORE)
    asking.protects(people(cast.SAUL), SHORE, pupil)
    referral = asking.asks(ruth, ada, stage, SHORE, pupil)
    when("0 Thu 09:30")
    interest = choosing.is_interested(people(cast.ADA), stage, HARBOUR, referral)
    referrals._reply(stage, referral, "downland", "0 Thu 11:00")
    when("0 Fri 09:00")
    choosing.offers(people(cast.RUTH), HARBOUR, DOWNLAND)
    petra, ada, fern = people(cast.PETRA, cast.ADA, cast.FERN)
    choosing.guards(petra, ada, HARBOUR, interest)
    placement = choosing.confirms(ada, fern, stage, interest, house=HARBOUR, other=DOWNLAND)
    when("1 Mon 10:00")
    ruth, ada, saul = people(cast.RUTH, cast.ADA, cast.SAUL)
    checking.checks(ruth, ada, saul, placement, house=SHORE, provider=HARBOUR, on=stage.on("1 Mon"))
    checking.draws_up(ruth, SHORE, placement)
    when("1 Wed 10:00")
    checking.provider_signs(people(cast.SIAN), SHORE.name, placement)
    checking.buyer_signs(people(cast.HELEN), SHORE, placement, "Headteacher", "Delegated by the governors")
    people(cast.HELEN).reads("£1,116")
    people(cast.HELEN).go(f"{SHORE.home}/budget")
    people(cast.HELEN).reads("£22,884")
    return placement


def _the_week_and_the_end(stage, people, when, placement):
    when("2 Mon 10:00")
    attending.comes(*people(cast.BEN, cast.HELEN), SHORE, HARBOUR, placement)
    when("2 Wed 10:00")
    ben, ruth = people(cast.BEN, cast.RUTH)
    attending.is_absent(ben, ruth, SHORE, HARBOUR, placement)
    ending.plans_a_review(ruth, stage, "3 Fri")
    watching.sees_spending(people(cast.QUENTIN), WEST_SUSSEX, SHORE, HARBOUR, "£1,116")
    when("3 Fri 13:00")
    ending.holds_it(people(cast.RUTH), stage, SHORE, placement, "3 Fri")
    when("4 Fri 15:00")
    ending.ends(*people(cast.RUTH, cast.ADA), placement, house=SHORE, provider=HARBOUR, last=stage.on("4 Fri"))
    watching.sees_the_end(people(cast.QUENTIN), WEST_SUSSEX, SHORE, placement)


def _somebody(email):
    return next(one for one in [*demo.BUYERS, *demo.STAFF, *demo.COLLEAGUES] if one.email == email)
