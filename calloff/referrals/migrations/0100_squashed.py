import calloff.directory.models
import calloff.kernel.money
import django.contrib.postgres.constraints
import django.contrib.postgres.fields
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
import pgtrigger.compiler
from django.db import migrations, models
from calloff.kernel.table_creation import CreateTables
from calloff.kernel.tenant_constraints import same_owner_sql


OWNED = (  # child, relation, parent and, unless it is the authority, the column that both rows share
    ("referrals_interest", "service_id", "directory_service"),
    ("referrals_interest", "member_id", "members_member"),
    ("referrals_interest", "referral_id", "referrals_referral"),
    ("referrals_question", "referral_id", "referrals_referral"),
    ("referrals_referral", "lot_id", "markets_lot"),
    ("referrals_referral", "market_id", "markets_market"),
    ("referrals_interest", "price_id", "directory_price", "provider_id"),
    ("referrals_interest", "service_id", "directory_service", "provider_id"),
    ("referrals_interest", "member_id", "members_member", "provider_id"),
    ("referrals_interest", "referral_id", "referrals_referral", "buyer_id"),
    ("referrals_question", "referral_id", "referrals_referral", "buyer_id"),
    ("referrals_referral", "pupil_id", "pupils_pupil", "buyer_id"),
    ("referrals_referral", "lot_id", "markets_lot", "market_id"),
)


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('directory', '0100_squashed'),
        ('history', '0100_squashed'),
        ('markets', '0100_squashed'),
        ('members', '0100_squashed'),
        ('people', '0100_squashed'),
        ('pghistory', '0007_auto_20250421_0444'),
        ('pupils', '0100_squashed'),
    ]

    operations = [
        CreateTables(
            operations=[
                migrations.CreateModel(
                    name='Referral',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('reference', models.CharField(max_length=20, unique=True)),
                        ('basis', models.CharField(blank=True, choices=[('s19', 'Section 19: the council arranges education after a permanent exclusion'), ('s19_other', 'Section 19: the council arranges education for another reason'), ('s100', 'Section 100: the school arranges education from the sixth day of a suspension'), ('s29a', 'Off-site direction to improve behaviour'), ('ehc', 'Named in an education, health and care plan'), ('medical', 'Section 19: illness or injury'), ('children_act', 'Children Act 1989'), ('agreement', 'Education by agreement with the parents'), ('post_16', 'Education or training after year 11 (post-16)')], max_length=15)),
                        ('basis_on', models.DateField(blank=True, null=True)),
                        ('basis_facts', models.JSONField(default=dict)),
                        ('due_on', models.DateField(blank=True, null=True)),
                        ('starts_on', models.DateField(blank=True, null=True)),
                        ('ends_on', models.DateField(blank=True, null=True)),
                        ('hours', models.DecimalField(blank=True, decimal_places=1, max_digits=4, null=True)),
                        ('outcomes', models.JSONField(default=list)),
                        ('travel', models.CharField(blank=True, choices=[('family', 'The family brings the child'), ('public', 'Public transport'), ('school', 'The school arranges it'), ('council', 'The council arranges it'), ('provider', 'The provider will arrange it')], max_length=10)),
                        ('miles', models.PositiveSmallIntegerField(blank=True, null=True)),
                        ('weekly_budget', calloff.kernel.money.MoneyField(blank=True, decimal_places=2, max_digits=12, null=True)),
                        ('key_stage', models.CharField(blank=True, choices=[('ks1', 'Key stage 1 (years 1 and 2)'), ('ks2', 'Key stage 2 (years 3 to 6)'), ('ks3', 'Key stage 3 (years 7 to 9)'), ('ks4', 'Key stage 4 (years 10 and 11)'), ('ks5', 'Post 16 (years 12 and 13)')], max_length=4)),
                        ('needs', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('SPLD', 'Specific learning difficulty'), ('MLD', 'Moderate learning difficulty'), ('SLD', 'Severe learning difficulty'), ('PMLD', 'Profound and multiple learning difficulty'), ('SEMH', 'Social, emotional and mental health'), ('SLCN', 'Speech, language and communication needs'), ('HI', 'Hearing impairment'), ('VI', 'Vision impairment'), ('MSI', 'Multi-sensory impairment'), ('PD', 'Physical disability'), ('ASD', 'Autistic spectrum disorder'), ('OTH', 'Other difficulty or disability'), ('NSA', 'SEN support, type of need not yet assessed'), ('DS', 'Down syndrome')], max_length=4), default=list, size=None)),
                        ('sen_provision', models.CharField(blank=True, choices=[('E', 'Education, health and care plan'), ('K', 'SEN support'), ('N', 'No special educational needs')], max_length=1)),
                        ('hazards', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('verbal', 'Verbal aggression'), ('physical', 'Physical aggression'), ('absconding', 'Leaving without permission'), ('self_harm', 'Self-harm'), ('substances', 'Substance misuse'), ('exploitation', 'Risk of exploitation'), ('sexual', 'Harmful sexual behaviour'), ('fire', 'Fire setting'), ('medical', 'A medical condition that staff must know about'), ('allergy', 'A serious allergy'), ('none', 'None known')], max_length=12), default=list, size=None)),
                        ('area', models.CharField(blank=True, max_length=100)),
                        ('picture', models.TextField(blank=True)),
                        ('few', models.BooleanField(default=False)),
                        ('shortlist', django.contrib.postgres.fields.ArrayField(base_field=models.PositiveBigIntegerField(), default=list, size=None)),
                        ('shortlist_reason', models.TextField(blank=True)),
                        ('reply_by', models.DateTimeField(blank=True, null=True)),
                        ('begun_at', models.DateTimeField()),
                        ('asked_at', models.DateTimeField(blank=True, null=True)),
                        ('nudged_at', models.DateTimeField(blank=True, null=True)),
                        ('closed_because', models.TextField(blank=True)),
                        ('status', models.CharField(choices=[('draft', 'Draft'), ('asking', 'Sent to providers'), ('offered', 'Conditional offer'), ('placed', 'Placed'), ('none_found', 'No provision found'), ('withdrawn', 'Withdrawn')], max_length=20)),
                        ('authority', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.organisation')),
                        ('buyer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.organisation')),
                        ('lot', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='markets.lot')),
                        ('market', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='markets.market')),
                        ('pupil', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='pupils.pupil')),
                    ],
                    options={
                        'indexes': [models.Index(fields=['buyer', 'status', 'due_on'], name='referral_by_buyer'), models.Index(fields=['authority', 'status'], name='referral_by_authority'), models.Index(fields=['pupil'], name='referral_by_pupil')],
                        'constraints': [models.CheckConstraint(condition=models.Q(('status__in', ['draft', 'withdrawn']), models.Q(('asked_at__isnull', False), ('reply_by__isnull', False)), _connector='OR'), name='referral_asks_by_an_instant'), models.UniqueConstraint(condition=models.Q(('status__in', ['draft', 'asking', 'offered'])), fields=('pupil', 'lot'), name='referral_one_at_a_time', violation_error_message='There is already an open referral for this pupil in this category. Open that referral.')],
                        'triggers': [pgtrigger.compiler.Trigger(name='status_moves_by_a_step', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF TG_OP = 'UPDATE' AND OLD.status IS NOT DISTINCT FROM NEW.status THEN RETURN NEW; END IF;\n            IF current_setting('calloff.announced', true) IS DISTINCT FROM\n                concat(TG_TABLE_NAME, ':', CASE WHEN TG_OP = 'UPDATE' THEN NEW.id::text ELSE 'new' END, ':', NEW.status)\n            THEN RAISE EXCEPTION 'pgtrigger: The status of % changes only by a step', TG_TABLE_NAME; END IF;\n            RETURN NEW;\n        ", hash='36ecbd5d0537b29c0d70ee9455161b963b8b9363', operation='INSERT OR UPDATE', pgid='pgtrigger_status_moves_by_a_step_1cb05', table='referrals_referral', when='BEFORE')), pgtrigger.compiler.Trigger(name='referral_is_frozen_once_asked', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (NOT (OLD."status" = \'draft\'))', func="\n                    IF (OLD.picture, OLD.needs, OLD.hazards, OLD.key_stage, OLD.hours, OLD.lot_id, OLD.pupil_id,\n                        OLD.buyer_id, OLD.outcomes, OLD.area)\n                    IS DISTINCT FROM (NEW.picture, NEW.needs, NEW.hazards, NEW.key_stage, NEW.hours, NEW.lot_id,\n                        NEW.pupil_id, NEW.buyer_id, NEW.outcomes, NEW.area)\n                    THEN RAISE EXCEPTION 'pgtrigger: What providers were asked does not change'; END IF;\n                    RETURN NEW;\n                ", hash='9bab221ca1e25144708ea29732b8722063b4769d', operation='UPDATE', pgid='pgtrigger_referral_is_frozen_once_asked_281af', table='referrals_referral', when='BEFORE')), pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "referrals_referralevent" ("asked_at", "buyer_id", "lot_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reference", "reply_by", "status") VALUES (NEW."asked_at", NEW."buyer_id", NEW."lot_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."reference", NEW."reply_by", NEW."status"); RETURN NULL;', hash='07d919183547574497e2fdef78365dcc665c3861', operation='INSERT', pgid='pgtrigger_insert_insert_a74c8', table='referrals_referral', when='AFTER')), pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."asked_at" IS DISTINCT FROM (NEW."asked_at") OR OLD."buyer_id" IS DISTINCT FROM (NEW."buyer_id") OR OLD."lot_id" IS DISTINCT FROM (NEW."lot_id") OR OLD."reference" IS DISTINCT FROM (NEW."reference") OR OLD."reply_by" IS DISTINCT FROM (NEW."reply_by") OR OLD."status" IS DISTINCT FROM (NEW."status"))', func='INSERT INTO "referrals_referralevent" ("asked_at", "buyer_id", "lot_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reference", "reply_by", "status") VALUES (NEW."asked_at", NEW."buyer_id", NEW."lot_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."reference", NEW."reply_by", NEW."status"); RETURN NULL;', hash='c89607ae3b40c04223c43b54c8ccac6148d9540e', operation='UPDATE', pgid='pgtrigger_update_update_223e7', table='referrals_referral', when='AFTER')), pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "referrals_referralevent" ("asked_at", "buyer_id", "lot_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reference", "reply_by", "status") VALUES (OLD."asked_at", OLD."buyer_id", OLD."lot_id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."reference", OLD."reply_by", OLD."status"); RETURN NULL;', hash='8fe9d579917e0c3b8d45ccb904bfd02707838fcd', operation='DELETE', pgid='pgtrigger_delete_delete_e24da', table='referrals_referral', when='AFTER'))],
                    },
                ),
                migrations.CreateModel(
                    name='ExpressionOfInterest',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('reference', models.CharField(max_length=20, unique=True)),
                        ('asked_at', models.DateTimeField()),
                        ('seen_at', models.DateTimeField(blank=True, null=True)),
                        ('answered_at', models.DateTimeField(blank=True, null=True)),
                        ('amount', calloff.kernel.money.MoneyField(blank=True, decimal_places=2, max_digits=12, null=True)),
                        ('start_on', models.DateField(blank=True, null=True)),
                        ('hours', models.DecimalField(blank=True, decimal_places=1, max_digits=4, null=True)),
                        ('timetable', models.CharField(blank=True, max_length=300)),
                        ('message', models.TextField(blank=True)),
                        ('reason', models.CharField(blank=True, choices=[('full', 'No places available'), ('needs', 'We cannot meet these needs'), ('risk', 'We cannot manage these risks'), ('age', 'Outside our age range'), ('distance', 'Too far'), ('dates', 'Not on these dates or hours'), ('group', 'It would not suit our current group'), ('staff', 'Not enough staff'), ('price', 'Our price would not cover what is needed'), ('other', 'Another reason')], max_length=10)),
                        ('note', models.TextField(blank=True)),
                        ('status', models.CharField(choices=[('asked', 'Waiting for a reply'), ('interested', 'Interested'), ('declined', 'Declined'), ('offered', 'Conditional offer'), ('confirmed', 'Confirmed'), ('withdrawn', 'Withdrawn'), ('not_chosen', 'Not chosen')], max_length=20)),
                        ('authority', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.organisation')),
                        ('buyer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.organisation')),
                        ('member', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='members.member')),
                        ('price', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='directory.price')),
                        ('provider', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.organisation')),
                        ('service', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='directory.service')),
                        ('referral', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='interests', to='referrals.referral')),
                        ('fit_reason', models.TextField(blank=True)),
                    ],
                    options={
                        'db_table': 'referrals_interest',
                        'indexes': [models.Index(fields=['provider', 'status'], name='interest_by_provider'), models.Index(fields=['buyer', 'status'], name='interest_by_buyer')],
                        'constraints': [models.UniqueConstraint(fields=('referral', 'provider'), name='provider_asked_once', violation_error_message='You have already asked this provider.'), models.UniqueConstraint(condition=models.Q(('status__in', ['offered', 'confirmed'])), fields=('referral',), name='referral_offered_to_one', violation_error_message='Another provider already has an offer. Withdraw that offer first.'), models.CheckConstraint(condition=models.Q(models.Q(('status__in', ['interested', 'offered', 'confirmed']), _negated=True), ('start_on__isnull', False), _connector='OR'), name='interest_says_what_it_offers'), models.CheckConstraint(condition=models.Q(models.Q(('status', 'declined'), _negated=True), models.Q(('reason', ''), _negated=True), _connector='OR'), name='interest_declined_with_a_reason')],
                        'triggers': [pgtrigger.compiler.Trigger(name='status_moves_by_a_step', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF TG_OP = 'UPDATE' AND OLD.status IS NOT DISTINCT FROM NEW.status THEN RETURN NEW; END IF;\n            IF current_setting('calloff.announced', true) IS DISTINCT FROM\n                concat(TG_TABLE_NAME, ':', CASE WHEN TG_OP = 'UPDATE' THEN NEW.id::text ELSE 'new' END, ':', NEW.status)\n            THEN RAISE EXCEPTION 'pgtrigger: The status of % changes only by a step', TG_TABLE_NAME; END IF;\n            RETURN NEW;\n        ", hash='b6c57a7844a522dbdc68aa453182efac748628e4', operation='INSERT OR UPDATE', pgid='pgtrigger_status_moves_by_a_step_8e914', table='referrals_interest', when='BEFORE')), pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "referrals_interestevent" ("amount", "answered_at", "asked_at", "authority_id", "buyer_id", "hours", "id", "member_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "price_id", "provider_id", "reason", "reference", "referral_id", "seen_at", "service_id", "start_on", "status", "timetable") VALUES (NEW."amount", NEW."answered_at", NEW."asked_at", NEW."authority_id", NEW."buyer_id", NEW."hours", NEW."id", NEW."member_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."price_id", NEW."provider_id", NEW."reason", NEW."reference", NEW."referral_id", NEW."seen_at", NEW."service_id", NEW."start_on", NEW."status", NEW."timetable"); RETURN NULL;', hash='51e12da3eca49aed44f92210696080d9a29eb2af', operation='INSERT', pgid='pgtrigger_insert_insert_2f16c', table='referrals_interest', when='AFTER')), pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."amount" IS DISTINCT FROM (NEW."amount") OR OLD."answered_at" IS DISTINCT FROM (NEW."answered_at") OR OLD."asked_at" IS DISTINCT FROM (NEW."asked_at") OR OLD."authority_id" IS DISTINCT FROM (NEW."authority_id") OR OLD."buyer_id" IS DISTINCT FROM (NEW."buyer_id") OR OLD."hours" IS DISTINCT FROM (NEW."hours") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."member_id" IS DISTINCT FROM (NEW."member_id") OR OLD."price_id" IS DISTINCT FROM (NEW."price_id") OR OLD."provider_id" IS DISTINCT FROM (NEW."provider_id") OR OLD."reason" IS DISTINCT FROM (NEW."reason") OR OLD."reference" IS DISTINCT FROM (NEW."reference") OR OLD."referral_id" IS DISTINCT FROM (NEW."referral_id") OR OLD."seen_at" IS DISTINCT FROM (NEW."seen_at") OR OLD."service_id" IS DISTINCT FROM (NEW."service_id") OR OLD."start_on" IS DISTINCT FROM (NEW."start_on") OR OLD."status" IS DISTINCT FROM (NEW."status") OR OLD."timetable" IS DISTINCT FROM (NEW."timetable"))', func='INSERT INTO "referrals_interestevent" ("amount", "answered_at", "asked_at", "authority_id", "buyer_id", "hours", "id", "member_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "price_id", "provider_id", "reason", "reference", "referral_id", "seen_at", "service_id", "start_on", "status", "timetable") VALUES (NEW."amount", NEW."answered_at", NEW."asked_at", NEW."authority_id", NEW."buyer_id", NEW."hours", NEW."id", NEW."member_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."price_id", NEW."provider_id", NEW."reason", NEW."reference", NEW."referral_id", NEW."seen_at", NEW."service_id", NEW."start_on", NEW."status", NEW."timetable"); RETURN NULL;', hash='402f63fcd2d962e387a6f5f5a07a093084dc068e', operation='UPDATE', pgid='pgtrigger_update_update_49ee2', table='referrals_interest', when='AFTER')), pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "referrals_interestevent" ("amount", "answered_at", "asked_at", "authority_id", "buyer_id", "hours", "id", "member_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "price_id", "provider_id", "reason", "reference", "referral_id", "seen_at", "service_id", "start_on", "status", "timetable") VALUES (OLD."amount", OLD."answered_at", OLD."asked_at", OLD."authority_id", OLD."buyer_id", OLD."hours", OLD."id", OLD."member_id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."price_id", OLD."provider_id", OLD."reason", OLD."reference", OLD."referral_id", OLD."seen_at", OLD."service_id", OLD."start_on", OLD."status", OLD."timetable"); RETURN NULL;', hash='9b7b5fc90e4bc04a46f33e774137babb2d13a3d7', operation='DELETE', pgid='pgtrigger_delete_delete_66028', table='referrals_interest', when='AFTER'))],
                    },
                ),
                migrations.CreateModel(
                    name='ReferralQuestion',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('text', models.TextField()),
                        ('restated', models.TextField(blank=True)),
                        ('asked_at', models.DateTimeField()),
                        ('answer', models.TextField(blank=True)),
                        ('answered_at', models.DateTimeField(blank=True, null=True)),
                        ('status', models.CharField(choices=[('asked', 'Waiting for an answer'), ('answered', 'Answered')], max_length=20)),
                        ('authority', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.organisation')),
                        ('buyer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.organisation')),
                        ('provider', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.organisation')),
                        ('referral', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='questions', to='referrals.referral')),
                    ],
                    options={
                        'db_table': 'referrals_question',
                        'triggers': [pgtrigger.compiler.Trigger(name='status_moves_by_a_step', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF TG_OP = 'UPDATE' AND OLD.status IS NOT DISTINCT FROM NEW.status THEN RETURN NEW; END IF;\n            IF current_setting('calloff.announced', true) IS DISTINCT FROM\n                concat(TG_TABLE_NAME, ':', CASE WHEN TG_OP = 'UPDATE' THEN NEW.id::text ELSE 'new' END, ':', NEW.status)\n            THEN RAISE EXCEPTION 'pgtrigger: The status of % changes only by a step', TG_TABLE_NAME; END IF;\n            RETURN NEW;\n        ", hash='8dec2708b16a534e7d179f29a3d1a261422c4e02', operation='INSERT OR UPDATE', pgid='pgtrigger_status_moves_by_a_step_4c6ba', table='referrals_question', when='BEFORE'))],
                    },
                ),
                migrations.CreateModel(
                    name='ExpressionOfInterestEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('id', models.BigIntegerField()),
                        ('reference', models.CharField(max_length=20)),
                        ('asked_at', models.DateTimeField()),
                        ('seen_at', models.DateTimeField(blank=True, null=True)),
                        ('answered_at', models.DateTimeField(blank=True, null=True)),
                        ('amount', calloff.kernel.money.MoneyField(blank=True, decimal_places=2, max_digits=12, null=True)),
                        ('start_on', models.DateField(blank=True, null=True)),
                        ('hours', models.DecimalField(blank=True, decimal_places=1, max_digits=4, null=True)),
                        ('timetable', models.CharField(blank=True, max_length=300)),
                        ('reason', models.CharField(blank=True, choices=[('full', 'No places available'), ('needs', 'We cannot meet these needs'), ('risk', 'We cannot manage these risks'), ('age', 'Outside our age range'), ('distance', 'Too far'), ('dates', 'Not on these dates or hours'), ('group', 'It would not suit our current group'), ('staff', 'Not enough staff'), ('price', 'Our price would not cover what is needed'), ('other', 'Another reason')], max_length=10)),
                        ('status', models.CharField(choices=[('asked', 'Waiting for a reply'), ('interested', 'Interested'), ('declined', 'Declined'), ('offered', 'Conditional offer'), ('confirmed', 'Confirmed'), ('withdrawn', 'Withdrawn'), ('not_chosen', 'Not chosen')], max_length=20)),
                        ('authority', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='people.organisation')),
                        ('buyer', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='people.organisation')),
                        ('member', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='members.member')),
                        ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='referrals.expressionofinterest')),
                        ('price', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='directory.price')),
                        ('provider', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='people.organisation')),
                        ('service', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='directory.service')),
                        ('referral', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='referrals.referral')),
                    ],
                    options={
                        'db_table': 'referrals_interestevent',
                        'abstract': False,
                        'triggers': [pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='f09ac21c473161b2d45bf4b3eee88a12ad26f2b0', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_b8382', table='referrals_interestevent', when='BEFORE'))],
                    },
                ),
                migrations.CreateModel(
                    name='ReferralEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('reference', models.CharField(max_length=20)),
                        ('status', models.CharField(choices=[('draft', 'Draft'), ('asking', 'Sent to providers'), ('offered', 'Conditional offer'), ('placed', 'Placed'), ('none_found', 'No provision found'), ('withdrawn', 'Withdrawn')], max_length=20)),
                        ('reply_by', models.DateTimeField(blank=True, null=True)),
                        ('asked_at', models.DateTimeField(blank=True, null=True)),
                        ('buyer', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='people.organisation')),
                        ('lot', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='markets.lot')),
                        ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='reference_status_reply_by_asked_at_lot_buyer_events', to='referrals.referral')),
                    ],
                    options={
                        'abstract': False,
                        'triggers': [pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='1a61dcd844caf3ca043cd5fc836a4fbfb5122b75', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_d0304', table='referrals_referralevent', when='BEFORE'))],
                    },
                ),
                migrations.CreateModel(
                    name='OfferedSession',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('weekday', models.CharField(choices=[('mon', 'Monday'), ('tue', 'Tuesday'), ('wed', 'Wednesday'), ('thu', 'Thursday'), ('fri', 'Friday'), ('sat', 'Saturday'), ('sun', 'Sunday')], max_length=3)),
                        ('session', models.CharField(choices=[('am', 'Morning'), ('pm', 'Afternoon')], max_length=2)),
                        ('starts', models.TimeField()),
                        ('ends', models.TimeField()),
                        ('from_on', models.DateField(blank=True, null=True)),
                        ('to_on', models.DateField(blank=True, null=True)),
                        ('interest', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='sessions', to='referrals.expressionofinterest')),
                        ('site', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='directory.site')),
                    ],
                    options={
                        'abstract': False,
                        'indexes': [models.Index(fields=['interest'], name='offered_session_by_interest')],
                        'constraints': [models.CheckConstraint(condition=models.Q(('starts__lt', models.F('ends'))), name='offeredsession_ends_after_it_starts', violation_error_message='A session must end after it starts.'), models.CheckConstraint(condition=models.Q(('from_on', None), ('to_on', None), ('from_on__lte', models.F('to_on')), _connector='OR'), name='offeredsession_dates_in_order', violation_error_message='The last date of a session must be the same as or after its first date.'), django.contrib.postgres.constraints.ExclusionConstraint(expressions=[('interest', '='), ('weekday', '='), (calloff.directory.models.DateRange('from_on', 'to_on', django.contrib.postgres.fields.ranges.RangeBoundary(inclusive_lower=True, inclusive_upper=True)), '&&'), ('session', '=')], name='reply_session_once', violation_error_message='A day can have one morning session and one afternoon session.'), django.contrib.postgres.constraints.ExclusionConstraint(expressions=[('interest', '='), ('weekday', '='), (calloff.directory.models.DateRange('from_on', 'to_on', django.contrib.postgres.fields.ranges.RangeBoundary(inclusive_lower=True, inclusive_upper=True)), '&&'), (calloff.directory.models.TimeRange('starts', 'ends'), '&&')], name='reply_times_never_overlap', violation_error_message='Two sessions on the same day must not overlap.')],
                        'triggers': [pgtrigger.compiler.Trigger(name='sessions_stay_once_offered', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n                    IF EXISTS (SELECT FROM referrals_interest\n                               WHERE (TG_OP <> 'INSERT' AND id = OLD.interest_id\n                                      OR TG_OP <> 'DELETE' AND id = NEW.interest_id)\n                               AND status IN ('offered', 'confirmed'))\n                    THEN RAISE EXCEPTION 'pgtrigger: What was offered does not change'; END IF;\n                    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;\n                ", hash='c9729c0c1a416adc2710d86564cecefb009eca6f', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_sessions_stay_once_offered_e6b9b', table='referrals_offeredsession', when='BEFORE'))],
                    },
                ),
            ],
        ),
        *(same_owner_sql(*row) for row in OWNED),
    ]
