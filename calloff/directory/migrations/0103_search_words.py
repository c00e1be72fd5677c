import calloff.directory.models
import django.contrib.postgres.search
from django.db import migrations, models

# Rows of the version before have no facts in words yet, and are found by the text that it copied, `around`. The
# summary counts twice, so that it ranks above the description.
SERVICE_SEARCH_WORDS = r"""
CREATE OR REPLACE FUNCTION service_search_words(
    name text, provider_words text, fact_words text, around text, summary text, description text, a_day text
) RETURNS tsvector
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN setweight(to_tsvector('english'::regconfig, fold_search_text(name)), 'A')
    || setweight(to_tsvector('english'::regconfig, fold_search_text(provider_words)), 'B')
    || setweight(
        to_tsvector('english'::regconfig, fold_search_text(CASE WHEN fact_words = '' THEN around ELSE fact_words END)),
        'C'
    )
    || to_tsvector(
        'english'::regconfig, fold_search_text(summary || ' ' || summary || ' ' || description || ' ' || a_day)
    )
"""


class Migration(migrations.Migration):
    dependencies = [("directory", "0102_words_of_choices"), ("registers", "0101_fold_search_text")]

    operations = [
        migrations.RunSQL(
            [SERVICE_SEARCH_WORDS],
            ["DROP FUNCTION service_search_words(text, text, text, text, text, text, text)"],
        ),
        migrations.AddField("service", "provider_words", models.TextField(blank=True, db_default="", editable=False)),
        migrations.AddField("service", "fact_words", models.TextField(blank=True, db_default="", editable=False)),
        migrations.AddField(
            "service",
            "search_words",
            models.GeneratedField(
                db_persist=True,
                expression=calloff.directory.models.ServiceSearchWords(
                    "name", "provider_words", "fact_words", "around", "summary", "description", "a_day"
                ),
                null=True,
                output_field=django.contrib.postgres.search.SearchVectorField(null=True),
            ),
        ),
    ]
