"""Tests that each constraint has an error, or a reason why no one can violate it."""

import psycopg
import pytest
from django.db import IntegrityError, connection

from calloff.history.constraint_errors import explain_integrity_error, find_constraint_message, find_unique_field
from calloff.people.models import User
from tests.architecture.test_relations import NOUNS
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db

# Constraints that no one can violate, each with the reason, by name or, for a unique field, as “table.field”.
NOBODY_MEETS = {
    "its end and its membership are those of the offer or the placement, whose commands check them": {
        "disclosure_ends_after_it_starts", "disclosure_to_a_provider_has_its_member",
    },
    "the database draws it at random, of 122 bits or more": {
        "people_organisation.uuid", "directory_site.uuid", "directory_service.uuid", "directory_atsite.uuid",
        "oruk_entry.uuid", "documents_file.key", "web_keptpost.token", "people_apikey.prefix", "links_link.digest",
    },
    "its number comes from a counter whose row is locked": {
        "agreements_agreement.reference", "applications_application.reference", "members_member.reference",
        "buying_order.reference", "placements_placement.reference", "referrals_referral.reference",
        "entry_number_once", "counter_once",
    },
    "it is written by an insert that passes over, or updates, what is there": {
        "message_goes_once", "kept_post_once_a_page", "home_visit_once_an_organisation", "service_told_once",
        "school_link_once", "school_changes_authority_once_a_file", "term_once", "closed_day_once",
        "markets_terms.fingerprint",
        "entry_of_a_service_once", "entry_of_a_site_once", "entry_of_a_market_once", "entry_of_a_lot_once",
        "accounts_encryptionkey.fingerprint", "accounts_session.session_key", "device_known_once",
        "accounts_mailboxreset.person", "accounts_signinrules.organisation",
    },
    "one verb writes the status and what goes with it, whatever a person typed": {
        "key_revoked_at_an_instant", "join_declined_at_an_instant", "email_change_made_at_an_instant",
        "device_pin_has_an_end", "reset_confirmed_whole",
        "file_scanned_at_when_scanned", "reliance_ends_after_it_begins",
        "agreement_pins_a_text_unless_on_paper", "agreement_has_its_two_sides", "application_sent_has_a_version",
        "application_amended_only_before_assessment", "part_declares_before_marking",
        "part_taken_back_with_a_reason", "member_suspended_by_a_suspension", "service_places_said_at_a_time",
        "service_live_once_published",
        "price_of_an_hour_lasts_one", "change_changes_something", "change_refused_with_a_reason",
        "change_answered_by_somebody", "uplift_refused_with_a_reason", "uplift_answered_by_somebody",
        "answer_names_a_market_or_a_reason", "referral_asks_by_an_instant", "interest_says_what_it_offers",
        "interest_declined_with_a_reason", "order_delivered_says_how_much", "placement_agreed_has_its_terms",
        "placement_over_has_a_day", "placement_register_settled_once_over",
        "check_made_by_somebody_on_a_day", "review_held_on_a_day",
        "recall_of_something", "recall_acknowledged_by_somebody", "edition_has_a_version",
        "entry_numbers_begin_at_one", "entry_says_what_it_is_of", "invitation_answered_at_an_instant",
        "market_grant_given_and_confirmed_at_an_instant",
        "invitation_to_some_role", "link_expires_after_it_is_made", "link_used_at_an_instant",
        "link_used_no_more_than_allowed",
    },
    "it is computed from the file itself, which is never empty here": {"file_is_not_empty", "file_sha256_is_one"},
    "the command that imports tells the line that is wrong before it writes": {"term_ends_after_it_starts"},
    "one job makes one of it, and looks under the lock of its version": {"applications_copy.version"},
    "it is made in the act that makes its only record": {"partners_partnership.agreement"},
    "only the command that makes the demonstration writes it": {
        "one_demonstration_only", "cli_demonstration.only",
    },
}  # fmt: skip
# The query leaves out unique pairs of a row's key and its owner, which exist only for composite foreign keys.
UNIQUE = """
    SELECT t.relname, i.relname FROM pg_index x
    JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class t ON t.oid = x.indrelid
    WHERE x.indisunique AND t.relname = ANY(%(tables)s)
      AND NOT EXISTS (
        SELECT FROM pg_index k WHERE k.indrelid = t.oid AND k.indisprimary AND k.indkey[0] = ANY(x.indkey)
      )
"""
CHECKED = """
    SELECT t.relname, c.conname FROM pg_constraint c JOIN pg_class t ON t.oid = c.conrelid
    WHERE c.contype IN ('c', 'x') AND t.relname = ANY(%(tables)s)
"""


def constraints():
    """Return each unique index, check constraint and exclusion constraint on our tables, as a model and a database
    name.
    """
    models = {model._meta.db_table: model for model in NOUNS}
    found = set()
    with connection.cursor() as cursor:
        for question in (UNIQUE, CHECKED):
            cursor.execute(question, {"tables": list(models)})
            found |= set(cursor.fetchall())
    return [(models[table], name) for table, name in sorted(found)]


def known_as(model, name):
    field = find_unique_field(model, name)
    return f"{model._meta.db_table}.{field.name}" if field else name


def test_every_constraint_has_an_error_message_or_a_reason_for_having_none():
    excused = set().union(*NOBODY_MEETS.values())
    without = [known_as(model, name) for model, name in constraints() if find_constraint_message(model, name) is None]
    assert len(constraints()) > 150
    missing = sorted(set(without) - excused)
    assert not missing, f"give them a sentence in CONSTRAINT_ERRORS of their model: {missing}"


def test_no_listed_exception_to_the_constraint_rule_is_outdated():
    there = {known_as(model, name): find_constraint_message(model, name) for model, name in constraints()}
    left = {name for names in NOBODY_MEETS.values() for name in names if there.get(name, "not there") is not None}
    assert not left, f"these have a sentence, or are gone: {sorted(left)}"


def test_every_constraint_error_message_belongs_to_an_existing_constraint():
    there = {(model, name) for model, name in constraints()}
    for model in NOUNS:
        fields = {
            find_unique_field(model, name).name for one, name in there if one is model and find_unique_field(one, name)
        }
        for name, sentence in getattr(model, "CONSTRAINT_ERRORS", {}).items():
            assert name in fields or (model, name) in there, f"{model._meta.label} has no constraint {name}"
            assert sentence[0].isupper(), sentence
            assert "constraint" not in sentence.lower(), sentence


def test_breaking_a_unique_constraint_shows_its_error_message():
    UserFactory(email="ada@brightteach.example")
    with pytest.raises(IntegrityError) as clash:
        User.objects.create_user("ada@brightteach.example", name="Ada")
    assert isinstance(clash.value.__cause__, psycopg.errors.UniqueViolation)
    assert "Sign in, or use another address." in explain_integrity_error(clash.value)
