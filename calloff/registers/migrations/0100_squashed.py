import calloff.kernel.geography
import calloff.registers.models
import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.functions.text
from django.db import migrations, models
from calloff.kernel.table_creation import CreateTables


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('history', '0100_squashed'),
    ]

    operations = [
        CreateTables(
            operations=[
                migrations.CreateModel(
                    name='Outcode',
                    fields=[
                        ('outcode', models.CharField(max_length=4, primary_key=True, serialize=False)),
                        ('position', calloff.kernel.geography.PointField()),
                        ('postcodes', models.PositiveIntegerField()),
                    ],
                ),
                migrations.CreateModel(
                    name='Postcode',
                    fields=[
                        ('postcode', calloff.registers.models.LeanCharField(db_collation='C', max_length=8, primary_key=True, serialize=False)),
                        ('position', calloff.kernel.geography.PointField(blank=True, null=True)),
                        ('district_code', models.CharField(blank=True, max_length=9)),
                        ('country_code', models.CharField(blank=True, max_length=9)),
                    ],
                ),
                migrations.CreateModel(
                    name='RegisterImport',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('kind', models.CharField(choices=[('schools', 'Schools'), ('links', 'Links between schools'), ('postcodes', 'Postcodes'), ('terms', 'Term dates')], max_length=10)),
                        ('file_name', models.CharField(max_length=255)),
                        ('sha256', models.CharField(max_length=64)),
                        ('areas', models.CharField(blank=True, max_length=500)),
                        ('rows', models.PositiveIntegerField()),
                        ('added', models.PositiveIntegerField()),
                        ('changed', models.PositiveIntegerField()),
                        ('imported_at', models.DateTimeField()),
                    ],
                    options={
                        'db_table': 'registers_import',
                        'indexes': [models.Index(fields=['kind', '-imported_at'], name='import_by_time')],
                    },
                ),
                migrations.CreateModel(
                    name='School',
                    fields=[
                        ('urn', models.PositiveIntegerField(primary_key=True, serialize=False)),
                        ('name', models.CharField(max_length=200)),
                        ('la_code', models.CharField(max_length=3)),
                        ('la_name', models.CharField(max_length=100)),
                        ('establishment_number', models.CharField(blank=True, max_length=4)),
                        ('kind', models.CharField(max_length=100)),
                        ('group', models.CharField(blank=True, max_length=100)),
                        ('phase', models.CharField(blank=True, max_length=50)),
                        ('standing', models.CharField(max_length=50)),
                        ('opened_on', models.DateField(blank=True, null=True)),
                        ('closed_on', models.DateField(blank=True, null=True)),
                        ('reason_closed', models.CharField(blank=True, max_length=100)),
                        ('low_age', models.PositiveSmallIntegerField(blank=True, null=True)),
                        ('high_age', models.PositiveSmallIntegerField(blank=True, null=True)),
                        ('gender', models.CharField(blank=True, max_length=50)),
                        ('boarders', models.CharField(blank=True, max_length=100)),
                        ('sixth_form', models.CharField(blank=True, max_length=50)),
                        ('capacity', models.PositiveIntegerField(blank=True, null=True)),
                        ('street', models.CharField(blank=True, max_length=200)),
                        ('locality', models.CharField(blank=True, max_length=200)),
                        ('address3', models.CharField(blank=True, max_length=200)),
                        ('town', models.CharField(blank=True, max_length=100)),
                        ('county', models.CharField(blank=True, max_length=100)),
                        ('postcode', models.CharField(blank=True, max_length=10)),
                        ('position', calloff.kernel.geography.PointField(blank=True, null=True)),
                        ('website', models.CharField(blank=True, max_length=300)),
                        ('telephone', models.CharField(blank=True, max_length=50)),
                        ('ukprn', models.CharField(blank=True, max_length=8)),
                        ('uprn', models.CharField(blank=True, max_length=12)),
                        ('trust_kind', models.CharField(blank=True, max_length=100)),
                        ('trust', models.CharField(blank=True, max_length=500)),
                        ('trust_uid', models.CharField(blank=True, max_length=100)),
                        ('federation', models.CharField(blank=True, max_length=500)),
                        ('needs', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=20), blank=True, default=list, size=None)),
                        ('special_classes', models.CharField(blank=True, max_length=50)),
                        ('resourced_provision', models.CharField(blank=True, max_length=100)),
                        ('resourced_places', models.PositiveIntegerField(blank=True, null=True)),
                        ('sen_unit_places', models.PositiveIntegerField(blank=True, null=True)),
                        ('section_41', models.CharField(blank=True, max_length=50)),
                        ('sen_in_pru', models.CharField(blank=True, max_length=50)),
                    ],
                    options={
                        'indexes': [models.Index(models.F('la_code'), django.db.models.functions.text.Lower('name'), name='school_by_authority'), django.contrib.postgres.indexes.GistIndex(fields=['position'], name='school_by_place')],
                    },
                ),
                migrations.CreateModel(
                    name='SchoolLink',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('urn', models.PositiveIntegerField()),
                        ('linked_urn', models.PositiveIntegerField()),
                        ('linked_name', models.CharField(blank=True, max_length=200)),
                        ('kind', models.CharField(max_length=100)),
                        ('since', models.DateField(blank=True, null=True)),
                    ],
                    options={
                        'indexes': [models.Index(fields=['linked_urn'], name='school_link_back')],
                        'constraints': [models.UniqueConstraint(fields=('urn', 'linked_urn', 'kind'), name='school_link_once')],
                    },
                ),
                migrations.CreateModel(
                    name='ClosedDay',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('la_code', models.CharField(max_length=3)),
                        ('urn', models.PositiveIntegerField(blank=True, null=True)),
                        ('day', models.DateField()),
                        ('what', models.CharField(max_length=50)),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(fields=('la_code', 'urn', 'day'), name='closed_day_once', nulls_distinct=False)],
                    },
                ),
                migrations.CreateModel(
                    name='SchoolTerm',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('la_code', models.CharField(max_length=3)),
                        ('urn', models.PositiveIntegerField(blank=True, null=True)),
                        ('name', models.CharField(max_length=50)),
                        ('starts_on', models.DateField()),
                        ('ends_on', models.DateField()),
                    ],
                    options={
                        'db_table': 'registers_term',
                        'constraints': [models.UniqueConstraint(fields=('la_code', 'urn', 'starts_on'), name='term_once', nulls_distinct=False), models.CheckConstraint(condition=models.Q(('ends_on__gte', models.F('starts_on'))), name='term_ends_after_it_starts')],
                    },
                ),
                migrations.CreateModel(
                    name='ChangeOfAuthority',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('urn', models.PositiveIntegerField()),
                        ('from_code', models.CharField(max_length=3)),
                        ('from_name', models.CharField(max_length=100)),
                        ('to_code', models.CharField(max_length=3)),
                        ('to_name', models.CharField(max_length=100)),
                        ('seen_at', models.DateTimeField()),
                    ],
                    options={
                        'indexes': [models.Index(fields=['from_code'], name='schools_that_left')],
                        'constraints': [models.UniqueConstraint(fields=('urn', 'seen_at'), name='school_changes_authority_once_a_file')],
                    },
                ),
            ],
        ),
    ]
