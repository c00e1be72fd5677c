from django.db import migrations


class Migration(migrations.Migration):
    """A document that is found to be infected is no evidence: what a directory tells of its provider changes.

    Only then: files are uploaded and scanned all day, and none of that shows in a directory.
    """

    dependencies = [("directory", "0007_promised_documents_touch_a_directory"), ("documents", "0001_initial")]

    operations = [
        migrations.RunSQL(
            "CREATE TRIGGER directory_is_touched AFTER UPDATE OF scan ON documents_file FOR EACH ROW "
            "WHEN (OLD.scan <> NEW.scan AND 'infected' IN (OLD.scan, NEW.scan)) "
            "EXECUTE FUNCTION directory_is_touched()",
            "DROP TRIGGER directory_is_touched ON documents_file",
        )
    ]
