"""Tests for reporting a gap, which is stored as text and as data, but never with a home address."""

from datetime import timedelta

import pytest

from calloff.demand import queries
from calloff.demand.commands import Reporter, gaps_and_nominations, report_gap
from calloff.demand.models import Gap
from calloff.demand.saved_search_alerts import delete_old_emails
from calloff.directory.search_criteria import SearchCriteria
from calloff.kernel.geography import Point
from calloff.kernel.lifecycles import Refused
from tests.factories import NOW
from tests.factories_markets import lot

FAMILY = Reporter("family")


def report(authority, **given):
    given = {"search": SearchCriteria(words="zebras"), "searched": ["“zebras”"], "teller": FAMILY, "at": NOW} | given
    return report_gap(authority, **given)


def test_a_gap_report_stores_the_search_in_words_and_as_data(authority, market):
    search = SearchCriteria(words="zebras", lot=lot(market), need="SEMH", place=Point(1, 2), miles=5)
    gap = report(authority, search=search, searched=["“zebras”", "Tutoring"], near="BN11 1LG", said=" Twice a week. ")
    gap.refresh_from_db()
    assert gap.searched == ["“zebras”", "Tutoring"]
    assert gap.asked == {"words": "zebras", "lot": lot(market).pk, "need": "SEMH", "miles": 5}
    assert (gap.lot, gap.need, gap.outcode, gap.said) == (lot(market), "SEMH", "BN11", "Twice a week.")


@pytest.mark.parametrize(("near", "kept"), [("", ""), ("BN11", "BN11"), ("BN11 1LG", "BN11"), ("Felpersham", "")])
def test_a_gap_report_stores_only_the_first_half_of_a_postcode(authority, near, kept):
    assert report(authority, near=near).outcode == kept


def test_a_gap_report_by_a_buyer_includes_the_buyers_organisation(authority, buyer, ruth):
    gap = report(authority, teller=Reporter("school", ruth, buyer))
    assert (gap.buyer, gap.person) == (buyer, ruth)


@pytest.mark.parametrize("said", ["Born 12/03/2012", "at BN11 1LG", "x" * 1001])
def test_a_gap_report_that_could_identify_a_child_is_refused_and_not_stored(authority, said):
    with pytest.raises(Refused):
        report(authority, said=said)
    assert not Gap.objects.exists()


def test_a_gap_report_by_someone_without_the_right_role_is_refused(authority):
    with pytest.raises(Refused, match="Select who you are"):
        report(authority, teller=Reporter(""))


def test_only_gap_reports_by_people_who_are_not_signed_in_are_limited(authority, buyer, ruth, monkeypatch):
    monkeypatch.setattr(gaps_and_nominations, "MAX_REPORTS_A_DAY", 2)
    report(authority)
    report(authority)
    with pytest.raises(Refused, match="Try again tomorrow"):
        report(authority)
    report(authority, teller=Reporter("school", ruth, buyer))
    report(authority, at=NOW + timedelta(days=1))


def test_gap_reports_are_counted_by_need_and_those_without_a_need_come_last(authority):
    for need in ("ASD", "", "ASD", "SEMH", ""):
        report(authority, search=SearchCriteria(need=need))
    counted = queries.count_gaps_by_need(queries.gaps_of(authority))
    assert [(code, number) for code, _, number in counted] == [("ASD", 2), ("SEMH", 1), ("", 2)]


@pytest.mark.parametrize("words", ["BN11 1LG", "boy born 12/03/2012", "A123456789012"])
def test_a_gap_report_with_search_words_that_could_identify_a_child_is_refused(authority, words):
    with pytest.raises(Refused, match="could identify a child"):
        report(authority, search=SearchCriteria(words=words), searched=[words])
    assert not Gap.objects.exists()


def test_an_email_address_in_a_gap_report_is_deleted_after_a_year(authority):
    old = report(authority, email="a@example.org", at=NOW - timedelta(days=366))
    new = report(authority, email="b@example.org")
    delete_old_emails(NOW)
    old.refresh_from_db()
    new.refresh_from_db()
    assert (old.email, new.email) == ("", "b@example.org")
