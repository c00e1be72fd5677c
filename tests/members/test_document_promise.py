"""Tests for a document that an application promised: reminders, and no placement before the document is uploaded."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext

from calloff.agreements.states import AgreementStatus
from calloff.applications.models import SectionAnswers
from calloff.applications.states import ApplicationStatus
from calloff.evidence.queries import relied_on
from calloff.history.models import Event
from calloff.kernel.clock import local_day
from calloff.kernel.formatting import format_date
from calloff.kernel.lifecycles import Refused
from calloff.members import commands
from calloff.members.lot_decision import LotDecision
from calloff.members.membership_status import MemberStanding, standing_of, why_no_new_placements, with_standing
from calloff.members.models import ApplicationDecision, DocumentPromise, Member
from calloff.members.reminders import remind_of_promises
from calloff.outbox.models import Message
from calloff.people.permissions import Role
from calloff.referrals.invitation_eligibility import why_not_invitable
from tests.applications.scenario import finish, fresh, submit
from tests.factories import NOW, ProviderFactory, person
from tests.factories_evidence import EvidenceFactory
from tests.factories_markets import ApplicationFactory, EvaluatorAssignmentFactory, MarketFactory, set_status

pytestmark = pytest.mark.django_db
LIABILITY = {
    "key": "public_liability", "title": "Public liability insurance", "minimum_cover": 5_000_000,
    "commitment_allowed": True, "expires": True,
}  # fmt: skip
DUE = date(2026, 5, 1)
PROMISE = {"by": "2026-05-01", "cover": "6000000.00"}
TODAY = local_day(NOW)


def promising(answer=PROMISE, *, kinds=(LIABILITY,), **changes):
    """Return a draft application for both categories that gives this answer about public liability insurance."""
    market = MarketFactory(changes={"evidence": list(kinds), **changes})
    draft = ApplicationFactory(market=market, lots=[1, 2])
    section = SectionAnswers.objects.get(application=draft, key="safeguarding")
    section.answers = {**section.answers, "insurance": answer}
    section.save()
    return draft


def ready_to_decide(**given):
    """Return such an application, submitted and scored."""
    application = submit(promising(**given))
    part = EvaluatorAssignmentFactory(application=set_status(application, ApplicationStatus.ASSESSING), marking=True)
    finish(part)
    return fresh(application)


def admitted(**given):
    application = ready_to_decide(**given)
    outcomes = [LotDecision(number, True, "Every condition is met.") for number in (1, 2)]
    decision = commands.decide(
        application, outcomes=outcomes, by=person(Role.APPROVER, at=application.authority), at=NOW
    )
    set_status(decision.agreement, AgreementStatus.IN_FORCE)
    return list(Member.objects.order_by("lot__number"))


def standing(member, on=TODAY):
    return standing_of(with_standing(Member.objects.filter(pk=member.pk), on=on).get(), on=on)


def fulfil(promise, item, *, by=None, at=NOW):
    return commands.fulfil_promise(promise, item=item, by=by or person(Role.PROVIDER_LEAD, at=promise.provider), at=at)


def cover(provider, amount="6000000.00", **given):
    given = {"issued_on": date(2026, 3, 1), "expires_on": date(2027, 2, 28)} | given
    return EvidenceFactory(provider=provider, details={"cover": amount}, **given)


def test_a_promise_of_insurance_is_enough_to_apply_and_is_stored_in_the_version():
    application = submit(promising())
    assert application.version.answers["insurance"] == PROMISE
    assert application.version.declared_name == "Ada Okafor"


def test_the_decision_in_each_category_records_the_promise_with_its_signatory_and_time():
    members = admitted()
    promises = list(DocumentPromise.objects.order_by("member__lot__number"))
    assert [one.member for one in promises] == members
    for one in promises:
        assert (one.title, one.cover, one.due_on) == ("Public liability insurance", Decimal(6_000_000), DUE)
        assert (one.promised_by, one.promised_at, one.status) == ("Ada Okafor", NOW, "promised")


def test_the_letter_describes_the_promised_document():
    admitted()
    told = " ".join(ApplicationDecision.objects.get().letter["next"])
    assert "You promised to upload a document: Public liability insurance, cover of £6,000,000" in told
    assert "by the end of Friday 1 May 2026. No placement can start with you until you have uploaded it." in told


@pytest.mark.parametrize("on", [TODAY, DUE, DUE + timedelta(days=400)])
def test_no_placement_can_start_until_the_promise_is_fulfilled_even_if_the_job_has_not_run(on):
    member = admitted()[0]
    assert standing(member, on) == MemberStanding.NO_NEW
    assert why_no_new_placements([member], on=TODAY)[member.pk] == [
        "its document “Public liability insurance” has been promised but has not been uploaded"
    ]
    assert "has been promised but has not been uploaded" in why_not_invitable(member, NOW)


def test_uploading_the_insurance_alone_does_not_fulfil_the_promise():
    member = admitted()[0]
    cover(member.provider)
    assert standing(member) == MemberStanding.NO_NEW


def test_a_promise_is_fulfilled_once_the_authority_can_read_a_valid_document_in_every_category():
    first, second = admitted()
    item = cover(first.provider)
    kept = fulfil(first.promises.get(), item)
    assert (kept.status, kept.evidence, kept.fulfilled_at) == ("fulfilled", item, NOW)
    assert second.promises.get().status == "fulfilled"
    assert [standing(one) for one in (first, second)] == [MemberStanding.LIVE, MemberStanding.LIVE]
    assert item in relied_on(first.authority, first.reference, NOW)
    assert Event.objects.filter(verb="fulfil_promise").count() == 1
    assert standing(first, date(2027, 3, 1)) == MemberStanding.NO_NEW, "it ends as any other does"


@pytest.mark.parametrize(
    "given",
    [
        {"amount": "5999999.99"},
        {"kind": "motor"},
        {"expires_on": date(2026, 3, 1), "issued_on": date(2025, 3, 2)},
        {"issued_on": date(2026, 5, 2)},
        {"withdrawn": True},
        {"file__infected": True},
        {"provider": True},
    ],
    ids=lambda given: next(iter(given)),
)
def test_a_document_with_less_cover_than_promised_is_refused(given):
    member = admitted()[0]
    provider = ProviderFactory() if given.pop("provider", None) else member.provider
    item = cover(provider, **given)
    with pytest.raises(Refused, match=r"You promised a different document \(Public liability insurance, cover of"):
        fulfil(member.promises.get(), item)
    assert standing(member) == MemberStanding.NO_NEW


def test_a_document_that_starts_on_the_deadline_fulfils_the_promise_from_that_day():
    member = admitted()[0]
    fulfil(member.promises.get(), cover(member.provider, issued_on=DUE))
    assert standing(member, DUE - timedelta(days=1)) == MemberStanding.NO_NEW
    assert standing(member, DUE) == MemberStanding.LIVE


def test_a_document_supplied_after_the_deadline_still_fulfils_the_promise():
    member = admitted()[0]
    late = NOW + timedelta(days=100)
    fulfil(member.promises.get(), cover(member.provider), at=late)
    assert standing(member, local_day(late)) == MemberStanding.LIVE


def test_only_people_who_manage_the_providers_evidence_can_fulfil_a_promise():
    member = admitted()[0]
    item = cover(member.provider)
    for by in (
        person(Role.PROVIDER_SIGNATORY, at=member.provider),
        person(Role.QUALITY_OFFICER, at=member.authority),
        person(Role.PROVIDER_LEAD, at=ProviderFactory()),
    ):
        with pytest.raises(PermissionDenied):
            fulfil(member.promises.get(), item, by=by)


def test_a_document_required_before_placements_is_owed_even_if_it_was_not_promised():
    motor = {"key": "motor", "title": "Motor insurance", "minimum_cover": 1_200_000, "needed": "before_placement",
             "lots": [2]}  # fmt: skip
    first, second = admitted(answer="", kinds=[LIABILITY, motor])
    assert not first.promises.exists()
    promise = second.promises.get()
    assert (promise.kind, promise.cover, promise.due_on) == ("motor", Decimal(1_200_000), None)
    assert standing(second) == MemberStanding.NO_NEW


def test_a_document_owed_in_one_category_does_not_affect_other_categories():
    motor = {"key": "motor", "title": "Motor insurance", "minimum_cover": 1_200_000, "needed": "before_placement",
             "lots": [2]}  # fmt: skip
    first, second = admitted(answer="", kinds=[LIABILITY, motor])
    assert (first.required_evidence, first.least_cover) == ([], {})
    assert (second.required_evidence, second.least_cover) == (["motor"], {"motor": "1200000"})
    assert standing(first) == MemberStanding.LIVE


def test_insurance_needed_in_only_one_category_is_promised_only_there():
    first, second = admitted(kinds=[LIABILITY | {"lots": [1]}])
    assert (first.required_evidence, second.required_evidence) == (["public_liability"], [])
    assert (first.promises.count(), second.promises.count()) == (1, 0)
    assert (standing(first), standing(second)) == (MemberStanding.NO_NEW, MemberStanding.LIVE)


def test_promises_are_always_locked_in_the_same_order():
    promises = [one.promises.get() for one in admitted()]
    ada, item = person(Role.PROVIDER_LEAD, at=promises[1].provider), cover(promises[1].provider)
    with CaptureQueriesContext(connection) as queries:
        fulfil(promises[1], item, by=ada)
    locks = [one["sql"] for one in queries if "FOR UPDATE" in one["sql"] and "members_documentpromise" in one["sql"]]
    assert "= 'public_liability'" in locks[0], "two colleagues who come from two categories would stop each other"
    assert 'ORDER BY "members_documentpromise"."id" ASC' in locks[0]


def test_promise_reminders_are_sent_to_the_provider_first_and_then_to_officers():
    first = admitted()[0]
    ada, quentin = person(Role.PROVIDER_LEAD, at=first.provider), person(Role.QUALITY_OFFICER, at=first.authority)
    Message.objects.all().delete()
    days = {ada.email: [], quentin.email: []}
    for left in range(20, -4, -1):
        at, before = NOW.replace(month=5, day=1) - timedelta(days=left), Message.objects.count()
        remind_of_promises(at)
        remind_of_promises(at)  # This is as if the job had run twice.
        for address in Message.objects.order_by("pk").values_list("address", flat=True)[before:]:
            days[address].append(left)
    assert days == {ada.email: [14, 14, 3, 3, -1, -1], quentin.email: [-1, -1]}  # The promise is for both categories.


def test_no_promise_reminder_is_sent_after_the_promise_is_fulfilled():
    member = admitted()[0]
    fulfil(member.promises.get(), cover(member.provider))
    before = Message.objects.count()
    remind_of_promises(NOW.replace(month=5, day=1))
    assert Message.objects.count() == before


def test_a_reminder_shows_the_date_of_the_promise_and_later_that_it_is_overdue():
    member = admitted()[0]
    promise = member.promises.get()
    ada = person(Role.PROVIDER_LEAD, at=promise.provider)
    for at, subject in (
        (NOW.replace(month=5, day=1) - timedelta(days=3), f"by {format_date(promise.due_on)}"),
        (NOW.replace(month=5, day=1) + timedelta(days=1), "is overdue. Upload it now"),
    ):
        Message.objects.all().delete()
        remind_of_promises(at)
        mail = Message.objects.filter(to=ada, subject__contains=member.reference).get()
        assert subject in mail.subject
    assert f"by {format_date(promise.due_on)} ({promise.what}). You have not uploaded it yet." in mail.body
