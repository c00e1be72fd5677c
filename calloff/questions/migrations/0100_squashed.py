import pgtrigger.compiler
from django.db import migrations, models
from calloff.kernel.table_creation import CreateTables


class Migration(migrations.Migration):

    initial = True

    dependencies = []

    operations = [
        CreateTables(
            operations=[
                migrations.CreateModel(
                    name='QuestionSetVersion',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('key', models.CharField(max_length=50)),
                        ('version', models.PositiveIntegerField()),
                        ('title', models.CharField(max_length=2000)),
                        ('source', models.CharField(max_length=2000)),
                        ('content', models.JSONField()),
                        ('sha256', models.CharField(max_length=64)),
                        ('published_at', models.DateTimeField()),
                    ],
                    options={
                        'db_table': 'questions_edition',
                        'constraints': [models.UniqueConstraint(fields=('key', 'version'), name='edition_is_the_only_one_of_its_version'), models.CheckConstraint(condition=models.Q(('version__gte', 1)), name='edition_has_a_version')],
                        'triggers': [pgtrigger.compiler.Trigger(name='is_append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n    IF TG_OP = 'DELETE' AND current_user = 'calloff_disposal' THEN RETURN OLD; END IF;\n    RAISE EXCEPTION 'pgtrigger: Cannot % rows of %', lower(TG_OP), TG_TABLE_NAME;\n", hash='dac64999176fb6e451663a35d67be9358092ba05', operation='UPDATE OR DELETE', pgid='pgtrigger_is_append_only_ba522', table='questions_edition', when='BEFORE')), pgtrigger.compiler.Trigger(name='is_not_truncated', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n    IF current_setting('calloff.allow_truncate', true) = 'on' THEN RETURN NULL; END IF;\n    RAISE EXCEPTION 'pgtrigger: Cannot truncate the history';\n", hash='f76da182fcb1702ad459fa43d7af75a3cb06cbbb', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_is_not_truncated_79ff3', table='questions_edition', when='BEFORE'))],
                    },
                ),
            ],
        ),
    ]
