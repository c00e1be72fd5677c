"""Tests for the pages for suspending, reinstating, checking and removing members."""

import csv
import io
from datetime import date, timedelta

import pytest
from django.urls import reverse

from calloff.members.membership_status import MemberStanding
from calloff.members.models import Member, ProviderCheck
from calloff.members.states import MemberStatus
from calloff.people.permissions import Role
from tests.factories import NOW, person
from tests.factories_markets import MarketFactory, MemberFactory, lot
from tests.web.sign_in import browser

pytestmark = pytest.mark.django_db
SUSPENSION = {
    "clause": "Clause 2", "reason": "The register was empty.", "provider_reads": "yes", "review_route": "Write to us.",
    "review_on-day": "30", "review_on-month": "3", "review_on-year": "2026",
}  # fmt: skip


@pytest.fixture
def member(market):
    return MemberFactory(market=market)


def at(member, verb=""):
    name = f"authority:member-{verb}" if verb else "authority:member"
    return reverse(name, args=[member.authority.slug, member.reference])


def of(role, member):
    return browser(person(role, at=member.authority))


def words(answer):
    return answer.content.decode()


def test_every_membership_is_selected_by_default_when_suspending_a_provider(member):
    other = MemberFactory(market=MarketFactory(authority=member.authority), provider=member.provider)
    page = words(of(Role.QUALITY_OFFICER, member).get(at(member, "suspend")))
    assert f"Suspend {member.provider}" in page
    for one in (member, other):
        assert f'value="{one.pk}" checked' in page
    assert 'value="Clause 2"' in page


def test_leaving_out_a_membership_needs_a_reason(member):
    other = MemberFactory(market=MarketFactory(authority=member.authority), provider=member.provider)
    here = of(Role.QUALITY_OFFICER, member)
    refused = here.post(at(member, "suspend"), SUSPENSION | {"members": [member.pk]})
    assert "Enter why the other memberships are not suspended" in words(refused)
    assert "The register was empty." in words(refused)
    here.post(at(member, "suspend"), SUSPENSION | {"members": [member.pk], "left_out_reason": "Another site."})
    assert set(Member.objects.values_list("pk", "status")) == {
        (member.pk, MemberStatus.SUSPENDED),
        (other.pk, MemberStatus.ACTIVE),
    }


def test_suspending_a_provider_with_an_agreement_on_paper_suggests_no_clause(market):
    member = MemberFactory(market=market, on_paper=True)
    page = words(of(Role.QUALITY_OFFICER, member).get(at(member, "suspend")))
    assert "The provider’s agreement is on paper" in page
    assert "Clause 2" not in page


def test_the_reason_for_a_suspension_is_shown_and_is_in_the_history(member):
    here = of(Role.QUALITY_OFFICER, member)
    here.post(at(member, "suspend"), SUSPENSION | {"members": [member.pk]})
    assert "The register was empty." in words(here.get(at(member)))
    again = here.get(at(member, "suspend"))
    assert again.status_code == 409
    assert "the status is “Suspended”" in words(again)
    here.post(at(member, "reinstate"), {"reason": "The register is kept."})
    text = words(here.get(at(member, "history")))
    assert text.index("The register is kept.") < text.index("The register was empty.")
    member.refresh_from_db()
    assert member.status == MemberStatus.ACTIVE


def test_people_who_cannot_suspend_a_provider_see_who_can(member):
    approver = of(Role.APPROVER, member)
    assert at(member, "suspend") not in words(approver.get(at(member)))
    refused = approver.get(at(member, "suspend"))
    assert refused.status_code == 403
    assert "Quality officer can do this" in words(refused)


def test_only_colleagues_can_see_the_findings_of_a_check(member):
    here = of(Role.QUALITY_OFFICER, member)
    day = {"checked_on-day": "2", "checked_on-month": "2", "checked_on-year": "2026"}
    assert "Select how the provider was checked" in words(here.post(at(member, "record-check"), day))
    here.post(at(member, "record-check"), day | {"how": "visit", "found": "A calm room."})
    assert ProviderCheck.objects.get().checked_on == date(2026, 2, 2)
    assert "A calm room." in words(here.get(at(member)))


