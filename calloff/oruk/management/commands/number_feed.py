from typing import Any

from django.core.management.base import BaseCommand

from calloff.kernel import clock
from calloff.kernel.formatting import pluralise
from calloff.oruk.entry_numbers import number_new_entries


class Command(BaseCommand):
    help = "Give numbers in the Open Referral feed to what is newly listed, now: the rota does it each minute."

    def handle(self, **options: Any) -> None:
        self.stdout.write(f"{pluralise(number_new_entries(clock.now()), 'new entry', 'new entries')} in the feed.")
