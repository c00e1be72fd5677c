"""An entry and what stands there have the same authority, and a category its market: the database holds it true."""

from django.db import migrations

from calloff.kernel.tenant_constraints import belongs


class Migration(migrations.Migration):
    dependencies = [("oruk", "0001_initial"), ("directory", "0003_what_a_search_asks")]

    operations = [
        belongs("oruk_entry", "service_id", "directory_service"),
        belongs("oruk_entry", "at_site_id", "directory_atsite"),
        belongs("oruk_entry", "market_id", "markets_market"),
        belongs("oruk_entry", "lot_id", "markets_lot"),
        belongs("oruk_entry", "lot_id", "markets_lot", "market_id"),
    ]
