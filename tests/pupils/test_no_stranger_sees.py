"""Tests that no organisation without access ever sees a child, whatever is granted, disclosed or ended.

The tests cover the time after an offer or a placement, and a provider that cannot take a child. Each result is compared
with simple facts that the test records separately.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import pgtrigger
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from calloff.agreements.models import Agreement
from calloff.kernel.clock import local_day, midnight
from calloff.members.models import Member
from calloff.members.states import MemberStatus
from calloff.people.models import RoleGrant
from calloff.people.permissions import PERMISSIONS_BY_ROLE, Can, Role
from calloff.pupils import queries
from calloff.pupils.contact_rules import PLACED_PACK_PLACE
from calloff.pupils.disclosure_grants import end_disclosures, give_disclosure, update_days
from calloff.pupils.models import ProtectionInformation, Pupil, RecordAccess
from calloff.pupils.states import DisclosureStage
from tests.factories import (
    NOW,
    AuthorityFactory,
    ProviderFactory,
    RoleGrantFactory,
    SchoolOrganisationFactory,
    UserFactory,
    rewrite,
)
from tests.factories_markets import MarketFactory, MemberFactory, set_status
from tests.factories_placements import PupilContactFactory, PupilFactory, SuspensionFactory

GIVEN = [
    (DisclosureStage.OFFERED, Can.ANSWER_REFERRALS), (DisclosureStage.OFFERED, Can.SAFEGUARD), (DisclosureStage.PLACED,
        Can.ANSWER_REFERRALS),
    (DisclosureStage.PLACED, Can.TAKE_REGISTER), (DisclosureStage.PLACED, Can.SAFEGUARD), (DisclosureStage.TOLD,
        Can.KNOW_CHILD),
    (DisclosureStage.TOLD, Role.SEN_OFFICER),
]  # fmt: skip
FEW = st.integers(0, 3)
DELAYS = st.sampled_from([timedelta(0), timedelta(0), timedelta(hours=1), timedelta(days=2)])
MOVES = st.sampled_from([
    timedelta(minutes=1), timedelta(hours=9), timedelta(days=1), timedelta(days=13), timedelta(days=15),
    timedelta(weeks=13), timedelta(days=730),
])  # fmt: skip
DAYS = st.sampled_from([0, 1, 10, 60, 300])
ROLES = st.sampled_from([
    Role.AP_LEAD, Role.SAFEGUARDING_LEAD, Role.FINANCE, Role.PROVIDER_LEAD, Role.PROVIDER_STAFF,
    Role.PROVIDER_SAFEGUARDING, Role.PROVIDER_LEAD, Role.SEN_OFFICER, Role.VIRTUAL_SCHOOL,
])  # fmt: skip
# These days equal access.GRACES on every day in this test. They are repeated here so that the test notices a change.
GRACE = 14
NOTHING, SAFETY, ALL = 0, 1, 2


@dataclass(frozen=True)
class Given:
    """A disclosure in its simplest form."""

    stage: str
    starts: datetime
    ends: datetime
    last: date | None
    first: date | None = None

    def runs(self, at):
        return self.starts <= at < self.ends

    def shows(self, at, *, status, ends_on):
        """Return how much of a child a disclosure shows, given the status of the membership and the agreement's last
        day.
        """
        if not self.runs(at):
            return NOTHING
        if self.stage == DisclosureStage.TOLD:
            return ALL
        if self.stage == DisclosureStage.OFFERED:
            return ALL if status == MemberStatus.ACTIVE and local_day(at) <= ends_on else NOTHING
        if status == MemberStatus.ACTIVE:
            return ALL
        return SAFETY if self.first is not None and self.first <= local_day(at) <= self.last else NOTHING


class Moments(RuleBasedStateMachine):
    """A sequence of events: people come and go, disclosures are made and ended, providers are suspended, and years
    pass.
    """

    def __init__(self):
        super().__init__()
        authority = AuthorityFactory()
        market = MarketFactory(authority=authority, term_ends_on=date(2090, 1, 1))
        self.places = [SchoolOrganisationFactory(host=authority), ProviderFactory(), ProviderFactory(), authority]
        self.school = self.places[0]
        self.members = {where: MemberFactory(market=market, provider=self.places[where]) for where in (1, 2, 3)}
        self.suspensions = {
            where: SuspensionFactory(provider=one.provider, authority=authority) for where, one in self.members.items()
        }
        self.until = {where: date(2030, 1, 1) for where in (1, 2, 3)}  # the last day of the provider's agreement
        for where in self.members:
            self._agreed_until(where)
        self.pupils = [PupilFactory(buyer=self.school), PupilFactory(buyer=SchoolOrganisationFactory())]
        for one in self.pupils:
            Pupil.objects.filter(pk=one.pk).update(address="12 Gorse Lane", risks="Runs when it is loud.")
            one.refresh_from_db()
            PupilContactFactory(pupil=one)
            ProtectionInformation.objects.create(pupil=one, concerns="A concern.", kept_at=NOW)
        self.people = [UserFactory() for _ in range(4)]
        self.at = NOW
        self.roles = {}  # {(person, place, role): (grant, start, end)}
        self.given = {}  # {(pupil, place, needs): the disclosures, in order}

    @rule(who=FEW, where=FEW, role=ROLES, later=DELAYS)
    def grant(self, who, where, role, later):
        """Give a person a role that starts now or later. The person might have had the role before."""
        person, place, key, starts = self.people[who], self.places[where], (who, where, role), self.at + later
        if key in self.roles:
            # If a role is given again, it gets a new row.
            with pgtrigger.ignore("people.RoleGrant:columns_are_never_rewritten"):
                RoleGrant.objects.filter(pk=self.roles[key][0]).update(starts_at=starts, ends_at=None)
            self.roles[key] = (self.roles[key][0], starts, None)
        else:
            made = RoleGrantFactory(person=person, organisation=place, role=role, starts_at=starts)
            self.roles[key] = (made.pk, starts, None)

    @precondition(lambda self: self.roles)
    @rule(data=st.data(), later=DELAYS)
    def take_back(self, data, later):
        key = data.draw(st.sampled_from(sorted(self.roles, key=str)))
        grant, starts, _ = self.roles[key]
        self.roles[key] = (grant, starts, self.at + later)
        RoleGrant.objects.filter(pk=grant).update(ends_at=self.at + later)

    @rule(which=st.integers(0, 1), where=st.integers(1, 3), what=st.sampled_from(GIVEN), days=DAYS)
    def disclose(self, which, where, what, days):
        """Offer a place to a child, place a child, or notify an authority, with one source for each child."""
        stage, needs = what
        last = local_day(self.at) + timedelta(days=days)
        ends = self.at + timedelta(days=days) if stage == DisclosureStage.OFFERED else _after(last)
        until = {"ends_at": ends} if stage == DisclosureStage.OFFERED else {"last_on": last}
        give_disclosure(
            self.pupils[which], to=self.places[where], needs=needs, stage=stage, purpose="x",
            source=f"S{self.pupils[which].pk}",
            member=None if stage == DisclosureStage.TOLD else self.members[where], at=self.at, **until,
        )  # fmt: skip
        rows = self.given.setdefault((which, where, str(needs)), [])
        if rows and rows[-1].runs(self.at):
            if rows[-1].stage == stage:
                rows[-1] = replace(
                    rows[-1], ends=max(ends, self.at), last=None if stage == DisclosureStage.OFFERED else last
                )
                return
            rows[-1] = replace(rows[-1], ends=self.at)
        rows.append(Given(stage, self.at, max(ends, self.at), None if stage == DisclosureStage.OFFERED else last))

    @rule(which=st.integers(0, 1), ago=st.sampled_from([None, 0, 5]), days=DAYS)
    def set_days(self, which, ago, days):
        """Agree or change the days of a placement. `ago` is how long the child has been at the provider."""
        today = local_day(self.at)
        first, last = None if ago is None else today - timedelta(days=ago), today + timedelta(days=days)
        update_days(f"S{self.pupils[which].pk}", first_on=first, last_on=last, at=self.at)
        for key, rows in self.given.items():
            if key[0] != which:
                continue
            new = replace(rows[-1], ends=_after(last), first=first, last=last)
            if rows[-1].ends <= self.at:
                rows.append(replace(new, starts=self.at))
            else:
                rows[-1] = new

    @rule(which=st.integers(0, 1), where=st.one_of(st.none(), st.integers(1, 3)))
    def stop(self, which, where):
        end_disclosures(f"S{self.pupils[which].pk}", at=self.at, to=None if where is None else self.places[where])
        for key, rows in self.given.items():
            if key[0] == which and where in {None, key[1]} and rows[-1].ends > self.at:
                rows[-1] = replace(rows[-1], ends=self.at)

    @rule(
        where=st.integers(1, 3),
        status=st.sampled_from([MemberStatus.ACTIVE, MemberStatus.SUSPENDED, MemberStatus.ENDED]),
    )
    def set_standing(self, where, status):
        member = self.members[where]
        if member.status != status:
            Member.objects.filter(pk=member.pk).update(suspension=self.suspensions[where])
            member.refresh_from_db()
            set_status(member, status)

    @rule(where=st.integers(1, 3), days=st.sampled_from([0, 5, 800]))
    def set_agreement(self, where, days):
        self.until[where] = local_day(self.at) + timedelta(days=days)
        self._agreed_until(where)

    @rule(by=MOVES)
    def wait(self, by):
        self.at += by

    @invariant()
    def nobody_sees_more_than_was_given(self):
        for person in self.people:
            person.forget_roles()
        for who, person in enumerate(self.people):
            seen = set(Pupil.objects.visible_to(person, self.at).values_list("pk", flat=True))
            assert seen == {one.pk for which, one in enumerate(self.pupils) if self._may(who, which)}
            for which in range(len(self.pupils)):
                for where in range(len(self.places)):
                    if self._held(who, where):
                        self._asks(who, which, where)

    def _asks(self, who, which, where):
        person, pupil, place = self.people[who], self.pupils[which], self.places[where]
        before = RecordAccess.objects.count()
        asked = {"person": person, "acting_for": place, "purpose": "x", "at": self.at}
        much = self._may_there(who, which, where)
        pack = queries.pupil_pack(pupil, place=PLACED_PACK_PLACE, **asked)
        assert (pack is not None) == bool(much)
        assert bool(queries.identify_pupils([pupil], **asked)) == bool(much)
        protects = self._may_there(who, which, where, safeguarding=True) == ALL
        assert (queries.pupil_protection(pupil, **asked) is not None) == protects
        recorded = RecordAccess.objects.order_by("-pk").values_list("what", flat=True)[
            : RecordAccess.objects.count() - before
        ]
        assert len(recorded) == (3 if much else 2)  # a list that shows no children is not logged as a view
        if much == SAFETY:
            shown = {label for section in pack.sections for label, text in section.rows if text}
            assert pack.contacts
            assert "Risks, triggers and what helps" in shown
            assert not shown & {"Home address", "Home postcode", "Date of birth", "Unique pupil number"}
            assert not pack.has_protection

    def _may(self, who, which):
        return any(self._may_there(who, which, where) for where in range(len(self.places)))

    def _held(self, who, where):
        roles = [
            role
            for (one, place, role), (_, starts, ends) in self.roles.items()
            if (one, place) == (who, where) and starts <= self.at and (ends is None or self.at < ends)
        ]
        return {str(can) for role in roles for can in PERMISSIONS_BY_ROLE[role]} | {str(role) for role in roles}

    def _may_there(self, who, which, where, *, safeguarding=False):
        held = self._held(who, where)
        if where == 0:
            mine = which == 0 and "see_pupils" in held and (not safeguarding or "safeguard" in held)
            return ALL if mine else NOTHING
        standing = {"status": self.members[where].status, "ends_on": self.until[where]}
        return max(
            (
                one.shows(self.at, **standing)
                for (child, place, needs), rows in self.given.items()
                if (child, place) == (which, where) and needs in held and (not safeguarding or needs == "safeguard")
                for one in rows
            ),
            default=NOTHING,
        )

    def _agreed_until(self, where):
        rewrite(Agreement.objects.filter(pk=self.members[where].agreement_id), ends_on=self.until[where])


def _after(last):
    return midnight(last + timedelta(days=GRACE + 1))


def test_no_child_is_ever_visible_to_an_organisation_without_access(db):
    few = settings(max_examples=10, stateful_step_count=14, deadline=None, suppress_health_check=list(HealthCheck))
    run_state_machine_as_test(Moments, settings=few)
