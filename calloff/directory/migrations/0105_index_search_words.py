from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("directory", "0104_fill_search_words")]
    operations = [
        AddIndexConcurrently("service", GinIndex(fields=["search_words"], name="service_by_search_words")),
    ]
