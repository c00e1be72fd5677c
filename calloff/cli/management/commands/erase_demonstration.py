import shutil
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction

from calloff.cli.demo import marker


class Command(BaseCommand):
    help = "Delete everything in a demonstration's database, and its files. `demo --fresh` runs this itself."

    def handle(self, **options: Any) -> None:
        try:
            marker.require_contents()
        except marker.NotADemonstration as refusal:
            raise CommandError(str(refusal)) from refusal
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '5s'")
            cursor.execute("DROP SCHEMA public CASCADE")
            cursor.execute("CREATE SCHEMA public")
            cursor.execute("GRANT USAGE ON SCHEMA public TO PUBLIC")
        shutil.rmtree(settings.FILES, ignore_errors=True)