def test_a_member_cannot_be_removed_until_the_provider_responds_or_its_time_ends(member):
    approver = of(Role.APPROVER, member)
    assert "You cannot remove this provider yet" in words(approver.get(at(member, "remove")))
    approver.post(at(member, "propose-removal"), {"reason": "Two visits, no register."})
    refused = approver.post(at(member, "remove"), {"reason": "No answer."})
    assert "The provider can respond by" in words(refused)
    approver.post(at(member, "drop-removal"), {"reason": "It has answered by telephone."})
    text = words(approver.get(at(member, "history")))
    assert "Two visits, no register." in text
    assert "It has answered by telephone." in text


@pytest.mark.parametrize(
    ("given", "standing"),
    [
        ({}, MemberStanding.LIVE),
        ({"unsigned": True}, MemberStanding.UNSIGNED),
        ({"required_evidence": ["x"]}, MemberStanding.NO_NEW),
    ],
)
def test_members_can_be_filtered_by_status(market, given, standing):
    member = MemberFactory(market=market, **given)
    path = reverse("authority:members", args=[member.authority.slug])
    here = of(Role.QUALITY_OFFICER, member)
    for word in MemberStanding:
        page = words(here.get(path, {"standing": word}))
        assert (member.reference in page) == (word == standing), word


def test_a_query_noted_when_a_pack_was_loaded_is_flagged_and_can_be_found(market):
    MemberFactory(market=market)
    doubtful = MemberFactory(market=market, query="Printed in category 4 too.")
    here = of(Role.CONTRACTS_OFFICER, doubtful)
    page = words(here.get(reverse("authority:members", args=[doubtful.authority.slug]), {"query": "on"}))
    assert "1 to 1 of 1 member" in page
    assert "Printed in category 4 too." in words(here.get(at(doubtful)))


def test_the_page_of_an_unsigned_member_shows_what_is_missing(market):
    member = MemberFactory(market=market, unsigned=True)
    page = words(of(Role.QUALITY_OFFICER, member).get(at(member)))
    assert "This member is not in the directory yet" in page
    assert "Still needed" in page
    assert "because:" not in page
    assert "The council countersigns the agreement" in page


def test_the_page_of_a_member_without_valid_evidence_shows_what_has_expired(market):
    member = MemberFactory(market=market, required_evidence=["public_liability"])
    page = words(of(Role.QUALITY_OFFICER, member).get(at(member)))
    assert "its document “Public liability” is missing or has expired" in page


def test_a_provider_sees_that_the_reason_is_withheld_until_a_review_discloses_it(market, authority):
    member = MemberFactory(market=market)
    quentin = browser(person(Role.QUALITY_OFFICER, at=authority))
    withheld = {"withheld_by": "The head of safeguarding", "withheld_because": "The police ask us to wait."}
    sent = SUSPENSION | withheld | {"members": [member.pk], "provider_reads": "not_yet"}
    done = quentin.post(f"/authorities/{authority.slug}/members/{member.reference}/suspend", sent)
    assert done.status_code == 303
    ada = browser(person(Role.PROVIDER_LEAD, at=member.provider))
    theirs = f"/providers/{member.provider.slug}/members/{member.reference}"
    for page in (theirs, f"{theirs}/history"):
        read = ada.get(page).content.decode()
        assert "withheld" in read.lower()
        for kept_back in ("The register was empty", "police", "head of safeguarding"):
            assert kept_back not in read
    ours = f"/authorities/{authority.slug}/members/{member.reference}"
    assert "The police ask us to wait." in quentin.get(ours).content.decode()
    sent = {"found": "Nothing new.", "gives_reason": "on", "next_on-day": "30", "next_on-month": "3"}
    done = quentin.post(f"{ours}/review-suspension", sent | {"next_on-year": "2026"})
    assert done.status_code == 303
    read = ada.get(theirs).content.decode()
    assert "The register was empty" in read
    assert "police" not in read
    assert "Nothing new." not in ada.get(f"{theirs}/history").content.decode()


@pytest.mark.parametrize(
    ("answers", "error"),
    [
        ({"provider_reads": ""}, "Select whether the provider can read the reason"),
        ({"provider_reads": "not_yet"}, "Enter who decided to withhold the reason"),
        ({"provider_reads": "not_yet", "withheld_by": "The head of safeguarding"}, "Enter why the reason is withheld"),
        ({"provider_reads": "yes", "withheld_because": "The police ask us to wait."}, "Clear this answer"),
    ],
)
def test_withholding_a_reason_needs_who_decided_it_and_why(member, answers, error):
    quentin = of(Role.QUALITY_OFFICER, member)
    page = words(quentin.post(at(member, "suspend"), SUSPENSION | {"members": [member.pk]} | answers))
    assert "Can the provider read the reason?" in page
    assert error in page
    member.refresh_from_db()
    assert member.suspension is None


