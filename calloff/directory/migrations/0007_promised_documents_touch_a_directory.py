from importlib import import_module

from django.db import migrations

watch = import_module("calloff.directory.migrations.0006_what_touches_a_directory").watch


class Migration(migrations.Migration):
    dependencies = [
        ("directory", "0006_what_touches_a_directory"),
        ("members", "0003_promised_documents"),
    ]

    operations = [watch("members_documentpromise")]
