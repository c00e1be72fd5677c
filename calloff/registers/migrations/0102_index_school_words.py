from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations

from calloff.kernel.search_words import FoldedText


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("registers", "0101_fold_search_text")]
    operations = [
        AddIndexConcurrently(
            "school", GinIndex(OpClass(FoldedText("name"), "gin_trgm_ops"), name="school_by_words")
        ),
    ]
