"""No child is visible to a stranger at any moment, whatever is granted and disclosed, ended and given again."""

from datetime import timedelta

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from calloff.people.models import Grant
from calloff.people.permissions import GRANTS, Can, Role
from calloff.pupils import queries
from calloff.pupils.disclosures import end, give
from calloff.pupils.models import Pupil, Read, Stage
from tests.factories import NOW, AuthorityFactory, GrantFactory, ProviderFactory, SchoolOrganisationFactory, UserFactory
from tests.factories_placing import PupilFactory

GIVEN = [
    (Stage.OFFERED, Can.ANSWER_REFERRALS), (Stage.OFFERED, Can.SAFEGUARD), (Stage.PLACED, Can.ANSWER_REFERRALS),
    (Stage.PLACED, Can.TAKE_REGISTER), (Stage.PLACED, Can.SAFEGUARD), (Stage.TOLD, Can.KNOW_CHILD),
    (Stage.TOLD, Role.SEN_OFFICER),
]  # fmt: skip
FEW = st.integers(0, 3)
DELAYS = st.sampled_from([timedelta(0), timedelta(0), timedelta(hours=1), timedelta(days=2)])


class Moments(RuleBasedStateMachine):
    """People come and go, disclosures are given and end; what should be seen is reckoned beside, in plain sets."""

    def __init__(self):
        super().__init__()
        authority = AuthorityFactory()
        self.places = [SchoolOrganisationFactory(host=authority), ProviderFactory(), ProviderFactory(), authority]
        self.school = self.places[0]
        self.pupils = [PupilFactory(buyer=self.school), PupilFactory(buyer=SchoolOrganisationFactory())]
        self.people = [UserFactory() for _ in range(4)]
        self.at = NOW
        self.roles = {}  # (person, place, role) -> the grant, from when, until when
        self.given = {}  # (pupil, place, needs, source) -> stage

    @rule(who=FEW, where=FEW, role=st.sampled_from(list(Role)), later=DELAYS)
    def grant(self, who, where, role, later):
        """Give a role from now or from later on: anew, or again where it was given before."""
        person, place, key, starts = self.people[who], self.places[where], (who, where, role), self.at + later
        if key in self.roles:
            Grant.objects.filter(pk=self.roles[key][0]).update(starts_at=starts, ends_at=None)
            self.roles[key] = (self.roles[key][0], starts, None)
        else:
            made = GrantFactory(person=person, organisation=place, role=role, starts_at=starts)
            self.roles[key] = (made.pk, starts, None)

    @precondition(lambda self: self.roles)
    @rule(data=st.data(), later=DELAYS)
    def take_back(self, data, later):
        key = data.draw(st.sampled_from(sorted(self.roles, key=str)))
        grant, starts, _ = self.roles[key]
        self.roles[key] = (grant, starts, self.at + later)
        Grant.objects.filter(pk=grant).update(ends_at=self.at + later)

    @rule(which=st.integers(0, 1), where=st.integers(1, 3), what=st.sampled_from(GIVEN), source=st.sampled_from("AB"))
    def disclose(self, which, where, what, source):
        stage, needs = what
        give(
            self.pupils[which], to=self.places[where], needs=needs, stage=stage, purpose="x", source=source, at=self.at
        )
        self.given[which, where, str(needs), source] = stage

    @rule(source=st.sampled_from("AB"), where=st.one_of(st.none(), st.integers(1, 3)))
    def stop(self, source, where):
        end(source, at=self.at, to=None if where is None else self.places[where])
        for key in [key for key in self.given if key[3] == source and where in {None, key[1]}]:
            del self.given[key]

    @rule(minutes=st.integers(1, 60 * 24))
    def wait(self, minutes):
        self.at += timedelta(minutes=minutes)

    @invariant()
    def nobody_sees_more_than_was_given(self):
        for person in self.people:
            person.forget_roles()
        for who, person in enumerate(self.people):
            seen = set(Pupil.objects.visible_to(person, self.at).values_list("pk", flat=True))
            assert seen == {one.pk for which, one in enumerate(self.pupils) if self._may(who, which)}
            for which in range(len(self.pupils)):
                for where in range(len(self.places)):
                    self._asks(who, which, where)

    def _asks(self, who, which, where):
        person, pupil, place = self.people[who], self.pupils[which], self.places[where]
        before = Read.objects.count()
        asked = {"person": person, "acting_for": place, "purpose": "x", "at": self.at}
        assert (queries.pack(pupil, **asked) is not None) == self._may_there(who, which, where)
        assert bool(queries.identify([pupil], **asked)) == self._may_there(who, which, where)
        protects = self._may_there(who, which, where, safeguarding=True)
        assert (queries.protection(pupil, **asked) is not None) == protects
        recorded = Read.objects.order_by("-pk").values_list("what", flat=True)[: Read.objects.count() - before]
        expected = 3 if self._may_there(who, which, where) else 2  # a list that shows nobody reads nobody
        assert len(recorded) == expected

    def _may(self, who, which):
        return any(self._may_there(who, which, where) for where in range(len(self.places)))

    def _may_there(self, who, which, where, *, safeguarding=False):
        roles = [
            role
            for (one, place, role), (_, starts, ends) in self.roles.items()
            if (one, place) == (who, where) and starts <= self.at and (ends is None or self.at < ends)
        ]
        held = {str(can) for role in roles for can in GRANTS[role]} | {str(role) for role in roles}
        if where == 0 and which == 0:
            return "see_pupils" in held and (not safeguarding or "safeguard" in held)
        needed = {key[2] for key in self.given if key[:2] == (which, where)}
        return bool(needed & held & ({"safeguard"} if safeguarding else held))


def test_no_child_is_visible_to_a_stranger_at_any_moment(db):
    few = settings(max_examples=12, stateful_step_count=14, deadline=None, suppress_health_check=list(HealthCheck))
    run_state_machine_as_test(Moments, settings=few)
