"""An entry and what stands there have the same authority, and a category its market: the database holds it true."""

from django.db import migrations

from calloff.kernel.tenant_constraints import same_owner_sql


class Migration(migrations.Migration):
    dependencies = [("oruk", "0001_initial"), ("directory", "0003_what_a_search_asks")]

    operations = [
        same_owner_sql("oruk_entry", "service_id", "directory_service"),
        same_owner_sql("oruk_entry", "at_site_id", "directory_atsite"),
        same_owner_sql("oruk_entry", "market_id", "markets_market"),
        same_owner_sql("oruk_entry", "lot_id", "markets_lot"),
        same_owner_sql("oruk_entry", "lot_id", "markets_lot", "market_id"),
    ]
