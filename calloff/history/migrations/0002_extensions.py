from django.contrib.postgres.operations import BtreeGistExtension, TrigramExtension, UnaccentExtension
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("history", "0001_initial")]
    run_before = [("directory", "0001_initial")]  # its exclusion constraint needs btree_gist

    operations = [TrigramExtension(), UnaccentExtension(), BtreeGistExtension()]
