"""Every row that an authority owns carries its key, and so does what it points to: the database holds them equal.

The same for providers, and for the lot of a market. SQL, for Django has no composite foreign keys.
"""

from django.db import migrations

from calloff.kernel.tenant_constraints import same_owner_sql

# fmt: off
AUTHORITY = (
    # child                         relation           parent
    ("markets_lot",                 "market_id",       "markets_market"),
    ("markets_extension",           "market_id",       "markets_market"),
    ("markets_modification",        "market_id",       "markets_market"),
    ("markets_modification",        "lot_id",          "markets_lot"),
    ("markets_marketgrant",         "market_id",       "markets_market"),
    ("applications_application",    "market_id",       "markets_market"),
    ("applications_lotrequest",     "application_id",  "applications_application"),
    ("applications_lotrequest",     "lot_id",          "markets_lot"),
    ("applications_disposal",       "market_id",       "markets_market"),
    ("applications_part",           "application_id",  "applications_application"),
    ("applications_clarification",  "application_id",  "applications_application"),
    ("members_member",              "market_id",       "markets_market"),
    ("members_member",              "lot_id",          "markets_lot"),
    ("members_member",              "request_id",      "applications_lotrequest"),
    ("members_member",              "agreement_id",    "agreements_agreement"),
    ("members_member",              "suspension_id",   "members_suspension"),
    ("members_reinstatement",       "suspension_id",   "members_suspension"),
    ("members_decision",            "application_id",  "applications_application"),
    ("members_decision",            "agreement_id",    "agreements_agreement"),
    ("members_outcome",             "decision_id",     "members_decision"),
    ("members_outcome",             "request_id",      "applications_lotrequest"),
    ("members_outcome",             "lot_id",          "markets_lot"),
    ("members_condition",           "member_id",       "members_member"),
    ("members_removal",             "member_id",       "members_member"),
    ("directory_service",           "member_id",       "members_member"),
    ("directory_service",           "lot_id",          "markets_lot"),
)
PROVIDER = (
    ("applications_lotrequest",     "application_id",  "applications_application"),
    ("applications_clarification",  "application_id",  "applications_application"),
    ("evidence_evidence",           "supersedes_id",   "evidence_evidence"),
    ("members_member",              "request_id",      "applications_lotrequest"),
    ("members_member",              "agreement_id",    "agreements_agreement"),
    ("members_member",              "suspension_id",   "members_suspension"),
    ("members_decision",            "application_id",  "applications_application"),
    ("members_decision",            "agreement_id",    "agreements_agreement"),
    ("members_condition",           "member_id",       "members_member"),
    ("members_removal",             "member_id",       "members_member"),
    ("directory_service",           "member_id",       "members_member"),
    ("directory_service",           "site_id",         "directory_site"),
    ("directory_price",             "service_id",      "directory_service"),
)
LOT = (
    ("members_member",              "request_id",      "applications_lotrequest"),
    ("members_outcome",             "request_id",      "applications_lotrequest"),
    ("directory_service",           "member_id",       "members_member"),
)
MARKET = (
    ("members_member",              "lot_id",          "markets_lot"),
)
# fmt: on


class Migration(migrations.Migration):
    dependencies = [("directory", "0001_initial"), ("evidence", "0001_initial")]

    operations = [
        *(same_owner_sql(*row) for row in AUTHORITY),
        *(same_owner_sql(*row, "provider_id") for row in PROVIDER),
        *(same_owner_sql(*row, "lot_id") for row in LOT),
        *(same_owner_sql(*row, "market_id") for row in MARKET),
    ]
