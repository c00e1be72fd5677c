import django.contrib.postgres.constraints
import django.contrib.postgres.fields
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
import pgtrigger.compiler
from decimal import Decimal
from django.conf import settings
from django.db import migrations, models
from calloff.kernel.table_creation import CreateTables


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('history', '0100_squashed'),
        ('members', '0100_squashed'),
        ('people', '0100_squashed'),
    ]

    operations = [
        CreateTables(
            operations=[
                migrations.CreateModel(
                    name='DisposalCertificate',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('retention', models.CharField(max_length=40)),
                        ('rule', models.CharField(max_length=300)),
                        ('count', models.PositiveIntegerField()),
                        ('references', models.JSONField(default=list)),
                        ('made_at', models.DateTimeField()),
                        ('buyer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.organisation')),
                        ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'db_table': 'pupils_certificate',
                        'triggers': [pgtrigger.compiler.Trigger(name='certificate_is_kept', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='f7ac88bd81e7340d55abb72b38ad417c75894be2', operation='UPDATE OR DELETE', pgid='pgtrigger_certificate_is_kept_cebe8', table='pupils_certificate', when='BEFORE'))],
                    },
                ),
                migrations.CreateModel(
                    name='Pupil',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('reference', models.CharField(max_length=20, unique=True)),
                        ('given_name', models.CharField(max_length=100)),
                        ('family_name', models.CharField(blank=True, max_length=100)),
                        ('known_as', models.CharField(blank=True, max_length=100)),
                        ('born_on', models.DateField()),
                        ('sex', models.CharField(choices=[('F', 'Female'), ('M', 'Male')], max_length=1)),
                        ('year_group', models.PositiveSmallIntegerField()),
                        ('upn', models.CharField(blank=True, max_length=13)),
                        ('address', models.TextField(blank=True)),
                        ('postcode', models.CharField(blank=True, max_length=8)),
                        ('needs', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('SPLD', 'Specific learning difficulty'), ('MLD', 'Moderate learning difficulty'), ('SLD', 'Severe learning difficulty'), ('PMLD', 'Profound and multiple learning difficulty'), ('SEMH', 'Social, emotional and mental health'), ('SLCN', 'Speech, language and communication needs'), ('HI', 'Hearing impairment'), ('VI', 'Vision impairment'), ('MSI', 'Multi-sensory impairment'), ('PD', 'Physical disability'), ('ASD', 'Autistic spectrum disorder'), ('OTH', 'Other difficulty or disability'), ('NSA', 'SEN support, type of need not yet assessed'), ('DS', 'Down syndrome')], max_length=4), default=list, size=None)),
                        ('sen_provision', models.CharField(blank=True, choices=[('E', 'Education, health and care plan'), ('K', 'SEN support'), ('N', 'No special educational needs')], max_length=1)),
                        ('ehc_plan_on', models.DateField(blank=True, null=True)),
                        ('looked_after_by', models.CharField(blank=True, max_length=200)),
                        ('attendance', models.DecimalField(blank=True, decimal_places=1, max_digits=4, null=True)),
                        ('attendance_from', models.DateField(blank=True, null=True)),
                        ('attendance_to', models.DateField(blank=True, null=True)),
                        ('attainment', models.TextField(blank=True)),
                        ('strengths', models.TextField(blank=True)),
                        ('hazards', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('verbal', 'Verbal aggression'), ('physical', 'Physical aggression'), ('absconding', 'Leaving without permission'), ('self_harm', 'Self-harm'), ('substances', 'Substance misuse'), ('exploitation', 'Risk of exploitation'), ('sexual', 'Harmful sexual behaviour'), ('fire', 'Fire setting'), ('medical', 'A medical condition that staff must know about'), ('allergy', 'A serious allergy'), ('none', 'None known')], max_length=12), default=list, size=None)),
                        ('risks', models.TextField(blank=True)),
                        ('medical', models.TextField(blank=True)),
                        ('communication', models.TextField(blank=True)),
                        ('agencies', models.TextField(blank=True)),
                        ('parent_told_on', models.DateField(blank=True, null=True)),
                        ('parent_views', models.TextField(blank=True)),
                        ('child_views', models.TextField(blank=True)),
                        ('recorded_at', models.DateTimeField()),
                        ('changed_at', models.DateTimeField()),
                        ('left_on', models.DateField(blank=True, null=True)),
                        ('hold', models.CharField(blank=True, max_length=300)),
                        ('status', models.CharField(choices=[('on_roll', 'On roll'), ('left', 'Left')], max_length=20)),
                        ('buyer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.organisation')),
                        ('school_year', models.PositiveSmallIntegerField()),
                        ('address_withheld', models.CharField(choices=[('no', 'No, it can be shared'), ('refuge', 'Yes: refuge'), ('foster', 'Yes: foster home'), ('adoption', 'Yes: adoption'), ('other', 'Yes: another reason'), ('not_known', 'Not known')], default='not_known', max_length=10)),
                    ],
                    options={
                        'indexes': [models.Index(fields=['buyer', 'status'], name='pupil_by_buyer')],
                        'constraints': [models.UniqueConstraint(condition=models.Q(models.Q(('upn', ''), _negated=True), ('status', 'on_roll')), fields=('buyer', 'upn'), name='pupil_recorded_once', violation_error_message='A pupil with this UPN is already recorded. Open that record.'), models.CheckConstraint(condition=models.Q(('attendance', None), models.Q(('attendance__gte', Decimal('0')), ('attendance__lte', Decimal('100'))), _connector='OR'), name='pupil_attendance_is_a_share'), models.CheckConstraint(condition=models.Q(('year_group__lte', 14)), name='pupil_year_group')],
                        'triggers': [pgtrigger.compiler.Trigger(name='status_moves_by_a_step', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF TG_OP = 'UPDATE' AND OLD.status IS NOT DISTINCT FROM NEW.status THEN RETURN NEW; END IF;\n            IF current_setting('calloff.announced', true) IS DISTINCT FROM\n                concat(TG_TABLE_NAME, ':', CASE WHEN TG_OP = 'UPDATE' THEN NEW.id::text ELSE 'new' END, ':', NEW.status)\n            THEN RAISE EXCEPTION 'pgtrigger: The status of % changes only by a step', TG_TABLE_NAME; END IF;\n            RETURN NEW;\n        ", hash='ec8a9b5f20f49daae643053bc4793c7e8d1d9704', operation='INSERT OR UPDATE', pgid='pgtrigger_status_moves_by_a_step_640bd', table='pupils_pupil', when='BEFORE'))],
                    },
                ),
                migrations.CreateModel(
                    name='ProtectionInformation',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('social_care', models.CharField(blank=True, choices=[('', 'None'), ('early_help', 'Early help'), ('cin', 'Child in need'), ('cp', 'Child protection plan')], max_length=12)),
                        ('concerns', models.TextField(blank=True)),
                        ('plan', models.TextField(blank=True)),
                        ('social_worker', models.CharField(blank=True, max_length=200)),
                        ('kept_at', models.DateTimeField()),
                        ('pupil', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='pupils.pupil')),
                    ],
                    options={
                        'db_table': 'pupils_protection',
                    },
                ),
                migrations.CreateModel(
                    name='DisclosureGrant',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('needs', models.CharField(max_length=30)),
                        ('stage', models.CharField(choices=[('asked', 'Place requested'), ('offered', 'Conditional offer'), ('placed', 'Placed'), ('told', 'Council responsible for the child')], max_length=10)),
                        ('purpose', models.CharField(max_length=200)),
                        ('source', models.CharField(max_length=30)),
                        ('starts_at', models.DateTimeField()),
                        ('ends_at', models.DateTimeField()),
                        ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.organisation')),
                        ('pupil', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='pupils.pupil')),
                        ('member', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='members.member')),
                        ('first_on', models.DateField(blank=True, null=True)),
                        ('last_on', models.DateField(blank=True, null=True)),
                    ],
                    options={
                        'db_table': 'pupils_disclosure',
                        'indexes': [models.Index(fields=['organisation', 'needs', 'pupil'], name='disclosure_by_organisation')],
                        'constraints': [django.contrib.postgres.constraints.ExclusionConstraint(expressions=[('pupil', '='), ('organisation', '='), ('needs', '='), ('source', '='), (models.Func('starts_at', 'ends_at', function='tstzrange', output_field=django.contrib.postgres.fields.ranges.DateTimeRangeField()), '&&')], name='disclosed_once_at_a_time', violation_error_message='They can already see this child’s record, for the same reason.'), models.CheckConstraint(condition=models.Q(('ends_at__gte', models.F('starts_at'))), name='disclosure_ends_after_it_starts'), models.CheckConstraint(condition=models.Q(models.Q(('stage__in', ['offered', 'placed']), _negated=True), ('member__isnull', False), _connector='OR'), name='disclosure_to_a_provider_has_its_member')],
                    },
                ),
                migrations.CreateModel(
                    name='PupilContact',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('rank', models.PositiveSmallIntegerField()),
                        ('name', models.CharField(max_length=100)),
                        ('relation', models.CharField(max_length=50)),
                        ('telephone', models.CharField(max_length=30)),
                        ('email', models.EmailField(blank=True, max_length=254)),
                        ('pupil', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='contacts', to='pupils.pupil')),
                        ('responsibility', models.CharField(choices=[('yes', 'Yes'), ('no', 'No'), ('not_known', 'Not known')], max_length=10)),
                        ('lives_with_child', models.CharField(choices=[('yes', 'Yes'), ('no', 'No'), ('not_known', 'Not known')], max_length=10)),
                        ('order', models.CharField(choices=[('yes', 'Yes'), ('no', 'No'), ('not_known', 'Not known')], max_length=10)),
                        ('address_withheld', models.CharField(choices=[('no', 'No, it can be shared'), ('refuge', 'Yes: refuge'), ('foster', 'Yes: foster home'), ('adoption', 'Yes: adoption'), ('other', 'Yes: another reason'), ('not_known', 'Not known')], max_length=10)),
                        ('address', models.TextField(blank=True)),
                        ('postcode', models.CharField(blank=True, max_length=8)),
                        ('order_who', models.CharField(blank=True, max_length=200)),
                        ('order_what', models.CharField(blank=True, max_length=500)),
                        ('order_until', models.DateField(blank=True, null=True)),
                        ('do_not_contact', models.BooleanField(default=False)),
                        ('do_not_contact_reason', models.CharField(blank=True, max_length=300)),
                        ('told_on', models.DateField(blank=True, null=True)),
                        ('views', models.TextField(blank=True)),
                    ],
                    options={
                        'db_table': 'pupils_contact',
                        'constraints': [models.UniqueConstraint(fields=('pupil', 'rank'), name='contact_ranked_once'), models.CheckConstraint(condition=models.Q(models.Q(('order', 'yes'), models.Q(('order_what', ''), _negated=True)), models.Q(models.Q(('order', 'yes'), _negated=True), ('order_until', None), ('order_what', ''), ('order_who', '')), _connector='OR'), name='contact_order_has_its_limits'), models.CheckConstraint(condition=models.Q(models.Q(('do_not_contact', True), models.Q(('do_not_contact_reason', ''), _negated=True)), models.Q(('do_not_contact', False), ('do_not_contact_reason', '')), _connector='OR'), name='contact_not_to_be_contacted_for_a_reason')],
                    },
                ),
                migrations.CreateModel(
                    name='RecordAccess',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('acting_for', models.CharField(max_length=200)),
                        ('what', models.CharField(choices=[('identity', 'Who the child is'), ('initials', 'A list with initials'), ('pack', 'Full details'), ('protection', 'Child protection information'), ('refused', 'Attempt to view, refused')], max_length=12)),
                        ('purpose', models.CharField(max_length=200)),
                        ('among', models.PositiveSmallIntegerField(default=1)),
                        ('at', models.DateTimeField()),
                        ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('pupil', models.ForeignKey(on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pupils.pupil')),
                    ],
                    options={
                        'db_table': 'pupils_read',
                        'indexes': [models.Index(fields=['pupil', '-at'], name='read_by_pupil')],
                        'triggers': [pgtrigger.compiler.Trigger(name='is_append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n    IF TG_OP = 'DELETE' AND current_user = 'calloff_disposal' THEN RETURN OLD; END IF;\n    RAISE EXCEPTION 'pgtrigger: Cannot % rows of %', lower(TG_OP), TG_TABLE_NAME;\n", hash='cf9112853936511c0d0503ce9f0313de54913030', operation='UPDATE OR DELETE', pgid='pgtrigger_is_append_only_bb23f', table='pupils_read', when='BEFORE')), pgtrigger.compiler.Trigger(name='is_not_truncated', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n    IF current_setting('calloff.allow_truncate', true) = 'on' THEN RETURN NULL; END IF;\n    RAISE EXCEPTION 'pgtrigger: Cannot truncate the history';\n", hash='047807d3d8cf1956c23d728187b3c6f67d9e85f4', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_is_not_truncated_7249c', table='pupils_read', when='BEFORE'))],
                    },
                ),
                migrations.CreateModel(
                    name='SchoolName',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('name', models.CharField(max_length=100)),
                        ('key', models.CharField(max_length=100)),
                        ('added_at', models.DateTimeField()),
                        ('status', models.CharField(choices=[('current', 'Current'), ('removed', 'Removed')], max_length=10)),
                        ('buyer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.organisation')),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(condition=models.Q(('status', 'current')), fields=('buyer', 'key'), name='school_name_recorded_once', violation_error_message='This name is already on the list.')],
                        'triggers': [pgtrigger.compiler.Trigger(name='status_moves_by_a_step', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF TG_OP = 'UPDATE' AND OLD.status IS NOT DISTINCT FROM NEW.status THEN RETURN NEW; END IF;\n            IF current_setting('calloff.announced', true) IS DISTINCT FROM\n                concat(TG_TABLE_NAME, ':', CASE WHEN TG_OP = 'UPDATE' THEN NEW.id::text ELSE 'new' END, ':', NEW.status)\n            THEN RAISE EXCEPTION 'pgtrigger: The status of % changes only by a step', TG_TABLE_NAME; END IF;\n            RETURN NEW;\n        ", hash='881be6d3770e15860da4e4065f8ccbceb2628687', operation='INSERT OR UPDATE', pgid='pgtrigger_status_moves_by_a_step_e8f91', table='pupils_schoolname', when='BEFORE'))],
                    },
                ),
            ],
        ),
    ]
