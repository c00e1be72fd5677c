from typing import Any

from django.db import migrations, transaction

from calloff.directory.search_text import describe_facts

BATCH = 500  # services in one transaction


def fill(apps: Any, schema_editor: Any) -> None:
    """Write the text in which services are searched. A service that the new version has already written is left out."""
    services = apps.get_model("directory", "Service").objects.filter(fact_words="").order_by("pk")
    last = 0
    while keys := list(services.filter(pk__gt=last).values_list("pk", flat=True)[:BATCH]):
        with transaction.atomic():
            locked = services.filter(pk__in=keys).select_for_update(of=("self",)).select_related("provider", "lot")
            for service in locked.defer("words", "spelling", "search_words").prefetch_related("at_sites__site"):
                sites = [at_site.site for at_site in service.at_sites.all()]
                type(service).objects.filter(pk=service.pk).update(
                    provider_words=service.provider.name, fact_words=describe_facts(service, sites)
                )
        last = keys[-1]


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("directory", "0103_search_words")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