def test_the_page_of_a_partial_suspension_lists_only_its_categories_and_no_withheld_reason(market, authority):
    first = MemberFactory(market=market)
    other = MemberFactory(market=market, provider=first.provider, lot=lot(market, 2))
    sent = SUSPENSION | {
        "members": [first.pk], "left_out_reason": "Another site.", "provider_reads": "not_yet",
        "withheld_by": "The head of safeguarding", "withheld_because": "The police ask us to wait.",
    }  # fmt: skip
    quentin = of(Role.QUALITY_OFFICER, first)
    assert quentin.post(at(first, "suspend"), sent).status_code == 303
    ada = browser(person(Role.PROVIDER_LEAD, at=first.provider))
    theirs = words(ada.get(f"/providers/{first.provider.slug}/"))
    assert f"You are suspended in {first.lot.title} and are not taking placements there." in theirs
    assert "View your membership and how to ask for a review" in theirs
    ours = words(quentin.get(f"/authorities/{authority.slug}/"))
    assert f"{first.provider} is suspended in {first.lot.title} and not taking placements there." in ours
    both = SUSPENSION | {"members": [other.pk]}
    assert quentin.post(at(other, "suspend"), both).status_code == 303
    theirs = words(ada.get(f"/providers/{first.provider.slug}/"))
    assert "You are suspended and are not taking placements." in theirs
    assert "View your membership, the reason for the suspension and how to ask for a review" in theirs
    assert f"{first.provider} is suspended and not taking placements." in words(
        quentin.get(f"/authorities/{authority.slug}/")
    )


def test_all_errors_in_a_suspension_are_reported_together(member):
    empty = words(of(Role.QUALITY_OFFICER, member).post(at(member, "suspend"), {}))
    for sentence in (
        "Select at least one membership to suspend", "Enter the clause of the agreement that allows the suspension",
        "Enter a reason. The provider will read it", "Select whether the provider can read the reason",
        "Enter the review date", "Enter how the provider can ask for a review",
    ):  # fmt: skip
        assert sentence in empty
    other = MemberFactory(market=MarketFactory(authority=member.authority), provider=member.provider)
    part = SUSPENSION | {"members": [member.pk], "reason": "", "provider_reads": ""}
    text = words(of(Role.QUALITY_OFFICER, member).post(at(member, "suspend"), part))
    assert "Enter why the other memberships are not suspended" in text
    assert "Select whether the provider can read the reason" in text
    other.refresh_from_db()
    assert other.status == MemberStatus.ACTIVE


def test_after_a_suspension_is_lifted_the_page_shows_where_the_provider_is_still_not_listed(market):
    ended = MemberFactory(market=market, agreement__status="ended")
    here = of(Role.QUALITY_OFFICER, ended)
    here.post(at(ended, "suspend"), SUSPENSION | {"members": [ended.pk]})
    done = words(here.post(at(ended, "reinstate"), {"reason": "The register is kept."}, follow=True))
    assert (
        "The provider is missing from the directory in one or more categories because the agreement with "
        f"{ended.provider} has ended." in done
    )


def test_after_the_last_day_of_a_market_every_page_and_export_shows_it_as_ended(authority):
    member = MemberFactory(market=MarketFactory(authority=authority, term_ends_on=NOW.date() - timedelta(days=1)))
    lead = browser(person(Role.PROVIDER_LEAD, at=member.provider))
    officer = of(Role.CONTRACTS_OFFICER, member)
    for somebody, kind, organisation in ((officer, "authority", member.authority), (lead, "provider", member.provider)):
        [row] = csv.DictReader(
            io.StringIO(
                somebody.get(reverse(f"{kind}:members-export", args=[organisation.slug])).content.decode("utf-8-sig")
            )
        )
        assert row["Standing"] == str(MemberStanding.ENDED)
        record = words(somebody.get(reverse(f"{kind}:member", args=[organisation.slug, member.reference])))
        assert str(MemberStanding.ENDED) in record
        assert str(MemberStanding.LIVE) not in record
