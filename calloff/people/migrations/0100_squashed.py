import django.contrib.postgres.fields
import django.contrib.postgres.functions
import django.db.models.deletion
import django.db.models.functions.text
import pgtrigger.compiler
from django.conf import settings
from django.db import migrations, models
from calloff.kernel.table_creation import CreateTables


class Migration(migrations.Migration):

    initial = True

    dependencies = []

    operations = [
        CreateTables(
            operations=[
                migrations.CreateModel(
                    name='User',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('password', models.CharField(max_length=128, verbose_name='password')),
                        ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                        ('email', models.EmailField(max_length=254, unique=True)),
                        ('name', models.CharField(max_length=100)),
                        ('is_active', models.BooleanField(default=True)),
                        ('unconfirmed_since', models.DateTimeField(blank=True, null=True)),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(django.db.models.functions.text.Lower('email'), name='user_email_once_whatever_the_case')],
                        'triggers': [pgtrigger.compiler.Trigger(name='confirmed_account_is_kept', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."unconfirmed_since" IS NULL)', func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='a4bad4b3a7487914539aeaa1ed5ba4a8a0d25662', operation='DELETE', pgid='pgtrigger_confirmed_account_is_kept_8ee3a', table='people_user', when='BEFORE'))],
                    },
                ),
                migrations.CreateModel(
                    name='Organisation',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('kind', models.CharField(choices=[('authority', 'Local authority'), ('provider', 'Provider'), ('school', 'School'), ('team', 'Council team')], max_length=20)),
                        ('name', models.CharField(max_length=200)),
                        ('slug', models.SlugField(max_length=80)),
                        ('form', models.CharField(blank=True, choices=[('company', 'Company'), ('charity', 'Charity'), ('sole_trader', 'Sole trader'), ('partnership', 'Partnership'), ('school', 'School or college'), ('public_body', 'Public body'), ('', 'Not known')], max_length=20)),
                        ('company_number', models.CharField(blank=True, max_length=8)),
                        ('charity_number', models.CharField(blank=True, max_length=12)),
                        ('urn', models.PositiveIntegerField(blank=True, null=True)),
                        ('address', models.TextField(blank=True)),
                        ('telephone', models.CharField(blank=True, max_length=30)),
                        ('website', models.URLField(blank=True)),
                        ('invented', models.BooleanField(default=False)),
                        ('status', models.CharField(choices=[('recorded', 'On a council’s list'), ('registered', 'Registered')], max_length=20)),
                        ('host', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.organisation')),
                        ('la_code', models.CharField(blank=True, max_length=3)),
                        ('uuid', models.UUIDField(db_default=django.contrib.postgres.functions.RandomUUID(), editable=False, unique=True)),
                        ('checked_at', models.DateTimeField(blank=True, null=True)),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(fields=('kind', 'slug'), name='organisation_slug_used_once', violation_error_message='A provider with this name was registered a moment ago. Try again.'), models.UniqueConstraint(condition=models.Q(('company_number', ''), _negated=True), fields=('company_number',), name='organisation_company_number_once', violation_error_message='A provider with this company number is already registered. Ask to join it.'), models.UniqueConstraint(condition=models.Q(('charity_number', ''), _negated=True), fields=('charity_number',), name='organisation_charity_number_once', violation_error_message='A provider with this charity number is already registered. Ask to join it.'), models.UniqueConstraint(fields=('urn',), name='organisation_urn_once'), models.UniqueConstraint(condition=models.Q(('la_code', ''), _negated=True), fields=('la_code',), name='organisation_la_code_once', violation_error_message='Another council on Calloff already has this code.')],
                        'triggers': [pgtrigger.compiler.Trigger(name='status_moves_by_a_step', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF TG_OP = 'UPDATE' AND OLD.status IS NOT DISTINCT FROM NEW.status THEN RETURN NEW; END IF;\n            IF current_setting('calloff.announced', true) IS DISTINCT FROM\n                concat(TG_TABLE_NAME, ':', CASE WHEN TG_OP = 'UPDATE' THEN NEW.id::text ELSE 'new' END, ':', NEW.status)\n            THEN RAISE EXCEPTION 'pgtrigger: The status of % changes only by a step', TG_TABLE_NAME; END IF;\n            RETURN NEW;\n        ", hash='35a6b33612c4702c478d5638e0b429f64f4e5486', operation='INSERT OR UPDATE', pgid='pgtrigger_status_moves_by_a_step_8336f', table='people_organisation', when='BEFORE'))],
                    },
                ),
                migrations.CreateModel(
                    name='OrganisationName',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('name', models.CharField(max_length=200)),
                        ('key', models.CharField(max_length=200)),
                        ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='names', to='people.organisation')),
                    ],
                    options={
                        'db_table': 'people_name',
                        'constraints': [models.UniqueConstraint(fields=('key',), name='provider_name_used_once', violation_error_message='A provider with this name is already registered. Ask to join it.')],
                    },
                ),
                migrations.CreateModel(
                    name='JoinRequest',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('role', models.CharField(choices=[('provider_lead', 'Provider lead'), ('provider_staff', 'Provider staff'), ('provider_signatory', 'Provider signatory'), ('provider_safeguarding', 'Provider safeguarding lead'), ('ap_lead', 'AP lead or SENCO'), ('commissioner', 'Commissioner'), ('head', 'Head or signatory'), ('safeguarding_lead', 'Designated safeguarding lead'), ('finance', 'Finance'), ('buyer_admin', 'People administrator'), ('contracts_officer', 'Contracts officer'), ('evaluator', 'Evaluator'), ('approver', 'Approver'), ('quality_officer', 'Quality officer'), ('administrator', 'Administrator'), ('sen_officer', 'SEN officer'), ('virtual_school', 'Virtual school')], max_length=25)),
                        ('said', models.TextField()),
                        ('asked_at', models.DateTimeField()),
                        ('reason', models.TextField(blank=True)),
                        ('status', models.CharField(choices=[('asked', 'Waiting for approval'), ('approved', 'Approved'), ('declined', 'Declined'), ('withdrawn', 'Withdrawn')], max_length=20)),
                        ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('answerable', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.organisation')),
                        ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.organisation')),
                        ('declined_at', models.DateTimeField(blank=True, null=True)),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(condition=models.Q(('status', 'asked')), fields=('person', 'organisation'), name='join_asked_once', violation_error_message='You have already asked to join. Withdraw that request before you ask again.'), models.CheckConstraint(condition=models.Q(('declined_at', None), ('status', 'declined'), _connector='OR'), name='join_declined_at_an_instant')],
                        'triggers': [pgtrigger.compiler.Trigger(name='status_moves_by_a_step', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF TG_OP = 'UPDATE' AND OLD.status IS NOT DISTINCT FROM NEW.status THEN RETURN NEW; END IF;\n            IF current_setting('calloff.announced', true) IS DISTINCT FROM\n                concat(TG_TABLE_NAME, ':', CASE WHEN TG_OP = 'UPDATE' THEN NEW.id::text ELSE 'new' END, ':', NEW.status)\n            THEN RAISE EXCEPTION 'pgtrigger: The status of % changes only by a step', TG_TABLE_NAME; END IF;\n            RETURN NEW;\n        ", hash='7c4dad466859c15dc535f25df698c53b51f4b14b', operation='INSERT OR UPDATE', pgid='pgtrigger_status_moves_by_a_step_a20d7', table='people_joinrequest', when='BEFORE')), pgtrigger.compiler.Trigger(name='columns_are_never_rewritten', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."answerable_id" IS DISTINCT FROM (NEW."answerable_id") OR OLD."asked_at" IS DISTINCT FROM (NEW."asked_at") OR OLD."organisation_id" IS DISTINCT FROM (NEW."organisation_id") OR OLD."person_id" IS DISTINCT FROM (NEW."person_id") OR OLD."role" IS DISTINCT FROM (NEW."role") OR OLD."said" IS DISTINCT FROM (NEW."said"))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='97b36150edfe584d0dc55bfc6b43220bbd684045', operation='UPDATE', pgid='pgtrigger_columns_are_never_rewritten_f6db8', table='people_joinrequest', when='BEFORE')), pgtrigger.compiler.Trigger(name='columns_are_set_once', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."declined_at" IS NOT NULL AND OLD."declined_at" IS DISTINCT FROM (NEW."declined_at"))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='9105d7ef5ca303cf2dec4bd6727bcae541dbd72f', operation='UPDATE', pgid='pgtrigger_columns_are_set_once_81a35', table='people_joinrequest', when='BEFORE'))],
                    },
                ),
                migrations.CreateModel(
                    name='RoleGrant',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('role', models.CharField(choices=[('provider_lead', 'Provider lead'), ('provider_staff', 'Provider staff'), ('provider_signatory', 'Provider signatory'), ('provider_safeguarding', 'Provider safeguarding lead'), ('ap_lead', 'AP lead or SENCO'), ('commissioner', 'Commissioner'), ('head', 'Head or signatory'), ('safeguarding_lead', 'Designated safeguarding lead'), ('finance', 'Finance'), ('buyer_admin', 'People administrator'), ('contracts_officer', 'Contracts officer'), ('evaluator', 'Evaluator'), ('approver', 'Approver'), ('quality_officer', 'Quality officer'), ('administrator', 'Administrator'), ('sen_officer', 'SEN officer'), ('virtual_school', 'Virtual school')], max_length=25)),
                        ('starts_at', models.DateTimeField()),
                        ('ends_at', models.DateTimeField(blank=True, null=True)),
                        ('status', models.CharField(choices=[('active', 'Active'), ('suspended', 'Needs approval again'), ('ended', 'Ended')], max_length=20)),
                        ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='grants', to=settings.AUTH_USER_MODEL)),
                        ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='grants', to='people.organisation')),
                    ],
                    options={
                        'db_table': 'people_grant',
                        'indexes': [models.Index(fields=['organisation', 'role'], name='grant_by_organisation')],
                        'constraints': [models.UniqueConstraint(condition=models.Q(('status', 'ended'), _negated=True), fields=('person', 'organisation', 'role'), name='grant_held_once', violation_error_message='They already have this role.')],
                        'triggers': [pgtrigger.compiler.Trigger(name='status_moves_by_a_step', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF TG_OP = 'UPDATE' AND OLD.status IS NOT DISTINCT FROM NEW.status THEN RETURN NEW; END IF;\n            IF current_setting('calloff.announced', true) IS DISTINCT FROM\n                concat(TG_TABLE_NAME, ':', CASE WHEN TG_OP = 'UPDATE' THEN NEW.id::text ELSE 'new' END, ':', NEW.status)\n            THEN RAISE EXCEPTION 'pgtrigger: The status of % changes only by a step', TG_TABLE_NAME; END IF;\n            RETURN NEW;\n        ", hash='fd3f331930ab475e4e1b9b6d658ab05350af858b', operation='INSERT OR UPDATE', pgid='pgtrigger_status_moves_by_a_step_a9b92', table='people_grant', when='BEFORE')), pgtrigger.compiler.Trigger(name='columns_are_never_rewritten', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."organisation_id" IS DISTINCT FROM (NEW."organisation_id") OR OLD."person_id" IS DISTINCT FROM (NEW."person_id") OR OLD."role" IS DISTINCT FROM (NEW."role") OR OLD."starts_at" IS DISTINCT FROM (NEW."starts_at"))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='cf0987fb5b4b3b0beb34934681bf74ed2edc16cd', operation='UPDATE', pgid='pgtrigger_columns_are_never_rewritten_56aaa', table='people_grant', when='BEFORE')), pgtrigger.compiler.Trigger(name='end_of_a_role_is_final', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."ends_at" IS DISTINCT FROM (NEW."ends_at") AND OLD."status" = \'ended\')', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='f13f6e2ac24a55e482000c62c0a03d7c784f30c6', operation='UPDATE', pgid='pgtrigger_end_of_a_role_is_final_0c9ea', table='people_grant', when='BEFORE'))],
                    },
                ),
                migrations.CreateModel(
                    name='ApiKey',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('name', models.CharField(max_length=100)),
                        ('prefix', models.CharField(max_length=8, unique=True)),
                        ('digest', models.CharField(max_length=64)),
                        ('scopes', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('directory:prices', 'See prices'), ('services:places', 'Update places available')], max_length=20), blank=True, default=list, size=None)),
                        ('made_at', models.DateTimeField()),
                        ('expires_on', models.DateField()),
                        ('revoked_at', models.DateTimeField(blank=True, null=True)),
                        ('last_used_on', models.DateField(blank=True, null=True)),
                        ('status', models.CharField(choices=[('active', 'In force'), ('revoked', 'Revoked')], max_length=20)),
                        ('made_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.organisation')),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(condition=models.Q(('status', 'active')), fields=('organisation', 'name'), name='key_name_once', violation_error_message='There is already a key with this name. Revoke that key first, or choose another name.'), models.CheckConstraint(condition=models.Q(models.Q(('revoked_at', None), ('status', 'active')), models.Q(('revoked_at__isnull', False), ('status', 'revoked')), _connector='OR'), name='key_revoked_at_an_instant')],
                        'triggers': [pgtrigger.compiler.Trigger(name='status_moves_by_a_step', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF TG_OP = 'UPDATE' AND OLD.status IS NOT DISTINCT FROM NEW.status THEN RETURN NEW; END IF;\n            IF current_setting('calloff.announced', true) IS DISTINCT FROM\n                concat(TG_TABLE_NAME, ':', CASE WHEN TG_OP = 'UPDATE' THEN NEW.id::text ELSE 'new' END, ':', NEW.status)\n            THEN RAISE EXCEPTION 'pgtrigger: The status of % changes only by a step', TG_TABLE_NAME; END IF;\n            RETURN NEW;\n        ", hash='645e825c3cee8cf11db6e95295f2c7a881a9ea8e', operation='INSERT OR UPDATE', pgid='pgtrigger_status_moves_by_a_step_198fd', table='people_apikey', when='BEFORE')), pgtrigger.compiler.Trigger(name='columns_are_never_rewritten', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."digest" IS DISTINCT FROM (NEW."digest") OR OLD."expires_on" IS DISTINCT FROM (NEW."expires_on") OR OLD."made_at" IS DISTINCT FROM (NEW."made_at") OR OLD."made_by_id" IS DISTINCT FROM (NEW."made_by_id") OR OLD."organisation_id" IS DISTINCT FROM (NEW."organisation_id") OR OLD."prefix" IS DISTINCT FROM (NEW."prefix") OR OLD."scopes" IS DISTINCT FROM (NEW."scopes"))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='a140ffbc7939befa8a5e8256c4b386268c101ecf', operation='UPDATE', pgid='pgtrigger_columns_are_never_rewritten_0ef33', table='people_apikey', when='BEFORE')), pgtrigger.compiler.Trigger(name='columns_are_set_once', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."revoked_at" IS NOT NULL AND OLD."revoked_at" IS DISTINCT FROM (NEW."revoked_at"))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='35ad0f74ad69344ba93cea67d9221f6df42cfe89', operation='UPDATE', pgid='pgtrigger_columns_are_set_once_d78e2', table='people_apikey', when='BEFORE'))],
                    },
                ),
                migrations.CreateModel(
                    name='Invitation',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('email', models.EmailField(max_length=254)),
                        ('roles', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('provider_lead', 'Provider lead'), ('provider_staff', 'Provider staff'), ('provider_signatory', 'Provider signatory'), ('provider_safeguarding', 'Provider safeguarding lead'), ('ap_lead', 'AP lead or SENCO'), ('commissioner', 'Commissioner'), ('head', 'Head or signatory'), ('safeguarding_lead', 'Designated safeguarding lead'), ('finance', 'Finance'), ('buyer_admin', 'People administrator'), ('contracts_officer', 'Contracts officer'), ('evaluator', 'Evaluator'), ('approver', 'Approver'), ('quality_officer', 'Quality officer'), ('administrator', 'Administrator'), ('sen_officer', 'SEN officer'), ('virtual_school', 'Virtual school')], max_length=25), size=None)),
                        ('invited_at', models.DateTimeField()),
                        ('confirmed_at', models.DateTimeField(blank=True, null=True)),
                        ('alone', models.BooleanField(default=False)),
                        ('sent_at', models.DateTimeField(blank=True, null=True)),
                        ('times_sent', models.PositiveSmallIntegerField(default=0)),
                        ('expires_at', models.DateTimeField()),
                        ('answered_at', models.DateTimeField(blank=True, null=True)),
                        ('status', models.CharField(choices=[('to_confirm', 'Waiting for a second person'), ('sent', 'Sent'), ('accepted', 'Accepted'), ('declined', 'Declined'), ('withdrawn', 'Withdrawn')], max_length=20)),
                        ('answered_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('confirmed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('invited_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('inviting', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.organisation')),
                        ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.organisation')),
                        ('batch', models.UUIDField(blank=True, null=True)),
                        ('declined_by_link_at', models.DateTimeField(blank=True, null=True)),
                        ('name', models.CharField(blank=True, max_length=100)),
                    ],
                    options={
                        'indexes': [models.Index(fields=['email'], name='invitation_by_address'), models.Index(condition=models.Q(('batch', None), _negated=True), fields=['batch'], name='invitation_by_batch')],
                        'constraints': [models.UniqueConstraint(condition=models.Q(('declined_by_link_at', None), ('status__in', ['to_confirm', 'sent'])), fields=('organisation', 'email'), name='invitation_open_once', violation_error_message='There is already an invitation to this address. Send it again, or withdraw it first.'), models.CheckConstraint(condition=models.Q(('confirmed_by', None), models.Q(('confirmed_by', models.F('invited_by')), _negated=True), _connector='OR'), name='invitation_confirmed_by_another', violation_error_message='You made this invitation. Ask a colleague to confirm it.'), models.CheckConstraint(condition=models.Q(('answered_by', None), models.Q(models.Q(('answered_by', models.F('invited_by')), _negated=True), models.Q(('confirmed_by', None), models.Q(('answered_by', models.F('confirmed_by')), _negated=True), _connector='OR')), _connector='OR'), name='invitation_answered_by_another', violation_error_message='You cannot give a role to yourself. Ask a colleague to invite you.'), models.CheckConstraint(condition=models.Q(('roles', []), _negated=True), name='invitation_to_some_role'), models.CheckConstraint(condition=models.Q(('declined_by_link_at', None), models.Q(('status', 'accepted'), _negated=True), _connector='OR'), name='invitation_declined_once', violation_error_message='This invitation was declined from the link in its email.'), models.CheckConstraint(condition=models.Q(models.Q(('answered_at__isnull', False), ('answered_by__isnull', False), ('status__in', ['accepted', 'declined'])), models.Q(models.Q(('status__in', ['accepted', 'declined']), _negated=True), ('answered_at', None), ('answered_by', None)), _connector='OR'), name='invitation_answered_at_an_instant')],
                        'triggers': [pgtrigger.compiler.Trigger(name='status_moves_by_a_step', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF TG_OP = 'UPDATE' AND OLD.status IS NOT DISTINCT FROM NEW.status THEN RETURN NEW; END IF;\n            IF current_setting('calloff.announced', true) IS DISTINCT FROM\n                concat(TG_TABLE_NAME, ':', CASE WHEN TG_OP = 'UPDATE' THEN NEW.id::text ELSE 'new' END, ':', NEW.status)\n            THEN RAISE EXCEPTION 'pgtrigger: The status of % changes only by a step', TG_TABLE_NAME; END IF;\n            RETURN NEW;\n        ", hash='06b70853d01f9cd6d57a28a0690a860271605a5a', operation='INSERT OR UPDATE', pgid='pgtrigger_status_moves_by_a_step_e3cfa', table='people_invitation', when='BEFORE')), pgtrigger.compiler.Trigger(name='columns_are_never_rewritten', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."alone" IS DISTINCT FROM (NEW."alone") OR OLD."batch" IS DISTINCT FROM (NEW."batch") OR OLD."email" IS DISTINCT FROM (NEW."email") OR OLD."invited_at" IS DISTINCT FROM (NEW."invited_at") OR OLD."invited_by_id" IS DISTINCT FROM (NEW."invited_by_id") OR OLD."inviting_id" IS DISTINCT FROM (NEW."inviting_id") OR OLD."organisation_id" IS DISTINCT FROM (NEW."organisation_id") OR OLD."roles" IS DISTINCT FROM (NEW."roles"))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='7e5e0fb38754793e8e37a61c09193b16e719f18c', operation='UPDATE', pgid='pgtrigger_columns_are_never_rewritten_3758f', table='people_invitation', when='BEFORE')), pgtrigger.compiler.Trigger(name='columns_are_set_once', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN ((OLD."confirmed_by_id" IS NOT NULL AND OLD."confirmed_by_id" IS DISTINCT FROM (NEW."confirmed_by_id")) OR (OLD."confirmed_at" IS NOT NULL AND OLD."confirmed_at" IS DISTINCT FROM (NEW."confirmed_at")) OR (OLD."answered_by_id" IS NOT NULL AND OLD."answered_by_id" IS DISTINCT FROM (NEW."answered_by_id")) OR (OLD."answered_at" IS NOT NULL AND OLD."answered_at" IS DISTINCT FROM (NEW."answered_at")) OR (OLD."declined_by_link_at" IS NOT NULL AND OLD."declined_by_link_at" IS DISTINCT FROM (NEW."declined_by_link_at")))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='6c5fc8c176a55512c4f78e21494f523ea6917ae4', operation='UPDATE', pgid='pgtrigger_columns_are_set_once_ddfe7', table='people_invitation', when='BEFORE')), pgtrigger.compiler.Trigger(name='expiry_moves_with_a_sending', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."expires_at" IS DISTINCT FROM (NEW."expires_at") AND NOT (OLD."times_sent" IS DISTINCT FROM (NEW."times_sent")) AND NOT (OLD."status" IS DISTINCT FROM (NEW."status")))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='16c409d0c5939131d5ee9db6344216e08302eb00', operation='UPDATE', pgid='pgtrigger_expiry_moves_with_a_sending_355e3', table='people_invitation', when='BEFORE')), pgtrigger.compiler.Trigger(name='sendings_are_counted_up', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (NEW."times_sent" < (OLD."times_sent"))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='7dd2fc022ebe149aa6295b745a46cfb2d87cf324', operation='UPDATE', pgid='pgtrigger_sendings_are_counted_up_83d12', table='people_invitation', when='BEFORE'))],
                    },
                ),
            ],
        ),
    ]
