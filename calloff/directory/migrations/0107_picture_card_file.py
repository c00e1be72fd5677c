import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    few_rows = "a service has up to four pictures, and most have none"
    dependencies = [
        ("directory", "0106_synonyms"),
        ("documents", "0100_squashed"),
    ]
    operations = [
        migrations.AddField(
            model_name="picture",
            name="card_file",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="documents.storedfile"
            ),
        ),
        migrations.RunSQL(
            "CREATE TRIGGER directory_is_touched AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON directory_picture "
            "FOR EACH STATEMENT EXECUTE FUNCTION directory_is_touched()",
            "DROP TRIGGER directory_is_touched ON directory_picture",
        ),
    ]
