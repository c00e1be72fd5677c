import calloff.kernel.money
import django.db.models.deletion
import django.db.models.expressions
import pgtrigger.compiler
from decimal import Decimal
from django.conf import settings
from django.db import migrations, models
from calloff.kernel.table_creation import CreateTables
from calloff.kernel.tenant_constraints import same_owner_sql


OWNED = (  # child, relation, parent and, unless it is the authority, the column that both rows share
    ("buying_offer", "interest_id", "referrals_interest"),
    ("buying_offer", "referral_id", "referrals_referral"),
    ("buying_order", "lot_id", "markets_lot"),
    ("buying_order", "market_id", "markets_market"),
    ("buying_order", "member_id", "members_member"),
    ("buying_offer", "interest_id", "referrals_interest", "provider_id"),
    ("buying_order", "member_id", "members_member", "provider_id"),
    ("buying_offer", "interest_id", "referrals_interest", "buyer_id"),
    ("buying_offer", "referral_id", "referrals_referral", "buyer_id"),
    ("buying_order", "member_id", "members_member", "lot_id"),
    ("buying_order", "lot_id", "markets_lot", "market_id"),
    ("buying_order", "member_id", "members_member", "market_id"),
)


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('markets', '0100_squashed'),
        ('members', '0100_squashed'),
        ('people', '0100_squashed'),
        ('pghistory', '0007_auto_20250421_0444'),
        ('referrals', '0100_squashed'),
    ]

    operations = [
        CreateTables(
            operations=[
                migrations.CreateModel(
                    name='Budget',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('name', models.CharField(max_length=100)),
                        ('starts_on', models.DateField()),
                        ('ends_on', models.DateField()),
                        ('amount', calloff.kernel.money.MoneyField(decimal_places=2, max_digits=12)),
                        ('allowed', calloff.kernel.money.MoneyField(decimal_places=2, default=Decimal('0'), max_digits=12)),
                        ('committed', calloff.kernel.money.MoneyField(decimal_places=2, default=Decimal('0'), max_digits=12)),
                        ('status', models.CharField(choices=[('open', 'Open'), ('closed', 'Closed')], max_length=20)),
                        ('buyer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.organisation')),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(fields=('buyer', 'name'), name='budget_name_once', violation_error_message='You already have a budget with this name.'), models.CheckConstraint(condition=models.Q(('ends_on__gte', models.F('starts_on'))), name='budget_ends_after_it_starts'), models.CheckConstraint(condition=models.Q(('committed__gte', Decimal('0')), ('committed__lte', django.db.models.expressions.CombinedExpression(models.F('amount'), '+', models.F('allowed')))), name='budget_is_not_exceeded', violation_error_message='This is more than is left in the budget. Someone who manages the budget must increase it first and give a reason.')],
                        'triggers': [pgtrigger.compiler.Trigger(name='status_moves_by_a_step', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF TG_OP = 'UPDATE' AND OLD.status IS NOT DISTINCT FROM NEW.status THEN RETURN NEW; END IF;\n            IF current_setting('calloff.announced', true) IS DISTINCT FROM\n                concat(TG_TABLE_NAME, ':', CASE WHEN TG_OP = 'UPDATE' THEN NEW.id::text ELSE 'new' END, ':', NEW.status)\n            THEN RAISE EXCEPTION 'pgtrigger: The status of % changes only by a step', TG_TABLE_NAME; END IF;\n            RETURN NEW;\n        ", hash='1669033cb201a71a4dc0db211da90c68f6c2caf6', operation='INSERT OR UPDATE', pgid='pgtrigger_status_moves_by_a_step_b20f2', table='buying_budget', when='BEFORE')), pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "buying_budgetevent" ("allowed", "amount", "buyer_id", "committed", "ends_on", "id", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "starts_on", "status") VALUES (NEW."allowed", NEW."amount", NEW."buyer_id", NEW."committed", NEW."ends_on", NEW."id", NEW."name", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."starts_on", NEW."status"); RETURN NULL;', hash='2d794f26b45dcfe73220d09acc9a54f6d93d451e', operation='INSERT', pgid='pgtrigger_insert_insert_a1966', table='buying_budget', when='AFTER')), pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "buying_budgetevent" ("allowed", "amount", "buyer_id", "committed", "ends_on", "id", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "starts_on", "status") VALUES (NEW."allowed", NEW."amount", NEW."buyer_id", NEW."committed", NEW."ends_on", NEW."id", NEW."name", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."starts_on", NEW."status"); RETURN NULL;', hash='19032c6ff1cc4fe8276ed1c9144a05b0e685db89', operation='UPDATE', pgid='pgtrigger_update_update_9c6df', table='buying_budget', when='AFTER')), pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "buying_budgetevent" ("allowed", "amount", "buyer_id", "committed", "ends_on", "id", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "starts_on", "status") VALUES (OLD."allowed", OLD."amount", OLD."buyer_id", OLD."committed", OLD."ends_on", OLD."id", OLD."name", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."starts_on", OLD."status"); RETURN NULL;', hash='2d6f97a75c4ea0679133d665c6704a97a3e44778', operation='DELETE', pgid='pgtrigger_delete_delete_87e08', table='buying_budget', when='AFTER'))],
                    },
                ),
                migrations.CreateModel(
                    name='OverspendApproval',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('amount', calloff.kernel.money.MoneyField(decimal_places=2, max_digits=12)),
                        ('reason', models.TextField()),
                        ('made_at', models.DateTimeField()),
                        ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('budget', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='allowances', to='buying.budget')),
                    ],
                    options={
                        'db_table': 'buying_allowance',
                        'constraints': [models.CheckConstraint(condition=models.Q(('amount__gt', Decimal('0'))), name='allowance_is_positive'), models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='allowance_has_a_reason')],
                        'triggers': [pgtrigger.compiler.Trigger(name='allowance_is_kept', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='4eb9c9e5836cf1d4b069cb7bd98838f620835e09', operation='UPDATE OR DELETE', pgid='pgtrigger_allowance_is_kept_8c189', table='buying_allowance', when='BEFORE'))],
                    },
                ),
                migrations.CreateModel(
                    name='BudgetEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('id', models.BigIntegerField()),
                        ('name', models.CharField(max_length=100)),
                        ('starts_on', models.DateField()),
                        ('ends_on', models.DateField()),
                        ('amount', calloff.kernel.money.MoneyField(decimal_places=2, max_digits=12)),
                        ('allowed', calloff.kernel.money.MoneyField(decimal_places=2, default=Decimal('0'), max_digits=12)),
                        ('committed', calloff.kernel.money.MoneyField(decimal_places=2, default=Decimal('0'), max_digits=12)),
                        ('status', models.CharField(choices=[('open', 'Open'), ('closed', 'Closed')], max_length=20)),
                        ('buyer', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='people.organisation')),
                        ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='buying.budget')),
                    ],
                    options={
                        'abstract': False,
                        'triggers': [pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='d43e1b7d1ca69a3899921be827a48cd8cd4f2b09', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_eabc3', table='buying_budgetevent', when='BEFORE'))],
                    },
                ),
                migrations.CreateModel(
                    name='Commitment',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('source', models.CharField(max_length=20, unique=True)),
                        ('amount', calloff.kernel.money.MoneyField(decimal_places=2, max_digits=12)),
                        ('released', calloff.kernel.money.MoneyField(decimal_places=2, default=Decimal('0'), max_digits=12)),
                        ('made_at', models.DateTimeField()),
                        ('budget', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='commitments', to='buying.budget')),
                    ],
                    options={
                        'constraints': [models.CheckConstraint(condition=models.Q(('amount__gt', Decimal('0'))), name='commitment_is_positive'), models.CheckConstraint(condition=models.Q(('released__gte', Decimal('0')), ('released__lte', models.F('amount'))), name='commitment_released_at_most')],
                    },
                ),
                migrations.CreateModel(
                    name='Offer',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('reason', models.TextField()),
                        ('thanks', models.TextField(blank=True)),
                        ('confirm_by', models.DateTimeField()),
                        ('made_at', models.DateTimeField()),
                        ('closed_at', models.DateTimeField(blank=True, null=True)),
                        ('closing_reason', models.TextField(blank=True)),
                        ('met_on', models.DateField(blank=True, null=True)),
                        ('status', models.CharField(choices=[('made', 'Conditional offer'), ('confirmed', 'Confirmed'), ('withdrawn', 'Withdrawn by the provider'), ('taken_back', 'Withdrawn by the buyer')], max_length=20)),
                        ('authority', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.organisation')),
                        ('buyer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.organisation')),
                        ('interest', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='referrals.expressionofinterest')),
                        ('provider', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.organisation')),
                        ('referral', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='referrals.referral')),
                        ('urgent_reason', models.TextField(blank=True)),
                        ('fit_reason', models.TextField(blank=True)),
                        ('misfits', models.JSONField(default=list)),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(condition=models.Q(('status', 'made')), fields=('referral',), name='offer_one_at_a_time', violation_error_message='Another provider already has an offer. Withdraw that offer first.'), models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='offer_has_a_reason'), models.CheckConstraint(condition=models.Q(('misfits', []), models.Q(('fit_reason', ''), _negated=True), _connector='OR'), name='offer_past_a_limit_has_a_reason')],
                        'triggers': [pgtrigger.compiler.Trigger(name='status_moves_by_a_step', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF TG_OP = 'UPDATE' AND OLD.status IS NOT DISTINCT FROM NEW.status THEN RETURN NEW; END IF;\n            IF current_setting('calloff.announced', true) IS DISTINCT FROM\n                concat(TG_TABLE_NAME, ':', CASE WHEN TG_OP = 'UPDATE' THEN NEW.id::text ELSE 'new' END, ':', NEW.status)\n            THEN RAISE EXCEPTION 'pgtrigger: The status of % changes only by a step', TG_TABLE_NAME; END IF;\n            RETURN NEW;\n        ", hash='e2ccbc30bc50f4c46cddc8a7d44120627de1a46c', operation='INSERT OR UPDATE', pgid='pgtrigger_status_moves_by_a_step_a96cd', table='buying_offer', when='BEFORE'))],
                    },
                ),
                migrations.CreateModel(
                    name='Order',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('reference', models.CharField(max_length=20, unique=True)),
                        ('line', models.CharField(max_length=60)),
                        ('label', models.CharField(max_length=300)),
                        ('unit', models.CharField(max_length=10)),
                        ('amount', calloff.kernel.money.MoneyField(decimal_places=2, max_digits=12)),
                        ('vat', models.CharField(max_length=10)),
                        ('quantity', models.DecimalField(decimal_places=2, max_digits=7)),
                        ('total', calloff.kernel.money.MoneyField(decimal_places=2, max_digits=12)),
                        ('what', models.TextField()),
                        ('reason', models.TextField()),
                        ('starts_on', models.DateField()),
                        ('ends_on', models.DateField()),
                        ('purchase_order', models.CharField(max_length=40)),
                        ('note', models.TextField(blank=True)),
                        ('delivered', models.DecimalField(blank=True, decimal_places=2, max_digits=7, null=True)),
                        ('sent_at', models.DateTimeField()),
                        ('answered_at', models.DateTimeField(blank=True, null=True)),
                        ('status', models.CharField(choices=[('sent', 'Sent'), ('accepted', 'Accepted'), ('declined', 'Declined'), ('withdrawn', 'Withdrawn'), ('delivered', 'Delivered')], max_length=20)),
                        ('authority', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.organisation')),
                        ('buyer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.organisation')),
                        ('lot', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='markets.lot')),
                        ('market', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='markets.market')),
                        ('member', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='members.member')),
                        ('provider', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.organisation')),
                    ],
                    options={
                        'indexes': [models.Index(fields=['buyer', 'status'], name='order_by_buyer'), models.Index(fields=['provider', 'status'], name='order_by_provider')],
                        'constraints': [models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='order_has_a_reason'), models.CheckConstraint(condition=models.Q(('quantity__gt', Decimal('0'))), name='order_asks_for_something'), models.CheckConstraint(condition=models.Q(('ends_on__gte', models.F('starts_on'))), name='order_ends_after_it_starts'), models.CheckConstraint(condition=models.Q(models.Q(('delivered__isnull', False), ('status', 'delivered')), ('delivered', None), _connector='OR'), name='order_delivered_says_how_much'), models.CheckConstraint(condition=models.Q(('delivered', None), models.Q(('delivered__gte', Decimal('0')), ('delivered__lte', models.F('quantity'))), _connector='OR'), name='order_delivers_what_was_ordered')],
                        'triggers': [pgtrigger.compiler.Trigger(name='status_moves_by_a_step', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF TG_OP = 'UPDATE' AND OLD.status IS NOT DISTINCT FROM NEW.status THEN RETURN NEW; END IF;\n            IF current_setting('calloff.announced', true) IS DISTINCT FROM\n                concat(TG_TABLE_NAME, ':', CASE WHEN TG_OP = 'UPDATE' THEN NEW.id::text ELSE 'new' END, ':', NEW.status)\n            THEN RAISE EXCEPTION 'pgtrigger: The status of % changes only by a step', TG_TABLE_NAME; END IF;\n            RETURN NEW;\n        ", hash='07d1fd1af57132777f2393001e307ff1d9cdb84d', operation='INSERT OR UPDATE', pgid='pgtrigger_status_moves_by_a_step_35a2f', table='buying_order', when='BEFORE')), pgtrigger.compiler.Trigger(name='order_is_never_rewritten', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."amount" IS DISTINCT FROM (NEW."amount") OR OLD."buyer_id" IS DISTINCT FROM (NEW."buyer_id") OR OLD."ends_on" IS DISTINCT FROM (NEW."ends_on") OR OLD."label" IS DISTINCT FROM (NEW."label") OR OLD."line" IS DISTINCT FROM (NEW."line") OR OLD."member_id" IS DISTINCT FROM (NEW."member_id") OR OLD."provider_id" IS DISTINCT FROM (NEW."provider_id") OR OLD."purchase_order" IS DISTINCT FROM (NEW."purchase_order") OR OLD."quantity" IS DISTINCT FROM (NEW."quantity") OR OLD."reason" IS DISTINCT FROM (NEW."reason") OR OLD."reference" IS DISTINCT FROM (NEW."reference") OR OLD."starts_on" IS DISTINCT FROM (NEW."starts_on") OR OLD."total" IS DISTINCT FROM (NEW."total") OR OLD."unit" IS DISTINCT FROM (NEW."unit") OR OLD."vat" IS DISTINCT FROM (NEW."vat") OR OLD."what" IS DISTINCT FROM (NEW."what"))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='5af2efc1fc90c54efb8679bde5d19914317d4dea', operation='UPDATE', pgid='pgtrigger_order_is_never_rewritten_c14c3', table='buying_order', when='BEFORE')), pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "buying_orderevent" ("amount", "answered_at", "authority_id", "buyer_id", "delivered", "ends_on", "id", "label", "line", "lot_id", "market_id", "member_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "provider_id", "purchase_order", "quantity", "reason", "reference", "sent_at", "starts_on", "status", "total", "unit", "vat") VALUES (NEW."amount", NEW."answered_at", NEW."authority_id", NEW."buyer_id", NEW."delivered", NEW."ends_on", NEW."id", NEW."label", NEW."line", NEW."lot_id", NEW."market_id", NEW."member_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."provider_id", NEW."purchase_order", NEW."quantity", NEW."reason", NEW."reference", NEW."sent_at", NEW."starts_on", NEW."status", NEW."total", NEW."unit", NEW."vat"); RETURN NULL;', hash='a0e9fb644ed93ca7a9e5f01809a02f8acf9f2091', operation='INSERT', pgid='pgtrigger_insert_insert_fc0ba', table='buying_order', when='AFTER')), pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."amount" IS DISTINCT FROM (NEW."amount") OR OLD."answered_at" IS DISTINCT FROM (NEW."answered_at") OR OLD."authority_id" IS DISTINCT FROM (NEW."authority_id") OR OLD."buyer_id" IS DISTINCT FROM (NEW."buyer_id") OR OLD."delivered" IS DISTINCT FROM (NEW."delivered") OR OLD."ends_on" IS DISTINCT FROM (NEW."ends_on") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."label" IS DISTINCT FROM (NEW."label") OR OLD."line" IS DISTINCT FROM (NEW."line") OR OLD."lot_id" IS DISTINCT FROM (NEW."lot_id") OR OLD."market_id" IS DISTINCT FROM (NEW."market_id") OR OLD."member_id" IS DISTINCT FROM (NEW."member_id") OR OLD."provider_id" IS DISTINCT FROM (NEW."provider_id") OR OLD."purchase_order" IS DISTINCT FROM (NEW."purchase_order") OR OLD."quantity" IS DISTINCT FROM (NEW."quantity") OR OLD."reason" IS DISTINCT FROM (NEW."reason") OR OLD."reference" IS DISTINCT FROM (NEW."reference") OR OLD."sent_at" IS DISTINCT FROM (NEW."sent_at") OR OLD."starts_on" IS DISTINCT FROM (NEW."starts_on") OR OLD."status" IS DISTINCT FROM (NEW."status") OR OLD."total" IS DISTINCT FROM (NEW."total") OR OLD."unit" IS DISTINCT FROM (NEW."unit") OR OLD."vat" IS DISTINCT FROM (NEW."vat"))', func='INSERT INTO "buying_orderevent" ("amount", "answered_at", "authority_id", "buyer_id", "delivered", "ends_on", "id", "label", "line", "lot_id", "market_id", "member_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "provider_id", "purchase_order", "quantity", "reason", "reference", "sent_at", "starts_on", "status", "total", "unit", "vat") VALUES (NEW."amount", NEW."answered_at", NEW."authority_id", NEW."buyer_id", NEW."delivered", NEW."ends_on", NEW."id", NEW."label", NEW."line", NEW."lot_id", NEW."market_id", NEW."member_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."provider_id", NEW."purchase_order", NEW."quantity", NEW."reason", NEW."reference", NEW."sent_at", NEW."starts_on", NEW."status", NEW."total", NEW."unit", NEW."vat"); RETURN NULL;', hash='01c66797958bd014b3e8a8030909f2cffcfc2179', operation='UPDATE', pgid='pgtrigger_update_update_01f3b', table='buying_order', when='AFTER')), pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "buying_orderevent" ("amount", "answered_at", "authority_id", "buyer_id", "delivered", "ends_on", "id", "label", "line", "lot_id", "market_id", "member_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "provider_id", "purchase_order", "quantity", "reason", "reference", "sent_at", "starts_on", "status", "total", "unit", "vat") VALUES (OLD."amount", OLD."answered_at", OLD."authority_id", OLD."buyer_id", OLD."delivered", OLD."ends_on", OLD."id", OLD."label", OLD."line", OLD."lot_id", OLD."market_id", OLD."member_id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."provider_id", OLD."purchase_order", OLD."quantity", OLD."reason", OLD."reference", OLD."sent_at", OLD."starts_on", OLD."status", OLD."total", OLD."unit", OLD."vat"); RETURN NULL;', hash='913ca8310b9ef70f930ffac08979d9a66ff639d8', operation='DELETE', pgid='pgtrigger_delete_delete_19a43', table='buying_order', when='AFTER'))],
                    },
                ),
                migrations.CreateModel(
                    name='OrderEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('id', models.BigIntegerField()),
                        ('reference', models.CharField(max_length=20)),
                        ('line', models.CharField(max_length=60)),
                        ('label', models.CharField(max_length=300)),
                        ('unit', models.CharField(max_length=10)),
                        ('amount', calloff.kernel.money.MoneyField(decimal_places=2, max_digits=12)),
                        ('vat', models.CharField(max_length=10)),
                        ('quantity', models.DecimalField(decimal_places=2, max_digits=7)),
                        ('total', calloff.kernel.money.MoneyField(decimal_places=2, max_digits=12)),
                        ('reason', models.TextField()),
                        ('starts_on', models.DateField()),
                        ('ends_on', models.DateField()),
                        ('purchase_order', models.CharField(max_length=40)),
                        ('delivered', models.DecimalField(blank=True, decimal_places=2, max_digits=7, null=True)),
                        ('sent_at', models.DateTimeField()),
                        ('answered_at', models.DateTimeField(blank=True, null=True)),
                        ('status', models.CharField(choices=[('sent', 'Sent'), ('accepted', 'Accepted'), ('declined', 'Declined'), ('withdrawn', 'Withdrawn'), ('delivered', 'Delivered')], max_length=20)),
                        ('authority', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='people.organisation')),
                        ('buyer', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='people.organisation')),
                        ('lot', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='markets.lot')),
                        ('market', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='markets.market')),
                        ('member', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='members.member')),
                        ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='buying.order')),
                        ('provider', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='people.organisation')),
                    ],
                    options={
                        'abstract': False,
                        'triggers': [pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='ce56d1ce6fc3065be8a4ef385ec026b3fb348f39', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_25355', table='buying_orderevent', when='BEFORE'))],
                    },
                ),
            ],
        ),
        *(same_owner_sql(*row) for row in OWNED),
    ]
