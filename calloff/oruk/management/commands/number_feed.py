from typing import Any

from django.core.management.base import BaseCommand

from calloff.kernel import clock
from calloff.kernel.formatting import pluralise
from calloff.oruk.entry_numbers import number_new_entries


class Command(BaseCommand):
    help = "Number newly listed services in the Open Referral feed now. The worker does this every minute."

    def handle(self, **options: Any) -> None:
        self.stdout.write(f"{pluralise(number_new_entries(clock.now()), 'new entry', 'new entries')} in the feed.")
