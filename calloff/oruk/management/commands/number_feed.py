from typing import Any

from django.core.management.base import BaseCommand

from calloff.kernel import clock
from calloff.kernel.formatting import plural
from calloff.oruk.entry_numbers import number_new


class Command(BaseCommand):
    help = "Give numbers in the Open Referral feed to what is newly listed, now: the rota does it each minute."

    def handle(self, **options: Any) -> None:
        self.stdout.write(f"{plural(number_new(clock.now()), 'new entry', 'new entries')} in the feed.")
