"""Every row of a placement carries its owners, and so does what it points to: the database holds them equal.

Authority, provider, buyer, lot and market, from partners up to monitoring. SQL: Django has no composite foreign keys.
"""

from django.db import migrations

from calloff.kernel.tenant_constraints import same_owner_sql

# fmt: off
AUTHORITY = (
    # child                         relation           parent
    ("buying_offer",            "interest_id",     "referrals_interest"),
    ("buying_offer",            "referral_id",     "referrals_referral"),
    ("buying_order",            "lot_id",          "markets_lot"),
    ("buying_order",            "market_id",       "markets_market"),
    ("buying_order",            "member_id",       "members_member"),
    ("monitoring_recall",       "suspension_id",   "members_suspension"),
    ("partners_coverage",       "market_id",       "markets_market"),
    ("partners_coverage",       "partnership_id",  "partners_partnership"),
    ("partners_partnership",    "agreement_id",    "agreements_agreement"),
    ("partners_partnership",    "market_id",       "markets_market"),
    ("partners_reminder",       "market_id",       "markets_market"),
    ("placements_attendance",   "placement_id",    "placements_placement"),
    ("placements_change",       "placement_id",    "placements_placement"),
    ("placements_check",        "placement_id",    "placements_placement"),
    ("placements_ending",       "placement_id",    "placements_placement"),
    ("placements_followup",     "placement_id",    "placements_placement"),
    ("placements_placement",    "agreement_id",    "agreements_agreement"),
    ("placements_placement",    "offer_id",        "buying_offer"),
    ("placements_placement",    "service_id",      "directory_service"),
    ("placements_placement",    "lot_id",          "markets_lot"),
    ("placements_placement",    "market_id",       "markets_market"),
    ("placements_placement",    "member_id",       "members_member"),
    ("placements_placement",    "interest_id",     "referrals_interest"),
    ("placements_placement",    "referral_id",     "referrals_referral"),
    ("placements_review",       "placement_id",    "placements_placement"),
    ("referrals_interest",      "service_id",      "directory_service"),
    ("referrals_interest",      "member_id",       "members_member"),
    ("referrals_interest",      "referral_id",     "referrals_referral"),
    ("referrals_question",      "referral_id",     "referrals_referral"),
    ("referrals_referral",      "lot_id",          "markets_lot"),
    ("referrals_referral",      "market_id",       "markets_market"),
)
PROVIDER = (
    # child                         relation           parent
    ("buying_offer",            "interest_id",     "referrals_interest"),
    ("buying_order",            "member_id",       "members_member"),
    ("monitoring_recall",       "suspension_id",   "members_suspension"),
    ("placements_change",       "placement_id",    "placements_placement"),
    ("placements_placement",    "agreement_id",    "agreements_agreement"),
    ("placements_placement",    "offer_id",        "buying_offer"),
    ("placements_placement",    "service_id",      "directory_service"),
    ("placements_placement",    "site_id",         "directory_site"),
    ("placements_placement",    "member_id",       "members_member"),
    ("placements_placement",    "interest_id",     "referrals_interest"),
    ("referrals_interest",      "price_id",        "directory_price"),
    ("referrals_interest",      "service_id",      "directory_service"),
    ("referrals_interest",      "member_id",       "members_member"),
)
BUYER = (
    # child                         relation           parent
    ("buying_offer",            "interest_id",     "referrals_interest"),
    ("buying_offer",            "referral_id",     "referrals_referral"),
    ("placements_change",       "placement_id",    "placements_placement"),
    ("placements_followup",     "placement_id",    "placements_placement"),
    ("placements_placement",    "agreement_id",    "agreements_agreement"),
    ("placements_placement",    "budget_id",       "buying_budget"),
    ("placements_placement",    "offer_id",        "buying_offer"),
    ("placements_placement",    "pupil_id",        "pupils_pupil"),
    ("placements_placement",    "interest_id",     "referrals_interest"),
    ("placements_placement",    "referral_id",     "referrals_referral"),
    ("placements_review",       "placement_id",    "placements_placement"),
    ("referrals_interest",      "referral_id",     "referrals_referral"),
    ("referrals_question",      "referral_id",     "referrals_referral"),
    ("referrals_referral",      "pupil_id",        "pupils_pupil"),
)
LOT = (
    # child                         relation           parent
    ("buying_order",            "member_id",       "members_member"),
    ("placements_placement",    "service_id",      "directory_service"),
    ("placements_placement",    "member_id",       "members_member"),
    ("placements_placement",    "referral_id",     "referrals_referral"),
)
MARKET = (
    # child                         relation           parent
    ("buying_order",            "lot_id",          "markets_lot"),
    ("buying_order",            "member_id",       "members_member"),
    ("markets_modification",    "lot_id",          "markets_lot"),
    ("partners_coverage",       "partnership_id",  "partners_partnership"),
    ("placements_placement",    "lot_id",          "markets_lot"),
    ("placements_placement",    "member_id",       "members_member"),
    ("placements_placement",    "referral_id",     "referrals_referral"),
    ("referrals_referral",      "lot_id",          "markets_lot"),
)
# fmt: on


class Migration(migrations.Migration):
    dependencies = [
        ("directory", "0002_same_owner"),
        ("partners", "0001_initial"),
        ("referrals", "0001_initial"),
        ("buying", "0001_initial"),
        ("placements", "0001_initial"),
        ("monitoring", "0001_initial"),
    ]

    operations = [
        *(same_owner_sql(*row) for row in AUTHORITY),
        *(same_owner_sql(*row, "provider_id") for row in PROVIDER),
        *(same_owner_sql(*row, "buyer_id") for row in BUYER),
        *(same_owner_sql(*row, "lot_id") for row in LOT),
        *(same_owner_sql(*row, "market_id") for row in MARKET),
    ]
