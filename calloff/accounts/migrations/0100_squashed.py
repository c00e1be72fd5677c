import django.db.models.deletion
import pgtrigger.compiler
from django.conf import settings
from django.db import migrations, models
from calloff.kernel.table_creation import CreateTables


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('people', '0100_squashed'),
    ]

    operations = [
        CreateTables(
            operations=[
                migrations.CreateModel(
                    name='EncryptionKey',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('fingerprint', models.CharField(max_length=16, unique=True)),
                        ('first_used_at', models.DateTimeField()),
                    ],
                ),
                migrations.CreateModel(
                    name='MailboxReset',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('reset_at', models.DateTimeField()),
                        ('person', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                ),
                migrations.CreateModel(
                    name='SignInSession',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('session_key', models.CharField(max_length=40, unique=True)),
                        ('device', models.CharField(max_length=60)),
                        ('began_at', models.DateTimeField()),
                        ('last_seen_at', models.DateTimeField()),
                        ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'db_table': 'accounts_session',
                        'indexes': [models.Index(fields=['person', '-last_seen_at'], name='session_by_person')],
                    },
                ),
                migrations.CreateModel(
                    name='SignInRules',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('email_codes', models.BooleanField()),
                        ('organisation', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.organisation')),
                    ],
                ),
                migrations.CreateModel(
                    name='KnownBrowser',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('digest', models.CharField(max_length=64)),
                        ('name', models.CharField(max_length=60)),
                        ('known_at', models.DateTimeField()),
                        ('last_used_at', models.DateTimeField()),
                        ('proved', models.BooleanField(default=False)),
                        ('pin', models.CharField(blank=True, max_length=64)),
                        ('pin_until', models.DateTimeField(blank=True, null=True)),
                        ('pin_attempts', models.PositiveSmallIntegerField(default=0)),
                        ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'db_table': 'accounts_device',
                        'constraints': [models.UniqueConstraint(fields=('person', 'digest'), name='device_known_once'), models.CheckConstraint(condition=models.Q(models.Q(('pin', ''), ('pin_until', None)), models.Q(models.Q(('pin', ''), _negated=True), ('pin_until__isnull', False)), _connector='OR'), name='device_pin_has_an_end')],
                    },
                ),
                migrations.CreateModel(
                    name='EmailCode',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('digest', models.CharField(max_length=64)),
                        ('sent_at', models.DateTimeField()),
                        ('attempts', models.PositiveSmallIntegerField(default=0)),
                        ('used_at', models.DateTimeField(blank=True, null=True)),
                        ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'indexes': [models.Index(fields=['person', '-sent_at'], name='email_code_by_person')],
                    },
                ),
                migrations.CreateModel(
                    name='FactorReset',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('asked_at', models.DateTimeField()),
                        ('confirmed_at', models.DateTimeField(blank=True, null=True)),
                        ('works_from', models.DateTimeField(blank=True, null=True)),
                        ('works_until', models.DateTimeField(blank=True, null=True)),
                        ('stop_digest', models.CharField(max_length=64)),
                        ('status', models.CharField(choices=[('asked', 'Waiting for a second person'), ('confirmed', 'Confirmed'), ('cancelled', 'Cancelled'), ('stopped', 'Stopped by the person'), ('used', 'Used')], max_length=20)),
                        ('asked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('asking', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.organisation')),
                        ('confirmed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.organisation')),
                        ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(condition=models.Q(('status__in', ('asked', 'confirmed'))), fields=('person',), name='reset_open_once', violation_error_message='A reset for this person is already open. Confirm it or cancel it.'), models.CheckConstraint(condition=models.Q(models.Q(('asked_by', models.F('person')), _negated=True), models.Q(('confirmed_by', None), models.Q(models.Q(('confirmed_by', models.F('person')), _negated=True), models.Q(('confirmed_by', models.F('asked_by')), _negated=True)), _connector='OR')), name='reset_by_two_others', violation_error_message='A reset needs two people, and neither can be the person it is for.'), models.CheckConstraint(condition=models.Q(models.Q(('confirmed_at', None), ('confirmed_by', None), ('works_from', None), ('works_until', None)), models.Q(('confirmed_at__isnull', False), ('confirmed_by__isnull', False), ('works_from__gt', models.F('confirmed_at')), ('works_until__gt', models.F('works_from'))), _connector='OR'), name='reset_confirmed_whole')],
                        'triggers': [pgtrigger.compiler.Trigger(name='status_moves_by_a_step', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF TG_OP = 'UPDATE' AND OLD.status IS NOT DISTINCT FROM NEW.status THEN RETURN NEW; END IF;\n            IF current_setting('calloff.announced', true) IS DISTINCT FROM\n                concat(TG_TABLE_NAME, ':', CASE WHEN TG_OP = 'UPDATE' THEN NEW.id::text ELSE 'new' END, ':', NEW.status)\n            THEN RAISE EXCEPTION 'pgtrigger: The status of % changes only by a step', TG_TABLE_NAME; END IF;\n            RETURN NEW;\n        ", hash='377d693563f33183ebc2331fcf8f8cfbbb90b8e2', operation='INSERT OR UPDATE', pgid='pgtrigger_status_moves_by_a_step_afd0b', table='accounts_factorreset', when='BEFORE')), pgtrigger.compiler.Trigger(name='columns_are_never_rewritten', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."asked_at" IS DISTINCT FROM (NEW."asked_at") OR OLD."asked_by_id" IS DISTINCT FROM (NEW."asked_by_id") OR OLD."asking_id" IS DISTINCT FROM (NEW."asking_id") OR OLD."organisation_id" IS DISTINCT FROM (NEW."organisation_id") OR OLD."person_id" IS DISTINCT FROM (NEW."person_id") OR OLD."stop_digest" IS DISTINCT FROM (NEW."stop_digest"))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='66c9009fe1da2157d1fd522c0309aeb87c72a220', operation='UPDATE', pgid='pgtrigger_columns_are_never_rewritten_c147d', table='accounts_factorreset', when='BEFORE')), pgtrigger.compiler.Trigger(name='columns_are_set_once', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN ((OLD."confirmed_by_id" IS NOT NULL AND OLD."confirmed_by_id" IS DISTINCT FROM (NEW."confirmed_by_id")) OR (OLD."confirmed_at" IS NOT NULL AND OLD."confirmed_at" IS DISTINCT FROM (NEW."confirmed_at")) OR (OLD."works_from" IS NOT NULL AND OLD."works_from" IS DISTINCT FROM (NEW."works_from")) OR (OLD."works_until" IS NOT NULL AND OLD."works_until" IS DISTINCT FROM (NEW."works_until")))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='caba542a2c989c88fc60aa80ad7e490140c414e7', operation='UPDATE', pgid='pgtrigger_columns_are_set_once_4854c', table='accounts_factorreset', when='BEFORE'))],
                    },
                ),
                migrations.CreateModel(
                    name='AccountClosure',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('closed_at', models.DateTimeField()),
                        ('status', models.CharField(choices=[('closed', 'Closed')], max_length=20)),
                        ('closed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('person', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'db_table': 'accounts_closure',
                        'triggers': [pgtrigger.compiler.Trigger(name='status_moves_by_a_step', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF TG_OP = 'UPDATE' AND OLD.status IS NOT DISTINCT FROM NEW.status THEN RETURN NEW; END IF;\n            IF current_setting('calloff.announced', true) IS DISTINCT FROM\n                concat(TG_TABLE_NAME, ':', CASE WHEN TG_OP = 'UPDATE' THEN NEW.id::text ELSE 'new' END, ':', NEW.status)\n            THEN RAISE EXCEPTION 'pgtrigger: The status of % changes only by a step', TG_TABLE_NAME; END IF;\n            RETURN NEW;\n        ", hash='4b86b5a3e23856f17b008c7cd00b3af4d99d6735', operation='INSERT OR UPDATE', pgid='pgtrigger_status_moves_by_a_step_faa0c', table='accounts_closure', when='BEFORE'))],
                    },
                ),
                migrations.CreateModel(
                    name='EmailChange',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('old', models.EmailField(max_length=254)),
                        ('new', models.EmailField(max_length=254)),
                        ('asked_at', models.DateTimeField()),
                        ('made_at', models.DateTimeField(blank=True, null=True)),
                        ('ended_at', models.DateTimeField(blank=True, null=True)),
                        ('status', models.CharField(choices=[('asked', 'Waiting for the code'), ('replaced', 'Replaced by another change'), ('stopped', 'Stopped from the old address'), ('made', 'Changed'), ('undone', 'Undone from the old address')], max_length=20)),
                        ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(condition=models.Q(('status', 'asked')), fields=('person',), name='email_change_open_once', violation_error_message='You asked to change your address a moment ago. Enter the code we sent.'), models.CheckConstraint(condition=models.Q(models.Q(('made_at__isnull', False), ('status__in', ['made', 'undone'])), models.Q(models.Q(('status__in', ['made', 'undone']), _negated=True), ('made_at', None)), _connector='OR'), name='email_change_made_at_an_instant')],
                        'triggers': [pgtrigger.compiler.Trigger(name='status_moves_by_a_step', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF TG_OP = 'UPDATE' AND OLD.status IS NOT DISTINCT FROM NEW.status THEN RETURN NEW; END IF;\n            IF current_setting('calloff.announced', true) IS DISTINCT FROM\n                concat(TG_TABLE_NAME, ':', CASE WHEN TG_OP = 'UPDATE' THEN NEW.id::text ELSE 'new' END, ':', NEW.status)\n            THEN RAISE EXCEPTION 'pgtrigger: The status of % changes only by a step', TG_TABLE_NAME; END IF;\n            RETURN NEW;\n        ", hash='61a1864cc72318ac17e528539a8d898cc342dbce', operation='INSERT OR UPDATE', pgid='pgtrigger_status_moves_by_a_step_6b36e', table='accounts_emailchange', when='BEFORE')), pgtrigger.compiler.Trigger(name='columns_are_never_rewritten', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."asked_at" IS DISTINCT FROM (NEW."asked_at") OR OLD."new" IS DISTINCT FROM (NEW."new") OR OLD."old" IS DISTINCT FROM (NEW."old") OR OLD."person_id" IS DISTINCT FROM (NEW."person_id"))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='c8f9f20eb607d4ee5b5c3a0e5038d6946b9b0b58', operation='UPDATE', pgid='pgtrigger_columns_are_never_rewritten_de09e', table='accounts_emailchange', when='BEFORE')), pgtrigger.compiler.Trigger(name='columns_are_set_once', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN ((OLD."made_at" IS NOT NULL AND OLD."made_at" IS DISTINCT FROM (NEW."made_at")) OR (OLD."ended_at" IS NOT NULL AND OLD."ended_at" IS DISTINCT FROM (NEW."ended_at")))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='95ebb6fc465bd092e1aa7d8dd0364c8ff910e03c', operation='UPDATE', pgid='pgtrigger_columns_are_set_once_fa7fe', table='accounts_emailchange', when='BEFORE'))],
                    },
                ),
                migrations.CreateModel(
                    name='NameChange',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('old', models.CharField(max_length=100)),
                        ('new', models.CharField(max_length=100)),
                        ('changed_at', models.DateTimeField()),
                        ('status', models.CharField(choices=[('changed', 'Changed')], max_length=20)),
                        ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'indexes': [models.Index(fields=['person', '-changed_at'], name='name_change_by_person')],
                        'constraints': [models.CheckConstraint(condition=models.Q(('old', models.F('new')), _negated=True), name='name_change_to_another', violation_error_message='This is already your name. Enter a different name.')],
                        'triggers': [pgtrigger.compiler.Trigger(name='status_moves_by_a_step', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF TG_OP = 'UPDATE' AND OLD.status IS NOT DISTINCT FROM NEW.status THEN RETURN NEW; END IF;\n            IF current_setting('calloff.announced', true) IS DISTINCT FROM\n                concat(TG_TABLE_NAME, ':', CASE WHEN TG_OP = 'UPDATE' THEN NEW.id::text ELSE 'new' END, ':', NEW.status)\n            THEN RAISE EXCEPTION 'pgtrigger: The status of % changes only by a step', TG_TABLE_NAME; END IF;\n            RETURN NEW;\n        ", hash='9b174f6c8ed295b6bc95518ad15f5de0dc1b1da1', operation='INSERT OR UPDATE', pgid='pgtrigger_status_moves_by_a_step_9bc97', table='accounts_namechange', when='BEFORE')), pgtrigger.compiler.Trigger(name='name_change_is_kept', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='d613899daaa30c5814c09f5dfe5bc57ea3da4cdc', operation='UPDATE OR DELETE', pgid='pgtrigger_name_change_is_kept_cbf17', table='accounts_namechange', when='BEFORE'))],
                    },
                ),
            ],
        ),
    ]
